//! Freezing: natives that call back into guest code.
//!
//! A native holds raw [`Value`](metatrace::Value)s, and so do the step loop or
//! the trace that called it. When it re-enters the driver, collections may
//! happen that know nothing of these. So the driver freezes the heap around
//! the inner run:
//!
//! ```text
//!   survivors | eden: ─── frozen ─── | allocated by the inner run ─► |
//!                                    ^ watermark = start of `moving`
//! ```
//! Whatever is young at that moment counts as live and stays where it is; a
//! minor collection scans it like a root, and moves only what was allocated
//! since. Old objects are not freed while the heap is frozen: full collections
//! wait for the outermost thaw, so guest code that runs for long should be
//! entered from a frame, not from a native.

use super::{Heap, mem};
use metatrace::vm::POLL_GC;

/// What the matching [`Heap::thaw`] needs.
#[must_use = "a frozen heap has to be thawed"]
pub struct Frozen {
    moving: usize,
}

impl Heap {
    /// Keeps everything young where it is until the matching [`thaw`](Heap::thaw).
    pub fn freeze(&mut self) -> Frozen {
        let frozen = Frozen {
            moving: self.nursery.moving,
        };
        if !self.nursery.is_frozen() {
            self.thawed_full_at = self.full_at;
        }
        let mark = self.core.nursery_next;
        self.nursery.set_moving(mark);
        frozen
    }

    /// Undoes the innermost freeze. The frame that is current again may have
    /// been scanned meanwhile, so it is activated.
    pub fn thaw(&mut self, frozen: Frozen) {
        self.nursery.set_moving(frozen.moving);
        if !self.nursery.is_frozen() {
            self.full_at = self.thawed_full_at;
            if self.used_bytes() >= self.full_at {
                self.core.poll |= POLL_GC;
            }
        }
        self.activate_frame(self.core.frame);
    }

    /// True while natives further out hold references that nobody knows.
    pub fn is_frozen(&self) -> bool {
        self.nursery.is_frozen()
    }

    /// Scans all frozen objects, which stay young and so are never remembered.
    pub(super) fn scan_frozen(&mut self) {
        let spaces = [
            (self.nursery.survivors, self.nursery.survivors_end),
            (self.nursery.eden, self.nursery.moving_eden()),
        ];
        for (from, to) in spaces {
            let mut at = from;
            while at < to {
                self.scan_object(at);
                self.drain();
                at += mem::size_words(at, mem::header(at)) * 8;
            }
        }
    }

    /// While frozen, the memory that only a full collection could free must not
    /// make every allocation of a large object ask for a minor one.
    pub(super) fn postpone_full(&mut self) {
        let used = self.used_bytes();
        self.full_at = used + used / 4;
    }
}
