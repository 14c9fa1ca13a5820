//! Tests of the whole optimiser: text in, text out, and random traces against
//! the evaluator.

mod loops;
mod passes;
mod random;
mod sums;
mod words;
mod world;

use super::*;
use crate::ir::parse::parse;
use crate::layouts;
use crate::native::{Effects, Native, NativeFn};
use expect_test::Expect;

layouts! {
    /// A mutable pair.
    pub Pair = 220, "pair" {
        A "a": Val Mutable,
        B "b": Val Mutable,
    }
    /// An immutable cell.
    pub Cell = 221, "cell" {
        X "x": Val Immutable,
    }
    /// A counted array.
    pub Arr = 222, "arr" counted {
        LEN "len": Int Immutable,
        @items ITEMS: Val Mutable,
    }
    /// A point of raw floats.
    pub Point = 223, "point" {
        X "x": Float Mutable,
        Y "y": Float Mutable,
    }
}

extern "C" fn identity(_: *mut crate::vm::VmCore, a: u64) -> u64 {
    a
}

macro_rules! natives {
    ($($name:ident $text:literal $effects:expr;)*) => {
        $(static $name: Native = Native { name: $text, func: NativeFn::F1(identity), effects: $effects };)*
        static NATIVES: &[&Native] = &[$(&$name),*];
    };
}
natives! {
    ANY "any" Effects::ANY;
    PURE "pure" Effects::PURE;
    FRESH "fresh" Effects::FRESH;
    READS_PAIR "reads_pair" Effects::FRESH.reads(crate::native::group(220));
    WRITES_PAIR "writes_pair" Effects::FRESH.writes(crate::native::group(220));
}

fn setup() {
    crate::layout::register(crate::layout::CORE_LAYOUTS);
    use crate::layout::LayoutType;
    crate::layout::register(&[Pair::LAYOUT, Cell::LAYOUT, Arr::LAYOUT, Point::LAYOUT]);
}

fn parsed(text: &str) -> Trace {
    setup();
    let trace = parse(text, NATIVES).unwrap_or_else(|e| panic!("{e}"));
    crate::ir::verify::verify(&trace).unwrap_or_else(|e| panic!("{e}"));
    trace
}

/// Optimises and compares the text.
fn check(before: &str, after: Expect) {
    check_with(before, OptOptions::default(), after);
}

fn check_with(before: &str, options: OptOptions, after: Expect) {
    let trace = parsed(before);
    let mut next_label = 100;
    let mut env = OptEnv {
        heap: &NoHeap,
        next_label: &mut next_label,
        options,
    };
    match optimize_loop(&trace, &mut env) {
        Ok(result) => after.assert_eq(&result.trace.to_string()),
        Err(error) => after.assert_eq(&format!("{error:?}\n")),
    }
}

/// Optimises a loop and then a bridge into it; compares the bridge's text.
fn check_bridge(looped: &str, bridge: &str, after: Expect) {
    let looped = parsed(looped);
    let bridge = parsed(bridge);
    let mut next_label = 100;
    let mut env = OptEnv {
        heap: &NoHeap,
        next_label: &mut next_label,
        options: OptOptions::default(),
    };
    let result = optimize_loop(&looped, &mut env).expect("the loop is fine");
    let text = match optimize_bridge(&bridge, None, &result.labels, &mut env) {
        Ok(result) => result.trace.to_string(),
        Err(error) => format!("{error:?}\n"),
    };
    after.assert_eq(&text);
}
