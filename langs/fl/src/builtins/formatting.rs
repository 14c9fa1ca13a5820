//! Format specifications and `%` formatting of built-in values.

use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::{Dict, List, Str, Tuple};
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};
use runtime::text;

/// A parsed format specification.
#[derive(Clone, Debug)]
struct Spec {
    fill: char,
    align: Option<char>,
    sign: char,
    no_negative_zero: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    grouping: Option<char>,
    precision: Option<usize>,
    kind: Option<char>,
}

fn parse(spec: &str) -> Option<Spec> {
    let chars: Vec<char> = spec.chars().collect();
    let mut at = 0;
    let mut out = Spec {
        fill: ' ',
        align: None,
        sign: '-',
        alternate: false,
        no_negative_zero: false,
        zero: false,
        width: 0,
        grouping: None,
        precision: None,
        kind: None,
    };
    let is_align = |c: char| "<>=^".contains(c);
    let fill_given = chars.len() > 1 && is_align(chars[1]);
    if fill_given {
        (out.fill, out.align) = (chars[0], Some(chars[1]));
        at = 2;
    } else if chars.first().is_some_and(|c| is_align(*c)) {
        out.align = Some(chars[0]);
        at = 1;
    }
    let peek = |at: usize| chars.get(at).copied().unwrap_or('\0');
    if "+- ".contains(peek(at)) {
        out.sign = peek(at);
        at += 1;
    }
    // Python 3.11: `z` makes a negative zero positive.
    if peek(at) == 'z' {
        out.no_negative_zero = true;
        at += 1;
    }
    if peek(at) == '#' {
        out.alternate = true;
        at += 1;
    }
    if peek(at) == '0' {
        out.zero = true;
        if out.align.is_none() {
            (out.fill, out.align) = ('0', Some('='));
        } else if !fill_given {
            out.fill = '0';
        }
        at += 1;
    }
    let number = |at: &mut usize| {
        let start = *at;
        while peek(*at).is_ascii_digit() {
            *at += 1;
        }
        chars[start..*at]
            .iter()
            .collect::<String>()
            .parse::<usize>()
            .ok()
    };
    out.width = number(&mut at).unwrap_or(0);
    if ",_".contains(peek(at)) && peek(at) != '\0' {
        out.grouping = Some(peek(at));
        at += 1;
    }
    if peek(at) == '.' {
        at += 1;
        out.precision = Some(number(&mut at)?);
    }
    if at < chars.len() {
        out.kind = Some(chars[at]);
        at += 1;
    }
    (at == chars.len()).then_some(out)
}

/// Pads `body` behind its sign or prefix to the width.
fn pad(spec: &Spec, prefix: &str, body: &str, default_align: char) -> String {
    let len = prefix.chars().count() + body.chars().count();
    let missing = spec.width.saturating_sub(len);
    let fill = |n: usize| spec.fill.to_string().repeat(n);
    match spec.align.unwrap_or(default_align) {
        '<' => format!("{prefix}{body}{}", fill(missing)),
        '^' => {
            format!(
                "{}{prefix}{body}{}",
                fill(missing / 2),
                fill(missing - missing / 2)
            )
        }
        '=' => format!("{prefix}{}{body}", fill(missing)),
        _ => format!("{}{prefix}{body}", fill(missing)),
    }
}

/// Inserts a separator every `every` digits.
fn group(digits: &str, separator: char, every: usize) -> String {
    let n = digits.len();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (n - i).is_multiple_of(every) {
            out.push(separator);
        }
        out.push(c);
    }
    out
}

fn sign_of(spec: &Spec, negative: bool) -> &'static str {
    match (negative, spec.sign) {
        (true, _) => "-",
        (false, '+') => "+",
        (false, ' ') => " ",
        _ => "",
    }
}

/// Groups digits, and fills with grouped zeros up to the width where `=` and `0` ask for that.
fn grouped(spec: &Spec, digits: &str, tail: &str, prefix: usize, every: usize) -> String {
    let Some(separator) = spec.grouping else {
        return format!("{digits}{tail}");
    };
    let mut digits = digits.to_string();
    let mut text = group(&digits, separator, every);
    if spec.fill == '0' && spec.align == Some('=') {
        while prefix + text.len() + tail.len() < spec.width {
            digits.insert(0, '0');
            let longer = group(&digits, separator, every);
            if prefix + longer.len() + tail.len() > spec.width && longer.len() > text.len() + 1 {
                // A separator may not come first: one zero more than the width.
                text = longer;
                break;
            }
            text = longer;
        }
    }
    format!("{text}{tail}")
}

