//! The one driver loop: runs guest code of any language, with the tracer if the
//! engine has one.
//!
//! Host frames stand where Rust called guest code: a frame of the host's code
//! is the bottom of every guest stack, and the loop returns when it is current.

use crate::engine::{NewCode, Vm};
use crate::error::ErrorKind;
use crate::heap::Stress;
use crate::native::Guest;
use metatrace::code::{Code, CodeData, SlotMask};
use metatrace::interp::StepLoops;
use metatrace::jit::{HOST_LANGUAGE, Jit, Services};
use metatrace::layout::{FRAME, Frame, header};
use metatrace::meta::{Arrival, Flow, Raised};
use metatrace::resume::Resume;
use metatrace::run::mem;
use metatrace::value::Value;
use metatrace::vm::{
    POLL_EACH, POLL_EACH_PASS, POLL_GC, POLL_INTERRUPT, POLL_INVALIDATED, POLL_TIME, REG_TRANSFER,
    VmCore,
};
use std::rc::Rc;

/// The code of host frames: never executed.
struct HostCode;

impl CodeData for HostCode {
    fn live_slots(&self, _: u32) -> SlotMask {
        SlotMask::default()
    }
    fn describe(&self, _: u32) -> String {
        "host".to_owned()
    }
    fn line(&self, _: u32) -> u32 {
        0
    }
}

/// What the tracer asks of the runtime.
struct VmServices {
    loops: Vec<StepLoops>,
}

impl Services for VmServices {
    fn loops(&self, language: u8) -> StepLoops {
        self.loops[language as usize]
    }
    fn poll(&self, core: *mut VmCore) -> Option<Arrival> {
        Vm::from_core(core)
            .attend()
            .err()
            .map(|Raised| Arrival::Raise)
    }
    fn recount_depth(&self, core: *mut VmCore) {
        let vm = Vm::from_core(core);
        vm.recount_depth(vm.core().frame);
    }
    fn progress(&self, core: *mut VmCore) -> Option<(u64, u64)> {
        let vm = Vm::from_core(core);
        let counters = vm.languages.iter().filter_map(|l| l.work_register());
        let work = counters
            .map(|reg| vm.core().regs[reg as usize].as_int() as u64)
            .reduce(|a, b| a + b)?;
        Some((work, crate::heap::cpu_nanos(false)?))
    }
    fn rearm(&self, core: *mut VmCore) {
        Vm::from_core(core).rearm();
    }
    fn promote(&self, core: *mut VmCore, words: &mut [u64]) -> bool {
        struct Words<'a>(&'a mut [u64]);
        impl crate::heap::RootSource for Words<'_> {
            fn visit(&mut self, visit: &mut dyn FnMut(&mut Value)) {
                for word in self.0.iter_mut() {
                    let mut value = Value(*word);
                    visit(&mut value);
                    *word = value.0;
                }
            }
        }
        let vm = Vm::from_core(core);
        vm.promote_all(&mut Words(words));
        words.iter().all(|&word| vm.heap.is_settled(Value(word)))
    }
}

