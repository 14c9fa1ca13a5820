//! Source text to tokens: indentation, implicit line joining, and the errors of this level.
//!
//! The whole file is tokenised at once. An error becomes an [`Tok::Error`] token, so that it is
//! reported only if the parser gets there, as in CPython, and lexing goes on behind it.

use crate::diag::DiagKind;
use crate::source::Span;

/// A token.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub kind: Tok,
    pub span: Span,
}

macro_rules! tokens {
    (keywords { $($kw:ident $kwtext:literal)* } operators { $($op:ident $optext:literal)* }) => {
        /// Kinds of tokens.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum Tok {
            Name,
            Number,
            String,
            Newline,
            Indent,
            Dedent,
            End,
            /// Index into the errors.
            Error(u32),
            $($kw,)*
            $($op,)*
        }

        /// The keyword spelled `text`.
        pub fn keyword(text: &str) -> Option<Tok> {
            match text {
                $($kwtext => Some(Tok::$kw),)*
                _ => None,
            }
        }

        /// The longest operator that `text` starts with, and its length.
        fn operator(text: &[u8]) -> Option<(Tok, usize)> {
            const OPERATORS: &[(&[u8], Tok)] = &[$(($optext.as_bytes(), Tok::$op)),*];
            OPERATORS
                .iter()
                .find(|(spelling, _)| text.starts_with(spelling))
                .map(|(spelling, tok)| (*tok, spelling.len()))
        }

        impl Tok {
            /// Spelling of a keyword or operator.
            pub fn text(self) -> &'static str {
                match self {
                    $(Tok::$kw => $kwtext,)*
                    $(Tok::$op => $optext,)*
                    _ => "",
                }
            }

            /// Whether this is a keyword.
            pub fn is_keyword(self) -> bool {
                matches!(self, $(Tok::$kw)|*)
            }
        }
    };
}

tokens! {
    keywords {
        False "False" None "None" True "True" And "and" As "as" Assert "assert" Async "async"
        Await "await" Break "break" Class "class" Continue "continue" Def "def" Del "del"
        Elif "elif" Else "else" Except "except" Finally "finally" For "for" From "from"
        Global "global" If "if" Import "import" In "in" Is "is" Lambda "lambda"
        Nonlocal "nonlocal" Not "not" Or "or" Pass "pass" Raise "raise" Return "return" Try "try"
        While "while" With "with" Yield "yield"
    }
    operators {
        StarStarEq "**=" SlashSlashEq "//=" LShiftEq "<<=" RShiftEq ">>=" Ellipsis "..."
        PlusEq "+=" MinusEq "-=" StarEq "*=" SlashEq "/=" PercentEq "%=" AmpEq "&=" BarEq "|="
        CaretEq "^=" AtEq "@=" Arrow "->" ColonEq ":=" StarStar "**" SlashSlash "//" LShift "<<"
        RShift ">>" LessEq "<=" GreaterEq ">=" EqEq "==" NotEq "!=" LParen "(" RParen ")"
        LBracket "[" RBracket "]" LBrace "{" RBrace "}" Comma "," Colon ":" Semicolon ";" Dot "."
        Eq "=" Plus "+" Minus "-" Star "*" Slash "/" Percent "%" Amp "&" Bar "|" Caret "^" At "@"
        Tilde "~" Less "<" Greater ">" Bang "!"
    }
}

/// An error found while tokenising.
#[derive(Clone, Debug)]
pub struct LexError {
    pub kind: DiagKind,
    pub message: String,
    pub span: Span,
}

/// The tokens of a text.
#[derive(Debug, Default)]
pub struct Tokens {
    pub tokens: Vec<Token>,
    pub errors: Vec<LexError>,
    /// Brackets still open at the end of the text, outermost first.
    pub unclosed: Vec<Span>,
}

/// CPython's limits.
const NESTED_PARENS_MAX: usize = 200;
const INDENT_LEVELS_MAX: usize = 100;

