//! Declaring natives: Rust functions that guest code calls opaquely.
//!
//! ```text
//! natives! {
//!     /// Concatenation of two strings.
//!     pub static STR_CONCAT = "str_concat"(vm, a, b) -> Value [Effects::PURE] { text::concat(vm, a, b) }
//!     pub static LIST_POP = "list_pop"(vm, list) -> Guest [Effects::PURE.reads(…).writes(…).raises()] { … }
//!     pub static MAX_OF = many "max_of"(vm, args) -> Guest [Effects::ANY] { … }       // args: &[Value]
//!     pub static SIN = float1 "sin"(x) [] { x.sin() }                                  // float2 likewise
//! }
//! ```
//! Zero to four arguments are passed in registers, `many` in memory. The result
//! type is anything that is [`IntoWord`]: a value, a bool, a small integer, or
//! [`Guest`] of one of them. A body that may raise must say so in its effects.

use crate::engine::Vm;
use metatrace::meta::Raised;
use metatrace::value::Value;

/// The result of an operation that may raise: the exception is in register `REG_PENDING`.
pub type Guest<T = Value> = Result<T, Raised>;

/// What a native's body may give back.
pub trait IntoWord {
    fn into_word(self, vm: &mut Vm) -> u64;
}

impl IntoWord for Value {
    #[inline(always)]
    fn into_word(self, _: &mut Vm) -> u64 {
        self.0
    }
}
impl IntoWord for bool {
    #[inline(always)]
    fn into_word(self, _: &mut Vm) -> u64 {
        Value::bool(self).0
    }
}
impl IntoWord for i64 {
    /// Becomes a big integer when it is no fixnum.
    #[inline(always)]
    fn into_word(self, vm: &mut Vm) -> u64 {
        vm.int(self).0
    }
}
impl IntoWord for () {
    #[inline(always)]
    fn into_word(self, _: &mut Vm) -> u64 {
        Value::NONE.0
    }
}
impl<T: IntoWord> IntoWord for Guest<T> {
    #[inline(always)]
    fn into_word(self, vm: &mut Vm) -> u64 {
        match self {
            Ok(v) => v.into_word(vm),
            Err(Raised) => Value::RAISED.0,
        }
    }
}

/// Declares natives; see the module text.
#[macro_export]
macro_rules! natives {
    ($($(#[$doc:meta])* $vis:vis static $name:ident = $($rest:tt)*)?) => {
        $($crate::natives!(@one [$(#[$doc])*] [$vis] $name $($rest)*);)?
    };
    (@one [$(#[$doc:meta])*] [$vis:vis] $name:ident many $text:literal ($vm:ident, $args:ident) -> $ret:ty [$effects:expr] $body:block $($rest:tt)*) => {
        $(#[$doc])*
        $vis static $name: $crate::core::Native = $crate::core::Native {
            name: $text,
            effects: $effects,
            func: {
                #[inline(always)]
                fn body($vm: &mut $crate::engine::Vm, $args: &[$crate::core::Value]) -> $ret $body
                extern "C" fn shim(core: *mut $crate::core::VmCore, args: *const u64, n: usize) -> u64 {
                    let vm = $crate::engine::Vm::from_core(core);
                    let r = body(vm, $crate::engine::native_args(args, n));
                    $crate::native::IntoWord::into_word(r, vm)
                }
                $crate::core::NativeFn::Many(shim)
            },
        };
        $crate::natives!($($rest)*);
    };
    (@one [$(#[$doc:meta])*] [$vis:vis] $name:ident float1 $text:literal ($x:ident) [] $body:block $($rest:tt)*) => {
        $(#[$doc])*
        $vis static $name: $crate::core::Native = $crate::core::Native {
            name: $text,
            effects: $crate::core::Effects::PURE,
            func: {
                extern "C" fn shim($x: f64) -> f64 $body
                $crate::core::NativeFn::Float1(shim)
            },
        };
        $crate::natives!($($rest)*);
    };
    (@one [$(#[$doc:meta])*] [$vis:vis] $name:ident float2 $text:literal ($x:ident, $y:ident) [] $body:block $($rest:tt)*) => {
        $(#[$doc])*
        $vis static $name: $crate::core::Native = $crate::core::Native {
            name: $text,
            effects: $crate::core::Effects::PURE,
            func: {
                extern "C" fn shim($x: f64, $y: f64) -> f64 $body
                $crate::core::NativeFn::Float2(shim)
            },
        };
        $crate::natives!($($rest)*);
    };
    (@one [$(#[$doc:meta])*] [$vis:vis] $name:ident $text:literal ($vm:ident $(, $arg:ident)*) -> $ret:ty [$effects:expr] $body:block $($rest:tt)*) => {
        $(#[$doc])*
        $vis static $name: $crate::core::Native = $crate::core::Native {
            name: $text,
            effects: $effects,
            func: $crate::natives!(@func $vm ($($arg)*) $ret, $body),
        };
        $crate::natives!($($rest)*);
    };
    (@func $vm:ident ($($arg:ident)*) $ret:ty, $body:block) => {{
        #[inline(always)]
        fn body($vm: &mut $crate::engine::Vm $(, $arg: $crate::core::Value)*) -> $ret $body
        extern "C" fn shim(core: *mut $crate::core::VmCore $(, $arg: u64)*) -> u64 {
            let vm = $crate::engine::Vm::from_core(core);
            let r = body(vm $(, $crate::core::Value($arg))*);
            $crate::native::IntoWord::into_word(r, vm)
        }
        $crate::natives!(@variant shim $($arg)*)
    }};
    (@variant $shim:ident) => { $crate::core::NativeFn::F0($shim) };
    (@variant $shim:ident $a:ident) => { $crate::core::NativeFn::F1($shim) };
    (@variant $shim:ident $a:ident $b:ident) => { $crate::core::NativeFn::F2($shim) };
    (@variant $shim:ident $a:ident $b:ident $c:ident) => { $crate::core::NativeFn::F3($shim) };
    (@variant $shim:ident $a:ident $b:ident $c:ident $d:ident) => { $crate::core::NativeFn::F4($shim) };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, parts};
    use crate::testing::vm;
    use metatrace::native::Effects;

    natives! {
        /// Doubles a fixnum.
        static DOUBLE = "double"(_vm, a) -> i64 [Effects::PURE] { a.as_int() * 2 }
        static FAIL = "fail"(vm) -> Guest<bool> [Effects::FRESH.raises()] { Err(vm.value_error("no")) }
        static COUNT = many "count"(_vm, args) -> i64 [Effects::PURE] { args.len() as i64 }
        static HALF = float1 "half"(x) [] { x / 2.0 }
    }

    #[test]
    fn natives_of_every_form_can_be_called() {
        let vm = &mut *vm();
        let core = vm.core_ptr();
        assert_eq!(DOUBLE.call(core, &[Value::small(21).0]), Value::small(42).0);
        assert_eq!(FAIL.call(core, &[]), Value::RAISED.0);
        let (kind, _, data) = parts(vm.take_pending()).expect("a runtime error");
        assert_eq!((kind, data), (ErrorKind::Value, Value::NONE));
        assert_eq!(COUNT.call(core, &[0; 7]), Value::small(7).0);
        assert_eq!(f64::from_bits(HALF.call(core, &[3f64.to_bits()])), 1.5);
    }
}
