//! Clause indexing: a tree of switches on the arguments that discriminate.
//!
//! For a set of clauses the first argument that all of them (or most) determine
//! is switched on; what remains for a value is indexed further on what is inside compounds and on
//! other arguments. Clauses that still compete are tried in a chain of choice points.

use super::{Asm, Chains, Entry, Label, TableDraft, guard};
use crate::code::TRACED_MAX;
use crate::op::{self, NO_POINT, Op};
use crate::state::{Clause, Pred, pl};
use crate::syntax::{Node, NodeId};
use hashbrown::HashSet;
use metatrace::code::MergeKind;
use metatrace::value::Value;
use runtime::Vm;
use std::collections::BTreeMap;

/// Arguments looked at.
const ARGS_MAX: usize = 8;
/// Arguments looked at of compounds whose clauses compete.
const INNER_MAX: usize = 4;
/// Switches one after the other.
const DEPTH_MAX: usize = 4;

/// Clauses are in so many groups of a switch at most, on average, if they are not few.
const SPREAD_MAX: usize = 8;
const SPREAD_MIN: usize = 1000;

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

/// Something that clauses can be told apart by: an argument, or one of a compound found before.
struct Column {
    slot: u16,
    /// The slot of the compound that it is in, its functor, and which of its arguments it is.
    inside: Option<(u16, u32, u16)>,
    /// Numbers of the clauses that have it, ascending; what is there, and what that says.
    clauses: Vec<usize>,
    nodes: Vec<NodeId>,
    keys: Vec<Key>,
}

impl Column {
    fn place(&self, clause: usize) -> Option<usize> {
        self.clauses.binary_search(&clause).ok()
    }

    /// Clauses that have no such place match whatever is there.
    fn key(&self, clause: usize) -> Key {
        self.place(clause).map_or(Key::Any, |i| self.keys[i])
    }
}

/// Slots of a frame above which nothing more is looked into.
const SLOTS_MAX: u16 = 1000;

struct Indexer<'a> {
    vm: &'a mut Vm,
    asm: &'a mut Asm,
    pred: &'a Pred,
    columns: Vec<Column>,
    /// First slot that the path to here does not use.
    next_slot: u16,
    entries: &'a [Entry],
    done: Chains,
    fail: Option<Label>,
}

