//! Attribute access: what a name means in an object, by green knowledge of its class.

use crate::builtins;
use crate::interp::attribute_caches::{comes_first, fill_store_cache, is_store};
use crate::interp::call::{self, Args, invoke, invoke_prelude};
use crate::interp::errors;
use crate::interp::frames::{self, Cont, complete, raised, state, tables, vm};
use crate::object::class::{ClassInfo, Found};
use crate::object::layouts::{
    CLASS_METHOD, MemberSlot, MethodKind, Property, STATIC_METHOD, Super,
};
use crate::op::Instr;
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Ref, Val};
use runtime::layouts::{
    BoundMethod, Builtin, Cell, Class, DictIter, DictView, Function, Generator, Instance, List,
    Module, ReverseIter,
};
use runtime::shapes;

/// What an attribute is.
pub enum Attribute<M: Meta> {
    Value(Val<M>),
    /// A function found in the class, not yet bound to the receiver.
    Method(Val<M>, Val<M>),
    /// The result of this call.
    Call(Val<M>, Args<M>),
    Missing,
}

/// The class of any value, green.
#[inline(always)]
pub fn class_of<M: Meta>(m: &mut M, v: Val<M>) -> &'static ClassInfo {
    let tag = m.tag(v);
    if tag == Tag::layout(Instance::ID) {
        return frames::instance_class(m, v).expect("an instance has a class");
    }
    let types = state(m).types();
    if tag == Tag::IMM {
        let v = m.promote(v);
        return types.of_immediate(v);
    }
    if tag == Tag::layout(MethodKind::ID) {
        let o = m.cast::<MethodKind>(v);
        return if m.shape(o) == STATIC_METHOD {
            types.staticmethod
        } else {
            types.classmethod
        };
    }
    if tag == Tag::layout(BoundMethod::ID) {
        let method = m.cast::<BoundMethod>(v);
        let f = m.get(method, BoundMethod::FUNCTION);
        return if m.is_tag(f, Tag::layout(Builtin::ID)) {
            types.builtin_function_or_method
        } else {
            types.method
        };
    }
    if tag == Tag::layout(Generator::ID) {
        let generator = m.cast::<Generator>(v);
        let shape = m.shape(generator);
        return types.of_generator(shape);
    }
    if tag == Tag::layout(ReverseIter::ID) {
        let it = m.cast::<ReverseIter>(v);
        let sequence = m.get(it, ReverseIter::SEQUENCE);
        return if m.is_tag(sequence, Tag::layout(List::ID)) {
            types.list_reverseiterator
        } else {
            types.reversed
        };
    }
    if tag == Tag::layout(DictView::ID) {
        let view = m.cast::<DictView>(v);
        let shape = m.shape(view);
        return types.of_view(tag, shape);
    }
    if tag == Tag::layout(DictIter::ID) {
        let it = m.cast::<DictIter>(v);
        let shape = m.shape(it);
        return types.of_view(tag, shape);
    }
    types.of_tag(tag)
}

/// The value of a class attribute that was found, as a red value.
fn found_value<M: Meta>(m: &mut M, found: Found) -> Val<M> {
    let v = m.val(found.value);
    if found.in_cell {
        let cell = m.cast::<Cell>(v);
        return m.get(cell, Cell::VALUE);
    }
    v
}

/// An attribute of the class as its instance `o` sees it; `None` if there is no binding to do.
fn bind_found<M: Meta>(
    m: &mut M,
    found: Found,
    o: Val<M>,
    class: &'static ClassInfo,
) -> Attribute<M> {
    let v = found_value(m, found);
    if found.in_cell {
        return Attribute::Value(v);
    }
    let tag = m.tag(v);
    if tag == Tag::layout(Function::ID) || tag == Tag::layout(Builtin::ID) {
        return Attribute::Method(v, o);
    }
    if tag == Tag::layout(Property::ID) {
        let property = m.cast::<Property>(v);
        let getter = m.get(property, Property::GETTER);
        return Attribute::Call(getter, Args::positional(&[o]));
    }
    if tag == Tag::layout(MethodKind::ID) {
        let kind = m.cast::<MethodKind>(v);
        let f = m.get(kind, MethodKind::FUNCTION);
        if m.shape(kind) == CLASS_METHOD {
            let class = m.val(class.value.get());
            return Attribute::Method(f, class);
        }
        return Attribute::Value(f);
    }
    if tag == Tag::layout(Instance::ID)
        && let Some(getter) =
            frames::instance_class(m, v).and_then(|c| c.lookup_guest(state(m).names.get))
    {
        let getter = found_value(m, getter);
        let class = m.val(class.value.get());
        return Attribute::Call(getter, Args::positional(&[v, o, class]));
    }
    Attribute::Value(v)
}

