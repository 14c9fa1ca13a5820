//! The order of things for each kind of trace.

use super::state::{ExportedLabel, Knowledge};
use super::unroll::{Assume, Draft};
use super::walk::{Abs, Walk, Walked};
use super::{OptEnv, OptError, OptResult, Stage};
use crate::ir::{Descr, Inst, LabelId, Op, Trace, Ty, verify};
use std::rc::Rc;

/// A loop: prologue and first iteration, then the specialised body.
pub(super) fn peeled(
    trace: &Trace,
    label: usize,
    knowledge: Option<&Knowledge>,
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    let rounds = env.options.rounds_max;
    let id = env.fresh_label();
    let mut w = start(trace, knowledge, env);
    let entry = w.prologue(label)?;
    w.st.heap.written.clear();
    w.st.heap.shapes_written = false;
    let body = &trace.insts[label + 1..];
    let end = w.body(body)?;
    let mut assume = Assume::default();
    let saved = w.save();
    for round in 1..=rounds {
        assume.last_round = round == rounds;
        let recorded = label_of(&trace.insts[label]);
        let (mut draft, slots) = w.open_label(recorded, id, &entry, &end, &assume);
        w.bind_label(&trace.insts[label], &slots);
        w.carried = Some((recorded, draft.carried()));
        let end = w.body(body)?;
        if w.close_loop(&mut draft, &end, &mut assume) {
            return Ok(w.finish(Some(draft)));
        }
        w.restore(&saved);
    }
    Err(OptError::Unstable)
}

/// A loop without peeling: the label takes the slots as they were recorded.
pub(super) fn plain_loop(
    trace: &Trace,
    label: usize,
    knowledge: Option<&Knowledge>,
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    let id = env.fresh_label();
    let mut w = start(trace, knowledge, env);
    let entry = w.prologue(label)?;
    let mut assume = Assume::nothing();
    let recorded = label_of(&trace.insts[label]);
    let (mut draft, slots) = w.open_label(recorded, id, &[], &entry, &assume);
    w.bind_label(&trace.insts[label], &slots);
    let end = w.body(&trace.insts[label + 1..])?;
    if !w.close_loop(&mut draft, &end, &mut assume) {
        return Err(OptError::Unstable);
    }
    Ok(w.finish(Some(draft)))
}

/// A root that is no loop: a label behind its beginning takes the slots as they
/// were recorded, for those who come with them.
pub(super) fn entry(
    trace: &Trace,
    label: usize,
    targets: &[Rc<ExportedLabel>],
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    let id = env.fresh_label();
    let mut w = start(trace, None, env);
    let entry = w.prologue(label)?;
    let recorded = label_of(&trace.insts[label]);
    let (draft, slots) = w.open_label(recorded, id, &[], &entry, &Assume::nothing());
    w.bind_label(&trace.insts[label], &slots);
    w.through(&trace.insts[label + 1..], targets, None)?;
    Ok(w.finish(Some(draft)))
}

/// A bridge: one way through.
pub(super) fn straight(
    trace: &Trace,
    knowledge: Option<&Knowledge>,
    targets: &[Rc<ExportedLabel>],
    env: &mut OptEnv<'_>,
) -> Result<OptResult, OptError> {
    let mut w = start(trace, knowledge, env);
    let avoid = knowledge.and_then(|k| k.avoid);
    w.through(&trace.insts, targets, avoid)?;
    Ok(w.finish(None))
}

fn start<'a, 'e>(
    trace: &'a Trace,
    knowledge: Option<&Knowledge>,
    env: &'a mut OptEnv<'e>,
) -> Walk<'a, 'e> {
    let mut w = Walk::new(trace, env);
    if let Some(knowledge) = knowledge {
        w.import_knowledge(knowledge);
    }
    w
}

fn label_of(inst: &Inst) -> LabelId {
    match inst.descr {
        Descr::Label(label) => label,
        _ => unreachable!("{} has a label", inst.op.name()),
    }
}

impl Walk<'_, '_> {
    /// Walks up to the label at position `label`; returns the slots given to it.
    fn prologue(&mut self, label: usize) -> Walked<Vec<Abs>> {
        let insts = &self.src.insts;
        let jump = &insts[label - 1];
        self.walk(&insts[..label - 1])?;
        if jump.op != Op::Jump || jump.descr != insts[label].descr {
            return Err(OptError::NoMatch);
        }
        self.drop_overtaken(jump.snapshot);
        let slots: Vec<Abs> = jump.args.iter().map(|a| self.operand(*a)).collect();
        self.bind_label(&insts[label], &slots);
        Ok(slots)
    }

