//! Whole programs: what they print and how they end.

mod common;

use common::OneFile;
use expect_test::{Expect, expect};
use runtime::Vm;
use runtime::heap::Stress;
use runtime::language::Source;
use runtime::options::Options;
use std::cell::RefCell;
use std::rc::Rc;

fn run(text: &'static str, stress: Stress) -> String {
    let out = Rc::new(RefCell::new(Vec::new()));
    let host = OneFile {
        text,
        out: out.clone(),
    };
    let mut options = Options::default();
    options.heap.stress = stress;
    let mut vm = Vm::new(options, Box::new(host));
    let lang = vm.add_language(prolog::PROLOG);
    let source = Source {
        path: "test.pl".into(),
        name: "__main__".into(),
        text: text.into(),
        folder: None,
        line_offset: 0,
        main: true,
    };
    let language = vm.languages[lang as usize];
    let loaded = language.load(&mut vm, lang, &source);
    let result = loaded.and_then(|l| vm.execute(l.code, &l.slots));
    let status = match result {
        Ok(_) => 0,
        Err(_) => {
            let exception = vm.take_pending();
            language.print_exception(&mut vm, exception)
        }
    };
    let text = String::from_utf8_lossy(&out.borrow()).into_owned();
    format!("{text}exit {status}\n")
}

/// The same with and without a collection at every merge point.
fn check(text: &'static str, expect: Expect) {
    expect.assert_eq(&run(text, Stress::None));
    expect.assert_eq(&run(text, Stress::Minor));
}

#[test]
fn backtracking_and_cut() {
    check(
        ":- initialization(main).
         p(1). p(2). p(3).
         q(X, Y) :- p(X), p(Y), X < Y.
         first(X) :- p(X), X > 1, !.
         main :- findall(X-Y, q(X, Y), L), print(L), nl, first(F), print(F), nl,
             ( \\+ p(4) -> write(none) ; write(some) ), nl,
             forall(append(A, B, [x,y]), (print(A-B), nl)).",
        expect![[r#"
            [1-2,1-3,2-3]
            2
            none
            []-[x,y]
            [x]-[y]
            [x,y]-[]
            exit 0
        "#]],
    );
}

#[test]
fn frames_survive_choice_points() {
    check(
        ":- initialization(main).
         r(X) :- member(X, [a,b]).
         t(X, Y, Z) :- r(X), r(Y), Z = f(X, Y).
         main :- t(X, Y, Z), print(X/Y/Z), nl, fail.
         main :- catch((r(X), X == b, throw(found(X))), found(W), (print(W), nl)),
             nrev([1,2,3,4], R), print(R), nl.
         nrev([], []).
         nrev([H|T], R) :- nrev(T, S), append(S, [H], R).",
        expect![[r#"
            a/a/f(a,a)
            a/b/f(a,b)
            b/a/f(b,a)
            b/b/f(b,b)
            b
            [4,3,2,1]
            exit 0
        "#]],
    );
}

#[test]
fn dynamic_clauses_follow_the_logical_update_view() {
    check(
        ":- initialization(main).
         :- dynamic(c/1).
         c(1). c(2).
         main :- ( c(X), Y is X + 10, assertz(c(Y)), fail ; true ),
             findall(X, c(X), L), print(L), nl,
             count(300), c(Z), print(Z), nl.
         count(0) :- !.
         count(N) :- retract(c(X)), Y is X + 1, asserta(c(Y)), M is N - 1, count(M).",
        expect![[r#"
            [1,2,11,12]
            301
            exit 0
        "#]],
    );
}

#[test]
fn errors_are_reported() {
    check(
        ":- foo(1).
         :- fail.
         p :- X is a + 1, print(X).
         :- catch(p, error(E, _), (print(E), nl)).
         x y.
         :- initialization(throw(oops)).",
        expect![[r#"
            ERROR: test.pl:1:
            ERROR:    Unknown procedure: foo/1
            Warning: test.pl:1:
            Warning:    Goal (directive) failed: user:foo(1)
            Warning: test.pl:2:
            Warning:    Goal (directive) failed: user:fail
            type_error(evaluable,a/0)
            ERROR: test.pl:5:11: Syntax error: Operator expected
            ERROR:          x y.
            ERROR:            ^
            ERROR: test.pl:6: Initialization goal raised exception:
            ERROR: Unknown message: oops
            exit 1
        "#]],
    );
}

#[test]
fn coroutines_and_tables() {
    check(
        ":- initialization(main).
         :- table path/2.
         edge(1, 2). edge(2, 3). edge(3, 1).
         path(X, Y) :- edge(X, Y).
         path(X, Y) :- path(X, Z), edge(Z, Y).
         main :- findall(Y, path(1, Y), L0), sort(L0, L), print(L), nl,
             freeze(V, (write(got(V)), nl)), V = 1,
             dif(A, b), ( A = b -> true ; write(differs), nl ).",
        expect![[r#"
            [1,2,3]
            got(1)
            differs
            exit 0
        "#]],
    );
}
