//! Programs mean the same interpreted, traced, and compiled.

use expect_test::{Expect, expect};
use talk_fl::{Mode, Outcome, run};

const LOOP: &str = include_str!("../programs/loop.talk");
const NESTED: &str = include_str!("../programs/nested.talk");

/// Runs in all modes; the result as text, and whether the loop was compiled.
fn all_modes(text: &str, variables: &[(&str, i64)]) -> (String, Vec<Outcome>) {
    let mut texts = Vec::new();
    let mut outcomes = Vec::new();
    for mode in [Mode::Interpreter, Mode::Portable, Mode::Cranelift] {
        let outcome = run(text, variables, mode).expect("a correct program");
        texts.push(match &outcome.result {
            Ok(variables) => {
                let line = |(name, value): &(String, String)| format!("{name} = {value}\n");
                variables.iter().map(line).collect()
            }
            Err(error) => format!("{error}\n"),
        });
        outcomes.push(outcome);
    }
    assert_eq!(texts[0], texts[1], "interpreter and portable back end");
    assert_eq!(texts[0], texts[2], "interpreter and machine code");
    (texts.swap_remove(0), outcomes)
}

fn check(text: &str, variables: &[(&str, i64)], after: Expect) {
    after.assert_eq(&all_modes(text, variables).0);
}

#[test]
fn a_hot_loop_is_compiled() {
    let (text, outcomes) = all_modes(LOOP, &[("i", 0), ("n", 100_000), ("x", -4)]);
    expect![[r#"
        i = 100000
        n = 100000
        x = 499995
    "#]]
    .assert_eq(&text);
    for outcome in &outcomes[1..] {
        let stats = outcome.stats.as_ref().expect("these modes trace");
        assert!(stats.loops >= 1 && stats.exits < 1000, "{stats:?}");
    }
}

#[test]
fn nested_loops_and_variables_made_on_the_way() {
    check(
        NESTED,
        &[("n", 300)],
        expect![[r#"
        i = 300
        j = 299
        n = 300
        sum = 4455100
    "#]],
    );
}

#[test]
fn sums_overflow_at_the_same_instruction() {
    let most = (1i64 << 61) - 1;
    let mut lines = Vec::new();
    for room in 0..5 {
        let x = most - 5 * 1000 - room;
        lines.push(all_modes(LOOP, &[("i", 0), ("n", 2000), ("x", x)]).0);
    }
    expect![[r#"
        line 19: cannot execute ADD
        line 19: cannot execute ADD
        line 24: cannot execute ADD
        line 24: cannot execute ADD
        line 24: cannot execute ADD
    "#]]
    .assert_eq(&lines.concat());
}

#[test]
fn errors_name_their_line() {
    check(
        "INT 1\nINT 2\nLESS_THAN\nINT 1\nADD\nVAR_SET x",
        &[],
        expect![[r#"
            line 5: cannot execute ADD
        "#]],
    );
    check(
        "VAR_GET y\nVAR_SET x",
        &[],
        expect![[r#"
        line 1: cannot execute VAR_GET y
    "#]],
    );
}

#[test]
fn the_assembler_explains_what_is_wrong() {
    let mut out = String::new();
    for text in [
        "PUSH 1",
        "INT x",
        "JUMP nowhere",
        "ADD",
        "INT 1",
        "a:\nINT 1\nIF a",
    ] {
        let error = run(text, &[], Mode::Interpreter).expect_err("a wrong program");
        out += &format!("{error}\n");
    }
    expect![[r#"
        line 1: no instruction is called PUSH
        line 1: not a small integer: "x"
        line 1: no label is called "nowhere"
        line 1: 0 operands on the list at ADD
        line 1: 1 operands on the list at HALT
        line 3: IF goes forward only
    "#]]
    .assert_eq(&out);
}
