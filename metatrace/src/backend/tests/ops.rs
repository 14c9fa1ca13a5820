//! Each pure operation, with operands in registers and as constants, against
//! `ir/pure.rs` on edge values.

use super::{ENTRY, Machine, T0, on_both, w};
use crate::backend::ExitId;
use crate::ir::pure::{eval_checked, eval1, eval2};
use crate::ir::{Class, Descr, Op, OpRef, SnapVal, Snapshot, Tag, Trace, Ty};
use crate::layout::{FRAME, FieldRef, Kind, Mutability};
use crate::value::{INT_MAX, INT_MIN, Value};

const INTS: &[i64] = &[
    0,
    1,
    -1,
    2,
    -2,
    3,
    -3,
    4,
    5,
    7,
    8,
    -8,
    9,
    10,
    -10,
    12,
    31,
    60,
    61,
    62,
    63,
    64,
    100,
    641,
    -641,
    1 << 20,
    -(1 << 20),
    (1 << 31) - 1,
    1 << 32,
    (1 << 60) + 12345,
    -(1 << 60) - 77,
    INT_MAX,
    INT_MAX - 1,
    INT_MIN,
    INT_MIN + 1,
];
const FLOATS: &[f64] = &[
    0.0,
    -0.0,
    1.0,
    -1.0,
    0.5,
    -0.5,
    1.5,
    2.5,
    -2.5,
    1e15,
    1e18,
    -1e18,
    2.3e18,
    2.4e18,
    1e300,
    1e-300,
    5e-324,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    3.25e-78,
    -7.75,
];

/// A trace that loads its operands from the frame, unless they are given as
/// constants, and exits with the result of `op`; a guard exits without.
fn op_trace(op: Op, descr: Descr, constants: &[Option<u64>]) -> Trace {
    let mut t = Trace::new(&[Ty::Val]);
    let args: Vec<OpRef> = (op.params().iter().zip(constants).enumerate())
        .map(|(i, (ty, constant))| match constant {
            Some(bits) => t.constant(*ty, *bits),
            None => load(&mut t, *ty, i as u16 + 1),
        })
        .collect();
    let failed = t.add_snapshot(Snapshot::default());
    let failed = op.is_guard().then_some(failed);
    let result = t.push(op, op.ret(), &args, descr, failed);
    let log = if op.ret() == Ty::Void {
        vec![]
    } else {
        vec![SnapVal::Op(result)]
    };
    let done = t.add_snapshot(Snapshot {
        log_len: log.len() as u32,
        log,
        ..Snapshot::default()
    });
    t.push(Op::Exit, Ty::Void, &[], Descr::None, Some(done));
    crate::ir::verify::verify(&t).unwrap_or_else(|e| panic!("{e}\n{t}"));
    t
}

fn load(t: &mut Trace, ty: Ty, word: u16) -> OpRef {
    let kind = match ty {
        Ty::Float => Kind::Float,
        Ty::Int => Kind::Int,
        _ => Kind::Val,
    };
    let field = Descr::Field(FieldRef {
        layout: FRAME,
        kind,
        mutability: Mutability::Mutable,
        word,
    });
    if ty != Ty::Bool {
        return t.push(Op::Load, ty, &[OpRef(0)], field, None);
    }
    let word = t.push(Op::Load, Ty::Val, &[OpRef(0)], field, None);
    let zero = t.constant(Ty::Val, 0);
    let same = t.push(Op::Same, Ty::Bool, &[word, zero], Descr::None, None);
    t.push(Op::BoolNot, Ty::Bool, &[same], Descr::None, None)
}

fn edge_words(ty: Ty) -> Vec<u64> {
    match ty {
        Ty::Float => FLOATS.iter().map(|f| f.to_bits()).collect(),
        Ty::Bool => vec![0, 1],
        Ty::Int => INTS.iter().map(|i| w(*i)).collect(),
        _ => vec![
            w(0),
            w(5),
            Value::TRUE.0,
            Value::symbol(3).0,
            Value::float(2.5).expect("immediate").0,
        ],
    }
}

/// Operands that the operation's contract excludes.
fn excluded(op: Op, a: u64, b: u64) -> bool {
    let int = |word: u64| word as i64 >> 2;
    match op {
        Op::IntFloorDiv | Op::IntMod | Op::IntQuot | Op::IntRem => b == 0,
        Op::IntShl | Op::IntShr | Op::IntShlOvf | Op::IntShlFits => int(b) < 0,
        Op::FloatToInt => eval1(Op::FloatFitsInt, a) == 0,
        Op::UnboxFloat => !Value(a).is_float(),
        _ => false,
    }
}

fn same_word(ty: Ty, a: u64, b: u64) -> bool {
    let both_nan = f64::from_bits(a).is_nan() && f64::from_bits(b).is_nan();
    a == b || (ty == Ty::Float && both_nan)
}

