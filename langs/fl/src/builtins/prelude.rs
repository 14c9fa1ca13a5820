//! The prelude: what builtins leave to FL code. Compiled when first wanted.

use crate::frontend::{Mode, compile_source};
use crate::loaded;
use crate::object::types;
use crate::op::{BinKind, CmpKind};
use crate::state::FlState;
use metatrace::value::Value;
use runtime::engine::Vm;

const SOURCE: &str = concat!(
    include_str!("../../lib/prelude.py"),
    "\n\n",
    include_str!("../../lib/prelude_text.py"),
    "\n\n",
    include_str!("../../lib/prelude_io.py")
);

/// Functions of the prelude that are built-in names of FL programs.
pub const EXPORTS: &[&str] = &["sorted", "vars", "locals"];

/// The function that continues an operator when guest code is needed.
pub fn binary_name(kind: BinKind, inplace: bool) -> &'static str {
    match kind {
        BinKind::BitOr if inplace => "ior_guest",
        BinKind::BitAnd if inplace => "iand_guest",
        BinKind::BitXor if inplace => "ixor_guest",
        BinKind::Sub if inplace => "isub_guest",
        BinKind::Add => "add_guest",
        BinKind::Mod => "mod_guest",
        BinKind::BitOr => "or_guest",
        BinKind::BitAnd => "and_guest",
        BinKind::BitXor => "xor_guest",
        BinKind::Sub => "sub_guest",
        _ => "binary_guest",
    }
}

/// The function that continues a comparison when guest code is needed.
pub fn compare_name(kind: CmpKind) -> &'static str {
    [
        "lt_guest", "le_guest", "eq_guest", "ne_guest", "gt_guest", "ge_guest",
    ][kind as usize]
}

/// A function of the prelude.
///
/// # Panics
/// If the prelude has no function of this name: the tables of builtins name only those it has.
pub fn function(vm: &mut Vm, fl: &'static FlState, name: &'static str) -> Value {
    if let Some(f) = fl.prelude.borrow().get(name) {
        return *f;
    }
    let namespace = match fl.prelude_namespace.get() {
        Some(namespace) => namespace,
        None => load(vm, fl),
    };
    let symbol = vm.symbols.intern(name);
    let f = namespace
        .get(symbol)
        .unwrap_or_else(|| panic!("the prelude lacks {name}"));
    debug_assert!(types::class_of(vm, f) == fl.types().function);
    fl.prelude.borrow_mut().insert(name, f);
    f
}

/// Makes the prelude's functions. Its top level consists of function definitions only, so
/// that no guest code has to run: each constant that is code becomes a function.
fn load(vm: &mut Vm, fl: &'static FlState) -> &'static crate::namespace::Namespace {
    let object = match compile_source("<prelude>", SOURCE, Mode::File) {
        Ok(object) => object,
        Err(errors) => panic!("the prelude does not compile: {}", errors[0].render()),
    };
    let namespace = super::modules::new_module(vm, "_prelude");
    let code = loaded::load(vm, fl, namespace, &object, true);
    for inner in loaded::fl_code(code).codes.iter().flatten() {
        let f = crate::object::function::new(vm, inner);
        if let Some(defaults) = defaults(vm, &loaded::fl_code(inner).object) {
            f.init(runtime::layouts::Function::DEFAULTS, defaults);
        }
        let kwonly = loaded::fl_code(inner).object.params.kwonly as usize;
        if kwonly > 0 {
            let defaults = vm.tuple(&vec![Value::NONE; kwonly]);
            f.init(runtime::layouts::Function::KW_DEFAULTS, defaults);
        }
        let symbol = vm.symbols.intern(&inner.name);
        namespace.set(vm, symbol, f.value());
    }
    fl.prelude_namespace.set(Some(namespace));
    namespace
}

/// Parameters of prelude functions whose name ends in an underscore default to `None`, as do
/// all keyword-only ones.
fn defaults(vm: &mut Vm, object: &crate::code::CodeObject) -> Option<Value> {
    let names = object.slot_names.iter().take(object.params.args as usize);
    let n = names.filter(|name| name.ends_with('_')).count();
    (n > 0).then(|| vm.tuple(&vec![Value::NONE; n]))
}
