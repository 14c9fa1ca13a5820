//! Natives of `match` statements and `except` clauses.

use crate::builtins::sequences::is_table;
use crate::object::layouts::ExcData;
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};

const READS: Effects = Effects {
    reads: !0,
    ..Effects::FRESH
};

natives! {
    /// Is the exception an instance of the class, or of one of a tuple?
    pub static EXCEPTION_MATCHES = "exception_matches"(vm, e, classes) -> Guest<bool>
        [Effects { raises: true, ..READS }]
    {
        exception_matches(vm, e, classes)
    }
    /// The traceback of an exception.
    pub static TRACEBACK_OF = "traceback_of"(vm, e) -> Value [READS] {
        exception::data(vm, e).map_or(Value::NONE, |d| d.get(ExcData::TRACEBACK))
    }
    /// Does the value match sequence patterns?
    pub static IS_SEQUENCE = "is_sequence"(vm, v) -> bool [READS] {
        let v = types::unwrap_payload(vm, v);
        is::<List>(v) || is::<Tuple>(v) || is::<Range>(v) || has_flag(vm, v, "__match_sequence__")
    }
    /// Does the value match mapping patterns?
    pub static IS_MAPPING = "is_mapping"(vm, v) -> bool [READS] {
        let v = types::unwrap_payload(vm, v);
        is::<Dict>(v) || (!is_table(v) && has_flag(vm, v, "__match_mapping__"))
    }
}

/// Does the class of an instance say so by an attribute?
fn has_flag(vm: &mut Vm, v: Value, name: &str) -> bool {
    let name = vm.symbols.intern(name);
    is::<Instance>(v) && types::class_of(vm, v).lookup(name).is_some()
}

fn exception_matches(vm: &mut Vm, e: Value, classes: Value) -> Guest<bool> {
    let base = FlState::of(vm).types().BaseException;
    if let Some(class) = types::as_class(vm, classes)
        && class.is_subclass(base)
    {
        return Ok(exception::is_a(vm, e, class));
    }
    if let Some(tuple) = Obj::<Tuple>::of(classes) {
        for class in tuple.items() {
            if exception_matches(vm, e, *class)? {
                return Ok(true);
            }
        }
        return Ok(false);
    }
    let message = "catching classes that do not inherit from BaseException is not allowed";
    Err(exception::type_error(vm, message))
}
