//! Terms: construction, inspection, comparison, copying, global variables, attributes.

use crate::builtins;
use crate::errors::{domain_error, instantiation, type_error};
use crate::layouts::{AttVar, Struct, Trail, Var};
use crate::number::is_number;
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{
    MakeTerms, Term, about_to_write, arg, atom, cons_parts, deref, is_var, outlives_choice,
    push_undo, term,
};
use crate::unify::{
    compare, copy, copy_kept, ground, identical, occurs, subsumes, unify, unify_occurs, variables,
    variant,
};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cmp::Ordering;

builtins! {
    "=" / 2 => |vm, a| Ok(unify(vm, a[0], a[1]));
    "\\=" / 2 => not_unifiable;
    "unify_with_occurs_check" / 2 => |vm, a| Ok(unify_occurs(vm, a[0], a[1]));
    "var" / 1 => |_, a| Ok(is_var(deref(a[0])));
    "nonvar" / 1 => |_, a| Ok(!is_var(deref(a[0])));
    "atom" / 1 => |_, a| Ok(deref(a[0]).is_symbol());
    "integer" / 1 => |_, a| Ok(crate::number::is_integer(deref(a[0])));
    "float" / 1 => |_, a| Ok(matches!(term(a[0]), Term::Float(_)));
    "number" / 1 => |_, a| Ok(is_number(deref(a[0])));
    "rational" / 1 => |_, a| Ok(crate::number::is_integer(deref(a[0])));
    "atomic" / 1 => |_, a| Ok(!matches!(term(a[0]), Term::Var(_) | Term::Struct(_)));
    "compound" / 1 => |_, a| Ok(matches!(term(a[0]), Term::Struct(_)));
    "callable" / 1 => |_, a| Ok(matches!(term(a[0]), Term::Struct(_) | Term::Atom(_)));
    "is_list" / 1 => |vm, a| Ok(pl(vm).is_list(a[0]));
    "string" / 1 => |_, a| Ok(matches!(term(a[0]), Term::Str(_)));
    "blob" / 2 => |_, _| Ok(false);
    "ground" / 1 => |vm, a| Ok(ground(vm, a[0]));
    "==" / 2 => |vm, a| Ok(identical(vm, a[0], a[1]));
    "\\==" / 2 => |vm, a| Ok(!identical(vm, a[0], a[1]));
    "@<" / 2 => |vm, a| Ok(compare(vm, a[0], a[1]) == Ordering::Less);
    "@>" / 2 => |vm, a| Ok(compare(vm, a[0], a[1]) == Ordering::Greater);
    "@=<" / 2 => |vm, a| Ok(compare(vm, a[0], a[1]) != Ordering::Greater);
    "@>=" / 2 => |vm, a| Ok(compare(vm, a[0], a[1]) != Ordering::Less);
    "=@=" / 2 => |vm, a| Ok(variant(vm, a[0], a[1]));
    "\\=@=" / 2 => |vm, a| Ok(!variant(vm, a[0], a[1]));
    "compare" / 3 => compare_3;
    "functor" / 3 => functor;
    "$arg" / 3 => |vm, a| Ok(nth(vm, a));
    "=.." / 2 => univ;
    "compound_name_arity" / 3 => compound_name_arity;
    "compound_name_arguments" / 3 => compound_name_arguments;
    "copy_term" / 2 => |vm, a| { let c = copy_kept(vm, a[0], true); Ok(unify(vm, c, a[1])) };
    "copy_term_nat" / 2 => |vm, a| { let c = copy_kept(vm, a[0], false); Ok(unify(vm, c, a[1])) };
    "duplicate_term" / 2 => |vm, a| { let c = copy_kept(vm, a[0], true); Ok(unify(vm, c, a[1])) };
    "term_variables" / 2 => |vm, a| { let v = variables(vm, a[0]); let l = vm.make_list(&v); Ok(unify(vm, l, a[1])) };
    "term_variables" / 3 => |vm, a| { let v = variables(vm, a[0]); let l = vm.list_with_tail(&v, a[2]); Ok(unify(vm, l, a[1])) };
    "subsumes_term" / 2 => |vm, a| Ok(subsumes(vm, a[0], a[1]));
    "$occurs" / 2 => |vm, a| Ok(occurs(vm, deref(a[0]), a[1]));
    "setarg" / 3 => |vm, a| setarg(vm, a, true, false);
    "nb_setarg" / 3 => |vm, a| setarg(vm, a, false, true);
    "nb_linkarg" / 3 => |vm, a| setarg(vm, a, false, false);
    "numbervars" / 3 => numbervars;
    "b_setval" / 2 => |vm, a| set_global(vm, a, true);
    "nb_setval" / 2 => |vm, a| set_global(vm, a, false);
    "b_getval" / 2 => get_global;
    "nb_getval" / 2 => get_global;
    "$bag_new" / 1 => |vm, a| { let nil = atom(pl(vm).known.nil); let b = vm.term2("$bag", nil, nil); Ok(unify(vm, a[0], b)) };
    "$bag_add" / 2 => bag_add;
    "$bag_list" / 2 => |vm, a| { let b = Obj::<Struct>::cast(deref(a[0])); Ok(unify(vm, arg(b, 0), a[1])) };
    "same_term" / 2 => |_, a| Ok(deref(a[0]) == deref(a[1]));
    "$cycle_entries" / 2 => |vm, a| { let found: Vec<Value> = crate::cycles::entries(vm, a[0]).into_iter().map(Value).collect(); let l = vm.make_list(&found); Ok(unify(vm, l, a[1])) };
    "acyclic_term" / 1 => |vm, a| Ok(crate::cycles::acyclic(vm, a[0]));
    "cyclic_term" / 1 => |vm, a| Ok(!crate::cycles::acyclic(vm, a[0]));
    "put_attr" / 3 => put_attr;
    "$get_attrs" / 2 => |vm, a| match Obj::<AttVar>::of(deref(a[0])) { Some(v) => { let attrs = v.get(AttVar::ATTRS); Ok(unify(vm, a[1], attrs)) } None => Ok(false) };
    "get_attr" / 3 => |vm, a| get_attr(vm, a);
    "del_attr" / 2 => del_attr;
    "attvar" / 1 => |_, a| Ok(Obj::<AttVar>::of(deref(a[0])).is_some_and(|v| Obj::<Struct>::of(deref(v.get(AttVar::ATTRS))).is_some()));
    "unifiable" / 3 => unifiable;
    "$attrs" / 2 => |vm, a| match Obj::<AttVar>::of(deref(a[0])) { Some(v) => Ok(unify(vm, v.get(AttVar::ATTRS), a[1])), None => Ok(false) };
    "term_hash" / 2 => term_hash;
    "$length" / 3 => length_of;
}

