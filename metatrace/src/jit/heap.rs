//! What the optimiser may read of constant objects: immutable words.

use crate::ir::Tag;
use crate::layout::{self, FieldRef, HEADER_SIZE_SHIFT, ItemsRef, Mutability, SIZE_LARGE};
use crate::opt::HeapReader;
use crate::run::mem;
use crate::value::Value;

/// Reads the real heap through layout descriptors.
pub struct CoreHeap;

impl CoreHeap {
    fn in_bounds(object: Value, items: ItemsRef, index: i64) -> bool {
        let Some(info) = layout::lookup(items.layout).and_then(|l| l.items.as_ref()) else {
            return false;
        };
        let length = if info.counted {
            Value(mem::word(object.0, 1)).as_int()
        } else {
            let words = mem::header_of(object.0) >> HEADER_SIZE_SHIFT & 0xFFFF;
            if words == SIZE_LARGE {
                0
            } else {
                words as i64 - items.start as i64
            }
        };
        (0..length).contains(&index)
    }
}

impl HeapReader for CoreHeap {
    fn tag_of(&self, value: Value) -> Tag {
        mem::tag_of(value.0)
    }
    fn shape_of(&self, object: Value) -> u32 {
        mem::shape_of(object.0)
    }
    fn load(&self, object: Value, field: FieldRef) -> Option<u64> {
        let fits = mem::tag_of(object.0) == Tag::layout(field.layout);
        (fits && field.mutability == Mutability::Immutable)
            .then(|| mem::word(object.0, field.word as usize))
    }
    fn load_item(&self, object: Value, items: ItemsRef, index: i64) -> Option<u64> {
        let fits = mem::tag_of(object.0) == Tag::layout(items.layout)
            && items.mutability == Mutability::Immutable;
        (fits && CoreHeap::in_bounds(object, items, index))
            .then(|| mem::item(object.0, items, index))
    }
}
