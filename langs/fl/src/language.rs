//! FL as the runtime sees it.

use crate::builtins::{boot, modules};
use crate::interp::Fl;
use crate::object::exception;
use crate::state::{FlState, StateRef};
use crate::traceback;
use metatrace::interp::{StepLoops, loops};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::language::{Language, Loaded, Source};
use runtime::native::Guest;
use std::any::Any;

/// The language; register it with [`Vm::add_language`].
pub static FL: FlLanguage = FlLanguage;

/// See [`FL`].
pub struct FlLanguage;

impl Language for FlLanguage {
    fn name(&self) -> &'static str {
        "fl"
    }

    fn aliases(&self) -> &'static [&'static str] {
        &["python", "py"]
    }

    fn extensions(&self) -> &'static [&'static str] {
        &["fl", "py"]
    }

    fn loops(&self) -> StepLoops {
        loops::<Fl>()
    }

    fn new_state(&self, vm: &mut Vm, lang: u8) -> Box<dyn Any> {
        let state = FlState::new(vm, lang);
        interop::join(vm, lang, &crate::border::SPEAKER);
        // Booting makes classes and functions, which look the state up.
        vm.states[lang as usize] = Box::new(StateRef(state));
        boot::boot(vm, state);
        *state.argv.borrow_mut() = vm.options.args.clone();
        *state.search_path.borrow_mut() = vm.options.search_path.clone();
        Box::new(StateRef(state))
    }

    fn load(&self, vm: &mut Vm, _lang: u8, source: &Source) -> Guest<Loaded> {
        let fl = FlState::of(vm);
        if let Some(folder) = &source.folder {
            fl.search_path.borrow_mut().insert(0, folder.clone());
        }
        let (code, module) = modules::load_main(vm, &source.path, &source.text)?;
        Ok(Loaded {
            code,
            slots: vec![module],
            module,
        })
    }

    fn interact(&self, vm: &mut Vm, _: u8, files: &[String]) -> Option<Guest<Loaded>> {
        Some(crate::builtins::repl::session(vm, files))
    }

    fn describe_exception(&self, vm: &mut Vm, exception: Value) -> String {
        let e = exception::of_raised(vm, exception);
        traceback::last_line(vm, e)
    }

    fn print_exception(&self, vm: &mut Vm, exception: Value) -> i32 {
        let e = exception::of_raised(vm, exception);
        traceback::report(vm, e)
    }

    fn finish(&self, vm: &mut Vm) {
        crate::files::flush_all(vm);
    }

    fn visit_roots(&self, state: &mut dyn Any, visit: &mut dyn FnMut(&mut Value)) {
        if let Some(state) = state.downcast_ref::<StateRef>() {
            state.0.visit_roots(visit);
        }
    }
}
