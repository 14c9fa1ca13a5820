//! `metatrace trace`: shows each compiled trace from source line to machine code.
//!
//! Operations are shown below the source position and the bytecode that they belong to: that of
//! the innermost frame in the next snapshot. On a terminal they are coloured by the
//! language of that frame, so that one sees where a trace passes a border.

use metatrace::code::{Code, MergeKind, token_code, token_pc};
use metatrace::jit::TraceText;
use metatrace::record::Root;
use runtime::Vm;
use std::collections::HashMap;
use std::fmt::Write as _;

/// Which traces to show, and how.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// Only traces whose root is on this source line.
    pub line: Option<u32>,
    /// Only traces whose root is in a function of this name.
    pub function: Option<String>,
    pub colour: bool,
}

/// Escape codes by language number.
const COLOURS: &[&str] = &["36", "35", "33", "32", "34"];

/// The chosen traces of the engine as text.
pub fn render(vm: &Vm, view: &View) -> String {
    let Some(jit) = &vm.jit else {
        return "no traces: the tracer is off\n".to_owned();
    };
    let mut printer = Printer {
        vm,
        view,
        sources: HashMap::new(),
        out: String::new(),
    };
    let (mut shown, mut all) = (0, 0);
    for text in jit.texts() {
        all += 1;
        let at = position(vm, text.root);
        let is_chosen = view.line.is_none_or(|wanted| wanted == at.line)
            && view
                .function
                .as_ref()
                .is_none_or(|name| *name == at.code.name);
        if is_chosen {
            shown += 1;
            printer.trace(&text, &at);
        }
    }
    printer.legend();
    printer.crossings();
    let _ = writeln!(printer.out, "{shown} of {all} traces shown");
    printer.out
}

/// Where a root is.
struct Position {
    code: &'static Code,
    line: u32,
    pcs: std::ops::Range<u32>,
    what: &'static str,
}

fn position(vm: &Vm, root: Root) -> Position {
    let (id, pc, what) = match root {
        Root::Loop { code, index } => {
            let pc = vm.codes.get(code).merge_points[index as usize].pc;
            (code, pc, "loop")
        }
        Root::Entry { code, index } => {
            let pc = vm.codes.get(code).merge_points[index as usize].pc;
            (code, pc, "entry")
        }
        Root::Continuation { token } => (token_code(token), token_pc(token), "continuation"),
        Root::Bridge => unreachable!("trees have no bridge as root"),
    };
    let code = vm.codes.get(id);
    let end = match root {
        Root::Loop { index, .. } => match code.merge_points[index as usize].kind {
            MergeKind::Loop { end, .. } => end,
            MergeKind::Entry | MergeKind::Resumption => pc + 1,
        },
        _ => pc + 1,
    };
    let end = end.clamp(pc + 1, (pc + 200).min(code.instrs.len() as u32));
    Position {
        code,
        line: code.data.line(pc),
        pcs: pc..end,
        what,
    }
}

struct Printer<'a> {
    vm: &'a Vm,
    view: &'a View,
    /// Lines of source files; none where they cannot be read.
    sources: HashMap<String, Vec<String>>,
    out: String,
}

