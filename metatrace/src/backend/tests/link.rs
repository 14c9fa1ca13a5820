//! Loops, exits, bridges, labels, entries, heap: hand-written traces.

use super::fake::{GROWN, LOGGED};
use super::{ENTRY, Machine, T0, on_both, trace, trace_with, w};
use crate::backend::{CompileError, ExitId, Outcome, Source, Unit, UnitFragment};
use crate::ir::{Op, TraceId};
use crate::layout::FLAG_UNLOGGED;
use crate::meta::Arrival;
use crate::native::{Effects, Native, NativeFn};
use crate::value::Value;
use crate::vm::VmCore;

const SUM: &str = "
inputs f: val
  n = load f, frame.token
  jump L0 (f, n, 0, 0)
  label L0 (g: val, m: int, i: int, s: int)
  c = int_lt i, m
  guard_true c @[log 3 [g, i, s]]
  t = int_add_ovf s, i @[log 3 [g, i, s]]
  j = int_add i, 1
  jump L0 (g, m, j, t)
";

fn frame_with_token(m: &mut Machine, token: i64) -> u64 {
    m.vm.object(&[Value::NIL.0, w(token), Value::NIL.0, w(0)], 0)
}

#[test]
fn a_loop_sums_integers() {
    on_both(|m| {
        let t = trace(SUM);
        let (_, exits) = m.compile(ENTRY, &t);
        let f = frame_with_token(m, 100);
        let (exit, words) = m.run(T0, f);
        assert_eq!(exit, exits[0]);
        assert_eq!(words[..3], [f, w(100), w(4950)]);
        assert!(m.backend.has_entry(T0));
        assert!(!m.backend.has_entry(TraceId(1)));
    });
}

#[test]
fn a_loop_sums_floats() {
    on_both(|m| {
        let t = trace(
            "
inputs f: val
  n = load f, frame.token
  jump L0 (n, 0.0f, 1.0f)
  label L0 (i: int, s: float, x: float)
  c = int_eq i, 0
  guard_false c @[log 2 [s, x]]
  j = int_sub i, 1
  t = float_add s, x
  y = float_mul x, 0.5f
  jump L0 (j, t, y)
",
        );
        m.compile(ENTRY, &t);
        let f = frame_with_token(m, 4);
        let words = m.run(T0, f).1;
        assert_eq!(f64::from_bits(words[0]), 1.875);
        assert_eq!(f64::from_bits(words[1]), 0.0625);
    });
}

/// A loop whose even numbers leave through a guard; a bridge adds them doubled.
const EVEN_ODD: &str = "
inputs f: val
  n = load f, frame.token
  jump L0 (n, 0)
  label L0 (i: int, s: int)
  c = int_lt 0, i
  guard_true c @[log 1 [s]]
  j = int_sub i, 1
  b = int_and i, 1
  odd = int_eq b, 1
  guard_true odd @[log 4 [i, s, j, odd]]
  t = int_add s, i
  jump L0 (j, t)
";
const BRIDGE: &str = "
inputs i: int, s: int, j: int, odd: bool
  guard_false odd @[log 1 [odd]]
  d = int_mul i, 2
  t = int_add s, d
  jump L0 (j, t)
";

#[test]
fn bridges_are_attached_and_detached() {
    on_both(|m| {
        let root = trace(EVEN_ODD);
        let bridge = trace(BRIDGE);
        let (_, exits) = m.compile(ENTRY, &root);
        let f = frame_with_token(m, 10);
        let (exit, words) = m.run(T0, f);
        assert_eq!(exit, exits[1]);
        assert_eq!(words[..4], [w(10), w(0), w(9), 0]);
        let (code, _) = m.compile(Source::Bridge(exits[1]), &bridge);
        assert_eq!(m.run(T0, f).0, exits[1], "not attached yet");
        m.backend.attach(exits[1], code);
        let (exit, words) = m.run(T0, f);
        assert_eq!((exit, words[0]), (exits[0], w(25 + 60)));
        m.backend.detach(exits[1]);
        assert_eq!(m.run(T0, f).0, exits[1]);
        m.backend.attach(exits[1], code);
        assert_eq!(m.backend.free(code), [code]);
        assert_eq!(m.run(T0, f).0, exits[1], "freed bridges are detached");
    });
}

