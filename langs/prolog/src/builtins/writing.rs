//! Writing terms and characters.

use crate::builtins;
use crate::convert::var_name;
use crate::errors::*;
use crate::format;
use crate::state::pl;
use crate::streams::{self, StreamId, output_of, write};
use crate::syntax::write::{WriteOptions, var_letter};
use crate::term::{MakeTerms, Term, arg, deref, is_var, term};
use crate::text::show;
use crate::unify::unify;
use hashbrown::HashMap;
use hashbrown::hash_map::Entry;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "write" / 1 => |vm, a| { let s = current(vm); put(vm, s, a[0], &plain()) };
    "write" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put(vm, s, a[1], &plain()) };
    "$portrays" / 0 => |vm, _| Ok(portrays(vm));
    "$print" / 1 => |vm, a| { let s = current(vm); put(vm, s, a[0], &WriteOptions::quoted()) };
    "$print" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put(vm, s, a[1], &WriteOptions::quoted()) };
    "writeln" / 1 => |vm, a| { let s = current(vm); put(vm, s, a[0], &plain())?; write(vm, s, "\n")?; Ok(true) };
    "writeln" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put(vm, s, a[1], &plain())?; write(vm, s, "\n")?; Ok(true) };
    "writeq" / 1 => |vm, a| { let s = current(vm); put(vm, s, a[0], &WriteOptions::quoted()) };
    "writeq" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put(vm, s, a[1], &WriteOptions::quoted()) };
    "write_canonical" / 1 => |vm, a| { let s = current(vm); let o = canonical(vm, a[0]); put(vm, s, a[0], &o) };
    "write_canonical" / 2 => |vm, a| { let s = output_of(vm, a[0])?; let o = canonical(vm, a[1]); put(vm, s, a[1], &o) };
    "write_term" / 2 => |vm, a| { let s = current(vm); let o = options(vm, a[1])?; put(vm, s, a[0], &o) };
    "write_term" / 3 => |vm, a| { let s = output_of(vm, a[0])?; let o = options(vm, a[2])?; put(vm, s, a[1], &o) };
    "nl" / 0 => |vm, _| { let s = current(vm); write(vm, s, "\n")?; Ok(true) };
    "nl" / 1 => |vm, a| { let s = output_of(vm, a[0])?; write(vm, s, "\n")?; Ok(true) };
    "tab" / 1 => |vm, a| { let s = current(vm); tab(vm, s, a[0]) };
    "tab" / 2 => |vm, a| { let s = output_of(vm, a[0])?; tab(vm, s, a[1]) };
    "put_char" / 1 => |vm, a| { let s = current(vm); put_char(vm, s, a[0]) };
    "put_char" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put_char(vm, s, a[1]) };
    "put_code" / 1 => |vm, a| { let s = current(vm); put_code(vm, s, a[0]) };
    "put_code" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put_code(vm, s, a[1]) };
    "put" / 1 => |vm, a| { let s = current(vm); put_code(vm, s, a[0]) };
    "put_byte" / 1 => |vm, a| { let s = current(vm); put_byte(vm, s, a[0]) };
    "put_byte" / 2 => |vm, a| { let s = output_of(vm, a[0])?; put_byte(vm, s, a[1]) };
    "flush_output" / 0 => |vm, _| { let s = current(vm); streams::flush(vm, s); Ok(true) };
    "flush_output" / 1 => |vm, a| { let s = output_of(vm, a[0])?; streams::flush(vm, s); Ok(true) };
    "$format" / 5 => format::builtin;
    "$capture" / 2 => capture;
    "$captured" / 3 => captured;
    "$column" / 2 => |vm, a| { let s = output_of(vm, a[0])?; let n = streams::column(vm, s); Ok(unify(vm, a[1], Value::small(n as i64))) };
    "$message" / 1 => |vm, a| { let t = crate::text::need_text(vm, a[0])?; streams::flush_all(vm); streams::write_error(vm, &t); Ok(true) };
}

