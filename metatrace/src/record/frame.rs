//! Frames as the recorder sees them, and the snapshots made of them.

use super::{Record, Red};
use crate::code::{Code, SlotMask, token_code};
use crate::ir::{Descr, FrameSnap, FrameSnapId, Op, SnapVal, Snapshot, SnapshotId, Tag, Ty};
use crate::layout::{FRAME, FieldRef, Frame};
use crate::run::mem;
use crate::value::Value;
use std::rc::Rc;

/// What the recording knows of one slot.
#[derive(Copy, Clone, Debug)]
pub(super) enum Slot {
    /// Still in memory, not looked at.
    Unknown,
    Known {
        red: Red,
        dirty: bool,
    },
}

impl Slot {
    pub(super) fn known(self) -> Option<Red> {
        match self {
            Slot::Unknown => None,
            Slot::Known { red, .. } => Some(red),
        }
    }
}

/// One frame of the recording's stack.
#[derive(Clone, Debug)]
pub(super) struct RecFrame {
    /// Word of the frame that really runs while recording.
    pub address: u64,
    /// The frame object in the trace, if it exists there.
    pub object: Option<Red>,
    /// `None`: a caller that was not looked at yet (only at the bottom).
    pub code: Option<&'static Code>,
    pub slots: Vec<Slot>,
    pub aux: Slot,
    /// State at the pc where it waits for its callee.
    pub waiting: Option<FrameSnapId>,
    /// Where it waits.
    pub waiting_pc: u32,
    /// It is a suspended computation that was resumed (a generator).
    pub resumed: bool,
    /// It was found below a frame that the trace came back to: nothing was inlined
    /// into it by this trace.
    pub outer: bool,
    /// This trace made it known to somebody who may come back to it.
    pub published: bool,
    /// Entries of codes that it went through by tail calls, with how often.
    pub entries: smallvec::SmallVec<[(u32, u32); 2]>,
    /// Memory has its parent. A frame that is resumed gets a parent without a
    /// store: as long as the trace follows it, nobody looks.
    pub linked: bool,
}

impl RecFrame {
    pub(super) fn of_object(object: Red, code: &'static Code) -> RecFrame {
        RecFrame {
            address: object.bits,
            object: Some(object),
            code: Some(code),
            slots: vec![Slot::Unknown; code.slots as usize],
            aux: Slot::Unknown,
            waiting: None,
            waiting_pc: 0,
            resumed: false,
            outer: false,
            published: false,
            entries: Default::default(),
            linked: true,
        }
    }

    pub(super) fn opaque(object: Red) -> RecFrame {
        RecFrame {
            address: object.bits,
            object: Some(object),
            code: None,
            slots: Vec::new(),
            aux: Slot::Unknown,
            waiting: None,
            waiting_pc: 0,
            resumed: false,
            outer: false,
            published: false,
            entries: Default::default(),
            linked: true,
        }
    }

    pub(super) fn fresh(code: &'static Code, undef: Red, address: u64) -> RecFrame {
        RecFrame {
            address,
            object: None,
            code: Some(code),
            slots: vec![
                Slot::Known {
                    red: undef,
                    dirty: false
                };
                code.slots as usize
            ],
            aux: Slot::Known {
                red: undef,
                dirty: false,
            },
            waiting: None,
            waiting_pc: 0,
            resumed: false,
            outer: false,
            published: false,
            entries: Default::default(),
            linked: true,
        }
    }
}

impl RecFrame {
    /// Counts an entry of a code in this activation.
    pub(super) fn enter(&mut self, code: u32) -> u32 {
        if let Some(entry) = self.entries.iter_mut().find(|e| e.0 == code) {
            entry.1 += 1;
            return entry.1;
        }
        self.entries.push((code, 1));
        1
    }
}

/// Changes of the current bytecode to the frame it started in.
#[derive(Default)]
pub(super) struct Undo {
    pub slots: smallvec::SmallVec<[(u16, Slot); 8]>,
    pub aux: Option<Slot>,
}

impl Record {
    pub(super) fn top(&mut self) -> &mut RecFrame {
        self.stack
            .last_mut()
            .expect("a recording has a current frame")
    }

