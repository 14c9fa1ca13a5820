//! Allocations that never happen.
//!
//! ```text
//!   v1 = new pair shape 0 words 3             (nothing)
//!   store v1, pair.first, x              ──►
//!   v3 = load v1, pair.first                  x is used for v3
//! ```
//! `new`, `new_items` with a small constant count and `box_float` make *virtual*
//! objects: their words are kept here, snapshots describe them as virtual, and a
//! loop carries their words instead of them. A virtual that reaches a place where
//! a real reference is needed is *forced*: allocated there, with its words stored.
//!
//! Floats have no identity, and their two representations (immediate, boxed) are
//! one dynamic type here: a virtual float passes the test for immediate floats.
//! Interpreters only ever ask in order to get at the float.

use super::heap::{PENDING_MAX, Pending};
use super::walk::{Abs, Walk};
use crate::ir::{Descr, Inst, Op, OpRef, Tag, Ty};
use crate::layout::{self, FLOAT_BOX, FieldRef, Kind, LayoutId, Mutability};
use crate::value::Value;

/// Largest virtual object, in words.
const WORDS_MAX: u16 = 128;

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) enum VirtualKind {
    Object {
        layout: LayoutId,
        shape: u32,
        words: u16,
        /// Number of items when allocated by `new_items`.
        items: Option<u32>,
    },
    /// A boxed float; its only field is the raw float.
    Float,
}

#[derive(Clone, Debug)]
pub(super) struct Virtual {
    pub kind: VirtualKind,
    /// The real object, once it was needed.
    pub forced: OpRef,
    /// Somebody needs the object itself, not what it stands for.
    pub exact: bool,
    /// By word index; word 0, the header, is unused (of a float: the float).
    pub fields: Vec<Abs>,
}

/// What the word of an object holds.
pub(super) fn word_kind(layout: LayoutId, word: u16) -> Kind {
    let Some(layout) = layout::lookup(layout) else {
        return Kind::Val;
    };
    match layout.fields.get(word as usize - 1) {
        Some(field) => field.kind,
        None => layout.items.as_ref().map_or(Kind::Val, |i| i.kind),
    }
}

/// A word of an object as a field.
pub(super) fn word_field(layout: LayoutId, word: u16) -> FieldRef {
    let mutability = layout::lookup(layout).map(|l| match l.fields.get(word as usize - 1) {
        Some(field) => field.mutability,
        None => l
            .items
            .as_ref()
            .map_or(Mutability::Mutable, |i| i.mutability),
    });
    FieldRef {
        layout,
        kind: word_kind(layout, word),
        mutability: mutability.unwrap_or(Mutability::Mutable),
        word,
    }
}

impl Walk<'_, '_> {
    /// What a zero-filled word of this kind reads as.
    pub fn zero(&mut self, kind: Kind) -> OpRef {
        match kind {
            Kind::Float => self.constant(Ty::Float, 0),
            Kind::Val | Kind::Int | Kind::Byte | Kind::Raw => self.const_int(0),
        }
    }

    pub fn step_new(&mut self, inst: &Inst) -> Abs {
        let Descr::Layout {
            layout,
            shape,
            words,
        } = inst.descr
        else {
            unreachable!("allocations have a layout")
        };
        if inst.op == Op::New {
            if self.options.virtualize && words <= WORDS_MAX && layout::lookup(layout).is_some() {
                return self.new_virtual(layout, shape, words, None);
            }
            return Abs::Op(self.emit_fresh(Op::New, &[], inst.descr, Tag::layout(layout)));
        }
        let count = self.real(inst.args[0]);
        let known = layout::lookup(layout);
        let start = known.map_or(1, |l| l.items_start());
        let bytes = matches!(known.and_then(|l| l.items.as_ref()), Some(i) if i.kind == Kind::Byte);
        let counted = matches!(known.and_then(|l| l.items.as_ref()), Some(i) if i.counted);
        if let Some(n) = self.int_bits(count)
            && self.options.virtualize
            && known.is_some()
            && !bytes
            && (0..=(WORDS_MAX - start) as i64).contains(&n)
        {
            let object = self.new_virtual(layout, shape, start + n as u16, Some(n as u32));
            if counted {
                let Abs::Virt(v) = object else {
                    unreachable!("just made virtual")
                };
                self.st.virtuals[v as usize].fields[1] = Abs::Op(count);
            }
            return object;
        }
        let object = self.emit_fresh(Op::NewItems, &[count], inst.descr, Tag::layout(layout));
        if counted && self.options.heap {
            self.remember(object, word_field(layout, 1), Abs::Op(count));
        }
        Abs::Op(object)
    }

