//! The native core of `re`: Python's patterns in the syntax of `fancy-regex`.
//!
//! `lib/re.py` has the rest. Compiled patterns are kept for good; programs have few of them.

use crate::builtins;
use crate::builtins::operators::index;
use crate::object::exception;
use fancy_regex::{Regex, RegexBuilder};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::Str;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;
use std::cell::RefCell;
use std::rc::Rc;

const IGNORE_CASE: u32 = 2;
const MULTI_LINE: u32 = 8;
const DOT_ALL: u32 = 16;
const VERBOSE: u32 = 64;
const ASCII: u32 = 256;

/// A pattern in the other syntax.
#[derive(Debug, Default)]
struct Translated {
    text: String,
    flags: u32,
    groups: usize,
    names: Vec<(String, usize)>,
}

/// The translation of one pattern.
struct Translator {
    chars: Vec<char>,
    at: usize,
    out: Translated,
    /// Flags outside the open groups.
    saved: Vec<u32>,
    flags: u32,
    /// Something that can be repeated is before this place.
    atom: bool,
    largest_reference: usize,
    /// Where the element begins that is being translated.
    here: usize,
    /// Where open groups began.
    opened: Vec<usize>,
    /// Where the fault is, if not at `here`.
    fault_at: Option<usize>,
}

type Step<T = ()> = Result<T, String>;

const WORD: &str = "[a-zA-Z0-9_]";

fn translate(pattern: &str, flags: u32) -> Step<Translated> {
    let mut t = Translator {
        chars: pattern.chars().collect(),
        at: 0,
        out: Translated::default(),
        saved: Vec::new(),
        flags,
        atom: false,
        largest_reference: 0,
        here: 0,
        opened: Vec::new(),
        fault_at: None,
    };
    if let Err(message) = t.all() {
        // `lib/re.py` takes this apart.
        return Err(format!("{} {message}", t.fault_at.unwrap_or(t.here)));
    }
    t.out.flags = t.flags;
    if t.flags & IGNORE_CASE != 0 {
        t.out.text.insert_str(0, "(?i)");
    }
    Ok(t.out)
}

impl Translator {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn take(&mut self) -> Step<char> {
        let c = self.peek().ok_or("unexpected end of pattern")?;
        self.at += 1;
        Ok(c)
    }

    fn eat(&mut self, text: &str) -> bool {
        let found = text
            .chars()
            .enumerate()
            .all(|(i, c)| self.chars.get(self.at + i) == Some(&c));
        if found {
            self.at += text.chars().count();
        }
        found
    }

    fn emit(&mut self, text: &str) {
        self.out.text.push_str(text);
        self.atom = true;
    }

    fn literal(&mut self, c: char) {
        self.out.text.push_str(&format!("\\x{{{:x}}}", c as u32));
        self.atom = true;
    }

    fn all(&mut self) -> Step {
        while self.at < self.chars.len() {
            self.next()?;
        }
        if let Some(at) = self.opened.last() {
            self.fault_at = Some(*at);
            return Err("missing ), unterminated subpattern".into());
        }
        if self.largest_reference > self.out.groups {
            return Err(format!(
                "invalid group reference {}",
                self.largest_reference
            ));
        }
        Ok(())
    }

    /// A fault at another place than where the element begins.
    fn fault<T>(&mut self, at: usize, message: impl Into<String>) -> Step<T> {
        self.fault_at = Some(at);
        Err(message.into())
    }

    fn next(&mut self) -> Step {
        self.here = self.at;
        let c = self.take()?;
        if self.flags & VERBOSE != 0 {
            if c.is_whitespace() {
                return Ok(());
            }
            if c == '#' {
                while self.peek().is_some_and(|c| c != '\n') {
                    self.at += 1;
                }
                return Ok(());
            }
        }
        match c {
            '.' if self.flags & DOT_ALL != 0 => self.emit("(?s:.)"),
            '.' => self.emit("[^\\n]"),
            '^' if self.flags & MULTI_LINE != 0 => self.emit("(?m:^)"),
            '^' => self.emit("\\A"),
            '$' if self.flags & MULTI_LINE != 0 => self.emit("(?m:$)"),
            '$' => self.emit("(?=\\n?\\z)"),
            '|' => {
                self.out.text.push('|');
                self.atom = false;
            }
            '(' => self.group()?,
            ')' => {
                self.flags = self.saved.pop().ok_or("unbalanced parenthesis")?;
                self.opened.pop();
                self.emit(")");
            }
            '[' => self.set()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' => self.repeat(&c.to_string())?,
            '{' => match self.bounds()? {
                Some(bounds) => self.repeat(&bounds)?,
                None => self.literal('{'),
            },
            c if c.is_alphanumeric() => self.emit(c.encode_utf8(&mut [0; 4])),
            c => self.literal(c),
        }
        Ok(())
    }

