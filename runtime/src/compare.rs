//! Equality, order and hashing of built-in values, without native recursion.
//!
//! Containers may hold objects whose equality or hash the guest defines. The
//! walkers here work on built-in values as far as they can; where guest code must be
//! called they stop and say what to ask ([`Eq::Ask`], [`Hashed::Ask`]), together with a
//! guest list that holds the rest of the walk. A language calls the guest method
//! in a frame of its own and goes on with [`Vm::eq_continue`] or
//! [`Vm::hash_continue`]. Two dicts or two sets are asked about as a whole when
//! finding their keys in each other needs the guest.
//!
//! Numbers compare as Python's do: `1 == 1.0 == True`. In containers identity
//! implies equality. The stacks are Rust vectors, so that a list nested ten
//! million deep costs memory, not the native stack.

use crate::dict::Keyed;
use crate::engine::Vm;
use crate::error::ErrorKind;
use crate::layouts::*;
use crate::list::LIST_GROUPS;
use crate::native::Guest;
use crate::natives;
use crate::number;
use crate::object::{self, Obj, to_float};
use crate::text;
use metatrace::layout::LayoutType;
use metatrace::meta::Raised;
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use std::cmp::Ordering;

/// What a native answers instead of a result when guest code has to be called.
pub const ASK: Value = Value::imm(15);

/// What comparing and hashing built-in values reads.
pub const VALUE_GROUPS: u64 = LIST_GROUPS
    | group(Dict::LAYOUT.id)
    | group(Set::LAYOUT.id)
    | group(FrozenSet::LAYOUT.id)
    | group(TableKeys::LAYOUT.id)
    | group(TableValues::LAYOUT.id)
    | group(TableIndex::LAYOUT.id)
    | group(ByteArray::LAYOUT.id)
    | group(ByteBuffer::LAYOUT.id)
    | group(Str::LAYOUT.id)
    | group(StrData::LAYOUT.id)
    | group(Instance::LAYOUT.id);

natives! {
    /// `a == b`: True, False, or a tuple `(x, y, rest)`: ask the guest whether
    /// `x == y`; if so, go on with `rest`.
    pub static EQ = "eq"(vm, a, b) -> Guest [Effects::FRESH.reads(VALUE_GROUPS).raises()] {
        let result = vm.eq(a, b)?;
        Ok(vm.eq_answer(result))
    }
    /// Goes on after the guest found the pair equal.
    pub static EQ_CONTINUE = "eq_continue"(vm, rest) -> Guest [Effects::FRESH.reads(VALUE_GROUPS).raises()] {
        let result = vm.eq_continue(rest)?;
        Ok(vm.eq_answer(result))
    }
    /// Hash of `v`: an int, or a tuple `(x, rest)`: ask the guest for the hash of `x`.
    pub static HASH = "hash"(vm, v) -> Guest [Effects::FRESH.reads(VALUE_GROUPS).raises()] {
        let result = vm.hash(v)?;
        Ok(vm.hash_answer(result))
    }
    /// Goes on with the hash that the guest gave.
    pub static HASH_CONTINUE = "hash_continue"(vm, rest, hash) -> Guest [Effects::FRESH.reads(VALUE_GROUPS).raises()] {
        let result = vm.hash_continue(rest, hash.as_int())?;
        Ok(vm.hash_answer(result))
    }
    /// First index from `from` on at which two tuples or two lists differ, or the shorter length;
    /// a tuple `(i, x, y, rest)`: ask the guest whether the items at `i` are equal.
    pub static MISMATCH = "mismatch"(vm, a, b, from) -> Guest [Effects::FRESH.reads(VALUE_GROUPS).raises()] {
        Ok(match vm.mismatch(a, b, from.as_int() as usize)? {
            Mismatch::At(i) => Value::small(i as i64),
            Mismatch::Ask(i, x, y, rest) => vm.tuple(&[Value::small(i as i64), x, y, rest]),
        })
    }
}

