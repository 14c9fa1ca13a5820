//! Loading: what the library's `consult/1` is made of.

use crate::builtins;
use crate::consult;
use crate::db;
use crate::encoding::Encoding;
use crate::errors::*;
use crate::library;
use crate::messages;
use crate::state::pl;
use crate::syntax::ReadFlags;
use crate::syntax::parser::Quotes;
use crate::term::{MakeTerms, Term, atom, deref, term};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::path::Path;

builtins! {
    "$load_begin" / 2 => |vm, a| begin(vm, a);
    "$load_end" / 0 => |vm, _| { consult::end(vm); Ok(true) };
    "$load_include" / 1 => include;
    "$load_next" / 1 => |vm, a| { let next = consult::next(vm)?; let eof = atom(pl(vm).known.eof); let t = match next { Some(t) => vm.term1("$term", t), None => eof }; Ok(unify(vm, a[0], t)) };
    "$load_add" / 1 => load_add;
    "$load_condition" / 1 => |vm, a| { let holds = matches!(term(a[0]), Term::Atom(t) if t == pl(vm).known.true_); consult::condition(vm, holds); Ok(true) };
    "$load_file" / 3 => load_file;
    "$library" / 1 => |vm, a| { let n = need_text(vm, a[0])?; Ok(library::load_named(vm, &n).is_some()) };
    "$has_expansion" / 0 => |vm, _| Ok(pl(vm).expand.get());
    "$load_path" / 1 => |vm, a| loaded(vm, a[0], |load| load.path.clone());
    "$load_source" / 1 => |vm, a| loaded(vm, a[0], |load| load.source().to_owned());
    "$load_line" / 1 => |vm, a| { let line = pl(vm).load.borrow().last().map_or(0, |l| l.term_line); Ok(unify(vm, a[0], Value::small(line as i64))) };
    "$warn" / 1 => |vm, a| { let t = need_text(vm, a[0])?; messages::warning(vm, &t); Ok(true) };
    "$print_uncaught" / 2 => |vm, a| { let kind = need_text(vm, a[1])?; messages::print_ball(vm, deref(a[0]), &kind); Ok(true) };
    "$say" / 2 => |vm, a| { let (kind, t) = (need_text(vm, a[0])?, need_text(vm, a[1])?); messages::say_as(vm, &kind, &t); Ok(true) };
    "$describe" / 2 => |vm, a| { let t = messages::describe(vm, deref(a[0])); let v = vm.data_atom(&t); Ok(unify(vm, a[1], v)) };
    "$style" / 2 => style;
    "$terminal" / 0 => |vm, _| Ok(vm.host.interactive());
    "$edit_line" / 2 => edit_line;
    "$rules" / 1 => |vm, a| { let (m, h) = db::strip_module(vm, pl(vm).module.get(), a[0]); if let Some((n, k)) = db::functor_of(vm, h) { pl(vm).pred_in(m, n, k).rules.set(true); } Ok(true) };
    "$flush_all" / 0 => |vm, _| { crate::streams::flush_all(vm); Ok(true) };
    "$halted" / 0 => |vm, _| Ok(pl(vm).halted.get().is_some());
}

/// What the innermost load says, as an atom; fails if nothing is loaded.
fn loaded(vm: &mut Vm, v: Value, says: fn(&consult::Load) -> String) -> Guest<bool> {
    let text = pl(vm).load.borrow().last().map(says);
    let Some(text) = text else {
        return Ok(false);
    };
    let text = vm.data_atom(&text);
    Ok(unify(vm, v, text))
}

/// `'$edit_line'(Prompt, Line)`: a line from the terminal, or `end_of_file`.
fn edit_line(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let prompt = need_text(vm, a[0])?;
    crate::streams::flush_all(vm);
    let line = match vm.host.edit_line(&prompt) {
        Ok(Some(line)) => vm.data_atom(&line),
        _ => atom(pl(vm).known.eof),
    };
    Ok(unify(vm, a[1], line))
}

