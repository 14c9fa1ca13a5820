//! Clause indexing: a tree of switches on the arguments that discriminate.
//!
//! For a set of clauses the first argument that all of them (or most) determine
//! is switched on; what remains for a value is indexed further on other
//! arguments. Clauses that still compete are tried in a chain of choice points.

use super::{Asm, Chains, Entry, Label, TableDraft, guard};
use crate::op::{self, Op};
use crate::state::{Clause, Pred, pl};
use crate::syntax::{Node, NodeId};
use metatrace::code::MergeKind;
use metatrace::value::Value;
use runtime::Vm;
use std::collections::BTreeMap;

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
    vm: &'a mut Vm,
    asm: &'a mut Asm,
    pred: &'a Pred,
    keys: Vec<Vec<Key>>,
    entries: &'a [Entry],
    done: Chains,
    fail: Option<Label>,
}

/// Emits the index; it starts where the code ends now.
pub(super) fn build(vm: &mut Vm, asm: &mut Asm, pred: &Pred, entries: &[Entry]) {
    let keys = entries
        .iter()
        .map(|e| {
            let args = e.clause.terms.args(e.clause.head);
            let n = (pred.arity as usize).min(ARGS_MAX);
            (0..n).map(|i| key(vm, &e.clause, args[i])).collect()
        })
        .collect();
    let all: Vec<usize> = (0..entries.len()).collect();
    let mut indexer = Indexer {
        vm,
        asm,
        pred,
        keys,
        entries,
        done: Chains::new(),
        fail: None,
    };
    indexer.root(&all);
}

fn key(vm: &mut Vm, clause: &Clause, arg: NodeId) -> Key {
    match clause.terms.get(arg) {
        Node::Var(_) => Key::Any,
        Node::Atom(a) => Key::Const(Value::symbol(a.0).0),
        Node::Int(i) => Value::int(*i).map_or(Key::Boxed, |v| Key::Const(v.0)),
        Node::Float(f) => Value::float(*f).map_or(Key::Boxed, |v| Key::Const(v.0)),
        Node::Big(_) | Node::Str(_) | Node::Object(_) => Key::Boxed,
        Node::Compound { name, arity, .. } => Key::Struct(pl(vm).functor(*name, *arity as usize)),
    }
}

