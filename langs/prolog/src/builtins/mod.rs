//! Builtins written in Rust, by area. Each is a function of its arguments that
//! succeeds at most once: `Ok(true)`, `Ok(false)` or an exception.
//! What has several solutions is Prolog code in `lib/` on top of these.

pub mod atoms;
pub mod border;
pub mod clauses;
pub mod declare;
pub mod flags;
pub mod io;
pub mod load;
pub mod matching;
pub mod numbers;
pub mod process;
pub mod reading;
pub mod sorting;
pub mod tables;
pub mod terms;
pub mod writing;

use crate::state::{PredKind, pl};
use crate::syntax::Atom;
use metatrace::native::Native;
use runtime::Vm;

/// One builtin.
pub struct Builtin {
    /// Number of its predicate.
    pub pred: u32,
    pub native: &'static Native,
}

/// A row of an area's table.
pub struct Row {
    pub name: &'static str,
    pub arity: usize,
    pub native: &'static Native,
}

/// Declares an area's table: `"name"/arity => function`.
#[macro_export]
macro_rules! builtins {
    ($($name:literal / $arity:literal => $f:expr;)*) => {
        /// The builtins of this area.
        pub const TABLE: &[$crate::builtins::Row] = &[$($crate::builtins::Row {
            name: $name,
            arity: $arity,
            native: {
                extern "C" fn shim(
                    core: *mut metatrace::VmCore,
                    args: *const u64,
                    n: usize,
                ) -> u64 {
                    let vm = runtime::Vm::from_core(core);
                    let f: fn(&mut runtime::Vm, &[metatrace::Value]) -> runtime::Guest<bool> = $f;
                    let r = f(vm, runtime::engine::native_args(args, n));
                    runtime::native::IntoWord::into_word(r, vm)
                }
                static NATIVE: metatrace::Native = metatrace::Native {
                    name: $name,
                    func: metatrace::NativeFn::Many(shim),
                    effects: metatrace::Effects::ANY,
                };
                &NATIVE
            },
        }),*];
    };
}

/// Makes all builtins predicates of the system module.
pub fn register(vm: &mut Vm) {
    let p = pl(vm);
    let tables = [
        atoms::TABLE,
        border::TABLE,
        clauses::TABLE,
        declare::TABLE,
        flags::TABLE,
        io::TABLE,
        load::TABLE,
        matching::TABLE,
        numbers::TABLE,
        reading::TABLE,
        sorting::TABLE,
        process::TABLE,
        tables::TABLE,
        terms::TABLE,
        writing::TABLE,
    ];
    for row in tables.into_iter().flatten() {
        let name = Atom(vm.symbols.intern(row.name));
        let pred = p.pred_in(p.known.system, name, row.arity);
        pred.kind.set(PredKind::Native);
        pred.core.set(true);
        pred.builtin.set(Some(p.builtins.borrow().len() as u32));
        p.builtins.borrow_mut().push(Builtin {
            pred: pred.id,
            native: row.native,
        });
    }
}
