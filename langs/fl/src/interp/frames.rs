//! Frames: results delivered to callers, exceptions unwinding, instructions that run again.
//!
//! A frame waits at a *resume position*: a pc, and above [`RESUME_SHIFT`] what to do with the result.
//!
//! - 0: the result goes to the `Def` slot of the instruction before the pc.
//! - `INIT`: the result of an `__init__` is dropped; the new object, kept in the
//!   scratch slot, goes to the `Def` slot of the instruction at the pc.
//! - other: the instruction at the pc runs again, and finds this number and the
//!   result by [`take_state`]. So an operator tries one method after the other,
//!   and a jump tests the truth of a comparison.

use crate::code::CodeKind;
use crate::interp::errors;
use crate::loaded::{FlCode, RESUME_SHIFT, fl_code, instr_at};
use crate::object::class::ClassInfo;
use crate::op::{Effect, Instr, num};
use crate::state::{FlState, REG_HANDLED};
use metatrace::Val;
use metatrace::meta::{Arrival, Flow, Meta};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{Generator, Instance};

/// What a generator's `STATE` says.
pub const GENERATOR_NEW: i64 = 0;
pub const GENERATOR_SUSPENDED: i64 = 1;
pub const GENERATOR_RUNNING: i64 = 2;
pub const GENERATOR_DONE: i64 = 3;

/// See the module text.
pub const INIT: u32 = 255;
/// The instruction resumed a generator by a builtin: its end raises StopIteration there.
pub const ADVANCE: u32 = 254;
/// The generator that the instruction resumed is at its end; its value is in the scratch slot.
pub const ADVANCE_DONE: u32 = 253;

/// As `ADVANCE`, for a `next` with a default.
pub const ADVANCE_OR: u32 = 252;
/// As `ADVANCE_DONE`, for a `next` with a default.
pub const ADVANCE_OR_DONE: u32 = 251;

pub const PC_MASK: u32 = (1 << RESUME_SHIFT) - 1;

/// Where the result of a call goes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Cont {
    /// The `Def` slot of the current instruction.
    Def,
    /// The current instruction runs again in this state.
    State(u32),
}

/// FL's tables of the current code.
#[inline(always)]
pub fn tables<M: Meta>(m: &M) -> &'static FlCode {
    fl_code(m.code())
}

/// FL's state.
#[inline(always)]
pub fn state<M: Meta>(m: &M) -> &'static FlState {
    tables(m).state
}

/// The engine, for green look-ups.
#[inline(always)]
pub fn vm<'a, M: Meta>(m: &mut M) -> &'a mut Vm {
    Vm::from_core(m.core())
}

/// Where the current frame waits for a result that goes to `cont`.
#[inline(always)]
pub fn resume_pc<M: Meta>(m: &M, cont: Cont) -> u32 {
    match cont {
        Cont::Def => m.pc(),
        Cont::State(state) => (m.pc() - 1) | state << RESUME_SHIFT,
    }
}

/// The state in which the current instruction runs again, and the result that
/// it waited for; 0 when it runs for the first time.
#[inline(always)]
pub fn take_state<M: Meta>(m: &mut M) -> (u32, Val<M>) {
    let fc = tables(m);
    let s = m.slot(fc.state_slot);
    if m.is(s, Value::UNDEF) {
        return (0, s);
    }
    let state = m.promote(s).as_int() as u32;
    let v = m.slot(fc.scratch);
    let undef = m.val(Value::UNDEF);
    m.set_slot(fc.state_slot, undef);
    m.set_slot(fc.scratch, undef);
    (state, v)
}

/// A result that was found without pushing a frame.
#[inline(always)]
pub fn complete<M: Meta>(m: &mut M, cont: Cont, v: Val<M>) -> Flow {
    match cont {
        Cont::Def => {
            let i = instr_at(m.code(), m.pc() - 1);
            store_result(m, i, v);
        }
        Cont::State(state) => {
            let pc = m.pc() - 1;
            again(m, pc, state, v);
        }
    }
    Flow::Next
}

fn again<M: Meta>(m: &mut M, pc: u32, state: u32, v: Val<M>) {
    let fc = tables(m);
    let state = m.const_int(state as i64).val();
    m.set_slot(fc.scratch, v);
    m.set_slot(fc.state_slot, state);
    m.set_pc(pc);
}

/// Stores the result of instruction `i`, if it has one.
#[inline(always)]
fn store_result<M: Meta>(m: &mut M, i: Instr, v: Val<M>) {
    let drops = matches!(
        i.number(),
        num::StoreAttr
            | num::DelAttr
            | num::SetItem
            | num::DelItem
            | num::ListExtend
            | num::SetAdd
            | num::SetUpdate
            | num::DictSet
            | num::DictUpdate
            | num::DictMerge
            | num::PrintExpr
            | num::StoreName
            | num::ImportStar
            | num::CloseIter
    );
    if !drops {
        m.set_slot(i.a(), v);
    }
}

