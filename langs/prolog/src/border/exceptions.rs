//! Balls across the border.

use super::values::{known, resolved};
use crate::layouts::Struct;
use crate::state::pl;
use crate::term::{MakeTerms, arg, deref};
use crate::unify::copy;
use interop::errors;
use metatrace::value::Value;
use runtime::Vm;
use runtime::error::{ErrorKind, parts};
use runtime::object::{Obj, is};

/// What is pending as a ball that survives the undoing of bindings, and the frames that it left
/// before it came here, innermost first: a ball has no place for them.
pub fn incoming(vm: &mut Vm, pending: Value) -> (Value, Vec<i64>) {
    let inner_first = |trace: Vec<Value>| trace.iter().rev().map(|t| t.as_int()).collect();
    if let Some((lang, object, trace)) = errors::parts(pending) {
        let ball = if lang == pl(vm).lang {
            copy(vm, object, false)
        } else {
            foreign_ball(vm, lang, object)
        };
        return (ball, inner_first(trace));
    }
    if let Some((ErrorKind::Exit, _, status)) = parts(pending) {
        return (exit(vm, status), Vec::new());
    }
    let shared = [is::<Struct>(pending), crate::term::is_var(pending)];
    if !pending.is_heap() || shared.contains(&true) {
        return (copy(vm, pending, false), Vec::new());
    }
    if let Some((lang, speaker)) = interop::engine::speaker_of(vm, pending)
        && lang != pl(vm).lang
        && speaker.is_exception(vm, pending)
    {
        if speaker.classify(vm, pending) == Some(ErrorKind::Exit) {
            let status = speaker.unwrap(vm, pending).map_or(Value::NONE, |p| p.1);
            return (exit(vm, status), Vec::new());
        }
        return match speaker.unwrap(vm, pending) {
            // One of ours comes home.
            Some((lang, object)) if lang == pl(vm).lang => {
                let trace = inner_first(speaker.trace(vm, pending));
                let ball = super::values::to_term(vm, object);
                (copy(vm, ball, false), trace)
            }
            _ => (foreign_ball(vm, lang, pending), Vec::new()),
        };
    }
    (pending, Vec::new())
}

/// A ball that waits for a cleanup to run, with the frames that it left, innermost first.
pub fn waiting(vm: &mut Vm, ball: Value, trace: &[i64]) -> Value {
    let lang = pl(vm).lang;
    errors::foreign(vm, lang, ball, &outer_first(trace))
}

fn outer_first(trace: &[i64]) -> Vec<Value> {
    trace.iter().rev().map(|t| Value::small(*t)).collect()
}

fn exit(vm: &mut Vm, status: Value) -> Value {
    let status = match status {
        Value::NONE | Value::FALSE => 0,
        v if v.is_int() => v.as_int() & 0xff,
        _ => 1,
    };
    pl(vm).halted.set(Some(status as i32));
    vm.term1("$halt", Value::small(status))
}

/// `foreign_error(Language, Object)`
fn foreign_ball(vm: &mut Vm, lang: u8, object: Value) -> Value {
    let name = vm.sym(vm.languages[lang as usize].name());
    let f = known(vm).foreign_error;
    vm.compound(f, &[name, object])
}

/// The object of a `foreign_error(Language, Object)`, and the language's number.
pub fn foreign_parts(vm: &mut Vm, ball: Value) -> Option<(u8, Value)> {
    let s = Obj::<Struct>::of(deref(ball))?;
    if s.shape() != known(vm).foreign_error {
        return None;
    }
    let name = arg(s, 0);
    if !name.is_symbol() {
        return None;
    }
    let name = vm.symbols.name(name.as_symbol()).into_owned();
    Some((vm.language_named(&name)?, arg(s, 1)))
}

/// A ball on its way into a frame of another language. `trace`: the frames of ours that it left,
/// innermost first.
pub fn outgoing(vm: &mut Vm, ball: Value, trace: &[i64]) -> Value {
    let tokens = outer_first(trace);
    if let Some(status) = pl(vm).halted.get() {
        let _ = vm.error_with(ErrorKind::Exit, "", Value::small(status as i64));
        return vm.take_pending();
    }
    if let Some((lang, object)) = foreign_parts(vm, ball)
        && let Some(speaker) = interop::shared(vm).and_then(|s| s.speaker(lang))
        && speaker.is_exception(vm, object)
    {
        speaker.add_trace(vm, object, &tokens);
        return object;
    }
    let ours = is::<Struct>(ball) || !ball.is_heap() || crate::term::is_var(ball);
    let text = is::<runtime::layouts::Str>(ball);
    if !ours && !text {
        // A failure of the runtime: every language has its own word for it.
        return ball;
    }
    let ball = resolved(vm, ball);
    let lang = pl(vm).lang;
    errors::foreign(vm, lang, ball, &tokens)
}

