//! The ways to run a program; in all of them it must behave alike.

/// Options of `metatrace run` under a name.
#[derive(Debug)]
pub struct Mode {
    pub name: &'static str,
    pub arguments: &'static [&'static str],
}

/// Interpreter only; JIT; JIT that decides by chance what it otherwise decides by time; eager JIT; the
/// same on the other back end, and with collections at every opportunity.
pub const MODES: &[Mode] = &[
    Mode {
        name: "off",
        arguments: &["--jit", "off"],
    },
    Mode {
        name: "jit",
        arguments: &[],
    },
    Mode {
        name: "chance",
        arguments: &["--pace-seed", "3"],
    },
    Mode {
        name: "eager",
        arguments: &["--jit", "eager"],
    },
    Mode {
        name: "portable",
        arguments: &["--jit", "eager", "--backend", "portable"],
    },
    Mode {
        name: "stress",
        arguments: &["--jit", "eager", "--gc", "stress"],
    },
];