/// Gives `v` to the frame that became current by a return or a yield. `lang` is FL's number.
#[inline(always)]
pub fn deliver<M: Meta>(m: &mut M, lang: u8, v: Val<M>) -> Flow {
    let code = m.code();
    if code.lang != lang {
        m.set_transfer(v);
        return Flow::Switch(Arrival::Return);
    }
    let pc = m.pc();
    if pc > PC_MASK {
        return m.outlined(|m| deliver_flagged(m, v));
    }
    store_result(m, instr_at(code, pc - 1), v);
    Flow::Next
}

#[inline(never)]
fn deliver_flagged<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    let (pc, flags) = (m.pc() & PC_MASK, m.pc() >> RESUME_SHIFT);
    match flags {
        INIT => {
            let fc = tables(m);
            let object = m.slot(fc.scratch);
            let undef = m.val(Value::UNDEF);
            m.set_slot(fc.scratch, undef);
            m.set_pc(pc + 1);
            if !m.is(v, Value::NONE) {
                let _ = m.try_call(&errors::INIT_RESULT, [v]);
                return raised(m);
            }
            store_result(m, instr_at(m.code(), pc), object);
        }
        ADVANCE | ADVANCE_OR => {
            m.set_pc(pc + 1);
            store_result(m, instr_at(m.code(), pc), v);
        }
        _ => again(m, pc, flags, v),
    }
    Flow::Next
}

/// Leaves the current frame with `v`.
#[inline(always)]
pub fn return_value<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    let fc = tables(m);
    if fc.object.is_generator {
        return m.outlined(|m| return_from_generator(m, v));
    }
    let lang = fc.state.lang;
    m.leave_frame();
    deliver(m, lang, v)
}

/// Leaves a frame that is no generator's with `v`.
pub fn finish<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    let lang = state(m).lang;
    m.leave_frame();
    deliver(m, lang, v)
}

/// The generator of the current frame will not be resumed again.
fn finish_generator<M: Meta>(m: &mut M) {
    let fc = tables(m);
    let generator = m.slot(fc.generator_slot);
    let generator = m.cast::<Generator>(generator);
    let done = m.const_int(GENERATOR_DONE);
    m.set(generator, Generator::STATE, done);
    let none = m.val(Value::NONE);
    m.set(generator, Generator::FRAME, none);
    let handled = m.slot(fc.handled_slot);
    m.set_reg(REG_HANDLED, handled);
}

#[inline(never)]
fn return_from_generator<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    let fl = state(m);
    finish_generator(m);
    m.leave_frame();
    if m.code().lang != fl.lang {
        m.set_transfer(v);
        return Flow::Switch(Arrival::Fail);
    }
    let pc = m.pc();
    if pc > PC_MASK {
        let or_default = pc >> RESUME_SHIFT == ADVANCE_OR;
        let done = if or_default {
            ADVANCE_OR_DONE
        } else {
            ADVANCE_DONE
        };
        again(m, pc & PC_MASK, done, v);
        return Flow::Next;
    }
    let i = instr_at(m.code(), pc - 1);
    match i.number() {
        num::ForIter => m.set_pc(i.c() as u32),
        num::Send => {
            m.set_slot(i.a(), v);
            m.set_pc(i.c() as u32);
        }
        _ => unreachable!("{i:?} resumed a generator"),
    }
    Flow::Next
}

/// The class of `v`, if it is an instance.
pub fn instance_class<M: Meta>(m: &mut M, v: Val<M>) -> Option<&'static ClassInfo> {
    let o = m.as_ref::<Instance>(v)?;
    let shape = m.shape(o);
    let id = vm(m).shapes.class_of(shape);
    Some(state(m).class(id.0 as i64))
}

/// The current instruction raised: the exception is pending.
#[inline(never)]
pub fn raised<M: Meta>(m: &mut M) -> Flow {
    let e = m.pending();
    let handled = m.reg(REG_HANDLED);
    let e = m.call(&errors::NORMALISE, [e, handled]);
    m.set_pending(e);
    let at = m.pc() - 1;
    unwind(m, at, true)
}

/// Goes on propagating the pending exception, which the current frame let through.
#[inline(never)]
pub fn reraised<M: Meta>(m: &mut M) -> Flow {
    let at = m.pc() - 1;
    unwind(m, at, false)
}

