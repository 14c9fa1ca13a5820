//! Arithmetic in line: expressions to register code, comparisons as tests.

use super::{ClauseCompiler, Label};
use crate::arith;
use crate::op::Op;
use crate::syntax::{Node, NodeId};
use metatrace::value::Value;

impl ClauseCompiler<'_> {
    /// Computes an expression into `dst`, or says in which slot its value already is
    /// (a variable that still has to be evaluated counts when `evaluated` is false).
    pub(super) fn expression(&mut self, id: NodeId, dst: Option<u16>) -> u16 {
        let args = self.terms.args(id).to_vec();
        let Some((name, arity)) = self.terms.functor(id) else {
            return match self.terms.get(id) {
                Node::Var(v) => self.put_var(*v),
                _ => self.put(id),
            };
        };
        let text = self.vm.symbols.name(name.0).into_owned();
        match arity {
            2 => {
                let Some(row) = arith::binary(&text) else {
                    return self.put(id);
                };
                let mark = self.next_temp;
                if matches!(text.as_str(), "+" | "-")
                    && let Node::Int(k) = self.terms.get(args[1])
                    && k.unsigned_abs() < 1 << 60
                {
                    let k = if text == "+" { *k } else { -*k };
                    let x = self.expression(args[0], None);
                    self.next_temp = mark;
                    let dst = dst.unwrap_or_else(|| self.temp());
                    self.asm.emit(Op::AddConst, dst, x, 0);
                    self.asm.word(Value::small(k).0);
                    return dst;
                }
                let x = self.expression(args[0], None);
                let y = self.expression(args[1], None);
                self.next_temp = mark;
                let dst = dst.unwrap_or_else(|| self.temp());
                match text.as_str() {
                    "+" => self.asm.emit(Op::Add, dst, x, y),
                    "-" => self.asm.emit(Op::Sub, dst, x, y),
                    "*" => self.asm.emit(Op::Mul, dst, x, y),
                    _ => {
                        self.asm.emit(Op::Arith2, dst, x, y);
                        self.asm.word(row as u64);
                    }
                }
                dst
            }
            1 => {
                let Some(row) = arith::unary(&text) else {
                    return self.put(id);
                };
                let mark = self.next_temp;
                let x = self.expression(args[0], None);
                self.next_temp = mark;
                let dst = dst.unwrap_or_else(|| self.temp());
                self.asm.emit(Op::Arith1, dst, x, 0);
                self.asm.word(row as u64);
                dst
            }
            _ => self.put(id),
        }
    }

    /// `Result is Expression`.
    pub(super) fn is(&mut self, result: NodeId, expression: NodeId) {
        let mark = self.next_temp;
        let computed = self.terms.functor(expression).is_some_and(|(_, n)| n > 0);
        if let Node::Var(v) = *self.terms.get(result)
            && !self.vars[v as usize].ready
            && !self.mentions(expression, v)
        {
            let own = self.var_slot(v);
            let got = self.expression(expression, computed.then_some(own));
            if got != own {
                self.asm.emit(Op::Eval, own, got, 0);
            }
            self.vars[v as usize].ready = true;
            self.next_temp = mark;
            return;
        }
        let mut got = self.expression(expression, None);
        if self.immediate(expression).is_none() || self.terms.functor(expression).is_some() {
            let value = self.temp();
            self.asm.emit(Op::Eval, value, got, 0);
            got = value;
        }
        self.get(result, got, 0);
        self.next_temp = mark;
    }

    pub(super) fn mentions(&self, id: NodeId, v: u32) -> bool {
        let mut stack = vec![id];
        while let Some(id) = stack.pop() {
            match self.terms.get(id) {
                Node::Var(x) if *x == v => return true,
                _ => stack.extend_from_slice(self.terms.args(id)),
            }
        }
        false
    }

    /// A comparison; `otherwise` is where to go when it does not hold.
    pub(super) fn comparison(&mut self, relation: u16, args: &[NodeId], otherwise: Label) {
        let mark = self.next_temp;
        let x = self.expression(args[0], None);
        if let Node::Int(k) = self.terms.get(args[1])
            && k.unsigned_abs() < 1 << 60
        {
            self.asm.emit(Op::CompareConst, x, 0, relation);
            self.asm.word(Value::small(*k).0);
            self.asm.word_to(0, otherwise);
            self.next_temp = mark;
            return;
        }
        let y = self.expression(args[1], None);
        self.asm.emit(Op::Compare, x, y, relation);
        self.asm.word_to(0, otherwise);
        self.next_temp = mark;
    }
}