/// The kind of an error term.
pub fn classify(vm: &Vm, ball: Value) -> Option<ErrorKind> {
    let p = pl(vm);
    let error = p.functor(p.known.error, 2);
    let s = Obj::<Struct>::of(deref(ball)).filter(|s| s.shape() == error)?;
    let formal = arg(s, 0);
    let (name, arity) = crate::db::functor_of(vm, formal)?;
    let first = (arity > 0).then(|| arg(Obj::<Struct>::cast(formal), 0));
    let is = |v: Option<Value>, text: &str| {
        v.is_some_and(|v| v.is_symbol() && vm.symbols.bytes(v.as_symbol()) == text.as_bytes())
    };
    let name = vm.symbols.name(name.0).into_owned();
    match name.as_str() {
        "type_error" => Some(ErrorKind::Type),
        "evaluation_error" if is(first, "zero_divisor") => Some(ErrorKind::ZeroDivision),
        "evaluation_error" | "domain_error" => Some(ErrorKind::Value),
        "existence_error" if is(first, "procedure") => Some(ErrorKind::Attribute),
        "existence_error" if is(first, "source_sink") => Some(ErrorKind::Os),
        "resource_error" if is(first, "memory") || is(first, "heap") => Some(ErrorKind::Memory),
        "resource_error" => Some(ErrorKind::Recursion),
        _ => None,
    }
}

/// A ball that nothing caught, in words, if it is another language's.
pub fn describe(vm: &mut Vm, ball: Value) -> Option<String> {
    let (lang, object) = foreign_parts(vm, ball)?;
    let language = vm.languages[lang as usize];
    Some(language.describe_exception(vm, object))
}

/// A ball was caught: if it is another language's exception, its traceback grows by our frames. One
/// of ours that went through another language's frames is remembered with them.
pub fn caught(vm: &mut Vm, ball: Value, trace: &[i64]) {
    if let Some((lang, object)) = foreign_parts(vm, ball)
        && let Some(speaker) = interop::shared(vm).and_then(|s| s.speaker(lang))
        && speaker.is_exception(vm, object)
    {
        speaker.add_trace(vm, object, &outer_first(trace));
        return;
    }
    let own = pl(vm).lang;
    let crossed = |t: &i64| vm.codes.get(metatrace::code::token_code(*t)).lang != own;
    if trace.iter().any(crossed) {
        let text = identity(vm, ball);
        *pl(vm).crossed.borrow_mut() = Some((text, trace.to_vec()));
    }
}

/// What tells a ball from others: an error's context may be filled in on its way.
fn identity(vm: &Vm, ball: Value) -> String {
    let p = pl(vm);
    let error = p.functor(p.known.error, 2);
    let told = match Obj::<Struct>::of(deref(ball)) {
        Some(s) if s.shape() == error => arg(s, 0),
        _ => ball,
    };
    crate::text::show(vm, told, &crate::syntax::write::WriteOptions::quoted())
}

/// The frames of a ball that went through frames of several languages, outermost first.
fn frames(vm: &mut Vm, ball: Value) -> Option<Vec<i64>> {
    if let Some((lang, object)) = foreign_parts(vm, ball) {
        let speaker = interop::shared(vm)?.speaker(lang)?;
        let trace = speaker.trace(vm, object);
        return Some(trace.into_iter().map(|t| t.as_int()).collect());
    }
    let crossed = pl(vm).crossed.borrow();
    let (text, trace) = crossed.as_ref()?;
    (*text == identity(vm, ball)).then(|| trace.iter().rev().copied().collect())
}

/// The frames that an exception went through, outermost first, a line each, if they are of several
/// languages.
pub fn traceback(vm: &mut Vm, ball: Value) -> Option<String> {
    let mut lines = String::new();
    for token in frames(vm, ball)? {
        let code = vm.codes.get(metatrace::code::token_code(token));
        let language = vm.languages[code.lang as usize];
        let at = language.trace_line(vm, code, metatrace::code::token_pc(token));
        lines.push_str(&format!("  {}:{}: in {}\n", at.file, at.line, at.function));
    }
    Some(lines)
}
