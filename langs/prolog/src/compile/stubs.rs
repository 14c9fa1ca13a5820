//! Codes that are not compiled from clauses: how undefined, dynamic and native
//! predicates are called, and the frames of catch, call_cleanup and the top level.

use super::Asm;
use crate::op::{self, Op};
use crate::state::{Pred, pl};
use metatrace::code::{Code, MergeKind};
use metatrace::value::Value;
use runtime::Vm;

/// Codes with places that Rust code must recognise.
#[derive(Copy, Clone)]
pub struct SystemCodes {
    pub catch: &'static Code,
    /// Where a catch frame waits for its goal, and where its recovery starts.
    pub catch_waits: u32,
    pub catch_recovers: u32,
    pub cleanup: &'static Code,
    pub cleanup_waits: u32,
    pub cleanup_raises: u32,
    pub top: &'static Code,
    pub host: &'static Code,
}

fn name_of(vm: &Vm, pred: &Pred) -> String {
    format!("{}/{}", vm.symbols.name(pred.name.0), pred.arity)
}

fn slots(n: u16) -> Vec<u16> {
    (0..n).collect()
}

pub fn undefined(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    let mut asm = Asm::new();
    asm.slots = pred.arity + 1;
    asm.emit(Op::Undefined, pred.arity, 0, 0);
    asm.emit(Op::Proceed, 0, 0, 0);
    let name = name_of(vm, pred);
    asm.finish(vm, name, pred.id)
}

/// Slots after the arguments: saved choice, next clause, generation, body.
pub fn dynamic(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    let mut asm = Asm::new();
    asm.slots = pred.arity + 4;
    let point = asm.merge_point(MergeKind::Entry);
    asm.emit(Op::Enter, point, 0, 0);
    asm.emit(Op::DynCall, pred.arity, 0, 0);
    let point = asm.merge_point(MergeKind::Resumption);
    asm.emit(Op::Enter, point, 0, 0);
    asm.emit(Op::DynRetry, pred.arity, 0, 0);
    let name = name_of(vm, pred);
    asm.finish(vm, name, pred.id)
}

/// Where a dynamic predicate's choice point continues.
pub const DYN_RETRY_PC: u32 = 2;

pub fn native(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    let name = name_of(vm, pred);
    let mut asm = Asm::new();
    asm.slots = pred.arity + 2;
    let spelled = vm.symbols.name(pred.name.0).into_owned();
    match (spelled.as_str(), pred.arity) {
        ("call", n) if n > 0 => {
            asm.emit(Op::MetaCall, n - 1, 0, 0);
        }
        _ => {
            if let Some(code) = crate::border::codes::sender(vm, pred) {
                return code;
            }
            let n = pred.builtin.get();
            let n = n.expect("a native predicate is in the table of builtins");
            asm.emit(Op::Builtin, pred.arity, 0, 0);
            asm.word(n as u64);
            asm.packed(&slots(pred.arity));
            asm.emit(Op::Proceed, 0, 0, 0);
        }
    }
    asm.finish(vm, name, pred.id)
}

