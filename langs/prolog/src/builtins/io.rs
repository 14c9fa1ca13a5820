//! Streams as objects: opening, closing, properties, files.

use crate::builtins;
use crate::encoding::Encoding;
use crate::errors::*;
use crate::state::pl;
use crate::streams::{self, StreamId, input_of, output_of, stream_of, stream_term};
use crate::syntax::Atom;
use crate::term::{MakeTerms, Term, arg, atom, deref, is_var, term};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::path::Path;

builtins! {
    "open" / 3 => |vm, a| { let nil = atom(pl(vm).known.nil); open(vm, a[0], a[1], a[2], nil) };
    "open" / 4 => |vm, a| open(vm, a[0], a[1], a[2], a[3]);
    "close" / 1 => |vm, a| { let s = stream_of(vm, a[0])?; streams::close(vm, s); Ok(true) };
    "close" / 2 => |vm, a| { let s = stream_of(vm, a[0])?; streams::close(vm, s); Ok(true) };
    "current_output" / 1 => |vm, a| current(vm, a[0], false);
    "current_input" / 1 => |vm, a| current(vm, a[0], true);
    "set_output" / 1 => |vm, a| { let s = output_of(vm, a[0])?; pl(vm).streams.borrow_mut().output = s; Ok(true) };
    "set_input" / 1 => |vm, a| { let s = input_of(vm, a[0])?; pl(vm).streams.borrow_mut().input = s; Ok(true) };
    "$stream_properties" / 3 => properties;
    "$streams" / 1 => |vm, a| { let ids: Vec<StreamId> = pl(vm).streams.borrow().table.keys().copied().collect(); let items: Vec<Value> = ids.into_iter().map(|i| stream_term(vm, i)).collect(); let l = vm.make_list(&items); Ok(unify(vm, a[0], l)) };
    "is_stream" / 1 => |vm, a| { let ok = stream_of(vm, a[0]).is_ok(); if !ok { vm.take_pending(); } Ok(ok) };
    "at_end_of_stream" / 0 => |vm, _| { let s = pl(vm).streams.borrow().input; Ok(streams::get(vm, s, false, false).is_none()) };
    "at_end_of_stream" / 1 => |vm, a| { let s = input_of(vm, a[0])?; Ok(streams::get(vm, s, false, false).is_none()) };
    "set_stream" / 2 => set_stream;
    "set_stream_position" / 2 => set_position;
    "$input_position" / 2 => position;
    "$open_text" / 2 => |vm, a| { let t = need_text(vm, a[0])?; let s = streams::text_input(vm, &t); Ok(unify(vm, a[1], s)) };
    "$open_null" / 1 => |vm, a| { let s = streams::null_output(vm); Ok(unify(vm, a[0], s)) };
    "line_count" / 2 => |vm, a| { let s = stream_of(vm, a[0])?; let n = pl(vm).streams.borrow().table[&s].input.as_ref().map_or(1, |i| i.line); Ok(unify(vm, a[1], Value::small(n as i64))) };
    "line_position" / 2 => |vm, a| { let s = stream_of(vm, a[0])?; let n = streams::line_position(vm, s); Ok(unify(vm, a[1], Value::small(n as i64))) };
    "exists_file" / 1 => |vm, a| { let t = need_text(vm, a[0])?; Ok(vm.host.metadata(Path::new(&t)).is_ok_and(|m| m.is_file)) };
    "exists_directory" / 1 => |vm, a| { let t = need_text(vm, a[0])?; Ok(vm.host.metadata(Path::new(&t)).is_ok_and(|m| m.is_dir)) };
    "delete_file" / 1 => |vm, a| { let t = need_text(vm, a[0])?; match vm.host.remove_file(Path::new(&t)) { Ok(()) => Ok(true), Err(_) => Err(existence_error(vm, "file", deref(a[0]))) } };
    "working_directory" / 2 => |vm, a| { let d = vm.host.current_dir().map(|d| d.display().to_string() + "/").unwrap_or_default(); let v = vm.data_atom(&d); Ok(unify(vm, a[0], v) && change_directory(vm, a[1])?) };
    "prompt" / 2 => |_, _| Ok(true);
    "see" / 1 => |vm, a| { let read = atom(pl(vm).known.read); let s = vm.new_var(); let nil = atom(pl(vm).known.nil); open(vm, a[0], read, s, nil)?; let s = input_of(vm, s)?; pl(vm).streams.borrow_mut().input = s; Ok(true) };
    "seen" / 0 => |vm, _| { let s = pl(vm).streams.borrow().input; streams::close(vm, s); pl(vm).streams.borrow_mut().input = streams::USER_INPUT; Ok(true) };
    "tell" / 1 => |vm, a| { let write = atom(pl(vm).known.write); let s = vm.new_var(); let nil = atom(pl(vm).known.nil); open(vm, a[0], write, s, nil)?; let s = output_of(vm, s)?; pl(vm).streams.borrow_mut().output = s; Ok(true) };
    "told" / 0 => |vm, _| { let s = pl(vm).streams.borrow().output; streams::close(vm, s); pl(vm).streams.borrow_mut().output = streams::USER_OUTPUT; Ok(true) };
}

