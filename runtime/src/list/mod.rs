//! Lists with storage strategies (Bolz, Diekmann, Tratt, "Storage Strategies
//! for Collections in Dynamically Typed Languages", 2013).
//!
//! A list's shape id is its strategy: what its store holds. A homogeneous list
//! of ints or floats keeps them untagged, so that loads need no type check and
//! stores no barrier.
//!
//! | strategy | store | holds |
//! | --- | --- | --- |
//! | [`EMPTY`] | nothing | no items |
//! | [`INT`] | `IntArray` | fixnums |
//! | [`FLOAT`] | `FloatArray` | floats |
//! | [`STR`] | `Array` | strings |
//! | [`RANGE`] | `IntArray` of first and step | an arithmetic progression of fixnums |
//! | [`OBJECT`] | `Array` | anything |
//! | [`LINKED`], [`DEFERRED`] | another language's first cell | see `linked.rs` |
//!
//! A store that someone else reads is [`SHARED`]: nobody writes to the items that it had then, so
//! that the list is copied before it changes other than by growing.
//!
//! A store only ever becomes more general (an emptied list starts anew). The
//! generic functions below do the common case of each strategy and leave growth
//! and changes of strategy to natives. With strategies switched off every list is
//! [`OBJECT`]. Plain operations are in `plain.rs`, sorting in `sort.rs`, lists that other languages
//! made in `linked.rs`.

pub mod linked;
mod plain;
pub mod sort;

#[cfg(test)]
mod tests;

use crate::engine::Vm;
use crate::layouts::{Array, FloatArray, IntArray, List, Str};
use crate::native::Guest;
use crate::natives;
use crate::object::Obj;
use crate::tuple::{UNROLL_ITEMS_MAX, index};
use metatrace::ir::{Op, Tag};
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Ref, Val};
use metatrace::native::{Effects, group};
use metatrace::value::Value;

use linked::unlinked_shape;
pub use plain::ListItems;

/// No items, no store.
pub const EMPTY: u32 = 0;
/// Fixnums, untagged checks.
pub const INT: u32 = 1;
/// Unboxed floats.
pub const FLOAT: u32 = 2;
/// Strings.
pub const STR: u32 = 3;
/// An arithmetic progression that is not stored.
pub const RANGE: u32 = 4;
/// Any values.
pub const OBJECT: u32 = 5;
/// Items in cells of another language, each a value of its own.
pub const LINKED: u32 = 6;
/// Items in cells of another language, which make lists and the like in turn.
pub const DEFERRED: u32 = 7;

/// Added to a strategy: the store is shared; see [`Vm::share_list`].
pub const SHARED: u32 = 8;

/// The strategy of lists with this shape.
#[inline(always)]
pub const fn strategy_in(shape: u32) -> u32 {
    shape & (SHARED - 1)
}

/// Alias groups of a list and its stores.
pub const LIST_GROUPS: u64 = group(List::LAYOUT.id)
    | group(Array::LAYOUT.id)
    | group(IntArray::LAYOUT.id)
    | group(FloatArray::LAYOUT.id);
const READS: Effects = Effects::FRESH.reads(LIST_GROUPS);
const WRITES: Effects = READS.writes(LIST_GROUPS);

natives! {
    /// Stores an item where the list's strategy has to change. `i` is in range.
    pub static LIST_SET_SLOW = "list_set"(vm, list, i, v) -> () [WRITES] {
        vm.list_set(Obj::cast(list), i.as_int() as usize, v);
    }
    /// Appends where the list must grow or change its strategy.
    pub static LIST_APPEND_SLOW = "list_append"(vm, list, v) -> () [WRITES] {
        vm.list_push(Obj::cast(list), v);
    }
    /// A list of the arguments.
    pub static LIST_OF = many "list_of"(vm, items) -> Value [Effects::FRESH] { vm.list(items) }
    /// Inserts before index `i`, which is clamped.
    pub static LIST_INSERT = "list_insert"(vm, list, i, v) -> () [WRITES] {
        vm.list_insert(Obj::cast(list), i.as_int(), v);
    }
    /// Removes item `i`, which is in range, and gives it.
    pub static LIST_REMOVE_AT = "list_remove_at"(vm, list, i) -> Value [WRITES] {
        vm.list_remove(Obj::cast(list), i.as_int() as usize)
    }
    /// `a + b`
    pub static LIST_CONCAT = "list_concat"(vm, a, b) -> Value [READS] {
        vm.list_concat(Obj::cast(a), Obj::cast(b))
    }
    /// `a * n`
    pub static LIST_REPEAT = "list_repeat"(vm, list, n) -> Guest [READS.raises()] {
        vm.list_repeat(Obj::cast(list), n.as_int())
    }
    /// Appends the items of another list (or the same).
    pub static LIST_EXTEND = "list_extend"(vm, list, other) -> () [WRITES] {
        vm.list_extend(Obj::cast(list), Obj::cast(other));
    }
    /// Removes all items.
    pub static LIST_CLEAR = "list_clear"(vm, list) -> () [WRITES] { vm.list_clear(Obj::cast(list)); }
    /// Reverses in place.
    pub static LIST_REVERSE = "list_reverse"(vm, list) -> () [WRITES] { vm.list_reverse(Obj::cast(list)); }
    /// A shallow copy.
    pub static LIST_COPY = "list_copy"(vm, list) -> Value [READS] { vm.list_copy(Obj::cast(list)) }
    /// `list[start:stop:step]` for fixnums or None; the step is not 0.
    pub static LIST_SLICE = "list_slice"(vm, list, start, stop, step) -> Value [READS] {
        let list = Obj::cast(list);
        let span = plain::span(start, stop, step, vm.list_len(list));
        vm.list_slice(list, span)
    }
}

