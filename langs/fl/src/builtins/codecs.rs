//! Text to bytes and back.

use crate::builtins::core::absent;
use crate::object::exception;
use crate::state::FlState;
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::native::Guest;
use runtime::text;

/// An encoding.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Codec {
    Utf8,
    Utf8Signed,
    Ascii,
    Latin1,
    Windows1252,
    /// Width of a unit in bytes, big-endian, with a byte order mark.
    Wide(usize, bool, bool),
}

impl Codec {
    /// The encoding with this name.
    pub fn named(name: &str) -> Option<Codec> {
        let name: String = name
            .chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .collect::<String>()
            .to_lowercase();
        Some(match name.as_str() {
            "utf8" | "u8" | "utf" => Codec::Utf8,
            "utf8sig" => Codec::Utf8Signed,
            "ascii" | "usascii" | "646" => Codec::Ascii,
            "latin1" | "iso88591" | "latin" | "l1" | "8859" | "cp819" => Codec::Latin1,
            "cp1252" | "windows1252" | "1252" => Codec::Windows1252,
            "utf16" => Codec::Wide(2, false, true),
            "utf16le" => Codec::Wide(2, false, false),
            "utf16be" => Codec::Wide(2, true, false),
            "utf32" => Codec::Wide(4, false, true),
            "utf32le" => Codec::Wide(4, false, false),
            "utf32be" => Codec::Wide(4, true, false),
            _ => return None,
        })
    }

    fn name(self) -> &'static str {
        match self {
            Codec::Utf8 | Codec::Utf8Signed => "utf-8",
            Codec::Ascii => "ascii",
            Codec::Latin1 => "latin-1",
            Codec::Windows1252 => "charmap",
            Codec::Wide(2, ..) => "utf-16",
            Codec::Wide(..) => "utf-32",
        }
    }

    /// The largest code point.
    fn limit(self) -> u32 {
        match self {
            Codec::Ascii => 0x7f,
            Codec::Latin1 => 0xff,
            _ => 0x10ffff,
        }
    }
}

/// The codec and the way of handling errors that two arguments name.
fn arguments(vm: &mut Vm, encoding: Value, errors: Value) -> Guest<(Codec, String)> {
    let text = |v: Value, default: &str| {
        if absent(v) {
            default.to_string()
        } else {
            text::of(v).unwrap_or_default().into_owned()
        }
    };
    let (encoding, errors) = (text(encoding, "utf-8"), text(errors, "strict"));
    match Codec::named(&encoding) {
        Some(codec) => Ok((codec, errors)),
        None => {
            let class = FlState::of(vm).types().LookupError;
            Err(exception::raise(
                vm,
                class,
                format!("unknown encoding: {encoding}"),
            ))
        }
    }
}

fn unknown_handler(vm: &mut Vm, name: &str) -> Raised {
    let class = FlState::of(vm).types().LookupError;
    exception::raise(vm, class, format!("unknown error handler name '{name}'"))
}

/// What is wrong where.
struct Wrong<'a> {
    codec: Codec,
    start: usize,
    end: usize,
    reason: &'a str,
}

fn raise(vm: &mut Vm, encode: bool, object: Value, wrong: Wrong) -> Raised {
    let types = FlState::of(vm).types();
    let class = if encode {
        types.UnicodeEncodeError
    } else {
        types.UnicodeDecodeError
    };
    let (name, reason) = (vm.str(wrong.codec.name()), vm.str(wrong.reason));
    let (start, end) = (
        Value::small(wrong.start as i64),
        Value::small(wrong.end as i64),
    );
    exception::raise_with(vm, class, &[name, object, start, end, reason])
}