    /// Gives the operands of a recorded label their values.
    fn bind_label(&mut self, label: &Inst, slots: &[Abs]) {
        for (param, abs) in label.args.iter().zip(slots) {
            self.map[param.index()] = *abs;
        }
    }

    /// Walks a loop body; returns the slots at its final jump.
    fn body(&mut self, insts: &[Inst]) -> Walked<Vec<Abs>> {
        let (jump, rest) = insts.split_last().ok_or(OptError::NoMatch)?;
        self.walk(rest)?;
        self.drop_overtaken(jump.snapshot);
        Ok(jump.args.iter().map(|a| self.operand(*a)).collect())
    }

    /// Walks straight code and the operation that ends the trace.
    fn through(
        &mut self,
        insts: &[Inst],
        targets: &[Rc<ExportedLabel>],
        avoid: Option<LabelId>,
    ) -> Walked<()> {
        let (last, rest) = insts.split_last().ok_or(OptError::NoMatch)?;
        self.walk(rest)?;
        match last.op {
            Op::Jump => self.jump_out(last, targets, avoid)?,
            Op::Exit => {
                self.emit_guard(Op::Exit, &[], Descr::None, last.snapshot)?;
            }
            Op::Enter | Op::Goto => {
                let frame = self.real(last.args[0]);
                self.flush_all();
                self.emit(last.op, Ty::Void, &[frame], last.descr, None);
            }
            op => unreachable!("{} is not terminal", op.name()),
        }
        Ok(())
    }

    /// Walks straight code. A label that is reached only from just before it is
    /// no border.
    fn walk(&mut self, insts: &[Inst]) -> Walked<()> {
        let mut at = 0;
        while at < insts.len() {
            let inst = &insts[at];
            match inst.op {
                Op::Jump => {
                    let Some(label) = insts.get(at + 1).filter(|l| l.descr == inst.descr) else {
                        return Err(OptError::NoMatch);
                    };
                    let slots: Vec<Abs> = inst.args.iter().map(|a| self.operand(*a)).collect();
                    self.bind_label(label, &slots);
                    at += 1;
                }
                Op::Label => return Err(OptError::NoMatch),
                _ => self.step(inst)?,
            }
            at += 1;
        }
        Ok(())
    }

    /// Jumps into the version of the target that costs the fewest guards.
    fn jump_out(
        &mut self,
        jump: &Inst,
        targets: &[Rc<ExportedLabel>],
        avoid: Option<LabelId>,
    ) -> Walked<()> {
        let recorded = label_of(jump);
        self.drop_overtaken(jump.snapshot);
        let slots: Vec<Abs> = jump.args.iter().map(|a| self.operand(*a)).collect();
        let saved = self.save();
        let mut best: Option<(usize, &Rc<ExportedLabel>)> = None;
        let fitting = |t: &&Rc<ExportedLabel>| t.recorded == recorded && avoid != Some(t.label);
        for target in targets.iter().filter(fitting) {
            let fits = self.enter_label(target, &slots, jump.snapshot);
            let cost = self.out.insts.len();
            self.restore(&saved);
            if fits.is_ok() && best.is_none_or(|b| cost < b.0) {
                best = Some((cost, target));
            }
        }
        let (_, target) = best.ok_or(OptError::NoMatch)?;
        self.enter_label(target, &slots, jump.snapshot)
    }

    /// The finished result.
    fn finish(mut self, draft: Option<Draft>) -> OptResult {
        let mut stages = Vec::new();
        if self.options.stages {
            stages.push(Stage {
                name: "recorded",
                text: self.src.to_string(),
            });
            stages.push(Stage {
                name: "optimised",
                text: self.out.to_string(),
            });
        }
        let done = self.assemble(draft.as_ref());
        let labels = draft
            .iter()
            .map(|d| Rc::new(self.export_label(d, &done.params)));
        let labels = labels.collect();
        if self.options.stages {
            stages.push(Stage {
                name: "used",
                text: done.trace.to_string(),
            });
        }
        debug_assert_eq!(
            verify::verify_optimised(&done.trace),
            Ok(()),
            "optimised trace:\n{}",
            done.trace
        );
        OptResult {
            trace: done.trace,
            labels,
            knowledge: done.knowledge,
            stages,
        }
    }
}
