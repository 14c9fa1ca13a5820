//! Placeholder map; filled in as the crate grows.
