//! Methods of strings.

use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::texts::{self, Align, Kind};
use crate::builtins::{bytes, codecs, tables};
use crate::object::{exception, types};
use crate::state::FALLBACK;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is};
use runtime::text;

/// A string changed character by character.
fn mapped(vm: &mut Vm, s: Value, f: impl Fn(&str) -> String) -> Guest {
    let s = types::unwrap_payload(vm, s);
    let out = f(&text::of(s).unwrap_or_default());
    Ok(vm.str(&out))
}

fn is_cased(c: char) -> bool {
    c.is_lowercase() || c.is_uppercase() || is_title(c)
}

/// Letters that are two in one, in title case (`ǅ`).
fn is_title(c: char) -> bool {
    matches!(c as u32, 0x1c5 | 0x1c8 | 0x1cb | 0x1f2 | 0x1f88..=0x1f8f | 0x1f98..=0x1f9f | 0x1fa8..=0x1faf | 0x1fbc | 0x1fcc | 0x1ffc)
}

/// The title case of a character.
fn title_of(c: char, out: &mut String) {
    match c {
        'ß' => out.push_str("Ss"),
        'ǆ' | 'Ǆ' | 'ǅ' => out.push('ǅ'),
        'ǉ' | 'Ǉ' | 'ǈ' => out.push('ǈ'),
        'ǌ' | 'Ǌ' | 'ǋ' => out.push('ǋ'),
        'ﬁ' => out.push_str("Fi"),
        'ﬂ' => out.push_str("Fl"),
        c if is_title(c) => out.push(c),
        c => out.extend(c.to_uppercase()),
    }
}

fn title(s: &str) -> String {
    let mut out = String::new();
    let mut inside = false;
    for (at, c) in s.char_indices() {
        if inside {
            lower_at(s, at, c, &mut out);
        } else {
            title_of(c, &mut out);
        }
        inside = is_cased(c);
    }
    out
}

/// Lower case; a sigma at the end of a word has its own form.
fn lower_at(s: &str, at: usize, c: char, out: &mut String) {
    if c != 'Σ' {
        return out.extend(c.to_lowercase());
    }
    let ignorable = |c: &char| !matches!(c, '\'' | '.' | '\u{ad}' | '\u{300}'..='\u{36f}');
    let before = s[..at].chars().rev().find(ignorable).is_some_and(is_cased);
    let after = s[at + c.len_utf8()..]
        .chars()
        .find(ignorable)
        .is_some_and(is_cased);
    out.push(if before && !after { 'ς' } else { 'σ' });
}

fn capitalize(s: &str) -> String {
    let mut out = String::new();
    for (at, c) in s.char_indices() {
        if at == 0 {
            title_of(c, &mut out);
        } else {
            lower_at(s, at, c, &mut out);
        }
    }
    out
}

fn swapcase(s: &str) -> String {
    let mut out = String::new();
    for (at, c) in s.char_indices() {
        if c.is_uppercase() {
            lower_at(s, at, c, &mut out);
        } else if c.is_lowercase() {
            out.extend(c.to_uppercase());
        } else {
            out.push(c);
        }
    }
    out
}

fn casefold(s: &str) -> String {
    let mut out = String::new();
    for c in s.chars() {
        match c {
            'ß' | 'ẞ' => out.push_str("ss"),
            'ς' => out.push('σ'),
            'ﬀ' => out.push_str("ff"),
            'ﬁ' => out.push_str("fi"),
            'ﬂ' => out.push_str("fl"),
            'ﬅ' | 'ﬆ' => out.push_str("st"),
            'ŉ' => out.push_str("ʼn"),
            'ſ' => out.push('s'),
            c => out.extend(c.to_lowercase()),
        }
    }
    out
}

/// The value of a decimal digit of any script: they come in runs of ten.
pub fn decimal(c: char) -> Option<u32> {
    if c.is_ascii() {
        return c.to_digit(10);
    }
    const ZEROS: &[u32] = &[
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6,
        0xe50, 0xed0, 0xf20, 0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90,
        0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0, 0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0,
        0xff10, 0x104a0, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0, 0x11450, 0x114d0, 0x11650,
        0x116c0, 0x11730, 0x118e0, 0x11c50, 0x11d50, 0x16a60, 0x16b50, 0x1d7ce, 0x1d7d8, 0x1d7e2,
        0x1d7ec, 0x1d7f6, 0x1e950,
    ];
    let code = c as u32;
    let zero = ZEROS.iter().rev().find(|zero| **zero <= code)?;
    (code - zero < 10).then(|| code - zero)
}

