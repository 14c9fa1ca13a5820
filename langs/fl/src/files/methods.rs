//! The methods of files.

use super::open::{TextArguments, is_set, open};
use super::{Shared, failed, is_text, object, stream_of, unsupported};
use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::operators::index;
use crate::builtins::{bytes, iterators};
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;
use std::io::SeekFrom;

/// Is `v` the unchanged standard output?
pub fn is_output(vm: &mut Vm, v: Value) -> bool {
    FlState::of(vm).files.borrow().standard[1] == Some(v)
}

/// The stream of a file that must be open.
fn opened(vm: &mut Vm, o: Value, what: &str) -> Guest<Shared> {
    let stream = stream_of(vm, o)?;
    if !stream.borrow().file.is_closed() {
        return Ok(stream);
    }
    let message = match (is_text(vm, o), what) {
        (false, "read" | "write" | "seek" | "readline" | "peek") => {
            format!(
                "{what} {} closed file",
                if what == "write" { "to" } else { "of" }
            )
        }
        _ => "I/O operation on closed file.".to_string(),
    };
    Err(exception::value_error(vm, message))
}

fn to_read(vm: &mut Vm, o: Value, what: &str) -> Guest<Shared> {
    let stream = opened(vm, o, what)?;
    if stream.borrow().file.readable {
        return Ok(stream);
    }
    let message = if is_text(vm, o) {
        "not readable"
    } else {
        "read"
    };
    Err(unsupported(vm, message))
}

fn to_write(vm: &mut Vm, o: Value) -> Guest<Shared> {
    let stream = opened(vm, o, "write")?;
    if stream.borrow().file.writable {
        return Ok(stream);
    }
    let message = if is_text(vm, o) {
        "not writable"
    } else {
        "write"
    };
    Err(unsupported(vm, message))
}

/// A size argument: absent, None and negative numbers mean no limit.
fn limit(vm: &mut Vm, v: Value) -> Guest<Option<usize>> {
    if absent(v) || v == Value::NONE {
        return Ok(None);
    }
    Ok(usize::try_from(index(vm, v)?).ok())
}

fn read(vm: &mut Vm, o: Value, size: Value) -> Guest {
    let stream = to_read(vm, o, "read")?;
    let limit = limit(vm, size)?;
    let stream = &mut *stream.borrow_mut();
    if is_text(vm, o)
        && let Some(text) = &mut stream.text
    {
        return text.read(vm, &mut stream.file, limit);
    }
    match stream.file.read(&mut *vm.host, limit) {
        Ok(read) => Ok(bytes::new(vm, &read)),
        Err(e) => Err(failed(vm, &e)),
    }
}

fn read_line_of(vm: &mut Vm, o: Value, stream: &Shared, limit: Option<usize>) -> Guest {
    let stream = &mut *stream.borrow_mut();
    if is_text(vm, o)
        && let Some(text) = &mut stream.text
    {
        return text.read_line(vm, &mut stream.file, limit);
    }
    match stream.file.read_line(&mut *vm.host, limit) {
        Ok(line) => Ok(bytes::new(vm, &line)),
        Err(e) => Err(failed(vm, &e)),
    }
}

fn is_empty(vm: &Vm, line: Value) -> bool {
    let bytes = text::bytes_of(line).or_else(|| vm.bytes_like(line));
    bytes.is_none_or(|b| b.is_empty())
}

/// `readline(size)`
pub fn read_line(vm: &mut Vm, o: Value, size: Value) -> Guest {
    let stream = to_read(vm, o, "readline")?;
    let limit = limit(vm, size)?;
    read_line_of(vm, o, &stream, limit)
}

fn next_line(vm: &mut Vm, o: Value) -> Guest {
    let stream = to_read(vm, o, "readline")?;
    set_tells(&stream, false);
    let line = read_line_of(vm, o, &stream, None)?;
    if is_empty(vm, line) {
        set_tells(&stream, true);
        let class = FlState::of(vm).types().StopIteration;
        return Err(exception::raise_with(vm, class, &[]));
    }
    Ok(line)
}

fn set_tells(stream: &Shared, tells: bool) {
    if let Some(text) = &mut stream.borrow_mut().text {
        text.tells = tells;
    }
}

fn read_lines(vm: &mut Vm, o: Value, hint: Value) -> Guest {
    let stream = to_read(vm, o, "readline")?;
    let limit = limit(vm, hint)?.filter(|n| *n > 0);
    let mut lines = Vec::new();
    let mut total = 0;
    loop {
        let line = read_line_of(vm, o, &stream, None)?;
        if is_empty(vm, line) {
            break;
        }
        total += builtins::operators::length(vm, line).unwrap_or(0);
        lines.push(line);
        if limit.is_some_and(|limit| total >= limit) {
            break;
        }
    }
    Ok(vm.list(&lines))
}

