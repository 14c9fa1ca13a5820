//! The library that is written in Prolog: `lib/*.pl`, embedded.
//!
//! `boot.pl` is loaded when the engine starts; the others when one of their
//! predicates is called for the first time or `use_module` names them.

use crate::consult;
use crate::state::{PredKind, VmAtoms, pl};
use crate::syntax::{Atom, Node, Ops, Parser, ReadFlags};
use hashbrown::{HashMap, HashSet};
use runtime::Vm;

/// Which library defines what.
#[derive(Default)]
pub struct Libraries {
    exports: Option<HashMap<(Atom, usize), usize>>,
    loaded: HashSet<usize>,
    /// The operators that libraries are written with, whatever programs declare.
    ops: Ops,
}

const BOOT: &str = include_str!("../lib/boot.pl");

/// Name and text of the libraries loaded on demand.
const LIBRARIES: &[(&str, &str)] = &[
    ("lists", include_str!("../lib/lists.pl")),
    ("apply", include_str!("../lib/apply.pl")),
    ("assoc", include_str!("../lib/assoc.pl")),
    ("aggregate", include_str!("../lib/aggregate.pl")),
    ("ordsets", include_str!("../lib/ordsets.pl")),
    ("tabling", include_str!("../lib/tabling.pl")),
    ("coroutines", include_str!("../lib/coroutines.pl")),
    ("misc", include_str!("../lib/misc.pl")),
    ("error", include_str!("../lib/error.pl")),
    ("listing", include_str!("../lib/listing.pl")),
    ("terms", include_str!("../lib/terms.pl")),
    ("dcg/basics", include_str!("../lib/dcg_basics.pl")),
    ("rbtrees", include_str!("../lib/rbtrees.pl")),
    ("heaps", include_str!("../lib/heaps.pl")),
    ("ugraphs", include_str!("../lib/ugraphs.pl")),
    ("toplevel", include_str!("../lib/toplevel.pl")),
    ("border", include_str!("../lib/border.pl")),
    (
        "clpfd",
        concat!(
            include_str!("../lib/clpfd.pl"),
            include_str!("../lib/clpfd_search.pl"),
            include_str!("../lib/clpfd_sets.pl")
        ),
    ),
];

/// Libraries with a module of their own: large ones, whose helpers have plain names.
const OWN_MODULES: &[&str] = &[
    "clpfd", "heaps", "listing", "rbtrees", "toplevel", "ugraphs",
];

/// The library whose predicates send messages to other languages' objects.
const MESSAGES: &str = "border";

/// Does the library of this name have a module of its own?
pub fn has_module(name: &str) -> bool {
    OWN_MODULES.contains(&name)
}

/// Completes the language in an engine: codes, builtins, the boot library.
pub fn start(vm: &mut Vm) {
    let p = pl(vm);
    if p.system_codes.get().is_some() {
        return;
    }
    crate::builtins::register(vm);
    let codes = crate::compile::stubs::system_codes(vm);
    p.system_codes.set(Some(codes));
    crate::builtins::flags::standard(vm);
    consult::load_system(vm, "boot.pl", BOOT);
    let ops = p.ops.borrow().clone();
    p.libraries.borrow_mut().ops = ops;
    let named = |vm: &mut Vm, name: &str, arity: usize| {
        let name = Atom(vm.symbols.intern(name));
        Some(p.pred_in(p.known.system, name, arity))
    };
    // The program's arguments only, not its own name.
    *p.argv.borrow_mut() = vm.options.args.iter().skip(1).cloned().collect();
    crate::border::codes::register(vm);
    crate::border::values::known(vm);
    p.run_cleanups.set(named(vm, "$run_cleanups", 1));
    p.run_wakeups.set(named(vm, "$run_wakeups", 1));
    p.meta_interpreter.set(named(vm, "$meta", 3));
    for pred in p.preds.borrow().iter() {
        let own = pred.module == p.known.system && pred.kind.get() != PredKind::Undefined;
        if own && pred.kind.get() != PredKind::Dynamic {
            pred.core.set(true);
        }
    }
    let catch = named(vm, "catch", 3).expect("just made");
    catch.code.set(Some(codes.catch));
    let cleanup = named(vm, "$call_cleanup", 2).expect("just made");
    cleanup.code.set(Some(codes.cleanup));
    for pred in [catch, cleanup] {
        pred.kind.set(PredKind::Native);
        pred.core.set(true);
    }
    let call = p.known.call;
    for n in 1..=8 {
        let pred = p.pred_in(p.known.system, call, n);
        pred.kind.set(PredKind::Native);
        pred.core.set(true);
    }
}

