//! Classes: attributes, bases, method resolution order, look-up.
//!
//! A class object on the heap only carries the class's number; everything else is
//! green and lives here. Traces that depend on what a look-up found rely on the
//! class's assumption, which is invalidated when the class, or one it inherits
//! from, changes; inline caches notice by [`FlState::epoch`].
//!
//! A class attribute that is assigned again and again (a counter) is moved into a heap
//! cell: then assignments invalidate nothing, and readers load the cell.

use crate::state::FlState;
use hashbrown::HashMap;
use metatrace::assume::Assumption;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts;
use runtime::object::Obj;
use runtime::shapes::ClassId;
use std::cell::{Cell, RefCell};

/// What instances of a class are, below their attributes.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Instances with attributes only.
    Object,
    /// A built-in type that is no instance layout; instances of subclasses carry one as payload.
    Builtin,
    /// Instances with [`ExcData`](crate::object::layouts::ExcData) as payload.
    Exception,
}

/// Up to so many attributes of a class are searched one by one.
const SCANNED: usize = 8;

/// Assignments after which a class attribute moves into a heap cell.
const STORES_UNTIL_CELL: u8 = 4;

struct Attr {
    name: u32,
    /// UNDEF when deleted; a heap cell when `in_cell`.
    value: Cell<Value>,
    stores: Cell<u8>,
    in_cell: Cell<bool>,
}

/// What a look-up found.
#[derive(Copy, Clone)]
pub struct Found {
    /// The value, or the heap cell that holds it.
    pub value: Value,
    pub in_cell: bool,
    pub owner: &'static ClassInfo,
}

impl Found {
    /// The value now.
    pub fn get(self) -> Value {
        if self.in_cell {
            Obj::<layouts::Cell>::cast(self.value).get(layouts::Cell::VALUE)
        } else {
            self.value
        }
    }
}

/// A class.
pub struct ClassInfo {
    pub id: ClassId,
    pub name: RefCell<String>,
    pub qualname: RefCell<String>,
    /// The class object.
    pub value: Cell<Value>,
    pub bases: RefCell<Vec<&'static ClassInfo>>,
    /// The class itself first, `object` last.
    pub mro: RefCell<Vec<&'static ClassInfo>>,
    pub kind: Kind,
    /// The built-in class that instances carry a payload of (itself for a built-in class).
    pub payload: Option<&'static ClassInfo>,
    /// Defined in Rust.
    pub builtin: bool,
    /// Index of the builtin that makes instances of a built-in class.
    pub constructor: Cell<Option<u32>>,
    /// Instances may have attributes that `__slots__` does not name.
    pub has_dict: bool,
    pub slot_names: RefCell<Vec<u32>>,
    pub subclasses: RefCell<Vec<&'static ClassInfo>>,
    pub valid: RefCell<Assumption>,
    /// Names of abstract methods that instances must not lack.
    pub abstract_names: RefCell<Vec<u32>>,
    attrs: RefCell<Vec<Attr>>,
    /// Where names are in `attrs`, once there are more than [`SCANNED`].
    index: RefCell<HashMap<u32, usize>>,
    cache: RefCell<HashMap<u32, Option<(&'static ClassInfo, usize)>>>,
}

impl PartialEq for ClassInfo {
    fn eq(&self, other: &ClassInfo) -> bool {
        std::ptr::eq(self, other)
    }
}

/// What makes a new class.
pub struct NewClass<'a> {
    pub name: &'a str,
    pub bases: &'a [&'static ClassInfo],
    pub kind: Kind,
    pub payload: Option<&'static ClassInfo>,
    pub builtin: bool,
    pub has_dict: bool,
}

/// The bases have no consistent method resolution order.
pub struct NoOrder;

