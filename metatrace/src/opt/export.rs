//! What a finished label tells later bridges: its state as an [`ExportedLabel`].
//!
//! Only what the code after the label relies on is told: slots that it looks at,
//! facts about them, values from before the label that it uses with the
//! operations which compute them, and words in memory that must agree.

use super::state::{
    ExportedLabel, LabelArg, LabelField, LabelPending, LabelSource, LabelValue, LabelWord, Pattern,
    ValueFact, VirtualPattern,
};
use super::unroll::{Draft, HeapFact, LeafSource, Pat, VirtPat};
use super::virtualize::VirtualKind;
use super::walk::Walk;
use crate::ir::{Descr, Op, OpRef, Tag, Ty};
use crate::layout::FieldRef;
use hashbrown::HashMap;

impl Walk<'_, '_> {
    /// The label's state for later bridges. `params` are the label's operands.
    pub fn export_label(&self, draft: &Draft, params: &[OpRef]) -> ExportedLabel {
        let mut e = Exporter {
            walk: self,
            draft,
            params,
            local: HashMap::new(),
            values: Vec::new(),
            shapes: HashMap::new(),
        };
        let mut shapes = Vec::new();
        for (origin, fact) in draft.facts.iter().enumerate() {
            if let (HeapFact::Shape { object, shape }, true) = (fact, self.st.heap.used[origin]) {
                if object.is_const() {
                    shapes.push((e.constant(*object), *shape));
                } else {
                    e.shapes.insert(*object, *shape);
                }
            }
        }
        let slots = draft.slots.iter().map(|p| e.pattern(*p)).collect();
        let regs = draft.carried.iter();
        let regs = regs.map(|(reg, pat)| (*reg, e.pattern(*pat)));
        let regs = regs.collect();
        let virtuals = draft.virts.iter().map(|v| e.virtual_pattern(v)).collect();
        let pending = draft.pending.iter().map(|p| {
            let param = draft.leaves[p.object as usize].param;
            LabelPending {
                object: e.add(param, LabelSource::Slot),
                field: p.field,
                value: e.pattern(p.value),
            }
        });
        let pending = pending.collect();
        let words = draft.words.iter().map(|w| LabelWord {
            object: e.need(w.object),
            field: w.field,
            value: e.pattern(Pat::Virt(w.virt)),
        });
        let words = words.collect();
        e.imports();
        let fields = e.fields();
        let delayed = e.delayed();
        let types = params.iter().map(|p| self.out.ty(*p)).collect();
        ExportedLabel {
            recorded: draft.recorded,
            label: draft.label,
            params: types,
            slots,
            regs,
            shapes,
            virtuals,
            values: e.values,
            fields,
            pending,
            words,
            delayed,
        }
    }
}

/// Builds the values of an [`ExportedLabel`].
struct Exporter<'w, 'a, 'e> {
    walk: &'w Walk<'a, 'e>,
    draft: &'w Draft,
    params: &'w [OpRef],
    local: HashMap<OpRef, u32>,
    values: Vec<LabelValue>,
    /// Shapes relied on, by object.
    shapes: HashMap<OpRef, u32>,
}

