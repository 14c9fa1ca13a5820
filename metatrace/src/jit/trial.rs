//! Do traces help a search? It is tried out.
//!
//! A search leaves its traces all the time; whether what they save is more than what entering and
//! leaving them costs depends on the program, and on what of it is compiled by now. A language that
//! searches has a register that counts work (choice points, say) the same in traces and
//! without. So once in a while, short turns with and without the traces of searches alternate, and what got
//! more done in its time is what goes on for a while: the longer, the more often the answer was the
//! same. It takes time until the traces that matter are compiled, and few of them can be worse than none: while they
//! get better from trial to trial they go on anyway, and much of the time may go into compiling more.

use super::{Jit, JitStats, Services, State};
use crate::vm::VmCore;
use std::time::{Duration, Instant};

/// With traces before the first trial.
const SETTLE: Duration = Duration::from_millis(30);
/// With traces before a trial, where they did not help so far: there may be more of them.
const GROW: Duration = Duration::from_millis(10);
/// One turn of a trial.
const TURN: Duration = Duration::from_micros(1000);
/// Turns of a trial, half of them without traces.
const TURNS: u32 = 8;
/// How long the outcome of a trial counts, at first and at most.
const COUNTS_MIN: Duration = Duration::from_millis(30);
const COUNTS_MAX: Duration = Duration::from_millis(480);
/// Traces that are so many times as good as ever before may get better still.
const BETTER: f64 = 1.1;
/// Trials without such progress until traces that do not help are given up.
const PATIENCE: u32 = 2;
/// Traces that are less good than none by no more than this help: so much may be chance.
const GOOD: f64 = 0.94;
/// The part of the time with traces that compiling may take while there is hope.
const INVESTED: f64 = 0.25;
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
#[derive(Copy, Clone, Default)]
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
    /// So many turns are over.
    Trial(u32),
}

pub(super) struct Trial {
    phase: Phase,
    /// When the phase, or the turn, began and how long it is to be.
    from: Mark,
    length: Duration,
    began: Option<Instant>,
    /// When to look; none before the first search.
    until: Option<Instant>,
    /// Are traces of searches entered?
    with: bool,
    /// Without traces and with, in this trial.
    done: [Done; 2],
    /// How many times as much got done with traces, at best.
    best: f64,
    /// Trials since then in which traces did not help.
    misses: u32,
    /// May traces get better soon?
    hope: bool,
    counts: Duration,
    /// The part of the time in traces that they save.
    gain: f64,
    /// Time with traces and hope, but for this phase.
    hoped: Duration,
}

impl Default for Trial {
    fn default() -> Trial {
        Trial {
            phase: Phase::Settled,
            from: Mark::default(),
            length: SETTLE,
            began: None,
            until: None,
            with: true,
            done: [Done::default(); 2],
            best: 0.0,
            misses: 0,
            hope: true,
            counts: COUNTS_MIN,
            gain: 1.0,
            hoped: Duration::ZERO,
        }
    }
}

impl Trial {
    /// See the field.
    pub fn gain(&self) -> f64 {
        self.gain
    }

    /// Are traces not entered just to see how that compares?
    pub fn holds_back(&self) -> bool {
        !self.with && matches!(self.phase, Phase::Trial(_))
    }

    /// Time that compiling may take because there is hope.
    pub fn invested(&self) -> f64 {
        (self.hoped + self.hoping()).as_nanos() as f64 * INVESTED
    }

    /// How long this phase has gone on with traces and hope.
    fn hoping(&self) -> Duration {
        let hopes = self.with && self.hope && !matches!(self.phase, Phase::Trial(_));
        let began = self.began.filter(|_| hopes);
        began.map_or(Duration::ZERO, |began| began.elapsed())
    }

    fn begin(&mut self, phase: Phase, length: Duration, now: Instant, mark: Mark) {
        (self.phase, self.from, self.length) = (phase, mark, length);
        self.began = Some(now);
        self.until = Some(now + length);
    }

