//! Atoms, strings and characters.

use crate::builtins;
use crate::builtins::reading::parse_number;
use crate::errors::*;
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{MakeTerms, Term, atom, deref, is_var, term};
use crate::text::{
    any_text, atomic_text, char_atom, chars, codes, list_text, need_text, text_error,
};
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "atom_length" / 2 => atom_length;
    "string_length" / 2 => |vm, a| { let t = need_text(vm, a[0])?; Ok(unify(vm, a[1], Value::small(t.chars().count() as i64))) };
    "$atom_concat" / 3 => |vm, a| { let t = need_atomic(vm, a[0])? + &need_atomic(vm, a[1])?; let v = vm.data_atom(&t); Ok(unify(vm, a[2], v)) };
    "$string_concat" / 3 => |vm, a| { let t = need_text(vm, a[0])? + &need_text(vm, a[1])?; let v = vm.str(&t); Ok(unify(vm, a[2], v)) };
    "$atom_splits" / 2 => |vm, a| splits(vm, a, false);
    "$string_splits" / 2 => |vm, a| splits(vm, a, true);
    "$sub_text" / 7 => sub_text;
    "$check_atom" / 1 => |vm, a| check_atomic(vm, a[0]);
    "atom_chars" / 2 => |vm, a| atom_list(vm, a, true);
    "atom_codes" / 2 => |vm, a| atom_list(vm, a, false);
    "char_code" / 2 => char_code;
    "number_codes" / 2 => |vm, a| number_list(vm, a, false);
    "number_chars" / 2 => |vm, a| number_list(vm, a, true);
    "atom_number" / 2 => atom_number;
    "number_string" / 2 => number_string;
    "atom_string" / 2 => atom_string;
    "string_chars" / 2 => |vm, a| string_list(vm, a, true);
    "string_codes" / 2 => |vm, a| string_list(vm, a, false);
    "string_to_atom" / 2 => string_to_atom;
    "string_code" / 3 => string_code;
    "text_to_string" / 2 => |vm, a| { let t = text_arg(vm, a[0])?; let v = vm.str(&t); Ok(unify(vm, a[1], v)) };
    "string" / 2 => |vm, a| { let t = text_arg(vm, a[0])?; let v = vm.str(&t); Ok(unify(vm, a[1], v)) };
    "string_upper" / 2 => |vm, a| { let t = need_text(vm, a[0])?.to_uppercase(); let v = vm.str(&t); Ok(unify(vm, a[1], v)) };
    "string_lower" / 2 => |vm, a| { let t = need_text(vm, a[0])?.to_lowercase(); let v = vm.str(&t); Ok(unify(vm, a[1], v)) };
    "upcase_atom" / 2 => |vm, a| { let t = need_text(vm, a[0])?.to_uppercase(); let v = vm.data_atom(&t); Ok(unify(vm, a[1], v)) };
    "downcase_atom" / 2 => |vm, a| { let t = need_text(vm, a[0])?.to_lowercase(); let v = vm.data_atom(&t); Ok(unify(vm, a[1], v)) };
    "$term_string" / 2 => |vm, a| { let t = crate::messages::show(vm, a[0]); let v = vm.str(&t); Ok(unify(vm, a[1], v)) };
    "$join" / 3 => join;
    "$split" / 3 => split;
    "split_string" / 4 => split_string;
    "$char_type" / 2 => char_types;
    "read_term_from_atom" / 3 => crate::builtins::reading::term_from_atom;
    "$text_kind" / 3 => text_kind;
}

/// Atomic text, for predicates that convert anything atomic.
fn need_atomic(vm: &mut Vm, v: Value) -> Guest<String> {
    let v = deref(v);
    if is_var(v) {
        return Err(instantiation(vm));
    }
    match atomic_text(vm, v) {
        Some(t) => Ok(t),
        None => Err(type_error(vm, "atomic", v)),
    }
}

/// Text of any kind; `[]` is the empty text only as a list.
fn text_arg(vm: &mut Vm, v: Value) -> Guest<String> {
    if is_var(deref(v)) {
        return Err(instantiation(vm));
    }
    match any_text(vm, v) {
        Some(t) => Ok(t),
        None => Err(text_error(vm, v)),
    }
}

