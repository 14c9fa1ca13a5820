//! FL, a subset of Python 3.11 with CPython as the oracle.
//!
//! Front end, in reading order: [`source`] and [`diag`] (text and errors), [`syntax`] (text to
//! tree), [`compile`] (tree to bytecode), [`op`] (THE table of bytecodes), [`code`] (compiled code),
//! [`liveness`] (live slots), [`disasm`] (bytecode as text), [`frontend`] (all of it as queries).
//! [`stdlib`]: the standard modules that are written in FL.

pub mod code;
pub mod compile;
pub mod diag;
pub mod disasm;
pub mod frontend;
pub mod liveness;
pub mod op;
pub mod source;
pub mod stdlib;
pub mod syntax;