impl Indexer<'_> {
    /// The first node falls through from the entry; others are placed after it.
    fn root(&mut self, all: &[usize]) {
        // A single clause follows at once.
        if all.len() != 1 {
            self.node(all, 0, 0, 0);
        }
    }

    /// Code that selects among `clauses`; bits of `used` are arguments known not to
    /// help, bits of `bound` those known to be bound (and to match).
    fn node(&mut self, clauses: &[usize], used: u64, bound: u64, depth: usize) -> Label {
        match clauses {
            [] => return self.failure(),
            [one] => return self.entries[*one].label,
            _ => {}
        }
        if let Some(&label) = self.done.get(&(clauses.to_vec(), used, bound)) {
            return label;
        }
        let label = match self.selective(clauses, used).filter(|_| depth < DEPTH_MAX) {
            Some(arg) => self.switch(clauses, arg, used, bound, depth),
            None => self.chain(clauses, bound),
        };
        self.done.insert((clauses.to_vec(), used, bound), label);
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

    fn switch(
        &mut self,
        clauses: &[usize],
        arg: usize,
        used: u64,
        bound: u64,
        depth: usize,
    ) -> Label {
        let used = used | 1 << arg;
        // The switch comes first, what it leads to after it.
        let label = self.asm.here();
        let table = self.asm.tables.len();
        self.asm.tables.push(TableDraft {
            var: label,
            other: label,
            consts: Vec::new(),
            structs: Vec::new(),
        });
        self.asm
            .word(op::word_pc(Op::Switch, arg as u16, table as u32));
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
        let var = self.node(clauses, used, bound, depth + 1);
        let matched = bound | 1 << arg;
        let other = self.node(&rest, used, bound, depth + 1);
        let mut draft = TableDraft {
            var,
            other,
            consts: Vec::new(),
            structs: Vec::new(),
        };
        for (key, group) in groups {
            match key {
                Key::Const(bits) => {
                    let to = self.node(&group, used, matched, depth + 1);
                    draft.consts.push((bits, to));
                }
                Key::Struct(f) => {
                    let to = self.node(&group, used, matched, depth + 1);
                    draft.structs.push((f, to));
                }
                Key::Any | Key::Boxed => {}
            }
        }
        self.asm.tables[table] = draft;
        label
    }

    /// Tries clauses one after the other. There are two ways into each: without
    /// a choice point of this chain, and with it, after a failure.
    fn chain(&mut self, clauses: &[usize], bound: u64) -> Label {
        let label = self.asm.here();
        let n = clauses.len();
        let mut fresh: Vec<Option<Label>> = vec![None; n];
        let retry: Vec<Label> = (0..n).map(|_| self.asm.label()).collect();
        let mut wanted = vec![false; n];
        self.fresh(clauses, bound, 0, &mut fresh, &retry, &mut wanted);
        for i in 1..n {
            if !wanted[i] {
                // Never reached: the label still needs a place.
                self.asm.labels[retry[i].0].get_or_insert(0);
                continue;
            }
            self.asm.place(retry[i]);
            let entry = &self.entries[clauses[i]];
            if i + 1 == n {
                self.asm.emit(Op::Trust, 0, 0, 0);
                self.asm.emit_to(Op::Jump, 0, entry.label);
            } else if self.guarded(clauses[i], bound) {
                self.asm.emit(Op::Trust, 0, 0, 0);
                match fresh[i] {
                    Some(there) => self.asm.emit_to(Op::Jump, 0, there),
                    None => self.fresh(clauses, bound, i, &mut fresh, &retry, &mut wanted),
                }
            } else {
                wanted[i + 1] = true;
                let point = self.asm.merge_point(MergeKind::Resumption);
                self.asm.emit_to(Op::Retry, point, retry[i + 1]);
                self.asm.emit_to(Op::Jump, 0, entry.label);
            }
        }
        self.asm.labels[retry[0].0].get_or_insert(0);
        label
    }

    /// Can the clause's tests be made before anything is bound?
    fn guarded(&self, clause: usize, bound: u64) -> bool {
        let guard = self.entries[clause].guard.as_ref();
        guard.is_some_and(|g| g.needs & !bound == 0)
    }

    /// The clauses from number `from` on, without a choice point so far.
    fn fresh(
        &mut self,
        clauses: &[usize],
        bound: u64,
        from: usize,
        fresh: &mut [Option<Label>],
        retry: &[Label],
        wanted: &mut [bool],
    ) {
        for i in from..clauses.len() {
            if let Some(there) = fresh[i] {
                self.asm.emit_to(Op::Jump, 0, there);
                return;
            }
            fresh[i] = Some(self.asm.here());
            let entry = &self.entries[clauses[i]];
            let Some(rest) = clauses.get(i + 1..).filter(|r| !r.is_empty()) else {
                self.asm.emit_to(Op::Jump, 0, entry.label);
                return;
            };
            let guard = entry.guard.as_ref().filter(|g| g.needs & !bound == 0);
            let Some(guard) = guard else {
                wanted[i + 1] = true;
                self.asm.emit_to(Op::Try, 0, retry[i + 1]);
                self.asm.emit_to(Op::Jump, 0, entry.label);
                return;
            };
            let next = self.asm.label();
            guard::emit(self.vm, self.asm, self.pred, &entry.clause, guard, next);
            let alone = guard.cut
                || rest.iter().all(|&r| {
                    let other = self.entries[r].guard.as_ref();
                    other.is_some_and(|o| guard.excludes(o))
                });
            if !alone {
                wanted[i + 1] = true;
                self.asm.emit_to(Op::Try, 0, retry[i + 1]);
            }
            self.asm.emit_to(Op::Jump, 0, entry.after_guard);
            self.asm.place(next);
        }
    }
}
