//! Heap layouts of Prolog: ids 96 and up.
//!
//! A compound's header shape is its functor number: one guard gives name and
//! arity. Choice points and trail are linked records: pushing is a bump
//! allocation that a trace can remove, and what nothing refers to is garbage.

/// A compound term; the shape is its functor.
pub use interop::layouts::Compound as Struct;
use metatrace::layout::{Layout, LayoutType};
use metatrace::layouts;

layouts! {
    /// A logic variable: `REF` is UNDEF or what it is bound to. `STAMP` is that
    /// of the newest choice point when it was made.
    pub Var = 97, "var" indirect {
        REF "ref": Val Mutable,
        STAMP "stamp": Int Immutable,
    }
    /// A variable with attributes (a term `att(Module, Value, More)` or `[]`).
    pub AttVar = 98, "attvar" {
        REF "ref": Val Mutable,
        STAMP "stamp": Int Immutable,
        ATTRS "attrs": Val Mutable,
    }
    /// A choice point: on failure `FRAME` continues at `TOKEN`, after undoing the
    /// trail down to `TRAIL`. `CLEAN` is the stamp of the newest call_cleanup choice point below
    /// when this is one itself, else -1.
    pub Choice = 99, "choice" {
        PREV "prev": Val Immutable,
        FRAME "frame": Val Immutable,
        TOKEN "token": Int Mutable,
        TRAIL "trail": Val Immutable,
        STAMP "stamp": Int Immutable,
        CLEAN "clean": Int Mutable,
    }
    /// A binding to undo.
    pub Trail = 100, "trail" exact {
        PREV "prev": Val Mutable,
        VAR "var": Val Immutable,
    }
    /// A destructive assignment to undo: item `INDEX` of `TARGET` was `OLD`;
    /// index -1 is an AttVar's attributes, -2 a global variable (`TARGET` its name).
    pub Undo = 101, "undo" exact {
        PREV "prev": Val Mutable,
        TARGET "target": Val Immutable,
        INDEX "index": Int Immutable,
        OLD "old": Val Immutable,
    }
    /// A list of another language, from item `NEXT` on: `REF` is UNDEF or the cells made of it. The shape
    /// is the strategy of the store; `LIST` is the list itself at its start, else none. See
    /// `border/views.rs`.
    pub ListView = 102, "list_view" {
        REF "ref": Val Mutable,
        LIST "list": Val Immutable,
        STORE "store": Val Mutable,
        NEXT "next": Int Immutable,
        LEN "len": Int Immutable,
        CORE "core": Raw Immutable,
    }
}

/// Every layout of this table.
pub const PROLOG_LAYOUTS: &[&Layout] = &[
    Struct::LAYOUT,
    Var::LAYOUT,
    AttVar::LAYOUT,
    Choice::LAYOUT,
    Trail::LAYOUT,
    Undo::LAYOUT,
    ListView::LAYOUT,
];

use metatrace::vm::REG_FIRST_FREE;

/// The newest choice point; NIL when there is none.
pub const REG_CHOICE: u8 = REG_FIRST_FREE;
/// Its stamp (0 when there is none): variables with a smaller one are trailed when bound.
pub const REG_STAMP: u8 = REG_FIRST_FREE + 1;
/// The newest trail record; NIL when there is none.
pub const REG_TRAIL: u8 = REG_FIRST_FREE + 2;
/// Stamps given so far.
pub const REG_COUNTER: u8 = REG_FIRST_FREE + 3;
/// Stamp of the newest choice point of a call_cleanup; 0 when there is none.
pub const REG_CLEAN: u8 = REG_FIRST_FREE + 4;
/// Goals of bound attributed variables, to be called soon: a list, `NIL` when empty.
pub const REG_WAKE: u8 = REG_FIRST_FREE + 5;
