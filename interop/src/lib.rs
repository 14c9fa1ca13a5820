//! Placeholder map; filled in as the crate grows.

pub mod literate;
