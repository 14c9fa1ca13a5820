//! Integer operations on fixnum words (shifted by 2).
//!
//! Division by a constant becomes a multiplication with its reciprocal here,
//! because Cranelift does so only when optimising. For a divisor `d` and
//! non-negative `n < 2^63`, with `l = ceil(log2 d)` and `m = floor(2^(63+l) / d) + 1`
//! (which fits 64 bits), `n / d = (m * n) >> (63 + l)` (Granlund and Montgomery,
//! 1994). Floors of negative numbers come from `floor(n / d) = !(!n / d)`.

use super::lower::Lower;
use crate::ir::{Inst, Op, OpRef};
use crate::value::INT_SHIFT;
use cranelift_codegen::ir::{Block, InstBuilder, Value, condcodes::IntCC};

/// Clears the bits below the fixnum's.
const CLEAR: i64 = !3;

fn int(word: u64) -> i64 {
    (word as i64) >> INT_SHIFT
}

/// Multiplier and shift (after taking the high word) for a divisor of at least 2.
fn reciprocal(divisor: u64) -> (u64, u32) {
    debug_assert!(divisor >= 2);
    let log = 64 - (divisor - 1).leading_zeros();
    let multiplier = (1u128 << (63 + log)) / u128::from(divisor) + 1;
    debug_assert!(multiplier >> 64 == 0);
    (multiplier as u64, log - 1)
}

impl Lower<'_, '_> {
    pub(super) fn int_op(&mut self, inst: &Inst) -> Value {
        let x = inst.args[0];
        if inst.op == Op::IntNot {
            let a = self.use_value(x);
            return self.b.ins().bxor_imm_s(a, CLEAR);
        }
        let y = inst.args[1];
        match inst.op {
            Op::IntMul => return self.multiply(x, y),
            Op::IntFloorDiv | Op::IntMod | Op::IntQuot | Op::IntRem => {
                return self.divide(inst.op, x, y);
            }
            Op::IntShl => return self.shift_left(x, y),
            Op::IntShr => return self.shift_right(x, y),
            Op::IntAddFits | Op::IntSubFits | Op::IntMulFits | Op::IntShlFits => {
                let (_, (flag, fits)) = self.checked(inst.op, x, y);
                let cc = if fits { IntCC::NotEqual } else { IntCC::Equal };
                return self.b.ins().icmp_imm_s(cc, flag, 0);
            }
            _ => {}
        }
        let (a, b) = (self.use_value(x), self.use_value(y));
        match inst.op {
            Op::IntAdd => self.b.ins().iadd(a, b),
            Op::IntSub => self.b.ins().isub(a, b),
            Op::IntAnd => self.b.ins().band(a, b),
            Op::IntOr => self.b.ins().bor(a, b),
            Op::IntXor => self.b.ins().bxor(a, b),
            _ => unreachable!("not an integer operation"),
        }
    }

    /// The `_ovf` operations.
    pub(super) fn int_checked(&mut self, inst: &Inst, target: Block) -> Value {
        let (result, (flag, fits)) = self.checked(inst.op, inst.args[0], inst.args[1]);
        self.check(flag, fits, target);
        result
    }

    /// The result, and a value to branch on with the sense that means "fits".
    fn checked(&mut self, op: Op, x: OpRef, y: OpRef) -> (Value, (Value, bool)) {
        match op {
            Op::IntAddOvf | Op::IntAddFits => self.add_checked(x, y),
            Op::IntSubOvf | Op::IntSubFits => self.sub_checked(x, y),
            Op::IntMulOvf | Op::IntMulFits => {
                let (x, y) = self.unshifted_first(x, y);
                let (result, over) = self.b.ins().smul_overflow(x, y);
                (result, (over, false))
            }
            _ => self.shl_checked(x, y),
        }
    }

    /// With a constant the check is one comparison that fuses with the branch;
    /// the overflow flag does not (`seto; test; jnz`).
    fn add_checked(&mut self, x: OpRef, y: OpRef) -> (Value, (Value, bool)) {
        let (x, y) = if self.const_bits(x).is_some() {
            (y, x)
        } else {
            (x, y)
        };
        let (a, b) = (self.use_value(x), self.use_value(y));
        let Some(constant) = self.const_bits(y) else {
            let (result, over) = self.b.ins().sadd_overflow(a, b);
            return (result, (over, false));
        };
        let result = self.b.ins().iadd(a, b);
        let cc = if constant as i64 >= 0 {
            IntCC::SignedLessThan
        } else {
            IntCC::SignedGreaterThan
        };
        (result, (self.b.ins().icmp(cc, result, a), false))
    }

