//! Exception instances: making, converting, relating them.
//!
//! An exception is an instance whose payload is an [`ExcData`]. What the runtime
//! raises is an [`Error`](runtime::layouts::Error); it becomes an instance of the
//! class that it names as soon as FL code is about to see it.

use crate::object::class::{ClassInfo, Kind};
use crate::object::layouts::{ExcData, Traceback};
use crate::object::types;
use crate::state::FlState;
use metatrace::code::{token_code, token_pc};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::error::{self, ErrorKind};
use runtime::layouts::{Instance, Tuple};
use runtime::object::Obj;

/// A new exception with `args`.
pub fn new(vm: &mut Vm, class: &ClassInfo, args: &[Value]) -> Value {
    let args = vm.tuple(args);
    new_with(vm, class, args)
}

/// A new exception; `args` is a tuple.
pub fn new_with(vm: &mut Vm, class: &ClassInfo, args: Value) -> Value {
    let data = vm.alloc::<ExcData>(0);
    data.init(ExcData::ARGS, args);
    for field in [ExcData::TRACEBACK, ExcData::CONTEXT, ExcData::CAUSE] {
        data.init(field, Value::NONE);
    }
    let own = Obj::<Tuple>::cast(args).items().to_vec();
    if own.len() >= 2 && class.is_subclass(FlState::of(vm).types().OSError) {
        return new_os_error(vm, class, data, &own);
    }
    let instance = vm.new_instance(class.id);
    instance.init_item(Instance::SLOTS, 0, data.value());
    instance.value()
}

/// OSError by its number; its arguments are the number and the text, the file is apart.
fn new_os_error(vm: &mut Vm, class: &ClassInfo, data: Obj<ExcData>, args: &[Value]) -> Value {
    let class = match args[0].to_int() {
        Some(number) if class == FlState::of(vm).types().OSError => os_class(vm, number),
        _ => class,
    };
    let instance = vm.new_instance(class.id);
    instance.init_item(Instance::SLOTS, 0, data.value());
    if let [number, text, file, ..] = *args {
        let short = vm.tuple(&[number, text]);
        data.set(vm, ExcData::ARGS, short);
        let name = vm.symbols.intern("filename");
        vm.instance_set(instance, name, file);
    }
    if let [_, _, _, _, file] = *args {
        let name = vm.symbols.intern("filename2");
        vm.instance_set(instance, name, file);
    }
    instance.value()
}

/// The class for an error number of the system.
fn os_class(vm: &mut Vm, number: i64) -> &'static ClassInfo {
    let name = match number {
        1 | 13 => "PermissionError",
        2 => "FileNotFoundError",
        3 => "ProcessLookupError",
        4 => "InterruptedError",
        10 => "ChildProcessError",
        11 => "BlockingIOError",
        17 => "FileExistsError",
        20 => "NotADirectoryError",
        21 => "IsADirectoryError",
        32 => "BrokenPipeError",
        103 => "ConnectionAbortedError",
        104 => "ConnectionResetError",
        110 => "TimeoutError",
        111 => "ConnectionRefusedError",
        _ => "OSError",
    };
    let symbol = vm.symbols.intern(name);
    let fl = FlState::of(vm);
    let class = fl.builtins().get(symbol);
    class
        .and_then(|c| types::as_class(vm, c))
        .unwrap_or(fl.types().OSError)
}

/// What belongs to exception `e`; `None` if it is no exception.
pub fn data(vm: &Vm, e: Value) -> Option<Obj<ExcData>> {
    let instance = Obj::<Instance>::of(e)?;
    let fl = FlState::of(vm);
    let class = fl.class(vm.shapes.class_of(instance.shape()).0 as i64);
    (class.kind == Kind::Exception).then(|| Obj::cast(instance.item(Instance::SLOTS, 0)))
}

/// Raises a new exception with one argument.
#[cold]
pub fn raise(vm: &mut Vm, class: &ClassInfo, message: impl AsRef<str>) -> Raised {
    let message = vm.str(message.as_ref());
    raise_with(vm, class, &[message])
}

/// Raises a new exception.
#[cold]
pub fn raise_with(vm: &mut Vm, class: &ClassInfo, args: &[Value]) -> Raised {
    let e = new(vm, class, args);
    vm.raise(e)
}

/// Raises TypeError.
#[cold]
pub fn type_error(vm: &mut Vm, message: impl AsRef<str>) -> Raised {
    let class = FlState::of(vm).types().TypeError;
    raise(vm, class, message)
}

