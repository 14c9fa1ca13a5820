//! Do traces help a search? It is tried out.
//!
//! A search leaves its traces all the time; whether what they save is more than what entering and
//! leaving them costs depends on the program, and on what of it is compiled by now. A language that
//! searches has a register that counts work (choice points, say) the same in traces and
//! without. So once in a while, short turns with and without the traces of searches alternate, and what got
//! more done in its time is what goes on for a while: the longer, the more often the
//! answer was the same.

use super::{Jit, JitStats, Services, State};
use crate::vm::VmCore;
use std::time::{Duration, Instant};

/// With traces before the first trial: those that matter are compiled by then.
const SETTLE: Duration = Duration::from_millis(60);
/// With traces before a trial, where they did not help so far: there may be more of them.
const GROW: Duration = Duration::from_millis(10);
/// One turn of a trial.
const TURN: Duration = Duration::from_micros(1000);
/// Turns of a trial, half of them without traces.
const TURNS: u32 = 6;
/// How long the outcome of a trial counts, at first and at most.
const COUNTS_MIN: Duration = Duration::from_millis(30);
const COUNTS_MAX: Duration = Duration::from_millis(480);
/// Visits of a merge point between two looks at the clock, while traces are not entered.
pub(super) const VISITS_PASSED: u32 = 100;

/// Work done and time spent on it.
#[derive(Copy, Clone, Default)]
struct Done {
    work: u64,
    ns: u64,
}

impl Done {
    fn pace(self) -> f64 {
        self.work as f64 / self.ns.max(1) as f64
    }
}

/// A point in a program's run.
#[derive(Copy, Clone)]
struct Mark {
    work: u64,
    /// Of the processor, less what recording and compiling took.
    ns: u64,
}

#[derive(Copy, Clone)]
enum Phase {
    /// The outcome of a trial counts, or there was none yet.
    Settled,
    /// A trial is near.
    Grow,
    /// So many turns are over; the last began at the mark.
    Trial { turns: u32, from: Mark },
}

pub(super) struct Trial {
    phase: Phase,
    /// When the phase, or the turn, ends; none before the first search.
    until: Option<Instant>,
    /// Are traces of searches entered?
    with: bool,
    /// With traces and without, in this trial.
    done: [Done; 2],
    counts: Duration,
    /// The part of the time in traces that they saved, as the last trial had it.
    gain: f64,
}

impl Default for Trial {
    fn default() -> Trial {
        Trial {
            phase: Phase::Settled,
            until: None,
            with: true,
            done: [Done::default(); 2],
            counts: COUNTS_MIN,
            gain: 1.0,
        }
    }
}

impl Trial {
    /// See the field.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// The turn or phase is over.
    fn turn(&mut self, now: Instant, mark: Mark, stats: &mut JitStats) {
        let turns = match self.phase {
            Phase::Settled if !self.with => {
                (self.with, self.phase) = (true, Phase::Grow);
                self.until = Some(now + GROW);
                return;
            }
            Phase::Settled | Phase::Grow => 0,
            Phase::Trial { from, .. } if mark.ns < from.ns + TURN.as_nanos() as u64 / 2 => {
                // Others had the processor.
                self.until = Some(now + TURN);
                return;
            }
            Phase::Trial { turns, from } => {
                let done = &mut self.done[usize::from(self.with)];
                done.work += mark.work.saturating_sub(from.work);
                done.ns += mark.ns.saturating_sub(from.ns);
                turns + 1
            }
        };
        if turns == TURNS {
            return self.settle(now, stats);
        }
        if turns == 0 {
            self.done = Default::default();
        }
        self.with = turns % 2 == 1;
        self.phase = Phase::Trial { turns, from: mark };
        self.until = Some(now + TURN);
    }

    fn settle(&mut self, now: Instant, stats: &mut JitStats) {
        let [without, with] = self.done.map(Done::pace);
        let before = self.gain > 0.0;
        // Where nothing was counted, nothing is known.
        if with + without > 0.0 {
            self.gain = (1.0 - without / with.max(f64::MIN_POSITIVE)).max(0.0);
        }
        self.with = self.gain > 0.0;
        stats.trials += 1;
        stats.trials_won += u64::from(self.with);
        stats.trial_pace = [with * 1000.0, without * 1000.0];
        self.counts = match self.with == before {
            true => (self.counts * 2).min(COUNTS_MAX),
            false => COUNTS_MIN,
        };
        self.phase = Phase::Settled;
        self.until = Some(now + self.counts);
    }
}

impl Jit {
    /// Are traces of searches to be entered now?
    pub(super) fn enters_searches(&self, services: &dyn Services, core: *mut VmCore) -> bool {
        if self.dice.is_some() || self.pace().is_none() {
            return true;
        }
        let state = &mut *self.state.borrow_mut();
        let now = Instant::now();
        let until = *state.trial.until.get_or_insert(now + SETTLE);
        if now < until {
            return state.trial.with;
        }
        let Some((work, ns)) = services.progress(core) else {
            // Nobody counts: another look after a long time.
            state.trial.until = Some(now + COUNTS_MAX);
            return true;
        };
        let ns = ns.saturating_sub(self.spent_ns(state));
        let mark = Mark { work, ns };
        state.trial.turn(now, mark, &mut state.stats);
        state.trial.with
    }

    /// Nanoseconds that recording and compiling took so far.
    pub(super) fn spent_ns(&self, state: &State) -> u64 {
        state.stats.record_ns + state.stats.optimise_ns + self.backend.stats().compile_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The trial's outcome for a program that does this much work a millisecond with traces and without.
    fn outcome(with: u64, without: u64) -> Trial {
        let mut trial = Trial::default();
        let (mut now, mut mark) = (Instant::now(), Mark { work: 0, ns: 0 });
        let stats = &mut JitStats::default();
        trial.turn(now, mark, stats);
        for _ in 0..TURNS {
            now += TURN;
            mark.work += if trial.with { with } else { without };
            mark.ns += TURN.as_nanos() as u64;
            trial.turn(now, mark, stats);
        }
        assert!(matches!(trial.phase, Phase::Settled));
        trial
    }

    #[test]
    fn what_gets_more_done_goes_on() {
        assert!(outcome(20, 10).with);
        assert!((outcome(20, 10).gain() - 0.5).abs() < 1e-9);
        assert!(!outcome(10, 20).with);
        assert_eq!(outcome(10, 20).gain(), 0.0);
        assert!(outcome(0, 0).with);
        assert!(!outcome(0, 1).with);
    }

    #[test]
    fn the_same_answer_counts_longer() {
        let mut trial = outcome(20, 10);
        assert_eq!(trial.counts, 2 * COUNTS_MIN);
        trial.done = [Done { work: 20, ns: 10 }, Done { work: 10, ns: 10 }];
        trial.settle(Instant::now(), &mut JitStats::default());
        assert_eq!(trial.counts, COUNTS_MIN);
    }
}
