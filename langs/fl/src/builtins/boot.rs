//! Setting up an engine for FL: built-in classes, functions, native modules.

use crate::builtins::{self, BuiltinDef, BuiltinEntry, Row, classes, core, methods, modules, sys};
use crate::namespace::Namespace;
use crate::object::class::{ClassInfo, Kind, NewClass, WellKnown};
use crate::object::layouts::*;
use crate::state::{ELLIPSIS, FlState, NOT_IMPLEMENTED};
use hashbrown::{HashMap, HashSet};
use metatrace::ir::Tag;
use metatrace::layout::{FloatBox, LayoutType};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::object::Obj;
use std::cell::OnceCell;

/// Every table of builtins.
pub static TABLES: &[&[Row]] = &[
    core::CORE,
    builtins::internals::INTERNALS,
    builtins::dunders::OPERATORS,
    builtins::dunders::SHARED,
    builtins::dunders::DUNDERS,
    classes::CLASS_BUILTINS,
    methods::COLLECTION_METHODS,
    super::strings::STRING_METHODS,
    sys::SYS,
    builtins::str_methods::STR_METHODS,
    builtins::bytes_methods::BYTES_METHODS,
    builtins::number_methods::NUMBER_METHODS,
    builtins::regex::REGEX,
    builtins::math::MATH,
    builtins::json::JSON,
    builtins::random::RANDOM,
    crate::files::FILE_METHODS,
    crate::files::system::SYSTEM,
    builtins::polyglot::POLYGLOT,
    builtins::repl::REPL,
];

/// The rows of all tables.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// Built-in classes and their bases.
const CLASSES: &[(&str, &str)] = &[
    ("type", "object"),
    ("NoneType", "object"),
    ("int", "object"),
    ("bool", "int"),
    ("float", "object"),
    ("str", "object"),
    ("bytes", "object"),
    ("bytearray", "object"),
    ("list", "object"),
    ("tuple", "object"),
    ("dict", "object"),
    ("set", "object"),
    ("frozenset", "object"),
    ("range", "object"),
    ("slice", "object"),
    ("function", "object"),
    ("builtin_function_or_method", "object"),
    ("method", "object"),
    ("module", "object"),
    ("generator", "object"),
    ("property", "object"),
    ("staticmethod", "object"),
    ("classmethod", "object"),
    ("super", "object"),
    ("NotImplementedType", "object"),
    ("ellipsis", "object"),
    ("traceback", "object"),
    ("cell", "object"),
    ("member_descriptor", "object"),
    ("enumerate", "object"),
    ("zip", "object"),
    ("list_iterator", "object"),
    ("tuple_iterator", "object"),
    ("range_iterator", "object"),
    ("str_iterator", "object"),
    ("bytes_iterator", "object"),
    ("dict_keyiterator", "object"),
    ("dict_valueiterator", "object"),
    ("dict_itemiterator", "object"),
    ("dict_keys", "object"),
    ("dict_values", "object"),
    ("dict_items", "object"),
    ("reversed", "object"),
    ("list_reverseiterator", "object"),
    ("map", "object"),
    ("filter", "object"),
    ("code", "object"),
    ("Term", "object"),
    ("Var", "object"),
    ("Query", "object"),
    ("relation", "object"),
    ("foreign_module", "object"),
    ("marked_text", "object"),
    ("output_marker", "object"),
];

/// Built-in classes whose instances carry a built-in value: their names and its class.
const CARRIERS: &[(&str, &str)] = &[("mappingproxy", "dict"), ("UnionType", "tuple")];

/// Attributes that instances of exceptions may have, and are None otherwise.
const EXCEPTION_FIELDS: &[(&str, &[&str])] = &[
    ("AttributeError", &["name", "obj"]),
    ("NameError", &["name"]),
    ("ImportError", &["name", "path"]),
    ("OSError", &["filename", "filename2"]),
];

