//! THE table of IR operations.
//!
//! A row is: name, operand types, result type, class, one-line meaning. The enum, the
//! names, the type rules and the effect queries derive from it. Adding an
//! operation: add a row; the compiler then finds `eval_pure` (pure rows), the
//! evaluator (`ir/eval.rs`) and the lowering (`backend/cranelift/lower.rs`),
//! whose matches have no `_` arm.
//!
//! Int operands are fixnum words (shifted by 2); the meaning column speaks of
//! the integers they stand for. "Guard" rows leave the trace through their
//! snapshot when they do not hold; those with a result type yield a value when they do.

use super::types::Ty;

/// What an operation is, for the passes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Class {
    /// A function of its operands: may be folded, shared, hoisted, dropped.
    Pure,
    /// May leave the trace. With a result it is otherwise pure.
    Guard,
    /// Reads the heap or an engine register.
    Load,
    /// Writes the heap or an engine register.
    Store,
    /// Makes a fresh object.
    Alloc,
    /// A native call: its `Effects` decide.
    Call,
    /// Labels, jumps, trace ends, notes.
    Control,
}

macro_rules! ops {
    ($($name:ident = $text:literal ($($arg:ident)*) $ret:ident $class:ident : $doc:literal;)*) => {
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Op { $(#[doc = $doc] $name,)* }

        impl Op {
            /// All operations in table order.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
            /// Name in printed traces.
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => $text,)* }
            }
            pub fn from_name(name: &str) -> Option<Op> {
                match name { $($text => Some(Op::$name),)* _ => None }
            }
            /// Operand types; operations with a variable number (`call`, `label`, `jump`) list none.
            pub const fn params(self) -> &'static [Ty] {
                match self { $(Op::$name => &[$(Ty::$arg),*],)* }
            }
            /// Result type; `Void` for none.
            pub const fn ret(self) -> Ty {
                match self { $(Op::$name => Ty::$ret,)* }
            }
            pub const fn class(self) -> Class {
                match self { $(Op::$name => Class::$class,)* }
            }
            pub const fn doc(self) -> &'static str {
                match self { $(Op::$name => $doc,)* }
            }
        }
    };
}

