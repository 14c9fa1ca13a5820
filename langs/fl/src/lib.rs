//! FL, a subset of Python 3.11 with CPython as the oracle.
//!
//! Front end, in reading order: `syntax` (source text to tree), `compile` (tree to bytecode),
//! [`op`] (THE table of bytecodes), [`code`] (compiled code), [`liveness`] (live slots).

pub mod code;
pub mod liveness;
pub mod op;
