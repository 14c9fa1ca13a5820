//! Rebuilds interpreter state after an exit: virtual objects, delayed stores,
//! frames, registers. No native recursion: virtuals are allocated first and
//! filled afterwards, so cycles and depth do not matter.
//!
//! What is to be done at an exit does not change, so it is worked out when the exit is first
//! taken ([`Plan::new`]); programs that search leave traces all the time.

use super::field_of_word;
use crate::ir::{OpRef, SnapVal, Snapshot, Trace, Ty};
use crate::layout::{FRAME, Frame, Kind, header};
use crate::run::mem;
use crate::value::Value;
use crate::vm::VmCore;
use smallvec::SmallVec;

/// A few words.
pub type Words = SmallVec<[u64; 8]>;

/// What was rebuilt, for the replay and for a bridge.
#[derive(Default, Debug)]
pub struct Rebuilt {
    /// Words of the virtual objects.
    pub objects: Words,
    /// Words of the frames, innermost first.
    pub frames: Words,
    /// Logged results in the types they had when recorded.
    pub log: Words,
    pub log_len: u32,
}

/// Where a value comes from.
#[derive(Copy, Clone, Debug)]
enum Source {
    /// A tagged word.
    Const(u64),
    ConstFloat(u64),
    /// Word of the exit's values that is a tagged one.
    Word(u16),
    Float(u16),
    Bool(u16),
    Virtual(u32),
}

/// A word of an object to be stored.
#[derive(Copy, Clone, Debug)]
struct Put {
    word: u16,
    float: bool,
    source: Source,
}

#[derive(Debug)]
struct NewObject {
    header: u64,
    words: u16,
}

#[derive(Debug)]
struct FramePlan {
    /// `None`: a new frame of `words`.
    object: Option<Source>,
    words: u16,
    puts: Box<[Put]>,
}

#[derive(Debug)]
struct StorePlan {
    object: Source,
    barrier: bool,
    put: Put,
}

/// How the state of one snapshot is rebuilt.
#[derive(Debug)]
pub struct Plan {
    virtuals: Box<[NewObject]>,
    /// Fields of the virtual objects, with the number of the object.
    fields: Box<[(u32, Put)]>,
    stores: Box<[StorePlan]>,
    regs: Box<[(u8, Source)]>,
    /// Innermost first.
    frames: Box<[FramePlan]>,
    /// Logged results; true: as a float's bits.
    log: Box<[(Source, bool)]>,
    log_len: u32,
    depth: i64,
}

impl Plan {
    /// Plans for `snapshot` of `trace`, whose exit has the values `ops`
    /// ([`Trace::exit_values`]). Costs time in proportion to the snapshot's size times the values.
    pub fn new(trace: &Trace, snapshot: &Snapshot, ops: &[OpRef]) -> Plan {
        let source = |value: SnapVal| source_of(trace, ops, value);
        let put = |word: u16, kind: Kind, value: SnapVal| Put {
            word,
            float: kind == Kind::Float,
            source: source(value),
        };
        let virtuals = snapshot.virtuals.iter().map(|object| NewObject {
            header: header(object.layout, object.words as usize, object.shape),
            words: object.words,
        });
        let fields = (snapshot.virtuals.iter().enumerate()).flat_map(|(i, object)| {
            object.fields.iter().map(move |(word, value)| {
                let kind = field_of_word(object.layout, *word).kind;
                (i as u32, put(*word, kind, *value))
            })
        });
        let stores = snapshot.stores.iter().map(|store| StorePlan {
            object: source(store.object),
            barrier: store.field.kind == Kind::Val,
            put: put(store.field.word, store.field.kind, store.value),
        });
        let frame = |id| &trace.frames[crate::ir::FrameSnapId::index(id)];
        let chain = std::iter::successors(snapshot.frame.map(frame), |f| f.parent.map(frame));
        let frames = chain.map(|snap| {
            let mut puts = Vec::new();
            if snap.token >= 0 {
                puts.push(Put {
                    word: Frame::TOKEN.raw.word,
                    float: false,
                    source: Source::Const(Value::small(snap.token).0),
                });
                let slots = snap.slots.iter();
                puts.extend(
                    slots
                        .map(|(slot, value)| put(Frame::SLOTS.raw.start + slot, Kind::Val, *value)),
                );
                puts.extend(snap.aux.map(|aux| put(Frame::AUX.raw.word, Kind::Val, aux)));
            }
            FramePlan {
                object: snap.object.map(source),
                words: snap.words,
                puts: puts.into(),
            }
        });
        let log = snapshot.log.iter().zip(&snapshot.log_tys);
        Plan {
            virtuals: virtuals.collect(),
            fields: fields.collect(),
            stores: stores.collect(),
            regs: (snapshot.regs.iter())
                .map(|(reg, value)| (*reg, source(*value)))
                .collect(),
            frames: frames.collect(),
            log: log
                .map(|(value, ty)| (source(*value), *ty == Ty::Float))
                .collect(),
            log_len: snapshot.log_len,
            depth: snapshot.depth as i64,
        }
    }
}