fn check_atomic(vm: &mut Vm, v: Value) -> Guest<bool> {
    let v = deref(v);
    match term(v) {
        Term::Var(_) => Ok(true),
        Term::Struct(_) | Term::Other(_) => Err(type_error(vm, "atom", v)),
        _ => Ok(true),
    }
}

fn atom_length(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let text = match term(a[0]) {
        Term::Var(_) => return Err(instantiation(vm)),
        Term::Atom(name) => vm.symbols.name(name.0).into_owned(),
        Term::Str(s) => crate::term::str_text(s),
        _ => return Err(type_error(vm, "atom", deref(a[0]))),
    };
    let n = deref(a[1]);
    match term(n) {
        Term::Var(_) | Term::Big(_) => {}
        Term::Int(i) if i < 0 => return Err(domain_error(vm, "not_less_than_zero", n)),
        Term::Int(_) => {}
        _ => return Err(type_error(vm, "integer", n)),
    }
    Ok(unify(vm, n, Value::small(text.chars().count() as i64)))
}

/// All ways to split a text in two, as a list of pairs.
fn splits(vm: &mut Vm, a: &[Value], strings: bool) -> Guest<bool> {
    let text = need_text(vm, a[0])?;
    let places: Vec<usize> = text
        .char_indices()
        .map(|(i, _)| i)
        .chain([text.len()])
        .collect();
    let mut pairs = Vec::with_capacity(places.len());
    for at in places {
        let (left, right) = text.split_at(at);
        let (l, r) = if strings {
            (vm.str(left), vm.str(right))
        } else {
            (vm.data_atom(left), vm.data_atom(right))
        };
        pairs.push(vm.term2("-", l, r));
    }
    let list = vm.make_list(&pairs);
    Ok(unify(vm, a[1], list))
}

/// `'$sub_text'(Text, B, L, A, Sub, Kind, Solutions)`: all `s(B, L, A, Sub)` that can match.
fn sub_text(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if is_var(deref(a[0])) {
        return Err(instantiation(vm));
    }
    if matches!(term(a[0]), Term::Struct(_)) {
        return Err(type_error(vm, "atom", deref(a[0])));
    }
    let text: Vec<char> = need_text(vm, a[0])?.chars().collect();
    let n = text.len();
    let mut fixed = [None; 3];
    for (i, slot) in fixed.iter_mut().enumerate() {
        let v = deref(a[1 + i]);
        match term(v) {
            Term::Var(_) => {}
            Term::Int(k) if k >= 0 => *slot = Some(k as usize),
            Term::Int(_) => return Ok(false),
            _ => return Err(type_error(vm, "integer", v)),
        }
    }
    let strings = matches!(term(a[5]), Term::Atom(k) if k == pl(vm).known.string);
    let known: Option<Vec<char>> = match term(a[4]) {
        Term::Var(_) => None,
        Term::Struct(_) => return Err(type_error(vm, "atom", deref(a[4]))),
        _ => Some(need_text(vm, a[4])?.chars().collect()),
    };
    let spans = spans(n, fixed, known.as_deref(), &text);
    let mut solutions = Vec::with_capacity(spans.len());
    let functor = Atom(vm.symbols.intern("s"));
    let functor = pl(vm).functor(functor, 4);
    for (b, l) in spans {
        let sub: String = text[b..b + l].iter().collect();
        let sub = if strings {
            vm.str(&sub)
        } else {
            vm.data_atom(&sub)
        };
        let parts = [
            Value::small(b as i64),
            Value::small(l as i64),
            Value::small((n - b - l) as i64),
            sub,
        ];
        solutions.push(vm.compound(functor, &parts));
    }
    let list = vm.make_list(&solutions);
    Ok(unify(vm, a[6], list))
}

