//! Numbers and texts made from one another: `int`, `float`, `str`, `round`, `chr`, `hex`, `pow`, ….

use crate::builtins;
use crate::builtins::core::{absent, is_guest};
use crate::builtins::operators::{as_float, index};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};
use runtime::text;

/// `int(v, base)`
pub fn new_int(vm: &mut Vm, v: Value, base: Value) -> Guest {
    if absent(v) {
        return Ok(Value::small(0));
    }
    if is_guest(v)
        && types::class_of(vm, v)
            .payload
            .is_none_or(|p| p != FlState::of(vm).types().str)
    {
        return Ok(FALLBACK);
    }
    let v = types::unwrap_payload(vm, v);
    let n = unbool(v);
    if absent(base) {
        if number::is_int(n) {
            return Ok(n);
        }
        if let Some(f) = to_float(v) {
            return truncated(vm, f);
        }
    }
    let text = int_text(vm, v, base)?;
    let radix = if absent(base) { 10 } else { index(vm, base)? };
    if radix != 0 && !(2..=36).contains(&radix) {
        return Err(exception::value_error(
            vm,
            "int() base must be >= 2 and <= 36, or 0",
        ));
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let limit = FlState::of(vm).max_str_digits.get();
    if !(radix as u32).is_power_of_two() && radix != 0 && limit > 0 && digits > limit {
        let message = format!(
            "Exceeds the limit ({limit} digits) for integer string conversion: value has {digits} digits; \
             use sys.set_int_max_str_digits() to increase the limit"
        );
        return Err(exception::value_error(vm, message));
    }
    match parse_int(vm, &text, radix as u32) {
        Some(v) => Ok(v),
        None => {
            let shown = builtins::text::display_repr(vm, v);
            let message = format!("invalid literal for int() with base {radix}: {shown}");
            Err(exception::value_error(vm, message))
        }
    }
}

/// The integral part of a float.
pub fn truncated(vm: &mut Vm, f: f64) -> Guest {
    if f.is_nan() {
        return Err(exception::value_error(
            vm,
            "cannot convert float NaN to integer",
        ));
    }
    if f.is_infinite() {
        let class = FlState::of(vm).types().OverflowError;
        let message = "cannot convert float infinity to integer";
        return Err(exception::raise(vm, class, message));
    }
    vm.float_to_int(f.trunc())
}

/// The text that `int()` reads.
fn int_text(vm: &mut Vm, v: Value, base: Value) -> Guest<String> {
    Ok(match text::of(v) {
        Some(text) => text.into_owned(),
        None => match vm.bytes_like(v) {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None if !absent(base) => {
                return Err(exception::type_error(
                    vm,
                    "int() can't convert non-string with explicit base",
                ));
            }
            None => {
                let name = types::type_name(vm, v);
                let message = format!(
                    "int() argument must be a string, a bytes-like object or a real number, not '{name}'"
                );
                return Err(exception::type_error(vm, message));
            }
        },
    })
}

/// An integer literal as `int()` takes it.
fn parse_int(vm: &mut Vm, text: &str, radix: u32) -> Option<Value> {
    let text = text.trim();
    let (sign, body) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let lower = body.to_ascii_lowercase();
    let prefixed = [("0x", 16), ("0o", 8), ("0b", 2)]
        .into_iter()
        .find(|(p, r)| lower.starts_with(p) && (radix == 0 || radix == *r));
    let (digits, radix) = match prefixed {
        Some((_, r)) => (body[2..].strip_prefix('_').unwrap_or(&body[2..]), r),
        None if radix == 0 => {
            if body.len() > 1 && body.starts_with('0') && !body.trim_matches(['0', '_']).is_empty()
            {
                return None;
            }
            (body, 10)
        }
        None => (body, radix),
    };
    if digits.is_empty()
        || digits.starts_with('_')
        || digits.ends_with('_')
        || digits.contains("__")
    {
        return None;
    }
    let digits: String = digits
        .chars()
        .filter(|c| *c != '_')
        .map(|c| ascii_digit(c).unwrap_or(c))
        .collect();
    if !digits.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    vm.parse_int(&format!("{sign}{digits}"), radix)
}

/// The ASCII form of a decimal digit of another script.
fn ascii_digit(c: char) -> Option<char> {
    const ZEROS: [u32; 8] = [0x660, 0x6f0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xff10];
    let zero = ZEROS
        .iter()
        .find(|z| (**z..**z + 10).contains(&(c as u32)))?;
    char::from_digit(c as u32 - zero, 10)
}

pub(super) fn new_float(vm: &mut Vm, v: Value) -> Guest {
    if absent(v) {
        return Ok(vm.float(0.0));
    }
    if is_guest(v) {
        return Ok(FALLBACK);
    }
    if to_float(v).is_some() {
        return Ok(v);
    }
    if number::is_int(unbool(v)) {
        let f = as_float(vm, v)?;
        return Ok(vm.float(f));
    }
    let text = match text::of(v) {
        Some(text) => text.into_owned(),
        None => match vm.bytes_like(v) {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => {
                let name = types::type_name(vm, v);
                let message =
                    format!("float() argument must be a string or a real number, not '{name}'");
                return Err(exception::type_error(vm, message));
            }
        },
    };
    match parse_float(&text) {
        Some(f) => Ok(vm.float(f)),
        None => {
            let shown = builtins::text::display_repr(vm, v);
            let message = format!("could not convert string to float: {shown}");
            Err(exception::value_error(vm, message))
        }
    }
}

/// A float literal as `float()` takes it.
fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    // Underscores stand between digits.
    let chars: Vec<char> = text.chars().collect();
    let digit = |at: Option<usize>| {
        let c = at.and_then(|at| chars.get(at));
        c.is_some_and(|c| c.is_ascii_digit() || ascii_digit(*c).is_some())
    };
    let misplaced = |at: usize| !(digit(at.checked_sub(1)) && digit(Some(at + 1)));
    if (0..chars.len()).any(|at| chars[at] == '_' && misplaced(at)) {
        return None;
    }
    let clean: String = text
        .chars()
        .filter(|c| *c != '_')
        .map(|c| ascii_digit(c).unwrap_or(c))
        .collect();
    number::format::parse_float(&clean)
}

