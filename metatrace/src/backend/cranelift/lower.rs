//! Each operation to Cranelift.
//!
//! `Val` and `Int` words live in `i64`, floats in `f64`, booleans in `i8`. A guard
//! that tests a comparison needs no help to fuse with it: instruction selection
//! looks through to the comparison, which is pure and costs nothing if unused.

use super::exits::{ColdExit, Pending, Stubs, code_signature, signature};
use super::slots::{Layout, Slots};
use crate::backend::link::Key;
use crate::backend::plan::{Plan, label_of};
use crate::backend::{CompileError, ExitId, Unit, UnitFragment};
use crate::ir::{Descr, Inst, LabelId, Op, OpRef, Tag, Trace, TraceId, Ty};
use crate::native::{Native, NativeFn};
use crate::value::{FLOAT_TAGS, INT_SHIFT, TAG_HEAP, TAG_IMM, TAG_MASK, TAG_SYMBOL, Value as Word};
use crate::vm::{DEPTH_MARGIN, REG_COUNT, VmCore};
use cranelift_codegen::ir::{
    Block, BlockArg, InstBuilder, MemFlagsData, SigRef, StackSlotData, StackSlotKind, Type, Value,
    condcodes::{FloatCC, IntCC},
    types::{F64, I8, I32, I64},
};
use cranelift_codegen::isa::CallConv;
use cranelift_codegen::packed_option::PackedOption;
use cranelift_frontend::FunctionBuilder;
use hashbrown::HashMap;
use std::mem::offset_of;

/// What is known about a value from its definition or an earlier guard.
pub(super) mod fact {
    /// Has the heap tag.
    pub const HEAP: u8 = 1;
    /// Has another tag.
    pub const IMMEDIATE: u8 = 2;
    /// Needs no write barrier: made in this fragment, or already logged in it.
    pub const LOGGED: u8 = 4;
}

/// What is known about each value of a trace: sets of [`fact`]s.
pub(super) struct Facts(Vec<u8>);

impl Facts {
    pub fn new(trace: &Trace) -> Facts {
        Facts(vec![0; trace.values as usize])
    }

    pub fn has(&self, trace: &Trace, value: OpRef, fact: u8) -> bool {
        match trace.const_bits(value) {
            Some(bits) => {
                let heap = Word(bits).is_heap();
                fact == fact::HEAP && heap || fact == fact::IMMEDIATE && !heap
            }
            None => self.0[value.index()] & fact != 0,
        }
    }

    pub fn learn(&mut self, value: OpRef, fact: u8) {
        if !value.is_const() {
            self.0[value.index()] |= fact;
        }
    }
}

/// State of the fragment that is being lowered.
pub(super) struct Frag<'u> {
    pub index: usize,
    pub trace: &'u Trace,
    pub exits: &'u [ExitId],
    pub next_exit: usize,
    /// Number of the current instruction.
    pub at: usize,
    pub values: Vec<PackedOption<Value>>,
    pub facts: Facts,
    pub cold: Vec<ColdExit>,
    /// Objects whose room an earlier `new` took along: address of the object.
    pub reserved: HashMap<OpRef, Value>,
    /// The `is_tag` that defines a boolean, so that a guard can test the tag itself.
    pub tag_tests: HashMap<OpRef, (OpRef, Tag)>,
}

