//! The optimiser: recorded traces in, specialised traces out.
//!
//! Three kinds of trace come from the recorder (see `record/`):
//!
//! ```text
//!   loop    inputs [frame]; loads of live slots; jump L0 (frame, s1, ..);
//!           label L0 (f, a1, ..); body; jump L0 (f', b1, ..)
//!   entry   the same beginning; ends in `exit`, `enter` or a jump to another loop
//!   bridge  inputs are the exit values of its guard; ends like an entry
//! ```
//!
//! `L0` names a *recorded* label: a merge point with its live slots as boxed
//! values.  The result has *specialised* labels with fresh ids, whose operands
//! are what the loop really needs: raw floats, fields of virtual objects, loop
//! invariants. An [`ExportedLabel`] says how to get from the one to the other,
//! and a later bridge is matched against it.

mod calls;
mod close;
mod dce;
mod enter;
mod export;
mod fold;
mod guard;
mod heap;
pub mod intbound;
pub mod options;
mod pipeline;
mod pure;
mod regs;
mod rules;
mod shapes;
mod snapshot;
pub mod state;
#[cfg(test)]
mod tests;
mod unroll;
mod virtualize;
mod walk;
mod words;

pub use options::OptOptions;
pub use state::{Doubt, ExportedLabel, Knowledge};

use crate::ir::{LabelId, Op, Tag, Trace};
use crate::layout::{FieldRef, ItemsRef};
use crate::value::Value;
use std::rc::Rc;

/// What the optimiser may ask about constant objects.
pub trait HeapReader {
    /// Dynamic type of a value.
    fn tag_of(&self, value: Value) -> Tag;
    /// Shape id of a heap object.
    fn shape_of(&self, object: Value) -> u32;
    /// The word in an immutable field of a heap object, in the IR's
    /// representation of the field's kind; `None` when it may not be folded.
    fn load(&self, object: Value, field: FieldRef) -> Option<u64>;
    /// The same for an item, `None` also when out of bounds.
    fn load_item(&self, object: Value, items: ItemsRef, index: i64) -> Option<u64>;
}

/// A heap that knows nothing of objects: for traces without constant objects.
pub struct NoHeap;

impl HeapReader for NoHeap {
    fn tag_of(&self, value: Value) -> Tag {
        if value.is_int() {
            Tag::INT
        } else if value.is_float() {
            Tag::FLOAT
        } else if value.is_symbol() {
            Tag::SYMBOL
        } else if value.is_imm() {
            Tag::IMM
        } else {
            panic!("a constant object, but no heap")
        }
    }
    fn shape_of(&self, _object: Value) -> u32 {
        panic!("a constant object, but no heap")
    }
    fn load(&self, _object: Value, _field: FieldRef) -> Option<u64> {
        None
    }
    fn load_item(&self, _object: Value, _items: ItemsRef, _index: i64) -> Option<u64> {
        None
    }
}

/// What the optimiser needs of the engine.
pub struct OptEnv<'a> {
    pub heap: &'a dyn HeapReader,
    /// The engine's counter of labels, recorded and specialised.
    pub next_label: &'a mut u32,
    pub options: OptOptions,
}

impl OptEnv<'_> {
    /// A label id that nobody else in the engine has.
    pub fn fresh_label(&mut self) -> LabelId {
        let label = LabelId(*self.next_label);
        *self.next_label += 1;
        label
    }
}

/// One stage of optimisation as text, for `metatrace trace`.
#[derive(Clone, Debug)]
pub struct Stage {
    pub name: &'static str,
    pub text: String,
}

/// An optimised trace.
#[derive(Clone, Debug)]
pub struct OptResult {
    pub trace: Trace,
    /// The specialised labels that `trace` defines.
    pub labels: Vec<Rc<ExportedLabel>>,
    /// What is known when an exit is taken, by snapshot id: for its bridge.
    pub knowledge: Vec<Option<Rc<Knowledge>>>,
    /// Filled when `OptOptions::stages` is set.
    pub stages: Vec<Stage>,
}

/// Why there is no optimised trace.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum OptError {
    /// No version of the target loop fits the state at the final jump.
    NoMatch,
    /// A guard of the trace can never hold.
    Contradiction,
    /// The loop did not settle.
    Unstable,
}

/// Optimises a loop: peels one iteration and specialises the rest.
pub fn optimize_loop(trace: &Trace, env: &mut OptEnv<'_>) -> Result<OptResult, OptError> {
    optimize_bridge(trace, None, &[], env)
}

/// Optimises an entry trace: a bridge that starts from nothing but a frame.
pub fn optimize_entry(
    trace: &Trace,
    targets: &[Rc<ExportedLabel>],
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    let last = trace.insts.last().map(|i| (i.op, i.descr));
    match trace.insts.iter().position(|i| i.op == Op::Label) {
        Some(label) if last != Some((Op::Jump, trace.insts[label].descr)) => {
            debug_assert_eq!(crate::ir::verify::verify(trace), Ok(()), "{trace}");
            pipeline::entry(trace, label, targets, env)
        }
        _ => optimize_bridge(trace, None, targets, env),
    }
}

/// Optimises a bridge. `targets` are the known versions of the loops it may jump
/// to. A trace that jumps back to a label of its own is a loop, wherever it starts.
pub fn optimize_bridge(
    trace: &Trace,
    knowledge: Option<&Knowledge>,
    targets: &[Rc<ExportedLabel>],
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    debug_assert_eq!(
        crate::ir::verify::verify(trace),
        Ok(()),
        "recorded trace:\n{trace}"
    );
    let last = trace
        .insts
        .last()
        .expect("a trace ends in a terminal operation");
    let own = (last.op == Op::Jump)
        .then(|| {
            trace
                .insts
                .iter()
                .rposition(|i| i.op == Op::Label && i.descr == last.descr)
        })
        .flatten();
    match own {
        Some(label) if env.options.unroll => match pipeline::peeled(trace, label, knowledge, env) {
            // What fails only for a specialised loop may do for a plain one.
            Err(OptError::Contradiction | OptError::Unstable | OptError::NoMatch) => {
                pipeline::plain_loop(trace, label, knowledge, env)
            }
            done => done,
        },
        Some(label) => pipeline::plain_loop(trace, label, knowledge, env),
        None => pipeline::straight(trace, knowledge, targets, env),
    }
}

/// The bridge that leaves where the given one would jump: for a bridge whose
/// target has no version that fits. The driver enters the loop from there.
pub fn end_in_exit(trace: &Trace) -> Trace {
    let mut trace = trace.clone();
    if let Some(last) = trace.insts.last_mut()
        && last.op == Op::Jump
        && last.snapshot.is_some()
    {
        last.op = Op::Exit;
        last.descr = crate::ir::Descr::None;
        last.args.clear();
    }
    trace
}