    /// A frame of `code` that is an object and has just become current.
    pub(super) fn arrived_frame(&mut self, object: Red, code: &'static Code) -> RecFrame {
        let mut frame = RecFrame::of_object(object, code);
        if let Some((slot, value)) = code.data.idle_slot() {
            let red = self.red_const(Ty::Val, value.0);
            frame.slots[slot as usize] = Slot::Known { red, dirty: true };
        }
        frame
    }

    pub(super) fn live(&mut self, code: &'static Code, pc: u32) -> Rc<SlotMask> {
        self.live_cache
            .entry(code.token(pc))
            .or_insert_with(|| Rc::new(code.data.live_slots(pc)))
            .clone()
    }

    fn frame_snap(&mut self, index: usize, slots: &[Slot], aux: Slot, pc: u32) -> FrameSnapId {
        let frame = &self.stack[index];
        let code = frame.code.expect("a known frame");
        let object = frame.object.map(|r| SnapVal::Op(r.op));
        let parent = (index > 0).then(|| self.waiting_snap(index - 1));
        let live = self.live(code, pc);
        let is_virtual = object.is_none();
        let mut out = Vec::new();
        for slot in live.iter() {
            if let Some(Slot::Known { red, dirty }) = slots.get(slot as usize).copied()
                && (dirty || is_virtual)
            {
                out.push((slot, SnapVal::Op(red.op)));
            }
        }
        let aux = match aux {
            Slot::Known { red, dirty } if dirty || is_virtual => Some(SnapVal::Op(red.op)),
            _ => None,
        };
        let words = code.frame_words() as u16;
        let token = code.token(pc);
        self.trace.add_frame(FrameSnap {
            parent,
            object,
            words,
            token,
            aux,
            slots: out,
        })
    }

    fn waiting_snap(&mut self, index: usize) -> FrameSnapId {
        if let Some(id) = self.stack[index].waiting {
            return id;
        }
        let id = if self.stack[index].code.is_none() {
            let object = self.stack[index].object.map(|r| SnapVal::Op(r.op));
            self.trace.add_frame(FrameSnap {
                parent: None,
                object,
                words: 0,
                token: -1,
                aux: None,
                slots: Vec::new(),
            })
        } else {
            let slots = std::mem::take(&mut self.stack[index].slots);
            let (aux, pc) = (self.stack[index].aux, self.stack[index].waiting_pc);
            let id = self.frame_snap(index, &slots, aux, pc);
            self.stack[index].slots = slots;
            id
        };
        self.stack[index].waiting = Some(id);
        id
    }

    /// State of the frames at the start of the current bytecode. Must be called
    /// before the bytecode changes the stack of frames.
    pub(super) fn base_snapshot(&mut self) -> FrameSnapId {
        if let Some(base) = self.base {
            return base;
        }
        let index = self.stack.len() - 1;
        let mut slots = self.stack[index].slots.clone();
        for (slot, old) in self.undo.slots.iter().rev() {
            slots[*slot as usize] = *old;
        }
        let aux = self.undo.aux.unwrap_or(self.stack[index].aux);
        let id = self.frame_snap(index, &slots, aux, self.start_pc);
        self.base = Some(id);
        id
    }

    /// The snapshot for a guard at this point.
    pub(super) fn snapshot(&mut self) -> SnapshotId {
        let logged = if self.effect { self.impure } else { 0 };
        if let Some((id, len)) = self.last_snapshot
            && len == logged
        {
            return id;
        }
        let frame = Some(self.base_snapshot());
        let mut snapshot = Snapshot {
            frame,
            depth: self.base_depth,
            ..Snapshot::default()
        };
        if self.effect {
            snapshot.log = self.log.iter().map(|l| SnapVal::Op(l.1)).collect();
            snapshot.log_tys = self.log.iter().map(|l| l.0).collect();
            snapshot.log_len = self.impure;
        }
        for (i, reg) in self.regs.iter().enumerate() {
            if let Slot::Known { red, dirty: true } = reg {
                snapshot.regs.push((i as u8, SnapVal::Op(red.op)));
            }
        }
        let id = self.trace.add_snapshot(snapshot);
        self.last_snapshot = Some((id, logged));
        id
    }

