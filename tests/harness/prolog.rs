//! The Prolog conformance cases. Their format and what the generated file
//! contains: `tests/conformance/prolog/README.md`.

use std::fs;
use std::io;
use std::path::Path;
use std::time::Duration;

use fancy_regex::Regex;
use metatrace_cli::process::{End, Outcome};
use serde_json::Value;

use super::Case;

/// Prolog clauses that run a case and judge it inside the system under test,
/// so that the layout of its output does not matter.
const JUDGE: &str = "\
tm__main :-
    write('@@BEGIN'), nl,
    catch(tm__run(R), B, R = threw(B)),
    nl, write('@@END '), tm__judge(R), nl.
tm__judge(R) :- tm__expect(E), tm__ok(E, R), !, write('PASS').
tm__judge(R) :- write('FAIL '), writeq(R).
tm__ok(all(L), all(M)) :- tm__variant(L, M).
tm__ok(true, all([_|_])).
tm__ok(false, all([])).
tm__ok(throws(P), threw(B)) :- copy_term(B, C), numbervars(C, 0, _), P = C.
tm__variant(A, B) :-
    copy_term(A, C), copy_term(B, D),
    numbervars(C, 0, N), numbervars(D, 0, N), C == D.
";

/// Adds the cases of a file.
pub fn load_file(file: &Path, cases: &mut Vec<Box<dyn Case>>) -> io::Result<()> {
    let text = fs::read_to_string(file)?;
    let parsed =
        parse(&text).map_err(|error| io::Error::other(format!("{}: {error}", file.display())))?;
    for case in parsed {
        cases.push(Box::new(case));
    }
    Ok(())
}

/// A case as it is written.
#[derive(Clone, Default)]
struct PrologCase {
    id: String,
    program: String,
    goal: String,
    script: Option<String>,
    show: Option<String>,
    expect: Option<String>,
    /// Acceptable outputs; none where the output does not matter.
    outputs: Option<Vec<String>>,
    stdin: String,
    exit: Option<String>,
    stderr: Option<Regex>,
    time_limit_seconds: Option<u64>,
}

/// Parses a file of cases.
fn parse(text: &str) -> Result<Vec<PrologCase>, String> {
    let mut cases = Vec::new();
    let mut case = PrologCase::default();
    for (index, line) in text.lines().chain([""]).enumerate() {
        if line.starts_with('#') {
            continue;
        }
        if line.trim().is_empty() {
            if !case.id.is_empty() {
                cases.push(std::mem::take(&mut case));
            }
            continue;
        }
        let (key, value) = line
            .split_once(':')
            .ok_or_else(|| format!("line {}: no field", index + 1))?;
        let value = value.strip_prefix(' ').unwrap_or(value);
        case.set(key, value)
            .map_err(|error| format!("line {}: {error}", index + 1))?;
    }
    Ok(cases)
}

/// Appends a line to a field that may have several.
fn add_line(field: &mut String, line: &str) {
    if !field.is_empty() {
        field.push('\n');
    }
    field.push_str(line);
}

fn json(value: &str) -> Result<Value, String> {
    serde_json::from_str(value).map_err(|error| error.to_string())
}

impl PrologCase {
    fn set(&mut self, key: &str, value: &str) -> Result<(), String> {
        match key {
            "id" => self.id = format!("prolog/{value}"),
            "prog" => add_line(&mut self.program, value),
            "goal" => add_line(&mut self.goal, value),
            "script" => match &mut self.script {
                Some(script) => *script = format!("{script}\n{value}"),
                None => self.script = Some(value.to_owned()),
            },
            "show" => self.show = Some(value.to_owned()),
            "expect" => self.expect = Some(value.to_owned()),
            "out" => {
                let texts = match json(value)? {
                    Value::Array(texts) => texts,
                    text => vec![text],
                };
                let texts = texts
                    .iter()
                    .filter_map(|text| text.as_str().map(str::to_owned));
                self.outputs = Some(texts.collect());
            }
            "stdin" => {
                self.stdin = json(value)?
                    .as_str()
                    .ok_or("stdin is not a string")?
                    .to_owned();
            }
            "exit" => self.exit = Some(value.to_owned()),
            "stderr" => self.stderr = Some(Regex::new(value).map_err(|error| error.to_string())?),
            "timeout" => {
                let seconds: f64 = value.parse().map_err(|_| "timeout is not a number")?;
                self.time_limit_seconds = Some(seconds.ceil() as u64);
            }
            "cat" | "tags" | "note" | "ref" => {}
            _ => return Err(format!("unknown field {key}")),
        }
        Ok(())
    }

