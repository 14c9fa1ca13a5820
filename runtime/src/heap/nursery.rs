//! The nursery: where every small object is born.
//!
//! ```text
//!  base                                                          base + bytes
//!  +------------------+------------------+-------------------------------+
//!  | survivors, one   | survivors, other | eden ─► next ─► end ─► (reserved) |
//!  +------------------+------------------+-------------------------------+
//! ```
//! One reserved address range, so that *is young* is a subtraction and a
//! comparison. Eden is bump-allocated through `VmCore::nursery_next`, by Rust
//! and by machine code alike. Allocation never collects: a full eden is
//! extended by a step, and `POLL_GC` asks the next merge point to collect.
//! Objects lie in eden without gaps, so that the verifier can walk it.
//! Memory in eden is *not* zeroed: whoever allocates fills all words.

use super::os;
use super::{Heap, MAX_SMALL_WORDS, mem};
use metatrace::layout::{HEADER_LAYOUT_SHIFT, HEADER_SIZE_SHIFT, LayoutId, header};
use metatrace::value::{TAG_HEAP, Value};
use metatrace::vm::{POLL_GC, VmCore};

/// Reserved for each survivor space; how much of it is used adapts.
pub const SURVIVOR_BYTES: usize = 16 << 20;
/// Address space asked for first, then halved until the system agrees. It bounds
/// what one native call may allocate before the next merge point.
const RESERVE_BYTES: usize = 64 << 30;
const RESERVE_BYTES_MIN: usize = 256 << 20;
/// Smallest extension of a full eden.
const STEP_BYTES: usize = 256 << 10;

pub struct Nursery {
    /// The reserved range.
    pub base: usize,
    pub bytes: usize,
    /// The part of it whose objects collections may move: all of it, or what was
    /// allocated since the innermost freeze (`freeze.rs`).
    pub moving: usize,
    pub moving_bytes: usize,
    /// Start of the survivor space in use and end of the survivors in it.
    pub survivors: usize,
    pub survivors_end: usize,
    /// Start of eden.
    pub eden: usize,
    /// End of usable memory in eden.
    pub committed: usize,
    /// Bytes of eden after which a collection is asked for.
    pub target: usize,
    /// Highest end of each survivor space made usable so far.
    survivors_committed: [usize; 2],
}

impl Nursery {
    pub fn new(target: usize) -> Nursery {
        // Where address space is limited, most of it is for the other spaces.
        let share = (os::address_space() / 8).next_power_of_two();
        let mut bytes = RESERVE_BYTES.min(share).max(RESERVE_BYTES_MIN);
        let base = loop {
            match os::reserve(bytes) {
                Some(base) => break base,
                None if bytes > RESERVE_BYTES_MIN => bytes /= 2,
                None => os::out_of_memory(),
            }
        };
        let eden = base + 2 * SURVIVOR_BYTES;
        let mut nursery = Nursery {
            base,
            bytes,
            moving: base,
            moving_bytes: bytes,
            survivors: base,
            survivors_end: base,
            eden,
            committed: eden,
            target,
            survivors_committed: [base, base + SURVIVOR_BYTES],
        };
        nursery.commit_eden(eden + target);
        nursery
    }

    #[inline(always)]
    pub fn is_young(&self, addr: usize) -> bool {
        addr.wrapping_sub(self.base) < self.bytes
    }

    /// Young and not frozen.
    #[inline(always)]
    pub fn is_moving(&self, addr: usize) -> bool {
        addr.wrapping_sub(self.moving) < self.moving_bytes
    }

    /// Lets collections move only objects from `start` on.
    pub fn set_moving(&mut self, start: usize) {
        self.moving = start;
        self.moving_bytes = self.base + self.bytes - start;
    }

    #[inline(always)]
    pub fn is_frozen(&self) -> bool {
        self.moving != self.base
    }

    /// Where eden begins for the next collection.
    pub fn moving_eden(&self) -> usize {
        self.eden.max(self.moving)
    }

    /// The survivor space not in use, `bytes` of it usable.
    pub fn other_survivors(&mut self, bytes: usize) -> usize {
        debug_assert!(bytes <= SURVIVOR_BYTES);
        let first = self.survivors == self.base;
        let (space, index) = if first {
            (self.base + SURVIVOR_BYTES, 1)
        } else {
            (self.base, 0)
        };
        let end = space + os::round_up(bytes, os::PAGE_BYTES);
        let usable = &mut self.survivors_committed[index];
        if end > *usable {
            if !os::commit(*usable, end - *usable) {
                os::out_of_memory();
            }
            *usable = end;
        }
        space
    }

