//! What the methods of strings, bytes and bytearrays have in common.
//!
//! A string is its UTF-8 text, so finding, splitting and replacing work on bytes for all
//! three; only positions and classes of characters differ.

use crate::builtins::bytes;
use crate::builtins::core::absent;
use crate::builtins::operators::index;
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{ByteBuffer, Bytes, Str, Tuple};
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is};
use runtime::text::{self, ops};

/// The type of a text.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    Str,
    Bytes,
    Buffer,
}

/// A receiver: its type and its bytes.
#[derive(Copy, Clone)]
pub struct Text {
    pub kind: Kind,
    pub value: Value,
    pub bytes: &'static [u8],
}

/// The text of a value.
pub fn of(vm: &Vm, v: Value) -> Option<Text> {
    let v = types::unwrap_payload(vm, v);
    let (kind, bytes) = if is::<Str>(v) {
        (Kind::Str, text::bytes_of(v)?)
    } else if is::<Bytes>(v) {
        (Kind::Bytes, vm.bytes_like(v)?)
    } else if is::<ByteBuffer>(v) {
        (Kind::Buffer, vm.bytes_like(v)?)
    } else {
        return None;
    };
    Some(Text {
        kind,
        value: v,
        bytes,
    })
}

/// The receiver of a method.
pub fn receiver(vm: &mut Vm, v: Value) -> Guest<Text> {
    match of(vm, v) {
        Some(t) => Ok(t),
        None => {
            let name = types::type_name(vm, v);
            Err(exception::type_error(
                vm,
                format!("descriptor requires a 'str' object but received a '{name}'"),
            ))
        }
    }
}

/// A text of the receiver's type.
pub fn make(vm: &mut Vm, kind: Kind, bytes: &[u8]) -> Value {
    match kind {
        Kind::Str => vm.str_from_bytes(bytes),
        Kind::Bytes => bytes::new(vm, bytes),
        Kind::Buffer => bytes::buffer(vm, bytes),
    }
}

/// An argument that must fit the receiver. Bytes may also be given as one number
/// where `number` allows it.
pub fn operand(vm: &mut Vm, t: Text, v: Value, number: bool) -> Guest<Vec<u8>> {
    if let Some(other) = of(vm, v)
        && (other.kind == Kind::Str) == (t.kind == Kind::Str)
    {
        return Ok(other.bytes.to_vec());
    }
    if number && t.kind != Kind::Str && number::is_int(v) {
        return Ok(vec![bytes::byte(vm, v)?]);
    }
    let name = types::type_name(vm, v);
    let message = if t.kind == Kind::Str {
        format!("must be str, not {name}")
    } else {
        format!("a bytes-like object is required, not '{name}'")
    };
    Err(exception::type_error(vm, message))
}

/// A position argument, cut to what fits.
fn position(vm: &mut Vm, v: Value, default: i64, len: i64) -> Guest<i64> {
    if absent(v) || v == Value::NONE {
        return Ok(default);
    }
    if number::is_int(v) && number::to_i64(v).is_none() {
        let negative = number::cmp(v, Value::small(0)).is_lt();
        return Ok(if negative { 0 } else { i64::MAX });
    }
    let i = index(vm, v)?;
    Ok(if i < 0 { (i + len).max(0) } else { i })
}

/// Number of characters.
pub fn length(t: Text) -> usize {
    match t.kind {
        Kind::Str => text::chars(Obj::<Str>::cast(t.value)),
        _ => t.bytes.len(),
    }
}

/// The part of the text between two positions, as offsets of bytes; `None` if nothing,
/// not even the empty text, is there.
pub fn bounds(vm: &mut Vm, t: Text, start: Value, stop: Value) -> Guest<Option<(usize, usize)>> {
    let n = length(t) as i64;
    let from = position(vm, start, 0, n)?;
    let to = position(vm, stop, n, n)?.min(n);
    if from > to {
        return Ok(None);
    }
    if t.kind != Kind::Str {
        return Ok(Some((from as usize, to as usize)));
    }
    let s = Obj::<Str>::cast(t.value);
    Ok(Some((
        text::offset(vm, s, from as usize),
        text::offset(vm, s, to as usize),
    )))
}

