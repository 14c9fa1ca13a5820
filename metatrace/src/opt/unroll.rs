//! Loop peeling: the recorded body is optimised twice.
//!
//! ```text
//!   prologue, first iteration     the preamble: learns types, loads invariants
//!   jump L1 (..)
//!   label L1 (..)                 state assumed by the code below
//!   second iteration              optimised with everything the preamble knows
//!   jump L1 (..)                  the assumptions must hold again
//! ```
//! At the label every slot of the merge point is one of: a constant, an
//! invariant (the same value in each iteration), a virtual object or unboxed
//! float made of such, or a *leaf*: a value that changes and is an operand of
//! the label.  What is computed from invariants only is invariant too, so the
//! second pass finds it as a repeated operation and does nothing: that is
//! code motion. Invariants which the loop body uses become operands as well
//! (`dce.rs`); words in memory that change each iteration are carried as leaves.
//!
//! Where the end of the body does not fit an assumption, the assumption is
//! weakened ([`Assume`]) and the body is optimised again from the saved state.

use super::heap::{ClassKey, Entry, Pending};
use super::intbound::Range;
use super::state::ValueFact;
use super::virtualize::VirtualKind;
use super::walk::{Abs, Fact, State, Walk};
use super::words::{DraftWord, Word, word_path};
use crate::ir::{Class, Descr, Inst, LabelId, Op, OpRef, Tag, Ty};
use crate::layout::FieldRef;
use hashbrown::{HashMap, HashSet};

/// Stores of a loop that wait for its exits, at most.
const DELAYED_MAX: usize = 8;

/// Weakened assumptions, by path: a slot, or a field of a virtual object in one.
#[derive(Default, Debug)]
pub(super) struct Assume {
    /// Nothing is assumed: the label takes all slots as plain values.
    pub(super) nothing: bool,
    /// Neither constant nor invariant.
    pub general: HashSet<u64>,
    pub no_tag: HashSet<u64>,
    pub wide: HashMap<u64, Range>,
    /// Not virtual.
    pub forced: HashSet<u64>,
    /// Not the same value as another slot.
    pub split: HashSet<u64>,
    /// Memory that the body writes although the first iteration did not show it.
    pub written: Vec<ClassKey>,
    pub no_carry: HashSet<(ClassKey, OpRef, OpRef)>,
    /// Words that do not hold the same constant at each back edge.
    pub varies: HashSet<(ClassKey, OpRef, OpRef)>,
    pub shapes_written: bool,
    /// Engine registers (a bit set) that do not hold the same value again at the back edge.
    pub regs_changed: u32,
    /// No delayed store waits across the back edge.
    pub no_pending: bool,
    /// Fields of virtual objects in words that turned out never to change; `None` until looked for.
    pub fixed: Option<HashSet<u64>>,
    /// There is no round left for another look.
    pub last_round: bool,
}

impl Assume {
    /// May stores wait across the back edge?
    pub fn carries(&self) -> bool {
        !self.nothing && !self.no_pending
    }
    /// May words hold virtual objects across the back edge?
    pub fn carries_words(&self) -> bool {
        !self.nothing
    }
    pub fn nothing() -> Assume {
        Assume {
            nothing: true,
            ..Assume::default()
        }
    }
}

/// A slot's form at the label, in values of the output.
#[derive(Copy, Clone, Debug)]
pub(super) enum Pat {
    Const(OpRef),
    Invariant(OpRef),
    /// It is computed from invariants.
    Derived(OpRef),
    Leaf(u32),
    Virt(u32),
}

#[derive(Debug)]
pub(super) enum VirtPat {
    Object { kind: VirtualKind, fields: Vec<Pat> },
    Float(Pat),
}

#[derive(Copy, Clone, Debug)]
pub(super) enum LeafSource {
    Slot,
    /// A word in memory: position in `Draft::facts`.
    Heap(u32),
}

