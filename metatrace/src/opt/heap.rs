//! Loads and stores: forwarding and delayed stores.
//!
//! ```text
//!   store v0, list.len, v1                    guard_true v2 @[.. store v0, list.len, v1]
//!   guard_true v2                        ──►  store v0, list.len, v4
//!   v3 = load v0, list.len                    (v3 is v1)
//!   store v0, list.len, v4
//! ```
//! Rules:
//! 1. An alias class is a word of a layout; items with an index that is not
//!    constant are a class of their own that overlaps the layout's item words.
//! 2. Objects are the same when they are the same value; they are different when
//!    both are constants, or one was allocated after the other was computed.
//!    Otherwise they may be either.
//! 3. A store into an existing object waits until something could see it: a load
//!    or store of the class that may be of the same object, a call that reads or
//!    writes the layout, the end of the trace. Until then a second store replaces
//!    it, and snapshots list it (`Snapshot::stores`).
//! 4. Immutable fields are stored at once and never forgotten.
//! 5. Shapes are a class of their own; a store to one happens at once.

use super::virtualize::word_field;
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Args, Descr, Inst, Op, OpRef, SnapVal, SnapshotId, Ty};
use crate::layout::{self, FieldRef, ItemsRef, Kind, LayoutId, Mutability};
use crate::native::{Native, group};
use crate::value::Value;
use hashbrown::HashMap;

/// Word number that stands for items with an index that is not constant.
const ITEMS: u16 = u16::MAX;
/// Stores that may wait at a time.
pub(super) const PENDING_MAX: usize = 16;
/// Largest item index treated as a word of its own.
const ITEM_WORD_MAX: i64 = 4096;

/// A word of a layout, or its items.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(super) struct ClassKey {
    pub layout: LayoutId,
    pub word: u16,
}

impl ClassKey {
    pub fn of(field: FieldRef) -> ClassKey {
        ClassKey {
            layout: field.layout,
            word: field.word,
        }
    }
    pub fn items(layout: LayoutId) -> ClassKey {
        ClassKey {
            layout,
            word: ITEMS,
        }
    }
    pub fn is_items(self) -> bool {
        self.word == ITEMS
    }
}

#[derive(Copy, Clone, Debug)]
pub(super) struct Entry {
    pub object: OpRef,
    /// Index of an item, else `NONE`.
    pub index: OpRef,
    pub value: Abs,
    /// Position in `Heap::label_facts`, if the fact comes from before the label.
    pub origin: u32,
}

pub(super) const NO_ORIGIN: u32 = u32::MAX;

#[derive(Clone, Debug)]
pub(super) struct ClassState {
    pub key: ClassKey,
    pub immutable: bool,
    /// How to load it again.
    pub descr: Descr,
    pub entries: Vec<Entry>,
}

/// A store that has not happened yet.
#[derive(Copy, Clone, Debug)]
pub(super) struct Pending {
    pub object: OpRef,
    pub field: FieldRef,
    pub value: Abs,
}

#[derive(Copy, Clone, Debug)]
pub(super) struct ShapeEntry {
    pub object: OpRef,
    pub fact: ShapeFact,
    pub origin: u32,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum ShapeFact {
    Unknown,
    Constant(u32),
    /// The shape is in this value.
    Value(OpRef),
}

/// What a look-up found.
#[derive(Clone, Debug)]
pub(super) struct LookupEntry {
    pub native: &'static Native,
    pub args: Args,
    pub result: OpRef,
}

/// What is known about memory.
#[derive(Clone, Default, Debug)]
pub(super) struct Heap {
    index: HashMap<ClassKey, u32>,
    pub classes: Vec<ClassState>,
    pub pending: Vec<Pending>,
    pub shapes: Vec<ShapeEntry>,
    pub lookups: Vec<LookupEntry>,
    /// Classes stored to since the list was last cleared.
    pub written: Vec<ClassKey>,
    pub shapes_written: bool,
    /// Whether facts from before the label were used, by origin.
    pub used: Vec<bool>,
    /// Changes whenever something about frames in memory may have changed.
    pub frame_epoch: u32,
    /// Changes whenever anything here does.
    pub version: u32,
}

impl Heap {
    fn class(&mut self, key: ClassKey, mutability: Mutability, descr: Descr) -> usize {
        self.version += 1;
        if let Some(i) = self.index.get(&key) {
            return *i as usize;
        }
        self.classes.push(ClassState {
            key,
            immutable: mutability == Mutability::Immutable,
            descr,
            entries: Vec::new(),
        });
        self.index.insert(key, self.classes.len() as u32 - 1);
        self.classes.len() - 1
    }

