//! Large objects: everything above [`MAX_SMALL_WORDS`](super::MAX_SMALL_WORDS).
//!
//! ```text
//!  +-----------+------------------ object ------------------+-----------+
//!  | LargeHead | header (size field 0xFFFF) | fields, items | cards     |
//!  +-----------+--------------------------------------------+-----------+
//! ```
//! Mapped (or malloced) one by one, born old and remembered, never moved. The
//! true size stands in the head in front of the object. Arrays of values have
//! one card byte per [`CARD_WORDS`] words, so that one store into ten million
//! items does not make a minor collection read them all.

use super::os;
use super::{Heap, ItemsScan, OutOfMemory, mem};
use metatrace::layout::{
    FLAG_CARDED, FLAG_UNLOGGED, HEADER_LAYOUT_SHIFT, HEADER_SIZE_SHIFT, SIZE_LARGE,
};
use metatrace::value::Value;
use metatrace::vm::POLL_GC;
use std::alloc::{Layout as Memory, alloc_zeroed, dealloc};

/// Words of an object that share a card.
pub const CARD_WORDS: usize = 128;
/// From this size on objects get a mapping of their own, which goes back to the
/// system when they die.
const MAP_BYTES: usize = 128 << 10;

/// What stands in front of a large object.
#[repr(C)]
pub struct LargeHead {
    pub words: usize,
    /// Index in `Large::table`.
    slot: usize,
    /// Bytes of this allocation, head and cards included.
    bytes: usize,
    /// The number of card bytes after the object (0: not an array of values).
    cards: u32,
    /// True while the object is in `Heap::carded`: it may have marked cards.
    pub listed: bool,
}

const HEAD_BYTES: usize = size_of::<LargeHead>();

impl LargeHead {
    /// The head of a large object. One engine has one thread and callers hold
    /// one head at a time.
    #[inline(always)]
    pub fn of<'a>(addr: usize) -> &'a mut LargeHead {
        // SAFETY: `addr` is a large object, so that a head lies before it.
        unsafe { &mut *((addr - HEAD_BYTES) as *mut LargeHead) }
    }

    fn object(&self) -> usize {
        std::ptr::from_ref(self) as usize + HEAD_BYTES
    }

    pub fn cards(&mut self) -> &mut [u8] {
        let at = self.object() + self.words * 8;
        // SAFETY: the cards follow the object in the same allocation.
        unsafe { std::slice::from_raw_parts_mut(at as *mut u8, self.cards as usize) }
    }

    /// Marks the card of item `index`.
    pub fn mark_card(&mut self, index: usize) {
        let layout = (mem::header(self.object()) >> HEADER_LAYOUT_SHIFT) as u8;
        let start = metatrace::layout::lookup(layout).map_or(1, |l| l.items_start());
        let card = (index + start as usize) / CARD_WORDS;
        self.cards()[card] = 1;
    }
}

/// All large objects.
#[derive(Default)]
pub struct Large {
    pub table: Vec<usize>,
    /// Bytes of all of them.
    pub bytes: usize,
    /// Mappings of dead objects, kept for objects of about their size: clearing memory is cheaper
    /// than faulting it in. Address and bytes, oldest first.
    spare: Vec<(usize, usize)>,
}

/// Most bytes of spare mappings.
const SPARE_BYTES_MAX: usize = 16 << 20;

impl Large {
    /// Zeroed memory for an object, its head filled in.
    fn allocate(&mut self, words: usize, cards: usize) -> Option<usize> {
        let bytes = words
            .checked_mul(8)?
            .checked_add(HEAD_BYTES + os::round_up(cards, 8))?;
        let (start, bytes) = if bytes >= MAP_BYTES {
            let bytes = os::round_up(bytes, os::PAGE_BYTES);
            match self.take_spare(bytes) {
                Some(spare) => spare,
                None => (self.map(bytes)?, bytes),
            }
        } else {
            let memory = Memory::from_size_align(bytes, 16).ok()?;
            // SAFETY: the size is not zero.
            let start = unsafe { alloc_zeroed(memory) } as usize;
            (start, bytes)
        };
        if start == 0 {
            return None;
        }
        let addr = start + HEAD_BYTES;
        let head = LargeHead::of(addr);
        head.words = words;
        head.slot = self.table.len();
        head.bytes = bytes;
        head.cards = cards as u32;
        self.table.push(addr);
        self.bytes += bytes;
        Some(addr)
    }

