//! Natives behind operators, for built-in types.

use crate::builtins::sequences::Compared;
use crate::object::{exception, types};
use crate::op::{BinKind, CmpKind};
use crate::state::{FALLBACK, FlState, NOT_IMPLEMENTED};
use metatrace::Native;
use metatrace::meta::Raised;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::compare::{Eq, unbool};
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number::{self, float};
use runtime::object::{Obj, is, to_float};
use runtime::tuple::Span;
use runtime::{natives, text};
use std::cmp::Ordering;

const READS: Effects = Effects {
    raises: true,
    pure: false,
    reads: !0,
    ..Effects::FRESH
};
const WRITES: Effects = Effects {
    writes: !0,
    ..READS
};

natives! {
    /// A binary operator on values that are no instances: kind | in place << 8, operands.
    pub static BINARY = "binary"(vm, kind, x, y) -> Guest [READS] { binary(vm, kind, x, y) }
    /// As `BINARY`, for operators that may change their left operand.
    pub static BINARY_IN_PLACE = "binary_in_place"(vm, kind, x, y) -> Guest [WRITES] {
        binary(vm, kind, x, y)
    }
    /// `x + y` of strings.
    pub static CONCAT = "concat"(vm, x, y) -> Guest [Effects::FRESH.raises()] {
        let (x, y) = (Obj::cast(x), Obj::cast(y));
        super::sequences::room(vm, x.size(Str::BYTES), y.size(Str::BYTES), 1)?;
        Ok(text::concat(vm, x, y).value())
    }
    /// 0: negation, 1: plus, 2: complement.
    pub static UNARY = "unary"(vm, which, v) -> Guest [READS] { unary(vm, which.as_int(), v) }
    /// Truth of a value that is no instance.
    pub static TRUTH = "truth"(vm, v) -> bool [Effects { raises: false, ..READS }] { truth(vm, v) }
    /// Checks what `__bool__` (0) or `__len__` (1) returned.
    pub static TRUTH_OF_RESULT = "truth_of_result"(vm, which, v) -> Guest<bool> [READS] {
        if which == Value::small(1) {
            if let Some(n) = number::to_i64(unbool(v)) {
                if n < 0 {
                    return Err(exception::value_error(vm, "__len__() should return >= 0"));
                }
                return Ok(n != 0);
            }
            let name = types::type_name(vm, v);
            let message = format!("'{name}' object cannot be interpreted as an integer");
            return Err(exception::type_error(vm, message));
        }
        let name = types::type_name(vm, v);
        Err(exception::type_error(vm, format!("__bool__ should return bool, returned {name}")))
    }
    /// `len(v)`
    pub static LEN = "len"(vm, v) -> Guest<i64> [READS] {
        match length(vm, v) {
            Some(n) => Ok(n as i64),
            None if is::<Range>(v) => {
                let class = FlState::of(vm).types().OverflowError;
                let message = "Python int too large to convert to C ssize_t";
                Err(exception::raise(vm, class, message))
            }
            None => {
                let name = types::type_name(vm, v);
                Err(exception::type_error(vm, format!("object of type '{name}' has no len()")))
            }
        }
    }
    /// `x in y`
    pub static CONTAINS = "contains"(vm, x, y) -> Guest [READS] { contains(vm, x, y) }
    /// `o[key]`
    pub static GET_ITEM = "get_item"(vm, o, key) -> Guest [READS] {
        super::items::get_item(vm, o, key)
    }
    /// `o[key] = v`
    pub static SET_ITEM = "set_item"(vm, o, key, v) -> Guest [WRITES] {
        super::items::set_item(vm, o, key, v)
    }
    /// `del o[key]`
    pub static DELETE_ITEM = "delete_item"(vm, o, key) -> Guest [WRITES] {
        super::items::delete_item(vm, o, key)
    }
}