/// C3 linearisation of the bases' orders.
pub fn linearise(bases: &[&'static ClassInfo]) -> Result<Vec<&'static ClassInfo>, NoOrder> {
    if let [base] = bases {
        return Ok(base.mro.borrow().clone());
    }
    let mut lists: Vec<Vec<&'static ClassInfo>> =
        bases.iter().map(|b| b.mro.borrow().clone()).collect();
    lists.push(bases.to_vec());
    let mut order = Vec::new();
    loop {
        lists.retain(|l| !l.is_empty());
        if lists.is_empty() {
            return Ok(order);
        }
        let blocked = |c: &'static ClassInfo| lists.iter().any(|l| l[1..].contains(&c));
        let heads: Vec<&'static ClassInfo> = lists.iter().map(|l| l[0]).collect();
        let next = heads.into_iter().find(|c| !blocked(c)).ok_or(NoOrder)?;
        order.push(next);
        for list in &mut lists {
            if list[0] == next {
                list.remove(0);
            }
        }
    }
}

impl FlState {
    /// Makes a class and its class object. Its attributes are still to be set.
    pub fn new_class(&self, vm: &mut Vm, new: NewClass) -> Result<&'static ClassInfo, NoOrder> {
        let order = linearise(new.bases)?;
        let instances_have_payload =
            new.kind == Kind::Exception || (new.payload.is_some() && new.kind == Kind::Object);
        let id = vm.shapes.new_class(Value::NONE, 0, instances_have_payload);
        let object = vm.alloc::<layouts::Class>(0);
        object.init(layouts::Class::INFO, Value::small(id.0 as i64));
        let name = vm.str(new.name);
        object.init(layouts::Class::NAME, name);
        for field in [
            layouts::Class::BASES,
            layouts::Class::MRO,
            layouts::Class::ATTRS,
        ] {
            object.init(field, Value::NONE);
        }
        vm.shapes.class_mut(id).value = object.value();
        let class: &'static ClassInfo = vm.kept.keep(ClassInfo {
            id,
            name: RefCell::new(new.name.to_string()),
            qualname: RefCell::new(new.name.to_string()),
            value: Cell::new(object.value()),
            bases: RefCell::new(new.bases.to_vec()),
            mro: RefCell::default(),
            kind: new.kind,
            payload: new.payload,
            builtin: new.builtin,
            constructor: Cell::new(None),
            has_dict: new.has_dict,
            slot_names: RefCell::default(),
            subclasses: RefCell::default(),
            valid: RefCell::default(),
            abstract_names: RefCell::default(),
            attrs: RefCell::default(),
            index: RefCell::default(),
            cache: RefCell::default(),
        });
        class.mro.borrow_mut().push(class);
        class.mro.borrow_mut().extend(order);
        for base in new.bases {
            base.subclasses.borrow_mut().push(class);
        }
        let mut classes = self.classes.borrow_mut();
        let filler = classes.first().copied().unwrap_or(class);
        classes.resize(id.0 as usize + 1, filler);
        classes[id.0 as usize] = class;
        Ok(class)
    }
}

impl ClassInfo {
    /// Is this `other` or one of its subclasses?
    pub fn is_subclass(&self, other: &ClassInfo) -> bool {
        self.mro.borrow().contains(&other)
    }

    /// Do instances keep this attribute in a slot that `__slots__` named?
    pub fn has_slot(&self, name: u32) -> bool {
        let mro = self.mro.borrow();
        mro.iter().any(|c| c.slot_names.borrow().contains(&name))
    }

    /// The class's own attribute.
    pub fn own(&'static self, name: u32) -> Option<Found> {
        self.found(self.position(name)?)
    }

    /// Where an own attribute is in `attrs`.
    fn position(&self, name: u32) -> Option<usize> {
        let attrs = self.attrs.borrow();
        match attrs.len() {
            0..=SCANNED => attrs.iter().position(|attr| attr.name == name),
            _ => self.index.borrow().get(&name).copied(),
        }
    }

    /// Adds an attribute that the class does not have.
    fn push(&self, attr: Attr) {
        let mut attrs = self.attrs.borrow_mut();
        attrs.push(attr);
        let new = match attrs.len() {
            0..=SCANNED => return,
            n if n == SCANNED + 1 => 0,
            n => n - 1,
        };
        let mut index = self.index.borrow_mut();
        index.extend((new..attrs.len()).map(|at| (attrs[at].name, at)));
    }

    fn found(&'static self, at: usize) -> Option<Found> {
        let attr = &self.attrs.borrow()[at];
        (attr.value.get() != Value::UNDEF).then(|| Found {
            value: attr.value.get(),
            in_cell: attr.in_cell.get(),
            owner: self,
        })
    }

    /// The attribute as instances inherit it.
    pub fn lookup(&self, name: u32) -> Option<Found> {
        if let Some(found) = self.cache.borrow().get(&name) {
            return found.and_then(|(owner, at)| owner.found(at));
        }
        let found = self.mro.borrow().iter().find_map(|class| {
            let at = class.position(name)?;
            class.found(at).map(|_| (*class, at))
        });
        self.cache.borrow_mut().insert(name, found);
        found.and_then(|(owner, at)| owner.found(at))
    }

    /// The attribute as `super(after, instance)` sees it.
    pub fn lookup_after(&self, after: &ClassInfo, name: u32) -> Option<Found> {
        let mro = self.mro.borrow();
        let start = mro.iter().position(|c| *c == after)? + 1;
        mro[start..].iter().find_map(|class| class.own(name))
    }

    /// The attribute, if a class that is written in FL defines it.
    pub fn lookup_guest(&self, name: u32) -> Option<Found> {
        self.lookup(name).filter(|found| !found.owner.builtin)
    }

