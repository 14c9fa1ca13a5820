//! `Run`: the `Meta` that executes. Monomorphised, it *is* the interpreter.
//!
//! Frame address, code and pc are plain locals of the step loop; every method
//! inlines to an instruction or two. One of the files with `unsafe`: it reads
//! and writes heap words through descriptors, which the typed layer makes
//! right by construction.

use crate::assume::Assumption;
use crate::code::{Code, token_code, token_pc};
use crate::ir::{Op, Tag, Ty, pure};
use crate::layout::{
    self, FLAG_UNLOGGED, FRAME, FieldRef, Frame, HEADER_LAYOUT_SHIFT, HEADER_SHAPE_SHIFT, ItemsRef,
    Kind, LayoutId, header,
};
use crate::meta::{Arrival, Flow, Meta, NewFrame, Raised};
use crate::native::Native;
use crate::value::{TAG_HEAP, Value};
use crate::vm::{DEPTH_MARGIN, POLL_EACH, POLL_EACH_PASS, VmCore};

/// Word access to heap objects, for the core's own modules.
#[allow(
    clippy::not_unsafe_ptr_arg_deref,
    reason = "an engine pointer comes from a live engine by construction; checking each use would say nothing"
)]
pub mod mem {
    use super::*;

    /// Header word of the object `v`.
    #[inline(always)]
    pub fn header_of(v: u64) -> u64 {
        debug_assert!(Value(v).is_heap());
        // SAFETY: `v` is a heap reference, so its address holds a live header.
        unsafe { *((v - TAG_HEAP) as *const u64) }
    }

    /// Word `index` of the object `v`.
    #[inline(always)]
    pub fn word(v: u64, index: usize) -> u64 {
        debug_assert!(Value(v).is_heap(), "{:?}", Value(v));
        // SAFETY: `v` is a live object and its layout has at least `index + 1` words.
        unsafe { *((v - TAG_HEAP) as *const u64).add(index) }
    }

    /// Sets word `index` of the object `v`, without a barrier.
    #[inline(always)]
    pub fn set_word(v: u64, index: usize, bits: u64) {
        debug_assert!(Value(v).is_heap());
        // SAFETY: as for `word`; one engine is used by one thread, so nobody else looks.
        unsafe { *((v - TAG_HEAP) as *mut u64).add(index) = bits }
    }

    /// Dynamic type of any value.
    #[inline(always)]
    pub fn tag_of(v: u64) -> Tag {
        let value = Value(v);
        if value.is_int() {
            Tag::INT
        } else if value.is_heap() {
            Tag::layout((header_of(v) >> HEADER_LAYOUT_SHIFT) as u8)
        } else if value.is_float() {
            Tag::FLOAT
        } else if value.is_symbol() {
            Tag::SYMBOL
        } else {
            Tag::IMM
        }
    }

    #[inline(always)]
    pub fn is_tag(v: u64, tag: Tag) -> bool {
        let value = Value(v);
        match tag {
            Tag::INT => value.is_int(),
            Tag::FLOAT => value.is_float(),
            Tag::SYMBOL => value.is_symbol(),
            Tag::IMM => value.is_imm(),
            Tag(id) => value.is_heap() && (header_of(v) >> HEADER_LAYOUT_SHIFT) as u8 == id,
        }
    }

    #[inline(always)]
    pub fn shape_of(v: u64) -> u32 {
        (header_of(v) >> HEADER_SHAPE_SHIFT) as u32
    }

    #[inline(always)]
    pub fn set_shape(v: u64, shape: u32) {
        let h = header_of(v) & 0xFFFF_FFFF | (shape as u64) << HEADER_SHAPE_SHIFT;
        set_word(v, 0, h);
    }

    /// Byte item `i` (from word `start`) as a fixnum word.
    #[inline(always)]
    pub fn byte(v: u64, start: u16, i: i64) -> u64 {
        // SAFETY: the caller checked `i` against the object's length.
        let b = unsafe { *((v - TAG_HEAP) as *const u8).add(start as usize * 8 + i as usize) };
        Value::small(b as i64).0
    }

    #[inline(always)]
    pub fn set_byte(v: u64, start: u16, i: i64, word: u64) {
        let b = Value(word).as_int() as u8;
        // SAFETY: as for `byte`.
        unsafe { *((v - TAG_HEAP) as *mut u8).add(start as usize * 8 + i as usize) = b }
    }

