//! Operators on everything but plain numbers: builtins by natives, objects by their methods.
//!
//! An operator that calls a guest method runs again when the method returns (see
//! `frames.rs`); its state says which of the methods to try was the last.

use crate::builtins;
use crate::interp::arith;
use crate::interp::attributes::{self, class_of};
use crate::interp::call::{Args, invoke, invoke_prelude, payload_of};
use crate::interp::frames::{Cont, complete, raised, state, take_state};
use crate::object::class::{ClassInfo, Found};
use crate::op::{BinKind, CmpKind, Instr, num};
use crate::state::{FALLBACK, NOT_IMPLEMENTED};
use metatrace::ir::{Op as IrOp, Tag};
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Float, Native, Ref, Val};
use runtime::layouts::{Cell, Class, Instance, List, Str};
use runtime::text;
use smallvec::SmallVec;

/// States of operators; below: number of the method that was called last.
const FINAL: u32 = 20;
const TRUTH: u32 = 30;
const LENGTH: u32 = 31;

/// Where an operation stands.
pub enum Step<M: Meta> {
    Done(Val<M>),
    /// A frame was pushed, or an exception raised.
    Flow(Flow),
}

/// One method to try: called on the first value with the second.
struct Attempt<M: Meta> {
    found: Found,
    receiver: Val<M>,
    argument: Val<M>,
    /// The result's opposite is the answer (`!=` by `__eq__`).
    negated: bool,
}

fn is_instance<M: Meta>(m: &mut M, v: Val<M>) -> bool {
    m.tag(v) == Tag::layout(Instance::ID)
}

fn is_str<M: Meta>(m: &mut M, v: Val<M>) -> bool {
    m.is_tag(v, Tag::layout(Str::ID))
}

fn found_value<M: Meta>(m: &mut M, found: Found) -> Val<M> {
    let v = m.val(found.value);
    if found.in_cell {
        let cell = m.cast::<Cell>(v);
        return m.get(cell, Cell::VALUE);
    }
    v
}

/// The value as a float, if it is a number. Fixnums are rounded, as arithmetic wants it.
fn as_float<M: Meta>(m: &mut M, v: Val<M>) -> Option<Float<M>> {
    if let Some(a) = m.int(v) {
        return Some(m.int_to_float(a));
    }
    m.float(v)
}

/// The value as a float, if it is a number whose conversion is exact.
fn exact_float<M: Meta>(m: &mut M, v: Val<M>) -> Option<Float<M>> {
    if let Some(a) = m.int(v) {
        let low = m.const_int(-(1 << 53));
        let high = m.const_int(1 << 53);
        return (m.lt(low, a) && m.lt(a, high)).then(|| m.int_to_float(a));
    }
    m.float(v)
}

/// Calls a native; its wish for guest code is granted by the prelude's `fallback`.
fn native_or_prelude<M: Meta, const N: usize>(
    m: &mut M,
    native: &'static Native,
    args: [Val<M>; N],
    fallback: &'static str,
    operands: &[Val<M>],
    cont: Cont,
) -> Step<M> {
    match m.try_call(native, args) {
        Err(Raised) => Step::Flow(raised(m)),
        Ok(v) if m.is(v, FALLBACK) => Step::Flow(invoke_prelude(
            m,
            fallback,
            Args::positional(operands),
            cont,
        )),
        Ok(v) => Step::Done(v),
    }
}

/// The next method to try after the first `tried` ones.
fn try_next<M: Meta>(m: &mut M, attempts: &[Attempt<M>], tried: u32) -> Option<Flow> {
    let attempt = attempts.get(tried as usize)?;
    let f = found_value(m, attempt.found);
    let args = Args::positional(&[attempt.receiver, attempt.argument]);
    Some(invoke(m, f, args, Cont::State(tried + 1)))
}

// ---------------------------------------------------------------------- arithmetic

/// Binary operators that `arith` does not do itself.
#[inline(never)]
pub fn binary<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (kind, inplace, imm) = i.op().as_binary().expect("a binary operator");
    let x = m.slot(i.b());
    let y = arith::right(m, i, imm);
    let (again, result) = take_state(m);
    if again == FINAL {
        return complete(m, Cont::Def, result);
    }
    match binary_step(m, kind, inplace, x, y, again, result) {
        Step::Done(v) => complete(m, Cont::Def, v),
        Step::Flow(flow) => flow,
    }
}

