//! Costs, printed by `cargo test --release -p metatrace speed -- --ignored --nocapture`.

use super::{ENTRY, Machine, T0, trace, w};

/// Processor time of this thread, where the system tells it: other processes
/// on the machine would spoil wall time.
fn cpu_ns() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let first = text.split(' ').next().and_then(|n| n.parse().ok());
    first.unwrap_or(f64::NAN)
}

fn ns_per(count: u64, run: impl FnOnce()) -> f64 {
    let start = cpu_ns();
    run();
    (cpu_ns() - start) / count as f64
}

const SUM_TEXT: &str = "
inputs f: val
  n = load f, frame.token
  jump L0 (f, n, 0, 0)
  label L0 (g: val, m: int, i: int, s: int)
  guard_no_poll @[log 3 [g, i, s]]
  c = int_lt i, m
  guard_true c @[log 3 [g, i, s]]
  t = int_add_ovf s, i @[log 3 [g, i, s]]
  j = int_add i, 1
  jump L0 (g, m, j, t)
";

/// A loop of 20 typical operations, `repeat` times.
fn long_trace(repeat: usize) -> String {
    let mut text = String::from(
        "
inputs f: val
  jump L0 (f, 0, 0)
  label L0 (g: val, i0: int, s0: int)
  guard_no_poll @[log 3 [g, i0, s0]]
",
    );
    for n in 0..repeat {
        let m = n + 1;
        text += &format!(
            "
  a{n} = load g, frame[{n}]
  guard_tag a{n}, int @[log 4 [g, i{n}, s{n}, a{n}]]
  b{n} = int_lt i{n}, 1000
  guard_true b{n} @[log 3 [g, i{n}, s{n}]]
  c{n} = int_add_ovf s{n}, a{n} @[log 4 [g, i{n}, s{n}, a{n}]]
  d{n} = load g, frame.aux
  guard_tag d{n}, frame @[log 5 [g, i{n}, s{n}, a{n}, d{n}]]
  guard_shape d{n}, shape 7 @[log 5 [g, i{n}, s{n}, a{n}, d{n}]]
  e{n} = load d{n}, frame[1]
  guard_tag e{n}, float @[log 5 [g, i{n}, s{n}, a{n}, e{n}]]
  h{n} = unbox_float e{n}
  k{n} = float_mul h{n}, 1.5f
  l{n} = box_float k{n}
  store d{n}, l{n}, frame[2]
  o{n} = new frame shape 1 words 5
  store o{n}, c{n}, frame[0]
  store g, o{n}, frame[1]
  p{n} = int_mod i{n}, 7
  s{m} = int_and c{n}, 65535
  i{m} = int_add i{n}, p{n}
"
        );
    }
    text += &format!("  jump L0 (g, i{repeat}, s{repeat})\n");
    text
}

#[test]
#[ignore = "a measurement"]
fn speed_of_machine_code() {
    let mut m = Machine::cranelift();
    let exit = trace("inputs f: val\n exit @[log 1 [f]]");
    m.compile(ENTRY, &exit);
    const ENTERS: u64 = 10_000_000;
    let enter = ns_per(ENTERS, || {
        for _ in 0..ENTERS {
            m.run(T0, w(1));
        }
    });
    println!("enter and exit: {enter:.2} ns");

    const TURNS: u64 = 1_000_000_000;
    let sum = trace(SUM_TEXT);
    m.backend.keep_text(true);
    let (code, _) = m.compile(ENTRY, &sum);
    println!("{}", m.backend.disassemble(code));
    m.backend.keep_text(false);
    let frame = m.vm.object(&[0, w(TURNS as i64), 0], 0);
    let turn = ns_per(TURNS, || {
        m.run(T0, frame);
    });
    println!("integer sum: {turn:.3} ns per turn");
    for text in [SUM_TEXT, &long_trace(1), &long_trace(10), &long_trace(100)] {
        let t = trace(text);
        let exits = m.exits(&t);
        const TIMES: u64 = 50;
        let ns = ns_per(TIMES, || {
            for _ in 0..TIMES {
                let code = m.compile_unit(&[(ENTRY, &t, &exits)]);
                m.backend.free(code);
            }
        });
        let ops = t.insts.len() as f64;
        println!(
            "compiling {ops} ops: {:.1} us, {:.2} us per op",
            ns / 1e3,
            ns / 1e3 / ops
        );
    }
    println!("{:?}", m.backend.stats());
}

#[test]
#[ignore = "prints code"]
fn show_code() {
    let mut m = Machine::cranelift();
    m.backend.keep_text(true);
    let (code, _) = m.compile(ENTRY, &trace(&long_trace(1)));
    println!("{}", m.backend.disassemble(code));
}

#[test]
#[ignore = "a measurement"]
fn speed_of_compiling_exits() {
    let mut m = Machine::cranelift();
    // A hundred guards, each with so many live values.
    for extra in [0, 5, 10, 20, 40] {
        let mut text = String::from("inputs f: val\n");
        for i in 0..extra {
            text += &format!("  x{i} = load f, frame[{i}]\n");
        }
        let list: String = (0..extra).map(|i| format!("x{i}, ")).collect();
        text += "  y0 = load f, frame.token\n";
        for k in 0..50 {
            let (n, log) = (k + 1, extra + 1);
            text += &format!(
                "  y{n} = int_add_ovf y{k}, 3 @[log {log} [{list}y{k}]]\n  c{n} = int_lt y{n}, 3000\n  \
                 guard_true c{n} @[log {log} [{list}y{n}]]\n"
            );
        }
        text += &format!("  exit @[log {} [{list}y50]]\n", extra + 1);
        let t = trace(&text);
        let exits = m.exits(&t);
        let ns = ns_per(100, || {
            for _ in 0..100 {
                let code = m.compile_unit(&[(ENTRY, &t, &exits)]);
                m.backend.free(code);
            }
        });
        println!("{extra} live: {} ops {:.1} us", t.insts.len(), ns / 1e3);
    }
    println!("{:?}", m.backend.stats());
}
