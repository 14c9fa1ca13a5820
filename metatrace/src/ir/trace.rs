//! A trace: inputs, operations, snapshots.
//!
//! A [`Trace`] is what the recorder makes, what the optimiser turns into
//! another one, and what a back end compiles. Values are in SSA form: every
//! instruction, `void` ones included, and every input has one number; a `label`
//! defines its operands (they are numbered like inputs, in `Trace::label_args`).

use super::ops::Op;
use super::types::{FrameSnapId, LabelId, OpRef, SnapshotId, Tag, TraceId, Ty};
use crate::layout::{FieldRef, ItemsRef, LayoutId};
use crate::meta::Arrival;
use crate::native::Native;
use smallvec::SmallVec;
use std::rc::Rc;

/// What an operation needs besides operands.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Descr {
    None,
    /// `load`, `store`
    Field(FieldRef),
    /// `load_item`, `store_item`
    Items(ItemsRef),
    /// `new`: words include the header; `new_items`: words are ignored
    Layout {
        layout: LayoutId,
        shape: u32,
        words: u16,
    },
    /// `guard_tag`, `is_tag`
    Tag(Tag),
    /// `guard_shape`, `store_shape`
    Shape(u32),
    /// `call`, `call_float`
    Native(&'static Native),
    /// `label`, `jump`
    Label(LabelId),
    /// `enter`
    Trace(TraceId),
    /// `goto`: the language left, and how control arrives in a frame of another one
    Arrival {
        language: u8,
        how: Arrival,
    },
    /// `load_reg`, `store_reg`
    Reg(u8),
    /// `note`: code and pc
    Token(i64),
}

pub type Args = SmallVec<[OpRef; 3]>;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Inst {
    /// The value it defines (also `void` instructions have a number, never used as operand).
    pub result: OpRef,
    pub op: Op,
    pub ty: Ty,
    pub args: Args,
    pub descr: Descr,
    /// Present when `op.has_snapshot()`.
    pub snapshot: Option<SnapshotId>,
}

/// A constant operand. `Val` constants may be heap references or mortal symbols: they are roots
/// until the code that holds them is dropped.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct Const {
    pub ty: Ty,
    pub bits: u64,
}

/// A value in a snapshot. Its type (of the operand) tells how to make a `Val`
/// of it: floats are boxed, booleans become True or False, when they fill a slot.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum SnapVal {
    Op(OpRef),
    /// Entry of `Snapshot::virtuals`.
    Virtual(u32),
}

/// The state of one frame at the start of a bytecode.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct FrameSnap {
    /// The caller (outer) frame, or `None` for the trace's outermost frame.
    pub parent: Option<FrameSnapId>,
    /// The frame object, if it exists; `None`: allocate one of `words`.
    pub object: Option<SnapVal>,
    /// Total words of the frame object, header included.
    pub words: u16,
    /// Continuation token: code and pc to be resumed at; negative: the object
    /// has it already and nothing of this frame is known (a caller not looked at yet).
    pub token: i64,
    /// The `AUX` word to store, if changed or new.
    pub aux: Option<SnapVal>,
    /// Slots to store: those changed since the object was in memory, or all live ones of a new frame.
    pub slots: Vec<(u16, SnapVal)>,
}

/// An allocation that happens only when its exit is taken.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct VirtualObject {
    pub layout: LayoutId,
    pub shape: u32,
    pub words: u16,
    /// Number of items for counted layouts beyond a fixed size; else `None`.
    pub items: Option<u32>,
    /// Word index and value; words not listed are zero.
    pub fields: Vec<(u16, SnapVal)>,
}

/// A store that happens only when its exit is taken.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct DelayedStore {
    pub object: SnapVal,
    pub field: FieldRef,
    pub value: SnapVal,
}

/// Interpreter state at a guard: where to go on when it fails.
///
/// Slots are those at the *start* of the bytecode that the guard is in; `log`
/// has the results of its impure operations so far once one of them had an
/// effect (else it is empty and everything reruns): see `resume/replay.rs`.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Snapshot {
    /// Innermost frame; chains to the outer ones. `None` only in tests.
    pub frame: Option<FrameSnapId>,
    /// Results of impure operations, in order. `void` ones are not logged but
    /// counted in `log_len`.
    pub log: Vec<SnapVal>,
    /// Type that each logged result had when recorded: a `Float` replays as raw
    /// bits, a `Val` that became an unboxed float is boxed again.
    pub log_tys: Vec<Ty>,
    /// Number of impure operations to be replayed, stores included.
    pub log_len: u32,
    /// Engine registers to store back.
    pub regs: Vec<(u8, SnapVal)>,
    pub virtuals: Vec<VirtualObject>,
    pub stores: Vec<DelayedStore>,
    /// Added to the engine's frame depth on exit (delayed `add_depth`s).
    pub depth: i32,
    /// Values that only the exit's bridge wants: loop invariants, which it would
    /// load again otherwise.
    pub extra: Vec<OpRef>,
}