/// Tokenises a whole file.
pub fn tokenize(text: &str) -> Tokens {
    let mut lexer = Lexer::new(text, 0, text.len());
    lexer.run();
    lexer.out
}

/// Tokenises the expression in `start..end`, where line ends mean nothing (inside an f-string).
pub fn tokenize_expr(text: &str, start: usize, end: usize) -> Tokens {
    let mut lexer = Lexer::new(text, start, end);
    lexer.line_start = false;
    lexer.joined = true;
    while lexer.pos < lexer.end {
        lexer.token();
    }
    lexer.push(Tok::End, end);
    lexer.out.unclosed = lexer.brackets.iter().map(|(_, span)| *span).collect();
    lexer.out
}

struct Lexer<'a> {
    bytes: &'a [u8],
    text: &'a str,
    pos: usize,
    end: usize,
    /// Columns with tabs to multiples of eight, and with tabs of one, as in CPython.
    indents: Vec<(usize, usize)>,
    brackets: Vec<(u8, Span)>,
    line_start: bool,
    joined: bool,
    out: Tokens,
}

impl<'a> Lexer<'a> {
    fn new(text: &'a str, start: usize, end: usize) -> Lexer<'a> {
        Lexer {
            bytes: &text.as_bytes()[..end],
            text,
            pos: start,
            end,
            indents: vec![(0, 0)],
            brackets: Vec::new(),
            line_start: true,
            joined: false,
            out: Tokens::default(),
        }
    }

    fn run(&mut self) {
        while self.pos < self.end {
            if self.line_start {
                self.indentation();
            } else {
                self.token();
            }
        }
        let end = self.end;
        if !matches!(
            self.out.tokens.last().map(|t| t.kind),
            None | Some(Tok::Newline | Tok::Dedent | Tok::Indent)
        ) {
            self.push(Tok::Newline, end);
        }
        for _ in 1..self.indents.len() {
            self.push(Tok::Dedent, end);
        }
        self.push(Tok::End, end);
        self.out.unclosed = self.brackets.iter().map(|(_, span)| *span).collect();
    }

    fn push(&mut self, kind: Tok, start: usize) {
        let span = Span::new(start as u32, self.pos as u32);
        self.out.tokens.push(Token { kind, span });
    }

    fn error(&mut self, kind: DiagKind, span: Span, message: impl Into<String>) {
        let index = self.out.errors.len() as u32;
        self.out.errors.push(LexError {
            kind,
            message: message.into(),
            span,
        });
        self.out.tokens.push(Token {
            kind: Tok::Error(index),
            span,
        });
    }

    fn syntax_error(&mut self, start: usize, end: usize, message: impl Into<String>) {
        self.error(
            DiagKind::Syntax,
            Span::new(start as u32, end as u32),
            message,
        );
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.pos + ahead).copied().unwrap_or(0)
    }

    fn line_end(&self) -> usize {
        let rest = &self.bytes[self.pos..];
        rest.iter()
            .position(|b| *b == b'\n')
            .map_or(self.end, |n| self.pos + n)
    }

    fn line_number(&self, at: usize) -> usize {
        self.bytes[..at].iter().filter(|b| **b == b'\n').count() + 1
    }

