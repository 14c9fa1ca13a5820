//! Namespaces: the global variables of a module, and the built-in names.
//!
//! A variable starts out *constant*: traces embed its value and rely on an
//! assumption. Its second assignment makes it *mutable*: from then on the value lives in a
//! heap cell, and traces load and store that.

use hashbrown::HashMap;
use metatrace::assume::Assumption;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::kept::Kept;
use runtime::layouts;
use runtime::object::Obj;
use std::cell::{Cell, RefCell};

/// A variable. See the module text.
pub struct GlobalCell {
    pub name: u32,
    /// The value while constant, UNDEF when unbound; a heap cell when mutable.
    value: Cell<Value>,
    mutable: Cell<bool>,
    pub assumption: Assumption,
}

impl GlobalCell {
    fn new(name: u32) -> GlobalCell {
        GlobalCell {
            name,
            value: Cell::new(Value::UNDEF),
            mutable: Cell::new(false),
            assumption: Assumption::default(),
        }
    }

    /// The value of a constant variable (UNDEF: unbound).
    #[inline(always)]
    pub fn constant(&self) -> Option<Value> {
        if self.mutable.get() {
            None
        } else {
            Some(self.value.get())
        }
    }

    /// The heap cell of a mutable variable.
    #[inline(always)]
    pub fn heap_cell(&self) -> Value {
        self.value.get()
    }

    #[inline(always)]
    pub fn is_mutable(&self) -> bool {
        self.mutable.get()
    }

    /// The value now; UNDEF when unbound.
    pub fn get(&self) -> Value {
        if self.mutable.get() {
            Obj::<layouts::Cell>::cast(self.value.get()).get(layouts::Cell::VALUE)
        } else {
            self.value.get()
        }
    }

    /// Assigns. The first assignment makes a constant, the second a mutable variable.
    pub fn set(&self, vm: &mut Vm, v: Value) {
        if self.mutable.get() {
            Obj::<layouts::Cell>::cast(self.value.get()).set(vm, layouts::Cell::VALUE, v);
            return;
        }
        self.assumption.invalidate();
        if self.value.get() == Value::UNDEF {
            self.value.set(v);
        } else if self.value.get() != v {
            let cell = vm.alloc::<layouts::Cell>(0);
            cell.init(layouts::Cell::VALUE, v);
            self.value.set(cell.value());
            self.mutable.set(true);
        }
    }

    /// Unbinds; the next assignment makes a constant again.
    pub fn delete(&self) {
        self.assumption.invalidate();
        self.value.set(Value::UNDEF);
        self.mutable.set(false);
    }
}

/// The variables of one module.
pub struct Namespace {
    pub id: u32,
    pub name: RefCell<String>,
    /// The module object, UNDEF for the built-in names.
    pub module: Cell<Value>,
    cells: RefCell<HashMap<u32, &'static GlobalCell>>,
    /// Cells in the order of their making.
    order: RefCell<Vec<&'static GlobalCell>>,
    kept: Kept,
}

impl Namespace {
    pub fn new(id: u32, name: &str, kept: Kept) -> Namespace {
        Namespace {
            id,
            name: RefCell::new(name.to_string()),
            module: Cell::new(Value::UNDEF),
            cells: RefCell::default(),
            order: RefCell::default(),
            kept,
        }
    }

    /// The variable's cell, made (unbound) if need be.
    pub fn cell(&self, name: u32) -> &'static GlobalCell {
        self.cells.borrow_mut().entry(name).or_insert_with(|| {
            let cell = self.kept.keep(GlobalCell::new(name));
            self.order.borrow_mut().push(cell);
            cell
        })
    }

    /// The variable's value, if bound.
    pub fn get(&self, name: u32) -> Option<Value> {
        let cell = *self.cells.borrow().get(&name)?;
        Some(cell.get()).filter(|v| *v != Value::UNDEF)
    }

    pub fn set(&self, vm: &mut Vm, name: u32, v: Value) {
        self.cell(name).set(vm, v);
    }

    /// Bound variables in the order of their making.
    pub fn bindings(&self) -> Vec<(u32, Value)> {
        let order = self.order.borrow();
        let bound = order.iter().map(|cell| (cell.name, cell.get()));
        bound.filter(|(_, v)| *v != Value::UNDEF).collect()
    }

    pub(crate) fn visit_roots(&self, visit: &mut dyn FnMut(&Cell<Value>)) {
        visit(&self.module);
        for cell in self.order.borrow().iter() {
            visit(&cell.value);
        }
    }
}
