//! Tests of the heap as a whole.

use super::access::{self, get, item, items_len, items_slice};
use super::*;
use metatrace::layout::{FLAG_UNLOGGED, LayoutType};
use metatrace::layouts;

layouts! {
    pub Pair = 200, "test_pair" {
        HEAD "head": Val Mutable,
        TAIL "tail": Val Mutable,
    }
    pub Array = 201, "test_array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
    pub Text = 202, "test_text" counted {
        LEN "len": Int Immutable,
        @items BYTES: Byte Immutable,
    }
    pub Object = 203, "test_object" {
        RAW "raw": Raw Mutable,
        @items FIELDS: Val Mutable,
    }
    pub Var = 204, "test_var" transparent {
        TARGET "target": Val Mutable,
    }
}

pub fn register() {
    layout::register(&[
        Pair::LAYOUT,
        Array::LAYOUT,
        Text::LAYOUT,
        Object::LAYOUT,
        Var::LAYOUT,
    ]);
}

pub fn heap_with(options: HeapOptions) -> Box<Heap> {
    register();
    Box::new(Heap::new(options))
}

fn heap() -> Box<Heap> {
    heap_with(HeapOptions::default())
}

fn pair(heap: &mut Heap, head: Value, tail: Value) -> Value {
    let pair = heap.alloc::<Pair>(0);
    heap.init(pair, Pair::HEAD, head);
    heap.init(pair, Pair::TAIL, tail);
    pair
}

fn is_young(heap: &Heap, value: Value) -> bool {
    heap.nursery.is_young(value.addr())
}

#[test]
fn objects_age_and_are_promoted() {
    let mut heap = heap();
    let inner = pair(&mut heap, Value::small(1), Value::NIL);
    let mut roots = [pair(&mut heap, inner, Value::small(2))];
    let born = roots[0];
    heap.collect(&mut roots);
    assert_ne!(roots[0], born);
    assert!(is_young(&heap, roots[0]));
    heap.collect(&mut roots);
    assert!(!is_young(&heap, roots[0]));
    let settled = roots[0];
    heap.collect(&mut roots);
    assert_eq!(roots[0], settled);
    let inner = get(roots[0], Pair::HEAD);
    assert_eq!(get(inner, Pair::HEAD), Value::small(1));
    assert_eq!(get(roots[0], Pair::TAIL), Value::small(2));
}

#[test]
fn stores_into_old_objects_keep_young_ones_alive() {
    let mut heap = heap();
    let mut roots = [pair(&mut heap, Value::NIL, Value::NIL)];
    heap.promote_all(&mut roots);
    let young = pair(&mut heap, Value::small(7), Value::NIL);
    heap.set(roots[0], Pair::HEAD, young);
    for _ in 0..3 {
        heap.collect(&mut roots);
        let head = get(roots[0], Pair::HEAD);
        assert_eq!(get(head, Pair::HEAD), Value::small(7));
    }
    assert!(!is_young(&heap, get(roots[0], Pair::HEAD)));
    assert_ne!(mem::header(roots[0].addr()) & FLAG_UNLOGGED, 0);
}

#[test]
fn large_arrays_are_tracked_by_cards() {
    let mut heap = heap();
    let count = 100_000;
    let array = heap.alloc_items::<Array>(count);
    let mut roots = [array];
    assert_eq!(items_len(array, Array::ITEMS), count);
    for i in (0..count).step_by(1000) {
        let p = pair(&mut heap, Value::small(i as i64), Value::NIL);
        heap.set_item(array, Array::ITEMS, i, p);
    }
    for round in 0..4 {
        heap.collect(&mut roots);
        let p = pair(&mut heap, Value::small(round), Value::NIL);
        heap.set_item(array, Array::ITEMS, 77, p);
        assert!(heap.remembered.is_empty());
        heap.collect(&mut roots);
        assert_eq!(
            get(item(array, Array::ITEMS, 77), Pair::HEAD),
            Value::small(round)
        );
    }
    for i in (0..count).step_by(1000) {
        let p = item(array, Array::ITEMS, i);
        assert_eq!(get(p, Pair::HEAD), Value::small(i as i64));
        assert!(!is_young(&heap, p));
    }
    assert_eq!(roots[0], array);
}

#[test]
fn handles_and_registers_are_roots() {
    let mut heap = heap();
    let handle = {
        let p = pair(&mut heap, Value::small(3), Value::NIL);
        heap.handle(p)
    };
    heap.core.regs[5] = pair(&mut heap, Value::small(4), Value::NIL);
    heap.collect(&mut ());
    assert_eq!(get(handle.get(), Pair::HEAD), Value::small(3));
    assert_eq!(get(heap.core.regs[5], Pair::HEAD), Value::small(4));
}

#[test]
fn byte_and_value_items_are_zero_filled_and_counted() {
    let mut heap = heap();
    let text = heap.alloc_items::<Text>(11);
    heap.bytes_mut(text, Text::BYTES)
        .copy_from_slice(b"hello world");
    let object = heap.alloc_items_shaped::<Object>(3, 9);
    assert_eq!(items_slice(object, Object::FIELDS), &[Value::small(0); 3]);
    heap.set_item(object, Object::FIELDS, 2, text);
    let mut roots = [object];
    heap.collect(&mut roots);
    heap.collect(&mut roots);
    assert_eq!(access::shape_of(roots[0]), 9);
    let text = item(roots[0], Object::FIELDS, 2);
    assert_eq!(access::bytes(text, Text::BYTES), b"hello world");
}

#[test]
fn a_full_eden_grows_and_asks_for_a_collection() {
    let mut heap = heap();
    let mut list = Value::NIL;
    for i in 0..200_000 {
        list = pair(&mut heap, Value::small(i), list);
    }
    assert_ne!(heap.core.poll & metatrace::vm::POLL_GC, 0);
    let mut roots = [list];
    heap.collect(&mut roots);
    assert_eq!(heap.core.poll & metatrace::vm::POLL_GC, 0);
    let (mut list, mut count) = (roots[0], 0);
    while list != Value::NIL {
        count += 1;
        list = get(list, Pair::TAIL);
    }
    assert_eq!(count, 200_000);
}

#[test]
fn floats_outside_the_immediate_range_are_boxed() {
    let mut heap = heap();
    let boxed = heap.float(f64::INFINITY);
    assert!(boxed.is_heap());
    assert_eq!(
        get(boxed, metatrace::layout::FloatBox::VALUE),
        f64::INFINITY
    );
    assert!(heap.float(1.5).is_float());
}
