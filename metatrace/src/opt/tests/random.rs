//! Random loops, recorded by a toy recorder, must mean the same after optimisation.

use super::world::{Isomorphism, ROOT_PAIR, Seen, World, run};
use super::*;
use crate::ir::eval::Memory;
use crate::ir::pure::{eval_checked, eval1, eval2};
use crate::ir::{Descr, FrameSnap, FrameSnapId, LabelId, OpRef, SnapVal, Snapshot, Ty};
use crate::layout::{FLOAT_BOX, FRAME, Frame, LayoutType};
use std::collections::HashMap;

/// xorshift: the same programs every time.
#[derive(Clone)]
pub struct Rng(pub u64);
impl Rng {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

const SLOTS: usize = 7;

#[derive(Copy, Clone, Debug)]
struct Red {
    op: OpRef,
    bits: u64,
}

/// Records a random loop body while executing it.
struct Recorder {
    rng: Rng,
    trace: Trace,
    world: World,
    frame: Red,
    slots: Vec<Red>,
    /// Slots at the start of the bytecode.
    base: Option<FrameSnapId>,
    log: Vec<OpRef>,
    impure: u32,
    effect: bool,
    token: i64,
    depth: i32,
    base_depth: i32,
    tags: HashMap<OpRef, Tag>,
}

fn field<T, K>(f: crate::layout::Field<T, K>) -> FieldRef {
    f.raw
}

impl Recorder {
    fn ty(&self, r: Red) -> Ty {
        self.trace.ty(r.op)
    }

    fn constant(&mut self, ty: Ty, bits: u64) -> Red {
        let op = self.trace.constant(ty, bits);
        Red { op, bits }
    }

    fn int(&mut self, i: i64) -> Red {
        self.constant(Ty::Int, Value::small(i).0)
    }

    fn emit(&mut self, op: Op, ty: Ty, args: &[Red], descr: Descr, bits: u64) -> Red {
        let args: Vec<OpRef> = args.iter().map(|a| a.op).collect();
        let op = self.trace.push(op, ty, &args, descr, None);
        Red { op, bits }
    }

    fn begin(&mut self) {
        self.token += 1;
        self.base = None;
        self.log.clear();
        self.impure = 0;
        self.effect = false;
        self.base_depth = self.depth;
        let slots = self.slots.iter().enumerate();
        let slots = slots.map(|(i, r)| (i as u16, SnapVal::Op(r.op))).collect();
        let frame = FrameSnap {
            parent: None,
            object: Some(SnapVal::Op(self.frame.op)),
            words: 4 + SLOTS as u16,
            token: self.token,
            aux: None,
            slots,
        };
        self.base = Some(self.trace.add_frame(frame));
    }

    fn snapshot(&mut self) -> crate::ir::SnapshotId {
        let mut snapshot = Snapshot {
            frame: self.base,
            depth: self.base_depth,
            ..Snapshot::default()
        };
        if self.effect {
            snapshot.log = self.log.iter().map(|v| SnapVal::Op(*v)).collect();
            snapshot.log_tys = self.log.iter().map(|v| self.trace.ty(*v)).collect();
            snapshot.log_len = self.impure;
        }
        self.trace.add_snapshot(snapshot)
    }

    fn guard(&mut self, op: Op, args: &[Red], descr: Descr, bits: u64) -> Red {
        let args: Vec<OpRef> = args.iter().map(|a| a.op).collect();
        let snapshot = self.snapshot();
        let op = self.trace.push(op, op.ret(), &args, descr, Some(snapshot));
        Red { op, bits }
    }

    fn branch(&mut self, c: Red) {
        let op = if c.bits != 0 {
            Op::GuardTrue
        } else {
            Op::GuardFalse
        };
        self.guard(op, &[c], Descr::None, 0);
    }

    fn logged(&mut self, r: Red) -> Red {
        self.log.push(r.op);
        self.impure += 1;
        r
    }

    fn effect(&mut self) {
        self.impure += 1;
        self.effect = true;
    }

    fn op2(&mut self, op: Op, a: Red, b: Red) -> Red {
        let bits = eval2(op, a.bits, b.bits);
        self.emit(op, op.ret(), &[a, b], Descr::None, bits)
    }

    fn op1(&mut self, op: Op, a: Red) -> Red {
        let bits = eval1(op, a.bits);
        self.emit(op, op.ret(), &[a], Descr::None, bits)
    }