    /// Item `i` of an object as a word (bytes as fixnums).
    #[inline(always)]
    pub fn item(v: u64, items: ItemsRef, i: i64) -> u64 {
        if items.kind == Kind::Byte {
            byte(v, items.start, i)
        } else {
            word(v, items.start as usize + i as usize)
        }
    }

    /// The write barrier: remembers an old holder before its first store since the last collection.
    #[inline(always)]
    pub fn barrier(core: *mut VmCore, holder: u64) {
        if header_of(holder) & FLAG_UNLOGGED != 0 {
            log_object(core, holder);
        }
    }

    /// The barrier of a store to item `index` of `holder`.
    #[inline(always)]
    pub fn barrier_item(core: *mut VmCore, holder: u64, index: i64) {
        if header_of(holder) & FLAG_UNLOGGED != 0 {
            log_item(core, holder, index as u64);
        }
    }

    #[cold]
    #[inline(never)]
    fn log_item(core: *mut VmCore, holder: u64, index: u64) {
        // SAFETY: `core` is the live engine of the step loop that called us.
        unsafe { ((*core).log_item)(core, holder, index) }
    }

    #[cold]
    #[inline(never)]
    fn log_object(core: *mut VmCore, holder: u64) {
        // SAFETY: `core` is the live engine of the step loop that called us.
        unsafe { ((*core).log_object)(core, holder) }
    }

    /// Bump allocation of `words` words; the header is written, the rest is not.
    #[inline(always)]
    pub fn alloc(core: *mut VmCore, header: u64, words: usize) -> u64 {
        // SAFETY: `core` is live; the nursery between `nursery_next` and
        // `nursery_end` is mapped and unused, and `grow_nursery` returns such memory.
        unsafe {
            let bytes = words * 8;
            let mut at = (*core).nursery_next;
            if at + bytes > (*core).nursery_end {
                at = ((*core).grow_nursery)(core, bytes);
            } else {
                (*core).nursery_next = at + bytes;
            }
            *(at as *mut u64) = header;
            at as u64 | TAG_HEAP
        }
    }

    /// Fills words `from..to` of an object.
    #[inline(always)]
    pub fn fill(v: u64, from: usize, to: usize, bits: u64) {
        for i in from..to {
            set_word(v, i, bits);
        }
    }

    pub fn alloc_items(core: *mut VmCore, header: u64, n: u64) -> u64 {
        // SAFETY: `core` is the live engine.
        unsafe { ((*core).alloc_items)(core, header, n) }
    }

    /// A boxed float for magnitudes that are not immediate.
    #[cold]
    #[inline(never)]
    pub fn box_float_slow(core: *mut VmCore, f: f64) -> u64 {
        // SAFETY: `core` is the live engine.
        unsafe { ((*core).box_float)(core, f) }
    }

    #[inline(always)]
    pub fn box_float(core: *mut VmCore, bits: u64) -> u64 {
        match Value::float(f64::from_bits(bits)) {
            Some(v) => v.0,
            None => box_float_slow(core, f64::from_bits(bits)),
        }
    }

    #[inline(always)]
    pub fn reg(core: *mut VmCore, reg: u8) -> u64 {
        // SAFETY: `core` is the live engine; the index is bounds-checked.
        unsafe { (&(*core).regs)[reg as usize].0 }
    }

    #[inline(always)]
    pub fn set_reg(core: *mut VmCore, reg: u8, bits: u64) {
        // SAFETY: as for `reg`.
        unsafe { (&mut (*core).regs)[reg as usize] = Value(bits) }
    }

    /// Non-zero when something wants attention at a merge point.
    #[inline(always)]
    pub fn poll(core: *mut VmCore) -> u64 {
        // SAFETY: `core` is the live engine. Volatile: a signal handler may set it.
        unsafe { std::ptr::read_volatile(&raw const (*core).poll) }
    }

    /// Something wants attention: the poll word says so, or there is no fuel left.
    #[inline(always)]
    pub fn wants_attention(core: *mut VmCore) -> bool {
        // SAFETY: as in `poll`.
        poll(core) != 0 || unsafe { (*core).fuel < 0 }
    }

