//! Rebuilds interpreter state after an exit: virtual objects, delayed stores,
//! frames, registers. No native recursion: virtuals are allocated first and
//! filled afterwards, so cycles and depth do not matter.

use super::field_of_word;
use crate::ir::{OpRef, SnapVal, Snapshot, Trace, Ty};
use crate::layout::{FRAME, Frame, Kind, header};
use crate::run::mem;
use crate::value::Value;
use crate::vm::VmCore;

/// What was rebuilt, for the replay and for a bridge.
#[derive(Default, Debug)]
pub struct Rebuilt {
    /// Words of the virtual objects.
    pub objects: Vec<u64>,
    /// Words of the frames, innermost first.
    pub frames: Vec<u64>,
    /// Logged results in the types they had when recorded.
    pub log: Vec<u64>,
    pub log_len: u32,
}

struct Values<'a> {
    core: *mut VmCore,
    trace: &'a Trace,
    /// The exit's values and their bits, in the same order.
    ops: &'a [OpRef],
    bits: &'a [u64],
    objects: Vec<u64>,
}

impl Values<'_> {
    /// Bits in the type that the value has in the trace.
    fn raw(&self, value: SnapVal) -> (Ty, u64) {
        match value {
            SnapVal::Op(op) if op.is_const() => {
                let c = self.trace.consts[op.const_index()];
                (c.ty, c.bits)
            }
            SnapVal::Op(op) => {
                let i = self
                    .ops
                    .iter()
                    .position(|o| *o == op)
                    .expect("a value of the exit");
                (self.trace.ty(op), self.bits[i])
            }
            SnapVal::Virtual(i) => (Ty::Val, self.objects[i as usize]),
        }
    }

    /// The value as a tagged word.
    fn val(&self, value: SnapVal) -> u64 {
        match self.raw(value) {
            (Ty::Float, bits) => mem::box_float(self.core, bits),
            (Ty::Bool, bits) => Value::bool(bits & 1 != 0).0,
            (Ty::Val | Ty::Int | Ty::Void, bits) => bits,
        }
    }

    /// The value as a field of `kind` wants it.
    fn field(&self, kind: Kind, value: SnapVal) -> u64 {
        if kind == Kind::Float {
            self.float(value)
        } else {
            self.val(value)
        }
    }

    fn float(&self, value: SnapVal) -> u64 {
        match self.raw(value) {
            (Ty::Float, bits) => bits,
            (_, bits) if Value(bits).is_float() => Value(bits).as_float().to_bits(),
            (_, bits) => mem::word(bits, 1),
        }
    }
}

/// Rebuilds the state of `snapshot` of `trace`; `bits` are the exit's values in
/// the order of `ops`, which is [`Trace::exit_values`]. Sets the engine's
/// current frame, registers and depth. Allocates, never collects.
pub fn rebuild(
    core: *mut VmCore,
    trace: &Trace,
    snapshot: &Snapshot,
    ops: &[OpRef],
    bits: &[u64],
) -> Rebuilt {
    let mut values = Values {
        core,
        trace,
        ops,
        bits,
        objects: Vec::with_capacity(snapshot.virtuals.len()),
    };
    for object in &snapshot.virtuals {
        let words = object.words as usize;
        let o = mem::alloc(core, header(object.layout, words, object.shape), words);
        mem::fill(o, 1, words, 0);
        values.objects.push(o);
    }
    for (object, at) in snapshot.virtuals.iter().zip(&values.objects) {
        for (word, value) in &object.fields {
            let kind = field_of_word(object.layout, *word).kind;
            mem::set_word(*at, *word as usize, values.field(kind, *value));
        }
    }
    for store in &snapshot.stores {
        let object = values.val(store.object);
        if store.field.kind == Kind::Val {
            mem::barrier(core, object);
        }
        mem::set_word(
            object,
            store.field.word as usize,
            values.field(store.field.kind, store.value),
        );
    }
    for (reg, value) in &snapshot.regs {
        mem::set_reg(core, *reg, values.val(*value));
    }
    mem::add_depth(core, snapshot.depth as i64);
    let frames = rebuild_frames(&values, snapshot);
    if let Some(innermost) = frames.first() {
        mem::set_current(core, *innermost);
    }
    let log = snapshot
        .log
        .iter()
        .zip(&snapshot.log_tys)
        .map(|(value, ty)| {
            if *ty == Ty::Float {
                values.float(*value)
            } else {
                values.val(*value)
            }
        })
        .collect();
    Rebuilt {
        objects: values.objects,
        frames,
        log,
        log_len: snapshot.log_len,
    }
}

fn rebuild_frames(values: &Values<'_>, snapshot: &Snapshot) -> Vec<u64> {
    let mut frames = Vec::new();
    let mut next = snapshot.frame;
    let mut callee: Option<u64> = None;
    while let Some(id) = next {
        let snap = &values.trace.frames[id.index()];
        let frame = match snap.object {
            Some(object) => values.val(object),
            None => {
                let words = snap.words as usize;
                let frame = mem::alloc(values.core, header(FRAME, words, 0), words);
                mem::fill(frame, 1, words, Value::UNDEF.0);
                frame
            }
        };
        mem::barrier(values.core, frame);
        if snap.token >= 0 {
            mem::set_word(
                frame,
                Frame::TOKEN.raw.word as usize,
                Value::small(snap.token).0,
            );
            for (slot, value) in &snap.slots {
                mem::set_word(
                    frame,
                    Frame::SLOTS.raw.start as usize + *slot as usize,
                    values.val(*value),
                );
            }
            if let Some(aux) = snap.aux {
                mem::set_word(frame, Frame::AUX.raw.word as usize, values.val(aux));
            }
        }
        if let Some(callee) = callee {
            mem::set_word(callee, Frame::PARENT.raw.word as usize, frame);
        }
        frames.push(frame);
        callee = Some(frame);
        next = snap.parent;
    }
    frames
}
