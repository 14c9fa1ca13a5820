//! A unit: points where control comes in, fragments, exits, labels and jumps.

use super::asm::{self, Alu, Asm, Cond, Label, Shift, cond, mem};
use super::regs::{self, BASE, Homes, Loc, PLACES_MAX, REGS, Source, dump_of, dumped_at, place};
use crate::backend::cranelift::exits::{EXIT_GOTO, Stubs};
use crate::backend::cranelift::lower::Facts;
use crate::backend::cranelift::slots::{
    BOUND_FOLD, BOUND_MASK, BOUND_SHIFT, SLOT_CODE, SLOT_INNER, SLOT_SELECTOR, SLOT_SHIFT, Slots,
};
use crate::backend::link::Key;
use crate::backend::plan::{Plan, label_of};
use crate::backend::{ExitId, Unit};
use crate::ir::{Descr, Inst, LabelId, Op, OpRef, SnapshotId, Tag, Trace, TraceId};
use crate::layout::Frame;
use crate::meta::ARRIVALS;
use crate::value::TAG_HEAP;
use crate::vm::{EXIT_BUFFER_WORDS, VmCore};
use hashbrown::HashMap;
use smallvec::SmallVec;
use std::mem::offset_of;
use std::rc::Rc;

/// Registers that a label's operands get; the rest have places.
const LABEL_REGS: usize = 7;
/// Bytes below the saved registers, for those that slow paths need.
const SCRATCH: i32 = 16;

/// A unit's code.
pub struct Built {
    pub bytes: Vec<u8>,
    /// Per point: offset of the code for those that come in Cranelift's convention, and for this
    /// generator's own.
    pub points: Vec<(u32, u32)>,
    /// Where each exit's values are.
    pub layouts: Vec<(ExitId, Rc<[u16]>)>,
    /// Words of the exit buffer that hold values while the code calls natives:
    /// so many from the start, so many from [`BASE`].
    pub low: usize,
    pub high: usize,
}

/// Why a unit is left to Cranelift.
pub(super) struct Unsupported;

pub(super) type Outcome<T> = Result<T, Unsupported>;

/// A slow path, filled in behind the fragment.
pub(super) struct Slow {
    pub from: Label,
    pub back: Label,
    pub what: SlowPath,
}

pub(super) enum SlowPath {
    /// `rax :=` room for so many bytes.
    Grow(usize),
    /// The holder is in this register.
    LogObject(asm::Reg),
    LogItem(asm::Reg, Source),
    /// `rax :=` the float of `xmm0`, boxed.
    BoxFloat,
}

struct Pending {
    fragment: usize,
    label: Label,
    locs: Vec<Loc>,
}

/// A comparison that the guard behind it is to test.
#[derive(Copy, Clone)]
pub(super) enum Test {
    Flags(Cond),
    Tag(asm::Reg, Tag),
}

pub(super) struct Frag<'u> {
    pub index: usize,
    pub trace: &'u Trace,
    exits: &'u [ExitId],
    next_exit: usize,
    pub at: usize,
    pub homes: Homes,
    pub facts: Facts,
    /// Objects whose room an earlier `new` took along: the place with the room's address, and
    /// the offset.
    pub reserved: HashMap<OpRef, (u16, i32)>,
    pub test: Option<Test>,
}

pub(super) struct Gen<'u> {
    pub asm: Asm,
    pub unit: &'u Unit<'u>,
    plan: &'u Plan,
    pub stubs: &'u Stubs,
    slots: &'u mut Slots,
    pub invalid: u64,
    labels: HashMap<LabelId, (Label, Vec<Loc>)>,
    entries: HashMap<TraceId, Label>,
    pending: Vec<Pending>,
    pub slow: Vec<Slow>,
    exits: Vec<(Label, ExitId)>,
    tail: Label,
    layouts: Vec<(ExitId, Rc<[u16]>)>,
    low: usize,
    high: usize,
    pub frag: Frag<'u>,
}

