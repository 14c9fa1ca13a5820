//! Modules: those of other languages used here, and ours used elsewhere.

use crate::errors;
use crate::state::{VmAtoms, pl};
use crate::syntax::{Atom, Parser, ReadFlags};
use crate::term::{MakeTerms, atom};
use interop::layouts::ForeignModule;
use interop::modules::{self, Found, Import, Search};
use metatrace::value::Value;
use runtime::Vm;
use runtime::language::{Loaded, Source};
use runtime::native::Guest;
use runtime::object::Obj;
use std::path::{Path, PathBuf};

/// The name that a text's module header gives.
pub fn header(vm: &mut Vm, text: &str) -> Option<Atom> {
    let p = pl(vm);
    let pos = if text.starts_with("#!") {
        text.find('\n').unwrap_or(text.len())
    } else {
        0
    };
    let ops = p.ops.borrow();
    let clause = {
        let mut atoms = VmAtoms(&mut vm.symbols);
        Parser::new(text, pos, &mut atoms, &ops, ReadFlags::default()).read()
    };
    drop(ops);
    let clause = clause.ok()?;
    let [directive] = clause.terms.is(clause.root?, p.known.neck, 1)? else {
        return None;
    };
    let module = Atom(vm.symbols.intern("module"));
    let [name, _] = clause.terms.is(*directive, module, 2)? else {
        return None;
    };
    let (name, 0) = clause.terms.functor(*name)? else {
        return None;
    };
    Some(name)
}

/// The object that stands for a module of ours elsewhere.
pub fn object(vm: &mut Vm, name: Atom, path: &str) -> Value {
    let lang = pl(vm).lang;
    let file = vm.str(path);
    let module = vm.alloc::<ForeignModule>(0);
    module.init(ForeignModule::LANG, Value::small(lang as i64));
    module.init(ForeignModule::NAME, atom(name));
    module.init(ForeignModule::FILE, file);
    module.value()
}

/// The base name of a path.
fn base_name(path: &Path) -> String {
    path.file_stem()
        .map_or_else(String::new, |s| s.to_string_lossy().into_owned())
}

/// A file of ours begins to be loaded by our own means: others see it as this module.
pub fn entered(vm: &mut Vm, path: &str, text: &str) {
    if interop::shared(vm).is_none() || modules::loaded(vm, Path::new(path)).is_some() {
        return;
    }
    let name = header(vm, text).unwrap_or(pl(vm).module.get());
    let module = object(vm, name, path);
    let lang = pl(vm).lang;
    modules::enter(vm, Path::new(path), lang, module);
}

/// Loads a module for another language: a text without header is a module named by its file.
pub fn load(vm: &mut Vm, source: &Source) -> Guest<Loaded> {
    crate::library::start(vm);
    let name = match header(vm, &source.text) {
        Some(name) => name,
        None => Atom(vm.symbols.intern(&source.name)),
    };
    let module = object(vm, name, &source.path);
    let key = format!("{}:{}", source.path, source.name);
    pl(vm)
        .texts
        .borrow_mut()
        .insert(key.clone(), source.clone());
    let goal = {
        let key = vm.sym(&key);
        let f = pl(vm).functor(Atom(vm.symbols.intern("$consult_as")), 2);
        let goal = vm.compound(f, &[key, atom(name)]);
        let system = atom(pl(vm).known.system);
        vm.term2(":", system, goal)
    };
    let code = super::codes::border_codes(vm).load;
    Ok(Loaded {
        code,
        slots: vec![goal, module],
        module,
    })
}

/// What a file specification means: beside the file being loaded, then here, then on the search path.
pub fn find(vm: &mut Vm, spec: &str) -> Guest<Option<Found>> {
    let mut folders: Vec<PathBuf> = Vec::new();
    let beside = pl(vm)
        .load
        .borrow()
        .last()
        .and_then(|l| Path::new(&l.path).parent().map(PathBuf::from));
    folders.extend(beside);
    folders.push(PathBuf::new());
    let program = vm.options.args.first().map(PathBuf::from);
    folders.extend(program.and_then(|p| p.parent().map(PathBuf::from)));
    folders.extend(vm.options.search_path.clone());
    let search = match modules::at_path(vm, &folders, Path::new(spec)) {
        Search::Missing => modules::find(vm, &folders, spec),
        found => found,
    };
    match search {
        Search::Found(found) => Ok(Some(found)),
        Search::Missing => Ok(None),
        Search::Ambiguous(a, b) => {
            let (a, b) = (a.display().to_string(), b.display().to_string());
            let (a, b) = (vm.data_atom(&a), vm.data_atom(&b));
            let both = vm.make_list(&[a, b]);
            Err(errors::existence_error(vm, "unambiguous_source", both))
        }
    }
}

/// `'$import_foreign'(Path, Alias)`: the frame that loads the module, or none if it is loaded.
pub fn import(vm: &mut Vm, path: Value, alias: Value) -> Guest {
    let spec = vm.symbols.name(path.as_symbol()).into_owned();
    let name = Atom(alias.as_symbol());
    let Some(found) = find(vm, &spec)? else {
        return Err(errors::existence_error(vm, "source_sink", path));
    };
    let base = base_name(Path::new(&vm.symbols.name(name.0).into_owned()));
    let import = modules::import(vm, &base, &found)?;
    let (module, frame) = match import {
        Import::Module(module) => (module, Value::NONE),
        Import::Frame(frame) => match modules::loaded(vm, &found.path) {
            Some((_, module)) => (module, frame),
            None => (Value::NONE, frame),
        },
    };
    set_alias(vm, name, module);
    Ok(frame)
}

/// Goals qualified by `name` mean members of `module` from now on.
pub fn set_alias(vm: &mut Vm, name: Atom, module: Value) {
    let root = vm.add_root(module);
    let p = pl(vm);
    p.foreign.borrow_mut().insert(name, root);
    // Calls compiled before saw undefined predicates.
    if let Some(m) = p.modules.borrow().get(&name) {
        m.preds.values().for_each(|pred| crate::db::changed(pred));
    }
}

/// The module of another language that `name` is an alias of.
pub fn alias(vm: &Vm, name: Atom) -> Option<Value> {
    let root = *pl(vm).foreign.borrow().get(&name)?;
    Some(vm.roots[root])
}

/// The names that a module of ours offers.
pub fn members(vm: &Vm, module: Atom) -> Vec<Atom> {
    let p = pl(vm);
    let modules = p.modules.borrow();
    let Some(m) = modules.get(&module) else {
        return Vec::new();
    };
    let mut names: Vec<Atom> = if m.file.is_some() {
        m.exports.iter().map(|f| p.name_arity(*f).0).collect()
    } else {
        let defined = |pred: &&&'static crate::state::Pred| {
            pred.kind.get() != crate::state::PredKind::Undefined
        };
        let own = m.preds.values().filter(defined).map(|pred| pred.name);
        let imported = m.imports.values().map(|pred| pred.name);
        own.chain(imported).collect()
    };
    names.sort_by_key(|n| n.0);
    names.dedup();
    names
}

/// Does a module of ours offer a predicate of this name?
pub fn offers(vm: &Vm, module: Obj<ForeignModule>, name: u32) -> bool {
    let module = Atom(module.get(ForeignModule::NAME).as_symbol());
    members(vm, module).contains(&Atom(name))
}
