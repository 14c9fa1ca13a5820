//! Bytes and byte buffers.

use crate::builtins::operators::{index, span};
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{ByteArray, ByteBuffer, Bytes, Slice};
use runtime::native::Guest;
use runtime::object::{Obj, is};

/// A bytes object.
pub fn new(vm: &mut Vm, bytes: &[u8]) -> Value {
    if bytes.is_empty() {
        return vm.well_known.empty_bytes;
    }
    let o = vm.alloc_counted::<Bytes>(0, bytes.len());
    o.bytes_mut(Bytes::ITEMS, bytes.len())
        .copy_from_slice(bytes);
    o.value()
}

/// A bytearray.
pub fn buffer(vm: &mut Vm, bytes: &[u8]) -> Value {
    let o = vm.alloc::<ByteBuffer>(0);
    o.init(ByteBuffer::STORE, Value::NONE);
    assign(vm, o, bytes);
    o.value()
}

/// Replaces all of a buffer.
pub fn assign(vm: &mut Vm, o: Obj<ByteBuffer>, bytes: &[u8]) {
    let room = Obj::<ByteArray>::of(o.get(ByteBuffer::STORE)).map_or(0, |s| s.size(ByteArray::LEN));
    if bytes.len() > room {
        let bigger = (bytes.len() + bytes.len() / 8 + 8).max(16);
        let store = vm.alloc_counted::<ByteArray>(0, bigger);
        store
            .bytes_mut(ByteArray::ITEMS, bytes.len())
            .copy_from_slice(bytes);
        o.set(vm, ByteBuffer::STORE, store.value());
    } else if !bytes.is_empty() {
        let store = Obj::<ByteArray>::cast(o.get(ByteBuffer::STORE));
        store
            .bytes_mut(ByteArray::ITEMS, bytes.len())
            .copy_from_slice(bytes);
    }
    o.set_int(ByteBuffer::LEN, bytes.len() as i64);
}

/// Appends to a buffer.
pub fn extend(vm: &mut Vm, o: Obj<ByteBuffer>, bytes: &[u8]) {
    let n = o.size(ByteBuffer::LEN);
    let room = Obj::<ByteArray>::of(o.get(ByteBuffer::STORE)).map_or(0, |s| s.size(ByteArray::LEN));
    if n + bytes.len() <= room {
        let store = Obj::<ByteArray>::cast(o.get(ByteBuffer::STORE));
        store.bytes_mut(ByteArray::ITEMS, n + bytes.len())[n..].copy_from_slice(bytes);
        o.set_int(ByteBuffer::LEN, (n + bytes.len()) as i64);
        return;
    }
    let mut all = vm.bytes_like(o.value()).expect("a buffer").to_vec();
    all.extend_from_slice(bytes);
    assign(vm, o, &all);
}

/// A value as one byte.
pub fn byte(vm: &mut Vm, v: Value) -> Guest<u8> {
    let i = index(vm, v)?;
    match u8::try_from(i) {
        Ok(b) => Ok(b),
        Err(_) => Err(exception::value_error(vm, "byte must be in range(0, 256)")),
    }
}

/// `buffer[key] = v`
pub fn set_item(vm: &mut Vm, o: Obj<ByteBuffer>, key: Value, v: Value) -> Guest {
    let bytes = vm.bytes_like(o.value()).expect("a buffer").to_vec();
    let mut all = bytes;
    if let Some(slice) = Obj::<Slice>::of(key) {
        let Some(new) = bytes_of(vm, v)? else {
            return Err(exception::type_error(
                vm,
                "can assign only bytes, buffers, or iterables of ints in range(0, 256)",
            ));
        };
        let span = span(vm, slice, all.len())?;
        if span.step == 1 {
            let start = span.start as usize;
            all.splice(start..start + span.count, new);
        } else if new.len() == span.count {
            for (i, b) in span.indices().zip(new) {
                all[i] = b;
            }
        } else {
            let message = format!(
                "attempt to assign bytes of size {} to extended slice of size {}",
                new.len(),
                span.count
            );
            return Err(exception::value_error(vm, message));
        }
        assign(vm, o, &all);
        return Ok(Value::NONE);
    }
    let i = position(vm, key, all.len())?;
    let b = byte(vm, v)?;
    let store = Obj::<ByteArray>::cast(o.get(ByteBuffer::STORE));
    store.bytes_mut(ByteArray::ITEMS, all.len())[i] = b;
    Ok(Value::NONE)
}

