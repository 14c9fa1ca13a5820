//! A toy language from recorder to machine code: every program must give the
//! same result in the interpreter and under both back ends.

use metatrace::backend::{Backend, cranelift::CraneliftBackend, portable::PortableBackend};
use metatrace::code::{Code, CodeData, MergeKind, MergePoint, SlotMask};
use metatrace::interp::{Interp, StepLoops, loops};
use metatrace::ir::Op;
use metatrace::jit::{HOST_LANGUAGE, Jit, JitStats, Services};
use metatrace::layout::{self, FRAME, Frame, header};
use metatrace::meta::{Arrival, Flow, Meta};
use metatrace::options::JitOptions;
use metatrace::run::mem;
use metatrace::vm::{EXIT_BUFFER_WORDS, REG_COUNT, VmCore};
use metatrace::{Float, Int, Val, Value, layouts};
use std::cell::Cell;

layouts! {
    /// One mutable value.
    pub Cellular = 20, "cell" {
        VALUE "value": Val Mutable,
    }
}

#[derive(Copy, Clone, Debug)]
#[repr(u8)]
enum T {
    Merge,
    Const,
    ConstF,
    Move,
    Add,
    Sub,
    Mod,
    /// if !(a < b) jump c
    JumpGe,
    /// if a != 0 jump c
    JumpNonZero,
    Jump,
    /// a := call code b with slots from c
    Call,
    Ret,
    NewCell,
    Get,
    Set,
}

fn ins(op: T, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

struct Toy;

impl Toy {
    #[inline(always)]
    fn arith<M: Meta>(m: &mut M, sub: bool, x: Val<M>, y: Val<M>) -> Val<M> {
        if let (Some(a), Some(b)) = (m.int(x), m.int(y)) {
            let r: Option<Int<M>> = if sub { m.sub(a, b) } else { m.add(a, b) };
            return r.expect("toy programs stay small").val();
        }
        let a: Float<M> = m.float(x).expect("a number");
        let b: Float<M> = m.float(y).expect("a number");
        let r = m.float_op(if sub { Op::FloatSub } else { Op::FloatAdd }, a, b);
        m.box_float(r)
    }
}

impl Interp for Toy {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let w = m.fetch();
        let (a, b, c) = ((w >> 16) as u16, (w >> 32) as u16, (w >> 48) as u16);
        // SAFETY-free decoding: the table is dense.
        let op = [
            T::Merge,
            T::Const,
            T::ConstF,
            T::Move,
            T::Add,
            T::Sub,
            T::Mod,
            T::JumpGe,
            T::JumpNonZero,
            T::Jump,
            T::Call,
            T::Ret,
            T::NewCell,
            T::Get,
            T::Set,
        ][(w & 0xFF) as usize];
        match op {
            T::Merge => {
                if m.merge_point(a) {
                    return Flow::Merge;
                }
            }
            T::Const => {
                let v = m.val(Value::small(b as i64));
                m.set_slot(a, v);
            }
            T::ConstF => {
                let v = m.val(Value::float(b as f64 / 4.0).expect("small"));
                m.set_slot(a, v);
            }
            T::Move => {
                let v = m.slot(b);
                m.set_slot(a, v);
            }
            T::Add | T::Sub => {
                let (x, y) = (m.slot(b), m.slot(c));
                let r = Toy::arith(m, matches!(op, T::Sub), x, y);
                m.set_slot(a, r);
            }
            T::Mod => {
                let (x, y) = (m.slot(b), m.slot(c));
                let (x, y) = (m.int(x).expect("int"), m.int(y).expect("int"));
                let r = m.int_op(Op::IntMod, x, y);
                m.set_slot(a, r.val());
            }
            T::JumpGe => {
                let (x, y) = (m.slot(a), m.slot(b));
                let (x, y) = (m.int(x).expect("int"), m.int(y).expect("int"));
                if !m.lt(x, y) {
                    m.set_pc(c as u32);
                }
            }
            T::JumpNonZero => {
                let x = m.slot(a);
                let x = m.int(x).expect("int");
                let zero = m.const_int(0);
                let cond = m.int_cmp(Op::IntNe, x, zero);
                if m.branch(cond) {
                    m.set_pc(c as u32);
                }
            }
            T::Jump => m.set_pc(c as u32),
            T::Call => {
                let code = mem::code(m.core(), b as u32);
                let f = m.new_frame(code);
                let n = code.data::<ToyData>().args;
                for i in 0..n {
                    let v = m.slot(c + i);
                    m.init_slot(&f, i, v);
                }
                let pc = m.pc();
                m.enter_frame(f, pc);
            }
            T::Ret => {
                let v = m.slot(a);
                m.leave_frame();
                if m.code().lang != 0 {
                    m.set_transfer(v);
                    return Flow::Switch(Arrival::Return);
                }
                let call = m.code().instrs[m.pc() as usize - 1];
                m.set_slot((call >> 16) as u16, v);
            }
            T::NewCell => {
                let v = m.slot(b);
                let cell = m.alloc::<Cellular>(0);
                m.set(cell, Cellular::VALUE, v);
                m.set_slot(a, cell.val());
            }
            T::Get => {
                let v = m.slot(b);
                let cell = m.as_ref::<Cellular>(v).expect("a cell");
                let v = m.get(cell, Cellular::VALUE);
                m.set_slot(a, v);
            }
            T::Set => {
                let (o, v) = (m.slot(a), m.slot(b));
                let cell = m.as_ref::<Cellular>(o).expect("a cell");
                m.set(cell, Cellular::VALUE, v);
            }
        }
        Flow::Next
    }

    fn arrive<M: Meta>(_: &mut M, _: Arrival) -> Flow {
        unreachable!("one language")
    }
}

