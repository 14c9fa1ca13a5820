//! Warnings and errors on standard error, in SWI-Prolog's style.

use crate::state::pl;
use crate::streams;
use crate::syntax::SyntaxError;
use crate::syntax::write::WriteOptions;
use crate::term::{Term, arg, term};
use crate::text;
use metatrace::value::Value;
use runtime::Vm;

/// A term as `writeq` shows it.
pub fn show(vm: &Vm, v: Value) -> String {
    text::show(vm, v, &WriteOptions::quoted())
}

fn say(vm: &mut Vm, text: &str) {
    streams::flush_all(vm);
    streams::write_error(vm, text);
}

/// Where loading is: `file:line:`.
fn place(vm: &Vm) -> Option<String> {
    let loads = pl(vm).load.borrow();
    let load = loads.last()?;
    Some(format!("{}:{}:", load.path, load.term_line))
}

/// A syntax error in a file being loaded.
pub fn syntax_error(vm: &mut Vm, error: &SyntaxError, source: &str) {
    let (path, text) = {
        let loads = pl(vm).load.borrow();
        let path = loads.last().map_or(String::new(), |l| l.path.clone());
        (path, source)
    };
    let at = error.at.min(text.len());
    let before = &text[..at];
    let line = before.matches('\n').count() + 1;
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = text[line_start..at].chars().count();
    let line_text = text[line_start..].lines().next().unwrap_or("");
    let message = error.message.replace('_', " ");
    say(
        vm,
        &format!(
            "{path}:{line}:{column}: Syntax error: {message}\n{line_text}\n{}^\n",
            " ".repeat(column)
        ),
    );
}

/// `Warning: … Goal (directive) failed`.
pub fn warning(vm: &mut Vm, text: &str) {
    let head = match place(vm) {
        Some(at) => format!("Warning: {at}\nWarning:    {text}\n"),
        None => format!("Warning: {text}\n"),
    };
    say(vm, &head);
}

/// The exception that is pending, as a message of the load.
pub fn print_pending(vm: &mut Vm, kind: &str) {
    let ball = vm.take_pending();
    print_ball(vm, ball, kind);
}

/// An uncaught exception.
pub fn print_ball(vm: &mut Vm, ball: Value, kind: &str) {
    let text = describe(vm, ball);
    let head = match (place(vm), kind) {
        (Some(at), _) => format!(
            "Warning: {at}\nWarning:    Goal ({}) raised exception: {text}\n",
            kind.trim_start_matches("goal ").trim_matches(['(', ')'])
        ),
        (None, _) => format!("Warning: {kind} raised exception: {text}\n"),
    };
    say(vm, &head);
}

/// An exception term in words.
pub fn describe(vm: &mut Vm, ball: Value) -> String {
    if let Some((kind, message, _)) = runtime::error::parts(ball) {
        let message = crate::term::str_text(message);
        return format!("{kind:?}: {message}");
    }
    let p = pl(vm);
    let error = p.functor(p.known.error, 2);
    match term(ball) {
        Term::Struct(s) if s.shape() == error => {
            let (formal, context) = (arg(s, 0), arg(s, 1));
            let what = describe_formal(vm, formal);
            let place = context_of(vm, context);
            format!("{place}{what}")
        }
        _ => format!("Unknown message: {}", show(vm, ball)),
    }
}

fn context_of(vm: &Vm, context: Value) -> String {
    let p = pl(vm);
    match term(context) {
        Term::Struct(s) if p.name_arity(s.shape()) == (p.known.context, 2) => {
            match term(arg(s, 0)) {
                Term::Var(_) => String::new(),
                _ => format!("{}: ", show(vm, arg(s, 0))),
            }
        }
        _ => String::new(),
    }
}

fn describe_formal(vm: &mut Vm, formal: Value) -> String {
    let parts: Vec<Value> = match term(formal) {
        Term::Struct(s) => {
            let n = pl(vm).name_arity(s.shape()).1;
            (0..n).map(|i| arg(s, i)).collect()
        }
        _ => Vec::new(),
    };
    let name = match crate::db::functor_of(vm, formal) {
        Some((name, _)) => vm.symbols.name(name.0).into_owned(),
        None => return show(vm, formal),
    };
    let shown: Vec<String> = parts.iter().map(|v| show(vm, *v)).collect();
    match (name.as_str(), shown.as_slice()) {
        ("instantiation_error", []) => "Arguments are not sufficiently instantiated".into(),
        ("type_error", [ty, v]) if ty == "evaluable" => {
            format!("Arithmetic: evaluable `{v}' does not exist")
        }
        ("type_error", [ty, v]) => {
            let kind = kind_name(parts[1]);
            format!("Type error: `{ty}' expected, found `{v}' ({kind})")
        }
        ("domain_error", [d, v]) => format!("Domain error: `{d}' expected, found `{v}'"),
        ("existence_error", [what, v]) if what == "procedure" => {
            format!("Unknown procedure: {v}")
        }
        ("existence_error", [what, v]) => format!("{what} `{v}' does not exist"),
        ("permission_error", [action, ty, v]) => {
            format!("No permission to {action} {ty} `{v}'")
        }
        ("evaluation_error", [what]) if what == "zero_divisor" => {
            "Arithmetic: evaluation error: zero_divisor".into()
        }
        ("evaluation_error", [what]) => format!("Arithmetic: evaluation error: {what}"),
        ("representation_error", [what]) => format!("Cannot represent due to `{what}'"),
        ("resource_error", [what]) => format!("Not enough resources: {what}"),
        ("syntax_error", [what]) => format!("Syntax error: {what}"),
        _ => format!("Unknown error term: {}", show(vm, formal)),
    }
}

fn kind_name(v: Value) -> &'static str {
    match term(v) {
        Term::Var(_) => "a var",
        Term::Atom(_) => "an atom",
        Term::Int(_) | Term::Big(_) => "an integer",
        Term::Float(_) => "a float",
        Term::Str(_) => "a string",
        Term::Struct(_) => "a compound",
        Term::Other(_) => "an object",
    }
}
