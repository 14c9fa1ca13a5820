//! The interpreter of the talk "Fast enough VMs in fast enough time": variables
//! in a dict, operands on a list, and no thought of speed. It gets a tracing JIT
//! by being written against [`Meta`]. The README walks through it.
//!
//! Reading order: this file (the interpreter), `assemble.rs` (text to
//! instructions), `engine.rs` (running programs), `stages.rs` (what the tracer
//! makes of them).

mod assemble;
mod engine;
mod stages;

pub use assemble::{Error, assemble};
pub use engine::{Mode, Outcome, run};
pub use stages::{Stage, stages};

use metatrace::code::{CodeData, SlotMask};
use metatrace::interp::Interp;
use metatrace::meta::{Arrival, Flow, Meta, Val};
use metatrace::{LayoutType, Value, layouts};

layouts! {
    /// The instructions: opcode and operand in one integer.
    pub Program = 200, "program" counted {
        LEN "len": Int Immutable,
        @items INSTRS: Int Immutable,
    }
    /// Where the program's loops begin.
    pub Headers = 201, "headers" counted {
        LEN "len": Int Immutable,
        @items PCS: Int Immutable,
    }
    /// The operand list: an element and the rest.
    pub List = 202, "operands" {
        HEAD "head": Val Immutable,
        TAIL "tail": Val Immutable,
    }
    /// The dict of variables: a chain of entries.
    pub Vars = 203, "vars" {
        FIRST "first": Val Mutable,
    }
    pub Entry = 204, "entry" {
        KEY "key": Val Immutable,
        VALUE "value": Val Mutable,
        NEXT "next": Val Immutable,
    }
}

/// The heap layouts of the language, for registration.
pub const LAYOUTS: &[&metatrace::layout::Layout] = &[
    Program::LAYOUT,
    Headers::LAYOUT,
    List::LAYOUT,
    Vars::LAYOUT,
    Entry::LAYOUT,
];