    fn commit_eden(&mut self, end: usize) {
        let end = os::round_up(end, os::PAGE_BYTES);
        if end > self.committed {
            // A single step of the program may allocate more than the nursery can hold.
            let fits = end <= self.base + self.bytes;
            if !fits || !os::commit(self.committed, end - self.committed) {
                os::out_of_memory();
            }
            self.committed = end;
        }
    }

    /// Prepares eden for reuse after a collection; returns the new end of its step.
    /// Memory that an unusually long step took is given back.
    pub fn reset_eden(&mut self, used_end: usize) -> usize {
        let end = self.moving_eden() + self.target;
        self.commit_eden(end);
        let keep = os::round_up(end, os::PAGE_BYTES);
        if used_end > keep {
            os::decommit(keep, self.committed - keep);
        }
        end
    }
}

impl Drop for Nursery {
    fn drop(&mut self) {
        os::unmap(self.base, self.bytes);
    }
}

impl Heap {
    /// Bump-allocates `words` words; the header is written, the rest is garbage.
    #[inline(always)]
    fn bump(&mut self, header: u64, words: usize) -> usize {
        let bytes = words * 8;
        let mut at = self.core.nursery_next;
        if at + bytes <= self.core.nursery_end {
            self.core.nursery_next = at + bytes;
        } else {
            at = self.grow(bytes);
        }
        // SAFETY: `at..at + bytes` is usable eden above every other object.
        unsafe { *(at as *mut u64) = header };
        at
    }

    /// A fresh object of `words` words (header included), zero-filled: every
    /// field is the fixnum 0. Never collects.
    #[inline(always)]
    pub fn alloc_words(&mut self, layout: LayoutId, words: usize, shape: u32) -> Value {
        if words > MAX_SMALL_WORDS {
            return self.alloc_large(header(layout, 0, shape), words);
        }
        let at = self.bump(header(layout, words, shape), words);
        for word in 1..words {
            // SAFETY: within the object just allocated.
            unsafe { *(at as *mut u64).add(word) = 0 };
        }
        Value::heap(at)
    }

    /// A fresh zero-filled object with `items` items; `header` comes without a
    /// size. Counted layouts get their length. Never collects.
    #[inline]
    pub fn alloc_items_raw(&mut self, header: u64, items: usize) -> Value {
        let info = self.scan_info((header >> HEADER_LAYOUT_SHIFT) as LayoutId);
        let item_words = if info.bytes { items.div_ceil(8) } else { items };
        let words = info.items_start as usize + item_words;
        let value = if words > MAX_SMALL_WORDS {
            self.alloc_large(header, words)
        } else {
            let at = self.bump(header | (words as u64) << HEADER_SIZE_SHIFT, words);
            // SAFETY: within the object just allocated.
            unsafe { std::ptr::write_bytes((at as *mut u64).add(1), 0, words - 1) };
            Value::heap(at)
        };
        if info.counted {
            mem::set_word(value.addr(), 1, Value::small(items as i64).0);
        }
        value
    }

    /// Makes room in a full eden and allocates there; asks for a collection.
    #[cold]
    #[inline(never)]
    pub(super) fn grow(&mut self, bytes: usize) -> usize {
        let at = self.core.nursery_next;
        let step = STEP_BYTES.max((at - self.nursery.eden) / 8);
        let end = at + bytes + step;
        self.nursery.commit_eden(end);
        self.core.nursery_end = end;
        self.core.nursery_next = at + bytes;
        self.core.poll |= POLL_GC;
        at
    }

    /// Bytes of all objects in eden.
    pub fn eden_used(&self) -> usize {
        self.core.nursery_next - self.nursery.eden
    }
}

/// `VmCore::grow_nursery`.
pub extern "C" fn grow_nursery(core: *mut VmCore, bytes: usize) -> usize {
    // SAFETY: a `VmCore` is the first field of the `Heap` that made it (`repr(C)`).
    unsafe { (*core.cast::<Heap>()).grow(bytes) }
}

/// `VmCore::alloc_items`.
pub extern "C" fn alloc_items(core: *mut VmCore, header: u64, items: u64) -> u64 {
    // SAFETY: as for `grow_nursery`.
    let heap = unsafe { &mut *core.cast::<Heap>() };
    heap.alloc_items_raw(header, items as usize).0
}

/// `VmCore::box_float`.
pub extern "C" fn box_float(core: *mut VmCore, float: f64) -> u64 {
    // SAFETY: as for `grow_nursery`.
    let heap = unsafe { &mut *core.cast::<Heap>() };
    let value = heap.alloc_words(metatrace::layout::FLOAT_BOX, 2, 0);
    // SAFETY: word 1 of the box just allocated.
    unsafe { *((value.0 - TAG_HEAP) as *mut u64).add(1) = float.to_bits() };
    value.0
}
