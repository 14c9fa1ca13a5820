//! The built-in functions and the constructors of the built-in types.

use crate::builtins;
use crate::builtins::conversions::{
    chr, in_radix, modular_power, new_float, new_int, new_str, ord, rounded,
};
use crate::builtins::{BuiltinDef, folds, iterators, tables};
use crate::object::layouts::*;
use crate::object::{exception, types};
use crate::op::BinKind;
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::compare::{Hashed, unbool};
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};
use runtime::text;

/// Does `v` decide about operations on it itself?
pub fn is_guest(v: Value) -> bool {
    is::<Instance>(v)
}

/// Was the argument left out?
pub fn absent(v: Value) -> bool {
    v == Value::UNDEF
}

/// Writes to standard output; errors become OSError.
pub fn write_out(vm: &mut Vm, stream: Stream, bytes: &[u8]) -> Guest {
    match vm.host.write(stream, bytes) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(io_error(vm, &e, None)),
    }
}

/// An I/O failure as OSError, FileNotFoundError, …
pub fn io_error(vm: &mut Vm, e: &std::io::Error, path: Option<&str>) -> metatrace::meta::Raised {
    use std::io::ErrorKind::*;
    let name = match e.kind() {
        NotFound => "FileNotFoundError",
        AlreadyExists => "FileExistsError",
        PermissionDenied => "PermissionError",
        BrokenPipe => "BrokenPipeError",
        IsADirectory => "IsADirectoryError",
        NotADirectory => "NotADirectoryError",
        Interrupted => "InterruptedError",
        _ => "OSError",
    };
    let symbol = vm.symbols.intern(name);
    let fl = FlState::of(vm);
    let class = fl
        .builtins()
        .get(symbol)
        .and_then(|c| types::as_class(vm, c));
    let class = class.unwrap_or(fl.types().OSError);
    let text = e.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text).to_string();
    let number = Value::small(e.raw_os_error().unwrap_or(0) as i64);
    let message = vm.str(&text);
    let mut args = vec![number, message];
    if let Some(path) = path {
        args.push(vm.str(path));
    }
    exception::raise_with(vm, class, &args)
}

/// All values of an iterable; `Ok(None)`: guest code is needed.
pub fn values(vm: &mut Vm, v: Value) -> Guest<Option<Vec<Value>>> {
    match iterators::collect(vm, v) {
        Some(items) => items.map(Some),
        None if iterators::is_iterable(vm, v) => Ok(None),
        None => {
            let name = types::type_name(vm, v);
            Err(exception::type_error(
                vm,
                format!("'{name}' object is not iterable"),
            ))
        }
    }
}

/// As [`values`], of what holds its items. Others, iterators and ranges, are left to FL code, which
/// neither takes more from an iterator than it needs nor runs long without a merge point.
pub fn stored_values(vm: &mut Vm, v: Value) -> Guest<Option<Vec<Value>>> {
    if iterators::is_native_iterator(v) || is::<Range>(v) {
        return Ok(None);
    }
    values(vm, v)
}

fn print(vm: &mut Vm, [args, sep, end, file, flush]: [Value; 5]) -> Guest {
    if !(absent(file) || file == Value::NONE) {
        return Ok(FALLBACK);
    }
    if super::sys::is_redirected(vm) {
        return Ok(FALLBACK);
    }
    let mut out = Vec::new();
    let part = |vm: &mut Vm, v: Value, default: &str, name: &str| -> Guest<Vec<u8>> {
        if absent(v) || v == Value::NONE {
            return Ok(default.as_bytes().to_vec());
        }
        match text::bytes_of(types::unwrap_payload(vm, v)) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => {
                let class = types::type_name(vm, v);
                let message = format!("{name} must be None or a string, not {class}");
                Err(exception::type_error(vm, message))
            }
        }
    };
    let sep = part(vm, sep, " ", "sep")?;
    let end = part(vm, end, "\n", "end")?;
    for (k, v) in Obj::<Tuple>::cast(args).items().iter().enumerate() {
        if k > 0 {
            out.extend_from_slice(&sep);
        }
        if !builtins::text::write(vm, *v, true, &mut out)? {
            return Ok(FALLBACK);
        }
    }
    out.extend_from_slice(&end);
    write_out(vm, Stream::Out, &out)?;
    if !absent(flush)
        && builtins::operators::truth(vm, flush)
        && let Err(e) = vm.host.flush(Stream::Out)
    {
        return Err(io_error(vm, &e, None));
    }
    Ok(Value::NONE)
}

