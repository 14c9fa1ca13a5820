//! Lists for plain Rust code: natives and builtins.

use super::linked::is_linked;
use super::{EMPTY, FLOAT, INT, OBJECT, RANGE, SHARED, STR, strategy_in};
use crate::engine::Vm;
use crate::error::ErrorKind;
use crate::layouts::{Array, FloatArray, IntArray, List, Str};
use crate::native::Guest;
use crate::object::{self, Obj, to_float};
use crate::tuple::Span;
use metatrace::value::Value;

/// Largest number of items of any collection; beyond it the guest is out of memory.
pub const ITEMS_MAX: usize = 1 << 40;

/// A slice's bounds from fixnums or None.
pub fn span(start: Value, stop: Value, step: Value, len: usize) -> Span {
    Span::new(
        start.to_int(),
        stop.to_int(),
        step.to_int().unwrap_or(1),
        len,
    )
}

/// The items of a list as they are stored, for bulk operations.
///
/// Valid until the list is written to.
#[derive(Copy, Clone, Debug)]
pub enum ListItems<'a> {
    /// Fixnums (as values).
    Ints(&'a [Value]),
    Floats(&'a [f64]),
    Values(&'a [Value]),
    /// First and step of so many fixnums.
    Range(i64, i64, usize),
}

/// Strategy that `v` alone would have.
fn strategy_of(vm: &Vm, v: Value) -> u32 {
    if !vm.options.strategies {
        OBJECT
    } else if v.is_int() {
        INT
    } else if to_float(v).is_some() {
        FLOAT
    } else if object::is::<Str>(v) {
        STR
    } else {
        OBJECT
    }
}

fn grown(capacity: usize, wanted: usize) -> usize {
    wanted.max(capacity + capacity / 2).max(4)
}

impl Vm {
    /// A list of these values.
    pub fn list(&mut self, items: &[Value]) -> Value {
        let strategy = match items.split_first() {
            None if self.options.strategies => EMPTY,
            None => OBJECT,
            Some((&first, rest)) => {
                let strategy = strategy_of(self, first);
                let same = |&v: &Value| strategy_of(self, v) == strategy;
                if strategy == OBJECT || rest.iter().all(same) {
                    strategy
                } else {
                    OBJECT
                }
            }
        };
        let list = self.empty_list(strategy, items.len());
        self.fill_store(list, 0, items);
        list.set_int(List::LEN, items.len() as i64);
        list.value()
    }

    /// A list of strings.
    pub fn list_of_strs<S: AsRef<str>>(&mut self, items: impl IntoIterator<Item = S>) -> Value {
        let items: Vec<Value> = items.into_iter().map(|s| self.str(s.as_ref())).collect();
        self.list(&items)
    }

    /// A list without items, with room for `capacity` of `strategy`.
    fn empty_list(&mut self, strategy: u32, capacity: usize) -> Obj<List> {
        let list = self.alloc::<List>(strategy);
        let store = self.new_store(strategy, capacity);
        list.init(List::STORE, store);
        list
    }

    fn new_store(&mut self, strategy: u32, capacity: usize) -> Value {
        match strategy {
            EMPTY => Value::small(0),
            INT => self.alloc_counted::<IntArray>(0, capacity).value(),
            FLOAT => self.alloc_counted::<FloatArray>(0, capacity).value(),
            RANGE => self.alloc_counted::<IntArray>(0, 2).value(),
            _ => self.alloc_counted::<Array>(0, capacity).value(),
        }
    }

    /// Writes items that the strategy allows, within the store.
    fn fill_store(&mut self, list: Obj<List>, at: usize, items: &[Value]) {
        let (store, end) = (list.get(List::STORE), at + items.len());
        match strategy_in(list.shape()) {
            EMPTY | RANGE => debug_assert!(items.is_empty()),
            INT => Obj::<IntArray>::cast(store).values_mut(self, IntArray::ITEMS, end)[at..]
                .copy_from_slice(items),
            FLOAT => {
                let floats = Obj::<FloatArray>::cast(store).floats_mut(FloatArray::ITEMS, end);
                for (slot, v) in floats[at..].iter_mut().zip(items) {
                    *slot = to_float(*v).expect("a float list holds floats");
                }
            }
            _ => Obj::<Array>::cast(store).values_mut(self, Array::ITEMS, end)[at..]
                .copy_from_slice(items),
        }
    }

    #[inline]
    pub fn list_len(&self, list: Obj<List>) -> usize {
        list.size(List::LEN)
    }

    fn capacity(&self, list: Obj<List>) -> usize {
        let store = list.get(List::STORE);
        match strategy_in(list.shape()) {
            EMPTY | RANGE => 0,
            INT => Obj::<IntArray>::cast(store).size(IntArray::LEN),
            FLOAT => Obj::<FloatArray>::cast(store).size(FloatArray::LEN),
            _ => Obj::<Array>::cast(store).size(Array::LEN),
        }
    }

    /// The items as stored. A linked list becomes an ordinary one.
    pub fn list_items<'a>(&mut self, list: Obj<List>) -> ListItems<'a> {
        self.unlink(list);
        let (store, n) = (list.get(List::STORE), list.size(List::LEN));
        match strategy_in(list.shape()) {
            EMPTY => ListItems::Values(&[]),
            INT => ListItems::Ints(Obj::<IntArray>::cast(store).values(IntArray::ITEMS, n)),
            FLOAT => ListItems::Floats(Obj::<FloatArray>::cast(store).floats(FloatArray::ITEMS, n)),
            RANGE => {
                let store = Obj::<IntArray>::cast(store);
                let part = |i| store.item(IntArray::ITEMS, i).as_int();
                ListItems::Range(part(0), part(1), n)
            }
            _ => ListItems::Values(Obj::<Array>::cast(store).values(Array::ITEMS, n)),
        }
    }

    /// Item `i`, in range.
    pub fn list_get(&mut self, list: Obj<List>, i: usize) -> Value {
        match self.list_items(list) {
            ListItems::Ints(items) | ListItems::Values(items) => items[i],
            ListItems::Floats(items) => self.float(items[i]),
            ListItems::Range(first, step, _) => Value::small(first + step * i as i64),
        }
    }

    /// All items, copied out.
    pub fn list_values(&mut self, list: Obj<List>) -> Vec<Value> {
        match self.list_items(list) {
            ListItems::Ints(items) | ListItems::Values(items) => items.to_vec(),
            ListItems::Floats(items) => items.iter().map(|&f| self.float(f)).collect(),
            ListItems::Range(first, step, n) => (0..n as i64)
                .map(|i| Value::small(first + step * i))
                .collect(),
        }
    }

    /// Strategy, store and number of the items as they are now, for someone who reads them when he
    /// wants them: the list is copied before it changes them.
    pub fn share_list(&mut self, list: Obj<List>) -> (u32, Value, usize) {
        let strategy = strategy_in(list.shape());
        // Nobody writes to a progression, nor to cells.
        if strategy != EMPTY && strategy != RANGE && !is_linked(list) {
            list.set_shape(strategy | SHARED);
        }
        (strategy, list.get(List::STORE), self.list_len(list))
    }

    /// Item `i` of a store that [`Vm::share_list`] gave.
    pub fn shared_item(&mut self, strategy: u32, store: Value, i: usize) -> Value {
        match strategy {
            INT => Obj::<IntArray>::cast(store).item(IntArray::ITEMS, i),
            FLOAT => {
                let f = Obj::<FloatArray>::cast(store).floats(FloatArray::ITEMS, i + 1)[i];
                self.float(f)
            }
            RANGE => {
                let part = |k| {
                    Obj::<IntArray>::cast(store)
                        .item(IntArray::ITEMS, k)
                        .as_int()
                };
                Value::small(part(0) + part(1) * i as i64)
            }
            _ => Obj::<Array>::cast(store).item(Array::ITEMS, i),
        }
    }

    /// Makes the store able to hold `v` and at least `room` items; the strategy may change.
    fn prepare(&mut self, list: Obj<List>, v: Value, room: usize) {
        self.unlink(list);
        let (now, wanted) = (strategy_in(list.shape()), strategy_of(self, v));
        let next = match now {
            _ if now == wanted || now == OBJECT => now,
            EMPTY => wanted,
            RANGE if wanted == INT => INT,
            _ => OBJECT,
        };
        let capacity = self.capacity(list);
        if next != now || room > capacity {
            let capacity = if room > capacity {
                grown(capacity, room)
            } else {
                capacity
            };
            self.restore(list, next, capacity);
        }
    }

    /// Gives the list a store of another strategy or size with the same items.
    pub(super) fn restore(&mut self, list: Obj<List>, strategy: u32, capacity: usize) {
        let (old, n) = (self.list_items(list), list.size(List::LEN));
        let store = self.new_store(strategy, capacity.max(n));
        match (strategy, old) {
            (FLOAT, ListItems::Floats(items)) => Obj::<FloatArray>::cast(store)
                .floats_mut(FloatArray::ITEMS, n)
                .copy_from_slice(items),
            (INT, ListItems::Ints(items)) => Obj::<IntArray>::cast(store)
                .values_mut(self, IntArray::ITEMS, n)
                .copy_from_slice(items),
            _ => {
                let items = self.list_values(list);
                list.set(self, List::STORE, store);
                list.set_shape(strategy);
                return self.fill_store(list, 0, &items);
            }
        }
        list.set(self, List::STORE, store);
        list.set_shape(strategy);
    }

    /// Sets item `i`, in range.
    pub fn list_set(&mut self, list: Obj<List>, i: usize, v: Value) {
        self.prepare(list, v, 0);
        self.own_store(list);
        self.put(list, i, v);
    }

    /// Stores an item that the strategy allows, within the store.
    fn put(&mut self, list: Obj<List>, i: usize, v: Value) {
        let store = list.get(List::STORE);
        match strategy_in(list.shape()) {
            INT => Obj::<IntArray>::cast(store).init_item(IntArray::ITEMS, i, v),
            FLOAT => {
                let f = to_float(v).expect("prepared for a float");
                Obj::<FloatArray>::cast(store).floats_mut(FloatArray::ITEMS, i + 1)[i] = f;
            }
            _ => Obj::<Array>::cast(store).set_item(self, Array::ITEMS, i, v),
        }
    }

    pub fn list_push(&mut self, list: Obj<List>, v: Value) {
        let n = self.list_len(list);
        self.prepare(list, v, n + 1);
        list.set_int(List::LEN, n as i64 + 1);
        self.put(list, n, v);
    }

    /// Inserts before index `i`, clamped; negative ones from the end.
    pub fn list_insert(&mut self, list: Obj<List>, i: i64, v: Value) {
        let n = self.list_len(list);
        let i = if i < 0 {
            (i + n as i64).max(0) as usize
        } else {
            (i as usize).min(n)
        };
        self.list_push(list, v);
        self.own_store(list);
        match list.shape() {
            FLOAT => self.float_store(list, n + 1)[i..].rotate_right(1),
            INT => self.int_store(list, n + 1)[i..].rotate_right(1),
            _ => self.value_store(list, n + 1)[i..].rotate_right(1),
        }
    }

    pub(super) fn float_store<'a>(&self, list: Obj<List>, n: usize) -> &'a mut [f64] {
        Obj::<FloatArray>::cast(list.get(List::STORE)).floats_mut(FloatArray::ITEMS, n)
    }
    pub(super) fn int_store<'a>(&mut self, list: Obj<List>, n: usize) -> &'a mut [Value] {
        Obj::<IntArray>::cast(list.get(List::STORE)).values_mut(self, IntArray::ITEMS, n)
    }
    pub(super) fn value_store<'a>(&mut self, list: Obj<List>, n: usize) -> &'a mut [Value] {
        Obj::<Array>::cast(list.get(List::STORE)).values_mut(self, Array::ITEMS, n)
    }

    /// Gives the list a store that it may write to: a shared one is copied, a progression becomes
    /// an ordinary int list.
    pub(super) fn own_store(&mut self, list: Obj<List>) {
        self.unlink(list);
        let (shape, n) = (list.shape(), self.list_len(list));
        if shape == RANGE {
            self.restore(list, INT, n);
        } else if shape >= SHARED {
            self.restore(list, strategy_in(shape), n);
        }
    }

    /// Removes and gives item `i`, in range.
    pub fn list_remove(&mut self, list: Obj<List>, i: usize) -> Value {
        let v = self.list_get(list, i);
        self.list_remove_run(list, i, 1);
        v
    }

    /// Removes `count` items from index `at`.
    pub fn list_remove_run(&mut self, list: Obj<List>, at: usize, count: usize) {
        self.own_store(list);
        let n = self.list_len(list);
        let left = n - count;
        match list.shape() {
            EMPTY => return,
            FLOAT => self.float_store(list, n).copy_within(at + count.., at),
            INT => self.int_store(list, n).copy_within(at + count.., at),
            _ => {
                let items = self.value_store(list, n);
                items.copy_within(at + count.., at);
                items[left..].fill(Value::small(0));
            }
        }
        list.set_int(List::LEN, left as i64);
        // Queues pop from the front for ever: give memory back at times.
        let capacity = self.capacity(list);
        if left > 0 && capacity > 64 && left < capacity / 4 {
            self.restore(list, list.shape(), left * 2);
        }
    }

    /// Removes all items; the list starts anew.
    pub fn list_clear(&mut self, list: Obj<List>) {
        let strategy = if self.options.strategies {
            EMPTY
        } else {
            OBJECT
        };
        let store = self.new_store(strategy, 0);
        list.set(self, List::STORE, store);
        list.set_shape(strategy);
        list.set_int(List::LEN, 0);
    }

    pub fn list_reverse(&mut self, list: Obj<List>) {
        self.own_store(list);
        let n = self.list_len(list);
        match list.shape() {
            EMPTY => {}
            FLOAT => self.float_store(list, n).reverse(),
            INT => self.int_store(list, n).reverse(),
            _ => self.value_store(list, n).reverse(),
        }
    }

    pub fn list_copy(&mut self, list: Obj<List>) -> Value {
        let span = Span::new(None, None, 1, self.list_len(list));
        self.list_slice(list, span)
    }

    /// The items of a span as a new list.
    pub fn list_slice(&mut self, list: Obj<List>, span: Span) -> Value {
        self.unlink(list);
        let n = span.count;
        if n == 0 {
            return self.list(&[]);
        }
        let (from, strategy) = (span.start as usize, strategy_in(list.shape()));
        if strategy == RANGE {
            let ListItems::Range(first, step, _) = self.list_items(list) else {
                unreachable!("a range list")
            };
            return self.range_list(first + step * span.start, step * span.step, n);
        }
        let copy = self.empty_list(strategy, n);
        copy.set_int(List::LEN, n as i64);
        match self.list_items(list) {
            ListItems::Floats(items) if span.is_run() => self
                .float_store(copy, n)
                .copy_from_slice(&items[from..from + n]),
            ListItems::Floats(items) => {
                let to = self.float_store(copy, n);
                for (slot, i) in to.iter_mut().zip(span.indices()) {
                    *slot = items[i];
                }
            }
            ListItems::Ints(items) | ListItems::Values(items) if span.is_run() => {
                self.fill_store(copy, 0, &items[from..from + n])
            }
            ListItems::Ints(items) | ListItems::Values(items) => {
                let items: Vec<Value> = span.indices().map(|i| items[i]).collect();
                self.fill_store(copy, 0, &items);
            }
            ListItems::Range(..) => unreachable!("done above"),
        }
        copy.value()
    }

    /// The list of an arithmetic progression of fixnums.
    pub fn range_list(&mut self, first: i64, step: i64, n: usize) -> Value {
        if !self.options.strategies {
            let items: Vec<Value> = (0..n as i64)
                .map(|i| Value::small(first + step * i))
                .collect();
            return self.list(&items);
        }
        if n == 0 {
            return self.list(&[]);
        }
        let list = self.empty_list(RANGE, 2);
        let store = Obj::<IntArray>::cast(list.get(List::STORE));
        store.init_item(IntArray::ITEMS, 0, Value::small(first));
        store.init_item(IntArray::ITEMS, 1, Value::small(step));
        list.set_int(List::LEN, n as i64);
        list.value()
    }

    /// Appends these values.
    pub fn list_extend_values(&mut self, list: Obj<List>, items: &[Value]) {
        if items.is_empty() {
            return;
        }
        let n = self.list_len(list);
        for &v in items {
            self.prepare(list, v, n + items.len());
            if strategy_in(list.shape()) == OBJECT {
                break;
            }
        }
        list.set_int(List::LEN, (n + items.len()) as i64);
        self.fill_store(list, n, items);
    }

    /// Appends the items of another list (or the same).
    pub fn list_extend(&mut self, list: Obj<List>, other: Obj<List>) {
        if list.shape() == FLOAT
            && let ListItems::Floats(items) = self.list_items(other)
        {
            let (n, k) = (self.list_len(list), items.len());
            if n + k > self.capacity(list) {
                let capacity = grown(self.capacity(list), n + k);
                self.restore(list, FLOAT, capacity);
            }
            list.set_int(List::LEN, (n + k) as i64);
            return self.float_store(list, n + k)[n..].copy_from_slice(items);
        }
        let items = self.list_values(other);
        self.list_extend_values(list, &items);
    }

    pub fn list_concat(&mut self, a: Obj<List>, b: Obj<List>) -> Value {
        let copy = Obj::cast(self.list_copy(a));
        self.list_extend(copy, b);
        copy.value()
    }

    /// `list * n`; a negative `n` counts as 0.
    pub fn list_repeat(&mut self, list: Obj<List>, n: i64) -> Guest {
        let len = self.list_len(list);
        let n = n.max(0) as usize;
        if len == 0 || n == 0 {
            return Ok(self.list(&[]));
        }
        let total = self.check_items(len, n, 8)?;
        self.own_store(list);
        let copy = self.empty_list(list.shape(), total);
        copy.set_int(List::LEN, total as i64);
        match self.list_items(list) {
            ListItems::Values(&[item]) => self.value_store(copy, total).fill(item),
            ListItems::Ints(&[item]) => self.int_store(copy, total).fill(item),
            ListItems::Floats(&[item]) => self.float_store(copy, total).fill(item),
            ListItems::Floats(items) => {
                let to = self.float_store(copy, total);
                to.chunks_mut(len).for_each(|c| c.copy_from_slice(items));
            }
            ListItems::Ints(items) => {
                let to = self.int_store(copy, total);
                to.chunks_mut(len).for_each(|c| c.copy_from_slice(items));
            }
            ListItems::Values(items) => {
                let to = self.value_store(copy, total);
                to.chunks_mut(len).for_each(|c| c.copy_from_slice(items));
            }
            ListItems::Range(..) => unreachable!("the list has a store of its own"),
        }
        Ok(copy.value())
    }

    /// `len * n` items of `bytes` bytes each, if there is room for them.
    pub fn check_items(&mut self, len: usize, n: usize, bytes: usize) -> Guest<usize> {
        let total = len.checked_mul(n).filter(|&t| t <= ITEMS_MAX);
        let fits = |t: &usize| self.heap.try_reserve(t * bytes).is_ok();
        match total.filter(fits) {
            Some(total) => Ok(total),
            None => Err(self.error(ErrorKind::Memory, "")),
        }
    }

    /// Replaces the items of a run by others.
    pub fn list_splice(&mut self, list: Obj<List>, at: usize, count: usize, items: &[Value]) {
        let mut all = self.list_values(list);
        all.splice(at..at + count, items.iter().copied());
        self.list_assign(list, &all);
    }

    /// Makes these the list's items; the strategy starts anew.
    pub fn list_assign(&mut self, list: Obj<List>, items: &[Value]) {
        self.list_clear(list);
        self.list_extend_values(list, items);
    }

    /// Removes the items of a span.
    pub fn list_delete(&mut self, list: Obj<List>, span: Span) {
        if span.is_run() {
            return self.list_remove_run(list, span.start as usize, span.count);
        }
        let gone: hashbrown::HashSet<usize> = span.indices().collect();
        let mut i = 0;
        let mut all = self.list_values(list);
        all.retain(|_| {
            i += 1;
            !gone.contains(&(i - 1))
        });
        self.list_assign(list, &all);
    }
}
