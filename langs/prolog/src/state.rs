//! What Prolog keeps per engine: predicates, functors, operators, flags, streams, global variables.

use crate::builtins::Builtin;
use crate::compile::stubs::SystemCodes;
use crate::lookup::{Clauses, Lookup};
use crate::streams::Streams;
use crate::syntax::parser::ReadFlags;
use crate::syntax::{Atom, Atoms, NodeId, Ops, Terms};
use hashbrown::HashMap;
use metatrace::assume::Assumption;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::Vm;
use runtime::kept::Kept;
use runtime::symbols::Symbols;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Number of a functor (name and arity): the shape id of its compounds.
pub type FunctorId = u32;

macro_rules! atoms {
    ($($field:ident = $text:expr,)*) => {
        /// Atoms that Rust code names.
        #[derive(Copy, Clone, Debug)]
        pub struct Known { $(pub $field: Atom,)* }
        impl Known {
            pub fn new(symbols: &mut Symbols) -> Known {
                Known { $($field: Atom(symbols.intern($text)),)* }
            }
        }
    };
}
atoms! {
    nil = "[]", dot = ".", curly = "{}", comma = ",", semicolon = ";", arrow = "->",
    soft_arrow = "*->", not = "\\+", cut = "!", neck = ":-", query = "?-", dcg = "-->",
    minus = "-", plus = "+", equals = "=", colon = ":", bar = "|", slash = "/",
    dslash = "//", rule = "=>", dollar = "$", caret = "^", true_ = "true", false_ = "false", fail = "fail", call = "call", error = "error",
    user = "user", system = "system", var = "$VAR", eof = "end_of_file", empty = "",
    star = "*", less = "<", greater = ">", att = "att", context = "context", read = "read",
    write = "write", append = "append", text = "text", binary = "binary", stream = "$stream",
    user_input = "user_input", user_output = "user_output", user_error = "user_error",
    default = "default", on = "on", off = "off", codes = "codes", chars = "chars",
    arg = "arg", atom = "atom", string = "string", is = "is", at = "@", inf = "inf", nan = "nan",
    residue = "$residue", fresh = "fresh", incomplete = "incomplete", complete = "complete",
}

/// One clause of a predicate, as a term.
#[derive(Debug)]
pub struct Clause {
    pub terms: Terms,
    pub head: NodeId,
    /// `true` for facts.
    pub body: NodeId,
    pub vars: u32,
    /// Position among its predicate's clauses; gaps are allowed, order is not changed.
    pub seq: i64,
    /// Visible from generation `born` until before `died`.
    pub born: u64,
    pub died: Cell<u64>,
    pub line: u32,
    /// Has mortal atoms.
    pub mortal: bool,
}

impl Clause {
    /// Do calls of `generation` see it?
    pub fn is_visible(&self, generation: u64) -> bool {
        self.born <= generation && generation < self.died.get()
    }
}

/// Where a predicate's clauses come from.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum PredKind {
    /// Nothing known: calling it is an error (or autoloads it).
    Undefined,
    Static,
    Dynamic,
    /// Written in Rust or assembled.
    Native,
    /// A member of another language's module.
    Foreign,
}

/// A predicate of a module. Lives as long as the engine.
pub struct Pred {
    pub id: u32,
    pub module: Atom,
    pub name: Atom,
    pub arity: u16,
    pub kind: Cell<PredKind>,
    /// What calling it runs; `None` until it is called (or after a change).
    pub code: Cell<Option<&'static Code>>,
    pub clauses: RefCell<Clauses>,
    /// Some of them may have mortal atoms.
    pub mortal: Cell<bool>,
    /// Clauses with `died` set, still in the queue.
    pub dead: Cell<usize>,
    /// So many dead ones are worth sweeping.
    pub sweep_at: Cell<usize>,
    /// Indices of a dynamic predicate's clauses.
    pub lookup: RefCell<Lookup>,
    /// The clauses found last: whoever looked for one is about to use it.
    pub recent: RefCell<[Option<Rc<Clause>>; 2]>,
    /// Calls with clauses left to try, oldest first: stamp of the choice point, and generation.
    pub running: RefCell<Vec<(i64, u64)>>,
    pub assumption: Assumption,
    /// Calls since the last change: a dynamic predicate that is `stable` for so many is compiled.
    pub calls: Cell<u32>,
    pub stable: Cell<u32>,
    /// How it is called while it is not compiled.
    pub stub: Cell<Option<&'static Code>>,
    /// How it is called while it is not defined: codes live for ever, so there is one only.
    pub undefined: Cell<Option<&'static Code>>,
    /// Row in the table of builtins, for predicates written in Rust.
    pub builtin: Cell<Option<u32>>,
    pub discontiguous: Cell<bool>,
    pub multifile: Cell<bool>,
    /// The load (file) that defined it, to redefine it when that is loaded again.
    pub load: Cell<u32>,
    /// Part of the system: user programs may not redefine it.
    pub core: Cell<bool>,
    /// One of the library's that send messages to other languages' objects.
    pub sends: Cell<bool>,
    /// Argument positions that are goals or closures (`meta_predicate`): the digit, or 0xFF.
    pub meta: RefCell<Vec<u8>>,
    pub tabled: Cell<Tabling>,
    /// What has the clauses of a tabled predicate.
    pub plain: Cell<Option<&'static Pred>>,
    /// Has rules with `=>`: a call that no rule matches is an error.
    pub rules: Cell<bool>,
    /// Declared (discontiguous, multifile), so that calling it without clauses fails.
    pub declared: Cell<bool>,
    /// File that its clauses come from; empty for the system's.
    pub file: RefCell<String>,
}