/// The position of a byte.
pub fn char_index(t: Text, offset: usize) -> i64 {
    match t.kind {
        Kind::Str => text::char_index(Obj::<Str>::cast(t.value), offset) as i64,
        _ => offset as i64,
    }
}

/// `find`, `rfind`: -1 if not there.
pub fn find(vm: &mut Vm, args: [Value; 4], last: bool) -> Guest<i64> {
    let [t, part, start, stop] = args;
    let t = receiver(vm, t)?;
    let part = operand(vm, t, part, true)?;
    let Some((from, to)) = bounds(vm, t, start, stop)? else {
        return Ok(-1);
    };
    let hay = &t.bytes[from..to];
    let at = if last {
        ops::rfind_bytes(hay, &part)
    } else {
        ops::find_bytes(hay, &part)
    };
    Ok(at.map_or(-1, |at| char_index(t, from + at)))
}

/// `index`, `rindex`
pub fn index_of(vm: &mut Vm, args: [Value; 4], last: bool) -> Guest {
    let at = find(vm, args, last)?;
    if at >= 0 {
        return Ok(Value::small(at));
    }
    let message = match of(vm, args[0]).map(|t| t.kind) {
        Some(Kind::Str) => "substring not found",
        _ => "subsection not found",
    };
    Err(exception::value_error(vm, message))
}

/// Offsets of the occurrences of `part` that do not overlap, at most `max`.
pub fn occurrences(hay: &[u8], part: &[u8], max: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    while found.len() < max && at + part.len() <= hay.len() {
        let Some(next) = ops::find_bytes(&hay[at..], part) else {
            break;
        };
        found.push(at + next);
        at += next + part.len();
    }
    found
}

pub fn count(vm: &mut Vm, args: [Value; 4]) -> Guest {
    let [t, part, start, stop] = args;
    let t = receiver(vm, t)?;
    let part = operand(vm, t, part, true)?;
    let Some((from, to)) = bounds(vm, t, start, stop)? else {
        return Ok(Value::small(0));
    };
    let hay = &t.bytes[from..to];
    let n = match (part.is_empty(), t.kind) {
        (true, Kind::Str) => text::count_chars(hay) + 1,
        (true, _) => hay.len() + 1,
        _ => occurrences(hay, &part, usize::MAX).len(),
    };
    Ok(Value::small(n as i64))
}

/// `startswith`, `endswith`
pub fn has_affix(vm: &mut Vm, args: [Value; 4], end: bool) -> Guest {
    let [t, affix, start, stop] = args;
    let t = receiver(vm, t)?;
    let choices = match Obj::<Tuple>::of(types::unwrap_payload(vm, affix)) {
        Some(tuple) => tuple.items().to_vec(),
        None => vec![affix],
    };
    let mut parts = Vec::new();
    for v in choices {
        let fits = of(vm, v).is_some_and(|o| (o.kind == Kind::Str) == (t.kind == Kind::Str));
        if !fits {
            let (name, class) = (
                if end { "endswith" } else { "startswith" },
                types::type_name(vm, v),
            );
            let wanted = if t.kind == Kind::Str { "str" } else { "bytes" };
            let message = if Obj::<Tuple>::of(affix).is_some() && t.kind == Kind::Str {
                format!("tuple for {name} must only contain str, not {class}")
            } else {
                format!("{name} first arg must be {wanted} or a tuple of {wanted}, not {class}")
            };
            return Err(exception::type_error(vm, message));
        }
        parts.push(operand(vm, t, v, false)?);
    }
    let Some((from, to)) = bounds(vm, t, start, stop)? else {
        return Ok(Value::FALSE);
    };
    let hay = &t.bytes[from..to];
    let holds = |part: &Vec<u8>| {
        if end {
            hay.ends_with(part)
        } else {
            hay.starts_with(part)
        }
    };
    Ok(Value::bool(parts.iter().any(holds)))
}

