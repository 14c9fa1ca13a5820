//! Comprehensions, compiled into their function, and generator expressions, which are functions.

use super::{CodeKind, Compiler, Inlined, Label, Made, names};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'t> Compiler<'t> {
    pub(super) fn comp(&mut self, span: Span, comp: &'t Comp, dst: u16) {
        if comp.kind == CompKind::Generator {
            return self.generator_expression(span, comp, dst);
        }
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        let (iter, made) = self.iterator_slots(comp.clauses[0].iter);
        self.outermost_iterator(comp, iter, made);
        let outer = std::mem::replace(&mut self.unit.at, comp.scope);
        let start = self.here();
        let (make, name) = match comp.kind {
            CompKind::List => (Op::MakeList, "<listcomp>"),
            CompKind::Set => (Op::MakeSet, "<setcomp>"),
            _ => (Op::MakeDict, "<dictcomp>"),
        };
        self.unit.comprehensions.push(name);
        self.emit(span, make, to, 0, 0);
        self.fresh_cells(span, comp.scope);
        self.clause(span, comp, 0, (iter, made), to);
        self.unit.comprehensions.pop();
        let end = self.here();
        self.unit.at = outer;
        let line = self.source.line(span.start);
        self.unit.inlined.push((
            start,
            end,
            Inlined {
                start: 0,
                end: 0,
                name,
                line,
            },
        ));
        self.move_to(span, dst, to);
    }

    fn outermost_iterator(&mut self, comp: &'t Comp, iter: u16, made: Option<Made>) {
        let source = comp.clauses[0].iter;
        let mark = self.mark();
        let value = self.header(source, made);
        self.emit(self.tree.span(source), Op::GetIter, iter, value, 0);
        self.release(mark);
    }

    /// Captured variables of a comprehension get new cells each time it runs.
    fn fresh_cells(&mut self, span: Span, scope: ScopeId) {
        for name in &self.scopes.get(scope).order {
            if let Some(variable) = self.unit.variables.get(&(scope, *name))
                && variable.cell
            {
                self.emit(span, Op::NewCell, variable.slot, 0, 0);
            }
        }
    }

    /// Clause number `index`, whose iterator and what else its header made are in `from`, and
    /// all inside it.
    fn clause(
        &mut self,
        span: Span,
        comp: &'t Comp,
        index: usize,
        from: (u16, Option<Made>),
        to: u16,
    ) {
        let clause = &comp.clauses[index];
        let (iter, made) = from;
        let exit = self.label();
        let owned = made.map(|made| (made, self.label(), self.temps(3)));
        let target_span = self.tree.span(clause.target);
        let (header, id) = self.begin_loop(target_span);
        let mark = self.mark();
        let item = self.for_iter(clause.target, self.tree.span(clause.iter), iter, exit);
        let outer = self.unit.handler;
        if let Some((_, handler, slots)) = owned {
            self.unit.handler = self.new_handler(handler, slots);
        }
        self.assign_item(clause.target, item);
        for test in &clause.ifs {
            self.jump_if(*test, header, false);
        }
        if index + 1 < comp.clauses.len() {
            let source = comp.clauses[index + 1].iter;
            let (inner, made) = self.iterator_slots(source);
            let value = self.header(source, made);
            self.emit(self.tree.span(source), Op::GetIter, inner, value, 0);
            self.clause(span, comp, index + 1, (inner, made), to);
        } else {
            self.element(comp, to);
        }
        self.release(mark);
        self.unit.handler = outer;
        self.jump(span, header);
        self.end_loop(id);
        if let Some((made, handler, slots)) = owned {
            self.close_on_exception(span, made, handler, slots);
        }
        self.place(exit);
    }

    fn element(&mut self, comp: &'t Comp, to: u16) {
        let element = self.operand(comp.element);
        let span = self.tree.span(comp.element);
        match comp.kind {
            CompKind::List => self.emit(span, Op::ListAppend, to, element, 0),
            CompKind::Set => self.emit(span, Op::SetAdd, to, element, 0),
            CompKind::Dict => {
                let value = self.operand(comp.value.expect("a dict comprehension has values"));
                self.emit(span, Op::DictSet, to, element, value);
            }
            CompKind::Generator => {
                let sent = self.temp();
                self.emit(span, Op::Yield, sent, element, 0);
            }
        }
    }

    /// `ForIter` for a target, directly to its slot if it has one; else the slot of the item, which is
    /// to be assigned.
    pub(super) fn for_iter(
        &mut self,
        target: ExprId,
        span: Span,
        iter: u16,
        exit: Label,
    ) -> Option<u16> {
        let direct = match self.tree.kind(target) {
            ExprKind::Name(name) => self.plain_local(*name),
            _ => None,
        };
        if let Some(variable) = direct {
            self.emit_jump(span, Op::ForIter, variable.slot, iter, exit);
            return None;
        }
        let item = self.temp();
        self.emit_jump(span, Op::ForIter, item, iter, exit);
        Some(item)
    }

    /// Assigns what [`Compiler::for_iter`] left to be assigned.
    pub(super) fn assign_item(&mut self, target: ExprId, item: Option<u16>) {
        if let Some(item) = item {
            self.assign(target, item);
        }
    }

    fn generator_expression(&mut self, span: Span, comp: &'t Comp, dst: u16) {
        let code = self.nested_unit(comp.scope, CodeKind::Function, "<genexpr>", span, |c| {
            c.unit.params.args = 2;
            c.unit.generator = true;
            c.declare_variables(&[names::ITERATOR_PARAM, names::MARK_PARAM]);
            c.make_cells(span);
            let iter = c.variable(comp.scope, names::ITERATOR_PARAM).slot;
            let mark = c.variable(comp.scope, names::MARK_PARAM).slot;
            // What is passed in was made for this alone if the source makes it.
            let made = c.makes(comp.clauses[0].iter).then_some(Made {
                first: iter,
                count: 1,
                mark,
            });
            c.clause(span, comp, 0, (iter, made), 0);
            c.emit(span, Op::ReturnNone, 0, 0, 0);
        });
        let base = self.temps(3);
        self.emit(span, Op::MakeFunction, base, code, 0);
        self.emit(span, Op::MarkMade, base + 2, 0, 0);
        self.outermost_iterator(comp, base + 1, None);
        self.emit(span, Op::Call, dst, base, 2);
    }
}