/// What the classes at the end of a row share with the class at its beginning.
const SHARED: &[(&str, &[&str], &[&str])] = &[
    (
        "generator",
        &["__next__", "__iter__", "__length_hint__"],
        &[
            "list_iterator",
            "tuple_iterator",
            "range_iterator",
            "str_iterator",
            "bytes_iterator",
            "dict_keyiterator",
            "dict_valueiterator",
            "dict_itemiterator",
            "enumerate",
            "zip",
            "reversed",
            "list_reverseiterator",
            "map",
            "filter",
        ],
    ),
    (
        "dict_keys",
        &["__len__", "__contains__", "__iter__"],
        &["dict_values", "dict_items"],
    ),
    (
        "dict",
        &[
            "__len__",
            "__contains__",
            "__iter__",
            "__getitem__",
            "__or__",
            "__reversed__",
            "get",
            "keys",
            "values",
            "items",
            "copy",
        ],
        &["mappingproxy"],
    ),
];

/// The exception hierarchy: each class and its base.
const EXCEPTIONS: &[(&str, &str)] = &[
    ("BaseException", "object"),
    ("SystemExit", "BaseException"),
    ("KeyboardInterrupt", "BaseException"),
    ("GeneratorExit", "BaseException"),
    ("Exception", "BaseException"),
    ("StopIteration", "Exception"),
    ("StopAsyncIteration", "Exception"),
    ("ArithmeticError", "Exception"),
    ("FloatingPointError", "ArithmeticError"),
    ("OverflowError", "ArithmeticError"),
    ("ZeroDivisionError", "ArithmeticError"),
    ("AssertionError", "Exception"),
    ("AttributeError", "Exception"),
    ("BufferError", "Exception"),
    ("EOFError", "Exception"),
    ("ImportError", "Exception"),
    ("ModuleNotFoundError", "ImportError"),
    ("LookupError", "Exception"),
    ("IndexError", "LookupError"),
    ("KeyError", "LookupError"),
    ("MemoryError", "Exception"),
    ("NameError", "Exception"),
    ("UnboundLocalError", "NameError"),
    ("OSError", "Exception"),
    ("BlockingIOError", "OSError"),
    ("ChildProcessError", "OSError"),
    ("ConnectionError", "OSError"),
    ("BrokenPipeError", "ConnectionError"),
    ("ConnectionAbortedError", "ConnectionError"),
    ("ConnectionRefusedError", "ConnectionError"),
    ("ConnectionResetError", "ConnectionError"),
    ("FileExistsError", "OSError"),
    ("FileNotFoundError", "OSError"),
    ("InterruptedError", "OSError"),
    ("IsADirectoryError", "OSError"),
    ("NotADirectoryError", "OSError"),
    ("PermissionError", "OSError"),
    ("ProcessLookupError", "OSError"),
    ("TimeoutError", "OSError"),
    ("ReferenceError", "Exception"),
    ("RuntimeError", "Exception"),
    ("NotImplementedError", "RuntimeError"),
    ("RecursionError", "RuntimeError"),
    ("SyntaxError", "Exception"),
    ("IndentationError", "SyntaxError"),
    ("TabError", "IndentationError"),
    ("SystemError", "Exception"),
    ("TypeError", "Exception"),
    ("ValueError", "Exception"),
    ("UnicodeError", "ValueError"),
    ("UnicodeDecodeError", "UnicodeError"),
    ("UnicodeEncodeError", "UnicodeError"),
    ("UnicodeTranslateError", "UnicodeError"),
    ("Warning", "Exception"),
    ("DeprecationWarning", "Warning"),
    ("RuntimeWarning", "Warning"),
    ("UserWarning", "Warning"),
    ("BytesWarning", "Warning"),
    ("FutureWarning", "Warning"),
    ("ImportWarning", "Warning"),
    ("PendingDeprecationWarning", "Warning"),
    ("ResourceWarning", "Warning"),
    ("SyntaxWarning", "Warning"),
    ("UnicodeWarning", "Warning"),
    ("ForeignError", "Exception"),
    ("Failure", "Exception"),
    ("QueryError", "Exception"),
];

/// Classes whose instances are like those of guest classes, with their modules and bases.
const FILE_CLASSES: &[(&str, &str, &str)] = &[
    ("_io", "_IOBase", "object"),
    ("_io", "TextIOWrapper", "_IOBase"),
    ("_io", "FileIO", "_IOBase"),
    ("_io", "BufferedReader", "_IOBase"),
    ("_io", "BufferedWriter", "_IOBase"),
    ("_io", "BufferedRandom", "_IOBase"),
    ("io", "UnsupportedOperation", "OSError ValueError"),
];

