//! The tracer's engine: decides what to record, compiles it, enters it, and
//! deals with exits. `tree.rs` keeps compiled trees; this file is the driver.
//!
//! ```text
//!          ┌──────────── run: step loops of the current frame's language ◄──┐
//!          ▼ merge point hot                                                │
//!   compiled? ──yes──► enter machine code ──exit──► rebuild ──► resume ─────┤
//!          │ no                                        │ exit hot           │
//!          ▼                                           ▼                    │
//!   record a loop or entry ──► optimise ──► emit    record a bridge ────────┘
//! ```

mod crossings;
mod heap;
mod pace;
mod stats;
mod tree;
mod trial;

pub use crossings::Crossing;
use crossings::Crossings;
pub use heap::CoreHeap;
pub use stats::JitStats;
pub use tree::TraceText;

use crate::backend::{Backend, ExitId, Outcome};
use crate::code::{Code, MergeKind, token_code, token_pc};
use crate::interp::StepLoops;
use crate::ir::{LabelId, Op, TraceId};
use crate::layout::Frame;
use crate::meta::{Arrival, Flow};
use crate::options::JitOptions;
use crate::record::{Abort, Record, Recording, Root, TargetInfo, Targets};
use crate::resume::{Rebuilt, Resume, rebuild};
use crate::run::mem;
use crate::value::Value;
use crate::vm::{POLL_INVALIDATED, VmCore};
use hashbrown::HashMap;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;
use tree::Forest;

/// Language id of frames that belong to the host program: the driver returns there.
pub const HOST_LANGUAGE: u8 = 255;

/// Calls between languages that one recording notes.
const CROSSINGS_MAX: usize = 100;

/// What the driver needs of the runtime.
pub trait Services {
    /// The step loops of a language.
    fn loops(&self, language: u8) -> StepLoops;
    /// Something wants attention (the poll word is not zero): collect, handle
    /// interrupts and limits. `Some`: an exception is pending and is to be raised in the current frame.
    fn poll(&self, core: *mut VmCore) -> Option<Arrival>;
    /// Counts the frames of the stack, which are all real.
    fn recount_depth(&self, _core: *mut VmCore) {}
    /// Work done so far, as the languages count it, and nanoseconds of the processor that the program took; `None`
    /// when nobody counts.
    fn progress(&self, _core: *mut VmCore) -> Option<(u64, u64)> {
        None
    }
    /// Called before guest code runs in step loops.
    fn rearm(&self, _core: *mut VmCore) {}
    /// Makes the objects among `words` (tagged values) old, so that their
    /// addresses may be embedded; updates the words. A safe point.
    /// False when some must not move now: then they cannot be embedded.
    fn promote(&self, core: *mut VmCore, words: &mut [u64]) -> bool;
}

/// The tracer of one engine.
pub struct Jit {
    backend: Box<dyn Backend>,
    state: RefCell<State>,
    options: JitOptions,
    recording: Cell<bool>,
    /// A trace found the depth limit near: none is entered until frames were left, for calls
    /// inside traces do not check it.
    too_deep: Cell<bool>,
    /// Some guest code limits its depth: traces that grow the stack check it.
    limits_depth: Cell<bool>,
    started: Instant,
    dice: Option<pace::Dice>,
}

struct State {
    forest: Forest,
    targets: Rc<Targets>,
    /// Times that a `goto` found nothing at a token that is no merge point's.
    /// With the number at which a trace is tried.
    misses: HashMap<i64, (u32, u32)>,
    /// Recordings given up, by where they start.
    aborts: HashMap<Root, u32>,
    next_label: u32,
    stats: JitStats,
    crossings: Crossings,
    /// The exit by which machine code was left last, unless it was left in another way.
    left_by: Option<ExitId>,
    /// Nanoseconds that machine code saved, as far as they are measured.
    useful_ns: u64,
    trial: trial::Trial,
}

/// What to do after the driver dealt with a merge point or an exit.
enum Next {
    /// Back to the step loops.
    Run(Option<Arrival>),
    /// At a merge point again.
    Merge,
    /// A trace is due for the place with this token.
    Bind(i64),
}

