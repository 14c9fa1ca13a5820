//! Liveness of a code's slots: what snapshots, choice points and copies of frames keep.
//!
//! A backward data flow over the instructions. The alternative of a choice point
//! is a successor of the instruction that pushes it, so that what it reads is
//! live where the frame is shared with the choice point; slots written later are
//! never read there (a variable's slot is written once per activation).

use crate::code::PlCode;
use crate::op::{self, Op};
use hashbrown::HashMap;
use metatrace::code::SlotMask;
use smallvec::{SmallVec, smallvec};

/// What one instruction does with slots, and where control goes next.
struct Effect {
    reads: Slots,
    writes: Slots,
    next: Targets,
}

type Slots = SmallVec<[u16; 8]>;
type Targets = SmallVec<[u32; 4]>;

fn packed(instrs: &[u64], at: usize, n: u16) -> Slots {
    (0..n as usize)
        .map(|i| (instrs[at + i / 4] >> (16 * (i % 4))) as u16)
        .collect()
}

fn effect(data: &PlCode, pc: usize) -> Effect {
    let instrs = &data.instrs;
    let w = instrs[pc];
    let (a, b, c, to) = (op::a(w), op::b(w), op::c(w), op::pc(w));
    let after = (pc + op::length(w)) as u32;
    let args = || packed(instrs, pc + 1 + Op::of(w).extra(), a);
    // Tests fail by backtracking when their target is 0.
    let target = |word: u64| Some(op::pc(word)).filter(|pc| *pc != 0);
    let (mut reads, mut writes, mut next) =
        (Slots::new(), Slots::new(), Targets::from_elem(after, 1));
    match Op::of(w) {
        Op::Enter | Op::Trust | Op::Cut | Op::CleanMark => {}
        Op::Call => {
            reads = args();
            writes.push(c);
        }
        Op::Execute => (reads, next) = (args(), SmallVec::from_elem(after, (b != 0) as usize)),
        Op::Proceed | Op::Fail => next.clear(),
        Op::Resume | Op::CutTo => reads.push(a),
        Op::Try | Op::Retry => next.push(to),
        Op::Jump => next = smallvec![to],
        Op::Mark | Op::PutConst | Op::PutPool | Op::PutVar => writes.push(a),
        Op::SoftCut => {
            reads.push(a);
            next.push(to);
        }
        Op::PopIf => {
            reads.push(a);
            next.extend(target(w));
        }
        Op::GetConst => reads.push(a),
        Op::GetStruct => {
            reads.push(a);
            writes.push(b);
            next.push(op::pc(instrs[pc + 1]));
        }
        Op::GetPair => {
            reads.push(a);
            writes.extend([b, c]);
            next.push(op::pc(instrs[pc + 1]));
        }
        Op::Arg | Op::Move | Op::AddConst | Op::Arith1 | Op::Eval => {
            reads.push(b);
            writes.push(a);
        }
        Op::Unify | Op::Bind => reads.extend([a, b]),
        Op::PutStruct => (reads, writes) = (args(), smallvec![b]),
        Op::BindStruct => {
            reads = args();
            reads.push(b);
        }
        Op::Switch => {
            reads.push(a);
            let table = &data.tables[to as usize];
            next = smallvec![table.var, table.other];
            next.extend(table.targets());
        }
        Op::Add | Op::Sub | Op::Mul | Op::Arith2 => {
            reads.extend([b, c]);
            writes.push(a);
        }
        Op::Compare | Op::Same | Op::Test => {
            reads.push(a);
            reads.extend((Op::of(w) != Op::Test).then_some(b));
            next.extend(target(instrs[pc + 1]));
        }
        Op::CompareConst => {
            reads.push(a);
            next.extend(target(instrs[pc + 2]));
        }
        Op::Builtin => reads = args(),
        Op::GetArg => {
            (reads, next) = (args(), smallvec![after, op::pc(instrs[pc + 1])]);
            writes.extend((b == 1).then(|| reads.remove(2)));
        }
        Op::MetaCall => (reads, next) = ((0..=a).collect(), smallvec![]),
        Op::Undefined => reads = (0..a).collect(),
        Op::DynCall => (reads, writes) = ((0..a).collect(), smallvec![a + 1, a + 2]),
        Op::DynRetry => (reads, next) = ((0..a).chain([a + 1, a + 2]).collect(), smallvec![]),
        Op::Rethrow | Op::Halt => (reads, next) = (smallvec![a], smallvec![]),
        _ => border(w, &mut reads, &mut writes, &mut next, data.slots),
    }
    Effect {
        reads,
        writes,
        next,
    }
}

