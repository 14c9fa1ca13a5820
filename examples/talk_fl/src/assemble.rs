//! Programs as text: one instruction per line, `name:` for a label, `#` for a
//! comment. Checked here once, so that the interpreter need not: labels exist,
//! operands fit, and the operand list never runs empty.

use crate::Instr;
use metatrace::Value;
use std::collections::HashMap;
use std::fmt;

/// An error in a program's text.
#[derive(Debug)]
pub struct Error {
    pub line: u32,
    pub message: String,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.message)
    }
}
impl std::error::Error for Error {}

/// One instruction with its operand; that of an `IF` is relative, as in the talk.
#[derive(Clone, Debug)]
pub struct Line {
    pub instr: Instr,
    pub operand: i64,
    pub line: u32,
    pub text: String,
}

/// The program, and the pcs that are jumped back to.
pub struct Assembly {
    pub lines: Vec<Line>,
    pub headers: Vec<u32>,
}

/// Assembles a program; `symbol` numbers the variables.
pub fn assemble(text: &str, mut symbol: impl FnMut(&str) -> u32) -> Result<Assembly, Error> {
    let mut labels = HashMap::new();
    let mut source = Vec::new();
    for (number, text) in (1..).zip(text.lines()) {
        let text = text.split('#').next().unwrap_or("").trim();
        match text.strip_suffix(':') {
            Some(label) => drop(labels.insert(label, source.len() as i64)),
            None if !text.is_empty() => source.push((number, text)),
            None => {}
        }
    }
    source.push((text.lines().count() as u32, "HALT"));
    let mut lines = Vec::new();
    let mut headers = Vec::new();
    let mut depth = 0;
    for (at, (line, text)) in source.into_iter().enumerate() {
        let error = |message: String| Error { line, message };
        let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
        let argument = argument.trim();
        let instr = *Instr::ALL
            .iter()
            .find(|i| i.name() == name)
            .ok_or_else(|| error(format!("no instruction is called {name}")))?;
        let target = || {
            let target = labels.get(argument);
            target.ok_or_else(|| error(format!("no label is called {argument:?}")))
        };
        let operand = match instr {
            Instr::VarGet | Instr::VarSet => symbol(argument) as i64,
            Instr::Int => {
                let small = |i: &i64| Value::int(i << 4).is_some();
                let operand = argument.parse().ok().filter(small);
                operand.ok_or_else(|| error(format!("not a small integer: {argument:?}")))?
            }
            Instr::If => *target()? - at as i64 - 1,
            Instr::Jump => *target()?,
            Instr::LessThan | Instr::Add | Instr::Halt => 0,
        };
        if instr == Instr::If && operand < 0 {
            return Err(error("IF goes forward only".into()));
        }
        if instr == Instr::Jump && operand <= at as i64 && !headers.contains(&(operand as u32)) {
            headers.push(operand as u32);
        }
        let (pops, pushes) = match instr {
            Instr::VarGet | Instr::Int => (0, 1),
            Instr::VarSet | Instr::If => (1, 0),
            Instr::LessThan | Instr::Add => (2, 1),
            Instr::Jump | Instr::Halt => (0, 0),
        };
        // The operand list is empty wherever control joins or parts.
        let joins = labels.values().any(|l| *l == at as i64);
        let parts = matches!(instr, Instr::If | Instr::Jump | Instr::Halt);
        let wrong = joins && depth != 0 || parts && depth != pops;
        if depth < pops || wrong {
            return Err(error(format!("{depth} operands on the list at {name}")));
        }
        depth += pushes - pops;
        let text = text.to_owned();
        lines.push(Line {
            instr,
            operand,
            line,
            text,
        });
    }
    Ok(Assembly { lines, headers })
}
