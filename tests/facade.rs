//! The library's engine: limits on steps, and errors of calls from Rust.

use expect_test::expect;
use metatrace_cli::{Engine, Error, Out, Tracing, fl, prolog};

#[test]
fn steps_are_limited_wherever_code_runs() {
    // It catches what it can, and goes on.
    let endless = "\
def run(n):
    while True:
        try:
            while n > 0:
                n -= 1
            return n
        except BaseException:
            pass
";
    let search = "run(N, N) :- between(1, N, X), X >= N, !.\n";
    let recursive = "def run(n):\n    return 0 if n == 0 else 1 + run(n - 1)\n";
    for tracing in [Tracing::MachineCode, Tracing::Portable, Tracing::Off] {
        for eager in [false, true] {
            let builder = Engine::builder()
                .language(fl())
                .language(prolog())
                .tracing(tracing)
                .depth_limit(1_000_000)
                .fuel(20_000);
            let builder = if eager { builder.eager() } else { builder };
            let mut engine = builder.build().unwrap();
            for (language, text) in [("fl", endless), ("prolog", search), ("fl", recursive)] {
                let name = format!("{language}{}", text.len());
                let module = engine.load_text(language, &name, text).unwrap();
                let mut run = |n: i64| match language {
                    "fl" => engine.call::<i64>(&module, "run", (n,)),
                    _ => engine.call::<i64>(&module, "run", (n, Out)),
                };
                assert!(run(5_000).is_ok(), "{tracing:?} {name}");
                let error = run(300_000).unwrap_err();
                assert!(
                    matches!(error, Error::FuelLimit),
                    "{tracing:?} {name}: {error}"
                );
                assert!(run(5_000).is_ok(), "{tracing:?} {name}");
            }
        }
    }
}

/// Wrong calls from Rust: what is wrong, in the words of the language called, and where.
#[test]
fn errors_of_calls_from_rust_have_places() {
    let mut engine = Engine::builder()
        .language(fl())
        .language(prolog())
        .build()
        .unwrap();
    let rules = "\
:- module(rules, [double/2, through/2]).
:- use_module(shapes).
double(X, Y) :-
    Y is X * 2.
through(X, Y) :-
    shapes:area(X, Y),
    true.
";
    let shapes = "\
def area(r):
    return r * r

class Thing:
    pass

thing = Thing()
";
    let shapes = engine.load_text("fl", "shapes", shapes).unwrap();
    let rules = engine.load_text("prolog", "rules", rules).unwrap();
    let thing = engine.get(&shapes, "thing").unwrap();
    let mut found = Vec::new();
    let mut note = |result: Result<i64, Error>| match result.unwrap_err() {
        Error::Guest {
            language,
            message,
            places,
        } => found.push(format!("{language}: {message} {places:?}")),
        other => found.push(other.to_string()),
    };
    note(engine.call(&shapes, "area", ()));
    note(engine.call(&shapes, "area", ("x",)));
    note(engine.call(&shapes, "volume", (1,)));
    note(engine.apply(&thing, (1,)));
    note(engine.call(&rules, "double", (1,)));
    note(engine.call(&rules, "double", ("x", Out)));
    note(engine.call(&rules, "double", (&thing, Out)));
    note(engine.call(&rules, "double", (Out, 4)));
    note(engine.call(&rules, "through", ("x", Out)));
    note(engine.call(&rules, "triple", (1, Out)));
    note(engine.evaluate("fl", "len(3)"));
    note(engine.evaluate("prolog", "rules:double(_, X)"));
    let expected = expect![[r#"
        fl: TypeError: area() missing 1 required positional argument: 'r' ["<shapes>:1: in area"]
        fl: TypeError: can't multiply sequence by non-int of type 'str' ["<shapes>:2: in area"]
        fl: AttributeError: module 'shapes' has no attribute 'volume' []
        fl: TypeError: 'Thing' object is not callable []
        prolog: Unknown procedure: rules:double/1 (<rules>:3 defines double/2) []
        prolog: is/2: Arithmetic: `x/0' is not a function ["<rules>:3: in double/2"]
        prolog: is/2: Arithmetic: `<fl Thing>' is not a function ["<rules>:3: in double/2"]
        prolog: is/2: Arguments are not sufficiently instantiated ["<rules>:3: in double/2"]
        fl: TypeError: can't multiply sequence by non-int of type 'str' ["<rules>:5: in through/2", "<shapes>:2: in area"]
        the module has no member `triple`
        fl: TypeError: object of type 'int' has no len() ["<evaluate>:1: in <module>"]
        prolog: is/2: Arguments are not sufficiently instantiated ["<rules>:3: in double/2"]"#]];
    expected.assert_eq(&found.join("\n"));
}
