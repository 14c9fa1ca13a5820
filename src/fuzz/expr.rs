//! Random expressions of a wanted type.

use super::generate::{Generator, Type};

/// Integers near the limits of machine words and tags, and everyday ones.
const INTS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "-1",
    "7",
    "10",
    "-5",
    "255",
    "1000",
    "65537",
    "-1000003",
    "2147483647",
    "-2147483648",
    "4294967296",
    "1152921504606846975",
    "2305843009213693951",
    "-2305843009213693952",
    "2305843009213693952",
    "4611686018427387904",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551616",
    "10 ** 20",
];

const FLOATS: &[&str] = &[
    "0.0",
    "1.0",
    "0.5",
    "-0.25",
    "3.75",
    "1e10",
    "-2.5e-3",
    "0.1",
    "1e300",
    "5e-324",
    "-0.0",
    "123456.789",
];

const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'hello'",
    "'x y z'",
    "'ABC'",
    "'caf\\xe9'",
    "'\\u4e2d\\u6587'",
    "'12'",
    "'\\n'",
];

impl Generator {
    /// An expression of the type; `depth` bounds its size.
    pub(super) fn expr(&mut self, ty: Type, depth: usize) -> String {
        if depth > 0 && self.rng.one_in(8) {
            let condition = self.condition(depth - 1);
            let (then, other) = (self.expr(ty, depth - 1), self.expr(ty, depth - 1));
            return format!("({then} if {condition} else {other})");
        }
        if let Some(call) = self.call_of(ty, depth) {
            return call;
        }
        match ty {
            Type::Int => self.int(depth),
            Type::Float => self.float(depth),
            Type::Str => self.string(depth),
            Type::List => self.list(depth),
            Type::Dict => self.dict(depth),
            Type::Set => self.set(depth),
            Type::Object(class) => self.object(class, depth),
        }
    }

    /// A variable of the type, mostly, where there is one.
    fn variable(&mut self, ty: Type, one_in: usize) -> Option<String> {
        let names = self.names_of(ty);
        if names.is_empty() || self.rng.one_in(one_in) {
            return None;
        }
        Some(self.rng.pick(&names).clone())
    }