/// White space of `split()`, `strip()` and `isspace()`.
pub fn is_space(kind: Kind, code: u32) -> bool {
    match code {
        0x20 | 0x09..=0x0d => true,
        0x1c..=0x1f | 0x85 | 0xa0 if kind == Kind::Str => true,
        0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 => kind == Kind::Str,
        _ => false,
    }
}

/// The first character and its length in bytes.
fn first(kind: Kind, bytes: &[u8]) -> (u32, usize) {
    match kind {
        Kind::Str => text::decode(bytes),
        _ => (bytes[0] as u32, 1),
    }
}

/// The last character and its length in bytes.
fn last(kind: Kind, bytes: &[u8]) -> (u32, usize) {
    let mut at = bytes.len() - 1;
    if kind == Kind::Str {
        while at > 0 && bytes[at] & 0xc0 == 0x80 {
            at -= 1;
        }
    }
    (first(kind, &bytes[at..]).0, bytes.len() - at)
}

/// `text` without the characters at its ends that `drop` accepts.
fn trim(kind: Kind, mut text: &[u8], left: bool, right: bool, drop: impl Fn(u32) -> bool) -> &[u8] {
    while left && !text.is_empty() {
        let (code, n) = first(kind, text);
        if !drop(code) {
            break;
        }
        text = &text[n..];
    }
    while right && !text.is_empty() {
        let (code, n) = last(kind, text);
        if !drop(code) {
            break;
        }
        text = &text[..text.len() - n];
    }
    text
}

/// `strip`, `lstrip`, `rstrip`
pub fn strip(vm: &mut Vm, t: Value, chars: Value, left: bool, right: bool) -> Guest {
    let t = receiver(vm, t)?;
    let out = if absent(chars) || chars == Value::NONE {
        trim(t.kind, t.bytes, left, right, |c| is_space(t.kind, c))
    } else {
        let chars = operand(vm, t, chars, false)?;
        let set: Vec<u32> = match t.kind {
            Kind::Str => text::points(&chars).collect(),
            _ => chars.iter().map(|b| *b as u32).collect(),
        };
        trim(t.kind, t.bytes, left, right, |c| set.contains(&c))
    };
    if out.len() == t.bytes.len() && t.kind == Kind::Str {
        return Ok(t.value);
    }
    Ok(make(vm, t.kind, out))
}

fn limit(vm: &mut Vm, max: Value) -> Guest<usize> {
    if absent(max) {
        return Ok(usize::MAX);
    }
    let max = index(vm, max)?;
    Ok(usize::try_from(max).unwrap_or(usize::MAX))
}

/// `split`, `rsplit`
pub fn split(vm: &mut Vm, t: Value, separator: Value, max: Value, from_end: bool) -> Guest {
    let t = receiver(vm, t)?;
    let max = limit(vm, max)?;
    let mut parts: Vec<&[u8]> = Vec::new();
    if absent(separator) || separator == Value::NONE {
        split_space(t, max, from_end, &mut parts);
    } else {
        let separator = operand(vm, t, separator, false)?;
        if separator.is_empty() {
            return Err(exception::value_error(vm, "empty separator"));
        }
        let mut rest = t.bytes;
        if from_end {
            while parts.len() < max {
                let Some(at) = ops::rfind_bytes(rest, &separator) else {
                    break;
                };
                parts.push(&rest[at + separator.len()..]);
                rest = &rest[..at];
            }
            parts.push(rest);
            parts.reverse();
        } else {
            while parts.len() < max {
                let Some(at) = ops::find_bytes(rest, &separator) else {
                    break;
                };
                parts.push(&rest[..at]);
                rest = &rest[at + separator.len()..];
            }
            parts.push(rest);
        }
    }
    let items: Vec<Value> = parts.into_iter().map(|p| make(vm, t.kind, p)).collect();
    Ok(vm.list(&items))
}

