//! The command line of `metatrace`.

use crate::engine::NoProgram;
use crate::{bench, engine, fuzz, stats, trace_view};
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use runtime::host::Stream;
use runtime::interrupt::{self, INTERRUPTED};
use runtime::{Guest, Vm};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::rc::Rc;
use std::time::Instant;

/// A command of the command line.
struct Entry {
    name: &'static str,
    about: &'static str,
    /// Adds the command's options.
    set_up: fn(Command) -> Command,
    run: fn(&ArgMatches) -> ExitCode,
}

/// Declares the commands: name, options, purpose, and what runs it.
macro_rules! commands {
    ($($name:literal $options:ty, $about:literal => $run:expr;)*) => {
        const COMMANDS: &[Entry] = &[$(Entry {
            name: $name,
            about: $about,
            set_up: |command| <$options>::augment_args(command).about($about),
            run: |matches| {
                let options = <$options>::from_arg_matches(matches);
                $run(&options.unwrap_or_else(|error| error.exit()))
            },
        },)*];
    };
}

commands! {
    "run" RunArgs,
        "Run a program: FL (.fl, .py), Prolog (.pl), or a literate program in several languages (.md)" => run;
    "repl" ReplArgs,
        "Talk to a language: statements and values (fl), queries and answers (prolog)" => repl;
    "trace" TraceArgs,
        "Run a program and show its compiled traces: source, bytecode, every stage, machine code" => trace;
    "dump" DumpArgs, "Show what a file compiles to" => dump;
    "bench" bench::BenchArgs,
        "Compare with other implementations on the benchmark programs" => |args| report(bench::run(args));
    "fuzz" fuzz::FuzzArgs,
        "Run random programs in every mode and compare" => |args| report(fuzz::run(args));
}

