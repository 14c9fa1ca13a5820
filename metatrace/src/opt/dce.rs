//! The last pass, backwards: drops what nobody uses and numbers the rest.
//!
//! Kept are guards, stores, impure calls and control; and of the other
//! operations those whose results these need, in operands or snapshots. An
//! operand of the loop's label is kept when the body needs it for more than
//! handing it on. Values from before the label that the body needs become
//! operands too, so that after a label only its own values are used.

use super::snapshot::Proto;
use super::state::{Knowledge, ValueFact};
use super::unroll::Draft;
use super::walk::Walk;
use crate::ir::{
    Args, Class, Descr, FrameSnapId, Inst, Op, OpRef, SnapVal, Snapshot, SnapshotId, Trace,
};
use std::rc::Rc;

/// Invariants that an exit carries for its bridge, at most.
const EXTRA_MAX: usize = 24;

/// The finished trace.
pub(super) struct Assembled {
    pub trace: Trace,
    pub knowledge: Vec<Option<Rc<Knowledge>>>,
    /// Operands of the label, by their numbers in the walk.
    pub params: Vec<OpRef>,
}

/// Which values of a walk's output are needed.
struct Liveness<'w> {
    out: &'w Trace,
    live: Vec<bool>,
    frames: Vec<bool>,
    keep_all: bool,
}

impl Liveness<'_> {
    fn mark(&mut self, value: OpRef) {
        if !value.is_const() && value != OpRef::NONE {
            self.live[value.index()] = true;
        }
    }

    /// Marks what the instructions need, last first.
    fn scan(&mut self, insts: &[Inst]) {
        for inst in insts.iter().rev() {
            if self.keep_all || !is_removable(inst) || self.live[inst.result.index()] {
                self.live[inst.result.index()] = true;
                for arg in &inst.args {
                    self.mark(*arg);
                }
                if let Some(id) = inst.snapshot {
                    self.snapshot(id);
                }
            }
        }
    }

    fn snapshot(&mut self, id: SnapshotId) {
        let out = self.out;
        let s = out.snapshot(id);
        let mut next = s.frame;
        while let Some(id) = next {
            // Values of a frame that was seen are marked already.
            if std::mem::replace(&mut self.frames[id.index()], true) {
                break;
            }
            let frame = &out.frames[id.index()];
            let values = frame.object.into_iter().chain(frame.aux);
            for v in values.chain(frame.slots.iter().map(|s| s.1)) {
                self.snap(v);
            }
            next = frame.parent;
        }
        s.log.iter().for_each(|v| self.snap(*v));
        s.regs.iter().for_each(|r| self.snap(r.1));
        let fields = s.virtuals.iter().flat_map(|o| &o.fields);
        fields.for_each(|f| self.snap(f.1));
        for store in &s.stores {
            self.snap(store.object);
            self.snap(store.value);
        }
    }

    fn snap(&mut self, v: SnapVal) {
        if let SnapVal::Op(op) = v {
            self.mark(op);
        }
    }
}

fn is_removable(inst: &Inst) -> bool {
    match inst.op.class() {
        Class::Pure | Class::Load | Class::Alloc => true,
        Class::Call => match inst.descr {
            Descr::Native(native) => inst.op == Op::CallFloat || native.effects.pure,
            _ => false,
        },
        Class::Guard | Class::Store | Class::Control => false,
    }
}

