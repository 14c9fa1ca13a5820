//! `metatrace bench --instructions`: what each part of the engine costs, in instructions.
//!
//! Times are noisy; instruction counts are not, and tell two builds apart by fractions of a
//! percent. Every program runs at its test size under valgrind's callgrind, once without the JIT
//! (the interpreter's column) and once with everything traced (the others). A part is the sum of
//! the inclusive costs of the functions that are its entrances; see [`PARTS`].

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value as Json, json};

use super::BenchArgs;
use super::table::Benchmark;
use crate::process;

/// A column: its name, the `--jit` mode of the run, the functions it sums, and the counter of
/// `--stats` that it is divided by (`""`: none).
struct Part {
    name: &'static str,
    jit: &'static str,
    functions: &'static [&'static str],
    per: &'static str,
}

const PARTS: &[Part] = &[
    Part {
        name: "start",
        jit: "off",
        functions: &["metatrace_cli::engine::start"],
        per: "",
    },
    Part {
        name: "interpret",
        jit: "off",
        functions: &["metatrace_cli::cli::program"],
        per: "",
    },
    Part {
        name: "record/op",
        jit: "eager",
        functions: &["metatrace::jit::Jit::record"],
        per: "/jit/recorded_ops",
    },
    Part {
        name: "optimise/op",
        jit: "eager",
        functions: &["metatrace::jit::tree::timed"],
        per: "/jit/recorded_ops",
    },
    Part {
        name: "compile/op",
        jit: "eager",
        functions: &[
            "<metatrace::backend::cranelift::CraneliftBackend as metatrace::backend::Backend>::compile",
        ],
        per: "/jit/optimised_ops",
    },
    Part {
        name: "minor/gc",
        jit: "off",
        functions: &["runtime::heap::minor::<impl runtime::heap::Heap>::collect_minor"],
        per: "/heap/collections_minor",
    },
    Part {
        name: "full/gc",
        jit: "off",
        functions: &["runtime::heap::mark::<impl runtime::heap::Heap>::collect_full"],
        per: "/heap/collections_full",
    },
];

