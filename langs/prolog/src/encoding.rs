//! Encodings of files. Inside, text is UTF-8: input is decoded when a stream is opened, output is
//! encoded when it is written.

/// How characters are bytes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Encoding {
    Utf8,
    /// The locale's: UTF-8.
    Text,
    Latin1,
    Ascii,
    /// Bytes: characters up to 255.
    Octet,
    Utf16Le,
    Utf16Be,
}

use Encoding::*;

/// Names, the first of each the one that it goes by.
const NAMES: &[(&str, Encoding)] = &[
    ("utf8", Utf8),
    ("text", Text),
    ("iso_latin_1", Latin1),
    ("ascii", Ascii),
    ("octet", Octet),
    ("utf16le", Utf16Le),
    ("utf16be", Utf16Be),
    ("unicode_le", Utf16Le),
    ("unicode_be", Utf16Be),
];

/// Text that an encoding has no bytes for.
#[derive(Debug)]
pub struct Unrepresentable;

impl Encoding {
    pub fn from_name(name: &str) -> Option<Encoding> {
        NAMES.iter().find(|(n, _)| *n == name).map(|(_, e)| *e)
    }

    pub fn name(self) -> &'static str {
        let found = NAMES.iter().find(|(_, e)| *e == self);
        found.map_or("", |(name, _)| name)
    }

    /// Is a byte a character?
    pub fn is_bytes(self) -> bool {
        matches!(self, Latin1 | Ascii | Octet)
    }

    /// The bytes of a byte order mark; empty where there is none.
    pub fn mark(self) -> &'static [u8] {
        match self {
            Utf8 => b"\xEF\xBB\xBF",
            Utf16Le => b"\xFF\xFE",
            Utf16Be => b"\xFE\xFF",
            Text | Latin1 | Ascii | Octet => b"",
        }
    }

    /// The encoding whose byte order mark is at the beginning of `bytes`.
    pub fn of_mark(bytes: &[u8]) -> Option<Encoding> {
        [Utf8, Utf16Le, Utf16Be]
            .into_iter()
            .find(|e| bytes.starts_with(e.mark()))
    }

    /// Bytes as UTF-8. Bytes that are no UTF-8 are left as they are: the reader takes them one by one.
    pub fn decode(self, bytes: Vec<u8>) -> Vec<u8> {
        let wide = |pair: fn([u8; 2]) -> u16| {
            let units = bytes.chunks_exact(2).map(|c| pair([c[0], c[1]]));
            let text: String = char::decode_utf16(units)
                .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
                .collect();
            text.into_bytes()
        };
        match self {
            Utf8 | Text => bytes,
            _ if self.is_bytes() && bytes.is_ascii() => bytes,
            Latin1 | Ascii | Octet => {
                let text: String = bytes.iter().map(|b| *b as char).collect();
                text.into_bytes()
            }
            Utf16Le => wide(u16::from_le_bytes),
            Utf16Be => wide(u16::from_be_bytes),
        }
    }

    /// Appends text to bytes: as much of it as can be.
    pub fn encode(self, text: &str, out: &mut Vec<u8>) -> Result<(), Unrepresentable> {
        let last = if self == Ascii { 127 } else { 255 };
        for c in text.chars() {
            match self {
                Utf8 | Text => {
                    out.extend_from_slice(text.as_bytes());
                    return Ok(());
                }
                Latin1 | Ascii | Octet if c as u32 > last => return Err(Unrepresentable),
                Latin1 | Ascii | Octet => out.push(c as u8),
                Utf16Le | Utf16Be => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        out.extend(match self {
                            Utf16Le => unit.to_le_bytes(),
                            _ => unit.to_be_bytes(),
                        });
                    }
                }
            }
        }
        Ok(())
    }
}
