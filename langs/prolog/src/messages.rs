//! Warnings and errors on standard error, in SWI-Prolog's style.

use crate::state::{Pred, pl};
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
    let offset = pl(vm).load.borrow().last().map_or(0, |l| l.line_offset);
    let line = before.matches('\n').count() + 1 + offset as usize;
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    let column = text[line_start..at].chars().count();
    let line_text = text[line_start..].lines().next().unwrap_or("");
    let message = sentence(&error.message);
    say(
        vm,
        &format!(
            "ERROR: {path}:{line}:{column}: Syntax error: {message}\nERROR: {line_text}\nERROR: {}^\n",
            " ".repeat(column)
        ),
    );
}

/// `operator_expected` as `Operator expected`.
fn sentence(name: &str) -> String {
    if let Some(c) = name.strip_prefix("undefined_char_escape(") {
        let c = c.trim_end_matches(')');
        return format!("Unknown character escape in quoted atom or string: `\\{c}'");
    }
    let text = match name {
        "end_of_clause" => "unexpected_end_of_clause",
        "end_of_file" => "unexpected_end_of_file",
        "operator_clash" => "operator_priority_clash",
        "end_of_file_in_quoted" => "end_of_file_in_quoted_text",
        "end_of_line_in_quoted" => "end_of_line_in_quoted_text",
        name => name,
    };
    let text = text.replace('_', " ");
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => text,
    }
}

/// A message of the load: `kind` is `ERROR` or `Warning`, and so each line starts.
pub fn say_as(vm: &mut Vm, kind: &str, text: &str) {
    // What is only told has no place.
    if kind == "%" {
        let lines: Vec<&str> = text.lines().collect();
        let message = format!("% {}\n", lines.join("\n% "));
        return say(vm, &message);
    }
    let message = match place(vm) {
        Some(at) => {
            let lines: Vec<&str> = text.lines().collect();
            let body = lines.join(&format!("\n{kind}:    "));
            format!("{kind}: {at}\n{kind}:    {body}\n")
        }
        None => {
            let lines: Vec<&str> = text.lines().collect();
            format!("{kind}: {}\n", lines.join(&format!("\n{kind}: ")))
        }
    };
    say(vm, &message);
}

/// Warns about variables of a clause that occur once though their names promise more.
pub fn variables(vm: &mut Vm, vars: &[crate::syntax::parser::VarInfo]) {
    let p = pl(vm);
    let system = p.load.borrow().last().is_none_or(|l| l.system);
    if system || !p.warn_singletons.get() {
        return;
    }
    let once: Vec<&str> = vars
        .iter()
        .filter(|v| v.count == 1 && !v.name.starts_with('_'))
        .map(|v| v.name.as_str())
        .collect();
    if !once.is_empty() {
        say_as(
            vm,
            "Warning",
            &format!("Singleton variables: [{}]", once.join(",")),
        );
    }
    let marked = |name: &str| {
        let mut letters = name.chars();
        letters.next() == Some('_')
            && letters
                .next()
                .is_some_and(|c| c.is_uppercase() || c.is_alphanumeric())
    };
    let often: Vec<&str> = vars
        .iter()
        .filter(|v| v.count > 1 && marked(&v.name))
        .map(|v| v.name.as_str())
        .collect();
    if let [name] = often.as_slice() {
        let text = format!("Singleton-marked variable appears more than once: {name}");
        say_as(vm, "Warning", &text);
    } else if !often.is_empty() {
        let text = format!(
            "Singleton-marked variables appearing more than once: [{}]",
            often.join(",")
        );
        say_as(vm, "Warning", &text);
    }
}

/// Warns that a predicate's clauses are scattered.
pub fn not_together(vm: &mut Vm, pred: &Pred, first: u32, last: &Pred) {
    if !pl(vm).warn_scattered.get() {
        return;
    }
    let name = |vm: &Vm, p: &Pred| {
        let name = show(vm, crate::term::atom(p.name));
        format!("{name}/{}", p.arity)
    };
    let (own, other) = (name(vm, pred), name(vm, last));
    let path = pl(vm)
        .load
        .borrow()
        .last()
        .map_or(String::new(), |l| l.path.clone());
    let text = format!(
        "Clauses of {own} are not together in the source-file\nEarlier definition at {path}:{first}\nCurrent predicate: {other}\nUse :- discontiguous {own}. to suppress this message"
    );
    say_as(vm, "Warning", &text);
}

/// Warns that a definition hides what was imported.
pub fn overrides(vm: &mut Vm, pred: &Pred, from: crate::syntax::Atom) {
    let own = show(vm, crate::term::atom(pred.module));
    let name = show(vm, crate::term::atom(pred.name));
    let from = show(vm, crate::term::atom(from));
    let arity = pred.arity;
    let text =
        format!("Local definition of {own}:{name}/{arity} overrides weak import from {from}");
    say_as(vm, "Warning", &text);
}

/// A warning, with its place when loading.
pub fn warning(vm: &mut Vm, text: &str) {
    say_as(vm, "Warning", text);
}

/// The exception that is pending, as a message of the load.
pub fn print_pending(vm: &mut Vm, kind: &str) {
    let ball = vm.take_pending();
    print_ball(vm, ball, kind);
}