    fn emit_fresh(&mut self, op: Op, args: &[OpRef], descr: Descr, tag: Tag) -> OpRef {
        let object = self.emit(op, Ty::Val, args, descr, None);
        self.st.fresh[object.index()] = true;
        let fact = self.fact_mut(object);
        fact.tag = Some(tag);
        fact.not_raised = true;
        if let Descr::Layout { shape, .. } = descr {
            self.remember_shape(object, shape);
        }
        object
    }

    fn new_virtual(&mut self, layout: LayoutId, shape: u32, words: u16, items: Option<u32>) -> Abs {
        let fields = (0..words).map(|word| {
            let kind = if word == 0 {
                Kind::Val
            } else {
                word_kind(layout, word)
            };
            Abs::Op(self.zero(kind))
        });
        let fields = fields.collect();
        self.add_virtual(
            VirtualKind::Object {
                layout,
                shape,
                words,
                items,
            },
            fields,
        )
    }

    pub fn add_virtual(&mut self, kind: VirtualKind, fields: Vec<Abs>) -> Abs {
        self.st.virtuals.push(Virtual {
            kind,
            forced: OpRef::NONE,
            exact: false,
            fields,
        });
        Abs::Virt(self.st.virtuals.len() as u32 - 1)
    }

    pub fn box_float(&mut self, raw: OpRef) -> Abs {
        if let Some(bits) = self.bits(raw)
            && let Some(value) = Value::float(f64::from_bits(bits))
        {
            return Abs::Op(self.constant(Ty::Val, value.0));
        }
        if let Some(&[boxed]) = self.def_args(raw, Op::UnboxFloat) {
            return Abs::Op(boxed);
        }
        if self.options.virtualize {
            return self.add_virtual(VirtualKind::Float, vec![Abs::Op(raw)]);
        }
        Abs::Op(self.emit_box(raw))
    }

    fn emit_box(&mut self, raw: OpRef) -> OpRef {
        let boxed = self.emit(Op::BoxFloat, Ty::Val, &[raw], Descr::None, None);
        let fact = self.fact_mut(boxed);
        fact.tag = Some(Tag::FLOAT);
        fact.not_raised = true;
        boxed
    }

    // ------------------------------------------------------------- questions

    pub fn is_virtual_object(&self, abs: Abs) -> bool {
        match abs {
            Abs::Virt(v) => matches!(
                self.st.virtuals[v as usize].kind,
                VirtualKind::Object { .. }
            ),
            Abs::Op(_) => false,
        }
    }

    /// The raw float of a virtual boxed one.
    pub fn virtual_float(&mut self, abs: Abs) -> Option<OpRef> {
        let Abs::Virt(v) = abs else { return None };
        let object = &self.st.virtuals[v as usize];
        let (VirtualKind::Float, Abs::Op(raw)) = (object.kind, object.fields[0]) else {
            return None;
        };
        Some(self.resolve_op(raw))
    }

    /// Dynamic type, if known.
    pub fn abs_tag(&self, abs: Abs) -> Option<Tag> {
        match abs {
            Abs::Op(op) => self.tag(op),
            Abs::Virt(v) => Some(match self.st.virtuals[v as usize].kind {
                VirtualKind::Object { layout, .. } => Tag::layout(layout),
                VirtualKind::Float => Tag::FLOAT,
            }),
        }
    }

    /// A word of a virtual object.
    pub fn virtual_word(&mut self, v: u32, field: FieldRef) -> Option<Abs> {
        let object = &self.st.virtuals[v as usize];
        let abs = match object.kind {
            VirtualKind::Float => (field.layout == FLOAT_BOX).then(|| object.fields[0])?,
            VirtualKind::Object { .. } => *object.fields.get(field.word as usize)?,
        };
        Some(self.resolve(abs))
    }

