//! Sets and frozensets for plain Rust code; set algebra.
//!
//! All operations take sets and frozensets alike. Each answers
//! [`Keyed::Ask`] when elements need guest code to be compared; operations that
//! change a set have then changed nothing that repeating would change again.

use super::INT;
use super::plain::Keyed;
use super::table::{Find, Table};
use crate::compare::fixnum_hash;
use crate::engine::Vm;
use crate::layouts::{FrozenSet, Set};
use crate::native::Guest;
use crate::object::{self, Obj};
use metatrace::layout::LayoutType;
use metatrace::value::Value;

/// Takes the result out of a [`Keyed`] or answers `Ask`.
macro_rules! keyed {
    ($e:expr) => {
        match $e {
            Keyed::Done(v) => v,
            Keyed::Ask => return Ok(Keyed::Ask),
        }
    };
}

impl Vm {
    /// An empty set.
    pub fn set(&mut self) -> Obj<Set> {
        Obj::cast(self.new_table(Set::LAYOUT.id).0)
    }

    /// A set (or frozenset) of these values.
    pub fn set_of(&mut self, items: &[Value], frozen: bool) -> Guest<Keyed<Value>> {
        let layout = if frozen {
            FrozenSet::LAYOUT.id
        } else {
            Set::LAYOUT.id
        };
        let set = self.new_table(layout).0;
        for &item in items {
            keyed!(self.set_add(set, item)?);
        }
        Ok(Keyed::Done(set))
    }

    pub fn is_set(&self, v: Value) -> bool {
        object::is::<Set>(v) || object::is::<FrozenSet>(v)
    }

    pub fn set_len(&self, set: Value) -> usize {
        Table::of(set).len()
    }

    /// Adds an element; true if it was absent.
    pub fn set_add(&mut self, set: Value, key: Value) -> Guest<Keyed<bool>> {
        let table = Table::of(set);
        let place = self.locate(table, key)?;
        Ok(place.map(|(hash, entry)| {
            if entry.is_none() {
                table.insert(self, key, hash, Value::NONE);
            }
            entry.is_none()
        }))
    }

    /// Removes an element; true if it was there.
    pub fn set_discard(&mut self, set: Value, key: Value) -> Guest<Keyed<bool>> {
        let table = Table::of(set);
        let place = self.locate(table, key)?;
        Ok(place.map(|(_, entry)| {
            if let Some(entry) = entry {
                table.delete(self, entry);
            }
            entry.is_some()
        }))
    }

    /// Removes and gives an element.
    pub fn set_pop(&mut self, set: Value) -> Option<Value> {
        let table = Table::of(set);
        let entry = table.next(0)?;
        let key = table.key(entry);
        table.delete(self, entry);
        Some(key)
    }

    /// Adds all elements of `from` (a set or dict).
    pub fn set_update(&mut self, set: Value, from: Value) -> Guest<Keyed<()>> {
        let (to, other) = (Table::of(set), Table::of(from));
        if to.strategy() == INT && other.strategy() == INT {
            for e in 0..other.used() {
                let key = other.key(e);
                if key != Value::UNDEF && to.find_int(key).is_none() {
                    to.insert_plain(self, key, Value::NONE);
                }
            }
            return Ok(Keyed::Done(()));
        }
        for e in 0..other.used() {
            let key = other.key(e);
            if key == Value::UNDEF {
                continue;
            }
            match to.find(self, key, other.key_hash(e), 0)? {
                Find::At(_) => {}
                Find::Absent => to.insert(self, key, other.key_hash(e), Value::NONE),
                Find::Ask { .. } => return Ok(Keyed::Ask),
            }
        }
        Ok(Keyed::Done(()))
    }

