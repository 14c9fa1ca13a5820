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
//! `MT_TEST_PROGRAM` names another program to test than the one just built,
//! `MT_WRITE_KNOWN=1` does what `--write-known` does, `MT_TEST_WORKERS` is the
//! number of cases that run at the same time (default: one for each processor).

pub mod bench;
pub mod compose;
mod known;
pub mod program;
pub mod prolog;
pub mod random;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use metatrace_cli::modes::{MODES, Mode};
use metatrace_cli::process::{self, End, Outcome};

use known::KnownFailures;

/// Time limits are meant for an idle machine, an optimised build and a plain
/// run; tests may have none of these.
const TIME_FACTOR: u32 = if cfg!(debug_assertions) { 6 } else { 3 };

/// Seconds for what is known to be too slow: enough to see that it no longer is.
const KNOWN_SLOW_LIMIT: Duration = Duration::from_secs(4);

/// Address space of a program in KiB, lest a bug takes the machine down.
const ADDRESS_SPACE_MAX_KB: u64 = 12_000_000;

/// The reason of a failure by time.
const TIMED_OUT: &str = "timed out";

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
    /// What is wrong with the outcome of a run that ended in time.
    fn judge(&self, outcome: &Outcome) -> Option<String>;
}

/// The root of the source tree.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the cases that the command line asks for; reports; the exit status
/// tells whether all went as known.
pub fn run_suites(cases: Vec<Box<dyn Case>>) -> ExitCode {
    let options = Options::from_command_line();
    let cases: Vec<_> = cases
        .into_iter()
        .filter(|case| options.selects(case.id()))
        .collect();
    if options.list {
        cases.iter().for_each(|case| println!("{}", case.id()));
        return ExitCode::SUCCESS;
    }
    match run_and_report(&cases, &options) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Whether all went as known.
fn run_and_report(cases: &[Box<dyn Case>], options: &Options) -> io::Result<bool> {
    let modes: Vec<&Mode> = MODES.iter().filter(|mode| options.has_mode(mode)).collect();
    let start = Instant::now();
    let known_file = root().join("tests/known_failures.txt");
    let mut known = KnownFailures::read(&known_file)?;
    let failures = run_cases(cases, &modes, &known, options);
    let ran = |id: &str| cases.iter().any(|case| case.id() == id);
    // A part of the cases cannot tell what is gone.
    let stale = match options.filters.is_empty() {
        true => known.stale(ran),
        false => Vec::new(),
    };
    if options.write_known {
        known.replace(&failures, &modes, ran);
        known.remove(&stale);
        known.write(&known_file)?;
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
    if !options.write_known {
        for entry in &stale {
            println!("NO SUCH PROGRAM {entry}: take it off tests/known_failures.txt");
        }
    }
    for (suite, programs) in suites(cases) {
        let is_of_suite = |failure: &&Failure| suite_of(&failure.case) == suite;
        println!(
            "{suite}: {} runs of {programs} programs, {} failures, {} of them new",
            programs * modes.len(),
            failures.iter().filter(is_of_suite).count(),
            failures
                .iter()
                .filter(is_of_suite)
                .filter(|failure| verdict.is_new(failure))
                .count(),
        );
    }
    println!("in {:.1} s", start.elapsed().as_secs_f64());
    Ok(verdict.is_good() && (stale.is_empty() || options.write_known))
}

/// The part of a case's name before the first slash.
fn suite_of(id: &str) -> &str {
    id.split('/').next().unwrap_or(id)
}

/// The suites in order, with the number of their cases.
fn suites(cases: &[Box<dyn Case>]) -> Vec<(&str, usize)> {
    let mut suites: Vec<(&str, usize)> = Vec::new();
    for case in cases {
        let suite = suite_of(case.id());
        match suites.iter_mut().find(|(name, _)| *name == suite) {
            Some((_, count)) => *count += 1,
            None => suites.push((suite, 1)),
        }
    }
    suites
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
    cases: &[Box<dyn Case>],
    modes: &[&Mode],
    known: &KnownFailures,
    options: &Options,
) -> Vec<Failure> {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let work = || {
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(index) else { return };
            for mode in modes {
                let folder = work_folder(&format!("{index}-{}", mode.name));
                let limit = if known.is_slow(case.id(), mode) {
                    KNOWN_SLOW_LIMIT
                } else {
                    case.time_limit() * TIME_FACTOR
                };
                let reason = run_case(case.as_ref(), mode, &folder, limit);
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
        for _ in 0..options.workers {
            scope.spawn(work);
        }
    });
    let mut failures = failures.into_inner().expect("no worker panics");
    failures.sort_by_key(|(index, _)| *index);
    failures.into_iter().map(|(_, failure)| failure).collect()
}

fn work_folder(name: &str) -> PathBuf {
    let name = format!("case-{}-{}", std::process::id(), name.replace('/', "-"));
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// One run in a fresh folder; what is wrong with it.
fn run_case(case: &dyn Case, mode: &Mode, folder: &Path, limit: Duration) -> Option<String> {
    let outcome = (|| {
        fs::create_dir_all(folder)?;
        let file_and_arguments = case.prepare(folder)?;
        let mut command = Command::new("/bin/sh");
        command
            .arg("-c")
            .arg(format!(
                "ulimit -v {ADDRESS_SPACE_MAX_KB}; exec \"$0\" \"$@\""
            ))
            .arg(program())
            .arg("run")
            .args(mode.arguments)
            .args(file_and_arguments)
            .current_dir(folder)
            .env("LC_ALL", "C.UTF-8")
            .env("RUST_BACKTRACE", "0");
        process::run(&mut command, case.stdin(), limit)
    })();
    // A folder that stays behind does no harm: its name is used once.
    let _ = fs::remove_dir_all(folder);
    match outcome {
        Ok(outcome) if outcome.end == End::TimedOut => Some(TIMED_OUT.to_owned()),
        Ok(outcome) => case.judge(&outcome),
        Err(error) => Some(format!("cannot run it: {error}")),
    }
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
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
    workers: usize,
}

impl Options {
    /// Options of the usual test harness that mean nothing here are ignored.
    fn from_command_line() -> Options {
        let number = |name| std::env::var(name).ok()?.parse::<usize>().ok();
        let processors = thread::available_parallelism().map_or(2, usize::from);
        let mut options = Options {
            write_known: number("MT_WRITE_KNOWN").is_some_and(|value| value != 0),
            workers: number("MT_TEST_WORKERS").unwrap_or(processors).max(1),
            ..Options::default()
        };
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