/// The operations at the border to other languages: their frames are few and small, so that
/// what they read is told generously.
fn border(w: u64, reads: &mut Slots, writes: &mut Slots, next: &mut Targets, slots: u16) {
    let (a, b, c) = (op::a(w), op::b(w), op::c(w));
    match Op::of(w) {
        Op::BorderArgs => {
            reads.extend(0..=a);
            writes.extend(a + 1..=2 * a);
        }
        Op::BorderCall => {
            reads.push(0);
            reads.extend(a + 1..=2 * a);
            writes.push(c);
        }
        Op::BorderAnswer => {
            // As many slots as the call has: outputs are known by their marks.
            reads.extend(0..=2 * a);
            writes.push(b);
        }
        Op::QueryNext | Op::QueryClose => {
            reads.push(0);
            writes.extend(1..=3);
        }
        Op::BorderApply => (*reads, *next) = ((0..slots).collect(), smallvec![]),
        Op::QueryDeliver => (*reads, *next) = ((0..=3).collect(), smallvec![]),
        Op::QueryRetry | Op::QueryYield | Op::QueryEnd => {
            (*reads, *next) = (smallvec![0], smallvec![])
        }
        _ => reads.extend(0..slots),
    }
}

/// The live slots before each instruction. Large predicates have few different sets of them.
#[derive(Debug, Default)]
pub struct Live {
    /// By pc, the number of a set; words that are no instruction have an empty one.
    of: Vec<u32>,
    sets: Vec<SlotMask>,
}

impl Live {
    /// The slots live before the instruction at `pc`.
    pub fn at(&self, pc: u32) -> &SlotMask {
        &self.sets[self.of[pc as usize] as usize]
    }
}

/// Works the live slots of a code out. Goes through the instructions until nothing changes, mostly
/// twice: what they do is looked up anew each time rather than kept for all of them.
pub fn analyse(data: &PlCode) -> Live {
    let mut starts: Vec<u32> = Vec::new();
    let mut pc = 0;
    while pc < data.instrs.len() {
        starts.push(pc as u32);
        pc += op::length(data.instrs[pc]);
    }
    let mut numbers: HashMap<SlotMask, u32> = HashMap::new();
    numbers.insert(SlotMask::default(), 0);
    let mut sets = vec![SlotMask::default()];
    let mut of: Vec<u32> = vec![0; data.instrs.len() + 1];
    let mut changed = true;
    while changed {
        changed = false;
        for &pc in starts.iter().rev() {
            let effect = effect(data, pc as usize);
            let mut mask = SlotMask::with_capacity(data.slots as usize);
            let mut last = 0;
            for to in effect.next {
                let number = of[to as usize];
                // Most targets of a switch are alike.
                if number != last {
                    sets[number as usize].iter().for_each(|s| mask.insert(s));
                    last = number;
                }
            }
            effect.writes.iter().for_each(|s| mask.remove(*s));
            effect.reads.iter().for_each(|s| mask.insert(*s));
            let next = sets.len() as u32;
            let number = *numbers.entry(mask).or_insert_with_key(|mask| {
                sets.push(mask.clone());
                next
            });
            if of[pc as usize] != number {
                of[pc as usize] = number;
                changed = true;
            }
        }
    }
    Live { of, sets }
}
