//! Heads: unification specialised on what the clause's arguments look like.
//!
//! A compound argument has two codes: matching an existing term (read mode,
//! in line) and building one for an unbound variable (write mode, out of line).

use super::ClauseCompiler;
use crate::op::{self, Op};
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
        let args = self.terms.args(id).to_vec();
        let pair = self.fresh_pair(&args);
        match pair {
            Some((first, second)) => self.asm.emit(Op::GetPair, slot, first, second),
            None => self.asm.emit(Op::GetStruct, slot, read, 0),
        }
        if let Some(never) = self.bound {
            self.asm.word_to(functor, never);
            for &arg in &args {
                if let Node::Var(v) = self.terms.get(arg) {
                    let v = *v;
                    self.var_slot(v);
                    self.vars[v as usize].ready |= pair.is_some();
                }
            }
            if pair.is_none() {
                for (i, &arg) in args.iter().enumerate() {
                    self.get_arg(arg, read, i as u16, depth);
                }
            }
            self.next_temp = read;
            return;
        }
        self.asm.word_to(functor, write);
        // Write mode first, into a buffer of its own, from the same knowledge.
        let before = self.vars.clone();
        let (temp, fixed) = (self.next_temp, self.next_fixed);
        let inline = std::mem::take(&mut self.asm.words);
        let built = self.temp();
        self.put_compound(id, built);
        // Its last instruction puts the whole: it binds as well.
        let last = self.asm.words.len() - 2 - arity.div_ceil(4);
        debug_assert_eq!(Op::of(self.asm.words[last]), Op::PutStruct);
        self.asm.words[last] = op::word(Op::BindStruct, arity as u16, slot, 0);
        let words = std::mem::replace(&mut self.asm.words, inline);
        // Slots given to variables there are the same here; readiness starts over.
        for (var, old) in self.vars.iter_mut().zip(before) {
            var.ready = old.ready;
        }
        self.next_temp = temp;
        debug_assert!(self.next_fixed >= fixed);
        if pair.is_some() {
            for &arg in &args {
                if let Node::Var(v) = self.terms.get(arg) {
                    self.vars[*v as usize].ready = true;
                }
            }
        } else {
            for (i, &arg) in args.iter().enumerate() {
                self.get_arg(arg, read, i as u16, depth);
            }
        }
        let back = self.asm.here();
        self.deferred.push((write, words, back));
        self.next_temp = temp - 1;
    }

    /// Slots for the arguments of a pair if both are variables seen for the first time.
    fn fresh_pair(&mut self, args: &[NodeId]) -> Option<(u16, u16)> {
        let &[a, b] = args else {
            return None;
        };
        let (Node::Var(x), Node::Var(y)) = (self.terms.get(a), self.terms.get(b)) else {
            return None;
        };
        let (x, y) = (*x, *y);
        if x == y || self.vars[x as usize].ready || self.vars[y as usize].ready {
            return None;
        }
        Some((self.var_slot(x), self.var_slot(y)))
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
