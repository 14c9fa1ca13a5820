//! Natives of the step loop: what is not worth inlining or must not be traced.

use crate::arith::{self, eval};
use crate::border::codes::Edge;
use crate::builtins::terms;
use crate::code::PlCode;
use crate::db;
use crate::errors;
use crate::layouts::*;
use crate::number::{compare_nums, from_num};
use crate::state::pl;
use crate::syntax::Atom;
use crate::term::{self, MakeTerms, deref, undo_trail};
use crate::unify::{self, copy};
use interop::layouts::{QUERY_DONE, Query};
use metatrace::code::{token_code, token_pc};
use metatrace::layout::{FRAME, Frame, LayoutType};
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use metatrace::vm::REG_PENDING;
use runtime::Vm;
use runtime::list;
use runtime::native::Guest;
use runtime::natives;
use runtime::object::Obj;
use std::cmp::Ordering;

natives! {
    /// Full unification.
    pub static UNIFY = "unify"(vm, a, b) -> bool [BINDS] { unify::unify(vm, a, b) }
    /// Binds an unbound variable.
    pub static BIND = "bind"(vm, var, to) -> () [BINDS] { vm.bind(var, to) }
    /// Undoes bindings down to a trail record.
    pub static UNDO = "undo"(vm, mark) -> () [UNDOES] { undo_trail(vm, mark) }
    /// Drops trail records that nothing needs after a cut.
    pub static TRIM = "trim"(vm, from, to) -> () [ANY_QUIET] { trim(vm, from, to) }
    /// Goals of call_cleanup choice points that a cut drops.
    pub static CUT_CLEANUPS = "cut_cleanups"(vm, from, to) -> Value [ANY_QUIET] { cut_cleanups(vm, from, to) }
    /// The frame that handles the pending exception, ready to continue.
    pub static FIND_HANDLER = "find_handler"(vm, frame, token) -> Value [ANY_QUIET] {
        find_handler(vm, frame, token.as_int())
    }
    /// The number that a large table has a symbol or a compound under.
    pub static SWITCH_KEY = "switch_key"(_vm, v) -> i64 [Effects::PURE] {
        match Obj::<Struct>::of(v) {
            Some(s) => s.shape() as i64,
            None => v.as_symbol() as i64,
        }
    }
    /// Structural identity.
    pub static SAME = "same_term"(vm, a, b) -> bool [READS] { unify::identical(vm, a, b) }
    /// An argument of a compound by number: NIL if there is none, UNDEF if these are none.
    pub static ITEM = "item_of_term"(vm, n, t) -> Value [READS] {
        let (n, t) = (deref(n).to_int(), Obj::<Struct>::of(deref(t)));
        match (n, t) {
            (Some(n), Some(t)) if n >= 0 => terms::item(vm, t, n).unwrap_or(Value::NIL),
            _ => Value::UNDEF,
        }
    }
    pub static IS_LIST = "is_list"(vm, a) -> bool [READS] { pl(vm).is_list(a) }
    /// A function of two arguments, by row.
    pub static ARITH2 = "arith2"(vm, row, a, b) -> Guest [READS.raises()] {
        let x = eval(vm, a)?;
        let y = eval(vm, b)?;
        match (arith::BINARY[row.as_int() as usize].1)(&x, &y) {
            Ok(n) => Ok(from_num(vm, &n)),
            Err(f) => Err(arith::fault(vm, f)),
        }
    }
    pub static ARITH1 = "arith1"(vm, row, a) -> Guest [READS.raises()] {
        let x = eval(vm, a)?;
        match (arith::UNARY[row.as_int() as usize].1)(&x) {
            Ok(n) => Ok(from_num(vm, &n)),
            Err(f) => Err(arith::fault(vm, f)),
        }
    }
    pub static EVAL = "eval"(vm, a) -> Guest [READS.raises()] {
        let n = eval(vm, a)?;
        Ok(from_num(vm, &n))
    }
    /// A numeric comparison, by number of relation.
    pub static COMPARE = "compare_numbers"(vm, relation, a, b) -> Guest<bool> [READS.raises()] {
        let x = eval(vm, a)?;
        let y = eval(vm, b)?;
        let order = compare_nums(&x, &y);
        Ok(match relation.as_int() {
            0 => order == Some(Ordering::Less),
            1 => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            2 => order == Some(Ordering::Greater),
            3 => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            4 => order == Some(Ordering::Equal),
            _ => order != Some(Ordering::Equal),
        })
    }
    /// A fresh copy of a pool constant of a code.
    pub static POOL = "pool_constant"(vm, code, index) -> Value [ANY_QUIET] {
        let code = vm.codes.get(code.as_int() as u32);
        let node = &code.data::<PlCode>().pool[index.as_int() as usize];
        crate::convert::constant(vm, node)
    }
    /// Raises what calling something uncallable raises.
    pub static BAD_GOAL = "bad_goal"(vm, goal) -> Guest [Effects::ANY] {
        let goal = deref(goal);
        Err(if term::is_var(goal) {
            errors::instantiation(vm)
        } else if goal.is_symbol() || Obj::<Struct>::of(goal).is_some() {
            errors::representation_error(vm, "max_procedure_arity")
        } else {
            errors::type_error(vm, "callable", goal)
        })
    }
    /// Says in the pending error which builtin raised it.
    pub static ADD_CONTEXT = "add_context"(vm, id) -> () [ANY_QUIET] {
        let p = pl(vm);
        let pred = p.pred_by_id(id.as_int() as u32);
        let name = vm.symbols.bytes(pred.name.0);
        if !name.starts_with(b"$") && name != b"throw" {
            errors::add_context(vm, pred.name, pred.arity as usize);
        }
    }
    pub static CHECK_BODY = "check_body"(vm, goal) -> Guest<()> [Effects::ANY] {
        db::check_body(vm, goal)
    }
    /// An undefined predicate is called: raises, or fails where that is wanted.
    pub static UNKNOWN = "unknown"(vm, id) -> Guest<bool> [Effects::ANY] {
        let p = pl(vm);
        let pred = p.pred_by_id(id.as_int() as u32);
        let unknown = Atom(vm.symbols.intern("unknown"));
        let fails = matches!(
            p.flags.borrow().get(&unknown).map(|f| f.value.clone()),
            Some(crate::state::FlagValue::Atom(a)) if a == p.known.fail
        );
        if fails || pred.declared.get() {
            return Ok(false);
        }
        Err(unknown_in(vm, pred))
    }
    /// The current generation; counts a call of the predicate.
    pub static GENERATION = "generation"(vm, id) -> Value [ANY_QUIET] {
        let p = pl(vm);
        let pred = p.pred_by_id(id.as_int() as u32);
        let calls = pred.calls.get() + 1;
        if calls < pred.stable.get() {
            pred.calls.set(calls);
        } else if calls == pred.stable.get() && pred.clauses.borrow().len() < 2000 && db::compilable(pl(vm), pred) {
            pred.calls.set(calls);
            if let Some(code) = crate::compile::predicate(vm, pred) {
                pred.code.set(Some(code));
                pred.assumption.invalidate();
            }
        }
        Value::small(p.generation.get() as i64)
    }
    /// The next clause after one (NIL: the first) that may match; FALSE if there is none. Arguments:
    /// predicate, clause, generation, then the call's.
    pub static DYN_NEXT = many "next_clause"(vm, args) -> Value [ANY_QUIET] {
        let pred = pl(vm).pred_by_id(args[0].as_int() as u32);
        let from = if args[1] == Value::NIL { i64::MIN } else { args[1].as_int() + 1 };
        match db::find(vm, pred, from, args[2].as_int() as u64, &args[3..]) {
            Some(clause) => Value::small(clause.seq),
            None => Value::FALSE,
        }
    }
    /// Unifies a clause's head with arguments: its body, or FALSE. Arguments: predicate, clause, then the call's.
    pub static DYN_UNIFY = many "unify_clause"(vm, args) -> Guest [ANY_QUIET.raises()] {
        let pred = pl(vm).pred_by_id(args[0].as_int() as u32);
        let Some(clause) = db::clause_at(pred, args[1].as_int()) else {
            return Ok(Value::FALSE);
        };
        let mut vars = vec![Value::UNDEF; clause.vars as usize];
        if !db::unify_head(vm, &clause, &args[2..], &mut vars) {
            return Ok(Value::FALSE);
        }
        Ok(db::build(vm, &clause.terms, clause.body, &mut vars))
    }
}

