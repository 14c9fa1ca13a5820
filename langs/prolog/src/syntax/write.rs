//! Terms to text, for anything that looks like a term.
//!
//! The writer keeps its own stack of work, so that depth is limited by memory
//! only. Whether two tokens need a space between them is decided where they
//! meet: from the last character written and the first of the next token.

use super::float::format_float;
use super::lexer::{is_alnum, is_symbol_char};
use super::ops::{Fixity, Ops};
use super::term::{Atom, Atoms};
use num_bigint::BigInt;
use std::rc::Rc;

/// What a term is, one level deep.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A variable and the name to print.
    Var(String),
    Atom(Atom),
    Int(i64),
    Big(Rc<BigInt>),
    Float(f64),
    Str(String),
    Compound(Atom, usize),
    /// Something that is no term: printed as it is.
    Other(String),
}

/// A term that can be written.
pub trait View {
    type Term: Copy;
    fn kind(&self, term: Self::Term) -> Kind;
    fn arg(&self, term: Self::Term, index: usize) -> Self::Term;
    fn atoms(&self) -> &dyn Atoms;
}

/// How to write.
#[derive(Clone, Debug)]
pub struct WriteOptions {
    pub quoted: bool,
    pub ignore_ops: bool,
    pub numbervars: bool,
    /// Lists as `'.'(H,T)`.
    pub dotlists: bool,
    /// Levels shown before `...`; 0 shows all.
    pub max_depth: usize,
    pub spacing_next: bool,
    pub priority: u16,
    /// Names that `variable_names` gives to variables, by printed name.
    pub var_names: Vec<(String, String)>,
    /// What follows the term.
    pub end: &'static str,
}

impl Default for WriteOptions {
    fn default() -> WriteOptions {
        WriteOptions {
            quoted: false,
            ignore_ops: false,
            numbervars: false,
            dotlists: false,
            max_depth: 0,
            spacing_next: false,
            priority: 1200,
            var_names: Vec::new(),
            end: "",
        }
    }
}

impl WriteOptions {
    /// As `writeq/1` and `print/1` do.
    pub fn quoted() -> WriteOptions {
        WriteOptions {
            quoted: true,
            numbervars: true,
            ..WriteOptions::default()
        }
    }
}

enum Work<T> {
    Term(T, u16, usize),
    /// A token that may need a space before it.
    Token(String),
    /// Punctuation that never needs one.
    Raw(&'static str),
    /// Rest of a list after an element.
    Tail(T, usize),
}

/// Writes `term` to the end of `out`.
pub fn write<V: View>(
    view: &V,
    ops: &Ops,
    options: &WriteOptions,
    term: V::Term,
    out: &mut String,
) {
    write_limited(view, ops, options, term, out, usize::MAX);
}

/// As [`write()`], but gives up after `steps` tokens: false then.
pub fn write_limited<V: View>(
    view: &V,
    ops: &Ops,
    options: &WriteOptions,
    term: V::Term,
    out: &mut String,
    steps: usize,
) -> bool {
    let mut w = Writer {
        view,
        ops,
        options,
        out,
        work: vec![Work::Term(term, options.priority, 1)],
        first: true,
        sign: false,
    };
    let mut left = steps;
    while let Some(work) = w.work.pop() {
        if left == 0 {
            return false;
        }
        left -= 1;
        w.step(work);
    }
    true
}

/// `term` as text.
pub fn to_string<V: View>(view: &V, ops: &Ops, options: &WriteOptions, term: V::Term) -> String {
    let mut out = String::new();
    write(view, ops, options, term, &mut out);
    out
}

struct Writer<'a, V: View> {
    view: &'a V,
    ops: &'a Ops,
    options: &'a WriteOptions,
    out: &'a mut String,
    work: Vec<Work<V::Term>>,
    /// Nothing written yet: what `out` held before does not matter.
    first: bool,
    /// A minus that is a prefix operator was written last: digits after it would make a number.
    sign: bool,
}

