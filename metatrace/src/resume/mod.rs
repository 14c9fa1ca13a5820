//! Back from a trace into the interpreter.
//!
//! `rebuild.rs` turns an exit's values into frames, objects and registers;
//! `replay.rs` is the `Meta` that finishes the interrupted bytecode.

pub mod rebuild;
pub mod replay;

pub use rebuild::{Plan, Rebuilt, Words, rebuild};
pub use replay::Resume;

use crate::layout::{self, FieldRef, LayoutId};

/// The field at a word of an object: a fixed field or an item.
pub fn field_of_word(id: LayoutId, word: u16) -> FieldRef {
    let layout = layout::lookup(id).expect("layouts of traces are registered");
    let index = word as usize - 1;
    match (layout.fields.get(index), &layout.items) {
        (Some(f), _) => FieldRef {
            layout: id,
            kind: f.kind,
            mutability: f.mutability,
            word,
        },
        (None, Some(items)) => FieldRef {
            layout: id,
            kind: items.kind,
            mutability: items.mutability,
            word,
        },
        (None, None) => panic!("{} has no word {word}", layout.name),
    }
}
