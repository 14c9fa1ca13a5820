//! Where recordings end: merge points, limits, closing jumps.
//!
//! | met while recording | what happens |
//! | --- | --- |
//! | the root's own merge point, same frame depth | the loop closes |
//! | an enclosing loop's header | abort: the loop was left |
//! | a compiled merge point, no inlined frames around it | jump there |
//! | a loop in an inlined frame | unrolled a little, then jump there or abort |
//! | a function entry | inlined, unless it recurses or loops by tail calls: jump to its trace, frames made real |
//! | a return into a frame from before the trace | jump to that continuation, or end there; followed when somebody may come back to the frame left |
//! | a resumed computation from before the trace | jump to its trace, or end there |

use super::{Abort, Record, Recording};
use crate::code::MergeKind;
use crate::ir::{Descr, LabelId, Op, OpRef, TraceId, Ty};
use crate::layout::Frame;
use crate::meta::{Flow, Meta};
use crate::opt::Doubt;
use crate::run::mem;
use crate::value::Value;
use hashbrown::HashMap;

/// Where a recording started.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Root {
    Loop {
        code: u32,
        index: u16,
    },
    Entry {
        code: u32,
        index: u16,
    },
    /// Where a frame continues after a call: non-tail recursion comes back here
    /// again and again. There is no bytecode for it: traces that return into a
    /// frame they did not push end at its continuation.
    Continuation {
        token: i64,
    },
    Bridge,
}

/// A merge point that recordings may jump to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct TargetInfo {
    pub trace: TraceId,
    /// Its recorded label: operands are the frame and the live slots, ascending.
    pub label: LabelId,
    /// It jumps back to its label in the same activation: a loop, not worth inlining.
    pub looping: bool,
}

/// The compiled merge points, by code id and index.
#[derive(Clone, Default, Debug)]
pub struct Targets {
    map: HashMap<(u32, u16), TargetInfo>,
    continuations: HashMap<i64, TargetInfo>,
}

impl Targets {
    pub fn get(&self, code: u32, index: u16) -> Option<TargetInfo> {
        self.map.get(&(code, index)).copied()
    }
    pub fn insert(&mut self, code: u32, index: u16, info: TargetInfo) {
        self.map.insert((code, index), info);
    }
    pub fn remove(&mut self, code: u32, index: u16) {
        self.map.remove(&(code, index));
    }
    /// Forgets traces that must not be entered any more.
    pub fn retain(&mut self, valid: impl Fn(TraceId) -> bool) {
        self.map.retain(|_, t| valid(t.trace));
        self.continuations.retain(|_, t| valid(t.trace));
    }
    /// The trace that starts where a frame continues after a call.
    pub fn continuation(&self, token: i64) -> Option<TargetInfo> {
        self.continuations.get(&token).copied()
    }
    pub fn insert_continuation(&mut self, token: i64, info: TargetInfo) {
        self.continuations.insert(token, info);
    }
    pub fn remove_continuation(&mut self, token: i64) {
        self.continuations.remove(&token);
    }
}

/// How a recording ended.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Jumps to its own label.
    Loop,
    /// Jumps to the label of another trace.
    Target { trace: TraceId, label: LabelId },
    /// Leaves to the interpreter.
    Exit,
    /// Leaves at the continuation of a frame that the trace returned into.
    Return,
}

impl Record {
    /// Before each bytecode: ends or abandons the recording when a limit says so.
    /// The bytecode to come is not started yet.
    pub fn start_bytecode(&mut self) -> Result<Option<Ending>, Abort> {
        if let Some(reason) = self.abort {
            return Err(reason);
        }
        if !self.validity.is_valid() {
            return Err(Abort::Invalidated);
        }
        if let Some(ending) = self.ending {
            return Ok(Some(ending));
        }
        self.begin();
        if self.trace.insts.len() > self.limits.trace_ops_max {
            return self.give_up_long();
        }
        let came_back = std::mem::take(&mut self.came_back);
        match self.returned.take() {
            Some(recursive) => self.at_continuation(recursive),
            None if came_back => self.at_alternative(),
            None => Ok(None),
        }
    }

