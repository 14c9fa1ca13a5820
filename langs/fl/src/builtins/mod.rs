//! Builtin functions, methods and types: one table row each.
//!
//! # Adding a builtin
//!
//! A row names the builtin, says what arguments it takes and gives its body:
//!
//! ```text
//! builtins! { pub static STR_METHODS:
//!     "str.upper" "self /" |vm, [s]| text::upper(vm, s);
//!     "str.split" "self sep= maxsplit=" |vm, [s, sep, max]| …;     // `=`: UNDEF when not given
//!     "max" "*args key= default=" => "max_guest" |vm, [args, key, default]| …;
//! }
//! ```
//!
//! - The name is `function`, `type.method`, or `module:function`.
//! - The signature lists parameters as Python does, separated by spaces: `/` ends the
//!   positional-only ones, `*name` takes the rest as a tuple, a lone `*` starts the
//!   keyword-only ones, `**name` takes the other keywords as a dict.
//! - The body gets the engine and one [`Value`](metatrace::Value) per parameter, and returns
//!   `Guest<Value>`; it raises with `object::exception` and `?`. It may not call guest code.
//! - A builtin that may need guest code (an argument's `__eq__`, a key function) names a
//!   *fallback* behind `=>`: a function of `lib/prelude.py` that is called with the same
//!   arguments when the body returns [`FALLBACK`](crate::state::FALLBACK). Only before its
//!   first effect may it do so. A builtin that is better written in Python altogether is
//!   a function of the prelude, listed in [`prelude::EXPORTS`].
//! - The few builtins that the interpreter must see through (`next`, `getattr`, …) have a
//!   `Special`.
//! - Then the table is listed in [`boot::TABLES`].
//!
//! The receiver of a method is the built-in value that an instance of a subclass
//! written in FL carries (its payload), unless the method belongs to `object` or an exception.

pub mod boot;
pub mod bytes;
pub mod bytes_methods;
pub mod call;
pub mod classes;
pub mod codecs;
pub mod collections;
pub mod conversions;
pub mod core;
pub mod dunders;
pub mod float_math;
pub mod folds;
pub mod formatting;
pub mod functions;
pub mod internals;
pub mod items;
pub mod iterators;
pub mod json;
pub mod matching;
pub mod math;
pub mod methods;
pub mod modules;
pub mod number_methods;
pub mod operators;
pub mod polyglot;
pub mod prelude;
pub mod random;
pub mod ranges;
pub mod regex;
pub mod repl;
pub mod sequences;
pub mod special;
pub mod str_methods;
pub mod strings;
pub mod sys;
pub mod tables;
pub mod templates;
pub mod text;
pub mod texts;

use crate::object::class::ClassInfo;
use metatrace::Native;
use metatrace::native::Effects;
use runtime::engine::Vm;
use runtime::kept::Kept;
use special::Special;
use std::cell::OnceCell;

/// What most builtins may do: touch any object, raise.
pub const USUAL: Effects = Effects {
    invalidates: false,
    ..Effects::OBJECTS
};

/// One row of a table.
pub struct Row {
    pub name: &'static str,
    pub signature: &'static str,
    pub fallback: &'static str,
    pub native: &'static Native,
}

/// How a parameter takes its argument.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum ParamKind {
    Required,
    Optional,
    /// Keyword-only, required or not.
    Keyword,
    /// The remaining positional arguments.
    Rest,
    /// The remaining keyword arguments.
    Keywords,
}

/// A parameter of a builtin.
#[derive(Copy, Clone, Debug)]
pub struct Param {
    pub name: u32,
    pub kind: ParamKind,
    /// Cannot be passed by keyword.
    pub positional_only: bool,
}

/// A builtin, as the interpreter sees it.
pub struct BuiltinDef {
    pub index: u32,
    pub row: &'static Row,
    /// Last part of the row's name.
    pub name: &'static str,
    /// `Some` for methods.
    pub owner: Option<&'static str>,
    /// What [`BuiltinDef::signature`] read; most builtins are never called.
    pub signature: OnceCell<Signature>,
    pub special: Option<Special>,
    /// The receiver's payload is what the body wants.
    pub unwraps: bool,
    /// The class that the receiver must be of, where the body relies on it.
    pub receiver: Option<&'static ClassInfo>,
}

/// An entry of the table of builtins; the definition is made when it is first asked for.
pub struct BuiltinEntry {
    row: &'static Row,
    owner: Option<&'static ClassInfo>,
    definition: OnceCell<&'static BuiltinDef>,
}

