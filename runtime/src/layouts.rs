//! THE table of heap layouts that all languages share.
//!
//! Ids 8 to 63 are the runtime's, so that each of its layouts has an alias group
//! of its own (`metatrace::native::group`). Languages number theirs from
//! [`FIRST_LANGUAGE_LAYOUT`] upward: FL 64.., Prolog 96.., others 128...
//!
//! Where a layout has variants that share their fields (a list's storage
//! strategy, what a dict iterator yields, an instance's hidden class), the
//! header's shape id tells them apart; see the module that owns the layout.

use metatrace::layout::{Layout, LayoutId, LayoutType};
use metatrace::layouts;

/// First layout id that languages may use.
pub const FIRST_LANGUAGE_LAYOUT: u8 = 64;

layouts! {
    /// An integer outside the fixnum range: sign and magnitude, little endian words. See `number.rs`.
    pub BigInt = 8, "bigint" counted {
        LEN "len": Int Immutable,
        NEGATIVE "negative": Int Immutable,
        @items DIGITS: Raw Immutable,
    }
    /// Text, WTF-8. See `text.rs`.
    ///
    /// The bytes are inline when `COUNT = BYTES`; otherwise `EXTRA` leads to them.
    pub Str = 9, "str" counted {
        COUNT "count": Int Immutable,
        BYTES "bytes": Int Immutable,
        CHARS "chars": Int Immutable,
        HASH "hash": Int Mutable,
        EXTRA "extra": Val Mutable,
        @items TEXT: Byte Immutable,
    }
    /// Growable bytes that several strings share: each sees a prefix of them.
    pub StrData = 10, "str_data" counted {
        CAPACITY "capacity": Int Immutable,
        USED "used": Int Mutable,
        @items TEXT: Byte Mutable,
    }
    /// What is known about one string: its bytes if they are not inline, its
    /// symbol, and byte offsets of every 64th character.
    pub StrIndex = 11, "str_index" counted {
        COUNT "count": Int Immutable,
        DATA "data": Val Mutable,
        SYMBOL "symbol": Val Mutable,
        @items OFFSETS: Int Mutable,
    }
    /// A growable sequence; the shape is its storage strategy. See `list/`.
    pub List = 12, "list" {
        LEN "len": Int Mutable,
        STORE "store": Val Mutable,
    }
    /// Storage of values.
    pub Array = 13, "array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
    /// Storage of fixnums; never holds a pointer.
    pub IntArray = 14, "int_array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Int Mutable,
    }
    /// Storage of unboxed floats.
    pub FloatArray = 15, "float_array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Float Mutable,
    }
    /// Storage of bytes.
    pub ByteArray = 16, "byte_array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Byte Mutable,
    }
    /// An immutable sequence.
    pub Tuple = 17, "tuple" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Immutable,
    }
    /// An arithmetic progression; fields may be big integers.
    pub Range = 18, "range" {
        START "start": Val Immutable,
        STOP "stop": Val Immutable,
        STEP "step": Val Immutable,
        LEN "len": Val Immutable,
    }
    /// Bounds of a slice, any values.
    pub Slice = 19, "slice" {
        START "start": Val Immutable,
        STOP "stop": Val Immutable,
        STEP "step": Val Immutable,
    }
    /// A variable shared between frames and closures; UNDEF when empty.
    pub Cell = 20, "cell" {
        VALUE "value": Val Mutable,
    }
    /// An object of a class; the shape is its hidden class. See `shapes.rs`.
    pub Instance = 21, "instance" {
        OVERFLOW "overflow": Val Mutable,
        @items SLOTS: Val Mutable,
    }
    /// A class; `INFO` is its number in the engine's class table.
    pub Class = 22, "class" {
        INFO "info": Int Immutable,
        NAME "name": Val Mutable,
        BASES "bases": Val Mutable,
        MRO "mro": Val Mutable,
        ATTRS "attrs": Val Mutable,
    }
    /// An insertion-ordered mapping; the shape is its key strategy. See `dict/`.
    pub Dict = 23, "dict" {
        LEN "len": Int Mutable,
        USED "used": Int Mutable,
        KEYS "keys": Val Mutable,
        INDEX "index": Val Mutable,
        VALUES "values": Val Mutable,
    }
    /// A mutable set; fields as a dict's.
    pub Set = 24, "set" {
        LEN "len": Int Mutable,
        USED "used": Int Mutable,
        KEYS "keys": Val Mutable,
        INDEX "index": Val Mutable,
    }
    /// An immutable set; caches its hash.
    pub FrozenSet = 25, "frozenset" {
        LEN "len": Int Mutable,
        USED "used": Int Mutable,
        KEYS "keys": Val Mutable,
        INDEX "index": Val Mutable,
        HASH "hash": Val Mutable,
    }
    /// Immutable bytes.
    pub Bytes = 26, "bytes" counted {
        LEN "len": Int Immutable,
        HASH "hash": Int Mutable,
        @items ITEMS: Byte Immutable,
    }
    /// Growable bytes.
    pub ByteBuffer = 27, "bytearray" {
        LEN "len": Int Mutable,
        STORE "store": Val Mutable,
    }
    /// A guest function.
    pub Function = 28, "function" {
        CODE "code": Int Immutable,
        NAME "name": Val Quasi,
        DEFAULTS "defaults": Val Quasi,
        KW_DEFAULTS "kw_defaults": Val Quasi,
        CLOSURE "closure": Val Immutable,
        GLOBALS "globals": Val Immutable,
        ATTRS "attrs": Val Mutable,
    }
    /// A function with its receiver.
    pub BoundMethod = 29, "bound_method" {
        FUNCTION "function": Val Immutable,
        RECEIVER "receiver": Val Immutable,
    }
    /// A function written in Rust; `INDEX` is its place in `Vm::builtins`.
    pub Builtin = 30, "builtin" {
        INDEX "index": Int Immutable,
        NAME "name": Val Immutable,
    }
    /// A module; `NAMESPACE` is the number of its variables' table. See `namespace.rs`.
    pub Module = 31, "module" {
        NAMESPACE "namespace": Int Immutable,
        NAME "name": Val Immutable,
        ATTRS "attrs": Val Mutable,
    }
    /// A suspended computation; `STATE` is one of `function::generator`'s, `BORN` its number among
    /// all such computations.
    pub Generator = 32, "generator" {
        FRAME "frame": Val Mutable,
        STATE "state": Int Mutable,
        NAME "name": Val Immutable,
        EXTRA "extra": Val Mutable,
        BORN "born": Int Immutable,
    }
    /// Steps through a list by index; at its end `LIST` is none. `CELL` is the next cell of a list that
    /// is linked, after the first step.
    pub ListIter = 33, "list_iterator" {
        LIST "list": Val Mutable,
        INDEX "index": Int Mutable,
        CELL "cell": Val Mutable,
    }
    /// Steps through a tuple.
    pub TupleIter = 34, "tuple_iterator" {
        TUPLE "tuple": Val Mutable,
        INDEX "index": Int Mutable,
    }
    /// Steps through a range of fixnums: `LEFT` more values, the next is `NEXT`.
    pub RangeIter = 35, "range_iterator" {
        NEXT "next": Int Mutable,
        STEP "step": Int Immutable,
        LEFT "left": Int Mutable,
    }
    /// Steps through a string: next character's byte offset.
    pub StrIter = 36, "str_iterator" {
        TEXT "text": Val Mutable,
        OFFSET "offset": Int Mutable,
    }
    /// Steps through bytes or a byte buffer.
    pub BytesIter = 37, "bytes_iterator" {
        BYTES "bytes": Val Mutable,
        INDEX "index": Int Mutable,
    }
    /// Steps through a dict or set; the shape says what it yields. See `dict/iter.rs`.
    pub DictIter = 38, "dict_iterator" {
        TABLE "table": Val Mutable,
        INDEX "index": Int Mutable,
        LEN "len": Int Immutable,
    }
    /// Keys, values or items of a dict; the shape says which.
    pub DictView = 39, "dict_view" {
        DICT "dict": Val Immutable,
    }
    /// A failure inside the runtime, not yet an exception of any language. See `error.rs`.
    pub Error = 40, "error" {
        KIND "kind": Int Immutable,
        MESSAGE "message": Val Immutable,
        DATA "data": Val Immutable,
    }
    /// An object of the host (an open file, a compiled pattern): its number in `Vm::host_objects`.
    pub HostObject = 41, "host_object" {
        INDEX "index": Int Immutable,
    }
    /// Steps backwards through a list or tuple.
    pub ReverseIter = 42, "reverse_iterator" {
        SEQUENCE "sequence": Val Mutable,
        INDEX "index": Int Mutable,
    }
    /// Steps through a range whose values may be big integers.
    pub BigRangeIter = 43, "long_range_iterator" {
        NEXT "next": Val Mutable,
        STEP "step": Val Immutable,
        LEFT "left": Val Mutable,
    }
    /// Keys of a dict or set, with their hashes where the strategy stores them. See `dict/`.
    pub TableKeys = 44, "table_keys" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
    /// Values of a dict, one an entry.
    pub TableValues = 45, "table_values" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
    /// Hash index of a dict or set: numbers of 32 bits.
    pub TableIndex = 46, "table_index" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Byte Mutable,
    }
    /// A compound term of the language that has them, which registers it; the shape is its functor.
    /// Shape 0 is a cell of a list: an item and the rest.
    pub Compound = TERM, "struct" {
        @items ARGS: Val Mutable,
    }
}

