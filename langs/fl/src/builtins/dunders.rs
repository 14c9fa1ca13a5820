//! The data model of the built-in types as methods: `int.__add__`, `list.__setitem__`, ….
//!
//! Operators never come here: the interpreter and the natives know built-in values. These
//! methods are for programs that name them, most of all by `super()`.

use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::operators::{self, as_float};
use crate::builtins::{iterators, sequences};
use crate::object::layouts::{MethodKind, Property};
use crate::object::{exception, types};
use crate::op::{BinKind, CmpKind};
use crate::state::{FALLBACK, FlState, NOT_IMPLEMENTED};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};

/// Which right operands a type's operator takes; others make it NotImplemented.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Takes {
    Int,
    Number,
    Anything,
    Dict,
    Set,
}

impl Takes {
    fn accepts(self, v: Value) -> bool {
        match self {
            Takes::Int => number::is_int(unbool(v)),
            Takes::Number => number::is_int(unbool(v)) || to_float(v).is_some(),
            Takes::Anything => true,
            Takes::Dict => is::<Dict>(v),
            Takes::Set => is::<Set>(v) || is::<FrozenSet>(v),
        }
    }
}

fn raw(word: u64) -> Guest {
    match Value(word) {
        Value::RAISED => Err(Raised),
        v => Ok(v),
    }
}