    /// The trace returned into a frame that it did not push, and is at its
    /// continuation. Recursion comes here for every level: such traces end, and
    /// the continuation gets its own. Other returns are simply followed for a while.
    fn at_continuation(&mut self, recursive: bool) -> Result<Option<Ending>, Abort> {
        let token = self.run.code().token(self.start_pc);
        if self.root == (Root::Continuation { token }) {
            self.close(None);
            return Ok(self.ending);
        }
        // Somebody will come back to the frame that was left: the loop goes through here.
        let suspended = self.left_published || self.is_resumption();
        let patient = !self.terse
            && !recursive
            && self.bottoms_left <= self.limits.returns_max
            && self.trace.insts.len() <= self.limits.trace_ops_max / 4;
        if suspended && patient {
            self.top().outer = true;
            return Ok(None);
        }
        if let Some(target) = self.targets.continuation(token) {
            self.close(Some(target));
            return Ok(self.ending);
        }
        match self.root {
            Root::Loop { .. } => return Err(Abort::LeftLoop),
            Root::Bridge | Root::Continuation { .. } if patient => {}
            Root::Bridge | Root::Continuation { .. } | Root::Entry { .. } => self.end_there(),
        }
        Ok(self.ending)
    }

    /// The trace came back to a frame that it knows nothing of, through a choice
    /// point from before it: like a return, but never part of this loop's body
    /// unless it is where the trace began.
    fn at_alternative(&mut self) -> Result<Option<Ending>, Abort> {
        let code = self.run.code();
        let token = code.token(self.start_pc);
        let is_merge_point = |p: &crate::code::MergePoint| p.pc == self.start_pc;
        if self.root == (Root::Continuation { token }) {
            self.close(None);
        } else if code.merge_points.iter().any(is_merge_point) {
            // Decided there.
        } else if matches!(self.root, Root::Loop { .. }) && self.will_rejoin() {
            // A loop over answers: the next one is looked for where the last one was found.
            self.bottoms_left += 1;
            if self.bottoms_left > self.limits.returns_max {
                return Err(Abort::LeftLoop);
            }
        } else if let Some(target) = self.targets.continuation(token) {
            self.close(Some(target));
        } else {
            self.bottoms_left += 1;
            let patient = !self.terse && self.bottoms_left <= self.limits.returns_max;
            match self.root {
                Root::Loop { .. } => return Err(Abort::LeftLoop),
                Root::Bridge | Root::Continuation { .. } if patient => {}
                Root::Bridge | Root::Continuation { .. } | Root::Entry { .. } => self.end_there(),
            }
        }
        Ok(self.ending)
    }

    fn end_there(&mut self) {
        self.end_with_exit();
        self.ending = Some(Ending::Return);
    }

    /// Did the recording start where a suspended computation is resumed?
    fn is_resumption(&self) -> bool {
        match self.root {
            Root::Entry { code, index } => {
                let code = crate::run::mem::code(self.run.core_ptr(), code);
                code.merge_points[index as usize].kind == MergeKind::Resumption
            }
            _ => false,
        }
    }

    fn give_up_long(&mut self) -> Result<Option<Ending>, Abort> {
        match self.root {
            // What was recorded is still good for a bridge: go on from its end another time.
            Root::Bridge | Root::Continuation { .. } => Ok(Some(self.end_with_exit())),
            Root::Loop { .. } | Root::Entry { .. } => Err(Abort::TooLong),
        }
    }

    fn end_with_exit(&mut self) -> Ending {
        self.exit_here();
        self.ending = Some(Ending::Exit);
        Ending::Exit
    }

    fn exit_here(&mut self) {
        let snapshot = self.snapshot();
        self.trace
            .push(Op::Exit, Ty::Void, &[], Descr::None, Some(snapshot));
    }