/// Does the program say how `print/1` shows terms?
pub fn portrays(vm: &mut Vm) -> bool {
    let p = pl(vm);
    let name = crate::syntax::Atom(vm.symbols.intern("portray"));
    let functor = p.functor(name, 1);
    p.lookup(p.known.user, functor)
        .is_some_and(|d| d.clauses.borrow().len() > d.dead.get())
}

fn current(vm: &Vm) -> StreamId {
    pl(vm).streams.borrow().output
}

/// As `write/1`.
pub fn plain() -> WriteOptions {
    WriteOptions {
        numbervars: true,
        ..WriteOptions::default()
    }
}

/// As `write_canonical/1`: variables that occur once are `_`, the others get letters.
fn canonical(vm: &Vm, t: Value) -> WriteOptions {
    let mut once: HashMap<u64, bool> = HashMap::new();
    let mut order = Vec::new();
    let mut stack = if crate::cycles::acyclic(vm, t) {
        vec![t]
    } else {
        Vec::new()
    };
    while let Some(t) = stack.pop() {
        match term(t) {
            Term::Var(v) => match once.entry(v.0) {
                Entry::Occupied(mut seen) => *seen.get_mut() = false,
                Entry::Vacant(new) => {
                    new.insert(true);
                    order.push(v);
                }
            },
            Term::Struct(s) => {
                let n = crate::term::arity(vm, s);
                stack.extend((0..n).rev().map(|i| arg(s, i)));
            }
            _ => {}
        }
    }
    let mut shared = 0;
    let mut name = |v: &Value| {
        if once.get(&v.0).is_none_or(|o| *o) {
            return "_".to_owned();
        }
        shared += 1;
        var_letter(shared - 1)
    };
    WriteOptions {
        quoted: true,
        ignore_ops: true,
        var_names: order.iter().map(|v| (var_name(*v), name(v))).collect(),
        ..WriteOptions::default()
    }
}

fn put(vm: &mut Vm, s: StreamId, t: Value, options: &WriteOptions) -> Guest<bool> {
    let mut text = show(vm, t, options);
    // A full stop must not become part of a symbol.
    if options.end.starts_with('.') && text.ends_with(crate::syntax::lexer::is_symbol_char) {
        text.push(' ');
    }
    text.push_str(options.end);
    write(vm, s, &text)?;
    Ok(true)
}

fn truth(vm: &mut Vm, v: Value, option: Value) -> Guest<bool> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) if a == pl(vm).known.true_ => Ok(true),
        Term::Atom(a) if a == pl(vm).known.false_ => Ok(false),
        _ => Err(domain_error(vm, "write_option", option)),
    }
}

/// The options of `write_term`.
fn options(vm: &mut Vm, v: Value) -> Guest<WriteOptions> {
    let items = match pl(vm).list(v) {
        Ok(items) => items,
        Err(true) => return Err(instantiation(vm)),
        Err(false) => return Err(type_error(vm, "list", deref(v))),
    };
    let mut o = WriteOptions::default();
    let (mut fullstop, mut newline) = (false, false);
    for option in items {
        let option = deref(option);
        if is_var(option) {
            return Err(instantiation(vm));
        }
        let Term::Struct(s) = term(option) else {
            return Err(domain_error(vm, "write_option", option));
        };
        let (name, arity) = pl(vm).name_arity(s.shape());
        let name = vm.symbols.name(name.0).into_owned();
        let value = arg(s, 0);
        match (name.as_str(), arity) {
            ("quoted", 1) => o.quoted = truth(vm, value, option)?,
            ("ignore_ops", 1) => o.ignore_ops = truth(vm, value, option)?,
            ("numbervars", 1) => o.numbervars = truth(vm, value, option)?,
            ("dotlists", 1) => o.dotlists = truth(vm, value, option)?,
            ("no_lists", 1) => o.dotlists |= truth(vm, value, option)?,
            ("fullstop", 1) => fullstop = truth(vm, value, option)?,
            ("nl", 1) => newline = truth(vm, value, option)?,
            ("max_depth", 1) => o.max_depth = value.to_int().unwrap_or(0).max(0) as usize,
            ("priority", 1) => o.priority = value.to_int().unwrap_or(1200).clamp(0, 1200) as u16,
            ("variable_names", 1) => o.var_names = var_names(vm, value, option)?,
            ("spacing", 1) => {
                let next = vm.sym("next_argument");
                o.spacing_next = deref(value) == next;
            }
            (
                "portray" | "portrayed" | "cycles" | "attributes" | "brace_terms"
                | "character_escapes" | "partial" | "portray_goal" | "blobs" | "module"
                | "float_format" | "portray_clause" | "quote_non_ascii",
                1,
            ) => {}
            _ => return Err(domain_error(vm, "write_option", option)),
        }
    }
    o.end = match (fullstop, newline) {
        (true, true) => ".\n",
        (true, false) => ". ",
        (false, true) => "\n",
        (false, false) => "",
    };
    Ok(o)
}

