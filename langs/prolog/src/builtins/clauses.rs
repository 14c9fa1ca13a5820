//! The clause database, exceptions and the machinery that the library's control predicates use.

use crate::builtins;
use crate::cycles::cyclic;
use crate::db;
use crate::errors::*;
use crate::state::{Pred, PredKind, Tabling, pl};
use crate::syntax::Atom;
use crate::term::{MakeTerms, Term, arg, atom, deref, is_var, term};
use crate::unify::{copy, unify};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "assertz" / 1 => |vm, a| assert(vm, a[0], true);
    "assert" / 1 => |vm, a| assert(vm, a[0], true);
    "asserta" / 1 => |vm, a| assert(vm, a[0], false);
    "$clause_pred" / 4 => clause_pred;
    "$generation" / 1 => |vm, a| { let g = pl(vm).generation.get() as i64; Ok(unify(vm, a[0], Value::small(g))) };
    "$find_clause" / 5 => find_clause;
    "$clause_unify" / 4 => clause_unify;
    "$erase" / 2 => |vm, a| { let p = pred(vm, a[0]); match db::clause_at(p, deref(a[1]).as_int()) { Some(c) => Ok(db::erase(vm, p, &c)), None => Ok(false) } };
    "$retractall_pred" / 2 => retractall_pred;
    "abolish" / 1 => abolish;
    "throw" / 1 => throw;
    "halt" / 0 => |vm, _| Err(halt(vm, 0));
    "halt" / 1 => halt_1;
    "$callable" / 1 => |vm, a| callable(vm, a[0]);
    "$must_be_list_or_partial" / 1 => list_or_partial;
    "$pred_list" / 3 => pred_list;
    "$pred_property" / 3 => pred_property;
    "$strip_module" / 3 => |vm, a| { let user = pl(vm).module.get(); let (m, t) = db::strip_module(vm, user, a[0]); Ok(unify(vm, a[1], atom(m)) && unify(vm, a[2], t)) };
}

fn pred(vm: &Vm, v: Value) -> &'static Pred {
    pl(vm).pred_by_id(deref(v).as_int() as u32)
}

fn list_or_partial(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let nil = atom(pl(vm).known.nil);
    match crate::cycles::cells(a[0]) {
        Some((_, end)) if end == nil || is_var(end) => Ok(true),
        _ => Err(type_error(vm, "list", deref(a[0]))),
    }
}

fn callable(vm: &mut Vm, v: Value) -> Guest<bool> {
    let v = deref(v);
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(_) | Term::Struct(_) => Ok(true),
        _ => Err(type_error(vm, "callable", v)),
    }
}

fn assert(vm: &mut Vm, clause: Value, at_end: bool) -> Guest<bool> {
    let module = pl(vm).module.get();
    if cyclic(vm, clause) {
        return Err(representation_error(vm, "cyclic_term"));
    }
    let (module, head, body) = db::split_clause(vm, module, clause)?;
    db::check_body(vm, body)?;
    let (name, arity) = db::functor_of(vm, head).expect("a callable head");
    if crate::consult::protected(vm, name, arity) {
        let pi = indicator(vm, name, arity);
        return Err(permission_error(vm, "modify", "static_procedure", pi));
    }
    let p = pl(vm);
    let pred = p.pred_in(home(vm, module, name), name, arity);
    if pred.kind.get() == PredKind::Undefined {
        pred.kind.set(PredKind::Dynamic);
        db::changed(pred);
    }
    if module == p.known.user
        && arity == 2
        && matches!(
            &*vm.symbols.name(name.0),
            "term_expansion" | "goal_expansion"
        )
    {
        p.expand.set(true);
    }
    let clause = db::new_clause(vm, head, body, 0);
    db::add_clause(vm, pred, clause, at_end);
    Ok(true)
}

/// The module that a clause goes to: names of the system's own are the system's.
fn home(vm: &Vm, module: Atom, name: Atom) -> Atom {
    if vm.symbols.bytes(name.0).starts_with(b"$") {
        pl(vm).known.system
    } else {
        module
    }
}

