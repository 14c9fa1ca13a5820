//! Numbers from and to text.

use super::big;
use crate::engine::Vm;
use crate::natives;
use metatrace::native::Effects;
use metatrace::value::Value;
use num_bigint::BigInt;

natives! {
    /// Decimal digits of an integer.
    pub static INT_STR = "int_str"(vm, i) -> Value [Effects::PURE] {
        let s = int_str(i, 10);
        vm.str(&s)
    }
}

/// An integer in a radix from 2 to 36, lower-case.
pub fn int_str(v: Value, radix: u32) -> String {
    match v.to_int() {
        Some(i) if radix == 10 => i.to_string(),
        _ => big(v).to_str_radix(radix),
    }
}

impl Vm {
    /// Reads an integer as Python's `int(text, radix)` does: surrounding white
    /// space, a sign, a prefix that fits the radix (radix 0: decides it), single
    /// underscores between digits. `None` if `text` is none.
    pub fn parse_int(&mut self, text: &str, radix: u32) -> Option<Value> {
        let text = text.trim();
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (prefix, rest) = split_prefix(text);
        let (radix, text) = match prefix {
            Some(p) if radix == 0 || radix == p => (p, rest.strip_prefix('_').unwrap_or(rest)),
            _ if radix == 0 => (10, text),
            _ => (radix, text),
        };
        if text.is_empty() || text.starts_with('_') || text.ends_with('_') || text.contains("__") {
            return None;
        }
        let digits: String = text
            .chars()
            .filter(|&c| c != '_')
            .map(ascii_digit)
            .collect();
        if !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        if prefix.is_none() && radix == 10 && digits.len() <= 18 {
            let i: i64 = digits.parse().ok()?;
            return Some(self.int(if negative { -i } else { i }));
        }
        let i = BigInt::parse_bytes(digits.as_bytes(), radix)?;
        Some(self.big(if negative { -i } else { i }))
    }
}

/// Decimal digits of other scripts count as digits.
fn ascii_digit(c: char) -> char {
    // Blocks of ten digits start at these code points.
    const ZEROS: &[u32] = &[0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xE50, 0xFF10];
    let zero = ZEROS.iter().find(|&&z| (z..z + 10).contains(&(c as u32)));
    zero.and_then(|z| char::from_digit(c as u32 - z, 10))
        .unwrap_or(c)
}

fn split_prefix(text: &str) -> (Option<u32>, &str) {
    let radix = match text.get(..2) {
        Some("0x" | "0X") => 16,
        Some("0o" | "0O") => 8,
        Some("0b" | "0B") => 2,
        _ => return (None, text),
    };
    (Some(radix), &text[2..])
}

/// Reads a float as Python's `float(text)` does.
pub fn parse_float(text: &str) -> Option<f64> {
    let text = text.trim();
    let unsigned = text.trim_start_matches(['+', '-']).to_ascii_lowercase();
    if matches!(&*unsigned, "inf" | "infinity" | "nan") && text.len() - unsigned.len() <= 1 {
        return text.parse().ok();
    }
    let bytes = text.as_bytes();
    let underscores_fit = bytes.iter().enumerate().all(|(i, b)| {
        let digit = |i: Option<usize>| i.and_then(|i| bytes.get(i)).is_some_and(u8::is_ascii_digit);
        *b != b'_' || digit(i.checked_sub(1)) && digit(Some(i + 1))
    });
    let clean: String = text
        .chars()
        .filter(|&c| c != '_')
        .map(ascii_digit)
        .collect();
    let starts = clean.trim_start_matches(['+', '-']);
    if !underscores_fit || !starts.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    clean.parse().ok()
}
