//! THE table of reasons for which a recording is given up.

macro_rules! aborts {
    ($($name:ident = $text:literal, $penalty:literal;)*) => {
        /// Why a recording was given up.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        pub enum Abort { $(#[doc = $text] $name,)* }
        impl Abort {
            pub const ALL: &'static [Abort] = &[$(Abort::$name),*];
            /// For logs and statistics.
            pub const fn text(self) -> &'static str {
                match self { $(Abort::$name => $text,)* }
            }
            /// By how much the merge point's next threshold grows (shift).
            pub const fn penalty(self) -> u32 {
                match self { $(Abort::$name => $penalty,)* }
            }
        }
    };
}

aborts! {
    TooLong = "trace too long", 3;
    LeftLoop = "left the loop before its end", 0;
    InnerLoop = "an inner loop is not compiled yet", 0;
    Recursion = "recursion into code not compiled yet", 1;
    TooDeep = "too many inlined frames", 2;
    LeftHost = "returned to the host program", 0;
    NoInline = "the callee must not be inlined", 2;
    Blocked = "a language asked to stop", 2;
    Contradiction = "a guard can never hold", 3;
    Unstable = "the loop did not settle", 3;
    NoMatch = "no version of the target fits", 1;
    FrozenConst = "a constant must not move while a native runs", 2;
    Invalidated = "an assumption broke while recording", 0;
    Codegen = "the back end refused the trace", 4;
    CodeMemory = "code memory is full", 2;
}