/// The outcome of comparing two values.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Eq {
    Yes,
    No,
    /// Ask the guest whether the two are equal; if so, go on with the third.
    Ask(Value, Value, Value),
}

/// The outcome of hashing a value.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Hashed {
    Value(i64),
    /// Ask the guest for the hash of the first; go on with the second.
    Ask(Value, Value),
}

/// Where two sequences differ.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mismatch {
    /// At this index, or one ends here.
    At(usize),
    /// Ask the guest whether the items at the index are equal, then go on.
    Ask(usize, Value, Value, Value),
}

/// What the runtime asks the language that has terms.
#[derive(Copy, Clone)]
pub struct TermHooks {
    /// Are two values the same term? `None` when neither is one.
    pub same: fn(&mut Vm, Value, Value) -> Option<bool>,
    /// The hash of a term; `None` when the value is none.
    pub hash: fn(&mut Vm, Value) -> Guest<Option<i64>>,
    /// A part of a term without variables as a shared value.
    pub part: fn(&mut Vm, Value) -> Value,
}

/// What is known about a pair without looking inside.
enum Pair {
    Equal,
    Different,
    /// Two sequences of the same kind: compare item by item.
    Sequences,
    Dicts,
    Sets,
    Ask,
}

/// The walk's stack may not outgrow memory: cyclic structures never end.
const STACK_MAX: usize = 40_000_000;
/// How deep a difference may lie in sequences whose order is asked for.
const ORDER_LEVELS_MAX: usize = 1000;
/// Depths of the stack at which limits and interrupts are looked at.
const CHECK_EVERY: usize = 1 << 12;

/// Two values to compare; `next` is the item of two sequences to look at, or
/// [`WHOLE`].
type Task = (Value, Value, i64);
const WHOLE: i64 = -1;

/// True and False as the numbers they equal.
#[inline(always)]
pub fn unbool(v: Value) -> Value {
    match v {
        Value::TRUE => Value::small(1),
        Value::FALSE => Value::small(0),
        v => v,
    }
}

/// Are the two one object? Floats have no identity but their bits.
fn identical(a: Value, b: Value) -> bool {
    a == b || matches!((to_float(a), to_float(b)), (Some(x), Some(y)) if x.to_bits() == y.to_bits())
}

impl Vm {
    /// `a == b` for values of any type.
    pub fn eq(&mut self, a: Value, b: Value) -> Guest<Eq> {
        if a == b && to_float(a).is_none_or(|f| !f.is_nan()) && !self.asks(a) {
            return Ok(Eq::Yes);
        }
        match self.pair(a, b) {
            Pair::Equal => Ok(Eq::Yes),
            Pair::Different => Ok(Eq::No),
            _ => self.eq_run(vec![(a, b, WHOLE)]),
        }
    }

    /// As [`Vm::eq`], where identical objects are equal: what containers mean by equality.
    pub fn same_or_eq(&mut self, a: Value, b: Value) -> Guest<Eq> {
        if identical(a, b) {
            Ok(Eq::Yes)
        } else {
            self.eq(a, b)
        }
    }

    /// Goes on with a comparison whose pending pair turned out equal.
    pub fn eq_continue(&mut self, rest: Value) -> Guest<Eq> {
        let words = self.list_values(Obj::cast(rest));
        let tasks = words
            .chunks(3)
            .map(|t| (t[0], t[1], t[2].as_int()))
            .collect();
        self.eq_run(tasks)
    }

    fn eq_answer(&mut self, result: Eq) -> Value {
        match result {
            Eq::Yes => Value::TRUE,
            Eq::No => Value::FALSE,
            Eq::Ask(a, b, rest) => self.tuple(&[a, b, rest]),
        }
    }

