//! The border in the step loop: Prolog called from other languages, and calling them.
//!
//! Slots of a frame that answers `call` with n arguments: 0 the relation, 1..n the arguments as they
//! came, n+1..2n as terms, then the choice point before the call, the newest one when the call came,
//! the frame's own one, the answer.

use super::convert::{to_shared, to_shared_for_good, to_term};
use super::*;
use crate::border::codes::{GENERATE_NEXT_PC, SENDERS};
use crate::border::natives::*;
use crate::state::PredKind;
use crate::syntax::Atom;
use interop::Message;
use interop::layouts::{
    ASK_FIRST, ForeignModule, QUERY_DONE, QUERY_NEW, QUERY_OPEN, QUERY_RUNNING, Query, Relation,
};
use interop::values::OUT;
use metatrace::code::Code;
use metatrace::layout::FLOAT_BOX;
use runtime::layouts::{BigInt, Dict, Generator, Str, Tuple};

/// The operations of this file.
#[inline(never)]
pub(super) fn border_step<M: Meta>(m: &mut M, w: u64) -> Flow {
    match Op::of(w) {
        Op::BorderArgs => border_args(m, w),
        Op::BorderCall => border_call(m, w),
        Op::BorderAnswer => border_answer(m, w),
        Op::Respond => respond(m, op::a(w), op::b(w)),
        Op::BorderApply => border_apply(m, op::a(w) == 1),
        Op::QueryNext => query_next(m),
        Op::QueryStart => query_start(m),
        Op::QueryRetry => query_retry(m),
        Op::QueryYield => query_yield(m),
        Op::QueryEnd => query_end(m, op::a(w) == 1),
        Op::QueryDeliver => query_deliver(m),
        Op::QueryClose => query_close(m),
        Op::ForeignCall => foreign_call(m, op::a(w)),
        Op::ForeignReturn => foreign_return(m, w),
        Op::ClosureCall => closure_call(m, op::a(w)),
        Op::Send => send(m, op::a(w), op::b(w)),
        Op::HoldsCall => holds_call(m),
        Op::HoldsReturn => holds_return(m),
        Op::ForeignImport => foreign_import(m),
        Op::ImportModule => import_module(m),
        Op::GenerateStart => generate_start(m),
        Op::GenerateNext => generate_next(m),
        Op::GenerateYield => generate_yield(m),
        other => unreachable!("{} is no operation of the border", other.name()),
    }
}

/// Number of arguments of the relation in a frame with `n` of them.
#[inline(always)]
fn arity<M: Meta>(m: &mut M, n: u16) -> u16 {
    let relation = m.slot(0);
    let relation = m.cast::<Relation>(relation);
    // The last one is the default.
    if m.shape(relation) == ASK_FIRST {
        n - 1
    } else {
        n
    }
}

fn border_args<M: Meta>(m: &mut M, w: u64) -> Flow {
    let n = op::a(w);
    for i in 0..arity(m, n) {
        let v = m.slot(1 + i);
        let t = if m.is(v, OUT) {
            new_var(m)
        } else {
            to_term(m, v)
        };
        m.set_slot(n + 1 + i, t);
    }
    Flow::Next
}

fn border_call<M: Meta>(m: &mut M, w: u64) -> Flow {
    let n = op::a(w);
    let arity = arity(m, n);
    let relation = m.slot(0);
    let relation = m.cast::<Relation>(relation);
    let module = m.get(relation, Relation::MODULE);
    let module = Atom(m.promote(module).as_symbol());
    let name = m.get(relation, Relation::NAME);
    let name = Atom(m.promote(name).as_symbol());
    let p = pl(m);
    let core = m.core();
    let pred = m.outlined(|_| find_pred(core, p, module, name, arity as usize));
    let code = code_of(m, pred);
    if pred.kind.get() == PredKind::Undefined {
        let id = m.const_int(pred.id as i64);
        if m.try_call(&CHECK_ARITY, [id.val()]).is_err() {
            return raise(m);
        }
    }
    let choice = m.reg(REG_CHOICE);
    m.set_slot(op::c(w), choice);
    let frame = m.new_frame(code);
    for i in 0..arity {
        let v = m.slot(n + 1 + i);
        m.init_slot(&frame, i, v);
    }
    m.init_aux(&frame, choice);
    let pc = m.pc();
    m.enter_frame(frame, pc);
    Flow::Next
}

