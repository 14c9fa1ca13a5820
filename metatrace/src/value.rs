//! The tagged value: one 64-bit word that any guest value fits into.
//!
//! ```text
//!  63                                              3 2 1 0
//! +-------------------------------------------------+-----+
//! | fixnum: 62-bit two's complement                   |0 0|   Int, kept pre-shifted by 2
//! | heap object: 8-byte aligned address              |0 0 1|
//! | float: the bits of an f64, rotated (see below)   |0 1 0|  exponent 2^-255 .. 2^0
//! |                                                  |0 1 1|  exponent 2^1 .. 2^256
//! |                                                  |1 1 1|  zero and |x| < 2^-767
//! | symbol: interned id                              |1 0 1|
//! | small immediate: number                          |1 1 0|  None, True, False, ...
//! +-------------------------------------------------+-----+
//! ```
//!
//! Fixnums stay shifted in registers and in the IR: addition, comparison and
//! bit operations work on the word as it is, the native overflow flag is the
//! fixnum overflow flag, and an index scales by an address mode.  *Int and Val
//! therefore share their bits*: untagging a checked fixnum costs nothing.
//!
//! Floats are immediate by self-tagging (Melançon, Feeley, Serrano, "Float
//! Self-Tagging", 2024): the word is `rotl(bits, 4) - 1`, which puts the top
//! three exponent bits where the tag is, so that a float of everyday magnitude
//! *is* its own tag.  The rest (infinities, NaN, extreme exponents) is boxed in
//! a heap object of layout [`FLOAT_BOX`](crate::layout::FLOAT_BOX).

use std::fmt;

/// A tagged guest value. `Copy`, no ownership: the heap keeps objects alive.
#[derive(Copy, Clone, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Value(pub u64);

pub const TAG_MASK: u64 = 7;
pub const TAG_HEAP: u64 = 1;
pub const TAG_SYMBOL: u64 = 5;
pub const TAG_IMM: u64 = 6;
/// Set in the numbers of *mortal* symbols, which the runtime forgets once nothing refers to them;
/// the other symbols are permanent.
pub const SYMBOL_MORTAL: u32 = 1 << 31;
/// Bit `t` (mod 8) is set when tag `t` is a float's: test with `(FLOAT_TAGS >> (word & 31)) & 1`.
pub const FLOAT_TAGS: u32 = 0x8C8C_8C8C;
/// Fixnums are shifted left by this many bits.
pub const INT_SHIFT: u32 = 2;
pub const INT_MAX: i64 = (1 << 61) - 1;
pub const INT_MIN: i64 = -(1 << 61);

const _: () = assert!(std::mem::size_of::<Value>() == 8);

impl Value {
    pub const NONE: Value = Value::imm(0);
    pub const FALSE: Value = Value::imm(1);
    pub const TRUE: Value = Value::imm(2);
    /// An unbound local, an empty slot, a deleted entry: never a guest value.
    pub const UNDEF: Value = Value::imm(3);
    /// What a native returns after it raised; the exception is in register `REG_PENDING`.
    pub const RAISED: Value = Value::imm(4);
    /// What an iterator step returns at its end: never a guest value.
    pub const STOP: Value = Value::imm(5);
    /// The parent of a bottom frame; the empty reference.
    pub const NIL: Value = Value::imm(6);
    /// First immediate number that languages may use for their own purposes.
    pub const FIRST_FREE_IMM: u64 = 16;

    #[inline(always)]
    pub const fn imm(n: u64) -> Value {
        Value(n << 3 | TAG_IMM)
    }

    /// The fixnum `i`, or `None` outside 62 bits (then it is a big integer).
    #[inline(always)]
    pub const fn int(i: i64) -> Option<Value> {
        if i >= INT_MIN && i <= INT_MAX {
            Some(Value((i << INT_SHIFT) as u64))
        } else {
            None
        }
    }

    /// The fixnum `i`, which the caller knows to fit (lengths, indices, small constants).
    #[inline(always)]
    pub const fn small(i: i64) -> Value {
        debug_assert!(i >= INT_MIN && i <= INT_MAX);
        Value((i << INT_SHIFT) as u64)
    }

    #[inline(always)]
    pub const fn is_int(self) -> bool {
        self.0 & 3 == 0
    }

    /// The integer of a fixnum word; meaningless for other words.
    #[inline(always)]
    pub const fn as_int(self) -> i64 {
        debug_assert!(self.is_int());
        (self.0 as i64) >> INT_SHIFT
    }

    #[inline(always)]
    pub const fn to_int(self) -> Option<i64> {
        if self.is_int() {
            Some(self.as_int())
        } else {
            None
        }
    }