fn change_directory(vm: &mut Vm, to: Value) -> Guest<bool> {
    let path = need_text(vm, to)?;
    match vm.host.set_current_dir(Path::new(&path)) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => {
            Err(permission_error(vm, "chdir", "directory", deref(to)))
        }
        Err(_) => Err(existence_error(vm, "directory", deref(to))),
    }
}

fn open(vm: &mut Vm, file: Value, mode: Value, stream: Value, options: Value) -> Guest<bool> {
    let (file, mode) = (deref(file), deref(mode));
    if is_var(file) || is_var(mode) {
        return Err(instantiation(vm));
    }
    let Term::Atom(m) = term(mode) else {
        return Err(type_error(vm, "atom", mode));
    };
    let name = vm.symbols.name(m.0).into_owned();
    if !matches!(name.as_str(), "read" | "write" | "append" | "update") {
        return Err(domain_error(vm, "io_mode", mode));
    }
    if !is_var(deref(stream)) {
        return Err(crate::errors::raise_uninstantiation(vm, deref(stream)));
    }
    let options = match pl(vm).list(options) {
        Ok(items) => items,
        Err(true) => return Err(instantiation(vm)),
        Err(false) => return Err(type_error(vm, "list", deref(options))),
    };
    let path = match term(file) {
        Term::Atom(_) | Term::Str(_) => need_text(vm, file)?,
        _ => return Err(domain_error(vm, "source_sink", file)),
    };
    let mut new = streams::open(vm, &path, &name, file)?;
    let (mut alias, mut encoding) = (None, None);
    let reading = new.input.is_some();
    let mut mark = reading;
    for option in options {
        let option = deref(option);
        if is_var(option) {
            return Err(instantiation(vm));
        }
        let Term::Struct(s) = term(option) else {
            return Err(domain_error(vm, "stream_option", option));
        };
        let key = vm
            .symbols
            .name(pl(vm).name_arity(s.shape()).0.0)
            .into_owned();
        match key.as_str() {
            "encoding" => encoding = Some(encoding_of(vm, arg(s, 0))?),
            "bom" => mark = boolean(vm, arg(s, 0))?,
            _ => {}
        }
        if let Term::Atom(value) = term(arg(s, 0)) {
            match key.as_str() {
                "alias" => alias = Some(value),
                "type" => new.binary = value == pl(vm).known.binary,
                _ => {}
            }
        }
    }
    if let Some(name) = alias
        && pl(vm).streams.borrow().aliases.contains_key(&name)
    {
        let t = vm.term1("alias", atom(name));
        return Err(permission_error(vm, "open", "source_sink", t));
    }
    encode(&mut new, encoding, mark);
    let id = pl(vm).streams.borrow_mut().add(new);
    if let Some(name) = alias {
        streams::set_alias(vm, id, name);
    }
    let t = stream_term(vm, id);
    Ok(unify(vm, stream, t))
}