/// Are a predicate's answers kept in tables?
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Tabling {
    No,
    Plain,
    /// Answers that agree on some arguments are merged by the modes of the others.
    Moded,
}

/// A module: what it exports and imports.
#[derive(Default)]
pub struct Module {
    pub preds: HashMap<FunctorId, &'static Pred>,
    pub imports: HashMap<FunctorId, &'static Pred>,
    pub exports: Vec<FunctorId>,
    pub file: Option<String>,
}

/// Prolog's state in one engine; shared by natives as `&'static`.
pub struct Pl {
    pub lang: u8,
    pub kept: Kept,
    pub known: Known,
    pub functors: RefCell<Vec<(Atom, u32)>>,
    pub functor_ids: RefCell<HashMap<(Atom, u32), FunctorId>>,
    pub preds: RefCell<Vec<&'static Pred>>,
    pub modules: RefCell<HashMap<Atom, Module>>,
    pub ops: RefCell<Ops>,
    pub flags: RefCell<HashMap<Atom, Flag>>,
    pub read_flags: Cell<ReadFlags>,
    pub builtins: RefCell<Vec<Builtin>>,
    pub streams: RefCell<Streams>,
    /// Global variables (`nb_setval/2`): roots.
    pub globals: RefCell<HashMap<Atom, Value>>,
    pub generation: Cell<u64>,
    /// Where clauses to be added are built.
    pub scratch: RefCell<crate::convert::Builder>,
    /// The module that clauses being loaded belong to.
    pub module: Cell<Atom>,
    pub load: RefCell<Vec<crate::consult::Load>>,
    pub libraries: RefCell<crate::library::Libraries>,
    /// Modules of libraries: they do not see what `user` defines.
    pub library_modules: RefCell<hashbrown::HashSet<Atom>>,
    pub argv: RefCell<Vec<String>>,
    pub halted: Cell<Option<i32>>,
    pub system_codes: Cell<Option<SystemCodes>>,
    /// `'$run_cleanups'/1`, `'$run_wakeups'/1` and `'$meta'/3`.
    pub run_cleanups: Cell<Option<&'static Pred>>,
    pub run_wakeups: Cell<Option<&'static Pred>>,
    pub meta_interpreter: Cell<Option<&'static Pred>>,
    /// Tables of tabled predicates.
    pub tables: RefCell<crate::builtins::tables::Tables>,
    /// Warn about variables that occur once, and about scattered clauses.
    pub warn_singletons: Cell<bool>,
    pub warn_scattered: Cell<bool>,
    /// `user:term_expansion/2` and its like exist.
    pub expand: Cell<bool>,
    /// Names with a meaning at the border to other languages.
    pub border: Cell<Option<crate::border::values::Border>>,
    pub border_codes: Cell<Option<crate::border::codes::BorderCodes>>,
    /// Continuations where exceptions leave to other languages' frames.
    pub edges: RefCell<HashMap<i64, crate::border::codes::Edge>>,
    /// Modules of other languages by the name that qualifies goals: places in the engine's roots.
    pub foreign: RefCell<HashMap<Atom, usize>>,
    /// Codes that call members of such modules: by module, name and number of arguments.
    pub callers: RefCell<HashMap<(Atom, Atom, usize), &'static Code>>,
    pub closure_codes: RefCell<HashMap<u16, &'static Code>>,
    /// Texts to be loaded that are no files, by key.
    pub texts: RefCell<HashMap<String, runtime::language::Source>>,
    /// Objects of other languages in stored terms: roots.
    pub objects: RefCell<crate::convert::Objects>,
    /// Frames that the latest exception left, innermost first.
    pub trace: RefCell<Vec<i64>>,
    /// The latest ball of ours, as text, that was caught after it left frames of other languages,
    /// and all that it left, innermost first.
    pub crossed: RefCell<Option<(String, Vec<i64>)>>,
}

