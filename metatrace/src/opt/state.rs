//! What crosses the borders between traces: states of labels and knowledge at exits.

use crate::ir::{LabelId, Ty};

/// A specialised label: which merge point it is a version of, and what it takes.
#[derive(Clone, Debug)]
pub struct ExportedLabel {
    /// The recorded label that this is a version of.
    pub recorded: LabelId,
    /// Name of the specialised label.
    pub label: LabelId,
    /// Types of its operands.
    pub params: Vec<Ty>,
}

/// Facts about the values an exit carries, by position in `Trace::exit_values`.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {}