/// Makes the code of a unit; `None`: this generator cannot. `invalid` is the address of the word
/// that `guard_valid` reads.
pub fn build(
    unit: &Unit,
    plan: &Plan,
    stubs: &Stubs,
    slots: &mut Slots,
    invalid: u64,
) -> Option<Built> {
    let mut asm = Asm::default();
    let tail = asm.label();
    let fragment = unit.fragments.first()?;
    let mut g = Gen {
        asm,
        unit,
        plan,
        stubs,
        slots,
        invalid,
        labels: HashMap::new(),
        entries: HashMap::new(),
        pending: Vec::new(),
        slow: Vec::new(),
        exits: Vec::new(),
        tail,
        layouts: Vec::new(),
        low: 0,
        high: 0,
        frag: Frag::new(0, fragment.trace, fragment.exits, &[]),
    };
    g.unit().ok()
}

/// Code that leaves this generator's frame and goes on through the slot that `rax` points to.
pub fn epilogue_stub() -> Vec<u8> {
    let mut asm = Asm::default();
    epilogue(&mut asm);
    asm.load(asm::RDI, mem(asm::RAX, SLOT_SELECTOR));
    asm.jump_mem(mem(asm::RAX, SLOT_CODE));
    asm.finish().to_vec()
}

fn prologue(asm: &mut Asm) {
    asm.push(asm::RBP);
    asm.mov(asm::RBP, asm::RSP);
    for reg in [asm::RBX, asm::R12, asm::R13, asm::R14] {
        asm.push(reg);
    }
    asm.alu_imm(Alu::Sub, asm::RSP, SCRATCH);
    asm.load(
        asm::R14,
        mem(asm::R15, offset_of!(VmCore, exit_buffer) as i32),
    );
    asm.alu_imm(Alu::Add, asm::R14, i32::from(BASE) * 8);
}

fn epilogue(asm: &mut Asm) {
    asm.alu_imm(Alu::Add, asm::RSP, SCRATCH);
    for reg in [asm::R14, asm::R13, asm::R12, asm::RBX, asm::RBP] {
        asm.pop(reg);
    }
}

impl<'u> Frag<'u> {
    fn new(index: usize, trace: &'u Trace, exits: &'u [ExitId], values: &[Vec<OpRef>]) -> Self {
        let homes = match values.len() == trace.snapshots.len() {
            true => Homes::new(trace, values),
            // Only a stand-in before the first fragment.
            false => Homes::new(&Trace::default(), &[]),
        };
        Frag {
            index,
            trace,
            exits,
            next_exit: 0,
            at: 0,
            homes,
            facts: Facts::new(trace),
            reserved: HashMap::new(),
            test: None,
        }
    }
}

impl<'u> Gen<'u> {
    fn unit(&mut self) -> Outcome<Built> {
        for fragment in &self.unit.fragments {
            if let crate::backend::Source::Entry(trace) = fragment.source {
                let label = self.asm.label();
                self.entries.insert(trace, label);
            }
            self.label_operands(fragment.trace)?;
        }
        let plan = self.plan;
        let mut points = Vec::new();
        for point in &plan.points {
            let (outer, inner) = (self.asm.label(), self.asm.label());
            self.asm.bind(outer);
            prologue(&mut self.asm);
            self.asm.bind(inner);
            self.point(point.key, point.fragment)?;
            while let Some(pending) = self.pending.pop() {
                self.asm.bind(pending.label);
                self.fragment(pending.fragment, &pending.locs)?;
            }
            points.push((outer, inner));
        }
        self.emit_tail();
        if self.high > PLACES_MAX {
            return Err(Unsupported);
        }
        let points = (points.into_iter())
            .map(|(outer, inner)| (self.asm.offset(outer), self.asm.offset(inner)));
        Ok(Built {
            points: points.collect(),
            bytes: self.asm.finish().to_vec(),
            layouts: std::mem::take(&mut self.layouts),
            low: self.low,
            high: self.high,
        })
    }

