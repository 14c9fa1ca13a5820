//! What the recording knows of memory.
//!
//! The optimiser forwards loads too; here it is done so that the *control flow* of
//! a recording is known: which frame a choice point made by this trace refers to, and
//! where it continues, needs no guard and no load.

use super::Red;
use crate::ir::OpRef;
use crate::layout::{FRAME, FieldRef, ItemsRef, Mutability};
use crate::native::{Effects, group};
use hashbrown::{HashMap, HashSet};

#[derive(Default)]
pub(super) struct Memory {
    /// Objects that this trace allocated.
    made: HashSet<OpRef>,
    /// Values of registers that natives of this trace may have left there.
    left: HashSet<OpRef>,
    words: HashMap<FieldRef, Vec<(OpRef, Red)>>,
}

impl Memory {
    pub fn made(&mut self, object: OpRef) {
        self.made.insert(object);
    }

    pub fn left_by_native(&mut self, value: OpRef) {
        self.left.insert(value);
    }

    pub fn is_left_by_native(&self, value: OpRef) -> bool {
        self.left.contains(&value)
    }

    pub fn has_made(&self, object: OpRef) -> bool {
        self.made.contains(&object)
    }

    pub fn find(&self, object: OpRef, field: FieldRef) -> Option<Red> {
        let words = self.words.get(&field)?;
        words.iter().find(|w| w.0 == object).map(|w| w.1)
    }

    pub fn loaded(&mut self, object: OpRef, field: FieldRef, value: Red) {
        self.words.entry(field).or_default().push((object, value));
    }

    /// A guard found what a word holds.
    pub fn learnt(&mut self, object: OpRef, field: FieldRef, value: Red) {
        let words = self.words.entry(field).or_default();
        words.retain(|w| w.0 != object);
        words.push((object, value));
    }

    pub fn stored(&mut self, object: OpRef, field: FieldRef, value: Red) {
        let words = self.words.entry(field).or_default();
        let made = &self.made;
        let other = |o: OpRef| o != object && made.contains(&o) && made.contains(&object);
        words.retain(|w| other(w.0));
        words.push((object, value));
    }

    /// An item whose number is not known was stored.
    pub fn item_stored(&mut self, items: ItemsRef) {
        self.words
            .retain(|field, _| field.layout != items.layout || field.word < items.start);
    }

    /// Forgets what a call may have changed. Natives leave frames alone.
    pub fn called(&mut self, effects: &Effects) {
        let writes = if effects.opaque { !0 } else { effects.writes };
        if writes == 0 {
            return;
        }
        self.words.retain(|field, _| {
            field.mutability == Mutability::Immutable
                || field.layout == FRAME
                || group(field.layout) & writes == 0
        });
    }
}