    /// Sets a class attribute.
    pub fn set(&'static self, vm: &mut Vm, state: &FlState, name: u32, v: Value) {
        let Some(at) = self.position(name) else {
            self.push(Attr {
                name,
                value: Cell::new(v),
                stores: Cell::new(0),
                in_cell: Cell::new(false),
            });
            return self.changed(state);
        };
        let attrs = self.attrs.borrow();
        let attr = &attrs[at];
        if attr.in_cell.get() {
            if !is_plain(v) {
                attr.in_cell.set(false);
                attr.value.set(v);
                drop(attrs);
                return self.changed(state);
            }
            return Obj::<layouts::Cell>::cast(attr.value.get()).set(vm, layouts::Cell::VALUE, v);
        }
        attr.stores.set(attr.stores.get().saturating_add(1));
        if attr.stores.get() > STORES_UNTIL_CELL && is_plain(v) {
            let cell = vm.alloc::<layouts::Cell>(0);
            cell.init(layouts::Cell::VALUE, v);
            attr.value.set(cell.value());
            attr.in_cell.set(true);
        } else {
            attr.value.set(v);
        }
        drop(attrs);
        self.changed(state);
    }

    /// Deletes an own attribute; false if there is none.
    pub fn delete(&'static self, state: &FlState, name: u32) -> bool {
        let Some(at) = self.position(name) else {
            return false;
        };
        let attrs = self.attrs.borrow();
        let attr = &attrs[at];
        let existed = attr.value.get() != Value::UNDEF;
        attr.value.set(Value::UNDEF);
        attr.in_cell.set(false);
        drop(attrs);
        self.changed(state);
        existed
    }

    /// Own attributes in the order of their making.
    pub fn own_attributes(&'static self) -> Vec<(u32, Value)> {
        let attrs = self.attrs.borrow();
        (0..attrs.len())
            .filter_map(|at| Some((attrs[at].name, self.found(at)?.get())))
            .collect()
    }

    /// The class changed: what was found in it or its subclasses may be wrong now.
    fn changed(&self, state: &FlState) {
        state.bump_epoch();
        if !state.booting.get() {
            self.forget();
        }
    }

    pub(crate) fn forget(&self) {
        self.cache.borrow_mut().clear();
        self.valid.borrow().invalidate();
        for class in self.subclasses.borrow().iter() {
            class.forget();
        }
    }

    pub(crate) fn visit_roots(&self, visit: &mut dyn FnMut(&Cell<Value>)) {
        visit(&self.value);
        for attr in self.attrs.borrow().iter() {
            visit(&attr.value);
        }
    }
}

/// A value that is no function or descriptor, so that look-ups that find it give it as it is.
fn is_plain(v: Value) -> bool {
    use crate::object::layouts::{MemberSlot, MethodKind, Property};
    use runtime::object::is;
    !(is::<layouts::Function>(v)
        || is::<layouts::Builtin>(v)
        || is::<layouts::Class>(v)
        || is::<layouts::Instance>(v)
        || is::<Property>(v)
        || is::<MethodKind>(v)
        || is::<MemberSlot>(v))
}

macro_rules! well_known {
    ($($name:ident,)*) => {
        /// Classes that the interpreter refers to.
        #[allow(non_snake_case, reason = "they are called as in FL")]
        pub struct WellKnown {
            $(pub $name: &'static ClassInfo,)*
            /// By layout tag.
            pub by_tag: [&'static ClassInfo; 256],
        }
        impl WellKnown {
            /// Collects them from the built-in names.
            pub fn collect(
                find: &mut dyn FnMut(&str) -> &'static ClassInfo,
                by_tag: [&'static ClassInfo; 256],
            ) -> WellKnown {
                WellKnown { $($name: find(stringify!($name)),)* by_tag }
            }
        }
    };
}

well_known! {
    object, r#type, NoneType, bool, int, float, str, bytes, bytearray, list, tuple, dict, set,
    frozenset, range, slice, function, builtin_function_or_method, method, module, generator,
    property, staticmethod, classmethod, mappingproxy, UnionType, map, filter,
    enumerate, zip, reversed, list_reverseiterator, dict_values, dict_items,
    dict_valueiterator, dict_itemiterator, NotImplementedType, ellipsis, traceback,
    BaseException, Exception, TypeError, ValueError, IndexError, KeyError, AttributeError,
    NameError, UnboundLocalError, ZeroDivisionError, OverflowError, UnicodeDecodeError,
    RuntimeError, RecursionError, MemoryError, OSError, KeyboardInterrupt, StopIteration,
    SystemExit, NotImplementedError, ArithmeticError, ImportError, ModuleNotFoundError, SyntaxError,
    AssertionError, EOFError, GeneratorExit, LookupError, UnicodeEncodeError,
    UnsupportedOperation, TextIOWrapper, BufferedReader, BufferedWriter, BufferedRandom, FileIO,
    FileNotFoundError, ForeignError, Failure, QueryError, Term, Var, output_marker,
}
