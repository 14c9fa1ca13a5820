//! Where values live: one pass forwards, with the distances to uses found backwards before.
//!
//! A value is in a register, in a place of the exit buffer, or in both. A register is freed for
//! another value by storing what it holds, once, to a place of its own: the value whose next use
//! as an operand is farthest goes, those that only exits want first. Exits name registers and places.

use super::asm::{self, Asm, Mem, Reg, mem};
use crate::ir::{Op, OpRef, Trace};
use smallvec::SmallVec;

/// Registers for values; the others are for addresses and for results on their way.
/// The first ones outlive calls.
pub const REGS: [Reg; 9] = [
    asm::RBX,
    asm::R12,
    asm::R13,
    asm::RSI,
    asm::RDI,
    asm::R8,
    asm::R9,
    asm::R10,
    asm::R11,
];
pub const SAFE_REGS: usize = 3;

/// The word of the exit buffer that `r14` points to. Values that have no register are stored from
/// here on; before it is where exits store the registers, and far before it, from 0 on, what crosses
/// units that share no registers.
pub const BASE: u16 = 2048;
/// Where an exit stores the first register.
pub const DUMP: u16 = BASE - REGS.len() as u16;
/// Places from `BASE` on, at most.
pub const PLACES_MAX: usize = 1500;