fn not_unifiable(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let saved = vm.core().regs;
    // Everything is trailed, so that nothing stays bound.
    vm.core_mut().regs[crate::layouts::REG_STAMP as usize] = Value::small(i64::MAX >> 3);
    let ok = unify(vm, a[0], a[1]);
    crate::term::undo_trail(vm, saved[crate::layouts::REG_TRAIL as usize]);
    vm.core_mut().regs = saved;
    Ok(!ok)
}

/// `unifiable(X, Y, Unifier)`: the bindings that unification makes, the last one first.
fn unifiable(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let saved = vm.core().regs;
    vm.core_mut().regs[crate::layouts::REG_STAMP as usize] = Value::small(i64::MAX >> 3);
    let ok = unify(vm, a[0], a[1]);
    let mark = saved[crate::layouts::REG_TRAIL as usize];
    let mut bindings = Vec::new();
    let mut at = vm.core().regs[crate::layouts::REG_TRAIL as usize];
    while at != mark
        && let Some(record) = Obj::<Trail>::of(at)
    {
        let var = record.get(Trail::VAR);
        let value = match Obj::<Var>::of(var) {
            Some(v) => v.get(Var::REF),
            None => Obj::<AttVar>::cast(var).get(AttVar::REF),
        };
        bindings.push((var, value));
        at = record.get(Trail::PREV);
    }
    crate::term::undo_trail(vm, mark);
    vm.core_mut().regs = saved;
    if !ok {
        return Ok(false);
    }
    let pairs: Vec<Value> = bindings
        .into_iter()
        .map(|(var, value)| vm.term2("=", var, value))
        .collect();
    let l = vm.make_list(&pairs);
    Ok(unify(vm, l, a[2]))
}

fn compare_3(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Var(_) => {}
        Term::Atom(o) => {
            let name = vm.symbols.name(o.0).into_owned();
            if !matches!(name.as_str(), "<" | "=" | ">") {
                return Err(domain_error(vm, "order", a[0]));
            }
        }
        _ => return Err(type_error(vm, "atom", deref(a[0]))),
    }
    let k = pl(vm).known;
    let order = match compare(vm, a[1], a[2]) {
        Ordering::Less => k.less,
        Ordering::Equal => k.equals,
        Ordering::Greater => k.greater,
    };
    Ok(unify(vm, a[0], atom(order)))
}

