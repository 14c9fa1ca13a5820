//! Evaluation of arithmetic expressions.
//!
//! Functions are rows of two tables (one and two arguments); compiled code names
//! them by row. [`eval`] walks an expression term with its own stack.

use crate::cycles::{Walk, cyclic};
use crate::errors::{evaluation_error, indicator, instantiation, type_error};
use crate::number::{Num, big_to_float, compare_nums, float_to_big, from_num, to_num};
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{Term, cons_parts, deref, str_text, term};
use metatrace::value::Value;
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cmp::Ordering;

type Result1 = Result<Num, Fault>;

/// Why an evaluation failed.
#[derive(Debug, Clone)]
pub enum Fault {
    ZeroDivisor,
    Undefined,
    FloatOverflow,
    IntOverflow,
    /// An argument that had to be an integer.
    NotInteger(Num),
    /// An integer that had to be greater, with the domain.
    TooSmall(&'static str, Num),
    /// `2 ** -1` with the flag for ISO integers, or `2 ^ -1`.
    MustBeFloat(Num),
}

fn check(f: f64) -> Result1 {
    if f.is_nan() {
        Err(Fault::Undefined)
    } else if f.is_infinite() {
        Err(Fault::FloatOverflow)
    } else {
        Ok(Num::Float(f))
    }
}

fn big(n: &Num) -> Result<BigInt, Fault> {
    n.to_bigint().ok_or_else(|| Fault::NotInteger(n.clone()))
}

fn float1(x: &Num, f: impl Fn(f64) -> f64) -> Result1 {
    let x = x.to_f64();
    if x.is_infinite() || x.is_nan() {
        return Ok(Num::Float(f(x)));
    }
    check(f(x))
}

fn from_big(b: BigInt) -> Num {
    Num::Big(b).normal()
}

fn rounded(x: &Num, f: impl Fn(f64) -> f64) -> Result1 {
    match x {
        Num::Float(v) if !v.is_finite() => Err(Fault::Undefined),
        Num::Float(v) => Ok(from_big(float_to_big(f(*v)))),
        n => Ok(n.clone()),
    }
}

type Unary = fn(&Num) -> Result1;
type Binary = fn(&Num, &Num) -> Result1;

macro_rules! functions {
    ($table:ident, $ty:ty, $args:tt: $($name:literal => $body:expr;)*) => {
        /// Name and function per row.
        pub const $table: &[(&str, $ty)] = &[$(($name, functions!(@closure $args $body))),*];
    };
    (@closure ($x:ident) $body:expr) => { |$x: &Num| $body };
    (@closure ($x:ident, $y:ident) $body:expr) => { |$x: &Num, $y: &Num| $body };
}

functions! { UNARY, Unary, (x):
    "-" => match x {
        Num::Int(i) => Ok(i.checked_neg().map_or_else(|| from_big(-BigInt::from(*i)), Num::Int)),
        Num::Big(b) => Ok(from_big(-b)),
        Num::Float(f) => Ok(Num::Float(-f)),
    };
    "+" => Ok(x.clone());
    "abs" => match x {
        Num::Float(f) => Ok(Num::Float(f.abs())),
        n => Ok(from_big(big(n)?.abs())),
    };
    "sign" => match x {
        Num::Float(f) => Ok(Num::Float(if *f == 0.0 { *f } else { f.signum() })),
        n => Ok(from_big(big(n)?.signum())),
    };
    "\\" => match x {
        Num::Int(i) => Ok(Num::Int(!i)),
        n => Ok(from_big(!big(n)?)),
    };
    "sqrt" => if x.to_f64() < 0.0 { Err(Fault::Undefined) } else { float1(x, f64::sqrt) };
    "sin" => float1(x, f64::sin);
    "cos" => float1(x, f64::cos);
    "tan" => float1(x, f64::tan);
    "asin" => float1(x, f64::asin);
    "acos" => float1(x, f64::acos);
    "atan" => float1(x, f64::atan);
    "sinh" => float1(x, f64::sinh);
    "cosh" => float1(x, f64::cosh);
    "tanh" => float1(x, f64::tanh);
    "asinh" => float1(x, f64::asinh);
    "acosh" => float1(x, f64::acosh);
    "atanh" => float1(x, f64::atanh);
    "cot" => float1(x, |v| 1.0 / v.tan());
    "exp" => float1(x, f64::exp);
    "log" => log(x);
    "log2" => match log(x)? { Num::Float(_) => Ok(Num::Float(x.to_f64().log2())), n => Ok(n) };
    "float" => check(x.to_f64());
    "integer" => match x {
        Num::Float(f) if !f.is_finite() => Err(Fault::Undefined),
        Num::Float(f) => Ok(from_big(float_to_big(f.round()))),
        n => Ok(n.clone()),
    };
    "float_integer_part" => match x {
        Num::Float(f) => Ok(Num::Float(f.trunc())),
        n => Ok(n.clone()),
    };
    "float_fractional_part" => match x {
        Num::Float(f) => Ok(Num::Float(f.fract())),
        _ => Ok(Num::Int(0)),
    };
    "truncate" => rounded(x, f64::trunc);
    "round" => rounded(x, f64::round);
    "ceiling" => rounded(x, f64::ceil);
    "floor" => rounded(x, f64::floor);
    "msb" => Ok(Num::Int(positive(x)?.bits() as i64 - 1));
    "lsb" => Ok(Num::Int(positive(x)?.trailing_zeros().unwrap_or(0) as i64));
    "popcount" => Ok(Num::Int(natural(x)?.magnitude().count_ones() as i64));
    "succ" => binary_by_name("+", x, &Num::Int(1));
    "random" => Ok(Num::Int((random_unit() * x.to_f64()) as i64));
    "random_float" => Ok(Num::Float(random_unit() + 0.0 * x.to_f64()));
}

functions! { BINARY, Binary, (x, y):
    "+" => match (x, y) {
        (Num::Int(a), Num::Int(b)) => Ok(a.checked_add(*b).map_or_else(|| Num::Big(BigInt::from(*a) + b), Num::Int)),
        (Num::Float(_), _) | (_, Num::Float(_)) => check(x.to_f64() + y.to_f64()),
        _ => Ok(from_big(big(x)? + big(y)?)),
    };
    "-" => match (x, y) {
        (Num::Int(a), Num::Int(b)) => Ok(a.checked_sub(*b).map_or_else(|| Num::Big(BigInt::from(*a) - b), Num::Int)),
        (Num::Float(_), _) | (_, Num::Float(_)) => check(x.to_f64() - y.to_f64()),
        _ => Ok(from_big(big(x)? - big(y)?)),
    };
    "*" => match (x, y) {
        (Num::Int(a), Num::Int(b)) => Ok(a.checked_mul(*b).map_or_else(|| Num::Big(BigInt::from(*a) * b), Num::Int)),
        (Num::Float(_), _) | (_, Num::Float(_)) => check(x.to_f64() * y.to_f64()),
        _ => Ok(from_big(big(x)? * big(y)?)),
    };
    "/" => divide(x, y);
    "//" => int_division(x, y, |a, b| a / b);
    "div" => int_division(x, y, |a, b| a.div_floor(b));
    "rem" => int_division(x, y, |a, b| a % b);
    "mod" => int_division(x, y, |a, b| a.mod_floor(b));
    "min" => Ok(if second(x, y, Ordering::Greater) { y.clone() } else { x.clone() });
    "max" => Ok(if second(x, y, Ordering::Less) { y.clone() } else { x.clone() });
    ">>" => shift(x, y, false);
    "<<" => shift(x, y, true);
    "/\\" => Ok(from_big(big(x)? & big(y)?));
    "\\/" => Ok(from_big(big(x)? | big(y)?));
    "xor" => Ok(from_big(big(x)? ^ big(y)?));
    "**" => power(x, y, false);
    "^" => power(x, y, true);
    "atan2" => if x.to_f64() == 0.0 && y.to_f64() == 0.0 && !matches!(x, Num::Float(_)) { Err(Fault::Undefined) } else { check(x.to_f64().atan2(y.to_f64())) };
    "atan" => check(x.to_f64().atan2(y.to_f64()));
    "copysign" => Ok(Num::Float(x.to_f64().copysign(y.to_f64())));
    "gcd" => Ok(from_big(big(x)?.gcd(&big(y)?)));
    "getbit" => {
        let (bits, at) = (natural(x)?, natural(y)?);
        Ok(Num::Int(at.to_u64().is_some_and(|at| bits.bit(at)) as i64))
    };
    "nexttoward" => {
        let (from, to) = (x.to_f64(), y.to_f64());
        check(if to > from { from.next_up() } else if to < from { from.next_down() } else { to })
    };
    "log" => check(log(y)?.to_f64() / log(x)?.to_f64());
    "random" => Ok(Num::Int(x.to_f64() as i64 + (random_unit() * (y.to_f64() - x.to_f64())) as i64));
}

/// Is the second of two numbers the one that `order` asks for? Of equal ones it is the float.
fn second(x: &Num, y: &Num, order: Ordering) -> bool {
    match compare_nums(x, y) {
        Some(Ordering::Equal) => matches!(y, Num::Float(_)),
        found => found == Some(order),
    }
}

/// An integer that is at least 1.
fn positive(x: &Num) -> Result<BigInt, Fault> {
    let b = big(x)?;
    if b.is_positive() {
        Ok(b)
    } else {
        Err(Fault::TooSmall("not_less_than_one", x.clone()))
    }
}

/// An integer that is at least 0.
fn natural(x: &Num) -> Result<BigInt, Fault> {
    let b = big(x)?;
    if b.is_negative() {
        Err(Fault::TooSmall("not_less_than_zero", x.clone()))
    } else {
        Ok(b)
    }
}

thread_local! {
    static SEED: std::cell::Cell<u64> = const { std::cell::Cell::new(0x9E37_79B9_7F4A_7C15) };
}

/// A float in 0.0 .. 1.0 from a xorshift generator.
pub fn random_unit() -> f64 {
    SEED.with(|s| {
        let mut x = s.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        s.set(x);
        (x >> 11) as f64 / (1u64 << 53) as f64
    })
}

pub fn set_random_seed(seed: u64) {
    SEED.with(|s| s.set(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1));
}

fn binary_by_name(name: &str, x: &Num, y: &Num) -> Result1 {
    let row = BINARY
        .iter()
        .find(|r| r.0 == name)
        .expect("a row of the table");
    (row.1)(x, y)
}

fn log(x: &Num) -> Result1 {
    let zero = match x {
        Num::Float(f) => *f == 0.0,
        Num::Int(i) => *i == 0,
        Num::Big(_) => false,
    };
    if zero || x.to_f64() < 0.0 {
        return Err(Fault::Undefined);
    }
    match x {
        // Too large for a float, but its logarithm is not.
        Num::Big(b) if big_to_float(b).is_infinite() => {
            let shift = b.bits() - 64;
            let top = big_to_float(&(b >> shift));
            Ok(Num::Float(top.ln() + shift as f64 * std::f64::consts::LN_2))
        }
        _ => check(x.to_f64().ln()),
    }
}

fn divide(x: &Num, y: &Num) -> Result1 {
    match (x, y) {
        (Num::Float(_), _) | (_, Num::Float(_)) => {
            let (a, b) = (x.to_f64(), y.to_f64());
            if b == 0.0 {
                return Err(if a == 0.0 || a.is_nan() {
                    Fault::Undefined
                } else {
                    Fault::ZeroDivisor
                });
            }
            check(a / b)
        }
        (Num::Int(_), Num::Int(0)) | (Num::Big(_), Num::Int(0)) => Err(Fault::ZeroDivisor),
        (Num::Int(a), Num::Int(b)) if *b != -1 => {
            if a % b == 0 {
                Ok(Num::Int(a / b))
            } else {
                check(*a as f64 / *b as f64)
            }
        }
        _ => {
            let (a, b) = (big(x)?, big(y)?);
            let (q, r) = a.div_rem(&b);
            if r.is_zero() {
                return Ok(from_big(q));
            }
            check(big_ratio(&a, &b))
        }
    }
}

/// The quotient of two big integers as a float, also when they are too large themselves.
fn big_ratio(a: &BigInt, b: &BigInt) -> f64 {
    let (x, y) = (big_to_float(a), big_to_float(b));
    if x.is_finite() && y.is_finite() {
        return x / y;
    }
    let shift = (a.bits().max(b.bits()) - 1000) as usize;
    big_to_float(&(a >> shift)) / big_to_float(&(b >> shift))
}

fn int_division(x: &Num, y: &Num, f: fn(&BigInt, &BigInt) -> BigInt) -> Result1 {
    let (a, b) = (big(x)?, big(y)?);
    if b.is_zero() {
        return Err(Fault::ZeroDivisor);
    }
    Ok(from_big(f(&a, &b)))
}

fn shift(x: &Num, y: &Num, left: bool) -> Result1 {
    let (a, b) = (big(x)?, big(y)?);
    let n = b.to_i64().ok_or(Fault::IntOverflow)?;
    let n = if left { n } else { -n };
    if n > 1 << 33 {
        return Err(Fault::IntOverflow);
    }
    Ok(from_big(if n >= 0 {
        a << n as u64
    } else {
        a >> n.unsigned_abs()
    }))
}

fn power(x: &Num, y: &Num, caret: bool) -> Result1 {
    if let (Some(base), Some(exponent)) = (x.to_bigint(), y.to_bigint()) {
        return int_power(x, base, exponent, caret);
    }
    let (a, b) = (x.to_f64(), y.to_f64());
    if a == 0.0 && b < 0.0 {
        return Err(Fault::ZeroDivisor);
    }
    check(a.powf(b))
}

fn int_power(x: &Num, base: BigInt, exponent: BigInt, caret: bool) -> Result1 {
    if exponent.is_negative() {
        if base.is_one() {
            return Ok(Num::Int(1));
        }
        if base == BigInt::from(-1) {
            return Ok(Num::Int(if exponent.is_even() { 1 } else { -1 }));
        }
        if base.is_zero() {
            return Err(Fault::ZeroDivisor);
        }
        if caret {
            return Err(Fault::MustBeFloat(x.clone()));
        }
        return check(big_to_float(&base).powf(big_to_float(&exponent)));
    }
    if base.is_zero() || base.is_one() {
        return Ok(from_big(if exponent.is_zero() {
            BigInt::one()
        } else {
            base
        }));
    }
    match exponent.to_u32() {
        Some(n) if (base.bits() as u128) * (n as u128) < 1 << 33 => Ok(from_big(base.pow(n))),
        _ => Err(Fault::IntOverflow),
    }
}

/// Raises the error that a fault is.
pub fn fault(vm: &mut Vm, fault: Fault) -> metatrace::meta::Raised {
    let is = crate::syntax::Atom(vm.symbols.intern(match fault {
        Fault::ZeroDivisor => "/",
        _ => "is",
    }));
    let raised = raise_fault(vm, fault);
    crate::errors::add_context(vm, is, 2);
    raised
}

/// The pending error is one of evaluation.
fn in_is(vm: &mut Vm, raised: metatrace::meta::Raised) -> metatrace::meta::Raised {
    let is = pl(vm).known.is;
    crate::errors::add_context(vm, is, 2);
    raised
}

fn raise_fault(vm: &mut Vm, fault: Fault) -> metatrace::meta::Raised {
    match fault {
        Fault::ZeroDivisor => evaluation_error(vm, "zero_divisor"),
        Fault::Undefined => evaluation_error(vm, "undefined"),
        Fault::FloatOverflow => evaluation_error(vm, "float_overflow"),
        Fault::IntOverflow => {
            let what = crate::term::MakeTerms::sym(vm, "memory");
            let formal = crate::term::MakeTerms::term1(vm, "resource_error", what);
            crate::errors::raise(vm, formal)
        }
        Fault::NotInteger(n) => {
            let v = from_num(vm, &n);
            type_error(vm, "integer", v)
        }
        Fault::TooSmall(domain, n) => {
            let v = from_num(vm, &n);
            crate::errors::domain_error(vm, domain, v)
        }
        Fault::MustBeFloat(n) => {
            let v = from_num(vm, &n);
            type_error(vm, "float", v)
        }
    }
}

/// Row of a function in its table.
pub fn unary(name: &str) -> Option<usize> {
    UNARY.iter().position(|r| r.0 == name)
}
pub fn binary(name: &str) -> Option<usize> {
    BINARY.iter().position(|r| r.0 == name)
}

/// The value of a constant's name.
pub fn constant(vm: &mut Vm, name: &str) -> Option<Num> {
    Some(match name {
        "pi" => Num::Float(std::f64::consts::PI),
        "e" => Num::Float(std::f64::consts::E),
        "inf" | "infinite" => Num::Float(f64::INFINITY),
        "nan" => Num::Float(f64::NAN),
        "epsilon" => Num::Float(f64::EPSILON),
        "max_tagged_integer" => Num::Int(metatrace::value::INT_MAX),
        "min_tagged_integer" => Num::Int(metatrace::value::INT_MIN),
        "max_integer" => Num::Int(i64::MAX),
        "min_integer" => Num::Int(i64::MIN),
        "random" | "random_float" => Num::Float(random_unit()),
        "cputime" => Num::Float(vm.host.cpu_nanos().unwrap_or(0) as f64 / 1e9),
        "realtime" => Num::Int(vm.host.wall_clock().unwrap_or(0.0) as i64),
        _ => return None,
    })
}

enum Work {
    Eval(Value),
    Unary(usize),
    Binary(usize),
}

/// The value of an expression.
pub fn eval(vm: &mut Vm, expression: Value) -> Guest<Num> {
    let mut work = vec![Work::Eval(expression)];
    let mut values: Vec<Num> = Vec::new();
    let mut walk = Walk::new();
    while let Some(w) = work.pop() {
        let result = match w {
            Work::Unary(row) => {
                let x = values.pop().expect("an operand");
                (UNARY[row].1)(&x)
            }
            Work::Binary(row) => {
                let y = values.pop().expect("an operand");
                let x = values.pop().expect("an operand");
                (BINARY[row].1)(&x, &y)
            }
            Work::Eval(v) => {
                let v = deref(v);
                match to_num(v) {
                    Some(n) => Ok(n),
                    None if walk.suspects(v.0) && cyclic(vm, expression) => {
                        return Err(type_error(vm, "expression", expression));
                    }
                    None => match operands(vm, v, &mut work)? {
                        Some(n) => Ok(n),
                        None => continue,
                    },
                }
            }
        };
        match result {
            Ok(n) => values.push(n.normal()),
            Err(f) => return Err(fault(vm, f)),
        }
    }
    Ok(values.pop().expect("a result"))
}

/// A constant's value, or `None` after pushing the work of a function.
fn operands(vm: &mut Vm, v: Value, work: &mut Vec<Work>) -> Guest<Option<Num>> {
    match term(v) {
        Term::Var(_) => {
            let raised = instantiation(vm);
            Err(in_is(vm, raised))
        }
        Term::Atom(a) => {
            let name = vm.symbols.name(a.0).into_owned();
            match constant(vm, &name) {
                Some(n) => Ok(Some(n)),
                None => Err(not_evaluable(vm, a, 0)),
            }
        }
        Term::Struct(s) => {
            let (name, arity) = pl(vm).name_arity(s.shape());
            if let Some((head, tail)) = cons_parts(v)
                && tail == crate::term::atom(pl(vm).known.nil)
            {
                work.push(Work::Eval(head));
                return Ok(None);
            }
            let text = vm.symbols.name(name.0).into_owned();
            let row = match arity {
                1 => unary(&text).map(Work::Unary),
                2 => binary(&text).map(Work::Binary),
                _ => None,
            };
            let Some(row) = row else {
                return Err(not_evaluable(vm, name, arity));
            };
            work.push(row);
            for i in (0..arity).rev() {
                work.push(Work::Eval(Obj::item(s, crate::layouts::Struct::ARGS, i)));
            }
            Ok(None)
        }
        Term::Str(s) => {
            let text = str_text(s);
            let mut chars = text.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(Some(Num::Int(c as i64))),
                _ => {
                    let raised = type_error(vm, "evaluable", v);
                    Err(in_is(vm, raised))
                }
            }
        }
        _ => {
            let raised = type_error(vm, "evaluable", v);
            Err(in_is(vm, raised))
        }
    }
}

fn not_evaluable(vm: &mut Vm, name: Atom, arity: usize) -> metatrace::meta::Raised {
    let pi = indicator(vm, name, arity);
    let raised = type_error(vm, "evaluable", pi);
    in_is(vm, raised)
}
