//! Mortal symbols: the heap's part in forgetting those that nothing refers to.
//!
//! Their spellings lie outside the heap (`crate::symbols`), which therefore counts their bytes: a program
//! that makes many of them gets its full collections as one that makes many objects does. A full
//! collection marks the symbols that it meets; minor ones forget none. Afterwards the root source that
//! has the table of symbols is shown the marks.

use super::{Heap, RootSource, Stress};
use metatrace::value::{SYMBOL_MORTAL, Value};
use metatrace::vm::POLL_GC;

/// In stress mode one collection in so many is a full one while there are mortal symbols.
const STRESS_PERIOD: u64 = 4;

/// Which mortal symbols a full collection has met.
#[derive(Default, Debug)]
pub struct SymbolMarks {
    bits: Vec<u64>,
}

impl SymbolMarks {
    /// Marks the symbol with this number, which must be a mortal one's.
    #[inline]
    pub fn mark(&mut self, number: u32) {
        let index = (number & !SYMBOL_MORTAL) as usize;
        match self.bits.get_mut(index / 64) {
            Some(word) => *word |= 1 << (index % 64),
            None => self.grow(index),
        }
    }

    #[cold]
    fn grow(&mut self, index: usize) {
        self.bits.resize((index / 64 + 1).next_power_of_two(), 0);
        self.bits[index / 64] |= 1 << (index % 64);
    }

    /// Was the symbol met?
    #[inline]
    pub fn has(&self, number: u32) -> bool {
        let index = (number & !SYMBOL_MORTAL) as usize;
        let word = self.bits.get(index / 64);
        word.is_some_and(|word| word >> (index % 64) & 1 != 0)
    }
}

impl Heap {
    /// Says how many bytes the mortal symbols take: pressure towards the next full collection.
    /// To be called after making some.
    #[inline]
    pub fn note_symbols(&mut self, bytes: usize) {
        self.symbol_bytes = bytes;
        if self.used_bytes() >= self.full_at {
            self.core.poll |= POLL_GC;
        }
    }

    #[inline(always)]
    pub(super) fn mark_symbol(&mut self, value: Value) {
        if value.is_mortal() {
            self.symbol_marks.mark(value.as_symbol());
        }
    }

    /// The full collection's part, after all marking.
    pub(super) fn sweep_symbols(&mut self, roots: &mut dyn RootSource) {
        let mut marks = std::mem::take(&mut self.symbol_marks);
        roots.visit_symbols(&mut |number| {
            if number & SYMBOL_MORTAL != 0 {
                marks.mark(number);
            }
        });
        self.symbol_bytes = roots.sweep_symbols(&marks);
        // Room for as many as there are, not for as many as there ever were.
        marks.bits.clear();
        self.symbol_marks = marks;
    }

    /// Is it a stressed heap's turn to look for forgotten symbols?
    pub(super) fn stresses_symbols(&self) -> bool {
        self.options.stress == Stress::Minor
            && self.symbol_bytes > 0
            && self.stats.minor_collections.is_multiple_of(STRESS_PERIOD)
    }
}
