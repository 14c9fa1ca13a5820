//! `Resume`: the `Meta` that finishes a bytecode in which a guard failed.
//!
//! It runs the bytecode from its start. As long as the log lasts, impure
//! operations take their results from it instead of executing; pure ones and
//! decisions run again and go the same way. When the log is used up, the
//! failed guard's decision comes out differently and everything is real.

use crate::assume::Assumption;
use crate::code::Code;
use crate::ir::{Op, Tag, Ty};
use crate::layout::{FieldRef, ItemsRef, LayoutId, Mutability};
use crate::meta::{Arrival, Flow, Meta, NewFrame, Raised};
use crate::native::Native;
use crate::run::Run;
use crate::value::Value;
use crate::vm::VmCore;

pub struct Resume {
    run: Run,
    log: super::Words,
    next: usize,
    left: u32,
}

impl Resume {
    /// Continues at the engine's current frame with a log as in
    /// [`Rebuilt`](super::Rebuilt).
    pub fn new(core: *mut VmCore, log: super::Words, log_len: u32) -> Resume {
        Resume {
            run: Run::new(core),
            log,
            next: 0,
            left: log_len,
        }
    }

    pub fn save(&mut self) {
        self.run.save();
    }

    pub fn language(&self) -> u8 {
        self.run.code().lang
    }

    /// The next logged result, while the log lasts.
    fn logged(&mut self) -> Option<u64> {
        if !self.skipped() {
            return None;
        }
        self.next += 1;
        Some(self.log[self.next - 1])
    }

    /// Is this operation, which has no result, part of what was done already?
    fn skipped(&mut self) -> bool {
        if self.left == 0 {
            return false;
        }
        self.left -= 1;
        true
    }
}

fn frame_of(f: &NewFrame<Resume>) -> NewFrame<Run> {
    NewFrame {
        frame: f.frame,
        code: f.code,
    }
}

