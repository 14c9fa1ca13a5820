//! Methods of the built-in collections and the everyday ones of strings.

use crate::builtins;
use crate::builtins::core::{absent, values};
use crate::builtins::iterators::{ITEMS, KEYS, VALUES};
use crate::builtins::operators::index;
use crate::builtins::tables::{self, Entry};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::compare::Eq;
use runtime::dict::Table;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::object::{Obj, is};
use runtime::text;

fn view(vm: &mut Vm, dict: Value, shape: u32) -> Value {
    let view = vm.alloc::<DictView>(shape);
    view.init(DictView::DICT, dict);
    view.value()
}

fn list_pop(vm: &mut Vm, list: Value, at: Value) -> Guest {
    let list = Obj::<List>::cast(list);
    let n = vm.list_len(list) as i64;
    let class = FlState::of(vm).types().IndexError;
    if n == 0 {
        return Err(exception::raise(vm, class, "pop from empty list"));
    }
    let i = if absent(at) { -1 } else { index(vm, at)? };
    let i = if i < 0 { i + n } else { i };
    if i < 0 || i >= n {
        return Err(exception::raise(vm, class, "pop index out of range"));
    }
    Ok(vm.list_remove(list, i as usize))
}

/// Items of a list or tuple.
fn items_of(vm: &mut Vm, v: Value) -> Vec<Value> {
    match Obj::<Tuple>::of(v) {
        Some(tuple) => tuple.items().to_vec(),
        None => vm.list_values(Obj::cast(v)),
    }
}

/// First position of a value; `Ok(None)`: guest code decides.
fn position(vm: &mut Vm, items: &[Value], v: Value) -> Guest<Option<Option<usize>>> {
    for (i, item) in items.iter().enumerate() {
        match vm.same_or_eq(*item, v)? {
            Eq::Yes => return Ok(Some(Some(i))),
            Eq::No => {}
            Eq::Ask(..) => return Ok(None),
        }
    }
    Ok(Some(None))
}

fn sequence_index(vm: &mut Vm, s: Value, v: Value, start: Value, stop: Value) -> Guest {
    let items = items_of(vm, s);
    let n = items.len() as i64;
    let bound = |vm: &mut Vm, v: Value, default: i64| -> Guest<usize> {
        if absent(v) {
            return Ok(default as usize);
        }
        let i = index(vm, v)?;
        Ok((if i < 0 { i + n } else { i }).clamp(0, n) as usize)
    };
    let (from, to) = (bound(vm, start, 0)?, bound(vm, stop, n)?);
    match position(vm, items.get(from..to).unwrap_or(&[]), v)? {
        None => Ok(FALLBACK),
        Some(Some(i)) => Ok(Value::small((from + i) as i64)),
        Some(None) if is::<Tuple>(s) => {
            Err(exception::value_error(vm, "tuple.index(x): x not in tuple"))
        }
        Some(None) => {
            let shown = builtins::text::display_repr(vm, v);
            Err(exception::value_error(
                vm,
                format!("{shown} is not in list"),
            ))
        }
    }
}

fn count(vm: &mut Vm, s: Value, v: Value) -> Guest {
    let mut n = 0;
    for item in items_of(vm, s) {
        match vm.same_or_eq(item, v)? {
            Eq::Yes => n += 1,
            Eq::No => {}
            Eq::Ask(..) => return Ok(FALLBACK),
        }
    }
    Ok(Value::small(n))
}

fn dict_pop(vm: &mut Vm, d: Value, key: Value, default: Value) -> Guest {
    match tables::find(vm, d, key)? {
        Entry::At(entry) => Ok(tables::delete(vm, d, entry)),
        Entry::Ask => Ok(FALLBACK),
        Entry::Absent(_) if !absent(default) => Ok(default),
        Entry::Absent(_) => Err(tables::key_error(vm, key)),
    }
}

/// `dict.update`: only what needs no guest code.
fn dict_update(vm: &mut Vm, d: Value, other: Value, kwargs: Value) -> Guest {
    let mut pairs = Vec::new();
    if !absent(other) {
        let other = types::unwrap_payload(vm, other);
        if is::<Dict>(other) {
            pairs = tables::items(other);
        } else {
            return Ok(FALLBACK);
        }
    }
    pairs.extend(tables::items(kwargs));
    for (key, v) in pairs {
        if !tables::put(vm, d, key, v)? {
            return Ok(FALLBACK);
        }
    }
    Ok(Value::NONE)
}

