//! Tokens to terms: operator precedence parsing.
//!
//! `primary` reads a term that starts here, `infix` extends it to the right as
//! long as priorities allow. A prefix operator is first tried with an operand;
//! when that fails the parser goes back and takes it as an atom.

use super::SyntaxError;
use super::lexer::{Lexer, Tok, Token};
use super::ops::{Fixity, Op, Ops};
use super::term::{Atom, Atoms, Node, NodeId, Terms};
use num_bigint::BigInt;
use std::rc::Rc;

/// What quoted text stands for.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Quotes {
    Codes,
    Chars,
    Atom,
    String,
}

impl Quotes {
    pub fn name(self) -> &'static str {
        match self {
            Quotes::Codes => "codes",
            Quotes::Chars => "chars",
            Quotes::Atom => "atom",
            Quotes::String => "string",
        }
    }
    pub fn from_name(name: &str) -> Option<Quotes> {
        [Quotes::Codes, Quotes::Chars, Quotes::Atom, Quotes::String]
            .into_iter()
            .find(|q| q.name() == name)
    }
}

/// Flags that change what text means.
#[derive(Copy, Clone, Debug)]
pub struct ReadFlags {
    pub double_quotes: Quotes,
    pub back_quotes: Quotes,
}

impl Default for ReadFlags {
    fn default() -> ReadFlags {
        ReadFlags {
            double_quotes: Quotes::Codes,
            back_quotes: Quotes::Codes,
        }
    }
}

/// A variable of a clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VarInfo {
    /// `_` for anonymous ones.
    pub name: String,
    pub count: u32,
}

/// A term with what is known about its text.
#[derive(Clone, Debug)]
pub struct Clause {
    pub terms: Terms,
    /// `None` at the end of the text.
    pub root: Option<NodeId>,
    pub vars: Vec<VarInfo>,
    /// Byte offsets of the term: first token, end of the full stop.
    pub start: usize,
    pub end: usize,
}

/// An operator name with its infix and postfix definitions.
type AfterOperand = (Atom, Option<Op>, Option<Op>);

type Parse<T> = Result<T, SyntaxError>;

/// Nesting at which reading gives up instead of exhausting the native stack.
const DEPTH_MAX: u32 = 3_000;

/// A reader of clauses from one text.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    ahead: Option<Token>,
    atoms: &'a mut dyn Atoms,
    ops: &'a Ops,
    flags: ReadFlags,
    terms: Terms,
    vars: Vec<VarInfo>,
    depth: u32,
    /// The last term read is an operator standing alone as an atom.
    bare_op: bool,
}

