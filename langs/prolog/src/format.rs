//! `format/2`: directives and column stops.

use crate::arith::eval;
use crate::builtins::writing::portrays;
use crate::errors::{domain_error, existence_error, raise, resource_error};
use crate::number::{Num, float_to_big};
use crate::state::pl;
use crate::streams::{self, StreamId};
use crate::syntax::write::WriteOptions;
use crate::term::{MakeTerms, Term, arg, deref, term};
use crate::text::{atomic_text, list_text, need_text, show};
use crate::unify::unify;
use metatrace::meta::Raised;
use metatrace::value::Value;
use num_bigint::BigInt;
use num_traits::Signed;
use runtime::Vm;
use runtime::native::Guest;

/// Output of one line so far, with what `~t` left to fill.
struct Line {
    /// Column where the text begins, for streams that are not at a line's start.
    base: usize,
    text: String,
    /// Start of the current column segment, as a byte offset into `text`.
    segment: usize,
    /// Fill points of the segment: byte offsets and the character to fill with.
    fills: Vec<(usize, char)>,
}

impl Line {
    fn column(&self) -> usize {
        match self.text.rfind('\n') {
            Some(i) => self.text[i + 1..].chars().count(),
            None => self.base + self.text.chars().count(),
        }
    }

    fn segment_column(&self) -> usize {
        let before = &self.text[..self.segment];
        if before.is_empty() {
            return 0;
        }
        match before.rfind('\n') {
            Some(i) => before[i + 1..].chars().count(),
            None => self.base + before.chars().count(),
        }
    }

    /// Ends the segment at `target`, distributing missing characters over its fill points.
    fn stop(&mut self, target: usize) {
        let column = self.column();
        if column < target {
            let missing = target - column;
            if self.fills.is_empty() {
                self.text.push_str(&" ".repeat(missing));
            } else {
                // What does not divide evenly goes to the fill points from the middle one on.
                let n = self.fills.len();
                let mut shares = vec![missing / n; n];
                for extra in 0..missing % n {
                    shares[(n / 2 + extra) % n] += 1;
                }
                for ((at, c), share) in self.fills.iter().zip(shares).rev() {
                    self.text.insert_str(*at, &c.to_string().repeat(share));
                }
            }
        }
        self.segment = self.text.len();
        self.fills.clear();
    }
}

fn error(vm: &mut Vm, message: &str) -> Raised {
    let text = vm.data_atom(message);
    let formal = vm.term1("format", text);
    raise(vm, formal)
}

/// An argument that a directive cannot show.
fn argument_error(vm: &mut Vm, directive: char, culprit: Value) -> Raised {
    let directive = vm.sym(directive.encode_utf8(&mut [0; 4]));
    let formal = vm.term2("format_argument_type", directive, deref(culprit));
    raise(vm, formal)
}

/// Characters that one directive may fill in.
const REPEAT_MAX: usize = 1 << 28;
/// Digits after the point that can be asked for.
const DIGITS_MAX: usize = 50_000;

struct Args {
    items: Vec<Value>,
    next: usize,
}

impl Args {
    fn take(&mut self, vm: &mut Vm) -> Guest<Value> {
        match self.items.get(self.next) {
            Some(v) => {
                self.next += 1;
                Ok(*v)
            }
            None => Err(error(vm, "not enough arguments")),
        }
    }
}

/// How a format text ended.
enum End {
    Done,
    /// At `~@`, whose goal is this argument: Prolog code runs it and starts again.
    Goal(usize),
    /// At `~p` of an argument that the program may have its own way to print.
    Print(usize),
}

/// `'$format'(Stream, Text, Arguments, Arity, Goal)`: writes arguments to a stream as the text
/// says, for `format/Arity`. `Goal` is 0, or the number of the argument that is a goal to run
/// first, or minus the number of one to print first: `'$output'(Text)` has to take its place.
pub fn builtin(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let done = streams::output_of(vm, a[0]).and_then(|s| format(vm, s, a[1], a[2]));
    match done {
        Ok(End::Done) => Ok(unify(vm, a[4], Value::small(0))),
        Ok(End::Goal(i)) => Ok(unify(vm, a[4], Value::small(i as i64 + 1))),
        Ok(End::Print(i)) => Ok(unify(vm, a[4], Value::small(-(i as i64) - 1))),
        Err(raised) => {
            // Not where an argument was evaluated: the caller knows `format` only.
            let format = crate::syntax::Atom(vm.symbols.intern("format"));
            crate::errors::replace_context(vm, format, deref(a[3]).to_int().unwrap_or(2) as usize);
            Err(raised)
        }
    }
}