/// The standard's predicates know no compounds without arguments.
fn not_empty(vm: &mut Vm, s: Obj<Struct>) -> Guest<()> {
    match pl(vm).name_arity(s.shape()).1 {
        0 => Err(domain_error(vm, "compound_non_zero_arity", s.value())),
        _ => Ok(()),
    }
}

/// A compound without arguments.
fn empty_compound(vm: &mut Vm, name: Value) -> Guest<Value> {
    match term(name) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) => {
            let functor = pl(vm).functor(a, 0);
            Ok(vm.compound(functor, &[]))
        }
        _ => Err(type_error(vm, "atom", deref(name))),
    }
}

fn functor(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Var(_) => {
            let name = deref(a[1]);
            let arity = deref(a[2]);
            if is_var(name) || is_var(arity) {
                return Err(instantiation(vm));
            }
            let Some(n) = arity.to_int() else {
                return Err(type_error(vm, "integer", arity));
            };
            if n < 0 {
                return Err(domain_error(vm, "not_less_than_zero", arity));
            }
            if n == 0 {
                if matches!(term(name), Term::Struct(_)) {
                    return Err(type_error(vm, "atomic", name));
                }
                return Ok(unify(vm, a[0], name));
            }
            if !name.is_symbol() {
                let kind = if matches!(term(name), Term::Struct(_)) {
                    "atomic"
                } else {
                    "atom"
                };
                return Err(type_error(vm, kind, name));
            }
            let args: Vec<Value> = (0..n).map(|_| vm.new_var()).collect();
            let f = pl(vm).functor(Atom(name.as_symbol()), n as usize);
            let t = vm.compound(f, &args);
            Ok(unify(vm, a[0], t))
        }
        Term::Struct(s) => {
            let (name, arity) = pl(vm).name_arity(s.shape());
            not_empty(vm, s)?;
            Ok(unify(vm, a[1], atom(name)) && unify(vm, a[2], Value::small(arity as i64)))
        }
        _ => Ok(unify(vm, a[1], a[0]) && unify(vm, a[2], Value::small(0))),
    }
}

/// `arg/3` of a number and a compound; the rest is in the library.
fn nth(vm: &mut Vm, a: &[Value]) -> bool {
    let t = Obj::<Struct>::cast(deref(a[1]));
    let found = deref(a[0]).to_int().and_then(|n| item(vm, t, n));
    found.is_some_and(|found| unify(vm, found, a[2]))
}

/// The argument that `n` counts.
pub fn item(vm: &Vm, t: Obj<Struct>, n: i64) -> Option<Value> {
    let (_, arity) = pl(vm).name_arity(t.shape());
    (1..=arity as i64)
        .contains(&n)
        .then(|| t.item(Struct::ARGS, n as usize - 1))
}

fn univ(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Struct(s) => {
            let (name, arity) = pl(vm).name_arity(s.shape());
            not_empty(vm, s)?;
            let mut items = vec![atom(name)];
            items.extend((0..arity).map(|i| s.item(Struct::ARGS, i)));
            let l = vm.make_list(&items);
            Ok(unify(vm, a[1], l))
        }
        Term::Var(_) => {
            let items = match pl(vm).list_kept(a[1]) {
                Ok(items) => items,
                Err(true) => return Err(instantiation(vm)),
                Err(false) => return Err(type_error(vm, "list", deref(a[1]))),
            };
            let Some((&head, args)) = items.split_first() else {
                let nil = deref(a[1]);
                return Err(domain_error(vm, "non_empty_list", nil));
            };
            let t = build(vm, head, args)?;
            Ok(unify(vm, a[0], t))
        }
        _ => {
            let l = vm.make_list(&[deref(a[0])]);
            Ok(unify(vm, a[1], l))
        }
    }
}

fn build(vm: &mut Vm, head: Value, args: &[Value]) -> Guest<Value> {
    let head = deref(head);
    if is_var(head) {
        return Err(instantiation(vm));
    }
    if args.is_empty() {
        if matches!(term(head), Term::Struct(_)) {
            return Err(type_error(vm, "atomic", head));
        }
        return Ok(head);
    }
    if !head.is_symbol() {
        return Err(type_error(vm, "atom", head));
    }
    let f = pl(vm).functor(Atom(head.as_symbol()), args.len());
    Ok(vm.compound(f, args))
}