struct ToyData {
    args: u16,
    slots: u16,
}

impl CodeData for ToyData {
    fn live_slots(&self, _: u32) -> SlotMask {
        let mut mask = SlotMask::default();
        (0..self.slots).for_each(|s| mask.insert(s));
        mask
    }
    fn describe(&self, pc: u32) -> String {
        format!("pc {pc}")
    }
    fn line(&self, pc: u32) -> u32 {
        pc
    }
}

struct NoServices;
impl Services for NoServices {
    fn loops(&self, _: u8) -> StepLoops {
        const { loops::<Toy>() }
    }
    fn poll(&self, _: *mut VmCore) -> Option<Arrival> {
        None
    }
    fn promote(&self, _: *mut VmCore, _: &mut [u64]) -> bool {
        true
    }
}

extern "C" fn no_growth(_: *mut VmCore, _: usize) -> usize {
    panic!("the toy's heap is full")
}
extern "C" fn no_log(_: *mut VmCore, _: u64) {}
extern "C" fn no_log_item(_: *mut VmCore, _: u64, _: u64) {}
extern "C" fn no_items(_: *mut VmCore, _: u64, _: u64) -> u64 {
    panic!("no items")
}
extern "C" fn no_box(_: *mut VmCore, _: f64) -> u64 {
    panic!("no boxes")
}

fn code(
    id: u32,
    args: u16,
    slots: u16,
    instrs: Vec<u64>,
    points: &[(u32, MergeKind)],
) -> &'static Code {
    let merge_points = points
        .iter()
        .map(|(pc, kind)| MergePoint {
            pc: *pc,
            kind: *kind,
            counter: Cell::new(0),
        })
        .collect();
    Box::leak(Box::new(Code {
        id,
        lang: if slots == 0 { HOST_LANGUAGE } else { 0 },
        slots,
        name: format!("f{id}"),
        file: String::new(),
        instrs: instrs.into(),
        merge_points,
        no_inline: Cell::new(false),
        data: Box::new(ToyData { args, slots }),
    }))
}

type Program = fn() -> Vec<&'static Code>;

