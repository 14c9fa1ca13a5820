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

#[test]
fn a_list_of_ten_million_cells_is_promoted_marked_and_dropped() {
    let mut heap = heap();
    let mut roots = [Value::NIL];
    let cells = 10_000_000;
    for i in 0..cells {
        roots[0] = pair(&mut heap, Value::small(i), roots[0]);
        if heap.core.poll & metatrace::vm::POLL_GC != 0 {
            heap.collect(&mut roots);
        }
    }
    heap.mark_stack_max = 16;
    heap.collect_all(&mut roots);
    let (mut list, mut expected) = (roots[0], cells);
    while list != Value::NIL {
        expected -= 1;
        assert_eq!(get(list, Pair::HEAD), Value::small(expected));
        list = get(list, Pair::TAIL);
    }
    assert_eq!(expected, 0);
    assert_eq!(heap.used_bytes(), cells as usize * 24);
    roots[0] = Value::NIL;
    heap.collect_all(&mut roots);
    assert_eq!(heap.used_bytes(), 0);
    assert_eq!(heap.mature.footprint(), 0);
}

#[test]
fn a_tree_deeper_than_the_mark_stack_is_marked() {
    let mut heap = heap();
    let mut roots = [Value::NIL];
    // Both fields are cells, so that a depth-first walk needs a stack.
    for i in 0..100_000 {
        let left = pair(&mut heap, Value::small(i), Value::NIL);
        let right = pair(&mut heap, roots[0], left);
        roots[0] = pair(&mut heap, left, right);
    }
    heap.mark_stack_max = 4;
    heap.collect_all(&mut roots);
    assert_eq!(heap.used_bytes(), 300_000 * 24);
    heap.verify(&mut roots);
}

#[test]
fn swept_cells_are_used_again() {
    let mut heap = heap();
    let mut roots = vec![Value::NIL; 10_000];
    for round in 0..20 {
        for (i, root) in roots.iter_mut().enumerate() {
            if i % 3 != round % 3 {
                *root = pair(&mut heap, Value::small(i as i64), Value::NIL);
            }
        }
        heap.collect_all(&mut roots);
        for (i, &root) in roots.iter().enumerate().filter(|(_, r)| r.is_heap()) {
            assert_eq!(get(root, Pair::HEAD), Value::small(i as i64));
        }
    }
    assert!(heap.mature.footprint() < 3 * 10_000 * 24);
}

#[test]
fn weak_references_see_the_death_of_their_target() {
    let mut heap = heap();
    let target = pair(&mut heap, Value::small(1), Value::NIL);
    let weak = heap.weak_ref(target);
    let mut roots = [target, weak];
    for _ in 0..3 {
        heap.collect(&mut roots);
        assert_eq!(heap.weak_target(roots[1]), roots[0]);
    }
    roots[0] = Value::NIL;
    heap.collect_all(&mut roots);
    assert_eq!(heap.weak_target(roots[1]), Value::NIL);
    let young = pair(&mut heap, Value::small(1), Value::NIL);
    roots[0] = heap.weak_ref(young);
    heap.collect(&mut roots);
    assert_eq!(heap.weak_target(roots[0]), Value::NIL);
}

#[test]
fn finalisers_see_their_object_once() {
    let mut heap = heap();
    let mut roots = [Value::NIL];
    for promote in [false, true] {
        let inner = pair(&mut heap, Value::small(5), Value::NIL);
        roots[0] = pair(&mut heap, inner, Value::NIL);
        heap.add_finaliser(roots[0]);
        let weak = heap.weak_ref(roots[0]);
        let weak = heap.handle(weak);
        if promote {
            heap.promote_all(&mut roots);
        } else {
            heap.collect(&mut roots);
        }
        assert!(!heap.has_finalisers());
        roots[0] = Value::NIL;
        heap.collect_all(&mut roots);
        assert_eq!(heap.weak_target(weak.get()), Value::NIL);
        let object = heap.next_finaliser().expect("queued");
        assert_eq!(get(get(object, Pair::HEAD), Pair::HEAD), Value::small(5));
        assert_eq!(heap.next_finaliser(), None);
        heap.collect_all(&mut roots);
        assert_eq!(heap.next_finaliser(), None);
    }
}

/// A trail: its variables may be unbound again.
struct Trail(Vec<Value>);

impl RootSource for Trail {
    fn visit(&mut self, f: &mut dyn FnMut(&mut Value)) {
        self.0.visit(f);
    }
    fn visit_trailed(&mut self, f: &mut dyn FnMut(Value)) {
        f(self.0[0]);
    }
}

