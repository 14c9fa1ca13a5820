//! Integers of any size and floats.
//!
//! Most integers are fixnums, on which interpreters work with `Meta`'s own
//! operations; natives here take over when a result does not fit, so they
//! accept and give fixnums and big integers alike, always in their smallest
//! form: an integer in the fixnum range is never a `BigInt` object. Division
//! comes in two flavours, floored (Python) and truncated (ISO Prolog). Floats
//! are in `float.rs`, text of numbers in `format.rs`.

pub mod float;
pub mod format;
#[cfg(test)]
mod tests;

use crate::engine::Vm;
use crate::error::ErrorKind;
use crate::layouts::BigInt as BigObject;
use crate::native::Guest;
use crate::natives;
use crate::object::{self, Obj};
use crate::slices;
use metatrace::native::Effects;
use metatrace::value::Value;
use num_bigint::{BigInt, BigUint, Sign};
use num_integer::Integer as _;
use num_traits::{Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

pub use float::{cmp_int_float, eq_int_float, float_repr};

const PURE: Effects = Effects::PURE;
const RAISES: Effects = Effects::PURE.raises();

natives! {
    pub static INT_ADD = "int_add"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, i64::checked_add, |a, b| a + b)
    }
    pub static INT_SUB = "int_sub"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, i64::checked_sub, |a, b| a - b)
    }
    pub static INT_MUL = "int_mul"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, i64::checked_mul, |a, b| a * b)
    }
    /// Floored quotient.
    pub static INT_FLOORDIV = "int_floordiv"(vm, a, b) -> Guest [RAISES] { vm.int_floordiv(a, b) }
    /// Remainder of the floored division.
    pub static INT_MOD = "int_mod"(vm, a, b) -> Guest [RAISES] { vm.int_mod(a, b) }
    /// Quotient and remainder of the floored division, a tuple.
    pub static INT_DIVMOD = "int_divmod"(vm, a, b) -> Guest [RAISES] {
        let (q, r) = (vm.int_floordiv(a, b)?, vm.int_mod(a, b)?);
        Ok(vm.tuple(&[q, r]))
    }
    /// Truncated quotient.
    pub static INT_QUOT = "int_quot"(vm, a, b) -> Guest [RAISES] {
        vm.check_divisor(b)?;
        Ok(vm.int_small(a, b, i64::checked_div, |a, b| a / b))
    }
    /// Remainder of the truncated division.
    pub static INT_REM = "int_rem"(vm, a, b) -> Guest [RAISES] {
        vm.check_divisor(b)?;
        Ok(vm.int_small(a, b, i64::checked_rem, |a, b| a % b))
    }
    /// Quotient as a correctly rounded float.
    pub static INT_TRUEDIV = "int_truediv"(vm, a, b) -> Guest [RAISES] {
        if b == Value::small(0) {
            return Err(vm.error(ErrorKind::ZeroDivision, "division by zero"));
        }
        match float::true_div(&big(a), &big(b)) {
            Some(f) => Ok(vm.float(f)),
            None => Err(vm.error(ErrorKind::Overflow, "integer division result too large for a float")),
        }
    }
    /// `a ** b` for `b >= 0`.
    pub static INT_POW = "int_pow"(vm, a, b) -> Guest [RAISES] { vm.int_pow(a, b) }
    /// `a ** b mod n` with the sign of `n`; `b >= 0`, `n` not 0.
    pub static INT_POWMOD = "int_powmod"(vm, a, b, n) -> Value [PURE] {
        let r = big(a).modpow(&big(b), &big(n));
        vm.big(r)
    }
    pub static INT_SHL = "int_shl"(vm, a, b) -> Guest [RAISES] { vm.int_shl(a, b) }
    pub static INT_SHR = "int_shr"(vm, a, b) -> Guest [RAISES] { vm.int_shr(a, b) }
    pub static INT_AND = "int_and"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, |a, b| Some(a & b), |a, b| a & b)
    }
    pub static INT_OR = "int_or"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, |a, b| Some(a | b), |a, b| a | b)
    }
    pub static INT_XOR = "int_xor"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, |a, b| Some(a ^ b), |a, b| a ^ b)
    }
    pub static INT_NEG = "int_neg"(vm, a) -> Value [PURE] {
        vm.int_small(Value::small(0), a, i64::checked_sub, |_, a| -a)
    }
    pub static INT_ABS = "int_abs"(vm, a) -> Value [PURE] {
        vm.int_small(a, a, |a, _| a.checked_abs(), |a, _| a.abs())
    }
    /// Bitwise complement.
    pub static INT_NOT = "int_not"(vm, a) -> Value [PURE] {
        vm.int_small(a, a, |a, _| Some(!a), |a, _| !a)
    }
    /// Order: -1, 0 or 1.
    pub static INT_CMP = "int_cmp"(_vm, a, b) -> i64 [PURE] { cmp(a, b) as i64 }
    pub static INT_EQ = "int_eq"(_vm, a, b) -> bool [PURE] { eq(a, b) }
    /// The nearest float; raises when there is none.
    pub static INT_FLOAT = "int_float"(vm, a) -> Guest [RAISES] {
        match to_f64(a) {
            Some(f) => Ok(vm.float(f)),
            None => Err(vm.error(ErrorKind::Overflow, "int too large to convert to float")),
        }
    }
    /// Order of an int and a float, exact: -1, 0, 1, or 2 for NaN.
    pub static INT_FLOAT_CMP = "int_float_cmp"(_vm, a, f) -> i64 [PURE] {
        let f = object::to_float(f).expect("a float");
        cmp_int_float(a, f).map_or(2, |o| o as i64)
    }
    pub static INT_GCD = "int_gcd"(vm, a, b) -> Value [PURE] {
        vm.int_small(a, b, |a, b| i64::try_from(a.unsigned_abs().gcd(&b.unsigned_abs())).ok(), |a, b| a.gcd(b))
    }
    /// Number of bits of the magnitude.
    pub static INT_BITS = "int_bits"(_vm, a) -> i64 [PURE] { bits(a) as i64 }
    /// Numeric hash, equal for equal numbers of any type.
    pub static INT_HASH = "int_hash"(_vm, a) -> i64 [PURE] { hash_int(a) }
}

