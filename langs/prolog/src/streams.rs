//! Streams: standard ones, files, and captured output.

use crate::encoding::Encoding;
use crate::errors;
use crate::state::{VmAtoms, pl};
use crate::syntax::{Atom, Atoms};
use crate::term::{MakeTerms, Term, arg, atom, deref, term};
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::host::{HostFile, OpenMode, Stream as Std};
use runtime::native::Guest;
use std::collections::BTreeMap;
use std::path::Path;

/// Number of a stream: the argument of its `'$stream'(N)` term.
pub type StreamId = i64;

pub const USER_INPUT: StreamId = 0;
pub const USER_OUTPUT: StreamId = 1;
pub const USER_ERROR: StreamId = 2;

/// Where input comes from. What was fetched but not read is in `data`.
pub struct Input {
    pub data: Vec<u8>,
    pub pos: usize,
    /// Standard input: more may come.
    pub live: bool,
    pub past_end: bool,
    pub line: u32,
    pub line_start: usize,
}

/// Where output goes.
pub enum Sink {
    Std(Std),
    File(Box<dyn HostFile>, Vec<u8>),
    Capture(Vec<u8>),
}

pub struct Stream {
    pub input: Option<Input>,
    pub output: Option<Sink>,
    /// Characters since the last newline.
    pub column: usize,
    pub alias: Option<Atom>,
    pub mode: &'static str,
    pub path: Option<String>,
    pub binary: bool,
    pub encoding: Encoding,
    /// A byte order mark was read or written.
    pub mark: bool,
    pub eof_action: &'static str,
}

pub struct Streams {
    pub table: BTreeMap<StreamId, Stream>,
    pub aliases: HashMap<Atom, StreamId>,
    pub input: StreamId,
    pub output: StreamId,
    next: StreamId,
}

fn standard(mode: &'static str, sink: Option<Sink>) -> Stream {
    Stream {
        input: sink.is_none().then(|| Input::new(Vec::new(), true)),
        output: sink,
        column: 0,
        alias: None,
        mode,
        path: None,
        binary: false,
        encoding: Encoding::Utf8,
        mark: false,
        eof_action: "eof_code",
    }
}

impl Input {
    pub fn new(data: Vec<u8>, live: bool) -> Input {
        Input {
            data,
            pos: 0,
            live,
            past_end: false,
            line: 1,
            line_start: 0,
        }
    }
}

impl Default for Streams {
    fn default() -> Self {
        Streams::new()
    }
}

impl Streams {
    pub fn new() -> Streams {
        let mut table = BTreeMap::new();
        table.insert(USER_INPUT, standard("read", None));
        table.insert(USER_OUTPUT, standard("append", Some(Sink::Std(Std::Out))));
        table.insert(USER_ERROR, standard("append", Some(Sink::Std(Std::Err))));
        Streams {
            table,
            aliases: HashMap::new(),
            input: USER_INPUT,
            output: USER_OUTPUT,
            next: 3,
        }
    }

    pub fn add(&mut self, stream: Stream) -> StreamId {
        self.next += 1;
        self.table.insert(self.next - 1, stream);
        self.next - 1
    }
}

/// The term of a stream.
pub fn stream_term(vm: &mut Vm, id: StreamId) -> Value {
    vm.term1("$stream", Value::small(id))
}

/// The stream that a term or alias names.
pub fn stream_of(vm: &mut Vm, v: Value) -> Guest<StreamId> {
    let p = pl(vm);
    let v = deref(v);
    match term(v) {
        Term::Var(_) => Err(errors::instantiation(vm)),
        Term::Atom(a) => {
            let k = p.known;
            let id = match a {
                a if a == k.user_input => Some(USER_INPUT),
                a if a == k.user_output => Some(USER_OUTPUT),
                a if a == k.user_error => Some(USER_ERROR),
                a => p.streams.borrow().aliases.get(&a).copied(),
            };
            id.ok_or_else(|| errors::existence_error(vm, "stream", v))
        }
        Term::Struct(s) if p.name_arity(s.shape()) == (p.known.stream, 1) => {
            match term(arg(s, 0)) {
                Term::Int(id) if p.streams.borrow().table.contains_key(&id) => Ok(id),
                _ => Err(errors::existence_error(vm, "stream", v)),
            }
        }
        _ => Err(errors::domain_error(vm, "stream_or_alias", v)),
    }
}

/// An output stream.
pub fn output_of(vm: &mut Vm, v: Value) -> Guest<StreamId> {
    let id = stream_of(vm, v)?;
    if pl(vm).streams.borrow().table[&id].output.is_none() {
        return Err(errors::permission_error(vm, "output", "stream", deref(v)));
    }
    Ok(id)
}

/// An input stream.
pub fn input_of(vm: &mut Vm, v: Value) -> Guest<StreamId> {
    let id = stream_of(vm, v)?;
    if pl(vm).streams.borrow().table[&id].input.is_none() {
        return Err(errors::permission_error(vm, "input", "stream", deref(v)));
    }
    Ok(id)
}

