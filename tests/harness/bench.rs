//! The benchmarks, those of composed programs too, at their test sizes.

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
        let expected = std::fs::read_to_string(benchmark.expected_file(folder))?;
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
        let expected = std::fs::read_to_string(home.join("expected.out"))?;
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
        let (stdout, stderr) = (outcome.stdout_text(), outcome.stderr_text());
        if !outcome.is_success() {
            return Some(format!("{}, stderr {stderr:?}", outcome.end));
        }
        (stdout != self.expected).then(|| first_difference(&stdout, &self.expected, &stderr))
    }
}
