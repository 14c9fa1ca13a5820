//! Random texts and programs: the generator of programs keeps its promise, and no text, however
//! broken, brings a front end down. What random programs do: `tests/harness/random.rs`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use fl::compile::Mode;
use fl::frontend::compile_source;
use metatrace_cli::fuzz::program_text;
use metatrace_cli::fuzz::rng::Rng;
use metatrace_cli::process::{End, find_program, run};
use prolog::syntax::{Atom, Atoms, Ops, Parser, ReadFlags};

/// How long each language's front end is tried.
const BUDGET: Duration = Duration::from_secs(4);

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn program() -> PathBuf {
    std::env::var_os("MT_TEST_PROGRAM").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_metatrace")),
        PathBuf::from,
    )
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
        fs::write(&file, program_text(seed)).expect("the folder can be written to");
        let outcome = run(
            Command::new(&python).arg(&file),
            b"",
            Duration::from_secs(30),
        )
        .expect("python3 can be run");
        fs::remove_file(&file).expect("it was just written");
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

/// The texts of the files below a folder that have an extension.
fn texts(folder: &str, extension: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        if path.extension().is_some_and(|e| e == extension) {
            found.push(fs::read_to_string(path).expect("it is text"));
        }
    }
    assert!(!found.is_empty(), "{folder} has no .{extension}");
    found
}

/// A text with a few places cut out, doubled, or overwritten by what is likely to hurt.
fn mutated(text: &str, rng: &mut Rng) -> String {
    const BITS: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "'",
        "\"",
        "\"\"\"",
        "\\",
        "\n",
        "\n    ",
        "\t",
        ":",
        ",",
        ".",
        "|",
        "=",
        "0'",
        "0x",
        "1e",
        "9999999999999999999999",
        "\u{0}",
        "\u{e9}",
        "\u{1F600}",
        "\u{fffd}",
        "#",
        "%",
        "/*",
        "*/",
        "@",
        "->",
        ":-",
        "lambda ",
        "yield ",
        "f'{",
        "}}",
        "def ",
        "class ",
        " in ",
        "match x:",
        "**",
        "*",
        "-",
        "!",
        "`",
        "$",
        "_",
        "X",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    // A part is enough, and quicker.
    if chars.len() > 400 {
        let start = rng.below(chars.len() - 400);
        chars = chars[start..start + 400].to_vec();
    }
    for _ in 0..1 + rng.below(4) {
        let start = rng.below(chars.len() + 1);
        let end = (start + rng.below(12)).min(chars.len());
        let with: Vec<char> = match rng.below(3) {
            0 => Vec::new(),
            1 => chars[start..end].repeat(2),
            _ => BITS[rng.below(BITS.len())].chars().collect(),
        };
        chars.splice(start..end, with);
    }
    chars.into_iter().collect()
}

/// Gives a front end broken texts until the time is over; panics with one that it panics on.
fn torment(seeds: &[String], front_end: impl Fn(&str)) {
    let start = Instant::now();
    let mut rng = Rng::new(1);
    let mut tried = 0;
    while start.elapsed() < BUDGET {
        let text = mutated(&seeds[rng.below(seeds.len())], &mut rng);
        let outcome = catch_unwind(AssertUnwindSafe(|| front_end(&text)));
        assert!(outcome.is_ok(), "panicked on text number {tried}:\n{text}");
        tried += 1;
    }
    assert!(tried > 10, "only {tried} texts in {BUDGET:?}");
}

#[test]
fn no_text_brings_the_compiler_of_fl_down() {
    let seeds = texts("tests/conformance/fl", "py");
    torment(&seeds, |text| {
        match compile_source("text.py", text, Mode::File) {
            Ok(code) => assert!(!fl::disasm::disassemble(&code).is_empty()),
            Err(errors) => errors
                .iter()
                .for_each(|error| assert!(!error.render().is_empty())),
        }
    });
}

#[derive(Default)]
struct Names {
    ids: HashMap<String, u32>,
    names: Vec<String>,
}

impl Atoms for Names {
    fn intern(&mut self, name: &str) -> Atom {
        let next = self.names.len() as u32;
        let id = *self.ids.entry(name.to_owned()).or_insert(next);
        if id == next {
            self.names.push(name.to_owned());
        }
        Atom(id)
    }
    fn name(&self, atom: Atom) -> Cow<'_, str> {
        Cow::Borrowed(&self.names[atom.0 as usize])
    }
}

#[test]
fn no_text_brings_the_reader_of_prolog_down() {
    let mut seeds = texts("langs/prolog/lib", "pl");
    seeds.extend(texts("tests/conformance/prolog", "pl-cases"));
    torment(&seeds, |text| {
        let mut names = Names::default();
        let ops = Ops::standard(&mut names);
        let mut at = 0;
        loop {
            let mut parser = Parser::new(text, at, &mut names, &ops, ReadFlags::default());
            // An error is an answer too.
            let _ = parser.read();
            let next = parser.pos();
            assert!(next <= text.len() && next >= at, "the reader went astray");
            if next == at || next == text.len() {
                break;
            }
            at = next;
        }
    });
}

/// A text that nests deeper than any stack is an error or a program, and no crash.
#[test]
fn deep_nesting_is_no_crash() {
    const DEPTH: usize = 100_000;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let around =
        |open: &str, middle: &str, close: &str| open.repeat(DEPTH) + middle + &close.repeat(DEPTH);
    let shapes = [
        ("py", format!("x = {}\n", around("(", "1", ")"))),
        ("py", format!("x = {}\n", around("[", "", "]"))),
        ("py", format!("x = {}\n", around("-", "1", ""))),
        ("py", format!("x = {}\n", around("not ", "1", ""))),
        ("py", format!("x = {}\n", around("1 + ", "1", ""))),
        ("py", format!("x = {}\n", around("lambda: ", "1", ""))),
        ("py", format!("x = 1\nx{}\n", ".a".repeat(DEPTH))),
        ("py", format!("x = 1\nx{}\n", "()".repeat(DEPTH))),
        ("pl", format!("x({}).\n", around("f(", "1", ")"))),
        ("pl", format!("x({}).\n", around("[", "", "]"))),
        ("pl", format!("x({}).\n", around("- ", "1", ""))),
        ("pl", format!("x({}).\n", around("1 + (", "1", ")"))),
        ("pl", format!("x({}).\n", around("a, ", "b", ""))),
        ("pl", format!("x :- {}.\n", around("a, ", "b", ""))),
        ("pl", format!("x :- {}.\n", around("( ", "b", " )"))),
    ];
    let mut crashes = Vec::new();
    for (number, (extension, text)) in shapes.iter().enumerate() {
        let file = folder.join(format!("deep-{number}.{extension}"));
        fs::write(&file, text).expect("the folder can be written to");
        let mut command = Command::new(program());
        command.args(["run", "--jit", "off"]).arg(&file);
        let outcome = run(&mut command, b"", Duration::from_secs(60)).expect("it can be run");
        fs::remove_file(&file).expect("it was just written");
        let is_good = matches!(outcome.end, End::Exit(0 | 1))
            && !outcome.stderr_text().contains("panicked at");
        if !is_good {
            let shown: String = text.chars().take(20).collect();
            crashes.push(format!("{shown}…: {}", outcome.end));
        }
    }
    assert!(crashes.is_empty(), "{}", crashes.join("\n"));
}