    pub fn find(&mut self, key: ClassKey, object: OpRef, index: OpRef) -> Option<Abs> {
        let class = *self.index.get(&key)? as usize;
        let entries = &self.classes[class].entries;
        let same = |e: &&Entry| e.object == object && e.index == index;
        let found = entries.iter().rev().find(same)?;
        if found.origin != NO_ORIGIN {
            self.used[found.origin as usize] = true;
        }
        Some(found.value)
    }

    /// The earlier result of a look-up that still holds.
    pub fn find_lookup(&self, native: &'static Native, args: &Args) -> Option<OpRef> {
        let same = |l: &&LookupEntry| l.native == native && l.args == *args;
        self.lookups.iter().find(same).map(|l| l.result)
    }

    /// Forgets look-ups that read one of these alias groups.
    pub fn forget_lookups(&mut self, written: u64) {
        self.lookups
            .retain(|l| l.native.effects.reads & written == 0);
    }

    fn note_write(&mut self, key: ClassKey) {
        self.forget_lookups(group(key.layout));
        self.version += 1;
        if !self.written.contains(&key) {
            self.written.push(key);
        }
        if key.layout == layout::FRAME {
            self.frame_epoch += 1;
        }
    }
}

impl Walk<'_, '_> {
    // ---------------------------------------------------------------- aliasing

    /// Can the two values be the same object?
    pub fn may_alias(&self, a: OpRef, b: OpRef) -> bool {
        if a == b {
            return true;
        }
        if a.is_const() && b.is_const() {
            return false;
        }
        let late = if a.is_const() || (!b.is_const() && a < b) {
            b
        } else {
            a
        };
        let fresh = |v: OpRef| !v.is_const() && self.st.fresh[v.index()];
        // What was computed before an allocation is not its object; nor is another allocation.
        if fresh(late) || self.known_apart(a, b) {
            return false;
        }
        if let (Some(x), Some(y)) = (self.tag(a), self.tag(b))
            && x != y
        {
            return false;
        }
        true
    }

    /// Did a guard of this section find two values to be different?
    fn known_apart(&self, a: OpRef, b: OpRef) -> bool {
        let (a, b) = if a.is_const() || (!b.is_const() && a > b) {
            (b, a)
        } else {
            (a, b)
        };
        let Some(same) = self.st.cse.find(Op::Same, a, b, 0) else {
            return false;
        };
        self.options.guard
            && !same.is_const()
            && same.0 >= self.st.section_first
            && self.bits(self.st.facts[same.index()].known) == Some(0)
    }

    /// A delayed store of an object that does not exist would make it exist if a
    /// load might be of the same word: a guard says that it is not.
    fn part_from_delayed(&mut self, key: ClassKey, object: OpRef) {
        let Some(snapshot) = self.st.resume_at else {
            return;
        };
        for at in 0..self.st.heap.pending.len() {
            let p = self.st.heap.pending[at];
            if ClassKey::of(p.field) != key
                || p.object == object
                || !self.options.guard
                || !self.is_open(p.value)
                || !self.may_alias(p.object, object)
            {
                continue;
            }
            let same = self.same(Abs::Op(object), Abs::Op(p.object));
            // A contradiction leaves things as they are: the store is performed.
            let _ = self.guard_condition(same, false, Some(snapshot));
        }
    }

    /// Performs what is delayed, but for stores that a loop may carry.
    pub fn flush_delayed(&mut self, carry: bool) {
        self.flush_others(carry, &[]);
    }