/// Emits the index; it starts where the code ends now.
pub(super) fn build(vm: &mut Vm, asm: &mut Asm, pred: &Pred, entries: &[Entry]) {
    let args = (pred.arity as usize).min(ARGS_MAX);
    let columns = (0..args).map(|i| {
        let nodes = entries
            .iter()
            .map(|e| e.clause.terms.args(e.clause.head)[i]);
        let nodes: Vec<NodeId> = nodes.collect();
        Column {
            slot: i as u16,
            inside: None,
            clauses: (0..entries.len()).collect(),
            keys: entries
                .iter()
                .zip(&nodes)
                .map(|(e, n)| key(vm, &e.clause, *n))
                .collect(),
            nodes,
        }
    });
    let columns = columns.collect();
    let all: Vec<usize> = (0..entries.len()).collect();
    let next_slot = asm.slots;
    let mut indexer = Indexer {
        vm,
        asm,
        pred,
        columns,
        next_slot,
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
            let open: Vec<usize> = (0..self.columns.len()).collect();
            self.node(all, &open, 0, 0);
        }
    }

    /// Code that selects among `clauses`; `open` are columns that may help, the best first; bits
    /// of `bound` are arguments known to be bound (and to match).
    fn node(&mut self, clauses: &[usize], open: &[usize], bound: u64, depth: usize) -> Label {
        match clauses {
            [] => return self.failure(),
            [one] => return self.entries[*one].label,
            _ => {}
        }
        if let Some(&label) = self.done.get(&(clauses.to_vec(), open.to_vec(), bound)) {
            return label;
        }
        let label = match self.selective(clauses, open).filter(|_| depth < DEPTH_MAX) {
            Some(column) => self.switch(clauses, column, open, bound, depth),
            None => self.chain(clauses, bound),
        };
        self.done
            .insert((clauses.to_vec(), open.to_vec(), bound), label);
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

    /// The column to switch on: one that every clause determines if there is
    /// one, else the one that most determine.
    fn selective(&self, clauses: &[usize], open: &[usize]) -> Option<usize> {
        let mut best: Option<(usize, usize)> = None;
        for &column in open {
            let key = |clause: usize| self.columns[column].key(clause);
            let fixed = clauses
                .iter()
                .filter(|&&c| !matches!(key(c), Key::Any | Key::Boxed))
                .count();
            if fixed == 0 {
                continue;
            }
            let first = key(clauses[0]);
            let distinct = clauses.iter().any(|&c| key(c) != first);
            if !distinct && clauses.len() > 1 && fixed == clauses.len() {
                // All the same: it only tells whether any can match, or leads further inside.
                if best.is_none() {
                    best = Some((column, 0));
                }
                continue;
            }
            let anything = clauses.len() - fixed;
            if anything > 0 && best.is_none_or(|b| fixed > b.1) {
                // Clauses that match anything are in the group of each key.
                let keys: HashSet<Key> = clauses.iter().map(|&c| key(c)).collect();
                if keys.len() * anything > clauses.len().max(SPREAD_MIN) * SPREAD_MAX {
                    continue;
                }
            }
            if best.is_none_or(|b| fixed > b.1) {
                best = Some((column, fixed));
            }
            if fixed == clauses.len() {
                break;
            }
        }
        best.map(|b| b.0)
    }

    /// Opens what is inside the compounds that these clauses have in a column, if that may tell
    /// them apart: the new columns.
    fn open_inside(&mut self, column: usize, functor: u32, clauses: &[usize]) -> Vec<usize> {
        let mut opened = Vec::new();
        let (_, arity) = pl(self.vm).name_arity(functor);
        // Other paths use the same slots.
        let mut slot = self.next_slot;
        for i in 0..arity.min(INNER_MAX) {
            if clauses.len() < 2 || slot > SLOTS_MAX {
                break;
            }
            let mut inner = Column {
                slot,
                inside: Some((self.columns[column].slot, functor, i as u16)),
                clauses: Vec::new(),
                nodes: Vec::new(),
                keys: Vec::new(),
            };
            for &c in clauses {
                let outer = &self.columns[column];
                let clause = &self.entries[c].clause;
                let node = outer.place(c).map(|at| outer.nodes[at]);
                if let Some(&node) = node.and_then(|node| clause.terms.args(node).get(i)) {
                    inner.clauses.push(c);
                    inner.nodes.push(node);
                    inner.keys.push(key(self.vm, clause, node));
                }
            }
            let first = inner.key(clauses[0]);
            let same = clauses.iter().all(|&c| inner.key(c) == first);
            if same && !matches!(first, Key::Struct(_)) {
                continue;
            }
            opened.push(self.columns.len());
            self.columns.push(inner);
            slot += 1;
            self.asm.slots = self.asm.slots.max(slot);
        }
        opened
    }

    /// The instructions that switch on a column by a table.
    fn test(&mut self, column: usize, label: Label, table: usize) {
        let slot = self.columns[column].slot;
        if let Some((outer, functor, i)) = self.columns[column].inside {
            // A switch said that it is such a compound; this one follows its references.
            self.asm.emit(Op::GetStruct, outer, slot, 0);
            self.asm.word_to(functor, label);
            self.asm.emit(Op::Arg, slot, slot, i);
        }
        self.asm.word(op::word_pc(Op::Switch, slot, table as u32));
    }

    /// Clauses by what they have in a column, each group in order.
    fn groups(&self, clauses: &[usize], column: usize) -> BTreeMap<Key, Vec<usize>> {
        let key = |clause: usize| self.columns[column].key(clause);
        let mut groups: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
        for &c in clauses {
            groups.entry(key(c)).or_default();
        }
        // Clauses with a key are spread out at once, those that match anything are in each group.
        let any = |c: &usize| matches!(key(*c), Key::Any);
        let anything = clauses.iter().any(any);
        if anything {
            for (own, group) in &mut groups {
                let matching = clauses.iter().filter(|&c| any(c) || key(*c) == *own);
                group.extend(matching);
            }
        } else {
            for &c in clauses {
                groups.entry(key(c)).or_default().push(c);
            }
        }
        groups
    }

    fn switch(
        &mut self,
        clauses: &[usize],
        column: usize,
        open: &[usize],
        bound: u64,
        depth: usize,
    ) -> Label {
        let open: Vec<usize> = open.iter().copied().filter(|c| *c != column).collect();
        // The switch comes first, what it leads to after it.
        let label = self.asm.here();
        let table = self.asm.tables.len();
        self.asm.tables.push(TableDraft {
            var: label,
            other: label,
            consts: Vec::new(),
            structs: Vec::new(),
        });
        self.test(column, label, table);
        let groups = self.groups(clauses, column);
        let key = |clause: usize| self.columns[column].key(clause);
        let rest: Vec<usize> = clauses
            .iter()
            .copied()
            .filter(|&c| matches!(key(c), Key::Any | Key::Boxed))
            .collect();
        // An unbound argument says nothing: other arguments may.
        let var = self.node(clauses, &open, bound, depth + 1);
        let matched = match self.columns[column].inside {
            None => bound | 1 << column,
            Some(_) => bound,
        };
        let other = self.node(&rest, &open, bound, depth + 1);
        let mut draft = TableDraft {
            var,
            other,
            consts: Vec::new(),
            structs: Vec::new(),
        };
        for (key, group) in groups {
            match key {
                Key::Const(bits) => {
                    let to = self.node(&group, &open, matched, depth + 1);
                    draft.consts.push((bits, to));
                }
                Key::Struct(f) => {
                    // What is inside a compound that is there is more likely to be bound than
                    // other arguments.
                    let mut inside = self.open_inside(column, f, &group);
                    let slots = self.next_slot;
                    self.next_slot += inside.len() as u16;
                    inside.extend(&open);
                    let to = self.node(&group, &inside, matched, depth + 1);
                    self.next_slot = slots;
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
                // Traces for so many alternatives are not worth having.
                let point = match n > TRACED_MAX {
                    true => NO_POINT,
                    false => self.asm.merge_point(MergeKind::Resumption),
                };
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
