//! Natives that make and fill collections for the interpreter.

use crate::builtins::tables::{self, Entry};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::dict::Table;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};
use runtime::text;

const USUAL: Effects = Effects {
    invalidates: false,
    ..Effects::OBJECTS
};
const QUIET: Effects = Effects {
    raises: false,
    ..USUAL
};
const READS: Effects = Effects {
    reads: !0,
    ..Effects::FRESH
};

natives! {
    /// A list or tuple as a tuple.
    pub static AS_TUPLE = "as_tuple"(vm, v) -> Value [READS] {
        match Obj::<List>::of(v) {
            Some(list) => {
                let items = vm.list_values(list);
                vm.tuple(&items)
            }
            None => v,
        }
    }
    /// An empty dict.
    pub static NEW_DICT = "new_dict"(vm) -> Value [Effects::FRESH] { vm.dict().value() }
    /// Entry of a name := value.
    pub static SET_KEYWORD = "set_keyword"(vm, dict, name, v) -> () [QUIET] {
        tables::put_name(vm, dict, name.as_symbol(), v);
    }
    /// The entry of a name, or UNDEF.
    pub static GET_NAME = "get_name"(vm, dict, name) -> Value [READS] {
        tables::get_name(vm, dict, name.as_symbol()).unwrap_or(Value::UNDEF)
    }
    /// Deletes the entry of a name; was there one?
    pub static DELETE_NAME = "delete_name"(vm, dict, name) -> bool [QUIET] {
        let key = vm.symbol_text(name.as_symbol());
        match tables::find(vm, dict, key) {
            Ok(Entry::At(entry)) => {
                tables::delete(vm, dict, entry);
                true
            }
            _ => false,
        }
    }
    /// The symbol of the `k`th key of a dict of keyword arguments.
    pub static KEYWORD_AT = "keyword_at"(vm, dict, k) -> Value [READS] {
        let (key, _) = tables::items(dict)[k.as_int() as usize];
        let symbol = vm.symbol_of(Obj::cast(key));
        Value::symbol(symbol)
    }
    /// The value of the `k`th entry of a dict.
    pub static VALUE_AT = "value_at"(_vm, dict, k) -> Value [READS] {
        tables::items(dict)[k.as_int() as usize].1
    }
    /// An empty list, dict, set or bytearray.
    pub static EMPTY_OF = "empty_of"(vm, class) -> Value [Effects::FRESH] {
        let class = types::as_class(vm, class).expect("a class");
        let types = FlState::of(vm).types();
        if class == types.list {
            vm.list(&[])
        } else if class == types.dict {
            vm.dict().value()
        } else if class == types.set {
            vm.set().value()
        } else {
            super::bytes::buffer(vm, &[])
        }
    }
    /// A dict of keys and values in turn, or FALLBACK.
    pub static DICT_OF = many "dict_of"(vm, items) -> Guest [USUAL] { dict_of(vm, items) }
    /// A set of its elements, or FALLBACK.
    pub static SET_OF = many "set_of"(vm, items) -> Guest [USUAL] { set_of(vm, items) }
    /// As `DICT_OF`, of a tuple.
    pub static DICT_OF_TUPLE = "dict_of_tuple"(vm, items) -> Guest [USUAL] {
        dict_of(vm, Obj::<Tuple>::cast(items).items())
    }
    /// As `SET_OF`, of a tuple.
    pub static SET_OF_TUPLE = "set_of_tuple"(vm, items) -> Guest [USUAL] {
        set_of(vm, Obj::<Tuple>::cast(items).items())
    }
    /// Appends all of an iterable to a list.
    pub static EXTEND_LIST = "extend_list"(vm, list, v) -> Guest [USUAL] {
        let Some(items) = super::iterators::collect(vm, v) else {
            if !super::iterators::is_iterable(vm, v) {
                let name = types::type_name(vm, v);
                let message = format!("Value after * must be an iterable, not {name}");
                return Err(exception::type_error(vm, message));
            }
            return Ok(FALLBACK);
        };
        let items = items?;
        vm.list_extend_values(Obj::cast(list), &items);
        Ok(Value::NONE)
    }
    /// Adds all of an iterable to a set.
    pub static UPDATE_SET = "update_set"(vm, set, v) -> Guest [USUAL] {
        let Some(items) = super::iterators::collect(vm, v) else {
            return fallback_if_iterable(vm, v);
        };
        for item in items? {
            if !tables::add(vm, set, item)? {
                return Ok(FALLBACK);
            }
        }
        Ok(Value::NONE)
    }
    /// Adds to a set.
    pub static ADD_TO_SET = "add_to_set"(vm, set, v) -> Guest [USUAL] {
        Ok(if tables::add(vm, set, v)? { Value::NONE } else { FALLBACK })
    }
    /// `{**v}`
    pub static UPDATE_DICT = "update_dict"(vm, dict, v) -> Guest [USUAL] {
        let v = types::unwrap_payload(vm, v);
        if !is::<Dict>(v) {
            if has_keys(vm, v) {
                return Ok(FALLBACK);
            }
            let name = types::type_name(vm, v);
            return Err(exception::type_error(vm, format!("'{name}' object is not a mapping")));
        }
        for (key, item) in tables::items(v) {
            if !tables::put(vm, dict, key, item)? {
                return Ok(FALLBACK);
            }
        }
        Ok(Value::NONE)
    }
    /// `f(**v)`
    pub static MERGE_KEYWORDS = "merge_keywords"(vm, dict, v, callee) -> Guest [USUAL] {
        merge_keywords(vm, dict, v, callee)
    }
    /// The items of an iterable as a tuple, for unpacking to `count` targets, or (-1)
    /// around a starred one.
    pub static UNPACK = "unpack"(vm, v, count, shape) -> Guest [USUAL] {
        unpack(vm, v, count.as_int(), shape.as_int())
    }
    /// What `f(*v)` passes.
    pub static CALL_ARGS = "call_args"(vm, v, callee) -> Guest [USUAL] {
        if is::<List>(v) || is::<Tuple>(v) {
            return Ok(v);
        }
        let Some(items) = super::iterators::collect(vm, v) else {
            if super::iterators::is_iterable(vm, v) {
                return Ok(FALLBACK);
            }
            let (name, class) = (callee_name(vm, callee), types::type_name(vm, v));
            let message = format!("{name} argument after * must be an iterable, not {class}");
            return Err(exception::type_error(vm, message));
        };
        let items = items?;
        Ok(vm.list(&items))
    }
    /// What `f(**v)` passes.
    pub static CALL_KWARGS = "call_kwargs"(vm, v, callee) -> Guest [USUAL] {
        let dict = vm.dict().value();
        merge_keywords(vm, dict, v, callee).map(|done| if done == FALLBACK { done } else { dict })
    }
}

