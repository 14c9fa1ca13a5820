//! The fast paths of `json`: documents of built-in values only, read and written at once.
//! `lib/json` does everything else, and words the errors.

use crate::builtins;
use crate::builtins::operators::index;
use crate::builtins::tables;
use crate::object::types;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};
use runtime::text;

/// Nesting beyond which the paths in FL take over, and with them the recursion limit.
const DEPTH: usize = 200;

/// The writer gave up: something it does not know, or too deep.
struct Unknown;

struct Writer<'a> {
    out: Vec<u8>,
    ascii: bool,
    item_separator: &'a [u8],
    key_separator: &'a [u8],
    indent: Option<&'a [u8]>,
    sorted: bool,
}

impl Writer<'_> {
    fn value(&mut self, vm: &mut Vm, v: Value, depth: usize) -> Result<(), Unknown> {
        if depth > DEPTH {
            return Err(Unknown);
        }
        match v {
            Value::NONE => self.out.extend_from_slice(b"null"),
            Value::TRUE => self.out.extend_from_slice(b"true"),
            Value::FALSE => self.out.extend_from_slice(b"false"),
            _ if is::<Str>(v) => self.string(text::bytes(Obj::cast(v))),
            _ if number::is_int(v) => {
                let digits = number::format::int_str(v, 10);
                self.out.extend_from_slice(digits.as_bytes());
            }
            _ if is::<List>(v) => {
                let items = vm.list_values(Obj::cast(v));
                self.items(vm, &items, depth)?;
            }
            _ if is::<Tuple>(v) => self.items(vm, Obj::<Tuple>::cast(v).items(), depth)?,
            _ if is::<Dict>(v) => self.members(vm, v, depth)?,
            _ => match to_float(v) {
                Some(f) if f.is_finite() => {
                    let shown = number::float_repr(f);
                    self.out.extend_from_slice(shown.as_bytes());
                }
                _ => return Err(Unknown),
            },
        }
        Ok(())
    }

    fn margin(&mut self, depth: usize) {
        if let Some(indent) = self.indent {
            self.out.push(b'\n');
            for _ in 0..depth {
                self.out.extend_from_slice(indent);
            }
        }
    }

    fn items(&mut self, vm: &mut Vm, items: &[Value], depth: usize) -> Result<(), Unknown> {
        self.out.push(b'[');
        for (i, v) in items.iter().enumerate() {
            if i > 0 {
                self.out.extend_from_slice(self.item_separator);
            }
            self.margin(depth + 1);
            self.value(vm, *v, depth + 1)?;
        }
        if !items.is_empty() {
            self.margin(depth);
        }
        self.out.push(b']');
        Ok(())
    }

    fn members(&mut self, vm: &mut Vm, dict: Value, depth: usize) -> Result<(), Unknown> {
        let mut members = tables::items(dict);
        if !members.iter().all(|(key, _)| is::<Str>(*key)) {
            return Err(Unknown);
        }
        if self.sorted {
            members.sort_by_key(|(key, _)| text::bytes(Obj::cast(*key)));
        }
        self.out.push(b'{');
        for (i, (key, v)) in members.iter().enumerate() {
            if i > 0 {
                self.out.extend_from_slice(self.item_separator);
            }
            self.margin(depth + 1);
            self.string(text::bytes(Obj::cast(*key)));
            self.out.extend_from_slice(self.key_separator);
            self.value(vm, *v, depth + 1)?;
        }
        if !members.is_empty() {
            self.margin(depth);
        }
        self.out.push(b'}');
        Ok(())
    }

    fn string(&mut self, s: &[u8]) {
        quote(s, self.ascii, &mut self.out);
    }
}

/// Appends a text (WTF-8) in quotes, with what is special escaped.
fn quote(s: &[u8], ascii: bool, out: &mut Vec<u8>) {
    out.push(b'"');
    let special = |b: u8| b < 0x20 || b == b'"' || b == b'\\' || ascii && b >= 0x7f;
    let mut at = 0;
    while at < s.len() {
        let plain = s[at..].iter().take_while(|b| !special(**b)).count();
        out.extend_from_slice(&s[at..at + plain]);
        at += plain;
        if at == s.len() {
            break;
        }
        let (code, size) = text::decode(&s[at..]);
        at += size;
        let short = match code {
            0x22 => b'"',
            0x5c => b'\\',
            0x0a => b'n',
            0x0d => b'r',
            0x09 => b't',
            0x08 => b'b',
            0x0c => b'f',
            _ => 0,
        };
        if short != 0 {
            out.extend_from_slice(&[b'\\', short]);
        } else if code > 0xffff {
            let c = code - 0x10000;
            let (high, low) = (0xd800 + (c >> 10), 0xdc00 + (c & 0x3ff));
            out.extend_from_slice(format!("\\u{high:04x}\\u{low:04x}").as_bytes());
        } else {
            out.extend_from_slice(format!("\\u{code:04x}").as_bytes());
        }
    }
    out.push(b'"');
}