impl Walk<'_, '_> {
    /// Turns the output into the finished trace. `draft` is its loop, if it has one.
    pub fn assemble(&mut self, draft: Option<&Draft>) -> Assembled {
        let (live, params) = self.liveness(draft);
        let out = std::mem::take(&mut self.out);
        let mut b = Builder {
            out: &out,
            protos: &self.protos,
            left_out: &self.left_out,
            extra: Vec::new(),
            map: vec![OpRef::NONE; out.values as usize],
            frames: vec![None; out.frames.len()],
            knowledge: Vec::new(),
            trace: Trace {
                consts: out.consts.clone(),
                ..Trace::default()
            },
        };
        for (i, ty) in out.inputs.iter().enumerate() {
            b.map[i] = b.trace.new_value(*ty);
            b.trace.inputs.push(*ty);
        }
        for (at, inst) in out.insts.iter().enumerate() {
            match draft {
                Some(draft) if at + 1 == draft.at => b.jump(inst, &initial(draft, &params)),
                Some(draft) if at == draft.at => {
                    b.label(inst, &params);
                    b.extra = invariants(draft, &params);
                }
                Some(draft)
                    if at + 1 == out.insts.len() && inst.descr == Descr::Label(draft.label) =>
                {
                    b.jump(inst, &next(draft, &params));
                }
                _ if live[inst.result.index()] => b.inst(inst),
                _ => {}
            }
        }
        let (trace, knowledge) = (b.trace, b.knowledge);
        self.out = out;
        Assembled {
            trace,
            knowledge,
            params,
        }
    }

    /// Needed values, and the operands of the label.
    fn liveness(&self, draft: Option<&Draft>) -> (Vec<bool>, Vec<OpRef>) {
        let out = &self.out;
        let mut l = Liveness {
            out,
            live: vec![false; out.values as usize],
            frames: vec![false; out.frames.len()],
            keep_all: !self.options.dce,
        };
        let Some(draft) = draft else {
            l.scan(&out.insts);
            return (l.live, Vec::new());
        };
        let body = &out.insts[draft.at + 1..];
        loop {
            l.scan(body);
            let before = l.live.iter().filter(|x| **x).count();
            for leaf in &draft.leaves {
                if l.live[leaf.param.index()] {
                    l.mark(leaf.next);
                }
            }
            if l.live.iter().filter(|x| **x).count() == before {
                break;
            }
        }
        let mut params: Vec<OpRef> = Vec::new();
        for leaf in &draft.leaves {
            if l.live[leaf.param.index()] {
                params.push(leaf.param);
            }
        }
        // Everything live so far that the body does not define comes from before.
        let first = out.insts[draft.at].result.index();
        for value in 0..first {
            if l.live[value] {
                params.push(OpRef(value as u32));
            }
        }
        for leaf in &draft.leaves {
            if l.live[leaf.param.index()] {
                l.mark(leaf.init);
            }
        }
        l.scan(&out.insts[..draft.at - 1]);
        (l.live, params)
    }
}

/// Operands of the label that never change.
fn invariants(draft: &Draft, params: &[OpRef]) -> Vec<(OpRef, ValueFact)> {
    let changes = |p: &OpRef| draft.leaves.iter().any(|l| l.param == *p);
    let fixed = params.iter().filter(|p| !changes(p)).take(EXTRA_MAX);
    fixed.map(|p| (*p, draft.invariant_fact(*p))).collect()
}

/// Operands of the jump that first reaches the label.
fn initial(draft: &Draft, params: &[OpRef]) -> Vec<OpRef> {
    let value = |p: &OpRef| match draft.leaves.iter().find(|l| l.param == *p) {
        Some(leaf) => leaf.init,
        None => *p,
    };
    params.iter().map(value).collect()
}

/// Operands of the jump at the back edge.
fn next(draft: &Draft, params: &[OpRef]) -> Vec<OpRef> {
    let value = |p: &OpRef| match draft.leaves.iter().find(|l| l.param == *p) {
        Some(leaf) if leaf.next != OpRef::NONE => leaf.next,
        _ => *p,
    };
    params.iter().map(value).collect()
}

/// Copies live instructions with new numbers.
struct Builder<'w> {
    out: &'w Trace,
    protos: &'w [Proto],
    left_out: &'w [Vec<OpRef>],
    /// Invariants of the loop, which its exits hand to their bridges, with what is known of them.
    extra: Vec<(OpRef, ValueFact)>,
    /// New number of a value, in the current section.
    map: Vec<OpRef>,
    frames: Vec<Option<FrameSnapId>>,
    knowledge: Vec<Option<Rc<Knowledge>>>,
    trace: Trace,
}