/// Beginnings and lengths that agree with what is known.
fn spans(
    n: usize,
    [b, l, a]: [Option<usize>; 3],
    known: Option<&[char]>,
    text: &[char],
) -> Vec<(usize, usize)> {
    let l = known.map(<[char]>::len).or(l);
    let fits = |b: usize, len: usize| {
        b + len <= n
            && l.is_none_or(|l| l == len)
            && a.is_none_or(|a| n - b - len == a)
            && known.is_none_or(|k| text[b..b + len] == *k)
    };
    let starts = match (b, l, a) {
        (Some(b), _, _) => b..b + 1,
        (None, Some(l), Some(a)) if l + a <= n => n - l - a..n - l - a + 1,
        _ => 0..n + 1,
    };
    let mut found = Vec::new();
    for start in starts.filter(|s| *s <= n) {
        match (l, a) {
            (Some(l), _) => {
                if fits(start, l) {
                    found.push((start, l));
                }
            }
            (None, Some(a)) => {
                if start + a <= n {
                    found.push((start, n - a - start));
                }
            }
            (None, None) => found.extend((0..=n - start).map(|len| (start, len))),
        }
    }
    found
}

fn atom_list(vm: &mut Vm, a: &[Value], as_chars: bool) -> Guest<bool> {
    if !is_var(deref(a[0])) {
        let text = need_atomic(vm, a[0])?;
        let l = if as_chars {
            chars(vm, &text)
        } else {
            codes(vm, &text)
        };
        return Ok(unify(vm, a[1], l));
    }
    match list_text(vm, a[1]) {
        Some(text) => {
            let v = vm.data_atom(&text);
            Ok(unify(vm, a[0], v))
        }
        None => Err(list_error(vm, a[1], as_chars)),
    }
}

/// Why a value is no list of characters or codes.
fn list_error(vm: &mut Vm, v: Value, as_chars: bool) -> metatrace::meta::Raised {
    match pl(vm).list(v) {
        Err(true) => instantiation(vm),
        Err(false) => type_error(vm, "list", deref(v)),
        Ok(items) => {
            let bad = items
                .into_iter()
                .map(deref)
                .find(|i| is_var(*i) || list_item_bad(vm, *i));
            match bad {
                Some(v) if is_var(v) => instantiation(vm),
                Some(v) if v.is_int() => representation_error(vm, "character_code"),
                Some(v) => type_error(vm, if as_chars { "character" } else { "integer" }, v),
                None => instantiation(vm),
            }
        }
    }
}

fn list_item_bad(vm: &Vm, v: Value) -> bool {
    match term(v) {
        Term::Int(i) => u32::try_from(i).ok().and_then(char::from_u32).is_none(),
        Term::Atom(a) => vm.symbols.name(a.0).chars().count() != 1,
        _ => true,
    }
}

fn char_code(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Atom(c) => {
            let name = vm.symbols.name(c.0).into_owned();
            let mut chars = name.chars();
            match (chars.next(), chars.next()) {
                (Some(c), None) => Ok(unify(vm, a[1], Value::small(c as i64))),
                _ => Err(type_error(vm, "character", deref(a[0]))),
            }
        }
        Term::Var(_) => match term(a[1]) {
            Term::Var(_) => Err(instantiation(vm)),
            Term::Int(i) => match u32::try_from(i).ok().and_then(char::from_u32) {
                Some(c) => {
                    let v = char_atom(vm, c);
                    Ok(unify(vm, a[0], v))
                }
                None => Err(representation_error(vm, "character_code")),
            },
            _ => Err(type_error(vm, "integer", deref(a[1]))),
        },
        _ => Err(type_error(vm, "character", deref(a[0]))),
    }
}

fn number_list(vm: &mut Vm, a: &[Value], as_chars: bool) -> Guest<bool> {
    match list_text(vm, a[1]) {
        Some(text) => match parse_number(vm, &text) {
            Ok(v) => Ok(unify(vm, a[0], v)),
            Err(message) => Err(syntax_error(vm, &message)),
        },
        None if !is_var(deref(a[0])) => {
            if !crate::number::is_number(deref(a[0])) {
                return Err(type_error(vm, "number", deref(a[0])));
            }
            let text = need_atomic(vm, a[0])?;
            let l = if as_chars {
                chars(vm, &text)
            } else {
                codes(vm, &text)
            };
            Ok(unify(vm, a[1], l))
        }
        None => Err(list_error(vm, a[1], as_chars)),
    }
}

