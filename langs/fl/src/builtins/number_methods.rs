//! Methods of numbers, sets and the constructors of bytes.

use crate::builtins;
use crate::builtins::core::{absent, is_guest};
use crate::builtins::operators::{as_float, index};
use crate::builtins::{bytes, codecs};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use num_bigint::{BigInt, Sign};
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is};
use runtime::text;

/// The number that the receiver of a method of `int` is.
fn int(vm: &Vm, v: Value) -> Value {
    unbool(types::unwrap_payload(vm, v))
}

fn overflow(vm: &mut Vm, message: &str) -> metatrace::meta::Raised {
    let class = FlState::of(vm).types().OverflowError;
    exception::raise(vm, class, message)
}

fn is_little(vm: &mut Vm, order: Value) -> Guest<bool> {
    match text::of(order).as_deref() {
        None if absent(order) => Ok(false),
        Some("big") => Ok(false),
        Some("little") => Ok(true),
        _ => Err(exception::value_error(
            vm,
            "byteorder must be either 'little' or 'big'",
        )),
    }
}

fn flag(vm: &mut Vm, v: Value) -> bool {
    !absent(v) && builtins::operators::truth(vm, v)
}

fn to_bytes(vm: &mut Vm, n: Value, length: Value, order: Value, signed: Value) -> Guest {
    let n = int(vm, n);
    let length = if absent(length) {
        1
    } else {
        index(vm, length)?
    };
    let Ok(length) = usize::try_from(length) else {
        return Err(exception::value_error(
            vm,
            "length argument must be non-negative",
        ));
    };
    let little = is_little(vm, order)?;
    let signed = flag(vm, signed);
    let n = number::big(n);
    if n.sign() == Sign::Minus && !signed {
        return Err(overflow(vm, "can't convert negative int to unsigned"));
    }
    let mut out = if signed {
        n.to_signed_bytes_le()
    } else {
        n.to_bytes_le().1
    };
    if n.sign() == Sign::NoSign {
        out.clear();
    }
    if out.len() > length {
        return Err(overflow(vm, "int too big to convert"));
    }
    out.resize(length, if n.sign() == Sign::Minus { 0xff } else { 0 });
    if !little {
        out.reverse();
    }
    Ok(bytes::new(vm, &out))
}

fn from_bytes(vm: &mut Vm, v: Value, order: Value, signed: Value) -> Guest {
    let Some(mut all) = bytes::bytes_of(vm, v)? else {
        let name = types::type_name(vm, v);
        return Err(exception::type_error(
            vm,
            format!("cannot convert '{name}' object to bytes"),
        ));
    };
    if is_little(vm, order)? {
        all.reverse();
    }
    let n = if flag(vm, signed) {
        BigInt::from_signed_bytes_be(&all)
    } else {
        BigInt::from_bytes_be(Sign::Plus, &all)
    };
    Ok(vm.big(n))
}

/// Numerator and denominator of a finite float.
fn ratio(f: f64) -> (BigInt, BigInt) {
    let bits = f.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (mut mantissa, mut shift) = match exponent {
        0 => (fraction, -1074),
        _ => (fraction | 1 << 52, exponent - 1075),
    };
    if mantissa == 0 {
        return (BigInt::from(0), BigInt::from(1));
    }
    while mantissa & 1 == 0 && shift < 0 {
        mantissa >>= 1;
        shift += 1;
    }
    let mut top = BigInt::from(mantissa);
    let mut bottom = BigInt::from(1);
    if shift >= 0 {
        top <<= shift as usize;
    } else {
        bottom <<= (-shift) as usize;
    }
    if f < 0.0 {
        (-top, bottom)
    } else {
        (top, bottom)
    }
}

fn float_ratio(vm: &mut Vm, v: Value) -> Guest {
    let f = as_float(vm, v)?;
    if f.is_nan() {
        return Err(exception::value_error(
            vm,
            "cannot convert NaN to integer ratio",
        ));
    }
    if f.is_infinite() {
        return Err(overflow(vm, "cannot convert Infinity to integer ratio"));
    }
    let (top, bottom) = ratio(f);
    let items = [vm.big(top), vm.big(bottom)];
    Ok(vm.tuple(&items))
}

/// `float.hex`
fn hex(f: f64) -> String {
    let sign = if f.is_sign_negative() { "-" } else { "" };
    if f.is_nan() {
        return "nan".into();
    }
    if f.is_infinite() {
        return format!("{sign}inf");
    }
    if f == 0.0 {
        return format!("{sign}0x0.0p+0");
    }
    let bits = f.to_bits();
    let exponent = (bits >> 52 & 0x7ff) as i64;
    let fraction = bits & ((1 << 52) - 1);
    let (lead, exponent) = if exponent == 0 {
        (0, -1022)
    } else {
        (1, exponent - 1023)
    };
    format!("{sign}0x{lead}.{fraction:013x}p{exponent:+}")
}

