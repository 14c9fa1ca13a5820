//! Control in the step loop: choice points, cut, calls, returns, exceptions, dynamic predicates.

use super::*;

/// Pushes a choice point that continues in the current frame at `pc`.
#[inline(always)]
pub(super) fn push_choice<M: Meta>(m: &mut M, pc: u32) {
    let choice = m.alloc::<Choice>(0);
    let prev = m.reg(REG_CHOICE);
    let frame = m.current_frame();
    let token = m.const_int(m_token(m, pc));
    let trail = m.reg(REG_TRAIL);
    let counter = m.reg(REG_COUNTER);
    let counter = m.cast_int(counter);
    let one = m.const_int(1);
    let stamp = m.int_op(Ir::IntAdd, counter, one);
    let none = m.const_int(-1);
    m.set(choice, Choice::PREV, prev);
    m.set(choice, Choice::FRAME, frame.val());
    m.set(choice, Choice::TOKEN, token);
    m.set(choice, Choice::TRAIL, trail);
    m.set(choice, Choice::STAMP, stamp);
    m.set(choice, Choice::CLEAN, none);
    m.set_reg(REG_COUNTER, stamp.val());
    m.set_reg(REG_STAMP, stamp.val());
    m.set_reg(REG_CHOICE, choice.val());
}

#[inline(always)]
pub(super) fn m_token<M: Meta>(m: &M, pc: u32) -> i64 {
    m.code().token(pc)
}

/// Makes `to` (a choice point or NIL) the newest one.
#[inline(always)]
pub(super) fn set_choice<M: Meta>(m: &mut M, to: Val<M>) {
    let stamp = if m.is(to, Value::NIL) {
        m.const_int(0)
    } else {
        let c = m.cast::<Choice>(to);
        m.get(c, Choice::STAMP)
    };
    m.set_reg(REG_CHOICE, to);
    m.set_reg(REG_STAMP, stamp.val());
}

/// Pops the newest choice point.
#[inline(always)]
pub(super) fn pop_choice<M: Meta>(m: &mut M) {
    let top = m.reg(REG_CHOICE);
    let top = m.cast::<Choice>(top);
    let prev = m.get(top, Choice::PREV);
    let clean = m.get(top, Choice::CLEAN);
    let zero = m.const_int(0);
    if !m.lt(clean, zero) {
        m.set_reg(REG_CLEAN, clean.val());
    }
    set_choice(m, prev);
}

/// Records of the trail that are undone or dropped in line.
const RECORDS_INLINE: usize = 8;
/// The same, of those that a trace finds there: each more is a path of its own.
const OLDER_INLINE: u32 = 2;
/// Choice points that a cut drops in line.
const CHOICES_INLINE: usize = 4;

/// Fails: undoes bindings and continues at the newest choice point.
#[inline(always)]
pub(super) fn backtrack<M: Meta>(m: &mut M) -> Flow {
    backtrack_after(m, |_| {})
}

/// [`backtrack`], with a last change to the frame that is left: nothing is decided after it.
#[inline(always)]
pub(super) fn backtrack_after<M: Meta>(m: &mut M, last: impl FnOnce(&mut M)) -> Flow {
    let top = m.reg(REG_CHOICE);
    let choice = m.cast::<Choice>(top);
    // Decided before the first effect: a guard that fails here has nothing to remember.
    let token = m.get(choice, Choice::TOKEN);
    let token = m.aim(token);
    let mark = m.get(choice, Choice::TRAIL);
    let trail = m.reg(REG_TRAIL);
    let clean = m.same(trail, mark);
    if !m.branch(clean) {
        m.outlined(|m| undo(m, mark));
    }
    let wake = m.reg(REG_WAKE);
    if !m.is(wake, Value::NIL) {
        let nil = m.val(Value::NIL);
        m.set_reg(REG_WAKE, nil);
    }
    last(m);
    let frame = m.get(choice, Choice::FRAME);
    let frame = m.cast::<Frame>(frame);
    m.switch_last_to(frame, token, Arrival::Fail)
}

/// Undoes the bindings since `mark`: a few plain ones in line, so that a trace
/// sees them, the rest by the general function.
#[inline(never)]
fn undo<M: Meta>(m: &mut M, mark: Val<M>) {
    let mut older = OLDER_INLINE;
    for _ in 0..RECORDS_INLINE {
        let top = m.reg(REG_TRAIL);
        let done = m.same(top, mark);
        if m.branch(done) {
            return;
        }
        if m.left_by_native(top) {
            break;
        }
        if !m.made_here(top) {
            if older == 0 {
                break;
            }
            older -= 1;
        }
        let Some((record, var)) = plain_record(m, top) else {
            break;
        };
        let undef = m.val(Value::UNDEF);
        m.set(var, Var::REF, undef);
        let below = m.get(record, Trail::PREV);
        m.set_reg(REG_TRAIL, below);
    }
    m.call(&UNDO, [mark]);
}

