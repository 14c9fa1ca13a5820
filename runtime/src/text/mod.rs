//! Strings: WTF-8 bytes with a known number of characters.
//!
//! - *ASCII* means as many bytes as characters: then a character is found by its
//!   index. Other strings get a table of byte offsets, one per
//!   [`INDEX_STRIDE`] characters, at the first index that wants it.
//! - Surrogates that stand alone are three bytes as if they were characters
//!   (WTF-8), so that undecodable bytes survive as escapes.
//! - The bytes are inline, except for strings made by appending: `s += x` in a
//!   loop is linear because the result shares one growing [`StrData`] with `s`
//!   and only the first to append to a given prefix writes into it.
//! - One-character strings of Latin-1 exist once per engine.
//!
//! The `EXTRA` field of a string is 0, its symbol, its `StrData`, or a
//! [`StrIndex`] that has all of these. Operations that find and change text are in `ops.rs`.

pub mod ops;
#[cfg(test)]
mod tests;

use crate::engine::Vm;
use crate::layouts::{Str, StrData, StrIndex, StrIter, Tuple};
use crate::native::Guest;
use crate::natives;
use crate::object::{self, Obj};
use metatrace::ir::Op;
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Ref, Val};
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use std::borrow::Cow;

pub use ops::Trim;

/// Characters per entry of an offset table.
const INDEX_STRIDE: usize = 64;
/// Results of appending at least this long share growing bytes.
const SHARED_BYTES_MIN: usize = 256;
/// Hashes are fixnums; 0 stands for "not computed".
const HASH_MASK: u64 = (1 << 60) - 1;

natives! {
    /// Concatenation.
    pub static STR_CONCAT = "str_concat"(vm, a, b) -> Value [Effects::PURE] {
        concat(vm, Obj::cast(a), Obj::cast(b)).value()
    }
    /// Character `i`, which is in range.
    pub static STR_CHAR = "str_char"(vm, s, i) -> Value [Effects::PURE] {
        char_at(vm, Obj::cast(s), i.as_int() as usize)
    }
    /// Equality of two strings.
    pub static STR_EQ = "str_eq"(_vm, a, b) -> bool [Effects::PURE] { eq(a, b) }
    /// Order of two strings: -1, 0 or 1.
    pub static STR_CMP = "str_cmp"(_vm, a, b) -> i64 [Effects::PURE] {
        bytes(Obj::cast(a)).cmp(bytes(Obj::cast(b))) as i64
    }
    /// Hash of a string.
    pub static STR_HASH = "str_hash"(vm, s) -> i64 [Effects::PURE] { hash(vm, Obj::cast(s)) }
    /// `s[start:stop:step]` for fixnums or None; the step is not 0.
    pub static STR_SLICE = "str_slice"(vm, s, start, stop, step) -> Value [Effects::PURE] {
        let s = Obj::cast(s);
        let step = step.to_int().unwrap_or(1);
        let span = crate::tuple::Span::new(start.to_int(), stop.to_int(), step, chars(s));
        slice(vm, s, span).value()
    }
    /// `s * n`
    pub static STR_REPEAT = "str_repeat"(vm, s, n) -> Guest [Effects::PURE.raises()] {
        repeat(vm, Obj::cast(s), n.as_int())
    }
    /// Is `part` in `s`?
    pub static STR_CONTAINS = "str_contains"(_vm, s, part) -> bool [Effects::PURE] {
        ops::find_bytes(bytes(Obj::cast(s)), bytes(Obj::cast(part))).is_some()
    }
    /// Index of the first `part` in `s` from character `start` on, -1 if there is none.
    pub static STR_FIND = "str_find"(vm, s, part, start) -> i64 [Effects::PURE] {
        let s = Obj::cast(s);
        let n = chars(s);
        find(vm, s, Obj::cast(part), start.as_int().max(0) as usize, n).map_or(-1, |i| i as i64)
    }
    /// Code point of a one-character string, -1 for others.
    pub static STR_ORD = "str_ord"(_vm, s) -> i64 [Effects::PURE] {
        let s = Obj::cast(s);
        if chars(s) == 1 { decode(bytes(s)).0 as i64 } else { -1 }
    }
    /// The one-character string of a valid code point.
    pub static STR_CHR = "str_chr"(vm, code) -> Value [Effects::PURE] { chr(vm, code.as_int() as u32) }
}

