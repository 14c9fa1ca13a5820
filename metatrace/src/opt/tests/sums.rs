//! Sums with several constants under overflow checks: `rules::checked_sum`.

use super::*;
use expect_test::expect;

fn sums(body: &str, after: Expect) {
    let trace = format!(
        "inputs x: int, o: val
         {body}
         exit @[frame o words 7 at 12 {{0: r}}]"
    );
    let trace = parsed(&trace);
    let mut next_label = 100;
    let mut env = OptEnv {
        heap: &NoHeap,
        next_label: &mut next_label,
        options: OptOptions::default(),
    };
    let result = optimize_entry(&trace, &[], &mut env).expect("a plain trace");
    after.assert_eq(&result.trace.to_string());
}

#[test]
fn two_checks_of_one_sign_become_the_first() {
    sums(
        "a = int_add_ovf x, 2 @[frame o words 7 at 10 {0: x}]
         r = int_add_ovf a, 3 @[frame o words 7 at 11 {0: a}]",
        expect![[r#"
            inputs v0: int, v1: val
              v2 = int_add_ovf v0, 5 @[frame v1 words 7 at 10 {0: v0}]
              exit @[frame v1 words 7 at 12 {0: v2}]
        "#]],
    );
    sums(
        "a = int_sub_ovf x, 2 @[frame o words 7 at 10 {0: x}]
         b = int_add_ovf a, -3 @[frame o words 7 at 11 {0: a}]
         r = int_sub_ovf b, 4 @[frame o words 7 at 11 {0: b}]",
        expect![[r#"
            inputs v0: int, v1: val
              v2 = int_add_ovf v0, -9 @[frame v1 words 7 at 10 {0: v0}]
              exit @[frame v1 words 7 at 12 {0: v2}]
        "#]],
    );
}

#[test]
fn opposite_signs_keep_both_checks() {
    sums(
        "a = int_add_ovf x, 5 @[frame o words 7 at 10 {0: x}]
         r = int_sub_ovf a, 3 @[frame o words 7 at 11 {0: a}]",
        expect![[r#"
            inputs v0: int, v1: val
              v2 = int_add_ovf v0, 5 @[frame v1 words 7 at 10 {0: v0}]
              v3 = int_add v0, 2
              exit @[frame v1 words 7 at 12 {0: v3}]
        "#]],
    );
}

#[test]
fn what_happens_in_between_keeps_both_checks() {
    // An effect must not be repeated.
    sums(
        "a = int_add_ovf x, 2 @[frame o words 7 at 10 {0: x}]
         n = call any(x)
         r = int_add_ovf a, 3 @[frame o words 7 at 11 {0: a}]",
        expect![[r#"
            inputs v0: int, v1: val
              v2 = int_add_ovf v0, 2 @[frame v1 words 7 at 10 {0: v0}]
              v3 = call any(v0)
              v4 = int_add_ovf v2, 3 @[frame v1 words 7 at 11 {0: v2}]
              exit @[frame v1 words 7 at 12 {0: v4}]
        "#]],
    );
    // A guard must not see a sum that does not fit.
    sums(
        "a = int_add_ovf x, 2 @[frame o words 7 at 10 {0: x}]
         c = int_lt a, 9
         guard_true c @[frame o words 7 at 11 {0: a}]
         r = int_add_ovf a, 3 @[frame o words 7 at 11 {0: a}]",
        expect![[r#"
            inputs v0: int, v1: val
              v2 = int_add_ovf v0, 2 @[frame v1 words 7 at 10 {0: v0}]
              v3 = int_lt v2, 9
              guard_true v3 @[frame v1 words 7 at 11 {0: v2}]
              v5 = int_add v0, 5
              exit @[frame v1 words 7 at 12 {0: v5}]
        "#]],
    );
}
