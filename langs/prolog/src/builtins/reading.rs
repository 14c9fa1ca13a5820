//! Reading terms and characters.

use crate::builtins;
use crate::convert::to_heap;
use crate::errors::*;
use crate::state::{DataAtoms, pl};
use crate::streams::{self, StreamId, get, input_of};
use crate::syntax::lexer::{Lexer, Tok};
use crate::syntax::{Atom, Clause, Parser, SyntaxError};
use crate::term::{MakeTerms, Term, arg, atom, deref, is_var, term};
use crate::text::{char_atom, need_text};
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "read_term" / 2 => |vm, a| { let s = pl(vm).streams.borrow().input; read_term(vm, s, a[0], a[1]) };
    "read_term" / 3 => |vm, a| { let s = input_of(vm, a[0])?; read_term(vm, s, a[1], a[2]) };
    "read" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; let nil = atom(pl(vm).known.nil); read_term(vm, s, a[0], nil) };
    "read" / 2 => |vm, a| { let s = input_of(vm, a[0])?; let nil = atom(pl(vm).known.nil); read_term(vm, s, a[1], nil) };
    "get_char" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; character(vm, s, a[0], true, true) };
    "get_char" / 2 => |vm, a| { let s = input_of(vm, a[0])?; character(vm, s, a[1], true, true) };
    "peek_char" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; character(vm, s, a[0], false, true) };
    "peek_char" / 2 => |vm, a| { let s = input_of(vm, a[0])?; character(vm, s, a[1], false, true) };
    "get_code" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; character(vm, s, a[0], true, false) };
    "get_code" / 2 => |vm, a| { let s = input_of(vm, a[0])?; character(vm, s, a[1], true, false) };
    "peek_code" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; character(vm, s, a[0], false, false) };
    "peek_code" / 2 => |vm, a| { let s = input_of(vm, a[0])?; character(vm, s, a[1], false, false) };
    "get0" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; character(vm, s, a[0], true, false) };
    "get_byte" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; byte(vm, s, a[0], true) };
    "get_byte" / 2 => |vm, a| { let s = input_of(vm, a[0])?; byte(vm, s, a[1], true) };
    "peek_byte" / 1 => |vm, a| { let s = pl(vm).streams.borrow().input; byte(vm, s, a[0], false) };
    "peek_byte" / 2 => |vm, a| { let s = input_of(vm, a[0])?; byte(vm, s, a[1], false) };
    "$read_text" / 2 => read_text;
    "$read_all" / 2 => read_all;
    "$read_line" / 2 => read_line;
    "$term_from_text" / 3 => |vm, a| { let t = need_text(vm, a[0])?; let (v, names) = from_text(vm, &t)?; Ok(unify(vm, a[1], v) && unify(vm, a[2], names)) };
    "$atom_to_term" / 3 => |vm, a| { let t = need_text(vm, a[0])?; let (v, names) = from_text(vm, &t)?; Ok(unify(vm, a[1], v) && unify(vm, a[2], names)) };
}

/// A number that is the whole of a text (layout before it is allowed).
pub fn parse_number(vm: &mut Vm, text: &str) -> Result<Value, String> {
    let body = text.trim_start();
    let (negative, digits) = match body.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, body.strip_prefix('+').unwrap_or(body)),
    };
    let bad = || Err("illegal_number".to_string());
    if let Some(special) = match digits {
        "inf" | "infinite" => Some(f64::INFINITY),
        "nan" => Some(f64::NAN),
        _ => None,
    } {
        return Ok(vm.float(if negative { -special } else { special }));
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return bad();
    }
    let mut lexer = Lexer::new(digits, 0);
    let tok = lexer.number().map_err(|e| e.message)?;
    if lexer.pos() != digits.len() {
        return bad();
    }
    use crate::number::{Num, from_num};
    let n = match tok {
        Tok::Int(i) => Num::Int(if negative { -i } else { i }),
        Tok::Big(b) => Num::Big(if negative { -b } else { b }).normal(),
        Tok::Float(f) => Num::Float(if negative { -f } else { f }),
        _ => return bad(),
    };
    Ok(from_num(vm, &n))
}

/// Raises the syntax error of a text: its context is `string(Text, Characters before it)`.
fn raise_syntax(vm: &mut Vm, error: &SyntaxError, text: &str) -> metatrace::meta::Raised {
    let raised = syntax_error(vm, &error.message);
    let before = text.get(..error.at).unwrap_or(text).chars().count();
    let text = vm.str(text);
    let context = vm.term2("string", text, Value::small(before as i64));
    set_context(vm, context);
    raised
}