    /// At the start of a line outside brackets: compares its indentation with the open ones.
    fn indentation(&mut self) {
        let (mut col, mut alt) = (0, 0);
        loop {
            match self.peek(0) {
                b' ' => (col, alt) = (col + 1, alt + 1),
                b'\t' => (col, alt) = ((col / 8 + 1) * 8, alt + 1),
                0x0c => (col, alt) = (0, 0),
                b'\\' if self.peek(1) == b'\n' => self.pos += 1,
                _ => break,
            }
            self.pos += 1;
        }
        match self.peek(0) {
            b'#' => {
                self.pos = self.line_end();
                return self.indentation_skip();
            }
            b'\n' => return self.indentation_skip(),
            _ if self.pos >= self.end => return,
            _ => {}
        }
        self.line_start = false;
        let (open, open_alt) = *self.indents.last().expect("the outermost level stays");
        if col == open && alt != open_alt || (col > open) != (alt > open_alt) && col != open {
            return self.tab_error();
        }
        if col > open {
            if self.indents.len() >= INDENT_LEVELS_MAX {
                let span = Span::new(self.pos as u32, self.pos as u32);
                return self.error(
                    DiagKind::Indentation,
                    span,
                    "too many levels of indentation",
                );
            }
            self.indents.push((col, alt));
            let pos = self.pos;
            return self.push(Tok::Indent, pos);
        }
        self.dedent(col, alt);
    }

    fn indentation_skip(&mut self) {
        if self.peek(0) == b'\n' {
            self.pos += 1;
        }
    }

    fn tab_error(&mut self) {
        let before = self.bytes[..self.pos].iter().rev();
        let indent = before
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        let start = (self.pos - indent) as u32;
        let span = Span::new(start, start);
        self.error(
            DiagKind::Tab,
            span,
            "inconsistent use of tabs and spaces in indentation",
        );
    }

    fn dedent(&mut self, col: usize, alt: usize) {
        while self.indents.last().is_some_and(|(open, _)| *open > col) {
            self.indents.pop();
            let pos = self.pos;
            self.push(Tok::Dedent, pos);
        }
        let (open, open_alt) = *self.indents.last().expect("the outermost level stays");
        if open != col {
            let end = self.line_end();
            let span = Span::new(end as u32, end as u32);
            let message = "unindent does not match any outer indentation level";
            self.error(DiagKind::Indentation, span, message);
        } else if open_alt != alt {
            self.tab_error();
        }
    }

    fn token(&mut self) {
        let start = self.pos;
        match self.peek(0) {
            b' ' | b'\t' | 0x0c => self.pos += 1,
            b'\n' => {
                self.pos += 1;
                if self.brackets.is_empty() && !self.joined {
                    self.pos = start;
                    self.push(Tok::Newline, start);
                    self.pos += 1;
                    self.line_start = true;
                }
            }
            b'#' => self.pos = self.line_end(),
            b'\\' => self.continuation(start),
            b'0'..=b'9' => self.number(start),
            b'.' if self.peek(1).is_ascii_digit() => self.number(start),
            b'"' | b'\'' => self.string(start),
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.name(start),
            0 => {
                self.pos = self.end;
                self.syntax_error(start, start, "source code cannot contain null bytes");
            }
            byte if byte >= 0x80 => self.name(start),
            _ => self.operator(start),
        }
    }

    fn continuation(&mut self, start: usize) {
        self.pos += 1;
        if self.pos >= self.end || self.peek(0) == b'\n' && self.pos + 1 >= self.end {
            self.pos = self.end;
            self.syntax_error(start, start, "unexpected EOF while parsing");
        } else if self.peek(0) == b'\n' {
            self.pos += 1;
        } else {
            let message = "unexpected character after line continuation character";
            let at = self.pos;
            self.pos = self.line_end();
            self.syntax_error(at, at, message);
        }
    }

    fn operator(&mut self, start: usize) {
        let Some((tok, len)) = operator(&self.bytes[start..]) else {
            self.pos += 1;
            let byte = self.bytes[start];
            if byte.is_ascii_control() {
                let message = format!("invalid non-printable character U+{byte:04X}");
                return self.syntax_error(start, start, message);
            }
            return self.syntax_error(start, start, "invalid syntax");
        };
        self.pos += len;
        let span = Span::new(start as u32, self.pos as u32);
        match tok {
            Tok::LParen | Tok::LBracket | Tok::LBrace => {
                if self.brackets.len() >= NESTED_PARENS_MAX {
                    self.pos = self.end;
                    return self.syntax_error(start, start, "too many nested parentheses");
                }
                self.brackets.push((self.bytes[start], span));
            }
            Tok::RParen | Tok::RBracket | Tok::RBrace => return self.close(tok, span),
            _ => {}
        }
        self.push(tok, start);
    }