fn hash(vm: &mut Vm, v: Value) -> Guest {
    match vm.hash(v)? {
        Hashed::Value(h) => Ok(Value::small(h)),
        Hashed::Ask(x, _) if x == v && !is_guest(x) => Ok(Value::small(vm.heap.identity(v))),
        Hashed::Ask(..) => Ok(FALLBACK),
    }
}

fn new_super(vm: &mut Vm, class: Value, receiver: Value) -> Guest {
    let Some(after) = types::as_class(vm, class) else {
        return Err(exception::type_error(
            vm,
            "super() argument 1 must be a type",
        ));
    };
    let start = match types::as_class(vm, receiver) {
        Some(class) if class.is_subclass(after) => class,
        _ => types::class_of(vm, receiver),
    };
    if !start.is_subclass(after) {
        let message = "super(type, obj): obj must be an instance or subtype of type";
        return Err(exception::type_error(vm, message));
    }
    let s = vm.alloc::<Super>(0);
    s.init(Super::CLASS, class);
    s.init(Super::RECEIVER, receiver);
    s.init(Super::START, start.value.get());
    Ok(s.value())
}

/// `reversed`
pub fn reversed(vm: &mut Vm, v: Value) -> Guest {
    if let Some(class) = types::as_class(vm, v) {
        let hook = FlState::of(vm).names.class_reversed;
        if class.lookup_guest(hook).is_some() {
            return Ok(FALLBACK);
        }
    }
    if is_guest(v) {
        let names = &FlState::of(vm).names;
        let class = types::class_of(vm, v);
        if class.lookup_guest(names.reversed).is_some()
            || class.lookup_guest(names.getitem).is_some()
            || class.payload.is_none()
        {
            return Ok(FALLBACK);
        }
    }
    let v = types::unwrap_payload(vm, v);
    if is::<Dict>(v) {
        return Ok(iterators::table_iter(
            vm,
            v,
            iterators::KEYS | iterators::BACKWARDS,
        ));
    }
    if let Some(view) = Obj::<DictView>::of(v) {
        let dict = view.get(DictView::DICT);
        return Ok(iterators::table_iter(
            vm,
            dict,
            view.shape() | iterators::BACKWARDS,
        ));
    }
    if let Some(range) = Obj::<Range>::of(v) {
        let slice = vm.slice(Value::NONE, Value::NONE, Value::small(-1));
        let range = builtins::ranges::slice(vm, range, Obj::cast(slice))?;
        return iterators::iter(vm, range);
    }
    let sequence =
        is::<List>(v) || is::<Tuple>(v) || is::<Str>(v) || is::<Bytes>(v) || is::<ByteBuffer>(v);
    if !sequence {
        let name = types::type_name(vm, v);
        let message = format!("'{name}' object is not reversible");
        return Err(exception::type_error(vm, message));
    }
    let n = builtins::operators::length(vm, v).unwrap_or(0);
    let it = vm.alloc::<ReverseIter>(0);
    it.init(ReverseIter::SEQUENCE, v);
    it.init(ReverseIter::INDEX, Value::small(n as i64 - 1));
    Ok(it.value())
}

/// `iter(v)` if it needs no guest code.
fn native_iter(vm: &mut Vm, v: Value) -> Guest<Option<Value>> {
    if is_guest(v) && iterators::collect(vm, v).is_none() {
        return Ok(None);
    }
    let v = types::unwrap_payload(vm, v);
    let runs_code = is::<Generator>(v) || is::<interop::layouts::Query>(v);
    if is::<Instance>(v) || runs_code || is::<Class>(v) {
        return Ok(None);
    }
    iterators::iter(vm, v).map(Some)
}

fn name_type(vm: &mut Vm, name: Value) -> metatrace::meta::Raised {
    let class = types::type_name(vm, name);
    exception::type_error(vm, format!("attribute name must be string, not '{class}'"))
}

