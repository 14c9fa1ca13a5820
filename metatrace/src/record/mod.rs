//! `Record`: the `Meta` that executes and appends IR: the tracer.
//!
//! Every operation runs concretely through an embedded [`Run`] and is appended
//! to the trace with its concrete result beside it ([`Red`]). Frames live on a
//! stack of [`RecFrame`]s whose slots are SSA values: an inlined call leaves no
//! trace of its frame but in snapshots.
//!
//! Resume rule: a snapshot describes the state at the *start* of its bytecode.
//! Slot writes and frame switches are simply redone by the replay. Once a
//! bytecode had an effect (store, call, register write), snapshots also carry the
//! results of all its impure operations so far, which the replay consumes
//! instead of executing (`resume/replay.rs`). A bridge starts by recording such
//! a replay: the log then feeds this recorder.
//!
//! Files: `frame.rs` frames and snapshots; `memory.rs` known words; `control.rs` merge points, when to
//! stop; `meta_impl.rs` the operations; `abort.rs` reasons for giving up.

mod abort;
mod control;
mod frame;
mod memory;
mod meta_impl;

pub use abort::Abort;
pub use control::{Ending, Root, TargetInfo, Targets};

use crate::assume::{Assumption, Validity};
use crate::code::SlotMask;
use crate::ir::{
    Descr, FrameSnapId, LabelId, Op, OpRef, SnapVal, Snapshot, SnapshotId, Tag, Trace, Ty,
};
use crate::layout::{FieldRef, Frame};
use crate::meta::Meta;
use crate::opt::Doubt;
use crate::run::{Run, mem};
use crate::value::Value;
use crate::vm::{REG_COUNT, VmCore};
use frame::{RecFrame, Slot, Undo};
use hashbrown::HashMap;
use memory::Memory;
use smallvec::SmallVec;
use std::rc::Rc;

/// A red value while recording: its place in the trace and its bits right now.
#[derive(Copy, Clone, Debug)]
pub struct Red {
    pub op: OpRef,
    pub bits: u64,
}

/// Limits of a recording; see `options.rs` for the defaults.
#[derive(Copy, Clone, Debug)]
pub struct RecordLimits {
    /// Operations after which a recording ends or is given up.
    pub trace_ops_max: usize,
    /// Frames that may be inlined at once.
    pub inline_depth_max: usize,
    /// Activations of one code that may be inlined at once.
    pub recursion_max: usize,
    /// The same as long as the trace has no more than `short_ops` operations.
    pub recursion_short_max: usize,
    pub short_ops: usize,
    /// Returns into frames that the trace did not push that it follows.
    pub returns_max: u32,
    /// Iterations of an inner loop that may be unrolled.
    pub unroll_max: u32,
    /// Forward loads while recording; off, the trace shows each of them to the optimiser.
    pub forward_loads: bool,
}

/// Publications of frames after which registers are written: choice points and
/// what they refer to are then objects, which every snapshot would describe otherwise.
const UNWRITTEN_MAX: u32 = 6;

/// A recording in progress.
pub struct Record {
    run: Run,
    trace: Trace,
    stack: Vec<RecFrame>,
    /// Frames made but not entered yet.
    fresh: Vec<RecFrame>,
    /// The stack that was left when the trace last failed into a frame that it did not know.
    abandoned: Vec<RecFrame>,
    regs: [Slot; REG_COUNT],
    /// Registers (a bit set) whose values a native may have left there.
    left_regs: u32,
    /// Frames pushed minus frames popped since the trace began.
    depth: i32,

    // The current bytecode.
    start_pc: u32,
    undo: Undo,
    /// The bytecode changed the stack of frames: slot writes go to other frames now.
    switched: bool,
    base: Option<FrameSnapId>,
    base_depth: i32,
    log: Vec<(Ty, OpRef)>,
    impure: u32,
    effect: bool,
    last_snapshot: Option<(SnapshotId, u32)>,
    replay: Vec<Red>,
    replayed: usize,
    replay_len: u32,
    replay_count: u32,