/// What natives that look at a string's caches read and write.
pub const STR_CACHES: Effects = Effects::FRESH
    .reads(group(Str::LAYOUT.id) | group(StrData::LAYOUT.id) | group(StrIndex::LAYOUT.id));

// ------------------------------------------------------------- for interpreters

/// Number of characters.
#[inline(always)]
pub fn str_len<M: Meta>(m: &mut M, s: Ref<M, Str>) -> Int<M> {
    m.get(s, Str::CHARS)
}

/// Character `i`, negative ones from the end; `None` out of range.
#[inline(always)]
pub fn str_get<M: Meta>(m: &mut M, s: Ref<M, Str>, i: Int<M>) -> Option<Val<M>> {
    let len = m.get(s, Str::CHARS);
    let i = crate::tuple::index(m, i, len)?;
    Some(str_char(m, s, len, i))
}

/// Character `i`, in range, of a string of `len` characters.
#[inline(always)]
pub fn str_char<M: Meta>(m: &mut M, s: Ref<M, Str>, len: Int<M>, i: Int<M>) -> Val<M> {
    // Inline bytes, and as many of them as characters?
    let inline = m.get(s, Str::COUNT);
    let ascii = m.int_cmp(Op::IntEq, inline, len);
    if m.branch(ascii) {
        let byte = m.item(s, Str::TEXT, i);
        latin1_char(m, byte)
    } else {
        m.call(&STR_CHAR, [s.val(), i.val()])
    }
}

/// The byte of a string that is one inline byte: an ASCII character.
#[inline(always)]
fn only_byte<M: Meta>(m: &mut M, s: Ref<M, Str>) -> Option<Int<M>> {
    let (inline, one) = (m.get(s, Str::COUNT), m.const_int(1));
    let single = m.int_cmp(Op::IntEq, inline, one);
    let zero = m.const_int(0);
    m.branch(single).then(|| m.item(s, Str::TEXT, zero))
}

/// Equality. ASCII characters are compared without a call; identical strings are found at once.
#[inline(always)]
pub fn str_eq<M: Meta>(m: &mut M, a: Ref<M, Str>, b: Ref<M, Str>) -> bool {
    if let Some(y) = only_byte(m, b)
        && let Some(x) = only_byte(m, a)
    {
        let equal = m.int_cmp(Op::IntEq, x, y);
        return m.branch(equal);
    }
    let same = m.same(a.val(), b.val());
    if m.branch(same) {
        return true;
    }
    let result = m.call(&STR_EQ, [a.val(), b.val()]);
    m.is(result, Value::TRUE)
}

/// Order: negative, 0 or positive.
#[inline(always)]
pub fn str_cmp<M: Meta>(m: &mut M, a: Ref<M, Str>, b: Ref<M, Str>) -> Int<M> {
    if let Some(y) = only_byte(m, b)
        && let Some(x) = only_byte(m, a)
    {
        return m.int_op(Op::IntSub, x, y);
    }
    let order = m.call(&STR_CMP, [a.val(), b.val()]);
    m.cast_int(order)
}

/// Code point of a one-character string.
#[inline(always)]
pub fn str_ord<M: Meta>(m: &mut M, s: Ref<M, Str>) -> Option<Int<M>> {
    if let Some(byte) = only_byte(m, s) {
        return Some(byte);
    }
    let code = m.call(&STR_ORD, [s.val()]);
    let (code, zero) = (m.cast_int(code), m.const_int(0));
    (!m.lt(code, zero)).then_some(code)
}

/// The one-character string of a code point; `None` if it is none.
#[inline(always)]
pub fn str_chr<M: Meta>(m: &mut M, code: Int<M>) -> Option<Val<M>> {
    let latin1 = m.const_int(256);
    if m.in_range(code, latin1) {
        return Some(latin1_char(m, code));
    }
    let end = m.const_int(0x11_0000);
    m.in_range(code, end)
        .then(|| m.call(&STR_CHR, [code.val()]))
}

/// The shared string of a Latin-1 character.
#[inline(always)]
fn latin1_char<M: Meta>(m: &mut M, code: Int<M>) -> Val<M> {
    let table = Vm::from_core(m.core()).well_known.latin1;
    let table = m.val(table);
    let table = m.cast::<Tuple>(table);
    m.item(table, Tuple::ITEMS, code)
}

