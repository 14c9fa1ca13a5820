//! Guest programs with expectations beside them, as `tests/conformance/fl/README.md`
//! describes: NAME.py with NAME.out, NAME.in, NAME.args, NAME.d/ and header lines.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fancy_regex::Regex;
use metatrace_cli::process::{End, Outcome};

use super::{Case, copy_tree};

/// Extensions of guest programs.
const EXTENSIONS: &[&str] = &["py", "fl", "pl", "md"];

/// The exit status that a program should have.
enum Exit {
    Status(i32),
    AnyPositive,
}

/// A program and what its companions and headers say.
pub struct Program {
    id: String,
    source: PathBuf,
    expected: String,
    stdin: Vec<u8>,
    arguments: Vec<String>,
    companions: Option<PathBuf>,
    exit: Exit,
    stderr: Vec<Regex>,
    time_limit: Duration,
    rss_max_bytes: Option<u64>,
}

/// Adds the programs of a folder and its subfolders; a folder that is not
/// there holds none.
pub fn load_folder(prefix: &str, folder: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    let mut paths = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<Vec<PathBuf>>>()?;
    paths.sort();
    for path in paths {
        let Some(stem) = path.file_stem().and_then(|stem| stem.to_str()) else {
            continue;
        };
        let extension = path
            .extension()
            .and_then(|e| e.to_str())
            .unwrap_or_default();
        let id = format!("{prefix}/{stem}");
        if path.is_dir() {
            if extension != "d" {
                load_folder(&id, &path, cases)?;
            }
        } else if EXTENSIONS.contains(&extension) && stem != "run" && stem != "README" {
            let program = load(id, &path)
                .map_err(|error| io::Error::other(format!("{}: {error}", path.display())))?;
            cases.push(Box::new(program));
        }
    }
    Ok(())
}

fn load(id: String, source: &Path) -> io::Result<Program> {
    let text = fs::read_to_string(source)?;
    let optional = |extension: &str| match fs::read(source.with_extension(extension)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        bytes => bytes.map(Some),
    };
    let arguments = String::from_utf8_lossy(&optional("args")?.unwrap_or_default()).into_owned();
    let companions = source.with_extension("d");
    let mut program = Program {
        id,
        source: source.to_owned(),
        expected: fs::read_to_string(source.with_extension("out"))
            .map_err(|error| io::Error::other(format!("its .out file: {error}")))?,
        stdin: optional("in")?.unwrap_or_default(),
        arguments: shlex::split(&arguments)
            .ok_or_else(|| io::Error::other("bad quoting in its .args file"))?,
        companions: companions.is_dir().then_some(companions),
        exit: Exit::Status(0),
        stderr: Vec::new(),
        time_limit: Duration::from_secs(10),
        rss_max_bytes: None,
    };
    for (key, value) in headers(&text) {
        program.header(key, value).map_err(io::Error::other)?;
    }
    Ok(program)
}

/// The header lines, `#! key: value`, or `%! key: value` in Prolog.
fn headers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.lines().filter_map(|line| {
        let line = line
            .strip_prefix("#!")
            .or_else(|| line.strip_prefix("%!"))?;
        let (key, value) = line.split_once(':')?;
        let is_word = |word: &str| word.chars().all(|c| c.is_alphanumeric() || c == '_');
        is_word(key.trim_start()).then(|| (key.trim_start(), value.trim()))
    })
}

impl Program {
    fn header(&mut self, key: &str, value: &str) -> Result<(), String> {
        let number = || {
            value
                .parse::<u64>()
                .map_err(|error| format!("header {key}: {error}"))
        };
        match key {
            "exit" if value == "nonzero" => self.exit = Exit::AnyPositive,
            "exit" => self.exit = Exit::Status(number()? as i32),
            "stderr" => {
                let regex = Regex::new(&format!("(?m){value}"));
                self.stderr.push(regex.map_err(|error| error.to_string())?);
            }
            "timeout" => self.time_limit = Duration::from_secs(number()?),
            "max_rss_mb" => self.rss_max_bytes = Some(number()? << 20),
            "tags" | "note" => {}
            _ => return Err(format!("unknown header {key}")),
        }
        Ok(())
    }

    fn judge_stderr(&self, outcome: &Outcome) -> Option<String> {
        let text = outcome.stderr_text();
        let must_be_empty = self.stderr.is_empty() && matches!(self.exit, Exit::Status(0));
        (must_be_empty && !text.is_empty())
            .then(|| format!("unexpected text on stderr: {text:?}"))
            .or_else(|| lacks_in_order(&text, &self.stderr))
    }
}

/// What a text lacks of expressions that must be found in it one after another.
pub fn lacks_in_order(text: &str, expressions: &[Regex]) -> Option<String> {
    let mut position = 0;
    for regex in expressions {
        match regex.find_from_pos(text, position) {
            Ok(Some(found)) => position = found.end(),
            _ => return Some(format!("stderr {text:?} lacks /{regex}/ at its place")),
        }
    }
    None
}

impl Case for Program {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>> {
        if let Some(companions) = &self.companions {
            copy_tree(companions, folder)?;
        }
        let name = self.source.file_name().unwrap_or_default();
        fs::copy(&self.source, folder.join(name))?;
        let mut arguments = vec![name.to_string_lossy().into_owned()];
        arguments.extend(self.arguments.iter().cloned());
        Ok(arguments)
    }

    fn stdin(&self) -> &[u8] {
        &self.stdin
    }

    fn time_limit(&self) -> Duration {
        self.time_limit
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        let stdout = outcome.stdout_text();
        if stdout != self.expected {
            return Some(first_difference(
                &stdout,
                &self.expected,
                &outcome.stderr_text(),
            ));
        }
        let is_right_end = match (&self.exit, outcome.end) {
            (Exit::Status(expected), End::Exit(status)) => status == *expected,
            (Exit::AnyPositive, End::Exit(status)) => status > 0,
            _ => false,
        };
        if !is_right_end {
            let stderr = outcome.stderr_text();
            return Some(format!("unexpected {}, stderr {stderr:?}", outcome.end));
        }
        if let Some(limit) = self
            .rss_max_bytes
            .filter(|limit| outcome.peak_rss_bytes > *limit)
        {
            let used = outcome.peak_rss_bytes >> 20;
            return Some(format!("used {used} MB of at most {} MB", limit >> 20));
        }
        self.judge_stderr(outcome)
    }
}

/// The first line in which two texts differ, for a failure's reason.
pub fn first_difference(got: &str, expected: &str, stderr: &str) -> String {
    let mut number = 1;
    let (mut ours, mut theirs) = (got.split('\n'), expected.split('\n'));
    let (a, b) = loop {
        match (ours.next(), theirs.next()) {
            (Some(a), Some(b)) if a == b => number += 1,
            pair => break pair,
        }
    };
    let quoted = |line: Option<&str>| match line {
        Some(line) => format!("{:?}", line.chars().take(120).collect::<String>()),
        None => "missing".to_owned(),
    };
    let last = stderr.trim_end().lines().last().unwrap_or_default();
    let note = if last.is_empty() {
        String::new()
    } else {
        format!(" (stderr ends: {last})")
    };
    format!(
        "stdout line {number} is {}, expected {}{note}",
        quoted(a),
        quoted(b)
    )
}
