//! Modules: finding, loading, completing them.

use crate::builtins::tables;
use crate::diag::{self, Diagnostic};
use crate::frontend::{Mode, compile_source};
use crate::loaded;
use crate::namespace::Namespace;
use crate::object::class::ClassInfo;
use crate::object::{exception, types};
use crate::state::FlState;
use crate::stdlib;
use interop::modules::{self as search, Import, Search};
use metatrace::code::Code;
use metatrace::meta::Raised;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::language::Source;
use runtime::layouts::{Instance, Module, Str};
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};
use runtime::text;
use std::path::PathBuf;
use std::rc::Rc;

const ANY: Effects = Effects::OBJECTS;

natives! {
    /// `import name`: the module, or the number of the code that loads it.
    pub static FIND_MODULE = "find_module"(vm, name, namespace, level) -> Guest [ANY] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        let from = FlState::of(vm).namespace(namespace.as_int());
        let beside = folder_of(vm, from);
        let name = absolute(vm, from, &name, level.as_int() as usize)?;
        find_beside(vm, &name, beside)
    }
    /// As `FIND_MODULE`, of a dotted name that is a string; the second argument is ignored.
    pub static FIND_MODULE_TEXT = "find_module_text"(vm, name, _unused) -> Guest [ANY] {
        let Some(name) = text::of(name) else {
            return Err(exception::type_error(vm, "module name must be a string"));
        };
        find(vm, &name)
    }
    /// The module at a path: it, or what loads it.
    pub static LOAD_PATH = "load_path"(vm, path) -> Guest [ANY] { load_path(vm, path) }
    /// A new module from a text: language, text, where it is given.
    pub static LOAD_TEXT = "load_text"(vm, language, source, token) -> Guest [ANY] {
        load_given(vm, language, source, token.as_int())
    }
    /// `from module import name` where the module has no such attribute.
    pub static FIND_SUBMODULE = "find_submodule"(vm, module, name) -> Guest [ANY] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        find_submodule(vm, module, &name)
    }
    /// `from module import *`
    pub static IMPORT_STAR = "import_star"(vm, namespace, module) -> Guest [ANY] {
        import_star(vm, namespace.as_int(), module)
    }
    /// The body of a module has run.
    pub static MODULE_COMPLETE = "module_complete"(vm, module) -> () [Effects { raises: false, ..ANY }] {
        complete(vm, module);
    }
}

/// The dotted name that `name` means in a module, `level` packages up.
fn absolute(vm: &mut Vm, from: &Namespace, name: &str, level: usize) -> Guest<String> {
    if level == 0 {
        return Ok(name.to_string());
    }
    let package = FlState::of(vm).names.package;
    let package = from
        .get(package)
        .and_then(|p| text::of(p).map(|p| p.into_owned()));
    let package = package.unwrap_or_default();
    let mut parts: Vec<&str> = package.split('.').filter(|p| !p.is_empty()).collect();
    if parts.is_empty() {
        let class = FlState::of(vm).types().ImportError;
        let message = "attempted relative import with no known parent package";
        return Err(exception::raise(vm, class, message));
    }
    if level > parts.len() {
        let class = FlState::of(vm).types().ImportError;
        let message = "attempted relative import beyond top-level package";
        return Err(exception::raise(vm, class, message));
    }
    parts.truncate(parts.len() - (level - 1));
    if !name.is_empty() {
        parts.push(name);
    }
    Ok(parts.join("."))
}

/// A module that is loaded, the number of the code that loads it, or the frame that does in
/// another language.
pub fn find(vm: &mut Vm, name: &str) -> Guest {
    find_beside(vm, name, None)
}

/// The folder of the file that a module was loaded from.
fn folder_of(vm: &Vm, namespace: &Namespace) -> Option<PathBuf> {
    let file = namespace.get(FlState::of(vm).names.file)?;
    let file = text::of(file)?;
    if file.starts_with('<') {
        return None;
    }
    Some(PathBuf::from(file.as_ref()).parent()?.to_owned())
}

