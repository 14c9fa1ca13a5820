//! The operations of `Record`: execute through `Run`, append to the trace.

use super::frame::{RecFrame, Slot};
use super::{Abort, Record, Red, field_ty};
use crate::assume::Assumption;
use crate::code::Code;
use crate::ir::{Descr, Op, Tag, Ty, pure};
use crate::layout::{FieldRef, Frame, ItemsRef, LayoutId, Mutability};
use crate::meta::{Arrival, Flow, Meta, NewFrame, Raised, arriving};
use crate::native::Native;
use crate::run::mem;
use crate::value::Value;
use crate::vm::VmCore;

impl Record {
    /// Guards on the dynamic type that the value has now.
    fn guard_tag(&mut self, v: Red) -> Tag {
        let tag = mem::tag_of(v.bits);
        if v.op.is_const() || self.known_tag(v.op).is_some() {
            return tag;
        }
        self.guard(Op::GuardTag, &[v.op], Descr::Tag(tag));
        self.note_tag(v.op, tag);
        tag
    }

    /// Makes memory's engine registers true, those of the set, before somebody else looks at them.
    pub(super) fn flush_regs(&mut self, set: u32) {
        for i in 0..self.regs.len() {
            if set >> i & 1 != 0
                && let Slot::Known { red, dirty: true } = self.regs[i]
            {
                self.emit(Op::StoreReg, Ty::Void, &[red.op], Descr::Reg(i as u8));
                self.regs[i] = Slot::Known { red, dirty: false };
            }
        }
    }

    fn is_repeatable(field: Mutability) -> bool {
        field == Mutability::Immutable
    }

    /// An answer that is not in the program's state: whoever goes the same way again finds it in the log.
    fn logged_answer(&mut self, ask: impl FnOnce(&Record) -> bool) -> bool {
        if let Some(logged) = self.replayed(true) {
            return logged.is_some_and(|red| red.bits == Value::TRUE.0);
        }
        let answer = ask(self);
        let red = self.red_const(Ty::Val, Value::bool(answer).0);
        self.log_result(Ty::Val, red.op);
        answer
    }

    fn call_effects(&mut self, f: &'static Native) {
        let e = f.effects;
        let writes = e.writes != 0 || e.regs != 0 || e.opaque || e.invalidates;
        let only_reads = e.reads != 0 && !writes;
        if !only_reads {
            self.effect = true;
        }
        self.memory.called(&e);
        if e.raises {
            self.regs[crate::vm::REG_PENDING as usize] = Slot::Unknown;
        }
        for (i, reg) in self.regs.iter_mut().enumerate() {
            if e.regs >> i & 1 != 0 {
                *reg = Slot::Unknown;
            }
        }
    }

    fn push_known(&mut self, frame: RecFrame) {
        if self.stack.len() > self.limits.inline_depth_max {
            self.abort(Abort::TooDeep);
        }
        self.stack.push(frame);
    }

    /// The stack of frames is about to change: keeps the state that snapshots of this bytecode describe.
    pub(super) fn switch(&mut self) {
        self.base_snapshot();
        self.switched = true;
    }

    /// The current frame starts to wait for a callee.
    fn wait(&mut self, resume_pc: u32) {
        self.switch();
        let top = self.top();
        top.waiting = None;
        top.waiting_pc = resume_pc;
    }

    fn take_fresh(&mut self, address: u64) -> RecFrame {
        let at = self
            .fresh
            .iter()
            .rposition(|f| f.address == address)
            .expect("a frame made in this bytecode");
        self.fresh.swap_remove(at)
    }
}

impl Meta for Record {
    type Raw = Red;

