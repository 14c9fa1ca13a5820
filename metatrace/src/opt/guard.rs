//! Guards: those that earlier facts imply vanish, the others teach facts.
//!
//! ```text
//!   guard_tag v1, int                    guard_tag v1, int
//!   ..                              ──►  ..
//!   guard_tag v1, int                    (nothing)
//! ```
//! After `guard_value` the constant stands for the value, after `guard_true`
//! the condition is a constant and its comparison narrows ranges.  A guard that
//! can never hold ends the optimisation: `OptError::Contradiction`.

use super::walk::{Abs, Walk, Walked};
use super::{OptError, heap};
use crate::ir::{Descr, Inst, Op, OpRef, SnapshotId, Tag, Ty};
use crate::value::Value;

impl Walk<'_, '_> {
    /// Do guards on constants vanish?
    fn drops_decided(&self) -> bool {
        self.options.guard || self.options.fold
    }

    /// May a guard on the type of a value be left out when the type is known?
    /// Without implied guards, only for constants and after the same guard.
    fn decides_tag(&self, a: Abs) -> bool {
        match a {
            Abs::Virt(_) => true,
            Abs::Op(_) if self.options.guard => true,
            Abs::Op(op) if op.is_const() => self.options.fold,
            Abs::Op(op) => self.options.pure && self.out.ty(op) == Ty::Val,
        }
    }

    /// Makes a constant stand for a value from here on.
    pub fn learn_constant(&mut self, value: OpRef, constant: OpRef) {
        if !value.is_const() {
            self.fact_mut(value).known = constant;
        }
    }

    pub fn learn_tag(&mut self, value: OpRef, tag: Tag) {
        if !value.is_const() {
            let fact = self.fact_mut(value);
            fact.tag = Some(tag);
            fact.not_raised |= tag != Tag::IMM;
        }
    }

    pub fn guard_bool(&mut self, inst: &Inst, wanted: bool) -> Walked<()> {
        let condition = self.real(inst.args[0]);
        self.guard_condition(condition, wanted, inst.snapshot)
    }

    /// Guards that a condition has an outcome.
    pub fn guard_condition(
        &mut self,
        condition: OpRef,
        wanted: bool,
        snapshot: Option<SnapshotId>,
    ) -> Walked<()> {
        if let Some(bits) = self.bits(condition)
            && self.drops_decided()
        {
            return if (bits != 0) == wanted {
                Ok(())
            } else {
                Err(OptError::Contradiction)
            };
        }
        // A test of the type is a guard of its own, and cheaper.
        if let Some(def) = self.def(condition)
            && (def.op, wanted) == (Op::IsTag, true)
            && self.options.guard
        {
            let (value, tag) = (def.args[0], super::walk::tag_of(def));
            self.learn_outcome(condition, true);
            self.fact_mut(value).tag = None;
            return self.guard_tag(Abs::Op(value), tag, snapshot);
        }
        if let Some(&[inner]) = self.def_args(condition, Op::BoolNot)
            && self.options.fold
        {
            let inner = self.resolve_op(inner);
            self.guard_condition(inner, !wanted, snapshot)?;
            self.learn_outcome(condition, wanted);
            return Ok(());
        }
        let op = if wanted {
            Op::GuardTrue
        } else {
            Op::GuardFalse
        };
        self.emit_guard(op, &[condition], Descr::None, snapshot)?;
        self.learn_outcome(condition, wanted);
        Ok(())
    }

    /// A condition is known from here on; so is what it compared.
    pub fn learn_outcome(&mut self, condition: OpRef, outcome: bool) {
        if !self.options.guard && !self.options.pure {
            return;
        }
        let constant = self.const_bool(outcome);
        self.learn_constant(condition, constant);
        if !self.options.guard {
            return;
        }
        let Some(def) = self.def(condition) else {
            return;
        };
        let (op, descr) = (def.op, def.descr);
        let (a, b) = (def.args[0], def.args.get(1).copied());
        match (op, b) {
            (Op::IntLt | Op::IntLe | Op::IntEq | Op::IntNe | Op::IntULt, Some(b)) => {
                self.learn_compare(op, a, b, outcome);
                let equal =
                    (op, outcome) == (Op::IntEq, true) || (op, outcome) == (Op::IntNe, false);
                if equal && b.is_const() {
                    self.learn_constant(a, b);
                }
            }
            (Op::Same, Some(b)) if outcome && b.is_const() => self.learn_constant(a, b),
            (Op::Same, Some(b)) if outcome => {
                if let Some(tag) = self.tag(a) {
                    self.learn_tag(b, tag);
                } else if let Some(tag) = self.tag(b) {
                    self.learn_tag(a, tag);
                }
            }
            (Op::IsTag, None) => {
                if let (Descr::Tag(tag), true) = (descr, outcome) {
                    self.learn_tag(a, tag);
                }
            }
            (Op::BoolNot, None) => self.learn_outcome(a, !outcome),
            _ => {}
        }
    }