/// A tabled predicate goes through `'$tabled_call'(Goal, PredId)`; its clauses are compiled under
/// another name.
pub fn tabled(vm: &mut Vm, pred: &'static Pred) -> &'static Code {
    let p = pl(vm);
    let hidden = format!("{} tabled", vm.symbols.name(pred.name.0));
    let hidden = crate::syntax::Atom(vm.symbols.intern(&hidden));
    let plain = p.pred_in(pred.module, hidden, pred.arity as usize);
    plain.kind.set(crate::state::PredKind::Static);
    *plain.clauses.borrow_mut() = pred.clauses.borrow().clone();
    plain.mortal.set(pred.mortal.get());
    crate::db::changed(plain);
    pred.plain.set(Some(plain));
    let mut asm = Asm::new();
    let n = pred.arity;
    asm.slots = n + 4;
    let goal = n + 1;
    let functor = p.functor(pred.name, n as usize);
    if n == 0 {
        asm.emit(Op::PutConst, goal, 0, 0);
        asm.word(Value::symbol(pred.name.0).0);
    } else {
        asm.emit(Op::PutStruct, n, goal, 0);
        asm.word(functor as u64);
        asm.packed(&slots(n));
    }
    asm.emit(Op::PutConst, goal + 1, 0, 0);
    asm.word(Value::small(pred.id as i64).0);
    let handler = crate::syntax::Atom(vm.symbols.intern("$tabled_call"));
    let handler = crate::db::resolve(vm, p.known.system, handler, 2);
    asm.emit(Op::Execute, 2, 0, n);
    asm.word(handler.id as u64);
    asm.packed(&[goal, goal + 1]);
    let name = name_of(vm, pred);
    asm.finish(vm, name, pred.id)
}

fn call_goal(asm: &mut Asm, call1: &Pred, goal: u16, saved: u16) {
    asm.emit(Op::Call, 1, 0, saved);
    asm.word(call1.id as u64);
    asm.packed(&[goal]);
}

/// Makes the codes that Rust code knows.
pub fn system_codes(vm: &mut Vm) -> SystemCodes {
    let p = pl(vm);
    let k = p.known;
    let call1 = p.pred_in(k.system, k.call, 1);
    let (catch, catch_waits, catch_recovers) = catch(vm, call1);
    let (cleanup, cleanup_waits, cleanup_raises) = cleanup(vm, call1);
    let top = top(vm, call1);
    let host = vm.add_code(runtime::engine::NewCode {
        lang: HOST_LANGUAGE,
        slots: 1,
        name: "host".into(),
        file: String::new(),
        instrs: Box::new([0]),
        merge_points: Box::new([]),
        data: Box::new(crate::code::PlCode {
            pl: p,
            pred: call1,
            slots: 1,
            instrs: Box::new([0]),
            preds: Vec::new(),
            natives: Vec::new(),
            tables: Vec::new(),
            pool: Vec::new(),
            lines: Vec::new(),
            pinned: true,
            live: Default::default(),
            copied: Default::default(),
        }),
    });
    SystemCodes {
        catch,
        catch_waits,
        catch_recovers,
        cleanup,
        cleanup_waits,
        cleanup_raises,
        top,
        host,
    }
}

/// Language number of frames that belong to the host program.
pub const HOST_LANGUAGE: u8 = 255;

/// catch(Goal, Catcher, Recovery): slots 0-2; 3 saved choice, 4 its own choice point.
fn catch(vm: &mut Vm, call1: &Pred) -> (&'static Code, u32, u32) {
    let mut asm = Asm::new();
    asm.pinned = true;
    asm.slots = 5;
    let failed = asm.label();
    asm.emit_to(Op::Try, 0, failed);
    asm.emit(Op::Mark, 4, 0, 0);
    call_goal(&mut asm, call1, 0, 3);
    let waits = asm.words.len() as u32;
    asm.emit(Op::Resume, 3, 0, 0);
    asm.emit(Op::PopIf, 4, 0, 0);
    asm.emit(Op::Proceed, 0, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::Fail, 0, 0, 0);
    let recovers = asm.words.len() as u32;
    asm.emit(Op::Execute, 1, 0, 3);
    asm.word(call1.id as u64);
    asm.packed(&[2]);
    let id = named(vm, "catch", 3).id;
    (asm.finish(vm, "catch/3".into(), id), waits, recovers)
}

fn named(vm: &mut Vm, name: &str, arity: usize) -> &'static Pred {
    let p = pl(vm);
    let name = crate::syntax::Atom(vm.symbols.intern(name));
    p.pred_in(p.known.system, name, arity)
}

/// `'$call_cleanup'(Goal, Cleanup)`: 2 saved choice, 3 its own choice point, 4 a ball.
fn cleanup(vm: &mut Vm, call1: &Pred) -> (&'static Code, u32, u32) {
    let run = named(vm, "$run_cleanup", 1);
    let quiet = named(vm, "$run_cleanup_quietly", 1);
    let mut asm = Asm::new();
    asm.pinned = true;
    asm.slots = 5;
    let (failed, open) = (asm.label(), asm.label());
    asm.emit_to(Op::Try, 0, failed);
    asm.emit(Op::CleanMark, 0, 0, 0);
    asm.emit(Op::Mark, 3, 0, 0);
    call_goal(&mut asm, call1, 0, 2);
    let waits = asm.words.len() as u32;
    asm.emit(Op::Resume, 2, 0, 0);
    // Determinate exit: clean up now; else the choice point stays.
    asm.word(op::word_pc(Op::PopIf, 3, 0));
    let at = asm.words.len() - 1;
    asm.patches.push((at, open));
    asm.emit(Op::Execute, 1, 0, 2);
    asm.word(run.id as u64);
    asm.packed(&[1]);
    asm.place(open);
    asm.emit(Op::Proceed, 0, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::Call, 1, 0, 2);
    asm.word(run.id as u64);
    asm.packed(&[1]);
    asm.emit(Op::Resume, 2, 0, 0);
    asm.emit(Op::Fail, 0, 0, 0);
    let raises = asm.words.len() as u32;
    asm.emit(Op::Call, 1, 0, 2);
    asm.word(quiet.id as u64);
    asm.packed(&[1]);
    asm.emit(Op::Resume, 2, 0, 0);
    asm.emit(Op::Rethrow, 4, 0, 0);
    let id = named(vm, "$call_cleanup", 2).id;
    (asm.finish(vm, "$call_cleanup/2".into(), id), waits, raises)
}

/// Runs the goal in slot 0 once and leaves to the host frame with true or false.
fn top(vm: &mut Vm, call1: &Pred) -> &'static Code {
    let mut asm = Asm::new();
    asm.slots = 3;
    let failed = asm.label();
    asm.emit_to(Op::Try, 0, failed);
    call_goal(&mut asm, call1, 0, 1);
    asm.emit(Op::Resume, 1, 0, 0);
    asm.emit(Op::PutConst, 2, 0, 0);
    asm.word(Value::TRUE.0);
    asm.emit(Op::Halt, 2, 0, 0);
    asm.place(failed);
    asm.emit(Op::Trust, 0, 0, 0);
    asm.emit(Op::PutConst, 2, 0, 0);
    asm.word(Value::FALSE.0);
    asm.emit(Op::Halt, 2, 0, 0);
    asm.finish(vm, "$top".into(), call1.id)
}
