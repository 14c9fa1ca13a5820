//! Repeated pure operations: the second one is the first one's result.
//!
//! Guards that yield a value (`int_add_ovf`) are found under the name of their
//! plain form, so that either serves the other.  Pure calls are compared by
//! native and operands.

use super::fold;
use super::intbound;
use super::rules;
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Descr, Inst, Op, OpRef, SnapshotId, Ty};

#[derive(Copy, Clone, Debug)]
struct Entry {
    op: Op,
    a: OpRef,
    b: OpRef,
    /// What else distinguishes operations: the tag of `is_tag`.
    extra: u32,
    result: OpRef,
    next: u32,
}

const BUCKETS: usize = 256;
const END: u32 = u32::MAX;

/// Pure operations of the output, by operation and operands.
#[derive(Clone)]
pub(super) struct Cse {
    heads: Vec<u32>,
    entries: Vec<Entry>,
    /// Positions of pure calls in the output.
    calls: Vec<u32>,
}

impl Cse {
    pub fn new() -> Cse {
        Cse {
            heads: vec![END; BUCKETS],
            entries: Vec::new(),
            calls: Vec::new(),
        }
    }

    fn bucket(op: Op, a: OpRef, b: OpRef, extra: u32) -> usize {
        let key = (op as u32) ^ a.0.rotate_left(7) ^ b.0.rotate_left(17) ^ extra.rotate_left(3);
        (key.wrapping_mul(0x9E37_79B9) >> 24) as usize
    }

    pub fn find(&self, op: Op, a: OpRef, b: OpRef, extra: u32) -> Option<OpRef> {
        let mut at = self.heads[Self::bucket(op, a, b, extra)];
        while at != END {
            let e = &self.entries[at as usize];
            if e.op == op && e.a == a && e.b == b && e.extra == extra {
                return Some(e.result);
            }
            at = e.next;
        }
        None
    }

    pub fn add(&mut self, op: Op, a: OpRef, b: OpRef, extra: u32, result: OpRef) {
        let bucket = Self::bucket(op, a, b, extra);
        self.entries.push(Entry {
            op,
            a,
            b,
            extra,
            result,
            next: self.heads[bucket],
        });
        self.heads[bucket] = self.entries.len() as u32 - 1;
    }
}

/// The plain form of a checked operation.
pub(super) fn plain(op: Op) -> Op {
    match op {
        Op::IntAddOvf => Op::IntAdd,
        Op::IntSubOvf => Op::IntSub,
        Op::IntMulOvf => Op::IntMul,
        Op::IntShlOvf => Op::IntShl,
        op => op,
    }
}

impl Walk<'_, '_> {
    /// A pure operation of one operand.
    pub fn pure1(&mut self, op: Op, a: OpRef) -> OpRef {
        if let Some(result) = self.fold1(op, a) {
            return result;
        }
        self.share(op, a, OpRef::NONE, 0, Descr::None)
    }

    /// A pure operation of two operands.
    pub fn pure2(&mut self, op: Op, a: OpRef, b: OpRef) -> OpRef {
        let (a, b) = if op.is_commutative() && (a.is_const() || (!b.is_const() && a > b)) {
            (b, a)
        } else {
            (a, b)
        };
        if let Some(result) = self.fold2(op, a, b) {
            return self.resolve_op(result);
        }
        self.share(op, a, b, 0, Descr::None)
    }

    /// The earlier result, or a new instruction.
    pub fn share(&mut self, op: Op, a: OpRef, b: OpRef, extra: u32, descr: Descr) -> OpRef {
        if self.options.pure
            && let Some(result) = self.st.cse.find(op, a, b, extra)
        {
            return self.resolve_op(result);
        }
        let args = [a, b];
        let count = if b == OpRef::NONE { 1 } else { 2 };
        let result = self.emit(op, op.ret(), &args[..count], descr, None);
        if self.options.intbound && op.ret() == Ty::Int {
            let b = if count == 1 { a } else { b };
            let range = intbound::result(op, self.range_or_full(a), self.range_or_full(b));
            self.fact_mut(result).range = range;
        }
        self.st.cse.add(op, a, b, extra, result);
        result
    }

    fn range_or_full(&self, value: OpRef) -> intbound::Range {
        if matches!(self.out.ty(value), Ty::Float | Ty::Bool) {
            return intbound::Range::FULL;
        }
        self.range(value)
    }

    /// Arithmetic with an overflow check.
    pub fn checked(
        &mut self,
        op: Op,
        a: OpRef,
        b: OpRef,
        snapshot: Option<SnapshotId>,
    ) -> Walked<OpRef> {
        let (a, b) = if op.is_commutative() && (a.is_const() || (!b.is_const() && a > b)) {
            (b, a)
        } else {
            (a, b)
        };
        if let (true, Some(x), Some(y)) = (self.options.fold, self.bits(a), self.bits(b)) {
            let word = crate::ir::pure::eval_checked(op, x, y);
            let word = word.ok_or(super::OptError::Contradiction)?;
            return Ok(self.constant(Ty::Int, word));
        }
        let (ra, rb) = (self.range(a), self.range(b));
        if self.options.intbound {
            if intbound::always_fits(op, ra, rb) {
                return Ok(self.pure2(plain(op), a, b));
            }
            if intbound::never_fits(op, ra, rb) {
                return Err(super::OptError::Contradiction);
            }
        }
        if let Some(result) = self.fold_checked(op, a, b) {
            return Ok(self.resolve_op(result));
        }
        if self.options.pure {
            if let Some(result) = self.st.cse.find(plain(op), a, b, 0) {
                return Ok(self.resolve_op(result));
            }
            // The recorder may have asked before it computed.
            if let Some(fits) = self.st.cse.find(fold::fits_form(op), a, b, 0)
                && self.resolve_op(fits) == self.const_bool(true)
            {
                return Ok(self.pure2(plain(op), a, b));
            }
        }
        if let Some(result) = rules::checked_sum(self, op, a, b) {
            return Ok(result);
        }
        let result = self.emit_guard(op, &[a, b], Descr::None, snapshot)?;
        if self.options.intbound {
            self.fact_mut(result).range = intbound::result(op, ra, rb);
        }
        self.st.cse.add(plain(op), a, b, 0, result);
        Ok(result)
    }

    /// An earlier pure call with these operands.
    pub fn find_call(&mut self, op: Op, args: &[OpRef], descr: Descr) -> Option<OpRef> {
        if !self.options.pure {
            return None;
        }
        let insts = &self.out.insts;
        let same = |at: &&u32| {
            let inst = &insts[**at as usize];
            inst.op == op && inst.descr == descr && inst.args[..] == *args
        };
        let found = self.st.cse.calls.iter().rev().find(same)?;
        let result = insts[*found as usize].result;
        Some(self.resolve_op(result))
    }

    /// A pure call: shared, or emitted.
    pub fn pure_call(&mut self, op: Op, ty: Ty, args: &[OpRef], descr: Descr) -> OpRef {
        if let Some(result) = self.find_call(op, args, descr) {
            return result;
        }
        let result = self.emit(op, ty, args, descr, None);
        self.st.cse.calls.push(self.out.insts.len() as u32 - 1);
        result
    }

    pub fn step_call_float(&mut self, inst: &Inst) -> Walked<Abs> {
        let args: crate::ir::Args = inst.args.iter().map(|a| self.real(*a)).collect();
        Ok(Abs::Op(self.pure_call(
            Op::CallFloat,
            Ty::Float,
            &args,
            inst.descr,
        )))
    }
}