/// An operand of the label.
#[derive(Debug)]
pub(super) struct Leaf {
    pub param: OpRef,
    /// Its value when control first reaches the label.
    pub init: OpRef,
    /// Its value at the back edge.
    pub next: OpRef,
    pub path: u64,
    pub source: LeafSource,
}

/// Something in memory that holds at the label.
#[derive(Debug)]
pub(super) enum HeapFact {
    Word {
        key: ClassKey,
        object: OpRef,
        index: OpRef,
        descr: Descr,
        value: OpRef,
        leaf: Option<u32>,
        immutable: bool,
    },
    Shape {
        object: OpRef,
        shape: u32,
    },
}

/// A store that has not happened at the label.
#[derive(Copy, Clone, Debug)]
pub(super) struct DraftPending {
    /// The operand (position in `Draft::leaves`) that is the object.
    pub object: u32,
    pub field: FieldRef,
    pub value: Pat,
}

pub(super) fn pending_path(i: usize) -> u64 {
    child(0x7777_0000, i)
}

/// A label under construction.
#[derive(Debug)]
pub(super) struct Draft {
    pub recorded: LabelId,
    pub label: LabelId,
    /// Position of the label in the output.
    pub at: usize,
    pub slots: Vec<Pat>,
    pub virts: Vec<VirtPat>,
    pub leaves: Vec<Leaf>,
    pub facts: Vec<HeapFact>,
    /// Stores that wait across the back edge.
    pub pending: Vec<DraftPending>,
    /// Words that hold virtual objects.
    pub words: Vec<DraftWord>,
    /// The virtual objects that only such words hold at the label, with their paths.
    pub held: Vec<(u32, u64)>,
    /// Engine registers that hold the same value in each iteration.
    pub regs: Vec<(usize, OpRef)>,
    /// Those that each iteration changes: their values are operands or constants, and memory lacks them.
    pub carried: Vec<(usize, Pat)>,
    /// Facts about values at the label.
    pub known: Vec<Fact>,
    pub derived: Vec<bool>,
    /// Carried words of which memory may lack the current value.
    pub delayed: Vec<(OpRef, FieldRef)>,
}

impl Draft {
    /// Values that come as they are in operands of the recorded label, and in which.
    pub fn carried(&self) -> Vec<(OpRef, u32)> {
        let leaf = |(slot, pattern)| match pattern {
            Pat::Leaf(leaf) => Some((self.leaves[leaf as usize].param, slot)),
            _ => None,
        };
        (0..)
            .zip(self.slots.iter().copied())
            .filter_map(leaf)
            .collect()
    }

    /// Facts at the label about values from before it.
    pub fn invariant_fact(&self, value: OpRef) -> ValueFact {
        let fact = self.known[value.index()];
        ValueFact {
            tag: fact.tag,
            range: fact.range,
            shape: None,
        }
    }
}

/// A point to return to.
pub(super) struct Saved {
    st: State,
    map: Vec<Abs>,
    insts: usize,
    values: u32,
    snapshots: usize,
    frames: usize,
}

/// What building the label's state needs at hand.
pub(super) struct Opening<'s> {
    pub(super) assume: &'s Assume,
    /// Values of slots that the first iteration did not change.
    base: Vec<bool>,
    /// Those, and what is computed from them.
    pub invariant: Vec<bool>,
    /// The patterns being made are of virtual objects in words.
    pub in_word: bool,
    /// Operands made so far, by first value.
    shared: HashMap<OpRef, u32>,
    /// Virtual object of the preamble to entry of `Draft::virts`.
    virts: HashMap<u32, u32>,
    /// Virtual objects of the label's state, by entry of `Draft::virts`.
    pub fresh: Vec<Abs>,
    /// Those that only words hold, with their paths.
    pub held: Vec<(u32, u64)>,
    patterns: Vec<Option<VirtPat>>,
    pub(super) leaves: Vec<Leaf>,
}

pub(super) fn child(path: u64, word: usize) -> u64 {
    path.wrapping_mul(0x100_0000_01b3)
        .wrapping_add(word as u64 + 1)
}

pub(super) fn slot_path(slot: usize) -> u64 {
    slot as u64 + 1
}