/// The command line. Only the options of the command that is named are set up: the others' would be a
/// tenth of the time to start.
fn command_line() -> Command {
    let commands = COMMANDS
        .iter()
        .map(|c| Command::new(c.name).about(c.about).defer(c.set_up));
    Command::new("metatrace")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A meta-tracing runtime for programs in one language or several")
        .after_help(
            "Exit status: the program's own; 1 for an uncaught error or a syntax error; 2 for a bad command line.",
        )
        .arg_required_else_help(true)
        .subcommand_required(true)
        .subcommands(commands)
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum JitMode {
    /// Trace what is hot
    On,
    /// Interpret only
    Off,
    /// Trace everything the first time it is seen (for tests)
    Eager,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum BackendName {
    /// Machine code
    Cranelift,
    /// An evaluator of traces (any platform, slow)
    Portable,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum GcMode {
    /// When memory has filled up
    Normal,
    /// Collect at every merge point (for tests)
    Stress,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
pub enum Switch {
    On,
    Off,
}

/// How an engine is set up.
#[derive(Args, Clone, Debug)]
pub struct EngineArgs {
    /// When to compile
    #[arg(long, value_enum, default_value = "on")]
    pub jit: JitMode,
    /// What compiles traces
    #[arg(long, value_enum, default_value = "cranelift")]
    pub backend: BackendName,
    /// Decide by chance, not by time, when to compile and what to enter (for tests)
    #[arg(long, value_name = "SEED")]
    pub pace_seed: Option<u64>,
    /// When to collect garbage
    #[arg(long, value_enum, default_value = "normal")]
    pub gc: GcMode,
    /// Whether lists, dicts and sets keep values of one type in a form of their own
    #[arg(long, value_enum, default_value = "on")]
    pub strategies: Switch,
    /// Most memory for guest objects: bytes, or with suffix K, M or G
    #[arg(long, value_name = "SIZE", value_parser = parse_size)]
    pub heap_limit: Option<usize>,
    /// Folder to look for imported modules in, after the program's own (may be repeated)
    #[arg(long = "path", value_name = "DIR")]
    pub path: Vec<PathBuf>,
    /// Deny the program everything but standard output
    #[arg(long)]
    pub sandbox: bool,
}

#[derive(Args, Debug)]
struct RunArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// Write statistics as JSON to FILE, `-` for standard error
    #[arg(long, value_name = "FILE")]
    stats: Option<String>,
    /// Goal to run after loading (Prolog; may be repeated)
    #[arg(short = 'g', value_name = "GOAL")]
    goals: Vec<String>,
    /// The program
    file: PathBuf,
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Args, Debug)]
struct ReplArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// The language
    #[arg(long, value_name = "NAME", default_value = "prolog")]
    lang: String,
    /// Files to load first
    files: Vec<String>,
}

#[derive(Args, Debug)]
struct TraceArgs {
    #[command(flatten)]
    engine: EngineArgs,
    /// Only traces that start on this source line
    #[arg(long, value_name = "N")]
    line: Option<u32>,
    /// Only traces that start in a function of this name
    #[arg(long, value_name = "NAME")]
    function: Option<String>,
    /// Colour operations by language
    #[arg(long, value_enum, default_value = "auto")]
    colour: Colour,
    /// The program
    file: PathBuf,
    /// Arguments of the program
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

#[derive(Copy, Clone, PartialEq, Eq, Debug, ValueEnum)]
enum Colour {
    /// On a terminal
    Auto,
    Always,
    Never,
}

#[derive(Args, Debug)]
struct DumpArgs {
    /// Show the bytecode
    #[arg(long, required = true)]
    bytecode: bool,
    file: PathBuf,
}

/// A size such as `512M`.
fn parse_size(text: &str) -> Result<usize, String> {
    let (digits, shift) = match text.trim_end_matches(['b', 'B']).char_indices().last() {
        Some((i, 'k' | 'K')) => (&text[..i], 10),
        Some((i, 'm' | 'M')) => (&text[..i], 20),
        Some((i, 'g' | 'G')) => (&text[..i], 30),
        _ => (text, 0),
    };
    let number: usize = digits
        .parse()
        .map_err(|_| format!("`{text}` is not a size such as 1048576, 512M or 2G"))?;
    number
        .checked_shl(shift)
        .filter(|n| n >> shift == number)
        .ok_or_else(|| format!("`{text}` is too large"))
}

/// Runs the command line of this process.
pub fn main() -> ExitCode {
    let matches = command_line().get_matches();
    let (name, given) = matches.subcommand().expect("a command is required");
    let command = COMMANDS.iter().find(|c| c.name == name);
    (command.expect("it is one of these").run)(given)
}

fn report(result: anyhow::Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        eprintln!("metatrace: {error:#}");
        ExitCode::from(2)
    })
}

fn run(args: &RunArgs) -> ExitCode {
    let start = Instant::now();
    let setup = engine::Setup {
        timing: args.stats.is_some(),
        goals: args.goals.clone(),
        ..engine::Setup::new(&args.engine, &args.file, &args.args)
    };
    let mut vm = match engine::start(&setup) {
        Ok(vm) => vm,
        Err(message) => return usage(&message),
    };
    let status = match load(&args.file) {
        Ok(source) => program(&mut vm, &args.file, &source),
        Err(message) => return usage(&message),
    };
    if let Some(file) = &args.stats {
        let wall = start.elapsed();
        let bridge_entry_ns = engine::bridge_entry_ns(&mut vm, &args.engine);
        let text = format!("{:#}\n", stats::json(&vm, wall, bridge_entry_ns));
        let written = if file == "-" {
            vm.host.write(Stream::Err, text.as_bytes())
        } else {
            std::fs::write(file, text)
        };
        if let Err(error) = written {
            eprintln!("metatrace: cannot write {file}: {error}");
            return ExitCode::from(1);
        }
    }
    leave(vm, status)
}

fn repl(args: &ReplArgs) -> ExitCode {
    let setup = engine::Setup::new(&args.engine, Path::new("repl"), &[]);
    let mut vm = match engine::start(&setup) {
        Ok(vm) => vm,
        Err(message) => return usage(&message),
    };
    let found = vm
        .languages
        .iter()
        .position(|l| l.name() == args.lang || l.aliases().contains(&args.lang.as_str()));
    let Some(lang) = found else {
        return usage(&format!("there is no language `{}`", args.lang));
    };
    let language = vm.languages[lang];
    let Some(session) = language.interact(&mut vm, lang as u8, &args.files) else {
        return usage(&format!("{} has no interactive session", language.name()));
    };
    let result = session.and_then(|loaded| vm.execute(loaded.code, &loaded.slots));
    let status = match result {
        Ok(_) => 0,
        Err(_) => {
            let exception = vm.take_pending();
            language.print_exception(&mut vm, exception)
        }
    };
    leave(vm, status)
}