impl Printer<'_> {
    fn trace(&mut self, text: &TraceText, at: &Position) {
        let (code, what, line) = (at.code, at.what, at.line);
        let place = format!("{}, {}:{line}", code.name, code.file);
        let title = match text.bridge_of {
            None => format!("== {what} in {place}"),
            Some(exit) => format!("== bridge of exit {exit} of the {what} in {place}"),
        };
        let title = self.paint("1", &title);
        let _ = writeln!(self.out, "{title}");
        if text.bridge_of.is_none() {
            self.source(at);
        }
        for stage in &text.stages {
            let _ = writeln!(self.out, "-- {}", stage.name);
            self.operations(&stage.text);
        }
        if !text.code.is_empty() {
            let _ = writeln!(self.out, "-- machine code\n{}", text.code.trim_end());
        }
        self.out.push('\n');
    }

    /// The source lines and the bytecode of a root.
    fn source(&mut self, at: &Position) {
        let lines = at.pcs.clone().map(|pc| at.code.data.line(pc));
        let last = lines.clone().max().unwrap_or(at.line);
        let first = lines.filter(|&line| line > 0).min().unwrap_or(at.line);
        let _ = writeln!(self.out, "-- source");
        for line in first..=last {
            if let Some(text) = self.source_line(&at.code.file, line) {
                let _ = writeln!(self.out, "{line:5}  {text}");
            }
        }
        let _ = writeln!(self.out, "-- bytecode");
        for pc in at.pcs.clone() {
            let _ = writeln!(self.out, "{pc:5}  {}", at.code.data.describe(pc));
        }
    }

    fn source_line(&mut self, file: &str, line: u32) -> Option<String> {
        let lines = self.sources.entry(file.to_owned()).or_insert_with(|| {
            let text = std::fs::read_to_string(file).unwrap_or_default();
            text.lines()
                .map(|line| line.trim_end().to_owned())
                .collect()
        });
        lines.get((line as usize).checked_sub(1)?).cloned()
    }

    /// A stage's operations, each group below its position.
    fn operations(&mut self, text: &str) {
        let mut waiting: Vec<&str> = Vec::new();
        let mut last = None;
        let mut colour = None;
        for line in text.trim_end().lines() {
            waiting.push(line);
            let Some(token) = innermost(line) else {
                continue;
            };
            if last != Some(token) {
                last = Some(token);
                let (code, pc) = (self.vm.codes.get(token_code(token)), token_pc(token));
                colour = self.colour(code);
                let header = format!(
                    "  ; {}:{}  {pc}  {}",
                    code.name,
                    code.data.line(pc),
                    code.data.describe(pc)
                );
                let header = self.paint("2", &header);
                let _ = writeln!(self.out, "{header}");
            }
            self.lines(&mut waiting, colour);
        }
        self.lines(&mut waiting, colour);
    }

    fn lines(&mut self, lines: &mut Vec<&str>, colour: Option<&'static str>) {
        for line in lines.drain(..) {
            let text = self.with_names(line);
            let text = colour.map_or(text.clone(), |colour| self.paint(colour, &text));
            let _ = writeln!(self.out, "{text}");
        }
    }

    /// A line with `function:pc` for every continuation token of its snapshot.
    fn with_names(&self, line: &str) -> String {
        let mut rest = line;
        let mut named = String::new();
        while let Some((start, end, token)) = next_token(rest) {
            let code = self.vm.codes.get(token_code(token));
            let _ = write!(named, "{}{}:{}", &rest[..start], code.name, token_pc(token));
            rest = &rest[end..];
        }
        named + rest
    }

    fn colour(&self, code: &Code) -> Option<&'static str> {
        COLOURS.get(code.lang as usize).copied()
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.view.colour {
            format!("\x1b[{colour}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    /// The calls between languages that are in no trace although they are hot.
    fn crossings(&mut self) {
        let crossings = self.vm.jit.iter().flat_map(|jit| jit.crossings());
        let inlined: u64 = crossings.map(|c| c.inlined).sum();
        let remaining = crate::stats::remaining(self.vm);
        if inlined == 0 && remaining.is_empty() {
            return;
        }
        let _ = writeln!(
            self.out,
            "borders: {inlined} calls between languages in traces, {} remain in loops",
            remaining.len()
        );
        for r in remaining {
            let _ = writeln!(
                self.out,
                "  {} -> {}: {} times: {}",
                r.from, r.to, r.calls, r.reason
            );
        }
    }

    fn legend(&mut self) {
        if !self.view.colour {
            return;
        }
        let names = self.vm.languages.iter().map(|language| language.name());
        let painted: Vec<String> = names
            .zip(COLOURS)
            .map(|(name, colour)| self.paint(colour, name))
            .collect();
        let _ = writeln!(self.out, "colours: {}", painted.join(", "));
    }
}

/// The first continuation token in a line's snapshot: start, end, and the token.
fn next_token(line: &str) -> Option<(usize, usize, i64)> {
    const MARK: &str = " at ";
    let mut from = 0;
    while let Some(found) = line[from..].find(MARK) {
        let start = from + found + MARK.len();
        let digits = line[start..].bytes().take_while(u8::is_ascii_digit).count();
        if let Ok(token) = line[start..start + digits].parse() {
            return Some((start, start + digits, token));
        }
        from = start;
    }
    None
}

/// The continuation token of the innermost frame, which a snapshot shows first.
fn innermost(line: &str) -> Option<i64> {
    let snapshot = line.find('@')?;
    next_token(&line[snapshot..]).map(|(_, _, token)| token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_snapshots() {
        let line = "  guard_true v1 @[frame new words 8 at 12 {}; frame v4 words 13 at 34 {1: v5}]";
        assert_eq!(innermost(line), Some(12));
        assert_eq!(innermost("  v2 = load v0, frame[3]"), None);
        let (start, end, token) = next_token(line).unwrap();
        assert_eq!((&line[start..end], token), ("12", 12));
    }
}
