//! The compatibility kit: every message between every two languages, in every mode.
//!
//! What is checked: `interop::kit`. What a language has: its `kit` module. Besides the asks of the languages,
//! the protocol itself is asked, from Rust.

use interop::Message;
use interop::kit::{Argument, CHECKS, Check, Expected, Samples};
use metatrace_cli::{Engine, Error, Object, Out, Tracing, fl, prolog};

const LANGUAGES: [Samples; 2] = [::fl::kit::SAMPLES, ::prolog::kit::SAMPLES];

/// Samples that are functions: members of their module.
const FUNCTIONS: &[&str] = &["add", "same", "count", "closings", "fails", "raises"];

/// Asks for which relations need other words than functions, where those have outputs in calls.
const CALLS: &[&str] = &[
    "call_1", "call_2", "caught", "keywords", "all_of", "first_of", "closes",
];

struct Kit {
    engine: Engine,
    samples: Vec<Object>,
    asks: Vec<Object>,
    /// How often each check is made, so that what is hot is traced.
    times: usize,
}

fn kit(tracing: Tracing, is_eager: bool, is_stressed: bool, times: usize) -> Kit {
    let mut builder = Engine::builder()
        .language(fl())
        .language(prolog())
        .tracing(tracing);
    if is_eager {
        builder = builder.eager();
    }
    if is_stressed {
        builder = builder.stress();
    }
    let mut engine = builder.build().unwrap();
    let mut load = |what: &str, text: fn(&Samples) -> &'static str| -> Vec<Object> {
        let load = |samples: &Samples| {
            let name = format!("{what}_{}", samples.language);
            engine
                .load_text(samples.language, &name, text(samples))
                .unwrap()
        };
        LANGUAGES.iter().map(load).collect()
    };
    let samples = load("samples", |s| s.samples);
    let asks = load("asks", |s| s.asks);
    Kit {
        engine,
        samples,
        asks,
        times,
    }
}

/// An error of a check: whose exception it is.
fn raises(error: &Error) -> String {
    match error {
        Error::Guest { language, .. } => format!("raises {language}: {error}"),
        _ => format!("raises {error}"),
    }
}

impl Kit {
    /// A sample of language number `of`.
    fn sample(&mut self, of: usize, name: &str) -> Object {
        let module = self.samples[of].clone();
        let is_function = FUNCTIONS.contains(&name);
        let made = match (is_function, LANGUAGES[of].relational) {
            (true, _) => self.engine.get(&module, name),
            (false, true) => self.engine.call(&module, name, (Out,)),
            (false, false) => self.engine.call(&module, name, ()),
        };
        made.unwrap_or_else(|error| panic!("{} {name}: {error}", LANGUAGES[of].language))
    }

    fn argument(&mut self, argument: &Argument) -> Object {
        match *argument {
            Argument::Int(int) => self.engine.object(int),
            Argument::Text(text) => self.engine.object(text),
        }
    }

    /// Language number `by` asks about a sample of language number `of`.
    fn ask(
        &mut self,
        by: usize,
        of: usize,
        check: &Check,
        receiver: &Object,
    ) -> Result<Object, Error> {
        let mut arguments = vec![receiver.clone()];
        for argument in check.arguments {
            arguments.push(self.argument(argument));
        }
        if check.ask == "closes" {
            arguments.push(self.sample(of, "closings"));
        }
        let asks_relation = LANGUAGES[of].relational && FUNCTIONS.contains(&check.receiver);
        let name = match asks_relation && CALLS.contains(&check.ask) && !LANGUAGES[by].relational {
            true => format!("relation_{}", check.ask),
            false => check.ask.to_owned(),
        };
        let function = self.engine.get(&self.asks[by].clone(), &name)?;
        if LANGUAGES[by].relational {
            arguments.push(self.engine.object(Out));
        }
        self.engine
            .message(Message::Call, &function, &arguments)
            .map(|answer| answer.unwrap_or_else(|| self.engine.object(())))
    }

