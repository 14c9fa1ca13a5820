//! Minor collections: live young objects leave eden.
//!
//! A survivor of its first collection is copied to the survivor space (and
//! `AGED`), a survivor of its second to the mature space. A copied object's
//! old header becomes its new address with `FORWARDED`; copied objects wait in
//! a worklist to be scanned, last first, which puts objects near those they
//! refer to. Promoted objects that still refer to young ones are remembered.

use super::large::{CARD_WORDS, LargeHead};
use super::nursery::SURVIVOR_BYTES;
use super::{Heap, ItemsScan, MAX_SMALL_WORDS, RootSource, mem};
use metatrace::layout::{
    FLAG_AGED, FLAG_CARDED, FLAG_FORWARDED, FLAG_UNLOGGED, HEADER_SIZE_SHIFT, SIZE_LARGE,
};
use metatrace::value::Value;
use metatrace::vm::POLL_GC;
use std::time::Instant;

/// What dead young memory is filled with: a reference to a non-canonical address.
const POISON: u64 = 0x5D5D_5D5D_5D5D_5D59;
/// Length of the worklist at which the scan of a large array pauses.
const WORK_MAX: usize = 1024;
/// How many cards are tested together.
const CARD_GROUP: usize = 64;

/// State of the collection in progress.
#[derive(Default)]
pub struct Progress {
    /// Where the next survivor goes, and the end of the space for them.
    next: usize,
    limit: usize,
    promoted_bytes: usize,
}

impl Heap {
    /// Collects the young objects (those not frozen); with `promote` all survivors become old.
    #[inline(never)]
    pub(super) fn collect_minor(&mut self, roots: &mut dyn RootSource, promote: bool) {
        let start = Instant::now();
        self.refresh_layouts();
        self.note_peak();
        let eden_bytes = self.core.nursery_next - self.nursery.moving_eden();
        let (from, from_end) = (self.nursery.survivors, self.nursery.survivors_end);
        let frozen = self.nursery.is_frozen();
        let capacity = if promote || frozen {
            0
        } else {
            (self.nursery.target / 4).min(SURVIVOR_BYTES)
        };
        let to = self.nursery.other_survivors(capacity);
        self.minor = Progress {
            next: to,
            limit: to + capacity,
            promoted_bytes: 0,
        };
        self.pin_trailed(roots);
        // Taken before anything is promoted: promoted objects enter the next
        // set already scanned, and no reference may be forwarded twice.
        let holders = std::mem::take(&mut self.remembered);
        self.forward_roots(roots);
        if frozen {
            self.scan_frozen();
        }
        self.drain();
        self.scan_remembered(holders);
        self.scan_carded();
        self.weak_after_minor();
        self.unpin();
        let survived = self.minor.next - to;
        if !frozen {
            self.nursery.survivors = to;
            self.nursery.survivors_end = self.minor.next;
            self.poison(from, from_end);
        }
        self.poison(self.nursery.moving_eden(), self.core.nursery_next);
        self.finish_minor(eden_bytes, survived);
        self.stats.minor_ns += start.elapsed().as_nanos() as u64;
    }

    fn poison(&mut self, from: usize, to: usize) {
        if self.options.poison {
            mem::fill(from, to, POISON);
        }
    }

    /// Empties eden, chooses its next size and counts.
    fn finish_minor(&mut self, eden_bytes: usize, survived: usize) {
        let promoted = self.minor.promoted_bytes;
        self.stats.minor_collections += 1;
        self.stats.bytes_allocated += eden_bytes as u64;
        self.stats.bytes_copied += (survived + promoted) as u64;
        self.stats.bytes_promoted += promoted as u64;
        self.resize_nursery(eden_bytes, survived + promoted);
        let used_end = self.core.nursery_next;
        self.core.nursery_end = self.nursery.reset_eden(used_end);
        self.core.nursery_next = self.nursery.moving_eden();
        self.core.poll &= !POLL_GC;
        self.activate_frame(self.core.frame);
    }

    /// A small eden stays in the cache; one whose objects survive should be
    /// larger, so that they get time to die.
    fn resize_nursery(&mut self, eden_bytes: usize, live: usize) {
        let (min, max) = (
            self.options.nursery_bytes_min,
            self.options.nursery_bytes_max,
        );
        let target = self.nursery.target;
        if eden_bytes < target / 2 {
            return;
        }
        if live > eden_bytes / 10 {
            self.nursery.target = (target * 2).min(max);
        } else if live < eden_bytes / 50 {
            self.nursery.target = (target / 2).max(min);
        }
    }

