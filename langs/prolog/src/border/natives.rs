//! Natives of the border.

use super::queries;
use super::values::{pairs_of, to_shared};
use crate::errors;
use crate::state::pl;
use crate::term::{MakeTerms, arg, atom, deref};
use interop::Message;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::natives;
use runtime::object::Obj;

/// Reads the heap, may raise.
const CHECKS: Effects = Effects {
    reads: !0,
    raises: true,
    ..Effects::FRESH
};

const ANY_QUIET: Effects = Effects {
    raises: false,
    ..Effects::ANY
};

natives! {
    /// Raises if somebody else bound variables of the query.
    pub static QUERY_CHECK = "query_check"(vm, query) -> Guest<()> [CHECKS] {
        queries::check(vm, Obj::cast(query))
    }
    pub static QUERY_RUNS = "query_runs"(vm) -> Guest [CHECKS] {
        Err(interop::errors::query_error(vm, "the query is running"))
    }
    /// The answer to a text query, by names.
    pub static QUERY_ANSWER = "query_answer"(vm, query) -> Guest [CHECKS] {
        queries::answer(vm, Obj::cast(query))
    }
    /// Is a result the fresh computation of a generator function?
    pub static GENERATES = "generates"(vm, callee, result) -> bool [ANY_QUIET] {
        let Some((_, speaker)) = interop::engine::speaker_of(vm, result) else {
            return false;
        };
        speaker.generates(vm, callee, result)
    }
    /// The keyword arguments that `kw([Name=Value, …])` gives, as a dict.
    pub static KEYWORDS = "keywords"(vm, kw) -> Guest [Effects::ANY] { keywords(vm, kw) }
    /// The member that a foreign predicate stands for.
    pub static FOREIGN_MEMBER = "foreign_member"(vm, id) -> Guest [Effects::ANY] {
        let pred = pl(vm).pred_by_id(id.as_int() as u32);
        match super::member(vm, pred) {
            Some(v) => Ok(v),
            None => Err(no_member(vm, id)),
        }
    }
    pub static NO_MEMBER = "no_member"(vm, id) -> Guest [Effects::ANY] { Err(no_member(vm, id)) }
    /// Raises that an object does not understand a message.
    pub static NOT_UNDERSTOOD = "not_understood"(vm, receiver, message) -> Guest [Effects::ANY] {
        let receiver = deref(receiver);
        if crate::term::is_var(receiver) {
            return Err(errors::instantiation(vm));
        }
        let message = Message::ALL[message.as_int() as usize].name().replace(' ', "_");
        Err(errors::type_error(vm, &format!("object_with_{message}"), receiver))
    }
    /// Raises if the predicate is undefined, but ones with other numbers of arguments are not.
    pub static CHECK_ARITY = "check_arity"(vm, id) -> Guest<()> [Effects::ANY] {
        let pred = pl(vm).pred_by_id(id.as_int() as u32);
        match super::other_arities(vm, pred) {
            Some(others) => Err(super::wrong_arity(vm, pred, &others)),
            None => Ok(()),
        }
    }
    /// What an object of ours answers: the message's number, the object, arguments.
    pub static RESPOND = many "respond"(vm, values) -> Guest [Effects::ANY] {
        let message = Message::ALL[values[0].as_int() as usize];
        super::answers::answer(vm, message, values[1], &values[2..])
    }
    /// Raises if a relation cannot be called so: the callee, and a dict of keyword arguments or nil.
    pub static CHECK_APPLY = "check_apply"(vm, callee, keywords) -> Guest<()> [Effects::ANY] {
        if !runtime::object::is::<interop::layouts::Relation>(callee) {
            return Err(errors::type_error(vm, "callable", callee));
        }
        match Obj::<runtime::layouts::Dict>::of(keywords) {
            Some(given) if vm.dict_len(given) > 0 => {
                Err(errors::type_error(vm, "call_without_keywords", callee))
            }
            _ => Ok(()),
        }
    }
    /// Raises that there is no such module.
    pub static NO_MODULE = "no_module"(vm, name) -> Guest [Effects::ANY] {
        Err(errors::existence_error(vm, "module", name))
    }
    pub static BAD_HOLDS = "bad_holds"(vm, goal) -> Guest [Effects::ANY] {
        let goal = deref(goal);
        if crate::term::is_var(goal) {
            return Err(errors::instantiation(vm));
        }
        Err(errors::type_error(vm, "qualified_call", goal))
    }
    /// Loads a module of another language: a frame to run, or none.
    pub static IMPORT = "import_foreign"(vm, path, alias) -> Guest [Effects::ANY] {
        super::modules::import(vm, path, alias)
    }
}

fn no_member(vm: &mut Vm, id: Value) -> metatrace::meta::Raised {
    let p = pl(vm);
    let pred = p.pred_by_id(id.as_int() as u32);
    let pi = errors::indicator(vm, pred.name, pred.arity as usize);
    let pi = vm.term2(":", atom(pred.module), pi);
    let raised = errors::existence_error(vm, "procedure", pi);
    let module = super::modules::alias(vm, pred.module);
    if let Some(file) = module.and_then(|module| interop::modules::path_of(vm, module)) {
        // As short as the file was asked for, where that can be told.
        let here = std::path::absolute(".").unwrap_or_default();
        let shown = file.strip_prefix(&here).unwrap_or(&file).display();
        let name = vm.symbols.name(pred.name.0).into_owned();
        let (place, told) = (vm.new_var(), vm.sym(&format!("{shown} has no {name}")));
        let context = vm.term2("context", place, told);
        errors::set_context(vm, context);
    }
    raised
}

fn keywords(vm: &mut Vm, kw: Value) -> Guest {
    let list = arg(Obj::cast(deref(kw)), 0);
    if crate::term::is_var(list) {
        return Err(errors::instantiation(vm));
    }
    let Some(pairs) = pairs_of(vm, list) else {
        return Err(errors::type_error(vm, "keyword_list", list));
    };
    let dict = vm.dict();
    for (name, value) in pairs {
        let name = deref(name);
        if !name.is_symbol() {
            return Err(errors::type_error(vm, "atom", name));
        }
        let value = to_shared(vm, value)?;
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        vm.dict_set_text(dict, &name, value);
    }
    Ok(dict.value())
}
