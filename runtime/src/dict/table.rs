//! The hash table under dicts and sets.

use super::{EMPTY, INT, OBJECT, STR};
use crate::compare::Eq;
use crate::engine::Vm;
use crate::layouts::{Dict, FrozenSet, Set, Str, TableIndex, TableKeys, TableValues};
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
const KEYS: usize = Dict::KEYS.raw.word as usize;
const INDEX: usize = Dict::INDEX.raw.word as usize;
const VALUES: usize = Dict::VALUES.raw.word as usize;
const _: () = {
    assert!(Set::LEN.raw.word as usize == LEN && FrozenSet::LEN.raw.word as usize == LEN);
    assert!(Set::USED.raw.word as usize == USED && FrozenSet::USED.raw.word as usize == USED);
    assert!(Set::KEYS.raw.word as usize == KEYS && FrozenSet::KEYS.raw.word as usize == KEYS);
    assert!(Set::INDEX.raw.word as usize == INDEX && FrozenSet::INDEX.raw.word as usize == INDEX);
};

/// What numbers in an index mean, but for n: entry n - 1.
const FREE: u32 = 0;
/// An entry that was deleted: look-ups go on behind it.
const GONE: u32 = u32::MAX;
/// Entries of a table's first room.
const CAPACITY_MIN: usize = 4;
/// Tables with room for no more entries than this have no index.
const LINEAR_MAX: usize = 8;

