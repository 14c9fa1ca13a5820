//! The back edge: does the state at the end of the body fit the label?
//!
//! What does not fit weakens an assumption of the label ([`Assume`]); the body
//! is then optimised again from where it began.

use super::heap::ShapeFact;
use super::intbound::Range;
use super::regs::reg_path;
use super::unroll::{Assume, Draft, HeapFact, Leaf, Pat, VirtPat, child, pending_path, slot_path};
use super::walk::{Abs, Fact, Walk};
use super::words::find_fixed;
use crate::ir::{Descr, Op, OpRef, Tag, Ty};
use crate::value::{INT_MAX, INT_MIN};
use hashbrown::HashMap;

impl Walk<'_, '_> {
    /// Ends the body: `end` are the slots at the back edge. `false` when an
    /// assumption did not hold; it is weakened then.
    pub fn close_loop(&mut self, draft: &mut Draft, end: &[Abs], assume: &mut Assume) -> bool {
        let mut regs = Vec::with_capacity(draft.carried.len());
        for (reg, pat) in &draft.carried {
            let now = self.load_reg(*reg as u8);
            regs.push((reg_path(*reg), *pat, now));
            self.take_reg(*reg);
        }
        self.flush_others(assume.carries(), &draft.delayed);
        let mut stable = true;
        let mut bound: HashMap<u32, (u32, u64)> = HashMap::new();
        for (i, abs) in end.iter().enumerate() {
            let pat = draft.slots[i];
            stable &= self.close_slot(draft, pat, *abs, slot_path(i), assume, &mut bound);
        }
        for (path, pat, now) in regs {
            stable &= self.close_slot(draft, pat, now, path, assume, &mut bound);
        }
        stable &= self.close_memory(draft, assume);
        for (reg, value) in &draft.regs {
            let now = self.st.regs[*reg].map(|v| self.resolve(v));
            if now != Some(self.resolve(Abs::Op(*value))) {
                assume.regs_changed |= 1 << reg;
                stable = false;
            }
        }
        stable &= self.close_pending(draft, assume, &mut bound);
        stable &= self.close_words(draft, assume, &mut bound);
        // An object that another operand refers to exists after all.
        for (v, path) in bound.values() {
            if self.st.virtuals[*v as usize].forced != OpRef::NONE {
                assume.forced.insert(*path);
                stable = false;
            }
        }
        for k in 0..draft.leaves.len() {
            let claim = draft.known[draft.leaves[k].param.index()];
            stable &= self.close_leaf(&draft.leaves[k], claim, assume);
        }
        stable = stable && !find_fixed(draft, assume);
        if stable {
            let label = Descr::Label(draft.label);
            self.emit(Op::Jump, Ty::Void, &[], label, None);
        }
        stable
    }

    /// The stores that wait must be those that waited at the label.
    fn close_pending(
        &mut self,
        draft: &mut Draft,
        assume: &mut Assume,
        bound: &mut HashMap<u32, (u32, u64)>,
    ) -> bool {
        self.flush_others(assume.carries(), &draft.delayed);
        let mut waiting = self.st.heap.pending.clone();
        waiting.retain(|p| !draft.delayed.contains(&(p.object, p.field)));
        let fits = waiting.len() == draft.pending.len()
            && waiting
                .iter()
                .zip(&draft.pending)
                .all(|(p, d)| p.field == d.field);
        if !fits {
            assume.no_pending = true;
            return false;
        }
        let mut stable = true;
        for (i, p) in waiting.iter().enumerate() {
            let d = draft.pending[i];
            draft.leaves[d.object as usize].next = p.object;
            let path = child(pending_path(i), 1);
            stable &= self.close_slot(draft, d.value, p.value, path, assume, bound);
        }
        stable
    }

    pub fn close_slot(
        &mut self,
        draft: &mut Draft,
        pat: Pat,
        abs: Abs,
        path: u64,
        assume: &mut Assume,
        bound: &mut HashMap<u32, (u32, u64)>,
    ) -> bool {
        let abs = self.resolve(abs);
        match pat {
            Pat::Const(op) | Pat::Invariant(op) | Pat::Derived(op) => {
                abs == Abs::Op(op) || !assume.general.insert(path)
            }
            Pat::Leaf(k) => {
                let claim = draft.known[draft.leaves[k as usize].param.index()].tag;
                if claim.is_some() && claim == self.abs_tag(abs) {
                    self.make_exact(abs);
                }
                let next = self.leaf_next(abs, self.out.ty(draft.leaves[k as usize].param));
                let leaf = &mut draft.leaves[k as usize];
                if leaf.next != OpRef::NONE && leaf.next != next {
                    assume.split.insert(path);
                    return false;
                }
                leaf.next = next;
                true
            }
            Pat::Virt(i) => match &draft.virts[i as usize] {
                VirtPat::Float(raw) => {
                    let raw = *raw;
                    match self.raw_at_end(abs) {
                        Some(float) => {
                            let path = child(path, 0);
                            self.close_slot(draft, raw, Abs::Op(float), path, assume, bound)
                        }
                        None => {
                            assume.forced.insert(path);
                            assume.no_tag.insert(path);
                            false
                        }
                    }
                }
                VirtPat::Object { kind, fields } => {
                    let fields = fields.clone();
                    let Abs::Virt(v) = abs else {
                        assume.forced.insert(path);
                        return false;
                    };
                    if let Some(seen) = bound.get(&i) {
                        // The object was met before: it must be the same one.
                        if seen.0 != v {
                            assume.forced.insert(path);
                        }
                        return seen.0 == v;
                    }
                    let object = self.st.virtuals[v as usize].clone();
                    if object.kind != *kind || object.exact || bound.values().any(|b| b.0 == v) {
                        assume.forced.insert(path);
                        return false;
                    }
                    bound.insert(i, (v, path));
                    let mut stable = true;
                    for (word, pat) in fields.into_iter().enumerate() {
                        let path = child(path, word);
                        let field = object.fields[word];
                        stable &= self.close_slot(draft, pat, field, path, assume, bound);
                    }
                    stable
                }
            },
        }
    }

