//! The prelude: what builtins leave to FL code. Compiled when first wanted.

use crate::code::{CodeObject, Const};
use crate::frontend::{Mode, compile_source};
use crate::loaded;
use crate::namespace::Namespace;
use crate::object::types;
use crate::op::{BinKind, CmpKind};
use crate::state::FlState;
use hashbrown::HashMap;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::engine::Vm;
use std::sync::OnceLock;

const SOURCE: &str = concat!(
    include_str!("../../lib/prelude.py"),
    "\n\n",
    include_str!("../../lib/prelude_text.py"),
    "\n\n",
    include_str!("../../lib/prelude_io.py"),
    "\n\n",
    include_str!("../../lib/prelude_math.py")
);

/// Functions of the prelude that are built-in names of FL programs.
pub const EXPORTS: &[&str] = &["sorted", "vars", "locals", "__import__"];

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

/// The text of each function. A program uses few of them, and start-up should not pay for the
/// others: each is compiled when it, or a function that names it, is first wanted.
fn texts() -> &'static HashMap<&'static str, &'static str> {
    static TEXTS: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        const DEF: &str = "\ndef ";
        let starts: Vec<usize> = SOURCE.match_indices(DEF).map(|(at, _)| at + 1).collect();
        let ends = starts.iter().skip(1).copied().chain([SOURCE.len()]);
        let functions = starts.iter().zip(ends).map(|(&start, end)| {
            let text = &SOURCE[start..end];
            let name = text[DEF.len() - 1..].split('(').next().unwrap_or("");
            (name, text)
        });
        functions.collect()
    })
}

/// A function of the prelude.
///
/// # Panics
/// If the prelude has no function of this name: the tables of builtins name only those it has.
pub fn function(vm: &mut Vm, fl: &'static FlState, name: &'static str) -> Value {
    if let Some(f) = fl.prelude.borrow().get(name) {
        return *f;
    }
    let namespace = fl.prelude_namespace.get().unwrap_or_else(|| {
        let namespace = super::modules::new_module(vm, "_prelude");
        fl.prelude_namespace.set(Some(namespace));
        namespace
    });
    load(vm, fl, namespace, name);
    let symbol = vm.symbols.intern(name);
    let f = namespace
        .get(symbol)
        .unwrap_or_else(|| panic!("the prelude lacks {name}"));
    debug_assert!(types::class_of(vm, f) == fl.types().function);
    fl.prelude.borrow_mut().insert(name, f);
    f
}

/// Binds the built-in name `name` if it is one that the prelude defines and nobody has used yet.
pub fn bind_export(vm: &mut Vm, fl: &'static FlState, name: u32) {
    let text = vm.symbols.name(name);
    let export = EXPORTS.iter().find(|export| **export == text);
    if let Some(export) = export
        && fl.exports_bound.borrow_mut().insert(export)
    {
        let f = function(vm, fl, export);
        fl.builtins().set(vm, name, f);
    }
}

/// Binds all built-in names that the prelude defines.
pub fn bind_exports(vm: &mut Vm, fl: &'static FlState) {
    for name in EXPORTS {
        let symbol = vm.symbols.intern(name);
        bind_export(vm, fl, symbol);
    }
}

/// Makes the function `name` and those that it names, directly or not. No guest code has to run:
/// the one constant of the text that is code becomes a function.
fn load(vm: &mut Vm, fl: &'static FlState, namespace: &'static Namespace, name: &'static str) {
    let mut wanted = vec![name];
    while let Some(name) = wanted.pop() {
        let symbol = vm.symbols.intern(name);
        let Some(text) = texts()
            .get(name)
            .filter(|_| namespace.get(symbol).is_none())
        else {
            continue;
        };
        let object = match compile_source("<prelude>", text, Mode::File) {
            Ok(object) => object,
            Err(errors) => panic!("the prelude does not compile: {}", errors[0].render()),
        };
        let code = loaded::load(vm, fl, namespace, &object, true);
        for inner in loaded::fl_code(code).codes.iter().flatten() {
            make_function(vm, namespace, inner);
        }
        add_names(&object, &mut wanted);
    }
}

/// Adds the functions of the prelude that the code and those within it may name.
fn add_names(object: &CodeObject, wanted: &mut Vec<&'static str>) {
    let known = object
        .names
        .iter()
        .filter_map(|n| texts().get_key_value(&**n));
    wanted.extend(known.map(|(name, _)| name));
    for constant in &object.consts {
        if let Const::Code(inner) = constant {
            add_names(inner, wanted);
        }
    }
}

fn make_function(vm: &mut Vm, namespace: &'static Namespace, code: &'static Code) {
    let f = crate::object::function::new(vm, code);
    let object = &loaded::fl_code(code).object;
    if let Some(defaults) = defaults(vm, object) {
        f.init(runtime::layouts::Function::DEFAULTS, defaults);
    }
    let kwonly = object.params.kwonly as usize;
    if kwonly > 0 {
        let defaults = vm.tuple(&vec![Value::NONE; kwonly]);
        f.init(runtime::layouts::Function::KW_DEFAULTS, defaults);
    }
    let symbol = vm.symbols.intern(&code.name);
    namespace.set(vm, symbol, f.value());
}

/// Parameters of prelude functions whose name ends in an underscore default to `None`, as do
/// all keyword-only ones.
fn defaults(vm: &mut Vm, object: &crate::code::CodeObject) -> Option<Value> {
    let names = object.slot_names.iter().take(object.params.args as usize);
    let n = names.filter(|name| name.ends_with('_')).count();
    (n > 0).then(|| vm.tuple(&vec![Value::NONE; n]))
}
