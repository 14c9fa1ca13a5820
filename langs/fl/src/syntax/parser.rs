//! The recursive-descent parser: tokens, errors, speculation, recovery.
//!
//! A rule that fails has reported its error and returns [`Failed`]; the statement loop then skips to
//! the next line and goes on, so that a file's independent errors are all found. Where Python's
//! grammar needs unbounded lookahead (parenthesised `with`, the soft keyword `match`), a rule is
//! attempted and undone.

use super::ast::{ExprId, ExprKind, Name, ScopeId, Tree};
use super::lexer::{Tok, Token, Tokens, tokenize};
use crate::diag::{DiagKind, Diagnostic};
use crate::source::{Source, Span};

/// A syntax error was reported.
#[derive(Debug)]
pub(super) struct Failed;

pub(super) type Parse<T> = Result<T, Failed>;

/// A tree, or what is wrong with the text.
#[derive(Debug)]
pub struct Parsed {
    pub tree: Tree,
    pub errors: Vec<Diagnostic>,
}

/// Parses a file.
pub fn parse(source: &Source) -> Parsed {
    let mut parser = Parser::new(source, tokenize(source.text()));
    let body = parser.file();
    parser.tree.body = body;
    parser.finish()
}

/// Nested brackets and operators the parser accepts; bounds its own recursion.
const NESTING_MAX: u32 = 400;
/// Operators in one chain; bounds the recursion over the tree.
const CHAIN_MAX: u32 = 10_000;
/// Errors worth reading.
const ERRORS_MAX: usize = 20;

pub(super) struct Parser<'s> {
    pub(super) source: &'s Source,
    pub(super) lexed: Tokens,
    pub(super) pos: usize,
    pub(super) tree: Tree,
    errors: Vec<Problem>,
    depth: u32,
    /// The innermost class, whose name is put before its private names.
    pub(super) class: Option<&'s str>,
    /// Inside the braces of an f-string.
    pub(super) in_fstring: bool,
    /// The disjunction parsed last and the token behind it, to recognise a forgotten comma.
    pub(super) last_operand: Option<(ExprId, usize)>,
}

struct Problem {
    kind: DiagKind,
    message: String,
    span: Span,
    from_lexer: bool,
}

impl<'s> Parser<'s> {
    fn new(source: &'s Source, lexed: Tokens) -> Parser<'s> {
        let mut tree = Tree::default();
        tree.scopes = 1;
        // Methods that call `super()` mean this name without mentioning it.
        tree.intern("__class__");
        Parser {
            source,
            lexed,
            pos: 0,
            tree,
            errors: Vec::new(),
            depth: 0,
            class: None,
            in_fstring: false,
            last_operand: None,
        }
    }

    fn finish(mut self) -> Parsed {
        self.prefer_lexer_errors();
        let source = self.source;
        let mut errors: Vec<Diagnostic> = Vec::new();
        for problem in self.errors {
            let diagnostic = Diagnostic::new(problem.kind, problem.message, source, problem.span);
            if errors.len() < ERRORS_MAX && !errors.contains(&diagnostic) {
                errors.push(diagnostic);
            }
        }
        Parsed {
            tree: self.tree,
            errors,
        }
    }

    /// CPython, when the parser fails, first looks through the rest of the file for errors of the
    /// lexer and for a bracket that was opened on an earlier line and never closed.
    fn prefer_lexer_errors(&mut self) {
        let Some(first) = self.errors.first() else {
            return;
        };
        if first.from_lexer {
            return;
        }
        let line = self.source.line(first.span.end);
        let later = self.lexed.errors.first();
        let problem = if let Some(error) = later {
            Problem {
                kind: error.kind,
                message: error.message.clone(),
                span: error.span,
                from_lexer: true,
            }
        } else if let Some(open) = self.lexed.unclosed.last()
            && self.source.line(open.start) < line
        {
            let message = format!("'{}' was never closed", self.source.slice(*open));
            Problem {
                kind: DiagKind::Syntax,
                message,
                span: *open,
                from_lexer: true,
            }
        } else {
            return;
        };
        // What follows an open bracket is not worth reading.
        self.errors
            .retain(|error| error.from_lexer && error.span != problem.span);
        self.errors.insert(0, problem);
    }

    // Tokens.

    pub(super) fn token(&self) -> Token {
        self.lexed.tokens[self.pos]
    }

    pub(super) fn tok(&self) -> Tok {
        self.token().kind
    }

    pub(super) fn tok_at(&self, ahead: usize) -> Tok {
        self.lexed
            .tokens
            .get(self.pos + ahead)
            .map_or(Tok::End, |token| token.kind)
    }

    pub(super) fn span(&self) -> Span {
        self.token().span
    }

    /// Span of the token before the current one.
    pub(super) fn last_span(&self) -> Span {
        self.lexed.tokens[self.pos.saturating_sub(1)].span
    }

    pub(super) fn text_of(&self, token: Token) -> &'s str {
        self.source.slice(token.span)
    }

