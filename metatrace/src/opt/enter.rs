//! Entering a specialised label from elsewhere: state matching.
//!
//! The slots at the jump are held against the label's patterns. Guards make sure
//! of types, ranges and constants that are not known here; virtual objects must
//! be virtual here too; values that the loop imports are computed anew. What
//! cannot be made to fit is `OptError::NoMatch`.

use super::OptError;
use super::heap::Pending;
use super::intbound::Range;
use super::state::{ExportedLabel, LabelArg, LabelField, LabelSource, Pattern, VirtualPattern};
use super::virtualize::VirtualKind;
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Descr, Op, OpRef, Tag, Ty};
use crate::layout::{FRAME, FieldRef, Frame};
use crate::value::{INT_MAX, INT_MIN, Value};
use hashbrown::HashMap;

impl Walk<'_, '_> {
    /// Ends the trace with a jump into a specialised label, if the slots fit it
    /// or guards can make sure that they do.
    pub fn enter_label(
        &mut self,
        label: &ExportedLabel,
        slots: &[Abs],
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<()> {
        let mut e = Entering {
            label,
            values: vec![OpRef::NONE; label.values.len()],
            bound: HashMap::new(),
            agree: Vec::new(),
            checked: Vec::new(),
            snapshot,
        };
        if label.slots.len() != slots.len() {
            return Err(OptError::NoMatch);
        }
        self.entering = Some(label.label);
        for (pattern, abs) in label.slots.iter().zip(slots) {
            self.enter_slot(&mut e, *pattern, *abs)?;
        }
        for (reg, pattern) in &label.regs {
            let now = self.load_reg(*reg as u8);
            self.enter_slot(&mut e, *pattern, now)?;
        }
        self.enter_pending(&mut e)?;
        self.enter_words(&mut e)?;
        for k in 0..label.values.len() {
            self.enter_value(&mut e, k)?;
        }
        for (k, op) in std::mem::take(&mut e.agree) {
            let same = self.same(Abs::Op(e.values[k]), Abs::Op(op));
            self.guard_condition(same, true, snapshot)?;
        }
        for f in &label.fields {
            self.enter_field(&mut e, f)?;
        }
        for (object, shape) in &label.shapes {
            let object = self.label_arg(&e, *object);
            self.guard_shape(Abs::Op(object), *shape, snapshot)?;
        }
        let words = label.words.iter().map(|w| (w.object, w.field));
        let delayed: Vec<_> = (label.delayed.iter().copied())
            .chain(words)
            .map(|(object, field)| (self.label_arg(&e, object), field))
            .collect();
        // Only now: the snapshots of the guards above say what memory lacks.
        label.regs.iter().for_each(|(reg, _)| self.take_reg(*reg));
        self.flush_others(!label.pending.is_empty(), &delayed);
        let carried = |p: &&Pending| !delayed.contains(&(p.object, p.field));
        if self.st.heap.pending.iter().filter(carried).count() != label.pending.len() {
            return Err(OptError::NoMatch);
        }
        let exists = |v: &u32| self.st.virtuals[*v as usize].forced != OpRef::NONE;
        if e.bound.values().any(exists) {
            return Err(OptError::NoMatch);
        }
        let mut args = vec![OpRef::NONE; label.params.len()];
        for (k, value) in label.values.iter().enumerate() {
            if let Some(param) = value.param {
                args[param as usize] = self.resolve_op(e.values[k]);
            }
        }
        if args.contains(&OpRef::NONE) {
            return Err(OptError::NoMatch);
        }
        let label = Descr::Label(label.label);
        self.emit(Op::Jump, Ty::Void, &args, label, None);
        Ok(())
    }

    /// The stores that the loop carries must be delayed here, too.
    fn enter_pending(&mut self, e: &mut Entering) -> Walked<()> {
        let wanted = &e.label.pending;
        if wanted.is_empty() {
            return Ok(());
        }
        self.flush_delayed(true);
        let here = self.st.heap.pending.clone();
        if here.len() != wanted.len() {
            return Err(OptError::NoMatch);
        }
        for (p, wanted) in here.iter().zip(wanted) {
            let LabelArg::Value(k) = wanted.object else {
                return Err(OptError::NoMatch);
            };
            if p.field != wanted.field {
                return Err(OptError::NoMatch);
            }
            e.values[k as usize] = p.object;
            self.enter_slot(e, wanted.value, p.value)?;
        }
        Ok(())
    }

    pub fn enter_slot(&mut self, e: &mut Entering, pattern: Pattern, abs: Abs) -> Walked<()> {
        let abs = self.resolve(abs);
        match pattern {
            Pattern::Value(LabelArg::Const(ty, bits)) => {
                let c = self.constant(ty, bits);
                match abs {
                    Abs::Op(op) if self.bits(op) == Some(bits) => Ok(()),
                    Abs::Op(op) if !op.is_const() => self.guard_value(Abs::Op(op), c, e.snapshot),
                    _ => Err(OptError::NoMatch),
                }
            }
            Pattern::Value(LabelArg::Value(k)) => {
                let k = k as usize;
                if !e.label.values[k].needed {
                    return Ok(());
                }
                if let (LabelSource::Op { .. }, Abs::Op(op)) = (&e.label.values[k].source, abs) {
                    // The label computes it: the two must be the same.
                    e.agree.push((k, op));
                    return Ok(());
                }
                let wanted = e.label.values[k].param.map(|p| e.label.params[p as usize]);
                if e.label.values[k].fact.tag == self.abs_tag(abs) {
                    self.make_exact(abs);
                }
                let op = self.leaf_next(abs, wanted.unwrap_or(Ty::Val));
                if e.values[k] != OpRef::NONE && e.values[k] != op {
                    return Err(OptError::NoMatch);
                }
                e.values[k] = op;
                Ok(())
            }
            Pattern::Virtual(i) => self.enter_virtual(e, i, abs),
        }
    }

    fn enter_virtual(&mut self, e: &mut Entering, i: u32, abs: Abs) -> Walked<()> {
        match &e.label.virtuals[i as usize] {
            VirtualPattern::Float(arg) => {
                let raw = match abs {
                    Abs::Virt(_) => self.virtual_float(abs).ok_or(OptError::NoMatch)?,
                    Abs::Op(op) => {
                        let constant = self.bits(op).map(Value);
                        if constant.is_some_and(|c| !c.is_float()) {
                            return Err(OptError::NoMatch);
                        }
                        self.guard_tag(abs, Tag::FLOAT, e.snapshot)?;
                        self.unbox_float(abs)
                    }
                };
                self.enter_slot(e, Pattern::Value(*arg), Abs::Op(raw))
            }
            VirtualPattern::Object {
                layout,
                shape,
                words,
                items,
                fields,
            } => {
                let Abs::Virt(v) = abs else {
                    return Err(OptError::NoMatch);
                };
                let kind = VirtualKind::Object {
                    layout: *layout,
                    shape: *shape,
                    words: *words,
                    items: *items,
                };
                if let Some(seen) = e.bound.get(&i) {
                    return if *seen == v {
                        Ok(())
                    } else {
                        Err(OptError::NoMatch)
                    };
                }
                let object = self.st.virtuals[v as usize].clone();
                if object.kind != kind || object.exact || e.bound.values().any(|b| *b == v) {
                    return Err(OptError::NoMatch);
                }
                e.bound.insert(i, v);
                for (pattern, field) in fields.iter().zip(object.fields) {
                    self.enter_slot(e, *pattern, field)?;
                }
                Ok(())
            }
        }
    }

    /// Computes an imported value and makes sure of what is relied on.
    pub fn enter_value(&mut self, e: &mut Entering, k: usize) -> Walked<()> {
        let value = &e.label.values[k];
        if !value.needed {
            return Ok(());
        }
        if let LabelSource::Op {
            op,
            ty,
            args,
            descr,
        } = &value.source
        {
            if let (Op::Load, Descr::Field(field)) = (op, descr)
                && !self.has_word(e, args[0], *field)?
            {
                return Err(OptError::NoMatch);
            }
            let args: crate::ir::Args = args.iter().map(|a| self.label_arg(e, *a)).collect();
            e.values[k] = self.import(*op, *ty, &args, *descr, e.snapshot)?;
        }
        let op = self.resolve_op(e.values[k]);
        if op == OpRef::NONE {
            return Err(OptError::NoMatch);
        }
        e.values[k] = op;
        if let Some(tag) = value.fact.tag
            && matches!(self.out.ty(op), Ty::Val | Ty::Int)
        {
            self.guard_tag(Abs::Op(op), tag, e.snapshot)?;
        }
        if value.fact.range != Range::FULL && self.tag(op) == Some(Tag::INT) {
            self.enter_range(op, value.fact.range, e.snapshot)?;
        }
        if let Some(shape) = value.fact.shape {
            self.guard_shape(Abs::Op(op), shape, e.snapshot)?;
        }
        match value.known {
            Some((Ty::Bool, bits)) => self.guard_condition(op, bits != 0, e.snapshot),
            Some((ty, bits)) => {
                let c = self.constant(ty, bits);
                self.guard_value(Abs::Op(op), c, e.snapshot)
            }
            None => Ok(()),
        }
    }

    /// Does the word mean what the label takes it for? A slot of another frame
    /// than the label's own does if that frame is where the label knows it.
    fn has_word(&mut self, e: &mut Entering, frame: LabelArg, field: FieldRef) -> Walked<bool> {
        let label = e.label;
        if field.layout != FRAME
            || field.word < Frame::SLOTS.raw.start
            || label.slots.first() == Some(&Pattern::Value(frame))
        {
            return Ok(true);
        }
        let object = self.label_arg(e, frame);
        if e.checked.contains(&object) {
            return Ok(true);
        }
        let is_token = |f: &&LabelField| f.object == frame && f.field == Frame::TOKEN.raw;
        let Some(token) = label.fields.iter().find(is_token) else {
            // What is known of the word already needs no look at the frame.
            let key = super::heap::ClassKey::of(field);
            return Ok(self.st.heap.find(key, object, OpRef::NONE).is_some());
        };
        e.checked.push(object);
        self.same_field(e, token)?;
        Ok(true)
    }

    fn enter_range(
        &mut self,
        op: OpRef,
        wanted: Range,
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<()> {
        let range = self.range(op);
        if wanted.contains(range) {
            return Ok(());
        }
        if range.meet(wanted).is_empty() {
            return Err(OptError::NoMatch);
        }
        if wanted.lo > INT_MIN {
            let lo = self.const_int(wanted.lo);
            let holds = self.pure2(Op::IntLe, lo, op);
            self.guard_condition(holds, true, snapshot)?;
        }
        if wanted.hi < INT_MAX {
            let hi = self.const_int(wanted.hi);
            let holds = self.pure2(Op::IntLe, op, hi);
            self.guard_condition(holds, true, snapshot)?;
        }
        Ok(())
    }

    pub fn label_arg(&mut self, e: &Entering, arg: LabelArg) -> OpRef {
        match arg {
            LabelArg::Const(ty, bits) => self.constant(ty, bits),
            LabelArg::Value(k) => self.resolve_op(e.values[k as usize]),
        }
    }

    /// Repeats an operation that the loop imports.
    fn import(
        &mut self,
        op: Op,
        ty: Ty,
        args: &[OpRef],
        descr: Descr,
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<OpRef> {
        if let (Op::LoadReg, Descr::Reg(reg)) = (op, descr) {
            let value = self.load_reg(reg);
            return Ok(self.force(value));
        }
        let (a, b) = (args[0], args.get(1).copied());
        let abs = Abs::Op(a);
        Ok(match (op, descr, b) {
            (Op::Load, Descr::Field(field), _) => {
                let value = self.load(abs, field);
                self.force(value)
            }
            (Op::LoadItem, Descr::Items(items), Some(b)) => {
                let value = self.load_item(abs, items, b);
                self.force(value)
            }
            (Op::Call | Op::CallFloat, _, _) => self.pure_call(op, ty, args, descr),
            (Op::IsTag, Descr::Tag(tag), _) => self.is_tag(abs, tag),
            (Op::UnboxFloat, _, _) => self.unbox_float(abs),
            (Op::BoxFloat, _, _) => {
                let boxed = self.box_float(a);
                self.force(boxed)
            }
            (Op::Same, _, Some(b)) => self.same(abs, Abs::Op(b)),
            (op, _, Some(b)) if op.is_guard() => self.checked(op, a, b, snapshot)?,
            (op, _, Some(b)) => self.pure2(op, a, b),
            (op, _, None) => self.pure1(op, a),
        })
    }

    fn enter_field(&mut self, e: &mut Entering, f: &LabelField) -> Walked<()> {
        let own = e.label.slots.first() == Some(&Pattern::Value(f.object));
        if f.field.layout == FRAME && own {
            // The slot's value is what the frame ought to hold at a merge point.
            let (object, value) = (self.label_arg(e, f.object), self.label_arg(e, f.value));
            self.store(Abs::Op(object), f.field, Abs::Op(value));
            return Ok(());
        }
        if !self.has_word(e, f.object, f.field)? {
            return Err(OptError::NoMatch);
        }
        self.same_field(e, f)
    }

    /// Makes sure that the word has the value that the label relies on.
    fn same_field(&mut self, e: &Entering, f: &LabelField) -> Walked<()> {
        let (object, value) = (self.label_arg(e, f.object), self.label_arg(e, f.value));
        if f.field.layout == FRAME {
            // A generator that is at its end has none.
            self.guard_tag(Abs::Op(object), Tag::layout(FRAME), e.snapshot)?;
        }
        let loaded = self.load(Abs::Op(object), f.field);
        if loaded == Abs::Op(value) {
            return Ok(());
        }
        if Ty::of_kind(f.field.kind) == Ty::Float {
            return Err(OptError::NoMatch);
        }
        let same = self.same(loaded, Abs::Op(value));
        self.guard_condition(same, true, e.snapshot)
    }
}

/// A jump into a specialised label under construction.
pub(super) struct Entering<'l> {
    pub label: &'l ExportedLabel,
    /// By entry of `ExportedLabel::values`.
    values: Vec<OpRef>,
    /// Virtual objects met, by entry of `ExportedLabel::virtuals`.
    bound: HashMap<u32, u32>,
    /// Values that the label computes, with what is here where it expects them.
    agree: Vec<(usize, OpRef)>,
    /// Frames that are known to be where the label has them.
    checked: Vec<OpRef>,
    snapshot: Option<crate::ir::SnapshotId>,
}