/// Number of items.
#[inline(always)]
pub fn list_len<M: Meta>(m: &mut M, list: Ref<M, List>) -> Int<M> {
    m.get(list, List::LEN)
}

/// Item `i`, negative ones from the end; `None` out of range.
#[inline(always)]
pub fn list_get<M: Meta>(m: &mut M, list: Ref<M, List>, i: Int<M>) -> Option<Val<M>> {
    let shape = unlinked_shape(m, list);
    let len = m.get(list, List::LEN);
    let i = index(m, i, len)?;
    Some(list_load(m, list, shape, i))
}

/// Item `i`, known to be in range, of a list with this shape, which is not linked.
#[inline(always)]
pub fn list_load<M: Meta>(m: &mut M, list: Ref<M, List>, shape: u32, i: Int<M>) -> Val<M> {
    let store = m.get(list, List::STORE);
    match strategy_in(shape) {
        INT => {
            let store = m.cast::<IntArray>(store);
            m.item(store, IntArray::ITEMS, i).val()
        }
        FLOAT => {
            let store = m.cast::<FloatArray>(store);
            let f = m.item(store, FloatArray::ITEMS, i);
            m.box_float(f)
        }
        RANGE => {
            let store = m.cast::<IntArray>(store);
            let first = m.item_at(store, IntArray::ITEMS, 0);
            let step = m.item_at(store, IntArray::ITEMS, 1);
            // Both operations fit: the progression consists of fixnums.
            let offset = m.int_op(Op::IntMul, i, step);
            m.int_op(Op::IntAdd, first, offset).val()
        }
        _ => {
            let store = m.cast::<Array>(store);
            m.item(store, Array::ITEMS, i)
        }
    }
}

/// Sets item `i`, negative ones from the end; false out of range.
#[inline(always)]
pub fn list_set<M: Meta>(m: &mut M, list: Ref<M, List>, i: Int<M>, v: Val<M>) -> bool {
    let shape = m.shape(list);
    let len = m.get(list, List::LEN);
    let Some(i) = index(m, i, len) else {
        return false;
    };
    // A shared store is copied first.
    if shape >= SHARED || !store_item(m, list, shape, i, v) {
        m.call(&LIST_SET_SLOW, [list.val(), i.val(), v]);
    }
    true
}

/// Stores into the store if the strategy allows the value; `i` is within the store.
#[inline(always)]
fn store_item<M: Meta>(m: &mut M, list: Ref<M, List>, strategy: u32, i: Int<M>, v: Val<M>) -> bool {
    match strategy {
        INT => {
            let Some(v) = m.int(v) else { return false };
            let store = m.get(list, List::STORE);
            let store = m.cast::<IntArray>(store);
            m.set_item(store, IntArray::ITEMS, i, v);
        }
        FLOAT => {
            let Some(v) = m.float(v) else { return false };
            let store = m.get(list, List::STORE);
            let store = m.cast::<FloatArray>(store);
            m.set_item(store, FloatArray::ITEMS, i, v);
        }
        EMPTY | RANGE | LINKED | DEFERRED => return false,
        _ => {
            if strategy == STR && !m.is_tag(v, Tag::layout(Str::LAYOUT.id)) {
                return false;
            }
            let store = m.get(list, List::STORE);
            let store = m.cast::<Array>(store);
            m.set_item(store, Array::ITEMS, i, v);
        }
    }
    true
}

