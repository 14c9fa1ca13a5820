//! Expressions as conditions: jumps instead of values.

use super::{Compiler, Const, Label, fold};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

impl Compiler<'_> {
    /// Jumps to `target` if the truth of the expression is `wanted`, else falls through.
    pub(super) fn jump_if(&mut self, id: ExprId, target: Label, wanted: bool) {
        let span = self.tree.span(id);
        if let Some(value) = self.constant(id) {
            if fold::truth(&value) == wanted {
                self.jump(span, target);
            }
            return;
        }
        let tree = self.tree;
        match tree.kind(id) {
            ExprKind::Unary(UnaryOp::Not, inner) => self.jump_if(*inner, target, !wanted),
            ExprKind::And(items) => self.jump_boolean(items, target, wanted, true),
            ExprKind::Or(items) => self.jump_boolean(items, target, wanted, false),
            ExprKind::Compare(left, rest) => {
                self.jump_comparison(*left, rest, target, wanted, span)
            }
            _ => {
                let mark = self.mark();
                let value = self.operand(id);
                let op = if wanted {
                    Op::JumpIfTrue
                } else {
                    Op::JumpIfFalse
                };
                self.emit_jump(span, op, value, 0, target);
                self.release(mark);
            }
        }
    }

    fn jump_boolean(&mut self, items: &[ExprId], target: Label, wanted: bool, and: bool) {
        let (last, first) = items
            .split_last()
            .expect("a boolean expression has operands");
        // `and` is decided by a false operand, `or` by a true one.
        if wanted == and {
            let undecided = self.label();
            first
                .iter()
                .for_each(|item| self.jump_if(*item, undecided, !and));
            self.jump_if(*last, target, wanted);
            self.place(undecided);
        } else {
            items
                .iter()
                .for_each(|item| self.jump_if(*item, target, wanted));
        }
    }

    fn jump_comparison(
        &mut self,
        left: ExprId,
        rest: &[(CompareOp, ExprId)],
        target: Label,
        wanted: bool,
        span: Span,
    ) {
        let mark = self.mark();
        let ((op, right), first) = rest.split_last().expect("a comparison has operators");
        let mut left = self.operand(left);
        let fails = self.label();
        for (op, right) in first {
            let right = self.operand(*right);
            let to = if wanted { fails } else { target };
            self.jump_compare(span, *op, left, right, to, false);
            left = right;
        }
        if !self.jump_compare_constant(span, *op, left, *right, target, wanted) {
            let right = self.operand(*right);
            self.jump_compare(span, *op, left, right, target, wanted);
        }
        self.place(fails);
        self.release(mark);
    }

    /// Comparison with a small int or None on the right, if it is one.
    fn jump_compare_constant(
        &mut self,
        span: Span,
        op: CompareOp,
        left: u16,
        right: ExprId,
        target: Label,
        wanted: bool,
    ) -> bool {
        if let (CompareOp::Rich(kind), Some(k)) = (op, self.immediate(right)) {
            self.emit_jump(span, Op::jump_compare_k(kind, wanted), left, k, target);
            return true;
        }
        let is = match op {
            CompareOp::Is => wanted,
            CompareOp::IsNot => !wanted,
            _ => return false,
        };
        if !matches!(self.constant(right), Some(Const::None)) {
            return false;
        }
        let op = if is {
            Op::JumpIfNone
        } else {
            Op::JumpIfNotNone
        };
        self.emit_jump(span, op, left, 0, target);
        true
    }

    fn jump_compare(
        &mut self,
        span: Span,
        op: CompareOp,
        left: u16,
        right: u16,
        target: Label,
        wanted: bool,
    ) {
        let op = match op {
            CompareOp::Rich(kind) => Op::jump_compare(kind, wanted),
            CompareOp::Is if wanted => Op::JumpIfIs,
            CompareOp::Is => Op::JumpIfIsNot,
            CompareOp::IsNot if wanted => Op::JumpIfIsNot,
            CompareOp::IsNot => Op::JumpIfIs,
            CompareOp::In if wanted => Op::JumpIfIn,
            CompareOp::In => Op::JumpIfNotIn,
            CompareOp::NotIn if wanted => Op::JumpIfNotIn,
            CompareOp::NotIn => Op::JumpIfIn,
        };
        self.emit_jump(span, op, left, right, target);
    }
}
