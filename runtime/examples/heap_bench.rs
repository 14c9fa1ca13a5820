//! Measures the heap alone: allocation, survival, promotion, marking.
//!
//! `cargo run --release -p runtime --example heap_bench [depth]` builds binary
//! trees as the `binary_trees` benchmark does, once on the heap and once with
//! `Box` on the system's allocator, then a long list of small objects.
//! `EDEN_MIB` sets the largest eden, `EDEN_MIN_KIB` the smallest.

use metatrace::layout::{LayoutType, register};
use metatrace::layouts;
use metatrace::value::Value;
use metatrace::vm::POLL_GC;
use runtime::heap::access::get;
use runtime::heap::{Heap, HeapOptions};
use std::time::Instant;

layouts! {
    pub Node = 200, "bench_node" {
        LEFT "left": Val Mutable,
        RIGHT "right": Val Mutable,
    }
    pub Array = 201, "bench_array" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
}

/// A merge point: everything live is in `roots`.
#[inline(always)]
#[expect(
    clippy::ptr_arg,
    reason = "a vector is a source of roots, a slice is none"
)]
fn safe_point(heap: &mut Heap, roots: &mut Vec<Value>) {
    if heap.core.poll & POLL_GC != 0 {
        heap.collect(roots);
    }
}

/// Builds a tree bottom-up; subtrees wait on the root stack.
fn make(heap: &mut Heap, roots: &mut Vec<Value>, depth: u32) {
    safe_point(heap, roots);
    let (mut left, mut right) = (Value::NONE, Value::NONE);
    if depth > 0 {
        make(heap, roots, depth - 1);
        make(heap, roots, depth - 1);
        right = roots.pop().unwrap_or(Value::NONE);
        left = roots.pop().unwrap_or(Value::NONE);
    }
    let node = heap.alloc::<Node>(1);
    heap.init(node, Node::LEFT, left);
    heap.init(node, Node::RIGHT, right);
    roots.push(node);
}

fn check(node: Value) -> u64 {
    let left = get(node, Node::LEFT);
    if left == Value::NONE {
        return 1;
    }
    1 + check(left) + check(get(node, Node::RIGHT))
}

fn trees(heap: &mut Heap, deepest: u32) -> u64 {
    let mut roots = Vec::new();
    make(heap, &mut roots, deepest + 1);
    let mut sum = roots.pop().map_or(0, check);
    make(heap, &mut roots, deepest);
    for depth in (4..=deepest).step_by(2) {
        for _ in 0..1 << (deepest - depth + 4) {
            make(heap, &mut roots, depth);
            sum += roots.pop().map_or(0, check);
        }
    }
    sum + check(roots[0])
}

struct BoxNode(Option<(Box<BoxNode>, Box<BoxNode>)>);

fn make_box(depth: u32) -> Box<BoxNode> {
    Box::new(BoxNode((depth > 0).then(|| {
        let left = make_box(depth - 1);
        (left, make_box(depth - 1))
    })))
}

fn check_box(node: &BoxNode) -> u64 {
    match &node.0 {
        None => 1,
        Some((left, right)) => 1 + check_box(left) + check_box(right),
    }
}

fn box_trees(deepest: u32) -> u64 {
    let mut sum = check_box(&make_box(deepest + 1));
    let long_lived = make_box(deepest);
    for depth in (4..=deepest).step_by(2) {
        for _ in 0..1 << (deepest - depth + 4) {
            sum += check_box(&make_box(depth));
        }
    }
    sum + check_box(&long_lived)
}

/// A large array of small objects, a third of them replaced ten times.
fn boxed_list(heap: &mut Heap, count: usize) {
    let array = heap.alloc_items::<Array>(count);
    let mut roots = vec![array];
    for round in 0..11 {
        let step = if round == 0 { 1 } else { 3 };
        for i in (0..count).step_by(step) {
            safe_point(heap, &mut roots);
            let node = heap.alloc::<Node>(2);
            heap.init(node, Node::LEFT, Value::small(i as i64));
            heap.set_item(array, Array::ITEMS, i, node);
        }
    }
}

/// Allocation of objects that die at once.
fn garbage(heap: &mut Heap, count: usize) {
    let mut roots = vec![Value::NONE];
    for _ in 0..count {
        safe_point(heap, &mut roots);
        roots[0] = heap.alloc::<Node>(3);
    }
}

fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// Processor time of this thread in seconds: steadier than the clock on a busy machine.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let ns = stat.split_whitespace().next().and_then(|n| n.parse().ok());
    ns.unwrap_or(0.0) / 1e9
}

fn measure(name: &str, work: impl FnOnce(&mut Heap)) {
    let mut options = HeapOptions::default();
    if let Some(mib) = std::env::var("EDEN_MIB")
        .ok()
        .and_then(|v| v.parse::<usize>().ok())
    {
        options.nursery_bytes_max = mib << 20;
    }
    if let Some(kib) = std::env::var("EDEN_MIN_KIB")
        .ok()
        .and_then(|v| v.parse::<usize>().ok())
    {
        options.nursery_bytes_min = kib << 10;
    }
    let mut heap = Box::new(Heap::new(options));
    let (start, cpu) = (Instant::now(), cpu_seconds());
    work(&mut heap);
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    let s = &heap.stats;
    let minor = s.minor_ns as f64 / 1e9;
    println!(
        "{name}: {wall:.3} s (processor {cpu:.3} s), minor {} in {minor:.3} s ({:.2} GB/s copied, {} MB promoted), \
         full {} in {:.3} s, allocated {} MB ({:.2} GB/s), heap peak {} MB, process peak {} MB",
        s.minor_collections,
        s.bytes_copied as f64 / 1e9 / minor.max(1e-9),
        s.bytes_promoted >> 20,
        s.full_collections,
        s.full_ns as f64 / 1e9,
        s.bytes_allocated >> 20,
        s.bytes_allocated as f64 / 1e9 / wall,
        s.bytes_peak >> 20,
        resident_kib() >> 10,
    );
}

fn main() {
    register(&[Node::LAYOUT, Array::LAYOUT]);
    let depth = std::env::args().nth(1).and_then(|a| a.parse().ok());
    let depth = depth.unwrap_or(16);
    measure("garbage", |heap| garbage(heap, 100_000_000));
    measure("trees", |heap| {
        trees(heap, depth);
    });
    measure("boxed list", |heap| boxed_list(heap, 2_000_000));
    let (start, cpu) = (Instant::now(), cpu_seconds());
    box_trees(depth);
    let (wall, cpu) = (start.elapsed().as_secs_f64(), cpu_seconds() - cpu);
    println!("trees with malloc: {wall:.3} s (processor {cpu:.3} s)");
}
