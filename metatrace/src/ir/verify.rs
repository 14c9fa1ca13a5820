//! Well-formedness of traces. Runs after every stage in debug builds.
//!
//! 1. Every value is defined once, before its use; result numbers are dense.
//! 2. Operands have the types of the operation's row. An Int operand may be
//!    given a Val (a guard or a declared field said that it is a fixnum).
//! 3. The descriptor has the form that the operation needs; a load's result
//!    type is that of its field.
//! 4. Guards and exits have a snapshot; of the others only a jump may have one.
//! 5. Snapshots name defined values, frames and virtual objects of their own.
//! 6. The last instruction is terminal; after a terminal one comes a label.
//! 7. A jump to a label of the same trace gives it operands of its types.
//! 8. With [`verify_optimised`]: after a label, only values defined since that
//!    label (its operands included) and constants are used.

use super::ops::Op;
use super::print::PrintInst;
use super::trace::{Descr, Inst, SnapVal, Snapshot, Trace};
use super::types::{OpRef, Ty};

/// Checks rules 1 to 7; the error quotes the instruction.
pub fn verify(trace: &Trace) -> Result<(), String> {
    Verifier::new(trace).run(false)
}

/// Checks all rules.
pub fn verify_optimised(trace: &Trace) -> Result<(), String> {
    Verifier::new(trace).run(true)
}

struct Verifier<'a> {
    trace: &'a Trace,
    /// Per value: the section (number of labels seen) that defines it, plus 1.
    defined: Vec<u32>,
    section: u32,
    closed: bool,
}

impl<'a> Verifier<'a> {
    fn new(trace: &'a Trace) -> Self {
        Verifier {
            trace,
            defined: vec![0; trace.values as usize],
            section: 1,
            closed: false,
        }
    }

    fn run(mut self, closed: bool) -> Result<(), String> {
        let trace = self.trace;
        self.closed = closed;
        if trace.types.len() != trace.values as usize {
            return Err("types and values differ in number".into());
        }
        for i in 0..trace.inputs.len() {
            self.defined[i] = self.section;
        }
        let mut after_terminal = false;
        for inst in &trace.insts {
            if after_terminal && inst.op != Op::Label {
                return Err(self.quote(inst, "follows a terminal instruction".into()));
            }
            self.inst(inst).map_err(|e| self.quote(inst, e))?;
            after_terminal = inst.op.is_terminal();
        }
        if after_terminal {
            Ok(())
        } else {
            Err("the trace does not end in a terminal instruction".into())
        }
    }

    fn quote(&self, inst: &Inst, error: String) -> String {
        let trace = self.trace;
        format!("{error}: `{}`", PrintInst { trace, inst })
    }

    fn inst(&mut self, inst: &Inst) -> Result<(), String> {
        if inst.op == Op::Label {
            self.section += 1;
            for arg in &inst.args {
                self.define(*arg)?;
            }
        } else {
            for arg in &inst.args {
                self.used(*arg)?;
            }
        }
        self.types(inst)?;
        self.descr(inst)?;
        match inst.snapshot {
            Some(id) => {
                if !inst.op.has_snapshot() && inst.op != Op::Jump {
                    return Err("has a snapshot".into());
                }
                let snapshot = self.trace.snapshots.get(id.index());
                self.snapshot(snapshot.ok_or("snapshot out of range")?)?;
            }
            None if inst.op.has_snapshot() => return Err("has no snapshot".into()),
            None => {}
        }
        self.define(inst.result)
    }

    fn define(&mut self, value: OpRef) -> Result<(), String> {
        if value.is_const() || value.index() >= self.defined.len() {
            return Err(format!("{value:?} is no value number"));
        }
        if self.defined[value.index()] != 0 {
            return Err(format!("{value:?} is defined twice"));
        }
        self.defined[value.index()] = self.section;
        Ok(())
    }

    fn used(&self, value: OpRef) -> Result<(), String> {
        if value == OpRef::NONE {
            return Err("operand missing".into());
        }
        if value.is_const() {
            if value.const_index() >= self.trace.consts.len() {
                return Err(format!("constant {value:?} out of range"));
            }
            return Ok(());
        }
        match self.defined.get(value.index()) {
            None | Some(0) => Err(format!("{value:?} is used before its definition")),
            Some(section) if self.closed && *section != self.section => {
                Err(format!("{value:?} is defined before the label"))
            }
            Some(_) => Ok(()),
        }
    }

