//! Typed access to heap objects for plain Rust code: natives, printers, builtins.
//!
//! [`Obj<T>`] is what [`Ref`](metatrace::meta::Ref) is for code written against
//! `Meta`: a value known to be an object of layout `T`. Fields are those of the
//! layout table. Stores of values into objects that may be old run the write
//! barrier ([`Obj::set`]); those into objects just made need none ([`Obj::init`]).
//!
//! Allocation never collects, so references may be held freely until control
//! returns to a merge point.

use crate::engine::Vm;
use crate::slices;
use metatrace::ir::Tag;
use metatrace::layout::{Field, FloatBox, Items, Kind, LayoutType, header};
use metatrace::meta::kinds;
use metatrace::run::mem;
use metatrace::value::Value;
use std::fmt;
use std::marker::PhantomData;

/// An object of layout `T`.
pub struct Obj<T>(Value, PhantomData<fn() -> T>);

impl<T> Copy for Obj<T> {}
impl<T> Clone for Obj<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> PartialEq for Obj<T> {
    /// Identity.
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<T: LayoutType> fmt::Debug for Obj<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", T::LAYOUT.name, self.0)
    }
}

/// Does `v` have layout `T`?
#[inline(always)]
pub fn is<T: LayoutType>(v: Value) -> bool {
    mem::is_tag(v.0, Tag::layout(T::LAYOUT.id))
}

impl<T: LayoutType> Obj<T> {
    /// `v` as an object of layout `T`, if it is one.
    #[inline(always)]
    pub fn of(v: Value) -> Option<Obj<T>> {
        is::<T>(v).then_some(Obj(v, PhantomData))
    }

    /// `v`, which the caller knows to be an object of layout `T`.
    #[inline(always)]
    pub fn cast(v: Value) -> Obj<T> {
        debug_assert!(is::<T>(v), "{v:?} is no {}", T::LAYOUT.name);
        Obj(v, PhantomData)
    }

    #[inline(always)]
    pub fn value(self) -> Value {
        self.0
    }

    #[inline(always)]
    pub fn shape(self) -> u32 {
        mem::shape_of(self.0.0)
    }

    #[inline(always)]
    pub fn set_shape(self, shape: u32) {
        mem::set_shape(self.0.0, shape);
    }

    /// A field of kind Val or Int, as a value.
    #[inline(always)]
    pub fn get<K>(self, field: Field<T, K>) -> Value {
        debug_assert!(matches!(field.raw.kind, Kind::Val | Kind::Int));
        Value(mem::word(self.0.0, field.raw.word as usize))
    }

    #[inline(always)]
    pub fn int(self, field: Field<T, kinds::Int>) -> i64 {
        Value(mem::word(self.0.0, field.raw.word as usize)).as_int()
    }

    /// An int field as a length or index.
    #[inline(always)]
    pub fn size(self, field: Field<T, kinds::Int>) -> usize {
        self.int(field) as usize
    }

    #[inline(always)]
    pub fn set_int(self, field: Field<T, kinds::Int>, i: i64) {
        mem::set_word(self.0.0, field.raw.word as usize, Value::small(i).0);
    }

    /// First store to a field of an object just made.
    #[inline(always)]
    pub fn init<K>(self, field: Field<T, K>, v: Value) {
        mem::set_word(self.0.0, field.raw.word as usize, v.0);
    }

    /// Store with write barrier.
    #[inline(always)]
    pub fn set(self, vm: &mut Vm, field: Field<T, kinds::Val>, v: Value) {
        mem::barrier(vm.core_ptr(), self.0.0);
        mem::set_word(self.0.0, field.raw.word as usize, v.0);
    }

    #[inline(always)]
    pub fn item<K>(self, items: Items<T, K>, i: usize) -> Value {
        debug_assert!(matches!(items.raw.kind, Kind::Val | Kind::Int));
        Value(mem::word(self.0.0, items.raw.start as usize + i))
    }

    #[inline(always)]
    pub fn init_item<K>(self, items: Items<T, K>, i: usize, v: Value) {
        debug_assert!(matches!(items.raw.kind, Kind::Val | Kind::Int));
        mem::set_word(self.0.0, items.raw.start as usize + i, v.0);
    }

    /// Store with write barrier.
    #[inline(always)]
    pub fn set_item(self, vm: &mut Vm, items: Items<T, kinds::Val>, i: usize, v: Value) {
        mem::barrier_item(vm.core_ptr(), self.0.0, i as i64);
        mem::set_word(self.0.0, items.raw.start as usize + i, v.0);
    }

