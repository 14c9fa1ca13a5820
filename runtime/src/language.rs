//! What a guest language is to the runtime.
//!
//! A language is a `static` without data; what it keeps per engine is its state
//! ([`Vm::state`](crate::engine::Vm::state)). Its frames run in its step loops;
//! everything else it is asked goes through this trait.

use crate::engine::Vm;
use crate::native::Guest;
use metatrace::code::Code;
use metatrace::interp::StepLoops;
use metatrace::value::Value;
use std::any::Any;
use std::path::PathBuf;
use std::rc::Rc;

/// Program text and where it came from.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path as shown in messages: a file, or a block of a literate program.
    pub path: String,
    /// Module name that the text is loaded as.
    pub name: String,
    pub text: Rc<str>,
    /// Folder that its imports start from.
    pub folder: Option<PathBuf>,
    /// Lines before the text's first one in the file that errors point into.
    pub line_offset: u32,
    /// The main program (`__main__`), as opposed to an imported module.
    pub main: bool,
}

/// One line of a mixed traceback.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TraceLine {
    pub file: String,
    pub line: u32,
    pub function: String,
    /// Printed below the line, if the source is at hand.
    pub text: Option<String>,
}

/// What loading a module makes: run `code` in a new frame with `slots` set; it returns the module.
#[derive(Clone, Debug)]
pub struct Loaded {
    pub code: &'static Code,
    /// First slots of the frame.
    pub slots: Vec<Value>,
    /// The module object itself, complete once the code has run.
    pub module: Value,
}

/// A guest language.
pub trait Language: Sync {
    /// Name as in `--language` and in fenced blocks.
    fn name(&self) -> &'static str;
    /// Other names of fenced blocks.
    fn aliases(&self) -> &'static [&'static str] {
        &[]
    }
    /// File name extensions, without dot.
    fn extensions(&self) -> &'static [&'static str];
    /// Its step functions. Exceptions reach its frames as `Arrival::Raise`.
    fn loops(&self) -> StepLoops;
    /// The engine register, a fixnum that only grows, that counts the work of its programs (choice
    /// points, say) the same in traces and without: for languages that search, so that the tracer
    /// can find out whether traces help them.
    fn work_register(&self) -> Option<u8> {
        None
    }
    /// The state it keeps per engine. Its number is `lang`.
    fn new_state(&self, vm: &mut Vm, lang: u8) -> Box<dyn Any>;
    /// Compiles a module. Errors in the text are raised as the language's exceptions.
    fn load(&self, vm: &mut Vm, lang: u8, source: &Source) -> Guest<Loaded>;
    /// Starts an interactive session after loading `files`, if the language has one.
    fn interact(&self, vm: &mut Vm, lang: u8, files: &[String]) -> Option<Guest<Loaded>> {
        let _ = (vm, lang, files);
        None
    }
    /// The exception as its last traceback lines (`ZeroDivisionError: division by zero`).
    fn describe_exception(&self, vm: &mut Vm, exception: Value) -> String;
    /// Prints an uncaught exception with its traceback to standard error and
    /// gives the process's exit status.
    fn print_exception(&self, vm: &mut Vm, exception: Value) -> i32;
    /// The program is over: writes out what open files still hold.
    fn finish(&self, vm: &mut Vm) {
        let _ = vm;
    }
    /// The traceback line of a frame of this language at `pc`.
    fn trace_line(&self, vm: &mut Vm, code: &'static Code, pc: u32) -> TraceLine {
        let _ = vm;
        TraceLine {
            file: code.file.clone(),
            line: code.data.line(pc),
            function: code.name.clone(),
            text: None,
        }
    }
    /// Shows a full collection the symbols that `state` holds as numbers, where they may be mortal
    /// ones (permanent ones may be shown, too; so may numbers that are no symbols').
    fn visit_symbols(&self, state: &mut dyn Any, mark: &mut dyn FnMut(u32)) {
        let _ = (state, mark);
    }
    /// Shows the collector every value held in `state` outside the heap.
    fn visit_roots(&self, state: &mut dyn Any, visit: &mut dyn FnMut(&mut Value));
}
