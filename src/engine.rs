//! Setting up an engine with every language registered.

use crate::cli::{BackendName, EngineArgs, GcMode, JitMode};
use metatrace::backend::{Backend, cranelift::CraneliftBackend, portable::PortableBackend};
use metatrace::jit::Jit;
use metatrace::options::JitOptions;
use runtime::Vm;
use runtime::heap::Stress;
use runtime::host::{Host, Sandbox, System};
use runtime::options::Options;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Most bytes of machine code alive at once.
const CODE_BYTES_MAX: usize = 64 << 20;

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
    if args.gc == GcMode::Stress {
        options.heap.stress = Stress::Minor;
        options.heap.poison = true;
    }
    if let Some(limit) = args.heap_limit {
        options.heap.heap_limit = limit;
    }
    let host: Box<dyn Host> = if args.sandbox {
        Box::<Sandbox>::default()
    } else {
        Box::new(System::new())
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
        BackendName::Cranelift => match CraneliftBackend::new(CODE_BYTES_MAX) {
            Ok(backend) => Ok(Box::new(backend)),
            Err(error) => Err(format!(
                "no machine code on this platform ({error:?}); use --backend portable"
            )),
        },
    }
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