/// Digits that stand alone: superscripts, subscripts, digits in circles.
fn is_digit(c: char) -> bool {
    decimal(c).is_some()
        || matches!(c as u32, 0xb2 | 0xb3 | 0xb9 | 0x1369..=0x1371 | 0x2070 | 0x2074..=0x2079 | 0x2080..=0x2089
            | 0x2460..=0x2468 | 0x2474..=0x247c | 0x2488..=0x2490 | 0x24ea | 0x24f5..=0x24fd | 0x24ff
            | 0x2776..=0x277e | 0x2780..=0x2788 | 0x278a..=0x2792)
}

fn is_numeric(c: char) -> bool {
    const HAN: &str = "〇一二三四五六七八九十百千万億兆零壹貳叁參肆伍陸柒捌玖拾佰仟";
    is_digit(c) || c.is_numeric() || HAN.contains(c)
}

fn is_alpha(c: char) -> bool {
    // Rust counts letter-like numbers and marks as alphabetic, Python does not.
    c.is_alphabetic() && !c.is_numeric() && !is_mark(c)
}

fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c) || matches!(c as u32, 0x24b6..=0x24e9)
}

fn every(vm: &mut Vm, s: Value, empty: bool, f: impl Fn(char) -> bool) -> Guest {
    let s = types::unwrap_payload(vm, s);
    let s = text::of(s).unwrap_or_default();
    Ok(Value::bool(if s.is_empty() {
        empty
    } else {
        s.chars().all(f)
    }))
}

/// `isupper`, `islower`
fn in_case(vm: &mut Vm, s: Value, upper: bool) -> Guest {
    let s = types::unwrap_payload(vm, s);
    let s = text::of(s).unwrap_or_default();
    let good = |c: char| {
        if upper {
            c.is_uppercase()
        } else {
            c.is_lowercase()
        }
    };
    let holds = s.chars().any(good) && s.chars().all(|c| good(c) || !is_cased(c));
    Ok(Value::bool(holds))
}

fn is_title_case(s: &str) -> bool {
    let mut inside = false;
    let mut any = false;
    for c in s.chars() {
        let upper = c.is_uppercase() || is_title(c);
        if upper && inside || c.is_lowercase() && !inside {
            return false;
        }
        inside = is_cased(c);
        any |= inside;
    }
    any
}

fn is_identifier(s: &str) -> bool {
    let mut chars = s.chars();
    let first = chars.next();
    first.is_some_and(|c| c == '_' || unicode_ident::is_xid_start(c))
        && chars.all(unicode_ident::is_xid_continue)
}

/// `str.maketrans`
fn maketrans(vm: &mut Vm, x: Value, y: Value, z: Value) -> Guest {
    let dict = vm.dict().value();
    let set = |vm: &mut Vm, key: Value, v: Value| tables::put(vm, dict, key, v).map(|_| ());
    if absent(y) {
        if !is::<Dict>(x) {
            return Err(exception::type_error(
                vm,
                "if you give only one argument to maketrans it must be a dict",
            ));
        }
        for (key, v) in tables::items(x) {
            let key = match Obj::<Str>::of(key) {
                Some(s) if text::chars(s) == 1 => {
                    Value::small(text::code_points(s).next().unwrap_or(0) as i64)
                }
                Some(_) => {
                    return Err(exception::value_error(
                        vm,
                        "string keys in translate table must be of length 1",
                    ));
                }
                None => key,
            };
            set(vm, key, v)?;
        }
        return Ok(dict);
    }
    let points = |v: Value| text::points(text::bytes_of(v).unwrap_or(&[])).collect::<Vec<u32>>();
    let (from, to) = (points(x), points(y));
    if from.len() != to.len() {
        return Err(exception::value_error(
            vm,
            "the first two maketrans arguments must have equal length",
        ));
    }
    for (a, b) in from.into_iter().zip(to) {
        set(vm, Value::small(a as i64), Value::small(b as i64))?;
    }
    if !absent(z) {
        for c in points(z) {
            set(vm, Value::small(c as i64), Value::NONE)?;
        }
    }
    Ok(dict)
}

/// `str.translate` by a dict; other tables are asked in the prelude.
fn translate(vm: &mut Vm, s: Value, table: Value) -> Guest {
    if !is::<Dict>(table) {
        return Ok(FALLBACK);
    }
    let mut out = Vec::new();
    for code in text::points(text::bytes_of(s).unwrap_or(&[])) {
        match tables::find(vm, table, Value::small(code as i64))? {
            tables::Entry::At(entry) => {
                let v = tables::value(table, entry);
                if let Some(bytes) = text::bytes_of(v) {
                    out.extend_from_slice(bytes);
                } else if let Some(c) = number::to_i64(v) {
                    text::encode(c as u32, &mut out);
                } else if v != Value::NONE {
                    let message = "character mapping must return integer, None or str";
                    return Err(exception::type_error(vm, message));
                }
            }
            _ => text::encode(code, &mut out),
        }
    }
    Ok(vm.str_from_bytes(&out))
}

