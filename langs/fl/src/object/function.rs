//! Guest functions: making them, and what is seldom asked of them.

use crate::loaded::{FlCode, fl_code};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{Function, Module, Tuple};
use runtime::object::Obj;

/// The tables of a function's code.
pub fn tables(vm: &Vm, f: Obj<Function>) -> &'static FlCode {
    fl_code(vm.codes.get(f.int(Function::CODE) as u32))
}

/// A function without defaults and closure, of the module whose namespace `code` refers to.
pub fn new(vm: &mut Vm, code: &'static metatrace::code::Code) -> Obj<Function> {
    let fc = fl_code(code);
    let name = vm.str(&fc.object.name.clone());
    let closure = vm.well_known.empty_tuple;
    let f = vm.alloc::<Function>(0);
    f.init(Function::CODE, Value::small(code.id as i64));
    f.init(Function::NAME, name);
    f.init(Function::DEFAULTS, Value::NONE);
    f.init(Function::KW_DEFAULTS, Value::NONE);
    f.init(Function::CLOSURE, closure);
    f.init(Function::GLOBALS, fc.namespace.module.get());
    f.init(Function::ATTRS, Value::NONE);
    f
}

/// The function's name in messages: its qualified name.
pub fn qualname(vm: &Vm, f: Obj<Function>) -> String {
    tables(vm, f).object.qualname.to_string()
}

/// Name of the module that the function was defined in.
pub fn module_name(vm: &Vm, f: Obj<Function>) -> String {
    match Obj::<Module>::of(f.get(Function::GLOBALS)) {
        Some(_) => tables(vm, f).namespace.name.borrow().clone(),
        None => "builtins".to_string(),
    }
}

/// The defaults as a slice, last parameters first aligned to the end.
pub fn defaults<'a>(f: Obj<Function>) -> &'a [Value] {
    Obj::<Tuple>::of(f.get(Function::DEFAULTS)).map_or(&[], |t| t.items())
}