/// Words between white space.
fn split_space(t: Text, max: usize, from_end: bool, parts: &mut Vec<&[u8]>) {
    let space = |c: u32| is_space(t.kind, c);
    let mut rest = trim(t.kind, t.bytes, !from_end, from_end, space);
    while !rest.is_empty() {
        if parts.len() == max {
            parts.push(trim(t.kind, rest, from_end, !from_end, |_| false));
            break;
        }
        let word = if from_end {
            let word = trim(t.kind, rest, false, true, |c| !space(c)).len();
            let (left, word) = rest.split_at(word);
            rest = trim(t.kind, left, false, true, space);
            word
        } else {
            let left = trim(t.kind, rest, true, false, |c| !space(c));
            let word = &rest[..rest.len() - left.len()];
            rest = trim(t.kind, left, true, false, space);
            word
        };
        parts.push(word);
    }
    if from_end {
        parts.reverse();
    }
}

/// Is the character the end of a line?
fn is_line_end(kind: Kind, code: u32) -> bool {
    match code {
        0x0a | 0x0d => true,
        0x0b | 0x0c | 0x1c..=0x1e | 0x85 | 0x2028 | 0x2029 => kind == Kind::Str,
        _ => false,
    }
}

pub fn splitlines(vm: &mut Vm, t: Value, keep: Value) -> Guest {
    let t = receiver(vm, t)?;
    let keep = !absent(keep) && super::operators::truth(vm, keep);
    let mut items = Vec::new();
    let mut rest = t.bytes;
    while !rest.is_empty() {
        let left = trim(t.kind, rest, true, false, |c| !is_line_end(t.kind, c));
        let line = rest.len() - left.len();
        let end = if left.is_empty() {
            0
        } else if left.starts_with(b"\r\n") {
            2
        } else {
            first(t.kind, left).1
        };
        items.push(make(
            vm,
            t.kind,
            &rest[..if keep { line + end } else { line }],
        ));
        rest = &rest[line + end..];
    }
    Ok(vm.list(&items))
}

/// `partition`, `rpartition`
pub fn partition(vm: &mut Vm, t: Value, separator: Value, from_end: bool) -> Guest {
    let t = receiver(vm, t)?;
    let part = operand(vm, t, separator, false)?;
    if part.is_empty() {
        return Err(exception::value_error(vm, "empty separator"));
    }
    let at = if from_end {
        ops::rfind_bytes(t.bytes, &part)
    } else {
        ops::find_bytes(t.bytes, &part)
    };
    let parts: [&[u8]; 3] = match at {
        Some(at) => [&t.bytes[..at], &part, &t.bytes[at + part.len()..]],
        None if from_end => [b"", b"", t.bytes],
        None => [t.bytes, b"", b""],
    };
    let items = parts.map(|p| make(vm, t.kind, p));
    Ok(vm.tuple(&items))
}

pub fn replace(vm: &mut Vm, t: Value, old: Value, new: Value, max: Value) -> Guest {
    let t = receiver(vm, t)?;
    let (old, new) = (operand(vm, t, old, false)?, operand(vm, t, new, false)?);
    let max = limit(vm, max)?;
    let mut out = Vec::new();
    if old.is_empty() {
        vm.check_items(t.bytes.len() + 1, new.len() + 1, 1)?;
        let mut rest = t.bytes;
        let mut done = 0;
        while done < max {
            out.extend_from_slice(&new);
            done += 1;
            if rest.is_empty() {
                break;
            }
            let n = first(t.kind, rest).1;
            out.extend_from_slice(&rest[..n]);
            rest = &rest[n..];
        }
        out.extend_from_slice(rest);
        return Ok(make(vm, t.kind, &out));
    }
    let found = occurrences(t.bytes, &old, max);
    if found.is_empty() && t.kind == Kind::Str {
        return Ok(t.value);
    }
    let grown = new.len().saturating_sub(old.len());
    let added = vm.check_items(found.len(), grown, 1)?;
    vm.check_items(t.bytes.len() + added, 1, 1)?;
    let mut at = 0;
    for next in found {
        out.extend_from_slice(&t.bytes[at..next]);
        out.extend_from_slice(&new);
        at = next + old.len();
    }
    out.extend_from_slice(&t.bytes[at..]);
    Ok(make(vm, t.kind, &out))
}

