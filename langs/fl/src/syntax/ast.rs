//! The syntax tree.
//!
//! Expressions live in one vector and refer to each other by index, so that a chain of ten thousand
//! operators neither recurses when dropped nor needs a lifetime. Statements nest no deeper than
//! indentation may and own their bodies.

use std::collections::HashMap;

use num_bigint::BigInt;

pub use crate::op::{BinKind, CmpKind};
use crate::source::Span;

/// Index of an expression in its [`Tree`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ExprId(pub u32);

/// An identifier, interned per tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Name(pub u32);

/// Number of a scope: module 0, then functions, classes and comprehensions as they are parsed.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct ScopeId(pub u32);

/// The module's own scope.
pub const MODULE_SCOPE: ScopeId = ScopeId(0);

/// The tree of one file.
#[derive(Default, Debug)]
pub struct Tree {
    pub exprs: Vec<Expr>,
    pub body: Vec<Stmt>,
    /// Number of scopes, the module's included.
    pub scopes: u32,
    /// Upper bound of the depth of the tree.
    pub depth: u32,
    names: Vec<Box<str>>,
    by_name: HashMap<Box<str>, Name>,
}

impl Tree {
    /// The expression with this index.
    pub fn expr(&self, id: ExprId) -> &Expr {
        &self.exprs[id.0 as usize]
    }

    /// What kind of expression it is.
    pub fn kind(&self, id: ExprId) -> &ExprKind {
        &self.exprs[id.0 as usize].kind
    }

    /// Where the expression stands.
    pub fn span(&self, id: ExprId) -> Span {
        self.exprs[id.0 as usize].span
    }

    /// Adds an expression.
    pub fn add(&mut self, kind: ExprKind, span: Span) -> ExprId {
        self.exprs.push(Expr { kind, span });
        ExprId(self.exprs.len() as u32 - 1)
    }

    /// The name spelled `text`.
    pub fn intern(&mut self, text: &str) -> Name {
        if let Some(name) = self.by_name.get(text) {
            return *name;
        }
        let name = Name(self.names.len() as u32);
        self.names.push(text.into());
        self.by_name.insert(text.into(), name);
        name
    }

    /// The name spelled `text`, if the file has it.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.by_name.get(text).copied()
    }

    /// Spelling of a name.
    pub fn text(&self, name: Name) -> &str {
        &self.names[name.0 as usize]
    }
}

/// An expression.
#[derive(Debug)]
pub struct Expr {
    pub kind: ExprKind,
    pub span: Span,
}

/// The kinds of expressions.
#[derive(Debug)]
pub enum ExprKind {
    Name(Name),
    None,
    True,
    False,
    Ellipsis,
    Int(i64),
    BigInt(Box<BigInt>),
    Float(f64),
    Imaginary(f64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    JoinedStr(Vec<FPiece>),
    Tuple(Vec<ExprId>),
    List(Vec<ExprId>),
    Set(Vec<ExprId>),
    /// Without a key: `**value`.
    Dict(Vec<(Option<ExprId>, ExprId)>),
    Unary(UnaryOp, ExprId),
    Binary(BinKind, ExprId, ExprId),
    And(Vec<ExprId>),
    Or(Vec<ExprId>),
    Compare(ExprId, Vec<(CompareOp, ExprId)>),
    IfExp {
        test: ExprId,
        body: ExprId,
        orelse: ExprId,
    },
    Lambda(Box<Lambda>),
    Call(ExprId, Vec<Arg>),
    Attribute(ExprId, Name),
    Subscript(ExprId, ExprId),
    Slice(Option<ExprId>, Option<ExprId>, Option<ExprId>),
    Starred(ExprId),
    /// `name := value`
    Named(Name, ExprId),
    Comp(Box<Comp>),
    Yield(Option<ExprId>),
    YieldFrom(ExprId),
}

/// Prefix operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum UnaryOp {
    Neg,
    Pos,
    Invert,
    Not,
}