ops! {
    // Integers. `int_add` .. `int_mul` are only emitted where the result is known to fit.
    IntAdd = "int_add" (Int Int) Int Pure: "a + b, known not to overflow";
    IntSub = "int_sub" (Int Int) Int Pure: "a - b, known not to overflow";
    IntMul = "int_mul" (Int Int) Int Pure: "a * b, known not to overflow";
    IntAddOvf = "int_add_ovf" (Int Int) Int Guard: "a + b; leaves when it does not fit a fixnum";
    IntSubOvf = "int_sub_ovf" (Int Int) Int Guard: "a - b; leaves when it does not fit a fixnum";
    IntMulOvf = "int_mul_ovf" (Int Int) Int Guard: "a * b; leaves when it does not fit a fixnum";
    IntShlOvf = "int_shl_ovf" (Int Int) Int Guard: "a << b, 0 <= b; leaves when it does not fit a fixnum";
    IntAddFits = "int_add_fits" (Int Int) Bool Pure: "a + b fits a fixnum";
    IntSubFits = "int_sub_fits" (Int Int) Bool Pure: "a - b fits a fixnum";
    IntMulFits = "int_mul_fits" (Int Int) Bool Pure: "a * b fits a fixnum";
    IntShlFits = "int_shl_fits" (Int Int) Bool Pure: "a << b fits a fixnum, 0 <= b";
    IntFloorDiv = "int_floordiv" (Int Int) Int Pure: "floor(a / b), b not 0, result known to fit";
    IntMod = "int_mod" (Int Int) Int Pure: "a - b * floor(a / b), b not 0";
    IntQuot = "int_quot" (Int Int) Int Pure: "a / b truncated, b not 0, result known to fit";
    IntRem = "int_rem" (Int Int) Int Pure: "remainder of the truncated division, b not 0";
    IntAnd = "int_and" (Int Int) Int Pure: "bitwise and";
    IntOr = "int_or" (Int Int) Int Pure: "bitwise or";
    IntXor = "int_xor" (Int Int) Int Pure: "bitwise exclusive or";
    IntNot = "int_not" (Int) Int Pure: "bitwise complement, -a - 1";
    IntShl = "int_shl" (Int Int) Int Pure: "a << b, 0 <= b, result known to fit";
    IntShr = "int_shr" (Int Int) Int Pure: "a >> b arithmetic, 0 <= b (any size)";
    IntLt = "int_lt" (Int Int) Bool Pure: "a < b";
    IntLe = "int_le" (Int Int) Bool Pure: "a <= b";
    IntEq = "int_eq" (Int Int) Bool Pure: "a = b";
    IntNe = "int_ne" (Int Int) Bool Pure: "a /= b";
    IntULt = "int_ult" (Int Int) Bool Pure: "a < b as unsigned words: 0 <= a < b when 0 <= b";
    IntToFloat = "int_to_float" (Int) Float Pure: "the nearest float";

    // Floats.
    FloatAdd = "float_add" (Float Float) Float Pure: "a + b";
    FloatSub = "float_sub" (Float Float) Float Pure: "a - b";
    FloatMul = "float_mul" (Float Float) Float Pure: "a * b";
    FloatDiv = "float_div" (Float Float) Float Pure: "a / b in IEEE arithmetic";
    FloatNeg = "float_neg" (Float) Float Pure: "-a";
    FloatAbs = "float_abs" (Float) Float Pure: "absolute value";
    FloatSqrt = "float_sqrt" (Float) Float Pure: "square root (NaN below 0)";
    FloatFloor = "float_floor" (Float) Float Pure: "largest integral float <= a";
    FloatCeil = "float_ceil" (Float) Float Pure: "smallest integral float >= a";
    FloatTrunc = "float_trunc" (Float) Float Pure: "towards zero";
    FloatLt = "float_lt" (Float Float) Bool Pure: "a < b, false on NaN";
    FloatLe = "float_le" (Float Float) Bool Pure: "a <= b, false on NaN";
    FloatEq = "float_eq" (Float Float) Bool Pure: "a = b, false on NaN";
    FloatNe = "float_ne" (Float Float) Bool Pure: "a /= b, true on NaN";
    FloatFitsInt = "float_fits_int" (Float) Bool Pure: "the integral part of a is a fixnum";
    FloatToInt = "float_to_int" (Float) Int Pure: "a truncated, known to fit";

    // Booleans and identity.
    BoolNot = "bool_not" (Bool) Bool Pure: "negation";
    BoolToVal = "bool_to_val" (Bool) Val Pure: "the value True or False";
    BoolToInt = "bool_to_int" (Bool) Int Pure: "1 or 0";
    Same = "same" (Val Val) Bool Pure: "the words are equal";
    IsTag = "is_tag" (Val) Bool Pure: "the value has the dynamic type of the descriptor";

    // Tagging.
    BoxFloat = "box_float" (Float) Val Pure: "the float as a value; boxes extreme ones";
    UnboxFloat = "unbox_float" (Val) Float Pure: "the float of a value known to be an immediate float";

    // Guards.
    GuardTrue = "guard_true" (Bool) Void Guard: "holds when a is true";
    GuardFalse = "guard_false" (Bool) Void Guard: "holds when a is false";
    GuardTag = "guard_tag" (Val) Void Guard: "holds when a has the dynamic type of the descriptor";
    GuardValue = "guard_value" (Val Val) Void Guard: "holds when a is the word b, a constant";
    GuardShape = "guard_shape" (Val) Void Guard: "holds when the heap object a has the shape of the descriptor";
    GuardNotRaised = "guard_not_raised" (Val) Void Guard: "holds when a is not the RAISED word";
    GuardRaised = "guard_raised" (Val) Void Guard: "holds when a is the RAISED word";
    GuardNoPoll = "guard_no_poll" () Void Guard: "holds when nothing wants attention";
    GuardValid = "guard_valid" () Void Guard: "holds while no assumption of this trace was invalidated";
    GuardDepth = "guard_depth" () Void Guard: "holds while the depth limit is further away than the frames that a trace may push unchecked";

    // Heap.
    Load = "load" (Val) Val Load: "a field (result type from the field's kind)";
    Store = "store" (Val Val) Void Store: "a field := value";
    LoadItem = "load_item" (Val Int) Val Load: "item number b (result type from the items' kind)";
    StoreItem = "store_item" (Val Int Val) Void Store: "item number b := c";
    LoadShape = "load_shape" (Val) Int Load: "the shape id of a heap object";
    StoreShape = "store_shape" (Val) Void Store: "set the shape id to the descriptor's";
    New = "new" () Val Alloc: "a fresh object of the descriptor's layout, shape and words; zero-filled";
    NewItems = "new_items" (Int) Val Alloc: "a fresh object with a items of the descriptor's layout; zero-filled";
    LoadReg = "load_reg" () Val Load: "an engine register";
    StoreReg = "store_reg" (Val) Void Store: "an engine register := value";
    AddDepth = "add_depth" (Int) Void Store: "the engine's frame depth += a";

    // Calls.
    Call = "call" () Val Call: "a native with its arguments";
    CallFloat = "call_float" () Float Call: "a pure native on floats";

    // Control.
    Label = "label" () Void Control: "a place to jump to; its operands are the values it defines";
    Jump = "jump" () Void Control: "to a label, with values for its operands";
    Enter = "enter" (Val) Void Control: "continue in another trace's entry, with a as current frame";
    Goto = "goto" (Val) Void Control: "continue where frame a waits, in the trace that is bound there";
    Exit = "exit" () Void Control: "leave through the snapshot, always";
    Note = "note" () Void Control: "position in the guest program (token), for readers; no code";
}

impl Op {
    pub const fn is_guard(self) -> bool {
        matches!(self.class(), Class::Guard)
    }
    /// Pure in the sense of common subexpressions: pure rows and guards that yield a value.
    pub const fn is_pure(self) -> bool {
        matches!(self.class(), Class::Pure)
    }
    /// Needs a snapshot.
    pub const fn has_snapshot(self) -> bool {
        self.is_guard() || matches!(self, Op::Exit)
    }
    /// Ends a fragment.
    pub const fn is_terminal(self) -> bool {
        matches!(self, Op::Jump | Op::Enter | Op::Goto | Op::Exit)
    }
    /// Operand order does not matter.
    pub const fn is_commutative(self) -> bool {
        matches!(
            self,
            Op::IntAdd
                | Op::IntMul
                | Op::IntAddOvf
                | Op::IntMulOvf
                | Op::IntAddFits
                | Op::IntMulFits
                | Op::IntAnd
                | Op::IntOr
                | Op::IntXor
                | Op::IntEq
                | Op::IntNe
                | Op::FloatAdd
                | Op::FloatMul
                | Op::FloatEq
                | Op::FloatNe
                | Op::Same
        )
    }
}
