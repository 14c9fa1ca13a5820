//! Snapshots of the output: the recorded ones with their values replaced,
//! virtual objects described, delayed stores listed.
//!
//! A slot is left out when memory already holds its value: a loop that does not
//! change a slot neither carries it nor stores it at exits.

use super::heap::ShapeFact;
use super::state::{Doubt, Knowledge, KnownCondition, KnownField, KnownValue, ValueFact};
use super::virtualize::{VirtualKind, word_field};
use super::walk::{Abs, KnownMemory, Walk};
use crate::ir::{
    Class, DelayedStore, Descr, FrameSnap, FrameSnapId, LabelId, Op, OpRef, SnapVal, Snapshot,
    SnapshotId, Tag, Trace, Ty, VirtualObject,
};
use crate::layout::{FLOAT_BOX, Kind};
use hashbrown::HashMap;
use std::rc::Rc;

/// Heap facts that the knowledge of one exit may have.
const KNOWN_FIELDS_MAX: usize = 64;

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
    /// The bytecode had an effect: its replay wants to see objects as they were.
    exact: bool,
}

impl Walk<'_, '_> {
    /// Maps a recorded snapshot to the current state.
    pub fn snapshot(&mut self, id: SnapshotId) -> SnapshotId {
        let src = &self.src.snapshots[id.index()];
        let mut b = Builder {
            exact: src.log_len > 0,
            ..Builder::default()
        };
        let frame = src.frame.map(|f| self.snap_frame(f, &mut b).0);
        let log = src.log.iter().map(|v| self.snap_slot(*v, &mut b)).collect();
        let mut regs: Vec<(u8, SnapVal)> = Vec::new();
        for (reg, v) in &src.regs {
            let in_memory = self.reg_is(*reg as usize, *v);
            if !in_memory {
                let value = self.snap_slot(*v, &mut b);
                regs.push((*reg, value));
            }
        }
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
            extra: Vec::new(),
        };
        let id = self.out.add_snapshot(snapshot);
        let proto = self.proto(id);
        self.protos.push(proto);
        id
    }

    /// Does memory already hold this value in a register?
    fn reg_is(&mut self, reg: usize, v: SnapVal) -> bool {
        let (SnapVal::Op(op), Some(known)) = (v, self.st.regs[reg]) else {
            return false;
        };
        self.st.regs_dirty >> reg & 1 == 0 && self.resolve(known) == self.operand(op)
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
        let mut left_out = Vec::new();
        for (slot, v) in &src.slots {
            if let (Some(SnapVal::Op(frame)), SnapVal::Op(value)) = (object, *v) {
                let value = self.operand(value);
                if self.slot_is(frame, *slot, value) {
                    if let Abs::Op(op) = value
                        && !op.is_const()
                    {
                        left_out.push(op);
                    }
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
        self.left_out.push(left_out);
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
            Abs::Virt(v) => {
                if !b.exact
                    && let Some(value) = self.stands_for(v)
                {
                    b.met = true;
                    return self.snap_abs(value, b);
                }
                self.snap_virtual(v, b)
            }
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

    /// What is known now, in values of the output.
    fn proto(&mut self, id: SnapshotId) -> Proto {
        let mut values = self.out.exit_values(id);
        let mut next = self.out.snapshot(id).frame;
        while let Some(id) = next {
            values.extend(&self.left_out[id.index()]);
            next = self.out.frames[id.index()].parent;
        }
        let facts = values.iter().map(|v| (*v, self.value_fact(*v))).collect();
        Proto {
            facts,
            memory: self.memory(),
            failed: None,
            avoid: self.entering,
            doubt: None,
            doubted: None,
        }
    }

    /// Words in memory as they are now; shared while nothing changes.
    fn memory(&mut self) -> KnownMemory {
        let version = self.st.heap.version;
        if let Some((at, memory)) = &self.memory
            && *at == version
        {
            return memory.clone();
        }
        let mut out = Vec::new();
        for class in &self.st.heap.classes {
            let Descr::Field(field) = class.descr else {
                continue;
            };
            for e in &class.entries {
                let mut waits = self.st.heap.pending.iter();
                if waits.any(|p| p.field == field && p.object == e.object) {
                    continue;
                }
                let value = match e.value {
                    Abs::Op(op) => op,
                    Abs::Virt(v) => match self.st.virtuals[v as usize].forced {
                        OpRef::NONE => continue,
                        op => op,
                    },
                };
                let value = match self.known(value) {
                    OpRef::NONE => value,
                    constant => constant,
                };
                if out.len() < KNOWN_FIELDS_MAX {
                    out.push((e.object, field, value));
                }
            }
        }
        let memory = Rc::new(out);
        self.memory = Some((version, memory.clone()));
        memory
    }

    /// Notes what a failure of the guard just emitted would mean.
    pub fn note_failure(&mut self, op: Op, args: &[OpRef], descr: Descr) {
        let condition = |op, a, b, tag, outcome| Failed {
            op,
            a,
            b,
            tag,
            outcome,
        };
        let failed = match (op, descr, args) {
            (Op::GuardTrue | Op::GuardFalse, _, &[c]) => {
                let outcome = op == Op::GuardFalse;
                let Some(def) = self.def(c) else { return };
                match (def.op.class(), def.descr, &def.args[..]) {
                    (Class::Pure, Descr::None, &[a, b]) => condition(def.op, a, b, None, outcome),
                    (Class::Pure, Descr::None, &[a]) => {
                        condition(def.op, a, OpRef::NONE, None, outcome)
                    }
                    (Class::Pure, Descr::Tag(tag), &[a]) => {
                        condition(def.op, a, OpRef::NONE, Some(tag), outcome)
                    }
                    _ => return,
                }
            }
            (Op::GuardTag, Descr::Tag(tag), &[a]) => {
                condition(Op::IsTag, a, OpRef::NONE, Some(tag), false)
            }
            (Op::GuardValue, _, &[a, b]) => condition(Op::Same, a, b, None, false),
            (Op::IntAddOvf | Op::IntSubOvf | Op::IntMulOvf | Op::IntShlOvf, _, &[a, b]) => {
                condition(super::fold::fits_form(op), a, b, None, false)
            }
            _ => return,
        };
        let doubt = match failed {
            Failed {
                op: Op::IsTag,
                a,
                tag: Some(tag),
                outcome: false,
                ..
            } => self.doubt(a, tag).map(|doubt| (doubt, a)),
            _ => None,
        };
        if let Some(proto) = self.protos.last_mut() {
            proto.failed = Some(failed);
            (proto.doubt, proto.doubted) = doubt.unzip();
        }
    }

    fn doubt(&self, value: OpRef, tag: Tag) -> Option<Doubt> {
        let (recorded, params) = self.carried.as_ref()?;
        let slot = params.iter().find(|p| p.0 == value)?.1;
        Some(Doubt {
            recorded: *recorded,
            slot,
            tag,
        })
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
        if let (Some(doubt), Some(value)) = (knowledge.doubt, knowledge.doubted) {
            let value = self.known_value(KnownValue::Exit(value));
            self.carried = Some((doubt.recorded, vec![(value, doubt.slot)]));
        }
        if let Some(failed) = knowledge.failed {
            self.import_failure(&failed);
        }
        if !self.options.heap {
            return;
        }
        for known in &knowledge.fields {
            let object = self.known_value(known.object);
            let value = self.known_value(known.value);
            self.remember(object, known.field, Abs::Op(value));
        }
    }

    fn known_value(&mut self, v: KnownValue) -> OpRef {
        match v {
            KnownValue::Const(ty, bits) => self.constant(ty, bits),
            KnownValue::Exit(i) => OpRef(i),
        }
    }

    /// The guard failed: its condition has the other outcome.
    fn import_failure(&mut self, failed: &KnownCondition) {
        if !self.options.pure || !self.options.guard {
            return;
        }
        let a = self.known_value(failed.a);
        let b = failed.b.map_or(OpRef::NONE, |b| self.known_value(b));
        let extra = failed.tag.map_or(0, |t| t.0 as u32);
        let outcome = self.const_bool(failed.outcome);
        self.st.cse.add(failed.op, a, b, extra, outcome);
        match failed.op {
            Op::IntLt | Op::IntLe | Op::IntEq | Op::IntNe | Op::IntULt => {
                self.learn_compare(failed.op, a, b, failed.outcome);
                let equal = (failed.op, failed.outcome) == (Op::IntEq, true)
                    || (failed.op, failed.outcome) == (Op::IntNe, false);
                if equal && b.is_const() {
                    self.learn_constant(a, b);
                }
            }
            Op::Same if failed.outcome && b.is_const() => self.learn_constant(a, b),
            Op::IsTag if failed.outcome => {
                if let Some(tag) = failed.tag {
                    self.learn_tag(a, tag);
                }
            }
            _ => {}
        }
    }
}

/// Knowledge at an exit, in values of the walk's output.
pub(super) struct Proto {
    facts: Vec<(OpRef, ValueFact)>,
    memory: KnownMemory,
    failed: Option<Failed>,
    avoid: Option<LabelId>,
    doubt: Option<Doubt>,
    doubted: Option<OpRef>,
}

/// The outcome of a condition when its guard failed.
struct Failed {
    op: Op,
    a: OpRef,
    b: OpRef,
    tag: Option<Tag>,
    outcome: bool,
}

impl Proto {
    /// In positions of the exit's values. `extra` has the facts of values that
    /// the exit carries besides those of its snapshot.
    pub fn finish(&self, out: &Trace, values: &[OpRef], extra: &[(OpRef, ValueFact)]) -> Knowledge {
        let mut known: HashMap<OpRef, ValueFact> = HashMap::with_capacity(self.facts.len());
        for (value, fact) in self.facts.iter().chain(extra) {
            known.entry(*value).or_insert(*fact);
        }
        let facts = values
            .iter()
            .map(|v| known.get(v).copied().unwrap_or(ValueFact::NOTHING));
        let places: HashMap<OpRef, u32> = values.iter().copied().zip(0..).collect();
        let position = |op: OpRef| -> Option<KnownValue> {
            if let Some(bits) = out.const_bits(op) {
                return Some(KnownValue::Const(out.ty(op), bits));
            }
            Some(KnownValue::Exit(*places.get(&op)?))
        };
        let fields = self.memory.iter().filter_map(|(object, field, value)| {
            Some(KnownField {
                object: position(*object)?,
                field: *field,
                value: position(*value)?,
            })
        });
        let failed = self.failed.as_ref().and_then(|f| {
            let b = match f.b {
                OpRef::NONE => None,
                b => Some(position(b)?),
            };
            Some(KnownCondition {
                op: f.op,
                a: position(f.a)?,
                b,
                tag: f.tag,
                outcome: f.outcome,
            })
        });
        Knowledge {
            facts: facts.collect(),
            fields: fields.collect(),
            failed,
            avoid: self.avoid,
            doubt: self.doubt,
            doubted: (self.doubted).and_then(|value| places.get(&value).copied()),
        }
    }
}