    fn sub_checked(&mut self, x: OpRef, y: OpRef) -> (Value, (Value, bool)) {
        let (a, b) = (self.use_value(x), self.use_value(y));
        let Some(constant) = self.const_bits(y) else {
            let (result, over) = self.b.ins().ssub_overflow(a, b);
            return (result, (over, false));
        };
        let result = self.b.ins().isub(a, b);
        let cc = if constant as i64 >= 0 {
            IntCC::SignedGreaterThan
        } else {
            IntCC::SignedLessThan
        };
        (result, (self.b.ins().icmp(cc, result, a), false))
    }

    fn shl_checked(&mut self, x: OpRef, y: OpRef) -> (Value, (Value, bool)) {
        let a = self.use_value(x);
        if let Some(count) = self.const_bits(y).map(int) {
            if !(0..62).contains(&count) {
                // Only zero survives.
                let zero = self.iconst(0);
                return (zero, (a, false));
            }
            let result = self.b.ins().ishl_imm_s(a, count);
            let back = self.b.ins().sshr_imm_s(result, count);
            return (result, (self.b.ins().icmp(IntCC::Equal, back, a), true));
        }
        let count = self.use_value(y);
        let count = self.b.ins().sshr_imm_s(count, i64::from(INT_SHIFT));
        let in_range = self.b.ins().icmp_imm_s(IntCC::UnsignedLessThan, count, 62);
        let result = self.b.ins().ishl(a, count);
        let back = self.b.ins().sshr(result, count);
        let same = self.b.ins().icmp(IntCC::Equal, back, a);
        let fits = self.b.ins().band(in_range, same);
        let zero = self.b.ins().icmp_imm_s(IntCC::Equal, a, 0);
        (result, (self.b.ins().bor(fits, zero), true))
    }

    /// One operand as a plain integer, the other as a word; constants for free.
    fn unshifted_first(&mut self, x: OpRef, y: OpRef) -> (Value, Value) {
        let (x, y) = if self.const_bits(y).is_some() {
            (y, x)
        } else {
            (x, y)
        };
        let b = self.use_value(y);
        let a = match self.const_bits(x) {
            Some(bits) => self.iconst(int(bits) as u64),
            None => {
                let a = self.use_value(x);
                self.b.ins().sshr_imm_s(a, i64::from(INT_SHIFT))
            }
        };
        (a, b)
    }

    fn multiply(&mut self, x: OpRef, y: OpRef) -> Value {
        let constant = self.const_bits(y).or(self.const_bits(x)).map(int);
        if let Some(c) = constant
            && c > 0
            && c.count_ones() == 1
        {
            let word = if self.const_bits(y).is_some() { x } else { y };
            let word = self.use_value(word);
            return self.b.ins().ishl_imm_s(word, i64::from(c.trailing_zeros()));
        }
        let (a, b) = self.unshifted_first(x, y);
        self.b.ins().imul(b, a)
    }

    fn shift_left(&mut self, x: OpRef, y: OpRef) -> Value {
        let a = self.use_value(x);
        if let Some(count) = self.const_bits(y).map(int) {
            return self.b.ins().ishl_imm_s(a, count & 63);
        }
        let count = self.use_value(y);
        let count = self.b.ins().sshr_imm_s(count, i64::from(INT_SHIFT));
        self.b.ins().ishl(a, count)
    }

    fn shift_right(&mut self, x: OpRef, y: OpRef) -> Value {
        let a = self.use_value(x);
        let shifted = match self.const_bits(y).map(int) {
            Some(count) => self.b.ins().sshr_imm_s(a, count.clamp(0, 63)),
            None => {
                let count = self.use_value(y);
                let count = self.b.ins().sshr_imm_s(count, i64::from(INT_SHIFT));
                let most = self.iconst(63);
                let count = self.b.ins().umin(count, most);
                self.b.ins().sshr(a, count)
            }
        };
        self.b.ins().band_imm_s(shifted, CLEAR)
    }

    fn divide(&mut self, op: Op, x: OpRef, y: OpRef) -> Value {
        let a = self.use_value(x);
        match self.const_bits(y).map(int) {
            Some(d) if d > 0 => match op {
                Op::IntFloorDiv | Op::IntMod => self.floor_divide_by(op, a, d as u64),
                _ => self.truncating_divide_by(op, a, d as u64),
            },
            _ => {
                let b = self.use_value(y);
                self.divide_general(op, a, b)
            }
        }
    }