/// Room of a list's store; its first field, whatever its kind.
#[inline(always)]
fn capacity<M: Meta>(m: &mut M, list: Ref<M, List>, strategy: u32) -> Int<M> {
    let store = m.get(list, List::STORE);
    match strategy {
        INT => {
            let store = m.cast::<IntArray>(store);
            m.get(store, IntArray::LEN)
        }
        FLOAT => {
            let store = m.cast::<FloatArray>(store);
            m.get(store, FloatArray::LEN)
        }
        _ => {
            let store = m.cast::<Array>(store);
            m.get(store, Array::LEN)
        }
    }
}

/// Appends `v`.
#[inline(always)]
pub fn list_append<M: Meta>(m: &mut M, list: Ref<M, List>, v: Val<M>) {
    // Who shares the store looks at no more items than there were.
    let strategy = strategy_in(m.shape(list));
    if matches!(strategy, INT | FLOAT | STR | OBJECT) {
        let len = m.get(list, List::LEN);
        let room = capacity(m, list, strategy);
        if m.lt(len, room) && store_item(m, list, strategy, len, v) {
            let one = m.const_int(1);
            let longer = m.int_op(Op::IntAdd, len, one);
            m.set(list, List::LEN, longer);
            return;
        }
    }
    m.call(&LIST_APPEND_SLOW, [list.val(), v]);
}

/// Removes and gives the last item; `None` when there is none.
#[inline(always)]
pub fn list_pop<M: Meta>(m: &mut M, list: Ref<M, List>) -> Option<Val<M>> {
    let strategy = m.shape(list);
    let len = m.get(list, List::LEN);
    let (zero, one) = (m.const_int(0), m.const_int(1));
    if !m.lt(zero, len) {
        return None;
    }
    let last = m.int_op(Op::IntSub, len, one);
    if strategy >= LINKED {
        return Some(m.call(&LIST_REMOVE_AT, [list.val(), last.val()]));
    }
    let v = list_load(m, list, strategy, last);
    if strategy == OBJECT || strategy == STR {
        // The store must not keep the object alive.
        let store = m.get(list, List::STORE);
        let store = m.cast::<Array>(store);
        m.set_item(store, Array::ITEMS, last, zero.val());
    }
    m.set(list, List::LEN, last);
    Some(v)
}

/// A fresh list of these values.
#[inline(always)]
pub fn new_list<M: Meta>(m: &mut M, items: &[Val<M>]) -> Ref<M, List> {
    if items.len() > UNROLL_ITEMS_MAX {
        let list = m
            .call_many(&LIST_OF, items)
            .unwrap_or_else(|_| unreachable!("list_of does not raise"));
        return m.cast::<List>(list);
    }
    m.outlined(|m| new_list_of(m, items))
}

#[inline(never)]
fn new_list_of<M: Meta>(m: &mut M, items: &[Val<M>]) -> Ref<M, List> {
    let strategies = Vm::from_core(m.core()).options.strategies;
    let strategy = strategy_of(m, items, strategies);
    let list = m.alloc::<List>(strategy);
    let n = items.len() as u16;
    match strategy {
        EMPTY => return list,
        INT => {
            let store = m.alloc_sized::<IntArray>(0, n);
            for (i, &item) in items.iter().enumerate() {
                let item = m.cast_int(item);
                m.set_item_at(store, IntArray::ITEMS, i as u16, item);
            }
            m.set(list, List::STORE, store.val());
        }
        FLOAT => {
            let store = m.alloc_sized::<FloatArray>(0, n);
            for (i, &item) in items.iter().enumerate() {
                if let Some(item) = m.float(item) {
                    m.set_item_at(store, FloatArray::ITEMS, i as u16, item);
                }
            }
            m.set(list, List::STORE, store.val());
        }
        _ => {
            let store = m.alloc_sized::<Array>(0, n);
            for (i, &item) in items.iter().enumerate() {
                m.set_item_at(store, Array::ITEMS, i as u16, item);
            }
            m.set(list, List::STORE, store.val());
        }
    }
    let len = m.const_int(n as i64);
    m.set(list, List::LEN, len);
    list
}

/// The most special strategy for these values; decides on their types.
fn strategy_of<M: Meta>(m: &mut M, items: &[Val<M>], strategies: bool) -> u32 {
    let Some(&first) = items.first() else {
        return if strategies { EMPTY } else { OBJECT };
    };
    if !strategies {
        return OBJECT;
    }
    let rest = &items[1..];
    if m.int(first).is_some() {
        let all = rest.iter().all(|&v| m.int(v).is_some());
        return if all { INT } else { OBJECT };
    }
    if m.float(first).is_some() {
        let all = rest.iter().all(|&v| m.float(v).is_some());
        return if all { FLOAT } else { OBJECT };
    }
    let str_tag = Tag::layout(Str::LAYOUT.id);
    if m.is_tag(first, str_tag) && rest.iter().all(|&v| m.is_tag(v, str_tag)) {
        return STR;
    }
    OBJECT
}