fn border_answer<M: Meta>(m: &mut M, w: u64) -> Flow {
    let n = op::a(w);
    let failed = op::c(w) == 1;
    let arity = arity(m, n);
    let mut outputs: SmallVec<[u16; 8]> = SmallVec::new();
    for i in 0..arity {
        let v = m.slot(1 + i);
        if m.is(v, OUT) {
            outputs.push(n + 1 + i);
        }
    }
    let answer = if failed {
        if arity < n {
            m.slot(n)
        } else if outputs.is_empty() {
            m.val(Value::FALSE)
        } else {
            m.val(Value::NONE)
        }
    } else {
        let mut values: SmallVec<[Val<M>; 8]> = SmallVec::new();
        for slot in outputs {
            let v = m.slot(slot);
            match to_shared_for_good(m, v) {
                Ok(v) => values.push(v),
                Err(Raised) => return raise(m),
            }
        }
        match values.as_slice() {
            [] => m.val(Value::TRUE),
            [v] => *v,
            many => runtime::tuple::new_tuple(m, many).val(),
        }
    };
    m.set_slot(op::b(w), answer);
    Flow::Next
}

// ------------------------------------------------------------------------ queries

/// Saves the registers of whoever drives the query, and installs the query's.
fn swap_in<M: Meta>(m: &mut M, query: Ref<M, Query>) {
    for (slot, reg) in [(1, REG_CHOICE), (2, REG_TRAIL), (3, REG_CLEAN)] {
        let v = m.reg(reg);
        m.set_slot(slot, v);
    }
    let choice = m.get(query, Query::CHOICE);
    set_choice(m, choice);
    let trail = m.get(query, Query::TRAIL);
    m.set_reg(REG_TRAIL, trail);
    let clean = m.get(query, Query::CLEAN);
    m.set_reg(REG_CLEAN, clean);
}

fn set_state<M: Meta>(m: &mut M, query: Ref<M, Query>, state: i64) {
    let state = m.const_int(state);
    m.set(query, Query::STATE, state);
}

/// Leaves to a frame of another language without an answer.
fn fail_out<M: Meta>(m: &mut M) -> Flow {
    let stop = m.val(Value::STOP);
    m.set_transfer(stop);
    let lang = m.code().lang;
    m.leave_frame();
    if m.code().lang == lang {
        return Flow::Next;
    }
    Flow::Switch(Arrival::Fail)
}

/// Makes the base frame known to its query: the one that inner frames return to.
fn query_start<M: Meta>(m: &mut M) -> Flow {
    let query = m.slot(0);
    let query = m.cast::<Query>(query);
    let base = m.current_frame();
    m.set(query, Query::FRAME, base.val());
    Flow::Next
}

fn query_next<M: Meta>(m: &mut M) -> Flow {
    let query = m.slot(0);
    let query = m.cast::<Query>(query);
    let state = m.get(query, Query::STATE);
    let state = m.promote_int(state);
    if state == QUERY_DONE {
        return fail_out(m);
    }
    if state == QUERY_RUNNING {
        let _ = m.try_call(&QUERY_RUNS, []);
        return raise(m);
    }
    let shared = m.get(query, Query::SHARED);
    if !m.is(shared, Value::NONE) && m.try_call(&QUERY_CHECK, [query.val()]).is_err() {
        return raise(m);
    }
    swap_in(m, query);
    set_state(m, query, QUERY_RUNNING);
    let pc = m.pc();
    if state == QUERY_OPEN {
        let base = m.get(query, Query::FRAME);
        let base = m.cast::<Frame>(base);
        m.set_transfer(query.val());
        m.resume_frame(base, pc);
        return Flow::Next;
    }
    debug_assert!(state == QUERY_NEW);
    let goal = m.get(query, Query::GOAL);
    let base = m.new_frame(border_codes(m).query_base);
    m.init_slot(&base, 0, query.val());
    m.init_slot(&base, 1, goal);
    let nil = m.val(Value::NIL);
    m.init_aux(&base, nil);
    m.enter_frame(base, pc);
    Flow::Next
}

/// In the query's base frame, resumed for one more answer: inner frames still return to where the
/// goal was called.
fn query_retry<M: Meta>(m: &mut M) -> Flow {
    let codes = border_codes(m);
    // The query that it has anyway: so a trace knows that it is the one asked.
    let query = m.transfer();
    m.set_slot(0, query);
    let base = m.current_frame();
    // The last thing: an exit before it would put the frame where it is now.
    backtrack_after(m, |m| {
        let token = m.const_int(codes.query_base.token(codes.query_waits));
        m.set(base, Frame::TOKEN, token);
    })
}

