//! Every threshold of the tracer, with its default and why.

use crate::opt::OptOptions;
use crate::record::RecordLimits;
use std::time::Duration;

/// When and what to trace.
#[derive(Clone, Debug)]
pub struct JitOptions {
    pub enabled: bool,
    /// Visits of a loop header before it is recorded.
    pub loop_threshold: u32,
    /// Visits of a function entry before it is recorded: higher than for loops,
    /// because a hot caller's loop would rather inline the function.
    pub entry_threshold: u32,
    /// Times an exit is taken before its bridge is recorded.
    pub bridge_threshold: u32,
    /// Operations compiled after which an exit must be taken as often again before it
    /// gets a bridge: programs that branch without end are better interpreted.
    pub patience_ops: usize,
    /// Recordings given up at one merge point before it is left alone.
    pub aborts_max: u32,
    /// Compiling for searches may take these shares of the time that passed and (second) of the time that
    /// machine code saved, besides `compile_free`. `None`: as much as it likes.
    pub compile_share: Option<(f64, f64)>,
    /// See `compile_share`.
    pub compile_free: Duration,
    /// Fragments of a recursive tree from which on its bridges do not inline what has a trace.
    pub terse_fragments: usize,
    /// Code that was made quickly is made well once it ran for so many nanoseconds per operation,
    /// about what that costs, and was entered so often.
    pub promote_ns: u64,
    /// See `promote_ns`.
    pub promote_stays: u32,
    /// Loop headers that such code passes before it looks whether that is so.
    pub promote_turns: i64,
    /// Operations of a tree up to which it is made well as a whole.
    pub promote_ops_max: usize,
    /// The same of a search's tree, whose paths multiply.
    pub promote_search_ops: usize,
    /// Bridges of one tree.
    pub bridges_max: usize,
    /// Operations of a tree up to which it is emitted anew with each bridge.
    pub tree_ops_max: usize,
    pub limits: RecordLimits,
    pub opt: OptOptions,
    /// For tests: what would depend on time is decided pseudo-randomly, from this seed.
    pub pace_seed: Option<u64>,
    /// Measure the time spent in traces and exits.
    pub timing: bool,
    /// Keep traces and code as text, for `metatrace trace`.
    pub keep_text: bool,
    /// Machine code counts steps, see `VmCore::fuel`.
    pub fuel: bool,
}

impl Default for JitOptions {
    fn default() -> JitOptions {
        JitOptions {
            enabled: true,
            loop_threshold: 80,
            entry_threshold: 240,
            bridge_threshold: 30,
            patience_ops: 10_000,
            aborts_max: 8,
            compile_share: Some((0.05, 1.0)),
            compile_free: Duration::from_millis(30),
            terse_fragments: 8,
            promote_ns: 20_000,
            promote_stays: 2,
            promote_turns: 5000,
            promote_ops_max: 8000,
            promote_search_ops: 300,
            bridges_max: 4000,
            tree_ops_max: 3000,
            limits: RecordLimits {
                trace_ops_max: 6000,
                inline_depth_max: 16,
                recursion_max: 1,
                recursion_short_max: 3,
                short_ops: 60,
                returns_max: 3,
                unroll_max: 4,
                forward_loads: true,
            },
            opt: OptOptions::default(),
            pace_seed: None,
            timing: false,
            keep_text: false,
            fuel: false,
        }
    }
}

impl JitOptions {
    /// Everything is traced the first time it is seen: for tests.
    pub fn eager() -> JitOptions {
        JitOptions {
            loop_threshold: 1,
            entry_threshold: 2,
            bridge_threshold: 1,
            patience_ops: usize::MAX,
            compile_share: None,
            promote_ns: 0,
            promote_stays: 10,
            promote_turns: 10,
            bridges_max: 400,
            ..JitOptions::default()
        }
    }
}
