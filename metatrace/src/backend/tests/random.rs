//! Random traces: machine code, the portable back end must agree on every exit.

use super::{ENTRY, Machine, T0, on_both, w};
use crate::backend::Source;
use crate::ir::{Descr, LabelId, Op, OpRef, SnapVal, Snapshot, SnapshotId, Tag, Trace, Ty};
use crate::layout::{FRAME, FieldRef, ItemsRef, Kind, Mutability};
use crate::value::Value;
use std::cell::RefCell;

/// SplitMix64: small, seedable, good enough.
struct Rng(u64);

impl Rng {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

/// What random traces are made of.
const OPS: &[Op] = &[
    Op::IntAdd,
    Op::IntSub,
    Op::IntMul,
    Op::IntAddOvf,
    Op::IntSubOvf,
    Op::IntMulOvf,
    Op::IntShlOvf,
    Op::IntAddFits,
    Op::IntMulFits,
    Op::IntAnd,
    Op::IntOr,
    Op::IntXor,
    Op::IntNot,
    Op::IntShr,
    Op::IntLt,
    Op::IntLe,
    Op::IntEq,
    Op::IntNe,
    Op::IntULt,
    Op::IntToFloat,
    Op::FloatAdd,
    Op::FloatSub,
    Op::FloatMul,
    Op::FloatNeg,
    Op::FloatAbs,
    Op::FloatFloor,
    Op::FloatLt,
    Op::FloatLe,
    Op::FloatEq,
    Op::FloatFitsInt,
    Op::BoolNot,
    Op::BoolToVal,
    Op::BoolToInt,
    Op::Same,
    Op::BoxFloat,
    Op::IntMod,
    Op::IntFloorDiv,
    Op::IntQuot,
    Op::IntRem,
    Op::Load,
    Op::Store,
    Op::New,
    Op::IsTag,
    Op::GuardTrue,
    Op::GuardFalse,
    Op::GuardTag,
    Op::LoadItem,
    Op::StoreItem,
    Op::GuardNoPoll,
];

struct Generator {
    rng: Rng,
    t: Trace,
    /// Values that may be used, by type: Int, Float, Bool, Val.
    pool: Vec<OpRef>,
}

fn field(word: u16) -> Descr {
    Descr::Field(FieldRef {
        layout: FRAME,
        kind: Kind::Val,
        mutability: Mutability::Mutable,
        word,
    })
}

impl Generator {
    fn new(seed: u64, inputs: &[Ty]) -> Generator {
        Generator {
            rng: Rng(seed),
            t: Trace::new(inputs),
            pool: (0..inputs.len() as u32).map(OpRef).collect(),
        }
    }

    fn pick(&mut self, ty: Ty) -> OpRef {
        let fitting: Vec<OpRef> = (self.pool.iter().copied())
            .filter(|v| self.t.ty(*v) == ty)
            .collect();
        if !fitting.is_empty() && self.rng.below(5) > 0 {
            // Prefer recent values, to make long chains.
            let recent = fitting.len().min(6);
            let near = self.rng.below(3) > 0;
            let back = self.rng.below(if near { recent } else { fitting.len() });
            return fitting[fitting.len() - 1 - back];
        }
        let small = self.rng.next() as i64 % 9;
        match ty {
            Ty::Float => {
                let bits = (small as f64 * 0.75).to_bits();
                self.t.constant(Ty::Float, bits)
            }
            Ty::Bool => self.t.constant(Ty::Bool, small as u64 & 1),
            ty => self.t.constant(ty, w(small * small * small)),
        }
    }

    fn snapshot(&mut self) -> SnapshotId {
        let count = self.rng.below(7);
        let log: Vec<SnapVal> = (0..count)
            .filter_map(|_| {
                let n = self.pool.len();
                (n > 0).then(|| SnapVal::Op(self.pool[self.rng.below(n)]))
            })
            .collect();
        self.t.add_snapshot(Snapshot {
            log_len: log.len() as u32,
            log,
            ..Snapshot::default()
        })
    }

    fn push(&mut self, op: Op, ty: Ty, args: &[OpRef], descr: Descr) {
        let snapshot = op.has_snapshot().then(|| self.snapshot());
        let value = self.t.push(op, ty, args, descr, snapshot);
        if ty != Ty::Void {
            self.pool.push(value);
        }
    }

