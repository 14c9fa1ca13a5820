//! Programs under pressure from outside: signals, exhausted memory, output that cannot be
//! written, hostile source text. None may end in a panic, an abort or a hang.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

const METATRACE: &str = env!("CARGO_BIN_EXE_metatrace");
const SIGINT: i32 = 2;
/// Longest that anything here may take, on a loaded machine in a slow build.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writes a program to a file of its own.
fn program(name: &str, text: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join(format!("robust_{name}.py"));
    fs::write(&file, text).expect("the folder for tests is writable");
    file
}

fn wait(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            return status;
        }
        if start.elapsed() > PATIENCE {
            child.kill().expect("the child can be killed");
            panic!("the program hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Runs a program that prints a line when it is ready, interrupts it then, and gives its end, the
/// rest of its output and its errors.
fn interrupted(name: &str, text: &str, options: &[&str]) -> (ExitStatus, String, String) {
    let mut child = Command::new(METATRACE)
        .arg("run")
        .args(options)
        .arg(program(name, text))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut out = child.stdout.take().expect("piped");
    let mut ready = [0; 6];
    out.read_exact(&mut ready).expect("the program gets ready");
    std::thread::sleep(Duration::from_millis(300));
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill is there").success());
    let status = wait(&mut child);
    let (mut rest, mut errors) = (String::new(), String::new());
    out.read_to_string(&mut rest).expect("its output is text");
    let mut err = child.stderr.take().expect("piped");
    err.read_to_string(&mut errors)
        .expect("its errors are text");
    (status, rest, errors)
}

const MODES: &[&[&str]] = &[
    &["--jit", "off"],
    &[],
    &["--jit", "eager"],
    &["--jit", "eager", "--backend", "portable"],
];

#[test]
fn an_interrupt_ends_loops() {
    let text = "print('ready', flush=True)\ni = 0\nwhile True:\n    i += 1\n";
    for (k, mode) in MODES.iter().enumerate() {
        let (status, _, errors) = interrupted(&format!("loop{k}"), text, mode);
        assert_eq!(status.signal(), Some(SIGINT), "{mode:?}: {errors}");
        assert!(errors.ends_with("KeyboardInterrupt\n"), "{errors}");
        assert!(errors.starts_with("Traceback"), "{errors}");
    }
}

#[test]
fn an_interrupt_is_an_exception() {
    let text = "
def work(n):
    return sum(i % 7 for i in range(n))
try:
    print('ready', flush=True)
    while True:
        work(1000)
except KeyboardInterrupt as e:
    print('caught', repr(e))
finally:
    print('finally')
";
    for (k, mode) in MODES.iter().enumerate() {
        let (status, out, errors) = interrupted(&format!("caught{k}"), text, mode);
        assert_eq!(status.code(), Some(0), "{mode:?}: {errors}");
        assert_eq!(out, "caught KeyboardInterrupt()\nfinally\n");
    }
}

#[test]
fn an_interrupt_ends_waiting() {
    for (name, waiting) in [
        ("sleep", "import time\ntime.sleep(1000)"),
        ("input", "input()"),
        ("stdin", "import sys\nfor line in sys.stdin: pass"),
        (
            "native",
            "set(x for x in [1] if 0) or list(zip(range(10**12), range(10**12)))",
        ),
    ] {
        let text = format!("print('ready', flush=True)\n{waiting}\n");
        let (status, _, errors) = interrupted(name, &text, &[]);
        assert_eq!(status.signal(), Some(SIGINT), "{name}: {errors}");
        assert!(errors.ends_with("KeyboardInterrupt\n"), "{name}: {errors}");
    }
}

fn run(options: &[&str], file: &PathBuf) -> Output {
    Command::new(METATRACE)
        .arg("run")
        .args(options)
        .arg(file)
        .output()
        .expect("the command starts")
}

/// Runs in a shell, for its limits and redirections; `{}` stands for the command and the program.
fn shell(line: &str, file: &Path) -> Output {
    let command = format!("{METATRACE} run {}", file.display());
    Command::new("sh")
        .args(["-c", &line.replace("{}", &command)])
        .output()
        .expect("there is a shell")
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_full_disk_is_an_error() {
    for (name, text) in [
        ("full_short", "print('x')\n"),
        (
            "full_long",
            "for i in range(100000): print('some text', i)\n",
        ),
    ] {
        let output = shell("{} > /dev/full", &program(name, text));
        let errors = errors(&output);
        assert!(errors.contains("OSError: [Errno 28]"), "{name}: {errors}");
        assert!(matches!(output.status.code(), Some(1 | 120)), "{name}");
    }
}

#[test]
fn a_closed_pipe_is_an_error() {
    let text = "for i in range(1000000): print('some text', i)\n";
    let output = shell("{} | head -1", &program("pipe", text));
    let errors = errors(&output);
    assert_eq!(output.stdout, b"some text 0\n");
    assert!(errors.contains("BrokenPipeError: [Errno 32]"), "{errors}");
}

const HUNGRY: &[(&str, &str)] = &[
    ("list", "x = []\nwhile True: x.append('%d' % len(x))"),
    ("double", "x = [0, '']\nwhile True: x += x"),
    ("text", "x = 'ab'\nwhile True: x += x"),
    ("tuple", "x = (1, '')\nwhile True: x = x + x"),
    ("dict", "x = {}\nwhile True: x[len(x)] = [len(x)]"),
    ("int", "x = 3\nwhile True: x = x << 20_000_000"),
    (
        "objects",
        "class A:\n    pass\na = None\nwhile True:\n    b = A()\n    b.a = a\n    a = b",
    ),
    (
        "frames",
        "import sys\nsys.setrecursionlimit(10**9)\ndef f(n): return f(n + 1) + 1\nf(0)",
    ),
    ("native", "set(range(10**9))"),
    ("join", "''.join(['x' * 10**6] * 10**6)"),
];

#[test]
fn a_heap_limit_is_a_memory_error() {
    for (name, text) in HUNGRY {
        for mode in ["off", "on"] {
            let file = program(&format!("limit_{name}_{mode}"), text);
            let output = run(&["--heap-limit", "64M", "--jit", mode], &file);
            let errors = errors(&output);
            assert!(errors.contains("MemoryError"), "{name} {mode}: {errors}");
            assert_eq!(output.status.code(), Some(1), "{name} {mode}: {errors}");
        }
    }
}

#[test]
#[ignore = "takes minutes"]
fn a_limit_of_the_system_is_a_memory_error() {
    for (name, text) in HUNGRY {
        let file = program(&format!("ulimit_{name}"), text);
        let output = shell("ulimit -v 1500000; {}", &file);
        let errors = errors(&output);
        assert!(errors.contains("MemoryError"), "{name}: {errors}");
        assert_eq!(output.status.code(), Some(1), "{name}: {errors}");
    }
}

#[test]
fn a_memory_error_can_be_handled() {
    let text = "
def fill():
    x = []
    while True:
        x.append([len(x)])
for i in range(3):
    try:
        fill()
    except MemoryError as e:
        print('full', e)
print(sum(range(1000)))
";
    let output = run(&["--heap-limit", "64M"], &program("handled", text));
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(out, "full \nfull \nfull \n499500\n", "{}", errors(&output));
}

/// Runs a Prolog program.
fn run_prolog(name: &str, options: &[&str], text: &str) -> Output {
    let file = program(name, text).with_extension("pl");
    fs::write(&file, text).expect("a file");
    run(options, &file)
}

#[test]
fn atoms_that_nothing_refers_to_take_no_memory() {
    // All of them together would take several times as much as there is.
    let text = "
n(200000).
atoms(I) :- atom_concat(x, I, _), atom_codes(I, Cs), atom_codes(_, [0'y, 0'y|Cs]).
database(I) :- atom_concat(seen, I, A), assertz(seen(A)), retract(seen(A)).
globals(I) :- atom_concat(key, I, A), nb_setval(v, f(A)), b_setval(w, A).
terms(I) :- atom_concat(t, I, A), term_to_atom(f(A, _), T), term_to_atom(_, T).
parts(I) :- atomic_list_concat([part, I], -, A), atomic_list_concat([_, _], -, A), sub_atom(A, 2, _, 0, _).
balls(I) :- atom_concat(ball, I, A), catch(throw(A), B, true), A == B.
:- dynamic seen/1.
run(G) :- n(N), ( between(1, N, I), call(G, I), fail ; true ), write(G), nl.
last(N, _) :- n(N), !.
last(N, A) :- M is N + 1, atom_concat(A, y, B), sub_atom(B, 1, 4, _, C), atom_concat(C, M, D), last(M, D).
:- forall(member(G, [atoms, database, globals, terms, parts, balls]), run(G)), last(0, abcdef), write(last), nl.
";
    for mode in ["off", "on"] {
        let name = format!("atoms_{mode}");
        let output = run_prolog(&name, &["--heap-limit", "12M", "--jit", mode], text);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        let all = "atoms\ndatabase\nglobals\nterms\nparts\nballs\nlast\n";
        assert_eq!(out, all, "{mode}: {}", errors(&output));
    }
}

#[test]
fn atoms_that_are_kept_are_memory() {
    let text = "
:- catch(( numlist(1, 1000000, L), maplist([I, A]>>atom_concat(x, I, A), L, _) ), _, ( print(full), nl )).
:- atom_concat(x, 1, A), print(A), nl.
";
    let output = run_prolog("atoms_kept", &["--heap-limit", "64M"], text);
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!(out, "full\nx1\n", "{}", errors(&output));
}

#[test]
fn strings_that_cross_as_atoms_take_no_memory() {
    let text = "
import robust_atoms as p
from polyglot import out
n = 0
for i in range(200000):
    s = 'text' + str(i)
    n += p.same(s, out) == s
    n += len(p.made(i, out))
print(n)
";
    let file = program("crossing", text);
    let folder = file.parent().expect("a folder");
    let module = ":- module(robust_atoms, [same/2, made/2]).\nsame(A, A).\nmade(I, A) :- atom_concat(made_, I, A).\n";
    fs::write(folder.join("robust_atoms.pl"), module).expect("a file");
    for mode in ["off", "on"] {
        let output = run(&["--heap-limit", "16M", "--jit", mode], &file);
        let out = String::from_utf8_lossy(&output.stdout).into_owned();
        assert_eq!(out, "2288890\n", "{mode}: {}", errors(&output));
    }
}

/// Source text that is deep, long or broken: each as a name and the text.
fn hostile_sources() -> Vec<(&'static str, String)> {
    const N: usize = 20_000;
    let around = |open: &str, inner: &str, close: &str| {
        format!("x = {}{inner}{}\n", open.repeat(N), close.repeat(N))
    };
    let steps = |head: &str, n: usize| {
        let lines: String = (0..n)
            .map(|i| format!("{}{head}\n", " ".repeat(i)))
            .collect();
        format!("{lines}{}pass\n", " ".repeat(n))
    };
    vec![
        ("parens", around("(", "1", ")")),
        ("brackets", around("[", "", "]")),
        ("braces", around("{", "", "}")),
        ("open", "(".repeat(N)),
        ("signs", around("-", "1", "")),
        ("nots", around("not ", "1", "")),
        ("sums", around("1+", "1", "")),
        ("powers", around("2**", "1", "")),
        ("attributes", around("", "a", ".b")),
        ("calls", around("f(", "", ")")),
        ("conditions", around("1 if 1 else ", "1", "")),
        ("lambdas", around("lambda: ", "1", "")),
        ("comparisons", around("1 < ", "2", "")),
        (
            "clauses",
            format!("x = [1 {}]\n", "for i in [1] ".repeat(N)),
        ),
        ("walrus", around("(a := ", "1", ")")),
        ("strings", around("'a' ", "'b'", "")),
        ("fields", format!("x = f\"{}\"\n", "{".repeat(N))),
        ("ifs", steps("if 1:", 2000)),
        ("loops", steps("for i in []:", 2000)),
        ("functions", steps("def f():", 200)),
        (
            "elifs",
            format!("if 0: pass\n{}", "elif 0: pass\n".repeat(N)),
        ),
        ("assignments", format!("{}1\n", "a = ".repeat(N))),
        (
            "decorators",
            format!("{}def f(): pass\n", "@a\n".repeat(40_000)),
        ),
        (
            "patterns",
            format!("match 1:\n case {}{}: pass\n", "[".repeat(N), "]".repeat(N)),
        ),
        (
            "names",
            (0..70_000).map(|i| format!("a{i} = {i}\n")).collect(),
        ),
        ("arguments", format!("f({})\n", "a,".repeat(70_000))),
        (
            "long",
            format!("def f(x):\n{}", " x = x + x * 3\n".repeat(30_000)),
        ),
        ("nul", "x = 1\0\n".to_owned()),
        ("unterminated", "x = '''abc".to_owned()),
        ("tabs", "if 1:\n\tx = 1\n        y = 2\n".to_owned()),
    ]
}

#[test]
fn hostile_source_is_an_error_or_runs() {
    for (name, text) in hostile_sources() {
        let output = run(
            &["--jit", "off"],
            &program(&format!("source_{name}"), &text),
        );
        let errors = errors(&output);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{name}: {errors}"
        );
        assert!(!errors.contains("panicked"), "{name}: {errors}");
    }
    let mut file = fs::File::create(program("bytes", "")).expect("writable");
    file.write_all(b"x = '\xff\xfe'\n").expect("writable");
    let output = run(&[], &program_path("bytes"));
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}",
        errors(&output)
    );
}

