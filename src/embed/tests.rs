//! Engines in Rust programs: what crosses, what is limited, how many there may be.

use super::*;
use std::collections::BTreeMap;

fn engine() -> Engine {
    Engine::builder()
        .language(fl())
        .language(prolog())
        .function("app", "add", |a: i64, b: i64| a + b)
        .function("app", "half", |n: i64| match n % 2 {
            0 => Ok(n / 2),
            _ => Err(format!("{n} is odd")),
        })
        .function("app", "nothing", || ())
        .build()
        .unwrap()
}

#[test]
fn values_go_there_and_back() {
    let mut engine = engine();
    let module = engine
        .load_text("fl", "same", "def same(x):\n    return x\n")
        .unwrap();
    assert_eq!(
        engine.call::<i64>(&module, "same", (1 << 62,)).unwrap(),
        1 << 62
    );
    assert_eq!(engine.call::<f64>(&module, "same", (2.5,)).unwrap(), 2.5);
    assert_eq!(engine.call::<f64>(&module, "same", (2,)).unwrap(), 2.0);
    assert!(engine.call::<bool>(&module, "same", (true,)).unwrap());
    assert_eq!(engine.call::<String>(&module, "same", ("é",)).unwrap(), "é");
    let list = vec![Some(1), None];
    let back = engine.call::<Vec<Option<i64>>>(&module, "same", (list.clone(),));
    assert_eq!(back.unwrap(), list);
    let pair = engine.call::<(i64, String)>(&module, "same", ((1, "a"),));
    assert_eq!(pair.unwrap(), (1, "a".to_owned()));
    let map = BTreeMap::from([("a".to_owned(), 1), ("b".to_owned(), 2)]);
    let back = engine.call::<BTreeMap<String, i64>>(&module, "same", (map.clone(),));
    assert_eq!(back.unwrap(), map);
    let object = engine.call::<Object>(&module, "same", (list,)).unwrap();
    let back = engine.call::<Object>(&module, "same", (&object,)).unwrap();
    assert_eq!(object.value(), back.value());
    let error = engine.call::<i64>(&module, "same", ("x",)).unwrap_err();
    assert_eq!(error.to_string(), "expected an integer of 64 bits, got str");
}

#[test]
fn questions_in_two_languages() {
    let mut engine = engine();
    assert_eq!(engine.evaluate::<i64>("fl", "sum(range(5))").unwrap(), 10);
    assert_eq!(engine.evaluate::<i64>("prolog", "X is 2 + 3").unwrap(), 5);
    assert!(engine.evaluate::<bool>("prolog", "atom(a)").unwrap());
    let none = engine.evaluate::<Option<i64>>("prolog", "member(X, [])");
    assert_eq!(none.unwrap(), None);
    let both = engine.evaluate::<BTreeMap<String, i64>>("prolog", "X = 1, Y = 2");
    assert_eq!(
        both.unwrap(),
        BTreeMap::from([("X".into(), 1), ("Y".into(), 2)])
    );
    assert!(matches!(
        engine.evaluate::<i64>("cobol", "1"),
        Err(Error::Setup(_))
    ));
}

#[test]
fn exceptions_are_errors() {
    let mut engine = engine();
    let error = engine.evaluate::<i64>("fl", "1 // 0").unwrap_err();
    assert!(error.to_string().contains("ZeroDivisionError"), "{error}");
    let error = engine.evaluate::<i64>("fl", "1 +").unwrap_err();
    assert!(error.to_string().contains("SyntaxError"), "{error}");
    let error = engine
        .evaluate::<i64>("prolog", "X is foo + 1")
        .unwrap_err();
    assert!(matches!(&error, Error::Guest { language, .. } if language == "prolog"));
}

#[test]
fn functions_of_the_host_in_every_language() {
    let mut engine = engine();
    let from_fl = "\
import app

def run(n):
    total = 0
    for i in range(n):
        total = app.add(total, i)
    return total

def failing():
    try:
        app.half(3)
    except Exception as error:
        return str(error)

def wrong():
    return app.add(1)
";
    let from_fl = engine.load_text("fl", "from_fl", from_fl).unwrap();
    assert_eq!(
        engine.call::<i64>(&from_fl, "run", (5000,)).unwrap(),
        12497500
    );
    let text = engine.call::<String>(&from_fl, "failing", ()).unwrap();
    assert!(text.contains("3 is odd"), "{text}");
    let error = engine.call::<i64>(&from_fl, "wrong", ()).unwrap_err();
    assert!(error.to_string().contains("takes 2 arguments"), "{error}");
    let from_prolog = "\
:- module(from_prolog, [run/2]).
:- use_module(app).
run(N, S) :- run(N, 0, S).
run(0, S, S) :- !.
run(N, S0, S) :- app:add(S0, N, S1), N1 is N - 1, run(N1, S1, S).
";
    let from_prolog = engine
        .load_text("prolog", "from_prolog", from_prolog)
        .unwrap();
    let sum = engine
        .call::<i64>(&from_prolog, "run", (5000, Out))
        .unwrap();
    assert_eq!(sum, 12502500);
}

