//! Dicts and sets: insertion-ordered hash tables with key strategies.
//!
//! ```text
//!   Dict ── KEYS ───► TableKeys    | hash key | hash key | ...   in insertion order
//!        ├─ VALUES ─► TableValues  | value | value | ...
//!        └─ INDEX ──► TableIndex   | u32 | u32 | ...    0: free, n: entry n-1
//! ```
//! All parts are heap objects, so nothing needs a finaliser; each has a layout of its own, so
//! that traces know what changes what. Sets have no values, small tables no index. A deleted
//! entry has the key UNDEF until the table is rebuilt.
//! The shape id is the strategy, what is known of all keys:
//!
//! | strategy | keys | stored | found by |
//! | --- | --- | --- | --- |
//! | [`EMPTY`] | none | | |
//! | [`INT`] | fixnums | key | the word |
//! | [`STR`] | strings | hash, key | hash, then identity or bytes |
//! | [`OBJECT`] | anything hashable | hash, key | hash, then equality, which may need guest code |
//!
//! Interpreters look fixnums and strings up in two steps ([`dict_get`] and the like): a native
//! that only reads finds the entry, and the value is loaded or stored like any item. So a trace
//! that tests, reads and updates an entry looks for it once. All else is [`Lookup::Rare`]:
//! look-ups in `OBJECT` tables may have to ask the guest. The natives for one-step use
//! ([`DICT_GET`] and the like) then answer [`ASK`](crate::compare::ASK). The language goes the long
//! way: hash the key ([`HASH`](crate::compare::HASH)), then [`TABLE_FIND`], calling the guest's
//! equality for each candidate that it names, then [`DICT_PUT_AT`],
//! [`TABLE_DELETE_AT`], … with the entry found. Plain operations are in
//! `plain.rs`, set algebra in `sets.rs`, iteration in `iter.rs` of the crate.

mod plain;
mod sets;
mod table;
#[cfg(test)]
mod tests;

use crate::compare::VALUE_GROUPS;
use crate::layouts::{Dict, FrozenSet, Set, Str, TableIndex, TableKeys, TableValues};
use crate::native::Guest;
use crate::natives;
use crate::object::Obj;
use metatrace::ir::{Op, Tag};
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Ref, Val};
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
    | group(TableKeys::LAYOUT.id)
    | group(TableValues::LAYOUT.id)
    | group(TableIndex::LAYOUT.id);
/// Looking for an entry: values do not matter.
const FINDS: Effects = Effects::FRESH
    .reads(TABLE_GROUPS & !group(TableValues::LAYOUT.id))
    .lookup();
const READS: Effects = Effects::FRESH.reads(TABLE_GROUPS);
const WRITES: Effects = READS.writes(TABLE_GROUPS);
/// Any keys may be compared.
const READS_ANY: Effects = READS.reads(VALUE_GROUPS).raises();
const WRITES_ANY: Effects = READS_ANY.writes(TABLE_GROUPS);