/// Opens a file.
pub fn open(vm: &mut Vm, path: &str, mode: &str, culprit: Value) -> Guest<Stream> {
    let mut stream = standard("read", None);
    stream.path = Some(path.to_string());
    let result = match mode {
        "read" => vm.host.read_file(Path::new(path)).map(|data| {
            stream.input = Some(Input::new(data, false));
        }),
        _ => {
            let append = mode == "append";
            let open = OpenMode {
                write: true,
                append,
                truncate: !append && mode != "update",
                create: true,
                ..OpenMode::default()
            };
            vm.host.open(Path::new(path), open).map(|file| {
                stream.input = None;
                stream.mode = if append { "append" } else { "write" };
                stream.output = Some(Sink::File(file, Vec::new()));
            })
        }
    };
    match result {
        Ok(()) => Ok(stream),
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(errors::permission_error(vm, "open", "source_sink", culprit))
        }
        Err(_) => {
            let raised = errors::existence_error(vm, "source_sink", culprit);
            errors::explain(vm, "open", 4, "No such file or directory");
            Err(raised)
        }
    }
}

/// Writes text to a stream; an error if its encoding has no bytes for it.
pub fn write(vm: &mut Vm, id: StreamId, text: &str) -> Guest<()> {
    let p = pl(vm);
    let mut streams = p.streams.borrow_mut();
    let Some(stream) = streams.table.get_mut(&id) else {
        return Ok(());
    };
    match text.rfind('\n') {
        Some(i) => stream.column = text[i + 1..].chars().count(),
        None => stream.column += text.chars().count(),
    }
    if matches!(stream.encoding, Encoding::Utf8 | Encoding::Text) {
        write_bytes_to(vm, stream, text.as_bytes());
        return Ok(());
    }
    let mut bytes = Vec::new();
    let encoded = stream.encoding.encode(text, &mut bytes);
    write_bytes_to(vm, stream, &bytes);
    drop(streams);
    encoded.map_err(|_| {
        let (kind, stream) = (vm.sym("write"), stream_term(vm, id));
        let formal = vm.term2("io_error", kind, stream);
        let raised = errors::raise(vm, formal);
        errors::explain(vm, "write", 1, "Encoding cannot represent character");
        raised
    })
}

/// Sets how what is still to be read or written is encoded.
pub fn set_encoding(vm: &Vm, id: StreamId, encoding: Encoding) {
    let mut streams = pl(vm).streams.borrow_mut();
    let Some(stream) = streams.table.get_mut(&id) else {
        return;
    };
    let old = std::mem::replace(&mut stream.encoding, encoding);
    if let Some(input) = &mut stream.input {
        // What was not read yet becomes bytes again, if it was made from any.
        let rest = input.data.split_off(input.pos.min(input.data.len()));
        let rest = match std::str::from_utf8(&rest) {
            Ok(text) => {
                let mut bytes = Vec::new();
                match old.encode(text, &mut bytes) {
                    Ok(()) => bytes,
                    Err(_) => rest,
                }
            }
            Err(_) => rest,
        };
        input.data.extend(encoding.decode(rest));
    }
}

fn write_bytes_to(vm: &mut Vm, stream: &mut Stream, bytes: &[u8]) {
    match &mut stream.output {
        // A closed pipe ends the output silently, as other systems do.
        Some(Sink::Std(std)) => drop(vm.host.write(*std, bytes)),
        Some(Sink::File(_, buffer) | Sink::Capture(buffer)) => buffer.extend_from_slice(bytes),
        None => {}
    }
}

/// Writes a byte as it is.
pub fn write_byte(vm: &mut Vm, id: StreamId, byte: u8) {
    let p = pl(vm);
    if let Some(stream) = p.streams.borrow_mut().table.get_mut(&id) {
        write_bytes_to(vm, stream, &[byte]);
    }
}

/// The column that the next character goes to.
pub fn column(vm: &Vm, id: StreamId) -> usize {
    let streams = pl(vm).streams.borrow();
    streams.table.get(&id).map_or(0, |s| s.column)
}

pub fn write_error(vm: &mut Vm, text: &str) {
    if write(vm, USER_ERROR, text).is_err() {
        vm.take_pending();
    }
    flush(vm, USER_ERROR);
}

pub fn flush(vm: &mut Vm, id: StreamId) {
    let p = pl(vm);
    let mut streams = p.streams.borrow_mut();
    match streams.table.get_mut(&id).and_then(|s| s.output.as_mut()) {
        Some(Sink::Std(std)) => drop(vm.host.flush(*std)),
        Some(Sink::File(file, buffer)) => {
            let pending = std::mem::take(buffer);
            drop(file.write_all(&pending).and_then(|()| file.flush()));
        }
        _ => {}
    }
}

pub fn flush_all(vm: &mut Vm) {
    let ids: Vec<StreamId> = pl(vm).streams.borrow().table.keys().copied().collect();
    for id in ids {
        flush(vm, id);
    }
}

/// Closes a stream; standard ones are only flushed.
pub fn close(vm: &mut Vm, id: StreamId) {
    flush(vm, id);
    if id <= USER_ERROR {
        return;
    }
    let mut streams = pl(vm).streams.borrow_mut();
    streams.table.remove(&id);
    streams.aliases.retain(|_, s| *s != id);
    if streams.input == id {
        streams.input = USER_INPUT;
    }
    if streams.output == id {
        streams.output = USER_OUTPUT;
    }
}

