//! One running world: core record, heap, loaded code, symbols, shapes, languages.
//!
//! A [`Vm`] is created boxed and never moves: machine code, step loops and
//! natives know it by the address of its [`VmCore`].

use crate::heap::{Heap, RootSource, Stress, SymbolMarks};
use crate::host::Host;
use crate::host_objects::HostObjects;
use crate::kept::Keeper;
use crate::language::Language;
use crate::layouts;
use crate::list::linked::LinkedLists;
use crate::options::Options;
use crate::shapes::Shapes;
use crate::symbols::Symbols;
use crate::well_known::{self, WellKnown};
use metatrace::code::{Code, CodeData, MergePoint};
use metatrace::jit::Jit;
use metatrace::value::Value;
use metatrace::vm::VmCore;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::marker::PhantomPinned;
use std::rc::Rc;

pub use crate::slices::native_args;

/// The engine.
#[repr(C)]
pub struct Vm {
    /// First, and the core record is its first field: a pointer to one is a
    /// pointer to the other.
    pub heap: Heap,
    pub codes: CodeTable,
    pub symbols: Symbols,
    pub shapes: Shapes,
    /// By language number, as in [`Code::lang`].
    pub languages: Vec<&'static dyn Language>,
    /// What each language keeps; see [`Vm::state`].
    pub states: Vec<Box<dyn Any>>,
    pub host: Box<dyn Host>,
    pub options: Options,
    /// Values that live as long as the engine, by the numbers that [`Vm::add_root`] gave.
    pub roots: Vec<Value>,
    /// Rust objects that guest objects stand for.
    pub host_objects: HostObjects,
    /// Shared constants: see `text.rs` and `tuples.rs`.
    pub well_known: WellKnown,
    /// The tracer, if guest code is to be traced; see [`Vm::set_jit`].
    pub jit: Option<Rc<Jit>>,
    /// What the protocol between languages keeps per engine (no guest values).
    pub interop: Box<dyn Any>,
    /// Steps of guest code are counted, see [`Vm::limit_steps`].
    pub(crate) limits_steps: bool,
    /// Equality, hashes and parts of terms, if a language has terms.
    pub term_hooks: Option<crate::compare::TermHooks>,
    /// Lists whose items are in cells of terms.
    pub(crate) linked: Rc<RefCell<LinkedLists>>,
    /// The core is known by its address, and natives that hold the engine make values through that as
    /// well: neither kind of reference to an engine may be taken for the only one.
    reached_by_address: (PhantomPinned, Cell<()>),
    /// Collections that pass before frames are counted again.
    pub(crate) recount_wait: u32,
    /// Owns what the other fields refer to: the last one.
    pub kept: Keeper,
}

/// Every code of the engine, by id. Codes are never dropped while it lives.
#[derive(Default)]
pub struct CodeTable {
    codes: Vec<&'static Code>,
}

impl CodeTable {
    pub fn get(&self, id: u32) -> &'static Code {
        self.codes[id as usize]
    }
    pub fn len(&self) -> usize {
        self.codes.len()
    }
    pub fn is_empty(&self) -> bool {
        self.codes.is_empty()
    }
    pub fn iter(&self) -> impl Iterator<Item = &'static Code> + '_ {
        self.codes.iter().copied()
    }
}

/// What a compiler says about a new code; see [`Code`].
pub struct NewCode {
    pub lang: u8,
    pub slots: u16,
    pub name: String,
    pub file: String,
    pub instrs: Box<[u64]>,
    pub merge_points: Box<[MergePoint]>,
    pub data: Box<dyn CodeData>,
}

impl Vm {
    /// An engine without languages.
    pub fn new(options: Options, host: Box<dyn Host>) -> Box<Vm> {
        layouts::register();
        let mut vm = Box::new(Vm {
            heap: Heap::new(options.heap.clone()),
            codes: CodeTable::default(),
            symbols: Symbols::new(),
            shapes: Shapes::new(),
            languages: Vec::new(),
            states: Vec::new(),
            host,
            options,
            roots: Vec::new(),
            host_objects: HostObjects::default(),
            well_known: WellKnown::default(),
            jit: None,
            interop: Box::new(()),
            limits_steps: false,
            term_hooks: None,
            linked: Rc::default(),
            reached_by_address: (PhantomPinned, Cell::new(())),
            recount_wait: 0,
            kept: Keeper::default(),
        });
        if vm.options.heap.stress != Stress::None {
            vm.symbols.be_strict();
        }
        vm.core_mut().depth_limit = vm.options.depth_limit;
        well_known::init(&mut vm);
        let linked = vm.linked.clone();
        vm.heap.add_weak_table(linked);
        vm
    }

    /// The core as loops, natives and machine code know it.
    #[inline(always)]
    pub fn core_ptr(&mut self) -> *mut VmCore {
        self as *mut Vm as *mut VmCore
    }

    #[inline(always)]
    pub fn core(&self) -> &VmCore {
        &self.heap.core
    }

    #[inline(always)]
    pub fn core_mut(&mut self) -> &mut VmCore {
        &mut self.heap.core
    }

    /// Registers a language; its number is the result.
    pub fn add_language(&mut self, language: &'static dyn Language) -> u8 {
        let lang = self.languages.len() as u8;
        self.languages.push(language);
        self.states.push(Box::new(()));
        let state = language.new_state(self, lang);
        self.states[lang as usize] = state;
        lang
    }

