//! Tokens to terms: operator precedence parsing.
//!
//! `primary` reads a term that starts here, `infix` extends it to the right as
//! long as priorities allow. A prefix operator is first tried with an operand;
//! when that fails the parser goes back and takes it as an atom. What waits for a
//! term inside is kept in a stack of frames, so that nesting is limited by memory only.

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

/// Where reading can go on after an error: position, variables and the token ahead.
type Saved = (usize, Vec<VarInfo>, Option<Token>);

/// What the parser does next.
enum State {
    /// Reads a term of at most this priority.
    Start(u16),
    /// Goes on to the right of an operand with its priority; the greatest one allowed.
    After(NodeId, u16, u16),
    /// A term is complete.
    Done(NodeId),
}

/// A term that waits for one inside it; `max`: its own greatest priority.
struct Frame {
    max: u16,
    wait: Wait,
}

/// A term waits for one inside it, of priority `start` at most.
fn inside(frames: &mut Vec<Frame>, max: u16, wait: Wait, start: u16) -> State {
    frames.push(Frame { max, wait });
    State::Start(start)
}

enum Wait {
    Paren,
    Curly,
    Item(Vec<NodeId>),
    Tail(Vec<NodeId>),
    Argument(Atom, Vec<NodeId>),
    Prefix(Box<Prefix>),
    Infix(Box<Infix>),
}

/// A prefix operator that waits for its operand.
struct Prefix {
    atom: Atom,
    priority: u16,
    /// The token after it, if that may be an infix or postfix operator, to go back to.
    back: Option<(Token, Saved)>,
}

/// An infix operator that waits for its right operand.
struct Infix {
    atom: Atom,
    priority: u16,
    left: NodeId,
    left_priority: u16,
    left_bare: bool,
    /// The same name as a postfix operator, to go back to.
    back: Option<(Op, Saved)>,
}

