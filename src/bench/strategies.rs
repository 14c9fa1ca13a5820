//! `metatrace bench --strategies`: what storage strategies of lists, dicts and sets are worth.
//!
//! The benchmarks of collections (or those named) run with strategies on and off, interleaved.
//! Reported are medians of seconds, peak memory, and the ratios off to on: above 1, strategies help.

use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result};

use super::stats::{geometric_mean, median};
use super::table::Benchmark;
use super::{BenchArgs, Sizes};
use crate::process;

/// Groups of benchmarks that are about collections.
const GROUPS: &[&str] = &["collections", "dicts", "lists"];

/// The runs of a benchmark with one setting.
#[derive(Default)]
struct Runs {
    seconds: Vec<f64>,
    peak_bytes: u64,
    output: Vec<u8>,
    failed: bool,
}

/// Runs the benchmarks; the exit status is 1 when outputs differ or a run fails.
pub fn run(args: &BenchArgs, benchmarks: &[Benchmark], folder: &Path) -> Result<ExitCode> {
    let program = match &args.metatrace {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot find the running program")?,
    };
    let chosen = |b: &&Benchmark| !args.names.is_empty() || GROUPS.contains(&b.group.as_str());
    println!(
        "{:<16} {:>8} {:>8} {:>7} {:>9} {:>9} {:>7}",
        "", "on s", "off s", "ratio", "on MB", "off MB", "ratio"
    );
    let (mut times, mut peaks) = (Vec::new(), Vec::new());
    let mut failed = false;
    for benchmark in benchmarks.iter().filter(chosen) {
        let mut both = [Runs::default(), Runs::default()];
        for _ in 0..args.rounds {
            for (runs, setting) in both.iter_mut().zip(["on", "off"]) {
                measure(runs, &program, setting, benchmark, args, folder)?;
            }
        }
        let [on, off] = &both;
        if on.failed || off.failed || on.output != off.output {
            println!("{:<16} failed, or the outputs differ", benchmark.name);
            failed = true;
            continue;
        }
        let (a, b) = (median(&on.seconds), median(&off.seconds));
        let (x, y) = (megabytes(on.peak_bytes), megabytes(off.peak_bytes));
        println!(
            "{:<16} {a:>8.3} {b:>8.3} {:>7.2} {x:>9.1} {y:>9.1} {:>7.2}",
            benchmark.name,
            b / a,
            y / x
        );
        times.push(b / a);
        peaks.push(y / x);
    }
    if let (Some(time), Some(peak)) = (geometric_mean(&times), geometric_mean(&peaks)) {
        let mean = "geometric mean";
        println!("{mean:<16} {time:>25.2} {peak:>27.2}");
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}

/// Runs a benchmark once.
fn measure(
    runs: &mut Runs,
    program: &Path,
    setting: &str,
    benchmark: &Benchmark,
    args: &BenchArgs,
    folder: &Path,
) -> Result<()> {
    let size = match args.sizes {
        Sizes::Jit | Sizes::Both => &benchmark.jit_size,
        Sizes::Interp => &benchmark.interp_size,
        Sizes::Test => &benchmark.test_size,
    };
    let mut command = Command::new(program);
    command.args(["run", "--strategies", setting]);
    command.arg(benchmark.fl_file(folder)).arg(size);
    let outcome = process::run(&mut command, b"", Duration::from_secs(args.timeout))
        .with_context(|| format!("cannot run {}", program.display()))?;
    runs.failed |= !outcome.is_success();
    runs.seconds.push(outcome.seconds);
    runs.peak_bytes = runs.peak_bytes.max(outcome.peak_rss_bytes);
    runs.output = outcome.stdout;
    Ok(())
}