fn atom_number(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match term(a[0]) {
        Term::Var(_) => match term(a[1]) {
            Term::Var(_) => Err(instantiation(vm)),
            Term::Int(_) | Term::Big(_) | Term::Float(_) => {
                let text = need_atomic(vm, a[1])?;
                let v = vm.data_atom(&text);
                Ok(unify(vm, a[0], v))
            }
            _ => Err(type_error(vm, "number", deref(a[1]))),
        },
        _ => {
            let text = need_text(vm, a[0])?;
            match parse_number(vm, &text) {
                Ok(v) => Ok(unify(vm, a[1], v)),
                Err(_) => Ok(false),
            }
        }
    }
}

fn number_string(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if is_var(deref(a[1])) {
        if !is_var(deref(a[0])) && !crate::number::is_number(deref(a[0])) {
            return Err(type_error(vm, "number", deref(a[0])));
        }
        let text = need_text(vm, a[0])?;
        let v = vm.str(&text);
        return Ok(unify(vm, a[1], v));
    }
    let text = need_text(vm, a[1])?;
    match parse_number(vm, text.trim()) {
        Ok(v) => Ok(unify(vm, a[0], v)),
        Err(_) => Ok(false),
    }
}

fn atom_string(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if !is_var(deref(a[0])) {
        let text = need_text(vm, a[0])?;
        let v = vm.str(&text);
        if is_var(deref(a[1])) {
            return Ok(unify(vm, a[1], v));
        }
        return Ok(need_text(vm, a[1])? == text);
    }
    let text = need_text(vm, a[1])?;
    let v = vm.data_atom(&text);
    Ok(unify(vm, a[0], v))
}

fn string_list(vm: &mut Vm, a: &[Value], as_chars: bool) -> Guest<bool> {
    if !is_var(deref(a[0])) {
        let text = need_text(vm, a[0])?;
        let l = if as_chars {
            chars(vm, &text)
        } else {
            codes(vm, &text)
        };
        return Ok(unify(vm, a[1], l));
    }
    let text = text_arg(vm, a[1])?;
    let v = vm.str(&text);
    Ok(unify(vm, a[0], v))
}

fn string_to_atom(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    if !is_var(deref(a[0])) {
        let text = text_arg(vm, a[0])?;
        let v = vm.data_atom(&text);
        return Ok(unify(vm, a[1], v));
    }
    let text = need_text(vm, a[1])?;
    let v = vm.str(&text);
    Ok(unify(vm, a[0], v))
}

fn string_code(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let text = need_text(vm, a[1])?;
    let given = deref(a[0]);
    if is_var(given) {
        return Err(instantiation(vm));
    }
    let Some(i) = given.to_int() else {
        return Err(type_error(vm, "integer", given));
    };
    if i < 0 {
        return Err(domain_error(vm, "not_less_than_zero", given));
    }
    match usize::try_from(i - 1)
        .ok()
        .and_then(|i| text.chars().nth(i))
    {
        Some(c) => Ok(unify(vm, a[2], Value::small(c as i64))),
        None => Ok(false),
    }
}

/// `'$join'(List, Separator, Atom)`; fails when an item is not atomic yet.
fn join(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let items = match pl(vm).list(a[0]) {
        Ok(items) => items,
        Err(_) => return Ok(false),
    };
    let separator = need_text(vm, a[1])?;
    let mut parts = Vec::with_capacity(items.len());
    for item in items {
        match atomic_text(vm, item) {
            Some(t) => parts.push(t),
            None if is_var(deref(item)) => return Ok(false),
            None => return Err(type_error(vm, "atomic", deref(item))),
        }
    }
    let v = vm.data_atom(&parts.join(&separator));
    Ok(unify(vm, a[2], v))
}

/// `'$split'(Separator, Atom, Parts)`.
fn split(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let separator = need_text(vm, a[0])?;
    if separator.is_empty() {
        let v = deref(a[0]);
        return Err(domain_error(vm, "non_empty_atom", v));
    }
    if is_var(deref(a[1])) {
        return Err(instantiation(vm));
    }
    let text = need_text(vm, a[1])?;
    let parts: Vec<Value> = text
        .split(separator.as_str())
        .map(|s| vm.data_atom(s))
        .collect();
    let l = vm.make_list(&parts);
    Ok(unify(vm, a[2], l))
}

