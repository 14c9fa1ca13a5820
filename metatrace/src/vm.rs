//! The engine record that machine code, interpreters and the runtime share.
//!
//! The runtime's `Vm` starts with a [`VmCore`] (`repr(C)`), so that a pointer to
//! one is a pointer to the other. Field offsets are known to the back end.

use crate::code::Code;
use crate::value::Value;

/// Engine registers: language-neutral virtualisable cells. A language family
/// gives them meaning (choice point top, trail top, …); traces keep them in SSA.
pub const REG_COUNT: usize = 16;

/// Register that carries a value from one frame to the next: a result being
/// delivered to a frame of another language.
pub const REG_TRANSFER: u8 = 0;
/// Register that holds the exception of a native that returned `RAISED`, and of
/// an unwinding in progress.
pub const REG_PENDING: u8 = 1;
/// Register that holds the exception being handled, for languages that have one.
/// Every engine register is numbered from here, so that languages cannot take the same one.
pub const REG_HANDLED: u8 = 2;
/// How many suspended computations (generators, queries) were made so far.
pub const REG_MADE: u8 = REG_COUNT as u8 - 1;
/// First register of backtracking (choice points, trail, ...).
pub const REG_FIRST_FREE: u8 = 3;

/// Frames that a trace may push between two looks at the depth: so far from the limit traces are
/// left, for their calls do not check it.
pub const DEPTH_MARGIN: i64 = 32;

/// Largest number of values one exit may carry.
pub const EXIT_BUFFER_WORDS: usize = 4096;

#[repr(C)]
pub struct VmCore {
    /// Next free byte of the nursery and the end of its current step. Allocation
    /// bumps `nursery_next`; past `nursery_end` it calls `grow_nursery`.
    pub nursery_next: usize,
    pub nursery_end: usize,
    /// Non-zero when something wants attention at the next merge point:
    /// see the `POLL_` bits.
    pub poll: u64,
    /// Current frame (address word of a `Frame` object), valid outside step loops and traces.
    pub frame: Value,
    /// The engine's code table, by code id.
    pub codes: *const &'static Code,
    /// Where an exit leaves its values.
    pub exit_buffer: *mut u64,
    /// Which exit was taken last (an exit id), written by `Backend::enter`.
    pub exit_id: u64,
    /// Allocates `bytes` for one or several new objects when the nursery step is full;
    /// sets `POLL_GC` in `poll`. Returns the (untagged) address of the first. Never
    /// collects, never fails (limits raise at the next merge point).
    pub grow_nursery: extern "C" fn(*mut VmCore, bytes: usize) -> usize,
    /// Remembers an old holder before a store into it (`FLAG_UNLOGGED` was set).
    pub log_object: extern "C" fn(*mut VmCore, holder: u64),
    /// The same before a store to item `index` (a plain number): large arrays of
    /// values are then remembered by cards and keep `FLAG_UNLOGGED` set.
    pub log_item: extern "C" fn(*mut VmCore, holder: u64, index: u64),
    /// Allocates an object with `items` items (a plain number, not a fixnum): takes
    /// the header word with size 0, fills in the size, zero-fills, gives counted
    /// layouts their length. Returns the value word (tagged). Never collects.
    pub alloc_items: extern "C" fn(*mut VmCore, header: u64, items: u64) -> u64,
    /// Boxes a float outside the immediate range; returns the value word.
    pub box_float: extern "C" fn(*mut VmCore, f64) -> u64,
    /// Engine registers.
    pub regs: [Value; REG_COUNT],
    /// Nanoseconds, counts: filled when statistics are on.
    pub trace_entries: u64,
    pub exit_count: u64,
    /// Guest frames alive on the current stack, for recursion limits.
    pub depth: i64,
    pub depth_limit: i64,
    /// Loop headers that quickly made code passes before it comes back to the driver, which may
    /// have better code made.
    pub countdown: i64,
    /// What is left of the steps that guest code may take, where they are limited: a merge point
    /// of step loops is one, a loop header (or entry) of machine code is one. Below zero there is none left.
    pub fuel: i64,
}

pub const POLL_GC: u64 = 1;
pub const POLL_INTERRUPT: u64 = 2;
pub const POLL_INVALIDATED: u64 = 4;
pub const POLL_TIME: u64 = 8;
/// Every merge point of step loops comes to the driver: to collect under stress, to count steps.
pub const POLL_EACH: u64 = 16;
/// With `POLL_EACH`: the next merge point was attended already and lets pass,
/// or every return from the driver would stop at once where it came from.
pub const POLL_EACH_PASS: u64 = 1 << 16;