    /// The raw float of a slot that is carried unboxed.
    fn raw_at_end(&mut self, abs: Abs) -> Option<OpRef> {
        match abs {
            Abs::Virt(_) => self.virtual_float(abs),
            Abs::Op(op) if self.tag(op) == Some(Tag::FLOAT) => Some(self.unbox_float(abs)),
            Abs::Op(_) => None,
        }
    }

    /// The value given for an operand of type `ty`.
    pub fn leaf_next(&mut self, abs: Abs, ty: Ty) -> OpRef {
        let op = self.force(abs);
        match (ty, self.out.ty(op)) {
            (Ty::Val, Ty::Bool) => self.pure1(Op::BoolToVal, op),
            _ => op,
        }
    }

    fn close_memory(&mut self, draft: &mut Draft, assume: &mut Assume) -> bool {
        let mut stable = true;
        let used = self.st.heap.used.clone();
        for (origin, fact) in draft.facts.iter().enumerate() {
            match *fact {
                HeapFact::Shape { object, shape } => {
                    let same = self.known_shape(Abs::Op(object)) == ShapeFact::Constant(shape);
                    if used[origin] && !same {
                        assume.shapes_written = true;
                        stable = false;
                    }
                }
                HeapFact::Word {
                    key,
                    object,
                    index,
                    value,
                    leaf,
                    immutable,
                    ..
                } => {
                    if !used[origin] || immutable {
                        continue;
                    }
                    let now = self.st.heap.find(key, object, index);
                    match (now, leaf) {
                        (Some(now), Some(k)) => {
                            let leaf = &draft.leaves[k as usize];
                            let (ty, path) = (self.out.ty(leaf.param), leaf.path);
                            match self.carried(now, ty) {
                                Some(next) => draft.leaves[k as usize].next = next,
                                None => {
                                    assume.no_tag.insert(path);
                                    stable = false;
                                }
                            }
                        }
                        (None, Some(_)) => {
                            assume.no_carry.insert((key, object, index));
                            stable = false;
                        }
                        (now, None) => {
                            let same = now.is_some_and(|now| self.resolve(now) == Abs::Op(value));
                            if same {
                                continue;
                            }
                            stable = false;
                            if value.is_const() && assume.written.contains(&key) {
                                assume.varies.insert((key, object, index));
                            } else {
                                assume.written.push(key);
                            }
                        }
                    }
                }
            }
        }
        self.st.heap.used = used;
        stable
    }

    /// The value of a carried word, as an operand of type `ty`.
    fn carried(&mut self, now: Abs, ty: Ty) -> Option<OpRef> {
        let now = self.resolve(now);
        if let (Abs::Op(op), Ty::Float) = (now, ty)
            && self.out.ty(op) == Ty::Float
        {
            return Some(op);
        }
        if ty != Ty::Float {
            return Some(self.force(now));
        }
        match self.abs_tag(now) {
            Some(Tag::FLOAT) => Some(self.unbox_float(now)),
            _ => None,
        }
    }

    /// Does the value at the back edge have what the label claims of the operand?
    fn close_leaf(&mut self, leaf: &Leaf, claim: Fact, assume: &mut Assume) -> bool {
        let touched = self.st.touched[leaf.param.index()];
        let ty = self.out.ty(leaf.param);
        if leaf.next == OpRef::NONE || (!touched && ty == Ty::Val) {
            return true;
        }
        if let Some(tag) = claim.tag
            && self.tag(leaf.next) != Some(tag)
        {
            assume.no_tag.insert(leaf.path);
            return false;
        }
        if claim.tag != Some(Tag::INT) {
            return true;
        }
        let range = self.range(leaf.next);
        if claim.range.contains(range) {
            return true;
        }
        let lo = if range.lo < claim.range.lo {
            INT_MIN
        } else {
            claim.range.lo
        };
        let hi = if range.hi > claim.range.hi {
            INT_MAX
        } else {
            claim.range.hi
        };
        assume.wide.insert(leaf.path, Range::new(lo, hi));
        false
    }
}