impl Pl {
    /// The state of a fresh engine: no predicates, standard operators and flags.
    pub fn new(vm: &mut Vm, lang: u8) -> Pl {
        let known = Known::new(&mut vm.symbols);
        let ops = Ops::standard(&mut VmAtoms(&mut vm.symbols));
        let pl = Pl {
            lang,
            kept: vm.kept.handle(),
            known,
            functors: RefCell::default(),
            functor_ids: RefCell::default(),
            preds: RefCell::default(),
            modules: RefCell::default(),
            ops: RefCell::new(ops),
            flags: RefCell::default(),
            read_flags: Cell::default(),
            builtins: RefCell::default(),
            streams: RefCell::new(Streams::new()),
            globals: RefCell::default(),
            generation: Cell::new(0),
            scratch: RefCell::default(),
            module: Cell::new(known.user),
            load: RefCell::default(),
            libraries: RefCell::default(),
            library_modules: RefCell::default(),
            argv: RefCell::default(),
            halted: Cell::new(None),
            system_codes: Cell::new(None),
            run_cleanups: Cell::new(None),
            run_wakeups: Cell::new(None),
            meta_interpreter: Cell::new(None),
            tables: RefCell::default(),
            warn_singletons: Cell::new(true),
            warn_scattered: Cell::new(true),
            expand: Cell::new(false),
            border: Cell::new(None),
            border_codes: Cell::new(None),
            edges: RefCell::default(),
            foreign: RefCell::default(),
            callers: RefCell::default(),
            closure_codes: RefCell::default(),
            texts: RefCell::default(),
            objects: RefCell::default(),
            trace: RefCell::default(),
            crossed: RefCell::default(),
        };
        let dot = pl.functor(known.dot, 2);
        assert_eq!(dot, crate::term::DOT);
        pl
    }
}

/// A term kept outside the heap.
#[derive(Debug, Clone)]
pub struct StoredTerm {
    pub terms: Terms,
    pub root: NodeId,
    pub vars: u32,
}

/// A Prolog flag.
#[derive(Clone, Debug)]
pub struct Flag {
    pub value: FlagValue,
    pub writable: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub enum FlagValue {
    Atom(Atom),
    Int(i64),
}

/// The engine's Prolog state.
#[inline]
pub fn pl(vm: &Vm) -> &'static Pl {
    for state in vm.states.iter().rev() {
        if let Some(pl) = state.downcast_ref::<&'static Pl>() {
            return pl;
        }
    }
    panic!("Prolog is not registered with this engine")
}

impl Pl {
    pub fn functor(&self, name: Atom, arity: usize) -> FunctorId {
        let key = (name, arity as u32);
        if let Some(&id) = self.functor_ids.borrow().get(&key) {
            return id;
        }
        let mut functors = self.functors.borrow_mut();
        functors.push(key);
        let id = functors.len() as u32 - 1;
        self.functor_ids.borrow_mut().insert(key, id);
        id
    }

    #[inline]
    pub fn name_arity(&self, id: FunctorId) -> (Atom, usize) {
        let (name, arity) = self.functors.borrow()[id as usize];
        (name, arity as usize)
    }

    /// Is this functor a control construct?
    pub fn is_control(&self, name: Atom, arity: usize) -> bool {
        let k = &self.known;
        match arity {
            0 => name == k.cut,
            1 => name == k.not,
            2 => [k.comma, k.semicolon, k.arrow, k.soft_arrow].contains(&name),
            _ => false,
        }
    }

    #[inline]
    pub fn pred_by_id(&self, id: u32) -> &'static Pred {
        self.preds.borrow()[id as usize]
    }
}

/// The engine's symbols as the reader's and writer's atoms.
pub struct VmAtoms<'a>(pub &'a mut Symbols);

impl Atoms for VmAtoms<'_> {
    fn intern(&mut self, name: &str) -> Atom {
        Atom(self.0.intern(name))
    }
    fn name(&self, atom: Atom) -> Cow<'_, str> {
        self.0.name(atom.0)
    }
}

/// As [`VmAtoms`] for text that is data: new atoms are mortal. Afterwards the heap has to be told
/// ([`Vm::note_symbols`]).
pub struct DataAtoms<'a>(pub &'a mut Symbols);

impl Atoms for DataAtoms<'_> {
    fn intern(&mut self, name: &str) -> Atom {
        Atom(self.0.intern_mortal(name.as_bytes()))
    }
    fn name(&self, atom: Atom) -> Cow<'_, str> {
        self.0.name(atom.0)
    }
}

/// As [`VmAtoms`], for reading only.
pub struct VmNames<'a>(pub &'a Symbols);

impl Atoms for VmNames<'_> {
    fn intern(&mut self, _: &str) -> Atom {
        unreachable!("printing makes no atoms")
    }
    fn name(&self, atom: Atom) -> Cow<'_, str> {
        self.0.name(atom.0)
    }
}