fn format(vm: &mut Vm, stream: StreamId, text: Value, arguments: Value) -> Guest<End> {
    let spec: Vec<char> = if deref(text) == crate::term::atom(pl(vm).known.nil) {
        Vec::new()
    } else {
        need_text(vm, text)?.chars().collect()
    };
    let items = match pl(vm).list(arguments) {
        Ok(items) => items,
        Err(_) => vec![deref(arguments)],
    };
    let mut args = Args { items, next: 0 };
    let base = pl(vm).streams.borrow().table[&stream].column;
    let mut line = Line {
        base,
        text: String::new(),
        segment: 0,
        fills: Vec::new(),
    };
    let done = directives(vm, &spec, &mut args, &mut line);
    if let Ok(End::Goal(_) | End::Print(_)) = done {
        return done;
    }
    // What was made before an error is written all the same.
    let written = streams::write(vm, stream, &line.text);
    done?;
    written?;
    if args.next < args.items.len() {
        return Err(error(vm, "too many arguments"));
    }
    Ok(End::Done)
}

fn directives(vm: &mut Vm, spec: &[char], args: &mut Args, line: &mut Line) -> Guest<End> {
    let mut i = 0;
    while i < spec.len() {
        if spec[i] != '~' {
            line.text.push(spec[i]);
            i += 1;
            continue;
        }
        i += 1;
        let numeric = numeric_argument(vm, spec, &mut i, args)?;
        // Groups as the locale has them: the only one here has none.
        if spec.get(i) == Some(&':') {
            i += 1;
        }
        let Some(&directive) = spec.get(i) else {
            return Err(error(vm, "truncated format specification"));
        };
        i += 1;
        if directive == '@' || directive == 'p' && portrays(vm) {
            let goal = args.take(vm)?;
            let output = crate::syntax::Atom(vm.symbols.intern("$output"));
            match term(goal) {
                Term::Struct(s) if pl(vm).name_arity(s.shape()) == (output, 1) => {
                    line.text.push_str(&need_text(vm, arg(s, 0))?);
                }
                _ if directive == 'p' => return Ok(End::Print(args.next - 1)),
                _ => return Ok(End::Goal(args.next - 1)),
            }
            continue;
        }
        one(vm, directive, numeric, args, line)?;
    }
    Ok(End::Done)
}

fn numeric_argument(
    vm: &mut Vm,
    spec: &[char],
    i: &mut usize,
    args: &mut Args,
) -> Guest<Option<i64>> {
    match spec.get(*i) {
        Some('*') => {
            *i += 1;
            let v = deref(args.take(vm)?);
            match v.to_int() {
                Some(n) => Ok(Some(n)),
                None => Err(error(vm, "no or negative integer for `*' argument")),
            }
        }
        Some('`') => {
            let c = spec.get(*i + 1).copied().unwrap_or(' ');
            *i += 2;
            Ok(Some(c as i64))
        }
        _ => {
            let start = *i;
            while spec.get(*i).is_some_and(char::is_ascii_digit) {
                *i += 1;
            }
            let digits: String = spec[start..*i].iter().collect();
            Ok(digits.parse().ok())
        }
    }
}

/// How often something is repeated: not more than memory may hold.
fn times(vm: &mut Vm, n: Option<i64>, default: i64) -> Guest<usize> {
    let n = n.unwrap_or(default).max(0);
    match usize::try_from(n).ok().filter(|n| *n <= REPEAT_MAX) {
        Some(n) => Ok(n),
        None => Err(resource_error(vm, "memory")),
    }
}

/// Digits of a number.
fn digits(vm: &mut Vm, n: Option<i64>, default: i64) -> Guest<usize> {
    match times(vm, n, default)? {
        n if n <= DIGITS_MAX => Ok(n),
        _ => Err(error(vm, "too many digits")),
    }
}

/// How a directive writes terms.
fn options(directive: char) -> WriteOptions {
    WriteOptions {
        quoted: directive != 'w',
        numbervars: directive != 'k',
        ignore_ops: directive == 'k',
        ..WriteOptions::default()
    }
}

/// An integer in another radix.
fn in_radix(vm: &mut Vm, v: Value, n: Option<i64>, upper: bool) -> Guest<String> {
    let Some(base) = n else {
        return Err(error(vm, "no default radix"));
    };
    if !(2..=36).contains(&base) {
        return Err(domain_error(vm, "radix", Value::small(base)));
    }
    let x = eval(vm, v)?;
    let Some(b) = x.to_bigint() else {
        return Err(argument_error(vm, 'r', v));
    };
    let text = b.to_str_radix(base as u32);
    Ok(if upper { text.to_uppercase() } else { text })
}

