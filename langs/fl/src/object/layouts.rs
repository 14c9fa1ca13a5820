//! Heap layouts that only FL has. The shared ones are `runtime::layouts`.

use metatrace::layout::{Layout, LayoutType};
use metatrace::layouts;

layouts! {
    /// What every exception instance has, in its payload slot.
    pub ExcData = 64, "exception_data" {
        ARGS "args": Val Mutable,
        TRACEBACK "traceback": Val Mutable,
        CONTEXT "context": Val Mutable,
        CAUSE "cause": Val Mutable,
        SUPPRESS "suppress_context": Int Mutable,
    }
    /// One traceback entry; `NEXT` is the entry of the frame it called.
    pub Traceback = 65, "traceback" {
        NEXT "next": Val Mutable,
        TOKEN "token": Int Immutable,
    }
    /// A property.
    pub Property = 66, "property" {
        GETTER "getter": Val Immutable,
        SETTER "setter": Val Immutable,
        DELETER "deleter": Val Immutable,
        DOC "doc": Val Mutable,
    }
    /// `staticmethod` (shape 0) or `classmethod` (shape 1) of a function.
    pub MethodKind = 67, "method_kind" {
        FUNCTION "function": Val Immutable,
    }
    /// `super()`: attributes of `RECEIVER` behind `CLASS` in the order of `START`'s classes.
    pub Super = 68, "super" {
        CLASS "class": Val Immutable,
        RECEIVER "receiver": Val Immutable,
        START "start": Val Immutable,
    }
    /// The slot that `__slots__` made for `NAME` in instances of `CLASS`.
    pub MemberSlot = 69, "member_slot" {
        CLASS "class": Val Immutable,
        NAME "name": Val Immutable,
    }
    /// `enumerate` of an iterator that needs no guest code.
    pub Enumerate = 70, "enumerate" {
        ITERATOR "iterator": Val Immutable,
        COUNT "count": Int Mutable,
    }
    /// `zip` of iterators that need no guest code.
    pub Zip = 71, "zip" {
        ITERATORS "iterators": Val Immutable,
    }
}

/// Every layout of this table.
pub const FL_LAYOUTS: &[&Layout] = &[
    ExcData::LAYOUT,
    Traceback::LAYOUT,
    Property::LAYOUT,
    MethodKind::LAYOUT,
    Super::LAYOUT,
    MemberSlot::LAYOUT,
    Enumerate::LAYOUT,
    Zip::LAYOUT,
];

/// Shapes of [`MethodKind`].
pub const STATIC_METHOD: u32 = 0;
pub const CLASS_METHOD: u32 = 1;
