//! From syntax tree to bytecode.
//!
//! [`scope`] decides what names mean; the compiler walks the tree once, emitting instructions with
//! labels; [`asm`] resolves the labels, drops what cannot run and the checks that cannot fail.
//!
//! Registers: a local variable is used in place wherever it is an operand; an expression is told the
//! slot its value should go to; temporaries are a stack above the variables. The slot of a local
//! variable is written by the last instruction of an expression only, so that an exception on the
//! way leaves the variable as it was.

use std::collections::HashMap;
use std::sync::Arc;

mod asm;
mod assign;
mod call;
mod comp;
mod cond;
mod exc;
mod expr;
mod fold;
mod func;
mod header;
mod import;
mod names;
mod pattern;
pub mod scope;
mod stmt;
#[cfg(test)]
mod tests;
#[cfg(debug_assertions)]
mod verify;

use crate::code::{CallSite, CodeKind, CodeObject, Const, FreeVar, Inlined, Params};
use crate::diag::{DiagKind, Diagnostic};
use crate::op::{Instr, Op};
use crate::source::{Source, Span};
use crate::syntax::ast::*;
pub use func::TYPE_MARK;
use scope::{Meaning, Scopes};

/// How a file is compiled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mode {
    /// A module.
    File,
    /// Input of an interactive session: the values of expression statements are printed.
    Interactive,
}

/// Compiles a tree without syntax errors.
pub fn compile_tree(
    source: &Source,
    tree: &Tree,
    mode: Mode,
) -> Result<Arc<CodeObject>, Vec<Diagnostic>> {
    let diagnostics = |errors: Vec<(String, Span)>| {
        let mut errors = errors;
        errors.sort_by_key(|(_, span)| span.start);
        let new = |(message, span)| Diagnostic::new(DiagKind::Syntax, message, source, span);
        errors.into_iter().map(new).collect::<Vec<_>>()
    };
    let scopes = Scopes::analyse(tree).map_err(diagnostics)?;
    let mut compiler = Compiler {
        source,
        tree,
        scopes: &scopes,
        folded: fold::fold(tree),
        mode,
        errors: Vec::new(),
        unit: Unit::new(
            MODULE_SCOPE,
            CodeKind::Module,
            "<module>".into(),
            "<module>".into(),
        ),
        outer: Vec::new(),
        text_annotations: false,
    };
    let code = compiler.module();
    if compiler.errors.is_empty() {
        Ok(code)
    } else {
        Err(diagnostics(compiler.errors))
    }
}

/// A place in the code that jumps refer to before it is known.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Label(u32);

/// A handler: where exceptions go, and the slot that receives them.
#[derive(Clone, Copy, Debug)]
struct HandlerSite {
    label: Label,
    slot: u16,
}

/// The handler in force; 0 is none.
type HandlerId = u32;

/// A variable of the unit.
#[derive(Clone, Copy, Debug)]
struct Variable {
    slot: u16,
    /// The slot holds a cell.
    cell: bool,
    /// Bound on entry and never deleted.
    sure: bool,
    /// Assigned by `:=`, hence possibly in the midst of an expression that reads it.
    walrus: bool,
}

/// Slots of what the header of a `for` made, in the order of closing: the iterator, then values that
/// went into making it. `mark` is what was marked before.
#[derive(Clone, Copy, Debug)]
struct Made {
    first: u16,
    count: u16,
    mark: u16,
}

/// What leaving a construct early has to undo.
enum Block<'t> {
    Loop {
        next: Label,
        exit: Label,
    },
    /// Inside a `try` with this `finally`, to be run under the outer handler.
    Finally {
        body: &'t [Stmt],
        outer: HandlerId,
    },
    /// Inside a `with`; the pair of its exit method.
    With {
        exit: u16,
        outer: HandlerId,
        span: Span,
    },
    /// Inside a `for` whose header made what is in these slots, to be closed on the way out.
    Iteration {
        made: Made,
        outer: HandlerId,
        span: Span,
    },
    /// Inside an `except` or `finally` that handles an exception.
    Handling {
        caught: u16,
        saved: u16,
        name: Option<Name>,
        outer: HandlerId,
    },
}