/// `'$style'(Name, on)` or `off`.
fn style(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let name = need_text(vm, a[0])?;
    let on = matches!(term(a[1]), Term::Atom(t) if t == pl(vm).known.on);
    match name.as_str() {
        "singleton" | "singletons" => pl(vm).warn_singletons.set(on),
        "discontiguous" => pl(vm).warn_scattered.set(on),
        _ => {}
    }
    Ok(true)
}

/// `'$load_begin'(Path, Text)`: fails when the file cannot be read.
fn begin(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let path = need_text(vm, a[0])?;
    let given = pl(vm).texts.borrow_mut().remove(&path);
    if let Some(source) = given {
        if source.main {
            crate::border::modules::entered(vm, &source.path, &source.text);
        }
        consult::begin(vm, &source.path, &source.text, false);
        if let Some(load) = pl(vm).load.borrow_mut().last_mut() {
            load.line += source.line_offset;
            load.line_offset = source.line_offset;
        }
        if source.name.starts_with('<') {
            // A text inside another language's: its strings are written in quotes of that one.
            let flags = pl(vm).read_flags.get();
            pl(vm).read_flags.set(ReadFlags {
                double_quotes: Quotes::Atom,
                ..flags
            });
        }
        return Ok(true);
    }
    match vm.host.read_file(Path::new(&path)) {
        Ok(bytes) => {
            let text = source_text(bytes);
            crate::border::modules::entered(vm, &path, &text);
            consult::begin(vm, &path, &text, false);
            Ok(true)
        }
        Err(_) => Err(existence_error(vm, "source_sink", deref(a[0]))),
    }
}

/// The text of a file: UTF-8, unless a byte order mark tells otherwise.
fn source_text(mut bytes: Vec<u8>) -> String {
    if let Some(encoding) = Encoding::of_mark(&bytes) {
        bytes = encoding.decode(bytes.split_off(encoding.mark().len()));
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// `'$load_include'(Path)`: a file's text is read next, as if it were written here.
fn include(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let path = need_text(vm, a[0])?;
    match vm.host.read_file(Path::new(&path)) {
        Ok(bytes) => {
            consult::include(vm, &path, &source_text(bytes));
            Ok(true)
        }
        Err(_) => Err(existence_error(vm, "source_sink", deref(a[0]))),
    }
}

/// `'$load_add'(Clause)`: adds a clause to the module being loaded.
fn load_add(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let module = pl(vm).module.get();
    if crate::cycles::cyclic(vm, a[0]) {
        return Err(representation_error(vm, "cyclic_term"));
    }
    let (module, head, body) = db::split_clause(vm, module, a[0])?;
    db::check_body(vm, body)?;
    let line = pl(vm).load.borrow().last().map_or(0, |l| l.term_line);
    let clause = db::new_clause(vm, head, body, line);
    consult::add(vm, module, clause)?;
    Ok(true)
}

/// `'$load_file'(Spec, Path, Language)`: the file that a specification means: as given or by name,
/// beside the file being loaded, in the current folder, or on the search path.
fn load_file(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let spec = match term(a[0]) {
        Term::Var(_) => return Err(instantiation(vm)),
        _ => need_text(vm, a[0])?,
    };
    if let Some(found) = crate::border::modules::find(vm, &spec)? {
        let language = vm.languages[found.lang as usize].name();
        let language = vm.sym(language);
        let ours = found.lang == pl(vm).lang;
        let path = match found.source {
            // A block of a literate program, known by its name.
            Some(source) if ours => {
                let key = found.path.display().to_string();
                pl(vm).texts.borrow_mut().insert(key.clone(), source);
                key
            }
            None if ours => found.path.display().to_string(),
            _ => spec,
        };
        let path = vm.data_atom(&path);
        return Ok(unify(vm, a[1], path) && unify(vm, a[2], language));
    }
    if vm.host.metadata(Path::new(&spec)).is_ok_and(|m| m.is_file) {
        let path = vm.data_atom(&spec);
        let language = vm.sym("prolog");
        return Ok(unify(vm, a[1], path) && unify(vm, a[2], language));
    }
    Err(existence_error(vm, "source_sink", deref(a[0])))
}