    /// The same, but for words that memory may lack at the label to come, too.
    pub fn flush_others(&mut self, carry: bool, delayed: &[(OpRef, FieldRef)]) {
        self.flush_where(|w, p| {
            let carried = carry && !p.object.is_const() && w.is_open(p.value);
            !carried && !delayed.contains(&(p.object, p.field))
        });
        self.flush_regs(!0);
        self.flush_depth();
    }

    /// Can the two indices be equal?
    fn may_meet(&self, a: OpRef, b: OpRef) -> bool {
        if a == b {
            return true;
        }
        if !self.range(a).meet(self.range(b)).is_empty() {
            // i and i + c differ.
            let offset = |x: OpRef, y: OpRef| {
                let def = self.def(x);
                def.is_some_and(|d| {
                    matches!(super::pure::plain(d.op), Op::IntAdd | Op::IntSub)
                        && d.args[0] == y
                        && self.int_bits(d.args[1]).is_some_and(|c| c != 0)
                })
            };
            return !offset(a, b) && !offset(b, a);
        }
        false
    }

    // ------------------------------------------------------------------- loads

    pub fn step_load(&mut self, inst: &Inst) -> Walked<Abs> {
        let Descr::Field(field) = inst.descr else {
            unreachable!("load has a field")
        };
        let object = self.operand(inst.args[0]);
        Ok(self.load(object, field))
    }

    pub fn load(&mut self, object: Abs, field: FieldRef) -> Abs {
        let object = match object {
            Abs::Virt(v) => match self.virtual_word(v, field) {
                Some(word) => return word,
                None => self.force(object),
            },
            Abs::Op(op) => op,
        };
        if field.mutability == Mutability::Immutable
            && let Some(bits) = self.bits(object)
            && Value(bits).is_heap()
            && self.options.fold
            && let Some(word) = self.env.heap.load(Value(bits), field)
        {
            return Abs::Op(self.loaded_constant(field.kind, word));
        }
        if field.layout == layout::FLOAT_BOX
            && let Some(&[raw]) = self.def_args(object, Op::BoxFloat)
        {
            return Abs::Op(self.resolve_op(raw));
        }
        let key = ClassKey::of(field);
        if self.options.heap {
            if let Some(value) = self.st.heap.find(key, object, OpRef::NONE) {
                return self.resolve(value);
            }
            self.part_from_delayed(key, object);
            self.flush_aliases(key, object);
        }
        let value = self.emit(
            Op::Load,
            Ty::of_kind(field.kind),
            &[object],
            Descr::Field(field),
            None,
        );
        self.learn_loaded(value, field.kind, field.layout, field.word);
        if self.options.heap {
            self.remember(object, field, Abs::Op(value));
        }
        Abs::Op(value)
    }

    fn loaded_constant(&mut self, kind: Kind, word: u64) -> OpRef {
        let ty = match kind {
            Kind::Val if Value(word).is_int() => Ty::Int,
            kind => Ty::of_kind(kind),
        };
        self.constant(ty, word)
    }

    /// What the declaration says about a loaded value.
    fn learn_loaded(&mut self, value: OpRef, kind: Kind, layout: LayoutId, word: u16) {
        use super::intbound::Range;
        let counted = word == 1
            && layout::lookup(layout)
                .and_then(|l| l.items.as_ref())
                .is_some_and(|i| i.counted);
        match kind {
            Kind::Byte => self.narrow(value, Range::new(0, 255)),
            // No object has more items than memory has bytes.
            Kind::Int if counted => self.narrow(value, Range::new(0, 1 << 48)),
            _ => {}
        }
    }

    /// Records what a field holds.
    pub fn remember(&mut self, object: OpRef, field: FieldRef, value: Abs) {
        let key = ClassKey::of(field);
        let descr = Descr::Field(field);
        let class = self.st.heap.class(key, field.mutability, descr);
        let entry = Entry {
            object,
            index: OpRef::NONE,
            value,
            origin: NO_ORIGIN,
        };
        self.st.heap.classes[class].entries.push(entry);
    }

