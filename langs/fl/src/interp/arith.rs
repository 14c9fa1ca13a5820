//! Operators on numbers: the paths that traces are made of.
//!
//! Integers and floats are computed here; everything else (big integers, strings,
//! sequences, objects with their own methods) goes to `operators.rs`.

use crate::interp::operators;
use crate::op::{BinKind, CmpKind, Instr};
use metatrace::ir::Op;
use metatrace::meta::{Flow, Meta};
use metatrace::value::Value;
use metatrace::{Float, Int, Val};

/// Integers of at most this magnitude are floats without rounding.
const EXACT_FLOAT: i64 = 1 << 53;

/// The right operand: a slot, or an immediate integer.
#[inline(always)]
pub fn right<M: Meta>(m: &mut M, i: Instr, imm: bool) -> Val<M> {
    if imm {
        m.const_int(i.c() as i16 as i64).val()
    } else {
        m.slot(i.c())
    }
}

/// One of the binary operators, plain or in place.
#[inline(always)]
pub fn binary<M: Meta>(m: &mut M, i: Instr, kind: BinKind, imm: bool) -> Flow {
    let x = m.slot(i.b());
    let y = right(m, i, imm);
    if let Some(a) = m.int(x) {
        if let Some(b) = m.int(y)
            && let Some(r) = int_binary(m, kind, a, b)
        {
            m.set_slot(i.a(), r);
            return Flow::Next;
        }
    } else if let Some(a) = m.float(x)
        && let Some(b) = m.float(y)
        && let Some(r) = float_binary(m, kind, a, b)
    {
        let r = m.box_float(r);
        m.set_slot(i.a(), r);
        return Flow::Next;
    }
    m.outlined(|m| operators::binary(m, i))
}

#[inline(always)]
fn is_zero<M: Meta>(m: &mut M, a: Int<M>) -> bool {
    let zero = m.const_int(0);
    let c = m.int_cmp(Op::IntEq, a, zero);
    m.branch(c)
}

/// The operator on fixnums, where its result is a fixnum (or a float for `/`).
#[inline(always)]
fn int_binary<M: Meta>(m: &mut M, kind: BinKind, a: Int<M>, b: Int<M>) -> Option<Val<M>> {
    let r = match kind {
        BinKind::Add => m.add(a, b)?,
        BinKind::Sub => m.sub(a, b)?,
        BinKind::Mul => m.mul(a, b)?,
        BinKind::FloorDiv | BinKind::Mod => return int_divide(m, kind, a, b),
        BinKind::TrueDiv => return int_true_div(m, a, b),
        BinKind::LShift => {
            let limit = m.const_int(62);
            if !m.in_range(b, limit) {
                return None;
            }
            m.shl(a, b)?
        }
        BinKind::RShift => {
            let zero = m.const_int(0);
            if m.lt(b, zero) {
                return None;
            }
            m.int_op(Op::IntShr, a, b)
        }
        BinKind::BitAnd => m.int_op(Op::IntAnd, a, b),
        BinKind::BitOr => m.int_op(Op::IntOr, a, b),
        BinKind::BitXor => m.int_op(Op::IntXor, a, b),
        BinKind::Pow | BinKind::MatMul => return None,
    };
    Some(r.val())
}

#[inline(always)]
fn int_divide<M: Meta>(m: &mut M, kind: BinKind, a: Int<M>, b: Int<M>) -> Option<Val<M>> {
    // One unsigned comparison excludes the divisors 0 and -1 (overflow) for the common case.
    let zero = m.const_int(0);
    if !m.lt(zero, b) {
        let minus_one = m.const_int(-1);
        if !m.lt(b, minus_one) {
            return None;
        }
    }
    let op = if kind == BinKind::Mod {
        Op::IntMod
    } else {
        Op::IntFloorDiv
    };
    Some(m.int_op(op, a, b).val())
}

#[inline(always)]
fn is_exact<M: Meta>(m: &mut M, a: Int<M>) -> bool {
    let low = m.const_int(-EXACT_FLOAT);
    let high = m.const_int(EXACT_FLOAT);
    m.lt(low, a) && m.lt(a, high)
}

#[inline(always)]
fn int_true_div<M: Meta>(m: &mut M, a: Int<M>, b: Int<M>) -> Option<Val<M>> {
    if is_zero(m, b) || !is_exact(m, a) || !is_exact(m, b) {
        return None;
    }
    let (x, y) = (m.int_to_float(a), m.int_to_float(b));
    let r = m.float_op(Op::FloatDiv, x, y);
    Some(m.box_float(r))
}

