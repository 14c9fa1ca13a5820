//! Natives about functions, and attributes of objects that are no instances.

use crate::builtins::tables;
use crate::loaded::fl_code;
use crate::object::layouts::{ExcData, MethodKind, Property};
use crate::object::{exception, function, types};
use crate::state::FlState;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};

natives! {
    /// Keyword-only defaults as a tuple in the order of the parameters.
    pub static KW_DEFAULTS_TUPLE = "kw_defaults_tuple"(vm, code, dict) -> Value
        [Effects { reads: !0, ..Effects::FRESH }]
    {
        if !is::<Dict>(dict) {
            return Value::NONE;
        }
        let fc = fl_code(vm.codes.get(code.as_int() as u32));
        let params = &fc.object.params;
        let names = &fc.param_names[params.args as usize..][..params.kwonly as usize];
        let items: Vec<Value> = names
            .iter()
            .map(|&n| tables::get_name(vm, dict, n).unwrap_or(Value::UNDEF))
            .collect();
        vm.tuple(&items)
    }
    /// An attribute that a function has of its own, or UNDEF.
    pub static FUNCTION_ATTRIBUTE = "function_attribute"(vm, f, name) -> Value
        [Effects { reads: !0, ..Effects::FRESH }]
    {
        function_attribute(vm, Obj::cast(f), name.as_symbol()).unwrap_or(Value::UNDEF)
    }
    /// `o.name = v` where `o` is no instance.
    pub static SET_ATTRIBUTE = "set_attribute"(vm, o, name, v) -> Guest [Effects::OBJECTS] {
        set_attribute(vm, o, name.as_symbol(), v)
    }
    /// `del o.name` where no descriptor handles it.
    pub static DELETE_ATTRIBUTE = "delete_attribute"(vm, o, name) -> Guest [Effects::OBJECTS] {
        delete_attribute(vm, o, name.as_symbol())
    }
}

/// An attribute that a function has of its own.
pub fn function_attribute(vm: &mut Vm, f: Obj<Function>, name: u32) -> Option<Value> {
    let names = &FlState::of(vm).names;
    let attrs = f.get(Function::ATTRS);
    if is::<Dict>(attrs)
        && let Some(v) = tables::get_name(vm, attrs, name)
    {
        return Some(v);
    }
    let fc = function::tables(vm, f);
    if name == names.name {
        return Some(f.get(Function::NAME));
    }
    if name == names.qualname {
        return Some(vm.str(&fc.object.qualname.clone()));
    }
    if name == names.module {
        let module = function::module_name(vm, f);
        return Some(vm.str(&module));
    }
    if name == names.doc {
        return Some(match &fc.object.docstring {
            Some(doc) => vm.str(&doc.clone()),
            None => Value::NONE,
        });
    }
    if name == names.defaults {
        return Some(f.get(Function::DEFAULTS));
    }
    if name == names.kwdefaults {
        return Some(kw_defaults_dict(vm, f));
    }
    if name == names.globals {
        let fc = function::tables(vm, f);
        return Some(super::modules::globals_dict(vm, fc.namespace));
    }
    if name == names.code {
        return Some(code_object(vm, f));
    }
    if name == names.closure {
        let closure = f.get(Function::CLOSURE);
        return Some(if fc.free_count == 0 {
            Value::NONE
        } else {
            closure
        });
    }
    if name == names.annotations {
        let dict = vm.dict().value();
        for (name, text) in &fc.object.annotations {
            let symbol = vm.symbols.intern(name);
            let class = text.strip_prefix(crate::compile::TYPE_MARK);
            let class = class.and_then(|class| {
                let class = vm.symbols.intern(class);
                FlState::of(vm).builtins().get(class)
            });
            let v = class.unwrap_or_else(|| vm.str(text));
            tables::put_name(vm, dict, symbol, v);
        }
        set_attr_dict(vm, f, name, dict);
        return Some(dict);
    }
    if name == names.dict {
        if !is::<Dict>(attrs) {
            let dict = vm.dict().value();
            f.set(vm, Function::ATTRS, dict);
        }
        return Some(f.get(Function::ATTRS));
    }
    None
}

/// `f.__code__`: what programs ask of it.
fn code_object(vm: &mut Vm, f: Obj<Function>) -> Value {
    let class = FlState::of(vm).builtin_class("code");
    let code = vm.codes.get(f.int(Function::CODE) as u32);
    let fc = fl_code(code);
    let params = &fc.object.params;
    let (name, file) = (vm.str(&code.name), vm.str(&code.file));
    let qualname = vm.str(&fc.object.qualname);
    let named = (params.args + params.kwonly) as usize
        + usize::from(params.varargs)
        + usize::from(params.varkw);
    let mut variables: Vec<Value> = Vec::new();
    for name in fc.object.slot_names.iter().take(named) {
        variables.push(vm.str(name));
    }
    let variables = vm.tuple(&variables);
    let line = fc.object.line_at(0);
    let instance = vm.new_instance(class.id);
    let fields = [
        ("co_name", name),
        ("co_qualname", qualname),
        ("co_filename", file),
        ("co_firstlineno", Value::small(line as i64)),
        ("co_argcount", Value::small(params.args as i64)),
        ("co_posonlyargcount", Value::small(params.posonly as i64)),
        ("co_kwonlyargcount", Value::small(params.kwonly as i64)),
        ("co_varnames", variables),
    ];
    for (name, v) in fields {
        let symbol = vm.symbols.intern(name);
        vm.instance_set(instance, symbol, v);
    }
    instance.value()
}

