//! The meaning of pure operations on words: the one definition that the
//! interpreter (`run.rs`), the constant folder and the evaluator share.
//!
//! Words: fixnums are shifted, floats are their IEEE bits, booleans 0 or 1.
//! `#[inline(always)]` with a constant `op` leaves one or two machine instructions.

use super::ops::Op;
use crate::value::{INT_SHIFT, Value};

#[inline(always)]
fn f(bits: u64) -> f64 {
    f64::from_bits(bits)
}

#[inline(always)]
fn int(word: u64) -> i64 {
    (word as i64) >> INT_SHIFT
}

#[inline(always)]
fn word(int: i64) -> u64 {
    (int << INT_SHIFT) as u64
}

/// Integer shift left with overflow check, on words.
#[inline(always)]
fn shl_checked(a: u64, b: u64) -> Option<u64> {
    let (value, count) = (a as i64, int(b));
    if value == 0 {
        return Some(0);
    }
    if !(0..62).contains(&count) {
        return None;
    }
    let shifted = value << count;
    if shifted >> count == value {
        Some(shifted as u64)
    } else {
        None
    }
}

/// Checked integer arithmetic on words; `None` when the result is not a fixnum.
/// `op` is one of the `_ovf` operations.
#[inline(always)]
pub fn eval_checked(op: Op, a: u64, b: u64) -> Option<u64> {
    let (x, y) = (a as i64, b as i64);
    match op {
        Op::IntAddOvf => x.checked_add(y).map(|r| r as u64),
        Op::IntSubOvf => x.checked_sub(y).map(|r| r as u64),
        Op::IntMulOvf => (x >> INT_SHIFT).checked_mul(y).map(|r| r as u64),
        Op::IntShlOvf => shl_checked(a, b),
        _ => unreachable!("not a checked operation"),
    }
}

/// Evaluates a pure operation of one operand.
#[inline(always)]
pub fn eval1(op: Op, a: u64) -> u64 {
    match op {
        Op::IntNot => a ^ !3,
        Op::IntToFloat => (int(a) as f64).to_bits(),
        Op::FloatNeg => (-f(a)).to_bits(),
        Op::FloatAbs => f(a).abs().to_bits(),
        Op::FloatSqrt => f(a).sqrt().to_bits(),
        Op::FloatFloor => f(a).floor().to_bits(),
        Op::FloatCeil => f(a).ceil().to_bits(),
        Op::FloatTrunc => f(a).trunc().to_bits(),
        Op::FloatFitsInt => {
            let x = f(a);
            // 2^61 is exact in f64; NaN is in no range.
            (-2305843009213693952.0..2305843009213693952.0).contains(&x) as u64
        }
        Op::FloatToInt => word(f(a) as i64),
        Op::BoolNot => a ^ 1,
        Op::BoolToVal => Value::FALSE.0 + (a << 3),
        Op::BoolToInt => a << INT_SHIFT,
        Op::UnboxFloat => Value(a).as_float().to_bits(),
        _ => unreachable!("not a pure operation of one operand"),
    }
}

/// Evaluates a pure operation of two operands.
#[inline(always)]
pub fn eval2(op: Op, a: u64, b: u64) -> u64 {
    let (x, y) = (a as i64, b as i64);
    match op {
        Op::IntAdd => a.wrapping_add(b),
        Op::IntSub => a.wrapping_sub(b),
        Op::IntMul => (int(a) as u64).wrapping_mul(b),
        Op::IntAddFits => x.checked_add(y).is_some() as u64,
        Op::IntSubFits => x.checked_sub(y).is_some() as u64,
        Op::IntMulFits => int(a).checked_mul(y).is_some() as u64,
        Op::IntShlFits => shl_checked(a, b).is_some() as u64,
        Op::IntFloorDiv => {
            let q = x.wrapping_div(y);
            let q = if x.wrapping_rem(y) != 0 && ((x ^ y) < 0) {
                q - 1
            } else {
                q
            };
            word(q)
        }
        Op::IntMod => {
            let r = x.wrapping_rem(y);
            (if r != 0 && ((r ^ y) < 0) { r + y } else { r }) as u64
        }
        Op::IntQuot => word(x.wrapping_div(y)),
        Op::IntRem => x.wrapping_rem(y) as u64,
        Op::IntAnd => a & b,
        Op::IntOr => a | b,
        Op::IntXor => a ^ b,
        Op::IntShl => (x << (int(b) as u32 & 63)) as u64,
        Op::IntShr => ((x >> int(b).clamp(0, 63)) as u64) & !3,
        Op::IntLt => (x < y) as u64,
        Op::IntLe => (x <= y) as u64,
        Op::IntEq | Op::Same => (a == b) as u64,
        Op::IntNe => (a != b) as u64,
        Op::IntULt => (a < b) as u64,
        Op::FloatAdd => (f(a) + f(b)).to_bits(),
        Op::FloatSub => (f(a) - f(b)).to_bits(),
        Op::FloatMul => (f(a) * f(b)).to_bits(),
        Op::FloatDiv => (f(a) / f(b)).to_bits(),
        Op::FloatLt => (f(a) < f(b)) as u64,
        Op::FloatLe => (f(a) <= f(b)) as u64,
        Op::FloatEq => (f(a) == f(b)) as u64,
        Op::FloatNe => (f(a) != f(b)) as u64,
        _ => unreachable!("not a pure operation of two operands"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn w(i: i64) -> u64 {
        Value::small(i).0
    }

    #[test]
    fn integer_operations_agree_with_integers() {
        for a in [-7, -1, 0, 1, 6, 100] {
            for b in [-3, -1, 1, 2, 7] {
                assert_eq!(
                    eval2(Op::IntFloorDiv, w(a), w(b)),
                    w((a as f64 / b as f64).floor() as i64),
                    "{a}//{b}"
                );
                assert_eq!(
                    eval2(Op::IntMod, w(a), w(b)),
                    w(a - b * (a as f64 / b as f64).floor() as i64)
                );
                assert_eq!(eval2(Op::IntQuot, w(a), w(b)), w(a / b));
                assert_eq!(eval2(Op::IntRem, w(a), w(b)), w(a % b));
                assert_eq!(eval2(Op::IntMul, w(a), w(b)), w(a * b));
                assert_eq!(eval2(Op::IntXor, w(a), w(b)), w(a ^ b));
            }
            assert_eq!(eval1(Op::IntNot, w(a)), w(!a));
            assert_eq!(eval2(Op::IntShr, w(a), w(1)), w(a >> 1));
        }
        assert_eq!(eval_checked(Op::IntAddOvf, w((1 << 61) - 1), w(1)), None);
        assert_eq!(eval_checked(Op::IntShlOvf, w(1), w(60)), Some(w(1 << 60)));
        assert_eq!(eval_checked(Op::IntShlOvf, w(1), w(61)), None);
        assert_eq!(eval_checked(Op::IntMulOvf, w(1 << 40), w(1 << 40)), None);
    }
}