    // Control.
    root: Root,
    begun: bool,
    bottoms_left: u32,
    /// The last bytecode returned into a frame that the trace did not push; true: of the same code.
    returned: Option<bool>,
    /// The last bytecode came back to a frame that the trace did not push or leave.
    came_back: bool,
    /// The frame left last is one that somebody may come back to.
    left_published: bool,
    /// Frames published since the registers were last written.
    unwritten: u32,
    /// The trace closed in the activation that it began in.
    looping: bool,
    searches: bool,
    /// The trace looks at the poll word.
    polled: bool,
    visits: SmallVec<[(i64, usize, u32); 8]>,
    targets: Rc<Targets>,
    abort: Option<Abort>,
    ending: Option<Ending>,
    /// The loop that the bridge reaches has no version that fits: the bridge
    /// goes on once around it, and becomes one.
    pub(crate) retrace: bool,
    /// Why the bridge was left: if that is so again when it reaches the loop, it becomes a version.
    pub(crate) doubt: Option<Doubt>,
    /// Guest code asks for its depth: a trace that grows the stack checks it before its end.
    pub(crate) limits_depth: bool,
    /// The tree has so many bridges that paths through it are better not
    /// told one from another: this one ends wherever another trace begins, instead of inlining that.
    pub(crate) terse: bool,
    /// The loop that it is a new version of.
    retraced: Option<TargetInfo>,
    /// A merge point that this recording would like to be compiled first.
    wanted: Option<(u32, u16)>,
    limits: RecordLimits,

    // Knowledge that keeps traces short.
    tags: Vec<Option<Tag>>,
    memory: Memory,
    live_cache: HashMap<i64, Rc<SlotMask>>,
    assumptions: Vec<Assumption>,
    validity: Rc<Validity>,
    const_index: HashMap<(Ty, u64), OpRef>,
}

/// What a finished recording is.
pub struct Recording {
    pub trace: Trace,
    pub ending: Ending,
    /// See [`TargetInfo::looping`].
    pub looping: bool,
    /// It came back to a frame that was left before, or a choice was left open.
    pub searches: bool,
    pub assumptions: Vec<Assumption>,
    /// Position at the end, and the slots that are live there: what a final jump passes.
    target_token: i64,
    target_slots: Vec<u16>,
}

impl Record {
    fn empty(
        core: *mut VmCore,
        inputs: &[Ty],
        root: Root,
        targets: Rc<Targets>,
        limits: RecordLimits,
    ) -> Record {
        Record {
            run: Run::new(core),
            trace: Trace::new(inputs),
            stack: Vec::new(),
            fresh: Vec::new(),
            abandoned: Vec::new(),
            regs: [Slot::Unknown; REG_COUNT],
            left_regs: 0,
            depth: 0,
            start_pc: 0,
            undo: Undo::default(),
            switched: false,
            base: None,
            base_depth: 0,
            log: Vec::new(),
            impure: 0,
            effect: false,
            last_snapshot: None,
            replay: Vec::new(),
            replayed: 0,
            replay_len: 0,
            replay_count: 0,
            root,
            begun: false,
            bottoms_left: 0,
            returned: None,
            came_back: false,
            left_published: false,
            unwritten: 0,
            looping: false,
            searches: false,
            polled: false,
            visits: SmallVec::new(),
            targets,
            abort: None,
            ending: None,
            retrace: false,
            doubt: None,
            limits_depth: false,
            terse: false,
            retraced: None,
            wanted: None,
            limits,
            tags: Vec::new(),
            memory: Memory::default(),
            live_cache: HashMap::new(),
            assumptions: Vec::new(),
            validity: Rc::new(Validity::new(core)),
            const_index: HashMap::new(),
        }
    }

    /// Starts at the engine's current frame, whose token is at the merge point
    /// of `root`. `label` names the recorded label.
    pub fn start_root(
        core: *mut VmCore,
        root: Root,
        label: LabelId,
        targets: Rc<Targets>,
        limits: RecordLimits,
    ) -> Record {
        let mut rec = Record::empty(core, &[Ty::Val], root, targets, limits);
        let code = rec.run.code();
        let frame = Red {
            op: OpRef(0),
            bits: rec.run.frame_word(),
        };
        rec.start_pc = rec.run.pc();
        rec.stack.push(RecFrame::of_object(frame, code));
        let live = rec.live(code, rec.start_pc);
        let mut args = vec![frame.op];
        for slot in live.iter() {
            args.push(rec.emit(
                Op::Load,
                Ty::Val,
                &[frame.op],
                Descr::Field(Frame::SLOTS.raw.field(slot)),
            ));
        }
        rec.begin_label(frame, &args, label);
        rec
    }

