//! Descriptors of heap layouts: the one thing the core knows about objects.
//!
//! A layout is declared once with [`layouts!`](crate::layouts).  From the declaration derive:
//! typed accessors for [`Meta`](crate::meta::Meta), collector scanning, alias
//! classes for the optimiser, materialisation after an exit, and printing.
//!
//! Every object starts with one header word:
//!
//! ```text
//!  63            32 31       16 15      8 7      0
//! +----------------+-----------+---------+--------+
//! | shape id       | size      | layout  | flags  |
//! +----------------+-----------+---------+--------+
//! ```
//! `size` counts words including the header (`0xFFFF`: the large-object table
//! knows), `layout` never changes during an object's life, `shape` may.
//! After the header come the fixed fields, one word each, then the items.

use std::marker::PhantomData;
use std::sync::OnceLock;

/// Index of a layout in the registry; also the `layout` byte of the header.
pub type LayoutId = u8;

pub const FLAG_FORWARDED: u64 = 1 << 0;
/// Old and not yet in the remembered set: a store must log the holder first.
pub const FLAG_UNLOGGED: u64 = 1 << 1;
pub const FLAG_AGED: u64 = 1 << 2;
pub const FLAG_CARDED: u64 = 1 << 3;
pub const FLAG_PINNED: u64 = 1 << 4;
pub const FLAG_HAS_HASH: u64 = 1 << 5;
pub const FLAG_FINALISER: u64 = 1 << 6;
pub const FLAG_MARK: u64 = 1 << 7;
pub const HEADER_LAYOUT_SHIFT: u32 = 8;
pub const HEADER_SIZE_SHIFT: u32 = 16;
pub const HEADER_SHAPE_SHIFT: u32 = 32;
pub const SIZE_LARGE: u64 = 0xFFFF;

/// The header word of a fresh young object.
#[inline(always)]
pub const fn header(layout: LayoutId, size_words: usize, shape: u32) -> u64 {
    let size = if size_words < SIZE_LARGE as usize {
        size_words as u64
    } else {
        SIZE_LARGE
    };
    (layout as u64) << HEADER_LAYOUT_SHIFT
        | size << HEADER_SIZE_SHIFT
        | (shape as u64) << HEADER_SHAPE_SHIFT
}

/// What a word of an object holds.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A tagged value, traced by the collector.
    Val,
    /// A tagged fixnum: never a pointer, so never traced, and loads need no check.
    Int,
    /// A raw `f64`.
    Float,
    /// One byte per item (items only); loads give an Int.
    Byte,
    /// An untraced machine word (a Rust pointer or index): invisible to traces.
    Raw,
}

/// When a field may change after its object was initialised.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Mutability {
    /// Written once, before the object is visible to anybody else.
    Immutable,
    /// Changes seldom; a trace may rely on the value through an assumption.
    Quasi,
    Mutable,
}

/// One fixed field, as data.
#[derive(Debug)]
pub struct FieldInfo {
    pub name: &'static str,
    pub kind: Kind,
    pub mutability: Mutability,
}

/// The items after the fixed fields, if the layout has any.
#[derive(Debug)]
pub struct ItemsInfo {
    pub kind: Kind,
    pub mutability: Mutability,
    /// True when the first fixed field is the number of items (`Kind::Int`);
    /// otherwise the header's size tells.
    pub counted: bool,
}

#[derive(Debug)]
pub struct Layout {
    pub id: LayoutId,
    pub name: &'static str,
    pub fields: &'static [FieldInfo],
    pub items: Option<ItemsInfo>,
    /// May be replaced by its first field by optimiser and collector once that
    /// is bound (a bound logic variable): see architecture §6.
    pub transparent: bool,
    /// Once its first field is not UNDEF, an object stands for that value: a trace may
    /// use the value instead of an object that it made, unless an object of an
    /// `exact` layout refers to it (a record of what to undo).
    pub indirect: bool,
    /// Refers to indirect objects themselves, not to what they stand for.
    pub exact: bool,
}

impl Layout {
    /// First word index of the items.
    #[inline(always)]
    pub const fn items_start(&self) -> u16 {
        self.fields.len() as u16 + 1
    }
}