/// As `find`, looking in one more folder first.
fn find_beside(vm: &mut Vm, name: &str, beside: Option<PathBuf>) -> Guest {
    let fl = FlState::of(vm);
    if let Some(module) = loaded(vm, name)
        && (is::<Module>(module)
            || is::<Instance>(module)
            || is::<interop::layouts::ForeignModule>(module))
    {
        return Ok(module);
    }
    if let Some(module) = super::boot::native_module(vm, name) {
        return Ok(module);
    }
    let located = if name.contains('.') {
        locate(vm, name)
    } else {
        match locate_anywhere(vm, name, beside)? {
            Located::Here(found) => Some(found),
            Located::Elsewhere(v) => return Ok(v),
            Located::Nowhere => None,
        }
    };
    let Some(found) = located else {
        let class = fl.types().ModuleNotFoundError;
        let parent = name.rsplit_once('.').map(|(parent, _)| parent);
        let message = match parent {
            Some(parent) if loaded(vm, parent).is_some() && !is_package(vm, parent) => {
                format!("No module named '{name}'; '{parent}' is not a package")
            }
            _ => format!("No module named '{name}'"),
        };
        let e = import_error(vm, class, &message, name);
        return Err(vm.raise(e));
    };
    let code = load_source(vm, name, &found)?;
    Ok(Value::small(code.id as i64))
}

/// An ImportError about a module.
fn import_error(vm: &mut Vm, class: &ClassInfo, message: &str, module: &str) -> Value {
    let message = vm.str(message);
    let e = exception::new(vm, class, &[message]);
    let module = vm.str(module);
    set_import_field(vm, e, "name", module);
    e
}

/// Sets `name` or `path` of an ImportError.
fn set_import_field(vm: &mut Vm, e: Value, field: &str, v: Value) {
    let symbol = vm.symbols.intern(field);
    vm.instance_set(Obj::cast(e), symbol, v);
}

fn is_package(vm: &mut Vm, name: &str) -> bool {
    let fl = FlState::of(vm);
    let module = loaded(vm, name);
    module.and_then(Obj::<Module>::of).is_some_and(|m| {
        fl.namespace(m.int(Module::NAMESPACE))
            .get(fl.names.path)
            .is_some()
    })
}

/// A module's text and where it is.
struct Found {
    path: String,
    text: Rc<str>,
    is_package: bool,
}

/// Where a module without parent is.
enum Located {
    /// Its text is to be compiled.
    Here(Found),
    /// A module that is loaded, or a frame that loads it.
    Elsewhere(Value),
    Nowhere,
}

/// Looks for a module of any language, folder by folder.
fn locate_anywhere(vm: &mut Vm, name: &str, beside: Option<PathBuf>) -> Guest<Located> {
    let fl = FlState::of(vm);
    let mut folders: Vec<PathBuf> = beside.into_iter().collect();
    for folder in search_path(vm) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    // A block shadows every file, and needs no folder.
    if let Search::Found(block) = search::find(vm, &[], name) {
        return take(vm, name, &block);
    }
    for folder in folders {
        if let Some(package) = package_in(vm, &folder, name) {
            return Ok(Located::Here(package));
        }
        match search::find(vm, &[folder], name) {
            Search::Missing => {}
            Search::Ambiguous(a, b) => {
                let class = fl.types().ImportError;
                return Err(exception::raise(vm, class, search::ambiguous(name, &a, &b)));
            }
            Search::Found(found) => return take(vm, name, &found),
        }
    }
    Ok(match stdlib_module(name) {
        Some(found) => Located::Here(found),
        None => Located::Nowhere,
    })
}

/// What was found by name or path: ours to compile, or another language's to load.
fn take(vm: &mut Vm, name: &str, found: &search::Found) -> Guest<Located> {
    let fl = FlState::of(vm);
    if let Some((_, module)) = search::loaded(vm, &found.path) {
        remember(vm, name, module);
        return Ok(Located::Elsewhere(module));
    }
    match search::import(vm, name, found)? {
        Import::Module(module) => Ok(Located::Elsewhere(module)),
        Import::Frame(frame) => {
            if found.lang != fl.lang
                && let Some((_, module)) = search::loaded(vm, &found.path)
            {
                remember(vm, name, module);
            }
            Ok(Located::Elsewhere(frame))
        }
    }
}