/// The next character of an ASCII string; `None` leaves the rest, and the end, to the native.
#[inline(always)]
pub fn next_char<M: Meta>(m: &mut M, it: Ref<M, StrIter>) -> Option<Val<M>> {
    let s = m.get(it, StrIter::TEXT);
    let s = m.as_ref::<Str>(s)?;
    let (inline, len) = (m.get(s, Str::COUNT), m.get(s, Str::CHARS));
    let ascii = m.int_cmp(Op::IntEq, inline, len);
    if !m.branch(ascii) {
        return None;
    }
    let at = m.get(it, StrIter::OFFSET);
    if !m.in_range(at, len) {
        return None;
    }
    let byte = m.item(s, Str::TEXT, at);
    let one = m.const_int(1);
    let next = m.int_op(Op::IntAdd, at, one);
    m.set(it, StrIter::OFFSET, next);
    Some(latin1_char(m, byte))
}

// ------------------------------------------------------------------ for natives

/// The bytes, valid until the next merge point.
#[inline]
pub fn bytes<'a>(s: Obj<Str>) -> &'a [u8] {
    let n = s.size(Str::BYTES);
    if s.size(Str::COUNT) == n {
        return s.bytes(Str::TEXT, n);
    }
    data(s)
        .expect("bytes that are not inline")
        .bytes(StrData::TEXT, n)
}

/// Number of characters.
#[inline]
pub fn chars(s: Obj<Str>) -> usize {
    s.size(Str::CHARS)
}

#[inline]
pub fn is_ascii(s: Obj<Str>) -> bool {
    s.get(Str::BYTES) == s.get(Str::CHARS)
}

/// The text as Rust's, if it has no lone surrogates.
pub fn as_str<'a>(s: Obj<Str>) -> Option<&'a str> {
    std::str::from_utf8(bytes(s)).ok()
}

/// The text with U+FFFD for lone surrogates.
pub fn lossy<'a>(s: Obj<Str>) -> Cow<'a, str> {
    match as_str(s) {
        Some(s) => Cow::Borrowed(s),
        None => Cow::Owned(
            code_points(s)
                .map(|c| char::from_u32(c).unwrap_or('\u{FFFD}'))
                .collect(),
        ),
    }
}

/// The text of a value that is a string.
pub fn of<'a>(v: Value) -> Option<Cow<'a, str>> {
    Obj::of(v).map(lossy)
}

/// The bytes of a value that is a string.
pub fn bytes_of<'a>(v: Value) -> Option<&'a [u8]> {
    Obj::of(v).map(bytes)
}

/// Code point at the start of `bytes` and how many bytes it takes.
#[inline]
pub fn decode(bytes: &[u8]) -> (u32, usize) {
    let tail = |i: usize| (bytes[i] & 0x3F) as u32;
    match bytes[0] {
        b if b < 0x80 => (b as u32, 1),
        b if b < 0xE0 => ((b as u32 & 0x1F) << 6 | tail(1), 2),
        b if b < 0xF0 => ((b as u32 & 0x0F) << 12 | tail(1) << 6 | tail(2), 3),
        b => (
            (b as u32 & 7) << 18 | tail(1) << 12 | tail(2) << 6 | tail(3),
            4,
        ),
    }
}

/// Appends the bytes of a code point, which may be a surrogate.
pub fn encode(code: u32, into: &mut Vec<u8>) {
    match char::from_u32(code) {
        Some(c) => into.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
        None => {
            let tail = |shift: u32| 0x80 | (code >> shift & 0x3F) as u8;
            into.extend_from_slice(&[0xE0 | (code >> 12) as u8, tail(6), tail(0)]);
        }
    }
}

/// The code points of a string.
pub fn code_points<'a>(s: Obj<Str>) -> impl Iterator<Item = u32> + 'a {
    points(bytes(s))
}

/// The code points of WTF-8 bytes.
pub fn points(mut rest: &[u8]) -> impl Iterator<Item = u32> + '_ {
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (code, n) = decode(rest);
        rest = &rest[n..];
        Some(code)
    })
}

pub fn count_chars(bytes: &[u8]) -> usize {
    bytes.iter().filter(|b| **b & 0xC0 != 0x80).count()
}

/// A fresh string of `bytes` zero bytes, to be filled by the caller at once.
pub fn alloc(vm: &mut Vm, bytes: usize, chars: usize) -> Obj<Str> {
    let s = vm.alloc_counted::<Str>(0, bytes);
    s.set_int(Str::BYTES, bytes as i64);
    s.set_int(Str::CHARS, chars as i64);
    s
}

