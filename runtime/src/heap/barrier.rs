//! The write barrier: which old objects may refer to young ones.
//!
//! ```text
//!                  store (barrier)                 minor collection finds
//!   UNLOGGED set ───────────────────► UNLOGGED clear ──┐ young referents:
//!   (not remembered) ◄─────────────── (in the remembered│ stays remembered
//!                    finds no young    set)          ◄──┘
//! ```
//! A young object never has `UNLOGGED`, so the fast path is one test of the
//! holder's header, whatever the value stored. Large arrays of values
//! (`FLAG_CARDED`) keep `UNLOGGED` set and mark the card of the item instead
//! (`log_item`); a store that does not say which item it changes (`log_object`)
//! still works and makes the next minor collection look at the whole array.
//!
//! Frames: stores into the *current* frame need no barrier, because a frame is
//! logged once when it becomes current ([`Heap::activate_frame`]) and again
//! after every collection.

use super::Heap;
use super::large::{CARD_WORDS, LargeHead};
use super::mem;
use metatrace::layout::{FLAG_CARDED, FLAG_UNLOGGED};
use metatrace::value::{TAG_HEAP, Value};
use metatrace::vm::VmCore;

impl Heap {
    /// To be called before (or right after) storing references into `holder`.
    #[inline(always)]
    pub fn barrier(&mut self, holder: Value) {
        if mem::header(holder.addr()) & FLAG_UNLOGGED != 0 {
            self.log(holder.addr());
        }
    }

    /// The barrier of a store to item `index`: cheaper afterwards for large arrays.
    #[inline(always)]
    pub fn barrier_item(&mut self, holder: Value, index: usize) {
        if mem::header(holder.addr()) & FLAG_UNLOGGED != 0 {
            self.log_item(holder.addr(), index);
        }
    }

    /// The barrier of stores to `count` items from `index`.
    pub fn barrier_range(&mut self, holder: Value, index: usize, count: usize) {
        let header = mem::header(holder.addr());
        if header & FLAG_UNLOGGED == 0 || count == 0 {
            return;
        }
        if header & FLAG_CARDED == 0 {
            return self.log(holder.addr());
        }
        let last = index + count - 1;
        for item in (index..last).step_by(CARD_WORDS) {
            self.log_item(holder.addr(), item);
        }
        self.log_item(holder.addr(), last);
    }

    /// The barrier, once for all stores to `frame` while it is current.
    #[inline(always)]
    pub fn activate_frame(&mut self, frame: Value) {
        if frame.is_heap() {
            self.barrier(frame);
        }
    }

    /// Puts an old object into the remembered set.
    #[cold]
    #[inline(never)]
    pub(super) fn log(&mut self, addr: usize) {
        let header = mem::header(addr);
        debug_assert!(header & FLAG_UNLOGGED != 0 && !self.nursery.is_young(addr));
        mem::set_header(addr, header & !FLAG_UNLOGGED);
        self.remembered.push(addr);
    }

    #[cold]
    #[inline(never)]
    pub(super) fn log_item(&mut self, addr: usize, index: usize) {
        if mem::header(addr) & FLAG_CARDED == 0 {
            return self.log(addr);
        }
        let head = LargeHead::of(addr);
        head.mark_card(index);
        if !head.listed {
            head.listed = true;
            self.carded.push(addr);
        }
    }
}

/// `VmCore::log_object`.
pub extern "C" fn log_object(core: *mut VmCore, holder: u64) {
    // SAFETY: a `VmCore` is the first field of the `Heap` that made it (`repr(C)`).
    let heap = unsafe { &mut *core.cast::<Heap>() };
    heap.log((holder - TAG_HEAP) as usize);
}

/// `VmCore::log_item`.
pub extern "C" fn log_item(core: *mut VmCore, holder: u64, index: u64) {
    // SAFETY: as for `log_object`.
    let heap = unsafe { &mut *core.cast::<Heap>() };
    heap.log_item((holder - TAG_HEAP) as usize, index as usize);
}
