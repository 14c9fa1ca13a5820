//! What the command tells about borders, and where it looks for modules.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fresh folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    // It may be left from another run.
    let _ = fs::remove_dir_all(&folder);
    for (file, text) in files {
        let path = folder.join(file);
        fs::create_dir_all(path.parent().expect("files are in the folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    folder
}

/// Standard output and error of the command.
fn metatrace(folder: &Path, arguments: &[&str], search: &str) -> (String, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_metatrace"))
        .args(arguments)
        .env("METATRACE_PATH", search)
        .current_dir(folder)
        .output()
        .expect("the command starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (text(done.stdout), text(done.stderr))
}

#[test]
fn modules_on_the_search_path() {
    let main = "import family\nimport shapes\nfrom polyglot import out\n\
                print(family.who(out), shapes.AREA)\n";
    let folder = folder(
        "search_path",
        &[
            ("main.py", main),
            ("a/family.pl", "who(path).\n"),
            ("b/family.pl", "who(variable).\n"),
            ("b/shapes.fl", "AREA = 3\n"),
        ],
    );
    let (out, err) = metatrace(
        &folder,
        &["run", "--path", "a", "--path", "b", "main.py"],
        "",
    );
    assert_eq!((out.as_str(), err.as_str()), ("path 3\n", ""));
    let (out, err) = metatrace(&folder, &["run", "main.py"], "b:a");
    assert_eq!((out.as_str(), err.as_str()), ("variable 3\n", ""));
    // What stands beside the importer comes first.
    fs::write(folder.join("family.pl"), "who(beside).\n").expect("a file");
    let (out, _) = metatrace(&folder, &["run", "--path", "a", "main.py"], "b");
    assert_eq!(out, "beside 3\n");
}

const CALLS: &str = "\
import rules
from polyglot import out

def run(n):
    total = 0
    for i in range(n):
        total += rules.next(i, out)
    return total

print(run(20000))
";

#[test]
fn calls_in_traces_are_counted() {
    let rules = ":- module(rules, [next/2]).\nnext(X, Y) :- Y is X + 1.\n";
    let folder = folder("crossings", &[("main.py", CALLS), ("rules.pl", rules)]);
    let (out, stats) = metatrace(&folder, &["run", "--stats", "-", "main.py"], "");
    assert_eq!(out, "200010000\n");
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("statistics are JSON");
    let crossings = &stats["jit"]["crossings"];
    assert!(crossings["inlined"].as_u64() >= Some(1), "{crossings}");
    assert_eq!(
        crossings["remaining"].as_array().map(Vec::len),
        Some(0),
        "{crossings}"
    );
    let (out, _) = metatrace(&folder, &["trace", "--colour", "always", "main.py"], "");
    assert!(
        out.contains("calls between languages in traces, 0 remain in loops"),
        "{out}"
    );
    // Operations of both languages, each in its colour.
    assert!(
        out.contains("\x1b[36m") && out.contains("\x1b[35m"),
        "{out}"
    );
    assert!(out.contains("colours: "), "{out}");
}

/// Exceptions end recordings, so that calls remain on both sides: a predicate that FL calls through
/// machinery, and a closure that Prolog calls from within a `catch/3`.
#[test]
fn calls_are_listed_with_the_text_that_makes_them() {
    let rules = "\
:- module(rules, [safe/3]).
safe(F, X, R) :-
    catch(call(F, X, R), _, R = failed),
    true.
";
    let main = "\
import rules
from polyglot import out

def raises(x):
    raise ValueError(x)

def run(n):
    failed = 0
    for i in range(n):
        failed += rules.safe(raises, i, out) == 'failed'
    return failed

print(run(20000))
";
    let folder = folder("texts", &[("main.py", main), ("rules.pl", rules)]);
    let (out, stats) = metatrace(&folder, &["run", "--stats", "-", "main.py"], "");
    assert_eq!(out, "20000\n");
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("statistics are JSON");
    let remaining = stats["jit"]["crossings"]["remaining"].as_array();
    let froms: Vec<&str> = remaining
        .expect("a list")
        .iter()
        .filter_map(|row| row["from"].as_str())
        .collect();
    assert!(froms.contains(&"run (fl), main.py:10"), "{froms:?}");
    let in_rules =
        |from: &&str| from.starts_with("safe/3 (prolog), ") && from.contains("rules.pl:");
    assert!(froms.iter().any(in_rules), "{froms:?}");
    assert!(!froms.iter().any(|from| from.contains('<')), "{froms:?}");
}

#[test]
fn calls_that_remain_are_listed() {
    // A host call whose frames cannot be followed: the time limit of a query's own choice points.
    let rules = ":- module(rules, [next/2]).\nnext(X, Y) :- between(X, inf, Y), Y > X, !.\n";
    let main = CALLS.replace("rules.next(i, out)", "len(list(rules.query('next(1, X)')))");
    let folder = folder(
        "remaining",
        &[("main.py", main.as_str()), ("rules.pl", rules)],
    );
    let (_, stats) = metatrace(&folder, &["run", "--stats", "-", "main.py"], "");
    let stats: serde_json::Value = serde_json::from_str(&stats).expect("statistics are JSON");
    let crossings = &stats["jit"]["crossings"];
    let remaining = crossings["remaining"].as_array().expect("a list");
    for row in remaining {
        assert!(row["calls"].as_u64() > Some(0), "{row}");
        assert!(
            row["from"]
                .as_str()
                .is_some_and(|from| from.contains("main.py:") || from.contains("rules.pl:")),
            "{row}"
        );
        assert!(
            row["reason"]
                .as_str()
                .is_some_and(|reason| !reason.is_empty()),
            "{row}"
        );
    }
    let (out, _) = metatrace(&folder, &["trace", "main.py"], "");
    for row in remaining {
        assert!(out.contains(row["reason"].as_str().unwrap_or("?")), "{out}");
    }
}
