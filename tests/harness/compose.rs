//! Composed programs: a folder each, run where it lies on a copy.
//!
//! ```text
//! tests/compose/NAME/main.py       the program: main.{fl,py,pl,cv,md}
//! tests/compose/NAME/*             its modules, of any language
//! tests/compose/NAME/expected.out  what it prints
//! tests/compose/NAME/expected.err  a regular expression a line, found in standard error in this order
//! tests/compose/NAME/status        its exit status (default 0)
//! tests/compose/NAME/args          its arguments, in shell quoting
//! tests/compose/NAME/input         its standard input
//! ```
//!
//! Without `expected.err`, a program that exits with 0 prints nothing on standard error.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fancy_regex::Regex;
use metatrace_cli::process::{End, Outcome};

use super::program::{first_difference, lacks_in_order};
use super::{Case, copy_tree};

const MAIN_FILES: &[&str] = &["main.py", "main.fl", "main.pl", "main.cv", "main.md"];

/// One folder.
struct Composed {
    id: String,
    folder: PathBuf,
    main: &'static str,
    arguments: Vec<String>,
    stdin: Vec<u8>,
    expected: String,
    stderr: Vec<Regex>,
    status: i32,
}

/// Adds the folders of a folder; one that is not there holds none.
pub fn load_folders(prefix: &str, folder: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut folders = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    folders.retain(|path| path.is_dir());
    folders.sort();
    for folder in folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let case = load(format!("{prefix}/{name}"), &folder)
            .map_err(|error| io::Error::other(format!("{}: {error}", folder.display())))?;
        cases.push(Box::new(case));
    }
    Ok(())
}

fn load(id: String, folder: &Path) -> io::Result<Composed> {
    let optional = |name: &str| match fs::read_to_string(folder.join(name)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        text => text,
    };
    let mut mains = MAIN_FILES
        .iter()
        .copied()
        .filter(|name| folder.join(name).is_file());
    let main = match (mains.next(), mains.next()) {
        (Some(main), None) => main,
        (None, _) => return Err(io::Error::other("no main file")),
        (Some(_), Some(_)) => return Err(io::Error::other("several main files")),
    };
    let stderr = optional("expected.err")?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Regex::new(&format!("(?m){line}")).map_err(io::Error::other))
        .collect::<io::Result<Vec<Regex>>>()?;
    let status = optional("status")?;
    Ok(Composed {
        id,
        folder: folder.to_owned(),
        main,
        arguments: shlex::split(&optional("args")?)
            .ok_or_else(|| io::Error::other("bad quoting in args"))?,
        stdin: optional("input")?.into_bytes(),
        expected: fs::read_to_string(folder.join("expected.out"))
            .map_err(|error| io::Error::other(format!("expected.out: {error}")))?,
        stderr,
        status: match status.trim() {
            "" => 0,
            text => text.parse().map_err(io::Error::other)?,
        },
    })
}

impl Case for Composed {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>> {
        copy_tree(&self.folder, folder)?;
        let mut arguments = vec![self.main.to_owned()];
        arguments.extend(self.arguments.iter().cloned());
        Ok(arguments)
    }

    fn stdin(&self) -> &[u8] {
        &self.stdin
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(10)
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        let (stdout, stderr) = (outcome.stdout_text(), outcome.stderr_text());
        if stdout != self.expected {
            return Some(first_difference(&stdout, &self.expected, &stderr));
        }
        if outcome.end != End::Exit(self.status) {
            return Some(format!("unexpected {}, stderr {stderr:?}", outcome.end));
        }
        if self.stderr.is_empty() && self.status == 0 && !stderr.is_empty() {
            return Some(format!("unexpected text on stderr: {stderr:?}"));
        }
        lacks_in_order(&stderr, &self.stderr)
    }
}