/// The memory of a place.
pub fn place(place: u16) -> Mem {
    mem(asm::R14, (i32::from(place) - i32::from(BASE)) * 8)
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Loc {
    Reg(Reg),
    Place(u16),
}

const NOWHERE: u16 = u16::MAX;
const NO_REG: u8 = u8::MAX;
const NEVER: u32 = u32::MAX;

#[derive(Copy, Clone)]
struct Home {
    /// Index in `REGS`.
    reg: u8,
    place: u16,
}

pub struct Uses {
    /// Per value: its first use as an operand that is not passed yet.
    head: Vec<u32>,
    /// Position of each use, and the next one of the same value.
    list: Vec<(u32, u32)>,
    /// Per value: its last use of any kind.
    last: Vec<u32>,
    /// Per value: an exit wants it.
    exits: Vec<bool>,
    /// Per position: the first value that dies there; per value: the next one.
    dies: Vec<u32>,
    also: Vec<u32>,
    calls: Vec<u32>,
}

impl Uses {
    /// `exits`: per snapshot, the values of its exit.
    pub fn new(trace: &Trace, exits: &[Vec<OpRef>]) -> Uses {
        let (values, count) = (trace.values as usize, trace.insts.len());
        let mut uses = Uses {
            head: vec![NEVER; values],
            list: Vec::with_capacity(count * 2),
            last: vec![NEVER; values],
            exits: vec![false; values],
            dies: vec![NEVER; count],
            also: vec![NEVER; values],
            calls: Vec::new(),
        };
        for (at, inst) in trace.insts.iter().enumerate().rev() {
            if inst.op != Op::Label {
                for arg in inst.args.iter().filter(|a| is_value(**a)) {
                    let head = &mut uses.head[arg.index()];
                    uses.list.push((at as u32, *head));
                    *head = uses.list.len() as u32 - 1;
                    uses.note(*arg, at);
                }
            }
            if let Some(snapshot) = inst.snapshot {
                for value in &exits[snapshot.index()] {
                    uses.exits[value.index()] = true;
                    uses.note(*value, at);
                }
            }
            if matches!(inst.op, Op::Call | Op::CallFloat | Op::NewItems) {
                uses.calls.push(at as u32);
            }
        }
        uses.calls.reverse();
        uses
    }

    fn note(&mut self, value: OpRef, at: usize) {
        let last = &mut self.last[value.index()];
        if *last == NEVER {
            *last = at as u32;
            self.also[value.index()] = self.dies[at];
            self.dies[at] = value.0;
        }
    }

    /// The next use as an operand, from `at` on.
    fn next(&mut self, value: OpRef, at: u32) -> u32 {
        let head = &mut self.head[value.index()];
        while *head != NEVER && self.list[*head as usize].0 < at {
            *head = self.list[*head as usize].1;
        }
        match *head {
            NEVER => NEVER,
            node => self.list[node as usize].0,
        }
    }

    /// Is its only use that of the instruction after `at`, as an operand?
    pub fn is_only_for_next(&mut self, value: OpRef, at: usize) -> bool {
        !self.exits[value.index()]
            && self.last[value.index()] == at as u32 + 1
            && self.next(value, 0) == at as u32 + 1
    }

    pub fn is_used(&self, value: OpRef) -> bool {
        self.last[value.index()] != NEVER
    }

    pub fn is_last(&self, value: OpRef, at: usize) -> bool {
        let last = self.last[value.index()];
        last == NEVER || last <= at as u32
    }
}

fn is_value(value: OpRef) -> bool {
    value != OpRef::NONE && !value.is_const()
}

pub struct Homes {
    pub uses: Uses,
    /// Number of the current instruction.
    pub at: usize,
    homes: Vec<Home>,
    /// What each register holds.
    held: [Option<OpRef>; REGS.len()],
    /// Registers that the current instruction needs.
    busy: [bool; REGS.len()],
    /// Places from `BASE` on that are taken.
    taken: Vec<bool>,
    /// Places from `BASE` on that were ever taken.
    pub places: usize,
}

impl Homes {
    pub fn new(trace: &Trace, exits: &[Vec<OpRef>]) -> Homes {
        let home = Home {
            reg: NO_REG,
            place: NOWHERE,
        };
        Homes {
            uses: Uses::new(trace, exits),
            at: 0,
            homes: vec![home; trace.values as usize],
            held: [None; REGS.len()],
            busy: [false; REGS.len()],
            taken: Vec::new(),
            places: 0,
        }
    }

    /// Says where a value comes in: an input, or the operand of a label.
    pub fn arrive(&mut self, value: OpRef, loc: Loc) {
        match loc {
            Loc::Reg(reg) => {
                let index = index_of(reg);
                self.held[index] = Some(value);
                self.homes[value.index()].reg = index as u8;
            }
            Loc::Place(place) => {
                self.homes[value.index()].place = place;
                if place >= BASE {
                    self.take(usize::from(place - BASE));
                }
            }
        }
    }

    /// Nothing is anywhere any more: a label.
    pub fn forget(&mut self) {
        self.held = [None; REGS.len()];
        self.taken.clear();
    }

    fn take(&mut self, place: usize) {
        if self.taken.len() <= place {
            self.taken.resize(place + 1, false);
        }
        self.taken[place] = true;
        self.places = self.places.max(place + 1);
    }

    /// A free place, from now on taken.
    pub fn new_place(&mut self) -> u16 {
        let free = self.taken.iter().position(|taken| !taken);
        let place = free.unwrap_or(self.taken.len());
        self.take(place);
        BASE + place as u16
    }

    /// Gives back a place that [`new_place`](Homes::new_place) gave.
    pub fn free_place(&mut self, place: u16) {
        self.taken[usize::from(place - BASE)] = false;
    }

    /// Where a value is; a register if it has one.
    pub fn loc(&self, value: OpRef) -> Loc {
        let home = self.homes[value.index()];
        match home.reg {
            NO_REG => {
                debug_assert_ne!(home.place, NOWHERE, "{value:?} is nowhere");
                Loc::Place(home.place)
            }
            index => Loc::Reg(REGS[index as usize]),
        }
    }

    /// Will it be an operand again after the current instruction?
    pub fn is_wanted(&mut self, value: OpRef) -> bool {
        self.uses.next(value, self.at as u32 + 1) != NEVER
    }

    /// Starts an instruction.
    pub fn start(&mut self, at: usize) {
        self.at = at;
        self.busy = [false; REGS.len()];
    }

    /// Ends the instruction: gives back what its last uses held.
    pub fn end(&mut self) {
        let mut dead = std::mem::replace(&mut self.uses.dies[self.at], NEVER);
        while dead != NEVER {
            let value = OpRef(dead);
            dead = self.uses.also[value.index()];
            self.drop(value);
        }
    }

    fn drop(&mut self, value: OpRef) {
        let home = &mut self.homes[value.index()];
        if home.reg != NO_REG {
            let index = home.reg as usize;
            if self.held[index] == Some(value) {
                self.held[index] = None;
            }
            home.reg = NO_REG;
        }
        if home.place >= BASE && home.place != NOWHERE {
            self.taken[usize::from(home.place - BASE)] = false;
        }
        home.place = NOWHERE;
    }

    /// Gives back what an input or a result that is never used holds.
    pub fn drop_unused(&mut self, value: OpRef) {
        if self.uses.last[value.index()] == NEVER {
            self.drop(value);
        }
    }

    /// A register for a result.
    pub fn define(&mut self, asm: &mut Asm, value: OpRef) -> Reg {
        let index = self.free_register(asm, value);
        self.held[index] = Some(value);
        self.busy[index] = true;
        self.homes[value.index()].reg = index as u8;
        REGS[index]
    }

    /// The register of `operand` becomes that of the result `value`, if its last use is this one.
    pub fn inherit(&mut self, operand: OpRef, value: OpRef) -> Option<Reg> {
        if operand.is_const() || !self.uses.is_last(operand, self.at) {
            return None;
        }
        let index = self.homes[operand.index()].reg;
        if index == NO_REG {
            return None;
        }
        self.homes[operand.index()].reg = NO_REG;
        self.held[index as usize] = Some(value);
        self.homes[value.index()].reg = index;
        Some(REGS[index as usize])
    }

    /// Brings a value to a register.
    pub fn fetch(&mut self, asm: &mut Asm, value: OpRef) -> Reg {
        let home = self.homes[value.index()];
        if home.reg != NO_REG {
            self.busy[home.reg as usize] = true;
            return REGS[home.reg as usize];
        }
        debug_assert_ne!(home.place, NOWHERE, "{value:?} is nowhere");
        let index = self.free_register(asm, value);
        asm.load(REGS[index], place(home.place));
        self.held[index] = Some(value);
        self.busy[index] = true;
        self.homes[value.index()].reg = index as u8;
        REGS[index]
    }

    /// A register that holds nothing, for `value`: it should outlive calls if the value does.
    fn free_register(&mut self, asm: &mut Asm, value: OpRef) -> usize {
        let at = self.at as u32;
        let last = self.uses.last[value.index()];
        let crosses = (self.uses.calls.iter()).any(|call| *call > at && *call < last);
        let free = |index: &usize| self.held[*index].is_none() && !self.busy[*index];
        let found = match crosses {
            true => (0..REGS.len()).find(free),
            false => (0..REGS.len()).rev().find(free),
        };
        if let Some(index) = found {
            return index;
        }
        let mut farthest = (0, usize::MAX);
        for index in (0..REGS.len()).filter(|i| !self.busy[*i]) {
            let held = self.held[index].expect("it is not free");
            let next = self.uses.next(held, at);
            let stored = self.homes[held.index()].place != NOWHERE;
            let weight = (u64::from(next) << 1) | u64::from(stored);
            if farthest.1 == usize::MAX || weight > farthest.0 {
                farthest = (weight, index);
            }
        }
        self.evict(asm, farthest.1);
        farthest.1
    }

    fn evict(&mut self, asm: &mut Asm, index: usize) {
        if let Some(value) = self.held[index].take() {
            self.keep(asm, value, index);
            self.homes[value.index()].reg = NO_REG;
        }
    }

    /// Sees to it that a value in a register is in memory, too.
    fn keep(&mut self, asm: &mut Asm, value: OpRef, index: usize) {
        if self.homes[value.index()].place == NOWHERE {
            let at = self.new_place();
            asm.store(place(at), REGS[index]);
            self.homes[value.index()].place = at;
        }
    }

    /// Before a call: what is needed after it is also in memory, if in a register that the call changes.
    pub fn save_for_call(&mut self, asm: &mut Asm) {
        for index in SAFE_REGS..REGS.len() {
            if let Some(value) = self.held[index]
                && !self.uses.is_last(value, self.at)
            {
                self.keep(asm, value, index);
            }
        }
    }

    /// After a call: what those registers held is gone.
    pub fn lose_after_call(&mut self) {
        for index in SAFE_REGS..REGS.len() {
            if let Some(value) = self.held[index].take() {
                self.homes[value.index()].reg = NO_REG;
            }
        }
    }
}

/// The place where an exit stores a register.
pub fn dump_of(reg: Reg) -> u16 {
    DUMP + index_of(reg) as u16
}

/// The register that an exit stores at a place.
pub fn dumped_at(place: u16) -> Option<Reg> {
    (DUMP..BASE)
        .contains(&place)
        .then(|| REGS[usize::from(place - DUMP)])
}

fn index_of(reg: Reg) -> usize {
    let index = REGS.iter().position(|r| *r == reg);
    index.expect("a register for values")
}

/// What a word is taken from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Source {
    Loc(Loc),
    Const(u64),
    /// `rax`, on its way.
    Parked,
}

