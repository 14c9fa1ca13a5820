//! Shapes of objects in the optimiser: what is known of them, and what a label may rely on.

use super::heap::{NO_ORIGIN, ShapeEntry, ShapeFact};
use super::unroll::{HeapFact, Opening};
use super::walk::{Abs, Walk, Walked};
use crate::ir::{Descr, Inst, Op, OpRef, Ty};

impl Walk<'_, '_> {
    /// A loaded shape is a constant once a guard has said so.
    pub fn settled_shape(&mut self, fact: ShapeFact) -> ShapeFact {
        let ShapeFact::Value(value) = fact else {
            return fact;
        };
        let value = self.resolve_op(value);
        let constant = self.int_bits(value).and_then(|n| u32::try_from(n).ok());
        constant.map_or(ShapeFact::Value(value), ShapeFact::Constant)
    }

    pub fn known_shape(&mut self, a: Abs) -> ShapeFact {
        let object = match a {
            Abs::Virt(v) => {
                return match self.st.virtuals[v as usize].kind {
                    super::virtualize::VirtualKind::Object { shape, .. } => {
                        ShapeFact::Constant(shape)
                    }
                    super::virtualize::VirtualKind::Float => ShapeFact::Unknown,
                };
            }
            Abs::Op(op) => op,
        };
        if !self.options.heap {
            return ShapeFact::Unknown;
        }
        let heap = &mut self.st.heap;
        match heap.shapes.iter().rev().find(|s| s.object == object) {
            Some(entry) => {
                if entry.origin != NO_ORIGIN {
                    heap.used[entry.origin as usize] = true;
                }
                let fact = entry.fact;
                self.settled_shape(fact)
            }
            None => ShapeFact::Unknown,
        }
    }

    pub fn remember_shape(&mut self, object: OpRef, shape: u32) {
        if !self.options.heap {
            return;
        }
        self.st.heap.shapes.retain(|s| s.object != object);
        self.st.heap.shapes.push(ShapeEntry {
            object,
            fact: ShapeFact::Constant(shape),
            origin: NO_ORIGIN,
        });
    }

    pub fn step_load_shape(&mut self, inst: &Inst) -> Walked<Abs> {
        let object = self.operand(inst.args[0]);
        match self.known_shape(object) {
            ShapeFact::Constant(shape) => return Ok(Abs::Op(self.const_int(shape as i64))),
            ShapeFact::Value(value) => {
                let value = self.resolve_op(value);
                return Ok(Abs::Op(value));
            }
            ShapeFact::Unknown => {}
        }
        let object = self.force(object);
        let value = self.emit(Op::LoadShape, Ty::Int, &[object], Descr::None, None);
        self.narrow(value, super::intbound::Range::new(0, u32::MAX as i64));
        if self.options.heap {
            self.st.heap.shapes.push(ShapeEntry {
                object,
                fact: ShapeFact::Value(value),
                origin: NO_ORIGIN,
            });
        }
        Ok(Abs::Op(value))
    }

    pub fn step_store_shape(&mut self, inst: &Inst) -> Walked<()> {
        let Descr::Shape(new) = inst.descr else {
            unreachable!("store_shape has a shape")
        };
        let object = match self.operand(inst.args[0]) {
            Abs::Virt(v) => {
                if let super::virtualize::VirtualKind::Object { shape, .. } =
                    &mut self.st.virtuals[v as usize].kind
                {
                    *shape = new;
                }
                return Ok(());
            }
            Abs::Op(op) => op,
        };
        let mut shapes = std::mem::take(&mut self.st.heap.shapes);
        shapes.retain(|s| !self.may_alias(s.object, object));
        self.st.heap.shapes = shapes;
        self.st.heap.shapes_written = true;
        self.st.heap.lookups.clear();
        self.emit(Op::StoreShape, Ty::Void, &[object], inst.descr, None);
        self.remember_shape(object, new);
        Ok(())
    }

    /// Which shapes the body may rely on: those of constants and invariants.
    pub(super) fn label_shapes(&mut self, o: &Opening, facts: &mut Vec<HeapFact>) {
        let shapes = std::mem::take(&mut self.st.heap.shapes);
        if o.assume.nothing || o.assume.shapes_written {
            return;
        }
        for s in shapes {
            let held = s.object.is_const() || o.invariant[s.object.index()];
            let ShapeFact::Constant(shape) = self.settled_shape(s.fact) else {
                continue;
            };
            if held {
                let origin = facts.len() as u32;
                facts.push(HeapFact::Shape {
                    object: s.object,
                    shape,
                });
                self.st.heap.shapes.push(ShapeEntry {
                    fact: ShapeFact::Constant(shape),
                    origin,
                    ..s
                });
            }
        }
    }
}