/// Does the class attribute take precedence over the instance's own?
fn is_data_descriptor<M: Meta>(m: &mut M, found: Found) -> bool {
    if found.in_cell {
        return false;
    }
    let v = m.val(found.value);
    let tag = m.tag(v);
    if tag == Tag::layout(Property::ID) || tag == Tag::layout(MemberSlot::ID) {
        return true;
    }
    if tag != Tag::layout(Instance::ID) {
        return false;
    }
    let names = &state(m).names;
    frames::instance_class(m, v).is_some_and(|c| {
        c.lookup_guest(names.set).is_some() || c.lookup_guest(names.delete).is_some()
    })
}

/// `o.name` for any object.
pub fn get<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Attribute<M> {
    let tag = m.tag(o);
    if tag == Tag::layout(Instance::ID) {
        return get_of_instance(m, o, name);
    }
    if tag == Tag::layout(Class::ID) {
        return get_of_class(m, o, name);
    }
    if tag == Tag::layout(Module::ID) {
        let module = m.cast::<Module>(o);
        let id = m.get(module, Module::NAMESPACE);
        let id = m.promote_int(id);
        let cell = state(m).namespace(id).cell(name);
        let v = super::variables::load_cell(m, cell);
        if let Some(v) = v {
            return Attribute::Value(v);
        }
    }
    if super::border::has_members(tag)
        && let Some(v) = super::border::member(m, o, name)
    {
        return Attribute::Value(v);
    }
    if tag == Tag::layout(Super::ID) {
        return get_of_super(m, o, name);
    }
    if tag == Tag::layout(Function::ID) {
        let symbol = m.val(Value::symbol(name));
        let own = m.call(&builtins::functions::FUNCTION_ATTRIBUTE, [o, symbol]);
        if !m.is(own, Value::UNDEF) {
            return Attribute::Value(own);
        }
    }
    let names = &state(m).names;
    if tag == Tag::layout(BoundMethod::ID) && (name == names.doc || name == names.module) {
        let method = m.cast::<BoundMethod>(o);
        let f = m.get(method, BoundMethod::FUNCTION);
        return get(m, f, name);
    }
    match type_attribute(m, o, name) {
        // A method has the attributes of its function.
        Attribute::Missing if tag == Tag::layout(BoundMethod::ID) => {
            let method = m.cast::<BoundMethod>(o);
            let f = m.get(method, BoundMethod::FUNCTION);
            get(m, f, name)
        }
        found => found,
    }
}

/// The attribute `name` of the class of `o`, bound to `o`: what operators look up.
pub fn type_attribute<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Attribute<M> {
    let class = class_of(m, o);
    m.assume(&class.valid.borrow());
    match class.lookup(name) {
        Some(found) => bind_found(m, found, o, class),
        None => Attribute::Missing,
    }
}

fn get_of_instance<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Attribute<M> {
    let names = &state(m).names;
    let class = frames::instance_class(m, o).expect("it is an instance");
    m.assume(&class.valid.borrow());
    if let Some(found) = class.lookup_guest(names.getattribute) {
        let f = found_value(m, found);
        let text = name_text(m, name);
        return Attribute::Call(f, Args::positional(&[o, text]));
    }
    match get_plain(m, o, class, name) {
        Attribute::Missing => {}
        found => return found,
    }
    if let Some(found) = class.lookup_guest(names.getattr) {
        let f = found_value(m, found);
        let text = name_text(m, name);
        return Attribute::Call(f, Args::positional(&[o, text]));
    }
    Attribute::Missing
}

/// As `object.__getattribute__` does it.
pub fn get_plain<M: Meta>(
    m: &mut M,
    o: Val<M>,
    class: &'static ClassInfo,
    name: u32,
) -> Attribute<M> {
    let instance = m.cast::<Instance>(o);
    let found = class.lookup(name);
    if let Some(found) = found
        && is_data_descriptor(m, found)
    {
        let v = m.val(found.value);
        if m.tag(v) != Tag::layout(MemberSlot::ID) {
            return bind_found(m, found, o, class);
        }
        return match shapes::instance_get(m, instance, name) {
            Some(v) => Attribute::Value(v),
            None => Attribute::Missing,
        };
    }
    if let Some(v) = shapes::instance_get(m, instance, name) {
        return Attribute::Value(v);
    }
    match found {
        Some(found) => bind_found(m, found, o, class),
        None => Attribute::Missing,
    }
}

