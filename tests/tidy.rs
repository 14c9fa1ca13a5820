//! What the tree promises of itself: dependency direction, sizes, module documentation,
//! where `unsafe` lives, no leftovers. Only source text is read; nothing is built.
//!
//! Sizes are a ratchet: `tests/tidy_sizes.txt` lists the files and functions over the
//! limits with the most they may have. `MT_WRITE_KNOWN=1` writes it anew.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const FILE_LINES_MAX: usize = 800;
const FUNCTION_LINES_MAX: usize = 70;

/// Functions that are one `match` over all bytecodes or operations.
const DISPATCHERS: &[&str] = &["step", "dispatch", "simple"];

/// Crates, each with those it may depend on.
const DIRECTION: &[(&str, &[&str])] = &[
    ("metatrace", &[]),
    ("runtime", &["metatrace"]),
    ("interop", &["metatrace", "runtime"]),
    ("langs/fl", &["metatrace", "runtime", "interop"]),
    ("langs/prolog", &["metatrace", "runtime", "interop"]),
    ("examples/talk_fl", &["metatrace", "runtime"]),
];

/// Crates of the tree, by the names that manifests use.
const OWN_CRATES: &[&str] = &["metatrace", "runtime", "interop", "fl", "prolog", "talk_fl"];

/// Files with `unsafe`; a name that ends in a slash is a folder.
const UNSAFE_FILES: &[&str] = &[
    "metatrace/src/run.rs",
    "metatrace/src/backend/code.rs",
    "runtime/src/heap/",
    "src/memory.rs",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A source file, with its path from the root.
struct SourceFile {
    path: String,
    text: String,
}

impl SourceFile {
    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.starts_with("tests/")
    }
}

fn sources() -> Vec<SourceFile> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).expect("a folder of the tree can be read") {
            let path = entry.expect("an entry can be read").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let mut files = Vec::new();
    walk(root(), &mut files);
    files.sort();
    files
        .into_iter()
        .map(|file| SourceFile {
            path: file
                .strip_prefix(root())
                .expect("it was found below the root")
                .to_string_lossy()
                .into_owned(),
            text: fs::read_to_string(&file).expect("a source file can be read"),
        })
        .collect()
}

/// Fails with the list, if there is anything in it.
fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

/// The crates of this tree that a manifest depends on.
fn own_dependencies(manifest: &str) -> Vec<&str> {
    let mut in_dependencies = false;
    let mut found = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            in_dependencies = line.contains("dependencies") && !line.contains("workspace");
        } else if in_dependencies {
            let name = line.split(['=', '.', ' ']).next().unwrap_or_default();
            found.extend(OWN_CRATES.contains(&name).then_some(name));
        }
    }
    found
}

#[test]
fn dependencies_point_one_way() {
    let mut wrong = Vec::new();
    for (folder, allowed) in DIRECTION {
        let manifest = fs::read_to_string(root().join(folder).join("Cargo.toml"))
            .expect("a crate has a manifest");
        for name in own_dependencies(&manifest) {
            if !allowed.contains(&name) {
                wrong.push(format!("{folder} depends on {name}"));
            }
        }
    }
    assert_none("edges against the direction", &wrong);
    let manifest = fs::read_to_string(root().join("Cargo.toml")).expect("the root has a manifest");
    for (folder, _) in DIRECTION {
        assert!(
            manifest.contains(&format!("\"{folder}\"")),
            "{folder} is not a member of the workspace"
        );
    }
}

#[test]
fn what_interop_promises_is_shown() {
    let table =
        fs::read_to_string(root().join("interop/SENTENCES.md")).expect("the table is there");
    let mut wrong = Vec::new();
    for row in table.lines().filter(|line| line.starts_with("| ")) {
        let Some((sentence, shown)) = row.trim_end_matches(" |").rsplit_once(" | ") else {
            continue;
        };
        let names: Vec<&str> = shown.split('`').skip(1).step_by(2).collect();
        if names.is_empty() && !shown.starts_with("---") && shown != "shown by" {
            wrong.push(format!("nothing shows: {sentence}"));
        }
        for name in names {
            let tests = root().join("tests");
            let exists = match name.split_once("::") {
                Some((file, function)) => fs::read_to_string(tests.join(file))
                    .is_ok_and(|text| text.contains(&format!("fn {function}("))),
                None => tests.join(name).is_dir() || tests.join(format!("{name}.md")).is_file(),
            };
            if !exists {
                wrong.push(format!("{name} is no test"));
            }
        }
    }
    assert_none("the table of interop's sentences", &wrong);
}

#[test]
fn languages_hold_no_jit_code() {
    let is_jit = [
        "cranelift",
        "metatrace::jit",
        "metatrace::opt",
        "metatrace::record",
        "metatrace::resume",
    ];
    let wrong: Vec<String> = sources()
        .iter()
        .filter(|file| file.path.starts_with("langs/") && !file.is_test())
        .flat_map(|file| {
            let names = is_jit.iter().filter(|name| file.text.contains(**name));
            names.map(|name| format!("{}: {name}", file.path))
        })
        .collect();
    assert_none("the tracer named in a language", &wrong);
}

