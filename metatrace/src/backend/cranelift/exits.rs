//! Leaving machine code and coming in: cold exit blocks, jumps to other units,
//! the stubs behind unlinked slots, slow-path helpers, and the trampoline.
//!
//! An exit is a cold block that notes its id, stores its values to the exit
//! buffer and tail-calls through the guard's slot; nothing of it is on the hot
//! path but the branch. Exits share stores (see `stores.rs`) and the tail call:
//! code generation takes time by the instruction.
//!
//! ```text
//!   guard 1 ─► exit_id = 1 ─► store a, b ─┐
//!   guard 2 ─► exit_id = 2 ──┘            ├─► tail call through slot [exit_id]
//!   guard 3 ─► exit_id = 3 ─► store a, c ─┘
//! ```

use super::Compiler;
use super::lower::Lower;
use super::slots::{BOUND_FOLD, BOUND_MASK, BOUND_SHIFT, SLOT_CODE, SLOT_SELECTOR, SLOT_SHIFT};
use super::stores::{Groups, Places};
use crate::backend::{CompileError, ExitId, Outcome};
use crate::ir::{Descr, Inst, OpRef, SnapshotId, TraceId};
use crate::layout::Frame;
use crate::meta::ARRIVALS;
use crate::value::TAG_HEAP;
use crate::vm::VmCore;
use cranelift_codegen::ir::{
    AbiParam, Block, InstBuilder, InstructionData, MemFlagsData, Signature, Type, UserFuncName,
    Value,
    condcodes::{CondCode, IntCC},
    types::{F64, I64},
};
use cranelift_codegen::isa::CallConv;
use cranelift_frontend::FunctionBuilder;
use std::mem::offset_of;

/// What the returned word means: an exit id, or one of these kinds and an id.
pub(super) const EXIT_ENTER: u64 = 1 << 32;
pub(super) const EXIT_LABEL: u64 = 2 << 32;
pub(super) const EXIT_GOTO: u64 = 3 << 32;

/// The meaning of the word that machine code returned.
pub(super) fn decode_exit(word: u64, frame: impl FnOnce() -> u64) -> Outcome {
    let id = word as u32;
    match word & !0xFFFF_FFFF {
        0 => Outcome::Exit(ExitId(id)),
        EXIT_ENTER => Outcome::Enter {
            trace: TraceId(id),
            frame: frame(),
        },
        EXIT_GOTO => Outcome::Goto {
            language: id as u8,
            how: ARRIVALS[(id >> 8) as usize],
            frame: frame(),
        },
        _ => unreachable!("a jump to label {id}, whose code was freed"),
    }
}

/// Signature of all code: `(selector) -> word`.
pub(super) fn code_signature() -> Signature {
    signature(CallConv::Tail, &[I64], Some(I64))
}

pub(super) fn signature(conv: CallConv, params: &[Type], ret: Option<Type>) -> Signature {
    let mut signature = Signature::new(conv);
    signature
        .params
        .extend(params.iter().map(|t| AbiParam::new(*t)));
    signature.returns.extend(ret.map(AbiParam::new));
    signature
}

/// Addresses of code that every unit uses.
pub(super) struct Stubs {
    /// From Rust: `(vm, selector, code) -> word`, native convention.
    pub trampoline: u64,
    /// Behind unlinked exits: returns the selector.
    pub leave: u64,
    /// From the quick generator's code: leaves its frame and goes on through a slot.
    pub leave_frame: u64,
    /// `(bytes)`: result in the exit buffer. This and the following preserve all registers.
    pub grow_nursery: u64,
    /// `(float)`: result in the exit buffer.
    pub box_float: u64,
    /// `(holder)`.
    pub log_object: u64,
    /// `(holder, index)`.
    pub log_item: u64,
}