pub(super) fn new_str(vm: &mut Vm, v: Value, encoding: Value) -> Guest {
    if absent(v) {
        return Ok(vm.well_known.empty_str);
    }
    if !absent(encoding) {
        if is::<Str>(types::unwrap_payload(vm, v)) {
            return Err(exception::type_error(vm, "decoding str is not supported"));
        }
        let Some(bytes) = vm.bytes_like(v) else {
            return Err(exception::type_error(
                vm,
                "decoding to str: need a bytes-like object",
            ));
        };
        let bytes = bytes.to_vec();
        return Ok(vm.str(&String::from_utf8_lossy(&bytes)));
    }
    match Value(builtins::text::STR.call(vm.core_ptr(), &[v.0])) {
        Value::RAISED => Err(metatrace::meta::Raised),
        v => Ok(v),
    }
}

/// `round`
pub fn rounded(vm: &mut Vm, v: Value, digits: Value) -> Guest {
    if is_guest(v) || is_guest(digits) {
        return Ok(FALLBACK);
    }
    let none = absent(digits) || digits == Value::NONE;
    let n = unbool(v);
    if number::is_int(n) {
        if none {
            return Ok(n);
        }
        let digits = index(vm, digits)?;
        return if digits >= 0 {
            Ok(n)
        } else {
            round_int(vm, n, -digits)
        };
    }
    if to_float(v).is_none() {
        let name = types::type_name(vm, v);
        let message = format!("type {name} doesn't define __round__ method");
        return Err(exception::type_error(vm, message));
    }
    let f = as_float(vm, v)?;
    if none {
        if !f.is_finite() {
            return new_int(vm, v, Value::UNDEF);
        }
        return vm.float_to_int(f.round_ties_even());
    }
    let digits = index(vm, digits)?;
    if !f.is_finite() || digits > 323 {
        return Ok(v);
    }
    let r = if digits >= 0 {
        format!("{:.*}", digits as usize, f).parse().unwrap_or(f)
    } else {
        let scale = 10f64.powi((-digits).min(400) as i32);
        let r = (f / scale).round_ties_even() * scale;
        if r.is_nan() { 0.0 } else { r }
    };
    Ok(vm.float(r))
}