#[test]
fn limits_end_in_errors() {
    let limited = |milliseconds: u64, text: &str| {
        let mut engine = Engine::builder()
            .language(fl())
            .sandbox()
            .heap_limit(32 << 20)
            .depth_limit(500)
            .time_limit(Duration::from_millis(milliseconds))
            .build()
            .unwrap();
        let module = engine.load_text("fl", "limited", text).unwrap();
        let error = engine.call::<()>(&module, "run", ()).unwrap_err();
        // The engine is as good as before.
        assert_eq!(engine.evaluate::<i64>("fl", "1 + 1").unwrap(), 2);
        error.to_string()
    };
    let time = limited(
        200,
        "\
def run():
    while True:
        try:
            while True:
                pass
        except BaseException:
            pass
",
    );
    assert!(time.contains("time limit"), "{time}");
    let heap = "def run():\n    x = []\n    while True:\n        x.append([x])\n";
    let heap = limited(120_000, heap);
    assert!(heap.contains("MemoryError"), "{heap}");
    let depth = limited(120_000, "def run():\n    return run()\n");
    assert!(depth.contains("RecursionError"), "{depth}");
    let file = limited(120_000, "def run():\n    open('/etc/passwd')\n");
    assert!(file.contains("PermissionError"), "{file}");
}

#[test]
fn many_engines_and_one_per_thread() {
    let mut engines: Vec<Engine> = (0..3).map(|_| engine()).collect();
    for (i, engine) in engines.iter_mut().enumerate() {
        let text = format!("def number():\n    return {i}\n");
        engine.load_text("fl", "numbered", &text).unwrap();
    }
    for (i, engine) in engines.iter_mut().enumerate() {
        let module = engine.load_text("fl", "asks", "import numbered\n").unwrap();
        let numbered = engine.get(&module, "numbered").unwrap();
        assert_eq!(
            engine.call::<i64>(&numbered, "number", ()).unwrap(),
            i as i64
        );
    }
    let threads: Vec<_> = (0..2)
        .map(|i| {
            std::thread::spawn(move || {
                let text = format!("sum(x * {i} for x in range(10000))");
                engine().evaluate::<i64>("fl", &text).unwrap()
            })
        })
        .collect();
    let sums: Vec<i64> = threads.into_iter().map(|t| t.join().unwrap()).collect();
    assert_eq!(sums, [0, 49995000]);
}

#[test]
fn functions_of_the_host_call_back() {
    let mut engine = Engine::builder()
        .language(fl())
        .language(prolog())
        .function(
            "app",
            "apply",
            |scope: &mut Scope<'_>, f: Object, n: i64| -> Result<i64, Error> {
                scope.call(&f, (n,))
            },
        )
        .function("app", "ask", |scope: &mut Scope<'_>, f: Object, n: i64| {
            scope.call::<Option<i64>>(&f, (n, Out)).unwrap_or(Some(-1))
        })
        .build()
        .unwrap();
    let rules = "\
:- module(rules, [next/2, none/2, use/2]).
:- use_module(app).
next(X, Y) :- Y is X + 1.
none(_, _) :- fail.
use(F, R) :- app:apply(F, 20, R).
";
    engine.load_text("prolog", "rules", rules).unwrap();
    let text = "\
import app
import rules
from polyglot import out

class Mine(Exception):
    pass

def fail(x):
    raise Mine(x)

def run(n):
    total = 0
    for i in range(n):
        total += app.apply(lambda x: app.apply(lambda y: y * 2, x) + 1, i)
    return total

def same_exception():
    try:
        app.apply(fail, 3)
    except Mine as e:
        return e.args[0]

def from_rules():
    return [app.ask(rules.next, 1), app.ask(rules.none, 1), rules.use(lambda x: x + 2, out)]
";
    let module = engine.load_text("fl", "uses", text).unwrap();
    assert_eq!(
        engine.call::<i64>(&module, "run", (3000,)).unwrap(),
        9_000_000
    );
    assert_eq!(
        engine.call::<i64>(&module, "same_exception", ()).unwrap(),
        3
    );
    let answers = engine.call::<Vec<Option<i64>>>(&module, "from_rules", ());
    assert_eq!(answers.unwrap(), [Some(2), None, Some(22)]);
}

#[test]
fn limits_hold_in_prolog() {
    let limited = |milliseconds: u64, text: &str| {
        let mut engine = Engine::builder()
            .language(fl())
            .language(prolog())
            .heap_limit(64 << 20)
            .time_limit(Duration::from_millis(milliseconds))
            .build()
            .unwrap();
        let module = engine.load_text("prolog", "limited", text).unwrap();
        let error = engine.call::<()>(&module, "run", ()).unwrap_err();
        // The engine is as good as before.
        assert_eq!(engine.evaluate::<i64>("prolog", "X is 1 + 1").unwrap(), 2);
        error.to_string()
    };
    let time = limited(
        200,
        "run :- catch(loop, _, true), loop.\nloop :- repeat, fail.\n",
    );
    assert!(time.contains("time limit"), "{time}");
    let heap = "run :- grow([]).\ngrow(L) :- grow([L, L, f(L)|L]).\n";
    let heap = limited(120_000, heap);
    assert!(heap.contains("emory"), "{heap}");
}