    pub(super) fn bump(&mut self) -> Token {
        let token = self.token();
        if token.kind != Tok::End {
            self.pos += 1;
        }
        token
    }

    pub(super) fn at(&self, kind: Tok) -> bool {
        self.tok() == kind
    }

    pub(super) fn eat(&mut self, kind: Tok) -> bool {
        let found = self.at(kind);
        if found {
            self.pos += 1;
        }
        found
    }

    pub(super) fn expect(&mut self, kind: Tok) -> Parse<Token> {
        if self.at(kind) {
            Ok(self.bump())
        } else {
            Err(self.unexpected())
        }
    }

    /// As `expect`, where CPython names what it misses.
    pub(super) fn force(&mut self, kind: Tok) -> Parse<Token> {
        if self.at(kind) {
            return Ok(self.bump());
        }
        if matches!(self.tok(), Tok::Error(_)) {
            return Err(self.unexpected());
        }
        Err(self.error(self.span(), format!("expected '{}'", kind.text())))
    }

    /// The word at the current token, which is a name.
    pub(super) fn word(&self) -> Option<&'s str> {
        (self.tok() == Tok::Name).then(|| self.text_of(self.token()))
    }

    pub(super) fn name(&mut self) -> Parse<Name> {
        let token = self.expect(Tok::Name)?;
        Ok(self.intern(token))
    }

    pub(super) fn intern(&mut self, token: Token) -> Name {
        let text = self.source.slice(token.span);
        if let Some(class) = self.class
            && text.starts_with("__")
            && !text.ends_with("__")
        {
            let class = class.trim_start_matches('_');
            if !class.is_empty() {
                return self.tree.intern(&format!("_{class}{text}"));
            }
        }
        self.intern_text(text)
    }

    /// Interns a name as it is written.
    pub(super) fn intern_text(&mut self, text: &str) -> Name {
        if text.is_ascii() {
            return self.tree.intern(text);
        }
        // Identifiers are compared in normal form KC.
        use unicode_normalization::UnicodeNormalization;
        let normal: String = text.nfkc().collect();
        self.tree.intern(&normal)
    }

    pub(super) fn new_scope(&mut self) -> ScopeId {
        self.tree.scopes += 1;
        ScopeId(self.tree.scopes - 1)
    }

    pub(super) fn add(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.tree.add(kind, span)
    }

    // Errors.

    pub(super) fn error(&mut self, span: Span, message: impl Into<String>) -> Failed {
        self.error_of(DiagKind::Syntax, span, message)
    }

    pub(super) fn error_of(
        &mut self,
        kind: DiagKind,
        span: Span,
        message: impl Into<String>,
    ) -> Failed {
        let mut message = message.into();
        if self.in_fstring && !message.starts_with("f-string") {
            message.insert_str(0, "f-string: ");
        }
        self.errors.push(Problem {
            kind,
            message,
            span,
            from_lexer: false,
        });
        Failed
    }

    /// The current token does not fit.
    pub(super) fn unexpected(&mut self) -> Failed {
        let token = self.token();
        match token.kind {
            Tok::Error(index) => {
                let error = self.lexed.errors[index as usize].clone();
                let failed = self.error_of(error.kind, error.span, error.message);
                self.errors.last_mut().expect("just pushed").from_lexer = true;
                failed
            }
            Tok::Indent => {
                let span = Span::new(token.span.start - 1, token.span.start - 1);
                self.error_of(DiagKind::Indentation, span, "unexpected indent")
            }
            Tok::Async | Tok::Await => {
                let message = format!("FL does not support '{}'", token.kind.text());
                self.error(token.span, message)
            }
            _ => {
                if let Some(failed) = self.forgotten_comma() {
                    return failed;
                }
                let span = self.error_span();
                self.error(span, "invalid syntax")
            }
        }
    }

    /// The current token, or the end of the last line if there is no more.
    pub(super) fn error_span(&self) -> Span {
        let rest = &self.lexed.tokens[self.pos..];
        if rest
            .iter()
            .all(|token| matches!(token.kind, Tok::Dedent | Tok::End))
        {
            let lines = self.lexed.tokens[..self.pos].iter().rev();
            let line_end = lines.into_iter().find(|token| token.kind == Tok::Newline);
            return line_end.map_or(self.span(), |token| token.span);
        }
        self.span()
    }

    /// Two expressions side by side inside brackets.
    fn forgotten_comma(&mut self) -> Option<Failed> {
        let (left, end) = self.last_operand?;
        if end != self.pos || self.errors.len() > ERRORS_MAX {
            return None;
        }
        let left = self.tree.span(left);
        let first = self
            .lexed
            .tokens
            .partition_point(|t| t.span.start < left.start);
        let (word, next) = (self.lexed.tokens[first], self.lexed.tokens.get(first + 1));
        if word.kind == Tok::Name
            && (next.is_some_and(|t| t.kind == Tok::String)
                || matches!(
                    self.text_of(word),
                    "match" | "case" | "_" | "print" | "exec"
                ))
        {
            return None;
        }
        let in_fstring = self.in_fstring;
        let place = self.pos;
        let right = self.attempt(|p| {
            let right = p.expression()?;
            Ok((p.tree.span(right), p.pos))
        });
        self.pos = place;
        let (right, end) = right?;
        let open = self.lexed.tokens[..end.saturating_sub(1)]
            .iter()
            .fold(0i32, |n, t| match t.kind {
                Tok::LParen | Tok::LBracket | Tok::LBrace => n + 1,
                Tok::RParen | Tok::RBracket | Tok::RBrace => n - 1,
                _ => n,
            });
        if open <= 0 && !in_fstring {
            return None;
        }
        Some(self.error(
            left.to(right),
            "invalid syntax. Perhaps you forgot a comma?",
        ))
    }

    // Control.

    /// Tries a rule; if it fails, nothing has happened.
    pub(super) fn attempt<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Option<T> {
        let (pos, errors, exprs) = (self.pos, self.errors.len(), self.tree.exprs.len());
        let (scopes, last_operand, depth) =
            (self.tree.scopes, self.last_operand.take(), self.depth);
        match rule(self) {
            Ok(value) => Some(value),
            Err(Failed) => {
                self.pos = pos;
                self.errors.truncate(errors);
                self.tree.exprs.truncate(exprs);
                self.tree.scopes = scopes;
                self.last_operand = last_operand;
                self.depth = depth;
                None
            }
        }
    }

    /// Runs a rule one level deeper.
    pub(super) fn nested<T>(&mut self, rule: impl FnOnce(&mut Self) -> Parse<T>) -> Parse<T> {
        if self.depth >= NESTING_MAX {
            return Err(self.error(self.span(), "too many nested expressions"));
        }
        self.depth += 1;
        self.tree.depth = self.tree.depth.max(self.depth);
        let result = rule(self);
        self.depth -= 1;
        result
    }

    /// Accounts for one more link of a chain such as `a + b + c` or `a.b.c`.
    pub(super) fn link(&mut self, links: &mut u32) -> Parse<()> {
        *links += 1;
        if *links > CHAIN_MAX {
            return Err(self.error(self.span(), "too many nested expressions"));
        }
        self.tree.depth = self.tree.depth.max(self.depth + *links);
        Ok(())
    }

    /// After an error: skips the rest of the statement, the block that belongs to it and its other
    /// clauses.
    pub(super) fn recover(&mut self) {
        self.skip_clause();
        while matches!(
            self.tok(),
            Tok::Elif | Tok::Else | Tok::Except | Tok::Finally
        ) {
            self.skip_clause();
        }
    }

    fn skip_clause(&mut self) {
        while !matches!(self.tok(), Tok::Newline | Tok::End) {
            if self.at(Tok::Indent) {
                return self.skip_block();
            }
            if self.at(Tok::Dedent) {
                return;
            }
            self.bump();
        }
        self.eat(Tok::Newline);
        if self.at(Tok::Indent) {
            self.skip_block();
        }
    }

    fn skip_block(&mut self) {
        let mut level = 0;
        loop {
            match self.bump().kind {
                Tok::Indent => level += 1,
                Tok::Dedent => level -= 1,
                Tok::End => return,
                _ => {}
            }
            if level == 0 {
                return;
            }
        }
    }

    /// Whether reporting more would not help.
    pub(super) fn hopeless(&self) -> bool {
        self.errors.len() >= ERRORS_MAX
            || !self.errors.is_empty() && !self.lexed.unclosed.is_empty()
    }
}
