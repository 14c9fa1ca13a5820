//! Uncaught exceptions as CPython prints them.

use crate::builtins::text;
use crate::loaded::fl_code;
use crate::object::layouts::ExcData;
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::heap::Handle;
use runtime::host::Stream;
use runtime::interrupt::INTERRUPTED;
use runtime::layouts::{Instance, List};
use runtime::object::Obj;

/// Reports an exception that ended the program; its exit status.
pub fn report(vm: &mut Vm, e: Value) -> i32 {
    let fl = FlState::of(vm);
    let _ = vm.host.flush(Stream::Out);
    if exception::is_a(vm, e, fl.types().SystemExit) {
        return match exception::first_arg(vm, e) {
            Value::NONE => 0,
            Value::TRUE => 1,
            Value::FALSE => 0,
            v if v.is_int() => (v.as_int() & 0xff) as i32,
            v => {
                let message = text::display(vm, v);
                let _ = vm
                    .host
                    .write(Stream::Err, format!("{message}\n").as_bytes());
                1
            }
        };
    }
    let interrupted = exception::is_a(vm, e, fl.types().KeyboardInterrupt);
    print(vm, e);
    if interrupted { INTERRUPTED } else { 1 }
}

/// Writes the whole report, with the chain of causes and contexts, to standard error.
pub fn print(vm: &mut Vm, e: Value) {
    let text = format(vm, e);
    // There is nobody to tell that standard output or error is closed.
    let _ = vm.host.flush(Stream::Out);
    let _ = vm.host.write(Stream::Err, text.as_bytes());
}

fn format(vm: &mut Vm, e: Value) -> String {
    const CAUSE: &str =
        "\nThe above exception was the direct cause of the following exception:\n\n";
    const CONTEXT: &str =
        "\nDuring handling of the above exception, another exception occurred:\n\n";
    let mut chain = vec![(e, "")];
    let mut at = e;
    while let Some(data) = exception::data(vm, at) {
        let (cause, context) = (data.get(ExcData::CAUSE), data.get(ExcData::CONTEXT));
        let (next, between) = if cause != Value::NONE {
            (cause, CAUSE)
        } else if context != Value::NONE && data.int(ExcData::SUPPRESS) == 0 {
            (context, CONTEXT)
        } else {
            break;
        };
        if chain.iter().any(|seen| seen.0 == next) {
            break;
        }
        chain.push((next, between));
        at = next;
    }
    // The exceptions' own `__str__` run, and may collect.
    let rooted = chain
        .iter()
        .map(|(e, between)| (vm.heap.handle(*e), *between));
    let rooted: Vec<_> = rooted.collect();
    let mut out = String::new();
    for (e, between) in rooted.iter().rev() {
        out.push_str(&format_one(vm, e));
        out.push_str(between);
    }
    out
}

/// One line of a traceback.
#[derive(PartialEq, Eq, Clone)]
struct Line {
    file: String,
    line: u32,
    function: String,
}

fn format_one(vm: &mut Vm, e: &Handle) -> String {
    let mut out = String::new();
    let traceback = exception::data(vm, e.get()).map_or(Value::NONE, |d| d.get(ExcData::TRACEBACK));
    let mut lines: Vec<Line> = Vec::new();
    for (code, pc) in exception::entries(traceback) {
        let code = vm.codes.get(code);
        lines.extend(lines_of(vm, code, pc));
    }
    if !lines.is_empty() {
        out.push_str("Traceback (most recent call last):\n");
    }
    // As CPython: of more than three equal lines in a row only the number is given.
    let mut repeats = 0;
    for (i, line) in lines.iter().enumerate() {
        repeats = if i > 0 && lines[i - 1] == *line {
            repeats + 1
        } else {
            0
        };
        if repeats < 3 {
            print_line(vm, line, &mut out);
        }
        let last = lines.get(i + 1) != Some(line);
        if last && repeats >= 3 {
            let more = repeats - 2;
            let s = if more == 1 { "" } else { "s" };
            out.push_str(&format!("  [Previous line repeated {more} more time{s}]\n"));
        }
    }
    out.push_str(&description(vm, e));
    out
}

/// The lines that a frame contributes: one more for a comprehension compiled into it.
fn lines_of(vm: &Vm, code: &'static Code, pc: u32) -> Vec<Line> {
    if code.lang != FlState::of(vm).lang {
        return vec![Line {
            file: code.file.clone(),
            line: code.data.line(pc),
            function: code.name.clone(),
        }];
    }
    let object = &fl_code(code).object;
    let line = |line: u32, function: &str| Line {
        file: code.file.clone(),
        line,
        function: function.to_string(),
    };
    let own = object.line_at(pc as usize);
    let mut lines = Vec::new();
    let mut function = object.name.to_string();
    let inner = object
        .inlined
        .iter()
        .filter(|i| (i.start as u32..i.end as u32).contains(&pc));
    for inlined in inner {
        lines.push(line(inlined.line, &function));
        function = inlined.name.to_string();
    }
    lines.push(line(own, &function));
    lines
}