impl<V: View> Writer<'_, V> {
    fn step(&mut self, work: Work<V::Term>) {
        match work {
            Work::Raw(text) => self.raw(text),
            Work::Token(text) => self.token(&text),
            Work::Term(term, max, depth) => self.term(term, max, depth),
            Work::Tail(tail, depth) => self.tail(tail, depth),
        }
    }

    fn raw(&mut self, text: &str) {
        self.out.push_str(text);
        self.first = false;
        self.sign = false;
    }

    /// Writes a token, after a space if it would run into the one before.
    fn token(&mut self, text: &str) {
        if !self.first
            && let (Some(last), Some(next)) = (self.out.chars().next_back(), text.chars().next())
        {
            let glue = (is_alnum(last) && is_alnum(next))
                || (is_symbol_char(last) && is_symbol_char(next))
                || (last == next && matches!(last, '\'' | '"'))
                || self.sign && next.is_ascii_digit();
            if glue {
                self.out.push(' ');
            }
        }
        self.raw(text);
    }

    fn atom_text(&self, atom: Atom) -> String {
        let name = self.view.atoms().name(atom);
        if self.options.quoted {
            quote_atom(&name)
        } else {
            name.into_owned()
        }
    }

    fn is_name(&self, atom: Atom, name: &str) -> bool {
        *self.view.atoms().name(atom) == *name
    }

    fn term(&mut self, term: V::Term, max: u16, depth: usize) {
        if self.options.max_depth > 0 && depth > self.options.max_depth {
            return self.token("...");
        }
        match self.view.kind(term) {
            Kind::Var(name) => {
                let known = self.options.var_names.iter().find(|(v, _)| *v == name);
                let text = known.map_or(name.clone(), |(_, n)| n.clone());
                self.token(&text);
            }
            Kind::Int(i) => self.token(&i.to_string()),
            Kind::Big(b) => self.token(&b.to_string()),
            Kind::Float(f) => self.token(&format_float(f)),
            Kind::Str(s) if self.options.quoted => self.token(&quote_text(&s, '"')),
            Kind::Str(s) => self.raw(&s),
            Kind::Other(s) => self.token(&s),
            Kind::Atom(a) => {
                let text = self.atom_text(a);
                if max == 0 && self.ops.is_op(a) {
                    self.raw("(");
                    self.raw(&text);
                    self.raw(")");
                } else {
                    self.token(&text);
                }
            }
            Kind::Compound(name, arity) => self.compound(term, name, arity, max, depth),
        }
    }

    fn compound(&mut self, term: V::Term, name: Atom, arity: usize, max: u16, depth: usize) {
        if arity == 2 && self.is_name(name, ".") && !self.options.dotlists {
            let head = self.view.arg(term, 0);
            let tail = self.view.arg(term, 1);
            self.token("[");
            self.work.push(Work::Tail(tail, depth + 1));
            self.work.push(Work::Term(head, 999, depth + 1));
            return;
        }
        if arity == 1 && self.options.numbervars && self.is_name(name, "$VAR") {
            let arg = self.view.arg(term, 0);
            if let Kind::Int(n) = self.view.kind(arg)
                && n >= 0
            {
                return self.token(&var_letter(n));
            }
        }
        if !self.options.ignore_ops {
            if arity == 1 && self.is_name(name, "{}") {
                self.token("{");
                self.work.push(Work::Raw("}"));
                self.work
                    .push(Work::Term(self.view.arg(term, 0), 1200, depth + 1));
                return;
            }
            if arity == 2 && self.infix(term, name, max, depth) {
                return;
            }
            if arity == 1
                && (self.prefix(term, name, max, depth) || self.postfix(term, name, max, depth))
            {
                return;
            }
        }
        self.token(&self.atom_text(name));
        self.raw("(");
        self.work.push(Work::Raw(")"));
        for i in (0..arity).rev() {
            self.work
                .push(Work::Term(self.view.arg(term, i), 999, depth + 1));
            if i > 0 {
                self.work.push(Work::Raw(self.comma()));
            }
        }
    }

    fn tail(&mut self, tail: V::Term, depth: usize) {
        match self.view.kind(tail) {
            Kind::Atom(a) if self.is_name(a, "[]") => self.raw("]"),
            Kind::Compound(name, 2) if self.is_name(name, ".") => {
                if self.options.max_depth > 0 && depth >= self.options.max_depth {
                    return self.raw("|...]");
                }
                self.raw(self.comma());
                let head = self.view.arg(tail, 0);
                let rest = self.view.arg(tail, 1);
                self.work.push(Work::Tail(rest, depth + 1));
                self.work.push(Work::Term(head, 999, depth + 1));
            }
            _ => {
                self.raw("|");
                self.work.push(Work::Raw("]"));
                self.work.push(Work::Term(tail, 999, depth));
            }
        }
    }

    /// Between arguments.
    fn comma(&self) -> &'static str {
        if self.options.spacing_next { ", " } else { "," }
    }

    fn embrace(&mut self, needed: bool) -> bool {
        if needed {
            self.raw("(");
            self.work.push(Work::Raw(")"));
        }
        needed
    }

    fn infix(&mut self, term: V::Term, name: Atom, max: u16, depth: usize) -> bool {
        let Some(op) = self.ops.get(name, Fixity::Infix) else {
            return false;
        };
        let (left, right) = (self.view.arg(term, 0), self.view.arg(term, 1));
        self.embrace(op.priority > max);
        self.work.push(Work::Term(
            right,
            self.operand(right, op.right()),
            depth + 1,
        ));
        let text = self.atom_text(name);
        if self.is_name(name, ",") {
            self.work.push(Work::Raw(self.comma()));
        } else if self.is_name(name, "|") {
            self.work.push(Work::Raw("|"));
        } else if text.chars().all(is_alnum) {
            self.work.push(Work::Raw(" "));
            self.work.push(Work::Token(text));
            self.work.push(Work::Raw(" "));
        } else {
            self.work.push(Work::Token(text));
        }
        self.work
            .push(Work::Term(left, self.operand(left, op.left()), depth + 1));
        true
    }

    /// Greatest priority for an operand: operators alone always get parentheses.
    fn operand(&self, term: V::Term, max: u16) -> u16 {
        match self.view.kind(term) {
            Kind::Atom(a) if self.ops.is_op(a) => 0,
            _ => max,
        }
    }

    fn prefix(&mut self, term: V::Term, name: Atom, max: u16, depth: usize) -> bool {
        let Some(op) = self.ops.get(name, Fixity::Prefix) else {
            return false;
        };
        let arg = self.view.arg(term, 0);
        self.embrace(op.priority > max);
        let text = self.atom_text(name);
        self.token(&text);
        let kind = self.view.kind(arg);
        let priority = match &kind {
            Kind::Compound(n, 2) => self.ops.get(*n, Fixity::Infix).map_or(0, |o| o.priority),
            Kind::Compound(n, 1) => {
                let pre = self.ops.get(*n, Fixity::Prefix);
                pre.or(self.ops.get(*n, Fixity::Postfix))
                    .map_or(0, |o| o.priority)
            }
            _ => 0,
        };
        let operand = self.operand(arg, op.right());
        let parens = priority > operand || matches!(kind, Kind::Atom(_)) && operand == 0;
        let lone = matches!(kind, Kind::Atom(_));
        if text.chars().all(is_alnum) || parens && (priority > 999 || lone) {
            self.raw(" ");
        }
        self.sign = self.is_name(name, "-");
        self.work.push(Work::Term(arg, operand, depth + 1));
        true
    }

    fn postfix(&mut self, term: V::Term, name: Atom, max: u16, depth: usize) -> bool {
        let Some(op) = self.ops.get(name, Fixity::Postfix) else {
            return false;
        };
        self.embrace(op.priority > max);
        self.work.push(Work::Token(self.atom_text(name)));
        let arg = self.view.arg(term, 0);
        self.work
            .push(Work::Term(arg, self.operand(arg, op.left()), depth + 1));
        true
    }
}