fn binary_step<M: Meta>(
    m: &mut M,
    kind: BinKind,
    inplace: bool,
    x: Val<M>,
    y: Val<M>,
    again: u32,
    result: Val<M>,
) -> Step<M> {
    let guest = is_instance(m, x) || is_instance(m, y);
    if !guest {
        if kind == BinKind::Add && is_str(m, x) && is_str(m, y) {
            return match m.try_call(&builtins::operators::CONCAT, [x, y]) {
                Ok(v) => Step::Done(v),
                Err(Raised) => Step::Flow(raised(m)),
            };
        }
        if kind == BinKind::Mul
            && !inplace
            && m.is_tag(x, Tag::layout(List::ID))
            && m.int(y).is_some()
        {
            return match m.try_call(&runtime::list::LIST_REPEAT, [x, y]) {
                Ok(v) => Step::Done(v),
                Err(Raised) => Step::Flow(raised(m)),
            };
        }
        if let Some(v) = mixed_numbers(m, kind, x, y) {
            return Step::Done(v);
        }
        return binary_native(m, kind, inplace, x, y);
    }
    if again != 0 && !m.is(result, NOT_IMPLEMENTED) {
        return Step::Done(result);
    }
    let attempts = binary_attempts(m, kind, inplace, x, y);
    if let Some(flow) = try_next(m, &attempts, again) {
        return Step::Flow(flow);
    }
    if kind == BinKind::Mul {
        let index = state(m).names.index;
        let counts =
            |m: &mut M, v| is_instance(m, v) && class_of(m, v).lookup_guest(index).is_some();
        if counts(m, x) || counts(m, y) {
            let args = Args::positional(&[x, y]);
            return Step::Flow(invoke_prelude(m, "mul_guest", args, Cont::State(FINAL)));
        }
    }
    let union = state(m).types().UnionType;
    if class_of(m, x) == union || class_of(m, y) == union {
        return binary_native(m, kind, inplace, x, y);
    }
    let (px, py) = (payload_of(m, x), payload_of(m, y));
    match (px, py) {
        (None, None) => binary_native(m, kind, inplace, x, y),
        _ => binary_native(m, kind, inplace, px.unwrap_or(x), py.unwrap_or(y)),
    }
}

/// Operators on a fixnum and a float, or on floats where `arith` left it.
fn mixed_numbers<M: Meta>(m: &mut M, kind: BinKind, x: Val<M>, y: Val<M>) -> Option<Val<M>> {
    if !matches!(
        kind,
        BinKind::Add | BinKind::Sub | BinKind::Mul | BinKind::TrueDiv
    ) {
        return None;
    }
    let is_float = |m: &mut M, v: Val<M>| m.is_tag(v, Tag::FLOAT);
    if !(is_float(m, x) || is_float(m, y)) {
        return None;
    }
    let a = as_float(m, x)?;
    let b = as_float(m, y)?;
    let r = arith::float_binary(m, kind, a, b)?;
    Some(m.box_float(r))
}

fn binary_native<M: Meta>(
    m: &mut M,
    kind: BinKind,
    inplace: bool,
    x: Val<M>,
    y: Val<M>,
) -> Step<M> {
    let code = m.const_int(kind as i64 | (inplace as i64) << 8).val();
    let fallback = builtins::prelude::binary_name(kind, inplace);
    let native = builtins::operators::native_of(kind, inplace);
    native_or_prelude(
        m,
        native,
        [code, x, y],
        fallback,
        &[x, y],
        Cont::State(FINAL),
    )
}

fn binary_attempts<M: Meta>(
    m: &mut M,
    kind: BinKind,
    inplace: bool,
    x: Val<M>,
    y: Val<M>,
) -> SmallVec<[Attempt<M>; 3]> {
    let (plain, reflected, in_place) = state(m).names.binary(kind);
    let (cx, cy) = (class_of(m, x), class_of(m, y));
    m.assume(&cx.valid.borrow());
    m.assume(&cy.valid.borrow());
    let mut attempts = SmallVec::new();
    let mut push = |class: &ClassInfo, name: u32, receiver, argument| {
        if let Some(found) = class.lookup_guest(name) {
            attempts.push(Attempt {
                found,
                receiver,
                argument,
                negated: false,
            });
        }
    };
    if inplace {
        push(cx, in_place, x, y);
    }
    let reflected_first = cx != cy && cy.is_subclass(cx);
    if reflected_first {
        push(cy, reflected, y, x);
    }
    push(cx, plain, x, y);
    if cx != cy && !reflected_first {
        push(cy, reflected, y, x);
    }
    attempts
}

