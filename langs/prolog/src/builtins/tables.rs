//! Tables of tabled predicates: answers of call variants, and which evaluations
//! depend on which (linear tabling, see `lib/tabling.pl`).

use crate::builtins;
use crate::convert::{restore, store};
use crate::cycles::cyclic;
use crate::errors::type_error;
use crate::layouts::Struct;
use crate::state::{StoredTerm, pl};
use crate::term::{MakeTerms, Term, deref, str_text, term};
use crate::unify::unify;
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "$tbl_find" / 3 => find;
    "$tbl_enter" / 1 => |vm, a| { with(vm, |t| t.enter(id(a[0]))); Ok(true) };
    "$tbl_consume" / 4 => consume;
    "$tbl_leave" / 2 => |vm, a| { let again = with(vm, |t| t.leave(id(a[0]))); let v = vm.sym(if again { "again" } else { "done" }); Ok(unify(vm, a[1], v)) };
    "$tbl_abort" / 1 => |vm, a| { with(vm, |t| t.abort(id(a[0]))); Ok(true) };
    "$tbl_add" / 2 => |vm, a| { let key = variant_key(vm, a[1])?; put(vm, a[0], key, a[1], false); Ok(true) };
    "$tbl_get" / 3 => get;
    "$tbl_put" / 3 => |vm, a| { let key = variant_key(vm, a[1])?; put(vm, a[0], key, a[2], true); Ok(true) };
    "$tbl_answers" / 2 => answers;
    "abolish_all_tables" / 0 => |vm, _| { with(vm, Tables::abolish); Ok(true) };
}

/// A term up to renaming of variables, as words.
type Key = Box<[u64]>;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Status {
    /// Never evaluated, or not in this round of its leader.
    Fresh,
    /// Its clauses are being run.
    Running,
    /// Evaluated in this round of the leader it depends on.
    Provisional,
    Complete,
}

struct Table {
    status: Status,
    /// Answers in the order of their coming; those replaced by a better one are gone.
    answers: Vec<Option<StoredTerm>>,
    /// Its evaluation uses, in one derivation, more than one call that is not complete.
    nonlinear: bool,
    /// By table used: answers seen in earlier rounds.
    seen: HashMap<usize, Seen>,
    /// Position of the answer for a key.
    known: HashMap<Key, usize>,
    /// Position on the stack of evaluations while running; else the lowest
    /// position that a provisional table depends on.
    low: usize,
}

/// How far a table's answers were used by an evaluation.
#[derive(Copy, Clone)]
struct Seen {
    /// Used in all earlier rounds: a linear derivation gives nothing new from them.
    from: usize,
    /// The fewest that a use in this round got to see.
    upto: usize,
}

/// An evaluation in progress.
struct Evaluation {
    table: usize,
    /// The lowest evaluation on the stack that it consulted.
    low: usize,
    /// Some table that depends on it got an answer in this round.
    changed: bool,
    /// Provisional tables that depend on it.
    members: Vec<usize>,
}

/// All tables of an engine.
#[derive(Default)]
pub struct Tables {
    tables: Vec<Table>,
    variants: HashMap<Key, usize>,
    stack: Vec<Evaluation>,
    /// Mortal symbols went into keys or answers.
    mortal: bool,
}

impl Tables {
    fn enter(&mut self, table: usize) {
        self.next_round(table);
        self.tables[table].status = Status::Running;
        self.tables[table].low = self.stack.len();
        self.stack.push(Evaluation {
            table,
            low: usize::MAX,
            changed: false,
            members: Vec::new(),
        });
    }

    fn next_round(&mut self, table: usize) {
        for seen in self.tables[table].seen.values_mut() {
            if seen.upto != usize::MAX {
                seen.from = seen.upto;
                seen.upto = usize::MAX;
            }
        }
    }