    /// The first of a check's messages, sent from Rust. Only those that need no words around them.
    fn protocol(
        &mut self,
        of: usize,
        check: &Check,
        receiver: &Object,
    ) -> Option<Result<Object, Error>> {
        let mut arguments: Vec<Object> = Vec::new();
        for argument in check.arguments {
            arguments.push(self.argument(argument));
        }
        let message = match *check.messages {
            [message] => message,
            _ => return None,
        };
        match message {
            Message::Call if check.ask == "caught" => return None,
            Message::Call if LANGUAGES[of].relational && FUNCTIONS.contains(&check.receiver) => {
                arguments.push(self.engine.object(Out));
            }
            Message::CallWith => {
                let b = std::collections::BTreeMap::from([("b".to_owned(), 4i64)]);
                arguments = vec![self.engine.object((3i64,)), self.engine.object(b)];
            }
            Message::Next | Message::Iterate | Message::SetMember | Message::SetIndex => {
                return None;
            }
            Message::GetMember => arguments = vec![self.engine.object("size")],
            Message::Invoke => {
                arguments = vec![self.engine.object("scaled"), self.engine.object((2i64,))];
            }
            Message::Equals => arguments = vec![receiver.clone()],
            _ => {}
        }
        let answer = self.engine.message(message, receiver, &arguments);
        Some(answer.map(|answer| answer.unwrap_or_else(|| self.engine.object(()))))
    }

    /// What is wrong with an outcome, if something is.
    fn judge(
        &mut self,
        of: usize,
        check: &Check,
        receiver: &Object,
        outcome: Result<Object, Error>,
    ) -> Option<String> {
        let lacks = LANGUAGES[of].lacks.contains(&check.receiver)
            || LANGUAGES[of].lacks.contains(&check.ask);
        let found = match outcome {
            Ok(object) => self.engine.canonical(&object),
            Err(error) => raises(&error),
        };
        let wanted = match check.expected {
            // What a language lacks is told, as the sender's error or as the receiver's.
            _ if lacks && found.starts_with("raises ") => return None,
            Expected::Raises(text) => {
                let is_right = found.starts_with("raises ") && found.contains(text);
                return (!is_right).then(|| format!("{found}, wanted an exception with `{text}`"));
            }
            Expected::Gives(text) => text.to_owned(),
            Expected::Receiver => self.engine.canonical(receiver),
            Expected::Shown(i) => format!("{:?}", LANGUAGES[of].shown[i]),
            Expected::Nothing => "None".to_owned(),
            Expected::Something => {
                return found
                    .starts_with("raises ")
                    .then(|| format!("{found}, wanted a value"));
            }
        };
        (found != wanted).then(|| format!("{found}, wanted {wanted}"))
    }

    /// All checks between two languages; `by`: none for the protocol itself.
    fn check(&mut self, by: Option<usize>, of: usize, failures: &mut Vec<String>) {
        for check in CHECKS {
            if by.is_some_and(|by| lacks_words(by, check)) {
                continue;
            }
            for time in 0..self.times {
                let receiver = self.sample(of, check.receiver);
                let outcome = match by {
                    Some(by) => self.ask(by, of, check, &receiver),
                    None => match self.protocol(of, check, &receiver) {
                        Some(outcome) => outcome,
                        None => break,
                    },
                };
                if let Some(wrong) = self.judge(of, check, &receiver, outcome) {
                    let by = by.map_or("rust", |by| LANGUAGES[by].language);
                    let (of, ask, sample) = (LANGUAGES[of].language, check.ask, check.receiver);
                    failures.push(format!(
                        "{by} asks {of}: {ask} {sample} (time {time}): {wrong}"
                    ));
                    break;
                }
            }
        }
    }
}

/// Has the language no way to ask this?
fn lacks_words(by: usize, check: &Check) -> bool {
    let samples = &LANGUAGES[by];
    samples.lacks.contains(&check.ask)
        && !samples.asks.contains(&format!("\n{}(", check.ask))
        && !samples.asks.contains(&format!("def {}(", check.ask))
}

