//! Bytecode as text, for `dump --bytecode` and for tests.

use std::fmt::Write;

use crate::code::{CodeKind, CodeObject, Const};
use crate::op::{Instr, Op, Role};

/// A code object and, after it, the code objects among its constants.
pub fn disassemble(code: &CodeObject) -> String {
    let mut out = String::new();
    write_code(code, &mut out);
    for constant in &code.consts {
        if let Const::Code(inner) = constant {
            out.push('\n');
            out.push_str(&disassemble(inner));
        }
    }
    out
}

fn write_code(code: &CodeObject, out: &mut String) {
    let kind = match code.kind {
        CodeKind::Module => "module",
        CodeKind::Class => "class",
        CodeKind::Function if code.is_generator => "generator",
        CodeKind::Function => "function",
    };
    let _ = write!(out, "{kind} {}", code.qualname);
    if code.kind == CodeKind::Function {
        let _ = write!(out, "({})", parameters(code));
    }
    let _ = writeln!(out, ": {} slots", code.n_slots);
    for free in &code.free {
        let _ = writeln!(out, "  free {} in slot {}", free.name, free.slot);
    }
    let mut line = 0;
    for (pc, instr) in code.instrs.iter().enumerate() {
        let here = code.line_at(pc);
        let shown = if here == line {
            String::new()
        } else {
            here.to_string()
        };
        line = here;
        let _ = writeln!(out, "{shown:>5} {pc:>4}  {}", instruction(code, *instr));
    }
    for handler in &code.handlers {
        let slot = slot_name(code, handler.slot);
        let (start, end, target) = (handler.start, handler.end, handler.target);
        let _ = writeln!(out, "  handler {start}..{end} -> {target}, {slot}");
    }
}

fn parameters(code: &CodeObject) -> String {
    let params = &code.params;
    let name = |slot: u16| code.slot_names[slot as usize].to_string();
    let mut parts: Vec<String> = (0..params.args).map(name).collect();
    if params.posonly > 0 {
        parts.insert(params.posonly as usize, "/".into());
    }
    match params.varargs_slot() {
        Some(slot) => parts.push(format!("*{}", name(slot))),
        None if params.kwonly > 0 => parts.push("*".into()),
        None => {}
    }
    parts.extend((params.args..params.args + params.kwonly).map(name));
    parts.extend(params.varkw_slot().map(|slot| format!("**{}", name(slot))));
    parts.join(", ")
}

/// A variable's name, or the number of a temporary.
fn slot_name(code: &CodeObject, slot: u16) -> String {
    let index = slot as usize;
    if let Some(name) = code.slot_names.get(index) {
        return name.to_string();
    }
    match code.free.get(index - code.slot_names.len()) {
        Some(free) => free.name.to_string(),
        None => format!("t{}", index - code.slot_names.len() - code.free.len()),
    }
}

/// One instruction, its operands by name.
pub fn instruction(code: &CodeObject, instr: Instr) -> String {
    let info = instr.op().info();
    let operands = instr.operands();
    let range = |first: u16, count: u16| match count {
        0 => "-".to_string(),
        1 => slot_name(code, first),
        n => format!(
            "{}..{}",
            slot_name(code, first),
            slot_name(code, first + n - 1)
        ),
    };
    let count = |factor: u16, extra: u16| {
        info.roles
            .iter()
            .zip(operands)
            .find_map(|(role, value)| match role {
                Role::Count => Some(value * factor + extra),
                Role::CountStar => Some((value >> 8) + 1 + (value & 0xff)),
                Role::Site => Some(code.call_sites[value as usize].argc * factor + extra),
                _ => None,
            })
    };
    let mut parts = Vec::new();
    for (role, value) in info.roles.into_iter().zip(operands) {
        parts.push(match role {
            Role::No | Role::Count => continue,
            Role::Def | Role::DefNext | Role::Use | Role::UseDef => slot_name(code, value),
            Role::Cell => format!("[{}]", slot_name(code, value)),
            Role::UseSpan(n) | Role::DefSpan(n) => range(value, n),
            Role::UseRange { factor, extra } => range(value, count(factor, extra).unwrap_or(0)),
            Role::DefRange => range(value, count(1, 0).unwrap_or(0)),
            Role::CountStar => format!("star {}", value >> 8),
            Role::Site => {
                let names = code.call_sites[value as usize].keywords.iter();
                let names: Vec<&str> = names.map(|n| &*code.names[*n as usize]).collect();
                format!("({})", names.join(", "))
            }
            Role::Imm => (value as i16).to_string(),
            Role::Flag => value.to_string(),
            Role::Const => constant(&code.consts[value as usize]),
            Role::Code => format!("<code {}>", code.code_const(value).qualname),
            Role::Name => code.names[value as usize].to_string(),
            Role::Target => format!("-> {value}"),
            Role::Loop if instr.op() == Op::LoopHeader => format!("#{value}"),
            Role::Loop => value.to_string(),
        });
    }
    format!("{} {}", info.name, parts.join(", "))
        .trim_end()
        .to_string()
}

/// A constant as FL source would write it, nearly.
pub fn constant(value: &Const) -> String {
    let list = |items: &[Const]| items.iter().map(constant).collect::<Vec<_>>().join(", ");
    match value {
        Const::None => "None".into(),
        Const::Bool(true) => "True".into(),
        Const::Bool(false) => "False".into(),
        Const::Int(i) => i.to_string(),
        Const::BigInt(i) => i.to_string(),
        Const::Float(f) => format!("{f:?}"),
        Const::Str(s) => format!("{s:?}"),
        Const::Bytes(b) => format!("b\"{}\"", b.escape_ascii()),
        Const::Tuple(items) if items.len() == 1 => format!("({},)", list(items)),
        Const::Tuple(items) => format!("({})", list(items)),
        Const::FrozenSet(items) => format!("frozenset({{{}}})", list(items)),
        Const::Ellipsis => "...".into(),
        Const::Code(code) => format!("<code {}>", code.qualname),
    }
}
