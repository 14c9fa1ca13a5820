//! The toplevel of Prolog with queries on standard input.

use std::io::Write;
use std::process::{Command, Stdio};

/// Standard output and error of a session.
fn session(queries: &str) -> (String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_metatrace"))
        .args(["repl", "--lang", "prolog"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut input = child.stdin.take().expect("a pipe");
    input
        .write_all(queries.as_bytes())
        .expect("queries are read");
    drop(input);
    let done = child.wait_with_output().expect("the session ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    (text(done.stdout), text(done.stderr))
}

fn answers(queries: &str) -> String {
    session(queries).0
}

#[test]
fn bindings() {
    assert_eq!(answers("X = a, Y = a.\n"), "X = Y, Y = a.\n\n");
    assert_eq!(answers("X = f(Y), Y = Z.\n"), "X = f(Z),\nY = Z.\n\n");
    assert_eq!(
        answers("length(L, 2), X = f(L, L).\n"),
        "L = [_A, _B],\nX = f([_A, _B], [_A, _B]).\n\n"
    );
    assert_eq!(
        answers("numlist(1, 20, L).\n"),
        "L = [1, 2, 3, 4, 5, 6, 7, 8, 9|...].\n\n"
    );
}

#[test]
fn truth() {
    assert_eq!(answers("atom(a).\natom(1).\n"), "true.\n\nfalse.\n\n");
    assert_eq!(answers("write(x).\n"), "x\ntrue.\n\n");
}

#[test]
fn more_solutions() {
    assert_eq!(
        answers("member(X, [1, 2, 3]).\n;\n;\n"),
        "X = 1 ;\nX = 2 ;\nX = 3.\n\n"
    );
    assert_eq!(
        answers("member(X, [1, 2]).\n\nX = 3.\n"),
        "X = 1 .\n\nX = 3.\n\n"
    );
}

#[test]
fn constraints_that_are_left() {
    assert_eq!(answers("dif(X, a).\n"), "dif(X, a).\n\n");
    assert_eq!(
        answers("use_module(library(clpfd)).\nX #> 3, X #< 9, X #\\= 5.\n"),
        "true.\n\nX in 4\\/6..8.\n\n"
    );
}

#[test]
fn errors_do_not_end_the_session() {
    let (out, err) = session("X is foo + 1.\nX = f(.\nX = 1.\n");
    assert_eq!(out, "X = 1.\n\n");
    assert!(
        err.contains("Arithmetic: `foo/0' is not a function"),
        "{err}"
    );
    assert!(err.contains("Syntax error"), "{err}");
}

#[test]
fn clauses_typed_in() {
    assert_eq!(
        answers("[user].\nq(1).\nend_of_file.\nq(X).\n"),
        "\nX = 1.\n\n"
    );
}