/// May do anything but raise.
const ANY_QUIET: Effects = Effects {
    raises: false,
    ..Effects::ANY
};

/// All but frames and choice points.
const TERMS: u64 = !(group(FRAME) | group(Choice::LAYOUT.id));

/// Binds variables, attributed ones too.
const BINDS: Effects = Effects::FRESH
    .reads(TERMS)
    .writes(group(Var::LAYOUT.id) | group(AttVar::LAYOUT.id) | group(ListView::LAYOUT.id))
    .regs(&[REG_STAMP, REG_TRAIL, REG_WAKE]);

/// Undoes what the trail remembers: bindings and assignments.
const UNDOES: Effects = Effects::FRESH
    .reads(TERMS)
    .writes(
        group(Var::LAYOUT.id)
            | group(AttVar::LAYOUT.id)
            | group(Struct::LAYOUT.id)
            | list::LIST_GROUPS,
    )
    .regs(&[REG_TRAIL]);

/// Looks at terms and makes fresh ones.
const READS: Effects = Effects::FRESH.reads(!0);

/// The existence error of an undefined predicate.
pub fn unknown_in(vm: &mut Vm, pred: &crate::state::Pred) -> metatrace::meta::Raised {
    let p = pl(vm);
    let k = p.known;
    let mut pi = errors::indicator(vm, pred.name, pred.arity as usize);
    if pred.module != k.user && pred.module != k.system {
        pi = vm.term2(":", term::atom(pred.module), pi);
    }
    let raised = errors::existence_error(vm, "procedure", pi);
    errors::set_context(vm, pi);
    raised
}

