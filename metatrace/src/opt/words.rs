//! Words of real objects that hold virtual objects around a loop.
//!
//! ```text
//!   label L1 (.., v8)                       label L1 (.., v8)
//!   store v0, pair.a, v8                    @[.. store v0, pair.a, $0; $0 = new cell {1: v8}]
//!   v9 = load v0, pair.a                    (the cell's word is v8)
//!   v10 = new cell ..               ──►
//!   store v0, pair.a, v10
//!   jump L1 (.., v11)                       jump L1 (.., v11)
//! ```
//! A store of a virtual object into an object from before the loop need not happen where the
//! iteration ends: it goes on waiting, and the label's operands are the virtual object's words.
//! Exits make both real. So an object that each iteration replaces is never allocated: an
//! iterator kept in an attribute, the choice point that a suspended query has.
//!
//! Words that the loop finds not to change are invariants like unchanged slots ([`find_fixed`]).
//! An object that each iteration needs after all is better made where it is stored.

use super::OptError;
use super::enter::Entering;
use super::heap::{ClassKey, Pending};
use super::state::{LabelArg, LabelSource};
use super::unroll::{Assume, Draft, LeafSource, Opening, Pat, child};
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Op, OpRef};
use crate::layout::FieldRef;
use hashbrown::{HashMap, HashSet};

/// Words with virtual objects that a loop carries, at most.
const WORDS_MAX: usize = 8;

/// A word that holds a virtual object at the end of the preamble.
#[derive(Copy, Clone, Debug)]
pub(super) struct Word {
    pub object: OpRef,
    pub field: FieldRef,
    pub value: Abs,
    pub path: u64,
}

/// The same at a label.
#[derive(Copy, Clone, Debug)]
pub(super) struct DraftWord {
    pub object: OpRef,
    pub field: FieldRef,
    pub path: u64,
    /// Position in `Draft::virts`.
    pub virt: u32,
}

pub(super) fn word_path(key: ClassKey, object: OpRef) -> u64 {
    let path = child(key.word as u64, object.0 as usize) ^ 0x5555_0000;
    child(path, key.layout as usize)
}

impl Walk<'_, '_> {
    // ----------------------------------------------------------- opening a label

    /// Words of invariant objects whose stores of virtual objects wait.
    pub fn words_to_carry(&mut self, entry: &[Abs], end: &[Abs], assume: &Assume) -> Vec<Word> {
        let mut words = Vec::new();
        if !assume.carries_words() || !self.options.heap || !self.options.virtualize {
            return words;
        }
        for at in 0..self.st.heap.pending.len() {
            let p = self.st.heap.pending[at];
            let path = word_path(ClassKey::of(p.field), p.object);
            let value = self.resolve(p.value);
            let fits = self.is_virtual_object(value)
                && !self.is_open(value)
                && !assume.forced.contains(&path);
            if fits && words.len() < WORDS_MAX {
                words.push(Word {
                    object: p.object,
                    field: p.field,
                    value,
                    path,
                });
            }
        }
        if !words.is_empty() {
            let regs = self.steady_regs(assume);
            let (_, invariant, _) = self.invariants(entry, end, &regs, &[], assume);
            words.retain(|w| w.object.is_const() || invariant[w.object.index()]);
        }
        words
    }

    /// Performs what is delayed, but for these words and stores that a loop may carry. Objects
    /// that exist thereafter are no longer carried.
    pub fn flush_around(&mut self, carry: bool, words: &mut Vec<Word>) {
        loop {
            words.retain(|w| matches!(self.resolve(w.value), Abs::Virt(_)));
            let keep: Vec<_> = words.iter().map(|w| (w.object, w.field)).collect();
            self.flush_others(carry, &keep);
            let virtual_still = |w: &Word| matches!(self.resolve(w.value), Abs::Virt(_));
            if words.iter().all(virtual_still) {
                return;
            }
        }
    }

    /// Takes the words' stores out of those that wait.
    pub fn take_words(&mut self, words: Vec<Word>) -> Vec<Word> {
        let carried = |p: &Pending| {
            let same = |w: &Word| (w.object, w.field) == (p.object, p.field);
            words.iter().any(same)
        };
        self.st.heap.pending.retain(|p| !carried(p));
        words
    }

    /// Makes the patterns of the words' virtual objects.
    pub fn label_words(&mut self, words: &[Word], o: &mut Opening<'_>) -> Vec<DraftWord> {
        o.in_word = true;
        let mut out = Vec::new();
        for w in words {
            if let Pat::Virt(virt) = self.pattern(w.value, w.path, None, o) {
                out.push(DraftWord {
                    object: w.object,
                    field: w.field,
                    path: w.path,
                    virt,
                });
            }
        }
        o.in_word = false;
        out
    }

