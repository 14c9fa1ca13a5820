//! The hash table under dicts and sets.

use super::{EMPTY, INT, OBJECT, STR};
use crate::compare::Eq;
use crate::engine::Vm;
use crate::layouts::{Array, ByteArray, Dict, FrozenSet, Set, Str};
use crate::native::Guest;
use crate::number;
use crate::object::{self, Obj};
use crate::slices;
use crate::text;
use metatrace::layout::LayoutType;
use metatrace::run::mem;
use metatrace::value::Value;

/// A dict, set or frozenset, seen as a hash table. Their layouts agree field by field.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Table(pub Value);

/// Where a key is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Find {
    At(usize),
    Absent,
    /// The guest decides whether the candidate equals the key.
    Ask {
        candidate: Value,
        entry: usize,
        next: usize,
    },
}

const LEN: usize = Dict::LEN.raw.word as usize;
const USED: usize = Dict::USED.raw.word as usize;
const ENTRIES: usize = Dict::ENTRIES.raw.word as usize;
const INDEX: usize = Dict::INDEX.raw.word as usize;
const _: () = {
    assert!(Set::LEN.raw.word as usize == LEN && FrozenSet::LEN.raw.word as usize == LEN);
    assert!(Set::USED.raw.word as usize == USED && FrozenSet::USED.raw.word as usize == USED);
    assert!(Set::INDEX.raw.word as usize == INDEX && FrozenSet::INDEX.raw.word as usize == INDEX);
};

const FREE: u32 = 0;
/// Entries of a table's first room.
const CAPACITY_MIN: usize = 5;

impl Table {
    #[inline(always)]
    pub fn of(v: Value) -> Table {
        debug_assert!(
            object::is::<Dict>(v) || object::is::<Set>(v) || object::is::<FrozenSet>(v),
            "{v:?}"
        );
        Table(v)
    }

    #[inline(always)]
    fn field(self, word: usize) -> Value {
        Value(mem::word(self.0.0, word))
    }
    #[inline(always)]
    fn set_count(self, word: usize, n: usize) {
        mem::set_word(self.0.0, word, Value::small(n as i64).0);
    }
    fn set_part(self, vm: &mut Vm, word: usize, part: Value) {
        mem::barrier(vm.core_ptr(), self.0.0);
        mem::set_word(self.0.0, word, part.0);
    }

    /// Live entries.
    #[inline(always)]
    pub fn len(self) -> usize {
        self.field(LEN).as_int() as usize
    }
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// Entries in use, deleted ones included.
    #[inline(always)]
    pub fn used(self) -> usize {
        self.field(USED).as_int() as usize
    }
    #[inline(always)]
    pub fn strategy(self) -> u32 {
        mem::shape_of(self.0.0)
    }
    /// Words of an entry.
    #[inline(always)]
    fn stride(self) -> usize {
        if object::is::<Dict>(self.0) { 3 } else { 2 }
    }
    #[inline(always)]
    fn entries(self) -> Obj<Array> {
        Obj::cast(self.field(ENTRIES))
    }
    fn capacity(self) -> usize {
        match Obj::<Array>::of(self.field(ENTRIES)) {
            Some(entries) => entries.size(Array::LEN) / self.stride(),
            None => 0,
        }
    }
    #[inline(always)]
    fn index<'a>(self) -> &'a mut [u32] {
        let index = Obj::<ByteArray>::cast(self.field(INDEX));
        let n = index.size(ByteArray::LEN) / 4;
        slices::quads_mut(index.value(), ByteArray::ITEMS.raw.start, n)
    }

    #[inline(always)]
    fn hash(self, entry: usize) -> i64 {
        self.entries()
            .item(Array::ITEMS, entry * self.stride())
            .as_int()
    }
    #[inline(always)]
    pub fn key(self, entry: usize) -> Value {
        self.entries().item(Array::ITEMS, entry * self.stride() + 1)
    }
    /// Value of a dict's entry.
    #[inline(always)]
    pub fn value(self, entry: usize) -> Value {
        self.entries().item(Array::ITEMS, entry * 3 + 2)
    }
    pub fn set_value(self, vm: &mut Vm, entry: usize, v: Value) {
        self.entries().set_item(vm, Array::ITEMS, entry * 3 + 2, v);
    }
    /// Key of an entry, UNDEF if there is none any more.
    pub fn live_key(self, entry: usize) -> Value {
        if entry < self.used() {
            self.key(entry)
        } else {
            Value::UNDEF
        }
    }

    /// The first live entry from `entry` on.
    pub fn next(self, entry: usize) -> Option<usize> {
        (entry..self.used()).find(|&e| self.key(e) != Value::UNDEF)
    }
    /// The last live entry before `end`.
    pub fn previous(self, end: usize) -> Option<usize> {
        (0..end.min(self.used()))
            .rev()
            .find(|&e| self.key(e) != Value::UNDEF)
    }
    /// Numbers of the live entries, in order.
    pub fn live(self) -> impl Iterator<Item = usize> {
        (0..self.used()).filter(move |&e| self.key(e) != Value::UNDEF)
    }