    fn tag(&mut self, r: Red) -> Tag {
        if self.ty(r) == Ty::Int {
            return Tag::INT;
        }
        let tag = self.world.tag_of(r.bits);
        if !r.op.is_const() && self.tags.get(&r.op) != Some(&tag) {
            if self.rng.below(8) == 0 {
                let c = self.emit(Op::IsTag, Ty::Bool, &[r], Descr::Tag(tag), 1);
                self.branch(c);
            } else {
                self.guard(Op::GuardTag, &[r], Descr::Tag(tag), 0);
            }
            self.tags.insert(r.op, tag);
        }
        tag
    }

    fn load(&mut self, o: Red, f: FieldRef) -> Red {
        let bits = self.world.load(o.bits, f);
        let r = self.emit(Op::Load, Ty::of_kind(f.kind), &[o], Descr::Field(f), bits);
        self.logged(r)
    }

    fn store(&mut self, o: Red, f: FieldRef, v: Red) {
        self.world.store(o.bits, f, v.bits);
        self.emit(Op::Store, Ty::Void, &[o, v], Descr::Field(f), 0);
        if f.mutability != crate::layout::Mutability::Immutable {
            self.effect();
        } else {
            self.impure += 1;
            self.effect = true;
        }
    }

    fn new_object(&mut self, layout: u8, words: u16) -> Red {
        let descr = Descr::Layout {
            layout,
            shape: layout as u32,
            words,
        };
        let bits = self.world.make(layout, layout as u32, words as usize);
        let r = self.emit(Op::New, Ty::Val, &[], descr, bits);
        self.tags.insert(r.op, Tag::layout(layout));
        self.logged(r)
    }

    fn unbox(&mut self, r: Red) -> Red {
        self.op1(Op::UnboxFloat, r)
    }

    fn boxed(&mut self, r: Red) -> Red {
        let bits = self.world.box_float(f64::from_bits(r.bits));
        self.emit(Op::BoxFloat, Ty::Val, &[r], Descr::None, bits)
    }

    /// A random value: a slot or a constant.
    fn any(&mut self) -> Red {
        match self.rng.below(8) {
            0 => {
                let i = self.rng.below(5) as i64 - 2;
                self.int(i)
            }
            1 if self.rng.below(3) == 0 => {
                let v = Value::float(1.5).expect("immediate");
                self.constant(Ty::Val, v.0)
            }
            _ => self.slots[self.rng.below(SLOTS)],
        }
    }

    fn set(&mut self, v: Red) {
        // Slot 0 is the counter.
        let slot = 1 + self.rng.below(SLOTS - 1);
        self.slots[slot] = v;
    }

    fn bytecode(&mut self) {
        self.begin();
        match self.rng.below(26) {
            0..=5 => self.arithmetic(),
            6 | 7 => self.compare(),
            8..=10 => self.allocate(),
            11..=15 => self.access(),
            16 => self.call(),
            17 => self.registers(),
            18 => self.identity(),
            19 => self.shapes(),
            20 => self.promote(),
            21 => {
                let v = self.slots[self.rng.below(SLOTS)];
                self.set(v);
            }
            22 => {
                self.guard(Op::GuardNoPoll, &[], Descr::None, 0);
            }
            23..=24 => self.replace(),
            _ => self.depth(),
        }
    }

    /// A pair's word gets a new pair, made from the one that it holds, if it does.
    fn replace(&mut self) {
        let holder = self.slots[SLOTS - 1];
        if self.tag(holder) != Tag::layout(Pair::LAYOUT.id) {
            return;
        }
        let f = match self.rng.below(3) {
            0 => field(Pair::B),
            _ => field(Pair::A),
        };
        let old = self.load(holder, f);
        let mut parts = [self.any(), self.any()];
        if self.tag(old) == Tag::layout(Pair::LAYOUT.id) {
            parts[0] = self.load(old, field(Pair::A));
            if self.rng.below(2) == 0 {
                parts[1] = self.load(old, field(Pair::B));
            }
            let one = self.int(1);
            let bits = parts[0].bits.wrapping_add(one.bits);
            let small = |bits: u64| Value(bits).to_int().is_some_and(|i| i.abs() < 1000);
            if self.tag(parts[0]) == Tag::INT && small(parts[0].bits) {
                parts[0] = self.guard(Op::IntAddOvf, &[parts[0], one], Descr::None, bits);
            }
        }
        if self.rng.below(6) == 0 {
            parts[1] = old;
        }
        let new = self.new_object(Pair::LAYOUT.id, 3);
        self.store(new, field(Pair::A), parts[0]);
        self.store(new, field(Pair::B), parts[1]);
        self.store(holder, f, new);
        if self.rng.below(4) == 0 {
            self.set(new);
        }
    }

