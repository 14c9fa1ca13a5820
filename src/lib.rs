//! The facade library: an engine with every language registered, and the
//! `metatrace` command.
//!
//! `engine` sets an engine up, `cli` is the command, `stats` and `trace_view`
//! report on a run; `memory` is the command's allocator; `bench`, `fuzz`, `modes` and `process` are the tools that
//! measure and compare whole programs.

pub mod bench;
pub mod cli;
pub mod embed;
pub mod engine;
pub mod fuzz;
pub mod line_editor;
pub mod memory;
pub mod modes;
pub mod process;
pub mod stats;
pub mod trace_view;

pub use embed::{
    Arguments, Builder, Engine, Error, FromGuest, GuestLanguage, HostFunction, Object, Out, Scope,
    ToGuest, Tracing, fl, prolog,
};

/// Registers every language of this build.
pub fn add_languages(vm: &mut runtime::Vm) {
    vm.add_language(&fl::language::FL);
    vm.add_language(prolog::PROLOG);
}
