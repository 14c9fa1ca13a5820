//! Collections under every execution of a program: interpreter, portable traces,
//! machine code, and natives that call back. Random programs of a tiny language
//! of pairs and arrays must compute the same graph whatever the collector does;
//! the heap verifier runs before and after every collection.

use metatrace::backend::{Backend, cranelift::CraneliftBackend, portable::PortableBackend};
use metatrace::code::{Code, CodeData, MergeKind, MergePoint, SlotMask};
use metatrace::interp::{Interp, StepLoops, loops};
use metatrace::ir::Op;
use metatrace::jit::Jit;
use metatrace::layout::{LayoutType, register};
use metatrace::meta::{Arrival, Flow, Meta, Raised};
use metatrace::options::JitOptions;
use metatrace::run::mem;
use metatrace::value::Value;
use metatrace::{Effects, layouts};
use runtime::engine::{NewCode, Vm};
use runtime::heap::access::{get, is, items_slice};
use runtime::heap::{HeapOptions, Stress};
use runtime::host::Captured;
use runtime::language::{Language, Loaded, Source};
use runtime::options::Options;
use runtime::{Guest, natives};
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

layouts! {
    /// Two values.
    pub Pair = 210, "graph_pair" {
        HEAD "head": Val Mutable,
        TAIL "tail": Val Mutable,
    }
    /// Values, sometimes enough of them for a large object.
    pub Row = 211, "graph_row" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
}

const SLOTS: u16 = 10;
/// Slots 0 and 1 are a loop's counter and bound; operations use the others.
const FIRST: u16 = 2;

#[derive(Copy, Clone, Debug)]
#[repr(u8)]
enum G {
    Merge,
    Const,
    Move,
    /// a := b + 1 if b is an integer, else 0
    Inc,
    Pair,
    Row,
    /// a := the head (or tail, or item number b) of b, or b itself if it has none
    Head,
    Tail,
    Item,
    SetHead,
    SetItem,
    /// skip the next instruction if a is a pair
    SkipPair,
    /// if !(a < b) jump c
    JumpGe,
    Jump,
    /// a := call code b with slots 2.. from c
    Call,
    /// the same through a native that re-enters the driver
    Native,
    Ret,
}

const ALL: [G; 17] = [
    G::Merge,
    G::Const,
    G::Move,
    G::Inc,
    G::Pair,
    G::Row,
    G::Head,
    G::Tail,
    G::Item,
    G::SetHead,
    G::SetItem,
    G::SkipPair,
    G::JumpGe,
    G::Jump,
    G::Call,
    G::Native,
    G::Ret,
];