    /// One random operation; `frame` is a heap object with eight slots, the last
    /// four of them fixnums.
    fn op(&mut self, frame: OpRef) {
        let op = OPS[self.rng.below(OPS.len())];
        let items = ItemsRef {
            layout: FRAME,
            kind: Kind::Val,
            mutability: Mutability::Mutable,
            start: 4,
        };
        match op {
            Op::IntMod | Op::IntFloorDiv | Op::IntQuot | Op::IntRem => {
                let a = self.pick(Ty::Int);
                let d = [1, 2, 3, 7, 8, 10, 97, -3, 1 << 33][self.rng.below(9)];
                let b = self.t.constant(Ty::Int, w(d));
                self.push(op, Ty::Int, &[a, b], Descr::None);
            }
            Op::IntShlOvf | Op::IntShr => {
                let a = self.pick(Ty::Int);
                let count = self.rng.below(70) as i64;
                let b = self.t.constant(Ty::Int, w(count));
                self.push(op, Ty::Int, &[a, b], Descr::None);
            }
            Op::Load => {
                let word = 5 + self.rng.below(4) as u16;
                self.push(op, Ty::Val, &[frame], field(word));
            }
            Op::Store => {
                let value = self.pick(Ty::Int);
                let word = 5 + self.rng.below(4) as u16;
                self.push(op, Ty::Void, &[frame, value], field(word));
            }
            Op::LoadItem | Op::StoreItem => {
                let a = self.pick(Ty::Int);
                let three = self.t.constant(Ty::Int, w(3));
                let index = self
                    .t
                    .push(Op::IntAnd, Ty::Int, &[a, three], Descr::None, None);
                let one = self.t.constant(Ty::Int, w(1));
                let index = self
                    .t
                    .push(Op::IntAdd, Ty::Int, &[index, one], Descr::None, None);
                if op == Op::LoadItem {
                    self.push(op, Ty::Val, &[frame, index], Descr::Items(items));
                } else {
                    let value = self.pick(Ty::Int);
                    self.push(op, Ty::Void, &[frame, index, value], Descr::Items(items));
                }
            }
            Op::New => self.new_object(frame),
            Op::IsTag | Op::GuardTag => {
                let tag = [Tag::INT, Tag::FLOAT, Tag::SYMBOL, Tag::IMM][self.rng.below(4)];
                // Guards on constants and the like would end most traces early.
                let tag = if op == Op::GuardTag { Tag::INT } else { tag };
                let ty = if op == Op::GuardTag { Ty::Int } else { Ty::Val };
                let a = self.pick(ty);
                self.push(op, op.ret(), &[a], Descr::Tag(tag));
            }
            Op::GuardTrue | Op::GuardFalse if self.rng.below(4) > 0 => {}
            _ => {
                let args: Vec<OpRef> = op.params().iter().map(|ty| self.pick(*ty)).collect();
                self.push(op, op.ret(), &args, Descr::None);
            }
        }
    }

    /// An object whose fields are partly set, then read.
    fn new_object(&mut self, frame: OpRef) {
        let descr = Descr::Layout {
            layout: FRAME,
            shape: 1,
            words: 6,
        };
        let object = self.t.push(Op::New, Ty::Val, &[], descr, None);
        for word in 1..6 {
            if self.rng.below(2) == 0 {
                let value = self.pick(Ty::Int);
                self.t
                    .push(Op::Store, Ty::Void, &[object, value], field(word), None);
            }
        }
        if self.rng.below(3) == 0 {
            // The object escapes to a slot that is never read as a number.
            self.t
                .push(Op::Store, Ty::Void, &[frame, object], field(3), None);
        }
        let word = 1 + self.rng.below(5) as u16;
        self.push(Op::Load, Ty::Val, &[object], field(word));
    }

