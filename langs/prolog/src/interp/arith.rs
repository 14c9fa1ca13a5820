//! Arithmetic in the step loop: fixnums and floats in line, the rest by natives.

use super::*;

/// Two operands: fixnums, or whatever they are, dereferenced.
type Operands<M> = Result<(Int<M>, Int<M>), (Val<M>, Val<M>)>;

/// Two operands as fixnums, if both are.
#[inline(always)]
pub(super) fn ints<M: Meta>(m: &mut M, a: u16, b: u16) -> Operands<M> {
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
pub(super) fn arithmetic<M: Meta>(m: &mut M, op: Op, w: u64) -> Flow {
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
pub(super) fn store_result<M: Meta>(m: &mut M, slot: u16, result: Result<Val<M>, Raised>) -> Flow {
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
pub(super) fn arith2<M: Meta>(m: &mut M, w: u64) -> Flow {
    let row = m.fetch();
    let name = crate::arith::BINARY[row as usize].0;
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
pub(super) fn int_function<M: Meta>(m: &mut M, name: &str, x: Int<M>, y: Int<M>) -> Option<Int<M>> {
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
    let divides = matches!(op, Ir::IntMod | Ir::IntRem | Ir::IntQuot | Ir::IntFloorDiv);
    // A positive divisor: no division by zero, no overflow.
    if divides && !m.lt(zero, y) {
        return None;
    }
    if op == Ir::IntShr {
        let limit = m.const_int(62);
        if !m.in_range(y, limit) {
            return None;
        }
    }
    Some(m.int_op(op, x, y))
}

/// Compares with a small integer.
#[inline(always)]
pub(super) fn compare_const<M: Meta>(m: &mut M, w: u64) -> Flow {
    let constant = Value(m.fetch());
    let word = m.fetch();
    let relation = op::c(w);
    let x = m.slot(op::a(w));
    let (x, tag) = deref(m, x);
    let k = m.const_int(constant.as_int());
    let holds = if tag == Tag::INT {
        let x = m.cast_int(x);
        relate(m, relation, x, k)
    } else {
        let relation = m.const_int(relation as i64);
        match m.try_call(&COMPARE, [relation.val(), x, k.val()]) {
            Ok(v) => m.is(v, Value::TRUE),
            Err(Raised) => return raise(m),
        }
    };
    otherwise(m, holds, word)
}

/// Do two fixnums stand in relation number `relation`?
#[inline(always)]
fn relate<M: Meta>(m: &mut M, relation: u16, x: Int<M>, y: Int<M>) -> bool {
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

#[inline(always)]
pub(super) fn compare<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let relation = op::c(w);
    let holds = match ints(m, op::a(w), op::b(w)) {
        Ok((x, y)) => relate(m, relation, x, y),
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
