//! The portable back end: evaluates traces one operation at a time.
//!
//! For machines without a code generator, and as the oracle of the other back
//! end: it links units by the same rules, uses the same engine record and memory,
//! and shares nothing with it but the plan and the link book-keeping. What the
//! operations on words mean is in `ir/pure.rs`.

use super::code::Memory;
use super::link::{Key, Links, Target};
use super::plan::{Plan, label_of};
use super::{Backend, BackendStats, CodeId, CompileError, ExitId, Outcome, Unit};
use crate::assume::Validity;
use crate::ir::pure::{eval_checked, eval1, eval2};
use crate::ir::{Class, Descr, Inst, LabelId, Op, OpRef, Tag, Trace, TraceId};
use crate::layout::{
    FLAG_UNLOGGED, Frame, HEADER_LAYOUT_SHIFT, HEADER_SHAPE_SHIFT, Kind, header, lookup,
};
use crate::meta::Arrival;
use crate::value::{INT_SHIFT, Value};
use crate::vm::{DEPTH_MARGIN, VmCore};
use hashbrown::HashMap;
use std::cell::RefCell;
use std::rc::Rc;

struct Fragment {
    trace: Trace,
    /// The exit of each instruction that has one.
    exits: Vec<Option<ExitId>>,
}

struct Code {
    fragments: Vec<Fragment>,
    plan: Plan,
    validity: Rc<Validity>,
    fuel: bool,
}

#[derive(Default)]
struct State {
    links: Links,
    codes: Vec<Option<Rc<Code>>>,
    stats: BackendStats,
    /// Traces bound to tokens, by language left.
    bound: HashMap<(u8, i64), TraceId>,
}

/// See the module documentation.
#[derive(Default)]
pub struct PortableBackend {
    state: RefCell<State>,
}

impl PortableBackend {
    pub fn new() -> PortableBackend {
        PortableBackend::default()
    }

    fn find(&self, key: Key) -> Option<(Rc<Code>, Target)> {
        let state = self.state.borrow();
        let target = state.links.target(key)?;
        let code = state.codes[target.code.0 as usize].clone();
        Some((code.expect("links lead to live code"), target))
    }
}

/// Where evaluation goes on after an instruction.
enum Step {
    Next,
    /// The current instruction's exit is taken.
    Exit,
    Jump(LabelId),
    Enter(TraceId, u64),
    Goto(u8, Arrival, u64),
}

/// Evaluation within the code of one unit.
struct Activation {
    code: Rc<Code>,
    fragment: usize,
    at: usize,
    /// Values of each fragment that was entered.
    values: Vec<Vec<u64>>,
    memory: Memory,
}

fn kind_is_word(kind: Kind) -> bool {
    kind != Kind::Byte
}

/// Whether a word has a dynamic type.
fn has_tag(memory: Memory, word: u64, tag: Tag) -> bool {
    let value = Value(word);
    match tag {
        Tag::INT => value.is_int(),
        Tag::FLOAT => value.is_float(),
        Tag::SYMBOL => value.is_symbol(),
        Tag::IMM => value.is_imm(),
        Tag(layout) => {
            value.is_heap()
                && (memory.load(value.addr() as u64) >> HEADER_LAYOUT_SHIFT) as u8 == layout
        }
    }
}

impl Activation {
    fn new(code: Rc<Code>, memory: Memory) -> Activation {
        let values = code.fragments.iter().map(|_| Vec::new()).collect();
        Activation {
            code,
            fragment: 0,
            at: 0,
            values,
            memory,
        }
    }

    /// Starts a fragment with inputs from the exit buffer.
    fn start(&mut self, fragment: usize) {
        let trace = &self.code.fragments[fragment].trace;
        let values = &mut self.values[fragment];
        values.clear();
        values.resize(trace.values as usize, 0);
        for (i, value) in values.iter_mut().enumerate().take(trace.inputs.len()) {
            *value = self.memory.buffer(i);
        }
        (self.fragment, self.at) = (fragment, 0);
    }

    /// Goes on after a label, whose operands are in the exit buffer.
    fn start_label(&mut self, label: LabelId) {
        let place = self.code.plan.labels[&label];
        let trace = &self.code.fragments[place.fragment].trace;
        let values = &mut self.values[place.fragment];
        values.resize(trace.values as usize, 0);
        for (i, arg) in trace.insts[place.at].args.iter().enumerate() {
            values[arg.index()] = self.memory.buffer(i);
        }
        (self.fragment, self.at) = (place.fragment, place.at + 1);
    }

    fn point(&mut self, selector: u32) {
        let point = self.code.plan.points[selector as usize];
        match point.key {
            Key::Label(label) => self.start_label(label),
            _ => self.start(point.fragment),
        }
    }