/// Gives a new stream its encoding; `mark`: a byte order mark is looked for, or written.
fn encode(new: &mut streams::Stream, encoding: Option<Encoding>, mark: bool) {
    if new.binary {
        new.encoding = Encoding::Octet;
        return;
    }
    new.encoding = encoding.unwrap_or(Encoding::Utf8);
    match (&mut new.input, &mut new.output) {
        (Some(input), _) => {
            let mut bytes = std::mem::take(&mut input.data);
            // Who says that characters are bytes gets all of them.
            if mark
                && !new.encoding.is_bytes()
                && let Some(found) = Encoding::of_mark(&bytes)
            {
                new.encoding = found;
                new.mark = true;
                bytes.drain(..found.mark().len());
            }
            input.data = new.encoding.decode(bytes);
        }
        (_, Some(streams::Sink::File(_, buffer))) if mark => {
            buffer.extend_from_slice(new.encoding.mark());
            new.mark = !new.encoding.mark().is_empty();
        }
        _ => {}
    }
}

fn encoding_of(vm: &mut Vm, v: Value) -> Guest<Encoding> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) => {
            let found = Encoding::from_name(&vm.symbols.name(a.0));
            found.ok_or_else(|| domain_error(vm, "encoding", atom(a)))
        }
        _ => Err(type_error(vm, "atom", deref(v))),
    }
}

fn boolean(vm: &mut Vm, v: Value) -> Guest<bool> {
    let k = pl(vm).known;
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) if a == k.true_ || a == k.on => Ok(true),
        Term::Atom(a) if a == k.false_ || a == k.off => Ok(false),
        _ => Err(type_error(vm, "bool", deref(v))),
    }
}

fn current(vm: &mut Vm, v: Value, input: bool) -> Guest<bool> {
    let t = streams::current(vm, input);
    let v = deref(v);
    if !is_var(v) {
        let known = matches!(term(v), Term::Struct(s) if pl(vm).name_arity(s.shape()) == (pl(vm).known.stream, 1));
        if !known {
            return Err(domain_error(vm, "stream", v));
        }
        stream_of(vm, v)?;
    }
    Ok(unify(vm, v, t))
}

/// `'$stream_properties'(Stream, Wanted, List)`. The position takes a look at all that was read: it is
/// among them only if it may be wanted.
fn properties(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let id = stream_of(vm, a[0])?;
    let p = pl(vm);
    let (mode, path, alias, input, binary, past, eof, at) = {
        let streams = p.streams.borrow();
        let s = &streams.table[&id];
        let at_end = s.input.as_ref().map(|i| i.pos >= i.data.len() && !i.live);
        (
            s.mode,
            s.path.clone(),
            s.alias,
            s.input.is_some(),
            s.binary,
            at_end,
            s.eof_action,
            s.input.as_ref().is_some_and(|i| i.past_end),
        )
    };
    let mut items = Vec::new();
    let m = vm.sym(mode);
    items.push(vm.term1("mode", m));
    items.push(vm.sym(if input { "input" } else { "output" }));
    if let Some(path) = path {
        let v = vm.data_atom(&path);
        items.push(vm.term1("file_name", v));
    }
    let standard = match id {
        streams::USER_INPUT => Some(p.known.user_input),
        streams::USER_OUTPUT => Some(p.known.user_output),
        streams::USER_ERROR => Some(p.known.user_error),
        _ => None,
    };
    if let Some(alias) = alias.or(standard) {
        items.push(vm.term1("alias", atom(alias)));
    }
    let ty = vm.sym(if binary { "binary" } else { "text" });
    items.push(vm.term1("type", ty));
    let eof = vm.sym(eof);
    items.push(vm.term1("eof_action", eof));
    // What is read from a file is in memory.
    let movable = input && id != streams::USER_INPUT;
    let reposition = vm.sym(if movable { "true" } else { "false" });
    items.push(vm.term1("reposition", reposition));
    let wanted = matches!(term(a[1]), Term::Var(_))
        || crate::db::functor_of(vm, a[1])
            .is_some_and(|(n, _)| *vm.symbols.name(n.0) == *"position");
    if movable
        && wanted
        && let Some(at) = place_term(vm, id)
    {
        items.push(vm.term1("position", at));
    }
    let newline = vm.sym("posix");
    items.push(vm.term1("newline", newline));
    encoding_properties(vm, id, &mut items);
    if let Some(end) = past {
        let state = vm.sym(match (end, at) {
            (true, true) => "past",
            (true, false) => "at",
            _ => "not",
        });
        items.push(vm.term1("end_of_stream", state));
    }
    let l = vm.make_list(&items);
    Ok(unify(vm, a[2], l))
}

