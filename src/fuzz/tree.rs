//! Generated programs as trees of statements, so that a failing one can be made
//! smaller by leaving parts out.

/// A statement: a line, or clauses (`if …:`, `else:`) with a body each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stmt {
    Line(String),
    Block(Vec<Clause>),
}

/// The head of a compound statement, with its colon, and what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clause {
    pub head: String,
    pub body: Vec<Stmt>,
}

impl Stmt {
    pub fn line(text: impl Into<String>) -> Stmt {
        Stmt::Line(text.into())
    }

    pub fn block(head: impl Into<String>, body: Vec<Stmt>) -> Stmt {
        Stmt::Block(vec![Clause {
            head: head.into(),
            body,
        }])
    }

    /// With one more clause.
    pub fn and(self, head: impl Into<String>, body: Vec<Stmt>) -> Stmt {
        match self {
            Stmt::Block(mut clauses) => {
                clauses.push(Clause {
                    head: head.into(),
                    body,
                });
                Stmt::Block(clauses)
            }
            line => line,
        }
    }
}

/// The program as text.
pub fn render(program: &[Stmt]) -> String {
    let mut text = String::new();
    render_body(program, 0, &mut text);
    text
}

fn render_body(body: &[Stmt], depth: usize, text: &mut String) {
    let mut push = |depth: usize, line: &str| {
        text.push_str(&"    ".repeat(depth));
        text.push_str(line);
        text.push('\n');
    };
    if body.is_empty() && depth > 0 {
        push(depth, "pass");
    }
    for stmt in body {
        match stmt {
            Stmt::Line(line) => push(depth, line),
            Stmt::Block(clauses) => {
                for clause in clauses {
                    push(depth, &clause.head);
                    let mut inner = String::new();
                    render_body(&clause.body, depth + 1, &mut inner);
                    inner.lines().for_each(|line| push(0, line));
                }
            }
        }
    }
}

/// The number of statements, those inside others included.
pub fn size(body: &[Stmt]) -> usize {
    body.iter()
        .map(|stmt| match stmt {
            Stmt::Line(_) => 1,
            Stmt::Block(clauses) => 1 + clauses.iter().map(|c| size(&c.body)).sum::<usize>(),
        })
        .sum()
}

/// The smallest program found by leaving out statements, or replacing a
/// compound one by what is inside, while `still_fails` holds.
pub fn minimise(program: &[Stmt], mut still_fails: impl FnMut(&[Stmt]) -> bool) -> Vec<Stmt> {
    let mut best = program.to_vec();
    loop {
        let before = size(&best);
        // From the end: what uses a name goes before what defines it.
        let mut index = size(&best);
        while index > 0 {
            index -= 1;
            for edit in [Edit::Remove, Edit::Unwrap] {
                let mut candidate = best.clone();
                let is_applied = apply(&mut candidate, &mut index.clone(), edit);
                if is_applied && still_fails(&candidate) {
                    best = candidate;
                    break;
                }
            }
            index = index.min(size(&best));
        }
        if size(&best) == before {
            return best;
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Remove,
    Unwrap,
}

/// Applies an edit to the statement with this number, in the order of the text.
fn apply(body: &mut Vec<Stmt>, number: &mut usize, edit: Edit) -> bool {
    for index in 0..body.len() {
        if *number == 0 {
            match (edit, body.remove(index)) {
                (Edit::Remove, _) => return true,
                (Edit::Unwrap, Stmt::Block(clauses)) => {
                    let inner: Vec<Stmt> = clauses.into_iter().flat_map(|c| c.body).collect();
                    body.splice(index..index, inner);
                    return true;
                }
                (Edit::Unwrap, line) => {
                    body.insert(index, line);
                    return false;
                }
            }
        }
        *number -= 1;
        if let Stmt::Block(clauses) = &mut body[index] {
            for clause in clauses {
                if apply(&mut clause.body, number, edit) {
                    return true;
                }
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Vec<Stmt> {
        vec![
            Stmt::line("a = 1"),
            Stmt::block("if a:", vec![Stmt::line("b = 2"), Stmt::line("bug()")])
                .and("else:", vec![]),
            Stmt::line("c = 3"),
        ]
    }

    #[test]
    fn text() {
        expect_test::expect![[r"
            a = 1
            if a:
                b = 2
                bug()
            else:
                pass
            c = 3
        "]]
        .assert_eq(&render(&example()));
        assert_eq!(size(&example()), 5);
    }

    #[test]
    fn only_the_failing_statement_is_left() {
        let left = minimise(&example(), |program| render(program).contains("bug()"));
        assert_eq!(left, [Stmt::line("bug()")]);
    }
}