fn program_path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("robust_{name}.py"))
}

#[test]
fn mutated_sources_never_panic() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/fl");
    let mut seed = 88_172_645_463_325_252_u64;
    let mut random = |n: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        (seed % n.max(1) as u64) as usize
    };
    let mut texts: Vec<Vec<u8>> = Vec::new();
    for entry in fs::read_dir(folder).expect("the benchmarks are there") {
        texts.push(fs::read(entry.expect("readable").path()).expect("readable"));
    }
    texts.sort();
    for round in 0..150 {
        let mut text = texts[random(texts.len())].clone();
        for _ in 0..1 + random(4) {
            let at = random(text.len());
            match random(4) {
                0 => text.truncate(at),
                1 => drop(text.drain(at..(at + 1 + random(20)).min(text.len()))),
                2 => {
                    let bytes = b"()[]{}:,.=\n\t '\"\\#@!*-+%lambda if def\xc3\xff0x";
                    text.insert(at, bytes[random(bytes.len())]);
                }
                _ => {
                    let end = (at + 1 + random(60)).min(text.len());
                    let part = text[at..end].to_vec();
                    let to = random(text.len());
                    text.splice(to..to, part);
                }
            }
            if text.is_empty() {
                break;
            }
        }
        let path = program_path("mutated");
        fs::write(&path, &text).expect("writable");
        let output = Command::new(METATRACE)
            .args(["dump", "--bytecode"])
            .arg(&path)
            .output()
            .expect("the command starts");
        let errors = errors(&output);
        let fine = matches!(output.status.code(), Some(0 | 1)) && !errors.contains("panicked");
        assert!(
            fine,
            "round {round}: {errors}\n{}",
            String::from_utf8_lossy(&text)
        );
    }
}