    // -------------------------------------------------------------------- finding

    #[inline(always)]
    pub(super) fn find_int(self, key: Value) -> Option<usize> {
        let index = self.index();
        let mask = index.len() - 1;
        let mut slot = start(number::hash_int(key), mask);
        loop {
            match index[slot] {
                FREE => return None,
                e if self.key(e as usize - 1) == key => return Some(e as usize - 1),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    #[inline(always)]
    pub(super) fn find_str(self, vm: &mut Vm, key: Value) -> Option<usize> {
        let hash = text::hash(vm, Obj::cast(key));
        let index = self.index();
        let mask = index.len() - 1;
        let mut slot = start(hash, mask);
        loop {
            match index[slot] {
                FREE => return None,
                e => {
                    let entry = e as usize - 1;
                    if self.hash(entry) == hash && text::eq(self.key(entry), key) {
                        return Some(entry);
                    }
                }
            }
            slot = (slot + 1) & mask;
        }
    }

    pub(super) fn get_int(self, key: Value) -> Value {
        self.find_int(key).map_or(Value::UNDEF, |e| self.value(e))
    }
    pub(super) fn get_str(self, vm: &mut Vm, key: Value) -> Value {
        self.find_str(vm, key)
            .map_or(Value::UNDEF, |e| self.value(e))
    }
    pub(super) fn set_int(self, vm: &mut Vm, key: Value, v: Value) {
        match self.find_int(key) {
            Some(e) => self.set_value(vm, e, v),
            None => self.insert(vm, key, number::hash_int(key), v),
        }
    }
    pub(super) fn set_str(self, vm: &mut Vm, key: Value, v: Value) {
        match self.find_str(vm, key) {
            Some(e) => self.set_value(vm, e, v),
            None => {
                let hash = text::hash(vm, Obj::cast(key));
                self.insert(vm, key, hash, v);
            }
        }
    }

    /// Looks for a key with this hash, from probe number `step` on.
    pub fn find(self, vm: &mut Vm, key: Value, hash: i64, step: usize) -> Guest<Find> {
        match self.strategy() {
            EMPTY => return Ok(Find::Absent),
            INT if key.is_int() => return Ok(self.find_int(key).map_or(Find::Absent, Find::At)),
            STR if object::is::<Str>(key) => {
                return Ok(self.find_str(vm, key).map_or(Find::Absent, Find::At));
            }
            _ => {}
        }
        let index = self.index();
        let mask = index.len() - 1;
        for next in step + 1.. {
            let entry = match index[(start(hash, mask) + next - 1) & mask] {
                FREE => break,
                e => e as usize - 1,
            };
            if self.hash(entry) != hash {
                continue;
            }
            let candidate = self.key(entry);
            match vm.same_or_eq(candidate, key)? {
                Eq::Yes => return Ok(Find::At(entry)),
                Eq::No => {}
                Eq::Ask(..) => {
                    return Ok(Find::Ask {
                        candidate,
                        entry,
                        next,
                    });
                }
            }
        }
        Ok(Find::Absent)
    }

    // ------------------------------------------------------------------- changing

    /// Adds a key that is absent.
    pub fn insert(self, vm: &mut Vm, key: Value, hash: i64, v: Value) {
        self.adapt(vm, key);
        if self.used() == self.capacity() {
            let room = (self.len() * 2).max(CAPACITY_MIN);
            self.rebuild(vm, room);
        }
        let entry = self.used();
        let stride = self.stride();
        let entries = self.entries();
        entries.init_item(Array::ITEMS, entry * stride, Value::small(hash));
        entries.set_item(vm, Array::ITEMS, entry * stride + 1, key);
        if stride == 3 {
            entries.set_item(vm, Array::ITEMS, entry * stride + 2, v);
        }
        place(self.index(), hash, entry);
        self.set_count(USED, entry + 1);
        self.set_count(LEN, self.len() + 1);
    }

    /// Makes the strategy allow `key`.
    fn adapt(self, vm: &Vm, key: Value) {
        let wanted = match key {
            _ if !vm.options.strategies => OBJECT,
            k if k.is_int() => INT,
            k if object::is::<Str>(k) => STR,
            _ => OBJECT,
        };
        let now = self.strategy();
        if now != wanted && now != OBJECT {
            mem::set_shape(self.0.0, if now == EMPTY { wanted } else { OBJECT });
        }
    }

    /// Deletes an entry; gives the value it had.
    pub fn delete(self, vm: &mut Vm, entry: usize) -> Value {
        let v = if self.stride() == 3 {
            self.value(entry)
        } else {
            Value::NONE
        };
        let index = self.index();
        let mask = index.len() - 1;
        let mut slot = start(self.hash(entry), mask);
        while index[slot] != entry as u32 + 1 {
            slot = (slot + 1) & mask;
        }
        // Moves up what was displaced by the slot that becomes free, so that
        // probes never meet gaps and nothing has to be marked as deleted.
        let mut probe = slot;
        loop {
            probe = (probe + 1) & mask;
            if index[probe] == FREE {
                break;
            }
            let ideal = start(self.hash(index[probe] as usize - 1), mask);
            if (probe.wrapping_sub(ideal) & mask) >= (probe.wrapping_sub(slot) & mask) {
                index[slot] = index[probe];
                slot = probe;
            }
        }
        index[slot] = FREE;
        let stride = self.stride();
        let entries = self.entries();
        entries.init_item(Array::ITEMS, entry * stride + 1, Value::UNDEF);
        if stride == 3 {
            entries.init_item(Array::ITEMS, entry * stride + 2, Value::UNDEF);
        }
        self.set_count(LEN, self.len() - 1);
        let mut used = self.used();
        while used > 0 && self.key(used - 1) == Value::UNDEF {
            used -= 1;
        }
        self.set_count(USED, used);
        if self.is_empty() {
            self.clear(vm);
        } else if self.capacity() > 64 && self.len() < self.capacity() / 8 {
            // A queue that is filled at one end and emptied at the other.
            self.rebuild(vm, self.len() * 2);
        }
        v
    }

    pub fn clear(self, vm: &mut Vm) {
        self.set_count(LEN, 0);
        self.set_count(USED, 0);
        self.set_part(vm, ENTRIES, Value::small(0));
        self.set_part(vm, INDEX, Value::small(0));
        mem::set_shape(self.0.0, EMPTY);
    }

    /// Gives the table room for `room` entries, without the deleted ones.
    pub(super) fn rebuild(self, vm: &mut Vm, room: usize) {
        let stride = self.stride();
        let old = Obj::<Array>::of(self.field(ENTRIES));
        let entries = vm.alloc_counted::<Array>(0, room * stride);
        // At most two thirds of the index are in use.
        let slots = (room * 3 / 2 + 1).next_power_of_two();
        let index = vm.alloc_counted::<ByteArray>(0, slots * 4);
        let quads = slices::quads_mut(index.value(), ByteArray::ITEMS.raw.start, slots);
        let mut used = 0;
        if let Some(old) = old {
            let words = old.values(Array::ITEMS, self.used() * stride);
            let to = entries.values_mut(vm, Array::ITEMS, room * stride);
            for entry in words.chunks(stride).filter(|e| e[1] != Value::UNDEF) {
                to[used * stride..(used + 1) * stride].copy_from_slice(entry);
                place(quads, entry[0].as_int(), used);
                used += 1;
            }
        }
        self.set_part(vm, ENTRIES, entries.value());
        self.set_part(vm, INDEX, index.value());
        self.set_count(USED, used);
    }

    /// A table of the same kind with the same entries.
    pub fn copy(self, vm: &mut Vm) -> Table {
        let layout = object::tag(self.0).0;
        let copy = vm.new_table(layout);
        self.copy_into(vm, copy);
        copy
    }

    /// Gives `to`, an empty table with the same stride, the same entries.
    pub fn copy_into(self, vm: &mut Vm, to: Table) {
        if self.is_empty() {
            return;
        }
        let room = (self.len() + self.len() / 4).max(CAPACITY_MIN);
        to.set_part(vm, ENTRIES, self.field(ENTRIES));
        to.set_count(USED, self.used());
        to.set_count(LEN, self.len());
        mem::set_shape(to.0.0, self.strategy());
        to.rebuild(vm, room);
    }

    /// Hash of a live entry's key.
    pub fn key_hash(self, entry: usize) -> i64 {
        self.hash(entry)
    }
}

impl Vm {
    /// An empty table of this layout.
    pub(super) fn new_table(&mut self, layout: u8) -> Table {
        let o = match layout {
            id if id == Dict::LAYOUT.id => self.alloc::<Dict>(EMPTY).value(),
            id if id == Set::LAYOUT.id => self.alloc::<Set>(EMPTY).value(),
            _ => self.alloc::<FrozenSet>(EMPTY).value(),
        };
        Table(o)
    }
}

/// First slot to look at for a hash.
#[inline(always)]
fn start(hash: i64, mask: usize) -> usize {
    let mixed = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 32) as usize & mask
}

/// Puts an entry into a free slot of the index.
fn place(index: &mut [u32], hash: i64, entry: usize) {
    let mask = index.len() - 1;
    let mut slot = start(hash, mask);
    while index[slot] != FREE {
        slot = (slot + 1) & mask;
    }
    index[slot] = entry as u32 + 1;
}
