//! What the header of a `for` makes: generators and queries that do not outlive the loop.

use super::{Compiler, Label, Made};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'t> Compiler<'t> {
    /// The slot of the iterator over `iter`, and what its header makes, as far as can be told.
    pub(super) fn iterator_slots(&mut self, iter: ExprId) -> (u16, Option<Made>) {
        if !self.makes(iter) {
            return (self.temp(), None);
        }
        let mut parts = Vec::new();
        self.parts_made(iter, true, &mut parts);
        let count = 1 + parts.len() as u16;
        let first = self.temps(usize::from(count) + 1);
        let mark = first + count;
        (first, Some(Made { first, count, mark }))
    }

    /// The value of a header, whose parts are kept in the slots that `made` has for them.
    pub(super) fn header(&mut self, iter: ExprId, made: Option<Made>) -> u16 {
        let Some(made) = made else {
            return self.operand(iter);
        };
        let mut parts = Vec::new();
        self.parts_made(iter, true, &mut parts);
        let span = self.tree.span(iter);
        self.emit(span, Op::MarkMade, made.mark, 0, 0);
        // The newest is closed first.
        let slots = (made.first + 1..made.first + made.count).rev();
        let kept = parts.iter().zip(slots).map(|(part, slot)| (part.0, slot));
        let kept: Vec<(ExprId, u16)> = kept.collect();
        for (&(_, sure), &(_, slot)) in parts.iter().zip(&kept) {
            if !sure {
                self.emit(span, Op::LoadNone, slot, 0, 0);
            }
        }
        let outer = std::mem::replace(&mut self.unit.kept, kept);
        let source = self.operand(iter);
        self.unit.kept = outer;
        source
    }

    /// May the value be a new generator or query?
    pub(super) fn makes(&self, id: ExprId) -> bool {
        match self.tree.kind(id) {
            ExprKind::Call(function, _) => !self.is_range(*function),
            ExprKind::Comp(comp) => comp.kind == CompKind::Generator,
            ExprKind::IfExp { body, orelse, .. } => self.makes(*body) || self.makes(*orelse),
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                operands.iter().any(|id| self.makes(*id))
            }
            _ => false,
        }
    }

    /// Is this the built-in `range`, whose iterators are neither? Loops over it are the most frequent.
    fn is_range(&self, function: ExprId) -> bool {
        let ExprKind::Name(name) = self.tree.kind(function) else {
            return false;
        };
        self.tree.text(*name) == "range" && !self.scopes.assigns(*name)
    }

    /// Expressions below `id` that may make generators or queries which its value goes on to use,
    /// in the order of evaluation, each with whether it is evaluated if `id` is and that is `sure`.
    fn parts_made(&self, id: ExprId, sure: bool, parts: &mut Vec<(ExprId, bool)>) {
        let kind = self.tree.kind(id);
        let sure = sure && matches!(kind, ExprKind::Call(..) | ExprKind::Comp(_));
        let mut add = |id: ExprId| {
            if self.makes(id) {
                self.parts_made(id, sure, parts);
                parts.push((id, sure));
            }
        };
        match kind {
            ExprKind::Call(function, args) => {
                if let ExprKind::Attribute(object, _) = self.tree.kind(*function) {
                    add(*object);
                }
                args.iter().for_each(|arg| add(arg.value()));
            }
            ExprKind::Comp(comp) => add(comp.clauses[0].iter),
            // The value is one of these, or went into it.
            ExprKind::IfExp { body, orelse, .. } => {
                add(*body);
                add(*orelse);
            }
            ExprKind::And(operands) | ExprKind::Or(operands) => {
                operands.iter().for_each(|id| add(*id));
            }
            _ => {}
        }
    }

    /// Closes what the header made.
    pub(super) fn close_made(&mut self, span: Span, made: Made) {
        for slot in made.first..made.first + made.count {
            self.emit(span, Op::CloseIter, slot, made.mark, 0);
        }
    }

    /// An exception leaves the loop: what its header made is closed before the exception goes on.
    pub(super) fn close_on_exception(
        &mut self,
        span: Span,
        made: Made,
        handler: Label,
        slots: u16,
    ) {
        let (caught, saved, second) = (slots, slots + 1, slots + 2);
        let outer = self.unit.handler;
        let cleanup = self.label();
        self.place(handler);
        self.emit(span, Op::PushExc, saved, caught, 0);
        self.unit.handler = self.new_handler(cleanup, second);
        self.close_made(span, made);
        self.unit.handler = outer;
        self.reraise(span, saved, caught);
        self.place(cleanup);
        self.reraise(span, saved, second);
    }
}
