//! Text on top of a file of bytes: encodings and line ends.

use super::file::File;
use crate::builtins::codecs::{self, Codec};
use crate::builtins::{bytes, core};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::native::Guest;
use std::time::Duration;

/// The argument `newline` of `open`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Newline {
    /// `None`: any line end is read as `\n`.
    Universal,
    /// `''`: any line end, as it is.
    Untouched,
    Lf,
    Cr,
    CrLf,
}

impl Newline {
    pub fn named(name: &str) -> Option<Newline> {
        Some(match name {
            "" => Newline::Untouched,
            "\n" => Newline::Lf,
            "\r" => Newline::Cr,
            "\r\n" => Newline::CrLf,
            _ => return None,
        })
    }
}

/// How bytes become text.
pub struct Text {
    pub encoding: String,
    pub errors: String,
    codec: Codec,
    newline: Newline,
    /// Something was read or written: a byte order mark is behind us.
    begun: bool,
    /// False while a loop goes over the lines.
    pub tells: bool,
    pub line_buffered: bool,
}

impl Text {
    /// `None`: there is no such encoding.
    pub fn new(encoding: &str, errors: &str, newline: Newline) -> Option<Text> {
        Some(Text {
            encoding: encoding.to_string(),
            errors: errors.to_string(),
            codec: Codec::named(encoding)?,
            newline,
            begun: false,
            tells: true,
            line_buffered: false,
        })
    }

    /// Reads further ahead and checks what came, as CPython does, which decodes by blocks.
    fn fill(&mut self, vm: &mut Vm, file: &mut File, all: bool) -> Guest<usize> {
        let before = file.ahead().len();
        // Wait in short turns, so that an interrupt ends the wait.
        while file.is_input() && !vm.host.input_ready(Duration::from_millis(50)) {
            let _ = vm.host.flush(Stream::Out);
            vm.check_interrupt()?;
        }
        let result = match all {
            true => file.fill_all(&mut *vm.host),
            false => file.fill(&mut *vm.host).map(|_| ()),
        };
        result.map_err(|e| core::io_error(vm, &e, None))?;
        self.begin(vm, file)?;
        if self.errors == "strict" {
            self.check(vm, file)?;
        }
        Ok(file.ahead().len().saturating_sub(before))
    }