fn binary(vm: &mut Vm, kind: BinKind, takes: Takes, a: Value, b: Value) -> Guest {
    let b = types::unwrap_payload(vm, b);
    if !takes.accepts(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let code = Value::small(kind as i64);
    raw(operators::BINARY.call(vm.core_ptr(), &[code.0, a.0, b.0]))
}

fn reflected(vm: &mut Vm, kind: BinKind, takes: Takes, a: Value, b: Value) -> Guest {
    let b = types::unwrap_payload(vm, b);
    if !takes.accepts(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let code = Value::small(kind as i64);
    raw(operators::BINARY.call(vm.core_ptr(), &[code.0, b.0, a.0]))
}

/// `a op= b`: the result is the receiver, which may be an instance that carries the collection.
fn in_place(vm: &mut Vm, kind: BinKind, takes: Takes, a: Value, b: Value) -> Guest {
    let (target, b) = (types::unwrap_payload(vm, a), types::unwrap_payload(vm, b));
    if !takes.accepts(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    let code = Value::small(kind as i64 | 1 << 8);
    let result = raw(operators::BINARY_IN_PLACE.call(vm.core_ptr(), &[code.0, target.0, b.0]))?;
    Ok(if result == target { a } else { result })
}

fn compare(vm: &mut Vm, kind: CmpKind, a: Value, b: Value) -> Guest {
    let b = types::unwrap_payload(vm, b);
    if !comparable(kind, a, b) {
        return Ok(NOT_IMPLEMENTED);
    }
    operators::compare(vm, kind, a, b)
}

/// Does the type of `a` know how to compare its values with `b`?
fn comparable(kind: CmpKind, a: Value, b: Value) -> bool {
    let both = |is: fn(Value) -> bool| is(a) && is(b);
    let set = |v| is::<Set>(v) || is::<FrozenSet>(v);
    let bytes = |v| is::<Bytes>(v) || is::<ByteBuffer>(v);
    if number::is_int(unbool(a)) {
        return number::is_int(unbool(b));
    }
    if to_float(a).is_some() {
        return number::is_int(unbool(b)) || to_float(b).is_some();
    }
    let equality = matches!(kind, CmpKind::Eq | CmpKind::Ne);
    both(is::<Str>)
        || both(is::<List>)
        || both(is::<Tuple>)
        || both(set)
        || both(bytes)
        || (equality && (both(is::<Dict>) || both(is::<Range>) || both(is::<Slice>)))
}

fn repeated(vm: &mut Vm, a: Value, b: Value) -> Guest {
    let n = types::unwrap_payload(vm, b);
    if !number::is_int(unbool(n)) {
        let name = types::type_name(vm, b);
        let message = format!("'{name}' object cannot be interpreted as an integer");
        return Err(exception::type_error(vm, message));
    }
    binary(vm, BinKind::Mul, Takes::Int, a, n)
}

fn unary(vm: &mut Vm, which: i64, v: Value) -> Guest {
    raw(operators::UNARY.call(vm.core_ptr(), &[Value::small(which).0, v.0]))
}

fn magnitude(vm: &mut Vm, v: Value) -> Guest {
    if let Some(f) = to_float(v) {
        return Ok(vm.float(f.abs()));
    }
    let n = unbool(v);
    let negative = number::cmp(n, Value::small(0)).is_lt();
    if negative { unary(vm, 0, n) } else { Ok(n) }
}

fn quotient_and_rest(vm: &mut Vm, takes: Takes, a: Value, b: Value) -> Guest {
    check_divmod(vm, a, b)?;
    let q = binary(vm, BinKind::FloorDiv, takes, a, b)?;
    if q == NOT_IMPLEMENTED {
        return Ok(q);
    }
    let r = binary(vm, BinKind::Mod, takes, a, b)?;
    Ok(vm.tuple(&[q, r]))
}

/// `divmod` has a message of its own for a zero.
pub fn check_divmod(vm: &mut Vm, a: Value, b: Value) -> Guest<()> {
    let zero = number::number_to_f64(unbool(b)) == Some(0.0);
    if zero && (to_float(a).is_some() || to_float(b).is_some()) {
        let class = FlState::of(vm).types().ZeroDivisionError;
        return Err(exception::raise(vm, class, "float divmod()"));
    }
    Ok(())
}

fn reflected_divmod(vm: &mut Vm, takes: Takes, a: Value, b: Value) -> Guest {
    let b = types::unwrap_payload(vm, b);
    if !takes.accepts(b) {
        return Ok(NOT_IMPLEMENTED);
    }
    quotient_and_rest(vm, Takes::Anything, b, a)
}

fn power(vm: &mut Vm, takes: Takes, a: Value, b: Value, modulus: Value) -> Guest {
    if absent(modulus) || modulus == Value::NONE {
        return binary(vm, BinKind::Pow, takes, a, b);
    }
    let b = types::unwrap_payload(vm, b);
    let modulus = types::unwrap_payload(vm, modulus);
    builtins::conversions::modular_power(vm, unbool(a), unbool(b), unbool(modulus))
}

fn text_of(vm: &mut Vm, v: Value) -> Guest {
    raw(builtins::text::REPR.call(vm.core_ptr(), &[v.0]))
}

fn format_of(vm: &mut Vm, v: Value, spec: Value) -> Guest {
    raw(builtins::text::FORMAT.call(vm.core_ptr(), &[v.0, spec.0]))
}

fn hash_of(vm: &mut Vm, v: Value) -> Guest {
    match vm.hash(v)? {
        runtime::compare::Hashed::Value(h) => Ok(vm.int(h)),
        runtime::compare::Hashed::Ask(..) => Ok(FALLBACK),
    }
}

fn length(vm: &mut Vm, v: Value) -> Guest {
    Ok(Value::small(sequences::length(vm, v).unwrap_or(0) as i64))
}

fn contains(vm: &mut Vm, v: Value, item: Value) -> Guest {
    raw(operators::CONTAINS.call(vm.core_ptr(), &[item.0, v.0]))
}

fn rounded_float(vm: &mut Vm, v: Value, how: fn(f64) -> f64) -> Guest {
    let f = as_float(vm, v)?;
    if !f.is_finite() {
        return builtins::conversions::new_int(vm, v, Value::UNDEF);
    }
    vm.float_to_int(how(f))
}

/// What an iterator still has to give, as far as it knows.
fn length_hint(vm: &mut Vm, it: Value) -> Guest {
    let hint = if let Some(it) = Obj::<ListIter>::of(it) {
        let at = it.size(ListIter::INDEX);
        Obj::<List>::of(it.get(ListIter::LIST)).map_or(0, |l| vm.list_len(l).saturating_sub(at))
    } else if let Some(it) = Obj::<TupleIter>::of(it) {
        let at = it.size(TupleIter::INDEX);
        Obj::<Tuple>::of(it.get(TupleIter::TUPLE)).map_or(0, |t| t.len().saturating_sub(at))
    } else if let Some(it) = Obj::<RangeIter>::of(it) {
        it.int(RangeIter::LEFT).max(0) as usize
    } else if let Some(it) = Obj::<DictIter>::of(it) {
        it.size(DictIter::LEN)
    } else {
        0
    };
    Ok(Value::small(hint as i64))
}

/// `function.__get__` and the like: the value as an attribute of `obj`.
fn bind(vm: &mut Vm, f: Value, obj: Value) -> Guest {
    if obj == Value::NONE {
        return Ok(f);
    }
    let method = vm.alloc::<BoundMethod>(0);
    method.init(BoundMethod::FUNCTION, f);
    method.init(BoundMethod::RECEIVER, obj);
    Ok(method.value())
}

/// Rows of binary operators, plain and reflected, and of comparisons.
macro_rules! operators {
    ($table:ident:
        binary { $($name:literal $kind:ident $takes:ident $fallback:literal;)* }
        reflected { $($rname:literal $rkind:ident $rtakes:ident $rfallback:literal;)* }
        in_place { $($iname:literal $ikind:ident $itakes:ident $ifallback:literal;)* }
        compare { $($cname:literal $ckind:ident $cfallback:literal;)* }
    ) => {
        builtins! {
            /// Operators as methods.
            pub static $table:
            $($name "self value /" => $fallback |vm, [a, b]| binary(vm, BinKind::$kind, Takes::$takes, a, b);)*
            $($rname "self value /" => $rfallback |vm, [a, b]| reflected(vm, BinKind::$rkind, Takes::$rtakes, a, b);)*
            $($iname "self value /" => $ifallback |vm, [a, b]| in_place(vm, BinKind::$ikind, Takes::$itakes, a, b);)*
            $($cname "self value /" => $cfallback |vm, [a, b]| compare(vm, CmpKind::$ckind, a, b);)*
        }
    };
}

operators! { OPERATORS:
    binary {
        "int.__add__" Add Int "";
        "int.__sub__" Sub Int "";
        "int.__mul__" Mul Int "";
        "int.__truediv__" TrueDiv Int "";
        "int.__floordiv__" FloorDiv Int "";
        "int.__mod__" Mod Int "";
        "int.__lshift__" LShift Int "";
        "int.__rshift__" RShift Int "";
        "int.__and__" BitAnd Int "";
        "int.__or__" BitOr Int "";
        "int.__xor__" BitXor Int "";
        "float.__add__" Add Number "";
        "float.__sub__" Sub Number "";
        "float.__mul__" Mul Number "";
        "float.__truediv__" TrueDiv Number "";
        "float.__floordiv__" FloorDiv Number "";
        "float.__mod__" Mod Number "";
        "str.__add__" Add Anything "";
        "str.__mod__" Mod Anything "mod_guest";
        "list.__add__" Add Anything "";
        "tuple.__add__" Add Anything "";
        "bytes.__add__" Add Anything "";
        "bytes.__mod__" Mod Anything "mod_guest";
        "bytearray.__add__" Add Anything "";
        "dict.__or__" BitOr Dict "or_guest";
        "set.__or__" BitOr Set "or_guest";
        "set.__and__" BitAnd Set "and_guest";
        "set.__sub__" Sub Set "sub_guest";
        "set.__xor__" BitXor Set "xor_guest";
        "frozenset.__or__" BitOr Set "or_guest";
        "frozenset.__and__" BitAnd Set "and_guest";
        "frozenset.__sub__" Sub Set "sub_guest";
        "frozenset.__xor__" BitXor Set "xor_guest";
    }
    reflected {
        "int.__radd__" Add Int "";
        "int.__rsub__" Sub Int "";
        "int.__rmul__" Mul Int "";
        "int.__rtruediv__" TrueDiv Int "";
        "int.__rfloordiv__" FloorDiv Int "";
        "int.__rmod__" Mod Int "";
        "int.__rpow__" Pow Int "";
        "int.__rlshift__" LShift Int "";
        "int.__rrshift__" RShift Int "";
        "int.__rand__" BitAnd Int "";
        "int.__ror__" BitOr Int "";
        "int.__rxor__" BitXor Int "";
        "float.__radd__" Add Number "";
        "float.__rsub__" Sub Number "";
        "float.__rmul__" Mul Number "";
        "float.__rtruediv__" TrueDiv Number "";
        "float.__rfloordiv__" FloorDiv Number "";
        "float.__rmod__" Mod Number "";
        "float.__rpow__" Pow Number "";
        "dict.__ror__" BitOr Dict "dunder_ror";
        "set.__ror__" BitOr Set "dunder_ror";
        "set.__rand__" BitAnd Set "dunder_rand";
        "set.__rsub__" Sub Set "dunder_rsub";
        "set.__rxor__" BitXor Set "dunder_rxor";
    }
    in_place {
        "list.__iadd__" Add Anything "list_iadd";
        "list.__imul__" Mul Anything "";
        "bytearray.__iadd__" Add Anything "";
        "bytearray.__imul__" Mul Anything "";
        "dict.__ior__" BitOr Anything "dict_ior";
        "set.__ior__" BitOr Set "set_ior";
        "set.__iand__" BitAnd Set "set_iand";
        "set.__isub__" Sub Set "set_isub";
        "set.__ixor__" BitXor Set "set_ixor";
    }
    compare {
        "int.__eq__" Eq "";
        "int.__ne__" Ne "";
        "int.__lt__" Lt "";
        "int.__le__" Le "";
        "int.__gt__" Gt "";
        "int.__ge__" Ge "";
        "float.__eq__" Eq "";
        "float.__ne__" Ne "";
        "float.__lt__" Lt "";
        "float.__le__" Le "";
        "float.__gt__" Gt "";
        "float.__ge__" Ge "";
        "str.__eq__" Eq "";
        "str.__ne__" Ne "";
        "str.__lt__" Lt "";
        "str.__le__" Le "";
        "str.__gt__" Gt "";
        "str.__ge__" Ge "";
        "list.__eq__" Eq "eq_guest";
        "list.__ne__" Ne "ne_guest";
        "list.__lt__" Lt "lt_guest";
        "list.__le__" Le "le_guest";
        "list.__gt__" Gt "gt_guest";
        "list.__ge__" Ge "ge_guest";
        "tuple.__eq__" Eq "eq_guest";
        "tuple.__ne__" Ne "ne_guest";
        "tuple.__lt__" Lt "lt_guest";
        "tuple.__le__" Le "le_guest";
        "tuple.__gt__" Gt "gt_guest";
        "tuple.__ge__" Ge "ge_guest";
        "bytes.__eq__" Eq "";
        "bytes.__ne__" Ne "";
        "bytes.__lt__" Lt "";
        "bytes.__le__" Le "";
        "bytes.__gt__" Gt "";
        "bytes.__ge__" Ge "";
        "bytearray.__eq__" Eq "";
        "bytearray.__ne__" Ne "";
        "dict.__eq__" Eq "eq_guest";
        "dict.__ne__" Ne "ne_guest";
        "set.__eq__" Eq "eq_guest";
        "set.__ne__" Ne "ne_guest";
        "set.__lt__" Lt "";
        "set.__le__" Le "";
        "set.__gt__" Gt "";
        "set.__ge__" Ge "";
        "frozenset.__eq__" Eq "eq_guest";
        "frozenset.__ne__" Ne "ne_guest";
        "frozenset.__lt__" Lt "";
        "frozenset.__le__" Le "";
        "frozenset.__gt__" Gt "";
        "frozenset.__ge__" Ge "";
        "range.__eq__" Eq "eq_guest";
        "range.__ne__" Ne "ne_guest";
    }
}

/// Rows that several types share.
macro_rules! shared {
    ($table:ident:
        sequences { $($sequence:literal $mul:literal $rmul:literal;)* }
        containers { $($len:literal $contains:literal $iter:literal;)* }
        items { $($getitem:literal;)* }
        mutable { $($setitem:literal $delitem:literal;)* }
        reversible { $($reversed:literal;)* }
        printed { $($repr:literal;)* }
        formatted { $($format:literal;)* }
        hashed { $($hash:literal;)* }
    ) => {
        builtins! {
            /// Methods that several types share.
            pub static $table:
            $($mul "self value /" |vm, [a, n]| repeated(vm, a, n);
              $rmul "self value /" |vm, [a, n]| repeated(vm, a, n);)*
            $($len "self /" |vm, [v]| length(vm, v);
              $contains "self key /" => "dunder_contains" |vm, [v, item]| contains(vm, v, item);
              $iter "self /" |vm, [v]| iterators::iter(vm, v);)*
            $($getitem "self key /" => "getitem" |vm, [v, key]| builtins::items::get_item(vm, v, key);)*
            $($setitem "self key value /" => "setitem" |vm, [v, key, item]| builtins::items::set_item(vm, v, key, item);
              $delitem "self key /" => "delitem" |vm, [v, key]| builtins::items::delete_item(vm, v, key);)*
            $($reversed "self /" |vm, [v]| builtins::core::reversed(vm, v);)*
            $($repr "self /" => "to_repr" |vm, [v]| text_of(vm, v);)*
            $($format "self format_spec /" |vm, [v, spec]| format_of(vm, v, spec);)*
            $($hash "self /" => "hash_guest" |vm, [v]| hash_of(vm, v);)*
        }
    };
}

shared! { SHARED:
    sequences {
        "str" "str.__mul__" "str.__rmul__";
        "list" "list.__mul__" "list.__rmul__";
        "tuple" "tuple.__mul__" "tuple.__rmul__";
        "bytes" "bytes.__mul__" "bytes.__rmul__";
        "bytearray" "bytearray.__mul__" "bytearray.__rmul__";
    }
    containers {
        "str.__len__" "str.__contains__" "str.__iter__";
        "list.__len__" "list.__contains__" "list.__iter__";
        "tuple.__len__" "tuple.__contains__" "tuple.__iter__";
        "bytes.__len__" "bytes.__contains__" "bytes.__iter__";
        "bytearray.__len__" "bytearray.__contains__" "bytearray.__iter__";
        "dict.__len__" "dict.__contains__" "dict.__iter__";
        "set.__len__" "set.__contains__" "set.__iter__";
        "frozenset.__len__" "frozenset.__contains__" "frozenset.__iter__";
        "range.__len__" "range.__contains__" "range.__iter__";
        "dict_keys.__len__" "dict_keys.__contains__" "dict_keys.__iter__";
    }
    items {
        "str.__getitem__";
        "list.__getitem__";
        "tuple.__getitem__";
        "bytes.__getitem__";
        "bytearray.__getitem__";
        "range.__getitem__";
    }
    mutable {
        "list.__setitem__" "list.__delitem__";
        "bytearray.__setitem__" "bytearray.__delitem__";
        "dict.__setitem__" "dict.__delitem__";
    }
    reversible {
        "list.__reversed__";
        "dict.__reversed__";
        "range.__reversed__";
    }
    printed {
        "int.__repr__";
        "float.__repr__";
        "str.__repr__";
        "list.__repr__";
        "tuple.__repr__";
        "dict.__repr__";
        "bytes.__repr__";
        "bytearray.__repr__";
        "range.__repr__";
    }
    formatted {
        "int.__format__";
        "float.__format__";
        "str.__format__";
    }
    hashed {
        "int.__hash__";
        "float.__hash__";
        "str.__hash__";
        "tuple.__hash__";
        "bytes.__hash__";
        "frozenset.__hash__";
        "range.__hash__";
    }
}

builtins! {
    /// Methods of one type each.
    pub static DUNDERS:
    "int.__pow__" "self value mod= /" |vm, [a, b, m]| power(vm, Takes::Int, a, b, m);
    "int.__divmod__" "self value /" |vm, [a, b]| quotient_and_rest(vm, Takes::Int, a, b);
    "int.__rdivmod__" "self value /" |vm, [a, b]| reflected_divmod(vm, Takes::Int, a, b);
    "int.__neg__" "self /" |vm, [v]| unary(vm, 0, v);
    "int.__pos__" "self /" |vm, [v]| unary(vm, 1, v);
    "int.__invert__" "self /" |vm, [v]| unary(vm, 2, v);
    "int.__abs__" "self /" |vm, [v]| magnitude(vm, v);
    "int.__bool__" "self /" |vm, [v]| Ok(Value::bool(operators::truth(vm, v)));
    "int.__trunc__" "self /" |_vm, [v]| Ok(unbool(v));
    "int.__floor__" "self /" |_vm, [v]| Ok(unbool(v));
    "int.__ceil__" "self /" |_vm, [v]| Ok(unbool(v));
    "int.__round__" "self ndigits= /" => "round_guest" |vm, [v, n]| builtins::conversions::rounded(vm, v, n);
    "float.__pow__" "self value mod= /" |vm, [a, b, m]| power(vm, Takes::Number, a, b, m);
    "float.__divmod__" "self value /" |vm, [a, b]| quotient_and_rest(vm, Takes::Number, a, b);
    "float.__rdivmod__" "self value /" |vm, [a, b]| reflected_divmod(vm, Takes::Number, a, b);
    "float.__neg__" "self /" |vm, [v]| unary(vm, 0, v);
    "float.__pos__" "self /" |vm, [v]| unary(vm, 1, v);
    "float.__abs__" "self /" |vm, [v]| magnitude(vm, v);
    "float.__bool__" "self /" |vm, [v]| Ok(Value::bool(operators::truth(vm, v)));
    "float.__trunc__" "self /" |vm, [v]| rounded_float(vm, v, f64::trunc);
    "float.__floor__" "self /" |vm, [v]| rounded_float(vm, v, f64::floor);
    "float.__ceil__" "self /" |vm, [v]| rounded_float(vm, v, f64::ceil);
    "float.__round__" "self ndigits= /" => "round_guest" |vm, [v, n]| builtins::conversions::rounded(vm, v, n);
    "str.__str__" "self /" |_vm, [s]| Ok(s);
    "NoneType.__bool__" "self /" |_vm, [_v]| Ok(Value::FALSE);

    "generator.@__name__" "self" |_vm, [g]| Ok(generator_name(g));
    "generator.@__qualname__" "self" |_vm, [g]| Ok(generator_name(g));
    "generator.@gi_running" "self" |_vm, [g]| {
        use crate::interp::frames::GENERATOR_RUNNING;
        Ok(Value::bool(Obj::<Generator>::cast(g).int(Generator::STATE) == GENERATOR_RUNNING))
    };
    "generator.@gi_frame" "self" |_vm, [g]| {
        use crate::interp::frames::GENERATOR_DONE;
        let done = Obj::<Generator>::cast(g).int(Generator::STATE) == GENERATOR_DONE;
        Ok(if done { Value::NONE } else { g })
    };
    "cell.@cell_contents" "self" |vm, [c]| match Obj::<Cell>::cast(c).get(Cell::VALUE) {
        Value::UNDEF => Err(exception::value_error(vm, "Cell is empty")),
        v => Ok(v),
    };
    "dict_keys.isdisjoint" "self other /" => "set_isdisjoint" |_vm, [_s, _o]| Ok(FALLBACK);
    "dict_items.isdisjoint" "self other /" => "set_isdisjoint" |_vm, [_s, _o]| Ok(FALLBACK);
    "slice.indices" "self length /" => "slice_indices" |vm, [s, n]| {
        let n = operators::index(vm, n)?;
        if n < 0 {
            return Err(exception::value_error(vm, "length should not be negative"));
        }
        let slice = Obj::<Slice>::cast(s);
        let step = slice.get(Slice::STEP);
        let small = |v: Value| v == Value::NONE || v.is_int();
        if ![Slice::START, Slice::STOP, Slice::STEP].iter().all(|f| small(slice.get(*f))) {
            return Ok(FALLBACK);
        }
        let step = step.to_int().unwrap_or(1);
        if step == 0 {
            return Err(exception::value_error(vm, "slice step cannot be zero"));
        }
        let (low, high) = if step < 0 { (-1, n - 1) } else { (0, n) };
        let bound = |v: Value, default: i64| match v.to_int() {
            None => default,
            Some(i) if i < 0 => (i + n).max(low),
            Some(i) => i.min(high),
        };
        let (first, last) = if step < 0 { (high, low) } else { (low, high) };
        let start = bound(slice.get(Slice::START), first);
        let stop = bound(slice.get(Slice::STOP), last);
        Ok(vm.tuple(&[Value::small(start), Value::small(stop), Value::small(step)]))
    };

    "list.__init__" "self iterable= /" => "list_init" |vm, [list, items]| {
        if absent(items) {
            vm.list_clear(Obj::cast(list));
            return Ok(Value::NONE);
        }
        let Some(items) = builtins::core::values(vm, items)? else { return Ok(FALLBACK) };
        let list = Obj::<List>::cast(list);
        vm.list_clear(list);
        vm.list_extend_values(list, &items);
        Ok(Value::NONE)
    };
    "dict.__getitem__" "self key /" => "dict_getitem" |vm, [d, key]| {
        let table = types::unwrap_payload(vm, d);
        match builtins::tables::find(vm, table, key)? {
            builtins::tables::Entry::At(entry) => Ok(builtins::tables::value(table, entry)),
            _ => Ok(FALLBACK),
        }
    };
    "int.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "float.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "str.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "bytes.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "tuple.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "list.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "dict.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "set.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "frozenset.__new__" "cls *args **kwargs" => "object_new" |vm, [c, args, kw]| builtins::classes::new_object(vm, c, args, kw);
    "dict.__init__" "self *args **kwargs" => "dict_init" |_vm, [_d, _args, _kwargs]| Ok(FALLBACK);
    "set.__init__" "self iterable= /" => "set_init" |_vm, [_s, _items]| Ok(FALLBACK);

    "generator.__length_hint__" "self /" |vm, [it]| length_hint(vm, it);
    "function.__call__" "self *args **kwargs" => "call_it" |_vm, [_f, _a, _k]| Ok(FALLBACK);
    "function.__get__" "self obj type= /" |vm, [f, obj, _class]| bind(vm, f, obj);
    "builtin_function_or_method.__call__" "self *args **kwargs" => "call_it" |_vm, [_f, _a, _k]| Ok(FALLBACK);
    "method.__call__" "self *args **kwargs" => "call_it" |_vm, [_f, _a, _k]| Ok(FALLBACK);
    "type.__call__" "self *args **kwargs" => "call_it" |_vm, [_f, _a, _k]| Ok(FALLBACK);
    "type.__instancecheck__" "self instance /" => "dunder_instancecheck" |_vm, [_c, _o]| Ok(FALLBACK);
    "type.__subclasscheck__" "self subclass /" => "dunder_subclasscheck" |_vm, [_c, _o]| Ok(FALLBACK);
    "property.__get__" "self obj type= /" => "property_get" |_vm, [p, obj, _class]| {
        Ok(if obj == Value::NONE { p } else { FALLBACK })
    };
    "property.__set__" "self obj value /" => "property_set" |_vm, [_p, _o, _v]| Ok(FALLBACK);
    "property.__delete__" "self obj /" => "property_delete" |_vm, [_p, _o]| Ok(FALLBACK);
    "staticmethod.__get__" "self obj type= /" |_vm, [f, _o, _c]| Ok(Obj::<MethodKind>::cast(f).get(MethodKind::FUNCTION));
    "classmethod.__get__" "self obj type= /" |vm, [f, obj, class]| {
        let f = Obj::<MethodKind>::cast(f).get(MethodKind::FUNCTION);
        let class = if absent(class) || class == Value::NONE { types::class_of(vm, obj).value.get() } else { class };
        bind(vm, f, class)
    };
    "staticmethod.__call__" "self *args **kwargs" => "call_wrapped" |_vm, [_f, _a, _k]| Ok(FALLBACK);
    "staticmethod.@__wrapped__" "self" |_vm, [f]| Ok(Obj::<MethodKind>::cast(f).get(MethodKind::FUNCTION));
    "classmethod.@__wrapped__" "self" |_vm, [f]| Ok(Obj::<MethodKind>::cast(f).get(MethodKind::FUNCTION));
    "property.@__isabstractmethod__" "self" |vm, [p]| {
        let getter = Obj::<Property>::cast(p).get(Property::GETTER);
        let name = vm.symbols.intern("__isabstractmethod__");
        let symbol = Value::symbol(name);
        let own = if is::<Function>(getter) {
            raw(builtins::functions::FUNCTION_ATTRIBUTE.call(vm.core_ptr(), &[getter.0, symbol.0]))?
        } else {
            Value::UNDEF
        };
        Ok(if own == Value::UNDEF { Value::FALSE } else { own })
    };
    "object.__lt__" "self value /" |_vm, [_a, _b]| Ok(NOT_IMPLEMENTED);
    "object.__le__" "self value /" |_vm, [_a, _b]| Ok(NOT_IMPLEMENTED);
    "object.__gt__" "self value /" |_vm, [_a, _b]| Ok(NOT_IMPLEMENTED);
    "object.__ge__" "self value /" |_vm, [_a, _b]| Ok(NOT_IMPLEMENTED);
    "object.__sizeof__" "self /" |_vm, [_o]| Ok(Value::small(48));
    "member_descriptor.__get__" "self obj type= /" |vm, [slot, obj, _class]| {
        let name = slot_name(vm, slot);
        match Obj::<Instance>::of(obj) {
            None => Ok(slot),
            Some(o) => match vm.instance_get(o, name) {
                Some(v) => Ok(v),
                None => {
                    let name = Value::symbol(name);
                    raw(crate::interp::errors::NO_ATTRIBUTE.call(vm.core_ptr(), &[obj.0, name.0]))
                }
            },
        }
    };
    "member_descriptor.__set__" "self obj value /" |vm, [slot, obj, v]| {
        let name = slot_name(vm, slot);
        let Some(o) = Obj::<Instance>::of(obj) else {
            let message = "descriptor doesn't apply to this object";
            return Err(exception::type_error(vm, message));
        };
        vm.instance_set(o, name, v);
        Ok(Value::NONE)
    };
    "member_descriptor.@__name__" "self" |vm, [slot]| {
        let name = slot_name(vm, slot);
        Ok(vm.symbol_text(name))
    };
    "UnionType.@__args__" "self" |_vm, [u]| Ok(u);
}

fn generator_name(g: Value) -> Value {
    Obj::<Generator>::cast(g).get(Generator::NAME)
}

fn slot_name(vm: &mut Vm, slot: Value) -> u32 {
    use crate::object::layouts::MemberSlot;
    let name = Obj::<MemberSlot>::cast(slot).get(MemberSlot::NAME);
    vm.symbol_of(Obj::cast(name))
}

/// `int | str`: a union of classes, for `isinstance`.
pub fn union(vm: &mut Vm, a: Value, b: Value) -> Option<Value> {
    let union = FlState::of(vm).types().UnionType;
    let is_union = |vm: &Vm, v: Value| types::class_of(vm, v) == union;
    let part = |vm: &Vm, v: Value| v == Value::NONE || is::<Class>(v) || is_union(vm, v);
    let names_class = |vm: &Vm, v: Value| is::<Class>(v) || is_union(vm, v);
    if !(part(vm, a) && part(vm, b) && (names_class(vm, a) || names_class(vm, b))) {
        return None;
    }
    let mut members: Vec<Value> = Vec::new();
    for v in [a, b] {
        let items = match Obj::<Tuple>::of(types::unwrap_payload(vm, v)) {
            Some(tuple) => tuple.items().to_vec(),
            None if v == Value::NONE => vec![FlState::of(vm).types().NoneType.value.get()],
            None => vec![v],
        };
        for item in items {
            if !members.contains(&item) {
                members.push(item);
            }
        }
    }
    if let [one] = members[..] {
        return Some(one);
    }
    let payload = vm.tuple(&members);
    Some(carrying(vm, union, payload))
}

/// An instance of a class that carries a built-in value.
pub fn carrying(
    vm: &mut Vm,
    class: &'static crate::object::class::ClassInfo,
    payload: Value,
) -> Value {
    let instance = vm.new_instance(class.id);
    instance.init_item(Instance::SLOTS, 0, payload);
    instance.value()
}
