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
        self.parts_made(iter, &mut parts);
        let count = 1 + parts.len() as u16;
        let first = self.temps(count.into());
        (first, Some(Made { first, count }))
    }

    /// The value of a header, whose parts are kept in the slots that `made` has for them.
    pub(super) fn header(&mut self, iter: ExprId, made: Option<Made>) -> u16 {
        let Some(made) = made else {
            return self.operand(iter);
        };
        let mut parts = Vec::new();
        self.parts_made(iter, &mut parts);
        // The newest is closed first.
        let kept = parts.into_iter().rev().zip(made.first + 1..).collect();
        let outer = std::mem::replace(&mut self.unit.kept, kept);
        let source = self.operand(iter);
        self.unit.kept = outer;
        source
    }

    /// May the value be a new generator or query?
    pub(super) fn makes(&self, id: ExprId) -> bool {
        match self.tree.kind(id) {
            ExprKind::Call(..) => true,
            ExprKind::Comp(comp) => comp.kind == CompKind::Generator,
            _ => false,
        }
    }

    /// Expressions below `id` that are certainly evaluated and may make generators or queries,
    /// in the order of evaluation.
    fn parts_made(&self, id: ExprId, parts: &mut Vec<ExprId>) {
        let mut add = |id: ExprId| {
            if self.makes(id) {
                self.parts_made(id, parts);
                parts.push(id);
            }
        };
        match self.tree.kind(id) {
            ExprKind::Call(function, args) => {
                let is_range = matches!(self.tree.kind(*function), ExprKind::Name(name)
                    if self.tree.text(*name) == "range");
                if is_range {
                    return;
                }
                args.iter().for_each(|arg| add(arg.value()));
            }
            ExprKind::Comp(comp) => add(comp.clauses[0].iter),
            _ => {}
        }
    }

    /// Closes what the header made.
    pub(super) fn close_made(&mut self, span: Span, made: Made) {
        for slot in made.first..made.first + made.count {
            self.emit(span, Op::CloseIter, slot, 0, 0);
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
