//! The plain evaluator of traces: the oracle of all tests, and the heart of the
//! portable back end.
//!
//! It knows what operations do; what is in memory, which natives do what and
//! whether something wants attention it asks a [`Memory`].

use super::ops::Op;
use super::pure::{eval_checked, eval1, eval2};
use super::trace::{Descr, Inst, Trace};
use super::types::{LabelId, OpRef, SnapshotId, Tag, TraceId};
use crate::layout::{FieldRef, ItemsRef, LayoutId};
use crate::native::Native;
use crate::value::{INT_SHIFT, Value};

/// The world that a trace acts on. Words are in the IR's representation:
/// fixnums shifted, floats as their bits, booleans 0 or 1; indices and counts
/// are plain integers.
pub trait Memory {
    fn load(&mut self, object: u64, field: FieldRef) -> u64;
    fn store(&mut self, object: u64, field: FieldRef, word: u64);
    fn load_item(&mut self, object: u64, items: ItemsRef, index: i64) -> u64;
    fn store_item(&mut self, object: u64, items: ItemsRef, index: i64, word: u64);
    fn load_shape(&mut self, object: u64) -> u32;
    fn store_shape(&mut self, object: u64, shape: u32);
    /// A fresh zero-filled object of `words` words, header included.
    fn alloc(&mut self, layout: LayoutId, shape: u32, words: u16) -> u64;
    /// A fresh zero-filled object with `items` items, its length set if counted.
    fn alloc_items(&mut self, layout: LayoutId, shape: u32, items: i64) -> u64;
    fn load_reg(&mut self, reg: u8) -> u64;
    fn store_reg(&mut self, reg: u8, word: u64);
    fn add_depth(&mut self, by: i64);
    /// One more frame is within the depth limit.
    fn depth_left(&mut self) -> bool;
    fn tag_of(&mut self, word: u64) -> Tag;
    fn box_float(&mut self, float: f64) -> u64;
    fn call(&mut self, native: &'static Native, args: &[u64]) -> u64;
    /// Something wants attention.
    fn poll(&mut self) -> bool;
    /// No assumption of the trace was invalidated.
    fn valid(&mut self) -> bool;
}

/// How an evaluation ended.
#[derive(Clone, PartialEq, Debug)]
pub enum Stop {
    /// At a guard or `exit`: index of the instruction, its snapshot and the exit's values.
    Exit {
        inst: usize,
        snapshot: SnapshotId,
        values: Vec<u64>,
    },
    /// A jump to a label of another trace, with its operands.
    Jump { label: LabelId, values: Vec<u64> },
    /// Another trace is to be entered.
    Enter { trace: TraceId, frame: u64 },
    /// A frame goes on where it waits.
    Goto { frame: u64 },
    /// The given number of jumps was used up.
    OutOfFuel,
}

/// Evaluates one trace, any number of times.
pub struct Evaluator<'a> {
    trace: &'a Trace,
    /// Positions of the labels.
    labels: Vec<(LabelId, usize)>,
    values: Vec<u64>,
    /// Jumps within the trace before it gives up; unlimited at `u64::MAX`.
    pub fuel: u64,
}

/// What one instruction led to.
enum Next {
    Value(u64),
    /// The guard failed.
    Leave,
}

impl<'a> Evaluator<'a> {
    pub fn new(trace: &'a Trace) -> Self {
        let labels = trace.insts.iter().enumerate();
        let labels = labels.filter_map(|(at, inst)| match (inst.op, inst.descr) {
            (Op::Label, Descr::Label(label)) => Some((label, at)),
            _ => None,
        });
        Evaluator {
            trace,
            labels: labels.collect(),
            values: vec![0; trace.values as usize],
            fuel: u64::MAX,
        }
    }

    /// Evaluates from the start.
    pub fn run(&mut self, inputs: &[u64], memory: &mut dyn Memory) -> Stop {
        assert_eq!(inputs.len(), self.trace.inputs.len(), "inputs of the trace");
        self.values[..inputs.len()].copy_from_slice(inputs);
        self.run_at(0, memory)
    }

