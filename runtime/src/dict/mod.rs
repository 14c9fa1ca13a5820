//! Dicts and sets: insertion-ordered hash tables with key strategies.
//!
//! ```text
//!   Dict ── ENTRIES ─► Array  | hash key value | hash key value | ...   in insertion order
//!        └─ INDEX ───► bytes  | u32 | u32 | ...    0: free, n: entry n-1
//! ```
//! All parts are heap objects, so nothing needs a finaliser. A deleted entry has
//! the key UNDEF until the table is rebuilt. Sets have entries without values.
//! The shape id is the strategy, what is known of all keys:
//!
//! | strategy | keys | found by |
//! | --- | --- | --- |
//! | [`EMPTY`] | none | |
//! | [`INT`] | fixnums | the word |
//! | [`STR`] | strings | hash, then identity or bytes |
//! | [`OBJECT`] | anything hashable | hash, then equality, which may need guest code |
//!
//! Look-ups in `OBJECT` tables may have to ask the guest. The natives for one-step use
//! ([`DICT_GET`] and the like) then answer [`ASK`]. The language goes the long
//! way: hash the key ([`HASH`](crate::compare::HASH)), then [`TABLE_FIND`], calling the guest's
//! equality for each candidate that it names, then [`DICT_PUT_AT`],
//! [`TABLE_DELETE_AT`], … with the entry found. Plain operations are in
//! `plain.rs`, set algebra in `sets.rs`, iteration in `iter.rs` of the crate.

mod plain;
mod sets;
mod table;
#[cfg(test)]
mod tests;

use crate::compare::{ASK, VALUE_GROUPS};
use crate::layouts::{Array, ByteArray, Dict, FrozenSet, Set, Str};
use crate::native::Guest;
use crate::natives;
use crate::object::Obj;
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Raised, Ref, Val};
use metatrace::native::{Effects, group};
use metatrace::value::Value;

pub use plain::Keyed;
pub use table::{Find, Table};

/// No entries yet.
pub const EMPTY: u32 = 0;
/// All keys are fixnums.
pub const INT: u32 = 1;
/// All keys are strings.
pub const STR: u32 = 2;
/// Keys of any type.
pub const OBJECT: u32 = 3;

/// Alias groups of dicts, sets and their parts.
pub const TABLE_GROUPS: u64 = group(Dict::LAYOUT.id)
    | group(Set::LAYOUT.id)
    | group(FrozenSet::LAYOUT.id)
    | group(Array::LAYOUT.id)
    | group(ByteArray::LAYOUT.id);
const READS: Effects = Effects::FRESH.reads(TABLE_GROUPS);
const WRITES: Effects = READS.writes(TABLE_GROUPS);
/// Any keys may be compared.
const READS_ANY: Effects = READS.reads(VALUE_GROUPS).raises();
const WRITES_ANY: Effects = READS_ANY.writes(TABLE_GROUPS);

