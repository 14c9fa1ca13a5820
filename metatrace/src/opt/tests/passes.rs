//! One pass at a time.