impl BuiltinEntry {
    pub fn new(row: &'static Row, owner: Option<&'static ClassInfo>) -> BuiltinEntry {
        BuiltinEntry {
            row,
            owner,
            definition: OnceCell::new(),
        }
    }

    #[inline]
    pub fn definition(&self, index: u32, kept: &Kept) -> &'static BuiltinDef {
        self.definition
            .get_or_init(|| kept.keep(boot::define(index, self.row, self.owner)))
    }
}

/// The parameters of a builtin.
pub struct Signature {
    pub params: Box<[Param]>,
    /// Fewest and most arguments of a call by position only; nothing is in this range where
    /// arguments have to be gathered.
    pub positional: (u16, u16),
}

impl BuiltinDef {
    /// The parameters, read from the row at the first call.
    pub fn signature(&self, vm: &mut Vm) -> &Signature {
        self.signature.get_or_init(|| {
            let params = parse_signature(vm, self.row.signature);
            let positional = positional_counts(&params);
            Signature { params, positional }
        })
    }

    /// Is the body written for this class too, though it is no subclass of the owner?
    pub fn receiver_may_be(&self, class: &ClassInfo) -> bool {
        match self.owner {
            Some("dict_keys") => class.name.borrow().starts_with("dict_"),
            _ => false,
        }
    }
}

/// See [`Signature::positional`].
fn positional_counts(params: &[Param]) -> (u16, u16) {
    let single = |p: &Param| matches!(p.kind, ParamKind::Required | ParamKind::Optional);
    if !params.iter().all(single) {
        return (1, 0);
    }
    let required = params.iter().filter(|p| p.kind == ParamKind::Required);
    (required.count() as u16, params.len() as u16)
}

/// Reads a row's signature.
fn parse_signature(vm: &mut Vm, signature: &str) -> Box<[Param]> {
    let mut params: Vec<Param> = Vec::new();
    let mut keyword_only = false;
    for part in signature.split_whitespace() {
        if part == "/" {
            params.iter_mut().for_each(|p| p.positional_only = true);
            continue;
        }
        if part == "*" {
            keyword_only = true;
            continue;
        }
        let (name, kind) = if let Some(name) = part.strip_prefix("**") {
            (name, ParamKind::Keywords)
        } else if let Some(name) = part.strip_prefix('*') {
            keyword_only = true;
            (name, ParamKind::Rest)
        } else if keyword_only {
            (part.trim_end_matches('='), ParamKind::Keyword)
        } else if let Some(name) = part.strip_suffix('=') {
            (name, ParamKind::Optional)
        } else {
            (part, ParamKind::Required)
        };
        params.push(Param {
            name: vm.symbols.intern(name),
            kind,
            positional_only: false,
        });
    }
    params.into()
}

/// Declares a table of builtins; see the text of the module `builtins`.
#[macro_export]
macro_rules! builtins {
    ($(#[$doc:meta])* $vis:vis static $table:ident: $(
        $name:literal $signature:literal $(=> $fallback:literal)? $([$effects:expr])?
        |$vm:ident, $args:tt| $body:expr;
    )*) => {
        $(#[$doc])*
        $vis static $table: &[$crate::builtins::Row] = &[$(
            $crate::builtins::Row {
                name: $name,
                signature: $signature,
                fallback: $crate::builtins!(@or "", $($fallback)?),
                native: {
                    static NATIVE: metatrace::Native = metatrace::Native {
                        name: $name,
                        effects: $crate::builtins!(@or $crate::builtins::USUAL, $($effects)?),
                        func: {
                            fn body(
                                $vm: &mut runtime::engine::Vm,
                                args: &[metatrace::Value],
                            ) -> runtime::native::Guest {
                                let &$args = args else {
                                    unreachable!("{} got {} arguments", $name, args.len())
                                };
                                $body
                            }
                            extern "C" fn shim(
                                core: *mut metatrace::VmCore,
                                args: *const u64,
                                n: usize,
                            ) -> u64 {
                                let vm = runtime::engine::Vm::from_core(core);
                                let r = body(vm, runtime::engine::native_args(args, n));
                                runtime::native::IntoWord::into_word(r, vm)
                            }
                            metatrace::NativeFn::Many(shim)
                        },
                    };
                    &NATIVE
                },
            }
        ),*];
    };
    (@or $default:expr,) => { $default };
    (@or $default:expr, $given:expr) => { $given };
}