    /// Lets the words' stores wait in the loop; returns which they are.
    pub fn hold_words(&mut self, words: &[DraftWord], o: &Opening<'_>) -> Vec<(OpRef, FieldRef)> {
        let mut out = Vec::new();
        for w in words {
            let value = self.pattern_abs(Pat::Virt(w.virt), o);
            self.st.heap.pending.push(Pending {
                object: w.object,
                field: w.field,
                value,
            });
            self.remember(w.object, w.field, value);
            out.push((w.object, w.field));
        }
        out
    }

    /// Values of words that an earlier round found not to change.
    pub fn fixed_values(&mut self, words: &[Word], assume: &Assume) -> Vec<OpRef> {
        let mut out = Vec::new();
        let Some(fixed) = &assume.fixed else {
            return out;
        };
        let mut seen = HashSet::new();
        let mut work: Vec<(Abs, u64)> = words.iter().map(|w| (w.value, w.path)).collect();
        while let Some((abs, path)) = work.pop() {
            match self.resolve(abs) {
                Abs::Virt(v) if seen.insert(v) => {
                    let fields = self.st.virtuals[v as usize].fields.iter().enumerate();
                    work.extend(fields.map(|(word, f)| (*f, child(path, word))));
                }
                Abs::Virt(_) => {}
                Abs::Op(op) => {
                    let computed = self.def(op).is_some_and(|d| d.op != Op::Load);
                    if fixed.contains(&path) && !op.is_const() && !computed {
                        out.push(op);
                    }
                }
            }
        }
        out
    }

    // -------------------------------------------------------------- the back edge

    /// The words must hold virtual objects of the same form again.
    pub fn close_words(
        &mut self,
        draft: &mut Draft,
        assume: &mut Assume,
        bound: &mut HashMap<u32, (u32, u64)>,
    ) -> bool {
        let mut stable = true;
        for at in 0..draft.words.len() {
            let w = draft.words[at];
            let now = self
                .st
                .heap
                .find(ClassKey::of(w.field), w.object, OpRef::NONE);
            match now.map(|now| self.resolve(now)) {
                Some(now @ Abs::Virt(_)) => {
                    let pat = Pat::Virt(w.virt);
                    stable &= self.close_slot(draft, pat, now, w.path, assume, bound);
                }
                _ => {
                    assume.forced.insert(w.path);
                    stable = false;
                }
            }
        }
        // What the iteration needed was better made before.
        for (v, path) in &draft.held {
            if self.st.virtuals[*v as usize].forced != OpRef::NONE {
                assume.forced.insert(*path);
                stable = false;
            }
        }
        stable
    }

    // ------------------------------------------------------- entering from elsewhere

    /// The words that the label expects to hold virtual objects must do so here.
    pub fn enter_words(&mut self, e: &mut Entering<'_>) -> Walked<()> {
        let label = e.label;
        for w in &label.words {
            self.enter_object(e, w.object)?;
            let object = self.label_arg(e, w.object);
            let waits = |p: &&Pending| p.object == object && p.field == w.field;
            let found = self.st.heap.pending.iter().find(waits).map(|p| p.value);
            let value = found.ok_or(OptError::NoMatch)?;
            self.enter_slot(e, w.value, value)?;
        }
        Ok(())
    }

    /// Computes an object that the label knows.
    fn enter_object(&mut self, e: &mut Entering<'_>, arg: LabelArg) -> Walked<()> {
        let LabelArg::Value(k) = arg else {
            return Ok(());
        };
        let label = e.label;
        if let LabelSource::Op { args, .. } = &label.values[k as usize].source {
            for arg in args {
                self.enter_object(e, *arg)?;
            }
            self.enter_value(e, k as usize)?;
        }
        Ok(())
    }
}

/// Looks once for operands that come from words and never change: they are invariants, and
/// what is computed from them is hoisted. Says whether it found any.
pub(super) fn find_fixed(draft: &Draft, assume: &mut Assume) -> bool {
    if assume.fixed.is_some() || assume.last_round || draft.words.is_empty() {
        return false;
    }
    let unchanged = draft.leaves.iter().filter(|l| {
        l.next == l.param && !l.init.is_const() && matches!(l.source, LeafSource::Slot)
    });
    let fixed: HashSet<u64> = unchanged.map(|l| l.path).collect();
    let found = !fixed.is_empty();
    assume.fixed = Some(fixed);
    found
}