/// Enters a module into `sys.modules`.
fn remember(vm: &mut Vm, name: &str, module: Value) {
    let name = vm.symbols.intern(name);
    tables::put_name(vm, FlState::of(vm).modules.get(), name, module);
}

fn package_in(vm: &mut Vm, folder: &std::path::Path, name: &str) -> Option<Found> {
    for file in ["__init__.py", "__init__.fl"] {
        let path = folder.join(name).join(file);
        if let Ok(bytes) = vm.host.read_file(&path) {
            return Some(Found {
                path: path.to_string_lossy().into_owned(),
                text: String::from_utf8_lossy(&bytes).into(),
                is_package: true,
            });
        }
    }
    None
}

fn stdlib_module(name: &str) -> Option<Found> {
    let module = stdlib::find(name)?;
    Some(Found {
        path: format!("<{name}>"),
        text: module.source.into(),
        is_package: module.is_package,
    })
}

/// `polyglot.load(path)`
fn load_path(vm: &mut Vm, path: Value) -> Guest {
    let Some(path) = text::of(path).map(|p| p.into_owned()) else {
        return Err(exception::type_error(vm, "load() needs a str"));
    };
    let fl = FlState::of(vm);
    let mut folders = search_path(vm);
    folders.push(PathBuf::new());
    let path = PathBuf::from(path);
    let Search::Found(found) = search::at_path(vm, &folders, &path) else {
        let class = fl.types().ModuleNotFoundError;
        let message = format!("No module at '{}'", path.display());
        return Err(exception::raise(vm, class, message));
    };
    let stem = path.file_stem().map(|s| s.to_string_lossy().into_owned());
    match take(vm, &stem.unwrap_or_default(), &found)? {
        Located::Elsewhere(v) => Ok(v),
        _ => unreachable!("a file is loaded by its language"),
    }
}

/// `polyglot.module(language, text)`
fn load_given(vm: &mut Vm, language: Value, source: Value, token: i64) -> Guest {
    let (Some(language), Some(source)) = (
        text::of(language).map(|t| t.into_owned()),
        text::of(source).map(|t| t.into_owned()),
    ) else {
        return Err(exception::type_error(vm, "module() needs two str"));
    };
    let Some(lang) = vm.language_named(&language) else {
        return Err(exception::value_error(
            vm,
            format!("no language '{language}'"),
        ));
    };
    let code = vm.codes.get(metatrace::code::token_code(token));
    let line = code.data.line(metatrace::code::token_pc(token));
    let path = code.file.clone();
    match search::load_text(vm, lang, &path, line.saturating_sub(1), &source)? {
        Import::Module(v) | Import::Frame(v) => Ok(v),
    }
}

/// Makes a module of a text that another language, or a path, asks for: its code and object.
pub fn load_text(vm: &mut Vm, source: &Source) -> Guest<(&'static Code, Value)> {
    let text = if source.line_offset > 0 {
        // Lines count from the beginning of the file that the text is in.
        let blank = "\n".repeat(source.line_offset as usize);
        format!("{blank}{}", source.text).into()
    } else {
        source.text.clone()
    };
    let found = Found {
        path: source.path.clone(),
        text,
        is_package: false,
    };
    let code = load_source(vm, &source.name, &found)?;
    let module = loaded::fl_code(code).namespace.module.get();
    Ok((code, module))
}

fn locate(vm: &mut Vm, name: &str) -> Option<Found> {
    let (folders, last) = match name.rsplit_once('.') {
        None => (search_path(vm), name),
        Some((parent, last)) => (package_path(vm, parent), last),
    };
    for folder in folders {
        let candidates = [
            (folder.join(last).join("__init__.py"), true),
            (folder.join(last).join("__init__.fl"), true),
            (folder.join(format!("{last}.py")), false),
            (folder.join(format!("{last}.fl")), false),
        ];
        for (path, is_package) in candidates {
            if let Ok(bytes) = vm.host.read_file(&path) {
                return Some(Found {
                    path: path.to_string_lossy().into_owned(),
                    text: String::from_utf8_lossy(&bytes).into(),
                    is_package,
                });
            }
        }
    }
    stdlib_module(name)
}