    pub(super) fn forward_roots(&mut self, roots: &mut dyn RootSource) {
        self.core.frame = self.forward_root(self.core.frame);
        for i in 0..self.core.regs.len() {
            self.core.regs[i] = self.forward_root(self.core.regs[i]);
        }
        let mut registered = std::mem::take(&mut self.roots);
        registered.visit(true, &mut |value| *value = self.forward_root(*value));
        self.roots = registered;
        roots.visit_young(&mut |value| *value = self.forward_root(*value));
        for i in 0..self.weak.queue.len() {
            self.weak.queue[i] = self.forward_root(self.weak.queue[i]);
        }
    }

    /// Like `forward`, but keeps references to bound variables: machine code may
    /// embed what a constant table holds.
    pub(super) fn forward_root(&mut self, value: Value) -> Value {
        if value.is_heap() && self.nursery.is_moving(value.addr()) {
            self.forward_young::<false>(value.addr())
        } else {
            value
        }
    }

    /// Where the object of `value` is now; copies it if need be.
    #[inline(always)]
    pub(super) fn forward(&mut self, value: Value) -> Value {
        if value.is_heap() && self.nursery.is_moving(value.addr()) {
            self.forward_young::<true>(value.addr())
        } else {
            value
        }
    }

    /// Copies a young object, unless that was done, or (`SKIP`) it is a bound
    /// variable and its target will do.
    #[inline(always)]
    fn forward_young<const SKIP: bool>(&mut self, addr: usize) -> Value {
        let header = mem::header(addr);
        if header & FLAG_FORWARDED != 0 {
            return Value::heap((header & !FLAG_FORWARDED) as usize);
        }
        let words = mem::size_words(addr, header);
        let info = self.scan[mem::layout_of(header) as usize];
        debug_assert!(info.known, "object of an unregistered layout");
        if SKIP && info.transparent && self.is_bound(addr, header) {
            return self.forward_bound(addr);
        }
        let bytes = words * 8;
        let to = self.minor.next;
        let copy = if header & FLAG_AGED == 0 && to + bytes <= self.minor.limit {
            self.minor.next = to + bytes;
            mem::copy_words(addr, to, words);
            mem::set_header(to, header | FLAG_AGED);
            to
        } else {
            self.promote(addr, header, words)
        };
        mem::set_header(addr, copy as u64 | FLAG_FORWARDED);
        if info.traced() {
            self.work.push(copy);
        }
        Value::heap(copy)
    }

    /// What stands in for a bound variable.
    #[cold]
    #[inline(never)]
    fn forward_bound(&mut self, addr: usize) -> Value {
        let target = self.follow(Value::heap(addr));
        self.forward(target)
    }

    /// Copies a young object to the old generation.
    #[inline(always)]
    fn promote(&mut self, addr: usize, header: u64, words: usize) -> usize {
        let mut header = header & !FLAG_AGED | FLAG_UNLOGGED;
        self.minor.promoted_bytes += words * 8;
        if words > MAX_SMALL_WORDS {
            return self.promote_large(addr, header, words);
        }
        let copy = self.mature.alloc(words);
        mem::copy_words(addr, copy, words);
        header &= !(FLAG_FORWARDED);
        mem::set_header(copy, header);
        copy
    }

    #[cold]
    fn promote_large(&mut self, addr: usize, header: u64, words: usize) -> usize {
        let copy = self.alloc_large(header & !(SIZE_LARGE << HEADER_SIZE_SHIFT), words);
        let copy = copy.addr();
        // It is about to be scanned like everything promoted, and remembered then if need be.
        if self.remembered.last() == Some(&copy) {
            self.remembered.pop();
        }
        let header = mem::header(copy);
        mem::copy_words(addr, copy, words);
        mem::set_header(copy, header | FLAG_UNLOGGED);
        copy
    }

    /// Scans what was copied until nothing is left.
    pub(super) fn drain(&mut self) {
        while let Some(addr) = self.work.pop() {
            let young = self.scan_object(addr);
            if young && !self.nursery.is_young(addr) {
                self.remember(addr);
            }
        }
    }