    /// Jumps to a label and defines it: from here on the current frame and its
    /// live slots, `args` so far, are the label's operands.
    fn begin_label(&mut self, frame: Red, args: &[OpRef], label: LabelId) {
        let code = self.run.code();
        let live = self.live(code, self.start_pc);
        self.emit(Op::Jump, Ty::Void, args, Descr::Label(label));
        let params: Vec<OpRef> = args.iter().map(|_| self.trace.new_value(Ty::Val)).collect();
        self.emit(Op::Label, Ty::Void, &params, Descr::Label(label));
        let object = Red {
            op: params[0],
            bits: frame.bits,
        };
        let mut known = self.arrived_frame(object, code);
        for (slot, op) in live.iter().zip(&params[1..]) {
            let bits = mem::word(frame.bits, Frame::SLOTS.raw.start as usize + slot as usize);
            known.slots[slot as usize] = Slot::Known {
                red: Red { op: *op, bits },
                dirty: true,
            };
        }
        self.stack = vec![known];
        self.memory = Memory::default();
    }

    /// Starts a bridge from an exit. The engine is in the state of the exit
    /// (frames rebuilt, current frame set): `values` are the exit's values,
    /// `materialised` the words of its virtual objects, `frames` those of its
    /// frames, innermost first.
    #[allow(clippy::too_many_arguments, reason = "an exit has many parts")]
    pub fn start_bridge(
        core: *mut VmCore,
        parent: &Trace,
        snapshot: &Snapshot,
        values: &[u64],
        materialised: &[u64],
        frames: &[u64],
        targets: Rc<Targets>,
        limits: RecordLimits,
    ) -> Record {
        let id = parent
            .snapshots
            .iter()
            .position(|s| std::ptr::eq(s, snapshot))
            .expect("a snapshot of the parent");
        let exit_values = parent.exit_values(SnapshotId(id as u32));
        let inputs: Vec<Ty> = exit_values.iter().map(|v| parent.ty(*v)).collect();
        let mut rec = Record::empty(core, &inputs, Root::Bridge, targets, limits);
        rec.begun = true;
        rec.start_pc = rec.run.pc();
        let reds: Vec<Red> = values
            .iter()
            .enumerate()
            .map(|(i, bits)| Red {
                op: OpRef(i as u32),
                bits: *bits,
            })
            .collect();
        let mut import = Import {
            parent,
            exit_values,
            reds,
            virtuals: Vec::new(),
        };
        rec.import_virtuals(&mut import, snapshot, materialised);
        rec.import_stores(&import, snapshot);
        rec.import_frames(&import, snapshot, frames);
        rec.depth = snapshot.depth;
        rec.base_depth = snapshot.depth;
        for (reg, value) in &snapshot.regs {
            let red = rec.import_val(&import, *value);
            rec.regs[*reg as usize] = Slot::Known { red, dirty: true };
        }
        for (value, ty) in snapshot.log.iter().zip(&snapshot.log_tys) {
            let red = if *ty == Ty::Float {
                rec.import_raw(&import, *value)
            } else {
                rec.import_val(&import, *value)
            };
            rec.replay.push(red);
            rec.log.push((*ty, red.op));
        }
        rec.replay_len = snapshot.log_len;
        rec.impure = snapshot.log_len;
        rec.effect = snapshot.log_len > 0;
        rec
    }

    fn import_raw(&mut self, import: &Import<'_>, value: SnapVal) -> Red {
        match value {
            SnapVal::Op(op) if op.is_const() => {
                let c = import.parent.consts[op.const_index()];
                self.red_const(c.ty, c.bits)
            }
            SnapVal::Op(op) => {
                let index = import
                    .exit_values
                    .iter()
                    .position(|v| *v == op)
                    .expect("a value of the exit");
                import.reds[index]
            }
            SnapVal::Virtual(i) => import.virtuals[i as usize],
        }
    }