    /// The first `n` items of kind Val or Int.
    #[inline(always)]
    pub fn values<'a, K>(self, items: Items<T, K>, n: usize) -> &'a [Value] {
        debug_assert!(matches!(items.raw.kind, Kind::Val | Kind::Int));
        slices::values(self.0, items.raw.start, n)
    }

    /// As [`Obj::values`], to be written; runs the barrier.
    #[inline(always)]
    pub fn values_mut<'a, K>(self, vm: &mut Vm, items: Items<T, K>, n: usize) -> &'a mut [Value] {
        debug_assert!(matches!(items.raw.kind, Kind::Val | Kind::Int));
        mem::barrier(vm.core_ptr(), self.0.0);
        slices::values_mut(self.0, items.raw.start, n)
    }

    #[inline(always)]
    pub fn floats<'a>(self, items: Items<T, kinds::Float>, n: usize) -> &'a [f64] {
        slices::floats(self.0, items.raw.start, n)
    }

    #[inline(always)]
    pub fn floats_mut<'a>(self, items: Items<T, kinds::Float>, n: usize) -> &'a mut [f64] {
        slices::floats_mut(self.0, items.raw.start, n)
    }

    #[inline(always)]
    pub fn bytes<'a>(self, items: Items<T, kinds::Byte>, n: usize) -> &'a [u8] {
        slices::bytes(self.0, items.raw.start, n)
    }

    #[inline(always)]
    pub fn bytes_mut<'a>(self, items: Items<T, kinds::Byte>, n: usize) -> &'a mut [u8] {
        slices::bytes_mut(self.0, items.raw.start, n)
    }
}

/// Objects up to this many words take the bump path inline.
const BUMP_WORDS_MAX: usize = 256;

impl Vm {
    /// A fresh object without items; fields are zero (the fixnum 0).
    #[inline(always)]
    pub fn alloc<T: LayoutType>(&mut self, shape: u32) -> Obj<T> {
        self.alloc_sized::<T>(shape, 0)
    }

    /// A fresh object with `n` word-sized items, none of which is counted by a field.
    #[inline(always)]
    pub fn alloc_sized<T: LayoutType>(&mut self, shape: u32, n: usize) -> Obj<T> {
        let words = T::LAYOUT.items_start() as usize + n;
        if words > BUMP_WORDS_MAX {
            let head = header(T::LAYOUT.id, 0, shape);
            return Obj(
                Value(mem::alloc_items(self.core_ptr(), head, n as u64)),
                PhantomData,
            );
        }
        let o = mem::alloc(self.core_ptr(), header(T::LAYOUT.id, words, shape), words);
        mem::fill(o, 1, words, 0);
        Obj(Value(o), PhantomData)
    }

    /// A fresh object with `n` counted items (words or bytes, by the layout), zero-filled.
    #[inline(always)]
    pub fn alloc_counted<T: LayoutType>(&mut self, shape: u32, n: usize) -> Obj<T> {
        let layout = T::LAYOUT;
        let item_words = match &layout.items {
            Some(items) if items.kind == Kind::Byte => n.div_ceil(8),
            _ => n,
        };
        let words = layout.items_start() as usize + item_words;
        if words > BUMP_WORDS_MAX {
            let head = header(layout.id, 0, shape);
            return Obj(
                Value(mem::alloc_items(self.core_ptr(), head, n as u64)),
                PhantomData,
            );
        }
        let o = mem::alloc(self.core_ptr(), header(layout.id, words, shape), words);
        mem::fill(o, 1, words, 0);
        mem::set_word(o, 1, Value::small(n as i64).0);
        Obj(Value(o), PhantomData)
    }

    /// A float as a value.
    #[inline(always)]
    pub fn float(&mut self, f: f64) -> Value {
        Value(mem::box_float(self.core_ptr(), f.to_bits()))
    }
}

/// The float of a float value, immediate or boxed.
#[inline(always)]
pub fn to_float(v: Value) -> Option<f64> {
    if v.is_float() {
        Some(v.as_float())
    } else if is::<FloatBox>(v) {
        Some(f64::from_bits(mem::word(
            v.0,
            FloatBox::VALUE.raw.word as usize,
        )))
    } else {
        None
    }
}

/// Layout tag of any value.
#[inline(always)]
pub fn tag(v: Value) -> Tag {
    mem::tag_of(v.0)
}