fn one(
    vm: &mut Vm,
    directive: char,
    n: Option<i64>,
    args: &mut Args,
    line: &mut Line,
) -> Guest<()> {
    match directive {
        'w' | 'q' | 'p' | 'k' => {
            let v = args.take(vm)?;
            line.text.push_str(&show(vm, v, &options(directive)));
        }
        'a' => {
            let v = args.take(vm)?;
            match atomic_text(vm, v) {
                Some(t) => line.text.push_str(&t),
                None => return Err(argument_error(vm, 'a', v)),
            }
        }
        'd' | 'D' => {
            let v = args.take(vm)?;
            let text = {
                let digits = digits(vm, n, 0)?;
                integer(vm, v, digits, directive == 'D')?
            };
            line.text.push_str(&text);
        }
        'f' | 'e' | 'g' => {
            let v = args.take(vm)?;
            let x = eval(vm, v)?;
            let digits = digits(vm, n, 6)?;
            line.text.push_str(&float(&x, directive, digits));
        }
        'n' => {
            let n = times(vm, n, 1)?;
            line.text.push_str(&"\n".repeat(n));
        }
        'c' => {
            let v = deref(args.take(vm)?);
            let c = v
                .to_int()
                .and_then(|c| u32::try_from(c).ok())
                .and_then(char::from_u32);
            let Some(c) = c else {
                return Err(argument_error(vm, 'c', v));
            };
            let n = times(vm, n, 1)?;
            line.text.extend(std::iter::repeat_n(c, n));
        }
        'r' | 'R' => {
            let v = args.take(vm)?;
            let text = in_radix(vm, v, n, directive == 'R')?;
            line.text.push_str(&text);
        }
        's' => {
            let v = args.take(vm)?;
            let number = crate::number::to_num(deref(v)).is_some();
            match list_text(vm, v).or_else(|| atomic_text(vm, v)) {
                Some(t) if !number => line.text.push_str(&t),
                _ => return Err(argument_error(vm, 's', v)),
            }
        }
        '~' => line.text.push('~'),
        'N' => {
            if line.column() > 0 {
                line.text.push('\n');
            }
        }
        'i' => {
            args.take(vm)?;
        }
        't' => {
            let c = n.and_then(|c| char::from_u32(c as u32)).unwrap_or(' ');
            line.fills.push((line.text.len(), c));
        }
        '|' => {
            let column = line.column();
            let target = times(vm, n, column as i64)?;
            line.stop(target);
        }
        '+' => {
            let target = line.segment_column() + times(vm, n, 8)?;
            line.stop(target);
        }
        c => {
            let c = vm.sym(c.encode_utf8(&mut [0; 4]));
            return Err(existence_error(vm, "format_character", c));
        }
    }
    Ok(())
}

/// An integer with `digits` of it after a point, and groups if wanted.
fn integer(vm: &mut Vm, v: Value, digits: usize, groups: bool) -> Guest<String> {
    let b = match eval(vm, v)? {
        Num::Int(i) => BigInt::from(i),
        Num::Big(b) => b,
        Num::Float(_) => {
            let directive = if groups { 'D' } else { 'd' };
            return Err(argument_error(vm, directive, v));
        }
    };
    let text = b.abs().to_string();
    let text = format!("{text:0>width$}", width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    let mut out = String::new();
    if b.is_negative() {
        out.push('-');
    }
    for (i, c) in whole.chars().enumerate() {
        if groups && i > 0 && (whole.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(c);
    }
    if digits > 0 {
        out.push('.');
        out.push_str(fraction);
    }
    Ok(out)
}

fn float(x: &Num, directive: char, digits: usize) -> String {
    match directive {
        'f' => match x {
            Num::Float(f) if f.is_nan() => "nan".into(),
            Num::Float(f) if !f.is_finite() => format!("{f}"),
            Num::Float(f) if f.abs() > 1e15 => {
                let whole = float_to_big(*f);
                if digits > 0 {
                    format!("{whole}.{}", "0".repeat(digits))
                } else {
                    whole.to_string()
                }
            }
            Num::Float(f) => format!("{f:.digits$}"),
            n => {
                let whole = n.to_bigint().expect("an integer");
                if digits > 0 {
                    format!("{whole}.{}", "0".repeat(digits))
                } else {
                    whole.to_string()
                }
            }
        },
        'e' => c_exponent(&format!("{:.digits$e}", x.to_f64())),
        _ => general(x.to_f64(), digits.max(1)),
    }
}

/// Rust's exponent form as C prints it: sign and two digits at least.
fn c_exponent(text: &str) -> String {
    match text.split_once('e') {
        Some((m, e)) => {
            let (sign, e) = match e.strip_prefix('-') {
                Some(e) => ('-', e),
                None => ('+', e),
            };
            format!("{m}e{sign}{e:0>2}")
        }
        None => text.into(),
    }
}

/// `%g`.
fn general(f: f64, digits: usize) -> String {
    if f == 0.0 {
        return "0".into();
    }
    let exponent = f.abs().log10().floor() as i64;
    let text = if exponent < -4 || exponent >= digits as i64 {
        let t = c_exponent(&format!("{:.*e}", digits - 1, f));
        let (m, e) = t.split_once('e').expect("an exponent");
        return format!("{}e{e}", trim_zeros(m));
    } else {
        format!("{:.*}", (digits as i64 - 1 - exponent).max(0) as usize, f)
    };
    trim_zeros(&text).into()
}

fn trim_zeros(t: &str) -> &str {
    if t.contains('.') {
        t.trim_end_matches('0').trim_end_matches('.')
    } else {
        t
    }
}