/// Is `v` an integer of any size?
#[inline(always)]
pub fn is_int(v: Value) -> bool {
    v.is_int() || object::is::<BigObject>(v)
}

/// The integer that `v` is known to be.
pub fn big(v: Value) -> BigInt {
    if v.is_int() {
        return BigInt::from(v.as_int());
    }
    let o = Obj::<BigObject>::cast(v);
    let digits = slices::words(v, BigObject::DIGITS.raw.start, o.size(BigObject::LEN));
    let halves = digits
        .iter()
        .flat_map(|d| [*d as u32, (*d >> 32) as u32])
        .collect();
    let sign = if o.int(BigObject::NEGATIVE) != 0 {
        Sign::Minus
    } else {
        Sign::Plus
    };
    BigInt::from_biguint(sign, BigUint::new(halves))
}

/// The integer of any value that is one.
pub fn to_big(v: Value) -> Option<BigInt> {
    is_int(v).then(|| big(v))
}

/// The integer, if it fits 64 bits.
pub fn to_i64(v: Value) -> Option<i64> {
    if v.is_int() {
        return Some(v.as_int());
    }
    if object::is::<BigObject>(v) {
        big(v).to_i64()
    } else {
        None
    }
}

/// The integer as the nearest float; `None` beyond the largest float.
pub fn to_f64(v: Value) -> Option<f64> {
    if v.is_int() {
        return Some(v.as_int() as f64);
    }
    big(v).to_f64().filter(|f| f.is_finite())
}

/// A number of either kind as a float.
pub fn number_to_f64(v: Value) -> Option<f64> {
    match object::to_float(v) {
        Some(f) => Some(f),
        None if is_int(v) => to_f64(v),
        None => None,
    }
}

fn is_negative(v: Value) -> bool {
    if v.is_int() {
        v.as_int() < 0
    } else {
        Obj::<BigObject>::cast(v).int(BigObject::NEGATIVE) != 0
    }
}

pub fn cmp(a: Value, b: Value) -> Ordering {
    match (a.to_int(), b.to_int()) {
        (Some(a), Some(b)) => a.cmp(&b),
        _ => big(a).cmp(&big(b)),
    }
}

pub fn eq(a: Value, b: Value) -> bool {
    // A fixnum never equals a big integer.
    a == b || !a.is_int() && !b.is_int() && big(a) == big(b)
}

pub fn bits(v: Value) -> u64 {
    match v.to_int() {
        Some(i) => 64 - i.unsigned_abs().leading_zeros() as u64,
        None => big(v).bits(),
    }
}

/// Modulus of the numeric hash, `2^61 - 1`, as in CPython.
pub const HASH_MODULUS: u64 = (1 << 61) - 1;

/// Hash of an integer: its value modulo [`HASH_MODULUS`] with its sign, never -1.
#[inline]
pub fn hash_int(v: Value) -> i64 {
    match v.to_int() {
        Some(i) if i != -1 && i.unsigned_abs() < HASH_MODULUS => i,
        _ => hash_rare(v),
    }
}

#[inline(never)]
fn hash_rare(v: Value) -> i64 {
    let h = match v.to_int() {
        Some(i) => {
            let h = (i.unsigned_abs() % HASH_MODULUS) as i64;
            if i < 0 { -h } else { h }
        }
        None => {
            let b = big(v);
            let h = (b.magnitude() % HASH_MODULUS)
                .to_i64()
                .expect("below the modulus");
            if b.is_negative() { -h } else { h }
        }
    };
    if h == -1 { -2 } else { h }
}

impl Vm {
    /// An integer as a value: a fixnum or a big integer.
    #[inline(always)]
    pub fn int(&mut self, i: i64) -> Value {
        match Value::int(i) {
            Some(v) => v,
            None => self.new_big(i < 0, &[i.unsigned_abs()]),
        }
    }

    /// An unsigned integer as a value.
    pub fn uint(&mut self, i: u64) -> Value {
        match i64::try_from(i) {
            Ok(i) => self.int(i),
            Err(_) => self.new_big(false, &[i]),
        }
    }

