//! Tests of the compiler: bytecode of small functions, errors, and every conformance program.

use expect_test::{Expect, expect};

use crate::code::Const;
use crate::disasm::disassemble;
use crate::frontend::{Database, Mode, SourceFile, compile_file, compile_source};

#[test]
fn conformance_programs_compile() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/fl");
    let expected_errors = [
        "message_keyword",
        "message_syntax",
        "trace_indent",
        "trace_nonlocal",
        "trace_syntax",
    ];
    let mut count = 0;
    for path in python_files(root.as_ref()) {
        let name = path
            .file_stem()
            .expect("a file")
            .to_string_lossy()
            .into_owned();
        let text = std::fs::read_to_string(&path).expect("a readable program");
        let result = compile_source(&path.to_string_lossy(), &text, Mode::File);
        let wrong = expected_errors
            .iter()
            .any(|prefix| name.starts_with(prefix));
        match result {
            Ok(code) if !wrong => {
                disassemble(&code);
                live_everywhere(&code);
            }
            Ok(_) => panic!("{name} compiles"),
            Err(errors) if !wrong => {
                let text: String = errors.iter().map(|error| error.render()).collect();
                panic!("{name}:\n{text}");
            }
            Err(_) => {}
        }
        count += 1;
    }
    assert!(count > 150, "only {count} programs found");
}

