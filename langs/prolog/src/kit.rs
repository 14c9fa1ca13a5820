//! Prolog's part of the compatibility kit.

use interop::kit::Samples;

/// What Prolog supplies; see [`interop::kit`]. Its terms have no members that can be set and are no
/// exceptions elsewhere; its
/// programs store no items, hash no objects, and take texts of their own terms only.
pub const SAMPLES: Samples = Samples {
    language: "prolog",
    samples: include_str!("../kit/samples.pl"),
    asks: include_str!("../kit/asks.pl"),
    relational: true,
    lacks: &[
        "object", "boom", "keywords", "set_item", "text_of", "show_of", "hash_of",
    ],
    shown: ["box(A b,3)", "box('A b',3)"],
};
