//! One pass at a time, on straight traces.

use super::*;
use expect_test::expect;

// ----------------------------------------------------------------- fold, rules

#[test]
fn constants_are_folded() {
    check(
        "inputs x: int
         a = int_add 2, 3
         b = int_mul a, 4
         c = int_lt b, 21
         guard_true c @[]
         d = int_add_ovf b, 1 @[]
         store_reg d, r0
         exit @[]",
        expect![[r#"
            inputs v0: int
              exit @[r0 = 21]
        "#]],
    );
}

#[test]
fn algebra_finds_cheaper_forms() {
    check(
        "inputs x: int, f: float
         a = int_mod x, 8
         b = int_floordiv x, 4
         c = int_add x, 5
         d = int_sub c, 3
         e = int_mul x, 1
         g = float_div f, 2.0f
         exit @[log 6 [a, b, d, e, g]]",
        expect![[r#"
            inputs v0: int, v1: float
              v2 = int_and v0, 7
              v3 = int_shr v0, 2
              v4 = int_add v0, 2
              v5 = float_mul v1, 0.5f
              exit @[log 6 [v2, v3, v4, v0, v5]]
        "#]],
    );
}

// -------------------------------------------------------------------- intbound

#[test]
fn a_guarded_range_removes_the_overflow_check() {
    check(
        "inputs i: int, n: int
         c = int_lt i, n
         guard_true c @[]
         j = int_add_ovf i, 1 @[]
         k = int_add_ovf j, 1 @[]
         exit @[log 2 [j, k]]",
        expect![[r#"
            inputs v0: int, v1: int
              v2 = int_lt v0, v1
              guard_true v2 @[]
              v4 = int_add v0, 1
              v5 = int_add_ovf v4, 1 @[]
              exit @[log 2 [v4, v5]]
        "#]],
    );
}

#[test]
fn masks_and_remainders_have_ranges() {
    check(
        "inputs i: int
         a = int_and i, 255
         b = int_mod i, 10
         c = int_lt a, 256
         guard_true c @[]
         d = int_ult b, 10
         guard_true d @[]
         e = int_mul_ovf a, b @[]
         exit @[log 1 [e]]",
        expect![[r#"
            inputs v0: int
              v1 = int_and v0, 255
              v2 = int_mod v0, 10
              v3 = int_mul v1, v2
              exit @[log 1 [v3]]
        "#]],
    );
}

// ----------------------------------------------------------------------- guard

#[test]
fn implied_guards_vanish() {
    check(
        "inputs a: val, i: int, n: int
         guard_tag a, pair @[]
         guard_shape a, shape 7 @[]
         t = is_tag a, pair
         guard_true t @[]
         guard_shape a, shape 7 @[]
         c = int_lt i, n
         guard_true c @[]
         d = int_le n, i
         guard_false d @[]
         e = int_eq i, n
         guard_false e @[]
         exit @[]",
        expect![[r#"
            inputs v0: val, v1: int, v2: int
              guard_tag v0, pair @[]
              guard_shape v0, shape 7 @[]
              v5 = int_lt v1, v2
              guard_true v5 @[]
              exit @[]
        "#]],
    );
}

#[test]
fn a_guarded_value_is_its_constant() {
    check(
        "inputs i: int
         guard_value i, 5 @[]
         j = int_add i, 1
         c = int_lt j, 10
         guard_true c @[]
         exit @[log 1 [j]]",
        expect![[r#"
            inputs v0: int
              guard_value v0, 5 @[]
              exit @[log 1 [6]]
        "#]],
    );
}

#[test]
fn a_guard_that_cannot_hold_is_a_contradiction() {
    check(
        "inputs a: val
         guard_tag a, int @[]
         guard_tag a, pair @[]
         exit @[]",
        expect![[r#"
            Contradiction
        "#]],
    );
}

// ------------------------------------------------------------------------ pure

#[test]
fn repeated_operations_are_shared() {
    check(
        "inputs i: int, j: int
         a = int_mul_ovf i, j @[]
         b = int_mul_ovf j, i @[]
         c = call pure(a)
         d = call pure(b)
         exit @[log 2 [c, d]]",
        expect![[r#"
            inputs v0: int, v1: int
              v2 = int_mul_ovf v0, v1 @[]
              v3 = call pure(v2)
              exit @[log 2 [v3, v3]]
        "#]],
    );
}

// ------------------------------------------------------------------------ heap

#[test]
fn stores_wait_and_loads_are_forwarded() {
    check(
        "inputs p: val, x: val, y: val
         store p, x, pair.a
         a = load p, pair.a
         guard_tag a, int @[]
         store p, y, pair.a
         exit @[]",
        expect![[r#"
            inputs v0: val, v1: val, v2: val
              guard_tag v1, int @[store v0, pair.a, v1]
              exit @[store v0, pair.a, v2]
        "#]],
    );
}

#[test]
fn a_store_to_another_object_may_be_to_the_same() {
    check(
        "inputs p: val, q: val, x: val
         a = load p, pair.a
         b = load p, pair.b
         store q, x, pair.a
         c = load p, pair.a
         d = load p, pair.b
         exit @[log 5 [a, b, c, d]]",
        expect![[r#"
            inputs v0: val, v1: val, v2: val
              v3 = load v0, pair.a
              v4 = load v0, pair.b
              store v1, v2, pair.a
              v6 = load v0, pair.a
              exit @[log 5 [v3, v4, v6, v4]]
        "#]],
    );
}

/// Whether `p` is `q` is not known: exits, loads and the end perform their stores in order.
#[test]
fn stores_to_objects_that_may_be_the_same_wait_in_order() {
    check(
        "inputs p: val, q: val, r: val, x: val, y: val
         store p, x, pair.a
         store q, y, pair.a
         store p, y, pair.a
         store q, x, pair.a
         guard_tag x, int @[]
         store p, x, pair.a
         guard_tag y, int @[]
         store q, y, pair.b
         a = load r, pair.a
         exit @[log 5 [a]]",
        expect![[r#"
            inputs v0: val, v1: val, v2: val, v3: val, v4: val
              guard_tag v3, int @[store v0, pair.a, v4; store v1, pair.a, v3]
              guard_tag v4, int @[store v1, pair.a, v3; store v0, pair.a, v3]
              store v1, v3, pair.a
              store v0, v3, pair.a
              v9 = load v2, pair.a
              exit @[log 5 [v9]; store v1, pair.b, v4]
        "#]],
    );
}

#[test]
fn calls_see_and_change_what_they_declare() {
    check(
        "inputs p: val, q: val, x: val
         store p, x, pair.a
         n = load q, arr.len
         c = call fresh(x)
         d = call reads_pair(x)
         a = load p, pair.a
         e = call writes_pair(x)
         b = load p, pair.a
         m = load q, arr.len
         exit @[log 8 [n, c, d, a, e, b, m]]",
        expect![[r#"
            inputs v0: val, v1: val, v2: val
              v3 = load v1, arr.len
              v4 = call fresh(v2)
              store v0, v2, pair.a
              v6 = call reads_pair(v2)
              v7 = call writes_pair(v2)
              v8 = load v0, pair.a
              exit @[log 8 [v3, v4, v6, v2, v7, v8, v3]]
        "#]],
    );
}

#[test]
fn items_with_different_indices_do_not_meet() {
    check(
        "inputs a: val, i: int, x: val
         j = int_add i, 1
         s = load_item a, i, arr[]
         store_item a, j, x, arr[]
         t = load_item a, i, arr[]
         u = load_item a, j, arr[]
         exit @[log 4 [s, t, u]]",
        expect![[r#"
            inputs v0: val, v1: int, v2: val
              v3 = int_add v1, 1
              v4 = load_item v0, v1, arr[]
              store_item v0, v3, v2, arr[]
              exit @[log 4 [v4, v4, v2]]
        "#]],
    );
}

#[test]
fn registers_and_depth_wait_for_the_end() {
    check(
        "inputs x: val, y: val
         store_reg x, r1
         add_depth 1
         store_reg y, r1
         guard_tag x, int @[]
         add_depth 2
         c = call any(x)
         exit @[]",
        expect![[r#"
            inputs v0: val, v1: val
              guard_tag v0, int @[r1 = v1; depth 1]
              store_reg v1, r1
              add_depth 3
              v5 = call any(v0)
              exit @[]
        "#]],
    );
}

// ----------------------------------------------------------------- virtualize

#[test]
fn objects_that_stay_inside_are_never_made() {
    check(
        "inputs x: val, y: val
         p = new pair shape 3 words 3
         store p, x, pair.a
         store p, y, pair.b
         a = load p, pair.a
         guard_tag a, int @[]
         guard_tag p, pair @[]
         guard_shape p, shape 3 @[]
         q = new pair shape 3 words 3
         store q, p, pair.a
         guard_tag y, int @[frame x words 7 at 4 {0: q}]
         exit @[]",
        expect![[r#"
            inputs v0: val, v1: val
              guard_tag v0, int @[]
              guard_tag v1, int @[frame v0 words 7 at 4 {0: $0}; $0 = new pair shape 3 words 3 {1: $1}; $1 = new pair shape 3 words 3 {1: v0, 2: v1}]
              exit @[]
        "#]],
    );
}

#[test]
fn an_escaping_object_is_made_where_it_escapes() {
    check(
        "inputs x: val
         p = new pair shape 3 words 3
         store p, x, pair.a
         store p, p, pair.b
         guard_tag x, int @[]
         c = call any(p)
         d = load p, pair.a
         exit @[log 4 [c, d]]",
        expect![[r#"
            inputs v0: val
              guard_tag v0, int @[]
              v2 = new pair shape 3 words 3
              store v2, v0, pair.a
              store v2, v2, pair.b
              v5 = call any(v2)
              v6 = load v2, pair.a
              exit @[log 4 [v5, v6]]
        "#]],
    );
}

#[test]
fn floats_are_boxed_only_where_they_escape() {
    check(
        "inputs x: val, f: float
         b = box_float f
         guard_tag b, float @[]
         g = unbox_float b
         h = float_add g, g
         c = box_float h
         store x, c, pair.a
         exit @[frame x words 7 at 4 {0: b}]",
        expect![[r#"
            inputs v0: val, v1: float
              v2 = float_add v1, v1
              exit @[frame v0 words 7 at 4 {0: v1}; store v0, pair.a, v2]
        "#]],
    );
}

// ---------------------------------------------------------------------- bridges

const SUMMING: &str = "inputs f: val
    n0 = load f, frame[0]
    i0 = load f, frame[1]
    x0 = load f, frame[2]
    jump L0 (f, n0, i0, x0)
    label L0 (g: val, n: val, i: val, x: val)
    guard_tag i, int @[frame g words 7 at 10 {0: n, 1: i, 2: x}]
    guard_tag n, int @[frame g words 7 at 10 {0: n, 1: i, 2: x}]
    c = int_lt i, n
    guard_true c @[frame g words 7 at 10 {0: n, 1: i, 2: x}]
    guard_tag x, float @[frame g words 7 at 11 {0: n, 1: i, 2: x}]
    r = unbox_float x
    s = float_add r, 1.5f
    y = box_float s
    j = int_add_ovf i, 1 @[frame g words 7 at 12 {0: n, 1: i, 2: y}]
    jump L0 (g, n, j, y) @[frame g words 7 at 10 {0: n, 1: j, 2: y}]";

#[test]
fn a_bridge_enters_the_specialised_loop() {
    check_bridge(
        SUMMING,
        "inputs f: val, x: float, n: val
         b = box_float x
         jump L0 (f, n, 0, b) @[frame f words 7 at 10 {0: n, 1: 0, 2: b}]",
        expect![[r#"
            inputs v0: val, v1: float, v2: val
              guard_tag v2, int @[frame v0 words 7 at 10 {0: v2, 1: 0, 2: v1}]
              store v0, v2, frame[0]
              jump L100 (0, v1, v0, v2)
        "#]],
    );
}

#[test]
fn a_bridge_with_another_type_does_not_match() {
    check_bridge(
        SUMMING,
        "inputs f: val, n: val
         jump L0 (f, n, 0, none) @[frame f words 7 at 10 {0: n, 1: 0, 2: none}]",
        expect![[r#"
            NoMatch
        "#]],
    );
}