/// A reader of clauses from one text.
pub struct Parser<'a> {
    lexer: Lexer<'a>,
    ahead: Option<Token>,
    atoms: &'a mut dyn Atoms,
    ops: &'a Ops,
    flags: ReadFlags,
    terms: Terms,
    vars: Vec<VarInfo>,
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
            let term = self.term(1200)?;
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

    /// A term of at most priority `max`.
    fn term(&mut self, max: u16) -> Parse<NodeId> {
        let mut frames = Vec::new();
        let mut state = State::Start(max);
        loop {
            let next = match state {
                State::Start(max) => self.primary(max, &mut frames),
                State::After(left, priority, max) => self.infix(left, priority, max, &mut frames),
                State::Done(term) => match frames.pop() {
                    Some(frame) => self.resume(frame, term, &mut frames),
                    None => return Ok(term),
                },
            };
            state = match next {
                Ok(state) => state,
                Err(error) => self.recover(error, &mut frames)?,
            };
        }
    }

    /// Goes back to where an operator can be taken differently.
    fn recover(&mut self, error: SyntaxError, frames: &mut Vec<Frame>) -> Parse<State> {
        while let Some(Frame { max, wait }) = frames.pop() {
            match wait {
                Wait::Prefix(prefix) => {
                    if let Some((_, saved)) = prefix.back {
                        self.restore(saved);
                        return Ok(self.plain_atom(prefix.atom, max));
                    }
                }
                Wait::Infix(infix) => {
                    if let Some((op, saved)) = infix.back {
                        self.restore(saved);
                        let Infix { atom, left, .. } = *infix;
                        return Ok(self.postfix(atom, op, left, infix.left_priority, max));
                    }
                }
                _ => {}
            }
        }
        Err(error)
    }

    /// The term that a frame waited for has been read.
    fn resume(&mut self, frame: Frame, term: NodeId, frames: &mut Vec<Frame>) -> Parse<State> {
        let max = frame.max;
        let complete = match frame.wait {
            Wait::Paren => {
                self.expect(Tok::Close)?;
                term
            }
            Wait::Curly => {
                self.expect(Tok::CloseCurly)?;
                let name = self.atoms.intern("{}");
                self.terms.compound(name, &[term])
            }
            Wait::Item(items) => return self.after_item(items, term, max, frames),
            Wait::Tail(items) => {
                self.expect(Tok::CloseList)?;
                self.list_of(&items, term)
            }
            Wait::Argument(name, mut args) => {
                args.push(term);
                let token = self.next()?;
                match token.tok {
                    Tok::Comma => {
                        let wait = Wait::Argument(name, args);
                        return Ok(inside(frames, max, wait, 999));
                    }
                    Tok::Close => self.terms.compound(name, &args),
                    _ => {
                        self.ahead = Some(token);
                        return Err(self.unexpected());
                    }
                }
            }
            Wait::Prefix(prefix) => {
                if let Some((next, saved)) = prefix.back
                    && self.bare_op
                    && self.is_bare(term, &next)
                {
                    // `- = x`: the operand was an infix operator standing alone.
                    self.restore(saved);
                    return Ok(self.plain_atom(prefix.atom, max));
                }
                self.bare_op = false;
                let term = self.terms.compound(prefix.atom, &[term]);
                return Ok(State::After(term, prefix.priority, max));
            }
            Wait::Infix(infix) => {
                if infix.left_bare && self.bare_op {
                    // One bare operator is accepted as an operand, two are not.
                    return Err(SyntaxError::new("operator_clash", self.pos()));
                }
                self.bare_op = false;
                let term = self.terms.compound(infix.atom, &[infix.left, term]);
                return Ok(State::After(term, infix.priority, max));
            }
        };
        self.bare_op = false;
        Ok(State::After(complete, 0, max))
    }

    /// After an item of a list.
    fn after_item(
        &mut self,
        mut items: Vec<NodeId>,
        item: NodeId,
        max: u16,
        frames: &mut Vec<Frame>,
    ) -> Parse<State> {
        items.push(item);
        let token = self.next()?;
        let wait = match token.tok {
            Tok::Comma => Wait::Item(items),
            Tok::Bar => Wait::Tail(items),
            Tok::CloseList => {
                let nil = self.atom("[]");
                self.bare_op = false;
                return Ok(State::After(self.list_of(&items, nil), 0, max));
            }
            _ => {
                self.ahead = Some(token);
                return Err(self.unexpected());
            }
        };
        Ok(inside(frames, max, wait, 999))
    }

    fn primary(&mut self, max: u16, frames: &mut Vec<Frame>) -> Parse<State> {
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
                return Ok(inside(frames, max, Wait::Paren, 1200));
            }
            Tok::OpenList => {
                if self.peek()?.tok == Tok::CloseList {
                    self.ahead = None;
                    return self.name("[]".into(), max, false, frames);
                }
                return Ok(inside(frames, max, Wait::Item(Vec::new()), 999));
            }
            Tok::OpenCurly => {
                if self.peek()?.tok == Tok::CloseCurly {
                    self.ahead = None;
                    return self.name("{}".into(), max, false, frames);
                }
                return Ok(inside(frames, max, Wait::Curly, 1200));
            }
            Tok::Name(name) => return self.name(name, max, true, frames),
            Tok::Quoted(name) => return self.name(name, max, false, frames),
            Tok::Bar if matches!(self.peek()?.tok, Tok::OpenCall) => {
                return self.name("|".into(), max, false, frames);
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
        Ok(State::After(node, 0, max))
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

    /// After a name: a compound, a negative number, a prefix operator's term or an atom.
    fn name(
        &mut self,
        name: String,
        max: u16,
        unquoted: bool,
        frames: &mut Vec<Frame>,
    ) -> Parse<State> {
        let next = self.peek()?.clone();
        let atom = self.atoms.intern(&name);
        if next.tok == Tok::OpenCall {
            self.ahead = None;
            if self.peek()?.tok == Tok::Close {
                self.ahead = None;
                return Ok(State::After(self.terms.empty_compound(atom), 0, max));
            }
            let wait = Wait::Argument(atom, Vec::new());
            return Ok(inside(frames, max, wait, 999));
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
                return Ok(State::After(self.terms.add(node), 0, max));
            }
        }
        if let Some(op) = self.ops.get(atom, Fixity::Prefix)
            && !self.ends_operand(&next)
        {
            return self.prefix(atom, op, max, next, frames);
        }
        Ok(self.plain_atom(atom, max))
    }

    /// A name that stands for itself.
    fn plain_atom(&mut self, atom: Atom, max: u16) -> State {
        self.bare_op = self.ops.is_op(atom);
        let node = self.terms.add(Node::Atom(atom));
        // An operator as an operand must not outrank its place, except as an argument.
        let priority = if self.bare_op {
            self.ops.max_priority(atom)
        } else {
            0
        };
        State::After(node, if priority > max { 0 } else { priority }, max)
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

    /// Tries `op operand`, to go back when there is no such operand.
    fn prefix(
        &mut self,
        atom: Atom,
        op: Op,
        max: u16,
        next: Token,
        frames: &mut Vec<Frame>,
    ) -> Parse<State> {
        let infix_next = match &next.tok {
            Tok::Name(n) | Tok::Quoted(n) => {
                let a = self.atoms.intern(n);
                self.ops.get(a, Fixity::Infix).is_some()
                    || self.ops.get(a, Fixity::Postfix).is_some()
            }
            _ => false,
        };
        let (priority, right) = if op.priority > max {
            // An argument may be a term of any prefix operator, an operand may not.
            if max != 999 && !infix_next {
                return Err(SyntaxError::new("operator_clash", next.start));
            }
            (999.min(max), 999.min(max))
        } else {
            (op.priority, op.right())
        };
        let back = infix_next.then(|| (next, self.save()));
        let wait = Wait::Prefix(Box::new(Prefix {
            atom,
            priority,
            back,
        }));
        Ok(inside(frames, max, wait, right))
    }

    /// Is the operand just the operator token `next` itself?
    fn is_bare(&mut self, operand: NodeId, next: &Token) -> bool {
        match (&next.tok, self.terms.get(operand)) {
            (Tok::Name(n) | Tok::Quoted(n), Node::Atom(a)) => *self.atoms.name(*a) == **n,
            _ => false,
        }
    }

    fn save(&self) -> Saved {
        (self.lexer.pos(), self.vars.clone(), self.ahead.clone())
    }

    fn restore(&mut self, (pos, vars, ahead): Saved) {
        self.lexer.set_pos(pos);
        self.vars = vars;
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

    fn infix(
        &mut self,
        left: NodeId,
        mut priority: u16,
        max: u16,
        frames: &mut Vec<Frame>,
    ) -> Parse<State> {
        let Some((atom, infix, postfix)) = self.next_operator()? else {
            return Ok(State::Done(left));
        };
        let left_bare = self.bare_op;
        if left_bare {
            // Its own priority does not count before an operator.
            priority = 0;
        }
        let fits = |op: &Op| op.priority <= max && priority <= op.left();
        if let Some(op) = infix.filter(fits) {
            let back = postfix.map(|op| (op, self.save()));
            self.ahead = None;
            let wait = Wait::Infix(Box::new(Infix {
                atom,
                priority: op.priority,
                left,
                left_priority: priority,
                left_bare,
                back,
            }));
            return Ok(inside(frames, max, wait, op.right()));
        }
        Ok(match postfix {
            Some(op) => self.postfix(atom, op, left, priority, max),
            None => State::Done(left),
        })
    }

    /// `left op`, if priorities allow.
    fn postfix(&mut self, atom: Atom, op: Op, left: NodeId, priority: u16, max: u16) -> State {
        if op.priority > max || priority > op.left() {
            return State::Done(left);
        }
        self.ahead = None;
        self.bare_op = false;
        let term = self.terms.compound(atom, &[left]);
        State::After(term, op.priority, max)
    }
}

fn negative_big(b: &BigInt) -> Node {
    let negative = -b;
    match i64::try_from(&negative) {
        Ok(i) => Node::Int(i),
        Err(_) => Node::Big(Rc::new(negative)),
    }
}