fn package_path(vm: &mut Vm, package: &str) -> Vec<PathBuf> {
    let fl = FlState::of(vm);
    let Some(module) = loaded(vm, package).and_then(Obj::<Module>::of) else {
        return vec![];
    };
    let path = fl
        .namespace(module.int(Module::NAMESPACE))
        .get(fl.names.path);
    folders_of(vm, path)
}

/// The folders that a list of strings names.
fn folders_of(vm: &mut Vm, path: Option<Value>) -> Vec<PathBuf> {
    let items = path.and_then(|path| super::iterators::collect(vm, path));
    match items {
        Some(Ok(items)) => items
            .into_iter()
            .filter_map(|v| Some(PathBuf::from(text::of(v)?.as_ref())))
            .collect(),
        _ => vec![],
    }
}

/// Where top-level modules are looked for: `sys.path`, which the program may have changed.
fn search_path(vm: &mut Vm) -> Vec<PathBuf> {
    let fl = FlState::of(vm);
    match fl.sys.get() {
        Some(sys) => {
            let name = vm.symbols.intern("path");
            folders_of(vm, sys.get(name))
        }
        None => fl.search_path.borrow().clone(),
    }
}

/// What `sys.modules` has under this name.
pub fn loaded(vm: &mut Vm, name: &str) -> Option<Value> {
    let dict = FlState::of(vm).modules.get();
    let key = vm.str(name);
    match tables::find(vm, dict, key) {
        Ok(tables::Entry::At(entry)) => Some(tables::value(dict, entry)),
        _ => None,
    }
}

/// Makes a module object with an empty namespace and enters it into `sys.modules`.
pub fn new_module(vm: &mut Vm, name: &str) -> &'static Namespace {
    let namespace = detached_module(vm, name);
    let fl = FlState::of(vm);
    if name == "sys" {
        fl.sys.set(Some(namespace));
    }
    let name = vm.symbols.intern(name);
    tables::put_name(vm, fl.modules.get(), name, namespace.module.get());
    namespace
}

/// Makes a module object with an empty namespace.
pub fn detached_module(vm: &mut Vm, name: &str) -> &'static Namespace {
    let fl = FlState::of(vm);
    let id = fl.namespaces.borrow().len() as u32;
    let namespace = Namespace::new(id, name, vm.kept.handle());
    let namespace: &'static Namespace = vm.kept.keep(namespace);
    fl.namespaces.borrow_mut().push(namespace);
    let module = vm.alloc::<Module>(0);
    module.init(Module::NAMESPACE, Value::small(id as i64));
    let text = vm.str(name);
    module.init(Module::NAME, text);
    module.init(Module::ATTRS, Value::NONE);
    namespace.module.set(module.value());
    namespace.set(vm, fl.names.name, text);
    namespace
}

/// Compiles a text and makes the module that running the code will fill.
fn load_source(vm: &mut Vm, name: &str, found: &Found) -> Guest<&'static Code> {
    let code = compile(vm, &found.path, &found.text)?;
    let fl = FlState::of(vm);
    let namespace = new_module(vm, name);
    let path = vm.str(&found.path);
    namespace.set(vm, fl.names.file, path);
    namespace.set(vm, fl.names.doc, Value::NONE);
    let package = if found.is_package {
        let folder = PathBuf::from(&found.path);
        let folder = folder
            .parent()
            .map(|p| p.to_string_lossy().into_owned())
            .unwrap_or_default();
        let folder = vm.str(&folder);
        let folders = vm.list(&[folder]);
        namespace.set(vm, fl.names.path, folders);
        name
    } else {
        name.rsplit_once('.').map_or("", |(parent, _)| parent)
    };
    let package = vm.str(package);
    namespace.set(vm, fl.names.package, package);
    let hidden = stdlib::find(name).is_some() && found.path.starts_with('<');
    Ok(loaded::load(
        vm,
        fl,
        namespace,
        &code,
        hidden && name == "prelude",
    ))
}

