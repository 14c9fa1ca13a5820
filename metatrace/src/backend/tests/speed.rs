//! Costs, printed by `cargo test --release -p metatrace speed -- --ignored --nocapture`.

use super::{ENTRY, Machine, T0, trace, w};
use std::time::Instant;

fn ns_per(count: u64, run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_nanos() as f64 / count as f64
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
    let sum = trace(
        "
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
",
    );
    m.backend.keep_text(true);
    let (code, _) = m.compile(ENTRY, &sum);
    println!("{}", m.backend.disassemble(code));
    m.backend.keep_text(false);
    let frame = m.vm.object(&[0, w(TURNS as i64), 0], 0);
    let turn = ns_per(TURNS, || {
        m.run(T0, frame);
    });
    println!("integer sum: {turn:.3} ns per turn");
    println!("{:?}", m.backend.stats());
}