fn compound_name_arity(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if let Term::Struct(s) = term(a[0]) {
        let (name, arity) = pl(vm).name_arity(s.shape());
        return Ok(unify(vm, a[1], atom(name)) && unify(vm, a[2], Value::small(arity as i64)));
    }
    if !is_var(deref(a[0])) {
        return Err(type_error(vm, "compound", deref(a[0])));
    }
    if deref(a[2]) == Value::small(0) {
        let t = empty_compound(vm, a[1])?;
        return Ok(unify(vm, a[0], t));
    }
    functor(vm, a)
}

fn compound_name_arguments(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if let Term::Struct(s) = term(a[0]) {
        let (name, arity) = pl(vm).name_arity(s.shape());
        let items: Vec<Value> = (0..arity).map(|i| s.item(Struct::ARGS, i)).collect();
        let l = vm.make_list(&items);
        return Ok(unify(vm, a[1], atom(name)) && unify(vm, a[2], l));
    }
    if !is_var(deref(a[0])) {
        return Err(type_error(vm, "compound", deref(a[0])));
    }
    match pl(vm).list(a[2]) {
        Ok(items) => {
            let t = match items.is_empty() {
                true => empty_compound(vm, a[1])?,
                false => build(vm, a[1], &items)?,
            };
            Ok(unify(vm, a[0], t))
        }
        Err(_) => Err(instantiation(vm)),
    }
}

fn setarg(vm: &mut Vm, a: &[Value], trail: bool, duplicate: bool) -> Guest<bool> {
    let n = deref(a[0]);
    let t = deref(a[1]);
    if is_var(n) || is_var(t) {
        return Err(instantiation(vm));
    }
    let Some(i) = n.to_int() else {
        return Err(type_error(vm, "integer", n));
    };
    let Some(s) = Obj::<Struct>::of(t) else {
        return Err(type_error(vm, "compound", t));
    };
    if i < 1 || i > pl(vm).name_arity(s.shape()).1 as i64 {
        return Ok(false);
    }
    let i = i as usize - 1;
    about_to_write(vm, s);
    if trail {
        push_undo(vm, t, i as i64, s.item(Struct::ARGS, i));
    }
    let v = if duplicate {
        copy(vm, a[2], true)
    } else {
        deref(a[2])
    };
    s.set_item(vm, Struct::ARGS, i, v);
    Ok(true)
}

fn numbervars(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let start = deref(a[1]);
    if is_var(start) {
        return Err(instantiation(vm));
    }
    let Some(mut n) = start.to_int() else {
        return Err(type_error(vm, "integer", start));
    };
    for v in variables(vm, a[0]) {
        let t = vm.term1("$VAR", Value::small(n));
        vm.bind(v, t);
        n += 1;
    }
    Ok(unify(vm, a[2], Value::small(n)))
}

fn key(vm: &mut Vm, v: Value) -> Guest<Atom> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) => Ok(a),
        Term::Int(i) => {
            let v = vm.data_atom(&i.to_string());
            Ok(Atom(v.as_symbol()))
        }
        _ => Err(type_error(vm, "atom", deref(v))),
    }
}

fn set_global(vm: &mut Vm, a: &[Value], trail: bool) -> Guest<bool> {
    let name = key(vm, a[0])?;
    let v = if trail {
        deref(a[1])
    } else {
        copy(vm, a[1], true)
    };
    let nil = atom(pl(vm).known.nil);
    let old = pl(vm).globals.borrow_mut().insert(name, v);
    if trail {
        push_undo(vm, atom(name), -2, old.unwrap_or(nil));
    }
    Ok(true)
}

fn get_global(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let name = key(vm, a[0])?;
    let found = pl(vm).globals.borrow().get(&name).copied();
    match found {
        Some(v) => Ok(unify(vm, v, a[1])),
        None => Err(crate::errors::existence_error(vm, "variable", atom(name))),
    }
}

/// Appends a copy to a bag: `'$bag'(List, LastCell)`.
fn bag_add(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let bag = Obj::<Struct>::cast(deref(a[0]));
    let item = copy_kept(vm, a[1], true);
    let nil = atom(pl(vm).known.nil);
    let cell = vm.cons(item, nil);
    match Obj::<Struct>::of(bag.item(Struct::ARGS, 1)) {
        Some(last) => last.set_item(vm, Struct::ARGS, 1, cell),
        None => bag.set_item(vm, Struct::ARGS, 0, cell),
    }
    bag.set_item(vm, Struct::ARGS, 1, cell);
    Ok(true)
}

/// The `att(Module, Value, More)` cell of a module.
fn find_attr(vm: &Vm, attrs: Value, module: Atom) -> Option<Obj<Struct>> {
    let mut at = deref(attrs);
    while let Some(s) = Obj::<Struct>::of(at) {
        if arg(s, 0) == atom(module) {
            return Some(s);
        }
        at = arg(s, 2);
    }
    let _ = vm;
    None
}