impl Builder<'_> {
    fn value(&self, v: OpRef) -> OpRef {
        if v.is_const() || v == OpRef::NONE {
            return v;
        }
        let new = self.map[v.index()];
        debug_assert!(new != OpRef::NONE, "{v:?} is used but not live");
        new
    }

    fn snap(&self, v: SnapVal) -> SnapVal {
        match v {
            SnapVal::Op(op) => SnapVal::Op(self.value(op)),
            SnapVal::Virtual(_) => v,
        }
    }

    fn inst(&mut self, inst: &Inst) {
        let args: Args = inst.args.iter().map(|a| self.value(*a)).collect();
        let snapshot = inst.snapshot.map(|id| self.snapshot(id));
        let result = self
            .trace
            .push(inst.op, inst.ty, &args, inst.descr, snapshot);
        self.map[inst.result.index()] = result;
    }

    fn jump(&mut self, inst: &Inst, values: &[OpRef]) {
        let args: Args = values.iter().map(|v| self.value(*v)).collect();
        self.trace.push(inst.op, inst.ty, &args, inst.descr, None);
    }

    /// Defines the label's operands; earlier values are out of reach from here on.
    fn label(&mut self, inst: &Inst, params: &[OpRef]) {
        let mut args = Args::new();
        self.map.fill(OpRef::NONE);
        for param in params {
            let new = self.trace.new_value(self.out.ty(*param));
            self.map[param.index()] = new;
            args.push(new);
        }
        self.frames.fill(None);
        self.trace.push(inst.op, inst.ty, &args, inst.descr, None);
    }

    fn snapshot(&mut self, id: SnapshotId) -> SnapshotId {
        let old = self.out.snapshot(id);
        let frame = old.frame.map(|f| self.frame(f));
        let mut new = Snapshot {
            frame,
            ..old.clone()
        };
        for v in &mut new.log {
            *v = self.snap(*v);
        }
        for (_, v) in &mut new.regs {
            *v = self.snap(*v);
        }
        for object in &mut new.virtuals {
            for (_, v) in &mut object.fields {
                *v = self.snap(*v);
            }
        }
        for store in &mut new.stores {
            store.object = self.snap(store.object);
            store.value = self.snap(store.value);
        }
        let mut values = self.out.exit_values(id);
        let mut next = old.frame;
        let mut extra: Vec<OpRef> = Vec::new();
        while let Some(id) = next {
            // Live ones only, and in a loop only those that it has.
            let there = |v: &&OpRef| self.map[v.index()] != OpRef::NONE;
            extra.extend(self.left_out[id.index()].iter().filter(there));
            next = self.out.frames[id.index()].parent;
        }
        extra.truncate(EXTRA_MAX);
        extra.extend(self.extra.iter().map(|e| e.0));
        for value in extra {
            if !values.contains(&value) {
                values.push(value);
                new.extra.push(self.value(value));
            }
        }
        let knowledge = self.protos[id.index()].finish(self.out, &values, &self.extra);
        self.knowledge.push(Some(Rc::new(knowledge)));
        self.trace.add_snapshot(new)
    }

    fn frame(&mut self, id: FrameSnapId) -> FrameSnapId {
        if let Some(new) = self.frames[id.index()] {
            return new;
        }
        let mut frame = self.out.frames[id.index()].clone();
        frame.parent = frame.parent.map(|p| self.frame(p));
        frame.object = frame.object.map(|v| self.snap(v));
        frame.aux = frame.aux.map(|v| self.snap(v));
        for (_, v) in &mut frame.slots {
            *v = self.snap(*v);
        }
        let new = self.trace.add_frame(frame);
        self.frames[id.index()] = Some(new);
        new
    }
}