fn ins(op: G, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

natives! {
    /// Runs a code in the middle of a native that holds references itself.
    static REENTER = "reenter"(vm, code, x, y) -> Guest [Effects::ANY] {
        let held = vm.heap.alloc::<Pair>(0);
        vm.heap.set(held, Pair::HEAD, x);
        let code = vm.codes.iter().nth(code.as_int() as usize).expect("a code");
        let result = vm.execute(code, &[Value::small(0), Value::small(0), x, y])?;
        assert_eq!(get(held, Pair::HEAD), x, "what a native holds does not move");
        vm.heap.set(held, Pair::TAIL, result);
        Ok(held)
    }
}

struct Graph;

impl Interp for Graph {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let w = m.fetch();
        let (a, b, c) = ((w >> 16) as u16, (w >> 32) as u16, (w >> 48) as u16);
        match ALL[(w & 0xFF) as usize] {
            G::Merge => {
                if m.merge_point(a) {
                    return Flow::Merge;
                }
            }
            G::Const => {
                let v = m.val(Value::small(b as i64));
                m.set_slot(a, v);
            }
            G::Move => {
                let v = m.slot(b);
                m.set_slot(a, v);
            }
            G::Inc => {
                let v = m.slot(b);
                let one = m.const_int(1);
                let r = match m.int(v) {
                    Some(i) => m.int_op(Op::IntAdd, i, one),
                    None => m.const_int(0),
                };
                m.set_slot(a, r.val());
            }
            G::Pair => {
                let (x, y) = (m.slot(b), m.slot(c));
                let pair = m.alloc::<Pair>(0);
                m.set(pair, Pair::HEAD, x);
                m.set(pair, Pair::TAIL, y);
                m.set_slot(a, pair.val());
            }
            G::Row => {
                let n = m.const_int(b as i64);
                let x = m.slot(c);
                let row = m.alloc_items::<Row>(0, n);
                let last = m.const_int(b as i64 - 1);
                m.set_item(row, Row::ITEMS, last, x);
                m.set_slot(a, row.val());
            }
            G::Head | G::Tail => {
                let v = m.slot(b);
                let field = match ALL[(w & 0xFF) as usize] {
                    G::Head => Pair::HEAD,
                    _ => Pair::TAIL,
                };
                let r = match m.as_ref::<Pair>(v) {
                    Some(pair) => m.get(pair, field),
                    None => v,
                };
                m.set_slot(a, r);
            }
            G::Item => {
                let (v, i) = (m.slot(b), m.slot(0));
                let (row, i) = (m.as_ref::<Row>(v), m.int(i));
                let mut r = v;
                if let (Some(row), Some(i)) = (row, i) {
                    let n = m.get(row, Row::LEN);
                    if m.in_range(i, n) {
                        r = m.item(row, Row::ITEMS, i);
                    }
                }
                m.set_slot(a, r);
            }
            G::SetHead => {
                let (o, v) = (m.slot(a), m.slot(b));
                if let Some(pair) = m.as_ref::<Pair>(o) {
                    m.set(pair, Pair::HEAD, v);
                }
            }
            G::SetItem => {
                let (o, i, v) = (m.slot(a), m.slot(0), m.slot(b));
                if let (Some(row), Some(i)) = (m.as_ref::<Row>(o), m.int(i)) {
                    let n = m.get(row, Row::LEN);
                    if m.in_range(i, n) {
                        m.set_item(row, Row::ITEMS, i, v);
                    }
                }
            }
            G::SkipPair => {
                let v = m.slot(a);
                if m.as_ref::<Pair>(v).is_some() {
                    let pc = m.pc();
                    m.set_pc(pc + 1);
                }
            }
            G::JumpGe => {
                let (x, y) = (m.slot(a), m.slot(b));
                let (x, y) = (m.int(x).expect("int"), m.int(y).expect("int"));
                if !m.lt(x, y) {
                    m.set_pc(c as u32);
                }
            }
            G::Jump => m.set_pc(c as u32),
            G::Call => {
                let code = mem::code(m.core(), b as u32);
                let f = m.new_frame(code);
                for i in 0..2 {
                    let v = m.slot(c + i);
                    m.init_slot(&f, FIRST + i, v);
                }
                let pc = m.pc();
                m.enter_frame(f, pc);
            }
            G::Native => {
                let (x, y) = (m.slot(c), m.slot(c + 1));
                let code = m.val(Value::small(b as i64));
                let Ok(v) = m.try_call(&REENTER, [code, x, y]) else {
                    unreachable!("nothing raises");
                };
                m.set_slot(a, v);
            }
            G::Ret => {
                let v = m.slot(a);
                m.leave_frame();
                if m.code().lang != 0 {
                    m.set_transfer(v);
                    return Flow::Switch(Arrival::Return);
                }
                let call = m.code().instrs[m.pc() as usize - 1];
                m.set_slot((call >> 16) as u16, v);
            }
        }
        Flow::Next
    }

    fn arrive<M: Meta>(_: &mut M, _: Arrival) -> Flow {
        unreachable!("one language")
    }
}