    fn get(&self, value: OpRef) -> u64 {
        if value.is_const() {
            self.code.fragments[self.fragment].trace.consts[value.const_index()].bits
        } else {
            self.values[self.fragment][value.index()]
        }
    }

    fn to_buffer(&self, values: &[OpRef]) {
        for (i, value) in values.iter().enumerate() {
            self.memory.set_buffer(i, self.get(*value));
        }
    }

    fn step(&mut self, inst: &Inst) -> Step {
        let a = inst.args.first().map_or(0, |a| self.get(*a));
        let b = inst.args.get(1).map_or(0, |b| self.get(*b));
        let result = match inst.op {
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf => {
                match eval_checked(inst.op, a, b) {
                    Some(result) => result,
                    None => return Step::Exit,
                }
            }
            op if op.is_guard() => {
                return if self.holds(inst, a, b) {
                    Step::Next
                } else {
                    Step::Exit
                };
            }
            Op::IsTag => self.tag_matches(inst, a) as u64,
            Op::BoxFloat => self.box_float(a),
            op if op.class() == Class::Pure => match inst.args.len() {
                1 => eval1(op, a),
                _ => eval2(op, a, b),
            },
            Op::Load | Op::LoadItem | Op::LoadShape | Op::LoadReg => self.load(inst, a, b),
            Op::Store | Op::StoreItem | Op::StoreShape | Op::StoreReg | Op::AddDepth => {
                self.store(inst, a, b);
                return Step::Next;
            }
            Op::New => self.new_object(inst),
            Op::NewItems => self.new_items(inst, a),
            Op::Call | Op::CallFloat => {
                let Descr::Native(native) = inst.descr else {
                    unreachable!("verified: call has a native");
                };
                let args: Vec<u64> = inst.args.iter().map(|a| self.get(*a)).collect();
                native.call(self.memory.vm(), &args)
            }
            Op::Jump => return Step::Jump(label_of(inst.descr).expect("checked by the plan")),
            Op::Enter => match inst.descr {
                Descr::Trace(trace) => return Step::Enter(trace, a),
                _ => unreachable!("verified: enter has a trace"),
            },
            Op::Goto => match inst.descr {
                Descr::Arrival { language, how } => return Step::Goto(language, how, a),
                _ => unreachable!("verified: goto has an arrival"),
            },
            Op::Exit => return Step::Exit,
            _ => return Step::Next,
        };
        self.values[self.fragment][inst.result.index()] = result;
        Step::Next
    }

    fn tag_matches(&self, inst: &Inst, word: u64) -> bool {
        match inst.descr {
            Descr::Tag(tag) => has_tag(self.memory, word, tag),
            _ => unreachable!("verified: tag tests have a tag"),
        }
    }

    fn holds(&self, inst: &Inst, a: u64, b: u64) -> bool {
        match (inst.op, inst.descr) {
            (Op::GuardTrue, _) => a != 0,
            (Op::GuardFalse, _) => a == 0,
            (Op::GuardTag, _) => self.tag_matches(inst, a),
            (Op::GuardValue, _) => a == b,
            (Op::GuardShape, Descr::Shape(shape)) => {
                self.memory.load(Value(a).addr() as u64) >> HEADER_SHAPE_SHIFT == u64::from(shape)
            }
            (Op::GuardNotRaised, _) => a != Value::RAISED.0,
            (Op::GuardRaised, _) => a == Value::RAISED.0,
            // Like quickly made code, it comes back to the driver from time to time: so
            // tests see exits at polls wherever there are any.
            (Op::GuardNoPoll, _) => self.memory.with(|vm| {
                vm.countdown -= 1;
                vm.fuel = vm.fuel.saturating_sub(self.code.fuel.into());
                vm.countdown >= 0 && vm.poll == 0 && vm.fuel >= 0
            }),
            (Op::GuardValid, _) => self.code.validity.is_valid(),
            (Op::GuardDepth, _) => {
                (self.memory).with(|vm| vm.depth + DEPTH_MARGIN < vm.depth_limit)
            }
            _ => unreachable!("verified: guards have their descriptors"),
        }
    }

    fn box_float(&self, bits: u64) -> u64 {
        let float = f64::from_bits(bits);
        match Value::float(float) {
            Some(value) => value.0,
            None => self.memory.with(|vm| vm.box_float)(self.memory.vm(), float),
        }
    }

