//! The ratchet of known failures, `tests/known_failures.txt`.
//!
//! A line names a case, `suite/name`, or one of its modes, `suite/name@mode`; the
//! word `slow` after it says that it does not end in time, and must not take long.
//! What is listed may fail; what is listed and passes must be taken off, so
//! that the list only shrinks. What is listed and not in the tree is stale, and
//! must be taken off too.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use metatrace_cli::modes::{MODES, Mode};

use super::{Failure, TIMED_OUT};

const HEADER: &str = "\
# Programs that are known to fail: `suite/name`, or `suite/name@mode` for one mode;
# `slow` after it: does not end in time.
# A listed program that passes fails the test, so this list only shrinks.
";

/// The list.
#[derive(Debug)]
pub struct KnownFailures {
    /// Each with whether it is slow.
    entries: BTreeMap<String, bool>,
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
            entries: entries
                .map(|line| match line.split_once(' ') {
                    Some((entry, note)) => (entry.to_owned(), note.trim() == "slow"),
                    None => (line.to_owned(), false),
                })
                .collect(),
        }
    }

    pub fn write(&self, file: &Path) -> io::Result<()> {
        fs::write(file, self.text())
    }

    fn text(&self) -> String {
        let mut text = HEADER.to_owned();
        for (entry, is_slow) in &self.entries {
            text.push_str(entry);
            text.push_str(if *is_slow { " slow\n" } else { "\n" });
        }
        text
    }

    fn lists(&self, failure: &Failure) -> bool {
        let mode_entry = format!("{}@{}", failure.case, failure.mode);
        self.entries.contains_key(&failure.case) || self.entries.contains_key(&mode_entry)
    }

    /// Whether the case is known not to end in time in this mode.
    pub fn is_slow(&self, case: &str, mode: &Mode) -> bool {
        let is_slow = |entry: &str| self.entries.get(entry).copied().unwrap_or(false);
        is_slow(case) || is_slow(&format!("{case}@{}", mode.name))
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
            now_passing: self.entries.keys().filter(passes).cloned().collect(),
        }
    }

    /// Records the failures of a run in place of what was known of its cases.
    pub fn replace(&mut self, failures: &[Failure], modes: &[&Mode], ran: impl Fn(&str) -> bool) {
        let all_modes = modes.len() == MODES.len();
        self.entries.retain(|entry, _| match entry.split_once('@') {
            Some((case, mode)) => !ran(case) || !modes.iter().any(|m| m.name == mode),
            None => !ran(entry) || !all_modes,
        });
        for failure in failures {
            let is_slow = failure.reason == TIMED_OUT;
            let alike = |f: &&Failure| f.case == failure.case && (f.reason == TIMED_OUT) == is_slow;
            if failures.iter().filter(alike).count() == MODES.len() {
                self.entries.insert(failure.case.clone(), is_slow);
            } else if !self.lists(failure) {
                let entry = format!("{}@{}", failure.case, failure.mode);
                self.entries.insert(entry, is_slow);
            }
        }
    }

    /// What the list names and the tree does not have.
    pub fn stale(&self, exists: impl Fn(&str) -> bool) -> Vec<String> {
        let case = |entry: &str| entry.split('@').next().unwrap_or_default().to_owned();
        let entries = self.entries.keys();
        entries
            .filter(|entry| !exists(&case(entry)))
            .cloned()
            .collect()
    }

    /// Takes entries off.
    pub fn remove(&mut self, entries: &[String]) {
        self.entries.retain(|entry, _| !entries.contains(entry));
    }
}
