//! THE table of FL's bytecode: a register machine over frame slots.
//!
//! An instruction is one 64-bit word, `op | a | b | c`, sixteen bits each.
//! From the one table below expand the enum [`Op`], its names and documentation, and the operand
//! [`Role`]s from which the disassembler, the verifier, definite assignment and liveness derive.
//!
//! Rules that hold for every row, because the interpreter is traced:
//! - an instruction has at most one side effect and pushes or pops at most one frame, as its last
//!   effect; the frame's result goes to the row's `Def` slot;
//! - a jump target is an absolute instruction index; a backward jump goes to a `LoopHeader` only;
//! - an instruction that raises has not yet written its `Def` slot;
//! - where a pushed frame's result must still be tested before a branch (`JumpIf…`, `In` on objects
//!   with their own methods), the frame delivers into [`scratch`](crate::code::CodeObject::scratch).
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the meanings in the table have brackets of their own"
)]

use std::fmt;

/// What an operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The operand is not used and is zero.
    No,
    /// A slot that is written.
    Def,
    /// A slot that is written only when control falls through to the next instruction.
    DefNext,
    /// A slot that is read.
    Use,
    /// A slot that is read, then written.
    UseDef,
    /// A slot that holds a cell; the cell is read or written, the slot is read.
    Cell,
    /// The first of this many consecutive slots that are read.
    UseSpan(u16),
    /// The first of this many consecutive slots that are written.
    DefSpan(u16),
    /// The first of `factor * Count + extra` consecutive slots that are read.
    UseRange { factor: u16, extra: u16 },
    /// The first of `Count` consecutive slots that are written.
    DefRange,
    /// Number of slots (or pairs) of the range in the same instruction.
    Count,
    /// Two counts, `before << 8 | after`, around one starred target: `before + 1 + after` slots.
    CountStar,
    /// Index of a call site: its argument count and keyword names; counts the range as `Count` does.
    Site,
    /// Signed immediate.
    Imm,
    /// Small unsigned immediate whose meaning the row explains.
    Flag,
    /// Index into the constants.
    Const,
    /// Index of a constant that is a code object; the slots it captures are read.
    Code,
    /// Index into the names.
    Name,
    /// Absolute index of the instruction to jump to.
    Target,
    /// Index into the loops.
    Loop,
}

/// What an instruction may do besides writing its slots.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Effect {
    /// Cannot raise and runs no guest code.
    Plain,
    /// May raise, runs no guest code.
    Raises,
    /// May raise and may run guest code, by pushing one frame.
    Calls,
    /// Leaves the frame or raises for certain: control never reaches the next instruction.
    Ends,
}

