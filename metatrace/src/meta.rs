//! `Meta`: what interpreters are written against.
//!
//! *Green* values (known when a trace is recorded: bytecode, pc, shapes after
//! `shape`) are plain Rust. *Red* values have opaque types: [`Val`], [`Int`],
//! [`Float`], [`Bool`], [`Ref`]. A red value can decide control flow only
//! through [`Meta::branch`], [`Meta::promote`], [`Meta::int`] and friends, each
//! of which is a guard when recorded: the type system makes it impossible to forget one.
//!
//! Rules for a bytecode handler:
//! 1. It starts with [`Meta::fetch`].
//! 2. It reads and writes slots of the current frame freely: a failed guard
//!    replays the handler from its start.
//! 3. It pushes or pops frames as its last effect.
//! 4. Everything it knows about red values it learnt through `Meta`.
//! 5. It never keeps a red value in a Rust data structure beyond the bytecode.
//! 6. Anything else that changes the world is a [`Native`] with declared effects.

use crate::code::Code;
use crate::ir::{Op, Tag, Ty};
use crate::layout::{self, Field, FieldRef, Items, ItemsRef, LayoutType};
use crate::native::Native;
use crate::value::Value;
use crate::vm::{REG_PENDING, REG_TRANSFER, VmCore};
use std::marker::PhantomData;

/// Markers of field kinds, and the red type that a field of each kind gives.
pub mod kinds {
    use super::Meta;

    /// Maps a field kind to the red type of its loads and stores.
    pub trait FieldKind {
        type Red<M: Meta>: Copy;
        fn wrap<M: Meta>(raw: M::Raw) -> Self::Red<M>;
        fn unwrap<M: Meta>(red: Self::Red<M>) -> M::Raw;
    }

    macro_rules! kinds {
        ($($(#[$doc:meta])* $name:ident => $red:ident;)*) => {$(
            $(#[$doc])*
            pub struct $name;
            impl FieldKind for $name {
                type Red<M: Meta> = super::$red<M>;
                #[inline(always)]
                fn wrap<M: Meta>(raw: M::Raw) -> super::$red<M> { super::$red(raw) }
                #[inline(always)]
                fn unwrap<M: Meta>(red: super::$red<M>) -> M::Raw { red.0 }
            }
        )*};
    }
    kinds! {
        /// A tagged value.
        Val => Val;
        /// A fixnum.
        Int => Int;
        /// A raw float.
        Float => Float;
        /// A byte (items only), an Int when loaded.
        Byte => Int;
    }
    /// An untraced word, not accessible to traces.
    pub struct Raw;
}

macro_rules! red_types {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        pub struct $name<M: Meta>(pub(crate) M::Raw);
        impl<M: Meta> Copy for $name<M> {}
        impl<M: Meta> Clone for $name<M> {
            #[inline(always)]
            fn clone(&self) -> Self { *self }
        }
    )*};
}
red_types! {
    /// A tagged value of unknown type.
    Val;
    /// A fixnum.
    Int;
    /// An unboxed float.
    Float;
    /// A condition.
    Bool;
}

/// A reference to a heap object known to have layout `T`.
pub struct Ref<M: Meta, T>(pub(crate) M::Raw, PhantomData<fn() -> T>);
impl<M: Meta, T> Copy for Ref<M, T> {}
impl<M: Meta, T> Clone for Ref<M, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<M: Meta> Int<M> {
    /// A fixnum is a value already: no operation.
    #[inline(always)]
    pub fn val(self) -> Val<M> {
        Val(self.0)
    }
}
impl<M: Meta, T> Ref<M, T> {
    /// A reference is a value already: no operation.
    #[inline(always)]
    pub fn val(self) -> Val<M> {
        Val(self.0)
    }
}

/// A native raised; the exception is in register `REG_PENDING`.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Raised;

/// A new frame that is not current yet.
pub struct NewFrame<M: Meta> {
    pub(crate) frame: M::Raw,
    pub(crate) code: &'static Code,
}
impl<M: Meta> NewFrame<M> {
    pub fn code(&self) -> &'static Code {
        self.code
    }
}

/// How a frame becomes current when control crosses from one language to another.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Arrival {
    /// It was called and starts at its pc.
    Start,
    /// Its callee returned (or yielded) the value in `REG_TRANSFER`.
    Return,
    /// Its callee failed, in languages where that is not an exception.
    Fail,
    /// The exception in `REG_PENDING` unwinds into it.
    Raise,
}

