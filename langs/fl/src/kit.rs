//! FL's part of the compatibility kit.

use interop::kit::Samples;

/// What FL supplies; see [`interop::kit`].
pub const SAMPLES: Samples = Samples {
    language: "fl",
    samples: include_str!("../kit/samples.py"),
    asks: include_str!("../kit/asks.py"),
    relational: false,
    lacks: &[],
    shown: ["box", "Box(3)"],
};
