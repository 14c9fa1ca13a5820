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

use super::OptError;
use super::heap::{ClassKey, Entry, ShapeEntry, ShapeFact};
use super::intbound::Range;
use super::state::{
    ExportedLabel, LabelArg, LabelField, LabelSource, LabelValue, Pattern, ValueFact,
    VirtualPattern,
};
use super::virtualize::VirtualKind;
use super::walk::{Abs, Fact, State, Walk, Walked};
use crate::ir::{Class, Descr, LabelId, Op, OpRef, Tag, Ty};
use crate::layout::FRAME;
use crate::value::{INT_MAX, INT_MIN, Value};
use std::collections::{HashMap, HashSet};

/// Weakened assumptions, by path: a slot, or a field of a virtual object in one.
#[derive(Default, Debug)]
pub(super) struct Assume {
    /// Nothing is assumed: the label takes all slots as plain values.
    nothing: bool,
    /// Neither constant nor invariant.
    general: HashSet<u64>,
    no_tag: HashSet<u64>,
    wide: HashMap<u64, Range>,
    /// Not virtual.
    forced: HashSet<u64>,
    /// Not the same value as another slot.
    split: HashSet<u64>,
    /// Memory that the body writes although the first iteration did not show it.
    written: Vec<ClassKey>,
    no_carry: HashSet<(ClassKey, OpRef, OpRef)>,
    shapes_written: bool,
}

impl Assume {
    pub fn nothing() -> Assume {
        Assume {
            nothing: true,
            ..Assume::default()
        }
    }
}

/// A slot's form at the label, in values of the output.
#[derive(Copy, Clone, Debug)]
enum Pat {
    Const(OpRef),
    Invariant(OpRef),
    Leaf(u32),
    Virt(u32),
}

#[derive(Debug)]
enum VirtPat {
    Object { kind: VirtualKind, fields: Vec<Pat> },
    Float(Pat),
}

#[derive(Copy, Clone, Debug)]
enum LeafSource {
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
    path: u64,
    source: LeafSource,
}