fn run(program: Program, backend: Box<dyn Backend>, options: JitOptions) -> (Value, JitStats) {
    layout::register(layout::CORE_LAYOUTS);
    layout::register(&[<Cellular as metatrace::LayoutType>::LAYOUT]);
    let codes: &'static [&'static Code] = Vec::leak(program());
    let nursery = Vec::leak(vec![0u64; 8 << 20]).as_mut_ptr() as usize;
    let core = Box::leak(Box::new(VmCore {
        nursery_next: nursery,
        nursery_end: nursery + (64 << 20),
        poll: 0,
        frame: Value::NIL,
        codes: codes.as_ptr(),
        exit_buffer: Vec::leak(vec![0; EXIT_BUFFER_WORDS]).as_mut_ptr(),
        exit_id: 0,
        grow_nursery: no_growth,
        log_object: no_log,
        log_item: no_log_item,
        alloc_items: no_items,
        box_float: no_box,
        regs: [Value::NONE; REG_COUNT],
        trace_entries: 0,
        exit_count: 0,
        depth: 0,
        depth_limit: 1_000_000,
        countdown: i64::MAX,
        fuel: i64::MAX,
    })) as *mut VmCore;
    let jit = Jit::new(backend, options);
    for code in codes {
        for p in &code.merge_points {
            p.counter.set(jit.initial_counter(p.kind));
        }
    }
    let frame = |code: &Code, parent: u64| {
        let words = code.frame_words();
        let f = mem::alloc(core, header(FRAME, words, 0), words);
        mem::fill(f, 1, words, Value::UNDEF.0);
        mem::set_word(f, Frame::PARENT.raw.word as usize, parent);
        mem::set_word(
            f,
            Frame::TOKEN.raw.word as usize,
            Value::small(code.token(0)).0,
        );
        f
    };
    let host = frame(codes[0], Value::NIL.0);
    let main = frame(codes[1], host);
    mem::set_current(core, main);
    assert_eq!(jit.run(&NoServices, core, None), Arrival::Return);
    assert_eq!(mem::current(core), host);
    (Value(mem::reg(core, 0)), jit.stats())
}

fn check(name: &str, program: Program) -> JitStats {
    let off = JitOptions {
        enabled: false,
        ..JitOptions::default()
    };
    let (expected, _) = run(program, Box::new(PortableBackend::new()), off);
    let modes: [(&str, Box<dyn Backend>, JitOptions); 4] = [
        (
            "portable eager",
            Box::new(PortableBackend::new()),
            JitOptions::eager(),
        ),
        (
            "cranelift eager",
            Box::new(CraneliftBackend::new(64 << 20).expect("a code generator")),
            JitOptions::eager(),
        ),
        (
            "portable",
            Box::new(PortableBackend::new()),
            JitOptions::default(),
        ),
        (
            "cranelift",
            Box::new(CraneliftBackend::new(64 << 20).expect("a code generator")),
            JitOptions::default(),
        ),
    ];
    let mut last = None;
    for (mode, backend, options) in modes {
        let (got, stats) = run(program, backend, options);
        assert_eq!(got, expected, "{name} in mode {mode}: {stats:?}");
        last = Some(stats);
    }
    last.expect("four modes")
}

const LOOP: MergeKind = MergeKind::Loop {
    parent: None,
    end: 0,
};

fn host() -> &'static Code {
    code(0, 0, 0, vec![0], &[])
}

/// total = 0; for i in 0..20000 { total += if i % 3 { i } else { 1 } }
fn branchy() -> Vec<&'static Code> {
    let main = vec![
        ins(T::Const, 0, 0, 0),
        ins(T::Const, 1, 0, 0),
        ins(T::Const, 2, 20000, 0),
        ins(T::Const, 3, 1, 0),
        ins(T::Const, 5, 3, 0),
        ins(T::Merge, 0, 0, 0), // 5
        ins(T::JumpGe, 1, 2, 13),
        ins(T::Mod, 4, 1, 5),
        ins(T::JumpNonZero, 4, 0, 10),
        ins(T::Move, 4, 3, 0),
        ins(T::Add, 0, 0, 4), // 10
        ins(T::Add, 1, 1, 3),
        ins(T::Jump, 0, 0, 5),
        ins(T::Ret, 0, 0, 0),
    ];
    vec![host(), code(1, 0, 6, main, &[(5, LOOP)])]
}

#[test]
fn a_loop_with_a_branch() {
    let stats = check("branchy", branchy);
    assert!(stats.loops == 1 && stats.bridges >= 1, "{stats:?}");
}