    fn close(&mut self, tok: Tok, span: Span) {
        let close = self.bytes[span.start as usize] as char;
        let Some((open, open_span)) = self.brackets.pop() else {
            let message = format!("unmatched '{close}'");
            return self.error(DiagKind::Syntax, Span::new(span.start, span.start), message);
        };
        let matches = matches!((open, close), (b'(', ')') | (b'[', ']') | (b'{', '}'));
        if matches {
            return self.push(tok, span.start as usize);
        }
        let open_line = self.line_number(open_span.start as usize);
        let place = if open_line == self.line_number(span.start as usize) {
            String::new()
        } else {
            format!(" on line {open_line}")
        };
        let open = open as char;
        let message = format!(
            "closing parenthesis '{close}' does not match opening parenthesis '{open}'{place}"
        );
        self.error(DiagKind::Syntax, Span::new(span.start, span.start), message);
    }

    fn name(&mut self, start: usize) {
        let rest = &self.text[start..self.end];
        let len = rest
            .char_indices()
            .find(|(_, c)| !(*c == '_' || unicode_ident::is_xid_continue(*c)))
            .map_or(rest.len(), |(index, _)| index);
        let first = rest.chars().next().expect("not at the end");
        if len == 0 || !(first == '_' || unicode_ident::is_xid_start(first)) {
            self.pos += first.len_utf8();
            let code = first as u32;
            let message = if first.is_control() || first.is_whitespace() || code == 0xfeff {
                format!("invalid non-printable character U+{code:04X}")
            } else {
                format!("invalid character '{first}' (U+{code:04X})")
            };
            return self.syntax_error(start, start, message);
        }
        self.pos += len;
        let text = &rest[..len];
        if matches!(self.peek(0), b'"' | b'\'') && is_string_prefix(text) {
            return self.string(start);
        }
        self.push(keyword(text).unwrap_or(Tok::Name), start);
    }

    /// `self.pos` is at the opening quote.
    fn string(&mut self, start: usize) {
        let quote = self.peek(0);
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.pos += if triple { 3 } else { 1 };
        loop {
            if self.pos >= self.end || !triple && self.peek(0) == b'\n' {
                let last = if triple {
                    self.last_line()
                } else {
                    self.line_number(start)
                };
                let kind = if triple {
                    "triple-quoted string"
                } else {
                    "string"
                };
                let message = format!("unterminated {kind} literal (detected at line {last})");
                return self.syntax_error(start, start, message);
            }
            match self.peek(0) {
                b'\\' => self.pos += 2,
                byte if byte != quote => self.pos += 1,
                _ if !triple => {
                    self.pos += 1;
                    break;
                }
                _ if self.peek(1) == quote && self.peek(2) == quote => {
                    self.pos += 3;
                    break;
                }
                _ => self.pos += 1,
            }
        }
        self.pos = self.pos.min(self.end);
        self.push(Tok::String, start);
    }

    fn last_line(&self) -> usize {
        let text = &self.bytes[..self.end];
        self.line_number(text.strip_suffix(b"\n").unwrap_or(text).len())
    }

    fn number(&mut self, start: usize) {
        let radix = match (self.peek(0), self.peek(1)) {
            (b'0', b'x' | b'X') => Some((16, "hexadecimal")),
            (b'0', b'o' | b'O') => Some((8, "octal")),
            (b'0', b'b' | b'B') => Some((2, "binary")),
            _ => None,
        };
        let ok = match radix {
            Some((radix, name)) => {
                self.pos += 2;
                self.radix_digits(start, radix, name)
            }
            None => self.decimal(start),
        };
        if ok {
            let name = radix.map_or("decimal", |(_, name)| name);
            if self.bytes[start..self.pos].ends_with(b"j") {
                self.end_of_number(start, "imaginary");
            } else {
                self.end_of_number(start, name);
            }
        }
    }

