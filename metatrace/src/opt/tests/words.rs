//! Virtual objects in words of real ones, around a loop.

use super::*;
use expect_test::expect;

/// An iterator in an attribute: each iteration makes the next one.
const REPLACED: &str = "inputs f: val
     o0 = load f, frame[0]
     jump L0 (f, o0)
     label L0 (g: val, o: val)
     guard_no_poll @[frame g words 7 at 10 {0: o}]
     guard_tag o, pair @[frame g words 7 at 10 {0: o}]
     it = load o, pair.a
     guard_tag it, pair @[frame g words 7 at 10 {0: o}]
     i = load it, pair.a
     n = load it, pair.b
     guard_tag i, int @[frame g words 7 at 10 {0: o}]
     guard_tag n, int @[frame g words 7 at 10 {0: o}]
     c = int_lt i, n
     guard_true c @[frame g words 7 at 10 {0: o}]
     j = int_add_ovf i, 1 @[frame g words 7 at 10 {0: o}]
     next = new pair shape 0 words 3
     store next, j, pair.a
     store next, n, pair.b
     store o, next, pair.a
     jump L0 (g, o) @[frame g words 7 at 10 {0: o}]";

#[test]
fn an_object_that_each_iteration_replaces_is_never_made() {
    check(
        REPLACED,
        expect![[r#"
        inputs v0: val
          v1 = load v0, frame[0]
          guard_no_poll @[frame v0 words 7 at 10; also v1]
          guard_tag v1, pair @[frame v0 words 7 at 10; also v1]
          v4 = load v1, pair.a
          guard_tag v4, pair @[frame v0 words 7 at 10; also v1]
          v6 = load v4, pair.a
          v7 = load v4, pair.b
          guard_tag v6, int @[frame v0 words 7 at 10; also v1]
          guard_tag v7, int @[frame v0 words 7 at 10; also v1]
          v10 = int_lt v6, v7
          guard_true v10 @[frame v0 words 7 at 10; also v1]
          v12 = int_add v6, 1
          jump L100 (v12, v0, v1, v7)
          label L100 (v14: int, v15: val, v16: val, v17: val)
          guard_no_poll @[frame v15 words 7 at 10; $0 = new pair shape 0 words 3 {1: v14, 2: v17}; store v16, pair.a, $0]
          v20 = int_lt v14, v17
          guard_true v20 @[frame v15 words 7 at 10; $0 = new pair shape 0 words 3 {1: v14, 2: v17}; store v16, pair.a, $0]
          v22 = int_add v14, 1
          jump L100 (v22, v15, v16, v17)
    "#]],
    );
}

#[test]
fn an_object_that_each_iteration_needs_is_made_where_it_is_stored() {
    check(
        "inputs f: val
         o0 = load f, frame[0]
         jump L0 (f, o0)
         label L0 (g: val, o: val)
         guard_tag o, pair @[frame g words 7 at 10 {0: o}]
         old = load o, pair.a
         new = new pair shape 0 words 3
         store new, old, pair.a
         store o, new, pair.a
         guard_no_poll @[frame g words 7 at 11 {0: o}]
         jump L0 (g, o) @[frame g words 7 at 10 {0: o}]",
        expect![[r#"
            inputs v0: val
              v1 = load v0, frame[0]
              guard_tag v1, pair @[frame v0 words 7 at 10; also v1]
              v3 = load v1, pair.a
              guard_no_poll @[frame v0 words 7 at 11; $0 = new pair shape 0 words 3 {1: v3}; store v1, pair.a, $0]
              v5 = new pair shape 0 words 3
              store v5, v3, pair.a
              store v1, v5, pair.a
              jump L100 (v5, v0, v1)
              label L100 (v9: val, v10: val, v11: val)
              guard_no_poll @[frame v10 words 7 at 11; $0 = new pair shape 0 words 3 {1: v9}; store v11, pair.a, $0]
              v14 = new pair shape 0 words 3
              store v14, v9, pair.a
              jump L100 (v14, v10, v11)
        "#]],
    );
}

#[test]
fn a_bridge_with_the_object_still_virtual_enters_the_loop() {
    check_bridge(
        REPLACED,
        "inputs f: val, o: val, n: val
         guard_tag o, pair @[frame f words 7 at 20 {0: o}]
         next = new pair shape 0 words 3
         store next, 0, pair.a
         store next, n, pair.b
         store o, next, pair.a
         jump L0 (f, o) @[frame f words 7 at 10 {0: o}]",
        expect![[r#"
            inputs v0: val, v1: val, v2: val
              guard_tag v1, pair @[frame v0 words 7 at 20 {0: v1}]
              guard_tag v2, int @[frame v0 words 7 at 10 {0: v1}; $0 = new pair shape 0 words 3 {2: v2}; store v1, pair.a, $0]
              store v0, v1, frame[0]
              jump L100 (0, v0, v1, v2)
        "#]],
    );
}

#[test]
fn a_bridge_where_the_object_exists_does_not_match() {
    check_bridge(
        REPLACED,
        "inputs f: val, o: val, it: val
         store o, it, pair.a
         jump L0 (f, o) @[frame f words 7 at 10 {0: o}]",
        expect![[r#"
            NoMatch
        "#]],
    );
}