    /// After a bytecode: what its flow means for the recording.
    pub fn end_bytecode(&mut self, flow: Flow) -> Option<Abort> {
        debug_assert!(
            self.abort.is_some() || self.ending.is_some() || flow != Flow::Merge,
            "a merge point that did not stop"
        );
        self.abort
    }

    pub fn finish(self, ending: Ending) -> Recording {
        let code = self.run.code();
        let pc = self.run.pc();
        let target_slots = code.data.live_slots(pc).iter().collect();
        Recording {
            trace: self.trace,
            ending,
            looping: self.looping,
            searches: self.searches,
            assumptions: self.assumptions,
            target_token: code.token(pc),
            target_slots,
        }
    }

    /// Frames below the current one that belong to the recording.
    fn inlined(&self) -> usize {
        self.stack[..self.stack.len() - 1]
            .iter()
            .filter(|f| f.code.is_some() && !f.outer)
            .count()
    }

    fn activations(&self, code: u32) -> usize {
        self.stack[..self.stack.len() - 1]
            .iter()
            .filter(|f| !f.outer && f.code.is_some_and(|c| c.id == code))
            .count()
    }

    /// Activations of one code that may be inlined here: short functions pay for more of them.
    fn recursion_max(&self) -> usize {
        match self.trace.insts.len() < self.limits.short_ops {
            true => self.limits.recursion_short_max,
            false => self.limits.recursion_max,
        }
    }

    fn visit(&mut self, token: i64) -> u32 {
        let depth = self.stack.len();
        if let Some(v) = self
            .visits
            .iter_mut()
            .find(|v| v.0 == token && v.1 == depth)
        {
            v.2 += 1;
            return v.2;
        }
        self.visits.push((token, depth, 1));
        1
    }

    pub(super) fn at_merge_point(&mut self, index: u16) -> bool {
        let code = self.run.code();
        let point = &code.merge_points[index as usize];
        if !self.begun {
            self.begun = true;
            self.polled = true;
            self.guard(Op::GuardNoPoll, &[], Descr::None);
            return false;
        }
        let key = (code.id, index);
        let target = self.targets.get(key.0, key.1);
        let stop = match point.kind {
            MergeKind::Loop { .. } => self.at_loop(key, code.token(point.pc), target),
            MergeKind::Entry => self.at_entry(key, target),
            MergeKind::Resumption => self.at_resumption(key, code.token(point.pc), target),
        };
        if stop {
            self.run.set_pc(point.pc);
        }
        stop
    }

    fn is_enclosing(&self, key: (u32, u16)) -> bool {
        let Root::Loop { code, index } = self.root else {
            return false;
        };
        let mut next = Some(index);
        let points = &self.run.code().merge_points;
        while code == key.0
            && let Some(i) = next
        {
            if i == key.1 && i != index {
                return true;
            }
            next = match points[i as usize].kind {
                MergeKind::Loop { parent, .. } => parent,
                MergeKind::Entry | MergeKind::Resumption => None,
            };
        }
        false
    }

    fn at_loop(&mut self, key: (u32, u16), token: i64, target: Option<TargetInfo>) -> bool {
        let inlined = self.inlined();
        let own = self.root
            == Root::Loop {
                code: key.0,
                index: key.1,
            };
        if own && inlined == 0 {
            return self.close(None);
        }
        if inlined == 0 {
            if let Some(target) = target {
                let root = Root::Loop {
                    code: key.0,
                    index: key.1,
                };
                return !self.goes_around(root, target) && self.close(Some(target));
            }
            if self.is_enclosing(key) {
                return self.stop(Abort::LeftLoop);
            }
            if self.visit(token) > 1 {
                self.wanted = Some(key);
                return self.stop(Abort::InnerLoop);
            }
            return false;
        }
        let resumed = self.stack.last().is_some_and(|f| f.resumed);
        let visits = self.visit(token);
        if resumed && self.activations(key.0) >= self.recursion_max() {
            return self.close_recursion(own, key, target);
        }
        match target {
            Some(target) if !resumed && visits == 1 => self.close(Some(target)),
            Some(target) if visits > self.limits.unroll_max => self.close(Some(target)),
            None if visits > self.limits.unroll_max => {
                self.wanted = Some(key);
                self.stop(Abort::InnerLoop)
            }
            Some(_) | None => false,
        }
    }

