//! `Meta`: what interpreters are written against.

/// Markers of field kinds, for typed fields.
pub mod kinds {
    /// A tagged value.
    pub struct Val;
    /// A fixnum.
    pub struct Int;
    /// A raw float.
    pub struct Float;
    /// A byte (items only).
    pub struct Byte;
    /// An untraced word.
    pub struct Raw;
}
