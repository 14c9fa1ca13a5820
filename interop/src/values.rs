//! What crosses a border.
//!
//! Shared values are those of the runtime's layouts: fixnums, big integers, floats, strings, True,
//! False, None, lists, tuples, dicts, sets. Terms, logic variables, functions, objects, modules
//! cross as themselves: a reference that only the language of its layout looks into. A language
//! whose own representation differs (atoms for strings, cons cells for lists) converts at its side
//! of the border, in both directions.

use metatrace::value::Value;

/// The marker of an output argument in a call of a relation.
pub const OUT: Value = Value::imm(Value::FIRST_FREE_IMM + 8);
