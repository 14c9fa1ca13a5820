//! The forward walk: every recorded instruction goes once through the passes,
//! which look at an abstract state and append what is left to the output.
//!
//! ```text
//!  recorded ─► operands resolved ─► fold, rules ─► ranges ─► repeated? ─► output
//!              (constants,           guards: implied?  heap: forwarded?  alloc: virtual
//!               virtuals)
//! ```
//! A recorded value maps to an [`Abs`]: a value or constant of the output, or a
//! virtual object.  Everything known about output values lives in flat vectors
//! indexed by value number ([`State`]), so that the state can be copied before a
//! loop body is tried and restored when an assumption about it fails.

use super::heap::Heap;
use super::intbound::Range;
use super::pure::Cse;
use super::snapshot::{FrameMemo, Proto};
use super::virtualize::Virtual;
use super::{OptEnv, OptError, OptOptions};
use crate::ir::{Class, Descr, Inst, LabelId, Op, OpRef, SnapshotId, Tag, Trace, Ty};
use crate::layout::FieldRef;
use crate::value::Value;
use hashbrown::HashMap;
use std::rc::Rc;

/// What a recorded value became.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum Abs {
    /// A value or constant of the output.
    Op(OpRef),
    /// An object that does not exist (yet): index into `State::virtuals`.
    Virt(u32),
}

/// What is known about one value of the output.
#[derive(Copy, Clone, PartialEq, Debug)]
pub(super) struct Fact {
    /// The constant that it was found to be, or `NONE`.
    pub known: OpRef,
    pub tag: Option<Tag>,
    /// Meaningful for fixnums.
    pub range: Range,
    /// It is not the RAISED word.
    pub not_raised: bool,
}

impl Fact {
    pub const UNKNOWN: Fact = Fact {
        known: OpRef::NONE,
        tag: None,
        range: Range::FULL,
        not_raised: false,
    };
}

/// Everything that is known at one point of the output.
#[derive(Clone)]
pub(super) struct State {
    /// By value number.
    pub facts: Vec<Fact>,
    /// By value number: the defining instruction's position, `NO_DEF` for inputs and label operands.
    pub def: Vec<u32>,
    /// By value number: a decision of the current section relied on the value or its facts.
    pub touched: Vec<bool>,
    /// By value number: the result of an allocation.
    pub fresh: Vec<bool>,
    pub cse: Cse,
    pub heap: Heap,
    pub virtuals: Vec<Virtual>,
    /// Known contents of engine registers, and which of them memory lacks.
    pub regs: [Option<Abs>; crate::vm::REG_COUNT],
    pub regs_dirty: u32,
    /// Delayed `add_depth`s.
    pub depth: i32,
    pub poll_seen: bool,
    pub depth_seen: Option<i32>,
    /// The recorded snapshot of a guard after which nothing had an effect: still a
    /// place to resume at.
    pub resume_at: Option<SnapshotId>,
    /// First value number of the current section: smaller ones come from before the label.
    pub section_first: u32,
    /// By value number, for values from before the label: computed from loop
    /// invariants, so that its definition may be looked at.
    pub derived: Vec<bool>,
}

pub(super) const NO_DEF: u32 = u32::MAX;

impl State {
    pub fn new() -> State {
        State {
            facts: Vec::new(),
            def: Vec::new(),
            touched: Vec::new(),
            fresh: Vec::new(),
            cse: Cse::new(),
            heap: Heap::default(),
            virtuals: Vec::new(),
            regs: [None; crate::vm::REG_COUNT],
            regs_dirty: 0,
            depth: 0,
            poll_seen: false,
            depth_seen: None,
            resume_at: None,
            section_first: 0,
            derived: Vec::new(),
        }
    }
}

pub(super) type Walked<T> = Result<T, OptError>;
/// Words in memory: object, field, value.
pub(super) type KnownMemory = Rc<Vec<(OpRef, FieldRef, OpRef)>>;

/// One optimisation in progress.
pub(super) struct Walk<'a, 'e> {
    pub src: &'a Trace,
    pub env: &'a mut OptEnv<'e>,
    pub options: OptOptions,
    pub out: Trace,
    pub consts: HashMap<(Ty, u64), OpRef>,
    pub st: State,
    /// By recorded value number.
    pub map: Vec<Abs>,
    /// By output snapshot.
    pub protos: Vec<Proto>,
    /// By output frame: values of slots that memory holds already.
    pub left_out: Vec<Vec<OpRef>>,
    /// Words in memory when `Heap::version` had this value.
    pub memory: Option<(u32, KnownMemory)>,
    /// The label that the guards being emitted are for.
    pub entering: Option<LabelId>,
    /// In a loop: its recorded label, and which values are which of its operands.
    pub carried: Option<(LabelId, Vec<(OpRef, u32)>)>,
    pub frames: FrameMemo,
}

