//! A unit as one function: dispatch on the selector, then the fragments, with
//! guards of the unit branching straight to the unit's bridges and jumps to its
//! labels as real control flow.
//!
//! ```text
//!   entry(selector)
//!     ├─ point 0: entry of fragment 0 ──► … label ⟲ jump
//!     │                                      guard ──► bridge (values in registers) ──► label
//!     ├─ point 1: bridge from outside: reload inputs ──► …
//!     └─ point n: label: reload its operands ──► label          (cold)
//! ```

use super::Compiler;
use super::exits::{Pending, Stubs, code_signature};
use super::lower::{Frag, LabelBlocks, Lower, cl_type};
use super::slots::{Layout, Slots};
use crate::backend::link::Key;
use crate::backend::plan::Plan;
use crate::backend::{CompileError, ExitId, Unit};
use crate::ir::{LabelId, Op, OpRef, TraceId, Ty};
use crate::vm::VmCore;
use cranelift_codegen::ir::{
    Block, BlockArg, InstBuilder, MemFlagsData, Type, UserFuncName, Value,
    condcodes::IntCC,
    types::{I8, I64},
};
use cranelift_frontend::{FunctionBuilder, Switch};
use hashbrown::HashMap;
use std::mem::offset_of;

/// Builds the unit's function in `compiler.context`. `invalid` is the address of
/// the word that `guard_valid` reads. Returns where each exit's values will be.
pub(super) fn build(
    compiler: &mut Compiler,
    stubs: &Stubs,
    slots: &mut Slots,
    unit: &Unit,
    plan: &Plan,
    invalid: u64,
) -> Result<Vec<(ExitId, Option<Layout>)>, CompileError> {
    let native = compiler.native_call_conv();
    compiler.context.clear();
    compiler.context.func.signature = code_signature();
    compiler.context.func.name = UserFuncName::user(0, 1);
    let mut b = FunctionBuilder::new(&mut compiler.context.func, &mut compiler.builder);
    let entry = b.create_block();
    b.append_block_params_for_function_params(entry);
    b.switch_to_block(entry);
    let selector = b.block_params(entry)[0];
    let mut lower = Lower::new(b, unit, plan, stubs, slots, native, invalid);
    lower.create_labels();
    let entries: HashMap<TraceId, Block> = lower.create_entries();
    lower.entries = entries;
    lower.hoist_float_constants();
    let points = lower.dispatch(selector);
    for (point, block) in plan.points.iter().zip(points) {
        lower.b.switch_to_block(block);
        match point.key {
            Key::Entry(trace) => {
                let target = lower.entries[&trace];
                let frame = lower.vm_load(offset_of!(VmCore, frame));
                lower.b.ins().jump(target, &[frame.into()]);
                lower.b.switch_to_block(target);
                let inputs = lower.b.block_params(target).to_vec();
                lower.fragment(point.fragment, &inputs)?;
            }
            Key::Exit(exit) => {
                let inputs = &unit.fragments[point.fragment].trace.inputs;
                let layout = lower.slots.layout(exit);
                let inputs = lower.reload(inputs, layout.as_deref());
                lower.fragment(point.fragment, &inputs)?;
            }
            Key::Label(label) => lower.label_point(label),
        }
        lower.pending_bridges()?;
    }
    lower.emit_exit_tail();
    let layouts = std::mem::take(&mut lower.layouts);
    lower.b.seal_all_blocks();
    lower.b.finalize(compiler.isa.frontend_config());
    Ok(layouts)
}

impl Lower<'_, '_> {
    fn create_labels(&mut self) {
        let unit = self.unit;
        for fragment in &unit.fragments {
            let labels = fragment.trace.insts.iter().filter(|i| i.op == Op::Label);
            for inst in labels {
                let crate::ir::Descr::Label(label) = inst.descr else {
                    continue;
                };
                let types: Vec<Type> = (inst.args.iter())
                    .map(|arg| cl_type(fragment.trace.types[arg.index()]))
                    .collect();
                let outer = self.block_with(types.iter().copied());
                let head = &self.plan.loops[&label];
                let varying = head.varying.iter().map(|i| types[*i]);
                let inner = head.turns.then(|| self.block_with(varying));
                self.labels.insert(label, LabelBlocks { outer, inner });
            }
        }
    }

    fn block_with(&mut self, params: impl Iterator<Item = Type>) -> Block {
        let block = self.b.create_block();
        for ty in params {
            self.b.append_block_param(block, ty);
        }
        block
    }

