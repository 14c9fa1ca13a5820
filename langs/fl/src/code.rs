//! Compiled code: what the compiler produces and the interpreter runs. Plain data, no heap values.
//!
//! ```text
//! slots of a frame
//! | parameters | *args | **kwargs | other locals | free variables | temporaries |
//! 0            ^args+kwonly                      ^free[0].slot                  ^n_slots
//! ```
//! Parameters are ordered: positional-only, positional, keyword-only, then `*args`, then `**kwargs`.
//! When a frame is pushed, the call stores the arguments in the parameter slots and the function's
//! closure cells in the free-variable slots; every other slot starts undefined. A module's frame
//! gets the module object in slot 0, a class body's frame its namespace dict.
//! A captured variable's slot holds a cell: for parameters after the leading `MakeCell`s.

use std::sync::{Arc, OnceLock};

use num_bigint::BigInt;

use crate::liveness::{Liveness, SlotMask};
use crate::op::{Effect, Instr, Op};

/// What a code object is the body of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CodeKind {
    Module,
    Class,
    /// Function, lambda or generator expression.
    Function,
}

/// One code object: a module, a class body, a function, a lambda or a generator expression.
#[derive(Debug)]
pub struct CodeObject {
    /// `f`, `<lambda>`, `<genexpr>`, `<module>`.
    pub name: Box<str>,
    /// `C.f.<locals>.g`
    pub qualname: Box<str>,
    /// The file as given to the compiler.
    pub path: Arc<str>,
    /// Line of the `def`, or of its first decorator.
    pub first_line: u32,
    pub kind: CodeKind,
    /// A call creates a generator instead of running the body.
    pub is_generator: bool,
    pub params: Params,
    /// The docstring, if the body starts with one.
    pub docstring: Option<Box<str>>,
    pub instrs: Vec<Instr>,
    /// Source range of each instruction.
    pub positions: Vec<Position>,
    pub consts: Vec<Const>,
    pub names: Vec<Box<str>>,
    /// Names of the slots below the temporaries; variables of inlined comprehensions included.
    pub slot_names: Vec<Box<str>>,
    /// Number of slots a frame needs, `scratch` included.
    pub n_slots: u16,
    /// A temporary that no instruction names: the interpreter may let a pushed frame deliver there
    /// a result that it has to test before it is done with the instruction.
    pub scratch: u16,
    /// Slots of local variables that hold cells, in slot order.
    pub cells: Vec<u16>,
    /// The captured variables of enclosing functions, in consecutive slots.
    pub free: Vec<FreeVar>,
    /// Disjoint, in order of `start`.
    pub handlers: Vec<Handler>,
    /// Indexed by the operand of `LoopHeader`.
    pub loops: Vec<LoopInfo>,
    /// Calls with keywords, indexed by the operand of `CallKw` and `CallMethodKw`.
    pub call_sites: Vec<CallSite>,
    /// Ranges of instructions that tracebacks show as an inner frame.
    pub inlined: Vec<Inlined>,
    /// Parameter annotations and `return`, as written, in order.
    pub annotations: Vec<(Box<str>, Box<str>)>,
    /// Filled by the first request for live slots.
    pub liveness: OnceLock<Liveness>,
}

impl CodeObject {
    /// The slots whose value may still be read when the instruction at `pc` is about to run.
    pub fn live_slots(&self, pc: usize) -> &SlotMask {
        self.liveness.get_or_init(|| Liveness::compute(self)).at(pc)
    }

    /// What may be read after the instruction at `pc` although not by what follows it: a frame that
    /// waits for a call stands behind the instruction, but an exception goes to the instruction's
    /// handler, and the end of an iteration to its target.
    pub fn live_elsewhere(&self, pc: usize, mut live: impl FnMut(u16)) {
        let instr = self.instrs[pc];
        if instr.op().info().effect == Effect::Plain {
            return;
        }
        if let Some(handler) = self.handler_at(pc) {
            let needed = self.live_slots(handler.target as usize).iter();
            needed.filter(|s| *s != handler.slot).for_each(&mut live);
        }
        if let (Op::ForIter | Op::Send, Some((_, target))) = (instr.op(), instr.target()) {
            self.live_slots(target as usize).iter().for_each(live);
        }
    }

    /// Where an exception raised at `pc` is caught in this frame.
    pub fn handler_at(&self, pc: usize) -> Option<&Handler> {
        let after = self
            .handlers
            .partition_point(|handler| handler.start as usize <= pc);
        let handler = self.handlers[..after].last()?;
        (pc < handler.end as usize).then_some(handler)
    }

