//! Floats: exact comparison with integers, rounding to integers, hashing, text.

use super::{HASH_MODULUS, big};
use crate::engine::Vm;
use crate::error::ErrorKind;
use crate::native::Guest;
use crate::natives;
use crate::object::to_float;
use metatrace::native::Effects;
use metatrace::value::Value;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{FromPrimitive, Signed, ToPrimitive, Zero};
use std::cmp::Ordering;

const RAISES: Effects = Effects::PURE.raises();

natives! {
    /// The float truncated to an integer of any size.
    pub static FLOAT_TRUNC = "float_trunc_int"(vm, f) -> Guest [RAISES] { vm.float_to_int(arg(f).trunc()) }
    pub static FLOAT_FLOOR = "float_floor_int"(vm, f) -> Guest [RAISES] { vm.float_to_int(arg(f).floor()) }
    pub static FLOAT_CEIL = "float_ceil_int"(vm, f) -> Guest [RAISES] { vm.float_to_int(arg(f).ceil()) }
    /// To the nearest integer, ties to even.
    pub static FLOAT_ROUND = "float_round_int"(vm, f) -> Guest [RAISES] {
        vm.float_to_int(arg(f).round_ties_even())
    }
    /// Shortest text that reads back as the same float.
    pub static FLOAT_REPR = "float_repr"(vm, f) -> Value [Effects::PURE] {
        let s = float_repr(arg(f));
        vm.str(&s)
    }
    pub static FLOAT_HASH = "float_hash"(_vm, f) -> i64 [Effects::PURE] { hash_float(arg(f)) }
    pub static FLOAT_POW = float2 "float_pow"(a, b) [] { a.powf(b) }
    /// Remainder with the sign of the divisor; NaN for a divisor of 0.
    pub static FLOAT_MOD = float2 "float_mod"(a, b) [] { float_mod(a, b) }
    /// Floored quotient; NaN for a divisor of 0.
    pub static FLOAT_FLOORDIV = float2 "float_floordiv"(a, b) [] { float_floordiv(a, b) }
    pub static FLOAT_REM = float2 "float_rem"(a, b) [] { a % b }
    pub static FLOAT_SIN = float1 "float_sin"(x) [] { x.sin() }
    pub static FLOAT_COS = float1 "float_cos"(x) [] { x.cos() }
    pub static FLOAT_TAN = float1 "float_tan"(x) [] { x.tan() }
    pub static FLOAT_ATAN = float1 "float_atan"(x) [] { x.atan() }
    pub static FLOAT_ATAN2 = float2 "float_atan2"(y, x) [] { y.atan2(x) }
    pub static FLOAT_EXP = float1 "float_exp"(x) [] { x.exp() }
    pub static FLOAT_LOG = float1 "float_log"(x) [] { x.ln() }
}

fn arg(f: Value) -> f64 {
    to_float(f).expect("a float")
}

impl Vm {
    /// An integral float as an integer.
    pub fn float_to_int(&mut self, f: f64) -> Guest {
        if f.abs() < (1i64 << 60) as f64 {
            return Ok(Value::small(f as i64));
        }
        if f.is_nan() {
            return Err(self.value_error("cannot convert float NaN to integer"));
        }
        match BigInt::from_f64(f) {
            Some(i) => Ok(self.big(i)),
            None => Err(self.error(
                ErrorKind::Overflow,
                "cannot convert float infinity to integer",
            )),
        }
    }
}

/// `a - b * floor(a / b)` as Python computes it: the sign is the divisor's.
pub fn float_mod(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r == 0.0 {
        // Keeps the divisor's sign on a zero.
        return if b == 0.0 { f64::NAN } else { 0f64.copysign(b) };
    }
    if (r < 0.0) != (b < 0.0) { r + b } else { r }
}

pub fn float_floordiv(a: f64, b: f64) -> f64 {
    if b == 0.0 {
        return f64::NAN;
    }
    let r = a % b;
    let mut q = (a - r) / b;
    if r != 0.0 && (b < 0.0) != (r < 0.0) {
        q -= 1.0;
    }
    if q == 0.0 {
        return 0f64.copysign(a / b);
    }
    let floor = q.floor();
    if q - floor > 0.5 { floor + 1.0 } else { floor }
}

