//! Roots: where the collector starts.
//!
//! At a merge point every live reference is in one of these places: the
//! current frame and the engine registers (`VmCore`), a [`Handle`], a
//! registered [`RootSource`], or the source that the driver passes to
//! `Heap::collect`.

use super::{Heap, SymbolMarks};
use metatrace::value::Value;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Something that holds values outside the heap.
pub trait RootSource {
    /// Shows every value; the collector replaces those whose objects moved.
    fn visit(&mut self, f: &mut dyn FnMut(&mut Value));

    /// Shows at least the values that may refer to young objects: all that minor
    /// collections need. Constants that were promoted can be left out.
    fn visit_young(&mut self, f: &mut dyn FnMut(&mut Value)) {
        self.visit(f);
    }

    /// Shows the logic variables that backtracking may unbind again. The collector
    /// must not replace references to them by what they are bound to.
    fn visit_trailed(&mut self, _f: &mut dyn FnMut(Value)) {}

    /// Shows the symbols that are held as mere numbers, permanent ones or not. Only full
    /// collections ask, and only the source that is passed to them.
    fn visit_symbols(&mut self, _mark: &mut dyn FnMut(u32)) {}

    /// Forgets the mortal symbols without a mark; the bytes that the others take.
    fn sweep_symbols(&mut self, _marks: &SymbolMarks) -> usize {
        0
    }
}

impl RootSource for [Value] {
    fn visit(&mut self, f: &mut dyn FnMut(&mut Value)) {
        self.iter_mut().for_each(f);
    }
}

impl<const N: usize> RootSource for [Value; N] {
    fn visit(&mut self, f: &mut dyn FnMut(&mut Value)) {
        self.iter_mut().for_each(f);
    }
}

impl RootSource for Vec<Value> {
    fn visit(&mut self, f: &mut dyn FnMut(&mut Value)) {
        self.iter_mut().for_each(f);
    }
}

/// No roots beside those the heap knows.
impl RootSource for () {
    fn visit(&mut self, _: &mut dyn FnMut(&mut Value)) {}
}

/// Keeps one value alive across collections, for Rust code that re-enters the
/// driver or lives outside it. Dropping the last clone drops the root.
#[derive(Clone, Debug)]
pub struct Handle(Rc<Cell<Value>>);

impl Handle {
    pub fn get(&self) -> Value {
        self.0.get()
    }
    pub fn set(&self, value: Value) {
        self.0.set(value);
    }
}

/// The live handles and registered sources of a heap.
#[derive(Default)]
pub(super) struct Roots {
    handles: Vec<Rc<Cell<Value>>>,
    /// Prune dropped handles when there are this many.
    prune_at: usize,
    sources: Vec<Rc<RefCell<dyn RootSource>>>,
}

impl Roots {
    fn prune(&mut self) {
        self.handles.retain(|cell| Rc::strong_count(cell) > 1);
        self.prune_at = (self.handles.len() * 2).max(64);
    }

    /// Visits handles and registered sources (`minor`: only those that may hold young objects).
    pub fn visit(&mut self, minor: bool, f: &mut dyn FnMut(&mut Value)) {
        self.prune();
        for cell in &self.handles {
            let mut value = cell.get();
            f(&mut value);
            cell.set(value);
        }
        for source in &self.sources {
            match minor {
                true => source.borrow_mut().visit_young(f),
                false => source.borrow_mut().visit(f),
            }
        }
    }

    pub fn visit_trailed(&mut self, f: &mut dyn FnMut(Value)) {
        for source in &self.sources {
            source.borrow_mut().visit_trailed(f);
        }
    }
}

impl Heap {
    /// Roots `value` until the handle is dropped.
    pub fn handle(&mut self, value: Value) -> Handle {
        if self.roots.handles.len() >= self.roots.prune_at {
            self.roots.prune();
        }
        let cell = Rc::new(Cell::new(value));
        self.roots.handles.push(cell.clone());
        Handle(cell)
    }

    /// Registers a holder of roots for the life of the heap, or until
    /// [`remove_roots`](Heap::remove_roots). The source must not be borrowed
    /// while the heap collects.
    pub fn add_roots(&mut self, source: Rc<RefCell<dyn RootSource>>) {
        self.roots.sources.push(source);
    }

    /// Forgets a registered source.
    pub fn remove_roots(&mut self, source: &Rc<RefCell<dyn RootSource>>) {
        self.roots
            .sources
            .retain(|registered| !Rc::ptr_eq(registered, source));
    }
}
