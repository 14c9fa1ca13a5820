//! FL, a subset of Python 3.11 with CPython as the oracle.
//!
//! Front end, in reading order: [`source`] and [`diag`] (text and errors), [`syntax`] (text to
//! tree), [`compile`] (tree to bytecode), [`op`] (THE table of bytecodes), [`code`] (compiled code),
//! [`liveness`] (live slots), [`disasm`] (bytecode as text), [`frontend`] (all of it as queries).
//!
//! Back end: [`language`] (what the runtime sees), [`loaded`] (code with its constants and caches),
//! [`interp`] (the interpreter), [`object`] (classes, functions, exceptions), [`namespace`] (global
//! variables), [`state`] (what FL keeps per engine), [`mod@builtins`], [`traceback`].
//!
//! [`stdlib`]: the standard modules that are written in FL.

pub mod border;
#[macro_use]
pub mod builtins;
pub mod code;
pub mod compile;
pub mod diag;
pub mod disasm;
pub mod files;
pub mod frontend;
pub mod interp;
pub mod kit;
pub mod language;
pub mod liveness;
pub mod loaded;
pub mod names;
pub mod namespace;
pub mod object;
pub mod op;
pub mod source;
pub mod state;
pub mod stdlib;
pub mod syntax;
pub mod traceback;
