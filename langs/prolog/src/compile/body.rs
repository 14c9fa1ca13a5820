//! Bodies: control constructs, tests, unifications and calls.

use super::{ClauseCompiler, Label};
use crate::db;
use crate::op::{Op, RELATIONS, TESTS};
use crate::state::{PredKind, pl};
use crate::syntax::{Atom, Node, NodeId};

impl ClauseCompiler<'_> {
    /// A whole body; ends with a last call or a return.
    pub(super) fn body(&mut self, body: NodeId) {
        if !self.goal(body, true) {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        }
    }

    /// The last goals of a body.
    pub(super) fn goals(&mut self, goals: &[NodeId]) {
        for (i, &goal) in goals.iter().enumerate() {
            if self.goal(goal, i + 1 == goals.len()) {
                return;
            }
        }
        self.asm.emit(Op::Proceed, 0, 0, 0);
    }

    /// A goal. `last`: nothing follows it in the clause. True when it ended in a
    /// jump away, so that nothing is reachable after it.
    fn goal(&mut self, id: NodeId, last: bool) -> bool {
        let k = self.known();
        // The spine of a conjunction, without recursion on its right side.
        let mut at = id;
        while let Some([left, right]) = self.terms.is(at, k.comma, 2) {
            let (left, right) = (*left, *right);
            if self.goal(left, false) {
                return true;
            }
            at = right;
        }
        self.single(at, last)
    }

    fn single(&mut self, id: NodeId, last: bool) -> bool {
        let Some((name, arity)) = self.terms.functor(id) else {
            // A variable, or a number that will raise.
            return self.call_terms(Atom(self.known().call.0), &[id], last);
        };
        let args = self.terms.args(id).to_vec();
        let k = self.known();
        if arity == 2 {
            if name == k.semicolon {
                return self.disjunction(args[0], args[1], last);
            }
            if name == k.arrow {
                return self.if_then(args[0], args[1], None, last);
            }
            if name == k.soft_arrow {
                return self.soft(args[0], args[1], None, last);
            }
            if name == k.colon {
                return self.qualified(args[0], args[1], last);
            }
        }
        if arity == 1 && name == k.not {
            self.negation(args[0]);
            return false;
        }
        if arity == 0 {
            if name == k.cut || name == k.dollar {
                match self.cut {
                    None => self.asm.emit(Op::Cut, 0, 0, 0),
                    Some(slot) => self.asm.emit(Op::CutTo, slot, 0, 0),
                }
                return false;
            }
            if name == k.true_ {
                return false;
            }
            if name == k.fail || name == k.false_ {
                self.asm.emit(Op::Fail, 0, 0, 0);
                return true;
            }
        }
        if self.inline(name, &args) {
            return false;
        }
        self.call_terms(name, &args, last)
    }

    /// Goals with an instruction of their own.
    fn inline(&mut self, name: Atom, args: &[NodeId]) -> bool {
        let text = self.vm.symbols.name(name.0).into_owned();
        match (text.as_str(), args) {
            ("=", [a, b]) => self.unification(*a, *b),
            ("is", [a, b]) => self.is(*a, *b),
            ("$cut", [a]) => {
                let slot = self.put(*a);
                self.asm.emit(Op::CutTo, slot, 0, 0);
            }
            ("$mark", [a]) => {
                let slot = self.temp();
                self.asm.emit(Op::Mark, slot, 0, 0);
                self.get(*a, slot, 0);
            }
            _ => {
                let fails = self.asm.label();
                if !self.test(&text, args, fails) {
                    return false;
                }
                // Address 0 means failure: no clause starts there.
                self.asm.labels[fails.0] = Some(0);
            }
        }
        true
    }

    /// A test without effects, going to `otherwise` when it does not hold.
    fn test(&mut self, name: &str, args: &[NodeId], otherwise: Label) -> bool {
        match args {
            [a, b] => {
                if let Some(r) = RELATIONS.iter().position(|r| *r == name) {
                    self.comparison(r as u16, args, otherwise);
                    return true;
                }
                let negated = match name {
                    "==" => 0,
                    "\\==" => 1,
                    _ => return false,
                };
                let mark = self.next_temp;
                let (x, y) = (self.put(*a), self.put(*b));
                self.asm.emit(Op::Same, x, y, negated);
                self.asm.word_to(0, otherwise);
                self.next_temp = mark;
                true
            }
            [a] => {
                let Some(t) = TESTS.iter().position(|t| *t == name) else {
                    return false;
                };
                let mark = self.next_temp;
                let x = self.put(*a);
                self.asm.emit(Op::Test, x, 0, t as u16);
                self.asm.word_to(0, otherwise);
                self.next_temp = mark;
                true
            }
            _ => false,
        }
    }

    fn unification(&mut self, a: NodeId, b: NodeId) {
        let mark = self.next_temp;
        let fresh = |c: &Self, id: NodeId| match c.terms.get(id) {
            Node::Var(v) => (!c.vars[*v as usize].ready).then_some(*v),
            _ => None,
        };
        let (a, b) = if fresh(self, a).is_none() && fresh(self, b).is_some()
            || !matches!(self.terms.get(a), Node::Var(_))
        {
            (b, a)
        } else {
            (a, b)
        };
        match fresh(self, a) {
            Some(v) if !self.mentions(b, v) => {
                let slot = self.var_slot(v);
                self.put_into(b, slot);
                self.vars[v as usize].ready = true;
            }
            _ => {
                let slot = self.put(a);
                self.get(b, slot, 0);
            }
        }
        self.next_temp = mark;
    }

    /// Variables of a branch that also occur elsewhere get their value before the construct.
    fn prepare(&mut self, branches: &[NodeId]) {
        for &branch in branches {
            let mut counts: Vec<(u32, u32)> = Vec::new();
            let mut stack = vec![branch];
            while let Some(id) = stack.pop() {
                match self.terms.get(id) {
                    Node::Var(v) => match counts.iter_mut().find(|c| c.0 == *v) {
                        Some(c) => c.1 += 1,
                        None => counts.push((*v, 1)),
                    },
                    _ => stack.extend_from_slice(self.terms.args(id)),
                }
            }
            for (v, n) in counts {
                if n < self.vars[v as usize].occurrences {
                    self.put_var(v);
                }
            }
        }
    }

    /// Runs `f` for a branch: what it makes ready is not ready afterwards.
    fn branch(&mut self, f: impl FnOnce(&mut Self) -> bool) -> bool {
        let before = self.vars.clone();
        let done = f(self);
        for (var, old) in self.vars.iter_mut().zip(before) {
            var.ready = old.ready;
        }
        done
    }

    fn disjunction(&mut self, left: NodeId, right: NodeId, last: bool) -> bool {
        let k = self.known();
        if let Some([c, t]) = self.terms.is(left, k.arrow, 2) {
            return self.if_then(*c, *t, Some(right), last);
        }
        if let Some([c, t]) = self.terms.is(left, k.soft_arrow, 2) {
            return self.soft(*c, *t, Some(right), last);
        }
        self.prepare(&[left, right]);
        let (other, end) = (self.asm.label(), self.asm.label());
        self.asm.emit_to(Op::Try, 0, other);
        let first = self.branch(|c| c.goal(left, last));
        if !first {
            self.leave_branch(last, end);
        }
        self.asm.place(other);
        self.asm.emit(Op::Trust, 0, 0, 0);
        let second = self.branch(|c| c.goal(right, last));
        if !second && last {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        }
        self.asm.place(end);
        last || first && second
    }

    /// At the end of a branch that is not the textually last one.
    fn leave_branch(&mut self, last: bool, end: Label) {
        if last {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        } else {
            self.asm.emit_to(Op::Jump, 0, end);
        }
    }

    /// Is the condition made of tests only?
    fn simple_condition(&mut self, id: NodeId) -> bool {
        let k = self.known();
        if let Some([a, b]) = self.terms.is(id, k.comma, 2) {
            let (a, b) = (*a, *b);
            return self.simple_condition(a) && self.simple_condition(b);
        }
        let Some((name, arity)) = self.terms.functor(id) else {
            return false;
        };
        let text = self.vm.symbols.name(name.0);
        match arity {
            0 => name == k.true_,
            1 => TESTS.contains(&&*text),
            2 => RELATIONS.contains(&&*text) || matches!(&*text, "==" | "\\=="),
            _ => false,
        }
    }

    pub(super) fn condition_tests(&mut self, id: NodeId, otherwise: Label) {
        let k = self.known();
        if let Some([a, b]) = self.terms.is(id, k.comma, 2) {
            let (a, b) = (*a, *b);
            self.condition_tests(a, otherwise);
            self.condition_tests(b, otherwise);
            return;
        }
        let (name, arity) = self.terms.functor(id).expect("a simple condition");
        if arity > 0 {
            let text = self.vm.symbols.name(name.0).into_owned();
            let args = self.terms.args(id).to_vec();
            self.test(&text, &args, otherwise);
        }
    }

    fn if_then(&mut self, c: NodeId, t: NodeId, e: Option<NodeId>, last: bool) -> bool {
        // Condition and consequence are one branch.
        self.prepare_pair(c, t, e);
        let (other, end) = (self.asm.label(), self.asm.label());
        let simple = self.simple_condition(c);
        let first = self.branch(|s| {
            if simple {
                s.condition_tests(c, other);
            } else {
                let mark = s.fixed();
                s.asm.emit(Op::Mark, mark, 0, 0);
                s.asm.emit_to(Op::Try, 0, other);
                let outer = s.cut.replace(mark);
                // A cut in the condition is local to it.
                let failed = s.local_goal(c);
                s.cut = outer;
                if failed {
                    return true;
                }
                s.asm.emit(Op::CutTo, mark, 0, 0);
            }
            s.goal(t, last)
        });
        if !first {
            self.leave_branch(last, end);
        }
        self.asm.place(other);
        if !simple {
            self.asm.emit(Op::Trust, 0, 0, 0);
        }
        let second = match e {
            Some(e) => self.branch(|s| s.goal(e, last)),
            None => {
                self.asm.emit(Op::Fail, 0, 0, 0);
                true
            }
        };
        if !second && last {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        }
        self.asm.place(end);
        last || first && second
    }

    /// A condition: a cut inside drops what the condition left, not its else branch.
    fn local_goal(&mut self, c: NodeId) -> bool {
        let k = self.known();
        let mut stack = vec![c];
        let mut has_cut = false;
        while let Some(id) = stack.pop() {
            if let Some((name, arity)) = self.terms.functor(id) {
                has_cut |= name == k.cut && arity == 0;
                if arity > 0 && [k.comma, k.semicolon, k.arrow, k.soft_arrow].contains(&name) {
                    stack.extend_from_slice(self.terms.args(id));
                }
            }
        }
        if has_cut {
            let inner = self.fixed();
            self.asm.emit(Op::Mark, inner, 0, 0);
            self.cut = Some(inner);
        }
        self.goal(c, false)
    }

    /// As [`Self::prepare`], with condition and consequence as one branch.
    fn prepare_pair(&mut self, c: NodeId, t: NodeId, e: Option<NodeId>) {
        let mut counts: Vec<(u32, u32)> = Vec::new();
        let mut stack = vec![c, t];
        while let Some(id) = stack.pop() {
            match self.terms.get(id) {
                Node::Var(v) => match counts.iter_mut().find(|x| x.0 == *v) {
                    Some(x) => x.1 += 1,
                    None => counts.push((*v, 1)),
                },
                _ => stack.extend_from_slice(self.terms.args(id)),
            }
        }
        for (v, n) in counts {
            if n < self.vars[v as usize].occurrences {
                self.put_var(v);
            }
        }
        if let Some(e) = e {
            self.prepare(&[e]);
        }
    }

    fn soft(&mut self, c: NodeId, t: NodeId, e: Option<NodeId>, last: bool) -> bool {
        let Some(e) = e else {
            return self.goal(c, false) || self.goal(t, last);
        };
        self.prepare_pair(c, t, Some(e));
        let (other, end, dead) = (self.asm.label(), self.asm.label(), self.asm.label());
        let first = self.branch(|s| {
            s.asm.emit_to(Op::Try, 0, other);
            let mark = s.fixed();
            s.asm.emit(Op::Mark, mark, 0, 0);
            let outer = s.cut;
            s.cut = Some(mark);
            let failed = s.goal(c, false);
            s.cut = outer;
            if failed {
                return true;
            }
            s.asm.emit_to(Op::SoftCut, mark, dead);
            s.goal(t, last)
        });
        if !first {
            self.leave_branch(last, end);
        }
        self.asm.place(dead);
        self.asm.emit(Op::Trust, 0, 0, 0);
        self.asm.emit(Op::Fail, 0, 0, 0);
        self.asm.place(other);
        self.asm.emit(Op::Trust, 0, 0, 0);
        let second = self.branch(|s| s.goal(e, last));
        if !second && last {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        }
        self.asm.place(end);
        last || first && second
    }

    fn negation(&mut self, g: NodeId) {
        self.prepare(&[g]);
        if self.simple_condition(g) {
            let holds = self.asm.label();
            self.branch(|s| {
                s.condition_tests(g, holds);
                true
            });
            self.asm.emit(Op::Fail, 0, 0, 0);
            self.asm.place(holds);
            return;
        }
        let other = self.asm.label();
        self.branch(|s| {
            let mark = s.fixed();
            s.asm.emit(Op::Mark, mark, 0, 0);
            s.asm.emit_to(Op::Try, 0, other);
            let outer = s.cut.replace(mark);
            let failed = s.local_goal(g);
            s.cut = outer;
            if !failed {
                s.asm.emit(Op::CutTo, mark, 0, 0);
                s.asm.emit(Op::Fail, 0, 0, 0);
            }
            true
        });
        self.asm.place(other);
        self.asm.emit(Op::Trust, 0, 0, 0);
    }

    fn qualified(&mut self, module: NodeId, goal: NodeId, last: bool) -> bool {
        if let (Node::Atom(m), Some(_)) = (self.terms.get(module), self.terms.functor(goal)) {
            let outer = std::mem::replace(&mut self.module, *m);
            let done = self.single(goal, last);
            self.module = outer;
            return done;
        }
        // Only known when it is called.
        let mark = self.next_temp;
        let (m, g) = (self.put(module), self.put(goal));
        let functor = pl(self.vm).functor(self.known().colon, 2);
        let whole = self.temp();
        self.asm.emit(Op::PutStruct, 2, whole, 0);
        self.asm.word(functor as u64);
        self.asm.packed(&[m, g]);
        let k = self.known();
        let call = pl(self.vm).pred_in(k.system, k.call, 1);
        let op = if last { Op::Execute } else { Op::Call };
        self.asm.emit(op, 1, 0, self.saved);
        self.asm.word(call.id as u64);
        self.asm.packed(&[whole]);
        if !last {
            self.asm.emit(Op::Resume, self.saved, 0, 0);
        }
        self.next_temp = mark;
        last
    }

    /// An ordinary call.
    fn call_terms(&mut self, name: Atom, args: &[NodeId], last: bool) -> bool {
        let mark = self.next_temp;
        let pred = db::resolve_early(self.vm, self.module, name, args.len());
        let k = self.known();
        if (pred.module, name, args.len()) == (k.system, k.arg, 3) {
            return self.call_arg(pred, args);
        }
        let slots = self.arguments(pred, args);
        if let Some(n) = pred.builtin.get() {
            self.asm.emit(Op::Builtin, args.len() as u16, 0, 0);
            self.asm.word(n as u64);
            self.asm.packed(&slots);
            self.next_temp = mark;
            return false;
        }
        // A frame that calls another language stays, for tracebacks: the callee adds none of ours.
        let (k, kind) = (self.known(), pred.kind.get());
        let last = last && kind != PredKind::Foreign && !pred.sends.get();
        // What is called is known at the call only: the operand says how to tell.
        let stays = if pred.name == k.call && pred.module == k.system && args.len() > 1 {
            1
        } else if kind == PredKind::Undefined {
            2
        } else {
            0
        };
        let may_stay = last && stays != 0;
        if last {
            let args = args.len() as u16;
            self.asm.emit(Op::Execute, args, stays, self.saved);
        } else {
            self.asm.emit(Op::Call, args.len() as u16, 0, self.saved);
        }
        self.asm.word(pred.id as u64);
        self.asm.packed(&slots);
        if !last || may_stay {
            self.asm.emit(Op::Resume, self.saved, 0, 0);
        }
        if may_stay {
            self.asm.emit(Op::Proceed, 0, 0, 0);
        }
        self.next_temp = mark;
        last
    }

    /// Slots of the arguments; goals passed out of a module carry its name.
    /// `arg/3` has an instruction for known numbers and compounds; else it is called.
    fn call_arg(&mut self, pred: &crate::state::Pred, args: &[NodeId]) -> bool {
        let mark = self.next_temp;
        let (n, t) = (self.put(args[0]), self.put(args[1]));
        // A variable that occurs here first becomes the argument itself.
        let fresh = match self.terms.get(args[2]) {
            Node::Var(v) => Some(*v).filter(|v| !self.vars[*v as usize].ready),
            _ => None,
        };
        let a = match fresh {
            Some(v) => self.var_slot(v),
            None => self.put(args[2]),
        };
        let (call, end) = (self.asm.label(), self.asm.label());
        self.asm.emit(Op::GetArg, 3, fresh.is_some() as u16, 0);
        self.asm.word_to(0, call);
        self.asm.packed(&[n, t, a]);
        self.asm.emit_to(Op::Jump, 0, end);
        self.asm.place(call);
        if let Some(v) = fresh {
            self.put_var(v);
        }
        self.asm.emit(Op::Call, 3, 0, self.saved);
        self.asm.word(pred.id as u64);
        self.asm.packed(&[n, t, a]);
        self.asm.emit(Op::Resume, self.saved, 0, 0);
        self.asm.place(end);
        self.next_temp = mark;
        false
    }

    fn arguments(&mut self, pred: &crate::state::Pred, args: &[NodeId]) -> Vec<u16> {
        let k = self.known();
        let meta = pred.meta.borrow().clone();
        let qualify =
            self.module != k.user && self.module != k.system && pred.module != self.module;
        args.iter()
            .enumerate()
            .map(|(i, &arg)| {
                let slot = self.put(arg);
                if !qualify || meta.get(i).is_none_or(|m| *m == 0xFF) {
                    return slot;
                }
                let (m, whole) = (self.temp(), self.temp());
                self.asm.emit(Op::PutConst, m, 0, 0);
                self.asm
                    .word(metatrace::value::Value::symbol(self.module.0).0);
                let functor = pl(self.vm).functor(k.colon, 2);
                self.asm.emit(Op::PutStruct, 2, whole, 0);
                self.asm.word(functor as u64);
                self.asm.packed(&[m, slot]);
                whole
            })
            .collect()
    }
}
