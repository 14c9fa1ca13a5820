//! Final loops of small composed programs: one trace with the operations of both languages, and
//! nothing opaque at the border between them.
//!
//! Each line is an operation with the values of the loop numbered anew; a comment says which
//! instruction it comes from. Snapshots, which describe exits, are left out, and so is what numbers
//! codes, functors and objects. `UPDATE_EXPECT=1` writes the loops anew.

use expect_test::{Expect, expect};
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Compiles what is hot in `main`; the section of the trace that starts in `function`.
fn trace(
    name: &str,
    main: (&str, &str),
    module: (&str, &str),
    function: &str,
    out: &str,
) -> String {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("border_traces")
        .join(name);
    fs::create_dir_all(&folder).expect("a folder");
    for (file, text) in [main, module] {
        fs::write(folder.join(file), text).expect("a file");
    }
    let done = Command::new(env!("CARGO_BIN_EXE_metatrace"))
        .args([
            "trace",
            "--backend",
            "portable",
            "--function",
            function,
            main.0,
        ])
        .current_dir(&folder)
        .output()
        .expect("the command starts");
    let text = String::from_utf8(done.stdout).expect("output is UTF-8");
    assert!(text.starts_with(out), "{text}");
    text
}

/// The operations between the last label of the first trace in `text` and its jump.
fn last_loop(text: &str) -> Vec<&str> {
    let optimised = text.split("-- optimised").nth(1).expect("a trace");
    let end = optimised.find("\n--").unwrap_or(optimised.len());
    let optimised = &optimised[..end];
    let label = optimised.rfind("\n  label ").expect("a loop");
    optimised[label..].trim().lines().map(str::trim).collect()
}

/// The loop without snapshots and the numbers of codes, its values in order of appearance.
fn readable(lines: &[&str]) -> String {
    let mut numbers: HashMap<String, usize> = HashMap::new();
    let mut out = String::new();
    for line in lines {
        if line.starts_with(';') {
            // The instruction, without its place: libraries grow.
            let words: Vec<&str> = line.split_whitespace().collect();
            let place = words[1].split(':').next().unwrap_or_default();
            out += &format!("; {place} {}\n", words.get(3).unwrap_or(&""));
            continue;
        }
        let line = line.split(" @[").next().unwrap_or(line);
        let mut word = String::new();
        let mut flush = |word: &mut String, out: &mut String| {
            let digits = |w: &str| !w.is_empty() && w.bytes().all(|b| b.is_ascii_digit());
            match word.strip_prefix('v').filter(|w| digits(w)) {
                Some(number) => {
                    let next = numbers.len();
                    let n = numbers.entry(number.to_owned()).or_insert(next);
                    *out += &format!("v{n}");
                }
                None if digits(word) && word.len() > 6 => *out += "PLACE",
                None if digits(word) && out.ends_with("shape ") => *out += "N",
                None if out.ends_with("obj@") => *out += "ADDRESS",
                None => *out += word,
            }
            word.clear();
        };
        for c in line.chars() {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
            } else {
                flush(&mut word, &mut out);
                out.push(c);
            }
        }
        flush(&mut word, &mut out);
        out.push('\n');
    }
    out
}

fn check(
    name: &str,
    main: (&str, &str),
    module: (&str, &str),
    function: &str,
    out: &str,
    expected: Expect,
) {
    let text = trace(name, main, module, function, out);
    let lines = last_loop(&text);
    // Gathering answers is a native of Prolog's own, whoever gives them.
    let is_call = |l: &&&str| l.contains("= call ") && !l.contains("call $bag_add(");
    let calls: Vec<_> = lines.iter().filter(is_call).collect();
    assert!(calls.is_empty(), "opaque calls: {calls:#?}");
    expected.assert_eq(&readable(&lines));
}

