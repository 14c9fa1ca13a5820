//! Expressions as values.

use super::{Compiler, Const, Label, fold};
use crate::op::Op;
use crate::source::Span;
use crate::syntax::ast::*;

/// Displays longer than this are built piece by piece instead of from consecutive slots.
const DISPLAY_SLOTS_MAX: usize = 32;

impl<'t> Compiler<'t> {
    pub(super) fn constant(&self, id: ExprId) -> Option<Const> {
        fold::constant(self.tree, &self.folded, id)
    }

    /// A constant int that fits the immediate operand.
    pub(super) fn immediate(&self, id: ExprId) -> Option<u16> {
        match self.constant(id)? {
            Const::Int(i) => i16::try_from(i).ok().map(|i| i as u16),
            _ => None,
        }
    }

    /// The value in some slot: a local variable's own, or a new temporary.
    pub(super) fn operand(&mut self, id: ExprId) -> u16 {
        if let Some(slot) = self.local_operand(id) {
            return slot;
        }
        let slot = self.temp();
        self.expr_to(id, slot);
        slot
    }

    /// As `operand`, but a value that is not in a local variable goes to `dst` if that is a
    /// temporary, to spare one.
    fn operand_at(&mut self, id: ExprId, dst: u16) -> u16 {
        if let Some(slot) = self.local_operand(id) {
            return slot;
        }
        let slot = if self.is_temp(dst) { dst } else { self.temp() };
        self.expr_to(id, slot);
        slot
    }

    fn local_operand(&mut self, id: ExprId) -> Option<u16> {
        let ExprKind::Name(name) = *self.tree.kind(id) else {
            return None;
        };
        let variable = self.plain_local(name)?;
        if variable.walrus {
            return None;
        }
        self.check_bound(self.tree.span(id), name, variable);
        Some(variable.slot)
    }

    /// A temporary that stays as it is, even if the value comes from a variable.
    pub(super) fn value_in_temp(&mut self, id: ExprId) -> u16 {
        let slot = self.temp();
        self.expr_to(id, slot);
        slot
    }

    /// Evaluates for the effects only.
    pub(super) fn effect(&mut self, id: ExprId) {
        if self.constant(id).is_some() {
            return;
        }
        let mark = self.mark();
        self.operand(id);
        self.release(mark);
    }

    /// The value to slot `dst`. If `dst` is a local variable, the last instruction writes it, and no
    /// other.
    pub(super) fn expr_to(&mut self, id: ExprId, dst: u16) {
        let span = self.tree.span(id);
        if let Some(value) = self.constant(id) {
            return self.load_const(span, dst, value);
        }
        let mark = self.mark();
        match self.tree.kind(id) {
            ExprKind::Name(name) => self.load_name(span, *name, dst),
            ExprKind::Imaginary(value) => self.imaginary(span, *value, dst),
            ExprKind::JoinedStr(pieces) => self.joined(span, pieces, dst),
            ExprKind::Tuple(items) => self.tuple(span, items, dst),
            ExprKind::List(items) => self.list(span, items, dst),
            ExprKind::Set(items) => self.set(span, items, dst),
            ExprKind::Dict(items) => self.dict(span, items, dst),
            ExprKind::Unary(op, inner) => self.unary(span, *op, *inner, dst),
            ExprKind::Binary(kind, left, right) => {
                let left = self.operand_at(*left, dst);
                self.binary(span, *kind, false, left, *right, dst);
            }
            ExprKind::And(items) => self.boolean(span, items, true, dst),
            ExprKind::Or(items) => self.boolean(span, items, false, dst),
            ExprKind::Compare(left, rest) => self.comparison(span, *left, rest, dst),
            ExprKind::IfExp { test, body, orelse } => {
                self.conditional(span, *test, (*body, *orelse), dst);
            }
            ExprKind::Lambda(lambda) => self.lambda(span, lambda, dst),
            ExprKind::Call(function, args) => self.call(id, *function, args, dst),
            ExprKind::Attribute(object, name) => {
                let object = self.operand_at(*object, dst);
                let name = self.name(*name);
                self.emit(span, Op::LoadAttr, dst, object, name);
            }
            ExprKind::Subscript(object, index) => {
                let object = self.operand_at(*object, dst);
                if let Some(k) = self.immediate(*index) {
                    self.emit(span, Op::GetItemK, dst, object, k);
                } else {
                    let index = self.operand(*index);
                    self.emit(span, Op::GetItem, dst, object, index);
                }
            }
            ExprKind::Slice(lower, upper, step) => {
                self.slice(span, [*lower, *upper, *step], dst);
            }
            ExprKind::Starred(_) => self.error(span, "can't use starred expression here"),
            ExprKind::Named(name, value) => {
                let value = self.operand_at(*value, dst);
                self.store_name(span, *name, value);
                self.move_to(span, dst, value);
            }
            ExprKind::Comp(comp) => self.comp(span, comp, dst),
            ExprKind::Yield(value) => self.yields(span, *value, dst),
            ExprKind::YieldFrom(value) => self.yield_from(span, *value, dst),
            _ => unreachable!("literals are constants"),
        }
        if let Some(&(_, slot)) = self.unit.kept.iter().find(|kept| kept.0 == id) {
            self.move_to(span, slot, dst);
        }
        self.release(mark);
    }