macro_rules! instructions {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        pub enum Instr { $($(#[$doc])* $name,)* }
        impl Instr {
            pub const ALL: &'static [Instr] = &[$(Instr::$name),*];
            pub fn name(self) -> &'static str {
                match self { $(Instr::$name => $text,)* }
            }
        }
    };
}
instructions! {
    /// Push the variable whose symbol is the operand.
    VarGet = "VAR_GET";
    VarSet = "VAR_SET";
    /// Push the operand.
    Int = "INT";
    LessThan = "LESS_THAN";
    /// Go on after True, skip as many instructions as the operand says after anything else.
    If = "IF";
    Add = "ADD";
    /// Continue at the operand.
    Jump = "JUMP";
    Halt = "HALT";
}

impl Instr {
    pub fn encode(self, operand: i64) -> i64 {
        operand << 4 | self as i64
    }
    pub fn decode(word: i64) -> (Instr, i64) {
        (Instr::ALL[(word & 15) as usize], word >> 4)
    }
}

/// Frame slots of the interpreter's three variables.
pub const STACK: u16 = 0;
pub const VARS: u16 = 1;
pub const PC: u16 = 2;
pub const SLOTS: u16 = 3;

/// What the interpreter needs to know of a program; all of it green.
pub struct Data {
    /// A [`Program`] and a [`Headers`], which do not move.
    pub program: Value,
    pub headers: Value,
    /// The loop that begins at each pc, if one does.
    pub loop_at: Vec<Option<u16>>,
    /// Instructions and source lines, for people.
    pub listing: Vec<(u32, String)>,
}

impl CodeData for Data {
    fn live_slots(&self, pc: u32) -> SlotMask {
        let mut live = SlotMask::default();
        live.insert(STACK);
        live.insert(VARS);
        if self.loop_at[pc as usize].is_none() {
            live.insert(PC);
        }
        live
    }
    fn describe(&self, pc: u32) -> String {
        self.listing[pc as usize].1.clone()
    }
    fn line(&self, pc: u32) -> u32 {
        self.listing[pc as usize].0
    }
}

// ------------------------------------------------- the interpreter, from here on

/// `stack.push(v)`
fn push<M: Meta>(m: &mut M, v: Val<M>) {
    let tail = m.slot(STACK);
    let list = m.alloc::<List>(0);
    m.set(list, List::HEAD, v);
    m.set(list, List::TAIL, tail);
    m.set_slot(STACK, list.val());
}

/// `stack.pop()`; the assembler saw to it that there is something.
fn pop<M: Meta>(m: &mut M) -> Val<M> {
    let list = m.slot(STACK);
    let list = m.cast::<List>(list);
    let tail = m.get(list, List::TAIL);
    m.set_slot(STACK, tail);
    m.get(list, List::HEAD)
}

/// `vars[name]`
fn dict_get<M: Meta>(m: &mut M, name: Value) -> Option<Val<M>> {
    let vars = m.slot(VARS);
    let vars = m.cast::<Vars>(vars);
    let mut next = m.get(vars, Vars::FIRST);
    while let Some(entry) = m.as_ref::<Entry>(next) {
        let key = m.get(entry, Entry::KEY);
        if m.is(key, name) {
            return Some(m.get(entry, Entry::VALUE));
        }
        next = m.get(entry, Entry::NEXT);
    }
    None
}

/// `vars[name] = v`
fn dict_set<M: Meta>(m: &mut M, name: Value, v: Val<M>) {
    let vars = m.slot(VARS);
    let vars = m.cast::<Vars>(vars);
    let first = m.get(vars, Vars::FIRST);
    let mut next = first;
    while let Some(entry) = m.as_ref::<Entry>(next) {
        let key = m.get(entry, Entry::KEY);
        if m.is(key, name) {
            return m.set(entry, Entry::VALUE, v);
        }
        next = m.get(entry, Entry::NEXT);
    }
    let entry = m.alloc::<Entry>(0);
    let name = m.val(name);
    m.set(entry, Entry::KEY, name);
    m.set(entry, Entry::VALUE, v);
    m.set(entry, Entry::NEXT, first);
    m.set(vars, Vars::FIRST, entry.val());
}

/// Ends the program with `result`.
fn leave<M: Meta>(m: &mut M, result: Val<M>, how: Arrival) -> Flow {
    m.set_transfer(result);
    m.leave_frame();
    Flow::Switch(how)
}

/// Ends the program with an error: the pc that it happened at.
fn fail<M: Meta>(m: &mut M, pc: u32) -> Flow {
    let pc = m.val(Value::small(pc as i64));
    m.set_pending(pc);
    leave(m, pc, Arrival::Raise)
}

pub struct Talk;

impl Interp for Talk {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let here = m.pc();
        m.fetch();
        let data = m.code().data::<Data>();
        let pc = match data.loop_at[here as usize] {
            Some(index) => {
                // jit_merge_point(program_counter)
                if m.merge_point(index) {
                    return Flow::Merge;
                }
                let headers = m.val(data.headers);
                let headers = m.cast::<Headers>(headers);
                m.item_at(headers, Headers::PCS, index)
            }
            None => {
                let pc = m.slot(PC);
                m.cast_int(pc)
            }
        };
        // instr = load_instruction(program_counter)
        let program = m.val(data.program);
        let program = m.cast::<Program>(program);
        let instr = m.item(program, Program::INSTRS, pc);
        let (instr, operand) = Instr::decode(m.promote_int(instr));
        let mut step = 1;
        match instr {
            Instr::VarGet => match dict_get(m, Value::symbol(operand as u32)) {
                Some(v) => push(m, v),
                None => return fail(m, here),
            },
            Instr::VarSet => {
                let v = pop(m);
                dict_set(m, Value::symbol(operand as u32), v);
            }
            Instr::Int => {
                let v = m.val(Value::small(operand));
                push(m, v);
            }
            Instr::LessThan => {
                let (rhs, lhs) = (pop(m), pop(m));
                let (Some(l), Some(r)) = (m.int(lhs), m.int(rhs)) else {
                    return fail(m, here);
                };
                let less = m.lt(l, r);
                let less = m.val(Value::bool(less));
                push(m, less);
            }
            Instr::If => {
                let result = pop(m);
                if !m.is(result, Value::TRUE) {
                    step += operand;
                }
            }
            Instr::Add => {
                let (rhs, lhs) = (pop(m), pop(m));
                let (Some(l), Some(r)) = (m.int(lhs), m.int(rhs)) else {
                    return fail(m, here);
                };
                let Some(sum) = m.add(l, r) else {
                    return fail(m, here);
                };
                push(m, sum.val());
            }
            Instr::Jump => {
                let pc = m.val(Value::small(operand));
                m.set_slot(PC, pc);
                m.set_pc(operand as u32);
                return Flow::Next;
            }
            Instr::Halt => {
                let vars = m.slot(VARS);
                return leave(m, vars, Arrival::Return);
            }
        }
        // program_counter += step
        let by = m.const_int(step);
        let pc = m.add(pc, by).expect("programs are short");
        m.set_slot(PC, pc.val());
        m.set_pc(here + step as u32);
        Flow::Next
    }

    fn arrive<M: Meta>(_: &mut M, _: Arrival) -> Flow {
        unreachable!("the language has no calls")
    }
}
