//! Random programs against a shadow model of the heap.
//!
//! The shadow is a plain graph of numbered nodes. After every collection the
//! real graph must be isomorphic to the shadow's reachable part, identity
//! numbers included. A failure prints the seed.

use super::access::{self, get, item, items_len};
use super::tests::{Array, Object, Pair, Text, heap_with};
use super::*;
use hashbrown::{HashMap, HashSet};
use metatrace::value::Value;

#[derive(Copy, Clone, PartialEq, Debug)]
enum Shadow {
    Small(i64),
    Node(usize),
}

#[derive(Debug)]
enum Node {
    Pair([Shadow; 2]),
    Items { counted: bool, items: Vec<Shadow> },
    Text(Vec<u8>),
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }
}

struct World {
    heap: Box<Heap>,
    random: Random,
    nodes: Vec<Node>,
    roots: Vec<Value>,
    shadows: Vec<Shadow>,
    /// Numbers that nodes were given.
    ids: HashMap<usize, i64>,
    weak: Vec<(Handle, usize)>,
    /// Natives that re-entered the guest: what they hold unknown to the heap.
    natives: Vec<(Frozen, Vec<(Value, Shadow)>)>,
}

impl World {
    fn new(seed: u64, options: HeapOptions) -> World {
        World {
            heap: heap_with(options),
            random: Random(seed | 1),
            nodes: Vec::new(),
            roots: Vec::new(),
            shadows: Vec::new(),
            ids: HashMap::new(),
            weak: Vec::new(),
            natives: Vec::new(),
        }
    }

    /// A native takes some roots into raw locals and calls the guest, or returns.
    fn reenter(&mut self) {
        if self.natives.len() < 3 && self.random.below(2) == 0 {
            let frozen = self.heap.freeze();
            let half = self.roots.len() / 2;
            let held = self.roots.drain(half..).zip(self.shadows.drain(half..));
            let held = held.collect();
            self.natives.push((frozen, held));
        } else if let Some((frozen, held)) = self.natives.pop() {
            self.heap.thaw(frozen);
            for (value, shadow) in held {
                self.add_root(value, shadow);
            }
        }
    }

    fn any_root(&mut self) -> (Value, Shadow) {
        if self.roots.is_empty() || self.random.below(8) == 0 {
            let n = self.random.below(1000) as i64;
            return (Value::small(n), Shadow::Small(n));
        }
        let i = self.random.below(self.roots.len());
        (self.roots[i], self.shadows[i])
    }

    fn add_root(&mut self, value: Value, shadow: Shadow) {
        if self.roots.len() < 40 {
            self.roots.push(value);
            self.shadows.push(shadow);
        } else {
            let i = self.random.below(self.roots.len());
            self.roots[i] = value;
            self.shadows[i] = shadow;
        }
    }

    fn allocate(&mut self) {
        let id = self.nodes.len();
        let (a, sa) = self.any_root();
        let (b, sb) = self.any_root();
        let value = match self.random.below(10) {
            0..5 => {
                let value = self.heap.alloc::<Pair>(id as u32);
                self.heap.init(value, Pair::HEAD, a);
                self.heap.init(value, Pair::TAIL, b);
                self.nodes.push(Node::Pair([sa, sb]));
                value
            }
            5..7 => {
                let count = match self.random.below(20) {
                    0 => 1000 + self.random.below(3000),
                    1..4 => self.random.below(300),
                    _ => self.random.below(10),
                };
                let value = self.heap.alloc_items::<Array>(count);
                let mut items = vec![Shadow::Small(0); count];
                if count > 0 {
                    self.heap.set_item(value, Array::ITEMS, count / 2, a);
                    items[count / 2] = sa;
                }
                self.nodes.push(Node::Items {
                    counted: true,
                    items,
                });
                value
            }
            7..9 => {
                let count = 1 + self.random.below(6);
                let value = self.heap.alloc_items_shaped::<Object>(count, id as u32);
                self.heap.set_item(value, Object::FIELDS, 0, b);
                self.heap.init(value, Object::RAW, 0xBAD_BAD1);
                let mut items = vec![Shadow::Small(0); count];
                items[0] = sb;
                self.nodes.push(Node::Items {
                    counted: false,
                    items,
                });
                value
            }
            _ => {
                let most = if self.random.below(30) == 0 {
                    20_000
                } else {
                    40
                };
                let count = self.random.below(most);
                let value = self.heap.alloc_items::<Text>(count);
                let text = vec![id as u8; count];
                self.heap
                    .bytes_mut(value, Text::BYTES)
                    .copy_from_slice(&text);
                self.nodes.push(Node::Text(text));
                value
            }
        };
        self.add_root(value, Shadow::Node(id));
    }