#[test]
fn a_tree_is_emitted_again_as_one_unit() {
    on_both(|m| {
        let (root, bridge) = (trace(EVEN_ODD), trace(BRIDGE));
        let (old, exits) = m.compile(ENTRY, &root);
        let bridge_source = Source::Bridge(exits[1]);
        let (old_bridge, bridge_exits) = m.compile(bridge_source, &bridge);
        m.backend.attach(exits[1], old_bridge);
        let parts = [
            (ENTRY, &root, &exits[..]),
            (bridge_source, &bridge, &bridge_exits[..]),
        ];
        let new = m.compile_unit(&parts);
        // The labels are the new code's, so that the old bridge stays.
        assert_eq!(m.backend.free(old), [old]);
        m.backend.detach(exits[1]);
        let f = frame_with_token(m, 10);
        let (exit, words) = m.run(T0, f);
        assert_eq!((exit, words[0]), (exits[0], w(25 + 60)));
        let mut freed = m.backend.free(new);
        freed.sort();
        assert_eq!(
            freed,
            [old_bridge, new],
            "the old bridge jumps to its label"
        );
        assert!(!m.backend.has_entry(T0));
    });
}

#[test]
fn entries_lead_to_one_another() {
    on_both(|m| {
        let t = trace(
            "inputs f: val\n r = load_reg r0\n s = int_add r, 1\n store_reg s, r0\n enter f, T1",
        );
        let u = trace("inputs f: val\n exit @[log 1 [f]]");
        m.compile(ENTRY, &t);
        let outcome = m.backend.enter(m.vm.core(), T0, w(8));
        let missing = Outcome::Enter {
            trace: TraceId(1),
            frame: w(8),
        };
        assert_eq!(outcome, missing);
        assert_eq!(m.vm.record().frame, Value::small(8));
        let (code, exits) = m.compile(Source::Entry(TraceId(1)), &u);
        let (exit, words) = m.run(T0, w(9));
        assert_eq!((exit, words[0]), (exits[0], w(9)));
        m.backend.free(code);
        let outcome = m.backend.enter(m.vm.core(), T0, w(8));
        assert_eq!(outcome, missing);
        assert_eq!(m.vm.record().regs[0], Value::small(3));
    });
}

#[test]
fn a_frame_goes_on_in_the_trace_that_is_bound_to_its_token() {
    on_both(|m| {
        let t = trace("inputs f: val\n goto f, a2 l7");
        assert_eq!(trace(&t.to_string()).to_string(), t.to_string());
        let u = trace("inputs f: val\n exit @[log 1 [f]]");
        m.compile(ENTRY, &t);
        let (there, elsewhere) = (frame_with_token(m, 10), frame_with_token(m, 11));
        let missing = |frame| Outcome::Goto {
            language: 7,
            how: Arrival::Fail,
            frame,
        };
        assert_eq!(m.backend.enter(m.vm.core(), T0, there), missing(there));
        assert_eq!(m.vm.record().frame.0, there);
        let (code, exits) = m.compile(Source::Entry(TraceId(1)), &u);
        // What another language left open is another matter.
        m.backend.bind(6, 10, TraceId(1));
        assert_eq!(m.backend.enter(m.vm.core(), T0, there), missing(there));
        m.backend.bind(7, 10, TraceId(1));
        let (exit, words) = m.run(T0, there);
        assert_eq!((exit, words[0]), (exits[0], there));
        let outcome = m.backend.enter(m.vm.core(), T0, elsewhere);
        assert_eq!(outcome, missing(elsewhere));
        m.backend.free(code);
        let trace = TraceId(1);
        let outcome = m.backend.enter(m.vm.core(), T0, there);
        let gone = Outcome::Enter {
            trace,
            frame: there,
        };
        assert_eq!(outcome, gone);
    });
}