fn trim(vm: &mut Vm, from: Value, to: Value) {
    // Records older than the oldest dropped choice point were judged when they were made.
    let mut oldest = from;
    while let Some(c) = Obj::<Choice>::of(oldest) {
        let prev = c.get(Choice::PREV);
        if prev == to || prev == Value::NIL {
            break;
        }
        oldest = prev;
    }
    let Some(c) = Obj::<Choice>::of(oldest) else {
        return;
    };
    let mark = c.get(Choice::TRAIL);
    let stamp = vm.core().regs[REG_STAMP as usize].as_int();
    term::trim_trail(vm, mark, stamp);
}

/// Call_cleanup choice points newer than `to`: their cleanup goals as a list, oldest last.
fn cut_cleanups(vm: &mut Vm, from: Value, to: Value) -> Value {
    let mut goals = Vec::new();
    let mut at = from;
    while at != to
        && let Some(c) = Obj::<Choice>::of(at)
    {
        let clean = c.int(Choice::CLEAN);
        if clean >= 0 {
            let goal = cleanup_goal(vm, c);
            goals.push(goal);
            vm.core_mut().regs[REG_CLEAN as usize] = Value::small(clean);
        }
        at = c.get(Choice::PREV);
    }
    vm.make_list(&goals)
}

/// Makes `choice`'s predecessor the newest choice point, undoing everything since. The result:
/// cleanups of choice points above it whose calls had exited, newest first.
fn drop_to(vm: &mut Vm, choice: Obj<Choice>) -> Vec<Value> {
    let mark = choice.get(Choice::TRAIL);
    undo_trail(vm, mark);
    let prev = choice.get(Choice::PREV);
    let stamp = Obj::<Choice>::of(prev).map_or(0, |c| c.int(Choice::STAMP));
    let goals = abandoned(vm, choice.value());
    // Call_cleanup choice points above are gone as well.
    let mut clean = vm.core().regs[REG_CLEAN as usize].as_int();
    let mut at = term::choice(vm);
    while clean > stamp
        && let Some(c) = Obj::<Choice>::of(at)
    {
        if c.int(Choice::CLEAN) >= 0 && c.int(Choice::STAMP) > stamp {
            clean = c.int(Choice::CLEAN);
        }
        at = c.get(Choice::PREV);
    }
    let regs = &mut vm.core_mut().regs;
    regs[REG_CLEAN as usize] = Value::small(clean);
    regs[REG_CHOICE as usize] = prev;
    regs[REG_STAMP as usize] = Value::small(stamp);
    regs[REG_WAKE as usize] = Value::NIL;
    goals
}