/// A loop that calls a function which keeps its sum in a cell; floats as well.
fn calls() -> Vec<&'static Code> {
    let main = vec![
        ins(T::ConstF, 6, 0, 0),
        ins(T::NewCell, 0, 6, 0),
        ins(T::Const, 1, 0, 0),
        ins(T::Const, 2, 5000, 0),
        ins(T::Const, 3, 1, 0),
        ins(T::ConstF, 7, 3, 0),
        ins(T::Merge, 0, 0, 0), // 6
        ins(T::JumpGe, 1, 2, 13),
        ins(T::Move, 8, 0, 0),
        ins(T::Move, 9, 7, 0),
        ins(T::Call, 4, 2, 8),
        ins(T::Add, 1, 1, 3),
        ins(T::Jump, 0, 0, 6),
        ins(T::Get, 5, 0, 0), // 13
        ins(T::Ret, 5, 0, 0),
    ];
    let bump = vec![
        ins(T::Merge, 0, 0, 0),
        ins(T::Get, 2, 0, 0),
        ins(T::Add, 2, 2, 1),
        ins(T::Set, 0, 2, 0),
        ins(T::Ret, 2, 0, 0),
    ];
    vec![
        host(),
        code(1, 0, 10, main, &[(6, LOOP)]),
        code(2, 2, 3, bump, &[(0, MergeKind::Entry)]),
    ]
}

#[test]
fn a_loop_with_a_call_and_a_cell() {
    let stats = check("calls", calls);
    assert!(stats.loops >= 1, "{stats:?}");
}

/// fib(18)
fn fib() -> Vec<&'static Code> {
    let main = vec![
        ins(T::Const, 1, 18, 0),
        ins(T::Call, 0, 2, 1),
        ins(T::Ret, 0, 0, 0),
    ];
    let fib = vec![
        ins(T::Merge, 0, 0, 0),
        ins(T::Const, 1, 2, 0),
        ins(T::JumpGe, 0, 1, 4),
        ins(T::Ret, 0, 0, 0),
        ins(T::Const, 2, 1, 0), // 4
        ins(T::Sub, 3, 0, 2),
        ins(T::Call, 4, 2, 3),
        ins(T::Sub, 3, 0, 1),
        ins(T::Call, 5, 2, 3),
        ins(T::Add, 4, 4, 5),
        ins(T::Ret, 4, 0, 0),
    ];
    vec![
        host(),
        code(1, 0, 2, main, &[]),
        code(2, 1, 6, fib, &[(0, MergeKind::Entry)]),
    ]
}

#[test]
fn recursion() {
    let stats = check("fib", fib);
    assert!(stats.entries + stats.loops >= 1, "{stats:?}");
}

/// Three nested loops with a shared sum.
fn nested() -> Vec<&'static Code> {
    let main = vec![
        ins(T::Const, 0, 0, 0),
        ins(T::Const, 4, 30, 0),
        ins(T::Const, 5, 1, 0),
        ins(T::Const, 1, 0, 0),
        ins(T::Merge, 0, 0, 0), // 4
        ins(T::JumpGe, 1, 4, 20),
        ins(T::Const, 2, 0, 0),
        ins(T::Merge, 1, 0, 0), // 7
        ins(T::JumpGe, 2, 4, 17),
        ins(T::Const, 3, 0, 0),
        ins(T::Merge, 2, 0, 0), // 10
        ins(T::JumpGe, 3, 4, 15),
        ins(T::Add, 0, 0, 3),
        ins(T::Add, 3, 3, 5),
        ins(T::Jump, 0, 0, 10),
        ins(T::Add, 2, 2, 5), // 15
        ins(T::Jump, 0, 0, 7),
        ins(T::Add, 0, 0, 1), // 17
        ins(T::Add, 1, 1, 5),
        ins(T::Jump, 0, 0, 4),
        ins(T::Ret, 0, 0, 0), // 20
    ];
    let points = [
        (
            4,
            MergeKind::Loop {
                parent: None,
                end: 20,
            },
        ),
        (
            7,
            MergeKind::Loop {
                parent: Some(0),
                end: 17,
            },
        ),
        (
            10,
            MergeKind::Loop {
                parent: Some(1),
                end: 15,
            },
        ),
    ];
    vec![host(), code(1, 0, 6, main, &points)]
}

#[test]
fn nested_loops() {
    let stats = check("nested", nested);
    assert!(stats.loops >= 1, "{stats:?}");
}