/// Values that an exit needs, in exit-buffer order: the inputs of its bridge.
pub type ExitValues = Rc<[OpRef]>;

#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Types of the inputs, values `0..inputs.len()`.
    pub inputs: Vec<Ty>,
    pub insts: Vec<Inst>,
    pub consts: Vec<Const>,
    pub snapshots: Vec<Snapshot>,
    pub frames: Vec<FrameSnap>,
    /// Number of values (inputs, label operands and instructions).
    pub values: u32,
    /// Type of every value, by index.
    pub types: Vec<Ty>,
}

impl Trace {
    pub fn new(inputs: &[Ty]) -> Trace {
        Trace {
            inputs: inputs.to_vec(),
            values: inputs.len() as u32,
            types: inputs.to_vec(),
            ..Trace::default()
        }
    }

    /// A fresh value number of type `ty`.
    pub fn new_value(&mut self, ty: Ty) -> OpRef {
        let value = OpRef(self.values);
        self.values += 1;
        self.types.push(ty);
        value
    }

    /// Appends an instruction and returns its value.
    pub fn push(
        &mut self,
        op: Op,
        ty: Ty,
        args: &[OpRef],
        descr: Descr,
        snapshot: Option<SnapshotId>,
    ) -> OpRef {
        let result = self.new_value(ty);
        self.insts.push(Inst {
            result,
            op,
            ty,
            args: Args::from_slice(args),
            descr,
            snapshot,
        });
        result
    }

    /// The constant with these bits; equal constants share a reference.
    pub fn constant(&mut self, ty: Ty, bits: u64) -> OpRef {
        // Linear from the end: traces have few constants and reuse recent ones.
        let wanted = Const { ty, bits };
        if let Some(i) = self.consts.iter().rposition(|c| *c == wanted) {
            return OpRef::constant(i as u32);
        }
        self.consts.push(wanted);
        OpRef::constant(self.consts.len() as u32 - 1)
    }

    pub fn ty(&self, value: OpRef) -> Ty {
        if value.is_const() {
            self.consts[value.const_index()].ty
        } else {
            self.types[value.index()]
        }
    }

    /// Bits of a constant operand.
    pub fn const_bits(&self, value: OpRef) -> Option<u64> {
        value
            .is_const()
            .then(|| self.consts[value.const_index()].bits)
    }

    pub fn snapshot(&self, id: SnapshotId) -> &Snapshot {
        &self.snapshots[id.index()]
    }

    pub fn add_snapshot(&mut self, snapshot: Snapshot) -> SnapshotId {
        self.snapshots.push(snapshot);
        SnapshotId(self.snapshots.len() as u32 - 1)
    }

    pub fn add_frame(&mut self, frame: FrameSnap) -> FrameSnapId {
        self.frames.push(frame);
        FrameSnapId(self.frames.len() as u32 - 1)
    }

    /// Every non-constant operand that a snapshot mentions, each once, in a
    /// fixed order (frames innermost first, then log, registers, virtuals,
    /// delayed stores, extra values): the exit buffer's order and the bridge's inputs.
    pub fn exit_values(&self, id: SnapshotId) -> Vec<OpRef> {
        let mut out = Vec::new();
        let mut seen = vec![false; self.values as usize];
        let mut add = |v: SnapVal| {
            if let SnapVal::Op(op) = v
                && !op.is_const()
                && !std::mem::replace(&mut seen[op.index()], true)
            {
                out.push(op);
            }
        };
        let snapshot = self.snapshot(id);
        let mut next = snapshot.frame;
        while let Some(frame) = next {
            let frame = &self.frames[frame.index()];
            frame.object.into_iter().chain(frame.aux).for_each(&mut add);
            frame.slots.iter().for_each(|s| add(s.1));
            next = frame.parent;
        }
        snapshot.log.iter().for_each(|v| add(*v));
        snapshot.regs.iter().for_each(|r| add(r.1));
        snapshot
            .virtuals
            .iter()
            .flat_map(|o| &o.fields)
            .for_each(|f| add(f.1));
        for store in &snapshot.stores {
            add(store.object);
            add(store.value);
        }
        snapshot.extra.iter().for_each(|v| add(SnapVal::Op(*v)));
        out
    }
}