/// Comparison operators.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompareOp {
    Rich(CmpKind),
    Is,
    IsNot,
    In,
    NotIn,
}

/// A piece of a formatted string.
#[derive(Debug)]
pub enum FPiece {
    Text(Box<str>),
    Field {
        value: ExprId,
        /// `s`, `r` or `a` after `!`.
        conversion: Option<char>,
        /// A `Str` or `JoinedStr`.
        spec: Option<ExprId>,
    },
}

/// An argument of a call or an item among the bases of a class.
#[derive(Clone, Copy, Debug)]
pub enum Arg {
    Positional(ExprId),
    Star(ExprId),
    Keyword(Name, ExprId),
    DoubleStar(ExprId),
}

impl Arg {
    /// The expression passed.
    pub fn value(&self) -> ExprId {
        match *self {
            Arg::Positional(e) | Arg::Star(e) | Arg::Keyword(_, e) | Arg::DoubleStar(e) => e,
        }
    }
}

/// A lambda.
#[derive(Debug)]
pub struct Lambda {
    pub params: Parameters,
    pub body: ExprId,
    pub scope: ScopeId,
}

/// What a comprehension builds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompKind {
    List,
    Set,
    Dict,
    Generator,
}

/// A comprehension or generator expression.
#[derive(Debug)]
pub struct Comp {
    pub kind: CompKind,
    /// The element, or a dict's key.
    pub element: ExprId,
    /// A dict's value.
    pub value: Option<ExprId>,
    pub clauses: Vec<CompClause>,
    pub scope: ScopeId,
}

/// `for target in iter if … if …`
#[derive(Debug)]
pub struct CompClause {
    pub target: ExprId,
    pub iter: ExprId,
    pub ifs: Vec<ExprId>,
}

/// Parameters of a function, in the order of their slots except that `*args` is separate.
#[derive(Default, Debug)]
pub struct Parameters {
    pub posonly: Vec<Param>,
    pub args: Vec<Param>,
    pub vararg: Option<Param>,
    pub kwonly: Vec<Param>,
    pub kwarg: Option<Param>,
}

impl Parameters {
    /// All parameters in the order of their slots.
    pub fn in_slot_order(&self) -> impl Iterator<Item = &Param> {
        let named = self.posonly.iter().chain(&self.args).chain(&self.kwonly);
        named.chain(&self.vararg).chain(&self.kwarg)
    }

    /// All parameters in the order of the source.
    pub fn in_source_order(&self) -> impl Iterator<Item = &Param> {
        let positional = self.posonly.iter().chain(&self.args);
        positional
            .chain(&self.vararg)
            .chain(&self.kwonly)
            .chain(&self.kwarg)
    }
}

/// One parameter.
#[derive(Debug)]
pub struct Param {
    pub name: Name,
    pub span: Span,
    pub annotation: Option<ExprId>,
    pub default: Option<ExprId>,
}

/// A statement.
#[derive(Debug)]
pub struct Stmt {
    pub kind: StmtKind,
    pub span: Span,
}

