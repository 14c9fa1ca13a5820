//! Finding and changing text, on bytes.

/// First `part` in `text`, by byte offset.
pub fn find_bytes(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((&first, rest)) = part.split_first() else {
        return Some(0);
    };
    if part.len() > text.len() {
        return None;
    }
    if part.len() > 64 && text.len() > 4096 {
        return two_way(text, part);
    }
    let mut at = 0;
    let last = text.len() - part.len();
    while at <= last {
        at += text[at..=last].iter().position(|&b| b == first)?;
        if &text[at + 1..at + part.len()] == rest {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// Long needles: `str::find` runs in linear time, and latin-1 widening keeps bytes apart.
fn two_way(text: &[u8], part: &[u8]) -> Option<usize> {
    if let (Ok(text), Ok(part)) = (std::str::from_utf8(text), std::str::from_utf8(part)) {
        return text.find(part);
    }
    let widen = |bytes: &[u8]| bytes.iter().map(|&b| b as char).collect::<String>();
    let wide = widen(text);
    let at = wide.find(&widen(part))?;
    Some(wide[..at].chars().count())
}

/// Last `part` in `text`, by byte offset.
pub fn rfind_bytes(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.len() > text.len() {
        return None;
    }
    (0..=text.len() - part.len())
        .rev()
        .find(|&at| &text[at..at + part.len()] == part)
}

/// Which ends to trim.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Trim {
    Start,
    End,
    Both,
}

impl Trim {
    /// The part of `text` without characters at the ends that `drop` accepts.
    pub fn apply(self, text: &[u8], drop: impl Fn(u32) -> bool) -> &[u8] {
        let mut text = text;
        if self != Trim::End {
            while !text.is_empty() {
                let (code, n) = super::decode(text);
                if !drop(code) {
                    break;
                }
                text = &text[n..];
            }
        }
        if self != Trim::Start {
            while !text.is_empty() {
                let mut at = text.len() - 1;
                while text[at] & 0xC0 == 0x80 {
                    at -= 1;
                }
                if !drop(super::decode(&text[at..]).0) {
                    break;
                }
                text = &text[..at];
            }
        }
        text
    }
}