fn read_into(vm: &mut Vm, o: Value, buffer: Value) -> Guest {
    let stream = to_read(vm, o, "read")?;
    let target = Obj::<runtime::layouts::ByteBuffer>::of(types::unwrap_payload(vm, buffer));
    let Some(target) = target else {
        let class = types::type_name(vm, buffer);
        let message =
            format!("readinto() argument must be read-write bytes-like object, not {class}");
        return Err(exception::type_error(vm, message));
    };
    let mut all = vm.bytes_like(target.value()).unwrap_or(&[]).to_vec();
    let read = stream
        .borrow_mut()
        .file
        .read(&mut *vm.host, Some(all.len()));
    let read = read.map_err(|e| failed(vm, &e))?;
    all[..read.len()].copy_from_slice(&read);
    bytes::assign(vm, target, &all);
    Ok(Value::small(read.len() as i64))
}

fn peek(vm: &mut Vm, o: Value) -> Guest {
    let stream = to_read(vm, o, "peek")?;
    let file = &mut stream.borrow_mut().file;
    if file.ahead().is_empty()
        && let Err(e) = file.fill(&mut *vm.host)
    {
        return Err(failed(vm, &e));
    }
    Ok(bytes::new(vm, file.ahead()))
}

/// Writes one value; the number of characters or bytes.
fn write(vm: &mut Vm, o: Value, v: Value) -> Guest<i64> {
    let stream = to_write(vm, o)?;
    let plain = types::unwrap_payload(vm, v);
    if !is_text(vm, o) {
        let Some(data) = vm.bytes_like(plain) else {
            let class = types::type_name(vm, v);
            let message = format!("a bytes-like object is required, not '{class}'");
            return Err(exception::type_error(vm, message));
        };
        let result = stream.borrow_mut().file.write(&mut *vm.host, data);
        return match result {
            Ok(()) => Ok(data.len() as i64),
            Err(e) => Err(failed(vm, &e)),
        };
    }
    let Some(utf8) = text::bytes_of(plain) else {
        let class = types::type_name(vm, v);
        let message = format!("write() argument must be str, not {class}");
        return Err(exception::type_error(vm, message));
    };
    let stream = &mut *stream.borrow_mut();
    if let Some(text) = &mut stream.text {
        text.write(vm, &mut stream.file, plain, utf8)?;
        if text.line_buffered
            && utf8.contains(&b'\n')
            && let Err(e) = stream.file.flush(&mut *vm.host)
        {
            return Err(failed(vm, &e));
        }
    }
    Ok(text::chars(Obj::cast(plain)) as i64)
}

fn write_lines(vm: &mut Vm, o: Value, lines: Value) -> Guest {
    let Some(lines) = iterators::collect(vm, lines) else {
        return Ok(FALLBACK);
    };
    for line in lines? {
        write(vm, o, line)?;
    }
    Ok(Value::NONE)
}

fn tell(vm: &mut Vm, o: Value) -> Guest {
    let stream = opened(vm, o, "tell")?;
    let stream = &mut *stream.borrow_mut();
    if is_text(vm, o) && stream.text.as_ref().is_some_and(|t| !t.tells) {
        let class = FlState::of(vm).types().OSError;
        let message = "telling position disabled by next() call";
        return Err(exception::raise(vm, class, message));
    }
    match stream.file.tell(&mut *vm.host) {
        Ok(at) => Ok(vm.int(at as i64)),
        Err(e) => Err(failed(vm, &e)),
    }
}

fn seek(vm: &mut Vm, o: Value, offset: Value, whence: Value) -> Guest {
    let stream = opened(vm, o, "seek")?;
    let offset = index(vm, offset)?;
    let whence = if absent(whence) {
        0
    } else {
        index(vm, whence)?
    };
    let text = is_text(vm, o);
    if !(0..=2).contains(&whence) {
        let message = format!("invalid whence ({whence}, should be 0, 1 or 2)");
        return Err(exception::value_error(vm, message));
    }
    if !stream.borrow().file.is_seekable() {
        return Err(unsupported(vm, "underlying stream is not seekable"));
    }
    if text && whence == 1 && offset != 0 {
        return Err(unsupported(vm, "can't do nonzero cur-relative seeks"));
    }
    if text && whence == 2 && offset != 0 {
        return Err(unsupported(vm, "can't do nonzero end-relative seeks"));
    }
    if whence == 0 && offset < 0 {
        if text {
            let message = format!("negative seek position {offset}");
            return Err(exception::value_error(vm, message));
        }
        let e = std::io::Error::from_raw_os_error(22);
        return Err(failed(vm, &e));
    }
    let to = match whence {
        0 => SeekFrom::Start(offset as u64),
        1 => SeekFrom::Current(offset),
        _ => SeekFrom::End(offset),
    };
    let stream = &mut *stream.borrow_mut();
    let result = match to {
        // Where the program is, not where reading ahead has come to.
        SeekFrom::Current(by) => match stream.file.tell(&mut *vm.host) {
            Ok(at) => {
                let to = SeekFrom::Start((at as i64 + by).max(0) as u64);
                stream.file.seek(&mut *vm.host, to)
            }
            Err(e) => Err(e),
        },
        to => stream.file.seek(&mut *vm.host, to),
    };
    match result {
        Ok(at) => {
            if let Some(text) = &mut stream.text {
                text.moved(at);
            }
            Ok(vm.int(at as i64))
        }
        Err(e) => Err(failed(vm, &e)),
    }
}

