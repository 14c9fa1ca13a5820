//! Integer ranges: what a fixnum is known to lie between.
//!
//! ```text
//!   v2 = int_lt i, n;  guard_true v2        v2 = int_lt i, n;  guard_true v2
//!   v4 = int_add_ovf i, 1              ──►  v4 = int_add i, 1
//! ```
//! Ranges come from guards on comparisons, from masks, remainders and lengths;
//! they turn checked arithmetic into plain arithmetic and fold comparisons.
//! Bounds are plain integers, not fixnum words.

use super::walk::Walk;
use crate::ir::{Op, OpRef, Tag};
use crate::value::{INT_MAX, INT_MIN};

/// An inclusive range of integers.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Range {
    pub lo: i64,
    pub hi: i64,
}

impl Range {
    /// All fixnums.
    pub const FULL: Range = Range {
        lo: INT_MIN,
        hi: INT_MAX,
    };

    pub const fn new(lo: i64, hi: i64) -> Range {
        Range { lo, hi }
    }
    pub const fn point(i: i64) -> Range {
        Range { lo: i, hi: i }
    }
    pub fn contains(self, other: Range) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }
    pub fn hull(self, other: Range) -> Range {
        Range::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }
    pub fn meet(self, other: Range) -> Range {
        Range::new(self.lo.max(other.lo), self.hi.min(other.hi))
    }
    /// A rounder range that contains this one: what a label may claim of its
    /// operands without turning away ordinary values that come later.
    pub fn rounded(self) -> Range {
        const WORD: i64 = u32::MAX as i64;
        const SIZE: i64 = 1 << 48;
        let lo = match self.lo {
            0.. => 0,
            lo if lo >= -WORD => -WORD,
            _ => INT_MIN,
        };
        let hi = match self.hi {
            hi if hi <= WORD => WORD,
            hi if hi <= SIZE => SIZE,
            _ => INT_MAX,
        };
        Range::new(lo, hi)
    }
    pub fn is_empty(self) -> bool {
        self.lo > self.hi
    }
    fn fits(lo: i128, hi: i128) -> bool {
        lo >= INT_MIN as i128 && hi <= INT_MAX as i128
    }
    /// The part of an exact result range that is fixnums.
    fn clamp(lo: i128, hi: i128) -> Range {
        let (min, max) = (INT_MIN as i128, INT_MAX as i128);
        Range::new(lo.clamp(min, max) as i64, hi.clamp(min, max) as i64)
    }
}

/// Exact bounds of `a op b` in unlimited integers, for the operations that may overflow.
fn exact(op: Op, a: Range, b: Range) -> (i128, i128) {
    let (al, ah) = (a.lo as i128, a.hi as i128);
    let (bl, bh) = (b.lo as i128, b.hi as i128);
    match op {
        Op::IntAdd | Op::IntAddOvf | Op::IntAddFits => (al + bl, ah + bh),
        Op::IntSub | Op::IntSubOvf | Op::IntSubFits => (al - bh, ah - bl),
        Op::IntMul | Op::IntMulOvf | Op::IntMulFits => {
            corners([al * bl, al * bh, ah * bl, ah * bh])
        }
        Op::IntShl | Op::IntShlOvf | Op::IntShlFits => {
            if bl < 0 || bh > 62 {
                return (i128::MIN, i128::MAX);
            }
            corners([al << bl, al << bh, ah << bl, ah << bh])
        }
        _ => unreachable!("{} does not overflow", op.name()),
    }
}

fn corners(c: [i128; 4]) -> (i128, i128) {
    let (mut lo, mut hi) = (c[0], c[0]);
    for x in c {
        lo = lo.min(x);
        hi = hi.max(x);
    }
    (lo, hi)
}

/// True when `a op b` always fits a fixnum; `op` is an `_ovf` or `_fits` operation.
pub(super) fn always_fits(op: Op, a: Range, b: Range) -> bool {
    let (lo, hi) = exact(op, a, b);
    Range::fits(lo, hi)
}

/// True when `a op b` never fits a fixnum.
pub(super) fn never_fits(op: Op, a: Range, b: Range) -> bool {
    let (lo, hi) = exact(op, a, b);
    lo > INT_MAX as i128 || hi < INT_MIN as i128
}

