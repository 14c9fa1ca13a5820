//! Tuples, slices, cells: small fixed objects.

use crate::engine::Vm;
use crate::layouts::{Cell, Slice, Tuple};
use crate::object::Obj;
use metatrace::meta::{Int, Meta, Ref, Val};
use metatrace::value::Value;

/// Largest tuple or list that generic code builds item by item.
pub const UNROLL_ITEMS_MAX: usize = 32;

/// `i` as an index into `len` items, negative ones counting from the end.
#[inline(always)]
pub fn index<M: Meta>(m: &mut M, i: Int<M>, len: Int<M>) -> Option<Int<M>> {
    if m.in_range(i, len) {
        return Some(i);
    }
    let from_end = m.add(i, len)?;
    m.in_range(from_end, len).then_some(from_end)
}

/// A fresh tuple of up to [`UNROLL_ITEMS_MAX`] items (more make traces long, nothing worse).
#[inline(always)]
pub fn new_tuple<M: Meta>(m: &mut M, items: &[Val<M>]) -> Ref<M, Tuple> {
    let tuple = m.alloc_sized::<Tuple>(0, items.len() as u16);
    for (i, &item) in items.iter().enumerate() {
        m.set_item_at(tuple, Tuple::ITEMS, i as u16, item);
    }
    tuple
}

#[inline(always)]
pub fn tuple_len<M: Meta>(m: &mut M, tuple: Ref<M, Tuple>) -> Int<M> {
    m.get(tuple, Tuple::LEN)
}

/// Item `i`, negative ones from the end; `None` out of range.
#[inline(always)]
pub fn tuple_get<M: Meta>(m: &mut M, tuple: Ref<M, Tuple>, i: Int<M>) -> Option<Val<M>> {
    let len = m.get(tuple, Tuple::LEN);
    let i = index(m, i, len)?;
    Some(m.item(tuple, Tuple::ITEMS, i))
}

#[inline(always)]
pub fn new_cell<M: Meta>(m: &mut M, v: Val<M>) -> Ref<M, Cell> {
    let cell = m.alloc::<Cell>(0);
    m.set(cell, Cell::VALUE, v);
    cell
}

#[inline(always)]
pub fn new_slice<M: Meta>(m: &mut M, start: Val<M>, stop: Val<M>, step: Val<M>) -> Ref<M, Slice> {
    let slice = m.alloc::<Slice>(0);
    m.set(slice, Slice::START, start);
    m.set(slice, Slice::STOP, stop);
    m.set(slice, Slice::STEP, step);
    slice
}

impl Vm {
    /// A tuple of these values.
    pub fn tuple(&mut self, items: &[Value]) -> Value {
        if items.is_empty() {
            return self.well_known.empty_tuple;
        }
        let tuple = self.alloc_counted::<Tuple>(0, items.len());
        // A large object is born old: the barrier is needed even here.
        tuple
            .values_mut(self, Tuple::ITEMS, items.len())
            .copy_from_slice(items);
        tuple.value()
    }

    pub fn cell(&mut self, v: Value) -> Value {
        let cell = self.alloc::<Cell>(0);
        cell.init(Cell::VALUE, v);
        cell.value()
    }

    pub fn slice(&mut self, start: Value, stop: Value, step: Value) -> Value {
        let slice = self.alloc::<Slice>(0);
        slice.init(Slice::START, start);
        slice.init(Slice::STOP, stop);
        slice.init(Slice::STEP, step);
        slice.value()
    }
}

impl Obj<Tuple> {
    pub fn len(self) -> usize {
        self.size(Tuple::LEN)
    }
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
    /// All items. Immutable, so valid until the next merge point.
    pub fn items<'a>(self) -> &'a [Value] {
        self.values(Tuple::ITEMS, self.len())
    }
}

/// Bounds of a slice of `len` items: first index, step, number of items.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Span {
    pub start: i64,
    pub step: i64,
    pub count: usize,
}

impl Span {
    /// Adjusts slice bounds as Python does; `None` means absent. `step` is not 0.
    pub fn new(start: Option<i64>, stop: Option<i64>, step: i64, len: usize) -> Span {
        debug_assert!(step != 0);
        let len = len as i64;
        let (low, high) = if step > 0 { (0, len) } else { (-1, len - 1) };
        let clamp = |bound: Option<i64>, default: i64| match bound {
            None => default,
            Some(b) if b < 0 => b.saturating_add(len).max(low),
            Some(b) => b.min(high),
        };
        let (first, last) = if step > 0 { (low, high) } else { (high, low) };
        let start = clamp(start, first);
        let stop = clamp(stop, last);
        let count = if step > 0 && start < stop {
            (stop - start - 1) / step + 1
        } else if step < 0 && stop < start {
            (start - stop - 1) / step.saturating_neg() + 1
        } else {
            0
        };
        Span {
            start,
            step,
            count: count as usize,
        }
    }

    /// One run of consecutive items.
    pub fn is_run(self) -> bool {
        self.step == 1
    }

    pub fn indices(self) -> impl Iterator<Item = usize> {
        (0..self.count as i64).map(move |k| (self.start + k * self.step) as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run, vm};

    #[test]
    fn spans_follow_python() {
        let span = |a, b, c, n| {
            let s = Span::new(a, b, c, n);
            s.indices().collect::<Vec<_>>()
        };
        assert_eq!(span(None, None, 1, 3), [0, 1, 2]);
        assert_eq!(span(None, None, -1, 3), [2, 1, 0]);
        assert_eq!(span(Some(-2), None, 1, 5), [3, 4]);
        assert_eq!(span(Some(10), Some(-10), -3, 7), [6, 3, 0]);
        assert_eq!(span(Some(4), Some(1), 1, 7), [0usize; 0]);
        assert_eq!(span(Some(1), Some(i64::MAX), 2, 6), [1, 3, 5]);
        assert_eq!(span(Some(i64::MIN), Some(2), 1, 6), [0, 1]);
        assert_eq!(span(None, None, i64::MIN, 6), [5]);
    }

    #[test]
    fn tuples_index_from_both_ends() {
        let vm = &mut *vm();
        let m = &mut run(vm);
        let items = [10, 20, 30].map(|i| m.val(Value::small(i)));
        let t = new_tuple(m, &items);
        let get = |m: &mut _, i| {
            let i = Meta::const_int(m, i);
            let v = tuple_get(m, t, i)?;
            Some(m.promote(v).as_int())
        };
        assert_eq!(get(m, 0), Some(10));
        assert_eq!(get(m, -1), Some(30));
        assert_eq!(get(m, -3), Some(10));
        assert_eq!(get(m, 3), None);
        assert_eq!(get(m, -4), None);
    }
}