    /// Says where the operands of a trace's labels are.
    fn label_operands(&mut self, trace: &Trace) -> Outcome<()> {
        for inst in trace.insts.iter().filter(|i| i.op == Op::Label) {
            let id = label_of(inst.descr).map_err(|_| Unsupported)?;
            if !self.plan.labels[&id].closed || inst.args.len() > PLACES_MAX {
                return Err(Unsupported);
            }
            let loc = |i: usize| match i {
                0..LABEL_REGS => Loc::Reg(REGS[i]),
                _ => Loc::Place(BASE + (i - LABEL_REGS) as u16),
            };
            let locs = (0..inst.args.len()).map(loc).collect();
            let label = self.asm.label();
            self.labels.insert(id, (label, locs));
        }
        Ok(())
    }

    /// Control comes in from outside.
    fn point(&mut self, key: Key, fragment: usize) -> Outcome<()> {
        match key {
            Key::Entry(trace) => {
                let label = self.entries[&trace];
                self.asm.bind(label);
                let inputs = self.unit.fragments[fragment].trace.inputs.len();
                if inputs > 0 {
                    self.vm_load(REGS[0], offset_of!(VmCore, frame));
                }
                let locs: Vec<Loc> = (0..inputs).map(|i| Loc::Reg(REGS[i])).collect();
                self.fragment(fragment, &locs)
            }
            Key::Exit(exit) => {
                let inputs = self.unit.fragments[fragment].trace.inputs.len();
                let layout = self.slots.layout(exit);
                let at = |i: usize| layout.as_ref().map_or(i as u16, |l| l[i]);
                let mut locs = Vec::with_capacity(inputs);
                for i in 0..inputs {
                    locs.push(match dumped_at(at(i)) {
                        Some(reg) => Loc::Reg(reg),
                        None => Loc::Place(at(i)),
                    });
                }
                self.bridge_from_outside(fragment, &locs)
            }
            Key::Label(id) => {
                let (label, locs) = self.labels[&id].clone();
                let moves = locs.iter().enumerate();
                let moves = moves.map(|(i, to)| (Source::Loc(Loc::Place(i as u16)), *to));
                let moves: SmallVec<_> = moves.collect();
                regs::move_all(&mut self.asm, moves);
                self.asm.jump(label);
                Ok(())
            }
        }
    }

    /// A bridge whose exit stored all registers: loads those that it needs.
    fn bridge_from_outside(&mut self, fragment: usize, locs: &[Loc]) -> Outcome<()> {
        let trace = self.unit.fragments[fragment].trace;
        let uses = regs::Uses::new(trace, &self.plan.exit_values[fragment]);
        for (i, loc) in locs.iter().enumerate() {
            if let Loc::Reg(reg) = *loc
                && uses.is_used(OpRef(i as u32))
            {
                self.asm.load(reg, place(dump_of(reg)));
            }
        }
        self.fragment(fragment, locs)
    }

    fn fragment(&mut self, index: usize, locs: &[Loc]) -> Outcome<()> {
        let fragment = &self.unit.fragments[index];
        let trace = fragment.trace;
        let values = &self.plan.exit_values[index];
        self.frag = Frag::new(index, trace, fragment.exits, values);
        for (i, loc) in locs.iter().enumerate() {
            self.frag.homes.arrive(OpRef(i as u32), *loc);
        }
        for (i, loc) in locs.iter().enumerate() {
            let value = OpRef(i as u32);
            if let Loc::Place(low) = *loc
                && low < BASE
            {
                self.low = self.low.max(usize::from(low) + 1);
                if low == 0 && self.frag.homes.uses.is_used(value) {
                    // Slow paths leave their results there.
                    let own = self.frag.homes.new_place();
                    self.asm.load(asm::RAX, place(low));
                    self.asm.store(place(own), asm::RAX);
                    self.frag.homes.arrive(value, Loc::Place(own));
                }
            }
            self.frag.homes.drop_unused(value);
        }
        let mut live = true;
        for (at, inst) in trace.insts.iter().enumerate() {
            if !live && inst.op != Op::Label {
                return Err(Unsupported);
            }
            self.frag.at = at;
            self.frag.homes.start(at);
            self.inst(inst, live)?;
            self.frag.homes.end();
            live = !inst.op.is_terminal();
        }
        if live {
            return Err(Unsupported);
        }
        self.high = self.high.max(self.frag.homes.places);
        self.emit_cold();
        Ok(())
    }

