//! Snapshots of the output: the recorded ones with their values replaced,
//! virtual objects described, delayed stores listed.
//!
//! A slot is left out when memory already holds its value: a loop that does not
//! change a slot neither carries it nor stores it at exits.

use super::heap::ShapeFact;
use super::state::{Knowledge, KnownField, KnownValue, ValueFact};
use super::virtualize::{VirtualKind, word_field};
use super::walk::{Abs, Walk};
use crate::ir::{
    DelayedStore, Descr, FrameSnap, FrameSnapId, Op, OpRef, SnapVal, Snapshot, SnapshotId, Ty,
    VirtualObject,
};
use crate::layout::{FLOAT_BOX, Kind};
use std::rc::Rc;

/// Heap facts that the knowledge of one exit may have.
const KNOWN_FIELDS_MAX: usize = 32;

/// Mapped frames without virtual values: outer frames are shared by many snapshots.
#[derive(Default)]
pub(super) struct FrameMemo {
    mapped: Vec<Option<FrameSnapId>>,
    /// `Heap::frame_epoch` when they were mapped.
    epoch: u32,
}

impl FrameMemo {
    pub fn clear(&mut self) {
        self.mapped.clear();
    }
}

/// A snapshot being built: numbers virtual objects as they are met.
#[derive(Default)]
struct Builder {
    virtuals: Vec<u32>,
    /// A virtual was met since the flag was last reset.
    met: bool,
}

impl Walk<'_, '_> {
    /// Maps a recorded snapshot to the current state.
    pub fn snapshot(&mut self, id: SnapshotId) -> SnapshotId {
        let src = &self.src.snapshots[id.index()];
        let mut b = Builder::default();
        let frame = src.frame.map(|f| self.snap_frame(f, &mut b).0);
        let log = src.log.iter().map(|v| self.snap_slot(*v, &mut b)).collect();
        let mut regs: Vec<(u8, SnapVal)> = src
            .regs
            .iter()
            .map(|(r, v)| (*r, self.snap_slot(*v, &mut b)))
            .collect();
        for reg in 0..crate::vm::REG_COUNT {
            let listed = regs.iter().any(|r| r.0 as usize == reg);
            if self.st.regs_dirty >> reg & 1 != 0
                && !listed
                && let Some(value) = self.st.regs[reg]
            {
                let value = self.snap_abs(value, &mut b);
                regs.push((reg as u8, value));
            }
        }
        let mut stores = Vec::new();
        for s in &src.stores {
            let (object, value) = (
                self.snap_slot(s.object, &mut b),
                self.snap_slot(s.value, &mut b),
            );
            let field = s.field;
            stores.push(DelayedStore {
                object,
                field,
                value,
            });
        }
        for i in 0..self.st.heap.pending.len() {
            let p = self.st.heap.pending[i];
            let (object, value) = (
                self.snap_abs(Abs::Op(p.object), &mut b),
                self.snap_abs(p.value, &mut b),
            );
            stores.push(DelayedStore {
                object,
                field: p.field,
                value,
            });
        }
        // Recorded virtual objects were expanded by `snap_slot`, if there were any.
        let virtuals = self.snap_virtuals(&mut b);
        let snapshot = Snapshot {
            frame,
            log,
            log_tys: src.log_tys.clone(),
            log_len: src.log_len,
            regs,
            virtuals,
            stores,
            depth: src.depth + self.st.depth,
        };
        let id = self.out.add_snapshot(snapshot);
        let knowledge = self.export_knowledge(id);
        self.knowledge.push(Some(Rc::new(knowledge)));
        id
    }

    /// The mapped frame, and whether it has virtual values.
    fn snap_frame(&mut self, id: FrameSnapId, b: &mut Builder) -> (FrameSnapId, bool) {
        if self.frames.epoch != self.st.heap.frame_epoch {
            self.frames.clear();
            self.frames.epoch = self.st.heap.frame_epoch;
        }
        if let Some(Some(mapped)) = self.frames.mapped.get(id.index()) {
            return (*mapped, false);
        }
        let src = &self.src.frames[id.index()];
        let parent = src.parent.map(|p| self.snap_frame(p, b));
        b.met = parent.is_some_and(|p| p.1);
        let object = src.object.map(|v| self.snap_slot(v, b));
        let aux = src.aux.map(|v| self.snap_slot(v, b));
        let mut slots = Vec::with_capacity(src.slots.len());
        for (slot, v) in &src.slots {
            if let (Some(SnapVal::Op(frame)), SnapVal::Op(value)) = (object, *v) {
                let value = self.operand(value);
                if self.slot_is(frame, *slot, value) {
                    continue;
                }
            }
            slots.push((*slot, self.snap_slot(*v, b)));
        }
        let frame = FrameSnap {
            parent: parent.map(|p| p.0),
            object,
            words: src.words,
            token: src.token,
            aux,
            slots,
        };
        let mapped = self.out.add_frame(frame);
        let has_virtuals = b.met;
        if !has_virtuals {
            if self.frames.mapped.len() <= id.index() {
                self.frames.mapped.resize(self.src.frames.len(), None);
            }
            self.frames.mapped[id.index()] = Some(mapped);
        }
        (mapped, has_virtuals)
    }

    /// A recorded value that fills a tagged word.
    fn snap_slot(&mut self, v: SnapVal, b: &mut Builder) -> SnapVal {
        let SnapVal::Op(op) = v else {
            panic!("recorded snapshots have no virtual objects")
        };
        let abs = self.operand(op);
        self.snap_abs(abs, b)
    }