/// The goal has an answer: the base frame is suspended until the next question.
fn query_yield<M: Meta>(m: &mut M) -> Flow {
    let query = m.slot(0);
    let query = m.cast::<Query>(query);
    let answer = match query_answer(m, query) {
        Ok(v) => v,
        Err(Raised) => return raise(m),
    };
    let choice = m.reg(REG_CHOICE);
    m.set(query, Query::CHOICE, choice);
    let trail = m.reg(REG_TRAIL);
    m.set(query, Query::TRAIL, trail);
    let clean = m.reg(REG_CLEAN);
    m.set(query, Query::CLEAN, clean);
    set_state(m, query, QUERY_OPEN);
    m.set_transfer(answer);
    // The next instruction looks for another answer.
    let retry = m.pc();
    m.suspend_frame(retry);
    Flow::Next
}

/// The answer that the query has found.
fn query_answer<M: Meta>(m: &mut M, query: Ref<M, Query>) -> Result<Val<M>, Raised> {
    let names = m.get(query, Query::NAMES);
    if !m.is(names, Value::NONE) {
        return m.try_call(&QUERY_ANSWER, [query.val()]);
    }
    let outputs = m.get(query, Query::OUTPUTS);
    let outputs = m.cast::<Tuple>(outputs);
    let n = m.get(outputs, Tuple::LEN);
    let n = m.promote_int(n);
    let mut values: SmallVec<[Val<M>; 8]> = SmallVec::new();
    for i in 0..n {
        let v = m.item_at(outputs, Tuple::ITEMS, i as u16);
        values.push(to_shared(m, v)?);
    }
    Ok(match values.as_slice() {
        [] => m.val(Value::TRUE),
        [v] => *v,
        many => runtime::tuple::new_tuple(m, many).val(),
    })
}

/// No more answers, or (1) the query was closed.
fn query_end<M: Meta>(m: &mut M, closed: bool) -> Flow {
    let query = m.slot(0);
    let query = m.cast::<Query>(query);
    if closed {
        // The cut dropped the records; they are undone after the cleanups ran.
        let trail = m.get(query, Query::TRAIL);
        m.set_reg(REG_TRAIL, trail);
        let nil = m.val(Value::NIL);
        m.call(&UNDO, [nil]);
    }
    set_state(m, query, QUERY_DONE);
    let nil = m.val(Value::NIL);
    for field in [Query::FRAME, Query::CHOICE, Query::TRAIL] {
        m.set(query, field, nil);
    }
    let v = m.val(if closed { Value::NONE } else { Value::STOP });
    m.set_transfer(v);
    m.leave_frame();
    Flow::Next
}

/// The driver has what it asked for.
fn query_deliver<M: Meta>(m: &mut M) -> Flow {
    let choice = m.slot(1);
    set_choice(m, choice);
    for (slot, reg) in [(2, REG_TRAIL), (3, REG_CLEAN)] {
        let v = m.slot(slot);
        m.set_reg(reg, v);
    }
    let v = m.transfer();
    let ended = m.is(v, Value::STOP);
    let lang = m.code().lang;
    m.leave_frame();
    if m.code().lang == lang {
        return Flow::Next;
    }
    Flow::Switch(if ended {
        Arrival::Fail
    } else {
        Arrival::Return
    })
}

fn query_close<M: Meta>(m: &mut M) -> Flow {
    let query = m.slot(0);
    let query = m.cast::<Query>(query);
    let state = m.get(query, Query::STATE);
    let state = m.promote_int(state);
    if state == QUERY_RUNNING {
        let _ = m.try_call(&QUERY_RUNS, []);
        return raise(m);
    }
    if state != QUERY_OPEN {
        set_state(m, query, QUERY_DONE);
        let none = m.val(Value::NONE);
        m.set_transfer(none);
        let lang = m.code().lang;
        m.leave_frame();
        return if m.code().lang == lang {
            Flow::Next
        } else {
            Flow::Switch(Arrival::Return)
        };
    }
    swap_in(m, query);
    set_state(m, query, QUERY_RUNNING);
    let pc = m.pc();
    let codes = border_codes(m);
    let base = m.get(query, Query::FRAME);
    let base = m.cast::<Frame>(base);
    let token = m.const_int(codes.query_base.token(codes.query_close));
    m.set(base, Frame::TOKEN, token);
    m.resume_frame(base, pc);
    Flow::Next
}

fn border_codes<M: Meta>(m: &M) -> crate::border::codes::BorderCodes {
    pl(m).border_codes.get().expect("made when Prolog started")
}