macro_rules! comparisons {
    ($($name:ident $text:literal $kind:ident)*) => {
        natives! {
            $(static $name = $text(vm, x, y) -> Guest [READS] { compare(vm, CmpKind::$kind, x, y) })*
        }
        /// The comparison of values that are no instances.
        pub fn compare_native(kind: CmpKind) -> &'static Native {
            match kind { $(CmpKind::$kind => &$name),* }
        }
    };
}
comparisons! {
    LT "lt" Lt
    LE "le" Le
    EQ "eq" Eq
    NE "ne" Ne
    GT "gt" Gt
    GE "ge" Ge
}

/// The native of a binary operator.
pub fn native_of(_: BinKind, inplace: bool) -> &'static Native {
    if inplace { &BINARY_IN_PLACE } else { &BINARY }
}

fn binary(vm: &mut Vm, kind: Value, x: Value, y: Value) -> Guest {
    let code = kind.as_int();
    let kind = BinKind::ALL[(code & 0xff) as usize];
    let inplace = code >> 8 != 0;
    let result = binary_value(vm, kind, inplace, x, y)?;
    if result != NOT_IMPLEMENTED {
        return Ok(result);
    }
    Err(unsupported(vm, kind, inplace, x, y))
}

fn unsupported(vm: &mut Vm, kind: BinKind, inplace: bool, x: Value, y: Value) -> Raised {
    let (a, b) = (types::type_name(vm, x), types::type_name(vm, y));
    let symbol = kind.symbol();
    if kind == BinKind::Add && !inplace {
        if is::<Str>(x) {
            return exception::type_error(
                vm,
                format!("can only concatenate str (not \"{b}\") to str"),
            );
        }
        if is::<List>(x) || is::<Tuple>(x) {
            return exception::type_error(
                vm,
                format!("can only concatenate {a} (not \"{b}\") to {a}"),
            );
        }
    }
    if kind == BinKind::Add && !inplace && (is::<Bytes>(x) || is::<ByteBuffer>(x)) {
        return exception::type_error(vm, format!("can't concat {b} to {a}"));
    }
    if kind == BinKind::Mul && (is_sequence(x) || is_sequence(y)) {
        let other = if is_sequence(x) { b } else { a };
        let message = format!("can't multiply sequence by non-int of type '{other}'");
        return exception::type_error(vm, message);
    }
    let symbol = match (kind, inplace) {
        (BinKind::Pow, false) => "** or pow()".to_string(),
        (_, true) => format!("{symbol}="),
        _ => symbol.to_string(),
    };
    exception::type_error(
        vm,
        format!("unsupported operand type(s) for {symbol}: '{a}' and '{b}'"),
    )
}

fn is_sequence(v: Value) -> bool {
    is::<Str>(v) || is::<List>(v) || is::<Tuple>(v) || is::<Bytes>(v) || is::<ByteBuffer>(v)
}

/// The operator on built-in values; NotImplemented if they have none.
pub fn binary_value(vm: &mut Vm, kind: BinKind, inplace: bool, x: Value, y: Value) -> Guest {
    let both_bool = |v: Value| v == Value::TRUE || v == Value::FALSE;
    if both_bool(x)
        && both_bool(y)
        && matches!(kind, BinKind::BitAnd | BinKind::BitOr | BinKind::BitXor)
    {
        let (a, b) = (x == Value::TRUE, y == Value::TRUE);
        return Ok(Value::bool(match kind {
            BinKind::BitAnd => a & b,
            BinKind::BitOr => a | b,
            _ => a ^ b,
        }));
    }
    let (a, b) = (unbool(x), unbool(y));
    if number::is_int(a) && number::is_int(b) {
        return int_binary(vm, kind, a, b);
    }
    let numeric = |v: Value| number::is_int(v) || to_float(v).is_some();
    if numeric(a) && numeric(b) {
        return float_binary(vm, kind, a, b);
    }
    super::sequences::binary(vm, kind, inplace, x, y)
}

fn zero_division(vm: &mut Vm, message: &str) -> Raised {
    let class = FlState::of(vm).types().ZeroDivisionError;
    exception::raise(vm, class, message)
}