    pub fn guard_tag(&mut self, a: Abs, tag: Tag, snapshot: Option<SnapshotId>) -> Walked<()> {
        if self.decides_tag(a) {
            match self.abs_tag(a) {
                Some(known) if known == tag => return Ok(()),
                // A virtual float is whichever form is asked for.
                Some(Tag::FLOAT)
                    if self.virtual_float(a).is_some()
                        && tag == Tag::layout(crate::layout::FLOAT_BOX) =>
                {
                    return Ok(());
                }
                Some(_) => return Err(OptError::Contradiction),
                None => {}
            }
        }
        let a = self.force(a);
        let never = self.const_bool(false);
        if self.options.guard
            && self.st.cse.find(Op::IsTag, a, OpRef::NONE, tag.0 as u32) == Some(never)
        {
            return Err(OptError::Contradiction);
        }
        self.emit_guard(Op::GuardTag, &[a], Descr::Tag(tag), snapshot)?;
        self.learn_tag(a, tag);
        Ok(())
    }

    pub fn guard_value(&mut self, a: Abs, c: OpRef, snapshot: Option<SnapshotId>) -> Walked<()> {
        let a = match a {
            // The recorder promotes virtual floats and objects only by mistake.
            Abs::Virt(_) => self.force(a),
            Abs::Op(a) => a,
        };
        if let (Some(x), Some(y), true) = (self.bits(a), self.bits(c), self.drops_decided()) {
            return if x == y {
                Ok(())
            } else {
                Err(OptError::Contradiction)
            };
        }
        if let (Some(x), Some(y)) = (self.tag(a), self.tag(c))
            && x != y
        {
            return Err(OptError::Contradiction);
        }
        if self.out.ty(a) == Ty::Bool {
            let wanted = self.bits(c) != Some(0);
            return self.guard_condition(a, wanted, snapshot);
        }
        // The value of a truth: guard on the truth itself.
        if let (Some(&[truth]), Some(word)) = (self.def_args(a, Op::BoolToVal), self.bits(c))
            && matches!(Value(word), Value::TRUE | Value::FALSE)
        {
            let truth = self.resolve_op(truth);
            self.guard_condition(truth, Value(word) == Value::TRUE, snapshot)?;
            self.learn_constant(a, c);
            return Ok(());
        }
        let never = self.const_bool(false);
        if self.options.guard && self.st.cse.find(Op::Same, a, c, 0) == Some(never) {
            return Err(OptError::Contradiction);
        }
        self.emit_guard(Op::GuardValue, &[a, c], Descr::None, snapshot)?;
        if self.options.guard || self.options.pure {
            self.learn_constant(a, c);
        }
        Ok(())
    }

    pub fn guard_shape(&mut self, a: Abs, shape: u32, snapshot: Option<SnapshotId>) -> Walked<()> {
        match self.known_shape(a) {
            heap::ShapeFact::Constant(known) if self.options.guard || matches!(a, Abs::Virt(_)) => {
                return if known == shape {
                    Ok(())
                } else {
                    Err(OptError::Contradiction)
                };
            }
            heap::ShapeFact::Value(loaded) => {
                // The shape was read before: the number tells.
                let number = self.const_int(shape as i64);
                self.guard_value(Abs::Op(loaded), number, snapshot)?;
                let a = self.force(a);
                self.remember_shape(a, shape);
                return Ok(());
            }
            _ => {}
        }
        let a = self.force(a);
        self.emit_guard(Op::GuardShape, &[a], Descr::Shape(shape), snapshot)?;
        self.remember_shape(a, shape);
        Ok(())
    }

    pub fn guard_raised(&mut self, inst: &Inst) -> Walked<()> {
        let a = self.operand(inst.args[0]);
        let raised = inst.op == Op::GuardRaised;
        let known = match a {
            Abs::Virt(_) => Some(false),
            Abs::Op(op) => match self.bits(op) {
                Some(bits) => Some(bits == Value::RAISED.0),
                None if self.st.facts[op.index()].not_raised => Some(false),
                None if self.tag(op).is_some_and(|t| t != Tag::IMM) => Some(false),
                None => None,
            },
        };
        match known {
            Some(known) if self.options.guard => {
                return if known == raised {
                    Ok(())
                } else {
                    Err(OptError::Contradiction)
                };
            }
            _ => {}
        }
        let a = self.force(a);
        self.emit_guard(inst.op, &[a], Descr::None, inst.snapshot)?;
        if raised {
            let word = self.constant(Ty::Val, Value::RAISED.0);
            self.learn_constant(a, word);
        } else if !a.is_const() {
            self.fact_mut(a).not_raised = true;
        }
        Ok(())
    }

    /// Guards on the engine: one poll per section is enough.
    pub fn guard_world(&mut self, inst: &Inst) -> Walked<()> {
        match inst.op {
            Op::GuardNoPoll if self.options.guard && self.st.poll_seen => return Ok(()),
            Op::GuardNoPoll => self.st.poll_seen = true,
            Op::GuardDepth => {
                let depth = self.st.depth;
                if self.options.guard && self.st.depth_seen.is_some_and(|seen| depth <= seen) {
                    return Ok(());
                }
                self.st.depth_seen = Some(depth);
            }
            _ => {}
        }
        self.emit_guard(inst.op, &[], Descr::None, inst.snapshot)?;
        Ok(())
    }
}
