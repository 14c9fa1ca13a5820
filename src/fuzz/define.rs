//! Random definitions: functions, generators, closures, classes.

use super::generate::{Function, Generator, Type};
use super::tree::Stmt;

impl Generator {
    /// A function of a few parameters, the last perhaps with a default.
    pub(super) fn function(&mut self) -> Stmt {
        let name = self.fresh("f");
        let mut parameters = Vec::new();
        for _ in 0..1 + self.rng.below(3) {
            let ty = self.some_type();
            parameters.push((self.fresh("p"), ty));
        }
        let result = self.some_type();
        let last_is_int = matches!(parameters.last(), Some((_, Type::Int)));
        let has_default = last_is_int && self.rng.one_in(2);
        let (body, cost) = self.in_function(&parameters, Some(result), |g| {
            let count = 1 + g.rng.below(4);
            let mut body = g.statements(count, 1);
            body.push(Stmt::line(format!("return {}", g.expr(result, 2))));
            body
        });
        let mut head: Vec<String> = parameters.iter().map(|(name, _)| name.clone()).collect();
        if let Some(last) = head.last_mut().filter(|_| has_default) {
            last.push_str("=7");
        }
        let stmt = Stmt::block(format!("def {name}({}):", head.join(", ")), body);
        self.functions.push(Function {
            name,
            parameters,
            has_default,
            result,
            cost,
        });
        stmt
    }

    /// A generator function of one integer, with a few yields.
    pub(super) fn generator(&mut self) -> Stmt {
        let (name, parameter) = (self.fresh("f"), self.fresh("p"));
        let inner = self.generators.last().map(|g| g.name.clone());
        let parameters = vec![(parameter.clone(), Type::Int)];
        let (body, cost) = self.in_function(&parameters, None, |g| {
            let i = g.fresh("i");
            let times = 1 + g.rng.below(7);
            let body = g.inside(times as u64, |g| {
                g.add_variable(&i, Type::Int);
                let mut body = g.statements(1, 0);
                body.push(Stmt::line(format!("yield clip({})", g.expr(Type::Int, 2))));
                body.extend(g.statements(1, 0));
                body
            });
            let mut body = vec![Stmt::block(format!("for {i} in range({times}):"), body)];
            match inner {
                Some(inner) if g.rng.one_in(2) => {
                    body.push(Stmt::line(format!("yield from {inner}({parameter} + 1)")));
                }
                _ if g.rng.one_in(2) => {
                    // No `yield` here: when an abandoned generator is closed is not defined.
                    let cleanup = vec![Stmt::line(format!("{parameter} = -1"))];
                    body = vec![Stmt::block("try:", body).and("finally:", cleanup)];
                }
                _ => {}
            }
            body
        });
        let stmt = Stmt::block(format!("def {name}({parameter}):"), body);
        let cost = cost + self.generators.last().map_or(0, |g| g.cost) + 10;
        let result = Type::List;
        self.generators.push(Function {
            name,
            parameters,
            has_default: false,
            result,
            cost,
        });
        stmt
    }

    /// A function that makes a closure with its own counter and calls it.
    pub(super) fn closure_maker(&mut self) -> Stmt {
        let (name, p) = (self.fresh("f"), self.fresh("p"));
        let (count, step) = (self.fresh("c"), self.fresh("s"));
        let parameters = vec![(p.clone(), Type::Int)];
        let (value, _) = self.in_function(&parameters, None, |g| {
            g.add_variable(&count, Type::Int);
            g.add_variable(&step, Type::Int);
            g.expr(Type::Int, 2)
        });
        let calls = 2 + self.rng.below(6);
        let body = vec![
            Stmt::line(format!("{count} = {p}")),
            Stmt::block(
                format!("def inner({step}, *more):"),
                vec![
                    Stmt::line(format!("nonlocal {count}")),
                    Stmt::line(format!("{count} = clip({value}) + len(more)")),
                    Stmt::line(format!("return {count}")),
                ],
            ),
            Stmt::line("add = lambda x, y=3: clip(x + y)".to_owned()),
            Stmt::line(format!(
                "total = sum(add(inner(n, n, {p})) for n in range({calls}))"
            )),
            Stmt::line(format!("return clip(total + {count})")),
        ];
        let stmt = Stmt::block(format!("def {name}({p}):"), body);
        let cost = calls as u64 * 12;
        let result = Type::Int;
        self.functions.push(Function {
            name,
            parameters,
            has_default: false,
            result,
            cost,
        });
        stmt
    }

