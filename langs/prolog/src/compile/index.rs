//! Clause indexing: a tree of switches on the arguments that discriminate.
//!
//! For a set of clauses the first argument that all of them (or most) determine
//! is switched on; what remains for a value is indexed further on other
//! arguments. Clauses that still compete are tried in a chain of choice points.

use super::{Asm, Chains, Label, TableDraft};
use crate::op::{self, Op};
use crate::state::{Clause, Pred, pl};
use crate::syntax::{Node, NodeId};
use metatrace::value::Value;
use runtime::Vm;
use std::collections::BTreeMap;
use std::rc::Rc;

/// Arguments looked at.
const ARGS_MAX: usize = 8;
/// Switches one after the other.
const DEPTH_MAX: usize = 3;

/// What a clause says about one argument.
#[derive(Copy, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Key {
    /// Anything matches.
    Any,
    Const(u64),
    Struct(u32),
    /// A heap constant: only the clause itself can tell.
    Boxed,
}

struct Indexer<'a> {
    asm: &'a mut Asm,
    keys: Vec<Vec<Key>>,
    clauses: &'a [Label],
    done: Chains,
    fail: Option<Label>,
}

/// Emits the index; it starts where the code ends now.
pub(super) fn build(
    vm: &mut Vm,
    asm: &mut Asm,
    pred: &Pred,
    clauses: &[Rc<Clause>],
    labels: &[Label],
) {
    let keys = clauses
        .iter()
        .map(|c| {
            let args = c.terms.args(c.head);
            let n = (pred.arity as usize).min(ARGS_MAX);
            (0..n).map(|i| key(vm, c, args[i])).collect()
        })
        .collect();
    let mut indexer = Indexer {
        asm,
        keys,
        clauses: labels,
        done: Chains::new(),
        fail: None,
    };
    let all: Vec<usize> = (0..clauses.len()).collect();
    indexer.root(&all);
}

fn key(vm: &mut Vm, clause: &Clause, arg: NodeId) -> Key {
    match clause.terms.get(arg) {
        Node::Var(_) => Key::Any,
        Node::Atom(a) => Key::Const(Value::symbol(a.0).0),
        Node::Int(i) => Value::int(*i).map_or(Key::Boxed, |v| Key::Const(v.0)),
        Node::Float(f) => Value::float(*f).map_or(Key::Boxed, |v| Key::Const(v.0)),
        Node::Big(_) | Node::Str(_) => Key::Boxed,
        Node::Compound { name, arity, .. } => Key::Struct(pl(vm).functor(*name, *arity as usize)),
    }
}

impl Indexer<'_> {
    /// The first node falls through from the entry; others are placed after it.
    fn root(&mut self, all: &[usize]) {
        let start = self.asm.label();
        self.asm.emit_to(Op::Jump, 0, start);
        let target = self.node(all, 0, 0);
        let at = self.asm.labels[target.0];
        self.asm.labels[start.0] = at;
        if at.is_none() {
            // A single clause: the jump goes there once it is placed.
            let last = self.asm.patches.iter_mut().find(|p| p.1 == start);
            last.expect("the jump above").1 = target;
        }
    }

    /// Code that selects among `clauses`; bits of `used` are arguments known not to help.
    fn node(&mut self, clauses: &[usize], used: u64, depth: usize) -> Label {
        match clauses {
            [] => return self.failure(),
            [one] => return self.clauses[*one],
            _ => {}
        }
        if let Some(&label) = self.done.get(&(clauses.to_vec(), used)) {
            return label;
        }
        let label = match self.selective(clauses, used).filter(|_| depth < DEPTH_MAX) {
            Some(arg) => self.switch(clauses, arg, used, depth),
            None => self.chain(clauses),
        };
        self.done.insert((clauses.to_vec(), used), label);
        label
    }

    fn failure(&mut self) -> Label {
        if let Some(label) = self.fail {
            return label;
        }
        let label = self.asm.here();
        self.asm.emit(Op::Fail, 0, 0, 0);
        self.fail = Some(label);
        label
    }

    /// The argument to switch on: one that every clause determines if there is
    /// one, else the one that most determine.
    fn selective(&self, clauses: &[usize], used: u64) -> Option<usize> {
        let args = self.keys.first().map_or(0, Vec::len);
        let mut best: Option<(usize, usize)> = None;
        for arg in (0..args).filter(|a| used >> a & 1 == 0) {
            let fixed = clauses
                .iter()
                .filter(|&&c| !matches!(self.keys[c][arg], Key::Any | Key::Boxed))
                .count();
            if fixed == 0 {
                continue;
            }
            let first = self.keys[clauses[0]][arg];
            let distinct = clauses.iter().any(|&c| self.keys[c][arg] != first);
            if !distinct && clauses.len() > 1 && fixed == clauses.len() {
                // All the same: it only tells whether any can match.
                if best.is_none() {
                    best = Some((arg, 0));
                }
                continue;
            }
            if best.is_none_or(|b| fixed > b.1) {
                best = Some((arg, fixed));
            }
            if fixed == clauses.len() {
                break;
            }
        }
        best.map(|b| b.0)
    }

    fn switch(&mut self, clauses: &[usize], arg: usize, used: u64, depth: usize) -> Label {
        let used = used | 1 << arg;
        let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for &c in clauses {
            groups.entry(self.keys[c][arg]).or_default();
        }
        for (key, group) in &mut groups {
            group.extend(
                clauses.iter().filter(|&&c| {
                    matches!(self.keys[c][arg], Key::Any) || self.keys[c][arg] == *key
                }),
            );
        }
        let rest: Vec<usize> = clauses
            .iter()
            .copied()
            .filter(|&c| matches!(self.keys[c][arg], Key::Any | Key::Boxed))
            .collect();
        // An unbound argument says nothing: other arguments may.
        let var = self.node(clauses, used, depth + 1);
        let other = self.node(&rest, used, depth + 1);
        let mut draft = TableDraft {
            var,
            other,
            consts: Vec::new(),
            structs: Vec::new(),
        };
        for (key, group) in groups {
            match key {
                Key::Const(bits) => {
                    let to = self.node(&group, used, depth + 1);
                    draft.consts.push((bits, to));
                }
                Key::Struct(f) => {
                    let to = self.node(&group, used, depth + 1);
                    draft.structs.push((f, to));
                }
                Key::Any | Key::Boxed => {}
            }
        }
        self.asm.tables.push(draft);
        let table = self.asm.tables.len() as u32 - 1;
        let label = self.asm.here();
        self.asm.word(op::word_pc(Op::Switch, arg as u16, table));
        label
    }

    fn chain(&mut self, clauses: &[usize]) -> Label {
        let label = self.asm.here();
        let mut next = self.asm.label();
        for (i, &c) in clauses.iter().enumerate() {
            if i > 0 {
                self.asm.place(next);
                next = self.asm.label();
            }
            if i == 0 {
                self.asm.emit_to(Op::Try, 0, next);
            } else if i + 1 < clauses.len() {
                let point = self.asm.merge_point();
                self.asm.emit_to(Op::Retry, point, next);
            } else {
                self.asm.emit(Op::Trust, 0, 0, 0);
            }
            let target = self.clauses[c];
            self.asm.emit_to(Op::Jump, 0, target);
        }
        // The label made for a clause after the last one is never used.
        self.asm.labels[next.0].get_or_insert(0);
        label
    }
}