    // ------------------------------------------------------------ indirections

    fn is_indirect(&self, v: u32) -> bool {
        let object = &self.st.virtuals[v as usize];
        let VirtualKind::Object { layout, .. } = object.kind else {
            return false;
        };
        !object.exact
            && object.forced == OpRef::NONE
            && layout::lookup(layout).is_some_and(|l| l.indirect)
    }

    /// What a virtual object of an indirect layout stands for, if it surely does.
    pub fn stands_for(&mut self, v: u32) -> Option<Abs> {
        if !self.is_indirect(v) {
            return None;
        }
        let value = self.resolve(self.st.virtuals[v as usize].fields[1]);
        let sure = match value {
            Abs::Virt(other) => other != v,
            Abs::Op(op) => self.tag(op).is_some_and(|t| t != Tag::IMM) && self.bits(op) != Some(0),
        };
        sure.then_some(value)
    }

    /// A virtual object of an indirect layout that stands for nothing yet.
    pub fn is_open(&self, abs: Abs) -> bool {
        let Abs::Virt(v) = abs else { return false };
        self.is_indirect(v)
            && matches!(self.st.virtuals[v as usize].fields[1],
                Abs::Op(op) if self.bits(op) == Some(Value::UNDEF.0))
    }

    /// The object itself is needed from now on.
    pub fn make_exact(&mut self, abs: Abs) {
        if let Abs::Virt(v) = self.resolve(abs) {
            self.st.virtuals[v as usize].exact = true;
        }
    }

    // --------------------------------------------------------------- forcing

    /// The value as a real one: allocates a virtual object.
    pub fn force(&mut self, abs: Abs) -> OpRef {
        let v = match self.resolve(abs) {
            Abs::Op(op) => return op,
            Abs::Virt(v) => v,
        };
        if let Some(value) = self.stands_for(v) {
            return self.force(value);
        }
        let object = self.st.virtuals[v as usize].clone();
        match object.kind {
            VirtualKind::Float => {
                let raw = self.force(object.fields[0]);
                let boxed = self.emit_box(raw);
                self.st.virtuals[v as usize].forced = boxed;
                boxed
            }
            VirtualKind::Object {
                layout,
                shape,
                words,
                items,
            } => {
                let descr = Descr::Layout {
                    layout,
                    shape,
                    words: if items.is_some() { 0 } else { words },
                };
                let tag = Tag::layout(layout);
                let real = match items {
                    Some(n) => {
                        let n = self.const_int(n as i64);
                        self.emit_fresh(Op::NewItems, &[n], descr, tag)
                    }
                    None => self.emit_fresh(Op::New, &[], descr, tag),
                };
                self.st.virtuals[v as usize].forced = real;
                self.force_words(real, layout, items.is_some(), &object.fields);
                real
            }
        }
    }

    /// Stores the words of an object just allocated.
    fn force_words(&mut self, real: OpRef, layout: LayoutId, has_items: bool, fields: &[Abs]) {
        let counted = has_items
            && layout::lookup(layout)
                .and_then(|l| l.items.as_ref())
                .is_some_and(|i| i.counted);
        for (word, abs) in fields.iter().enumerate().skip(1) {
            let field = word_field(layout, word as u16);
            if self.options.heap
                && field.mutability == Mutability::Mutable
                && self.is_open(*abs)
                && self.st.heap.pending.len() < PENDING_MAX
            {
                // It may soon stand for something else, and need not exist then.
                self.st.heap.pending.push(Pending {
                    object: real,
                    field,
                    value: *abs,
                });
                self.remember(real, field, *abs);
                continue;
            }
            let value = self.force(*abs);
            let is_zero = self.bits(value) == Some(0);
            let is_count = counted && word == 1;
            if !is_zero && !is_count {
                let args = [real, value];
                self.emit(Op::Store, Ty::Void, &args, Descr::Field(field), None);
            }
            if self.options.heap {
                self.remember(real, field, Abs::Op(value));
            }
        }
    }
}