/// `format(v, spec)` for a value that is no instance and a specification that is not empty.
pub fn format(vm: &mut Vm, v: Value, spec_text: &str) -> Guest {
    let class = types::type_name(vm, v);
    let number = unbool(v);
    let numeric = number::is_int(number) || to_float(v).is_some();
    if !numeric && !is::<Str>(v) {
        let message = format!("unsupported format string passed to {class}.__format__");
        return Err(exception::type_error(vm, message));
    }
    let Some(spec) = parse(spec_text) else {
        let message =
            format!("Invalid format specifier '{spec_text}' for object of type '{class}'");
        return Err(exception::value_error(vm, message));
    };
    check_size(vm, &spec)?;
    let text = if is::<Str>(v) {
        format_str(vm, v, &spec, &class)?
    } else if number::is_int(number) && !spec.kind.is_some_and(|k| "eEfFgG%".contains(k)) {
        format_int(vm, number, &spec, &class)?
    } else {
        let f = super::operators::as_float(vm, number)?;
        format_float(vm, f, &spec, &class)?
    };
    Ok(vm.str(&text))
}

/// Raises if there is no room for text as wide as the specification asks for.
fn check_size(vm: &mut Vm, spec: &Spec) -> Guest<()> {
    // As CPython: a precision is a C int.
    let precision = spec.precision.unwrap_or(0);
    if precision > i32::MAX as usize {
        return Err(exception::value_error(vm, "precision too big"));
    }
    // A fill character may take four bytes.
    vm.check_items(spec.width.max(precision), 4, 1)?;
    Ok(())
}

fn unknown_code(vm: &mut Vm, kind: char, class: &str) -> metatrace::meta::Raised {
    let message = format!("Unknown format code '{kind}' for object of type '{class}'");
    exception::value_error(vm, message)
}

fn format_str(vm: &mut Vm, v: Value, spec: &Spec, class: &str) -> Guest<String> {
    if let Some(kind) = spec.kind.filter(|k| *k != 's') {
        return Err(unknown_code(vm, kind, class));
    }
    if spec.align == Some('=') && !spec.zero {
        let message = "'=' alignment not allowed in string format specifier";
        return Err(exception::value_error(vm, message));
    }
    if spec.sign != '-' {
        let message = "Sign not allowed in string format specifier";
        return Err(exception::value_error(vm, message));
    }
    if spec.alternate {
        let message = "Alternate form (#) not allowed in string format specifier";
        return Err(exception::value_error(vm, message));
    }
    if let Some(grouping) = spec.grouping {
        let message = format!("Cannot specify '{grouping}' with 's'.");
        return Err(exception::value_error(vm, message));
    }
    let text = text::of(v).expect("a string").into_owned();
    let text: String = match spec.precision {
        Some(n) => text.chars().take(n).collect(),
        None => text,
    };
    let mut spec = spec.clone();
    if spec.align == Some('=') {
        spec.align = Some('<');
    }
    Ok(pad(&spec, "", &text, '<'))
}

fn format_int(vm: &mut Vm, v: Value, spec: &Spec, class: &str) -> Guest<String> {
    if spec.precision.is_some() {
        let message = "Precision not allowed in integer format specifier";
        return Err(exception::value_error(vm, message));
    }
    if matches!(spec.kind, None | Some('d' | 'n')) {
        super::text::check_digits(vm, v)?;
    }
    let negative = number::cmp(v, Value::small(0)).is_lt();
    let (radix, prefix) = match spec.kind {
        None | Some('d' | 'n') => (10, ""),
        Some('x') => (16, "0x"),
        Some('X') => (16, "0X"),
        Some('o') => (8, "0o"),
        Some('b') => (2, "0b"),
        Some('c') => {
            let c = number::to_i64(v).and_then(|c| char::from_u32(c as u32));
            let Some(c) = c else {
                let class = FlState::of(vm).types().OverflowError;
                return Err(exception::raise(vm, class, "%c arg not in range(0x110000)"));
            };
            return Ok(pad(spec, "", &c.to_string(), '<'));
        }
        Some(kind) => return Err(unknown_code(vm, kind, class)),
    };
    if spec.no_negative_zero {
        let message = "Negative zero coercion (z) not allowed in format specifier with integer";
        return Err(exception::value_error(vm, message));
    }
    if spec.grouping == Some(',') && radix != 10 {
        let kind = spec.kind.unwrap_or('d');
        return Err(exception::value_error(
            vm,
            format!("Cannot specify ',' with '{kind}'."),
        ));
    }
    let text = number::format::int_str(v, radix);
    let mut digits = text.trim_start_matches('-').to_string();
    if spec.kind == Some('X') {
        digits = digits.to_uppercase();
    }
    let prefix = if spec.alternate { prefix } else { "" };
    let prefix = format!("{}{prefix}", sign_of(spec, negative));
    let every = if radix == 10 { 3 } else { 4 };
    let body = grouped(spec, &digits, "", prefix.len(), every);
    Ok(pad(spec, &prefix, &body, '>'))
}