/// What is wrong where, in bytes.
struct Fault(&'static str, usize);

/// A container that is being read.
enum Open {
    List(Vec<Value>),
    Dict(Value, Value),
}

struct Reader<'a> {
    s: &'a [u8],
    at: usize,
    strict: bool,
}

impl Reader<'_> {
    fn skip(&mut self) {
        while let Some(b' ' | b'\n' | b'\r' | b'\t') = self.s.get(self.at) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.s.get(self.at).copied()
    }

    /// Reads one value and all in it. No collection happens meanwhile.
    fn value(&mut self, vm: &mut Vm) -> Result<Value, Fault> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            let Some(mut v) = self.start(vm, &mut open)? else {
                continue;
            };
            // A complete value goes into what is open, which it may complete in turn.
            loop {
                let Some(container) = open.last_mut() else {
                    return Ok(v);
                };
                let close = match container {
                    Open::List(items) => {
                        items.push(v);
                        b']'
                    }
                    Open::Dict(dict, key) => {
                        put(vm, *dict, *key, v);
                        b'}'
                    }
                };
                self.skip();
                match self.peek() {
                    Some(b',') => {
                        self.at += 1;
                        self.skip();
                        if let Some(Open::Dict(_, key)) = open.last_mut() {
                            *key = self.key(vm)?;
                        }
                        break;
                    }
                    Some(b) if b == close => {
                        self.at += 1;
                        v = match open.pop() {
                            Some(Open::List(items)) => vm.list(&items),
                            Some(Open::Dict(dict, _)) => dict,
                            None => unreachable!("it was looked at"),
                        };
                    }
                    _ => return Err(Fault("Expecting ',' delimiter", self.at)),
                }
            }
        }
    }

    /// A scalar or an empty container; `None`: a container was opened.
    fn start(&mut self, vm: &mut Vm, open: &mut Vec<Open>) -> Result<Option<Value>, Fault> {
        let expected = Fault("Expecting value", self.at);
        Ok(Some(match self.peek() {
            Some(b'"') => {
                self.at += 1;
                self.string(vm)?
            }
            Some(b'{') => {
                self.at += 1;
                self.skip();
                let dict = vm.dict().value();
                if self.peek() == Some(b'}') {
                    self.at += 1;
                    return Ok(Some(dict));
                }
                let key = self.key(vm)?;
                open.push(Open::Dict(dict, key));
                return Ok(None);
            }
            Some(b'[') => {
                self.at += 1;
                self.skip();
                if self.peek() == Some(b']') {
                    self.at += 1;
                    return Ok(Some(vm.list(&[])));
                }
                open.push(Open::List(Vec::new()));
                return Ok(None);
            }
            Some(b'-' | b'0'..=b'9') => match self.number(vm) {
                Some(v) => v,
                None => self.word(vm).ok_or(expected)?,
            },
            _ => self.word(vm).ok_or(expected)?,
        }))
    }

    fn word(&mut self, vm: &mut Vm) -> Option<Value> {
        let words = [
            ("null", Value::NONE),
            ("true", Value::TRUE),
            ("false", Value::FALSE),
        ];
        for (word, v) in words {
            if self.s[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Some(v);
            }
        }
        let floats = [
            ("NaN", f64::NAN),
            ("Infinity", f64::INFINITY),
            ("-Infinity", f64::NEG_INFINITY),
        ];
        for (word, f) in floats {
            if self.s[self.at..].starts_with(word.as_bytes()) {
                self.at += word.len();
                return Some(vm.float(f));
            }
        }
        None
    }

    fn digits(&self, at: usize) -> usize {
        let digits = self.s[at..].iter().take_while(|b| b.is_ascii_digit());
        at + digits.count()
    }

    fn number(&mut self, vm: &mut Vm) -> Option<Value> {
        let start = self.at;
        let whole = start + usize::from(self.peek() == Some(b'-'));
        let mut end = match self.s.get(whole) {
            Some(b'0') => whole + 1,
            _ => self.digits(whole),
        };
        if end == whole {
            return None;
        }
        let mut is_int = true;
        if self.s.get(end) == Some(&b'.') && self.digits(end + 1) > end + 1 {
            end = self.digits(end + 1);
            is_int = false;
        }
        if let Some(b'e' | b'E') = self.s.get(end) {
            let sign = usize::from(matches!(self.s.get(end + 1), Some(b'+' | b'-')));
            let first = (end + 1 + sign).min(self.s.len());
            if self.digits(first) > first {
                end = self.digits(first);
                is_int = false;
            }
        }
        let text = std::str::from_utf8(&self.s[start..end]).ok()?;
        self.at = end;
        if is_int {
            match text.parse::<i64>() {
                Ok(i) => Some(vm.int(i)),
                Err(_) => vm.parse_int(text, 10),
            }
        } else {
            Some(vm.float(text.parse().ok()?))
        }
    }

    fn key(&mut self, vm: &mut Vm) -> Result<Value, Fault> {
        if self.peek() != Some(b'"') {
            let message = "Expecting property name enclosed in double quotes";
            return Err(Fault(message, self.at));
        }
        self.at += 1;
        let key = self.string(vm)?;
        self.skip();
        if self.peek() != Some(b':') {
            return Err(Fault("Expecting ':' delimiter", self.at));
        }
        self.at += 1;
        self.skip();
        Ok(key)
    }

    /// The rest of a string, behind its quote.
    fn string(&mut self, vm: &mut Vm) -> Result<Value, Fault> {
        let begin = self.at - 1;
        let unterminated = || Fault("Unterminated string starting at", begin);
        let special = |b: &u8| *b == b'"' || *b == b'\\' || *b < 0x20;
        let mut out: Vec<u8> = Vec::new();
        loop {
            let rest = &self.s[self.at..];
            let plain = rest.iter().position(special).ok_or_else(unterminated)?;
            let chunk = &rest[..plain];
            self.at += plain;
            match rest[plain] {
                b'"' => {
                    self.at += 1;
                    if out.is_empty() {
                        return Ok(vm.str_from_bytes(chunk));
                    }
                    out.extend_from_slice(chunk);
                    return Ok(vm.str_from_bytes(&out));
                }
                b'\\' => {
                    out.extend_from_slice(chunk);
                    self.at += 1;
                    let code = self.escape(begin)?;
                    text::encode(code, &mut out);
                }
                _ if self.strict => {
                    return Err(Fault("Invalid control character at", self.at));
                }
                b => {
                    out.extend_from_slice(chunk);
                    out.push(b);
                    self.at += 1;
                }
            }
        }
    }

    fn escape(&mut self, begin: usize) -> Result<u32, Fault> {
        let Some(b) = self.peek() else {
            return Err(Fault("Unterminated string starting at", begin));
        };
        self.at += 1;
        Ok(match b {
            b'"' | b'\\' | b'/' => b as u32,
            b'b' => 8,
            b'f' => 12,
            b'n' => 10,
            b'r' => 13,
            b't' => 9,
            b'u' => {
                let high = self.hex(self.at)?;
                self.at += 4;
                if (0xd800..0xdc00).contains(&high)
                    && self.s[self.at..].starts_with(b"\\u")
                    && let Ok(low @ 0xdc00..0xe000) = self.hex(self.at + 2)
                {
                    self.at += 6;
                    return Ok(0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00));
                }
                high
            }
            _ => return Err(Fault("Invalid \\escape", self.at - 2)),
        })
    }

    fn hex(&self, at: usize) -> Result<u32, Fault> {
        // As CPython, which wants the closing quote to be there too.
        let digits = match at + 4 < self.s.len() {
            true => Some(&self.s[at..at + 4]).filter(|d| d.iter().all(u8::is_ascii_hexdigit)),
            false => None,
        };
        digits
            .and_then(|d| u32::from_str_radix(std::str::from_utf8(d).ok()?, 16).ok())
            .ok_or(Fault("Invalid \\uXXXX escape", at - 1))
    }
}

