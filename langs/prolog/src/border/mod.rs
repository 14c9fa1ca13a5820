//! Prolog among other languages: how it answers messages, and what it makes of theirs.
//!
//! `values` converts, `answers` says what our objects answer at once, `queries` are heap objects that own their choice points, `codes` are the frames
//! at the border (their handlers: `interp/border.rs`), `modules` finds and offers modules,
//! `exceptions` takes balls across.

pub mod answers;
pub mod codes;
pub mod exceptions;
pub mod modules;
pub mod natives;
pub mod queries;
pub mod values;
pub mod views;

use crate::layouts::{AttVar, ListView, Struct, Var};
use crate::state::{Pred, pl};
use crate::syntax::Atom;
use crate::syntax::write::WriteOptions;
use crate::term::{MakeTerms, atom, deref, is_var};
use crate::unify::{ground, identical};
use interop::layouts::{ASK_ALL, ASK_FIRST, ASK_ONCE, ASK_TEXT, ForeignModule, Relation};
use interop::values::OUT;
use interop::{Message, Speaker, Terms};
use metatrace::code::Code;
use metatrace::layout::{LayoutId, LayoutType};
use metatrace::value::Value;
use runtime::Vm;
use runtime::error::ErrorKind;
use runtime::language::{Loaded, Source};
use runtime::native::Guest;
use runtime::object::{Obj, is};
use std::hash::{DefaultHasher, Hasher};

/// Prolog's side of the protocol.
pub static SPEAKER: PrologSpeaker = PrologSpeaker;

/// See [`SPEAKER`].
pub struct PrologSpeaker;

const _: () = assert!(
    Struct::LAYOUT.id == interop::layouts::TERM
        && Var::LAYOUT.id == interop::layouts::VARIABLE
        && AttVar::LAYOUT.id == interop::layouts::ATTRIBUTED
);

impl Speaker for PrologSpeaker {
    fn layouts(&self) -> &'static [LayoutId] {
        const {
            &[
                Struct::LAYOUT.id,
                Var::LAYOUT.id,
                AttVar::LAYOUT.id,
                ListView::LAYOUT.id,
            ]
        }
    }

    fn code(&self, vm: &mut Vm, message: Message, arguments: usize) -> Option<&'static Code> {
        crate::library::start(vm);
        match message {
            Message::Call => Some(codes::call(vm, arguments as u16)),
            Message::Next => Some(codes::border_codes(vm).next),
            Message::Close => Some(codes::border_codes(vm).close),
            Message::Invoke | Message::CallWith => Some(codes::apply(vm, message)),
            _ if answers::ANSWERED.contains(&message) => {
                Some(codes::answer(vm, message, arguments as u16 + 1))
            }
            _ => None,
        }
    }

    fn member(&self, vm: &mut Vm, module: Obj<ForeignModule>, name: u32) -> Guest<Option<Value>> {
        let query = vm.symbols.intern("query");
        let in_module = module.get(ForeignModule::NAME).as_symbol();
        let Some(shared) = interop::shared(vm) else {
            return Ok(None);
        };
        let lang = pl(vm).lang;
        if let Some(known) = shared.known_relation(vm, lang, in_module, name, ASK_ONCE) {
            return Ok(Some(known));
        }
        if modules::offers(vm, module, name) {
            return Ok(Some(shared.relation(vm, lang, in_module, name, ASK_ONCE)));
        }
        if name == query {
            return Ok(Some(shared.relation(vm, lang, in_module, name, ASK_TEXT)));
        }
        Ok(None)
    }

    fn members(&self, vm: &mut Vm, module: Obj<ForeignModule>) -> Vec<u32> {
        let name = Atom(module.get(ForeignModule::NAME).as_symbol());
        modules::members(vm, name)
            .into_iter()
            .map(|a| a.0)
            .collect()
    }

    fn query(&self, vm: &mut Vm, relation: Obj<Relation>, arguments: &[Value]) -> Guest {
        let module = relation.get(Relation::MODULE);
        let name = Atom(relation.get(Relation::NAME).as_symbol());
        let mut args = Vec::with_capacity(arguments.len());
        let mut outputs = Vec::new();
        let mut given = Vec::new();
        for &v in arguments {
            if v == OUT {
                let var = vm.new_var();
                outputs.push(var);
                args.push(var);
            } else {
                let t = values::to_term(vm, v);
                given.push(t);
                args.push(t);
            }
        }
        let pred = crate::db::resolve(vm, Atom(module.as_symbol()), name, args.len());
        if let Some(others) = other_arities(vm, pred) {
            return Err(wrong_arity(vm, pred, &others));
        }
        let goal = if args.is_empty() {
            atom(name)
        } else {
            let f = pl(vm).functor(name, args.len());
            vm.compound(f, &args)
        };
        let goal = vm.term2(":", module, goal);
        Ok(queries::new(vm, goal, &outputs, None, &given))
    }

    fn query_text(
        &self,
        vm: &mut Vm,
        module: Value,
        text: &str,
        bindings: &[(u32, Value)],
    ) -> Guest {
        let module = Atom(module.as_symbol());
        let (goal, outputs, names) = queries::from_text(vm, module, text, bindings)?;
        let given: Vec<Value> = bindings.iter().map(|b| b.1).collect();
        Ok(queries::new(vm, goal, &outputs, Some(&names), &given))
    }

    fn type_name(&self, _: &Vm, v: Value) -> String {
        if is::<Struct>(v) { "Term" } else { "Var" }.to_owned()
    }

    fn classify(&self, vm: &Vm, exception: Value) -> Option<ErrorKind> {
        exceptions::classify(vm, exception)
    }

    fn is_exception(&self, _: &Vm, v: Value) -> bool {
        is::<Struct>(v) || is_var(v) || !v.is_heap()
    }

    fn add_trace(&self, _: &mut Vm, _: Value, _: &[Value]) {}

    fn trace(&self, vm: &Vm, _: Value) -> Vec<Value> {
        let trace = pl(vm).trace.borrow();
        trace.iter().rev().map(|t| Value::small(*t)).collect()
    }

    fn load(&self, vm: &mut Vm, _: u8, source: &Source) -> Guest<Loaded> {
        modules::load(vm, source)
    }

    fn terms(&self) -> Option<&'static dyn Terms> {
        Some(&SPEAKER)
    }
}

