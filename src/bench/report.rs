//! Collecting the samples, comparing outputs, and writing tables and JSON.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::stats::{geometric_mean, median};
use super::systems::{Size, System};
use super::table::Benchmark;
use crate::process::Outcome;

/// Pairs of systems whose ratio of times is reported.
const RATIOS: &[(&str, &str)] = &[
    ("jit", "pypy3"),
    ("jit", "luajit"),
    ("off", "python3"),
    ("off", "lua5.4"),
    ("jit/short", "off"),
    ("jit/short", "python3"),
];

/// One run of a program on a system.
pub struct Sample {
    outcome: Outcome,
    size: Size,
}

impl Sample {
    pub fn new(outcome: Outcome, size: Size) -> Sample {
        Sample { outcome, size }
    }
}

/// The runs of one benchmark on one system.
#[derive(Debug)]
struct Cell {
    system: &'static str,
    seconds: Vec<f64>,
    peak_rss_bytes: u64,
    output: Option<(Size, Vec<u8>)>,
    failure: Option<String>,
}

impl Cell {
    fn time(&self) -> Option<f64> {
        (self.failure.is_none() && !self.seconds.is_empty()).then(|| median(&self.seconds))
    }
}

/// All runs of one benchmark.
#[derive(Debug)]
pub struct Row {
    name: String,
    group: String,
    cells: Vec<Cell>,
}

impl Row {
    pub fn new(benchmark: &Benchmark, systems: &[System]) -> Row {
        let cells = systems
            .iter()
            .map(|system| Cell {
                system: system.name,
                seconds: Vec::new(),
                peak_rss_bytes: 0,
                output: None,
                failure: None,
            })
            .collect();
        Row {
            name: benchmark.name.clone(),
            group: benchmark.group.clone(),
            cells,
        }
    }

    /// Adds a run of the system with this index.
    pub fn add(&mut self, index: usize, sample: Sample) {
        let cell = &mut self.cells[index];
        let outcome = sample.outcome;
        cell.seconds.push(outcome.seconds);
        cell.peak_rss_bytes = cell.peak_rss_bytes.max(outcome.peak_rss_bytes);
        if !outcome.is_success() {
            let text = outcome.stderr_text();
            let last = text.trim_end().lines().last().unwrap_or_default();
            cell.failure = Some(format!("{}: {last}", outcome.end));
            return;
        }
        match &cell.output {
            Some((_, before)) if *before != outcome.stdout => {
                cell.failure = Some("the output differs from that of an earlier round".to_owned());
            }
            _ => cell.output = Some((sample.size, outcome.stdout)),
        }
    }

    /// Marks as failed what printed something else than the reference of its
    /// size: the first peer if one ran, since metatrace is what is under test.
    pub fn compare_outputs(&mut self) {
        for size in [Size::Jit, Size::Interp, Size::Test] {
            let same_size =
                |cell: &&Cell| matches!(&cell.output, Some((own_size, _)) if *own_size == size);
            let is_peer = |cell: &&Cell| !is_metatrace(cell.system);
            let reference = self.cells.iter().filter(same_size).find(is_peer);
            let reference = reference.or_else(|| self.cells.iter().find(same_size));
            let Some((name, expected)) = reference.and_then(|cell| {
                cell.output
                    .as_ref()
                    .map(|(_, text)| (cell.system, text.clone()))
            }) else {
                continue;
            };
            for cell in &mut self.cells {
                if matches!(&cell.output, Some((s, text)) if *s == size && *text != expected) {
                    cell.failure = Some(format!("the output differs from that of {name}"));
                }
            }
        }
    }

    fn cell(&self, system: &str) -> Option<&Cell> {
        self.cells.iter().find(|cell| cell.system == system)
    }

    /// The time on one system relative to that on another.
    fn ratio(&self, of: &str, to: &str) -> Option<f64> {
        Some(self.cell(of)?.time()? / self.cell(to)?.time()?)
    }

    /// The row as a line of the printed table.
    pub fn line(&self, systems: &[System]) -> String {
        let mut line = format!("{:<16}", self.name);
        for cell in &self.cells {
            let text = match (&cell.failure, cell.time()) {
                (Some(_), _) => "FAILED".to_owned(),
                (None, Some(seconds)) => {
                    format!("{seconds:.3}s {:>4}M", cell.peak_rss_bytes >> 20)
                }
                (None, None) => "-".to_owned(),
            };
            // Writing to a string cannot fail.
            let _ = write!(line, " {text:>13}");
        }
        for (of, to) in ratios_of(systems) {
            let text = self
                .ratio(of, to)
                .map_or("-".to_owned(), |ratio| format!("{ratio:.2}"));
            let _ = write!(line, " {text:>12}");
        }
        for cell in &self.cells {
            if let Some(failure) = &cell.failure {
                let _ = write!(line, "\n    {}: {failure}", cell.system);
            }
        }
        line
    }

    fn json(&self) -> Value {
        let systems: serde_json::Map<String, Value> = self
            .cells
            .iter()
            .filter(|cell| !cell.seconds.is_empty())
            .map(|cell| {
                let value = json!({
                    "seconds": cell.seconds,
                    "median_seconds": median(&cell.seconds),
                    "peak_rss_bytes": cell.peak_rss_bytes,
                    "failure": cell.failure,
                });
                (cell.system.to_owned(), value)
            })
            .collect();
        json!({ "name": self.name, "group": self.group, "systems": systems })
    }
}