/// Sets a member; keys are strings, which need no guest code.
fn put(vm: &mut Vm, dict: Value, key: Value, v: Value) {
    let done = tables::put(vm, dict, key, v);
    debug_assert!(done == Ok(true), "strings need no guest code");
}

/// Reads the value at a position: the value and where it ends, or what is wrong and where.
fn scan(vm: &mut Vm, s: Value, from: Value, strict: Value) -> Guest {
    let s = Obj::<Str>::cast(types::unwrap_payload(vm, s));
    let from = index(vm, from)? as usize;
    let mut reader = Reader {
        s: text::bytes(s),
        at: text::offset(vm, s, from),
        strict: strict == Value::TRUE,
    };
    let result = reader.value(vm);
    let (v, at) = match result {
        Ok(v) => (v, reader.at),
        Err(Fault(message, at)) => {
            let message = vm.str(message);
            let at = text::char_index(s, at);
            return Ok(vm.tuple(&[Value::NONE, Value::small(at as i64), message]));
        }
    };
    let at = text::char_index(s, at);
    Ok(vm.tuple(&[v, Value::small(at as i64), Value::NONE]))
}

builtins! {
    /// `_json`
    pub static JSON:
    "_json:scan" "s from strict /" |vm, [s, from, strict]| scan(vm, s, from, strict);
    "_json:quote" "s ascii /" |vm, [s, ascii]| {
        let s = Obj::<Str>::cast(types::unwrap_payload(vm, s));
        let mut out = Vec::new();
        quote(text::bytes(s), ascii == Value::TRUE, &mut out);
        Ok(vm.str_from_bytes(&out))
    };
    "_json:write" "o ascii item_separator key_separator indent sorted /"
        |vm, [o, ascii, item_separator, key_separator, indent, sorted]| {
            let separator = |v: Value| text::bytes_of(v).unwrap_or(&[]);
            let mut writer = Writer {
                out: Vec::new(),
                ascii: ascii == Value::TRUE,
                item_separator: separator(item_separator),
                key_separator: separator(key_separator),
                indent: text::bytes_of(indent),
                sorted: sorted == Value::TRUE,
            };
            Ok(match writer.value(vm, o, 0) {
                Ok(()) => vm.str_from_bytes(&writer.out),
                Err(Unknown) => Value::NONE,
            })
        };
}
