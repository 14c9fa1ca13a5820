//! What crosses the borders between traces: states of labels and knowledge at exits.
//!
//! Both outlive the optimisation that made them, so they name no values of its
//! trace: knowledge speaks of positions in the exit's values, a label's state of
//! its own small numbering.

use super::intbound::Range;
use crate::ir::{Descr, LabelId, Op, Tag, Ty};
use crate::layout::{FieldRef, LayoutId};

/// Facts about one value.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct ValueFact {
    pub tag: Option<Tag>,
    pub range: Range,
    pub shape: Option<u32>,
}

impl ValueFact {
    pub const NOTHING: ValueFact = ValueFact {
        tag: None,
        range: Range::FULL,
        shape: None,
    };
}

// ------------------------------------------------------------------- knowledge

/// An operand of a heap fact: a constant or the exit's value with this position.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum KnownValue {
    Const(Ty, u64),
    Exit(u32),
}

#[derive(Copy, Clone, PartialEq, Debug)]
pub struct KnownField {
    pub object: KnownValue,
    pub field: FieldRef,
    pub value: KnownValue,
}

/// The outcome of a condition.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct KnownCondition {
    pub op: Op,
    pub a: KnownValue,
    pub b: Option<KnownValue>,
    /// The tag of `is_tag`.
    pub tag: Option<Tag>,
    pub outcome: bool,
}

/// Facts about the values an exit carries, by position in `Trace::exit_values`.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    pub facts: Vec<ValueFact>,
    /// What memory holds when the exit is taken.
    pub fields: Vec<KnownField>,
    /// Why the guard failed.
    pub failed: Option<KnownCondition>,
    /// The guard made sure that a label could be entered: its bridge should not try that again.
    pub avoid: Option<LabelId>,
    /// The guard tested a type that a loop was specialised to.
    pub doubt: Option<Doubt>,
    /// Which of the exit's values that is.
    pub doubted: Option<u32>,
}

/// The type that a loop's value had when it, or a bridge at its head, was recorded. Where another
/// type is there to stay, the loop wants another version, rather than a bridge that is taken in
/// each iteration.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct Doubt {
    /// The recorded label of the loop, and which of its operands it is.
    pub recorded: LabelId,
    pub slot: u32,
    pub tag: Tag,
}

// ---------------------------------------------------------------------- labels

/// A value in a label's state: a constant, or an entry of `ExportedLabel::values`.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum LabelArg {
    Const(Ty, u64),
    Value(u32),
}

/// What a merge point's slot looks like at a label.
#[derive(Copy, Clone, PartialEq, Debug)]
pub enum Pattern {
    Value(LabelArg),
    /// Entry of `ExportedLabel::virtuals`.
    Virtual(u32),
}

/// An object that does not exist at a label.
#[derive(Clone, PartialEq, Debug)]
pub enum VirtualPattern {
    Object {
        layout: LayoutId,
        shape: u32,
        words: u16,
        items: Option<u32>,
        fields: Vec<Pattern>,
    },
    /// A boxed float, as its raw float.
    Float(LabelArg),
}

/// Where a value of a label's state comes from.
#[derive(Clone, PartialEq, Debug)]
pub enum LabelSource {
    /// It is found in a slot (or in a virtual object of one).
    Slot,
    /// It is computed from others: the label imports it from before the loop.
    Op {
        op: Op,
        ty: Ty,
        args: Vec<LabelArg>,
        descr: Descr,
    },
}

#[derive(Clone, PartialEq, Debug)]
pub struct LabelValue {
    pub source: LabelSource,
    /// What the code after the label relies on.
    pub fact: ValueFact,
    /// The constant that it is relied on to be.
    pub known: Option<(Ty, u64)>,
    /// False for slots that the code after the label does not look at.
    pub needed: bool,
    /// Position among the label's operands, if it is one.
    pub param: Option<u32>,
}

/// A word in memory that the code after the label relies on.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct LabelField {
    pub object: LabelArg,
    pub field: FieldRef,
    pub value: LabelArg,
}

/// A store that has not happened at a label.
#[derive(Copy, Clone, PartialEq, Debug)]
pub struct LabelPending {
    pub object: LabelArg,
    pub field: FieldRef,
    pub value: Pattern,
}

/// A word in memory that holds a virtual object at a label: its store has not happened.
#[derive(Copy, Clone, Debug)]
pub struct LabelWord {
    pub object: LabelArg,
    pub field: FieldRef,
    pub value: Pattern,
}

/// A specialised label: which merge point it is a version of, and what it takes.
#[derive(Clone, Debug)]
pub struct ExportedLabel {
    /// The recorded label that this is a version of.
    pub recorded: LabelId,
    /// Name of the specialised label.
    pub label: LabelId,
    /// Types of its operands.
    pub params: Vec<Ty>,
    /// One per operand of the recorded label.
    pub slots: Vec<Pattern>,
    /// Engine registers that come in operands.
    pub regs: Vec<(usize, Pattern)>,
    /// Shapes of constant objects.
    pub shapes: Vec<(LabelArg, u32)>,
    pub virtuals: Vec<VirtualPattern>,
    /// In order: sources name earlier values only.
    pub values: Vec<LabelValue>,
    pub fields: Vec<LabelField>,
    /// Delayed stores that the loop carries.
    pub pending: Vec<LabelPending>,
    /// Words whose virtual objects it carries.
    pub words: Vec<LabelWord>,
    /// Words that memory need not hold: their values are operands.
    pub delayed: Vec<(LabelArg, FieldRef)>,
}
