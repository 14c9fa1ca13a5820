//! The step loop: one handler per bytecode, written once against `Meta`.
//!
//! A predicate's activation is a guest frame; its aux word is the choice point
//! that was newest when it was called (the cut barrier). A choice point refers
//! to a frame and a continuation in it. Frames that choice points may come back
//! to are not changed in ways that matter: variables have slots of their own,
//! and a caller whose callee left choice points goes on in a copy of its frame
//! ([`resume`]).

use crate::arith;
use crate::code::PlCode;
use crate::layouts::*;
use crate::natives::*;
use crate::op::{self, Op};
use crate::state::{Pl, Pred};
use metatrace::interp::Interp;
use metatrace::ir::{Op as Ir, Tag};
use metatrace::layout::{Frame, LayoutType};
use metatrace::meta::{Arrival, Flow, Int, Meta, Raised, Ref, Val};
use metatrace::value::Value;
use runtime::Vm;
use smallvec::SmallVec;

/// The interpreter of Prolog bytecode.
pub struct Prolog;

const VAR: Tag = Tag::layout(Var::LAYOUT.id);
const ATTVAR: Tag = Tag::layout(AttVar::LAYOUT.id);
const STRUCT: Tag = Tag::layout(Struct::LAYOUT.id);

type Slots = SmallVec<[u16; 8]>;

#[inline(always)]
fn data<M: Meta>(m: &M) -> &'static PlCode {
    m.code().data::<PlCode>()
}

#[inline(always)]
fn pl<M: Meta>(m: &M) -> &'static Pl {
    data(m).pl
}

/// Follows bindings; the tag is that of the result.
#[inline(always)]
fn deref<M: Meta>(m: &mut M, mut v: Val<M>) -> (Val<M>, Tag) {
    loop {
        let tag = m.tag(v);
        let next = if tag == VAR {
            let var = m.cast::<Var>(v);
            m.get(var, Var::REF)
        } else if tag == ATTVAR {
            let var = m.cast::<AttVar>(v);
            m.get(var, AttVar::REF)
        } else {
            return (v, tag);
        };
        if m.is(next, Value::UNDEF) {
            return (v, tag);
        }
        v = next;
    }
}

#[inline(always)]
fn is_var(tag: Tag) -> bool {
    tag == VAR || tag == ATTVAR
}

/// A fresh unbound variable.
#[inline(always)]
fn new_var<M: Meta>(m: &mut M) -> Val<M> {
    let stamp = m.reg(REG_STAMP);
    let stamp = m.cast_int(stamp);
    let var = m.alloc::<Var>(0);
    let undef = m.val(Value::UNDEF);
    m.set(var, Var::REF, undef);
    m.set(var, Var::STAMP, stamp);
    var.val()
}

/// Binds a dereferenced unbound variable.
#[inline(always)]
fn bind<M: Meta>(m: &mut M, var: Val<M>, tag: Tag, to: Val<M>) {
    if tag == VAR {
        let v = m.cast::<Var>(var);
        let stamp = m.get(v, Var::STAMP);
        let newest = m.reg(REG_STAMP);
        let newest = m.cast_int(newest);
        if m.lt(stamp, newest) {
            let record = m.alloc::<Trail>(0);
            let top = m.reg(REG_TRAIL);
            m.set(record, Trail::PREV, top);
            m.set(record, Trail::VAR, var);
            m.set_reg(REG_TRAIL, record.val());
        }
        m.set(v, Var::REF, to);
    } else {
        m.call(&BIND, [var, to]);
    }
}