fn kw_defaults_dict(vm: &mut Vm, f: Obj<Function>) -> Value {
    let Some(defaults) = Obj::<Tuple>::of(f.get(Function::KW_DEFAULTS)) else {
        return Value::NONE;
    };
    let fc = function::tables(vm, f);
    let dict = vm.dict().value();
    let first = fc.object.params.args as usize;
    for (k, v) in defaults.items().iter().enumerate() {
        if *v != Value::UNDEF {
            tables::put_name(vm, dict, fc.param_names[first + k], *v);
        }
    }
    dict
}

fn set_attr_dict(vm: &mut Vm, f: Obj<Function>, name: u32, v: Value) {
    if !is::<Dict>(f.get(Function::ATTRS)) {
        let dict = vm.dict().value();
        f.set(vm, Function::ATTRS, dict);
    }
    tables::put_name(vm, f.get(Function::ATTRS), name, v);
}

fn set_attribute(vm: &mut Vm, o: Value, name: u32, v: Value) -> Guest {
    let fl = FlState::of(vm);
    let names = &fl.names;
    if let Some(class) = types::as_class(vm, o) {
        return super::classes::set_attribute(vm, class, name, v);
    }
    if let Some(module) = Obj::<Module>::of(o) {
        fl.namespace(module.int(Module::NAMESPACE)).set(vm, name, v);
        return Ok(Value::NONE);
    }
    if let Some(f) = Obj::<Function>::of(o) {
        if name == names.name {
            f.set(vm, Function::NAME, v);
        } else if name == names.defaults {
            f.set(vm, Function::DEFAULTS, v);
        } else {
            set_attr_dict(vm, f, name, v);
        }
        return Ok(Value::NONE);
    }
    if let Some(property) = Obj::<Property>::of(o)
        && name == names.doc
    {
        property.set(vm, Property::DOC, v);
        return Ok(Value::NONE);
    }
    // Marks that decorators leave on what they wrap go to the function itself.
    if let Some(kind) = Obj::<MethodKind>::of(o) {
        return set_attribute(vm, kind.get(MethodKind::FUNCTION), name, v);
    }
    let class = types::type_name(vm, o);
    let text = vm.symbols.name(name).into_owned();
    let found = types::class_of(vm, o).lookup(name);
    let exists = found.is_some();
    let property = found.is_some_and(|found| is::<Property>(found.value));
    let message = if property {
        format!("attribute '{text}' of '{class}' objects is not writable")
    } else if exists {
        format!("'{class}' object attribute '{text}' is read-only")
    } else {
        format!("'{class}' object has no attribute '{text}'")
    };
    Err(exception::attribute_error(vm, message))
}

fn delete_attribute(vm: &mut Vm, o: Value, name: u32) -> Guest {
    let fl = FlState::of(vm);
    let deleted = if let Some(instance) = Obj::<Instance>::of(o) {
        vm.instance_delete(instance, name)
    } else if let Some(class) = types::as_class(vm, o) {
        class.delete(fl, name)
    } else if let Some(module) = Obj::<Module>::of(o) {
        let cell = fl.namespace(module.int(Module::NAMESPACE)).cell(name);
        let bound = cell.get() != Value::UNDEF;
        cell.delete();
        bound
    } else if let Some(f) = Obj::<Function>::of(o) {
        let attrs = f.get(Function::ATTRS);
        let key = vm.symbol_text(name);
        match is::<Dict>(attrs).then(|| tables::find(vm, attrs, key)) {
            Some(Ok(tables::Entry::At(entry))) => {
                tables::delete(vm, attrs, entry);
                true
            }
            _ => false,
        }
    } else {
        false
    };
    if deleted {
        return Ok(Value::NONE);
    }
    let text = vm.symbols.name(name).into_owned();
    let slot = types::class_of(vm, o).has_slot(name);
    let message = match types::as_class(vm, o) {
        _ if slot => text,
        Some(class) => format!(
            "type object '{}' has no attribute '{text}'",
            class.name.borrow()
        ),
        None => format!(
            "'{}' object has no attribute '{text}'",
            types::type_name(vm, o)
        ),
    };
    Err(exception::attribute_error(vm, message))
}

/// The fields of an exception that are attributes with a setter.
pub fn set_exception_field(vm: &mut Vm, e: Value, name: &str, v: Value) -> Guest {
    let Some(data) = exception::data(vm, e) else {
        return Err(exception::type_error(vm, "an exception is required"));
    };
    match name {
        "__cause__" => {
            data.set(vm, ExcData::CAUSE, v);
            data.set_int(ExcData::SUPPRESS, 1);
        }
        "__context__" => data.set(vm, ExcData::CONTEXT, v),
        "__traceback__" => data.set(vm, ExcData::TRACEBACK, v),
        "__suppress_context__" => {
            data.set_int(ExcData::SUPPRESS, i64::from(super::operators::truth(vm, v)));
        }
        _ => {
            let args = super::iterators::collect(vm, v);
            let Some(args) = args else {
                return Err(exception::type_error(vm, "args must be iterable"));
            };
            let args = args?;
            let args = vm.tuple(&args);
            data.set(vm, ExcData::ARGS, args);
        }
    }
    Ok(Value::NONE)
}