impl Walk<'_, '_> {
    pub fn save(&self) -> Saved {
        Saved {
            st: self.st.clone(),
            map: self.map.clone(),
            insts: self.out.insts.len(),
            values: self.out.values,
            snapshots: self.out.snapshots.len(),
            frames: self.out.frames.len(),
        }
    }

    pub fn restore(&mut self, saved: &Saved) {
        self.st = saved.st.clone();
        self.map.clone_from(&saved.map);
        self.out.insts.truncate(saved.insts);
        self.out.values = saved.values;
        self.out.types.truncate(saved.values as usize);
        self.out.snapshots.truncate(saved.snapshots);
        self.protos.truncate(saved.snapshots);
        self.memory = None;
        self.out.frames.truncate(saved.frames);
        self.left_out.truncate(saved.frames);
        self.frames.clear();
    }

    // ----------------------------------------------------------- opening a label

    /// Ends the preamble and begins the loop: `entry` are the slots before the
    /// first iteration, `end` those after it. Returns the label and its slots.
    pub fn open_label(
        &mut self,
        recorded: LabelId,
        label: LabelId,
        entry: &[Abs],
        end: &[Abs],
        assume: &Assume,
    ) -> (Draft, Vec<Abs>) {
        let waiting: Vec<(OpRef, FieldRef)> = (self.st.heap.pending.iter())
            .map(|p| (p.object, p.field))
            .collect();
        let mut words = self.words_to_carry(entry, end, assume);
        let carried = self.regs_to_carry(assume);
        let end = self.settle_slots(end, assume, &mut words);
        let regs = self.steady_regs(assume);
        let fixed = self.fixed_values(&words, assume);
        let (base, invariant, derived) = self.invariants(entry, &end, &regs, &fixed, assume);
        let words = self.take_words(words);
        let at = self.begin_section(label, &derived);
        let mut o = Opening {
            assume,
            base,
            invariant,
            in_word: false,
            shared: HashMap::new(),
            virts: HashMap::new(),
            fresh: Vec::new(),
            held: Vec::new(),
            patterns: Vec::new(),
            leaves: Vec::new(),
        };
        o.invariant.resize(self.out.values as usize, false);
        o.base.resize(self.out.values as usize, false);
        let mut slots = Vec::new();
        for (i, abs) in end.iter().enumerate() {
            let entry = entry.get(i).copied();
            slots.push(self.pattern(*abs, slot_path(i), entry, &mut o));
        }
        let carried = self.label_regs(&carried, &mut o);
        let pending = self.label_pending(&mut o);
        let words = self.label_words(&words, &mut o);
        let abs = slots.iter().map(|p| self.pattern_abs(*p, &o)).collect();
        let facts = self.label_memory(&mut o);
        self.st.heap.used = vec![false; facts.len()];
        let mut delayed = self.delay_stores(&waiting, &facts);
        delayed.extend(self.hold_words(&words, &o));
        self.forget_passing(&regs);
        for (reg, pat) in &carried {
            self.st.regs[*reg] = Some(self.pattern_abs(*pat, &o));
            self.st.regs_dirty |= 1 << reg;
        }
        let draft = Draft {
            recorded,
            label,
            at,
            slots,
            virts: o.patterns.into_iter().flatten().collect(),
            leaves: o.leaves,
            facts,
            pending,
            words,
            held: o.held,
            regs,
            carried,
            known: self.st.facts.clone(),
            derived,
            delayed,
        };
        (draft, abs)
    }

    /// Ends the preamble; returns the position of the label.
    fn begin_section(&mut self, label: LabelId, derived: &[bool]) -> usize {
        self.emit(Op::Jump, Ty::Void, &[], Descr::Label(label), None);
        self.emit(Op::Label, Ty::Void, &[], Descr::Label(label), None);
        self.st.section_first = self.out.values;
        self.st.derived = derived.to_vec();
        self.st.derived.resize(self.out.values as usize, false);
        self.st.touched.fill(false);
        for fact in &mut self.st.facts {
            fact.range = fact.range.rounded();
        }
        self.out.insts.len() - 1
    }