/// Unifies two values.
#[inline(always)]
fn unify<M: Meta>(m: &mut M, a: Val<M>, b: Val<M>) -> bool {
    let (a, ta) = deref(m, a);
    let (b, tb) = deref(m, b);
    let same = m.same(a, b);
    if m.branch(same) {
        return true;
    }
    if ta == VAR {
        if tb == VAR {
            let (va, vb) = (m.cast::<Var>(a), m.cast::<Var>(b));
            let sa = m.get(va, Var::STAMP);
            let sb = m.get(vb, Var::STAMP);
            // The younger is bound to the older.
            if m.lt(sa, sb) {
                bind(m, b, tb, a);
            } else {
                bind(m, a, ta, b);
            }
        } else {
            bind(m, a, ta, b);
        }
        return true;
    }
    if tb == VAR {
        bind(m, b, tb, a);
        return true;
    }
    let atomic = |t: Tag| t == Tag::INT || t == Tag::SYMBOL;
    if atomic(ta) && !is_var(tb) || atomic(tb) && !is_var(ta) {
        return false;
    }
    let ok = m.call(&UNIFY, [a, b]);
    m.is(ok, Value::TRUE)
}

/// Unifies a value with a constant that is no heap object.
#[inline(always)]
fn unify_const<M: Meta>(m: &mut M, v: Val<M>, constant: Value) -> bool {
    let (v, tag) = deref(m, v);
    if is_var(tag) {
        let c = m.val(constant);
        bind(m, v, tag, c);
        return true;
    }
    m.is(v, constant)
}