#[test]
fn a_trace_enters_its_own_unit() {
    on_both(|m| {
        let t = trace(
            "inputs f: val\n r = load_reg r0\n c = int_lt r, 10\n guard_true c @[log 2 [f, c]]\n \
             s = int_add r, 1\n store_reg s, r0\n enter f, T0",
        );
        m.compile(ENTRY, &t);
        let words = m.run(T0, w(5)).1;
        assert_eq!(words[..2], [w(5), 0]);
        assert_eq!(m.vm.record().regs[0], Value::small(10));
    });
}

#[test]
fn a_unit_may_have_many_entries() {
    on_both(|m| {
        let traces: Vec<_> = (0..7)
            .map(|i| {
                trace(&format!(
                    "inputs f: val\n n = load f, frame[{i}]\n exit @[log 1 [n]]"
                ))
            })
            .collect();
        let exits: Vec<_> = traces.iter().map(|t| m.exits(t)).collect();
        let parts: Vec<_> = (0..7)
            .map(|i| {
                let source = Source::Entry(TraceId(i as u32));
                (source, &traces[i], &exits[i][..])
            })
            .collect();
        m.compile_unit(&parts);
        let words: Vec<u64> = (0..10).map(|i| w(i - 3)).collect();
        let f = m.vm.object(&words, 0);
        for (i, exits) in exits.iter().enumerate() {
            let (exit, words) = m.run(TraceId(i as u32), f);
            assert_eq!((exit, words[0]), (exits[0], w(i as i64)));
        }
    });
}

#[test]
fn exits_of_a_trace_may_carry_more_values_than_the_buffer_holds() {
    on_both(|m| {
        const HALF: usize = 2100;
        let names = |first: usize| -> String {
            let names: Vec<_> = (first..first + HALF).map(|i| format!("x{i}")).collect();
            names.join(", ")
        };
        let mut text = String::from("inputs f: val\n");
        for i in 0..2 * HALF {
            text += &format!(" x{i} = load f, frame[{i}]\n");
        }
        text += &format!(" guard_tag x7, int @[log {HALF} [{}]]\n", names(0));
        text += &format!(" exit @[log {HALF} [{}]]\n", names(HALF));
        let t = trace(&text);
        // The quick generator leaves this to Cranelift.
        let exits = m.exits(&t);
        let code = m.compile_unit(&[(ENTRY, &t, &exits)]);
        for (seven, exit, first) in [(w(1), exits[1], HALF), (Value::TRUE.0, exits[0], 0)] {
            let mut slots: Vec<u64> = (0..2 * HALF as i64).map(w).collect();
            slots[7] = seven;
            let f = [vec![0; 3], slots.clone()].concat();
            let f = m.vm.object(&f, 0);
            let (left, words) = m.run(T0, f);
            assert_eq!(left, exit);
            assert_eq!(words[..HALF], slots[first..first + HALF]);
        }
        m.backend.free(code);
    });
}

#[test]
fn assumptions_polls_and_depth_are_guarded() {
    on_both(|m| {
        let t = trace(
            "inputs f: val\n guard_valid @[]\n guard_no_poll @[]\n guard_depth @[]\n \
             add_depth 3\n exit @[]",
        );
        let (code, exits) = m.compile(ENTRY, &t);
        assert_eq!(m.run(T0, 0).0, exits[3]);
        assert_eq!(m.vm.record().depth, 3);
        m.vm.record().depth = 100;
        assert_eq!(m.run(T0, 0).0, exits[2]);
        m.vm.record().poll = 4;
        assert_eq!(m.run(T0, 0).0, exits[1]);
        m.backend.invalidate(code);
        assert_eq!(m.run(T0, 0).0, exits[0]);
    });
}