    fn eq_run(&mut self, mut tasks: Vec<Task>) -> Guest<Eq> {
        while let Some((a, b, next)) = tasks.pop() {
            if tasks.len().is_multiple_of(CHECK_EVERY) {
                self.check_interrupt()?;
                self.check_items(tasks.len(), 2, size_of::<Task>())?;
            }
            if tasks.len() > STACK_MAX {
                return Err(self.too_deep_to_compare());
            }
            if next != WHOLE {
                let i = next as usize;
                let (n, m) = (self.seq_len(a), self.seq_len(b));
                if n != m {
                    return Ok(Eq::No);
                }
                if i < n {
                    tasks.push((a, b, next + 1));
                    let (x, y) = (self.seq_get(a, i), self.seq_get(b, i));
                    if !identical(x, y) {
                        tasks.push((x, y, WHOLE));
                    }
                }
                continue;
            }
            match self.pair(a, b) {
                Pair::Equal => {}
                Pair::Different => return Ok(Eq::No),
                Pair::Sequences if self.seq_len(a) != self.seq_len(b) => return Ok(Eq::No),
                Pair::Sequences => tasks.push((a, b, 0)),
                Pair::Dicts => match self.dict_pairs(a, b)? {
                    Keyed::Done(None) => return Ok(Eq::No),
                    Keyed::Done(Some(pairs)) => {
                        tasks.extend(pairs.into_iter().map(|(x, y)| (x, y, WHOLE)));
                    }
                    Keyed::Ask => return Ok(self.eq_ask(a, b, &tasks)),
                },
                Pair::Sets => match self.sets_equal(a, b)? {
                    Keyed::Done(true) => {}
                    Keyed::Done(false) => return Ok(Eq::No),
                    Keyed::Ask => return Ok(self.eq_ask(a, b, &tasks)),
                },
                Pair::Ask => return Ok(self.eq_ask(a, b, &tasks)),
            }
        }
        Ok(Eq::Yes)
    }

    fn too_deep_to_compare(&mut self) -> Raised {
        self.error(
            ErrorKind::Recursion,
            "maximum recursion depth exceeded in comparison",
        )
    }

    fn eq_ask(&mut self, a: Value, b: Value, tasks: &[Task]) -> Eq {
        let words = tasks.iter().flat_map(|t| [t.0, t.1, Value::small(t.2)]);
        let words: Vec<Value> = words.collect();
        let rest = self.list(&words);
        Eq::Ask(a, b, rest)
    }

    /// Does the guest decide about equality of `v`?
    fn asks(&self, v: Value) -> bool {
        match Obj::<Instance>::of(v) {
            Some(o) => self.shapes.class(self.shapes.class_of(o.shape())).custom_eq,
            None => v.is_heap() && object::tag(v).0 >= FIRST_LANGUAGE_LAYOUT,
        }
    }

    fn pair(&mut self, a: Value, b: Value) -> Pair {
        let (a, b) = (unbool(a), unbool(b));
        let known = |equal: bool| if equal { Pair::Equal } else { Pair::Different };
        if a.is_int() && b.is_int() {
            return known(a == b);
        }
        if self.asks(a) || self.asks(b) {
            let terms = self.term_hooks.and_then(|hooks| (hooks.same)(self, a, b));
            return terms.map_or(Pair::Ask, known);
        }
        match (to_float(a), to_float(b)) {
            (Some(x), Some(y)) => return known(x == y),
            (Some(x), None) => return known(number::is_int(b) && number::eq_int_float(b, x)),
            (None, Some(y)) => return known(number::is_int(a) && number::eq_int_float(a, y)),
            (None, None) => {}
        }
        if a == b {
            return Pair::Equal;
        }
        if !a.is_heap() || !b.is_heap() {
            return Pair::Different;
        }
        let (x, y) = (object::tag(a).0, object::tag(b).0);
        let is_set = |id| id == Set::LAYOUT.id || id == FrozenSet::LAYOUT.id;
        if is_set(x) && is_set(y) {
            return Pair::Sets;
        }
        if let (Some(x), Some(y)) = (self.bytes_like(a), self.bytes_like(b)) {
            return known(x == y);
        }
        if x != y {
            return Pair::Different;
        }
        same_layout(a, b)
    }