/// Pushes a choice point that continues in the current frame at `pc`.
#[inline(always)]
fn push_choice<M: Meta>(m: &mut M, pc: u32) {
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
fn m_token<M: Meta>(m: &M, pc: u32) -> i64 {
    m.code().token(pc)
}

/// Makes `to` (a choice point or NIL) the newest one.
#[inline(always)]
fn set_choice<M: Meta>(m: &mut M, to: Val<M>) {
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
fn pop_choice<M: Meta>(m: &mut M) {
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

/// Continues in another frame, which waits at its token; the current one is abandoned.
#[inline(always)]
fn switch_frame<M: Meta>(m: &mut M, frame: Ref<M, Frame>, how: Arrival) -> Flow {
    let lang = m.code().lang;
    m.switch_frame(frame);
    if m.code().lang == lang {
        Flow::Next
    } else {
        Flow::Switch(how)
    }
}

/// Fails: undoes bindings and continues at the newest choice point.
#[inline(always)]
fn backtrack<M: Meta>(m: &mut M) -> Flow {
    let top = m.reg(REG_CHOICE);
    let choice = m.cast::<Choice>(top);
    let mark = m.get(choice, Choice::TRAIL);
    let trail = m.reg(REG_TRAIL);
    let clean = m.same(trail, mark);
    if !m.branch(clean) {
        m.call(&UNDO, [mark]);
    }
    let nil = m.val(Value::NIL);
    m.set_reg(REG_WAKE, nil);
    let frame = m.get(choice, Choice::FRAME);
    let frame = m.cast::<Frame>(frame);
    let token = m.get(choice, Choice::TOKEN);
    m.set(frame, Frame::TOKEN, token);
    switch_frame(m, frame, Arrival::Fail)
}

/// Drops choice points newer than `to`. `Some`: goals of call_cleanup run first.
#[inline(always)]
fn cut<M: Meta>(m: &mut M, to: Val<M>) -> Flow {
    let top = m.reg(REG_CHOICE);
    let same = m.same(top, to);
    if m.branch(same) {
        return Flow::Next;
    }
    set_choice(m, to);
    let stamp = m.reg(REG_STAMP);
    let stamp = m.cast_int(stamp);
    let clean = m.reg(REG_CLEAN);
    let clean = m.cast_int(clean);
    let pending = m.lt(stamp, clean);
    let trail = m.reg(REG_TRAIL);
    let untouched = if m.is(to, Value::NIL) {
        false
    } else {
        let c = m.cast::<Choice>(to);
        let mark = m.get(c, Choice::TRAIL);
        let same = m.same(trail, mark);
        m.branch(same)
    };
    if !untouched {
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
fn code_of<M: Meta>(m: &mut M, pred: &'static Pred) -> &'static metatrace::code::Code {
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
fn slow_code(core: *mut metatrace::VmCore, pred: &'static Pred) -> &'static metatrace::code::Code {
    crate::db::code_of(Vm::from_core(core), pred)
}

/// Reads `n` packed slots; pc is past them afterwards.
#[inline(always)]
fn packed<M: Meta>(m: &mut M, n: u16) -> Slots {
    let mut slots = Slots::new();
    let mut left = n;
    while left > 0 {
        let mut w = m.fetch();
        for _ in 0..left.min(4) {
            slots.push(w as u16);
            w >>= 16;
        }
        left -= left.min(4);
    }
    slots
}

/// Attributed variables were bound: runs their goals before the instruction at `pc`.
#[inline(always)]
fn wake<M: Meta>(m: &mut M, pc: u32) -> bool {
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
fn call<M: Meta>(m: &mut M, start: u32, w: u64) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    let id = m.fetch() as u32;
    let slots = packed(m, op::a(w));
    let pred = pl(m).pred_by_id(id);
    let code = code_of(m, pred);
    let choice = m.reg(REG_CHOICE);
    m.set_slot(op::c(w), choice);
    let frame = m.new_frame(code);
    for (i, &s) in slots.iter().enumerate() {
        let v = m.slot(s);
        m.init_slot(&frame, i as u16, v);
    }
    m.init_aux(&frame, choice);
    let pc = m.pc();
    m.enter_frame(frame, pc);
    Flow::Next
}

#[inline(always)]
fn execute<M: Meta>(m: &mut M, start: u32, w: u64) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    let id = m.fetch() as u32;
    let slots = packed(m, op::a(w));
    let pred = pl(m).pred_by_id(id);
    let code = code_of(m, pred);
    let choice = m.reg(REG_CHOICE);
    if code == m.code() {
        let barrier = m.aux();
        let same = m.same(choice, barrier);
        if m.branch(same) {
            // Nothing refers to this frame: it serves again.
            let args: SmallVec<[Val<M>; 8]> = slots.iter().map(|s| m.slot(*s)).collect();
            for (i, v) in args.into_iter().enumerate() {
                m.set_slot(i as u16, v);
            }
            m.set_pc(0);
            return Flow::Next;
        }
    }
    let frame = m.new_frame(code);
    for (i, &s) in slots.iter().enumerate() {
        let v = m.slot(s);
        m.init_slot(&frame, i as u16, v);
    }
    m.init_aux(&frame, choice);
    m.replace_frame(frame);
    Flow::Next
}

/// Returns to the parent frame.
#[inline(always)]
fn proceed<M: Meta>(m: &mut M, start: u32) -> Flow {
    if wake(m, start) {
        return Flow::Next;
    }
    let lang = m.code().lang;
    m.leave_frame();
    if m.code().lang == lang {
        Flow::Next
    } else {
        Flow::Switch(Arrival::Return)
    }
}

/// After a call. If the callee left choice points, they will come back to this
/// frame as it is now: we go on in a copy.
#[inline(always)]
fn resume<M: Meta>(m: &mut M, saved: u16) -> Flow {
    let before = m.slot(saved);
    let choice = m.reg(REG_CHOICE);
    let same = m.same(before, choice);
    if m.branch(same) {
        return Flow::Next;
    }
    let pc = m.pc();
    let code = m.code();
    let copy = m.new_frame(code);
    for s in 0..code.slots {
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
fn raise<M: Meta>(m: &mut M) -> Flow {
    let frame = m.current_frame();
    let handler = m.call(&FIND_HANDLER, [frame.val()]);
    let handler = m.cast::<Frame>(handler);
    switch_frame(m, handler, Arrival::Raise)
}

/// Builtins: TRUE or FALSE.
#[inline(always)]
fn outcome<M: Meta>(m: &mut M, result: Result<Val<M>, Raised>) -> Flow {
    match result {
        Ok(v) => {
            if m.is(v, Value::TRUE) {
                Flow::Next
            } else {
                backtrack(m)
            }
        }
        Err(Raised) => raise(m),
    }
}

/// A test's failure: backtrack, or go to the else branch.
#[inline(always)]
fn otherwise<M: Meta>(m: &mut M, holds: bool, word: u64) -> Flow {
    if holds {
        return Flow::Next;
    }
    match op::pc(word) {
        0 => backtrack(m),
        pc => {
            m.set_pc(pc);
            Flow::Next
        }
    }
}

/// Two operands as fixnums, if both are.
#[inline(always)]
fn ints<M: Meta>(m: &mut M, a: u16, b: u16) -> Result<(Int<M>, Int<M>), (Val<M>, Val<M>)> {
    let (x, y) = (m.slot(a), m.slot(b));
    let (x, tx) = deref(m, x);
    let (y, ty) = deref(m, y);
    if tx == Tag::INT && ty == Tag::INT {
        Ok((m.cast_int(x), m.cast_int(y)))
    } else {
        Err((x, y))
    }
}

/// Add, Sub, Mul: fixnums and floats in line, the rest by the general function.
#[inline(always)]
fn arithmetic<M: Meta>(m: &mut M, op: Op, w: u64) -> Flow {
    let (row, float) = match op {
        Op::Add => (0, Ir::FloatAdd),
        Op::Sub => (1, Ir::FloatSub),
        _ => (2, Ir::FloatMul),
    };
    let (x, y) = match ints(m, op::b(w), op::c(w)) {
        Ok((x, y)) => {
            let result = match op {
                Op::Add => m.add(x, y),
                Op::Sub => m.sub(x, y),
                _ => m.mul(x, y),
            };
            if let Some(r) = result {
                m.set_slot(op::a(w), r.val());
                return Flow::Next;
            }
            (x.val(), y.val())
        }
        Err((x, y)) => {
            if m.is_tag(x, Tag::FLOAT)
                && m.is_tag(y, Tag::FLOAT)
                && let (Some(fx), Some(fy)) = (m.float(x), m.float(y))
            {
                let r = m.float_op(float, fx, fy);
                // Overflow and NaN are errors: the general function raises them.
                let finite = m.float_op(Ir::FloatSub, r, r);
                let zero = m.const_float(0.0);
                let ok = m.float_cmp(Ir::FloatEq, finite, zero);
                if m.branch(ok) {
                    let r = m.box_float(r);
                    m.set_slot(op::a(w), r);
                    return Flow::Next;
                }
            }
            (x, y)
        }
    };
    let row = m.const_int(row);
    let result = m.try_call(&ARITH2, [row.val(), x, y]);
    store_result(m, op::a(w), result)
}

#[inline(always)]
fn store_result<M: Meta>(m: &mut M, slot: u16, result: Result<Val<M>, Raised>) -> Flow {
    match result {
        Ok(v) => {
            m.set_slot(slot, v);
            Flow::Next
        }
        Err(Raised) => raise(m),
    }
}

/// Arithmetic of rarer functions; bit operations on fixnums stay in line.
#[inline(always)]
fn arith2<M: Meta>(m: &mut M, w: u64) -> Flow {
    let row = m.fetch();
    let name = arith::BINARY[row as usize].0;
    let (x, y) = match ints(m, op::b(w), op::c(w)) {
        Ok((x, y)) => {
            if let Some(r) = int_function(m, name, x, y) {
                m.set_slot(op::a(w), r.val());
                return Flow::Next;
            }
            (x.val(), y.val())
        }
        Err(pair) => pair,
    };
    let row = m.const_int(row as i64);
    let result = m.try_call(&ARITH2, [row.val(), x, y]);
    store_result(m, op::a(w), result)
}

#[inline(always)]
fn int_function<M: Meta>(m: &mut M, name: &str, x: Int<M>, y: Int<M>) -> Option<Int<M>> {
    let op = match name {
        "/\\" => Ir::IntAnd,
        "\\/" => Ir::IntOr,
        "xor" => Ir::IntXor,
        "mod" => Ir::IntMod,
        "rem" => Ir::IntRem,
        "//" => Ir::IntQuot,
        "div" => Ir::IntFloorDiv,
        ">>" => Ir::IntShr,
        "min" | "max" => {
            let less = m.lt(x, y);
            return Some(if less == (name == "min") { x } else { y });
        }
        _ => return None,
    };
    let zero = m.const_int(0);
    match op {
        Ir::IntMod | Ir::IntRem | Ir::IntQuot | Ir::IntFloorDiv => {
            // A positive divisor: no division by zero, no overflow.
            if !m.lt(zero, y) {
                return None;
            }
        }
        Ir::IntShr => {
            let limit = m.const_int(62);
            if !m.in_range(y, limit) {
                return None;
            }
        }
        _ => {}
    }
    Some(m.int_op(op, x, y))
}

#[inline(always)]
fn compare<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let relation = op::c(w);
    let holds = match ints(m, op::a(w), op::b(w)) {
        Ok((x, y)) => {
            let (op, x, y) = match relation {
                0 => (Ir::IntLt, x, y),
                1 => (Ir::IntLe, x, y),
                2 => (Ir::IntLt, y, x),
                3 => (Ir::IntLe, y, x),
                4 => (Ir::IntEq, x, y),
                _ => (Ir::IntNe, x, y),
            };
            let c = m.int_cmp(op, x, y);
            m.branch(c)
        }
        Err((x, y)) => {
            let relation = m.const_int(relation as i64);
            match m.try_call(&COMPARE, [relation.val(), x, y]) {
                Ok(v) => m.is(v, Value::TRUE),
                Err(Raised) => return raise(m),
            }
        }
    };
    otherwise(m, holds, word)
}

#[inline(always)]
fn type_test<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let v = m.slot(op::a(w));
    let (v, tag) = deref(m, v);
    let float = || tag == Tag::FLOAT || tag == Tag::layout(metatrace::layout::FLOAT_BOX);
    let integer = || tag == Tag::INT || tag == Tag::layout(runtime::layouts::BigInt::LAYOUT.id);
    let holds = match op::TESTS[op::c(w) as usize] {
        "var" => is_var(tag),
        "nonvar" => !is_var(tag),
        "atom" => tag == Tag::SYMBOL,
        "integer" => integer(),
        "float" => float(),
        "number" => integer() || float(),
        "atomic" => !is_var(tag) && tag != STRUCT,
        "compound" => tag == STRUCT,
        "callable" => tag == STRUCT || tag == Tag::SYMBOL,
        "string" => tag == Tag::layout(runtime::layouts::Str::LAYOUT.id),
        "attvar" => tag == ATTVAR,
        _ => {
            let r = m.call(&IS_LIST, [v]);
            m.is(r, Value::TRUE)
        }
    };
    otherwise(m, holds, word)
}

#[inline(always)]
fn identical<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let (a, b) = (m.slot(op::a(w)), m.slot(op::b(w)));
    let (a, ta) = deref(m, a);
    let (b, tb) = deref(m, b);
    let same = m.same(a, b);
    let equal = if m.branch(same) {
        true
    } else if [ta, tb]
        .iter()
        .any(|t| is_var(*t) || *t == Tag::INT || *t == Tag::SYMBOL)
    {
        false
    } else {
        let r = m.call(&SAME, [a, b]);
        m.is(r, Value::TRUE)
    };
    otherwise(m, equal == (op::c(w) == 0), word)
}

#[inline(always)]
fn get_struct<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let functor = word as u32;
    let v = m.slot(op::a(w));
    let (v, tag) = deref(m, v);
    if tag == STRUCT {
        let s = m.cast::<Struct>(v);
        if m.shape(s) != functor {
            return backtrack(m);
        }
        m.set_slot(op::b(w), v);
        return Flow::Next;
    }
    if is_var(tag) {
        m.set_pc(op::pc(word));
        return Flow::Next;
    }
    backtrack(m)
}

#[inline(always)]
fn put_struct<M: Meta>(m: &mut M, w: u64) -> Flow {
    let functor = m.fetch() as u32;
    let slots = packed(m, op::a(w));
    let s = m.alloc_sized::<Struct>(functor, op::a(w));
    for (i, &slot) in slots.iter().enumerate() {
        let v = m.slot(slot);
        m.set_item_at(s, Struct::ARGS, i as u16, v);
    }
    m.set_slot(op::b(w), s.val());
    Flow::Next
}

#[inline(always)]
fn switch<M: Meta>(m: &mut M, w: u64) -> Flow {
    let v = m.slot(op::a(w));
    let table = &data(m).tables[op::pc(w) as usize];
    let (v, tag) = deref(m, v);
    let pc = if is_var(tag) {
        table.var
    } else if tag == STRUCT {
        let s = m.cast::<Struct>(v);
        let functor = m.shape(s);
        table.of_struct(functor)
    } else if table.consts.len() <= 4 {
        let mut to = table.other;
        for &(bits, pc) in &table.consts {
            if m.is(v, Value(bits)) {
                to = pc;
                break;
            }
        }
        to
    } else {
        let constant = m.promote(v);
        table.of_const(constant.0)
    };
    m.set_pc(pc);
    Flow::Next
}

/// The goal in slot 0 with `extra` more arguments after it.
#[inline(always)]
fn meta_call<M: Meta>(m: &mut M, extra: u16) -> Flow {
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
        let core = m.core();
        let pred = m.outlined(|_| find_pred(core, p, module, name, total));
        let code = code_of(m, pred);
        let frame = m.new_frame(code);
        for i in 0..arity {
            let v = m.item_at(s, Struct::ARGS, i as u16);
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
fn find_pred(
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
fn control<M: Meta>(m: &mut M, goal: Val<M>, module: crate::syntax::Atom) -> Flow {
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
fn enter_meta<M: Meta>(
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
fn undefined<M: Meta>(m: &mut M) -> Flow {
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
fn look_again(core: *mut metatrace::VmCore, this: &'static Pred) -> Option<&'static Pred> {
    let found = crate::db::resolve(
        Vm::from_core(core),
        this.module,
        this.name,
        this.arity as usize,
    );
    (found.kind.get() != crate::state::PredKind::Undefined).then_some(found)
}

/// Runs clause number `seq` of a dynamic predicate after arranging for the next one.
#[inline(always)]
fn dyn_clause<M: Meta>(m: &mut M, n: u16, seq: Val<M>, generation: Val<M>, retry: bool) -> Flow {
    let pred = data(m).pred;
    let id = m.const_int(pred.id as i64);
    let nil = m.val(Value::NIL);
    let first = if n > 0 { m.slot(0) } else { nil };
    let next = m.call(&DYN_NEXT, [id.val(), seq, generation, first]);
    let more = !m.is(next, Value::FALSE);
    if more {
        m.set_slot(n + 1, next);
        m.set_slot(n + 2, generation);
        if !retry {
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
        let lang = m.code().lang;
        m.leave_frame();
        return if m.code().lang == lang {
            Flow::Next
        } else {
            Flow::Switch(Arrival::Return)
        };
    }
    let barrier = m.aux();
    let meta = p
        .meta_interpreter
        .get()
        .expect("the system library defines it");
    enter_meta(m, meta, body, barrier, pred.module)
}

impl Interp for Prolog {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let start = m.pc();
        let w = m.fetch();
        match Op::of(w) {
            Op::Enter => {
                if m.merge_point(op::a(w)) {
                    return Flow::Merge;
                }
                Flow::Next
            }
            Op::Call => call(m, start, w),
            Op::Execute => execute(m, start, w),
            Op::Proceed => proceed(m, start),
            Op::Resume => resume(m, op::a(w)),
            Op::Try => {
                push_choice(m, op::pc(w));
                Flow::Next
            }
            Op::Retry => {
                if m.merge_point(op::a(w)) {
                    return Flow::Merge;
                }
                let top = m.reg(REG_CHOICE);
                let top = m.cast::<Choice>(top);
                let token = m.const_int(m_token(m, op::pc(w)));
                m.set(top, Choice::TOKEN, token);
                Flow::Next
            }
            Op::Trust => {
                pop_choice(m);
                Flow::Next
            }
            Op::Jump => {
                m.set_pc(op::pc(w));
                Flow::Next
            }
            Op::Fail => backtrack(m),
            Op::Cut | Op::CutTo => {
                if wake(m, start) {
                    return Flow::Next;
                }
                let to = if Op::of(w) == Op::Cut {
                    m.aux()
                } else {
                    let v = m.slot(op::a(w));
                    deref(m, v).0
                };
                cut(m, to)
            }
            Op::Mark => {
                let b = m.reg(REG_CHOICE);
                m.set_slot(op::a(w), b);
                Flow::Next
            }
            Op::SoftCut => {
                let own = m.slot(op::a(w));
                let top = m.reg(REG_CHOICE);
                let same = m.same(own, top);
                if m.branch(same) {
                    pop_choice(m);
                } else {
                    let own = m.cast::<Choice>(own);
                    let token = m.const_int(m_token(m, op::pc(w)));
                    m.set(own, Choice::TOKEN, token);
                }
                Flow::Next
            }
            Op::PopIf => {
                if wake(m, start) {
                    return Flow::Next;
                }
                let own = m.slot(op::a(w));
                let top = m.reg(REG_CHOICE);
                let same = m.same(own, top);
                if m.branch(same) {
                    pop_choice(m);
                } else if op::pc(w) != 0 {
                    m.set_pc(op::pc(w));
                }
                Flow::Next
            }
            Op::GetConst => {
                let constant = Value(m.fetch());
                let v = m.slot(op::a(w));
                if unify_const(m, v, constant) {
                    Flow::Next
                } else {
                    backtrack(m)
                }
            }
            Op::GetStruct => get_struct(m, w),
            Op::Arg => {
                let s = m.slot(op::b(w));
                let s = m.cast::<Struct>(s);
                let v = m.item_at(s, Struct::ARGS, op::c(w));
                m.set_slot(op::a(w), v);
                Flow::Next
            }
            Op::Unify => {
                let (a, b) = (m.slot(op::a(w)), m.slot(op::b(w)));
                if unify(m, a, b) {
                    Flow::Next
                } else {
                    backtrack(m)
                }
            }
            Op::Bind => {
                let (a, b) = (m.slot(op::a(w)), m.slot(op::b(w)));
                let (a, tag) = deref(m, a);
                if is_var(tag) {
                    bind(m, a, tag, b);
                    Flow::Next
                } else if unify(m, a, b) {
                    // An earlier argument bound it meanwhile.
                    Flow::Next
                } else {
                    backtrack(m)
                }
            }
            Op::Move => {
                let v = m.slot(op::b(w));
                m.set_slot(op::a(w), v);
                Flow::Next
            }
            Op::PutConst => {
                let v = Value(m.fetch());
                let v = m.val(v);
                m.set_slot(op::a(w), v);
                Flow::Next
            }
            Op::PutPool => {
                let code = m.const_int(m.code().id as i64);
                let index = m.const_int(op::pc(w) as i64);
                let v = m.call(&POOL, [code.val(), index.val()]);
                m.set_slot(op::a(w), v);
                Flow::Next
            }
            Op::PutVar => {
                let v = new_var(m);
                m.set_slot(op::a(w), v);
                Flow::Next
            }
            Op::PutStruct => put_struct(m, w),
            Op::Switch => switch(m, w),
            Op::Add => arithmetic(m, Op::Add, w),
            Op::Sub => arithmetic(m, Op::Sub, w),
            Op::Mul => arithmetic(m, Op::Mul, w),
            Op::AddConst => {
                let k = Value(m.fetch());
                let x = m.slot(op::b(w));
                let (x, tag) = deref(m, x);
                let k = m.const_int(k.as_int());
                if tag == Tag::INT {
                    let i = m.cast_int(x);
                    if let Some(r) = m.add(i, k) {
                        m.set_slot(op::a(w), r.val());
                        return Flow::Next;
                    }
                }
                let row = m.const_int(0);
                let result = m.try_call(&ARITH2, [row.val(), x, k.val()]);
                store_result(m, op::a(w), result)
            }
            Op::Arith2 => arith2(m, w),
            Op::Arith1 => {
                let row = m.fetch();
                let row = m.const_int(row as i64);
                let x = m.slot(op::b(w));
                let result = m.try_call(&ARITH1, [row.val(), x]);
                store_result(m, op::a(w), result)
            }
            Op::Eval => {
                let x = m.slot(op::b(w));
                let (x, tag) = deref(m, x);
                if tag == Tag::INT || tag == Tag::FLOAT {
                    m.set_slot(op::a(w), x);
                    return Flow::Next;
                }
                let result = m.try_call(&EVAL, [x]);
                store_result(m, op::a(w), result)
            }
            Op::Compare => compare(m, w),
            Op::Test => type_test(m, w),
            Op::Same => identical(m, w),
            Op::Builtin => {
                if wake(m, start) {
                    return Flow::Next;
                }
                let n = m.fetch();
                let slots = packed(m, op::a(w));
                let native = pl(m).builtins.borrow()[n as usize].native;
                let args: SmallVec<[Val<M>; 8]> = slots.iter().map(|s| m.slot(*s)).collect();
                let result = m.call_many(native, &args);
                outcome(m, result)
            }
            Op::MetaCall => meta_call(m, op::a(w)),
            Op::Undefined => undefined(m),
            Op::DynCall => {
                let pred = data(m).pred;
                let n = op::a(w);
                let id = m.const_int(pred.id as i64);
                let nil = m.val(Value::NIL);
                let first = if n > 0 { m.slot(0) } else { nil };
                let generation = m.call(&GENERATION, [id.val()]);
                let seq = m.call(&DYN_NEXT, [id.val(), nil, generation, first]);
                if m.is(seq, Value::FALSE) {
                    return backtrack(m);
                }
                dyn_clause(m, n, seq, generation, false)
            }
            Op::DynRetry => {
                let n = op::a(w);
                if m.merge_point(op::b(w)) {
                    return Flow::Merge;
                }
                let seq = m.slot(n + 1);
                let generation = m.slot(n + 2);
                dyn_clause(m, n, seq, generation, true)
            }
            Op::Rethrow => {
                let ball = m.slot(op::a(w));
                m.set_pending(ball);
                raise(m)
            }
            Op::Halt => {
                let v = m.slot(op::a(w));
                m.set_transfer(v);
                m.leave_frame();
                Flow::Switch(Arrival::Return)
            }
            Op::CleanMark => {
                let top = m.reg(REG_CHOICE);
                let top = m.cast::<Choice>(top);
                let below = m.reg(REG_CLEAN);
                let below = m.cast_int(below);
                m.set(top, Choice::CLEAN, below);
                let stamp = m.get(top, Choice::STAMP);
                m.set_reg(REG_CLEAN, stamp.val());
                Flow::Next
            }
        }
    }

    fn arrive<M: Meta>(m: &mut M, how: Arrival) -> Flow {
        match how {
            Arrival::Start | Arrival::Return => Flow::Next,
            Arrival::Fail => backtrack(m),
            Arrival::Raise => raise(m),
        }
    }
}
