//! Operand kinds and typed indices of the IR.

use crate::layout::{Kind, LayoutId};
use std::fmt;

/// Type of an SSA value. `Int` is a refinement of `Val` with the same bits (a
/// fixnum word): an `Int` may stand wherever a `Val` is wanted, never the reverse
/// without a guard. References are `Val`s.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum Ty {
    Void,
    Val,
    Int,
    Float,
    Bool,
}

impl Ty {
    pub fn accepts(self, given: Ty) -> bool {
        self == given || (self == Ty::Val && given == Ty::Int)
    }
    /// Type of a loaded field or item.
    pub const fn of_kind(kind: Kind) -> Ty {
        match kind {
            Kind::Val | Kind::Raw => Ty::Val,
            Kind::Int | Kind::Byte => Ty::Int,
            Kind::Float => Ty::Float,
        }
    }
    pub fn from_name(name: &str) -> Option<Ty> {
        [Ty::Void, Ty::Val, Ty::Int, Ty::Float, Ty::Bool]
            .into_iter()
            .find(|t| t.name() == name)
    }
    pub fn name(self) -> &'static str {
        match self {
            Ty::Void => "void",
            Ty::Val => "val",
            Ty::Int => "int",
            Ty::Float => "float",
            Ty::Bool => "bool",
        }
    }
}

/// An SSA value: the result of instruction or input number `index`, or a constant.
/// Values of a trace are numbered densely from 0, inputs first.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OpRef(pub u32);

const CONST_BIT: u32 = 1 << 31;

impl OpRef {
    /// No value: results of void operations, absent operands.
    pub const NONE: OpRef = OpRef(u32::MAX);

    pub const fn constant(index: u32) -> OpRef {
        OpRef(index | CONST_BIT)
    }
    pub const fn is_const(self) -> bool {
        self.0 & CONST_BIT != 0 && self.0 != u32::MAX
    }
    pub const fn const_index(self) -> usize {
        (self.0 & !CONST_BIT) as usize
    }
    /// Index of a value that is not a constant.
    pub const fn index(self) -> usize {
        debug_assert!(self.0 & CONST_BIT == 0);
        self.0 as usize
    }
}

impl fmt::Debug for OpRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            OpRef::NONE => f.write_str("-"),
            r if r.is_const() => write!(f, "c{}", r.const_index()),
            r => write!(f, "v{}", r.0),
        }
    }
}

macro_rules! index_type {
    ($(#[$doc:meta] $name:ident)*) => {$(
        #[$doc]
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
        pub struct $name(pub u32);
        impl $name {
            pub const fn index(self) -> usize { self.0 as usize }
        }
    )*};
}
index_type! {
    /// A snapshot of a trace.
    SnapshotId
    /// A frame state shared by snapshots.
    FrameSnapId
    /// A label within a tree of traces.
    LabelId
    /// A compiled entry (loop or function) known to the driver.
    TraceId
}

/// Dynamic type of a value as one byte: a heap layout, or one of the immediate kinds.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u8);

impl Tag {
    pub const INT: Tag = Tag(0xFF);
    /// An immediate float; boxed ones have the tag of their layout.
    pub const FLOAT: Tag = Tag(0xFE);
    pub const SYMBOL: Tag = Tag(0xFD);
    pub const IMM: Tag = Tag(0xFC);
    #[inline(always)]
    pub const fn layout(id: LayoutId) -> Tag {
        Tag(id)
    }
    #[inline(always)]
    pub const fn is_heap(self) -> bool {
        self.0 < 0xF0
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Tag::INT => f.write_str("int"),
            Tag::FLOAT => f.write_str("float"),
            Tag::SYMBOL => f.write_str("symbol"),
            Tag::IMM => f.write_str("imm"),
            Tag(id) => match crate::layout::lookup(id) {
                Some(layout) => f.write_str(layout.name),
                None => write!(f, "layout{id}"),
            },
        }
    }
}
