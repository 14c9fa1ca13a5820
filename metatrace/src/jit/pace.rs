//! How much compiling a program deserves, and which traces it should enter.
//!
//! Programs that search leave their traces all the time, on ever new paths. Compiling all of
//! these costs more than it gains, and so does entering what is left at once. So compiling trees
//! that are part of a search has
//! a share of the time, which grows with what machine code saved (`trial.rs`), and when it is used up, traces whose stays are shorter than their exits are entered less and less.

use super::{Jit, Next, Services, State, current_position};
use crate::ir::TraceId;
use crate::meta::Arrival;
use crate::record::Root;
use crate::run::mem;
use crate::vm::VmCore;
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Is it worth while to enter a trace from the interpreter? When most stays take less time
/// than the exits that end them, more and more visits of its merge point are let pass.
#[derive(Copy, Clone, Default)]
pub(super) struct Stays {
    seen: u8,
    short: u8,
    /// Visits let pass are at most `2^pause - 1`.
    pause: u8,
    /// Visits to let pass.
    pub visits: u32,
    /// When the trace was left last.
    left: Option<Instant>,
}

impl Stays {
    const WINDOW: u8 = 32;
    const PAUSE_MAX: u8 = 8;
    /// Visits between two stays take at most this many times as long as a stay with its exit:
    /// what is left to gain beyond that is not worth waiting for when things get better.
    const WAIT_MAX: u64 = 32;

    pub fn note(&mut self, stay: &Stay) {
        let most = (1 << self.pause) - 1;
        if let Some(left) = self.left.replace(stay.left) {
            let visits = u64::from(self.visits) + 1;
            let each = (stay.start.saturating_duration_since(left).as_nanos() as u64) / visits;
            let whole = (stay.start.elapsed().as_nanos() as u64).saturating_mul(Self::WAIT_MAX);
            self.visits = (whole / each.max(1)).min(most) as u32;
        }
        self.judge(stay.short);
    }

    fn judge(&mut self, short: bool) {
        self.seen += 1;
        self.short += u8::from(short);
        if self.seen == Self::WINDOW {
            if self.short > Self::WINDOW / 2 {
                self.pause = (self.pause + 1).min(Self::PAUSE_MAX);
            } else {
                self.pause = self.pause.saturating_sub(2);
            }
            (self.seen, self.short) = (0, 0);
        }
    }
}

/// A stay in a trace that was entered from the interpreter.
pub(super) struct Stay {
    pub start: Instant,
    pub left: Instant,
    /// Its exit took longer, and there is no time to do something about it.
    pub short: bool,
}

/// Pseudo-random decisions in place of those that depend on time, the same for the same seed: when
/// to compile, which traces to enter, when to come back. What a program does must not depend on them.
/// The generator is Marsaglia's xorshift64.
pub(super) struct Dice(Cell<u64>);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(Cell::new(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1))
    }

    fn below(&self, bound: u64) -> u64 {
        let mut x = self.0.get();
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        self.0.set(x);
        (x >> 11) % bound
    }

    fn one_in(&self, chances: u64) -> bool {
        self.below(chances) == 0
    }
}

impl State {
    /// Machine code ran for so long, less what leaving it took.
    fn note_useful(&mut self, stay: Duration) {
        self.useful_ns += (stay.as_nanos() as f64 * self.trial.gain()) as u64;
    }
}

impl Jit {
    /// May a new root be recorded?
    pub(super) fn root_affordable(&self) -> bool {
        let state = self.state.borrow();
        !state.forest.searching() || self.affordable(&state)
    }

    /// May more of a search be compiled now? See [`JitOptions::compile_share`](crate::options::JitOptions).
    pub(super) fn affordable(&self, state: &State) -> bool {
        if let Some(dice) = &self.dice {
            return !dice.one_in(3);
        }
        let Some((share, useful_share)) = self.pace() else {
            return true;
        };
        let spent = self.spent_ns(state);
        let passed = self.started.elapsed().as_nanos() as f64 * share;
        let useful = state.useful_ns as f64 * useful_share + state.trial.invested();
        spent as f64 <= self.options.compile_free.as_nanos() as f64 + passed + useful
    }

