//! `metatrace bench --compose`: composed programs beside the same job in one language.
//!
//! A composition should cost what the slower of its languages costs alone. Reported are both
//! single-language times, the composed times, their ratio to the slower language, and, where the
//! number of crossings is known, what is left of the difference for each crossing.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use serde_json::{Value, json};

use super::stats::{geometric_mean, median};
use super::{BenchArgs, Sizes};
use crate::process::{self, find_program};

/// A job that is there in two languages and in their compositions.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    pub name: String,
    pub group: String,
    pub size: String,
    /// What other systems are given, where that is less: their times are scaled.
    peer_size: Option<String>,
    pub test_size: String,
    /// Border crossings for each unit of size.
    crossings: Option<f64>,
}

/// Variants by name, each with its file.
pub const VARIANTS: &[(&str, &str)] = &[
    ("fl", "fl.py"),
    ("prolog", "prolog.pl"),
    ("fl>prolog", "fl_prolog.py"),
    ("prolog>fl", "prolog_fl.pl"),
];

const FL: usize = 0;
const PROLOG: usize = 1;
const COMPOSED: &[usize] = &[2, 3];

/// Other systems: the file that they run, and what stands before and after it.
const PEERS: &[(&str, &str, &[&str])] = &[
    ("pypy3", "fl.py", &[]),
    ("swipl", "prolog.pl", &["-g", "halt"]),
];

/// Reads the table of composed benchmarks.
pub fn read(folder: &Path) -> Result<Vec<Job>> {
    let file = folder.join("table.txt");
    let text =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let lines = text.lines().enumerate();
    lines
        .filter(|(_, line)| !line.starts_with('#') && !line.trim().is_empty())
        .map(|(number, line)| {
            let fields: Vec<&str> = line.split_whitespace().collect();
            let [name, group, size, peer_size, test_size, crossings] = fields[..] else {
                bail!("{}:{}: not six fields", file.display(), number + 1);
            };
            Ok(Job {
                name: name.to_owned(),
                group: group.to_owned(),
                size: size.to_owned(),
                peer_size: (peer_size != "-").then(|| peer_size.to_owned()),
                test_size: test_size.to_owned(),
                crossings: match crossings {
                    "-" => None,
                    number => Some(number.parse()?),
                },
            })
        })
        .collect()
}

/// One column: how to start it, and what it did.
struct Column {
    name: &'static str,
    command: Vec<String>,
    file: &'static str,
    is_peer: bool,
    seconds: Vec<f64>,
    output: Option<Vec<u8>>,
    failure: Option<String>,
}

impl Column {
    fn time(&self) -> Option<f64> {
        (self.failure.is_none() && !self.seconds.is_empty()).then(|| median(&self.seconds))
    }

    fn run(&mut self, folder: &Path, size: &str, limit: Duration) -> Result<()> {
        let mut command = Command::new(&self.command[0]);
        command.args(&self.command[1..]).arg(self.file).arg(size);
        command.current_dir(folder);
        let outcome = process::run(&mut command, b"", limit)
            .with_context(|| format!("cannot run {}", self.command[0]))?;
        self.seconds.push(outcome.seconds);
        if !outcome.is_success() {
            let text = outcome.stderr_text();
            let last = text.trim_end().lines().last().unwrap_or_default();
            self.failure = Some(format!("{}: {last}", outcome.end));
        } else if outcome.stdout.is_empty() {
            self.failure = Some("printed nothing".to_owned());
        }
        self.output.get_or_insert(outcome.stdout);
        Ok(())
    }
}