    // ------------------------------------------------------------- exits

    /// Where the current instruction's failure goes: to be called once per instruction with a
    /// snapshot, in order, when nothing is moved any more before the last branch there.
    pub fn exit(&mut self, snapshot: SnapshotId) -> Label {
        let exit = self.frag.exits[self.frag.next_exit];
        self.frag.next_exit += 1;
        let label = self.asm.label();
        let values = &self.plan.exit_values[self.frag.index][snapshot.index()];
        let locs = values.iter().map(|v| self.frag.homes.loc(*v));
        if let Some(&fragment) = self.plan.bridges.get(&exit) {
            let locs = locs.collect();
            self.pending.push(Pending {
                fragment,
                label,
                locs,
            });
            return label;
        }
        let layout = locs.map(|loc| match loc {
            Loc::Reg(reg) => dump_of(reg),
            Loc::Place(place) => place,
        });
        self.layouts.push((exit, layout.collect()));
        self.exits.push((label, exit));
        label
    }

    /// What is not on the way: exits and slow paths.
    fn emit_cold(&mut self) {
        for (label, exit) in std::mem::take(&mut self.exits) {
            self.asm.bind(label);
            self.asm.mov_imm(asm::RAX, u64::from(exit.0));
            self.asm.jump(self.tail);
        }
        for slow in std::mem::take(&mut self.slow) {
            self.asm.bind(slow.from);
            self.slow_path(slow.what);
            self.asm.jump(slow.back);
        }
    }

    fn slow_path(&mut self, what: SlowPath) {
        let (first, second) = (mem(asm::RSP, 0), mem(asm::RSP, 8));
        self.asm.store(first, asm::RDI);
        let stub = match what {
            SlowPath::Grow(bytes) => {
                self.asm.mov_imm(asm::RDI, bytes as u64);
                self.stubs.grow_nursery
            }
            SlowPath::LogObject(reg) => {
                self.asm.mov(asm::RDI, reg);
                self.stubs.log_object
            }
            SlowPath::LogItem(reg, index) => {
                self.asm.store(second, asm::RSI);
                self.asm.mov(asm::RAX, reg);
                match index {
                    Source::Loc(Loc::Reg(reg)) => self.asm.mov(asm::RSI, reg),
                    Source::Loc(Loc::Place(at)) => self.asm.load(asm::RSI, place(at)),
                    Source::Const(bits) => self.asm.mov_imm(asm::RSI, bits),
                    Source::Parked => unreachable!("an index is a value"),
                }
                self.asm.mov(asm::RDI, asm::RAX);
                self.asm
                    .shift(Shift::Sar, asm::RSI, crate::value::INT_SHIFT as u8);
                self.stubs.log_item
            }
            SlowPath::BoxFloat => self.stubs.box_float,
        };
        self.asm.mov_imm(asm::RAX, stub);
        self.asm.call(asm::RAX);
        match what {
            SlowPath::Grow(_) | SlowPath::BoxFloat => self.asm.load(asm::RAX, place(0)),
            SlowPath::LogItem(..) => self.asm.load(asm::RSI, second),
            SlowPath::LogObject(_) => {}
        }
        self.asm.load(asm::RDI, first);
    }

    /// Through here go all exits, with their numbers in `rax`.
    fn emit_tail(&mut self) {
        self.asm.bind(self.tail);
        for reg in REGS {
            self.asm.store(place(dump_of(reg)), reg);
        }
        self.asm.shift(Shift::Shl, asm::RAX, SLOT_SHIFT as u8);
        self.asm.mov_imm(asm::RCX, self.slots.exit_table());
        self.asm.alu(Alu::Add, asm::RAX, asm::RCX);
        self.asm.jump_mem(mem(asm::RAX, SLOT_INNER));
    }

    // ------------------------------------------------------------- jumps

    pub fn source(&self, value: OpRef) -> Source {
        match self.frag.trace.const_bits(value) {
            Some(bits) => Source::Const(bits),
            None => Source::Loc(self.frag.homes.loc(value)),
        }
    }

