//! Prolog as one of the engine's languages.

use crate::interp::Prolog;
use crate::layouts::*;
use crate::library;
use crate::messages;
use crate::run;
use crate::state::{Pl, pl};
use crate::streams;
use crate::term::MakeTerms;
use metatrace::interp::{StepLoops, loops};
use metatrace::value::Value;
use runtime::Vm;
use runtime::language::{Language, Loaded, Source};
use runtime::native::Guest;
use std::any::Any;

struct PrologLanguage;

/// The language, to be registered with an engine; `start` completes it.
pub static PROLOG: &dyn Language = &PrologLanguage;

impl Language for PrologLanguage {
    fn name(&self) -> &'static str {
        "prolog"
    }
    fn aliases(&self) -> &'static [&'static str] {
        &["pl"]
    }
    fn extensions(&self) -> &'static [&'static str] {
        &["pl"]
    }
    fn loops(&self) -> StepLoops {
        const { loops::<Prolog>() }
    }
    fn work_register(&self) -> Option<u8> {
        Some(REG_COUNTER)
    }
    fn new_state(&self, vm: &mut Vm, lang: u8) -> Box<dyn Any> {
        metatrace::layout::register(PROLOG_LAYOUTS);
        let regs = &mut vm.core_mut().regs;
        for reg in [REG_CHOICE, REG_TRAIL, REG_WAKE] {
            regs[reg as usize] = Value::NIL;
        }
        for reg in [REG_STAMP, REG_COUNTER, REG_CLEAN] {
            regs[reg as usize] = Value::small(0);
        }
        interop::join(vm, lang, &crate::border::SPEAKER);
        // Shared by natives as a plain reference.
        let state = Pl::new(vm, lang);
        let state: &'static Pl = vm.kept.keep(state);
        Box::new(state)
    }
    fn load(&self, vm: &mut Vm, _: u8, source: &Source) -> Guest<Loaded> {
        library::start(vm);
        let path = vm.sym(&source.path);
        let goal = if source.main {
            // The text may be a part of the file only: a block of a literate program.
            let mut texts = pl(vm).texts.borrow_mut();
            texts.insert(source.path.clone(), source.clone());
            drop(texts);
            run::main_goal(vm, path)
        } else {
            vm.term1("consult", path)
        };
        let codes = pl(vm).system_codes.get().expect("just started");
        Ok(Loaded {
            code: codes.top,
            slots: vec![goal],
            module: Value::NONE,
        })
    }
    fn interact(&self, vm: &mut Vm, _: u8, files: &[String]) -> Option<Guest<Loaded>> {
        library::start(vm);
        let files: Vec<Value> = files.iter().map(|f| vm.sym(f)).collect();
        let files = vm.make_list(&files);
        let goal = vm.term1("$toplevel", files);
        let codes = pl(vm).system_codes.get().expect("just started");
        Some(Ok(Loaded {
            code: codes.top,
            slots: vec![goal],
            module: Value::NONE,
        }))
    }
    fn describe_exception(&self, vm: &mut Vm, exception: Value) -> String {
        let ball = crate::border::values::to_term(vm, exception);
        messages::describe(vm, ball)
    }
    fn print_exception(&self, vm: &mut Vm, exception: Value) -> i32 {
        let status = pl(vm).halted.get();
        if status.is_none() {
            messages::print_ball(vm, exception, "goal");
        }
        streams::flush_all(vm);
        status.unwrap_or(1)
    }
    fn visit_roots(&self, state: &mut dyn Any, visit: &mut dyn FnMut(&mut Value)) {
        let Some(pl) = state.downcast_ref::<&'static Pl>() else {
            return;
        };
        for v in pl.globals.borrow_mut().values_mut() {
            visit(v);
        }
        pl.tables.borrow_mut().visit_roots(visit);
        pl.objects.borrow_mut().visit(visit);
    }
    fn visit_symbols(&self, state: &mut dyn Any, mark: &mut dyn FnMut(u32)) {
        if let Some(pl) = state.downcast_ref::<&'static Pl>() {
            crate::held::visit(pl, mark);
        }
    }
}