/// An uncaught exception; `kind` says of what, if that is not plain.
pub fn print_ball(vm: &mut Vm, ball: Value, kind: &str) {
    let text = match crate::border::exceptions::traceback(vm, ball) {
        Some(lines) => format!("\n{lines}{}", describe(vm, ball)),
        None => describe(vm, ball),
    };
    let text = match kind {
        "directive" | "goal" | "error" => text,
        _ if kind.ends_with(':') => format!("{kind}\n{text}"),
        _ => format!("{kind}: {text}"),
    };
    say_as(vm, "ERROR", &text);
}

/// An exception term in words.
pub fn describe(vm: &mut Vm, ball: Value) -> String {
    if let Some((kind, message, _)) = runtime::error::parts(ball) {
        let message = crate::term::str_text(message);
        return format!("{kind:?}: {message}");
    }
    if let Some(text) = crate::border::exceptions::describe(vm, ball) {
        return text;
    }
    let p = pl(vm);
    let error = p.functor(p.known.error, 2);
    match term(ball) {
        Term::Struct(s) if s.shape() == error => {
            let (formal, context) = (arg(s, 0), arg(s, 1));
            let what = describe_formal(vm, formal);
            let place = context_of(vm, context);
            let more = details_of(vm, context);
            let text = text_of(vm, context).unwrap_or_default();
            format!("{place}{what}{more}{text}")
        }
        _ => format!("Unknown message: {}", show(vm, ball)),
    }
}

fn context_of(vm: &Vm, context: Value) -> String {
    let p = pl(vm);
    match term(context) {
        Term::Struct(s) if p.name_arity(s.shape()) == (p.known.context, 2) => {
            let mut name = arg(s, 0);
            let mut module = String::new();
            if let Term::Struct(q) = term(name)
                && p.name_arity(q.shape()) == (p.known.colon, 2)
            {
                // Where everybody's predicates live goes without saying.
                let of = text::show(vm, arg(q, 0), &WriteOptions::quoted());
                if of != "system" && of != "user" {
                    module = format!("{of}:");
                }
                name = arg(q, 1);
            }
            match term(name) {
                Term::Var(_) => String::new(),
                Term::Struct(pi) if p.name_arity(pi.shape()) == (p.known.slash, 2) => {
                    let plain = WriteOptions::default();
                    let (n, a) = (arg(pi, 0), arg(pi, 1));
                    let name = text::show(vm, n, &plain);
                    format!("{module}{name}/{}: ", show(vm, a))
                }
                _ => format!("{}: ", show(vm, name)),
            }
        }
        _ => String::new(),
    }
}

/// The line of a text with a syntax error, and a caret below the place.
fn text_of(vm: &Vm, context: Value) -> Option<String> {
    let p = pl(vm);
    let Term::Struct(s) = term(context) else {
        return None;
    };
    let (name, arity) = p.name_arity(s.shape());
    if arity != 2 || *vm.symbols.name(name.0) != *"string" {
        return None;
    }
    let text = text::any_text(vm, arg(s, 0))?;
    let at = usize::try_from(crate::term::deref(arg(s, 1)).to_int()?).ok()?;
    let before: String = text.chars().take(at).collect();
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = text.get(start..)?.lines().next().unwrap_or_default();
    // The full stop that the reader added is not the user's.
    let line = line.strip_suffix(" .").unwrap_or(line);
    let column = before[start..].chars().count().min(line.chars().count());
    Some(format!("\n{line}\n{}^", " ".repeat(column)))
}

/// The second part of a context, in parentheses.
fn details_of(vm: &Vm, context: Value) -> String {
    let p = pl(vm);
    match term(context) {
        Term::Struct(s) if p.name_arity(s.shape()) == (p.known.context, 2) => {
            match term(arg(s, 1)) {
                Term::Atom(a) => format!(" ({})", vm.symbols.name(a.0)),
                Term::Str(t) => format!(" ({})", crate::term::str_text(t)),
                _ => String::new(),
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
            format!("Arithmetic: `{v}' is not a function")
        }
        ("type_error", [ty, v]) => {
            let kind = kind_name(parts[1]);
            format!("Type error: `{ty}' expected, found `{v}' ({kind})")
        }
        ("domain_error", [d, v]) => format!("Domain error: `{d}' expected, found `{v}'"),
        ("existence_error", [what, v]) if what == "procedure" => {
            format!("Unknown procedure: {v}")
        }
        ("existence_error", [what, v]) if what == "matching_rule" => {
            format!("No rule matches {v}")
        }
        ("existence_error", [what, v]) => format!("{what} `{v}' does not exist"),
        ("existence_error", [what, v, place]) => format!("{what} `{v}' does not exist in {place}"),
        ("timeout_error", [action, what]) => format!("Timeout in {action} from {what}"),
        ("format", [_]) => format!(
            "Format error: {}",
            text::show(vm, parts[0], &WriteOptions::default())
        ),
        ("format_argument_type", [directive, v]) => {
            format!("Illegal argument to format sequence ~{directive}: {v}")
        }
        ("permission_error", [action, ty, v]) => {
            let ty = match ty.as_str() {
                "static_procedure" => "static procedure",
                ty => ty,
            };
            format!("No permission to {action} {ty} `{v}'")
        }
        ("evaluation_error", [what]) => format!("Arithmetic: evaluation error: `{what}'"),
        ("representation_error", [what]) => format!("Cannot represent due to `{what}'"),
        ("resource_error", [what]) => format!("Not enough resources: {what}"),
        ("syntax_error", [what]) => format!("Syntax error: {}", sentence(what)),
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