    fn body(&mut self, frame: OpRef, length: usize) {
        (0..length).for_each(|_| self.op(frame));
    }
}

/// A loop with a counter, random operations and loop-carried values.
fn random_loop(seed: u64) -> Trace {
    let types = [Ty::Val, Ty::Int, Ty::Int, Ty::Int, Ty::Float, Ty::Bool];
    let mut g = Generator::new(seed, &[Ty::Val]);
    let start = [w(0), w(3), w(-5), 1.5f64.to_bits(), 1];
    let mut args = vec![OpRef(0)];
    for (ty, bits) in types[1..].iter().zip(start) {
        args.push(g.t.constant(*ty, bits));
    }
    let label = Descr::Label(LabelId(0));
    g.t.push(Op::Jump, Ty::Void, &args, label, None);
    let params: Vec<OpRef> = types.iter().map(|ty| g.t.new_value(*ty)).collect();
    g.t.push(Op::Label, Ty::Void, &params, label, None);
    g.pool = params.clone();
    let limit = g.t.constant(Ty::Int, w(20));
    g.push(Op::IntLt, Ty::Bool, &[params[1], limit], Descr::None);
    let below = g.pool.pop().expect("just pushed");
    g.push(Op::GuardTrue, Ty::Void, &[below], Descr::None);
    let length = 5 + g.rng.below(25);
    g.body(params[0], length);
    let one = g.t.constant(Ty::Int, w(1));
    let next =
        g.t.push(Op::IntAdd, Ty::Int, &[params[1], one], Descr::None, None);
    let mut args = vec![params[0], next];
    args.extend(types[2..].iter().map(|ty| g.pick(*ty)));
    g.t.push(Op::Jump, Ty::Void, &args, label, None);
    g.t
}

/// A bridge from an exit with these types, back to the loop or out.
fn random_bridge(seed: u64, inputs: &[Ty]) -> Trace {
    let types = [Ty::Val, Ty::Int, Ty::Int, Ty::Int, Ty::Float, Ty::Bool];
    let mut g = Generator::new(seed, inputs);
    let reg = Descr::Reg(0);
    let frame = g.t.push(Op::LoadReg, Ty::Val, &[], reg, None);
    let length = g.rng.below(8);
    g.body(frame, length);
    let count = g.t.push(Op::LoadReg, Ty::Val, &[], Descr::Reg(1), None);
    // The loop's own exit may have a bridge: do not go round for ever.
    let limit = g.t.constant(Ty::Int, w(30));
    g.push(Op::IntLt, Ty::Bool, &[count, limit], Descr::None);
    let below = g.pool.pop().expect("just pushed");
    g.push(Op::GuardTrue, Ty::Void, &[below], Descr::None);
    let one = g.t.constant(Ty::Int, w(1));
    let next =
        g.t.push(Op::IntAdd, Ty::Int, &[count, one], Descr::None, None);
    g.t.push(Op::StoreReg, Ty::Void, &[next], Descr::Reg(1), None);
    let mut args = vec![frame, next];
    args.extend(types[2..].iter().map(|ty| g.pick(*ty)));
    g.t.push(Op::Jump, Ty::Void, &args, Descr::Label(LabelId(0)), None);
    g.t
}

/// Runs the loop, then with bridges one after the other where it left, then
/// all of it as one unit; everything observable.
fn history(m: &mut Machine, seed: u64) -> Vec<Vec<u64>> {
    let mut seen = Vec::new();
    let root = random_loop(seed);
    crate::ir::verify::verify_optimised(&root).unwrap_or_else(|e| panic!("{e}\n{root}"));
    let (_, exits) = m.compile(ENTRY, &root);
    let mut parts = vec![(ENTRY, root, exits)];
    for round in 0..4 {
        if round == 3 {
            let refs: Vec<_> = (parts.iter())
                .map(|(source, trace, exits)| (*source, trace, &exits[..]))
                .collect();
            m.compile_unit(&refs);
            for (source, ..) in &parts[1..] {
                let Source::Bridge(exit) = *source else {
                    unreachable!("all but the first are bridges")
                };
                m.backend.detach(exit);
            }
        }
        let words: Vec<u64> = (0..8).map(|i| w(i * 3 - 5)).collect();
        let frame = m.vm.object(&words, 0);
        m.vm.record().regs[0] = Value(frame);
        m.vm.record().regs[1] = Value::small(0);
        let (exit, buffer) = m.run(T0, frame);
        let buffer = buffer[..16].to_vec();
        let place = (parts.iter().enumerate())
            .find_map(|(i, p)| Some((i, p.2.iter().position(|e| *e == exit)?)))
            .expect("a known exit");
        let (part, index) = place;
        let inst = (parts[part].1.insts.iter())
            .filter(|i| i.op.has_snapshot())
            .nth(index)
            .expect("as many as exits");
        let values = parts[part].1.exit_values(inst.snapshot.expect("a guard"));
        let types: Vec<Ty> = values.iter().map(|v| parts[part].1.ty(*v)).collect();
        let mut found = vec![exit.0 as u64, m.vm.record().regs[1].0];
        for (ty, word) in types.iter().zip(buffer) {
            let heap = *ty == Ty::Val && Value(word).is_heap();
            let nan = *ty == Ty::Float && f64::from_bits(word).is_nan();
            // Addresses differ between machines, and so do payloads of NaN.
            found.push(if heap || nan { 1 } else { word });
        }
        found.extend((5..9).map(|i| m.vm.word(frame, i)));
        seen.push(found);
        if round < 2 {
            let bridge = random_bridge(seed ^ (round + 1) << 40, &types);
            let source = Source::Bridge(exit);
            let (code, exits) = m.compile(source, &bridge);
            m.backend.attach(exit, code);
            parts.push((source, bridge, exits));
        }
    }
    seen
}

#[test]
fn random_traces_agree() {
    let expected = RefCell::new(Vec::new());
    for seed in 0..60 {
        expected.borrow_mut().clear();
        on_both(|m| {
            let seen = history(m, seed * 7919 + 1);
            let mut expected = expected.borrow_mut();
            if expected.is_empty() {
                *expected = seen;
            } else {
                assert_eq!(
                    *expected,
                    seen,
                    "seed {seed}\n{}",
                    random_loop(seed * 7919 + 1)
                );
            }
        });
    }
}
