//! Guards: tests at the start of a clause's body that can be made before the
//! head has bound anything.
//!
//! A chain of clauses makes such a clause's tests without a choice point and
//! pushes one only when they hold, and not even then if a cut follows or if the
//! tests of the clauses after it cannot hold any more.

use super::{Asm, ClauseCompiler, Label};
use crate::op::{RELATIONS, TESTS};
use crate::state::{Clause, Pred, pl};
use crate::syntax::{Node, NodeId, Terms};
use runtime::Vm;

/// What a test compares: an argument of the call or a small constant.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Operand {
    Arg(usize),
    Int(i64),
    Other,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Test {
    Compare(usize, Operand, Operand),
    Type(usize, Operand),
    Other,
}

/// The guard of a clause.
pub(super) struct Guard {
    /// The tests, in order.
    pub goals: Vec<NodeId>,
    /// Goals after them (and after the cut).
    pub rest: Vec<NodeId>,
    pub cut: bool,
    /// Arguments that have to be known to be bound for the head to bind nothing.
    pub needs: u64,
    tests: Vec<Test>,
}

impl Guard {
    /// Once these tests hold, can those of `other` hold?
    pub fn excludes(&self, other: &Guard) -> bool {
        let pair = |a: &Test| other.tests.iter().any(|b| exclusive(a, b));
        self.tests.iter().any(pair)
    }
}

fn exclusive(a: &Test, b: &Test) -> bool {
    match (*a, *b) {
        (Test::Compare(r, x, y), Test::Compare(s, u, v)) => {
            let known = x != Operand::Other && y != Operand::Other;
            // As `<`, `=`, `>`: which of the three a relation allows.
            const ALLOWS: [u8; 6] = [0b100, 0b110, 0b001, 0b011, 0b010, 0b101];
            let turned = |m: u8| (m & 1) << 2 | m & 2 | m >> 2;
            known
                && ((x, y) == (u, v) && ALLOWS[r] & ALLOWS[s] == 0
                    || (x, y) == (v, u) && ALLOWS[r] & turned(ALLOWS[s]) == 0)
        }
        (Test::Type(r, x), Test::Type(s, y)) => {
            x != Operand::Other && x == y && disjoint(TESTS[r], TESTS[s])
        }
        _ => false,
    }
}

fn disjoint(a: &str, b: &str) -> bool {
    const DISJOINT: &[(&str, &str)] = &[
        ("var", "nonvar"),
        ("var", "atom"),
        ("var", "integer"),
        ("var", "float"),
        ("var", "number"),
        ("var", "atomic"),
        ("var", "compound"),
        ("var", "callable"),
        ("var", "string"),
        ("atom", "integer"),
        ("atom", "number"),
        ("atom", "compound"),
        ("atomic", "compound"),
        ("integer", "compound"),
        ("integer", "float"),
        ("number", "compound"),
        ("number", "callable"),
    ];
    DISJOINT.contains(&(a, b)) || DISJOINT.contains(&(b, a))
}

/// The guard of a clause, if it has tests first and a head simple enough.
pub(super) fn guard(vm: &Vm, clause: &Clause) -> Option<Guard> {
    let terms = &clause.terms;
    let needs = head_needs(terms, clause.head)?;
    let mut spine = Vec::new();
    let comma = pl(vm).known.comma;
    let mut at = clause.body;
    while let Some([left, right]) = terms.is(at, comma, 2) {
        spine.push(*left);
        at = *right;
    }
    spine.push(at);
    let count = spine.iter().take_while(|g| is_test(vm, terms, **g)).count();
    if count == 0 {
        return None;
    }
    let mut rest = spine.split_off(count);
    let cut = rest.first().is_some_and(|g| {
        terms
            .functor(*g)
            .is_some_and(|f| f == (pl(vm).known.cut, 0))
    });
    if cut {
        rest.remove(0);
    }
    let tests = spine.iter().map(|g| describe(vm, clause, *g)).collect();
    Some(Guard {
        goals: spine,
        rest,
        cut,
        needs,
        tests,
    })
}

fn is_test(vm: &Vm, terms: &Terms, goal: NodeId) -> bool {
    let Some((name, arity)) = terms.functor(goal) else {
        return false;
    };
    let text = vm.symbols.name(name.0);
    match arity {
        1 => TESTS.contains(&&*text),
        2 => RELATIONS.contains(&&*text) || matches!(&*text, "==" | "\\=="),
        _ => false,
    }
}

/// The arguments that must be bound, `None` if the head may bind something all the same.
fn head_needs(terms: &Terms, head: NodeId) -> Option<u64> {
    let mut seen = Vec::new();
    let mut fresh = |id: NodeId| match terms.get(id) {
        Node::Var(v) if !seen.contains(v) => {
            seen.push(*v);
            true
        }
        _ => false,
    };
    let mut needs = 0;
    for (i, &arg) in terms.args(head).iter().enumerate() {
        match terms.get(arg) {
            Node::Var(_) if fresh(arg) => {}
            Node::Atom(_) | Node::Int(_) if i < 64 => needs |= 1 << i,
            Node::Compound { .. } if i < 64 => {
                if !terms.args(arg).iter().all(|a| fresh(*a)) {
                    return None;
                }
                needs |= 1 << i;
            }
            _ => return None,
        }
    }
    Some(needs)
}

fn describe(vm: &Vm, clause: &Clause, goal: NodeId) -> Test {
    let terms = &clause.terms;
    let operand = |id: NodeId| match terms.get(id) {
        Node::Int(i) => Operand::Int(*i),
        Node::Var(v) => {
            let args = terms.args(clause.head);
            let own = |a: &NodeId| matches!(terms.get(*a), Node::Var(w) if w == v);
            args.iter()
                .position(own)
                .map_or(Operand::Other, Operand::Arg)
        }
        _ => Operand::Other,
    };
    let Some((name, _)) = terms.functor(goal) else {
        return Test::Other;
    };
    let text = vm.symbols.name(name.0);
    match *terms.args(goal) {
        [a, b] => match RELATIONS.iter().position(|r| *r == &*text) {
            Some(r) => Test::Compare(r, operand(a), operand(b)),
            None => Test::Other,
        },
        [a] => match TESTS.iter().position(|t| *t == &*text) {
            Some(t) => Test::Type(t, operand(a)),
            None => Test::Other,
        },
        _ => Test::Other,
    }
}

/// Emits head and tests of a clause whose head binds nothing; goes to `otherwise`
/// when a test does not hold. Slots are those of the clause's own code.
pub(super) fn emit(
    vm: &mut Vm,
    asm: &mut Asm,
    pred: &Pred,
    clause: &Clause,
    guard: &Guard,
    otherwise: Label,
) {
    let mut c = ClauseCompiler::new(vm, asm, pred, clause);
    c.bound = Some(otherwise);
    c.head(clause.head);
    for &goal in &guard.goals {
        c.condition_tests(goal, otherwise);
    }
}