    /// Forgets what only the preamble knows.
    fn forget_passing(&mut self, regs: &[(usize, OpRef)]) {
        self.st.heap.written.clear();
        self.st.heap.shapes_written = false;
        self.st.poll_seen = false;
        self.st.depth_seen = None;
        self.st.resume_at = None;
        self.st.regs = [None; crate::vm::REG_COUNT];
        for (reg, value) in regs {
            self.st.regs[*reg] = Some(Abs::Op(*value));
        }
        self.frames.clear();
    }

    /// Performs what is delayed, forces what may not be virtual, unboxes floats.
    fn settle_slots(&mut self, end: &[Abs], assume: &Assume, words: &mut Vec<Word>) -> Vec<Abs> {
        let mut out = Vec::with_capacity(end.len());
        self.flush_around(assume.carries(), words);
        for (i, abs) in end.iter().enumerate() {
            self.settle(*abs, slot_path(i), assume, 0);
        }
        for word in words.iter() {
            self.settle(word.value, word.path, assume, 0);
        }
        for (i, abs) in end.iter().enumerate() {
            let abs = self.resolve(*abs);
            out.push(self.unboxed(abs, slot_path(i), assume));
        }
        self.flush_around(assume.carries(), words);
        out
    }

    pub fn settle(&mut self, abs: Abs, path: u64, assume: &Assume, depth: u32) {
        let Abs::Virt(v) = self.resolve(abs) else {
            return;
        };
        // A long virtual chain is a data structure, not a temporary.
        if assume.nothing || assume.forced.contains(&path) || depth > 8 {
            self.make_exact(Abs::Virt(v));
            self.force(Abs::Virt(v));
            return;
        }
        if self.st.virtuals[v as usize].exact {
            self.force(Abs::Virt(v));
            return;
        }
        for word in 0..self.st.virtuals[v as usize].fields.len() {
            let field = self.st.virtuals[v as usize].fields[word];
            if field != Abs::Virt(v) {
                self.settle(field, child(path, word), assume, depth + 1);
            }
        }
    }

    /// A float of known type is carried unboxed.
    fn unboxed(&mut self, abs: Abs, path: u64, assume: &Assume) -> Abs {
        let Abs::Op(op) = abs else { return abs };
        let is_float = self.out.ty(op) == Ty::Val && self.tag(op) == Some(Tag::FLOAT);
        let wanted = assume.general.contains(&path) && !assume.no_tag.contains(&path);
        if !is_float || !wanted || assume.nothing || !self.options.virtualize {
            return abs;
        }
        let raw = self.unbox_float(abs);
        self.add_virtual(VirtualKind::Float, vec![Abs::Op(raw)])
    }

    /// Which values of the preamble are the same in each iteration; and which of
    /// these because they are computed from such.
    pub fn invariants(
        &mut self,
        entry: &[Abs],
        end: &[Abs],
        regs: &[(usize, OpRef)],
        fixed: &[OpRef],
        assume: &Assume,
    ) -> (Vec<bool>, Vec<bool>, Vec<bool>) {
        let count = self.out.values as usize;
        let (mut invariant, mut derived) = (vec![false; count], vec![false; count]);
        if assume.nothing {
            return (invariant.clone(), invariant, derived);
        }
        let mut blocked = vec![false; count];
        for (i, (a, b)) in entry.iter().zip(end).enumerate() {
            let (a, b) = (self.resolve(*a), self.resolve(*b));
            let Abs::Op(op) = a else { continue };
            if op.is_const() {
                continue;
            }
            // The slot's value is whatever it is: it must not also be a computation.
            let computed = self.def(op).is_some_and(|d| d.op != Op::Load);
            if a == b && !computed && !assume.general.contains(&slot_path(i)) {
                invariant[op.index()] = true;
            } else {
                blocked[op.index()] = true;
            }
        }
        for value in fixed {
            invariant[value.index()] = true;
        }
        let base = invariant.clone();
        for (_, value) in regs {
            invariant[value.index()] = true;
            derived[value.index()] = true;
        }
        for at in 0..self.out.insts.len() {
            let inst = &self.out.insts[at];
            let r = inst.result.index();
            if inst.ty == Ty::Void || (blocked[r] && !invariant[r]) {
                continue;
            }
            let known = |v: &OpRef| v.is_const() || invariant[v.index()];
            let repeatable = match inst.op.class() {
                Class::Pure | Class::Guard => true,
                Class::Call => inst.op == Op::CallFloat || is_pure_call(inst.descr),
                Class::Load => matches!(inst.op, Op::Load | Op::LoadItem),
                Class::Store | Class::Alloc | Class::Control => false,
            };
            if !repeatable || !inst.args.iter().all(known) {
                continue;
            }
            if inst.op.class() == Class::Load && !self.still_loaded(at, assume) {
                continue;
            }
            invariant[r] = true;
            derived[r] = true;
        }
        (base, invariant, derived)
    }