/// Remembers a variable that gets an attribute, for `call_residue_vars/2`: its global variable has
/// them, newest first, while such a call runs.
fn note_residue(vm: &mut Vm, var: Value) {
    let p = pl(vm);
    let name = p.known.residue;
    let Some(noted) = p.globals.borrow().get(&name).copied() else {
        return;
    };
    let noted = deref(noted);
    if noted != atom(p.known.nil) && cons_parts(noted).is_none() {
        return;
    }
    let more = vm.cons(var, noted);
    p.globals.borrow_mut().insert(name, more);
    push_undo(vm, atom(name), -2, noted);
}

fn put_attr(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let v = deref(a[0]);
    let module = key(vm, a[1])?;
    if !is_var(v) {
        return Err(crate::errors::representation_error(vm, "put_attr"));
    }
    let nil = atom(pl(vm).known.nil);
    let var = match Obj::<AttVar>::of(v) {
        Some(var) => var,
        None => {
            let new = crate::unify::new_attvar(vm, nil);
            vm.bind(v, new);
            Obj::<AttVar>::cast(new)
        }
    };
    note_residue(vm, var.value());
    let attrs = var.get(AttVar::ATTRS);
    if let Some(cell) = find_attr(vm, attrs, module) {
        if outlives_choice(vm, var) {
            push_undo(vm, cell.value(), 1, cell.item(Struct::ARGS, 1));
        }
        cell.set_item(vm, Struct::ARGS, 1, a[2]);
        return Ok(true);
    }
    // New ones come last.
    let f = pl(vm).functor(pl(vm).known.att, 3);
    let cell = vm.compound(f, &[atom(module), a[2], nil]);
    let outlives = outlives_choice(vm, var);
    let mut last = None;
    let mut at = deref(attrs);
    while let Some(s) = Obj::<Struct>::of(at) {
        last = Some(s);
        at = deref(s.item(Struct::ARGS, 2));
    }
    match last {
        Some(s) => {
            if outlives {
                push_undo(vm, s.value(), 2, nil);
            }
            s.set_item(vm, Struct::ARGS, 2, cell);
        }
        None => {
            if outlives {
                push_undo(vm, var.value(), -1, attrs);
            }
            var.set(vm, AttVar::ATTRS, cell);
        }
    }
    Ok(true)
}

fn get_attr(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let module = key(vm, a[1])?;
    let Some(var) = Obj::<AttVar>::of(deref(a[0])) else {
        return Ok(false);
    };
    match find_attr(vm, var.get(AttVar::ATTRS), module) {
        Some(cell) => Ok(unify(vm, arg(cell, 1), a[2])),
        None => Ok(false),
    }
}

fn del_attr(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let module = key(vm, a[1])?;
    let Some(var) = Obj::<AttVar>::of(deref(a[0])) else {
        return Ok(true);
    };
    let nil = atom(pl(vm).known.nil);
    let attrs = var.get(AttVar::ATTRS);
    let mut keep = Vec::new();
    let mut at = deref(attrs);
    while let Some(s) = Obj::<Struct>::of(at) {
        if arg(s, 0) != atom(module) {
            keep.push((arg(s, 0), arg(s, 1)));
        }
        at = arg(s, 2);
    }
    let f = pl(vm).functor(pl(vm).known.att, 3);
    let rest = keep
        .into_iter()
        .rev()
        .fold(nil, |rest, (m, v)| vm.compound(f, &[m, v, rest]));
    if outlives_choice(vm, var) {
        push_undo(vm, var.value(), -1, attrs);
    }
    var.set(vm, AttVar::ATTRS, rest);
    Ok(true)
}

fn term_hash(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if !ground(vm, a[0]) {
        return Ok(true);
    }
    let text = crate::messages::show(vm, a[0]);
    let hash = text.bytes().fold(0xcbf2_9ce4u64, |h, b| {
        (h ^ b as u64).wrapping_mul(0x100_0000_01b3) & 0xFF_FFFF_FFFF
    });
    Ok(unify(vm, a[1], Value::small((hash & 0xFF_FFFF) as i64)))
}

/// `'$length'(List, N, Tail)`: cells up to the end; the end is `[]`, a variable or something else.
fn length_of(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match crate::cycles::cells(a[0]) {
        Some((n, end)) => Ok(unify(vm, a[1], Value::small(n as i64)) && unify(vm, a[2], end)),
        None => Err(type_error(vm, "list", deref(a[0]))),
    }
}