/// The kinds of statements.
#[derive(Debug)]
pub enum StmtKind {
    Expr(ExprId),
    Assign {
        targets: Vec<ExprId>,
        value: ExprId,
    },
    AugAssign {
        target: ExprId,
        op: BinKind,
        value: ExprId,
    },
    AnnAssign {
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    },
    Return(Option<ExprId>),
    Delete(Vec<ExprId>),
    Pass,
    Break,
    Continue,
    Raise {
        exc: Option<ExprId>,
        cause: Option<ExprId>,
    },
    Global(Vec<(Name, Span)>),
    Nonlocal(Vec<(Name, Span)>),
    Import(Vec<ImportAlias>),
    ImportFrom(Box<ImportFrom>),
    Assert {
        test: ExprId,
        message: Option<ExprId>,
    },
    /// `if`, each `elif`, and `else`.
    If {
        branches: Vec<(ExprId, Vec<Stmt>)>,
        orelse: Vec<Stmt>,
    },
    While {
        test: ExprId,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    For {
        target: ExprId,
        iter: ExprId,
        body: Vec<Stmt>,
        orelse: Vec<Stmt>,
    },
    Try(Box<Try>),
    With {
        items: Vec<WithItem>,
        body: Vec<Stmt>,
    },
    Function(Box<FunctionDef>),
    Class(Box<ClassDef>),
    Match {
        subject: ExprId,
        cases: Vec<MatchCase>,
    },
}

/// `a.b.c as d`
#[derive(Debug)]
pub struct ImportAlias {
    pub path: Vec<Name>,
    pub alias: Option<Name>,
    pub span: Span,
}

/// `from ..a.b import c as d, e`
#[derive(Debug)]
pub struct ImportFrom {
    pub level: u16,
    pub path: Vec<Name>,
    pub names: ImportNames,
}

/// What a `from` import binds.
#[derive(Debug)]
pub enum ImportNames {
    Star(Span),
    Names(Vec<ImportedName>),
}

/// `name as alias`
#[derive(Debug)]
pub struct ImportedName {
    pub name: Name,
    pub alias: Option<Name>,
    pub span: Span,
}

/// A `try` statement.
#[derive(Debug)]
pub struct Try {
    pub body: Vec<Stmt>,
    pub handlers: Vec<ExceptClause>,
    pub orelse: Vec<Stmt>,
    pub finalbody: Vec<Stmt>,
}

/// `except kind as name:`
#[derive(Debug)]
pub struct ExceptClause {
    pub kind: Option<ExprId>,
    pub name: Option<Name>,
    pub body: Vec<Stmt>,
    pub span: Span,
}

/// `context as target`
#[derive(Debug)]
pub struct WithItem {
    pub context: ExprId,
    pub target: Option<ExprId>,
}

/// A function definition.
#[derive(Debug)]
pub struct FunctionDef {
    /// What it is bound to.
    pub name: Name,
    /// As written: what it is called, even if the name is private to a class.
    pub label: Name,
    pub params: Parameters,
    pub returns: Option<ExprId>,
    pub body: Vec<Stmt>,
    pub decorators: Vec<ExprId>,
    pub scope: ScopeId,
    /// Of the word `def`.
    pub def_span: Span,
}

/// A class definition.
#[derive(Debug)]
pub struct ClassDef {
    /// What it is bound to.
    pub name: Name,
    /// As written.
    pub label: Name,
    pub args: Vec<Arg>,
    pub body: Vec<Stmt>,
    pub decorators: Vec<ExprId>,
    pub scope: ScopeId,
    /// Of the word `class`.
    pub class_span: Span,
}

/// `case pattern if guard:`
#[derive(Debug)]
pub struct MatchCase {
    pub pattern: Pattern,
    pub guard: Option<ExprId>,
    pub body: Vec<Stmt>,
}

/// A pattern.
#[derive(Debug)]
pub struct Pattern {
    pub kind: PatternKind,
    pub span: Span,
}

/// The kinds of patterns.
#[derive(Debug)]
pub enum PatternKind {
    /// Compared with `==`: number, string, dotted name.
    Value(ExprId),
    /// Compared with `is`: None, True, False.
    Singleton(ExprId),
    /// A name, or `_`.
    Capture(Option<Name>),
    As(Box<Pattern>, Name),
    Or(Vec<Pattern>),
    Sequence(Vec<Pattern>),
    /// `*name` or `*_` in a sequence.
    Star(Option<Name>),
    Mapping {
        keys: Vec<ExprId>,
        values: Vec<Pattern>,
        rest: Option<Name>,
    },
    Class {
        class: ExprId,
        positional: Vec<Pattern>,
        keywords: Vec<(Name, Pattern)>,
    },
}
