//! Calls: what they see, and what they may change.
//!
//! A call performs the delayed stores that it may see and makes the walk forget
//! what it may change; both by the native's declared effects. Changes
//! of the frame depth wait for an opaque call, or for the end of the trace, and are summed.
//! A look-up gives its earlier result while nothing that it reads was written,
//! within a section: label states do not mention them.

use super::heap::LookupEntry;
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Args, Descr, Inst, Op, Tag, Ty};
use crate::native::{Effects, group};
use crate::vm::REG_PENDING;

impl Walk<'_, '_> {
    pub fn step_add_depth(&mut self, inst: &Inst) {
        let by = self.real(inst.args[0]);
        match self.int_bits(by) {
            Some(n) if self.options.heap => self.st.depth += n as i32,
            _ => {
                self.emit(Op::AddDepth, Ty::Void, &[by], Descr::None, None);
            }
        }
    }

    pub fn flush_depth(&mut self) {
        if self.st.depth != 0 {
            let by = self.const_int(self.st.depth as i64);
            self.emit(Op::AddDepth, Ty::Void, &[by], Descr::None, None);
            if let Some(seen) = &mut self.st.depth_seen {
                *seen -= self.st.depth;
            }
            self.st.depth = 0;
        }
    }

    // ------------------------------------------------------------------- calls

    pub fn step_call(&mut self, inst: &Inst) -> Walked<Abs> {
        let Descr::Native(native) = inst.descr else {
            unreachable!("call has a native")
        };
        let args: Args = inst.args.iter().map(|a| self.real(*a)).collect();
        let effects = native.effects;
        if effects.pure {
            return Ok(Abs::Op(self.pure_call(
                Op::Call,
                Ty::Val,
                &args,
                inst.descr,
            )));
        }
        if effects.lookup
            && self.options.pure
            && let Some(result) = self.st.heap.find_lookup(native, &args)
        {
            return Ok(Abs::Op(self.resolve_op(result)));
        }
        self.before_call(&effects);
        let result = self.emit(Op::Call, Ty::Val, &args, inst.descr, None);
        self.after_call(&effects);
        if effects.lookup {
            self.st.heap.lookups.push(LookupEntry {
                native,
                args,
                result,
            });
        }
        if !effects.raises {
            self.fact_mut(result).not_raised = true;
        }
        Ok(Abs::Op(result))
    }

    /// Makes memory show what the call may see.
    fn before_call(&mut self, effects: &Effects) {
        if effects.opaque {
            self.flush_all();
            return;
        }
        self.flush_regs(effects.regs);
        let seen = effects.reads | effects.writes;
        self.flush_where(|_, p| group(p.field.layout) & seen != 0);
    }

    /// Forgets what the call may have changed.
    fn after_call(&mut self, effects: &Effects) {
        for (reg, known) in self.st.regs.iter_mut().enumerate() {
            if effects.regs >> reg & 1 != 0 {
                *known = None;
            }
        }
        if effects.raises && !effects.opaque {
            // What the register held before is nobody's: an exception is taken where it arrives.
            self.st.regs[REG_PENDING as usize] = None;
            self.st.regs_dirty &= !(1 << REG_PENDING);
        }
        if effects.writes == 0 && !effects.opaque {
            return;
        }
        let writes = if effects.opaque { !0 } else { effects.writes };
        let heap = &mut self.st.heap;
        heap.forget_lookups(writes);
        heap.frame_epoch += 1;
        heap.version += 1;
        for class in &mut heap.classes {
            if !class.immutable && group(class.key.layout) & writes != 0 {
                class.entries.clear();
            }
        }
        let mut shapes = std::mem::take(&mut self.st.heap.shapes);
        shapes.retain(|s| match self.tag(s.object) {
            Some(Tag(layout)) if Tag(layout).is_heap() => group(layout) & writes == 0,
            _ => false,
        });
        self.st.heap.shapes = shapes;
    }
}