    fn remember(&mut self, addr: usize) {
        let header = mem::header(addr);
        mem::set_header(addr, header & !FLAG_UNLOGGED);
        self.remembered.push(addr);
    }

    /// Forwards all references of an object; true when some are still young.
    #[inline(always)]
    pub(super) fn scan_object(&mut self, addr: usize) -> bool {
        let header = mem::header(addr);
        let info = self.scan[mem::layout_of(header) as usize];
        let mut words = info.value_words;
        let mut young = false;
        while words != 0 {
            let word = words.trailing_zeros() as usize;
            words &= words - 1;
            young |= self.scan_word(addr, word);
        }
        if info.items == ItemsScan::Values {
            let end = mem::size_words(addr, header);
            young |= self.scan_range(addr, info.items_start as usize, end);
        }
        young
    }

    #[inline(always)]
    fn scan_range(&mut self, addr: usize, from: usize, to: usize) -> bool {
        let mut young = false;
        for word in from..to {
            young |= self.scan_word(addr, word);
        }
        young
    }

    #[inline(always)]
    fn scan_word(&mut self, addr: usize, word: usize) -> bool {
        let value = Value(mem::word(addr, word));
        if !value.is_heap() {
            return false;
        }
        if !self.nursery.is_moving(value.addr()) {
            return self.nursery.is_frozen() && self.nursery.is_young(value.addr());
        }
        let copy = self.forward_young::<true>(value.addr());
        mem::set_word(addr, word, copy.0);
        copy.is_heap() && self.nursery.is_young(copy.addr())
    }

    /// Scans the old objects that were stored into.
    fn scan_remembered(&mut self, mut holders: Vec<usize>) {
        for &addr in &holders {
            let header = mem::header(addr);
            mem::set_header(addr, header | FLAG_UNLOGGED);
            let young = if header & FLAG_CARDED != 0 {
                self.scan_whole_array(addr);
                false
            } else {
                self.scan_object(addr)
            };
            // A trace below the freeze may rely on having logged a holder.
            if young || self.nursery.is_frozen() {
                self.remember(addr);
            }
            self.drain();
        }
        // Keep the larger allocation for the next round.
        if self.remembered.capacity() < holders.capacity() {
            holders.clear();
            holders.append(&mut self.remembered);
            self.remembered = holders;
        }
    }

    /// A large array about whose stores nothing is known: all cards count as marked.
    fn scan_whole_array(&mut self, addr: usize) {
        let head = LargeHead::of(addr);
        head.cards().fill(1);
        if !head.listed {
            head.listed = true;
            self.carded.push(addr);
        }
    }

    /// Scans the marked cards of large arrays.
    fn scan_carded(&mut self) {
        let mut arrays = std::mem::take(&mut self.carded);
        arrays.retain(|&addr| {
            let dirty = self.scan_cards(addr);
            LargeHead::of(addr).listed = dirty;
            dirty
        });
        // Arrays promoted meanwhile may have been listed.
        arrays.append(&mut self.carded);
        self.carded = arrays;
    }

    /// Scans the marked cards of one array; true when some stay marked.
    fn scan_cards(&mut self, addr: usize) -> bool {
        let info = self.scan[mem::layout_of(mem::header(addr)) as usize];
        let head = LargeHead::of(addr);
        let (words, start) = (head.words, info.items_start as usize);
        let mut dirty = false;
        // Fixed fields are few: look at them whenever the array is listed at all.
        let fields = info.value_words;
        for word in (1..start).filter(|&w| fields >> w & 1 != 0) {
            dirty |= self.scan_word(addr, word);
        }
        for (group, cards) in LargeHead::of(addr)
            .cards()
            .chunks_mut(CARD_GROUP)
            .enumerate()
        {
            // Most cards are clean: look at many with a few vector operations.
            if cards.iter().fold(0, |any, card| any | card) == 0 {
                continue;
            }
            for (i, mark) in cards.iter_mut().enumerate().filter(|(_, mark)| **mark != 0) {
                let card = group * CARD_GROUP + i;
                let from = (card * CARD_WORDS).max(start);
                let to = ((card + 1) * CARD_WORDS).min(words);
                let young = self.scan_range(addr, from, to);
                *mark = young as u8;
                dirty |= young;
                if self.work.len() > WORK_MAX {
                    self.drain();
                }
            }
        }
        self.drain();
        dirty
    }
}
