//! Codes at the border: frames that other languages' frames call, and predicates whose body is a
//! frame of another language.

use crate::compile::Asm;
use crate::op::Op;
use crate::state::{Pred, pl};
use crate::syntax::Atom;
use interop::Message;
use metatrace::code::{Code, MergeKind};
use runtime::Vm;

/// A frame in which an exception of Prolog code leaves to another language's frame.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Edge {
    /// Runs a goal for its first answer; slot of the choice point to drop to.
    Once { own: u16 },
    /// The base of a query, whose object is in slot 0.
    QueryBase,
    /// Drives a query; the registers to restore are in slots 1 to 3.
    QueryDriver,
}

/// Codes that Rust code names, made when first wanted.
#[derive(Copy, Clone)]
pub struct BorderCodes {
    pub query_base: &'static Code,
    pub query_waits: u32,
    pub query_close: u32,
    pub next: &'static Code,
    pub close: &'static Code,
    /// `'$generate'(Computation, Value)`.
    pub generate: &'static Code,
    /// Raises slot 0.
    pub rethrow: &'static Code,
    /// Runs the goal in slot 0 and returns slot 1.
    pub load: &'static Code,
}

/// Where `'$generate'/2` asks for the next value.
pub const GENERATE_NEXT_PC: u32 = 2;

fn owner(vm: &mut Vm) -> &'static Pred {
    let p = pl(vm);
    p.pred_in(p.known.system, p.known.call, 1)
}

fn call_goal(asm: &mut Asm, call1: &Pred, goal: u16, saved: u16) {
    asm.emit(Op::Call, 1, 0, saved);
    asm.word(call1.id as u64);
    asm.packed(&[goal]);
}

/// Answers `call` with `n` arguments: see `interp/border.rs` for the slots.
pub fn call(vm: &mut Vm, n: u16) -> &'static Code {
    let call1 = owner(vm);
    let (saved, barrier, own, answer) = (2 * n + 1, 2 * n + 2, 2 * n + 3, 2 * n + 4);
    let mut asm = Asm::new();
    asm.slots = 2 * n + 5;
    // Whoever looks for a handler reads the choice point to drop to.
    asm.pinned = true;
    let failed = asm.label();
    asm.emit(Op::BorderArgs, n, 0, 0);
    asm.emit(Op::Mark, barrier, 0, 0);
    asm.emit_to(Op::Try, 0, failed);
    asm.emit(Op::Mark, own, 0, 0);
    asm.emit(Op::BorderCall, n, 0, saved);
    let waits = asm.words.len() as u32;
    asm.emit(Op::Resume, saved, 0, 0);
    asm.emit(Op::CutTo, barrier, 0, 0);
    asm.emit(Op::BorderAnswer, n, answer, 0);
    asm.emit(Op::Halt, answer, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::BorderAnswer, n, answer, 1);
    asm.emit(Op::Halt, answer, 0, 0);
    let code = asm.finish(vm, format!("<call/{n}>"), call1.id);
    note(vm, code, waits, Edge::Once { own });
    code
}

/// Answers a message that runs no goal, sent with `n` slots.
pub fn answer(vm: &mut Vm, message: Message, n: u16) -> &'static Code {
    let call1 = owner(vm);
    let mut asm = Asm::new();
    asm.slots = n;
    asm.emit(Op::Respond, n, message as u16, 0);
    asm.emit(Op::Halt, 0, 0, 0);
    asm.finish(vm, format!("<{}>", message.name()), call1.id)
}

/// Answers `call with keywords` (slots: callee, tuple, dict) and `invoke member` (object, name, tuple).
pub fn apply(vm: &mut Vm, message: Message) -> &'static Code {
    let call1 = owner(vm);
    let mut asm = Asm::new();
    asm.slots = 3;
    let keywords = message == Message::CallWith;
    if !keywords {
        asm.emit(Op::Respond, 2, Message::GetMember as u16, 0);
        asm.emit(Op::Move, 1, 2, 0);
    }
    asm.emit(Op::BorderApply, keywords as u16, 0, 0);
    asm.finish(vm, format!("<{}>", message.name()), call1.id)
}

/// Remembers that a frame of `code` waiting at `pc` is an edge.
fn note(vm: &Vm, code: &'static Code, pc: u32, edge: Edge) {
    pl(vm).edges.borrow_mut().insert(code.token(pc), edge);
}