#[test]
fn objects_are_made_and_old_holders_logged() {
    on_both(|m| {
        let t = trace(
            "
inputs f: val
  a = new frame shape 5 words 4
  store a, f, frame.parent
  b = new frame shape 6 words 6
  store b, a, frame.parent
  store b, 7, frame[1]
  c = load b, frame[0]
  store f, b, frame.parent
  store f, a, frame.aux
  store f, 3, frame.token
  s = load_shape b
  store_shape f, shape 99
  guard_shape f, shape 99 @[]
  exit @[log 4 [a, b, c, s]]
",
        );
        m.compile(ENTRY, &t);
        for round in 0..3 {
            let f = m.vm.object(&[0, 0, 0, 0], FLAG_UNLOGGED);
            m.vm.reset_nursery();
            if round == 2 {
                m.vm.record().nursery_next = m.vm.record().nursery_end - 48;
            }
            let logged = m.vm.record().regs[LOGGED].as_int();
            let (exit, words) = m.run(T0, f);
            assert_eq!(exit.0 % 2, 1, "the shape was stored");
            let (a, b) = (words[0], words[1]);
            assert_eq!(words[2..4], [0, w(6)]);
            assert_eq!(m.vm.word(a, 0), 5 << 32 | 4 << 16 | 2 << 8);
            assert_eq!([1, 2, 3].map(|i| m.vm.word(a, i)), [f, 0, 0]);
            assert_eq!([1, 2, 3, 4, 5].map(|i| m.vm.word(b, i)), [a, 0, 0, 0, w(7)]);
            assert_eq!([1, 2, 3].map(|i| m.vm.word(f, i)), [b, w(3), a]);
            assert_eq!(m.vm.record().regs[LOGGED].as_int(), logged + 1);
        }
        assert!(m.vm.record().regs[GROWN].as_int() >= 1);
    });
}

crate::layouts! {
    /// Bytes with a count.
    pub Blob = 200, "test_blob" counted {
        LEN "len": Int Immutable,
        @items BYTES: Byte Mutable,
    }
    /// Values with a count.
    pub Vector = 201, "test_vector" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
}

#[test]
fn items_are_addressed_by_fixnums() {
    use crate::layout::{LayoutType, register};
    register(&[Blob::LAYOUT, Vector::LAYOUT]);
    on_both(|m| {
        let t = trace(
            "
inputs f: val
  n = load f, frame.token
  a = new_items n, test_vector shape 0 words 0
  store_item a, 1, f, test_vector[]
  i = int_sub n, 1
  store_item a, i, 42, test_vector[]
  x = load_item a, 1, test_vector[]
  y = load_item a, i, test_vector[]
  b = new_items 11, test_blob shape 0 words 0
  store_item b, 3, 200, test_blob[]
  j = int_add n, 3
  store_item b, j, 77, test_blob[]
  z = load_item b, 3, test_blob[]
  u = load_item b, j, test_blob[]
  v = load_item b, 0, test_blob[]
  l = load a, test_vector.len
  k = load b, test_blob.len
  c = new_items 3, test_vector shape 0 words 0
  e = load_item c, 2, test_vector[]
  exit @[log 9 [x, y, z, u, v, l, k, e, b]]
",
        );
        m.compile(ENTRY, &t);
        let f = frame_with_token(m, 5);
        let words = m.run(T0, f).1[..9].to_vec();
        assert_eq!(words[..8], [f, w(42), w(200), w(77), 0, w(5), w(11), 0]);
        let header = m.vm.word(words[8], 0);
        assert_eq!(header >> 16 & 0xFFFF, 4, "2 words and 11 bytes");
    });
}

extern "C" fn add2(_: *mut VmCore, a: u64, b: u64) -> u64 {
    a + b
}
extern "C" fn sum_all(_: *mut VmCore, args: *const u64, count: usize) -> u64 {
    let memory = crate::backend::code::Memory::new(std::ptr::null_mut());
    (0..count as u64)
        .map(|i| memory.load(args as u64 + i * 8))
        .sum()
}
extern "C" fn halve(x: f64) -> f64 {
    x / 2.0
}
static ADD2: Native = Native {
    name: "add2",
    func: NativeFn::F2(add2),
    effects: Effects::PURE,
};
static SUM_ALL: Native = Native {
    name: "sum_all",
    func: NativeFn::Many(sum_all),
    effects: Effects::PURE,
};
static HALVE: Native = Native {
    name: "halve",
    func: NativeFn::Float1(halve),
    effects: Effects::PURE,
};