fn floor_div(a: i64, b: i64) -> i64 {
    let q = a.wrapping_div(b);
    if a % b != 0 && ((a < 0) != (b < 0)) {
        q - 1
    } else {
        q
    }
}

/// Smallest `2^k - 1` that is not below `x >= 0`.
fn mask_above(x: i64) -> i64 {
    (1i64 << (64 - x.leading_zeros())) - 1
}

/// Range of the result of an integer operation (known to fit where it may overflow).
pub(super) fn result(op: Op, a: Range, b: Range) -> Range {
    match op {
        Op::IntAdd
        | Op::IntAddOvf
        | Op::IntSub
        | Op::IntSubOvf
        | Op::IntMul
        | Op::IntMulOvf
        | Op::IntShl
        | Op::IntShlOvf => {
            let (lo, hi) = exact(op, a, b);
            Range::clamp(lo, hi)
        }
        Op::IntAnd => match (a.lo >= 0, b.lo >= 0) {
            (true, true) => Range::new(0, a.hi.min(b.hi)),
            (true, false) => Range::new(0, a.hi),
            (false, true) => Range::new(0, b.hi),
            (false, false) => Range::FULL,
        },
        Op::IntOr | Op::IntXor if a.lo >= 0 && b.lo >= 0 => {
            Range::new(0, mask_above(a.hi.max(b.hi)))
        }
        Op::IntNot => Range::new(-a.hi - 1, -a.lo - 1),
        Op::IntShr if b.lo >= 0 => {
            let (few, many) = (b.lo.min(63), b.hi.min(63));
            Range::new(
                (a.lo >> few).min(a.lo >> many),
                (a.hi >> few).max(a.hi >> many),
            )
        }
        Op::IntMod if b.lo > 0 => {
            let hi = if a.lo >= 0 {
                a.hi.min(b.hi - 1)
            } else {
                b.hi - 1
            };
            Range::new(0, hi)
        }
        Op::IntMod if b.hi < 0 => Range::new(b.lo + 1, 0),
        Op::IntRem if b.lo > 0 => {
            let most = b.hi - 1;
            let lo = if a.lo >= 0 { 0 } else { -most };
            Range::new(lo, if a.hi <= 0 { 0 } else { most.min(a.hi) })
        }
        Op::IntFloorDiv if b.lo > 0 => {
            let lo = floor_div(a.lo, b.lo).min(floor_div(a.lo, b.hi));
            Range::new(lo, floor_div(a.hi, b.lo).max(floor_div(a.hi, b.hi)))
        }
        Op::IntQuot if b.lo > 0 => {
            let lo = (a.lo / b.lo).min(a.lo / b.hi);
            Range::new(lo, (a.hi / b.lo).max(a.hi / b.hi))
        }
        Op::BoolToInt => Range::new(0, 1),
        _ => Range::FULL,
    }
}

/// Outcome of a comparison, if the ranges decide it.
pub(super) fn compare(op: Op, a: Range, b: Range) -> Option<bool> {
    match op {
        Op::IntLt if a.hi < b.lo => Some(true),
        Op::IntLt if a.lo >= b.hi => Some(false),
        Op::IntLe if a.hi <= b.lo => Some(true),
        Op::IntLe if a.lo > b.hi => Some(false),
        Op::IntEq if a.meet(b).is_empty() => Some(false),
        Op::IntNe if a.meet(b).is_empty() => Some(true),
        // As unsigned words, negative numbers are above all others.
        Op::IntULt if a.lo >= 0 && b.lo >= 0 => compare(Op::IntLt, a, b),
        Op::IntULt if a.hi < 0 && b.lo >= 0 => Some(false),
        Op::IntULt if a.lo >= 0 && b.hi < 0 => Some(true),
        _ => None,
    }
}

impl Walk<'_, '_> {
    /// Narrows the range of a value known to be a fixnum.
    pub fn narrow(&mut self, value: OpRef, range: Range) {
        if value.is_const() || !self.options.intbound || self.tag(value) != Some(Tag::INT) {
            return;
        }
        let old = self.range(value);
        let new = old.meet(range);
        if new == old || new.is_empty() {
            return;
        }
        self.fact_mut(value).range = new;
        // What holds for x + c holds, shifted, for x.
        if let Some(&[x, c]) = self.def_args(value, Op::IntAdd)
            && let Some(c) = self.int_bits(c)
        {
            let shift = |bound: i64| {
                (bound as i128 - c as i128).clamp(INT_MIN as i128, INT_MAX as i128) as i64
            };
            self.narrow(x, Range::new(shift(new.lo), shift(new.hi)));
        }
    }