/// A string of WTF-8 bytes. One character of Latin-1 gives the shared string.
pub fn from_bytes(vm: &mut Vm, bytes: &[u8]) -> Obj<Str> {
    if bytes.len() <= 2 && vm.well_known.latin1.is_heap() {
        match bytes {
            [] => return Obj::cast(vm.well_known.empty_str),
            [0..0x80] | [0xC2..=0xC3, _] => return Obj::cast(chr(vm, decode(bytes).0)),
            _ => {}
        }
    }
    from_counted(vm, bytes, count_chars(bytes))
}

/// As [`from_bytes`] where the number of characters is known; always a fresh string.
pub fn from_counted(vm: &mut Vm, bytes: &[u8], chars: usize) -> Obj<Str> {
    let s = alloc(vm, bytes.len(), chars);
    s.bytes_mut(Str::TEXT, bytes.len()).copy_from_slice(bytes);
    s
}

/// The one-character string of a code point (surrogates are allowed).
pub fn chr(vm: &mut Vm, code: u32) -> Value {
    if code < 256 {
        return Obj::<Tuple>::cast(vm.well_known.latin1).item(Tuple::ITEMS, code as usize);
    }
    let mut buffer = Vec::with_capacity(4);
    encode(code, &mut buffer);
    from_counted(vm, &buffer, 1).value()
}

#[inline]
pub fn eq(a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    let (a, b) = (Obj::<Str>::cast(a), Obj::<Str>::cast(b));
    if a.get(Str::BYTES) != b.get(Str::BYTES) {
        return false;
    }
    let (x, y) = (a.get(Str::HASH), b.get(Str::HASH));
    if x != y && x != Value::small(0) && y != Value::small(0) {
        return false;
    }
    bytes(a) == bytes(b)
}

/// Hash, computed once per string; never 0 and never -1.
#[inline]
pub fn hash(vm: &mut Vm, s: Obj<Str>) -> i64 {
    match s.int(Str::HASH) {
        0 => {
            let h = hash_bytes(vm, bytes(s));
            s.set_int(Str::HASH, h);
            h
        }
        h => h,
    }
}

/// The hash of a string with these bytes. Seeded per engine.
pub fn hash_bytes(vm: &Vm, bytes: &[u8]) -> i64 {
    use std::hash::BuildHasher;
    let h = vm.well_known.hasher.hash_one(bytes) & HASH_MASK;
    (h as i64).max(1)
}

pub fn concat(vm: &mut Vm, a: Obj<Str>, b: Obj<Str>) -> Obj<Str> {
    let (n, k) = (a.size(Str::BYTES), b.size(Str::BYTES));
    if n == 0 {
        return b;
    }
    if k == 0 {
        return a;
    }
    let chars = a.size(Str::CHARS) + b.size(Str::CHARS);
    if n + k >= SHARED_BYTES_MIN && n >= k {
        return append_shared(vm, a, bytes(b), chars);
    }
    let s = alloc(vm, n + k, chars);
    let to = s.bytes_mut(Str::TEXT, n + k);
    to[..n].copy_from_slice(bytes(a));
    to[n..].copy_from_slice(bytes(b));
    s
}

/// `a` followed by `more`, in bytes shared with `a` if nobody appended to them yet.
fn append_shared(vm: &mut Vm, a: Obj<Str>, more: &[u8], chars: usize) -> Obj<Str> {
    let n = a.size(Str::BYTES);
    let total = n + more.len();
    let shared = data(a).filter(|d| {
        a.size(Str::COUNT) != n && d.size(StrData::USED) == n && d.size(StrData::CAPACITY) >= total
    });
    let d = match shared {
        Some(d) => d,
        None => {
            let d = vm.alloc_counted::<StrData>(0, total * 2);
            d.bytes_mut(StrData::TEXT, n).copy_from_slice(bytes(a));
            d
        }
    };
    d.bytes_mut(StrData::TEXT, total)[n..].copy_from_slice(more);
    d.set_int(StrData::USED, total as i64);
    let s = vm.alloc_counted::<Str>(0, 0);
    s.set_int(Str::BYTES, total as i64);
    s.set_int(Str::CHARS, chars as i64);
    s.init(Str::EXTRA, d.value());
    s
}

