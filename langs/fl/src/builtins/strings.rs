//! Methods of strings.

use crate::builtins;
use crate::builtins::core::{absent, values};
use crate::builtins::operators::index;
use crate::object::{exception, types};
use crate::state::FALLBACK;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;

/// The text of a string argument.
fn arg(vm: &mut Vm, v: Value) -> Guest<String> {
    let plain = types::unwrap_payload(vm, v);
    match text::of(plain) {
        Some(text) => Ok(text.into_owned()),
        None => {
            let name = types::type_name(vm, v);
            Err(exception::type_error(
                vm,
                format!("must be str, not {name}"),
            ))
        }
    }
}

fn mapped(vm: &mut Vm, s: Value, f: impl FnOnce(&str) -> String) -> Guest {
    let text = arg(vm, s)?;
    Ok(vm.str(&f(&text)))
}

fn test(vm: &mut Vm, s: Value, f: impl Fn(char) -> bool) -> Guest {
    let text = arg(vm, s)?;
    Ok(Value::bool(!text.is_empty() && text.chars().all(f)))
}

/// Is the character white space to Python?
fn is_space(c: char) -> bool {
    c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c)
}

fn strip(vm: &mut Vm, s: Value, chars: Value, left: bool, right: bool) -> Guest {
    let text = arg(vm, s)?;
    let set: Option<Vec<char>> = if absent(chars) || chars == Value::NONE {
        None
    } else {
        Some(arg(vm, chars)?.chars().collect())
    };
    let drop = |c: char| {
        set.as_ref()
            .map_or_else(|| is_space(c), |set| set.contains(&c))
    };
    let mut part = text.as_str();
    if left {
        part = part.trim_start_matches(drop);
    }
    if right {
        part = part.trim_end_matches(drop);
    }
    Ok(vm.str(part))
}

fn count_arg(vm: &mut Vm, v: Value) -> Guest<usize> {
    if absent(v) {
        return Ok(usize::MAX);
    }
    Ok(usize::try_from(index(vm, v)?).unwrap_or(usize::MAX))
}

fn split(vm: &mut Vm, s: Value, sep: Value, max: Value) -> Guest {
    let (text, max) = (arg(vm, s)?, count_arg(vm, max)?);
    let mut parts: Vec<String> = Vec::new();
    if absent(sep) || sep == Value::NONE {
        let mut rest = text.trim_start_matches(is_space);
        while !rest.is_empty() {
            if parts.len() == max {
                parts.push(rest.trim_end_matches(is_space).to_string());
                break;
            }
            let end = rest.find(is_space).unwrap_or(rest.len());
            parts.push(rest[..end].to_string());
            rest = rest[end..].trim_start_matches(is_space);
        }
        return Ok(vm.list_of_strs(parts));
    }
    let sep = arg(vm, sep)?;
    if sep.is_empty() {
        return Err(exception::value_error(vm, "empty separator"));
    }
    let parts: Vec<&str> = text.splitn(max.saturating_add(1), sep.as_str()).collect();
    Ok(vm.list_of_strs(parts))
}

fn rsplit(vm: &mut Vm, s: Value, sep: Value, max: Value) -> Guest {
    let (text, max) = (arg(vm, s)?, count_arg(vm, max)?);
    let mut parts: Vec<String> = Vec::new();
    if absent(sep) || sep == Value::NONE {
        let mut rest = text.trim_end_matches(is_space);
        while !rest.is_empty() {
            if parts.len() == max {
                parts.push(rest.trim_start_matches(is_space).to_string());
                break;
            }
            let start = rest.char_indices().rev().find(|(_, c)| is_space(*c));
            let start = start.map_or(0, |(i, c)| i + c.len_utf8());
            parts.push(rest[start..].to_string());
            rest = rest[..start].trim_end_matches(is_space);
        }
    } else {
        let sep = arg(vm, sep)?;
        if sep.is_empty() {
            return Err(exception::value_error(vm, "empty separator"));
        }
        parts = text
            .rsplitn(max.saturating_add(1), sep.as_str())
            .map(str::to_string)
            .collect();
    }
    parts.reverse();
    Ok(vm.list_of_strs(parts))
}

/// The character range that `start` and `stop` mean.
fn range(vm: &mut Vm, n: usize, start: Value, stop: Value) -> Guest<(usize, usize)> {
    let bound = |vm: &mut Vm, v: Value, default: usize| -> Guest<usize> {
        if absent(v) || v == Value::NONE {
            return Ok(default);
        }
        let i = index(vm, v)?;
        Ok((if i < 0 { i + n as i64 } else { i }).max(0) as usize)
    };
    let from = bound(vm, start, 0)?;
    let to = bound(vm, stop, n)?.min(n);
    Ok((from, to))
}

