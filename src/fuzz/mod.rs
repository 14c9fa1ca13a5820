//! `metatrace fuzz`: random FL programs, on which all modes must agree with one
//! another, and with CPython where it is installed.
//!
//! A program is a function of its seed. One on which outputs differ is made
//! smaller by leaving out statements, and saved.

mod define;
mod expr;
mod generate;
pub mod rng;
mod stmt;
mod tree;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;

use crate::modes::MODES;
use crate::process::{self, End, Outcome, find_program};
use tree::Stmt;

/// Options of `metatrace fuzz`.
#[derive(Args, Clone, Debug)]
pub struct FuzzArgs {
    /// How long to go on.
    #[arg(long, default_value_t = 60)]
    pub seconds: u64,
    /// The first program's seed; those that follow count up.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Stop after this many programs.
    #[arg(long)]
    pub programs: Option<u64>,
    /// Folder for programs on which outputs differ.
    #[arg(long, value_name = "FOLDER", default_value = "fuzz-failures")]
    pub save: PathBuf,
    /// Stop after this many failures.
    #[arg(long, default_value_t = 5)]
    pub failures: usize,
    /// The metatrace program to test (default: this one).
    #[arg(long, value_name = "PROGRAM")]
    pub metatrace: Option<PathBuf>,
    /// Only compare the modes, even if python3 is there.
    #[arg(long)]
    pub no_python: bool,
    /// Print the program of the seed and leave.
    #[arg(long)]
    pub show: bool,
}

/// What a fuzzing run found.
#[derive(Debug, Default)]
pub struct Summary {
    pub programs: u64,
    /// Programs that were too slow in the reference to be judged.
    pub skipped: u64,
    pub failures: Vec<Failure>,
}

/// A program on which outputs differ.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub reason: String,
    /// The program, made smaller.
    pub text: String,
}

/// The text of the program of a seed.
pub fn program_text(seed: u64) -> String {
    text_of(&generate::generate(seed))
}

fn text_of(program: &[Stmt]) -> String {
    format!("{}\n{}", generate::prelude(), tree::render(program))
}

