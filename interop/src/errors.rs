//! Exceptions at the border.
//!
//! Inside its own language an exception is what that language raises. A frame of another language
//! that one unwinds into wraps it in the shared [`Foreign`] object or in what its own programs
//! expect, and unwraps it where it comes home.

use crate::engine::shared;
use crate::layouts::Foreign;
use metatrace::value::Value;
use runtime::error::ErrorKind;
use runtime::{Obj, Vm};

/// An exception of language `lang` for other languages' frames.
pub fn foreign(vm: &mut Vm, lang: u8, object: Value, trace: &[Value]) -> Value {
    let trace = vm.tuple(trace);
    let e = vm.alloc::<Foreign>(0);
    e.init(Foreign::LANG, Value::small(lang as i64));
    e.init(Foreign::OBJECT, object);
    e.init(Foreign::TRACE, trace);
    e.value()
}

/// The parts of a foreign exception: language, object, frames.
pub fn parts(e: Value) -> Option<(u8, Value, Vec<Value>)> {
    let e = Obj::<Foreign>::of(e)?;
    let trace = Obj::<runtime::layouts::Tuple>::of(e.get(Foreign::TRACE));
    Some((
        e.int(Foreign::LANG) as u8,
        e.get(Foreign::OBJECT),
        trace.map_or_else(Vec::new, |t| t.items().to_vec()),
    ))
}

/// The kind of a foreign exception.
pub fn kind(vm: &Vm, lang: u8, object: Value) -> Option<ErrorKind> {
    shared(vm)?.speaker(lang)?.classify(vm, object)
}

/// The language whose exception `v` is, by what it says itself.
pub fn language_of(vm: &Vm, v: Value) -> Option<u8> {
    let shared = shared(vm)?;
    (0..vm.languages.len() as u8).find(|&lang| {
        shared
            .speaker(lang)
            .is_some_and(|speaker| speaker.is_exception(vm, v))
    })
}

/// Where a frame is: file, line and function, for messages at the border.
pub fn place(vm: &mut Vm, token: i64) -> String {
    let code = vm.codes.get(metatrace::code::token_code(token));
    let language = vm.languages[code.lang as usize];
    let line = language.trace_line(vm, code, metatrace::code::token_pc(token));
    format!("{}:{}", line.file, line.line)
}

/// Raises the failure that languages show as their query error.
pub fn query_error(vm: &mut Vm, message: &str) -> metatrace::meta::Raised {
    let mark = Value::symbol(vm.symbols.intern(QUERY_ERROR));
    vm.error_with(ErrorKind::Runtime, message, mark)
}

/// What marks a query error in the data of a runtime failure.
pub const QUERY_ERROR: &str = "query_error";