    /// Items of a tuple or list (also of ranges and slices, whose fields are compared).
    fn seq_len(&self, v: Value) -> usize {
        match Obj::<Tuple>::of(v) {
            Some(t) => t.len(),
            None => self.list_len(Obj::cast(v)),
        }
    }

    fn seq_get(&mut self, v: Value, i: usize) -> Value {
        match Obj::<Tuple>::of(v) {
            Some(t) => t.item(Tuple::ITEMS, i),
            None => self.list_get(Obj::cast(v), i),
        }
    }

    /// The bytes of bytes and byte buffers.
    pub fn bytes_like<'a>(&self, v: Value) -> Option<&'a [u8]> {
        if let Some(b) = Obj::<Bytes>::of(v) {
            return Some(b.bytes(Bytes::ITEMS, b.size(Bytes::LEN)));
        }
        let b = Obj::<ByteBuffer>::of(v)?;
        let n = b.size(ByteBuffer::LEN);
        let store = Obj::<ByteArray>::of(b.get(ByteBuffer::STORE));
        Some(store.map_or(&[], |s| s.bytes(ByteArray::ITEMS, n)))
    }

    /// First difference of two tuples or two lists, from index `from` on.
    pub fn mismatch(&mut self, a: Value, b: Value, from: usize) -> Guest<Mismatch> {
        let mut i = from;
        while i < self.seq_len(a).min(self.seq_len(b)) {
            let (x, y) = (self.seq_get(a, i), self.seq_get(b, i));
            match self.same_or_eq(x, y)? {
                Eq::Yes => i += 1,
                Eq::No => return Ok(Mismatch::At(i)),
                Eq::Ask(x, y, rest) => return Ok(Mismatch::Ask(i, x, y, rest)),
            }
        }
        Ok(Mismatch::At(i))
    }

    /// Order of two built-in values of comparable types; `None` where they have
    /// none, or the guest would have to be asked.
    pub fn order(&mut self, a: Value, b: Value) -> Guest<Option<Ordering>> {
        let (mut a, mut b) = (unbool(a), unbool(b));
        let mut levels = 0;
        loop {
            // Each level compares all that lies below once more.
            levels += 1;
            if levels > ORDER_LEVELS_MAX {
                return Err(self.too_deep_to_compare());
            }
            if let Some(order) = order_numbers(a, b) {
                return Ok(order);
            }
            if let (Some(x), Some(y)) = (text::bytes_of(a), text::bytes_of(b)) {
                return Ok(Some(x.cmp(y)));
            }
            if let (Some(x), Some(y)) = (self.bytes_like(a), self.bytes_like(b)) {
                return Ok(Some(x.cmp(y)));
            }
            let both = |is: fn(Value) -> bool| is(a) && is(b);
            if !both(object::is::<Tuple>) && !both(object::is::<List>) {
                return Ok(None);
            }
            let Mismatch::At(i) = self.mismatch(a, b, 0)? else {
                return Ok(None);
            };
            let (n, m) = (self.seq_len(a), self.seq_len(b));
            if i >= n || i >= m {
                return Ok(Some(n.cmp(&m)));
            }
            let (x, y) = (self.seq_get(a, i), self.seq_get(b, i));
            (a, b) = (unbool(x), unbool(y));
        }
    }

    // --------------------------------------------------------------------- hash

    /// Hash of `v`; raises for unhashable values.
    #[inline]
    pub fn hash(&mut self, v: Value) -> Guest<Hashed> {
        match self.hash_leaf(v)? {
            Some(h) => Ok(Hashed::Value(h)),
            None => self.hash_walk(vec![], v, None),
        }
    }

    /// Goes on with a hash after the guest gave that of the pending object.
    pub fn hash_continue(&mut self, rest: Value, hash: i64) -> Guest<Hashed> {
        let words = self.list_values(Obj::cast(rest));
        let stack = words
            .chunks(4)
            .map(|t| HashTask {
                tuple: Obj::cast(t[0]),
                next: t[1].as_int() as usize,
                acc: (t[2].as_int() as u64) << 32 | t[3].as_int() as u64,
            })
            .collect();
        self.hash_walk(stack, Value::NONE, Some(hash))
    }