fn run(tracing: Tracing, is_eager: bool, is_stressed: bool, times: usize) {
    let mut kit = kit(tracing, is_eager, is_stressed, times);
    let mut failures = Vec::new();
    for of in 0..LANGUAGES.len() {
        kit.check(None, of, &mut failures);
        for by in 0..LANGUAGES.len() {
            kit.check(Some(by), of, &mut failures);
        }
    }
    assert!(
        failures.is_empty(),
        "{} failures:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

const HELD: &str = ":- module(held, [term/1, same/2]).\nterm(f(a, g(1))).\nsame(X, X).\n";
const VARS: &str = "import held\nfrom polyglot import Var\n\ndef bound():\n    v = Var()\n    \
                held.same(v, {\"k\": 7})\n    return v\n\ndef unbound():\n    return Var()\n";

/// Objects of Prolog as containers: terms, modules, variables bound to values.
#[test]
fn what_terms_hold() {
    let mut engine = Engine::builder()
        .language(fl())
        .language(prolog())
        .build()
        .unwrap();
    let held = engine.load_text("prolog", "held", HELD).unwrap();
    let vars = engine.load_text("fl", "vars", VARS).unwrap();
    let term: Object = engine.call(&held, "term", (Out,)).unwrap();
    let bound: Object = engine.call(&vars, "bound", ()).unwrap();
    let unbound: Object = engine.call(&vars, "unbound", ()).unwrap();
    let (zero, last, far) = (
        engine.object(0i64),
        engine.object(-1i64),
        engine.object(5i64),
    );
    let (key, nine) = (engine.object("k"), engine.object(9i64));
    let rows: &[(Message, &Object, &[&Object], &str)] = &[
        (Message::Length, &term, &[], "2"),
        (Message::GetIndex, &term, &[&zero], "\"a\""),
        (Message::GetIndex, &term, &[&last], "<prolog Term>"),
        (
            Message::GetIndex,
            &term,
            &[&far],
            "raises prolog: item `5' does not exist",
        ),
        (
            Message::Keys,
            &term,
            &[],
            "raises prolog: Type error: `object_with_keys' expected",
        ),
        (
            Message::SetIndex,
            &term,
            &[&zero, &nine],
            "raises prolog: No permission to modify item",
        ),
        (
            Message::SetMember,
            &term,
            &[&key, &nine],
            "raises prolog: No permission to modify member",
        ),
        (Message::Length, &held, &[], "2"),
        (Message::Keys, &held, &[], "[\"same\", \"term\"]"),
        (Message::Items, &bound, &[], "[(\"k\", 7)]"),
        (Message::SetIndex, &bound, &[&key, &nine], "None"),
        (Message::GetIndex, &bound, &[&key], "9"),
        (Message::Keys, &bound, &[], "[\"k\"]"),
        (
            Message::Length,
            &unbound,
            &[],
            "raises prolog: Arguments are not sufficiently instantiated",
        ),
    ];
    for (message, receiver, arguments, expected) in rows {
        let arguments: Vec<Object> = arguments.iter().map(|a| (*a).clone()).collect();
        let found = match engine.message(*message, receiver, &arguments) {
            Ok(Some(answer)) => engine.canonical(&answer),
            Ok(None) => "fails".to_owned(),
            Err(error) => raises(&error),
        };
        assert!(found.starts_with(expected), "{}: {found}", message.name());
    }
}

#[test]
fn off() {
    run(Tracing::Off, false, false, 2);
}

#[test]
fn jit() {
    run(Tracing::MachineCode, false, false, 2500);
}

#[test]
fn eager() {
    run(Tracing::MachineCode, true, false, 12);
}

#[test]
fn portable() {
    run(Tracing::Portable, true, false, 12);
}

#[test]
fn stress() {
    run(Tracing::Portable, true, true, 8);
}
