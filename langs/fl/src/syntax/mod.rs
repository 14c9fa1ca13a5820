//! From source text to syntax tree.
//!
//! [`lexer`] makes tokens, [`parser`] makes the [`ast`] from them, one file per part of the grammar;
//! [`literal`] decodes numbers and strings, `fstring` splits formatted strings into their pieces.

pub mod ast;
mod expr;
mod fstring;
pub mod lexer;
pub mod literal;
mod params;
pub mod parser;
mod pattern;
mod stmt;
mod target;

pub use parser::{Parsed, parse};

#[cfg(test)]
mod tests;
