//! Methods of bytes and bytearrays. What reads is shared; what changes is the bytearray's.

use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::operators::index;
use crate::builtins::texts::{self, Align, Kind};
use crate::builtins::{bytes, codecs};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;

/// Bytes changed one by one; `f` also gets the byte before (0 at the start).
fn mapped(vm: &mut Vm, s: Value, f: impl Fn(u8, u8) -> u8) -> Guest {
    let t = texts::receiver(vm, s)?;
    let mut before = 0;
    let mut out = Vec::with_capacity(t.bytes.len());
    for b in t.bytes {
        out.push(f(*b, before));
        before = if *b == 0 { 1 } else { *b };
    }
    Ok(texts::make(vm, t.kind, &out))
}

fn title(b: u8, inside: bool) -> u8 {
    if inside {
        b.to_ascii_lowercase()
    } else {
        b.to_ascii_uppercase()
    }
}

fn every(vm: &mut Vm, s: Value, f: impl Fn(u8) -> bool) -> Guest {
    let t = texts::receiver(vm, s)?;
    Ok(Value::bool(
        !t.bytes.is_empty() && t.bytes.iter().all(|b| f(*b)),
    ))
}

fn in_case(vm: &mut Vm, s: Value, upper: bool) -> Guest {
    let t = texts::receiver(vm, s)?;
    let bad = |b: &u8| {
        if upper {
            b.is_ascii_lowercase()
        } else {
            b.is_ascii_uppercase()
        }
    };
    let letters = t.bytes.iter().any(u8::is_ascii_alphabetic);
    Ok(Value::bool(letters && !t.bytes.iter().any(bad)))
}

fn is_title(vm: &mut Vm, s: Value) -> Guest {
    let t = texts::receiver(vm, s)?;
    let (mut inside, mut any) = (false, false);
    for b in t.bytes {
        if b.is_ascii_uppercase() && inside || b.is_ascii_lowercase() && !inside {
            return Ok(Value::FALSE);
        }
        inside = b.is_ascii_alphabetic();
        any |= inside;
    }
    Ok(Value::bool(any))
}

fn hex(vm: &mut Vm, s: Value, separator: Value, group: Value) -> Guest {
    let t = texts::receiver(vm, s)?;
    let separator = match absent(separator) {
        true => String::new(),
        false => match vm.bytes_like(separator) {
            Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            None => text::of(separator).unwrap_or_default().into_owned(),
        },
    };
    let group = if absent(group) { 1 } else { index(vm, group)? };
    let every = group.unsigned_abs() as usize;
    let n = t.bytes.len();
    let mut out = String::new();
    for (i, b) in t.bytes.iter().enumerate() {
        // Groups are counted from the end, unless the number is negative.
        let at = if group < 0 { i } else { n - i };
        if i > 0 && every > 0 && at % every == 0 {
            out.push_str(&separator);
        }
        out.push_str(&format!("{b:02x}"));
    }
    Ok(vm.str(&out))
}

fn fromhex(vm: &mut Vm, s: Value, kind: Kind) -> Guest {
    let source = text::of(s).unwrap_or_default().into_owned();
    let mut out = Vec::new();
    let mut digits = source.char_indices();
    let mut bad = None;
    while let Some((at, c)) = digits.next() {
        if c.is_ascii_whitespace() {
            continue;
        }
        let high = c.to_digit(16);
        let low = high
            .and_then(|_| digits.next())
            .map(|(at, c)| (at, c.to_digit(16)));
        match (high, low) {
            (Some(high), Some((_, Some(low)))) => out.push((high * 16 + low) as u8),
            (Some(_), Some((at, None))) => bad = Some(at),
            (Some(_), None) => bad = Some(source.len()),
            (None, _) => bad = Some(at),
        }
        if bad.is_some() {
            break;
        }
    }
    if let Some(at) = bad {
        let message = format!("non-hexadecimal number found in fromhex() arg at position {at}");
        return Err(exception::value_error(vm, message));
    }
    Ok(texts::make(vm, kind, &out))
}

