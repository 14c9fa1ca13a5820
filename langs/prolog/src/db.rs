//! The database: modules, predicates, clauses, and the interpretation of dynamic ones.
//!
//! Clauses carry a birth and a death generation: a call sees those alive when
//! it began, whatever happens meanwhile (the logical update view). Positions are
//! sequence numbers that never change, so that a suspended call finds its place
//! again after dead clauses have been swept.

use crate::compile;
use crate::convert::Builder;
use crate::errors;
use crate::state::{Clause, FunctorId, Pl, Pred, PredKind, pl};
use crate::syntax::{Atom, Node, NodeId, Terms};
use crate::term::{MakeTerms, Term, atom, deref, term};
use crate::unify::unify;
use hashbrown::HashMap;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

/// Sequence numbers by first argument; only while every clause determines it.
#[derive(Debug, Default)]
pub struct FirstArg {
    buckets: HashMap<u64, Bucket>,
}

#[derive(Debug, Default)]
struct Bucket {
    seqs: VecDeque<i64>,
    dead: DeadPrefix,
}

/// Clauses at the beginning of a list that are dead for calls from some generation on: a
/// queue of which the first is always retracted would be searched from its start every time.
#[derive(Copy, Clone, Debug, Default)]
pub struct DeadPrefix {
    length: usize,
    generation: u64,
}

impl DeadPrefix {
    /// How many clauses a call of `generation` passes over.
    fn skip(self, generation: u64) -> usize {
        if generation >= self.generation {
            self.length
        } else {
            0
        }
    }

    /// Takes in dead clauses that follow; `died` gives the generation of each, in order.
    fn extend(&mut self, died: impl Iterator<Item = u64>) {
        for died in died.take_while(|died| *died != u64::MAX) {
            self.length += 1;
            self.generation = self.generation.max(died);
        }
    }
}

/// Clauses below which no first-argument table is made.
const TABLE_MIN: usize = 8;

/// Distinguishes functors from constants among keys.
const FUNCTOR_KEY: u64 = 1 << 63;

/// What a clause's first argument must be: `None` when anything (or only unification) can tell.
fn clause_key(pl: &Pl, terms: &Terms, head: NodeId) -> Option<u64> {
    let arg = *terms.args(head).first()?;
    match terms.get(arg) {
        Node::Atom(a) => Some(Value::symbol(a.0).0),
        Node::Int(i) => Value::int(*i).map(|v| v.0 & !FUNCTOR_KEY),
        Node::Compound { name, arity, .. } => {
            Some(FUNCTOR_KEY | pl.functor(*name, *arity as usize) as u64)
        }
        _ => None,
    }
}

/// The key that a call's first argument selects.
fn call_key(v: Value) -> Option<u64> {
    match term(v) {
        Term::Atom(a) => Some(Value::symbol(a.0).0),
        Term::Int(_) => Some(deref(v).0 & !FUNCTOR_KEY),
        Term::Struct(s) => Some(FUNCTOR_KEY | s.shape() as u64),
        _ => None,
    }
}

