//! Constant folding over the whole tree, bottom up: children precede parents in the vector of
//! expressions, so one loop does it without recursion.
//!
//! Only what cannot raise and gives the same as at run time is folded, and only while small.

use std::collections::HashMap;

use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Pow, Signed, ToPrimitive, Zero};

use crate::code::Const;
use crate::syntax::ast::*;

/// Bits of a folded int.
const INT_BITS_MAX: u64 = 256;
/// Characters of a folded string.
const TEXT_MAX: usize = 4096;

/// The values of operators and tuples whose parts are constant.
pub(super) fn fold(tree: &Tree) -> HashMap<ExprId, Const> {
    let mut folded = HashMap::new();
    for index in 0..tree.exprs.len() {
        let id = ExprId(index as u32);
        let value = match tree.kind(id) {
            ExprKind::Unary(op, inner) => {
                constant(tree, &folded, *inner).and_then(|value| unary(*op, value))
            }
            ExprKind::Binary(kind, left, right) => {
                let left = constant(tree, &folded, *left);
                left.and_then(|left| binary(*kind, left, constant(tree, &folded, *right)?))
            }
            ExprKind::Tuple(items) => {
                let items: Option<Vec<Const>> = items
                    .iter()
                    .map(|item| constant(tree, &folded, *item))
                    .collect();
                items.map(|items| Const::Tuple(items.into()))
            }
            _ => None,
        };
        if let Some(value) = value {
            folded.insert(id, value);
        }
    }
    folded
}

/// The value of an expression if it is constant.
pub(super) fn constant(tree: &Tree, folded: &HashMap<ExprId, Const>, id: ExprId) -> Option<Const> {
    Some(match tree.kind(id) {
        ExprKind::None => Const::None,
        ExprKind::True => Const::Bool(true),
        ExprKind::False => Const::Bool(false),
        ExprKind::Ellipsis => Const::Ellipsis,
        ExprKind::Int(i) => Const::Int(*i),
        ExprKind::BigInt(i) => Const::BigInt((**i).clone()),
        ExprKind::Float(f) => Const::Float(*f),
        ExprKind::Str(s) => Const::Str(s.clone()),
        ExprKind::Bytes(b) => Const::Bytes(b.clone()),
        _ => return folded.get(&id).cloned(),
    })
}

/// Truth of a constant.
pub(super) fn truth(value: &Const) -> bool {
    match value {
        Const::None => false,
        Const::Bool(b) => *b,
        Const::Int(i) => *i != 0,
        Const::Float(f) => *f != 0.0,
        Const::Str(s) => !s.is_empty(),
        Const::Bytes(b) => !b.is_empty(),
        Const::Tuple(items) | Const::FrozenSet(items) => !items.is_empty(),
        Const::BigInt(_) | Const::Ellipsis | Const::Code(_) => true,
    }
}

fn integer(value: &Const) -> Option<BigInt> {
    match value {
        Const::Int(i) => Some(BigInt::from(*i)),
        Const::BigInt(i) => Some(i.clone()),
        Const::Bool(b) => Some(BigInt::from(u8::from(*b))),
        _ => None,
    }
}

fn int_const(value: BigInt) -> Const {
    value.to_i64().map_or(Const::BigInt(value), Const::Int)
}

fn unary(op: UnaryOp, value: Const) -> Option<Const> {
    Some(match (op, &value) {
        (UnaryOp::Not, _) => Const::Bool(!truth(&value)),
        (UnaryOp::Neg, Const::Float(f)) => Const::Float(-f),
        (UnaryOp::Pos, Const::Float(f)) => Const::Float(*f),
        (UnaryOp::Neg, _) => int_const(-integer(&value)?),
        (UnaryOp::Pos, _) => int_const(integer(&value)?),
        (UnaryOp::Invert, _) => int_const(!integer(&value)?),
    })
}

fn binary(kind: BinKind, left: Const, right: Const) -> Option<Const> {
    match (&left, &right) {
        (Const::Bool(a), Const::Bool(b)) => match kind {
            BinKind::BitAnd => return Some(Const::Bool(a & b)),
            BinKind::BitOr => return Some(Const::Bool(a | b)),
            BinKind::BitXor => return Some(Const::Bool(a ^ b)),
            _ => {}
        },
        (Const::Float(a), Const::Float(b)) => return float_binary(kind, *a, *b),
        (Const::Float(a), _) => return float_binary(kind, *a, small_float(&right)?),
        (_, Const::Float(b)) => return float_binary(kind, small_float(&left)?, *b),
        (Const::Str(a), Const::Str(b)) if kind == BinKind::Add => {
            let fits = a.len() + b.len() <= TEXT_MAX;
            return fits.then(|| Const::Str(format!("{a}{b}").into()));
        }
        (Const::Str(a), Const::Int(n)) if kind == BinKind::Mul => {
            let count = usize::try_from(*n).unwrap_or(0);
            let fits = a
                .len()
                .checked_mul(count)
                .is_some_and(|len| len <= TEXT_MAX);
            return fits.then(|| Const::Str(a.repeat(count).into()));
        }
        _ => {}
    }
    int_binary(kind, integer(&left)?, integer(&right)?)
}

/// An int that a float holds exactly.
fn small_float(value: &Const) -> Option<f64> {
    let value = integer(value)?.to_i64()?;
    (value.abs() < 1 << 53).then_some(value as f64)
}

fn float_binary(kind: BinKind, a: f64, b: f64) -> Option<Const> {
    let value = match kind {
        BinKind::Add => a + b,
        BinKind::Sub => a - b,
        BinKind::Mul => a * b,
        BinKind::TrueDiv if b != 0.0 => a / b,
        _ => return None,
    };
    Some(Const::Float(value))
}

fn int_binary(kind: BinKind, a: BigInt, b: BigInt) -> Option<Const> {
    let value = match kind {
        BinKind::Add => a + b,
        BinKind::Sub => a - b,
        BinKind::Mul if a.bits() + b.bits() <= INT_BITS_MAX => a * b,
        BinKind::FloorDiv if !b.is_zero() => a.div_floor(&b),
        BinKind::Mod if !b.is_zero() => a.mod_floor(&b),
        BinKind::TrueDiv if !b.is_zero() => {
            let (a, b) = (small_float(&int_const(a))?, small_float(&int_const(b))?);
            return Some(Const::Float(a / b));
        }
        BinKind::Pow if !b.is_negative() => {
            let exponent = b.to_u32()?;
            if a.bits().saturating_mul(u64::from(exponent)) > INT_BITS_MAX {
                return None;
            }
            a.pow(exponent)
        }
        BinKind::LShift if !b.is_negative() => {
            let shift = b.to_u64()?;
            if a.bits().saturating_add(shift) > INT_BITS_MAX {
                return None;
            }
            a << shift
        }
        BinKind::RShift if !b.is_negative() => a >> b.to_u64()?,
        BinKind::BitAnd => a & b,
        BinKind::BitOr => a | b,
        BinKind::BitXor => a ^ b,
        _ => return None,
    };
    Some(int_const(value))
}