impl Jit {
    pub fn new(backend: Box<dyn Backend>, options: JitOptions) -> Jit {
        backend.keep_text(options.keep_text);
        Jit {
            backend,
            state: RefCell::new(State {
                forest: Forest::new(&options),
                targets: Rc::default(),
                misses: HashMap::new(),
                aborts: HashMap::new(),
                next_label: 0,
                left_by: None,
                stats: JitStats::default(),
                crossings: Crossings::default(),
                useful_ns: 0,
                trial: trial::Trial::default(),
            }),
            dice: options.pace_seed.map(pace::Dice::new),
            options,
            recording: Cell::new(false),
            too_deep: Cell::new(false),
            limits_depth: Cell::new(false),
            started: Instant::now(),
        }
    }

    pub fn options(&self) -> &JitOptions {
        &self.options
    }

    /// Counters so far.
    pub fn stats(&self) -> JitStats {
        let mut stats = self.state.borrow().stats.clone();
        stats.backend = self.backend.stats();
        stats
    }

    /// Calls between languages so far, the most often interpreted first; counted with
    /// `JitOptions::timing` or `JitOptions::keep_text` only.
    pub fn crossings(&self) -> Vec<Crossing> {
        self.state.borrow().crossings.list()
    }

    fn counts_crossings(&self) -> bool {
        self.options.timing || self.options.keep_text
    }

    /// Counts the call that made the current frame, if it came from another language.
    #[cold]
    fn count_crossing(&self, core: *mut VmCore) {
        let Some(caller) = caller_of(core, mem::current(core)) else {
            return;
        };
        let callee = current_code(core);
        let mut state = self.state.borrow_mut();
        if callee.lang != HOST_LANGUAGE && !state.trial.holds_back() {
            state.crossings.interpreted(caller, callee.id);
        }
    }

    /// Traces as text, when `keep_text` is set.
    pub fn texts(&self) -> Vec<TraceText> {
        self.state.borrow().forest.texts(&*self.backend)
    }

    /// First counter value of a merge point.
    pub fn initial_counter(&self, kind: MergeKind) -> u32 {
        match kind {
            _ if !self.options.enabled => u32::MAX,
            MergeKind::Loop { .. } => self.options.loop_threshold,
            MergeKind::Entry => self.options.entry_threshold,
            MergeKind::Resumption => self.options.loop_threshold,
        }
    }

    /// Constants of compiled code: roots of the collector. They are old objects, which do not move.
    pub fn visit_roots(&self, visit: &mut dyn FnMut(&mut Value)) {
        self.state.borrow_mut().forest.visit_roots(visit);
    }

    /// Runs guest code from the engine's current frame until a host frame is
    /// current. `how` is how control arrives there; returns how it arrived at the host.
    pub fn run(&self, services: &dyn Services, core: *mut VmCore, how: Option<Arrival>) -> Arrival {
        // A native called while recording may run guest code of its own, which is
        // traced like any other; the recording goes on when that returns.
        let recording = self.recording.replace(false);
        let held = self.backend.held();
        let words = held.clone().map(|range| mem::exit_words(core, range));
        let how = self.run_from(services, core, how);
        for (range, words) in held.iter().zip(words) {
            mem::set_exit_words(core, range.start, &words);
        }
        self.recording.set(recording);
        how
    }

    fn run_from(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        how: Option<Arrival>,
    ) -> Arrival {
        let mut arrival = how;
        loop {
            let language = current_code(core).lang;
            if language == HOST_LANGUAGE {
                return arrival.unwrap_or(Arrival::Return);
            }
            let loops = services.loops(language);
            services.rearm(core);
            let flow = match arrival.take() {
                Some(how) => (loops.run_arrive)(core, how),
                None => (loops.run)(core),
            };
            match flow {
                Flow::Next => {}
                Flow::Switch(how) => {
                    if how == Arrival::Start && self.counts_crossings() {
                        self.count_crossing(core);
                    }
                    arrival = Some(how);
                }
                Flow::Merge => arrival = self.merge(services, core),
            }
        }
    }

