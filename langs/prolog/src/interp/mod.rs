//! The step loop: one handler per bytecode, written once against `Meta`.
//!
//! A predicate's activation is a guest frame; its aux word is the choice point
//! that was newest when it was called (the cut barrier). A choice point refers
//! to a frame and a continuation in it. Frames that choice points may come back
//! to are not changed in ways that matter: variables have slots of their own,
//! and a caller whose callee left choice points goes on in a copy of its frame
//! ([`resume`]).

use crate::border::views::LOOK;
use crate::code::{FEW, MANY, PlCode, SwitchTable, TRACED_MAX};
use crate::layouts::*;
use crate::natives::*;
use crate::op::{self, Op};
use crate::state::{Pl, Pred};
use crate::term::DOT;
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
const VIEW: Tag = Tag::layout(ListView::LAYOUT.id);
const STRUCT: Tag = Tag::layout(Struct::LAYOUT.id);

mod answers;
mod arith;
mod border;
mod control;
mod convert;
mod unify;

use self::answers::*;
use self::arith::*;
use self::border::*;
use self::control::*;
use self::unify::*;

#[inline(always)]
fn data<M: Meta>(m: &M) -> &'static PlCode {
    metatrace::run::mem::code_data(m.code())
}

#[inline(always)]
fn pl<M: Meta>(m: &M) -> &'static Pl {
    data(m).pl
}

/// Calls `f` with the number and the slot of each of `n` packed argument slots;
/// pc is past them afterwards.
#[inline(always)]
fn each_packed<M: Meta>(m: &mut M, n: u16, mut f: impl FnMut(&mut M, u16, u16)) {
    let mut i = 0;
    while i < n {
        let mut w = m.fetch();
        let end = n.min(i + 4);
        while i < end {
            f(m, i, w as u16);
            w >>= 16;
            i += 1;
        }
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
                let point = op::a(w);
                if point != op::NO_POINT && m.merge_point(point) {
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
            Op::GetPair => get_pair(m, w),
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
            Op::BindStruct => bind_struct(m, w),
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
            Op::CompareConst => compare_const(m, w),
            Op::Test => type_test(m, w),
            Op::Same => identical(m, w),
            Op::GetArg => {
                if wake(m, start) {
                    return Flow::Next;
                }
                get_arg(m, w)
            }
            Op::Builtin => {
                if wake(m, start) {
                    return Flow::Next;
                }
                let n = m.fetch();
                let native = data(m).natives[n as usize];
                let mut args: SmallVec<[Val<M>; 8]> = SmallVec::new();
                each_packed(m, op::a(w), |m, _, s| args.push(m.slot(s)));
                match m.call_many(native.0, &args) {
                    Ok(v) => {
                        if m.is(v, Value::TRUE) {
                            Flow::Next
                        } else {
                            backtrack(m)
                        }
                    }
                    Err(Raised) => {
                        let id = m.const_int(native.1 as i64);
                        m.call(&ADD_CONTEXT, [id.val()]);
                        raise(m)
                    }
                }
            }
            Op::MetaCall => meta_call(m, op::a(w)),
            Op::Undefined => undefined(m),
            Op::DynCall => {
                let pred = data(m).pred;
                let n = op::a(w);
                let id = m.const_int(pred.id as i64);
                let nil = m.val(Value::NIL);
                let generation = m.call(&GENERATION, [id.val()]);
                let Ok(seq) = next_clause(m, n, nil, generation) else {
                    return raise(m);
                };
                if m.is(seq, Value::FALSE) {
                    return backtrack(m);
                }
                dyn_clause(m, n, seq, generation, false)
            }
            Op::DynRetry => {
                let n = op::a(w);
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
            _ => m.outlined(|m| border_step(m, w)),
        }
    }

    fn arrive<M: Meta>(m: &mut M, how: Arrival) -> Flow {
        match how {
            Arrival::Start | Arrival::Return => Flow::Next,
            Arrival::Fail => m.outlined(|m| callee_failed(m)),
            Arrival::Raise => raise(m),
        }
    }
}
