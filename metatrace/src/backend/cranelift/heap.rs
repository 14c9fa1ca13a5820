//! Heap operations: fields, items, allocation, the write barrier.
//!
//! Heap pointers carry tag 1; it is folded into the displacement. A fixnum index
//! is already scaled by 4, so that items of 8 bytes are at `base + 2 * word`.

use super::lower::{Facts, Lower, fact};
use crate::backend::CompileError;
use crate::ir::{Class, Descr, Inst, Op, OpRef, Trace, Ty};
use crate::layout::{FLAG_UNLOGGED, FieldRef, ItemsRef, Kind, LayoutId, header, lookup};
use crate::value::{INT_SHIFT, TAG_HEAP};
use crate::vm::VmCore;
use cranelift_codegen::ir::{
    InstBuilder, MemFlagsData, Value,
    condcodes::IntCC,
    types::{F64, I8, I32, I64},
};
use std::mem::offset_of;
use std::ops::Range;

const FLAGS: MemFlagsData = MemFlagsData::trusted();
/// Words that one `new` zeroes or reserves inline at most.
pub(super) const INLINE_WORDS_MAX: usize = 256;

pub(super) fn field_of(inst: &Inst) -> Result<FieldRef, CompileError> {
    match inst.descr {
        Descr::Field(field) => Ok(field),
        _ => Err(CompileError::Malformed("field access without a field")),
    }
}

pub(super) fn items_of(inst: &Inst) -> Result<ItemsRef, CompileError> {
    match inst.descr {
        Descr::Items(items) => Ok(items),
        _ => Err(CompileError::Malformed("item access without items")),
    }
}

/// Displacement of a word of a tagged pointer.
pub(super) fn displacement(word: usize) -> i32 {
    word as i32 * 8 - TAG_HEAP as i32
}

pub(super) fn new_of(inst: &Inst) -> Result<(LayoutId, u32, usize), CompileError> {
    match inst.descr {
        Descr::Layout {
            layout,
            shape,
            words,
        } => Ok((layout, shape, words as usize)),
        _ => Err(CompileError::Malformed("allocation without a layout")),
    }
}

/// The instructions after number `at` up to the first that may leave the
/// fragment or look at the heap from outside.
fn quiet_run(trace: &Trace, at: usize) -> &[Inst] {
    let rest = &trace.insts[at + 1..];
    let quiet = |inst: &Inst| {
        matches!(inst.op.class(), Class::Pure | Class::Load | Class::Store)
            || matches!(inst.op, Op::New | Op::Note)
    };
    let end = rest.iter().position(|i| !quiet(i)).unwrap_or(rest.len());
    &rest[..end]
}

/// Those of the words of an object, made by instruction `at`, that are not stored before anybody
/// can look.
pub(super) fn words_to_zero(
    trace: &Trace,
    at: usize,
    object: OpRef,
    layout: LayoutId,
    words: Range<usize>,
) -> Vec<usize> {
    let mut stored = vec![false; words.end];
    for inst in quiet_run(trace, at) {
        match (inst.op, inst.descr) {
            (Op::Store, Descr::Field(field)) if inst.args[0] == object => {
                if let Some(word) = stored.get_mut(field.word as usize) {
                    *word = true;
                }
            }
            (Op::StoreItem, Descr::Items(items))
                if inst.args[0] == object && items.kind != Kind::Byte =>
            {
                let index = trace.const_bits(inst.args[1]);
                let index = index.map(|b| b as usize >> INT_SHIFT);
                let word = index.and_then(|i| stored.get_mut(items.start as usize + i));
                if let Some(word) = word {
                    *word = true;
                }
            }
            (Op::Load, Descr::Field(field)) if field.layout == layout => break,
            (Op::LoadItem, Descr::Items(items)) if items.layout == layout => break,
            _ => {}
        }
    }
    words.filter(|w| !stored[*w]).collect()
}

/// May a store of `value` make an old object refer to a young one, as far as is known?
pub(super) fn needs_barrier(
    trace: &Trace,
    facts: &Facts,
    kind: Kind,
    holder: OpRef,
    value: OpRef,
) -> bool {
    kind == Kind::Val
        && trace.ty(value) == Ty::Val
        && !value.is_const()
        && !facts.has(trace, value, fact::IMMEDIATE)
        && !facts.has(trace, holder, fact::LOGGED)
}