impl Terms for PrologSpeaker {
    fn compound(&self, vm: &mut Vm, name: &str, arguments: &[Value]) -> Value {
        crate::library::start(vm);
        let name = Atom(vm.symbols.intern(name));
        let args: Vec<Value> = arguments.iter().map(|v| values::to_term(vm, *v)).collect();
        let f = pl(vm).functor(name, args.len());
        vm.compound(f, &args)
    }

    fn shape(&self, vm: &mut Vm, name: u32, arguments: usize) -> u32 {
        crate::library::start(vm);
        pl(vm).functor(Atom(name), arguments)
    }

    fn part_of(&self, vm: &mut Vm, v: Value) -> Value {
        values::to_term(vm, v)
    }

    fn name(&self, vm: &mut Vm, term: Value) -> Value {
        let (name, _) = pl(vm).name_arity(Obj::<Struct>::cast(term).shape());
        vm.symbol_text(name.0)
    }

    fn arguments(&self, vm: &mut Vm, term: Value) -> Value {
        let s = Obj::<Struct>::cast(term);
        let n = pl(vm).name_arity(s.shape()).1;
        let args: Vec<Value> = (0..n)
            .map(|i| values::part_to_shared(vm, s.item(Struct::ARGS, i)))
            .collect();
        vm.tuple(&args)
    }

    fn functor(&self, vm: &mut Vm, shape: u32) -> (Value, usize) {
        let (name, n) = pl(vm).name_arity(shape);
        (vm.symbol_text(name.0), n)
    }

    fn stands_for_value(&self, vm: &mut Vm, shape: u32) -> bool {
        values::stands_for_value(vm, shape)
    }

    fn part(&self, vm: &mut Vm, part: Value) -> Value {
        values::part_to_shared(vm, part)
    }

    fn variable(&self, vm: &mut Vm) -> Value {
        vm.new_var()
    }

    fn value_of(&self, vm: &mut Vm, variable: Value) -> Option<Value> {
        let v = deref(variable);
        if is_var(v) {
            return None;
        }
        match values::to_shared(vm, v) {
            Ok(v) => Some(v),
            Err(_) => {
                vm.take_pending();
                Some(v)
            }
        }
    }

    fn same(&self, vm: &mut Vm, a: Value, b: Value) -> bool {
        let (a, b) = (values::to_term(vm, a), values::to_term(vm, b));
        identical(vm, a, b)
    }

