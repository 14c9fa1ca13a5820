//! What a language gives the core: its step functions, monomorphised for each
//! execution by [`loops`].

use crate::meta::{Arrival, Flow, Meta};
use crate::record::Record;
use crate::resume::Resume;
use crate::run::Run;
use crate::vm::VmCore;

/// An interpreter, written once.
pub trait Interp: 'static {
    /// Executes one bytecode. Must be `#[inline(always)]`; see [`Meta::outlined`].
    fn step<M: Meta>(m: &mut M) -> Flow;
    /// Control arrives in the current frame, which is this language's, from
    /// another language (or from the driver).
    fn arrive<M: Meta>(m: &mut M, how: Arrival) -> Flow;
}

/// The monomorphised loops of one interpreter.
#[derive(Copy, Clone)]
pub struct StepLoops {
    /// Runs from the engine's current frame until something other than
    /// `Flow::Next`; position and frame are saved in the engine.
    pub run: fn(*mut VmCore) -> Flow,
    pub run_arrive: fn(*mut VmCore, Arrival) -> Flow,
    /// One bytecode of a recording.
    pub record: fn(&mut Record) -> Flow,
    pub record_arrive: fn(&mut Record, Arrival) -> Flow,
    /// The rest of an interrupted bytecode.
    pub resume: fn(&mut Resume) -> Flow,
    pub resume_arrive: fn(&mut Resume, Arrival) -> Flow,
}

/// The step loops of interpreter `I`.
pub const fn loops<I: Interp>() -> StepLoops {
    StepLoops {
        run: run_loop::<I>,
        run_arrive: run_arrive::<I>,
        record: I::step::<Record>,
        record_arrive: I::arrive::<Record>,
        resume: I::step::<Resume>,
        resume_arrive: I::arrive::<Resume>,
    }
}

fn run_loop<I: Interp>(core: *mut VmCore) -> Flow {
    let mut m = Run::new(core);
    loop {
        let flow = I::step(&mut m);
        if flow != Flow::Next {
            m.save();
            return flow;
        }
    }
}

fn run_arrive<I: Interp>(core: *mut VmCore, how: Arrival) -> Flow {
    let mut m = Run::new(core);
    let flow = I::arrive(&mut m, how);
    m.save();
    flow
}