    /// Would the load give the same value at the end of the preamble, and does
    /// the loop leave the word alone?
    fn still_loaded(&mut self, at: usize, assume: &Assume) -> bool {
        let inst = &self.out.insts[at];
        let (object, result) = (inst.args[0], inst.result);
        let index = inst.args.get(1).copied().unwrap_or(OpRef::NONE);
        let key = match inst.descr {
            Descr::Field(field) => ClassKey::of(field),
            Descr::Items(items) => ClassKey::items(items.layout),
            _ => return false,
        };
        let heap = &mut self.st.heap;
        let immutable = heap.classes.iter().any(|c| c.key == key && c.immutable);
        if !immutable && (heap.written.contains(&key) || assume.written.contains(&key)) {
            return false;
        }
        let found = heap.find(key, object, index);
        found.is_some_and(|v| self.resolve(v) == self.resolve(Abs::Op(result)))
    }

    pub fn pattern(&mut self, abs: Abs, path: u64, entry: Option<Abs>, o: &mut Opening) -> Pat {
        let general = o.assume.nothing || o.assume.general.contains(&path);
        match self.resolve(abs) {
            Abs::Op(op) if op.is_const() && !general => Pat::Const(op),
            // Only unchanged slots: of a slot that happens to hold something
            // invariant, later entries into the loop may know nothing.
            Abs::Op(op) if !op.is_const() && o.base[op.index()] && !general => Pat::Invariant(op),
            Abs::Op(op) if !op.is_const() && o.in_word && o.invariant[op.index()] && !general => {
                Pat::Derived(op)
            }
            Abs::Op(op) => Pat::Leaf(self.leaf(op, path, entry, o)),
            Abs::Virt(v) => {
                if let Some(i) = o.virts.get(&v) {
                    return Pat::Virt(*i);
                }
                let i = o.patterns.len() as u32;
                o.virts.insert(v, i);
                o.patterns.push(None);
                let object = self.st.virtuals[v as usize].clone();
                let fresh = self.add_virtual(object.kind, object.fields.clone());
                o.fresh.push(fresh);
                if let (true, Abs::Virt(fresh)) = (o.in_word, fresh) {
                    o.held.push((fresh, path));
                }
                let fields: Vec<Pat> = object
                    .fields
                    .iter()
                    .enumerate()
                    .map(|(word, f)| self.pattern(*f, child(path, word), None, o))
                    .collect();
                let abs: Vec<Abs> = fields.iter().map(|p| self.pattern_abs(*p, o)).collect();
                let Abs::Virt(v) = fresh else {
                    unreachable!("just made virtual")
                };
                self.st.virtuals[v as usize].fields = abs;
                o.patterns[i as usize] = Some(match object.kind {
                    VirtualKind::Float => VirtPat::Float(fields[0]),
                    kind => VirtPat::Object { kind, fields },
                });
                Pat::Virt(i)
            }
        }
    }

