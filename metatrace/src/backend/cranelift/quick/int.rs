//! Integer operations on fixnum words (shifted by 2).

use super::asm::{self, Alu, Cond, Reg, Shift, cond};
use super::code::Gen;
use super::lower::Operand;
use crate::ir::{Inst, Op, OpRef};
use crate::value::INT_SHIFT;

/// Clears the bits below the fixnum's.
const CLEAR: i32 = !3;
const SHIFT: u8 = INT_SHIFT as u8;

impl Gen<'_> {
    pub fn int(&mut self, inst: &Inst) {
        match inst.op {
            Op::IntAdd => self.binary(Alu::Add, inst),
            Op::IntSub => self.binary(Alu::Sub, inst),
            Op::IntAnd => self.binary(Alu::And, inst),
            Op::IntOr => self.binary(Alu::Or, inst),
            Op::IntXor => self.binary(Alu::Xor, inst),
            Op::IntNot => {
                let to = self.define_as(inst, inst.args[0]);
                self.asm.alu_imm(Alu::Xor, to, CLEAR);
            }
            Op::IntMul => {
                self.multiply(inst);
            }
            Op::IntShl => {
                self.count_to_rcx(inst.args[1]);
                let to = self.define_as(inst, inst.args[0]);
                self.asm.shift_by_cl(Shift::Shl, to);
            }
            Op::IntShr => {
                self.count_to_rcx(inst.args[1]);
                self.asm.mov_imm(asm::RAX, 63);
                self.asm.alu(Alu::Cmp, asm::RCX, asm::RAX);
                self.asm.cmov(cond::ABOVE, asm::RCX, asm::RAX);
                let to = self.define_as(inst, inst.args[0]);
                self.asm.shift_by_cl(Shift::Sar, to);
                self.asm.alu_imm(Alu::And, to, CLEAR);
            }
            Op::IntFloorDiv | Op::IntMod | Op::IntQuot | Op::IntRem => self.divide(inst),
            _ => {
                // The `_fits` operations: the result is not wanted.
                let fails = self.checked(inst);
                let to = self.frag.homes.fetch(&mut self.asm, inst.result);
                self.asm.set(fails ^ 1, asm::RAX);
                self.asm.extend8(to, asm::RAX);
            }
        }
    }

    fn binary(&mut self, op: Alu, inst: &Inst) {
        let b = self.operand(inst.args[1], asm::RCX);
        let to = self.define_as(inst, inst.args[0]);
        self.alu(op, to, b);
    }

    /// A plain integer in `rcx`.
    fn count_to_rcx(&mut self, count: OpRef) {
        let word = self.reg_or(count, asm::RCX);
        self.asm.mov(asm::RCX, word);
        self.asm.shift(Shift::Sar, asm::RCX, SHIFT);
    }

    fn multiply(&mut self, inst: &Inst) {
        let b = self.reg_or(inst.args[1], asm::RCX);
        let to = self.define_copy(inst, inst.args[0]);
        self.asm.shift(Shift::Sar, to, SHIFT);
        self.asm.imul(to, b);
    }

    /// The `_ovf` and `_fits` operations: the result, and the condition that it does not fit.
    /// The operands stay as they are.
    pub fn checked(&mut self, inst: &Inst) -> Cond {
        match inst.op {
            Op::IntAddOvf | Op::IntAddFits => self.add_checked(Alu::Add, inst),
            Op::IntSubOvf | Op::IntSubFits => self.add_checked(Alu::Sub, inst),
            Op::IntMulOvf | Op::IntMulFits => {
                self.multiply(inst);
                cond::OVERFLOW
            }
            _ => self.shift_checked(inst),
        }
    }

    fn add_checked(&mut self, op: Alu, inst: &Inst) -> Cond {
        let b: Operand = self.operand(inst.args[1], asm::RCX);
        let to = self.define_copy(inst, inst.args[0]);
        self.alu(op, to, b);
        cond::OVERFLOW
    }

    /// Shifts, shifts back and compares; a count beyond the word lets nothing but 0 through.
    fn shift_checked(&mut self, inst: &Inst) -> Cond {
        let a: Reg = self.reg_or(inst.args[0], asm::RDX);
        self.count_to_rcx(inst.args[1]);
        let to = self.define(inst);
        let (zero, done) = (self.asm.label(), self.asm.label());
        self.asm.mov(to, a);
        self.asm.alu_imm(Alu::Cmp, asm::RCX, 62);
        self.asm.jump_if(cond::NOT_BELOW, zero);
        self.asm.shift_by_cl(Shift::Shl, to);
        self.asm.mov(asm::RAX, to);
        self.asm.shift_by_cl(Shift::Sar, asm::RAX);
        self.asm.alu(Alu::Cmp, asm::RAX, a);
        self.asm.jump(done);
        self.asm.bind(zero);
        self.asm.alu_imm(Alu::Cmp, a, 0);
        self.asm.bind(done);
        cond::NOT_EQUAL
    }

    fn divide(&mut self, inst: &Inst) {
        let b = self.reg_or(inst.args[1], asm::RCX);
        self.asm.mov(asm::RCX, b);
        let a = self.reg_or(inst.args[0], asm::RAX);
        self.asm.mov(asm::RAX, a);
        self.asm.divide(asm::RCX);
        let to = self.define(inst);
        let done = self.asm.label();
        match inst.op {
            Op::IntQuot => {
                self.asm.mov(to, asm::RAX);
                self.asm.shift(Shift::Shl, to, SHIFT);
                return;
            }
            Op::IntRem => {
                self.asm.mov(to, asm::RDX);
                return;
            }
            _ => {}
        }
        // The remainder is wrong by the divisor where it is not zero and its sign is not the divisor's.
        self.asm.mov(
            to,
            if inst.op == Op::IntMod {
                asm::RDX
            } else {
                asm::RAX
            },
        );
        self.asm.test(asm::RDX, asm::RDX);
        self.asm.jump_if(cond::EQUAL, done);
        self.asm.alu(Alu::Xor, asm::RDX, asm::RCX);
        self.asm.jump_if(cond::NOT_SIGN, done);
        match inst.op {
            Op::IntMod => self.asm.alu(Alu::Add, to, asm::RCX),
            _ => self.asm.dec(to),
        }
        self.asm.bind(done);
        if inst.op == Op::IntFloorDiv {
            self.asm.shift(Shift::Shl, to, SHIFT);
        }
    }
}
