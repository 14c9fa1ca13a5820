//! Iterators over built-in collections, and ranges.
//!
//! Each iterator is a small heap object (see `layouts.rs`). [`iter_next`] steps
//! any of them from interpreters, [`Vm::iter_next`] from plain Rust. An exhausted
//! iterator forgets its collection and stays exhausted. Iterating a dict or set
//! that changes its size meanwhile raises.

use crate::dict::Table;
use crate::engine::Vm;
use crate::error::ErrorKind;
use crate::layouts::*;
use crate::list::linked::{linked_next, unlinked_shape};
use crate::list::{self, LIST_GROUPS, list_load};
use crate::native::Guest;
use crate::natives;
use crate::number;
use crate::object::{self, Obj};
use crate::text;
use metatrace::ir::{Op, Tag};
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Raised, Ref, Val};
use metatrace::native::{Effects, group};
use metatrace::value::Value;

/// What a [`DictIter`] yields; its shape id.
pub const KEYS: u32 = 0;
pub const VALUES: u32 = 1;
/// Tuples of key and value.
pub const ITEMS: u32 = 2;
/// Elements of a set or frozenset.
pub const ELEMENTS: u32 = 3;
/// Added to the first three: from the last entry to the first.
pub const REVERSED: u32 = 4;

/// Alias groups of everything that stepping an iterator may read.
pub const ITER_READS: u64 = LIST_GROUPS
    | group(Dict::LAYOUT.id)
    | group(Set::LAYOUT.id)
    | group(FrozenSet::LAYOUT.id)
    | group(TableKeys::LAYOUT.id)
    | group(TableValues::LAYOUT.id)
    | group(ByteBuffer::LAYOUT.id)
    | group(ByteArray::LAYOUT.id)
    | ITER_WRITES;
/// Alias groups of the iterators themselves.
pub const ITER_WRITES: u64 = group(ListIter::LAYOUT.id)
    | group(TupleIter::LAYOUT.id)
    | group(RangeIter::LAYOUT.id)
    | group(StrIter::LAYOUT.id)
    | group(BytesIter::LAYOUT.id)
    | group(DictIter::LAYOUT.id)
    | group(ReverseIter::LAYOUT.id)
    | group(BigRangeIter::LAYOUT.id);

natives! {
    /// Steps any built-in iterator: the value, or STOP at the end.
    pub static ITER_NEXT = "iter_next"(vm, it) -> Guest [Effects::FRESH.reads(ITER_READS).writes(ITER_WRITES).raises()] {
        Ok(vm.iter_next(it)?.unwrap_or(Value::STOP))
    }
    /// An iterator over a built-in collection; NIL if `v` is none.
    pub static ITER_NEW = "iter_new"(vm, v) -> Value [Effects::FRESH.reads(ITER_READS)] {
        vm.iter(v).unwrap_or(Value::NIL)
    }
    /// A reversed iterator over a built-in collection; NIL if `v` has none.
    pub static ITER_REVERSED = "iter_reversed"(vm, v) -> Value [Effects::FRESH.reads(ITER_READS)] {
        vm.reversed(v).unwrap_or(Value::NIL)
    }
    /// The range of three integers; raises if the step is 0.
    pub static RANGE_NEW = "range_new"(vm, start, stop, step) -> Guest [Effects::PURE.raises()] {
        vm.range(start, stop, step)
    }
    /// Item of a range; the index is in range.
    pub static RANGE_ITEM = "range_item"(vm, range, i) -> Value [Effects::PURE] {
        vm.range_item(Obj::cast(range), i)
    }
}

// ------------------------------------------------------------- for interpreters

/// Steps a built-in iterator; `None` at its end.
#[inline(always)]
pub fn iter_next<M: Meta>(m: &mut M, it: Val<M>) -> Result<Option<Val<M>>, Raised> {
    if let Some(it) = m.as_ref::<RangeIter>(it) {
        return Ok(range_next(m, it).map(Int::val));
    }
    if let Some(it) = m.as_ref::<ListIter>(it) {
        return Ok(list_next(m, it));
    }
    if let Some(it) = m.as_ref::<TupleIter>(it) {
        return Ok(tuple_next(m, it));
    }
    m.outlined(|m| iter_next_rare(m, it))
}