/// Names that are classes but no built-in names.
const UNNAMED: &[&str] = &[
    "NoneType",
    "function",
    "builtin_function_or_method",
    "method",
    "module",
    "generator",
    "NotImplementedType",
    "ellipsis",
    "traceback",
    "cell",
    "member_descriptor",
    "list_iterator",
    "tuple_iterator",
    "range_iterator",
    "str_iterator",
    "bytes_iterator",
    "dict_keyiterator",
    "dict_valueiterator",
    "dict_itemiterator",
    "list_reverseiterator",
    "code",
    "dict_keys",
    "dict_values",
    "dict_items",
    "mappingproxy",
    "UnionType",
    "Term",
    "Var",
    "Query",
    "relation",
    "foreign_module",
    "marked_text",
    "output_marker",
    "ForeignError",
    "Failure",
    "QueryError",
];

/// The built-in classes, in the order of their making.
#[derive(Default)]
struct Classes {
    all: Vec<(&'static str, &'static ClassInfo)>,
    by_name: HashMap<&'static str, &'static ClassInfo>,
}

impl Classes {
    fn push(&mut self, name: &'static str, class: &'static ClassInfo) {
        self.all.push((name, class));
        self.by_name.insert(name, class);
    }

    fn get(&self, name: &str) -> Option<&'static ClassInfo> {
        self.by_name.get(name).copied()
    }

    fn named(&self, name: &str) -> &'static ClassInfo {
        let found = self.get(name);
        found.unwrap_or_else(|| panic!("no class {name}"))
    }
}

/// Fills a new state.
pub fn boot(vm: &mut Vm, fl: &'static FlState) {
    metatrace::layout::register(FL_LAYOUTS);
    let namespace = Namespace::new(0, "builtins", vm.kept.handle());
    let namespace: &'static Namespace = vm.kept.keep(namespace);
    fl.namespaces.borrow_mut().push(namespace);
    let _ = fl.builtins.set(namespace);
    // Class number 0 of the shape table stands for no class.
    let mut classes = Classes::default();
    make_class(vm, fl, &mut classes, "object", None, Kind::Object);
    for (name, base) in CLASSES {
        make_class(vm, fl, &mut classes, name, Some(base), Kind::Builtin);
    }
    for (name, base) in EXCEPTIONS {
        make_class(vm, fl, &mut classes, name, Some(base), Kind::Exception);
    }
    for row in FILE_CLASSES {
        make_file_class(vm, fl, &mut classes, row);
    }
    for (name, payload) in CARRIERS {
        make_carrier(vm, fl, &mut classes, name, payload);
    }
    let by_tag = class_by_tag(&classes);
    let mut find = |name: &str| classes.named(name.strip_prefix("r#").unwrap_or(name));
    let _ = fl.well_known.set(WellKnown::collect(&mut find, by_tag));
    let unnamed: HashSet<&str> = UNNAMED.iter().copied().collect();
    for (name, class) in &classes.all {
        if !unnamed.contains(name) && !FILE_CLASSES.iter().any(|row| row.1 == *name) {
            let symbol = vm.symbols.intern(name);
            namespace.set(vm, symbol, class.value.get());
        }
    }
    for (name, alias) in [("IOError", "OSError"), ("EnvironmentError", "OSError")] {
        let symbol = vm.symbols.intern(name);
        namespace.set(vm, symbol, find(alias).value.get());
    }
    let constants = [
        ("NotImplemented", NOT_IMPLEMENTED),
        ("Ellipsis", ELLIPSIS),
        ("__debug__", Value::TRUE),
    ];
    for (name, v) in constants {
        let symbol = vm.symbols.intern(name);
        namespace.set(vm, symbol, v);
    }
    let none = vm.symbols.intern("__hash__");
    for name in ["list", "dict", "set", "bytearray"] {
        find(name).set(vm, fl, none, Value::NONE);
    }
    for row in rows() {
        register(vm, fl, &classes, row);
    }
    let module = vm.str("builtins");
    // A method has those of its function.
    for (_, class) in classes.all.iter().filter(|c| c.0 != "method") {
        for (name, v) in [(fl.names.module, module), (fl.names.doc, Value::NONE)] {
            if class.own(name).is_none() {
                class.set(vm, fl, name, v);
            }
        }
    }
    for (class, names) in EXCEPTION_FIELDS {
        for name in *names {
            let symbol = vm.symbols.intern(name);
            classes.named(class).set(vm, fl, symbol, Value::NONE);
        }
    }
    for (name, _) in CARRIERS {
        classes::update_flags(vm, classes.named(name));
    }
    for (from, names, to) in SHARED {
        for name in *names {
            let symbol = vm.symbols.intern(name);
            let shared = classes.named(from).own(symbol).expect("a row of the table");
            for class in *to {
                classes.named(class).set(vm, fl, symbol, shared.value);
            }
        }
    }
    fl.booting.set(false);
    fl.types().object.forget();
    builtins::polyglot::complete(vm, fl);
    // Nothing is being handled yet.
    vm.heap.core.regs[crate::state::REG_HANDLED as usize] = Value::NONE;
}