    fn hash_answer(&mut self, result: Hashed) -> Value {
        match result {
            Hashed::Value(h) => Value::small(h),
            Hashed::Ask(v, rest) => self.tuple(&[v, rest]),
        }
    }

    /// Hash of anything that is no tuple and defines no hash of its own.
    fn hash_leaf(&mut self, v: Value) -> Guest<Option<i64>> {
        if v.is_int() {
            return Ok(Some(number::hash_int(v)));
        }
        if let Some(s) = Obj::<Str>::of(v) {
            return Ok(Some(text::hash(self, s)));
        }
        if let Some(f) = to_float(v) {
            return Ok(Some(number::float::hash_float(f)));
        }
        if !v.is_heap() {
            let v = unbool(v);
            return Ok(Some(v.to_int().unwrap_or((v.0 & 0xFFFF_FFFF) as i64)));
        }
        match object::tag(v).0 {
            id if id == Tuple::LAYOUT.id => Ok(None),
            id if id == BigInt::LAYOUT.id => Ok(Some(number::hash_int(v))),
            id if id == Instance::LAYOUT.id => {
                let class = self.shapes.class_of(Obj::<Instance>::cast(v).shape());
                let info = self.shapes.class(class);
                if info.custom_hash || info.unhashable {
                    return Ok(None);
                }
                Ok(Some(self.heap.identity(v)))
            }
            id if id == FrozenSet::LAYOUT.id => Ok(Some(self.frozenset_hash(Obj::cast(v)))),
            id if id >= FIRST_LANGUAGE_LAYOUT => match self.term_hooks {
                Some(hooks) => (hooks.hash)(self, v),
                None => Ok(None),
            },
            id if id == Range::LAYOUT.id => {
                let r = Obj::<Range>::cast(v);
                let parts = [Range::START, Range::STEP, Range::LEN].map(|f| r.get(f));
                let t = self.tuple(&parts);
                match self.hash(t)? {
                    Hashed::Value(h) => Ok(Some(h)),
                    Hashed::Ask(..) => unreachable!("a range holds ints"),
                }
            }
            id if id == Bytes::LAYOUT.id => {
                let bytes = self.bytes_like(v).expect("bytes");
                Ok(Some(text::hash_bytes(self, bytes)))
            }
            id => match unhashable_name(id) {
                Some(name) => Err(self.type_error(format!("unhashable type: '{name}'"))),
                None => Ok(Some(self.heap.identity(v))),
            },
        }
    }

    /// Hashes `item` (or takes its hash as `known`) and feeds the tuples that wait for it.
    fn hash_walk(
        &mut self,
        mut stack: Vec<HashTask>,
        mut item: Value,
        mut known: Option<i64>,
    ) -> Guest<Hashed> {
        loop {
            let mut hash = known.take();
            if hash.is_none() {
                hash = self.hash_leaf(item)?;
            }
            match (hash, stack.last_mut(), Obj::<Tuple>::of(item)) {
                (Some(hash), None, _) => return Ok(Hashed::Value(hash)),
                (Some(hash), Some(task), _) => task.feed(hash),
                (None, _, Some(tuple)) => stack.push(HashTask {
                    tuple,
                    next: 0,
                    acc: XX_PRIME_5,
                }),
                (None, _, None) => {
                    let words: Vec<Value> = stack.iter().flat_map(HashTask::words).collect();
                    let rest = self.list(&words);
                    return Ok(Hashed::Ask(item, rest));
                }
            }
            let task = stack.last().expect("a tuple is being hashed");
            if task.next < task.tuple.len() {
                item = task.tuple.item(Tuple::ITEMS, task.next);
            } else {
                known = Some(task.finish());
                stack.pop();
            }
        }
    }
}

/// A tuple being hashed.
struct HashTask {
    tuple: Obj<Tuple>,
    next: usize,
    acc: u64,
}

