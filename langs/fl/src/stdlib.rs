//! Standard modules that are written in FL themselves; their text is part of the
//! program.
//!
//! They lean on few things that plain FL programs do not see: the native module
//! `_os`, and the class methods
//! `__class_iter__`, `__class_reversed__`, `__class_len__`, `__class_contains__`,
//! `__class_repr__`, `__class_instancecheck__` and `__class_subclasscheck__`, by
//! which a class without a metaclass answers operations on itself. The names in a class's
//! `__class_fixed__`, a dict, cannot be assigned again.

/// A standard module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Dotted name.
    pub name: &'static str,
    /// Whether modules may be below it.
    pub is_package: bool,
    /// Its source text.
    pub source: &'static str,
}

macro_rules! modules {
    ($($name:literal $kind:ident $file:literal)*) => {
        &[$(Module {
            name: $name,
            is_package: modules!(@$kind),
            source: include_str!(concat!("../lib/", $file)),
        }),*]
    };
    (@package) => { true };
    (@module) => { false };
}

/// All standard modules in FL, sorted by name.
pub const MODULES: &[Module] = modules! {
    "__future__"      module  "__future__.py"
    "_collections"    module  "_collections.py"
    "abc"             module  "abc.py"
    "array"           module  "array.py"
    "bisect"          module  "bisect.py"
    "collections"     package "collections/__init__.py"
    "collections.abc" module  "collections/abc.py"
    "contextlib"      module  "contextlib.py"
    "copy"            module  "copy.py"
    "dataclasses"     module  "dataclasses.py"
    "enum"            module  "enum.py"
    "fractions"       module  "fractions.py"
    "functools"       module  "functools.py"
    "hashlib"         module  "hashlib.py"
    "heapq"           module  "heapq.py"
    "importlib"       module  "importlib.py"
    "io"              module  "io.py"
    "itertools"       module  "itertools.py"
    "json"            package "json/__init__.py"
    "json.decoder"    module  "json/decoder.py"
    "json.encoder"    module  "json/encoder.py"
    "numbers"         module  "numbers.py"
    "operator"        module  "operator.py"
    "os"              package "os/__init__.py"
    "os.path"         module  "os/path.py"
    "pathlib"         module  "pathlib.py"
    "polyglot"        module  "polyglot.py"
    "random"          module  "random.py"
    "re"              module  "re.py"
    "statistics"      module  "statistics.py"
    "string"          module  "string.py"
    "struct"          module  "struct.py"
    "sys"             module  "sys.py"
    "textwrap"        module  "textwrap.py"
    "time"            module  "time.py"
    "traceback"       module  "traceback.py"
    "types"           module  "types.py"
    "typing"          module  "typing.py"
    "warnings"        module  "warnings.py"
};

/// The standard module of this dotted name, if it is written in FL.
pub fn find(name: &str) -> Option<&'static Module> {
    let index = MODULES
        .binary_search_by(|module| module.name.cmp(name))
        .ok()?;
    Some(&MODULES[index])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontend::{Mode, compile_source};

    #[test]
    fn every_module_is_found() {
        for module in MODULES {
            assert_eq!(find(module.name), Some(module));
            assert!(
                module.source.starts_with("\"\"\""),
                "{} has no docstring",
                module.name
            );
        }
        assert_eq!(find("no such module"), None);
    }

    #[test]
    fn every_module_compiles() {
        for module in MODULES {
            let compiled = compile_source(module.name, module.source, Mode::File);
            assert!(compiled.is_ok(), "{}: {:?}", module.name, compiled.err());
        }
    }

    #[test]
    fn every_file_is_a_module() {
        fn count(folder: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path());
            entries
                .map(|path| match path.is_dir() {
                    true => count(&path),
                    false => usize::from(path.extension().is_some_and(|e| e == "py")),
                })
                .sum()
        }
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("lib");
        // The prelude's files are loaded into every engine, not imported; so is the session.
        let preludes = [
            "border.py",
            "repl.py",
            "prelude.py",
            "prelude_text.py",
            "prelude_io.py",
            "prelude_math.py",
        ];
        let preludes = preludes.iter().filter(|f| folder.join(f).exists()).count();
        assert_eq!(count(&folder) - preludes, MODULES.len());
    }
}