/// A frozenset of values that need no guest code to hash.
pub fn frozenset(vm: &mut Vm, items: &[Value]) -> Value {
    match vm.set_of(items, true) {
        Ok(set) => set.done().unwrap_or(Value::NONE),
        Err(_) => Value::NONE,
    }
}

fn fallback_if_iterable(vm: &mut Vm, v: Value) -> Guest {
    if super::iterators::is_iterable(vm, v) {
        return Ok(FALLBACK);
    }
    let name = types::type_name(vm, v);
    Err(exception::type_error(
        vm,
        format!("'{name}' object is not iterable"),
    ))
}

/// Is `v` an object with a `keys` method?
pub fn has_keys(vm: &Vm, v: Value) -> bool {
    types::class_of(vm, v)
        .lookup(FlState::of(vm).names.keys)
        .is_some()
}

fn dict_of(vm: &mut Vm, items: &[Value]) -> Guest {
    let dict = vm.dict().value();
    for pair in items.chunks(2) {
        if !tables::put(vm, dict, pair[0], pair[1])? {
            return Ok(FALLBACK);
        }
    }
    Ok(dict)
}

fn set_of(vm: &mut Vm, items: &[Value]) -> Guest {
    let set = vm.set().value();
    for &item in items {
        if !tables::add(vm, set, item)? {
            return Ok(FALLBACK);
        }
    }
    Ok(set)
}

