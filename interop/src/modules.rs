//! Modules across languages: finding them by name or path, and the table of those loaded.
//!
//! A module is looked for beside the importer, then on the search path: in each folder, one file
//! per extension of every language. A block of a literate program shadows a file of its name.

use crate::engine::shared;
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::error::ErrorKind;
use runtime::language::{Loaded, Source};
use runtime::native::Guest;
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The modules of an engine.
#[derive(Default)]
pub struct Modules {
    /// Loaded (or loading) modules by path: places in the engine's roots, and their language.
    loaded: RefCell<HashMap<PathBuf, (u8, usize)>>,
    /// Named blocks of a literate program.
    blocks: RefCell<HashMap<String, (u8, Source)>>,
    /// Texts given as modules so far, to number them.
    texts: Cell<u32>,
}

/// Where a module is.
#[derive(Clone, Debug)]
pub struct Found {
    pub lang: u8,
    pub path: PathBuf,
    /// Its text, if it is no file.
    pub source: Option<Source>,
}

/// What looking for a module comes to.
#[derive(Clone, Debug)]
pub enum Search {
    Found(Found),
    Missing,
    /// Two files of one folder have the name.
    Ambiguous(PathBuf, PathBuf),
}

/// The same path for the same file.
fn normal(path: &Path) -> PathBuf {
    std::path::absolute(path)
        .unwrap_or_else(|_| path.to_owned())
        .components()
        .collect()
}

/// A block of a literate program: `name` means it from now on.
pub fn add_block(vm: &Vm, name: &str, lang: u8, source: Source) {
    if let Some(shared) = shared(vm) {
        let entry = (lang, source);
        shared
            .modules
            .blocks
            .borrow_mut()
            .insert(name.to_owned(), entry);
    }
}

/// The files of `folder` that a module of this name may be.
fn candidates(vm: &mut Vm, folder: &Path, name: &str) -> Vec<(u8, PathBuf)> {
    let mut found = Vec::new();
    for (lang, language) in vm.languages.clone().iter().enumerate() {
        for extension in language.extensions() {
            let path = folder.join(format!("{name}.{extension}"));
            if vm.host.metadata(&path).is_ok_and(|m| m.is_file) {
                found.push((lang as u8, path));
            }
        }
    }
    found
}

/// Looks for a module by name in `folders`, in order.
pub fn find(vm: &mut Vm, folders: &[PathBuf], name: &str) -> Search {
    let block = shared(vm).and_then(|s| s.modules.blocks.borrow().get(name).cloned());
    if let Some((lang, source)) = block {
        return Search::Found(Found {
            lang,
            path: PathBuf::from(format!("{}#{name}", source.path)),
            source: Some(source),
        });
    }
    for folder in folders {
        let mut found = candidates(vm, folder, name).into_iter();
        match (found.next(), found.next()) {
            (Some((lang, path)), None) => {
                return Search::Found(Found {
                    lang,
                    path,
                    source: None,
                });
            }
            (Some((_, a)), Some((_, b))) => return Search::Ambiguous(a, b),
            (None, _) => {}
        }
    }
    Search::Missing
}

/// The module at a path with an extension, if there is a file.
pub fn at_path(vm: &mut Vm, folders: &[PathBuf], path: &Path) -> Search {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    let Some(lang) = vm.language_of_extension(extension) else {
        return Search::Missing;
    };
    for folder in folders {
        let path = folder.join(path);
        if vm.host.metadata(&path).is_ok_and(|m| m.is_file) {
            return Search::Found(Found {
                lang,
                path,
                source: None,
            });
        }
    }
    Search::Missing
}

/// The module that was loaded (or is being loaded) from a path.
pub fn loaded(vm: &Vm, path: &Path) -> Option<(u8, Value)> {
    let shared = shared(vm)?;
    let (lang, root) = *shared.modules.loaded.borrow().get(&normal(path))?;
    Some((lang, vm.roots[root]))
}

/// Where a module was loaded from.
pub fn path_of(vm: &Vm, module: Value) -> Option<PathBuf> {
    let loaded = shared(vm)?.modules.loaded.borrow();
    let mut places = loaded.iter();
    places.find_map(|(path, &(_, root))| (vm.roots[root] == module).then(|| path.clone()))
}

/// Enters a module, from the moment when its loading begins, so that cycles end.
pub fn enter(vm: &mut Vm, path: &Path, lang: u8, module: Value) {
    if let Some(shared) = shared(vm) {
        let root = vm.add_root(module);
        let key = normal(path);
        shared.modules.loaded.borrow_mut().insert(key, (lang, root));
    }
}

/// Forgets a module whose loading failed.
pub fn forget(vm: &Vm, path: &Path) {
    if let Some(shared) = shared(vm) {
        shared.modules.loaded.borrow_mut().remove(&normal(path));
    }
}

/// What importing comes to: a module, or a frame that makes one and returns it.
pub enum Import {
    Module(Value),
    Frame(Value),
}

/// Loads what was found, by its own language, unless it is loaded already.
pub fn import(vm: &mut Vm, name: &str, found: &Found) -> Guest<Import> {
    if let Some((_, module)) = loaded(vm, &found.path) {
        return Ok(Import::Module(module));
    }
    let source = match &found.source {
        Some(source) => source.clone(),
        None => read(vm, name, &found.path)?,
    };
    load(vm, found.lang, &found.path, &source)
}

/// Loads a text as a module of language `lang`, known by `key` from now on.
pub fn load(vm: &mut Vm, lang: u8, key: &Path, source: &Source) -> Guest<Import> {
    let speaker = shared(vm).and_then(|s| s.speaker(lang));
    let loaded = match speaker {
        Some(speaker) => speaker.load(vm, lang, source)?,
        None => vm.languages[lang as usize].load(vm, lang, source)?,
    };
    enter(vm, key, lang, loaded.module);
    Ok(Import::Frame(frame(vm, &loaded)))
}

/// A new module from a text that is no file, named in angle brackets; `path` and `line_offset` say where errors point.
pub fn load_text(vm: &mut Vm, lang: u8, path: &str, line_offset: u32, text: &str) -> Guest<Import> {
    let number = shared(vm).map_or(0, |s| s.modules.texts.replace(s.modules.texts.get() + 1));
    let name = format!("<{} text {number}>", vm.languages[lang as usize].name());
    let folder = Path::new(path).parent().map(Path::to_owned);
    let source = Source {
        path: path.to_owned(),
        name: name.clone(),
        text: text.into(),
        folder,
        line_offset,
        main: false,
    };
    load(vm, lang, &PathBuf::from(name), &source)
}

fn frame(vm: &mut Vm, loaded: &Loaded) -> Value {
    vm.new_frame(loaded.code, &loaded.slots)
}

fn read(vm: &mut Vm, name: &str, path: &Path) -> Guest<Source> {
    let bytes = match vm.host.read_file(path) {
        Ok(bytes) => bytes,
        Err(error) => {
            let message = format!("cannot read {}: {error}", path.display());
            return Err(vm.error(ErrorKind::Os, message));
        }
    };
    let text: Rc<str> = String::from_utf8_lossy(&bytes).into();
    Ok(Source {
        path: path.to_string_lossy().into_owned(),
        name: name.to_owned(),
        text,
        folder: path.parent().map(Path::to_owned),
        line_offset: 0,
        main: false,
    })
}

/// The message for two files of one name.
pub fn ambiguous(name: &str, a: &Path, b: &Path) -> String {
    format!(
        "module '{name}' is ambiguous: {} and {}",
        a.display(),
        b.display()
    )
}
