//! Declarations: dynamic, discontiguous, modules, imports, operators.

use crate::builtins;
use crate::db;
use crate::errors::*;
use crate::layouts::Struct;
use crate::messages;
use crate::state::{FunctorId, PredKind, Tabling, pl};
use crate::syntax::{Atom, OpType};
use crate::term::{MakeTerms, Term, arg, atom, deref, is_var, term};
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;

builtins! {
    "dynamic" / 1 => |vm, a| declare(vm, "dynamic", a[0]);
    "discontiguous" / 1 => |vm, a| declare(vm, "discontiguous", a[0]);
    "multifile" / 1 => |vm, a| declare(vm, "multifile", a[0]);
    "module_transparent" / 1 => |_, _| Ok(true);
    "public" / 1 => |_, _| Ok(true);
    "volatile" / 1 => |_, _| Ok(true);
    "thread_local" / 1 => |vm, a| declare(vm, "dynamic", a[0]);
    "meta_predicate" / 1 => |vm, a| declare(vm, "meta_predicate", a[0]);
    "$table" / 1 => |vm, a| declare(vm, "table", a[0]);
    "$module" / 2 => |vm, a| { let m = pl(vm).module.get(); let old = unify(vm, a[0], atom(m)); if old && let Term::Atom(n) = term(a[1]) { pl(vm).module.set(n); } Ok(old) };
    "$start_module" / 2 => start_module;
    "$import" / 3 => import;
    "$exports" / 2 => exports;
    "$export" / 2 => export;
    "$module_info" / 3 => module_info;
    "op" / 3 => op;
    "$ops" / 1 => ops;
    "$check_op" / 3 => check_op;
    "$modules" / 1 => |vm, a| { let mut names: Vec<Atom> = pl(vm).modules.borrow().keys().copied().collect(); names.sort_by_key(|n| n.0); let names: Vec<Value> = names.into_iter().map(atom).collect(); let l = vm.make_list(&names); Ok(unify(vm, a[0], l)) };
}

/// A directive that needs no goals run, for the system's own files.
pub fn directive(vm: &mut Vm, goal: Value) -> Guest<bool> {
    let Some((name, arity)) = db::functor_of(vm, goal) else {
        return Ok(false);
    };
    let name = vm.symbols.name(name.0).into_owned();
    let Some(s) = Obj::<Struct>::of(deref(goal)) else {
        return Ok(false);
    };
    match (name.as_str(), arity) {
        ("dynamic" | "discontiguous" | "multifile" | "meta_predicate" | "table", 1) => {
            declare(vm, &name, arg(s, 0))
        }
        ("module", 2) if library_module(vm) => {
            start_module(vm, &[arg(s, 0), arg(s, 1)])?;
            let (own, all) = (arg(s, 0), vm.sym("all"));
            let system = atom(pl(vm).known.system);
            if let Term::Atom(m) = term(own) {
                pl(vm).library_modules.borrow_mut().insert(m);
            }
            import(vm, &[own, system, all])
        }
        ("nb_setval", 2) => {
            let Term::Atom(name) = term(arg(s, 0)) else {
                return Ok(false);
            };
            let value = arg(s, 1);
            pl(vm).globals.borrow_mut().insert(name, value);
            Ok(true)
        }
        ("module", 2) | ("use_module", 1 | 2) | ("public", 1) => Ok(true),
        ("op", 3) => op(vm, &[arg(s, 0), arg(s, 1), arg(s, 2)]),
        _ => Ok(false),
    }
}

/// Is the library being loaded one with a module of its own?
fn library_module(vm: &Vm) -> bool {
    let loads = pl(vm).load.borrow();
    loads
        .last()
        .is_some_and(|l| l.system && crate::library::has_module(&l.path))
}

/// Elements of a comma list, a list, or a single one.
fn elements(vm: &Vm, v: Value) -> Vec<Value> {
    let p = pl(vm);
    let comma = p.functor(p.known.comma, 2);
    let mut found = Vec::new();
    let mut stack = vec![v];
    let mut walk = crate::cycles::Walk::new();
    while let Some(v) = stack.pop() {
        let v = deref(v);
        match Obj::<Struct>::of(v) {
            Some(_) if walk.passed(v.0) => {}
            Some(s) if s.shape() == comma => {
                stack.push(arg(s, 1));
                stack.push(arg(s, 0));
            }
            _ => match p.list(v) {
                Ok(items) => stack.extend(items.into_iter().rev()),
                Err(_) => found.push(v),
            },
        }
    }
    found
}