natives! {
    /// The value of a fixnum key in an `INT` dict; UNDEF if absent.
    pub static DICT_GET_INT = "dict_get_int"(_vm, dict, key) -> Value [READS] {
        Table::of(dict).get_int(key)
    }
    /// The value of a string key in a `STR` dict; UNDEF if absent.
    pub static DICT_GET_STR = "dict_get_str"(vm, dict, key) -> Value [READS] {
        Table::of(dict).get_str(vm, key)
    }
    /// The value of a key: UNDEF if absent, or ASK.
    pub static DICT_GET = "dict_get"(vm, dict, key) -> Guest [READS_ANY] {
        Ok(vm.dict_get(Obj::cast(dict), key)?.answer(|v| v.unwrap_or(Value::UNDEF)))
    }
    /// Sets a fixnum key in an `INT` dict.
    pub static DICT_SET_INT = "dict_set_int"(vm, dict, key, v) -> () [WRITES] {
        Table::of(dict).set_int(vm, key, v);
    }
    /// Sets a string key in a `STR` dict.
    pub static DICT_SET_STR = "dict_set_str"(vm, dict, key, v) -> () [WRITES] {
        Table::of(dict).set_str(vm, key, v);
    }
    /// Sets a key: None, or ASK with nothing done.
    pub static DICT_SET = "dict_set"(vm, dict, key, v) -> Guest [WRITES_ANY] {
        Ok(vm.dict_set(Obj::cast(dict), key, v)?.answer(|()| Value::NONE))
    }
    /// Deletes a key: the value it had, UNDEF if absent, or ASK.
    pub static DICT_DEL = "dict_del"(vm, dict, key) -> Guest [WRITES_ANY] {
        Ok(vm.dict_delete(Obj::cast(dict), key)?.answer(|v| v.unwrap_or(Value::UNDEF)))
    }
    /// Is the key in the dict, set or frozenset? A bool, or ASK.
    pub static TABLE_CONTAINS = "table_contains"(vm, table, key) -> Guest [READS_ANY] {
        Ok(vm.table_contains(table, key)?.answer(Value::bool))
    }
    /// Adds to a set: True if it was absent, or ASK.
    pub static SET_ADD = "set_add"(vm, set, key) -> Guest [WRITES_ANY] {
        Ok(vm.set_add(set, key)?.answer(Value::bool))
    }
    /// Removes from a set: True if it was there, or ASK.
    pub static SET_DISCARD = "set_discard"(vm, set, key) -> Guest [WRITES_ANY] {
        Ok(vm.set_discard(set, key)?.answer(Value::bool))
    }

    /// Entry of a key with this hash, looking from `step` (0 at first): the entry's number, -1
    /// if absent, or a tuple `(candidate, entry, next step)`: ask the guest whether `candidate == key`.
    /// If it is not, go on with the next step (from 0 if the table has changed meanwhile).
    pub static TABLE_FIND = "table_find"(vm, table, key, hash, step) -> Guest [READS_ANY] {
        Ok(match Table::of(table).find(vm, key, hash.as_int(), step.as_int() as usize)? {
            Find::At(entry) => Value::small(entry as i64),
            Find::Absent => Value::small(-1),
            Find::Ask { candidate, entry, next } => {
                vm.tuple(&[candidate, Value::small(entry as i64), Value::small(next as i64)])
            }
        })
    }
    /// Key of an entry; UNDEF if it is deleted or gone.
    pub static TABLE_KEY_AT = "table_key_at"(_vm, table, entry) -> Value [READS] {
        Table::of(table).live_key(entry.as_int() as usize)
    }
    /// Value of an entry.
    pub static DICT_VALUE_AT = "dict_value_at"(_vm, dict, entry) -> Value [READS] {
        Table::of(dict).value(entry.as_int() as usize)
    }
    /// Sets the value of an entry that was found.
    pub static DICT_PUT_AT = "dict_put_at"(vm, dict, entry, v) -> () [WRITES] {
        Table::of(dict).set_value(vm, entry.as_int() as usize, v);
    }
    /// Adds a key that is absent, with its hash.
    pub static DICT_ADD = "dict_add"(vm, dict, key, hash, v) -> () [WRITES] {
        Table::of(dict).insert(vm, key, hash.as_int(), v);
    }
    /// Adds an element that is absent, with its hash.
    pub static SET_ADD_NEW = "set_add_new"(vm, set, key, hash) -> () [WRITES] {
        Table::of(set).insert(vm, key, hash.as_int(), Value::NONE);
    }
    /// Deletes an entry that was found; the value it had (None in sets).
    pub static TABLE_DELETE_AT = "table_delete_at"(vm, table, entry) -> Value [WRITES] {
        Table::of(table).delete(vm, entry.as_int() as usize)
    }
    /// Removes all entries.
    pub static TABLE_CLEAR = "table_clear"(vm, table) -> () [WRITES] { Table::of(table).clear(vm); }
    /// An empty dict.
    pub static DICT_NEW = "dict_new"(vm) -> Value [Effects::FRESH] { vm.dict().value() }
    /// An empty set.
    pub static SET_NEW = "set_new"(vm) -> Value [Effects::FRESH] { vm.set().value() }
    /// A shallow copy of a dict, set or frozenset.
    pub static TABLE_COPY = "table_copy"(vm, table) -> Value [READS] { Table::of(table).copy(vm).0 }
    /// The next live entry from `entry` on, -1 at the end.
    pub static TABLE_NEXT = "table_next"(_vm, table, entry) -> i64 [READS] {
        Table::of(table).next(entry.as_int() as usize).map_or(-1, |e| e as i64)
    }
}

/// Number of entries.
#[inline(always)]
pub fn dict_len<M: Meta>(m: &mut M, dict: Ref<M, Dict>) -> Int<M> {
    m.get(dict, Dict::LEN)
}

#[inline(always)]
pub fn set_len<M: Meta>(m: &mut M, set: Ref<M, Set>) -> Int<M> {
    m.get(set, Set::LEN)
}

/// What a look-up by key gave.
pub enum Lookup<M: Meta> {
    Found(Val<M>),
    Absent,
    /// The guest has to be asked: see the module text.
    Ask,
}

/// The value of a key.
#[inline(always)]
pub fn dict_get<M: Meta>(m: &mut M, dict: Ref<M, Dict>, key: Val<M>) -> Result<Lookup<M>, Raised> {
    let strategy = m.shape(dict);
    let v = if strategy == INT && m.int(key).is_some() {
        m.call(&DICT_GET_INT, [dict.val(), key])
    } else if strategy == STR && m.is_tag(key, Tag::layout(Str::LAYOUT.id)) {
        m.call(&DICT_GET_STR, [dict.val(), key])
    } else {
        let v = m.try_call(&DICT_GET, [dict.val(), key])?;
        if m.is(v, ASK) {
            return Ok(Lookup::Ask);
        }
        v
    };
    if m.is(v, Value::UNDEF) {
        return Ok(Lookup::Absent);
    }
    Ok(Lookup::Found(v))
}

/// Sets a key; false when the guest has to be asked (nothing is done then).
#[inline(always)]
pub fn dict_set<M: Meta>(
    m: &mut M,
    dict: Ref<M, Dict>,
    key: Val<M>,
    v: Val<M>,
) -> Result<bool, Raised> {
    let strategy = m.shape(dict);
    if strategy == INT && m.int(key).is_some() {
        m.call(&DICT_SET_INT, [dict.val(), key, v]);
    } else if strategy == STR && m.is_tag(key, Tag::layout(Str::LAYOUT.id)) {
        m.call(&DICT_SET_STR, [dict.val(), key, v]);
    } else {
        let done = m.try_call(&DICT_SET, [dict.val(), key, v])?;
        return Ok(!m.is(done, ASK));
    }
    Ok(true)
}
