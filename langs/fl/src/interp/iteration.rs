//! Iteration and generators.

use crate::builtins;
use crate::interp::attributes::{self, Attribute, class_of};
use crate::interp::call::{Args, invoke, invoke_prelude, payload_of, recursion_error};
use crate::interp::errors;
use crate::interp::frames::{
    self, Cont, GENERATOR_DONE, GENERATOR_RUNNING, GENERATOR_SUSPENDED, complete, raised, state,
    tables,
};
use crate::op::Instr;
use crate::state::REG_HANDLED;
use interop::layouts::Query;
use metatrace::ir::{Op, Tag};
use metatrace::layout::Frame;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Int, Meta, Raised};
use metatrace::value::Value;
use metatrace::vm::REG_MADE;
use metatrace::{Ref, Val};
use runtime::iter::{list_next, range_next, tuple_next};
use runtime::layouts::{
    Class, Generator, Instance, List, ListIter, Range, RangeIter, StrIter, Tuple, TupleIter,
};
use runtime::text;

/// `GetIter`.
#[inline(never)]
pub fn get_iter<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    iter_of(m, v, Cont::Def)
}

/// `iter(v)`
pub fn iter_of<M: Meta>(m: &mut M, v: Val<M>, cont: Cont) -> Flow {
    let tag = m.tag(v);
    if tag == Tag::layout(List::ID) {
        let iter = m.alloc::<ListIter>(0);
        m.set(iter, ListIter::LIST, v);
        return complete(m, cont, iter.val());
    }
    if tag == Tag::layout(Tuple::ID) {
        let iter = m.alloc::<TupleIter>(0);
        m.set(iter, TupleIter::TUPLE, v);
        return complete(m, cont, iter.val());
    }
    if tag == Tag::layout(Generator::ID)
        || tag == Tag::layout(RangeIter::ID)
        || tag == Tag::layout(interop::layouts::Query::ID)
    {
        return complete(m, cont, v);
    }
    if tag == Tag::layout(Instance::ID) {
        return iter_of_instance(m, v, cont);
    }
    if tag == Tag::layout(Class::ID) {
        let name = state(m).names.class_iter;
        if let Some(flow) = attributes::class_hook(m, v, name, &[], cont) {
            return flow;
        }
    }
    if tag == Tag::layout(Range::ID) {
        let range = m.cast::<Range>(v);
        if let Some(iter) = iter_of_range(m, range) {
            return complete(m, cont, iter);
        }
    }
    match m.try_call(&builtins::iterators::ITER, [v]) {
        Ok(iter) => complete(m, cont, iter),
        Err(Raised) => raised(m),
    }
}

/// An iterator over a range whose numbers, and the one behind the last, are fixnums.
fn iter_of_range<M: Meta>(m: &mut M, range: Ref<M, Range>) -> Option<Val<M>> {
    let (start, step, len) = (
        m.get(range, Range::START),
        m.get(range, Range::STEP),
        m.get(range, Range::LEN),
    );
    let (start, step, len) = (m.int(start)?, m.int(step)?, m.int(len)?);
    let span = m.mul(step, len)?;
    m.add(start, span)?;
    let iter = m.alloc::<RangeIter>(0);
    m.set(iter, RangeIter::NEXT, start);
    m.set(iter, RangeIter::STEP, step);
    m.set(iter, RangeIter::LEFT, len);
    Some(iter.val())
}

fn iter_of_instance<M: Meta>(m: &mut M, v: Val<M>, cont: Cont) -> Flow {
    let names = &state(m).names;
    let class = class_of(m, v);
    m.assume(&class.valid.borrow());
    if class
        .lookup_guest(names.iter)
        .is_some_and(|found| found.get() != Value::NONE)
        && let Attribute::Method(f, receiver) = attributes::type_attribute(m, v, names.iter)
    {
        return invoke(m, f, Args::positional(&[receiver]), cont);
    }
    if let Some(payload) = payload_of(m, v) {
        return iter_of(m, payload, cont);
    }
    if class.lookup_guest(names.getitem).is_some() {
        return invoke_prelude(m, "iterate_items", Args::positional(&[v]), cont);
    }
    match m.try_call(&builtins::iterators::ITER, [v]) {
        Ok(iter) => complete(m, cont, iter),
        Err(Raised) => raised(m),
    }
}