    /// `m,n}` as a quantifier.
    fn bounds(&mut self) -> Step<Option<String>> {
        let Some(end) = self.chars[self.at..].iter().position(|c| *c == '}') else {
            return Ok(None);
        };
        let body: String = self.chars[self.at..self.at + end].iter().collect();
        let digits = |s: &str| s.chars().all(|c| c.is_ascii_digit());
        let (low, high) = body.split_once(',').unwrap_or((&body, &body));
        if !digits(low) || !digits(high) || body.is_empty() || body == "," {
            return Ok(None);
        }
        if let (Ok(low), Ok(high)) = (low.parse::<u64>(), high.parse::<u64>())
            && high < low
        {
            return self.fault(self.here + 1, "min repeat greater than max repeat");
        }
        self.at += end + 1;
        let low = if low.is_empty() { "0" } else { low };
        Ok(Some(if body.contains(',') {
            format!("{{{low},{high}}}")
        } else {
            format!("{{{low}}}")
        }))
    }

    fn repeat(&mut self, quantifier: &str) -> Step {
        if !self.atom {
            return Err("nothing to repeat".into());
        }
        self.out.text.push_str(quantifier);
        for mark in ["?", "+"] {
            if self.eat(mark) {
                self.out.text.push_str(mark);
                break;
            }
        }
        if matches!(self.peek(), Some('*' | '+' | '?')) {
            return self.fault(self.at, "multiple repeat");
        }
        Ok(())
    }

    fn open(&mut self, text: &str) {
        self.saved.push(self.flags);
        self.opened.push(self.here);
        self.out.text.push_str(text);
        self.atom = false;
    }

    fn name(&mut self, end: char) -> Step<String> {
        let mut name = String::new();
        loop {
            let c = self.take().map_err(|_| "missing ), unterminated name")?;
            if c == end {
                break;
            }
            name.push(c);
        }
        if name.is_empty() {
            return Err("missing group name".into());
        }
        Ok(name)
    }

    fn number_of(&self, name: &str) -> Step<usize> {
        if let Ok(n) = name.parse() {
            return Ok(n);
        }
        let found = self.out.names.iter().find(|n| n.0 == name);
        found
            .map(|n| n.1)
            .ok_or_else(|| format!("unknown group name '{name}'"))
    }

    fn group(&mut self) -> Step {
        if !self.eat("?") {
            self.out.groups += 1;
            self.open("(");
            return Ok(());
        }
        if self.eat("P<") {
            let start = self.at;
            let name = self.name('>')?;
            if !name.chars().all(|c| c.is_alphanumeric() || c == '_')
                || name.starts_with(|c: char| c.is_ascii_digit())
            {
                return self.fault(start, format!("bad character in group name '{name}'"));
            }
            if let Some(old) = self.out.names.iter().find(|n| n.0 == name) {
                let (new, old) = (self.out.groups + 1, old.1);
                let message =
                    format!("redefinition of group name '{name}' as group {new}; was group {old}");
                return self.fault(start, message);
            }
            self.out.groups += 1;
            self.out.names.push((name, self.out.groups));
            self.open("(");
            return Ok(());
        }
        if self.eat("P=") {
            self.fault_at = Some(self.at);
            let name = self.name(')')?;
            let n = self.number_of(&name)?;
            self.fault_at = None;
            self.emit(&format!("(?:\\{n})"));
            return Ok(());
        }
        if self.eat("#") {
            while self.take()? != ')' {}
            return Ok(());
        }
        if self.eat("(") {
            let name = self.name(')')?;
            let n = self.number_of(&name)?;
            self.open(&format!("(?({n})"));
            return Ok(());
        }
        for start in ["<=", "<!", "=", "!", ":", ">"] {
            if self.eat(start) {
                self.open(&format!("(?{start}"));
                return Ok(());
            }
        }
        self.group_flags()
    }

    /// `(?flags)` or `(?flags:…)`
    fn group_flags(&mut self) -> Step {
        let before = self.flags;
        let mut on = true;
        loop {
            let c = self.take()?;
            let flag = match c {
                'i' => IGNORE_CASE,
                'm' => MULTI_LINE,
                's' => DOT_ALL,
                'x' => VERBOSE,
                'a' => ASCII,
                'u' | 'L' => 0,
                '-' => {
                    on = false;
                    continue;
                }
                ')' => return Ok(()),
                ':' => break,
                c => {
                    let next = self.peek().filter(|_| c == '<').map(String::from);
                    let message = format!("unknown extension ?{c}{}", next.unwrap_or_default());
                    return self.fault(self.here + 1, message);
                }
            };
            self.flags = if on {
                self.flags | flag
            } else {
                self.flags & !flag
            };
        }
        let inside = self.flags;
        self.flags = before;
        self.open(if inside & IGNORE_CASE != 0 {
            "(?i:"
        } else {
            "(?-i:"
        });
        self.flags = inside;
        Ok(())
    }

