//! The module `_repl`: what the interactive session (`lib/repl.py`) cannot do in FL.

use super::modules;
use crate::builtins;
use crate::compile::Mode;
use crate::frontend::compile_source;
use crate::loaded;
use crate::object::exception;
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::language::Loaded;
use runtime::layouts::Module;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;

builtins! { pub static REPL:
    "_repl:line" "prompt /" |vm, [prompt]| line(vm, prompt);
    "_repl:compile" "text path is_file /" |vm, [t, path, is_file]| compile(vm, t, path, is_file);
    "_repl:run" "code /" |_vm, [_code]| Ok(FALLBACK);
    "_repl:report" "exception /" |vm, [e]| {
        crate::traceback::print(vm, e);
        Ok(Value::NONE)
    };
    "_fl_last" "value" |vm, [v]| {
        let name = vm.symbols.intern("_");
        FlState::of(vm).builtins().set(vm, name, v);
        Ok(Value::NONE)
    };
}

/// The code of a session, and the module it runs in.
pub fn session(vm: &mut Vm, files: &[String]) -> Guest<Loaded> {
    let fl = FlState::of(vm);
    let source = include_str!("../../lib/repl.py");
    let code = modules::compile(vm, "<session>", source)?;
    let main = modules::new_module(vm, "__main__");
    let namespace = modules::detached_module(vm, "<session>");
    let files: Vec<Value> = files.iter().map(|file| vm.str(file)).collect();
    let files = vm.list(&files);
    for (name, v) in [("files", files), ("main", main.module.get())] {
        let name = vm.symbols.intern(name);
        namespace.set(vm, name, v);
    }
    let code = loaded::load(vm, fl, namespace, &code, true);
    let module = namespace.module.get();
    Ok(Loaded {
        code,
        slots: vec![module],
        module,
    })
}

/// A line of input without its end; None at the end of the input. There is a prompt on a
/// terminal only.
fn line(vm: &mut Vm, prompt: Value) -> Guest {
    let prompt = text::of(prompt).unwrap_or_default().into_owned();
    let line = if vm.host.interactive() {
        vm.host.edit_line(&prompt)
    } else {
        let mut bytes = Vec::new();
        vm.host.read_line(&mut bytes).map(|n| {
            let text = String::from_utf8_lossy(&bytes);
            let text = text.strip_suffix('\n').unwrap_or(&text);
            (n > 0).then(|| text.strip_suffix('\r').unwrap_or(text).to_owned())
        })
    };
    match line {
        Ok(Some(line)) => Ok(vm.str(&line)),
        Ok(None) => Ok(Value::NONE),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    }
}

/// The number of the code of an input; None if it goes on in the next line.
fn compile(vm: &mut Vm, source: Value, path: Value, is_file: Value) -> Guest {
    let (Some(source), Some(path)) = (text::of(source), text::of(path)) else {
        return Err(exception::type_error(vm, "compile() needs two str"));
    };
    let fl = FlState::of(vm);
    let session = modules::loaded(vm, "__main__").and_then(Obj::<Module>::of);
    let Some(main) = session else {
        return Err(exception::type_error(vm, "the session has no module"));
    };
    let mode = match is_file == Value::TRUE {
        true => Mode::File,
        false => Mode::Interactive,
    };
    match compile_source(&path, &source, mode) {
        Ok(code) => {
            let namespace = fl.namespace(main.int(Module::NAMESPACE));
            let code = loaded::load(vm, fl, namespace, &code, false);
            Ok(Value::small(i64::from(code.id)))
        }
        Err(_) if goes_on(&source) || source.ends_with('\\') => Ok(Value::NONE),
        Err(diagnostics) => Err(modules::syntax_error(vm, &diagnostics, &source)),
    }
}

/// Does the text end in the midst of brackets or of a long string?
fn goes_on(text: &str) -> bool {
    let mut depth = 0usize;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            '#' => rest = &rest[rest.find('\n').unwrap_or(rest.len())..],
            '"' | '\'' => {
                let long = [c; 3].iter().collect::<String>();
                let quote = if rest.starts_with(&long) {
                    long.as_str()
                } else {
                    &rest[..1]
                };
                match end_of_string(&rest[quote.len()..], quote) {
                    Some(end) => rest = &rest[quote.len() + end - 1..],
                    None => return quote.len() == 3 || depth > 0,
                }
            }
            _ => {}
        }
        rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    }
    depth > 0
}

/// Where a string ends, behind its closing quote.
fn end_of_string(text: &str, quote: &str) -> Option<usize> {
    let mut is_escaped = false;
    for (i, c) in text.char_indices() {
        if is_escaped {
            is_escaped = false;
        } else if c == '\\' {
            is_escaped = true;
        } else if text[i..].starts_with(quote) {
            return Some(i + quote.len());
        } else if c == '\n' && quote.len() == 1 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::goes_on;

    #[test]
    fn open_brackets_and_long_strings_go_on() {
        for text in [
            "f(",
            "[1,\n{2: (3",
            "'''a",
            "x = \"\"\"\nb'c\"",
            "('a)'",
            "(1, # )",
        ] {
            assert!(goes_on(text), "{text}");
        }
        for text in [
            "",
            "f()",
            "')('",
            "# (",
            "x = '\\'('",
            "'''('''",
            "1 +",
            "'ab",
            "])",
        ] {
            assert!(!goes_on(text), "{text}");
        }
    }
}