    fn conditional(&mut self, span: Span, test: ExprId, arms: (ExprId, ExprId), dst: u16) {
        let (other, end) = (self.label(), self.label());
        self.jump_if(test, other, false);
        self.expr_to(arms.0, dst);
        self.jump(span, end);
        self.place(other);
        self.expr_to(arms.1, dst);
        self.place(end);
    }

    fn slice(&mut self, span: Span, parts: [Option<ExprId>; 3], dst: u16) {
        let base = self.temps(3);
        for (slot, part) in (base..).zip(parts) {
            match part {
                Some(part) => self.expr_to(part, slot),
                None => self.emit(span, Op::LoadNone, slot, 0, 0),
            }
        }
        self.emit(span, Op::MakeSlice, dst, base, 0);
    }

    fn yields(&mut self, span: Span, value: Option<ExprId>, dst: u16) {
        let value = match value {
            Some(value) => self.operand_at(value, dst),
            None => {
                let none = self.temp();
                self.emit(span, Op::LoadNone, none, 0, 0);
                none
            }
        };
        self.emit(span, Op::Yield, dst, value, 0);
        self.handle_again(span);
    }

    /// There are no complex numbers in FL; a program that reaches one fails at the name `complex`.
    fn imaginary(&mut self, span: Span, value: f64, dst: u16) {
        let base = self.temps(3);
        let name = self.name_index("complex");
        self.emit(span, Op::LoadGlobal, base, name, 0);
        self.load_const(span, base + 1, Const::Float(0.0));
        self.load_const(span, base + 2, Const::Float(value));
        self.emit(span, Op::Call, dst, base, 2);
    }

    fn joined(&mut self, span: Span, pieces: &'t [FPiece], dst: u16) {
        if let [FPiece::Field { .. }] = pieces {
            return self.piece(span, &pieces[0], dst);
        }
        if pieces.len() > DISPLAY_SLOTS_MAX {
            let base = self.temps(2);
            for (index, chunk) in pieces.chunks(DISPLAY_SLOTS_MAX).enumerate() {
                let part = if index == 0 { base } else { base + 1 };
                let mark = self.mark();
                self.joined(span, chunk, part);
                self.release(mark);
                if index > 0 {
                    self.emit(span, Op::BuildString, base, base, 2);
                }
            }
            return self.move_to(span, dst, base);
        }
        let base = self.temps(pieces.len());
        for (offset, piece) in pieces.iter().enumerate() {
            self.piece(span, piece, base + offset as u16);
        }
        self.emit(span, Op::BuildString, dst, base, pieces.len() as u16);
    }