/// `removeprefix`, `removesuffix`
pub fn remove_affix(vm: &mut Vm, t: Value, affix: Value, end: bool) -> Guest {
    let t = receiver(vm, t)?;
    let affix = operand(vm, t, affix, false)?;
    let rest = if end {
        t.bytes.strip_suffix(&affix[..])
    } else {
        t.bytes.strip_prefix(&affix[..])
    };
    Ok(make(vm, t.kind, rest.unwrap_or(t.bytes)))
}

/// How a text is padded.
#[derive(Copy, Clone, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
    Center,
}

/// `ljust`, `rjust`, `center`
pub fn justify(vm: &mut Vm, t: Value, width: Value, fill: Value, align: Align) -> Guest {
    let t = receiver(vm, t)?;
    let width = index(vm, width)?;
    let fill = if absent(fill) {
        b" ".to_vec()
    } else {
        operand(vm, t, fill, false)?
    };
    let single = match t.kind {
        Kind::Str => text::count_chars(&fill) == 1,
        _ => fill.len() == 1,
    };
    if !single {
        return Err(exception::type_error(
            vm,
            "The fill character must be exactly one character long",
        ));
    }
    let n = length(t) as i64;
    let missing = (width - n).max(0);
    let left = match align {
        Align::Left => 0,
        Align::Right => missing,
        // CPython puts the odd one to the left if the width is odd.
        Align::Center => missing / 2 + (missing & width & 1),
    };
    let size = vm.check_items(missing as usize + n as usize, fill.len(), 1)?;
    let mut out = Vec::with_capacity(size);
    (0..left).for_each(|_| out.extend_from_slice(&fill));
    out.extend_from_slice(t.bytes);
    (left..missing).for_each(|_| out.extend_from_slice(&fill));
    Ok(make(vm, t.kind, &out))
}

pub fn zfill(vm: &mut Vm, t: Value, width: Value) -> Guest {
    let t = receiver(vm, t)?;
    let missing = (index(vm, width)? - length(t) as i64).max(0) as usize;
    vm.check_items(t.bytes.len().saturating_add(missing), 1, 1)?;
    let signed = matches!(t.bytes.first(), Some(b'+' | b'-')) as usize;
    let mut out = t.bytes[..signed].to_vec();
    out.resize(signed + missing, b'0');
    out.extend_from_slice(&t.bytes[signed..]);
    Ok(make(vm, t.kind, &out))
}

pub fn expandtabs(vm: &mut Vm, t: Value, size: Value) -> Guest {
    let t = receiver(vm, t)?;
    let size = if absent(size) {
        8
    } else {
        index(vm, size)?.max(0) as usize
    };
    if size > i32::MAX as usize {
        let class = FlState::of(vm).types().OverflowError;
        let message = "Python int too large to convert to C int";
        return Err(exception::raise(vm, class, message));
    }
    let mut out = Vec::new();
    let mut column = 0;
    let mut rest = t.bytes;
    while !rest.is_empty() {
        let (code, n) = first(t.kind, rest);
        if code == 9 {
            let spaces = if size == 0 { 0 } else { size - column % size };
            vm.check_items(out.len().saturating_add(spaces), 1, 1)?;
            out.resize(out.len() + spaces, b' ');
            column += spaces;
        } else {
            out.extend_from_slice(&rest[..n]);
            column = if matches!(code, 10 | 13) {
                0
            } else {
                column + 1
            };
        }
        rest = &rest[n..];
    }
    Ok(make(vm, t.kind, &out))
}