    #[inline(always)]
    pub const fn bool(b: bool) -> Value {
        // FALSE and TRUE are neighbours, so that this is an addition.
        Value(Value::FALSE.0 + ((b as u64) << 3))
    }

    /// The immediate form of `f`, or `None` when it must be boxed.
    #[inline(always)]
    pub const fn float(f: f64) -> Option<Value> {
        let word = f.to_bits().rotate_left(4).wrapping_sub(1);
        if Value(word).is_float() {
            Some(Value(word))
        } else {
            None
        }
    }

    /// True for *immediate* floats only.
    #[inline(always)]
    pub const fn is_float(self) -> bool {
        (FLOAT_TAGS >> (self.0 as u32 & 31)) & 1 != 0
    }

    #[inline(always)]
    pub const fn as_float(self) -> f64 {
        debug_assert!(self.is_float());
        f64::from_bits(self.0.wrapping_add(1).rotate_right(4))
    }

    #[inline(always)]
    pub const fn symbol(id: u32) -> Value {
        Value((id as u64) << 3 | TAG_SYMBOL)
    }

    #[inline(always)]
    pub const fn is_symbol(self) -> bool {
        self.0 & TAG_MASK == TAG_SYMBOL
    }

    #[inline(always)]
    pub const fn as_symbol(self) -> u32 {
        debug_assert!(self.is_symbol());
        (self.0 >> 3) as u32
    }

    /// True for symbols that the collector has to know of.
    #[inline(always)]
    pub const fn is_mortal(self) -> bool {
        const MORTAL: u64 = (SYMBOL_MORTAL as u64) << 3;
        self.0 & (MORTAL | TAG_MASK) == MORTAL | TAG_SYMBOL
    }

    #[inline(always)]
    pub const fn is_heap(self) -> bool {
        self.0 & TAG_MASK == TAG_HEAP
    }

    /// The value of the object at `addr`, an 8-byte aligned address.
    #[inline(always)]
    pub const fn heap(addr: usize) -> Value {
        debug_assert!(addr & 7 == 0);
        Value(addr as u64 | TAG_HEAP)
    }

    /// Address of the header of a heap object.
    #[inline(always)]
    pub const fn addr(self) -> usize {
        debug_assert!(self.is_heap());
        (self.0 - TAG_HEAP) as usize
    }

    #[inline(always)]
    pub const fn is_imm(self) -> bool {
        self.0 & TAG_MASK == TAG_IMM
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            v if v.is_int() => write!(f, "{}", v.as_int()),
            v if v.is_float() => write!(f, "{:?}", v.as_float()),
            v if v.is_symbol() => write!(f, "sym#{}", v.as_symbol()),
            Value::NONE => f.write_str("none"),
            Value::FALSE => f.write_str("false"),
            Value::TRUE => f.write_str("true"),
            Value::UNDEF => f.write_str("undef"),
            Value::RAISED => f.write_str("raised"),
            Value::STOP => f.write_str("stop"),
            Value::NIL => f.write_str("nil"),
            v if v.is_heap() => write!(f, "obj@{:x}", v.addr()),
            v => write!(f, "imm#{}", v.0 >> 3),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_of_everyday_magnitude_are_immediate() {
        for f in [
            0.0, -0.0, 1.0, -1.0, 0.5, 1e-70, 3.5e70, -2.25, 1e-300, 123456.789,
        ] {
            let v = Value::float(f).unwrap_or_else(|| panic!("{f} is boxed"));
            assert_eq!(v.as_float().to_bits(), f.to_bits());
            assert!(v.is_float() && !v.is_int() && !v.is_heap() && !v.is_symbol() && !v.is_imm());
        }
        for f in [f64::INFINITY, f64::NAN, 1e300] {
            assert!(Value::float(f).is_none(), "{f}");
        }
    }

    #[test]
    fn every_tag_has_one_meaning() {
        for v in [
            Value::small(-5),
            Value::symbol(9),
            Value::TRUE,
            Value::heap(0x1000),
        ] {
            let n = [
                v.is_int(),
                v.is_float(),
                v.is_symbol(),
                v.is_imm(),
                v.is_heap(),
            ];
            assert_eq!(n.iter().filter(|b| **b).count(), 1, "{v:?}");
        }
        assert!(Value::symbol(SYMBOL_MORTAL | 9).is_mortal() && !Value::symbol(9).is_mortal());
        assert!(!Value::heap(0x5_0000_0000).is_mortal() && !Value::small(-1).is_mortal());
        assert_eq!(Value::bool(true), Value::TRUE);
        assert_eq!(Value::int(INT_MAX).map(Value::as_int), Some(INT_MAX));
        assert_eq!(Value::int(INT_MAX + 1), None);
        assert_eq!(Value::int(INT_MIN).map(Value::as_int), Some(INT_MIN));
    }
}