fn source_of(trace: &Trace, ops: &[OpRef], value: SnapVal) -> Source {
    match value {
        SnapVal::Op(op) if op.is_const() => {
            let c = trace.consts[op.const_index()];
            match c.ty {
                Ty::Float => Source::ConstFloat(c.bits),
                Ty::Bool => Source::Const(Value::bool(c.bits & 1 != 0).0),
                Ty::Val | Ty::Int | Ty::Void => Source::Const(c.bits),
            }
        }
        SnapVal::Op(op) => {
            let at = ops.iter().position(|o| *o == op);
            let at = at.expect("a value of the exit") as u16;
            match trace.ty(op) {
                Ty::Float => Source::Float(at),
                Ty::Bool => Source::Bool(at),
                Ty::Val | Ty::Int | Ty::Void => Source::Word(at),
            }
        }
        SnapVal::Virtual(i) => Source::Virtual(i),
    }
}

struct Values<'a> {
    core: *mut VmCore,
    bits: &'a [u64],
    objects: Words,
}

impl Values<'_> {
    /// The value as a tagged word.
    #[inline]
    fn val(&self, source: Source) -> u64 {
        match source {
            Source::Const(bits) => bits,
            Source::Word(at) => self.bits[at as usize],
            Source::Virtual(i) => self.objects[i as usize],
            Source::Bool(at) => Value::bool(self.bits[at as usize] & 1 != 0).0,
            Source::Float(at) => mem::box_float(self.core, self.bits[at as usize]),
            Source::ConstFloat(bits) => mem::box_float(self.core, bits),
        }
    }

    fn float(&self, source: Source) -> u64 {
        match source {
            Source::Float(at) => self.bits[at as usize],
            Source::ConstFloat(bits) => bits,
            source => {
                let bits = self.val(source);
                if Value(bits).is_float() {
                    Value(bits).as_float().to_bits()
                } else {
                    mem::word(bits, 1)
                }
            }
        }
    }

    #[inline]
    fn put(&self, object: u64, put: &Put) {
        let word = if put.float {
            self.float(put.source)
        } else {
            self.val(put.source)
        };
        mem::set_word(object, put.word as usize, word);
    }
}

/// Rebuilds the state that `plan` describes; `bits` are the exit's values in the order of the
/// operands that the plan was made with. Sets the engine's
/// current frame, registers and depth. Allocates, never collects.
pub fn rebuild(core: *mut VmCore, plan: &Plan, bits: &[u64]) -> Rebuilt {
    let mut values = Values {
        core,
        bits,
        objects: Words::new(),
    };
    for object in &plan.virtuals {
        let words = object.words as usize;
        let o = mem::alloc(core, object.header, words);
        mem::fill(o, 1, words, 0);
        values.objects.push(o);
    }
    for (object, put) in &plan.fields {
        values.put(values.objects[*object as usize], put);
    }
    for store in &plan.stores {
        let object = values.val(store.object);
        if store.barrier {
            mem::barrier(core, object);
        }
        values.put(object, &store.put);
    }
    for (reg, source) in &plan.regs {
        mem::set_reg(core, *reg, values.val(*source));
    }
    mem::add_depth(core, plan.depth);
    let frames = rebuild_frames(&values, plan);
    if let Some(innermost) = frames.first() {
        mem::set_current(core, *innermost);
    }
    let log = plan.log.iter().map(|(source, float)| match float {
        true => values.float(*source),
        false => values.val(*source),
    });
    Rebuilt {
        log: log.collect(),
        objects: values.objects,
        frames,
        log_len: plan.log_len,
    }
}

fn rebuild_frames(values: &Values<'_>, plan: &Plan) -> Words {
    let mut frames = Words::new();
    let mut callee: Option<u64> = None;
    for snap in &plan.frames {
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
        for put in &snap.puts {
            values.put(frame, put);
        }
        if let Some(callee) = callee {
            mem::set_word(callee, Frame::PARENT.raw.word as usize, frame);
        }
        frames.push(frame);
        callee = Some(frame);
    }
    frames
}
