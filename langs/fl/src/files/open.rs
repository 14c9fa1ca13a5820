//! `open`.

use super::file::{File, Source};
use super::text::{Newline, Text};
use super::{Shared, Stream, flush_all, object};
use crate::builtins::core::{absent, io_error};
use crate::builtins::operators::{index, truth};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::host::{self, OpenMode};
use runtime::layouts::Str;
use runtime::native::Guest;
use runtime::object::{Obj, is};
use runtime::text;
use std::cell::RefCell;
use std::io::SeekFrom;
use std::path::Path;
use std::rc::Rc;

/// A mode string, understood.
#[derive(Default)]
struct Mode {
    open: OpenMode,
    binary: bool,
    /// As the object shows it.
    shown: String,
}

fn mode(vm: &mut Vm, text: &str) -> Guest<Mode> {
    let invalid = |vm: &mut Vm| {
        let message = format!("invalid mode: '{text}'");
        Err(exception::value_error(vm, message))
    };
    let mut m = Mode::default();
    let (mut kinds, mut is_text, mut plus) = (0, false, false);
    for (i, c) in text.char_indices() {
        if text[..i].contains(c) {
            return invalid(vm);
        }
        match c {
            'r' => m.open.read = true,
            'w' => (m.open.truncate, m.open.create) = (true, true),
            'a' => (m.open.append, m.open.create) = (true, true),
            'x' => (m.open.exclusive, m.open.create) = (true, true),
            'b' => m.binary = true,
            't' => is_text = true,
            '+' => plus = true,
            _ => return invalid(vm),
        }
        kinds += usize::from(matches!(c, 'r' | 'w' | 'a' | 'x'));
    }
    if m.binary && is_text {
        let message = "can't have text and binary mode at once";
        return Err(exception::value_error(vm, message));
    }
    if kinds != 1 {
        let message = match kinds {
            0 => "Must have exactly one of create/read/write/append mode and at most one plus",
            _ => "must have exactly one of create/read/write/append mode",
        };
        return Err(exception::value_error(vm, message));
    }
    m.open.write = !m.open.read || plus;
    m.open.read |= plus;
    m.shown = match m.binary {
        false => text.to_string(),
        true => shown(&m.open),
    };
    Ok(m)
}

/// The mode of a binary file, as CPython shows it.
fn shown(m: &OpenMode) -> String {
    let kind = match (m.exclusive, m.append, m.read, m.truncate) {
        (true, ..) => "x",
        (_, true, ..) => "a",
        (.., true, _) => "r",
        _ => "w",
    };
    let plus = if m.read && m.write { "+" } else { "" };
    format!("{kind}b{plus}")
}

/// An optional argument that is a string or None.
fn option(vm: &mut Vm, v: Value, name: &str) -> Guest<Option<String>> {
    if absent(v) || v == Value::NONE {
        return Ok(None);
    }
    match text::of(types::unwrap_payload(vm, v)) {
        Some(text) => Ok(Some(text.into_owned())),
        None => {
            let class = types::type_name(vm, v);
            let message = format!("open() argument '{name}' must be str or None, not {class}");
            Err(exception::type_error(vm, message))
        }
    }
}

/// What the text layer of a file is made of.
pub(super) struct TextArguments {
    pub encoding: Option<String>,
    pub errors: Option<String>,
    pub newline: Option<String>,
}

impl TextArguments {
    pub(super) fn new(
        vm: &mut Vm,
        [encoding, errors, newline]: [Value; 3],
    ) -> Guest<TextArguments> {
        Ok(TextArguments {
            encoding: option(vm, encoding, "encoding")?,
            errors: option(vm, errors, "errors")?,
            newline: option(vm, newline, "newline")?,
        })
    }

    fn refuse_for_binary(&self, vm: &mut Vm) -> Result<(), Raised> {
        for (given, name) in [
            (&self.encoding, "an encoding"),
            (&self.errors, "an errors"),
            (&self.newline, "a newline"),
        ] {
            if given.is_some() {
                let message = format!("binary mode doesn't take {name} argument");
                return Err(exception::value_error(vm, message));
            }
        }
        Ok(())
    }

    pub(super) fn text(&self, vm: &mut Vm) -> Guest<Text> {
        let newline = match &self.newline {
            None => Newline::Universal,
            Some(name) => match Newline::named(name) {
                Some(newline) => newline,
                None => {
                    let message = format!("illegal newline value: {name}");
                    return Err(exception::value_error(vm, message));
                }
            },
        };
        let encoding = self.encoding.as_deref().unwrap_or("UTF-8");
        let encoding = if encoding == "locale" {
            "UTF-8"
        } else {
            encoding
        };
        let errors = self.errors.as_deref().unwrap_or("strict");
        match Text::new(encoding, errors, newline) {
            Some(text) => Ok(text),
            None => {
                let class = FlState::of(vm).types().LookupError;
                let message = format!("unknown encoding: {encoding}");
                Err(exception::raise(vm, class, message))
            }
        }
    }
}