impl Pl {
    /// The predicate of exactly this module, made if need be.
    pub fn pred_in(&self, module: Atom, name: Atom, arity: usize) -> &'static Pred {
        let functor = self.functor(name, arity);
        if let Some(pred) = self.lookup(module, functor) {
            return pred;
        }
        let mut preds = self.preds.borrow_mut();
        let pred: &'static Pred = self.kept.keep(Pred {
            id: preds.len() as u32,
            module,
            name,
            arity: arity as u16,
            kind: Cell::new(PredKind::Undefined),
            code: Cell::new(None),
            clauses: RefCell::default(),
            dead: Cell::new(0),
            dead_prefix: Cell::default(),
            first_arg: RefCell::new(None),
            assumption: Default::default(),
            calls: Cell::new(0),
            builtin: Cell::new(None),
            discontiguous: Cell::new(false),
            multifile: Cell::new(false),
            load: Cell::new(0),
            core: Cell::new(false),
            meta: RefCell::default(),
            tabled: Cell::new(false),
            rules: Cell::new(false),
            declared: Cell::new(false),
            file: RefCell::default(),
        });
        preds.push(pred);
        let mut modules = self.modules.borrow_mut();
        modules
            .entry(module)
            .or_default()
            .preds
            .insert(functor, pred);
        pred
    }

    pub fn lookup(&self, module: Atom, functor: FunctorId) -> Option<&'static Pred> {
        self.modules
            .borrow()
            .get(&module)?
            .preds
            .get(&functor)
            .copied()
    }

    /// The defined predicate that `module` sees under this name.
    pub fn visible(&self, module: Atom, functor: FunctorId) -> Option<&'static Pred> {
        let modules = self.modules.borrow();
        let defined = |p: &&'static Pred| p.kind.get() != PredKind::Undefined;
        let find = |m: Atom| {
            let module = modules.get(&m)?;
            module
                .preds
                .get(&functor)
                .copied()
                .filter(defined)
                .or_else(|| module.imports.get(&functor).copied())
        };
        find(module)
            .or_else(|| {
                if module == self.known.system || self.library_modules.borrow().contains(&module) {
                    None
                } else {
                    find(self.known.user)
                }
            })
            .or_else(|| find(self.known.system))
    }
}

/// The predicate that a call in `module` means: a defined one that is visible
/// (loading a library if that defines it), else an undefined one of the module.
pub fn resolve(vm: &mut Vm, module: Atom, name: Atom, arity: usize) -> &'static Pred {
    let p = pl(vm);
    if let Some(pred) = foreign(p, module, name, arity) {
        return pred;
    }
    let functor = p.functor(name, arity);
    if let Some(pred) = p.visible(module, functor) {
        return pred;
    }
    if crate::library::autoload(vm, name, arity)
        && let Some(pred) = p.visible(module, functor)
    {
        return pred;
    }
    let home = if module == p.known.system {
        p.known.user
    } else {
        module
    };
    p.pred_in(home, name, arity)
}

/// The predicate that stands for a member of another language's module, if `module` is one.
fn foreign(p: &Pl, module: Atom, name: Atom, arity: usize) -> Option<&'static Pred> {
    if !p.foreign.borrow().contains_key(&module) {
        return None;
    }
    let pred = p.pred_in(module, name, arity);
    if pred.kind.get() != PredKind::Foreign {
        pred.kind.set(PredKind::Foreign);
        changed(pred);
    }
    Some(pred)
}

/// As [`resolve`] for code being compiled: while a file is loaded it may still
/// define what a library would be loaded for.
pub fn resolve_early(vm: &mut Vm, module: Atom, name: Atom, arity: usize) -> &'static Pred {
    let p = pl(vm);
    if p.load.borrow().is_empty() || module == p.known.system {
        return resolve(vm, module, name, arity);
    }
    if let Some(pred) = foreign(p, module, name, arity) {
        return pred;
    }
    let functor = p.functor(name, arity);
    match p.visible(module, functor) {
        Some(pred) => pred,
        None => p.pred_in(module, name, arity),
    }
}

/// What calling the predicate runs; compiles it if that was not done yet.
pub fn code_of(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    if let Some(code) = pred.code.get() {
        return code;
    }
    let code = match pred.kind.get() {
        PredKind::Undefined => compile::stubs::undefined(vm, pred),
        PredKind::Static if pred.tabled.get() => compile::stubs::tabled(vm, pred),
        PredKind::Static => compile::predicate(vm, pred),
        PredKind::Dynamic => compile::stubs::dynamic(vm, pred),
        PredKind::Native => compile::stubs::native(vm, pred),
        PredKind::Foreign => crate::border::codes::foreign(vm, pred),
    };
    pred.code.set(Some(code));
    code
}

