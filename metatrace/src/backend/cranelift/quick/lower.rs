//! Each operation. Floats are held as their bits, booleans as 0 or 1.

use super::asm::{self, Alu, Cond, Label, Mem, Reg, Shift, cond, mem};
use super::code::{Gen, Outcome, Slow, SlowPath, Test, Unsupported};
use super::regs::{self, Loc, Source, place};
use crate::backend::cranelift::lower::{fact, native_address, reg_offset};
use crate::ir::{Descr, Inst, Op, OpRef, SnapshotId, Tag};
use crate::native::NativeFn;
use crate::value::{FLOAT_TAGS, INT_SHIFT, TAG_HEAP, TAG_IMM, TAG_SYMBOL, Value as Word};
use crate::vm::{DEPTH_MARGIN, VmCore};
use smallvec::SmallVec;
use std::mem::offset_of;

/// The second operand of an instruction.
#[derive(Copy, Clone)]
pub(super) enum Operand {
    Reg(Reg),
    Mem(Mem),
    Imm(i32),
}

fn vm(offset: usize) -> Mem {
    mem(asm::R15, offset as i32)
}

impl Gen<'_> {
    // ---------------------------------------------------------- operands

    pub fn const_bits(&self, value: OpRef) -> Option<u64> {
        self.frag.trace.const_bits(value)
    }

    /// A constant that an instruction can hold.
    pub fn imm(&self, value: OpRef) -> Option<i32> {
        let bits = self.const_bits(value)?;
        i32::try_from(bits as i64).ok()
    }

    /// A value's register, a constant in the one given.
    pub fn reg_or(&mut self, value: OpRef, scratch: Reg) -> Reg {
        match self.const_bits(value) {
            Some(bits) => {
                self.asm.mov_imm(scratch, bits);
                scratch
            }
            None => self.frag.homes.fetch(&mut self.asm, value),
        }
    }

    /// A value as a second operand; a constant may come in `scratch`.
    pub fn operand(&mut self, value: OpRef, scratch: Reg) -> Operand {
        if let Some(imm) = self.imm(value) {
            return Operand::Imm(imm);
        }
        if !value.is_const()
            && let Loc::Place(at) = self.frag.homes.loc(value)
            && !self.frag.homes.is_wanted(value)
        {
            return Operand::Mem(place(at));
        }
        Operand::Reg(self.reg_or(value, scratch))
    }

    pub fn alu(&mut self, op: Alu, to: Reg, with: Operand) {
        match with {
            Operand::Reg(reg) => self.asm.alu(op, to, reg),
            Operand::Mem(m) => self.asm.alu_mem(op, to, m),
            Operand::Imm(imm) => self.asm.alu_imm(op, to, imm),
        }
    }

    pub fn define(&mut self, inst: &Inst) -> Reg {
        self.frag.homes.define(&mut self.asm, inst.result)
    }

    /// The register of the result, with the value of an operand that may end here.
    pub fn define_as(&mut self, inst: &Inst, value: OpRef) -> Reg {
        if let Some(bits) = self.const_bits(value) {
            let to = self.define(inst);
            self.asm.mov_imm(to, bits);
            return to;
        }
        let from = self.frag.homes.fetch(&mut self.asm, value);
        match self.frag.homes.inherit(value, inst.result) {
            Some(reg) => reg,
            None => {
                let to = self.define(inst);
                self.asm.mov(to, from);
                to
            }
        }
    }

    /// The same, but the operand stays as it is: exits want it.
    pub fn define_copy(&mut self, inst: &Inst, value: OpRef) -> Reg {
        let from = self.reg_or(value, asm::RAX);
        let to = self.define(inst);
        self.asm.mov(to, from);
        to
    }

    pub fn vm_load(&mut self, to: Reg, offset: usize) {
        self.asm.load(to, vm(offset));
    }

    pub fn vm_store(&mut self, from: Reg, offset: usize) {
        self.asm.store(vm(offset), from);
    }

    pub fn has_fact(&self, value: OpRef, fact: u8) -> bool {
        self.frag.facts.has(self.frag.trace, value, fact)
    }

    pub fn learn(&mut self, value: OpRef, fact: u8) {
        self.frag.facts.learn(value, fact);
    }

    /// A slow path that is entered if `cond` holds.
    pub fn slow_if(&mut self, cond: Cond, what: SlowPath) {
        let (from, back) = (self.asm.label(), self.asm.label());
        self.asm.jump_if(cond, from);
        self.asm.bind(back);
        self.slow.push(Slow { from, back, what });
    }

    // -------------------------------------------------------- operations

    /// One instruction. `live`: control can come from the one before it.
    pub fn inst(&mut self, inst: &Inst, live: bool) -> Outcome<()> {
        match inst.op {
            Op::Label => return self.label(inst, live),
            Op::Jump => return self.jump(inst),
            Op::Enter => return self.enter(inst),
            Op::Goto => return self.goto(inst),
            Op::Note => return Ok(()),
            _ => {}
        }
        match inst.snapshot.filter(|_| inst.op.has_snapshot()) {
            Some(snapshot) => self.guard(inst, snapshot)?,
            None => self.simple(inst)?,
        }
        self.frag.homes.drop_unused(inst.result);
        Ok(())
    }

    fn simple(&mut self, inst: &Inst) -> Outcome<()> {
        match inst.op {
            Op::IntLt => self.compare(cond::LESS, inst),
            Op::IntLe => self.compare(cond::NOT_GREATER, inst),
            Op::IntEq | Op::Same => self.compare(cond::EQUAL, inst),
            Op::IntNe => self.compare(cond::NOT_EQUAL, inst),
            Op::IntULt => self.compare(cond::BELOW, inst),
            Op::IsTag => self.is_tag(inst)?,
            Op::BoolNot => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.alu_imm(Alu::Xor, to, 1);
            }
            Op::BoolToVal => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.shift(Shift::Shl, to, 3);
                self.asm.alu_imm(Alu::Add, to, Word::FALSE.0 as i32);
                self.learn(inst.result, fact::IMMEDIATE);
            }
            Op::BoolToInt => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.shift(Shift::Shl, to, INT_SHIFT as u8);
            }
            Op::LoadReg => {
                let offset = reg_offset(inst).map_err(|_| Unsupported)?;
                let to = self.define(inst);
                self.vm_load(to, offset);
            }
            Op::StoreReg => {
                let offset = reg_offset(inst).map_err(|_| Unsupported)?;
                self.store_word(vm(offset), inst.args[0], asm::RAX);
            }
            Op::AddDepth => match self.const_bits(inst.args[0]) {
                Some(bits) => {
                    let by = i32::try_from(bits as i64 >> INT_SHIFT).map_err(|_| Unsupported)?;
                    let depth = vm(offset_of!(VmCore, depth));
                    self.asm.mem_alu_imm(Alu::Add, depth, by);
                }
                None => {
                    let by = self.frag.homes.fetch(&mut self.asm, inst.args[0]);
                    self.asm.mov(asm::RAX, by);
                    self.asm.shift(Shift::Sar, asm::RAX, INT_SHIFT as u8);
                    self.asm.mem_add(vm(offset_of!(VmCore, depth)), asm::RAX);
                }
            },
            Op::Load
            | Op::LoadItem
            | Op::LoadShape
            | Op::New
            | Op::NewItems
            | Op::Store
            | Op::StoreItem
            | Op::StoreShape => self.heap(inst)?,
            Op::Call | Op::CallFloat => self.call(inst)?,
            op if op.params().first() == Some(&crate::ir::Ty::Int) && op != Op::IntToFloat => {
                self.int(inst)
            }
            _ => self.float(inst)?,
        }
        Ok(())
    }

    /// Stores a word; a constant may come through `scratch`.
    pub fn store_word(&mut self, to: Mem, value: OpRef, scratch: Reg) {
        match self.imm(value) {
            Some(imm) => self.asm.store_imm(to, imm),
            None => {
                let from = self.reg_or(value, scratch);
                self.asm.store(to, from);
            }
        }
    }

    /// Is the guard behind the current instruction all that wants its result?
    fn is_for_guard(&mut self, inst: &Inst) -> bool {
        let at = self.frag.at;
        let next = self.frag.trace.insts.get(at + 1);
        next.is_some_and(|n| matches!(n.op, Op::GuardTrue | Op::GuardFalse))
            && self.frag.homes.uses.is_only_for_next(inst.result, at)
    }

    pub fn flags_result(&mut self, inst: &Inst, cond: Cond) {
        if self.is_for_guard(inst) {
            self.frag.test = Some(Test::Flags(cond));
            return;
        }
        let to = self.define(inst);
        self.asm.set(cond, asm::RAX);
        self.asm.extend8(to, asm::RAX);
    }

    fn compare(&mut self, cond: Cond, inst: &Inst) {
        self.compare_words(inst);
        self.flags_result(inst, cond);
    }

    fn compare_words(&mut self, inst: &Inst) {
        let (x, y) = (inst.args[0], inst.args[1]);
        if let Some(imm) = self.imm(y)
            && !x.is_const()
            && let Loc::Place(at) = self.frag.homes.loc(x)
            && !self.frag.homes.is_wanted(x)
        {
            self.asm.mem_alu_imm(Alu::Cmp, place(at), imm);
            return;
        }
        let b = self.operand(y, asm::RCX);
        let a = self.reg_or(x, asm::RAX);
        self.alu(Alu::Cmp, a, b);
    }

    // -------------------------------------------------------------- tags

    /// Tests a word for an immediate tag; the condition that means that it has it.
    fn test_immediate_tag(&mut self, word: Reg, tag: Tag) -> Cond {
        match tag {
            Tag::INT => self.asm.test8_imm(word, 3),
            Tag::FLOAT => {
                self.asm.mov_imm(asm::RAX, u64::from(FLOAT_TAGS));
                self.asm.bit_test32(asm::RAX, word);
                return cond::BELOW;
            }
            Tag::SYMBOL => self.test_low_bits(word, TAG_SYMBOL),
            _ => self.test_low_bits(word, TAG_IMM),
        }
        cond::EQUAL
    }

    /// "Equal" if the word's low three bits are `tag`.
    fn test_low_bits(&mut self, word: Reg, tag: u64) {
        self.asm.lea(asm::RAX, mem(word, -(tag as i32)));
        self.asm.test8_imm(asm::RAX, crate::value::TAG_MASK as u8);
    }

    /// "Equal" if the heap object has this layout: byte 1 of the header is at tag offset 1.
    fn test_layout(&mut self, word: Reg, tag: Tag) {
        self.asm.cmp_mem8_imm(mem(word, 0), tag.0);
    }

    fn is_tag(&mut self, inst: &Inst) -> Outcome<()> {
        let Descr::Tag(tag) = inst.descr else {
            return Err(Unsupported);
        };
        let value = inst.args[0];
        if self.is_for_guard(inst) && !value.is_const() {
            let word = self.frag.homes.fetch(&mut self.asm, value);
            self.frag.test = Some(Test::Tag(word, tag));
            return Ok(());
        }
        let word = self.reg_or(value, asm::RDX);
        let to = self.define(inst);
        if !tag.is_heap() {
            let cond = self.test_immediate_tag(word, tag);
            self.asm.set(cond, asm::RAX);
            self.asm.extend8(to, asm::RAX);
            return Ok(());
        }
        let done = self.asm.label();
        self.asm.mov_imm(asm::RCX, 0);
        if !self.has_fact(value, fact::HEAP) {
            self.test_low_bits(word, TAG_HEAP);
            self.asm.jump_if(cond::NOT_EQUAL, done);
        }
        self.test_layout(word, tag);
        self.asm.set(cond::EQUAL, asm::RCX);
        self.asm.bind(done);
        self.asm.extend8(to, asm::RCX);
        Ok(())
    }

    fn check_tag(&mut self, word: Reg, is_heap: bool, tag: Tag, exit: Label) {
        if !tag.is_heap() {
            let cond = self.test_immediate_tag(word, tag);
            self.asm.jump_if(cond ^ 1, exit);
            return;
        }
        if !is_heap {
            self.test_low_bits(word, TAG_HEAP);
            self.asm.jump_if(cond::NOT_EQUAL, exit);
        }
        self.test_layout(word, tag);
        self.asm.jump_if(cond::NOT_EQUAL, exit);
    }

    fn check_not_tag(&mut self, word: Reg, is_heap: bool, tag: Tag, exit: Label) {
        if !tag.is_heap() {
            let cond = self.test_immediate_tag(word, tag);
            self.asm.jump_if(cond, exit);
            return;
        }
        let other = self.asm.label();
        if !is_heap {
            self.test_low_bits(word, TAG_HEAP);
            self.asm.jump_if(cond::NOT_EQUAL, other);
        }
        self.test_layout(word, tag);
        self.asm.jump_if(cond::EQUAL, exit);
        self.asm.bind(other);
    }

    fn learn_tag(&mut self, value: OpRef, tag: Tag) {
        let fact = match tag.is_heap() {
            true => fact::HEAP,
            false => fact::IMMEDIATE,
        };
        self.learn(value, fact);
    }

    // ------------------------------------------------------------ guards

    fn guard(&mut self, inst: &Inst, snapshot: SnapshotId) -> Outcome<()> {
        match inst.op {
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf => {
                let fails = self.checked(inst);
                let exit = self.exit(snapshot);
                self.asm.jump_if(fails, exit);
            }
            Op::GuardTrue | Op::GuardFalse => self.guard_bool(inst, snapshot),
            Op::GuardTag => {
                let Descr::Tag(tag) = inst.descr else {
                    return Err(Unsupported);
                };
                let value = inst.args[0];
                let word = self.reg_or(value, asm::RDX);
                let exit = self.exit(snapshot);
                let is_heap = self.has_fact(value, fact::HEAP);
                self.check_tag(word, is_heap, tag, exit);
                self.learn_tag(value, tag);
            }
            Op::GuardValue => {
                self.compare_words(inst);
                let exit = self.exit(snapshot);
                self.asm.jump_if(cond::NOT_EQUAL, exit);
                if let Some(bits) = self.const_bits(inst.args[1]) {
                    let heap = Word(bits).is_heap();
                    let fact = if heap { fact::HEAP } else { fact::IMMEDIATE };
                    self.learn(inst.args[0], fact);
                }
            }
            Op::GuardShape => {
                let Descr::Shape(shape) = inst.descr else {
                    return Err(Unsupported);
                };
                let word = self.reg_or(inst.args[0], asm::RDX);
                self.asm
                    .cmp_mem32_imm(mem(word, 4 - TAG_HEAP as i32), shape as i32);
                let exit = self.exit(snapshot);
                self.asm.jump_if(cond::NOT_EQUAL, exit);
                self.learn(inst.args[0], fact::HEAP);
            }
            Op::GuardNotRaised | Op::GuardRaised => {
                let word = self.reg_or(inst.args[0], asm::RDX);
                self.asm.alu_imm(Alu::Cmp, word, Word::RAISED.0 as i32);
                let exit = self.exit(snapshot);
                let fails = match inst.op {
                    Op::GuardRaised => cond::NOT_EQUAL,
                    _ => cond::EQUAL,
                };
                self.asm.jump_if(fails, exit);
            }
            Op::GuardNoPoll | Op::GuardValid | Op::GuardDepth => self.guard_engine(inst, snapshot),
            Op::Exit => {
                let exit = self.exit(snapshot);
                self.asm.jump(exit);
            }
            _ => return Err(Unsupported),
        }
        Ok(())
    }

    /// Guards on the state of the engine.
    fn guard_engine(&mut self, inst: &Inst, snapshot: SnapshotId) {
        let exit = self.exit(snapshot);
        let fails = match inst.op {
            Op::GuardNoPoll => {
                let countdown = vm(offset_of!(VmCore, countdown));
                self.asm.mem_alu_imm(Alu::Sub, countdown, 1);
                self.asm.jump_if(cond::SIGN, exit);
                if self.unit.fuel {
                    let fuel = vm(offset_of!(VmCore, fuel));
                    self.asm.mem_alu_imm(Alu::Sub, fuel, 1);
                    self.asm.jump_if(cond::SIGN, exit);
                }
                let poll = vm(offset_of!(VmCore, poll));
                self.asm.mem_alu_imm(Alu::Cmp, poll, 0);
                cond::NOT_EQUAL
            }
            Op::GuardValid => {
                self.asm.mov_imm(asm::RAX, self.invalid);
                self.asm.mem_alu_imm(Alu::Cmp, mem(asm::RAX, 0), 0);
                cond::NOT_EQUAL
            }
            _ => {
                self.vm_load(asm::RAX, offset_of!(VmCore, depth));
                self.asm.alu_imm(Alu::Add, asm::RAX, DEPTH_MARGIN as i32);
                let limit = vm(offset_of!(VmCore, depth_limit));
                self.asm.alu_mem(Alu::Cmp, asm::RAX, limit);
                cond::NOT_LESS
            }
        };
        self.asm.jump_if(fails, exit);
    }

    fn guard_bool(&mut self, inst: &Inst, snapshot: SnapshotId) {
        let wanted = inst.op == Op::GuardTrue;
        let value = inst.args[0];
        match self.frag.test.take() {
            Some(Test::Flags(cond)) => {
                let exit = self.exit(snapshot);
                self.asm.jump_if(cond ^ u8::from(wanted), exit);
            }
            Some(Test::Tag(word, tag)) => {
                let tested = self.frag.trace.insts[self.frag.at - 1].args[0];
                let is_heap = self.has_fact(tested, fact::HEAP);
                let exit = self.exit(snapshot);
                if wanted {
                    self.check_tag(word, is_heap, tag, exit);
                    self.learn_tag(tested, tag);
                } else {
                    self.check_not_tag(word, is_heap, tag, exit);
                }
            }
            None => {
                let word = self.reg_or(value, asm::RDX);
                self.asm.test(word, word);
                let exit = self.exit(snapshot);
                self.asm.jump_if(cond::NOT_EQUAL ^ u8::from(wanted), exit);
            }
        }
    }

    // ------------------------------------------------------------- calls

    fn call(&mut self, inst: &Inst) -> Outcome<()> {
        let Descr::Native(native) = inst.descr else {
            return Err(Unsupported);
        };
        let (address, floats) = native_address(native);
        let sources: SmallVec<[Source; 8]> = inst.args.iter().map(|a| self.source(*a)).collect();
        self.frag.homes.save_for_call(&mut self.asm);
        let mut room = 0;
        if floats {
            for (xmm, source) in sources.iter().enumerate() {
                self.move_to(asm::RAX, *source);
                self.asm.move_to_float(xmm as Reg, asm::RAX);
            }
        } else if matches!(native.func, NativeFn::Many(_)) {
            room = (sources.len().next_multiple_of(2) * 8) as i32;
            if room > 0 {
                self.asm.alu_imm(Alu::Sub, asm::RSP, room);
            }
            for (i, source) in sources.iter().enumerate() {
                let to = mem(asm::RSP, i as i32 * 8);
                match *source {
                    Source::Loc(Loc::Reg(reg)) => self.asm.store(to, reg),
                    source => {
                        self.move_to(asm::RAX, source);
                        self.asm.store(to, asm::RAX);
                    }
                }
            }
            self.asm.mov(asm::RDI, asm::R15);
            self.asm.mov(asm::RSI, asm::RSP);
            self.asm.mov_imm(asm::RDX, sources.len() as u64);
        } else {
            self.place_args(&sources);
        }
        self.asm.mov_imm(asm::RAX, address);
        self.asm.call(asm::RAX);
        if room > 0 {
            self.asm.alu_imm(Alu::Add, asm::RSP, room);
        }
        if floats {
            self.asm.move_from_float(asm::RAX, 0);
        }
        self.call_result(inst);
        Ok(())
    }

    /// Arguments of a call behind the engine record, which is the first.
    pub fn place_args(&mut self, sources: &[Source]) {
        let targets = [asm::RSI, asm::RDX, asm::RCX, asm::R8];
        let moves = sources.iter().zip(targets);
        let moves = moves.map(|(from, to)| (*from, Loc::Reg(to))).collect();
        regs::move_all(&mut self.asm, moves);
        self.asm.mov(asm::RDI, asm::R15);
    }

    /// The result of a call is in `rax`.
    pub fn call_result(&mut self, inst: &Inst) {
        self.frag.homes.lose_after_call();
        let to = self.define(inst);
        self.asm.mov(to, asm::RAX);
    }

    fn move_to(&mut self, to: Reg, source: Source) {
        match source {
            Source::Loc(Loc::Reg(reg)) => self.asm.mov(to, reg),
            Source::Loc(Loc::Place(at)) => self.asm.load(to, place(at)),
            Source::Const(bits) => self.asm.mov_imm(to, bits),
            Source::Parked => {}
        }
    }

    // ------------------------------------------------------------ floats

    /// Brings a float to `xmm0` or `xmm1`.
    fn float_operand(&mut self, xmm: Reg, value: OpRef) {
        let bits = self.reg_or(value, asm::RAX);
        self.asm.move_to_float(xmm, bits);
    }

    fn float_bits(&mut self, xmm: Reg, bits: f64) {
        self.asm.mov_imm(asm::RAX, bits.to_bits());
        self.asm.move_to_float(xmm, asm::RAX);
    }

    fn float_result(&mut self, inst: &Inst) {
        let to = self.define(inst);
        self.asm.move_from_float(to, 0);
    }

    fn float(&mut self, inst: &Inst) -> Outcome<()> {
        match inst.op {
            Op::FloatAdd | Op::FloatSub | Op::FloatMul | Op::FloatDiv => {
                let opcode = match inst.op {
                    Op::FloatAdd => 0x58,
                    Op::FloatSub => 0x5C,
                    Op::FloatMul => 0x59,
                    _ => 0x5E,
                };
                self.float_operand(0, inst.args[0]);
                self.float_operand(1, inst.args[1]);
                self.asm.float_op(opcode, 0, 1);
                self.float_result(inst);
            }
            Op::FloatNeg => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.flip_bit(to, 63);
            }
            Op::FloatAbs => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.clear_bit(to, 63);
            }
            Op::FloatSqrt => {
                self.float_operand(1, inst.args[0]);
                self.asm.float_op(0x51, 0, 1);
                self.float_result(inst);
            }
            Op::FloatFloor | Op::FloatCeil | Op::FloatTrunc => {
                if !std::is_x86_feature_detected!("sse4.1") {
                    return Err(Unsupported);
                }
                self.float_operand(0, inst.args[0]);
                let mode = match inst.op {
                    Op::FloatFloor => 9,
                    Op::FloatCeil => 10,
                    _ => 11,
                };
                self.asm.float_round(0, mode);
                self.float_result(inst);
            }
            Op::FloatLt | Op::FloatLe | Op::FloatEq | Op::FloatNe => self.float_compare(inst),
            Op::FloatFitsInt | Op::IntToFloat | Op::FloatToInt => self.float_convert(inst),
            Op::UnboxFloat => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.alu_imm(Alu::Add, to, 1);
                self.asm.shift(Shift::Rotr, to, 4);
            }
            Op::BoxFloat => self.box_float(inst),
            _ => return Err(Unsupported),
        }
        Ok(())
    }

    fn float_compare(&mut self, inst: &Inst) {
        let cond = match inst.op {
            Op::FloatLt => cond::ABOVE,
            Op::FloatLe => cond::NOT_BELOW,
            _ => return self.float_equal(inst),
        };
        // "Above" is false on NaN, as "below" is not.
        self.float_operand(1, inst.args[0]);
        self.float_operand(0, inst.args[1]);
        self.asm.float_compare(0, 1);
        self.flags_result(inst, cond);
    }

    fn float_convert(&mut self, inst: &Inst) {
        match inst.op {
            Op::FloatFitsInt => {
                let bound = (1i64 << (63 - INT_SHIFT)) as f64;
                self.float_operand(0, inst.args[0]);
                self.float_bits(1, bound);
                self.asm.float_compare(1, 0);
                self.asm.set(cond::ABOVE, asm::RCX);
                self.float_bits(1, -bound);
                self.asm.float_compare(0, 1);
                self.asm.set(cond::NOT_BELOW, asm::RDX);
                self.asm.alu(Alu::And, asm::RCX, asm::RDX);
                let to = self.define(inst);
                self.asm.extend8(to, asm::RCX);
            }
            Op::IntToFloat => {
                let word = self.reg_or(inst.args[0], asm::RCX);
                self.asm.mov(asm::RAX, word);
                self.asm.shift(Shift::Sar, asm::RAX, INT_SHIFT as u8);
                self.asm.int_to_float(0, asm::RAX);
                self.float_result(inst);
            }
            _ => {
                self.float_operand(0, inst.args[0]);
                let to = self.define(inst);
                self.asm.float_to_int(to, 0);
                self.asm.shift(Shift::Shl, to, INT_SHIFT as u8);
            }
        }
    }

    fn float_equal(&mut self, inst: &Inst) {
        self.float_operand(0, inst.args[0]);
        self.float_operand(1, inst.args[1]);
        self.asm.float_compare(0, 1);
        if inst.op == Op::FloatEq {
            self.asm.set(cond::EQUAL, asm::RAX);
            self.asm.set(cond::NOT_PARITY, asm::RCX);
            self.asm.alu(Alu::And, asm::RAX, asm::RCX);
        } else {
            self.asm.set(cond::NOT_EQUAL, asm::RAX);
            self.asm.set(cond::PARITY, asm::RCX);
            self.asm.alu(Alu::Or, asm::RAX, asm::RCX);
        }
        let to = self.define(inst);
        self.asm.extend8(to, asm::RAX);
    }

    fn box_float(&mut self, inst: &Inst) {
        let bits = self.reg_or(inst.args[0], asm::RCX);
        self.asm.move_to_float(0, bits);
        let to = self.define(inst);
        self.asm.mov(asm::RDX, bits);
        self.asm.shift(Shift::Rotl, asm::RDX, 4);
        self.asm.alu_imm(Alu::Sub, asm::RDX, 1);
        let cond = self.test_immediate_tag(asm::RDX, Tag::FLOAT);
        self.asm.mov(asm::RAX, asm::RDX);
        self.slow_if(cond ^ 1, SlowPath::BoxFloat);
        self.asm.mov(to, asm::RAX);
    }
}