fn truncate(vm: &mut Vm, o: Value, size: Value) -> Guest {
    let stream = opened(vm, o, "truncate")?;
    if !stream.borrow().file.writable {
        let message = if is_text(vm, o) {
            "File not open for writing"
        } else {
            "truncate"
        };
        return Err(unsupported(vm, message));
    }
    let file = &mut stream.borrow_mut().file;
    let size = match limit(vm, size)? {
        Some(size) => Ok(size as u64),
        None => file.tell(&mut *vm.host),
    };
    let result = size.and_then(|size| file.truncate(&mut *vm.host, size).map(|()| size));
    match result {
        Ok(size) => Ok(vm.int(size as i64)),
        Err(e) => Err(failed(vm, &e)),
    }
}

fn flush(vm: &mut Vm, o: Value) -> Guest {
    let stream = opened(vm, o, "flush")?;
    let result = stream.borrow_mut().file.flush(&mut *vm.host);
    match result {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(failed(vm, &e)),
    }
}

fn close(vm: &mut Vm, o: Value) -> Guest {
    let stream = stream_of(vm, o)?;
    let result = stream.borrow_mut().file.close(&mut *vm.host);
    match result {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(failed(vm, &e)),
    }
}

/// The file of bytes below a text file.
fn buffer(vm: &mut Vm, o: Value) -> Guest {
    let types = FlState::of(vm).types();
    let stream = stream_of(vm, o)?;
    let (r, w) = {
        let file = &stream.borrow().file;
        (file.readable, file.writable)
    };
    let class = match (r, w) {
        (true, true) => types.BufferedRandom,
        (true, false) => types.BufferedReader,
        _ => types.BufferedWriter,
    };
    let symbols = [FlState::of(vm).names.file_stream, vm.symbols.intern("name")];
    let [host, name] = symbols.map(|s| vm.instance_get(Obj::cast(o), s).unwrap_or(Value::NONE));
    let below = object(vm, class, host);
    vm.instance_set(Obj::cast(below), symbols[1], name);
    Ok(below)
}

fn reconfigure(vm: &mut Vm, o: Value, args: [Value; 3]) -> Guest {
    let stream = opened(vm, o, "reconfigure")?;
    let mut arguments = TextArguments::new(vm, args)?;
    if let Some(text) = &stream.borrow().text {
        arguments
            .encoding
            .get_or_insert_with(|| text.encoding.clone());
        arguments.errors.get_or_insert_with(|| text.errors.clone());
    }
    let new = arguments.text(vm)?;
    stream.borrow_mut().text = Some(new);
    Ok(Value::NONE)
}

/// What the text layer says of itself.
fn text_field(vm: &mut Vm, o: Value, encoding: bool) -> Guest {
    let stream = stream_of(vm, o)?;
    let text = stream.borrow().text.as_ref().map(|t| match encoding {
        true => t.encoding.clone(),
        false => t.errors.clone(),
    });
    Ok(text.map_or(Value::NONE, |t| vm.str(&t)))
}

fn repr(vm: &mut Vm, o: Value) -> Guest {
    let stream = stream_of(vm, o)?;
    let class = types::type_name(vm, o);
    let symbol = vm.symbols.intern("name");
    let name = vm.instance_get(Obj::cast(o), symbol).unwrap_or(Value::NONE);
    let mut shown = format!(
        "<_io.{class} name={}",
        builtins::text::display_repr(vm, name)
    );
    let stream = stream.borrow();
    if is_text(vm, o)
        && let Some(text) = &stream.text
    {
        shown += &format!(" mode='{}' encoding='{}'", stream.mode, text.encoding);
    }
    shown.push('>');
    Ok(vm.str(&shown))
}