    /// Evaluates from a label of the trace, `None` when it has no such label.
    pub fn run_from(
        &mut self,
        label: LabelId,
        operands: &[u64],
        memory: &mut dyn Memory,
    ) -> Option<Stop> {
        let at = self.enter_label(label, operands)?;
        Some(self.run_at(at, memory))
    }

    /// Sets a label's operands; the position of the instruction after it.
    fn enter_label(&mut self, label: LabelId, operands: &[u64]) -> Option<usize> {
        let (_, at) = *self.labels.iter().find(|l| l.0 == label)?;
        let params = &self.trace.insts[at].args;
        assert_eq!(params.len(), operands.len(), "operands of L{}", label.0);
        for (param, word) in params.iter().zip(operands) {
            self.values[param.index()] = *word;
        }
        Some(at + 1)
    }

    fn run_at(&mut self, mut at: usize, memory: &mut dyn Memory) -> Stop {
        let trace = self.trace;
        let mut fuel = self.fuel;
        loop {
            let inst = &trace.insts[at];
            match (inst.op, inst.descr) {
                (Op::Jump, Descr::Label(label)) => {
                    let values: Vec<u64> = inst.args.iter().map(|a| self.word(*a)).collect();
                    match self.enter_label(label, &values) {
                        None => return Stop::Jump { label, values },
                        Some(_) if fuel == 0 => return Stop::OutOfFuel,
                        Some(next) => at = next,
                    }
                    fuel -= 1;
                }
                (Op::Enter, Descr::Trace(trace)) => {
                    let frame = self.word(inst.args[0]);
                    return Stop::Enter { trace, frame };
                }
                (Op::Goto, _) => {
                    let frame = self.word(inst.args[0]);
                    return Stop::Goto { frame };
                }
                _ => match self.step(inst, memory) {
                    Next::Value(word) => {
                        self.values[inst.result.index()] = word;
                        at += 1;
                    }
                    Next::Leave => return self.exit(at),
                },
            }
        }
    }

    fn exit(&self, inst: usize) -> Stop {
        let snapshot = self.trace.insts[inst].snapshot;
        let snapshot = snapshot.expect("guards have snapshots");
        let values = self.trace.exit_values(snapshot);
        Stop::Exit {
            inst,
            snapshot,
            values: values.into_iter().map(|v| self.word(v)).collect(),
        }
    }

    /// The word of an operand.
    #[inline]
    fn word(&self, operand: OpRef) -> u64 {
        match self.trace.const_bits(operand) {
            Some(bits) => bits,
            None => self.values[operand.index()],
        }
    }

