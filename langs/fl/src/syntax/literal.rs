//! Values of number and string literals.

use num_bigint::BigInt;
use num_traits::Num;

use super::ast::ExprKind;

/// Value of a number token, which the lexer has found well-formed.
pub fn number(text: &str) -> ExprKind {
    let plain: String = text.chars().filter(|c| *c != '_').collect();
    let lower = plain.to_ascii_lowercase();
    let radix = match lower.get(..2) {
        Some("0x") => 16,
        Some("0o") => 8,
        Some("0b") => 2,
        _ => 10,
    };
    if radix != 10 {
        return integer(&lower[2..], radix);
    }
    if let Some(imaginary) = lower.strip_suffix('j') {
        return ExprKind::Imaginary(imaginary.parse().unwrap_or(0.0));
    }
    if lower.contains(['.', 'e']) {
        return ExprKind::Float(lower.parse().unwrap_or(0.0));
    }
    integer(&lower, 10)
}

fn integer(digits: &str, radix: u32) -> ExprKind {
    match i64::from_str_radix(digits, radix) {
        Ok(value) => ExprKind::Int(value),
        Err(_) => {
            let value = BigInt::from_str_radix(digits, radix).unwrap_or_default();
            ExprKind::BigInt(Box::new(value))
        }
    }
}

/// The parts of a string token.
#[derive(Clone, Copy, Debug)]
pub struct StringToken<'a> {
    pub raw: bool,
    pub bytes: bool,
    pub format: bool,
    /// Length of the prefix and the opening quotes.
    pub open: usize,
    /// Length of the quotes.
    pub quotes: usize,
    /// What stands between the quotes.
    pub body: &'a str,
}

/// Splits a string token.
pub fn split_string(text: &str) -> StringToken<'_> {
    let prefix = text.find(['"', '\'']).unwrap_or(0);
    let has = |c: char| text[..prefix].contains([c, c.to_ascii_uppercase()]);
    let rest = &text[prefix..];
    let quotes = if rest.len() >= 6 && (rest.starts_with("\"\"\"") || rest.starts_with("'''")) {
        3
    } else {
        1
    };
    StringToken {
        raw: has('r'),
        bytes: has('b'),
        format: has('f'),
        open: prefix + quotes,
        quotes,
        body: &rest[quotes..rest.len() - quotes],
    }
}

/// Decodes the escapes of a `str` literal's body.
pub fn unescape(body: &str) -> Result<String, String> {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(index) = rest.find('\\') {
        out.push_str(&rest[..index]);
        let offset = body.len() - rest.len() + index;
        let escape = &rest[index..];
        let length = text_escape(escape, &mut out).map_err(|(length, reason)| {
            let start = body[..offset].chars().count();
            let end = start + length - 1;
            format!(
                "(unicode error) 'unicodeescape' codec can't decode bytes in position \
                 {start}-{end}: {reason}"
            )
        })?;
        rest = &escape[length..];
    }
    out.push_str(rest);
    Ok(out)
}

type EscapeError = (usize, &'static str);

/// Appends the meaning of the escape at the start of `text`; its length.
fn text_escape(text: &str, out: &mut String) -> Result<usize, EscapeError> {
    let next = text[1..].chars().next().unwrap_or('\\');
    let (digits, reason) = match next {
        'x' => (2, "truncated \\xXX escape"),
        'u' => (4, "truncated \\uXXXX escape"),
        'U' => (8, "truncated \\UXXXXXXXX escape"),
        'N' => return named_escape(text, out),
        _ => {
            let (value, length) = simple_escape(text.as_bytes());
            match value {
                Some(Simple::Code(code)) => out.extend(char::from_u32(code)),
                Some(Simple::Nothing) => {}
                None => {
                    out.push('\\');
                    return Ok(1);
                }
            }
            return Ok(length);
        }
    };
    let hex = text[2..]
        .bytes()
        .take(digits)
        .take_while(u8::is_ascii_hexdigit)
        .count();
    if hex < digits {
        return Err((2 + hex, reason));
    }
    let code = u32::from_str_radix(&text[2..2 + digits], 16).unwrap_or(u32::MAX);
    match char::from_u32(code) {
        Some(c) => out.push(c),
        None if code > 0x10ffff => return Err((2 + digits, "illegal Unicode character")),
        None => return Err((2 + digits, "FL strings hold no lone surrogates")),
    }
    Ok(2 + digits)
}

fn named_escape(text: &str, out: &mut String) -> Result<usize, EscapeError> {
    let malformed = "malformed \\N character escape";
    let Some(name) = text[2..].strip_prefix('{') else {
        return Err((2, malformed));
    };
    let Some(close) = name.find('}') else {
        return Err((text.chars().count(), malformed));
    };
    match unicode_names2::character(&name[..close]) {
        Some(c) => {
            out.push(c);
            Ok(close + 4)
        }
        None => Err((close + 4, "unknown Unicode character name")),
    }
}

enum Simple {
    Code(u32),
    /// An escaped line end.
    Nothing,
}

/// The escapes common to text and bytes, `\x` excepted; the length.
fn simple_escape(text: &[u8]) -> (Option<Simple>, usize) {
    let code = match text.get(1) {
        Some(b'\n') => return (Some(Simple::Nothing), 2),
        Some(b'\\') => 0x5c,
        Some(b'\'') => 0x27,
        Some(b'"') => 0x22,
        Some(b'a') => 0x07,
        Some(b'b') => 0x08,
        Some(b'f') => 0x0c,
        Some(b'n') => 0x0a,
        Some(b'r') => 0x0d,
        Some(b't') => 0x09,
        Some(b'v') => 0x0b,
        Some(b'0'..=b'7') => {
            let octal = text[1..]
                .iter()
                .take(3)
                .take_while(|b| matches!(b, b'0'..=b'7'));
            let (value, length) = octal.fold((0, 0), |(value, n), b| {
                (value * 8 + u32::from(b - b'0'), n + 1)
            });
            return (Some(Simple::Code(value)), 1 + length);
        }
        _ => return (None, 1),
    };
    (Some(Simple::Code(code)), 2)
}

/// Decodes the escapes of a `bytes` literal's body.
pub fn unescape_bytes(body: &str) -> Result<Vec<u8>, String> {
    let bytes = body.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut pos = 0;
    while pos < bytes.len() {
        if bytes[pos] != b'\\' {
            out.push(bytes[pos]);
            pos += 1;
            continue;
        }
        if bytes.get(pos + 1) == Some(&b'x') {
            let hex = body
                .get(pos + 2..pos + 4)
                .and_then(|hex| u8::from_str_radix(hex, 16).ok());
            let Some(value) = hex else {
                return Err(format!(
                    "(value error) invalid \\x escape at position {pos}"
                ));
            };
            out.push(value);
            pos += 4;
            continue;
        }
        let (value, length) = simple_escape(&bytes[pos..]);
        match value {
            Some(Simple::Code(code)) => out.push(code as u8),
            Some(Simple::Nothing) => {}
            None => out.push(b'\\'),
        }
        pos += length;
    }
    Ok(out)
}
