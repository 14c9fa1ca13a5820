//! Runs every guest program of the tree, in every mode, against its expected output:
//! the conformance cases of each language, the scripts below `tests/scripts`, the composed
//! programs, the examples, the benchmarks at their test sizes, and random programs. How to run a part of
//! it: `tests/harness/mod.rs`.

mod harness;

use std::io;
use std::process::ExitCode;

use harness::{Case, bench, compose, program, prolog, random, root, run_suites};

fn main() -> ExitCode {
    match load() {
        Ok(cases) => run_suites(cases),
        Err(error) => {
            println!("cannot read the programs: {error}");
            ExitCode::FAILURE
        }
    }
}

fn load() -> io::Result<Vec<Box<dyn Case>>> {
    let mut cases = Vec::new();
    let tests = root().join("tests");
    program::load_folder("fl", &tests.join("conformance/fl"), &mut cases)?;
    prolog::load_file(
        &tests.join("conformance/prolog/visible.pl-cases"),
        &mut cases,
    )?;
    program::load_folder("scripts", &tests.join("scripts"), &mut cases)?;
    compose::load_programs("compose", &tests.join("compose"), &mut cases)?;
    let examples = root().join("examples");
    for language in ["fl", "prolog"] {
        let prefix = format!("examples/{language}");
        program::load_folder(&prefix, &examples.join(language), &mut cases)?;
    }
    compose::load_programs("examples/polyglot", &examples.join("polyglot"), &mut cases)?;
    bench::load_table(&root().join("benches"), &mut cases)?;
    bench::load_prolog(&root().join("benches/prolog"), &mut cases)?;
    bench::load_composed(&root().join("benches/polyglot"), &mut cases)?;
    random::load_seeds(1..31, &mut cases);
    Ok(cases)
}