    /// The source file that is run.
    fn source(&self) -> io::Result<String> {
        if let Some(script) = &self.script {
            return Ok(format!("{script}\n"));
        }
        let expect = self.expect.as_deref().unwrap_or("true");
        let (kind, rest) = expect.split_once(' ').unwrap_or((expect, ""));
        let expected = match kind {
            "all" | "throws" => format!("{kind}({rest})"),
            "true" | "false" => kind.to_owned(),
            _ => return Err(io::Error::other(format!("bad expectation {expect}"))),
        };
        let solve = if kind == "true" {
            "once(tm__goal(S))"
        } else {
            "tm__goal(S)"
        };
        let show = self.show.as_deref().unwrap_or("yes");
        let goal = self.goal.replace('\n', "\n    ");
        let program = &self.program;
        Ok(format!(
            "tm__expect({expected}).\n{JUDGE}tm__run(all(L)) :- findall(S, {solve}, L).\n\
             {program}\ntm__goal({show}) :-\n    {goal}\n    .\n:- initialization(tm__main).\n"
        ))
    }

    fn accepts(&self, output: &str) -> Option<String> {
        let outputs = self.outputs.as_ref()?;
        let is_right = outputs.iter().any(|accepted| accepted == output);
        (!is_right).then(|| format!("printed {output:?}, expected {outputs:?}"))
    }

    fn judge_script(&self, outcome: &Outcome) -> Option<String> {
        let stderr = outcome.stderr_text();
        if let Some(reason) = self.accepts(&outcome.stdout_text()) {
            return Some(reason);
        }
        let is_right_end = match (self.exit.as_deref(), outcome.end) {
            (None, _) => true,
            (Some("zero"), end) => end == End::Exit(0),
            (Some("nonzero"), End::Exit(status)) => status > 0,
            (Some(number), End::Exit(status)) => number.parse() == Ok(status),
            (Some(_), _) => false,
        };
        if !is_right_end {
            return Some(format!("unexpected {}, stderr {stderr:?}", outcome.end));
        }
        let regex = self.stderr.as_ref()?;
        let is_found = regex.is_match(&stderr).unwrap_or(false);
        (!is_found).then(|| format!("stderr {stderr:?} lacks /{regex}/"))
    }

    fn judge_goal(&self, outcome: &Outcome) -> Option<String> {
        let output = outcome.stdout_text();
        let stderr = outcome.stderr_text();
        let begin = output.find("@@BEGIN\n").map(|at| at + "@@BEGIN\n".len());
        let (Some(begin), Some(end)) = (begin, output.rfind("\n@@END ")) else {
            return Some(format!("no verdict ({}): stderr {stderr:?}", outcome.end));
        };
        let verdict = output[end + "\n@@END ".len()..]
            .lines()
            .next()
            .unwrap_or_default();
        if verdict != "PASS" {
            return Some(format!("{verdict} | stderr {stderr:?}"));
        }
        self.accepts(output.get(begin..end).unwrap_or_default())
    }
}

impl Case for PrologCase {
    fn id(&self) -> &str {
        &self.id
    }

    fn prepare(&self, folder: &Path) -> io::Result<Vec<String>> {
        fs::write(folder.join("case.pl"), self.source()?)?;
        Ok(vec!["case.pl".to_owned()])
    }

    fn stdin(&self) -> &[u8] {
        self.stdin.as_bytes()
    }

    fn time_limit(&self) -> Duration {
        Duration::from_secs(self.time_limit_seconds.unwrap_or(10))
    }

    fn judge(&self, outcome: &Outcome) -> Option<String> {
        match self.script {
            Some(_) => self.judge_script(outcome),
            None => self.judge_goal(outcome),
        }
    }
}
