//! The benchmarks, those of composed programs too, at their test sizes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use metatrace_cli::bench::{compose, table};
use metatrace_cli::process::Outcome;

use super::Case;
use super::program::first_difference;

/// Adds every benchmark of the table in a folder.
pub fn load_table(folder: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    for benchmark in table::read(folder).map_err(io::Error::other)? {
        let expected = fs::read_to_string(benchmark.expected_file(folder))?;
        cases.push(Box::new(BenchmarkCase {
            id: format!("bench/{}", benchmark.name),
            file: benchmark.fl_file(folder),
            expected,
            size: benchmark.test_size,
        }));
    }
    Ok(())
}

/// Adds every variant of every composed benchmark.
pub fn load_composed(folder: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    for job in compose::read(folder).map_err(io::Error::other)? {
        let home = folder.join(&job.name);
        let expected = fs::read_to_string(home.join("expected.out"))?;
        for (_, file) in compose::VARIANTS {
            cases.push(Box::new(BenchmarkCase {
                id: format!("bench/{}/{file}", job.name),
                file: home.join(file),
                expected: expected.clone(),
                size: job.test_size.clone(),
            }));
        }
    }
    Ok(())
}

/// Adds every benchmark in Prolog: programs that define `run/1` for a size.
pub fn load_prolog(folder: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    let table = fs::read_to_string(folder.join("table.txt"))?;
    for line in table.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split_whitespace();
        let (Some(name), Some(_), Some(test_size)) = (fields.next(), fields.next(), fields.next())
        else {
            continue;
        };
        let text = fs::read_to_string(folder.join(format!("{name}.pl")))?;
        let expected = fs::read_to_string(folder.join(format!("expected/{name}.out")))?;
        cases.push(Box::new(PrologCase {
            id: format!("bench/prolog/{name}"),
            text: format!("{text}\n:- initialization((run({test_size}), halt)).\n"),
            expected,
        }));
    }
    Ok(())
}

/// What is wrong with the outcome of a benchmark.
fn judge(outcome: &Outcome, expected: &str) -> Option<String> {
    let (stdout, stderr) = (outcome.stdout_text(), outcome.stderr_text());
    if !outcome.is_success() {
        return Some(format!("{}, stderr {stderr:?}", outcome.end));
    }
    (stdout != expected).then(|| first_difference(&stdout, expected, &stderr))
}

/// A benchmark in Prolog at its test size.
struct PrologCase {
    id: String,
    text: String,
    expected: String,
}

impl Case for PrologCase {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>> {
        fs::write(folder.join("case.pl"), &self.text)?;
        Ok(vec!["case.pl".to_owned()])
    }

    fn stdin(&self) -> &[u8] {
        b""
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        judge(outcome, &self.expected)
    }
}

/// A benchmark at its test size.
struct BenchmarkCase {
    id: String,
    file: PathBuf,
    expected: String,
    size: String,
}

impl Case for BenchmarkCase {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, _folder: &Path) -> io::Result<Vec<String>> {
        let file = self.file.to_string_lossy().into_owned();
        Ok(vec![file, self.size.clone()])
    }

    fn stdin(&self) -> &[u8] {
        b""
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        judge(outcome, &self.expected)
    }
}