impl<'a> Parser<'a> {
    pub fn new(
        text: &'a str,
        pos: usize,
        atoms: &'a mut dyn Atoms,
        ops: &'a Ops,
        flags: ReadFlags,
    ) -> Parser<'a> {
        Parser {
            lexer: Lexer::new(text, pos),
            ahead: None,
            atoms,
            ops,
            flags,
            terms: Terms::new(),
            vars: Vec::new(),
            depth: 0,
            bare_op: false,
        }
    }

    /// Where the next clause would start.
    pub fn pos(&self) -> usize {
        self.ahead.as_ref().map_or(self.lexer.pos(), |t| t.start)
    }

    /// Reads up to and including the next full stop. After an error the
    /// position is behind the full stop of the faulty clause.
    pub fn read(&mut self) -> Parse<Clause> {
        self.terms = Terms::new();
        self.vars = Vec::new();
        self.depth = 0;
        match self.clause() {
            Ok(clause) => Ok(clause),
            Err(error) => {
                match self.ahead.take() {
                    Some(Token { tok: Tok::End, .. }) => {}
                    _ => self.lexer.skip_clause(),
                }
                Err(error)
            }
        }
    }

    fn clause(&mut self) -> Parse<Clause> {
        let start = self.peek()?.start;
        let root = if self.peek()?.tok == Tok::Eof {
            None
        } else {
            let (term, _) = self.term(1200)?;
            if self.peek()?.tok != Tok::End {
                return Err(self.unexpected());
            }
            Some(term)
        };
        self.ahead = None;
        Ok(Clause {
            terms: std::mem::take(&mut self.terms),
            root,
            vars: std::mem::take(&mut self.vars),
            start,
            end: self.lexer.pos(),
        })
    }

    // ------------------------------------------------------------------ tokens

    fn peek(&mut self) -> Parse<&Token> {
        if self.ahead.is_none() {
            self.ahead = Some(self.lexer.next_token()?);
        }
        Ok(self.ahead.as_ref().expect("just filled"))
    }

    fn next(&mut self) -> Parse<Token> {
        match self.ahead.take() {
            Some(t) => Ok(t),
            None => self.lexer.next_token(),
        }
    }

    fn expect(&mut self, tok: Tok) -> Parse<()> {
        if self.peek()?.tok == tok {
            self.ahead = None;
            Ok(())
        } else {
            Err(self.unexpected())
        }
    }

    fn unexpected(&mut self) -> SyntaxError {
        let at = self.pos();
        let message = match self.peek().map(|t| &t.tok) {
            Ok(Tok::Eof) => "end_of_file",
            Ok(Tok::End) => "end_of_clause",
            Ok(Tok::Close) => "illegal_start_of_term",
            _ => "operator_expected",
        };
        SyntaxError::new(message, at)
    }

    fn atom(&mut self, name: &str) -> NodeId {
        let atom = self.atoms.intern(name);
        self.terms.add(Node::Atom(atom))
    }

    // ------------------------------------------------------------------- terms

    /// A term of at most priority `max`, and its priority.
    fn term(&mut self, max: u16) -> Parse<(NodeId, u16)> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(SyntaxError::new("nesting_too_deep", self.pos()));
        }
        let (left, priority) = self.primary(max)?;
        let result = self.infix(left, priority, max);
        self.depth -= 1;
        result
    }

    fn primary(&mut self, max: u16) -> Parse<(NodeId, u16)> {
        self.bare_op = false;
        let token = self.next()?;
        let node = match token.tok {
            Tok::Int(i) => self.terms.add(Node::Int(i)),
            Tok::Big(b) => self.terms.add(Node::Big(Rc::new(b))),
            Tok::Float(f) => self.terms.add(Node::Float(f)),
            Tok::Var(name) => self.variable(name),
            Tok::Text(text) => self.quoted_text(&text, self.flags.double_quotes),
            Tok::Back(text) => self.quoted_text(&text, self.flags.back_quotes),
            Tok::Open | Tok::OpenCall => {
                let (term, _) = self.term(1200)?;
                self.expect(Tok::Close)?;
                self.bare_op = false;
                term
            }
            Tok::OpenList => return self.list(max),
            Tok::OpenCurly => {
                if self.peek()?.tok == Tok::CloseCurly {
                    self.ahead = None;
                    return self.name("{}".into(), max, false);
                }
                let (term, _) = self.term(1200)?;
                self.expect(Tok::CloseCurly)?;
                self.bare_op = false;
                let name = self.atoms.intern("{}");
                self.terms.compound(name, &[term])
            }
            Tok::Name(name) => return self.name(name, max, true),
            Tok::Quoted(name) => return self.name(name, max, false),
            Tok::Bar if matches!(self.peek()?.tok, Tok::OpenCall) => {
                return self.name("|".into(), max, false);
            }
            tok => {
                let message = match tok {
                    Tok::Eof => "end_of_file",
                    Tok::End => "end_of_clause",
                    _ => "illegal_start_of_term",
                };
                self.ahead = Some(Token { tok, ..token });
                return Err(SyntaxError::new(message, self.pos()));
            }
        };
        Ok((node, 0))
    }

    fn variable(&mut self, name: String) -> NodeId {
        if name != "_"
            && let Some(i) = self.vars.iter().position(|v| v.name == name)
        {
            self.vars[i].count += 1;
            return self.terms.add(Node::Var(i as u32));
        }
        self.vars.push(VarInfo { name, count: 1 });
        self.terms.add(Node::Var(self.vars.len() as u32 - 1))
    }

    fn quoted_text(&mut self, text: &str, quotes: Quotes) -> NodeId {
        let items: Vec<NodeId> = match quotes {
            Quotes::Atom => return self.atom(text),
            Quotes::String => return self.terms.add(Node::Str(text.into())),
            Quotes::Codes => text
                .chars()
                .map(|c| self.terms.add(Node::Int(c as i64)))
                .collect(),
            Quotes::Chars => {
                let mut buffer = [0; 4];
                text.chars()
                    .map(|c| {
                        let atom = self.atoms.intern(c.encode_utf8(&mut buffer));
                        self.terms.add(Node::Atom(atom))
                    })
                    .collect()
            }
        };
        let nil = self.atom("[]");
        self.list_of(&items, nil)
    }

    fn list_of(&mut self, items: &[NodeId], tail: NodeId) -> NodeId {
        let dot = self.atoms.intern(".");
        items
            .iter()
            .rev()
            .fold(tail, |tail, &item| self.terms.compound(dot, &[item, tail]))
    }

    /// After `[`.
    fn list(&mut self, max: u16) -> Parse<(NodeId, u16)> {
        if self.peek()?.tok == Tok::CloseList {
            self.ahead = None;
            return self.name("[]".into(), max, false);
        }
        let mut items = vec![self.term(999)?.0];
        loop {
            match self.next()? {
                Token {
                    tok: Tok::Comma, ..
                } => items.push(self.term(999)?.0),
                Token { tok: Tok::Bar, .. } => {
                    let (tail, _) = self.term(999)?;
                    self.expect(Tok::CloseList)?;
                    self.bare_op = false;
                    return Ok((self.list_of(&items, tail), 0));
                }
                Token {
                    tok: Tok::CloseList,
                    ..
                } => {
                    let nil = self.atom("[]");
                    self.bare_op = false;
                    return Ok((self.list_of(&items, nil), 0));
                }
                other => {
                    self.ahead = Some(other);
                    return Err(self.unexpected());
                }
            }
        }
    }

    /// After `name(`.
    fn arguments(&mut self) -> Parse<Vec<NodeId>> {
        let mut args = vec![self.term(999)?.0];
        loop {
            match self.next()? {
                Token {
                    tok: Tok::Comma, ..
                } => args.push(self.term(999)?.0),
                Token {
                    tok: Tok::Close, ..
                } => {
                    self.bare_op = false;
                    return Ok(args);
                }
                other => {
                    self.ahead = Some(other);
                    return Err(self.unexpected());
                }
            }
        }
    }

    /// After a name: a compound, a negative number, a prefix operator's term or an atom.
    fn name(&mut self, name: String, max: u16, unquoted: bool) -> Parse<(NodeId, u16)> {
        let next = self.peek()?.clone();
        if next.tok == Tok::OpenCall {
            self.ahead = None;
            let args = self.arguments()?;
            let atom = self.atoms.intern(&name);
            return Ok((self.terms.compound(atom, &args), 0));
        }
        if unquoted && name == "-" && !next.layout {
            let negative = match &next.tok {
                Tok::Int(i) => Some(Node::Int(-i)),
                Tok::Big(b) => Some(negative_big(b)),
                Tok::Float(f) => Some(Node::Float(-f)),
                _ => None,
            };
            if let Some(node) = negative {
                self.ahead = None;
                return Ok((self.terms.add(node), 0));
            }
        }
        let atom = self.atoms.intern(&name);
        if let Some(op) = self.ops.get(atom, Fixity::Prefix)
            && !self.ends_operand(&next)
            && let Some(found) = self.prefix_term(atom, op, max, &next)?
        {
            return Ok(found);
        }
        self.bare_op = self.ops.is_op(atom);
        let node = self.terms.add(Node::Atom(atom));
        // An operator as an operand must not outrank its place, except as an argument.
        let priority = if self.bare_op {
            self.ops.max_priority(atom)
        } else {
            0
        };
        Ok((node, if priority > max { 0 } else { priority }))
    }

    /// Can no operand start at `next`?
    fn ends_operand(&self, next: &Token) -> bool {
        matches!(
            next.tok,
            Tok::End
                | Tok::Eof
                | Tok::Close
                | Tok::CloseList
                | Tok::CloseCurly
                | Tok::Comma
                | Tok::Bar
        )
    }

    /// Tries `op operand`; `None` (with the position restored) when there is no such operand.
    fn prefix_term(
        &mut self,
        atom: Atom,
        op: Op,
        max: u16,
        next: &Token,
    ) -> Parse<Option<(NodeId, u16)>> {
        let infix_next = match &next.tok {
            Tok::Name(n) | Tok::Quoted(n) => {
                let a = self.atoms.intern(n);
                self.ops.get(a, Fixity::Infix).is_some()
                    || self.ops.get(a, Fixity::Postfix).is_some()
            }
            _ => false,
        };
        let (priority, right) = if op.priority > max {
            (999.min(max), 999.min(max))
        } else {
            (op.priority, op.right())
        };
        let saved = (self.lexer.pos(), self.vars.clone(), self.depth);
        let ahead = self.ahead.clone();
        match self.term(right) {
            Ok((operand, _)) if !(infix_next && self.bare_op && self.is_bare(operand, next)) => {
                self.bare_op = false;
                Ok(Some((self.terms.compound(atom, &[operand]), priority)))
            }
            // `- = x`: the operand was an infix operator standing alone.
            Ok(_) => {
                self.restore(saved, ahead);
                Ok(None)
            }
            Err(error) if infix_next => {
                self.restore(saved, ahead);
                let _ = error;
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// Is the operand just the operator token `next` itself?
    fn is_bare(&mut self, operand: NodeId, next: &Token) -> bool {
        match (&next.tok, self.terms.get(operand)) {
            (Tok::Name(n) | Tok::Quoted(n), Node::Atom(a)) => *self.atoms.name(*a) == **n,
            _ => false,
        }
    }

    fn restore(&mut self, saved: (usize, Vec<VarInfo>, u32), ahead: Option<Token>) {
        self.lexer.set_pos(saved.0);
        self.vars = saved.1;
        self.depth = saved.2;
        self.ahead = ahead;
    }

    /// The operator that the next token is, if it can stand after an operand.
    fn next_operator(&mut self) -> Parse<Option<AfterOperand>> {
        let name: String = match &self.peek()?.tok {
            Tok::Name(n) | Tok::Quoted(n) => n.clone(),
            Tok::Comma => ",".into(),
            Tok::Bar => "|".into(),
            _ => return Ok(None),
        };
        let atom = self.atoms.intern(&name);
        let infix = self.ops.get(atom, Fixity::Infix);
        let postfix = self.ops.get(atom, Fixity::Postfix);
        Ok((infix.is_some() || postfix.is_some()).then_some((atom, infix, postfix)))
    }

    fn infix(&mut self, mut left: NodeId, mut priority: u16, max: u16) -> Parse<(NodeId, u16)> {
        while let Some((atom, infix, postfix)) = self.next_operator()? {
            let left_bare = self.bare_op;
            if left_bare {
                // Its own priority does not count before an operator.
                priority = 0;
            }
            if let Some(op) = infix
                && op.priority <= max
                && priority <= op.left()
            {
                let saved = (self.lexer.pos(), self.vars.clone(), self.depth);
                let ahead = self.ahead.take();
                match self.term(op.right()) {
                    Ok((right, _)) => {
                        if left_bare && self.bare_op {
                            // One bare operator is accepted as an operand, two are not.
                            return Err(SyntaxError::new("operator_clash", self.pos()));
                        }
                        left = self.terms.compound(atom, &[left, right]);
                        priority = op.priority;
                        self.bare_op = false;
                        continue;
                    }
                    Err(error) if postfix.is_none() => return Err(error),
                    Err(_) => self.restore(saved, ahead),
                }
            }
            if let Some(op) = postfix
                && op.priority <= max
                && priority <= op.left()
            {
                self.ahead = None;
                left = self.terms.compound(atom, &[left]);
                priority = op.priority;
                self.bare_op = false;
                continue;
            }
            break;
        }
        Ok((left, priority))
    }
}

fn negative_big(b: &BigInt) -> Node {
    let negative = -b;
    match i64::try_from(&negative) {
        Ok(i) => Node::Int(i),
        Err(_) => Node::Big(Rc::new(negative)),
    }
}