#[inline(never)]
fn iter_next_rare<M: Meta>(m: &mut M, it: Val<M>) -> Result<Option<Val<M>>, Raised> {
    if let Some(it) = m.as_ref::<DictIter>(it)
        && let Some(step) = dict_next(m, it)
    {
        return Ok(Some(step));
    }
    let v = m.try_call(&ITER_NEXT, [it])?;
    Ok(if m.is(v, Value::STOP) { None } else { Some(v) })
}

#[inline(always)]
pub fn range_next<M: Meta>(m: &mut M, it: Ref<M, RangeIter>) -> Option<Int<M>> {
    let left = m.get(it, RangeIter::LEFT);
    let (zero, one) = (m.const_int(0), m.const_int(1));
    if !m.lt(zero, left) {
        return None;
    }
    let (v, step) = (m.get(it, RangeIter::NEXT), m.get(it, RangeIter::STEP));
    let left = m.int_op(Op::IntSub, left, one);
    m.set(it, RangeIter::LEFT, left);
    // Fits: iterators whose end is close to the fixnum range's are of the other kind.
    let next = m.int_op(Op::IntAdd, v, step);
    m.set(it, RangeIter::NEXT, next);
    Some(v)
}

#[inline(always)]
pub fn list_next<M: Meta>(m: &mut M, it: Ref<M, ListIter>) -> Option<Val<M>> {
    let list = m.get(it, ListIter::LIST);
    let list = m.as_ref::<List>(list)?;
    let (i, len) = (m.get(it, ListIter::INDEX), m.get(list, List::LEN));
    if !m.in_range(i, len) {
        let none = m.val(Value::NONE);
        m.set(it, ListIter::LIST, none);
        return None;
    }
    let mut shape = m.shape(list);
    if list::strategy_in(shape) >= list::LINKED {
        if shape == list::LINKED {
            return Some(m.outlined(|m| linked_next(m, it, list, i)));
        }
        shape = unlinked_shape(m, list);
    }
    let v = list_load(m, list, shape, i);
    let one = m.const_int(1);
    let next = m.int_op(Op::IntAdd, i, one);
    m.set(it, ListIter::INDEX, next);
    Some(v)
}

#[inline(always)]
pub fn tuple_next<M: Meta>(m: &mut M, it: Ref<M, TupleIter>) -> Option<Val<M>> {
    let tuple = m.get(it, TupleIter::TUPLE);
    let tuple = m.as_ref::<Tuple>(tuple)?;
    let (i, len) = (m.get(it, TupleIter::INDEX), m.get(tuple, Tuple::LEN));
    if !m.in_range(i, len) {
        let none = m.val(Value::NONE);
        m.set(it, TupleIter::TUPLE, none);
        return None;
    }
    let v = m.item(tuple, Tuple::ITEMS, i);
    let one = m.const_int(1);
    let next = m.int_op(Op::IntAdd, i, one);
    m.set(it, TupleIter::INDEX, next);
    Some(v)
}

/// The common step of an iterator over a dict; `None` leaves the rest to the native.
#[inline(always)]
pub fn next_of_table<M: Meta>(m: &mut M, it: Val<M>) -> Option<Val<M>> {
    let it = m.as_ref::<DictIter>(it)?;
    dict_next(m, it)
}