    /// Makes a frame of the stack an object in the trace (its parents too).
    pub(super) fn force_frame(&mut self, index: usize) -> Red {
        if let Some(object) = self.stack[index].object {
            self.link_frame(index, object);
            return object;
        }
        let code = self.stack[index]
            .code
            .expect("only opaque frames lack a code, and they are objects");
        let parent = if index > 0 {
            Some(self.force_frame(index - 1))
        } else {
            None
        };
        let words = code.frame_words() as u16;
        let op = self.emit(
            Op::New,
            Ty::Val,
            &[],
            Descr::Layout {
                layout: FRAME,
                shape: 0,
                words,
            },
        );
        let object = Red {
            op,
            bits: self.stack[index].address,
        };
        self.memory.made(op);
        if let Some(parent) = parent {
            self.store_field(object, Frame::PARENT.raw, parent);
        }
        let frame = &mut self.stack[index];
        frame.object = Some(object);
        frame.waiting = None;
        // Memory is zero now: everything known has yet to be stored.
        for slot in frame.slots.iter_mut().chain([&mut frame.aux]) {
            if let Slot::Known { dirty, .. } = slot {
                *dirty = true;
            }
        }
        object
    }

    /// Stores the parent of a frame object that lacks it.
    fn link_frame(&mut self, index: usize, object: Red) {
        if self.stack[index].linked || index == 0 {
            return;
        }
        let parent = self.force_frame(index - 1);
        self.store_field(object, Frame::PARENT.raw, parent);
        self.stack[index].linked = true;
    }

    /// Writes what differs from memory of frame `index`, which is to continue at `pc`.
    pub(super) fn flush_frame(&mut self, index: usize, pc: u32) {
        let Some(code) = self.stack[index].code else {
            return;
        };
        let object = self.force_frame(index);
        let token = self.red_const(Ty::Int, Value::small(code.token(pc)).0);
        self.store_field(object, Frame::TOKEN.raw, token);
        let live = self.live(code, pc);
        self.flush_slots(index, &live);
    }

    /// Appends a store that belongs to frame management: not an effect of the bytecode.
    pub(super) fn store_field(&mut self, object: Red, field: FieldRef, value: Red) {
        if self
            .memory
            .find(object.op, field)
            .is_some_and(|known| known.op == value.op)
        {
            return;
        }
        self.emit(
            Op::Store,
            Ty::Void,
            &[object.op, value.op],
            Descr::Field(field),
        );
        self.memory.stored(object.op, field, value);
    }

    /// Stores the current state of the stack of frames into their objects, for
    /// somebody who will come back to the topmost one.
    pub(super) fn publish_frames(&mut self) -> Red {
        let top = self.stack.len() - 1;
        for below in 0..top {
            let pc = self.stack[below].waiting_pc;
            self.flush_frame(below, pc);
            self.stack[below].waiting = None;
        }
        // Who comes back finds the way out in memory: a resumed frame has a new parent.
        for index in 1..=top {
            if self.stack[index].resumed {
                let parent = self.force_frame(index - 1);
                let object = self.force_frame(index);
                self.store_field(object, Frame::PARENT.raw, parent);
            }
        }
        let object = self.force_frame(top);
        let code = self.stack[top].code.expect("the current frame is known");
        // Another frame than the bytecode's own is where it waits.
        let pc = if self.switched {
            crate::meta::Meta::pc(&self.run)
        } else {
            self.start_pc
        };
        let mut wanted = (*self.live(code, pc)).clone();
        if !self.switched {
            // A replay finds the new values in memory: the old ones are part of snapshots.
            for (slot, old) in &mut self.undo.slots {
                wanted.insert(*slot);
                if let Slot::Known { dirty, .. } = old {
                    *dirty = true;
                }
            }
            if let Some(Slot::Known { dirty, .. }) = &mut self.undo.aux {
                *dirty = true;
            }
        }
        self.flush_slots(top, &wanted);
        self.stack[top].published = true;
        self.unwritten += 1;
        object
    }