fn translate(vm: &mut Vm, s: Value, table: Value, delete: Value) -> Guest {
    let t = texts::receiver(vm, s)?;
    let table = match table {
        Value::NONE => None,
        table => Some(texts::operand(vm, t, table, false)?),
    };
    if table.as_ref().is_some_and(|t| t.len() != 256) {
        return Err(exception::value_error(
            vm,
            "translation table must be 256 characters long",
        ));
    }
    let delete = if absent(delete) {
        vec![]
    } else {
        texts::operand(vm, t, delete, false)?
    };
    let kept = t.bytes.iter().filter(|b| !delete.contains(b));
    let out: Vec<u8> = kept
        .map(|b| table.as_ref().map_or(*b, |t| t[*b as usize]))
        .collect();
    Ok(texts::make(vm, t.kind, &out))
}

fn maketrans(vm: &mut Vm, from: Value, to: Value) -> Guest {
    let (a, b) = (texts::receiver(vm, from)?, texts::receiver(vm, to)?);
    if a.bytes.len() != b.bytes.len() {
        return Err(exception::value_error(
            vm,
            "maketrans arguments must have same length",
        ));
    }
    let mut table: Vec<u8> = (0..=255).collect();
    for (x, y) in a.bytes.iter().zip(b.bytes) {
        table[*x as usize] = *y;
    }
    Ok(bytes::new(vm, &table))
}

fn join(vm: &mut Vm, s: Value, items: Value) -> Guest {
    let t = texts::receiver(vm, s)?;
    let Some(items) = builtins::core::values(vm, items)? else {
        return Ok(FALLBACK);
    };
    let mut out = Vec::new();
    for (i, item) in items.into_iter().enumerate() {
        if i > 0 {
            out.extend_from_slice(t.bytes);
        }
        let plain = types::unwrap_payload(vm, item);
        let Some(bytes) = vm.bytes_like(plain) else {
            let name = types::type_name(vm, item);
            let message = format!("sequence item {i}: expected a bytes-like object, {name} found");
            return Err(exception::type_error(vm, message));
        };
        vm.check_items(out.len() + bytes.len(), 1, 1)?;
        out.extend_from_slice(bytes);
    }
    Ok(texts::make(vm, t.kind, &out))
}

fn all_of(vm: &mut Vm, buffer: Value) -> Vec<u8> {
    vm.bytes_like(buffer).unwrap_or(&[]).to_vec()
}

fn pop(vm: &mut Vm, buffer: Value, at: Value) -> Guest {
    let mut all = all_of(vm, buffer);
    let n = all.len() as i64;
    let at = if absent(at) { -1 } else { index(vm, at)? };
    let at = if at < 0 { at + n } else { at };
    let class = FlState::of(vm).types().IndexError;
    if n == 0 {
        return Err(exception::raise(vm, class, "pop from empty bytearray"));
    }
    if at < 0 || at >= n {
        return Err(exception::raise(vm, class, "pop index out of range"));
    }
    let b = all.remove(at as usize);
    bytes::assign(vm, Obj::<ByteBuffer>::cast(buffer), &all);
    Ok(Value::small(b as i64))
}