    /// A class escape outside (`set` false) or inside of a set.
    fn class(&self, c: char, set: bool) -> Option<String> {
        let ascii = self.flags & ASCII != 0;
        let inner = match (c.to_ascii_lowercase(), ascii) {
            ('d', true) => "0-9",
            ('w', true) => "a-zA-Z0-9_",
            ('s', true) => " \\t\\n\\r\\x0b\\x0c",
            ('d', false) => "\\p{Nd}",
            ('w', false) => "\\p{L}\\p{N}_",
            ('s', false) => "\\s\\x1c-\\x1f",
            _ => return None,
        };
        let negated = if c.is_ascii_uppercase() { "^" } else { "" };
        Some(if set && negated.is_empty() {
            inner.into()
        } else {
            format!("[{negated}{inner}]")
        })
    }

    fn hex(&mut self, n: usize) -> Step<char> {
        let digits: String = self.chars[self.at..].iter().take(n).collect();
        let code = u32::from_str_radix(&digits, 16)
            .ok()
            .filter(|_| digits.len() == n);
        self.at += n.min(digits.len());
        code.and_then(char::from_u32)
            .ok_or_else(|| "incomplete escape".into())
    }

    /// The character of an escape that stands for one.
    fn character(&mut self, c: char) -> Step<char> {
        Ok(match c {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\x0c',
            'v' => '\x0b',
            'a' => '\x07',
            'x' => self.hex(2)?,
            'u' => self.hex(4)?,
            'U' => self.hex(8)?,
            '0' => {
                let mut code = 0;
                while let Some(d) = self
                    .peek()
                    .and_then(|c| c.to_digit(8))
                    .filter(|_| code < 32)
                {
                    code = code * 8 + d;
                    self.at += 1;
                }
                char::from_u32(code).unwrap_or('\0')
            }
            c if c.is_ascii_alphanumeric() => return Err(format!("bad escape \\{c}")),
            c => c,
        })
    }

    fn escape(&mut self) -> Step {
        let c = self.take().map_err(|_| "bad escape (end of pattern)")?;
        let ascii = self.flags & ASCII != 0;
        if let Some(class) = self.class(c, false) {
            self.emit(&class);
            return Ok(());
        }
        match c {
            'A' => self.emit("\\A"),
            'Z' => self.emit("\\z"),
            'b' if ascii => self.emit(&format!("(?:(?<={WORD})(?!{WORD})|(?<!{WORD})(?={WORD}))")),
            'B' if ascii => self.emit(&format!("(?:(?<={WORD})(?={WORD})|(?<!{WORD})(?!{WORD}))")),
            'b' | 'B' => self.emit(&format!("\\{c}")),
            '1'..='9' => {
                let mut n = c as usize - '0' as usize;
                if let Some(d) = self.peek().and_then(|c| c.to_digit(10)) {
                    n = n * 10 + d as usize;
                    self.at += 1;
                }
                self.largest_reference = self.largest_reference.max(n);
                self.emit(&format!("(?:\\{n})"));
            }
            c => {
                let c = self.character(c)?;
                self.literal(c);
            }
        }
        Ok(())
    }

    /// One member of a set: a character, or the text of a class.
    fn member(&mut self) -> Step<Result<char, String>> {
        let c = self.take().map_err(|_| "unterminated character set")?;
        if c != '\\' {
            return Ok(Ok(c));
        }
        let c = self.take()?;
        if let Some(class) = self.class(c, true) {
            return Ok(Err(class));
        }
        if c == 'b' {
            return Ok(Ok('\x08'));
        }
        Ok(Ok(self.character(c)?))
    }

    fn set(&mut self) -> Step {
        let mut out = String::from(if self.eat("^") { "[^" } else { "[" });
        let mut first = true;
        loop {
            if self.peek() == Some(']') && !first {
                self.at += 1;
                break;
            }
            first = false;
            let start = self.at;
            let low = match self.member()? {
                Ok(c) => c,
                Err(class) => {
                    out.push_str(&class);
                    continue;
                }
            };
            out.push_str(&format!("\\x{{{:x}}}", low as u32));
            let ends = self.chars.get(self.at + 1) == Some(&']');
            if self.peek() == Some('-') && !ends {
                self.at += 1;
                let Ok(high) = self.member()? else {
                    return self.fault(start, "bad character range");
                };
                if high < low {
                    return self.fault(start, format!("bad character range {low}-{high}"));
                }
                out.push_str(&format!("-\\x{{{:x}}}", high as u32));
            }
        }
        out.push(']');
        self.emit(&out);
        Ok(())
    }
}

