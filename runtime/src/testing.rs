//! Helpers of this crate's unit tests.

use crate::engine::Vm;
use crate::host::Captured;
use crate::options::Options;

/// An engine without languages.
pub fn vm() -> Box<Vm> {
    Vm::new(Options::default(), Box::new(Captured::default()))
}
