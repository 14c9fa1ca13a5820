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
use std::rc::Rc;

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

/// Where a value comes from, and what [`Step::bits`] then is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
enum Source {
    /// A tagged word.
    Const,
    /// A float's bits.
    ConstFloat,
    /// Number of the exit's value that is a tagged word.
    Word,
    Float,
    Bool,
    /// Number of the virtual object.
    Virtual,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug)]
#[repr(u8)]
enum What {
    /// Adds `bits` to the depth.
    Depth,
    /// A virtual object of `word` words and header `bits`.
    New,
    /// What follows is put into the value.
    Hold,
    /// The same, and it is logged for the collector.
    HoldLogged,
    /// The value becomes word `word` of what is held.
    Put,
    PutFloat,
    /// The value becomes register `word`.
    Reg,
    /// The caller of the frame before it: the value, which is held from now on.
    Frame,
    /// The same: a new one of `word` words.
    NewFrame,
    /// The value is a logged result.
    Log,
    LogFloat,
}

/// One thing to do. Plans are read once per exit, from cold memory: all of a plan lies together.
#[derive(Copy, Clone, Debug)]
struct Step {
    what: What,
    from: Source,
    word: u16,
    bits: u64,
}

/// How the state of one snapshot is rebuilt.
#[derive(Clone, Debug)]
pub struct Plan {
    steps: Rc<[Step]>,
    log_len: u32,
}

impl Plan {
    /// Plans for `snapshot` of `trace`, whose exit has the values `ops`
    /// ([`Trace::exit_values`]). Costs time in proportion to the snapshot's size times the values.
    pub fn new(trace: &Trace, snapshot: &Snapshot, ops: &[OpRef]) -> Plan {
        let mut steps = Steps {
            trace,
            ops,
            steps: Vec::new(),
        };
        steps.fixed(What::Depth, 0, snapshot.depth as i64 as u64);
        for object in &snapshot.virtuals {
            let header = header(object.layout, object.words as usize, object.shape);
            steps.fixed(What::New, object.words, header);
        }
        for (i, object) in snapshot.virtuals.iter().enumerate() {
            if !object.fields.is_empty() {
                steps.add(What::Hold, 0, SnapVal::Virtual(i as u32));
            }
            for (word, value) in &object.fields {
                steps.put(*word, field_of_word(object.layout, *word).kind, *value);
            }
        }
        for store in &snapshot.stores {
            let what = match store.field.kind {
                Kind::Val => What::HoldLogged,
                _ => What::Hold,
            };
            steps.add(what, 0, store.object);
            steps.put(store.field.word, store.field.kind, store.value);
        }
        for (reg, value) in &snapshot.regs {
            steps.add(What::Reg, u16::from(*reg), *value);
        }
        let frame = |id| &trace.frames[crate::ir::FrameSnapId::index(id)];
        for snap in std::iter::successors(snapshot.frame.map(frame), |f| f.parent.map(frame)) {
            match snap.object {
                Some(object) => steps.add(What::Frame, 0, object),
                None => steps.fixed(What::NewFrame, snap.words, 0),
            }
            if snap.token >= 0 {
                steps.fixed(What::Put, Frame::TOKEN.raw.word, Value::small(snap.token).0);
                for (slot, value) in &snap.slots {
                    steps.put(Frame::SLOTS.raw.start + slot, Kind::Val, *value);
                }
                if let Some(aux) = snap.aux {
                    steps.put(Frame::AUX.raw.word, Kind::Val, aux);
                }
            }
        }
        for (value, ty) in snapshot.log.iter().zip(&snapshot.log_tys) {
            let what = match *ty {
                Ty::Float => What::LogFloat,
                _ => What::Log,
            };
            steps.add(what, 0, *value);
        }
        Plan {
            steps: steps.steps.into(),
            log_len: snapshot.log_len,
        }
    }
}

struct Steps<'a> {
    trace: &'a Trace,
    ops: &'a [OpRef],
    steps: Vec<Step>,
}