    fn core(&mut self) -> *mut VmCore {
        self.run.core()
    }
    fn code(&self) -> &'static Code {
        self.run.code()
    }
    fn pc(&self) -> u32 {
        self.run.pc()
    }
    fn set_pc(&mut self, pc: u32) {
        self.run.set_pc(pc);
    }
    fn fetch(&mut self) -> u64 {
        self.run.fetch()
    }
    fn recording(&self) -> bool {
        true
    }

    fn made_here_raw(&mut self, v: Red) -> bool {
        self.logged_answer(|r| r.memory.has_made(v.op))
    }
    fn left_by_native_raw(&mut self, v: Red) -> bool {
        self.logged_answer(|r| r.memory.is_left_by_native(v.op))
    }

    fn constant_raw(&mut self, ty: Ty, bits: u64) -> Red {
        self.red_const(ty, bits)
    }
    fn op1_raw(&mut self, op: Op, a: Red) -> Red {
        let bits = pure::eval1(op, a.bits);
        if a.op.is_const() {
            return self.red_const(op.ret(), bits);
        }
        let op = self.emit(op, op.ret(), &[a.op], Descr::None);
        Red { op, bits }
    }
    fn op2_raw(&mut self, op: Op, a: Red, b: Red) -> Red {
        let bits = pure::eval2(op, a.bits, b.bits);
        if a.op.is_const() && b.op.is_const() {
            return self.red_const(op.ret(), bits);
        }
        let op = self.emit(op, op.ret(), &[a.op, b.op], Descr::None);
        Red { op, bits }
    }
    fn checked_raw(&mut self, op: Op, a: Red, b: Red) -> Option<Red> {
        let result = pure::eval_checked(op, a.bits, b.bits);
        if a.op.is_const() && b.op.is_const() {
            return result.map(|bits| self.red_const(Ty::Int, bits));
        }
        match result {
            Some(bits) => {
                let op = self.guard(op, &[a.op, b.op], Descr::None);
                Some(Red { op, bits })
            }
            None => {
                let fits = match op {
                    Op::IntAddOvf => Op::IntAddFits,
                    Op::IntSubOvf => Op::IntSubFits,
                    Op::IntMulOvf => Op::IntMulFits,
                    Op::IntShlOvf => Op::IntShlFits,
                    _ => unreachable!("not a checked operation"),
                };
                let fits = self.emit(fits, Ty::Bool, &[a.op, b.op], Descr::None);
                self.guard(Op::GuardFalse, &[fits], Descr::None);
                None
            }
        }
    }
    fn box_float_raw(&mut self, f: Red) -> Red {
        let bits = self.run.box_float_raw(f.bits);
        if f.op.is_const() && Value(bits).is_float() {
            return self.red_const(Ty::Val, bits);
        }
        let op = self.emit(Op::BoxFloat, Ty::Val, &[f.op], Descr::None);
        Red { op, bits }
    }
    fn branch_raw(&mut self, b: Red) -> bool {
        let taken = b.bits != 0;
        if !b.op.is_const() {
            self.guard(
                if taken { Op::GuardTrue } else { Op::GuardFalse },
                &[b.op],
                Descr::None,
            );
        }
        taken
    }
    fn promote_raw(&mut self, v: Red) -> u64 {
        if !v.op.is_const() {
            let c = self.red_const(Ty::Val, v.bits);
            self.guard(Op::GuardValue, &[v.op, c.op], Descr::None);
        }
        v.bits
    }
    fn is_tag_raw(&mut self, v: Red, tag: Tag) -> bool {
        self.guard_tag(v) == tag
    }
    fn tag_raw(&mut self, v: Red) -> Tag {
        self.guard_tag(v)
    }
    fn shape_raw(&mut self, o: Red) -> u32 {
        if let Some(logged) = self.replayed(true) {
            let red = logged.expect("shape loads have a result");
            self.promote_raw(red);
            return Value(red.bits).as_int() as u32;
        }
        let shape = mem::shape_of(o.bits);
        let word = Value::small(shape as i64).0;
        // The log wants the shape as a value; the guard is on the object.
        if o.op.is_const() {
            let op = self.emit(Op::LoadShape, Ty::Int, &[o.op], Descr::None);
            let red = Red { op, bits: word };
            self.promote_raw(red);
        } else {
            self.guard(Op::GuardShape, &[o.op], Descr::Shape(shape));
        }
        let known = self.red_const(Ty::Int, word);
        self.log_result(Ty::Int, known.op);
        shape
    }
    fn set_shape_raw(&mut self, o: Red, shape: u32) {
        if self.replayed(false).is_some() {
            return;
        }
        self.run.set_shape_raw(o.bits, shape);
        self.emit(Op::StoreShape, Ty::Void, &[o.op], Descr::Shape(shape));
        self.log_void();
    }
    fn load_raw(&mut self, o: Red, f: FieldRef) -> Red {
        let repeatable = Record::is_repeatable(f.mutability);
        if !repeatable && let Some(logged) = self.replayed(true) {
            return logged.expect("loads have a result");
        }
        let bits = self.run.load_raw(o.bits, f);
        let red = self.load_typed(o, f, bits);
        if !repeatable {
            self.log_result(field_ty(f.kind), red.op);
        }
        red
    }
    fn store_raw(&mut self, o: Red, f: FieldRef, v: Red) {
        if self.replayed(false).is_some() {
            return;
        }
        self.run.store_raw(o.bits, f, v.bits);
        self.store_field(o, f, v);
        self.log_void();
    }
    fn load_item_raw(&mut self, o: Red, items: ItemsRef, i: Red) -> Red {
        let repeatable = Record::is_repeatable(items.mutability);
        if !repeatable && let Some(logged) = self.replayed(true) {
            return logged.expect("loads have a result");
        }
        let bits = self.run.load_item_raw(o.bits, items, i.bits);
        let ty = field_ty(items.kind);
        let op = self.emit(Op::LoadItem, ty, &[o.op, i.op], Descr::Items(items));
        if !repeatable {
            self.log_result(ty, op);
        }
        Red { op, bits }
    }
    fn store_item_raw(&mut self, o: Red, items: ItemsRef, i: Red, v: Red) {
        if self.replayed(false).is_some() {
            return;
        }
        self.run.store_item_raw(o.bits, items, i.bits, v.bits);
        self.memory.item_stored(items);
        self.emit(
            Op::StoreItem,
            Ty::Void,
            &[o.op, i.op, v.op],
            Descr::Items(items),
        );
        self.log_void();
    }
    fn new_raw(&mut self, layout: LayoutId, shape: u32, words: u16) -> Red {
        if let Some(logged) = self.replayed(true) {
            return logged.expect("allocations have a result");
        }
        let bits = self.run.new_raw(layout, shape, words);
        let op = self.emit(
            Op::New,
            Ty::Val,
            &[],
            Descr::Layout {
                layout,
                shape,
                words,
            },
        );
        self.note_tag(op, Tag::layout(layout));
        self.memory.made(op);
        self.log_result(Ty::Val, op);
        Red { op, bits }
    }
    fn new_items_raw(&mut self, layout: LayoutId, shape: u32, n: Red) -> Red {
        if let Some(logged) = self.replayed(true) {
            return logged.expect("allocations have a result");
        }
        let bits = self.run.new_items_raw(layout, shape, n.bits);
        let op = self.emit(
            Op::NewItems,
            Ty::Val,
            &[n.op],
            Descr::Layout {
                layout,
                shape,
                words: 0,
            },
        );
        self.note_tag(op, Tag::layout(layout));
        self.memory.made(op);
        self.log_result(Ty::Val, op);
        Red { op, bits }
    }
    fn reg_raw(&mut self, reg: u8) -> Red {
        if let Some(logged) = self.replayed(true) {
            return logged.expect("loads have a result");
        }
        let red = match self.regs[reg as usize] {
            Slot::Known { red, .. } => red,
            Slot::Unknown => {
                let bits = self.run.reg_raw(reg);
                let op = self.emit(Op::LoadReg, Ty::Val, &[], Descr::Reg(reg));
                let red = Red { op, bits };
                self.regs[reg as usize] = Slot::Known { red, dirty: false };
                if self.left_regs >> reg & 1 != 0 {
                    self.memory.left_by_native(op);
                }
                red
            }
        };
        self.log_result(Ty::Val, red.op);
        red
    }
    fn set_reg_raw(&mut self, reg: u8, v: Red) {
        self.left_regs &= !(1 << reg);
        if self.replayed(false).is_some() {
            return;
        }
        self.run.set_reg_raw(reg, v.bits);
        self.regs[reg as usize] = Slot::Known {
            red: v,
            dirty: true,
        };
        self.log_void();
    }
    fn call_raw(&mut self, f: &'static Native, args: &[Red]) -> Result<Red, Raised> {
        let bits: smallvec::SmallVec<[u64; 16]> = args.iter().map(|r| r.bits).collect();
        if !f.effects.opaque {
            self.left_regs |= f.effects.regs;
        }
        if !f.effects.pure
            && let Some(logged) = self.replayed(true)
        {
            let red = logged.expect("calls have a result");
            return self.raised_check(f, red);
        }
        let ops: smallvec::SmallVec<[crate::ir::OpRef; 16]> = args.iter().map(|r| r.op).collect();
        self.flush_regs(f.effects.regs);
        if f.effects.opaque {
            self.run.save();
        }
        let result = f.call(self.run.core(), &bits);
        let op = self.emit(Op::Call, Ty::Val, &ops, Descr::Native(f));
        let red = Red { op, bits: result };
        if !f.effects.pure {
            self.log_result(Ty::Val, op);
            self.call_effects(f);
        }
        let out = self.raised_check(f, red);
        if f.effects.invalidates {
            self.guard(Op::GuardValid, &[], Descr::None);
        }
        out
    }
    fn call_float_raw(&mut self, f: &'static Native, args: &[Red]) -> Red {
        let bits: smallvec::SmallVec<[u64; 2]> = args.iter().map(|r| r.bits).collect();
        let ops: smallvec::SmallVec<[crate::ir::OpRef; 2]> = args.iter().map(|r| r.op).collect();
        let result = f.call(self.run.core(), &bits);
        if ops.iter().all(|o| o.is_const()) {
            return self.red_const(Ty::Float, result);
        }
        let op = self.emit(Op::CallFloat, Ty::Float, &ops, Descr::Native(f));
        Red { op, bits: result }
    }

    fn slot_raw(&mut self, slot: u16) -> Red {
        if let Some(red) = self.top().slots[slot as usize].known() {
            return red;
        }
        let bits = self.run.slot_raw(slot);
        let object = self
            .top()
            .object
            .expect("unknown slots are those of objects");
        let red = self.load_typed(object, Frame::SLOTS.raw.field(slot), bits);
        self.top().slots[slot as usize] = Slot::Known { red, dirty: false };
        red
    }
    fn set_slot_raw(&mut self, slot: u16, v: Red) {
        self.run.set_slot_raw(slot, v.bits);
        let old = std::mem::replace(
            &mut self.top().slots[slot as usize],
            Slot::Known {
                red: v,
                dirty: true,
            },
        );
        if !self.switched {
            self.undo.slots.push((slot, old));
        }
    }
    fn aux_raw(&mut self) -> Red {
        if let Some(red) = self.top().aux.known() {
            return red;
        }
        let bits = self.run.aux_raw();
        let object = self
            .top()
            .object
            .expect("an unknown word is that of an object");
        let red = self.load_typed(object, Frame::AUX.raw, bits);
        self.top().aux = Slot::Known { red, dirty: false };
        red
    }
    fn set_aux_raw(&mut self, v: Red) {
        self.run.set_aux_raw(v.bits);
        let old = std::mem::replace(
            &mut self.top().aux,
            Slot::Known {
                red: v,
                dirty: true,
            },
        );
        if !self.switched {
            self.undo.aux.get_or_insert(old);
        }
    }
    fn new_frame(&mut self, code: &'static Code) -> NewFrame<Record> {
        let concrete = self.run.new_frame(code);
        let undef = self.red_const(Ty::Val, Value::UNDEF.0);
        self.fresh
            .push(RecFrame::fresh(code, undef, concrete.frame));
        NewFrame {
            frame: Red {
                op: crate::ir::OpRef::NONE,
                bits: concrete.frame,
            },
            code,
        }
    }
    fn init_slot_raw(&mut self, f: &NewFrame<Record>, slot: u16, v: Red) {
        mem::set_word(
            f.frame.bits,
            Frame::SLOTS.raw.start as usize + slot as usize,
            v.bits,
        );
        let address = f.frame.bits;
        let frame = self
            .fresh
            .iter_mut()
            .rfind(|f| f.address == address)
            .expect("a frame made in this bytecode");
        frame.slots[slot as usize] = Slot::Known {
            red: v,
            dirty: true,
        };
    }
    fn init_aux_raw(&mut self, f: &NewFrame<Record>, v: Red) {
        mem::set_word(f.frame.bits, Frame::AUX.raw.word as usize, v.bits);
        let address = f.frame.bits;
        let frame = self
            .fresh
            .iter_mut()
            .rfind(|f| f.address == address)
            .expect("a frame made in this bytecode");
        frame.aux = Slot::Known {
            red: v,
            dirty: true,
        };
    }
    fn enter_frame(&mut self, f: NewFrame<Record>, resume_pc: u32) {
        self.wait(resume_pc);
        if f.code.no_inline.get() {
            self.abort(Abort::NoInline);
        }
        let frame = self.take_fresh(f.frame.bits);
        self.push_known(frame);
        self.depth += 1;
        self.run.enter_frame(
            NewFrame {
                frame: f.frame.bits,
                code: f.code,
            },
            resume_pc,
        );
    }
    fn replace_frame(&mut self, f: NewFrame<Record>) {
        self.switch();
        self.ensure_parent();
        let entries = self.stack.pop().map(|f| f.entries).unwrap_or_default();
        let mut frame = self.take_fresh(f.frame.bits);
        frame.entries = entries;
        self.stack.push(frame);
        self.run.replace_frame(NewFrame {
            frame: f.frame.bits,
            code: f.code,
        });
    }
    fn detach_frame_raw(&mut self, f: NewFrame<Record>, pc: u32) -> Red {
        let frame = self.take_fresh(f.frame.bits);
        let words = f.code.frame_words() as u16;
        let descr = Descr::Layout {
            layout: crate::layout::FRAME,
            shape: 0,
            words,
        };
        let op = self.emit(Op::New, Ty::Val, &[], descr);
        let object = Red {
            op,
            bits: f.frame.bits,
        };
        self.note_tag(op, Tag::layout(crate::layout::FRAME));
        self.memory.made(op);
        let nil = self.red_const(Ty::Val, Value::NIL.0);
        self.store_field(object, Frame::PARENT.raw, nil);
        let token = self.red_const(Ty::Int, Value::small(f.code.token(pc)).0);
        self.store_field(object, Frame::TOKEN.raw, token);
        if let Some(aux) = frame.aux.known() {
            self.store_field(object, Frame::AUX.raw, aux);
        }
        for (slot, known) in frame.slots.iter().enumerate() {
            if let Some(red) = known.known() {
                self.store_field(object, Frame::SLOTS.raw.field(slot as u16), red);
            }
        }
        self.run.detach_frame_raw(
            NewFrame {
                frame: f.frame.bits,
                code: f.code,
            },
            pc,
        );
        object
    }
    fn resume_frame_raw(&mut self, frame: Red, resume_pc: u32) {
        self.wait(resume_pc);
        let token = mem::word(frame.bits, Frame::TOKEN.raw.word as usize);
        let op = self.emit(
            Op::Load,
            Ty::Int,
            &[frame.op],
            Descr::Field(Frame::TOKEN.raw),
        );
        let expected = self.red_const(Ty::Int, token);
        self.guard(Op::GuardValue, &[op, expected.op], Descr::None);
        self.run.resume_frame_raw(frame.bits, resume_pc);
        let mut known = self.arrived_frame(frame, self.run.code());
        known.resumed = true;
        known.linked = false;
        self.push_known(known);
        self.depth += 1;
    }
    fn suspend_frame(&mut self, resume_pc: u32) {
        self.switch();
        self.learn_parent();
        let index = self.stack.len() - 1;
        // It is left without a parent, so none need be stored.
        self.stack[index].linked = true;
        self.flush_frame(index, resume_pc);
        let object = self.force_frame(index);
        let nil = self.red_const(Ty::Val, Value::NIL.0);
        self.store_field(object, Frame::PARENT.raw, nil);
        self.stack.pop();
        self.left_published = false;
        self.depth -= 1;
        self.run.suspend_frame(resume_pc);
        self.top().waiting = None;
    }
    fn leave_frame(&mut self) {
        self.switch();
        self.learn_parent();
        self.left_published = self.stack.pop().is_some_and(|f| f.published);
        self.depth -= 1;
        self.run.leave_frame();
        self.top().waiting = None;
    }
    fn switch_frame_raw(&mut self, frame: Red) {
        self.come_back_to(frame);
    }
    fn return_last(&mut self, how: Arrival) -> Flow {
        let language = self.run.code().lang;
        if self.terse {
            self.switch();
            self.ensure_parent();
            let parent = &self.stack[self.stack.len() - 2];
            if parent.code.is_none()
                && let Some(object) = parent.object
                && self.is_open(object)
            {
                self.poll_before_leaving();
                self.depth -= 1;
                self.run.leave_frame();
                self.go_to(object, language, how);
                return Flow::Next;
            }
        }
        self.leave_frame();
        arriving(self.run.code().lang == language, how)
    }
    fn switch_last_raw(&mut self, frame: Red, how: Arrival) -> Flow {
        let language = self.run.code().lang;
        self.searches = true;
        if self.terse && self.is_open(frame) {
            self.switch();
            self.poll_before_leaving();
            self.run.switch_frame_raw(frame.bits);
            self.go_to(frame, language, how);
            return Flow::Next;
        }
        self.come_back_to(frame);
        arriving(self.run.code().lang == language, how)
    }
    fn switch_last_to_raw(&mut self, frame: Red, token: Red, how: Arrival) -> Flow {
        let language = self.run.code().lang;
        self.searches = true;
        // As `aim` decided: no guard may follow the effects of this bytecode, which a replay takes for
        // done, while what rebuilds frames says where each waited before them.
        let open = !token.op.is_const();
        debug_assert!(!open || self.terse && self.may_leave_open(token.bits) && self.polled);
        self.switch();
        let field = Frame::TOKEN.raw;
        self.run.store_raw(frame.bits, field, token.bits);
        self.store_field(frame, field, token);
        if open {
            self.run.switch_frame_raw(frame.bits);
            self.go_to(frame, language, how);
            return Flow::Next;
        }
        self.come_back_to(frame);
        arriving(self.run.code().lang == language, how)
    }
    fn aim_raw(&mut self, token: Red) -> Red {
        if self.terse && !token.op.is_const() && self.may_leave_open(token.bits) {
            // Like all that is decided, this comes before the first effect.
            self.poll_before_leaving();
            return token;
        }
        self.promote_raw(token);
        self.red_const(Ty::Int, token.bits)
    }
    fn current_frame_raw(&mut self) -> Red {
        let object = self.publish_frames();
        if !self.switched {
            // Later snapshots of this bytecode must name the object, not make another.
            self.base = None;
            self.last_snapshot = None;
        }
        object
    }
    fn too_deep(&mut self) -> bool {
        // Checked once per loop of traces (`guard_depth`), not per inlined call.
        self.limits_depth = true;
        let deep = self.run.too_deep();
        if deep {
            self.abort(Abort::Blocked);
        }
        deep
    }
    fn stop_recording(&mut self) {
        self.abort(Abort::Blocked);
    }
    fn merge_point(&mut self, index: u16) -> bool {
        self.at_merge_point(index)
    }
    fn assume(&mut self, assumption: &Assumption) {
        // Relied on from now on: the recording itself may break it.
        if !self.assumptions.iter().any(|a| a.is(assumption)) {
            assumption.register(&self.validity);
            self.assumptions.push(assumption.clone());
        }
    }
}

impl Record {
    /// Guards on whether a call raised.
    fn raised_check(&mut self, f: &'static Native, result: Red) -> Result<Red, Raised> {
        if !f.effects.raises {
            return Ok(result);
        }
        let raised = result.bits == Value::RAISED.0;
        if !result.op.is_const() {
            self.guard(
                if raised {
                    Op::GuardRaised
                } else {
                    Op::GuardNotRaised
                },
                &[result.op],
                Descr::None,
            );
        }
        if raised { Err(Raised) } else { Ok(result) }
    }
}