fn int_binary(vm: &mut Vm, kind: BinKind, a: Value, b: Value) -> Guest {
    Ok(match kind {
        BinKind::Add => vm.int_add(a, b),
        BinKind::Sub => vm.int_sub(a, b),
        BinKind::Mul => vm.int_mul(a, b),
        BinKind::FloorDiv if number::is_zero(b) => {
            return Err(zero_division(vm, "integer division or modulo by zero"));
        }
        BinKind::Mod if number::is_zero(b) => {
            return Err(zero_division(vm, "integer modulo by zero"));
        }
        BinKind::FloorDiv => int_floordiv(vm, a, b)?,
        BinKind::Mod => int_mod(vm, a, b)?,
        BinKind::TrueDiv => {
            if number::is_zero(b) {
                return Err(zero_division(vm, "division by zero"));
            }
            match float::true_div(&number::big(a), &number::big(b)) {
                Some(f) => vm.float(f),
                None => {
                    let class = FlState::of(vm).types().OverflowError;
                    let message = "integer division result too large for a float";
                    return Err(exception::raise(vm, class, message));
                }
            }
        }
        BinKind::Pow => {
            if number::cmp(b, Value::small(0)) == Ordering::Less {
                return float_binary(vm, kind, a, b);
            }
            vm.int_pow(a, b)?
        }
        BinKind::LShift | BinKind::RShift => {
            if number::cmp(b, Value::small(0)) == Ordering::Less {
                return Err(exception::value_error(vm, "negative shift count"));
            }
            if kind == BinKind::LShift {
                vm.int_shl(a, b)?
            } else {
                vm.int_shr(a, b)?
            }
        }
        BinKind::BitAnd => native_int(vm, &number::INT_AND, a, b)?,
        BinKind::BitOr => native_int(vm, &number::INT_OR, a, b)?,
        BinKind::BitXor => native_int(vm, &number::INT_XOR, a, b)?,
        BinKind::MatMul => NOT_IMPLEMENTED,
    })
}

/// Calls one of the runtime's natives on integers.
pub fn native_int(vm: &mut Vm, native: &'static Native, a: Value, b: Value) -> Guest {
    match Value(native.call(vm.core_ptr(), &[a.0, b.0])) {
        Value::RAISED => Err(Raised),
        v => Ok(v),
    }
}

/// Floored quotient of integers.
pub fn int_floordiv(vm: &mut Vm, a: Value, b: Value) -> Guest {
    native_int(vm, &number::INT_FLOORDIV, a, b)
}

/// Remainder of the floored division of integers.
pub fn int_mod(vm: &mut Vm, a: Value, b: Value) -> Guest {
    native_int(vm, &number::INT_MOD, a, b)
}

/// A number as a float; OverflowError for a huge int.
pub fn as_float(vm: &mut Vm, v: Value) -> Guest<f64> {
    match number::number_to_f64(unbool(v)) {
        Some(f) if f.is_infinite() && to_float(v).is_none() => {
            let class = FlState::of(vm).types().OverflowError;
            Err(exception::raise(
                vm,
                class,
                "int too large to convert to float",
            ))
        }
        Some(f) => Ok(f),
        None if number::is_int(unbool(v)) => {
            let class = FlState::of(vm).types().OverflowError;
            let message = "int too large to convert to float";
            Err(exception::raise(vm, class, message))
        }
        None => {
            let name = types::type_name(vm, v);
            let message = format!("must be real number, not {name}");
            Err(exception::type_error(vm, message))
        }
    }
}

fn float_binary(vm: &mut Vm, kind: BinKind, a: Value, b: Value) -> Guest {
    let (x, y) = (as_float(vm, a)?, as_float(vm, b)?);
    let r = match kind {
        BinKind::Add => x + y,
        BinKind::Sub => x - y,
        BinKind::Mul => x * y,
        BinKind::TrueDiv if y == 0.0 => return Err(zero_division(vm, "float division by zero")),
        BinKind::TrueDiv => x / y,
        BinKind::FloorDiv if y == 0.0 => {
            return Err(zero_division(vm, "float floor division by zero"));
        }
        BinKind::FloorDiv => float::float_floordiv(x, y),
        BinKind::Mod if y == 0.0 => return Err(zero_division(vm, "float modulo")),
        BinKind::Mod => float::float_mod(x, y),
        BinKind::Pow => return float_pow(vm, x, y),
        _ => return Ok(NOT_IMPLEMENTED),
    };
    Ok(vm.float(r))
}