/// `'$clause_pred'(Head, Action, PlainHead, Pred)`: the predicate whose clauses match; fails
/// when there is none. `Action` is what for: `access` and `modify` check permission.
fn clause_pred(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let (module, head) = db::strip_module(vm, p.module.get(), a[0]);
    callable(vm, head)?;
    let (name, arity) = db::functor_of(vm, head).expect("callable");
    db::check_arity(vm, arity)?;
    let modify = matches!(term(a[1]), Term::Atom(x) if *vm.symbols.name(x.0) == *"modify");
    let f = p.functor(name, arity);
    let found = p
        .lookup(module, f)
        .filter(|d| d.kind.get() != PredKind::Undefined);
    let found = found.or_else(|| p.visible(module, f));
    let is_protected = crate::consult::protected(vm, name, arity);
    match found {
        Some(d)
            if d.kind.get() == PredKind::Native || is_protected && d.module == p.known.system =>
        {
            let pi = indicator(vm, name, arity);
            Err(if modify {
                permission_error(vm, "modify", "static_procedure", pi)
            } else {
                permission_error(vm, "access", "private_procedure", pi)
            })
        }
        Some(d) => Ok(unify(vm, a[2], head) && unify(vm, a[3], Value::small(d.id as i64))),
        None if is_protected => {
            let pi = indicator(vm, name, arity);
            Err(permission_error(vm, "access", "private_procedure", pi))
        }
        None => Ok(false),
    }
}

/// `'$find_clause'(Pred, Head, From, Generation, Seq)`: the first visible clause at or after `From`.
fn find_clause(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pred(vm, a[0]);
    let args: Vec<Value> = match term(a[1]) {
        Term::Struct(s) => (0..p.arity as usize).map(|i| arg(s, i)).collect(),
        _ => Vec::new(),
    };
    let from = deref(a[2]).to_int().unwrap_or(i64::MIN);
    let generation = deref(a[3]).as_int() as u64;
    match db::find(vm, p, from, generation, &args) {
        Some(c) => Ok(unify(vm, a[4], Value::small(c.seq))),
        None => Ok(false),
    }
}

/// `'$clause_unify'(Pred, Seq, Head, Body)`.
fn clause_unify(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pred(vm, a[0]);
    let Some(clause) = db::clause_at(p, deref(a[1]).as_int()) else {
        return Ok(false);
    };
    let args: Vec<Value> = match term(a[2]) {
        Term::Struct(s) => (0..p.arity as usize).map(|i| arg(s, i)).collect(),
        _ => Vec::new(),
    };
    let mut vars = vec![Value::UNDEF; clause.vars as usize];
    if !db::unify_head(vm, &clause, &args, &mut vars) {
        return Ok(false);
    }
    let body = db::build(vm, &clause.terms, clause.body, &mut vars);
    Ok(unify(vm, a[3], body))
}

/// `'$retractall_pred'(Head, Pred)`: makes the predicate dynamic if it does not exist.
fn retractall_pred(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let (module, head) = db::strip_module(vm, p.module.get(), a[0]);
    callable(vm, head)?;
    let (name, arity) = db::functor_of(vm, head).expect("callable");
    db::check_arity(vm, arity)?;
    if crate::consult::protected(vm, name, arity) {
        let pi = indicator(vm, name, arity);
        return Err(permission_error(vm, "modify", "static_procedure", pi));
    }
    let pred = p.pred_in(home(vm, module, name), name, arity);
    if pred.kind.get() == PredKind::Undefined {
        db::make_dynamic(vm, pred)?;
    }
    Ok(unify(vm, a[1], Value::small(pred.id as i64)))
}

fn abolish(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let (module, pi) = db::strip_module(vm, p.module.get(), a[0]);
    let (name, arity) = super::declare::indicator_parts(vm, pi)?;
    if crate::consult::protected(vm, name, arity) {
        let pi = indicator(vm, name, arity);
        return Err(permission_error(vm, "modify", "static_procedure", pi));
    }
    let f = p.functor(name, arity);
    if let Some(pred) = p.lookup(module, f) {
        if pred.kind.get() == PredKind::Static {
            let pi = indicator(vm, name, arity);
            return Err(permission_error(vm, "modify", "static_procedure", pi));
        }
        let clauses: Vec<_> = pred.clauses.borrow().iter().cloned().collect();
        for c in clauses {
            db::erase(vm, pred, &c);
        }
        // The procedure itself is gone.
        pred.kind.set(PredKind::Undefined);
        db::changed(pred);
    }
    Ok(true)
}

fn throw(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if is_var(deref(a[0])) {
        return Err(instantiation(vm));
    }
    let ball = copy(vm, a[0], true);
    Err(vm.raise(ball))
}