builtins! {
    /// Functions and constructors.
    pub static CORE:
    "print" "*args sep= end= file= flush=" => "print_guest" |vm, [args, sep, end, file, flush]| print(vm, [args, sep, end, file, flush]);
    "len" "obj /" |vm, [_v]| Err(exception::type_error(vm, "len"));
    "isinstance" "obj classinfo /" => "isinstance_any" |vm, [_o, c]| {
        if is::<Tuple>(c) || is::<Class>(c) || is_guest(c) { return Ok(FALLBACK); }
        Err(exception::type_error(vm, "isinstance() arg 2 must be a type, a tuple of types, or a union"))
    };
    "issubclass" "cls classinfo /" => "issubclass_guest" |vm, [c, other]| {
        let Some(class) = types::as_class(vm, c) else {
            return Err(exception::type_error(vm, "issubclass() arg 1 must be a class"));
        };
        if is::<Tuple>(types::unwrap_payload(vm, other)) { return Ok(FALLBACK); }
        let Some(other) = types::as_class(vm, other) else {
            return Err(exception::type_error(vm, "issubclass() arg 2 must be a class, a tuple of classes, or a union"));
        };
        if class.is_subclass(other) { return Ok(Value::TRUE); }
        let check = FlState::of(vm).names.class_subclasscheck;
        Ok(if other.lookup_guest(check).is_some() { FALLBACK } else { Value::FALSE })
    };
    "callable" "obj /" |vm, [o]| {
        let call = FlState::of(vm).names.call;
        let callable = is::<Function>(o) || is::<Builtin>(o) || is::<BoundMethod>(o) || is::<Class>(o)
            || types::class_of(vm, o).lookup(call).is_some();
        Ok(Value::bool(callable))
    };
    "getattr" "obj name default= /" |vm, [_o, n, _d]| Err(name_type(vm, n));
    "hasattr" "obj name /" |vm, [_o, n]| Err(name_type(vm, n));
    "setattr" "obj name value /" |vm, [_o, n, _v]| Err(name_type(vm, n));
    "delattr" "obj name /" |vm, [o, name]| {
        let Some(name) = Obj::<Str>::of(name) else {
            return Err(name_type(vm, name));
        };
        let name = Value::symbol(vm.symbol_of(name));
        match Value(builtins::functions::DELETE_ATTRIBUTE.call(vm.core_ptr(), &[o.0, name.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        }
    };
    "iter" "obj sentinel= /" |vm, [v, _s]| iterators::iter(vm, v);
    "next" "iterator default= /" |vm, [v, _d]| iterators::next(vm, v);
    "id" "obj /" |vm, [v]| Ok(if v.is_heap() { Value::small(vm.heap.identity(v)) } else { Value::small((v.0 >> 2) as i64) });
    "hash" "obj /" => "hash_guest" |vm, [v]| hash(vm, v);
    "repr" "obj /" => "to_repr" |vm, [v]| match Value(builtins::text::REPR.call(vm.core_ptr(), &[v.0])) {
        Value::RAISED => Err(metatrace::meta::Raised),
        v => Ok(v),
    };
    "ascii" "obj /" => "to_ascii" |vm, [v]| match Value(builtins::text::ASCII.call(vm.core_ptr(), &[v.0])) {
        Value::RAISED => Err(metatrace::meta::Raised),
        v => Ok(v),
    };
    "format" "value spec= /" => "to_format" |vm, [v, spec]| {
        let spec = if absent(spec) { vm.well_known.empty_str } else { spec };
        match Value(builtins::text::FORMAT.call(vm.core_ptr(), &[v.0, spec.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        }
    };
    "abs" "x /" => "abs_guest" |vm, [v]| {
        let n = unbool(v);
        if number::is_int(n) {
            return Ok(if number::cmp(n, Value::small(0)).is_lt() { vm.int_sub(Value::small(0), n) } else { n });
        }
        if let Some(f) = to_float(v) { return Ok(vm.float(f.abs())); }
        Ok(FALLBACK)
    };
    "round" "number ndigits=" => "round_guest" |vm, [v, digits]| rounded(vm, v, digits);
    "divmod" "a b /" => "divmod_guest" |vm, [a, b]| {
        if is_guest(a) || is_guest(b) { return Ok(FALLBACK); }
        let run = |vm: &mut Vm, kind: BinKind| {
            let code = Value::small(kind as i64);
            match Value(builtins::operators::BINARY.call(vm.core_ptr(), &[code.0, a.0, b.0])) {
                Value::RAISED => Err(metatrace::meta::Raised),
                v => Ok(v),
            }
        };
        let number = |v: Value| number::is_int(unbool(v)) || to_float(v).is_some();
        if !(number(a) && number(b)) {
            let (a, b) = (types::type_name(vm, a), types::type_name(vm, b));
            let message = format!("unsupported operand type(s) for divmod(): '{a}' and '{b}'");
            return Err(exception::type_error(vm, message));
        }
        builtins::dunders::check_divmod(vm, a, b)?;
        let q = run(vm, BinKind::FloorDiv)?;
        let r = run(vm, BinKind::Mod)?;
        Ok(vm.tuple(&[q, r]))
    };
    "pow" "base exp mod=" => "pow_guest" |vm, [a, b, modulus]| {
        if is_guest(a) || is_guest(b) || absent(modulus) || modulus == Value::NONE { return Ok(FALLBACK); }
        modular_power(vm, unbool(a), unbool(b), unbool(modulus))
    };
    "min" "*args key= default=" => "min_guest" |vm, [args, key, default]| folds::best(vm, "min", false, args, key, default);
    "max" "*args key= default=" => "max_guest" |vm, [args, key, default]| folds::best(vm, "max", true, args, key, default);
    "sum" "iterable start= /" => "sum_guest" |vm, [iterable, start]| folds::sum(vm, iterable, start);
    "all" "iterable /" => "all_guest" |vm, [iterable]| folds::quantify(vm, iterable, false);
    "any" "iterable /" => "any_guest" |vm, [iterable]| folds::quantify(vm, iterable, true);
    "chr" "i /" => "chr_guest" |vm, [v]| chr(vm, v);
    "ord" "c /" |vm, [v]| ord(vm, v);
    "bin" "n /" => "bin_guest" |vm, [v]| in_radix(vm, v, 2, "0b");
    "oct" "n /" => "oct_guest" |vm, [v]| in_radix(vm, v, 8, "0o");
    "hex" "n /" => "hex_guest" |vm, [v]| in_radix(vm, v, 16, "0x");
    "dir" "obj= /" => "dir_guest" |vm, [o]| builtins::classes::dir(vm, o);
    "globals" "" |vm, []| {
        let main = builtins::modules::loaded(vm, "__main__");
        match main.and_then(Obj::<Module>::of) {
            Some(module) => {
                let namespace = FlState::of(vm).namespace(module.int(Module::NAMESPACE));
                Ok(builtins::modules::globals_dict(vm, namespace))
            }
            None => Ok(vm.dict().value()),
        }
    };
    "_import:load" "name unused= /" |vm, [_n, _u]| Err(exception::type_error(vm, "module name must be a string"));

    "int" "x= / base=" => "int_guest" |vm, [v, base]| new_int(vm, v, base);
    "float" "x= /" => "float_guest" |vm, [v]| new_float(vm, v);
    "bool" "x= /" => "bool_guest" |vm, [v]| {
        if absent(v) { return Ok(Value::FALSE); }
        if is_guest(v) { return Ok(FALLBACK); }
        Ok(Value::bool(builtins::operators::truth(vm, v)))
    };
    "str" "object= encoding= errors=" => "to_str" |vm, [v, encoding, _errors]| new_str(vm, v, encoding);
    "list" "iterable= /" => "list_new" |vm, [v]| {
        if absent(v) { return Ok(vm.list(&[])); }
        if let Some(range) = Obj::<Range>::of(v)
            && let Some((start, step, len)) = builtins::ranges::small(range)
        {
            // Taken as what it becomes when it is changed.
            vm.check_items(len as usize, 1, 8)?;
            return Ok(vm.range_list(start, step, len as usize));
        }
        Ok(match values(vm, v)? { Some(items) => vm.list(&items), None => FALLBACK })
    };
    "tuple" "iterable= /" => "tuple_new" |vm, [v]| {
        if absent(v) { return Ok(vm.well_known.empty_tuple); }
        if is::<Tuple>(v) { return Ok(v); }
        Ok(match values(vm, v)? { Some(items) => vm.tuple(&items), None => FALLBACK })
    };
    "set" "iterable= /" => "set_new" |vm, [v]| {
        if absent(v) { return Ok(vm.set().value()); }
        match values(vm, v)? {
            Some(items) => Ok(vm.set_of(&items, false)?.done().unwrap_or(FALLBACK)),
            None => Ok(FALLBACK),
        }
    };
    "frozenset" "iterable= /" => "frozenset_new" |vm, [v]| {
        if absent(v) { return Ok(builtins::collections::frozenset(vm, &[])); }
        if is::<FrozenSet>(v) { return Ok(v); }
        match values(vm, v)? {
            Some(items) => Ok(vm.set_of(&items, true)?.done().unwrap_or(FALLBACK)),
            None => Ok(FALLBACK),
        }
    };
    "dict" "*args **kwargs" => "dict_new" |vm, [args, kwargs]| {
        let args = Obj::<Tuple>::cast(args).items();
        match args {
            [] => Ok(kwargs),
            [v] if is::<Dict>(*v) => {
                let dict = runtime::dict::Table::of(*v).copy(vm).0;
                for (key, v) in tables::items(kwargs) { tables::put(vm, dict, key, v)?; }
                Ok(dict)
            }
            _ => Ok(FALLBACK),
        }
    };
    "range" "start stop= step= /" => "range_guest" |vm, [start, stop, step]| {
        if is_guest(start) || is_guest(stop) || is_guest(step) { return Ok(FALLBACK); }
        let check = |vm: &mut Vm, v: Value| -> Guest {
            let n = unbool(v);
            if number::is_int(n) { return Ok(n); }
            let name = types::type_name(vm, v);
            Err(exception::type_error(vm, format!("'{name}' object cannot be interpreted as an integer")))
        };
        let start = check(vm, start)?;
        if absent(stop) { return builtins::ranges::new(vm, Value::small(0), start, Value::small(1)); }
        let stop = check(vm, stop)?;
        let step = if absent(step) { Value::small(1) } else { check(vm, step)? };
        builtins::ranges::new(vm, start, stop, step)
    };
    "slice" "start stop= step= /" |vm, [start, stop, step]| {
        if absent(stop) { return Ok(vm.slice(Value::NONE, start, Value::NONE)); }
        let step = if absent(step) { Value::NONE } else { step };
        Ok(vm.slice(start, stop, step))
    };
    "enumerate" "iterable start=" => "enumerate_guest" |vm, [v, start]| {
        let count = if absent(start) { Value::small(0) } else { unbool(start) };
        let Some(it) = native_iter(vm, v)? else { return Ok(FALLBACK) };
        if !count.is_int() { return Ok(FALLBACK); }
        let e = vm.alloc::<Enumerate>(0);
        e.init(Enumerate::ITERATOR, it);
        e.init(Enumerate::COUNT, count);
        Ok(e.value())
    };
    "zip" "*iterables strict=" => "zip_guest" |vm, [args, strict]| {
        if !absent(strict) { return Ok(FALLBACK); }
        let mut iterators = Vec::new();
        for v in Obj::<Tuple>::cast(args).items() {
            match native_iter(vm, *v)? { Some(it) => iterators.push(it), None => return Ok(FALLBACK) }
        }
        let iterators = vm.tuple(&iterators);
        let z = vm.alloc::<Zip>(0);
        z.init(Zip::ITERATORS, iterators);
        Ok(z.value())
    };
    "reversed" "sequence /" => "reversed_guest" |vm, [v]| reversed(vm, v);
    "NoneType" "" |_vm, []| Ok(Value::NONE);
    "map" "*args" => "map_guest" |vm, [args]| {
        if Obj::<Tuple>::cast(args).len() < 2 {
            return Err(exception::type_error(vm, "map() must have at least two arguments."));
        }
        Ok(FALLBACK)
    };
    "filter" "function iterable /" => "filter_guest" |_vm, [_f, _i]| Ok(FALLBACK);
    "method" "function instance /" |vm, [f, o]| {
        let method = vm.alloc::<BoundMethod>(0);
        method.init(BoundMethod::FUNCTION, f);
        method.init(BoundMethod::RECEIVER, o);
        Ok(method.value())
    };
    "mappingproxy" "mapping /" |vm, [mapping]| {
        let dict = types::unwrap_payload(vm, mapping);
        if !is::<Dict>(dict) {
            let name = types::type_name(vm, mapping);
            let message = format!("mappingproxy() argument must be a mapping, not {name}");
            return Err(exception::type_error(vm, message));
        }
        let class = FlState::of(vm).types().mappingproxy;
        Ok(builtins::dunders::carrying(vm, class, dict))
    };
    "super" "type obj= /" |vm, [class, o]| new_super(vm, class, o);
    "property" "fget= fset= fdel= doc=" |vm, [get, set, del, doc]| {
        let or_none = |v: Value| if absent(v) { Value::NONE } else { v };
        let p = vm.alloc::<Property>(0);
        p.init(Property::GETTER, or_none(get));
        p.init(Property::SETTER, or_none(set));
        p.init(Property::DELETER, or_none(del));
        let doc = match Obj::<Function>::of(get) {
            Some(f) if or_none(doc) == Value::NONE => {
                let name = FlState::of(vm).names.doc;
                builtins::functions::function_attribute(vm, f, name).unwrap_or(Value::NONE)
            }
            _ => or_none(doc),
        };
        p.init(Property::DOC, doc);
        Ok(p.value())
    };
    "property.getter" "self f" |vm, [p, f]| with_accessor(vm, p, 0, f);
    "property.setter" "self f" |vm, [p, f]| with_accessor(vm, p, 1, f);
    "property.deleter" "self f" |vm, [p, f]| with_accessor(vm, p, 2, f);
    "property.@fget" "self" |_vm, [p]| Ok(Obj::<Property>::cast(p).get(Property::GETTER));
    "property.@fset" "self" |_vm, [p]| Ok(Obj::<Property>::cast(p).get(Property::SETTER));
    "property.@fdel" "self" |_vm, [p]| Ok(Obj::<Property>::cast(p).get(Property::DELETER));
    "property.@__doc__" "self" |_vm, [p]| Ok(Obj::<Property>::cast(p).get(Property::DOC));
    "staticmethod" "f" |vm, [f]| Ok(builtins::classes::method_kind(vm, STATIC_METHOD, f));
    "classmethod" "f" |vm, [f]| Ok(builtins::classes::method_kind(vm, CLASS_METHOD, f));
    "staticmethod.@__func__" "self" |_vm, [o]| Ok(Obj::<MethodKind>::cast(o).get(MethodKind::FUNCTION));
    "classmethod.@__func__" "self" |_vm, [o]| Ok(Obj::<MethodKind>::cast(o).get(MethodKind::FUNCTION));
    "method.@__func__" "self" |_vm, [o]| Ok(Obj::<BoundMethod>::cast(o).get(BoundMethod::FUNCTION));
    "method.@__self__" "self" |_vm, [o]| Ok(Obj::<BoundMethod>::cast(o).get(BoundMethod::RECEIVER));
    "builtin_function_or_method.@__name__" "self" |vm, [o]| callable_name(vm, o);
    "builtin_function_or_method.@__qualname__" "self" |vm, [o]| {
        let f = match Obj::<BoundMethod>::of(o) {
            Some(method) => method.get(BoundMethod::FUNCTION),
            None => o,
        };
        let def = Obj::<Builtin>::of(f).map(|b| FlState::of(vm).builtin(b.int(Builtin::INDEX)));
        match def {
            Some(BuiltinDef { owner: Some(owner), name, .. }) => Ok(vm.str(&format!("{owner}.{name}"))),
            _ => callable_name(vm, o),
        }
    };
    "builtin_function_or_method.@__self__" "self" |vm, [o]| match Obj::<BoundMethod>::of(o) {
        Some(method) => Ok(method.get(BoundMethod::RECEIVER)),
        None => Err(exception::attribute_error(vm, "'builtin_function_or_method' object has no attribute '__self__'")),
    };
    "builtin_function_or_method.@__doc__" "self" |_vm, [_o]| Ok(Value::NONE);
    "builtin_function_or_method.@__module__" "self" |vm, [_o]| Ok(vm.str("builtins"));
    "slice.@start" "self" |_vm, [o]| Ok(Obj::<Slice>::cast(o).get(Slice::START));
    "slice.@stop" "self" |_vm, [o]| Ok(Obj::<Slice>::cast(o).get(Slice::STOP));
    "slice.@step" "self" |_vm, [o]| Ok(Obj::<Slice>::cast(o).get(Slice::STEP));
    "range.@start" "self" |_vm, [o]| Ok(Obj::<Range>::cast(o).get(Range::START));
    "range.@stop" "self" |_vm, [o]| Ok(Obj::<Range>::cast(o).get(Range::STOP));
    "range.@step" "self" |_vm, [o]| Ok(Obj::<Range>::cast(o).get(Range::STEP));

    "generator.__next__" "self" |vm, [_g]| Err(exception::type_error(vm, "generator"));
    "generator.__iter__" "self" |_vm, [g]| Ok(g);
    "generator.send" "self value /" |vm, [_g, _v]| Err(exception::type_error(vm, "generator"));
    "generator.throw_one" "self value /" |vm, [_g, _v]| Err(exception::type_error(vm, "generator"));
    "generator.throw" "self type value= traceback= /" => "generator_throw" |_vm, [_g, _t, _v, _b]| Ok(FALLBACK);
    "generator.close" "self" => "generator_close" |_vm, [_g]| Ok(FALLBACK);

    "BaseException.@args" "self" |vm, [e]| exception_field(vm, e, "args");
    "BaseException.args=" "self value" |vm, [e, v]| builtins::functions::set_exception_field(vm, e, "args", v);
    "BaseException.@__cause__" "self" |vm, [e]| exception_field(vm, e, "__cause__");
    "BaseException.__cause__=" "self value" |vm, [e, v]| builtins::functions::set_exception_field(vm, e, "__cause__", v);
    "BaseException.@__context__" "self" |vm, [e]| exception_field(vm, e, "__context__");
    "BaseException.__context__=" "self value" |vm, [e, v]| builtins::functions::set_exception_field(vm, e, "__context__", v);
    "BaseException.@__traceback__" "self" |vm, [e]| exception_field(vm, e, "__traceback__");
    "BaseException.__traceback__=" "self value" |vm, [e, v]| builtins::functions::set_exception_field(vm, e, "__traceback__", v);
    "BaseException.@__suppress_context__" "self" |vm, [e]| exception_field(vm, e, "__suppress_context__");
    "BaseException.__suppress_context__=" "self value" |vm, [e, v]| builtins::functions::set_exception_field(vm, e, "__suppress_context__", v);
    "BaseException.with_traceback" "self tb" |vm, [e, tb]| {
        builtins::functions::set_exception_field(vm, e, "__traceback__", tb)?;
        Ok(e)
    };
    "BaseException.__init__" "self *args **kwargs" |vm, [e, args, kwargs]| {
        let Some(data) = exception::data(vm, e) else {
            return Err(exception::type_error(vm, "an exception is required"));
        };
        if !types::class_of(vm, e).is_subclass(FlState::of(vm).types().OSError) {
            data.set(vm, ExcData::ARGS, args);
        }
        exception_keywords(vm, e, kwargs)?;
        Ok(Value::NONE)
    };
    "BaseException.__str__" "self" => "str_of_exception" |vm, [e]| {
        let mut out = Vec::new();
        let plain = builtins::text::write_exception(vm, e, &mut out)?;
        Ok(if plain { vm.str_from_bytes(&out) } else { FALLBACK })
    };
    "StopIteration.@value" "self" |vm, [e]| Ok(exception::first_arg(vm, e));
    "SystemExit.@code" "self" |vm, [e]| {
        let args = exception_field(vm, e, "args")?;
        Ok(match Obj::<Tuple>::cast(args).items() {
            [] => Value::NONE,
            [one] => *one,
            _ => args,
        })
    };
    "traceback.@tb_next" "self" |_vm, [t]| Ok(Obj::<Traceback>::cast(t).get(Traceback::NEXT));
    "traceback.@tb_lineno" "self" |vm, [t]| {
        let entries = exception::entries(t);
        let line = entries.first().map_or(0, |at| crate::traceback::line_of(vm, *at));
        Ok(Value::small(line as i64))
    };
    "OSError.@errno" "self" |vm, [e]| os_part(vm, e, 0);
    "OSError.@strerror" "self" |vm, [e]| os_part(vm, e, 1);
    "BaseException.add_note" "self note /" |vm, [e, note]| {
        if !is::<Str>(types::unwrap_payload(vm, note)) {
            let name = types::type_name(vm, note);
            return Err(exception::type_error(vm, format!("note must be a str, not '{name}'")));
        }
        let notes = FlState::of(vm).names.notes;
        let instance = Obj::<Instance>::cast(e);
        match vm.instance_get(instance, notes).and_then(Obj::<List>::of) {
            Some(list) => vm.list_push(list, note),
            None => {
                let list = vm.list(&[note]);
                vm.instance_set(instance, notes, list);
            }
        }
        Ok(Value::NONE)
    };
    "ImportError.@msg" "self" |vm, [e]| Ok(exception::first_arg(vm, e));
}

fn os_part(vm: &mut Vm, e: Value, at: usize) -> Guest {
    let data = exception::data(vm, e).expect("an exception");
    let args = Obj::<Tuple>::cast(data.get(ExcData::ARGS)).items();
    if args.len() < 2 {
        return Ok(Value::NONE);
    }
    Ok(args.get(at).copied().unwrap_or(Value::NONE))
}

/// The keyword arguments that some built-in exceptions take become their attributes.
fn exception_keywords(vm: &mut Vm, e: Value, kwargs: Value) -> Guest<()> {
    let class = types::class_of(vm, e);
    for (name, v) in tables::items(kwargs) {
        let symbol = vm.symbol_of(Obj::cast(name));
        // Those have a class attribute of that name, which is None.
        if class
            .lookup(symbol)
            .is_none_or(|found| !found.owner.builtin || found.value != Value::NONE)
        {
            let class = class.name.borrow().clone();
            return Err(exception::type_error(
                vm,
                format!("{class}() takes no keyword arguments"),
            ));
        }
        vm.instance_set(Obj::cast(e), symbol, v);
    }
    Ok(())
}

fn exception_field(vm: &mut Vm, e: Value, name: &str) -> Guest {
    let Some(data) = exception::data(vm, e) else {
        return Err(exception::type_error(vm, "an exception is required"));
    };
    Ok(match name {
        "args" => data.get(ExcData::ARGS),
        "__cause__" => data.get(ExcData::CAUSE),
        "__context__" => data.get(ExcData::CONTEXT),
        "__traceback__" => data.get(ExcData::TRACEBACK),
        _ => Value::bool(data.int(ExcData::SUPPRESS) != 0),
    })
}

fn callable_name(vm: &mut Vm, o: Value) -> Guest {
    let o = match Obj::<BoundMethod>::of(o) {
        Some(method) => method.get(BoundMethod::FUNCTION),
        None => o,
    };
    if let Some(f) = Obj::<Function>::of(o) {
        return Ok(f.get(Function::NAME));
    }
    let name = Obj::<Builtin>::of(o).map_or(Value::NONE, |b| b.get(Builtin::NAME));
    Ok(if name == Value::NONE {
        vm.str("?")
    } else {
        name
    })
}

fn with_accessor(vm: &mut Vm, p: Value, which: usize, f: Value) -> Guest {
    let old = Obj::<Property>::cast(p);
    let mut parts =
        [Property::GETTER, Property::SETTER, Property::DELETER].map(|field| old.get(field));
    parts[which] = f;
    let new = vm.alloc::<Property>(0);
    new.init(Property::GETTER, parts[0]);
    new.init(Property::SETTER, parts[1]);
    new.init(Property::DELETER, parts[2]);
    new.init(Property::DOC, old.get(Property::DOC));
    Ok(new.value())
}
