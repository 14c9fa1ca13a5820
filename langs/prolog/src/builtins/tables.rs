//! Tables of tabled predicates: answers of call variants, and which evaluations
//! depend on which (linear tabling, see `lib/tabling.pl`).
//!
//! Calls and answers are kept as words (see [`words`]); an answer is what it makes of the call's
//! *skeleton*: its variables, or the whole goal where arguments have modes.

use crate::builtins;
use crate::cycles::cyclic;
use crate::errors::type_error;
use crate::layouts::AttVar;
use crate::state::{Pred, Tabling, pl};
use crate::term::{MakeTerms, Term, arg, atom, cons_parts, deref, term};
use crate::unify::unify;
use crate::words::{self, Held, Vars};
use hashbrown::{HashMap, HashTable};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::is;
use smallvec::SmallVec;

builtins! {
    "$tbl_find" / 5 => find;
    "$tbl_enter" / 7 => enter;
    "$tbl_consume" / 4 => consume;
    "$tbl_again" / 1 => |vm, a| Ok(with(vm, |t| t.leave(id(a[0]))));
    "$tbl_abort" / 1 => |vm, a| { with(vm, |t| t.abort(id(a[0]))); Ok(true) };
    "$tbl_add" / 2 => add;
    "$tbl_get" / 3 => get;
    "$tbl_put" / 3 => put;
    "$tbl_answers" / 2 => answers;
    "abolish_all_tables" / 0 => |vm, _| { with(vm, Tables::abolish); Ok(true) };
}

/// Terms of more words are looked at for cycles before they are written to their end.
const CYCLES_FROM: usize = 1 << 10;
/// So many answers are looked through rather than indexed.
const FEW: usize = 8;

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

/// An answer: a range of its table's words, which begins with what no other answer of the table has.
/// That is all of it, unless arguments have modes. Empty once a better one replaced it.
#[derive(Copy, Clone)]
struct Answer {
    start: usize,
    key_end: usize,
    end: usize,
}

struct Table {
    status: Status,
    /// The call's predicate and arguments (up to `call_end`), and the answers.
    text: Vec<u64>,
    call_end: usize,
    /// Answers in the order of their coming.
    answers: Vec<Answer>,
    /// Positions of answers by their keys, if there are more than a few.
    index: HashTable<usize>,
    /// How many of the words are those of answers that were replaced.
    waste: usize,
    /// Its evaluation uses, in one derivation, more than one call that is not complete.
    nonlinear: bool,
    /// By table used: answers seen in earlier rounds.
    seen: HashMap<usize, Seen>,
    /// Position on the stack of evaluations while running; else the lowest
    /// position that a provisional table depends on.
    low: usize,
}

impl Table {
    fn new(call: &[u64]) -> Table {
        Table {
            status: Status::Fresh,
            text: call.to_vec(),
            call_end: call.len(),
            answers: Vec::new(),
            index: HashTable::new(),
            waste: 0,
            nonlinear: false,
            seen: HashMap::new(),
            low: 0,
        }
    }

    fn call(&self) -> &[u64] {
        &self.text[..self.call_end]
    }

    fn key(&self, at: usize) -> &[u64] {
        let answer = self.answers[at];
        &self.text[answer.start..answer.key_end]
    }

    /// What an answer makes of the skeleton; none if it was replaced.
    fn answer(&self, at: usize) -> Option<&[u64]> {
        let Answer {
            start,
            key_end,
            end,
        } = self.answers[at];
        let from = if key_end == end { start } else { key_end };
        (from < end).then(|| &self.text[from..end])
    }

    fn is_indexed(&self) -> bool {
        self.answers.len() > FEW
    }

    fn position(&self, key: &[u64]) -> Option<usize> {
        if self.is_indexed() {
            let found = self.index.find(words::hash(key), |at| self.key(*at) == key);
            return found.copied();
        }
        let live = |at: &usize| self.answer(*at).is_some();
        (0..self.answers.len())
            .filter(live)
            .find(|at| self.key(*at) == key)
    }

    /// Adds an answer whose key is not known.
    fn push(&mut self, text: &[u64], key: usize) {
        let start = self.text.len();
        self.text.extend_from_slice(text);
        self.answers.push(Answer {
            start,
            key_end: start + key,
            end: self.text.len(),
        });
        let last = self.answers.len() - 1;
        if !self.is_indexed() {
            return;
        }
        let first = if self.index.is_empty() { 0 } else { last };
        let mut index = std::mem::take(&mut self.index);
        for at in (first..=last).filter(|at| self.answer(*at).is_some()) {
            let hash = words::hash(self.key(at));
            index.insert_unique(hash, at, |at| words::hash(self.key(*at)));
        }
        self.index = index;
    }

    /// Takes out an answer that a better one replaces.
    fn remove(&mut self, at: usize) {
        let hash = words::hash(self.key(at));
        if let Ok(entry) = self.index.find_entry(hash, |x| *x == at) {
            entry.remove();
        }
        let answer = &mut self.answers[at];
        self.waste += answer.end - answer.start;
        answer.key_end = answer.start;
        answer.end = answer.start;
        if self.waste > self.text.len() / 2 {
            self.compact();
        }
    }

