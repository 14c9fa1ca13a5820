//! Typed access to objects: what the rest of the runtime uses instead of `unsafe`.
//!
//! Reading needs no heap (free functions); storing references needs one, for
//! the write barrier (methods of [`Heap`]). Correctness rests on the rules of
//! `heap/mod.rs`: a `Value` is live until the next merge point. Layouts and
//! bounds are checked in debug builds only. Slices borrowed by the free
//! functions must not be held across a store to the same object or across a
//! merge point.

use super::{Heap, OutOfMemory, mem};
use metatrace::ir::Tag;
use metatrace::layout::{
    self, FLAG_UNLOGGED, Field, HEADER_LAYOUT_SHIFT, HEADER_SHAPE_SHIFT, Items, ItemsRef, Layout,
    LayoutId, LayoutType, header,
};
use metatrace::meta::kinds;
use metatrace::value::Value;

/// How a kind of field looks to Rust.
pub trait Slot {
    type Out: Copy;
    /// True when a store needs the write barrier.
    const TRACED: bool = false;
    fn decode(word: u64) -> Self::Out;
    fn encode(value: Self::Out) -> u64;
}

impl Slot for kinds::Val {
    type Out = Value;
    const TRACED: bool = true;
    #[inline(always)]
    fn decode(word: u64) -> Value {
        Value(word)
    }
    #[inline(always)]
    fn encode(value: Value) -> u64 {
        value.0
    }
}

/// Integers must fit a fixnum.
impl Slot for kinds::Int {
    type Out = i64;
    #[inline(always)]
    fn decode(word: u64) -> i64 {
        Value(word).as_int()
    }
    #[inline(always)]
    fn encode(value: i64) -> u64 {
        Value::small(value).0
    }
}

impl Slot for kinds::Float {
    type Out = f64;
    #[inline(always)]
    fn decode(word: u64) -> f64 {
        f64::from_bits(word)
    }
    #[inline(always)]
    fn encode(value: f64) -> u64 {
        value.to_bits()
    }
}

impl Slot for kinds::Raw {
    type Out = u64;
    #[inline(always)]
    fn decode(word: u64) -> u64 {
        word
    }
    #[inline(always)]
    fn encode(value: u64) -> u64 {
        value
    }
}

/// Dynamic type of any value.
#[inline(always)]
pub fn tag_of(value: Value) -> Tag {
    metatrace::run::mem::tag_of(value.0)
}

/// Layout id of a heap object, `None` for immediates.
#[inline(always)]
pub fn layout_id(value: Value) -> Option<LayoutId> {
    value
        .is_heap()
        .then(|| (mem::header(value.addr()) >> HEADER_LAYOUT_SHIFT) as LayoutId)
}

/// Descriptor of a heap object's layout, `None` for immediates.
pub fn layout_of(value: Value) -> Option<&'static Layout> {
    layout_id(value).and_then(layout::lookup)
}

/// True when `value` is an object of layout `T`.
#[inline(always)]
pub fn is<T: LayoutType>(value: Value) -> bool {
    value.is_heap() && (mem::header(value.addr()) >> HEADER_LAYOUT_SHIFT) as LayoutId == T::ID
}

#[inline(always)]
pub fn shape_of(object: Value) -> u32 {
    (mem::header(object.addr()) >> HEADER_SHAPE_SHIFT) as u32
}

#[inline(always)]
pub fn set_shape(object: Value, shape: u32) {
    let header = mem::header(object.addr()) & 0xFFFF_FFFF;
    mem::set_header(object.addr(), header | (shape as u64) << HEADER_SHAPE_SHIFT);
}

/// Words of an object, header included.
#[inline(always)]
pub fn size_words(object: Value) -> usize {
    mem::size_words(object.addr(), mem::header(object.addr()))
}

#[inline(always)]
fn check<T: LayoutType>(object: Value) {
    debug_assert!(
        is::<T>(object),
        "{object:?} ({:?}) used as {}",
        tag_of(object),
        T::LAYOUT.name
    );
}

/// A field's value.
#[inline(always)]
pub fn get<T: LayoutType, K: Slot>(object: Value, field: Field<T, K>) -> K::Out {
    check::<T>(object);
    K::decode(mem::word(object.addr(), field.raw.word as usize))
}