/// `s * n`; a negative `n` counts as 0.
pub fn repeat(vm: &mut Vm, s: Obj<Str>, n: i64) -> Guest {
    let part = bytes(s);
    if n <= 0 || part.is_empty() {
        return Ok(vm.well_known.empty_str);
    }
    if n == 1 {
        return Ok(s.value());
    }
    let total = vm.check_items(part.len(), n as usize, 1)?;
    let result = alloc(vm, total, chars(s) * n as usize);
    let to = result.bytes_mut(Str::TEXT, total);
    to.chunks_mut(part.len())
        .for_each(|c| c.copy_from_slice(part));
    Ok(result.value())
}

// -------------------------------------------------------------- extra knowledge

fn extra_index(s: Obj<Str>) -> Option<Obj<StrIndex>> {
    Obj::of(s.get(Str::EXTRA))
}

fn data(s: Obj<Str>) -> Option<Obj<StrData>> {
    let extra = s.get(Str::EXTRA);
    match Obj::<StrIndex>::of(extra) {
        Some(index) => Obj::of(index.get(StrIndex::DATA)),
        None => Obj::of(extra),
    }
}

fn symbol(s: Obj<Str>) -> Option<u32> {
    let extra = match extra_index(s) {
        Some(index) => index.get(StrIndex::SYMBOL),
        None => s.get(Str::EXTRA),
    };
    extra.is_symbol().then(|| extra.as_symbol())
}

/// Notes the symbol of a string.
fn set_symbol(vm: &mut Vm, s: Obj<Str>, id: u32) {
    let word = Value::symbol(id);
    match extra_index(s) {
        Some(index) => index.set(vm, StrIndex::SYMBOL, word),
        None if data(s).is_some() => {
            let index = new_index(vm, s, 0);
            index.set(vm, StrIndex::SYMBOL, word);
        }
        None => s.set(vm, Str::EXTRA, word),
    }
}

/// A `StrIndex` with `n` offsets that takes over what is known about `s`.
fn new_index(vm: &mut Vm, s: Obj<Str>, n: usize) -> Obj<StrIndex> {
    let index = vm.alloc_counted::<StrIndex>(0, n);
    if let Some(d) = data(s) {
        index.set(vm, StrIndex::DATA, d.value());
    }
    if let Some(symbol) = symbol(s) {
        index.set(vm, StrIndex::SYMBOL, Value::symbol(symbol));
    }
    s.set(vm, Str::EXTRA, index.value());
    index
}

/// Byte offset of character `i` (which may be the end).
pub fn offset(vm: &mut Vm, s: Obj<Str>, i: usize) -> usize {
    let text = bytes(s);
    if is_ascii(s) {
        return i;
    }
    if i == chars(s) {
        return text.len();
    }
    let entries = chars(s) / INDEX_STRIDE;
    if entries == 0 || i < INDEX_STRIDE {
        return skip(text, 0, i);
    }
    let index = match extra_index(s).filter(|x| x.size(StrIndex::COUNT) > 0) {
        Some(index) => index,
        None => {
            let index = new_index(vm, s, entries + 1);
            let mut at = 0;
            for k in 0..=entries {
                index.init_item(StrIndex::OFFSETS, k, Value::small(at as i64));
                if k < entries {
                    at = skip(text, at, INDEX_STRIDE);
                }
            }
            index
        }
    };
    let at = index.item(StrIndex::OFFSETS, i / INDEX_STRIDE).as_int() as usize;
    skip(text, at, i % INDEX_STRIDE)
}

fn skip(text: &[u8], mut at: usize, chars: usize) -> usize {
    for _ in 0..chars {
        at += decode(&text[at..]).1;
    }
    at
}

/// Index of the character that starts at byte `offset`.
pub fn char_index(s: Obj<Str>, offset: usize) -> usize {
    if is_ascii(s) {
        offset
    } else {
        count_chars(&bytes(s)[..offset])
    }
}

/// Character `i`, in range, as a string.
pub fn char_at(vm: &mut Vm, s: Obj<Str>, i: usize) -> Value {
    let at = offset(vm, s, i);
    chr(vm, decode(&bytes(s)[at..]).0)
}

