//! What a language supplies to meet the others.

use crate::layouts::{ForeignModule, Query, Relation};
use crate::messages::Message;
use metatrace::code::Code;
use metatrace::layout::LayoutId;
use metatrace::value::Value;
use runtime::error::ErrorKind;
use runtime::language::{Loaded, Source};
use runtime::{Guest, Obj, Vm};

/// A language's side of the protocol. A `static`, like the language.
pub trait Speaker: Sync {
    /// Layouts whose objects it answers for; objects of no language's layouts are shared values,
    /// for which the language answers that says so by [`Speaker::answers_for_shared`].
    fn layouts(&self) -> &'static [LayoutId];
    /// Does it answer messages to shared values (lists, dicts, strings) and instances?
    fn answers_for_shared(&self) -> bool {
        false
    }
    /// The code whose frame answers `message` with this many arguments; `None`: it cannot.
    /// Asked while recording too: the same question has the same answer for ever.
    fn code(&self, vm: &mut Vm, message: Message, arguments: usize) -> Option<&'static Code>;
    /// A module's member, if the module is no object with members of its own.
    fn member(&self, vm: &mut Vm, module: Obj<ForeignModule>, name: u32) -> Guest<Option<Value>> {
        let _ = (vm, module, name);
        Ok(None)
    }
    /// The member of a module object that calls by [`Speaker::caller`] mean; none if it has none.
    fn module_value(&self, vm: &mut Vm, module: Value, name: u32) -> Option<Value> {
        let _ = (vm, module, name);
        None
    }
    /// The code of a frame that calls a module's member with the arguments in its first slots.
    fn caller(
        &self,
        vm: &mut Vm,
        module: Value,
        name: u32,
        arguments: usize,
    ) -> Option<&'static Code> {
        let _ = (vm, module, name, arguments);
        None
    }
    /// Names of a module's members, for listings.
    fn members(&self, vm: &mut Vm, module: Obj<ForeignModule>) -> Vec<u32> {
        let _ = (vm, module);
        Vec::new()
    }
    /// A new query for all answers of `relation` to `arguments`.
    fn query(&self, vm: &mut Vm, relation: Obj<Relation>, arguments: &[Value]) -> Guest {
        let _ = (relation, arguments);
        Err(vm.type_error("this language has no queries"))
    }
    /// A new query for all answers to a text in `module`; `bindings` are variables' names and values.
    fn query_text(
        &self,
        vm: &mut Vm,
        module: Value,
        text: &str,
        bindings: &[(u32, Value)],
    ) -> Guest {
        let _ = (module, text, bindings);
        Err(vm.type_error("this language has no queries"))
    }
    /// Is the query at an end, for good?
    fn query_done(&self, query: Obj<Query>) -> bool {
        query.int(Query::STATE) == crate::layouts::QUERY_DONE
    }
    /// Is `result`, which calling `callee` (a function, or the symbol of its name) gave, the fresh
    /// computation of a generator function, standing for several answers?
    fn generates(&self, vm: &Vm, callee: Value, result: Value) -> bool {
        let _ = (vm, callee, result);
        false
    }
    /// Is the suspended computation at an end, for good?
    fn is_finished(&self, vm: &Vm, computation: Value) -> bool {
        let _ = (vm, computation);
        false
    }
    /// The code of a frame that imports a module by its name (a string), as its own programs do: also
    /// one of the language's library.
    fn importer(&self, vm: &mut Vm) -> Option<&'static Code> {
        let _ = vm;
        None
    }
    /// The type of one of its objects in its own words.
    fn type_name(&self, vm: &Vm, v: Value) -> String;
    /// The kind of one of its exceptions, where the runtime has a word for it.
    fn classify(&self, vm: &Vm, exception: Value) -> Option<ErrorKind> {
        let _ = (vm, exception);
        None
    }
    /// The exception of another language that `exception` wraps: language and object.
    fn unwrap(&self, vm: &mut Vm, exception: Value) -> Option<(u8, Value)> {
        let _ = (vm, exception);
        None
    }
    /// Can `v` be raised as an exception of this language?
    fn is_exception(&self, vm: &Vm, v: Value) -> bool;
    /// Adds frames that the exception went through, outermost first, in front of its traceback.
    fn add_trace(&self, vm: &mut Vm, exception: Value, tokens: &[Value]);
    /// The frames that the exception went through, outermost first.
    fn trace(&self, vm: &Vm, exception: Value) -> Vec<Value>;
    /// Compiles a module that another language's code imports; see [`crate::modules`].
    fn load(&self, vm: &mut Vm, lang: u8, source: &Source) -> Guest<Loaded>;
    /// Terms and logic variables, if the language has them.
    fn terms(&self) -> Option<&'static dyn Terms> {
        None
    }
}

/// Terms and logic variables, for languages without them.
pub trait Terms: Sync {
    /// A compound term; without arguments, the atom's value.
    fn compound(&self, vm: &mut Vm, name: &str, arguments: &[Value]) -> Value;
    /// The shape of compound terms with this name (a symbol) and number of arguments, not zero.
    /// Asked while recording too.
    fn shape(&self, vm: &mut Vm, name: u32, arguments: usize) -> u32;
    /// A shared value as a part of a term.
    fn part_of(&self, vm: &mut Vm, v: Value) -> Value;
    /// The name of a compound term.
    fn name(&self, vm: &mut Vm, term: Value) -> Value;
    /// The arguments of a compound term, a tuple.
    fn arguments(&self, vm: &mut Vm, term: Value) -> Value;
    /// Name and number of arguments of compound terms with this shape. Asked while recording too.
    fn functor(&self, vm: &mut Vm, shape: u32) -> (Value, usize);
    /// Do compound terms with this shape stand for other values (lists, tuples), as parts of terms?
    fn stands_for_value(&self, vm: &mut Vm, shape: u32) -> bool;
    /// A part of a term as a shared value.
    fn part(&self, vm: &mut Vm, part: Value) -> Value;
    /// A new unbound variable.
    fn variable(&self, vm: &mut Vm) -> Value;
    /// What a variable is bound to; `None` while it is not.
    fn value_of(&self, vm: &mut Vm, variable: Value) -> Option<Value>;
    /// Are two terms or variables the same?
    fn same(&self, vm: &mut Vm, a: Value, b: Value) -> bool;
    /// A hash that agrees with `same`; `None` for terms with unbound variables.
    fn hash(&self, vm: &mut Vm, term: Value) -> Option<i64>;
    /// The term as its language writes it, quoted to be read again or not.
    fn text(&self, vm: &mut Vm, term: Value, quoted: bool) -> String;
}
