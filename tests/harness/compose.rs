//! Composed programs: a folder or a Markdown file each, run on a copy.
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
//! A literate program alone is `NAME.md` with `NAME.out`, `NAME.err` and so on beside it.
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

/// One program.
struct Composed {
    id: String,
    /// A folder, or the program's only file.
    source: PathBuf,
    main: String,
    arguments: Vec<String>,
    stdin: Vec<u8>,
    expected: String,
    stderr: Vec<Regex>,
    status: i32,
}

/// Adds the programs of a folder; one that is not there holds none.
pub fn load_programs(
    prefix: &str,
    folder: &Path,
    cases: &mut Vec<Box<dyn Case>>,
) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut sources = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    sources.retain(|path| path.is_dir() || path.extension().is_some_and(|e| e == "md"));
    sources.retain(|path| path.file_name().is_some_and(|name| name != "README.md"));
    sources.sort();
    for source in sources {
        let name = source.file_stem().unwrap_or_default().to_string_lossy();
        let case = load(format!("{prefix}/{name}"), &source)
            .map_err(|error| io::Error::other(format!("{}: {error}", source.display())))?;
        cases.push(Box::new(case));
    }
    Ok(())
}

/// The name of a folder's main file.
fn main_file(folder: &Path) -> io::Result<String> {
    let mut mains = MAIN_FILES.iter().filter(|name| folder.join(name).is_file());
    match (mains.next(), mains.next()) {
        (Some(main), None) => Ok((*main).to_owned()),
        (None, _) => Err(io::Error::other("no main file")),
        (Some(_), Some(_)) => Err(io::Error::other("several main files")),
    }
}

fn load(id: String, source: &Path) -> io::Result<Composed> {
    let is_folder = source.is_dir();
    let companion = |in_folder: &str, extension: &str| match is_folder {
        true => source.join(in_folder),
        false => source.with_extension(extension),
    };
    let optional = |in_folder: &str, extension: &str| match fs::read_to_string(companion(
        in_folder, extension,
    )) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
        text => text,
    };
    let main = match is_folder {
        true => main_file(source)?,
        false => source
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned(),
    };
    let stderr = optional("expected.err", "err")?
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| Regex::new(&format!("(?m){line}")).map_err(io::Error::other))
        .collect::<io::Result<Vec<Regex>>>()?;
    let status = optional("status", "status")?;
    Ok(Composed {
        id,
        source: source.to_owned(),
        main,
        arguments: shlex::split(&optional("args", "args")?)
            .ok_or_else(|| io::Error::other("bad quoting in args"))?,
        stdin: optional("input", "in")?.into_bytes(),
        expected: fs::read_to_string(companion("expected.out", "out"))
            .map_err(|error| io::Error::other(format!("expected output: {error}")))?,
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
        if self.source.is_dir() {
            copy_tree(&self.source, folder)?;
        } else {
            fs::copy(&self.source, folder.join(&self.main))?;
        }
        let mut arguments = vec![self.main.clone()];
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