impl Stubs {
    pub fn compile(compiler: &mut Compiler) -> Result<Stubs, CompileError> {
        let native = compiler.native_call_conv();
        let trampoline = stub(
            compiler,
            signature(native, &[I64; 3], Some(I64)),
            |b, args| {
                // The caller's register is not ours to change, and Cranelift does
                // not save the pinned one.
                let saved = b.ins().get_pinned_reg(I64);
                b.ins().set_pinned_reg(args[0]);
                let code = b.import_signature(code_signature());
                let call = b.ins().call_indirect(code, args[2], &args[1..2]);
                let word = b.inst_results(call)[0];
                b.ins().set_pinned_reg(saved);
                b.ins().return_(&[word]);
            },
        )?;
        let leave = stub(compiler, code_signature(), |b, args| {
            b.ins().return_(args);
        })?;
        let mut slow =
            |params: &[Type], ret, helper| slow_stub(compiler, native, params, ret, helper);
        let grow_nursery = slow(&[I64], Some(I64), offset_of!(VmCore, grow_nursery))?;
        let box_float = slow(&[F64], Some(I64), offset_of!(VmCore, box_float))?;
        let log_object = slow(&[I64], None, offset_of!(VmCore, log_object))?;
        let log_item = slow(&[I64; 2], None, offset_of!(VmCore, log_item))?;
        let leave_frame = compiler.leave_frame()?;
        Ok(Stubs {
            trampoline,
            leave,
            leave_frame,
            grow_nursery,
            box_float,
            log_object,
            log_item,
        })
    }
}

fn stub(
    compiler: &mut Compiler,
    signature: Signature,
    body: impl FnOnce(&mut FunctionBuilder, &[Value]),
) -> Result<u64, CompileError> {
    compiler.context.clear();
    compiler.context.func.signature = signature;
    compiler.context.func.name = UserFuncName::user(0, 0);
    let mut b = FunctionBuilder::new(&mut compiler.context.func, &mut compiler.builder);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let args = b.block_params(entry).to_vec();
    body(&mut b, &args);
    b.seal_all_blocks();
    b.finalize(compiler.isa.frontend_config());
    let (block, _) = compiler.finish()?;
    Ok(compiler.memory.address(block))
}

/// Calls the helper at `vm + helper` with `vm` and its arguments; a result goes to the
/// exit buffer, which is free while code runs.
fn slow_stub(
    compiler: &mut Compiler,
    native: CallConv,
    params: &[Type],
    ret: Option<Type>,
    helper: usize,
) -> Result<u64, CompileError> {
    let preserve = signature(CallConv::PreserveAll, params, None);
    stub(compiler, preserve, |b, args| {
        let flags = MemFlagsData::trusted();
        let vm = b.ins().get_pinned_reg(I64);
        let all: Vec<Type> = std::iter::once(I64).chain(params.iter().copied()).collect();
        let target = b.import_signature(signature(native, &all, ret));
        let callee = b.ins().load(I64, flags, vm, helper as i32);
        let args: Vec<Value> = std::iter::once(vm).chain(args.iter().copied()).collect();
        let call = b.ins().call_indirect(target, callee, &args);
        if let Some(&result) = b.inst_results(call).first() {
            let vm = b.ins().get_pinned_reg(I64);
            let buffer = b.ins().load(I64, flags, vm, EXIT_BUFFER);
            b.ins().store(flags, result, buffer, 0);
        }
        b.ins().return_(&[]);
    })
}

const EXIT_BUFFER: i32 = offset_of!(VmCore, exit_buffer) as i32;

/// An exit block yet to be filled.
pub(super) struct ColdExit {
    block: Block,
    snapshot: SnapshotId,
    exit: ExitId,
}

/// A bridge of the unit, reached by a branch: lowered later.
pub(super) struct Pending {
    pub fragment: usize,
    pub block: Block,
    pub values: Vec<Value>,
}