impl Exporter<'_, '_, '_> {
    fn pattern(&mut self, pat: Pat) -> Pattern {
        match pat {
            Pat::Const(op) => Pattern::Value(self.constant(op)),
            Pat::Derived(op) => Pattern::Value(self.need(op)),
            Pat::Invariant(op) => Pattern::Value(self.add(op, LabelSource::Slot)),
            Pat::Leaf(k) => {
                let param = self.draft.leaves[k as usize].param;
                Pattern::Value(self.add(param, LabelSource::Slot))
            }
            Pat::Virt(i) => Pattern::Virtual(i),
        }
    }

    fn virtual_pattern(&mut self, virt: &VirtPat) -> VirtualPattern {
        let (kind, fields) = match virt {
            VirtPat::Float(raw) => {
                return VirtualPattern::Float(match self.pattern(*raw) {
                    Pattern::Value(arg) => arg,
                    Pattern::Virtual(_) => unreachable!("a raw float is never virtual"),
                });
            }
            VirtPat::Object { kind, fields } => (*kind, fields),
        };
        let VirtualKind::Object {
            layout,
            shape,
            words,
            items,
        } = kind
        else {
            unreachable!("floats have their own pattern")
        };
        VirtualPattern::Object {
            layout,
            shape,
            words,
            items,
            fields: fields.iter().map(|p| self.pattern(*p)).collect(),
        }
    }

    fn constant(&self, op: OpRef) -> LabelArg {
        let c = self.walk.out.consts[op.const_index()];
        LabelArg::Const(c.ty, c.bits)
    }

    fn add(&mut self, op: OpRef, source: LabelSource) -> LabelArg {
        if let Some(k) = self.local.get(&op) {
            return LabelArg::Value(*k);
        }
        let param = self.params.iter().position(|p| *p == op).map(|p| p as u32);
        let touched = self.walk.st.touched[op.index()] || param.is_some();
        let known = self.draft.known[op.index()];
        let shape = self.shapes.get(&op).copied();
        let fact = if touched {
            ValueFact {
                tag: known.tag,
                range: known.range,
                shape,
            }
        } else {
            ValueFact {
                shape,
                ..ValueFact::NOTHING
            }
        };
        let constant = (known.known != OpRef::NONE && touched)
            .then(|| self.walk.out.consts[known.known.const_index()]);
        self.values.push(LabelValue {
            source,
            needed: touched || shape.is_some(),
            fact,
            known: constant.map(|c| (c.ty, c.bits)),
            param,
        });
        let k = self.values.len() as u32 - 1;
        self.local.insert(op, k);
        LabelArg::Value(k)
    }

    /// An operand of an imported operation.
    fn need(&mut self, op: OpRef) -> LabelArg {
        if op.is_const() {
            return self.constant(op);
        }
        if let Some(k) = self.local.get(&op).copied() {
            self.values[k as usize].needed = true;
            return LabelArg::Value(k);
        }
        let def = self.walk.st.def[op.index()];
        let inst = &self.walk.out.insts[def as usize];
        let args = inst.args.iter().map(|a| self.need(*a)).collect();
        let source = LabelSource::Op {
            op: inst.op,
            ty: inst.ty,
            args,
            descr: inst.descr,
        };
        let arg = self.add(op, source);
        let LabelArg::Value(k) = arg else {
            unreachable!("a value was added")
        };
        self.values[k as usize].needed = true;
        arg
    }

    /// Values from before the label, and words in memory, that the body uses.
    fn imports(&mut self) {
        for op in 0..self.draft.derived.len() {
            let value = OpRef(op as u32);
            let used = self.walk.st.touched[op] || self.params.contains(&value);
            if self.draft.derived[op] && used {
                self.need(value);
            }
        }
        for leaf in &self.draft.leaves {
            let LeafSource::Heap(origin) = leaf.source else {
                continue;
            };
            let used =
                self.params.contains(&leaf.param) || self.walk.st.touched[leaf.param.index()];
            if !used {
                continue;
            }
            let HeapFact::Word { object, descr, .. } = self.draft.facts[origin as usize] else {
                unreachable!("a leaf in memory is a word")
            };
            let args = vec![self.need(object)];
            let ty = match descr {
                Descr::Field(field) => Ty::of_kind(field.kind),
                _ => Ty::Val,
            };
            let mut source = LabelSource::Op {
                op: Op::Load,
                ty,
                args,
                descr,
            };
            if (self.walk.out.ty(leaf.param), ty) == (Ty::Float, Ty::Val) {
                self.values.push(LabelValue {
                    source,
                    fact: ValueFact {
                        tag: Some(Tag::FLOAT),
                        ..ValueFact::NOTHING
                    },
                    known: None,
                    needed: true,
                    param: None,
                });
                source = LabelSource::Op {
                    op: Op::UnboxFloat,
                    ty: Ty::Float,
                    args: vec![LabelArg::Value(self.values.len() as u32 - 1)],
                    descr: Descr::None,
                };
            }
            self.add(leaf.param, source);
        }
    }

    /// Words that need not be in memory when the label is entered.
    fn delayed(&mut self) -> Vec<(LabelArg, FieldRef)> {
        let mut out = Vec::new();
        for leaf in &self.draft.leaves {
            let LeafSource::Heap(origin) = leaf.source else {
                continue;
            };
            let HeapFact::Word {
                object,
                descr: Descr::Field(field),
                ..
            } = self.draft.facts[origin as usize]
            else {
                continue;
            };
            if self.draft.delayed.contains(&(object, field)) && self.params.contains(&leaf.param) {
                out.push((self.need(object), field));
            }
        }
        out
    }

    /// Words in memory that must agree with values found elsewhere.
    fn fields(&mut self) -> Vec<LabelField> {
        let mut out = Vec::new();
        for (origin, fact) in self.draft.facts.iter().enumerate() {
            let HeapFact::Word {
                object,
                index,
                descr,
                value,
                leaf: None,
                ..
            } = *fact
            else {
                continue;
            };
            if !self.walk.st.heap.used[origin] {
                continue;
            }
            // The value is imported by this very load: nothing to compare.
            let loads_it = !value.is_const()
                && self.draft.derived.get(value.index()) == Some(&true)
                && {
                    let def = self.walk.st.def[value.index()];
                    let inst = &self.walk.out.insts[def as usize];
                    inst.descr == descr && inst.args[0] == object
                }
                && matches!(
                    self.local
                        .get(&value)
                        .map(|k| &self.values[*k as usize].source),
                    None | Some(LabelSource::Op { .. })
                );
            if loads_it {
                continue;
            }
            let field = match descr {
                Descr::Field(field) => field,
                _ => continue,
            };
            let _ = index;
            let (object, value) = (self.need(object), self.need(value));
            out.push(LabelField {
                object,
                field,
                value,
            });
        }
        out
    }
}