fn trace(args: &TraceArgs) -> ExitCode {
    let setup = engine::Setup {
        keep_text: true,
        ..engine::Setup::new(&args.engine, &args.file, &args.args)
    };
    let mut vm = match engine::start(&setup) {
        Ok(vm) => vm,
        Err(message) => return usage(&message),
    };
    let status = match load(&args.file) {
        Ok(source) => program(&mut vm, &args.file, &source),
        Err(message) => return usage(&message),
    };
    let view = trace_view::View {
        line: args.line,
        function: args.function.clone(),
        colour: match args.colour {
            Colour::Auto => vm.host.is_terminal(Stream::Out),
            Colour::Always => true,
            Colour::Never => false,
        },
    };
    let text = trace_view::render(&vm, &view);
    if let Err(error) = vm.host.write(Stream::Out, text.as_bytes()) {
        eprintln!("metatrace: cannot write: {error}");
        return ExitCode::from(1);
    }
    leave(vm, status)
}

fn dump(args: &DumpArgs) -> ExitCode {
    debug_assert!(args.bytecode);
    let source = match load(&args.file) {
        Ok(source) => source,
        Err(message) => return usage(&message),
    };
    match engine::disassemble(&args.file, &source) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprint!("{message}");
            ExitCode::from(1)
        }
    }
}

fn usage(message: &str) -> ExitCode {
    eprintln!("metatrace: {message}");
    ExitCode::from(2)
}

fn load(file: &Path) -> Result<Rc<str>, String> {
    let bytes = std::fs::read(file).map_err(|e| format!("cannot read {}: {e}", file.display()))?;
    // Text that is not UTF-8 is the front end's to complain about, with a position.
    Ok(String::from_utf8_lossy(&bytes).into())
}

/// Loads and runs the main program; its exit status.
#[inline(never)]
fn program(vm: &mut Vm, file: &Path, text: &Rc<str>) -> i32 {
    let (lang, source) = match engine::main_module(vm, file, text) {
        Ok(found) => found,
        Err(NoProgram::Unknown(message)) => {
            eprintln!("metatrace: {message}");
            return 2;
        }
        Err(NoProgram::Bad(message)) => {
            eprintln!("{message}");
            return 1;
        }
    };
    let language = vm.languages[lang as usize];
    // The engine lives as long as the process.
    std::mem::forget(vm.catch_interrupts());
    let result: Guest = match language.load(vm, lang, &source) {
        Ok(loaded) => vm.execute(loaded.code, &loaded.slots),
        Err(raised) => Err(raised),
    };
    match result {
        Ok(_) => 0,
        Err(_) => {
            let exception = vm.take_pending();
            language.print_exception(vm, exception)
        }
    }
}

/// Flushes what was printed and ends with `status`.
fn leave(mut vm: Box<Vm>, status: i32) -> ExitCode {
    for language in vm.languages.clone() {
        language.finish(&mut vm);
    }
    let status = match vm.host.flush(Stream::Out) {
        Ok(()) => status,
        Err(error) => unwritten(&error, status),
    };
    // The heap's pages go back with the process.
    std::mem::forget(vm);
    if status == INTERRUPTED {
        interrupt::die();
    }
    ExitCode::from(status as u8)
}

/// Reports what could not be written at the end, in the words and with the status of CPython.
fn unwritten(error: &std::io::Error, status: i32) -> i32 {
    let name = match error.kind() {
        std::io::ErrorKind::BrokenPipe => "BrokenPipeError",
        _ => "OSError",
    };
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or(&text);
    let number = error.raw_os_error().unwrap_or(0);
    eprintln!("Exception ignored in: <stdout>\n{name}: [Errno {number}] {text}");
    if status == 0 { 120 } else { status }
}
