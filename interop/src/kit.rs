//! The compatibility kit: what a language supplies once, so that every message can be checked
//! against every language.

/// One of a language's samples: an expression or goal that makes the value.
#[derive(Clone, Debug)]
pub struct Sample {
    /// What the sample is for, one of the kit's names.
    pub name: &'static str,
    /// Text in the language, as a definition of a module's member.
    pub source: &'static str,
}

/// A language's samples.
#[derive(Clone, Debug)]
pub struct Samples {
    pub language: &'static str,
    pub extension: &'static str,
    /// A module's text that defines everything below under the kit's names.
    pub module: &'static str,
}