impl<'a, 'e> Walk<'a, 'e> {
    pub fn new(src: &'a Trace, env: &'a mut OptEnv<'e>) -> Self {
        let options = env.options.clone();
        let mut walk = Walk {
            src,
            env,
            options,
            out: Trace::default(),
            consts: HashMap::new(),
            st: State::new(),
            map: vec![Abs::Op(OpRef::NONE); src.values as usize],
            protos: Vec::new(),
            left_out: Vec::new(),
            memory: None,
            entering: None,
            carried: None,
            frames: FrameMemo::default(),
        };
        for (i, ty) in src.inputs.iter().enumerate() {
            let value = walk.new_value(*ty);
            walk.out.inputs.push(*ty);
            walk.map[i] = Abs::Op(value);
        }
        walk
    }

    // ------------------------------------------------------------------ values

    pub fn new_value(&mut self, ty: Ty) -> OpRef {
        let value = self.out.new_value(ty);
        self.st.facts.push(Fact::UNKNOWN);
        self.st.def.push(NO_DEF);
        self.st.touched.push(false);
        self.st.fresh.push(false);
        value
    }

    pub fn constant(&mut self, ty: Ty, bits: u64) -> OpRef {
        if let Some(c) = self.consts.get(&(ty, bits)) {
            return *c;
        }
        let c = OpRef::constant(self.out.consts.len() as u32);
        self.out.consts.push(crate::ir::Const { ty, bits });
        self.consts.insert((ty, bits), c);
        c
    }

    pub fn const_int(&mut self, i: i64) -> OpRef {
        self.constant(Ty::Int, Value::small(i).0)
    }

    pub fn const_bool(&mut self, b: bool) -> OpRef {
        self.constant(Ty::Bool, b as u64)
    }

    pub fn bits(&self, value: OpRef) -> Option<u64> {
        self.out.const_bits(value)
    }

    /// The integer of a constant fixnum.
    pub fn int_bits(&self, value: OpRef) -> Option<i64> {
        Value(self.bits(value)?).to_int()
    }

    /// The current form of a value: constants found since, virtuals that were forced.
    pub fn resolve(&mut self, abs: Abs) -> Abs {
        let op = match abs {
            Abs::Virt(v) => match self.st.virtuals[v as usize].forced {
                OpRef::NONE => return abs,
                op => op,
            },
            Abs::Op(op) => op,
        };
        Abs::Op(self.resolve_op(op))
    }

    pub fn resolve_op(&mut self, op: OpRef) -> OpRef {
        if op.is_const() || op == OpRef::NONE {
            return op;
        }
        self.st.touched[op.index()] = true;
        match self.st.facts[op.index()].known {
            OpRef::NONE => op,
            known => known,
        }
    }

    /// The output form of a recorded operand.
    pub fn operand(&mut self, value: OpRef) -> Abs {
        if value.is_const() {
            let c = self.src.consts[value.const_index()];
            return Abs::Op(self.constant(c.ty, c.bits));
        }
        self.resolve(self.map[value.index()])
    }

    /// A recorded operand as a real value; forces virtuals.
    pub fn real(&mut self, value: OpRef) -> OpRef {
        let abs = self.operand(value);
        self.force(abs)
    }

    /// The instruction that defines a value.
    pub fn def(&self, value: OpRef) -> Option<&Inst> {
        if value.is_const() || value == OpRef::NONE {
            return None;
        }
        let at = self.st.def[value.index()];
        if value.0 < self.st.section_first && !self.st.derived[value.index()] {
            return None;
        }
        (at != NO_DEF).then(|| &self.out.insts[at as usize])
    }

    /// The defining instruction's operands, if it is this operation.
    pub fn def_args(&self, value: OpRef, op: Op) -> Option<&[OpRef]> {
        self.def(value).filter(|i| i.op == op).map(|i| &i.args[..])
    }

    pub fn fact_mut(&mut self, value: OpRef) -> &mut Fact {
        &mut self.st.facts[value.index()]
    }

    pub fn tag(&self, value: OpRef) -> Option<Tag> {
        match self.out.ty(value) {
            Ty::Int => return Some(Tag::INT),
            Ty::Float | Ty::Bool | Ty::Void => return None,
            Ty::Val => {}
        }
        match self.bits(value) {
            Some(bits) => Some(self.env.heap.tag_of(Value(bits))),
            None => self.st.facts[value.index()].tag,
        }
    }

    pub fn range(&self, value: OpRef) -> Range {
        match self.bits(value) {
            Some(bits) => Value(bits).to_int().map_or(Range::FULL, Range::point),
            None => self.st.facts[value.index()].range,
        }
    }

    // ---------------------------------------------------------------- emission

    /// Appends an instruction to the output.
    pub fn emit(
        &mut self,
        op: Op,
        ty: Ty,
        args: &[OpRef],
        descr: Descr,
        snapshot: Option<SnapshotId>,
    ) -> OpRef {
        let result = self.new_value(ty);
        self.st.def[result.index()] = self.out.insts.len() as u32;
        self.out.insts.push(Inst {
            result,
            op,
            ty,
            args: crate::ir::Args::from_slice(args),
            descr,
            snapshot,
        });
        result
    }