/// The predicates that a library's `module` header exports.
fn exports(vm: &mut Vm, text: &str) -> Vec<(Atom, usize)> {
    let p = pl(vm);
    let libraries = p.libraries.borrow();
    let clause = {
        let mut atoms = VmAtoms(&mut vm.symbols);
        Parser::new(text, 0, &mut atoms, &libraries.ops, ReadFlags::default()).read()
    };
    let Ok(clause) = clause else {
        return Vec::new();
    };
    let terms = &clause.terms;
    let mut found = Vec::new();
    // Every `Name/Arity` in the header is an export.
    for i in 0..terms.len() {
        let id = crate::syntax::NodeId(i as u32);
        if let Some([name, arity]) = terms.is(id, p.known.slash, 2)
            && let (Node::Atom(name), Node::Int(arity)) = (terms.get(*name), terms.get(*arity))
        {
            found.push((*name, *arity as usize));
        }
    }
    found
}

/// Loads the library that defines the predicate, if there is one and it is not loaded yet.
pub fn autoload(vm: &mut Vm, name: Atom, arity: usize) -> bool {
    let p = pl(vm);
    if p.libraries.borrow().exports.is_none() {
        let mut table = HashMap::new();
        for (i, (_, text)) in LIBRARIES.iter().enumerate() {
            for export in exports(vm, text) {
                table.insert(export, i);
            }
        }
        p.libraries.borrow_mut().exports = Some(table);
    }
    let index = p
        .libraries
        .borrow()
        .exports
        .as_ref()
        .and_then(|t| t.get(&(name, arity)).copied());
    index.is_some_and(|i| load(vm, i))
}

/// Loads library number `index`; false when it was loaded before.
fn load(vm: &mut Vm, index: usize) -> bool {
    let p = pl(vm);
    if !p.libraries.borrow_mut().loaded.insert(index) {
        return false;
    }
    let (name, text) = LIBRARIES[index];
    let expand = p.expand.replace(false);
    let flags = p.read_flags.replace(ReadFlags::default());
    let own = p.libraries.borrow().ops.clone();
    let theirs = p.ops.replace(own);
    consult::load_system(vm, name, text);
    // What the library declares holds for programs, unless they said otherwise.
    let own = p.ops.replace(theirs);
    p.ops.borrow_mut().add(&own);
    p.read_flags.set(flags);
    p.expand.set(expand);
    if name == MESSAGES {
        for (name, arity) in exports(vm, text) {
            p.pred_in(p.known.system, name, arity).sends.set(true);
        }
    }
    true
}

/// Loads a library by name; `None` when there is none of that name.
pub fn load_named(vm: &mut Vm, name: &str) -> Option<()> {
    // Libraries of SWI-Prolog whose predicates are built in or autoloaded here.
    const KNOWN: &[&str] = &[
        "pairs",
        "option",
        "readutil",
        "strings",
        "debug",
        "yall",
        "random",
        "gensym",
        "between",
        "system",
        "statistics",
        "prolog_stack",
        "main",
        "occurs",
        "solution_sequences",
        "when",
        "dif",
        "backcomp",
        "shell",
        "charsio",
        "codesio",
        "edit",
        "make",
        "nb_set",
        "queues",
        "date",
        "url",
        "apply_macros",
        "dialect/hprolog",
        "arithmetic",
        "iso_ext",
        "format",
        "quintus",
        "lambda",
    ];
    match LIBRARIES.iter().position(|(n, _)| *n == name) {
        Some(i) => {
            load(vm, i);
            Some(())
        }
        None => KNOWN.contains(&name).then_some(()),
    }
}