    /// Asks for attention at the next merge point; nothing for a null engine (tests).
    pub fn raise_poll(core: *mut VmCore, bits: u64) {
        if !core.is_null() {
            // SAFETY: `core` is the live engine that the trace belongs to.
            unsafe { (*core).poll |= bits }
        }
    }

    /// True when the poll word only says that the merge point was attended already.
    #[cold]
    #[inline(never)]
    pub fn pass_attended(core: *mut VmCore) -> bool {
        let pass = poll(core) == POLL_EACH | POLL_EACH_PASS;
        if pass {
            // SAFETY: `core` is the live engine.
            unsafe { (*core).poll = POLL_EACH }
        }
        pass
    }

    /// Adds to the frame depth and returns the new depth.
    #[inline(always)]
    pub fn add_depth(core: *mut VmCore, by: i64) -> i64 {
        // SAFETY: `core` is the live engine.
        unsafe {
            (*core).depth += by;
            (*core).depth
        }
    }

    #[inline(always)]
    pub fn too_deep(core: *mut VmCore) -> bool {
        // SAFETY: `core` is the live engine.
        unsafe { (*core).depth >= (*core).depth_limit }
    }

    /// Is the limit within the frames that a trace may push unchecked?
    pub fn nearly_too_deep(core: *mut VmCore) -> bool {
        // SAFETY: `core` is the live engine.
        unsafe { (*core).depth + DEPTH_MARGIN >= (*core).depth_limit }
    }

    /// Sets how many loop headers quickly made code may pass from now on.
    pub fn set_countdown(core: *mut VmCore, turns: i64) {
        // SAFETY: `core` is the live engine.
        unsafe { (*core).countdown = turns }
    }

    /// The code with this id. `VmCore::codes` grows only; codes live as long as the engine.
    #[inline(always)]
    pub fn code(core: *mut VmCore, id: u32) -> &'static Code {
        // SAFETY: ids come from tokens that were made from codes in the table.
        unsafe { *(*core).codes.add(id as usize) }
    }

    /// Words of the exit buffer.
    pub fn exit_words(core: *mut VmCore, range: std::ops::Range<usize>) -> Vec<u64> {
        debug_assert!(range.end <= crate::vm::EXIT_BUFFER_WORDS);
        // SAFETY: the buffer has `EXIT_BUFFER_WORDS` words.
        range
            .map(|i| unsafe { *(*core).exit_buffer.add(i) })
            .collect()
    }

    /// Puts words of the exit buffer back, from number `at` on.
    pub fn set_exit_words(core: *mut VmCore, at: usize, words: &[u64]) {
        debug_assert!(at + words.len() <= crate::vm::EXIT_BUFFER_WORDS);
        for (i, word) in words.iter().enumerate() {
            // SAFETY: as for `exit_words`.
            unsafe { *(*core).exit_buffer.add(at + i) = *word };
        }
    }

    /// The first `n` words of the exit buffer.
    pub fn exit_values(core: *mut VmCore, n: usize) -> impl Iterator<Item = u64> {
        // SAFETY: an exit stored `n` values in the buffer, which the engine owns.
        (0..n).map(move |i| unsafe { *(*core).exit_buffer.add(i) })
    }

    /// The tables of `code`, which the caller knows to be of type `T`: a language's
    /// step loops run that language's code only. Checked in debug builds.
    #[inline(always)]
    pub fn code_data<T: crate::code::CodeData>(code: &'static Code) -> &'static T {
        let data: &dyn std::any::Any = &*code.data;
        debug_assert!(data.is::<T>(), "{code:?} is another language's");
        // SAFETY: the type was right when the code was made, and the caller's knowledge of
        // the language says which it was; checked above in debug builds.
        unsafe { &*std::ptr::from_ref(data).cast::<T>() }
    }

    /// Makes `frame` the engine's current frame (outside step loops).
    pub fn set_current(core: *mut VmCore, frame: u64) {
        // SAFETY: `core` is the live engine.
        unsafe { (*core).frame = Value(frame) }
    }

    pub fn current(core: *mut VmCore) -> u64 {
        // SAFETY: `core` is the live engine.
        unsafe { (*core).frame.0 }
    }
}

const PARENT: usize = Frame::PARENT.raw.word as usize;
const TOKEN: usize = Frame::TOKEN.raw.word as usize;
const AUX: usize = Frame::AUX.raw.word as usize;
const SLOTS: usize = Frame::SLOTS.raw.start as usize;