    /// Learns from a comparison that came out as `outcome`.
    pub fn learn_compare(&mut self, op: Op, a: OpRef, b: OpRef, outcome: bool) {
        let (ra, rb) = (self.range(a), self.range(b));
        match (op, outcome) {
            (Op::IntLt, true) => self.learn_order(a, b, 1),
            (Op::IntLt, false) => self.learn_order(b, a, 0),
            (Op::IntLe, true) => self.learn_order(a, b, 0),
            (Op::IntLe, false) => self.learn_order(b, a, 1),
            (Op::IntEq, true) | (Op::IntNe, false) => {
                let both = ra.meet(rb);
                self.narrow(a, both);
                self.narrow(b, both);
            }
            (Op::IntEq, false) | (Op::IntNe, true) => {
                self.exclude(a, rb);
                self.exclude(b, ra);
            }
            (Op::IntULt, true) if rb.lo >= 0 => {
                self.narrow(a, Range::new(0, INT_MAX));
                self.learn_order(a, b, 1);
            }
            (Op::IntULt, false) if ra.lo >= 0 && rb.lo >= 0 => self.learn_order(b, a, 0),
            _ => {}
        }
    }

    /// a + gap <= b.
    fn learn_order(&mut self, a: OpRef, b: OpRef, gap: i64) {
        let (ra, rb) = (self.range(a), self.range(b));
        self.narrow(a, Range::new(INT_MIN, rb.hi - gap));
        self.narrow(b, Range::new(ra.lo + gap, INT_MAX));
    }

    /// `a` is not the single value of `other`: trims an end of its range.
    fn exclude(&mut self, a: OpRef, other: Range) {
        if other.lo != other.hi {
            return;
        }
        let r = self.range(a);
        if r.lo == other.lo {
            self.narrow(a, Range::new(r.lo + 1, r.hi));
        } else if r.hi == other.lo {
            self.narrow(a, Range::new(r.lo, r.hi - 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every result of small operands lies in the computed range, and every
    /// decided comparison is right.
    #[test]
    fn ranges_are_sound_for_small_integers() {
        let ranges: Vec<Range> = (-5..=5)
            .flat_map(|lo| (lo..=5).map(move |hi| Range::new(lo, hi)))
            .collect();
        let ops = [
            Op::IntAdd,
            Op::IntSub,
            Op::IntMul,
            Op::IntAnd,
            Op::IntOr,
            Op::IntXor,
            Op::IntMod,
            Op::IntRem,
            Op::IntFloorDiv,
            Op::IntQuot,
            Op::IntShr,
            Op::IntShl,
        ];
        let compares = [Op::IntLt, Op::IntLe, Op::IntEq, Op::IntNe, Op::IntULt];
        for a in &ranges {
            for b in &ranges {
                let results: Vec<(Op, Range)> =
                    ops.iter().map(|op| (*op, result(*op, *a, *b))).collect();
                let outcomes: Vec<(Op, Option<bool>)> = compares
                    .iter()
                    .map(|op| (*op, compare(*op, *a, *b)))
                    .collect();
                for x in a.lo..=a.hi {
                    for y in b.lo..=b.hi {
                        let w = |i: i64| (i << 2) as u64;
                        for (op, range) in &results {
                            let divides = matches!(
                                op,
                                Op::IntMod | Op::IntRem | Op::IntFloorDiv | Op::IntQuot
                            );
                            let shifts = matches!(op, Op::IntShl | Op::IntShr);
                            if (divides && y == 0) || (shifts && y < 0) {
                                continue;
                            }
                            let r = (crate::ir::pure::eval2(*op, w(x), w(y)) as i64) >> 2;
                            assert!(
                                range.lo <= r && r <= range.hi,
                                "{op:?} {x} {y} = {r} not in {range:?}"
                            );
                        }
                        for (op, outcome) in &outcomes {
                            if let Some(outcome) = outcome {
                                assert_eq!(
                                    crate::ir::pure::eval2(*op, w(x), w(y)) != 0,
                                    *outcome,
                                    "{op:?} {x} {y}"
                                );
                            }
                        }
                    }
                }
            }
        }
    }
}
