//! Text to tokens.
//!
//! A token knows its place and whether layout came before it: `f(` and `f (`,
//! `-1` and `- 1` differ in nothing else. The lexer is a cursor over the whole
//! text, so that the parser can go back by resetting its position.

use super::SyntaxError;
use num_bigint::BigInt;

/// What a token is. Texts of names are already unescaped.
#[derive(Clone, Debug, PartialEq)]
pub enum Tok {
    /// An unquoted name: letters, symbol characters or a solo character.
    Name(String),
    /// A name in single quotes: never a variable, but may be an operator.
    Quoted(String),
    Var(String),
    Int(i64),
    Big(BigInt),
    Float(f64),
    /// Between double quotes.
    Text(String),
    /// Between back quotes.
    Back(String),
    /// `(` directly after a name.
    OpenCall,
    Open,
    Close,
    OpenList,
    CloseList,
    OpenCurly,
    CloseCurly,
    Comma,
    Bar,
    /// The full stop.
    End,
    Eof,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    pub tok: Tok,
    /// Byte offsets.
    pub start: usize,
    pub end: usize,
    /// Layout (or the beginning) came before it.
    pub layout: bool,
}

pub fn is_symbol_char(c: char) -> bool {
    "+-*/\\^<>=~:.?@#&$".contains(c)
}

pub fn is_alnum(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// A cursor over program text.
pub struct Lexer<'a> {
    text: &'a str,
    pos: usize,
}