/// One instruction on its way to the assembler.
#[derive(Clone, Copy, Debug)]
struct Draft {
    instr: Instr,
    /// The label of its target operand.
    label: Option<Label>,
    span: Span,
    handler: HandlerId,
}

struct LoopDraft {
    header: Label,
    end: Label,
    parent: Option<u16>,
}

/// The code object being compiled.
struct Unit<'t> {
    scope: ScopeId,
    /// The innermost scope, an inlined comprehension perhaps.
    at: ScopeId,
    kind: CodeKind,
    name: Box<str>,
    qualname: Box<str>,
    first_line: u32,
    params: Params,
    docstring: Option<Box<str>>,
    annotations: Vec<(Box<str>, Box<str>)>,
    generator: bool,
    drafts: Vec<Draft>,
    labels: Vec<Option<u32>>,
    consts: Vec<Const>,
    const_index: HashMap<ConstKey, u16>,
    names: Vec<Box<str>>,
    name_index: HashMap<Box<str>, u16>,
    variables: HashMap<(ScopeId, Name), Variable>,
    slot_names: Vec<Box<str>>,
    cells: Vec<u16>,
    free: Vec<FreeVar>,
    /// The next temporary.
    top: u32,
    /// One more than the highest slot used.
    slots_used: u32,
    handlers: Vec<HandlerSite>,
    handler: HandlerId,
    blocks: Vec<Block<'t>>,
    loops: Vec<LoopDraft>,
    loop_now: Option<u16>,
    call_sites: Vec<CallSite>,
    inlined: Vec<(Label, Label, Inlined)>,
    class_annotations: bool,
    /// Names of the inlined comprehensions being compiled, outermost first.
    comprehensions: Vec<&'static str>,
    /// Slots that keep the values of these expressions, of the header being compiled.
    kept: Vec<(ExprId, u16)>,
}

/// Constants worth sharing, by identity of value.
#[derive(PartialEq, Eq, Hash)]
enum ConstKey {
    Int(i64),
    Float(u64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
}

impl<'t> Unit<'t> {
    fn new(scope: ScopeId, kind: CodeKind, name: Box<str>, qualname: Box<str>) -> Unit<'t> {
        Unit {
            scope,
            at: scope,
            kind,
            name,
            qualname,
            first_line: 1,
            params: Params::default(),
            docstring: None,
            annotations: Vec::new(),
            generator: false,
            drafts: Vec::new(),
            labels: Vec::new(),
            consts: Vec::new(),
            const_index: HashMap::new(),
            names: Vec::new(),
            name_index: HashMap::new(),
            variables: HashMap::new(),
            slot_names: Vec::new(),
            cells: Vec::new(),
            free: Vec::new(),
            top: 0,
            slots_used: 0,
            handlers: Vec::new(),
            handler: 0,
            blocks: Vec::new(),
            loops: Vec::new(),
            loop_now: None,
            call_sites: Vec::new(),
            inlined: Vec::new(),
            class_annotations: false,
            comprehensions: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// First of the temporaries.
    fn temps(&self) -> u16 {
        (self.slot_names.len() + self.free.len()) as u16
    }
}

struct Compiler<'t> {
    source: &'t Source,
    tree: &'t Tree,
    scopes: &'t Scopes,
    folded: HashMap<ExprId, Const>,
    mode: Mode,
    errors: Vec<(String, Span)>,
    unit: Unit<'t>,
    outer: Vec<Unit<'t>>,
    /// `from __future__ import annotations`.
    text_annotations: bool,
}

/// Slots and instructions an operand can name.
const OPERAND_MAX: u32 = u16::MAX as u32;

impl<'t> Compiler<'t> {
    fn error(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push((message.into(), span));
    }

    fn text(&self, name: Name) -> &'t str {
        if name == names::ITERATOR_PARAM {
            ".0"
        } else if name == names::MARK_PARAM {
            ".1"
        } else {
            self.tree.text(name)
        }
    }

    // Instructions.