/// The columns of a job: the variants here, then the peers that are installed.
fn columns(args: &BenchArgs) -> Result<Vec<Column>> {
    let column = |name, command: Vec<String>, file, is_peer| Column {
        name,
        command,
        file,
        is_peer,
        seconds: Vec::new(),
        output: None,
        failure: None,
    };
    let metatrace: PathBuf = match &args.metatrace {
        Some(program) => std::path::absolute(program)?,
        None => std::env::current_exe().context("cannot find the running program")?,
    };
    let own = vec![metatrace.to_string_lossy().into_owned(), "run".to_owned()];
    let mut columns: Vec<Column> = VARIANTS
        .iter()
        .map(|(name, file)| column(*name, own.clone(), *file, false))
        .collect();
    for (name, file, options) in PEERS {
        if !args.no_peers && find_program(name).is_some() {
            let mut command = vec![(*name).to_owned()];
            command.extend(options.iter().map(|option| (*option).to_owned()));
            columns.push(column(*name, command, *file, true));
        }
    }
    Ok(columns)
}

/// Runs the composed benchmarks; the exit status is 1 when outputs differ or a run fails.
pub fn run(args: &BenchArgs, folder: &Path) -> Result<ExitCode> {
    let mut jobs = read(folder)?;
    jobs.retain(|job| {
        let is_named = |name: &String| *name == job.name || *name == job.group;
        args.names.is_empty() || args.names.iter().any(is_named)
    });
    for (name, ..) in PEERS {
        if !args.no_peers && find_program(name).is_none() {
            println!("{name} is not installed: skipped");
        }
    }
    let mut header = format!("{:<12}", "benchmark");
    for column in columns(args)? {
        let _ = write!(header, " {:>10}", column.name);
    }
    println!("{header} {:>11} {:>11}", "fl>prolog", "prolog>fl");
    let runs = jobs.len() * columns(args)?.len() * args.rounds;
    let progress = ProgressBar::new(runs as u64);
    let mut results = Vec::new();
    for job in &jobs {
        let columns = measure(job, args, folder, &progress)?;
        progress.suspend(|| print!("{}", line(job, &columns, args)));
        results.push((job, columns));
    }
    progress.finish_and_clear();
    print!("{}", summary(&results));
    if let Some(file) = &args.json {
        let text = serde_json::to_string_pretty(&to_json(&results, args))?;
        fs::write(file, text + "\n").with_context(|| format!("cannot write {}", file.display()))?;
    }
    let failed = results
        .iter()
        .any(|(_, columns)| columns.iter().any(|column| column.failure.is_some()));
    Ok(ExitCode::from(u8::from(failed)))
}

/// All rounds of a job on all columns, round by round.
fn measure(
    job: &Job,
    args: &BenchArgs,
    folder: &Path,
    progress: &ProgressBar,
) -> Result<Vec<Column>> {
    let mut columns = columns(args)?;
    let folder = folder.join(&job.name);
    for _ in 0..args.rounds {
        for column in &mut columns {
            progress.set_message(format!("{} {}", job.name, column.name));
            if column.failure.is_none() {
                let limit = Duration::from_secs(args.timeout);
                let (size, scale) = given(job, column, args)?;
                column.run(&folder, size, limit)?;
                if let Some(seconds) = column.seconds.last_mut() {
                    *seconds *= scale;
                }
            }
            progress.inc(1);
        }
    }
    // The peers are right, if there are any that were given the same.
    let sizes: Vec<&str> = (columns.iter())
        .map(|column| Ok(given(job, column, args)?.0))
        .collect::<Result<_>>()?;
    for i in 0..columns.len() {
        let is_good = |k: &usize| columns[*k].failure.is_none() && sizes[*k] == sizes[i];
        let reference = (0..columns.len()).rev().find(is_good);
        if let Some(k) = reference.filter(|_| columns[i].failure.is_none())
            && columns[i].output != columns[k].output
        {
            let name = columns[k].name;
            columns[i].failure = Some(format!("the output differs from that of {name}"));
        }
    }
    Ok(columns)
}

/// The size that a column is given, and what its times are to be multiplied by for the job's.
fn given<'a>(job: &'a Job, column: &Column, args: &BenchArgs) -> Result<(&'a str, f64)> {
    let whole = size(job, args);
    match &job.peer_size {
        Some(less) if column.is_peer && args.sizes != Sizes::Test => {
            Ok((less, whole.parse::<f64>()? / less.parse::<f64>()?))
        }
        _ => Ok((whole, 1.0)),
    }
}