/// A field of a layout, untyped: what IR operations carry.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct FieldRef {
    pub layout: LayoutId,
    pub kind: Kind,
    pub mutability: Mutability,
    /// Word index within the object (the header is word 0).
    pub word: u16,
}

/// The items of a layout, untyped.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ItemsRef {
    pub layout: LayoutId,
    pub kind: Kind,
    pub mutability: Mutability,
    /// Word index of item 0.
    pub start: u16,
}

impl ItemsRef {
    /// Item `index` as if it were a fixed field (used for constant indices;
    /// byte items have no such form).
    #[inline(always)]
    pub const fn field(self, index: u16) -> FieldRef {
        FieldRef {
            layout: self.layout,
            kind: self.kind,
            mutability: self.mutability,
            word: self.start + index,
        }
    }
}

/// Marker types of layouts, made by [`layouts!`](crate::layouts).
pub trait LayoutType: Copy + 'static {
    const LAYOUT: &'static Layout;
    const ID: LayoutId = Self::LAYOUT.id;
}

/// A typed field: `T` is its layout, `K` one of the kind markers below.
pub struct Field<T, K> {
    pub raw: FieldRef,
    marker: PhantomData<fn() -> (T, K)>,
}

/// Typed items.
pub struct Items<T, K> {
    pub raw: ItemsRef,
    marker: PhantomData<fn() -> (T, K)>,
}

impl<T, K> Copy for Field<T, K> {}
impl<T, K> Clone for Field<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T, K> Copy for Items<T, K> {}
impl<T, K> Clone for Items<T, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, K> Field<T, K> {
    pub const fn new(layout: LayoutId, kind: Kind, mutability: Mutability, word: u16) -> Self {
        Field {
            raw: FieldRef {
                layout,
                kind,
                mutability,
                word,
            },
            marker: PhantomData,
        }
    }
}

impl<T, K> Items<T, K> {
    pub const fn new(layout: LayoutId, kind: Kind, mutability: Mutability, start: u16) -> Self {
        Items {
            raw: ItemsRef {
                layout,
                kind,
                mutability,
                start,
            },
            marker: PhantomData,
        }
    }

    /// Item `index` as a field: for layouts whose items are named by number.
    #[inline(always)]
    pub const fn field(self, index: u16) -> Field<T, K> {
        Field {
            raw: self.raw.field(index),
            marker: PhantomData,
        }
    }
}

static REGISTRY: [OnceLock<&'static Layout>; 256] = [const { OnceLock::new() }; 256];

/// Makes layouts known by id, for printing, scanning and parsing of traces.
/// Registering the same layouts again is harmless; two layouts with one id panic.
pub fn register(layouts: &[&'static Layout]) {
    for &layout in layouts {
        let entry = REGISTRY[layout.id as usize].get_or_init(|| layout);
        assert!(
            std::ptr::eq(*entry, layout) || entry.name == layout.name,
            "layout id {} taken twice",
            layout.id
        );
    }
}

/// The layout with this id, if registered.
#[inline]
pub fn lookup(id: LayoutId) -> Option<&'static Layout> {
    REGISTRY[id as usize].get().copied()
}

/// The layout with this name, if registered: for the trace parser.
pub fn by_name(name: &str) -> Option<&'static Layout> {
    REGISTRY
        .iter()
        .filter_map(|e| e.get().copied())
        .find(|l| l.name == name)
}