impl Language for Graph {
    fn name(&self) -> &'static str {
        "graph"
    }
    fn extensions(&self) -> &'static [&'static str] {
        &[]
    }
    fn loops(&self) -> StepLoops {
        const { loops::<Graph>() }
    }
    fn new_state(&self, _: &mut Vm, _: u8) -> Box<dyn Any> {
        Box::new(())
    }
    fn load(&self, _: &mut Vm, _: u8, _: &Source) -> Guest<Loaded> {
        Err(Raised)
    }
    fn describe_exception(&self, _: &mut Vm, exception: Value) -> String {
        format!("{exception:?}")
    }
    fn print_exception(&self, _: &mut Vm, _: Value) -> i32 {
        1
    }
    fn visit_roots(&self, _: &mut dyn Any, _: &mut dyn FnMut(&mut Value)) {}
}

struct AllLive;

impl CodeData for AllLive {
    fn live_slots(&self, _: u32) -> SlotMask {
        let mut mask = SlotMask::default();
        (0..SLOTS).for_each(|slot| mask.insert(slot));
        mask
    }
    fn describe(&self, pc: u32) -> String {
        format!("pc {pc}")
    }
    fn line(&self, pc: u32) -> u32 {
        pc
    }
}

struct Random(u64);

impl Random {
    fn below(&mut self, n: u64) -> u16 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % n) as u16
    }
    fn slot(&mut self) -> u16 {
        FIRST + self.below((SLOTS - FIRST) as u64)
    }
}

/// A loop of random operations; `level` codes with higher numbers may be called.
fn body(random: &mut Random, level: u16, rounds: u16) -> Vec<u64> {
    let mut code = vec![ins(G::Merge, 0, 0, 0)];
    for slot in FIRST + 2..SLOTS {
        code.push(ins(G::Const, slot, slot, 0));
    }
    code.push(ins(G::Const, 0, 0, 0));
    code.push(ins(G::Const, 1, rounds, 0));
    let header = code.len() as u16;
    code.push(ins(G::Merge, 1, 0, 0));
    code.push(ins(G::JumpGe, 0, 1, 0)); // patched below
    for _ in 0..6 + random.below(10) {
        let (a, b, c) = (random.slot(), random.slot(), random.slot());
        code.push(match random.below(23) {
            0..5 => ins(G::Pair, a, b, c),
            5 => ins(G::Row, a, 1 + random.below(12), c),
            6 if random.below(4) == 0 => ins(G::Row, a, 1200 + random.below(200), c),
            6 | 7 => ins(G::Move, a, b, 0),
            8 => ins(G::Const, a, random.below(100), 0),
            9..11 => ins(G::Inc, a, b, 0),
            11..13 => ins(G::Head, a, b, 0),
            13 => ins(G::Tail, a, b, 0),
            14 => ins(G::Item, a, b, 0),
            15..17 => ins(G::SetHead, a, b, 0),
            17..20 => ins(G::SetItem, a, b, 0),
            20 => ins(G::SkipPair, a, 0, 0),
            21 if level < 3 => ins(G::Call, a, level + 1, b.min(SLOTS - 2)),
            22 if level < 3 => ins(G::Native, a, level + 1, b.min(SLOTS - 2)),
            _ => ins(G::Pair, a, a, b),
        });
    }
    // A skip may not jump over the end of the body.
    code.push(ins(G::Move, 9, 9, 0));
    code.push(ins(G::Inc, 0, 0, 0));
    code.push(ins(G::Jump, 0, 0, header));
    let end = code.len() as u16;
    code[header as usize + 1] = ins(G::JumpGe, 0, 1, end);
    for slot in FIRST..SLOTS {
        code.push(ins(G::Pair, FIRST, FIRST, slot));
    }
    code.push(ins(G::Ret, FIRST, 0, 0));
    code
}

/// Numbers every object in the order of a bounded walk and hashes the shape of
/// the graph, cycles included.
fn fingerprint(root: Value) -> (usize, u64) {
    let mut order = std::collections::HashMap::new();
    let mut work = vec![root];
    let mut hash = 0xCBF2_9CE4_8422_2325u64;
    while let Some(value) = work.pop() {
        let word = match value.is_heap() {
            false => value.0,
            true => {
                let count = order.len() as u64;
                let fresh = !order.contains_key(&value);
                let number = *order.entry(value).or_insert(count);
                if fresh && is::<Pair>(value) {
                    work.push(get(value, Pair::HEAD));
                    work.push(get(value, Pair::TAIL));
                } else if fresh {
                    work.extend(items_slice(value, Row::ITEMS));
                }
                number << 8 | 0x55
            }
        };
        hash = (hash ^ word).wrapping_mul(0x0100_0000_01B3);
    }
    (order.len(), hash)
}