/// Makes sure that at least one more byte is there, if there is one.
fn fill(vm: &mut Vm, id: StreamId) {
    let p = pl(vm);
    let (empty, live) = {
        let streams = p.streams.borrow();
        let Some(input) = streams.table.get(&id).and_then(|s| s.input.as_ref()) else {
            return;
        };
        (input.pos >= input.data.len(), input.live)
    };
    if empty && live {
        more(vm, id);
    }
}

/// Reads another line of standard input; false at its end.
pub fn more(vm: &mut Vm, id: StreamId) -> bool {
    let p = pl(vm);
    flush(vm, USER_OUTPUT);
    let mut line = Vec::new();
    let n = vm.host.read_line(&mut line).unwrap_or(0);
    let mut streams = p.streams.borrow_mut();
    let Some(input) = streams.table.get_mut(&id).and_then(|s| s.input.as_mut()) else {
        return false;
    };
    if n == 0 {
        input.live = false;
        return false;
    }
    input.data.extend_from_slice(&line);
    true
}

/// The next character (or byte), consuming it if `take`; `None` at the end.
pub fn get(vm: &mut Vm, id: StreamId, take: bool, byte: bool) -> Option<u32> {
    fill(vm, id);
    let p = pl(vm);
    let mut streams = p.streams.borrow_mut();
    let stream = streams.table.get_mut(&id)?;
    let input = stream.input.as_mut()?;
    let rest = &input.data[input.pos.min(input.data.len())..];
    if rest.is_empty() {
        if take {
            input.past_end = true;
        }
        return None;
    }
    let (code, size) = if byte && (stream.binary || !stream.encoding.is_bytes()) {
        (rest[0] as u32, 1)
    } else {
        decode(rest)
    };
    if take {
        input.pos += size;
        if code == '\n' as u32 {
            input.line += 1;
            input.line_start = input.pos;
        }
    }
    Some(code)
}

/// The first character of UTF-8 bytes; other bytes stand for themselves.
fn decode(bytes: &[u8]) -> (u32, usize) {
    for size in 1..=4.min(bytes.len()) {
        if let Ok(s) = std::str::from_utf8(&bytes[..size])
            && let Some(c) = s.chars().next()
        {
            return (c as u32, size);
        }
    }
    (bytes[0] as u32, 1)
}

/// Starts capturing current output; the stream and what was current before.
pub fn capture(vm: &Vm) -> (StreamId, StreamId) {
    let mut streams = pl(vm).streams.borrow_mut();
    let mut stream = standard("write", Some(Sink::Capture(Vec::new())));
    stream.mode = "write";
    let id = streams.add(stream);
    let before = std::mem::replace(&mut streams.output, id);
    (id, before)
}

/// Ends a capture: its text.
pub fn captured(vm: &Vm, id: StreamId, before: StreamId) -> String {
    let mut streams = pl(vm).streams.borrow_mut();
    streams.output = before;
    match streams.table.remove(&id).and_then(|s| s.output) {
        Some(Sink::Capture(bytes)) => String::from_utf8_lossy(&bytes).into_owned(),
        _ => String::new(),
    }
}

/// The current output's term or alias, as `current_output/1` gives it.
pub fn current(vm: &mut Vm, input: bool) -> Value {
    let id = {
        let streams = pl(vm).streams.borrow();
        if input { streams.input } else { streams.output }
    };
    stream_term(vm, id)
}

/// Sets an alias.
pub fn set_alias(vm: &mut Vm, id: StreamId, alias: Atom) {
    let mut streams = pl(vm).streams.borrow_mut();
    streams.aliases.insert(alias, id);
    if let Some(s) = streams.table.get_mut(&id) {
        s.alias = Some(alias);
    }
}

/// A stream that reads a text.
pub fn text_input(vm: &mut Vm, text: &str) -> Value {
    let mut stream = standard("read", None);
    stream.input = Some(Input::new(text.as_bytes().to_vec(), false));
    let id = pl(vm).streams.borrow_mut().add(stream);
    stream_term(vm, id)
}

/// A stream that forgets what is written to it when it is closed.
pub fn null_output(vm: &mut Vm) -> Value {
    let stream = standard("write", Some(Sink::Capture(Vec::new())));
    let id = pl(vm).streams.borrow_mut().add(stream);
    stream_term(vm, id)
}

/// Characters since the beginning of the line.
pub fn line_position(vm: &Vm, id: StreamId) -> usize {
    let streams = pl(vm).streams.borrow();
    let stream = &streams.table[&id];
    match &stream.input {
        Some(input) => {
            let read = &input.data[..input.pos.min(input.data.len())];
            let line = &read[input.line_start.min(read.len())..];
            String::from_utf8_lossy(line).chars().count()
        }
        None => stream.column,
    }
}

/// An atom by name.
pub fn intern(vm: &mut Vm, name: &str) -> Value {
    let a = VmAtoms(&mut vm.symbols).intern(name);
    atom(a)
}
