//! Heap operations: fields, items, allocation, the write barrier. Heap pointers carry tag 1; it
//! is folded into the displacement.

use super::asm::{self, Alu, Mem, Shift, cond, mem};
use super::code::{Gen, Outcome, SlowPath, Unsupported};
use super::regs::{Source, place};
use crate::backend::cranelift::heap::{
    INLINE_WORDS_MAX, InlineItems, displacement, field_of, inline_items, items_of, made_together,
    needs_barrier, new_of, words_to_zero,
};
use crate::backend::cranelift::lower::fact;
use crate::ir::{Descr, Inst, Op, OpRef};
use crate::layout::{FLAG_UNLOGGED, ItemsRef, Kind, LayoutId, header};
use crate::value::{INT_SHIFT, TAG_HEAP};
use crate::vm::VmCore;
use std::mem::offset_of;
use std::ops::Range;

const SHIFT: u8 = INT_SHIFT as u8;

impl Gen<'_> {
    pub fn heap(&mut self, inst: &Inst) -> Outcome<()> {
        match inst.op {
            Op::Load => {
                let field = field_of(inst).map_err(|_| Unsupported)?;
                let object = self.reg_or(inst.args[0], asm::RAX);
                let to = self.define(inst);
                let at = displacement(field.word as usize);
                self.asm.load(to, mem(object, at));
            }
            Op::LoadItem => self.load_item(inst)?,
            Op::LoadShape => {
                let object = self.reg_or(inst.args[0], asm::RAX);
                let to = self.define(inst);
                self.asm.load32(to, mem(object, displacement(0) + 4));
                self.asm.shift(Shift::Shl, to, SHIFT);
            }
            Op::New => return self.new_object(inst),
            Op::NewItems => return self.new_items(inst),
            Op::Store => self.store_field(inst)?,
            Op::StoreItem => self.store_item(inst)?,
            _ => {
                let Descr::Shape(shape) = inst.descr else {
                    return Err(Unsupported);
                };
                let object = self.reg_or(inst.args[0], asm::RAX);
                let at = mem(object, displacement(0) + 4);
                self.asm.store_imm32(at, shape as i32);
            }
        }
        self.learn(inst.args[0], fact::HEAP);
        Ok(())
    }

    fn store_field(&mut self, inst: &Inst) -> Outcome<()> {
        let field = field_of(inst).map_err(|_| Unsupported)?;
        let (holder, value) = (inst.args[0], inst.args[1]);
        let object = self.reg_or(holder, asm::RDX);
        self.barrier(field.kind, object, holder, None, value);
        let at = mem(object, displacement(field.word as usize));
        self.store_word(at, value, asm::RAX);
        Ok(())
    }

    fn store_item(&mut self, inst: &Inst) -> Outcome<()> {
        let items = items_of(inst).map_err(|_| Unsupported)?;
        let (holder, index, value) = (inst.args[0], inst.args[1], inst.args[2]);
        let object = self.reg_or(holder, asm::RDX);
        self.barrier(items.kind, object, holder, Some(index), value);
        if !value.is_const() {
            self.frag.homes.fetch(&mut self.asm, value);
        }
        let at = self.item(items, object, index);
        if items.kind == Kind::Byte {
            match self.const_bits(value) {
                Some(bits) => self.asm.mov_imm(asm::RCX, bits),
                None => {
                    let word = self.frag.homes.fetch(&mut self.asm, value);
                    self.asm.mov(asm::RCX, word);
                }
            }
            self.asm.shift(Shift::Shr, asm::RCX, SHIFT);
            self.asm.store8(at, asm::RCX);
        } else {
            self.store_word(at, value, asm::RCX);
        }
        Ok(())
    }

    /// Address of an item. May use `rax` and `rcx`.
    fn item(&mut self, items: ItemsRef, object: asm::Reg, index: OpRef) -> Mem {
        let start = displacement(items.start as usize);
        let bytes = items.kind == Kind::Byte;
        let constant = self.const_bits(index).map(|bits| bits as i64);
        if let Some(index) = constant.filter(|i| (0..1 << 28).contains(i)) {
            let scaled = if bytes { index >> INT_SHIFT } else { index * 2 };
            return mem(object, start + scaled as i32);
        }
        let index = self.reg_or(index, asm::RCX);
        if bytes {
            self.asm.mov(asm::RAX, index);
            self.asm.shift(Shift::Sar, asm::RAX, SHIFT);
            self.asm.alu(Alu::Add, asm::RAX, object);
        } else {
            self.asm.lea_double(asm::RAX, object, index);
        }
        mem(asm::RAX, start)
    }

    fn load_item(&mut self, inst: &Inst) -> Outcome<()> {
        let items = items_of(inst).map_err(|_| Unsupported)?;
        let object = self.reg_or(inst.args[0], asm::RDX);
        let at = self.item(items, object, inst.args[1]);
        let to = self.define(inst);
        if items.kind == Kind::Byte {
            self.asm.load8(to, at);
            self.asm.shift(Shift::Shl, to, SHIFT);
        } else {
            self.asm.load(to, at);
        }
        Ok(())
    }

    /// Logs the holder before a store that may make an old object refer to a young one:
    /// see the other generator's.
    fn barrier(
        &mut self,
        kind: Kind,
        object: asm::Reg,
        holder: OpRef,
        item: Option<OpRef>,
        value: OpRef,
    ) {
        if !needs_barrier(self.frag.trace, &self.frag.facts, kind, holder, value) {
            return;
        }
        let flags = mem(object, displacement(0));
        self.asm.test_mem8_imm(flags, FLAG_UNLOGGED as u8);
        let path = match item {
            Some(index) => {
                let index: Source = self.source(index);
                SlowPath::LogItem(object, index)
            }
            None => {
                self.learn(holder, fact::LOGGED);
                SlowPath::LogObject(object)
            }
        };
        self.slow_if(cond::NOT_EQUAL, path);
    }

    /// `rax` := address of `bytes` fresh bytes.
    fn bump(&mut self, bytes: usize) {
        let next = mem(asm::R15, offset_of!(VmCore, nursery_next) as i32);
        let end = mem(asm::R15, offset_of!(VmCore, nursery_end) as i32);
        self.asm.load(asm::RAX, next);
        self.asm.lea(asm::RCX, mem(asm::RAX, bytes as i32));
        self.asm.alu_mem(Alu::Cmp, asm::RCX, end);
        let (from, back) = (self.asm.label(), self.asm.label());
        self.asm.jump_if(cond::ABOVE, from);
        self.asm.store(next, asm::RCX);
        self.asm.bind(back);
        self.slow.push(super::code::Slow {
            from,
            back,
            what: SlowPath::Grow(bytes),
        });
    }

    /// `rax` := room for an object, and for those of the `new`s that follow before anything can
    /// leave: one check for all.
    fn reserve(&mut self, inst: &Inst, words: usize) -> Outcome<()> {
        if let Some((at, offset)) = self.frag.reserved.remove(&inst.result) {
            self.asm.load(asm::RAX, place(at));
            self.asm.alu_imm(Alu::Add, asm::RAX, offset);
            if !self.frag.reserved.values().any(|r| r.0 == at) {
                self.frag.homes.free_place(at);
            }
            return Ok(());
        }
        let together = made_together(self.frag.trace, self.frag.at, words);
        let (followers, total) = together.map_err(|_| Unsupported)?;
        self.bump(total * 8);
        if !followers.is_empty() {
            let at = self.frag.homes.new_place();
            self.asm.store(place(at), asm::RAX);
            for (object, before) in followers {
                self.frag.reserved.insert(object, (at, before as i32 * 8));
            }
        }
        Ok(())
    }

    /// Makes the object at `rax`.
    fn fill_in(&mut self, inst: &Inst, layout: LayoutId, head: u64, zero: Range<usize>) {
        self.asm.mov_imm(asm::RCX, head);
        self.asm.store(mem(asm::RAX, 0), asm::RCX);
        let (trace, at) = (self.frag.trace, self.frag.at);
        for word in words_to_zero(trace, at, inst.result, layout, zero) {
            self.asm.store_imm(mem(asm::RAX, word as i32 * 8), 0);
        }
    }

    fn new_result(&mut self, inst: &Inst) {
        let to = self.define(inst);
        self.asm.lea(to, mem(asm::RAX, TAG_HEAP as i32));
        self.learn(inst.result, fact::HEAP | fact::LOGGED);
    }

    fn new_object(&mut self, inst: &Inst) -> Outcome<()> {
        let (layout, shape, words) = new_of(inst).map_err(|_| Unsupported)?;
        if words > INLINE_WORDS_MAX {
            return Err(Unsupported);
        }
        self.reserve(inst, words)?;
        self.fill_in(inst, layout, header(layout, words, shape), 1..words);
        self.new_result(inst);
        Ok(())
    }

    fn new_items(&mut self, inst: &Inst) -> Outcome<()> {
        let (id, shape, _) = new_of(inst).map_err(|_| Unsupported)?;
        if let Some(InlineItems { words, first, len }) = inline_items(self.frag.trace, inst, id) {
            self.reserve(inst, words)?;
            self.fill_in(inst, id, header(id, words, shape), first..words);
            if let Some(len) = len {
                self.asm.store_imm(mem(asm::RAX, 8), len as i32);
            }
            self.new_result(inst);
            return Ok(());
        }
        let count = self.source(inst.args[0]);
        self.frag.homes.save_for_call(&mut self.asm);
        let head = Source::Const(header(id, 0, shape));
        self.place_args(&[head, count]);
        self.asm.shift(Shift::Shr, asm::RDX, SHIFT);
        let helper = mem(asm::R15, offset_of!(VmCore, alloc_items) as i32);
        self.asm.load(asm::RAX, helper);
        self.asm.call(asm::RAX);
        self.call_result(inst);
        self.learn(inst.result, fact::HEAP | fact::LOGGED);
        Ok(())
    }
}