    /// The newest evaluation uses a table: its number and from which answer on.
    /// `path` is the evaluation that the derivation at hand used a table for before.
    fn consume(&mut self, table: usize, path: Option<usize>) -> (Option<usize>, usize) {
        let used = &self.tables[table];
        let (low, count) = (used.low, used.answers.len());
        if used.status == Status::Complete {
            return (path, 0);
        }
        let Some(top) = self.stack.last_mut() else {
            return (path, 0);
        };
        top.low = top.low.min(low);
        let user = top.table;
        let own = &mut self.tables[user];
        own.nonlinear |= path == Some(user);
        let fresh = Seen {
            from: 0,
            upto: usize::MAX,
        };
        let seen = own.seen.entry(table).or_insert(fresh);
        seen.upto = seen.upto.min(count);
        let from = if own.nonlinear { 0 } else { seen.from };
        (Some(user), from)
    }

    /// The clauses of the newest evaluation were run; true: they have to be run again.
    fn leave(&mut self, table: usize) -> bool {
        let Some(mut done) = self.stack.pop() else {
            return false;
        };
        debug_assert_eq!(done.table, table);
        let own = self.stack.len();
        if done.low < own {
            // Part of an older evaluation, which will decide.
            self.tables[table].status = Status::Provisional;
            self.tables[table].low = done.low;
            let below = &mut self.stack[own - 1];
            below.low = below.low.min(done.low);
            below.changed |= done.changed;
            below.members.push(table);
            below.members.append(&mut done.members);
            return false;
        }
        let again = done.low == own && done.changed;
        for member in done.members.drain(..) {
            self.tables[member].status = if again {
                Status::Fresh
            } else {
                Status::Complete
            };
        }
        if again {
            self.next_round(table);
            done.changed = false;
            done.low = usize::MAX;
            self.stack.push(done);
        } else {
            self.tables[table].status = Status::Complete;
        }
        again
    }

    /// An exception left the evaluation of a table: it and what is above are forgotten.
    fn abort(&mut self, table: usize) {
        while let Some(done) = self.stack.pop() {
            for t in done.members.into_iter().chain([done.table]) {
                self.tables[t].status = Status::Fresh;
                self.tables[t].answers.clear();
                self.tables[t].known.clear();
                self.tables[t].seen.clear();
            }
            if done.table == table {
                break;
            }
        }
    }

    /// Shows the symbols in answers and keys. What a key is made of cannot be told from its words: all
    /// that look like symbols are shown.
    pub fn visit_symbols(&self, mark: &mut dyn FnMut(u32)) {
        if !self.mortal {
            return;
        }
        let mut key = |key: &Key| {
            let symbols = key.iter().map(|w| Value(*w)).filter(|v| v.is_mortal());
            symbols.for_each(|v| mark(v.as_symbol()));
        };
        self.variants.keys().for_each(&mut key);
        let known = self.tables.iter().flat_map(|t| t.known.keys());
        known.for_each(key);
        let answers = self.tables.iter().flat_map(|t| t.answers.iter().flatten());
        let atoms = answers.flat_map(|stored| stored.terms.atoms());
        atoms.for_each(|a| mark(a.0));
    }

    fn abolish(&mut self) {
        if self.stack.is_empty() {
            self.tables.clear();
            self.variants.clear();
            self.mortal = false;
        }
    }
}

fn with<R>(vm: &Vm, f: impl FnOnce(&mut Tables) -> R) -> R {
    f(&mut pl(vm).tables.borrow_mut())
}

fn id(v: Value) -> usize {
    deref(v).as_int() as usize
}

/// A key that variants of a term share and no other term has. Tables hold finite terms only.
fn variant_key(vm: &mut Vm, t: Value) -> Guest<Key> {
    if cyclic(vm, t) {
        return Err(type_error(vm, "acyclic_term", t));
    }
    const VAR: u64 = 1;
    const BYTES: u64 = 2;
    let mut key = Vec::new();
    let mut vars: HashMap<u64, u64> = HashMap::new();
    let mut stack = vec![t];
    let text = |key: &mut Vec<u64>, kind: u64, bytes: &[u8]| {
        key.extend([BYTES | kind << 8, bytes.len() as u64]);
        for chunk in bytes.chunks(8) {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            key.push(u64::from_le_bytes(word));
        }
    };
    while let Some(t) = stack.pop() {
        let t = deref(t);
        match term(t) {
            Term::Var(v) => {
                let n = vars.len() as u64;
                key.extend([VAR, *vars.entry(v.0).or_insert(n)]);
            }
            Term::Struct(s) => {
                key.extend([3, s.shape() as u64]);
                for i in (0..crate::term::arity(vm, s)).rev() {
                    stack.push(s.item(Struct::ARGS, i));
                }
            }
            Term::Float(f) => key.extend([4, f.to_bits()]),
            Term::Big(b) => text(&mut key, 1, &b.to_signed_bytes_le()),
            Term::Str(s) => text(&mut key, 2, str_text(s).as_bytes()),
            Term::Int(_) | Term::Atom(_) | Term::Other(_) if t.is_heap() => {
                text(&mut key, 3, &t.0.to_le_bytes());
            }
            _ => key.extend([5, t.0]),
        }
    }
    Ok(key.into())
}