fn python_files(root: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root)
        .expect("the conformance programs")
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            found.extend(python_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "py") {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn live_everywhere(code: &crate::code::CodeObject) {
    for pc in 0..code.instrs.len() {
        assert!(code.live_slots(pc).iter().all(|slot| slot < code.n_slots));
    }
    for constant in &code.consts {
        if let crate::code::Const::Code(inner) = constant {
            live_everywhere(inner);
        }
    }
}

/// The bytecode of a text.
fn check(text: &str, expected: Expect) {
    let code = compile_source("x.py", text, Mode::File).expect("a correct program");
    let code = code.consts.iter().find_map(|constant| match constant {
        Const::Code(code) => Some(code.clone()),
        _ => None,
    });
    expected.assert_eq(&disassemble(&code.expect("a function")));
}

#[test]
fn locals_are_operands_in_place() {
    check(
        "def f(a, b):\n    c = a * b + 1\n    a, b = b, a\n    return [a, c, f(b)]\n",
        expect![[r#"
            function f(a, b): 10 slots
                1    0  enter 0
                2    1  mul t0, a, b
                     2  add_k c, t0, 1
                3    3  move t0, a
                     4  move a, b
                     5  move b, t0
                4    6  move t1, a
                     7  move t2, c
                     8  load_global t4, f
                     9  move t5, b
                    10  call t3, t4..t5
                    11  make_list t0, t1..t3
                    12  return t0
        "#]],
    );
}

#[test]
fn loops_test_at_the_end() {
    check(
        "def f(n):\n    i = s = 0\n    while i < n and s != 7:\n        if i % 3 == 0:\n            continue\n        s += i\n        i += 1\n    else:\n        s = -s\n    return s\n",
        expect![[r#"
            function f(n): 5 slots
                1    0  enter 1
                2    1  int i, 0
                     2  int s, 0
                3    3  jump_if_not_lt i, n, -> 13
                     4  jump_if_not_ne_k s, 7, -> 13
                     5  loop #0
                4    6  mod_k t0, i, 3
                     7  jump_if_not_eq_k t0, 0, -> 9
                5    8  jump -> 11
                6    9  iadd s, s, i
                7   10  iadd_k i, i, 1
                3   11  jump_if_not_lt i, n, -> 13
                    12  jump_if_ne_k s, 7, -> 5
                9   13  neg s, s
               10   14  return s
        "#]],
    );
}

#[test]
fn for_loops_and_comprehensions_share_the_frame() {
    check(
        "def f(xs):\n    for i, x in enumerate(xs):\n        print(i, x)\n    return {k: v for k, v in xs if k}\n",
        expect![[r#"
            function f(xs): 15 slots
                1    0  enter 2
                2    1  mark_made t1
                     2  load_global t6, enumerate
                     3  move t7, xs
                     4  call t5, t6..t7
                     5  get_iter t0, t5
                     6  loop #0
                     7  for_iter t5, t0, -> 20
                     8  unpack t5, i..x
                3    9  load_global t6, print
                    10  move t7, i
                    11  move t8, x
                    12  call t5, t6..t8
                    13  jump -> 6
                2   14  push_exc t3, t2
                    15  close_iter t0, t1
                    16  pop_exc t3
                    17  reraise t2
                    18  pop_exc t3
                    19  reraise t4
                4   20  get_iter t1, xs
                    21  make_dict t0, -
                    22  loop #1
                    23  for_iter t2, t1, -> 28
                    24  unpack t2, k..v
                    25  jump_if_not k, -> 22
                    26  dict_set t0, k, v
                    27  jump -> 22
                    28  return t0
              handler 8..13 -> 14, t2
              handler 15..16 -> 18, t4
        "#]],
    );
}

#[test]
fn only_doubtful_variables_are_checked() {
    check(
        "def f(p):\n    if p:\n        x = 1\n    print(x)\n    print(x)\n    del p\n    return p\n",
        expect![[r#"
            function f(p): 6 slots
                1    0  enter 0
                2    1  jump_if_not p, -> 3
                3    2  int x, 1
                4    3  load_global t1, print
                     4  check_bound x, x
                     5  move t2, x
                     6  call t0, t1..t2
                5    7  load_global t1, print
                     8  move t2, x
                     9  call t0, t1..t2
                6   10  clear p
                7   11  check_bound p, p
                    12  return p
        "#]],
    );
}

#[test]
fn closures_and_super() {
    check(
        "class C(B):\n    x: int = 1\n    def m(self, n=2):\n        def g():\n            nonlocal n\n            n += 1\n            return n\n        return super().m(g)\n",
        expect![[r#"
            class C: 7 slots
                1    0  new_cell __class__
                     1  load_global t0, __name__
                     2  store_name <namespace>, __module__, t0
                     3  const t0, "C"
                     4  store_name <namespace>, __qualname__, t0
                2    5  int t0, 1
                     6  store_name <namespace>, x, t0
                     7  make_dict t1, -
                     8  store_name <namespace>, __annotations__, t1
                     9  load_name t1, <namespace>, __annotations__
                    10  const t2, "x"
                    11  load_global t3, int
                    12  dict_set t1, t2, t3
                3   13  const t0, (2,)
                    14  none t1
                    15  make_function_d t2, <code C.m>, t0..t1
                    16  store_name <namespace>, m, t2
                    17  return __class__

            function C.m(self, n): 13 slots
              free __class__ in slot 3
                3    0  enter 0
                     1  make_cell n
                4    2  make_function g, <code C.m.<locals>.g>
                8    3  load_global t5, super
                     4  load_cell t6, [__class__], __class__
                     5  move t7, self
                     6  call t4, t5..t7
                     7  load_method t1..t2, t4, m
                     8  move t3, g
                     9  call_method t0, t1..t3
                    10  return t0

            function C.m.<locals>.g(): 3 slots
              free n in slot 0
                4    0  enter 0
                6    1  load_cell t0, [n], n
                     2  iadd_k t0, t0, 1
                     3  store_cell [n], t0
                7    4  load_cell t0, [n], n
                     5  return t0
        "#]],
    );
}

#[test]
fn exceptions_use_a_table() {
    check(
        "def f(x):\n    for i in x:\n        try:\n            g(i)\n        except KeyError as e:\n            h(e)\n            break\n        finally:\n            done()\n",
        expect![[r#"
            function f(x): 15 slots
                1    0  enter 1
                2    1  get_iter t0, x
                     2  loop #0
                     3  for_iter i, t0, -> 37
                4    4  load_global t8, g
                     5  move t9, i
                     6  call t7, t8..t9
                3    7  jump -> 27
                5    8  push_exc t5, t4
                     9  load_global t7, KeyError
                    10  jump_if_no_match t4, t7, -> 23
                    11  move e, t4
                6   12  load_global t9, h
                    13  move t10, e
                    14  call t8, t9..t10
                7   15  clear e
                    16  pop_exc t5
                9   17  load_global t9, done
                    18  call t8, t9
                7   19  jump -> 37
                5   20  clear e
                    21  pop_exc t5
                    22  reraise t7
                    23  pop_exc t5
                    24  reraise t4
                    25  pop_exc t5
                    26  reraise t6
                9   27  load_global t9, done
                    28  call t8, t9
                    29  jump -> 2
                    30  push_exc t2, t1
                    31  load_global t9, done
                    32  call t8, t9
                    33  pop_exc t2
                    34  reraise t1
                    35  pop_exc t2
                    36  reraise t3
                2   37  return_none
              handler 4..7 -> 8, t4
              handler 7..9 -> 30, t1
              handler 9..12 -> 25, t6
              handler 12..16 -> 20, t7
              handler 16..17 -> 30, t1
              handler 20..27 -> 30, t1
              handler 31..33 -> 35, t3
        "#]],
    );
}

#[test]
fn with_statements_call_the_exits() {
    check(
        "def f():\n    with a as b, c:\n        return b\n",
        expect![[r#"
            function f(): 17 slots
                1    0  enter 0
                2    1  load_global t6, a
                     2  load_enter t7..t8, t6
                     3  load_exit t0..t1, t6
                     4  call_method t5, t7..t8
                     5  move b, t5
                     6  load_global t12, c
                     7  load_enter t13..t14, t12
                     8  load_exit t6..t7, t12
                     9  call_method t11, t13..t14
                3   10  move t12, b
                2   11  call_exit t13, t6..t7
                    12  call_exit t14, t0..t1
                3   13  return t12
                2   14  push_exc t9, t8
                    15  call_exit_exc t11, t6..t7, t8
                    16  jump_if t11, -> 21
                    17  pop_exc t9
                    18  reraise t8
                    19  pop_exc t9
                    20  reraise t10
                    21  pop_exc t9
                    22  call_exit t5, t0..t1
                    23  jump -> 32
                    24  push_exc t3, t2
                    25  call_exit_exc t5, t0..t1, t2
                    26  jump_if t5, -> 31
                    27  pop_exc t3
                    28  reraise t2
                    29  pop_exc t3
                    30  reraise t4
                    31  pop_exc t3
                    32  return_none
              handler 5..10 -> 24, t2
              handler 10..11 -> 14, t8
              handler 11..12 -> 24, t2
              handler 14..15 -> 24, t2
              handler 15..17 -> 19, t10
              handler 17..22 -> 24, t2
              handler 25..27 -> 29, t4
        "#]],
    );
}

#[test]
fn generators() {
    check(
        "def f(x):\n    y = yield x\n    z = yield from y\n    return z\n",
        expect![[r#"
        generator f(x): 6 slots
            2    0  yield y, x
            3    1  yield_from_iter t0, y
                 2  none t1
                 3  loop #0
                 4  send t1, t0, -> 7
                 5  yield_from t1, t0
                 6  jump -> 3
                 7  move z, t1
            4    8  return z
    "#]],
    );
}

#[test]
fn calls() {
    check(
        "def f(*a, k=1, **kw):\n    f(1, k=2)\n    a.append(f(*a, 2, **kw))\n    return f(*a, **kw)\n",
        expect![[r#"
            function f(*a, k, **kw): 12 slots
                1    0  enter 0
                2    1  load_global t1, f
                     2  int t2, 1
                     3  int t3, 2
                     4  call_kw t0, t1..t3, (k)
                3    5  load_method t1..t2, a, append
                     6  load_global t4, f
                     7  make_list t5, -
                     8  list_extend t5, a
                     9  int t7, 2
                    10  list_append t5, t7
                    11  call_kwargs t6, kw, t4
                    12  call_ex t3, t4..t6
                    13  call_method t0, t1..t3
                4   14  load_global t1, f
                    15  call_args t2, a, t1
                    16  call_kwargs t3, kw, t1
                    17  call_ex t0, t1..t3
                    18  return t0
        "#]],
    );
}

#[test]
fn conditions_become_jumps() {
    check(
        "def f(a, b):\n    if not (a < b <= 3) or a is None and b in a:\n        return f'{a!r:>{b}} {b=}'\n    return a or b if a else 2 ** 10\n",
        expect![[r#"
            function f(a, b): 11 slots
                1    0  enter 0
                2    1  jump_if_not_lt a, b, -> 5
                     2  jump_if_not_le_k b, 3, -> 5
                     3  jump_if_not_none a, -> 15
                     4  jump_if_not_in b, a, -> 15
                3    5  convert t4, a, 1
                     6  const t6, ">"
                     7  format_simple t7, b
                     8  build_string t5, t6..t7
                     9  format t1, t4, t5
                    10  const t2, " b="
                    11  convert t4, b, 1
                    12  format_simple t3, t4
                    13  build_string t0, t1..t3
                    14  return t0
                4   15  jump_if_not a, -> 20
                    16  move t0, a
                    17  jump_if t0, -> 21
                    18  move t0, b
                    19  jump -> 21
                    20  int t0, 1024
                    21  return t0
        "#]],
    );
}

#[test]
fn match_statements() {
    check(
        "def f(x):\n    match x:\n        case [1, y, *_] if y:\n            return y\n        case {'k': str() | None as v, **rest}:\n            return v, rest\n        case P(a=0):\n            pass\n",
        expect![[r#"
            function f(x): 16 slots
                1    0  enter 0
                2    1  move t0, x
                3    2  jump_if_not_sequence t0, -> 12
                     3  len t2, t0
                     4  jump_if_not_ge_k t2, 2, -> 12
                     5  get_item_k t3, t0, 0
                     6  jump_if_not_eq_k t3, 1, -> 12
                     7  get_item_k t4, t0, 1
                     8  move t1, t4
                     9  move y, t1
                    10  jump_if_not y, -> 12
                4   11  return y
                5   12  jump_if_not_mapping t0, -> 35
                    13  len t4, t0
                    14  jump_if_not_ge_k t4, 1, -> 35
                    15  const t3, ("k",)
                    16  match_keys t4, t0, t3
                    17  jump_if_none t4, -> 35
                    18  unpack t4, t6
                    19  move t7, t6
                    20  load_global t8, str
                    21  const t9, ()
                    22  match_class t10, t7..t9, 0
                    23  jump_if_none t10, -> 25
                    24  jump -> 26
                    25  jump_if_not_none t6, -> 35
                    26  move t2, t6
                    27  match_rest t5, t0, t3
                    28  move t1, t5
                    29  move rest, t1
                    30  move v, t2
                6   31  move t2, v
                    32  move t3, rest
                    33  make_tuple t1, t2..t3
                    34  return t1
                7   35  move t1, t0
                    36  load_global t2, P
                    37  const t3, ("a",)
                    38  match_class t4, t1..t3, 0
                    39  jump_if_none t4, -> 42
                    40  unpack t4, t5
                    41  jump_if_not_eq_k t5, 0, -> 42
                2   42  return_none
        "#]],
    );
}

#[test]
fn imports() {
    check(
        "def f():\n    import a.b, c as d\n    from .e import g as h\n    return a, d, h\n",
        expect![[r#"
            function f(): 8 slots
                1    0  enter 0
                2    1  import_name t0, a, 0
                     2  import_name t1, a.b, 0
                     3  move a, t0
                     4  import_name t0, c, 0
                     5  move d, t0
                3    6  import_name t0, , 1
                     7  import_name t1, e, 1
                     8  import_from h, t1, g
                4    9  move t1, a
                    10  move t2, d
                    11  move t3, h
                    12  make_tuple t0, t1..t3
                    13  return t0
        "#]],
    );
}

#[test]
fn live_slots_of_a_loop() {
    let text =
        "def f(n):\n    t = n\n    s = 0\n    for i in range(n):\n        s += i\n    return s\n";
    let code = compile_source("x.py", text, Mode::File).expect("a correct program");
    let Some(Const::Code(code)) = code.consts.iter().find(|c| matches!(c, Const::Code(_))) else {
        panic!("a function");
    };
    let header = code.loops[0].header as usize;
    let live: Vec<&str> = code
        .live_slots(header)
        .iter()
        .map(|slot| {
            code.slot_names
                .get(slot as usize)
                .map_or("temporary", |name| name)
        })
        .collect();
    assert_eq!(live, ["s", "temporary"]);
}

#[test]
fn unchanged_files_are_compiled_once() {
    use salsa::Setter;
    let mut db = Database::default();
    let file = SourceFile::new(&db, "x.py".into(), "x = 1\n".into(), Mode::File);
    let first = compile_file(&db, file).expect("correct");
    let second = compile_file(&db, file).expect("correct");
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    file.set_text(&mut db).to("x = 2\n".into());
    let third = compile_file(&db, file).expect("correct");
    assert!(!std::sync::Arc::ptr_eq(&first, &third));
}