/// The common step over a dict; `None` leaves the rest (the end, changed dicts,
/// deleted entries, sets) to the native.
fn dict_next<M: Meta>(m: &mut M, it: Ref<M, DictIter>) -> Option<Val<M>> {
    let kind = m.shape(it);
    if kind > ITEMS {
        return None;
    }
    let dict = m.get(it, DictIter::TABLE);
    let dict = m.as_ref::<Dict>(dict)?;
    let (expected, len) = (m.get(it, DictIter::LEN), m.get(dict, Dict::LEN));
    let same = m.int_cmp(Op::IntEq, expected, len);
    let (i, used) = (m.get(it, DictIter::INDEX), m.get(dict, Dict::USED));
    if !m.branch(same) || !m.in_range(i, used) {
        return None;
    }
    let key = crate::dict::key_at(m, dict, i);
    if m.is(key, Value::UNDEF) {
        return None;
    }
    let v = match kind {
        KEYS => key,
        VALUES => crate::dict::value_at(m, dict, i),
        _ => {
            let v = crate::dict::value_at(m, dict, i);
            crate::tuple::new_tuple(m, &[key, v]).val()
        }
    };
    let one = m.const_int(1);
    let next = m.int_op(Op::IntAdd, i, one);
    m.set(it, DictIter::INDEX, next);
    Some(v)
}

/// An iterator over a list.
#[inline(always)]
pub fn new_list_iter<M: Meta>(m: &mut M, list: Ref<M, List>) -> Ref<M, ListIter> {
    let it = m.alloc::<ListIter>(0);
    m.set(it, ListIter::LIST, list.val());
    it
}

#[inline(always)]
pub fn new_tuple_iter<M: Meta>(m: &mut M, tuple: Ref<M, Tuple>) -> Ref<M, TupleIter> {
    let it = m.alloc::<TupleIter>(0);
    m.set(it, TupleIter::TUPLE, tuple.val());
    it
}

/// An iterator over a dict; `kind` is [`KEYS`], [`VALUES`] or [`ITEMS`].
#[inline(always)]
pub fn new_dict_iter<M: Meta>(m: &mut M, dict: Ref<M, Dict>, kind: u32) -> Ref<M, DictIter> {
    let it = m.alloc::<DictIter>(kind);
    let len = m.get(dict, Dict::LEN);
    m.set(it, DictIter::TABLE, dict.val());
    m.set(it, DictIter::LEN, len);
    it
}

/// Magnitude below which a range's values and one more step are surely fixnums.
const RANGE_SAFE: i64 = 1 << 59;

/// An iterator over `range(start, stop)`, if both are far from the fixnum range's ends.
#[inline(always)]
pub fn new_range_iter<M: Meta>(
    m: &mut M,
    start: Int<M>,
    stop: Int<M>,
) -> Option<Ref<M, RangeIter>> {
    let (low, high) = (m.const_int(-RANGE_SAFE), m.const_int(RANGE_SAFE));
    if m.lt(start, low) || m.lt(high, stop) || m.lt(stop, low) || m.lt(high, start) {
        return None;
    }
    let left = m.int_op(Op::IntSub, stop, start);
    let it = m.alloc::<RangeIter>(0);
    let one = m.const_int(1);
    m.set(it, RangeIter::NEXT, start);
    m.set(it, RangeIter::STEP, one);
    m.set(it, RangeIter::LEFT, left);
    Some(it)
}

/// Is a value of this tag stepped by [`iter_next`]?
pub fn is_iterator(tag: Tag) -> bool {
    tag.is_heap() && ITER_LAYOUTS.contains(&tag.0)
}

const ITER_LAYOUTS: [u8; 8] = [
    ListIter::LAYOUT.id,
    TupleIter::LAYOUT.id,
    RangeIter::LAYOUT.id,
    StrIter::LAYOUT.id,
    BytesIter::LAYOUT.id,
    DictIter::LAYOUT.id,
    ReverseIter::LAYOUT.id,
    BigRangeIter::LAYOUT.id,
];

// ------------------------------------------------------------------ for natives