/// The three uses of a pattern.
struct Compiled {
    search: Regex,
    prefix: Regex,
    whole: Regex,
}

thread_local! {
    static COMPILED: RefCell<Vec<Rc<Compiled>>> = const { RefCell::new(Vec::new()) };
}

fn build(text: &str) -> Step<Regex> {
    let built = RegexBuilder::new(text).backtrack_limit(100_000_000).build();
    built.map_err(|e| {
        e.to_string()
            .lines()
            .next()
            .unwrap_or("bad pattern")
            .to_string()
    })
}

fn compile(vm: &mut Vm, pattern: Value, flags: Value) -> Guest {
    let flags = index(vm, flags)? as u32;
    let source = text::of(pattern).unwrap_or_default().into_owned();
    let compiled = translate(&source, flags).and_then(|t| {
        let search = build(&t.text)?;
        let prefix = build(&format!("\\G(?:{})", t.text))?;
        let whole = build(&format!("\\G(?:{})\\z", t.text))?;
        Ok((
            t,
            Compiled {
                search,
                prefix,
                whole,
            },
        ))
    });
    let (t, compiled) = match compiled {
        Ok(compiled) => compiled,
        Err(message) => return Err(exception::value_error(vm, message)),
    };
    let id = COMPILED.with_borrow_mut(|all| {
        all.push(Rc::new(compiled));
        all.len() - 1
    });
    let mut names = Vec::new();
    for (name, number) in t.names {
        let name = vm.str(&name);
        names.push(vm.tuple(&[name, Value::small(number as i64)]));
    }
    let names = vm.tuple(&names);
    let small = |n: usize| Value::small(n as i64);
    let items = [small(id), small(t.groups), names, small(t.flags as usize)];
    Ok(vm.tuple(&items))
}

/// The spans of a match, positions in characters, -1 for groups that took no part.
fn find(vm: &mut Vm, args: [Value; 5]) -> Guest {
    let [id, subject, from, to, mode] = args;
    let (id, from, to) = (
        index(vm, id)? as usize,
        index(vm, from)? as usize,
        index(vm, to)? as usize,
    );
    let mode = index(vm, mode)?;
    let compiled = COMPILED.with_borrow(|all| all[id].clone());
    let regex = match mode {
        0 => &compiled.search,
        1 => &compiled.prefix,
        _ => &compiled.whole,
    };
    let s = Obj::<Str>::cast(subject);
    let (start, end) = (text::offset(vm, s, from), text::offset(vm, s, to));
    let Some(whole) = text::as_str(s) else {
        return Err(exception::value_error(
            vm,
            "surrogates in the text to be searched",
        ));
    };
    let captures = match regex.captures_from_pos(&whole[..end], start) {
        Ok(Some(captures)) => captures,
        Ok(None) => return Ok(Value::NONE),
        Err(e) => {
            let class = crate::state::FlState::of(vm).types().RecursionError;
            return Err(exception::raise(vm, class, e.to_string()));
        }
    };
    let mut spans = Vec::new();
    for group in captures.iter() {
        let (a, b) = group.map_or((-1, -1), |m| {
            (
                text::char_index(s, m.start()) as i64,
                text::char_index(s, m.end()) as i64,
            )
        });
        spans.extend([Value::small(a), Value::small(b)]);
    }
    Ok(vm.tuple(&spans))
}

builtins! {
    /// `_re`
    pub static REGEX:
    "_re:compile" "pattern flags /" |vm, [pattern, flags]| compile(vm, pattern, flags);
    "_re:find" "id text from to mode /" |vm, [id, s, from, to, mode]| find(vm, [id, s, from, to, mode]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_translated() {
        for (pattern, text) in [
            ("a.$", "a[^\\n](?=\\n?\\z)"),
            ("[^]a-c]", "[^\\x{5d}\\x{61}-\\x{63}]"),
            ("x{,3}y{", "x{0,3}y\\x{7b}"),
            ("(?P<q>a)(?P=q)", "(a)(?:\\1)"),
            ("\\Z", "\\z"),
        ] {
            assert_eq!(translate(pattern, 0).unwrap().text, text, "{pattern}");
        }
    }

    #[test]
    fn faulty_patterns_are_refused() {
        for pattern in [
            "(", ")", "*a", "[z-a]", "\\1", "[a", "a**", "(?P=x)", "(?y)",
        ] {
            assert!(translate(pattern, 0).is_err(), "{pattern}");
        }
    }
}