builtins! {
    /// `bytes` and `bytearray`
    pub static BYTES_METHODS:
    "bytes.split" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, false);
    "bytes.rsplit" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, true);
    "bytes.splitlines" "self keepends=" |vm, [s, keep]| texts::splitlines(vm, s, keep);
    "bytes.strip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, true);
    "bytes.lstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, false);
    "bytes.rstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, false, true);
    "bytes.replace" "self old new count= /" |vm, [s, old, new, n]| texts::replace(vm, s, old, new, n);
    "bytes.find" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], false)?));
    "bytes.rfind" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], true)?));
    "bytes.index" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], false);
    "bytes.rindex" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], true);
    "bytes.count" "self sub start= end= /" |vm, [s, p, a, b]| texts::count(vm, [s, p, a, b]);
    "bytes.startswith" "self prefix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], false);
    "bytes.endswith" "self suffix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], true);
    "bytes.partition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, false);
    "bytes.rpartition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, true);
    "bytes.removeprefix" "self prefix /" |vm, [s, p]| texts::remove_affix(vm, s, p, false);
    "bytes.removesuffix" "self suffix /" |vm, [s, p]| texts::remove_affix(vm, s, p, true);
    "bytes.ljust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Left);
    "bytes.rjust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Right);
    "bytes.center" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Center);
    "bytes.zfill" "self width /" |vm, [s, w]| texts::zfill(vm, s, w);
    "bytes.expandtabs" "self tabsize=" |vm, [s, n]| texts::expandtabs(vm, s, n);
    "bytes.upper" "self /" |vm, [s]| mapped(vm, s, |b, _| b.to_ascii_uppercase());
    "bytes.lower" "self /" |vm, [s]| mapped(vm, s, |b, _| b.to_ascii_lowercase());
    "bytes.title" "self /" |vm, [s]| mapped(vm, s, |b, before| title(b, before.is_ascii_alphabetic()));
    "bytes.capitalize" "self /" |vm, [s]| mapped(vm, s, |b, before| title(b, before != 0));
    "bytes.swapcase" "self /" |vm, [s]| mapped(vm, s, |b, _| if b.is_ascii_uppercase() { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() });
    "bytes.isalpha" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_alphabetic());
    "bytes.isalnum" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_alphanumeric());
    "bytes.isdigit" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_digit());
    "bytes.isspace" "self /" |vm, [s]| every(vm, s, |b| texts::is_space(Kind::Bytes, b as u32));
    "bytes.isascii" "self /" |vm, [s]| { let t = texts::receiver(vm, s)?; Ok(Value::bool(t.bytes.is_ascii())) };
    "bytes.isupper" "self /" |vm, [s]| in_case(vm, s, true);
    "bytes.islower" "self /" |vm, [s]| in_case(vm, s, false);
    "bytes.istitle" "self /" |vm, [s]| is_title(vm, s);
    "bytes.hex" "self sep= bytes_per_sep=" |vm, [s, sep, n]| hex(vm, s, sep, n);
    "bytes.decode" "self encoding= errors=" |vm, [s, encoding, errors]| {
        let t = texts::receiver(vm, s)?;
        let out = codecs::decode(vm, t.value, t.bytes, encoding, errors)?;
        Ok(vm.str_from_bytes(&out))
    };
    "bytes.translate" "self table / delete=" |vm, [s, table, delete]| translate(vm, s, table, delete);
    "bytes.maketrans" "from to /" |vm, [from, to]| maketrans(vm, from, to);
    "bytes.join" "self iterable /" => "bytes_join" |vm, [s, items]| join(vm, s, items);
    "bytearray.split" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, false);
    "bytearray.rsplit" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, true);
    "bytearray.splitlines" "self keepends=" |vm, [s, keep]| texts::splitlines(vm, s, keep);
    "bytearray.strip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, true);
    "bytearray.lstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, false);
    "bytearray.rstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, false, true);
    "bytearray.replace" "self old new count= /" |vm, [s, old, new, n]| texts::replace(vm, s, old, new, n);
    "bytearray.find" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], false)?));
    "bytearray.rfind" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], true)?));
    "bytearray.index" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], false);
    "bytearray.rindex" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], true);
    "bytearray.count" "self sub start= end= /" |vm, [s, p, a, b]| texts::count(vm, [s, p, a, b]);
    "bytearray.startswith" "self prefix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], false);
    "bytearray.endswith" "self suffix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], true);
    "bytearray.partition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, false);
    "bytearray.rpartition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, true);
    "bytearray.removeprefix" "self prefix /" |vm, [s, p]| texts::remove_affix(vm, s, p, false);
    "bytearray.removesuffix" "self suffix /" |vm, [s, p]| texts::remove_affix(vm, s, p, true);
    "bytearray.ljust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Left);
    "bytearray.rjust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Right);
    "bytearray.center" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Center);
    "bytearray.zfill" "self width /" |vm, [s, w]| texts::zfill(vm, s, w);
    "bytearray.expandtabs" "self tabsize=" |vm, [s, n]| texts::expandtabs(vm, s, n);
    "bytearray.upper" "self /" |vm, [s]| mapped(vm, s, |b, _| b.to_ascii_uppercase());
    "bytearray.lower" "self /" |vm, [s]| mapped(vm, s, |b, _| b.to_ascii_lowercase());
    "bytearray.title" "self /" |vm, [s]| mapped(vm, s, |b, before| title(b, before.is_ascii_alphabetic()));
    "bytearray.capitalize" "self /" |vm, [s]| mapped(vm, s, |b, before| title(b, before != 0));
    "bytearray.swapcase" "self /" |vm, [s]| mapped(vm, s, |b, _| if b.is_ascii_uppercase() { b.to_ascii_lowercase() } else { b.to_ascii_uppercase() });
    "bytearray.isalpha" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_alphabetic());
    "bytearray.isalnum" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_alphanumeric());
    "bytearray.isdigit" "self /" |vm, [s]| every(vm, s, |b| b.is_ascii_digit());
    "bytearray.isspace" "self /" |vm, [s]| every(vm, s, |b| texts::is_space(Kind::Bytes, b as u32));
    "bytearray.isascii" "self /" |vm, [s]| { let t = texts::receiver(vm, s)?; Ok(Value::bool(t.bytes.is_ascii())) };
    "bytearray.isupper" "self /" |vm, [s]| in_case(vm, s, true);
    "bytearray.islower" "self /" |vm, [s]| in_case(vm, s, false);
    "bytearray.istitle" "self /" |vm, [s]| is_title(vm, s);
    "bytearray.hex" "self sep= bytes_per_sep=" |vm, [s, sep, n]| hex(vm, s, sep, n);
    "bytearray.decode" "self encoding= errors=" |vm, [s, encoding, errors]| {
        let t = texts::receiver(vm, s)?;
        let out = codecs::decode(vm, t.value, t.bytes, encoding, errors)?;
        Ok(vm.str_from_bytes(&out))
    };
    "bytearray.translate" "self table / delete=" |vm, [s, table, delete]| translate(vm, s, table, delete);
    "bytearray.maketrans" "from to /" |vm, [from, to]| maketrans(vm, from, to);
    "bytearray.join" "self iterable /" => "bytes_join" |vm, [s, items]| join(vm, s, items);
    "bytes.fromhex" "string /" |vm, [s]| fromhex(vm, s, Kind::Bytes);
    "bytearray.fromhex" "string /" |vm, [s]| fromhex(vm, s, Kind::Buffer);
    "bytearray.append" "self item /" |vm, [b, v]| {
        let byte = bytes::byte(vm, v)?;
        bytes::extend(vm, Obj::cast(b), &[byte]);
        Ok(Value::NONE)
    };
    "bytearray.extend" "self iterable /" => "bytearray_extend" |vm, [b, v]| match bytes::bytes_of(vm, v)? {
        Some(all) => { bytes::extend(vm, Obj::cast(b), &all); Ok(Value::NONE) }
        None => Ok(FALLBACK),
    };
    "bytearray.insert" "self index item /" |vm, [b, at, v]| {
        let (at, byte) = (index(vm, at)?, bytes::byte(vm, v)?);
        let mut all = all_of(vm, b);
        let n = all.len() as i64;
        let at = if at < 0 { at + n } else { at }.clamp(0, n);
        all.insert(at as usize, byte);
        bytes::assign(vm, Obj::cast(b), &all);
        Ok(Value::NONE)
    };
    "bytearray.pop" "self index= /" |vm, [b, at]| pop(vm, b, at);
    "bytearray.remove" "self value /" |vm, [b, v]| {
        let byte = bytes::byte(vm, v)?;
        let mut all = all_of(vm, b);
        let Some(at) = all.iter().position(|x| *x == byte) else {
            return Err(exception::value_error(vm, "value not found in bytearray"));
        };
        all.remove(at);
        bytes::assign(vm, Obj::cast(b), &all);
        Ok(Value::NONE)
    };
    "bytearray.reverse" "self /" |vm, [b]| {
        let mut all = all_of(vm, b);
        all.reverse();
        bytes::assign(vm, Obj::cast(b), &all);
        Ok(Value::NONE)
    };
    "bytearray.clear" "self /" |vm, [b]| { bytes::assign(vm, Obj::cast(b), &[]); Ok(Value::NONE) };
    "bytearray.copy" "self /" |vm, [b]| { let all = all_of(vm, b); Ok(bytes::buffer(vm, &all)) };
}
