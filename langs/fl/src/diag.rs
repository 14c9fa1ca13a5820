//! Static errors in CPython's words; in its form where a program may read them, and as
//! annotated source for people at a terminal.
//!
//! ```text
//!   File "x.py", line 5
//!     print("never", (1 + 2)
//!          ^
//! SyntaxError: '(' was never closed
//! ```

use std::fmt::Write;
use std::ops::Range;

use ariadne::{Color, Config, IndexType, Label, Report, ReportKind};

use crate::source::{Source, Span};

/// Which exception class CPython raises for the error.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum DiagKind {
    Syntax,
    Indentation,
    Tab,
}

impl DiagKind {
    /// Name of the exception class.
    pub fn name(self) -> &'static str {
        match self {
            DiagKind::Syntax => "SyntaxError",
            DiagKind::Indentation => "IndentationError",
            DiagKind::Tab => "TabError",
        }
    }
}

/// An error in the source text, complete enough to be printed without the source.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    pub kind: DiagKind,
    pub message: String,
    pub path: String,
    /// From 1.
    pub line: u32,
    /// In characters, from 1.
    pub column: u32,
    pub end_line: u32,
    /// In characters, from 1, exclusive.
    pub end_column: u32,
    /// The text of `line`.
    pub text: String,
    /// Bytes of the source.
    pub span: Span,
}

impl Diagnostic {
    /// An error at `span` of `source`.
    pub fn new(kind: DiagKind, message: String, source: &Source, span: Span) -> Diagnostic {
        let (line, column) = char_position(source, span.start);
        let (end_line, end_column) = char_position(source, span.end);
        Diagnostic {
            kind,
            message,
            path: source.path().to_string(),
            line,
            column,
            end_line,
            end_column,
            text: source.line_text(line).to_string(),
            span,
        }
    }

    /// As CPython prints it, with a final newline.
    pub fn render(&self) -> String {
        let mut out = format!("  File \"{}\", line {}\n", self.path, self.line);
        let shown = self.text.trim_start_matches([' ', '\t', '\u{c}']);
        let text = shown.trim_end();
        if !text.is_empty() {
            let _ = writeln!(out, "    {text}");
            let dropped = self.text.chars().count() - shown.chars().count();
            // A place in the indentation that is not shown gets no caret.
            let Some(start) = (self.column as usize - 1).checked_sub(dropped) else {
                let _ = writeln!(out, "{}: {}", self.kind.name(), self.message);
                return out;
            };
            let line_end = text.chars().count().max(start + 1);
            let end = if self.end_line > self.line {
                line_end
            } else {
                (self.end_column as usize - 1).saturating_sub(dropped)
            };
            let carets = end.clamp(start + 1, line_end) - start;
            let pad: String = text
                .chars()
                .chain(std::iter::repeat(' '))
                .take(start)
                .map(|c| if c.is_whitespace() { c } else { ' ' })
                .collect();
            let _ = writeln!(out, "    {pad}{}", "^".repeat(carets));
        }
        let _ = writeln!(out, "{}: {}", self.kind.name(), self.message);
        out
    }
}

/// Errors in `text` as annotated source, for a terminal.
pub fn annotate(diagnostics: &[Diagnostic], text: &str, colour: bool) -> String {
    let mut out = Vec::new();
    // Spans count in the text with its line ends made one kind.
    let source = Source::new("", text);
    let lines = ariadne::Source::from(source.text());
    // The end of a text that ends in a line feed lies on a line that is not shown.
    let last = source.text().trim_end_matches('\n').len();
    let config = Config::default()
        .with_color(colour)
        .with_index_type(IndexType::Byte);
    for diagnostic in diagnostics {
        let path = diagnostic.path.as_str();
        let Span { start, end } = diagnostic.span;
        let start = (start as usize).min(last);
        let place: (&str, Range<usize>) = (path, start..(end as usize).clamp(start, last));
        let report = Report::build(ReportKind::Error, place.clone())
            .with_config(config)
            .with_code(diagnostic.kind.name())
            .with_message(&diagnostic.message)
            .with_label(
                Label::new(place)
                    .with_message("here")
                    .with_color(Color::Red),
            )
            .finish();
        // Writing to memory does not fail.
        let _ = report.write((path, &lines), &mut out);
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn char_position(source: &Source, offset: u32) -> (u32, u32) {
    let (line, _) = source.line_col(offset);
    let before = Span::new(source.line_start(line), offset);
    (line, source.slice(before).chars().count() as u32 + 1)
}