/// `s.join(items)` where all items are strings.
fn join_strings(vm: &mut Vm, s: Obj<Str>, items: &[Value]) -> Guest {
    let parts = || items.iter().map(|v| Obj::<Str>::cast(*v));
    if let &[only] = items {
        return Ok(only);
    }
    let gaps = items.len().saturating_sub(1);
    let sizes = parts().fold((0, 0), |(bytes, chars), p| {
        (bytes + p.size(Str::BYTES), chars + p.size(Str::CHARS))
    });
    let bytes = sizes.0 + gaps * s.size(Str::BYTES);
    if bytes <= 2 {
        let all: Vec<&[u8]> = parts().map(text::bytes).collect();
        return Ok(vm.str_from_bytes(&all.join(text::bytes(s))));
    }
    if bytes >= 1 << 16 {
        vm.check_items(bytes, 1, 1)?;
    }
    let result = text::alloc(vm, bytes, sizes.1 + gaps * s.size(Str::CHARS));
    let mut to = result.bytes_mut(Str::TEXT, bytes);
    for (i, part) in parts().enumerate() {
        for piece in [if i > 0 { text::bytes(s) } else { &[] }, text::bytes(part)] {
            let (here, rest) = to.split_at_mut(piece.len());
            here.copy_from_slice(piece);
            to = rest;
        }
    }
    Ok(result.value())
}

fn str_join(vm: &mut Vm, s: Value, items: Value) -> Guest {
    if !super::iterators::is_iterable(vm, items) {
        return Err(exception::type_error(vm, "can only join an iterable"));
    }
    if let Some(list) = Obj::<List>::of(items)
        && runtime::list::strategy_in(list.shape()) == runtime::list::STR
        && let runtime::list::ListItems::Values(items) = vm.list_items(list)
    {
        return join_strings(vm, Obj::cast(s), items);
    }
    let Some(items) = values(vm, items)? else {
        return Ok(FALLBACK);
    };
    let separator = text::bytes(Obj::cast(s));
    let mut out = Vec::new();
    let mut checked = 1 << 16;
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(separator);
        }
        let plain = types::unwrap_payload(vm, item);
        let Some(bytes) = text::bytes_of(plain) else {
            let name = types::type_name(vm, item);
            let message = format!("sequence item {i}: expected str instance, {name} found");
            return Err(exception::type_error(vm, message));
        };
        if out.len() + bytes.len() + separator.len() > checked {
            checked = out.len() * 2 + bytes.len() + separator.len();
            vm.check_items(checked, 2, 1)?;
        }
        out.extend_from_slice(bytes);
    }
    Ok(vm.str_from_bytes(&out))
}

/// The elements of all iterables; `None`: guest code is needed.
fn all_values(vm: &mut Vm, iterables: Value) -> Guest<Option<Vec<Value>>> {
    let mut all = Vec::new();
    for v in Obj::<Tuple>::cast(iterables).items() {
        match values(vm, *v)? {
            Some(items) => all.extend(items),
            None => return Ok(None),
        }
    }
    Ok(Some(all))
}