    fn piece(&mut self, span: Span, piece: &'t FPiece, dst: u16) {
        let mark = self.mark();
        match piece {
            FPiece::Text(text) => self.load_str(span, dst, text),
            FPiece::Field {
                value,
                conversion,
                spec,
            } => {
                let span = self.tree.span(*value);
                let mut value = self.operand_at(*value, dst);
                if let Some(conversion) = conversion {
                    let kind = match conversion {
                        's' => 0,
                        'r' => 1,
                        _ => 2,
                    };
                    let to = self.temp();
                    self.emit(span, Op::Convert, to, value, kind);
                    value = to;
                }
                match spec {
                    Some(spec) => {
                        let spec = self.operand(*spec);
                        self.emit(span, Op::Format, dst, value, spec);
                    }
                    None => self.emit(span, Op::FormatSimple, dst, value, 0),
                }
            }
        }
        self.release(mark);
    }

    fn starred(&self, items: &[ExprId]) -> bool {
        items
            .iter()
            .any(|item| matches!(self.tree.kind(*item), ExprKind::Starred(_)))
    }

    pub(super) fn tuple(&mut self, span: Span, items: &'t [ExprId], dst: u16) {
        if self.starred(items) || items.len() > DISPLAY_SLOTS_MAX {
            let list = if self.is_temp(dst) { dst } else { self.temp() };
            self.list(span, items, list);
            return self.emit(span, Op::ListToTuple, dst, list, 0);
        }
        let base = self.consecutive(items);
        self.emit(span, Op::MakeTuple, dst, base, items.len() as u16);
    }

    /// The values in consecutive new temporaries.
    pub(super) fn consecutive(&mut self, items: &[ExprId]) -> u16 {
        let base = self.temps(items.len());
        for (offset, item) in items.iter().enumerate() {
            self.expr_to(*item, base + offset as u16);
        }
        base
    }

    fn list(&mut self, span: Span, items: &'t [ExprId], dst: u16) {
        let constants: Option<Vec<Const>> = items.iter().map(|i| self.constant(*i)).collect();
        let constants = constants.filter(|constants| constants.len() >= 3);
        if let Some(constants) = constants {
            let to = if self.is_temp(dst) { dst } else { self.temp() };
            let tuple = self.temp();
            self.emit(span, Op::MakeList, to, 0, 0);
            self.load_const(span, tuple, Const::Tuple(constants.into()));
            self.emit(span, Op::ListExtend, to, tuple, 0);
            return self.move_to(span, dst, to);
        }
        if !self.starred(items) && items.len() <= DISPLAY_SLOTS_MAX {
            let base = self.consecutive(items);
            return self.emit(span, Op::MakeList, dst, base, items.len() as u16);
        }
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        self.emit(span, Op::MakeList, to, 0, 0);
        self.extend(span, items, to, Op::ListAppend, Op::ListExtend);
        self.move_to(span, dst, to);
    }

    fn set(&mut self, span: Span, items: &'t [ExprId], dst: u16) {
        if !self.starred(items) && items.len() <= DISPLAY_SLOTS_MAX {
            let base = self.consecutive(items);
            return self.emit(span, Op::MakeSet, dst, base, items.len() as u16);
        }
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        self.emit(span, Op::MakeSet, to, 0, 0);
        self.extend(span, items, to, Op::SetAdd, Op::SetUpdate);
        self.move_to(span, dst, to);
    }

    /// Adds items, starred ones among them, to the collection in `to`.
    pub(super) fn extend(&mut self, span: Span, items: &[ExprId], to: u16, one: Op, all: Op) {
        for item in items {
            let mark = self.mark();
            if let ExprKind::Starred(inner) = *self.tree.kind(*item) {
                let value = self.operand(inner);
                self.emit(self.tree.span(inner), all, to, value, 0);
            } else {
                let value = self.operand(*item);
                self.emit(span, one, to, value, 0);
            }
            self.release(mark);
        }
    }

