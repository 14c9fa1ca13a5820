//! The database: modules, predicates, clauses, and the interpretation of dynamic ones.
//!
//! Clauses carry a birth and a death generation: a call sees those alive when
//! it began, whatever happens meanwhile (the logical update view). Positions are
//! sequence numbers that never change, so that a suspended call finds its place
//! again after dead clauses have been swept.

use crate::compile;
use crate::cycles::{Walk, cyclic};
use crate::errors;
use crate::layouts::{Choice, REG_COUNTER, REG_STAMP};
use crate::lookup::{self, Lookup};
use crate::state::{Clause, FunctorId, Pl, Pred, PredKind, Tabling, pl};
use crate::syntax::{Atom, Node, NodeId, Terms};
use crate::term::{MakeTerms, Term, atom, deref, term};
use crate::unify::unify;
use hashbrown::HashSet;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

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
            mortal: Cell::new(false),
            dead: Cell::new(0),
            sweep_at: Cell::new(0),
            lookup: RefCell::default(),
            recent: RefCell::default(),
            running: RefCell::default(),
            assumption: Default::default(),
            calls: Cell::new(0),
            stable: Cell::new(STABLE_CALLS),
            stub: Cell::new(None),
            undefined: Cell::new(None),
            builtin: Cell::new(None),
            discontiguous: Cell::new(false),
            multifile: Cell::new(false),
            load: Cell::new(0),
            core: Cell::new(false),
            sends: Cell::new(false),
            meta: RefCell::default(),
            tabled: Cell::new(Tabling::No),
            plain: Cell::new(None),
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
        PredKind::Undefined => undefined(vm, pred),
        PredKind::Static if pred.tabled.get() != Tabling::No => compile::stubs::tabled(vm, pred),
        PredKind::Static if !compilable(pl(vm), pred) => stub(vm, pred),
        PredKind::Static => match compile::predicate(vm, pred) {
            Some(code) => code,
            None => stub(vm, pred),
        },
        PredKind::Dynamic => stub(vm, pred),
        PredKind::Native => compile::stubs::native(vm, pred),
        PredKind::Foreign => crate::border::codes::foreign(vm, pred),
    };
    pred.code.set(Some(code));
    code
}

/// How a predicate that does not exist is called.
fn undefined(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    kept(vm, pred, &pred.undefined, compile::stubs::undefined)
}

/// How a predicate that is not compiled is called.
fn stub(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    kept(vm, pred, &pred.stub, compile::stubs::dynamic)
}

/// Code that a predicate has one of, however often it is wanted: code is never freed.
fn kept(
    vm: &mut Vm,
    pred: &'static Pred,
    place: &Cell<Option<&'static Code>>,
    make: impl FnOnce(&mut Vm, &'static Pred) -> &'static Code,
) -> &'static Code {
    place.get().unwrap_or_else(|| {
        let code = make(vm, pred);
        place.set(Some(code));
        code
    })
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
    if clause.mortal {
        pred.mortal.set(true);
    }
    let clause = Rc::new(clause);
    if at_end {
        clauses.push_back(clause.clone());
    } else {
        clauses.push_front(clause.clone());
    }
    let mut lookup = pred.lookup.borrow_mut();
    lookup.add(pl, &clause, at_end, clauses.len());
    clauses_changed(pred);
}

/// Clauses came or went: is compiled code out of date?
fn clauses_changed(pred: &Pred) {
    let compiled = pred.calls.get() >= pred.stable.get();
    if pred.kind.get() == PredKind::Dynamic && !compiled {
        pred.calls.set(0);
        return;
    }
    if compiled {
        // Compiled in vain, or nearly so: it has to be called more often next time.
        pred.stable.set(pred.stable.get().saturating_mul(2));
    }
    changed(pred);
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
    let len = pred.clauses.borrow().len();
    if pred.dead.get() > pred.sweep_at.get().max(16 + len / 2) {
        sweep(vm, pred);
    }
    clauses_changed(pred);
    true
}

/// Drops dead clauses that no running call can come to any more.
fn sweep(vm: &Vm, pred: &Pred) {
    let mut running = pred.running.borrow_mut();
    if let Some(&(oldest, _)) = running.first() {
        // Cuts may have dropped choice points without a word.
        let mut alive = HashSet::new();
        let mut at = crate::term::choice(vm);
        while let Some(choice) = Obj::<Choice>::of(at)
            && choice.int(Choice::STAMP) >= oldest
        {
            alive.insert(choice.int(Choice::STAMP));
            at = choice.get(Choice::PREV);
        }
        running.retain(|(stamp, _)| alive.contains(stamp));
    }
    let oldest = running.first().map_or(u64::MAX, |(_, began)| *began);
    let mut clauses = pred.clauses.borrow_mut();
    clauses.retain(|c| c.died.get() > oldest || c.died.get() == u64::MAX);
    let left = clauses.iter().filter(|c| c.died.get() != u64::MAX).count();
    pred.dead.set(left);
    // While calls hold on to many, looking again soon would not pay.
    pred.sweep_at.set(2 * left);
    *pred.lookup.borrow_mut() = Lookup::default();
    pred.recent.take();
}