/// An answer about an open file.
fn ask(vm: &mut Vm, o: Value, answer: fn(&super::Stream, &Vm) -> bool) -> Guest {
    let stream = opened(vm, o, "ask")?;
    let answer = answer(&stream.borrow(), vm);
    Ok(Value::bool(answer))
}

fn itself(vm: &mut Vm, o: Value) -> Result<Value, Raised> {
    opened(vm, o, "ask").map(|_| o)
}

builtins! {
    /// `open`, and methods of files.
    pub static FILE_METHODS:
    "open" "file mode= buffering= encoding= errors= newline= closefd= opener=" => "open_guest"
        |vm, [f, m, b, enc, err, nl, c, o]| open(vm, [f, m, b, enc, err, nl, c, o]);
    "_IOBase.read" "self size= /" |vm, [o, n]| read(vm, o, n);
    "_IOBase.read1" "self size= /" |vm, [o, n]| read(vm, o, n);
    "_IOBase.readall" "self" |vm, [o]| read(vm, o, Value::NONE);
    "_IOBase.readline" "self size= /" |vm, [o, n]| read_line(vm, o, n);
    "_IOBase.readlines" "self hint= /" |vm, [o, n]| read_lines(vm, o, n);
    "_IOBase.readinto" "self buffer /" |vm, [o, b]| read_into(vm, o, b);
    "_IOBase.peek" "self size= /" |vm, [o, _n]| peek(vm, o);
    "_IOBase.write" "self data /" |vm, [o, v]| Ok(Value::small(write(vm, o, v)?));
    "_IOBase.writelines" "self lines /" => "write_lines" |vm, [o, lines]| write_lines(vm, o, lines);
    "_IOBase.tell" "self" |vm, [o]| tell(vm, o);
    "_IOBase.seek" "self offset whence= /" |vm, [o, to, whence]| seek(vm, o, to, whence);
    "_IOBase.truncate" "self size= /" |vm, [o, size]| truncate(vm, o, size);
    "_IOBase.flush" "self" |vm, [o]| flush(vm, o);
    "_IOBase.close" "self" |vm, [o]| close(vm, o);
    "_IOBase.__enter__" "self" |vm, [o]| itself(vm, o);
    "_IOBase.__exit__" "self *args" |vm, [o, _args]| close(vm, o);
    "_IOBase.__iter__" "self" |vm, [o]| itself(vm, o);
    "_IOBase.__next__" "self" |vm, [o]| next_line(vm, o);
    "_IOBase.__repr__" "self" |vm, [o]| repr(vm, o);
    "_IOBase.fileno" "self" |vm, [o]| Ok(Value::small(opened(vm, o, "ask")?.borrow().file.number));
    "_IOBase.isatty" "self" |vm, [o]| ask(vm, o, |s, vm| s.file.is_terminal(&*vm.host));
    "_IOBase.readable" "self" |vm, [o]| ask(vm, o, |s, _| s.file.readable);
    "_IOBase.writable" "self" |vm, [o]| ask(vm, o, |s, _| s.file.writable);
    "_IOBase.seekable" "self" |vm, [o]| ask(vm, o, |s, _| s.file.is_seekable());
    "_IOBase.@closed" "self" |vm, [o]| Ok(Value::bool(stream_of(vm, o)?.borrow().file.is_closed()));
    "_IOBase.@mode" "self" |vm, [o]| { let mode = stream_of(vm, o)?.borrow().mode.clone(); Ok(vm.str(&mode)) };
    "TextIOWrapper.@encoding" "self" |vm, [o]| text_field(vm, o, true);
    "TextIOWrapper.@errors" "self" |vm, [o]| text_field(vm, o, false);
    "TextIOWrapper.@newlines" "self" |_vm, [_o]| Ok(Value::NONE);
    "TextIOWrapper.@line_buffering" "self" |vm, [o]| {
        let stream = stream_of(vm, o)?;
        let set = stream.borrow().text.as_ref().is_some_and(|t| t.line_buffered);
        Ok(Value::bool(set))
    };
    "TextIOWrapper.@buffer" "self" |vm, [o]| buffer(vm, o);
    "TextIOWrapper.detach" "self" |vm, [o]| buffer(vm, o);
    "TextIOWrapper.reconfigure" "self * encoding= errors= newline= line_buffering= write_through="
        |vm, [o, enc, err, nl, lines, _through]| {
            reconfigure(vm, o, [enc, err, nl])?;
            let lines = is_set(vm, lines);
            if let Some(text) = &mut stream_of(vm, o)?.borrow_mut().text { text.line_buffered = lines; }
            Ok(Value::NONE)
        };
}