/// `open(file, mode, buffering, encoding, errors, newline, closefd, opener)`
pub fn open(vm: &mut Vm, args: [Value; 8]) -> Guest {
    let [
        name,
        mode_arg,
        buffering,
        encoding,
        errors,
        newline,
        _closefd,
        opener,
    ] = args;
    let plain = types::unwrap_payload(vm, name);
    let is_number = plain.is_int();
    if !is_number && !is::<Str>(plain) && vm.bytes_like(plain).is_none() {
        return Ok(FALLBACK);
    }
    if !(absent(opener) || opener == Value::NONE) {
        return Err(exception::type_error(
            vm,
            "open(): 'opener' is not supported",
        ));
    }
    let mode_text = option(vm, mode_arg, "mode")?.unwrap_or_else(|| "r".into());
    let mode = mode(vm, &mode_text)?;
    let arguments = TextArguments::new(vm, [encoding, errors, newline])?;
    let buffering = if absent(buffering) {
        -1
    } else {
        index(vm, buffering)?
    };
    let text = if mode.binary {
        arguments.refuse_for_binary(vm)?;
        None
    } else {
        if buffering == 0 {
            return Err(exception::value_error(vm, "can't have unbuffered text I/O"));
        }
        let mut text = arguments.text(vm)?;
        text.line_buffered = buffering == 1;
        Some(text)
    };
    if is_number {
        return open_number(vm, plain.as_int(), mode, text);
    }
    let path = path_text(vm, plain)?;
    flush_all(vm);
    let disk = match vm.host.open(Path::new(&path), mode.open) {
        Ok(disk) => disk,
        Err(e) => return Err(io_error(vm, &e, Some(&path))),
    };
    let number = next_number(vm);
    let mut file = File::new(Source::Disk(disk), mode.open.read, mode.open.write, number);
    file.appends = mode.open.append;
    file.unbuffered = buffering == 0;
    let mut stream = Stream {
        file,
        text,
        mode: mode.shown,
    };
    if mode.open.append
        && let Ok(at) = stream.file.seek(&mut *vm.host, SeekFrom::End(0))
        && at > 0
        && let Some(text) = &mut stream.text
    {
        text.continues();
    }
    make(vm, stream, name, (mode.open, buffering == 0))
}

/// A path that is a string or bytes.
fn path_text(vm: &mut Vm, v: Value) -> Guest<String> {
    let path = match text::of(v) {
        Some(path) => path.into_owned(),
        None => String::from_utf8_lossy(vm.bytes_like(v).unwrap_or(&[])).into_owned(),
    };
    match path.contains('\0') {
        true => Err(exception::value_error(vm, "embedded null byte")),
        false => Ok(path),
    }
}

fn next_number(vm: &mut Vm) -> i64 {
    let mut files = FlState::of(vm).files.borrow_mut();
    files.next_number = (files.next_number + 1).max(3);
    files.next_number
}

/// `open` of a descriptor: the standard streams have 0 to 2.
fn open_number(vm: &mut Vm, number: i64, mode: Mode, text: Option<Text>) -> Guest {
    let (source, readable) = match number {
        0 => (Source::Input, true),
        1 => (Source::Output(host::Stream::Out), false),
        2 => (Source::Output(host::Stream::Err), false),
        _ => {
            let e = std::io::Error::from_raw_os_error(9);
            return Err(io_error(vm, &e, None));
        }
    };
    let stream = Stream {
        file: File::new(source, readable, !readable, number),
        text,
        mode: mode.shown,
    };
    make(vm, stream, Value::small(number), (mode.open, false))
}

/// The object of a stream; `raw`: it has no buffer.
fn make(vm: &mut Vm, stream: Stream, name: Value, (mode, raw): (OpenMode, bool)) -> Guest {
    let types = FlState::of(vm).types();
    let class = match (&stream.text, raw, mode.read, mode.write) {
        (Some(_), ..) => types.TextIOWrapper,
        (None, true, ..) => types.FileIO,
        (None, _, true, true) => types.BufferedRandom,
        (None, _, true, false) => types.BufferedReader,
        _ => types.BufferedWriter,
    };
    let shared: Shared = Rc::new(RefCell::new(stream));
    FlState::of(vm).files.borrow_mut().add(&shared);
    let host = vm.host_object(Box::new(shared));
    let o = object(vm, class, host);
    let symbol = vm.symbols.intern("name");
    vm.instance_set(Obj::cast(o), symbol, name);
    Ok(o)
}

/// The object of standard input, output or error.
pub fn standard(vm: &mut Vm, number: usize) -> Value {
    let known = FlState::of(vm).files.borrow().standard[number];
    if let Some(v) = known {
        return v;
    }
    let (source, name) = [
        (Source::Input, "<stdin>"),
        (Source::Output(host::Stream::Out), "<stdout>"),
        (Source::Output(host::Stream::Err), "<stderr>"),
    ]
    .into_iter()
    .nth(number)
    .expect("there are three");
    let errors = if number == 2 {
        "backslashreplace"
    } else {
        "strict"
    };
    let newline = if number == 0 {
        Newline::Universal
    } else {
        Newline::Lf
    };
    let open = OpenMode {
        read: number == 0,
        write: number != 0,
        ..OpenMode::default()
    };
    let stream = Stream {
        file: File::new(source, open.read, open.write, number as i64),
        text: Text::new("utf-8", errors, newline),
        mode: if number == 0 { "r" } else { "w" }.to_string(),
    };
    let name = vm.str(name);
    let Ok(v) = make(vm, stream, name, (open, false)) else {
        unreachable!("making a file object never raises")
    };
    FlState::of(vm).files.borrow_mut().standard[number] = Some(v);
    v
}

/// Is an argument that may be left out true?
pub(super) fn is_set(vm: &mut Vm, v: Value) -> bool {
    !absent(v) && truth(vm, v)
}