    fn types(&self, inst: &Inst) -> Result<(), String> {
        let params = inst.op.params();
        if matches!(inst.op, Op::Label | Op::Jump | Op::Call | Op::CallFloat) {
            return Ok(());
        }
        if params.len() != inst.args.len() {
            return Err(format!("wants {} operands", params.len()));
        }
        for (i, (param, arg)) in params.iter().zip(&inst.args).enumerate() {
            let given = self.trace.ty(*arg);
            let stored = matches!(inst.op, Op::Store | Op::StoreItem) && i == params.len() - 1;
            let wanted = match inst.descr {
                Descr::Field(field) if stored => Ty::of_kind(field.kind),
                Descr::Items(items) if stored => Ty::of_kind(items.kind),
                _ => *param,
            };
            let refined = wanted == Ty::Int && given == Ty::Val;
            if !wanted.accepts(given) && !refined {
                let (wanted, given) = (wanted.name(), given.name());
                return Err(format!("operand {i} is {given}, not {wanted}"));
            }
        }
        Ok(())
    }

    fn descr(&self, inst: &Inst) -> Result<(), String> {
        let fits = match inst.op {
            Op::Load => {
                matches!(inst.descr, Descr::Field(f) if Ty::of_kind(f.kind).accepts(inst.ty))
            }
            Op::LoadItem => {
                matches!(inst.descr, Descr::Items(i) if Ty::of_kind(i.kind).accepts(inst.ty))
            }
            Op::Store => matches!(inst.descr, Descr::Field(_)),
            Op::StoreItem => matches!(inst.descr, Descr::Items(_)),
            Op::New | Op::NewItems => matches!(inst.descr, Descr::Layout { .. }),
            Op::GuardTag | Op::IsTag => matches!(inst.descr, Descr::Tag(_)),
            Op::GuardShape | Op::StoreShape => matches!(inst.descr, Descr::Shape(_)),
            Op::GuardValue => {
                if !inst.args[1].is_const() {
                    return Err("compares with no constant".into());
                }
                inst.descr == Descr::None
            }
            Op::Call | Op::CallFloat => matches!(inst.descr, Descr::Native(_)),
            Op::Label => matches!(inst.descr, Descr::Label(_)),
            Op::Jump => return self.jump(inst),
            Op::Enter => matches!(inst.descr, Descr::Trace(_)),
            Op::Goto => matches!(inst.descr, Descr::Arrival { .. }),
            Op::LoadReg | Op::StoreReg => matches!(inst.descr, Descr::Reg(_)),
            Op::Note => matches!(inst.descr, Descr::Token(_)),
            _ => inst.descr == Descr::None,
        };
        if fits {
            Ok(())
        } else {
            Err("descriptor does not fit".into())
        }
    }

    fn jump(&self, inst: &Inst) -> Result<(), String> {
        let Descr::Label(_) = inst.descr else {
            return Err("descriptor does not fit".into());
        };
        let label = |i: &&Inst| i.op == Op::Label && i.descr == inst.descr;
        let Some(label) = self.trace.insts.iter().find(label) else {
            return Ok(());
        };
        if label.args.len() != inst.args.len() {
            return Err(format!("the label has {} operands", label.args.len()));
        }
        for (param, arg) in label.args.iter().zip(&inst.args) {
            let (wanted, given) = (self.trace.ty(*param), self.trace.ty(*arg));
            let refined = wanted == Ty::Int && given == Ty::Val;
            if !wanted.accepts(given) && !refined {
                let (wanted, given) = (wanted.name(), given.name());
                return Err(format!("gives {arg:?}: {given} for {param:?}: {wanted}"));
            }
        }
        Ok(())
    }

    fn snapshot(&self, snapshot: &Snapshot) -> Result<(), String> {
        let value = |v: SnapVal| match v {
            SnapVal::Op(op) => self.used(op),
            SnapVal::Virtual(i) if (i as usize) < snapshot.virtuals.len() => Ok(()),
            SnapVal::Virtual(i) => Err(format!("no virtual ${i}")),
        };
        let mut next = snapshot.frame;
        while let Some(id) = next {
            let frame = self.trace.frames.get(id.index()).ok_or("no such frame")?;
            frame
                .object
                .into_iter()
                .chain(frame.aux)
                .try_for_each(value)?;
            frame.slots.iter().try_for_each(|s| value(s.1))?;
            next = frame.parent;
        }
        snapshot.log.iter().try_for_each(|v| value(*v))?;
        snapshot.regs.iter().try_for_each(|r| value(r.1))?;
        let mut fields = snapshot.virtuals.iter().flat_map(|o| &o.fields);
        fields.try_for_each(|f| value(f.1))?;
        for store in &snapshot.stores {
            value(store.object)?;
            value(store.value)?;
        }
        snapshot.extra.iter().try_for_each(|v| self.used(*v))?;
        if snapshot.log.len() > snapshot.log_len as usize {
            return Err("the log is longer than its count".into());
        }
        Ok(())
    }
}
