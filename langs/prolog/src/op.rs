//! THE table of Prolog bytecodes.
//!
//! A word is `op | a << 16 | b << 32 | c << 48`; `pc` stands for `b` and `c`
//! together. Further words follow where the row says so: constants, and
//! argument slots packed four to a word.
#![allow(
    rustdoc::broken_intra_doc_links,
    reason = "the meanings in the table have brackets of their own"
)]

macro_rules! ops {
    ($($name:ident = $text:literal, $words:literal $args:literal : $doc:literal;)*) => {
        /// A bytecode.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u16)]
        pub enum Op { $(#[doc = $doc] $name,)* }
        impl Op {
            pub const ALL: &'static [Op] = &[$(Op::$name),*];
            pub const fn name(self) -> &'static str {
                match self { $(Op::$name => $text,)* }
            }
            /// The operation of a code word.
            #[inline(always)]
            pub fn of(word: u64) -> Op {
                // Compiles to a range check: numbers are the rows' own.
                match word as u16 {
                    $(x if x == Op::$name as u16 => Op::$name,)*
                    _ => unreachable!("a code word of a compiler"),
                }
            }
            /// Words after the first, without packed argument slots.
            pub const fn extra(self) -> usize {
                match self { $(Op::$name => $words,)* }
            }
            /// Are `a` argument slots packed after the extra words?
            pub const fn has_args(self) -> bool {
                match self { $(Op::$name => $args,)* }
            }
        }
    };
}

ops! {
    Enter = "enter", 0 false: "merge point a: a predicate's entry, or where it is resumed";
    Call = "call", 1 true: "call predicate [p] with a arguments; c: slot for the choice point";
    Execute = "execute", 1 true: "last call of predicate [p]; b: an ordinary one if the frame stays, which is seen by the goal (1) or the predicate (2)";
    Proceed = "proceed", 0 false: "return to the parent";
    Resume = "resume", 0 false: "after a call: copy the frame if the call left choice points (slot a)";
    Try = "try", 0 false: "push a choice point that continues at pc";
    Retry = "retry", 0 false: "the choice point just resumed continues at pc next; merge point a, unless NO_POINT";
    Trust = "trust", 0 false: "pop the choice point just resumed";
    Jump = "jump", 0 false: "go to pc";
    Fail = "fail", 0 false: "backtrack";
    Cut = "cut", 0 false: "drop choice points newer than the activation";
    CutTo = "cut_to", 0 false: "drop choice points newer than the one in slot a";
    Mark = "mark", 0 false: "slot a := newest choice point";
    SoftCut = "soft_cut", 0 false: "the choice point in slot a continues at pc instead";
    PopIf = "pop_if", 0 false: "if the choice point in slot a is the newest, pop it";
    GetConst = "get_const", 1 false: "unify slot a with the constant";
    GetStruct = "get_struct", 1 false: "slot b := slot a as a compound [functor | pc << 32]; go to pc if unbound";
    GetPair = "get_pair", 1 false: "slots b and c := the arguments of the compound in slot a [functor | pc << 32]; go to pc if unbound";
    Arg = "arg", 0 false: "slot a := argument c of the compound in slot b";
    GetArg = "get_arg", 1 true: "unify the third of a slots with the argument of the compound in the second that the first counts (b = 1: the third becomes it); go to [pc] if these two are not so";
    Unify = "unify", 0 false: "unify slots a and b";
    Bind = "bind", 0 false: "bind the variable in slot a to slot b";
    Move = "move", 0 false: "slot a := slot b";
    PutConst = "put_const", 1 false: "slot a := the constant";
    PutPool = "put_pool", 0 false: "slot a := a fresh copy of pool constant pc";
    PutVar = "put_var", 0 false: "slot a := a fresh variable";
    PutStruct = "put_struct", 1 true: "slot b := a fresh compound [functor] of a argument slots";
    BindStruct = "bind_struct", 1 true: "bind the variable in slot b to a fresh compound [functor] of a argument slots";
    Switch = "switch", 0 false: "go on by the type and value of slot a, table pc";
    Add = "add", 0 false: "slot a := b + c";
    Sub = "sub", 0 false: "slot a := b - c";
    Mul = "mul", 0 false: "slot a := b * c";
    AddConst = "add_const", 1 false: "slot a := b + the constant";
    Arith2 = "arith2", 1 false: "slot a := function [f] of b and c";
    Arith1 = "arith1", 1 false: "slot a := function [f] of b";
    Eval = "eval", 0 false: "slot a := the value of expression b";
    Compare = "compare", 1 false: "compare numbers a and b by relation c; else go to [pc]";
    CompareConst = "compare_const", 2 false: "compare number a with the constant by relation c; else go to [pc]";
    Test = "test", 1 false: "type test c of slot a; else go to [pc]";
    Same = "same", 1 false: "are slots a and b identical terms (c = 1: not)? else go to [pc]";
    Builtin = "builtin", 1 true: "call builtin [n] with a argument slots";
    MetaCall = "meta_call", 0 false: "last call of the goal in slot 0 with a more arguments, of module pc";
    Undefined = "undefined", 0 false: "the predicate of this code has no clauses: look again or raise";
    DynCall = "dyn_call", 0 false: "start a dynamic predicate: first clause";
    DynRetry = "dyn_retry", 0 false: "resume a dynamic predicate: next clause";
    Rethrow = "rethrow", 0 false: "raise slot a";
    Halt = "halt", 0 false: "leave to the host frame with value a";
    CleanMark = "clean_mark", 0 false: "the newest choice point is a call_cleanup's";
    BorderArgs = "border_args", 0 false: "the a arguments of a call from another language, as terms";
    BorderCall = "border_call", 0 false: "call the relation in slot 0 with a arguments; c: slot for the choice point";
    BorderAnswer = "border_answer", 0 false: "slot b := what the caller of a arguments gets (c = 1: failed)";
    Respond = "respond", 0 false: "slot 0 := what the first of a slots answers to message b";
    BorderApply = "border_apply", 0 false: "call the relation in slot 0 with the tuple in slot 1; a = 1: keywords in slot 2";
    QueryNext = "query_next", 0 false: "drive the query in slot 0 to its next answer";
    QueryStart = "query_start", 0 false: "this frame is the base of the query in slot 0";
    QueryRetry = "query_retry", 0 false: "backtrack into the query of this base frame";
    QueryYield = "query_yield", 0 false: "the query in slot 0 has an answer";
    QueryEnd = "query_end", 0 false: "the query in slot 0 is at its end (a = 1: closed)";
    QueryDeliver = "query_deliver", 0 false: "restore the registers in slots 1 to 3; return what is transferred";
    QueryClose = "query_close", 0 false: "close the query in slot 0";
    ForeignCall = "foreign_call", 0 false: "call the member that this predicate of a arguments stands for";
    ForeignReturn = "foreign_return", 0 false: "unify slot a with what is transferred, or generate from it; c: callee";
    ClosureCall = "closure_call", 0 false: "call the object in slot 0 with a arguments, the last its result";
    Send = "send", 0 false: "send message b to the first of a slots";
    HoldsCall = "holds_call", 0 false: "call the member of the goal in slot 0 with all its arguments";
    HoldsReturn = "holds_return", 0 false: "backtrack if what is transferred is false or nothing";
    ImportModule = "import_module", 0 false: "import the module whose name slot 0 has from the language of shared values";
    ForeignImport = "foreign_import", 0 false: "load the module at path slot 0, known as slot 1";
    GenerateStart = "generate_start", 0 false: "push the choice point of a generator";
    GenerateNext = "generate_next", 0 false: "ask the computation in slot 0 for its next value";
    GenerateYield = "generate_yield", 0 false: "unify slot 1 with what is transferred; fail at the end";
}

/// Relations of `Compare`.
pub const RELATIONS: [&str; 6] = ["<", "=<", ">", ">=", "=:=", "=\\="];

/// Type tests of `Test`.
pub const TESTS: [&str; 11] = [
    "var", "nonvar", "atom", "integer", "float", "number", "atomic", "compound", "callable",
    "is_list", "string",
];

/// A `Retry` where no trace begins.
pub const NO_POINT: u16 = u16::MAX;

pub fn word(op: Op, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}

pub fn word_pc(op: Op, a: u16, pc: u32) -> u64 {
    op as u64 | (a as u64) << 16 | (pc as u64) << 32
}

#[inline(always)]
pub fn a(w: u64) -> u16 {
    (w >> 16) as u16
}
#[inline(always)]
pub fn b(w: u64) -> u16 {
    (w >> 32) as u16
}
#[inline(always)]
pub fn c(w: u64) -> u16 {
    (w >> 48) as u16
}
#[inline(always)]
pub fn pc(w: u64) -> u32 {
    (w >> 32) as u32
}

/// Words of the instruction starting with `w`.
pub fn length(w: u64) -> usize {
    let op = Op::of(w);
    1 + op.extra()
        + if op.has_args() {
            (a(w) as usize).div_ceil(4)
        } else {
            0
        }
}
