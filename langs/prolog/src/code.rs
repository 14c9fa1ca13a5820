//! Compiled Prolog code: what the step loop needs beside the instruction words.

use crate::live::{self, Live};
use crate::op::{self, Op};
use crate::state::{FunctorId, Pl, Pred};
use crate::syntax::Node;
use hashbrown::HashMap;
use metatrace::code::{CodeData, SlotMask};
use metatrace::value::Value;
use std::cell::{OnceCell, RefCell};

/// Where a switch goes. Constants and functors are sorted.
#[derive(Debug, Clone, Default)]
pub struct SwitchTable {
    pub var: u32,
    /// Integers and symbols (by number), each in order.
    pub ints: Vec<(i64, u32)>,
    pub symbols: Vec<(i64, u32)>,
    /// Other constants' words.
    pub others: Vec<(u64, u32)>,
    pub structs: Vec<(FunctorId, u32)>,
    /// The same as keys to search, if they are many.
    pub functors: Vec<(i64, u32)>,
    /// For values without an entry.
    pub other: u32,
}

/// Up to so many entries are compared with one after the other.
pub const FEW: usize = 4;
/// Entries above which symbols and functors are searched by number.
pub const MANY: usize = 64;
/// Entries that are too many to have a trace for each.
pub const TRACED_MAX: usize = 1000;

impl SwitchTable {
    pub fn new(
        var: u32,
        other: u32,
        consts: Vec<(u64, u32)>,
        mut structs: Vec<(FunctorId, u32)>,
    ) -> SwitchTable {
        let (mut ints, mut symbols, mut others) = (Vec::new(), Vec::new(), Vec::new());
        for (bits, pc) in consts {
            let v = Value(bits);
            match v.to_int() {
                Some(i) => ints.push((i, pc)),
                None if v.is_symbol() => symbols.push((v.as_symbol() as i64, pc)),
                None => others.push((bits, pc)),
            }
        }
        ints.sort();
        symbols.sort();
        others.sort();
        structs.sort();
        let functors = match structs.len() > MANY {
            true => structs.iter().map(|(f, pc)| (*f as i64, *pc)).collect(),
            false => Vec::new(),
        };
        SwitchTable {
            var,
            ints,
            symbols,
            others,
            structs,
            functors,
            other,
        }
    }

    /// Where values with an entry go.
    pub fn targets(&self) -> impl Iterator<Item = u32> + '_ {
        let numbers = self.ints.iter().chain(&self.symbols).map(|e| e.1);
        let others = self.others.iter().map(|e| e.1);
        numbers
            .chain(others)
            .chain(self.structs.iter().map(|e| e.1))
    }

    /// Target of a functor.
    #[inline(always)]
    pub fn of_struct(&self, functor: FunctorId) -> u32 {
        if let [(only, pc)] = self.structs[..] {
            return if only == functor { pc } else { self.other };
        }
        match self.structs.binary_search_by_key(&functor, |e| e.0) {
            Ok(i) => self.structs[i].1,
            Err(_) => self.other,
        }
    }
    /// Target of a symbol.
    pub fn of_symbol(&self, symbol: u32) -> u32 {
        match self.symbols.binary_search_by_key(&(symbol as i64), |e| e.0) {
            Ok(i) => self.symbols[i].1,
            Err(_) => self.other,
        }
    }
    /// Target of another constant's word.
    pub fn of_other(&self, bits: u64) -> u32 {
        match self.others.binary_search_by_key(&bits, |e| e.0) {
            Ok(i) => self.others[i].1,
            Err(_) => self.other,
        }
    }
}

/// Tables of one code.
pub struct PlCode {
    pub pl: &'static Pl,
    pub pred: &'static Pred,
    pub slots: u16,
    pub instrs: Box<[u64]>,
    /// What `Call` and `Execute` call, and `Builtin`: instructions have indices.
    pub preds: Vec<&'static Pred>,
    pub natives: Vec<(&'static metatrace::native::Native, u32)>,
    pub tables: Vec<SwitchTable>,
    /// Constants that are heap objects, made anew when needed.
    pub pool: Vec<Node>,
    /// Source line from a pc on, ascending.
    pub lines: Vec<(u32, u32)>,
    /// Natives look at the slots of its frames: all of them are always live.
    pub pinned: bool,
    /// Live slots by pc, computed when first asked for.
    pub live: OnceCell<Live>,
    /// The same as lists, for continuations whose frames were copied.
    pub copied: RefCell<HashMap<u32, &'static [u16]>>,
}

impl PlCode {
    fn live(&self, pc: u32) -> &SlotMask {
        self.live.get_or_init(|| live::analyse(self)).at(pc)
    }

    /// The slots that a copy of a frame needs to go on at `pc`.
    #[inline(never)]
    pub fn copied_slots(&self, pc: u32) -> &'static [u16] {
        let list = || -> &'static [u16] {
            let slots: Vec<u16> = self.live_slots(pc).iter().collect();
            self.pl.kept.keep(slots)
        };
        self.copied.borrow_mut().entry(pc).or_insert_with(list)
    }
}

impl CodeData for PlCode {
    fn live_slots(&self, pc: u32) -> SlotMask {
        if !self.pinned {
            return self.live(pc).clone();
        }
        let mut mask = SlotMask::with_capacity(self.slots as usize);
        (0..self.slots).for_each(|s| mask.insert(s));
        mask
    }
    fn describe(&self, pc: u32) -> String {
        let w = self.instrs[pc as usize];
        let op = Op::of(w);
        let mut text = format!("{} {} {} {}", op.name(), op::a(w), op::b(w), op::c(w));
        for i in 1..op::length(w) {
            text.push_str(&format!(" [{:x}]", self.instrs[pc as usize + i]));
        }
        text
    }
    fn line(&self, pc: u32) -> u32 {
        match self.lines.partition_point(|l| l.0 <= pc) {
            0 => 0,
            i => self.lines[i - 1].1,
        }
    }
    fn is_machinery(&self) -> bool {
        self.pred.file.borrow().is_empty()
    }
}

/// The whole code as text, one instruction per line.
pub fn disassemble(data: &PlCode) -> String {
    let mut out = String::new();
    let mut pc = 0;
    while pc < data.instrs.len() {
        out.push_str(&format!("{pc:4} {}\n", data.describe(pc as u32)));
        pc += op::length(data.instrs[pc]);
    }
    out
}