/// `str.encode`
pub fn encode(vm: &mut Vm, s: Value, encoding: Value, errors: Value) -> Guest<Vec<u8>> {
    let (codec, errors) = arguments(vm, encoding, errors)?;
    let bytes = text::bytes_of(s).unwrap_or(&[]);
    if codec == Codec::Utf8 && std::str::from_utf8(bytes).is_ok() {
        return Ok(bytes.to_vec());
    }
    let mut out = Vec::new();
    match codec {
        Codec::Utf8Signed => out.extend_from_slice(b"\xef\xbb\xbf"),
        Codec::Wide(width, _, true) => put(&mut out, codec_plain(width), 0xfeff),
        _ => {}
    }
    let points: Vec<u32> = text::points(bytes).collect();
    let surrogate = |c: u32| (0xd800..0xe000).contains(&c);
    let bad = |c: u32| match codec {
        Codec::Windows1252 => windows_byte(c).is_none(),
        _ => c > codec.limit() || codec.limit() > 0xff && surrogate(c),
    };
    let mut at = 0;
    while at < points.len() {
        let code = points[at];
        if !bad(code) {
            put(&mut out, codec, code);
            at += 1;
            continue;
        }
        let end = at + points[at..].iter().take_while(|c| bad(**c)).count();
        match errors.as_str() {
            "ignore" => {}
            "replace" => (at..end).for_each(|_| put(&mut out, codec, b'?' as u32)),
            "backslashreplace" | "xmlcharrefreplace" => {
                for c in &points[at..end] {
                    let escape = match (errors.as_str(), *c) {
                        ("xmlcharrefreplace", c) => format!("&#{c};"),
                        (_, c @ 0..=0xff) => format!("\\x{c:02x}"),
                        (_, c @ 0x100..=0xffff) => format!("\\u{c:04x}"),
                        (_, c) => format!("\\U{c:08x}"),
                    };
                    escape.bytes().for_each(|b| put(&mut out, codec, b as u32));
                }
            }
            "surrogateescape" if (0xdc80..0xdd00).contains(&code) => {
                out.push((code - 0xdc00) as u8);
                at += 1;
                continue;
            }
            "surrogatepass" if surrogate(code) => {
                text::encode(code, &mut out);
                at += 1;
                continue;
            }
            "strict" | "surrogateescape" | "surrogatepass" => {
                let reason = match codec {
                    Codec::Ascii => "ordinal not in range(128)",
                    Codec::Latin1 => "ordinal not in range(256)",
                    Codec::Windows1252 => "character maps to <undefined>",
                    _ => "surrogates not allowed",
                };
                return Err(raise(
                    vm,
                    true,
                    s,
                    Wrong {
                        codec,
                        start: at,
                        end,
                        reason,
                    },
                ));
            }
            other => return Err(unknown_handler(vm, other)),
        }
        at = end;
    }
    Ok(out)
}

/// Code points of the bytes 0x80 to 0x9f in Windows-1252; 0 where there is none.
const WINDOWS_1252: [u32; 32] = [
    0x20ac, 0, 0x201a, 0x192, 0x201e, 0x2026, 0x2020, 0x2021, 0x2c6, 0x2030, 0x160, 0x2039, 0x152,
    0, 0x17d, 0, 0, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x2dc, 0x2122, 0x161,
    0x203a, 0x153, 0, 0x17e, 0x178,
];

/// The byte of a code point in Windows-1252.
fn windows_byte(code: u32) -> Option<u8> {
    match code {
        0..=0x7f | 0xa0..=0xff => Some(code as u8),
        _ => {
            let at = WINDOWS_1252.iter().position(|c| *c == code && code != 0)?;
            Some(0x80 + at as u8)
        }
    }
}

fn codec_plain(width: usize) -> Codec {
    Codec::Wide(width, false, false)
}

/// Appends a code point that the encoding has.
fn put(out: &mut Vec<u8>, codec: Codec, code: u32) {
    let mut unit = |width: usize, big: bool, n: u32| {
        let bytes = n.to_le_bytes();
        if big {
            out.extend(bytes[..width].iter().rev());
        } else {
            out.extend_from_slice(&bytes[..width]);
        }
    };
    match codec {
        Codec::Wide(2, big, _) if code > 0xffff => {
            let c = code - 0x10000;
            unit(2, big, 0xd800 + (c >> 10));
            unit(2, big, 0xdc00 + (c & 0x3ff));
        }
        Codec::Wide(width, big, _) => unit(width, big, code),
        Codec::Ascii | Codec::Latin1 => out.push(code as u8),
        Codec::Windows1252 => out.push(windows_byte(code).unwrap_or(b'?')),
        Codec::Utf8 | Codec::Utf8Signed => text::encode(code, out),
    }
}

/// The length of the faulty sequence at the start of `bytes` and what is wrong with it.
fn utf8_fault(bytes: &[u8]) -> (usize, &'static str) {
    let (need, low, high) = match bytes[0] {
        0xc2..=0xdf => (1, 0x80, 0xbf),
        0xe0 => (2, 0xa0, 0xbf),
        0xed => (2, 0x80, 0x9f),
        0xe1..=0xef => (2, 0x80, 0xbf),
        0xf0 => (3, 0x90, 0xbf),
        0xf4 => (3, 0x80, 0x8f),
        0xf1..=0xf3 => (3, 0x80, 0xbf),
        _ => return (1, "invalid start byte"),
    };
    for k in 1..=need {
        let Some(&b) = bytes.get(k) else {
            return (k, "unexpected end of data");
        };
        let (low, high) = if k == 1 { (low, high) } else { (0x80, 0xbf) };
        if !(low..=high).contains(&b) {
            return (k, "invalid continuation byte");
        }
    }
    (need + 1, "invalid start byte")
}

