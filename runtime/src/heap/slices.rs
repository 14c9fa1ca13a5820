//! Parts of heap objects as Rust slices, and the engine behind a core pointer.
//!
//! Allocation never collects, so a slice stays valid until the next merge point.
//! Callers are natives and helpers of the runtime: none keeps a slice longer.

use crate::engine::Vm;
use metatrace::value::Value;
use metatrace::vm::VmCore;

impl Vm {
    /// The engine that `core` is the first part of.
    ///
    /// One engine runs on one thread, and natives hand their `&mut Vm` back before
    /// anybody else uses the core.
    #[inline(always)]
    pub fn from_core<'a>(core: *mut VmCore) -> &'a mut Vm {
        // SAFETY: `Vm` is `repr(C)` with the core first; every core pointer that
        // loops and machine code pass on was made from a live boxed `Vm`.
        unsafe { &mut *(core as *mut Vm) }
    }
}

/// Arguments of a native of kind `Many`.
#[inline(always)]
pub fn native_args<'a>(args: *const u64, n: usize) -> &'a [Value] {
    // SAFETY: the caller of a native passes `n` words; `Value` is a transparent word.
    unsafe { std::slice::from_raw_parts(args as *const Value, n) }
}

#[inline(always)]
fn at<T>(object: Value, start: u16) -> *mut T {
    (object.addr() + start as usize * 8) as *mut T
}

/// Words `start..start + n` of an object as values.
#[inline(always)]
pub fn values<'a>(object: Value, start: u16, n: usize) -> &'a [Value] {
    // SAFETY: see the module text; `n` is within the object's size.
    unsafe { std::slice::from_raw_parts(at(object, start), n) }
}

/// As [`values`]; the caller has run the barrier.
#[inline(always)]
pub fn values_mut<'a>(object: Value, start: u16, n: usize) -> &'a mut [Value] {
    // SAFETY: see the module text; callers hold one such slice of an object at a time.
    unsafe { std::slice::from_raw_parts_mut(at(object, start), n) }
}

#[inline(always)]
pub fn words<'a>(object: Value, start: u16, n: usize) -> &'a [u64] {
    // SAFETY: as for `values`.
    unsafe { std::slice::from_raw_parts(at(object, start), n) }
}

#[inline(always)]
pub fn words_mut<'a>(object: Value, start: u16, n: usize) -> &'a mut [u64] {
    // SAFETY: as for `values_mut`.
    unsafe { std::slice::from_raw_parts_mut(at(object, start), n) }
}

#[inline(always)]
pub fn floats<'a>(object: Value, start: u16, n: usize) -> &'a [f64] {
    // SAFETY: as for `values`; every bit pattern is a float.
    unsafe { std::slice::from_raw_parts(at(object, start), n) }
}

#[inline(always)]
pub fn floats_mut<'a>(object: Value, start: u16, n: usize) -> &'a mut [f64] {
    // SAFETY: as for `values_mut`.
    unsafe { std::slice::from_raw_parts_mut(at(object, start), n) }
}

#[inline(always)]
pub fn bytes<'a>(object: Value, start: u16, n: usize) -> &'a [u8] {
    // SAFETY: as for `values`; `n` bytes lie within the object.
    unsafe { std::slice::from_raw_parts(at(object, start), n) }
}

#[inline(always)]
pub fn bytes_mut<'a>(object: Value, start: u16, n: usize) -> &'a mut [u8] {
    // SAFETY: as for `values_mut`.
    unsafe { std::slice::from_raw_parts_mut(at(object, start), n) }
}

/// Byte items as 32-bit numbers (items start at a word boundary); see [`values_mut`].
#[inline(always)]
pub fn quads_mut<'a>(object: Value, start: u16, n: usize) -> &'a mut [u32] {
    // SAFETY: as for `values_mut`.
    unsafe { std::slice::from_raw_parts_mut(at(object, start), n) }
}
