//! How guest languages meet.
//!
//! Interop is one protocol of few messages ([`messages`]), not a set of pairs: each language maps
//! its own constructs to and from the shared values ([`values`]) once, in one file of its own, and
//! answers messages about its own objects ([`Speaker`]). A message is a guest frame of the
//! receiver's language, pushed by the sender's handler, so that the recorder inlines it with
//! nothing special and nothing recurses natively.
//!
//! Reading order: `messages` (THE table), `values` (what crosses), `layouts` (objects that stand for
//! another language's), `speaker` (what a language supplies), `engine` (who speaks, per engine),
//! `modules` (finding and loading), `literate` (programs in one Markdown file), `errors` (exceptions at the border), `kit` (the compatibility kit).

pub mod engine;
pub mod errors;
pub mod kit;
pub mod layouts;
pub mod literate;
pub mod messages;
pub mod modules;
pub mod speaker;
pub mod values;

pub use engine::{Shared, join, shared};
pub use messages::Message;
pub use speaker::{Speaker, Terms};
