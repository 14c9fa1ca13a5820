//! The instructions that load and store attributes, with their inline caches.

use crate::interp::attributes::*;
use crate::interp::errors;
use crate::interp::frames::{Cont, raised, state, tables, vm};
use crate::loaded::Cache;
use crate::object::class::Found;
use crate::object::layouts::{Property, Super};
use crate::op::Instr;
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Ref, Val};
use runtime::layouts::{Array, Builtin, Class, Function, Instance, Module};
use runtime::shapes::Place;

/// Kinds of [`Cache`] entries.
const EMPTY: u32 = 0;
const INLINE: u32 = 1;
const OVERFLOW: u32 = 2;
const METHOD: u32 = 3;
/// A store that adds the attribute in an inline slot.
const ADD: u32 = 4;
/// A variable of a module.
const VARIABLE: u32 = 5;

/// Cache keys of values that are no instances: their tag.
const TAG_KEY: u32 = 1 << 31;

/// Is the cache's knowledge about this shape or type still right?
#[inline(always)]
fn hits<M: Meta>(m: &M, cache: &Cache, key: u32) -> bool {
    cache.key.get() == key && cache.epoch.get() == state(m).epoch.get()
}

/// What a cache says about a class must be assumed by a trace.
#[inline(always)]
fn assume_shape<M: Meta>(m: &mut M, shape: u32) {
    if m.recording() {
        let id = vm(m).shapes.class_of(shape);
        let class = state(m).class(id.0 as i64);
        m.assume(&class.valid.borrow());
    }
}

#[inline(always)]
fn load_overflow<M: Meta>(m: &mut M, o: Ref<M, Instance>, index: u16) -> Val<M> {
    let overflow = m.get(o, Instance::OVERFLOW);
    let overflow = m.cast::<Array>(overflow);
    m.item_at(overflow, Array::ITEMS, index)
}

/// `LoadAttr`.
#[inline(always)]
pub fn load_attr<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.b());
    if let Some(instance) = m.as_ref::<Instance>(o) {
        let shape = m.shape(instance);
        let cache = tables(m).cache(m.pc() - 1);
        if hits(m, cache, shape) && cache.kind.get() == INLINE {
            assume_shape(m, shape);
            let v = m.item_at(instance, Instance::SLOTS, cache.index.get() as u16);
            m.set_slot(i.a(), v);
            return Flow::Next;
        }
    }
    m.outlined(|m| load_attr_slow(m, i))
}

#[inline(never)]
fn load_attr_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.b());
    let fc = tables(m);
    let name = fc.names[i.c() as usize];
    let cache = fc.cache(m.pc() - 1);
    if let Some(instance) = m.as_ref::<Instance>(o) {
        let shape = m.shape(instance);
        if hits(m, cache, shape) && cache.kind.get() == OVERFLOW
            || fill_instance_cache(m, cache, shape, name)
        {
            assume_shape(m, shape);
            let index = cache.index.get() as u16;
            let v = match cache.kind.get() {
                INLINE => m.item_at(instance, Instance::SLOTS, index),
                _ => load_overflow(m, instance, index),
            };
            m.set_slot(i.a(), v);
            return Flow::Next;
        }
    } else if let Some(v) = module_variable(m, cache, o, name) {
        m.set_slot(i.a(), v);
        return Flow::Next;
    }
    let attribute = get(m, o, name);
    finish_get(m, attribute, o, name, Cont::Def)
}

/// What an attribute of instances of one shape is, as far as caches care. Sites that see several
/// shapes find it here, in a table of the engine that is indexed by a hash of shape and name.
#[derive(Copy, Clone, Default)]
pub struct Known {
    shape: u32,
    name: u32,
    epoch: u32,
    kind: u32,
    index: u32,
    /// A method; it does not move, and lives as long as the epoch.
    method: Option<Value>,
}

/// Entries of the table of [`Known`] attributes.
pub const KNOWN: usize = 1024;

fn known_at(shape: u32, name: u32) -> usize {
    let hash = shape.wrapping_mul(0x9E37_79B1) ^ name.wrapping_mul(0x85EB_CA6B);
    (hash >> 16) as usize % KNOWN
}