fn encoding_properties(vm: &mut Vm, id: StreamId, items: &mut Vec<Value>) {
    let p = pl(vm);
    let (encoding, mark) = {
        let streams = p.streams.borrow();
        (streams.table[&id].encoding, streams.table[&id].mark)
    };
    let encoding = vm.sym(encoding.name());
    items.push(vm.term1("encoding", encoding));
    if mark {
        let yes = atom(p.known.true_);
        items.push(vm.term1("bom", yes));
    }
}

/// `'$stream_position'(Characters, Line, Column, Bytes)` of an input stream.
fn place_term(vm: &mut Vm, id: StreamId) -> Option<Value> {
    let place = {
        let streams = pl(vm).streams.borrow();
        let input = streams.table.get(&id)?.input.as_ref()?;
        let read = &input.data[..input.pos.min(input.data.len())];
        let line = &read[input.line_start.min(read.len())..];
        let characters = |bytes: &[u8]| String::from_utf8_lossy(bytes).chars().count() as i64;
        [
            characters(read),
            input.line as i64,
            characters(line),
            read.len() as i64,
        ]
    };
    let name = Atom(vm.symbols.intern("$stream_position"));
    let functor = pl(vm).functor(name, 4);
    Some(vm.compound(functor, &place.map(Value::small)))
}

/// `'$input_position'(Stream, Position)`; fails for output.
fn position(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let id = stream_of(vm, a[0])?;
    match place_term(vm, id) {
        Some(place) => Ok(unify(vm, a[1], place)),
        None => Ok(false),
    }
}

/// `set_stream_position(Stream, Position)`: a position is what `stream_property/2` gave.
fn set_position(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let id = stream_of(vm, a[0])?;
    let place = deref(a[1]);
    if is_var(place) {
        return Err(instantiation(vm));
    }
    let byte = match term(place) {
        Term::Struct(s) if pl(vm).name_arity(s.shape()).1 == 4 => deref(arg(s, 3)).to_int(),
        _ => None,
    };
    let Some(byte) = byte.and_then(|b| usize::try_from(b).ok()) else {
        return Err(domain_error(vm, "stream_position", place));
    };
    let moved = {
        let mut streams = pl(vm).streams.borrow_mut();
        let stream = streams.table.get_mut(&id);
        stream.and_then(|s| s.input.as_mut()).is_some_and(|input| {
            let end = input.data.len();
            input.pos = byte.min(end);
            let read = &input.data[..input.pos];
            input.line = 1 + read.iter().filter(|b| **b == b'\n').count() as u32;
            input.line_start = read.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
            input.past_end = false;
            !input.live
        })
    };
    if !moved {
        return Err(permission_error(vm, "reposition", "stream", deref(a[0])));
    }
    Ok(true)
}

fn set_stream(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let id = stream_of(vm, a[0])?;
    let Term::Struct(s) = term(a[1]) else {
        return Ok(true);
    };
    let key = pl(vm).name_arity(s.shape()).0;
    let key = vm.symbols.name(key.0).into_owned();
    match (key.as_str(), term(arg(s, 0))) {
        ("alias", Term::Atom(name)) => streams::set_alias(vm, id, name),
        ("encoding", _) => {
            let encoding = encoding_of(vm, arg(s, 0))?;
            streams::set_encoding(vm, id, encoding);
        }
        _ => {}
    }
    Ok(true)
}