    fn store(&mut self) {
        let (Value(_), holder @ Shadow::Node(id)) = self.any_root() else {
            return;
        };
        let at = self.shadows.iter().position(|s| *s == holder).unwrap_or(0);
        let object = self.roots[at];
        let (value, shadow) = self.any_root();
        match &mut self.nodes[id] {
            Node::Pair(fields) => {
                let tail = self.random.below(2) == 1;
                fields[tail as usize] = shadow;
                let field = if tail { Pair::TAIL } else { Pair::HEAD };
                self.heap.set(object, field, value);
            }
            Node::Items { counted, items } if !items.is_empty() => {
                let i = self.random.below(items.len());
                let count = 1 + self.random.below((items.len() - i).min(200));
                if *counted && self.random.below(4) == 0 {
                    let from = self.random.below(items.len() - count + 1);
                    items.copy_within(from..from + count, i);
                    self.heap
                        .copy_items(Array::ITEMS, (object, from), (object, i), count);
                    return;
                }
                items[i] = shadow;
                if !*counted {
                    self.heap.set_item(object, Object::FIELDS, i, value);
                } else if self.random.below(6) == 0 {
                    self.heap.items_mut(object, Array::ITEMS)[i] = value;
                } else {
                    self.heap.set_item(object, Array::ITEMS, i, value);
                }
            }
            _ => {}
        }
    }

    /// Makes a root of something a root refers to.
    fn load(&mut self) {
        let (object, Shadow::Node(id)) = self.any_root() else {
            return;
        };
        let (value, shadow) = match &self.nodes[id] {
            Node::Pair(fields) => (get(object, Pair::HEAD), fields[0]),
            Node::Items { counted, items } if !items.is_empty() => {
                let i = self.random.below(items.len());
                let value = if *counted {
                    item(object, Array::ITEMS, i)
                } else {
                    item(object, Object::FIELDS, i)
                };
                (value, items[i])
            }
            _ => return,
        };
        self.add_root(value, shadow);
    }

    fn observe(&mut self) {
        let (object, Shadow::Node(id)) = self.any_root() else {
            return;
        };
        match self.random.below(3) {
            0 => {
                let number = self.heap.identity(object);
                assert_eq!(*self.ids.entry(id).or_insert(number), number);
            }
            1 if self.weak.len() < 50 => {
                let weak = self.heap.weak_ref(object);
                let handle = self.heap.handle(weak);
                self.weak.push((handle, id));
            }
            _ => {
                if !self.weak.is_empty() {
                    let i = self.random.below(self.weak.len());
                    self.weak.swap_remove(i);
                }
            }
        }
    }

    fn collect(&mut self) {
        let full = match self.random.below(10) {
            0 => {
                self.heap.collect_all(&mut self.roots);
                self.natives.is_empty()
            }
            1 => {
                self.heap.promote_all(&mut self.roots);
                let settled = self.roots.iter().all(|&v| self.heap.is_settled(v));
                assert!(settled || !self.natives.is_empty());
                false
            }
            _ => {
                self.heap.collect(&mut self.roots);
                false
            }
        };
        self.compare(full);
    }

    /// Walks both graphs in step.
    fn compare(&mut self, full: bool) {
        let mut known: HashMap<usize, Value> = HashMap::new();
        let mut work: Vec<(Value, Shadow)> = Vec::new();
        work.extend(self.roots.iter().copied().zip(self.shadows.iter().copied()));
        work.extend(self.natives.iter().flat_map(|(_, held)| held));
        let mut addresses = HashSet::new();
        while let Some((value, shadow)) = work.pop() {
            let id = match shadow {
                Shadow::Small(n) => {
                    assert_eq!(value, Value::small(n));
                    continue;
                }
                Shadow::Node(id) => id,
            };
            if let Some(&seen) = known.get(&id) {
                assert_eq!(seen, value, "node {id} has two addresses");
                continue;
            }
            known.insert(id, value);
            assert!(addresses.insert(value), "two nodes share an address");
            self.compare_node(value, id, &mut work);
        }
        for (&id, &number) in &self.ids {
            if let Some(&value) = known.get(&id) {
                assert_eq!(self.heap.identity(value), number, "identity of node {id}");
            }
        }
        for (weak, id) in &self.weak {
            let target = self.heap.weak_target(weak.get());
            match known.get(id) {
                Some(&value) => assert_eq!(target, value, "weak reference to node {id}"),
                None => assert!(!full || target == Value::NIL, "node {id} should be dead"),
            }
        }
    }