/// The callee as messages name it.
fn callee_name(vm: &mut Vm, callee: Value) -> String {
    if let Some(f) = Obj::<Function>::of(callee) {
        let module = crate::object::function::module_name(vm, f);
        return format!("{module}.{}()", crate::object::function::qualname(vm, f));
    }
    if let Some(class) = types::as_class(vm, callee) {
        return super::classes::full_name(vm, class) + "()";
    }
    if let Some(builtin) = Obj::<Builtin>::of(callee) {
        let def = FlState::of(vm).builtin(builtin.int(Builtin::INDEX));
        return match def.owner {
            Some(owner) => format!("{owner}.{}()", def.name),
            None => format!("{}()", def.name),
        };
    }
    if let Some(method) = Obj::<BoundMethod>::of(callee) {
        return callee_name(vm, method.get(BoundMethod::FUNCTION));
    }
    let name = types::type_name(vm, callee);
    format!("{name} object")
}

fn merge_keywords(vm: &mut Vm, dict: Value, v: Value, callee: Value) -> Guest {
    let v = types::unwrap_payload(vm, v);
    if !is::<Dict>(v) {
        if has_keys(vm, v) {
            return Ok(FALLBACK);
        }
        let (name, class) = (callee_name(vm, callee), types::type_name(vm, v));
        let message = format!("{name} argument after ** must be a mapping, not {class}");
        return Err(exception::type_error(vm, message));
    }
    for (key, item) in tables::items(v) {
        if !is::<Str>(key) {
            return Err(exception::type_error(vm, "keywords must be strings"));
        }
        if let Entry::At(_) = tables::find(vm, dict, key)? {
            let name = callee_name(vm, callee);
            let key = text::of(key).unwrap_or_default();
            let message = format!("{name} got multiple values for keyword argument '{key}'");
            return Err(exception::type_error(vm, message));
        }
        tables::put(vm, dict, key, item)?;
    }
    Ok(Value::NONE)
}

fn unpack(vm: &mut Vm, v: Value, count: i64, shape: i64) -> Guest {
    let Some(items) = super::iterators::collect(vm, v) else {
        if super::iterators::is_iterable(vm, v) {
            return Ok(FALLBACK);
        }
        let name = types::type_name(vm, v);
        let message = format!("cannot unpack non-iterable {name} object");
        return Err(exception::type_error(vm, message));
    };
    let items = items?;
    if count >= 0 {
        let count = count as usize;
        if items.len() > count {
            let message = format!("too many values to unpack (expected {count})");
            return Err(exception::value_error(vm, message));
        }
        if items.len() < count {
            let got = items.len();
            let message = format!("not enough values to unpack (expected {count}, got {got})");
            return Err(exception::value_error(vm, message));
        }
        return Ok(vm.tuple(&items));
    }
    let (before, after) = ((shape >> 8) as usize, (shape & 0xff) as usize);
    if items.len() < before + after {
        let (want, got) = (before + after, items.len());
        let message = format!("not enough values to unpack (expected at least {want}, got {got})");
        return Err(exception::value_error(vm, message));
    }
    let end = items.len() - after;
    let middle = vm.list(&items[before..end]);
    let mut out = items[..before].to_vec();
    out.push(middle);
    out.extend_from_slice(&items[end..]);
    Ok(vm.tuple(&out))
}

/// Number of entries of a dict or set.
pub fn table_len(table: Value) -> usize {
    Table::of(table).len()
}