    fn dict(&mut self, span: Span, items: &'t [(Option<ExprId>, ExprId)], dst: u16) {
        let plain = items.iter().all(|(key, _)| key.is_some());
        if plain && items.len() * 2 <= DISPLAY_SLOTS_MAX {
            let base = self.temps(items.len() * 2);
            for (index, (key, value)) in items.iter().enumerate() {
                let slot = base + 2 * index as u16;
                key.iter().for_each(|key| self.expr_to(*key, slot));
                self.expr_to(*value, slot + 1);
            }
            return self.emit(span, Op::MakeDict, dst, base, items.len() as u16);
        }
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        self.emit(span, Op::MakeDict, to, 0, 0);
        for (key, value) in items {
            let mark = self.mark();
            if let Some(key) = key {
                let key = self.operand(*key);
                let value = self.operand(*value);
                self.emit(span, Op::DictSet, to, key, value);
            } else {
                let mapping = self.operand(*value);
                self.emit(span, Op::DictUpdate, to, mapping, 0);
            }
            self.release(mark);
        }
        self.move_to(span, dst, to);
    }

    fn unary(&mut self, span: Span, op: UnaryOp, inner: ExprId, dst: u16) {
        let inner = self.operand_at(inner, dst);
        let op = match op {
            UnaryOp::Neg => Op::Neg,
            UnaryOp::Pos => Op::Pos,
            UnaryOp::Invert => Op::Invert,
            UnaryOp::Not => Op::Not,
        };
        self.emit(span, op, dst, inner, 0);
    }

    /// `dst := left op right`, the right one immediate if it can be.
    pub(super) fn binary(
        &mut self,
        span: Span,
        kind: BinKind,
        inplace: bool,
        left: u16,
        right: ExprId,
        dst: u16,
    ) {
        if let (Some(k), Some(op)) = (self.immediate(right), Op::binary_k(kind, inplace)) {
            return self.emit(span, op, dst, left, k);
        }
        let right = self.operand(right);
        self.emit(span, Op::binary(kind, inplace), dst, left, right);
    }

    /// `and`, `or`: the first operand that decides, else the last.
    fn boolean(&mut self, span: Span, items: &[ExprId], and: bool, dst: u16) {
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        let end: Label = self.label();
        for (index, item) in items.iter().enumerate() {
            self.expr_to(*item, to);
            if index + 1 < items.len() {
                let op = if and { Op::JumpIfFalse } else { Op::JumpIfTrue };
                self.emit_jump(self.tree.span(*item), op, to, 0, end);
            }
        }
        self.place(end);
        self.move_to(span, dst, to);
    }

    fn comparison(&mut self, span: Span, left: ExprId, rest: &[(CompareOp, ExprId)], dst: u16) {
        if let [(op, right)] = rest {
            let left = self.operand_at(left, dst);
            let right = self.operand(*right);
            return self.emit(span, compare_op(*op), dst, left, right);
        }
        let to = if self.is_temp(dst) { dst } else { self.temp() };
        let end = self.label();
        let mut left = self.operand(left);
        for (index, (op, right)) in rest.iter().enumerate() {
            let right = self.operand(*right);
            self.emit(span, compare_op(*op), to, left, right);
            if index + 1 < rest.len() {
                self.emit_jump(span, Op::JumpIfFalse, to, 0, end);
            }
            left = right;
        }
        self.place(end);
        self.move_to(span, dst, to);
    }

    fn yield_from(&mut self, span: Span, value: ExprId, dst: u16) {
        let (iter, sent) = (self.temp(), self.temp());
        let source = self.operand_at(value, iter);
        self.emit(span, Op::GetYieldFromIter, iter, source, 0);
        self.emit(span, Op::LoadNone, sent, 0, 0);
        let done = self.label();
        let (header, id) = self.begin_loop(span);
        self.emit_jump(span, Op::Send, sent, iter, done);
        self.emit(span, Op::YieldFrom, sent, iter, 0);
        self.handle_again(span);
        self.jump(span, header);
        self.end_loop(id);
        self.place(done);
        self.move_to(span, dst, sent);
    }
}

/// The comparison as a value.
pub(super) fn compare_op(op: CompareOp) -> Op {
    match op {
        CompareOp::Rich(kind) => Op::compare(kind),
        CompareOp::Is => Op::Is,
        CompareOp::IsNot => Op::IsNot,
        CompareOp::In => Op::In,
        CompareOp::NotIn => Op::NotIn,
    }
}