fn format_float(vm: &mut Vm, f: f64, spec: &Spec, class: &str) -> Guest<String> {
    let text = format_float_signed(vm, f, spec, class)?;
    // What is rounded to zero loses its sign.
    if spec.no_negative_zero && f <= 0.0 && !text.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        return format_float_signed(vm, 0.0, spec, class);
    }
    Ok(text)
}

fn format_float_signed(vm: &mut Vm, f: f64, spec: &Spec, class: &str) -> Guest<String> {
    let negative = f.is_sign_negative() && !f.is_nan();
    let magnitude = f.abs();
    let precision = spec.precision;
    let body = match spec.kind {
        _ if !magnitude.is_finite() => {
            let text = if f.is_nan() { "nan" } else { "inf" };
            let upper = spec.kind.is_some_and(|k| "EFG".contains(k));
            let percent = if spec.kind == Some('%') { "%" } else { "" };
            let text = if upper {
                text.to_uppercase()
            } else {
                text.to_string()
            };
            let prefix = sign_of(spec, negative);
            return Ok(pad(spec, prefix, &format!("{text}{percent}"), '>'));
        }
        Some('f' | 'F') => fixed(magnitude, precision.unwrap_or(6), spec.alternate),
        Some('%') => fixed(magnitude * 100.0, precision.unwrap_or(6), spec.alternate) + "%",
        Some('e') => exponent(magnitude, precision.unwrap_or(6), spec.alternate),
        Some('E') => exponent(magnitude, precision.unwrap_or(6), spec.alternate).to_uppercase(),
        Some('g' | 'n') => general(magnitude, precision.unwrap_or(6), spec.alternate),
        Some('G') => general(magnitude, precision.unwrap_or(6), spec.alternate).to_uppercase(),
        None => match precision {
            None => number::float_repr(magnitude),
            Some(p) => {
                let text = general_from(magnitude, p, spec.alternate, true);
                if text.contains(['.', 'e']) {
                    text
                } else {
                    text + ".0"
                }
            }
        },
        Some(kind) => return Err(unknown_code(vm, kind, class)),
    };
    let prefix = sign_of(spec, negative);
    let digits_end = body
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(body.len());
    let body = grouped(
        spec,
        &body[..digits_end],
        &body[digits_end..],
        prefix.len(),
        3,
    );
    Ok(pad(spec, prefix, &body, '>'))
}

/// `%.{p}f`
pub fn fixed(f: f64, precision: usize, alternate: bool) -> String {
    let dot = if alternate && precision == 0 { "." } else { "" };
    let (exact, zeros) = split_precision(precision);
    format!("{f:.exact$}{dot}{}", "0".repeat(zeros))
}

/// No float has more digits than this, before or behind the point.
const DIGITS_MAX: usize = 1100;

/// The digits to ask Rust for, whose precision is limited, and the zeros to append.
fn split_precision(precision: usize) -> (usize, usize) {
    let exact = precision.min(DIGITS_MAX);
    (exact, precision - exact)
}

/// `%.{p}e`
pub fn exponent(f: f64, precision: usize, alternate: bool) -> String {
    let (exact, zeros) = split_precision(precision);
    let text = format!("{f:.exact$e}");
    let (digits, exp) = text.split_once('e').expect("Rust writes an exponent");
    let zeros = "0".repeat(zeros);
    let dot = if alternate && precision == 0 { "." } else { "" };
    let (sign, exp) = match exp.strip_prefix('-') {
        Some(exp) => ('-', exp),
        None => ('+', exp),
    };
    format!("{digits}{zeros}{dot}e{sign}{exp:0>2}")
}

/// `%.{p}g`
pub fn general(f: f64, precision: usize, alternate: bool) -> String {
    general_from(f, precision, alternate, false)
}