    /// The line of the instruction at `pc`.
    pub fn line_at(&self, pc: usize) -> u32 {
        self.positions
            .get(pc)
            .map_or(self.first_line, |position| position.line)
    }

    /// The code object that constant `index` is.
    ///
    /// # Panics
    /// If it is another constant: the compiler and verifier exclude that for `Code` operands.
    pub fn code_const(&self, index: u16) -> &Arc<CodeObject> {
        match &self.consts[index as usize] {
            Const::Code(code) => code,
            other => unreachable!("constant {index} is {other:?}, not code"),
        }
    }

    /// First of the slots that hold free variables; `free.len()` of them follow.
    pub fn free_base(&self) -> Option<u16> {
        self.free.first().map(|free| free.slot)
    }
}

/// Parameters of a function; their names are the first `slot_names`.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Params {
    /// Positional parameters, the positional-only ones included.
    pub args: u16,
    /// How many of `args` are positional-only.
    pub posonly: u16,
    pub kwonly: u16,
    /// `*args` follows the keyword-only parameters.
    pub varargs: bool,
    /// `**kwargs` comes last.
    pub varkw: bool,
}

impl Params {
    /// Number of parameter slots.
    pub fn slots(&self) -> u16 {
        self.args + self.kwonly + u16::from(self.varargs) + u16::from(self.varkw)
    }

    /// Slot of `*args`.
    pub fn varargs_slot(&self) -> Option<u16> {
        self.varargs.then_some(self.args + self.kwonly)
    }

    /// Slot of `**kwargs`.
    pub fn varkw_slot(&self) -> Option<u16> {
        self.varkw.then(|| self.slots() - 1)
    }
}

/// A variable captured from an enclosing function.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FreeVar {
    pub name: Box<str>,
    /// The slot of this code's frames that the cell is stored in at the call.
    pub slot: u16,
    /// The slot of the frame executing `MakeFunction` that the cell is taken from.
    pub outer_slot: u16,
}

/// Exceptions raised in `start..end` are stored in `slot`, and control goes to `target`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Handler {
    pub start: u16,
    pub end: u16,
    pub target: u16,
    pub slot: u16,
}

/// A loop: its instructions are `header..end`, not necessarily all of them reachable from it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoopInfo {
    /// Index of its `LoopHeader`.
    pub header: u16,
    /// One past its last instruction.
    pub end: u16,
    /// The innermost enclosing loop of the same code.
    pub parent: Option<u16>,
}

/// A call with keyword arguments.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct CallSite {
    /// All arguments, keyword arguments included and last; the receiver of a method is not counted.
    pub argc: u16,
    /// Name indices of the keyword arguments, in order.
    pub keywords: Box<[u16]>,
}

/// A comprehension compiled into its function: tracebacks show one more frame for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inlined {
    pub start: u16,
    pub end: u16,
    /// `<listcomp>`, `<setcomp>`, `<dictcomp>`
    pub name: &'static str,
    /// Line of the comprehension, shown for the enclosing frame.
    pub line: u32,
}

/// Source range of an instruction. Lines count from 1, columns from 0 in bytes, as in CPython.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Position {
    pub line: u32,
    pub col: u32,
    pub end_line: u32,
    pub end_col: u32,
}

/// A constant.
#[derive(Clone, Debug)]
pub enum Const {
    None,
    Bool(bool),
    Int(i64),
    /// Does not fit an `i64`.
    BigInt(BigInt),
    Float(f64),
    Str(Box<str>),
    Bytes(Box<[u8]>),
    Tuple(Box<[Const]>),
    FrozenSet(Box<[Const]>),
    Ellipsis,
    Code(Arc<CodeObject>),
}

/// Identity of constants, not equality of guest values: `1`, `1.0` and `True` differ, as do `0.0`
/// and `-0.0`; a NaN equals itself.
impl PartialEq for Const {
    fn eq(&self, other: &Const) -> bool {
        use Const::*;
        match (self, other) {
            (None, None) | (Ellipsis, Ellipsis) => true,
            (Bool(a), Bool(b)) => a == b,
            (Int(a), Int(b)) => a == b,
            (BigInt(a), BigInt(b)) => a == b,
            (Float(a), Float(b)) => a.to_bits() == b.to_bits(),
            (Str(a), Str(b)) => a == b,
            (Bytes(a), Bytes(b)) => a == b,
            (Tuple(a), Tuple(b)) | (FrozenSet(a), FrozenSet(b)) => a == b,
            (Code(a), Code(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}
