//! Metatrace: the language-neutral meta-tracing core.
//!
//! An interpreter is written once, generically over [`meta::Meta`]. Three
//! instances make three executions of the one source:
//!
//! ```text
//!   interpreter source ── Run ─────► executes (run.rs)
//!                      ── Record ──► executes and appends IR (record/)
//!                      ── Resume ──► replays a bytecode up to a failed guard (resume/)
//! ```
//!
//! Life of a trace: `warm` counts merge points until one is hot; `record`
//! appends operations with `resume::snapshot`s; `opt` rewrites them; `backend`
//! makes code; a failed guard leaves through an exit, `resume` rebuilds
//! frames, and hot exits get bridges.
//!
//! Reading order: `value` (tagged words), `layout` (heap descriptors), `ir`
//! (operations, traces), `meta` (what interpreters see), `run`, `record`,
//! `resume`, `opt`, `backend`.

pub mod assume;
pub mod backend;
pub mod code;
pub mod interp;
pub mod ir;
pub mod jit;
pub mod layout;
pub mod meta;
pub mod native;
pub mod opt;
pub mod options;
pub mod record;
pub mod resume;
pub mod run;
pub mod value;
pub mod vm;

pub use layout::{Field, Items, Layout, LayoutId, LayoutType};
pub use meta::{Bool, Float, Int, Meta, Ref, Val};
pub use native::{Effects, Native, NativeFn};
pub use value::Value;
pub use vm::VmCore;
