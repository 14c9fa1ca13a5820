//! What the whole-program tests share: modes, workers, known failures, summary.
//!
//! A suite is a list of cases; each case is run by the built `metatrace` in
//! every mode and judged against its expected output, so all modes agree.
//! These tests have their own `main`, because cases come from files:
//!
//! ```text
//! cargo test --test scripts                        everything
//! cargo test --test scripts -- fl/dict             cases whose name has this in it
//! cargo test --test scripts -- --modes off,eager   some modes only
//! cargo test --test scripts -- -v                  a line per case
//! cargo test --test scripts -- --write-known       record what fails now
//! ```
//!
//! `MT_TEST_PROGRAM` names another program to test than the one just built.

mod known;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use metatrace_cli::modes::{MODES, Mode};
use metatrace_cli::process::{self, Outcome};

use known::KnownFailures;

/// Cases run at the same time.
const WORKERS: usize = 2;

/// Time limits are meant for an idle machine, an optimised build and a plain
/// run; tests have none of these.
const TIME_FACTOR: u32 = 6;

/// One program with what it should do.
pub trait Case: Send + Sync {
    /// Unique name, `suite/name`.
    fn id(&self) -> &str;
    /// Writes what the program needs into its empty folder; answers the file
    /// to run and its arguments.
    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>>;
    /// Standard input.
    fn stdin(&self) -> &[u8];
    /// Seconds for a plain run on an idle machine.
    fn time_limit(&self) -> Duration;
    /// What is wrong with the outcome.
    fn judge(&self, outcome: &Outcome) -> Option<String>;
}

/// The root of the source tree.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a suite's cases as the command line says; reports; the exit status
/// tells whether all went as known.
pub fn run_suite(suite: &str, cases: Vec<Box<dyn Case>>) -> ExitCode {
    let options = Options::from_command_line();
    let cases: Vec<_> = cases
        .into_iter()
        .filter(|case| options.selects(case.id()))
        .collect();
    if options.list {
        cases.iter().for_each(|case| println!("{}", case.id()));
        return ExitCode::SUCCESS;
    }
    let modes: Vec<&Mode> = MODES.iter().filter(|mode| options.has_mode(mode)).collect();
    let start = Instant::now();
    let failures = run_cases(suite, &cases, &modes, &options);
    let known_file = root().join("tests/known_failures.txt");
    let ran = |id: &str| cases.iter().any(|case| case.id() == id);
    let mut known = match KnownFailures::read(&known_file) {
        Ok(known) => known,
        Err(error) => {
            println!("{}: {error}", known_file.display());
            return ExitCode::FAILURE;
        }
    };
    if options.write_known {
        known.replace(&failures, &modes, ran);
        if let Err(error) = known.write(&known_file) {
            println!("{}: {error}", known_file.display());
            return ExitCode::FAILURE;
        }
    }
    let verdict = known.judge(&failures, &modes, ran);
    for failure in failures.iter().filter(|failure| verdict.is_new(failure)) {
        println!(
            "FAILED {} in mode {}: {}",
            failure.case, failure.mode, failure.reason
        );
    }
    for entry in &verdict.now_passing {
        println!("PASSES NOW {entry}: take it off tests/known_failures.txt");
    }
    println!(
        "{suite}: {} runs of {} programs in {:.1} s: {} failures, {} of them known",
        cases.len() * modes.len(),
        cases.len(),
        start.elapsed().as_secs_f64(),
        failures.len(),
        failures.len() - verdict.new_failures,
    );
    if verdict.is_good() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A run that did not do what it should.
#[derive(Debug)]
pub struct Failure {
    pub case: String,
    pub mode: &'static str,
    pub reason: String,
}

/// All cases in all modes, by a few workers; failures in the order of the cases.
fn run_cases(
    suite: &str,
    cases: &[Box<dyn Case>],
    modes: &[&Mode],
    options: &Options,
) -> Vec<Failure> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { return };
            for mode in modes {
                let folder = work_folder(suite, index, mode);
                let reason = run_case(case.as_ref(), mode, &folder);
                if options.verbose {
                    println!(
                        "{} {}: {}",
                        case.id(),
                        mode.name,
                        reason.as_deref().unwrap_or("ok")
                    );
                }
                let Some(reason) = reason else { continue };
                let failure = Failure {
                    case: case.id().to_owned(),
                    mode: mode.name,
                    reason,
                };
                failures
                    .lock()
                    .expect("no worker panics")
                    .push((index, failure));
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().expect("no worker panics");
    failures.sort_by_key(|(index, _)| *index);
    failures.into_iter().map(|(_, failure)| failure).collect()
}

fn work_folder(suite: &str, index: usize, mode: &Mode) -> PathBuf {
    let name = format!("{suite}-{}-{index}-{}", std::process::id(), mode.name);
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// One run in a fresh folder; what is wrong with it.
fn run_case(case: &dyn Case, mode: &Mode, folder: &Path) -> Option<String> {
    let outcome = (|| {
        fs::create_dir_all(folder)?;
        let file_and_arguments = case.prepare(folder)?;
        let mut command = Command::new(program());
        command
            .arg("run")
            .args(mode.arguments)
            .args(file_and_arguments)
            .current_dir(folder)
            .env("LC_ALL", "C.UTF-8");
        process::run(&mut command, case.stdin(), case.time_limit() * TIME_FACTOR)
    })();
    // A folder that stays behind does no harm: its name is used once.
    let _ = fs::remove_dir_all(folder);
    match outcome {
        Ok(outcome) => case.judge(&outcome),
        Err(error) => Some(format!("cannot run it: {error}")),
    }
}

fn program() -> PathBuf {
    std::env::var_os("MT_TEST_PROGRAM").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_metatrace")),
        PathBuf::from,
    )
}

/// What the command line asks for.
#[derive(Debug, Default)]
struct Options {
    filters: Vec<String>,
    modes: Vec<String>,
    verbose: bool,
    list: bool,
    write_known: bool,
}

impl Options {
    /// Options of the usual test harness that mean nothing here are ignored.
    fn from_command_line() -> Options {
        let mut options = Options::default();
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--modes" => {
                    let names = arguments.next().unwrap_or_default();
                    options.modes = names.split(',').map(str::to_owned).collect();
                }
                "-v" | "--verbose" => options.verbose = true,
                "--list" => options.list = true,
                "--write-known" => options.write_known = true,
                other if other.starts_with('-') => {}
                _ => options.filters.push(argument),
            }
        }
        options
    }

    fn selects(&self, id: &str) -> bool {
        self.filters.is_empty()
            || self
                .filters
                .iter()
                .any(|filter| id.contains(filter.as_str()))
    }

    fn has_mode(&self, mode: &Mode) -> bool {
        self.modes.is_empty() || self.modes.iter().any(|name| name == mode.name)
    }
}