fn general_from(f: f64, precision: usize, alternate: bool, repr_like: bool) -> String {
    let p = precision.max(1);
    let text = format!("{f:.*e}", split_precision(p - 1).0);
    let (_, exp) = text.split_once('e').expect("Rust writes an exponent");
    let exp: i32 = exp.parse().expect("a number");
    let limit = if repr_like { p as i32 - 1 } else { p as i32 };
    let text = if exp < -4 || exp >= limit.max(if repr_like { 0 } else { 1 }) {
        exponent(f, p - 1, alternate)
    } else {
        fixed(f, (p as i32 - 1 - exp).max(0) as usize, alternate)
    };
    if alternate {
        return text;
    }
    let (mantissa, tail) = match text.find('e') {
        Some(at) => text.split_at(at),
        None => (text.as_str(), ""),
    };
    if !mantissa.contains('.') {
        return text;
    }
    format!(
        "{}{tail}",
        mantissa.trim_end_matches('0').trim_end_matches('.')
    )
}

/// Arguments of `%`: by position or by name.
struct Arguments {
    mapping: Option<Value>,
    items: Vec<Value>,
    next: usize,
}

/// `x % y`, `x` text.
pub fn percent(vm: &mut Vm, x: Value, y: Value) -> Guest {
    let Some(template) = text::of(x) else {
        return super::bytes::percent(vm, x, y);
    };
    let chars: Vec<char> = template.chars().collect();
    let mut arguments = Arguments {
        mapping: is::<Dict>(y).then_some(y),
        items: Obj::<Tuple>::of(y).map_or(vec![y], |t| t.items().to_vec()),
        next: 0,
    };
    let mut out = String::new();
    let mut at = 0;
    while at < chars.len() {
        if chars[at] != '%' {
            out.push(chars[at]);
            at += 1;
            continue;
        }
        at += 1;
        if chars.get(at) == Some(&'%') {
            out.push('%');
            at += 1;
            continue;
        }
        match directive(vm, &chars, &mut at, &mut arguments)? {
            Some(text) => out.push_str(&text),
            None => return Ok(FALLBACK),
        }
    }
    if arguments.next < arguments.items.len() && arguments.mapping.is_none() && !is::<List>(y) {
        let all = "not all arguments converted during string formatting";
        return Err(exception::type_error(vm, all));
    }
    Ok(vm.str(&out))
}

impl Arguments {
    fn take(&mut self, vm: &mut Vm) -> Guest {
        match self.items.get(self.next) {
            Some(v) => {
                self.next += 1;
                Ok(*v)
            }
            None => Err(exception::type_error(
                vm,
                "not enough arguments for format string",
            )),
        }
    }
}

/// One directive behind its `%`; `None`: guest code is needed.
fn directive(
    vm: &mut Vm,
    chars: &[char],
    at: &mut usize,
    arguments: &mut Arguments,
) -> Guest<Option<String>> {
    let peek = |at: usize| chars.get(at).copied();
    let mut named = None;
    if peek(*at) == Some('(') {
        let end = (*at..chars.len()).find(|&i| chars[i] == ')');
        let Some(end) = end else {
            return Err(exception::value_error(vm, "incomplete format key"));
        };
        let name: String = chars[*at + 1..end].iter().collect();
        *at = end + 1;
        let Some(mapping) = arguments.mapping else {
            return Err(exception::type_error(vm, "format requires a mapping"));
        };
        let symbol = vm.symbols.intern(&name);
        let Some(v) = super::tables::get_name(vm, mapping, symbol) else {
            let name = vm.str(&name);
            return Err(super::tables::key_error(vm, name));
        };
        named = Some(v);
    }
    let mut spec = Spec {
        fill: ' ',
        align: None,
        sign: '-',
        alternate: false,
        no_negative_zero: false,
        zero: false,
        width: 0,
        grouping: None,
        precision: None,
        kind: None,
    };
    while let Some(c) = peek(*at).filter(|c| "-+ #0".contains(*c)) {
        match c {
            '-' => spec.align = Some('<'),
            '+' => spec.sign = '+',
            ' ' if spec.sign != '+' => spec.sign = ' ',
            '#' => spec.alternate = true,
            '0' => spec.zero = true,
            _ => {}
        }
        *at += 1;
    }
    let number = |vm: &mut Vm, at: &mut usize, arguments: &mut Arguments| -> Guest<Option<i64>> {
        if peek(*at) == Some('*') {
            *at += 1;
            let v = arguments.take(vm)?;
            let Some(i) = v.to_int() else {
                return Err(exception::type_error(vm, "* wants int"));
            };
            return Ok(Some(i));
        }
        let start = *at;
        while peek(*at).is_some_and(|c| c.is_ascii_digit()) {
            *at += 1;
        }
        Ok(chars[start..*at].iter().collect::<String>().parse().ok())
    };
    if let Some(width) = number(vm, at, arguments)? {
        if width < 0 {
            spec.align = Some('<');
        }
        spec.width = width.unsigned_abs() as usize;
    }
    if peek(*at) == Some('.') {
        *at += 1;
        spec.precision = Some(number(vm, at, arguments)?.unwrap_or(0).max(0) as usize);
    }
    check_size(vm, &spec)?;
    while peek(*at).is_some_and(|c| "hlL".contains(c)) {
        *at += 1;
    }
    let Some(kind) = peek(*at) else {
        return Err(exception::value_error(vm, "incomplete format"));
    };
    *at += 1;
    let v = match named {
        Some(v) => v,
        None => arguments.take(vm)?,
    };
    convert(vm, kind, v, spec, *at - 1)
}

