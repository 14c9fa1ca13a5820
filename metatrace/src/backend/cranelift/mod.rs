//! The Cranelift back end: each unit becomes one function.
//!
//! All code has one signature, in Cranelift's tail-call convention:
//! `(selector) -> word`. The selector says at which point to come in (an entry, a
//! bridge, a label); entries find their frame in `VmCore::frame`. The engine
//! record is in the pinned register: as an argument it costs moves at every
//! turn of a loop (measured), because each exit wants it elsewhere. Code leaves
//! by a tail call through a [`Slot`](slots::Slot), which holds an address and the
//! selector to pass. The default target of a slot is a stub that returns its
//! selector to Rust; that word tells `enter` what happened.
//!
//! - `tree`: a unit as one function: dispatch, fragments, bridges
//! - `lower`, `int`, `heap`: each operation
//! - `exits`: leaving and coming in; stubs and the trampoline
//! - `stores`: what exits store, and share
//! - `slots`: the tables that machine code reads
//! - `quick`: another generator, for code that is not worth Cranelift's time
//!
//! Facts about Cranelift 0.135 that shaped this: `Context::compile` without a
//! module costs 10 µs, with `JITModule` 48 µs. With `opt_level=none` constants
//! are not rematerialised, so they are made where they are used. Tail calls need
//! `preserve_frame_pointers`. Functions of the `PreserveAll` convention cannot
//! return values, but calls of them do not disturb register allocation: slow
//! paths use them and pass results through the exit buffer.

mod exits;
mod heap;
mod int;
mod lower;
#[cfg(target_arch = "x86_64")]
mod quick;
mod slots;
mod stores;
mod tree;

use super::code::{self, CodeMemory};
use super::link::{Freed, Key, Links, Target};
use super::plan::Plan;
use super::{Backend, BackendStats, CodeId, CompileError, ExitId, Outcome, Unit};
use crate::assume::Validity;
use crate::ir::TraceId;
use crate::vm::VmCore;
use cranelift_codegen::Context;
use cranelift_codegen::control::ControlPlane;
use cranelift_codegen::isa::{CallConv, OwnedTargetIsa};
use cranelift_codegen::settings::{self, Configurable};
use cranelift_frontend::FunctionBuilderContext;
use exits::{Stubs, decode_exit};
use slots::{Slots, Way};
use smallvec::SmallVec;
use std::cell::{Cell, RefCell};
use std::fmt::Write as _;
use std::fs::File;
use std::io::Write as _;
use std::rc::Rc;
use std::time::Instant;

/// Default bound of code memory.
pub const CODE_BYTES_MAX: usize = 64 << 20;

/// What compiling needs besides the unit.
struct Compiler {
    isa: OwnedTargetIsa,
    context: Context,
    builder: FunctionBuilderContext,
    memory: CodeMemory,
}

/// Compiled code of a unit.
struct Code {
    block: code::Block,
    /// Non-zero: assumptions failed. Read by `guard_valid`; boxed for its address.
    validity: Rc<Validity>,
    text: Option<String>,
    /// Offsets of the points, if the quick generator made it.
    points: Option<Vec<(u32, u32)>>,
}

/// What a generator made.
struct Made {
    block: code::Block,
    bytes: u32,
    text: Option<String>,
    points: Option<Vec<(u32, u32)>>,
}

struct State {
    compiler: Compiler,
    stubs: Stubs,
    slots: Slots,
    links: Links,
    codes: Vec<Option<Code>>,
    /// Freed while code was active: given back when nothing runs.
    graveyard: Vec<Code>,
    stats: BackendStats,
    /// Words of the exit buffer that the quick generator's code uses, from the start and from its base.
    used: (usize, usize),
    keep_text: bool,
    /// Where `perf` looks up the names of code, when `MTD_PERF_MAP` is set.
    perf_map: Option<File>,
}

/// See the module documentation.
pub struct CraneliftBackend {
    state: RefCell<State>,
    /// Activations of machine code on the native stack.
    active: Cell<u32>,
}