    fn emit(&mut self, span: Span, op: Op, a: u16, b: u16, c: u16) {
        let instr = Instr::new(op, a, b, c);
        let handler = self.unit.handler;
        self.unit.drafts.push(Draft {
            instr,
            label: None,
            span,
            handler,
        });
    }

    /// Emits an instruction whose target operand is `label`.
    fn emit_jump(&mut self, span: Span, op: Op, a: u16, b: u16, label: Label) {
        self.emit(span, op, a, b, 0);
        self.unit.drafts.last_mut().expect("just emitted").label = Some(label);
    }

    fn jump(&mut self, span: Span, label: Label) {
        self.emit_jump(span, Op::Jump, 0, 0, label);
    }

    fn label(&mut self) -> Label {
        self.unit.labels.push(None);
        Label(self.unit.labels.len() as u32 - 1)
    }

    fn place(&mut self, label: Label) {
        self.unit.labels[label.0 as usize] = Some(self.unit.drafts.len() as u32);
    }

    fn here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    fn new_handler(&mut self, label: Label, slot: u16) -> HandlerId {
        self.unit.handlers.push(HandlerSite { label, slot });
        self.unit.handlers.len() as HandlerId
    }

    /// Starts a loop: emits its header.
    fn begin_loop(&mut self, span: Span) -> (Label, u16) {
        let header = self.here();
        let end = self.label();
        let id = self.unit.loops.len() as u16;
        self.unit.loops.push(LoopDraft {
            header,
            end,
            parent: self.unit.loop_now,
        });
        self.unit.loop_now = Some(id);
        self.emit(span, Op::LoopHeader, id, 0, 0);
        (header, id)
    }

    fn end_loop(&mut self, id: u16) {
        let LoopDraft { end, parent, .. } = self.unit.loops[id as usize];
        self.place(end);
        self.unit.loop_now = parent;
    }

    // Temporaries.

    /// `count` consecutive new temporaries.
    fn temps(&mut self, count: usize) -> u16 {
        let first = self.unit.top;
        self.unit.top += count as u32;
        self.unit.slots_used = self.unit.slots_used.max(self.unit.top);
        // With too many slots the code is rejected in the end; until then they can be counted on.
        first.min(OPERAND_MAX - 8) as u16
    }

    fn temp(&mut self) -> u16 {
        self.temps(1)
    }

    fn mark(&self) -> u32 {
        self.unit.top
    }

    fn release(&mut self, mark: u32) {
        self.unit.top = mark;
    }

    fn is_temp(&self, slot: u16) -> bool {
        slot >= self.unit.temps()
    }

    // Tables.

    fn name_index(&mut self, text: &str) -> u16 {
        if let Some(index) = self.unit.name_index.get(text) {
            return *index;
        }
        let index = self.unit.names.len() as u16;
        self.unit.names.push(text.into());
        self.unit.name_index.insert(text.into(), index);
        index
    }

    fn name(&mut self, name: Name) -> u16 {
        self.name_index(self.text(name))
    }

    fn const_index(&mut self, value: Const) -> u16 {
        let key = match &value {
            Const::Int(i) => Some(ConstKey::Int(*i)),
            Const::Float(f) => Some(ConstKey::Float(f.to_bits())),
            Const::Str(s) => Some(ConstKey::Str(s.clone())),
            Const::Bytes(b) => Some(ConstKey::Bytes(b.clone())),
            _ => None,
        };
        if let Some(index) = key.as_ref().and_then(|key| self.unit.const_index.get(key)) {
            return *index;
        }
        let index = self.unit.consts.len();
        self.unit.consts.push(value);
        if index as u32 >= OPERAND_MAX {
            self.error(Span::default(), "too many constants in one function");
        }
        if let Some(key) = key {
            self.unit.const_index.insert(key, index as u16);
        }
        index as u16
    }

    fn load_const(&mut self, span: Span, dst: u16, value: Const) {
        match value {
            Const::None => self.emit(span, Op::LoadNone, dst, 0, 0),
            Const::Bool(true) => self.emit(span, Op::LoadTrue, dst, 0, 0),
            Const::Bool(false) => self.emit(span, Op::LoadFalse, dst, 0, 0),
            Const::Int(i) if i16::try_from(i).is_ok() => {
                self.emit(span, Op::LoadInt, dst, i as u16, 0);
            }
            value => {
                let index = self.const_index(value);
                self.emit(span, Op::LoadConst, dst, index, 0);
            }
        }
    }

