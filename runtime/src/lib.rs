//! What all guest languages share: heap and object model, frames, exceptions,
//! the driver loop, the host.
//!
//! Object operations come in two forms. Generic functions over
//! [`Meta`](metatrace::Meta) are for interpreters: they execute, record and
//! replay from one source. Methods and functions on [`engine::Vm`] are plain
//! Rust, for natives and builtins.
//!
//! Reading order: `layouts` (what objects look like), `object` (plain access to
//! them), `native` (declaring natives), `engine`, `shapes` (instances), `list`,
//! `tuple`, `text`, `bytes`, `number`, `compare` (equality, hashing, and how the
//! guest is asked), `dict`, `iter`, then `host`, `language` and `driver`.

pub mod bytes;
pub mod compare;
mod depth;
pub mod dict;
pub mod driver;
pub mod engine;
pub mod error;
pub mod heap;
pub mod host;
pub mod host_objects;
#[path = "heap/interrupt.rs"]
pub mod interrupt;
pub mod iter;
#[path = "heap/kept.rs"]
pub mod kept;
pub mod language;
pub mod layouts;
pub mod list;
pub mod native;
pub mod number;
pub mod object;
pub mod options;
pub mod shapes;
#[path = "heap/slices.rs"]
mod slices;
pub mod symbols;
#[cfg(test)]
mod testing;
pub mod text;
pub mod tuple;
pub mod well_known;

pub use engine::Vm;
pub use native::Guest;
pub use object::Obj;

/// Names that the macros of this crate expand to.
#[doc(hidden)]
pub mod core {
    pub use metatrace::native::{Effects, Native, NativeFn};
    pub use metatrace::{Value, VmCore};
}