    /// An integer of any size as a value.
    pub fn big(&mut self, i: BigInt) -> Value {
        if let Some(v) = i.to_i64().and_then(Value::int) {
            return v;
        }
        self.new_big(i.is_negative(), &i.magnitude().to_u64_digits())
    }

    #[inline(never)]
    fn new_big(&mut self, negative: bool, digits: &[u64]) -> Value {
        let o = self.alloc_counted::<BigObject>(0, digits.len());
        o.set_int(BigObject::NEGATIVE, negative as i64);
        let to = slices::words_mut(o.value(), BigObject::DIGITS.raw.start, digits.len());
        to.copy_from_slice(digits);
        o.value()
    }

    /// An operation on machine integers if that works, else on big ones.
    #[inline(always)]
    fn int_small(
        &mut self,
        a: Value,
        b: Value,
        small: impl FnOnce(i64, i64) -> Option<i64>,
        large: impl FnOnce(&BigInt, &BigInt) -> BigInt,
    ) -> Value {
        if let (Some(x), Some(y)) = (a.to_int(), b.to_int())
            && let Some(r) = small(x, y)
        {
            return self.int(r);
        }
        let r = large(&big(a), &big(b));
        self.big(r)
    }

    pub fn int_add(&mut self, a: Value, b: Value) -> Value {
        self.int_small(a, b, i64::checked_add, |a, b| a + b)
    }

    pub fn int_sub(&mut self, a: Value, b: Value) -> Value {
        self.int_small(a, b, i64::checked_sub, |a, b| a - b)
    }

    pub fn int_mul(&mut self, a: Value, b: Value) -> Value {
        self.int_small(a, b, i64::checked_mul, |a, b| a * b)
    }

    /// Floored quotient; raises for a divisor of 0.
    pub fn int_floordiv(&mut self, a: Value, b: Value) -> Guest {
        self.check_divisor(b)?;
        let small = |a, b| Some(num_integer::div_floor(a, b));
        Ok(self.int_small(a, b, small, |a, b| a.div_floor(b)))
    }

    /// Remainder of the floored division; raises for a divisor of 0.
    pub fn int_mod(&mut self, a: Value, b: Value) -> Guest {
        self.check_divisor(b)?;
        let small = |a, b| Some(num_integer::mod_floor(a, b));
        Ok(self.int_small(a, b, small, |a, b| a.mod_floor(b)))
    }

    fn check_divisor(&mut self, b: Value) -> Guest<()> {
        if b == Value::small(0) {
            return Err(self.error(
                ErrorKind::ZeroDivision,
                "integer division or modulo by zero",
            ));
        }
        Ok(())
    }

    /// Fails if a result of so many bits is out of reach.
    fn check_bits(&mut self, bits: u64) -> Guest<()> {
        self.check_items(bits as usize / 8, 1, 1)?;
        Ok(())
    }

    pub fn int_pow(&mut self, a: Value, b: Value) -> Guest {
        debug_assert!(!is_negative(b));
        if let Some(a @ -1..=1) = a.to_int() {
            let odd = b.to_int().map_or_else(|| big(b).is_odd(), |b| b & 1 != 0);
            let zeroth = b == Value::small(0);
            return Ok(Value::small(if zeroth || !odd && a != 0 { 1 } else { a }));
        }
        let Some(exponent) = b.to_int().and_then(|b| u32::try_from(b).ok()) else {
            return Err(self.error(ErrorKind::Memory, ""));
        };
        if let Some(r) = a.to_int().and_then(|a| a.checked_pow(exponent)) {
            return Ok(self.int(r));
        }
        self.check_bits(bits(a).saturating_mul(exponent as u64))?;
        let r = big(a).pow(exponent);
        Ok(self.big(r))
    }

    pub fn int_shl(&mut self, a: Value, b: Value) -> Guest {
        if is_negative(b) {
            return Err(self.value_error("negative shift count"));
        }
        if a == Value::small(0) {
            return Ok(a);
        }
        let Some(shift) = to_i64(b) else {
            return Err(self.error(ErrorKind::Overflow, "too many digits in integer"));
        };
        self.check_bits(bits(a).saturating_add(shift as u64))?;
        let r = big(a) << shift as u64;
        Ok(self.big(r))
    }

    pub fn int_shr(&mut self, a: Value, b: Value) -> Guest {
        if is_negative(b) {
            return Err(self.value_error("negative shift count"));
        }
        let shift = to_i64(b).unwrap_or(i64::MAX);
        Ok(match a.to_int() {
            Some(a) => Value::small(a >> shift.min(63)),
            None => {
                let r = big(a) >> shift as u64;
                self.big(r)
            }
        })
    }

    /// Greatest integer not above the square root; `v` is not negative.
    pub fn int_sqrt(&mut self, v: Value) -> Value {
        let r = big(v).sqrt();
        self.big(r)
    }
}

/// Is the integer 0?
pub fn is_zero(v: Value) -> bool {
    v == Value::small(0) || object::is::<BigObject>(v) && big(v).is_zero()
}
