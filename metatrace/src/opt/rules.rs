//! Named algebraic rewrites, each with its condition.
//!
//! They hold for all fixnums (two's complement, floor division), and for floats
//! only where IEEE arithmetic agrees: no `x + 0.0`, no `x * 0.0`.

use super::walk::Walk;
use crate::ir::{Class, Descr, Op, OpRef, Tag, Ty};
use crate::value::Value;

/// Rewrites of an operation with one operand that is not constant.
pub(super) fn unary(w: &mut Walk<'_, '_>, op: Op, a: OpRef) -> Option<OpRef> {
    match op {
        // not(not(x)) = x
        Op::IntNot | Op::BoolNot | Op::FloatNeg => {
            let &[x] = w.def_args(a, op)? else {
                return None;
            };
            Some(x)
        }
        // abs(-x) = abs(x), abs(abs(x)) = abs(x)
        Op::FloatAbs => {
            if w.def_args(a, Op::FloatAbs).is_some() {
                return Some(a);
            }
            let &[x] = w.def_args(a, Op::FloatNeg)? else {
                return None;
            };
            Some(w.pure1(Op::FloatAbs, x))
        }
        // trunc, floor, ceil of an integer
        Op::FloatFloor | Op::FloatCeil | Op::FloatTrunc => {
            w.def_args(a, Op::IntToFloat).is_some().then_some(a)
        }
        _ => None,
    }
}

/// Rewrites of an operation with two operands; a constant operand of a
/// commutative operation is the second.
pub(super) fn binary(w: &mut Walk<'_, '_>, op: Op, a: OpRef, b: OpRef) -> Option<OpRef> {
    if let Some(result) = identity(w, op, a, b) {
        return Some(result);
    }
    let c = w.int_bits(b);
    match op {
        Op::IntAdd | Op::IntSub if w.options.reassociate => reassociate(w, op, a, c?),
        Op::IntMul => {
            // x * 2^k = x << k
            let k = power_of_two(c?)?;
            let k = w.const_int(k);
            Some(w.pure2(Op::IntShl, a, k))
        }
        // floor(x / 2^k) = x >> k
        Op::IntFloorDiv => {
            let k = power_of_two(c?)?;
            let k = w.const_int(k);
            Some(w.pure2(Op::IntShr, a, k))
        }
        Op::IntMod => modulo(w, a, b, c),
        // Truncated division of a non-negative number is floor division.
        Op::IntQuot if w.range(a).lo >= 0 && w.range(b).lo > 0 => {
            Some(w.pure2(Op::IntFloorDiv, a, b))
        }
        Op::IntRem if w.range(a).lo >= 0 && w.range(b).lo > 0 => Some(w.pure2(Op::IntMod, a, b)),
        // (x & c) & d = x & (c & d)
        Op::IntAnd => {
            let c = c?;
            let &[x, d] = w.def_args(a, Op::IntAnd)? else {
                return None;
            };
            let d = w.int_bits(d)?;
            let mask = w.const_int(c & d);
            Some(w.pure2(Op::IntAnd, x, mask))
        }
        // x / 2^k = x * 2^-k, exact
        Op::FloatDiv => {
            let d = f64::from_bits(w.bits(b)?);
            let exact = d.is_normal() && d.recip().is_normal() && d.to_bits() << 12 == 0;
            if !exact {
                return None;
            }
            let r = w.constant(Ty::Float, d.recip().to_bits());
            Some(w.pure2(Op::FloatMul, a, r))
        }
        _ => None,
    }
}

/// Results that are an operand or a constant; they hold for checked operations too.
pub(super) fn identity(w: &mut Walk<'_, '_>, op: Op, a: OpRef, b: OpRef) -> Option<OpRef> {
    let c = w.int_bits(b);
    let zero = |w: &mut Walk<'_, '_>| Some(w.const_int(0));
    // An operand that is the result must have the result's type.
    let int = |w: &Walk<'_, '_>| (w.tag(a) == Some(Tag::INT)).then_some(a);
    match (op, c) {
        // x + 0, x - 0, x | 0, x ^ 0, x << 0, x >> 0, x * 1, x / 1, x & -1 = x
        (Op::IntAdd | Op::IntSub | Op::IntOr | Op::IntXor | Op::IntShl | Op::IntShr, Some(0))
        | (Op::IntMul | Op::IntFloorDiv | Op::IntQuot, Some(1))
        | (Op::IntAnd, Some(-1)) => int(w),
        // x * 0, x & 0, x % 1 = 0
        (Op::IntMul | Op::IntAnd, Some(0)) | (Op::IntMod | Op::IntRem, Some(1)) => zero(w),
        // x - x, x ^ x = 0
        (Op::IntSub | Op::IntXor, _) if a == b => zero(w),
        // x & x, x | x = x
        (Op::IntAnd | Op::IntOr, _) if a == b => int(w),
        // (x - y) + y = x
        (Op::IntAdd, _) => match w.def_args(a, Op::IntSub) {
            Some(&[x, y]) if y == b => Some(x),
            _ => match w.def_args(b, Op::IntSub) {
                Some(&[x, y]) if y == a => Some(x),
                _ => None,
            },
        },
        // (x + y) - y = x, (x + y) - x = y
        (Op::IntSub, _) => match w.def(a).map(|i| (super::pure::plain(i.op), &i.args[..])) {
            Some((Op::IntAdd, &[x, y])) if y == b => Some(x),
            Some((Op::IntAdd, &[x, y])) if x == b => Some(y),
            _ => None,
        },
        // x * 1.0, x / 1.0 = x
        (Op::FloatMul | Op::FloatDiv, _) if w.bits(b) == Some(1.0f64.to_bits()) => Some(a),
        // x - 0.0 = x
        (Op::FloatSub, _) if w.bits(b) == Some(0.0f64.to_bits()) => Some(a),
        _ => None,
    }
}