    fn merge(&self, services: &dyn Services, core: *mut VmCore) -> Option<Arrival> {
        loop {
            if mem::poll(core) & POLL_INVALIDATED != 0 {
                let state = &mut *self.state.borrow_mut();
                state.forest.drop_invalid(&*self.backend);
                let forest = &state.forest;
                Rc::make_mut(&mut state.targets).retain(|trace| forest.is_valid(trace));
            }
            if mem::wants_attention(core)
                && let Some(how) = services.poll(core)
            {
                return Some(how);
            }
            match self.at_merge_point(services, core) {
                Next::Run(how) => return how,
                Next::Merge => {}
                Next::Bind(_) => unreachable!("dealt with where it arises"),
            }
        }
    }

    fn at_merge_point(&self, services: &dyn Services, core: *mut VmCore) -> Next {
        let (code, pc) = current_position(core);
        let Some(index) = code.merge_points.iter().position(|p| p.pc == pc) else {
            return Next::Run(None);
        };
        let point = &code.merge_points[index];
        if point.counter.get() != 0 {
            // The driver was called because of the poll word only, which is down
            // now: the merge point's bytecode goes through before it may rise again.
            return resume(services, core, Rebuilt::default());
        }
        if !self.options.enabled || self.recording.get() {
            point.counter.set(u32::MAX);
            return Next::Run(None);
        }
        if self.too_deep.get() {
            if mem::nearly_too_deep(core) {
                pass_merge_point(core);
                return resume(services, core, Rebuilt::default());
            }
            self.too_deep.set(false);
        }
        let key = (code.id, index as u16);
        let target = self.state.borrow_mut().valid_target(key);
        if target.is_none() && !self.root_affordable() {
            point.counter.set(self.initial_counter(point.kind));
            return Next::Run(None);
        }
        let searches = target.is_some_and(|t| self.state.borrow().forest.is_search(t.trace));
        if searches && !self.enters_searches(services, core) {
            point.counter.set(trial::VISITS_PASSED);
            return Next::Run(None);
        }
        match target {
            Some(target) => {
                let pause = self.state.borrow().forest.pause_of(target.trace);
                point.counter.set(1 + pause);
                self.stay(services, core, target.trace)
            }
            None => self.record_root(services, core, code, index as u16),
        }
    }

    /// Runs a trace, deals with its exit; also says when it was left.
    fn enter(&self, services: &dyn Services, core: *mut VmCore, trace: TraceId) -> (Next, Instant) {
        let frame = mem::current(core);
        let start = self.options.timing.then(Instant::now);
        let outcome = self.backend.enter(core, trace, frame);
        let left = Instant::now();
        {
            let mut state = self.state.borrow_mut();
            state.stats.entered += 1;
            state.stats.trace_ns += start.map_or(0, |s| (left - s).as_nanos() as u64);
        }
        let next = match outcome {
            Outcome::Exit(exit) => self.exit(services, core, exit),
            Outcome::Enter { frame, .. } => {
                mem::set_current(core, frame);
                Next::Run(None)
            }
            Outcome::Goto {
                language,
                how,
                frame,
            } => {
                mem::set_current(core, frame);
                match self.miss(core, language, how) {
                    Next::Bind(token) => self.record_missed(services, core, token),
                    next => next,
                }
            }
        };
        (next, left)
    }

    // --------------------------------------------------------------- exits

    fn exit(&self, services: &dyn Services, core: *mut VmCore, exit: ExitId) -> Next {
        let mut bits: smallvec::SmallVec<[u64; 32]> = smallvec::SmallVec::new();
        let (rebuilt, hot) = {
            let mut state = self.state.borrow_mut();
            let state = &mut *state;
            let start = self.options.timing.then(Instant::now);
            state.stats.exits += 1;
            state.left_by = Some(exit);
            let plan = state.forest.plan_of(exit);
            let info = state.forest.exit(exit);
            let info_op = info.op();
            bits.extend(mem::exit_values(core, info.ops.len()));
            let rebuilt = rebuild(core, &plan, &bits);
            let hot = !self.recording.get()
                && state.forest.count_exit(exit, &self.options)
                && (!state.forest.searches(exit)
                    || self.affordable(state)
                    || state.forest.postpone(exit, &self.options));
            if info_op == Op::GuardDepth {
                // Backtracking leaves frames without counting them out.
                services.recount_depth(core);
                self.too_deep.set(mem::nearly_too_deep(core));
                pass_merge_point(core);
            }
            state.stats.exit_ns += start.map_or(0, |s| s.elapsed().as_nanos() as u64);
            (rebuilt, hot)
        };
        match hot {
            false => resume(services, core, rebuilt),
            true if self.lacks_continuation(core, exit) => {
                self.record_continuation(services, core, exit)
            }
            true => self.record_bridge(services, core, exit, &bits, &rebuilt),
        }
    }