/// The characters of a span as a new string.
pub fn slice(vm: &mut Vm, s: Obj<Str>, span: crate::tuple::Span) -> Obj<Str> {
    let text = bytes(s);
    if span.count == 0 {
        return Obj::cast(vm.well_known.empty_str);
    }
    if span.is_run() {
        if span.count == chars(s) {
            return s;
        }
        let from = offset(vm, s, span.start as usize);
        let to = offset(vm, s, span.start as usize + span.count);
        if span.count == 1 {
            return from_bytes(vm, &text[from..to]);
        }
        return from_counted(vm, &text[from..to], span.count);
    }
    if is_ascii(s) {
        let picked: Vec<u8> = span.indices().map(|i| text[i]).collect();
        return from_bytes(vm, &picked);
    }
    let points: Vec<u32> = points(text).collect();
    let mut picked = Vec::new();
    span.indices().for_each(|i| encode(points[i], &mut picked));
    from_bytes(vm, &picked)
}

/// Index of the first `part` within characters `start..end` of `s`.
pub fn find(vm: &mut Vm, s: Obj<Str>, part: Obj<Str>, start: usize, end: usize) -> Option<usize> {
    if start > end || end > chars(s) {
        return None;
    }
    let (from, to) = (offset(vm, s, start), offset(vm, s, end));
    let at = ops::find_bytes(&bytes(s)[from..to], bytes(part))?;
    Some(char_index(s, from + at))
}

/// Index of the last `part` within characters `start..end` of `s`.
pub fn rfind(vm: &mut Vm, s: Obj<Str>, part: Obj<Str>, start: usize, end: usize) -> Option<usize> {
    if start > end || end > chars(s) {
        return None;
    }
    let (from, to) = (offset(vm, s, start), offset(vm, s, end));
    let at = ops::rfind_bytes(&bytes(s)[from..to], bytes(part))?;
    Some(char_index(s, from + at))
}

impl Vm {
    /// A guest string.
    pub fn str(&mut self, s: &str) -> Value {
        from_bytes(self, s.as_bytes()).value()
    }

    /// A guest string of WTF-8 bytes.
    pub fn str_from_bytes(&mut self, bytes: &[u8]) -> Value {
        from_bytes(self, bytes).value()
    }

    /// The symbol spelled as this string, a permanent one; kept with the string.
    pub fn symbol_of(&mut self, s: Obj<Str>) -> u32 {
        if let Some(symbol) = symbol(s) {
            self.symbols.pin(symbol);
            return symbol;
        }
        let id = self.symbols.intern_bytes(bytes(s));
        set_symbol(self, s, id);
        id
    }

    /// The symbol spelled as this string, which may be mortal; kept with the string. The number is
    /// good as long as the string lives, or a value has it.
    pub fn mortal_of(&mut self, s: Obj<Str>) -> u32 {
        if let Some(symbol) = symbol(s) {
            return symbol;
        }
        let id = self.intern_mortal(bytes(s));
        set_symbol(self, s, id);
        id
    }

    /// The symbol spelled as this string, if there is one already. Does not make
    /// symbols out of arbitrary data.
    pub fn known_symbol(&mut self, s: Obj<Str>) -> Option<u32> {
        symbol(s).or_else(|| self.symbols.find_bytes(bytes(s)))
    }

    /// The text object of a symbol: always the same one if it is permanent, else until the next
    /// collection.
    pub fn symbol_text(&mut self, id: u32) -> Value {
        if let Some(text) = self.symbols.cached_text(id) {
            return text;
        }
        let name = self.symbols.bytes(id).to_vec();
        let s = from_bytes(self, &name);
        self.symbols.cache_text(id, s.value());
        if symbol(s).is_none() {
            set_symbol(self, s, id);
        }
        s.value()
    }

    pub fn intern(&mut self, name: &str) -> u32 {
        self.symbols.intern(name)
    }

    /// The symbol of a name that is data: see [`Symbols::intern_mortal`](crate::symbols::Symbols::intern_mortal).
    pub fn intern_mortal(&mut self, name: &[u8]) -> u32 {
        let before = self.symbols.mortal_bytes();
        let id = self.symbols.intern_mortal(name);
        if self.symbols.mortal_bytes() != before {
            self.note_symbols();
        }
        id
    }

    /// Tells the heap of mortal symbols that were made behind its back.
    pub fn note_symbols(&mut self) {
        self.heap.note_symbols(self.symbols.mortal_bytes());
    }

    /// Is `v` a string?
    pub fn is_str(&self, v: Value) -> bool {
        object::is::<Str>(v)
    }
}