/// A trail record of a plain variable's binding.
#[inline(always)]
fn plain_record<M: Meta>(m: &mut M, record: Val<M>) -> Option<(Ref<M, Trail>, Ref<M, Var>)> {
    let record = m.as_ref::<Trail>(record)?;
    let var = m.get(record, Trail::VAR);
    Some((record, m.as_ref::<Var>(var)?))
}

/// After a cut back to a choice point with stamp `stamp`: drops records newer than
/// `mark` that no older choice point needs, as long as they are on top.
/// False: there may be more to drop.
#[inline(never)]
fn drop_records<M: Meta>(m: &mut M, mark: Val<M>, stamp: Int<M>) -> bool {
    for _ in 0..RECORDS_INLINE {
        let top = m.reg(REG_TRAIL);
        let done = m.same(top, mark);
        if m.branch(done) {
            return true;
        }
        let Some((record, var)) = plain_record(m, top) else {
            return false;
        };
        let made = m.get(var, Var::STAMP);
        if m.lt(made, stamp) {
            return true;
        }
        let below = m.get(record, Trail::PREV);
        m.set_reg(REG_TRAIL, below);
    }
    false
}

/// The trail as it was when the oldest choice point newer than `to` was pushed,
/// if that is one of the newest.
#[inline(always)]
fn mark_above<M: Meta>(m: &mut M, top: Val<M>, to: Val<M>) -> Option<Val<M>> {
    let mut at = m.cast::<Choice>(top);
    for _ in 0..CHOICES_INLINE {
        let prev = m.get(at, Choice::PREV);
        let last = m.same(prev, to);
        if m.branch(last) {
            return Some(m.get(at, Choice::TRAIL));
        }
        if m.is(prev, Value::NIL) {
            return None;
        }
        at = m.cast::<Choice>(prev);
    }
    None
}

/// Drops choice points newer than `to`; goals of call_cleanup run first.
#[inline(always)]
pub(super) fn cut<M: Meta>(m: &mut M, to: Val<M>) -> Flow {
    let top = m.reg(REG_CHOICE);
    let same = m.same(top, to);
    if m.branch(same) {
        return Flow::Next;
    }
    let mark = mark_above(m, top, to);
    set_choice(m, to);
    let stamp = m.reg(REG_STAMP);
    let stamp = m.cast_int(stamp);
    let clean = m.reg(REG_CLEAN);
    let clean = m.cast_int(clean);
    let pending = m.lt(stamp, clean);
    let trail = m.reg(REG_TRAIL);
    let tidy = match mark {
        Some(mark) => {
            let untouched = m.same(trail, mark);
            m.branch(untouched) || m.outlined(|m| drop_records(m, mark, stamp))
        }
        None => false,
    };
    if !tidy {
        m.call(&TRIM, [top, to]);
    }
    if !pending {
        return Flow::Next;
    }
    let goals = m.call(&CUT_CLEANUPS, [top, to]);
    let pred = pl(m)
        .run_cleanups
        .get()
        .expect("the system library defines it");
    let code = code_of(m, pred);
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, goals);
    let barrier = m.reg(REG_CHOICE);
    m.init_aux(&frame, barrier);
    let pc = m.pc();
    m.enter_frame(frame, pc);
    Flow::Next
}

/// What calling a predicate runs (green).
#[inline(always)]
pub(super) fn code_of<M: Meta>(m: &mut M, pred: &'static Pred) -> &'static metatrace::code::Code {
    m.assume(&pred.assumption);
    match pred.code.get() {
        Some(code) => code,
        None => {
            let core = m.core();
            m.outlined(|_| slow_code(core, pred))
        }
    }
}

#[cold]
#[inline(never)]
pub(super) fn slow_code(
    core: *mut metatrace::VmCore,
    pred: &'static Pred,
) -> &'static metatrace::code::Code {
    crate::db::code_of(Vm::from_core(core), pred)
}