    /// Did the trace end at the continuation of a frame that has no trace yet?
    fn lacks_continuation(&self, core: *mut VmCore, exit: ExitId) -> bool {
        let mut state = self.state.borrow_mut();
        if !state.forest.is_return(exit) {
            return false;
        }
        let (code, pc) = current_position(core);
        state.valid_continuation(code.token(pc)).is_none()
    }

    /// Makes a trace for the continuation at which an exit arrived; the exit's
    /// bridge, a jump there, follows when it is taken again.
    fn record_continuation(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        exit: ExitId,
    ) -> Next {
        let (code, pc) = current_position(core);
        let (outcome, how) = self.record_at(
            services,
            core,
            Root::Continuation {
                token: code.token(pc),
            },
        );
        if let Err(reason) = outcome {
            self.bridge_failed(exit, reason);
        }
        Next::Run(how)
    }

    fn bridge_failed(&self, exit: ExitId, reason: Abort) {
        let mut state = self.state.borrow_mut();
        state.stats.abort(reason);
        state.forest.bridge_failed(exit, reason);
    }

    // ----------------------------------------------------------- recordings

    fn record_root(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        code: &'static Code,
        index: u16,
    ) -> Next {
        let root = match code.merge_points[index as usize].kind {
            MergeKind::Loop { .. } => Root::Loop {
                code: code.id,
                index,
            },
            MergeKind::Entry | MergeKind::Resumption => Root::Entry {
                code: code.id,
                index,
            },
        };
        let (outcome, how) = self.record_at(services, core, root);
        let point = &code.merge_points[index as usize];
        match outcome {
            Ok(()) => point.counter.set(1),
            Err(reason) => {
                point
                    .counter
                    .set(self.note_abort(root, reason, self.initial_counter(point.kind)))
            }
        }
        Next::Run(how)
    }

    /// Records and compiles a trace that starts at the engine's current position.
    fn record_at(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        root: Root,
    ) -> (Result<(), Abort>, Option<Arrival>) {
        let (label, targets) = {
            let mut state = self.state.borrow_mut();
            (state.fresh_label(), state.targets.clone())
        };
        let mut rec = Record::start_root(core, root, label, targets, self.options.limits);
        rec.terse = self.state.borrow().forest.is_terse(root);
        let (result, how) = self.record(services, core, rec);
        let outcome =
            result.and_then(|recording| self.compile_root(services, core, root, label, recording));
        (outcome, how)
    }

    fn record_bridge(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        exit: ExitId,
        bits: &[u64],
        rebuilt: &Rebuilt,
    ) -> Next {
        let terse = (self.state.borrow_mut().forest).is_crowded(exit, &self.options);
        let rec = {
            let state = &mut *self.state.borrow_mut();
            let doubt = state.forest.take_doubt(exit);
            let info = state.forest.exit(exit);
            let trace = state.forest.trace_of(exit);
            let snapshot = trace.snapshot(info.snapshot);
            let targets = state.targets.clone();
            let mut rec = Record::start_bridge(
                core,
                trace,
                snapshot,
                bits,
                &rebuilt.objects,
                &rebuilt.frames,
                targets,
                self.options.limits,
            );
            rec.retrace = info.wants_retrace();
            rec.doubt = doubt;
            rec.terse = terse;
            rec
        };
        let (result, how) = self.record(services, core, rec);
        let outcome =
            result.and_then(|recording| self.compile_bridge(services, core, exit, recording));
        if let Err(reason) = outcome {
            self.bridge_failed(exit, reason);
        }
        Next::Run(how)
    }