    fn compare_node(&self, value: Value, id: usize, work: &mut Vec<(Value, Shadow)>) {
        match &self.nodes[id] {
            Node::Pair(fields) => {
                assert_eq!(access::shape_of(value), id as u32);
                work.push((get(value, Pair::HEAD), fields[0]));
                work.push((get(value, Pair::TAIL), fields[1]));
            }
            Node::Items {
                counted: true,
                items,
            } => {
                assert_eq!(items_len(value, Array::ITEMS), items.len());
                let real = access::items_slice(value, Array::ITEMS);
                work.extend(real.iter().copied().zip(items.iter().copied()));
            }
            Node::Items { items, .. } => {
                assert_eq!(items_len(value, Object::FIELDS), items.len());
                assert_eq!(get(value, Object::RAW), 0xBAD_BAD1);
                let real = access::items_slice(value, Object::FIELDS);
                work.extend(real.iter().copied().zip(items.iter().copied()));
            }
            Node::Text(text) => assert_eq!(access::bytes(value, Text::BYTES), &text[..]),
        }
    }

    fn run(&mut self, steps: usize) {
        for _ in 0..steps {
            match self.random.below(100) {
                0..45 => self.allocate(),
                45..75 => self.store(),
                75..87 => self.load(),
                87..92 => self.observe(),
                92 if self.random.below(2) == 0 => self.reenter(),
                92..97 => {
                    if !self.roots.is_empty() {
                        let i = self.random.below(self.roots.len());
                        self.roots.swap_remove(i);
                        self.shadows.swap_remove(i);
                    }
                }
                _ => self.collect(),
            }
        }
        while let Some((frozen, _)) = self.natives.pop() {
            self.heap.thaw(frozen);
        }
        self.roots.clear();
        self.shadows.clear();
        self.weak.clear();
        self.heap.collect_all(&mut self.roots);
        assert_eq!(self.heap.used_bytes(), 0, "everything is dead");
    }
}

fn fuzz(name: &str, options: HeapOptions, mark_stack_max: usize) {
    let seeds = std::env::var("MTD_FUZZ_SEEDS")
        .ok()
        .and_then(|s| s.parse().ok());
    for seed in 0..seeds.unwrap_or(3) {
        let seed = 0x9E37_79B9_7F4A_7C15 ^ (seed * 0x0123_4567_89AB_CDEF);
        let run = std::panic::AssertUnwindSafe(|| {
            let mut world = World::new(seed, options.clone());
            world.heap.mark_stack_max = mark_stack_max;
            world.run(3000);
        });
        if let Err(panic) = std::panic::catch_unwind(run) {
            eprintln!("{name}: seed {seed:#x}");
            std::panic::resume_unwind(panic);
        }
    }
}

fn options(stress: Stress) -> HeapOptions {
    HeapOptions {
        nursery_bytes_min: 64 << 10,
        nursery_bytes_max: 256 << 10,
        full_bytes_min: 1 << 20,
        stress,
        verify: true,
        poison: true,
        ..HeapOptions::default()
    }
}

#[test]
fn random_programs() {
    fuzz("plain", options(Stress::None), mark::MARK_STACK_MAX);
}

#[test]
fn random_programs_with_full_collections() {
    fuzz("full", options(Stress::Full), mark::MARK_STACK_MAX);
}

#[test]
fn random_programs_that_promote_everything() {
    fuzz(
        "promote-all",
        options(Stress::PromoteAll),
        mark::MARK_STACK_MAX,
    );
}

#[test]
fn random_programs_with_a_tiny_mark_stack() {
    fuzz("tiny mark stack", options(Stress::Full), 2);
}
