//! What is written is read back; what the standard says is read so.

use super::lexer::Lexer;
use super::parser::{Quotes, VarInfo};
use super::write::{Kind, View, WriteOptions, to_string};
use super::*;
use expect_test::{Expect, expect};
use std::borrow::Cow;
use std::collections::HashMap;

#[derive(Default)]
struct Names {
    ids: HashMap<String, u32>,
    names: Vec<String>,
}

impl Atoms for Names {
    fn intern(&mut self, name: &str) -> Atom {
        if let Some(&id) = self.ids.get(name) {
            return Atom(id);
        }
        self.names.push(name.into());
        self.ids.insert(name.into(), self.names.len() as u32 - 1);
        Atom(self.names.len() as u32 - 1)
    }
    fn name(&self, atom: Atom) -> Cow<'_, str> {
        Cow::Borrowed(&self.names[atom.0 as usize])
    }
}

struct TermView<'a> {
    names: &'a Names,
    terms: &'a Terms,
    vars: &'a [VarInfo],
}

impl View for TermView<'_> {
    type Term = NodeId;
    fn kind(&self, term: NodeId) -> Kind {
        match self.terms.get(term) {
            Node::Var(i) => Kind::Var(match self.vars[*i as usize].name.as_str() {
                "_" => format!("_{i}"),
                name => name.into(),
            }),
            Node::Atom(a) => Kind::Atom(*a),
            Node::Int(i) => Kind::Int(*i),
            Node::Big(b) => Kind::Big(b.clone()),
            Node::Float(f) => Kind::Float(*f),
            Node::Str(s) => Kind::Str(s.to_string()),
            Node::Object(place) => Kind::Other(place.number.to_string()),
            Node::Compound { name, arity, .. } => Kind::Compound(*name, *arity as usize),
        }
    }
    fn arg(&self, term: NodeId, index: usize) -> NodeId {
        self.terms.args(term)[index]
    }
    fn atoms(&self) -> &dyn Atoms {
        self.names
    }
}

fn show(names: &Names, clause: &Clause, ops: &Ops, options: &WriteOptions) -> String {
    let view = TermView {
        names,
        terms: &clause.terms,
        vars: &clause.vars,
    };
    to_string(&view, ops, options, clause.root.expect("a term"))
}

/// Each clause of `text`, as `writeq` and as canonical form; errors with their place.
fn check(text: &str, expect: Expect) {
    let mut names = Names::default();
    let ops = Ops::standard(&mut names);
    let mut pos = 0;
    let mut out = String::new();
    loop {
        let mut parser = Parser::new(text, pos, &mut names, &ops, ReadFlags::default());
        let result = parser.read();
        pos = parser.pos();
        match result {
            Ok(clause) if clause.root.is_none() => break,
            Ok(clause) => {
                let pretty = show(&names, &clause, &ops, &WriteOptions::quoted());
                let canonical = WriteOptions {
                    quoted: true,
                    ignore_ops: true,
                    ..WriteOptions::default()
                };
                let plain = show(&names, &clause, &ops, &canonical);
                out.push_str(&format!("{pretty}   {plain}\n"));
            }
            Err(e) => out.push_str(&format!("error {} at {}\n", e.message, e.at)),
        }
        if pos >= text.len() {
            break;
        }
    }
    expect.assert_eq(&out);
}