/// Runs the compiled `op_trace` on two operands.
fn check(m: &mut Machine, op: Op, exits: &[ExitId], a: u64, b: u64, expected: Option<u64>) {
    let frame = m.vm.object(&[a, b], 0);
    let (exit, words) = m.run(T0, frame);
    let Some(expected) = expected else {
        assert_eq!(exit, exits[0], "{op:?} of {a:#x}, {b:#x} must leave");
        return;
    };
    assert_eq!(Some(&exit), exits.last(), "{op:?} {a:x} {b:x}");
    let found = words[0];
    assert!(
        same_word(op.ret(), found, expected),
        "{op:?} of {a:#x}, {b:#x} is {found:#x}, not {expected:#x}"
    );
}

/// Checks one form of an operation, with these constants, on operands.
fn check_form(m: &mut Machine, op: Op, constants: &[Option<u64>], pairs: &[(u64, u64)]) {
    let trace = op_trace(op, Descr::None, constants);
    let (code, exits) = m.compile(ENTRY, &trace);
    for &(a, b) in pairs.iter().filter(|(a, b)| !excluded(op, *a, *b)) {
        let expected = match op.is_guard() {
            true => eval_checked(op, a, b),
            false if op.params().len() == 1 => Some(eval1(op, a)),
            false => Some(eval2(op, a, b)),
        };
        check(m, op, &exits, a, b, expected);
    }
    m.backend.free(code);
}

fn pure_ops() -> impl Iterator<Item = Op> {
    let special = |op: &Op| matches!(op, Op::IsTag | Op::BoxFloat);
    (Op::ALL.iter().copied())
        .filter(|op| op.class() == Class::Pure || op.ret() == Ty::Int && op.is_guard())
        .filter(move |op| !special(op))
}

#[test]
fn pure_operations_mean_the_same_everywhere() {
    on_both(|m| {
        for op in pure_ops() {
            let params = op.params();
            let first = edge_words(params[0]);
            let second = params.get(1).map_or(vec![0], |ty| edge_words(*ty));
            let with = |b: u64| -> Vec<_> { first.iter().map(|a| (*a, b)).collect() };
            let pairs: Vec<_> = second.iter().flat_map(|b| with(*b)).collect();
            check_form(m, op, &[None, None], &pairs);
            for &b in &second {
                check_form(m, op, &[None, Some(b)], &with(b));
            }
            for &a in &first {
                let pairs: Vec<_> = second.iter().map(|b| (a, *b)).collect();
                check_form(m, op, &[Some(a), None], &pairs);
            }
        }
    });
}

#[test]
fn tags_are_told_apart() {
    on_both(|m| {
        let object = m.vm.object(&[], 0);
        let words = [
            w(3),
            w(-1),
            Value::TRUE.0,
            Value::symbol(77).0,
            object,
            Value::float(1.0).expect("immediate").0,
            Value::float(3.0).expect("immediate").0,
            Value::float(0.0).expect("immediate").0,
        ];
        let tags = [
            Tag::INT,
            Tag::FLOAT,
            Tag::SYMBOL,
            Tag::IMM,
            Tag::layout(FRAME),
            Tag::layout(1),
        ];
        for tag in tags {
            for word in words {
                let v = Value(word);
                let expected = match tag {
                    Tag::INT => v.is_int(),
                    Tag::FLOAT => v.is_float(),
                    Tag::SYMBOL => v.is_symbol(),
                    Tag::IMM => v.is_imm(),
                    tag => v.is_heap() && tag == Tag::layout(FRAME),
                };
                let trace = op_trace(Op::IsTag, Descr::Tag(tag), &[None]);
                let (code, exits) = m.compile(ENTRY, &trace);
                check(m, Op::IsTag, &exits, word, 0, Some(expected as u64));
                m.backend.free(code);
                let trace = op_trace(Op::GuardTag, Descr::Tag(tag), &[None]);
                let (code, exits) = m.compile(ENTRY, &trace);
                let frame = m.vm.object(&[word], 0);
                assert_eq!(m.run(T0, frame).0 == exits[1], expected, "{tag:?} {v:?}");
                m.backend.free(code);
            }
        }
    });
}

#[test]
fn floats_are_boxed_only_when_extreme() {
    on_both(|m| {
        for &float in FLOATS {
            let trace = op_trace(Op::BoxFloat, Descr::None, &[None]);
            let (code, _) = m.compile(ENTRY, &trace);
            let frame = m.vm.object(&[float.to_bits()], 0);
            let word = m.run(T0, frame).1[0];
            match Value::float(float) {
                Some(value) => assert_eq!(word, value.0),
                None => assert_eq!(m.vm.word(word, 1), float.to_bits()),
            }
            m.backend.free(code);
        }
    });
}