/// The predicate's clauses or properties change: compiled code is out of date.
pub fn changed(pred: &Pred) {
    pred.code.set(None);
    pred.calls.set(0);
    pred.assumption.invalidate();
}

/// Makes an undefined predicate dynamic; an error for static ones with clauses.
pub fn make_dynamic(vm: &mut Vm, pred: &'static Pred) -> Guest<()> {
    match pred.kind.get() {
        PredKind::Dynamic => Ok(()),
        PredKind::Undefined => {
            pred.kind.set(PredKind::Dynamic);
            changed(pred);
            Ok(())
        }
        PredKind::Static if !pred.core.get() => {
            pred.kind.set(PredKind::Dynamic);
            changed(pred);
            Ok(())
        }
        _ => {
            let pi = errors::indicator(vm, pred.name, pred.arity as usize);
            Err(errors::permission_error(
                vm,
                "modify",
                "static_procedure",
                pi,
            ))
        }
    }
}

/// Adds a clause at the end or the beginning.
pub fn add_clause(vm: &Vm, pred: &'static Pred, mut clause: Clause, at_end: bool) {
    let pl = pl(vm);
    let generation = pl.generation.get() + 1;
    pl.generation.set(generation);
    clause.born = generation;
    let mut clauses = pred.clauses.borrow_mut();
    clause.seq = match at_end {
        true => clauses.back().map_or(0, |c| c.seq + 1),
        false => clauses.front().map_or(0, |c| c.seq - 1),
    };
    let key = clause_key(pl, &clause.terms, clause.head);
    let mut table = pred.first_arg.borrow_mut();
    match (table.as_mut(), key) {
        (Some(table), Some(key)) => {
            let bucket = table.buckets.entry(key).or_default();
            if at_end {
                bucket.seqs.push_back(clause.seq);
            } else {
                bucket.seqs.push_front(clause.seq);
                bucket.dead = DeadPrefix::default();
            }
        }
        _ => *table = None,
    }
    if at_end {
        clauses.push_back(Rc::new(clause));
    } else {
        clauses.push_front(Rc::new(clause));
        pred.dead_prefix.set(DeadPrefix::default());
    }
    if pred.kind.get() == PredKind::Dynamic && pred.calls.get() < STABLE_CALLS {
        pred.calls.set(0);
    } else {
        changed(pred);
    }
}

/// Calls without a change after which a dynamic predicate is compiled.
pub const STABLE_CALLS: u32 = 200;

/// Removes a clause; false when it was removed before.
pub fn erase(vm: &Vm, pred: &'static Pred, clause: &Clause) -> bool {
    if clause.died.get() != u64::MAX {
        return false;
    }
    let pl = pl(vm);
    let generation = pl.generation.get() + 1;
    pl.generation.set(generation);
    clause.died.set(generation);
    pred.dead.set(pred.dead.get() + 1);
    let mut clauses = pred.clauses.borrow_mut();
    if pred.dead.get() > 16 + clauses.len() / 2 {
        clauses.retain(|c| c.died.get() == u64::MAX);
        pred.dead.set(0);
        pred.dead_prefix.set(DeadPrefix::default());
        *pred.first_arg.borrow_mut() = None;
    }
    drop(clauses);
    if pred.kind.get() != PredKind::Dynamic || pred.calls.get() >= STABLE_CALLS {
        changed(pred);
    } else {
        pred.calls.set(0);
    }
    true
}

