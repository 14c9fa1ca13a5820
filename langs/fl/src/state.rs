//! What FL keeps per engine: classes, namespaces, modules, builtins, loaded code.
//!
//! Everything here is *green*: the interpreter reads it while it runs, records or
//! replays, and traces that rely on a fact that may change `assume` it. The
//! state lives as long as the process, so that code can refer to it without a look-up.
//! Guest values in it are roots (see [`FlState::visit_roots`]).

use crate::builtins::{BuiltinDef, BuiltinEntry, boot};
use crate::files::OpenFiles;
use crate::interp::attribute_caches::{KNOWN, Known};
use crate::loaded::{FlCode, fl_code};
use crate::names::Names;
use crate::namespace::Namespace;
use crate::object::class::{ClassInfo, WellKnown};
use hashbrown::{HashMap, HashSet};
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::kept::Kept;
use std::cell::{Cell, OnceCell, RefCell};

/// Immediates of FL.
pub const NOT_IMPLEMENTED: Value = Value::imm(Value::FIRST_FREE_IMM);
pub const ELLIPSIS: Value = Value::imm(Value::FIRST_FREE_IMM + 1);
/// What a builtin returns when the operation needs guest code: the interpreter
/// then runs the builtin's fallback, a function of the prelude. Nothing may have
/// happened before that cannot happen again.
pub const FALLBACK: Value = runtime::compare::ASK;

/// The exception being handled (`sys.exc_info()[1]`), or None.
pub use metatrace::vm::REG_HANDLED;

/// See the module text.
pub struct FlState {
    pub kept: Kept,
    pub lang: u8,
    pub names: Names,
    pub classes: RefCell<Vec<&'static ClassInfo>>,
    /// Changes whenever a class changes in a way that inline caches must notice.
    pub epoch: Cell<u32>,
    /// What attributes of instances of some shapes are; empty until something is noted.
    known: RefCell<Vec<Known>>,
    pub namespaces: RefCell<Vec<&'static Namespace>>,
    /// Built-in names.
    pub builtins: OnceCell<&'static Namespace>,
    pub well_known: OnceCell<WellKnown>,
    /// Every builtin function and method, by the index in its object.
    pub builtin_table: RefCell<Vec<BuiltinEntry>>,
    /// The built-in classes are being filled: nothing was looked up in them yet.
    pub booting: Cell<bool>,
    pub codes: RefCell<Vec<&'static Code>>,
    /// `sys.modules`: a dict of modules by dotted name.
    pub modules: Cell<Value>,
    /// The variables of `sys`, once it is loaded.
    pub sys: Cell<Option<&'static Namespace>>,
    /// Open files.
    pub files: RefCell<OpenFiles>,
    /// The order in which modules were first imported.
    pub module_order: RefCell<Vec<String>>,
    /// Functions of the prelude that the interpreter calls, by name.
    pub prelude: RefCell<HashMap<&'static str, Value>>,
    pub prelude_namespace: Cell<Option<&'static Namespace>>,
    /// Built-in names of the prelude that are bound already.
    pub exports_bound: RefCell<HashSet<&'static str>>,
    /// Folders that imports search.
    pub search_path: RefCell<Vec<std::path::PathBuf>>,
    pub argv: RefCell<Vec<String>>,
    /// Values that do not belong to a more particular table.
    pub roots: RefCell<Vec<Value>>,
    /// Objects being printed, against endless recursion.
    pub printing: RefCell<Vec<Value>>,
    /// Integers with more decimal digits are not converted to and from text; 0: no limit.
    pub max_str_digits: Cell<usize>,
    /// Source texts by path, for tracebacks.
    pub sources: RefCell<HashMap<String, std::rc::Rc<str>>>,
    /// Attributes of functions, by code, that are seldom asked for.
    pub main_path: RefCell<String>,
    /// Codes that answer messages from other languages.
    pub message_codes: RefCell<HashMap<String, &'static Code>>,
    /// Classes of other languages' exceptions, by language and kind.
    pub foreign_errors: RefCell<HashMap<(u8, u8), &'static ClassInfo>>,
}