builtins! {
    /// `str`
    pub static STR_METHODS:
    "str.split" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, false);
    "str.rsplit" "self sep= maxsplit=" |vm, [s, sep, max]| texts::split(vm, s, sep, max, true);
    "str.splitlines" "self keepends=" |vm, [s, keep]| texts::splitlines(vm, s, keep);
    "str.strip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, true);
    "str.lstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, true, false);
    "str.rstrip" "self chars= /" |vm, [s, chars]| texts::strip(vm, s, chars, false, true);
    "str.replace" "self old new count= /" |vm, [s, old, new, n]| texts::replace(vm, s, old, new, n);
    "str.find" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], false)?));
    "str.rfind" "self sub start= end= /" |vm, [s, p, a, b]| Ok(Value::small(texts::find(vm, [s, p, a, b], true)?));
    "str.index" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], false);
    "str.rindex" "self sub start= end= /" |vm, [s, p, a, b]| texts::index_of(vm, [s, p, a, b], true);
    "str.count" "self sub start= end= /" |vm, [s, p, a, b]| texts::count(vm, [s, p, a, b]);
    "str.startswith" "self prefix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], false);
    "str.endswith" "self suffix start= end= /" |vm, [s, p, a, b]| texts::has_affix(vm, [s, p, a, b], true);
    "str.partition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, false);
    "str.rpartition" "self sep /" |vm, [s, sep]| texts::partition(vm, s, sep, true);
    "str.removeprefix" "self prefix /" |vm, [s, p]| texts::remove_affix(vm, s, p, false);
    "str.removesuffix" "self suffix /" |vm, [s, p]| texts::remove_affix(vm, s, p, true);
    "str.ljust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Left);
    "str.rjust" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Right);
    "str.center" "self width fillchar= /" |vm, [s, w, f]| texts::justify(vm, s, w, f, Align::Center);
    "str.zfill" "self width /" |vm, [s, w]| texts::zfill(vm, s, w);
    "str.expandtabs" "self tabsize=" |vm, [s, n]| texts::expandtabs(vm, s, n);
    "str.upper" "self /" |vm, [s]| mapped(vm, s, str::to_uppercase);
    "str.lower" "self /" |vm, [s]| mapped(vm, s, str::to_lowercase);
    "str.title" "self /" |vm, [s]| mapped(vm, s, title);
    "str.capitalize" "self /" |vm, [s]| mapped(vm, s, capitalize);
    "str.swapcase" "self /" |vm, [s]| mapped(vm, s, swapcase);
    "str.casefold" "self /" |vm, [s]| mapped(vm, s, casefold);
    "str.isalpha" "self /" |vm, [s]| every(vm, s, false, is_alpha);
    "str.isalnum" "self /" |vm, [s]| every(vm, s, false, |c| is_alpha(c) || is_numeric(c));
    "str.isdigit" "self /" |vm, [s]| every(vm, s, false, is_digit);
    "str.isdecimal" "self /" |vm, [s]| every(vm, s, false, |c| decimal(c).is_some());
    "str.isnumeric" "self /" |vm, [s]| every(vm, s, false, is_numeric);
    "str.isspace" "self /" |vm, [s]| every(vm, s, false, |c| texts::is_space(Kind::Str, c as u32));
    "str.isprintable" "self /" |vm, [s]| every(vm, s, true, builtins::text::is_printable);
    "str.isascii" "self /" |vm, [s]| every(vm, s, true, |c| c.is_ascii());
    "str.isidentifier" "self /" |vm, [s]| {
        let s = types::unwrap_payload(vm, s);
        Ok(Value::bool(is_identifier(&text::of(s).unwrap_or_default())))
    };
    "str.isupper" "self /" |vm, [s]| in_case(vm, s, true);
    "str.islower" "self /" |vm, [s]| in_case(vm, s, false);
    "str.istitle" "self /" |vm, [s]| {
        let s = types::unwrap_payload(vm, s);
        Ok(Value::bool(is_title_case(&text::of(s).unwrap_or_default())))
    };
    "str.encode" "self encoding= errors=" |vm, [s, encoding, errors]| {
        let s = types::unwrap_payload(vm, s);
        let out = codecs::encode(vm, s, encoding, errors)?;
        Ok(bytes::new(vm, &out))
    };
    "str.maketrans" "x y= z= /" |vm, [x, y, z]| maketrans(vm, x, y, z);
    "str.translate" "self table /" => "str_translate" |vm, [s, table]| translate(vm, s, table);
    "str.format" "self *args **kwargs" => "str_format" |_vm, [_s, _a, _k]| Ok(FALLBACK);
    "str.format_map" "self mapping /" => "str_format_map" |_vm, [_s, _m]| Ok(FALLBACK);
    "_fl_format_fields" "template /" |vm, [s]| super::templates::fields(vm, s);
}
