//! The module `math`.

use crate::builtins;
use crate::builtins::conversions::truncated;
use crate::builtins::core::{absent, is_guest, values};
use crate::builtins::float_math;
use crate::builtins::operators::{as_float, index};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::Tuple;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, to_float};

fn domain_error(vm: &mut Vm) -> Raised {
    exception::value_error(vm, "math domain error")
}

fn range_error(vm: &mut Vm) -> Raised {
    let class = FlState::of(vm).types().OverflowError;
    exception::raise(vm, class, "math range error")
}

/// A result for arguments that were all finite or not: NaN out of numbers is a domain
/// error, infinity out of finite numbers a range error.
fn checked(vm: &mut Vm, r: f64, args: &[f64]) -> Guest {
    if r.is_nan() && !args.iter().any(|x| x.is_nan()) {
        return Err(domain_error(vm));
    }
    if r.is_infinite() && args.iter().all(|x| x.is_finite()) {
        return Err(range_error(vm));
    }
    Ok(vm.float(r))
}

/// A number argument; `None`: guest code converts it.
fn float_arg(vm: &mut Vm, v: Value) -> Guest<Option<f64>> {
    let plain = types::unwrap_payload(vm, v);
    if is_guest(plain) {
        return Ok(None);
    }
    as_float(vm, plain).map(Some)
}

fn math1(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    match float_arg(vm, v)? {
        Some(x) => checked(vm, f(x), &[x]),
        None => Ok(FALLBACK),
    }
}

fn math2(vm: &mut Vm, a: Value, b: Value, f: fn(f64, f64) -> f64) -> Guest {
    match (float_arg(vm, a)?, float_arg(vm, b)?) {
        (Some(x), Some(y)) => checked(vm, f(x, y), &[x, y]),
        _ => Ok(FALLBACK),
    }
}

/// As `math1`, for functions whose poles are domain errors.
fn poles1(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    match float_arg(vm, v)? {
        Some(x) => {
            let r = f(x);
            if r.is_infinite() && x.is_finite() {
                return Err(domain_error(vm));
            }
            checked(vm, r, &[x])
        }
        None => Ok(FALLBACK),
    }
}

fn rounded(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    let n = unbool(types::unwrap_payload(vm, v));
    if number::is_int(n) {
        return Ok(n);
    }
    if is_guest(n) {
        return Ok(FALLBACK);
    }
    let x = as_float(vm, n)?;
    truncated(vm, f(x))
}

