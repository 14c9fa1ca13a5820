//! Live slots at each instruction, by backward dataflow over the operand roles of the op table.
//!
//! A slot is live before an instruction if some path from there reads it before writing it.
//! What a handler needs is live throughout its range, since any instruction there may raise.
//! Snapshots and loop variables of traces are trimmed to the live slots.
//!
//! Functions of hundreds of instructions have few distinct masks, so equal ones are shared.

use std::collections::HashMap;

use smallvec::SmallVec;

use crate::code::{CodeKind, CodeObject};
use crate::op::{Instr, Role};

/// A set of slots.
#[derive(Clone, Default, PartialEq, Eq, Hash, Debug)]
pub struct SlotMask {
    words: SmallVec<[u64; 2]>,
}

impl SlotMask {
    /// The empty set, with room for slots below `n_slots`.
    pub fn new(n_slots: u16) -> SlotMask {
        SlotMask {
            words: SmallVec::from_elem(0, (n_slots as usize).div_ceil(64)),
        }
    }

    /// Whether `slot` is in the set.
    #[inline]
    pub fn contains(&self, slot: u16) -> bool {
        let word = self.words.get(slot as usize / 64).copied().unwrap_or(0);
        word >> (slot % 64) & 1 != 0
    }

    /// Adds `slot`.
    pub fn insert(&mut self, slot: u16) {
        self.words[slot as usize / 64] |= 1 << (slot % 64);
    }

    /// Removes `slot`.
    pub fn remove(&mut self, slot: u16) {
        self.words[slot as usize / 64] &= !(1 << (slot % 64));
    }

    /// Adds all of `other`; whether that changed the set.
    pub fn union(&mut self, other: &SlotMask) -> bool {
        let mut changed = false;
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            changed |= *more & !*word != 0;
            *word |= more;
        }
        changed
    }

    /// Keeps what is also in `other`; whether that changed the set.
    pub fn intersect(&mut self, other: &SlotMask) -> bool {
        let mut changed = false;
        for (word, more) in self.words.iter_mut().zip(&other.words) {
            changed |= *word & !*more != 0;
            *word &= more;
        }
        changed
    }

    /// The slots, ascending.
    pub fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                if bit == 64 {
                    return None;
                }
                rest &= rest - 1;
                Some(index as u16 * 64 + bit as u16)
            })
        })
    }

    /// Number of slots in the set.
    pub fn len(&self) -> usize {
        self.words
            .iter()
            .map(|word| word.count_ones() as usize)
            .sum()
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }
}

/// The live slots of one code object.
#[derive(Debug)]
pub struct Liveness {
    masks: Vec<SlotMask>,
    mask_of: Vec<u16>,
}

impl Liveness {
    /// Runs the dataflow to its fixed point.
    pub fn compute(code: &CodeObject) -> Liveness {
        let len = code.instrs.len();
        let mut before = vec![SlotMask::new(code.n_slots); len];
        let mut changed = true;
        while changed {
            changed = false;
            for pc in (0..len).rev() {
                let live = live_before(code, pc, &before);
                changed |= before[pc].union(&live);
            }
        }
        Liveness::share(before)
    }

    fn share(before: Vec<SlotMask>) -> Liveness {
        let mut index: HashMap<SlotMask, u16> = HashMap::new();
        let mut masks = Vec::new();
        let mask_of = before
            .into_iter()
            .map(|mask| {
                *index.entry(mask).or_insert_with_key(|mask| {
                    masks.push(mask.clone());
                    masks.len() as u16 - 1
                })
            })
            .collect();
        Liveness { masks, mask_of }
    }

    /// The slots live before the instruction at `pc`.
    #[inline]
    pub fn at(&self, pc: usize) -> &SlotMask {
        &self.masks[self.mask_of[pc] as usize]
    }
}

fn live_before(code: &CodeObject, pc: usize, before: &[SlotMask]) -> SlotMask {
    let instr = code.instrs[pc];
    let mut live = SlotMask::new(code.n_slots);
    if instr.op().falls_through() && pc + 1 < before.len() {
        live.union(&before[pc + 1]);
    }
    for_each_slot(code, instr, |slot, access| {
        if access == Access::WriteOnFallThrough {
            live.remove(slot);
        }
    });
    if let Some((_, target)) = instr.target() {
        live.union(&before[target as usize]);
    }
    for_each_slot(code, instr, |slot, access| {
        if access == Access::Write {
            live.remove(slot);
        }
    });
    // An exception leaves before the instruction writes, so the handler's needs come after.
    if let Some(handler) = code.handler_at(pc) {
        let keep = live.contains(handler.slot);
        live.union(&before[handler.target as usize]);
        if !keep {
            live.remove(handler.slot);
        }
    }
    for_each_slot(code, instr, |slot, access| {
        if access == Access::Read {
            live.insert(slot);
        }
    });
    if code.kind == CodeKind::Class {
        live.insert(0);
    }
    live
}

/// How an instruction touches a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Read,
    Write,
    WriteOnFallThrough,
}

/// Calls `visit` for each slot that `instr` reads or writes, reads first.
pub fn for_each_slot(code: &CodeObject, instr: Instr, mut visit: impl FnMut(u16, Access)) {
    let roles = instr.op().info().roles;
    let operands = instr.operands();
    let count = counted(code, roles, operands);
    for (role, value) in roles.into_iter().zip(operands) {
        let reads = match role {
            Role::Use | Role::UseDef | Role::Cell => 1,
            Role::UseSpan(n) => n,
            Role::UseRange { factor, extra } => factor * count + extra,
            Role::Code => {
                for free in &code.code_const(value).free {
                    visit(free.outer_slot, Access::Read);
                }
                0
            }
            _ => 0,
        };
        (0..reads).for_each(|i| visit(value + i, Access::Read));
    }
    for (role, value) in roles.into_iter().zip(operands) {
        let (writes, access) = match role {
            Role::Def | Role::UseDef => (1, Access::Write),
            Role::DefNext => (1, Access::WriteOnFallThrough),
            Role::DefSpan(n) => (n, Access::Write),
            Role::DefRange => (count, Access::Write),
            _ => (0, Access::Write),
        };
        (0..writes).for_each(|i| visit(value + i, access));
    }
}

fn counted(code: &CodeObject, roles: [Role; 3], operands: [u16; 3]) -> u16 {
    for (role, value) in roles.into_iter().zip(operands) {
        match role {
            Role::Count => return value,
            Role::CountStar => return (value >> 8) + 1 + (value & 0xff),
            Role::Site => return code.call_sites[value as usize].argc,
            _ => {}
        }
    }
    0
}