/// `Neg`, `Pos`, `Invert` of anything.
#[inline(never)]
pub fn unary<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    let names = &state(m).names;
    let (name, which) = match i.number() {
        num::Neg => (names.neg, 0),
        num::Pos => (names.pos, 1),
        _ => (names.invert, 2),
    };
    if is_instance(m, v) {
        let class = class_of(m, v);
        m.assume(&class.valid.borrow());
        if let Some(found) = class.lookup_guest(name) {
            let f = found_value(m, found);
            return invoke(m, f, Args::positional(&[v]), Cont::Def);
        }
    }
    let operand = payload_of(m, v).unwrap_or(v);
    let which = m.const_int(which).val();
    match m.try_call(&builtins::operators::UNARY, [which, operand]) {
        Ok(r) => complete(m, Cont::Def, r),
        Err(Raised) => raised(m),
    }
}

// --------------------------------------------------------------------- comparisons

/// Comparisons as values.
#[inline(never)]
pub fn compare<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let kind = CmpKind::ALL[(i.number() - num::Lt) as usize];
    let (x, y) = (m.slot(i.b()), m.slot(i.c()));
    let (again, result) = take_state(m);
    match compare_step(m, kind, x, y, again, result) {
        Step::Done(v) => complete(m, Cont::Def, v),
        Step::Flow(flow) => flow,
    }
}

/// Compare and branch.
#[inline(never)]
pub fn jump_compare<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (kind, wanted, imm) = i.op().as_jump_compare().expect("a compare and branch");
    let x = m.slot(i.a());
    let y = if imm {
        m.const_int(i.b() as i16 as i64).val()
    } else {
        m.slot(i.b())
    };
    let (again, result) = take_state(m);
    let step = if again >= TRUTH {
        truth_of_result(m, again, result)
    } else {
        match compare_step(m, kind, x, y, again, result) {
            Step::Done(v) => truth(m, v),
            Step::Flow(flow) => return flow,
        }
    };
    branch_on(m, step, wanted, i.c())
}

/// Jumps if a truth that was found is the wanted one.
fn branch_on<M: Meta>(m: &mut M, step: Truth, wanted: bool, target: u16) -> Flow {
    match step {
        Truth::Known(b) => {
            if b == wanted {
                m.set_pc(target as u32);
            }
            Flow::Next
        }
        Truth::Flow(flow) => flow,
    }
}

fn compare_step<M: Meta>(
    m: &mut M,
    kind: CmpKind,
    x: Val<M>,
    y: Val<M>,
    again: u32,
    result: Val<M>,
) -> Step<M> {
    if again == FINAL {
        return Step::Done(result);
    }
    let guest = is_instance(m, x) || is_instance(m, y);
    if !guest {
        return compare_builtin(m, kind, x, y);
    }
    let attempts = compare_attempts(m, kind, x, y);
    if again != 0 && !m.is(result, NOT_IMPLEMENTED) {
        if attempts[again as usize - 1].negated {
            return negate_result(m, result);
        }
        return Step::Done(result);
    }
    if let Some(flow) = try_next(m, &attempts, again) {
        return Step::Flow(flow);
    }
    let (px, py) = (payload_of(m, x), payload_of(m, y));
    if px.is_some() || py.is_some() {
        return compare_builtin(m, kind, px.unwrap_or(x), py.unwrap_or(y));
    }
    match kind {
        CmpKind::Eq => {
            let same = m.same(x, y);
            Step::Done(m.bool_val(same))
        }
        CmpKind::Ne => {
            let same = m.same(x, y);
            let differ = m.not(same);
            Step::Done(m.bool_val(differ))
        }
        _ => compare_builtin(m, kind, x, y),
    }
}

fn negate_result<M: Meta>(m: &mut M, result: Val<M>) -> Step<M> {
    match arith::simple_truth(m, result) {
        Some(b) => Step::Done(m.val(Value::bool(!b))),
        None => Step::Flow(invoke_prelude(
            m,
            "not_",
            Args::positional(&[result]),
            Cont::State(FINAL),
        )),
    }
}