/// Attributed variables were bound: runs their goals before the instruction at `pc`.
#[inline(always)]
pub(super) fn wake<M: Meta>(m: &mut M, pc: u32) -> bool {
    let goals = m.reg(REG_WAKE);
    if m.is(goals, Value::NIL) {
        return false;
    }
    let nil = m.val(Value::NIL);
    m.set_reg(REG_WAKE, nil);
    let pred = pl(m)
        .run_wakeups
        .get()
        .expect("the system library defines it");
    let code = code_of(m, pred);
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, goals);
    let barrier = m.reg(REG_CHOICE);
    m.init_aux(&frame, barrier);
    m.enter_frame(frame, pc);
    true
}

#[inline(always)]
pub(super) fn call<M: Meta>(m: &mut M, start: u32, w: u64) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    let n = m.fetch();
    let pred = data(m).preds[n as usize];
    let code = code_of(m, pred);
    let choice = m.reg(REG_CHOICE);
    m.set_slot(op::c(w), choice);
    let frame = m.new_frame(code);
    each_packed(m, op::a(w), |m, i, s| {
        let v = m.slot(s);
        m.init_slot(&frame, i, v);
    });
    m.init_aux(&frame, choice);
    let pc = m.pc();
    m.enter_frame(frame, pc);
    Flow::Next
}

#[inline(always)]
pub(super) fn execute<M: Meta>(m: &mut M, start: u32, w: u64) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    if op::b(w) != 0 && m.outlined(|m| stays(m, op::b(w) == 1)) {
        return call(m, start, w);
    }
    let n = m.fetch();
    let pred = data(m).preds[n as usize];
    let code = code_of(m, pred);
    let choice = m.reg(REG_CHOICE);
    if code == m.code() {
        let barrier = m.aux();
        let same = m.same(choice, barrier);
        if m.branch(same) {
            // Nothing refers to this frame: it serves again.
            again(m, op::a(w));
            return Flow::Next;
        }
    }
    let frame = m.new_frame(code);
    each_packed(m, op::a(w), |m, i, s| {
        let v = m.slot(s);
        m.init_slot(&frame, i, v);
    });
    m.init_aux(&frame, choice);
    m.replace_frame(frame);
    Flow::Next
}

/// Does the frame stay at this last call, for tracebacks? That of a `call/N` does if the goal is
/// another language's object, for the callee adds no frame of ours, or nothing that can be called;
/// that of another predicate, of which nothing was known before it is called, if it is undefined or sends messages.
#[inline(never)]
fn stays<M: Meta>(m: &mut M, is_call: bool) -> bool {
    if !is_call {
        let n = m.code().instrs[m.pc() as usize];
        let pred = data(m).preds[n as usize];
        let (core, p) = (m.core(), pl(m));
        let found = m.outlined(|_| find_pred(core, p, pred.module, pred.name, pred.arity as usize));
        return found.kind.get() == crate::state::PredKind::Undefined || found.sends.get();
    }
    let slot = m.code().instrs[m.pc() as usize + 1] as u16;
    let goal = m.slot(slot);
    let (mut goal, mut tag) = deref(m, goal);
    let p = pl(m);
    while tag == STRUCT {
        let qualified = m.cast::<Struct>(goal);
        let functor = m.shape(qualified);
        if p.name_arity(functor) != (p.known.colon, 2) {
            return false;
        }
        let inner = m.item_at(qualified, Struct::ARGS, 1);
        (goal, tag) = deref(m, inner);
    }
    tag != Tag::SYMBOL && tag != Tag::layout(interop::layouts::Relation::LAYOUT.id)
}

/// The current frame starts again with `n` new arguments, all read before any is written.
#[inline(always)]
fn again<M: Meta>(m: &mut M, n: u16) {
    if (1..=4).contains(&n) {
        let w = m.fetch();
        let first = m.slot(w as u16);
        let mut args = [first; 4];
        for i in 1..n {
            args[i as usize] = m.slot((w >> (16 * i)) as u16);
        }
        for i in 0..n {
            m.set_slot(i, args[i as usize]);
        }
    } else {
        let mut args: SmallVec<[Val<M>; 8]> = SmallVec::new();
        each_packed(m, n, |m, _, s| args.push(m.slot(s)));
        for (i, v) in args.into_iter().enumerate() {
            m.set_slot(i as u16, v);
        }
    }
    m.set_pc(0);
}

/// Returns to the parent frame.
#[inline(always)]
pub(super) fn proceed<M: Meta>(m: &mut M, start: u32) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    m.return_last(Arrival::Return)
}