fn make_class(
    vm: &mut Vm,
    fl: &'static FlState,
    classes: &mut Classes,
    name: &'static str,
    base: Option<&str>,
    kind: Kind,
) {
    let base = base.map(|base| classes.named(base));
    let bases: Vec<&'static ClassInfo> = base.into_iter().collect();
    let new = NewClass {
        name,
        bases: &bases,
        kind,
        payload: None,
        builtin: true,
        has_dict: kind == Kind::Exception,
    };
    let Ok(class) = fl.new_class(vm, new) else {
        unreachable!("single inheritance has an order");
    };
    classes.push(name, class);
}

fn make_file_class(
    vm: &mut Vm,
    fl: &'static FlState,
    classes: &mut Classes,
    (module, name, bases): &(&str, &'static str, &str),
) {
    let bases: Vec<&'static ClassInfo> = bases.split(' ').filter_map(|b| classes.get(b)).collect();
    let new = NewClass {
        name,
        bases: &bases,
        kind: bases.last().map_or(Kind::Object, |base| base.kind),
        payload: None,
        builtin: false,
        has_dict: true,
    };
    let Ok(class) = fl.new_class(vm, new) else {
        unreachable!("the bases have an order");
    };
    let module = vm.str(module);
    class.set(vm, fl, fl.names.module, module);
    classes.push(name, class);
}

/// A class whose instances carry a built-in value, but which is no subclass of its class.
fn make_carrier(
    vm: &mut Vm,
    fl: &'static FlState,
    classes: &mut Classes,
    name: &'static str,
    payload: &str,
) {
    let bases = [classes.named("object")];
    let new = NewClass {
        name,
        bases: &bases,
        kind: Kind::Object,
        payload: Some(classes.named(payload)),
        builtin: true,
        has_dict: false,
    };
    let Ok(class) = fl.new_class(vm, new) else {
        unreachable!("single inheritance has an order");
    };
    classes.push(name, class);
}

fn class_by_tag(classes: &Classes) -> [&'static ClassInfo; 256] {
    let mut by_tag = [classes.named("object"); 256];
    let mut set = |tag: Tag, name: &str| by_tag[tag.0 as usize] = classes.named(name);
    set(Tag::INT, "int");
    set(Tag::FLOAT, "float");
    let rows: &[(u8, &str)] = &[
        (FloatBox::ID, "float"),
        (BigInt::ID, "int"),
        (Str::ID, "str"),
        (List::ID, "list"),
        (Tuple::ID, "tuple"),
        (Range::ID, "range"),
        (Slice::ID, "slice"),
        (Cell::ID, "cell"),
        (Class::ID, "type"),
        (Dict::ID, "dict"),
        (Set::ID, "set"),
        (FrozenSet::ID, "frozenset"),
        (Bytes::ID, "bytes"),
        (ByteBuffer::ID, "bytearray"),
        (Function::ID, "function"),
        (BoundMethod::ID, "method"),
        (Builtin::ID, "builtin_function_or_method"),
        (Module::ID, "module"),
        (Generator::ID, "generator"),
        (ListIter::ID, "list_iterator"),
        (TupleIter::ID, "tuple_iterator"),
        (RangeIter::ID, "range_iterator"),
        (BigRangeIter::ID, "range_iterator"),
        (StrIter::ID, "str_iterator"),
        (BytesIter::ID, "bytes_iterator"),
        (DictIter::ID, "dict_keyiterator"),
        (DictView::ID, "dict_keys"),
        (ReverseIter::ID, "reversed"),
        (Traceback::ID, "traceback"),
        (Property::ID, "property"),
        (MethodKind::ID, "staticmethod"),
        (Super::ID, "super"),
        (MemberSlot::ID, "member_descriptor"),
        (Enumerate::ID, "enumerate"),
        (Zip::ID, "zip"),
        (interop::layouts::TERM, "Term"),
        (interop::layouts::VARIABLE, "Var"),
        (interop::layouts::ATTRIBUTED, "Var"),
        (interop::layouts::Query::ID, "Query"),
        (interop::layouts::Relation::ID, "relation"),
        (interop::layouts::ForeignModule::ID, "foreign_module"),
        (interop::layouts::MarkedText::ID, "marked_text"),
    ];
    for (id, name) in rows {
        set(Tag::layout(*id), name);
    }
    by_tag
}

/// Makes the builtin of a row and binds it where its name says.
fn register(vm: &mut Vm, fl: &'static FlState, classes: &Classes, row: &'static Row) {
    if row.name.contains(':') {
        return;
    }
    let (owner, name) = match row.name.split_once('.') {
        Some((owner, name)) => (Some(owner), name),
        None => (None, row.name),
    };
    let owner_class = owner.and_then(|owner| classes.get(owner));
    let value = make_builtin(vm, fl, row, owner_class, name.trim_matches(['@', '=']));
    let Some(owner) = owner else {
        match classes.get(name) {
            Some(class) => {
                let index = Obj::<Builtin>::cast(value).int(Builtin::INDEX) as u32;
                // `object()` and exceptions are made like any instance.
                if class != fl.types().object {
                    class.constructor.set(Some(index));
                }
            }
            None => {
                let symbol = vm.symbols.intern(name);
                fl.builtins().set(vm, symbol, value);
            }
        }
        return;
    };
    let class = owner_class.unwrap_or_else(|| panic!("{}: no class {owner}", row.name));
    bind_in_class(vm, fl, class, name, value);
}

fn bind_in_class(
    vm: &mut Vm,
    fl: &'static FlState,
    class: &'static ClassInfo,
    name: &str,
    value: Value,
) {
    if let Some(name) = name.strip_prefix('@') {
        let property = vm.alloc::<Property>(0);
        property.init(Property::GETTER, value);
        for field in [Property::SETTER, Property::DELETER] {
            property.init(field, Value::NONE);
        }
        property.init(Property::DOC, Value::NONE);
        let symbol = vm.symbols.intern(name);
        class.set(vm, fl, symbol, property.value());
        return;
    }
    if let Some(name) = name.strip_suffix('=') {
        let symbol = vm.symbols.intern(name);
        let getter = class.own(symbol).expect("the getter's row comes first");
        Obj::<Property>::cast(getter.value).init(Property::SETTER, value);
        return;
    }
    let symbol = vm.symbols.intern(name);
    let value = match name {
        "__new__" | "maketrans" | "fromhex" | "from_bytes" => {
            classes::method_kind(vm, STATIC_METHOD, value)
        }
        "__init_subclass__" | "fromkeys" => classes::method_kind(vm, CLASS_METHOD, value),
        _ => value,
    };
    class.set(vm, fl, symbol, value);
}

/// Methods that give back their receiver itself.
const IN_PLACE: &[&str] = &[
    "__iadd__", "__imul__", "__ior__", "__iand__", "__isub__", "__ixor__",
];

/// Rows whose first argument is no instance of their class.
const NO_RECEIVER: &[&str] = &[
    "__new__",
    "maketrans",
    "fromhex",
    "from_bytes",
    "__init_subclass__",
    "fromkeys",
];

/// What the interpreter has to know about the builtin of a row.
pub fn define(
    index: u32,
    row: &'static Row,
    owner_class: Option<&'static ClassInfo>,
) -> BuiltinDef {
    let (owner, name) = match row.name.split_once(['.', ':']) {
        Some((owner, name)) => (owner_class.map(|_| owner), name),
        None => (None, row.name),
    };
    let name = name.trim_matches(['@', '=']);
    let special_name = match name {
        "_fl_send" => "generator.send",
        "_fl_throw" => "generator.throw_one",
        _ => row.name,
    };
    let keeps_instance = matches!(owner, Some("object" | "type"))
        || owner_class.is_some_and(|c| !c.builtin || c.kind == Kind::Exception)
        || IN_PLACE.contains(&name)
        || row.name == "dict.__getitem__";
    let receiver = owner_class.filter(|_| {
        !matches!(owner, Some("object" | "type" | "generator")) && !NO_RECEIVER.contains(&name)
    });
    BuiltinDef {
        index,
        row,
        name,
        owner,
        signature: OnceCell::new(),
        special: builtins::special::Special::named(special_name),
        unwraps: owner.is_some() && !keeps_instance,
        receiver,
    }
}

/// The object of a builtin.
fn make_builtin(
    vm: &mut Vm,
    fl: &'static FlState,
    row: &'static Row,
    owner_class: Option<&'static ClassInfo>,
    name: &'static str,
) -> Value {
    let mut table = fl.builtin_table.borrow_mut();
    let index = table.len() as u32;
    table.push(BuiltinEntry::new(row, owner_class));
    drop(table);
    let text = vm.str(name);
    let o = vm.alloc::<Builtin>(0);
    o.init(Builtin::INDEX, Value::small(index as i64));
    o.init(Builtin::NAME, text);
    o.value()
}

/// Is there a native module of this name?
pub fn is_native_module(name: &str) -> bool {
    name == "builtins"
        || name == "_io"
        || rows().any(|row| {
            row.name
                .split_once(':')
                .is_some_and(|(module, _)| module == name)
        })
}

/// Makes a native module at its first import.
pub fn native_module(vm: &mut Vm, name: &str) -> Option<Value> {
    if !is_native_module(name) {
        return None;
    }
    let fl = FlState::of(vm);
    let namespace = modules::new_module(vm, name);
    for row in rows() {
        if let Some((module, function)) = row.name.split_once(':')
            && module == name
        {
            let value = make_builtin(vm, fl, row, None, function);
            let symbol = vm.symbols.intern(function);
            namespace.set(vm, symbol, value);
        }
    }
    if name == "builtins" {
        builtins::prelude::bind_exports(vm, fl);
        for (symbol, v) in fl.builtins().bindings() {
            namespace.set(vm, symbol, v);
        }
    }
    constants(vm, fl, namespace, name);
    Some(namespace.module.get())
}

fn constants(vm: &mut Vm, fl: &'static FlState, namespace: &Namespace, module: &str) {
    let set = |vm: &mut Vm, name: &str, v: Value| {
        let symbol = vm.symbols.intern(name);
        namespace.set(vm, symbol, v);
    };
    if module == "math" {
        use std::f64::consts;
        let floats = [
            ("pi", consts::PI),
            ("e", consts::E),
            ("tau", consts::TAU),
            ("inf", f64::INFINITY),
            ("nan", f64::NAN),
        ];
        for (name, f) in floats {
            let v = vm.float(f);
            set(vm, name, v);
        }
    }
    if module == "_polyglot" {
        for (name, v) in builtins::polyglot::constants(vm, fl) {
            set(vm, &name, v);
        }
    }
    if module == "_io" {
        let types = fl.types();
        for class in [
            types.UnsupportedOperation,
            types.TextIOWrapper,
            types.FileIO,
            types.BufferedReader,
            types.BufferedWriter,
            types.BufferedRandom,
        ] {
            let name = class.name.borrow().clone();
            set(vm, &name, class.value.get());
        }
    }
    if module != "_sys" {
        return;
    }
    let argv: Vec<String> = fl.argv.borrow().clone();
    let argv = vm.list_of_strs(argv);
    set(vm, "argv", argv);
    let path: Vec<String> = fl
        .search_path
        .borrow()
        .iter()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    let path = vm.list_of_strs(path);
    set(vm, "path", path);
    let max = vm.int(i64::MAX);
    set(vm, "maxsize", max);
    set(vm, "maxunicode", Value::small(0x10ffff));
    for (name, text) in [
        ("platform", "linux"),
        ("byteorder", "little"),
        ("version", "3.11.0 (FL)"),
        ("executable", ""),
    ] {
        let text = vm.str(text);
        set(vm, name, text);
    }
    set(vm, "modules", fl.modules.get());
    for (number, name) in ["stdin", "stdout", "stderr"].iter().enumerate() {
        let stream = crate::files::standard(vm, number);
        set(vm, name, stream);
    }
}
