//! Tests of the front half: errors in CPython's words, and a fuzz test of the parser.

use expect_test::{Expect, expect};

use crate::frontend::{Mode, compile_source};
use crate::source::Source;
use crate::syntax::parse;

/// All errors of a text as they are printed.
fn check(text: &str, expected: Expect) {
    let rendered = match compile_source("x.py", text, Mode::File) {
        Ok(_) => "no error\n".to_string(),
        Err(errors) => errors.iter().map(|error| error.render()).collect(),
    };
    expected.assert_eq(&rendered);
}

#[test]
fn annotated_for_a_terminal() {
    let text = "x = = 1\nif x\n    y = 'é' 2\n";
    let errors = compile_source("x.py", text, Mode::File).expect_err("it is wrong");
    let annotated = crate::diag::annotate(&errors, text, false);
    expect![[r#"
        [SyntaxError] Error: invalid syntax
           ╭─[ x.py:1:5 ]
           │
         1 │ x = = 1
           │     ┬  
           │     ╰── here
        ───╯
        [SyntaxError] Error: expected ':'
           ╭─[ x.py:2:5 ]
           │
         2 │ if x
           │     │ 
           │     ╰─ here
        ───╯
    "#]]
    .assert_eq(&annotated);
}

#[test]
fn unclosed_bracket() {
    check(
        "print(\"never\", (1 + 2)\nx = 5\n",
        expect![[r#"
              File "x.py", line 1
                print("never", (1 + 2)
                     ^
            SyntaxError: '(' was never closed
        "#]],
    );
}

#[test]
fn several_errors_in_one_file() {
    check(
        "def f(:\n    pass\n",
        expect![[r#"
              File "x.py", line 1
                def f(:
                      ^
            SyntaxError: invalid syntax
        "#]],
    );
    check(
        "x = = 1\nif x\n    y = 1\nfor i in x:\n    1 = i\n    print 'a'\ndef f():\n    pass\n",
        expect![[r#"
              File "x.py", line 1
                x = = 1
                    ^
            SyntaxError: invalid syntax
              File "x.py", line 2
                if x
                    ^
            SyntaxError: expected ':'
              File "x.py", line 5
                1 = i
                ^
            SyntaxError: cannot assign to literal here. Maybe you meant '==' instead of '='?
              File "x.py", line 6
                print 'a'
                ^^^^^^^^^
            SyntaxError: Missing parentheses in call to 'print'. Did you mean print(...)?
        "#]],
    );
}

#[test]
fn indentation() {
    check(
        "def f():\n        x = 1\n      return x\n",
        expect![[r#"
              File "x.py", line 3
                return x
                        ^
            IndentationError: unindent does not match any outer indentation level
        "#]],
    );
    check(
        "if x:\ny = 1\n",
        expect![[r#"
              File "x.py", line 2
                y = 1
                ^
            IndentationError: expected an indented block after 'if' statement on line 1
        "#]],
    );
    check(
        "x = 1\n    y = 2\n",
        expect![[r#"
              File "x.py", line 2
                y = 2
            IndentationError: unexpected indent
        "#]],
    );
    check(
        "if 1:\n\tx\n        y\n",
        expect![[r#"
              File "x.py", line 3
                y
            TabError: inconsistent use of tabs and spaces in indentation
        "#]],
    );
}

#[test]
fn strings() {
    check(
        "é = 'abc\n",
        expect![[r#"
              File "x.py", line 1
                é = 'abc
                    ^
            SyntaxError: unterminated string literal (detected at line 1)
        "#]],
    );
    check(
        "x = f'{a!z}'\n",
        expect![[r#"
              File "x.py", line 1
                x = f'{a!z}'
                            ^
            SyntaxError: f-string: invalid conversion character: expected 's', 'r', or 'a'
        "#]],
    );
    check(
        "x = '\\N{no such name}'",
        expect![[r#"
              File "x.py", line 1
                x = '\N{no such name}'
                                      ^
            SyntaxError: (unicode error) 'unicodeescape' codec can't decode bytes in position 0-15: unknown Unicode character name
        "#]],
    );
}

#[test]
fn names_and_scopes() {
    check(
        "def f():\n    x = 1\n    global x\n    nonlocal y\n",
        expect![[r#"
              File "x.py", line 3
                global x
                ^^^^^^^^
            SyntaxError: name 'x' is assigned to before global declaration
              File "x.py", line 4
                nonlocal y
                ^^^^^^^^^^
            SyntaxError: no binding for nonlocal 'y' found
        "#]],
    );
    check(
        "def f(a, a): pass\nclass C:\n    return 1\ncontinue\n",
        expect![[r#"
              File "x.py", line 1
                def f(a, a): pass
                         ^
            SyntaxError: duplicate argument 'a' in function definition
        "#]],
    );
    check(
        "class C:\n    return 1\ncontinue\nmatch x:\n    case y: pass\n    case 2: pass\n",
        expect![[r#"
              File "x.py", line 2
                return 1
                ^^^^^^^^
            SyntaxError: 'return' outside function
              File "x.py", line 3
                continue
                ^^^^^^^^
            SyntaxError: 'continue' not properly in loop
              File "x.py", line 5
                case y: pass
                     ^
            SyntaxError: name capture 'y' makes remaining patterns unreachable
        "#]],
    );
}

#[test]
fn unsupported_constructs_are_named() {
    check(
        "async def f(): pass\nasync with a: pass\nx = 1\n",
        expect![[r#"
              File "x.py", line 1
                async def f(): pass
                ^^^^^
            SyntaxError: FL does not support 'async'
              File "x.py", line 2
                async with a: pass
                ^^^^^
            SyntaxError: FL does not support 'async'
        "#]],
    );
}

#[test]
fn deep_nesting_is_an_error_or_works() {
    let parens = |n: usize| format!("x = {}1{}\n", "(".repeat(n), ")".repeat(n));
    check(&parens(200), expect!["no error\n"]);
    let error = compile_source("x.py", &parens(201), Mode::File).unwrap_err();
    assert_eq!(error[0].message, "too many nested parentheses");
    let minus = |n: usize| format!("x = {}y\n", "-".repeat(n));
    check(&minus(300), expect!["no error\n"]);
    let error = compile_source("x.py", &minus(100_000), Mode::File).unwrap_err();
    assert_eq!(error[0].message, "too many nested expressions");
    let chain = |n: usize| format!("x = y{}\n", " + y".repeat(n));
    check(&chain(9_000), expect!["no error\n"]);
    let error = compile_source("x.py", &chain(20_000), Mode::File).unwrap_err();
    assert_eq!(error[0].message, "too many nested expressions");
    let blocks: String = (0..120)
        .map(|n| format!("{}if x:\n", " ".repeat(n)))
        .collect();
    let error = compile_source("x.py", &blocks, Mode::File).unwrap_err();
    assert_eq!(error[0].message, "too many levels of indentation");
}

/// A small generator of pseudo-random numbers, so that failures repeat.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Deletes, repeats, swaps and inserts pieces of a program.
fn mutate(text: &str, random: &mut Random) -> String {
    const PIECES: [&str; 24] = [
        "(", ")", "[", "]", "{", "}", ":", ",", "=", ":=", "'", "\"\"\"", "f'{", "\\", "\n",
        "    ", "lambda ", "for ", "if ", "else", "*", "**", "é", "\u{0}",
    ];
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..1 + random.below(4) {
        let at = random.below(chars.len());
        let end = (at + random.below(12)).min(chars.len());
        match random.below(4) {
            0 => drop(chars.drain(at..end)),
            1 => {
                let copy: Vec<char> = chars[at..end].to_vec();
                let to = random.below(chars.len());
                chars.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

#[test]
fn mutated_programs_never_panic() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/conformance/fl");
    let rounds = std::env::var("FL_FUZZ_ROUNDS")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(10);
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut paths: Vec<_> = std::fs::read_dir(root)
        .expect("programs")
        .flatten()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    for path in paths
        .into_iter()
        .filter(|p| p.extension().is_some_and(|e| e == "py"))
    {
        let text = std::fs::read_to_string(&path).expect("a readable program");
        for _ in 0..rounds {
            let mutant = mutate(&text, &mut random);
            let source = Source::new("x.py", &mutant);
            let parsed = parse(&source);
            if let Err(errors) = compile_source("x.py", &mutant, Mode::File) {
                assert!(!errors.is_empty());
                errors.iter().for_each(|error| drop(error.render()));
            } else {
                assert!(parsed.errors.is_empty());
            }
        }
    }
}