    pub fn label(&mut self, inst: &Inst, live: bool) -> Outcome<()> {
        let id = label_of(inst.descr).map_err(|_| Unsupported)?;
        if live && !inst.args.is_empty() {
            return Err(Unsupported);
        }
        let (label, locs) = self.labels[&id].clone();
        self.asm.bind(label);
        self.frag.homes.forget();
        for (value, loc) in inst.args.iter().zip(locs) {
            self.frag.homes.arrive(*value, loc);
        }
        for value in &inst.args {
            self.frag.homes.drop_unused(*value);
        }
        Ok(())
    }

    pub fn jump(&mut self, inst: &Inst) -> Outcome<()> {
        let id = label_of(inst.descr).map_err(|_| Unsupported)?;
        if let Some((label, locs)) = self.labels.get(&id).cloned() {
            let moves = inst.args.iter().zip(locs);
            let moves = moves.map(|(value, to)| (self.source(*value), to)).collect();
            regs::move_all(&mut self.asm, moves);
            self.asm.jump(label);
            return Ok(());
        }
        if inst.args.len() > usize::from(regs::DUMP).min(EXIT_BUFFER_WORDS) {
            return Err(Unsupported);
        }
        let moves = inst.args.iter().enumerate();
        let moves = moves.map(|(i, value)| (self.source(*value), Loc::Place(i as u16)));
        let moves = moves.collect();
        regs::move_all(&mut self.asm, moves);
        let slot = self.slots.address(Key::Label(id));
        self.leave_through(slot);
        Ok(())
    }

    fn leave_through(&mut self, slot: u64) {
        self.asm.mov_imm(asm::RAX, slot);
        self.asm.jump_mem(mem(asm::RAX, SLOT_INNER));
    }

    pub fn enter(&mut self, inst: &Inst) -> Outcome<()> {
        let Descr::Trace(trace) = inst.descr else {
            return Err(Unsupported);
        };
        let frame = self.reg_or(inst.args[0], asm::RAX);
        self.vm_store(frame, offset_of!(VmCore, frame));
        match self.entries.get(&trace) {
            Some(label) => self.asm.jump(*label),
            None => {
                let slot = self.slots.address(Key::Entry(trace));
                self.leave_through(slot);
            }
        }
        Ok(())
    }

    /// Goes on where a frame waits: by the table of bound tokens, or by the driver.
    pub fn goto(&mut self, inst: &Inst) -> Outcome<()> {
        let Descr::Arrival { language, how } = inst.descr else {
            return Err(Unsupported);
        };
        let frame = self.reg_or(inst.args[0], asm::RAX);
        self.vm_store(frame, offset_of!(VmCore, frame));
        let at = Frame::TOKEN.raw.word as i32 * 8 - TAG_HEAP as i32;
        self.asm.load(asm::RDX, mem(frame, at));
        self.asm.mov(asm::RAX, asm::RDX);
        self.asm.shift(Shift::Shr, asm::RAX, BOUND_FOLD as u8);
        self.asm.alu(Alu::Xor, asm::RAX, asm::RDX);
        self.asm.alu_imm(Alu::And, asm::RAX, BOUND_MASK as i32);
        self.asm.shift(Shift::Shl, asm::RAX, BOUND_SHIFT as u8);
        let table = self.slots.bound_table(language);
        self.asm.mov_imm(asm::RCX, table);
        self.asm.alu(Alu::Add, asm::RCX, asm::RAX);
        self.asm.alu_mem(Alu::Cmp, asm::RDX, mem(asm::RCX, 0));
        let miss = self.asm.label();
        self.asm.jump_if(cond::NOT_EQUAL, miss);
        self.asm.load(asm::RAX, mem(asm::RCX, 8));
        self.asm.jump_mem(mem(asm::RAX, SLOT_INNER));
        self.asm.bind(miss);
        let how = ARRIVALS.iter().position(|h| *h == how).unwrap_or(0) as u64;
        self.asm
            .mov_imm(asm::RAX, EXIT_GOTO | how << 8 | u64::from(language));
        epilogue(&mut self.asm);
        self.asm.ret();
        Ok(())
    }
}
