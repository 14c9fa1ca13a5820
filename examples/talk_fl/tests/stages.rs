//! The talk's trace, stage by stage: from 72 elements to 7.

use expect_test::{Expect, expect};
use talk_fl::{Stage, stages};

const TALK: &str = include_str!("../programs/talk.talk");

fn talk() -> Vec<Stage> {
    stages(TALK, &[("x", 6)]).expect("the talk's program is traced")
}

fn check(name: &str, after: Expect) {
    let all = talk();
    let stage = all.iter().find(|s| s.name == name).expect("a stage");
    after.assert_eq(&(stage.elements.join("\n") + "\n"));
}

#[test]
fn the_counts_are_those_of_the_slides() {
    let counts: Vec<String> = talk()
        .iter()
        .map(|s| format!("{}: {}\n", s.name, s.elements.len()))
        .collect();
    // The slides' program ends where ours jumps back: two elements more.
    expect![[r#"
        initial: 74
        constants removed: 35
        list folded: 13
        dict folded: 9
        type folded: 8
        arithmetic folded: 7
        loop peeled: 4
    "#]]
    .assert_eq(&counts.concat());
}

#[test]
fn initial() {
    let all = talk();
    let (talk, jump) = all[0].elements.split_at(72);
    expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v3 = <program_counter>
        v4 = load_instruction(v3)
        guard_eq(v4, VAR_GET)
        v6 = dict_get(v2, "x")
        list_append(v1, v6) as v7
        v8 = add(v3, 1)
        v9 = load_instruction(v8)
        guard_eq(v9, INT)
        list_append(v7, 0) as v10
        v11 = add(v8, 1)
        v12 = load_instruction(v11)
        guard_eq(v12, LESS_THAN)
        v13 = list_pop(v10)
        v14 = list_pop(v10.rest)
        guard_type(v14, int)
        guard_type(v13, int)
        guard_not_less_than(v14, v13)
        list_append(v10.rest.rest, False) as v16
        v17 = add(v11, 1)
        v18 = load_instruction(v17)
        guard_eq(v18, IF)
        v19 = list_pop(v16)
        guard_false(v19 is True)
        v21 = add(v17, 6)
        v22 = load_instruction(v21)
        guard_eq(v22, VAR_GET)
        v24 = dict_get(v2, "x")
        list_append(v16.rest, v24) as v25
        v26 = add(v21, 1)
        v27 = load_instruction(v26)
        guard_eq(v27, INT)
        list_append(v25, 2) as v28
        v29 = add(v26, 1)
        v30 = load_instruction(v29)
        guard_eq(v30, ADD)
        v31 = list_pop(v28)
        v32 = list_pop(v28.rest)
        guard_type(v32, int)
        guard_type(v31, int)
        v33 = add(v32, v31)
        list_append(v28.rest.rest, v33) as v34
        v35 = add(v29, 1)
        v36 = load_instruction(v35)
        guard_eq(v36, VAR_SET)
        v37 = list_pop(v34)
        dict_set(v2, "x", v37)
        v39 = add(v35, 1)
        v40 = load_instruction(v39)
        guard_eq(v40, VAR_GET)
        v42 = dict_get(v2, "x")
        list_append(v34.rest, v42) as v43
        v44 = add(v39, 1)
        v45 = load_instruction(v44)
        guard_eq(v45, INT)
        list_append(v43, 3) as v46
        v47 = add(v44, 1)
        v48 = load_instruction(v47)
        guard_eq(v48, ADD)
        v49 = list_pop(v46)
        v50 = list_pop(v46.rest)
        guard_type(v50, int)
        guard_type(v49, int)
        v51 = add(v50, v49)
        list_append(v46.rest.rest, v51) as v52
        v53 = add(v47, 1)
        v54 = load_instruction(v53)
        guard_eq(v54, VAR_SET)
        v55 = list_pop(v52)
        dict_set(v2, "x", v55)
        v57 = add(v53, 1)
    "#]]
    .assert_eq(&(talk.join("\n") + "\n"));
    expect![[r#"
        v58 = load_instruction(v57)
        guard_eq(v58, JUMP)
    "#]]
    .assert_eq(&(jump.join("\n") + "\n"));
}

#[test]
fn constants_removed() {
    check(
        "constants removed",
        expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v4 = dict_get(v2, "x")
        list_append(v1, v4) as v5
        list_append(v5, 0) as v6
        v7 = list_pop(v6)
        v8 = list_pop(v6.rest)
        guard_type(v8, int)
        guard_type(v7, int)
        guard_not_less_than(v8, v7)
        list_append(v6.rest.rest, False) as v10
        v11 = list_pop(v10)
        guard_false(v11 is True)
        v14 = dict_get(v2, "x")
        list_append(v10.rest, v14) as v15
        list_append(v15, 2) as v16
        v17 = list_pop(v16)
        v18 = list_pop(v16.rest)
        guard_type(v18, int)
        guard_type(v17, int)
        v19 = add(v17, v18)
        list_append(v16.rest.rest, v19) as v20
        v21 = list_pop(v20)
        dict_set(v2, "x", v21)
        v24 = dict_get(v2, "x")
        list_append(v20.rest, v24) as v25
        list_append(v25, 3) as v26
        v27 = list_pop(v26)
        v28 = list_pop(v26.rest)
        guard_type(v28, int)
        guard_type(v27, int)
        v29 = add(v27, v28)
        list_append(v26.rest.rest, v29) as v30
        v31 = list_pop(v30)
        dict_set(v2, "x", v31)
    "#]],
    );
}

#[test]
fn list_folded() {
    check(
        "list folded",
        expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v4 = dict_get(v2, "x")
        guard_type(v4, int)
        guard_not_less_than(v4, 0)
        v7 = dict_get(v2, "x")
        guard_type(v7, int)
        v8 = add(v7, 2)
        dict_set(v2, "x", v8)
        v11 = dict_get(v2, "x")
        guard_type(v11, int)
        v12 = add(v11, 3)
        dict_set(v2, "x", v12)
    "#]],
    );
}

#[test]
fn dict_folded() {
    check(
        "dict folded",
        expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v4 = dict_get(v2, "x")
        guard_type(v4, int)
        guard_not_less_than(v4, 0)
        v6 = add(v4, 2)
        guard_type(v6, int)
        v7 = add(v6, 3)
        dict_set(v2, "x", v7)
    "#]],
    );
}

#[test]
fn type_folded() {
    check(
        "type folded",
        expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v4 = dict_get(v2, "x")
        guard_type(v4, int)
        guard_not_less_than(v4, 0)
        v6 = add(v4, 2)
        v7 = add(v6, 3)
        dict_set(v2, "x", v7)
    "#]],
    );
}

#[test]
fn arithmetic_folded() {
    check(
        "arithmetic folded",
        expect![[r#"
        v1 = <stack>
        v2 = <vars>
        v4 = dict_get(v2, "x")
        guard_type(v4, int)
        guard_not_less_than(v4, 0)
        v6 = add(v4, 5)
        dict_set(v2, "x", v6)
    "#]],
    );
}

/// What the slides do not show: `x` stays a raw integer around the loop, and is
/// known not to be negative. The first three elements are the loop's variables.
#[test]
fn loop_peeled() {
    check(
        "loop peeled",
        expect![[r#"
            v1 = <value>
            v2 = <value>
            v3 = <value>
            v4 = add(v1, 5)
        "#]],
    );
}

/// The last stage of the slides as it really is: nothing hides in the counting.
#[test]
fn arithmetic_folded_in_full() {
    let all = talk();
    let stage = all.iter().find(|s| s.name == "arithmetic folded");
    expect![[r#"
        inputs v0: val
          v1 = load v0, frame[0]
          v2 = load v0, frame[1]
          jump L1 (v0, v1, v2)
          label L1 (v4: val, v5: val, v6: val)
          guard_no_poll @[frame v4 words 7 at 0 {0: v5, 1: v6}]
          v9 = load v6, vars.first
          guard_tag v9, entry @[frame v4 words 7 at 0 {0: v5, 1: v6}]
          v11 = load v9, entry.key
          v12 = same v11, sym#0
          guard_true v12 @[frame v4 words 7 at 0 {0: v5, 1: v6}]
          v14 = load v9, entry.value
          guard_tag v14, int @[frame v4 words 7 at 2 {0: $0, 1: v6, 2: 2}; $0 = new operands shape 0 words 3 {2: $1}; $1 = new operands shape 0 words 3 {1: v14, 2: v5}]
          v16 = int_lt v14, 0
          guard_false v16 @[frame v4 words 7 at 2 {0: $0, 1: v6, 2: 2}; $0 = new operands shape 0 words 3 {2: $1}; $1 = new operands shape 0 words 3 {1: v14, 2: v5}]
          v18 = int_add_ovf v14, 5 @[frame v4 words 7 at 11 {0: $0, 1: v6, 2: 11}; $0 = new operands shape 0 words 3 {1: 2, 2: $1}; $1 = new operands shape 0 words 3 {1: v14, 2: v5}]
          store v9, v18, entry.value
          jump L1 (v4, v5, v6)
    "#]].assert_eq(&stage.expect("a stage").trace);
}
