//! Files: `open`, the standard streams, and their methods.
//!
//! A file is an instance of one of five built-in classes that hold a [`Stream`]; a text
//! file and its `buffer` hold the same. Files in memory are in `lib/io.py`.

pub mod file;
mod methods;
pub mod open;
pub mod system;
mod text;

pub use methods::{FILE_METHODS, is_output, read_line};
pub use open::standard;

use crate::builtins::core;
use crate::object::class::ClassInfo;
use crate::object::{exception, types};
use crate::state::FlState;
use file::File;
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::Instance;
use runtime::native::Guest;
use runtime::object::Obj;
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use text::Text;

/// An open file.
pub struct Stream {
    pub file: File,
    text: Option<Text>,
    pub mode: String,
}

/// A stream as the objects of the guest share it.
pub type Shared = Rc<RefCell<Stream>>;

/// The open files of an engine, so that what they hold can be written out.
#[derive(Default)]
pub struct OpenFiles {
    all: Vec<Weak<RefCell<Stream>>>,
    /// Standard input, output, error, once wanted.
    standard: [Option<Value>; 3],
    next_number: i64,
}

impl OpenFiles {
    fn add(&mut self, stream: &Shared) {
        if self.all.len() >= 64 && self.all.len().is_power_of_two() {
            self.all.retain(|s| s.strong_count() > 0);
        }
        self.all.push(Rc::downgrade(stream));
    }

    pub fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.standard.iter_mut().flatten().for_each(visit);
    }
}

/// Writes out what open files hold. CPython, which counts references, closes a file
/// as soon as nobody has it; so that programs that rely on that see what they
/// wrote, everything is written out before the outside world is looked at.
pub fn flush_all(vm: &mut Vm) {
    let fl = FlState::of(vm);
    let all: Vec<Shared> = {
        let mut files = fl.files.borrow_mut();
        files.all.retain(|s| s.strong_count() > 0);
        files.all.iter().filter_map(Weak::upgrade).collect()
    };
    for stream in all {
        // Errors come again when the program itself flushes or closes.
        let _ = stream.borrow_mut().file.flush(&mut *vm.host);
    }
}

/// The stream of a file object.
fn stream_of(vm: &mut Vm, o: Value) -> Guest<Shared> {
    let name = FlState::of(vm).names.file_stream;
    let host = Obj::<Instance>::of(o).and_then(|i| vm.instance_get(i, name));
    let found = host.and_then(|host| vm.host_object_mut::<Shared>(host).cloned());
    match found {
        Some(stream) => Ok(stream),
        None => Err(exception::type_error(vm, "a file is required")),
    }
}

/// A file object of a class on a stream's host object.
fn object(vm: &mut Vm, class: &ClassInfo, host: Value) -> Value {
    let name = FlState::of(vm).names.file_stream;
    let o = vm.new_instance(class.id);
    vm.instance_set(o, name, host);
    o.value()
}

fn is_text(vm: &Vm, o: Value) -> bool {
    types::class_of(vm, o) == FlState::of(vm).types().TextIOWrapper
}

fn failed(vm: &mut Vm, e: &std::io::Error) -> Raised {
    core::io_error(vm, e, None)
}

fn unsupported(vm: &mut Vm, message: &str) -> Raised {
    let class = FlState::of(vm).types().UnsupportedOperation;
    exception::raise(vm, class, message)
}