impl Vm {
    /// An iterator over a built-in collection (an iterator is its own).
    pub fn iter(&mut self, v: Value) -> Option<Value> {
        if !v.is_heap() {
            return None;
        }
        Some(match object::tag(v).0 {
            id if ITER_LAYOUTS.contains(&id) => v,
            id if id == List::LAYOUT.id => self.fresh::<ListIter>(0, v),
            id if id == Tuple::LAYOUT.id => self.fresh::<TupleIter>(0, v),
            id if id == Str::LAYOUT.id => self.fresh::<StrIter>(0, v),
            id if id == Bytes::LAYOUT.id || id == ByteBuffer::LAYOUT.id => {
                self.fresh::<BytesIter>(0, v)
            }
            id if id == Dict::LAYOUT.id => self.table_iter(v, KEYS),
            id if id == Set::LAYOUT.id || id == FrozenSet::LAYOUT.id => {
                self.table_iter(v, ELEMENTS)
            }
            id if id == DictView::LAYOUT.id => {
                let view = Obj::<DictView>::cast(v);
                self.table_iter(view.get(DictView::DICT), view.shape())
            }
            id if id == Range::LAYOUT.id => self.range_iter(Obj::cast(v)),
            _ => return None,
        })
    }

    /// An iterator object whose first field is what it steps through.
    fn fresh<T: LayoutType>(&mut self, shape: u32, over: Value) -> Value {
        let it = self.alloc::<T>(shape);
        metatrace::run::mem::set_word(it.value().0, 1, over.0);
        it.value()
    }

    fn table_iter(&mut self, table: Value, kind: u32) -> Value {
        let it = Obj::<DictIter>::cast(self.fresh::<DictIter>(kind, table));
        let table = Table::of(table);
        it.set_int(DictIter::LEN, table.len() as i64);
        if kind >= REVERSED {
            it.set_int(DictIter::INDEX, table.used() as i64);
        }
        it.value()
    }

    /// An iterator from the end of a sequence or dict.
    pub fn reversed(&mut self, v: Value) -> Option<Value> {
        let n = if let Some(list) = Obj::<List>::of(v) {
            self.list_len(list)
        } else if let Some(tuple) = Obj::<Tuple>::of(v) {
            tuple.len()
        } else if let Some(s) = Obj::<Str>::of(v) {
            text::chars(s)
        } else if let Some(b) = self.bytes_like(v) {
            b.len()
        } else if object::is::<Dict>(v) {
            return Some(self.table_iter(v, KEYS + REVERSED));
        } else if let Some(view) = Obj::<DictView>::of(v) {
            return Some(self.table_iter(view.get(DictView::DICT), view.shape() + REVERSED));
        } else if let Some(range) = Obj::<Range>::of(v) {
            let reversed = self.range_reversed(range);
            return Some(self.range_iter(reversed));
        } else {
            return None;
        };
        let it = Obj::<ReverseIter>::cast(self.fresh::<ReverseIter>(0, v));
        it.set_int(ReverseIter::INDEX, n as i64);
        Some(it.value())
    }

    /// Keys, values or items of a dict as a view of it.
    pub fn dict_view(&mut self, dict: Value, kind: u32) -> Value {
        self.fresh::<DictView>(kind, dict)
    }