    fn load(&self, inst: &Inst, a: u64, index: u64) -> u64 {
        let item = index >> INT_SHIFT;
        match inst.descr {
            Descr::Field(field) => self
                .memory
                .load(Value(a).addr() as u64 + u64::from(field.word) * 8),
            Descr::Items(items) => {
                let start = Value(a).addr() as u64 + u64::from(items.start) * 8;
                if kind_is_word(items.kind) {
                    self.memory.load(start + item * 8)
                } else {
                    u64::from(self.memory.load_byte(start + item)) << INT_SHIFT
                }
            }
            Descr::Reg(reg) => self.memory.with(|vm| vm.regs[reg as usize].0),
            _ => {
                let header = self.memory.load(Value(a).addr() as u64);
                header >> HEADER_SHAPE_SHIFT << INT_SHIFT
            }
        }
    }

    fn store(&self, inst: &Inst, a: u64, b: u64) {
        match (inst.op, inst.descr) {
            (Op::Store, Descr::Field(field)) => {
                self.barrier(field.kind, a, None, b);
                let address = Value(a).addr() as u64 + u64::from(field.word) * 8;
                self.memory.store(address, b);
            }
            (Op::StoreItem, Descr::Items(items)) => {
                let value = self.get(inst.args[2]);
                self.barrier(items.kind, a, Some(b >> INT_SHIFT), value);
                let start = Value(a).addr() as u64 + u64::from(items.start) * 8;
                let item = b >> INT_SHIFT;
                if kind_is_word(items.kind) {
                    self.memory.store(start + item * 8, value);
                } else {
                    let byte = (value >> INT_SHIFT) as u8;
                    self.memory.store_byte(start + item, byte);
                }
            }
            (Op::StoreShape, Descr::Shape(shape)) => {
                let address = Value(a).addr() as u64;
                let header = self.memory.load(address) & ((1 << HEADER_SHAPE_SHIFT) - 1);
                let shape = u64::from(shape) << HEADER_SHAPE_SHIFT;
                self.memory.store(address, header | shape);
            }
            (Op::StoreReg, Descr::Reg(reg)) => {
                self.memory.with(|vm| vm.regs[reg as usize] = Value(a))
            }
            (Op::AddDepth, _) => self.memory.with(|vm| vm.depth += a as i64 >> INT_SHIFT),
            _ => unreachable!("verified: stores have their descriptors"),
        }
    }

    fn barrier(&self, kind: Kind, holder: u64, item: Option<u64>, value: u64) {
        if kind == Kind::Val
            && Value(value).is_heap()
            && self.memory.load(Value(holder).addr() as u64) & FLAG_UNLOGGED != 0
        {
            let (object, log_item) = self.memory.with(|vm| (vm.log_object, vm.log_item));
            match item {
                Some(index) => log_item(self.memory.vm(), holder, index),
                None => object(self.memory.vm(), holder),
            }
        }
    }

    fn new_object(&self, inst: &Inst) -> u64 {
        let Descr::Layout {
            layout,
            shape,
            words,
        } = inst.descr
        else {
            unreachable!("verified: new has a layout");
        };
        let bytes = words as usize * 8;
        let address = self.memory.with(|vm| {
            let address = vm.nursery_next;
            (address + bytes <= vm.nursery_end).then(|| {
                vm.nursery_next += bytes;
                address
            })
        });
        let address = address.unwrap_or_else(|| {
            let grow = self.memory.with(|vm| vm.grow_nursery);
            grow(self.memory.vm(), bytes)
        }) as u64;
        for word in 1..u64::from(words) {
            self.memory.store(address + word * 8, 0);
        }
        self.memory
            .store(address, header(layout, words as usize, shape));
        Value::heap(address as usize).0
    }

    fn new_items(&self, inst: &Inst, count: u64) -> u64 {
        let Descr::Layout { layout, shape, .. } = inst.descr else {
            unreachable!("verified: new_items has a layout");
        };
        debug_assert!(lookup(layout).is_none_or(|l| l.items.is_some()));
        let alloc = self.memory.with(|vm| vm.alloc_items);
        alloc(
            self.memory.vm(),
            header(layout, 0, shape),
            count >> INT_SHIFT,
        )
    }
}