/// Layout id of compound terms, whichever language has them.
pub const TERM: LayoutId = 96;

/// Every layout of this table.
pub const RUNTIME_LAYOUTS: &[&Layout] = &[
    BigInt::LAYOUT,
    Str::LAYOUT,
    StrData::LAYOUT,
    StrIndex::LAYOUT,
    List::LAYOUT,
    Array::LAYOUT,
    IntArray::LAYOUT,
    FloatArray::LAYOUT,
    ByteArray::LAYOUT,
    Tuple::LAYOUT,
    Range::LAYOUT,
    Slice::LAYOUT,
    Cell::LAYOUT,
    Instance::LAYOUT,
    Class::LAYOUT,
    Dict::LAYOUT,
    Set::LAYOUT,
    FrozenSet::LAYOUT,
    Bytes::LAYOUT,
    ByteBuffer::LAYOUT,
    Function::LAYOUT,
    BoundMethod::LAYOUT,
    Builtin::LAYOUT,
    Module::LAYOUT,
    Generator::LAYOUT,
    ListIter::LAYOUT,
    TupleIter::LAYOUT,
    RangeIter::LAYOUT,
    StrIter::LAYOUT,
    BytesIter::LAYOUT,
    DictIter::LAYOUT,
    DictView::LAYOUT,
    Error::LAYOUT,
    HostObject::LAYOUT,
    ReverseIter::LAYOUT,
    BigRangeIter::LAYOUT,
    TableKeys::LAYOUT,
    TableValues::LAYOUT,
    TableIndex::LAYOUT,
];

/// Makes all shared layouts known to the core.
pub fn register() {
    metatrace::layout::register(metatrace::layout::CORE_LAYOUTS);
    metatrace::layout::register(RUNTIME_LAYOUTS);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_dense_and_below_the_languages() {
        for (i, layout) in RUNTIME_LAYOUTS.iter().enumerate() {
            assert_eq!(layout.id as usize, i + 8, "{}", layout.name);
            assert!(layout.id < FIRST_LANGUAGE_LAYOUT);
        }
        register();
        register();
    }
}
