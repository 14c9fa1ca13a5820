//! Random FL programs: all modes agree with one another, and with CPython where
//! it is installed. `metatrace fuzz` goes on for as long as one likes.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use indicatif::ProgressBar;
use metatrace_cli::fuzz::{FuzzArgs, Fuzzer, program_text};
use metatrace_cli::process::{End, find_program, run};

fn program() -> PathBuf {
    std::env::var_os("MT_TEST_PROGRAM").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_metatrace")),
        PathBuf::from,
    )
}

#[test]
fn random_programs_do_the_same_in_every_mode() {
    let args = FuzzArgs {
        seconds: 60,
        seed: 1,
        programs: Some(40),
        save: PathBuf::from("unused"),
        failures: 1,
        metatrace: None,
        no_python: false,
        show: false,
    };
    let summary = Fuzzer::new(program(), true)
        .and_then(|mut fuzzer| fuzzer.run(&args, &ProgressBar::hidden()))
        .expect("the programs can be run");
    if let Some(failure) = summary.failures.first() {
        panic!(
            "seed {}: {}\n{}",
            failure.seed, failure.reason, failure.text
        );
    }
}

/// The generator's promise: valid programs that end soon. The few that end by an
/// uncaught error are welcome as well.
#[test]
fn generated_programs_are_valid_and_end() {
    let Some(python) = find_program("python3") else {
        return;
    };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    for seed in 1000..1030 {
        let file = folder.join(format!("generated-{seed}.py"));
        std::fs::write(&file, program_text(seed)).expect("the folder can be written to");
        let outcome = run(
            Command::new(&python).arg(&file),
            b"",
            Duration::from_secs(30),
        )
        .expect("python3 can be run");
        std::fs::remove_file(&file).expect("it was just written");
        let stderr = outcome.stderr_text();
        assert_ne!(outcome.end, End::TimedOut, "seed {seed}");
        for kind in [
            "SyntaxError",
            "NameError",
            "UnboundLocalError",
            "AttributeError",
        ] {
            assert!(
                !stderr.contains(kind),
                "seed {seed}: {stderr}\n{}",
                program_text(seed)
            );
        }
    }
}