/// A logarithm; big integers are shifted into range first.
fn log_of(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest<Option<f64>> {
    let n = unbool(types::unwrap_payload(vm, v));
    if number::is_int(n) && !n.is_int() {
        let big = number::big(n);
        if big.sign() == num_bigint::Sign::Minus {
            return Err(domain_error(vm));
        }
        // As CPython: a fraction in [0.5, 1), and a power of two.
        let bits = number::bits(n);
        let shift = bits.saturating_sub(64);
        let top = number::to_f64(vm.big(big >> shift)).unwrap_or(f64::MAX);
        let fraction = libm::ldexp(top, -((bits - shift) as i32));
        return Ok(Some(f(fraction) + f(2.0) * bits as f64));
    }
    let Some(x) = float_arg(vm, v)? else {
        return Ok(None);
    };
    if x <= 0.0 {
        return Err(domain_error(vm));
    }
    Ok(Some(f(x)))
}

fn log1(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    Ok(match log_of(vm, v, f)? {
        Some(x) => vm.float(x),
        None => FALLBACK,
    })
}

fn log(vm: &mut Vm, v: Value, base: Value) -> Guest {
    if absent(base) {
        return log1(vm, v, f64::ln);
    }
    let (Some(x), Some(base)) = (log_of(vm, v, f64::ln)?, log_of(vm, base, f64::ln)?) else {
        return Ok(FALLBACK);
    };
    if base == 0.0 {
        let class = FlState::of(vm).types().ZeroDivisionError;
        return Err(exception::raise(vm, class, "float division by zero"));
    }
    Ok(vm.float(x / base))
}

fn pow(vm: &mut Vm, a: Value, b: Value) -> Guest {
    let (Some(x), Some(y)) = (float_arg(vm, a)?, float_arg(vm, b)?) else {
        return Ok(FALLBACK);
    };
    let r = x.powf(y);
    if r.is_infinite() && x == 0.0 && y.is_finite() {
        return Err(domain_error(vm));
    }
    checked(vm, r, &[x, y])
}

/// An exact integer argument; `None`: guest code converts it.
fn int_arg(vm: &mut Vm, v: Value) -> Guest<Option<Value>> {
    let n = unbool(types::unwrap_payload(vm, v));
    if number::is_int(n) {
        return Ok(Some(n));
    }
    if is_guest(n) {
        return Ok(None);
    }
    index(vm, n)?;
    Ok(Some(n))
}

fn fold_ints(vm: &mut Vm, args: Value, start: i64, lcm: bool) -> Guest {
    let mut r = Value::small(start);
    for v in Obj::<Tuple>::cast(args).items() {
        let Some(n) = int_arg(vm, *v)? else {
            return Ok(FALLBACK);
        };
        let gcd = builtins::operators::native_int(vm, &number::INT_GCD, r, n)?;
        if !lcm {
            r = gcd;
        } else if number::is_zero(gcd) || number::is_zero(n) {
            r = Value::small(0);
        } else {
            let part = builtins::operators::int_floordiv(vm, n, gcd)?;
            r = vm.int_mul(r, part);
        }
    }
    let negative = number::cmp(r, Value::small(0)).is_lt();
    Ok(if negative {
        vm.int_sub(Value::small(0), r)
    } else {
        r
    })
}

/// The product of the integers from `from` to `to`, by halves so that factors stay even.
fn product(vm: &mut Vm, from: i64, to: i64) -> Value {
    if from > to {
        return Value::small(1);
    }
    if to - from < 8 {
        let mut r = vm.int(from);
        for i in from + 1..=to {
            let i = vm.int(i);
            r = vm.int_mul(r, i);
        }
        return r;
    }
    let middle = from + (to - from) / 2;
    let (a, b) = (product(vm, from, middle), product(vm, middle + 1, to));
    vm.int_mul(a, b)
}

fn factorial(vm: &mut Vm, v: Value) -> Guest {
    let Some(n) = int_arg(vm, v)? else {
        return Ok(FALLBACK);
    };
    let n = index(vm, n)?;
    if n < 0 {
        let message = "factorial() not defined for negative values";
        return Err(exception::value_error(vm, message));
    }
    Ok(product(vm, 1, n))
}

/// `perm` and `comb`.
fn choose(vm: &mut Vm, n: Value, k: Value, ordered: bool) -> Guest {
    if ordered && (absent(k) || k == Value::NONE) {
        return factorial(vm, n);
    }
    let (Some(n), Some(k)) = (int_arg(vm, n)?, int_arg(vm, k)?) else {
        return Ok(FALLBACK);
    };
    for (v, name) in [(n, "n"), (k, "k")] {
        if number::cmp(v, Value::small(0)).is_lt() {
            let message = format!("{name} must be a non-negative integer");
            return Err(exception::value_error(vm, message));
        }
    }
    if number::cmp(k, n).is_gt() {
        return Ok(Value::small(0));
    }
    let mut k = k;
    if !ordered {
        let rest = vm.int_sub(n, k);
        if number::cmp(rest, k).is_lt() {
            k = rest;
        }
    }
    let k = index(vm, k)?;
    let mut r = Value::small(1);
    for i in 0..k {
        let factor = vm.int_sub(n, Value::small(i));
        r = vm.int_mul(r, factor);
        if !ordered {
            r = builtins::operators::int_floordiv(vm, r, Value::small(i + 1))?;
        }
    }
    Ok(r)
}

/// All floats of an iterable; `None`: guest code is needed.
fn floats(vm: &mut Vm, v: Value) -> Guest<Option<Vec<f64>>> {
    let Some(items) = values(vm, v)? else {
        return Ok(None);
    };
    let mut all = Vec::with_capacity(items.len());
    for v in items {
        match float_arg(vm, v)? {
            Some(x) => all.push(x),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

fn fsum(vm: &mut Vm, v: Value) -> Guest {
    let Some(all) = floats(vm, v)? else {
        return Ok(FALLBACK);
    };
    match float_math::sum(&all) {
        Ok(sum) => Ok(vm.float(sum)),
        Err(float_math::SumError::Overflow) => {
            let class = FlState::of(vm).types().OverflowError;
            Err(exception::raise(vm, class, "intermediate overflow in fsum"))
        }
        Err(float_math::SumError::Infinities) => {
            Err(exception::value_error(vm, "-inf + inf in fsum"))
        }
    }
}

fn prod(vm: &mut Vm, v: Value, start: Value) -> Guest {
    let Some(items) = values(vm, v)? else {
        return Ok(FALLBACK);
    };
    let mut r = if absent(start) {
        Value::small(1)
    } else {
        start
    };
    let plain = |v: Value| number::is_int(unbool(v)) || to_float(v).is_some();
    if !plain(r) || !items.iter().all(|v| plain(*v)) {
        return Ok(FALLBACK);
    }
    for v in items {
        let (a, b) = (unbool(r), unbool(v));
        r = if number::is_int(a) && number::is_int(b) {
            vm.int_mul(a, b)
        } else {
            let (x, y) = (as_float(vm, a)?, as_float(vm, b)?);
            vm.float(x * y)
        };
    }
    Ok(r)
}

fn dist(vm: &mut Vm, p: Value, q: Value) -> Guest {
    let (Some(p), Some(q)) = (floats(vm, p)?, floats(vm, q)?) else {
        return Ok(FALLBACK);
    };
    if p.len() != q.len() {
        let message = "both points must have the same number of dimensions";
        return Err(exception::value_error(vm, message));
    }
    let differences: Vec<f64> = p.iter().zip(&q).map(|(a, b)| a - b).collect();
    Ok(vm.float(float_math::norm(&differences)))
}

fn is_close(vm: &mut Vm, args: [Value; 4]) -> Guest {
    let mut numbers = [0.0, 0.0, 1e-9, 0.0];
    for (number, v) in numbers.iter_mut().zip(args) {
        if !absent(v) {
            match float_arg(vm, v)? {
                Some(x) => *number = x,
                None => return Ok(FALLBACK),
            }
        }
    }
    let [a, b, relative, absolute] = numbers;
    if relative < 0.0 || absolute < 0.0 {
        return Err(exception::value_error(
            vm,
            "tolerances must be non-negative",
        ));
    }
    let difference = (a - b).abs();
    let close = a == b
        || (a.is_finite() && b.is_finite())
            && (difference <= (relative * b).abs()
                || difference <= (relative * a).abs()
                || difference <= absolute);
    Ok(Value::bool(close))
}

fn ldexp(vm: &mut Vm, x: Value, exponent: Value) -> Guest {
    let Some(x) = float_arg(vm, x)? else {
        return Ok(FALLBACK);
    };
    let e = unbool(types::unwrap_payload(vm, exponent));
    if !number::is_int(e) {
        let message = "Expected an int as second argument to ldexp.";
        return Err(exception::type_error(vm, message));
    }
    let big = if number::cmp(e, Value::small(0)).is_lt() {
        -5000
    } else {
        5000
    };
    let e = number::to_i64(e).unwrap_or(big).clamp(-5000, 5000);
    let r = libm::scalbn(x, e as i32);
    checked(vm, r, &[x])
}

fn pair(vm: &mut Vm, a: Value, b: Value) -> Guest {
    Ok(vm.tuple(&[a, b]))
}

builtins! {
    /// `math`
    pub static MATH:
    "math:sqrt" "x /" => "math_sqrt" |vm, [v]| math1(vm, v, f64::sqrt);
    "math:sin" "x /" => "math_sin" |vm, [v]| math1(vm, v, f64::sin);
    "math:cos" "x /" => "math_cos" |vm, [v]| math1(vm, v, f64::cos);
    "math:tan" "x /" => "math_tan" |vm, [v]| math1(vm, v, f64::tan);
    "math:asin" "x /" => "math_asin" |vm, [v]| math1(vm, v, f64::asin);
    "math:acos" "x /" => "math_acos" |vm, [v]| math1(vm, v, f64::acos);
    "math:atan" "x /" => "math_atan" |vm, [v]| math1(vm, v, f64::atan);
    "math:sinh" "x /" => "math_sinh" |vm, [v]| math1(vm, v, f64::sinh);
    "math:cosh" "x /" => "math_cosh" |vm, [v]| math1(vm, v, f64::cosh);
    "math:tanh" "x /" => "math_tanh" |vm, [v]| math1(vm, v, f64::tanh);
    "math:asinh" "x /" => "math_asinh" |vm, [v]| math1(vm, v, libm::asinh);
    "math:acosh" "x /" => "math_acosh" |vm, [v]| math1(vm, v, libm::acosh);
    "math:atanh" "x /" => "math_atanh" |vm, [v]| poles1(vm, v, libm::atanh);
    "math:exp" "x /" => "math_exp" |vm, [v]| math1(vm, v, f64::exp);
    "math:exp2" "x /" => "math_exp2" |vm, [v]| math1(vm, v, f64::exp2);
    "math:expm1" "x /" => "math_expm1" |vm, [v]| math1(vm, v, f64::exp_m1);
    "math:log1p" "x /" => "math_log1p" |vm, [v]| poles1(vm, v, f64::ln_1p);
    "math:fabs" "x /" => "math_fabs" |vm, [v]| math1(vm, v, f64::abs);
    "math:cbrt" "x /" => "math_cbrt" |vm, [v]| math1(vm, v, libm::cbrt);
    "math:erf" "x /" => "math_erf" |vm, [v]| math1(vm, v, libm::erf);
    "math:erfc" "x /" => "math_erfc" |vm, [v]| math1(vm, v, libm::erfc);
    "math:gamma" "x /" => "math_gamma" |vm, [v]| {
        let Some(x) = float_arg(vm, v)? else { return Ok(FALLBACK) };
        if x == f64::NEG_INFINITY || x.is_finite() && x <= 0.0 && x == x.floor() {
            return Err(domain_error(vm));
        }
        checked(vm, float_math::gamma(x), &[x])
    };
    "math:lgamma" "x /" => "math_lgamma" |vm, [v]| poles1(vm, v, float_math::log_gamma);
    "math:radians" "x /" => "math_radians" |vm, [v]| math1(vm, v, |x| x * (std::f64::consts::PI / 180.0));
    "math:degrees" "x /" => "math_degrees" |vm, [v]| math1(vm, v, |x| x * (180.0 / std::f64::consts::PI));
    "math:floor" "x /" => "math_floor" |vm, [v]| rounded(vm, v, f64::floor);
    "math:ceil" "x /" => "math_ceil" |vm, [v]| rounded(vm, v, f64::ceil);
    "math:trunc" "x /" => "math_trunc" |vm, [v]| rounded(vm, v, f64::trunc);
    "math:log" "x base= /" => "math_log" |vm, [v, base]| log(vm, v, base);
    "math:log2" "x /" => "math_log2" |vm, [v]| log1(vm, v, f64::log2);
    "math:log10" "x /" => "math_log10" |vm, [v]| log1(vm, v, f64::log10);
    "math:pow" "x y /" => "math_pow" |vm, [a, b]| pow(vm, a, b);
    "math:atan2" "y x /" => "math_atan2" |vm, [a, b]| math2(vm, a, b, f64::atan2);
    "math:fmod" "x y /" => "math_fmod" |vm, [a, b]| math2(vm, a, b, |x, y| x % y);
    "math:remainder" "x y /" => "math_remainder" |vm, [a, b]| math2(vm, a, b, libm::remainder);
    "math:copysign" "x y /" => "math_copysign" |vm, [a, b]| math2(vm, a, b, f64::copysign);
    "math:nextafter" "x y /" => "math_nextafter" |vm, [a, b]| {
        match (float_arg(vm, a)?, float_arg(vm, b)?) {
            (Some(x), Some(y)) => Ok(vm.float(libm::nextafter(x, y))),
            _ => Ok(FALLBACK),
        }
    };
    "math:ulp" "x /" => "math_ulp" |vm, [v]| {
        let Some(x) = float_arg(vm, v)? else { return Ok(FALLBACK) };
        let x = x.abs();
        if !x.is_finite() { return Ok(vm.float(x)); }
        let next = libm::nextafter(x, f64::INFINITY);
        let ulp = if next.is_infinite() { x - libm::nextafter(x, 0.0) } else { next - x };
        Ok(vm.float(ulp))
    };
    "math:hypot" "*coordinates" => "math_hypot" |vm, [args]| match floats(vm, args)? {
        Some(all) => Ok(vm.float(float_math::norm(&all))),
        None => Ok(FALLBACK),
    };
    "math:dist" "p q /" => "math_dist" |vm, [p, q]| dist(vm, p, q);
    "math:fsum" "seq /" => "math_fsum" |vm, [v]| fsum(vm, v);
    "math:prod" "iterable / * start=" => "math_prod" |vm, [v, start]| prod(vm, v, start);
    "math:isclose" "a b * rel_tol= abs_tol=" => "math_isclose" |vm, [a, b, r, t]| is_close(vm, [a, b, r, t]);
    "math:isnan" "x /" => "math_isnan" |vm, [v]| Ok(float_arg(vm, v)?.map_or(FALLBACK, |x| Value::bool(x.is_nan())));
    "math:isinf" "x /" => "math_isinf" |vm, [v]| Ok(float_arg(vm, v)?.map_or(FALLBACK, |x| Value::bool(x.is_infinite())));
    "math:isfinite" "x /" => "math_isfinite" |vm, [v]| Ok(float_arg(vm, v)?.map_or(FALLBACK, |x| Value::bool(x.is_finite())));
    "math:frexp" "x /" => "math_frexp" |vm, [v]| {
        let Some(x) = float_arg(vm, v)? else { return Ok(FALLBACK) };
        let (m, e) = if x == 0.0 || !x.is_finite() { (x, 0) } else { libm::frexp(x) };
        let m = vm.float(m);
        pair(vm, m, Value::small(e as i64))
    };
    "math:ldexp" "x i /" => "math_ldexp" |vm, [x, i]| ldexp(vm, x, i);
    "math:modf" "x /" => "math_modf" |vm, [v]| {
        let Some(x) = float_arg(vm, v)? else { return Ok(FALLBACK) };
        let fraction = if x.is_infinite() { 0.0f64.copysign(x) } else { (x - x.trunc()).copysign(x) };
        let (f, i) = (vm.float(fraction), vm.float(x.trunc()));
        pair(vm, f, i)
    };
    "math:isqrt" "n /" => "math_isqrt" |vm, [v]| {
        let Some(n) = int_arg(vm, v)? else { return Ok(FALLBACK) };
        if number::cmp(n, Value::small(0)).is_lt() {
            return Err(exception::value_error(vm, "isqrt() argument must be nonnegative"));
        }
        Ok(vm.int_sqrt(n))
    };
    "math:gcd" "*integers" => "math_gcd" |vm, [args]| fold_ints(vm, args, 0, false);
    "math:lcm" "*integers" => "math_lcm" |vm, [args]| fold_ints(vm, args, 1, true);
    "math:factorial" "n /" => "math_factorial" |vm, [v]| factorial(vm, v);
    "math:comb" "n k /" => "math_comb" |vm, [n, k]| choose(vm, n, k, false);
    "math:perm" "n k= /" => "math_perm" |vm, [n, k]| choose(vm, n, k, true);
}