/// The objects of the `new`s that follow number `at`, which makes one of so many words, before
/// anything can leave: for each the words before it; and the words of all together.
pub(super) fn made_together(
    trace: &Trace,
    at: usize,
    words: usize,
) -> Result<(Vec<(OpRef, usize)>, usize), CompileError> {
    let mut total = words;
    let mut followers = Vec::new();
    for inst in quiet_run(trace, at).iter().filter(|i| i.op == Op::New) {
        let (_, _, words) = new_of(inst)?;
        if total + words > INLINE_WORDS_MAX {
            break;
        }
        followers.push((inst.result, total));
        total += words;
    }
    Ok((followers, total))
}

/// An object with a known number of items that is small enough to be made in line.
pub(super) struct InlineItems {
    pub words: usize,
    /// The first word to zero.
    pub first: usize,
    /// What its word for the number of items holds, if it has one.
    pub len: Option<u64>,
}

pub(super) fn inline_items(trace: &Trace, inst: &Inst, id: LayoutId) -> Option<InlineItems> {
    let count = trace.const_bits(inst.args[0])? as usize >> INT_SHIFT;
    let layout = lookup(id)?;
    let items = layout.items.as_ref()?;
    let item_words = match items.kind {
        Kind::Byte => count.div_ceil(8),
        _ => count,
    };
    (count < INLINE_WORDS_MAX).then(|| InlineItems {
        words: layout.items_start() as usize + item_words,
        first: 1 + usize::from(items.counted),
        len: items.counted.then_some((count as u64) << INT_SHIFT),
    })
}

impl Lower<'_, '_> {
    pub(super) fn heap_value(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        match inst.op {
            Op::Load => {
                let field = field_of(inst)?;
                let object = self.use_value(inst.args[0]);
                self.learn(inst.args[0], fact::HEAP);
                let ty = if field.kind == Kind::Float { F64 } else { I64 };
                let at = displacement(field.word as usize);
                Ok(self.b.ins().load(ty, FLAGS, object, at))
            }
            Op::LoadItem => self.load_item(inst),
            Op::LoadShape => {
                let object = self.use_value(inst.args[0]);
                self.learn(inst.args[0], fact::HEAP);
                let shape = self.shape_word(object);
                let shape = self.b.ins().uextend(I64, shape);
                Ok(self.b.ins().ishl_imm_s(shape, i64::from(INT_SHIFT)))
            }
            Op::New => self.new_object(inst),
            _ => self.new_items(inst),
        }
    }

    pub(super) fn heap_store(&mut self, inst: &Inst) -> Result<(), CompileError> {
        match inst.op {
            Op::Store => {
                let field = field_of(inst)?;
                let (object, value) = (inst.args[0], inst.args[1]);
                self.barrier(field.kind, object, None, value);
                let (object, value) = (self.use_value(object), self.use_value(value));
                let at = displacement(field.word as usize);
                self.b.ins().store(FLAGS, value, object, at);
            }
            Op::StoreItem => {
                let items = items_of(inst)?;
                let (object, index, value) = (inst.args[0], inst.args[1], inst.args[2]);
                self.barrier(items.kind, object, Some(index), value);
                let (at, offset) = self.item(items, object, index);
                let mut value = self.use_value(value);
                if items.kind == Kind::Byte {
                    value = self.b.ins().ushr_imm_s(value, i64::from(INT_SHIFT));
                    self.b.ins().istore8(FLAGS, value, at, offset);
                } else {
                    self.b.ins().store(FLAGS, value, at, offset);
                }
            }
            _ => {
                let Descr::Shape(shape) = inst.descr else {
                    return Err(CompileError::Malformed("store_shape without a shape"));
                };
                let object = self.use_value(inst.args[0]);
                let shape = self.b.ins().iconst(I32, i64::from(shape));
                let at = displacement(0) + 4;
                self.b.ins().store(FLAGS, shape, object, at);
            }
        }
        self.learn(inst.args[0], fact::HEAP);
        Ok(())
    }