/// Name and arity of `Name/Arity` (or `Name//Arity`).
pub fn indicator_parts(vm: &mut Vm, v: Value) -> Guest<(Atom, usize)> {
    let v = deref(v);
    let p = pl(vm);
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Struct(s) => {
            let (op, n) = p.name_arity(s.shape());
            if n != 2 || op != p.known.slash && op != p.known.dslash {
                return Err(type_error(vm, "predicate_indicator", v));
            }
            let (name, arity) = (arg(s, 0), arg(s, 1));
            if is_var(name) || is_var(arity) {
                return Err(instantiation(vm));
            }
            let Some(n) = arity.to_int() else {
                return Err(type_error(vm, "integer", arity));
            };
            if !name.is_symbol() {
                return Err(type_error(vm, "atom", name));
            }
            if n < 0 {
                return Err(domain_error(vm, "not_less_than_zero", arity));
            }
            let extra = if op == p.known.dslash { 2 } else { 0 };
            crate::db::check_arity(vm, n as usize)?;
            Ok((Atom(name.as_symbol()), n as usize + extra))
        }
        _ => Err(type_error(vm, "predicate_indicator", v)),
    }
}

fn declare(vm: &mut Vm, what: &str, v: Value) -> Guest<bool> {
    let p = pl(vm);
    let (module, v) = db::strip_module(vm, p.module.get(), v);
    if is_var(v) {
        return Err(instantiation(vm));
    }
    for element in elements(vm, v) {
        let (module, element) = db::strip_module(vm, module, element);
        if what == "meta_predicate" {
            meta_spec(vm, module, element);
            continue;
        }
        if what == "table" {
            table(vm, module, element)?;
            continue;
        }
        let (name, arity) = indicator_parts(vm, element)?;
        let pred = p.pred_in(module, name, arity);
        match what {
            "dynamic" => {
                if module != p.known.system && crate::consult::protected(vm, name, arity) {
                    let pi = indicator(vm, name, arity);
                    return Err(permission_error(vm, "modify", "static_procedure", pi));
                }
                db::make_dynamic(vm, pred)?
            }
            _ => {
                pred.declared.set(true);
                pred.multifile
                    .set(pred.multifile.get() || what == "multifile");
            }
        }
    }
    Ok(true)
}

fn meta_spec(vm: &mut Vm, module: Atom, spec: Value) {
    let p = pl(vm);
    if let Term::Struct(s) = term(spec) {
        let (name, arity) = p.name_arity(s.shape());
        let meta = (0..arity)
            .map(|i| match term(arg(s, i)) {
                Term::Int(n) => n as u8,
                Term::Atom(a) if matches!(&*vm.symbols.name(a.0), "^" | "//" | ":") => 0,
                _ => 0xFF,
            })
            .collect();
        *p.pred_in(module, name, arity).meta.borrow_mut() = meta;
    }
}

/// `:- table p/2` or `:- table p(_, min)`.
fn table(vm: &mut Vm, module: Atom, spec: Value) -> Guest<()> {
    let p = pl(vm);
    let (name, arity) = match indicator_parts(vm, spec) {
        Ok(parts) => parts,
        Err(raised) => match db::functor_of(vm, spec) {
            Some((name, arity)) if arity > 0 && name != p.known.slash => {
                vm.take_pending();
                (name, arity)
            }
            _ => return Err(raised),
        },
    };
    let pred = p.pred_in(module, name, arity);
    let plain = |v: Value| match term(v) {
        Term::Var(_) => true,
        Term::Atom(a) => &*vm.symbols.name(a.0) == "index",
        _ => false,
    };
    let moded = match term(spec) {
        Term::Struct(s) if p.name_arity(s.shape()) == (pred.name, arity) => {
            !(0..arity).all(|i| plain(arg(s, i)))
        }
        _ => false,
    };
    pred.tabled.set(if moded {
        Tabling::Moded
    } else {
        Tabling::Plain
    });
    if pred.kind.get() == PredKind::Undefined {
        pred.kind.set(PredKind::Static);
    }
    db::changed(pred);
    Ok(())
}

/// `'$start_module'(Name, Exports)`: clauses that follow belong to the module.
fn start_module(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let Term::Atom(name) = term(a[0]) else {
        return Err(type_error(vm, "atom", deref(a[0])));
    };
    let mut exported = Vec::new();
    for element in elements(vm, a[1]) {
        match term(element) {
            Term::Struct(s) if p.name_arity(s.shape()).1 == 3 => {
                op(vm, &[arg(s, 0), arg(s, 1), arg(s, 2)])?;
            }
            Term::Atom(n) if n == p.known.nil => {}
            _ => {
                let (name, arity) = indicator_parts(vm, element)?;
                exported.push(p.functor(name, arity));
            }
        }
    }
    let file = p.load.borrow().last().map(|l| l.path.clone());
    {
        let mut modules = p.modules.borrow_mut();
        let module = modules.entry(name).or_default();
        module.exports = exported;
        module.file = file;
    }
    p.module.set(name);
    Ok(true)
}

