//! `try`, `with`, and what leaving them early has to undo.
//!
//! Entering a protected region costs nothing: each instruction belongs to at most one handler, and
//! the assembler makes the table. A `finally` body is compiled once for each way through it.
//! While an exception is being handled it is the *handled exception*: `PushExc` makes it so and
//! `PopExc` restores the one before, on every way out, exceptional ones included.

use super::{Block, Compiler, HandlerId};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl<'t> Compiler<'t> {
    /// Emits what leaving the blocks from the innermost down to number `depth` has to do. The
    /// handler in force afterwards is that outside these blocks; the caller restores it.
    pub(super) fn unwind(&mut self, span: Span, depth: usize) {
        let mut left = Vec::new();
        while self.unit.blocks.len() > depth {
            let block = self.unit.blocks.pop().expect("there are more than depth");
            match block {
                Block::Loop { .. } => {}
                Block::Finally { body, outer } => {
                    self.unit.handler = outer;
                    let loop_now = self.unit.loop_now;
                    self.body(body);
                    self.unit.loop_now = loop_now;
                }
                Block::With { exit, outer, span } => {
                    self.unit.handler = outer;
                    let result = self.temp();
                    self.emit(span, Op::CallExit, result, exit, 0);
                }
                Block::Iteration { made, outer, span } => {
                    self.unit.handler = outer;
                    self.close_made(span, made);
                }
                Block::Handling {
                    saved, name, outer, ..
                } => {
                    if let Some(name) = name {
                        self.forget_name(span, name);
                    }
                    self.unit.handler = outer;
                    self.emit(span, Op::PopExc, saved, 0, 0);
                }
            }
            left.push(block);
        }
        self.unit.blocks.extend(left.into_iter().rev());
    }

    pub(super) fn try_statement(&mut self, span: Span, statement: &'t Try) {
        if statement.finalbody.is_empty() {
            return self.try_except(span, statement);
        }
        let outer = self.unit.handler;
        let (handler, end) = (self.label(), self.label());
        let slots = self.temps(3);
        let (caught, saved, second) = (slots, slots + 1, slots + 2);
        self.unit.handler = self.new_handler(handler, caught);
        self.unit.blocks.push(Block::Finally {
            body: &statement.finalbody,
            outer,
        });
        if statement.handlers.is_empty() {
            self.body(&statement.body);
        } else {
            self.try_except(span, statement);
        }
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.body(&statement.finalbody);
        let last = statement.finalbody.last().map_or(span, |stmt| stmt.span);
        self.jump(last, end);

        self.place(handler);
        self.emit(last, Op::PushExc, saved, caught, 0);
        let cleanup = self.label();
        self.unit.handler = self.new_handler(cleanup, second);
        self.unit.blocks.push(Block::Handling {
            caught,
            saved,
            name: None,
            outer,
        });
        self.body(&statement.finalbody);
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.reraise(last, saved, caught);
        self.place(cleanup);
        self.reraise(last, saved, second);
        self.place(end);
    }

    /// A resumed generator handles again what it handled when it was suspended.
    pub(super) fn handle_again(&mut self, span: Span) {
        for i in 0..self.unit.blocks.len() {
            if let Block::Handling { caught, saved, .. } = self.unit.blocks[i] {
                self.emit(span, Op::PushExc, saved, caught, 0);
            }
        }
    }

    /// Restores the handled exception and goes on propagating `exc`.
    pub(super) fn reraise(&mut self, span: Span, saved: u16, exc: u16) {
        self.emit(span, Op::PopExc, saved, 0, 0);
        self.emit(span, Op::Reraise, exc, 0, 0);
    }

    fn try_except(&mut self, span: Span, statement: &'t Try) {
        let outer = self.unit.handler;
        let (handler, end, cleanup) = (self.label(), self.label(), self.label());
        let slots = self.temps(3);
        let (caught, saved, second) = (slots, slots + 1, slots + 2);
        self.unit.handler = self.new_handler(handler, caught);
        self.body(&statement.body);
        self.unit.handler = outer;
        self.body(&statement.orelse);
        self.jump(span, end);

        self.place(handler);
        let first = statement
            .handlers
            .first()
            .map_or(span, |clause| clause.span);
        self.emit(first, Op::PushExc, saved, caught, 0);
        let inner = self.new_handler(cleanup, second);
        self.unit.handler = inner;
        let mut catches_all = false;
        for (index, clause) in statement.handlers.iter().enumerate() {
            if clause.kind.is_none() && index + 1 < statement.handlers.len() {
                self.error(clause.span, "default 'except:' must be last");
            }
            catches_all |= clause.kind.is_none();
            let next = self.label();
            if let Some(kind) = clause.kind {
                let mark = self.mark();
                let class = self.operand(kind);
                self.emit_jump(self.tree.span(kind), Op::JumpIfNoMatch, caught, class, next);
                self.release(mark);
            }
            self.except_body(clause, caught, saved, outer);
            self.emit(clause.span, Op::PopExc, saved, 0, 0);
            self.jump(clause.span, end);
            self.unit.handler = inner;
            self.place(next);
        }
        self.unit.handler = outer;
        let last = statement.handlers.last().map_or(span, |clause| clause.span);
        if !catches_all {
            self.reraise(last, saved, caught);
        }
        self.place(cleanup);
        self.reraise(last, saved, second);
        self.place(end);
    }

    /// The body of a clause; afterwards the outer handler is in force and `PopExc` is still due.
    fn except_body(&mut self, clause: &'t ExceptClause, caught: u16, saved: u16, outer: HandlerId) {
        let block = Block::Handling {
            caught,
            saved,
            name: clause.name,
            outer,
        };
        let Some(name) = clause.name else {
            self.unit.blocks.push(block);
            self.body(&clause.body);
            self.unit.blocks.pop();
            self.unit.handler = outer;
            return;
        };
        let (cleanup, done) = (self.label(), self.label());
        let second = self.temp();
        self.store_name(clause.span, name, caught);
        self.unit.handler = self.new_handler(cleanup, second);
        self.unit.blocks.push(block);
        self.body(&clause.body);
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.forget_name(clause.span, name);
        self.jump(clause.span, done);
        self.place(cleanup);
        self.forget_name(clause.span, name);
        self.reraise(clause.span, saved, second);
        self.place(done);
    }

    pub(super) fn with_statement(&mut self, items: &'t [WithItem], body: &'t [Stmt]) {
        let Some((item, rest)) = items.split_first() else {
            return self.body(body);
        };
        let span = self.tree.span(item.context);
        let outer = self.unit.handler;
        let exit = self.temps(2);
        let slots = self.temps(4);
        let (caught, saved, second, result) = (slots, slots + 1, slots + 2, slots + 3);
        let mark = self.mark();
        let manager = self.operand(item.context);
        let enter = self.temps(2);
        self.emit(span, Op::LoadEnter, enter, manager, 0);
        self.emit(span, Op::LoadExit, exit, manager, 0);
        self.emit(span, Op::CallMethod, result, enter, 0);
        self.release(mark);

        let (handler, end) = (self.label(), self.label());
        self.unit.handler = self.new_handler(handler, caught);
        self.unit.blocks.push(Block::With { exit, outer, span });
        if let Some(target) = item.target {
            self.assign(target, result);
        }
        self.with_statement(rest, body);
        self.unit.blocks.pop();
        self.unit.handler = outer;
        self.emit(span, Op::CallExit, result, exit, 0);
        self.jump(span, end);

        let (cleanup, suppressed) = (self.label(), self.label());
        self.place(handler);
        self.emit(span, Op::PushExc, saved, caught, 0);
        self.unit.handler = self.new_handler(cleanup, second);
        self.emit(span, Op::CallExitExc, result, exit, caught);
        self.emit_jump(span, Op::JumpIfTrue, result, 0, suppressed);
        self.unit.handler = outer;
        self.reraise(span, saved, caught);
        self.place(cleanup);
        self.reraise(span, saved, second);
        self.place(suppressed);
        self.emit(span, Op::PopExc, saved, 0, 0);
        self.place(end);
    }
}