#[test]
fn natives_are_called() {
    on_both(|m| {
        let t = trace_with(
            "
inputs f: val
  n = load f, frame.token
  a = call add2(n, 5)
  b = call sum_all(n, a, 1, 2, 3)
  x = int_to_float n
  y = call_float halve(x)
  guard_not_raised b @[]
  exit @[log 3 [a, b, y]]
",
            &[&ADD2, &SUM_ALL, &HALVE],
        );
        m.compile(ENTRY, &t);
        let f = frame_with_token(m, 10);
        let words = m.run(T0, f).1;
        assert_eq!(words[..2], [w(15), w(31)]);
        assert_eq!(f64::from_bits(words[2]), 5.0);
    });
}

#[test]
fn equal_snapshots_share_an_exit_block() {
    on_both(|m| {
        let mut t = trace(
            "inputs f: val\n n = load f, frame.token\n guard_tag n, int @[log 2 [f, n]]\n \
             guard_value n, val:4 @[]\n exit @[]",
        );
        t.insts[2].snapshot = t.insts[1].snapshot;
        let (_, exits) = m.compile(ENTRY, &t);
        let f = frame_with_token(m, 5);
        let (exit, words) = m.run(T0, f);
        assert_eq!((exit, &words[..2]), (exits[1], &[f, w(5)][..]));
        let f = m.vm.object(&[0, Value::TRUE.0, 0], 0);
        assert_eq!(m.run(T0, f).0, exits[0]);
    });
}

#[test]
fn faults_of_units_are_reported() {
    on_both(|m| {
        let t = trace("inputs f: val\n jump L7 (f)");
        let unit = |exits: &'static [ExitId]| Unit {
            fragments: vec![UnitFragment {
                trace: &t,
                exits,
                source: ENTRY,
            }],
            validity: None,
            quick: false,
            fuel: false,
        };
        let label = match t.insts[0].descr {
            crate::ir::Descr::Label(label) => label,
            _ => unreachable!("a jump"),
        };
        let missing = Err(CompileError::LabelUnreachable(label));
        assert_eq!(m.backend.compile(&unit(&[])), missing);
        let surplus = m.backend.compile(&unit(&[ExitId(0)]));
        assert!(matches!(surplus, Err(CompileError::Malformed(_))));
        assert_eq!(t.insts[0].op, Op::Jump);
    });
}

#[test]
fn code_memory_is_bounded_and_reused() {
    let backend = crate::backend::CraneliftBackend::new(1 << 16).expect("code generator");
    let mut m = Machine::new(Box::new(backend));
    let t = trace(SUM);
    let exits = m.exits(&t);
    let parts = [UnitFragment {
        trace: &t,
        exits: &exits,
        source: ENTRY,
    }];
    let unit = Unit {
        fragments: parts.to_vec(),
        validity: None,
        quick: false,
        fuel: false,
    };
    let mut codes = Vec::new();
    let full = loop {
        match m.backend.compile(&unit) {
            Ok(code) => codes.push(code),
            Err(error) => break error,
        }
    };
    assert_eq!(full, CompileError::CodeMemoryFull);
    let live = m.backend.stats().code_bytes_live;
    assert!(live > 1 << 15, "{live}");
    m.backend.free(codes[0]);
    assert!(m.backend.compile(&unit).is_ok());
    assert!(m.backend.stats().code_bytes_total > 0);
    m.backend.keep_text(true);
    m.backend.free(codes[1]);
    let code = m.backend.compile(&unit).expect("room");
    assert!(m.backend.disassemble(code).contains("brif"));
}
