//! `metatrace trace`: shows each compiled trace from source line to machine code.

use metatrace::jit::TraceText;
use metatrace::record::Root;
use runtime::Vm;
use std::fmt::Write as _;

/// Every trace of the engine as text. `line` keeps only traces whose root is on that source line.
pub fn render(vm: &Vm, line: Option<u32>) -> String {
    let mut out = String::new();
    let Some(jit) = &vm.jit else { return out };
    for text in jit.texts() {
        let at = position(vm, text.root);
        if line.is_none_or(|wanted| wanted == at.line) {
            trace(&mut out, &text, &at);
        }
    }
    out
}

struct Position {
    name: String,
    file: String,
    line: u32,
    bytecode: Vec<String>,
    what: &'static str,
}

fn position(vm: &Vm, root: Root) -> Position {
    let (id, pc, what) = match root {
        Root::Loop { code, index } => (
            code,
            vm.codes.get(code).merge_points[index as usize].pc,
            "loop",
        ),
        Root::Entry { code, index } => (
            code,
            vm.codes.get(code).merge_points[index as usize].pc,
            "entry",
        ),
        Root::Continuation { token } => (
            metatrace::code::token_code(token),
            metatrace::code::token_pc(token),
            "continuation",
        ),
        Root::Bridge => unreachable!("trees have no bridge as root"),
    };
    let code = vm.codes.get(id);
    let end = match root {
        Root::Loop { index, .. } => match code.merge_points[index as usize].kind {
            metatrace::code::MergeKind::Loop { end, .. } => end,
            metatrace::code::MergeKind::Entry => pc + 1,
        },
        _ => pc + 1,
    };
    let end = end.clamp(pc + 1, (pc + 200).min(code.instrs.len() as u32));
    Position {
        name: code.name.clone(),
        file: code.file.clone(),
        line: code.data.line(pc),
        bytecode: (pc..end)
            .map(|pc| format!("{pc:5}  {}", code.data.describe(pc)))
            .collect(),
        what,
    }
}

fn trace(out: &mut String, text: &TraceText, at: &Position) {
    let _ = match text.bridge_of {
        None => writeln!(
            out,
            "== {} in {}, {}:{}",
            at.what, at.name, at.file, at.line
        ),
        Some(exit) => writeln!(
            out,
            "== bridge of exit {exit} of the {} at {}:{}",
            at.what, at.file, at.line
        ),
    };
    if text.bridge_of.is_none() {
        if let Some(source) = std::fs::read_to_string(&at.file).ok().and_then(|s| {
            s.lines()
                .nth((at.line as usize).saturating_sub(1))
                .map(str::to_owned)
        }) {
            let _ = writeln!(out, "-- source\n{:5}  {}", at.line, source.trim_end());
        }
        let _ = writeln!(out, "-- bytecode\n{}", at.bytecode.join("\n"));
    }
    for stage in &text.stages {
        let _ = writeln!(out, "-- {}\n{}", stage.name, stage.text.trim_end());
    }
    if !text.code.is_empty() {
        let _ = writeln!(out, "-- machine code\n{}", text.code.trim_end());
    }
    out.push('\n');
}