macro_rules! ops {
    ($($name:ident $text:literal ($a:expr, $b:expr, $c:expr) $effect:ident $doc:literal;)*) => {
        /// The operations. See the table in this file.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
        #[repr(u16)]
        pub enum Op { $(#[doc = $doc] $name),* }

        impl Op {
            /// Every operation, in the order of its number.
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
        }

        /// The numbers of the operations, as patterns for the dispatch.
        #[allow(non_upper_case_globals, reason = "they stand for the variants of `Op`")]
        pub mod num {
            $(pub const $name: u16 = super::Op::$name as u16;)*
        }

        static INFO: &[OpInfo] = {
            use Role::*;
            &[$(OpInfo {
                name: $text,
                roles: [$a, $b, $c],
                effect: Effect::$effect,
                doc: $doc,
            }),*]
        };
    };
}

/// One row of the table.
#[derive(Debug)]
pub struct OpInfo {
    /// Printed name.
    pub name: &'static str,
    /// Meaning of the operands `a`, `b`, `c`.
    pub roles: [Role; 3],
    /// What it may do besides writing slots.
    pub effect: Effect,
    /// One line of documentation.
    pub doc: &'static str,
}

const ARGS: Role = Role::UseRange {
    factor: 1,
    extra: 1,
};
const METHOD_ARGS: Role = Role::UseRange {
    factor: 1,
    extra: 2,
};
const ITEMS: Role = Role::UseRange {
    factor: 1,
    extra: 0,
};
const PAIRS: Role = Role::UseRange {
    factor: 2,
    extra: 0,
};

ops! {
    // Moves and constants.
    Nop           "nop"            (No, No, No)         Plain  "Does nothing.";
    Move          "move"           (Def, Use, No)       Plain  "a := b";
    LoadConst     "const"          (Def, Const, No)     Plain  "a := constant b (never a code object)";
    LoadInt       "int"            (Def, Imm, No)       Plain  "a := the int b";
    LoadNone      "none"           (Def, No, No)        Plain  "a := None";
    LoadTrue      "true"           (Def, No, No)        Plain  "a := True";
    LoadFalse     "false"          (Def, No, No)        Plain  "a := False";

    // Variables.
    CheckBound    "check_bound"    (Use, Name, No)      Raises "UnboundLocalError for name b if slot a is undefined.";
    ClearSlot     "clear"          (Def, No, No)        Plain  "Makes slot a undefined (`del` of a local).";
    MakeCell      "make_cell"      (UseDef, No, No)     Plain  "a := a new cell holding a (empty if a is undefined).";
    NewCell       "new_cell"       (Def, No, No)        Plain  "a := a new empty cell.";
    LoadCell      "load_cell"      (Def, Cell, Name)    Raises "a := content of cell b; UnboundLocalError, or NameError if b is a free variable, for name c if empty.";
    StoreCell     "store_cell"     (Cell, Use, No)      Plain  "Content of cell a := b.";
    DelCell       "del_cell"       (Cell, Name, No)     Raises "Empties cell a; error for name b if it is empty.";
    LoadGlobal    "load_global"    (Def, Name, No)      Raises "a := global b, else built-in b, else NameError.";
    StoreGlobal   "store_global"   (Name, Use, No)      Plain  "Global a := b.";
    DelGlobal     "del_global"     (Name, No, No)       Raises "Deletes global a; NameError if absent.";
    LoadName      "load_name"      (Def, Use, Name)     Raises "a := entry c of the namespace dict b, else global c, else built-in c, else NameError.";
    StoreName     "store_name"     (Use, Name, Use)     Plain  "Entry b of the namespace dict a := c.";
    DelName       "del_name"       (Use, Name, No)      Raises "Deletes entry b of the namespace dict a; NameError if absent.";
    LoadClassCell "load_class_cell" (Def, Cell, Name)   Raises "a := entry c of the class namespace (slot 0), else content of cell b, else NameError.";

    // Attributes and items.
    LoadAttr      "load_attr"      (Def, Use, Name)     Calls  "a := b.c";
    StoreAttr     "store_attr"     (Use, Name, Use)     Calls  "a.b := c";
    DelAttr       "del_attr"       (Use, Name, No)      Calls  "del a.b";
    LoadMethod    "load_method"    (DefSpan(2), Use, Name) Calls "a := b.c, to be called by CallMethod: a is the function and a+1 the receiver, or a is any callable and a+1 undefined.";
    GetItem       "get_item"       (Def, Use, Use)      Calls  "a := b[c]";
    GetItemK      "get_item_k"     (Def, Use, Imm)      Calls  "a := b[c], c an immediate int";
    SetItem       "set_item"       (Use, Use, Use)      Calls  "a[b] := c";
    DelItem       "del_item"       (Use, Use, No)       Calls  "del a[b]";
    MakeSlice     "make_slice"     (Def, UseSpan(3), No) Plain "a := slice(b, b+1, b+2)";

    // Unary operators.
    Neg           "neg"            (Def, Use, No)       Calls  "a := -b";
    Pos           "pos"            (Def, Use, No)       Calls  "a := +b";
    Invert        "invert"         (Def, Use, No)       Calls  "a := ~b";
    Not           "not"            (Def, Use, No)       Calls  "a := not b";

    // Binary operators: plain, in place, and both with an immediate int on the right.
    // The order of the thirteen is that of `BinKind`.
    Add           "add"            (Def, Use, Use)      Calls  "a := b + c";
    Sub           "sub"            (Def, Use, Use)      Calls  "a := b - c";
    Mul           "mul"            (Def, Use, Use)      Calls  "a := b * c";
    TrueDiv       "true_div"       (Def, Use, Use)      Calls  "a := b / c";
    FloorDiv      "floor_div"      (Def, Use, Use)      Calls  "a := b // c";
    Mod           "mod"            (Def, Use, Use)      Calls  "a := b % c";
    Pow           "pow"            (Def, Use, Use)      Calls  "a := b ** c";
    LShift        "lshift"         (Def, Use, Use)      Calls  "a := b << c";
    RShift        "rshift"         (Def, Use, Use)      Calls  "a := b >> c";
    BitAnd        "bit_and"        (Def, Use, Use)      Calls  "a := b & c";
    BitOr         "bit_or"         (Def, Use, Use)      Calls  "a := b | c";
    BitXor        "bit_xor"        (Def, Use, Use)      Calls  "a := b ^ c";
    MatMul        "mat_mul"        (Def, Use, Use)      Calls  "a := b @ c";
    InplaceAdd    "iadd"           (Def, Use, Use)      Calls  "a := (b += c)";
    InplaceSub    "isub"           (Def, Use, Use)      Calls  "a := (b -= c)";
    InplaceMul    "imul"           (Def, Use, Use)      Calls  "a := (b *= c)";
    InplaceTrueDiv "itrue_div"     (Def, Use, Use)      Calls  "a := (b /= c)";
    InplaceFloorDiv "ifloor_div"   (Def, Use, Use)      Calls  "a := (b //= c)";
    InplaceMod    "imod"           (Def, Use, Use)      Calls  "a := (b %= c)";
    InplacePow    "ipow"           (Def, Use, Use)      Calls  "a := (b **= c)";
    InplaceLShift "ilshift"        (Def, Use, Use)      Calls  "a := (b <<= c)";
    InplaceRShift "irshift"        (Def, Use, Use)      Calls  "a := (b >>= c)";
    InplaceBitAnd "ibit_and"       (Def, Use, Use)      Calls  "a := (b &= c)";
    InplaceBitOr  "ibit_or"        (Def, Use, Use)      Calls  "a := (b |= c)";
    InplaceBitXor "ibit_xor"       (Def, Use, Use)      Calls  "a := (b ^= c)";
    InplaceMatMul "imat_mul"       (Def, Use, Use)      Calls  "a := (b @= c)";
    AddK          "add_k"          (Def, Use, Imm)      Calls  "a := b + c, c an immediate int";
    SubK          "sub_k"          (Def, Use, Imm)      Calls  "a := b - c, c an immediate int";
    MulK          "mul_k"          (Def, Use, Imm)      Calls  "a := b * c, c an immediate int";
    TrueDivK      "true_div_k"     (Def, Use, Imm)      Calls  "a := b / c, c an immediate int";
    FloorDivK     "floor_div_k"    (Def, Use, Imm)      Calls  "a := b // c, c an immediate int";
    ModK          "mod_k"          (Def, Use, Imm)      Calls  "a := b % c, c an immediate int";
    PowK          "pow_k"          (Def, Use, Imm)      Calls  "a := b ** c, c an immediate int";
    LShiftK       "lshift_k"       (Def, Use, Imm)      Calls  "a := b << c, c an immediate int";
    RShiftK       "rshift_k"       (Def, Use, Imm)      Calls  "a := b >> c, c an immediate int";
    BitAndK       "bit_and_k"      (Def, Use, Imm)      Calls  "a := b & c, c an immediate int";
    BitOrK        "bit_or_k"       (Def, Use, Imm)      Calls  "a := b | c, c an immediate int";
    BitXorK       "bit_xor_k"      (Def, Use, Imm)      Calls  "a := b ^ c, c an immediate int";
    InplaceAddK   "iadd_k"         (Def, Use, Imm)      Calls  "a := (b += c), c an immediate int";
    InplaceSubK   "isub_k"         (Def, Use, Imm)      Calls  "a := (b -= c), c an immediate int";
    InplaceMulK   "imul_k"         (Def, Use, Imm)      Calls  "a := (b *= c), c an immediate int";
    InplaceTrueDivK "itrue_div_k"  (Def, Use, Imm)      Calls  "a := (b /= c), c an immediate int";
    InplaceFloorDivK "ifloor_div_k" (Def, Use, Imm)     Calls  "a := (b //= c), c an immediate int";
    InplaceModK   "imod_k"         (Def, Use, Imm)      Calls  "a := (b %= c), c an immediate int";
    InplacePowK   "ipow_k"         (Def, Use, Imm)      Calls  "a := (b **= c), c an immediate int";
    InplaceLShiftK "ilshift_k"     (Def, Use, Imm)      Calls  "a := (b <<= c), c an immediate int";
    InplaceRShiftK "irshift_k"     (Def, Use, Imm)      Calls  "a := (b >>= c), c an immediate int";
    InplaceBitAndK "ibit_and_k"    (Def, Use, Imm)      Calls  "a := (b &= c), c an immediate int";
    InplaceBitOrK "ibit_or_k"      (Def, Use, Imm)      Calls  "a := (b |= c), c an immediate int";
    InplaceBitXorK "ibit_xor_k"    (Def, Use, Imm)      Calls  "a := (b ^= c), c an immediate int";

    // Comparisons as values. The order of the six is that of `CmpKind`.
    Lt            "lt"             (Def, Use, Use)      Calls  "a := b < c";
    Le            "le"             (Def, Use, Use)      Calls  "a := b <= c";
    Eq            "eq"             (Def, Use, Use)      Calls  "a := b == c";
    Ne            "ne"             (Def, Use, Use)      Calls  "a := b != c";
    Gt            "gt"             (Def, Use, Use)      Calls  "a := b > c";
    Ge            "ge"             (Def, Use, Use)      Calls  "a := b >= c";
    Is            "is"             (Def, Use, Use)      Plain  "a := b is c";
    IsNot         "is_not"         (Def, Use, Use)      Plain  "a := b is not c";
    In            "in"             (Def, Use, Use)      Calls  "a := b in c";
    NotIn         "not_in"         (Def, Use, Use)      Calls  "a := b not in c";

    // Jumps.
    Enter         "enter"          (Flag, No, No)       Plain  "Entry of a function: merge point a, behind those of the loops.";
    LoopHeader    "loop"           (Loop, No, No)       Plain  "Head of loop a: the merge point, and the only target of backward jumps.";
    Jump          "jump"           (Target, No, No)     Plain  "Goes to a.";
    JumpIfTrue    "jump_if"        (Use, Target, No)    Calls  "Goes to b if a is true.";
    JumpIfFalse   "jump_if_not"    (Use, Target, No)    Calls  "Goes to b if a is false.";
    JumpIfNone    "jump_if_none"   (Use, Target, No)    Plain  "Goes to b if a is None.";
    JumpIfNotNone "jump_if_not_none" (Use, Target, No)  Plain  "Goes to b if a is not None.";
    JumpIfIs      "jump_if_is"     (Use, Use, Target)   Plain  "Goes to c if a is b.";
    JumpIfIsNot   "jump_if_is_not" (Use, Use, Target)   Plain  "Goes to c if a is not b.";
    JumpIfIn      "jump_if_in"     (Use, Use, Target)   Calls  "Goes to c if a in b.";
    JumpIfNotIn   "jump_if_not_in" (Use, Use, Target)   Calls  "Goes to c if a not in b.";
    JumpIfLt      "jump_if_lt"     (Use, Use, Target)   Calls  "Goes to c if a < b.";
    JumpIfLe      "jump_if_le"     (Use, Use, Target)   Calls  "Goes to c if a <= b.";
    JumpIfEq      "jump_if_eq"     (Use, Use, Target)   Calls  "Goes to c if a == b.";
    JumpIfNe      "jump_if_ne"     (Use, Use, Target)   Calls  "Goes to c if a != b.";
    JumpIfGt      "jump_if_gt"     (Use, Use, Target)   Calls  "Goes to c if a > b.";
    JumpIfGe      "jump_if_ge"     (Use, Use, Target)   Calls  "Goes to c if a >= b.";
    JumpIfNotLt   "jump_if_not_lt" (Use, Use, Target)   Calls  "Goes to c unless a < b.";
    JumpIfNotLe   "jump_if_not_le" (Use, Use, Target)   Calls  "Goes to c unless a <= b.";
    JumpIfNotEq   "jump_if_not_eq" (Use, Use, Target)   Calls  "Goes to c unless a == b.";
    JumpIfNotNe   "jump_if_not_ne" (Use, Use, Target)   Calls  "Goes to c unless a != b.";
    JumpIfNotGt   "jump_if_not_gt" (Use, Use, Target)   Calls  "Goes to c unless a > b.";
    JumpIfNotGe   "jump_if_not_ge" (Use, Use, Target)   Calls  "Goes to c unless a >= b.";
    JumpIfLtK     "jump_if_lt_k"   (Use, Imm, Target)   Calls  "Goes to c if a < immediate b.";
    JumpIfLeK     "jump_if_le_k"   (Use, Imm, Target)   Calls  "Goes to c if a <= immediate b.";
    JumpIfEqK     "jump_if_eq_k"   (Use, Imm, Target)   Calls  "Goes to c if a == immediate b.";
    JumpIfNeK     "jump_if_ne_k"   (Use, Imm, Target)   Calls  "Goes to c if a != immediate b.";
    JumpIfGtK     "jump_if_gt_k"   (Use, Imm, Target)   Calls  "Goes to c if a > immediate b.";
    JumpIfGeK     "jump_if_ge_k"   (Use, Imm, Target)   Calls  "Goes to c if a >= immediate b.";
    JumpIfNotLtK  "jump_if_not_lt_k" (Use, Imm, Target) Calls  "Goes to c unless a < immediate b.";
    JumpIfNotLeK  "jump_if_not_le_k" (Use, Imm, Target) Calls  "Goes to c unless a <= immediate b.";
    JumpIfNotEqK  "jump_if_not_eq_k" (Use, Imm, Target) Calls  "Goes to c unless a == immediate b.";
    JumpIfNotNeK  "jump_if_not_ne_k" (Use, Imm, Target) Calls  "Goes to c unless a != immediate b.";
    JumpIfNotGtK  "jump_if_not_gt_k" (Use, Imm, Target) Calls  "Goes to c unless a > immediate b.";
    JumpIfNotGeK  "jump_if_not_ge_k" (Use, Imm, Target) Calls  "Goes to c unless a >= immediate b.";

    // Iteration and generators.
    GetIter       "get_iter"       (Def, Use, No)       Calls  "a := iter(b)";
    ForIter       "for_iter"       (DefNext, Use, Target) Calls "a := next(b), or goes to c, a unchanged, when b is exhausted.";
    MarkMade      "mark_made"      (Def, No, No)        Plain  "a := how many generators and queries were made so far.";
    CloseIter     "close_iter"     (Use, Use, No)       Calls  "Closes iterator a if it is a generator or query, made since b was marked, that is not at its end.";
    Yield         "yield"          (Def, Use, No)       Calls  "Suspends the generator with value b; when resumed, a := the value sent.";
    GetYieldFromIter "yield_from_iter" (Def, Use, No)   Calls  "a := b if it is a generator, else iter(b).";
    Send          "send"           (UseDef, Use, Target) Calls "a := b.send(a) (next(b) if a is None); when b returns, a := its value and goes to c. Always followed by YieldFrom.";
    YieldFrom     "yield_from"     (UseDef, Use, No)    Calls  "Suspends the generator with value a, delegating to b; when resumed, a := the value sent. throw() and close() go to b first; if that ends b, a := its value and control goes to the target of the Send before this.";

    // Collections.
    MakeTuple     "make_tuple"     (Def, ITEMS, Count)  Plain  "a := tuple of the c slots from b";
    MakeList      "make_list"      (Def, ITEMS, Count)  Plain  "a := list of the c slots from b";
    MakeSet       "make_set"       (Def, ITEMS, Count)  Calls  "a := set of the c slots from b";
    MakeDict      "make_dict"      (Def, PAIRS, Count)  Calls  "a := dict of the c key, value pairs from slot b";
    ListAppend    "list_append"    (Use, Use, No)       Plain  "Appends b to the list a.";
    ListExtend    "list_extend"    (Use, Use, No)       Calls  "Appends all of the iterable b to the list a; TypeError \"Value after * must be an iterable, not X\".";
    ListToTuple   "list_to_tuple"  (Def, Use, No)       Plain  "a := tuple(b), b a list";
    SetAdd        "set_add"        (Use, Use, No)       Calls  "Adds b to the set a.";
    SetUpdate     "set_update"     (Use, Use, No)       Calls  "Adds all of the iterable b to the set a.";
    DictSet       "dict_set"       (Use, Use, Use)      Calls  "Entry b of the dict a := c.";
    DictUpdate    "dict_update"    (Use, Use, No)       Calls  "Adds all of the mapping b to the dict a (`{**b}`); TypeError \"'X' object is not a mapping\".";
    DictMerge     "dict_merge"     (Use, Use, Use)      Calls  "As DictUpdate for `f(**b)`: TypeError naming the callee c on a repeated or non-string key.";
    Unpack        "unpack"         (Use, DefRange, Count) Calls "The c slots from b := exactly the c items of a.";
    UnpackEx      "unpack_ex"      (Use, DefRange, CountStar) Calls "Items of a to the slots from b; the starred one gets a list. c = before << 8 | after.";

    // Strings.
    Convert       "convert"        (Def, Use, Flag)     Calls  "a := str (c=0), repr (1) or ascii (2) of b";
    Format        "format"         (Def, Use, Use)      Calls  "a := format(b, c)";
    FormatSimple  "format_simple"  (Def, Use, No)       Calls  "a := format(b, '')";
    BuildString   "build_string"   (Def, ITEMS, Count)  Plain  "a := concatenation of the c strings from slot b";

    // Functions, calls, classes.
    MakeFunction  "make_function"  (Def, Code, No)      Plain  "a := function of code b, capturing the cells that the code names.";
    MakeFunctionD "make_function_d" (Def, Code, UseSpan(2)) Plain "As MakeFunction; slot c: tuple of defaults or None, c+1: dict of keyword-only defaults or None.";
    Call          "call"           (Def, ARGS, Count)   Calls  "a := b(b+1, …), c arguments";
    CallKw        "call_kw"        (Def, ARGS, Site)    Calls  "As Call with call site c; the last arguments are passed by keyword.";
    CallMethod    "call_method"    (Def, METHOD_ARGS, Count) Calls "As Call after LoadMethod: b function, b+1 receiver or undefined, b+2… the c arguments.";
    CallMethodKw  "call_method_kw" (Def, METHOD_ARGS, Site) Calls "As CallMethod with call site c.";
    CallArgs      "call_args"      (Def, Use, Use)      Calls  "For `c(*b)`: a := b if a list or tuple, else list(b); TypeError naming the callee c if not iterable.";
    CallKwargs    "call_kwargs"    (Def, Use, Use)      Calls  "For `c(**b)`: a := b if a dict, else dict(b); TypeError naming the callee c if not a mapping.";
    CallEx        "call_ex"        (Def, UseSpan(3), No) Calls "a := b(*(b+1), **(b+2)); b+1 a list or tuple, b+2 a dict or None";
    Return        "return"         (Use, No, No)        Ends   "Leaves the frame with a.";
    ReturnNone    "return_none"    (No, No, No)         Ends   "Leaves the frame with None.";
    CallClassBody "call_class_body" (Def, Use, Use)     Calls  "a := result of running the class body function b in the namespace dict c (its slot 0): the __class__ cell or None.";
    BuildClass    "build_class"    (Def, UseSpan(4), Name) Calls "a := class named c from b: namespace, __class__ cell or None, tuple of bases, dict of keywords or None; fills the cell.";

    // Exceptions.
    Raise         "raise"          (Use, No, No)        Ends   "raise a (class or instance)";
    RaiseFrom     "raise_from"     (Use, Use, No)       Ends   "raise a from b";
    RaiseBare     "raise_bare"     (No, No, No)         Ends   "raise: the handled exception again, or RuntimeError.";
    Reraise       "reraise"        (Use, No, No)        Ends   "Goes on propagating a; neither its context nor its traceback restart.";
    PushExc       "push_exc"       (Def, Use, No)       Plain  "a := the handled exception (or None); the handled exception := b.";
    PopExc        "pop_exc"        (Use, No, No)        Plain  "The handled exception := a.";
    JumpIfNoMatch "jump_if_no_match" (Use, Use, Target) Raises "Goes to c unless exception a is an instance of b, a class or tuple of classes.";
    LoadAssertionError "assertion_error" (Def, No, No)  Plain  "a := the AssertionError class";
    LoadEnter     "load_enter"     (DefSpan(2), Use, No) Calls "a, a+1 := type(b).__enter__ as LoadMethod does; TypeError if absent.";
    LoadExit      "load_exit"      (DefSpan(2), Use, No) Calls "a, a+1 := type(b).__exit__ as LoadMethod does; TypeError if absent.";
    CallExit      "call_exit"      (Def, UseSpan(2), No) Calls "a := the exit pair b called with None, None, None";
    CallExitExc   "call_exit_exc"  (Def, UseSpan(2), Use) Calls "a := the exit pair b called with type, value and traceback of exception c";

    // Modules.
    ImportName    "import_name"    (Def, Name, Flag)    Calls  "a := module b (dotted; c leading dots), loading it if need be. Its parents have been imported by the instructions before.";
    ImportFrom    "import_from"    (Def, Use, Name)     Calls  "a := attribute c of module b, else its submodule c, else ImportError.";
    ImportStar    "import_star"    (Use, No, No)        Raises "Defines the public names of module a as globals.";
    ModuleEnd     "module_end"     (Use, No, No)        Ends   "The module a is complete: binds it in its package; leaves the frame with a.";
    PrintExpr     "print_expr"     (Use, No, No)        Calls  "Interactive mode: prints repr(a) unless None.";

    // Match statements.
    JumpIfNotSequence "jump_if_not_sequence" (Use, Target, No) Plain "Goes to b unless a matches sequence patterns (str and bytes do not).";
    JumpIfNotMapping "jump_if_not_mapping" (Use, Target, No) Plain "Goes to b unless a matches mapping patterns.";
    Len           "len"            (Def, Use, No)       Calls  "a := len(b)";
    MatchKeys     "match_keys"     (Def, Use, Use)      Calls  "a := tuple of the values in mapping b of the keys in tuple c, or None if one is absent.";
    MatchRest     "match_rest"     (Def, Use, Use)      Calls  "a := dict copy of mapping b without the keys in tuple c";
    MatchClass    "match_class"    (Def, UseSpan(3), Flag) Calls "b: subject, class, tuple of attribute names; a := tuple of the c positional and the named attributes, or None.";
}

impl Op {
    /// The row of the table.
    pub fn info(self) -> &'static OpInfo {
        &INFO[self as usize]
    }

    /// The operation with this number.
    pub fn from_u16(number: u16) -> Option<Op> {
        Op::ALL.get(number as usize).copied()
    }

    fn at(base: Op, index: u16) -> Op {
        Op::ALL[base as usize + index as usize]
    }

    /// The operation for a binary operator.
    pub fn binary(kind: BinKind, inplace: bool) -> Op {
        Op::at(if inplace { Op::InplaceAdd } else { Op::Add }, kind as u16)
    }

    /// The operation for a binary operator with an immediate int on the right.
    pub fn binary_k(kind: BinKind, inplace: bool) -> Option<Op> {
        if kind == BinKind::MatMul {
            return None;
        }
        Some(Op::at(
            if inplace { Op::InplaceAddK } else { Op::AddK },
            kind as u16,
        ))
    }

    /// The comparison as a value.
    pub fn compare(kind: CmpKind) -> Op {
        Op::at(Op::Lt, kind as u16)
    }

    /// Compare and branch: jump if the comparison's truth equals `wanted`.
    pub fn jump_compare(kind: CmpKind, wanted: bool) -> Op {
        Op::at(
            if wanted {
                Op::JumpIfLt
            } else {
                Op::JumpIfNotLt
            },
            kind as u16,
        )
    }

    /// Compare with an immediate int and branch.
    pub fn jump_compare_k(kind: CmpKind, wanted: bool) -> Op {
        Op::at(
            if wanted {
                Op::JumpIfLtK
            } else {
                Op::JumpIfNotLtK
            },
            kind as u16,
        )
    }

    fn within(self, base: Op, count: u16) -> Option<usize> {
        let index = (self as u16).checked_sub(base as u16)?;
        (index < count).then_some(index as usize)
    }

    /// Which binary operator this is: kind, in place, right operand immediate.
    pub fn as_binary(self) -> Option<(BinKind, bool, bool)> {
        let plain = self.within(Op::Add, 13).map(|i| (i, false, false));
        let row = plain
            .or_else(|| self.within(Op::InplaceAdd, 13).map(|i| (i, true, false)))
            .or_else(|| self.within(Op::AddK, 12).map(|i| (i, false, true)))
            .or_else(|| self.within(Op::InplaceAddK, 12).map(|i| (i, true, true)))?;
        Some((BinKind::ALL[row.0], row.1, row.2))
    }

    /// Which compare-and-branch this is: kind, truth that jumps, right operand immediate.
    pub fn as_jump_compare(self) -> Option<(CmpKind, bool, bool)> {
        let plain = self.within(Op::JumpIfLt, 6).map(|i| (i, true, false));
        let row = plain
            .or_else(|| self.within(Op::JumpIfNotLt, 6).map(|i| (i, false, false)))
            .or_else(|| self.within(Op::JumpIfLtK, 6).map(|i| (i, true, true)))
            .or_else(|| self.within(Op::JumpIfNotLtK, 6).map(|i| (i, false, true)))?;
        Some((CmpKind::ALL[row.0], row.1, row.2))
    }

    /// Whether control can reach the following instruction.
    pub fn falls_through(self) -> bool {
        self.info().effect != Effect::Ends && self != Op::Jump
    }
}

/// The binary operators.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u16)]
pub enum BinKind {
    Add,
    Sub,
    Mul,
    TrueDiv,
    FloorDiv,
    Mod,
    Pow,
    LShift,
    RShift,
    BitAnd,
    BitOr,
    BitXor,
    MatMul,
}

impl BinKind {
    /// All of them, in the order of the table.
    pub const ALL: [BinKind; 13] = {
        use BinKind::*;
        [
            Add, Sub, Mul, TrueDiv, FloorDiv, Mod, Pow, LShift, RShift, BitAnd, BitOr, BitXor,
            MatMul,
        ]
    };

    /// As written in the source, for error messages; the in-place form adds `=`.
    pub fn symbol(self) -> &'static str {
        const SYMBOLS: [&str; 13] = [
            "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "@",
        ];
        SYMBOLS[self as usize]
    }
}