/// After a call. If the callee left choice points, they will come back to this
/// frame as it is now: we go on in a copy.
#[inline(always)]
pub(super) fn resume<M: Meta>(m: &mut M, saved: u16) -> Flow {
    let before = m.slot(saved);
    let choice = m.reg(REG_CHOICE);
    let same = m.same(before, choice);
    if m.branch(same) {
        return Flow::Next;
    }
    let pc = m.pc();
    let code = m.code();
    let copy = m.new_frame(code);
    for &s in data(m).copied_slots(pc) {
        let v = m.slot(s);
        m.init_slot(&copy, s, v);
    }
    let aux = m.aux();
    m.init_aux(&copy, aux);
    m.replace_frame(copy);
    m.set_pc(pc);
    Flow::Next
}

/// An exception is pending: unwinds to its handler.
#[inline(always)]
pub(super) fn raise<M: Meta>(m: &mut M) -> Flow {
    // The handler is looked for in frames as they are in memory.
    m.stop_recording();
    let frame = m.current_frame();
    let token = m.const_int(m_token(m, m.pc()));
    let handler = m.call(&FIND_HANDLER, [frame.val(), token.val()]);
    let handler = m.cast::<Frame>(handler);
    m.switch_last(handler, Arrival::Raise)
}

/// The goal in slot 0 with `extra` more arguments after it.
#[inline(always)]
pub(super) fn meta_call<M: Meta>(m: &mut M, extra: u16) -> Flow {
    let mut goal = m.slot(0);
    let p = pl(m);
    let mut module = p.known.user;
    loop {
        let (g, tag) = deref(m, goal);
        goal = g;
        let functor = if tag == STRUCT {
            let s = m.cast::<Struct>(goal);
            m.shape(s)
        } else if tag == Tag::SYMBOL {
            let name = m.promote(goal).as_symbol();
            p.functor(crate::syntax::Atom(name), 0)
        } else if extra > 0 && is_callable_object(tag) {
            return call_object(m, goal, extra);
        } else {
            let e = m.try_call(&BAD_GOAL, [goal]);
            debug_assert!(e.is_err());
            return raise(m);
        };
        let (name, arity) = p.name_arity(functor);
        let s = m.cast::<Struct>(goal);
        if (name, arity) == (p.known.colon, 2) {
            let qualifier = m.item_at(s, Struct::ARGS, 0);
            let (qualifier, tag) = deref(m, qualifier);
            if tag == Tag::SYMBOL {
                module = crate::syntax::Atom(m.promote(qualifier).as_symbol());
                goal = m.item_at(s, Struct::ARGS, 1);
                continue;
            }
        }
        let total = arity + extra as usize;
        if extra == 0 && p.is_control(name, arity) {
            return control(m, goal, module);
        }
        if total > crate::db::ARITY_MAX {
            let e = m.try_call(&BAD_GOAL, [goal]);
            debug_assert!(e.is_err());
            return raise(m);
        }
        let core = m.core();
        let pred = m.outlined(|_| find_pred(core, p, module, name, total));
        let code = code_of(m, pred);
        let frame = m.new_frame(code);
        // Goals passed out of a module carry its name.
        let qualifies = ![p.known.user, p.known.system, pred.module].contains(&module);
        let meta = pred.meta.borrow();
        let is_goal = |i: usize| qualifies && meta.get(i).is_some_and(|m| *m != 0xFF);
        for i in 0..arity {
            let mut v = m.item_at(s, Struct::ARGS, i as u16);
            if is_goal(i) {
                let colon = p.functor(p.known.colon, 2);
                let whole = m.alloc_sized::<Struct>(colon, 2);
                let module = m.val(Value::symbol(module.0));
                m.set_item_at(whole, Struct::ARGS, 0, module);
                m.set_item_at(whole, Struct::ARGS, 1, v);
                v = whole.val();
            }
            m.init_slot(&frame, i as u16, v);
        }
        for i in 0..extra {
            let v = m.slot(i + 1);
            m.init_slot(&frame, arity as u16 + i, v);
        }
        let barrier = m.reg(REG_CHOICE);
        m.init_aux(&frame, barrier);
        m.replace_frame(frame);
        return Flow::Next;
    }
}

#[inline(never)]
pub(super) fn find_pred(
    core: *mut metatrace::VmCore,
    p: &'static Pl,
    module: crate::syntax::Atom,
    name: crate::syntax::Atom,
    arity: usize,
) -> &'static Pred {
    let _ = p;
    crate::db::resolve(Vm::from_core(core), module, name, arity)
}

