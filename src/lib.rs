//! The facade library: an engine with every language registered.