    /// At the first read: a byte order mark is skipped, and wide units are decoded at once.
    fn begin(&mut self, vm: &mut Vm, file: &mut File) -> Guest<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Ok(());
        }
        match self.codec {
            Codec::Utf8Signed => {
                if file.ahead().starts_with(b"\xef\xbb\xbf") {
                    file.advance(3);
                }
                self.codec = Codec::Utf8;
            }
            Codec::Wide(..) => {
                let all = file.read(&mut *vm.host, None);
                let all = all.map_err(|e| core::io_error(vm, &e, None))?;
                let text = self.decode_bytes(vm, &all)?;
                file.set_ahead(text);
                self.codec = Codec::Utf8;
            }
            _ => {}
        }
        Ok(())
    }

    fn check(&mut self, vm: &mut Vm, file: &File) -> Guest<()> {
        let ahead = file.ahead();
        let faulty = match self.codec {
            Codec::Ascii => !ahead.is_ascii(),
            Codec::Latin1 => false,
            _ => match std::str::from_utf8(ahead) {
                Ok(_) => false,
                Err(e) => e.error_len().is_some() || file.has_ended(),
            },
        };
        if faulty {
            let ahead = ahead.to_vec();
            self.decode_bytes(vm, &ahead)?;
        }
        Ok(())
    }

    fn decode_bytes(&self, vm: &mut Vm, encoded: &[u8]) -> Guest<Vec<u8>> {
        let object = bytes::new(vm, encoded);
        let (encoding, errors) = (vm.str(&self.encoding), vm.str(&self.errors));
        codecs::decode(vm, object, encoded, encoding, errors)
    }

    fn decode(&self, vm: &mut Vm, encoded: &[u8]) -> Guest {
        let plain = match self.codec {
            Codec::Latin1 => encoded.is_ascii(),
            Codec::Ascii => encoded.is_ascii(),
            _ => std::str::from_utf8(encoded).is_ok(),
        };
        if plain {
            return Ok(vm.str_from_bytes(encoded));
        }
        let text = self.decode_bytes(vm, encoded)?;
        Ok(vm.str_from_bytes(&text))
    }

    /// Where the first line of `bytes` ends, without and with its end.
    fn line_end(&self, bytes: &[u8], seen: usize, ended: bool) -> Option<(usize, usize)> {
        let find = |byte: u8| bytes[seen..].iter().position(|b| *b == byte);
        match self.newline {
            Newline::Lf => find(b'\n').map(|i| (seen + i, seen + i + 1)),
            Newline::Cr => find(b'\r').map(|i| (seen + i, seen + i + 1)),
            Newline::CrLf => {
                let from = seen.saturating_sub(1);
                let at = bytes[from..].windows(2).position(|w| w == b"\r\n")?;
                Some((from + at, from + at + 2))
            }
            Newline::Universal | Newline::Untouched => {
                let is_end = |b: &u8| *b == b'\n' || *b == b'\r';
                let at = seen + bytes[seen..].iter().position(is_end)?;
                match (bytes[at], bytes.get(at + 1)) {
                    (b'\r', Some(b'\n')) => Some((at, at + 2)),
                    (b'\r', None) if !ended => None,
                    _ => Some((at, at + 1)),
                }
            }
        }
    }

    /// The length of the character that starts with this byte.
    fn width(&self, first: u8) -> usize {
        match (self.codec, first) {
            (Codec::Ascii | Codec::Latin1, _) => 1,
            (_, 0xc2..=0xdf) => 2,
            (_, 0xe0..=0xef) => 3,
            (_, 0xf0..=0xf4) => 4,
            _ => 1,
        }
    }

    /// A line with its end, cut after `limit` characters; empty at the end.
    pub fn read_line(&mut self, vm: &mut Vm, file: &mut File, limit: Option<usize>) -> Guest {
        let mut seen = 0;
        let (content, end) = loop {
            let ahead = file.ahead();
            if let Some(found) = self.line_end(ahead, seen, file.has_ended()) {
                break found;
            }
            // A carriage return at the end is looked at again.
            seen = ahead.len().saturating_sub(1);
            if self.fill(vm, file, false)? == 0 {
                let n = file.ahead().len();
                break self.line_end(file.ahead(), 0, true).unwrap_or((n, n));
            }
        };
        if let Some(limit) = limit {
            let line = &file.ahead()[..content];
            let mut at = 0;
            let mut chars = 0;
            while at < line.len() && chars < limit {
                at += self.width(line[at]);
                chars += 1;
            }
            if at < content || chars == limit {
                return self.take(vm, file, at.min(content));
            }
        }
        let mut line = file.ahead()[..end].to_vec();
        file.advance(end);
        if self.newline == Newline::Universal && content < end {
            line.truncate(content);
            line.push(b'\n');
        }
        self.decode(vm, &line)
    }

    fn take(&mut self, vm: &mut Vm, file: &mut File, n: usize) -> Guest {
        let bytes = file.ahead()[..n].to_vec();
        file.advance(n);
        self.decode(vm, &bytes)
    }

    /// Up to `limit` characters, all if `None`.
    pub fn read(&mut self, vm: &mut Vm, file: &mut File, limit: Option<usize>) -> Guest {
        let Some(limit) = limit else {
            self.fill(vm, file, true)?;
            let all = file.ahead().to_vec();
            file.advance(all.len());
            let all = match self.newline == Newline::Universal && all.contains(&b'\r') {
                true => translated(&all),
                false => all,
            };
            return self.decode(vm, &all);
        };
        let mut out = Vec::new();
        for _ in 0..limit {
            if file.ahead().len() < 4 && !file.has_ended() {
                self.fill(vm, file, false)?;
            }
            let ahead = file.ahead();
            let Some(&first) = ahead.first() else { break };
            let mut n = self.width(first).min(ahead.len());
            if self.newline == Newline::Universal && first == b'\r' {
                n = 1 + usize::from(ahead.get(1) == Some(&b'\n'));
                out.push(b'\n');
            } else {
                out.extend_from_slice(&ahead[..n]);
            }
            file.advance(n);
        }
        self.decode(vm, &out)
    }

    /// Encodes and writes a text (UTF-8).
    pub fn write(&mut self, vm: &mut Vm, file: &mut File, text: Value, utf8: &[u8]) -> Guest<()> {
        let end: &[u8] = match self.newline {
            Newline::Cr => b"\r",
            Newline::CrLf => b"\r\n",
            _ => b"\n",
        };
        let ends: Vec<u8>;
        let mut utf8 = utf8;
        let mut text = text;
        if end != b"\n" && utf8.contains(&b'\n') {
            ends = utf8.split(|b| *b == b'\n').collect::<Vec<_>>().join(end);
            utf8 = &ends;
            text = vm.str_from_bytes(utf8);
        }
        let plain = match self.codec {
            Codec::Utf8 => std::str::from_utf8(utf8).is_ok(),
            Codec::Ascii | Codec::Latin1 => utf8.is_ascii(),
            _ => false,
        };
        let result = if plain {
            file.write(&mut *vm.host, utf8)
        } else {
            let (encoding, errors) = (vm.str(&self.encoding_now()), vm.str(&self.errors));
            let encoded = codecs::encode(vm, text, encoding, errors)?;
            file.write(&mut *vm.host, &encoded)
        };
        self.begun = true;
        result.map_err(|e| core::io_error(vm, &e, None))
    }

    /// The encoding, without a byte order mark after the first write.
    fn encoding_now(&self) -> String {
        match (self.codec, self.begun) {
            (Codec::Utf8Signed, true) => "utf-8".into(),
            (Codec::Wide(2, _, true), true) => "utf-16-le".into(),
            (Codec::Wide(_, _, true), true) => "utf-32-le".into(),
            _ => self.encoding.clone(),
        }
    }

    /// Text is appended to a file that has some: no byte order mark.
    pub fn continues(&mut self) {
        self.begun = true;
    }

    /// The position was changed: does a byte order mark follow?
    pub fn moved(&mut self, to: u64) {
        self.tells = true;
        if to == 0 {
            if let Some(codec) = Codec::named(&self.encoding) {
                self.codec = codec;
            }
            self.begun = false;
        }
    }
}

fn translated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\r' {
            out.push(b'\n');
            at += 1 + usize::from(bytes.get(at + 1) == Some(&b'\n'));
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    out
}