    fn at_entry(&mut self, key: (u32, u16), target: Option<TargetInfo>) -> bool {
        let own = self.root
            == Root::Entry {
                code: key.0,
                index: key.1,
            };
        let inlined = self.inlined();
        let recursive = self.activations(key.0) >= self.recursion_max();
        if own && (inlined == 0 || recursive) {
            self.looping = inlined == 0;
            return self.close(None);
        }
        let rounds = self.top().enter(key.0);
        let settled = self.terse && self.run.code().merge_points[key.1 as usize].is_counting();
        if let Some(target) = target
            && (self.terse
                || recursive
                || inlined >= self.limits.inline_depth_max
                || target.looping
                || rounds > 1)
        {
            let root = Root::Entry {
                code: key.0,
                index: key.1,
            };
            let around = target.looping && inlined == 0 && self.goes_around(root, target);
            return !around && self.close(Some(target));
        }
        if recursive || settled {
            self.wanted = Some(key);
            return self.stop(Abort::Recursion);
        }
        if rounds > self.limits.unroll_max {
            self.wanted = Some(key);
            return self.stop(Abort::InnerLoop);
        }
        false
    }

    /// A suspended computation goes on. One that this trace suspended is followed
    /// for a few rounds.
    fn at_resumption(&mut self, key: (u32, u16), token: i64, target: Option<TargetInfo>) -> bool {
        let own = self.root
            == Root::Entry {
                code: key.0,
                index: key.1,
            };
        let inlined = self.inlined();
        let made_here = self.top().published;
        let visits = self.visit(token);
        if own && inlined == 0 && (!made_here || visits > 1) {
            self.looping = true;
            return self.close(None);
        }
        if self.activations(key.0) >= self.recursion_max() {
            return self.close_recursion(own, key, target);
        }
        if let Some(target) = target
            && (visits > 1 || (inlined == 0 && !made_here))
        {
            return self.close(Some(target));
        }
        if visits > self.limits.unroll_max {
            self.wanted = Some(key);
            return self.stop(Abort::InnerLoop);
        }
        false
    }

    /// A computation was resumed by one of its own kind, as generators are that delegate to
    /// others: following each level would double the ways through.
    fn close_recursion(&mut self, own: bool, key: (u32, u16), target: Option<TargetInfo>) -> bool {
        if own {
            return self.close(None);
        }
        if target.is_some() {
            return self.close(target);
        }
        self.wanted = Some(key);
        self.stop(Abort::Recursion)
    }

    fn stop(&mut self, reason: Abort) -> bool {
        self.abort(reason);
        true
    }

    /// Does the bridge, which has reached the loop `target`, become a new version of it?
    fn goes_around(&mut self, root: Root, target: TargetInfo) -> bool {
        let wanted = std::mem::take(&mut self.retrace);
        let doubt = self.doubt.take().filter(|d| d.recorded == target.label);
        let around = wanted || doubt.is_some_and(|d| self.still_fails(d));
        if around {
            self.go_around(root, target);
        }
        around
    }

    /// Has the loop's value again not the type that the loop was specialised to?
    fn still_fails(&mut self, doubt: Doubt) -> bool {
        let live = self.live(self.run.code(), self.start_pc);
        // The frame comes first.
        let Some(slot) = live.iter().nth((doubt.slot as usize).wrapping_sub(1)) else {
            return false;
        };
        mem::tag_of(self.run.slot_raw(slot)) != doubt.tag
    }

    /// The bridge becomes a loop of its own: a new version of `target`.
    fn go_around(&mut self, root: Root, target: TargetInfo) {
        let (object, args) = self.settle();
        self.begin_label(object, &args, target.label);
        self.root = root;
        self.retraced = Some(target);
        self.regs = [super::frame::Slot::Unknown; crate::vm::REG_COUNT];
        self.visits.clear();
        self.undo.slots.clear();
        self.undo.aux = None;
        self.polled = true;
        self.guard(Op::GuardNoPoll, &[], Descr::None);
    }