    fn flush_slots(&mut self, index: usize, wanted: &SlotMask) {
        let object = self.force_frame(index);
        for slot in wanted.iter() {
            if let Slot::Known { red, dirty: true } = self.stack[index].slots[slot as usize] {
                self.store_field(object, Frame::SLOTS.raw.field(slot), red);
                self.stack[index].slots[slot as usize] = Slot::Known { red, dirty: false };
            }
        }
        if let Slot::Known { red, dirty: true } = self.stack[index].aux {
            self.store_field(object, Frame::AUX.raw, red);
            self.stack[index].aux = Slot::Known { red, dirty: false };
        }
    }

    /// The frame object as the stack knows it: with code and position, if the trace knows those.
    fn outer_frame(&mut self, object: Red) -> RecFrame {
        let token = self.memory.find(object.op, Frame::TOKEN.raw);
        let Some(token) = token.filter(|t| t.op.is_const()) else {
            return RecFrame::opaque(object);
        };
        let token = Value(token.bits).as_int();
        let code = crate::run::mem::code(self.run.core_ptr(), crate::code::token_code(token));
        let mut frame = self.arrived_frame(object, code);
        frame.waiting_pc = crate::code::token_pc(token);
        frame.outer = true;
        frame
    }

    /// The bottom of the stack got left: looks at the caller, whose position
    /// the trace must check.
    pub(super) fn ensure_parent(&mut self) {
        if self.stack.len() > 1 {
            return;
        }
        let bits = self.run.parent_word();
        let object = self.stack[0].object.expect("the bottom frame is an object");
        let parent = self.load_typed(object, Frame::PARENT.raw, bits);
        if self.rejoin(parent) {
            return;
        }
        let parent = self.outer_frame(parent);
        self.stack.insert(0, parent);
    }

    /// `parent`, the caller of the bottom frame, is one that the trace was in when it failed into
    /// that frame: guards on it, and goes on with all that is known of it and its callers.
    fn rejoin(&mut self, parent: Red) -> bool {
        let is_parent = |f: &RecFrame| f.object.is_some_and(|o| o.bits == parent.bits);
        let Some(at) = self.abandoned.iter().rposition(is_parent) else {
            return false;
        };
        let token = Value(mem::word(parent.bits, Frame::TOKEN.raw.word as usize)).as_int();
        let known = &self.abandoned[at];
        if known.code.is_none_or(|c| c.id != token_code(token)) {
            return false;
        }
        let known = known.object.expect("found by its object");
        if known.op != parent.op {
            let same = self.emit(Op::Same, Ty::Bool, &[parent.op, known.op], Descr::None);
            self.guard(Op::GuardTrue, &[same], Descr::None);
        }
        self.check_token(known);
        // What failed was left without being counted, what it failed into was not entered.
        let left = self.abandoned.len() - 1 - at;
        self.depth += self.stack.len() as i32 - left as i32;
        let mut below = std::mem::take(&mut self.abandoned);
        below.truncate(at + 1);
        below[at].waiting_pc = crate::code::token_pc(token);
        below[at].waiting = None;
        self.stack.splice(0..0, below);
        true
    }

    /// Is the current frame one of a computation that this trace drives: did it fail into it from
    /// a frame that is, or whose caller is, among those it returns to?
    pub(super) fn will_rejoin(&self) -> bool {
        let Some(bottom) = self.stack.first().and_then(|f| f.object) else {
            return false;
        };
        let mut at = bottom.bits;
        for _ in 0..self.limits.inline_depth_max {
            at = mem::word(at, Frame::PARENT.raw.word as usize);
            if !mem::is_tag(at, Tag::layout(FRAME)) {
                return false;
            }
            let is_parent =
                |f: &RecFrame| f.code.is_some() && f.object.is_some_and(|o| o.bits == at);
            if self.abandoned.iter().any(is_parent) {
                return true;
            }
        }
        false
    }

    /// The current frame is about to be left: checks the position of the caller,
    /// if it was not looked at yet. This comes before anything in memory says
    /// that the frame was left: a failure of the check starts the bytecode anew.
    pub(super) fn learn_parent(&mut self) {
        self.ensure_parent();
        let parent = self.stack.len() - 2;
        if self.stack[parent].code.is_some() {
            return;
        }
        let object = (self.stack[parent].object).expect("opaque frames are objects");
        self.check_token(object);
        let token = mem::word(object.bits, Frame::TOKEN.raw.word as usize);
        let code = mem::code(self.run.core_ptr(), token_code(Value(token).as_int()));
        self.stack[parent] = self.arrived_frame(object, code);
        self.bottoms_left += 1;
        let left = crate::meta::Meta::code(&self.run);
        self.returned = Some(code.id == left.id);
    }