    pub fn step_load_item(&mut self, inst: &Inst) -> Walked<Abs> {
        let Descr::Items(items) = inst.descr else {
            unreachable!("load_item has items")
        };
        let object = self.operand(inst.args[0]);
        let index = self.real(inst.args[1]);
        Ok(self.load_item(object, items, index))
    }

    pub fn load_item(&mut self, object: Abs, items: ItemsRef, index: OpRef) -> Abs {
        let number = self.int_bits(index);
        if let Some(field) = self.item_word(items, number) {
            if let Abs::Op(op) = object
                && let Some(folded) = self.fold_item(op, items, number)
            {
                return Abs::Op(folded);
            }
            return self.load(object, field);
        }
        let object = self.force(object);
        if let Some(folded) = self.fold_item(object, items, number) {
            return Abs::Op(folded);
        }
        let key = ClassKey::items(items.layout);
        if self.options.heap {
            if let Some(value) = self.st.heap.find(key, object, index) {
                return self.resolve(value);
            }
            self.flush_items(items.layout, object, index);
        }
        let args = [object, index];
        let ty = Ty::of_kind(items.kind);
        let value = self.emit(Op::LoadItem, ty, &args, Descr::Items(items), None);
        self.learn_loaded(value, items.kind, items.layout, ITEMS);
        if self.options.heap {
            self.remember_item(object, items, index, Abs::Op(value));
        }
        Abs::Op(value)
    }

    fn remember_item(&mut self, object: OpRef, items: ItemsRef, index: OpRef, value: Abs) {
        let key = ClassKey::items(items.layout);
        let class = self
            .st
            .heap
            .class(key, items.mutability, Descr::Items(items));
        self.st.heap.classes[class].entries.push(Entry {
            object,
            index,
            value,
            origin: NO_ORIGIN,
        });
    }

    /// An item with a constant index as a field. Bytes have no such form.
    fn item_word(&self, items: ItemsRef, index: Option<i64>) -> Option<FieldRef> {
        let index = index?;
        let fits = (0..=ITEM_WORD_MAX).contains(&index) && items.kind != Kind::Byte;
        fits.then(|| items.field(index as u16))
    }

    fn fold_item(&mut self, object: OpRef, items: ItemsRef, index: Option<i64>) -> Option<OpRef> {
        if items.mutability != Mutability::Immutable || !self.options.fold {
            return None;
        }
        let object = Value(self.bits(object)?);
        let word = self.env.heap.load_item(object, items, index?)?;
        Some(self.loaded_constant(items.kind, word))
    }

    // ------------------------------------------------------------------ stores

    pub fn step_store(&mut self, inst: &Inst) -> Walked<()> {
        let Descr::Field(field) = inst.descr else {
            unreachable!("store has a field")
        };
        let object = self.operand(inst.args[0]);
        let value = self.operand(inst.args[1]);
        self.store(object, field, value);
        Ok(())
    }

    pub fn store(&mut self, object: Abs, field: FieldRef, value: Abs) {
        if matches!(value, Abs::Virt(_)) && layout::lookup(field.layout).is_some_and(|l| l.exact) {
            self.make_exact(value);
        }
        let object = match object {
            Abs::Virt(v) => {
                let fields = &mut self.st.virtuals[v as usize].fields;
                if (field.word as usize) < fields.len() {
                    fields[field.word as usize] = value;
                    return;
                }
                self.force(object)
            }
            Abs::Op(op) => op,
        };
        if !self.options.heap || field.mutability == Mutability::Immutable {
            let value = self.force(value);
            self.emit_store(object, field, value);
            if self.options.heap {
                self.remember(object, field, Abs::Op(value));
            }
            return;
        }
        let key = ClassKey::of(field);
        if let Some(known) = self.st.heap.find(key, object, OpRef::NONE)
            && self.resolve(known) == value
        {
            return;
        }
        self.st.heap.note_write(key);
        // What waits is in the order of the program: a store to an object that may be the same
        // waits behind.
        let same = |p: &Pending| p.object == object && p.field == field;
        if let Some(at) = self.st.heap.pending.iter().position(same) {
            self.st.heap.pending.remove(at);
        } else if self.st.heap.pending.len() >= PENDING_MAX {
            self.flush_at(0);
        }
        self.st.heap.pending.push(Pending {
            object,
            field,
            value,
        });
        self.forget_aliases(key, object);
        self.forget_items(field, object);
        self.remember(object, field, value);
    }