    /// Makes all frames objects and writes back what their memory lacks, but
    /// for the slots of the current one: returns its object, and the object and
    /// live slots as operands of a jump.
    fn settle(&mut self) -> (super::Red, Vec<OpRef>) {
        let top = self.stack.len() - 1;
        for below in 0..top {
            let pc = self.stack[below].waiting_pc;
            self.flush_frame(below, pc);
        }
        let code = self.run.code();
        let pc = self.start_pc;
        let object = self.force_frame(top);
        if let super::frame::Slot::Known { red, dirty: true } = self.stack[top].aux {
            self.store_field(object, Frame::AUX.raw, red);
            self.stack[top].aux = super::frame::Slot::Known { red, dirty: false };
        }
        if self.depth > 0 && self.limits_depth {
            self.flush_regs(!0);
            self.guard_depth();
        }
        self.write_back();
        let live = self.live(code, pc);
        let mut args: Vec<OpRef> = vec![object.op];
        for slot in live.iter() {
            args.push(self.slot_raw(slot).op);
        }
        // The frames are objects now: a snapshot made here stores only what changed.
        self.base = None;
        self.last_snapshot = None;
        (object, args)
    }

    /// Registers and depth go to memory.
    pub(super) fn write_back(&mut self) {
        self.flush_regs(!0);
        if self.depth != 0 {
            let by = self.red_const(Ty::Int, Value::small(self.depth as i64).0);
            self.emit(Op::AddDepth, Ty::Void, &[by.op], Descr::None);
            self.depth = 0;
            self.base_depth = 0;
            self.last_snapshot = None;
        }
    }

    /// Ends the trace by a jump to `target`, or to its own label.
    fn close(&mut self, target: Option<TargetInfo>) -> bool {
        self.poll_before_leaving();
        let (_, args) = self.settle();
        let snapshot = self.snapshot();
        let (label, ending) = match target {
            None => match self.retraced {
                Some(t) => (
                    t.label,
                    Ending::Target {
                        trace: t.trace,
                        label: t.label,
                    },
                ),
                None => (self.own_label(), Ending::Loop),
            },
            Some(t) => (
                t.label,
                Ending::Target {
                    trace: t.trace,
                    label: t.label,
                },
            ),
        };
        self.trace.push(
            Op::Jump,
            Ty::Void,
            &args,
            Descr::Label(label),
            Some(snapshot),
        );
        self.ending = Some(ending);
        true
    }

    fn guard_depth(&mut self) {
        self.guard(Op::GuardDepth, &[], Descr::None);
    }

    fn own_label(&self) -> LabelId {
        self.trace
            .insts
            .iter()
            .find_map(|i| match (i.op, i.descr) {
                (Op::Label, Descr::Label(label)) => Some(label),
                _ => None,
            })
            .expect("root traces have a label")
    }
}

impl Recording {
    /// Replaces the final jump by an `enter` of the target: for states that fit
    /// none of its versions. Position and slots go to memory.
    pub fn end_with_enter(&mut self, trace: TraceId) {
        if self.trace.insts.last().is_none_or(|i| i.op != Op::Jump) {
            return;
        }
        let jump = self.trace.insts.pop().expect("just seen");
        let frame = jump.args[0];
        let token = self
            .trace
            .constant(Ty::Int, Value::small(self.target_token).0);
        let mut stores = vec![(Frame::TOKEN.raw, token)];
        stores.extend(
            self.target_slots
                .iter()
                .map(|s| Frame::SLOTS.raw.field(*s))
                .zip(jump.args[1..].iter().copied()),
        );
        for (field, value) in stores {
            self.trace.push(
                Op::Store,
                Ty::Void,
                &[frame, value],
                Descr::Field(field),
                None,
            );
        }
        self.trace
            .push(Op::Enter, Ty::Void, &[frame], Descr::Trace(trace), None);
    }
}
