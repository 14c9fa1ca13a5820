//! Interactive sessions with their input on standard input.

use std::io::Write;
use std::process::{Command, Stdio};

/// Standard output and error of a session.
fn session(queries: &str) -> (String, String) {
    let (out, err, _) = session_in("prolog", queries);
    (out, err)
}

/// Standard output, standard error and exit status of a session in a language.
fn session_in(language: &str, queries: &str) -> (String, String, Option<i32>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_metatrace"))
        .args(["repl", "--lang", language])
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
    (text(done.stdout), text(done.stderr), done.status.code())
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
fn answers_that_come_back_to_themselves() {
    assert_eq!(answers("X = f(X).\n"), "X = f(X).\n\n");
    assert_eq!(answers("X = [a|X].\n"), "X = [a|X].\n\n");
    assert_eq!(
        answers("X = f(Y), Y = g(X).\n"),
        "X = f(g(X)),\nY = g(X).\n\n"
    );
    assert_eq!(
        answers("X = f(X), Y = g(X, Y).\n"),
        "X = f(X),\nY = g(X, Y).\n\n"
    );
}

#[test]
fn operators_alone() {
    assert_eq!(
        answers("X = (:-).\nX = - .\nX = f(:-, [-]).\n"),
        "X = (:-).\n\nX = (-).\n\nX = f(:-, [-]).\n\n"
    );
    assert_eq!(
        answers("X = -(1), Y = 1.0e20.\n"),
        "X = - 1,\nY = 1.0e+20.\n\n"
    );
}

#[test]
fn residual_goals() {
    assert_eq!(
        answers("freeze(X, fail), freeze(X, true).\n"),
        "freeze(X, fail),\nfreeze(X, true).\n\n"
    );
    assert_eq!(
        answers("dif(f(X, Y), f(a, b)), X = a.\n"),
        "X = a,\ndif(Y, b).\n\n"
    );
    assert_eq!(
        answers("use_module(library(clpfd)).\nX in 1..5, Y #= X + 2.\nX #= Y * 2, Y in 0..3.\n"),
        "true.\n\nX in 1..5,\nX+2#=Y,\nY in 3..7.\n\nX in 0..6,\nY*2#=X,\nY in 0..3.\n\n"
    );
}

#[test]
fn syntax_errors_show_the_place() {
    let (out, err) = session("foo(a b).\nX = \\+ a.\nX = 'a\\qb'.\nX = 1.\n");
    assert_eq!(out, "X = 1.\n\n");
    assert_eq!(
        err,
        "ERROR: Syntax error: Operator expected\nERROR: foo(a b).\nERROR:       ^\n\
         ERROR: Syntax error: Operator priority clash\nERROR: X = \\+ a.\nERROR:        ^\n\
         ERROR: Syntax error: Unknown character escape in quoted atom or string: `\\q'\n\
         ERROR: X = 'a\\qb'.\nERROR:         ^\n"
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

// ------------------------------------------------------------------------- FL

fn fl_session(inputs: &str) -> (String, String, Option<i32>) {
    session_in("fl", inputs)
}

fn printed(inputs: &str) -> String {
    let (out, err, _) = fl_session(inputs);
    assert_eq!(err, "");
    out
}

#[test]
fn values_of_expressions() {
    assert_eq!(
        printed("1 + 1\n'a' * 3\nNone\n[1, (2,)]\n"),
        "2\n'aaa'\n[1, (2,)]\n"
    );
    assert_eq!(printed("x = 3\nx\n_ + 1\n_\n"), "3\n4\n4\n");
    assert_eq!(printed("print('x')\n"), "x\n");
}

#[test]
fn blocks() {
    let text = "def f(n):\n    if n:\n        return n * 2\n    return -1\n\nf(4)\nf(0)\n";
    assert_eq!(printed(text), "8\n-1\n");
    assert_eq!(
        printed("for i in range(3):\n    i\n\n'end'\n"),
        "0\n1\n2\n'end'\n"
    );
    assert_eq!(printed("class A:\n    x = 1\n\nA().x\n"), "1\n");
    assert_eq!(printed("x = [1,\n2,\n3]\nsum(x)\n"), "6\n");
    assert_eq!(printed("s = '''a\nb'''\nlen(s)\n"), "3\n");
    assert_eq!(printed("1 + \\\n2\n"), "3\n");
    // The input ends in the midst of a block.
    assert_eq!(printed("if True:\n    7"), "7\n");
}

#[test]
fn errors_in_fl_do_not_end_the_session() {
    let (out, err, status) = fl_session("1 // 0\nx = = 2\nnope\n'still here'\n");
    assert_eq!(out, "'still here'\n");
    assert_eq!(status, Some(0));
    for part in [
        "File \"<stdin>\", line 1, in <module>",
        "ZeroDivisionError",
        "SyntaxError",
        "NameError: name 'nope' is not defined",
    ] {
        assert!(err.contains(part), "{part} is not in {err}");
    }
    assert!(!err.contains("session"), "{err}");
}

#[test]
fn functions_keep_their_errors_lines() {
    let (_, err, _) = fl_session("def f():\n    x = 1\n    raise KeyError(x)\n\nf()\n");
    assert!(
        err.contains("File \"<stdin>\", line 3, in f\nKeyError: 1"),
        "{err}"
    );
}

#[test]
fn sessions_end_by_exit() {
    let (out, _, status) = fl_session("1\nimport sys\nsys.exit(3)\n2\n");
    assert_eq!((out.as_str(), status), ("1\n", Some(3)));
}

#[test]
fn other_languages_in_a_session() {
    let text = "import polyglot\nfrom polyglot import out\n\
                m = polyglot.module('prolog', 'p(1). p(2).')\nlist(m.p.all(out))\n";
    assert_eq!(printed(text), "[1, 2]\n");
}
