//! Random FL programs that end: types are tracked so that most operations
//! succeed, loops have bounds, and a running estimate of the work keeps nested
//! loops and calls within a budget.

use super::rng::Rng;
use super::tree::Stmt;

/// What a generated variable holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Int,
    Float,
    Str,
    /// Of integers.
    List,
    /// From small integers and strings to integers.
    Dict,
    /// Of integers.
    Set,
    /// An instance of the generated class with this number.
    Object(usize),
}

const TYPES: &[Type] = &[
    Type::Int,
    Type::Int,
    Type::Int,
    Type::Float,
    Type::Float,
    Type::Str,
    Type::List,
    Type::List,
    Type::Dict,
    Type::Set,
];

/// A generated function or generator.
#[derive(Clone, Debug)]
pub(super) struct Function {
    pub name: String,
    pub parameters: Vec<(String, Type)>,
    pub has_default: bool,
    pub result: Type,
    pub cost: u64,
}

/// Statements that a program may execute, roughly.
const BUDGET: u64 = 40_000;

/// Helpers of every program: they keep numbers and strings small enough, and
/// index without errors.
const PRELUDE: &str = "\
def clip(x):
    return x if -10 ** 25 < x < 10 ** 25 else x % 1000000007


def pick(items, index):
    return items[index % len(items)] if len(items) > 0 else items.__class__() and 0


class Oops(Exception):
    pass

";

/// The state of generation.
pub(super) struct Generator {
    pub rng: Rng,
    pub functions: Vec<Function>,
    /// Names of the generator functions, each of one integer.
    pub generators: Vec<Function>,
    pub classes: usize,
    variables: Vec<(String, Type)>,
    names: usize,
    /// How often the statement being generated will be executed.
    multiplier: u64,
    /// Work so far in the function or program being generated.
    cost: u64,
    pub in_loop: bool,
    pub result: Option<Type>,
}

/// The program of a seed; the helpers it starts with are not part of the tree.
pub fn generate(seed: u64) -> Vec<Stmt> {
    let mut generator = Generator {
        rng: Rng::new(seed),
        functions: Vec::new(),
        generators: Vec::new(),
        classes: 0,
        variables: Vec::new(),
        names: 0,
        multiplier: 1,
        cost: 0,
        in_loop: false,
        result: None,
    };
    generator.program()
}

/// The helpers that every program starts with.
pub fn prelude() -> &'static str {
    PRELUDE
}

impl Generator {
    fn program(&mut self) -> Vec<Stmt> {
        let mut program = Vec::new();
        for _ in 0..self.rng.below(3) {
            program.push(self.class());
        }
        for _ in 0..1 + self.rng.below(4) {
            program.push(match self.rng.below(5) {
                0 => self.generator(),
                1 => self.closure_maker(),
                2 => self.recursive_function(),
                _ => self.function(),
            });
        }
        for ty in [
            Type::Int,
            Type::Float,
            Type::Str,
            Type::List,
            Type::Dict,
            Type::Set,
        ] {
            program.push(self.declare(ty, 1));
        }
        for class in 0..self.classes {
            program.push(self.declare(Type::Object(class), 1));
        }
        for _ in 0..2 + self.rng.below(3) {
            program.push(self.hot_loop());
        }
        program.push(self.print_all());
        program
    }

    /// A fresh name.
    pub fn fresh(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    pub fn names_of(&self, ty: Type) -> Vec<String> {
        let has_type = |(_, other): &&(String, Type)| *other == ty;
        self.variables
            .iter()
            .filter(has_type)
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// All visible variables.
    pub fn visible(&self) -> Vec<(String, Type)> {
        self.variables.clone()
    }

    /// Some type a variable can have.
    pub fn some_type(&mut self) -> Type {
        if self.classes > 0 && self.rng.one_in(5) {
            return Type::Object(self.rng.below(self.classes));
        }
        *self.rng.pick(TYPES)
    }

    pub fn add_variable(&mut self, name: &str, ty: Type) {
        self.variables.push((name.to_owned(), ty));
    }

    pub fn can_afford(&self, function: usize) -> bool {
        self.affords(self.functions[function].cost)
    }

    pub fn affords(&self, cost: u64) -> bool {
        self.cost + self.multiplier.saturating_mul(cost) < BUDGET
    }

    pub fn charge(&mut self, cost: u64) {
        self.cost += self.multiplier.saturating_mul(cost);
    }

    /// Generates something that is executed `times` times, with its own variables.
    pub fn inside<T>(&mut self, times: u64, generate: impl FnOnce(&mut Self) -> T) -> T {
        let (visible, multiplier) = (self.variables.len(), self.multiplier);
        self.multiplier = multiplier.saturating_mul(times);
        let generated = generate(self);
        self.multiplier = multiplier;
        self.variables.truncate(visible);
        generated
    }

    /// Generates a function's body: with its parameters as only variables.
    /// Answers the estimated cost of one call, too.
    pub fn in_function<T>(
        &mut self,
        parameters: &[(String, Type)],
        result: Option<Type>,
        generate: impl FnOnce(&mut Self) -> T,
    ) -> (T, u64) {
        let variables = std::mem::replace(&mut self.variables, parameters.to_vec());
        let (multiplier, cost) = (self.multiplier, self.cost);
        let (in_loop, outer_result) = (self.in_loop, self.result);
        // A function may spend a part of the budget; its callers pay for it.
        (self.multiplier, self.cost, self.in_loop, self.result) = (50, 0, false, result);
        let generated = generate(self);
        let own_cost = self.cost / 50 + 1;
        (self.variables, self.multiplier, self.cost) = (variables, multiplier, cost);
        (self.in_loop, self.result) = (in_loop, outer_result);
        (generated, own_cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fuzz::tree::render;

    #[test]
    fn a_seed_gives_one_program() {
        assert_eq!(render(&generate(7)), render(&generate(7)));
        assert_ne!(render(&generate(7)), render(&generate(8)));
    }
}