/// Declares heap layouts.
///
/// ```text
/// layouts! {
///     /// A growable list.
///     pub List = 20, "list" {
///         LEN "len": Int Mutable,
///         STORE "store": Val Mutable,
///     }
///     /// A fixed array of values.
///     pub Array = 21, "array" counted {
///         LEN "len": Int Immutable,
///         @items ITEMS: Val Mutable,
///     }
/// }
/// ```
/// makes a marker type `List` with `List::LEN: Field<List, Int>`, … and
/// `Array::ITEMS: Items<Array, Val>`.  The word `transparent` before the brace
/// marks a layout that may be replaced by its first field; `indirect` and `exact`
/// are those of [`Layout`].
#[macro_export]
macro_rules! layouts {
    ($($(#[$doc:meta])* pub $ty:ident = $id:expr, $name:literal $($flag:ident)* {
        $($field:ident $fname:literal : $kind:ident $mutability:ident,)*
        $(@items $items:ident : $ikind:ident $imut:ident,)?
    })*) => {$(
        $(#[$doc])*
        #[derive(Copy, Clone, Debug)]
        pub struct $ty;
        impl $crate::layout::LayoutType for $ty {
            const LAYOUT: &'static $crate::layout::Layout = &$crate::layout::Layout {
                id: $id,
                name: $name,
                fields: &[$($crate::layout::FieldInfo {
                    name: $fname,
                    kind: $crate::layout::Kind::$kind,
                    mutability: $crate::layout::Mutability::$mutability,
                },)*],
                items: $crate::layouts!(@items [$($flag)*] $($ikind $imut)?),
                transparent: $crate::layouts!(@transparent $($flag)*),
                indirect: $crate::layouts!(@indirect $($flag)*),
                exact: $crate::layouts!(@exact $($flag)*),
            };
        }
        #[allow(non_upper_case_globals, dead_code, reason = "the numbering helper below")]
        const _: () = {
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "fields are constants")]
            #[repr(u16)]
            enum Word { Header, $($field,)* End }
            impl $ty {
                $(pub const $field: $crate::layout::Field<$ty, $crate::meta::kinds::$kind> =
                    $crate::layout::Field::new($id, $crate::layout::Kind::$kind,
                        $crate::layout::Mutability::$mutability, Word::$field as u16);)*
                $(pub const $items: $crate::layout::Items<$ty, $crate::meta::kinds::$ikind> =
                    $crate::layout::Items::new($id, $crate::layout::Kind::$ikind,
                        $crate::layout::Mutability::$imut, Word::End as u16);)?
                /// Words of an object without items, header included.
                pub const WORDS: usize = Word::End as usize;
            }
        };
    )*};
    (@items [$($flag:ident)*]) => { None };
    (@items [$($flag:ident)*] $ikind:ident $imut:ident) => {
        Some($crate::layout::ItemsInfo {
            kind: $crate::layout::Kind::$ikind,
            mutability: $crate::layout::Mutability::$imut,
            counted: $crate::layouts!(@counted $($flag)*),
        })
    };
    (@counted) => { false };
    (@counted counted $($rest:ident)*) => { true };
    (@counted $other:ident $($rest:ident)*) => { $crate::layouts!(@counted $($rest)*) };
    (@indirect) => { false };
    (@indirect indirect $($rest:ident)*) => { true };
    (@indirect $other:ident $($rest:ident)*) => { $crate::layouts!(@indirect $($rest)*) };
    (@exact) => { false };
    (@exact exact $($rest:ident)*) => { true };
    (@exact $other:ident $($rest:ident)*) => { $crate::layouts!(@exact $($rest)*) };
    (@transparent) => { false };
    (@transparent transparent $($rest:ident)*) => { true };
    (@transparent $other:ident $($rest:ident)*) => { $crate::layouts!(@transparent $($rest)*) };
}

layouts! {
    /// A float that does not fit the immediate form (see `value.rs`).
    pub FloatBox = 1, "float_box" {
        VALUE "value": Float Immutable,
    }
    /// A guest frame: see `frame.rs`.
    pub Frame = 2, "frame" {
        PARENT "parent": Val Mutable,
        TOKEN "token": Int Mutable,
        AUX "aux": Val Mutable,
        @items SLOTS: Val Mutable,
    }
}

/// Layouts of the core itself; ids up to 7 are reserved for it.
pub const CORE_LAYOUTS: &[&Layout] = &[FloatBox::LAYOUT, Frame::LAYOUT];
/// Id of [`FloatBox`].
pub const FLOAT_BOX: LayoutId = FloatBox::LAYOUT.id;
/// Id of [`Frame`].
pub const FRAME: LayoutId = Frame::LAYOUT.id;
