//! The class of every value.

use crate::object::class::{ClassInfo, WellKnown};
use crate::object::layouts::{MethodKind, STATIC_METHOD};
use crate::state::{ELLIPSIS, FlState, NOT_IMPLEMENTED};
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{Class, Instance};
use runtime::object::{self, Obj};

impl WellKnown {
    /// The class of an immediate value.
    pub fn of_immediate(&self, v: Value) -> &'static ClassInfo {
        match v {
            Value::TRUE | Value::FALSE => self.bool,
            NOT_IMPLEMENTED => self.NotImplementedType,
            ELLIPSIS => self.ellipsis,
            _ => self.NoneType,
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