fn round_int(vm: &mut Vm, n: Value, digits: i64) -> Guest {
    let scale = vm.int_pow(Value::small(10), Value::small(digits.min(100_000)))?;
    let half = builtins::operators::int_floordiv(vm, scale, Value::small(2))?;
    let q = builtins::operators::int_floordiv(vm, n, scale)?;
    let r = builtins::operators::int_mod(vm, n, scale)?;
    let order = number::cmp(r, half);
    let odd = builtins::operators::int_mod(vm, q, Value::small(2))? == Value::small(1);
    let up = order.is_gt() || (order.is_eq() && odd);
    let q = if up {
        vm.int_add(q, Value::small(1))
    } else {
        q
    };
    Ok(vm.int_mul(q, scale))
}

pub(super) fn chr(vm: &mut Vm, v: Value) -> Guest {
    if is_guest(v) {
        return Ok(FALLBACK);
    }
    let code = index(vm, v)?;
    if !(0..0x110000).contains(&code) {
        return Err(exception::value_error(
            vm,
            "chr() arg not in range(0x110000)",
        ));
    }
    Ok(text::chr(vm, code as u32))
}

pub(super) fn ord(vm: &mut Vm, v: Value) -> Guest {
    let v = types::unwrap_payload(vm, v);
    if let Some(s) = Obj::<Str>::of(v) {
        let n = text::chars(s);
        if n == 1 {
            return Ok(Value::small(text::decode(text::bytes(s)).0 as i64));
        }
        let message = format!("ord() expected a character, but string of length {n} found");
        return Err(exception::type_error(vm, message));
    }
    if let Some([b]) = vm.bytes_like(v) {
        return Ok(Value::small(*b as i64));
    }
    let name = types::type_name(vm, v);
    let message = format!("ord() expected string of length 1, but {name} found");
    Err(exception::type_error(vm, message))
}

pub(super) fn in_radix(vm: &mut Vm, v: Value, radix: u32, prefix: &str) -> Guest {
    if is_guest(v) {
        return Ok(FALLBACK);
    }
    let n = unbool(v);
    if !number::is_int(n) {
        index(vm, v)?;
    }
    let text = number::format::int_str(n, radix);
    let text = match text.strip_prefix('-') {
        Some(digits) => format!("-{prefix}{digits}"),
        None => format!("{prefix}{text}"),
    };
    Ok(vm.str(&text))
}

/// `pow` of integers with a modulus.
pub fn modular_power(vm: &mut Vm, a: Value, b: Value, modulus: Value) -> Guest {
    if !(number::is_int(a) && number::is_int(b) && number::is_int(modulus)) {
        let message = "pow() 3rd argument not allowed unless all arguments are integers";
        return Err(exception::type_error(vm, message));
    }
    if number::is_zero(modulus) {
        return Err(exception::value_error(vm, "pow() 3rd argument cannot be 0"));
    }
    let (mut base, mut exponent) = (number::big(a), number::big(b));
    let modulus = number::big(modulus);
    if exponent.sign() == num_bigint::Sign::Minus {
        match base.modinv(&modulus) {
            Some(inverse) => (base, exponent) = (inverse, -exponent),
            None => {
                let message = "base is not invertible for the given modulus";
                return Err(exception::value_error(vm, message));
            }
        }
    }
    let r = base.modpow(&exponent, &modulus);
    Ok(vm.big(r))
}