    /// Runs a recording to its end. The engine is left in a consistent state
    /// whatever happens; the second result is an arrival to go on with.
    // Not inlined, here and where the other parts are entered: profiles tell them apart by name.
    #[inline(never)]
    fn record(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        mut rec: Record,
    ) -> (Result<Recording, Abort>, Option<Arrival>) {
        let start = Instant::now();
        self.recording.set(true);
        rec.limits_depth = self.limits_depth.get();
        let mut how = None;
        let mut calls: Vec<(i64, u32)> = Vec::new();
        let result = loop {
            match rec.start_bytecode() {
                Err(reason) => break Err(reason),
                Ok(Some(ending)) => break Ok(ending),
                Ok(None) => {}
            }
            let mut flow = (services.loops(rec.language()).record)(&mut rec);
            while let Flow::Switch(arrival) = flow {
                if rec.language() == HOST_LANGUAGE {
                    how = Some(arrival);
                    break;
                }
                if arrival == Arrival::Start
                    && calls.len() < CROSSINGS_MAX
                    && let Some(caller) = caller_of(core, rec.frame())
                {
                    calls.push((caller, rec.code_id()));
                }
                flow = (services.loops(rec.language()).record_arrive)(&mut rec, arrival);
            }
            if how.is_some() {
                break Err(Abort::LeftHost);
            }
            if let Some(reason) = rec.end_bytecode(flow) {
                break Err(reason);
            }
        };
        rec.save();
        self.recording.set(false);
        self.limits_depth.set(rec.limits_depth);
        let mut state = self.state.borrow_mut();
        state.stats.record_ns += start.elapsed().as_nanos() as u64;
        state.stats.recordings += 1;
        if self.counts_crossings() {
            let outcome = result.as_ref().map(|_| ()).map_err(|reason| *reason);
            state.crossings.recorded(&calls, outcome);
        }
        if let Some((code, index)) = rec.wanted() {
            heat(core, code, index);
        }
        match result {
            Ok(ending) => {
                let recording = rec.finish(ending);
                state.stats.recorded_ops += recording.trace.insts.len() as u64;
                (Ok(recording), how)
            }
            Err(reason) => (Err(reason), how),
        }
    }

    /// Counts an abort and says how long to wait before the next attempt.
    fn note_abort(&self, key: Root, reason: Abort, threshold: u32) -> u32 {
        let mut state = self.state.borrow_mut();
        state.stats.abort(reason);
        let count = state.aborts.entry(key).or_insert(0);
        *count += 1;
        if *count > self.options.aborts_max {
            return u32::MAX;
        }
        threshold.max(1) << reason.penalty().min(4) << (*count).min(8)
    }

    // -------------------------------------------------------------- compile

    fn compile_root(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        root: Root,
        label: LabelId,
        mut recording: Recording,
    ) -> Result<(), Abort> {
        self.promote_consts(services, core, &mut recording)?;
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        let looping = recording.looping;
        let trace = state.forest.add_root(
            &*self.backend,
            &self.options,
            &mut state.next_label,
            &mut state.stats,
            core,
            root,
            recording,
        );
        let trace = trace?;
        let (targets, info) = (
            Rc::make_mut(&mut state.targets),
            TargetInfo {
                trace,
                label,
                looping,
            },
        );
        match root {
            Root::Loop { code, index } | Root::Entry { code, index } => {
                targets.insert(code, index, info)
            }
            Root::Continuation { token } => targets.insert_continuation(token, info),
            Root::Bridge => unreachable!("bridges are compiled by compile_bridge"),
        }
        Ok(())
    }

    fn compile_bridge(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        exit: ExitId,
        mut recording: Recording,
    ) -> Result<(), Abort> {
        self.promote_consts(services, core, &mut recording)?;
        let mut state = self.state.borrow_mut();
        let state = &mut *state;
        state.forest.add_bridge(
            &*self.backend,
            &self.options,
            &mut state.next_label,
            &mut state.stats,
            exit,
            recording,
        )
    }

    fn promote_consts(
        &self,
        services: &dyn Services,
        core: *mut VmCore,
        recording: &mut Recording,
    ) -> Result<(), Abort> {
        let consts = &mut recording.trace.consts;
        let mut words: Vec<u64> = consts
            .iter()
            .filter(|c| is_object(c))
            .map(|c| c.bits)
            .collect();
        if words.is_empty() {
            return Ok(());
        }
        if !services.promote(core, &mut words) {
            return Err(Abort::FrozenConst);
        }
        for (c, word) in consts.iter_mut().filter(|c| is_object(c)).zip(words) {
            c.bits = word;
        }
        Ok(())
    }
}