fn size<'a>(job: &'a Job, args: &BenchArgs) -> &'a str {
    match args.sizes {
        Sizes::Test => &job.test_size,
        _ => &job.size,
    }
}

/// A composed time relative to the slower of its languages alone.
fn ratio(columns: &[Column], composed: usize) -> Option<f64> {
    let alone = columns[FL].time()?.max(columns[PROLOG].time()?);
    Some(columns[composed].time()? / alone)
}

/// Nanoseconds that a crossing adds to the slower language alone; not below zero.
fn per_crossing(job: &Job, columns: &[Column], composed: usize, args: &BenchArgs) -> Option<f64> {
    let alone = columns[FL].time()?.max(columns[PROLOG].time()?);
    let units: f64 = size(job, args).parse().ok()?;
    let crossings = units * job.crossings?;
    Some(((columns[composed].time()? - alone) / crossings * 1e9).max(0.0))
}

fn line(job: &Job, columns: &[Column], args: &BenchArgs) -> String {
    let mut text = format!("{:<12}", job.name);
    for column in columns {
        let shown = match (&column.failure, column.time()) {
            (None, Some(seconds)) => format!("{seconds:.3}s"),
            _ => "FAILED".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = write!(text, " {shown:>10}");
    }
    for composed in COMPOSED {
        let mut shown = match ratio(columns, *composed) {
            Some(ratio) => format!("{ratio:.2}"),
            None => "-".to_owned(),
        };
        if let Some(nanoseconds) = per_crossing(job, columns, *composed, args) {
            let _ = write!(shown, " {nanoseconds:.1}ns");
        }
        let _ = write!(text, " {shown:>11}");
    }
    text.push('\n');
    for column in columns {
        if let Some(failure) = &column.failure {
            let _ = writeln!(text, "    {}: {failure}", column.name);
        }
    }
    text
}

fn summary(results: &[(&Job, Vec<Column>)]) -> String {
    let mut text = String::new();
    for composed in COMPOSED {
        let ratios: Vec<f64> = results
            .iter()
            .filter_map(|(_, columns)| ratio(columns, *composed))
            .collect();
        if let Some(mean) = geometric_mean(&ratios) {
            let _ = writeln!(
                text,
                "{}: geometric mean {mean:.2} of the slower language alone, over {} jobs",
                VARIANTS[*composed].0,
                ratios.len()
            );
        }
    }
    text
}

fn to_json(results: &[(&Job, Vec<Column>)], args: &BenchArgs) -> Value {
    let jobs: Vec<Value> = results
        .iter()
        .map(|(job, columns)| {
            let systems: serde_json::Map<String, Value> = columns
                .iter()
                .map(|column| {
                    let value = json!({ "seconds": column.seconds, "failure": column.failure });
                    (column.name.to_owned(), value)
                })
                .collect();
            let of = |what: &dyn Fn(usize) -> Option<f64>| -> serde_json::Map<String, Value> {
                let pairs = COMPOSED
                    .iter()
                    .map(|&c| (VARIANTS[c].0.to_owned(), json!(what(c))));
                pairs.collect()
            };
            json!({
                "name": job.name,
                "group": job.group,
                "systems": systems,
                "ratio_to_slower": of(&|c| ratio(columns, c)),
                "ns_per_crossing": of(&|c| per_crossing(job, columns, c, args)),
            })
        })
        .collect();
    json!({ "jobs": jobs })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_job_has_all_its_variants() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/polyglot");
        let jobs = read(&folder).unwrap();
        for job in &jobs {
            for (_, file) in VARIANTS {
                assert!(
                    folder.join(&job.name).join(file).is_file(),
                    "{} {file}",
                    job.name
                );
            }
            assert!(folder.join(&job.name).join("expected.out").is_file());
        }
        let folders = fs::read_dir(&folder).unwrap();
        let folders = folders.filter(|entry| entry.as_ref().unwrap().path().is_dir());
        assert_eq!(folders.count(), jobs.len());
    }
}