/// An attribute of a class: of its own and its bases, then of `type`.
fn get_of_class<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Attribute<M> {
    let class = call::promote_class(m, o);
    m.assume(&class.valid.borrow());
    let meta = state(m).types().r#type.lookup(name);
    if let Some(found) = meta
        && is_data_descriptor(m, found)
    {
        return bind_found(m, found, o, state(m).types().r#type);
    }
    if let Some(found) = class.lookup(name)
        && !(found.owner == state(m).types().object
            && meta.is_some_and(|meta| meta.owner == state(m).types().r#type))
    {
        return found_in_class(m, found, class);
    }
    match meta {
        Some(found) => bind_found(m, found, o, state(m).types().r#type),
        None => Attribute::Missing,
    }
}

/// Calls the class method by which a class answers an operation on itself.
pub fn class_hook<M: Meta>(
    m: &mut M,
    o: Val<M>,
    name: u32,
    args: &[Val<M>],
    cont: Cont,
) -> Option<Flow> {
    let class = call::promote_class(m, o);
    m.assume(&class.valid.borrow());
    let found = class.lookup_guest(name)?;
    let Attribute::Method(f, receiver) = found_in_class(m, found, class) else {
        return None;
    };
    let mut all = Args::positional(&[receiver]);
    all.values.extend_from_slice(args);
    Some(invoke(m, f, all, cont))
}

/// A class attribute as the class itself sees it.
fn found_in_class<M: Meta>(m: &mut M, found: Found, class: &'static ClassInfo) -> Attribute<M> {
    let v = found_value(m, found);
    if found.in_cell {
        return Attribute::Value(v);
    }
    let tag = m.tag(v);
    if tag == Tag::layout(MethodKind::ID) {
        let kind = m.cast::<MethodKind>(v);
        let f = m.get(kind, MethodKind::FUNCTION);
        if m.shape(kind) == CLASS_METHOD {
            let class = m.val(class.value.get());
            return Attribute::Method(f, class);
        }
        return Attribute::Value(f);
    }
    if tag == Tag::layout(Instance::ID)
        && let Some(getter) =
            frames::instance_class(m, v).and_then(|c| c.lookup_guest(state(m).names.get))
    {
        let getter = found_value(m, getter);
        let class = m.val(class.value.get());
        let none = m.val(Value::NONE);
        return Attribute::Call(getter, Args::positional(&[v, none, class]));
    }
    Attribute::Value(v)
}

fn get_of_super<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Attribute<M> {
    let s = m.cast::<Super>(o);
    let after = m.get(s, Super::CLASS);
    let after = call::promote_class(m, after);
    let start = m.get(s, Super::START);
    let start = call::promote_class(m, start);
    let receiver = m.get(s, Super::RECEIVER);
    m.assume(&start.valid.borrow());
    match start.lookup_after(after, name) {
        Some(found) if m.is_tag(receiver, Tag::layout(Class::ID)) => {
            found_in_class(m, found, start)
        }
        Some(found) => bind_found(m, found, receiver, start),
        None => Attribute::Missing,
    }
}

/// The name as a guest string.
pub fn name_text<M: Meta>(m: &mut M, name: u32) -> Val<M> {
    let text = vm(m).symbol_text(name);
    m.val(text)
}

/// Raises AttributeError.
pub fn missing<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Flow {
    let name = m.val(Value::symbol(name));
    match m.try_call(&errors::NO_ATTRIBUTE, [o, name]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// A function with its receiver.
pub fn bound_method<M: Meta>(m: &mut M, f: Val<M>, receiver: Val<M>) -> Val<M> {
    let method = m.alloc::<BoundMethod>(0);
    m.set(method, BoundMethod::FUNCTION, f);
    m.set(method, BoundMethod::RECEIVER, receiver);
    method.val()
}

/// Stores the attribute in `cont`.
pub fn finish_get<M: Meta>(
    m: &mut M,
    attribute: Attribute<M>,
    o: Val<M>,
    name: u32,
    cont: Cont,
) -> Flow {
    match attribute {
        Attribute::Value(v) => complete(m, cont, v),
        Attribute::Method(f, receiver) => {
            let method = bound_method(m, f, receiver);
            complete(m, cont, method)
        }
        Attribute::Call(f, args) if has_getattr(m, o) => {
            // An AttributeError of the getter makes `__getattr__` the answer.
            let mut all = Args::positional(&[f, o]);
            let text = name_text(m, name);
            all.values.push(text);
            all.values.extend(args.values);
            invoke_prelude(m, "get_or_getattr", all, cont)
        }
        Attribute::Call(f, args) => invoke(m, f, args, cont),
        Attribute::Missing => missing(m, o, name),
    }
}

/// Does a failing getter of `o` ask `__getattr__`?
fn has_getattr<M: Meta>(m: &mut M, o: Val<M>) -> bool {
    let fl = state(m);
    frames::instance_class(m, o).is_some_and(|class| class.lookup_guest(fl.names.getattr).is_some())
}

// ------------------------------------------------------------------------ stores

/// `o.name = v`
pub fn set<M: Meta>(m: &mut M, o: Val<M>, name: u32, v: Val<M>) -> Flow {
    let Some(instance) = m.as_ref::<Instance>(o) else {
        let name = m.val(Value::symbol(name));
        return match m.try_call(&builtins::functions::SET_ATTRIBUTE, [o, name, v]) {
            Ok(_) => Flow::Next,
            Err(Raised) => raised(m),
        };
    };
    let fl = state(m);
    let class = frames::instance_class(m, o).expect("it is an instance");
    m.assume(&class.valid.borrow());
    if let Some(found) = class.lookup_guest(fl.names.setattr) {
        let f = found_value(m, found);
        let text = name_text(m, name);
        return invoke(m, f, Args::positional(&[o, text, v]), Cont::Def);
    }
    set_plain(m, o, instance, class, name, v)
}

/// As `object.__setattr__` does it.
pub fn set_plain<M: Meta>(
    m: &mut M,
    o: Val<M>,
    instance: Ref<M, Instance>,
    class: &'static ClassInfo,
    name: u32,
    v: Val<M>,
) -> Flow {
    let fl = state(m);
    let found = class.lookup(name);
    if let Some(found) = found
        && is_data_descriptor(m, found)
    {
        let descriptor = m.val(found.value);
        if let Some(property) = m.as_ref::<Property>(descriptor) {
            let setter = m.get(property, Property::SETTER);
            if m.is(setter, Value::NONE) {
                return read_only(m, o, name);
            }
            return invoke(m, setter, Args::positional(&[o, v]), Cont::Def);
        }
        if !m.is_tag(descriptor, Tag::layout(MemberSlot::ID)) {
            let class = frames::instance_class(m, descriptor).expect("a descriptor in FL");
            let Some(setter) = class.lookup(fl.names.set) else {
                return read_only(m, o, name);
            };
            let setter = found_value(m, setter);
            return invoke(m, setter, Args::positional(&[descriptor, o, v]), Cont::Def);
        }
    } else if !class.has_dict {
        return match found {
            Some(_) => read_only(m, o, name),
            None => missing(m, o, name),
        };
    }
    let shape = m.shape(instance);
    let shapes = &mut vm(m).shapes;
    if shapes.is_full(shape) && shapes.lookup(shape, name).is_none() {
        return match m.try_call(&errors::TOO_MANY_ATTRIBUTES, []) {
            Ok(_) => unreachable!("it always raises"),
            Err(Raised) => raised(m),
        };
    }
    if is_store(m)
        && !found.is_some_and(comes_first)
        && class.lookup_guest(fl.names.setattr).is_none()
    {
        fill_store_cache(m, shape, name);
    }
    shapes::instance_set(m, instance, name, v);
    Flow::Next
}

fn read_only<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Flow {
    let name = m.val(Value::symbol(name));
    match m.try_call(&errors::READ_ONLY_ATTRIBUTE, [o, name]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// `DelAttr`.
#[inline(never)]
pub fn del_attr<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.a());
    let fl = state(m);
    let name = tables(m).names[i.b() as usize];
    if let Some(class) = frames::instance_class(m, o) {
        m.assume(&class.valid.borrow());
        if let Some(found) = class.lookup_guest(fl.names.delattr) {
            let f = found_value(m, found);
            let text = name_text(m, name);
            return invoke(m, f, Args::positional(&[o, text]), Cont::Def);
        }
        if let Some(found) = class.lookup(name)
            && is_data_descriptor(m, found)
        {
            let descriptor = m.val(found.value);
            if let Some(property) = m.as_ref::<Property>(descriptor) {
                let deleter = m.get(property, Property::DELETER);
                if m.is(deleter, Value::NONE) {
                    let name = m.val(Value::symbol(name));
                    let _ = m.try_call(&errors::NO_DELETER, [o, name]);
                    return raised(m);
                }
                return invoke(m, deleter, Args::positional(&[o]), Cont::Def);
            }
            if let Some(class) = frames::instance_class(m, descriptor)
                && let Some(deleter) = class.lookup(fl.names.delete)
            {
                let deleter = found_value(m, deleter);
                return invoke(m, deleter, Args::positional(&[descriptor, o]), Cont::Def);
            }
        }
    }
    let name = m.val(Value::symbol(name));
    match m.try_call(&builtins::functions::DELETE_ATTRIBUTE, [o, name]) {
        Ok(_) => Flow::Next,
        Err(Raised) => raised(m),
    }
}
