//! The module `polyglot`: terms, variables, queries, modules of other languages.

use crate::builtins;
use crate::object::exception;
use crate::state::{FALLBACK, FlState};
use interop::layouts::MarkedText;
use interop::values::OUT;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{Str, Tuple};
use runtime::native::Guest;
use runtime::object::{Obj, is};
use runtime::text;

builtins! { pub static POLYGLOT:
    "Term" "name / *args" |vm, [name, args]| term(vm, name, args);
    "Term.@name" "self" |vm, [t]| match interop::engine::terms(vm) {
        Some(terms) => Ok(terms.name(vm, t)),
        None => no_terms(vm),
    };
    "Term.@args" "self" |vm, [t]| match interop::engine::terms(vm) {
        Some(terms) => Ok(terms.arguments(vm, t)),
        None => no_terms(vm),
    };
    "Var" "" |vm, []| match interop::engine::terms(vm) {
        Some(terms) => Ok(terms.variable(vm)),
        None => no_terms(vm),
    };
    "Var.@bound" "self" |vm, [v]| match interop::engine::terms(vm) {
        Some(terms) => Ok(Value::bool(terms.value_of(vm, v).is_some())),
        None => no_terms(vm),
    };
    "Var.@value" "self" |vm, [v]| match interop::engine::terms(vm) {
        Some(terms) => match terms.value_of(vm, v) {
            Some(v) => Ok(v),
            None => Err(exception::value_error(vm, "the variable is not bound")),
        },
        None => no_terms(vm),
    };
    "Query.__iter__" "self" |_vm, [q]| Ok(q);
    "Query.__next__" "self" |_vm, [_q]| Ok(FALLBACK);
    "Query.close" "self" |_vm, [_q]| Ok(FALLBACK);
    "Query.__enter__" "self" |_vm, [q]| Ok(q);
    "Query.__exit__" "self *details" |_vm, [_q, _d]| Ok(FALLBACK);
    "_polyglot:string" "text /" |vm, [t]| string(vm, t);
    "_polyglot:load" "path /" |_vm, [_path]| Ok(FALLBACK);
    "_polyglot:module" "language text /" |_vm, [_language, _text]| Ok(FALLBACK);
    "_fl_stop" "" |_vm, []| Ok(Value::STOP);
}

fn no_terms(vm: &mut Vm) -> Guest {
    Err(exception::type_error(
        vm,
        "no language of this engine has terms",
    ))
}

fn term(vm: &mut Vm, name: Value, args: Value) -> Guest {
    let Some(name) = text::of(name).map(|n| n.into_owned()) else {
        return Err(exception::type_error(
            vm,
            "Term() needs a name that is a str",
        ));
    };
    let args = Obj::<Tuple>::cast(args).items().to_vec();
    match interop::engine::terms(vm) {
        Some(terms) => Ok(terms.compound(vm, &name, &args)),
        None => no_terms(vm),
    }
}

/// Text that crosses as a string.
fn string(vm: &mut Vm, v: Value) -> Guest {
    if !is::<Str>(v) {
        return Err(exception::type_error(vm, "string() needs a str"));
    }
    let marked = vm.alloc::<MarkedText>(0);
    marked.init(MarkedText::TEXT, v);
    Ok(marked.value())
}

/// What the rows above cannot say.
pub fn complete(vm: &mut Vm, fl: &'static FlState) {
    let (name, args) = (vm.str("name"), vm.str("args"));
    let both = vm.tuple(&[name, args]);
    fl.types().Term.set(vm, fl, fl.names.match_args, both);
    let module = vm.str("polyglot");
    let types = fl.types();
    for class in [
        types.Term,
        types.Var,
        types.ForeignError,
        types.Failure,
        types.QueryError,
    ] {
        class.set(vm, fl, fl.names.module, module);
    }
}

/// The names of the module that are no functions.
pub fn constants(vm: &mut Vm, fl: &'static FlState) -> Vec<(String, Value)> {
    let types = fl.types();
    let mut all = vec![("out".to_owned(), OUT)];
    for class in [
        types.Term,
        types.Var,
        types.ForeignError,
        types.Failure,
        types.QueryError,
    ] {
        all.push((class.name.borrow().clone(), class.value.get()));
    }
    for lang in 0..vm.languages.len() as u8 {
        if lang != fl.lang {
            let class = crate::border::error_class(vm, lang, None);
            all.push((class.name.borrow().clone(), class.value.get()));
        }
    }
    all
}
