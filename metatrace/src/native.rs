//! Natives: opaque calls with declared effects.
//!
//! What a language does not want traced through is a native: a Rust function
//! behind a plain calling convention. Its [`Effects`] tell the optimiser what a
//! call may read, write and raise; everything undeclared is promised not to happen.

use crate::vm::VmCore;
use std::fmt;

/// Machine-level signature. Values cross as tagged words; the first argument is
/// the engine. A native that raises stores the exception in register
/// `REG_PENDING` and returns [`Value::RAISED`](crate::value::Value::RAISED).
#[derive(Copy, Clone)]
pub enum NativeFn {
    F0(extern "C" fn(*mut VmCore) -> u64),
    F1(extern "C" fn(*mut VmCore, u64) -> u64),
    F2(extern "C" fn(*mut VmCore, u64, u64) -> u64),
    F3(extern "C" fn(*mut VmCore, u64, u64, u64) -> u64),
    F4(extern "C" fn(*mut VmCore, u64, u64, u64, u64) -> u64),
    /// Any number of arguments, in memory.
    Many(extern "C" fn(*mut VmCore, *const u64, usize) -> u64),
    /// Floats in, float out; no engine, always pure.
    Float1(extern "C" fn(f64) -> f64),
    Float2(extern "C" fn(f64, f64) -> f64),
}

/// What a native may do. `reads`/`writes` are sets of alias groups: bit
/// `layout id % 64` for each layout whose existing objects are touched
/// (fresh objects do not count).
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Effects {
    pub reads: u64,
    pub writes: u64,
    /// May return `RAISED`.
    pub raises: bool,
    /// Same arguments, same result, no effect: may be repeated, hoisted, dropped.
    /// (Also true of natives that allocate a fresh *immutable* value.)
    pub pure: bool,
    /// Same arguments, same result until something it reads is written: a look-up. Not true of
    /// natives that allocate what can be told apart.
    pub lookup: bool,
    /// May invalidate assumptions that traces rely on.
    pub invalidates: bool,
    /// Engine registers (a bit set) that it reads or writes, besides that for exceptions.
    pub regs: u32,
    /// May read or write engine registers, frames or anything else.
    pub opaque: bool,
}

/// The alias-group bit of a layout.
pub const fn group(layout: crate::layout::LayoutId) -> u64 {
    1 << (layout % 64)
}

impl Effects {
    /// A function of its arguments.
    pub const PURE: Effects = Effects {
        reads: 0,
        writes: 0,
        raises: false,
        pure: true,
        lookup: false,
        invalidates: false,
        regs: 0,
        opaque: false,
    };
    /// No effect on existing objects, but not repeatable (allocates something mutable, reads the clock).
    pub const FRESH: Effects = Effects {
        pure: false,
        ..Effects::PURE
    };
    /// Anything at all.
    pub const ANY: Effects = Effects {
        reads: !0,
        writes: !0,
        raises: true,
        pure: false,
        lookup: false,
        invalidates: true,
        regs: !0,
        opaque: true,
    };
    /// Anything to objects: engine registers and frames are left alone.
    pub const OBJECTS: Effects = Effects {
        regs: 0,
        opaque: false,
        ..Effects::ANY
    };
    pub const fn raises(self) -> Effects {
        Effects {
            raises: true,
            ..self
        }
    }
    pub const fn reads(self, groups: u64) -> Effects {
        Effects {
            reads: self.reads | groups,
            pure: false,
            ..self
        }
    }
    pub const fn writes(self, groups: u64) -> Effects {
        Effects {
            writes: self.writes | groups,
            pure: false,
            ..self
        }
    }
    pub const fn regs(self, regs: &[u8]) -> Effects {
        let (mut set, mut i) = (self.regs, 0);
        while i < regs.len() {
            set |= 1 << regs[i];
            i += 1;
        }
        Effects {
            regs: set,
            pure: false,
            ..self
        }
    }
    pub const fn lookup(self) -> Effects {
        Effects {
            lookup: true,
            ..self
        }
    }
    pub const fn invalidates(self) -> Effects {
        Effects {
            invalidates: true,
            pure: false,
            ..self
        }
    }
}

/// One native. Declared as a `static`, so that its address is its identity.
pub struct Native {
    pub name: &'static str,
    pub func: NativeFn,
    pub effects: Effects,
}

impl PartialEq for Native {
    fn eq(&self, other: &Native) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for Native {}

impl fmt::Debug for Native {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

impl Native {
    /// Calls the native on words. Floats cross as their bits for `Float1`/`Float2`.
    ///
    /// Panics when the number of arguments is not the native's.
    #[inline(always)]
    pub fn call(&self, vm: *mut VmCore, args: &[u64]) -> u64 {
        match (self.func, args) {
            (NativeFn::F0(f), []) => f(vm),
            (NativeFn::F1(f), &[a]) => f(vm, a),
            (NativeFn::F2(f), &[a, b]) => f(vm, a, b),
            (NativeFn::F3(f), &[a, b, c]) => f(vm, a, b, c),
            (NativeFn::F4(f), &[a, b, c, d]) => f(vm, a, b, c, d),
            (NativeFn::Many(f), args) => f(vm, args.as_ptr(), args.len()),
            (NativeFn::Float1(f), &[a]) => f(f64::from_bits(a)).to_bits(),
            (NativeFn::Float2(f), &[a, b]) => f(f64::from_bits(a), f64::from_bits(b)).to_bits(),
            _ => panic!("native {} called with {} arguments", self.name, args.len()),
        }
    }
}