fn isa() -> Result<OwnedTargetIsa, CompileError> {
    let mut flags = settings::builder();
    let verify = if cfg!(debug_assertions) {
        "true"
    } else {
        "false"
    };
    for (name, value) in [
        ("opt_level", "none"),
        ("enable_verifier", verify),
        ("preserve_frame_pointers", "true"),
        ("enable_pinned_reg", "true"),
        ("is_pic", "false"),
        ("unwind_info", "false"),
        ("enable_probestack", "false"),
        ("enable_alias_analysis", "false"),
        ("enable_heap_access_spectre_mitigation", "false"),
        ("enable_table_access_spectre_mitigation", "false"),
        ("machine_code_cfg_info", "false"),
    ] {
        flags
            .set(name, value)
            .map_err(|_| CompileError::Codegen("unknown code generator setting"))?;
    }
    cranelift_native::builder()
        .map_err(CompileError::Codegen)?
        .finish(settings::Flags::new(flags))
        .map_err(|_| CompileError::Codegen("no code generator for this machine"))
}

/// The file of the convention that `perf` reads: address, size, name.
fn perf_map() -> Option<File> {
    std::env::var_os("MTD_PERF_MAP")?;
    let path = format!("/tmp/perf-{}.map", std::process::id());
    File::options().append(true).create(true).open(path).ok()
}

impl Compiler {
    /// Compiles the function in `self.context` and publishes it.
    fn finish(&mut self) -> Result<(code::Block, u32), CompileError> {
        let isa = &*self.isa;
        let code = self
            .context
            .compile(isa, &mut ControlPlane::default())
            .map_err(|error| {
                debug_assert!(false, "code generator: {:?}", error.inner);
                CompileError::Codegen("the code generator refused the function")
            })?;
        if !code.buffer.relocs().is_empty() {
            return Err(CompileError::Codegen("code needs a library call"));
        }
        let bytes = code.code_buffer();
        let block = self
            .memory
            .publish(bytes)
            .ok_or(CompileError::CodeMemoryFull)?;
        Ok((block, bytes.len() as u32))
    }

    /// See [`Stubs::leave_frame`].
    #[cfg(target_arch = "x86_64")]
    fn leave_frame(&mut self) -> Result<u64, CompileError> {
        let block = self.memory.publish(&quick::epilogue_stub());
        let block = block.ok_or(CompileError::CodeMemoryFull)?;
        Ok(self.memory.address(block))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn leave_frame(&mut self) -> Result<u64, CompileError> {
        Ok(0)
    }

    fn native_call_conv(&self) -> CallConv {
        self.isa.default_call_conv()
    }
}

impl CraneliftBackend {
    /// Fails where Cranelift has no code generator.
    pub fn check_platform() -> Result<(), CompileError> {
        isa().map(drop)
    }

    /// A back end with at most `code_bytes_max` of machine code. Fails where
    /// Cranelift has no code generator or the system gives no executable memory.
    pub fn new(code_bytes_max: usize) -> Result<CraneliftBackend, CompileError> {
        let memory = CodeMemory::new(code_bytes_max)
            .map_err(|_| CompileError::Codegen("no executable memory"))?;
        let mut compiler = Compiler {
            isa: isa()?,
            context: Context::new(),
            builder: FunctionBuilderContext::new(),
            memory,
        };
        let stubs = Stubs::compile(&mut compiler)?;
        let slots = Slots::new(&stubs);
        Ok(CraneliftBackend {
            state: RefCell::new(State {
                compiler,
                stubs,
                slots,
                links: Links::default(),
                codes: Vec::new(),
                graveyard: Vec::new(),
                stats: BackendStats::default(),
                used: (0, 0),
                keep_text: false,
                perf_map: perf_map(),
            }),
            active: Cell::new(0),
        })
    }