/// Runs the fuzzer; the exit status is 1 when outputs differ.
pub fn run(args: &FuzzArgs) -> Result<ExitCode> {
    if args.show {
        print!("{}", program_text(args.seed));
        return Ok(ExitCode::SUCCESS);
    }
    let metatrace = match &args.metatrace {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot find the running program")?,
    };
    let mut fuzzer = Fuzzer::new(metatrace, !args.no_python)?;
    let progress = ProgressBar::new_spinner();
    let summary = fuzzer.run(args, &progress)?;
    progress.finish_and_clear();
    for failure in &summary.failures {
        fs::create_dir_all(&args.save)?;
        let file = args.save.join(format!("seed_{}.py", failure.seed));
        let note = failure.reason.replace('\n', "\n# ");
        fs::write(&file, format!("# {note}\n{}", failure.text))
            .with_context(|| format!("cannot write {}", file.display()))?;
        println!(
            "seed {}: {}\n    saved as {}",
            failure.seed,
            failure.reason,
            file.display()
        );
    }
    println!(
        "{} programs, {} too slow to judge, {} failures",
        summary.programs,
        summary.skipped,
        summary.failures.len()
    );
    Ok(if summary.failures.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs programs in all modes and compares.
pub struct Fuzzer {
    metatrace: PathBuf,
    python: Option<PathBuf>,
    file: PathBuf,
}

/// A reference slower than this is no use, and a mode slower than that hangs.
const REFERENCE_LIMIT: Duration = Duration::from_secs(5);
const MODE_LIMIT: Duration = Duration::from_secs(60);

impl Fuzzer {
    /// A fuzzer of this program; CPython is the reference where wanted and found.
    pub fn new(metatrace: PathBuf, use_python: bool) -> Result<Fuzzer> {
        let python = if use_python {
            find_program("python3")
        } else {
            None
        };
        let folder = std::env::temp_dir().join(format!("metatrace-fuzz-{}", std::process::id()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        Ok(Fuzzer {
            metatrace,
            python,
            file: folder.join("program.py"),
        })
    }

    /// Tests program after program until the time is over.
    pub fn run(&mut self, args: &FuzzArgs, progress: &ProgressBar) -> Result<Summary> {
        let start = Instant::now();
        let mut summary = Summary::default();
        for seed in args.seed.. {
            let is_over = start.elapsed().as_secs() >= args.seconds
                || args.programs.is_some_and(|limit| summary.programs >= limit)
                || summary.failures.len() >= args.failures;
            if is_over {
                break;
            }
            progress.set_message(format!("seed {seed}, {} failures", summary.failures.len()));
            progress.tick();
            summary.programs += 1;
            match self.test(seed)? {
                Verdict::Agree => {}
                Verdict::TooSlow => summary.skipped += 1,
                Verdict::Differ(reason, text) => {
                    summary.failures.push(Failure { seed, reason, text });
                }
            }
        }
        Ok(summary)
    }

    fn test(&mut self, seed: u64) -> Result<Verdict> {
        let program = generate::generate(seed);
        match self.compare(&program)? {
            Comparison::Agree => Ok(Verdict::Agree),
            Comparison::TooSlow => Ok(Verdict::TooSlow),
            Comparison::Differ { mode, .. } => {
                // Once the program is smaller only the mode that differed is run.
                let smaller = tree::minimise(&program, |candidate| {
                    matches!(
                        self.compare_mode(candidate, mode),
                        Ok(Comparison::Differ { .. })
                    )
                });
                let reason = match self.compare_mode(&smaller, mode)? {
                    Comparison::Differ { reason, .. } => reason,
                    _ => "not reproducible".to_owned(),
                };
                Ok(Verdict::Differ(reason, text_of(&smaller)))
            }
        }
    }

    /// Runs the program in all modes.
    fn compare(&self, program: &[Stmt]) -> Result<Comparison> {
        let Some(reference) = self.reference(program)? else {
            return Ok(Comparison::TooSlow);
        };
        for mode in 0..MODES.len() {
            let found = self.compare_with(&reference, mode)?;
            if matches!(found, Comparison::Differ { .. }) {
                return Ok(found);
            }
        }
        Ok(Comparison::Agree)
    }

    fn compare_mode(&self, program: &[Stmt], mode: usize) -> Result<Comparison> {
        match self.reference(program)? {
            Some(reference) => self.compare_with(&reference, mode),
            None => Ok(Comparison::TooSlow),
        }
    }

    /// What the program should do; none if that takes too long to find out.
    fn reference(&self, program: &[Stmt]) -> Result<Option<Outcome>> {
        fs::write(&self.file, text_of(program))?;
        let outcome = match &self.python {
            Some(python) => {
                let mut command = Command::new(python);
                process::run(command.arg(&self.file), b"", REFERENCE_LIMIT)?
            }
            None => self.run_mode(0, REFERENCE_LIMIT)?,
        };
        Ok((outcome.end != End::TimedOut).then_some(outcome))
    }

    fn run_mode(&self, mode: usize, limit: Duration) -> Result<Outcome> {
        let mut command = Command::new(&self.metatrace);
        command
            .arg("run")
            .args(MODES[mode].arguments)
            .arg(&self.file);
        process::run(&mut command, b"", limit)
            .with_context(|| format!("cannot run {}", self.metatrace.display()))
    }

    fn compare_with(&self, reference: &Outcome, mode: usize) -> Result<Comparison> {
        let outcome = self.run_mode(mode, MODE_LIMIT)?;
        let name = MODES[mode].name;
        Ok(match difference(reference, &outcome) {
            Some(what) => Comparison::Differ {
                mode,
                reason: format!("mode {name}: {what}"),
            },
            None => Comparison::Agree,
        })
    }

    /// The file that programs are written to.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

impl Drop for Fuzzer {
    fn drop(&mut self) {
        if let Some(folder) = self.file.parent() {
            // It may be gone, or used by someone else; neither matters now.
            let _ = fs::remove_dir_all(folder);
        }
    }
}

enum Verdict {
    Agree,
    TooSlow,
    Differ(String, String),
}

enum Comparison {
    Agree,
    TooSlow,
    Differ { mode: usize, reason: String },
}

/// How an outcome differs from what it should be: end, output, kind of error.
pub fn difference(reference: &Outcome, outcome: &Outcome) -> Option<String> {
    if reference.end != outcome.end {
        let text = outcome.stderr_text();
        let last = text.trim_end().lines().last().unwrap_or_default();
        return Some(format!(
            "{} in place of {}: {last}",
            outcome.end, reference.end
        ));
    }
    if reference.stdout != outcome.stdout {
        let (expected, got) = (reference.stdout_text(), outcome.stdout_text());
        let (mut theirs, mut ours) = (expected.lines(), got.lines());
        let (a, b) = loop {
            match (theirs.next(), ours.next()) {
                (Some(a), Some(b)) if a == b => {}
                (None, None) => break ("", ""),
                (a, b) => break (a.unwrap_or("<nothing>"), b.unwrap_or("<nothing>")),
            }
        };
        return Some(format!("printed\n{b}\nin place of\n{a}"));
    }
    let (expected, got) = (error_kind(reference), error_kind(outcome));
    (expected != got).then(|| format!("error {got} in place of {expected}"))
}

/// The type of the uncaught exception.
fn error_kind(outcome: &Outcome) -> String {
    let text = outcome.stderr_text();
    let last = text.trim_end().lines().last().unwrap_or_default();
    let kind = last.split(':').next().unwrap_or_default();
    kind.rsplit('.').next().unwrap_or_default().to_owned()
}