/// The executing instance. Keep it in a local of the step loop and never let
/// a reference to it escape: then its fields live in registers.
pub struct Run {
    core: *mut VmCore,
    /// Current frame, as a value word.
    frame: u64,
    code: &'static Code,
    instrs: *const u64,
    pc: u32,
}

impl Run {
    /// Starts at the engine's current frame, at the position of its token.
    #[inline(always)]
    pub fn new(core: *mut VmCore) -> Run {
        let frame = mem::current(core);
        mem::barrier(core, frame);
        let token = Value(mem::word(frame, TOKEN)).as_int();
        let code = mem::code(core, token_code(token));
        Run {
            core,
            frame,
            code,
            instrs: code.instrs.as_ptr(),
            pc: token_pc(token),
        }
    }

    /// The engine.
    pub fn core_ptr(&self) -> *mut VmCore {
        self.core
    }

    /// The current frame as a value word.
    pub fn frame_word(&self) -> u64 {
        self.frame
    }

    /// The caller of the current frame.
    pub fn parent_word(&self) -> u64 {
        mem::word(self.frame, PARENT)
    }

    /// The current frame's token as it is in memory.
    pub fn token_word(&self) -> u64 {
        mem::word(self.frame, TOKEN)
    }

    /// Writes position and current frame back to the engine: on leaving a step loop.
    #[inline(always)]
    pub fn save(&mut self) {
        mem::set_word(self.frame, TOKEN, Value::small(self.code.token(self.pc)).0);
        mem::set_current(self.core, self.frame);
    }

    #[inline(always)]
    fn set_code(&mut self, token: u64) {
        let token = Value(token).as_int();
        self.code = mem::code(self.core, token_code(token));
        self.instrs = self.code.instrs.as_ptr();
        self.pc = token_pc(token);
    }

    /// Makes `frame` current and lets its slots be stored without barrier from now on.
    #[inline(always)]
    fn activate(&mut self, frame: u64) {
        mem::barrier(self.core, frame);
        self.frame = frame;
    }
}

impl Meta for Run {
    type Raw = u64;

