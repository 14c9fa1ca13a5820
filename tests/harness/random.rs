//! Random FL programs, which all modes must treat as CPython does, or, where that is not
//! installed, as the interpreter alone does. `metatrace fuzz` goes on for as long as one likes.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use metatrace_cli::fuzz;
use metatrace_cli::process::{self, End, Outcome, find_program};

use super::{Case, program, work_folder};

/// Longer than this, and the reference says nothing.
const REFERENCE_LIMIT: Duration = Duration::from_secs(10);

/// The program of a seed.
struct Random {
    id: String,
    text: String,
}

/// Adds the programs of some seeds.
pub fn load_seeds(seeds: std::ops::Range<u64>, cases: &mut Vec<Box<dyn Case>>) {
    for seed in seeds {
        cases.push(Box::new(Random {
            id: format!("random/{seed}"),
            text: fuzz::program_text(seed),
        }));
    }
}

impl Random {
    fn reference(&self) -> io::Result<Outcome> {
        let folder = work_folder(&self.id);
        fs::create_dir_all(&folder)?;
        let file = folder.join("case.py");
        fs::write(&file, &self.text)?;
        let mut command = match find_program("python3") {
            Some(python) => Command::new(python),
            None => {
                let mut command = Command::new(program());
                command.args(["run", "--jit", "off"]);
                command
            }
        };
        let outcome = process::run(command.arg(&file), b"", REFERENCE_LIMIT);
        // A folder that stays behind does no harm.
        let _ = fs::remove_dir_all(folder);
        outcome
    }
}

impl Case for Random {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>> {
        fs::write(folder.join("case.py"), &self.text)?;
        Ok(vec!["case.py".to_owned()])
    }

    fn stdin(&self) -> &[u8] {
        b""
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(20)
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        match self.reference() {
            Ok(reference) if reference.end == End::TimedOut => None,
            Ok(reference) => fuzz::difference(&reference, outcome),
            Err(error) => Some(format!("no reference: {error}")),
        }
    }
}
