//! Engines that come and go.

use metatrace_cli::{Engine, Object, Out, fl, prolog};

const RUNS: usize = 1000;
/// After so many, what the process keeps for all of its engines is there.
const SETTLED: usize = 100;

/// Resident memory of this process, in bytes; 0 where the system does not say.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = statm
        .split(' ')
        .nth(1)
        .and_then(|n| n.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// An engine that runs traces over a border, and something that it leaves behind.
fn run() -> Object {
    let mut engine = Engine::builder()
        .language(fl())
        .language(prolog())
        .build()
        .unwrap();
    let rules = ":- module(rules, [next/2]).\nnext(X, Y) :- Y is X + 1.\n";
    engine.load_text("prolog", "rules", rules).unwrap();
    let uses = "import rules\nfrom polyglot import out\n\nclass Sum:\n    def __init__(self):\n        \
                self.total = 0\n\ndef run(n):\n    s = Sum()\n    for i in range(n):\n        \
                s.total += rules.next(i, out)\n    return s.total\n";
    let uses = engine.load_text("fl", "uses", uses).unwrap();
    assert_eq!(
        engine.call::<i64>(&uses, "run", (3000,)).unwrap(),
        4_501_500
    );
    let rules: Object = engine.get(&uses, "rules").unwrap();
    assert_eq!(engine.call::<i64>(&rules, "next", (1, Out)).unwrap(), 2);
    // A handle may outlive its engine.
    uses
}

#[test]
fn memory_goes_back_with_the_engine() {
    let mut settled = 0;
    for i in 0..RUNS {
        drop(run());
        if i == SETTLED {
            settled = resident();
        }
    }
    let grown = resident().saturating_sub(settled);
    assert!(grown < 32 << 20, "{} kB more", grown / 1024);
}