    /// Gives freed code memory back if no code is active.
    fn bury(&self, state: &mut State) {
        if self.active.get() == 0 {
            for code in state.graveyard.drain(..) {
                state.compiler.memory.release(code.block);
            }
        }
    }
}

impl State {
    fn compile(&mut self, unit: &Unit) -> Result<CodeId, CompileError> {
        let links = &self.links;
        let plan = Plan::new(unit, |label| links.target(Key::Label(label)).is_some())?;
        if !slots::ids_fit(unit, &plan) {
            return Err(CompileError::CodeMemoryFull);
        }
        let validity = unit.own_validity();
        let invalid = validity.address() as u64;
        let made = match self.compile_quickly(unit, &plan, invalid)? {
            Some(made) => made,
            None => self.compile_thoroughly(unit, &plan, invalid)?,
        };
        let Made {
            block,
            bytes,
            text,
            points,
        } = made;
        if let (Some(map), Some(point)) = (&mut self.perf_map, plan.points.first()) {
            let address = self.compiler.memory.address(block);
            let _ = writeln!(map, "{address:x} {bytes:x} trace:{:?}", point.key);
        }
        self.stats.units += 1;
        self.stats.quick_units += u64::from(points.is_some());
        self.stats.fragments += unit.fragments.len() as u64;
        self.stats.ops += (unit.fragments.iter())
            .map(|f| f.trace.insts.len() as u64)
            .sum::<u64>();
        self.stats.code_bytes_total += u64::from(bytes);
        let code = self
            .links
            .publish(plan.points.iter().map(|p| p.key).collect(), plan.imports);
        self.codes.push(Some(Code {
            block,
            validity,
            text,
            points,
        }));
        for (selector, point) in plan.points.iter().enumerate() {
            if !matches!(point.key, Key::Exit(_)) {
                let selector = selector as u32;
                self.point(point.key, Target { code, selector });
            }
        }
        Ok(code)
    }

    fn compile_thoroughly(
        &mut self,
        unit: &Unit,
        plan: &Plan,
        invalid: u64,
    ) -> Result<Made, CompileError> {
        let (compiler, slots) = (&mut self.compiler, &mut self.slots);
        let layouts = tree::build(compiler, &self.stubs, slots, unit, plan, invalid)?;
        self.compiler.context.set_disasm(self.keep_text);
        let mut text = self
            .keep_text
            .then(|| self.compiler.context.func.display().to_string());
        let (block, bytes) = self.compiler.finish()?;
        for (exit, layout) in layouts {
            self.slots.set_layout(exit, layout);
        }
        if let Some(text) = &mut text
            && let Some(vcode) = self
                .compiler
                .context
                .compiled_code()
                .and_then(|c| c.vcode.as_ref())
        {
            let _ = write!(text, "\n{vcode}");
        }
        Ok(Made {
            block,
            bytes,
            text,
            points: None,
        })
    }

    /// `None`: is left to Cranelift.
    #[cfg(target_arch = "x86_64")]
    fn compile_quickly(
        &mut self,
        unit: &Unit,
        plan: &Plan,
        invalid: u64,
    ) -> Result<Option<Made>, CompileError> {
        if !unit.quick {
            return Ok(None);
        }
        let Some(built) = quick::build(unit, plan, &self.stubs, &mut self.slots, invalid) else {
            return Ok(None);
        };
        let block = self.compiler.memory.publish(&built.bytes);
        let block = block.ok_or(CompileError::CodeMemoryFull)?;
        for (exit, layout) in built.layouts {
            self.slots.set_layout(exit, Some(layout));
        }
        self.used.0 = self.used.0.max(built.low);
        self.used.1 = self.used.1.max(built.high);
        let bytes = built.bytes.len() as u32;
        Ok(Some(Made {
            block,
            bytes,
            text: (self.keep_text).then(|| format!("{bytes} bytes of quick code\n")),
            points: Some(built.points),
        }))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn compile_quickly(
        &mut self,
        _: &Unit,
        _: &Plan,
        _: u64,
    ) -> Result<Option<Made>, CompileError> {
        Ok(None)
    }

    /// Makes a slot lead to a point of published code.
    fn point(&mut self, key: Key, target: Target) {
        let code = self.codes[target.code.0 as usize]
            .as_ref()
            .expect("freed code");
        let address = self.compiler.memory.address(code.block);
        let (way, selector) = match &code.points {
            None => {
                let way = Way {
                    code: address,
                    inner: self.stubs.leave_frame,
                };
                (way, u64::from(target.selector))
            }
            Some(points) => {
                let (outer, inner) = points[target.selector as usize];
                let way = Way {
                    code: address + u64::from(outer),
                    inner: address + u64::from(inner),
                };
                (way, 0)
            }
        };
        self.slots.set(key, way, selector);
    }
}

impl Backend for CraneliftBackend {
    fn compile(&self, unit: &Unit) -> Result<CodeId, CompileError> {
        let state = &mut *self.state.borrow_mut();
        let start = Instant::now();
        self.bury(state);
        let result = state.compile(unit);
        state.compiler.context.clear();
        state.stats.compile_ns += start.elapsed().as_nanos() as u64;
        result
    }

