//! Strings, exceptions, `with`, `match`: what statements are made of.

use crate::builtins::{matching, text};
use crate::interp::call::{Args, instantiate, invoke, invoke_prelude, promote_class};
use crate::interp::errors;
use crate::interp::frames::{Cont, complete, raise_value, raised, reraised, state, take_state};
use crate::op::{Instr, num};
use crate::state::{FALLBACK, NOT_IMPLEMENTED, REG_HANDLED};
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Native, Val};
use runtime::layouts::{Dict, List, Str, Tuple};

/// Calls a native; if it wants guest code, the prelude's `fallback` instead.
fn native_or<M: Meta, const N: usize>(
    m: &mut M,
    native: &'static Native,
    args: [Val<M>; N],
    fallback: &'static str,
) -> Flow {
    match m.try_call(native, args) {
        Err(Raised) => raised(m),
        Ok(v) if m.is(v, FALLBACK) => {
            invoke_prelude(m, fallback, Args::positional(&args), Cont::Def)
        }
        Ok(v) => complete(m, Cont::Def, v),
    }
}

/// `Convert`, `Format`, `FormatSimple`.
#[inline(never)]
pub fn convert<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    let is_str = m.is_tag(v, Tag::layout(Str::ID));
    match (i.number(), i.c()) {
        (num::FormatSimple, _) | (num::Convert, 0) if is_str => complete(m, Cont::Def, v),
        (num::Convert, 0) => native_or(m, &text::STR, [v], "to_str"),
        (num::Convert, 1) => native_or(m, &text::REPR, [v], "to_repr"),
        (num::Convert, _) => native_or(m, &text::ASCII, [v], "to_ascii"),
        (num::Format, spec) => {
            let spec = m.slot(spec);
            native_or(m, &text::FORMAT, [v, spec], "to_format")
        }
        _ => {
            let empty = super::frames::vm(m).well_known.empty_str;
            let spec = m.val(empty);
            native_or(m, &text::FORMAT, [v, spec], "to_format")
        }
    }
}

/// `BuildString`.
#[inline(never)]
pub fn build_string<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let parts: smallvec::SmallVec<[Val<M>; 16]> = (0..i.c()).map(|k| m.slot(i.b() + k)).collect();
    let mut done: Option<Val<M>> = None;
    // At most 64 arguments to a native: longer texts are put together in pieces.
    for piece in parts.chunks(60) {
        let mut args: smallvec::SmallVec<[Val<M>; 16]> = done.into_iter().collect();
        args.extend_from_slice(piece);
        match m.call_many(&text::CONCAT_ALL, &args) {
            Ok(v) => done = Some(v),
            Err(Raised) => return raised(m),
        }
    }
    let v = match done {
        Some(v) => v,
        None => {
            let empty = super::frames::vm(m).well_known.empty_str;
            m.val(empty)
        }
    };
    complete(m, Cont::Def, v)
}

/// `Raise`, `RaiseFrom`, `RaiseBare`, `Reraise`.
#[inline(never)]
pub fn raise<M: Meta>(m: &mut M, i: Instr) -> Flow {
    if i.number() == num::Reraise {
        let e = m.slot(i.a());
        m.set_pending(e);
        return reraised(m);
    }
    if i.number() == num::RaiseBare {
        let e = m.reg(REG_HANDLED);
        if m.is_tag(e, Tag::IMM) {
            let _ = m.try_call(&errors::NOTHING_TO_RERAISE, []);
            return raised(m);
        }
        m.set_pending(e);
        return reraised(m);
    }
    let (again, made) = take_state(m);
    let given = if again == 0 { m.slot(i.a()) } else { made };
    let mut e = match m.try_call(&errors::CHECK_EXCEPTION, [given]) {
        Ok(e) => e,
        Err(Raised) => return raised(m),
    };
    if m.is(e, NOT_IMPLEMENTED) {
        let class = promote_class(m, given);
        return instantiate(m, class, Args::positional(&[]), Cont::State(1));
    }
    if i.number() == num::RaiseFrom {
        let cause = m.slot(i.b());
        e = match m.try_call(&errors::SET_CAUSE, [e, cause]) {
            Ok(e) => e,
            Err(Raised) => return raised(m),
        };
    }
    raise_value(m, e)
}