/// The first clause from `from` on that was alive at `generation` and whose
/// first argument does not rule it out.
pub fn find(
    vm: &Vm,
    pred: &'static Pred,
    from: i64,
    generation: u64,
    first: Option<Value>,
) -> Option<Rc<Clause>> {
    let pl = pl(vm);
    let key = first.and_then(call_key);
    let clauses = pred.clauses.borrow();
    let alive = |c: &Clause| c.born <= generation && generation < c.died.get();
    if let Some(key) = key
        && clauses.len() > TABLE_MIN
    {
        let mut table = pred.first_arg.borrow_mut();
        if table.is_none() {
            *table = build_table(pl, &clauses);
        }
        if let Some(table) = &mut *table {
            let Bucket { seqs, dead } = table.buckets.get_mut(&key)?;
            let rest = seqs.range(dead.length..);
            dead.extend(rest.map(|s| by_seq(&clauses, *s).map_or(0, |c| c.died.get())));
            let start = seqs.partition_point(|s| *s < from);
            return seqs
                .range(start.max(dead.skip(generation))..)
                .filter_map(|s| by_seq(&clauses, *s))
                .find(|c| alive(c));
        }
    }
    let mut dead = pred.dead_prefix.get();
    dead.extend(clauses.range(dead.length..).map(|c| c.died.get()));
    pred.dead_prefix.set(dead);
    let start = clauses.partition_point(|c| c.seq < from);
    clauses
        .range(start.max(dead.skip(generation))..)
        .find(|c| {
            alive(c)
                && key.is_none_or(|k| clause_key(pl, &c.terms, c.head).is_none_or(|own| own == k))
        })
        .cloned()
}

fn build_table(pl: &Pl, clauses: &VecDeque<Rc<Clause>>) -> Option<FirstArg> {
    let mut table = FirstArg::default();
    for c in clauses {
        let key = clause_key(pl, &c.terms, c.head)?;
        table.buckets.entry(key).or_default().seqs.push_back(c.seq);
    }
    Some(table)
}

fn by_seq(clauses: &VecDeque<Rc<Clause>>, seq: i64) -> Option<Rc<Clause>> {
    clauses
        .binary_search_by_key(&seq, |c| c.seq)
        .ok()
        .map(|i| clauses[i].clone())
}

/// The clause with this sequence number.
pub fn clause_at(pred: &'static Pred, seq: i64) -> Option<Rc<Clause>> {
    by_seq(&pred.clauses.borrow(), seq)
}

/// Unifies a clause's head arguments with `args`; its variables go to `vars`.
pub fn unify_head(vm: &mut Vm, clause: &Clause, args: &[Value], vars: &mut [Value]) -> bool {
    let mut stack: Vec<(NodeId, Value)> = Vec::new();
    let head_args = clause.terms.args(clause.head);
    for (node, value) in head_args.iter().zip(args) {
        stack.push((*node, *value));
        while let Some((node, value)) = stack.pop() {
            if !unify_node(vm, clause, node, value, vars, &mut stack) {
                return false;
            }
        }
    }
    true
}

fn unify_node(
    vm: &mut Vm,
    clause: &Clause,
    id: NodeId,
    value: Value,
    vars: &mut [Value],
    stack: &mut Vec<(NodeId, Value)>,
) -> bool {
    let terms = &clause.terms;
    let value = deref(value);
    match terms.get(id) {
        Node::Var(v) => {
            let known = vars[*v as usize];
            if known == Value::UNDEF {
                vars[*v as usize] = value;
                return true;
            }
            unify(vm, known, value)
        }
        Node::Compound { name, arity, .. } => match Obj::<crate::layouts::Struct>::of(value) {
            Some(s) => {
                if s.shape() != pl(vm).functor(*name, *arity as usize) {
                    return false;
                }
                for (i, arg) in terms.args(id).iter().enumerate().rev() {
                    stack.push((*arg, s.item(crate::layouts::Struct::ARGS, i)));
                }
                true
            }
            None if crate::term::is_var(value) => {
                let built = build(vm, terms, id, vars);
                vm.bind(value, built);
                true
            }
            None => false,
        },
        node => {
            let constant = crate::convert::constant(vm, node);
            unify(vm, value, constant)
        }
    }
}

