//! `o[key]` of built-in types: reading, writing, deleting.

use crate::builtins::operators::{index, span};
use crate::builtins::tables::{self, Entry};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is};
use runtime::text;

fn out_of_range(vm: &mut Vm, what: &str) -> Raised {
    let class = FlState::of(vm).types().IndexError;
    exception::raise(vm, class, format!("{what} index out of range"))
}

/// The index into `len` items that `key` means.
fn position(vm: &mut Vm, key: Value, len: usize, what: &str) -> Guest<usize> {
    let i = index(vm, key)?;
    let i = if i < 0 { i + len as i64 } else { i };
    if i < 0 || i >= len as i64 {
        return Err(out_of_range(vm, what));
    }
    Ok(i as usize)
}

/// Raises the TypeError for a key that is neither an index nor a slice.
fn check_index(vm: &mut Vm, o: Value, key: Value) -> Guest<()> {
    let n = unbool(types::unwrap_payload(vm, key));
    if number::is_int(n) {
        return Ok(());
    }
    let (a, b) = (types::type_name(vm, o), types::type_name(vm, key));
    let message = if is::<Str>(o) {
        format!("string indices must be integers, not '{b}'")
    } else if is::<Bytes>(o) {
        format!("byte indices must be integers or slices, not {b}")
    } else {
        format!("{a} indices must be integers or slices, not {b}")
    };
    Err(exception::type_error(vm, message))
}

/// Does the index need `__index__`?
fn asks_index(vm: &Vm, key: Value) -> bool {
    is::<Instance>(key)
        && types::class_of(vm, key)
            .lookup_guest(FlState::of(vm).names.index)
            .is_some()
}

/// Do the bounds of a slice need `__index__`?
fn slice_asks(vm: &Vm, slice: Obj<Slice>) -> bool {
    [Slice::START, Slice::STOP, Slice::STEP]
        .iter()
        .any(|f| asks_index(vm, slice.get(*f)))
}

/// `o[key]`
pub fn get_item(vm: &mut Vm, o: Value, key: Value) -> Guest {
    if is::<Dict>(o) {
        return match tables::find(vm, o, key)? {
            Entry::At(entry) => Ok(tables::value(o, entry)),
            Entry::Absent(_) => Err(tables::key_error(vm, key)),
            Entry::Ask => Ok(FALLBACK),
        };
    }
    if asks_index(vm, key) {
        return Ok(FALLBACK);
    }
    if let Some(slice) = Obj::<Slice>::of(key) {
        if slice_asks(vm, slice) {
            return Ok(FALLBACK);
        }
        return get_slice(vm, o, slice);
    }
    if let Some(s) = Obj::<Str>::of(o) {
        check_index(vm, o, key)?;
        let i = position(vm, key, text::chars(s), "string")?;
        return Ok(text::char_at(vm, s, i));
    }
    if let Some(list) = Obj::<List>::of(o) {
        check_index(vm, o, key)?;
        let n = vm.list_len(list);
        let i = position(vm, key, n, "list")?;
        return Ok(vm.list_get(list, i));
    }
    if let Some(tuple) = Obj::<Tuple>::of(o) {
        check_index(vm, o, key)?;
        let i = position(vm, key, tuple.len(), "tuple")?;
        return Ok(tuple.items()[i]);
    }
    if let Some(bytes) = vm.bytes_like(o) {
        check_index(vm, o, key)?;
        let what = if is::<Bytes>(o) { "index" } else { "bytearray" };
        let i = match position(vm, key, bytes.len(), what) {
            Err(Raised) if is::<Bytes>(o) => {
                let class = FlState::of(vm).types().IndexError;
                return Err(exception::raise(vm, class, "index out of range"));
            }
            i => i?,
        };
        return Ok(Value::small(bytes[i] as i64));
    }
    if let Some(range) = Obj::<Range>::of(o) {
        check_index(vm, o, key)?;
        return super::ranges::item(vm, range, key);
    }
    if is::<Class>(o) {
        // A generic alias (`list[int]`): the class itself does.
        return Ok(o);
    }
    let name = types::type_name(vm, o);
    Err(exception::type_error(
        vm,
        format!("'{name}' object is not subscriptable"),
    ))
}