/// `PushExc`.
#[inline(never)]
pub fn push_exc<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let handled = m.reg(REG_HANDLED);
    let e = m.slot(i.b());
    m.set_slot(i.a(), handled);
    m.set_reg(REG_HANDLED, e);
    Flow::Next
}

/// `JumpIfNoMatch`.
#[inline(never)]
pub fn jump_if_no_match<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (e, classes) = (m.slot(i.a()), m.slot(i.b()));
    if m.is_tag(classes, Tag::layout(runtime::layouts::Class::ID)) {
        let class = promote_class(m, classes);
        if let Some(own) = super::frames::instance_class(m, e)
            && class.is_subclass(super::frames::state(m).types().BaseException)
        {
            if !own.is_subclass(class) {
                m.set_pc(i.c() as u32);
            }
            return Flow::Next;
        }
    }
    match m.try_call(&matching::EXCEPTION_MATCHES, [e, classes]) {
        Ok(b) => {
            if m.is(b, Value::FALSE) {
                m.set_pc(i.c() as u32);
            }
            Flow::Next
        }
        Err(Raised) => raised(m),
    }
}

/// `CallExit`, `CallExitExc`.
#[inline(never)]
pub fn call_exit<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (f, receiver) = (m.slot(i.b()), m.slot(i.b() + 1));
    let mut args = Args::positional(&[]);
    if !m.is(receiver, Value::UNDEF) {
        args.values.push(receiver);
    }
    if i.number() == num::CallExit {
        let none = m.val(Value::NONE);
        args.values.extend([none, none, none]);
    } else {
        let e = m.slot(i.c());
        let class = super::attributes::class_of(m, e);
        let class = m.val(class.value.get());
        let traceback = m.call(&matching::TRACEBACK_OF, [e]);
        args.values.extend([class, e, traceback]);
    }
    invoke(m, f, args, Cont::Def)
}

/// `PrintExpr`.
#[inline(never)]
pub fn print_expr<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.a());
    if m.is(v, Value::NONE) {
        return Flow::Next;
    }
    invoke_prelude(m, "print_expr", Args::positional(&[v]), Cont::Def)
}

/// `JumpIfNotSequence`, `JumpIfNotMapping`.
#[inline(never)]
pub fn jump_if_not_pattern<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.a());
    let tag = m.tag(v);
    let sequence = i.number() == num::JumpIfNotSequence;
    let at_once = if sequence {
        tag == Tag::layout(Tuple::ID) || tag == Tag::layout(List::ID)
    } else {
        tag == Tag::layout(Dict::ID)
    };
    if at_once {
        return Flow::Next;
    }
    let native = if sequence {
        &matching::IS_SEQUENCE
    } else {
        &matching::IS_MAPPING
    };
    let b = m.call(native, [v]);
    if m.is(b, Value::FALSE) {
        m.set_pc(i.b() as u32);
    }
    Flow::Next
}

/// `MatchClass` of the class `Term` without names: needs no prelude.
fn match_term<M: Meta>(m: &mut M, i: Instr) -> Option<Val<M>> {
    let term = state(m).types().Term.value.get();
    let class = m.slot(i.b() + 1);
    if !m.is(class, term) {
        return None;
    }
    let names = m.slot(i.b() + 2);
    let names = m.as_ref::<Tuple>(names)?;
    let count = m.get(names, Tuple::LEN);
    if m.promote_int(count) != 0 {
        return None;
    }
    let subject = m.slot(i.b());
    super::border::match_term(m, subject, i.c())
}

/// `MatchKeys`, `MatchRest`, `MatchClass`: all in the prelude but for terms.
#[inline(never)]
pub fn match_parts<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (name, args) = match i.number() {
        num::MatchKeys => ("match_keys", [m.slot(i.b()), m.slot(i.c())].to_vec()),
        num::MatchRest => ("match_rest", [m.slot(i.b()), m.slot(i.c())].to_vec()),
        _ => {
            if let Some(found) = match_term(m, i) {
                m.set_slot(i.a(), found);
                return Flow::Next;
            }
            let positional = m.const_int(i.c() as i64).val();
            let parts = [
                m.slot(i.b()),
                m.slot(i.b() + 1),
                m.slot(i.b() + 2),
                positional,
            ];
            ("match_class", parts.to_vec())
        }
    };
    invoke_prelude(m, name, Args::positional(&args), Cont::Def)
}
