//! Whole loops.

use super::*;
use expect_test::expect;

#[test]
fn a_counting_loop_keeps_raw_integers() {
    check(
        "inputs f: val
         n0 = load f, frame[0]
         i0 = load f, frame[1]
         s0 = load f, frame[2]
         jump L0 (f, n0, i0, s0)
         label L0 (g: val, n: val, i: val, s: val)
         guard_no_poll @[frame g words 7 at 10 {0: n, 1: i, 2: s}]
         guard_tag i, int @[frame g words 7 at 10 {0: n, 1: i, 2: s}]
         guard_tag n, int @[frame g words 7 at 10 {0: n, 1: i, 2: s}]
         c = int_lt i, n
         guard_true c @[frame g words 7 at 10 {0: n, 1: i, 2: s}]
         guard_tag s, int @[frame g words 7 at 11 {0: n, 1: i, 2: s}]
         t = int_add_ovf s, i @[frame g words 7 at 11 {0: n, 1: i, 2: s}]
         j = int_add_ovf i, 1 @[frame g words 7 at 12 {0: n, 1: i, 2: t}]
         jump L0 (g, n, j, t) @[frame g words 7 at 10 {0: n, 1: j, 2: t}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              v2 = load v0, frame[1]
              v3 = load v0, frame[2]
              guard_no_poll @[frame v0 words 7 at 10; also v1, v2, v3]
              guard_tag v2, int @[frame v0 words 7 at 10; also v1, v2, v3]
              guard_tag v1, int @[frame v0 words 7 at 10; also v1, v2, v3]
              v7 = int_lt v2, v1
              guard_true v7 @[frame v0 words 7 at 10; also v1, v2, v3]
              guard_tag v3, int @[frame v0 words 7 at 11; also v1, v2, v3]
              v10 = int_add_ovf v2, v3 @[frame v0 words 7 at 11; also v1, v2, v3]
              v11 = int_add v2, 1
              jump L100 (v11, v10, v0, v1)
              label L100 (v13: int, v14: int, v15: val, v16: val)
              guard_no_poll @[frame v15 words 7 at 10 {1: v13, 2: v14}; also v16]
              v19 = int_lt v13, v16
              guard_true v19 @[frame v15 words 7 at 10 {1: v13, 2: v14}; also v16]
              v21 = int_add_ovf v13, v14 @[frame v15 words 7 at 11 {1: v13, 2: v14}; also v16]
              v22 = int_add v13, 1
              jump L100 (v22, v21, v15, v16)
        "#]],
    );
}

#[test]
fn floats_stay_unboxed_around_the_loop() {
    check(
        "inputs f: val
         n0 = load f, frame[0]
         x0 = load f, frame[1]
         jump L0 (f, n0, x0)
         label L0 (g: val, n: val, x: val)
         guard_tag x, float @[frame g words 7 at 10 {0: n, 1: x}]
         r = unbox_float x
         guard_tag n, float @[frame g words 7 at 10 {0: n, 1: x}]
         m = unbox_float n
         c = float_lt r, m
         guard_true c @[frame g words 7 at 10 {0: n, 1: x}]
         q = float_mul r, 1.5f
         y = box_float q
         guard_no_poll @[frame g words 7 at 11 {0: n, 1: y}]
         jump L0 (g, n, y) @[frame g words 7 at 10 {0: n, 1: y}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              v2 = load v0, frame[1]
              guard_tag v2, float @[frame v0 words 7 at 10; also v1, v2]
              v4 = unbox_float v2
              guard_tag v1, float @[frame v0 words 7 at 10; also v1, v2]
              v6 = unbox_float v1
              v7 = float_lt v4, v6
              guard_true v7 @[frame v0 words 7 at 10; also v1, v2]
              v9 = float_mul v4, 1.5f
              guard_no_poll @[frame v0 words 7 at 11 {1: v9}; also v1]
              jump L100 (v9, v0, v6)
              label L100 (v12: float, v13: val, v14: float)
              v16 = float_lt v12, v14
              guard_true v16 @[frame v13 words 7 at 10 {1: v12}; also v14]
              v18 = float_mul v12, 1.5f
              guard_no_poll @[frame v13 words 7 at 11 {1: v18}; also v14]
              jump L100 (v18, v13, v14)
        "#]],
    );
}

#[test]
fn a_virtual_pair_is_carried_as_its_fields() {
    check(
        "inputs f: val
         p0 = load f, frame[0]
         jump L0 (f, p0)
         label L0 (g: val, p: val)
         guard_tag p, pair @[frame g words 7 at 10 {0: p}]
         a = load p, pair.a
         guard_tag a, int @[frame g words 7 at 10 {0: p}]
         b = int_add_ovf a, 1 @[frame g words 7 at 10 {0: p}]
         c = int_lt b, 1000
         guard_true c @[frame g words 7 at 10 {0: p}]
         q = new pair shape 0 words 3
         store q, b, pair.a
         store q, none, pair.b
         jump L0 (g, q) @[frame g words 7 at 10 {0: q}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              guard_tag v1, pair @[frame v0 words 7 at 10; also v1]
              v3 = load v1, pair.a
              guard_tag v3, int @[frame v0 words 7 at 10; also v1]
              v5 = int_add_ovf v3, 1 @[frame v0 words 7 at 10; also v1]
              v6 = int_lt v5, 1000
              guard_true v6 @[frame v0 words 7 at 10; also v1]
              jump L100 (v5, v0)
              label L100 (v9: int, v10: val)
              v12 = int_add v9, 1
              v13 = int_lt v12, 1000
              guard_true v13 @[frame v10 words 7 at 10 {0: $0}; $0 = new pair shape 0 words 3 {1: v9, 2: none}]
              jump L100 (v12, v10)
        "#]],
    );
}

#[test]
fn loads_and_guards_of_invariant_objects_are_hoisted() {
    check(
        "inputs f: val
         a0 = load f, frame[0]
         i0 = load f, frame[1]
         jump L0 (f, a0, i0)
         label L0 (g: val, a: val, i: val)
         guard_tag a, arr @[frame g words 7 at 10 {0: a, 1: i}]
         n = load a, arr.len
         guard_tag i, int @[frame g words 7 at 10 {0: a, 1: i}]
         c = int_ult i, n
         guard_true c @[frame g words 7 at 10 {0: a, 1: i}]
         x = load_item a, i, arr[]
         guard_tag x, int @[frame g words 7 at 10 {0: a, 1: i}]
         j = int_add_ovf i, 1 @[frame g words 7 at 11 {0: a, 1: i}]
         jump L0 (g, a, j) @[frame g words 7 at 10 {0: a, 1: j}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              v2 = load v0, frame[1]
              guard_tag v1, arr @[frame v0 words 7 at 10; also v1, v2]
              v4 = load v1, arr.len
              guard_tag v2, int @[frame v0 words 7 at 10; also v1, v2]
              v6 = int_ult v2, v4
              guard_true v6 @[frame v0 words 7 at 10; also v1, v2]
              v8 = load_item v1, v2, arr[]
              guard_tag v8, int @[frame v0 words 7 at 10; also v1, v2]
              v10 = int_add v2, 1
              jump L100 (v10, v0, v1, v4)
              label L100 (v12: int, v13: val, v14: val, v15: int)
              v17 = int_ult v12, v15
              guard_true v17 @[frame v13 words 7 at 10 {1: v12}; also v14, v15]
              v19 = load_item v14, v12, arr[]
              guard_tag v19, int @[frame v13 words 7 at 10 {1: v12}; also v14, v15]
              v21 = int_add v12, 1
              jump L100 (v21, v13, v14, v15)
        "#]],
    );
}

#[test]
fn a_field_changed_in_each_iteration_is_carried() {
    check(
        "inputs f: val
         p0 = load f, frame[0]
         jump L0 (f, p0)
         label L0 (g: val, p: val)
         guard_tag p, pair @[frame g words 7 at 10 {0: p}]
         a = load p, pair.a
         guard_tag a, int @[frame g words 7 at 10 {0: p}]
         b = int_add_ovf a, 1 @[frame g words 7 at 10 {0: p}]
         store p, b, pair.a
         guard_no_poll @[frame g words 7 at 11 {0: p}]
         jump L0 (g, p) @[frame g words 7 at 10 {0: p}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              guard_tag v1, pair @[frame v0 words 7 at 10; also v1]
              v3 = load v1, pair.a
              guard_tag v3, int @[frame v0 words 7 at 10; also v1]
              v5 = int_add_ovf v3, 1 @[frame v0 words 7 at 10; also v1]
              guard_no_poll @[frame v0 words 7 at 11; store v1, pair.a, v5]
              store v1, v5, pair.a
              jump L100 (v5, v0, v1)
              label L100 (v9: int, v10: val, v11: val)
              v13 = int_add_ovf v9, 1 @[frame v10 words 7 at 10; store v11, pair.a, v9]
              guard_no_poll @[frame v10 words 7 at 11; store v11, pair.a, v13]
              jump L100 (v13, v10, v11)
        "#]],
    );
}