impl Vm {
    /// Code of the host's frames; made on first use.
    fn host_code(&mut self) -> &'static Code {
        if let Some(code) = self.codes.iter().find(|c| c.lang == HOST_LANGUAGE) {
            return code;
        }
        self.add_code(NewCode {
            lang: HOST_LANGUAGE,
            slots: 0,
            name: "host".to_owned(),
            file: String::new(),
            instrs: Box::new([0]),
            merge_points: Box::new([]),
            data: Box::new(HostCode),
        })
    }

    /// Runs `code` in a new frame with its first slots set, to its end: the
    /// value that it returns, or `Err` with the exception pending. Not for
    /// natives' everyday use: guest code called from guest code is a frame.
    pub fn execute(&mut self, code: &'static Code, slots: &[Value]) -> Guest {
        let frame = self.new_frame(code, slots);
        self.execute_frame(frame)
    }

    /// A frame object of `code`, not linked to any other.
    pub fn new_frame(&mut self, code: &'static Code, slots: &[Value]) -> Value {
        let words = code.frame_words();
        let core = self.core_ptr();
        let frame = mem::alloc(core, header(FRAME, words, 0), words);
        mem::fill(frame, 1, words, Value::UNDEF.0);
        mem::set_word(frame, Frame::PARENT.raw.word as usize, Value::NIL.0);
        mem::set_word(
            frame,
            Frame::TOKEN.raw.word as usize,
            Value::small(code.token(0)).0,
        );
        for (i, value) in slots.iter().enumerate() {
            mem::set_word(frame, Frame::SLOTS.raw.start as usize + i, value.0);
        }
        Value(frame)
    }

    /// Runs an unlinked frame to its end.
    pub fn execute_frame(&mut self, frame: Value) -> Guest {
        let host = self.host_code();
        let outer = self.core().frame;
        // A step loop or trace with a native stands on the Rust stack: what they
        // hold must not move.
        let frozen = outer.is_heap().then(|| self.heap.freeze());
        let sentinel = self.new_frame(host, &[]);
        mem::set_word(sentinel.0, Frame::PARENT.raw.word as usize, outer.0);
        mem::barrier(self.core_ptr(), frame.0);
        mem::set_word(frame.0, Frame::PARENT.raw.word as usize, sentinel.0);
        self.core_mut().frame = frame;
        self.core_mut().depth += 1;
        let depth = self.core().depth;
        let how = self.drive();
        // The sentinel is current again; its parent is where we came from (and
        // may have moved meanwhile).
        let sentinel = self.core().frame;
        let outer = Value(mem::word(sentinel.0, Frame::PARENT.raw.word as usize));
        self.core_mut().frame = outer;
        self.core_mut().depth = depth - 1;
        if let Some(frozen) = frozen {
            self.heap.thaw(frozen);
        }
        match how {
            Arrival::Raise => Err(Raised),
            Arrival::Return | Arrival::Start => Ok(self.core().regs[REG_TRANSFER as usize]),
            Arrival::Fail => Ok(Value::STOP),
        }
    }

    fn drive(&mut self) -> Arrival {
        let services = VmServices {
            loops: self.languages.iter().map(|l| l.loops()).collect(),
        };
        let core = self.core_ptr();
        match self.jit.clone() {
            Some(jit) => jit.run(&services, core, None),
            None => interpret(&services, core),
        }
    }

    /// Sets the tracer, and the counters of all codes accordingly.
    pub fn set_jit(&mut self, jit: Rc<Jit>) {
        for code in self.codes.iter() {
            for point in &code.merge_points {
                point.counter.set(jit.initial_counter(point.kind));
            }
        }
        self.jit = Some(jit);
    }

    /// In stress modes, and where steps are counted, every merge point of the step loops polls. The bit is
    /// down while a trace is entered, or it would leave at its first guard for ever.
    fn rearm(&mut self) {
        if self.options.heap.stress != Stress::None || self.limits_steps {
            self.core_mut().poll |= POLL_EACH | POLL_EACH_PASS;
        }
    }

    /// For natives that run long: raises if an interrupt waits for the next merge point.
    pub fn check_interrupt(&mut self) -> Guest<()> {
        if mem::poll(self.core_ptr()) & POLL_INTERRUPT == 0 {
            return Ok(());
        }
        self.core_mut().poll &= !POLL_INTERRUPT;
        Err(self.error(ErrorKind::Interrupt, ""))
    }

    /// At a merge point: does what the poll word asks for.
    fn attend(&mut self) -> Guest<()> {
        let poll = self.core().poll;
        self.core_mut().poll &=
            !(POLL_GC | POLL_INTERRUPT | POLL_INVALIDATED | POLL_TIME | POLL_EACH | POLL_EACH_PASS);
        let stressed = self.options.heap.stress != Stress::None && poll & POLL_EACH != 0;
        if stressed || poll & POLL_GC != 0 {
            self.collect();
            self.recount_in_time();
            if self.heap.try_reserve(0).is_err() {
                return Err(self.error(ErrorKind::Memory, ""));
            }
        }
        if poll & POLL_TIME != 0 {
            // The bit stays up, lest a guest catches the exception and goes on.
            self.core_mut().poll |= POLL_TIME;
            return Err(self.error(ErrorKind::Interrupt, "time limit exceeded"));
        }
        if self.limits_steps {
            let fuel = &mut self.core_mut().fuel;
            *fuel = fuel.saturating_sub(1);
            // It stays so, lest a guest catches the exception and goes on.
            if *fuel < 0 {
                return Err(self.error(ErrorKind::Interrupt, "step limit exceeded"));
            }
        }
        if poll & POLL_INTERRUPT != 0 {
            return Err(self.error(ErrorKind::Interrupt, ""));
        }
        Ok(())
    }

    /// From now on guest code may take this many steps (see [`VmCore::fuel`]), until the limit is
    /// lifted: then every merge point raises. Machine code counts them with `JitOptions::fuel` only.
    pub fn limit_steps(&mut self, steps: Option<u64>) {
        self.limits_steps = steps.is_some();
        let fuel = steps.map_or(i64::MAX, |steps| i64::try_from(steps).unwrap_or(i64::MAX));
        self.core_mut().fuel = fuel;
        self.core_mut().poll &= !(POLL_EACH | POLL_EACH_PASS);
    }

    /// Are the steps that guest code may take used up?
    pub fn is_out_of_steps(&self) -> bool {
        self.limits_steps && self.core().fuel < 0
    }
}

/// The loop without a tracer.
fn interpret(services: &VmServices, core: *mut VmCore) -> Arrival {
    let mut arrival = None;
    loop {
        let token = Value(mem::word(
            mem::current(core),
            Frame::TOKEN.raw.word as usize,
        ))
        .as_int();
        let code = mem::code(core, metatrace::code::token_code(token));
        if code.lang == HOST_LANGUAGE {
            return arrival.unwrap_or(Arrival::Return);
        }
        let loops = services.loops(code.lang);
        services.rearm(core);
        let flow = match arrival.take() {
            Some(how) => (loops.run_arrive)(core, how),
            None => (loops.run)(core),
        };
        match flow {
            Flow::Next => {}
            Flow::Switch(how) => arrival = Some(how),
            Flow::Merge => arrival = after_merge(services, core),
        }
    }
}

/// At a merge point without a tracer: attends to the poll word, then lets the
/// merge point's bytecode through before the word may rise again.
fn after_merge(services: &VmServices, core: *mut VmCore) -> Option<Arrival> {
    loop {
        if mem::poll(core) != 0
            && let Some(how) = services.poll(core)
        {
            return Some(how);
        }
        let mut step = Resume::new(core, Default::default(), 0);
        let flow = (services.loops(step.language()).resume)(&mut step);
        step.save();
        match flow {
            Flow::Next => return None,
            Flow::Switch(how) => return Some(how),
            Flow::Merge => {}
        }
    }
}
