//! Assignment, augmented assignment, deletion.

use super::{Compiler, Const};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'t> Compiler<'t> {
    pub(super) fn assignment(&mut self, targets: &'t [ExprId], value: ExprId) {
        if let [target] = targets {
            if let ExprKind::Name(name) = *self.tree.kind(*target)
                && let Some(variable) = self.plain_local(name)
            {
                return self.expr_to(value, variable.slot);
            }
            if let (Some(to), Some(from)) = (self.fixed_items(*target), self.fixed_items(value))
                && to.len() == from.len()
                && !to.is_empty()
            {
                return self.parallel(to, from);
            }
        }
        if targets.len() > 1
            && let Some(small @ (Const::None | Const::Bool(_) | Const::Int(-128..128))) =
                self.constant(value)
        {
            return targets
                .iter()
                .for_each(|target| self.assign_small(*target, small.clone()));
        }
        let slot = if targets.len() > 1 && self.may_change(value) {
            self.value_in_temp(value)
        } else {
            self.operand(value)
        };
        targets.iter().for_each(|target| self.assign(*target, slot));
    }

    /// Assigns a constant that every slot can be given anew.
    fn assign_small(&mut self, target: ExprId, value: Const) {
        let span = self.tree.span(target);
        if let ExprKind::Name(name) = *self.tree.kind(target)
            && let Some(variable) = self.plain_local(name)
        {
            return self.load_const(span, variable.slot, value);
        }
        let mark = self.mark();
        let slot = self.temp();
        self.load_const(span, slot, value);
        self.assign(target, slot);
        self.release(mark);
    }

    /// Whether the value is a variable, which one of several targets might assign.
    fn may_change(&self, value: ExprId) -> bool {
        matches!(self.tree.kind(value), ExprKind::Name(_))
    }

    /// The items of a tuple or list without stars.
    fn fixed_items(&self, id: ExprId) -> Option<&'t [ExprId]> {
        let tree = self.tree;
        let (ExprKind::Tuple(items) | ExprKind::List(items)) = tree.kind(id) else {
            return None;
        };
        let starred = |item: &ExprId| matches!(tree.kind(*item), ExprKind::Starred(_));
        (!items.iter().any(starred)).then_some(items)
    }

    /// `a, b = b, a`: all values, then all targets, without a tuple.
    fn parallel(&mut self, targets: &'t [ExprId], values: &'t [ExprId]) {
        let mut slots = Vec::new();
        for (index, value) in values.iter().enumerate() {
            // A variable that an earlier target overwrites must be copied first.
            let overwritten = targets[..index]
                .iter()
                .any(|target| self.mentions(*target, *value));
            let last = index + 1 == values.len();
            let direct = match self.tree.kind(targets[index]) {
                ExprKind::Name(name) if last && values.len() == 1 => self.plain_local(*name),
                _ => None,
            };
            slots.push(match direct {
                Some(variable) => {
                    self.expr_to(*value, variable.slot);
                    variable.slot
                }
                None if overwritten => self.value_in_temp(*value),
                None => self.operand(*value),
            });
        }
        for (target, slot) in targets.iter().zip(slots) {
            self.assign(*target, slot);
        }
    }

    /// Whether assigning to `target` may change the variable that `value` is.
    fn mentions(&self, target: ExprId, value: ExprId) -> bool {
        let ExprKind::Name(variable) = *self.tree.kind(value) else {
            return false;
        };
        match self.tree.kind(target) {
            ExprKind::Name(name) => *name == variable,
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().any(|item| self.mentions(*item, value))
            }
            ExprKind::Starred(inner) => self.mentions(*inner, value),
            _ => false,
        }
    }

    /// Assigns the value in `src` to any target.
    pub(super) fn assign(&mut self, target: ExprId, src: u16) {
        let span = self.tree.span(target);
        let mark = self.mark();
        match self.tree.kind(target) {
            ExprKind::Name(name) => self.store_name(span, *name, src),
            ExprKind::Attribute(object, name) => {
                let object = self.operand(*object);
                let name = self.name(*name);
                self.emit(span, Op::StoreAttr, object, name, src);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.operand(*object);
                let index = self.operand(*index);
                self.emit(span, Op::SetItem, object, index, src);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => self.unpack(span, items, src),
            ExprKind::Starred(_) => {
                self.error(span, "starred assignment target must be in a list or tuple");
            }
            _ => unreachable!("the parser checks targets"),
        }
        self.release(mark);
    }

    fn unpack(&mut self, span: Span, items: &'t [ExprId], src: u16) {
        let tree = self.tree;
        let is_star = |item: &ExprId| matches!(tree.kind(*item), ExprKind::Starred(_));
        let star = items.iter().position(is_star);
        if items.iter().filter(|item| is_star(item)).count() > 1 {
            return self.error(span, "multiple starred expressions in assignment");
        }
        let targets: Vec<ExprId> = items
            .iter()
            .map(|item| match tree.kind(*item) {
                ExprKind::Starred(inner) => *inner,
                _ => *item,
            })
            .collect();
        let direct = self.consecutive_locals(&targets);
        let base = direct.unwrap_or_else(|| self.temps(items.len()));
        match star {
            Some(index) => {
                let after = items.len() - 1 - index;
                if index > 255 || after > 255 {
                    let message = "too many expressions in star-unpacking assignment";
                    return self.error(span, message);
                }
                let counts = (index << 8 | after) as u16;
                self.emit(span, Op::UnpackEx, src, base, counts);
            }
            None => self.emit(span, Op::Unpack, src, base, items.len() as u16),
        }
        if direct.is_none() {
            for (offset, target) in targets.iter().enumerate() {
                self.assign(*target, base + offset as u16);
            }
        }
    }

    /// The first slot if the targets are local variables in consecutive slots.
    fn consecutive_locals(&self, targets: &[ExprId]) -> Option<u16> {
        let slot = |id: &ExprId| match self.tree.kind(*id) {
            ExprKind::Name(name) => self.plain_local(*name).map(|variable| variable.slot),
            _ => None,
        };
        let first = slot(targets.first()?)?;
        let mut slots = targets.iter().zip(first..);
        slots
            .all(|(target, expected)| slot(target) == Some(expected))
            .then_some(first)
    }

    pub(super) fn augmented(&mut self, span: Span, target: ExprId, kind: BinKind, value: ExprId) {
        match *self.tree.kind(target) {
            ExprKind::Name(name) => {
                if let Some(variable) = self.plain_local(name)
                    && !variable.walrus
                {
                    self.check_bound(self.tree.span(target), name, variable);
                    let slot = variable.slot;
                    return self.binary(span, kind, true, slot, value, slot);
                }
                let slot = self.temp();
                self.load_name(self.tree.span(target), name, slot);
                self.binary(span, kind, true, slot, value, slot);
                self.store_name(span, name, slot);
            }
            ExprKind::Attribute(object, name) => {
                let object = self.operand(object);
                let name = self.name(name);
                let slot = self.temp();
                let target_span = self.tree.span(target);
                self.emit(target_span, Op::LoadAttr, slot, object, name);
                self.binary(span, kind, true, slot, value, slot);
                self.emit(target_span, Op::StoreAttr, object, name, slot);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.operand(object);
                let index = self.operand(index);
                let slot = self.temp();
                let target_span = self.tree.span(target);
                self.emit(target_span, Op::GetItem, slot, object, index);
                self.binary(span, kind, true, slot, value, slot);
                self.emit(target_span, Op::SetItem, object, index, slot);
            }
            _ => unreachable!("the parser checks targets"),
        }
    }

    /// `target: annotation = value`. Annotations are not evaluated; a class body keeps their text,
    /// in order, for `dataclass` and its kind, or the class where that is a built-in one.
    pub(super) fn annotated(
        &mut self,
        target: ExprId,
        annotation: ExprId,
        value: Option<ExprId>,
        simple: bool,
    ) {
        if let Some(value) = value {
            self.assignment_to(target, value);
        } else if !simple {
            let mark = self.mark();
            match *self.tree.kind(target) {
                ExprKind::Attribute(object, _) => self.effect(object),
                ExprKind::Subscript(object, index) => {
                    self.effect(object);
                    self.effect(index);
                }
                _ => {}
            }
            self.release(mark);
        }
        let ExprKind::Name(name) = *self.tree.kind(target) else {
            return;
        };
        if !simple || !self.in_class_body() || !self.class_entry(name) {
            return;
        }
        let span = self.tree.span(target);
        let slots = self.temps(3);
        let index = self.name_index("__annotations__");
        if !std::mem::replace(&mut self.unit.class_annotations, true) {
            self.emit_annotations_dict(span, slots);
        }
        self.emit(span, Op::LoadName, slots, 0, index);
        let text = self.text(name);
        self.load_str(span, slots + 1, text);
        match self.type_name(annotation) {
            Some(class) => self.load_name(span, class, slots + 2),
            None => {
                let annotation = self.annotation_text(annotation);
                self.load_str(span, slots + 2, &annotation);
            }
        }
        self.emit(span, Op::DictSet, slots, slots + 1, slots + 2);
    }

    fn emit_annotations_dict(&mut self, span: Span, slot: u16) {
        self.emit(span, Op::MakeDict, slot, 0, 0);
        self.store_entry(span, "__annotations__", slot);
    }

    fn assignment_to(&mut self, target: ExprId, value: ExprId) {
        if let ExprKind::Name(name) = *self.tree.kind(target)
            && let Some(variable) = self.plain_local(name)
        {
            return self.expr_to(value, variable.slot);
        }
        let slot = self.operand(value);
        self.assign(target, slot);
    }

    pub(super) fn delete(&mut self, target: ExprId) {
        let span = self.tree.span(target);
        let mark = self.mark();
        match self.tree.kind(target) {
            ExprKind::Name(name) => self.delete_name(span, *name),
            ExprKind::Attribute(object, name) => {
                let object = self.operand(*object);
                let name = self.name(*name);
                self.emit(span, Op::DelAttr, object, name, 0);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.operand(*object);
                let index = self.operand(*index);
                self.emit(span, Op::DelItem, object, index, 0);
            }
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().for_each(|item| self.delete(*item));
            }
            _ => unreachable!("the parser checks targets"),
        }
        self.release(mark);
    }
}