fn var_names(vm: &mut Vm, v: Value, option: Value) -> Guest<Vec<(String, String)>> {
    let Ok(items) = pl(vm).list(v) else {
        return Err(domain_error(vm, "write_option", option));
    };
    let mut names = Vec::new();
    for item in items {
        if let Term::Struct(s) = term(item)
            && let Term::Atom(name) = term(arg(s, 0))
        {
            let var = arg(s, 1);
            if is_var(var) {
                names.push((var_name(var), vm.symbols.name(name.0).into_owned()));
            }
        }
    }
    Ok(names)
}

fn tab(vm: &mut Vm, s: StreamId, n: Value) -> Guest<bool> {
    let n = crate::arith::eval(vm, n)?;
    match n {
        crate::number::Num::Int(n) => {
            write(vm, s, &" ".repeat(n.max(0) as usize))?;
            Ok(true)
        }
        n => {
            let v = crate::number::from_num(vm, &n);
            Err(type_error(vm, "integer", v))
        }
    }
}

fn put_char(vm: &mut Vm, s: StreamId, v: Value) -> Guest<bool> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Atom(a) => {
            let name = vm.symbols.name(a.0).into_owned();
            if name.chars().count() != 1 {
                return Err(type_error(vm, "character", deref(v)));
            }
            write(vm, s, &name)?;
            Ok(true)
        }
        Term::Int(_) => put_code(vm, s, v),
        _ => Err(type_error(vm, "character", deref(v))),
    }
}

fn put_code(vm: &mut Vm, s: StreamId, v: Value) -> Guest<bool> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Int(i) => match u32::try_from(i).ok().and_then(char::from_u32) {
            Some(c) => {
                let mut buffer = [0; 4];
                write(vm, s, c.encode_utf8(&mut buffer))?;
                Ok(true)
            }
            None => Err(representation_error(vm, "character_code")),
        },
        _ => Err(type_error(vm, "integer", deref(v))),
    }
}

fn put_byte(vm: &mut Vm, s: StreamId, v: Value) -> Guest<bool> {
    match term(v) {
        Term::Var(_) => Err(instantiation(vm)),
        Term::Int(i @ 0..=255) => {
            streams::write_byte(vm, s, i as u8);
            Ok(true)
        }
        _ => Err(type_error(vm, "byte", deref(v))),
    }
}

/// `'$capture'(Id, Before)`: current output goes to a buffer from now on.
fn capture(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let (id, before) = streams::capture(vm);
    Ok(unify(vm, a[0], Value::small(id)) && unify(vm, a[1], Value::small(before)))
}

/// `'$captured'(Id, Before, String)`: what was captured; output goes where it went before.
fn captured(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let id = deref(a[0]).as_int();
    let before = deref(a[1]).as_int();
    let text = streams::captured(vm, id, before);
    let v = vm.str(&text);
    Ok(unify(vm, a[2], v))
}