    /// Appends a guard; `snapshot` is the recorded one, to be mapped.
    pub fn emit_guard(
        &mut self,
        op: Op,
        args: &[OpRef],
        descr: Descr,
        snapshot: Option<SnapshotId>,
    ) -> Walked<OpRef> {
        let snapshot = snapshot.ok_or(OptError::NoMatch)?;
        let snapshot = self.snapshot(snapshot);
        self.note_failure(op, args, descr);
        Ok(self.emit(op, op.ret(), args, descr, Some(snapshot)))
    }

    // ---------------------------------------------------------------- the walk

    /// Takes one recorded instruction through the passes. Labels, jumps and
    /// trace ends are the caller's.
    pub fn step(&mut self, inst: &Inst) -> Walked<()> {
        let result = self.dispatch(inst)?;
        self.map[inst.result.index()] = result;
        Ok(())
    }

    fn dispatch(&mut self, inst: &Inst) -> Walked<Abs> {
        let none = Abs::Op(OpRef::NONE);
        match (inst.op.class(), inst.descr) {
            (Class::Guard, _) => self.st.resume_at = inst.snapshot,
            (Class::Call, Descr::Native(native)) if native.effects.pure => {}
            (Class::Store | Class::Call | Class::Control, _) => self.st.resume_at = None,
            (Class::Pure | Class::Load | Class::Alloc, _) => {}
        }
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
            | Op::FloatNe => {
                let (a, b) = (self.real(inst.args[0]), self.real(inst.args[1]));
                Ok(Abs::Op(self.pure2(inst.op, a, b)))
            }
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
            | Op::BoolToInt => {
                let a = self.real(inst.args[0]);
                Ok(Abs::Op(self.pure1(inst.op, a)))
            }
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf => {
                let (a, b) = (self.real(inst.args[0]), self.real(inst.args[1]));
                Ok(Abs::Op(self.checked(inst.op, a, b, inst.snapshot)?))
            }
            Op::Same => {
                let (a, b) = (self.operand(inst.args[0]), self.operand(inst.args[1]));
                Ok(Abs::Op(self.same(a, b)))
            }
            Op::IsTag => {
                let a = self.operand(inst.args[0]);
                Ok(Abs::Op(self.is_tag(a, tag_of(inst))))
            }
            Op::BoxFloat => {
                let a = self.real(inst.args[0]);
                Ok(self.box_float(a))
            }
            Op::UnboxFloat => {
                let a = self.operand(inst.args[0]);
                Ok(Abs::Op(self.unbox_float(a)))
            }

            Op::GuardTrue => self.guard_bool(inst, true).map(|()| none),
            Op::GuardFalse => self.guard_bool(inst, false).map(|()| none),
            Op::GuardTag => {
                let a = self.operand(inst.args[0]);
                self.guard_tag(a, tag_of(inst), inst.snapshot)
                    .map(|()| none)
            }
            Op::GuardValue => {
                let (a, b) = (self.operand(inst.args[0]), self.real(inst.args[1]));
                self.guard_value(a, b, inst.snapshot).map(|()| none)
            }
            Op::GuardShape => {
                let a = self.operand(inst.args[0]);
                let Descr::Shape(shape) = inst.descr else {
                    unreachable!("guard_shape has a shape")
                };
                self.guard_shape(a, shape, inst.snapshot).map(|()| none)
            }
            Op::GuardNotRaised | Op::GuardRaised => self.guard_raised(inst).map(|()| none),
            Op::GuardNoPoll | Op::GuardValid | Op::GuardDepth => {
                self.guard_world(inst).map(|()| none)
            }

            Op::Load => self.step_load(inst),
            Op::Store => self.step_store(inst).map(|()| none),
            Op::LoadItem => self.step_load_item(inst),
            Op::StoreItem => self.step_store_item(inst).map(|()| none),
            Op::LoadShape => self.step_load_shape(inst),
            Op::StoreShape => self.step_store_shape(inst).map(|()| none),
            Op::New | Op::NewItems => Ok(self.step_new(inst)),
            Op::LoadReg => Ok(self.step_load_reg(inst)),
            Op::StoreReg => {
                self.step_store_reg(inst);
                Ok(none)
            }
            Op::AddDepth => {
                self.step_add_depth(inst);
                Ok(none)
            }
            Op::Call => self.step_call(inst),
            Op::CallFloat => self.step_call_float(inst),
            Op::Note => {
                self.emit(Op::Note, Ty::Void, &[], inst.descr, None);
                Ok(none)
            }
            Op::Label | Op::Jump | Op::Enter | Op::Goto | Op::Exit => {
                unreachable!("{} is handled by the caller", inst.op.name())
            }
        }
    }
}

pub(super) fn tag_of(inst: &Inst) -> Tag {
    match inst.descr {
        Descr::Tag(tag) => tag,
        _ => unreachable!("{} has a tag", inst.op.name()),
    }
}