    fn step(&mut self, inst: &Inst, memory: &mut dyn Memory) -> Next {
        let arg = |i: usize| self.word(inst.args[i]);
        let int = |i: usize| (arg(i) as i64) >> INT_SHIFT;
        let holds = |b: bool| if b { Next::Value(0) } else { Next::Leave };
        match inst.op {
            Op::IntAdd
            | Op::IntSub
            | Op::IntMul
            | Op::IntAddFits
            | Op::IntSubFits
            | Op::IntMulFits
            | Op::IntShlFits
            | Op::IntFloorDiv
            | Op::IntMod
            | Op::IntQuot
            | Op::IntRem
            | Op::IntAnd
            | Op::IntOr
            | Op::IntXor
            | Op::IntShl
            | Op::IntShr
            | Op::IntLt
            | Op::IntLe
            | Op::IntEq
            | Op::IntNe
            | Op::IntULt
            | Op::FloatAdd
            | Op::FloatSub
            | Op::FloatMul
            | Op::FloatDiv
            | Op::FloatLt
            | Op::FloatLe
            | Op::FloatEq
            | Op::FloatNe
            | Op::Same => Next::Value(eval2(inst.op, arg(0), arg(1))),
            Op::IntNot
            | Op::IntToFloat
            | Op::FloatNeg
            | Op::FloatAbs
            | Op::FloatSqrt
            | Op::FloatFloor
            | Op::FloatCeil
            | Op::FloatTrunc
            | Op::FloatFitsInt
            | Op::FloatToInt
            | Op::BoolNot
            | Op::BoolToVal
            | Op::BoolToInt
            | Op::UnboxFloat => Next::Value(eval1(inst.op, arg(0))),
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf => {
                match eval_checked(inst.op, arg(0), arg(1)) {
                    Some(word) => Next::Value(word),
                    None => Next::Leave,
                }
            }
            Op::IsTag => Next::Value((memory.tag_of(arg(0)) == tag(inst)) as u64),
            Op::BoxFloat => Next::Value(memory.box_float(f64::from_bits(arg(0)))),

            Op::GuardTrue => holds(arg(0) != 0),
            Op::GuardFalse => holds(arg(0) == 0),
            Op::GuardTag => holds(memory.tag_of(arg(0)) == tag(inst)),
            Op::GuardValue => holds(arg(0) == arg(1)),
            Op::GuardShape => holds(memory.load_shape(arg(0)) == shape(inst)),
            Op::GuardNotRaised => holds(arg(0) != Value::RAISED.0),
            Op::GuardRaised => holds(arg(0) == Value::RAISED.0),
            Op::GuardNoPoll => holds(!memory.poll()),
            Op::GuardValid => holds(memory.valid()),
            Op::GuardDepth => holds(memory.depth_left()),

            Op::Load => Next::Value(memory.load(arg(0), field(inst))),
            Op::Store => {
                memory.store(arg(0), field(inst), arg(1));
                Next::Value(0)
            }
            Op::LoadItem => Next::Value(memory.load_item(arg(0), items(inst), int(1))),
            Op::StoreItem => {
                memory.store_item(arg(0), items(inst), int(1), arg(2));
                Next::Value(0)
            }
            Op::LoadShape => {
                let shape = memory.load_shape(arg(0));
                Next::Value(Value::small(shape as i64).0)
            }
            Op::StoreShape => {
                memory.store_shape(arg(0), shape(inst));
                Next::Value(0)
            }
            Op::New | Op::NewItems => {
                let Descr::Layout {
                    layout,
                    shape,
                    words,
                } = inst.descr
                else {
                    unreachable!("allocations have a layout")
                };
                Next::Value(if inst.op == Op::New {
                    memory.alloc(layout, shape, words)
                } else {
                    memory.alloc_items(layout, shape, int(0))
                })
            }
            Op::LoadReg => Next::Value(memory.load_reg(reg(inst))),
            Op::StoreReg => {
                memory.store_reg(reg(inst), arg(0));
                Next::Value(0)
            }
            Op::AddDepth => {
                memory.add_depth(int(0));
                Next::Value(0)
            }

            Op::Call | Op::CallFloat => {
                let Descr::Native(native) = inst.descr else {
                    unreachable!("calls have a native")
                };
                let words: Vec<u64> = inst.args.iter().map(|a| self.word(*a)).collect();
                Next::Value(memory.call(native, &words))
            }

            Op::Exit => Next::Leave,
            Op::Note | Op::Label => Next::Value(0),
            Op::Jump | Op::Enter | Op::Goto => unreachable!("handled by the caller"),
        }
    }
}

fn field(inst: &Inst) -> FieldRef {
    match inst.descr {
        Descr::Field(field) => field,
        _ => unreachable!("{} has a field", inst.op.name()),
    }
}

fn items(inst: &Inst) -> ItemsRef {
    match inst.descr {
        Descr::Items(items) => items,
        _ => unreachable!("{} has items", inst.op.name()),
    }
}

fn tag(inst: &Inst) -> Tag {
    match inst.descr {
        Descr::Tag(tag) => tag,
        _ => unreachable!("{} has a tag", inst.op.name()),
    }
}

fn shape(inst: &Inst) -> u32 {
    match inst.descr {
        Descr::Shape(shape) => shape,
        _ => unreachable!("{} has a shape", inst.op.name()),
    }
}

fn reg(inst: &Inst) -> u8 {
    match inst.descr {
        Descr::Reg(reg) => reg,
        _ => unreachable!("{} has a register", inst.op.name()),
    }
}