impl Meta for Resume {
    type Raw = u64;

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
    fn made_here_raw(&mut self, _: u64) -> bool {
        self.logged().is_none_or(|word| word == Value::TRUE.0)
    }
    fn left_by_native_raw(&mut self, _: u64) -> bool {
        self.logged().is_some_and(|word| word == Value::TRUE.0)
    }
    fn constant_raw(&mut self, _: Ty, bits: u64) -> u64 {
        bits
    }
    fn op1_raw(&mut self, op: Op, a: u64) -> u64 {
        self.run.op1_raw(op, a)
    }
    fn op2_raw(&mut self, op: Op, a: u64, b: u64) -> u64 {
        self.run.op2_raw(op, a, b)
    }
    fn checked_raw(&mut self, op: Op, a: u64, b: u64) -> Option<u64> {
        self.run.checked_raw(op, a, b)
    }
    fn box_float_raw(&mut self, f: u64) -> u64 {
        self.run.box_float_raw(f)
    }
    fn branch_raw(&mut self, b: u64) -> bool {
        b != 0
    }
    fn promote_raw(&mut self, v: u64) -> u64 {
        v
    }
    fn is_tag_raw(&mut self, v: u64, tag: Tag) -> bool {
        self.run.is_tag_raw(v, tag)
    }
    fn tag_raw(&mut self, v: u64) -> Tag {
        self.run.tag_raw(v)
    }
    fn shape_raw(&mut self, o: u64) -> u32 {
        match self.logged() {
            Some(word) => Value(word).as_int() as u32,
            None => self.run.shape_raw(o),
        }
    }
    fn set_shape_raw(&mut self, o: u64, shape: u32) {
        if !self.skipped() {
            self.run.set_shape_raw(o, shape);
        }
    }
    fn load_raw(&mut self, o: u64, f: FieldRef) -> u64 {
        if f.mutability != Mutability::Immutable
            && let Some(word) = self.logged()
        {
            return word;
        }
        self.run.load_raw(o, f)
    }
    fn store_raw(&mut self, o: u64, f: FieldRef, v: u64) {
        if !self.skipped() {
            self.run.store_raw(o, f, v);
        }
    }
    fn load_item_raw(&mut self, o: u64, items: ItemsRef, i: u64) -> u64 {
        if items.mutability != Mutability::Immutable
            && let Some(word) = self.logged()
        {
            return word;
        }
        self.run.load_item_raw(o, items, i)
    }
    fn store_item_raw(&mut self, o: u64, items: ItemsRef, i: u64, v: u64) {
        if !self.skipped() {
            self.run.store_item_raw(o, items, i, v);
        }
    }
    fn new_raw(&mut self, layout: LayoutId, shape: u32, words: u16) -> u64 {
        match self.logged() {
            Some(word) => word,
            None => self.run.new_raw(layout, shape, words),
        }
    }
    fn new_items_raw(&mut self, layout: LayoutId, shape: u32, n: u64) -> u64 {
        match self.logged() {
            Some(word) => word,
            None => self.run.new_items_raw(layout, shape, n),
        }
    }
    fn reg_raw(&mut self, reg: u8) -> u64 {
        match self.logged() {
            Some(word) => word,
            None => self.run.reg_raw(reg),
        }
    }
    fn set_reg_raw(&mut self, reg: u8, v: u64) {
        if !self.skipped() {
            self.run.set_reg_raw(reg, v);
        }
    }
    fn call_raw(&mut self, f: &'static Native, args: &[u64]) -> Result<u64, Raised> {
        if !f.effects.pure
            && let Some(word) = self.logged()
        {
            return if f.effects.raises && word == Value::RAISED.0 {
                Err(Raised)
            } else {
                Ok(word)
            };
        }
        self.run.call_raw(f, args)
    }
    fn call_float_raw(&mut self, f: &'static Native, args: &[u64]) -> u64 {
        self.run.call_float_raw(f, args)
    }
    fn slot_raw(&mut self, slot: u16) -> u64 {
        self.run.slot_raw(slot)
    }
    fn set_slot_raw(&mut self, slot: u16, v: u64) {
        self.run.set_slot_raw(slot, v);
    }
    fn aux_raw(&mut self) -> u64 {
        self.run.aux_raw()
    }
    fn set_aux_raw(&mut self, v: u64) {
        self.run.set_aux_raw(v);
    }
    fn new_frame(&mut self, code: &'static Code) -> NewFrame<Resume> {
        let f = self.run.new_frame(code);
        NewFrame {
            frame: f.frame,
            code,
        }
    }
    fn init_slot_raw(&mut self, f: &NewFrame<Resume>, slot: u16, v: u64) {
        self.run.init_slot_raw(&frame_of(f), slot, v);
    }
    fn init_aux_raw(&mut self, f: &NewFrame<Resume>, v: u64) {
        self.run.init_aux_raw(&frame_of(f), v);
    }
    fn enter_frame(&mut self, f: NewFrame<Resume>, resume_pc: u32) {
        self.run.enter_frame(frame_of(&f), resume_pc);
    }
    fn replace_frame(&mut self, f: NewFrame<Resume>) {
        self.run.replace_frame(frame_of(&f));
    }
    fn detach_frame_raw(&mut self, f: NewFrame<Resume>, pc: u32) -> u64 {
        self.run.detach_frame_raw(frame_of(&f), pc)
    }
    fn resume_frame_raw(&mut self, frame: u64, resume_pc: u32) {
        self.run.resume_frame_raw(frame, resume_pc);
    }
    fn suspend_frame(&mut self, resume_pc: u32) {
        self.run.suspend_frame(resume_pc);
    }
    fn leave_frame(&mut self) {
        self.run.leave_frame();
    }
    fn switch_frame_raw(&mut self, frame: u64) {
        self.run.switch_frame_raw(frame);
    }
    fn switch_last_to_raw(&mut self, frame: u64, token: u64, how: Arrival) -> Flow {
        self.run.switch_last_to_raw(frame, token, how)
    }
    fn current_frame_raw(&mut self) -> u64 {
        self.run.current_frame_raw()
    }
    fn too_deep(&mut self) -> bool {
        self.run.too_deep()
    }
    fn merge_point(&mut self, index: u16) -> bool {
        // A guard at a merge point failed because of the poll word: the driver looks at it.
        self.run.merge_point(index)
    }
    fn assume(&mut self, _: &Assumption) {}
}
