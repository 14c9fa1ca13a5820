//! `str.format`: reading templates. The prelude looks up and formats what they name.

use crate::object::exception;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::native::Guest;
use runtime::text;

/// A piece of a template.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    Literal(String),
    Field {
        /// The argument's name or number; empty: the next one.
        first: String,
        /// Attributes (false) and items (true) taken from it.
        path: Vec<(bool, String)>,
        conversion: Option<char>,
        spec: String,
    },
}

/// Splits a template at its fields.
pub fn parse(template: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        literal.push_str(&rest[..at]);
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        if rest.as_bytes().first() == Some(&mark) {
            literal.push(mark as char);
            rest = &rest[1..];
            continue;
        }
        if mark == b'}' {
            return Err("Single '}' encountered in format string");
        }
        if rest.is_empty() {
            return Err("Single '{' encountered in format string");
        }
        let end = closing(rest).ok_or("expected '}' before end of string")?;
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(field(&rest[..end])?);
        rest = &rest[end + 1..];
    }
    literal.push_str(rest);
    if !literal.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}

/// Where the brace that opened before `text` closes.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 1;
    let mut bracket = false;
    for (at, c) in text.char_indices() {
        match c {
            '[' if depth == 1 => bracket = true,
            ']' => bracket = false,
            '{' if !bracket => depth += 1,
            '}' if !bracket => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

fn field(text: &str) -> Result<Piece, &'static str> {
    let mut bracket = false;
    let split = text.char_indices().find(|(_, c)| {
        bracket = match c {
            '[' => true,
            ']' => false,
            _ => bracket,
        };
        !bracket && matches!(c, ':' | '!')
    });
    let (name, rest) = text.split_at(split.map_or(text.len(), |(at, _)| at));
    let (conversion, spec) = if let Some(rest) = rest.strip_prefix('!') {
        let mut chars = rest.chars();
        let c = chars
            .next()
            .ok_or("end of string while looking for conversion specifier")?;
        let rest = chars.as_str();
        match rest.strip_prefix(':') {
            Some(spec) => (Some(c), spec),
            None if rest.is_empty() => (Some(c), ""),
            None => return Err("expected ':' after conversion specifier"),
        }
    } else {
        (None, rest.strip_prefix(':').unwrap_or(""))
    };
    let (first, path) = path(name)?;
    Ok(Piece::Field {
        first,
        path,
        conversion,
        spec: spec.to_string(),
    })
}

type Path = Vec<(bool, String)>;

fn path(name: &str) -> Result<(String, Path), &'static str> {
    let at = name.find(['.', '[']).unwrap_or(name.len());
    let (first, mut rest) = name.split_at(at);
    let mut path = Vec::new();
    while !rest.is_empty() {
        let item = rest.starts_with('[');
        if !item && !rest.starts_with('.') {
            return Err("Only '.' or '[' may follow ']' in format field specifier");
        }
        rest = &rest[1..];
        let end = if item {
            rest.find(']').ok_or("Missing ']' in format string")?
        } else {
            rest.find(['.', '[']).unwrap_or(rest.len())
        };
        if end == 0 {
            return Err("Empty attribute in format string");
        }
        path.push((item, rest[..end].to_string()));
        rest = &rest[end + item as usize..];
    }
    Ok((first.to_string(), path))
}

/// A string or, if it is all digits, a number.
fn key(vm: &mut Vm, text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(n) if text.bytes().all(|b| b.is_ascii_digit()) => Value::small(n),
        _ => vm.str(text),
    }
}

/// A template as a list: strings, and tuples `(first, path, conversion, spec)`.
pub fn fields(vm: &mut Vm, template: Value) -> Guest {
    let template = crate::object::types::unwrap_payload(vm, template);
    let pieces = match parse(&text::of(template).unwrap_or_default()) {
        Ok(pieces) => pieces,
        Err(message) => return Err(exception::value_error(vm, message)),
    };
    let mut items = Vec::new();
    for piece in pieces {
        items.push(match piece {
            Piece::Literal(s) => vm.str(&s),
            Piece::Field {
                first,
                path,
                conversion,
                spec,
            } => {
                let first = key(vm, &first);
                let mut steps = Vec::new();
                for (item, name) in path {
                    let name = if item { key(vm, &name) } else { vm.str(&name) };
                    steps.push(vm.tuple(&[Value::bool(item), name]));
                }
                let steps = vm.tuple(&steps);
                let conversion = conversion.map(String::from).unwrap_or_default();
                let (conversion, spec) = (vm.str(&conversion), vm.str(&spec));
                vm.tuple(&[first, steps, conversion, spec])
            }
        });
    }
    Ok(vm.list(&items))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_paths_conversions_and_specifications() {
        let pieces = parse("a{{b{0.x[k]!r:>{w}}c").unwrap();
        let field = Piece::Field {
            first: "0".into(),
            path: vec![(false, "x".into()), (true, "k".into())],
            conversion: Some('r'),
            spec: ">{w}".into(),
        };
        assert_eq!(
            pieces,
            [
                Piece::Literal("a{b".into()),
                field,
                Piece::Literal("c".into())
            ]
        );
    }

    #[test]
    fn unbalanced_braces_are_errors() {
        for text in ["{", "}", "a{b", "{a[b}", "{!}"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