/// Number of items; for byte items of uncounted layouts rounded up to words.
#[inline(always)]
pub fn items_len<T: LayoutType, K>(object: Value, items: Items<T, K>) -> usize {
    check::<T>(object);
    match T::LAYOUT.items {
        Some(ref info) if info.counted => Value(mem::word(object.addr(), 1)).as_int() as usize,
        Some(ref info) => {
            let words = size_words(object) - items.raw.start as usize;
            if info.kind == layout::Kind::Byte {
                words * 8
            } else {
                words
            }
        }
        None => 0,
    }
}

/// Item `index`.
#[inline(always)]
pub fn item<T: LayoutType, K: Slot>(object: Value, items: Items<T, K>, index: usize) -> K::Out {
    debug_assert!(index < items_len(object, items));
    K::decode(mem::word(object.addr(), items.raw.start as usize + index))
}

#[inline(always)]
fn items_at<'a, T>(object: Value, items: ItemsRef, len: usize) -> &'a [T] {
    let at = object.addr() + items.start as usize * 8;
    // SAFETY: the object has `len` items of this size from there, all initialised
    // (objects are zero-filled); see the module's rule on how long to hold slices.
    unsafe { std::slice::from_raw_parts(at as *const T, len) }
}

#[inline(always)]
fn items_at_mut<'a, T>(object: Value, items: ItemsRef, len: usize) -> &'a mut [T] {
    let at = object.addr() + items.start as usize * 8;
    // SAFETY: as for `items_at`; callers borrow the heap mutably meanwhile.
    unsafe { std::slice::from_raw_parts_mut(at as *mut T, len) }
}

/// The items of an array of values.
#[inline(always)]
pub fn items_slice<'a, T: LayoutType>(object: Value, items: Items<T, kinds::Val>) -> &'a [Value] {
    items_at(object, items.raw, items_len(object, items))
}

/// The items of an array of fixnums, as tagged words.
#[inline(always)]
pub fn ints<'a, T: LayoutType>(object: Value, items: Items<T, kinds::Int>) -> &'a [Value] {
    items_at(object, items.raw, items_len(object, items))
}

#[inline(always)]
pub fn floats<'a, T: LayoutType>(object: Value, items: Items<T, kinds::Float>) -> &'a [f64] {
    items_at(object, items.raw, items_len(object, items))
}

#[inline(always)]
pub fn raws<'a, T: LayoutType>(object: Value, items: Items<T, kinds::Raw>) -> &'a [u64] {
    items_at(object, items.raw, items_len(object, items))
}

#[inline(always)]
pub fn bytes<'a, T: LayoutType>(object: Value, items: Items<T, kinds::Byte>) -> &'a [u8] {
    items_at(object, items.raw, items_len(object, items))
}

impl Heap {
    /// A fresh zero-filled object without items.
    #[inline(always)]
    pub fn alloc<T: LayoutType>(&mut self, shape: u32) -> Value {
        self.alloc_words(T::ID, const { T::LAYOUT.fields.len() + 1 }, shape)
    }

    /// A fresh zero-filled object with `items` items. For lengths that a guest
    /// controls use [`try_alloc_items`](Heap::try_alloc_items).
    #[inline(always)]
    pub fn alloc_items<T: LayoutType>(&mut self, items: usize) -> Value {
        self.alloc_items_raw(header(T::ID, 0, 0), items)
    }

    /// The same with a shape.
    #[inline(always)]
    pub fn alloc_items_shaped<T: LayoutType>(&mut self, items: usize, shape: u32) -> Value {
        self.alloc_items_raw(header(T::ID, 0, shape), items)
    }

    /// Like [`alloc_items`](Heap::alloc_items), within the heap limit.
    pub fn try_alloc_items<T: LayoutType>(&mut self, items: usize) -> Result<Value, OutOfMemory> {
        self.try_alloc_items_raw(header(T::ID, 0, 0), items)
    }

    /// The value of a float, boxed if need be.
    #[inline(always)]
    pub fn float(&mut self, float: f64) -> Value {
        match Value::float(float) {
            Some(value) => value,
            None => Value(super::nursery::box_float(self.core_ptr(), float)),
        }
    }

