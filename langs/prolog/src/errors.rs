//! Raising ISO errors: `error(Formal, Context)`.

use crate::layouts::Struct;
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{MakeTerms, atom, deref, is_var};
use metatrace::meta::Raised;
use metatrace::value::Value;
use metatrace::vm::REG_PENDING;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::Obj;

/// Raises `error(formal, _)`.
pub fn raise(vm: &mut Vm, formal: Value) -> Raised {
    let context = vm.new_var();
    let ball = vm.term2("error", formal, context);
    vm.raise(ball)
}

/// Makes `context` the second argument of the pending error, if that is unbound.
pub fn set_context(vm: &mut Vm, context: Value) {
    let pending = vm.core().regs[REG_PENDING as usize];
    let p = pl(vm);
    if let Some(s) = Obj::<Struct>::of(deref(pending))
        && p.name_arity(s.shape()) == (p.known.error, 2)
        && is_var(deref(s.item(Struct::ARGS, 1)))
    {
        s.set_item(vm, Struct::ARGS, 1, context);
    }
}

/// Says in the pending error that a system predicate raised it.
pub fn add_context(vm: &mut Vm, name: Atom, arity: usize) {
    let pi = indicator(vm, name, arity);
    let system = atom(pl(vm).known.system);
    let place = vm.term2(":", system, pi);
    let more = vm.new_var();
    let context = vm.term2("context", place, more);
    set_context(vm, context);
}

/// Says in the pending error that this system predicate raised it, whatever it says now.
pub fn replace_context(vm: &mut Vm, name: Atom, arity: usize) {
    let pending = vm.core().regs[REG_PENDING as usize];
    let p = pl(vm);
    if let Some(s) = Obj::<Struct>::of(deref(pending))
        && p.name_arity(s.shape()) == (p.known.error, 2)
    {
        let context = vm.new_var();
        s.set_item(vm, Struct::ARGS, 1, context);
    }
    add_context(vm, name, arity);
}

/// As [`add_context`], with what the system says of it.
pub fn explain(vm: &mut Vm, name: &str, arity: usize, message: &str) {
    let name = Atom(vm.symbols.intern(name));
    let pi = indicator(vm, name, arity);
    let system = atom(pl(vm).known.system);
    let place = vm.term2(":", system, pi);
    let message = vm.data_atom(message);
    let context = vm.term2("context", place, message);
    set_context(vm, context);
}

pub fn instantiation(vm: &mut Vm) -> Raised {
    let formal = vm.sym("instantiation_error");
    raise(vm, formal)
}

pub fn type_error(vm: &mut Vm, ty: &str, culprit: Value) -> Raised {
    let ty = vm.sym(ty);
    let formal = vm.term2("type_error", ty, culprit);
    raise(vm, formal)
}

pub fn domain_error(vm: &mut Vm, domain: &str, culprit: Value) -> Raised {
    let domain = vm.sym(domain);
    let formal = vm.term2("domain_error", domain, culprit);
    raise(vm, formal)
}

pub fn existence_error(vm: &mut Vm, kind: &str, culprit: Value) -> Raised {
    let kind = vm.sym(kind);
    let formal = vm.term2("existence_error", kind, culprit);
    raise(vm, formal)
}

pub fn permission_error(vm: &mut Vm, action: &str, ty: &str, culprit: Value) -> Raised {
    let action = vm.sym(action);
    let ty = vm.sym(ty);
    let name = Atom(vm.symbols.intern("permission_error"));
    let f = pl(vm).functor(name, 3);
    let formal = vm.compound(f, &[action, ty, culprit]);
    raise(vm, formal)
}

pub fn representation_error(vm: &mut Vm, what: &str) -> Raised {
    let what = vm.sym(what);
    let formal = vm.term1("representation_error", what);
    raise(vm, formal)
}

pub fn resource_error(vm: &mut Vm, what: &str) -> Raised {
    let what = vm.sym(what);
    let formal = vm.term1("resource_error", what);
    raise(vm, formal)
}

pub fn evaluation_error(vm: &mut Vm, what: &str) -> Raised {
    let what = vm.sym(what);
    let formal = vm.term1("evaluation_error", what);
    raise(vm, formal)
}

pub fn syntax_error(vm: &mut Vm, message: &str) -> Raised {
    // `undefined_char_escape(q)` is a term.
    let message = match message.strip_suffix(')').and_then(|m| m.split_once('(')) {
        Some((name, argument)) => {
            let argument = vm.data_atom(argument);
            vm.term1(name, argument)
        }
        None => vm.data_atom(message),
    };
    let formal = vm.term1("syntax_error", message);
    raise(vm, formal)
}

/// `Name/Arity`, possibly of a module.
pub fn indicator(vm: &mut Vm, name: Atom, arity: usize) -> Value {
    vm.term2("/", atom(name), Value::small(arity as i64))
}

pub fn unknown_procedure(vm: &mut Vm, name: Atom, arity: usize) -> Raised {
    let pi = indicator(vm, name, arity);
    existence_error(vm, "procedure", pi)
}

/// A check that fails by raising.
pub type Check<T> = Guest<T>;

/// A result argument that had to be a variable.
pub fn raise_uninstantiation(vm: &mut Vm, culprit: Value) -> Raised {
    let formal = vm.term1("uninstantiation_error", culprit);
    raise(vm, formal)
}