/// The rich comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u16)]
pub enum CmpKind {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}

impl CmpKind {
    /// All of them, in the order of the table.
    pub const ALL: [CmpKind; 6] = [
        CmpKind::Lt,
        CmpKind::Le,
        CmpKind::Eq,
        CmpKind::Ne,
        CmpKind::Gt,
        CmpKind::Ge,
    ];

    /// As written in the source.
    pub fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }
}

/// One instruction.
///
/// ```text
/// 63      48 47      32 31      16 15       0
/// |    c    |    b     |    a     |    op   |
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Instr(pub u64);

const _: () = assert!(size_of::<Instr>() == 8);

impl Instr {
    /// An instruction of three operands; unused ones are zero.
    pub const fn new(op: Op, a: u16, b: u16, c: u16) -> Instr {
        Instr(op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48)
    }

    /// The operation.
    #[inline(always)]
    pub fn op(self) -> Op {
        Op::ALL[(self.0 & 0xffff) as usize]
    }

    /// The number of the operation, for dispatch.
    #[inline(always)]
    pub fn number(self) -> u16 {
        self.0 as u16
    }

    /// First operand.
    #[inline(always)]
    pub fn a(self) -> u16 {
        (self.0 >> 16) as u16
    }

    /// Second operand.
    #[inline(always)]
    pub fn b(self) -> u16 {
        (self.0 >> 32) as u16
    }

