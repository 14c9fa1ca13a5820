//! Numbers: fixnums, big integers, floats, and their conversions.

use metatrace::value::Value;
use num_bigint::{BigInt, Sign};
use num_traits::{Signed, ToPrimitive};
use runtime::Vm;
use runtime::heap::access;
use runtime::layouts::BigInt as BigLayout;
use runtime::object::{Obj, is, to_float};
use std::cmp::Ordering;

/// A number outside the heap.
#[derive(Clone, Debug, PartialEq)]
pub enum Num {
    Int(i64),
    Big(BigInt),
    Float(f64),
}

/// The integer of a fixnum or big integer object.
pub fn to_big(v: Value) -> BigInt {
    if let Some(i) = v.to_int() {
        return BigInt::from(i);
    }
    let o = Obj::<BigLayout>::cast(v);
    let digits: Vec<u32> = access::raws(v, BigLayout::DIGITS)
        .iter()
        .flat_map(|w| [*w as u32, (*w >> 32) as u32])
        .collect();
    let sign = if o.int(BigLayout::NEGATIVE) != 0 {
        Sign::Minus
    } else {
        Sign::Plus
    };
    BigInt::from_slice(sign, &digits)
}

/// The value as a number, if it is one.
pub fn to_num(v: Value) -> Option<Num> {
    if let Some(i) = v.to_int() {
        Some(Num::Int(i))
    } else if let Some(f) = to_float(v) {
        Some(Num::Float(f))
    } else if is::<BigLayout>(v) {
        Some(Num::Big(to_big(v)))
    } else {
        None
    }
}

pub fn is_integer(v: Value) -> bool {
    v.is_int() || is::<BigLayout>(v)
}

pub fn is_number(v: Value) -> bool {
    is_integer(v) || to_float(v).is_some()
}

/// A big integer as a value: a fixnum when it fits.
pub fn from_big(vm: &mut Vm, b: &BigInt) -> Value {
    if let Some(v) = b.to_i64().and_then(Value::int) {
        return v;
    }
    let digits: Vec<u64> = b.iter_u64_digits().collect();
    let o = vm.alloc_counted::<BigLayout>(0, digits.len());
    o.set_int(BigLayout::NEGATIVE, b.is_negative() as i64);
    vm.heap
        .raws_mut(o.value(), BigLayout::DIGITS)
        .copy_from_slice(&digits);
    o.value()
}

pub fn from_num(vm: &mut Vm, n: &Num) -> Value {
    match n {
        Num::Int(i) => match Value::int(*i) {
            Some(v) => v,
            None => from_big(vm, &BigInt::from(*i)),
        },
        Num::Big(b) => from_big(vm, b),
        Num::Float(f) => vm.float(*f),
    }
}

/// An integer of any size as a float, rounded to nearest; infinite when too large.
pub fn big_to_float(b: &BigInt) -> f64 {
    b.to_f64().unwrap_or(f64::INFINITY)
}

/// The integral value of a float.
pub fn float_to_big(f: f64) -> BigInt {
    use num_traits::FromPrimitive;
    BigInt::from_f64(f).unwrap_or_default()
}

impl Num {
    pub fn to_f64(&self) -> f64 {
        match self {
            Num::Int(i) => *i as f64,
            Num::Big(b) => big_to_float(b),
            Num::Float(f) => *f,
        }
    }
    pub fn to_bigint(&self) -> Option<BigInt> {
        match self {
            Num::Int(i) => Some(BigInt::from(*i)),
            Num::Big(b) => Some(b.clone()),
            Num::Float(_) => None,
        }
    }
    /// A big integer that fits a word becomes one.
    pub fn normal(self) -> Num {
        match self {
            Num::Big(b) => match b.to_i64() {
                Some(i) => Num::Int(i),
                None => Num::Big(b),
            },
            n => n,
        }
    }
}

/// Numeric comparison; integers and floats compare by value. NaN is incomparable.
pub fn compare_nums(a: &Num, b: &Num) -> Option<Ordering> {
    match (a, b) {
        (Num::Int(x), Num::Int(y)) => Some(x.cmp(y)),
        (Num::Float(x), Num::Float(y)) => x.partial_cmp(y),
        (Num::Float(x), other) => compare_float_int(*x, &other.to_bigint()?),
        (other, Num::Float(y)) => compare_float_int(*y, &other.to_bigint()?).map(Ordering::reverse),
        (x, y) => Some(x.to_bigint()?.cmp(&y.to_bigint()?)),
    }
}

fn compare_float_int(f: f64, i: &BigInt) -> Option<Ordering> {
    if f.is_nan() {
        return None;
    }
    if f.is_infinite() {
        return Some(if f > 0.0 {
            Ordering::Greater
        } else {
            Ordering::Less
        });
    }
    let whole = float_to_big(f.trunc());
    Some(whole.cmp(i).then_with(|| f.fract().total_cmp(&0.0)))
}

/// Order of two numbers of the same kind in the standard order.
pub fn compare_numbers(a: Value, b: Value) -> Ordering {
    match (to_num(a), to_num(b)) {
        (Some(Num::Float(x)), Some(Num::Float(y))) => x.total_cmp(&y),
        (Some(x), Some(y)) => compare_nums(&x, &y).unwrap_or(Ordering::Equal),
        _ => Ordering::Equal,
    }
}
