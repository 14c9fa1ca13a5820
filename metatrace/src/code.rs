//! Guest code as the core sees it: what identifies a position, and what the
//! recorder needs to know about it.

use crate::value::Value;
use smallvec::SmallVec;
use std::any::Any;
use std::cell::Cell;
use std::fmt;

/// Bits of a continuation token that hold the pc.
pub const PC_BITS: u32 = 24;

/// A continuation token: code and pc in one fixnum, so that a return promotes once.
#[inline(always)]
pub const fn token(code: u32, pc: u32) -> i64 {
    (code as i64) << PC_BITS | pc as i64
}
#[inline(always)]
pub const fn token_code(token: i64) -> u32 {
    (token >> PC_BITS) as u32
}
#[inline(always)]
pub const fn token_pc(token: i64) -> u32 {
    (token & ((1 << PC_BITS) - 1)) as u32
}

/// A set of frame slots.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct SlotMask {
    words: SmallVec<[u64; 1]>,
}

impl SlotMask {
    pub fn with_capacity(slots: usize) -> SlotMask {
        SlotMask {
            words: SmallVec::from_elem(0, slots.div_ceil(64)),
        }
    }
    pub fn insert(&mut self, slot: u16) {
        let word = slot as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (slot % 64);
    }
    pub fn remove(&mut self, slot: u16) {
        if let Some(word) = self.words.get_mut(slot as usize / 64) {
            *word &= !(1 << (slot % 64));
        }
    }
    pub fn contains(&self, slot: u16) -> bool {
        self.words
            .get(slot as usize / 64)
            .is_some_and(|w| w >> (slot % 64) & 1 != 0)
    }
    /// The slots in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(i, &word)| {
            (0..64)
                .filter(move |bit| word >> bit & 1 != 0)
                .map(move |bit| (i * 64 + bit) as u16)
        })
    }
}

/// What a merge point is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum MergeKind {
    /// A loop header; `parent` is the enclosing loop's merge point, `end` the
    /// first pc after the loop.
    Loop { parent: Option<u16>, end: u32 },
    /// A function (or predicate) entry.
    Entry,
    /// Where a suspended computation is resumed (a choice point's alternative): its
    /// loop goes through its callers, who come back for more.
    Resumption,
}

/// One merge point of a code.
#[derive(Debug)]
pub struct MergePoint {
    pub pc: u32,
    pub kind: MergeKind,
    /// Counts down to the moment when the driver is asked; see `warm.rs`.
    pub counter: Cell<u32>,
}

impl MergePoint {
    /// Will a trace of it be tried? Not when that failed too often.
    pub fn is_counting(&self) -> bool {
        self.counter.get() < u32::MAX / 2
    }
}

/// What a language says about its code.
pub trait CodeData: Any {
    /// Slots whose value may still be read when execution continues at `pc`.
    fn live_slots(&self, pc: u32) -> SlotMask;
    /// A slot that holds this value whenever execution arrives at a merge point or
    /// comes back from a call. It is not live there, so its memory may hold anything.
    fn idle_slot(&self) -> Option<(u16, Value)> {
        None
    }
    /// One printed instruction, for `metatrace trace`.
    fn describe(&self, pc: u32) -> String;
    /// Source line (1-based) of the instruction, 0 if none.
    fn line(&self, pc: u32) -> u32;
    /// Is it the language's own machinery, of which no program's text says anything?
    fn is_machinery(&self) -> bool {
        false
    }
}

/// One unit of guest code: a function, a predicate, a module body.
/// Codes live as long as their engine and are referred to by `&'static`.
pub struct Code {
    /// Index in the engine's code table.
    pub id: u32,
    /// The language whose step loops run it.
    pub lang: u8,
    /// Slots of a frame.
    pub slots: u16,
    pub name: String,
    pub file: String,
    /// The instructions: one word each in every language's encoding.
    pub instrs: Box<[u64]>,
    pub merge_points: Box<[MergePoint]>,
    /// Set when recordings should not inline this code (it aborts them, or is not worth it).
    pub no_inline: Cell<bool>,
    /// The language's own tables: constants, names, handlers.
    pub data: Box<dyn CodeData>,
}

impl Code {
    #[inline(always)]
    pub fn token(&self, pc: u32) -> i64 {
        token(self.id, pc)
    }
    /// Words of a frame of this code, header included.
    #[inline(always)]
    pub fn frame_words(&self) -> usize {
        self.slots as usize + crate::layout::Frame::WORDS
    }
    /// The language's tables as their own type; panics on another language's.
    #[inline]
    pub fn data<T: CodeData>(&self) -> &T {
        let data: &dyn Any = &*self.data;
        data.downcast_ref().expect("code data of this language")
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.name, self.id)
    }
}

impl PartialEq for Code {
    fn eq(&self, other: &Code) -> bool {
        std::ptr::eq(self, other)
    }
}
impl Eq for Code {}