type Lex<T> = Result<T, SyntaxError>;

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str, pos: usize) -> Lexer<'a> {
        Lexer { text, pos }
    }

    pub fn pos(&self) -> usize {
        self.pos
    }

    pub fn set_pos(&mut self, pos: usize) {
        self.pos = pos;
    }

    fn peek(&self) -> Option<char> {
        self.text[self.pos..].chars().next()
    }

    fn peek_at(&self, n: usize) -> Option<char> {
        self.text[self.pos..].chars().nth(n)
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.pos += c.len_utf8();
        Some(c)
    }

    fn eat(&mut self, c: char) -> bool {
        let found = self.peek() == Some(c);
        if found {
            self.bump();
        }
        found
    }

    fn error<T>(&self, message: &str) -> Lex<T> {
        Err(SyntaxError::new(message, self.pos))
    }

    /// Skips white space and comments; true if there was any.
    fn skip_layout(&mut self) -> Lex<bool> {
        let start = self.pos;
        loop {
            match self.peek() {
                Some(c) if c.is_whitespace() => {
                    self.bump();
                }
                Some('%') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                Some('/') if self.peek_at(1) == Some('*') => {
                    let at = self.pos;
                    match self.text[self.pos + 2..].find("*/") {
                        Some(n) => self.pos += n + 4,
                        None => {
                            self.pos = self.text.len();
                            return Err(SyntaxError::new("end_of_file_in_block_comment", at));
                        }
                    }
                }
                _ => return Ok(self.pos > start),
            }
        }
    }

    /// The next token.
    pub fn next_token(&mut self) -> Lex<Token> {
        let at_start = self.pos == 0;
        let layout = self.skip_layout()? || at_start;
        let start = self.pos;
        let tok = self.token(layout)?;
        Ok(Token {
            tok,
            start,
            end: self.pos,
            layout,
        })
    }

    fn token(&mut self, layout: bool) -> Lex<Tok> {
        let Some(c) = self.peek() else {
            return Ok(Tok::Eof);
        };
        let start = self.pos;
        if c.is_ascii_digit() {
            return self.number();
        }
        if c == '_' || c.is_uppercase() {
            self.take_while(is_alnum);
            return Ok(Tok::Var(self.text[start..self.pos].into()));
        }
        if c.is_alphabetic() {
            self.take_while(is_alnum);
            return Ok(Tok::Name(self.text[start..self.pos].into()));
        }
        if c == '.' && self.at_end_stop() {
            self.bump();
            return Ok(Tok::End);
        }
        if is_symbol_char(c) {
            self.take_while(is_symbol_char);
            return Ok(Tok::Name(self.text[start..self.pos].into()));
        }
        self.bump();
        Ok(match c {
            '(' if !layout => Tok::OpenCall,
            '(' => Tok::Open,
            ')' => Tok::Close,
            '[' => Tok::OpenList,
            ']' => Tok::CloseList,
            '{' => Tok::OpenCurly,
            '}' => Tok::CloseCurly,
            ',' => Tok::Comma,
            '|' if self.eat('|') => Tok::Name("||".into()),
            '|' => Tok::Bar,
            '!' | ';' => Tok::Name(c.into()),
            '\'' => Tok::Quoted(self.quoted('\'')?),
            '"' => Tok::Text(self.quoted('"')?),
            '`' => Tok::Back(self.quoted('`')?),
            c if !c.is_ascii() && !c.is_control() => {
                // Other Unicode symbols stand for themselves.
                Tok::Name(c.into())
            }
            _ => return Err(SyntaxError::new("illegal_character", start)),
        })
    }

    fn take_while(&mut self, f: impl Fn(char) -> bool) {
        while self.peek().is_some_and(&f) {
            self.bump();
        }
    }

    /// At a `.` that ends a clause: layout, a line comment or nothing follows.
    fn at_end_stop(&self) -> bool {
        match self.peek_at(1) {
            None | Some('%') => true,
            Some(c) => c.is_whitespace(),
        }
    }

    /// Up to the closing quote, also after an error: that is where reading goes on.
    fn quoted(&mut self, quote: char) -> Lex<String> {
        let start = self.pos;
        let mut text = String::new();
        let mut error = None;
        loop {
            match self.bump() {
                None => return Err(SyntaxError::new("end_of_file_in_quoted", start)),
                Some(c) if c == quote => {
                    if !self.eat(quote) {
                        return error.map_or(Ok(text), Err);
                    }
                    text.push(quote);
                }
                Some('\n') => {
                    let at = self.pos - 1;
                    error.get_or_insert(SyntaxError::new("end_of_line_in_quoted", at));
                }
                Some('\\') => match self.escape() {
                    Ok(c) => text.extend(c),
                    Err(e) => {
                        error.get_or_insert(e);
                    }
                },
                Some(c) => text.push(c),
            }
        }
    }

    /// After a backslash; `None` for a line continuation.
    fn escape(&mut self) -> Lex<Option<char>> {
        let Some(c) = self.bump() else {
            return self.error("end_of_file_in_quoted");
        };
        Ok(Some(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'a' => '\x07',
            'b' => '\x08',
            'f' => '\x0c',
            'v' => '\x0b',
            'e' => '\x1b',
            's' => ' ',
            '\\' | '\'' | '"' | '`' => c,
            '\n' => return Ok(None),
            'x' => {
                let start = self.pos;
                self.take_while(|c| c.is_ascii_hexdigit());
                let code = u32::from_str_radix(&self.text[start..self.pos], 16);
                self.eat('\\');
                return self.char_of(code.ok());
            }
            '0'..='7' => {
                let start = self.pos - 1;
                self.take_while(|c| ('0'..='7').contains(&c));
                let code = u32::from_str_radix(&self.text[start..self.pos], 8);
                self.eat('\\');
                return self.char_of(code.ok());
            }
            'u' => return self.fixed_hex(4),
            'U' => return self.fixed_hex(8),
            c => return self.error(&format!("undefined_char_escape({c})")),
        }))
    }

    fn fixed_hex(&mut self, digits: usize) -> Lex<Option<char>> {
        let text = self.text.get(self.pos..self.pos + digits);
        let code = text.and_then(|t| u32::from_str_radix(t, 16).ok());
        if code.is_some() {
            self.pos += digits;
        }
        self.char_of(code)
    }

    fn char_of(&mut self, code: Option<u32>) -> Lex<Option<char>> {
        match code.and_then(char::from_u32) {
            Some(c) => Ok(Some(c)),
            None => self.error("illegal_character_code"),
        }
    }

    /// An unsigned number; the parser joins it with a preceding sign.
    pub fn number(&mut self) -> Lex<Tok> {
        if self.peek() == Some('0') {
            match self.peek_at(1) {
                Some('\'') => {
                    if let Some(tok) = self.char_code()? {
                        return Ok(tok);
                    }
                }
                Some('x') => return self.radix(2, 16),
                Some('o') => return self.radix(2, 8),
                Some('b') => return self.radix(2, 2),
                _ => {}
            }
        }
        let start = self.pos;
        self.digits(10);
        self.groups_of_three();
        let int_end = self.pos;
        if self.peek() == Some('\'') {
            let base: u32 = self.text[start..int_end].parse().unwrap_or(0);
            if (2..=36).contains(&base) && self.peek_at(1).is_some_and(|c| c.is_digit(base)) {
                return self.radix(1, base);
            }
        }
        if self.peek() == Some('.') && self.peek_at(1).is_some_and(|c| c.is_ascii_digit()) {
            self.bump();
            self.take_while(|c| c.is_ascii_digit());
            if let Some(special) = self.special_float() {
                return Ok(special);
            }
            self.exponent();
            return Ok(Tok::Float(self.parse_float(start)));
        }
        if self.exponent() {
            return Ok(Tok::Float(self.parse_float(start)));
        }
        Ok(int_token(&self.text[start..int_end], 10))
    }

    fn parse_float(&self, start: usize) -> f64 {
        let text: String = self.text[start..self.pos]
            .chars()
            .filter(|c| !matches!(c, '_' | ' '))
            .collect();
        text.parse().expect("the lexer checked the float's form")
    }

    /// `1.0Inf`, `1.5NaN`.
    fn special_float(&mut self) -> Option<Tok> {
        for (name, value) in [("Inf", f64::INFINITY), ("NaN", f64::NAN)] {
            if self.text[self.pos..].starts_with(name) {
                self.pos += name.len();
                return Some(Tok::Float(value));
            }
        }
        None
    }

    /// Skips an exponent if there is one.
    fn exponent(&mut self) -> bool {
        let rest = &self.text.as_bytes()[self.pos..];
        if !matches!(rest.first(), Some(b'e' | b'E')) {
            return false;
        }
        let sign = matches!(rest.get(1), Some(b'+' | b'-')) as usize;
        if !rest.get(1 + sign).is_some_and(u8::is_ascii_digit) {
            return false;
        }
        self.pos += 1 + sign;
        self.take_while(|c| c.is_ascii_digit());
        true
    }

    /// Digits with single underscores between groups.
    fn digits(&mut self, base: u32) {
        loop {
            self.take_while(|c| c.is_digit(base));
            let grouped =
                self.peek() == Some('_') && self.peek_at(1).is_some_and(|c| c.is_digit(base));
            if !grouped {
                return;
            }
            self.bump();
        }
    }

    /// `1 000 000`: groups of exactly three digits after single spaces.
    fn groups_of_three(&mut self) {
        loop {
            let rest = &self.text.as_bytes()[self.pos..];
            let grouped = rest.len() >= 4
                && rest[0] == b' '
                && rest[1..4].iter().all(u8::is_ascii_digit)
                && !rest.get(4).is_some_and(|c| is_alnum(*c as char));
            if !grouped {
                return;
            }
            self.pos += 4;
        }
    }

    fn radix(&mut self, prefix: usize, base: u32) -> Lex<Tok> {
        let start = self.pos + prefix;
        if !self.text[start..]
            .chars()
            .next()
            .is_some_and(|c| c.is_digit(base))
        {
            // `0x` without digits is the number 0 followed by a name.
            self.bump();
            return Ok(Tok::Int(0));
        }
        self.pos = start;
        self.digits(base);
        Ok(int_token(&self.text[start..self.pos], base))
    }

    /// `0'c`; `None` when this is no character code.
    fn char_code(&mut self) -> Lex<Option<Tok>> {
        let start = self.pos;
        self.pos += 2;
        let c = match self.bump() {
            Some('\\') => match self.escape()? {
                Some(c) => c,
                None => return self.error("undefined_char_escape"),
            },
            // The standard wants two quotes here; one is clear enough.
            Some('\'') => {
                self.eat('\'');
                '\''
            }
            Some(c) => c,
            None => {
                self.pos = start;
                return Ok(None);
            }
        };
        Ok(Some(Tok::Int(c as i64)))
    }

    /// After an error: continues behind the next full stop.
    pub fn skip_clause(&mut self) {
        loop {
            let before = self.pos;
            match self.next_token() {
                Ok(Token {
                    tok: Tok::End | Tok::Eof,
                    ..
                }) => return,
                Ok(_) => {}
                Err(_) => {
                    if self.pos == before {
                        self.bump();
                    }
                    if self.peek().is_none() {
                        return;
                    }
                }
            }
        }
    }
}

fn int_token(digits: &str, base: u32) -> Tok {
    let clean: String = digits.chars().filter(|c| !matches!(c, '_' | ' ')).collect();
    match i64::from_str_radix(&clean, base) {
        Ok(i) => Tok::Int(i),
        Err(_) => {
            Tok::Big(BigInt::parse_bytes(clean.as_bytes(), base).expect("digits of the base"))
        }
    }
}