    /// Steps a built-in iterator.
    pub fn iter_next(&mut self, it: Value) -> Guest<Option<Value>> {
        if let Some(it) = Obj::<DictIter>::of(it) {
            return self.table_next(it);
        }
        Ok(match object::tag(it).0 {
            id if id == ListIter::LAYOUT.id => self.next_of_list(Obj::cast(it)),
            id if id == TupleIter::LAYOUT.id => {
                let it = Obj::<TupleIter>::cast(it);
                let Some(tuple) = Obj::<Tuple>::of(it.get(TupleIter::TUPLE)) else {
                    return Ok(None);
                };
                let i = it.size(TupleIter::INDEX);
                if i >= tuple.len() {
                    it.init(TupleIter::TUPLE, Value::NONE);
                    return Ok(None);
                }
                it.set_int(TupleIter::INDEX, i as i64 + 1);
                Some(tuple.item(Tuple::ITEMS, i))
            }
            id if id == RangeIter::LAYOUT.id => {
                let it = Obj::<RangeIter>::cast(it);
                let (v, left) = (it.int(RangeIter::NEXT), it.int(RangeIter::LEFT));
                if left <= 0 {
                    return Ok(None);
                }
                it.set_int(RangeIter::NEXT, v + it.int(RangeIter::STEP));
                it.set_int(RangeIter::LEFT, left - 1);
                Some(Value::small(v))
            }
            id if id == StrIter::LAYOUT.id => self.next_of_str(Obj::cast(it)),
            id if id == BytesIter::LAYOUT.id => {
                let it = Obj::<BytesIter>::cast(it);
                let i = it.size(BytesIter::INDEX);
                let bytes = self.bytes_like(it.get(BytesIter::BYTES)).unwrap_or(&[]);
                let Some(&b) = bytes.get(i) else {
                    it.init(BytesIter::BYTES, Value::NONE);
                    return Ok(None);
                };
                it.set_int(BytesIter::INDEX, i as i64 + 1);
                Some(Value::small(b as i64))
            }
            id if id == ReverseIter::LAYOUT.id => self.next_reversed(Obj::cast(it)),
            id if id == BigRangeIter::LAYOUT.id => {
                let it = Obj::<BigRangeIter>::cast(it);
                let (v, left) = (it.get(BigRangeIter::NEXT), it.get(BigRangeIter::LEFT));
                if left == Value::small(0) {
                    return Ok(None);
                }
                let next = self.int_add(v, it.get(BigRangeIter::STEP));
                let left = self.int_sub(left, Value::small(1));
                it.set(self, BigRangeIter::NEXT, next);
                it.set(self, BigRangeIter::LEFT, left);
                Some(v)
            }
            _ => unreachable!("{:?} is no built-in iterator", object::tag(it)),
        })
    }

    fn next_of_list(&mut self, it: Obj<ListIter>) -> Option<Value> {
        let list = Obj::<List>::of(it.get(ListIter::LIST))?;
        let i = it.size(ListIter::INDEX);
        if i >= self.list_len(list) {
            it.init(ListIter::LIST, Value::NONE);
            return None;
        }
        it.set_int(ListIter::INDEX, i as i64 + 1);
        Some(self.list_get(list, i))
    }

    fn next_of_str(&mut self, it: Obj<StrIter>) -> Option<Value> {
        let s = Obj::<Str>::of(it.get(StrIter::TEXT))?;
        let at = it.size(StrIter::OFFSET);
        let rest = &text::bytes(s)[at..];
        if rest.is_empty() {
            it.init(StrIter::TEXT, Value::NONE);
            return None;
        }
        let (code, n) = text::decode(rest);
        it.set_int(StrIter::OFFSET, (at + n) as i64);
        Some(text::chr(self, code))
    }

    fn next_reversed(&mut self, it: Obj<ReverseIter>) -> Option<Value> {
        let sequence = it.get(ReverseIter::SEQUENCE);
        let i = it.size(ReverseIter::INDEX).wrapping_sub(1);
        let v = if let Some(list) = Obj::<List>::of(sequence) {
            (i < self.list_len(list)).then(|| self.list_get(list, i))
        } else if let Some(tuple) = Obj::<Tuple>::of(sequence) {
            (i < tuple.len()).then(|| tuple.item(Tuple::ITEMS, i))
        } else if let Some(s) = Obj::<Str>::of(sequence) {
            (i < text::chars(s)).then(|| text::char_at(self, s, i))
        } else {
            let bytes = self.bytes_like(sequence).unwrap_or(&[]);
            bytes.get(i).map(|&b| Value::small(b as i64))
        };
        match v {
            Some(_) => it.set_int(ReverseIter::INDEX, i as i64),
            None => it.init(ReverseIter::SEQUENCE, Value::NONE),
        }
        v
    }