    /// Third operand.
    #[inline(always)]
    pub fn c(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// The operands in order.
    pub fn operands(self) -> [u16; 3] {
        [self.a(), self.b(), self.c()]
    }

    /// The same instruction with operand `index` replaced.
    pub fn with_operand(self, index: usize, value: u16) -> Instr {
        let shift = 16 * (index + 1);
        Instr(self.0 & !(0xffff << shift) | (value as u64) << shift)
    }

    /// The operand that is a jump target: its position and value.
    pub fn target(self) -> Option<(usize, u16)> {
        let index = self
            .op()
            .info()
            .roles
            .iter()
            .position(|role| *role == Role::Target)?;
        Some((index, self.operands()[index]))
    }
}

impl fmt::Debug for Instr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} {} {}",
            self.op().info().name,
            self.a(),
            self.b(),
            self.c()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn families_are_in_order() {
        for kind in BinKind::ALL {
            for inplace in [false, true] {
                assert_eq!(
                    Op::binary(kind, inplace).as_binary(),
                    Some((kind, inplace, false))
                );
                if let Some(op) = Op::binary_k(kind, inplace) {
                    assert_eq!(op.as_binary(), Some((kind, inplace, true)));
                }
            }
        }
        assert_eq!(
            Op::InplaceMatMul.as_binary(),
            Some((BinKind::MatMul, true, false))
        );
        assert_eq!(
            Op::InplaceBitXorK.as_binary(),
            Some((BinKind::BitXor, true, true))
        );
        for kind in CmpKind::ALL {
            for wanted in [false, true] {
                let plain = Op::jump_compare(kind, wanted);
                assert_eq!(plain.as_jump_compare(), Some((kind, wanted, false)));
                let immediate = Op::jump_compare_k(kind, wanted);
                assert_eq!(immediate.as_jump_compare(), Some((kind, wanted, true)));
            }
        }
        assert_eq!(Op::Is.as_jump_compare(), None);
        assert_eq!(Op::Lt.as_binary(), None);
    }

    #[test]
    fn words_keep_their_fields() {
        let instr = Instr::new(Op::JumpIfNotLtK, 7, (-3i16) as u16, 65535);
        assert_eq!(instr.op(), Op::JumpIfNotLtK);
        assert_eq!((instr.a(), instr.b() as i16, instr.c()), (7, -3, 65535));
        assert_eq!(instr.target(), Some((2, 65535)));
        assert_eq!(instr.with_operand(2, 9).c(), 9);
        assert_eq!(
            instr.with_operand(0, 9).operands(),
            [9, (-3i16) as u16, 65535]
        );
    }
}