/// Notes where instances of `shape` have `name`; false if something in the class gets in the way.
fn fill_instance_cache<M: Meta>(m: &mut M, cache: &Cache, shape: u32, name: u32) -> bool {
    let fl = state(m);
    let at = known_at(shape, name);
    let epoch = fl.epoch.get();
    let mut known = fl.known(at);
    if known.shape != shape || known.name != name || known.epoch != epoch {
        let (kind, index) = instance_place(m, shape, name);
        known = Known {
            shape,
            name,
            epoch,
            kind,
            index: index as u32,
            method: None,
        };
        fl.note_known(at, known);
    }
    if !matches!(known.kind, INLINE | OVERFLOW) {
        return false;
    }
    cache.key.set(shape);
    cache.epoch.set(epoch);
    cache.kind.set(known.kind);
    cache.index.set(known.index);
    true
}

/// Kind and index of the place of an instance's own attribute.
fn instance_place<M: Meta>(m: &mut M, shape: u32, name: u32) -> (u32, u16) {
    let fl = state(m);
    let id = vm(m).shapes.class_of(shape);
    let class = fl.class(id.0 as i64);
    if class.lookup_guest(fl.names.getattribute).is_some()
        || class.lookup(name).is_some_and(comes_first)
    {
        return (EMPTY, 0);
    }
    match vm(m).shapes.lookup(shape, name) {
        Some(Place::Inline(index)) => (INLINE, index),
        Some(Place::Overflow(index)) => (OVERFLOW, index),
        None => (EMPTY, 0),
    }
}

/// May the class attribute take precedence over the instance's own? Members of `__slots__` do not:
/// what they describe is the instance's own.
pub(super) fn comes_first(found: Found) -> bool {
    let v = found.value;
    !found.in_cell && (runtime::object::is::<Property>(v) || runtime::object::is::<Instance>(v))
}

/// The variable `name` of the module `o`, if it is one and has it.
fn module_variable<M: Meta>(m: &mut M, cache: &Cache, o: Val<M>, name: u32) -> Option<Val<M>> {
    let module = m.as_ref::<Module>(o)?;
    let id = m.get(module, Module::NAMESPACE);
    let id = m.promote_int(id);
    if cache.kind.get() != VARIABLE || cache.key.get() != id as u32 {
        cache.kind.set(VARIABLE);
        cache.key.set(id as u32);
        let cell = state(m).namespace(id).cell(name);
        cache.global.set(Some(cell));
    }
    super::variables::load_cell(m, cache.global.get()?)
}

/// `LoadMethod`.
#[inline(always)]
pub fn load_method<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.b());
    let key = match m.as_ref::<Instance>(o) {
        Some(instance) => m.shape(instance),
        None => TAG_KEY | m.tag(o).0 as u32,
    };
    let cache = tables(m).cache(m.pc() - 1);
    if hits(m, cache, key)
        && cache.kind.get() == METHOD
        && let Some(f) = cache.value.get()
    {
        if key & TAG_KEY == 0 {
            assume_shape(m, key);
        }
        let f = m.val(f);
        m.set_slot(i.a(), f);
        m.set_slot(i.a() + 1, o);
        return Flow::Next;
    }
    m.outlined(|m| load_method_slow(m, i, key))
}

#[inline(never)]
fn load_method_slow<M: Meta>(m: &mut M, i: Instr, key: u32) -> Flow {
    let o = m.slot(i.b());
    let fl = state(m);
    let name = tables(m).names[i.c() as usize];
    let cache = tables(m).cache(m.pc() - 1);
    if let Some(v) = module_variable(m, cache, o, name) {
        let undef = m.val(Value::UNDEF);
        m.set_slot(i.a(), v);
        m.set_slot(i.a() + 1, undef);
        return Flow::Next;
    }
    if let Some(f) = known_method(m, key, name) {
        cache.key.set(key);
        cache.epoch.set(fl.epoch.get());
        cache.kind.set(METHOD);
        cache.value.set(Some(f));
        assume_shape(m, key);
        let f = m.val(f);
        m.set_slot(i.a(), f);
        m.set_slot(i.a() + 1, o);
        return Flow::Next;
    }
    match get(m, o, name) {
        Attribute::Method(f, receiver) => {
            let cacheable = key != (TAG_KEY | Tag::IMM.0 as u32)
                && class_of(m, o).lookup(name).is_some_and(|found| {
                    !found.in_cell
                        && (runtime::object::is::<Function>(found.value)
                            || runtime::object::is::<Builtin>(found.value))
                })
                && !m.is_tag(o, Tag::layout(Class::ID))
                && !m.is_tag(o, Tag::layout(Super::ID))
                && !m.is_tag(o, Tag::layout(Module::ID))
                && !m.is_tag(o, Tag::layout(Function::ID));
            if cacheable {
                let found = class_of(m, o).lookup(name).expect("checked above");
                note_method(m, key, name, found.value);
                cache.key.set(key);
                cache.epoch.set(fl.epoch.get());
                cache.kind.set(METHOD);
                cache.value.set(Some(found.value));
            }
            m.set_slot(i.a(), f);
            m.set_slot(i.a() + 1, receiver);
            Flow::Next
        }
        attribute => {
            let undef = m.val(Value::UNDEF);
            m.set_slot(i.a() + 1, undef);
            finish_get(m, attribute, o, name, Cont::Def)
        }
    }
}