/// A call that began at `generation` is about to push a choice point, or comes back to it.
fn keep_running(vm: &Vm, pred: &Pred, generation: u64) {
    let regs = &vm.core().regs;
    let newest = regs[REG_STAMP as usize].as_int();
    let mut running = pred.running.borrow_mut();
    while running.last().is_some_and(|(stamp, _)| *stamp > newest) {
        running.pop();
    }
    if running.iter().rev().all(|(_, began)| *began != generation) {
        running.push((regs[REG_COUNTER as usize].as_int() + 1, generation));
    }
}

/// The first clause from `from` on that was alive at `generation` and may match the arguments.
/// A call that has a clause already and gets another is remembered.
pub fn find(
    vm: &Vm,
    pred: &'static Pred,
    from: i64,
    generation: u64,
    args: &[Value],
) -> Option<Rc<Clause>> {
    let clauses = pred.clauses.borrow();
    let mut lookup = pred.lookup.borrow_mut();
    let found = lookup::find(vm, &clauses, &mut lookup, args, from, generation)?;
    let mut recent = pred.recent.borrow_mut();
    *recent = [Some(found.clone()), recent[0].take()];
    if from != i64::MIN {
        keep_running(vm, pred, generation);
    }
    Some(found)
}

/// The clause with this sequence number.
pub fn clause_at(pred: &'static Pred, seq: i64) -> Option<Rc<Clause>> {
    let recent = pred.recent.borrow();
    if let Some(found) = recent.iter().flatten().find(|c| c.seq == seq) {
        return Some(found.clone());
    }
    let clauses = pred.clauses.borrow();
    let found = clauses.get(lookup::position(&clauses, seq))?;
    (found.seq == seq).then(|| found.clone())
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

/// Arguments that a predicate may have: slots of frames are numbered by 16 bits.
pub const ARITY_MAX: usize = 20_000;
/// Parts of clauses that are compiled; what is larger is interpreted, for the same reason.
const COMPILED_MAX: usize = 20_000;

/// Can there be a predicate with so many arguments?
pub fn check_arity(vm: &mut Vm, arity: usize) -> Guest<()> {
    match arity <= ARITY_MAX {
        true => Ok(()),
        false => Err(errors::representation_error(vm, "max_procedure_arity")),
    }
}

/// Facts up to which a predicate that has nothing else is compiled: more are data, which the indices
/// of [`lookup`] find, so that traces need not tell them apart.
const FACTS_MAX: usize = 1000;

/// Are the predicate's clauses to be compiled?
pub fn compilable(pl: &Pl, pred: &Pred) -> bool {
    let clauses = pred.clauses.borrow();
    let true_ = pl.known.true_;
    let fact = |c: &Rc<Clause>| matches!(c.terms.get(c.body), Node::Atom(a) if *a == true_);
    pred.rules.get()
        || clauses.iter().all(|c| c.terms.len() <= COMPILED_MAX)
            && (clauses.len() <= FACTS_MAX || !clauses.iter().all(fact))
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
        Term::Atom(_) => Ok((module, head, body)),
        Term::Struct(s) => {
            let (_, arity) = pl(vm).name_arity(s.shape());
            check_arity(vm, arity)?;
            Ok((module, head, body))
        }
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
pub fn check_body(vm: &mut Vm, body: Value) -> Guest<()> {
    let p = pl(vm);
    let k = p.known;
    let mut stack = vec![body];
    let mut walk = Walk::new();
    while let Some(t) = stack.pop() {
        match term(t) {
            Term::Var(_) | Term::Atom(_) => {}
            Term::Struct(s) => {
                let (name, arity) = p.name_arity(s.shape());
                if arity == 2 && [k.comma, k.semicolon, k.arrow, k.soft_arrow].contains(&name) {
                    if walk.suspects(s.value().0) && cyclic(vm, body) {
                        return Err(errors::representation_error(vm, "cyclic_term"));
                    }
                    stack.push(crate::term::arg(s, 0));
                    stack.push(crate::term::arg(s, 1));
                }
            }
            _ => return Err(errors::type_error(vm, "callable", deref(body))),
        }
    }
    Ok(())
}

/// Parts up to which the place where a clause was built is kept for the next.
const SCRATCH_MAX: usize = 1000;

/// The clause as kept in the database.
pub fn new_clause(vm: &Vm, head: Value, body: Value, line: u32) -> Clause {
    let mut b = pl(vm).scratch.take();
    let head = b.add(vm, head);
    let body = b.add(vm, body);
    // A copy takes no more room than it needs.
    let (vars, terms) = (b.var_count(), b.terms.clone());
    if terms.len() <= SCRATCH_MAX {
        b.clear();
        pl(vm).scratch.replace(b);
    }
    Clause {
        vars,
        mortal: has_mortals(vm, &terms),
        terms,
        head,
        body,
        seq: 0,
        born: 0,
        died: Cell::new(u64::MAX),
        line,
    }
}

/// Have the terms atoms that the collector must be shown?
pub fn has_mortals(vm: &Vm, terms: &Terms) -> bool {
    vm.symbols.mortal_bytes() > 0 && terms.atoms().any(Atom::is_mortal)
}

/// Name and arity of a callable term.
pub fn functor_of(vm: &Vm, t: Value) -> Option<(Atom, usize)> {
    match term(t) {
        Term::Atom(a) => Some((a, 0)),
        Term::Struct(s) => Some(pl(vm).name_arity(s.shape())),
        _ => None,
    }
}