/// `'$VAR'(n)` as `A` … `Z`, `A1` …
pub fn var_letter(n: i64) -> String {
    let letter = (b'A' + (n % 26) as u8) as char;
    match n / 26 {
        0 => letter.to_string(),
        k => format!("{letter}{k}"),
    }
}

/// The atom's name, in quotes if it needs them to be read back.
pub fn quote_atom(name: &str) -> String {
    if is_plain_atom(name) {
        name.into()
    } else {
        quote_text(name, '\'')
    }
}

fn is_plain_atom(name: &str) -> bool {
    let mut chars = name.chars();
    match chars.next() {
        None => false,
        Some(c) if c.is_lowercase() || c.is_alphabetic() && !c.is_uppercase() => {
            chars.all(is_alnum)
        }
        Some(c) if is_symbol_char(c) => {
            // A lone full stop would end the clause, `/*` would open a comment.
            name != "." && !name.starts_with("/*") && chars.all(is_symbol_char)
        }
        _ => matches!(name, "[]" | "{}" | "!" | ";"),
    }
}

/// Layout and formatting characters, which nobody could tell from others.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || c.is_whitespace() && c != ' '
        || matches!(c, '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
}

/// Text between quotes with escapes.
pub fn quote_text(text: &str, quote: char) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            c if c == quote => {
                out.push('\\');
                out.push(quote);
            }
            c if is_invisible(c) => out.push_str(&format!("\\x{:X}\\", c as u32)),
            c => out.push(c),
        }
    }
    out.push(quote);
    out
}