    /// The time of the turn or phase is over, by the clock.
    fn turn(&mut self, now: Instant, mark: Mark, stats: &mut JitStats) {
        let ns = mark.ns.saturating_sub(self.from.ns);
        let left = (self.length.as_nanos() as u64).saturating_sub(ns);
        if left > self.length.as_nanos() as u64 / 2 {
            // Others had the processor, or the compiler.
            self.until = Some(now + Duration::from_nanos(left));
            return;
        }
        self.hoped += self.hoping();
        let turns = match self.phase {
            Phase::Settled if !self.with => {
                self.with = true;
                return self.begin(Phase::Grow, GROW, now, mark);
            }
            Phase::Settled | Phase::Grow => {
                self.done = Default::default();
                0
            }
            Phase::Trial(turns) => {
                let done = &mut self.done[usize::from(self.with)];
                done.work += mark.work.saturating_sub(self.from.work);
                done.ns += ns;
                turns + 1
            }
        };
        if turns == TURNS {
            self.settle(stats);
            return self.begin(Phase::Settled, self.counts, now, mark);
        }
        self.with = turns % 2 == 1;
        self.begin(Phase::Trial(turns), TURN, now, mark);
    }

    /// What the last trials say.
    fn with_again(&self) -> bool {
        self.misses < PATIENCE
    }

    fn settle(&mut self, stats: &mut JitStats) {
        let [without, with] = self.done.map(Done::pace);
        // Where nothing was counted, nothing is known.
        let ratio = match with + without > 0.0 {
            true => with / without.max(f64::MIN_POSITIVE),
            false => 1.0,
        };
        let before = self.with_again();
        let grows = ratio > self.best * BETTER;
        self.best = self.best.max(ratio);
        self.misses = match ratio >= GOOD || grows {
            true => 0,
            false => self.misses + 1,
        };
        self.hope = grows || (1..PATIENCE).contains(&self.misses);
        self.gain = if self.hope {
            1.0
        } else {
            (1.0 - 1.0 / ratio).max(0.0)
        };
        self.with = self.with_again();
        self.counts = match self.with == before && !self.hope {
            true => (self.counts * 2).min(COUNTS_MAX),
            false => COUNTS_MIN,
        };
        stats.trials += 1;
        stats.trials_won += u64::from(ratio >= 1.0);
        stats.trial_pace = [with * 1000.0, without * 1000.0];
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
        match state.trial.until {
            Some(until) if now < until => return state.trial.with,
            Some(_) => {}
            None => {
                // The first search.
                state
                    .trial
                    .begin(Phase::Settled, SETTLE, now, Mark::default());
                return true;
            }
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

    /// One more trial of a program that does this much work a turn with traces and without.
    fn try_out(trial: &mut Trial, with: u64, without: u64) {
        let mut now = Instant::now();
        let mut mark = trial.from;
        let mut stats = JitStats::default();
        while stats.trials == 0 {
            now += trial.length;
            mark.work += if trial.with { with } else { without };
            mark.ns += trial.length.as_nanos() as u64;
            trial.turn(now, mark, &mut stats);
        }
        assert!(matches!(trial.phase, Phase::Settled));
    }

    #[test]
    fn what_gets_more_done_goes_on() {
        let mut trial = Trial::default();
        try_out(&mut trial, 20, 10);
        try_out(&mut trial, 20, 10);
        assert!(trial.with && !trial.hope);
        assert!((trial.gain() - 0.5).abs() < 1e-9);
        for _ in 0..PATIENCE {
            assert!(trial.with);
            try_out(&mut trial, 10, 20);
        }
        assert!(!trial.with);
        assert_eq!(trial.gain(), 0.0);
        // Nothing was counted: nothing is known.
        try_out(&mut trial, 0, 0);
        assert!(trial.with);
    }

    #[test]
    fn traces_that_get_better_go_on() {
        let mut trial = Trial::default();
        for with in [10, 12, 12, 15, 14, 18] {
            try_out(&mut trial, with, 20);
            assert!(trial.with && trial.hope);
            assert_eq!(trial.counts, COUNTS_MIN);
        }
        try_out(&mut trial, 18, 20);
        assert!(trial.with && trial.hope);
        try_out(&mut trial, 18, 20);
        assert!(!trial.with && !trial.hope);
    }

    #[test]
    fn the_same_answer_counts_longer() {
        let mut trial = Trial::default();
        for counts in [1, 2, 4, 8] {
            try_out(&mut trial, 20, 10);
            assert_eq!(trial.counts, counts * COUNTS_MIN);
        }
        try_out(&mut trial, 10, 20);
        assert_eq!(trial.counts, COUNTS_MIN);
    }

    #[test]
    fn a_turn_without_the_processor_goes_on() {
        let (mut trial, mut stats) = (Trial::default(), JitStats::default());
        let now = Instant::now() + SETTLE;
        trial.turn(now, Mark::default(), &mut stats);
        assert!(matches!(trial.phase, Phase::Settled));
        assert_eq!(trial.until, Some(now + SETTLE));
    }
}