    pub fn pattern_abs(&self, pat: Pat, o: &Opening) -> Abs {
        match pat {
            Pat::Const(op) | Pat::Invariant(op) | Pat::Derived(op) => Abs::Op(op),
            Pat::Leaf(k) => Abs::Op(o.leaves[k as usize].param),
            Pat::Virt(i) => o.fresh[i as usize],
        }
    }

    /// An operand of the label that starts as `init`.
    fn leaf(&mut self, init: OpRef, path: u64, entry: Option<Abs>, o: &mut Opening) -> u32 {
        let alone = init.is_const() || o.assume.nothing || o.assume.split.contains(&path);
        if let (Some(k), false) = (o.shared.get(&init), alone) {
            return *k;
        }
        let tagged = !o.assume.no_tag.contains(&path) && !o.assume.nothing;
        let tag = self.tag(init).filter(|_| tagged);
        let ty = match self.out.ty(init) {
            Ty::Val | Ty::Int if tag == Some(Tag::INT) => Ty::Int,
            Ty::Int => Ty::Val,
            ty => ty,
        };
        let param = self.new_value(ty);
        let mut range = self.range(init);
        // The first iteration's own value belongs to the range: a later entry
        // into the loop starts with it.
        if let Some(Abs::Op(first)) = entry
            && self.tag(first) == Some(Tag::INT)
        {
            range = range.hull(self.range(first));
        }
        if let Some(wide) = o.assume.wide.get(&path) {
            range = range.hull(*wide);
        }
        let range = range.rounded();
        let not_raised = tag.is_some_and(|t| t != Tag::IMM);
        *self.fact_mut(param) = Fact {
            known: OpRef::NONE,
            tag,
            range: if tag == Some(Tag::INT) && self.options.label_ranges {
                range
            } else {
                Range::FULL
            },
            not_raised,
        };
        o.leaves.push(Leaf {
            param,
            init,
            next: OpRef::NONE,
            path,
            source: LeafSource::Slot,
        });
        let k = o.leaves.len() as u32 - 1;
        if !alone {
            o.shared.insert(init, k);
        }
        k
    }

    /// Stores that wait at the label.
    fn label_pending(&mut self, o: &mut Opening) -> Vec<DraftPending> {
        let waiting = std::mem::take(&mut self.st.heap.pending);
        let mut out = Vec::new();
        for (i, p) in waiting.iter().enumerate() {
            // The object is its own operand, even if a slot starts the same.
            let shared = std::mem::take(&mut o.shared);
            let object = self.leaf(p.object, pending_path(i), None, o);
            o.shared = shared;
            let value = self.pattern(p.value, child(pending_path(i), 1), None, o);
            out.push(DraftPending {
                object,
                field: p.field,
                value,
            });
            self.st.heap.pending.push(Pending {
                object: o.leaves[object as usize].param,
                field: p.field,
                value: self.pattern_abs(value, o),
            });
        }
        out
    }

