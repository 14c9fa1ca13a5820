//! What the library's `border.pl` needs of objects of other languages.

use crate::border::modules;
use crate::border::values::{to_shared, to_term};
use crate::builtins;
use crate::errors::*;
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{MakeTerms, deref};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::layouts::Dict;
use runtime::native::Guest;
use runtime::object::Obj;
use std::path::Path;

builtins! {
    "$base_name" / 2 => base_name;
    "$tuple" / 2 => tuple;
    "$foreign_module" / 2 => foreign_module;
    "$dict_value" / 3 => dict_value;
    "$dict_entries" / 2 => dict_entries;
}

/// `'$base_name'(Specification, Name)`: the name that qualifies calls of the module's members.
fn base_name(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let spec = need_text(vm, a[0])?;
    let stem = Path::new(&spec).file_stem();
    let name = stem.map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let name = vm.data_atom(&name);
    Ok(unify(vm, a[1], name))
}

/// `'$tuple'(List, Tuple)`
fn tuple(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let Ok(items) = pl(vm).list(a[0]) else {
        return Err(type_error(vm, "list", deref(a[0])));
    };
    let name = crate::border::values::known(vm).tuple;
    let f = pl(vm).functor(name, items.len());
    let t = vm.compound(f, &items);
    Ok(unify(vm, a[1], t))
}

/// `'$foreign_module'(Name, Module)`: fails if there is none of this name.
fn foreign_module(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let name = deref(a[0]);
    match modules::alias(vm, Atom(name.as_symbol())) {
        Some(module) => Ok(unify(vm, a[1], module)),
        None => Ok(false),
    }
}

fn dict(vm: &mut Vm, v: Value) -> Guest<Obj<Dict>> {
    let v = deref(v);
    if crate::term::is_var(v) {
        return Err(instantiation(vm));
    }
    let v = to_shared(vm, v)?;
    match Obj::<Dict>::of(v) {
        Some(dict) => Ok(dict),
        None => Err(type_error(vm, "dict", v)),
    }
}

/// `'$dict_value'(Dict, Key, Value)`
fn dict_value(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let dict = dict(vm, a[0])?;
    let key = to_shared(vm, a[1])?;
    match vm.dict_get(dict, key)?.done() {
        Some(Some(v)) => {
            let t = to_term(vm, v);
            Ok(unify(vm, a[2], t))
        }
        _ => Ok(false),
    }
}

/// `'$dict_entries'(Dict, Pairs)`, in order.
fn dict_entries(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let dict = dict(vm, a[0])?;
    let mut pairs = Vec::new();
    for (key, v) in vm.dict_entries(dict) {
        let (key, v) = (to_term(vm, key), to_term(vm, v));
        pairs.push(vm.term2("-", key, v));
    }
    let list = vm.make_list(&pairs);
    Ok(unify(vm, a[1], list))
}