fn float_pow(vm: &mut Vm, x: f64, y: f64) -> Guest {
    if x == 0.0 && y < 0.0 {
        return Err(zero_division(
            vm,
            "0.0 cannot be raised to a negative power",
        ));
    }
    if x < 0.0 && x.is_finite() && y.is_finite() && y.floor() != y {
        let message = "complex numbers are not supported";
        return Err(exception::value_error(vm, message));
    }
    let r = x.powf(y);
    if r.is_infinite() && x.is_finite() && y.is_finite() {
        let class = FlState::of(vm).types().OverflowError;
        let message = vm.str("Numerical result out of range");
        return Err(exception::raise_with(
            vm,
            class,
            &[Value::small(34), message],
        ));
    }
    Ok(vm.float(r))
}

fn unary(vm: &mut Vm, which: i64, v: Value) -> Guest {
    let n = unbool(v);
    if number::is_int(n) {
        return Ok(match which {
            0 => vm.int_sub(Value::small(0), n),
            1 => n,
            _ => {
                let minus = vm.int_sub(Value::small(0), n);
                vm.int_sub(minus, Value::small(1))
            }
        });
    }
    if let Some(f) = to_float(v)
        && which < 2
    {
        return Ok(vm.float(if which == 0 { -f } else { f }));
    }
    let name = types::type_name(vm, v);
    let symbol = ["-", "+", "~"][which as usize];
    let message = format!("bad operand type for unary {symbol}: '{name}'");
    Err(exception::type_error(vm, message))
}

/// Truth of a value that is no instance.
pub fn truth(vm: &mut Vm, v: Value) -> bool {
    let n = unbool(v);
    if n.is_int() {
        return n != Value::small(0);
    }
    if let Some(f) = to_float(v) {
        return f != 0.0;
    }
    if v == Value::NONE {
        return false;
    }
    length(vm, v).is_none_or(|n| n != 0)
}

/// Number of items of a built-in collection.
pub fn length(vm: &mut Vm, v: Value) -> Option<usize> {
    super::sequences::length(vm, v)
}

/// A comparison of values that are no instances.
pub fn compare(vm: &mut Vm, kind: CmpKind, x: Value, y: Value) -> Guest {
    if matches!(kind, CmpKind::Eq | CmpKind::Ne) {
        if is::<DictView>(x) || is::<DictView>(y) {
            let values = |v: Value| {
                Obj::<DictView>::of(v).is_some_and(|view| view.shape() == super::iterators::VALUES)
            };
            let sets = !values(x) && !values(y);
            let subset = if sets && x != y && length(vm, x) == length(vm, y) {
                super::sequences::compare_sets(vm, CmpKind::Le, x, y)?
            } else {
                Compared::Known(x == y)
            };
            let equal = match subset {
                Compared::Known(equal) => equal,
                Compared::Ask => return Ok(FALLBACK),
                Compared::NotSets => false,
            };
            return Ok(Value::bool(equal == (kind == CmpKind::Eq)));
        }
        let equal = match vm.eq(x, y)? {
            Eq::Yes => true,
            Eq::No => false,
            Eq::Ask(a, b, _) if a == x && b == y && !super::sequences::is_table(a) => x == y,
            Eq::Ask(..) => return Ok(FALLBACK),
        };
        return Ok(Value::bool(equal == (kind == CmpKind::Eq)));
    }
    match super::sequences::compare_sets(vm, kind, x, y)? {
        Compared::Known(result) => return Ok(Value::bool(result)),
        Compared::Ask => return Ok(FALLBACK),
        Compared::NotSets => {}
    }
    let holds = |order: Ordering| match kind {
        CmpKind::Lt => order.is_lt(),
        CmpKind::Le => order.is_le(),
        CmpKind::Gt => order.is_gt(),
        _ => order.is_ge(),
    };
    if let Some(order) = vm.order(x, y)? {
        return Ok(Value::bool(holds(order)));
    }
    let nan = |v: Value| to_float(v).is_some_and(f64::is_nan);
    if (nan(x) || nan(y))
        && number::number_to_f64(unbool(x)).is_some()
        && number::number_to_f64(unbool(y)).is_some()
    {
        return Ok(Value::FALSE);
    }
    let both = |is: fn(Value) -> bool| is(x) && is(y);
    if both(is::<List>) || both(is::<Tuple>) {
        return Ok(FALLBACK);
    }
    let (a, b) = (types::type_name(vm, x), types::type_name(vm, y));
    let symbol = kind.symbol();
    let message = format!("'{symbol}' not supported between instances of '{a}' and '{b}'");
    Err(exception::type_error(vm, message))
}