/// `float.fromhex`
fn parse_hex(text: &str) -> Option<f64> {
    let text = text.trim().to_ascii_lowercase();
    let (negative, body) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(&text)),
    };
    let sign = if negative { -1.0 } else { 1.0 };
    match body {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return Some(f64::NAN),
        _ => {}
    }
    let body = body.strip_prefix("0x").unwrap_or(body);
    let (digits, exponent) = match body.split_once('p') {
        Some((digits, e)) => (digits, e.parse::<i64>().ok()?),
        None => (body, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all = format!("{whole}{fraction}");
    let mantissa = BigInt::parse_bytes(all.as_bytes(), 16)?;
    let shift = exponent - 4 * fraction.len() as i64;
    let one = BigInt::from(1);
    let value = if shift >= 0 {
        let shift = shift.min(5000) as usize;
        number::float::true_div(&(mantissa << shift), &one).unwrap_or(f64::INFINITY)
    } else {
        let shift = (-shift).min(1 << 20) as usize;
        number::float::true_div(&mantissa, &(one << shift)).unwrap_or(f64::INFINITY)
    };
    Some(sign * value)
}

/// `bytes(…)`, `bytearray(…)`: the bytes, or `None` if guest code decides.
fn new_bytes(vm: &mut Vm, source: Value, encoding: Value, errors: Value) -> Guest<Option<Vec<u8>>> {
    if absent(source) {
        return Ok(Some(vec![]));
    }
    let plain = types::unwrap_payload(vm, source);
    if is::<Str>(plain) {
        if absent(encoding) {
            return Err(exception::type_error(
                vm,
                "string argument without an encoding",
            ));
        }
        return codecs::encode(vm, plain, encoding, errors).map(Some);
    }
    if !absent(encoding) {
        return Err(exception::type_error(
            vm,
            "encoding without a string argument",
        ));
    }
    if number::is_int(unbool(plain)) {
        let n = index(vm, plain)?;
        if n < 0 {
            return Err(exception::value_error(vm, "negative count"));
        }
        let n = vm.check_items(n as usize, 1, 1)?;
        return Ok(Some(vec![0; n]));
    }
    if let Some(all) = bytes::bytes_of(vm, plain)? {
        return Ok(Some(all));
    }
    if is_guest(source) || builtins::iterators::is_iterable(vm, source) {
        return Ok(None);
    }
    let name = types::type_name(vm, source);
    Err(exception::type_error(
        vm,
        format!("cannot convert '{name}' object to bytes"),
    ))
}

/// Item `i` of an exception's arguments.
fn exception_arg(vm: &mut Vm, e: Value, i: usize) -> Guest {
    let args = exception::data(vm, e).map(|d| d.get(crate::object::layouts::ExcData::ARGS));
    let args = args.and_then(Obj::<Tuple>::of);
    Ok(args
        .and_then(|a| a.items().get(i).copied())
        .unwrap_or(Value::NONE))
}

builtins! {
    /// Numbers, sets, constructors of bytes.
    pub static NUMBER_METHODS:
    "int.bit_length" "self /" |vm, [n]| { let n = int(vm, n); Ok(Value::small(number::bits(n) as i64)) };
    "int.bit_count" "self /" |vm, [n]| {
        let n = number::big(int(vm, n));
        let ones: u32 = n.magnitude().iter_u64_digits().map(u64::count_ones).sum();
        Ok(Value::small(ones as i64))
    };
    "int.to_bytes" "self length= byteorder= * signed=" |vm, [n, length, order, signed]| to_bytes(vm, n, length, order, signed);
    "int.from_bytes" "bytes byteorder= * signed=" |vm, [v, order, signed]| from_bytes(vm, v, order, signed);
    "int.conjugate" "self /" |vm, [n]| Ok(int(vm, n));
    "int.as_integer_ratio" "self /" |vm, [n]| { let n = int(vm, n); Ok(vm.tuple(&[n, Value::small(1)])) };
    "int.is_integer" "self /" |_vm, [_n]| Ok(Value::TRUE);
    "int.@real" "self" |vm, [n]| Ok(int(vm, n));
    "int.@imag" "self" |_vm, [_n]| Ok(Value::small(0));
    "int.@numerator" "self" |vm, [n]| Ok(int(vm, n));
    "int.@denominator" "self" |_vm, [_n]| Ok(Value::small(1));
    "int.__index__" "self /" |vm, [n]| Ok(int(vm, n));
    "int.__int__" "self /" |vm, [n]| Ok(int(vm, n));
    "int.__float__" "self /" |vm, [n]| { let n = int(vm, n); let f = as_float(vm, n)?; Ok(vm.float(f)) };
    "float.is_integer" "self /" |vm, [f]| { let f = as_float(vm, f)?; Ok(Value::bool(f.is_finite() && f == f.trunc())) };
    "float.as_integer_ratio" "self /" |vm, [f]| float_ratio(vm, f);
    "float.hex" "self /" |vm, [f]| { let f = as_float(vm, f)?; Ok(vm.str(&hex(f))) };
    "float.fromhex" "string /" |vm, [s]| match parse_hex(&text::of(s).unwrap_or_default()) {
        Some(f) if f.is_infinite() && !text::of(s).unwrap_or_default().contains('i') => {
            Err(overflow(vm, "hexadecimal value too large to represent as a float"))
        }
        Some(f) => Ok(vm.float(f)),
        None => Err(exception::value_error(vm, "invalid hexadecimal floating-point string")),
    };
    "float.conjugate" "self /" |_vm, [f]| Ok(f);
    "float.@real" "self" |_vm, [f]| Ok(f);
    "float.@imag" "self" |vm, [_f]| Ok(vm.float(0.0));
    "float.__float__" "self /" |_vm, [f]| Ok(f);
    "float.__int__" "self /" |vm, [f]| { let f = as_float(vm, f)?; vm.float_to_int(f.trunc()) };

    "bytes" "source= encoding= errors=" => "bytes_new" |vm, [v, encoding, errors]| {
        let plain = types::unwrap_payload(vm, v);
        if is::<Bytes>(plain) { return Ok(plain); }
        match new_bytes(vm, v, encoding, errors)? {
            Some(all) => Ok(bytes::new(vm, &all)),
            None => Ok(FALLBACK),
        }
    };
    "bytearray" "source= encoding= errors=" => "bytearray_new" |vm, [v, encoding, errors]| {
        match new_bytes(vm, v, encoding, errors)? {
            Some(all) => Ok(bytes::buffer(vm, &all)),
            None => Ok(FALLBACK),
        }
    };
    "bytearray.__init__" "self source= encoding= errors=" => "bytearray_init" |vm, [b, v, encoding, errors]| {
        match new_bytes(vm, v, encoding, errors)? {
            Some(all) => { bytes::assign(vm, Obj::cast(b), &all); Ok(Value::NONE) }
            None => Ok(FALLBACK),
        }
    };

    "set.union" "self *others" => "set_union" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.intersection" "self *others" => "set_intersection" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.difference" "self *others" => "set_difference" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.symmetric_difference" "self other /" => "set_symmetric_difference" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.issubset" "self other /" => "set_issubset" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.issuperset" "self other /" => "set_issuperset" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.isdisjoint" "self other /" => "set_isdisjoint" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.intersection_update" "self *others" => "set_intersection_update" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.difference_update" "self *others" => "set_difference_update" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.symmetric_difference_update" "self other /" => "set_symmetric_difference_update" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.union" "self *others" => "set_union" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.intersection" "self *others" => "set_intersection" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.difference" "self *others" => "set_difference" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.symmetric_difference" "self other /" => "set_symmetric_difference" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.issubset" "self other /" => "set_issubset" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.issuperset" "self other /" => "set_issuperset" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.isdisjoint" "self other /" => "set_isdisjoint" |_vm, [_s, _o]| Ok(FALLBACK);
    "frozenset.copy" "self /" |_vm, [s]| Ok(s);
    "range.index" "self value /" => "range_index" |_vm, [_r, _v]| Ok(FALLBACK);
    "range.count" "self value /" => "range_count" |_vm, [_r, _v]| Ok(FALLBACK);

    "UnicodeEncodeError.@encoding" "self" |vm, [e]| exception_arg(vm, e, 0);
    "UnicodeEncodeError.@object" "self" |vm, [e]| exception_arg(vm, e, 1);
    "UnicodeEncodeError.@start" "self" |vm, [e]| exception_arg(vm, e, 2);
    "UnicodeEncodeError.@end" "self" |vm, [e]| exception_arg(vm, e, 3);
    "UnicodeEncodeError.@reason" "self" |vm, [e]| exception_arg(vm, e, 4);
    "UnicodeDecodeError.@encoding" "self" |vm, [e]| exception_arg(vm, e, 0);
    "UnicodeDecodeError.@object" "self" |vm, [e]| exception_arg(vm, e, 1);
    "UnicodeDecodeError.@start" "self" |vm, [e]| exception_arg(vm, e, 2);
    "UnicodeDecodeError.@end" "self" |vm, [e]| exception_arg(vm, e, 3);
    "UnicodeDecodeError.@reason" "self" |vm, [e]| exception_arg(vm, e, 4);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_floats() {
        for (f, text) in [
            (1.0, "0x1.0000000000000p+0"),
            (-0.1, "-0x1.999999999999ap-4"),
            (5e-324, "0x0.0000000000001p-1022"),
        ] {
            assert_eq!(hex(f), text);
            assert_eq!(parse_hex(text), Some(f));
        }
        assert_eq!(parse_hex("0x.8p1"), Some(1.0));
        assert_eq!(parse_hex("0x"), None);
    }

    #[test]
    fn ratios_are_in_lowest_terms() {
        assert_eq!(ratio(0.75), (BigInt::from(3), BigInt::from(4)));
        assert_eq!(ratio(-6.0), (BigInt::from(-6), BigInt::from(1)));
        assert_eq!(ratio(0.0), (BigInt::from(0), BigInt::from(1)));
    }
}
