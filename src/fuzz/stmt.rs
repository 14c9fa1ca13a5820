//! Random statements: assignments, mutations, loops, exceptions, prints.

use super::generate::{Generator, Type};
use super::tree::Stmt;

impl Generator {
    /// `count` statements; each may use what those before it declared.
    pub(super) fn statements(&mut self, count: usize, depth: usize) -> Vec<Stmt> {
        (0..count).map(|_| self.statement(depth)).collect()
    }

    fn statement(&mut self, depth: usize) -> Stmt {
        self.charge(1);
        match self.rng.below(if depth == 0 { 13 } else { 22 }) {
            0..=3 => self.assign(2),
            4 | 5 => self.augmented(),
            6 | 7 => self.mutate(),
            8 => {
                let ty = self.some_type();
                self.declare(ty, 2)
            }
            9 => self.swap(),
            10 => self.object_statement(),
            11 => self.mutate(),
            12 => self.leave(),
            13..=15 => self.branch(depth - 1),
            16 | 17 => self.for_loop(depth - 1),
            18 => self.while_loop(depth - 1),
            19 | 20 => self.try_statement(depth - 1),
            _ => self.generator_loop(depth - 1),
        }
    }

    /// A new variable.
    pub(super) fn declare(&mut self, ty: Type, depth: usize) -> Stmt {
        let value = self.bounded(ty, depth);
        let name = self.fresh("v");
        self.add_variable(&name, ty);
        Stmt::line(format!("{name} = {value}"))
    }

    /// An expression whose value stays small when it is computed in a loop.
    fn bounded(&mut self, ty: Type, depth: usize) -> String {
        let value = self.expr(ty, depth);
        match ty {
            Type::Int => format!("clip({value})"),
            Type::Str | Type::List => format!("({value})[:40]"),
            _ => value,
        }
    }

    fn assign(&mut self, depth: usize) -> Stmt {
        let ty = self.some_type();
        let names = self.names_of(ty);
        if names.is_empty() {
            return self.declare(ty, depth);
        }
        let name = self.rng.pick(&names).clone();
        let value = self.bounded(ty, depth);
        Stmt::line(format!("{name} = {value}"))
    }

    fn augmented(&mut self) -> Stmt {
        let ty = *self.rng.pick(&[Type::Int, Type::Float]);
        let names = self.names_of(ty);
        if names.is_empty() {
            return self.declare(ty, 1);
        }
        let name = self.rng.pick(&names).clone();
        let value = self.expr(ty, 1);
        match ty {
            Type::Int => {
                let op = self.rng.pick(&["+=", "-=", "^=", "|=", "&="]).to_owned();
                Stmt::line(format!("{name} {op} clip({value})"))
            }
            _ => {
                let op = self.rng.pick(&["+=", "-=", "*="]).to_owned();
                Stmt::line(format!("{name} {op} {value}"))
            }
        }
    }

    fn swap(&mut self) -> Stmt {
        let names = self.names_of(Type::Int);
        if names.len() < 2 {
            return self.declare(Type::Int, 1);
        }
        let (a, b) = (self.rng.pick(&names).clone(), self.rng.pick(&names).clone());
        if self.rng.one_in(3) {
            let list = self.expr(Type::List, 1);
            let rest = self.fresh("v");
            self.add_variable(&rest, Type::List);
            return Stmt::line(format!("{a}, *{rest} = [{b}] + {list}[:9]"));
        }
        Stmt::line(format!("{a}, {b} = {b}, {a}"))
    }

    /// A change inside a collection. The lists stay short: the work per
    /// statement must not grow with the number of iterations.
    fn mutate(&mut self) -> Stmt {
        let ty = *self
            .rng
            .pick(&[Type::List, Type::List, Type::Dict, Type::Set]);
        let names = self.names_of(ty);
        if names.is_empty() {
            return self.declare(ty, 1);
        }
        let name = self.rng.pick(&names).clone();
        let (value, key) = (self.bounded(Type::Int, 1), self.expr(Type::Int, 1));
        let choice = self.rng.below(5);
        match (ty, choice) {
            (Type::List, 0 | 1) => {
                let body = vec![Stmt::line(format!("{name}.append({value})"))];
                let or = vec![Stmt::line(format!("del {name}[{}:]", self.rng.below(5)))];
                Stmt::block(format!("if len({name}) < 40:"), body).and("else:", or)
            }
            (Type::List, 2) => {
                let body = vec![Stmt::line(format!("{name}[{key} % len({name})] = {value}"))];
                Stmt::block(format!("if {name}:"), body)
            }
            (Type::List, 3) => {
                let body = vec![Stmt::line(format!("{name}.insert(0, {name}.pop())"))];
                Stmt::block(format!("if {name}:"), body)
            }
            (Type::List, _) => Stmt::line(format!("{name}.reverse()")),
            (Type::Dict, 0..=2) => Stmt::line(format!("{name}[{key} % 20] = {value}")),
            (Type::Dict, 3) => Stmt::line(format!("{name}['k{}'] = {value}", self.rng.below(6))),
            (Type::Dict, _) => Stmt::line(format!("{name}.pop({key} % 20, None)")),
            (_, 0..=2) => Stmt::line(format!("{name}.add({key} % 50)")),
            (_, _) => Stmt::line(format!("{name}.discard({key} % 50)")),
        }
    }

