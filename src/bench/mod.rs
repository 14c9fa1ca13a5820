//! `metatrace bench`: the benchmark programs here and on the peers, side by side.
//!
//! Systems with a JIT run a program at its large size, plain interpreters at a
//! smaller one (CPython would need minutes otherwise); within a size, every
//! system must print the same. The runs of one program are interleaved, round
//! by round, so that a noisy machine disturbs all systems alike; what is
//! reported are medians of wall time with start-up included, and peak memory.

pub mod compose;
mod instructions;
mod report;
mod stats;
mod strategies;
mod systems;
pub mod table;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::process;
use report::{Report, Row, Sample};
use systems::System;
use table::Benchmark;

/// Options of `metatrace bench`.
#[derive(Args, Clone, Debug)]
pub struct BenchArgs {
    /// Run only the benchmarks whose name or group is one of these.
    pub names: Vec<String>,
    /// Rounds; the medians over them are reported.
    #[arg(long, default_value_t = 3)]
    pub rounds: usize,
    /// Which sizes to run: the large ones for JITs, the small ones for interpreters.
    #[arg(long, value_enum, default_value_t = Sizes::Both)]
    pub sizes: Sizes,
    /// Run only these systems, by name (such as jit, off, pypy3).
    #[arg(long, value_delimiter = ',')]
    pub systems: Vec<String>,
    /// Run the other implementations only, not metatrace.
    #[arg(long)]
    pub only_peers: bool,
    /// Run metatrace only, not the other implementations.
    #[arg(long, conflicts_with = "only_peers")]
    pub no_peers: bool,
    /// Write all results to this file as JSON.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The metatrace program to measure (default: this one).
    #[arg(long, value_name = "PROGRAM")]
    pub metatrace: Option<PathBuf>,
    /// The folder with table.txt and the programs.
    #[arg(long, value_name = "FOLDER")]
    pub dir: Option<PathBuf>,
    /// Seconds after which a run is killed and counts as failed.
    #[arg(long, default_value_t = 120)]
    pub timeout: u64,
    /// Compare composed programs with their variants in one language instead.
    #[arg(long, conflicts_with_all = ["systems", "only_peers", "list"])]
    pub compose: bool,
    /// Count instructions of each part of the engine at the test sizes, under valgrind
    #[arg(long, conflicts_with_all = ["compose", "systems", "only_peers", "list"])]
    pub instructions: bool,
    /// Also print ratios to the counts in this file, which an earlier `--instructions --json` wrote
    #[arg(long, value_name = "FILE", requires = "instructions")]
    pub against: Option<PathBuf>,
    /// Measure the collection benchmarks with storage strategies on and off instead
    #[arg(long, conflicts_with_all = ["compose", "instructions", "systems", "only_peers", "list"])]
    pub strategies: bool,
    /// List the benchmarks and leave.
    #[arg(long)]
    pub list: bool,
}

/// Which sizes of the programs to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sizes {
    /// Large: metatrace, pypy3, luajit.
    Jit,
    /// Small: metatrace with and without its JIT, python3, lua5.4.
    Interp,
    /// Both.
    Both,
    /// Tiny, on every system: a check that all outputs agree.
    Test,
}

/// Runs the benchmarks; the exit status is 1 when outputs differ or a run fails.
pub fn run(args: &BenchArgs) -> Result<ExitCode> {
    let folder = table::find_folder(args.dir.as_deref())?;
    if args.compose {
        return compose::run(args, &folder.join("polyglot"));
    }
    let benchmarks: Vec<Benchmark> = table::read(&folder)?
        .into_iter()
        .filter(|b| is_selected(b, &args.names))
        .collect();
    if args.list {
        for b in &benchmarks {
            println!(
                "{:<16} {:<12} jit {:<10} interp {}",
                b.name, b.group, b.jit_size, b.interp_size
            );
        }
        return Ok(ExitCode::SUCCESS);
    }
    if args.strategies {
        return strategies::run(args, &benchmarks, &folder);
    }
    if args.instructions {
        instructions::run(args, &benchmarks, &folder)?;
        return Ok(ExitCode::SUCCESS);
    }
    let systems = select_systems(args)?;
    let progress = progress_bar(&benchmarks, &systems, args.rounds);
    let mut report = Report::default();
    println!("{}", Report::header(&systems));
    for benchmark in &benchmarks {
        let row = run_benchmark(benchmark, &systems, args, &folder, &progress)?;
        progress.suspend(|| println!("{}", row.line(&systems)));
        report.rows.push(row);
    }
    progress.finish_and_clear();
    print!("{}", report.summary());
    if let Some(file) = &args.json {
        let text = serde_json::to_string_pretty(&report.json())?;
        std::fs::write(file, text + "\n")
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(if report.has_failures() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn is_selected(benchmark: &Benchmark, names: &[String]) -> bool {
    names.is_empty()
        || names
            .iter()
            .any(|n| *n == benchmark.name || *n == benchmark.group)
}

/// The systems asked for and installed; a line for each that is missing.
fn select_systems(args: &BenchArgs) -> Result<Vec<System>> {
    let metatrace = match &args.metatrace {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot find the running program")?,
    };
    let mut selected = Vec::new();
    for system in systems::all(&metatrace, args.sizes) {
        let is_own = system.is_metatrace;
        let is_named = args.systems.is_empty() || args.systems.iter().any(|n| n == system.name);
        if !is_named || (is_own && args.only_peers) || (!is_own && args.no_peers) {
            continue;
        }
        if system.is_installed() {
            selected.push(system);
        } else {
            println!("{} is not installed: skipped", system.name);
        }
    }
    Ok(selected)
}

fn progress_bar(benchmarks: &[Benchmark], systems: &[System], rounds: usize) -> ProgressBar {
    let runs: usize = benchmarks
        .iter()
        .map(|benchmark| {
            systems
                .iter()
                .filter(|system| system.can_run(benchmark))
                .count()
        })
        .sum();
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} (left: {eta})")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new((runs * rounds) as u64).with_style(style)
}

/// All rounds of one benchmark on all systems.
fn run_benchmark(
    benchmark: &Benchmark,
    systems: &[System],
    args: &BenchArgs,
    folder: &std::path::Path,
    progress: &ProgressBar,
) -> Result<Row> {
    let limit = Duration::from_secs(args.timeout);
    let mut row = Row::new(benchmark, systems);
    for _ in 0..args.rounds {
        for (index, system) in systems.iter().enumerate() {
            if !system.can_run(benchmark) {
                continue;
            }
            progress.set_message(format!("{} on {}", benchmark.name, system.name));
            let mut command = system.command(benchmark, folder);
            let outcome = process::run(&mut command, b"", limit)
                .with_context(|| format!("cannot run {}", system.name))?;
            row.add(index, Sample::new(outcome, system.size));
            progress.inc(1);
        }
    }
    row.compare_outputs();
    Ok(row)
}