impl Lower<'_, '_> {
    /// Where the current instruction's failure branches to. To be called once per
    /// instruction with a snapshot, in order.
    pub(super) fn exit_target(&mut self, snapshot: SnapshotId) -> Block {
        let exit = self.frag.exits[self.frag.next_exit];
        self.frag.next_exit += 1;
        if let Some(&fragment) = self.plan.bridges.get(&exit) {
            let block = self.b.create_block();
            let plan = self.plan;
            let values = plan.exit_values[self.frag.index][snapshot.index()]
                .iter()
                .map(|v| self.use_value(*v))
                .collect();
            self.pending.push(Pending {
                fragment,
                block,
                values,
            });
            return block;
        }
        let block = self.cold_block();
        self.frag.cold.push(ColdExit {
            block,
            snapshot,
            exit,
        });
        block
    }

    /// Goes on only if `condition` is (non-zero) = `holds`.
    ///
    /// What a branch names first comes last in Cranelift's order of blocks. So that a loop's blocks
    /// follow each other, with its bridges after its back edge, the failure is always named first:
    /// register allocation takes what lies between an edge back and its target for the loop.
    pub(super) fn check(&mut self, condition: Value, holds: bool, target: Block) {
        let failed = match holds {
            true => self.inverted(condition),
            false => condition,
        };
        let next = self.b.create_block();
        self.b.ins().brif(failed, target, &[], next, &[]);
        self.b.switch_to_block(next);
    }

    /// A comparison is inverted itself, so that it still fuses with the branch.
    fn inverted(&mut self, condition: Value) -> Value {
        let dfg = &self.b.func.dfg;
        let definition = dfg.value_def(condition).inst().map(|i| dfg.insts[i]);
        match definition {
            Some(InstructionData::IntCompare { cond, args, .. }) => {
                (self.b.ins()).icmp(cond.complement(), args[0], args[1])
            }
            Some(InstructionData::FloatCompare { cond, args, .. }) => {
                (self.b.ins()).fcmp(cond.complement(), args[0], args[1])
            }
            _ => self.b.ins().icmp_imm_s(IntCC::Equal, condition, 0),
        }
    }

    /// Fills the fragment's exit blocks.
    pub(super) fn emit_exits(&mut self) {
        let cold = std::mem::take(&mut self.frag.cold);
        let plan = self.plan;
        let all = &plan.exit_values[self.frag.index];
        let count = self.frag.trace.values as usize;
        let places = Places::new(count, all);
        let lists: Vec<&[OpRef]> = (cold.iter())
            .map(|exit| &all[exit.snapshot.index()][..])
            .collect();
        let groups = match places.are_shared() {
            true => Groups::new(count, &lists),
            false => Groups::apart(),
        };
        let blocks: Vec<Block> = groups.groups.iter().map(|_| self.cold_block()).collect();
        for (i, (exit, list)) in cold.iter().zip(lists).enumerate() {
            self.layouts.push((exit.exit, places.layout(list)));
            self.b.switch_to_block(exit.block);
            let id = self.iconst(u64::from(exit.exit.0));
            self.vm_store(id, offset_of!(VmCore, exit_id));
            if !places.are_shared() {
                self.store_to_buffer(list.iter().copied().enumerate());
            }
            let target = match groups.of_exit.get(i).copied().flatten() {
                Some(group) => blocks[group],
                None => self.exit_tail(),
            };
            self.b.ins().jump(target, &[]);
        }
        for (group, block) in groups.groups.iter().zip(&blocks) {
            self.b.switch_to_block(*block);
            let own = group.own.iter();
            self.store_to_buffer(own.map(|v| (places.place(*v, 0) as usize, *v)));
            let target = match group.next {
                Some(next) => blocks[next],
                None => self.exit_tail(),
            };
            self.b.ins().jump(target, &[]);
        }
    }

    /// The block that leaves through the slot of the exit noted in the engine record.
    fn exit_tail(&mut self) -> Block {
        match self.exit_tail {
            Some(tail) => tail,
            None => {
                let tail = self.cold_block();
                self.exit_tail = Some(tail);
                tail
            }
        }
    }