/// `bytes.decode`; the string's UTF-8.
pub fn decode(
    vm: &mut Vm,
    object: Value,
    bytes: &[u8],
    encoding: Value,
    errors: Value,
) -> Guest<Vec<u8>> {
    let (codec, errors) = arguments(vm, encoding, errors)?;
    match codec {
        Codec::Latin1 => {
            return Ok(bytes
                .iter()
                .map(|b| *b as char)
                .collect::<String>()
                .into_bytes());
        }
        Codec::Wide(width, big, mark) => {
            return decode_wide(vm, object, bytes, (width, big, mark), &errors);
        }
        _ => {}
    }
    let skipped = if codec == Codec::Utf8Signed && bytes.starts_with(b"\xef\xbb\xbf") {
        3
    } else {
        0
    };
    let mut at = skipped;
    let mut out = Vec::with_capacity(bytes.len());
    while at < bytes.len() {
        let rest = &bytes[at..];
        let good = if codec == Codec::Ascii || codec == Codec::Windows1252 {
            rest.iter().take_while(|b| **b < 0x80).count()
        } else {
            match std::str::from_utf8(rest) {
                Ok(_) => rest.len(),
                Err(e) => e.valid_up_to(),
            }
        };
        out.extend_from_slice(&rest[..good]);
        at += good;
        if at == bytes.len() {
            break;
        }
        if codec == Codec::Windows1252 {
            let b = bytes[at];
            let code = if b < 0xa0 {
                WINDOWS_1252[b as usize - 0x80]
            } else {
                b as u32
            };
            if code != 0 {
                text::encode(code, &mut out);
                at += 1;
                continue;
            }
        }
        let (n, reason) = match codec {
            Codec::Windows1252 => (1, "character maps to <undefined>"),
            Codec::Ascii => (1, "ordinal not in range(128)"),
            _ => utf8_fault(&bytes[at..]),
        };
        match errors.as_str() {
            "ignore" => {}
            "replace" => out.extend_from_slice("\u{fffd}".as_bytes()),
            "backslashreplace" => {
                for b in &bytes[at..at + n] {
                    out.extend_from_slice(format!("\\x{b:02x}").as_bytes());
                }
            }
            "surrogateescape" => {
                for b in &bytes[at..at + n] {
                    text::encode(0xdc00 + *b as u32, &mut out);
                }
            }
            "strict" => {
                return Err(raise(
                    vm,
                    false,
                    object,
                    Wrong {
                        codec,
                        start: at,
                        end: at + n,
                        reason,
                    },
                ));
            }
            other => return Err(unknown_handler(vm, other)),
        }
        at += n;
    }
    Ok(out)
}

fn decode_wide(
    vm: &mut Vm,
    object: Value,
    bytes: &[u8],
    (width, mut big, mark): (usize, bool, bool),
    errors: &str,
) -> Guest<Vec<u8>> {
    let read = |at: usize, big: bool| {
        let unit = &bytes[at..at + width];
        let fold = |n: u32, b: &u8| n << 8 | *b as u32;
        if big {
            unit.iter().fold(0, fold)
        } else {
            unit.iter().rev().fold(0, fold)
        }
    };
    let mut at = 0;
    if mark && bytes.len() >= width {
        let swapped = if width == 2 { 0xfffe } else { 0xfffe_0000 };
        match read(0, false) {
            0xfeff => at = width,
            n if n == swapped => (at, big) = (width, true),
            _ => {}
        }
    }
    let mut out = Vec::new();
    while at < bytes.len() {
        let mut fault = None;
        let mut n = width;
        let mut code = 0xfffd;
        if at + width > bytes.len() {
            (n, fault) = (bytes.len() - at, Some("truncated data"));
        } else {
            code = read(at, big);
            if width == 2 && (0xd800..0xdc00).contains(&code) && at + 4 <= bytes.len() {
                let low = read(at + 2, big);
                if (0xdc00..0xe000).contains(&low) {
                    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                    n = 4;
                }
            }
            if char::from_u32(code).is_none() {
                fault = Some("illegal encoding");
            }
        }
        match (fault, errors) {
            (None, _) => text::encode(code, &mut out),
            (Some(_), "ignore") => {}
            (Some(_), "replace") => text::encode(0xfffd, &mut out),
            (Some(reason), _) => {
                let codec = Codec::Wide(width, big, mark);
                return Err(raise(
                    vm,
                    false,
                    object,
                    Wrong {
                        codec,
                        start: at,
                        end: at + n,
                        reason,
                    },
                ));
            }
        }
        at += n;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_loosely() {
        assert_eq!(Codec::named("UTF_8"), Some(Codec::Utf8));
        assert_eq!(Codec::named("ISO-8859-1"), Some(Codec::Latin1));
        assert_eq!(Codec::named("utf-16-be"), Some(Codec::Wide(2, true, false)));
        assert_eq!(Codec::named("klingon"), None);
    }

    #[test]
    fn faults_cover_what_cpython_skips() {
        assert_eq!(utf8_fault(b"\xff"), (1, "invalid start byte"));
        assert_eq!(utf8_fault(b"\xe2\x82"), (2, "unexpected end of data"));
        assert_eq!(
            utf8_fault(b"\xed\xa0\x80"),
            (1, "invalid continuation byte")
        );
        assert_eq!(utf8_fault(b"\xe2\x82x"), (2, "invalid continuation byte"));
    }

    #[test]
    fn wide_units() {
        let mut out = Vec::new();
        put(&mut out, Codec::Wide(2, true, false), 0x1f600);
        assert_eq!(out, [0xd8, 0x3d, 0xde, 0x00]);
    }
}