/// Builds the subterm `id` only.
pub fn build(vm: &mut Vm, terms: &Terms, id: NodeId, vars: &mut [Value]) -> Value {
    enum Work {
        Visit(NodeId),
        Build(NodeId),
    }
    let mut work = vec![Work::Visit(id)];
    let mut done: Vec<Value> = Vec::new();
    while let Some(w) = work.pop() {
        match w {
            Work::Build(id) => {
                let (name, arity) = terms.functor(id).expect("a compound");
                let args = done.split_off(done.len() - arity);
                let f = pl(vm).functor(name, arity);
                let v = vm.compound(f, &args);
                done.push(v);
            }
            Work::Visit(id) => match terms.get(id) {
                Node::Var(v) => {
                    let v = *v as usize;
                    if vars[v] == Value::UNDEF {
                        vars[v] = vm.new_var();
                    }
                    done.push(vars[v]);
                }
                Node::Compound { .. } => {
                    work.push(Work::Build(id));
                    work.extend(terms.args(id).iter().rev().map(|a| Work::Visit(*a)));
                }
                node => {
                    let v = crate::convert::constant(vm, node);
                    done.push(v);
                }
            },
        }
    }
    done[0]
}

/// A clause term taken apart: module, head, body.
pub fn split_clause(vm: &mut Vm, module: Atom, t: Value) -> Guest<(Atom, Value, Value)> {
    let k = pl(vm).known;
    let (module, t) = strip_module(vm, module, t);
    let (head, body) = match term(t) {
        Term::Struct(s) if pl(vm).name_arity(s.shape()) == (k.neck, 2) => {
            (crate::term::arg(s, 0), crate::term::arg(s, 1))
        }
        _ => (t, atom(k.true_)),
    };
    let (module, head) = strip_module(vm, module, head);
    match term(head) {
        Term::Var(_) => Err(errors::instantiation(vm)),
        Term::Atom(_) | Term::Struct(_) => Ok((module, head, body)),
        _ => Err(errors::type_error(vm, "callable", head)),
    }
}

/// Takes `Module:` prefixes off.
pub fn strip_module(vm: &Vm, mut module: Atom, t: Value) -> (Atom, Value) {
    let p = pl(vm);
    let mut t = deref(t);
    while let Term::Struct(s) = term(t)
        && p.name_arity(s.shape()) == (p.known.colon, 2)
        && let Term::Atom(m) = term(crate::term::arg(s, 0))
    {
        module = m;
        t = crate::term::arg(s, 1);
    }
    (module, t)
}

/// Is the term a body that can be called (variables count)?
pub fn is_body(vm: &Vm, body: Value) -> bool {
    let p = pl(vm);
    let k = p.known;
    let mut stack = vec![body];
    while let Some(t) = stack.pop() {
        match term(t) {
            Term::Var(_) | Term::Atom(_) => {}
            Term::Struct(s) => {
                let (name, arity) = p.name_arity(s.shape());
                if arity == 2 && [k.comma, k.semicolon, k.arrow, k.soft_arrow].contains(&name) {
                    stack.push(crate::term::arg(s, 0));
                    stack.push(crate::term::arg(s, 1));
                }
            }
            _ => return false,
        }
    }
    true
}

/// The clause as kept in the database.
pub fn new_clause(vm: &Vm, head: Value, body: Value, line: u32) -> Clause {
    let mut b = Builder::new();
    let head = b.add(vm, head);
    let body = b.add(vm, body);
    Clause {
        vars: b.var_count(),
        terms: b.terms,
        head,
        body,
        seq: 0,
        born: 0,
        died: Cell::new(u64::MAX),
        line,
    }
}

/// Name and arity of a callable term.
pub fn functor_of(vm: &Vm, t: Value) -> Option<(Atom, usize)> {
    match term(t) {
        Term::Atom(a) => Some((a, 0)),
        Term::Struct(s) => Some(pl(vm).name_arity(s.shape())),
        _ => None,
    }
}
