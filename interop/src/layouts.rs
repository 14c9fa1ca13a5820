//! Layouts of objects that stand for things of a language without objects of its own for them.
//! Ids 52 to 63 of the runtime's range.

use metatrace::layout::{Layout, LayoutId, LayoutType};
use metatrace::layouts;

layouts! {
    /// A module of a language whose modules are no objects: `LANG` its language, `NAME` the
    /// symbol it is known by there, `FILE` its path (a string) or none.
    pub ForeignModule = 52, "foreign_module" {
        LANG "lang": Int Immutable,
        NAME "name": Val Immutable,
        FILE "file": Val Immutable,
    }
    /// A relation as a value: `MODULE` and `NAME` are symbols of its language; the shape is the
    /// way of asking, one of `ASK_…`.
    pub Relation = 53, "relation" {
        LANG "lang": Int Immutable,
        MODULE "module": Val Immutable,
        NAME "name": Val Immutable,
    }
    /// A query in progress. What the fields hold is its language's business, but for `STATE`
    /// (one of `QUERY_…`): `OUTPUTS` is a tuple of what an answer is made of, `NAMES` their names or
    /// none; and for `BORN`, its number among all suspended computations if its maker counts them.
    pub Query = 54, "query" {
        LANG "lang": Int Immutable,
        STATE "state": Int Mutable,
        OUTPUTS "outputs": Val Immutable,
        NAMES "names": Val Immutable,
        GOAL "goal": Val Mutable,
        FRAME "frame": Val Mutable,
        CHOICE "choice": Val Mutable,
        TRAIL "trail": Val Mutable,
        CLEAN "clean": Val Mutable,
        SHARED "shared": Val Immutable,
        BORN "born": Int Mutable,
    }
    /// Text that crosses as a string where plain strings cross as atoms.
    pub MarkedText = 55, "marked_text" {
        TEXT "text": Val Immutable,
    }
    /// An exception of language `LANG` on its way through frames of another: `OBJECT` is what
    /// was raised, `TRACE` a tuple of tokens, outermost first.
    pub Foreign = 56, "foreign_exception" {
        LANG "lang": Int Immutable,
        OBJECT "object": Val Immutable,
        TRACE "trace": Val Mutable,
    }
}

/// Shapes of [`Relation`]: a call asks for the first answer.
pub const ASK_ONCE: u32 = 0;
/// For the first answer, or a default.
pub const ASK_FIRST: u32 = 1;
/// For all answers, lazily.
pub const ASK_ALL: u32 = 2;
/// For all answers to a text.
pub const ASK_TEXT: u32 = 3;

pub const QUERY_NEW: i64 = 0;
pub const QUERY_OPEN: i64 = 1;
pub const QUERY_RUNNING: i64 = 2;
pub const QUERY_DONE: i64 = 3;

pub use runtime::layouts::{Compound, TERM};

/// Layout ids of logic variables, whichever language has them.
pub const VARIABLE: LayoutId = 97;
pub const ATTRIBUTED: LayoutId = 98;

/// Every layout of this table but the term's.
pub const INTEROP_LAYOUTS: &[&Layout] = &[
    ForeignModule::LAYOUT,
    Relation::LAYOUT,
    Query::LAYOUT,
    MarkedText::LAYOUT,
    Foreign::LAYOUT,
];