// ---------------------------------------------------------- other languages called

/// Enters a frame of another language's code; ours waits at the next instruction.
pub(super) fn enter_foreign<M: Meta>(m: &mut M, code: &'static Code, slots: &[Val<M>]) -> Flow {
    let frame = m.new_frame(code);
    for (i, v) in slots.iter().enumerate() {
        m.init_slot(&frame, i as u16, *v);
    }
    let pc = m.pc();
    let lang = m.code().lang;
    m.enter_frame(frame, pc);
    if m.code().lang == lang {
        Flow::Next
    } else {
        Flow::Switch(Arrival::Start)
    }
}

/// The code with which the language of `receiver` answers a message.
fn code_for<M: Meta>(
    m: &mut M,
    receiver: Val<M>,
    message: Message,
    n: usize,
) -> Option<&'static Code> {
    let tag = m.tag(receiver);
    // Objects of interop's own layouts name their language.
    let lang = if let Some(o) = m.as_ref::<Query>(receiver) {
        Some(m.get(o, Query::LANG))
    } else if let Some(o) = m.as_ref::<Relation>(receiver) {
        Some(m.get(o, Relation::LANG))
    } else {
        let module = m.as_ref::<ForeignModule>(receiver);
        module.map(|o| m.get(o, ForeignModule::LANG))
    };
    let lang = lang.map(|lang| m.promote_int(lang) as u8);
    let core = m.core();
    m.outlined(|_| code_of_message(core, tag, lang, message, n))
}

#[inline(never)]
fn code_of_message(
    core: *mut metatrace::VmCore,
    tag: Tag,
    lang: Option<u8>,
    message: Message,
    n: usize,
) -> Option<&'static Code> {
    let vm = Vm::from_core(core);
    let shared = interop::shared(vm)?;
    let lang = match lang {
        Some(lang) => lang,
        None if tag.0 < 64 || (128..=255).contains(&tag.0) => shared
            .owner_of_layout(tag.0)
            .or_else(|| shared.values_language())?,
        None => shared.owner_of_layout(tag.0)?,
    };
    shared.code(vm, lang, message, n)
}

/// Raises that the value does not understand the message.
fn not_understood<M: Meta>(m: &mut M, receiver: Val<M>, message: Message) -> Flow {
    let number = m.const_int(message as i64);
    let _ = m.try_call(&NOT_UNDERSTOOD, [receiver, number.val()]);
    raise(m)
}

/// Arguments in slots `from..to` as shared values.
fn shared_args<M: Meta>(m: &mut M, from: u16, to: u16) -> Result<SmallVec<[Val<M>; 8]>, Raised> {
    let mut args = SmallVec::new();
    for i in from..to {
        let v = m.slot(i);
        args.push(to_shared(m, v)?);
    }
    Ok(args)
}

/// Does the argument in this slot give keyword arguments?
fn is_kw<M: Meta>(m: &mut M, slot: u16) -> bool {
    let v = m.slot(slot);
    let (v, tag) = deref(m, v);
    let Some(border) = pl(m).border.get() else {
        return false;
    };
    tag == STRUCT && {
        let s = m.cast::<Struct>(v);
        m.shape(s) == border.kw
    }
}

/// Calls `callee` with positional arguments in slots `from..to-1` and keywords in the last one.
fn call_with<M: Meta>(m: &mut M, callee: Val<M>, from: u16, to: u16) -> Flow {
    let args = match shared_args(m, from, to - 1) {
        Ok(args) => args,
        Err(Raised) => return raise(m),
    };
    let args = runtime::tuple::new_tuple(m, &args).val();
    let kw = m.slot(to - 1);
    let dict = match m.try_call(&KEYWORDS, [kw]) {
        Ok(dict) => dict,
        Err(Raised) => return raise(m),
    };
    match code_for(m, callee, Message::CallWith, 2) {
        Some(code) => enter_foreign(m, code, &[callee, args, dict]),
        None => not_understood(m, callee, Message::CallWith),
    }
}