    fn hash(&self, vm: &mut Vm, term: Value) -> Option<i64> {
        if !ground(vm, term) {
            return None;
        }
        let mut hasher = DefaultHasher::new();
        let mut stack = vec![term];
        let mut walk = crate::cycles::Walk::new();
        while let Some(t) = stack.pop() {
            let t = deref(t);
            match Obj::<Struct>::of(t) {
                Some(_) if walk.passed(t.0) => {}
                Some(s) => {
                    hasher.write_u32(s.shape());
                    for i in 0..pl(vm).name_arity(s.shape()).1 {
                        stack.push(s.item(Struct::ARGS, i));
                    }
                }
                None => match crate::text::atomic_text(vm, t) {
                    Some(text) => hasher.write(text.as_bytes()),
                    // Objects are equal by identity, which their address is not for long.
                    None => hasher.write_u8(metatrace::run::mem::tag_of(t.0).0),
                },
            }
        }
        Some((hasher.finish() >> 4) as i64)
    }

    fn text(&self, vm: &mut Vm, term: Value, quoted: bool) -> String {
        let options = if quoted {
            WriteOptions::quoted()
        } else {
            WriteOptions::default()
        };
        crate::text::show(vm, term, &options)
    }
}

/// The value that a foreign predicate calls.
pub fn member(vm: &mut Vm, pred: &Pred) -> Option<Value> {
    let module = modules::alias(vm, pred.module)?;
    if let Some(module) = Obj::<ForeignModule>::of(module) {
        let lang = module.int(ForeignModule::LANG) as u8;
        let speaker = interop::shared(vm)?.speaker(lang)?;
        return speaker.member(vm, module, pred.name.0).ok().flatten();
    }
    let (_, speaker) = interop::engine::speaker_of(vm, module)?;
    speaker.module_value(vm, module, pred.name.0)
}

/// The code of a frame that calls what a foreign predicate stands for with `n` arguments.
#[inline(never)]
pub fn caller(core: *mut metatrace::VmCore, pred: &Pred, n: usize) -> Option<&'static Code> {
    let vm = Vm::from_core(core);
    let key = (pred.module, pred.name, n);
    if let Some(code) = pl(vm).callers.borrow().get(&key) {
        return Some(*code);
    }
    let module = modules::alias(vm, pred.module)?;
    let (_, speaker) = interop::engine::speaker_of(vm, module)?;
    let code = speaker.caller(vm, module, pred.name.0, n)?;
    pl(vm).callers.borrow_mut().insert(key, code);
    Some(code)
}

/// Where predicates of this undefined one's name, but with other numbers of arguments, are defined.
pub fn other_arities(vm: &Vm, pred: &Pred) -> Option<String> {
    if pred.kind.get() != crate::state::PredKind::Undefined {
        return None;
    }
    let modules = pl(vm).modules.borrow();
    let module = modules.get(&pred.module)?;
    let mut others: Vec<&'static Pred> = module
        .preds
        .values()
        .chain(module.imports.values())
        .filter(|other| other.name == pred.name && !other.clauses.borrow().is_empty())
        .copied()
        .collect();
    others.sort_by_key(|other| other.arity);
    let places: Vec<String> = others
        .iter()
        .map(|other| {
            let line = other
                .clauses
                .borrow()
                .front()
                .map_or(0, |clause| clause.line);
            let (file, name) = (other.file.borrow(), vm.symbols.name(other.name.0));
            format!("{file}:{line} defines {name}/{}", other.arity)
        })
        .collect();
    (!places.is_empty()).then(|| places.join(", "))
}

/// The error of calling an undefined predicate of which [`other_arities`] are defined.
pub fn wrong_arity(vm: &mut Vm, pred: &Pred, others: &str) -> metatrace::meta::Raised {
    let pi = crate::errors::indicator(vm, pred.name, pred.arity as usize);
    let pi = vm.term2(":", atom(pred.module), pi);
    let raised = crate::errors::existence_error(vm, "procedure", pi);
    let (place, others) = (vm.new_var(), vm.data_atom(others));
    let context = vm.term2("context", place, others);
    crate::errors::set_context(vm, context);
    raised
}

/// The other ways of asking that a relation offers, by name.
pub fn way(name: &str) -> Option<u32> {
    match name {
        "first" => Some(ASK_FIRST),
        "all" => Some(ASK_ALL),
        _ => None,
    }
}