/// The pending exception arrives in the current frame from a frame that it called.
pub fn arrive_raised<M: Meta>(m: &mut M) -> Flow {
    let (pc, flags) = (m.pc() & PC_MASK, m.pc() >> RESUME_SHIFT);
    // A merge point that was interrupted waits at its own pc.
    let polled = flags == 0
        && matches!(
            instr_at(m.code(), pc).number(),
            num::LoopHeader | num::Enter
        )
        && (pc == 0 || instr_at(m.code(), pc - 1).op().info().effect != Effect::Calls);
    let at = if flags == 0 && !polled { pc - 1 } else { pc };
    if flags != 0 {
        let scratch = tables(m).scratch;
        let undef = m.val(Value::UNDEF);
        m.set_slot(scratch, undef);
    }
    let e = m.pending();
    let handled = m.reg(REG_HANDLED);
    let e = m.call(&errors::NORMALISE, [e, handled]);
    m.set_pending(e);
    m.set_pc(at + 1);
    if flags == 0
        && instr_at(m.code(), at).number() == num::YieldFrom
        && let Some(flow) = throw_into_delegate(m, at)
    {
        return flow;
    }
    unwind(m, at, true)
}

/// The pending exception was thrown into a generator that delegates to another: that one gets it.
fn throw_into_delegate<M: Meta>(m: &mut M, at: u32) -> Option<Flow> {
    let i = instr_at(m.code(), at);
    let delegate = m.slot(i.b());
    let e = m.pending();
    // Waiting at the YieldFrom itself, the frame takes results as the Send before it does.
    if let Some(generator) = m.as_ref::<Generator>(delegate) {
        let s = m.get(generator, Generator::STATE);
        if m.promote_int(s) != GENERATOR_SUSPENDED {
            return None;
        }
        let running = m.const_int(GENERATOR_RUNNING);
        m.set(generator, Generator::STATE, running);
        let frame = m.get(generator, Generator::FRAME);
        let frame = m.cast::<metatrace::layout::Frame>(frame);
        m.resume_frame(frame, at);
        let handled = m.reg(REG_HANDLED);
        let slot = tables(m).handled_slot;
        m.set_slot(slot, handled);
        return Some(Flow::Switch(Arrival::Raise));
    }
    m.as_ref::<Instance>(delegate)?;
    let exit = state(m).types().GeneratorExit;
    let name = match instance_class(m, e) {
        Some(class) if class.is_subclass(exit) => return None,
        _ => state(m).names.throw,
    };
    match super::attributes::type_attribute(m, delegate, name) {
        super::attributes::Attribute::Method(f, receiver) => {
            m.set_pc(at);
            let args = super::call::Args::positional(&[receiver, e]);
            Some(super::call::invoke(m, f, args, Cont::Def))
        }
        _ => None,
    }
}

/// The iterator that the instruction advances is at its end.
fn ends_iteration<M: Meta>(m: &mut M, i: Instr, e: Val<M>) -> bool {
    let stop = state(m).types().StopIteration;
    match i.number() {
        num::ForIter => {
            if !instance_class(m, e).is_some_and(|c| c.is_subclass(stop)) {
                return false;
            }
            m.set_pc(i.c() as u32);
        }
        num::Send => {
            if !instance_class(m, e).is_some_and(|c| c.is_subclass(stop)) {
                return false;
            }
            let v = m.call(&errors::STOP_VALUE, [e]);
            m.set_slot(i.a(), v);
            m.set_pc(i.c() as u32);
        }
        _ => return false,
    }
    let none = m.val(Value::NONE);
    m.set_pending(none);
    true
}

/// Handles the pending exception at `at` in the current frame, or leaves the frame with it.
fn unwind<M: Meta>(m: &mut M, at: u32, fresh: bool) -> Flow {
    let code = m.code();
    let fc = tables(m);
    let e = m.pending();
    if fresh && ends_iteration(m, instr_at(code, at), e) {
        return Flow::Next;
    }
    if fresh && !fc.hidden {
        let token = m.const_int(code.token(at)).val();
        m.call(&errors::ADD_TRACEBACK, [e, token]);
    }
    if let Some(handler) = fc.object.handler_at(at as usize) {
        m.set_slot(handler.slot, e);
        let none = m.val(Value::NONE);
        m.set_pending(none);
        m.set_pc(handler.target as u32);
        return Flow::Next;
    }
    if fc.object.is_generator {
        finish_generator(m);
        let e = m.call(&errors::LEAVES_GENERATOR, [e]);
        m.set_pending(e);
    }
    if fc.object.kind == CodeKind::Module {
        let module = m.slot(0);
        m.call(&errors::MODULE_FAILED, [module]);
    }
    m.leave_frame();
    Flow::Switch(Arrival::Raise)
}

/// `raise`s that the interpreter itself decides on.
#[inline(never)]
pub fn raise_value<M: Meta>(m: &mut M, e: Val<M>) -> Flow {
    m.set_pending(e);
    raised(m)
}