fn run(seed: u64, backend: Option<Box<dyn Backend>>, heap: HeapOptions) -> (usize, u64) {
    register(&[Pair::LAYOUT, Row::LAYOUT]);
    static GRAPH: Graph = Graph;
    let options = Options {
        heap,
        ..Options::default()
    };
    let mut vm = Vm::new(options, Box::new(Captured::default()));
    assert_eq!(vm.add_language(&GRAPH), 0);
    let mut random = Random(seed | 1);
    let rounds = [10, 4, 3, 3];
    let mut main: Option<&'static Code> = None;
    let first = vm.codes.len() as u16;
    assert_eq!(first, 0, "programs name codes by number");
    for level in 0..4u16 {
        let instrs = body(&mut random, level, rounds[level as usize]);
        let header = instrs.iter().rposition(|w| w & 0xFF == G::Merge as u64);
        let header = header.expect("a loop") as u32;
        let end = (instrs[header as usize + 1] >> 48) as u32;
        let point = |pc, kind| MergePoint {
            pc,
            kind,
            counter: Cell::new(0),
        };
        let code = vm.add_code(NewCode {
            lang: 0,
            slots: SLOTS,
            name: format!("f{level}"),
            file: String::new(),
            instrs: instrs.into(),
            merge_points: Box::new([
                point(0, MergeKind::Entry),
                point(header, MergeKind::Loop { parent: None, end }),
            ]),
            data: Box::new(AllLive),
        });
        main = main.or(Some(code));
    }
    match backend {
        Some(backend) => vm.set_jit(Rc::new(Jit::new(backend, JitOptions::eager()))),
        None => {
            let off = JitOptions {
                enabled: false,
                ..JitOptions::default()
            };
            vm.set_jit(Rc::new(Jit::new(Box::new(PortableBackend::new()), off)));
        }
    }
    let slots = [Value::small(0); SLOTS as usize];
    let Ok(result) = vm.execute(main.expect("a program"), &slots) else {
        panic!("nothing raises");
    };
    fingerprint(result)
}

fn heap(stress: Stress) -> HeapOptions {
    HeapOptions {
        nursery_bytes_min: 16 << 10,
        nursery_bytes_max: 64 << 10,
        full_bytes_min: 256 << 10,
        stress,
        verify: true,
        poison: true,
        ..HeapOptions::default()
    }
}

fn check(mode: &str, backend: fn() -> Option<Box<dyn Backend>>) {
    let seeds = std::env::var("MTD_FUZZ_SEEDS")
        .ok()
        .and_then(|s| s.parse().ok());
    for seed in 1..=seeds.unwrap_or(8) {
        let seed = 0x9E37_79B9_7F4A_7C15u64.wrapping_mul(seed);
        let quiet = HeapOptions {
            nursery_bytes_min: 64 << 20,
            nursery_bytes_max: 64 << 20,
            ..HeapOptions::default()
        };
        let expected = run(seed, None, quiet);
        eprintln!("{mode}: seed {seed:#x}, {} objects", expected.0);
        for stress in [
            Stress::None,
            Stress::Minor,
            Stress::Full,
            Stress::PromoteAll,
        ] {
            let result = run(seed, backend(), heap(stress));
            assert_eq!(result, expected, "{mode}, {stress:?}, seed {seed:#x}");
        }
    }
}

#[test]
fn interpreted() {
    check("interpreted", || None);
}

#[test]
fn portable_traces() {
    check("portable", || Some(Box::new(PortableBackend::new())));
}

#[test]
fn machine_code() {
    check("machine code", || {
        let backend = CraneliftBackend::new(16 << 20).expect("a code generator");
        Some(Box::new(backend))
    });
}
