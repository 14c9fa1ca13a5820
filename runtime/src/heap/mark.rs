//! Full collections: mark the old generation, then sweep it lazily.
//!
//! Everything young is promoted first, so that marking sees old objects only
//! and the remembered set is empty. Marking keeps its own stack: of objects,
//! and of pairs (index, large array) that stand for the rest of an array.
//! When the stack is full, an object stays marked but unscanned and its block
//! is flagged; flagged blocks are searched for such objects once the stack is
//! empty. Memory use of a collection is thereby bounded whatever the graph.

use super::mature::Block;
use super::{Heap, ItemsScan, RootSource, ScanInfo, mem};
use metatrace::layout::{FLAG_MARK, FLAG_PINNED};
use metatrace::value::Value;
use std::time::Instant;

/// Entries of the mark stack before it counts as full.
pub const MARK_STACK_MAX: usize = 1 << 20;
/// How many items of an array are scanned at a time.
const SLICE_WORDS: usize = 512;
/// Marks a stack entry that is a large array; below it lies the next index.
const ARRAY: usize = 1;

impl Heap {
    /// Collects the whole heap.
    #[inline(never)]
    pub(super) fn collect_full(&mut self, roots: &mut dyn RootSource) {
        self.collect_minor(roots, true);
        let start = Instant::now();
        self.mature.flush_runs();
        self.mature.clear_marks();
        self.pin_trailed(roots);
        self.mark_roots(roots);
        self.mark_drain();
        self.weak_after_marking();
        self.sweep_symbols(roots);
        self.unpin();
        self.forget_remembered();
        self.mature.sweep();
        self.sweep_large();
        self.stats.full_collections += 1;
        self.set_full_threshold();
        self.activate_frame(self.core.frame);
        self.stats.full_ns += start.elapsed().as_nanos() as u64;
    }

    pub(super) fn mark_roots(&mut self, roots: &mut dyn RootSource) {
        self.mark_root(self.core.frame);
        for i in 0..self.core.regs.len() {
            self.mark_root(self.core.regs[i]);
        }
        let mut registered = std::mem::take(&mut self.roots);
        registered.visit(false, &mut |value| self.mark_root(*value));
        self.roots = registered;
        roots.visit(&mut |value| self.mark_root(*value));
        for i in 0..self.weak.queue.len() {
            self.mark_root(self.weak.queue[i]);
        }
    }

    /// Marks what a root refers to. The root itself stays as it is, even if it is
    /// a bound variable: machine code may embed what a constant table holds.
    pub(super) fn mark_root(&mut self, value: Value) {
        if value.is_heap() {
            let header = mem::header(value.addr());
            let info = self.scan[mem::layout_of(header) as usize];
            self.mark_object(value.addr(), header, info);
        } else {
            self.mark_symbol(value);
        }
    }

    /// Marks the object (or symbol) of `value`; returns what to put in the value's place.
    #[inline(always)]
    pub(super) fn mark_value(&mut self, value: Value) -> Value {
        if !value.is_heap() {
            self.mark_symbol(value);
            return value;
        }
        let (addr, header) = (value.addr(), mem::header(value.addr()));
        let info = self.scan[mem::layout_of(header) as usize];
        if info.transparent && self.is_bound(addr, header) {
            return self.mark_bound(value);
        }
        self.mark_object(addr, header, info);
        value
    }

    /// Follows bound variables, whose reference is replaced.
    #[cold]
    fn mark_bound(&mut self, value: Value) -> Value {
        let target = self.follow(value);
        if target.is_heap() {
            let header = mem::header(target.addr());
            let info = self.scan[mem::layout_of(header) as usize];
            self.mark_object(target.addr(), header, info);
        } else {
            self.mark_symbol(target);
        }
        target
    }

    /// True for a bound variable that nothing can unbind again.
    #[inline(always)]
    pub(super) fn is_bound(&self, addr: usize, header: u64) -> bool {
        self.shortcuts && header & FLAG_PINNED == 0 && mem::word(addr, 1) != Value::UNDEF.0
    }

    #[inline(always)]
    fn mark_object(&mut self, addr: usize, header: u64, info: ScanInfo) {
        debug_assert!(info.known && !self.nursery.is_young(addr));
        if mem::is_large(header) {
            self.mark_large(addr, header, info);
        } else if Block::of(addr).mark(addr) && info.traced() {
            if self.work.len() < self.mark_stack_max {
                self.work.push(addr);
            } else {
                Block::of(addr).overflowed = true;
                self.mark_overflowed = true;
            }
        }
    }