/// Exact order of an integer and a float; `None` for NaN.
pub fn cmp_int_float(i: Value, f: f64) -> Option<Ordering> {
    if f.is_nan() {
        return None;
    }
    if f.is_infinite() {
        return Some(if f > 0.0 {
            Ordering::Less
        } else {
            Ordering::Greater
        });
    }
    if let Some(i) = i.to_int()
        && f.abs() < (1i64 << 62) as f64
    {
        let whole = f.trunc();
        let order = i.cmp(&(whole as i64));
        return Some(order.then_with(|| whole.partial_cmp(&f).expect("finite")));
    }
    let whole = BigInt::from_f64(f.trunc()).expect("finite");
    let order = big(i).cmp(&whole);
    Some(order.then_with(|| f.trunc().partial_cmp(&f).expect("finite")))
}

pub fn eq_int_float(i: Value, f: f64) -> bool {
    cmp_int_float(i, f) == Some(Ordering::Equal)
}

/// Hash of a float: equal to the hash of an equal integer or fraction.
pub fn hash_float(f: f64) -> i64 {
    if !f.is_finite() {
        return if f.is_nan() {
            0
        } else {
            314_159 * f.signum() as i64
        };
    }
    // f = m * 2^e with an integer m; 2^61 = 1 modulo the modulus.
    let bits = f.abs().to_bits();
    let exponent = (bits >> 52) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (m, e) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    let turn = e.rem_euclid(61) as u32;
    let m = m % HASH_MODULUS;
    let h = (m << turn & HASH_MODULUS | m >> (61 - turn)) % HASH_MODULUS;
    match h as i64 {
        1 if f < 0.0 => -2,
        h if f < 0.0 => -h,
        h => h,
    }
}

/// `a / b`, correctly rounded; `None` when it overflows. `b` is not 0.
pub fn true_div(a: &BigInt, b: &BigInt) -> Option<f64> {
    const EXACT: u64 = 53;
    if a.bits() <= EXACT && b.bits() <= EXACT {
        return Some(a.to_f64()? / b.to_f64()?);
    }
    if a.is_zero() {
        return Some(0.0);
    }
    let negative = a.is_negative() != b.is_negative();
    let (a, b) = (a.magnitude(), b.magnitude());
    // Scale so that the quotient has 55 to 66 bits (fewer where the result is
    // subnormal), then let the sticky bit decide ties.
    let scale = (66 + b.bits() as i64 - a.bits() as i64).min(1074 + 2);
    let (q, r) = if scale >= 0 {
        (a << scale as u64).div_rem(b)
    } else {
        a.div_rem(&(b << (-scale) as u64))
    };
    let mut q = q;
    if !r.is_zero() {
        q |= num_bigint::BigUint::from(1u8);
    }
    let f = scaled(&q, -scale);
    if f.is_infinite() {
        return None;
    }
    Some(if negative { -f } else { f })
}

/// `q * 2^e`, rounded once (the lowest bit of `q` is sticky).
fn scaled(q: &num_bigint::BigUint, e: i64) -> f64 {
    let bits = q.bits() as i64;
    // Bits that the result can hold: fewer than 53 when it is subnormal.
    let room = (bits + e + 1074).clamp(0, 53);
    let drop = bits - room;
    if drop <= 0 {
        return q.to_f64().expect("few bits") * 2f64.powi(e as i32);
    }
    let (mut m, rest) = ((q >> drop as u64).to_u64().expect("53 bits"), q.clone());
    let half = num_bigint::BigUint::from(1u8) << (drop as u64 - 1);
    let rest = rest % (num_bigint::BigUint::from(1u8) << drop as u64);
    if rest > half || rest == half && m & 1 == 1 {
        m += 1;
    }
    let e = e + drop;
    // Two steps, so that neither power is out of range.
    let first = e.clamp(-1000, 1000);
    m as f64 * 2f64.powi(first as i32) * 2f64.powi((e - first) as i32)
}

/// Python's `repr` of a float: shortest digits that round trip.
pub fn float_repr(f: f64) -> String {
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return if f > 0.0 { "inf".into() } else { "-inf".into() };
    }
    let mut text = format!("{f:e}");
    // Where two shortest texts are equally near, the even one is wanted.
    let digits = text
        .bytes()
        .take_while(|b| *b != b'e')
        .filter(u8::is_ascii_digit)
        .count();
    let mut tie = false;
    if digits >= 16 {
        let even = format!("{f:.*e}", digits - 1);
        tie = even != text && even.parse() == Ok(f);
        if tie {
            text = even;
        }
    }
    let (mantissa, exponent) = text.split_once('e').expect("scientific form");
    let exponent: i32 = exponent.parse().expect("a number");
    if (-4..16).contains(&exponent) {
        let places = (digits as i32 - 1 - exponent).max(1) as usize;
        let text = if tie {
            format!("{f:.places$}")
        } else {
            format!("{f}")
        };
        return if text.contains('.') {
            text
        } else {
            text + ".0"
        };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.abs())
}
