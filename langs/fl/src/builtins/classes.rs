//! Classes: making them, their attributes, the methods of `type` and `object`.

use crate::builtins;
use crate::builtins::tables;
use crate::object::class::{ClassInfo, Kind, NewClass};
use crate::object::layouts::*;
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::object::{Obj, is};
use runtime::{natives, text};

natives! {
    /// Makes a class: name, namespace dict, bases, keywords, number of the module's namespace.
    pub static BUILD_CLASS = many "build_class"(vm, args) -> Guest
        [Effects::OBJECTS]
    {
        let fl = FlState::of(vm);
        let name = vm.symbols.name(args[0].as_symbol()).into_owned();
        let bases = Obj::<Tuple>::cast(args[2]).items().to_vec();
        let module = fl.namespace(args[4].as_int()).name.borrow().clone();
        if is::<Dict>(args[3])
            && let Some(meta) = tables::get_name(vm, args[3], fl.names.metaclass)
            && types::as_class(vm, meta).is_none_or(|m| m != fl.types().r#type)
        {
            return Err(exception::type_error(vm, "metaclasses are not supported"));
        }
        build(vm, &name, &bases, args[1], &module)
    }
    /// Must something be called now that the class exists?
    pub static HAS_HOOKS = "has_hooks"(vm, class) -> bool [Effects { reads: !0, ..Effects::FRESH }] {
        has_hooks(vm, class)
    }
}

fn has_hooks(vm: &mut Vm, class: Value) -> bool {
    let names = &FlState::of(vm).names;
    let class = types::as_class(vm, class).expect("a class");
    let inherits = class.mro.borrow()[1..]
        .iter()
        .any(|c| !c.builtin && c.own(names.init_subclass).is_some());
    inherits
        || class.own_attributes().iter().any(|(_, v)| {
            is::<Instance>(*v)
                && types::class_of(vm, *v)
                    .lookup_guest(names.set_name)
                    .is_some()
        })
}

/// `module.name` as `repr` shows it.
pub fn full_name(vm: &Vm, class: &'static ClassInfo) -> String {
    let fl = FlState::of(vm);
    let module = class
        .own(fl.names.module)
        .and_then(|m| text::of(m.get()).map(|s| s.into_owned()));
    match module {
        Some(module) if module != "builtins" => format!("{module}.{}", class.qualname.borrow()),
        _ => class.qualname.borrow().clone(),
    }
}

/// Makes a class from its parts.
pub fn build(vm: &mut Vm, name: &str, bases: &[Value], namespace: Value, module: &str) -> Guest {
    let fl = FlState::of(vm);
    let object = fl.types().object;
    let mut parents: Vec<&'static ClassInfo> = Vec::new();
    for base in bases {
        let Some(base) = types::as_class(vm, *base) else {
            let message = "bases must be classes";
            return Err(exception::type_error(vm, message));
        };
        if base == fl.types().bool || base == fl.types().NoneType || base == fl.types().function {
            let message = format!(
                "type '{}' is not an acceptable base type",
                base.name.borrow()
            );
            return Err(exception::type_error(vm, message));
        }
        if parents.contains(&base) {
            let message = format!("duplicate base class {}", base.name.borrow());
            return Err(exception::type_error(vm, message));
        }
        parents.push(base);
    }
    if parents.is_empty() {
        parents.push(object);
    }
    let payload = parents.iter().find_map(|b| match b.kind {
        Kind::Builtin if b.builtin => Some(*b),
        _ => b.payload,
    });
    let exception_base = parents.iter().any(|b| b.kind == Kind::Exception);
    let kind = if exception_base {
        Kind::Exception
    } else {
        Kind::Object
    };
    let slots = tables::get_name(vm, namespace, fl.names.slots);
    let has_dict =
        slots.is_none_or(|slots| names_dict(vm, slots)) || parents.iter().any(|b| b.has_dict);
    let new = NewClass {
        name,
        bases: &parents,
        kind,
        payload: if exception_base { None } else { payload },
        builtin: false,
        has_dict,
    };
    let Ok(class) = fl.new_class(vm, new) else {
        let names: Vec<String> = parents.iter().map(|b| b.name.borrow().clone()).collect();
        let message = format!(
            "Cannot create a consistent method resolution\norder (MRO) for bases {}",
            names.join(", ")
        );
        return Err(exception::type_error(vm, message));
    };
    fill(vm, class, namespace, module);
    if let Some(slots) = slots {
        add_slots(vm, class, slots)?;
    }
    update_flags(vm, class);
    Ok(class.value.get())
}

fn fill(vm: &mut Vm, class: &'static ClassInfo, namespace: Value, module: &str) {
    let fl = FlState::of(vm);
    let names = &fl.names;
    for (key, v) in tables::items(namespace) {
        let Some(key) = Obj::<Str>::of(key) else {
            continue;
        };
        let symbol = vm.symbol_of(key);
        if symbol == names.qualname {
            if let Some(text) = text::of(v) {
                *class.qualname.borrow_mut() = text.into_owned();
            }
            continue;
        }
        // These are class methods and static methods without saying so.
        let implicit = [names.init_subclass, names.class_getitem];
        let v = if implicit.contains(&symbol) && is::<Function>(v) {
            method_kind(vm, CLASS_METHOD, v)
        } else if symbol == names.new && is::<Function>(v) {
            method_kind(vm, STATIC_METHOD, v)
        } else {
            v
        };
        class.set(vm, fl, symbol, v);
    }
    if class.own(names.module).is_none() {
        let module = vm.str(module);
        class.set(vm, fl, names.module, module);
    }
    if class.own(names.doc).is_none() {
        class.set(vm, fl, names.doc, Value::NONE);
    }
    // A class with its own `__eq__` and without `__hash__` cannot be hashed.
    if class.own(names.eq).is_some() && class.own(names.hash).is_none() {
        class.set(vm, fl, names.hash, Value::NONE);
    }
}

/// A static method or class method.
pub fn method_kind(vm: &mut Vm, shape: u32, f: Value) -> Value {
    let o = vm.alloc::<MethodKind>(shape);
    o.init(MethodKind::FUNCTION, f);
    o.value()
}

/// Is `__dict__` among the names of `__slots__`?
fn names_dict(vm: &mut Vm, slots: Value) -> bool {
    let items = match builtins::iterators::collect(vm, slots) {
        Some(Ok(items)) if !is::<Str>(slots) => items,
        _ => vec![slots],
    };
    items
        .into_iter()
        .any(|v| text::of(v).is_some_and(|name| name == "__dict__"))
}

fn add_slots(vm: &mut Vm, class: &'static ClassInfo, slots: Value) -> Guest<()> {
    let fl = FlState::of(vm);
    let names = if is::<Str>(slots) {
        vec![slots]
    } else {
        match builtins::iterators::collect(vm, slots) {
            Some(names) => names?,
            None => {
                return Err(exception::type_error(
                    vm,
                    "__slots__ must be an iterable of str",
                ));
            }
        }
    };
    for name in names {
        let Some(name) = Obj::<Str>::of(name) else {
            let class = types::type_name(vm, name);
            let message = format!("__slots__ items must be strings, not '{class}'");
            return Err(exception::type_error(vm, message));
        };
        let symbol = vm.symbol_of(name);
        if symbol == fl.names.dict {
            continue;
        }
        if class.own(symbol).is_some() {
            let text = vm.symbols.name(symbol).into_owned();
            let message = format!("'{text}' in __slots__ conflicts with class variable");
            return Err(exception::value_error(vm, message));
        }
        class.slot_names.borrow_mut().push(symbol);
        let slot = vm.alloc::<MemberSlot>(0);
        slot.init(MemberSlot::CLASS, class.value.get());
        slot.init(MemberSlot::NAME, name.value());
        class.set(vm, fl, symbol, slot.value());
    }
    Ok(())
}

/// Tells the runtime how instances of the class are compared and hashed.
pub fn update_flags(vm: &mut Vm, class: &'static ClassInfo) {
    let names = FlState::of(vm).names;
    let eq = class.lookup_guest(names.eq).is_some();
    let hash = class.lookup_guest(names.hash);
    let has_payload = class.payload.is_some();
    let info = vm.shapes.class_mut(class.id);
    info.custom_eq = eq || has_payload;
    info.unhashable = hash.is_some_and(|h| h.value == Value::NONE);
    info.custom_hash = (hash.is_some() && !info.unhashable) || (has_payload && hash.is_none());
    let subclasses = class.subclasses.borrow().clone();
    for subclass in subclasses {
        update_flags(vm, subclass);
    }
}

/// `C.name = v`
pub fn set_attribute(vm: &mut Vm, class: &'static ClassInfo, name: u32, v: Value) -> Guest {
    let fl = FlState::of(vm);
    let names = &fl.names;
    if class.builtin {
        let (text, class) = (
            vm.symbols.name(name).into_owned(),
            class.name.borrow().clone(),
        );
        let message = format!("cannot set '{text}' attribute of immutable type '{class}'");
        return Err(exception::type_error(vm, message));
    }
    if name == names.name || name == names.qualname {
        let Some(text) = text::of(v) else {
            return Err(exception::type_error(
                vm,
                "can only assign string to the name of a class",
            ));
        };
        let field = if name == names.name {
            &class.name
        } else {
            &class.qualname
        };
        *field.borrow_mut() = text.into_owned();
        return Ok(Value::NONE);
    }
    if let Some(fixed) = class.lookup_guest(names.class_fixed)
        && is::<Dict>(fixed.get())
        && tables::get_name(vm, fixed.get(), name).is_some()
    {
        let message = format!("cannot reassign member '{}'", vm.symbols.name(name));
        return Err(exception::attribute_error(vm, message));
    }
    if name == names.abstract_methods {
        let items = match builtins::iterators::collect(vm, v) {
            Some(items) => items?,
            None => vec![],
        };
        let symbols = items
            .into_iter()
            .filter_map(|v| Obj::<Str>::of(v).map(|s| vm.symbol_of(s)))
            .collect();
        *class.abstract_names.borrow_mut() = symbols;
        fl.bump_epoch();
    }
    class.set(vm, fl, name, v);
    if name == names.eq || name == names.hash {
        update_flags(vm, class);
    }
    Ok(Value::NONE)
}

/// A tuple of class objects.
fn class_tuple(vm: &mut Vm, classes: &[&'static ClassInfo]) -> Value {
    let items: Vec<Value> = classes.iter().map(|c| c.value.get()).collect();
    vm.tuple(&items)
}

fn class_arg(vm: &mut Vm, v: Value) -> Guest<&'static ClassInfo> {
    match types::as_class(vm, v) {
        Some(class) => Ok(class),
        None => Err(exception::type_error(vm, "a class is required")),
    }
}

/// `dir(o)`
pub fn dir(vm: &mut Vm, o: Value) -> Guest {
    if builtins::core::absent(o) {
        return Ok(FALLBACK);
    }
    let own = FlState::of(vm).names.dir;
    if builtins::core::is_guest(o) && types::class_of(vm, o).lookup_guest(own).is_some() {
        return Ok(FALLBACK);
    }
    let mut names: Vec<u32> = Vec::new();
    if let Some(module) = Obj::<Module>::of(o) {
        let namespace = FlState::of(vm).namespace(module.int(Module::NAMESPACE));
        names.extend(namespace.bindings().iter().map(|b| b.0));
    } else if let Some(module) = Obj::<interop::layouts::ForeignModule>::of(o) {
        let lang = module.int(interop::layouts::ForeignModule::LANG) as u8;
        if let Some(speaker) = interop::shared(vm).and_then(|shared| shared.speaker(lang)) {
            names.extend(speaker.members(vm, module));
        }
    } else {
        if let Some(instance) = Obj::<Instance>::of(o) {
            names.extend(vm.instance_attributes(instance).iter().map(|a| a.0));
        }
        let class = types::as_class(vm, o).unwrap_or_else(|| types::class_of(vm, o));
        for class in class.mro.borrow().iter() {
            names.extend(class.own_attributes().iter().map(|a| a.0));
        }
    }
    let mut names: Vec<String> = names
        .iter()
        .map(|n| vm.symbols.name(*n).into_owned())
        .collect();
    names.sort();
    names.dedup();
    Ok(vm.list_of_strs(names))
}

builtins! {
    /// `type`, `object` and what all objects have.
    pub static CLASS_BUILTINS:
    "type" "object / bases= dict= **kwargs" => "type_new" |vm, [name, bases, _dict, _kwargs]| {
        if !is::<Str>(types::unwrap_payload(vm, name)) || !is::<Tuple>(bases) {
            return Err(exception::type_error(vm, "type() takes 1 or 3 arguments"));
        }
        Ok(FALLBACK)
    };
    "_fl_build_class" "name bases dict" |vm, [name, bases, dict]| {
        let (name, dict) = (types::unwrap_payload(vm, name), types::unwrap_payload(vm, dict));
        if !is::<Dict>(dict) {
            let class = types::type_name(vm, dict);
            let message = format!("type.__new__() argument 3 must be dict, not {class}");
            return Err(exception::type_error(vm, message));
        }
        let (Some(text), Some(bases)) = (text::of(name), Obj::<Tuple>::of(bases)) else {
            return Err(exception::type_error(vm, "type() takes 1 or 3 arguments"));
        };
        let items = bases.items().to_vec();
        build(vm, &text, &items, dict, "__main__")
    };
    "type.@__name__" "self" |vm, [c]| {
        let name = class_arg(vm, c)?.name.borrow().clone();
        Ok(vm.str(&name))
    };
    "type.@__module__" "self" |vm, [c]| {
        let name = FlState::of(vm).names.module;
        let own = types::as_class(vm, c).and_then(|class| class.own(name));
        Ok(own.map_or_else(|| vm.str("builtins"), |found| found.get()))
    };
    "type.@__qualname__" "self" |vm, [c]| {
        let name = class_arg(vm, c)?.qualname.borrow().clone();
        Ok(vm.str(&name))
    };
    "type.@__bases__" "self" |vm, [c]| {
        let bases = class_arg(vm, c)?.bases.borrow().clone();
        Ok(class_tuple(vm, &bases))
    };
    "type.@__base__" "self" |vm, [c]| {
        let base = class_arg(vm, c)?.bases.borrow().first().map(|b| b.value.get());
        Ok(base.unwrap_or(Value::NONE))
    };
    "type.@__mro__" "self" |vm, [c]| {
        let mro = class_arg(vm, c)?.mro.borrow().clone();
        Ok(class_tuple(vm, &mro))
    };
    "type.mro" "self" |vm, [c]| {
        let mro = class_arg(vm, c)?.mro.borrow().clone();
        let items: Vec<Value> = mro.iter().map(|c| c.value.get()).collect();
        Ok(vm.list(&items))
    };
    "type.__subclasses__" "self" |vm, [c]| {
        let subclasses = class_arg(vm, c)?.subclasses.borrow().clone();
        let items: Vec<Value> = subclasses.iter().map(|c| c.value.get()).collect();
        Ok(vm.list(&items))
    };
    "type.@__dict__" "self" |vm, [c]| {
        let class = class_arg(vm, c)?;
        let dict = vm.dict().value();
        for (name, v) in class.own_attributes() {
            tables::put_name(vm, dict, name, v);
        }
        let proxy = FlState::of(vm).types().mappingproxy;
        Ok(builtins::dunders::carrying(vm, proxy, dict))
    };
    "object" "" |vm, []| {
        let class = FlState::of(vm).types().object;
        Ok(vm.new_instance(class.id).value())
    };
    "object.@__class__" "self" |vm, [o]| Ok(types::class_of(vm, o).value.get());
    "object.__class__=" "self value" |vm, [o, class]| {
        let Some(class) = types::as_class(vm, class) else {
            let name = types::type_name(vm, class);
            let message = format!("__class__ must be set to a class, not '{name}' object");
            return Err(exception::type_error(vm, message));
        };
        let own = types::class_of(vm, o);
        let Some(instance) = Obj::<Instance>::of(o) else {
            return Err(exception::type_error(vm, "__class__ assignment only supported for mutable types or ModuleType subclasses"));
        };
        if class.builtin {
            return Err(exception::type_error(vm, "__class__ assignment only supported for mutable types or ModuleType subclasses"));
        }
        if own.payload != class.payload || own.kind != class.kind {
            let message = format!(
                "__class__ assignment: '{}' object layout differs from '{}'",
                class.name.borrow(),
                own.name.borrow()
            );
            return Err(exception::type_error(vm, message));
        }
        vm.instance_set_class(instance, class.id);
        Ok(Value::NONE)
    };
    "object.@__dict__" "self" |vm, [o]| {
        let class = types::class_of(vm, o);
        if let Some(module) = Obj::<Module>::of(o) {
            let namespace = FlState::of(vm).namespace(module.int(Module::NAMESPACE));
            return Ok(builtins::modules::globals_dict(vm, namespace));
        }
        let Some(instance) = Obj::<Instance>::of(o).filter(|_| class.has_dict) else {
            return Err(no_dict(vm, class));
        };
        Ok(vm.instance_dict(instance, &|name| class.has_slot(name)))
    };
    "object.__dict__=" "self value" |vm, [o, dict]| {
        let class = types::class_of(vm, o);
        let Some(instance) = Obj::<Instance>::of(o).filter(|_| class.has_dict) else {
            return Err(no_dict(vm, class));
        };
        let Some(dict) = Obj::<Dict>::of(dict) else {
            let name = types::type_name(vm, dict);
            let message = format!("__dict__ must be set to a dictionary, not a '{name}'");
            return Err(exception::type_error(vm, message));
        };
        vm.instance_set_dict(instance, dict, &|name| class.has_slot(name));
        Ok(Value::NONE)
    };
    "object.__init__" "self *args **kwargs" |vm, [o, args, kwargs]| {
        let class = types::class_of(vm, o);
        let names = &FlState::of(vm).names;
        let extra = Obj::<Tuple>::cast(args).len() + tables::keys(kwargs).len();
        if extra > 0 && class.lookup_guest(names.new).is_none() && class.kind == Kind::Object && class.payload.is_none() {
            let name = class.name.borrow().clone();
            let message = format!("{name}.__init__() takes exactly one argument (the instance to initialize)");
            return Err(exception::type_error(vm, message));
        }
        Ok(Value::NONE)
    };
    "object.__new__" "cls *args **kwargs" => "object_new" |vm, [class, args, kwargs]| new_object(vm, class, args, kwargs);
    "_fl_payload_class" "cls" |vm, [class]| {
        let class = class_arg(vm, class)?;
        Ok(class.payload.unwrap_or(class).value.get())
    };
    "_fl_carry" "cls payload" |vm, [class, payload]| {
        let class = class_arg(vm, class)?;
        Ok(builtins::dunders::carrying(vm, class, payload))
    };
    "object.__init_subclass__" "cls **kwargs" |vm, [class, kwargs]| {
        if !tables::keys(kwargs).is_empty() {
            let name = types::as_class(vm, class).map_or_else(String::new, |c| c.name.borrow().clone());
            let message = format!("{name}.__init_subclass__() takes no keyword arguments");
            return Err(exception::type_error(vm, message));
        }
        Ok(Value::NONE)
    };
    "object.__setattr__" "self name value" |vm, [o, name, v]| {
        let Some(name) = Obj::<Str>::of(name) else {
            return Err(exception::type_error(vm, "attribute name must be string"));
        };
        let name = Value::symbol(vm.symbol_of(name));
        match Value(builtins::functions::SET_ATTRIBUTE.call(vm.core_ptr(), &[o.0, name.0, v.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        }
    };
    "object.__delattr__" "self name" |vm, [o, name]| {
        let Some(name) = Obj::<Str>::of(name) else {
            return Err(exception::type_error(vm, "attribute name must be string"));
        };
        let name = Value::symbol(vm.symbol_of(name));
        match Value(builtins::functions::DELETE_ATTRIBUTE.call(vm.core_ptr(), &[o.0, name.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        }
    };
    "object.__getattribute__" "self name" |vm, [_o, _name]| {
        Err(exception::type_error(vm, "attribute name must be string"))
    };
    "object.__repr__" "self" => "object_repr" |vm, [o]| {
        let unwrapped = types::unwrap_payload(vm, o);
        if !is::<Instance>(unwrapped) {
            let text = builtins::text::display_repr(vm, unwrapped);
            return Ok(vm.str(&text));
        }
        if types::class_of(vm, o).kind == Kind::Exception {
            let text = builtins::text::display_repr(vm, o);
            return Ok(vm.str(&text));
        }
        let text = builtins::text::default_repr(vm, o);
        Ok(vm.str(&text))
    };
    "object.__str__" "self" => "object_str" |vm, [o]| {
        if let Some(class) = Obj::<Instance>::of(o).map(|_| types::class_of(vm, o)) {
            let names = &FlState::of(vm).names;
            if class.lookup_guest(names.repr).is_some() && class.kind != Kind::Exception {
                return Ok(crate::state::FALLBACK);
            }
        }
        let text = builtins::text::display_exception_or_repr(vm, o)?;
        Ok(text)
    };
    "object.__format__" "self spec /" => "object_format" |vm, [o, spec]| {
        if is::<Instance>(o) {
            return Ok(crate::state::FALLBACK);
        }
        match Value(builtins::text::FORMAT.call(vm.core_ptr(), &[o.0, spec.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        }
    };
    "object.__hash__" "self" |vm, [o]| {
        let unwrapped = types::unwrap_payload(vm, o);
        if !is::<Instance>(unwrapped)
            && let runtime::compare::Hashed::Value(h) = vm.hash(unwrapped)?
        {
            return Ok(Value::small(h));
        }
        Ok(Value::small(vm.heap.identity(o)))
    };
    "object.__eq__" "self other" |vm, [a, b]| {
        let (pa, pb) = (types::unwrap_payload(vm, a), types::unwrap_payload(vm, b));
        if a == b {
            return Ok(Value::TRUE);
        }
        if pa != a || is::<Instance>(pa) || is::<Instance>(pb) || types::class_of(vm, pa) != types::class_of(vm, pb) {
            return Ok(crate::state::NOT_IMPLEMENTED);
        }
        builtins::operators::compare(vm, crate::op::CmpKind::Eq, pa, pb)
    };
    "object.__ne__" "self other" => "object_ne" |_vm, [_a, _b]| Ok(crate::state::FALLBACK);
    "object.__dir__" "self" |vm, [o]| dir(vm, o);
    "object.__reduce_ex__" "self protocol" => "object_reduce" |_vm, [_o, _p]| Ok(crate::state::FALLBACK);
}

/// `object.__new__`: an instance, with an empty or default payload.
pub fn new_object(vm: &mut Vm, class: Value, args: Value, kwargs: Value) -> Guest {
    let Some(class) = types::as_class(vm, class) else {
        let name = types::type_name(vm, class);
        let message = format!("object.__new__(X): X is not a type object ({name})");
        return Err(exception::type_error(vm, message));
    };
    if !class.abstract_names.borrow().is_empty() {
        let class = class.value.get();
        return match Value(crate::interp::errors::ABSTRACT_CLASS.call(vm.core_ptr(), &[class.0])) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        };
    }
    if class.kind == Kind::Exception {
        return Ok(exception::new_with(vm, class, args));
    }
    if class.builtin && class.constructor.get().is_some() {
        return Ok(FALLBACK);
    }
    if let Some(base) = class.payload {
        if !tables::keys(kwargs).is_empty() {
            return Ok(FALLBACK);
        }
        let payload = payload_for(vm, base, args)?;
        if payload == FALLBACK {
            return Ok(FALLBACK);
        }
        return Ok(builtins::dunders::carrying(vm, class, payload));
    }
    let extra = Obj::<Tuple>::cast(args).len() + tables::keys(kwargs).len();
    let names = FlState::of(vm).names;
    if extra > 0 && class.lookup_guest(names.new).is_some() {
        let message = "object.__new__() takes exactly one argument (the type to instantiate)";
        return Err(exception::type_error(vm, message));
    }
    if extra > 0 && class.lookup_guest(names.init).is_none() {
        let message = format!("{}() takes no arguments", class.name.borrow());
        return Err(exception::type_error(vm, message));
    }
    Ok(vm.new_instance(class.id).value())
}

fn no_dict(vm: &mut Vm, class: &ClassInfo) -> metatrace::meta::Raised {
    let message = format!(
        "'{}' object has no attribute '__dict__'",
        class.name.borrow()
    );
    exception::attribute_error(vm, message)
}

/// The built-in value that a new instance carries.
pub fn payload_for(vm: &mut Vm, base: &'static ClassInfo, args: Value) -> Guest {
    let types = FlState::of(vm).types();
    if [types.list, types.dict, types.set, types.bytearray].contains(&base) {
        return match Value(
            builtins::collections::EMPTY_OF.call(vm.core_ptr(), &[base.value.get().0]),
        ) {
            Value::RAISED => Err(metatrace::meta::Raised),
            v => Ok(v),
        };
    }
    let def = FlState::of(vm).builtin(base.constructor.get().expect("a constructor") as i64);
    let items = Obj::<Tuple>::cast(args).items();
    let mut words: Vec<u64> = items.iter().map(|v| v.0).collect();
    words.resize(def.signature(vm).params.len(), Value::UNDEF.0);
    match Value(def.row.native.call(vm.core_ptr(), &words)) {
        Value::RAISED => Err(metatrace::meta::Raised),
        v => Ok(v),
    }
}
