//! Loop bodies of traces: what is left of a Prolog loop's iteration.

mod common;

use common::OneFile;
use metatrace::backend::PortableBackend;
use metatrace::jit::Jit;
use metatrace::options::JitOptions;
use metatrace::record::Root;
use runtime::Vm;
use runtime::language::Source;
use runtime::options::Options;
use std::cell::RefCell;
use std::rc::Rc;

/// Runs a program; the bodies of the loops that begin at entries of `predicate`,
/// and what the program printed.
fn loops(text: &'static str, predicate: &str) -> (Vec<Vec<String>>, String) {
    bodies(text, predicate, false)
}

/// The bodies of further versions of such loops.
fn versions(text: &'static str, predicate: &str) -> Vec<Vec<String>> {
    bodies(text, predicate, true).0
}

fn bodies(text: &'static str, predicate: &str, bridges: bool) -> (Vec<Vec<String>>, String) {
    let out = Rc::new(RefCell::new(Vec::new()));
    let host = OneFile {
        text,
        out: out.clone(),
    };
    let mut vm = Vm::new(Options::default(), Box::new(host));
    let options = JitOptions {
        keep_text: true,
        ..JitOptions::default()
    };
    let jit = Rc::new(Jit::new(Box::new(PortableBackend::new()), options));
    vm.set_jit(jit.clone());
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
    // A program ends by halt, which unwinds.
    let _ = loaded.and_then(|l| vm.execute(l.code, &l.slots));
    let mut found = Vec::new();
    for trace in jit.texts() {
        let Root::Entry { code, .. } = trace.root else {
            continue;
        };
        if vm.codes.get(code).name != predicate || trace.bridge_of.is_some() != bridges {
            continue;
        }
        let Some(stage) = trace.stages.iter().find(|s| s.name == "optimised") else {
            continue;
        };
        let Some(label) = stage.text.rfind("label ") else {
            continue;
        };
        let body = stage.text[label..].lines().map(|l| {
            // Snapshots describe exits, not the loop.
            l.split(" @[").next().unwrap_or(l).trim().to_owned()
        });
        found.push(body.collect());
    }
    let text = String::from_utf8_lossy(&out.borrow()).into_owned();
    (found, text)
}

/// How many operations of the loop mention `what`.
fn count(body: &[String], what: &str) -> usize {
    body.iter().filter(|l| l.contains(what)).count()
}

/// The only loop at the entry of a predicate.
fn the_loop(text: &'static str, predicate: &str, printed: &str) -> Vec<String> {
    let (mut bodies, out) = loops(text, predicate);
    assert_eq!(out, printed);
    assert!(!bodies.is_empty(), "no loop at {predicate}");
    bodies.remove(0)
}

/// A program that appends to a list again and again.
macro_rules! appending {
    ($main:literal) => {
        concat!(
            "
app([], L, L).
app([H|T], L, [H|R]) :- app(T, L, R).
numbers(N, N, [N]) :- !.
numbers(I, N, [I|T]) :- I1 is I + 1, numbers(I1, N, T).
again(0, _) :- !.
again(N, L) :- app(L, [x], _), N1 is N - 1, again(N1, L).
",
            $main
        )
    };
}

const APPEND: &str = appending!(
    ":- initialization(main).
main :- numbers(1, 100, L), again(50, L), app(L, [y], R), app(_, [X], R), !, write(X), nl, halt.
"
);

#[test]
fn append_allocates_only_the_cells() {
    let body = the_loop(APPEND, "app/3", "y\n");
    let text = body.join("\n");
    assert_eq!(count(&body, "= new "), 1, "{text}");
    assert_eq!(count(&body, "= new struct"), 1, "{text}");
    assert_eq!(count(&body, "var.ref"), 0, "{text}");
    assert_eq!(count(&body, "choice"), 0, "{text}");
    assert_eq!(count(&body, "store"), 2, "{text}");
    assert_eq!(count(&body, "_reg"), 0, "{text}");
}

#[test]
fn a_counter_loop_allocates_nothing() {
    let program = "
count(N, N) :- !.
count(I, N) :- I < N, J is I + 1, count(J, N).
:- initialization(main).
main :- count(0, 5000), write(done), nl, halt.
";
    let body = the_loop(program, "count/2", "done\n");
    let text = body.join("\n");
    assert_eq!(count(&body, "= new "), 0, "{text}");
    assert_eq!(count(&body, "guard_tag"), 0, "{text}");
    assert_eq!(count(&body, "call"), 0, "{text}");
}

#[test]
fn member_and_fail_keep_no_choice_point() {
    let program = "
mem(X, [X|_]).
mem(X, [_|T]) :- mem(X, T).
numbers(N, N, [N]) :- !.
numbers(I, N, [I|T]) :- I1 is I + 1, numbers(I1, N, T).
all(L) :- mem(X, L), X > 1000, !.
all(_).
again(0, _) :- !.
again(N, L) :- all(L), N1 is N - 1, again(N1, L).
:- initialization(main).
main :- numbers(1, 100, L), again(50, L), write(done), nl, halt.
";
    let body = the_loop(program, "mem/2", "done\n");
    let text = body.join("\n");
    assert_eq!(count(&body, "= new "), 0, "{text}");
    assert_eq!(count(&body, "call"), 0, "{text}");
}

#[test]
fn naive_reverse_jumps_into_append() {
    let program = "
app([], L, L).
app([H|T], L, [H|R]) :- app(T, L, R).
nrev([], []).
nrev([H|T], R) :- nrev(T, RT), app(RT, [H], R).
numbers(N, N, [N]) :- !.
numbers(I, N, [I|T]) :- I1 is I + 1, numbers(I1, N, T).
again(0, _) :- !.
again(N, L) :- nrev(L, _), N1 is N - 1, again(N1, L).
:- initialization(main).
main :- numbers(1, 30, L), again(200, L), nrev(L, [X|_]), write(X), nl, halt.
";
    let body = the_loop(program, "app/3", "30\n");
    let text = body.join("\n");
    assert_eq!(count(&body, "= new "), 1, "{text}");
    assert_eq!(count(&body, "choice"), 0, "{text}");
}

/// While there is a choice point, variables stay before the rests of a list; lists made by a trace
/// have none: they get a version of the loop that does not look for any.
#[test]
fn a_loop_gets_a_version_for_another_type() {
    let program = appending!(
        "choice.
choice.
old(L) :- choice, again(50, L), fail.
old(_).
:- initialization(main).
main :- numbers(1, 100, L), old(L), app(L, [y], R), again(50, R), write(done), nl, halt.
"
    );
    let first = the_loop(program, "app/3", "done\n").join("\n");
    assert!(first.contains("var.ref"), "{first}");
    let versions = versions(program, "app/3");
    let direct = |body: &Vec<String>| count(body, "var.ref") == 0 && count(body, "= new ") == 1;
    assert!(versions.iter().any(direct), "{versions:?}");
}

#[test]
fn goals_run_while_loading_are_traced() {
    // The loader's own loop is hot by then, and perhaps being recorded.
    let program = "
count(N, N) :- !.
count(I, N) :- I < N, J is I + 1, count(J, N).
:- count(0, 500).
:- count(0, 500).
:- count(0, 5000).
:- initialization(count(0, 5000)).
:- initialization((count(0, 5000), write(done), nl)).
";
    let body = the_loop(program, "count/2", "done\n");
    assert_eq!(count(&body, "= new "), 0, "{}", body.join("\n"));
}