#[test]
fn bound_variables_are_replaced_unless_trailed() {
    let mut heap = heap();
    heap.enable_shortcuts();
    for full in [false, true] {
        let var = |heap: &mut Heap, target| {
            let var = heap.alloc::<Var>(0);
            heap.init(var, Var::TARGET, target);
            var
        };
        let unbound = var(&mut heap, Value::UNDEF);
        let chain = var(&mut heap, Value::small(8));
        let chain = var(&mut heap, chain);
        let trailed = var(&mut heap, Value::small(9));
        let holder = pair(&mut heap, chain, trailed);
        let mut trail = Trail(vec![trailed, holder, unbound]);
        if full {
            heap.shortcuts = false;
            heap.promote_all(&mut trail);
            heap.shortcuts = true;
            heap.collect_all(&mut trail);
        } else {
            heap.collect(&mut trail);
        }
        let (trailed, holder, unbound) = (trail.0[0], trail.0[1], trail.0[2]);
        assert_eq!(get(holder, Pair::HEAD), Value::small(8));
        assert_eq!(get(holder, Pair::TAIL), trailed);
        assert_eq!(get(trailed, Var::TARGET), Value::small(9));
        assert_eq!(get(unbound, Var::TARGET), Value::UNDEF);
        heap.verify(&mut trail);
    }
}

#[test]
fn the_limit_is_reported_after_a_full_collection_only() {
    let mut heap = heap_with(HeapOptions {
        heap_limit: 4 << 20,
        ..HeapOptions::default()
    });
    let mut roots = [Value::NIL];
    for _ in 0..50 {
        // Garbage of twice the limit over time is no reason to complain.
        roots[0] = heap
            .try_alloc_items::<Array>(100_000)
            .expect("garbage goes");
        heap.collect(&mut roots);
        assert!(!heap.take_out_of_memory());
    }
    assert_eq!(heap.try_alloc_items::<Array>(1 << 40), Err(OutOfMemory));
    assert_eq!(heap.try_alloc_items::<Array>(usize::MAX), Err(OutOfMemory));
    let mut reported = false;
    for i in 0..1_000_000 {
        roots[0] = pair(&mut heap, Value::small(i), roots[0]);
        if heap.core.poll & metatrace::vm::POLL_GC != 0 {
            heap.collect(&mut roots);
            if heap.take_out_of_memory() {
                reported = true;
                break;
            }
        }
    }
    assert!(reported);
    roots[0] = Value::NIL;
    heap.collect_all(&mut roots);
    assert!(!heap.take_out_of_memory());
}

#[test]
fn the_current_frame_stays_activated() {
    use metatrace::layout::Frame;
    let mut heap = heap();
    let frame = heap.alloc_items::<Frame>(4);
    heap.core.frame = frame;
    heap.promote_all(&mut ());
    let frame = heap.core.frame;
    for round in 0..4 {
        let p = pair(&mut heap, Value::small(round), Value::NIL);
        // What an interpreter does to its current frame: a store without barrier.
        mem::set_word(frame.addr(), Frame::SLOTS.raw.start as usize, p.0);
        heap.collect(&mut ());
        heap.verify(&mut ());
        assert_eq!(
            get(item(frame, Frame::SLOTS, 0), Pair::HEAD),
            Value::small(round)
        );
    }
}

#[test]
fn a_young_object_beyond_the_small_sizes_becomes_large() {
    let mut heap = heap();
    let count = 5000;
    // As machine code allocates: by bumping, whatever the size.
    let words = Object::WORDS + count;
    let mut roots = [Value::NIL; 2];
    let header = layout::header(Object::LAYOUT.id, words, 3);
    let object = Value(metatrace::run::mem::alloc(heap.core_ptr(), header, words));
    metatrace::run::mem::fill(object.0, 1, words, 0);
    let p = pair(&mut heap, Value::small(6), Value::NIL);
    heap.set_item(object, Object::FIELDS, count - 1, p);
    roots[0] = object;
    for _ in 0..4 {
        heap.verify(&mut roots);
        heap.collect(&mut roots);
        heap.verify(&mut roots);
        assert_eq!(
            get(item(roots[0], Object::FIELDS, count - 1), Pair::HEAD),
            Value::small(6)
        );
    }
    assert_eq!(items_len(roots[0], Object::FIELDS), count);
    assert_eq!(heap.large.table.len(), 1);
}

#[test]
fn frozen_objects_neither_move_nor_die() {
    let mut heap = heap();
    let inner = pair(&mut heap, Value::small(1), Value::NIL);
    let held = pair(&mut heap, inner, Value::NIL);
    let mut old = [pair(&mut heap, Value::NIL, Value::NIL)];
    let frozen = heap.freeze();
    let held_too = [old[0]];
    for round in 0..5 {
        // The inner run makes garbage, and a young object that only a frozen one knows.
        old[0] = pair(&mut heap, Value::small(round), Value::NIL);
        heap.set(held, Pair::TAIL, old[0]);
        heap.collect_all(&mut old);
        heap.verify(&mut old);
    }
    assert!(heap.is_frozen());
    assert_eq!(get(get(held, Pair::HEAD), Pair::HEAD), Value::small(1));
    assert_eq!(get(get(held, Pair::TAIL), Pair::HEAD), Value::small(4));
    assert_eq!(get(held_too[0], Pair::HEAD), Value::NIL);
    heap.thaw(frozen);
    let mut roots = [held];
    heap.collect_all(&mut roots);
    assert_ne!(roots[0], held);
    assert_eq!(get(get(roots[0], Pair::TAIL), Pair::HEAD), Value::small(4));
    assert_eq!(heap.used_bytes(), 3 * 24);
}
