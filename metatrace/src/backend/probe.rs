//! What it costs on this machine to go through a bridge.
//!
//! Counting or timing the bridges of a running program would slow down just what is measured, so
//! a loop of known size is timed instead: once with a guard that holds, once with one that fails
//! each time.

use super::{Backend, CompileError, ExitId, Source, Unit, UnitFragment};
use crate::ir::parse::parse;
use crate::ir::{Trace, TraceId};
use crate::vm::VmCore;
use std::time::Instant;

const TURNS: u64 = 100_000;
const ROUNDS: usize = 5;

/// Five values are live at the guard.
const LOOP: &str = "
inputs f: val
  jump L0 (0, 0, 1, 2, 3)
  label L0 (i: int, s: int, a: int, b: int, c: int)
  m = int_lt i, TURNS
  guard_true m @[log 1 [s]]
  z = int_lt i, LIMIT
  guard_true z @[log 5 [i, s, a, b, c]]
  j = int_add i, 1
  t = int_xor s, j
  jump L0 (j, t, b, c, a)
";

/// What the loop does after the guard.
const BRIDGE: &str = "
inputs i: int, s: int, a: int, b: int, c: int
  j = int_add i, 1
  t = int_xor s, j
  jump L0 (j, t, b, c, a)
";

/// Nanoseconds for entering a bridge with five values, compiled apart from its loop, and for the
/// jump back into the loop: the fastest of a few rounds. Costs a few milliseconds.
///
/// `backend` must be new: the probe uses ids of its own. `vm` must be valid and idle, as for
/// [`Backend::enter`]; only its exit buffer is written.
pub fn bridge_entry_ns(backend: &dyn Backend, vm: *mut VmCore) -> Result<f64, CompileError> {
    let (stays, leaves) = (TraceId(0), TraceId(1));
    let loop_with = |limit: u64, label: &str| {
        let text = (LOOP.replace("TURNS", &TURNS.to_string()))
            .replace("LIMIT", &limit.to_string())
            .replace("L0", label);
        parse(&text, &[]).expect("a correct trace")
    };
    let exits = [ExitId(0), ExitId(1), ExitId(2), ExitId(3)];
    let compile = |trace: &Trace, exits: &[ExitId], source| {
        let fragments = vec![UnitFragment {
            trace,
            exits,
            source,
        }];
        backend.compile(&Unit {
            fragments,
            validity: None,
            quick: false,
            fuel: false,
        })
    };
    compile(&loop_with(TURNS, "L0"), &exits[..2], Source::Entry(stays))?;
    compile(&loop_with(0, "L1"), &exits[2..], Source::Entry(leaves))?;
    let bridge = parse(&BRIDGE.replace("L0", "L1"), &[]).expect("a correct trace");
    let code = compile(&bridge, &[], Source::Bridge(exits[3]))?;
    backend.attach(exits[3], code);
    let fastest = |trace| {
        let rounds = (0..ROUNDS).map(|_| {
            let start = Instant::now();
            backend.enter(vm, trace, 0);
            start.elapsed().as_nanos() as f64
        });
        rounds.fold(f64::INFINITY, f64::min)
    };
    let difference = fastest(leaves) - fastest(stays);
    Ok((difference / TURNS as f64).max(0.0))
}
