//! Prolog on Metatrace: ISO 13211-1, SWI-Prolog where the standard is silent.
//!
//! Reading order: `syntax` (text and terms), `layouts` (terms on the heap),
//! `op` (THE table of bytecodes), `compile` (clauses to bytecode), `interp` (the
//! step loop, written once for interpreter, tracer and replay), `natives` (what
//! it calls), `db` (predicates and clauses), `builtins` (by area), `consult`
//! (loading), `library` (what is written in Prolog, in `lib/*.pl`).

pub mod arith;
pub mod border;
pub mod builtins;
pub mod code;
pub mod compile;
pub mod consult;
pub mod convert;
pub mod cycles;
pub mod db;
pub mod encoding;
pub mod errors;
pub mod format;
pub mod held;
pub mod interp;
pub mod kit;
pub mod language;
pub mod layouts;
pub mod library;
pub mod live;
pub mod lookup;
pub mod messages;
pub mod natives;
pub mod number;
pub mod op;
pub mod run;
pub mod state;
pub mod streams;
pub mod syntax;
pub mod term;
pub mod text;
pub mod unify;
pub mod words;

pub use language::PROLOG;