#[test]
fn operators_and_signs() {
    check(
        "-1. - 1. -(1). -a. - -1. 3 -1. a- 1. a:-b,c;d->e. \\+ (a,b). \\+a. -(2+3). 1*(-2). a= -1. 1 - (-(-1)). 2**3. (a,b):c. f(:-). 1+(+). - - a. -(-(1)). -(1^2). [-]. - (-).",
        expect![[r#"
            -1   -1
            - 1   -(1)
            - 1   -(1)
            -a   -(a)
            - -1   -(-1)
            3-1   -(3,1)
            a-1   -(a,1)
            a:-b,c;d->e   :-(a,;(','(b,c),->(d,e)))
            \+ (a,b)   \+(','(a,b))
            \+a   \+(a)
            -(2+3)   -(+(2,3))
            1* -2   *(1,-2)
            a= -1   =(a,-1)
            1- - -1   -(1,-(-1))
            2**3   **(2,3)
            (a,b):c   :(','(a,b),c)
            f(:-)   f(:-)
            1+(+)   +(1,+)
            - -a   -(-(a))
            - - 1   -(-(1))
            - 1^2   -(^(1,2))
            [-]   [-]
            - (-)   -(-)
        "#]],
    );
}

#[test]
fn errors_recover_at_the_next_clause() {
    check(
        "f(a b). ok. X = 'abc\ndef'. ok. - = - . ok. 'a\\qb'. ok. X = \\+ a. f(",
        expect![[r#"
            error operator_expected at 4
            ok   ok
            error end_of_line_in_quoted at 20
            ok   ok
            error operator_clash at 37
            ok   ok
            error undefined_char_escape(q) at 47
            ok   ok
            error operator_clash at 62
            error end_of_file at 67
        "#]],
    );
}

#[test]
fn numbers_and_quotes() {
    check(
        "0'a. 0''' . 0'\\n. 0x1F. 0b101. 16'FF. 1.5e3. 1.0Inf. 123456789012345678901. 'don''t'. 'a\\\nb'. '\\x61\\\\142\\c'. [] . '[]'. {}. {a,b}. [a|b]. '/*'. a@b. 1_000. 1 000 000. 0''. 1.0e20.",
        expect![[r#"
            97   97
            39   39
            10   10
            31   31
            5   5
            255   255
            1500.0   1500.0
            1.0Inf   1.0Inf
            123456789012345678901   123456789012345678901
            'don\'t'   'don\'t'
            ab   ab
            abc   abc
            []   []
            []   []
            {}   {}
            {a,b}   {}(','(a,b))
            [a|b]   [a|b]
            '/*'   '/*'
            error operator_expected at 145
            1000   1000
            1000000   1000000
            39   39
            1.0e+20   1.0e+20
        "#]],
    );
}

/// A deterministic stream of numbers.
struct Random(u64);
impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        ((self.0 >> 33) as usize) % n
    }
}

fn random_term(r: &mut Random, names: &mut Names, terms: &mut Terms, depth: usize) -> NodeId {
    const ATOMS: &[&str] = &[
        "a", "foo", "X y", "[]", "{}", "+", "-", "\\+", "*", ":-", ",", "|", "is", "mod", "!", ";",
        "=", "dynamic", "don't", "\n", "", "->", "é", "\\", "^", "[]x", ".",
    ];
    let atom = names.intern(ATOMS[r.below(ATOMS.len())]);
    match r.below(if depth == 0 { 5 } else { 9 }) {
        0 => terms.add(Node::Int(r.below(9) as i64 - 4)),
        1 => terms.add(Node::Float(r.below(9) as f64 * 0.75 - 2.0)),
        2 => terms.add(Node::Str(["", "a\"b", "x\\y"][r.below(3)].into())),
        3 | 4 => terms.add(Node::Atom(atom)),
        n => {
            let arity = [1, 1, 2, 2, 2, 3][(n - 5 + r.below(3)).min(5)];
            let args: Vec<NodeId> = (0..arity)
                .map(|_| random_term(r, names, terms, depth - 1))
                .collect();
            terms.compound(atom, &args)
        }
    }
}

#[test]
fn what_is_written_is_read_back() {
    let mut names = Names::default();
    let ops = Ops::standard(&mut names);
    let canonical = WriteOptions {
        quoted: true,
        ignore_ops: true,
        ..WriteOptions::default()
    };
    let flags = ReadFlags {
        double_quotes: Quotes::String,
        ..ReadFlags::default()
    };
    for seed in 0..4000 {
        let mut terms = Terms::new();
        let mut r = Random(seed);
        let root = random_term(&mut r, &mut names, &mut terms, 4);
        let clause = Clause {
            terms,
            root: Some(root),
            vars: vec![],
            start: 0,
            end: 0,
        };
        let want = show(&names, &clause, &ops, &canonical);
        let text = show(&names, &clause, &ops, &WriteOptions::quoted()) + " .";
        let read = Parser::new(&text, 0, &mut names, &ops, flags).read();
        let read = read.unwrap_or_else(|e| panic!("{text}: {e:?} ({want})"));
        assert_eq!(show(&names, &read, &ops, &canonical), want, "{text}");
    }
}

#[test]
fn recovery_always_advances() {
    for text in ["'abc", "\u{1}", "f(. a", "/* x", "0'", "\"", "a. /*"] {
        let mut lexer = Lexer::new(text, 0);
        lexer.skip_clause();
        assert!(lexer.pos() > 0);
    }
}