fn find(vm: &mut Vm, [s, part, start, stop]: [Value; 4], last: bool) -> Guest<Option<i64>> {
    let part = types::unwrap_payload(vm, part);
    arg(vm, part)?;
    let (s, part) = (Obj::<Str>::cast(s), Obj::<Str>::cast(part));
    let (from, to) = range(vm, text::chars(s), start, stop)?;
    if from > to {
        return Ok(None);
    }
    let at = if last {
        text::rfind(vm, s, part, from, to)
    } else {
        text::find(vm, s, part, from, to)
    };
    Ok(at.map(|i| i as i64))
}

fn found_or_raise(vm: &mut Vm, args: [Value; 4], last: bool) -> Guest {
    match find(vm, args, last)? {
        Some(i) => Ok(Value::small(i)),
        None => Err(exception::value_error(vm, "substring not found")),
    }
}

fn affix(vm: &mut Vm, [s, part, start, stop]: [Value; 4], front: bool) -> Guest {
    let chars: Vec<char> = arg(vm, s)?.chars().collect();
    let (from, to) = range(vm, chars.len(), start, stop)?;
    if from > to {
        return Ok(Value::FALSE);
    }
    let text: String = chars[from..to].iter().collect();
    let parts = match Obj::<Tuple>::of(part) {
        Some(parts) => parts.items().to_vec(),
        None => vec![part],
    };
    for part in parts {
        let part = arg(vm, part)?;
        if if front {
            text.starts_with(&part)
        } else {
            text.ends_with(&part)
        } {
            return Ok(Value::TRUE);
        }
    }
    Ok(Value::FALSE)
}

fn justify(vm: &mut Vm, s: Value, width: Value, fill: Value, how: char) -> Guest {
    let (text, width) = (arg(vm, s)?, index(vm, width)?.max(0) as usize);
    let fill = if absent(fill) {
        " ".to_string()
    } else {
        arg(vm, fill)?
    };
    if fill.chars().count() != 1 {
        let message = "The fill character must be exactly one character long";
        return Err(exception::type_error(vm, message));
    }
    let missing = width.saturating_sub(text.chars().count());
    // As CPython: the odd one goes left when the width is odd.
    let left = match how {
        '<' => 0,
        '>' => missing,
        _ => missing / 2 + (missing & width & 1),
    };
    let (a, b) = (fill.repeat(left), fill.repeat(missing - left));
    Ok(vm.str(&format!("{a}{text}{b}")))
}

fn title(text: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for c in text.chars() {
        if inside {
            out.extend(c.to_lowercase());
        } else {
            out.extend(c.to_uppercase());
        }
        inside = c.is_alphabetic();
    }
    out
}

fn capitalize(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().collect::<String>() + &chars.as_str().to_lowercase(),
        None => String::new(),
    }
}

fn lines(text: &str, keep: bool) -> Vec<String> {
    let mut out = Vec::new();
    let mut line = String::new();
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let ends = matches!(
            c,
            '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{1c}'
                ..='\u{1e}' | '\u{85}' | '\u{2028}' | '\u{2029}'
        );
        if !ends {
            line.push(c);
            continue;
        }
        if keep {
            line.push(c);
        }
        if c == '\r' && chars.peek() == Some(&'\n') {
            chars.next();
            if keep {
                line.push('\n');
            }
        }
        out.push(std::mem::take(&mut line));
    }
    if !line.is_empty() {
        out.push(line);
    }
    out
}

fn partition(vm: &mut Vm, s: Value, sep: Value, last: bool) -> Guest {
    let (text, sep) = (arg(vm, s)?, arg(vm, sep)?);
    if sep.is_empty() {
        return Err(exception::value_error(vm, "empty separator"));
    }
    let at = if last {
        text.rfind(&sep)
    } else {
        text.find(&sep)
    };
    let parts = match at {
        Some(i) => [&text[..i], sep.as_str(), &text[i + sep.len()..]],
        None if last => ["", "", text.as_str()],
        None => [text.as_str(), "", ""],
    };
    let parts = parts.map(|p| vm.str(p));
    Ok(vm.tuple(&parts))
}

fn zfill(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    match text.strip_prefix(['-', '+']) {
        Some(rest) => format!("{}{}{rest}", &text[..1], "0".repeat(missing)),
        None => format!("{}{text}", "0".repeat(missing)),
    }
}