/// A comparison of two strings.
fn compare_strings<M: Meta>(m: &mut M, kind: CmpKind, a: Ref<M, Str>, b: Ref<M, Str>) -> Val<M> {
    if matches!(kind, CmpKind::Eq | CmpKind::Ne) {
        let equal = text::str_eq(m, a, b);
        return m.val(Value::bool(equal == (kind == CmpKind::Eq)));
    }
    let (order, zero) = (text::str_cmp(m, a, b), m.const_int(0));
    let c = arith::int_compare(m, kind, order, zero);
    m.bool_val(c)
}

fn compare_builtin<M: Meta>(m: &mut M, kind: CmpKind, x: Val<M>, y: Val<M>) -> Step<M> {
    if let Some(a) = m.as_ref::<Str>(x)
        && let Some(b) = m.as_ref::<Str>(y)
    {
        return Step::Done(compare_strings(m, kind, a, b));
    }
    if (m.is_tag(x, Tag::FLOAT) || m.is_tag(y, Tag::FLOAT))
        && let Some(a) = exact_float(m, x)
        && let Some(b) = exact_float(m, y)
    {
        let c = arith::float_compare(m, kind, a, b);
        return Step::Done(m.bool_val(c));
    }
    let native = builtins::operators::compare_native(kind);
    let fallback = builtins::prelude::compare_name(kind);
    native_or_prelude(m, native, [x, y], fallback, &[x, y], Cont::State(FINAL))
}

fn compare_attempts<M: Meta>(
    m: &mut M,
    kind: CmpKind,
    x: Val<M>,
    y: Val<M>,
) -> SmallVec<[Attempt<M>; 3]> {
    let names = &state(m).names;
    let (plain, mirrored) = names.compare(kind);
    let eq = names.eq;
    let (cx, cy) = (class_of(m, x), class_of(m, y));
    m.assume(&cx.valid.borrow());
    m.assume(&cy.valid.borrow());
    let mut attempts = SmallVec::new();
    let mut push = |class: &ClassInfo, name: u32, receiver, argument| {
        let own = class.lookup_guest(name).map(|found| (found, false));
        // `object.__ne__` asks `__eq__`.
        let found = match own {
            None if kind == CmpKind::Ne => class.lookup_guest(eq).map(|found| (found, true)),
            own => own,
        };
        // A class may set `__eq__ = None` and the like.
        if let Some((found, negated)) = found.filter(|f| f.0.value != Value::NONE) {
            attempts.push(Attempt {
                found,
                receiver,
                argument,
                negated,
            });
        }
    };
    let mirrored_first = cx != cy && cy.is_subclass(cx);
    if mirrored_first {
        push(cy, mirrored, y, x);
    }
    push(cx, plain, x, y);
    if !mirrored_first {
        push(cy, mirrored, y, x);
    }
    attempts
}

// --------------------------------------------------------------------------- truth

/// A truth value, or what happens before it is known.
pub enum Truth {
    Known(bool),
    Flow(Flow),
}

/// The truth of `v`. A guest method that decides it makes the instruction run again.
pub fn truth<M: Meta>(m: &mut M, v: Val<M>) -> Truth {
    if let Some(b) = arith::simple_truth(m, v) {
        return Truth::Known(b);
    }
    if let Some(list) = m.as_ref::<List>(v) {
        let n = m.get(list, List::LEN);
        let zero = m.const_int(0);
        return Truth::Known(m.lt(zero, n));
    }
    if let Some(f) = m.float(v) {
        let zero = m.const_float(0.0);
        let c = m.float_cmp(IrOp::FloatNe, f, zero);
        return Truth::Known(m.branch(c));
    }
    if is_instance(m, v) {
        let names = &state(m).names;
        let class = class_of(m, v);
        m.assume(&class.valid.borrow());
        for (name, next) in [(names.bool, TRUTH), (names.len, LENGTH)] {
            if let Some(found) = class.lookup_guest(name) {
                let f = found_value(m, found);
                let flow = invoke(m, f, Args::positional(&[v]), Cont::State(next));
                return Truth::Flow(flow);
            }
        }
        return match payload_of(m, v) {
            Some(payload) => truth(m, payload),
            None => Truth::Known(true),
        };
    }
    let b = m.call(&builtins::operators::TRUTH, [v]);
    Truth::Known(m.is(b, Value::TRUE))
}