    fn depth(&mut self) {
        let by = self.rng.below(3) as i64 - 1;
        let by = self.int(by);
        self.guard(Op::GuardDepth, &[], Descr::None, 0);
        self.world.add_depth(Value(by.bits).as_int());
        self.emit(Op::AddDepth, Ty::Void, &[by], Descr::None, 0);
    }

    fn arithmetic(&mut self) {
        let (a, b) = (self.any(), self.any());
        let (ta, tb) = (self.tag(a), self.tag(b));
        if (ta, tb) == (Tag::INT, Tag::INT) {
            let ops = [
                Op::IntAddOvf,
                Op::IntSubOvf,
                Op::IntMulOvf,
                Op::IntAnd,
                Op::IntOr,
                Op::IntXor,
                Op::IntMod,
                Op::IntFloorDiv,
                Op::IntShr,
                Op::IntNot,
            ];
            let op = ops[self.rng.below(ops.len())];
            let r = match op {
                Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf => {
                    match eval_checked(op, a.bits, b.bits) {
                        Some(bits) => self.guard(op, &[a, b], Descr::None, bits),
                        None => return,
                    }
                }
                Op::IntMod | Op::IntFloorDiv => {
                    let divisors = [1, 2, 3, 4, 8, -1, -3];
                    let d = divisors[self.rng.below(7)];
                    if d == -1 && a.bits as i64 == i64::MIN {
                        return;
                    }
                    let d = self.int(d);
                    self.op2(op, a, d)
                }
                Op::IntShr => {
                    let n = self.rng.below(5) as i64;
                    let n = self.int(n);
                    self.op2(op, a, n)
                }
                Op::IntNot => self.op1(op, a),
                _ => self.op2(op, a, b),
            };
            return self.set(r);
        }
        if ta == Tag::FLOAT {
            let x = self.unbox(a);
            let y = match tb {
                Tag::FLOAT => self.unbox(b),
                Tag::INT => self.op1(Op::IntToFloat, b),
                _ => self.constant(Ty::Float, 0.5f64.to_bits()),
            };
            let ops = [Op::FloatAdd, Op::FloatSub, Op::FloatMul];
            let op = ops[self.rng.below(3)];
            // Products of variables would soon leave the immediate floats.
            let y = match op {
                Op::FloatMul => self.constant(Ty::Float, 0.5f64.to_bits()),
                _ => y,
            };
            let r = self.op2(op, x, y);
            if Value::float(f64::from_bits(r.bits)).is_some() {
                let r = self.boxed(r);
                self.tags.insert(r.op, Tag::FLOAT);
                self.set(r);
            }
        }
    }

    fn compare(&mut self) {
        let (a, b) = (self.any(), self.any());
        if (self.tag(a), self.tag(b)) != (Tag::INT, Tag::INT) {
            return;
        }
        let ops = [Op::IntLt, Op::IntLe, Op::IntEq, Op::IntNe, Op::IntULt];
        let op = ops[self.rng.below(5)];
        let c = self.op2(op, a, b);
        match self.rng.below(4) {
            0 => {
                let v = self.op1(Op::BoolToVal, c);
                self.set(v);
            }
            1 => {
                let v = self.op1(Op::BoolToInt, c);
                self.set(v);
            }
            _ => self.branch(c),
        }
    }

    fn allocate(&mut self) {
        let (x, y) = (self.any(), self.any());
        let object = match self.rng.below(4) {
            0 | 1 => {
                let o = self.new_object(Pair::LAYOUT.id, 3);
                self.store(o, field(Pair::A), x);
                self.store(o, field(Pair::B), y);
                o
            }
            2 => {
                let o = self.new_object(Cell::LAYOUT.id, 2);
                self.store(o, field(Cell::X), x);
                o
            }
            _ => {
                let n = 1 + self.rng.below(4) as i64;
                let descr = Descr::Layout {
                    layout: Arr::LAYOUT.id,
                    shape: 3,
                    words: 0,
                };
                let bits = self.world.alloc_items(Arr::LAYOUT.id, 3, n);
                let n = self.int(n);
                let o = self.emit(Op::NewItems, Ty::Val, &[n], descr, bits);
                self.tags.insert(o.op, Tag::layout(Arr::LAYOUT.id));
                self.logged(o);
                self.store(o, Arr::ITEMS.raw.field(0), x);
                o
            }
        };
        self.set(object);
    }