/// May a key have mortal symbols?
fn is_mortal(key: &Key) -> bool {
    key.iter().any(|w| Value(*w).is_mortal())
}

/// `'$tbl_find'(Goal, Id, Status)`: the table of a call variant, made if need be.
fn find(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let key = variant_key(vm, a[0])?;
    let (id, status) = with(vm, |t| {
        t.mortal |= is_mortal(&key);
        let next = t.tables.len();
        let id = *t.variants.entry(key).or_insert(next);
        if id == next {
            t.tables.push(Table {
                status: Status::Fresh,
                answers: Vec::new(),
                nonlinear: false,
                seen: HashMap::new(),
                known: HashMap::new(),
                low: 0,
            });
        }
        (id, t.tables[id].status)
    });
    let status = vm.sym(match status {
        Status::Fresh => "fresh",
        Status::Running | Status::Provisional => "incomplete",
        Status::Complete => "complete",
    });
    Ok(unify(vm, a[1], Value::small(id as i64)) && unify(vm, a[2], status))
}

/// Adds the answer for a key, or replaces it.
fn put(vm: &mut Vm, table: Value, key: Key, answer: Value, replace: bool) {
    let table = id(table);
    let known = with(vm, |t| t.tables[table].known.get(&key).copied());
    if known.is_some() && !replace {
        return;
    }
    let stored = store(vm, answer);
    let mortal = crate::db::has_mortals(vm, &stored.terms) || is_mortal(&key);
    with(vm, |t| {
        t.mortal |= mortal;
        let entry = &mut t.tables[table];
        // A better answer comes last: whoever saw the old one has to see it too.
        if let Some(at) = known {
            entry.answers[at] = None;
        }
        entry.known.insert(key, entry.answers.len());
        entry.answers.push(Some(stored));
        if let Some(top) = t.stack.last_mut() {
            top.changed = true;
        }
    });
}

/// `'$tbl_get'(Id, Key, Answer)`: the answer known for a key.
fn get(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let key = variant_key(vm, a[1])?;
    let table = id(a[0]);
    let found = with(vm, |t| {
        let table = &t.tables[table];
        table.known.get(&key).map(|at| table.answers[*at].clone())
    });
    match found.flatten() {
        Some(stored) => {
            let answer = restore(vm, &stored);
            Ok(unify(vm, a[2], answer))
        }
        None => Ok(false),
    }
}

/// `'$tbl_answers'(Id, List)`.
fn answers(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let list = answers_from(vm, id(a[0]), 0);
    Ok(unify(vm, a[1], list))
}

/// `'$tbl_consume'(Id, Path, NewPath, Answers)`: what the newest evaluation has to look at.
fn consume(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let table = id(a[0]);
    let path = deref(a[1]).to_int().map(|p| p as usize);
    let (path, from) = with(vm, |t| t.consume(table, path));
    let path = match path {
        Some(p) => Value::small(p as i64),
        None => deref(a[1]),
    };
    let list = answers_from(vm, table, from);
    Ok(unify(vm, a[2], path) && unify(vm, a[3], list))
}

fn answers_from(vm: &mut Vm, table: usize, from: usize) -> Value {
    let nil = crate::term::atom(pl(vm).known.nil);
    let count = with(vm, |t| t.tables[table].answers.len());
    let mut list = nil;
    for i in (from..count).rev() {
        let tables = pl(vm).tables.borrow();
        if let Some(stored) = &tables.tables[table].answers[i] {
            let answer = restore(vm, stored);
            list = vm.cons(answer, list);
        }
    }
    list
}
