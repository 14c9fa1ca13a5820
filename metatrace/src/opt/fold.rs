//! Folding: operations whose result is a constant or an operand.
//!
//! Constants are computed by `ir::pure`, the same code that the interpreter
//! runs. Comparisons are decided by ranges and by comparisons made before.
//! Algebra is in `rules.rs`.

use super::intbound;
use super::rules;
use super::walk::{Abs, Walk};
use crate::ir::pure::{eval1, eval2};
use crate::ir::{Descr, Op, OpRef, Tag, Ty};
use crate::value::Value;

/// The question whether a checked operation fits.
pub(super) fn fits_form(op: Op) -> Op {
    match op {
        Op::IntAddOvf => Op::IntAddFits,
        Op::IntSubOvf => Op::IntSubFits,
        Op::IntMulOvf => Op::IntMulFits,
        Op::IntShlOvf => Op::IntShlFits,
        _ => unreachable!("{} is not checked", op.name()),
    }
}

impl Walk<'_, '_> {
    pub fn fold1(&mut self, op: Op, a: OpRef) -> Option<OpRef> {
        if !self.options.fold {
            return None;
        }
        if let Some(bits) = self.bits(a) {
            return Some(self.constant(op.ret(), eval1(op, bits)));
        }
        rules::unary(self, op, a)
    }

    pub fn fold2(&mut self, op: Op, a: OpRef, b: OpRef) -> Option<OpRef> {
        if !self.options.fold {
            return None;
        }
        if let (Some(x), Some(y)) = (self.bits(a), self.bits(b))
            && is_defined(op, y)
        {
            return Some(self.constant(op.ret(), eval2(op, x, y)));
        }
        if let Some(result) = rules::binary(self, op, a, b) {
            return Some(result);
        }
        match op {
            Op::IntLt | Op::IntLe | Op::IntEq | Op::IntNe | Op::IntULt => {
                let outcome = self.decide(op, a, b)?;
                Some(self.const_bool(outcome))
            }
            Op::IntAddFits | Op::IntSubFits | Op::IntMulFits | Op::IntShlFits => {
                if !self.options.intbound {
                    return None;
                }
                let (ra, rb) = (self.range(a), self.range(b));
                if intbound::always_fits(op, ra, rb) {
                    return Some(self.const_bool(true));
                }
                intbound::never_fits(op, ra, rb).then(|| self.const_bool(false))
            }
            _ => None,
        }
    }

    /// Rules for checked operations; the folded result never overflows.
    pub fn fold_checked(&mut self, op: Op, a: OpRef, b: OpRef) -> Option<OpRef> {
        if !self.options.fold {
            return None;
        }
        rules::identity(self, super::pure::plain(op), a, b)
    }

    /// Outcome of a comparison, from ranges or from what guards said before.
    fn decide(&mut self, op: Op, a: OpRef, b: OpRef) -> Option<bool> {
        if a == b {
            return Some(matches!(op, Op::IntLe | Op::IntEq));
        }
        if self.options.intbound
            && let Some(outcome) = intbound::compare(op, self.range(a), self.range(b))
        {
            return Some(outcome);
        }
        if !self.options.guard {
            return None;
        }
        let (lo, hi) = if a > b { (b, a) } else { (a, b) };
        let known = |walk: &mut Self, op: Op, a: OpRef, b: OpRef| {
            let result = walk.st.cse.find(op, a, b, 0)?;
            let result = walk.resolve_op(result);
            walk.bits(result).map(|bits| bits != 0)
        };
        let eq = |walk: &mut Self| {
            known(walk, Op::IntEq, lo, hi).or_else(|| known(walk, Op::IntNe, lo, hi).map(|b| !b))
        };
        match op {
            Op::IntLt => {
                if let Some(le) = known(self, Op::IntLe, b, a) {
                    return Some(!le);
                }
                if known(self, Op::IntLt, b, a) == Some(true) || eq(self) == Some(true) {
                    return Some(false);
                }
                (known(self, Op::IntLe, a, b) == Some(true) && eq(self) == Some(false))
                    .then_some(true)
            }
            Op::IntLe => {
                if let Some(lt) = known(self, Op::IntLt, b, a) {
                    return Some(!lt);
                }
                (known(self, Op::IntLt, a, b) == Some(true) || eq(self) == Some(true))
                    .then_some(true)
            }
            Op::IntEq | Op::IntNe => {
                let other = if op == Op::IntEq {
                    Op::IntNe
                } else {
                    Op::IntEq
                };
                if let Some(outcome) = known(self, other, lo, hi) {
                    return Some(!outcome);
                }
                let apart = known(self, Op::IntLt, a, b) == Some(true)
                    || known(self, Op::IntLt, b, a) == Some(true)
                    || known(self, Op::IntLe, a, b) == Some(false)
                    || known(self, Op::IntLe, b, a) == Some(false);
                apart.then_some(op == Op::IntNe)
            }
            Op::IntULt if self.range(a).lo >= 0 && self.range(b).lo >= 0 => {
                if let Some(lt) = known(self, Op::IntLt, a, b) {
                    return Some(lt);
                }
                known(self, Op::IntLe, b, a).map(|le| !le)
            }
            _ => None,
        }
    }