    fn int(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::Int, 4) {
                Some(name) => name,
                None if self.rng.one_in(3) => (*self.rng.pick(INTS)).to_owned(),
                None => self.rng.below(20).to_string(),
            };
        }
        let d = depth - 1;
        let a = self.int(d);
        match self.rng.below(20) {
            0..=2 => format!("({a} + {})", self.int(d)),
            3 | 4 => format!("({a} - {})", self.int(d)),
            5 | 6 => format!("({a} * {})", self.int(d)),
            7 => format!("({a} // ({} | 1))", self.int(d)),
            8 => format!("({a} % ({} | 1))", self.int(d)),
            9 => format!(
                "({a} {} {})",
                self.rng.pick(&["&", "|", "^"]).to_owned(),
                self.int(d)
            ),
            10 => format!("({a} << ({} & 31))", self.int(d)),
            11 => format!("({a} >> ({} & 63))", self.int(d)),
            12 => format!("{}{a}", self.rng.pick(&["-", "~", "+"]).to_owned()),
            13 => format!("({a} ** {})", self.rng.below(4)),
            14 => format!("abs({a})"),
            15 => format!("min({a}, {})", self.int(d)),
            16 => format!("len({})", self.expr(Type::Str, d)),
            17 => {
                let ty = *self.rng.pick(&[Type::List, Type::Dict, Type::Set]);
                format!("len({})", self.expr(ty, d))
            }
            18 => format!("int({})", self.condition(d)),
            _ => self.int_of_collection(d),
        }
    }

    fn int_of_collection(&mut self, depth: usize) -> String {
        let a = self.int(depth);
        match self.rng.below(6) {
            0 => format!("sum({})", self.list(depth)),
            1 => format!("{}.get({}, {a})", self.dict(depth), self.key(depth)),
            2 => format!("pick({}, {a})", self.list(depth)),
            3 => format!("sum({a} % 7 + n for n in range({}))", self.rng.below(6)),
            4 => format!("max({}, default={a})", self.list(depth)),
            _ => format!("hash({})", self.small_int(depth)),
        }
    }

    fn small_int(&mut self, depth: usize) -> String {
        format!("({} % 20)", self.int(depth))
    }

    fn float(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::Float, 3) {
                Some(name) => name,
                None => (*self.rng.pick(FLOATS)).to_owned(),
            };
        }
        let d = depth - 1;
        let a = self.float(d);
        match self.rng.below(10) {
            0 | 1 => format!("({a} + {})", self.float(d)),
            2 => format!("({a} - {})", self.float(d)),
            3 | 4 => format!("({a} * {})", self.float(d)),
            5 => format!("({a} / (abs({}) + 1.0))", self.float(d)),
            6 => format!("({} / ({} | 1))", self.int(d), self.int(d)),
            7 => format!("({a} + {})", self.small_int(d)),
            8 => format!("-{a}"),
            _ => format!("max({a}, {})", self.float(d)),
        }
    }

    fn string(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::Str, 3) {
                Some(name) => name,
                None => (*self.rng.pick(STRINGS)).to_owned(),
            };
        }
        let d = depth - 1;
        let s = self.string(d);
        match self.rng.below(14) {
            0 | 1 => format!("({s} + {})", self.string(d)),
            2 => format!("str({})", self.int(d)),
            3 => format!("repr({})", self.float(d)),
            4 => format!("{s}[{}:{}]", self.small_int(d), self.int(d)),
            5 => format!("({s} * {})", self.rng.below(4)),
            6 => format!(
                "{s}.{}()",
                self.rng
                    .pick(&["upper", "lower", "strip", "title"])
                    .to_owned()
            ),
            7 => format!("{s}.replace({}, {})", self.string(0), self.string(0)),
            8 => format!(
                "f'<{{{}}}|{{{}:>6}}>'",
                self.name_or_zero(),
                self.name_or_zero()
            ),
            9 => format!("('%s-%d' % ({s}, {}))", self.int(d)),
            10 => format!("','.join(str(n) for n in {})", self.list(d)),
            11 => format!("{s}[::-1]"),
            12 => format!("repr({s})"),
            _ => format!("pick({s}, {})", self.int(d)),
        }
    }

    /// For f-strings, in which expressions with quotes cannot stand.
    fn name_or_zero(&mut self) -> String {
        self.variable(Type::Int, 6)
            .unwrap_or_else(|| "0".to_owned())
    }

    /// A list of integers.
    fn list(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::List, 4) {
                Some(name) => name,
                None => "[3, 1, 2]".to_owned(),
            };
        }
        let d = depth - 1;
        match self.rng.below(9) {
            0 => format!("[{}, {}]", self.int(d), self.int(d)),
            1 => format!("({} + {})", self.list(d), self.list(d)),
            2 => format!(
                "{}[{}:{}]",
                self.list(d),
                self.small_int(d),
                self.small_int(d)
            ),
            3 => format!("sorted({})", self.list(d)),
            4 => {
                // The comprehension's variable must not shadow what is in it.
                format!("[n % 1000 + {} for n in {}]", self.int(d), self.list(d))
            }
            5 => format!(
                "[n for n in {} if n % 3 != {}]",
                self.list(d),
                self.rng.below(3)
            ),
            6 => format!("list(range({}))", self.small_int(d)),
            7 => format!("list({}.values())", self.dict(d)),
            _ => format!("sorted({})", self.set(d)),
        }
    }

    fn key(&mut self, depth: usize) -> String {
        if self.rng.one_in(2) {
            self.small_int(depth)
        } else {
            format!("'k{}'", self.rng.below(6))
        }
    }

    /// A dictionary from strings and small integers to integers.
    fn dict(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::Dict, 4) {
                Some(name) => name,
                None => "{1: 2, 'k1': 3}".to_owned(),
            };
        }
        let d = depth - 1;
        match self.rng.below(3) {
            0 => format!(
                "{{{}: {}, {}: {}}}",
                self.key(d),
                self.int(d),
                self.key(d),
                self.int(d)
            ),
            1 => format!("{{n % 9: {} for n in {}}}", self.int(d), self.list(d)),
            _ => format!("dict({})", self.dict(d)),
        }
    }

    /// A set of integers.
    fn set(&mut self, depth: usize) -> String {
        if depth == 0 {
            return match self.variable(Type::Set, 4) {
                Some(name) => name,
                None => "{1, 2, 3}".to_owned(),
            };
        }
        let d = depth - 1;
        match self.rng.below(4) {
            0 => format!("set({})", self.list(d)),
            1 => {
                let op = self.rng.pick(&["|", "&", "-", "^"]).to_owned();
                format!("({} {op} {})", self.set(d), self.set(d))
            }
            2 => format!("{{n % 11 for n in {}}}", self.list(d)),
            _ => format!("{{{}, {}}}", self.int(d), self.int(d)),
        }
    }

    fn object(&mut self, class: usize, depth: usize) -> String {
        match self.variable(Type::Object(class), 4) {
            Some(name) => name,
            None => format!("C{class}({}, {})", self.int(depth.min(1)), self.float(0)),
        }
    }

    /// A condition.
    pub(super) fn condition(&mut self, depth: usize) -> String {
        let d = depth.saturating_sub(1);
        match self.rng.below(9) {
            0..=2 => {
                let op = self
                    .rng
                    .pick(&["<", "<=", ">", ">=", "==", "!="])
                    .to_owned();
                format!("{} {op} {}", self.int(d), self.int(d))
            }
            3 => format!("{} < {}", self.float(d), self.float(d)),
            4 => format!("{} == {}", self.string(d), self.string(d)),
            5 => format!("{} % 2 == 0", self.int(d)),
            6 => format!("{} in {}", self.key(d), self.dict(d)),
            7 => format!("{} in {}", self.small_int(d), self.list(d)),
            _ => {
                let op = self.rng.pick(&["and", "or"]).to_owned();
                format!("({} > 3 {op} not {} < 5)", self.int(d), self.int(d))
            }
        }
    }

    /// A call of a generated function that answers the type.
    fn call_of(&mut self, ty: Type, depth: usize) -> Option<String> {
        if depth == 0 || !self.rng.one_in(6) {
            return None;
        }
        let callable: Vec<usize> = (0..self.functions.len())
            .filter(|&index| self.functions[index].result == ty && self.can_afford(index))
            .collect();
        if callable.is_empty() {
            return None;
        }
        let function = self.functions[*self.rng.pick(&callable)].clone();
        self.charge(function.cost);
        let mut arguments = Vec::new();
        for (index, (name, ty)) in function.parameters.iter().enumerate() {
            let is_last = index + 1 == function.parameters.len();
            if is_last && function.has_default && self.rng.one_in(2) {
                break;
            }
            let value = self.expr(*ty, depth - 1);
            let by_keyword = is_last && self.rng.one_in(3);
            arguments.push(if by_keyword {
                format!("{name}={value}")
            } else {
                value
            });
        }
        Some(format!("{}({})", function.name, arguments.join(", ")))
    }
}