    /// The shape id of a heap object, 32 bits.
    pub(super) fn shape_word(&mut self, object: Value) -> Value {
        self.b.ins().load(I32, FLAGS, object, displacement(0) + 4)
    }

    /// Address of an item, as base and displacement.
    fn item(&mut self, items: ItemsRef, object: OpRef, index: OpRef) -> (Value, i32) {
        let base = self.use_value(object);
        let start = displacement(items.start as usize);
        let bytes = items.kind == Kind::Byte;
        let constant = self.const_bits(index).map(|bits| bits as i64);
        if let Some(index) = constant.filter(|i| (0..1 << 28).contains(i)) {
            let scaled = if bytes { index >> INT_SHIFT } else { index * 2 };
            return (base, start + scaled as i32);
        }
        let index = self.use_value(index);
        let scaled = if bytes {
            self.b.ins().sshr_imm_s(index, i64::from(INT_SHIFT))
        } else {
            self.b.ins().ishl_imm_s(index, 1)
        };
        (self.b.ins().iadd(base, scaled), start)
    }

    fn load_item(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        let items = items_of(inst)?;
        let (at, offset) = self.item(items, inst.args[0], inst.args[1]);
        self.learn(inst.args[0], fact::HEAP);
        Ok(match items.kind {
            Kind::Byte => {
                let byte = self.b.ins().uload8(I64, FLAGS, at, offset);
                self.b.ins().ishl_imm_s(byte, i64::from(INT_SHIFT))
            }
            Kind::Float => self.b.ins().load(F64, FLAGS, at, offset),
            Kind::Val | Kind::Int | Kind::Raw => self.b.ins().load(I64, FLAGS, at, offset),
        })
    }

    /// Logs the holder before a store that may make an old object refer to a young one.
    /// Once per holder, for fields: no collection happens inside a trace. Objects
    /// that are constants of traces are old.
    fn barrier(&mut self, kind: Kind, holder: OpRef, item: Option<OpRef>, value: OpRef) {
        if !needs_barrier(self.frag.trace, &self.frag.facts, kind, holder, value) {
            return;
        }
        let object = self.use_value(holder);
        let flags = self.b.ins().load(I8, FLAGS, object, displacement(0));
        let unlogged = self.b.ins().band_imm_s(flags, FLAG_UNLOGGED as i64);
        let (slow, next) = (self.cold_block(), self.b.create_block());
        self.b.ins().brif(unlogged, slow, &[], next, &[]);
        self.b.switch_to_block(slow);
        match item {
            Some(index) => {
                // Large arrays are logged by card, every time.
                let index = self.use_value(index);
                let index = self.b.ins().sshr_imm_s(index, i64::from(INT_SHIFT));
                self.call_stub(self.stubs.log_item, &[object, index]);
            }
            None => {
                self.call_stub(self.stubs.log_object, &[object]);
                self.learn(holder, fact::LOGGED);
            }
        }
        self.b.ins().jump(next, &[]);
        self.b.switch_to_block(next);
    }

    /// Address of `bytes` fresh bytes.
    fn bump(&mut self, bytes: usize) -> Value {
        let (next_at, end_at) = (
            offset_of!(VmCore, nursery_next) as i32,
            offset_of!(VmCore, nursery_end) as i32,
        );
        let vm = self.vm();
        let address = self.b.ins().load(I64, FLAGS, vm, next_at);
        let end = self.b.ins().load(I64, FLAGS, vm, end_at);
        let next = self.b.ins().iadd_imm_s(address, bytes as i64);
        let full = self.b.ins().icmp(IntCC::UnsignedGreaterThan, next, end);
        let (slow, fast, done) = (
            self.cold_block(),
            self.b.create_block(),
            self.b.create_block(),
        );
        let result = self.b.append_block_param(done, I64);
        self.b.ins().brif(full, slow, &[], fast, &[]);
        self.b.switch_to_block(slow);
        let size = self.iconst(bytes as u64);
        self.call_stub(self.stubs.grow_nursery, &[size]);
        let grown = self.stub_result();
        self.b.ins().jump(done, &[grown.into()]);
        self.b.switch_to_block(fast);
        self.b.ins().store(FLAGS, next, vm, next_at);
        self.b.ins().jump(done, &[address.into()]);
        self.b.switch_to_block(done);
        result
    }