/// Raises ValueError.
#[cold]
pub fn value_error(vm: &mut Vm, message: impl AsRef<str>) -> Raised {
    let class = FlState::of(vm).types().ValueError;
    raise(vm, class, message)
}

/// Raises AttributeError.
#[cold]
pub fn attribute_error(vm: &mut Vm, message: impl AsRef<str>) -> Raised {
    let class = FlState::of(vm).types().AttributeError;
    raise(vm, class, message)
}

/// The FL exception for whatever was raised.
pub fn of_raised(vm: &mut Vm, e: Value) -> Value {
    let Some((kind, message, payload)) = error::parts(e) else {
        return crate::border::foreign_exception(vm, e);
    };
    let types = FlState::of(vm).types();
    let class = match kind {
        ErrorKind::Type => types.TypeError,
        ErrorKind::Value => types.ValueError,
        ErrorKind::Index => types.IndexError,
        ErrorKind::Key => return new(vm, types.KeyError, &[payload]),
        ErrorKind::Attribute => types.AttributeError,
        ErrorKind::Name => types.NameError,
        ErrorKind::UnboundLocal => types.UnboundLocalError,
        ErrorKind::ZeroDivision => types.ZeroDivisionError,
        ErrorKind::Overflow => types.OverflowError,
        ErrorKind::Unicode => types.UnicodeDecodeError,
        ErrorKind::Runtime if payload.is_symbol() => types.QueryError,
        ErrorKind::Runtime => types.RuntimeError,
        ErrorKind::Recursion => types.RecursionError,
        ErrorKind::Memory => return new(vm, types.MemoryError, &[]),
        ErrorKind::Os => return os_error(vm, message, payload),
        ErrorKind::Interrupt => return new(vm, types.KeyboardInterrupt, &[]),
        ErrorKind::StopIteration => return new(vm, types.StopIteration, &[]),
        ErrorKind::Exit => return new(vm, types.SystemExit, &[payload]),
        ErrorKind::NotImplemented => types.NotImplementedError,
        ErrorKind::Import => types.ImportError,
        ErrorKind::Syntax => types.SyntaxError,
        ErrorKind::Assertion => types.AssertionError,
        ErrorKind::Eof => types.EOFError,
    };
    new(vm, class, &[message])
}

fn os_error(vm: &mut Vm, message: Value, number: Value) -> Value {
    let types = FlState::of(vm).types();
    if number.is_int() {
        new(vm, types.OSError, &[number, message])
    } else {
        new(vm, types.OSError, &[message])
    }
}

/// The first argument, or None.
pub fn first_arg(vm: &Vm, e: Value) -> Value {
    data(vm, e)
        .and_then(|d| Obj::<Tuple>::of(d.get(ExcData::ARGS)))
        .and_then(|args| args.items().first().copied())
        .unwrap_or(Value::NONE)
}

/// Puts the exception that was being handled into the context of `e`, unless that
/// would make a circle.
pub fn set_context(vm: &mut Vm, e: Value, handled: Value) {
    if e == handled || handled == Value::NONE {
        return;
    }
    let Some(own) = data(vm, e) else { return };
    // As CPython: the chain of the handled exception is cut where it comes back to `e`.
    let mut link = handled;
    while let Some(d) = data(vm, link) {
        let next = d.get(ExcData::CONTEXT);
        if next == e {
            d.set(vm, ExcData::CONTEXT, Value::NONE);
            break;
        }
        if next == Value::NONE || next == handled {
            break;
        }
        link = next;
    }
    own.set(vm, ExcData::CONTEXT, handled);
}

/// Adds the frame at `token` in front of the traceback of `e`.
pub fn add_traceback(vm: &mut Vm, e: Value, token: Value) {
    if let Some(d) = data(vm, e) {
        let entry = vm.alloc::<Traceback>(0);
        entry.init(Traceback::NEXT, d.get(ExcData::TRACEBACK));
        entry.init(Traceback::TOKEN, token);
        d.set(vm, ExcData::TRACEBACK, entry.value());
    }
}

/// The entries of a traceback, outermost first: code id and pc.
pub fn entries(traceback: Value) -> Vec<(u32, u32)> {
    let mut entries = Vec::new();
    let mut at = traceback;
    while let Some(entry) = Obj::<Traceback>::of(at) {
        let token = entry.get(Traceback::TOKEN).as_int();
        entries.push((token_code(token), token_pc(token)));
        at = entry.get(Traceback::NEXT);
    }
    entries
}

/// Is `e` an instance of `class` or of one of its subclasses?
pub fn is_a(vm: &Vm, e: Value, class: &ClassInfo) -> bool {
    types::class_of(vm, e).is_subclass(class)
}