    fn attach(&self, exit: ExitId, code: CodeId) {
        let state = &mut *self.state.borrow_mut();
        let target = state.links.attach(exit, code);
        state.point(Key::Exit(exit), target);
    }

    fn detach(&self, exit: ExitId) {
        let state = &mut *self.state.borrow_mut();
        state.links.detach(exit);
        state.slots.reset(Key::Exit(exit));
    }

    fn bind(&self, language: u8, token: i64, trace: TraceId) {
        self.state.borrow_mut().slots.bind(language, token, trace);
    }

    fn free(&self, code: CodeId) -> Vec<CodeId> {
        let state = &mut *self.state.borrow_mut();
        let Freed { codes, keys } = state.links.free(code);
        keys.into_iter().for_each(|key| state.slots.reset(key));
        for code in &codes {
            let code = state.codes[code.0 as usize].take();
            state.graveyard.extend(code);
        }
        self.bury(state);
        codes
    }

    fn invalidate(&self, code: CodeId) {
        let state = self.state.borrow();
        if let Some(code) = &state.codes[code.0 as usize] {
            code.validity.invalidate();
        }
    }

    fn has_entry(&self, trace: TraceId) -> bool {
        self.state
            .borrow()
            .links
            .target(Key::Entry(trace))
            .is_some()
    }

    fn enter(&self, vm: *mut VmCore, trace: TraceId, frame: u64) -> Outcome {
        let (trampoline, code, selector) = {
            let state = &*self.state.borrow();
            let (code, selector) = state.slots.entry(trace);
            (state.stubs.trampoline, code, selector)
        };
        self.active.set(self.active.get() + 1);
        let word = code::run(trampoline, vm, frame, selector, code);
        self.active.set(self.active.get() - 1);
        let memory = code::Memory::new(vm);
        let outcome = decode_exit(word, || memory.with(|vm| vm.frame.0));
        if let Outcome::Exit(exit) = outcome
            && let Some(layout) = self.state.borrow().slots.layout(exit)
        {
            let words: SmallVec<[u64; 32]> =
                layout.iter().map(|p| memory.buffer(*p as usize)).collect();
            (words.iter().enumerate()).for_each(|(i, word)| memory.set_buffer(i, *word));
        }
        outcome
    }

    fn is_active(&self) -> bool {
        self.active.get() != 0
    }

    #[cfg(target_arch = "x86_64")]
    fn held(&self) -> [std::ops::Range<usize>; 2] {
        let (low, high) = match self.active.get() {
            0 => (0, 0),
            _ => self.state.borrow().used,
        };
        let base = usize::from(quick::BASE);
        [0..low, base..base + high]
    }

    fn keep_text(&self, keep: bool) {
        self.state.borrow_mut().keep_text = keep;
    }

    fn disassemble(&self, code: CodeId) -> String {
        let state = self.state.borrow();
        (state.codes.get(code.0 as usize).and_then(Option::as_ref))
            .and_then(|code| code.text.clone())
            .unwrap_or_default()
    }

    fn stats(&self) -> BackendStats {
        let state = self.state.borrow();
        BackendStats {
            code_bytes_live: state.compiler.memory.used() as u64,
            ..state.stats
        }
    }
}