/// A predicate that is a member of another language's module.
fn foreign_call<M: Meta>(m: &mut M, n: u16) -> Flow {
    let pred = data(m).pred;
    let id = m.const_int(pred.id as i64);
    let inputs = n.saturating_sub(1);
    if inputs > 0 && is_kw(m, inputs - 1) {
        return match m.try_call(&FOREIGN_MEMBER, [id.val()]) {
            Ok(callee) => call_with(m, callee, 0, inputs),
            Err(Raised) => raise(m),
        };
    }
    let args = match shared_args(m, 0, inputs) {
        Ok(args) => args,
        Err(Raised) => return raise(m),
    };
    let core = m.core();
    match m.outlined(|_| crate::border::caller(core, pred, inputs as usize)) {
        Some(code) => enter_foreign(m, code, &args),
        None => {
            let _ = m.try_call(&NO_MEMBER, [id.val()]);
            raise(m)
        }
    }
}

/// The result of a call into another language: unified with slot a, or generated from.
fn foreign_return<M: Meta>(m: &mut M, w: u64) -> Flow {
    let v = m.transfer();
    let result = m.slot(op::a(w));
    if m.is_tag(v, Tag::layout(Generator::LAYOUT.id)) && op::c(w) != 3 {
        let callee = match op::c(w) {
            1 => m.slot(0),
            2 => {
                let name = m.slot(1);
                deref(m, name).0
            }
            _ => m.val(Value::symbol(data(m).pred.name.0)),
        };
        let several = m.call(&GENERATES, [callee, v]);
        if m.is(several, Value::TRUE) {
            let frame = m.new_frame(border_codes(m).generate);
            m.init_slot(&frame, 0, v);
            m.init_slot(&frame, 1, result);
            let choice = m.reg(REG_CHOICE);
            m.init_aux(&frame, choice);
            m.replace_frame(frame);
            return Flow::Next;
        }
    }
    let t = to_term(m, v);
    if unify(m, result, t) {
        Flow::Next
    } else {
        backtrack(m)
    }
}

/// Calls the object in slot 0 with the arguments after it, the last one being the result.
fn closure_call<M: Meta>(m: &mut M, n: u16) -> Flow {
    let callee = m.slot(0);
    let (callee, _) = deref(m, callee);
    if n > 1 && is_kw(m, n - 1) {
        return call_with(m, callee, 1, n);
    }
    let mut slots = match shared_args(m, 1, n) {
        Ok(args) => args,
        Err(Raised) => return raise(m),
    };
    slots.insert(0, callee);
    match code_for(m, callee, Message::Call, n as usize - 1) {
        Some(code) => enter_foreign(m, code, &slots),
        None => not_understood(m, callee, Message::Call),
    }
}

/// Sends the message of sender number `at`; slots 0 to n-1 are receiver and arguments.
fn send<M: Meta>(m: &mut M, n: u16, at: u16) -> Flow {
    let message = SENDERS[at as usize].2;
    let args = match shared_args(m, 0, n) {
        Ok(args) => args,
        Err(Raised) => return raise(m),
    };
    match code_for(m, args[0], message, n as usize - 1) {
        Some(code) => enter_foreign(m, code, &args),
        None => not_understood(m, args[0], message),
    }
}

/// `holds(Module:Goal)`: calls the member with all arguments.
fn holds_call<M: Meta>(m: &mut M) -> Flow {
    let goal = m.slot(0);
    let (goal, tag) = deref(m, goal);
    let p = pl(m);
    if tag == STRUCT {
        let s = m.cast::<Struct>(goal);
        let functor = m.shape(s);
        if p.name_arity(functor) == (p.known.colon, 2) {
            let module = m.item_at(s, Struct::ARGS, 0);
            let (module, module_tag) = deref(m, module);
            let inner = m.item_at(s, Struct::ARGS, 1);
            let (inner, inner_tag) = deref(m, inner);
            if module_tag == Tag::SYMBOL {
                let module = Atom(m.promote(module).as_symbol());
                return holds_member(m, module, inner, inner_tag);
            }
        }
    }
    let _ = m.try_call(&BAD_HOLDS, [goal]);
    raise(m)
}

fn holds_member<M: Meta>(m: &mut M, module: Atom, goal: Val<M>, tag: Tag) -> Flow {
    let p = pl(m);
    let mut args: SmallVec<[Val<M>; 8]> = SmallVec::new();
    let name = if tag == STRUCT {
        let s = m.cast::<Struct>(goal);
        let functor = m.shape(s);
        let (name, n) = p.name_arity(functor);
        for i in 0..n {
            let v = m.item_at(s, Struct::ARGS, i as u16);
            match to_shared(m, v) {
                Ok(v) => args.push(v),
                Err(Raised) => return raise(m),
            }
        }
        name
    } else if tag == Tag::SYMBOL {
        Atom(m.promote(goal).as_symbol())
    } else {
        let _ = m.try_call(&BAD_HOLDS, [goal]);
        return raise(m);
    };
    let core = m.core();
    let n = args.len();
    // As a predicate, the member has one more argument: its result.
    let pred = m.outlined(|_| find_pred(core, p, module, name, n + 1));
    match m.outlined(|_| crate::border::caller(core, pred, n)) {
        Some(code) => enter_foreign(m, code, &args),
        None => {
            let id = m.const_int(pred.id as i64);
            let _ = m.try_call(&NO_MEMBER, [id.val()]);
            raise(m)
        }
    }
}