    /// The number of the language with this name or alias.
    pub fn language_named(&self, name: &str) -> Option<u8> {
        let found = |l: &&dyn Language| l.name() == name || l.aliases().contains(&name);
        self.languages.iter().position(found).map(|i| i as u8)
    }

    /// The number of the language of files with this extension.
    pub fn language_of_extension(&self, extension: &str) -> Option<u8> {
        let found = |l: &&dyn Language| l.extensions().contains(&extension);
        self.languages.iter().position(found).map(|i| i as u8)
    }

    /// A language's state; panics when it is of another type.
    #[inline]
    pub fn state<T: 'static>(&self, lang: u8) -> &T {
        self.states[lang as usize]
            .downcast_ref()
            .expect("state of this language")
    }

    #[inline]
    pub fn state_mut<T: 'static>(&mut self, lang: u8) -> &mut T {
        self.states[lang as usize]
            .downcast_mut()
            .expect("state of this language")
    }

    /// Adds a code to the engine.
    pub fn add_code(&mut self, new: NewCode) -> &'static Code {
        let id = self.codes.len() as u32;
        // Codes live as long as the engine: `&'static Code` is what frames,
        // traces and step loops hold.
        let code: &'static Code = self.kept.keep(Code {
            id,
            lang: new.lang,
            slots: new.slots,
            name: new.name,
            file: new.file,
            instrs: new.instrs,
            merge_points: new.merge_points,
            no_inline: Cell::new(false),
            data: new.data,
        });
        for point in &code.merge_points {
            let counter = self
                .jit
                .as_ref()
                .map_or(u32::MAX, |jit| jit.initial_counter(point.kind));
            point.counter.set(counter);
        }
        self.codes.codes.push(code);
        self.core_mut().codes = self.codes.codes.as_ptr();
        code
    }

    /// Keeps `v` alive for good; `roots[n]` is where it is after collections.
    pub fn add_root(&mut self, v: Value) -> usize {
        self.roots.push(v);
        self.roots.len() - 1
    }

    /// Collects at a merge point; a full collection happens when the heap has grown enough.
    pub fn collect(&mut self) {
        let (heap, mut roots) = self.split();
        heap.collect(&mut roots);
        self.drop_dead_host_objects();
    }

    /// Collects the whole heap at a merge point.
    pub fn collect_fully(&mut self) {
        let (heap, mut roots) = self.split();
        heap.collect_all(&mut roots);
        self.drop_dead_host_objects();
    }

    /// Moves every live young object to where it stays, so that machine code may
    /// embed addresses. `roots` are those of a trace about to be compiled.
    pub fn promote_all(&mut self, roots: &mut dyn RootSource) {
        let (heap, engine) = self.split();
        heap.promote_all(&mut Both(engine, roots));
    }

    /// The heap, and everything that holds values beside it.
    fn split(&mut self) -> (&mut Heap, EngineRoots<'_>) {
        let roots = EngineRoots {
            roots: &mut self.roots,
            symbols: &mut self.symbols,
            shapes: &mut self.shapes,
            well_known: &mut self.well_known,
            languages: &self.languages,
            states: &mut self.states,
            jit: self.jit.as_deref(),
        };
        (&mut self.heap, roots)
    }
}

/// What the engine holds outside the heap and the core record.
struct EngineRoots<'a> {
    roots: &'a mut Vec<Value>,
    symbols: &'a mut Symbols,
    shapes: &'a mut Shapes,
    well_known: &'a mut WellKnown,
    languages: &'a [&'static dyn Language],
    states: &'a mut [Box<dyn Any>],
    jit: Option<&'a Jit>,
}

impl RootSource for EngineRoots<'_> {
    fn visit_young(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.roots.iter_mut().for_each(&mut *visit);
        self.symbols.visit_roots(visit);
        self.shapes.visit_roots(visit);
        self.well_known.visit_roots(visit);
        for (language, state) in self.languages.iter().zip(&mut *self.states) {
            language.visit_roots(&mut **state, visit);
        }
    }

    fn visit(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.visit_young(visit);
        // Constants of traces were promoted before they were compiled.
        if let Some(jit) = self.jit {
            jit.visit_roots(visit);
        }
    }

    fn visit_symbols(&mut self, mark: &mut dyn FnMut(u32)) {
        let symbols = &*self.symbols;
        // Some are conservative: they show numbers that may be no symbols'.
        let mark = &mut |number: u32| {
            if symbols.has(number) {
                mark(number);
            }
        };
        for (language, state) in self.languages.iter().zip(&mut *self.states) {
            language.visit_symbols(&mut **state, mark);
        }
    }

    fn sweep_symbols(&mut self, marks: &SymbolMarks) -> usize {
        self.symbols.sweep(marks);
        self.symbols.mortal_bytes()
    }
}

/// The roots of two sources.
struct Both<'a>(EngineRoots<'a>, &'a mut dyn RootSource);

impl RootSource for Both<'_> {
    fn visit(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.0.visit(visit);
        self.1.visit(visit);
    }
    fn visit_young(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.0.visit_young(visit);
        self.1.visit_young(visit);
    }
    fn visit_trailed(&mut self, visit: &mut dyn FnMut(Value)) {
        self.1.visit_trailed(visit);
    }
}