/// The codes of queries and generators.
pub fn border_codes(vm: &mut Vm) -> BorderCodes {
    if let Some(codes) = pl(vm).border_codes.get() {
        return codes;
    }
    let call1 = owner(vm);
    let (query_base, query_waits, query_close) = query_base(vm, call1);
    let next = driver(vm, call1, Op::QueryNext, "<next>");
    let close = driver(vm, call1, Op::QueryClose, "<close>");
    let generate = generate(vm);
    let mut asm = Asm::new();
    asm.slots = 1;
    asm.emit(Op::Rethrow, 0, 0, 0);
    let rethrow = asm.finish(vm, "<rethrow>".into(), call1.id);
    let load = load(vm, call1);
    let codes = BorderCodes {
        query_base,
        query_waits,
        query_close,
        next,
        close,
        generate,
        rethrow,
        load,
    };
    pl(vm).border_codes.set(Some(codes));
    codes
}

/// Slots: 0 the query, 1 its goal, 2 saved choice point.
fn query_base(vm: &mut Vm, call1: &Pred) -> (&'static Code, u32, u32) {
    let mut asm = Asm::new();
    asm.slots = 3;
    let failed = asm.label();
    asm.emit(Op::QueryStart, 0, 0, 0);
    asm.emit_to(Op::Try, 0, failed);
    call_goal(&mut asm, call1, 1, 2);
    // Answers change nothing in this frame: choice points come back to it as it is.
    let waits = asm.words.len() as u32;
    asm.emit(Op::QueryYield, 0, 0, 0);
    asm.emit(Op::QueryRetry, 0, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::QueryEnd, 0, 0, 0);
    let close = asm.words.len() as u32;
    asm.emit(Op::Cut, 0, 0, 0);
    asm.emit(Op::QueryEnd, 1, 0, 0);
    let code = asm.finish(vm, "<query>".into(), call1.id);
    note(vm, code, waits, Edge::QueryBase);
    // A cleanup that raises while the query is closed.
    note(vm, code, close + 1, Edge::QueryBase);
    (code, waits, close)
}

/// Slots: 0 the query, 1 to 3 registers of whoever asks.
fn driver(vm: &mut Vm, call1: &Pred, op: Op, name: &str) -> &'static Code {
    let mut asm = Asm::new();
    asm.slots = 4;
    asm.emit(op, 0, 0, 0);
    let waits = asm.words.len() as u32;
    asm.emit(Op::QueryDeliver, (op == Op::QueryClose) as u16, 0, 0);
    let code = asm.finish(vm, name.into(), call1.id);
    note(vm, code, waits, Edge::QueryDriver);
    code
}

/// Slots: 0 the computation, 1 what its values are unified with, 2 saved choice point.
fn generate(vm: &mut Vm) -> &'static Code {
    let p = pl(vm);
    let name = Atom(vm.symbols.intern("$generate"));
    let pred = p.pred_in(p.known.system, name, 2);
    let mut asm = Asm::new();
    asm.slots = 4;
    let point = asm.merge_point(MergeKind::Entry);
    asm.emit(Op::Enter, point, 0, 0);
    asm.emit(Op::GenerateStart, 0, 0, 0);
    debug_assert_eq!(asm.words.len() as u32, GENERATE_NEXT_PC);
    let point = asm.merge_point(MergeKind::Resumption);
    asm.emit(Op::Enter, point, 0, 0);
    asm.emit(Op::GenerateNext, 0, 0, 0);
    asm.emit(Op::GenerateYield, 0, 0, 0);
    asm.emit(Op::Proceed, 0, 0, 0);
    let code = asm.finish(vm, "$generate/2".into(), pred.id);
    pred.kind.set(crate::state::PredKind::Native);
    pred.core.set(true);
    pred.code.set(Some(code));
    code
}

fn load(vm: &mut Vm, call1: &Pred) -> &'static Code {
    let mut asm = Asm::new();
    asm.slots = 5;
    asm.pinned = true;
    let failed = asm.label();
    asm.emit(Op::Mark, 3, 0, 0);
    asm.emit_to(Op::Try, 0, failed);
    asm.emit(Op::Mark, 4, 0, 0);
    call_goal(&mut asm, call1, 0, 2);
    let waits = asm.words.len() as u32;
    asm.emit(Op::Resume, 2, 0, 0);
    asm.emit(Op::CutTo, 3, 0, 0);
    asm.emit(Op::Halt, 1, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::Halt, 1, 0, 0);
    let code = asm.finish(vm, "<load>".into(), call1.id);
    note(vm, code, waits, Edge::Once { own: 4 });
    code
}