/// `'$import'(From, Into, What)`: `all` or a list of indicators.
fn import(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let (Term::Atom(from), Term::Atom(into)) = (term(a[0]), term(a[1])) else {
        return Ok(false);
    };
    let exports = p
        .modules
        .borrow()
        .get(&from)
        .map(|m| m.exports.clone())
        .unwrap_or_default();
    let named = imported_names(vm, a[2], &exports)?;
    for (f, as_name) in named {
        let (name, arity) = p.name_arity(f);
        let own = p.lookup(from, f);
        let passed_on = p
            .modules
            .borrow()
            .get(&from)
            .and_then(|m| m.imports.get(&f).copied())
            .filter(|_| own.is_none_or(|own| own.kind.get() == PredKind::Undefined));
        let pred = passed_on.unwrap_or_else(|| p.pred_in(from, name, arity));
        let new = p.functor(as_name, arity);
        if from != p.known.system && !exports.contains(&f) {
            let text = format!(
                "import/1: {}:{} is not exported (still imported into {})",
                messages::show(vm, atom(from)),
                shown(vm, name, arity),
                messages::show(vm, atom(into)),
            );
            messages::warning(vm, &text);
        }
        let known = p
            .modules
            .borrow()
            .get(&into)
            .and_then(|m| m.imports.get(&new).copied());
        if let Some(known) = known.filter(|known| known.id != pred.id) {
            let text = format!(
                "import/1: No permission to import {}:{} into {} (already imported from {})",
                messages::show(vm, atom(from)),
                shown(vm, as_name, arity),
                messages::show(vm, atom(into)),
                messages::show(vm, atom(known.module)),
            );
            messages::say_as(vm, "ERROR", &text);
            continue;
        }
        p.modules
            .borrow_mut()
            .entry(into)
            .or_default()
            .imports
            .insert(new, pred);
        if let Some(own) = p.lookup(into, new) {
            if own.kind.get() == PredKind::Static {
                messages::overrides(vm, own, from);
            }
            db::changed(own);
        }
    }
    Ok(true)
}

fn shown(vm: &mut Vm, name: Atom, arity: usize) -> String {
    let pi = indicator(vm, name, arity);
    messages::show(vm, pi)
}

/// What an import means: exports with the names that they get. `all`, a list of `Name/Arity`
/// and `Name/Arity as New`, or `except(List)`, which leaves out or renames.
fn imported_names(
    vm: &mut Vm,
    what: Value,
    exports: &[FunctorId],
) -> Guest<Vec<(FunctorId, Atom)>> {
    let p = pl(vm);
    let except = match term(what) {
        Term::Struct(s) if p.name_arity(s.shape()).1 == 1 => Some(arg(s, 0)),
        _ => None,
    };
    let mut named = Vec::new();
    let mut except_named = Vec::new();
    match (except, p.list(what)) {
        (Some(list), _) => {
            for item in elements(vm, list) {
                except_named.push(import_item(vm, item)?);
            }
        }
        (None, Ok(items)) => {
            for item in items {
                let (f, new) = import_item(vm, item)?;
                let name = p.name_arity(f).0;
                named.push((f, new.unwrap_or(name)));
            }
            return Ok(named);
        }
        (None, Err(_)) => {}
    }
    for f in exports {
        match except_named.iter().find(|(e, _)| e == f) {
            Some((_, Some(new))) => named.push((*f, *new)),
            Some((_, None)) => {}
            None => named.push((*f, p.name_arity(*f).0)),
        }
    }
    Ok(named)
}

/// `Name/Arity`, or `Name/Arity as New`.
fn import_item(vm: &mut Vm, item: Value) -> Guest<(FunctorId, Option<Atom>)> {
    let p = pl(vm);
    if let Term::Struct(s) = term(item)
        && let (op, 2) = p.name_arity(s.shape())
        && *vm.symbols.name(op.0) == *"as"
    {
        let (name, arity) = indicator_parts(vm, arg(s, 0))?;
        return match term(arg(s, 1)) {
            Term::Atom(new) => Ok((p.functor(name, arity), Some(new))),
            _ => Err(type_error(vm, "atom", deref(arg(s, 1)))),
        };
    }
    let (name, arity) = indicator_parts(vm, item)?;
    Ok((p.functor(name, arity), None))
}

/// `'$export'(Module, Indicators)`.
fn export(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let Term::Atom(module) = term(a[0]) else {
        return Ok(false);
    };
    for element in elements(vm, a[1]) {
        let (name, arity) = indicator_parts(vm, element)?;
        let f = p.functor(name, arity);
        let mut modules = p.modules.borrow_mut();
        let exports = &mut modules.entry(module).or_default().exports;
        if !exports.contains(&f) {
            exports.push(f);
        }
    }
    Ok(true)
}