builtins! {
    /// Methods of lists, tuples, dicts, sets.
    pub static COLLECTION_METHODS:
    "list.append" "self obj /" |vm, [l, v]| { vm.list_push(Obj::cast(l), v); Ok(Value::NONE) };
    "list.pop" "self index= /" |vm, [l, i]| list_pop(vm, l, i);
    "list.insert" "self index obj /" |vm, [l, i, v]| {
        let i = index(vm, i)?;
        vm.list_insert(Obj::cast(l), i, v);
        Ok(Value::NONE)
    };
    "list.extend" "self iterable /" => "list_extend" |vm, [l, v]| match values(vm, v)? {
        Some(items) => { vm.list_extend_values(Obj::cast(l), &items); Ok(Value::NONE) }
        None => Ok(FALLBACK),
    };
    "list.clear" "self" |vm, [l]| { vm.list_clear(Obj::cast(l)); Ok(Value::NONE) };
    "list.copy" "self" |vm, [l]| Ok(vm.list_copy(Obj::cast(l)));
    "list.reverse" "self" |vm, [l]| { vm.list_reverse(Obj::cast(l)); Ok(Value::NONE) };
    "list.index" "self value start= stop= /" => "list_index" |vm, [l, v, a, b]| sequence_index(vm, l, v, a, b);
    "list.count" "self value /" => "list_count" |vm, [l, v]| count(vm, l, v);
    "list.remove" "self value /" => "list_remove" |vm, [l, v]| {
        let items = items_of(vm, l);
        match position(vm, &items, v)? {
            None => Ok(FALLBACK),
            Some(Some(i)) => { vm.list_remove(Obj::cast(l), i); Ok(Value::NONE) }
            Some(None) => Err(exception::value_error(vm, "list.remove(x): x not in list")),
        }
    };
    "list.sort" "self * key= reverse=" => "list_sort" |vm, [l, key, reverse]| {
        if !(absent(key) || key == Value::NONE) { return Ok(FALLBACK); }
        let reverse = !absent(reverse) && builtins::operators::truth(vm, reverse);
        Ok(if vm.list_sort(Obj::cast(l), reverse)? { Value::NONE } else { FALLBACK })
    };
    "tuple.index" "self value start= stop= /" => "list_index" |vm, [l, v, a, b]| sequence_index(vm, l, v, a, b);
    "tuple.count" "self value /" => "list_count" |vm, [l, v]| count(vm, l, v);

    "dict.get" "self key default= /" => "dict_get" |vm, [d, key, default]| {
        let default = if absent(default) { Value::NONE } else { default };
        Ok(match tables::find(vm, d, key)? {
            Entry::At(entry) => tables::value(d, entry),
            Entry::Absent(_) => default,
            Entry::Ask => FALLBACK,
        })
    };
    "dict.setdefault" "self key default= /" => "dict_setdefault" |vm, [d, key, default]| {
        let default = if absent(default) { Value::NONE } else { default };
        Ok(match tables::find(vm, d, key)? {
            Entry::At(entry) => tables::value(d, entry),
            Entry::Absent(hash) => { tables::insert(vm, d, key, hash, default); default }
            Entry::Ask => FALLBACK,
        })
    };
    "dict.pop" "self key default= /" => "dict_pop" |vm, [d, key, default]| dict_pop(vm, d, key, default);
    "dict.popitem" "self" |vm, [d]| match vm.dict_pop_last(Obj::cast(d)) {
        Some((k, v)) => Ok(vm.tuple(&[k, v])),
        None => {
            let message = vm.str("popitem(): dictionary is empty");
            Err(tables::key_error(vm, message))
        }
    };
    "dict.keys" "self" |vm, [d]| Ok(view(vm, d, KEYS));
    "dict.values" "self" |vm, [d]| Ok(view(vm, d, VALUES));
    "dict.items" "self" |vm, [d]| Ok(view(vm, d, ITEMS));
    "dict.clear" "self" |vm, [d]| { Table::of(d).clear(vm); Ok(Value::NONE) };
    "dict.copy" "self" |vm, [d]| Ok(Table::of(d).copy(vm).0);
    "dict.update" "self other= / **kwargs" => "dict_update" |vm, [d, other, kwargs]| dict_update(vm, d, other, kwargs);
    "dict.fromkeys" "cls iterable value= /" => "dict_fromkeys" |vm, [class, keys, v]| {
        if class != FlState::of(vm).types().dict.value.get() { return Ok(FALLBACK); }
        let Some(keys) = values(vm, keys)? else { return Ok(FALLBACK) };
        let v = if absent(v) { Value::NONE } else { v };
        let dict = vm.dict().value();
        for key in keys {
            if !tables::put(vm, dict, key, v)? { return Ok(FALLBACK); }
        }
        Ok(dict)
    };

    "set.add" "self elem /" => "set_add" |vm, [s, v]| Ok(if tables::add(vm, s, v)? { Value::NONE } else { FALLBACK });
    "set.discard" "self elem /" => "set_discard" |vm, [s, v]| match tables::find(vm, s, v)? {
        Entry::At(entry) => { tables::delete(vm, s, entry); Ok(Value::NONE) }
        Entry::Absent(_) => Ok(Value::NONE),
        Entry::Ask => Ok(FALLBACK),
    };
    "set.remove" "self elem /" => "set_remove" |vm, [s, v]| match tables::find(vm, s, v)? {
        Entry::At(entry) => { tables::delete(vm, s, entry); Ok(Value::NONE) }
        Entry::Absent(_) => Err(tables::key_error(vm, v)),
        Entry::Ask => Ok(FALLBACK),
    };
    "set.pop" "self" |vm, [s]| match vm.set_pop(s) {
        Some(v) => Ok(v),
        None => {
            let message = vm.str("pop from an empty set");
            Err(tables::key_error(vm, message))
        }
    };
    "set.clear" "self" |vm, [s]| { Table::of(s).clear(vm); Ok(Value::NONE) };
    "set.copy" "self" |vm, [s]| Ok(Table::of(s).copy(vm).0);
    "set.update" "self *others" => "set_update" |vm, [s, others]| {
        let Some(items) = all_values(vm, others)? else { return Ok(FALLBACK) };
        for v in items {
            if !tables::add(vm, s, v)? { return Ok(FALLBACK); }
        }
        Ok(Value::NONE)
    };

    "str.join" "self iterable /" => "str_join" |vm, [s, items]| str_join(vm, s, items);
}