/// Moves words all at once. Uses `rax`, and `rcx` where memory goes to memory.
pub fn move_all(asm: &mut Asm, mut moves: SmallVec<[(Source, Loc); 16]>) {
    moves.retain(|(from, to)| *from != Source::Loc(*to));
    while !moves.is_empty() {
        let blocked = |to: Loc| moves.iter().any(|(from, _)| *from == Source::Loc(to));
        match moves.iter().position(|(_, to)| !blocked(*to)) {
            Some(ready) => {
                let (from, to) = moves.swap_remove(ready);
                move_one(asm, from, to);
            }
            None => {
                // Only circles are left: one word steps aside.
                let from = moves[0].0;
                match from {
                    Source::Loc(Loc::Reg(reg)) => asm.mov(asm::RAX, reg),
                    Source::Loc(Loc::Place(at)) => asm.load(asm::RAX, place(at)),
                    Source::Const(_) | Source::Parked => unreachable!("not in a circle"),
                }
                for (other, _) in moves.iter_mut().filter(|m| m.0 == from) {
                    *other = Source::Parked;
                }
            }
        }
    }
}

fn move_one(asm: &mut Asm, from: Source, to: Loc) {
    match (from, to) {
        (Source::Loc(Loc::Reg(from)), Loc::Reg(to)) => asm.mov(to, from),
        (Source::Loc(Loc::Reg(from)), Loc::Place(to)) => asm.store(place(to), from),
        (Source::Loc(Loc::Place(from)), Loc::Reg(to)) => asm.load(to, place(from)),
        (Source::Loc(Loc::Place(from)), Loc::Place(to)) => {
            asm.load(asm::RCX, place(from));
            asm.store(place(to), asm::RCX);
        }
        (Source::Parked, Loc::Reg(to)) => asm.mov(to, asm::RAX),
        (Source::Parked, Loc::Place(to)) => asm.store(place(to), asm::RAX),
        (Source::Const(bits), Loc::Reg(to)) => asm.mov_imm(to, bits),
        (Source::Const(bits), Loc::Place(to)) => match i32::try_from(bits as i64) {
            Ok(imm) => asm.store_imm(place(to), imm),
            Err(_) => {
                asm.mov_imm(asm::RCX, bits);
                asm.store(place(to), asm::RCX);
            }
        },
    }
}