    /// Makes sure that a frame waits where it does now.
    fn check_token(&mut self, object: Red) {
        let bits = crate::run::mem::word(object.bits, Frame::TOKEN.raw.word as usize);
        let token = self.load_typed(object, Frame::TOKEN.raw, bits);
        if !token.op.is_const() {
            let expected = self.red_const(Ty::Int, bits);
            self.guard(Op::GuardValue, &[token.op, expected.op], Descr::None);
            self.memory.learnt(object.op, Frame::TOKEN.raw, expected);
        }
    }

    /// Does the trace not know where the frame goes on, in its own language?
    pub(super) fn is_open(&mut self, frame: Red) -> bool {
        let token = self.memory.find(frame.op, Frame::TOKEN.raw);
        if token.is_some_and(|t| t.op.is_const()) {
            return false;
        }
        self.may_leave_open(mem::word(frame.bits, Frame::TOKEN.raw.word as usize))
    }

    /// May the trace end with control in a frame of which it does not know that it goes on at `token`?
    pub(super) fn may_leave_open(&self, token: u64) -> bool {
        let language = crate::meta::Meta::code(&self.run).lang;
        let code = mem::code(self.run.core_ptr(), token_code(Value(token).as_int()));
        // A frame that was resumed, or called from another language, may lack its parent in memory.
        let plain = |f: &RecFrame| {
            f.linked && !f.resumed && f.code.is_none_or(|code| code.lang == language)
        };
        code.lang == language && self.abandoned.is_empty() && self.stack.iter().all(plain)
    }

    /// Traces that only go to each other must notice what wants attention, too.
    pub(super) fn poll_before_leaving(&mut self) {
        if !self.polled {
            self.polled = true;
            self.guard(Op::GuardNoPoll, &[], Descr::None);
        }
    }

    /// Ends the trace: `frame`, which is current now, goes on in whatever trace is bound to
    /// the place where it waits. The frames above it are abandoned, and all else is in memory.
    pub(super) fn go_to(&mut self, frame: Red, language: u8, how: crate::meta::Arrival) {
        self.write_back();
        let descr = Descr::Arrival { language, how };
        self.emit(Op::Goto, Ty::Void, &[frame.op], descr);
        let code = crate::meta::Meta::code(&self.run);
        self.stack = vec![self.arrived_frame(frame, code)];
        self.ending = Some(super::Ending::Exit);
    }

    /// `frame` becomes current where it waits; what is above it is abandoned.
    pub(super) fn come_back_to(&mut self, frame: Red) {
        self.switch();
        self.check_token(frame);
        crate::meta::Meta::switch_frame_raw(&mut self.run, frame.bits);
        let code = crate::meta::Meta::code(&self.run);
        let known = |f: &RecFrame| f.code.is_some() && f.object.is_some_and(|o| o.op == frame.op);
        if let Some(i) = self.stack.iter().position(known) {
            self.stack.truncate(i + 1);
            self.top().waiting = None;
            return;
        }
        let mut chain = vec![self.arrived_frame(frame, code)];
        chain[0].outer = true;
        // Published by this trace, if its memory knows it.
        chain[0].published = self.memory.find(frame.op, Frame::PARENT.raw).is_some();
        self.came_back = !chain[0].published;
        let mut object = frame;
        while let Some(parent) = self.memory.find(object.op, Frame::PARENT.raw)
            && chain.len() <= self.limits.inline_depth_max
        {
            let same = |f: &RecFrame| f.object.is_some_and(|o| o.op == parent.op);
            let below = self.stack.len() - 1;
            if let Some(i) = self.stack[..below].iter().position(same) {
                let lower = self.stack[..=i].iter().rev().cloned();
                chain.extend(lower);
                break;
            }
            let parent_frame = self.outer_frame(parent);
            let opaque = parent_frame.code.is_none();
            chain.push(parent_frame);
            if opaque {
                break;
            }
            object = parent;
        }
        chain.reverse();
        self.abandoned = std::mem::replace(&mut self.stack, chain);
    }
}