/// `ForIter`.
#[inline(always)]
pub fn for_iter<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let iter = m.slot(i.b());
    if let Some(range) = m.as_ref::<RangeIter>(iter) {
        return match range_next(m, range) {
            Some(v) => {
                m.set_slot(i.a(), v.val());
                Flow::Next
            }
            None => {
                m.set_pc(i.c() as u32);
                Flow::Next
            }
        };
    }
    if let Some(it) = m.as_ref::<ListIter>(iter) {
        return match list_next(m, it) {
            Some(v) => {
                m.set_slot(i.a(), v);
                Flow::Next
            }
            None => {
                m.set_pc(i.c() as u32);
                Flow::Next
            }
        };
    }
    m.outlined(|m| for_iter_slow(m, i))
}

/// The next value of a built-in iterator: `Ok(None)` at its end.
pub fn next_of_builtin<M: Meta>(m: &mut M, iter: Val<M>) -> Result<Option<Val<M>>, Raised> {
    if let Some(range) = m.as_ref::<RangeIter>(iter) {
        return Ok(range_next(m, range).map(Int::val));
    }
    if let Some(it) = m.as_ref::<ListIter>(iter) {
        return Ok(list_next(m, it));
    }
    if let Some(it) = m.as_ref::<TupleIter>(iter) {
        return Ok(tuple_next(m, it));
    }
    if let Some(v) = runtime::iter::next_of_table(m, iter) {
        return Ok(Some(v));
    }
    if let Some(it) = m.as_ref::<StrIter>(iter)
        && let Some(v) = text::next_char(m, it)
    {
        return Ok(Some(v));
    }
    let v = m.try_call(&builtins::iterators::NEXT, [iter])?;
    Ok(if m.is(v, Value::STOP) { None } else { Some(v) })
}

#[inline(never)]
fn for_iter_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let iter = m.slot(i.b());
    if let Some(generator) = m.as_ref::<Generator>(iter) {
        let none = m.val(Value::NONE);
        return match resume(m, generator, none, m.pc()) {
            Resumed::Flow(flow) => flow,
            Resumed::Finished => {
                m.set_pc(i.c() as u32);
                Flow::Next
            }
        };
    }
    if m.is_tag(iter, Tag::layout(Instance::ID)) {
        return next_of_instance(m, iter, Cont::Def);
    }
    if m.is_tag(iter, Tag::layout(interop::layouts::Query::ID)) {
        return super::border::send(m, interop::Message::Next, &[iter], Cont::Def);
    }
    match next_of_builtin(m, iter) {
        Ok(Some(v)) => m.set_slot(i.a(), v),
        Ok(None) => m.set_pc(i.c() as u32),
        Err(Raised) => return raised(m),
    }
    Flow::Next
}

/// Calls `__next__`.
pub fn next_of_instance<M: Meta>(m: &mut M, iter: Val<M>, cont: Cont) -> Flow {
    let next = state(m).names.next;
    match attributes::type_attribute(m, iter, next) {
        Attribute::Method(f, receiver) => invoke(m, f, Args::positional(&[receiver]), cont),
        Attribute::Value(f) => invoke(m, f, Args::positional(&[]), cont),
        _ => match m.try_call(&errors::NOT_AN_ITERATOR, [iter]) {
            Ok(_) => unreachable!("it always raises"),
            Err(Raised) => raised(m),
        },
    }
}

/// What came of resuming a generator.
pub enum Resumed {
    /// It runs, or an exception was raised.
    Flow(Flow),
    /// It had finished before.
    Finished,
}

/// Resumes a generator with `sent` as the value of its `yield`; the current frame
/// waits at `resume_pc`.
pub fn resume<M: Meta>(
    m: &mut M,
    generator: Ref<M, Generator>,
    sent: Val<M>,
    resume_pc: u32,
) -> Resumed {
    let s = m.get(generator, Generator::STATE);
    let s = m.promote_int(s);
    if s == GENERATOR_DONE {
        return Resumed::Finished;
    }
    if s == GENERATOR_RUNNING {
        return Resumed::Flow(match m.try_call(&errors::GENERATOR_RUNS, []) {
            Ok(_) => unreachable!("it always raises"),
            Err(Raised) => raised(m),
        });
    }
    if s == frames::GENERATOR_NEW && !m.is(sent, Value::NONE) {
        return Resumed::Flow(match m.try_call(&errors::GENERATOR_NOT_STARTED, []) {
            Ok(_) => unreachable!("it always raises"),
            Err(Raised) => raised(m),
        });
    }
    if super::call::is_too_deep(m) {
        return Resumed::Flow(recursion_error(m));
    }
    let fl_lang = state(m).lang;
    let running = m.const_int(GENERATOR_RUNNING);
    m.set(generator, Generator::STATE, running);
    let frame = m.get(generator, Generator::FRAME);
    let frame = m.cast::<Frame>(frame);
    m.resume_frame(frame, resume_pc);
    debug_assert_eq!(m.code().lang, fl_lang);
    let fc = tables(m);
    let handled = m.reg(REG_HANDLED);
    m.set_slot(fc.handled_slot, handled);
    if s == GENERATOR_SUSPENDED {
        // It waits behind a Yield or YieldFrom, whose result is the value sent.
        let i = crate::loaded::instr_at(m.code(), m.pc() - 1);
        m.set_slot(i.a(), sent);
    }
    Resumed::Flow(Flow::Next)
}