    /// A snapshot value as a `Val`: boxes floats and booleans.
    fn import_val(&mut self, import: &Import<'_>, value: SnapVal) -> Red {
        let red = self.import_raw(import, value);
        match self.trace.ty(red.op) {
            Ty::Float => self.box_float_raw(red),
            Ty::Bool => self.op1_raw(Op::BoolToVal, red),
            Ty::Val | Ty::Int | Ty::Void => red,
        }
    }

    fn import_virtuals(
        &mut self,
        import: &mut Import<'_>,
        snapshot: &Snapshot,
        materialised: &[u64],
    ) {
        for (object, bits) in snapshot.virtuals.iter().zip(materialised) {
            let descr = Descr::Layout {
                layout: object.layout,
                shape: object.shape,
                words: object.words,
            };
            let op = self.emit(Op::New, Ty::Val, &[], descr);
            self.memory.made(op);
            import.virtuals.push(Red { op, bits: *bits });
        }
        for (i, object) in snapshot.virtuals.iter().enumerate() {
            for (word, value) in &object.fields {
                let field = crate::resume::field_of_word(object.layout, *word);
                let red = if field.kind == crate::layout::Kind::Float {
                    self.import_raw(import, *value)
                } else {
                    self.import_val(import, *value)
                };
                self.store_field(import.virtuals[i], field, red);
            }
        }
    }

    fn import_stores(&mut self, import: &Import<'_>, snapshot: &Snapshot) {
        for store in &snapshot.stores {
            let object = self.import_val(import, store.object);
            let value = if store.field.kind == crate::layout::Kind::Float {
                self.import_raw(import, store.value)
            } else {
                self.import_val(import, store.value)
            };
            self.store_field(object, store.field, value);
        }
    }

    fn import_frames(&mut self, import: &Import<'_>, snapshot: &Snapshot, frames: &[u64]) {
        let mut next = snapshot.frame;
        let mut out = Vec::new();
        let undef = self.red_const(Ty::Val, Value::UNDEF.0);
        for address in frames {
            let id = next.expect("as many frames as the snapshot has");
            let snap = &import.parent.frames[id.index()];
            next = snap.parent;
            let object = snap.object.map(|o| self.import_val(import, o));
            if snap.token < 0 {
                out.push(RecFrame::opaque(object.expect("opaque frames are objects")));
                continue;
            }
            let code = mem::code(self.run.core(), crate::code::token_code(snap.token));
            let mut frame = match object {
                // Whether the parent trace stored its parent is not known.
                Some(object) => {
                    let pc = crate::code::token_pc(snap.token);
                    let idle = code.data.idle_slot();
                    let live = self.live(code, pc);
                    let mut frame = match idle.filter(|idle| !live.contains(idle.0)) {
                        Some(_) => self.arrived_frame(object, code),
                        None => RecFrame::of_object(object, code),
                    };
                    frame.linked = next.is_none();
                    frame
                }
                None => RecFrame::fresh(code, undef, *address),
            };
            frame.address = *address;
            frame.waiting_pc = crate::code::token_pc(snap.token);
            for (slot, value) in &snap.slots {
                let red = self.import_val(import, *value);
                frame.slots[*slot as usize] = Slot::Known { red, dirty: true };
            }
            if let Some(aux) = snap.aux {
                let red = self.import_val(import, aux);
                frame.aux = Slot::Known { red, dirty: true };
            }
            out.push(frame);
        }
        out.reverse();
        self.stack = out;
    }

    // ------------------------------------------------------------- emission

    fn red_const(&mut self, ty: Ty, bits: u64) -> Red {
        let ty = if ty == Ty::Val && Value(bits).is_int() {
            Ty::Int
        } else {
            ty
        };
        let trace = &mut self.trace;
        let op = *self.const_index.entry((ty, bits)).or_insert_with(|| {
            trace.consts.push(crate::ir::Const { ty, bits });
            OpRef::constant(trace.consts.len() as u32 - 1)
        });
        Red { op, bits }
    }