/// Raises the syntax error of a clause that was read from a stream.
fn raise_in_stream(
    vm: &mut Vm,
    error: &SyntaxError,
    stream: StreamId,
    (text, line): (&str, u32),
) -> metatrace::meta::Raised {
    let raised = syntax_error(vm, &error.message);
    let before = text.get(..error.at).unwrap_or(text);
    let line = line as i64 + before.matches('\n').count() as i64;
    let column = before.chars().rev().take_while(|c| *c != '\n').count();
    let name = Atom(vm.symbols.intern("stream"));
    let functor = pl(vm).functor(name, 4);
    let place = [
        streams::stream_term(vm, stream),
        Value::small(line),
        Value::small(column as i64),
        Value::small(before.chars().count() as i64),
    ];
    let context = vm.compound(functor, &place);
    set_context(vm, context);
    raised
}

/// `'$read_text'(Stream, Text)`: the text of the next clause, or `end_of_file`.
fn read_text(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let s = input_of(vm, a[0])?;
    let (result, text, _) = next_clause(vm, s);
    let ended = matches!(&result, Ok(clause) if clause.root.is_none());
    let v = if ended {
        atom(pl(vm).known.eof)
    } else {
        vm.str(text.trim())
    };
    Ok(unify(vm, a[1], v))
}

/// Reads the next clause of a text from `pos`: the clause or error, and where it ended.
fn read_clause(vm: &mut Vm, text: &str, pos: usize) -> (Result<Clause, SyntaxError>, usize) {
    let p = pl(vm);
    let ops = p.ops.borrow();
    let mut atoms = DataAtoms(&mut vm.symbols);
    let mut parser = Parser::new(text, pos, &mut atoms, &ops, p.read_flags.get());
    let result = parser.read();
    let end = parser.pos();
    vm.note_symbols();
    (result, end)
}

/// The clause's term and `[Name=Var, …]`.
fn to_term(vm: &mut Vm, clause: &Clause, vars: &mut [Value]) -> Value {
    match clause.root {
        Some(root) => to_heap(vm, &clause.terms, root, vars),
        None => atom(pl(vm).known.eof),
    }
}

fn names_list(vm: &mut Vm, clause: &Clause, vars: &[Value], singletons: bool) -> Value {
    let mut pairs = Vec::new();
    for (info, v) in clause.vars.iter().zip(vars) {
        if info.name != "_" && *v != Value::UNDEF && (!singletons || info.count == 1) {
            let name = vm.data_atom(&info.name);
            pairs.push(vm.term2("=", name, *v));
        }
    }
    vm.make_list(&pairs)
}

/// A term from a text that need not end in a full stop, and its variable names.
pub fn from_text(vm: &mut Vm, text: &str) -> Guest<(Value, Value)> {
    let full = format!("{text} .");
    let (result, _) = read_clause(vm, &full, 0);
    match result {
        Ok(clause) => {
            let mut vars = vec![Value::UNDEF; clause.vars.len()];
            let v = to_term(vm, &clause, &mut vars);
            let names = names_list(vm, &clause, &vars, false);
            Ok((v, names))
        }
        Err(e) => Err(raise_syntax(vm, &e, &full)),
    }
}

/// `read_term_from_atom(Atom, Term, Options)`.
pub fn term_from_atom(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let text = need_text(vm, a[0])?;
    let (v, _) = from_text(vm, &text)?;
    Ok(unify(vm, a[1], v))
}