/// `Yield`.
#[inline(always)]
pub fn yield_value<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    suspend(m, v)
}

/// Suspends the current generator with value `v`, to go on at the current pc.
pub fn suspend<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    let fc = tables(m);
    let generator = m.slot(fc.generator_slot);
    let generator = m.cast::<Generator>(generator);
    let suspended = m.const_int(GENERATOR_SUSPENDED);
    m.set(generator, Generator::STATE, suspended);
    let handled = m.slot(fc.handled_slot);
    m.set_reg(REG_HANDLED, handled);
    let lang = fc.state.lang;
    let pc = m.pc();
    m.suspend_frame(pc);
    frames::deliver(m, lang, v)
}

/// `GetYieldFromIter`.
#[inline(never)]
pub fn yield_from_iter<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    iter_of(m, v, Cont::Def)
}

/// `Send`.
#[inline(never)]
pub fn send<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (sent, iter) = (m.slot(i.a()), m.slot(i.b()));
    if let Some(generator) = m.as_ref::<Generator>(iter) {
        return match resume(m, generator, sent, m.pc()) {
            Resumed::Flow(flow) => flow,
            Resumed::Finished => {
                let none = m.val(Value::NONE);
                m.set_slot(i.a(), none);
                m.set_pc(i.c() as u32);
                Flow::Next
            }
        };
    }
    if !m.is(sent, Value::NONE) {
        let name = state(m).names.send;
        return match attributes::get(m, iter, name) {
            Attribute::Method(f, receiver) => {
                invoke(m, f, Args::positional(&[receiver, sent]), Cont::Def)
            }
            Attribute::Value(f) => invoke(m, f, Args::positional(&[sent]), Cont::Def),
            _ => attributes::missing(m, iter, name),
        };
    }
    if m.is_tag(iter, Tag::layout(Instance::ID)) {
        return next_of_instance(m, iter, Cont::Def);
    }
    if m.is_tag(iter, Tag::layout(interop::layouts::Query::ID)) {
        return super::border::send(m, interop::Message::Next, &[iter], Cont::Def);
    }
    match next_of_builtin(m, iter) {
        Ok(Some(v)) => m.set_slot(i.a(), v),
        Ok(None) => {
            let none = m.val(Value::NONE);
            m.set_slot(i.a(), none);
            m.set_pc(i.c() as u32);
        }
        Err(Raised) => return raised(m),
    }
    Flow::Next
}

/// The number of a new suspended computation.
#[inline(always)]
pub fn count_made<M: Meta>(m: &mut M) -> Int<M> {
    let made = m.reg(REG_MADE);
    let made = m.cast_int(made);
    let one = m.const_int(1);
    let made = m.int_op(Op::IntAdd, made, one);
    m.set_reg(REG_MADE, made.val());
    made
}

/// `CloseIter`.
#[inline(never)]
pub fn close_iter<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let iter = m.slot(i.a());
    let born = if let Some(generator) = m.as_ref::<Generator>(iter) {
        m.get(generator, Generator::BORN)
    } else if let Some(query) = m.as_ref::<Query>(iter) {
        m.get(query, Query::BORN)
    } else {
        return Flow::Next;
    };
    // What was there before the header belongs to somebody else.
    let mark = m.slot(i.b());
    let mark = m.cast_int(mark);
    if !m.lt(mark, born) {
        return Flow::Next;
    }
    if let Some(generator) = m.as_ref::<Generator>(iter) {
        let s = m.get(generator, Generator::STATE);
        return match m.promote_int(s) {
            GENERATOR_SUSPENDED => {
                invoke_prelude(m, "generator_close", Args::positional(&[iter]), Cont::Def)
            }
            frames::GENERATOR_NEW => {
                let done = m.const_int(GENERATOR_DONE);
                m.set(generator, Generator::STATE, done);
                Flow::Next
            }
            _ => Flow::Next,
        };
    }
    super::border::close(m, iter)
}