natives! {
    /// The entry of a fixnum key in an `INT` table; -1 if absent.
    static FIND_INT = "table_find_int"(_vm, table, key) -> Value [FINDS] {
        number_of(Table::of(table).find_int(key))
    }
    /// The entry of a string key in a `STR` table; -1 if absent.
    static FIND_STR = "table_find_str"(vm, table, key) -> Value [FINDS] {
        number_of(Table::of(table).find_str(vm, key))
    }
    /// Adds a fixnum or string key that is absent.
    static INSERT = "table_insert"(vm, table, key, v) -> () [WRITES] {
        Table::of(table).insert_plain(vm, key, v);
    }
    /// The value of a key: UNDEF if absent, or ASK.
    pub static DICT_GET = "dict_get"(vm, dict, key) -> Guest [READS_ANY] {
        Ok(vm.dict_get(Obj::cast(dict), key)?.answer(|v| v.unwrap_or(Value::UNDEF)))
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

fn number_of(entry: Option<usize>) -> Value {
    Value::small(entry.map_or(-1, |e| e as i64))
}

/// Where a key is.
enum Place<M: Meta> {
    At(Int<M>),
    Absent,
    /// No fixnum or string, or not in a table of such keys.
    Rare,
}

/// Looks for a key in a table with this strategy.
#[inline(always)]
fn find<M: Meta>(m: &mut M, table: Val<M>, strategy: u32, key: Val<M>) -> Place<M> {
    let native = match strategy {
        INT if m.int(key).is_some() => &FIND_INT,
        STR if is_str(m, key) => &FIND_STR,
        EMPTY if m.int(key).is_some() || is_str(m, key) => return Place::Absent,
        _ => return Place::Rare,
    };
    let entry = m.call(native, [table, key]);
    let entry = m.cast_int(entry);
    let zero = m.const_int(0);
    if m.lt(entry, zero) {
        Place::Absent
    } else {
        Place::At(entry)
    }
}

#[inline(always)]
fn is_str<M: Meta>(m: &mut M, v: Val<M>) -> bool {
    m.is_tag(v, Tag::layout(Str::LAYOUT.id))
}

/// What a look-up by key gave.
pub enum Lookup<M: Meta> {
    Found(Val<M>),
    Absent,
    /// Not done: it is for the natives.
    Rare,
}

/// The value of a key.
#[inline(always)]
pub fn dict_get<M: Meta>(m: &mut M, dict: Ref<M, Dict>, key: Val<M>) -> Lookup<M> {
    let strategy = m.shape(dict);
    match find(m, dict.val(), strategy, key) {
        Place::At(entry) => Lookup::Found(value_at(m, dict, entry)),
        Place::Absent => Lookup::Absent,
        Place::Rare => Lookup::Rare,
    }
}

/// Value of an entry that is in use.
#[inline(always)]
pub(crate) fn value_at<M: Meta>(m: &mut M, dict: Ref<M, Dict>, entry: Int<M>) -> Val<M> {
    let values = m.get(dict, Dict::VALUES);
    let values = m.cast::<TableValues>(values);
    m.item(values, TableValues::ITEMS, entry)
}

/// Sets a key; false: it is for the natives, nothing was done.
#[inline(always)]
pub fn dict_set<M: Meta>(m: &mut M, dict: Ref<M, Dict>, key: Val<M>, v: Val<M>) -> bool {
    let strategy = m.shape(dict);
    match find(m, dict.val(), strategy, key) {
        Place::At(entry) => {
            let values = m.get(dict, Dict::VALUES);
            let values = m.cast::<TableValues>(values);
            m.set_item(values, TableValues::ITEMS, entry, v);
        }
        Place::Absent => {
            m.call(&INSERT, [dict.val(), key, v]);
        }
        Place::Rare => return false,
    }
    true
}

/// Deletes a key; gives the value it had.
#[inline(always)]
pub fn dict_delete<M: Meta>(m: &mut M, dict: Ref<M, Dict>, key: Val<M>) -> Lookup<M> {
    let strategy = m.shape(dict);
    match find(m, dict.val(), strategy, key) {
        Place::At(entry) => Lookup::Found(m.call(&TABLE_DELETE_AT, [dict.val(), entry.val()])),
        Place::Absent => Lookup::Absent,
        Place::Rare => Lookup::Rare,
    }
}

/// Is the key in the dict, set or frozenset? `None`: it is for the natives.
#[inline(always)]
pub fn table_contains<M: Meta>(m: &mut M, table: Val<M>, key: Val<M>) -> Option<bool> {
    let strategy = if let Some(dict) = m.as_ref::<Dict>(table) {
        m.shape(dict)
    } else if let Some(set) = m.as_ref::<Set>(table) {
        m.shape(set)
    } else {
        let set = m.as_ref::<FrozenSet>(table)?;
        m.shape(set)
    };
    match find(m, table, strategy, key) {
        Place::At(_) => Some(true),
        Place::Absent => Some(false),
        Place::Rare => None,
    }
}

/// Adds to a set; false: it is for the natives, nothing was done.
#[inline(always)]
pub fn set_add<M: Meta>(m: &mut M, set: Ref<M, Set>, key: Val<M>) -> bool {
    let strategy = m.shape(set);
    match find(m, set.val(), strategy, key) {
        Place::At(_) => {}
        Place::Absent => {
            let none = m.val(Value::NONE);
            m.call(&INSERT, [set.val(), key, none]);
        }
        Place::Rare => return false,
    }
    true
}

/// Removes from a set: was it there? `None`: it is for the natives, nothing was done.
#[inline(always)]
pub fn set_discard<M: Meta>(m: &mut M, set: Ref<M, Set>, key: Val<M>) -> Option<bool> {
    let strategy = m.shape(set);
    match find(m, set.val(), strategy, key) {
        Place::At(entry) => {
            m.call(&TABLE_DELETE_AT, [set.val(), entry.val()]);
            Some(true)
        }
        Place::Absent => Some(false),
        Place::Rare => None,
    }
}

/// Key of an entry that is in use; UNDEF if it was deleted.
#[inline(always)]
pub(crate) fn key_at<M: Meta>(m: &mut M, dict: Ref<M, Dict>, entry: Int<M>) -> Val<M> {
    let strategy = m.shape(dict);
    let keys = m.get(dict, Dict::KEYS);
    let keys = m.cast::<TableKeys>(keys);
    let mut at = entry;
    if strategy != INT {
        let one = m.const_int(1);
        let twice = m.int_op(Op::IntAdd, entry, entry);
        at = m.int_op(Op::IntAdd, twice, one);
    }
    m.item(keys, TableKeys::ITEMS, at)
}