fn contains(vm: &mut Vm, x: Value, y: Value) -> Guest {
    if let (Some(part), Some(s)) = (Obj::<Str>::of(x), Obj::<Str>::of(y)) {
        let n = text::chars(s);
        return Ok(Value::bool(text::find(vm, s, part, 0, n).is_some()));
    }
    if is::<Str>(y) {
        let name = types::type_name(vm, x);
        let message = format!("'in <string>' requires string as left operand, not {name}");
        return Err(exception::type_error(vm, message));
    }
    let items = if let Some(list) = Obj::<List>::of(y) {
        vm.list_values(list)
    } else if let Some(tuple) = Obj::<Tuple>::of(y) {
        tuple.items().to_vec()
    } else {
        return super::sequences::contains(vm, x, y);
    };
    for item in items {
        match vm.same_or_eq(item, x)? {
            Eq::Yes => return Ok(Value::TRUE),
            Eq::No => {}
            Eq::Ask(..) => return Ok(FALLBACK),
        }
    }
    Ok(Value::FALSE)
}

/// The bounds of a slice object for a sequence of `len` items.
pub fn span(vm: &mut Vm, slice: Obj<Slice>, len: usize) -> Guest<Span> {
    let step = match slice.get(Slice::STEP) {
        Value::NONE => 1,
        v => bound(vm, v)?,
    };
    if step == 0 {
        return Err(exception::value_error(vm, "slice step cannot be zero"));
    }
    let mut bounds = [None, None];
    for (out, field) in bounds.iter_mut().zip([Slice::START, Slice::STOP]) {
        let v = slice.get(field);
        if v != Value::NONE {
            *out = Some(bound(vm, v)?);
        }
    }
    Ok(Span::new(bounds[0], bounds[1], step, len))
}

/// A slice bound, cut to 62 bits.
fn bound(vm: &mut Vm, v: Value) -> Guest<i64> {
    let n = unbool(types::unwrap_payload(vm, v));
    if let Some(i) = number::to_i64(n) {
        return Ok(i.clamp(-(1 << 61), 1 << 61));
    }
    if number::is_int(n) {
        let negative = number::cmp(n, Value::small(0)) == Ordering::Less;
        return Ok(if negative { -(1 << 61) } else { 1 << 61 });
    }
    let message = "slice indices must be integers or None or have an __index__ method";
    Err(exception::type_error(vm, message))
}

/// An index that is an integer, cut to `i64`.
pub fn index(vm: &mut Vm, v: Value) -> Guest<i64> {
    let n = unbool(types::unwrap_payload(vm, v));
    if let Some(i) = number::to_i64(n) {
        return Ok(i);
    }
    if number::is_int(n) {
        let class = FlState::of(vm).types().IndexError;
        return Err(exception::raise(
            vm,
            class,
            "cannot fit 'int' into an index-sized integer",
        ));
    }
    let name = types::type_name(vm, v);
    let message = format!("'{name}' object cannot be interpreted as an integer");
    Err(exception::type_error(vm, message))
}