/// The operator on floats, unless it raises or is rare.
#[inline(always)]
pub fn float_binary<M: Meta>(
    m: &mut M,
    kind: BinKind,
    a: Float<M>,
    b: Float<M>,
) -> Option<Float<M>> {
    let op = match kind {
        BinKind::Add => Op::FloatAdd,
        BinKind::Sub => Op::FloatSub,
        BinKind::Mul => Op::FloatMul,
        BinKind::TrueDiv => {
            let zero = m.const_float(0.0);
            let c = m.float_cmp(Op::FloatEq, b, zero);
            if m.branch(c) {
                return None;
            }
            Op::FloatDiv
        }
        _ => return None,
    };
    Some(m.float_op(op, a, b))
}

/// The truth of a comparison of fixnums.
#[inline(always)]
pub fn int_compare<M: Meta>(m: &mut M, kind: CmpKind, a: Int<M>, b: Int<M>) -> metatrace::Bool<M> {
    match kind {
        CmpKind::Lt => m.int_cmp(Op::IntLt, a, b),
        CmpKind::Le => m.int_cmp(Op::IntLe, a, b),
        CmpKind::Eq => m.int_cmp(Op::IntEq, a, b),
        CmpKind::Ne => m.int_cmp(Op::IntNe, a, b),
        CmpKind::Gt => m.int_cmp(Op::IntLt, b, a),
        CmpKind::Ge => m.int_cmp(Op::IntLe, b, a),
    }
}

#[inline(always)]
pub fn float_compare<M: Meta>(
    m: &mut M,
    kind: CmpKind,
    a: Float<M>,
    b: Float<M>,
) -> metatrace::Bool<M> {
    match kind {
        CmpKind::Lt => m.float_cmp(Op::FloatLt, a, b),
        CmpKind::Le => m.float_cmp(Op::FloatLe, a, b),
        CmpKind::Eq => m.float_cmp(Op::FloatEq, a, b),
        CmpKind::Ne => m.float_cmp(Op::FloatNe, a, b),
        CmpKind::Gt => m.float_cmp(Op::FloatLt, b, a),
        CmpKind::Ge => m.float_cmp(Op::FloatLe, b, a),
    }
}

/// The comparison of two numbers, if both are fixnums or both floats.
#[inline(always)]
fn number_compare<M: Meta>(
    m: &mut M,
    kind: CmpKind,
    x: Val<M>,
    y: Val<M>,
) -> Option<metatrace::Bool<M>> {
    if let Some(a) = m.int(x) {
        let b = m.int(y)?;
        Some(int_compare(m, kind, a, b))
    } else if let Some(a) = m.float(x) {
        let b = m.float(y)?;
        Some(float_compare(m, kind, a, b))
    } else {
        None
    }
}

/// A comparison as a value.
#[inline(always)]
pub fn compare<M: Meta>(m: &mut M, i: Instr, kind: CmpKind) -> Flow {
    let (x, y) = (m.slot(i.b()), m.slot(i.c()));
    if let Some(c) = number_compare(m, kind, x, y) {
        let v = m.bool_val(c);
        m.set_slot(i.a(), v);
        return Flow::Next;
    }
    m.outlined(|m| operators::compare(m, i))
}

/// Compare and branch.
#[inline(always)]
pub fn jump_compare<M: Meta>(m: &mut M, i: Instr, kind: CmpKind, wanted: bool, imm: bool) -> Flow {
    let x = m.slot(i.a());
    let y = if imm {
        m.const_int(i.b() as i16 as i64).val()
    } else {
        m.slot(i.b())
    };
    if let Some(c) = number_compare(m, kind, x, y) {
        if m.branch(c) == wanted {
            m.set_pc(i.c() as u32);
        }
        return Flow::Next;
    }
    m.outlined(|m| operators::jump_compare(m, i))
}

/// Unary operators on numbers.
#[inline(always)]
pub fn negate<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let x = m.slot(i.b());
    if let Some(a) = m.int(x) {
        let zero = m.const_int(0);
        if let Some(r) = m.sub(zero, a) {
            m.set_slot(i.a(), r.val());
            return Flow::Next;
        }
    } else if let Some(a) = m.float(x) {
        let r = m.float_op1(Op::FloatNeg, a);
        let r = m.box_float(r);
        m.set_slot(i.a(), r);
        return Flow::Next;
    }
    m.outlined(|m| operators::unary(m, i))
}

/// Truth of a value whose type has no methods of its own: `None` for all others.
#[inline(always)]
pub fn simple_truth<M: Meta>(m: &mut M, v: Val<M>) -> Option<bool> {
    if m.is(v, Value::TRUE) {
        Some(true)
    } else if m.is(v, Value::FALSE) || m.is(v, Value::NONE) {
        Some(false)
    } else {
        m.int(v).map(|a| !is_zero(m, a))
    }
}
