//! Setting up an engine with every language registered.

use crate::cli::{BackendName, EngineArgs, GcMode, JitMode, Switch};
use interop::literate;
use metatrace::backend::{
    Backend, LazyBackend, cranelift::CraneliftBackend, portable::PortableBackend, probe,
};
use metatrace::jit::Jit;
use metatrace::options::JitOptions;
use runtime::Vm;
use runtime::heap::{HeapOptions, Stress};
use runtime::host::{Host, Sandbox, System};
use runtime::language::Source;
use runtime::options::Options;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most bytes of machine code alive at once.
const CODE_BYTES_MAX: usize = 64 << 20;

/// Extensions of literate programs.
const LITERATE_EXTENSIONS: &[&str] = &["md", "markdown"];

/// What an engine is made from.
#[derive(Clone, Debug)]
pub struct Setup {
    pub engine: EngineArgs,
    pub file: PathBuf,
    pub args: Vec<String>,
    pub goals: Vec<String>,
    pub keep_text: bool,
    pub timing: bool,
}

impl Setup {
    pub fn new(engine: &EngineArgs, file: &Path, args: &[String]) -> Setup {
        Setup {
            engine: engine.clone(),
            file: file.to_owned(),
            args: args.to_vec(),
            goals: Vec::new(),
            keep_text: false,
            timing: false,
        }
    }
}

/// An engine with every language and the tracer.
pub fn start(setup: &Setup) -> Result<Box<Vm>, String> {
    let args = &setup.engine;
    let mut options = Options {
        args: std::iter::once(setup.file.to_string_lossy().into_owned())
            .chain(setup.args.iter().cloned())
            .collect(),
        search_path: args.path.clone(),
        goals: setup.goals.clone(),
        ..Options::default()
    };
    if let Some(path) = std::env::var_os("METATRACE_PATH") {
        options.search_path.extend(std::env::split_paths(&path));
    }
    options.strategies &= args.strategies == Switch::On;
    if args.gc == GcMode::Stress {
        options.heap.stress = Stress::Minor;
        options.heap.poison = true;
    }
    options.heap.heap_limit = args
        .heap_limit
        .unwrap_or_else(HeapOptions::limit_of_machine);
    let host: Box<dyn Host> = if args.sandbox {
        Box::<Sandbox>::default()
    } else {
        let mut system = System::new();
        system.editor = Some(Box::<crate::line_editor::Editor>::default());
        Box::new(system)
    };
    let mut vm = Vm::new(options, host);
    if args.jit != JitMode::Off {
        let jit_options = match args.jit {
            JitMode::Eager => JitOptions::eager(),
            JitMode::On | JitMode::Off => JitOptions::default(),
        };
        let jit_options = JitOptions {
            keep_text: setup.keep_text,
            timing: setup.timing,
            pace_seed: args.pace_seed,
            ..jit_options
        };
        vm.set_jit(Rc::new(Jit::new(backend(args.backend)?, jit_options)));
    }
    crate::add_languages(&mut vm);
    Ok(vm)
}

fn backend(name: BackendName) -> Result<Box<dyn Backend>, String> {
    match name {
        BackendName::Portable => Ok(Box::new(PortableBackend::new())),
        BackendName::Cranelift => match CraneliftBackend::check_platform() {
            Ok(()) => Ok(Box::new(LazyBackend::new(
                CraneliftBackend::new,
                CODE_BYTES_MAX,
            ))),
            Err(error) => Err(format!(
                "no machine code on this platform ({error:?}); use --backend portable"
            )),
        },
    }
}

/// Why a file is no program.
#[derive(Clone, Debug)]
pub enum NoProgram {
    /// No language has such files.
    Unknown(String),
    /// It is a literate program with an error.
    Bad(String),
}

/// Nanoseconds that going through a bridge costs with the back end of an engine that is done:
/// see [`probe`]. `None` without a tracer, or where its back end makes no code.
pub fn bridge_entry_ns(vm: &mut Vm, args: &EngineArgs) -> Option<f64> {
    vm.jit.as_ref()?;
    let fresh = backend(args.backend).ok()?;
    probe::bridge_entry_ns(&*fresh, vm.core_ptr()).ok()
}

/// The main module of the program in `file`, and its language. The named blocks of a
/// literate program are made known to importers.
pub fn main_module(vm: &mut Vm, file: &Path, text: &Rc<str>) -> Result<(u8, Source), NoProgram> {
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or("");
    let source = |name: &str, text: &Rc<str>, main| Source {
        path: file.to_string_lossy().into_owned(),
        name: name.to_owned(),
        text: Rc::clone(text),
        folder: file.parent().map(Path::to_owned),
        line_offset: 0,
        main,
    };
    if !LITERATE_EXTENSIONS.contains(&extension) {
        return match vm.language_of_extension(extension) {
            Some(lang) => Ok((lang, source("__main__", text, true))),
            None => Err(NoProgram::Unknown(format!(
                "{}: no language has files with the extension `{extension}`",
                file.display()
            ))),
        };
    }
    let modules = literate::parse(vm, text).map_err(|error| {
        let (file, line, message) = (file.display(), error.line, error.message);
        NoProgram::Bad(format!("{file}:{line}: error: {message}"))
    })?;
    let mut main = None;
    for module in modules {
        let text: Rc<str> = module.text.into();
        match module.name {
            None => main = Some((module.lang, source("__main__", &text, true))),
            Some(name) => {
                let block = source(&name, &text, false);
                interop::modules::add_block(vm, &name, module.lang, block);
            }
        }
    }
    main.ok_or_else(|| NoProgram::Bad(format!("{}: no main program", file.display())))
}

/// The bytecode of a program as text.
pub fn disassemble(file: &Path, text: &str) -> Result<String, String> {
    let path = file.to_string_lossy();
    match file.extension().and_then(|e| e.to_str()) {
        Some("fl" | "py") => {
            match fl::frontend::compile_source(&path, text, fl::compile::Mode::File) {
                Ok(code) => Ok(fl::disasm::disassemble(&code)),
                Err(errors) => Err(errors.iter().map(|e| e.render()).collect()),
            }
        }
        _ => Err(format!(
            "metatrace: {path}: no bytecode to show for this kind of file\n"
        )),
    }
}