/// Something in memory that holds at the label.
#[derive(Debug)]
enum HeapFact {
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

/// A label under construction.
#[derive(Debug)]
pub(super) struct Draft {
    recorded: LabelId,
    pub label: LabelId,
    /// Position of the label in the output.
    pub at: usize,
    slots: Vec<Pat>,
    virts: Vec<VirtPat>,
    pub leaves: Vec<Leaf>,
    facts: Vec<HeapFact>,
    /// Facts about values at the label.
    known: Vec<Fact>,
    derived: Vec<bool>,
}

impl Draft {
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
struct Opening<'s> {
    assume: &'s Assume,
    /// Values of slots that the first iteration did not change.
    base: Vec<bool>,
    /// Those, and what is computed from them.
    invariant: Vec<bool>,
    /// Operands made so far, by first value.
    shared: HashMap<OpRef, u32>,
    /// Virtual object of the preamble to entry of `Draft::virts`.
    virts: HashMap<u32, u32>,
    /// Virtual objects of the label's state, by entry of `Draft::virts`.
    fresh: Vec<Abs>,
    patterns: Vec<Option<VirtPat>>,
    leaves: Vec<Leaf>,
}

fn child(path: u64, word: usize) -> u64 {
    path.wrapping_mul(0x100_0000_01b3)
        .wrapping_add(word as u64 + 1)
}

fn slot_path(slot: usize) -> u64 {
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
        let end = self.settle_slots(end, assume);
        let (base, invariant, derived) = self.invariants(entry, &end, assume);
        self.emit(Op::Jump, Ty::Void, &[], Descr::Label(label), None);
        self.emit(Op::Label, Ty::Void, &[], Descr::Label(label), None);
        let at = self.out.insts.len() - 1;
        self.st.section_first = self.out.values;
        self.st.derived = derived.clone();
        self.st.derived.resize(self.out.values as usize, false);
        self.st.touched.fill(false);
        for fact in &mut self.st.facts {
            fact.range = fact.range.rounded();
        }

        let mut o = Opening {
            assume,
            base,
            invariant,
            shared: HashMap::new(),
            virts: HashMap::new(),
            fresh: Vec::new(),
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
        let abs = slots.iter().map(|p| self.pattern_abs(*p, &o)).collect();
        let facts = self.label_memory(&mut o);
        self.st.heap.used = vec![false; facts.len()];
        self.st.heap.written.clear();
        self.st.heap.shapes_written = false;
        self.st.poll_seen = false;
        self.st.depth_seen = None;
        self.st.regs = [None; crate::vm::REG_COUNT];
        self.frames.clear();
        let draft = Draft {
            recorded,
            label,
            at,
            slots,
            virts: o.patterns.into_iter().flatten().collect(),
            leaves: o.leaves,
            facts,
            known: self.st.facts.clone(),
            derived,
        };
        (draft, abs)
    }

    /// Performs what is delayed, forces what may not be virtual, unboxes floats.
    fn settle_slots(&mut self, end: &[Abs], assume: &Assume) -> Vec<Abs> {
        let mut out = Vec::with_capacity(end.len());
        self.flush_all();
        for (i, abs) in end.iter().enumerate() {
            self.settle(*abs, slot_path(i), assume, 0);
        }
        for (i, abs) in end.iter().enumerate() {
            let abs = self.resolve(*abs);
            out.push(self.unboxed(abs, slot_path(i), assume));
        }
        out
    }

    fn settle(&mut self, abs: Abs, path: u64, assume: &Assume, depth: u32) {
        let Abs::Virt(v) = self.resolve(abs) else {
            return;
        };
        // A long virtual chain is a data structure, not a temporary.
        if assume.nothing || assume.forced.contains(&path) || depth > 8 {
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
    fn invariants(
        &mut self,
        entry: &[Abs],
        end: &[Abs],
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
        let base = invariant.clone();
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

    fn pattern(&mut self, abs: Abs, path: u64, entry: Option<Abs>, o: &mut Opening) -> Pat {
        let general = o.assume.nothing || o.assume.general.contains(&path);
        match self.resolve(abs) {
            Abs::Op(op) if op.is_const() && !general => Pat::Const(op),
            // Only unchanged slots: of a slot that happens to hold something
            // invariant, later entries into the loop may know nothing.
            Abs::Op(op) if !op.is_const() && o.base[op.index()] && !general => Pat::Invariant(op),
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

    fn pattern_abs(&self, pat: Pat, o: &Opening) -> Abs {
        match pat {
            Pat::Const(op) | Pat::Invariant(op) => Abs::Op(op),
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

    /// Keeps what memory still holds in the loop; carries words that it changes.
    fn label_memory(&mut self, o: &mut Opening) -> Vec<HeapFact> {
        let mut facts = Vec::new();
        let nothing = o.assume.nothing;
        let mut classes = std::mem::take(&mut self.st.heap.classes);
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
                if written || !known(value) {
                    let barred = o.assume.no_carry.contains(&(key, e.object, e.index));
                    if !written || barred || key.is_items() {
                        continue;
                    }
                    let path = child(key.word as u64, e.object.0 as usize) ^ 0x5555_0000;
                    let path = child(path, key.layout as usize);
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

    fn heap_leaf(&mut self, value: OpRef, path: u64, origin: u32, o: &mut Opening) -> u32 {
        // A word's value is its own operand, even if a slot starts the same.
        let k = o.leaves.len() as u32;
        let shared = std::mem::take(&mut o.shared);
        let raw = match o.assume.no_tag.contains(&path) {
            true => None,
            false => self.raw_float(value),
        };
        let made = self.leaf(raw.unwrap_or(value), path, None, o);
        o.shared = shared;
        debug_assert_eq!(k, made);
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

    fn label_shapes(&mut self, o: &Opening, facts: &mut Vec<HeapFact>) {
        let shapes = std::mem::take(&mut self.st.heap.shapes);
        if o.assume.nothing || o.assume.shapes_written {
            return;
        }
        for s in shapes {
            let held = s.object.is_const() || o.invariant[s.object.index()];
            let ShapeFact::Constant(shape) = s.fact else {
                continue;
            };
            if held {
                let origin = facts.len() as u32;
                facts.push(HeapFact::Shape {
                    object: s.object,
                    shape,
                });
                self.st.heap.shapes.push(ShapeEntry { origin, ..s });
            }
        }
    }

    // ---------------------------------------------------------- closing the loop

    /// Ends the body: `end` are the slots at the back edge. `false` when an
    /// assumption did not hold; it is weakened then.
    pub fn close_loop(&mut self, draft: &mut Draft, end: &[Abs], assume: &mut Assume) -> bool {
        self.flush_all();
        let mut stable = true;
        let mut bound: HashMap<u32, (u32, u64)> = HashMap::new();
        for (i, abs) in end.iter().enumerate() {
            let pat = draft.slots[i];
            stable &= self.close_slot(draft, pat, *abs, slot_path(i), assume, &mut bound);
        }
        stable &= self.close_memory(draft, assume);
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
        if stable {
            let label = Descr::Label(draft.label);
            self.emit(Op::Jump, Ty::Void, &[], label, None);
        }
        stable
    }

    fn close_slot(
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
            Pat::Const(op) | Pat::Invariant(op) => {
                abs == Abs::Op(op) || !assume.general.insert(path)
            }
            Pat::Leaf(k) => {
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
                    let float = match abs {
                        Abs::Virt(_) => self.virtual_float(abs),
                        Abs::Op(op) if self.tag(op) == Some(Tag::FLOAT) => {
                            Some(self.unbox_float(abs))
                        }
                        Abs::Op(_) => None,
                    };
                    let Some(float) = float else {
                        assume.forced.insert(path);
                        assume.no_tag.insert(path);
                        return false;
                    };
                    let path = child(path, 0);
                    self.close_slot(draft, raw, Abs::Op(float), path, assume, bound)
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
                    if object.kind != *kind || bound.values().any(|b| b.0 == v) {
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

    /// The value given for an operand of type `ty`.
    fn leaf_next(&mut self, abs: Abs, ty: Ty) -> OpRef {
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
                            if !same {
                                assume.written.push(key);
                                stable = false;
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

    // ---------------------------------------------------------------- exporting

    /// The label's state for later bridges. `params` are the label's operands.
    pub fn export_label(&self, draft: &Draft, params: &[OpRef]) -> ExportedLabel {
        let mut e = Exporter {
            walk: self,
            draft,
            params,
            local: HashMap::new(),
            values: Vec::new(),
            shapes: HashMap::new(),
        };
        for (origin, fact) in draft.facts.iter().enumerate() {
            if let (HeapFact::Shape { object, shape }, true) = (fact, self.st.heap.used[origin]) {
                e.shapes.insert(*object, *shape);
            }
        }
        let slots = draft.slots.iter().map(|p| e.pattern(*p)).collect();
        let virtuals = draft
            .virts
            .iter()
            .map(|v| match v {
                VirtPat::Float(raw) => VirtualPattern::Float(match e.pattern(*raw) {
                    Pattern::Value(arg) => arg,
                    Pattern::Virtual(_) => unreachable!("a raw float is never virtual"),
                }),
                VirtPat::Object { kind, fields } => {
                    let VirtualKind::Object {
                        layout,
                        shape,
                        words,
                        items,
                    } = *kind
                    else {
                        unreachable!("floats have their own pattern")
                    };
                    VirtualPattern::Object {
                        layout,
                        shape,
                        words,
                        items,
                        fields: fields.iter().map(|p| e.pattern(*p)).collect(),
                    }
                }
            })
            .collect();
        e.imports();
        let fields = e.fields();
        let types = params.iter().map(|p| self.out.ty(*p)).collect();
        ExportedLabel {
            recorded: draft.recorded,
            label: draft.label,
            params: types,
            slots,
            virtuals,
            values: e.values,
            fields,
        }
    }
}

fn is_pure_call(descr: Descr) -> bool {
    matches!(descr, Descr::Native(native) if native.effects.pure)
}

/// Builds the values of an [`ExportedLabel`].
struct Exporter<'w, 'a, 'e> {
    walk: &'w Walk<'a, 'e>,
    draft: &'w Draft,
    params: &'w [OpRef],
    local: HashMap<OpRef, u32>,
    values: Vec<LabelValue>,
    /// Shapes relied on, by object.
    shapes: HashMap<OpRef, u32>,
}

impl Exporter<'_, '_, '_> {
    fn pattern(&mut self, pat: Pat) -> Pattern {
        match pat {
            Pat::Const(op) => Pattern::Value(self.constant(op)),
            Pat::Invariant(op) => Pattern::Value(self.add(op, LabelSource::Slot)),
            Pat::Leaf(k) => {
                let param = self.draft.leaves[k as usize].param;
                Pattern::Value(self.add(param, LabelSource::Slot))
            }
            Pat::Virt(i) => Pattern::Virtual(i),
        }
    }

    fn constant(&self, op: OpRef) -> LabelArg {
        let c = self.walk.out.consts[op.const_index()];
        LabelArg::Const(c.ty, c.bits)
    }

    fn add(&mut self, op: OpRef, source: LabelSource) -> LabelArg {
        if let Some(k) = self.local.get(&op) {
            return LabelArg::Value(*k);
        }
        let param = self.params.iter().position(|p| *p == op).map(|p| p as u32);
        let touched = self.walk.st.touched[op.index()] || param.is_some();
        let known = self.draft.known[op.index()];
        let shape = self.shapes.get(&op).copied();
        let fact = if touched {
            ValueFact {
                tag: known.tag,
                range: known.range,
                shape,
            }
        } else {
            ValueFact {
                shape,
                ..ValueFact::NOTHING
            }
        };
        let constant = (known.known != OpRef::NONE && touched)
            .then(|| self.walk.out.consts[known.known.const_index()]);
        self.values.push(LabelValue {
            source,
            needed: touched || shape.is_some(),
            fact,
            known: constant.map(|c| (c.ty, c.bits)),
            param,
        });
        let k = self.values.len() as u32 - 1;
        self.local.insert(op, k);
        LabelArg::Value(k)
    }

    /// An operand of an imported operation.
    fn need(&mut self, op: OpRef) -> LabelArg {
        if op.is_const() {
            return self.constant(op);
        }
        if let Some(k) = self.local.get(&op).copied() {
            self.values[k as usize].needed = true;
            return LabelArg::Value(k);
        }
        let def = self.walk.st.def[op.index()];
        let inst = &self.walk.out.insts[def as usize];
        let args = inst.args.iter().map(|a| self.need(*a)).collect();
        let source = LabelSource::Op {
            op: inst.op,
            ty: inst.ty,
            args,
            descr: inst.descr,
        };
        let arg = self.add(op, source);
        let LabelArg::Value(k) = arg else {
            unreachable!("a value was added")
        };
        self.values[k as usize].needed = true;
        arg
    }

    /// Values from before the label, and words in memory, that the body uses.
    fn imports(&mut self) {
        for op in 0..self.draft.derived.len() {
            let value = OpRef(op as u32);
            let used = self.walk.st.touched[op] || self.params.contains(&value);
            if self.draft.derived[op] && used {
                self.need(value);
            }
        }
        for leaf in &self.draft.leaves {
            let LeafSource::Heap(origin) = leaf.source else {
                continue;
            };
            let used =
                self.params.contains(&leaf.param) || self.walk.st.touched[leaf.param.index()];
            if !used {
                continue;
            }
            let HeapFact::Word { object, descr, .. } = self.draft.facts[origin as usize] else {
                unreachable!("a leaf in memory is a word")
            };
            let args = vec![self.need(object)];
            let ty = match descr {
                Descr::Field(field) => Ty::of_kind(field.kind),
                _ => Ty::Val,
            };
            let mut source = LabelSource::Op {
                op: Op::Load,
                ty,
                args,
                descr,
            };
            if (self.walk.out.ty(leaf.param), ty) == (Ty::Float, Ty::Val) {
                self.values.push(LabelValue {
                    source,
                    fact: ValueFact {
                        tag: Some(Tag::FLOAT),
                        ..ValueFact::NOTHING
                    },
                    known: None,
                    needed: true,
                    param: None,
                });
                source = LabelSource::Op {
                    op: Op::UnboxFloat,
                    ty: Ty::Float,
                    args: vec![LabelArg::Value(self.values.len() as u32 - 1)],
                    descr: Descr::None,
                };
            }
            self.add(leaf.param, source);
        }
    }

    /// Words in memory that must agree with values found elsewhere.
    fn fields(&mut self) -> Vec<LabelField> {
        let mut out = Vec::new();
        for (origin, fact) in self.draft.facts.iter().enumerate() {
            let HeapFact::Word {
                object,
                index,
                descr,
                value,
                leaf: None,
                ..
            } = *fact
            else {
                continue;
            };
            if !self.walk.st.heap.used[origin] {
                continue;
            }
            // The value is imported by this very load: nothing to compare.
            let loads_it = !value.is_const()
                && self.draft.derived.get(value.index()) == Some(&true)
                && {
                    let def = self.walk.st.def[value.index()];
                    let inst = &self.walk.out.insts[def as usize];
                    inst.descr == descr && inst.args[0] == object
                }
                && matches!(
                    self.local
                        .get(&value)
                        .map(|k| &self.values[*k as usize].source),
                    None | Some(LabelSource::Op { .. })
                );
            if loads_it {
                continue;
            }
            let field = match descr {
                Descr::Field(field) => field,
                _ => continue,
            };
            let _ = index;
            let (object, value) = (self.need(object), self.need(value));
            out.push(LabelField {
                object,
                field,
                value,
            });
        }
        out
    }
}

// -------------------------------------------------------------- entering a label

impl Walk<'_, '_> {
    /// Ends the trace with a jump into a specialised label, if the slots fit it
    /// or guards can make sure that they do.
    pub fn enter_label(
        &mut self,
        label: &ExportedLabel,
        slots: &[Abs],
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<()> {
        let mut e = Entering {
            label,
            values: vec![OpRef::NONE; label.values.len()],
            bound: HashMap::new(),
            snapshot,
        };
        if label.slots.len() != slots.len() {
            return Err(OptError::NoMatch);
        }
        self.entering = Some(label.label);
        for (pattern, abs) in label.slots.iter().zip(slots) {
            self.enter_slot(&mut e, *pattern, *abs)?;
        }
        for k in 0..label.values.len() {
            self.enter_value(&mut e, k)?;
        }
        for f in &label.fields {
            self.enter_field(&e, f)?;
        }
        self.flush_all();
        let exists = |v: &u32| self.st.virtuals[*v as usize].forced != OpRef::NONE;
        if e.bound.values().any(exists) {
            return Err(OptError::NoMatch);
        }
        let mut args = vec![OpRef::NONE; label.params.len()];
        for (k, value) in label.values.iter().enumerate() {
            if let Some(param) = value.param {
                args[param as usize] = self.resolve_op(e.values[k]);
            }
        }
        if args.contains(&OpRef::NONE) {
            return Err(OptError::NoMatch);
        }
        let label = Descr::Label(label.label);
        self.emit(Op::Jump, Ty::Void, &args, label, None);
        Ok(())
    }

    fn enter_slot(&mut self, e: &mut Entering, pattern: Pattern, abs: Abs) -> Walked<()> {
        let abs = self.resolve(abs);
        match pattern {
            Pattern::Value(LabelArg::Const(ty, bits)) => {
                let c = self.constant(ty, bits);
                match abs {
                    Abs::Op(op) if self.bits(op) == Some(bits) => Ok(()),
                    Abs::Op(op) if !op.is_const() => self.guard_value(Abs::Op(op), c, e.snapshot),
                    _ => Err(OptError::NoMatch),
                }
            }
            Pattern::Value(LabelArg::Value(k)) => {
                let k = k as usize;
                if !e.label.values[k].needed {
                    return Ok(());
                }
                let wanted = e.label.values[k].param.map(|p| e.label.params[p as usize]);
                let op = self.leaf_next(abs, wanted.unwrap_or(Ty::Val));
                if e.values[k] != OpRef::NONE && e.values[k] != op {
                    return Err(OptError::NoMatch);
                }
                e.values[k] = op;
                Ok(())
            }
            Pattern::Virtual(i) => self.enter_virtual(e, i, abs),
        }
    }

    fn enter_virtual(&mut self, e: &mut Entering, i: u32, abs: Abs) -> Walked<()> {
        match &e.label.virtuals[i as usize] {
            VirtualPattern::Float(arg) => {
                let raw = match abs {
                    Abs::Virt(_) => self.virtual_float(abs).ok_or(OptError::NoMatch)?,
                    Abs::Op(op) => {
                        let constant = self.bits(op).map(Value);
                        if constant.is_some_and(|c| !c.is_float()) {
                            return Err(OptError::NoMatch);
                        }
                        self.guard_tag(abs, Tag::FLOAT, e.snapshot)?;
                        self.unbox_float(abs)
                    }
                };
                self.enter_slot(e, Pattern::Value(*arg), Abs::Op(raw))
            }
            VirtualPattern::Object {
                layout,
                shape,
                words,
                items,
                fields,
            } => {
                let Abs::Virt(v) = abs else {
                    return Err(OptError::NoMatch);
                };
                let kind = VirtualKind::Object {
                    layout: *layout,
                    shape: *shape,
                    words: *words,
                    items: *items,
                };
                if let Some(seen) = e.bound.get(&i) {
                    return if *seen == v {
                        Ok(())
                    } else {
                        Err(OptError::NoMatch)
                    };
                }
                let object = self.st.virtuals[v as usize].clone();
                if object.kind != kind || e.bound.values().any(|b| *b == v) {
                    return Err(OptError::NoMatch);
                }
                e.bound.insert(i, v);
                for (pattern, field) in fields.iter().zip(object.fields) {
                    self.enter_slot(e, *pattern, field)?;
                }
                Ok(())
            }
        }
    }

    /// Computes an imported value and makes sure of what is relied on.
    fn enter_value(&mut self, e: &mut Entering, k: usize) -> Walked<()> {
        let value = &e.label.values[k];
        if !value.needed {
            return Ok(());
        }
        if let LabelSource::Op {
            op,
            ty,
            args,
            descr,
        } = &value.source
        {
            let args: crate::ir::Args = args.iter().map(|a| self.label_arg(e, *a)).collect();
            let result = self.import(*op, *ty, &args, *descr, e.snapshot)?;
            e.values[k] = result;
        }
        let op = self.resolve_op(e.values[k]);
        if op == OpRef::NONE {
            return Err(OptError::NoMatch);
        }
        e.values[k] = op;
        if let Some(tag) = value.fact.tag
            && matches!(self.out.ty(op), Ty::Val | Ty::Int)
        {
            self.guard_tag(Abs::Op(op), tag, e.snapshot)?;
        }
        if value.fact.range != Range::FULL && self.tag(op) == Some(Tag::INT) {
            self.enter_range(op, value.fact.range, e.snapshot)?;
        }
        if let Some(shape) = value.fact.shape {
            self.guard_shape(Abs::Op(op), shape, e.snapshot)?;
        }
        match value.known {
            Some((Ty::Bool, bits)) => self.guard_condition(op, bits != 0, e.snapshot),
            Some((ty, bits)) => {
                let c = self.constant(ty, bits);
                self.guard_value(Abs::Op(op), c, e.snapshot)
            }
            None => Ok(()),
        }
    }

    fn enter_range(
        &mut self,
        op: OpRef,
        wanted: Range,
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<()> {
        let range = self.range(op);
        if wanted.contains(range) {
            return Ok(());
        }
        if range.meet(wanted).is_empty() {
            return Err(OptError::NoMatch);
        }
        if wanted.lo > INT_MIN {
            let lo = self.const_int(wanted.lo);
            let holds = self.pure2(Op::IntLe, lo, op);
            self.guard_condition(holds, true, snapshot)?;
        }
        if wanted.hi < INT_MAX {
            let hi = self.const_int(wanted.hi);
            let holds = self.pure2(Op::IntLe, op, hi);
            self.guard_condition(holds, true, snapshot)?;
        }
        Ok(())
    }

    fn label_arg(&mut self, e: &Entering, arg: LabelArg) -> OpRef {
        match arg {
            LabelArg::Const(ty, bits) => self.constant(ty, bits),
            LabelArg::Value(k) => self.resolve_op(e.values[k as usize]),
        }
    }

    /// Repeats an operation that the loop imports.
    fn import(
        &mut self,
        op: Op,
        ty: Ty,
        args: &[OpRef],
        descr: Descr,
        snapshot: Option<crate::ir::SnapshotId>,
    ) -> Walked<OpRef> {
        let (a, b) = (args[0], args.get(1).copied());
        let abs = Abs::Op(a);
        Ok(match (op, descr, b) {
            (Op::Load, Descr::Field(field), _) => {
                let value = self.load(abs, field);
                self.force(value)
            }
            (Op::LoadItem, Descr::Items(items), Some(b)) => {
                let value = self.load_item(abs, items, b);
                self.force(value)
            }
            (Op::Call | Op::CallFloat, _, _) => self.pure_call(op, ty, args, descr),
            (Op::IsTag, Descr::Tag(tag), _) => self.is_tag(abs, tag),
            (Op::UnboxFloat, _, _) => self.unbox_float(abs),
            (Op::BoxFloat, _, _) => {
                let boxed = self.box_float(a);
                self.force(boxed)
            }
            (Op::Same, _, Some(b)) => self.same(abs, Abs::Op(b)),
            (op, _, Some(b)) if op.is_guard() => self.checked(op, a, b, snapshot)?,
            (op, _, Some(b)) => self.pure2(op, a, b),
            (op, _, None) => self.pure1(op, a),
        })
    }

    fn enter_field(&mut self, e: &Entering, f: &LabelField) -> Walked<()> {
        let (object, value) = (self.label_arg(e, f.object), self.label_arg(e, f.value));
        if f.field.layout == FRAME {
            // The slot's value is what the frame ought to hold at a merge point.
            self.store(Abs::Op(object), f.field, Abs::Op(value));
            return Ok(());
        }
        let loaded = self.load(Abs::Op(object), f.field);
        if loaded == Abs::Op(value) {
            return Ok(());
        }
        if Ty::of_kind(f.field.kind) == Ty::Float {
            return Err(OptError::NoMatch);
        }
        let same = self.same(loaded, Abs::Op(value));
        self.guard_condition(same, true, e.snapshot)
    }
}

/// A jump into a specialised label under construction.
struct Entering<'l> {
    label: &'l ExportedLabel,
    /// By entry of `ExportedLabel::values`.
    values: Vec<OpRef>,
    /// Virtual objects met, by entry of `ExportedLabel::virtuals`.
    bound: HashMap<u32, u32>,
    snapshot: Option<crate::ir::SnapshotId>,
}