    fn snap_abs(&mut self, abs: Abs, b: &mut Builder) -> SnapVal {
        let abs = self.resolve(abs);
        if let Some(raw) = self.virtual_float(abs) {
            return SnapVal::Op(raw);
        }
        match abs {
            Abs::Virt(v) => self.snap_virtual(v, b),
            Abs::Op(op) => match self.def(op).map(|d| (d.op, d.args.first().copied())) {
                // The exit makes True or False of a raw truth, and boxes a raw float.
                Some((Op::BoolToVal | Op::BoxFloat, Some(raw))) => {
                    SnapVal::Op(self.resolve_op(raw))
                }
                _ => SnapVal::Op(op),
            },
        }
    }

    fn snap_virtual(&mut self, v: u32, b: &mut Builder) -> SnapVal {
        b.met = true;
        let at = b.virtuals.iter().position(|x| *x == v).unwrap_or_else(|| {
            b.virtuals.push(v);
            b.virtuals.len() - 1
        });
        SnapVal::Virtual(at as u32)
    }

    /// Describes the virtual objects met, and those that they refer to.
    fn snap_virtuals(&mut self, b: &mut Builder) -> Vec<VirtualObject> {
        let mut out = Vec::new();
        while out.len() < b.virtuals.len() {
            let object = self.st.virtuals[b.virtuals[out.len()] as usize].clone();
            out.push(match object.kind {
                VirtualKind::Float => {
                    let Abs::Op(raw) = object.fields[0] else {
                        unreachable!("a raw float is never virtual")
                    };
                    let raw = self.resolve_op(raw);
                    VirtualObject {
                        layout: FLOAT_BOX,
                        shape: 0,
                        words: 2,
                        items: None,
                        fields: vec![(1, SnapVal::Op(raw))],
                    }
                }
                VirtualKind::Object {
                    layout,
                    shape,
                    words,
                    items,
                } => {
                    let mut fields = Vec::new();
                    for (word, abs) in object.fields.iter().enumerate().skip(1) {
                        let field = word_field(layout, word as u16);
                        let value = if field.kind == Kind::Val {
                            self.snap_abs(*abs, b)
                        } else {
                            SnapVal::Op(self.force(*abs))
                        };
                        let zero = matches!(value, SnapVal::Op(op) if self.bits(op) == Some(0)
                            && self.out.ty(op) != Ty::Bool && (field.kind != Kind::Val || self.out.ty(op) != Ty::Float));
                        if !zero {
                            fields.push((word as u16, value));
                        }
                    }
                    VirtualObject {
                        layout,
                        shape,
                        words,
                        items,
                        fields,
                    }
                }
            });
        }
        out
    }

    // --------------------------------------------------------------- knowledge

    /// What the bridge of an exit may start from.
    fn export_knowledge(&self, id: SnapshotId) -> Knowledge {
        let values = self.out.exit_values(id);
        let facts = values.iter().map(|v| self.value_fact(*v)).collect();
        let mut fields = Vec::new();
        let position = |op: OpRef| -> Option<KnownValue> {
            if let Some(bits) = self.bits(op) {
                return Some(KnownValue::Const(self.out.ty(op), bits));
            }
            let at = values.iter().position(|v| *v == op)?;
            Some(KnownValue::Exit(at as u32))
        };
        for class in &self.st.heap.classes {
            if class.key.is_items() {
                continue;
            }
            let Descr::Field(field) = class.descr else {
                continue;
            };
            for e in &class.entries {
                let waits = self.st.heap.pending.iter();
                let mut waits = waits.filter(|p| p.field == field);
                let (Some(object), Abs::Op(value)) = (position(e.object), e.value) else {
                    continue;
                };
                if waits.any(|p| p.object == e.object) || fields.len() >= KNOWN_FIELDS_MAX {
                    continue;
                }
                let value = match self.known(value) {
                    OpRef::NONE => value,
                    constant => constant,
                };
                if let Some(value) = position(value) {
                    fields.push(KnownField {
                        object,
                        field,
                        value,
                    });
                }
            }
        }
        Knowledge { facts, fields }
    }

    fn known(&self, value: OpRef) -> OpRef {
        if value.is_const() {
            return OpRef::NONE;
        }
        self.st.facts[value.index()].known
    }

    /// The facts about a value, in a form that outlives this optimisation.
    pub fn value_fact(&self, value: OpRef) -> ValueFact {
        let shape = self.st.heap.shapes.iter().find(|s| s.object == value);
        ValueFact {
            tag: self.tag(value),
            range: self.range(value),
            shape: match shape.map(|s| (s.fact, s.origin)) {
                Some((ShapeFact::Constant(shape), _)) => Some(shape),
                _ => None,
            },
        }
    }

    /// Starts from the knowledge of the exit that this bridge continues.
    pub fn import_knowledge(&mut self, knowledge: &Knowledge) {
        for (i, fact) in knowledge
            .facts
            .iter()
            .enumerate()
            .take(self.src.inputs.len())
        {
            let value = OpRef(i as u32);
            if let Some(tag) = fact.tag {
                self.learn_tag(value, tag);
            }
            if self.options.intbound {
                self.fact_mut(value).range = fact.range;
            }
            if let Some(shape) = fact.shape {
                self.remember_shape(value, shape);
            }
        }
        if !self.options.heap {
            return;
        }
        for known in &knowledge.fields {
            let mut value = |v: KnownValue| match v {
                KnownValue::Const(ty, bits) => self.constant(ty, bits),
                KnownValue::Exit(i) => OpRef(i),
            };
            let (object, value) = (value(known.object), value(known.value));
            self.remember(object, known.field, Abs::Op(value));
        }
    }
}