    /// Stores values to their places in the exit buffer.
    pub(super) fn store_to_buffer(&mut self, values: impl Iterator<Item = (usize, OpRef)>) {
        let flags = MemFlagsData::trusted();
        let buffer = self.vm_load(offset_of!(VmCore, exit_buffer));
        for (place, value) in values {
            let value = self.use_value(value);
            let value = self.widen_bool(value);
            self.b.ins().store(flags, value, buffer, place as i32 * 8);
        }
    }

    /// Fills the block through which exits leave the unit.
    pub(super) fn emit_exit_tail(&mut self) {
        let Some(tail) = self.exit_tail else { return };
        self.b.switch_to_block(tail);
        let id = self.vm_load(offset_of!(VmCore, exit_id));
        let offset = self.b.ins().ishl_imm_s(id, SLOT_SHIFT);
        let table = self.iconst(self.slots.exit_table());
        let slot = self.b.ins().iadd(table, offset);
        self.tail_call(slot);
    }

    /// Goes on in the code that the slot leads to.
    pub(super) fn tail_call(&mut self, slot: Value) {
        let flags = MemFlagsData::trusted();
        let code = self.b.ins().load(I64, flags, slot, SLOT_CODE);
        let selector = self.b.ins().load(I64, flags, slot, SLOT_SELECTOR);
        let signature = self.code_signature;
        self.b
            .ins()
            .return_call_indirect(signature, code, &[selector]);
    }

    /// Goes on where a frame waits: by the table of bound tokens, or by the driver.
    pub(super) fn goto(&mut self, inst: &Inst) -> Result<(), CompileError> {
        let Descr::Arrival { language, how } = inst.descr else {
            return Err(CompileError::Malformed("goto without an arrival"));
        };
        let flags = MemFlagsData::trusted();
        let frame = self.use_value(inst.args[0]);
        self.vm_store(frame, offset_of!(VmCore, frame));
        let at = Frame::TOKEN.raw.word as i32 * 8 - TAG_HEAP as i32;
        let token = self.b.ins().load(I64, flags, frame, at);
        let mixed = self.b.ins().ushr_imm_s(token, BOUND_FOLD);
        let mixed = self.b.ins().bxor(mixed, token);
        let offset = self.b.ins().band_imm_s(mixed, BOUND_MASK);
        let offset = self.b.ins().ishl_imm_s(offset, BOUND_SHIFT);
        let table = self.slots.bound_table(language);
        let table = self.iconst(table);
        let entry = self.b.ins().iadd(table, offset);
        let bound = self.b.ins().load(I64, flags, entry, 0);
        let same = self.b.ins().icmp(IntCC::Equal, bound, token);
        let (hit, miss) = (self.b.create_block(), self.cold_block());
        self.b.ins().brif(same, hit, &[], miss, &[]);
        self.b.switch_to_block(hit);
        let slot = self.b.ins().load(I64, flags, entry, 8);
        self.tail_call(slot);
        self.b.switch_to_block(miss);
        let how = ARRIVALS.iter().position(|h| *h == how).unwrap_or(0) as u64;
        let word = self.iconst(EXIT_GOTO | how << 8 | u64::from(language));
        self.b.ins().return_(&[word]);
        Ok(())
    }

    /// Calls a slow-path stub (see [`Stubs`]); to be used in cold blocks.
    pub(super) fn call_stub(&mut self, address: u64, args: &[Value]) {
        let float = self.b.func.dfg.value_type(args[0]) == F64;
        let signature = match args.len() {
            2 => self.slow_signatures[2],
            _ => self.slow_signatures[usize::from(float)],
        };
        let callee = self.iconst(address);
        self.b.ins().call_indirect(signature, callee, args);
    }

    /// The result that a slow-path stub left.
    pub(super) fn stub_result(&mut self) -> Value {
        let buffer = self.vm_load(offset_of!(VmCore, exit_buffer));
        self.b.ins().load(I64, MemFlagsData::trusted(), buffer, 0)
    }
}