fn read_term(vm: &mut Vm, stream: StreamId, t: Value, options: Value) -> Guest<bool> {
    let options = match pl(vm).list(options) {
        Ok(items) => items,
        Err(true) => return Err(instantiation(vm)),
        Err(false) => return Err(type_error(vm, "list", deref(options))),
    };
    for o in &options {
        if is_var(deref(*o)) {
            return Err(instantiation(vm));
        }
    }
    let (result, text, line) = next_clause(vm, stream);
    let clause = match result {
        Ok(clause) => clause,
        Err(e) => return Err(raise_in_stream(vm, &e, stream, (&text, line))),
    };
    let mut vars = vec![Value::UNDEF; clause.vars.len()];
    let v = to_term(vm, &clause, &mut vars);
    for option in options {
        let Term::Struct(s) = term(option) else {
            return Err(domain_error(vm, "read_option", option));
        };
        let (name, arity) = pl(vm).name_arity(s.shape());
        let name = vm.symbols.name(name.0).into_owned();
        let value = match (name.as_str(), arity) {
            ("variables", 1) => {
                let all: Vec<Value> = vars
                    .iter()
                    .copied()
                    .filter(|v| *v != Value::UNDEF)
                    .collect();
                vm.make_list(&all)
            }
            ("variable_names", 1) => names_list(vm, &clause, &vars, false),
            ("singletons", 1) => names_list(vm, &clause, &vars, true),
            ("term_position", 1) => vm.term1("$stream_position", Value::small(line as i64)),
            _ => continue,
        };
        if !unify(vm, arg(s, 0), value) {
            return Ok(false);
        }
    }
    Ok(unify(vm, t, v))
}

/// Reads a clause from a stream, fetching lines of live input as they are needed: also its text,
/// and the line where that begins.
fn next_clause(vm: &mut Vm, stream: StreamId) -> (Result<Clause, SyntaxError>, String, u32) {
    let p = pl(vm);
    loop {
        let (text, live, line) = {
            let streams = p.streams.borrow();
            let input = streams.table[&stream]
                .input
                .as_ref()
                .expect("an input stream");
            let rest = &input.data[input.pos.min(input.data.len())..];
            (
                String::from_utf8_lossy(rest).into_owned(),
                input.live,
                input.line,
            )
        };
        let (result, end) = read_clause(vm, &text, 0);
        // At the end of what was fetched so far, more may belong to the clause.
        let incomplete = end >= text.trim_end().len() && !ended(&result, &text);
        if live && incomplete && streams::more(vm, stream) {
            continue;
        }
        let mut streams = p.streams.borrow_mut();
        let input = streams
            .table
            .get_mut(&stream)
            .and_then(|s| s.input.as_mut())
            .expect("an input stream");
        let end = end.min(text.len());
        input.line += text[..end].matches('\n').count() as u32;
        if let Some(at) = text[..end].rfind('\n') {
            input.line_start = input.pos + at + 1;
        }
        input.pos += end;
        let mut text = text;
        text.truncate(end);
        return (result, text, line);
    }
}

fn ended(result: &Result<Clause, SyntaxError>, text: &str) -> bool {
    match result {
        Ok(clause) => clause.root.is_some(),
        Err(e) => !e.message.contains("end_of_file") && text.trim_end().ends_with('.'),
    }
}

fn character(vm: &mut Vm, s: StreamId, v: Value, take: bool, as_char: bool) -> Guest<bool> {
    let target = deref(v);
    match (as_char, term(target)) {
        (_, Term::Var(_)) => {}
        (true, Term::Atom(_)) | (false, Term::Int(_)) => {}
        (true, _) => return Err(type_error(vm, "in_character", target)),
        (false, _) => return Err(type_error(vm, "integer", target)),
    }
    let result = match get(vm, s, take, false) {
        None if as_char => atom(pl(vm).known.eof),
        None => Value::small(-1),
        Some(code) if as_char => char_atom(vm, char::from_u32(code).unwrap_or('\u{FFFD}')),
        Some(code) => Value::small(code as i64),
    };
    Ok(unify(vm, target, result))
}

fn byte(vm: &mut Vm, s: StreamId, v: Value, take: bool) -> Guest<bool> {
    let b = get(vm, s, take, true).map_or(-1, |b| b as i64);
    Ok(unify(vm, v, Value::small(b)))
}

fn read_all(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let s = input_of(vm, a[0])?;
    let mut text = String::new();
    while let Some(c) = get(vm, s, true, false) {
        text.push(char::from_u32(c).unwrap_or('\u{FFFD}'));
    }
    let v = vm.str(&text);
    Ok(unify(vm, a[1], v))
}

/// `'$read_line'(Stream, String)`; fails at the end of the input.
fn read_line(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let s = input_of(vm, a[0])?;
    let mut text = String::new();
    let mut any = false;
    while let Some(c) = get(vm, s, true, false) {
        any = true;
        if c == '\n' as u32 {
            break;
        }
        text.push(char::from_u32(c).unwrap_or('\u{FFFD}'));
    }
    if !any {
        return Ok(false);
    }
    let v = vm.str(text.strip_suffix('\r').unwrap_or(&text));
    Ok(unify(vm, a[1], v))
}