    /// Something with an instance: a field, a method, an operator.
    fn object_statement(&mut self) -> Stmt {
        if self.classes == 0 {
            return self.assign(2);
        }
        let class = self.rng.below(self.classes);
        let names = self.names_of(Type::Object(class));
        if names.is_empty() {
            return self.declare(Type::Object(class), 1);
        }
        let name = self.rng.pick(&names).clone();
        let value = self.bounded(Type::Int, 1);
        match self.rng.below(5) {
            0 => Stmt::line(format!("{name}.a = {value}")),
            1 => Stmt::line(format!("{name}.b += {}", self.expr(Type::Float, 1))),
            2 => {
                let target = self.fresh("v");
                self.add_variable(&target, Type::Int);
                Stmt::line(format!("{target} = clip({name}.method({value}))"))
            }
            3 => Stmt::line(format!(
                "{name} = {name} + {}",
                self.expr(Type::Object(class), 1)
            )),
            _ => {
                let target = self.fresh("v");
                self.add_variable(&target, Type::Int);
                Stmt::line(format!(
                    "{target} = {name}.double if {name} == {name} else 0"
                ))
            }
        }
    }

    /// A jump out of the loop or function, where there is one.
    fn leave(&mut self) -> Stmt {
        let condition = self.condition(2);
        let line = match self.result {
            Some(ty) if self.rng.one_in(3) => format!("return {}", self.bounded(ty, 1)),
            _ if self.in_loop && self.rng.one_in(2) => "continue".to_owned(),
            _ if self.in_loop && self.rng.one_in(3) => "break".to_owned(),
            _ => return self.assign(2),
        };
        Stmt::block(format!("if {condition}:"), vec![Stmt::line(line)])
    }

    fn branch(&mut self, depth: usize) -> Stmt {
        let condition = self.condition(2);
        let count = 1 + self.rng.below(3);
        let then = self.inside(1, |g| g.statements(count, depth));
        let mut stmt = Stmt::block(format!("if {condition}:"), then);
        if self.rng.one_in(3) {
            let condition = self.condition(1);
            let body = self.inside(1, |g| g.statements(1, depth));
            stmt = stmt.and(format!("elif {condition}:"), body);
        }
        if self.rng.one_in(2) {
            let body = self.inside(1, |g| g.statements(1, depth));
            stmt = stmt.and("else:", body);
        }
        stmt
    }

    /// A body that is executed `times` times, with a loop variable.
    fn loop_body(&mut self, times: u64, variable: Option<&str>, depth: usize) -> Vec<Stmt> {
        let count = 1 + self.rng.below(4);
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = self.inside(times, |g| {
            if let Some(name) = variable {
                g.add_variable(name, Type::Int);
            }
            g.statements(count, depth)
        });
        self.in_loop = outer;
        body
    }

    fn for_loop(&mut self, depth: usize) -> Stmt {
        let times = 2 + self.rng.below(12) as u64;
        if !self.affords(times * 8) {
            return self.assign(2);
        }
        let name = self.fresh("i");
        let (head, times) = match self.rng.below(5) {
            0 => (
                format!("for {name} in {}[:12]:", self.expr(Type::List, 1)),
                12,
            ),
            1 => (
                format!("for {name} in sorted({})[:12]:", self.expr(Type::Set, 1)),
                12,
            ),
            2 => {
                let step = *self.rng.pick(&[-1, 1, 2, 3]);
                let bounds = if step < 0 {
                    format!("{times}, 0")
                } else {
                    format!("0, {times}")
                };
                (format!("for {name} in range({bounds}, {step}):"), times)
            }
            3 => {
                let dict = self.expr(Type::Dict, 0);
                let key = self.fresh("k");
                (
                    format!("for {key}, {name} in list({dict}.items())[:12]:"),
                    12,
                )
            }
            _ => (format!("for {name} in range({times}):"), times),
        };
        let body = self.loop_body(times, Some(&name), depth);
        let stmt = Stmt::block(head, body);
        if self.rng.one_in(5) {
            let body = self.inside(1, |g| g.statements(1, 0));
            return stmt.and("else:", body);
        }
        stmt
    }