/// A control construct as a goal: checked, then interpreted by `'$meta'/3`.
#[inline(always)]
pub(super) fn control<M: Meta>(m: &mut M, goal: Val<M>, module: crate::syntax::Atom) -> Flow {
    if m.try_call(&CHECK_BODY, [goal]).is_err() {
        return raise(m);
    }
    let pred = pl(m)
        .meta_interpreter
        .get()
        .expect("the system library defines it");
    let barrier = m.reg(REG_CHOICE);
    enter_meta(m, pred, goal, barrier, module)
}

#[inline(always)]
pub(super) fn enter_meta<M: Meta>(
    m: &mut M,
    pred: &'static Pred,
    goal: Val<M>,
    barrier: Val<M>,
    module: crate::syntax::Atom,
) -> Flow {
    let code = code_of(m, pred);
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, goal);
    m.init_slot(&frame, 1, barrier);
    let module = m.val(Value::symbol(module.0));
    m.init_slot(&frame, 2, module);
    let choice = m.reg(REG_CHOICE);
    m.init_aux(&frame, choice);
    m.replace_frame(frame);
    Flow::Next
}

/// An undefined predicate: another module or a library may have it by now.
#[inline(always)]
pub(super) fn undefined<M: Meta>(m: &mut M) -> Flow {
    let this = data(m).pred;
    let core = m.core();
    let found = m.outlined(|_| look_again(core, this));
    match found {
        Some(pred) => {
            let code = code_of(m, pred);
            let frame = m.new_frame(code);
            for i in 0..this.arity {
                let v = m.slot(i);
                m.init_slot(&frame, i, v);
            }
            let barrier = m.reg(REG_CHOICE);
            m.init_aux(&frame, barrier);
            m.replace_frame(frame);
            Flow::Next
        }
        None => {
            let id = m.const_int(this.id as i64);
            match m.try_call(&UNKNOWN, [id.val()]) {
                Ok(_) => backtrack(m),
                Err(Raised) => raise(m),
            }
        }
    }
}

#[inline(never)]
pub(super) fn look_again(
    core: *mut metatrace::VmCore,
    this: &'static Pred,
) -> Option<&'static Pred> {
    let found = crate::db::resolve(
        Vm::from_core(core),
        this.module,
        this.name,
        this.arity as usize,
    );
    (found.kind.get() != crate::state::PredKind::Undefined).then_some(found)
}

/// The clause of a dynamic predicate to try after number `seq` (NIL: first).
#[inline(always)]
pub(super) fn next_clause<M: Meta>(
    m: &mut M,
    n: u16,
    seq: Val<M>,
    generation: Val<M>,
) -> Result<Val<M>, Raised> {
    let id = m.const_int(data(m).pred.id as i64);
    let mut args: SmallVec<[Val<M>; 8]> = SmallVec::from_slice(&[id.val(), seq, generation]);
    for i in 0..n {
        let v = m.slot(i);
        args.push(v);
    }
    m.call_many(&DYN_NEXT, &args)
}

/// Runs clause number `seq` of a dynamic predicate after arranging for the next one.
#[inline(always)]
pub(super) fn dyn_clause<M: Meta>(
    m: &mut M,
    n: u16,
    seq: Val<M>,
    generation: Val<M>,
    retry: bool,
) -> Flow {
    let pred = data(m).pred;
    let id = m.const_int(pred.id as i64);
    let Ok(next) = next_clause(m, n, seq, generation) else {
        return raise(m);
    };
    let more = !m.is(next, Value::FALSE);
    if more {
        m.set_slot(n + 1, next);
        m.set_slot(n + 2, generation);
        if retry {
            // The choice point sees the changed slots in its frame.
            m.current_frame();
        } else {
            push_choice(m, crate::compile::stubs::DYN_RETRY_PC);
        }
    } else if retry {
        pop_choice(m);
    }
    let mut args: SmallVec<[Val<M>; 8]> = SmallVec::new();
    args.push(id.val());
    args.push(seq);
    for i in 0..n {
        let v = m.slot(i);
        args.push(v);
    }
    let body = match m.call_many(&DYN_UNIFY, &args) {
        Ok(v) => v,
        Err(Raised) => return raise(m),
    };
    if m.is(body, Value::FALSE) {
        return backtrack(m);
    }
    let p = pl(m);
    if m.is(body, Value::symbol(p.known.true_.0)) {
        return m.return_last(Arrival::Return);
    }
    let barrier = m.aux();
    let meta = p
        .meta_interpreter
        .get()
        .expect("the system library defines it");
    enter_meta(m, meta, body, barrier, pred.module)
}
