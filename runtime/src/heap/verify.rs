//! The heap verifier: the invariants of `heap/mod.rs`, checked object by object.
//!
//! It runs before and after every collection when `HeapOptions::verify` is set
//! and panics with what it found. Rules:
//! 1. Headers: known layout, sensible size, no flag that only exists during a collection.
//! 2. Every value word is an immediate or refers to the start of an object.
//! 3. Flags tell the space: only survivors are `AGED`, only old objects `UNLOGGED`.
//! 4. An old object with `UNLOGGED` refers to young objects through marked cards only.
//! 5. An old object without `UNLOGGED` is in the remembered set, exactly once.
//! 6. Roots obey rule 2.

use super::large::{CARD_WORDS, LargeHead};
use super::mature::Block;
use super::{Heap, ItemsScan, RootSource, mem};
use hashbrown::HashSet;
use metatrace::layout::{
    FLAG_AGED, FLAG_CARDED, FLAG_FORWARDED, FLAG_MARK, FLAG_PINNED, FLAG_UNLOGGED,
};
use metatrace::value::{TAG_HEAP, TAG_MASK, Value};

struct Verifier<'h> {
    heap: &'h Heap,
    young: HashSet<usize>,
    remembered: HashSet<usize>,
    large: HashSet<usize>,
}

impl Heap {
    /// Checks the whole heap; panics when an invariant is broken.
    pub fn verify(&mut self, roots: &mut dyn RootSource) {
        self.refresh_layouts();
        self.mature.flush_runs();
        let mut registered = std::mem::take(&mut self.roots);
        let mut verifier = Verifier {
            heap: self,
            young: HashSet::new(),
            remembered: self.remembered.iter().copied().collect(),
            large: self.large.table.iter().copied().collect(),
        };
        assert_eq!(
            verifier.remembered.len(),
            self.remembered.len(),
            "an object is remembered twice"
        );
        verifier.walk_young();
        verifier.walk_old();
        let check = &mut |value: &mut Value| verifier.check_value(*value, || "a root".to_owned());
        registered.visit(false, check);
        roots.visit(check);
        verifier.check_value(self.core.frame, || "the current frame".to_owned());
        for register in self.core.regs {
            verifier.check_value(register, || "an engine register".to_owned());
        }
        self.roots = registered;
    }
}

impl Verifier<'_> {
    fn walk_young(&mut self) {
        let nursery = &self.heap.nursery;
        let spaces = [
            (nursery.survivors, nursery.survivors_end, true),
            (nursery.eden, self.heap.core.nursery_next, false),
        ];
        let mut objects = Vec::new();
        for (from, to, aged) in spaces {
            let mut at = from;
            while at < to {
                let header = mem::header(at);
                self.check_header(at, header);
                assert!(!mem::is_large(header), "{} is large but young", show(at));
                assert_eq!(header & FLAG_UNLOGGED, 0, "young {} is unlogged", show(at));
                assert_eq!(header & FLAG_AGED != 0, aged, "age of {}", show(at));
                objects.push(at);
                at += mem::size_words(at, header) * 8;
            }
            assert_eq!(at, to, "the last young object overshoots its space");
        }
        self.young = objects.iter().copied().collect();
        for at in objects {
            self.check_words(at);
        }
    }

    fn walk_old(&self) {
        let heap = self.heap;
        for &block in &heap.mature.blocks {
            for at in Block::of(block).marked_cells() {
                self.check_old(at);
                let words = mem::size_words(at, mem::header(at));
                assert!(
                    words * 8 <= Block::of(block).cell_bytes(),
                    "{} exceeds its cell",
                    show(at)
                );
            }
        }
        for &at in &heap.large.table {
            assert!(mem::is_large(mem::header(at)), "{} is not large", show(at));
            self.check_old(at);
        }
        for &at in &self.remembered {
            assert!(
                heap.mature.is_object(at) || self.large.contains(&at),
                "remembered {} is no object",
                show(at)
            );
        }
    }

    fn check_header(&self, at: usize, header: u64) {
        let info = self.heap.scan[mem::layout_of(header) as usize];
        assert!(info.known, "unknown layout at {at:#x}: {header:#x}");
        assert_eq!(
            header & (FLAG_FORWARDED | FLAG_MARK | FLAG_PINNED),
            0,
            "stray flags of {}",
            show(at)
        );
        let words = mem::size_words(at, header);
        assert!(words >= info.items_start as usize, "size of {}", show(at));
        if info.counted {
            let count = Value(mem::word(at, 1));
            assert!(count.is_int(), "length of {}", show(at));
            let items = if info.bytes {
                (count.as_int() as usize).div_ceil(8)
            } else {
                count.as_int() as usize
            };
            assert!(
                info.items_start as usize + items <= words,
                "length of {}",
                show(at)
            );
        }
    }

    fn check_old(&self, at: usize) {
        let header = mem::header(at);
        self.check_header(at, header);
        assert_eq!(header & FLAG_AGED, 0, "old {} is aged", show(at));
        assert_eq!(
            header & FLAG_UNLOGGED == 0,
            self.remembered.contains(&at),
            "remembered set and flag of {} disagree",
            show(at)
        );
        let young = self.check_words(at);
        if header & FLAG_UNLOGGED != 0 && header & FLAG_CARDED == 0 {
            assert!(
                young.is_empty(),
                "unlogged {} refers to young objects",
                show(at)
            );
        }
        if header & FLAG_UNLOGGED != 0 && header & FLAG_CARDED != 0 && !young.is_empty() {
            let head = LargeHead::of(at);
            assert!(head.listed, "cards of {} would be overlooked", show(at));
            let first_item = self.heap.scan[mem::layout_of(header) as usize].items_start as usize;
            for word in young.into_iter().filter(|&w| w >= first_item) {
                assert_ne!(
                    head.cards()[word / CARD_WORDS],
                    0,
                    "unmarked card of {}",
                    show(at)
                );
            }
        }
    }

    /// Checks all value words; returns those that refer to young objects.
    fn check_words(&self, at: usize) -> Vec<usize> {
        let header = mem::header(at);
        let info = self.heap.scan[mem::layout_of(header) as usize];
        let mut young = Vec::new();
        for word in 1..mem::size_words(at, header) {
            let traced = if word < info.items_start as usize {
                info.value_words >> word & 1 != 0
            } else {
                info.items == ItemsScan::Values
            };
            if traced {
                let value = Value(mem::word(at, word));
                self.check_value(value, || format!("word {word} of {}", show(at)));
                if value.is_heap() && self.heap.nursery.is_young(value.addr()) {
                    young.push(word);
                }
            }
        }
        young
    }

    fn check_value(&self, value: Value, place: impl Fn() -> String) {
        assert!(
            value.is_int() || value.is_float() || value.0 & TAG_MASK != 4,
            "{} holds no value: {:#x}",
            place(),
            value.0
        );
        if value.0 & TAG_MASK != TAG_HEAP {
            return;
        }
        let at = value.addr();
        let known = if self.heap.nursery.is_young(at) {
            self.young.contains(&at)
        } else {
            self.heap.mature.is_object(at) || self.large.contains(&at)
        };
        assert!(known, "{} refers to {at:#x}, where no object is", place());
    }
}

fn show(at: usize) -> String {
    let header = mem::header(at);
    let name = metatrace::layout::lookup(mem::layout_of(header)).map_or("?", |l| l.name);
    format!("{name}@{at:#x} (header {header:#x})")
}