/// Compiles a text; errors in it become a SyntaxError.
pub fn compile(
    vm: &mut Vm,
    path: &str,
    source: &str,
) -> Guest<std::sync::Arc<crate::code::CodeObject>> {
    let fl = FlState::of(vm);
    fl.sources
        .borrow_mut()
        .insert(path.to_string(), source.into());
    match compile_source(path, source, Mode::File) {
        Ok(code) => Ok(code),
        Err(diagnostics) => Err(syntax_error(vm, &diagnostics, source)),
    }
}

/// A SyntaxError that tells all errors of a source text.
pub fn syntax_error(vm: &mut Vm, diagnostics: &[Diagnostic], source: &str) -> Raised {
    let fl = FlState::of(vm);
    let Some(first) = diagnostics.first() else {
        return exception::raise(vm, fl.types().SyntaxError, "invalid syntax");
    };
    let class = fl
        .builtins()
        .get(vm.symbols.intern(first.kind.name()))
        .and_then(|c| types::as_class(vm, c))
        .unwrap_or(fl.types().SyntaxError);
    let message = vm.str(&first.message);
    let rendered: String = diagnostics
        .iter()
        .map(|d| d.render())
        .collect::<Vec<_>>()
        .join("\n");
    let e = exception::new(vm, class, &[message]);
    let (path, line_text) = (vm.str(&first.path), vm.str(&first.text));
    let rendered = vm.str(&rendered);
    let annotated = match vm.host.is_terminal(Stream::Err) {
        true => {
            let colour = vm.host.env("NO_COLOR").is_none();
            vm.str(&diag::annotate(diagnostics, source, colour))
        }
        false => Value::NONE,
    };
    let fields = [
        ("msg", message),
        ("filename", path),
        ("lineno", Value::small(first.line as i64)),
        ("offset", Value::small(first.column as i64)),
        ("text", line_text),
        ("_rendered", rendered),
        ("_annotated", annotated),
    ];
    for (name, v) in fields {
        let name = vm.symbols.intern(name);
        vm.instance_set(Obj::cast(e), name, v);
    }
    vm.raise(e)
}

fn find_submodule(vm: &mut Vm, module: Value, name: &str) -> Guest {
    let fl = FlState::of(vm);
    let Some(object) = Obj::<Module>::of(module) else {
        let class = fl.types().ImportError;
        return Err(exception::raise(
            vm,
            class,
            format!("cannot import name '{name}'"),
        ));
    };
    let parent = fl.namespace(object.int(Module::NAMESPACE));
    let parent_name = parent.name.borrow().clone();
    let dotted = format!("{parent_name}.{name}");
    if let Some(module) = loaded(vm, &dotted) {
        return Ok(module);
    }
    if parent.get(fl.names.path).is_some()
        && (locate(vm, &dotted).is_some() || super::boot::is_native_module(&dotted))
    {
        return find(vm, &dotted);
    }
    let class = fl.types().ImportError;
    let file_text = parent.get(fl.names.file);
    let file = parent
        .get(fl.names.file)
        .and_then(|f| text::of(f).map(|f| f.into_owned()));
    let place = file.unwrap_or_else(|| "unknown location".to_string());
    let message = format!("cannot import name '{name}' from '{parent_name}' ({place})");
    let e = import_error(vm, class, &message, &parent_name);
    if let Some(file) = file_text {
        set_import_field(vm, e, "path", file);
    }
    Err(vm.raise(e))
}

/// `from module import *` of another language's module.
fn import_all(vm: &mut Vm, into: i64, module: Obj<interop::layouts::ForeignModule>) -> Guest {
    let lang = module.int(interop::layouts::ForeignModule::LANG) as u8;
    let to = FlState::of(vm).namespace(into);
    if let Some(speaker) = interop::shared(vm).and_then(|s| s.speaker(lang)) {
        for name in speaker.members(vm, module) {
            if let Some(v) = speaker.member(vm, module, name)? {
                to.set(vm, name, v);
            }
        }
    }
    Ok(Value::NONE)
}