    fn emit(&mut self, op: Op, ty: Ty, args: &[OpRef], descr: Descr) -> OpRef {
        self.trace.push(op, ty, args, descr, None)
    }

    fn guard(&mut self, op: Op, args: &[OpRef], descr: Descr) -> OpRef {
        let snapshot = self.snapshot();
        self.trace.push(op, op.ret(), args, descr, Some(snapshot))
    }

    fn known_tag(&self, v: OpRef) -> Option<Tag> {
        if self.trace.ty(v) == Ty::Int {
            return Some(Tag::INT);
        }
        if v.is_const() {
            None
        } else {
            self.tags.get(v.index()).copied().flatten()
        }
    }

    fn note_tag(&mut self, v: OpRef, tag: Tag) {
        if !v.is_const() {
            if self.tags.len() <= v.index() {
                self.tags.resize(v.index() + 1, None);
            }
            self.tags[v.index()] = Some(tag);
        }
    }

    /// Starts a bytecode.
    fn begin(&mut self) {
        self.start_pc = self.run.pc();
        self.undo.slots.clear();
        self.undo.aux = None;
        self.switched = false;
        self.base = None;
        self.base_depth = self.depth;
        self.last_snapshot = None;
        if self.replay_pending() {
            return; // the log of the interrupted bytecode is in place
        }
        self.log.clear();
        self.impure = 0;
        self.effect = false;
        self.fresh.clear();
        if self.unwritten >= UNWRITTEN_MAX {
            self.unwritten = 0;
            self.flush_regs(!0);
        }
    }

    /// Is the interrupted bytecode of a bridge still to be replayed?
    fn replay_pending(&self) -> bool {
        self.replay_count < self.replay_len
    }

    /// Takes the next logged result while replaying. `Some(None)` for `void` operations.
    fn replayed(&mut self, has_result: bool) -> Option<Option<Red>> {
        if !self.replay_pending() {
            return None;
        }
        self.replay_count += 1;
        if !has_result {
            return Some(None);
        }
        self.replayed += 1;
        Some(Some(self.replay[self.replayed - 1]))
    }

    fn log_result(&mut self, ty: Ty, op: OpRef) {
        self.impure += 1;
        self.log.push((ty, op));
    }

    fn log_void(&mut self) {
        self.impure += 1;
        self.effect = true;
    }

    /// Abandons the recording at the end of this bytecode.
    pub fn abort(&mut self, reason: Abort) {
        self.abort.get_or_insert(reason);
    }

    pub fn core(&mut self) -> *mut VmCore {
        self.run.core()
    }

    /// Writes position and frame back to the engine.
    pub fn save(&mut self) {
        self.run.save();
    }

    /// Language of the current frame.
    pub fn language(&self) -> u8 {
        self.run.code().lang
    }

    /// The current frame, as it really runs while recording.
    pub fn frame(&self) -> u64 {
        self.run.frame_word()
    }

    /// The id of the current frame's code.
    pub fn code_id(&self) -> u32 {
        self.run.code().id
    }

    pub fn wanted(&self) -> Option<(u32, u16)> {
        self.wanted
    }

    fn load_typed(&mut self, object: Red, field: FieldRef, bits: u64) -> Red {
        if self.limits.forward_loads
            && let Some(known) = self.memory.find(object.op, field)
        {
            debug_assert_eq!(known.bits, bits, "{field:?} of {object:?}");
            return known;
        }
        let ty = field_ty(field.kind);
        let op = self.emit(Op::Load, ty, &[object.op], Descr::Field(field));
        let red = Red { op, bits };
        self.memory.loaded(object.op, field, red);
        red
    }
}

/// Type of a loaded field.
pub(crate) fn field_ty(kind: crate::layout::Kind) -> Ty {
    use crate::layout::Kind;
    match kind {
        Kind::Val => Ty::Val,
        Kind::Int | Kind::Byte => Ty::Int,
        Kind::Float => Ty::Float,
        Kind::Raw => unreachable!("raw fields are not visible to traces"),
    }
}

/// How the values of an exit appear in its bridge.
struct Import<'a> {
    parent: &'a Trace,
    exit_values: Vec<OpRef>,
    reds: Vec<Red>,
    virtuals: Vec<Red>,
}
