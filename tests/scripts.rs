//! Runs every FL program of the tree, in every mode, against its expected output:
//! the conformance cases, the scripts below `tests/scripts`, and the benchmarks
//! at their test sizes. How to run a part of it: `tests/harness/mod.rs`.

mod harness;
mod program;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use harness::{Case, root, run_suite};
use metatrace_cli::bench::table::{self, Benchmark};
use metatrace_cli::process::Outcome;
use program::first_difference;

fn main() -> ExitCode {
    let mut cases: Vec<Box<dyn Case>> = Vec::new();
    let loaded = program::load_folder("fl", &root().join("tests/conformance/fl"), &mut cases)
        .and_then(|()| program::load_folder("scripts", &root().join("tests/scripts"), &mut cases))
        .and_then(|()| load_benchmarks(&mut cases));
    if let Err(error) = loaded {
        println!("cannot read the programs: {error}");
        return ExitCode::FAILURE;
    }
    run_suite("scripts", cases)
}

fn load_benchmarks(cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    let folder = root().join("benches");
    for benchmark in table::read(&folder).map_err(io::Error::other)? {
        let expected = std::fs::read_to_string(benchmark.expected_file(&folder))?;
        cases.push(Box::new(BenchmarkCase {
            id: format!("bench/{}", benchmark.name),
            file: benchmark.fl_file(&folder),
            expected,
            benchmark,
        }));
    }
    Ok(())
}

/// A benchmark at its test size.
struct BenchmarkCase {
    id: String,
    file: PathBuf,
    expected: String,
    benchmark: Benchmark,
}

impl Case for BenchmarkCase {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, _folder: &Path) -> io::Result<Vec<String>> {
        let file = self.file.to_string_lossy().into_owned();
        Ok(vec![file, self.benchmark.test_size.clone()])
    }

    fn stdin(&self) -> &[u8] {
        b""
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        let (stdout, stderr) = (outcome.stdout_text(), outcome.stderr_text());
        if !outcome.is_success() {
            return Some(format!("{}, stderr {stderr:?}", outcome.end));
        }
        (stdout != self.expected).then(|| first_difference(&stdout, &self.expected, &stderr))
    }
}