/// What `__bool__` or `__len__` returned, as a truth value.
fn truth_of_result<M: Meta>(m: &mut M, again: u32, result: Val<M>) -> Truth {
    if again == TRUTH {
        if m.is(result, Value::TRUE) {
            return Truth::Known(true);
        }
        if m.is(result, Value::FALSE) {
            return Truth::Known(false);
        }
    }
    let kind = m.const_int((again == LENGTH) as i64).val();
    match m.try_call(&builtins::operators::TRUTH_OF_RESULT, [kind, result]) {
        Ok(b) => Truth::Known(m.is(b, Value::TRUE)),
        Err(Raised) => Truth::Flow(raised(m)),
    }
}

/// `JumpIfTrue`, `JumpIfFalse`.
#[inline(always)]
pub fn jump_if<M: Meta>(m: &mut M, i: Instr, wanted: bool) -> Flow {
    let v = m.slot(i.a());
    if m.is(v, Value::TRUE) {
        if wanted {
            m.set_pc(i.b() as u32);
        }
        return Flow::Next;
    }
    if m.is(v, Value::FALSE) {
        if !wanted {
            m.set_pc(i.b() as u32);
        }
        return Flow::Next;
    }
    m.outlined(|m| jump_if_slow(m, i, wanted))
}

#[inline(never)]
fn jump_if_slow<M: Meta>(m: &mut M, i: Instr, wanted: bool) -> Flow {
    let v = m.slot(i.a());
    let (again, result) = take_state(m);
    let step = if again >= TRUTH {
        truth_of_result(m, again, result)
    } else {
        truth(m, v)
    };
    branch_on(m, step, wanted, i.b())
}

/// `Not`.
#[inline(never)]
pub fn not<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    let (again, result) = take_state(m);
    let step = if again >= TRUTH {
        truth_of_result(m, again, result)
    } else {
        truth(m, v)
    };
    match step {
        Truth::Known(b) => {
            let v = m.val(Value::bool(!b));
            m.set_slot(i.a(), v);
            Flow::Next
        }
        Truth::Flow(flow) => flow,
    }
}

// ---------------------------------------------------------------------- membership

/// `In`, `NotIn`, `JumpIfIn`, `JumpIfNotIn`.
#[inline(never)]
pub fn contains<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let jump = matches!(i.number(), num::JumpIfIn | num::JumpIfNotIn);
    let wanted = matches!(i.number(), num::JumpIfIn | num::In);
    let (x, y) = if jump {
        (m.slot(i.a()), m.slot(i.b()))
    } else {
        (m.slot(i.b()), m.slot(i.c()))
    };
    let (again, result) = take_state(m);
    let step = if again >= TRUTH {
        truth_of_result(m, again, result)
    } else {
        let found = match again {
            0 => contains_step(m, x, y),
            _ => Step::Done(result),
        };
        match found {
            Step::Done(v) => truth(m, v),
            Step::Flow(flow) => return flow,
        }
    };
    if jump {
        return branch_on(m, step, wanted, i.c());
    }
    match step {
        Truth::Known(b) => {
            let v = m.val(Value::bool(b == wanted));
            m.set_slot(i.a(), v);
            Flow::Next
        }
        Truth::Flow(flow) => flow,
    }
}

fn contains_step<M: Meta>(m: &mut M, x: Val<M>, y: Val<M>) -> Step<M> {
    if let Some(found) = runtime::dict::table_contains(m, y, x) {
        return Step::Done(m.val(Value::bool(found)));
    }
    if is_instance(m, y) {
        let names = &state(m).names;
        let class = class_of(m, y);
        m.assume(&class.valid.borrow());
        if let Some(found) = class.lookup_guest(names.contains) {
            let f = found_value(m, found);
            let flow = invoke(m, f, Args::positional(&[y, x]), Cont::State(1));
            return Step::Flow(flow);
        }
        let iterates = class.lookup_guest(names.iter).is_some();
        return match payload_of(m, y) {
            Some(payload) if !iterates => contains_step(m, x, payload),
            _ => {
                let args = Args::positional(&[x, y]);
                Step::Flow(invoke_prelude(m, "contains", args, Cont::State(1)))
            }
        };
    }
    if m.is_tag(y, Tag::layout(Class::ID)) {
        let name = state(m).names.class_contains;
        if let Some(flow) = attributes::class_hook(m, y, name, &[x], Cont::State(1)) {
            return Step::Flow(flow);
        }
    }
    native_or_prelude(
        m,
        &builtins::operators::CONTAINS,
        [x, y],
        "contains",
        &[x, y],
        Cont::State(1),
    )
}
