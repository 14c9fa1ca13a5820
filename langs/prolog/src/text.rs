//! Text arguments: atoms, strings, numbers, code and character lists.

use crate::convert::HeapView;
use crate::errors;
use crate::state::pl;
use crate::syntax::float::format_float;
use crate::syntax::write::{WriteOptions, to_string, write_limited};
use crate::term::{MakeTerms, Term, deref, str_text, term};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

/// Tokens after which a term is suspected of being cyclic.
const CHECK_STEPS: usize = 100_000;

/// Text of an atomic value; `None` for variables and compounds.
pub fn atomic_text(vm: &Vm, v: Value) -> Option<String> {
    Some(match term(v) {
        Term::Atom(a) => vm.symbols.name(a.0).into_owned(),
        Term::Int(i) => i.to_string(),
        Term::Big(b) => b.to_string(),
        Term::Float(f) => format_float(f),
        Term::Str(s) => str_text(s),
        _ => return None,
    })
}

/// Characters of a code or character list; `None` when it is no such list.
pub fn list_text(vm: &Vm, v: Value) -> Option<String> {
    let items = pl(vm).list(v).ok()?;
    let mut text = String::new();
    for item in items {
        match term(item) {
            Term::Int(i) => text.push(char::from_u32(u32::try_from(i).ok()?)?),
            Term::Atom(a) => {
                let name = vm.symbols.name(a.0);
                let mut chars = name.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => text.push(c),
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    Some(text)
}

/// Any text: atomic, or a list of codes or characters.
pub fn any_text(vm: &Vm, v: Value) -> Option<String> {
    // The empty list is text of its own, `[]`, only where an atom is asked for.
    if deref(v) == crate::term::atom(pl(vm).known.nil) {
        return Some(String::new());
    }
    atomic_text(vm, v).or_else(|| list_text(vm, v))
}

/// Any text, or the error for something else.
pub fn need_text(vm: &mut Vm, v: Value) -> Guest<String> {
    let v = deref(v);
    if crate::term::is_var(v) {
        return Err(errors::instantiation(vm));
    }
    match atomic_text(vm, v).or_else(|| list_text(vm, v)) {
        Some(t) => Ok(t),
        None => Err(text_error(vm, v)),
    }
}

/// Why a value is no text: a partial list is not instantiated enough.
pub fn text_error(vm: &mut Vm, v: Value) -> metatrace::meta::Raised {
    let p = pl(vm);
    match p.list(v) {
        Err(true) => errors::instantiation(vm),
        Ok(items) if items.iter().any(|i| crate::term::is_var(deref(*i))) => {
            errors::instantiation(vm)
        }
        _ => errors::type_error(vm, "atomic", v),
    }
}

pub fn codes(vm: &mut Vm, text: &str) -> Value {
    let items: Vec<Value> = text.chars().map(|c| Value::small(c as i64)).collect();
    vm.make_list(&items)
}

pub fn chars(vm: &mut Vm, text: &str) -> Value {
    let items: Vec<Value> = text.chars().map(|c| char_atom(vm, c)).collect();
    vm.make_list(&items)
}

pub fn char_atom(vm: &mut Vm, c: char) -> Value {
    let mut buffer = [0; 4];
    vm.data_atom(c.encode_utf8(&mut buffer))
}

/// A term as `writeq` or `write` shows it.
pub fn show(vm: &Vm, v: Value, options: &WriteOptions) -> String {
    let ops = pl(vm).ops.borrow();
    let view = HeapView::new(vm);
    let mut out = String::new();
    if write_limited(&view, &ops, options, v, &mut out, CHECK_STEPS) {
        return out;
    }
    // Large or endless?
    if crate::cycles::cyclic(vm, v) {
        return crate::cycles::show(vm, &ops, options, v);
    }
    to_string(&view, &ops, options, v)
}