/// `'$module_info'(Module, Exports, File)`: File is `[]` for modules without one.
fn module_info(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let Term::Atom(module) = term(a[0]) else {
        return Ok(false);
    };
    let found = p
        .modules
        .borrow()
        .get(&module)
        .map(|m| (m.exports.clone(), m.file.clone()));
    let Some((exports, file)) = found else {
        return Ok(false);
    };
    let mut items = Vec::new();
    for f in exports {
        let (name, arity) = p.name_arity(f);
        items.push(indicator(vm, name, arity));
    }
    let list = vm.make_list(&items);
    let file = match file {
        Some(file) => vm.sym(&file),
        None => atom(p.known.nil),
    };
    Ok(unify(vm, a[1], list) && unify(vm, a[2], file))
}

/// `'$exports'(File, Module)`: the module that was loaded from a file.
fn exports(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let Term::Atom(file) = term(a[0]) else {
        return Ok(false);
    };
    let path = vm.symbols.name(file.0).into_owned();
    let found = pl(vm)
        .modules
        .borrow()
        .iter()
        .find(|(_, m)| m.file.as_deref() == Some(path.as_str()))
        .map(|(name, _)| *name);
    match found {
        Some(m) => Ok(unify(vm, a[1], atom(m))),
        None => Ok(false),
    }
}

fn op(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let (p_arg, t_arg) = (deref(a[0]), deref(a[1]));
    if is_var(p_arg) || is_var(t_arg) {
        return Err(instantiation(vm));
    }
    let Some(priority) = p_arg.to_int() else {
        return Err(type_error(vm, "integer", p_arg));
    };
    if !(0..=1200).contains(&priority) {
        return Err(domain_error(vm, "operator_priority", p_arg));
    }
    let Term::Atom(t) = term(t_arg) else {
        return Err(type_error(vm, "atom", t_arg));
    };
    let Some(ty) = OpType::from_name(&vm.symbols.name(t.0)) else {
        return Err(domain_error(vm, "operator_specifier", t_arg));
    };
    let (_, names) = db::strip_module(vm, pl(vm).known.user, a[2]);
    let (names, listed) = match pl(vm).list(names) {
        Ok(items) if !items.is_empty() => (items, true),
        Err(true) => return Err(instantiation(vm)),
        _ => (vec![names], false),
    };
    let mut atoms = Vec::new();
    for n in names {
        let (_, n) = db::strip_module(vm, pl(vm).known.user, n);
        match term(n) {
            Term::Var(_) => return Err(instantiation(vm)),
            Term::Atom(name) => {
                check_name(vm, name, priority, ty)?;
                atoms.push(name);
            }
            _ if listed => return Err(type_error(vm, "atom", n)),
            _ => return Err(type_error(vm, "list", n)),
        }
    }
    for name in atoms {
        pl(vm).ops.borrow_mut().set(name, priority as u16, ty);
    }
    Ok(true)
}

/// Operators that may not be defined or changed.
fn check_name(vm: &mut Vm, name: Atom, priority: i64, ty: OpType) -> Guest<()> {
    let k = pl(vm).known;
    if name == k.comma {
        return Err(permission_error(vm, "modify", "operator", atom(name)));
    }
    let infix = matches!(ty, OpType::Xfx | OpType::Xfy | OpType::Yfx);
    if name == k.nil
        || name == k.curly
        || name == k.bar && (!infix || priority < 1001 && priority != 0)
    {
        return Err(permission_error(vm, "create", "operator", atom(name)));
    }
    Ok(())
}

/// `'$ops'(List)`: all operators as `op(P, T, N)`.
fn ops(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let all: Vec<_> = pl(vm).ops.borrow().iter().collect();
    let f = pl(vm).functor(Atom(vm.symbols.intern("op")), 3);
    let mut items = Vec::new();
    for (name, op) in all {
        let ty = vm.sym(op.ty.name());
        items.push(vm.compound(f, &[Value::small(op.priority as i64), ty, atom(name)]));
    }
    let l = vm.make_list(&items);
    Ok(unify(vm, a[0], l))
}

/// Checks the arguments of `current_op/3`.
fn check_op(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Var(_) => {}
        Term::Int(i) if (0..=1200).contains(&i) => {}
        _ => return Err(domain_error(vm, "operator_priority", deref(a[0]))),
    }
    match term(a[1]) {
        Term::Var(_) => {}
        Term::Atom(t) if OpType::from_name(&vm.symbols.name(t.0)).is_some() => {}
        _ => return Err(domain_error(vm, "operator_specifier", deref(a[1]))),
    }
    match term(a[2]) {
        Term::Var(_) | Term::Atom(_) => Ok(true),
        _ => Err(type_error(vm, "atom", deref(a[2]))),
    }
}
