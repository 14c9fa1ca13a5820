//! Engine registers in the optimiser.
//!
//! A register is a cell of its own that only opaque calls see, but for the exception of a native
//! that raises; stores to it wait for such a call, or for the end of the trace. Those that a loop
//! changes are operands of its label or constants, as slots are: memory gets them at exits only.

use super::intbound::Range;
use super::unroll::{Assume, Opening, Pat};
use super::walk::{Abs, Walk};
use crate::ir::{Descr, Inst, Op, OpRef, Ty};

/// Carried registers come behind all slots.
pub(super) fn reg_path(reg: usize) -> u64 {
    (1 << 32) + reg as u64
}

impl Walk<'_, '_> {
    pub fn step_load_reg(&mut self, inst: &Inst) -> Abs {
        self.load_reg(reg_of(inst) as u8)
    }

    pub fn load_reg(&mut self, reg: u8) -> Abs {
        if let (Some(known), true) = (self.st.regs[reg as usize], self.options.heap) {
            return self.resolve(known);
        }
        let value = Abs::Op(self.emit(Op::LoadReg, Ty::Val, &[], Descr::Reg(reg), None));
        self.st.regs[reg as usize] = Some(value);
        value
    }

    /// What waits to be stored to a register goes on as an operand: memory need not get it.
    pub fn take_reg(&mut self, reg: usize) {
        self.st.regs_dirty &= !(1 << reg);
    }

    pub fn step_store_reg(&mut self, inst: &Inst) {
        let reg = reg_of(inst);
        let mut value = self.operand(inst.args[0]);
        if self.is_virtual_object(value) {
            // The recorder writes registers when others look, or to have what they
            // refer to out of the snapshots.
            value = Abs::Op(self.force(value));
        }
        if !self.options.heap {
            let value = self.force(value);
            self.emit(Op::StoreReg, Ty::Void, &[value], inst.descr, None);
            return;
        }
        if let Some(known) = self.st.regs[reg]
            && self.resolve(known) == value
        {
            return;
        }
        self.st.regs[reg] = Some(value);
        self.st.regs_dirty |= 1 << reg;
    }

    /// Performs the stores to registers of the set.
    pub fn flush_regs(&mut self, set: u32) {
        for reg in 0..crate::vm::REG_COUNT {
            if self.st.regs_dirty & set & 1 << reg != 0
                && let Some(value) = self.st.regs[reg]
            {
                let value = self.force(value);
                self.st.regs[reg] = Some(Abs::Op(value));
                self.emit(
                    Op::StoreReg,
                    Ty::Void,
                    &[value],
                    Descr::Reg(reg as u8),
                    None,
                );
            }
        }
        self.st.regs_dirty &= !set;
    }

    /// Loads of registers so far, with their results.
    fn loaded_regs(&self) -> Vec<(usize, OpRef)> {
        let loads = self.out.insts.iter().filter(|i| i.op == Op::LoadReg);
        loads.map(|i| (reg_of(i), i.result)).collect()
    }

    /// Registers that hold at the end of the preamble what it loaded from them.
    pub fn steady_regs(&mut self, assume: &Assume) -> Vec<(usize, OpRef)> {
        let mut out: Vec<(usize, OpRef)> = Vec::new();
        if assume.nothing || !self.options.heap {
            return out;
        }
        for (reg, value) in self.loaded_regs() {
            let Some(now) = self.st.regs[reg] else {
                continue;
            };
            let steady = assume.regs_changed >> reg & 1 == 0
                && self.resolve(now) == self.resolve(Abs::Op(value));
            if steady && !out.iter().any(|r| r.0 == reg) {
                out.push((reg, value));
            }
        }
        out
    }

    /// Registers that the first iteration changed, with their new values. What waits to be stored to
    /// them need not be: the loop carries it.
    pub(super) fn regs_to_carry(&mut self, assume: &Assume) -> Vec<(usize, OpRef)> {
        let mut out: Vec<(usize, OpRef)> = Vec::new();
        if assume.nothing || assume.last_round || !self.options.heap {
            return out;
        }
        for reg in 0..crate::vm::REG_COUNT {
            let known = self.st.regs[reg].filter(|_| self.st.regs_dirty >> reg & 1 != 0);
            if let Some(Abs::Op(value)) = known.map(|now| self.resolve(now))
                && reg != usize::from(crate::vm::REG_PENDING)
            {
                self.take_reg(reg);
                out.push((reg, value));
            }
        }
        out
    }

    /// Makes carried registers operands of the label, or constants that they are again at each back
    /// edge. Those who come from elsewhere may have anything there: of operands nothing is assumed
    /// but types.
    pub(super) fn label_regs(
        &mut self,
        carried: &[(usize, OpRef)],
        o: &mut Opening<'_>,
    ) -> Vec<(usize, Pat)> {
        let mut out = Vec::new();
        for (reg, value) in carried {
            let path = reg_path(*reg);
            if value.is_const() && !o.assume.general.contains(&path) {
                out.push((*reg, Pat::Const(*value)));
                continue;
            }
            let leaf = self.own_leaf(*value, path, o);
            let param = o.leaves[leaf as usize].param;
            self.fact_mut(param).range = Range::FULL;
            out.push((*reg, Pat::Leaf(leaf)));
        }
        out
    }
}

fn reg_of(inst: &Inst) -> usize {
    match inst.descr {
        Descr::Reg(reg) => reg as usize,
        _ => unreachable!("{} has a register", inst.op.name()),
    }
}
