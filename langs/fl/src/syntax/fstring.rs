//! String atoms: adjacent literals joined, formatted strings split into text and fields.
//!
//! As in CPython 3.11 a formatted string is one token, whose fields are found by scanning and then
//! parsed as expressions of their own, in place, so that their positions are right.

use super::ast::{ExprId, ExprKind, FPiece};
use super::lexer::{Tok, tokenize_expr};
use super::literal::{split_string, unescape, unescape_bytes};
use super::parser::{Parse, Parser};
use crate::source::Span;

/// Fields inside fields' format specifications, as deep as CPython goes.
const NESTED_FIELDS_MAX: u32 = 2;

struct FString {
    raw: bool,
    /// Offset of the token, where errors about the whole string are reported.
    token: Span,
    depth: u32,
}

impl Parser<'_> {
    /// One or more adjacent string tokens.
    pub(super) fn strings(&mut self) -> Parse<ExprId> {
        let start = self.span();
        // CPython reports errors inside strings at the token behind them.
        let mut strings = self.lexed.tokens[self.pos..].iter();
        let behind = strings.find(|token| token.kind != Tok::String);
        let behind = behind.map_or(start, |token| token.span);
        let behind = Span::new(behind.start, behind.start);
        let mut pieces: Vec<FPiece> = Vec::new();
        let mut bytes: Option<Vec<u8>> = None;
        let mut first = true;
        while self.at(Tok::String) {
            let token = self.bump();
            let part = split_string(self.source.slice(token.span));
            if !first && part.bytes != bytes.is_some() {
                return Err(self.error(behind, "cannot mix bytes and nonbytes literals"));
            }
            first = false;
            if part.bytes {
                if !part.body.is_ascii() {
                    let message = "bytes can only contain ASCII literal characters";
                    return Err(self.error(token.span, message));
                }
                let value = if part.raw {
                    part.body.as_bytes().to_vec()
                } else {
                    unescape_bytes(part.body).map_err(|m| self.error(behind, m))?
                };
                bytes.get_or_insert_default().extend(value);
            } else if part.format {
                let begin = token.span.start as usize + part.open;
                let end = begin + part.body.len();
                let string = FString {
                    raw: part.raw,
                    token: behind,
                    depth: 0,
                };
                let consumed = self.fstring(&string, begin, end, &mut pieces)?;
                if consumed < end {
                    let message = "f-string: single '}' is not allowed";
                    return Err(self.error(behind, message));
                }
            } else if part.raw {
                push_text(&mut pieces, part.body);
            } else {
                let value = unescape(part.body).map_err(|m| self.error(behind, m))?;
                push_text(&mut pieces, &value);
            }
        }
        let span = start.to(self.last_span());
        let kind = match bytes {
            Some(bytes) => ExprKind::Bytes(bytes.into()),
            None => joined(pieces),
        };
        Ok(self.add(kind, span))
    }

    /// Pieces of `begin..end`; stops early at a `}` that belongs to an enclosing field.
    fn fstring(
        &mut self,
        string: &FString,
        begin: usize,
        end: usize,
        pieces: &mut Vec<FPiece>,
    ) -> Parse<usize> {
        let source = self.source.text();
        let bytes = source.as_bytes();
        let mut pos = begin;
        loop {
            let text = pos;
            while pos < end {
                match bytes[pos] {
                    b'\\' if !string.raw && bytes[pos..].starts_with(b"\\N{") => {
                        let close = source[pos..end].find('}').unwrap_or(end - pos - 1);
                        pos += close + 1;
                    }
                    b'\\' if !string.raw && pos + 1 < end && !b"{}".contains(&bytes[pos + 1]) => {
                        pos += 2;
                    }
                    b'{' | b'}' => break,
                    _ => pos += 1,
                }
            }
            pos = pos.min(end);
            self.fstring_text(string, &source[text..pos], pieces)?;
            if pos >= end {
                return Ok(pos);
            }
            let doubled = pos + 1 < end && bytes[pos + 1] == bytes[pos];
            if doubled && string.depth == 0 {
                push_text(pieces, &source[pos..pos + 1]);
                pos += 2;
            } else if bytes[pos] == b'}' {
                return Ok(pos);
            } else {
                pos = self.field(string, pos + 1, end, pieces)?;
            }
        }
    }

    fn fstring_text(&mut self, string: &FString, text: &str, out: &mut Vec<FPiece>) -> Parse<()> {
        if string.raw {
            push_text(out, text);
        } else {
            let value = unescape(text).map_err(|m| self.error(string.token, m))?;
            push_text(out, &value);
        }
        Ok(())
    }

    /// A field from behind its `{`; the position behind its `}`.
    fn field(
        &mut self,
        string: &FString,
        begin: usize,
        end: usize,
        pieces: &mut Vec<FPiece>,
    ) -> Parse<usize> {
        let source = self.source.text();
        let bytes = source.as_bytes();
        if string.depth >= NESTED_FIELDS_MAX {
            let message = "f-string: expressions nested too deeply";
            return Err(self.error(string.token, message));
        }
        let stop = self.field_end(string, begin, end)?;
        let value = self.field_expression(string, begin, stop)?;
        let mut pos = stop;
        let mut debug = false;
        if bytes.get(pos) == Some(&b'=') && pos < end {
            pos += 1;
            while pos < end && bytes[pos].is_ascii_whitespace() {
                pos += 1;
            }
            push_text(pieces, &source[begin..pos]);
            debug = true;
        }
        let mut conversion = None;
        if pos < end && bytes[pos] == b'!' {
            let rest = &source[pos + 1..end];
            let found = rest.chars().next().filter(|c| matches!(c, 's' | 'r' | 'a'));
            let Some(c) = found else {
                let message = "f-string: invalid conversion character: expected 's', 'r', or 'a'";
                return Err(self.error(string.token, message));
            };
            conversion = Some(c);
            pos += 2;
        }
        let mut spec = None;
        if pos < end && bytes[pos] == b':' {
            let mut inner = Vec::new();
            let begin = pos + 1;
            let nested = FString {
                raw: string.raw,
                token: string.token,
                depth: string.depth + 1,
            };
            pos = self.fstring(&nested, begin, end, &mut inner)?;
            let span = Span::new(begin as u32, pos as u32);
            spec = Some(self.add(joined(inner), span));
        }
        if pos >= end || bytes[pos] != b'}' {
            return Err(self.error(string.token, "f-string: expecting '}'"));
        }
        if debug && conversion.is_none() && spec.is_none() {
            conversion = Some('r');
        }
        pieces.push(FPiece::Field {
            value,
            conversion,
            spec,
        });
        Ok(pos + 1)
    }

    /// Where the expression of a field ends: at `}`, `!`, `:` or `=` outside brackets and strings.
    fn field_end(&mut self, string: &FString, begin: usize, end: usize) -> Parse<usize> {
        let bytes = self.source.text().as_bytes();
        let mut open: Vec<u8> = Vec::new();
        let mut pos = begin;
        while pos < end {
            let byte = bytes[pos];
            let next = bytes
                .get(pos + 1)
                .copied()
                .filter(|_| pos + 1 < end)
                .unwrap_or(0);
            match byte {
                b'\\' => {
                    let message = "f-string expression part cannot include a backslash";
                    return Err(self.error(string.token, message));
                }
                b'#' => {
                    let message = "f-string expression part cannot include '#'";
                    return Err(self.error(string.token, message));
                }
                b'"' | b'\'' => {
                    pos = self.skip_string(string, pos, end)?;
                    continue;
                }
                b'(' | b'[' | b'{' => open.push(byte),
                b'!' | b'=' | b'<' | b'>' if open.is_empty() => {
                    if next == b'=' {
                        pos += 2;
                        continue;
                    }
                    if matches!(byte, b'!' | b'=') {
                        break;
                    }
                }
                b':' | b'}' if open.is_empty() => break,
                b')' | b']' | b'}' => {
                    let Some(opening) = open.pop() else {
                        let message = format!("f-string: unmatched '{}'", byte as char);
                        return Err(self.error(string.token, message));
                    };
                    if !matches!((opening, byte), (b'(', b')') | (b'[', b']') | (b'{', b'}')) {
                        let message = format!(
                            "f-string: closing parenthesis '{}' does not match opening \
                             parenthesis '{}'",
                            byte as char, opening as char
                        );
                        return Err(self.error(string.token, message));
                    }
                }
                _ => {}
            }
            pos += 1;
        }
        if let Some(opening) = open.last() {
            let message = format!("f-string: unmatched '{}'", *opening as char);
            let message = if pos >= end {
                "f-string: expecting '}'".into()
            } else {
                message
            };
            return Err(self.error(string.token, message));
        }
        if pos >= end {
            return Err(self.error(string.token, "f-string: expecting '}'"));
        }
        Ok(pos)
    }

    fn skip_string(&mut self, string: &FString, begin: usize, end: usize) -> Parse<usize> {
        let bytes = &self.source.text().as_bytes()[..end];
        let quote = bytes[begin];
        let triple = [quote; 3];
        let delimiter: &[u8] = if bytes[begin..].starts_with(&triple) {
            &triple
        } else {
            &triple[..1]
        };
        let mut pos = begin + delimiter.len();
        while pos < end {
            if bytes[pos] == b'\\' {
                let message = "f-string expression part cannot include a backslash";
                return Err(self.error(string.token, message));
            }
            if bytes[pos..].starts_with(delimiter) {
                return Ok(pos + delimiter.len());
            }
            pos += 1;
        }
        Err(self.error(string.token, "f-string: unterminated string"))
    }

    fn field_expression(&mut self, string: &FString, begin: usize, end: usize) -> Parse<ExprId> {
        let text = self.source.text();
        if text[begin..end].trim().is_empty() {
            return Err(self.error(string.token, "f-string: empty expression not allowed"));
        }
        let tokens = tokenize_expr(text, begin, end);
        let outer = std::mem::replace(&mut self.lexed, tokens);
        let outer_pos = std::mem::replace(&mut self.pos, 0);
        let outer_operand = self.last_operand.take();
        let was = std::mem::replace(&mut self.in_fstring, true);
        let result = self.nested(|p| {
            let id = p.fstring_value()?;
            if p.at(Tok::End) {
                Ok(id)
            } else {
                Err(p.unexpected())
            }
        });
        self.in_fstring = was;
        self.lexed = outer;
        self.pos = outer_pos;
        self.last_operand = outer_operand;
        result
    }

    fn fstring_value(&mut self) -> Parse<ExprId> {
        if self.at(Tok::Yield) {
            return self.yield_expression();
        }
        let start = self.span();
        let first = self.star_named_expression()?;
        if !self.at(Tok::Comma) {
            return Ok(first);
        }
        let mut items = vec![first];
        while self.eat(Tok::Comma) {
            if self.at(Tok::End) {
                break;
            }
            items.push(self.star_named_expression()?);
        }
        let span = start.to(self.last_span());
        Ok(self.add(ExprKind::Tuple(items), span))
    }
}

fn push_text(pieces: &mut Vec<FPiece>, text: &str) {
    if text.is_empty() {
        return;
    }
    if let Some(FPiece::Text(last)) = pieces.last_mut() {
        *last = format!("{last}{text}").into();
    } else {
        pieces.push(FPiece::Text(text.into()));
    }
}

/// A plain string if there are no fields.
fn joined(mut pieces: Vec<FPiece>) -> ExprKind {
    if pieces.is_empty() {
        return ExprKind::Str("".into());
    }
    if pieces.len() > 1 || !matches!(pieces[0], FPiece::Text(_)) {
        return ExprKind::JoinedStr(pieces);
    }
    match pieces.pop() {
        Some(FPiece::Text(text)) => ExprKind::Str(text),
        _ => ExprKind::JoinedStr(pieces),
    }
}