/// Runs the chosen benchmarks and prints a line for each.
///
/// With `--json` the counts are written to a file; with `--against` each is followed by its ratio to the one in
/// such a file.
///
/// # Errors
/// valgrind is missing, or a program fails under it.
pub fn run(args: &BenchArgs, benchmarks: &[Benchmark], folder: &Path) -> Result<()> {
    if process::find_program("valgrind").is_none() {
        println!("valgrind is not installed: no instruction counts");
        return Ok(());
    }
    let program = match &args.metatrace {
        Some(program) => program.clone(),
        None => std::env::current_exe().context("cannot find the running program")?,
    };
    let before = args.against.as_deref().map(read_counts).transpose()?;
    let heads: String = PARTS.iter().map(|p| format!("{:>20}", p.name)).collect();
    println!("{:<16}{heads}", "instructions");
    let mut all = serde_json::Map::new();
    for benchmark in benchmarks {
        let row = count(benchmark, &program, folder, args)?;
        let mut line = format!("{:<16}", benchmark.name);
        for (part, count) in PARTS.iter().zip(&row) {
            let old = before
                .as_ref()
                .and_then(|b| b[&benchmark.name][part.name].as_f64());
            line += &format!("{:>20}", cell(*count, old));
        }
        println!("{line}");
        let fields = PARTS
            .iter()
            .zip(row)
            .map(|(p, n)| (p.name.to_owned(), json!(n)));
        all.insert(benchmark.name.clone(), Json::Object(fields.collect()));
    }
    if let Some(file) = &args.json {
        std::fs::write(file, format!("{:#}\n", Json::Object(all)))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

fn cell(count: Option<f64>, before: Option<f64>) -> String {
    let Some(count) = count else {
        return "-".to_owned();
    };
    match before.filter(|b| *b > 0.0) {
        Some(before) => format!("{count:.0} ({:.3})", count / before),
        None => format!("{count:.0}"),
    }
}

fn read_counts(file: &Path) -> Result<Json> {
    let text =
        std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is no JSON", file.display()))
}

/// One count per part; `None` where the run did nothing of the kind.
fn count(
    benchmark: &Benchmark,
    program: &Path,
    folder: &Path,
    args: &BenchArgs,
) -> Result<Vec<Option<f64>>> {
    let mut runs = Vec::new();
    for jit in ["off", "eager"] {
        runs.push((jit, profile(benchmark, program, folder, jit, args)?));
    }
    let value = |part: &Part| {
        let (_, (costs, stats)) = runs.iter().find(|run| run.0 == part.jit)?;
        let sum: u64 = costs
            .iter()
            .filter(|(name, _)| part.functions.contains(&name.as_str()))
            .map(|(_, cost)| cost)
            .sum();
        let units = match part.per {
            "" => 1.0,
            pointer => stats.pointer(pointer)?.as_f64()?,
        };
        (units > 0.0 && sum > 0).then_some(sum as f64 / units)
    };
    Ok(PARTS.iter().map(value).collect())
}

/// Inclusive costs by function.
type Costs = Vec<(String, u64)>;

/// Runs a benchmark under callgrind: its costs, and its `--stats`.
fn profile(
    benchmark: &Benchmark,
    program: &Path,
    folder: &Path,
    jit: &str,
    args: &BenchArgs,
) -> Result<(Costs, Json)> {
    let scratch = std::env::temp_dir().join(format!("metatrace-bench-{}", std::process::id()));
    std::fs::create_dir_all(&scratch)?;
    let (costs, stats) = (scratch.join("callgrind.out"), scratch.join("stats.json"));
    let limit = Duration::from_secs(args.timeout);
    let mut command = Command::new("valgrind");
    command
        .args(["--tool=callgrind", "--smc-check=all"])
        .arg(format!("--callgrind-out-file={}", costs.display()))
        .arg(program)
        .args(["run", "--jit", jit, "--stats"])
        .arg(&stats)
        .arg(benchmark.fl_file(folder))
        .arg(&benchmark.test_size);
    let outcome = process::run(&mut command, b"", limit)?;
    if !outcome.is_success() {
        bail!(
            "{} under valgrind: {}\n{}",
            benchmark.name,
            outcome.end,
            outcome.stderr_text()
        );
    }
    let mut command = Command::new("callgrind_annotate");
    command
        .args(["--inclusive=yes", "--threshold=100"])
        .arg(&costs);
    let listing = process::run(&mut command, b"", limit)?;
    let stats = read_counts(&stats)?;
    std::fs::remove_dir_all(&scratch)?;
    Ok((parse_listing(&listing.stdout_text()), stats))
}

/// Reads lines like `1,234 (5.67%)  ???:some::function [/the/program]`.
fn parse_listing(text: &str) -> Costs {
    let line = |line: &str| {
        let (count, rest) = line.trim_start().split_once(' ')?;
        let count = count.replace(',', "").parse().ok()?;
        let (_, name) = rest.split_once(')')?;
        let (_, name) = name.trim_start().split_once(':')?;
        let name = name.rsplit_once(" [").map_or(name, |parts| parts.0);
        Some((name.to_owned(), count))
    };
    text.lines().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_listing_is_read() {
        let text = "Ir\n---\n 17,423,956 (97.78%)  ???:metatrace::main [/bin/m]\n\
            12 ( 0.10%)  ???:<a::B<C> as d::E>::run [/bin/m]\n3 (0.0%) x\n";
        let expected = [
            ("metatrace::main", 17_423_956),
            ("<a::B<C> as d::E>::run", 12),
        ];
        let expected = expected.map(|(name, cost)| (name.to_owned(), cost));
        assert_eq!(parse_listing(text), expected);
    }
}
