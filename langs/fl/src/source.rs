//! A source text and the map from byte offsets to lines and columns.

use std::sync::Arc;

use crate::code::Position;

/// A range of bytes of the source text.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The range `start..end`.
    pub fn new(start: u32, end: u32) -> Span {
        Span { start, end }
    }

    /// From the start of `self` to the end of `last`.
    pub fn to(self, last: Span) -> Span {
        Span {
            start: self.start,
            end: last.end,
        }
    }
}

/// Source text with its path. Line ends are normalised to `\n` and a byte order mark is dropped.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    path: Arc<str>,
    text: Box<str>,
    line_starts: Vec<u32>,
}

impl Source {
    /// Takes `text` as the content of the file at `path`.
    pub fn new(path: &str, text: &str) -> Source {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let text: Box<str> = if text.contains('\r') {
            text.replace("\r\n", "\n").replace('\r', "\n").into()
        } else {
            text.into()
        };
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let line_starts = std::iter::once(0)
            .chain(ends.map(|(index, _)| index as u32 + 1))
            .collect();
        Source {
            path: path.into(),
            text,
            line_starts,
        }
    }

    /// The path as given.
    pub fn path(&self) -> &Arc<str> {
        &self.path
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text of `span`.
    pub fn slice(&self, span: Span) -> &str {
        &self.text[span.start as usize..span.end as usize]
    }

    /// The line, counted from 1, that holds byte `offset`.
    pub fn line(&self, offset: u32) -> u32 {
        self.line_starts.partition_point(|start| *start <= offset) as u32
    }

    /// Line from 1 and column from 0, in bytes.
    pub fn line_col(&self, offset: u32) -> (u32, u32) {
        let line = self.line(offset);
        (line, offset - self.line_starts[line as usize - 1])
    }

    /// Text of a line, counted from 1, without its end.
    pub fn line_text(&self, line: u32) -> &str {
        let Some(&start) = self.line_starts.get((line as usize).wrapping_sub(1)) else {
            return "";
        };
        let end = self
            .line_starts
            .get(line as usize)
            .map_or(self.text.len(), |end| *end as usize);
        self.text[start as usize..end].trim_end_matches('\n')
    }

    /// Start of a line, counted from 1.
    pub fn line_start(&self, line: u32) -> u32 {
        self.line_starts[line as usize - 1]
    }

    /// Lines and columns of a span.
    pub fn position(&self, span: Span) -> Position {
        let (line, col) = self.line_col(span.start);
        let (end_line, end_col) = self.line_col(span.end);
        Position {
            line,
            col,
            end_line,
            end_col,
        }
    }
}