#[test]
fn every_module_opens_with_its_purpose() {
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|file| !file.text.starts_with("//!"))
        .map(|file| file.path)
        .collect();
    assert_none("no `//!` on the first line", &wrong);
}

#[test]
fn unsafe_is_where_it_is_said_to_be() {
    let is_listed = |path: &str| {
        UNSAFE_FILES
            .iter()
            .any(|listed| path == *listed || (listed.ends_with('/') && path.starts_with(listed)))
    };
    let wrong: Vec<String> = sources()
        .into_iter()
        .filter(|file| !is_listed(&file.path) && file.path != "tests/tidy.rs")
        .filter(|file| code_lines(&file.text).any(|line| has_word(&line, "unsafe")))
        .map(|file| file.path)
        .collect();
    assert_none("unsafe outside the listed files", &wrong);
    for document in ["README.md", "ARCHITECTURE.md"] {
        let text = fs::read_to_string(root().join(document)).expect("the document is there");
        for file in UNSAFE_FILES {
            assert!(text.contains(file), "{document} does not name {file}");
        }
    }
}

/// Lines without comments and strings; near enough for these tests.
fn code_lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(|line| {
        let code = line.split("//").next().unwrap_or_default();
        code.split('"').step_by(2).collect::<Vec<_>>().join("\"\"")
    })
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|found| found == word)
}

#[test]
fn no_leftovers() {
    let words = ["TODO", "FIXME", "XXX", "HACK"];
    let macros = ["todo!", "unimplemented!", "dbg!"];
    let mut wrong = Vec::new();
    for file in sources() {
        if file.path == "tests/tidy.rs" {
            continue;
        }
        for (number, line) in file.text.lines().enumerate() {
            let comment = line.split_once("//").map_or("", |(_, comment)| comment);
            let marker = words.iter().find(|word| has_word(comment, word));
            let leftover = macros.iter().find(|name| line.contains(**name));
            if let Some(what) = marker.or(leftover) {
                wrong.push(format!("{}:{}: {what}", file.path, number + 1));
            }
        }
    }
    assert_none("leftovers", &wrong);
}

/// Functions of a formatted file, with their lengths in lines: from the line that says
/// `fn` to the closing brace that is indented like it.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some((before, after)) = line.split_once("fn ") else {
            continue;
        };
        let qualifiers = ["pub", "const", "unsafe", "extern"];
        let is_item = before.split_whitespace().all(|word| {
            qualifiers
                .iter()
                .any(|qualifier| word.starts_with(qualifier))
                || word.starts_with('"')
        });
        if !is_item || line.trim_end().ends_with(['}', ';']) {
            continue;
        }
        let name: String = after
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect();
        let closing = format!("{}}}", " ".repeat(indent));
        if let Some(length) = lines[start..].iter().position(|line| *line == closing) {
            found.push((name, length + 1));
        }
    }
    found
}

/// What is over a limit: a file, or `file function`, with its lines.
fn over_limits() -> BTreeMap<String, usize> {
    let mut over = BTreeMap::new();
    for file in sources() {
        let lines = file.text.lines().count();
        if !file.is_test() && lines > FILE_LINES_MAX {
            over.insert(file.path.clone(), lines);
        }
        for (name, lines) in functions(&file.text) {
            if lines > FUNCTION_LINES_MAX && !DISPATCHERS.contains(&name.as_str()) {
                let most = over.entry(format!("{} {name}", file.path)).or_insert(0);
                *most = lines.max(*most);
            }
        }
    }
    over
}

#[test]
fn files_and_functions_stay_small() {
    let list = root().join("tests/tidy_sizes.txt");
    let over = over_limits();
    if std::env::var_os("MT_WRITE_KNOWN").is_some() {
        let lines = over.iter().map(|(name, lines)| format!("{lines} {name}\n"));
        fs::write(&list, lines.collect::<String>()).expect("the list can be written");
        return;
    }
    let text = fs::read_to_string(&list).expect("the list can be read");
    let listed: BTreeMap<String, usize> = text
        .lines()
        .filter_map(|line| {
            let (lines, name) = line.split_once(' ')?;
            Some((name.to_owned(), lines.parse().ok()?))
        })
        .collect();
    let mut wrong = Vec::new();
    for (name, lines) in &over {
        let most = listed.get(name).copied().unwrap_or(0);
        if *lines > most {
            wrong.push(format!("{name} has {lines} lines; split it"));
        }
    }
    for name in listed.keys().filter(|name| !over.contains_key(*name)) {
        wrong.push(format!(
            "{name} is small again: take it off tests/tidy_sizes.txt"
        ));
    }
    assert_none("sizes", &wrong);
}

#[test]
fn the_length_of_a_function() {
    let text = "impl A {\n    pub(crate) fn f(\n        &self,\n    ) -> u32 {\n        1\n    }\n}\nfn g() {\n}\n";
    let found = functions(text);
    assert_eq!(found, [("f".to_owned(), 5), ("g".to_owned(), 2)]);
}
