//! Dicts for plain Rust code: natives and builtins.

use super::table::{Find, Table};
use super::{INT, STR};
use crate::compare::{ASK, Hashed};
use crate::engine::Vm;
use crate::layouts::{Dict, Str};
use crate::native::Guest;
use crate::number;
use crate::object::{self, Obj};
use crate::text;
use metatrace::layout::LayoutType;
use metatrace::value::Value;

/// The outcome of an operation by key.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Keyed<T> {
    Done(T),
    /// Guest code has to be called to hash or compare keys; nothing was done.
    Ask,
}

impl<T> Keyed<T> {
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Keyed<U> {
        match self {
            Keyed::Done(v) => Keyed::Done(f(v)),
            Keyed::Ask => Keyed::Ask,
        }
    }

    /// As a native's answer.
    pub fn answer(self, f: impl FnOnce(T) -> Value) -> Value {
        match self {
            Keyed::Done(v) => f(v),
            Keyed::Ask => ASK,
        }
    }

    /// The result, or `ask` where guest code has to be called.
    pub fn answer_or(self, ask: T) -> T {
        match self {
            Keyed::Done(v) => v,
            Keyed::Ask => ask,
        }
    }

    /// The result where keys are known to need no guest code.
    pub fn done(self) -> Option<T> {
        match self {
            Keyed::Done(v) => Some(v),
            Keyed::Ask => None,
        }
    }
}

/// A key's hash and where it is.
type Place = (i64, Option<usize>);

/// Values to be compared.
type Pairs = Vec<(Value, Value)>;

impl Vm {
    /// An empty dict.
    pub fn dict(&mut self) -> Obj<Dict> {
        Obj::cast(self.new_table(Dict::LAYOUT.id).0)
    }

    /// A dict of pairs whose keys need no guest code (strings, numbers, symbols' texts).
    pub fn dict_of(&mut self, pairs: &[(Value, Value)]) -> Guest<Value> {
        let dict = self.dict();
        for &(key, v) in pairs {
            self.dict_set(dict, key, v)?;
        }
        Ok(dict.value())
    }

    #[inline]
    pub(super) fn locate(&mut self, table: Table, key: Value) -> Guest<Keyed<Place>> {
        match table.strategy() {
            INT if key.is_int() => {
                return Ok(Keyed::Done((number::hash_int(key), table.find_int(key))));
            }
            STR if object::is::<Str>(key) => {
                let hash = text::hash(self, Obj::cast(key));
                return Ok(Keyed::Done((hash, table.find_str(self, key))));
            }
            _ => {}
        }
        self.locate_any(table, key)
    }

    /// As `locate`, whatever the keys.
    fn locate_any(&mut self, table: Table, key: Value) -> Guest<Keyed<Place>> {
        let Hashed::Value(hash) = self.hash(key)? else {
            return Ok(Keyed::Ask);
        };
        Ok(match table.find(self, key, hash, 0)? {
            Find::At(entry) => Keyed::Done((hash, Some(entry))),
            Find::Absent => Keyed::Done((hash, None)),
            Find::Ask { .. } => Keyed::Ask,
        })
    }

    pub fn dict_len(&self, dict: Obj<Dict>) -> usize {
        dict.size(Dict::LEN)
    }

    pub fn dict_get(&mut self, dict: Obj<Dict>, key: Value) -> Guest<Keyed<Option<Value>>> {
        let table = Table::of(dict.value());
        let place = self.locate(table, key)?;
        Ok(place.map(|(_, entry)| entry.map(|e| table.value(e))))
    }

    /// The value of a string key.
    pub fn dict_get_text(&mut self, dict: Obj<Dict>, key: &str) -> Option<Value> {
        let key = self.str(key);
        self.dict_get(dict, key).ok()?.done()?
    }