    fn table_next(&mut self, it: Obj<DictIter>) -> Guest<Option<Value>> {
        let v = it.get(DictIter::TABLE);
        if !v.is_heap() {
            return Ok(None);
        }
        let table = Table::of(v);
        if table.len() != it.size(DictIter::LEN) {
            // Stays wrong from now on, so that every later step raises too.
            let what = if object::is::<Dict>(v) {
                "dictionary"
            } else {
                "Set"
            };
            let message = format!("{what} changed size during iteration");
            return Err(self.error(ErrorKind::Runtime, message));
        }
        let (kind, i) = (it.shape(), it.size(DictIter::INDEX));
        let found = if kind >= REVERSED {
            table.previous(i)
        } else {
            table.next(i)
        };
        let Some(entry) = found else {
            it.init(DictIter::TABLE, Value::NONE);
            return Ok(None);
        };
        let next = if kind >= REVERSED { entry } else { entry + 1 };
        it.set_int(DictIter::INDEX, next as i64);
        Ok(Some(match kind % REVERSED {
            VALUES => table.value(entry),
            ITEMS => self.tuple(&[table.key(entry), table.value(entry)]),
            _ => table.key(entry),
        }))
    }

    /// All values of a built-in collection or iterator; `None` if `v` is neither.
    pub fn collect_values(&mut self, v: Value) -> Guest<Option<Vec<Value>>> {
        if let Some(list) = Obj::<List>::of(v) {
            return Ok(Some(self.list_values(list)));
        }
        if let Some(tuple) = Obj::<Tuple>::of(v) {
            return Ok(Some(tuple.items().to_vec()));
        }
        let Some(it) = self.iter(v) else {
            return Ok(None);
        };
        let mut values = Vec::new();
        while let Some(v) = self.iter_next(it)? {
            values.push(v);
        }
        Ok(Some(values))
    }

    // ------------------------------------------------------------------- ranges

    /// `range(start, stop, step)` of integers of any size.
    pub fn range(&mut self, start: Value, stop: Value, step: Value) -> Guest {
        if step == Value::small(0) {
            return Err(self.value_error("range() arg 3 must not be zero"));
        }
        let len = self.range_len(start, stop, step);
        let range = self.alloc::<Range>(0);
        range.init(Range::START, start);
        range.init(Range::STOP, stop);
        range.init(Range::STEP, step);
        range.init(Range::LEN, len);
        Ok(range.value())
    }

    fn range_len(&mut self, start: Value, stop: Value, step: Value) -> Value {
        if let (Some(a), Some(b), Some(s)) = (start.to_int(), stop.to_int(), step.to_int()) {
            let len = if s > 0 && a < b {
                (b as i128 - a as i128 - 1) / s as i128 + 1
            } else if s < 0 && b < a {
                (a as i128 - b as i128 - 1) / -(s as i128) + 1
            } else {
                0
            };
            return self.int(len as i64);
        }
        let (a, b, s) = (number::big(start), number::big(stop), number::big(step));
        let zero = num_bigint::BigInt::from(0);
        let (low, high, s) = if s > zero { (a, b, s) } else { (b, a, -s) };
        if low >= high {
            return Value::small(0);
        }
        self.big((high - low - 1) / s + 1)
    }

    /// Item `i` of a range, in range.
    pub fn range_item(&mut self, range: Obj<Range>, i: Value) -> Value {
        let offset = self.int_mul(i, range.get(Range::STEP));
        self.int_add(range.get(Range::START), offset)
    }

    fn range_reversed(&mut self, range: Obj<Range>) -> Obj<Range> {
        let one = Value::small(1);
        let last = self.int_sub(range.get(Range::LEN), one);
        let first = self.range_item(range, last);
        let reversed = self.alloc::<Range>(0);
        let step = self.int_sub(Value::small(0), range.get(Range::STEP));
        let stop = self.int_sub(range.get(Range::START), range.get(Range::STEP));
        reversed.init(Range::START, first);
        reversed.init(Range::STOP, stop);
        reversed.init(Range::STEP, step);
        reversed.init(Range::LEN, range.get(Range::LEN));
        reversed
    }