// CPython's tuple hash is xxHash's inner loop.
const XX_PRIME_1: u64 = 11_400_714_785_074_694_791;
const XX_PRIME_2: u64 = 14_029_467_366_897_019_727;
const XX_PRIME_5: u64 = 2_870_177_450_012_600_261;

impl HashTask {
    fn feed(&mut self, hash: i64) {
        let lane = (hash as u64).wrapping_mul(XX_PRIME_2);
        self.acc = self
            .acc
            .wrapping_add(lane)
            .rotate_left(31)
            .wrapping_mul(XX_PRIME_1);
        self.next += 1;
    }

    fn finish(&self) -> i64 {
        let length = self.tuple.len() as u64 ^ XX_PRIME_5 ^ 3_527_539;
        fixnum_hash(self.acc.wrapping_add(length))
    }

    fn words(&self) -> [Value; 4] {
        let half = |bits: u64| Value::small((bits & 0xFFFF_FFFF) as i64);
        let next = Value::small(self.next as i64);
        [
            self.tuple.value(),
            next,
            half(self.acc >> 32),
            half(self.acc),
        ]
    }
}

/// Any 64 bits as a hash: a fixnum that is not -1.
pub fn fixnum_hash(bits: u64) -> i64 {
    let h = (bits as i64) << 3 >> 3;
    if h == -1 { -2 } else { h }
}

fn order_numbers(a: Value, b: Value) -> Option<Option<Ordering>> {
    if a.is_int() && b.is_int() {
        return Some(Some(a.as_int().cmp(&b.as_int())));
    }
    match (to_float(a), to_float(b)) {
        (Some(x), Some(y)) => Some(x.partial_cmp(&y)),
        (Some(x), None) if number::is_int(b) => {
            Some(number::cmp_int_float(b, x).map(Ordering::reverse))
        }
        (None, Some(y)) if number::is_int(a) => Some(number::cmp_int_float(a, y)),
        (None, None) if number::is_int(a) && number::is_int(b) => Some(Some(number::cmp(a, b))),
        _ => None,
    }
}

/// Two different objects of one layout.
fn same_layout(a: Value, b: Value) -> Pair {
    let known = |equal: bool| if equal { Pair::Equal } else { Pair::Different };
    match object::tag(a).0 {
        id if id == Tuple::LAYOUT.id || id == List::LAYOUT.id => Pair::Sequences,
        id if id == Dict::LAYOUT.id => Pair::Dicts,
        id if id == Str::LAYOUT.id => known(text::eq(a, b)),
        id if id == BigInt::LAYOUT.id => known(number::eq(a, b)),
        id if id == Range::LAYOUT.id => {
            let (a, b) = (Obj::<Range>::cast(a), Obj::<Range>::cast(b));
            let same = |f| number::eq(a.get(f), b.get(f));
            let len = a.get(Range::LEN);
            let (empty, single) = (len == Value::small(0), len == Value::small(1));
            known(
                same(Range::LEN) && (empty || same(Range::START) && (single || same(Range::STEP))),
            )
        }
        id if id == Slice::LAYOUT.id => {
            let (a, b) = (Obj::<Slice>::cast(a), Obj::<Slice>::cast(b));
            let same = |f| a.get(f) == b.get(f);
            known(same(Slice::START) && same(Slice::STOP) && same(Slice::STEP))
        }
        id if id == BoundMethod::LAYOUT.id => {
            let (a, b) = (Obj::<BoundMethod>::cast(a), Obj::<BoundMethod>::cast(b));
            let same = |f| a.get(f) == b.get(f);
            known(same(BoundMethod::FUNCTION) && same(BoundMethod::RECEIVER))
        }
        _ => Pair::Different,
    }
}

fn unhashable_name(layout: u8) -> Option<&'static str> {
    Some(match layout {
        id if id == List::LAYOUT.id => "list",
        id if id == Dict::LAYOUT.id => "dict",
        id if id == Set::LAYOUT.id => "set",
        id if id == ByteBuffer::LAYOUT.id => "bytearray",
        id if id == Slice::LAYOUT.id => "slice",
        _ => return None,
    })
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
