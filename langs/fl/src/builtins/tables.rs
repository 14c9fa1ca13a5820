//! Dicts and sets for natives: look-ups that say when guest code is needed.

use crate::object::exception;
use crate::state::FlState;
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::compare::Hashed;
use runtime::dict::{Find, Table};
use runtime::engine::Vm;
use runtime::native::Guest;
use runtime::number;

/// Where a key is.
pub enum Entry {
    At(usize),
    /// It is not there; its hash.
    Absent(i64),
    /// Guest code decides.
    Ask,
}

/// Looks for `key` in a dict, set or frozenset.
pub fn find(vm: &mut Vm, table: Value, key: Value) -> Guest<Entry> {
    let hash = match key.is_int() {
        true => number::hash_int(key),
        false => match vm.hash(key)? {
            Hashed::Value(hash) => hash,
            Hashed::Ask(..) => return Ok(Entry::Ask),
        },
    };
    Ok(match Table::of(table).find(vm, key, hash, 0)? {
        Find::At(entry) => Entry::At(entry),
        Find::Absent => Entry::Absent(hash),
        Find::Ask { .. } => Entry::Ask,
    })
}

/// The value of an entry of a dict.
pub fn value(dict: Value, entry: usize) -> Value {
    Table::of(dict).value(entry)
}

pub fn set_value(vm: &mut Vm, dict: Value, entry: usize, v: Value) {
    Table::of(dict).set_value(vm, entry, v);
}

/// Adds a key that is absent (`v`: None in sets).
pub fn insert(vm: &mut Vm, table: Value, key: Value, hash: i64, v: Value) {
    Table::of(table).insert(vm, key, hash, v);
}

/// Deletes an entry; the value it had.
pub fn delete(vm: &mut Vm, table: Value, entry: usize) -> Value {
    Table::of(table).delete(vm, entry)
}

/// Sets a key; false: guest code decides, nothing was done.
pub fn put(vm: &mut Vm, dict: Value, key: Value, v: Value) -> Guest<bool> {
    match find(vm, dict, key)? {
        Entry::At(entry) => set_value(vm, dict, entry, v),
        Entry::Absent(hash) => insert(vm, dict, key, hash, v),
        Entry::Ask => return Ok(false),
    }
    Ok(true)
}

/// Adds to a set; false: guest code decides, nothing was done.
pub fn add(vm: &mut Vm, set: Value, key: Value) -> Guest<bool> {
    match find(vm, set, key)? {
        Entry::At(_) => {}
        Entry::Absent(hash) => insert(vm, set, key, hash, Value::NONE),
        Entry::Ask => return Ok(false),
    }
    Ok(true)
}

/// Sets the entry of a name in a dict.
pub fn put_name(vm: &mut Vm, dict: Value, name: u32, v: Value) {
    let key = vm.symbol_text(name);
    let done = put(vm, dict, key, v);
    debug_assert!(done == Ok(true), "strings need no guest code");
}

/// The entry of a name in a dict.
pub fn get_name(vm: &mut Vm, dict: Value, name: u32) -> Option<Value> {
    let key = vm.symbol_text(name);
    match find(vm, dict, key) {
        Ok(Entry::At(entry)) => Some(value(dict, entry)),
        _ => None,
    }
}

/// Keys and values in order.
pub fn items(dict: Value) -> Vec<(Value, Value)> {
    let table = Table::of(dict);
    table
        .live()
        .map(|e| (table.key(e), table.value(e)))
        .collect()
}

/// Keys, or the elements of a set, in order.
pub fn keys(table: Value) -> Vec<Value> {
    let table = Table::of(table);
    table.live().map(|e| table.key(e)).collect()
}

/// KeyError.
pub fn key_error(vm: &mut Vm, key: Value) -> Raised {
    let class = FlState::of(vm).types().KeyError;
    exception::raise_with(vm, class, &[key])
}