/// Words of an entry's key, by strategy: fixnums are their own hash.
#[inline(always)]
fn stride_of(strategy: u32) -> usize {
    if strategy == INT { 1 } else { 2 }
}

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
    #[inline(always)]
    fn is_dict(self) -> bool {
        object::is::<Dict>(self.0)
    }
    #[inline(always)]
    fn stride(self) -> usize {
        stride_of(self.strategy())
    }
    /// Words of the keys in use; none in a table without room.
    #[inline(always)]
    fn key_words<'a>(self) -> &'a [Value] {
        match Obj::<TableKeys>::of(self.field(KEYS)) {
            Some(keys) => keys.values(TableKeys::ITEMS, self.used() * self.stride()),
            None => &[],
        }
    }
    #[inline(always)]
    fn keys(self) -> Obj<TableKeys> {
        Obj::cast(self.field(KEYS))
    }
    #[inline(always)]
    fn values(self) -> Obj<TableValues> {
        Obj::cast(self.field(VALUES))
    }
    #[inline(always)]
    fn capacity(self) -> usize {
        match Obj::<TableKeys>::of(self.field(KEYS)) {
            Some(keys) => keys.size(TableKeys::LEN) / self.stride(),
            None => 0,
        }
    }
    /// The index; empty in small tables.
    #[inline(always)]
    fn index<'a>(self) -> Index<'a> {
        Index::of(self.field(INDEX))
    }

    #[inline(always)]
    fn hash(self, entry: usize) -> i64 {
        if self.strategy() == INT {
            number::hash_int(self.keys().item(TableKeys::ITEMS, entry))
        } else {
            self.keys().item(TableKeys::ITEMS, entry * 2).as_int()
        }
    }
    #[inline(always)]
    pub fn key(self, entry: usize) -> Value {
        let at = if self.strategy() == INT {
            entry
        } else {
            entry * 2 + 1
        };
        self.keys().item(TableKeys::ITEMS, at)
    }
    /// Value of a dict's entry.
    #[inline(always)]
    pub fn value(self, entry: usize) -> Value {
        self.values().item(TableValues::ITEMS, entry)
    }
    #[inline(always)]
    pub fn set_value(self, vm: &mut Vm, entry: usize, v: Value) {
        if v.is_heap() {
            self.values().set_item(vm, TableValues::ITEMS, entry, v);
        } else {
            self.values().init_item(TableValues::ITEMS, entry, v);
        }
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
    #[inline]
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

    /// The entry of a fixnum in an `INT` table.
    #[inline(always)]
    pub(super) fn find_int(self, key: Value) -> Option<usize> {
        let keys = self.keys().values(TableKeys::ITEMS, self.used());
        let index = self.index();
        if index.is_empty() {
            return keys.iter().position(|k| *k == key);
        }
        let mut probe = index.probe(key.as_int());
        loop {
            match index.0[probe.slot] {
                FREE => return None,
                GONE => {}
                e if keys[e as usize - 1] == key => return Some(e as usize - 1),
                _ => {}
            }
            probe.advance();
        }
    }

    /// As `find`, for what is no fixnum in an `INT` table: fixnums with this hash may be equal.
    fn find_among_ints(self, vm: &mut Vm, key: Value, hash: i64, step: usize) -> Guest<Find> {
        let same_hash = [
            hash,
            if hash == -2 { -1 } else { hash },
            hash + number::HASH_MODULUS as i64,
            hash - number::HASH_MODULUS as i64,
        ];
        for (at, i) in same_hash.into_iter().enumerate().skip(step) {
            let Some(candidate) = Value::int(i).filter(|&i| number::hash_int(i) == hash) else {
                continue;
            };
            let Some(entry) = self.find_int(candidate) else {
                continue;
            };
            match vm.same_or_eq(candidate, key)? {
                Eq::Yes => return Ok(Find::At(entry)),
                Eq::No => {}
                Eq::Ask(..) => {
                    return Ok(Find::Ask {
                        candidate,
                        entry,
                        next: at + 1,
                    });
                }
            }
        }
        Ok(Find::Absent)
    }

    /// The entry of a string in a `STR` table.
    #[inline(always)]
    pub(super) fn find_str(self, vm: &mut Vm, key: Value) -> Option<usize> {
        let keys = self.keys().values(TableKeys::ITEMS, self.used() * 2);
        let hash = text::hash(vm, Obj::cast(key));
        let word = Value::small(hash);
        let is_it = |at: usize| keys[at] == word && text::eq(keys[at + 1], key);
        let index = self.index();
        if index.is_empty() {
            return (0..keys.len() / 2).find(|&e| is_it(e * 2));
        }
        let mut probe = index.probe(hash);
        loop {
            match index.0[probe.slot] {
                FREE => return None,
                GONE => {}
                e if is_it(e as usize * 2 - 2) => return Some(e as usize - 1),
                _ => {}
            }
            probe.advance();
        }
    }

    /// What decides where a key is in the index: its hash, but a fixnum itself in `INT` tables.
    #[inline(always)]
    fn place_of(self, key: Value, hash: i64) -> i64 {
        if self.strategy() == INT {
            key.as_int()
        } else {
            hash
        }
    }

    /// Looks for a key with this hash, from probe number `step` on.
    pub fn find(self, vm: &mut Vm, key: Value, hash: i64, step: usize) -> Guest<Find> {
        match self.strategy() {
            EMPTY => return Ok(Find::Absent),
            INT if key.is_int() => return Ok(self.find_int(key).map_or(Find::Absent, Find::At)),
            INT => return self.find_among_ints(vm, key, hash, step),
            STR if object::is::<Str>(key) => {
                return Ok(self.find_str(vm, key).map_or(Find::Absent, Find::At));
            }
            _ => {}
        }
        let index = self.index();
        let mut probe = index.probe(hash);
        for next in 1.. {
            let at = match index.is_empty() {
                true if next > self.used() => break,
                true => next as u32,
                false => index.0[probe.slot],
            };
            probe.advance();
            let entry = match at {
                FREE => break,
                GONE => continue,
                _ if next <= step => continue,
                e => e as usize - 1,
            };
            let candidate = self.key(entry);
            if candidate == Value::UNDEF || self.hash(entry) != hash {
                continue;
            }
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
        let entry = self.used();
        if entry == self.capacity() {
            self.make_room(vm);
        }
        let entry = self.used();
        let keys = self.keys();
        if self.strategy() == INT {
            keys.init_item(TableKeys::ITEMS, entry, key);
        } else {
            keys.init_item(TableKeys::ITEMS, entry * 2, Value::small(hash));
            keys.set_item(vm, TableKeys::ITEMS, entry * 2 + 1, key);
        }
        if self.is_dict() {
            self.set_value(vm, entry, v);
        }
        self.index().place(self.place_of(key, hash), entry);
        self.set_count(USED, entry + 1);
        self.set_count(LEN, self.len() + 1);
    }

    /// Adds a fixnum or string that is absent.
    pub(super) fn insert_plain(self, vm: &mut Vm, key: Value, v: Value) {
        let hash = match key.is_int() {
            true => number::hash_int(key),
            false => text::hash(vm, Obj::cast(key)),
        };
        self.insert(vm, key, hash, v);
    }

    /// Makes the strategy allow `key`.
    #[inline]
    fn adapt(self, vm: &mut Vm, key: Value) {
        let now = self.strategy();
        if now == INT && key.is_int() || now == OBJECT {
            return;
        }
        let wanted = match key {
            _ if !vm.options.strategies => OBJECT,
            k if k.is_int() => INT,
            k if object::is::<Str>(k) => STR,
            _ => OBJECT,
        };
        if now == EMPTY {
            mem::set_shape(self.0.0, wanted);
        } else if now != wanted {
            let room = self.capacity();
            mem::set_shape(self.0.0, OBJECT);
            self.rebuild(vm, stride_of(now), room);
        }
    }

    /// Makes room for another entry.
    #[inline(never)]
    fn make_room(self, vm: &mut Vm) {
        let len = self.len();
        let room = (len + len / 2).next_power_of_two().max(CAPACITY_MIN);
        if room <= self.capacity() {
            self.compact(vm);
        } else {
            self.rebuild(vm, self.stride(), room);
        }
    }

    /// Deletes an entry; gives the value it had.
    pub fn delete(self, vm: &mut Vm, entry: usize) -> Value {
        self.unplace(entry);
        let keys = self.keys();
        if self.strategy() == INT {
            keys.init_item(TableKeys::ITEMS, entry, Value::UNDEF);
        } else {
            // No hash is this, so that look-ups pass by.
            keys.init_item(TableKeys::ITEMS, entry * 2, Value::UNDEF);
            keys.init_item(TableKeys::ITEMS, entry * 2 + 1, Value::UNDEF);
        }
        let mut v = Value::NONE;
        if self.is_dict() {
            v = self.value(entry);
            self.values()
                .init_item(TableValues::ITEMS, entry, Value::UNDEF);
        }
        self.set_count(LEN, self.len() - 1);
        let mut used = self.used();
        while used > 0 && self.key(used - 1) == Value::UNDEF {
            used -= 1;
        }
        self.set_count(USED, used);
        if self.is_empty() {
            self.clear(vm);
        } else if self.index().is_worn() {
            self.index_again();
        } else if self.capacity() > 64 && self.len() < self.capacity() / 8 {
            // A queue that is filled at one end and emptied at the other.
            self.rebuild(vm, self.stride(), self.len() * 2);
        }
        v
    }

    /// Takes an entry, which is live, out of the index.
    fn unplace(self, entry: usize) {
        let mut index = self.index();
        if index.is_empty() {
            return;
        }
        let mut probe = index.probe(self.place_of(self.key(entry), self.hash(entry)));
        while index.0[probe.slot] != entry as u32 + 1 {
            probe.advance();
        }
        index.0[probe.slot] = GONE;
        *index.gone() += 1;
    }

    pub fn clear(self, vm: &mut Vm) {
        self.set_count(LEN, 0);
        self.set_count(USED, 0);
        self.set_part(vm, KEYS, Value::small(0));
        self.set_part(vm, INDEX, Value::small(0));
        if self.is_dict() {
            self.set_part(vm, VALUES, Value::small(0));
        }
        mem::set_shape(self.0.0, EMPTY);
    }

    /// Moves the live entries to the front of their room.
    fn compact(self, vm: &mut Vm) {
        let (stride, used) = (self.stride(), self.used());
        let keys = self.keys().values_mut(vm, TableKeys::ITEMS, used * stride);
        let values = match self.is_dict() {
            true => self.values().values_mut(vm, TableValues::ITEMS, used),
            false => &mut [],
        };
        let mut to = 0;
        for e in 0..used {
            if keys[(e + 1) * stride - 1] == Value::UNDEF {
                continue;
            }
            keys.copy_within(e * stride..(e + 1) * stride, to * stride);
            if let Some(v) = values.get(e).copied() {
                values[to] = v;
            }
            to += 1;
        }
        self.set_count(USED, to);
        self.index_again();
    }

    /// Gives the table room for `room` entries, without the deleted ones. Its keys now have
    /// `stride` words each; afterwards as many as the strategy wants.
    pub(super) fn rebuild(self, vm: &mut Vm, stride: usize, room: usize) {
        let new_stride = self.stride();
        let used = self.used();
        let old = Obj::<TableKeys>::of(self.field(KEYS));
        let keys = vm.alloc_counted::<TableKeys>(0, room * new_stride);
        let to = keys.values_mut(vm, TableKeys::ITEMS, room * new_stride);
        let words = old.map_or(&[][..], |old| old.values(TableKeys::ITEMS, used * stride));
        let live = |key: &[Value]| key[stride - 1] != Value::UNDEF;
        let mut n = 0;
        if stride == new_stride && used == self.len() {
            to[..words.len()].copy_from_slice(words);
            n = used;
        } else {
            for entry in words.chunks(stride).filter(|e| live(e)) {
                let into = &mut to[n * new_stride..(n + 1) * new_stride];
                if stride == new_stride {
                    into.copy_from_slice(entry);
                } else {
                    into[0] = Value::small(number::hash_int(entry[0]));
                    into[1] = entry[0];
                }
                n += 1;
            }
        }
        if self.is_dict() {
            let values = vm.alloc_counted::<TableValues>(0, room);
            if let Some(old) = Obj::<TableValues>::of(self.field(VALUES)) {
                let from = old.values(TableValues::ITEMS, used);
                let to = values.values_mut(vm, TableValues::ITEMS, room);
                let live = words.chunks(stride).map(live);
                let kept = from.iter().zip(live).filter(|(_, live)| *live);
                to.iter_mut().zip(kept).for_each(|(to, (v, _))| *to = *v);
            }
            self.set_part(vm, VALUES, values.value());
        }
        let index = match room > LINEAR_MAX {
            // At most two thirds of the index are in use.
            true => {
                let slots = (room * 3 / 2 + 1).next_power_of_two();
                vm.alloc_counted::<TableIndex>(0, slots * 4 + 8).value()
            }
            false => Value::small(0),
        };
        self.set_part(vm, KEYS, keys.value());
        self.set_part(vm, INDEX, index);
        self.set_count(USED, n);
        self.index_all();
    }

    /// Fills the index, which is free.
    fn index_all(self) {
        let mut index = self.index();
        if index.is_empty() {
            return;
        }
        let words = self.key_words();
        if self.strategy() == INT {
            for (e, key) in words.iter().enumerate() {
                if *key != Value::UNDEF {
                    index.place(key.as_int(), e);
                }
            }
        } else {
            for (e, key) in words.chunks(2).enumerate() {
                if key[1] != Value::UNDEF {
                    index.place(key[0].as_int(), e);
                }
            }
        }
    }

    /// Fills the index anew.
    fn index_again(self) {
        self.index().0.fill(FREE);
        self.index_all();
    }

    /// A table of the same kind with the same entries.
    pub fn copy(self, vm: &mut Vm) -> Table {
        let layout = object::tag(self.0).0;
        let copy = vm.new_table(layout);
        self.copy_into(vm, copy);
        copy
    }

    /// Gives `to`, an empty table of the same kind (but for being frozen), the same entries.
    pub fn copy_into(self, vm: &mut Vm, to: Table) {
        if self.is_empty() {
            return;
        }
        let room = (self.len() + self.len() / 4).max(CAPACITY_MIN);
        to.set_part(vm, KEYS, self.field(KEYS));
        if self.is_dict() {
            to.set_part(vm, VALUES, self.field(VALUES));
        }
        to.set_count(USED, self.used());
        to.set_count(LEN, self.len());
        mem::set_shape(to.0.0, self.strategy());
        to.rebuild(vm, self.stride(), room);
    }

    /// Gives an empty set these distinct fixnums as its elements.
    pub(super) fn fill_ints(self, vm: &mut Vm, ints: &[Value]) {
        if ints.is_empty() {
            return;
        }
        mem::set_shape(self.0.0, INT);
        self.rebuild(vm, 1, ints.len().max(CAPACITY_MIN));
        self.keys()
            .values_mut(vm, TableKeys::ITEMS, ints.len())
            .copy_from_slice(ints);
        self.set_count(USED, ints.len());
        self.set_count(LEN, ints.len());
        self.index_all();
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

/// The index of a table: as many slots as a power of two, how many of them are [`GONE`], and one
/// number more to fill the word; or nothing.
struct Index<'a>(&'a mut [u32]);

impl<'a> Index<'a> {
    #[inline(always)]
    fn of(part: Value) -> Index<'a> {
        if part == Value::small(0) {
            return Index(&mut []);
        }
        let index = Obj::<TableIndex>::cast(part);
        let n = index.size(TableIndex::LEN) / 4;
        Index(slices::quads_mut(part, TableIndex::ITEMS.raw.start, n))
    }
    fn gone(&mut self) -> &mut u32 {
        let n = self.0.len();
        &mut self.0[n - 2]
    }
    /// Do deleted entries make it slow?
    fn is_worn(&self) -> bool {
        let n = self.0.len();
        n != 0 && self.0[n - 2] as usize > n / 4
    }
    #[inline(always)]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    #[inline(always)]
    fn probe(&self, hash: i64) -> Probe {
        let mask = self.0.len().wrapping_sub(3);
        Probe {
            slot: hash as usize & mask,
            perturb: hash as u64,
            mask,
        }
    }
    /// Puts an entry that is not in the index into it.
    #[inline(always)]
    fn place(&mut self, hash: i64, entry: usize) {
        if self.is_empty() {
            return;
        }
        let mut probe = self.probe(hash);
        loop {
            match self.0[probe.slot] {
                FREE => break,
                GONE => {
                    *self.gone() -= 1;
                    break;
                }
                _ => probe.advance(),
            }
        }
        self.0[probe.slot] = entry as u32 + 1;
    }
}

/// The slots that may hold a hash: CPython's order. Numbers close to one another have slots that
/// are, and every bit of the hash matters in the end.
struct Probe {
    slot: usize,
    perturb: u64,
    mask: usize,
}

impl Probe {
    #[inline(always)]
    fn advance(&mut self) {
        self.perturb >>= 5;
        let next = self.slot.wrapping_mul(5).wrapping_add(1);
        self.slot = next.wrapping_add(self.perturb as usize) & self.mask;
    }
}