    /// A cleared spare mapping of at least `bytes`, and not much more.
    fn take_spare(&mut self, bytes: usize) -> Option<(usize, usize)> {
        let fits = |&(_, have): &(usize, usize)| have >= bytes && have <= bytes + bytes / 4;
        let at = self.spare.iter().rposition(fits)?;
        let (start, have) = self.spare.remove(at);
        // SAFETY: a mapping of this size that nothing refers to.
        unsafe { std::ptr::write_bytes(start as *mut u8, 0, have) };
        Some((start, have))
    }

    fn keep_spare(&mut self, start: usize, bytes: usize) {
        if bytes > SPARE_BYTES_MAX / 2 {
            return os::unmap(start, bytes);
        }
        self.spare.push((start, bytes));
        let mut total: usize = self.spare.iter().map(|s| s.1).sum();
        while total > SPARE_BYTES_MAX {
            let (start, bytes) = self.spare.remove(0);
            os::unmap(start, bytes);
            total -= bytes;
        }
    }

    /// Fresh pages; the spare ones go back first if there are no others.
    fn map(&mut self, bytes: usize) -> Option<usize> {
        os::map(bytes).or_else(|| {
            self.drop_spare();
            os::map(bytes)
        })
    }

    fn drop_spare(&mut self) {
        for (start, bytes) in self.spare.drain(..) {
            os::unmap(start, bytes);
        }
    }

    /// Frees an object.
    pub fn free(&mut self, addr: usize) {
        let head = LargeHead::of(addr);
        let (slot, bytes) = (head.slot, head.bytes);
        self.table.swap_remove(slot);
        if let Some(&moved) = self.table.get(slot) {
            LargeHead::of(moved).slot = slot;
        }
        self.bytes -= bytes;
        let start = addr - HEAD_BYTES;
        if bytes >= MAP_BYTES {
            self.keep_spare(start, bytes);
        } else {
            // SAFETY: allocated with this layout by `allocate`, and unreachable now.
            unsafe {
                dealloc(
                    start as *mut u8,
                    Memory::from_size_align_unchecked(bytes, 16),
                )
            };
        }
    }
}

impl Drop for Large {
    fn drop(&mut self) {
        while let Some(&addr) = self.table.last() {
            self.free(addr);
        }
        self.drop_spare();
    }
}

impl Heap {
    /// A zero-filled large object, or `None` when the system has no memory.
    pub(super) fn try_alloc_large(&mut self, header: u64, words: usize) -> Option<Value> {
        let layout = (header >> HEADER_LAYOUT_SHIFT) as u8;
        let scan = self.scan_info(layout);
        let cards = match scan.items {
            ItemsScan::Values => words.div_ceil(CARD_WORDS),
            _ => 0,
        };
        let traced = scan.traced();
        let addr = self.large.allocate(words, cards)?;
        let mut header = header | SIZE_LARGE << HEADER_SIZE_SHIFT;
        if cards != 0 {
            header |= FLAG_CARDED;
        }
        if traced {
            // Whatever initialises it needs no barrier: it is remembered already.
            self.remembered.push(addr);
        } else {
            header |= FLAG_UNLOGGED;
        }
        mem::set_header(addr, header);
        self.stats.bytes_allocated += words as u64 * 8;
        self.note_peak();
        if self.used_bytes() >= self.full_at {
            self.core.poll |= POLL_GC;
        }
        Some(Value::heap(addr))
    }

    /// A zero-filled large object. The process ends if there is no memory at all;
    /// sizes that a guest controls go through [`Heap::try_alloc_items`].
    #[cold]
    #[inline(never)]
    pub(super) fn alloc_large(&mut self, header: u64, words: usize) -> Value {
        self.try_alloc_large(header, words)
            .unwrap_or_else(|| os::out_of_memory())
    }

    /// Like `alloc_items_raw`, but asks the limits first.
    pub fn try_alloc_items_raw(&mut self, header: u64, items: usize) -> Result<Value, OutOfMemory> {
        let bytes = items.checked_mul(8).ok_or(OutOfMemory)?;
        self.try_reserve(bytes)?;
        Ok(self.alloc_items_raw(header, items))
    }
}
