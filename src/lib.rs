//! The facade library: an engine with every language registered.

pub mod bench;
pub mod fuzz;
pub mod modes;
pub mod process;
pub mod stats;
pub mod trace_view;