    /// Time plays no part where texts of traces are wanted.
    pub(super) fn pace(&self) -> Option<(f64, f64)> {
        (self.options.compile_share).filter(|_| !self.options.keep_text)
    }

    /// Enters a trace and sees whether that was worth it.
    pub(super) fn stay(&self, services: &dyn Services, core: *mut VmCore, trace: TraceId) -> Next {
        let due = {
            let state = &mut *self.state.borrow_mut();
            state.left_by = None;
            let luck = self.dice.as_ref().map(|dice| dice.one_in(50));
            state.forest.count_stay(trace, &self.options, luck)
        };
        if due && !self.backend.is_active() {
            self.promote(trace);
        }
        if let Some(dice) = &self.dice {
            mem::set_countdown(core, dice.below(2000) as i64);
            let next = self.enter(services, core, trace).0;
            let visits = if dice.one_in(7) { dice.below(30) } else { 0 };
            let state = &mut *self.state.borrow_mut();
            state.forest.let_pass(trace, visits as u32);
            return next;
        }
        mem::set_countdown(core, self.options.promote_turns);
        if self.pace().is_none() {
            return self.enter(services, core, trace).0;
        }
        let recordings = self.state.borrow().stats.recordings;
        let start = Instant::now();
        let (next, left) = self.enter(services, core, trace);
        let state = &mut *self.state.borrow_mut();
        let stay = left - start;
        (state.forest).note_stayed(trace, state.left_by, stay.as_nanos() as u64);
        if state.stats.recordings != recordings {
            state.note_useful(stay);
            return next;
        }
        // What leaving took is as good as lost.
        let lost = left.elapsed();
        state.note_useful(stay.saturating_sub(lost));
        let short = stay < lost && state.forest.is_search(trace) && !self.affordable(state);
        state.forest.note_stay(trace, &Stay { start, left, short });
        next
    }

    /// Makes the code of a tree anew, and well.
    #[inline(never)]
    fn promote(&self, trace: TraceId) {
        let state = &mut *self.state.borrow_mut();
        state.stats.reemitted += 1;
        if let Err(reason) = state.forest.promote(&*self.backend, trace) {
            state.stats.abort(reason);
        }
    }

    /// A `goto` found no trace bound where the current frame waits: binds the one there is. Bytecodes
    /// that are no merge points get one when they are missed often.
    pub(super) fn miss(&self, core: *mut VmCore, language: u8, how: Arrival) -> Next {
        let (code, pc) = current_position(core);
        if code.lang != language {
            return Next::Run(Some(how));
        }
        let token = code.token(pc);
        let index = code.merge_points.iter().position(|p| p.pc == pc);
        let state = &mut *self.state.borrow_mut();
        state.stats.missed += 1;
        let target = match index {
            Some(index) => state.valid_target((code.id, index as u16)),
            None => state.valid_continuation(token),
        };
        if let Some(target) = target {
            self.backend.bind(language, token, target.trace);
            return Next::Run(None);
        }
        if index.is_some() || self.recording.get() {
            return Next::Run(None);
        }
        let first = (0, self.options.bridge_threshold);
        let affordable = self.affordable(state);
        let (count, due) = state.misses.entry(token).or_insert(first);
        *count += 1;
        if *count < *due || !affordable {
            return Next::Run(None);
        }
        (*count, *due) = (0, due.saturating_mul(4));
        Next::Bind(token)
    }

    /// Makes a trace for the place where the current frame waits.
    pub(super) fn record_missed(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        token: i64,
    ) -> Next {
        let root = Root::Continuation { token };
        let (outcome, how) = self.record_at(services, core, root);
        if let Err(reason) = outcome {
            self.state.borrow_mut().stats.abort(reason);
        }
        Next::Run(how)
    }
}