impl PortableBackend {
    /// Evaluates from a point of `code` until control leaves all code.
    fn run(&self, code: Rc<Code>, selector: u32, memory: Memory) -> Outcome {
        let mut now = Activation::new(code, memory);
        now.point(selector);
        loop {
            let code = now.code.clone();
            let fragment = &code.fragments[now.fragment];
            let inst = &fragment.trace.insts[now.at];
            now.at += 1;
            let key = match now.step(inst) {
                Step::Next => continue,
                Step::Exit => {
                    let exit = fragment.exits[now.at - 1].expect("checked by the plan");
                    let snapshot = inst.snapshot.expect("checked by the plan");
                    now.to_buffer(&code.plan.exit_values[now.fragment][snapshot.index()]);
                    if let Some(&bridge) = code.plan.bridges.get(&exit) {
                        now.start(bridge);
                        continue;
                    }
                    Key::Exit(exit)
                }
                Step::Jump(label) => {
                    now.to_buffer(&inst.args);
                    if code.plan.labels.contains_key(&label) {
                        now.start_label(label);
                        continue;
                    }
                    Key::Label(label)
                }
                Step::Goto(language, how, frame) => {
                    let at = Value(frame).addr() as u64 + u64::from(Frame::TOKEN.raw.word) * 8;
                    let token = Value(memory.load(at)).as_int();
                    memory.set_buffer(0, frame);
                    match self.state.borrow().bound.get(&(language, token)) {
                        Some(trace) => Key::Entry(*trace),
                        None => {
                            memory.with(|vm| vm.frame = Value(frame));
                            return Outcome::Goto {
                                language,
                                how,
                                frame,
                            };
                        }
                    }
                }
                Step::Enter(trace, frame) => {
                    memory.set_buffer(0, frame);
                    Key::Entry(trace)
                }
            };
            match (self.find(key), key) {
                (Some((code, target)), _) => {
                    now = Activation::new(code, memory);
                    now.point(target.selector);
                }
                (None, Key::Exit(exit)) => return Outcome::Exit(exit),
                (None, Key::Entry(trace)) => {
                    let frame = memory.buffer(0);
                    memory.with(|vm| vm.frame = Value(frame));
                    return Outcome::Enter { trace, frame };
                }
                (None, Key::Label(label)) => {
                    unreachable!("a jump to {label:?}, whose code was freed")
                }
            }
        }
    }
}

impl Backend for PortableBackend {
    fn compile(&self, unit: &Unit) -> Result<CodeId, CompileError> {
        let state = &mut *self.state.borrow_mut();
        let links = &state.links;
        let plan = Plan::new(unit, |label| links.target(Key::Label(label)).is_some())?;
        let fragments = (unit.fragments.iter())
            .map(|fragment| {
                let mut exits = fragment.exits.iter().copied();
                let exits = (fragment.trace.insts.iter())
                    .map(|inst| inst.op.has_snapshot().then(|| exits.next()).flatten())
                    .collect();
                let trace = fragment.trace.clone();
                Fragment { trace, exits }
            })
            .collect();
        state.stats.units += 1;
        state.stats.fragments += unit.fragments.len() as u64;
        state.stats.ops += (unit.fragments.iter())
            .map(|f| f.trace.insts.len() as u64)
            .sum::<u64>();
        let keys = plan.points.iter().map(|p| p.key).collect();
        let code = state.links.publish(keys, plan.imports.clone());
        state.codes.push(Some(Rc::new(Code {
            fragments,
            plan,
            validity: unit.own_validity(),
            fuel: unit.fuel,
        })));
        Ok(code)
    }

    fn attach(&self, exit: ExitId, code: CodeId) {
        self.state.borrow_mut().links.attach(exit, code);
    }

    fn detach(&self, exit: ExitId) {
        self.state.borrow_mut().links.detach(exit);
    }

    fn bind(&self, language: u8, token: i64, trace: TraceId) {
        let mut state = self.state.borrow_mut();
        state.bound.insert((language, token), trace);
    }

    fn free(&self, code: CodeId) -> Vec<CodeId> {
        let state = &mut *self.state.borrow_mut();
        let freed = state.links.free(code);
        for code in &freed.codes {
            state.codes[code.0 as usize] = None;
        }
        freed.codes
    }

    fn invalidate(&self, code: CodeId) {
        if let Some(code) = &self.state.borrow().codes[code.0 as usize] {
            code.validity.invalidate();
        }
    }

    fn has_entry(&self, trace: TraceId) -> bool {
        let state = self.state.borrow();
        state.links.target(Key::Entry(trace)).is_some()
    }

    fn enter(&self, vm: *mut VmCore, trace: TraceId, frame: u64) -> Outcome {
        let memory = Memory::new(vm);
        let (code, target) = self.find(Key::Entry(trace)).expect("the trace has code");
        memory.set_buffer(0, frame);
        memory.with(|vm| vm.trace_entries += 1);
        let outcome = self.run(code, target.selector, memory);
        memory.with(|vm| {
            vm.exit_count += 1;
            if let Outcome::Exit(exit) = outcome {
                vm.exit_id = u64::from(exit.0);
            }
        });
        outcome
    }

    fn keep_text(&self, _keep: bool) {}

    /// Evaluated code is its trace.
    fn disassemble(&self, code: CodeId) -> String {
        let state = self.state.borrow();
        let code = state.codes.get(code.0 as usize).and_then(Option::as_ref);
        let fragments = code.map_or(&[][..], |code| &code.fragments);
        fragments.iter().map(|f| f.trace.to_string()).collect()
    }

    fn stats(&self) -> BackendStats {
        self.state.borrow().stats
    }
}