impl Steps<'_> {
    fn fixed(&mut self, what: What, word: u16, bits: u64) {
        self.steps.push(Step {
            what,
            from: Source::Const,
            word,
            bits,
        });
    }

    fn add(&mut self, what: What, word: u16, value: SnapVal) {
        let (from, bits) = self.source(value);
        self.steps.push(Step {
            what,
            from,
            word,
            bits,
        });
    }

    fn put(&mut self, word: u16, kind: Kind, value: SnapVal) {
        let what = match kind {
            Kind::Float => What::PutFloat,
            _ => What::Put,
        };
        self.add(what, word, value);
    }

    fn source(&self, value: SnapVal) -> (Source, u64) {
        match value {
            SnapVal::Op(op) if op.is_const() => {
                let c = self.trace.consts[op.const_index()];
                match c.ty {
                    Ty::Float => (Source::ConstFloat, c.bits),
                    Ty::Bool => (Source::Const, Value::bool(c.bits & 1 != 0).0),
                    Ty::Val | Ty::Int | Ty::Void => (Source::Const, c.bits),
                }
            }
            SnapVal::Op(op) => {
                let at = self.ops.iter().position(|o| *o == op);
                let from = match self.trace.ty(op) {
                    Ty::Float => Source::Float,
                    Ty::Bool => Source::Bool,
                    Ty::Val | Ty::Int | Ty::Void => Source::Word,
                };
                (from, at.expect("a value of the exit") as u64)
            }
            SnapVal::Virtual(i) => (Source::Virtual, u64::from(i)),
        }
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
    fn val(&self, step: &Step) -> u64 {
        let at = step.bits as usize;
        match step.from {
            Source::Const => step.bits,
            Source::Word => self.bits[at],
            Source::Virtual => self.objects[at],
            Source::Bool => Value::bool(self.bits[at] & 1 != 0).0,
            Source::Float => mem::box_float(self.core, self.bits[at]),
            Source::ConstFloat => mem::box_float(self.core, step.bits),
        }
    }

    fn float(&self, step: &Step) -> u64 {
        match step.from {
            Source::Float => self.bits[step.bits as usize],
            Source::ConstFloat => step.bits,
            _ => {
                let bits = self.val(step);
                if Value(bits).is_float() {
                    Value(bits).as_float().to_bits()
                } else {
                    mem::word(bits, 1)
                }
            }
        }
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
    let mut rebuilt = Rebuilt {
        log_len: plan.log_len,
        ..Rebuilt::default()
    };
    // Steps that put something follow one that holds something.
    let mut held = 0;
    for step in &*plan.steps {
        let word = usize::from(step.word);
        match step.what {
            What::Depth => {
                mem::add_depth(core, step.bits as i64);
            }
            What::New => {
                let object = mem::alloc(core, step.bits, word);
                mem::fill(object, 1, word, 0);
                values.objects.push(object);
            }
            What::Hold => held = values.val(step),
            What::HoldLogged => {
                held = values.val(step);
                mem::barrier(core, held);
            }
            What::Put => mem::set_word(held, word, values.val(step)),
            What::PutFloat => mem::set_word(held, word, values.float(step)),
            What::Reg => mem::set_reg(core, step.word as u8, values.val(step)),
            What::Frame | What::NewFrame => {
                held = if step.what == What::Frame {
                    values.val(step)
                } else {
                    let frame = mem::alloc(core, header(FRAME, word, 0), word);
                    mem::fill(frame, 1, word, Value::UNDEF.0);
                    frame
                };
                mem::barrier(core, held);
                if let Some(callee) = rebuilt.frames.last() {
                    mem::set_word(*callee, Frame::PARENT.raw.word as usize, held);
                }
                rebuilt.frames.push(held);
            }
            What::Log => rebuilt.log.push(values.val(step)),
            What::LogFloat => rebuilt.log.push(values.float(step)),
        }
    }
    if let Some(innermost) = rebuilt.frames.first() {
        mem::set_current(core, *innermost);
    }
    rebuilt.objects = values.objects;
    rebuilt
}