    #[cold]
    fn mark_large(&mut self, addr: usize, header: u64, info: ScanInfo) {
        if header & FLAG_MARK == 0 {
            mem::set_header(addr, header | FLAG_MARK);
            if info.traced() {
                // Large objects are few: they are pushed even when the stack is full.
                self.work.push(1);
                self.work.push(addr | ARRAY);
            }
        }
    }

    /// Scans marked objects until none is left.
    pub(super) fn mark_drain(&mut self) {
        loop {
            while let Some(entry) = self.work.pop() {
                if entry & ARRAY == 0 {
                    self.mark_fields(entry);
                } else {
                    self.mark_slice(entry & !ARRAY);
                }
            }
            if !std::mem::take(&mut self.mark_overflowed) {
                break;
            }
            self.mark_flagged_blocks();
        }
    }

    #[inline(always)]
    fn mark_fields(&mut self, addr: usize) {
        let header = mem::header(addr);
        let info = self.scan[mem::layout_of(header) as usize];
        let mut words = info.value_words;
        while words != 0 {
            let word = words.trailing_zeros() as usize;
            words &= words - 1;
            self.mark_word(addr, word);
        }
        if info.items == ItemsScan::Values {
            for word in info.items_start as usize..mem::size_words(addr, header) {
                self.mark_word(addr, word);
            }
        }
    }

    #[inline(always)]
    fn mark_word(&mut self, addr: usize, word: usize) {
        let value = Value(mem::word(addr, word));
        let kept = self.mark_value(value);
        if kept != value {
            mem::set_word(addr, word, kept.0);
        }
    }

    /// Scans the next slice of a large object, whose rest returns to the stack.
    fn mark_slice(&mut self, addr: usize) {
        let from = self.work.pop().unwrap_or(1);
        let header = mem::header(addr);
        let info = self.scan[mem::layout_of(header) as usize];
        let size = mem::size_words(addr, header);
        let start = info.items_start as usize;
        let end = match info.items {
            ItemsScan::Values => size,
            _ => start,
        };
        let to = (from + SLICE_WORDS).min(end);
        if to < end {
            self.work.push(to);
            self.work.push(addr | ARRAY);
        }
        for word in from..to {
            if word >= start || info.value_words >> word & 1 != 0 {
                self.mark_word(addr, word);
            }
        }
    }

    /// Scans all marked objects of blocks where the stack was full for some.
    #[cold]
    fn mark_flagged_blocks(&mut self) {
        for i in 0..self.mature.blocks.len() {
            let block = Block::of(self.mature.blocks[i]);
            if !std::mem::take(&mut block.overflowed) {
                continue;
            }
            let cells: Vec<usize> = block.marked_cells().collect();
            for addr in cells {
                self.mark_fields(addr);
            }
        }
    }

    pub(super) fn is_marked(&self, addr: usize) -> bool {
        let header = mem::header(addr);
        if mem::is_large(header) {
            header & FLAG_MARK != 0
        } else {
            Block::of(addr).is_marked(addr)
        }
    }

    /// Nothing is young: the remembered set is empty but for the current frame,
    /// which is activated again, and large arrays that were born remembered.
    fn forget_remembered(&mut self) {
        use metatrace::layout::FLAG_UNLOGGED;
        for addr in std::mem::take(&mut self.remembered) {
            mem::set_header(addr, mem::header(addr) | FLAG_UNLOGGED);
        }
        debug_assert!(self.carded.is_empty());
    }

    fn sweep_large(&mut self) {
        let mut i = 0;
        while let Some(&addr) = self.large.table.get(i) {
            let header = mem::header(addr);
            if header & FLAG_MARK != 0 {
                mem::set_header(addr, header & !FLAG_MARK);
                i += 1;
            } else {
                self.large.free(addr);
            }
        }
    }

    /// Decides when the next full collection happens and how much free memory to keep for growth.
    fn set_full_threshold(&mut self) {
        let live = self.used_bytes();
        let limit = self.options.heap_limit;
        let grown = (live as f64 * self.options.growth) as usize;
        self.live_bytes = live;
        self.out_of_memory |= live > limit;
        self.full_at = grown.max(self.options.full_bytes_min);
        if self.full_at > limit {
            // Close to the limit collections become frequent, but never one per minor.
            self.full_at = limit.max(live + live / 16);
        }
        self.mature.release(self.full_at - live);
    }
}