builtins! {
    /// Methods of strings.
    pub static STRING_METHODS:
    "str.upper" "self" |vm, [s]| mapped(vm, s, str::to_uppercase);
    "str.lower" "self" |vm, [s]| mapped(vm, s, str::to_lowercase);
    "str.casefold" "self" |vm, [s]| mapped(vm, s, |t| t.to_lowercase().replace('ß', "ss"));
    "str.title" "self" |vm, [s]| mapped(vm, s, title);
    "str.capitalize" "self" |vm, [s]| mapped(vm, s, capitalize);
    "str.swapcase" "self" |vm, [s]| mapped(vm, s, |t| t.chars().flat_map(|c| {
        if c.is_uppercase() { c.to_lowercase().collect::<Vec<_>>() } else { c.to_uppercase().collect() }
    }).collect());
    "str.strip" "self chars= /" |vm, [s, c]| strip(vm, s, c, true, true);
    "str.lstrip" "self chars= /" |vm, [s, c]| strip(vm, s, c, true, false);
    "str.rstrip" "self chars= /" |vm, [s, c]| strip(vm, s, c, false, true);
    "str.split" "self sep= maxsplit=" |vm, [s, sep, max]| split(vm, s, sep, max);
    "str.rsplit" "self sep= maxsplit=" |vm, [s, sep, max]| rsplit(vm, s, sep, max);
    "str.splitlines" "self keepends=" |vm, [s, keep]| {
        let keep = !absent(keep) && crate::builtins::operators::truth(vm, keep);
        let text = arg(vm, s)?;
        Ok(vm.list_of_strs(lines(&text, keep)))
    };
    "str.partition" "self sep /" |vm, [s, sep]| partition(vm, s, sep, false);
    "str.rpartition" "self sep /" |vm, [s, sep]| partition(vm, s, sep, true);
    "str.replace" "self old new count= /" |vm, [s, old, new, count]| {
        let (text, old, new) = (arg(vm, s)?, arg(vm, old)?, arg(vm, new)?);
        let count = count_arg(vm, count)?;
        Ok(vm.str(&text.replacen(&old, &new, count)))
    };
    "str.find" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(find(vm, [s, p, a, b], false)?.unwrap_or(-1)));
    "str.rfind" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(find(vm, [s, p, a, b], true)?.unwrap_or(-1)));
    "str.index" "self sub start= end= /" |vm, [s, p, a, b]| found_or_raise(vm, [s, p, a, b], false);
    "str.rindex" "self sub start= end= /" |vm, [s, p, a, b]| found_or_raise(vm, [s, p, a, b], true);
    "str.count" "self sub start= end= /" |vm, [s, p, a, b]| {
        let chars: Vec<char> = arg(vm, s)?.chars().collect();
        let part = arg(vm, p)?;
        let (from, to) = range(vm, chars.len(), a, b)?;
        let text: String = chars.get(from..to).unwrap_or(&[]).iter().collect();
        let n = if part.is_empty() { if from > to { 0 } else { to - from + 1 } } else { text.matches(&part).count() };
        Ok(Value::small(n as i64))
    };
    "str.startswith" "self prefix start= end= /" |vm, [s, p, a, b]| affix(vm, [s, p, a, b], true);
    "str.endswith" "self suffix start= end= /" |vm, [s, p, a, b]| affix(vm, [s, p, a, b], false);
    "str.removeprefix" "self prefix /" |vm, [s, p]| {
        let p = arg(vm, p)?;
        mapped(vm, s, |t| t.strip_prefix(p.as_str()).unwrap_or(t).to_string())
    };
    "str.removesuffix" "self suffix /" |vm, [s, p]| {
        let p = arg(vm, p)?;
        mapped(vm, s, |t| t.strip_suffix(p.as_str()).unwrap_or(t).to_string())
    };
    "str.ljust" "self width fill= /" |vm, [s, w, f]| justify(vm, s, w, f, '<');
    "str.rjust" "self width fill= /" |vm, [s, w, f]| justify(vm, s, w, f, '>');
    "str.center" "self width fill= /" |vm, [s, w, f]| justify(vm, s, w, f, '^');
    "str.zfill" "self width /" |vm, [s, w]| {
        let width = index(vm, w)?.max(0) as usize;
        mapped(vm, s, |t| zfill(t, width))
    };
    "str.isdigit" "self" |vm, [s]| test(vm, s, char::is_numeric);
    "str.isdecimal" "self" |vm, [s]| test(vm, s, |c| c.is_ascii_digit());
    "str.isnumeric" "self" |vm, [s]| test(vm, s, char::is_numeric);
    "str.isalpha" "self" |vm, [s]| test(vm, s, char::is_alphabetic);
    "str.isalnum" "self" |vm, [s]| test(vm, s, char::is_alphanumeric);
    "str.isspace" "self" |vm, [s]| test(vm, s, is_space);
    "str.isupper" "self" |vm, [s]| {
        let t = arg(vm, s)?;
        Ok(Value::bool(t.chars().any(char::is_uppercase) && !t.chars().any(char::is_lowercase)))
    };
    "str.islower" "self" |vm, [s]| {
        let t = arg(vm, s)?;
        Ok(Value::bool(t.chars().any(char::is_lowercase) && !t.chars().any(char::is_uppercase)))
    };
    "str.isidentifier" "self" |vm, [s]| {
        let t = arg(vm, s)?;
        let mut chars = t.chars();
        let first = chars.next().is_some_and(|c| c == '_' || c.is_alphabetic());
        Ok(Value::bool(first && chars.all(|c| c == '_' || c.is_alphanumeric())))
    };
    "str.isascii" "self" |vm, [s]| { let t = arg(vm, s)?; Ok(Value::bool(t.is_ascii())) };
    "str.encode" "self encoding= errors=" |vm, [s, _e, _r]| { let t = arg(vm, s)?; Ok(crate::builtins::bytes::new(vm, t.as_bytes())) };
    "bytes.decode" "self encoding= errors=" |vm, [b, _e, _r]| {
        let bytes = vm.bytes_like(b).unwrap_or(&[]).to_vec();
        Ok(vm.str(&String::from_utf8_lossy(&bytes)))
    };
    "str.expandtabs" "self tabsize=" |vm, [s, n]| {
        let n = if absent(n) { 8 } else { index(vm, n)?.max(0) as usize };
        mapped(vm, s, |t| {
            let (mut out, mut column) = (String::new(), 0);
            for c in t.chars() {
                match c {
                    '\t' if n > 0 => {
                        let pad = n - column % n;
                        out.push_str(&" ".repeat(pad));
                        column += pad;
                    }
                    '\t' => {}
                    '\n' | '\r' => { out.push(c); column = 0; }
                    _ => { out.push(c); column += 1; }
                }
            }
            out
        })
    };
    "set.union" "self *others" => "set_union" |vm, [s, others]| set_method(vm, s, others, 0);
    "set.intersection" "self *others" => "set_intersection" |vm, [s, others]| set_method(vm, s, others, 1);
    "set.difference" "self *others" => "set_difference" |vm, [s, others]| set_method(vm, s, others, 2);
    "frozenset.union" "self *others" => "set_union" |vm, [s, others]| set_method(vm, s, others, 0);
    "frozenset.intersection" "self *others" => "set_intersection" |vm, [s, others]| set_method(vm, s, others, 1);
    "frozenset.difference" "self *others" => "set_difference" |vm, [s, others]| set_method(vm, s, others, 2);
    "set.issubset" "self other /" => "set_issubset" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.issuperset" "self other /" => "set_issuperset" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.isdisjoint" "self other /" => "set_isdisjoint" |_vm, [_s, _o]| Ok(FALLBACK);
    "set.symmetric_difference" "self other /" => "set_symmetric_difference" |_vm, [_s, _o]| Ok(FALLBACK);
    "int.bit_length" "self" |vm, [i]| {
        let i = runtime::compare::unbool(i);
        Ok(vm.int(runtime::number::bits(i) as i64))
    };
    "float.is_integer" "self" |_vm, [f]| Ok(Value::bool(runtime::object::to_float(f).is_some_and(|f| f.fract() == 0.0)));
}

/// Union, intersection or difference with any iterables.
fn set_method(vm: &mut Vm, s: Value, others: Value, which: usize) -> Guest {
    let mut result = s;
    for other in Obj::<Tuple>::cast(others).items() {
        let Some(items) = values(vm, *other)? else {
            return Ok(FALLBACK);
        };
        let Some(other) = vm.set_of(&items, false)?.done() else {
            return Ok(FALLBACK);
        };
        let next = match which {
            0 => vm.set_union(result, other)?,
            1 => vm.set_intersection(result, other)?,
            _ => vm.set_difference(result, other)?,
        };
        match next.done() {
            Some(set) => result = set,
            None => return Ok(FALLBACK),
        }
    }
    Ok(if result == s {
        runtime::dict::Table::of(s).copy(vm).0
    } else {
        result
    })
}