    fn emit_store(&mut self, object: OpRef, field: FieldRef, value: OpRef) {
        self.emit(
            Op::Store,
            Ty::Void,
            &[object, value],
            Descr::Field(field),
            None,
        );
    }

    pub fn step_store_item(&mut self, inst: &Inst) -> Walked<()> {
        let Descr::Items(items) = inst.descr else {
            unreachable!("store_item has items")
        };
        let object = self.operand(inst.args[0]);
        let index = self.real(inst.args[1]);
        let number = self.int_bits(index);
        if let Some(field) = self.item_word(items, number) {
            let value = self.operand(inst.args[2]);
            self.store(object, field, value);
            return Ok(());
        }
        let object = self.force(object);
        let value = self.real(inst.args[2]);
        if self.options.heap {
            self.flush_items(items.layout, object, index);
            self.forget_item_words(items, object, index);
        }
        let args = [object, index, value];
        self.emit(Op::StoreItem, Ty::Void, &args, Descr::Items(items), None);
        self.st.heap.note_write(ClassKey::items(items.layout));
        if self.options.heap && items.kind != Kind::Byte {
            self.remember_item(object, items, index, Abs::Op(value));
        }
        Ok(())
    }

    /// Forgets what a store to this field may have changed.
    fn forget_aliases(&mut self, key: ClassKey, object: OpRef) {
        self.forget(key, |walk, e| walk.may_alias(e.object, object));
    }

    fn forget(&mut self, key: ClassKey, gone: impl Fn(&Self, &Entry) -> bool) {
        let Some(class) = self.st.heap.index.get(&key) else {
            return;
        };
        let class = *class as usize;
        self.st.heap.version += 1;
        let mut entries = std::mem::take(&mut self.st.heap.classes[class].entries);
        entries.retain(|e| !gone(self, e));
        self.st.heap.classes[class].entries = entries;
    }

    /// Forgets items with unknown index that a store to an item word may have changed.
    fn forget_items(&mut self, field: FieldRef, object: OpRef) {
        let Some(l) = layout::lookup(field.layout) else {
            return;
        };
        if l.items.is_none() || field.word < l.items_start() {
            return;
        }
        let index = self.const_int((field.word - l.items_start()) as i64);
        self.forget(ClassKey::items(field.layout), |walk, e| {
            walk.may_alias(e.object, object) && walk.may_meet(e.index, index)
        });
    }

    /// Forgets what a store to an item with unknown index may have changed.
    fn forget_item_words(&mut self, items: ItemsRef, object: OpRef, index: OpRef) {
        self.forget(ClassKey::items(items.layout), |walk, e| {
            walk.may_alias(e.object, object) && walk.may_meet(e.index, index)
        });
        for class in 0..self.st.heap.classes.len() {
            let key = self.st.heap.classes[class].key;
            if key.layout != items.layout || key.is_items() || key.word < items.start {
                continue;
            }
            let at = self.const_int((key.word - items.start) as i64);
            if self.may_meet(at, index) {
                self.st.heap.note_write(key);
                self.forget_aliases(key, object);
            }
        }
    }

    // ---------------------------------------------------------- delayed stores

    /// Performs the waiting stores of a class that may be to this object.
    fn flush_aliases(&mut self, key: ClassKey, object: OpRef) {
        self.flush_where(|walk, p| {
            ClassKey::of(p.field) == key && walk.may_alias(p.object, object)
        });
    }

