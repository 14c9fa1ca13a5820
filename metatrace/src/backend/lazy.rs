//! A back end that is made when the first trace is compiled: programs that end before that do
//! not pay for it.

use super::{Backend, BackendStats, CodeId, CompileError, ExitId, Outcome, TraceId, Unit};
use crate::vm::VmCore;
use std::cell::{Cell, OnceCell};

/// See the module text.
pub struct LazyBackend<B> {
    make: fn(usize) -> Result<B, CompileError>,
    code_bytes_max: usize,
    made: OnceCell<B>,
    keep_text: Cell<bool>,
}

impl<B: Backend> LazyBackend<B> {
    /// A back end that `make(code_bytes_max)` makes.
    pub fn new(make: fn(usize) -> Result<B, CompileError>, code_bytes_max: usize) -> Self {
        LazyBackend {
            make,
            code_bytes_max,
            made: OnceCell::new(),
            keep_text: Cell::new(false),
        }
    }

    fn get_or_make(&self) -> Result<&B, CompileError> {
        if self.made.get().is_none() {
            let made = (self.make)(self.code_bytes_max)?;
            made.keep_text(self.keep_text.get());
            return Ok(self.made.get_or_init(|| made));
        }
        Ok(self.made())
    }

    /// The back end, which has compiled something before.
    fn made(&self) -> &B {
        self.made.get().expect("nothing was compiled yet")
    }
}

impl<B: Backend> Backend for LazyBackend<B> {
    fn compile(&self, unit: &Unit) -> Result<CodeId, CompileError> {
        self.get_or_make()?.compile(unit)
    }
    fn attach(&self, exit: ExitId, code: CodeId) {
        self.made().attach(exit, code);
    }
    fn detach(&self, exit: ExitId) {
        self.made().detach(exit);
    }
    fn bind(&self, language: u8, token: i64, trace: TraceId) {
        self.made().bind(language, token, trace);
    }
    fn free(&self, code: CodeId) -> Vec<CodeId> {
        self.made().free(code)
    }
    fn invalidate(&self, code: CodeId) {
        self.made().invalidate(code);
    }
    fn has_entry(&self, trace: TraceId) -> bool {
        self.made.get().is_some_and(|b| b.has_entry(trace))
    }
    fn enter(&self, vm: *mut VmCore, trace: TraceId, frame: u64) -> Outcome {
        self.made().enter(vm, trace, frame)
    }
    fn is_active(&self) -> bool {
        self.made.get().is_some_and(B::is_active)
    }
    fn held(&self) -> [std::ops::Range<usize>; 2] {
        self.made.get().map_or([0..0, 0..0], B::held)
    }
    fn keep_text(&self, keep: bool) {
        self.keep_text.set(keep);
        if let Some(b) = self.made.get() {
            b.keep_text(keep);
        }
    }
    fn disassemble(&self, code: CodeId) -> String {
        self.made().disassemble(code)
    }
    fn stats(&self) -> BackendStats {
        self.made.get().map(B::stats).unwrap_or_default()
    }
}