/// What `Vm::states` holds for FL.
pub struct StateRef(pub &'static FlState);

impl FlState {
    /// The state of the engine `vm`.
    ///
    /// # Panics
    /// If FL is not one of its languages.
    #[inline]
    pub fn of(vm: &Vm) -> &'static FlState {
        vm.states
            .iter()
            .find_map(|state| state.downcast_ref::<StateRef>())
            .map(|state| state.0)
            .expect("FL is registered")
    }

    /// A state without classes; `boot` fills it.
    pub fn new(vm: &mut Vm, lang: u8) -> &'static FlState {
        let state = FlState {
            kept: vm.kept.handle(),
            lang,
            names: Names::new(&mut vm.symbols),
            classes: RefCell::default(),
            epoch: Cell::new(1),
            known: RefCell::default(),
            namespaces: RefCell::default(),
            builtins: OnceCell::new(),
            well_known: OnceCell::new(),
            builtin_table: RefCell::new(Vec::with_capacity(boot::rows().count())),
            booting: Cell::new(true),
            codes: RefCell::default(),
            modules: Cell::new(vm.dict().value()),
            sys: Cell::new(None),
            files: RefCell::default(),
            module_order: RefCell::default(),
            prelude: RefCell::default(),
            prelude_namespace: Cell::new(None),
            exports_bound: RefCell::default(),
            search_path: RefCell::default(),
            argv: RefCell::default(),
            roots: RefCell::default(),
            printing: RefCell::default(),
            max_str_digits: Cell::new(4300),
            sources: RefCell::default(),
            main_path: RefCell::default(),
            message_codes: RefCell::default(),
            foreign_errors: RefCell::default(),
        };
        vm.kept.keep(state)
    }

    /// A built-in class that is no built-in name.
    ///
    /// # Panics
    /// If there is none of this name.
    pub fn builtin_class(&self, name: &str) -> &'static ClassInfo {
        let classes = self.classes.borrow();
        let found = classes
            .iter()
            .find(|c| c.builtin && *c.name.borrow() == name);
        found.unwrap_or_else(|| panic!("no class {name}"))
    }

    /// The class with this number.
    #[inline]
    pub fn class(&self, id: i64) -> &'static ClassInfo {
        self.classes.borrow()[id as usize]
    }

    /// The classes that the interpreter itself refers to.
    #[inline(always)]
    pub fn types(&self) -> &WellKnown {
        self.well_known
            .get()
            .expect("classes exist before guest code runs")
    }

    pub fn namespace(&self, id: i64) -> &'static Namespace {
        self.namespaces.borrow()[id as usize]
    }

    pub fn builtins(&self) -> &'static Namespace {
        self.builtins
            .get()
            .expect("builtins exist before guest code runs")
    }

    /// The builtin with this number.
    #[inline]
    pub fn builtin(&self, index: i64) -> &'static BuiltinDef {
        self.builtin_table.borrow()[index as usize].definition(index as u32, &self.kept)
    }

    /// The entry `at` of the table of known attributes.
    #[inline]
    pub fn known(&self, at: usize) -> Known {
        self.known.borrow().get(at).copied().unwrap_or_default()
    }

    /// Sets that entry.
    pub fn note_known(&self, at: usize, entry: Known) {
        let mut known = self.known.borrow_mut();
        known.resize(KNOWN, Known::default());
        known[at] = entry;
    }

    /// Makes every inline cache miss.
    pub fn bump_epoch(&self) {
        self.epoch.set(self.epoch.get() + 1);
    }

    /// Shows the collector every value held outside the heap.
    pub fn visit_roots(&self, visit: &mut dyn FnMut(&mut Value)) {
        let visit_cell = &mut |cell: &Cell<Value>| {
            let mut v = cell.get();
            visit(&mut v);
            cell.set(v);
        };
        // Numbers of other languages' classes are taken by a filler; each root is shown once.
        for (id, class) in self.classes.borrow().iter().enumerate() {
            if class.id.0 as usize == id {
                class.visit_roots(visit_cell);
            }
        }
        for namespace in self.namespaces.borrow().iter() {
            namespace.visit_roots(visit_cell);
        }
        for code in self.codes.borrow().iter() {
            let fc: &FlCode = fl_code(code);
            fc.visit_roots(visit_cell);
        }
        let mut modules = self.modules.get();
        visit(&mut modules);
        self.modules.set(modules);
        self.files.borrow_mut().visit_roots(visit);
        for v in self.prelude.borrow_mut().values_mut() {
            visit(v);
        }
        self.roots.borrow_mut().iter_mut().for_each(&mut *visit);
        self.printing.borrow_mut().iter_mut().for_each(visit);
    }
}