fn is_metatrace(system: &str) -> bool {
    matches!(system, "jit" | "off" | "jit/short")
}

/// The ratios whose two systems both run.
fn ratios_of(systems: &[System]) -> Vec<(&'static str, &'static str)> {
    let runs = |name| systems.iter().any(|system| system.name == name);
    RATIOS
        .iter()
        .copied()
        .filter(|(of, to)| runs(*of) && runs(*to))
        .collect()
}

/// All benchmarks.
#[derive(Default, Debug)]
pub struct Report {
    pub rows: Vec<Row>,
}

impl Report {
    /// The first line of the printed table.
    pub fn header(systems: &[System]) -> String {
        let mut line = format!("{:<16}", "benchmark");
        for system in systems {
            let _ = write!(line, " {:>13}", system.name);
        }
        for (of, to) in ratios_of(systems) {
            let _ = write!(
                line,
                " {:>12}",
                format!("{of}:{to}").replace("jit/short", "short")
            );
        }
        line
    }

    pub fn has_failures(&self) -> bool {
        self.rows
            .iter()
            .flat_map(|row| &row.cells)
            .any(|cell| cell.failure.is_some())
    }

    /// Geometric means and worst cases of the ratios.
    pub fn summary(&self) -> String {
        let mut text = String::new();
        for (of, to) in RATIOS {
            let ratios: Vec<(f64, &str)> = self
                .rows
                .iter()
                .filter_map(|row| Some((row.ratio(of, to)?, row.name.as_str())))
                .collect();
            let values: Vec<f64> = ratios.iter().map(|(ratio, _)| *ratio).collect();
            let Some(mean) = geometric_mean(&values) else {
                continue;
            };
            let worst = ratios.iter().max_by(|a, b| a.0.total_cmp(&b.0));
            let Some((worst, name)) = worst else { continue };
            let not_slower = values.iter().filter(|ratio| **ratio <= 1.0).count();
            let _ = writeln!(
                text,
                "time of {of} relative to {to}: geometric mean {mean:.2}, \
                 not slower on {not_slower} of {}, worst {worst:.2} ({name})",
                values.len()
            );
        }
        let failures = self
            .rows
            .iter()
            .flat_map(|row| &row.cells)
            .filter(|c| c.failure.is_some())
            .count();
        if failures > 0 {
            let _ = writeln!(text, "{failures} programs failed or printed something else");
        }
        text
    }

    /// Everything, for other programs to read.
    pub fn json(&self) -> Value {
        let means: serde_json::Map<String, Value> = RATIOS
            .iter()
            .filter_map(|(of, to)| {
                let values: Vec<f64> = self
                    .rows
                    .iter()
                    .filter_map(|row| row.ratio(of, to))
                    .collect();
                Some((format!("{of}:{to}"), json!(geometric_mean(&values)?)))
            })
            .collect();
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        json!({ "benchmarks": rows, "geometric_means": means })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::{Sizes, systems, table};
    use crate::process::End;
    use std::path::Path;

    fn outcome(end: End, stdout: &str, seconds: f64) -> Outcome {
        let (stdout, stderr) = (
            stdout.as_bytes().to_vec(),
            b"Traceback\nError: x\n".to_vec(),
        );
        Outcome {
            end,
            stdout,
            stderr,
            seconds,
            peak_rss_bytes: 5 << 20,
        }
    }

    fn row_of(outcomes: &[Outcome]) -> (Row, Vec<System>) {
        let benchmark = &table::parse("fib calls 38 29 15 lua").unwrap()[0];
        let systems = systems::all(Path::new("metatrace"), Sizes::Jit);
        let mut row = Row::new(benchmark, &systems);
        for (index, outcome) in outcomes.iter().enumerate() {
            row.add(index, Sample::new(outcome.clone(), systems[index].size));
        }
        row.compare_outputs();
        (row, systems)
    }

    #[test]
    fn times_memory_and_ratios() {
        let (row, systems) = row_of(&[
            outcome(End::Exit(0), "1", 2.0),
            outcome(End::Exit(0), "1", 4.0),
            outcome(End::Exit(0), "1", 1.0),
        ]);
        expect_test::expect![[r"
            benchmark                  jit         pypy3        luajit    jit:pypy3   jit:luajit
            fib               2.000s    5M  4.000s    5M  1.000s    5M         0.50         2.00"]]
        .assert_eq(&format!(
            "{}\n{}",
            Report::header(&systems),
            row.line(&systems)
        ));
        let report = Report { rows: vec![row] };
        assert!(!report.has_failures());
        expect_test::expect![[r"
            time of jit relative to pypy3: geometric mean 0.50, not slower on 1 of 1, worst 0.50 (fib)
            time of jit relative to luajit: geometric mean 2.00, not slower on 0 of 1, worst 2.00 (fib)
        "]]
        .assert_eq(&report.summary());
    }

    #[test]
    fn the_peers_decide_who_is_wrong() {
        let (row, systems) = row_of(&[
            outcome(End::Exit(0), "2", 2.0),
            outcome(End::Exit(0), "1", 4.0),
            outcome(End::Exit(1), "", 1.0),
        ]);
        expect_test::expect![[r"
            fib                     FAILED  4.000s    5M        FAILED            -            -
                jit: the output differs from that of pypy3
                luajit: exit status 1: Error: x"]]
        .assert_eq(&row.line(&systems));
        assert!(Report { rows: vec![row] }.has_failures());
    }
}