/// All of them, in the order in which texts of traces number them.
pub const ARRIVALS: [Arrival; 4] = [
    Arrival::Start,
    Arrival::Return,
    Arrival::Fail,
    Arrival::Raise,
];

/// The flow of a bytecode that brought control to a frame.
#[inline(always)]
pub(crate) fn arriving(same_language: bool, how: Arrival) -> Flow {
    if same_language {
        Flow::Next
    } else {
        Flow::Switch(how)
    }
}

/// What a step loop does after a bytecode.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Flow {
    /// Go on with the next bytecode of the current frame.
    Next,
    /// The current frame is not this language's (or is the sentinel): the driver dispatches on it.
    Switch(Arrival),
    /// A merge point wants the driver: pc is the merge point's.
    Merge,
}

/// The three executions of an interpreter; see the module text.
///
/// Methods with `_raw` are for implementors; interpreters use the typed ones.
pub trait Meta: Sized {
    type Raw: Copy;

    // ------------------------------------------------------------ green state

    /// The engine, for green look-ups and slow paths. Not for effects.
    fn core(&mut self) -> *mut VmCore;
    /// Code of the current frame.
    fn code(&self) -> &'static Code;
    /// pc of the next bytecode.
    fn pc(&self) -> u32;
    /// Continue at `pc` in the current code.
    fn set_pc(&mut self, pc: u32);
    /// Starts a bytecode: returns the word at the current pc and advances past it.
    fn fetch(&mut self) -> u64;
    /// True when recording; only for heuristics that do not change results.
    fn recording(&self) -> bool {
        false
    }
    /// See [`Meta::made_here`].
    fn made_here_raw(&mut self, _: Self::Raw) -> bool {
        true
    }
    /// See [`Meta::left_by_native`].
    fn left_by_native_raw(&mut self, _: Self::Raw) -> bool {
        false
    }

    // ---------------------------------------------------------- raw operations