fn convert(vm: &mut Vm, kind: char, v: Value, mut spec: Spec, at: usize) -> Guest<Option<String>> {
    match kind {
        's' | 'r' | 'a' => {
            let mut bytes = Vec::new();
            if !super::text::write(vm, v, kind == 's', &mut bytes)? {
                return Ok(None);
            }
            let mut text = String::from_utf8_lossy(&bytes).into_owned();
            if kind == 'a' {
                let v = vm.str(&text);
                let v = super::text::escape_non_ascii(vm, v);
                text = text::of(v).expect("a string").into_owned();
            }
            if let Some(n) = spec.precision {
                text = text.chars().take(n).collect();
            }
            Ok(Some(pad(&spec, "", &text, '>')))
        }
        'c' => {
            let text = match text::of(v) {
                Some(s) if s.chars().count() == 1 => s.into_owned(),
                _ if number::is_int(unbool(v)) => {
                    let code = number::to_i64(unbool(v)).and_then(|c| u32::try_from(c).ok());
                    let Some(c) = code.and_then(char::from_u32) else {
                        let class = FlState::of(vm).types().OverflowError;
                        let message = "%c arg not in range(0x110000)";
                        return Err(exception::raise(vm, class, message));
                    };
                    c.to_string()
                }
                _ => return Err(exception::type_error(vm, "%c requires int or char")),
            };
            Ok(Some(pad(&spec, "", &text, '>')))
        }
        'd' | 'i' | 'u' | 'o' | 'x' | 'X' => convert_int(vm, kind, v, spec).map(Some),
        'e' | 'E' | 'f' | 'F' | 'g' | 'G' => {
            let v = types::unwrap_payload(vm, v);
            let f = super::operators::as_float(vm, v)?;
            if spec.zero && spec.align.is_none() {
                (spec.fill, spec.align) = ('0', Some('='));
            }
            spec.kind = Some(kind);
            format_float(vm, f, &spec, "float").map(Some)
        }
        other => {
            let message = format!(
                "unsupported format character '{other}' (0x{:x}) at index {at}",
                other as u32
            );
            Err(exception::value_error(vm, message))
        }
    }
}

fn convert_int(vm: &mut Vm, kind: char, v: Value, mut spec: Spec) -> Guest<String> {
    let given = v;
    let mut v = unbool(types::unwrap_payload(vm, v));
    if let Some(f) = to_float(v)
        && !"oxX".contains(kind)
    {
        v = vm.float_to_int(f)?;
    }
    if !number::is_int(v) {
        let name = types::type_name(vm, given);
        let what = if "oxX".contains(kind) {
            "an integer"
        } else {
            "a real number"
        };
        let message = format!("%{kind} format: {what} is required, not {name}");
        return Err(exception::type_error(vm, message));
    }
    if spec.zero && spec.align.is_none() {
        (spec.fill, spec.align) = ('0', Some('='));
    }
    let precision = spec.precision.take();
    spec.kind = Some(if matches!(kind, 'i' | 'u') { 'd' } else { kind });
    let Some(digits) = precision else {
        return format_int(vm, v, &spec, "int");
    };
    let width = std::mem::replace(&mut spec.width, 0);
    let text = format_int(vm, v, &spec, "int")?;
    let (sign, body) = match text.strip_prefix(['-', '+', ' ']) {
        Some(body) => (&text[..1], body),
        None => ("", text.as_str()),
    };
    spec.width = width;
    let zeros = "0".repeat(digits.saturating_sub(body.len()));
    Ok(pad(&spec, sign, &format!("{zeros}{body}"), '>'))
}
