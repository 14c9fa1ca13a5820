//! Prolog on Metatrace.
pub mod syntax;