/// Ends the program: unwinds everything with a ball that nothing catches.
fn halt(vm: &mut Vm, status: i32) -> metatrace::meta::Raised {
    pl(vm).halted.set(Some(status));
    let ball = vm.term1("$halt", Value::small(status as i64));
    vm.raise(ball)
}

fn halt_1(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Int(i) => Err(halt(vm, i as i32)),
        Term::Var(_) => Err(instantiation(vm)),
        _ => Err(type_error(vm, "integer", deref(a[0]))),
    }
}

/// `'$pred_list'(Module, Kind, List)`: predicates as `p(Name, Arity, Id)`; kind `all` or `user`.
fn pred_list(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let wanted = match term(a[0]) {
        Term::Atom(m) => Some(m),
        _ => None,
    };
    let preds: Vec<&'static Pred> = p.preds.borrow().clone();
    let functor = p.functor(Atom(vm.symbols.intern("p")), 4);
    let mut items = Vec::new();
    for d in preds {
        let live = match d.kind.get() {
            PredKind::Undefined => false,
            PredKind::Dynamic | PredKind::Static => {
                d.clauses.borrow().len() > d.dead.get() || d.kind.get() == PredKind::Dynamic
            }
            PredKind::Native => true,
            PredKind::Foreign => false,
        };
        if live && wanted.is_none_or(|m| m == d.module) {
            items.push(vm.compound(
                functor,
                &[
                    atom(d.module),
                    atom(d.name),
                    Value::small(d.arity as i64),
                    Value::small(d.id as i64),
                ],
            ));
        }
    }
    let mut imports: Vec<(Atom, crate::state::FunctorId, u32)> = p
        .modules
        .borrow()
        .iter()
        .filter(|(m, _)| **m != p.known.system && !p.library_modules.borrow().contains(*m))
        .flat_map(|(m, module)| module.imports.iter().map(|(f, d)| (*m, *f, d.id)))
        .collect();
    imports.sort_by_key(|(m, f, _)| (m.0, *f));
    for (module, f, id) in imports {
        let (name, arity) = p.name_arity(f);
        let item = [
            atom(module),
            atom(name),
            Value::small(arity as i64),
            Value::small(id as i64),
        ];
        items.push(vm.compound(functor, &item));
    }
    let l = vm.make_list(&items);
    Ok(unify(vm, a[2], l))
}

/// `'$pred_property'(Head, Module, Properties)`: properties of the predicate that `Head` means.
fn pred_property(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let (module, head) = db::strip_module(vm, p.module.get(), a[0]);
    let Some((name, arity)) = db::functor_of(vm, head) else {
        return Ok(false);
    };
    let d = db::resolve(vm, module, name, arity);
    if d.kind.get() == PredKind::Undefined && !p.is_control(name, arity) {
        return Ok(false);
    }
    let mut items = vec![vm.sym("defined"), vm.sym("visible")];
    match d.kind.get() {
        PredKind::Dynamic => items.push(vm.sym("dynamic")),
        _ => items.push(vm.sym("static")),
    }
    if d.module == p.known.system {
        items.push(vm.sym("system"));
        if d.core.get() {
            items.push(vm.sym("built_in"));
        }
    }
    if d.tabled.get() != Tabling::No {
        items.push(vm.sym("tabled"));
    }
    if matches!(d.kind.get(), PredKind::Dynamic | PredKind::Static) {
        let n = d.clauses.borrow().len() - d.dead.get();
        items.push(vm.term1("number_of_clauses", Value::small(n as i64)));
    }
    let meta = d.meta.borrow().clone();
    if !meta.is_empty() {
        let any = vm.sym("?");
        let specs: Vec<Value> = meta
            .iter()
            .map(|m| {
                if *m <= 9 {
                    Value::small(*m as i64)
                } else {
                    any
                }
            })
            .collect();
        let functor = p.functor(d.name, specs.len());
        let spec = vm.compound(functor, &specs);
        items.push(vm.term1("meta_predicate", spec));
    }
    let functor = p.functor(name, arity);
    let exported = p
        .modules
        .borrow()
        .get(&d.module)
        .is_some_and(|m| m.exports.contains(&functor));
    if exported {
        items.push(vm.sym("exported"));
    }
    if d.module != module && d.module != p.known.system {
        items.push(vm.term1("imported_from", atom(d.module)));
    }
    let l = vm.make_list(&items);
    Ok(unify(vm, a[1], atom(d.module)) && unify(vm, a[2], l))
}