/// (x + c) + d = x + (c + d), and the like, where the whole is known to fit:
/// the inner sum fits, so only the outer constant must.
fn reassociate(w: &mut Walk<'_, '_>, op: Op, a: OpRef, d: i64) -> Option<OpRef> {
    let inst = w.def(a)?;
    let (inner, &[x, c]) = (super::pure::plain(inst.op), &inst.args[..]) else {
        return None;
    };
    let c = w.int_bits(c)?;
    let c = match inner {
        Op::IntAdd => c,
        Op::IntSub => -c,
        _ => return None,
    };
    let sum = if op == Op::IntAdd { c + d } else { c - d };
    Value::int(sum)?;
    if sum == 0 {
        return (w.tag(x) == Some(Tag::INT)).then_some(x);
    }
    let sum = w.const_int(sum);
    // x + sum is the same number as (x + c) + d, which is known to fit.
    Some(w.pure2(Op::IntAdd, x, sum))
}

/// (x + c) + d = x + (c + d) with overflow checks, where c and d have one sign:
/// then the inner sum fits whenever the outer does. One check stands for both
/// and leaves where the inner one did, so nothing may have happened in between.
pub(super) fn checked_sum(w: &mut Walk<'_, '_>, op: Op, a: OpRef, d: OpRef) -> Option<OpRef> {
    if !w.options.reassociate {
        return None;
    }
    let signed = |op, c: i64| match op {
        Op::IntAddOvf => Some(c),
        Op::IntSubOvf => Some(-c),
        _ => None,
    };
    let d = signed(op, w.int_bits(d)?)?;
    let (inner, &[x, c]) = w.def(a).map(|i| (i.op, &i.args[..]))? else {
        return None;
    };
    let c = signed(inner, w.int_bits(c)?)?;
    let sum = c + d;
    Value::int(sum)?;
    if c.signum() != d.signum() {
        return None;
    }
    let at = w.st.def[a.index()] as usize;
    let harmless = |i: &crate::ir::Inst| {
        matches!(i.op.class(), Class::Pure | Class::Load) && !i.args.contains(&a)
    };
    if !w.out.insts[at + 1..].iter().all(harmless) {
        return None;
    }
    let (x, sum) = (w.resolve_op(x), w.const_int(sum));
    let inner = &mut w.out.insts[at];
    let snapshot = inner.snapshot.take();
    // Most often nobody wants it now. If it overflows, the next check leaves.
    inner.op = super::pure::plain(inner.op);
    let result = w.emit(Op::IntAddOvf, Ty::Int, &[x, sum], Descr::None, snapshot);
    if w.options.intbound {
        let range = super::intbound::result(Op::IntAddOvf, w.range(x), w.range(sum));
        w.fact_mut(result).range = range;
    }
    w.st.cse.add(Op::IntAdd, x, sum, 0, result);
    Some(result)
}

/// x % 2^k = x & (2^k - 1); x % m = x when 0 <= x < m.
fn modulo(w: &mut Walk<'_, '_>, a: OpRef, b: OpRef, c: Option<i64>) -> Option<OpRef> {
    let (ra, rb) = (w.range(a), w.range(b));
    if w.options.intbound && ra.lo >= 0 && ra.hi < rb.lo {
        return Some(a);
    }
    power_of_two(c?)?;
    let mask = w.const_int(c? - 1);
    Some(w.pure2(Op::IntAnd, a, mask))
}

/// `k` when `c` is 2^k with k > 0.
fn power_of_two(c: i64) -> Option<i64> {
    (c > 1 && c & (c - 1) == 0).then(|| c.trailing_zeros() as i64)
}