    fn load_str(&mut self, span: Span, dst: u16, text: &str) {
        self.load_const(span, dst, Const::Str(text.into()));
    }

    fn move_to(&mut self, span: Span, dst: u16, src: u16) {
        if dst != src {
            self.emit(span, Op::Move, dst, src, 0);
        }
    }

    // Variables.

    fn meaning(&self, name: Name) -> Meaning {
        self.scopes.meaning(self.unit.at, name)
    }

    fn variable(&self, owner: ScopeId, name: Name) -> Variable {
        self.unit.variables[&(owner, name)]
    }

    /// The slot of `name` if it is a variable that is not in a cell.
    fn plain_local(&self, name: Name) -> Option<Variable> {
        let Meaning::Local(owner) = self.meaning(name) else {
            return None;
        };
        let variable = self.variable(owner, name);
        (!variable.cell).then_some(variable)
    }

    fn check_bound(&mut self, span: Span, name: Name, variable: Variable) {
        if !variable.sure {
            let index = self.name(name);
            self.emit(span, Op::CheckBound, variable.slot, index, 0);
        }
    }

    fn load_name(&mut self, span: Span, name: Name, dst: u16) {
        let meaning = self.meaning(name);
        if let Some(variable) = self.plain_local(name) {
            self.check_bound(span, name, variable);
            return self.move_to(span, dst, variable.slot);
        }
        let index = self.name(name);
        match meaning {
            Meaning::Global => self.emit(span, Op::LoadGlobal, dst, index, 0),
            Meaning::ClassName => self.emit(span, Op::LoadName, dst, 0, index),
            Meaning::ClassFree(owner) => {
                let cell = self.variable(owner, name).slot;
                self.emit(span, Op::LoadClassCell, dst, cell, index);
            }
            Meaning::Local(owner) | Meaning::Free(owner) => {
                let cell = self.variable(owner, name).slot;
                self.emit(span, Op::LoadCell, dst, cell, index);
            }
        }
    }

    fn store_name(&mut self, span: Span, name: Name, src: u16) {
        if let Some(variable) = self.plain_local(name) {
            return self.move_to(span, variable.slot, src);
        }
        match self.meaning(name) {
            Meaning::Global => {
                let index = self.name(name);
                self.emit(span, Op::StoreGlobal, index, src, 0);
            }
            Meaning::ClassName | Meaning::ClassFree(_) => {
                let index = self.name(name);
                self.emit(span, Op::StoreName, 0, index, src);
            }
            Meaning::Local(owner) | Meaning::Free(owner) => {
                let cell = self.variable(owner, name).slot;
                self.emit(span, Op::StoreCell, cell, src, 0);
            }
        }
    }

    fn delete_name(&mut self, span: Span, name: Name) {
        if let Some(variable) = self.plain_local(name) {
            self.check_bound(span, name, variable);
            return self.emit(span, Op::ClearSlot, variable.slot, 0, 0);
        }
        let index = self.name(name);
        match self.meaning(name) {
            Meaning::Global => self.emit(span, Op::DelGlobal, index, 0, 0),
            Meaning::ClassName | Meaning::ClassFree(_) => {
                self.emit(span, Op::DelName, 0, index, 0);
            }
            Meaning::Local(owner) | Meaning::Free(owner) => {
                let cell = self.variable(owner, name).slot;
                self.emit(span, Op::DelCell, cell, index, 0);
            }
        }
    }

    /// The end of `except … as name`: the name is gone, whether it still was there or not.
    fn forget_name(&mut self, span: Span, name: Name) {
        if let Some(variable) = self.plain_local(name) {
            return self.emit(span, Op::ClearSlot, variable.slot, 0, 0);
        }
        let mark = self.mark();
        let none = self.temp();
        self.emit(span, Op::LoadNone, none, 0, 0);
        self.store_name(span, name, none);
        self.delete_name(span, name);
        self.release(mark);
    }
}
