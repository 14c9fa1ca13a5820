//! Statements.

use super::{Block, CodeKind, Compiler, Mode};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'t> Compiler<'t> {
    pub(super) fn body(&mut self, body: &'t [Stmt]) {
        for stmt in body {
            let mark = self.mark();
            self.stmt(stmt);
            self.release(mark);
        }
    }

    fn stmt(&mut self, stmt: &'t Stmt) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Expr(id) => self.expression_statement(span, *id),
            StmtKind::Assign { targets, value } => self.assignment(targets, *value),
            StmtKind::AugAssign { target, op, value } => {
                self.augmented(span, *target, *op, *value);
            }
            StmtKind::AnnAssign {
                target,
                annotation,
                value,
                simple,
            } => {
                self.annotated(*target, *annotation, *value, *simple);
            }
            StmtKind::Return(value) => self.return_statement(span, *value),
            StmtKind::Delete(targets) => targets.iter().for_each(|id| self.delete(*id)),
            StmtKind::Pass | StmtKind::Global(_) | StmtKind::Nonlocal(_) => {}
            StmtKind::Break => self.break_statement(span, true),
            StmtKind::Continue => self.break_statement(span, false),
            StmtKind::Raise { exc, cause } => self.raise(span, *exc, *cause),
            StmtKind::Import(aliases) => self.import(span, aliases),
            StmtKind::ImportFrom(import) => self.import_from(span, import),
            StmtKind::Assert { test, message } => self.assert(span, *test, *message),
            StmtKind::If { branches, orelse } => self.if_statement(branches, orelse),
            StmtKind::While { test, body, orelse } => self.while_loop(*test, body, orelse),
            StmtKind::For {
                target,
                iter,
                body,
                orelse,
            } => {
                self.for_loop(*target, *iter, body, orelse);
            }
            StmtKind::Try(statement) => self.try_statement(span, statement),
            StmtKind::With { items, body } => self.with_statement(items, body),
            StmtKind::Function(def) => self.function(def),
            StmtKind::Class(def) => self.class(def),
            StmtKind::Match { subject, cases } => self.match_statement(*subject, cases),
        }
    }

    fn expression_statement(&mut self, span: Span, id: ExprId) {
        if self.mode == Mode::Interactive && self.unit.kind == CodeKind::Module {
            let value = self.operand(id);
            return self.emit(span, Op::PrintExpr, value, 0, 0);
        }
        self.effect(id);
    }

    fn return_statement(&mut self, span: Span, value: Option<ExprId>) {
        if self.unit.kind != CodeKind::Function {
            return self.error(span, "'return' outside function");
        }
        let undoes = self
            .unit
            .blocks
            .iter()
            .any(|block| !matches!(block, Block::Loop { .. }));
        let slot = match value.filter(|id| !matches!(self.tree.kind(*id), ExprKind::None)) {
            None => None,
            // What a `finally` assigns must not change the result.
            Some(id) if undoes => Some(self.value_in_temp(id)),
            Some(id) => Some(self.operand(id)),
        };
        let handler = self.unit.handler;
        self.unwind(span, 0);
        match slot {
            Some(slot) => self.emit(span, Op::Return, slot, 0, 0),
            None => self.emit(span, Op::ReturnNone, 0, 0, 0),
        }
        self.unit.handler = handler;
    }

    fn break_statement(&mut self, span: Span, is_break: bool) {
        let depth = self
            .unit
            .blocks
            .iter()
            .rposition(|block| matches!(block, Block::Loop { .. }));
        let Some(depth) = depth else {
            let message = if is_break {
                "'break' outside loop"
            } else {
                "'continue' not properly in loop"
            };
            return self.error(span, message);
        };
        let Block::Loop { next, exit } = self.unit.blocks[depth] else {
            return;
        };
        let handler = self.unit.handler;
        self.unwind(span, depth + 1);
        self.jump(span, if is_break { exit } else { next });
        self.unit.handler = handler;
    }

    fn raise(&mut self, span: Span, exc: Option<ExprId>, cause: Option<ExprId>) {
        let Some(exc) = exc else {
            return self.emit(span, Op::RaiseBare, 0, 0, 0);
        };
        let exc = self.operand(exc);
        match cause {
            Some(cause) => {
                let cause = self.operand(cause);
                self.emit(span, Op::RaiseFrom, exc, cause, 0);
            }
            None => self.emit(span, Op::Raise, exc, 0, 0),
        }
    }

    fn assert(&mut self, span: Span, test: ExprId, message: Option<ExprId>) {
        let passed = self.label();
        self.jump_if(test, passed, true);
        let base = self.temps(2);
        self.emit(span, Op::LoadAssertionError, base, 0, 0);
        if let Some(message) = message {
            self.expr_to(message, base + 1);
            self.emit(span, Op::Call, base, base, 1);
        }
        self.emit(self.tree.span(test), Op::Raise, base, 0, 0);
        self.place(passed);
    }

    fn if_statement(&mut self, branches: &'t [(ExprId, Vec<Stmt>)], orelse: &'t [Stmt]) {
        let end = self.label();
        for (index, (test, body)) in branches.iter().enumerate() {
            let next = self.label();
            self.jump_if(*test, next, false);
            self.body(body);
            if index + 1 < branches.len() || !orelse.is_empty() {
                let span = body.last().map_or(self.tree.span(*test), |stmt| stmt.span);
                self.jump(span, end);
            }
            self.place(next);
        }
        self.body(orelse);
        self.place(end);
    }

    /// The test stands before the loop and at its end, so that an iteration has one jump.
    fn while_loop(&mut self, test: ExprId, body: &'t [Stmt], orelse: &'t [Stmt]) {
        let (next, other, exit) = (self.label(), self.label(), self.label());
        self.jump_if(test, other, false);
        let (header, id) = self.begin_loop(self.tree.span(test));
        self.unit.blocks.push(Block::Loop { next, exit });
        self.body(body);
        self.unit.blocks.pop();
        self.place(next);
        self.jump_if(test, header, true);
        self.end_loop(id);
        self.place(other);
        self.body(orelse);
        self.place(exit);
    }

    fn for_loop(&mut self, target: ExprId, iter: ExprId, body: &'t [Stmt], orelse: &'t [Stmt]) {
        let (other, exit) = (self.label(), self.label());
        let span = self.tree.span(iter);
        let (iterator, made) = self.iterator_slots(iter);
        let owned = made.map(|made| (made, self.label(), self.temps(3)));
        let mark = self.mark();
        let source = self.header(iter, made);
        self.emit(span, Op::GetIter, iterator, source, 0);
        self.release(mark);
        let (header, id) = self.begin_loop(self.tree.span(target));
        let item = self.for_iter(target, span, iterator, other);
        let outer = self.unit.handler;
        let broken = owned.map(|(made, handler, slots)| {
            self.unit.handler = self.new_handler(handler, slots);
            self.unit
                .blocks
                .push(Block::Iteration { made, outer, span });
            self.label()
        });
        self.unit.blocks.push(Block::Loop {
            next: header,
            exit: broken.unwrap_or(exit),
        });
        self.assign_item(target, item);
        self.release(mark);
        self.body(body);
        self.unit.blocks.pop();
        let last = body.last().map_or(span, |stmt| stmt.span);
        if owned.is_some() {
            self.unit.blocks.pop();
            self.unit.handler = outer;
        }
        self.jump(last, header);
        self.end_loop(id);
        self.place(other);
        self.body(orelse);
        if let (Some((made, handler, slots)), Some(broken)) = (owned, broken) {
            self.jump(last, exit);
            self.place(broken);
            self.close_made(span, made);
            self.jump(last, exit);
            self.close_on_exception(span, made, handler, slots);
        }
        self.place(exit);
    }
}