    /// Drops the words of answers that were replaced.
    fn compact(&mut self) {
        let mut end = self.call_end;
        for answer in &mut self.answers {
            let Answer {
                start,
                key_end,
                end: old_end,
            } = *answer;
            self.text.copy_within(start..old_end, end);
            *answer = Answer {
                start: end,
                key_end: end + (key_end - start),
                end: end + (old_end - start),
            };
            end = answer.end;
        }
        self.text.truncate(end);
        self.waste = 0;
    }

    /// Back to a call that was never evaluated.
    fn forget(&mut self) {
        let call = self.call().to_vec();
        *self = Table::new(&call);
    }
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
    /// Numbers of tables by their calls.
    variants: HashTable<usize>,
    held: Held,
    /// Where calls and answers are written before they are looked for.
    scratch: Vec<u64>,
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
                self.tables[t].forget();
            }
            if done.table == table {
                break;
            }
        }
    }

    /// Shows the symbols in calls and answers.
    pub fn visit_symbols(&self, mark: &mut dyn FnMut(u32)) {
        if !self.mortal {
            return;
        }
        for table in &self.tables {
            words::symbols(&table.text).for_each(|v| mark(v.as_symbol()));
        }
    }

    /// Visits the objects of other languages in calls and answers.
    pub fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.held.visit(visit);
    }

    /// The table of a call, made if need be: its number and status.
    fn find(&mut self, call: &[u64]) -> (usize, Status) {
        let Tables {
            tables, variants, ..
        } = self;
        let hash = words::hash(call);
        if let Some(&id) = variants.find(hash, |id| tables[*id].call() == call) {
            return (id, tables[id].status);
        }
        let id = tables.len();
        tables.push(Table::new(call));
        variants.insert_unique(hash, id, |id| words::hash(tables[*id].call()));
        self.mortal |= has_mortals(call);
        (id, Status::Fresh)
    }

    /// Adds an answer of the newest evaluation, of which `key` words tell it from others.
    fn push(&mut self, table: usize, text: &[u64], key: usize) {
        self.mortal |= has_mortals(text);
        self.tables[table].push(text, key);
        if let Some(top) = self.stack.last_mut() {
            top.changed = true;
        }
    }

    fn abolish(&mut self) {
        if self.stack.is_empty() {
            self.tables.clear();
            self.variants.clear();
            self.held.clear();
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

/// Writes terms that tables are to keep after `text`; they, which `whole` consists of, have to be finite.
fn write(
    vm: &mut Vm,
    terms: &[Value],
    text: &mut Vec<u64>,
    vars: &mut Vars,
    whole: Value,
) -> Guest<()> {
    for &t in terms {
        let start = text.len();
        let write = |vm: &Vm, limit, text: &mut Vec<u64>, vars: &mut Vars| {
            with(vm, |tables| {
                words::write(vm, t, limit, text, vars, &mut tables.held)
            })
        };
        if !write(vm, CYCLES_FROM, text, vars) {
            if cyclic(vm, t) {
                return Err(type_error(vm, "acyclic_term", deref(whole)));
            }
            text.truncate(start);
            // The variables met so far are met again in the same order.
            write(vm, usize::MAX, text, vars);
        }
    }
    Ok(())
}

/// Runs `f` with an empty text to write to.
fn with_scratch<R>(vm: &mut Vm, f: impl FnOnce(&mut Vm, &mut Vec<u64>) -> R) -> R {
    let mut text = with(vm, |t| std::mem::take(&mut t.scratch));
    text.clear();
    let result = f(vm, &mut text);
    with(vm, |t| t.scratch = text);
    result
}

fn has_mortals(text: &[u64]) -> bool {
    text.iter().any(|w| Value(*w).is_mortal())
}

fn tabled(vm: &Vm, id: Value) -> &'static Pred {
    pl(vm).pred_by_id(deref(id).as_int() as u32)
}

/// Arguments of a goal of the predicate.
fn goal_args(pred: &Pred, goal: Value) -> SmallVec<[Value; 8]> {
    match term(goal) {
        Term::Struct(s) => (0..pred.arity as usize).map(|i| arg(s, i)).collect(),
        _ => SmallVec::new(),
    }
}

/// What answers of a call bind: its variables, or the goal where arguments have modes.
fn skeleton(vm: &mut Vm, pred: &Pred, goal: Value, vars: &[Value]) -> Value {
    let p = pl(vm);
    match vars {
        _ if pred.tabled.get() == Tabling::Moded => goal,
        [] => atom(p.known.nil),
        [var] => *var,
        _ => {
            let functor = p.functor(p.known.var, vars.len());
            vm.compound(functor, vars)
        }
    }
}

/// `'$tbl_find'(Goal, PredId, Id, Status, Skeleton)`: the table of a call variant, made if need be.
fn find(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let pred = tabled(vm, a[1]);
    let args = goal_args(pred, a[0]);
    let mut vars = Vars::default();
    let (id, status) = with_scratch(vm, |vm, call| {
        call.push(Value::small(pred.id as i64).0);
        write(vm, &args, call, &mut vars, a[0])?;
        Guest::Ok(with(vm, |t| t.find(call)))
    })?;
    let known = pl(vm).known;
    let status = atom(match status {
        Status::Fresh => known.fresh,
        Status::Running | Status::Provisional => known.incomplete,
        Status::Complete => known.complete,
    });
    let skeleton = skeleton(vm, pred, a[0], &vars.list);
    Ok(unify(vm, a[2], Value::small(id as i64))
        && unify(vm, a[3], status)
        && unify(vm, a[4], skeleton))
}

/// `'$tbl_enter'(Id, Goal, PredId, Skeleton, Own, Body, Moded)`: begins an evaluation. `Moded` is the module of
/// a predicate with modes, else `[]`. Running `Body`
/// makes answers of `Own`: the skeleton, or one without the attributes of the caller's variables.
fn enter(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let (table, pred) = (id(a[0]), tabled(vm, a[2]));
    with(vm, |t| t.enter(table));
    let moded = pred.tabled.get() == Tabling::Moded;
    let mut args = goal_args(pred, a[1]);
    let mut own = deref(a[3]);
    let attributed = |v: Value| is::<AttVar>(deref(v));
    let plain = !moded
        && match term(own) {
            Term::Struct(s) => !(0..crate::term::arity(vm, s)).any(|i| attributed(arg(s, i))),
            _ => !attributed(own),
        };
    let p = pl(vm);
    if !plain {
        let mut vars = Vec::new();
        let tables = p.tables.borrow();
        let mut call = &tables.tables[table].call()[1..];
        for arg in &mut args {
            *arg = words::read(vm, &mut call, &mut vars, &tables.held);
        }
        let goal = goal_of(vm, pred, &args);
        own = skeleton(vm, pred, goal, &vars);
    }
    let clauses = pred.plain.get().unwrap_or(pred);
    let body = goal_of(vm, clauses, &args);
    let body = vm.term2(":", atom(pred.module), body);
    let moded = if moded { pred.module } else { p.known.nil };
    Ok(unify(vm, a[4], own) && unify(vm, a[5], body) && unify(vm, a[6], atom(moded)))
}

fn goal_of(vm: &mut Vm, pred: &Pred, args: &[Value]) -> Value {
    if args.is_empty() {
        return atom(pred.name);
    }
    let functor = pl(vm).functor(pred.name, args.len());
    vm.compound(functor, args)
}

/// `'$tbl_add'(Id, Skeleton)`: an answer, perhaps a new one.
fn add(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let table = id(a[0]);
    with_scratch(vm, |vm, text| {
        write(vm, &a[1..2], text, &mut Vars::default(), a[1])?;
        with(vm, |t| {
            if t.tables[table].position(text).is_none() {
                t.push(table, text, text.len());
            }
        });
        Ok(true)
    })
}

/// The plain arguments of an answer of a table with modes.
fn write_key(vm: &mut Vm, mut key: Value, text: &mut Vec<u64>) -> Guest<()> {
    let mut vars = Vars::default();
    while let Some((first, rest)) = cons_parts(key) {
        write(vm, &[first], text, &mut vars, first)?;
        key = rest;
    }
    Ok(())
}

/// `'$tbl_put'(Id, Key, Answer)`: the best answer so far for a key.
fn put(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let table = id(a[0]);
    with_scratch(vm, |vm, text| {
        write_key(vm, deref(a[1]), text)?;
        let key = text.len();
        write(vm, &a[2..3], text, &mut Vars::default(), a[2])?;
        with(vm, |t| {
            let entry = &mut t.tables[table];
            // A better answer comes last: whoever saw the old one has to see it too.
            if let Some(at) = entry.position(&text[..key]) {
                entry.remove(at);
            }
            t.push(table, text, key);
        });
        Ok(true)
    })
}

/// `'$tbl_get'(Id, Key, Answer)`: the answer known for a key.
fn get(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let table = id(a[0]);
    let found = with_scratch(vm, |vm, text| {
        write_key(vm, deref(a[1]), text)?;
        Guest::Ok(with(vm, |t| t.tables[table].position(text)))
    })?;
    let Some(at) = found else {
        return Ok(false);
    };
    let tables = pl(vm).tables.borrow();
    match tables.tables[table].answer(at) {
        Some(mut text) => {
            let answer = words::read(vm, &mut text, &mut Vec::new(), &tables.held);
            drop(tables);
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

/// The answers that came after the first `from`, as a list.
fn answers_from(vm: &mut Vm, table: usize, from: usize) -> Value {
    let p = pl(vm);
    let tables = p.tables.borrow();
    let table = &tables.tables[table];
    let mut list = atom(p.known.nil);
    let mut vars = Vec::new();
    for at in (from..table.answers.len()).rev() {
        if let Some(mut text) = table.answer(at) {
            vars.clear();
            let answer = words::read(vm, &mut text, &mut vars, &tables.held);
            list = vm.cons(answer, list);
        }
    }
    list
}