    fn divide_general(&mut self, op: Op, a: Value, b: Value) -> Value {
        let shift = i64::from(INT_SHIFT);
        match op {
            Op::IntQuot => {
                let q = self.b.ins().sdiv(a, b);
                self.b.ins().ishl_imm_s(q, shift)
            }
            Op::IntRem => self.b.ins().srem(a, b),
            _ => {
                // The remainder is wrong by b where it is not zero and its sign is not b's.
                let q = self.b.ins().sdiv(a, b);
                let back = self.b.ins().imul(q, b);
                let r = self.b.ins().isub(a, back);
                let signs = self.b.ins().bxor(r, b);
                let differ = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, signs, 0);
                let not_zero = self.b.ins().icmp_imm_s(IntCC::NotEqual, r, 0);
                let wrong = self.b.ins().band(differ, not_zero);
                if op == Op::IntMod {
                    let fixed = self.b.ins().iadd(r, b);
                    self.b.ins().select(wrong, fixed, r)
                } else {
                    let wrong = self
                        .b
                        .ins()
                        .uextend(cranelift_codegen::ir::types::I64, wrong);
                    let q = self.b.ins().isub(q, wrong);
                    self.b.ins().ishl_imm_s(q, shift)
                }
            }
        }
    }

    /// `n / d` for `0 <= n < 2^63`, `d >= 2`.
    fn divide_natural(&mut self, n: Value, divisor: u64) -> Value {
        let (multiplier, shift) = reciprocal(divisor);
        let multiplier = self.iconst(multiplier);
        let high = self.b.ins().umulhi(n, multiplier);
        self.b.ins().ushr_imm_s(high, i64::from(shift))
    }

    fn floor_divide_by(&mut self, op: Op, a: Value, d: u64) -> Value {
        let shift = i64::from(INT_SHIFT);
        if d.is_power_of_two() {
            if op == Op::IntMod {
                let mask = ((d << INT_SHIFT) - 1) as i64;
                return self.b.ins().band_imm_s(a, mask);
            }
            let q = self.b.ins().sshr_imm_s(a, i64::from(d.trailing_zeros()));
            return self.b.ins().band_imm_s(q, CLEAR);
        }
        // Words divide like the integers they stand for.
        let divisor = d << INT_SHIFT;
        let sign = self.b.ins().sshr_imm_s(a, 63);
        let natural = self.b.ins().bxor(a, sign);
        let q = self.divide_natural(natural, divisor);
        let q = self.b.ins().bxor(q, sign);
        if op == Op::IntFloorDiv {
            return self.b.ins().ishl_imm_s(q, shift);
        }
        let back = self.b.ins().imul_imm_s(q, divisor as i64);
        self.b.ins().isub(a, back)
    }

    fn truncating_divide_by(&mut self, op: Op, a: Value, d: u64) -> Value {
        let shift = i64::from(INT_SHIFT);
        if d == 1 {
            return if op == Op::IntQuot { a } else { self.iconst(0) };
        }
        // Plain integers have 62 bits, so that the absolute value fits.
        let n = self.b.ins().sshr_imm_s(a, shift);
        let sign = self.b.ins().sshr_imm_s(a, 63);
        let flipped = self.b.ins().bxor(n, sign);
        let natural = self.b.ins().isub(flipped, sign);
        let q = self.divide_natural(natural, d);
        let q = self.b.ins().bxor(q, sign);
        let q = self.b.ins().isub(q, sign);
        let word = self.b.ins().ishl_imm_s(q, shift);
        if op == Op::IntQuot {
            return word;
        }
        let back = self.b.ins().imul_imm_s(word, d as i64);
        self.b.ins().isub(a, back)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reciprocals_divide() {
        let numbers = [0, 1, 2, 3, 99, 1 << 40, (1 << 62) - 1, (1 << 63) - 1];
        let divisors = [
            2,
            3,
            5,
            7,
            10,
            12,
            641,
            1 << 20,
            (1 << 40) + 1,
            (1 << 62) - 4,
        ];
        for d in divisors {
            let (multiplier, shift) = reciprocal(d);
            for base in numbers {
                for n in [base, base / d * d, (base / d * d).saturating_sub(1)] {
                    let high = (u128::from(n) * u128::from(multiplier)) >> 64;
                    assert_eq!((high as u64) >> shift, n / d, "{n} / {d}");
                }
            }
        }
    }
}