    /// A function that calls itself, once or twice, down to zero.
    pub(super) fn recursive_function(&mut self) -> Stmt {
        let (name, n, x) = (self.fresh("f"), self.fresh("n"), self.fresh("p"));
        let twice = self.rng.one_in(3);
        let bound = if twice { 5 } else { 30 };
        let local = vec![(n.clone(), Type::Int), (x.clone(), Type::Int)];
        let (value, _) = self.in_function(&local, None, |g| g.expr(Type::Int, 2));
        let call = |by: usize| format!("{name}({n} - {by}, clip({x} + {by}))");
        let result = match (twice, self.rng.one_in(2)) {
            (true, _) => format!("clip({} + {} + {value})", call(1), call(2)),
            (false, true) => call(1),
            (false, false) => format!("clip({value} + {})", call(1)),
        };
        let body = vec![
            Stmt::line(format!("{n} = {n} if {n} < {bound} else {n} % {bound}")),
            Stmt::block(
                format!("if {n} <= 0:"),
                vec![Stmt::line(format!("return {x}"))],
            ),
            Stmt::line(format!("return {result}")),
        ];
        let stmt = Stmt::block(format!("def {name}({n}, {x}=1):"), body);
        let parameters = vec![(n, Type::Int), (x, Type::Int)];
        let result = Type::Int;
        self.functions.push(Function {
            name,
            parameters,
            has_default: true,
            result,
            cost: 120,
        });
        stmt
    }

    /// A class with two fields, operators, a property and a method; it may
    /// extend the one before.
    pub(super) fn class(&mut self) -> Stmt {
        let class = self.classes;
        let base = (class > 0 && self.rng.one_in(2)).then(|| class - 1);
        let parameters = vec![("x".to_owned(), Type::Int)];
        let (value, _) = self.in_function(&parameters, None, |g| {
            g.add_variable("self.a", Type::Int);
            g.add_variable("self.b", Type::Float);
            g.expr(Type::Int, 2)
        });
        let method = |head: &str, lines: Vec<String>| {
            Stmt::block(
                format!("def {head}:"),
                lines.into_iter().map(Stmt::line).collect(),
            )
        };
        let own = format!("C{class}");
        let mut body = Vec::new();
        match base {
            Some(_) => body.push(method(
                "__init__(self, a, b=0.5)",
                vec![
                    "super().__init__(a + 1, b)".to_owned(),
                    "self.c = [a]".to_owned(),
                ],
            )),
            None => body.push(method(
                "__init__(self, a, b=0.5)",
                vec!["self.a = clip(a)".to_owned(), "self.b = b".to_owned()],
            )),
        }
        let mut lines = vec![format!("self.a = clip({value})")];
        let inherited = if base.is_some() {
            "super().method(x)"
        } else {
            "x"
        };
        lines.push(format!("return clip(self.a + {inherited})"));
        body.push(method("method(self, x)", lines));
        body.push(method(
            "__add__(self, other)",
            vec![format!("return {own}(self.a + other.a, self.b)")],
        ));
        if self.rng.one_in(2) {
            let line = "return isinstance(other, C0) and self.a == other.a".to_owned();
            body.push(method("__eq__(self, other)", vec![line]));
        }
        body.push(Stmt::line("@property"));
        body.push(method("double(self)", vec!["return self.a * 2".to_owned()]));
        body.push(method(
            "show(self)",
            vec![format!(
                "return ('{own}', self.a, self.b, len(self.__dict__))"
            )],
        ));
        self.classes += 1;
        let head = match base {
            Some(base) => format!("class {own}(C{base}):"),
            None => format!("class {own}:"),
        };
        Stmt::block(head, body)
    }
}