    /// Performs the waiting stores to item words that index may mean.
    fn flush_items(&mut self, layout: LayoutId, object: OpRef, index: OpRef) {
        let start = layout::lookup(layout).map_or(0, |l| l.items_start());
        self.flush_where(|walk, p| {
            p.field.layout == layout
                && p.field.word >= start
                && walk.may_alias(p.object, object)
                && walk
                    .range(index)
                    .contains(super::intbound::Range::point((p.field.word - start) as i64))
        });
    }

    /// Performs the stores that are `due`, and before each those that waited longer and may be of
    /// the same word.
    pub fn flush_where(&mut self, due: impl Fn(&Self, &Pending) -> bool) {
        let mut at = 0;
        while at < self.st.heap.pending.len() {
            if due(self, &self.st.heap.pending[at]) {
                at -= self.flush_in_order(at);
            } else {
                at += 1;
            }
        }
    }

    /// Performs a store and those that must come before it; says how many these were.
    fn flush_in_order(&mut self, at: usize) -> usize {
        let mut before = 0;
        loop {
            let at = at - before;
            let pending = &self.st.heap.pending;
            let p = pending[at];
            let earlier = (pending[..at].iter())
                .position(|e| e.field == p.field && self.may_alias(e.object, p.object));
            let Some(earlier) = earlier else {
                self.flush_at(at);
                return before;
            };
            before += self.flush_in_order(earlier) + 1;
        }
    }

    fn flush_at(&mut self, at: usize) {
        let Pending {
            object,
            field,
            value,
        } = self.st.heap.pending.remove(at);
        self.st.heap.version += 1;
        let value = self.force(value);
        self.emit_store(object, field, value);
    }

    /// At a jump to a merge point: stores to slots that wait there and have been overtaken need not
    /// happen. The label takes the slots as they are now, and every exit behind it writes them.
    pub fn drop_overtaken(&mut self, jump: Option<SnapshotId>) {
        let Some(frame) = jump.and_then(|s| self.src.snapshots[s.0 as usize].frame) else {
            return;
        };
        let frame = self.src.frames[frame.0 as usize].clone();
        let Some(SnapVal::Op(object)) = frame.object else {
            return;
        };
        let Abs::Op(object) = self.operand(object) else {
            return;
        };
        for (slot, value) in frame.slots {
            let SnapVal::Op(value) = value else { continue };
            let value = self.operand(value);
            let field = word_field(layout::FRAME, frame_items_start() + slot);
            let same = |p: &Pending| {
                p.object == object && p.field.layout == field.layout && p.field.word == field.word
            };
            let Some(at) = self.st.heap.pending.iter().rposition(same) else {
                continue;
            };
            if self.resolve(self.st.heap.pending[at].value) == value {
                continue;
            }
            self.st.heap.pending.remove(at);
            self.st.heap.frame_epoch += 1;
            self.forget(ClassKey::of(field), |_, e| e.object == object);
        }
    }

    /// Performs everything that waits: stores, registers, depth.
    pub fn flush_all(&mut self) {
        self.flush_where(|_, _| true);
        self.flush_regs(!0);
        self.flush_depth();
    }

    /// Does memory already hold this value in a frame's slot?
    pub fn slot_is(&mut self, frame: OpRef, slot: u16, value: Abs) -> bool {
        if !self.options.heap {
            return false;
        }
        let field = word_field(layout::FRAME, frame_items_start() + slot);
        let waits = |p: &Pending| p.object == frame && p.field.word == field.word;
        if self
            .st
            .heap
            .pending
            .iter()
            .any(|p| p.field.layout == layout::FRAME && waits(p))
        {
            return false;
        }
        let key = ClassKey::of(field);
        // Looked at twice, so that an unsuccessful look leaves no mark.
        let Some(class) = self.st.heap.index.get(&key) else {
            return false;
        };
        let entries = &self.st.heap.classes[*class as usize].entries;
        let Some(entry) = entries.iter().rev().find(|e| e.object == frame).copied() else {
            return false;
        };
        if self.resolve(entry.value) != value {
            return false;
        }
        self.st.heap.find(key, frame, OpRef::NONE);
        true
    }
}

fn frame_items_start() -> u16 {
    use crate::layout::LayoutType;
    layout::Frame::LAYOUT.items_start()
}