impl<'u> Frag<'u> {
    pub fn new(index: usize, fragment: &UnitFragment<'u>) -> Frag<'u> {
        let values = fragment.trace.values as usize;
        Frag {
            index,
            trace: fragment.trace,
            exits: fragment.exits,
            next_exit: 0,
            at: 0,
            values: vec![PackedOption::default(); values],
            facts: Facts::new(fragment.trace),
            cold: Vec::new(),
            reserved: HashMap::new(),
            tag_tests: HashMap::new(),
        }
    }
}

/// The blocks of a label: values that a loop does not change are defined once,
/// by the outer block, and pass through the loop untouched.
#[derive(Copy, Clone)]
pub(super) struct LabelBlocks {
    /// Takes all operands; jumped to from outside.
    pub outer: Block,
    /// Takes those that change from turn to turn; jumped to from within.
    pub inner: Option<Block>,
}

/// State of a unit that is being lowered.
pub(super) struct Lower<'u, 'f> {
    pub b: FunctionBuilder<'f>,
    pub unit: &'u Unit<'u>,
    pub plan: &'u Plan,
    pub stubs: &'u Stubs,
    pub slots: &'u mut Slots,
    native: CallConv,
    invalid: u64,
    pub code_signature: SigRef,
    /// Of slow-path stubs: one word, one float, two words.
    pub slow_signatures: [SigRef; 3],
    signatures: HashMap<(usize, bool), SigRef>,
    pub labels: HashMap<LabelId, LabelBlocks>,
    pub entries: HashMap<TraceId, Block>,
    /// Float constants made on entry.
    pub floats: HashMap<u64, Value>,
    pub pending: Vec<Pending>,
    /// The block through which exits leave, once there is one.
    pub exit_tail: Option<Block>,
    /// Of the exits so far.
    pub layouts: Vec<(ExitId, Option<Layout>)>,
    pub frag: Frag<'u>,
}

pub(super) fn cl_type(ty: Ty) -> Type {
    match ty {
        Ty::Float => F64,
        Ty::Bool => I8,
        Ty::Val | Ty::Int | Ty::Void => I64,
    }
}

impl<'u, 'f> Lower<'u, 'f> {
    #[allow(
        clippy::too_many_arguments,
        reason = "all that a function is built from"
    )]
    pub fn new(
        mut b: FunctionBuilder<'f>,
        unit: &'u Unit<'u>,
        plan: &'u Plan,
        stubs: &'u Stubs,
        slots: &'u mut Slots,
        native: CallConv,
        invalid: u64,
    ) -> Lower<'u, 'f> {
        static EMPTY: Trace = Trace {
            inputs: Vec::new(),
            insts: Vec::new(),
            consts: Vec::new(),
            snapshots: Vec::new(),
            frames: Vec::new(),
            values: 0,
            types: Vec::new(),
        };
        let none = UnitFragment {
            trace: &EMPTY,
            exits: &[],
            source: crate::backend::Source::Entry(TraceId(0)),
        };
        let code_signature = b.import_signature(code_signature());
        let slow_signatures = [&[I64][..], &[F64], &[I64, I64]]
            .map(|params| b.import_signature(signature(CallConv::PreserveAll, params, None)));
        Lower {
            b,
            unit,
            plan,
            stubs,
            slots,
            native,
            invalid,
            code_signature,
            slow_signatures,
            signatures: HashMap::new(),
            labels: HashMap::new(),
            entries: HashMap::new(),
            floats: HashMap::new(),
            pending: Vec::new(),
            exit_tail: None,
            layouts: Vec::new(),
            frag: Frag::new(0, &none),
        }
    }

    pub fn cold_block(&mut self) -> Block {
        let block = self.b.create_block();
        self.b.set_cold_block(block);
        block
    }

    pub fn iconst(&mut self, bits: u64) -> Value {
        self.b.ins().iconst(I64, bits as i64)
    }

    pub fn f64const(&mut self, bits: u64) -> Value {
        self.b.ins().f64const(f64::from_bits(bits))
    }

    pub fn const_bits(&self, value: OpRef) -> Option<u64> {
        self.frag.trace.const_bits(value)
    }

    /// The Cranelift value of an operand.
    pub fn use_value(&mut self, value: OpRef) -> Value {
        if !value.is_const() {
            return self.frag.values[value.index()].expect("operand is defined before its use");
        }
        let constant = self.frag.trace.consts[value.const_index()];
        match constant.ty {
            Ty::Float => match self.floats.get(&constant.bits) {
                Some(value) => *value,
                None => self.f64const(constant.bits),
            },
            Ty::Bool => self.b.ins().iconst(I8, constant.bits as i64),
            _ => self.iconst(constant.bits),
        }
    }

    /// Booleans as words, everything else as it is.
    pub fn widen_bool(&mut self, value: Value) -> Value {
        if self.b.func.dfg.value_type(value) == I8 {
            self.b.ins().uextend(I64, value)
        } else {
            value
        }
    }

    pub fn has_fact(&self, value: OpRef, fact: u8) -> bool {
        self.frag.facts.has(self.frag.trace, value, fact)
    }

    pub fn learn(&mut self, value: OpRef, fact: u8) {
        self.frag.facts.learn(value, fact);
    }

    /// The engine record.
    pub fn vm(&mut self) -> Value {
        self.b.ins().get_pinned_reg(I64)
    }

    pub fn vm_load(&mut self, offset: usize) -> Value {
        let flags = MemFlagsData::trusted();
        let vm = self.vm();
        self.b.ins().load(I64, flags, vm, offset as i32)
    }

    pub fn vm_store(&mut self, value: Value, offset: usize) {
        let flags = MemFlagsData::trusted();
        let vm = self.vm();
        self.b.ins().store(flags, value, vm, offset as i32);
    }

    /// Lowers one instruction. `live`: control can come from the one before it.
    pub fn inst(&mut self, inst: &'u Inst, live: bool) -> Result<(), CompileError> {
        let result = match inst.op {
            Op::Label => {
                self.label(inst, live)?;
                None
            }
            Op::Jump => {
                self.jump(inst)?;
                None
            }
            Op::Enter => {
                self.enter(inst)?;
                None
            }
            Op::Goto => {
                self.goto(inst)?;
                None
            }
            _ if inst.op.has_snapshot() => {
                let snapshot = inst.snapshot.expect("checked by the plan");
                let target = self.exit_target(snapshot);
                self.guard(inst, target)?
            }
            _ => self.simple(inst)?,
        };
        if let Some(value) = result {
            self.frag.values[inst.result.index()] = value.into();
        }
        Ok(())
    }

    /// Operations that do not leave the fragment.
    fn simple(&mut self, inst: &Inst) -> Result<Option<Value>, CompileError> {
        let op = inst.op;
        let value = match op {
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
            | Op::IntNot
            | Op::IntShl
            | Op::IntShr => self.int_op(inst),
            Op::IntLt => self.icmp(IntCC::SignedLessThan, inst),
            Op::IntLe => self.icmp(IntCC::SignedLessThanOrEqual, inst),
            Op::IntEq | Op::Same => self.icmp(IntCC::Equal, inst),
            Op::IntNe => self.icmp(IntCC::NotEqual, inst),
            Op::IntULt => self.icmp(IntCC::UnsignedLessThan, inst),
            Op::FloatLt => self.fcmp(FloatCC::LessThan, inst),
            Op::FloatLe => self.fcmp(FloatCC::LessThanOrEqual, inst),
            Op::FloatEq => self.fcmp(FloatCC::Equal, inst),
            Op::FloatNe => self.fcmp(FloatCC::NotEqual, inst),
            Op::IntToFloat
            | Op::FloatAdd
            | Op::FloatSub
            | Op::FloatMul
            | Op::FloatDiv
            | Op::FloatNeg
            | Op::FloatAbs
            | Op::FloatSqrt
            | Op::FloatFloor
            | Op::FloatCeil
            | Op::FloatTrunc
            | Op::FloatFitsInt
            | Op::FloatToInt => self.float_op(inst),
            Op::BoolNot => {
                let a = self.use_value(inst.args[0]);
                self.b.ins().icmp_imm_s(IntCC::Equal, a, 0)
            }
            Op::BoolToVal => {
                let a = self.use_value(inst.args[0]);
                let a = self.b.ins().uextend(I64, a);
                let a = self.b.ins().ishl_imm_s(a, 3);
                self.learn(inst.result, fact::IMMEDIATE);
                self.b.ins().iadd_imm_s(a, Word::FALSE.0 as i64)
            }
            Op::BoolToInt => {
                let a = self.use_value(inst.args[0]);
                let a = self.b.ins().uextend(I64, a);
                self.b.ins().ishl_imm_s(a, i64::from(INT_SHIFT))
            }
            Op::IsTag => self.is_tag(inst)?,
            Op::BoxFloat => self.box_float(inst),
            Op::UnboxFloat => {
                let word = self.use_value(inst.args[0]);
                let word = self.b.ins().iadd_imm_s(word, 1);
                let bits = self.b.ins().rotr_imm_s(word, 4);
                self.b.ins().bitcast(F64, MemFlagsData::new(), bits)
            }
            Op::Load | Op::LoadItem | Op::LoadShape | Op::New | Op::NewItems => {
                self.heap_value(inst)?
            }
            Op::LoadReg => {
                let offset = reg_offset(inst)?;
                self.vm_load(offset)
            }
            Op::Store | Op::StoreItem | Op::StoreShape => {
                self.heap_store(inst)?;
                return Ok(None);
            }
            Op::StoreReg => {
                let (offset, value) = (reg_offset(inst)?, self.use_value(inst.args[0]));
                self.vm_store(value, offset);
                return Ok(None);
            }
            Op::AddDepth => {
                // One address value for both, so that they become one instruction.
                let (vm, offset) = (self.vm(), offset_of!(VmCore, depth) as i32);
                let by = match self.const_bits(inst.args[0]) {
                    Some(bits) => self.iconst((bits as i64 >> INT_SHIFT) as u64),
                    None => {
                        let by = self.use_value(inst.args[0]);
                        self.b.ins().sshr_imm_s(by, i64::from(INT_SHIFT))
                    }
                };
                let flags = MemFlagsData::trusted();
                let depth = self.b.ins().load(I64, flags, vm, offset);
                let depth = self.b.ins().iadd(depth, by);
                self.b.ins().store(flags, depth, vm, offset);
                return Ok(None);
            }
            Op::Call | Op::CallFloat => self.call(inst)?,
            Op::Note => return Ok(None),
            _ => unreachable!("guards and control are lowered elsewhere"),
        };
        Ok(Some(value))
    }

    fn icmp(&mut self, cc: IntCC, inst: &Inst) -> Value {
        let (a, b) = (self.use_value(inst.args[0]), self.use_value(inst.args[1]));
        self.b.ins().icmp(cc, a, b)
    }

    fn fcmp(&mut self, cc: FloatCC, inst: &Inst) -> Value {
        let (a, b) = (self.use_value(inst.args[0]), self.use_value(inst.args[1]));
        self.b.ins().fcmp(cc, a, b)
    }

    fn float_op(&mut self, inst: &Inst) -> Value {
        let a = self.use_value(inst.args[0]);
        let b = inst.args.get(1).map(|b| self.use_value(*b));
        let second = b.unwrap_or(a);
        let ins = self.b.ins();
        match inst.op {
            Op::FloatAdd => ins.fadd(a, second),
            Op::FloatSub => ins.fsub(a, second),
            Op::FloatMul => ins.fmul(a, second),
            Op::FloatDiv => ins.fdiv(a, second),
            Op::FloatNeg => ins.fneg(a),
            Op::FloatAbs => ins.fabs(a),
            Op::FloatSqrt => ins.sqrt(a),
            Op::FloatFloor => ins.floor(a),
            Op::FloatCeil => ins.ceil(a),
            Op::FloatTrunc => ins.trunc(a),
            Op::IntToFloat => {
                let int = ins.sshr_imm_s(a, i64::from(INT_SHIFT));
                self.b.ins().fcvt_from_sint(F64, int)
            }
            Op::FloatToInt => {
                // The saturating form is the short one: no traps to guard against.
                let int = ins.fcvt_to_sint_sat(I64, a);
                self.b.ins().ishl_imm_s(int, i64::from(INT_SHIFT))
            }
            _ => {
                debug_assert_eq!(inst.op, Op::FloatFitsInt);
                let bound = (1i64 << (63 - INT_SHIFT)) as f64;
                let max = ins.f64const(bound);
                let min = self.b.ins().f64const(-bound);
                let below = self.b.ins().fcmp(FloatCC::LessThan, a, max);
                let above = self.b.ins().fcmp(FloatCC::GreaterThanOrEqual, a, min);
                self.b.ins().band(below, above)
            }
        }
    }

    /// A value that is *zero* iff the word's low three bits are `tag`: subtracting
    /// the tag first saves an instruction over masking and comparing.
    fn low_bits_differ(&mut self, word: Value, tag: u64) -> Value {
        let rest = self.b.ins().iadd_imm_s(word, -(tag as i64));
        self.b.ins().band_imm_s(rest, TAG_MASK as i64)
    }

    /// A value to branch on (non-zero or zero), and which of both means that the
    /// word has the immediate tag. Not for heap layouts.
    pub fn immediate_tag_test(&mut self, word: Value, tag: Tag) -> (Value, bool) {
        match tag {
            Tag::INT => (self.b.ins().band_imm_s(word, 3), false),
            Tag::FLOAT => {
                // band(x, ishl(1, n)) selects the bit test instruction.
                let tags = self.b.ins().iconst(I32, i64::from(FLOAT_TAGS));
                let one = self.b.ins().iconst(I32, 1);
                let n = self.b.ins().ireduce(I32, word);
                let bit = self.b.ins().ishl(one, n);
                (self.b.ins().band(tags, bit), true)
            }
            Tag::SYMBOL => (self.low_bits_differ(word, TAG_SYMBOL), false),
            _ => (self.low_bits_differ(word, TAG_IMM), false),
        }
    }

    fn is_tag(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        let Descr::Tag(tag) = inst.descr else {
            return Err(CompileError::Malformed("is_tag without a tag"));
        };
        self.frag.tag_tests.insert(inst.result, (inst.args[0], tag));
        let word = self.use_value(inst.args[0]);
        if !tag.is_heap() {
            let (test, sense) = self.immediate_tag_test(word, tag);
            let cc = if sense { IntCC::NotEqual } else { IntCC::Equal };
            return Ok(self.b.ins().icmp_imm_s(cc, test, 0));
        }
        if self.has_fact(inst.args[0], fact::HEAP) {
            return Ok(self.layout_is(word, tag));
        }
        let (heap, done) = (self.b.create_block(), self.b.create_block());
        let result = self.b.append_block_param(done, I8);
        let other = self.low_bits_differ(word, TAG_HEAP);
        let no = self.b.ins().iconst(I8, 0);
        self.b.ins().brif(other, done, &[no.into()], heap, &[]);
        self.b.switch_to_block(heap);
        let same = self.layout_is(word, tag);
        self.b.ins().jump(done, &[same.into()]);
        self.b.switch_to_block(done);
        Ok(result)
    }

    /// The heap object has this layout: byte 1 of the header is at tag offset 1.
    fn layout_is(&mut self, word: Value, tag: Tag) -> Value {
        let flags = MemFlagsData::trusted();
        let layout = self.b.ins().load(I8, flags, word, 0);
        self.b
            .ins()
            .icmp_imm_s(IntCC::Equal, layout, i64::from(tag.0 as i8))
    }

    fn check_tag(&mut self, value: OpRef, tag: Tag, target: Block) {
        let word = self.use_value(value);
        if !tag.is_heap() {
            let (test, sense) = self.immediate_tag_test(word, tag);
            self.check(test, sense, target);
            self.learn(value, fact::IMMEDIATE);
            return;
        }
        if !self.has_fact(value, fact::HEAP) {
            let other = self.low_bits_differ(word, TAG_HEAP);
            self.check(other, false, target);
            self.learn(value, fact::HEAP);
        }
        let same = self.layout_is(word, tag);
        self.check(same, true, target);
    }

    /// Guards, with their results if they have any, and `exit`.
    fn guard(&mut self, inst: &Inst, target: Block) -> Result<Option<Value>, CompileError> {
        match inst.op {
            Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf => {
                return Ok(Some(self.int_checked(inst, target)));
            }
            Op::GuardTrue | Op::GuardFalse => self.guard_bool(inst, target),
            Op::GuardTag => {
                let Descr::Tag(tag) = inst.descr else {
                    return Err(CompileError::Malformed("guard_tag without a tag"));
                };
                self.check_tag(inst.args[0], tag, target);
            }
            Op::GuardValue => {
                let same = self.icmp(IntCC::Equal, inst);
                self.check(same, true, target);
                if let Some(bits) = self.const_bits(inst.args[1]) {
                    let heap = Word(bits).is_heap();
                    let fact = if heap { fact::HEAP } else { fact::IMMEDIATE };
                    self.learn(inst.args[0], fact);
                }
            }
            Op::GuardShape => self.guard_shape(inst, target)?,
            Op::GuardNotRaised | Op::GuardRaised => {
                let a = self.use_value(inst.args[0]);
                let raised = self
                    .b
                    .ins()
                    .icmp_imm_s(IntCC::Equal, a, Word::RAISED.0 as i64);
                self.check(raised, inst.op == Op::GuardRaised, target);
            }
            Op::GuardNoPoll => {
                if self.unit.fuel {
                    let fuel = self.vm_load(offset_of!(VmCore, fuel));
                    let fuel = self.b.ins().iadd_imm_s(fuel, -1);
                    self.vm_store(fuel, offset_of!(VmCore, fuel));
                    let left = self
                        .b
                        .ins()
                        .icmp_imm_s(IntCC::SignedGreaterThanOrEqual, fuel, 0);
                    self.check(left, true, target);
                }
                let poll = self.vm_load(offset_of!(VmCore, poll));
                self.check(poll, false, target);
            }
            Op::GuardValid => {
                let address = self.iconst(self.invalid);
                let flags = MemFlagsData::trusted();
                let invalid = self.b.ins().load(I64, flags, address, 0);
                self.check(invalid, false, target);
            }
            Op::GuardDepth => {
                let (flags, vm) = (MemFlagsData::trusted(), self.vm());
                let (at, limit_at) = (offset_of!(VmCore, depth), offset_of!(VmCore, depth_limit));
                let depth = self.b.ins().load(I64, flags, vm, at as i32);
                let limit = self.b.ins().load(I64, flags, vm, limit_at as i32);
                let depth = self.b.ins().iadd_imm_s(depth, DEPTH_MARGIN);
                let within = self.b.ins().icmp(IntCC::SignedLessThan, depth, limit);
                self.check(within, true, target);
            }
            Op::Exit => {
                self.b.ins().jump(target, &[]);
            }
            _ => unreachable!("not an operation with a snapshot"),
        }
        Ok(None)
    }

    fn guard_bool(&mut self, inst: &Inst, target: Block) {
        let wanted = inst.op == Op::GuardTrue;
        match self.frag.tag_tests.get(&inst.args[0]) {
            Some(&(value, tag)) if wanted => self.check_tag(value, tag, target),
            Some(&(value, tag)) if !tag.is_heap() => {
                let word = self.use_value(value);
                let (test, sense) = self.immediate_tag_test(word, tag);
                self.check(test, !sense, target);
            }
            _ => {
                let a = self.use_value(inst.args[0]);
                self.check(a, wanted, target);
            }
        }
    }

    fn guard_shape(&mut self, inst: &Inst, target: Block) -> Result<(), CompileError> {
        let Descr::Shape(shape) = inst.descr else {
            return Err(CompileError::Malformed("guard_shape without a shape"));
        };
        let object = self.use_value(inst.args[0]);
        let word = self.shape_word(object);
        let shape = i64::from(shape as i32);
        let same = self.b.ins().icmp_imm_s(IntCC::Equal, word, shape);
        self.check(same, true, target);
        self.learn(inst.args[0], fact::HEAP);
        Ok(())
    }

    fn label(&mut self, inst: &Inst, live: bool) -> Result<(), CompileError> {
        let label = label_of(inst.descr)?;
        let LabelBlocks { outer, inner } = self.labels[&label];
        if live {
            if !inst.args.is_empty() {
                return Err(CompileError::Malformed("control falls into a label"));
            }
            self.b.ins().jump(outer, &[]);
        }
        self.b.switch_to_block(outer);
        let mut values = self.b.block_params(outer).to_vec();
        if let Some(inner) = inner {
            let varying = &self.plan.loops[&label].varying;
            let args: Vec<BlockArg> = varying.iter().map(|i| values[*i].into()).collect();
            self.b.ins().jump(inner, &args);
            self.b.switch_to_block(inner);
            for (i, param) in varying.iter().zip(self.b.block_params(inner)) {
                values[*i] = *param;
            }
        }
        for (arg, value) in inst.args.iter().zip(values) {
            self.frag.values[arg.index()] = value.into();
        }
        Ok(())
    }

    fn jump(&mut self, inst: &Inst) -> Result<(), CompileError> {
        let label = label_of(inst.descr)?;
        if let Some(&LabelBlocks { outer, inner }) = self.labels.get(&label) {
            let mut args: Vec<BlockArg> = (inst.args.iter())
                .map(|a| self.use_value(*a).into())
                .collect();
            let mut block = outer;
            let (fragment, at) = (self.frag.index, self.frag.at);
            if let Some(inner) = inner
                && self.plan.is_inside(self.unit, label, fragment, at)
            {
                let varying = &self.plan.loops[&label].varying;
                args = varying.iter().map(|i| args[*i]).collect();
                block = inner;
            }
            self.b.ins().jump(block, &args);
            return Ok(());
        }
        self.store_to_buffer(inst.args.iter().copied().enumerate());
        let slot = self.slots.address(Key::Label(label));
        let slot = self.iconst(slot);
        self.tail_call(slot);
        Ok(())
    }

    fn enter(&mut self, inst: &Inst) -> Result<(), CompileError> {
        let Descr::Trace(trace) = inst.descr else {
            return Err(CompileError::Malformed("enter without a trace"));
        };
        let frame = self.use_value(inst.args[0]);
        if let Some(&block) = self.entries.get(&trace) {
            self.b.ins().jump(block, &[frame.into()]);
            return Ok(());
        }
        let slot = self.slots.address(Key::Entry(trace));
        let slot = self.iconst(slot);
        self.vm_store(frame, offset_of!(VmCore, frame));
        self.tail_call(slot);
        Ok(())
    }

    fn call(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        let Descr::Native(native) = inst.descr else {
            return Err(CompileError::Malformed("call without a native"));
        };
        let args: Vec<Value> = inst.args.iter().map(|a| self.use_value(*a)).collect();
        let (address, floats) = native_address(native);
        let many = matches!(native.func, NativeFn::Many(_));
        let args = match (floats, many) {
            (true, _) => args,
            (false, true) => self.args_in_memory(&args),
            (false, false) => std::iter::once(self.vm()).chain(args).collect(),
        };
        let conv = self.native;
        let b = &mut self.b;
        let signature = *(self.signatures)
            .entry((args.len(), floats))
            .or_insert_with(|| {
                let ty = if floats { F64 } else { I64 };
                b.import_signature(signature(conv, &vec![ty; args.len()], Some(ty)))
            });
        let callee = self.iconst(address);
        let call = self.b.ins().call_indirect(signature, callee, &args);
        Ok(self.b.inst_results(call)[0])
    }

    /// Calls a helper whose address is in the engine record, on words.
    pub fn call_helper(&mut self, callee: Value, args: &[Value]) -> Value {
        let conv = self.native;
        let b = &mut self.b;
        let count = args.len() + 1;
        let signature = *self
            .signatures
            .entry((count, false))
            .or_insert_with(|| b.import_signature(signature(conv, &vec![I64; count], Some(I64))));
        let args: Vec<Value> = std::iter::once(self.vm())
            .chain(args.iter().copied())
            .collect();
        let call = self.b.ins().call_indirect(signature, callee, &args);
        self.b.inst_results(call)[0]
    }

    fn args_in_memory(&mut self, args: &[Value]) -> Vec<Value> {
        let size = (args.len().max(1) * 8) as u32;
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size, 3);
        let slot = self.b.create_sized_stack_slot(data);
        for (i, &arg) in args.iter().enumerate() {
            let arg = self.widen_bool(arg);
            self.b.ins().stack_store(I64, arg, slot, i as i32 * 8);
        }
        let at = self.b.ins().stack_addr(I64, slot, 0);
        let count = self.iconst(args.len() as u64);
        vec![self.vm(), at, count]
    }
}

pub(super) fn reg_offset(inst: &Inst) -> Result<usize, CompileError> {
    match inst.descr {
        Descr::Reg(reg) if (reg as usize) < REG_COUNT => {
            Ok(offset_of!(VmCore, regs) + reg as usize * 8)
        }
        _ => Err(CompileError::Malformed("not an engine register")),
    }
}

/// Address of the function, and whether it takes and returns floats.
pub(super) fn native_address(native: &Native) -> (u64, bool) {
    match native.func {
        NativeFn::F0(f) => (f as usize as u64, false),
        NativeFn::F1(f) => (f as usize as u64, false),
        NativeFn::F2(f) => (f as usize as u64, false),
        NativeFn::F3(f) => (f as usize as u64, false),
        NativeFn::F4(f) => (f as usize as u64, false),
        NativeFn::Many(f) => (f as usize as u64, false),
        NativeFn::Float1(f) => (f as usize as u64, true),
        NativeFn::Float2(f) => (f as usize as u64, true),
    }
}