/// Cleanup goals of the choice points above `below`, newest first.
fn abandoned(vm: &mut Vm, below: Value) -> Vec<Value> {
    let mut goals = Vec::new();
    let mut at = term::choice(vm);
    while at != below
        && let Some(c) = Obj::<Choice>::of(at)
    {
        if c.int(Choice::CLEAN) >= 0 {
            let goal = cleanup_goal(vm, c);
            goals.push(goal);
        }
        at = c.get(Choice::PREV);
    }
    goals
}

/// The goal to run when this choice point, one of a call_cleanup or a generator, is dropped.
fn cleanup_goal(vm: &mut Vm, choice: Obj<Choice>) -> Value {
    let p = pl(vm);
    let frame = Obj::<Frame>::cast(choice.get(Choice::FRAME));
    let code = vm.codes.get(token_code(choice.int(Choice::TOKEN)));
    match p.border_codes.get() {
        Some(codes) if code == codes.generate => {
            let computation = frame.item(Frame::SLOTS, 0);
            let goal = vm.term1("$close", computation);
            let system = term::atom(p.known.system);
            vm.term2(":", system, goal)
        }
        _ => frame.item(Frame::SLOTS, 1),
    }
}

/// The frame to continue in so that `goals` run first and then `frame` goes on.
fn after_cleanups(vm: &mut Vm, goals: &[Value], frame: Value) -> Value {
    if goals.is_empty() {
        return frame;
    }
    let list = vm.make_list(goals);
    let pred = pl(vm)
        .run_cleanups
        .get()
        .expect("the system library defines it");
    let code = db::code_of(vm, pred);
    let first = vm.new_frame(code, &[list]);
    let first = Obj::<Frame>::cast(first);
    first.init(Frame::PARENT, frame);
    first.init(Frame::AUX, term::choice(vm));
    first.value()
}