    /// Keeps what memory still holds in the loop; carries words that it changes.
    fn label_memory(&mut self, o: &mut Opening) -> Vec<HeapFact> {
        let mut facts = Vec::new();
        let nothing = o.assume.nothing;
        self.st.heap.lookups.clear();
        let mut classes = std::mem::take(&mut self.st.heap.classes);
        let loads = self.out.insts.iter().filter(|i| i.op == Op::Load);
        let read: HashSet<_> = loads
            .filter_map(|i| Some((i.args[0], word_of(i)?)))
            .collect();
        for class in &mut classes {
            let entries = std::mem::take(&mut class.entries);
            if nothing {
                continue;
            }
            let (key, immutable, descr) = (class.key, class.immutable, class.descr);
            let written = !immutable
                && (self.st.heap.written.contains(&key) || o.assume.written.contains(&key));
            for e in entries {
                let known = |v: OpRef| v == OpRef::NONE || v.is_const() || o.invariant[v.index()];
                if !known(e.object) || !known(e.index) {
                    continue;
                }
                let Abs::Op(value) = self.resolve(e.value) else {
                    continue;
                };
                let mut fact = HeapFact::Word {
                    key,
                    object: e.object,
                    index: e.index,
                    descr,
                    value,
                    leaf: None,
                    immutable,
                };
                let origin = facts.len() as u32;
                let mut held = Abs::Op(value);
                let word = (key, e.object, e.index);
                // What an iteration reads and leaves the same constant again, the next may know.
                let settled = value.is_const()
                    && !o.assume.varies.contains(&word)
                    && read.contains(&(e.object, key));
                if written && !settled || !known(value) {
                    let barred = o.assume.no_carry.contains(&word);
                    if !written || barred || key.is_items() {
                        continue;
                    }
                    let path = word_path(key, e.object);
                    let k = self.heap_leaf(value, path, origin, o);
                    let param = o.leaves[k as usize].param;
                    held = Abs::Op(param);
                    if self.out.ty(param) == Ty::Float && self.out.ty(value) != Ty::Float {
                        held = self.add_virtual(VirtualKind::Float, vec![held]);
                    }
                    if let HeapFact::Word { leaf, .. } = &mut fact {
                        *leaf = Some(k);
                    }
                }
                facts.push(fact);
                class.entries.push(Entry {
                    value: held,
                    origin,
                    ..e
                });
            }
        }
        self.st.heap.classes = classes;
        self.st.heap.version += 1;
        self.label_shapes(o, &mut facts);
        facts
    }

    /// Words that the first iteration stored last go on waiting in the loop:
    /// their values are operands, and memory gets them at exits. The words
    /// cannot be of the same object and field, or they would not wait together.
    fn delay_stores(
        &mut self,
        waiting: &[(OpRef, FieldRef)],
        facts: &[HeapFact],
    ) -> Vec<(OpRef, FieldRef)> {
        let mut delayed = Vec::new();
        for (origin, fact) in facts.iter().enumerate() {
            let HeapFact::Word {
                key,
                object,
                descr: Descr::Field(field),
                immutable: false,
                ..
            } = *fact
            else {
                continue;
            };
            if !waiting.contains(&(object, field)) || delayed.len() >= DELAYED_MAX {
                continue;
            }
            let Some(value) = self.st.heap.find(key, object, OpRef::NONE) else {
                continue;
            };
            self.st.heap.used[origin] = true;
            self.st.heap.pending.push(Pending {
                object,
                field,
                value,
            });
            delayed.push((object, field));
        }
        delayed
    }

    /// An operand of its own, even if another starts the same.
    pub(super) fn own_leaf(&mut self, init: OpRef, path: u64, o: &mut Opening) -> u32 {
        let shared = std::mem::take(&mut o.shared);
        let made = self.leaf(init, path, None, o);
        o.shared = shared;
        made
    }

    fn heap_leaf(&mut self, value: OpRef, path: u64, origin: u32, o: &mut Opening) -> u32 {
        let raw = match o.assume.no_tag.contains(&path) {
            true => None,
            false => self.raw_float(value),
        };
        let made = self.own_leaf(raw.unwrap_or(value), path, o);
        o.leaves[made as usize].source = LeafSource::Heap(origin);
        made
    }

    /// The raw form of a float in the preamble, if it has one.
    fn raw_float(&self, value: OpRef) -> Option<OpRef> {
        if value.is_const() || !self.options.virtualize {
            return None;
        }
        let at = self.st.def[value.index()];
        let def = self.out.insts.get(at as usize);
        match def {
            Some(def) if def.op == Op::BoxFloat => Some(def.args[0]),
            _ => self.st.cse.find(Op::UnboxFloat, value, OpRef::NONE, 0),
        }
    }
}

/// The class of the word that an instruction loads or stores.
fn word_of(inst: &Inst) -> Option<ClassKey> {
    match inst.descr {
        Descr::Field(field) => Some(ClassKey::of(field)),
        _ => None,
    }
}

fn is_pure_call(descr: Descr) -> bool {
    matches!(descr, Descr::Native(native) if native.effects.pure)
}
