//! Loading: what the library's `consult/1` is made of.

use crate::builtins;
use crate::consult;
use crate::db;
use crate::errors::*;
use crate::library;
use crate::messages;
use crate::state::pl;
use crate::term::{MakeTerms, Term, atom, deref, term};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::path::{Path, PathBuf};

builtins! {
    "$load_begin" / 2 => |vm, a| begin(vm, a);
    "$load_end" / 0 => |vm, _| { consult::end(vm); Ok(true) };
    "$load_next" / 1 => |vm, a| { let next = consult::next(vm)?; let eof = atom(pl(vm).known.eof); let t = match next { Some(t) => vm.term1("$term", t), None => eof }; Ok(unify(vm, a[0], t)) };
    "$load_add" / 1 => load_add;
    "$load_condition" / 1 => |vm, a| { let holds = matches!(term(a[0]), Term::Atom(t) if t == pl(vm).known.true_); consult::condition(vm, holds); Ok(true) };
    "$load_file" / 2 => load_file;
    "$library" / 1 => |vm, a| { let n = need_text(vm, a[0])?; Ok(library::load_named(vm, &n).is_some()) };
    "$has_expansion" / 0 => |vm, _| Ok(pl(vm).expand.get());
    "$load_path" / 1 => |vm, a| { let path = pl(vm).load.borrow().last().map(|l| l.path.clone()); match path { Some(t) => { let v = vm.sym(&t); Ok(unify(vm, a[0], v)) } None => Ok(false) } };
    "$load_line" / 1 => |vm, a| { let line = pl(vm).load.borrow().last().map_or(0, |l| l.term_line); Ok(unify(vm, a[0], Value::small(line as i64))) };
    "$warn" / 1 => |vm, a| { let t = need_text(vm, a[0])?; messages::warning(vm, &t); Ok(true) };
    "$print_uncaught" / 2 => |vm, a| { let kind = need_text(vm, a[1])?; messages::print_ball(vm, deref(a[0]), &kind); Ok(true) };
    "$say" / 2 => |vm, a| { let (kind, t) = (need_text(vm, a[0])?, need_text(vm, a[1])?); messages::say_as(vm, &kind, &t); Ok(true) };
    "$describe" / 2 => |vm, a| { let t = messages::describe(vm, deref(a[0])); let v = vm.sym(&t); Ok(unify(vm, a[1], v)) };
    "$style" / 2 => style;
    "$terminal" / 0 => |vm, _| Ok(vm.host.interactive());
    "$edit_line" / 2 => edit_line;
    "$rules" / 1 => |vm, a| { let (m, h) = db::strip_module(vm, pl(vm).module.get(), a[0]); if let Some((n, k)) = db::functor_of(vm, h) { pl(vm).pred_in(m, n, k).rules.set(true); } Ok(true) };
    "$flush_all" / 0 => |vm, _| { crate::streams::flush_all(vm); Ok(true) };
    "$halted" / 0 => |vm, _| Ok(pl(vm).halted.get().is_some());
}

/// `'$edit_line'(Prompt, Line)`: a line from the terminal, or `end_of_file`.
fn edit_line(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let prompt = need_text(vm, a[0])?;
    crate::streams::flush_all(vm);
    let line = match vm.host.edit_line(&prompt) {
        Ok(Some(line)) => vm.sym(&line),
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
    match vm.host.read_file(Path::new(&path)) {
        Ok(bytes) => {
            let text = String::from_utf8_lossy(&bytes).into_owned();
            consult::begin(vm, &path, &text, false);
            Ok(true)
        }
        Err(_) => Err(existence_error(vm, "source_sink", deref(a[0]))),
    }
}

/// `'$load_add'(Clause)`: adds a clause to the module being loaded.
fn load_add(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let module = pl(vm).module.get();
    let (module, head, body) = db::split_clause(vm, module, a[0])?;
    if !db::is_body(vm, body) {
        return Err(type_error(vm, "callable", body));
    }
    let line = pl(vm).load.borrow().last().map_or(0, |l| l.term_line);
    let clause = db::new_clause(vm, head, body, line);
    consult::add(vm, module, clause)?;
    Ok(true)
}

/// `'$load_file'(Spec, Path)`: the file that a specification means: as given or with `.pl`,
/// from the folder of the file being loaded or the current one.
fn load_file(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let spec = match term(a[0]) {
        Term::Var(_) => return Err(instantiation(vm)),
        _ => need_text(vm, a[0])?,
    };
    let folder = pl(vm)
        .load
        .borrow()
        .last()
        .and_then(|l| Path::new(&l.path).parent().map(PathBuf::from));
    let mut places = Vec::new();
    if let Some(folder) = folder {
        places.push(folder.join(&spec));
    }
    places.push(PathBuf::from(&spec));
    for place in places {
        for candidate in [
            place.clone(),
            PathBuf::from(format!("{}.pl", place.display())),
        ] {
            if vm.host.metadata(&candidate).is_ok_and(|m| m.is_file) {
                let v = vm.sym(&candidate.display().to_string());
                return Ok(unify(vm, a[1], v));
            }
        }
    }
    Err(existence_error(vm, "source_sink", deref(a[0])))
}