    /// A counting `while`; the counter changes first, so `continue` does no harm.
    fn while_loop(&mut self, depth: usize) -> Stmt {
        let times = 2 + self.rng.below(10) as u64;
        if !self.affords(times * 8) {
            return self.assign(2);
        }
        let name = self.fresh("w");
        let mut body = vec![Stmt::line(format!("{name} += 1"))];
        body.extend(self.loop_body(times, None, depth));
        // One iteration around it sets the counter: one statement in the tree.
        let inner = Stmt::block(format!("while {name} < {times}:"), body);
        Stmt::block(format!("for {name} in [0]:"), vec![inner])
    }

    fn try_statement(&mut self, depth: usize) -> Stmt {
        let count = 1 + self.rng.below(2);
        let body = self.inside(1, |g| {
            let mut body = g.statements(count, depth);
            body.push(g.risky());
            body
        });
        let handler = self.inside(1, |g| g.statements(1, 0));
        let kind = *self.rng.pick(&[
            "except Oops as error:",
            "except (ZeroDivisionError, Oops):",
            "except Exception as error:",
            "except LookupError:",
        ]);
        let stmt = Stmt::block("try:", body).and(kind, handler);
        let stmt = match self.rng.below(3) {
            0 => stmt.and("except Exception:", self.inside(1, |g| g.statements(1, 0))),
            _ => stmt,
        };
        match self.rng.below(3) {
            0 => {
                // A jump in `finally` would swallow the exception: allowed, but confusing.
                let outer = std::mem::replace(&mut self.in_loop, false);
                let result = self.result.take();
                let body = self.inside(1, |g| g.statements(1, 0));
                (self.in_loop, self.result) = (outer, result);
                stmt.and("finally:", body)
            }
            _ => stmt,
        }
    }

    /// A statement that often raises.
    fn risky(&mut self) -> Stmt {
        let (a, b) = (self.expr(Type::Int, 1), self.expr(Type::Int, 1));
        let condition = self.condition(2);
        let name = self.fresh("v");
        Stmt::line(match self.rng.below(5) {
            0 => format!("{name} = {a} // ({b} % 3)"),
            1 => format!("{name} = {}[{a} % 30]", self.expr(Type::List, 1)),
            2 => format!("{name} = {}[{a} % 30]", self.expr(Type::Dict, 0)),
            3 => format!("{name} = None if {condition} else [][0]"),
            _ => {
                let body = vec![Stmt::line(format!("raise Oops({a})"))];
                return Stmt::block(format!("if {condition}:"), body);
            }
        })
    }

    /// A loop over a generated generator or a generator expression.
    fn generator_loop(&mut self, depth: usize) -> Stmt {
        let name = self.fresh("g");
        let affordable: Vec<_> = self
            .generators
            .iter()
            .filter(|g| self.affords(g.cost + 60))
            .cloned()
            .collect();
        let source = if affordable.is_empty() || self.rng.one_in(3) {
            if !self.affords(60) {
                return self.assign(2);
            }
            format!("(n * 3 for n in range({}))", 1 + self.rng.below(8))
        } else {
            let generator = self.rng.pick(&affordable).clone();
            self.charge(generator.cost);
            format!("{}({})", generator.name, self.expr(Type::Int, 1))
        };
        if self.rng.one_in(3) {
            let names = self.names_of(Type::List);
            if let Some(list) = names.first() {
                return Stmt::line(format!("{list} = list({source})[:40]"));
            }
        }
        let body = self.loop_body(8, Some(&name), depth);
        Stmt::block(format!("for {name} in {source}:"), body)
    }

    /// A loop at the top that runs often enough to be compiled.
    pub(super) fn hot_loop(&mut self) -> Stmt {
        let times = 40 + self.rng.below(120) as u64;
        let name = self.fresh("i");
        let count = 3 + self.rng.below(4);
        let outer = std::mem::replace(&mut self.in_loop, true);
        let body = self.inside(times, |g| {
            g.add_variable(&name, Type::Int);
            g.statements(count, 2)
        });
        self.in_loop = outer;
        let stmt = Stmt::block(format!("for {name} in range({times}):"), body);
        let print = self.print_all();
        let handler = vec![Stmt::line("print('caught', type(error).__name__)")];
        Stmt::block("try:", vec![stmt])
            .and("except Exception as error:", handler)
            .and("finally:", vec![print])
    }

    /// Prints every visible variable, in a form that does not depend on hashing.
    pub(super) fn print_all(&mut self) -> Stmt {
        let values: Vec<String> = self
            .visible()
            .into_iter()
            .map(|(name, ty)| match ty {
                Type::Set => format!("sorted({name})"),
                Type::Object(_) => format!("{name}.show()"),
                _ => name,
            })
            .collect();
        Stmt::line(format!("print({})", values.join(", ")))
    }
}