    /// An iterator over a range.
    pub fn range_iter(&mut self, range: Obj<Range>) -> Value {
        let part = |f| range.get(f).to_int().filter(|i| i.abs() < RANGE_SAFE);
        if let (Some(start), Some(_), Some(step), Some(len)) = (
            part(Range::START),
            part(Range::STOP),
            part(Range::STEP),
            part(Range::LEN),
        ) {
            let it = self.alloc::<RangeIter>(0);
            it.set_int(RangeIter::NEXT, start);
            it.set_int(RangeIter::STEP, step);
            it.set_int(RangeIter::LEFT, len);
            return it.value();
        }
        let it = self.alloc::<BigRangeIter>(0);
        it.init(BigRangeIter::NEXT, range.get(Range::START));
        it.init(BigRangeIter::STEP, range.get(Range::STEP));
        it.init(BigRangeIter::LEFT, range.get(Range::LEN));
        it.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run, vm};

    /// The values that interpreters and natives see, which must agree.
    fn both(vm: &mut Vm, v: Value) -> Vec<Value> {
        let m = &mut run(vm);
        let it = vm.iter(v).expect("iterable");
        let mut seen = Vec::new();
        let red = m.val(it);
        while let Some(v) = iter_next(m, red).expect("no error") {
            seen.push(m.promote(v));
        }
        assert!(matches!(iter_next(m, red), Ok(None)), "stays exhausted");
        let plain = vm.collect_values(v).expect("no error").expect("iterable");
        assert_eq!(plain.len(), seen.len());
        for (a, b) in plain.iter().zip(&seen) {
            assert_eq!(vm.eq(*a, *b), Ok(crate::compare::Eq::Yes));
        }
        seen
    }

    fn ints(values: &[i64]) -> Vec<Value> {
        values.iter().map(|&i| Value::small(i)).collect()
    }

    #[test]
    fn collections_iterate_in_order() {
        let vm = &mut *vm();
        let list = vm.list(&ints(&[3, 1, 2]));
        assert_eq!(both(vm, list), ints(&[3, 1, 2]));
        let tuple = vm.tuple(&ints(&[5]));
        assert_eq!(both(vm, tuple), ints(&[5]));
        let s = vm.str("aé");
        assert_eq!(both(vm, s).len(), 2);
        let r = vm
            .range(Value::small(10), Value::small(0), Value::small(-4))
            .expect("step");
        assert_eq!(both(vm, r), ints(&[10, 6, 2]));
        let it = vm.reversed(r).expect("reversible");
        let back = vm.collect_values(it).expect("no error");
        assert_eq!(back, Some(ints(&[2, 6, 10])));
        let huge = vm.int(i64::MAX);
        let end = vm.int_add(huge, Value::small(2));
        let r = vm.range(huge, end, Value::small(1)).expect("step");
        assert_eq!(both(vm, r).len(), 2);
        let it = vm.reversed(list).expect("reversible");
        assert_eq!(vm.collect_values(it), Ok(Some(ints(&[2, 1, 3]))));
    }

    #[test]
    fn dicts_iterate_past_deleted_entries_and_notice_changes() {
        let vm = &mut *vm();
        let dict = vm.dict();
        for i in 0..6 {
            vm.dict_set(dict, Value::small(i), Value::small(i * i))
                .expect("int");
        }
        for i in [0, 3] {
            vm.dict_delete(dict, Value::small(i)).expect("int");
        }
        assert_eq!(both(vm, dict.value()), ints(&[1, 2, 4, 5]));
        let view = vm.dict_view(dict.value(), VALUES);
        assert_eq!(both(vm, view), ints(&[1, 4, 16, 25]));
        let it = vm.reversed(dict.value()).expect("reversible");
        assert_eq!(vm.collect_values(it), Ok(Some(ints(&[5, 4, 2, 1]))));
        let items = vm.dict_view(dict.value(), ITEMS);
        assert_eq!(both(vm, items).len(), 4);
        let it = vm.iter(dict.value()).expect("iterable");
        vm.iter_next(it).expect("first");
        vm.dict_set(dict, Value::small(99), Value::NONE)
            .expect("int");
        assert!(vm.iter_next(it).is_err());
        assert!(vm.iter_next(it).is_err());
    }
}