fn holds_return<M: Meta>(m: &mut M) -> Flow {
    let v = m.transfer();
    if m.is(v, Value::FALSE) || m.is(v, Value::NONE) {
        return backtrack(m);
    }
    Flow::Next
}

/// `'$import_foreign'(Path, Alias)`.
fn foreign_import<M: Meta>(m: &mut M) -> Flow {
    let (path, alias) = (m.slot(0), m.slot(1));
    let (path, alias) = (deref(m, path).0, deref(m, alias).0);
    let frame = match m.try_call(&IMPORT, [path, alias]) {
        Ok(frame) => frame,
        Err(Raised) => return raise(m),
    };
    let Some(frame) = m.as_ref::<Frame>(frame) else {
        return Flow::Next;
    };
    let pc = m.pc();
    let lang = m.code().lang;
    m.resume_frame(frame, pc);
    if m.code().lang == lang {
        Flow::Next
    } else {
        Flow::Switch(Arrival::Start)
    }
}

// --------------------------------------------------------------------- generators

/// The computation in slot 0 is one that a cut must close.
fn generate_start<M: Meta>(m: &mut M) -> Flow {
    push_choice(m, GENERATE_NEXT_PC);
    let top = m.reg(REG_CHOICE);
    let top = m.cast::<Choice>(top);
    let below = m.reg(REG_CLEAN);
    let below = m.cast_int(below);
    m.set(top, Choice::CLEAN, below);
    let stamp = m.get(top, Choice::STAMP);
    m.set_reg(REG_CLEAN, stamp.val());
    Flow::Next
}

fn generate_next<M: Meta>(m: &mut M) -> Flow {
    let computation = m.slot(0);
    let (computation, _) = deref(m, computation);
    match code_for(m, computation, Message::Next, 0) {
        Some(code) => enter_foreign(m, code, &[computation]),
        None => not_understood(m, computation, Message::Next),
    }
}

fn generate_yield<M: Meta>(m: &mut M) -> Flow {
    let v = m.transfer();
    if m.is(v, Value::STOP) {
        pop_choice(m);
        return backtrack(m);
    }
    let t = to_term(m, v);
    let result = m.slot(1);
    if unify(m, result, t) {
        Flow::Next
    } else {
        backtrack(m)
    }
}

/// The callee failed: a suspended computation is at its end, or there is no answer.
pub(super) fn callee_failed<M: Meta>(m: &mut M) -> Flow {
    let w = m.code().instrs[m.pc() as usize];
    if Op::of(w) == Op::GenerateYield {
        let stop = m.val(Value::STOP);
        m.set_transfer(stop);
        return Flow::Next;
    }
    backtrack(m)
}

/// The goal of a meta call is an object of another language.
pub(super) fn call_object<M: Meta>(m: &mut M, goal: Val<M>, extra: u16) -> Flow {
    let core = m.core();
    if let Some(relation) = m.as_ref::<Relation>(goal) {
        let lang = m.get(relation, Relation::LANG);
        if m.promote_int(lang) as u8 == m.code().lang {
            return call_own(m, relation, extra);
        }
    }
    let code = m.outlined(|_| crate::border::codes::closure(Vm::from_core(core), extra));
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, goal);
    for i in 0..extra {
        let v = m.slot(i + 1);
        m.init_slot(&frame, i + 1, v);
    }
    let barrier = m.reg(REG_CHOICE);
    m.init_aux(&frame, barrier);
    m.replace_frame(frame);
    Flow::Next
}

/// Values of layouts that no message reaches from Prolog's side.
pub(super) fn is_callable_object(tag: Tag) -> bool {
    tag.0 < 96
        && tag != Tag::INT
        && tag != Tag::FLOAT
        && tag != Tag::IMM
        && tag != Tag::layout(FLOAT_BOX)
        && tag != Tag::layout(BigInt::LAYOUT.id)
        && tag != Tag::layout(Str::LAYOUT.id)
        && tag != Tag::layout(Dict::LAYOUT.id)
}