    fn constant_raw(&mut self, ty: Ty, bits: u64) -> Self::Raw;
    fn op1_raw(&mut self, op: Op, a: Self::Raw) -> Self::Raw;
    fn op2_raw(&mut self, op: Op, a: Self::Raw, b: Self::Raw) -> Self::Raw;
    /// `op` is one of the `_ovf` operations; `None` when the result does not fit.
    fn checked_raw(&mut self, op: Op, a: Self::Raw, b: Self::Raw) -> Option<Self::Raw>;
    fn box_float_raw(&mut self, f: Self::Raw) -> Self::Raw;
    fn branch_raw(&mut self, b: Self::Raw) -> bool;
    fn promote_raw(&mut self, v: Self::Raw) -> u64;
    fn is_tag_raw(&mut self, v: Self::Raw, tag: Tag) -> bool;
    fn tag_raw(&mut self, v: Self::Raw) -> Tag;
    fn shape_raw(&mut self, o: Self::Raw) -> u32;
    fn set_shape_raw(&mut self, o: Self::Raw, shape: u32);
    fn load_raw(&mut self, o: Self::Raw, f: FieldRef) -> Self::Raw;
    fn store_raw(&mut self, o: Self::Raw, f: FieldRef, v: Self::Raw);
    fn load_item_raw(&mut self, o: Self::Raw, items: ItemsRef, i: Self::Raw) -> Self::Raw;
    fn store_item_raw(&mut self, o: Self::Raw, items: ItemsRef, i: Self::Raw, v: Self::Raw);
    /// A fresh zero-filled object of `words` words, header included.
    fn new_raw(&mut self, layout: layout::LayoutId, shape: u32, words: u16) -> Self::Raw;
    /// A fresh zero-filled object with `n` items (counted layouts: length set).
    fn new_items_raw(&mut self, layout: layout::LayoutId, shape: u32, n: Self::Raw) -> Self::Raw;
    fn reg_raw(&mut self, reg: u8) -> Self::Raw;
    fn set_reg_raw(&mut self, reg: u8, v: Self::Raw);
    fn call_raw(&mut self, f: &'static Native, args: &[Self::Raw]) -> Result<Self::Raw, Raised>;
    fn call_float_raw(&mut self, f: &'static Native, args: &[Self::Raw]) -> Self::Raw;

    // ------------------------------------------------------------------ frames

    fn slot_raw(&mut self, slot: u16) -> Self::Raw;
    fn set_slot_raw(&mut self, slot: u16, v: Self::Raw);
    fn aux_raw(&mut self) -> Self::Raw;
    fn set_aux_raw(&mut self, v: Self::Raw);
    /// A frame of `code` with every slot UNDEF. Fill it with `init_slot`, then
    /// `enter_frame`, `replace_frame` or keep it (`detach_frame`).
    fn new_frame(&mut self, code: &'static Code) -> NewFrame<Self>;
    fn init_slot_raw(&mut self, f: &NewFrame<Self>, slot: u16, v: Self::Raw);
    fn init_aux_raw(&mut self, f: &NewFrame<Self>, v: Self::Raw);
    /// Call: the current frame waits at `resume_pc`, `f` becomes current at pc 0.
    fn enter_frame(&mut self, f: NewFrame<Self>, resume_pc: u32);
    /// Last call: `f` takes the current frame's place.
    fn replace_frame(&mut self, f: NewFrame<Self>);
    /// Makes a frame an object to be resumed later at `pc` (a generator not yet started).
    fn detach_frame_raw(&mut self, f: NewFrame<Self>, pc: u32) -> Self::Raw;
    /// Resumes a detached or suspended frame; the current frame waits at `resume_pc`.
    fn resume_frame_raw(&mut self, frame: Self::Raw, resume_pc: u32);
    /// Leaves the current frame for its parent, keeping it resumable at `resume_pc`.
    fn suspend_frame(&mut self, resume_pc: u32);
    /// Drops the current frame; its parent continues where it waits. Afterwards
    /// `code()` and `pc()` are the parent's (whose language may be another).
    fn leave_frame(&mut self);
    /// Backtracking, unwinding: abandons the current frame; `frame` continues where
    /// it waits. Neither frame's parent changes.
    fn switch_frame_raw(&mut self, frame: Self::Raw);
    /// As [`leave_frame`](Meta::leave_frame), as the very last thing that a bytecode does: the
    /// result is its flow. `how` is for a parent of another language.
    #[inline(always)]
    fn return_last(&mut self, how: Arrival) -> Flow {
        let language = self.code().lang;
        self.leave_frame();
        arriving(language == self.code().lang, how)
    }
    /// As [`switch_frame`](Meta::switch_frame), as the very last thing that a bytecode does.
    #[inline(always)]
    fn switch_last_raw(&mut self, frame: Self::Raw, how: Arrival) -> Flow {
        let language = self.code().lang;
        self.switch_frame_raw(frame);
        arriving(language == self.code().lang, how)
    }
    /// The same, and the frame goes on at `token` instead of where it waits. One operation, because
    /// a frame that waits below the current one is rebuilt with the place where it waits.
    fn switch_last_to_raw(&mut self, frame: Self::Raw, token: Self::Raw, how: Arrival) -> Flow;
    /// The token at which the frame of a following [`switch_last_to`](Meta::switch_last_to) will
    /// go on: known from here on, unless the trace will leave that open.
    #[inline(always)]
    fn aim_raw(&mut self, token: Self::Raw) -> Self::Raw {
        token
    }
    /// The current frame as an object that others may keep and come back to
    /// (`switch_frame`). They see its slots, and its callers, as they are now; of
    /// slots written later they must not rely on either value.
    fn current_frame_raw(&mut self) -> Self::Raw;
    /// True when `frames` more frames would exceed the depth limit.
    fn too_deep(&mut self) -> bool;

    // ----------------------------------------------------------------- control

    /// To be called by the bytecode at merge point `index` of the current code.
    /// `true`: return `Flow::Merge` at once, with pc set back to the merge point.
    fn merge_point(&mut self, index: u16) -> bool;
    /// Relies on an assumption until it is invalidated (quasi-immutable state).
    fn assume(&mut self, assumption: &crate::assume::Assumption);
    /// What follows must not be part of a trace: a recording is given up after this bytecode.
    fn stop_recording(&mut self) {}
    /// True in step loops only: for housekeeping that changes nothing a program could see, and
    /// that no trace should repeat.
    #[inline(always)]
    fn keeps_house(&self) -> bool {
        false
    }
    /// Runs a part of a handler that is not worth inlining into the step loop:
    /// `f` calls a function marked `#[inline(never)]`. Never pass `self` to such
    /// a function directly: `Run`'s fields would live in memory from then on.
    #[inline(always)]
    fn outlined<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        f(self)
    }

    // ----------------------------------------------------------- typed methods

    /// A green value as a red one.
    #[inline(always)]
    fn val(&mut self, v: Value) -> Val<Self> {
        let ty = if v.is_int() { Ty::Int } else { Ty::Val };
        Val(self.constant_raw(ty, v.0))
    }
    #[inline(always)]
    fn const_int(&mut self, i: i64) -> Int<Self> {
        Int(self.constant_raw(Ty::Int, Value::small(i).0))
    }
    #[inline(always)]
    fn const_float(&mut self, f: f64) -> Float<Self> {
        Float(self.constant_raw(Ty::Float, f.to_bits()))
    }
    #[inline(always)]
    fn const_bool(&mut self, b: bool) -> Bool<Self> {
        Bool(self.constant_raw(Ty::Bool, b as u64))
    }

    /// Decides on a condition: a guard.
    #[inline(always)]
    fn branch(&mut self, b: Bool<Self>) -> bool {
        self.branch_raw(b.0)
    }
    /// The value as a green constant: guards on the word itself.
    #[inline(always)]
    fn promote(&mut self, v: Val<Self>) -> Value {
        Value(self.promote_raw(v.0))
    }
    #[inline(always)]
    fn promote_int(&mut self, v: Int<Self>) -> i64 {
        Value(self.promote_raw(v.0)).as_int()
    }
    /// The integer, if the value is a fixnum.
    #[inline(always)]
    fn int(&mut self, v: Val<Self>) -> Option<Int<Self>> {
        if self.is_tag_raw(v.0, Tag::INT) {
            Some(Int(v.0))
        } else {
            None
        }
    }
    /// The float, if the value is one (immediate or boxed).
    #[inline(always)]
    fn float(&mut self, v: Val<Self>) -> Option<Float<Self>> {
        if self.is_tag_raw(v.0, Tag::FLOAT) {
            Some(Float(self.op1_raw(Op::UnboxFloat, v.0)))
        } else if self.is_tag_raw(v.0, Tag::layout(layout::FLOAT_BOX)) {
            Some(Float(self.load_raw(v.0, layout::FloatBox::VALUE.raw)))
        } else {
            None
        }
    }
    /// The object, if the value has layout `T`.
    #[inline(always)]
    fn as_ref<T: LayoutType>(&mut self, v: Val<Self>) -> Option<Ref<Self, T>> {
        if self.is_tag_raw(v.0, Tag::layout(T::LAYOUT.id)) {
            Some(Ref(v.0, PhantomData))
        } else {
            None
        }
    }
    /// The value as an object of layout `T`, which green knowledge (a declared
    /// field, a shape) says it is. Checked in debug builds of `Run`.
    #[inline(always)]
    fn cast<T: LayoutType>(&mut self, v: Val<Self>) -> Ref<Self, T> {
        Ref(v.0, PhantomData)
    }
    /// In a recording: was the object made by it? Elsewhere true. For the choice between operations in
    /// line, of which a trace need not do what concerns its own objects, and a native that does
    /// the same without a decision: whole paths less where the objects come from elsewhere.
    #[inline(always)]
    fn made_here(&mut self, v: Val<Self>) -> bool {
        self.made_here_raw(v.0)
    }
    /// In a recording: may a native of it have left the value, which a register held? Elsewhere false.
    /// As [`Meta::made_here`], for what nothing is known of. Natives that might do anything to all
    /// registers do not count.
    #[inline(always)]
    fn left_by_native(&mut self, v: Val<Self>) -> bool {
        self.left_by_native_raw(v.0)
    }
    /// The value as an int, which green knowledge says it is.
    #[inline(always)]
    fn cast_int(&mut self, v: Val<Self>) -> Int<Self> {
        Int(v.0)
    }
    /// Dynamic type of a value, green.
    #[inline(always)]
    fn tag(&mut self, v: Val<Self>) -> Tag {
        self.tag_raw(v.0)
    }
    #[inline(always)]
    fn is_tag(&mut self, v: Val<Self>, tag: Tag) -> bool {
        self.is_tag_raw(v.0, tag)
    }
    /// Shape id of an object, green.
    #[inline(always)]
    fn shape<T>(&mut self, o: Ref<Self, T>) -> u32 {
        self.shape_raw(o.0)
    }
    #[inline(always)]
    fn set_shape<T>(&mut self, o: Ref<Self, T>, shape: u32) {
        self.set_shape_raw(o.0, shape);
    }
    /// Do two values have the same word? (Identity; not numeric equality of boxed floats.)
    #[inline(always)]
    fn same(&mut self, a: Val<Self>, b: Val<Self>) -> Bool<Self> {
        Bool(self.op2_raw(Op::Same, a.0, b.0))
    }
    /// Is the value this very constant? A guard either way.
    #[inline(always)]
    fn is(&mut self, a: Val<Self>, constant: Value) -> bool {
        let c = self.val(constant);
        let b = self.same(a, c);
        self.branch(b)
    }

    #[inline(always)]
    fn get<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        f: Field<T, K>,
    ) -> K::Red<Self> {
        K::wrap::<Self>(self.load_raw(o.0, f.raw))
    }
    #[inline(always)]
    fn set<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        f: Field<T, K>,
        v: K::Red<Self>,
    ) {
        self.store_raw(o.0, f.raw, K::unwrap::<Self>(v));
    }
    /// Item `i`, which the caller knows to be in range.
    #[inline(always)]
    fn item<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        items: Items<T, K>,
        i: Int<Self>,
    ) -> K::Red<Self> {
        K::wrap::<Self>(self.load_item_raw(o.0, items.raw, i.0))
    }
    #[inline(always)]
    fn set_item<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        items: Items<T, K>,
        i: Int<Self>,
        v: K::Red<Self>,
    ) {
        self.store_item_raw(o.0, items.raw, i.0, K::unwrap::<Self>(v));
    }
    /// Item with a green index.
    #[inline(always)]
    fn item_at<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        items: Items<T, K>,
        i: u16,
    ) -> K::Red<Self> {
        K::wrap::<Self>(self.load_raw(o.0, items.raw.field(i)))
    }
    #[inline(always)]
    fn set_item_at<T: LayoutType, K: kinds::FieldKind>(
        &mut self,
        o: Ref<Self, T>,
        items: Items<T, K>,
        i: u16,
        v: K::Red<Self>,
    ) {
        self.store_raw(o.0, items.raw.field(i), K::unwrap::<Self>(v));
    }
    /// A fresh zero-filled object without items.
    #[inline(always)]
    fn alloc<T: LayoutType>(&mut self, shape: u32) -> Ref<Self, T> {
        Ref(
            self.new_raw(T::LAYOUT.id, shape, T::LAYOUT.items_start()),
            PhantomData,
        )
    }
    /// A fresh zero-filled object with a green number of items that is not
    /// counted by a field (instances, frames) or is (then the length is set).
    #[inline(always)]
    fn alloc_sized<T: LayoutType>(&mut self, shape: u32, items: u16) -> Ref<Self, T> {
        let o = self.new_raw(T::LAYOUT.id, shape, T::LAYOUT.items_start() + items);
        if matches!(
            T::LAYOUT.items,
            Some(layout::ItemsInfo { counted: true, .. })
        ) {
            let len = self.const_int(items as i64);
            let field = FieldRef {
                layout: T::LAYOUT.id,
                kind: layout::Kind::Int,
                mutability: T::LAYOUT.fields[0].mutability,
                word: 1,
            };
            self.store_raw(o, field, len.0);
        }
        Ref(o, PhantomData)
    }
    /// A fresh zero-filled counted object with a red number of items.
    #[inline(always)]
    fn alloc_items<T: LayoutType>(&mut self, shape: u32, n: Int<Self>) -> Ref<Self, T> {
        Ref(self.new_items_raw(T::LAYOUT.id, shape, n.0), PhantomData)
    }

    // Integers. `add`, `sub`, `mul`, `shl`: `None` when the result is not a fixnum.
    #[inline(always)]
    fn add(&mut self, a: Int<Self>, b: Int<Self>) -> Option<Int<Self>> {
        self.checked_raw(Op::IntAddOvf, a.0, b.0).map(Int)
    }
    #[inline(always)]
    fn sub(&mut self, a: Int<Self>, b: Int<Self>) -> Option<Int<Self>> {
        self.checked_raw(Op::IntSubOvf, a.0, b.0).map(Int)
    }
    #[inline(always)]
    fn mul(&mut self, a: Int<Self>, b: Int<Self>) -> Option<Int<Self>> {
        self.checked_raw(Op::IntMulOvf, a.0, b.0).map(Int)
    }
    /// `a << b` for `0 <= b`.
    #[inline(always)]
    fn shl(&mut self, a: Int<Self>, b: Int<Self>) -> Option<Int<Self>> {
        self.checked_raw(Op::IntShlOvf, a.0, b.0).map(Int)
    }
    /// An integer operation that cannot overflow (or is known not to): comparisons
    /// and shifts have their own methods.
    #[inline(always)]
    fn int_op(&mut self, op: Op, a: Int<Self>, b: Int<Self>) -> Int<Self> {
        debug_assert!(op.ret() == Ty::Int && op.params().len() == 2);
        Int(self.op2_raw(op, a.0, b.0))
    }
    #[inline(always)]
    fn int_not(&mut self, a: Int<Self>) -> Int<Self> {
        Int(self.op1_raw(Op::IntNot, a.0))
    }
    #[inline(always)]
    fn int_to_float(&mut self, a: Int<Self>) -> Float<Self> {
        Float(self.op1_raw(Op::IntToFloat, a.0))
    }
    /// A comparison of integers: `op` is `IntLt`, `IntLe`, `IntEq`, `IntNe` or `IntULt`.
    #[inline(always)]
    fn int_cmp(&mut self, op: Op, a: Int<Self>, b: Int<Self>) -> Bool<Self> {
        Bool(self.op2_raw(op, a.0, b.0))
    }
    #[inline(always)]
    fn lt(&mut self, a: Int<Self>, b: Int<Self>) -> bool {
        let c = self.int_cmp(Op::IntLt, a, b);
        self.branch(c)
    }
    /// `0 <= i < n` for a length `n`, in one comparison.
    #[inline(always)]
    fn in_range(&mut self, i: Int<Self>, n: Int<Self>) -> bool {
        let c = self.int_cmp(Op::IntULt, i, n);
        self.branch(c)
    }

    // Floats.
    #[inline(always)]
    fn float_op(&mut self, op: Op, a: Float<Self>, b: Float<Self>) -> Float<Self> {
        debug_assert!(op.ret() == Ty::Float && op.params().len() == 2);
        Float(self.op2_raw(op, a.0, b.0))
    }
    #[inline(always)]
    fn float_op1(&mut self, op: Op, a: Float<Self>) -> Float<Self> {
        Float(self.op1_raw(op, a.0))
    }
    #[inline(always)]
    fn float_cmp(&mut self, op: Op, a: Float<Self>, b: Float<Self>) -> Bool<Self> {
        Bool(self.op2_raw(op, a.0, b.0))
    }
    /// The integral part, if it is a fixnum.
    #[inline(always)]
    fn float_to_int(&mut self, a: Float<Self>) -> Option<Int<Self>> {
        let fits = self.op1_raw(Op::FloatFitsInt, a.0);
        if self.branch_raw(fits) {
            Some(Int(self.op1_raw(Op::FloatToInt, a.0)))
        } else {
            None
        }
    }
    /// The float as a value.
    #[inline(always)]
    fn box_float(&mut self, f: Float<Self>) -> Val<Self> {
        Val(self.box_float_raw(f.0))
    }

    // Conditions.
    #[inline(always)]
    fn not(&mut self, b: Bool<Self>) -> Bool<Self> {
        Bool(self.op1_raw(Op::BoolNot, b.0))
    }
    /// True or False as a value, without deciding.
    #[inline(always)]
    fn bool_val(&mut self, b: Bool<Self>) -> Val<Self> {
        Val(self.op1_raw(Op::BoolToVal, b.0))
    }
    #[inline(always)]
    fn bool_int(&mut self, b: Bool<Self>) -> Int<Self> {
        Int(self.op1_raw(Op::BoolToInt, b.0))
    }

    // Slots, registers, calls.
    #[inline(always)]
    fn slot(&mut self, slot: u16) -> Val<Self> {
        Val(self.slot_raw(slot))
    }
    #[inline(always)]
    fn set_slot(&mut self, slot: u16, v: Val<Self>) {
        self.set_slot_raw(slot, v.0);
    }
    #[inline(always)]
    fn init_slot(&mut self, f: &NewFrame<Self>, slot: u16, v: Val<Self>) {
        self.init_slot_raw(f, slot, v.0);
    }
    /// The frame's language-defined extra word.
    #[inline(always)]
    fn aux(&mut self) -> Val<Self> {
        Val(self.aux_raw())
    }
    #[inline(always)]
    fn set_aux(&mut self, v: Val<Self>) {
        self.set_aux_raw(v.0);
    }
    #[inline(always)]
    fn init_aux(&mut self, f: &NewFrame<Self>, v: Val<Self>) {
        self.init_aux_raw(f, v.0);
    }
    #[inline(always)]
    fn detach_frame(&mut self, f: NewFrame<Self>, pc: u32) -> Ref<Self, layout::Frame> {
        Ref(self.detach_frame_raw(f, pc), PhantomData)
    }
    #[inline(always)]
    fn resume_frame(&mut self, f: Ref<Self, layout::Frame>, resume_pc: u32) {
        self.resume_frame_raw(f.0, resume_pc);
    }
    #[inline(always)]
    fn switch_frame(&mut self, f: Ref<Self, layout::Frame>) {
        self.switch_frame_raw(f.0);
    }
    #[inline(always)]
    fn switch_last(&mut self, f: Ref<Self, layout::Frame>, how: Arrival) -> Flow {
        self.switch_last_raw(f.0, how)
    }
    #[inline(always)]
    fn switch_last_to(
        &mut self,
        f: Ref<Self, layout::Frame>,
        token: Int<Self>,
        how: Arrival,
    ) -> Flow {
        self.switch_last_to_raw(f.0, token.0, how)
    }
    #[inline(always)]
    fn aim(&mut self, token: Int<Self>) -> Int<Self> {
        Int(self.aim_raw(token.0))
    }
    #[inline(always)]
    fn current_frame(&mut self) -> Ref<Self, layout::Frame> {
        Ref(self.current_frame_raw(), PhantomData)
    }
    #[inline(always)]
    fn reg(&mut self, reg: u8) -> Val<Self> {
        Val(self.reg_raw(reg))
    }
    #[inline(always)]
    fn set_reg(&mut self, reg: u8, v: Val<Self>) {
        self.set_reg_raw(reg, v.0);
    }
    /// The value in transit between frames of two languages.
    #[inline(always)]
    fn transfer(&mut self) -> Val<Self> {
        self.reg(REG_TRANSFER)
    }
    #[inline(always)]
    fn set_transfer(&mut self, v: Val<Self>) {
        self.set_reg(REG_TRANSFER, v);
    }
    #[inline(always)]
    fn pending(&mut self) -> Val<Self> {
        self.reg(REG_PENDING)
    }
    #[inline(always)]
    fn set_pending(&mut self, v: Val<Self>) {
        self.set_reg(REG_PENDING, v);
    }
    /// Calls a native that may raise.
    #[inline(always)]
    fn try_call<const N: usize>(
        &mut self,
        f: &'static Native,
        args: [Val<Self>; N],
    ) -> Result<Val<Self>, Raised> {
        let raw = args.map(|v| v.0);
        self.call_raw(f, &raw).map(Val)
    }
    /// Calls a native that never raises.
    #[inline(always)]
    fn call<const N: usize>(&mut self, f: &'static Native, args: [Val<Self>; N]) -> Val<Self> {
        debug_assert!(!f.effects.raises);
        match self.try_call(f, args) {
            Ok(v) => v,
            Err(Raised) => unreachable!("{} is declared not to raise", f.name),
        }
    }
    /// Calls a native with a green number of arguments (at most 64).
    #[inline(always)]
    fn call_many(&mut self, f: &'static Native, args: &[Val<Self>]) -> Result<Val<Self>, Raised> {
        let raw: smallvec::SmallVec<[Self::Raw; 16]> = args.iter().map(|v| v.0).collect();
        self.call_raw(f, &raw).map(Val)
    }
    /// A pure native on floats.
    #[inline(always)]
    fn call_float<const N: usize>(
        &mut self,
        f: &'static Native,
        args: [Float<Self>; N],
    ) -> Float<Self> {
        Float(self.call_float_raw(f, &args.map(|v| v.0)))
    }
}
