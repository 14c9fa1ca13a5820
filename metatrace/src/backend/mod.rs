//! Back ends: from optimised traces to something that runs.
//!
//! What is compiled is a [`Unit`]: one or more *fragments*, each an optimised
//! [`Trace`]. A fragment is reached from the driver (an *entry*: a hot loop or
//! function, input: the current frame) or from a guard that failed (a *bridge*,
//! inputs: the values of that exit). Exits and labels have ids that are unique
//! in the whole engine, so that separately compiled code can be linked:
//!
//! ```text
//!            exit table            label table          entry table
//!   guard ──► [ExitId] ──► bridge   [LabelId] ◄── jump   [TraceId] ◄── enter op, driver
//!                     └──► default: return to the driver
//! ```
//!
//! A guard whose `ExitId` is the source of another fragment *of the same unit*
//! branches straight to it and passes its values in registers. Every other guard
//! stores its values to `VmCore::exit_buffer` and goes through its slot of the
//! exit table, where a bridge compiled later is [attached](Backend::attach).
//! Jumps to labels of other units go through the exit buffer as well.
//! Once a tree of bridges has settled, the driver compiles it again as one unit
//! (same ids, so that all tables stay right) and frees the old pieces.
//!
//! Rules for traces, besides `ir/verify.rs`:
//! - After a `label`, instructions use only values defined after it (its operands
//!   included) and constants. A label that breaks this can be jumped to only from
//!   places that it dominates.
//! - A `label` with operands follows a terminal operation: control reaches it by `jump`.
//! - Code never runs while the collector moves objects: references in registers
//!   stay good from entry to exit.
//!
//! All methods take `&self`: a native called from machine code may re-enter the
//! driver, which may compile, attach or free while outer code is still active.

mod code;
pub mod cranelift;
mod lazy;
mod link;
mod plan;
pub mod portable;
pub mod probe;
#[cfg(test)]
mod tests;

pub use cranelift::CraneliftBackend;
pub use lazy::LazyBackend;
pub use portable::PortableBackend;

use crate::assume::Validity;
use crate::ir::{LabelId, Trace, TraceId};
use crate::meta::Arrival;
use crate::vm::VmCore;
use std::rc::Rc;

/// An exit of a fragment: a guard or an `exit`. Given by the caller of [`Backend::compile`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct ExitId(pub u32);

/// Compiled code of one unit.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub struct CodeId(pub u32);

/// How control gets to a fragment.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Source {
    /// From the driver or an `enter` operation. Input: the current frame, if any.
    Entry(TraceId),
    /// From a failed guard. Inputs: the values of the exit, in the order of
    /// [`Trace::exit_values`].
    Bridge(ExitId),
}

#[derive(Copy, Clone, Debug)]
pub struct UnitFragment<'a> {
    pub trace: &'a Trace,
    /// One per instruction with a snapshot, in order.
    pub exits: &'a [ExitId],
    pub source: Source,
}

/// What is compiled together. Bridges may precede or follow the fragment they leave.
#[derive(Clone, Debug, Default)]
pub struct Unit<'a> {
    pub fragments: Vec<UnitFragment<'a>>,
    /// What its `guard_valid`s test; without one, `Backend::invalidate` alone decides.
    pub validity: Option<Rc<Validity>>,
    /// The code should be made quickly rather than well.
    pub quick: bool,
    /// Each `guard_no_poll` takes one of `VmCore::fuel`, and fails when there is none.
    pub fuel: bool,
}

impl Unit<'_> {
    fn own_validity(&self) -> Rc<Validity> {
        self.validity
            .clone()
            .unwrap_or_else(|| Rc::new(Validity::new(std::ptr::null_mut())))
    }
}

/// Why machine code came back.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A guard failed or an `exit` was reached. Its values are in
    /// `VmCore::exit_buffer` in the order of [`Trace::exit_values`]: floats as
    /// their bits, booleans as 0 or 1, everything else as words.
    Exit(ExitId),
    /// A `goto` met a frame at whose token no trace is bound.
    Goto {
        language: u8,
        how: Arrival,
        frame: u64,
    },
    /// An `enter` operation met a trace without code; `frame` is its operand.
    Enter { trace: TraceId, frame: u64 },
}

/// Why a unit was not compiled.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum CompileError {
    /// The limit on code memory is reached: free something and try again.
    CodeMemoryFull,
    /// An exit or a jump carries more values than the exit buffer holds.
    TooManyValues,
    /// A jump goes to a label that is neither in the unit nor compiled, or that
    /// cannot be entered from there because it uses values from before it.
    LabelUnreachable(LabelId),
    /// A fault in the trace, which the verifier should have found.
    Malformed(&'static str),
    /// The code generator refused: a bug, or an operation this machine lacks.
    Codegen(&'static str),
}

/// Counters of a back end.
#[derive(Copy, Clone, Default, PartialEq, Eq, Debug)]
pub struct BackendStats {
    pub units: u64,
    /// Those of them that were made quickly.
    pub quick_units: u64,
    pub fragments: u64,
    /// IR operations compiled.
    pub ops: u64,
    pub compile_ns: u64,
    /// Bytes of machine code made so far, and alive now.
    pub code_bytes_total: u64,
    pub code_bytes_live: u64,
}

pub trait Backend {
    /// Compiles a unit and publishes its entries and labels: from now on `enter`
    /// and jumps of other code reach the new code. Bridges from exits outside
    /// the unit still have to be attached.
    fn compile(&self, unit: &Unit) -> Result<CodeId, CompileError>;

    /// Links an exit with the bridge that `code` has for it.
    ///
    /// Panics when `code` has no fragment with this source.
    fn attach(&self, exit: ExitId, code: CodeId);

    /// Makes an exit return to the driver again.
    fn detach(&self, exit: ExitId);

    /// From now on, `goto` from code of `language` to a frame that waits at `token` goes on in
    /// `trace`. May be forgotten in favour of another token at any time.
    fn bind(&self, language: u8, token: i64, trace: TraceId);

    /// Drops code, and with it all code that jumps to labels which only it
    /// defines; returns everything dropped. Exits that led to it return to the driver.
    fn free(&self, code: CodeId) -> Vec<CodeId>;

    /// Makes the `guard_valid`s of `code` fail from now on.
    fn invalidate(&self, code: CodeId);

    /// True when the trace has code.
    fn has_entry(&self, trace: TraceId) -> bool;

    /// Runs the code of `trace` until it leaves.
    ///
    /// `vm` must be valid, nothing else may hold a reference to it, and the
    /// trace must have code (panics otherwise).
    fn enter(&self, vm: *mut VmCore, trace: TraceId, frame: u64) -> Outcome;

    /// Does some code wait below a native that it called? It will leave by its own exits, so that units
    /// with these exits must not be compiled again now: where an exit's values are is known once per exit.
    fn is_active(&self) -> bool {
        false
    }

    /// Words of the exit buffer in which active code keeps values: whoever runs guest code from a
    /// native that machine code called puts them back.
    fn held(&self) -> [std::ops::Range<usize>; 2] {
        [0..0, 0..0]
    }

    /// Keep the texts for [`disassemble`](Backend::disassemble) from now on.
    fn keep_text(&self, keep: bool);

    /// The code in readable form, as far as it was kept.
    fn disassemble(&self, code: CodeId) -> String;

    fn stats(&self) -> BackendStats;
}