fn is_object(c: &crate::ir::Const) -> bool {
    c.ty == crate::ir::Ty::Val && Value(c.bits).is_heap()
}

/// Does a constant live only while something refers to it?
fn is_root(c: &crate::ir::Const) -> bool {
    is_object(c) || c.ty == crate::ir::Ty::Val && Value(c.bits).is_mortal()
}

impl State {
    fn fresh_label(&mut self) -> LabelId {
        self.next_label += 1;
        LabelId(self.next_label - 1)
    }

    /// The compiled trace of a merge point, unless an assumption of it broke.
    fn valid_target(&mut self, key: (u32, u16)) -> Option<TargetInfo> {
        let target = self.targets.get(key.0, key.1)?;
        if self.forest.is_valid(target.trace) {
            return Some(target);
        }
        Rc::make_mut(&mut self.targets).remove(key.0, key.1);
        self.stats.invalidated += 1;
        None
    }

    fn valid_continuation(&mut self, token: i64) -> Option<TargetInfo> {
        let target = self.targets.continuation(token)?;
        if self.forest.is_valid(target.trace) {
            return Some(target);
        }
        Rc::make_mut(&mut self.targets).remove_continuation(token);
        self.stats.invalidated += 1;
        None
    }
}

/// Finishes the bytecode in which an exit was taken.
fn resume(services: &dyn Services, core: *mut VmCore, rebuilt: Rebuilt) -> Next {
    let mut r = Resume::new(core, rebuilt.log, rebuilt.log_len);
    let mut flow = (services.loops(r.language()).resume)(&mut r);
    while let Flow::Switch(how) = flow {
        if r.language() == HOST_LANGUAGE {
            r.save();
            return Next::Run(Some(how));
        }
        flow = (services.loops(r.language()).resume_arrive)(&mut r, how);
    }
    r.save();
    if flow == Flow::Merge {
        Next::Merge
    } else {
        Next::Run(None)
    }
}

fn current_position(core: *mut VmCore) -> (&'static Code, u32) {
    let token = Value(mem::word(
        mem::current(core),
        Frame::TOKEN.raw.word as usize,
    ))
    .as_int();
    (mem::code(core, token_code(token)), token_pc(token))
}

fn current_code(core: *mut VmCore) -> &'static Code {
    current_position(core).0
}

/// The token of the frame that made the call of `frame`: the nearest that a program's text has,
/// or the nearest of all.
fn caller_of(core: *mut VmCore, frame: u64) -> Option<i64> {
    let mut nearest = None;
    let mut at = frame;
    loop {
        let parent = Value(mem::word(at, Frame::PARENT.raw.word as usize));
        if !parent.is_heap() {
            return nearest;
        }
        at = parent.0;
        let token = Value(mem::word(at, Frame::TOKEN.raw.word as usize)).as_int();
        let code = mem::code(core, token_code(token));
        if code.lang == HOST_LANGUAGE {
            return nearest;
        }
        if !code.data.is_machinery() {
            return Some(token);
        }
        nearest.get_or_insert(token);
    }
}

/// Too deep for the trace that starts at the current position: the interpreter
/// goes through, to the call that reports it.
fn pass_merge_point(core: *mut VmCore) {
    let (code, pc) = current_position(core);
    if let Some(point) = code.merge_points.iter().find(|p| p.pc == pc) {
        point.counter.set(point.counter.get().max(2));
    }
}

/// Makes a merge point be recorded at its next visit.
fn heat(core: *mut VmCore, code: u32, index: u16) {
    let point = &mem::code(core, code).merge_points[index as usize];
    if point.counter.get() > 1 && point.counter.get() < u32::MAX / 2 {
        point.counter.set(1);
    }
}

impl Op {
    /// May an exit of this operation get a bridge? Polls and invalidations go to the driver.
    pub(crate) fn may_have_bridge(self) -> bool {
        !matches!(self, Op::GuardNoPoll | Op::GuardValid | Op::GuardDepth)
    }
}