    fn access(&mut self) {
        let mut o = self.any();
        if self.rng.below(4) == 0 {
            o = self.slots[1 + self.rng.below(SLOTS - 1)];
        }
        let tag = self.tag(o);
        let v = self.any();
        let write = self.rng.below(2) == 0;
        if tag == Tag::layout(Pair::LAYOUT.id) {
            let f = if self.rng.below(2) == 0 {
                field(Pair::A)
            } else {
                field(Pair::B)
            };
            if write {
                self.store(o, f, v);
            } else {
                let r = self.load(o, f);
                self.set(r);
            }
        } else if tag == Tag::layout(Cell::LAYOUT.id) {
            let r = self.load(o, field(Cell::X));
            self.set(r);
        } else if tag == Tag::layout(Arr::LAYOUT.id) {
            let n = self.load(o, field(Arr::LEN));
            let i = self.any();
            if self.tag(i) != Tag::INT {
                return self.set(n);
            }
            let c = self.op2(Op::IntULt, i, n);
            self.branch(c);
            if c.bits == 0 {
                return;
            }
            let (at, items) = (Value(i.bits).as_int(), Arr::ITEMS.raw);
            if write {
                self.world.store_item(o.bits, items, at, v.bits);
                self.emit(Op::StoreItem, Ty::Void, &[o, i, v], Descr::Items(items), 0);
                self.effect();
            } else {
                let bits = self.world.load_item(o.bits, items, at);
                let r = self.emit(Op::LoadItem, Ty::Val, &[o, i], Descr::Items(items), bits);
                let r = self.logged(r);
                self.set(r);
            }
        } else if tag == Tag::layout(Point::LAYOUT.id) {
            if write {
                if self.tag(v) == Tag::FLOAT {
                    let raw = self.unbox(v);
                    self.store(o, field(Point::X), raw);
                }
            } else {
                let raw = self.load(o, field(Point::X));
                let r = self.boxed(raw);
                self.set(r);
            }
        }
    }

    fn call(&mut self) {
        let a = self.any();
        let native = NATIVES[self.rng.below(NATIVES.len())];
        if native.name == "pure" && self.tag(a) != Tag::INT {
            return;
        }
        let bits = self.world.call(native, &[a.bits]);
        let r = self.emit(Op::Call, Ty::Val, &[a], Descr::Native(native), bits);
        if !native.effects.pure {
            self.logged(r);
            self.effect = true;
        }
        self.set(r);
    }

    fn registers(&mut self) {
        let reg = 1 + self.rng.below(3) as u8;
        if self.rng.below(2) == 0 {
            let v = self.any();
            self.world.store_reg(reg, v.bits);
            self.emit(Op::StoreReg, Ty::Void, &[v], Descr::Reg(reg), 0);
            self.effect();
        } else {
            let bits = self.world.load_reg(reg);
            let r = self.emit(Op::LoadReg, Ty::Val, &[], Descr::Reg(reg), bits);
            let r = self.logged(r);
            self.set(r);
        }
    }

    fn identity(&mut self) {
        let (a, b) = (self.any(), self.any());
        if self.tag(a) == Tag::FLOAT && self.tag(b) == Tag::FLOAT {
            return;
        }
        let c = self.op2(Op::Same, a, b);
        self.branch(c);
    }

    fn shapes(&mut self) {
        let o = self.any();
        if !self.tag(o).is_heap() {
            return;
        }
        if self.rng.below(3) == 0 {
            let shape = 500 + self.rng.below(3) as u32;
            self.world.store_shape(o.bits, shape);
            self.emit(Op::StoreShape, Ty::Void, &[o], Descr::Shape(shape), 0);
            self.effect();
        } else {
            let shape = self.world.load_shape(o.bits);
            self.guard(Op::GuardShape, &[o], Descr::Shape(shape), 0);
        }
    }

