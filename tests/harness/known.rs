//! The ratchet of known failures, `tests/known_failures.txt`.
//!
//! A line names a case, `suite/name`, or one of its modes, `suite/name@mode`.
//! What is listed may fail; what is listed and passes must be taken off, so
//! that the list only shrinks.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use metatrace_cli::modes::{MODES, Mode};

use super::Failure;

const HEADER: &str = "\
# Programs that are known to fail: `suite/name`, or `suite/name@mode` for one mode.
# A listed program that passes fails the test, so this list only shrinks.
";

/// The list.
#[derive(Debug)]
pub struct KnownFailures {
    entries: BTreeSet<String>,
}

/// Failures seen against the list.
#[derive(Debug)]
pub struct Verdict<'a> {
    known: &'a KnownFailures,
    pub new_failures: usize,
    /// Entries of the list that passed.
    pub now_passing: Vec<String>,
}

impl Verdict<'_> {
    pub fn is_new(&self, failure: &Failure) -> bool {
        !self.known.lists(failure)
    }

    pub fn is_good(&self) -> bool {
        self.new_failures == 0 && self.now_passing.is_empty()
    }
}

impl KnownFailures {
    /// Reads the list; there may be none.
    pub fn read(file: &Path) -> io::Result<KnownFailures> {
        let text = match fs::read_to_string(file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text?,
        };
        Ok(KnownFailures::parse(&text))
    }

    fn parse(text: &str) -> KnownFailures {
        let lines = text.lines().map(str::trim);
        let entries = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
        KnownFailures {
            entries: entries.map(str::to_owned).collect(),
        }
    }

    pub fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, self.text())
    }

    fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for entry in &self.entries {
            text.push_str(entry);
            text.push('\n');
        }
        text
    }

    fn lists(&self, failure: &Failure) -> bool {
        self.entries.contains(&failure.case)
            || self
                .entries
                .contains(&format!("{}@{}", failure.case, failure.mode))
    }

    /// Compares the list with a run of some cases in some modes. An entry for
    /// a whole case holds as long as it fails in any mode; this can only be
    /// told when all modes were run.
    pub fn judge(
        &self,
        failures: &[Failure],
        modes: &[&Mode],
        ran: impl Fn(&str) -> bool,
    ) -> Verdict<'_> {
        let all_modes = modes.len() == MODES.len();
        let passes = |entry: &&String| match entry.split_once('@') {
            Some((case, mode)) => {
                ran(case)
                    && modes.iter().any(|m| m.name == mode)
                    && !failures.iter().any(|f| f.case == case && f.mode == mode)
            }
            None => all_modes && ran(entry) && !failures.iter().any(|f| f.case == **entry),
        };
        Verdict {
            known: self,
            new_failures: failures
                .iter()
                .filter(|failure| !self.lists(failure))
                .count(),
            now_passing: self.entries.iter().filter(passes).cloned().collect(),
        }
    }

    /// Records the failures of a run in place of what was known of its cases.
    pub fn replace(&mut self, failures: &[Failure], modes: &[&Mode], ran: impl Fn(&str) -> bool) {
        let all_modes = modes.len() == MODES.len();
        self.entries.retain(|entry| match entry.split_once('@') {
            Some((case, mode)) => !ran(case) || !modes.iter().any(|m| m.name == mode),
            None => !ran(entry) || !all_modes,
        });
        for failure in failures {
            let same_case = failures.iter().filter(|f| f.case == failure.case).count();
            if same_case == MODES.len() {
                self.entries.insert(failure.case.clone());
            } else if !self.lists(failure) {
                self.entries
                    .insert(format!("{}@{}", failure.case, failure.mode));
            }
        }
    }
}
