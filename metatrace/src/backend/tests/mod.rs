//! Both back ends on the same units: each operation against `ir/pure.rs`,
//! hand-written traces, random traces.

mod fake;
mod link;
mod ops;
mod random;
mod speed;

use super::{Backend, CodeId, CraneliftBackend, ExitId, Outcome, PortableBackend};
use super::{Source, Unit, UnitFragment};
use crate::ir::parse::parse;
use crate::ir::{Trace, TraceId};
use crate::layout::{CORE_LAYOUTS, register};
use crate::native::Native;
use crate::value::Value;
use fake::FakeVm;

/// One back end with an engine record and running numbers for exits.
pub(super) struct Machine {
    pub backend: Box<dyn Backend>,
    pub vm: FakeVm,
    /// Units are compiled quickly.
    pub quick: bool,
    next_exit: u32,
}

impl Machine {
    pub fn cranelift() -> Machine {
        Machine::new(Box::new(
            CraneliftBackend::new(1 << 20).expect("a code generator for this machine"),
        ))
    }

    pub fn quick() -> Machine {
        Machine {
            quick: true,
            ..Machine::cranelift()
        }
    }

    fn new(backend: Box<dyn Backend>) -> Machine {
        register(CORE_LAYOUTS);
        Machine {
            backend,
            vm: FakeVm::new(),
            quick: false,
            next_exit: 0,
        }
    }

    /// Fresh ids for the exits of a trace.
    pub fn exits(&mut self, trace: &Trace) -> Vec<ExitId> {
        let count = trace.insts.iter().filter(|i| i.op.has_snapshot()).count() as u32;
        let first = self.next_exit;
        self.next_exit += count;
        (first..first + count).map(ExitId).collect()
    }

    /// Compiles a trace alone.
    pub fn compile(&mut self, source: Source, trace: &Trace) -> (CodeId, Vec<ExitId>) {
        let exits = self.exits(trace);
        let fragment = UnitFragment {
            trace,
            exits: &exits,
            source,
        };
        let unit = Unit {
            fragments: vec![fragment],
            validity: None,
            quick: self.quick,
            fuel: false,
        };
        let code = self.backend.compile(&unit).expect("compiles");
        let stats = self.backend.stats();
        assert!(!self.quick || stats.quick_units == stats.units);
        (code, exits)
    }

    /// Compiles several traces, whose exits are known, as one unit.
    pub fn compile_unit(&mut self, parts: &[(Source, &Trace, &[ExitId])]) -> CodeId {
        let fragments = (parts.iter())
            .map(|(source, trace, exits)| UnitFragment {
                trace,
                exits,
                source: *source,
            })
            .collect();
        self.backend
            .compile(&Unit {
                fragments,
                validity: None,
                quick: self.quick,
                fuel: false,
            })
            .expect("compiles")
    }

    /// Runs an entry that leaves through an exit; the exit and the first words of the buffer.
    pub fn run(&mut self, trace: TraceId, frame: u64) -> (ExitId, &[u64]) {
        match self.backend.enter(self.vm.core(), trace, frame) {
            Outcome::Exit(exit) => (exit, self.vm.buffer()),
            other => panic!("{other:?}"),
        }
    }
}

/// Runs a test on each back end.
pub(super) fn on_both(test: impl Fn(&mut Machine)) {
    test(&mut Machine::cranelift());
    test(&mut Machine::quick());
    test(&mut Machine::new(Box::new(PortableBackend::new())));
}

pub(super) fn trace(text: &str) -> Trace {
    trace_with(text, &[])
}

pub(super) fn trace_with(text: &str, natives: &[&'static Native]) -> Trace {
    register(CORE_LAYOUTS);
    let trace = parse(text, natives).unwrap_or_else(|e| panic!("{e}"));
    crate::ir::verify::verify(&trace).unwrap_or_else(|e| panic!("{e}"));
    trace
}

/// The word of a fixnum.
pub(super) fn w(i: i64) -> u64 {
    Value::small(i).0
}

pub(super) const T0: TraceId = TraceId(0);
pub(super) const ENTRY: Source = Source::Entry(T0);
