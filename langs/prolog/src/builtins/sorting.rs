//! Sorting by the standard order.

use crate::builtins;
use crate::errors::{domain_error, instantiation, type_error};
use crate::layouts::Struct;
use crate::state::pl;
use crate::term::{MakeTerms, Term, arg, deref, is_var, term};
use crate::unify::{compare, unify};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cmp::Ordering;

builtins! {
    "msort" / 2 => |vm, a| { let mut l = items(vm, a[0])?; l.sort_by(|x, y| compare(vm, *x, *y)); let l = vm.make_list(&l); Ok(unify(vm, a[1], l)) };
    "sort" / 2 => sort;
    "sort" / 4 => sort_4;
    "keysort" / 2 => keysort;
    "list_to_set" / 2 => list_to_set;
}

fn items(vm: &mut Vm, v: Value) -> Guest<Vec<Value>> {
    match pl(vm).list_kept(v) {
        Ok(items) => Ok(items),
        Err(true) => Err(instantiation(vm)),
        Err(false) => Err(type_error(vm, "list", deref(v))),
    }
}

/// A result argument must be a list or become one.
fn check_result(vm: &mut Vm, v: Value) -> Guest<()> {
    match pl(vm).list(v) {
        Ok(_) | Err(true) => Ok(()),
        Err(false) => Err(type_error(vm, "list", deref(v))),
    }
}

fn sort(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let mut l = items(vm, a[0])?;
    check_result(vm, a[1])?;
    l.sort_by(|x, y| compare(vm, *x, *y));
    l.dedup_by(|x, y| compare(vm, *x, *y) == Ordering::Equal);
    let l = vm.make_list(&l);
    Ok(unify(vm, a[1], l))
}

/// The part of a term that a sort key selects.
fn key_of(vm: &mut Vm, key: i64, v: Value) -> Guest<Value> {
    if key == 0 {
        return Ok(v);
    }
    let v = deref(v);
    if is_var(v) {
        return Err(instantiation(vm));
    }
    let Some(s) = Obj::<Struct>::of(v) else {
        return Err(type_error(vm, "compound", v));
    };
    if key as usize > pl(vm).name_arity(s.shape()).1 {
        return Err(type_error(vm, "compound", v));
    }
    Ok(arg(s, key as usize - 1))
}

fn sort_4(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let key = deref(a[0]);
    if is_var(key) || is_var(deref(a[1])) {
        return Err(instantiation(vm));
    }
    let Some(key) = key.to_int() else {
        return Err(type_error(vm, "integer", key));
    };
    let order = match term(a[1]) {
        Term::Atom(o) => vm.symbols.name(o.0).into_owned(),
        _ => return Err(type_error(vm, "atom", deref(a[1]))),
    };
    let (descending, unique) = match order.as_str() {
        "@<" => (false, true),
        "@=<" => (false, false),
        "@>" => (true, true),
        "@>=" => (true, false),
        _ => return Err(domain_error(vm, "order", deref(a[1]))),
    };
    let list = items(vm, a[2])?;
    let mut keyed = Vec::with_capacity(list.len());
    for v in list {
        keyed.push((key_of(vm, key, v)?, v));
    }
    keyed.sort_by(|x, y| {
        let o = compare(vm, x.0, y.0);
        if descending { o.reverse() } else { o }
    });
    if unique {
        keyed.dedup_by(|x, y| compare(vm, x.0, y.0) == Ordering::Equal);
    }
    let l: Vec<Value> = keyed.into_iter().map(|k| k.1).collect();
    let l = vm.make_list(&l);
    Ok(unify(vm, a[3], l))
}

fn keysort(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let list = items(vm, a[0])?;
    let minus = pl(vm).functor(pl(vm).known.minus, 2);
    let mut keyed = Vec::with_capacity(list.len());
    for v in list {
        let v = deref(v);
        match Obj::<Struct>::of(v) {
            Some(s) if s.shape() == minus => keyed.push((arg(s, 0), v)),
            _ if is_var(v) => return Err(instantiation(vm)),
            _ => return Err(type_error(vm, "pair", v)),
        }
    }
    check_result(vm, a[1])?;
    keyed.sort_by(|x, y| compare(vm, x.0, y.0));
    let l: Vec<Value> = keyed.into_iter().map(|k| k.1).collect();
    let l = vm.make_list(&l);
    Ok(unify(vm, a[1], l))
}

/// Removes later duplicates, keeping the order.
fn list_to_set(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let list = items(vm, a[0])?;
    let mut order: Vec<usize> = (0..list.len()).collect();
    order.sort_by(|x, y| compare(vm, list[*x], list[*y]).then(x.cmp(y)));
    let mut keep = vec![true; list.len()];
    for pair in order.windows(2) {
        if compare(vm, list[pair[0]], list[pair[1]]) == Ordering::Equal {
            keep[pair[1]] = false;
        }
    }
    let l: Vec<Value> = list
        .iter()
        .zip(&keep)
        .filter(|p| *p.1)
        .map(|p| *p.0)
        .collect();
    let l = vm.make_list(&l);
    Ok(unify(vm, a[1], l))
}