    /// The elements of `a` that are in `b` (or, with `inside` false, that are not),
    /// as a set of the kind of `like`.
    fn select(&mut self, a: Table, b: Table, inside: bool, like: Value) -> Guest<Keyed<Value>> {
        let result = self.new_table(object::tag(like).0);
        if a.strategy() == INT && b.strategy() == INT {
            let chosen = |key: &Value| b.find_int(*key).is_some() == inside;
            let keys = a.live().map(|e| a.key(e));
            let chosen: Vec<Value> = keys.filter(chosen).collect();
            result.fill_ints(self, &chosen);
            return Ok(Keyed::Done(result.0));
        }
        for e in a.live() {
            let (key, hash) = (a.key(e), a.key_hash(e));
            let found = match b.find(self, key, hash, 0)? {
                Find::At(_) => true,
                Find::Absent => false,
                Find::Ask { .. } => return Ok(Keyed::Ask),
            };
            if found == inside {
                result.insert(self, key, hash, Value::NONE);
            }
        }
        Ok(Keyed::Done(result.0))
    }

    /// `a | b`, of the kind of `a`.
    pub fn set_union(&mut self, a: Value, b: Value) -> Guest<Keyed<Value>> {
        let result = Table::of(a).copy(self).0;
        Ok(self.set_update(result, b)?.map(|()| result))
    }

    /// `a & b`, of the kind of `a`. `b` may be a dict.
    pub fn set_intersection(&mut self, a: Value, b: Value) -> Guest<Keyed<Value>> {
        let (x, y) = (Table::of(a), Table::of(b));
        if self.is_set(b) && y.len() < x.len() {
            return self.select(y, x, true, a);
        }
        self.select(x, y, true, a)
    }

    /// `a - b`, of the kind of `a`.
    pub fn set_difference(&mut self, a: Value, b: Value) -> Guest<Keyed<Value>> {
        self.select(Table::of(a), Table::of(b), false, a)
    }

    /// `a ^ b`, of the kind of `a`.
    pub fn set_symmetric_difference(&mut self, a: Value, b: Value) -> Guest<Keyed<Value>> {
        let left = keyed!(self.set_difference(a, b)?);
        let right = keyed!(self.select(Table::of(b), Table::of(a), false, a)?);
        Ok(self.set_update(left, right)?.map(|()| left))
    }

    /// `a <= b`
    pub fn set_is_subset(&mut self, a: Value, b: Value) -> Guest<Keyed<bool>> {
        let (a, b) = (Table::of(a), Table::of(b));
        if a.len() > b.len() {
            return Ok(Keyed::Done(false));
        }
        for e in a.live() {
            match b.find(self, a.key(e), a.key_hash(e), 0)? {
                Find::At(_) => {}
                Find::Absent => return Ok(Keyed::Done(false)),
                Find::Ask { .. } => return Ok(Keyed::Ask),
            }
        }
        Ok(Keyed::Done(true))
    }

    /// Have `a` and `b` no element in common?
    pub fn set_is_disjoint(&mut self, a: Value, b: Value) -> Guest<Keyed<bool>> {
        let common = keyed!(self.set_intersection(a, b)?);
        Ok(Keyed::Done(self.set_len(common) == 0))
    }

    pub(crate) fn sets_equal(&mut self, a: Value, b: Value) -> Guest<Keyed<bool>> {
        if Table::of(a).len() != Table::of(b).len() {
            return Ok(Keyed::Done(false));
        }
        self.set_is_subset(a, b)
    }

    /// Hash of a frozenset, as CPython mixes it; cached.
    pub(crate) fn frozenset_hash(&mut self, set: Obj<FrozenSet>) -> i64 {
        if let Some(hash) = set.get(FrozenSet::HASH).to_int().filter(|&h| h != 0) {
            return hash;
        }
        let table = Table::of(set.value());
        let mut mixed = (table.len() as u64 + 1).wrapping_mul(1_927_868_237);
        for e in table.live() {
            let h = table.key_hash(e) as u64;
            mixed ^= (h ^ 89_869_747 ^ h << 16).wrapping_mul(3_644_798_167);
        }
        mixed ^= (mixed >> 11) ^ (mixed >> 25);
        let hash = fixnum_hash(mixed.wrapping_mul(69_069).wrapping_add(907_133_923));
        set.init(FrozenSet::HASH, Value::small(hash));
        hash
    }
}
