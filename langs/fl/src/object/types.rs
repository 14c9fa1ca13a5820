//! The class of every value.

use crate::builtins::iterators;
use crate::object::class::{ClassInfo, WellKnown};
use crate::object::layouts::{MethodKind, STATIC_METHOD};
use crate::state::{ELLIPSIS, FlState, NOT_IMPLEMENTED};
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{
    BoundMethod, Builtin, Class, DictIter, DictView, Generator, Instance, List, ReverseIter,
};
use runtime::object::{self, Obj};

/// Shapes of generators.
const GENERATOR_MAP: u32 = 1;
const GENERATOR_FILTER: u32 = 2;
const GENERATOR_ENUMERATE: u32 = 3;
const GENERATOR_ZIP: u32 = 4;

/// The shape of generators of a function of the prelude.
pub fn generator_shape(name: &str) -> u32 {
    match name {
        "_map_one" | "_map_many" => GENERATOR_MAP,
        "_filter" => GENERATOR_FILTER,
        "enumerate_guest" => GENERATOR_ENUMERATE,
        "zip_guest" => GENERATOR_ZIP,
        _ => 0,
    }
}

impl WellKnown {
    /// The class of an immediate value.
    pub fn of_immediate(&self, v: Value) -> &'static ClassInfo {
        match v {
            Value::TRUE | Value::FALSE => self.bool,
            NOT_IMPLEMENTED => self.NotImplementedType,
            ELLIPSIS => self.ellipsis,
            interop::values::OUT => self.output_marker,
            _ => self.NoneType,
        }
    }

    /// The class of a view of a dict or of an iterator over one, by its shape.
    pub fn of_view(&self, tag: Tag, shape: u32) -> &'static ClassInfo {
        let view = tag == Tag::layout(DictView::ID);
        match shape & 3 {
            iterators::VALUES if view => self.dict_values,
            iterators::ITEMS if view => self.dict_items,
            iterators::VALUES => self.dict_valueiterator,
            iterators::ITEMS => self.dict_itemiterator,
            _ => self.of_tag(tag),
        }
    }

    /// The class of a generator: those of some functions of the prelude have classes of their own.
    pub fn of_generator(&self, shape: u32) -> &'static ClassInfo {
        match shape {
            GENERATOR_MAP => self.map,
            GENERATOR_FILTER => self.filter,
            GENERATOR_ENUMERATE => self.enumerate,
            GENERATOR_ZIP => self.zip,
            _ => self.generator,
        }
    }

    /// The class of values with this tag, where the tag decides.
    pub fn of_tag(&self, tag: Tag) -> &'static ClassInfo {
        self.by_tag[tag.0 as usize]
    }
}

/// The class of `v`.
pub fn class_of(vm: &Vm, v: Value) -> &'static ClassInfo {
    let fl = FlState::of(vm);
    let types = fl.types();
    if let Some(o) = Obj::<Instance>::of(v) {
        return fl.class(vm.shapes.class_of(o.shape()).0 as i64);
    }
    let tag = object::tag(v);
    if tag == Tag::IMM {
        return types.of_immediate(v);
    }
    if tag == Tag::layout(MethodKind::ID) {
        let is_static = Obj::<MethodKind>::cast(v).shape() == STATIC_METHOD;
        return if is_static {
            types.staticmethod
        } else {
            types.classmethod
        };
    }
    if let Some(method) = Obj::<BoundMethod>::of(v) {
        return if object::is::<Builtin>(method.get(BoundMethod::FUNCTION)) {
            types.builtin_function_or_method
        } else {
            types.method
        };
    }
    if let Some(generator) = Obj::<Generator>::of(v) {
        return types.of_generator(generator.shape());
    }
    if let Some(it) = Obj::<ReverseIter>::of(v) {
        return if object::is::<List>(it.get(ReverseIter::SEQUENCE)) {
            types.list_reverseiterator
        } else {
            types.reversed
        };
    }
    if tag == Tag::layout(DictView::ID) {
        return types.of_view(tag, Obj::<DictView>::cast(v).shape());
    }
    if tag == Tag::layout(DictIter::ID) {
        return types.of_view(tag, Obj::<DictIter>::cast(v).shape());
    }
    types.of_tag(tag)
}

/// The name of the class of `v`, for messages.
pub fn type_name(vm: &Vm, v: Value) -> String {
    class_of(vm, v).name.borrow().clone()
}

/// The class that `v`, a class object, is.
pub fn as_class(vm: &Vm, v: Value) -> Option<&'static ClassInfo> {
    let class = Obj::<Class>::of(v)?;
    Some(FlState::of(vm).class(class.int(Class::INFO)))
}

/// The built-in value that `v` carries if it is an instance of a class derived from a
/// built-in type; `v` itself otherwise.
pub fn unwrap_payload(vm: &Vm, v: Value) -> Value {
    let Some(o) = Obj::<Instance>::of(v) else {
        return v;
    };
    let class = class_of(vm, v);
    if class.payload.is_some() && class.kind != crate::object::class::Kind::Exception {
        o.item(Instance::SLOTS, 0)
    } else {
        v
    }
}