    fn promote(&mut self) {
        let v = self.any();
        if v.op.is_const() || self.world.tag_of(v.bits).is_heap() || self.tag(v) == Tag::FLOAT {
            return;
        }
        if self.rng.below(3) == 0 {
            let c = self.constant(self.ty(v), v.bits);
            self.guard(Op::GuardValue, &[v, c], Descr::None, 0);
        }
    }
}

/// The world before the loop: an old pair, and a frame with values of all kinds.
fn first_world(rng: &mut Rng) -> (World, u64) {
    let mut world = World::new();
    let root = world.make(Pair::LAYOUT.id, 9, 3);
    assert_eq!(root, ROOT_PAIR);
    let other = world.make(Pair::LAYOUT.id, 9, 3);
    let arr = world.alloc_items(Arr::LAYOUT.id, 3, 4);
    let point = world.make(Point::LAYOUT.id, 5, 3);
    let cell = world.make(Cell::LAYOUT.id, 4, 2);
    for reg in &mut world.regs {
        *reg = Value::small(3).0;
    }
    world.store(cell, field(Cell::X), other);
    let frame = world.make(FRAME, 0, 4 + SLOTS);
    for slot in 1..SLOTS {
        let value = match rng.below(9) {
            0 => root,
            1 => other,
            2 => arr,
            3 => point,
            4 => cell,
            5 => Value::float(2.5).expect("immediate").0,
            _ => Value::small(rng.below(7) as i64 - 1).0,
        };
        world.store(frame, Frame::SLOTS.raw.field(slot as u16), value);
    }
    if rng.below(3) == 0 {
        world.store(frame, Frame::SLOTS.raw.field(SLOTS as u16 - 1), root);
    }
    (world, frame)
}

/// A random loop and the world it was recorded in.
fn record(seed: u64) -> (Trace, World, u64) {
    let mut rng = Rng(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    rng.next();
    let (world, frame) = first_world(&mut rng);
    let before = world.clone();
    let mut r = Recorder {
        rng,
        trace: Trace::new(&[Ty::Val]),
        world,
        frame: Red {
            op: OpRef(0),
            bits: frame,
        },
        slots: Vec::new(),
        base: None,
        log: Vec::new(),
        impure: 0,
        effect: false,
        token: 100,
        depth: 0,
        base_depth: 0,
        tags: HashMap::new(),
    };
    let mut args = vec![OpRef(0)];
    for slot in 0..SLOTS {
        let f = Frame::SLOTS.raw.field(slot as u16);
        let bits = r.world.load(frame, f);
        let loaded = r.emit(Op::Load, Ty::Val, &[r.frame], Descr::Field(f), bits);
        args.push(loaded.op);
    }
    let label = Descr::Label(LabelId(0));
    r.trace.push(Op::Jump, Ty::Void, &args, label, None);
    let params: Vec<OpRef> = args.iter().map(|_| r.trace.new_value(Ty::Val)).collect();
    r.trace.push(Op::Label, Ty::Void, &params, label, None);
    r.frame.op = params[0];
    for slot in 0..SLOTS {
        let bits = r.world.load(frame, Frame::SLOTS.raw.field(slot as u16));
        r.slots.push(Red {
            op: params[slot + 1],
            bits,
        });
    }
    // The counter: leaves after a few iterations.
    r.begin();
    let counter = r.slots[0];
    r.tag(counter);
    let limit = 1 + r.rng.below(5) as i64;
    let limit = r.int(limit);
    let more = r.op2(Op::IntLt, counter, limit);
    r.branch(more);
    let one = r.int(1);
    let bits = counter.bits + one.bits;
    r.slots[0] = r.guard(Op::IntAddOvf, &[counter, one], Descr::None, bits);
    let count = 1 + r.rng.below(14);
    for _ in 0..count {
        r.bytecode();
    }
    r.token = 100;
    r.begin();
    let mut args = vec![r.frame.op];
    args.extend(r.slots.iter().map(|s| s.op));
    let snapshot = r.snapshot();
    r.trace
        .push(Op::Jump, Ty::Void, &args, label, Some(snapshot));
    (r.trace, before, frame)
}

fn compare(recorded: &Seen, optimised: &Seen, old: u64) -> Result<(), String> {
    let tokens = |s: &Seen| s.frames.iter().map(|f| f.0).collect::<Vec<_>>();
    if tokens(recorded) != tokens(optimised) {
        return Err(format!(
            "exits {:?} and {:?}",
            tokens(recorded),
            tokens(optimised)
        ));
    }
    if recorded.world.depth != optimised.world.depth {
        return Err("depths differ".into());
    }
    let mut iso = Isomorphism {
        a: &recorded.world,
        b: &optimised.world,
        pairs: HashMap::new(),
        work: Vec::new(),
        old,
    };
    for (a, b) in recorded.frames.iter().zip(&optimised.frames) {
        iso.value(a.1, b.1)?;
    }
    for (a, b) in recorded.log.iter().zip(&optimised.log) {
        iso.value(*a, *b).map_err(|e| format!("log: {e}"))?;
    }
    for (a, b) in recorded.world.regs.iter().zip(&optimised.world.regs) {
        iso.value(*a, *b).map_err(|e| format!("register: {e}"))?;
    }
    let mut all: Vec<u64> = recorded
        .world
        .objects
        .keys()
        .copied()
        .filter(|o| *o < old)
        .collect();
    all.sort_unstable();
    for object in all {
        iso.value(object, object)?;
    }
    iso.rest()
}

fn optimise(trace: &Trace, options: &OptOptions) -> Result<OptResult, OptError> {
    let mut next_label = 100;
    let mut env = OptEnv {
        heap: &NoHeap,
        next_label: &mut next_label,
        options: options.clone(),
    };
    optimize_loop(trace, &mut env)
}

/// Other worlds to run the trace in: other values in the slots, a counter that
/// starts elsewhere.
fn worlds(world: &World, frame: u64, rng: &mut Rng) -> Vec<World> {
    let mut out = vec![world.clone()];
    for _ in 0..3 {
        let mut other = world.clone();
        let objects = [ROOT_PAIR, ROOT_PAIR + 0x100, ROOT_PAIR + 0x200];
        for _ in 0..2 {
            let f = Frame::SLOTS.raw.field(rng.below(SLOTS) as u16);
            let value = match rng.below(4) {
                0 => objects[rng.below(3)],
                1 => Value::float(0.25).expect("immediate").0,
                _ => Value::small(rng.below(9) as i64 - 4).0,
            };
            other.store(frame, f, value);
        }
        out.push(other);
    }
    out
}

fn check_seed(seed: u64, options: &OptOptions) -> bool {
    let (trace, world, frame) = record(seed);
    crate::ir::verify::verify(&trace).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{trace}"));
    let Ok(result) = optimise(&trace, options) else {
        return false;
    };
    let mut rng = Rng(seed | 1);
    for start in worlds(&world, frame, &mut rng) {
        let old = start.clone().make(FRAME, 0, 0);
        let recorded = run(&trace, &[frame], start.clone()).expect("the loop ends");
        let optimised = run(&result.trace, &[frame], start).expect("the loop ends");
        if let Err(e) = compare(&recorded, &optimised, old) {
            panic!(
                "seed {seed}: {e}\nrecorded:\n{trace}\noptimised:\n{}",
                result.trace
            );
        }
    }
    true
}

fn many(options: &OptOptions, count: u64) {
    setup();
    let first: u64 = std::env::var("MTD_SEED")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(1);
    let done = (first..first + count)
        .filter(|s| check_seed(*s, options))
        .count();
    assert!(done as u64 > count / 2, "only {done} traces were optimised");
}

fn seeds() -> u64 {
    std::env::var("MTD_SEEDS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(2000)
}

#[test]
fn random_loops_mean_the_same() {
    many(&OptOptions::default(), seeds());
}

#[test]
fn random_loops_mean_the_same_without_peeling() {
    let options = OptOptions {
        unroll: false,
        ..OptOptions::default()
    };
    many(&options, seeds() / 4);
}

#[test]
fn random_loops_mean_the_same_with_each_pass_off() {
    for pass in 0..8 {
        let mut options = OptOptions::default();
        let switch = [
            &mut options.fold,
            &mut options.reassociate,
            &mut options.intbound,
            &mut options.guard,
            &mut options.pure,
            &mut options.heap,
            &mut options.virtualize,
            &mut options.dce,
        ];
        *switch.into_iter().nth(pass).expect("eight passes") = false;
        many(&options, seeds() / 8);
    }
}

// --------------------------------------------------------------------- bridges

/// Where an optimised loop was left.
struct Left {
    snapshot: crate::ir::SnapshotId,
    values: Vec<u64>,
    world: World,
}

fn leave(trace: &Trace, frame: u64, mut world: World) -> Left {
    let mut eval = crate::ir::eval::Evaluator::new(trace);
    match eval.run(&[frame], &mut world) {
        crate::ir::eval::Stop::Exit {
            snapshot, values, ..
        } => Left {
            snapshot,
            values,
            world,
        },
        stop => panic!("the loop ends in {stop:?}"),
    }
}

/// A value of a snapshot in a bridge.
fn import(
    r: &mut Recorder,
    parent: &Trace,
    ops: &[OpRef],
    left: &Left,
    v: SnapVal,
    virtuals: &[Red],
) -> Red {
    match v {
        SnapVal::Virtual(i) => virtuals[i as usize],
        SnapVal::Op(op) => match parent.const_bits(op) {
            Some(bits) => r.constant(parent.ty(op), bits),
            None => {
                let at = ops.iter().position(|o| *o == op).expect("an exit value");
                Red {
                    op: OpRef(at as u32),
                    bits: left.values[at],
                }
            }
        },
    }
}

/// As it fills a tagged word.
fn tagged(r: &mut Recorder, v: Red) -> Red {
    match r.ty(v) {
        Ty::Float => r.boxed(v),
        Ty::Bool => r.op1(Op::BoolToVal, v),
        _ => v,
    }
}

/// Virtual objects, delayed stores and registers of an exit.
fn import_memory(recorder: &mut Recorder, parent: &Trace, left: &Left, made: &[u64]) -> Vec<Red> {
    let r = recorder;
    let ops = parent.exit_values(left.snapshot);
    let snapshot = parent.snapshot(left.snapshot);
    let mut virtuals = Vec::new();
    for (v, bits) in snapshot.virtuals.iter().zip(made) {
        let descr = |words| Descr::Layout {
            layout: v.layout,
            shape: v.shape,
            words,
        };
        virtuals.push(match v.items {
            Some(n) => {
                let n = r.int(n as i64);
                r.emit(Op::NewItems, Ty::Val, &[n], descr(0), *bits)
            }
            None => r.emit(Op::New, Ty::Val, &[], descr(v.words), *bits),
        });
    }
    for (i, v) in snapshot.virtuals.iter().enumerate() {
        for (word, value) in &v.fields {
            let field = virtualize::word_field(v.layout, *word);
            let value = import(r, parent, &ops, left, *value, &virtuals);
            let value = if Ty::of_kind(field.kind) == Ty::Float {
                value
            } else {
                tagged(r, value)
            };
            r.emit(
                Op::Store,
                Ty::Void,
                &[virtuals[i], value],
                Descr::Field(field),
                0,
            );
        }
    }
    for s in &snapshot.stores {
        let object = import(r, parent, &ops, left, s.object, &virtuals);
        let value = import(r, parent, &ops, left, s.value, &virtuals);
        let value = if Ty::of_kind(s.field.kind) == Ty::Float {
            value
        } else {
            tagged(r, value)
        };
        r.emit(
            Op::Store,
            Ty::Void,
            &[object, value],
            Descr::Field(s.field),
            0,
        );
    }
    for (reg, v) in &snapshot.regs {
        let v = import(r, parent, &ops, left, *v, &virtuals);
        let v = tagged(r, v);
        r.emit(Op::StoreReg, Ty::Void, &[v], Descr::Reg(*reg), 0);
    }
    virtuals
}

/// Records a bridge that does a few random things and jumps to the loop.
fn record_bridge(parent: &Trace, left: &Left, seed: u64) -> Trace {
    let ops = parent.exit_values(left.snapshot);
    let inputs: Vec<Ty> = ops.iter().map(|o| parent.ty(*o)).collect();
    let seen = super::world::rebuild(parent, left.snapshot, &left.values, left.world.clone());
    let mut rng = Rng(seed.wrapping_mul(0x2545_F491_4F6C_DD1D) | 1);
    rng.next();
    let mut r = Recorder {
        rng,
        trace: Trace::new(&inputs),
        world: seen.world,
        frame: Red {
            op: OpRef(0),
            bits: 0,
        },
        slots: Vec::new(),
        base: None,
        log: Vec::new(),
        impure: 0,
        effect: false,
        token: 200,
        depth: 0,
        base_depth: 0,
        tags: HashMap::new(),
    };
    let snapshot = parent.snapshot(left.snapshot);
    let virtuals = import_memory(&mut r, parent, left, &seen.virtuals);
    let by = r.int(snapshot.depth as i64);
    r.emit(Op::AddDepth, Ty::Void, &[by], Descr::None, 0);
    let frame = &parent.frames[snapshot.frame.expect("a frame").index()];
    let object = frame.object.expect("the loop's frame");
    r.frame = import(&mut r, parent, &ops, left, object, &virtuals);
    for slot in 0..SLOTS as u16 {
        let f = Frame::SLOTS.raw.field(slot);
        let red = match frame.slots.iter().find(|s| s.0 == slot) {
            Some((_, v)) => {
                let v = import(&mut r, parent, &ops, left, *v, &virtuals);
                tagged(&mut r, v)
            }
            None => {
                let bits = r.world.load(r.frame.bits, f);
                let frame = r.frame;
                r.emit(Op::Load, Ty::Val, &[frame], Descr::Field(f), bits)
            }
        };
        // What the interpreter has is what the trace computes.
        let bits = r.world.load(r.frame.bits, f);
        r.slots.push(Red { op: red.op, bits });
    }
    let zero = r.int(0);
    if r.rng.below(2) == 0 {
        r.slots[0] = zero;
    }
    for _ in 0..r.rng.below(6) {
        r.bytecode();
    }
    r.token = 99;
    r.begin();
    let mut args = vec![r.frame.op];
    args.extend(r.slots.iter().map(|s| s.op));
    let snapshot = r.snapshot();
    let label = Descr::Label(LabelId(0));
    r.trace
        .push(Op::Jump, Ty::Void, &args, label, Some(snapshot));
    r.trace
}

/// Runs a bridge and then the loop that it jumps to.
fn run_both(bridge: &Trace, looped: &Trace, left: &Left) -> Option<Seen> {
    use crate::ir::eval::{Evaluator, Stop};
    let mut world = left.world.clone();
    let mut stop = Evaluator::new(bridge).run(&left.values, &mut world);
    let mut at = bridge;
    if let Stop::Jump { label, values } = stop {
        let mut eval = Evaluator::new(looped);
        eval.fuel = 1000;
        stop = eval
            .run_from(label, &values, &mut world)
            .expect("the loop's label");
        at = looped;
    }
    match stop {
        Stop::Exit {
            snapshot, values, ..
        } => Some(super::world::rebuild(at, snapshot, &values, world)),
        _ => None,
    }
}

/// Number of bridges that could be optimised.
fn check_bridges(seed: u64) -> usize {
    let (trace, world, frame) = record(seed);
    let mut next_label = 100;
    let mut env = OptEnv {
        heap: &NoHeap,
        next_label: &mut next_label,
        options: OptOptions::default(),
    };
    let Ok(result) = optimize_loop(&trace, &mut env) else {
        return 0;
    };
    let mut rng = Rng(seed | 1);
    let mut starts = worlds(&world, frame, &mut rng);
    starts.extend(worlds(&world, frame, &mut rng));
    let exits: Vec<Left> = starts
        .into_iter()
        .map(|w| leave(&result.trace, frame, w))
        .collect();
    let mut done = 0;
    for (i, left) in exits.iter().enumerate() {
        let bridge = record_bridge(&result.trace, left, seed * 100 + i as u64);
        crate::ir::verify::verify(&bridge).unwrap_or_else(|e| panic!("seed {seed}: {e}\n{bridge}"));
        let knowledge = result.knowledge[left.snapshot.index()].clone();
        let optimised = optimize_bridge(&bridge, knowledge.as_deref(), &result.labels, &mut env);
        let Ok(optimised) = optimised else { continue };
        done += 1;
        // The bridge serves everyone who leaves there.
        for left in exits.iter().filter(|l| l.snapshot == left.snapshot) {
            let old = left.world.clone().make(FRAME, 0, 0);
            let expected = run_both(&bridge, &trace, left);
            let got = run_both(&optimised.trace, &result.trace, left);
            let (Some(expected), Some(got)) = (expected, got) else {
                continue;
            };
            // A boxed float passes for an immediate one once it is unboxed: by
            // design the optimised loop goes on where the recorded one leaves.
            let boxes = |s: &Seen| s.world.objects.values().any(|o| o.layout == FLOAT_BOX);
            if boxes(&expected) || boxes(&got) {
                continue;
            }
            let enter = got.frames[0].0 == 100 && expected.frames[0].0 != 100;
            if enter {
                // Left by a guard for entering the label: the interpreter goes on from there.
                continue;
            }
            if let Err(e) = compare(&expected, &got, old) {
                panic!(
                    "seed {seed}: {e}\nrecorded loop:\n{trace}\nloop:\n{}\nrecorded bridge:\n{bridge}\nbridge:\n{}\n{:#?}",
                    result.trace, optimised.trace, result.labels
                );
            }
        }
    }
    done
}

#[test]
fn random_bridges_mean_the_same() {
    setup();
    let count = seeds();
    let done: usize = (1..=count).map(check_bridges).sum();
    assert!(
        done as u64 > count / 4,
        "only {done} bridges were optimised"
    );
}

#[test]
#[ignore = "a measurement"]
fn speed_of_the_optimiser() {
    setup();
    let traces: Vec<Trace> = (1..200).map(|seed| record(seed).0).collect();
    let ops: usize = traces.iter().map(|t| t.insts.len()).sum();
    let start = std::time::Instant::now();
    let rounds = 50;
    for _ in 0..rounds {
        for trace in &traces {
            let _ = std::hint::black_box(optimise(trace, &OptOptions::default()));
        }
    }
    let ns = start.elapsed().as_nanos() as f64 / (rounds * ops) as f64;
    println!(
        "{ns:.0} ns per recorded operation, {} operations a trace",
        ops / traces.len()
    );
}