    pub fn dict_set(&mut self, dict: Obj<Dict>, key: Value, v: Value) -> Guest<Keyed<()>> {
        let table = Table::of(dict.value());
        match self.locate(table, key)? {
            Keyed::Ask => return Ok(Keyed::Ask),
            Keyed::Done((_, Some(entry))) => table.set_value(self, entry, v),
            Keyed::Done((hash, None)) => table.insert(self, key, hash, v),
        }
        Ok(Keyed::Done(()))
    }

    /// Sets a string key.
    pub fn dict_set_text(&mut self, dict: Obj<Dict>, key: &str, v: Value) {
        let key = self.str(key);
        // Hashing and comparing strings with anything built in never fails.
        let _ = self.dict_set(dict, key, v);
    }

    /// Deletes a key; the value it had.
    pub fn dict_delete(&mut self, dict: Obj<Dict>, key: Value) -> Guest<Keyed<Option<Value>>> {
        let table = Table::of(dict.value());
        let place = self.locate(table, key)?;
        Ok(place.map(|(_, entry)| entry.map(|e| table.delete(self, e))))
    }

    /// Is the key in the dict, set or frozenset?
    pub fn table_contains(&mut self, table: Value, key: Value) -> Guest<Keyed<bool>> {
        let place = self.locate(Table::of(table), key)?;
        Ok(place.map(|(_, entry)| entry.is_some()))
    }

    /// Live keys and values, copied out.
    pub fn dict_entries(&self, dict: Obj<Dict>) -> Vec<(Value, Value)> {
        let table = Table::of(dict.value());
        table
            .live()
            .map(|e| (table.key(e), table.value(e)))
            .collect()
    }

    /// Keys of a dict, elements of a set, copied out.
    pub fn table_keys(&self, table: Value) -> Vec<Value> {
        let table = Table::of(table);
        table.live().map(|e| table.key(e)).collect()
    }

    /// Adds the entries of `from`, replacing values of equal keys.
    pub fn dict_update(&mut self, dict: Obj<Dict>, from: Obj<Dict>) -> Guest<Keyed<()>> {
        let (to, other) = (Table::of(dict.value()), Table::of(from.value()));
        if to == other {
            return Ok(Keyed::Done(()));
        }
        if to.is_empty() {
            other.copy_into(self, to);
            return Ok(Keyed::Done(()));
        }
        for e in 0..other.used() {
            let (key, v) = (other.key(e), other.value(e));
            if key == Value::UNDEF {
                continue;
            }
            match to.find(self, key, other.key_hash(e), 0)? {
                Find::At(entry) => to.set_value(self, entry, v),
                Find::Absent => to.insert(self, key, other.key_hash(e), v),
                Find::Ask { .. } => return Ok(Keyed::Ask),
            }
        }
        Ok(Keyed::Done(()))
    }

    /// Removes and gives the last entry.
    pub fn dict_pop_last(&mut self, dict: Obj<Dict>) -> Option<(Value, Value)> {
        let table = Table::of(dict.value());
        let entry = table.previous(table.used())?;
        let key = table.key(entry);
        Some((key, table.delete(self, entry)))
    }

    /// The pairs of values that must be equal for two dicts to be; `None` when their keys differ.
    pub(crate) fn dict_pairs(&mut self, a: Value, b: Value) -> Guest<Keyed<Option<Pairs>>> {
        let (a, b) = (Table::of(a), Table::of(b));
        if a.len() != b.len() {
            return Ok(Keyed::Done(None));
        }
        let mut pairs = Vec::with_capacity(a.len());
        for e in a.live() {
            match b.find(self, a.key(e), a.key_hash(e), 0)? {
                Find::At(entry) => {
                    let (x, y) = (a.value(e), b.value(entry));
                    if x != y {
                        pairs.push((x, y));
                    }
                }
                Find::Absent => return Ok(Keyed::Done(None)),
                Find::Ask { .. } => return Ok(Keyed::Ask),
            }
        }
        Ok(Keyed::Done(Some(pairs)))
    }
}