/// The lines of a traceback as a list of tuples: file, line, function, source text.
pub fn entries(vm: &mut Vm, traceback: Value) -> Value {
    let mut lines = Vec::new();
    for (code, pc) in exception::entries(traceback) {
        let code = vm.codes.get(code);
        lines.extend(lines_of(vm, code, pc));
    }
    let mut items = Vec::new();
    for line in lines {
        let source = source_line(vm, &line).unwrap_or_default();
        let parts = [
            vm.str(&line.file),
            Value::small(line.line as i64),
            vm.str(&line.function),
            vm.str(&source),
        ];
        items.push(vm.tuple(&parts));
    }
    vm.list(&items)
}

fn source_line(vm: &Vm, line: &Line) -> Option<String> {
    let sources = FlState::of(vm).sources.borrow();
    let text = sources
        .get(&line.file)?
        .lines()
        .nth(line.line.checked_sub(1)? as usize)?;
    Some(text.trim().to_string())
}

/// Reads the text of a file that another language loaded.
fn know_source(vm: &mut Vm, file: &str) {
    let fl = FlState::of(vm);
    if file.starts_with('<') || fl.sources.borrow().contains_key(file) {
        return;
    }
    if let Ok(bytes) = vm.host.read_file(std::path::Path::new(file)) {
        let text: std::rc::Rc<str> = String::from_utf8_lossy(&bytes).into();
        fl.sources.borrow_mut().insert(file.to_owned(), text);
    }
}

fn print_line(vm: &mut Vm, line: &Line, out: &mut String) {
    out.push_str(&format!(
        "  File \"{}\", line {}, in {}\n",
        line.file, line.line, line.function
    ));
    know_source(vm, &line.file);
    if let Some(text) = source_line(vm, line).filter(|t| !t.is_empty()) {
        out.push_str(&format!("    {text}\n"));
    }
}

/// `Class: message`, and the place of a syntax error.
fn description(vm: &mut Vm, e: &Handle) -> String {
    let fl = FlState::of(vm);
    if exception::is_a(vm, e.get(), fl.types().SyntaxError)
        && let Some(instance) = Obj::<Instance>::of(e.get())
    {
        let texts = ["_annotated", "_rendered"].map(|name| {
            let name = vm.symbols.intern(name);
            let text = vm.instance_get(instance, name);
            text.and_then(|t| runtime::text::of(t).map(|t| t.into_owned()))
        });
        if let Some(rendered) = texts.into_iter().flatten().next() {
            let end = if rendered.ends_with('\n') { "" } else { "\n" };
            return rendered + end;
        }
    }
    let mut text = last_line(vm, e.get()) + "\n";
    for note in notes(vm, e.get()) {
        text.push_str(&note);
        text.push('\n');
    }
    text
}

/// What `add_note` added.
fn notes(vm: &mut Vm, e: Value) -> Vec<String> {
    let name = FlState::of(vm).names.notes;
    let list = Obj::<Instance>::of(e).and_then(|o| vm.instance_get(o, name));
    let Some(list) = list.and_then(Obj::<List>::of) else {
        return vec![];
    };
    let notes = vm.list_values(list).into_iter();
    notes
        .map(|v| crate::builtins::text::display(vm, v))
        .collect()
}

/// The line where a traceback's entry is, a code id and a pc.
pub fn line_of(vm: &mut Vm, (code, pc): (u32, u32)) -> u32 {
    let code = vm.codes.get(code);
    lines_of(vm, code, pc).last().map_or(0, |line| line.line)
}

/// `Class: message`
pub fn last_line(vm: &mut Vm, e: Value) -> String {
    if let Some(text) = crate::border::foreign_text(vm, e) {
        return text;
    }
    let class = types::class_of(vm, e);
    let fl = FlState::of(vm);
    let module = class
        .own(fl.names.module)
        .and_then(|m| runtime::text::of(m.get()).map(|m| m.into_owned()))
        .filter(|m| m != "__main__" && m != "builtins");
    let name = match module {
        Some(module) => format!("{module}.{}", class.qualname.borrow()),
        None => class.qualname.borrow().clone(),
    };
    let message = guest_text(vm, e);
    if message.is_empty() {
        name
    } else {
        format!("{name}: {message}")
    }
}

/// `str(e)`, asking the class's own `__str__` (the program has ended: the driver is free).
fn guest_text(vm: &mut Vm, e: Value) -> String {
    let fl = FlState::of(vm);
    let f = crate::builtins::prelude::function(vm, fl, "to_str");
    let code = vm.codes.get(
        Obj::<runtime::layouts::Function>::cast(f).int(runtime::layouts::Function::CODE) as u32,
    );
    match vm.execute(code, &[e]) {
        Ok(text) => runtime::text::of(text).map_or_else(String::new, |t| t.into_owned()),
        Err(_) => {
            vm.take_pending();
            "<exception str() failed>".to_string()
        }
    }
}
