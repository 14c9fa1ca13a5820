//! Switches of the optimiser: every pass can be turned off, to test the others
//! and to measure what it is worth.

/// What the optimiser does and how far it goes.
#[derive(Clone, Debug)]
pub struct OptOptions {
    /// Constant folding, of guards on constants too, and algebraic rules.
    pub fold: bool,
    /// Sums with several constants become sums with one.
    pub reassociate: bool,
    /// Integer ranges.
    pub intbound: bool,
    /// Guards that other facts imply.
    pub guard: bool,
    /// Common subexpressions and repeated guards.
    pub pure: bool,
    /// Load and store forwarding, delayed stores.
    pub heap: bool,
    /// Allocation removal and unboxed floats.
    pub virtualize: bool,
    /// Peeling of one loop iteration.
    pub unroll: bool,
    /// Loop labels keep the integer ranges of their operands. Off for recursion,
    /// whose next level seldom stays within them.
    pub label_ranges: bool,
    /// Removal of unused operations.
    pub dce: bool,
    /// Attempts to find a stable state at the loop's label.
    pub rounds_max: usize,
    /// Keep the text of every stage.
    pub stages: bool,
}

impl Default for OptOptions {
    fn default() -> Self {
        OptOptions {
            fold: true,
            reassociate: true,
            intbound: true,
            guard: true,
            pure: true,
            heap: true,
            virtualize: true,
            unroll: true,
            label_ranges: true,
            dce: true,
            rounds_max: 8,
            stages: false,
        }
    }
}

impl OptOptions {
    /// Everything off: traces pass unchanged.
    pub fn none() -> Self {
        OptOptions {
            fold: false,
            reassociate: false,
            intbound: false,
            guard: false,
            pure: false,
            heap: false,
            virtualize: false,
            unroll: false,
            dce: false,
            ..OptOptions::default()
        }
    }
}
