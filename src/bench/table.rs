//! The table of benchmarks, `benches/table.txt`: one line per program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// One benchmark: an FL program, perhaps with a twin in Lua.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benchmark {
    pub name: String,
    pub group: String,
    /// Size for systems with a JIT: seconds of steady work.
    pub jit_size: String,
    /// Size for plain interpreters.
    pub interp_size: String,
    /// Size for tests.
    pub test_size: String,
    pub has_lua: bool,
}

impl Benchmark {
    /// The FL program below the benchmark folder.
    pub fn fl_file(&self, folder: &Path) -> PathBuf {
        folder.join("fl").join(format!("{}.py", self.name))
    }

    /// The Lua twin below the benchmark folder.
    pub fn lua_file(&self, folder: &Path) -> PathBuf {
        folder.join("lua").join(format!("{}.lua", self.name))
    }

    /// What the program prints at its test size.
    pub fn expected_file(&self, folder: &Path) -> PathBuf {
        folder.join("expected").join(format!("{}.out", self.name))
    }
}

/// Reads the table of the benchmark folder.
pub fn read(folder: &Path) -> Result<Vec<Benchmark>> {
    let file = folder.join("table.txt");
    let text = fs::read_to_string(&file)
        .with_context(|| format!("cannot read the benchmark table {}", file.display()))?;
    parse(&text)
}

/// Parses the text of a table.
pub fn parse(text: &str) -> Result<Vec<Benchmark>> {
    let mut benchmarks = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if line.starts_with('#') || line.trim().is_empty() {
            continue;
        }
        let fields: Vec<&str> = line.split_whitespace().collect();
        let [name, group, jit, interp, test, twin] = fields[..] else {
            bail!(
                "line {} of the benchmark table does not have six fields",
                number + 1
            );
        };
        benchmarks.push(Benchmark {
            name: name.to_owned(),
            group: group.to_owned(),
            jit_size: jit.to_owned(),
            interp_size: interp.to_owned(),
            test_size: test.to_owned(),
            has_lua: twin == "lua",
        });
    }
    Ok(benchmarks)
}

/// The benchmark folder: the one given, or `benches` here, or that of the
/// source tree in which the running command was built.
pub fn find_folder(given: Option<&Path>) -> Result<PathBuf> {
    if let Some(folder) = given {
        return Ok(folder.to_owned());
    }
    let here = PathBuf::from("benches");
    let mut candidates = vec![here];
    if let Ok(program) = std::env::current_exe() {
        candidates.extend(program.ancestors().map(|folder| folder.join("benches")));
    }
    candidates
        .into_iter()
        .find(|folder| folder.join("table.txt").is_file())
        .context("no folder `benches` with a table.txt; name one with --dir")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_program_of_the_table_exists_and_the_reverse() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches");
        let table = read(&folder).unwrap();
        for benchmark in &table {
            assert!(benchmark.fl_file(&folder).is_file(), "{}", benchmark.name);
            assert!(
                benchmark.expected_file(&folder).is_file(),
                "{}",
                benchmark.name
            );
            assert_eq!(benchmark.lua_file(&folder).is_file(), benchmark.has_lua);
        }
        let programs = fs::read_dir(folder.join("fl")).unwrap().count();
        assert_eq!(programs, table.len());
    }

    #[test]
    fn a_short_line_is_an_error() {
        assert!(parse("fib calls 38 29\n").is_err());
        assert_eq!(parse("# only a comment\n\n").unwrap(), []);
    }
}