    fn radix_digits(&mut self, start: usize, radix: u32, name: &str) -> bool {
        loop {
            if self.peek(0) == b'_' {
                self.pos += 1;
            }
            let digits = self.pos;
            while (self.peek(0) as char).is_digit(radix) {
                self.pos += 1;
            }
            if self.pos == digits {
                let byte = self.peek(0);
                self.pos += usize::from(byte.is_ascii_digit());
                let message = if byte.is_ascii_digit() {
                    format!("invalid digit '{}' in {name} literal", byte as char)
                } else {
                    format!("invalid {name} literal")
                };
                self.bad_number(start, message);
                return false;
            }
            if self.peek(0) != b'_' {
                break;
            }
        }
        if self.peek(0).is_ascii_digit() {
            let message = format!("invalid digit '{}' in {name} literal", self.peek(0) as char);
            self.pos += 1;
            self.bad_number(start, message);
            return false;
        }
        true
    }

    /// Reports a malformed number at its last good character and skips the rest of the word.
    fn bad_number(&mut self, start: usize, message: String) {
        let at = self.pos.max(start + 1) - 1;
        while self.peek(0).is_ascii_alphanumeric() || self.peek(0) == b'_' {
            self.pos += 1;
        }
        self.syntax_error(at, at, message);
    }

    fn digits(&mut self, start: usize) -> bool {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.pos += 1;
            }
            if self.peek(0) != b'_' {
                return true;
            }
            self.pos += 1;
            if !self.peek(0).is_ascii_digit() {
                self.bad_number(start, "invalid decimal literal".into());
                return false;
            }
        }
    }

    fn decimal(&mut self, start: usize) -> bool {
        if self.peek(0) != b'.' && !self.digits(start) {
            return false;
        }
        let integer = self.pos;
        let mut is_float = false;
        if self.peek(0) == b'.' {
            is_float = true;
            self.pos += 1;
            if self.peek(0).is_ascii_digit() && !self.digits(start) {
                return false;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let sign = usize::from(matches!(self.peek(1), b'+' | b'-'));
            if self.peek(1 + sign).is_ascii_digit() {
                is_float = true;
                self.pos += 1 + sign;
                if !self.digits(start) {
                    return false;
                }
            } else if sign == 1 {
                self.pos += 2;
                self.bad_number(start, "invalid decimal literal".into());
                return false;
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            is_float = true;
            self.pos += 1;
        }
        let digits = &self.bytes[start..integer];
        let leading_zero = digits.len() > 1 && digits[0] == b'0';
        if !is_float && leading_zero && digits.iter().any(|b| !matches!(b, b'0' | b'_')) {
            let message = "leading zeros in decimal integer literals are not permitted; use an 0o \
                           prefix for octal integers";
            self.syntax_error(start, integer, message);
            return false;
        }
        true
    }

    /// A number may be followed by a keyword, not by another word.
    fn end_of_number(&mut self, start: usize, name: &str) {
        let rest = &self.text[self.pos..self.end];
        let next = rest.chars().next().unwrap_or(' ');
        let word = next == '_' || unicode_ident::is_xid_start(next);
        let keywords = ["and", "else", "for", "if", "in", "is", "or", "not"];
        if word && !keywords.iter().any(|keyword| rest.starts_with(keyword)) {
            return self.bad_number(start, format!("invalid {name} literal"));
        }
        self.push(Tok::Number, start);
    }
}

/// Whether `text` may stand before a string's quote.
fn is_string_prefix(text: &str) -> bool {
    text.len() <= 2
        && matches!(
            text.to_ascii_lowercase().as_str(),
            "r" | "b" | "u" | "f" | "br" | "rb" | "fr" | "rf"
        )
}