#[test]
fn fl_calls_a_predicate() {
    let main = "\
import rules
from polyglot import out

def main(n):
    x = 0
    for _ in range(n):
        x = rules.next(x, out)
    print(x)

main(5000)
";
    check(
        "fl_calls_a_predicate",
        ("main.py", main),
        (
            "rules.pl",
            ":- module(rules, [next/2]).\nnext(X, Y) :- Y is X + 1.\n",
        ),
        "main",
        "5000\n",
        expect![[r#"
            label L1 (v0: int, v1: int, v2: int, v3: int, v4: int, v5: int, v6: val, v7: val, v8: int, v9: val)
            guard_no_poll
            ; main for_iter
            v10 = int_lt 0, v3
            guard_true v10
            ; next/2 add_const
            v11 = int_sub v3, 1
            v12 = int_add v8, v4
            v13 = int_add v2, 1
            v14 = int_add_ovf v0, 1
            ; next/2 unify
            v15 = int_lt 0, v13
            guard_true v15
            jump L1 (v14, v14, v13, v11, v12, 13, v6, v7, v8, v9)
        "#]],
    );
}

#[test]
fn fl_loops_over_a_query() {
    let main = "\
import rules
from polyglot import out

def main(n):
    total = 0
    for x in rules.upto.all(0, n, out):
        total += x
    print(total)

main(5000)
";
    let rules = "\
:- module(rules, [upto/3]).
upto(I, N, X) :- I < N, from(I, N, X).
from(I, _, I).
from(I, N, X) :- I1 is I + 1, upto(I1, N, X).
";
    check(
        "fl_loops_over_a_query",
        ("main.py", main),
        ("rules.pl", rules),
        "main",
        "12497500\n",
        expect![[r#"
            label L1 (v0: int, v1: int, v2: int, v3: int, v4: int, v5: val, v6: val, v7: val, v8: val, v9: val, v10: val, v11: val, v12: val, v13: val, v14: val, v15: int, v16: val, v17: val, v18: int, v19: val)
            guard_no_poll
            ; from/3 add_const
            v20 = int_add_ovf v3, 1
            ; upto/3 compare
            v21 = int_lt v20, v16
            guard_true v21
            ; from/3 unify
            v22 = int_add v2, 1
            v23 = int_lt v18, v22
            guard_true v23
            ; <query> query_yield
            store v17, v20, var.ref
            v24 = load v19, var.ref
            v25 = same v24, undef
            guard_false v25
            guard_tag v24, int
            ; main iadd
            v26 = int_add_ovf v0, v24
            store v12, v8, frame[0]
            store v7, 13, frame.token
            jump L1 (v26, v24, v22, v20, v22, undef, nil, v7, v8, v9, v10, v11, v12, v13, v14, v15, v16, v17, v18, v19)
        "#]],
    );
}

#[test]
fn fl_loops_over_a_list() {
    // The items come from Prolog's cells.
    let main = "\
import rules
from polyglot import out

def total(xs):
    sum = 0
    for x in xs:
        sum += x
    return sum

print(total(rules.numbers(5000, out)))
";
    let rules = "\
:- module(rules, [numbers/2]).
numbers(N, L) :- numbers(0, N, L).
numbers(N, N, []) :- !.
numbers(I, N, [I|T]) :- I1 is I + 1, numbers(I1, N, T).
";
    check(
        "fl_loops_over_a_list",
        ("main.py", main),
        ("rules.pl", rules),
        "total",
        "12497500\n",
        expect![[r#"
            label L3 (v0: int, v1: int, v2: val, v3: val, v4: val, v5: val, v6: int)
            guard_no_poll
            ; total for_iter
            v7 = int_ult v1, v6
            guard_true v7
            v8 = int_lt 0, v1
            guard_true v8
            v9 = load v2, struct[0]
            v10 = load v2, struct[1]
            v11 = int_add v1, 1
            guard_tag v9, int
            ; total iadd
            v12 = int_add_ovf v0, v9
            jump L3 (v12, v11, v10, v3, v4, v5, v6)
        "#]],
    );
}

#[test]
fn prolog_calls_a_function() {
    let main = "\
:- use_module(steps).
:- initialization(main).
main :- run(5000, 0, X), write(X), nl.
run(0, X, X) :- !.
run(N, X, Z) :- steps:step(X, Y), N1 is N - 1, run(N1, Y, Z).
";
    check(
        "prolog_calls_a_function",
        ("main.pl", main),
        ("steps.py", "def step(x):\n    return x + 1\n"),
        "run/3",
        "5000\n",
        expect![[r#"
            label L1 (v0: int, v1: int, v2: int, v3: val, v4: val, v5: val)
            guard_no_poll
            ; run/3 switch
            v6 = same v0, 0
            guard_false v6
            ; step add_k
            v7 = int_add_ovf v1, 1
            ; run/3 add_const
            v8 = int_add_ovf v0, -1
            jump L1 (v8, v7, v7, v3, v4, v5)
        "#]],
    );
}

#[test]
fn prolog_gathers_from_a_generator() {
    let main = "\
:- use_module(steps).
:- initialization(main).
main :- gather(5000, L), sum_list(L, S), write(S), nl.
gather(N, L) :- findall(X, steps:numbers(N, X), L).
";
    check(
        "prolog_gathers_from_a_generator",
        ("main.pl", main),
        (
            "steps.py",
            "def numbers(n):\n    i = 0\n    while i < n:\n        yield i\n        i += 1\n",
        ),
        "$generate/2",
        "12497500\n",
        GATHERING_LOOP,
    );
}

const GATHERING_LOOP: Expect = expect![[r#"
    label L1 (v0: val, v1: val, v2: val, v3: val, v4: val, v5: val)
    guard_no_poll
    ; $generate/2 generate_next
    guard_tag v1, generator
    ; border_next for_iter
    v6 = load v1, generator.state
    guard_value v6, 1
    v7 = load v1, generator.frame
    v8 = load v7, frame.token
    guard_value v8, PLACE
    ; numbers iadd_k
    v9 = load_reg r2
    v10 = load v7, frame[1]
    guard_tag v10, int
    v11 = int_add_ovf v10, 1
    ; numbers jump_if_lt
    v12 = load v7, frame[0]
    guard_tag v12, int
    v13 = int_lt v11, v12
    guard_true v13
    ; $generate/2 generate_yield
    v14 = load v7, frame[5]
    guard_tag v2, var
    v15 = load v2, var.ref
    v16 = same v15, undef
    guard_true v16
    v17 = load v2, var.stamp
    v18 = load_reg r4
    v19 = int_lt v17, v18
    guard_true v19
    ; $generate/2 proceed
    store v7, nil, frame.parent
    v20 = load v0, frame.parent
    v21 = load v20, frame.token
    guard_value v21, PLACE
    ; $findall/3 resume
    v22 = load v20, frame[3]
    v23 = load_reg r3
    v24 = same v22, v23
    guard_false v24
    ; $findall/3 builtin
    v25 = load v20, frame[0]
    v26 = load v20, frame[2]
    v27 = load v20, frame.aux
    v28 = load v20, frame.parent
    v29 = new trail shape N words 3
    store v29, v5, trail.prev
    store v29, v2, trail.var
    store v1, 2, generator.state
    store v14, 1, generator.state
    store v7, v11, frame[1]
    store v7, undef, frame[4]
    store v7, v9, frame[6]
    store v2, v11, var.ref
    store_reg v11, r0
    store_reg v29, r5
    v30 = call $bag_add(v26, v25)
    guard_not_raised v30
    guard_valid
    v31 = same v30, true
    guard_true v31
    ; $findall/3 fail
    v32 = load_reg r3
    v33 = load v32, choice.token
    guard_value v33, PLACE
    v34 = load v32, choice.trail
    v35 = load_reg r5
    v36 = same v34, v35
    guard_false v36
    guard_tag v35, trail
    v37 = load v35, trail.var
    guard_tag v37, var
    v38 = load v35, trail.prev
    v39 = same v34, v38
    guard_true v39
    v40 = load_reg r8
    v41 = same v40, nil
    guard_true v41
    v42 = load v32, choice.frame
    v43 = load v42, frame[0]
    v44 = load v42, frame[1]
    v45 = load v42, frame[2]
    v46 = load v42, frame[3]
    store v37, undef, var.ref
    store v42, PLACE, frame.token
    add_depth -1
    jump L1 (v42, v43, v44, v45, v46, v38)
"#]];

const FAILING: &str = "\
:- use_module(steps).
:- initialization(main).
main :- ( forall(steps:numbers(5000, X), natural(X)) -> write(all) ; write(some) ), nl.
natural(X) :- X >= 0.
";

#[test]
fn prolog_fails_through_a_generator() {
    check(
        "prolog_fails_through_a_generator",
        ("main.pl", FAILING),
        (
            "steps.py",
            "def numbers(n):\n    i = 0\n    while i < n:\n        yield i\n        i += 1\n",
        ),
        "$generate/2",
        "all\n",
        FAILING_LOOP,
    );
}

const FAILING_LOOP: Expect = expect![[r#"
    label L1 (v0: val, v1: val, v2: val, v3: val, v4: val, v5: int, v6: int, v7: int, v8: int, v9: val, v10: val, v11: val, v12: int, v13: val, v14: val, v15: val, v16: val)
    guard_no_poll
    ; $generate/2 generate_next
    guard_tag v1, generator
    ; border_next for_iter
    v17 = load v1, generator.state
    guard_value v17, 1
    v18 = load v1, generator.frame
    store v13, v8, frame.token
    v19 = load v18, frame.token
    guard_value v19, PLACE
    ; numbers iadd_k
    v20 = load v18, frame[1]
    guard_tag v20, int
    v21 = int_add_ovf v20, 1
    ; numbers jump_if_lt
    v22 = load v18, frame[0]
    guard_tag v22, int
    v23 = int_lt v21, v22
    guard_true v23
    ; $generate/2 generate_yield
    v24 = load v18, frame[5]
    guard_tag v2, var
    v25 = load v2, var.ref
    v26 = same v25, undef
    guard_true v26
    v27 = load v2, var.stamp
    v28 = int_lt v27, v6
    guard_true v28
    ; $generate/2 proceed
    store v18, nil, frame.parent
    v29 = load v0, frame.parent
    v30 = load v29, frame.token
    guard_value v30, PLACE
    ; forall/2 resume
    v31 = load v29, frame[2]
    v32 = same v11, v31
    guard_false v32
    ; call/1 meta_call
    store v18, v21, frame[1]
    v33 = load v29, frame[1]
    v34 = load v29, frame[3]
    v35 = load v29, frame.aux
    v36 = load v29, frame.parent
    v37 = int_add v7, 1
    guard_tag v33, struct
    guard_shape v33, shape N
    ; natural/1 compare_const
    v38 = load v33, struct[0]
    guard_tag v38, var
    store v2, v21, var.ref
    v39 = load v38, var.ref
    v40 = same v39, undef
    guard_false v40
    guard_tag v39, int
    v41 = int_le 0, v39
    guard_true v41
    v42 = load v13, frame[1]
    store v1, 2, generator.state
    store v24, 1, generator.state
    store v18, undef, frame[4]
    store v18, v9, frame[6]
    store v2, undef, var.ref
    add_depth -1
    jump L1 (v13, v14, v42, v15, v16, v21, v12, v37, PLACE, v9, v10, v11, v12, v13, v14, v15, v16)
"#]];