/// The method that instances of the shape `key` have, if it is in the engine's table.
fn known_method<M: Meta>(m: &mut M, key: u32, name: u32) -> Option<Value> {
    if key & TAG_KEY != 0 {
        return None;
    }
    let fl = state(m);
    let known = fl.known(known_at(key, name));
    let right = known.shape == key && known.name == name && known.epoch == fl.epoch.get();
    known.method.filter(|_| right && known.kind == METHOD)
}

/// Notes a method of instances of the shape `key` in the engine's table.
fn note_method<M: Meta>(m: &mut M, key: u32, name: u32, method: Value) {
    if key & TAG_KEY != 0 || !vm(m).heap.is_settled(method) {
        return;
    }
    let fl = state(m);
    let known = Known {
        shape: key,
        name,
        epoch: fl.epoch.get(),
        kind: METHOD,
        index: 0,
        method: Some(method),
    };
    fl.note_known(known_at(key, name), known);
}

/// `LoadEnter`, `LoadExit`: a method of the class.
#[inline(never)]
pub fn load_special<M: Meta>(m: &mut M, i: Instr, name: u32) -> Flow {
    let o = m.slot(i.b());
    match type_attribute(m, o, name) {
        Attribute::Method(f, receiver) => {
            m.set_slot(i.a(), f);
            m.set_slot(i.a() + 1, receiver);
            Flow::Next
        }
        Attribute::Value(f) => {
            let undef = m.val(Value::UNDEF);
            m.set_slot(i.a(), f);
            m.set_slot(i.a() + 1, undef);
            Flow::Next
        }
        _ => {
            let name = m.val(Value::symbol(name));
            match m.try_call(&errors::NO_CONTEXT_MANAGER, [o, name]) {
                Ok(_) => unreachable!("it always raises"),
                Err(Raised) => raised(m),
            }
        }
    }
}

/// `StoreAttr`.
#[inline(always)]
pub fn store_attr<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.a());
    if let Some(instance) = m.as_ref::<Instance>(o) {
        let shape = m.shape(instance);
        let cache = tables(m).cache(m.pc() - 1);
        if hits(m, cache, shape) && cache.kind.get() != EMPTY {
            assume_shape(m, shape);
            let v = m.slot(i.c());
            m.set_item_at(instance, Instance::SLOTS, cache.index.get() as u16, v);
            if cache.kind.get() == ADD {
                m.set_shape(instance, cache.next.get());
            }
            return Flow::Next;
        }
    }
    m.outlined(|m| store_attr_slow(m, i))
}

#[inline(never)]
fn store_attr_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (o, v) = (m.slot(i.a()), m.slot(i.c()));
    let name = tables(m).names[i.b() as usize];
    set(m, o, name, v)
}

/// Notes where the current `StoreAttr` stores into instances of `shape`.
pub(super) fn fill_store_cache<M: Meta>(m: &mut M, shape: u32, name: u32) {
    let cache = tables(m).cache(m.pc() - 1);
    let shapes = &mut vm(m).shapes;
    let (kind, next) = match shapes.lookup(shape, name) {
        Some(_) => (INLINE, shape),
        None => (ADD, shapes.add(shape, name)),
    };
    if let Some(Place::Inline(index)) = shapes.lookup(next, name) {
        cache.key.set(shape);
        cache.epoch.set(state(m).epoch.get());
        cache.kind.set(kind);
        cache.index.set(index as u32);
        cache.next.set(next);
    }
}

/// Is the current instruction a `StoreAttr` (and not a call of `object.__setattr__`)?
pub(super) fn is_store<M: Meta>(m: &M) -> bool {
    crate::loaded::instr_at(m.code(), m.pc() - 1).number() == crate::op::num::StoreAttr
}