fn position(vm: &mut Vm, key: Value, len: usize) -> Guest<usize> {
    let i = index(vm, key)?;
    let i = if i < 0 { i + len as i64 } else { i };
    if i < 0 || i >= len as i64 {
        let class = FlState::of(vm).types().IndexError;
        return Err(exception::raise(vm, class, "bytearray index out of range"));
    }
    Ok(i as usize)
}

/// `del buffer[key]`
pub fn delete_item(vm: &mut Vm, o: Obj<ByteBuffer>, key: Value) -> Guest {
    let mut all = vm.bytes_like(o.value()).expect("a buffer").to_vec();
    if let Some(slice) = Obj::<Slice>::of(key) {
        let span = span(vm, slice, all.len())?;
        let gone: Vec<usize> = span.indices().collect();
        let mut i = 0;
        all.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
    } else {
        let i = position(vm, key, all.len())?;
        all.remove(i);
    }
    assign(vm, o, &all);
    Ok(Value::NONE)
}

/// The bytes of a bytes-like object or of an iterable of small ints; `None` for other values.
pub fn bytes_of(vm: &mut Vm, v: Value) -> Guest<Option<Vec<u8>>> {
    let v = types::unwrap_payload(vm, v);
    if let Some(bytes) = vm.bytes_like(v) {
        return Ok(Some(bytes.to_vec()));
    }
    let Some(items) = super::iterators::collect(vm, v) else {
        return Ok(None);
    };
    let mut bytes = Vec::new();
    for item in items? {
        let i = index(vm, item)?;
        match u8::try_from(i) {
            Ok(b) => bytes.push(b),
            Err(_) => return Err(exception::value_error(vm, "bytes must be in range(0, 256)")),
        }
    }
    Ok(Some(bytes))
}

/// `b'…'`
pub fn quote(bytes: &[u8]) -> String {
    let double = bytes.contains(&b'\'') && !bytes.contains(&b'"');
    let mark = if double { '"' } else { '\'' };
    let mut out = format!("b{mark}");
    for &b in bytes {
        match b {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b if b == mark as u8 => {
                out.push('\\');
                out.push(mark);
            }
            0x20..=0x7e => out.push(b as char),
            b => out.push_str(&format!("\\x{b:02x}")),
        }
    }
    out.push(mark);
    out
}

/// `x % y`, `x` bytes: by way of Latin-1 text.
pub fn percent(vm: &mut Vm, x: Value, y: Value) -> Guest {
    let latin1 = |bytes: &[u8]| bytes.iter().map(|b| *b as char).collect::<String>();
    let template = latin1(vm.bytes_like(x).unwrap_or(&[])).replace("%b", "%s");
    let template = vm.str(&template);
    let items: Vec<Value> = match Obj::<runtime::layouts::Tuple>::of(y) {
        Some(t) => t.items().to_vec(),
        None => vec![y],
    };
    let items: Vec<Value> = items
        .into_iter()
        .map(|v| match vm.bytes_like(v) {
            Some(bytes) => {
                let text = latin1(bytes);
                vm.str(&text)
            }
            None => v,
        })
        .collect();
    let arguments = vm.tuple(&items);
    let text = super::formatting::percent(vm, template, arguments)?;
    let bytes: Vec<u8> = match runtime::text::of(text) {
        Some(text) => text.chars().map(|c| c as u8).collect(),
        None => return Ok(text),
    };
    Ok(if is::<Bytes>(x) {
        new(vm, &bytes)
    } else {
        buffer(vm, &bytes)
    })
}
