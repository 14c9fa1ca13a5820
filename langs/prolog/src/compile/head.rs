//! Heads: unification specialised on what the clause's arguments look like.
//!
//! A compound argument has two codes: matching an existing term (read mode,
//! in line) and building one for an unbound variable (write mode, out of line).

use super::ClauseCompiler;
use crate::op::Op;
use crate::state::pl;
use crate::syntax::{Node, NodeId};

/// Nesting beyond which a subterm is built and unified instead.
const INLINE_DEPTH: u32 = 6;

impl ClauseCompiler<'_> {
    pub(super) fn head(&mut self, head: NodeId) {
        let args = self.terms.args(head).to_vec();
        // Variables that are arguments live in the argument's slot.
        for (i, &arg) in args.iter().enumerate() {
            if let Node::Var(v) = self.terms.get(arg)
                && self.vars[*v as usize].slot.is_none()
            {
                let var = &mut self.vars[*v as usize];
                var.slot = Some(i as u16);
                var.ready = true;
            }
        }
        for (i, &arg) in args.iter().enumerate() {
            if let Node::Var(v) = self.terms.get(arg)
                && self.vars[*v as usize].slot == Some(i as u16)
            {
                continue;
            }
            let mark = self.next_temp;
            self.get(arg, i as u16, 0);
            self.next_temp = mark;
        }
    }

    /// Unifies the value in `slot` with a term.
    pub(super) fn get(&mut self, id: NodeId, slot: u16, depth: u32) {
        match self.terms.get(id) {
            Node::Var(v) => {
                let v = *v;
                let own = self.var_slot(v);
                if self.vars[v as usize].ready {
                    self.asm.emit(Op::Unify, slot, own, 0);
                } else {
                    self.asm.emit(Op::Move, own, slot, 0);
                    self.vars[v as usize].ready = true;
                }
            }
            Node::Compound { .. } if depth <= INLINE_DEPTH => self.get_compound(id, slot, depth),
            _ => match self.immediate(id) {
                Some(v) => {
                    self.asm.emit(Op::GetConst, slot, 0, 0);
                    self.asm.word(v.0);
                }
                None => {
                    let mark = self.next_temp;
                    let built = self.put(id);
                    self.asm.emit(Op::Unify, slot, built, 0);
                    self.next_temp = mark;
                }
            },
        }
    }

    fn get_compound(&mut self, id: NodeId, slot: u16, depth: u32) {
        let (name, arity) = self.terms.functor(id).expect("a compound");
        let functor = pl(self.vm).functor(name, arity);
        let read = self.temp();
        let write = self.asm.label();
        self.asm.emit(Op::GetStruct, slot, read, 0);
        self.asm.word_to(functor, write);
        // Write mode first, into a buffer of its own, from the same knowledge.
        let before = self.vars.clone();
        let (temp, fixed) = (self.next_temp, self.next_fixed);
        let inline = std::mem::take(&mut self.asm.words);
        let built = self.temp();
        self.put_compound(id, built);
        self.asm.emit(Op::Bind, slot, built, 0);
        let words = std::mem::replace(&mut self.asm.words, inline);
        // Slots given to variables there are the same here; readiness starts over.
        for (var, old) in self.vars.iter_mut().zip(before) {
            var.ready = old.ready;
        }
        self.next_temp = temp;
        debug_assert!(self.next_fixed >= fixed);
        for (i, &arg) in self.terms.args(id).to_vec().iter().enumerate() {
            self.get_arg(arg, read, i as u16, depth);
        }
        let back = self.asm.here();
        self.deferred.push((write, words, back));
        self.next_temp = temp - 1;
    }

    /// Argument `i` of the compound in slot `read`.
    fn get_arg(&mut self, id: NodeId, read: u16, i: u16, depth: u32) {
        if let Node::Var(v) = self.terms.get(id) {
            let v = *v;
            if self.vars[v as usize].occurrences == 1 {
                return;
            }
            if !self.vars[v as usize].ready {
                let own = self.var_slot(v);
                self.asm.emit(Op::Arg, own, read, i);
                self.vars[v as usize].ready = true;
                return;
            }
        }
        let mark = self.next_temp;
        let loaded = self.temp();
        self.asm.emit(Op::Arg, loaded, read, i);
        self.get(id, loaded, depth + 1);
        self.next_temp = mark;
    }
}