fn split_string(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let text = need_text(vm, a[0])?;
    let separators = text_arg(vm, a[1])?;
    let pad = text_arg(vm, a[2])?;
    let padding = |c: char| pad.contains(c);
    // Padding is skipped before a field even where it separates.
    let mut rest = text.trim_matches(padding);
    let mut fields = Vec::new();
    loop {
        rest = rest.trim_start_matches(padding);
        let end = rest.find(|c| separators.contains(c));
        let field = &rest[..end.unwrap_or(rest.len())];
        fields.push(vm.str(field.trim_end_matches(padding)));
        let Some(end) = end else {
            break;
        };
        let width = rest[end..].chars().next().map_or(0, char::len_utf8);
        rest = &rest[end + width..];
    }
    let l = vm.make_list(&fields);
    Ok(unify(vm, a[3], l))
}

/// `'$char_type'(Char, Types)`: everything that holds of a character.
fn char_types(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let c = match term(a[0]) {
        Term::Int(i) => u32::try_from(i).ok().and_then(char::from_u32),
        _ => {
            let text = need_text(vm, a[0])?;
            if text.chars().count() != 1 {
                return Err(type_error(vm, "character", deref(a[0])));
            }
            text.chars().next()
        }
    };
    let Some(c) = c else {
        let end = vm.sym("end_of_file");
        let types = vm.make_list(&[end]);
        return Ok(deref(a[0]) == Value::small(-1) && unify(vm, a[1], types));
    };
    let mut types = Vec::new();
    let simple: &[(&str, bool)] = &[
        ("alnum", c.is_alphanumeric()),
        ("alpha", c.is_alphabetic()),
        ("csym", c.is_alphanumeric() || c == '_'),
        ("csymf", c.is_alphabetic() || c == '_'),
        ("ascii", c.is_ascii()),
        ("white", c == ' ' || c == '\t'),
        ("cntrl", c.is_control()),
        ("digit", c.is_ascii_digit()),
        ("space", c.is_whitespace()),
        ("end_of_line", matches!(c, '\n' | '\r' | '\x0b' | '\x0c')),
        ("lower", c.is_lowercase()),
        ("upper", c.is_uppercase()),
        (
            "punct",
            !c.is_control() && !c.is_whitespace() && !c.is_alphanumeric(),
        ),
        ("graph", !c.is_control() && !c.is_whitespace()),
        ("print", !c.is_control()),
        ("period", matches!(c, '.' | '?' | '!')),
        ("quote", matches!(c, '\'' | '"' | '`')),
        ("paren", matches!(c, '(' | ')' | '[' | ']' | '{' | '}')),
        ("newline", c == '\n'),
    ];
    for (name, holds) in simple {
        if *holds {
            types.push(vm.sym(name));
        }
    }
    if let Some(d) = c.to_digit(10) {
        types.push(vm.term1("digit", Value::small(d as i64)));
    }
    if let Some(d) = c.to_digit(16) {
        types.push(vm.term1("xdigit", Value::small(d as i64)));
    }
    let upper = c.to_uppercase().next().unwrap_or(c);
    let lower = c.to_lowercase().next().unwrap_or(c);
    let (u, l) = (char_atom(vm, upper), char_atom(vm, lower));
    if c.is_lowercase() {
        types.push(vm.term1("lower", u));
    }
    if c.is_uppercase() {
        types.push(vm.term1("upper", l));
    }
    // As SWI-Prolog has it: the character that this one is the lower (upper) case of.
    types.push(vm.term1("to_lower", u));
    types.push(vm.term1("to_upper", l));
    let list = vm.make_list(&types);
    Ok(unify(vm, a[1], list))
}

/// `'$text_kind'(Kind, Text, Result)`: text as an atom, string, code list or character list.
fn text_kind(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let text = need_text(vm, a[1])?;
    let Term::Atom(kind) = term(a[0]) else {
        return Ok(false);
    };
    let kind = vm.symbols.name(kind.0).into_owned();
    let v = match kind.as_str() {
        "atom" => vm.data_atom(&text),
        "string" => vm.str(&text),
        "codes" => codes(vm, &text),
        "chars" => chars(vm, &text),
        _ => {
            let v = atom(pl(vm).known.nil);
            return Err(domain_error(vm, "output_sink", v));
        }
    };
    Ok(unify(vm, a[2], v))
}
