//! Counters of the tracer.

use crate::backend::BackendStats;
use crate::record::Abort;

#[derive(Clone, Default, Debug)]
pub struct JitStats {
    pub recordings: u64,
    pub recorded_ops: u64,
    pub record_ns: u64,
    pub optimised_ops: u64,
    pub optimise_ns: u64,
    pub loops: u64,
    pub entries: u64,
    pub bridges: u64,
    /// Trees emitted anew together with their bridges.
    pub reemitted: u64,
    /// Times that the driver entered machine code.
    pub entered: u64,
    /// Nanoseconds in machine code, natives called from it included. Only with `JitOptions::timing`.
    pub trace_ns: u64,
    /// Exits that reached the driver, and nanoseconds spent rebuilding state for them.
    pub exits: u64,
    pub exit_ns: u64,
    /// `goto`s that found no trace.
    pub missed: u64,
    pub invalidated: u64,
    /// Times that it was tried out whether traces help searches, and how often they did; for the last time, work for each
    /// microsecond with them and without.
    pub trials: u64,
    pub trials_won: u64,
    pub trial_pace: [f64; 2],
    /// Recordings given up, by reason, in table order.
    pub aborts: Vec<(&'static str, u64)>,
    pub backend: BackendStats,
}

impl JitStats {
    pub(super) fn abort(&mut self, reason: Abort) {
        let text = reason.text();
        match self.aborts.iter_mut().find(|a| a.0 == text) {
            Some(entry) => entry.1 += 1,
            None => self.aborts.push((text, 1)),
        }
    }
}