    fn create_entries(&mut self) -> HashMap<TraceId, Block> {
        let mut entries = HashMap::new();
        for point in &self.plan.points {
            if let Key::Entry(trace) = point.key {
                let block = self.b.create_block();
                self.b.append_block_param(block, I64);
                entries.insert(trace, block);
            }
        }
        entries
    }

    /// Branches on the selector; returns the block of each point.
    fn dispatch(&mut self, selector: Value) -> Vec<Block> {
        let points: Vec<Block> = (self.plan.points.iter())
            .map(|point| match point.key {
                Key::Label(_) => self.cold_block(),
                _ => self.b.create_block(),
            })
            .collect();
        match points[..] {
            [] => {
                // Nothing can come in: a unit of unreachable fragments.
                self.b.ins().return_(&[selector]);
            }
            [only] => {
                self.b.ins().jump(only, &[]);
            }
            [first, second] => {
                let other = self.b.ins().icmp_imm_s(IntCC::NotEqual, selector, 0);
                self.b.ins().brif(other, second, &[], first, &[]);
            }
            _ => {
                let mut switch = Switch::new();
                for (i, block) in points.iter().enumerate().skip(1) {
                    switch.set_entry(i as u128, *block);
                }
                switch.emit(&mut self.b, selector, points[0]);
            }
        }
        points
    }

    /// Loads values of these types from the exit buffer: from these places, or in order.
    fn reload(&mut self, types: &[Ty], places: Option<&[u16]>) -> Vec<Value> {
        if types.is_empty() {
            return Vec::new();
        }
        let flags = MemFlagsData::trusted();
        let buffer = self.vm_load(offset_of!(VmCore, exit_buffer));
        let load = |(i, ty): (usize, &Ty)| {
            let at = places.map_or(i, |places| places[i] as usize) as i32 * 8;
            match cl_type(*ty) {
                I8 => {
                    // Booleans are stored as whole words.
                    let word = self.b.ins().load(I64, flags, buffer, at);
                    self.b.ins().ireduce(I8, word)
                }
                ty => self.b.ins().load(ty, flags, buffer, at),
            }
        };
        types.iter().enumerate().map(load).collect()
    }

    /// A label entered from another unit.
    fn label_point(&mut self, label: LabelId) {
        let place = self.plan.labels[&label];
        let trace = self.unit.fragments[place.fragment].trace;
        let types: Vec<Ty> = (trace.insts[place.at].args.iter())
            .map(|a| trace.types[a.index()])
            .collect();
        let args: Vec<BlockArg> = self
            .reload(&types, None)
            .into_iter()
            .map(Into::into)
            .collect();
        let block = self.labels[&label].outer;
        self.b.ins().jump(block, &args);
    }

    fn pending_bridges(&mut self) -> Result<(), CompileError> {
        while let Some(Pending {
            fragment,
            block,
            values,
        }) = self.pending.pop()
        {
            self.b.switch_to_block(block);
            self.fragment(fragment, &values)?;
        }
        Ok(())
    }

    /// Lowers a fragment at the current position.
    fn fragment(&mut self, index: usize, inputs: &[Value]) -> Result<(), CompileError> {
        let fragment = &self.unit.fragments[index];
        self.frag = Frag::new(index, fragment);
        let count = fragment.trace.inputs.len();
        for (value, input) in self.frag.values.iter_mut().zip(&inputs[..count]) {
            *value = (*input).into();
        }
        let trace = fragment.trace;
        let mut live = true;
        for (at, inst) in trace.insts.iter().enumerate() {
            self.frag.at = at;
            if !live && inst.op != Op::Label {
                return Err(CompileError::Malformed(
                    "operations after the end of a fragment",
                ));
            }
            self.inst(inst, live)?;
            live = !inst.op.is_terminal();
        }
        if live {
            return Err(CompileError::Malformed("a fragment does not end"));
        }
        self.emit_exits();
        Ok(())
    }

    /// Float constants are loads: where the unit has a loop they are made once, on
    /// entry, and stay in registers if there is room.
    fn hoist_float_constants(&mut self) {
        const HOISTED_MAX: usize = 8;
        if self.labels.is_empty() {
            return;
        }
        let unit = self.unit;
        for fragment in &unit.fragments {
            for inst in &fragment.trace.insts {
                for &arg in &inst.args {
                    let constant = arg != OpRef::NONE && arg.is_const();
                    if !constant || fragment.trace.ty(arg) != Ty::Float {
                        continue;
                    }
                    let bits = fragment.trace.consts[arg.const_index()].bits;
                    if self.floats.len() < HOISTED_MAX && !self.floats.contains_key(&bits) {
                        let value = self.f64const(bits);
                        self.floats.insert(bits, value);
                    }
                }
            }
        }
    }
}