    #[inline(always)]
    pub fn get<T: LayoutType, K: Slot>(&self, object: Value, field: Field<T, K>) -> K::Out {
        get(object, field)
    }

    /// Stores a field, with the write barrier where it is needed.
    #[inline(always)]
    pub fn set<T: LayoutType, K: Slot>(
        &mut self,
        object: Value,
        field: Field<T, K>,
        value: K::Out,
    ) {
        check::<T>(object);
        if K::TRACED {
            self.barrier(object);
        }
        mem::set_word(object.addr(), field.raw.word as usize, K::encode(value));
    }

    /// Stores a field of an object allocated since the last merge point: no barrier.
    #[inline(always)]
    pub fn init<T: LayoutType, K: Slot>(
        &mut self,
        object: Value,
        field: Field<T, K>,
        value: K::Out,
    ) {
        check::<T>(object);
        debug_assert!(!K::TRACED || mem::header(object.addr()) & FLAG_UNLOGGED == 0);
        mem::set_word(object.addr(), field.raw.word as usize, K::encode(value));
    }

    #[inline(always)]
    pub fn item<T: LayoutType, K: Slot>(
        &self,
        object: Value,
        items: Items<T, K>,
        index: usize,
    ) -> K::Out {
        item(object, items, index)
    }

    /// Stores an item, with the write barrier where it is needed.
    #[inline(always)]
    pub fn set_item<T: LayoutType, K: Slot>(
        &mut self,
        object: Value,
        items: Items<T, K>,
        index: usize,
        value: K::Out,
    ) {
        debug_assert!(index < items_len(object, items));
        if K::TRACED {
            self.barrier_item(object, index);
        }
        mem::set_word(
            object.addr(),
            items.raw.start as usize + index,
            K::encode(value),
        );
    }

    /// The items of an array of values, to be stored into freely until the next
    /// merge point: the whole array counts as changed.
    #[inline(always)]
    pub fn items_mut<T: LayoutType>(
        &mut self,
        object: Value,
        items: Items<T, kinds::Val>,
    ) -> &mut [Value] {
        self.barrier(object);
        items_at_mut(object, items.raw, items_len(object, items))
    }

    /// Copies `count` items between arrays of values (or within one).
    pub fn copy_items<T: LayoutType>(
        &mut self,
        items: Items<T, kinds::Val>,
        (from, at): (Value, usize),
        (to, index): (Value, usize),
        count: usize,
    ) {
        assert!(at + count <= items_len(from, items) && index + count <= items_len(to, items));
        if count == 0 {
            return;
        }
        self.barrier_range(to, index, count);
        let start = items.raw.start as usize;
        let source = (from.addr() + (start + at) * 8) as *const u64;
        let target = (to.addr() + (start + index) * 8) as *mut u64;
        // SAFETY: both ranges lie within their objects (asserted); `copy` allows overlap.
        unsafe { std::ptr::copy(source, target, count) };
    }

    #[inline(always)]
    pub fn bytes_mut<T: LayoutType>(
        &mut self,
        object: Value,
        items: Items<T, kinds::Byte>,
    ) -> &mut [u8] {
        items_at_mut(object, items.raw, items_len(object, items))
    }

    #[inline(always)]
    pub fn floats_mut<T: LayoutType>(
        &mut self,
        object: Value,
        items: Items<T, kinds::Float>,
    ) -> &mut [f64] {
        items_at_mut(object, items.raw, items_len(object, items))
    }

    /// Fixnum items as tagged words; store fixnums only.
    #[inline(always)]
    pub fn ints_mut<T: LayoutType>(
        &mut self,
        object: Value,
        items: Items<T, kinds::Int>,
    ) -> &mut [Value] {
        items_at_mut(object, items.raw, items_len(object, items))
    }

    #[inline(always)]
    pub fn raws_mut<T: LayoutType>(
        &mut self,
        object: Value,
        items: Items<T, kinds::Raw>,
    ) -> &mut [u64] {
        items_at_mut(object, items.raw, items_len(object, items))
    }
}