    /// Identity of two values.
    pub fn same(&mut self, a: Abs, b: Abs) -> OpRef {
        if a == b {
            return self.const_bool(true);
        }
        if self.options.fold && (self.is_virtual_object(a) || self.is_virtual_object(b)) {
            // An object that does not exist is not any other.
            return self.const_bool(false);
        }
        let (a, b) = (self.force(a), self.force(b));
        let (a, b) = if a.is_const() || (!b.is_const() && a > b) {
            (b, a)
        } else {
            (a, b)
        };
        if self.options.fold {
            if let (Some(x), Some(y)) = (self.bits(a), self.bits(b)) {
                return self.const_bool(x == y);
            }
            if let (Some(x), Some(y)) = (self.tag(a), self.tag(b))
                && x != y
            {
                return self.const_bool(false);
            }
            if let (Some(&[truth]), Some(word)) = (self.def_args(a, Op::BoolToVal), self.bits(b)) {
                return match Value(word) {
                    Value::TRUE => self.resolve_op(truth),
                    Value::FALSE => {
                        let truth = self.resolve_op(truth);
                        self.pure1(Op::BoolNot, truth)
                    }
                    _ => self.const_bool(false),
                };
            }
            if self.tag(a) == Some(Tag::INT)
                && self.tag(b) == Some(Tag::INT)
                && let Some(outcome) = self.decide(Op::IntEq, a, b)
            {
                return self.const_bool(outcome);
            }
        }
        self.share(Op::Same, a, b, 0, Descr::None)
    }

    /// Does the value have this dynamic type?
    pub fn is_tag(&mut self, a: Abs, tag: Tag) -> OpRef {
        if let Some(known) = self.abs_tag(a)
            && self.options.guard
        {
            return self.const_bool(known == tag);
        }
        let a = self.force(a);
        self.share(Op::IsTag, a, OpRef::NONE, tag.0 as u32, Descr::Tag(tag))
    }

    pub fn unbox_float(&mut self, a: Abs) -> OpRef {
        if let Some(raw) = self.virtual_float(a) {
            return raw;
        }
        let a = self.force(a);
        // The guard before this may be one that never holds.
        if let Some(bits) = self.bits(a)
            && Value(bits).is_float()
        {
            let float = Value(bits).as_float();
            return self.constant(Ty::Float, float.to_bits());
        }
        if let Some(&[raw]) = self.def_args(a, Op::BoxFloat) {
            return self.resolve_op(raw);
        }
        self.share(Op::UnboxFloat, a, OpRef::NONE, 0, Descr::None)
    }
}

/// False for divisions by zero and negative shifts, which must not be evaluated.
fn is_defined(op: Op, b: u64) -> bool {
    match op {
        Op::IntFloorDiv | Op::IntMod | Op::IntQuot | Op::IntRem => b != 0,
        Op::IntShl | Op::IntShr | Op::IntShlFits => (b as i64) >= 0,
        _ => true,
    }
}