fn get_slice(vm: &mut Vm, o: Value, slice: Obj<Slice>) -> Guest {
    if let Some(s) = Obj::<Str>::of(o) {
        let span = span(vm, slice, text::chars(s))?;
        return Ok(text::slice(vm, s, span).value());
    }
    if let Some(list) = Obj::<List>::of(o) {
        let n = vm.list_len(list);
        let span = span(vm, slice, n)?;
        return Ok(vm.list_slice(list, span));
    }
    if let Some(tuple) = Obj::<Tuple>::of(o) {
        let span = span(vm, slice, tuple.len())?;
        let items: Vec<Value> = span.indices().map(|i| tuple.items()[i]).collect();
        return Ok(vm.tuple(&items));
    }
    if let Some(bytes) = vm.bytes_like(o) {
        let span = span(vm, slice, bytes.len())?;
        let part: Vec<u8> = span.indices().map(|i| bytes[i]).collect();
        return Ok(if is::<Bytes>(o) {
            super::bytes::new(vm, &part)
        } else {
            super::bytes::buffer(vm, &part)
        });
    }
    if let Some(range) = Obj::<Range>::of(o) {
        return super::ranges::slice(vm, range, slice);
    }
    let name = types::type_name(vm, o);
    if is::<Dict>(o) {
        return Err(exception::type_error(vm, "unhashable type: 'slice'"));
    }
    Err(exception::type_error(
        vm,
        format!("'{name}' object is not subscriptable"),
    ))
}

/// `o[key] = v`
pub fn set_item(vm: &mut Vm, o: Value, key: Value, v: Value) -> Guest {
    if is::<Dict>(o) {
        return match tables::find(vm, o, key)? {
            Entry::At(entry) => {
                tables::set_value(vm, o, entry, v);
                Ok(Value::NONE)
            }
            Entry::Absent(hash) => {
                tables::insert(vm, o, key, hash, v);
                Ok(Value::NONE)
            }
            Entry::Ask => Ok(FALLBACK),
        };
    }
    if asks_index(vm, key) {
        return Ok(FALLBACK);
    }
    if let Some(list) = Obj::<List>::of(o) {
        let n = vm.list_len(list);
        if let Some(slice) = Obj::<Slice>::of(key) {
            return set_list_slice(vm, list, slice, v);
        }
        check_index(vm, o, key)?;
        let i = position(vm, key, n, "list assignment")?;
        vm.list_set(list, i, v);
        return Ok(Value::NONE);
    }
    if let Some(buffer) = Obj::<ByteBuffer>::of(o) {
        return super::bytes::set_item(vm, buffer, key, v);
    }
    let name = types::type_name(vm, o);
    let message = format!("'{name}' object does not support item assignment");
    Err(exception::type_error(vm, message))
}

fn set_list_slice(vm: &mut Vm, list: Obj<List>, slice: Obj<Slice>, v: Value) -> Guest {
    if slice_asks(vm, slice) {
        return Ok(FALLBACK);
    }
    let Some(items) = super::iterators::collect(vm, v) else {
        if super::iterators::is_iterable(vm, v) {
            return Ok(FALLBACK);
        }
        return Err(exception::type_error(vm, "can only assign an iterable"));
    };
    let items = items?;
    let n = vm.list_len(list);
    let span = span(vm, slice, n)?;
    if span.step == 1 {
        vm.list_splice(list, span.start as usize, span.count, &items);
        return Ok(Value::NONE);
    }
    if items.len() != span.count {
        let message = format!(
            "attempt to assign sequence of size {} to extended slice of size {}",
            items.len(),
            span.count
        );
        return Err(exception::value_error(vm, message));
    }
    for (i, item) in span.indices().zip(items) {
        vm.list_set(list, i, item);
    }
    Ok(Value::NONE)
}

/// `del o[key]`
pub fn delete_item(vm: &mut Vm, o: Value, key: Value) -> Guest {
    if is::<Dict>(o) {
        return match tables::find(vm, o, key)? {
            Entry::At(entry) => {
                tables::delete(vm, o, entry);
                Ok(Value::NONE)
            }
            Entry::Absent(_) => Err(tables::key_error(vm, key)),
            Entry::Ask => Ok(FALLBACK),
        };
    }
    if asks_index(vm, key) {
        return Ok(FALLBACK);
    }
    if let Some(list) = Obj::<List>::of(o) {
        let n = vm.list_len(list);
        if let Some(slice) = Obj::<Slice>::of(key) {
            if slice_asks(vm, slice) {
                return Ok(FALLBACK);
            }
            let span = span(vm, slice, n)?;
            vm.list_delete(list, span);
            return Ok(Value::NONE);
        }
        check_index(vm, o, key)?;
        let i = position(vm, key, n, "list assignment")?;
        vm.list_remove(list, i);
        return Ok(Value::NONE);
    }
    if let Some(buffer) = Obj::<ByteBuffer>::of(o) {
        return super::bytes::delete_item(vm, buffer, key);
    }
    let name = types::type_name(vm, o);
    let message = format!("'{name}' object doesn't support item deletion");
    Err(exception::type_error(vm, message))
}
