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
                2    0  mul t0, a, b
                     1  add_k c, t0, 1
                3    2  move t0, a
                     3  move a, b
                     4  move b, t0
                4    5  move t1, a
                     6  move t2, c
                     7  load_global t4, f
                     8  move t5, b
                     9  call t3, t4..t5
                    10  make_list t0, t1..t3
                    11  return t0
        "#]],
    );
}

#[test]
fn loops_test_at_the_end() {
    check(
        "def f(n):\n    i = s = 0\n    while i < n and s != 7:\n        if i % 3 == 0:\n            continue\n        s += i\n        i += 1\n    else:\n        s = -s\n    return s\n",
        expect![[r#"
            function f(n): 5 slots
                2    0  int i, 0
                     1  int s, 0
                3    2  jump_if_not_lt i, n, -> 12
                     3  jump_if_not_ne_k s, 7, -> 12
                     4  loop #0
                4    5  mod_k t0, i, 3
                     6  jump_if_not_eq_k t0, 0, -> 8
                5    7  jump -> 10
                6    8  iadd s, s, i
                7    9  iadd_k i, i, 1
                3   10  jump_if_not_lt i, n, -> 12
                    11  jump_if_ne_k s, 7, -> 4
                9   12  neg s, s
               10   13  return s
        "#]],
    );
}

#[test]
fn for_loops_and_comprehensions_share_the_frame() {
    check(
        "def f(xs):\n    for i, x in enumerate(xs):\n        print(i, x)\n    return {k: v for k, v in xs if k}\n",
        expect![[r#"
            function f(xs): 11 slots
                2    0  load_global t2, enumerate
                     1  move t3, xs
                     2  call t1, t2..t3
                     3  get_iter t0, t1
                     4  loop #0
                     5  for_iter t1, t0, -> 12
                     6  unpack t1, i..x
                3    7  load_global t2, print
                     8  move t3, i
                     9  move t4, x
                    10  call t1, t2..t4
                    11  jump -> 4
                4   12  get_iter t1, xs
                    13  make_dict t0, -
                    14  loop #1
                    15  for_iter t2, t1, -> 20
                    16  unpack t2, k..v
                    17  jump_if_not k, -> 14
                    18  dict_set t0, k, v
                    19  jump -> 14
                    20  return t0
        "#]],
    );
}

#[test]
fn only_doubtful_variables_are_checked() {
    check(
        "def f(p):\n    if p:\n        x = 1\n    print(x)\n    print(x)\n    del p\n    return p\n",
        expect![[r#"
            function f(p): 6 slots
                2    0  jump_if_not p, -> 2
                3    1  int x, 1
                4    2  load_global t1, print
                     3  check_bound x, x
                     4  move t2, x
                     5  call t0, t1..t2
                5    6  load_global t1, print
                     7  move t2, x
                     8  call t0, t1..t2
                6    9  clear p
                7   10  check_bound p, p
                    11  return p
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
                    11  const t3, "int"
                    12  dict_set t1, t2, t3
                3   13  const t0, (2,)
                    14  none t1
                    15  make_function_d t2, <code C.m>, t0..t1
                    16  store_name <namespace>, m, t2
                    17  return __class__

            function C.m(self, n): 13 slots
              free __class__ in slot 3
                3    0  make_cell n
                4    1  make_function g, <code C.m.<locals>.g>
                8    2  load_global t5, super
                     3  load_cell t6, [__class__], __class__
                     4  move t7, self
                     5  call t4, t5..t7
                     6  load_method t1..t2, t4, m
                     7  move t3, g
                     8  call_method t0, t1..t3
                     9  return t0

            function C.m.<locals>.g(): 3 slots
              free n in slot 0
                6    0  load_cell t0, [n], n
                     1  iadd_k t0, t0, 1
                     2  store_cell [n], t0
                7    3  load_cell t0, [n], n
                     4  return t0
        "#]],
    );
}

#[test]
fn exceptions_use_a_table() {
    check(
        "def f(x):\n    for i in x:\n        try:\n            g(i)\n        except KeyError as e:\n            h(e)\n            break\n        finally:\n            done()\n",
        expect![[r#"
            function f(x): 15 slots
                2    0  get_iter t0, x
                     1  loop #0
                     2  for_iter i, t0, -> 36
                4    3  load_global t8, g
                     4  move t9, i
                     5  call t7, t8..t9
                3    6  jump -> 26
                5    7  push_exc t5, t4
                     8  load_global t7, KeyError
                     9  jump_if_no_match t4, t7, -> 22
                    10  move e, t4
                6   11  load_global t9, h
                    12  move t10, e
                    13  call t8, t9..t10
                7   14  clear e
                    15  pop_exc t5
                9   16  load_global t9, done
                    17  call t8, t9
                7   18  jump -> 36
                5   19  clear e
                    20  pop_exc t5
                    21  reraise t7
                    22  pop_exc t5
                    23  reraise t4
                    24  pop_exc t5
                    25  reraise t6
                9   26  load_global t9, done
                    27  call t8, t9
                    28  jump -> 1
                    29  push_exc t2, t1
                    30  load_global t9, done
                    31  call t8, t9
                    32  pop_exc t2
                    33  reraise t1
                    34  pop_exc t2
                    35  reraise t3
                2   36  return_none
              handler 3..6 -> 7, t4
              handler 6..8 -> 29, t1
              handler 8..11 -> 24, t6
              handler 11..15 -> 19, t7
              handler 15..16 -> 29, t1
              handler 19..26 -> 29, t1
              handler 30..32 -> 34, t3
        "#]],
    );
}

#[test]
fn with_statements_call_the_exits() {
    check(
        "def f():\n    with a as b, c:\n        return b\n",
        expect![[r#"
            function f(): 17 slots
                2    0  load_global t6, a
                     1  load_enter t7..t8, t6
                     2  load_exit t0..t1, t6
                     3  call_method t5, t7..t8
                     4  move b, t5
                     5  load_global t12, c
                     6  load_enter t13..t14, t12
                     7  load_exit t6..t7, t12
                     8  call_method t11, t13..t14
                3    9  move t12, b
                2   10  call_exit t13, t6..t7
                    11  call_exit t14, t0..t1
                3   12  return t12
                2   13  push_exc t9, t8
                    14  call_exit_exc t11, t6..t7, t8
                    15  jump_if t11, -> 20
                    16  pop_exc t9
                    17  reraise t8
                    18  pop_exc t9
                    19  reraise t10
                    20  pop_exc t9
                    21  call_exit t5, t0..t1
                    22  jump -> 31
                    23  push_exc t3, t2
                    24  call_exit_exc t5, t0..t1, t2
                    25  jump_if t5, -> 30
                    26  pop_exc t3
                    27  reraise t2
                    28  pop_exc t3
                    29  reraise t4
                    30  pop_exc t3
                    31  return_none
              handler 4..9 -> 23, t2
              handler 9..10 -> 13, t8
              handler 10..11 -> 23, t2
              handler 13..14 -> 23, t2
              handler 14..16 -> 18, t10
              handler 16..21 -> 23, t2
              handler 24..26 -> 28, t4
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
                2    0  load_global t1, f
                     1  int t2, 1
                     2  int t3, 2
                     3  call_kw t0, t1..t3, (k)
                3    4  load_method t1..t2, a, append
                     5  load_global t4, f
                     6  make_list t5, -
                     7  list_extend t5, a
                     8  int t7, 2
                     9  list_append t5, t7
                    10  call_kwargs t6, kw, t4
                    11  call_ex t3, t4..t6
                    12  call_method t0, t1..t3
                4   13  load_global t1, f
                    14  call_args t2, a, t1
                    15  call_kwargs t3, kw, t1
                    16  call_ex t0, t1..t3
                    17  return t0
        "#]],
    );
}

#[test]
fn conditions_become_jumps() {
    check(
        "def f(a, b):\n    if not (a < b <= 3) or a is None and b in a:\n        return f'{a!r:>{b}} {b=}'\n    return a or b if a else 2 ** 10\n",
        expect![[r#"
            function f(a, b): 11 slots
                2    0  jump_if_not_lt a, b, -> 4
                     1  jump_if_not_le_k b, 3, -> 4
                     2  jump_if_not_none a, -> 14
                     3  jump_if_not_in b, a, -> 14
                3    4  convert t4, a, 1
                     5  const t6, ">"
                     6  format_simple t7, b
                     7  build_string t5, t6..t7
                     8  format t1, t4, t5
                     9  const t2, " b="
                    10  convert t4, b, 1
                    11  format_simple t3, t4
                    12  build_string t0, t1..t3
                    13  return t0
                4   14  jump_if_not a, -> 19
                    15  move t0, a
                    16  jump_if t0, -> 20
                    17  move t0, b
                    18  jump -> 20
                    19  int t0, 1024
                    20  return t0
        "#]],
    );
}

#[test]
fn match_statements() {
    check(
        "def f(x):\n    match x:\n        case [1, y, *_] if y:\n            return y\n        case {'k': str() | None as v, **rest}:\n            return v, rest\n        case P(a=0):\n            pass\n",
        expect![[r#"
            function f(x): 16 slots
                2    0  move t0, x
                3    1  jump_if_not_sequence t0, -> 11
                     2  len t2, t0
                     3  jump_if_not_ge_k t2, 2, -> 11
                     4  get_item_k t3, t0, 0
                     5  jump_if_not_eq_k t3, 1, -> 11
                     6  get_item_k t4, t0, 1
                     7  move t1, t4
                     8  move y, t1
                     9  jump_if_not y, -> 11
                4   10  return y
                5   11  jump_if_not_mapping t0, -> 34
                    12  len t4, t0
                    13  jump_if_not_ge_k t4, 1, -> 34
                    14  const t3, ("k",)
                    15  match_keys t4, t0, t3
                    16  jump_if_none t4, -> 34
                    17  unpack t4, t6
                    18  move t7, t6
                    19  load_global t8, str
                    20  const t9, ()
                    21  match_class t10, t7..t9, 0
                    22  jump_if_none t10, -> 24
                    23  jump -> 25
                    24  jump_if_not_none t6, -> 34
                    25  move t2, t6
                    26  match_rest t5, t0, t3
                    27  move t1, t5
                    28  move rest, t1
                    29  move v, t2
                6   30  move t2, v
                    31  move t3, rest
                    32  make_tuple t1, t2..t3
                    33  return t1
                7   34  move t1, t0
                    35  load_global t2, P
                    36  const t3, ("a",)
                    37  match_class t4, t1..t3, 0
                    38  jump_if_none t4, -> 41
                    39  unpack t4, t5
                    40  jump_if_not_eq_k t5, 0, -> 41
                2   41  return_none
        "#]],
    );
}

#[test]
fn imports() {
    check(
        "def f():\n    import a.b, c as d\n    from .e import g as h\n    return a, d, h\n",
        expect![[r#"
            function f(): 8 slots
                2    0  import_name t0, a, 0
                     1  import_name t1, a.b, 0
                     2  move a, t0
                     3  import_name t0, c, 0
                     4  move d, t0
                3    5  import_name t0, , 1
                     6  import_name t1, e, 1
                     7  import_from h, t1, g
                4    8  move t1, a
                     9  move t2, d
                    10  move t3, h
                    11  make_tuple t0, t1..t3
                    12  return t0
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