    #[inline(always)]
    fn core(&mut self) -> *mut VmCore {
        self.core
    }
    #[inline(always)]
    fn code(&self) -> &'static Code {
        self.code
    }
    #[inline(always)]
    fn pc(&self) -> u32 {
        self.pc
    }
    #[inline(always)]
    fn set_pc(&mut self, pc: u32) {
        self.pc = pc;
    }
    #[inline(always)]
    fn fetch(&mut self) -> u64 {
        debug_assert!((self.pc as usize) < self.code.instrs.len());
        // SAFETY: pc is within the code: compilers end codes with a terminal
        // instruction and jump only to instruction starts (the bytecode verifier checks).
        let word = unsafe { *self.instrs.add(self.pc as usize) };
        self.pc += 1;
        word
    }

    #[inline(always)]
    fn constant_raw(&mut self, _: Ty, bits: u64) -> u64 {
        bits
    }
    #[inline(always)]
    fn op1_raw(&mut self, op: Op, a: u64) -> u64 {
        pure::eval1(op, a)
    }
    #[inline(always)]
    fn op2_raw(&mut self, op: Op, a: u64, b: u64) -> u64 {
        pure::eval2(op, a, b)
    }
    #[inline(always)]
    fn checked_raw(&mut self, op: Op, a: u64, b: u64) -> Option<u64> {
        pure::eval_checked(op, a, b)
    }
    #[inline(always)]
    fn box_float_raw(&mut self, f: u64) -> u64 {
        mem::box_float(self.core, f)
    }
    #[inline(always)]
    fn branch_raw(&mut self, b: u64) -> bool {
        b != 0
    }
    #[inline(always)]
    fn promote_raw(&mut self, v: u64) -> u64 {
        v
    }
    #[inline(always)]
    fn is_tag_raw(&mut self, v: u64, tag: Tag) -> bool {
        mem::is_tag(v, tag)
    }
    #[inline(always)]
    fn tag_raw(&mut self, v: u64) -> Tag {
        mem::tag_of(v)
    }
    #[inline(always)]
    fn shape_raw(&mut self, o: u64) -> u32 {
        mem::shape_of(o)
    }
    #[inline(always)]
    fn set_shape_raw(&mut self, o: u64, shape: u32) {
        mem::set_shape(o, shape);
    }
    #[inline(always)]
    fn load_raw(&mut self, o: u64, f: FieldRef) -> u64 {
        debug_assert!(
            mem::is_tag(o, Tag::layout(f.layout)),
            "{:?} is not {:?}",
            Value(o),
            f
        );
        mem::word(o, f.word as usize)
    }
    #[inline(always)]
    fn store_raw(&mut self, o: u64, f: FieldRef, v: u64) {
        debug_assert!(mem::is_tag(o, Tag::layout(f.layout)));
        if f.kind == Kind::Val {
            mem::barrier(self.core, o);
        }
        mem::set_word(o, f.word as usize, v);
    }
    #[inline(always)]
    fn load_item_raw(&mut self, o: u64, items: ItemsRef, i: u64) -> u64 {
        debug_assert!(mem::is_tag(o, Tag::layout(items.layout)));
        mem::item(o, items, Value(i).as_int())
    }
    #[inline(always)]
    fn store_item_raw(&mut self, o: u64, items: ItemsRef, i: u64, v: u64) {
        debug_assert!(mem::is_tag(o, Tag::layout(items.layout)));
        let i = Value(i).as_int();
        match items.kind {
            Kind::Byte => mem::set_byte(o, items.start, i, v),
            Kind::Val => {
                mem::barrier_item(self.core, o, i);
                mem::set_word(o, items.start as usize + i as usize, v);
            }
            Kind::Int | Kind::Float | Kind::Raw => {
                mem::set_word(o, items.start as usize + i as usize, v)
            }
        }
    }
    #[inline(always)]
    fn new_raw(&mut self, layout: LayoutId, shape: u32, words: u16) -> u64 {
        let o = mem::alloc(
            self.core,
            header(layout, words as usize, shape),
            words as usize,
        );
        mem::fill(o, 1, words as usize, 0);
        o
    }
    #[inline(always)]
    fn new_items_raw(&mut self, layout: LayoutId, shape: u32, n: u64) -> u64 {
        mem::alloc_items(
            self.core,
            header(layout, 0, shape),
            Value(n).as_int() as u64,
        )
    }
    #[inline(always)]
    fn reg_raw(&mut self, reg: u8) -> u64 {
        mem::reg(self.core, reg)
    }
    #[inline(always)]
    fn set_reg_raw(&mut self, reg: u8, v: u64) {
        mem::set_reg(self.core, reg, v);
    }
    #[inline(always)]
    fn call_raw(&mut self, f: &'static Native, args: &[u64]) -> Result<u64, Raised> {
        let result = f.call(self.core, args);
        if f.effects.raises && result == Value::RAISED.0 {
            Err(Raised)
        } else {
            Ok(result)
        }
    }
    #[inline(always)]
    fn call_float_raw(&mut self, f: &'static Native, args: &[u64]) -> u64 {
        f.call(self.core, args)
    }

    #[inline(always)]
    fn slot_raw(&mut self, slot: u16) -> u64 {
        debug_assert!(slot < self.code.slots, "slot {slot} of {:?}", self.code);
        mem::word(self.frame, SLOTS + slot as usize)
    }
    #[inline(always)]
    fn set_slot_raw(&mut self, slot: u16, v: u64) {
        debug_assert!(slot < self.code.slots, "slot {slot} of {:?}", self.code);
        mem::set_word(self.frame, SLOTS + slot as usize, v);
    }
    #[inline(always)]
    fn aux_raw(&mut self) -> u64 {
        mem::word(self.frame, AUX)
    }
    #[inline(always)]
    fn set_aux_raw(&mut self, v: u64) {
        mem::set_word(self.frame, AUX, v);
    }
    #[inline(always)]
    fn new_frame(&mut self, code: &'static Code) -> NewFrame<Run> {
        let words = code.frame_words();
        let frame = mem::alloc(self.core, header(FRAME, words, 0), words);
        mem::set_word(frame, PARENT, Value::NIL.0);
        mem::set_word(frame, TOKEN, Value::small(code.token(0)).0);
        mem::fill(frame, AUX, words, Value::UNDEF.0);
        NewFrame { frame, code }
    }
    #[inline(always)]
    fn init_slot_raw(&mut self, f: &NewFrame<Run>, slot: u16, v: u64) {
        debug_assert!(slot < f.code.slots, "slot {slot} of {:?}", f.code);
        mem::set_word(f.frame, SLOTS + slot as usize, v);
    }
    #[inline(always)]
    fn init_aux_raw(&mut self, f: &NewFrame<Run>, v: u64) {
        mem::set_word(f.frame, AUX, v);
    }
    #[inline(always)]
    fn enter_frame(&mut self, f: NewFrame<Run>, resume_pc: u32) {
        mem::set_word(
            self.frame,
            TOKEN,
            Value::small(self.code.token(resume_pc)).0,
        );
        mem::set_word(f.frame, PARENT, self.frame);
        mem::add_depth(self.core, 1);
        self.frame = f.frame;
        self.code = f.code;
        self.instrs = f.code.instrs.as_ptr();
        self.pc = 0;
    }
    #[inline(always)]
    fn replace_frame(&mut self, f: NewFrame<Run>) {
        mem::set_word(f.frame, PARENT, mem::word(self.frame, PARENT));
        self.frame = f.frame;
        self.code = f.code;
        self.instrs = f.code.instrs.as_ptr();
        self.pc = 0;
    }
    #[inline(always)]
    fn detach_frame_raw(&mut self, f: NewFrame<Run>, pc: u32) -> u64 {
        mem::set_word(f.frame, TOKEN, Value::small(f.code.token(pc)).0);
        f.frame
    }
    #[inline(always)]
    fn resume_frame_raw(&mut self, frame: u64, resume_pc: u32) {
        debug_assert!(mem::is_tag(frame, Tag::layout(layout::FRAME)));
        mem::set_word(
            self.frame,
            TOKEN,
            Value::small(self.code.token(resume_pc)).0,
        );
        let parent = self.frame;
        self.activate(frame);
        mem::set_word(frame, PARENT, parent);
        mem::add_depth(self.core, 1);
        self.set_code(mem::word(frame, TOKEN));
    }
    #[inline(always)]
    fn suspend_frame(&mut self, resume_pc: u32) {
        mem::set_word(
            self.frame,
            TOKEN,
            Value::small(self.code.token(resume_pc)).0,
        );
        let parent = mem::word(self.frame, PARENT);
        mem::set_word(self.frame, PARENT, Value::NIL.0);
        mem::add_depth(self.core, -1);
        self.activate(parent);
        self.set_code(mem::word(parent, TOKEN));
    }
    #[inline(always)]
    fn leave_frame(&mut self) {
        let parent = mem::word(self.frame, PARENT);
        mem::add_depth(self.core, -1);
        self.activate(parent);
        self.set_code(mem::word(parent, TOKEN));
    }
    #[inline(always)]
    fn switch_frame_raw(&mut self, frame: u64) {
        debug_assert!(mem::is_tag(frame, Tag::layout(layout::FRAME)));
        self.activate(frame);
        self.set_code(mem::word(frame, TOKEN));
    }
    #[inline(always)]
    fn switch_last_to_raw(&mut self, frame: u64, token: u64, how: Arrival) -> Flow {
        mem::set_word(frame, TOKEN, token);
        self.switch_last_raw(frame, how)
    }
    #[inline(always)]
    fn current_frame_raw(&mut self) -> u64 {
        self.frame
    }
    #[inline(always)]
    fn too_deep(&mut self) -> bool {
        mem::too_deep(self.core)
    }

    #[inline(always)]
    fn merge_point(&mut self, index: u16) -> bool {
        let point = &self.code.merge_points[index as usize];
        let left = point.counter.get().wrapping_sub(1);
        point.counter.set(left);
        if left == 0 || mem::poll(self.core) != 0 {
            if left != 0 && mem::pass_attended(self.core) {
                return false;
            }
            self.pc = point.pc;
            true
        } else {
            false
        }
    }
    #[inline(always)]
    fn assume(&mut self, _: &Assumption) {}
    #[inline(always)]
    fn keeps_house(&self) -> bool {
        true
    }
    #[inline(always)]
    fn outlined<R>(&mut self, f: impl FnOnce(&mut Run) -> R) -> R {
        // The copy's address escapes, ours does not: our fields stay in registers.
        let mut copy = Run {
            core: self.core,
            frame: self.frame,
            code: self.code,
            instrs: self.instrs,
            pc: self.pc,
        };
        let result = f(&mut copy);
        *self = copy;
        result
    }
}