    fn new_object(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        let (layout, shape, words) = new_of(inst)?;
        if words > INLINE_WORDS_MAX
            && let Some(start) = lookup(layout).filter(|l| l.items.is_some())
        {
            // Large objects live elsewhere: only the engine knows how.
            let items = words - start.items_start() as usize;
            self.learn(inst.result, fact::HEAP | fact::LOGGED);
            let items = self.iconst(items as u64);
            return Ok(self.alloc_items(layout, shape, items));
        }
        let address = match self.frag.reserved.remove(&inst.result) {
            Some(address) => address,
            None => self.reserve(words)?,
        };
        let head = self.iconst(header(layout, words, shape));
        self.b.ins().store(FLAGS, head, address, 0);
        self.zero_fill(inst.result, layout, address, 1..words);
        self.learn(inst.result, fact::HEAP | fact::LOGGED);
        Ok(self.b.ins().iadd_imm_s(address, TAG_HEAP as i64))
    }

    /// Takes room for an object, and for those of the `new`s that follow before
    /// anything can leave: one check for all.
    fn reserve(&mut self, words: usize) -> Result<Value, CompileError> {
        let (followers, total) = made_together(self.frag.trace, self.frag.at, words)?;
        let address = self.bump(total * 8);
        for (object, at) in followers {
            let address = self.b.ins().iadd_imm_s(address, at as i64 * 8);
            self.frag.reserved.insert(object, address);
        }
        Ok(address)
    }

    /// Zeroes the words of a new object, except those that are stored before
    /// anybody can look.
    fn zero_fill(&mut self, object: OpRef, layout: LayoutId, address: Value, words: Range<usize>) {
        let zero = self.iconst(0);
        for word in words_to_zero(self.frag.trace, self.frag.at, object, layout, words) {
            self.b.ins().store(FLAGS, zero, address, word as i32 * 8);
        }
    }

    fn new_items(&mut self, inst: &Inst) -> Result<Value, CompileError> {
        let (id, shape, _) = new_of(inst)?;
        self.learn(inst.result, fact::HEAP | fact::LOGGED);
        if let Some(InlineItems { words, first, len }) = inline_items(self.frag.trace, inst, id) {
            let address = self.reserve(words)?;
            let head = self.iconst(header(id, words, shape));
            self.b.ins().store(FLAGS, head, address, 0);
            self.zero_fill(inst.result, id, address, first..words);
            if let Some(len) = len {
                let len = self.iconst(len);
                self.b.ins().store(FLAGS, len, address, 8);
            }
            return Ok(self.b.ins().iadd_imm_s(address, TAG_HEAP as i64));
        }
        let count = self.use_value(inst.args[0]);
        let count = self.b.ins().ushr_imm_s(count, i64::from(INT_SHIFT));
        Ok(self.alloc_items(id, shape, count))
    }

    fn alloc_items(&mut self, layout: LayoutId, shape: u32, count: Value) -> Value {
        let head = self.iconst(header(layout, 0, shape));
        let callee = self.vm_load(offset_of!(VmCore, alloc_items));
        self.call_helper(callee, &[head, count])
    }

    pub(super) fn box_float(&mut self, inst: &Inst) -> Value {
        let float = self.use_value(inst.args[0]);
        let bits = self.b.ins().bitcast(I64, MemFlagsData::new(), float);
        let word = self.b.ins().rotl_imm_s(bits, 4);
        let word = self.b.ins().iadd_imm_s(word, -1);
        let (test, sense) = self.immediate_tag_test(word, crate::ir::Tag::FLOAT);
        debug_assert!(sense);
        let (slow, done) = (self.cold_block(), self.b.create_block());
        let result = self.b.append_block_param(done, I64);
        self.b.ins().brif(test, done, &[word.into()], slow, &[]);
        self.b.switch_to_block(slow);
        self.call_stub(self.stubs.box_float, &[float]);
        let boxed = self.stub_result();
        self.b.ins().jump(done, &[boxed.into()]);
        self.b.switch_to_block(done);
        result
    }
}
