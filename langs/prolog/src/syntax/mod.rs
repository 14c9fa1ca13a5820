//! Prolog text to terms and back: ISO 13211-1 syntax with SWI-Prolog's extensions.
//!
//! [`lexer`] splits text into tokens, [`parser`] builds terms in a compact
//! arena ([`term`]), [`ops`] holds the operator table, [`mod@write`] prints any term
//! that implements [`write::View`]. Nothing here knows the heap or the engine.

pub mod float;
pub mod lexer;
pub mod ops;
pub mod parser;
pub mod term;
pub mod write;

#[cfg(test)]
mod tests;

pub use ops::{OpType, Ops};
pub use parser::{Clause, Parser, ReadFlags};
pub use term::{Atom, Atoms, Node, NodeId, Terms};

/// Why a text is not a term: the atom in `syntax_error(Message)` and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// Byte offset in the text.
    pub at: usize,
}

impl SyntaxError {
    pub fn new(message: impl Into<String>, at: usize) -> SyntaxError {
        SyntaxError {
            message: message.into(),
            at,
        }
    }
}