/// Walks the parents of `frame`, which is at `token`, to a catch that takes the pending exception,
/// to a call_cleanup, or to a frame of another language.
fn find_handler(vm: &mut Vm, frame: Value, token: i64) -> Value {
    let p = pl(vm);
    let codes = p
        .system_codes
        .get()
        .expect("made when the language was registered");
    // What is thrown outlives the bindings that are undone.
    let pending = vm.core().regs[REG_PENDING as usize];
    let (ball, mut trace) = crate::border::exceptions::incoming(vm, pending);
    let mut goals = Vec::new();
    let mut at = Obj::<Frame>::cast(frame);
    let mut token = token;
    loop {
        let (code, pc) = (vm.codes.get(token_code(token)), token_pc(token));
        if code.lang != p.lang {
            let out = crate::border::exceptions::outgoing(vm, ball, &trace);
            *p.trace.borrow_mut() = trace;
            vm.core_mut().regs[REG_PENDING as usize] = out;
            if goals.is_empty() {
                return at.value();
            }
            let raiser = crate::border::codes::border_codes(vm).rethrow;
            let raiser = vm.new_frame(raiser, &[out]);
            Obj::<Frame>::cast(raiser).init(Frame::PARENT, at.value());
            vm.core_mut().regs[REG_PENDING as usize] = Value::NONE;
            return after_cleanups(vm, &goals, raiser);
        }
        if trace.len() < TRACE_MAX && !code.file.is_empty() {
            trace.push(token);
        }
        if at.value() == frame {
            // Where it was raised: this frame handles nothing any more.
        } else if code == codes.catch && pc == codes.catch_waits {
            let choice = Obj::<Choice>::cast(at.item(Frame::SLOTS, 4));
            goals.extend(drop_to(vm, choice));
            let thrown = copy(vm, ball, false);
            let catcher = at.item(Frame::SLOTS, 1);
            let mark = vm.core().regs[REG_TRAIL as usize];
            let stamp = vm.core().regs[REG_STAMP as usize];
            // Everything is trailed, so that a failed unification leaves no trace.
            vm.core_mut().regs[REG_STAMP as usize] = Value::small(i64::MAX >> 3);
            let taken = unify::unify(vm, catcher, thrown);
            vm.core_mut().regs[REG_STAMP as usize] = stamp;
            if taken {
                // What was trailed only because of the doubt is not needed any more.
                term::trim_trail(vm, mark, stamp.as_int());
                at.set_int(Frame::TOKEN, codes.catch.token(codes.catch_recovers));
                vm.core_mut().regs[REG_PENDING as usize] = Value::NONE;
                crate::border::exceptions::caught(vm, ball, &trace);
                *p.trace.borrow_mut() = trace;
                return after_cleanups(vm, &goals, at.value());
            }
            undo_trail(vm, mark);
        } else if code == codes.cleanup && pc == codes.cleanup_waits {
            let choice = Obj::<Choice>::cast(at.item(Frame::SLOTS, 3));
            goals.extend(drop_to(vm, choice));
            let thrown = copy(vm, ball, false);
            let waiting = crate::border::exceptions::waiting(vm, thrown, &trace);
            at.set_item(vm, Frame::SLOTS, 4, waiting);
            at.set_int(Frame::TOKEN, codes.cleanup.token(codes.cleanup_raises));
            return after_cleanups(vm, &goals, at.value());
        } else if let Some(edge) = p.edges.borrow().get(&token).copied() {
            goals.extend(leave_edge(vm, at, edge));
        }
        at = Obj::<Frame>::cast(at.get(Frame::PARENT));
        token = at.int(Frame::TOKEN);
    }
}

/// Frames kept of a traceback.
const TRACE_MAX: usize = 4096;

/// An exception leaves a frame at the border: what it started is dropped. The result: cleanups to run.
fn leave_edge(vm: &mut Vm, frame: Obj<Frame>, edge: Edge) -> Vec<Value> {
    match edge {
        Edge::Once { own } => {
            let choice = Obj::<Choice>::cast(frame.item(Frame::SLOTS, own as usize));
            drop_to(vm, choice)
        }
        Edge::QueryBase => {
            let query = Obj::<Query>::cast(frame.item(Frame::SLOTS, 0));
            let goals = abandoned(vm, Value::NIL);
            undo_trail(vm, Value::NIL);
            query.set_int(Query::STATE, QUERY_DONE);
            for field in [Query::FRAME, Query::CHOICE, Query::TRAIL] {
                query.set(vm, field, Value::NIL);
            }
            goals
        }
        Edge::QueryDriver => {
            let slot = |i| frame.item(Frame::SLOTS, i);
            let (choice, trail, clean) = (slot(1), slot(2), slot(3));
            crate::border::queries::restore_registers(vm, choice, trail, clean);
            Vec::new()
        }
    }
}