fn import_star(vm: &mut Vm, into: i64, module: Value) -> Guest {
    let fl = FlState::of(vm);
    if let Some(foreign) = Obj::<interop::layouts::ForeignModule>::of(module) {
        return import_all(vm, into, foreign);
    }
    let Some(object) = Obj::<Module>::of(module) else {
        return Err(exception::type_error(vm, "import * needs a module"));
    };
    let from = fl.namespace(object.int(Module::NAMESPACE));
    let to = fl.namespace(into);
    if let Some(all) = from.get(fl.names.all) {
        let names = match super::iterators::collect(vm, all) {
            Some(names) => names?,
            None => {
                return Err(exception::type_error(
                    vm,
                    "__all__ must be a sequence of strings",
                ));
            }
        };
        for name in names {
            let Some(name) = Obj::<Str>::of(name) else {
                return Err(exception::type_error(vm, "Item in __all__ must be str"));
            };
            let symbol = vm.symbol_of(name);
            let Some(v) = from.get(symbol) else {
                let (module, name) = (
                    from.name.borrow().clone(),
                    vm.symbols.name(symbol).into_owned(),
                );
                let message = format!("module '{module}' has no attribute '{name}'");
                return Err(exception::attribute_error(vm, message));
            };
            to.set(vm, symbol, v);
        }
        return Ok(Value::NONE);
    }
    for (name, v) in from.bindings() {
        if !vm.symbols.bytes(name).starts_with(b"_") {
            to.set(vm, name, v);
        }
    }
    Ok(Value::NONE)
}

/// Binds a module that is complete in its package.
fn complete(vm: &mut Vm, module: Value) {
    let fl = FlState::of(vm);
    let Some(object) = Obj::<Module>::of(module) else {
        return;
    };
    let name = fl
        .namespace(object.int(Module::NAMESPACE))
        .name
        .borrow()
        .clone();
    let Some((parent, last)) = name.rsplit_once('.') else {
        return;
    };
    let parent = loaded(vm, parent).and_then(Obj::<Module>::of);
    if let Some(parent) = parent {
        let symbol = vm.symbols.intern(last);
        fl.namespace(parent.int(Module::NAMESPACE))
            .set(vm, symbol, module);
    }
}

/// Forgets a module whose body failed.
pub fn module_failed(vm: &mut Vm, module: Value) {
    let fl = FlState::of(vm);
    if let Some(object) = Obj::<Module>::of(module) {
        let name = fl
            .namespace(object.int(Module::NAMESPACE))
            .name
            .borrow()
            .clone();
        if name != "__main__" {
            let key = vm.str(&name);
            if let Ok(tables::Entry::At(entry)) = tables::find(vm, fl.modules.get(), key) {
                tables::delete(vm, fl.modules.get(), entry);
            }
            let file = fl
                .namespace(object.int(Module::NAMESPACE))
                .get(fl.names.file);
            if let Some(file) = file.and_then(|f| text::of(f).map(|f| f.into_owned())) {
                search::forget(vm, &PathBuf::from(file));
            }
        }
    }
}

/// The variables of a namespace as a dict (a copy).
pub fn globals_dict(vm: &mut Vm, namespace: &Namespace) -> Value {
    let dict = vm.dict().value();
    for (name, v) in namespace.bindings() {
        tables::put_name(vm, dict, name, v);
    }
    dict
}

/// Loads a program's main module: the code to run and the module.
pub fn load_main(vm: &mut Vm, path: &str, source: &str) -> Guest<(&'static Code, Value)> {
    let code = compile(vm, path, source)?;
    let fl = FlState::of(vm);
    let namespace = new_module(vm, "__main__");
    search::enter(vm, &PathBuf::from(path), fl.lang, namespace.module.get());
    let file = vm.str(path);
    namespace.set(vm, fl.names.file, file);
    namespace.set(vm, fl.names.doc, Value::NONE);
    namespace.set(vm, fl.names.package, Value::NONE);
    let code = loaded::load(vm, fl, namespace, &code, false);
    Ok((code, namespace.module.get()))
}