/// A predicate whose body is a member of another language's module: the last argument is the result.
pub fn foreign(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    let n = pred.arity;
    let mut asm = Asm::new();
    asm.slots = n + 3;
    let point = asm.merge_point(MergeKind::Entry);
    asm.emit(Op::Enter, point, 0, 0);
    asm.emit(Op::ForeignCall, n, 0, 0);
    asm.emit(Op::ForeignReturn, n.saturating_sub(1), n, 0);
    asm.emit(Op::Proceed, 0, 0, 0);
    let name = format!(
        "{}:{}/{n}",
        vm.symbols.name(pred.module.0),
        vm.symbols.name(pred.name.0)
    );
    asm.finish(vm, name, pred.id)
}

/// Calls the value in slot 0 with the `n` arguments after it; the last one is the result.
pub fn closure(vm: &mut Vm, n: u16) -> &'static Code {
    if let Some(code) = pl(vm).closure_codes.borrow().get(&n) {
        return code;
    }
    let call1 = owner(vm);
    let mut asm = Asm::new();
    asm.slots = n + 4;
    asm.emit(Op::ClosureCall, n, 0, 0);
    asm.emit(Op::ForeignReturn, n, n + 1, 1);
    asm.emit(Op::Proceed, 0, 0, 0);
    let code = asm.finish(vm, format!("<closure/{n}>"), call1.id);
    pl(vm).closure_codes.borrow_mut().insert(n, code);
    code
}

/// Predicates whose body sends a message: slot 0 the receiver, the arguments, then the result.
pub const SENDERS: &[(&str, u16, Message)] = &[
    ("$send_get_member", 3, Message::GetMember),
    ("$send_set_member", 4, Message::SetMember),
    ("$send_invoke", 4, Message::Invoke),
    ("$send_iterate", 2, Message::Iterate),
    ("$send_close", 2, Message::Close),
    ("$send_text", 2, Message::Text),
    ("$send_call_with", 4, Message::CallWith),
    ("$apply_once", 4, Message::CallWith),
    ("$send_get_index", 3, Message::GetIndex),
    ("$send_items", 2, Message::Items),
    ("$send_length", 2, Message::Length),
];

/// The code of such a predicate; `None` for others. `$holds/1` and what imports are here too.
pub fn sender(vm: &mut Vm, pred: &'static Pred) -> Option<&'static Code> {
    let name = vm.symbols.name(pred.name.0).into_owned();
    let n = pred.arity;
    let mut asm = Asm::new();
    asm.slots = n + 3;
    match (name.as_str(), n) {
        ("$holds", 1) => {
            asm.emit(Op::HoldsCall, 0, 0, 0);
            asm.emit(Op::HoldsReturn, 0, 0, 0);
        }
        ("$import_foreign", 2) => {
            asm.emit(Op::ForeignImport, 0, 0, 0);
        }
        ("$import_module", 2) => {
            asm.emit(Op::ImportModule, 0, 0, 0);
            asm.emit(Op::ForeignReturn, 1, 2, 3);
        }
        _ => {
            let at = SENDERS.iter().position(|s| (s.0, s.1) == (&name, n))?;
            asm.emit(Op::Send, n - 1, at as u16, 0);
            // Which results stand for several answers: those of generator functions called.
            let callee = match SENDERS[at].2 {
                Message::Invoke => 2,
                Message::CallWith if name == "$send_call_with" => 1,
                _ => 3,
            };
            asm.emit(Op::ForeignReturn, n - 1, n, callee);
        }
    }
    asm.emit(Op::Proceed, 0, 0, 0);
    Some(asm.finish(vm, format!("{name}/{n}"), pred.id))
}

/// Makes the predicates of this file known.
pub fn register(vm: &mut Vm) {
    let p = pl(vm);
    let more = [
        ("$holds", 1, Message::Call),
        ("$import_foreign", 2, Message::Call),
        ("$import_module", 2, Message::Call),
    ];
    for &(name, arity, _) in SENDERS.iter().chain(&more) {
        let name = Atom(vm.symbols.intern(name));
        let pred = p.pred_in(p.known.system, name, arity as usize);
        pred.kind.set(crate::state::PredKind::Native);
        pred.core.set(true);
    }
    border_codes(vm);
}
