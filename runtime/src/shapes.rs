//! Shapes (hidden classes): which attribute of an instance is where.
//!
//! ```text
//!   class C ── root shape {} ──"x"──► {x:0} ──"y"──► {x:0, y:1} ──"z"──► ...
//! ```
//! A shape is immutable: its class, its attributes in order, how many of them are
//! inline. An instance's header holds the shape id, so that after one guard on
//! the header everything about the instance is green: [`Shapes::lookup`] gives
//! the [`Place`] of an attribute, and only the load or store is left for the trace.
//!
//! Inline slots follow the class's expectation, which grows when instances turn
//! out larger; then new instances start from a new root shape.
//!
//! An instance whose attributes were asked for as a dict keeps them in that dict from then on: its
//! shape has the slot [`DICT`], and names that the shape does not know are keys.

use crate::dict::{TABLE_GROUPS, Table};
use crate::engine::Vm;
use crate::layouts::{Array, Dict, Instance, Str};
use crate::natives;
use crate::object::Obj;
use hashbrown::HashMap;
use metatrace::meta::{Meta, Ref, Val};
use metatrace::native::Effects;
use metatrace::value::Value;

natives! {
    /// The value of a name in a dict of attributes; UNDEF if absent.
    static ATTRIBUTE_GET = "attribute_get"(vm, dict, name) -> Value
        [Effects::FRESH.reads(TABLE_GROUPS)]
    {
        let key = vm.symbol_text(name.as_symbol());
        attribute(vm, dict, key).unwrap_or(Value::UNDEF)
    }
    /// Sets a name in a dict of attributes.
    static ATTRIBUTE_SET = "attribute_set"(vm, dict, name, v) -> ()
        [Effects::FRESH.reads(TABLE_GROUPS).writes(TABLE_GROUPS)]
    {
        let key = vm.symbol_text(name.as_symbol());
        set_attribute(vm, dict, key, v);
    }
}

/// A string key of a dict. Keys that need guest code to be compared are passed over.
fn attribute(vm: &mut Vm, dict: Value, key: Value) -> Option<Value> {
    vm.dict_get(Obj::cast(dict), key).ok()?.done()?
}

fn set_attribute(vm: &mut Vm, dict: Value, key: Value, v: Value) {
    let done = vm
        .dict_set(Obj::cast(dict), key, v)
        .is_ok_and(|d| d.done().is_some());
    debug_assert!(done, "strings need no guest code");
}

/// Number of a class in the engine's table.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct ClassId(pub u32);

/// Where an attribute is.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Place {
    /// Item of the instance.
    Inline(u16),
    /// Item of the overflow array.
    Overflow(u16),
}

/// One attribute more than its parent: shapes share what they have in common, so
/// that an object used as a dictionary costs one shape per attribute, not a table each.
#[derive(Debug)]
struct Shape {
    class: ClassId,
    /// The shape before the last attribute was added; itself for a root.
    parent: u32,
    /// The last attribute ([`PAYLOAD`] for a payload's slot); its slot is `len - 1`.
    symbol: u32,
    /// Number of attributes.
    len: u16,
    inline: u16,
    transitions: Vec<(u32, u32)>,
    /// Slots by symbol, once a long chain was searched often.
    index: Option<HashMap<u32, u16>>,
    searches: u8,
}

/// Stands for the payload among the attributes: no symbol.
const PAYLOAD: u32 = u32::MAX;
/// Stands for the dict of the other attributes.
const DICT: u32 = u32::MAX - 1;
const INLINE_DEFAULT: u16 = 4;
const INLINE_MAX: u16 = 64;
/// Item numbers in operations have sixteen bits.
const ATTRIBUTES_MAX: u16 = 32_000;
/// Chains of parents up to this long are searched without a table …
const CHAIN_MAX: u16 = 32;
/// … longer ones get one after so many searches.
const SEARCHES_MAX: u8 = 8;
const CACHE_ENTRIES: usize = 4096;
/// Built-in classes, about.
const CLASSES_EXPECTED: usize = 160;

#[derive(Copy, Clone)]
struct CacheEntry {
    shape: u32,
    symbol: u32,
    place: Option<Place>,
}

/// What the engine knows about a class.
#[derive(Debug)]
pub struct ClassInfo {
    /// The class object.
    pub value: Value,
    /// Shape of new instances.
    root: u32,
    expected: u16,
    payload: bool,
    /// Instances define their own equality: as dict keys they need calls.
    pub custom_eq: bool,
    /// Instances define their own hash.
    pub custom_hash: bool,
    /// Instances cannot be hashed.
    pub unhashable: bool,
}

/// All shapes and classes of an engine. Shape 0 belongs to no class.
pub struct Shapes {
    shapes: Vec<Shape>,
    classes: Vec<ClassInfo>,
    /// Empty until the first look-up: many programs have no instances.
    cache: Vec<CacheEntry>,
    /// Roots of shapes that came about by deleting attributes or changing the class.
    replay_roots: HashMap<(ClassId, u16, bool), u32>,
}

impl Default for Shapes {
    fn default() -> Shapes {
        Shapes::new()
    }
}

impl Shapes {
    pub fn new() -> Shapes {
        let mut shapes = Shapes {
            shapes: Vec::with_capacity(CLASSES_EXPECTED),
            classes: Vec::with_capacity(CLASSES_EXPECTED),
            replay_roots: HashMap::new(),
            cache: Vec::new(),
        };
        shapes.new_class(Value::NONE, 0, false);
        shapes
    }

    /// A new class. `expected`: attributes its instances will probably have
    /// (0: unknown). With `payload`, slot 0 of instances holds a built-in value.
    pub fn new_class(&mut self, value: Value, expected: u16, payload: bool) -> ClassId {
        let class = ClassId(self.classes.len() as u32);
        let expected = if expected == 0 {
            INLINE_DEFAULT
        } else {
            expected
        };
        let expected = (expected + payload as u16).min(INLINE_MAX);
        self.classes.push(ClassInfo {
            value,
            root: 0,
            expected,
            payload,
            custom_eq: false,
            custom_hash: false,
            unhashable: false,
        });
        self.classes[class.0 as usize].root = self.new_root(class);
        class
    }

    fn new_root(&mut self, class: ClassId) -> u32 {
        let info = &self.classes[class.0 as usize];
        let (payload, inline) = (info.payload, info.expected);
        self.new_empty(class, inline, payload)
    }

    /// A root shape.
    fn new_empty(&mut self, class: ClassId, inline: u16, payload: bool) -> u32 {
        let id = self.shapes.len() as u32;
        self.shapes.push(Shape {
            class,
            parent: id,
            symbol: PAYLOAD,
            len: payload as u16,
            inline,
            transitions: Vec::new(),
            index: None,
            searches: 0,
        });
        id
    }

    pub fn class(&self, class: ClassId) -> &ClassInfo {
        &self.classes[class.0 as usize]
    }

    pub fn class_mut(&mut self, class: ClassId) -> &mut ClassInfo {
        &mut self.classes[class.0 as usize]
    }

    /// Class of instances with this shape.
    #[inline(always)]
    pub fn class_of(&self, shape: u32) -> ClassId {
        self.shapes[shape as usize].class
    }

    /// Class object of instances with this shape.
    #[inline(always)]
    pub fn class_value(&self, shape: u32) -> Value {
        self.classes[self.class_of(shape).0 as usize].value
    }

    /// Shape of new instances and their number of inline slots.
    #[inline]
    pub fn root(&self, class: ClassId) -> (u32, u16) {
        let root = self.classes[class.0 as usize].root;
        (root, self.shapes[root as usize].inline)
    }

    /// Where `symbol` is in instances of `shape`, if they have it.
    #[inline(always)]
    pub fn lookup(&mut self, shape: u32, symbol: u32) -> Option<Place> {
        let hash = shape.wrapping_mul(0x9E37_79B1) ^ symbol.wrapping_mul(0x85EB_CA6B);
        let slot = (hash >> 20) as usize % CACHE_ENTRIES;
        if let Some(entry) = self.cache.get(slot)
            && entry.shape == shape
            && entry.symbol == symbol
        {
            return entry.place;
        }
        self.lookup_slow(shape, symbol, slot)
    }

    #[cold]
    #[inline(never)]
    fn lookup_slow(&mut self, shape: u32, symbol: u32, slot: usize) -> Option<Place> {
        let place = self.search(shape, symbol);
        let none = CacheEntry {
            shape: u32::MAX,
            symbol: 0,
            place: None,
        };
        self.cache.resize(CACHE_ENTRIES, none);
        self.cache[slot] = CacheEntry {
            shape,
            symbol,
            place,
        };
        place
    }

    fn search(&mut self, shape: u32, symbol: u32) -> Option<Place> {
        let s = &mut self.shapes[shape as usize];
        let inline = s.inline;
        s.searches = s.searches.saturating_add(1);
        if s.index.is_none() && s.len > CHAIN_MAX && s.searches > SEARCHES_MAX {
            let index = self.chain(shape).collect();
            self.shapes[shape as usize].index = Some(index);
        }
        let slot = match &self.shapes[shape as usize].index {
            Some(index) => index.get(&symbol).copied(),
            None => self.chain(shape).find(|a| a.0 == symbol).map(|a| a.1),
        };
        Some(place(slot?, inline))
    }

    /// Attributes and their slots, the last one first.
    fn chain(&self, shape: u32) -> impl Iterator<Item = (u32, u16)> + '_ {
        let mut at = shape;
        let n = self.shapes[shape as usize].len;
        (0..n).rev().map(move |slot| {
            let s = &self.shapes[at as usize];
            at = s.parent;
            (s.symbol, slot)
        })
    }

    /// The shape after adding `symbol` to `shape`.
    pub fn add(&mut self, shape: u32, symbol: u32) -> u32 {
        let s = &self.shapes[shape as usize];
        if let Some((_, next)) = s.transitions.iter().find(|t| t.0 == symbol) {
            return *next;
        }
        assert!(
            s.len < ATTRIBUTES_MAX,
            "an object with {ATTRIBUTES_MAX} attributes"
        );
        let (class, inline, len) = (s.class, s.inline, s.len + 1);
        let next = self.shapes.len() as u32;
        self.shapes.push(Shape {
            class,
            parent: shape,
            symbol,
            len,
            inline,
            transitions: Vec::new(),
            index: None,
            searches: 0,
        });
        self.shapes[shape as usize].transitions.push((symbol, next));
        self.expect(class, len);
        next
    }

    /// Can no attribute be added to instances of `shape`?
    pub fn is_full(&self, shape: u32) -> bool {
        self.shapes[shape as usize].len >= ATTRIBUTES_MAX
    }

    /// Instances of `class` grew to `len` attributes: later ones start larger.
    fn expect(&mut self, class: ClassId, len: u16) {
        let info = &mut self.classes[class.0 as usize];
        if len > info.expected && info.expected < INLINE_MAX {
            info.expected = (info.expected * 2).max(len).min(INLINE_MAX);
            let root = self.new_root(class);
            self.classes[class.0 as usize].root = root;
        }
    }

    /// The shape after deleting `symbol`: the attributes behind it move up.
    pub fn remove(&mut self, shape: u32, symbol: u32) -> u32 {
        let class = self.class_of(shape);
        self.replay(shape, class, Some(symbol))
    }

    /// The shape with the same attributes in another class.
    pub fn with_class(&mut self, shape: u32, class: ClassId) -> u32 {
        self.replay(shape, class, None)
    }

    /// The shape without attributes of an instance that had `shape`.
    fn bare(&mut self, shape: u32) -> u32 {
        self.replay_root(shape, self.class_of(shape))
    }

    fn replay_root(&mut self, shape: u32, class: ClassId) -> u32 {
        let (inline, payload) = (self.inline_slots(shape), self.has_payload(shape));
        let key = (class, inline, payload);
        if let Some(&root) = self.replay_roots.get(&key) {
            return root;
        }
        let root = self.new_empty(class, inline, payload);
        self.replay_roots.insert(key, root);
        root
    }

    /// The shape with the attributes of `shape`, without `except`, in `class`.
    fn replay(&mut self, shape: u32, class: ClassId, except: Option<u32>) -> u32 {
        let mut next = self.replay_root(shape, class);
        for symbol in self.slots(shape) {
            if Some(symbol) != except {
                next = self.add(next, symbol);
            }
        }
        next
    }

    /// Attribute symbols in slot order, without the payload and the dict.
    pub fn attributes(&self, shape: u32) -> Vec<u32> {
        let mut all = self.slots(shape);
        all.retain(|&a| a != DICT);
        all
    }

    /// What is in the slots behind the payload.
    fn slots(&self, shape: u32) -> Vec<u32> {
        let mut all: Vec<u32> = self.chain(shape).map(|a| a.0).collect();
        all.reverse();
        all.retain(|&a| a != PAYLOAD);
        all
    }

    pub fn has_payload(&self, shape: u32) -> bool {
        self.class(self.class_of(shape)).payload
    }

    pub fn inline_slots(&self, shape: u32) -> u16 {
        self.shapes[shape as usize].inline
    }

    pub(crate) fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.classes.iter_mut().for_each(|c| visit(&mut c.value));
    }
}

fn place(slot: u16, inline: u16) -> Place {
    if slot < inline {
        Place::Inline(slot)
    } else {
        Place::Overflow(slot - inline)
    }
}

/// Room of an overflow array with `n` attributes in use.
fn overflow_room(n: u16) -> u16 {
    if n == 0 {
        0
    } else {
        n.next_power_of_two().max(4)
    }
}

// ------------------------------------------------------- instances, for traces

/// A fresh instance of `class` without attributes.
#[inline(always)]
pub fn new_instance<M: Meta>(m: &mut M, class: ClassId) -> Ref<M, Instance> {
    let (shape, inline) = Vm::from_core(m.core()).shapes.root(class);
    m.alloc_sized::<Instance>(shape, inline)
}

/// The built-in value of an instance of a class made `with payload`.
#[inline(always)]
pub fn payload<M: Meta>(m: &mut M, o: Ref<M, Instance>) -> Val<M> {
    m.item_at(o, Instance::SLOTS, 0)
}

#[inline(always)]
pub fn set_payload<M: Meta>(m: &mut M, o: Ref<M, Instance>, v: Val<M>) {
    m.set_item_at(o, Instance::SLOTS, 0, v);
}

#[inline(always)]
fn load<M: Meta>(m: &mut M, o: Ref<M, Instance>, place: Place) -> Val<M> {
    match place {
        Place::Inline(i) => m.item_at(o, Instance::SLOTS, i),
        Place::Overflow(i) => {
            let overflow = m.get(o, Instance::OVERFLOW);
            let overflow = m.cast::<Array>(overflow);
            m.item_at(overflow, Array::ITEMS, i)
        }
    }
}

/// The instance's own attribute, if it has it.
#[inline(always)]
pub fn instance_get<M: Meta>(m: &mut M, o: Ref<M, Instance>, symbol: u32) -> Option<Val<M>> {
    let shape = m.shape(o);
    match Vm::from_core(m.core()).shapes.lookup(shape, symbol) {
        Some(place) => Some(load(m, o, place)),
        None => {
            let place = Vm::from_core(m.core()).shapes.lookup(shape, DICT)?;
            m.outlined(|m| get_from_dict(m, o, place, symbol))
        }
    }
}

#[inline(never)]
fn get_from_dict<M: Meta>(
    m: &mut M,
    o: Ref<M, Instance>,
    place: Place,
    symbol: u32,
) -> Option<Val<M>> {
    let dict = load(m, o, place);
    let symbol = m.val(Value::symbol(symbol));
    let v = m.call(&ATTRIBUTE_GET, [dict, symbol]);
    (!m.is(v, Value::UNDEF)).then_some(v)
}

/// Sets the instance's own attribute, adding it if need be.
#[inline(always)]
pub fn instance_set<M: Meta>(m: &mut M, o: Ref<M, Instance>, symbol: u32, v: Val<M>) {
    let shape = m.shape(o);
    match Vm::from_core(m.core()).shapes.lookup(shape, symbol) {
        Some(Place::Inline(i)) => m.set_item_at(o, Instance::SLOTS, i, v),
        Some(Place::Overflow(i)) => {
            let overflow = m.get(o, Instance::OVERFLOW);
            let overflow = m.cast::<Array>(overflow);
            m.set_item_at(overflow, Array::ITEMS, i, v);
        }
        None => m.outlined(|m| instance_add(m, o, shape, symbol, v)),
    }
}

#[inline(never)]
fn instance_add<M: Meta>(m: &mut M, o: Ref<M, Instance>, shape: u32, symbol: u32, v: Val<M>) {
    let shapes = &mut Vm::from_core(m.core()).shapes;
    if let Some(place) = shapes.lookup(shape, DICT) {
        let dict = load(m, o, place);
        let symbol = m.val(Value::symbol(symbol));
        m.call(&ATTRIBUTE_SET, [dict, symbol, v]);
        return;
    }
    let next = shapes.add(shape, symbol);
    match shapes.lookup(next, symbol).expect("just added") {
        Place::Inline(i) => m.set_item_at(o, Instance::SLOTS, i, v),
        Place::Overflow(i) => {
            let overflow = grown_overflow(m, o, i);
            m.set_item_at(overflow, Array::ITEMS, i, v);
        }
    }
    m.set_shape(o, next);
}

/// The overflow array with room for item `i`, the first that is not in use.
fn grown_overflow<M: Meta>(m: &mut M, o: Ref<M, Instance>, i: u16) -> Ref<M, Array> {
    if overflow_room(i) > i {
        let overflow = m.get(o, Instance::OVERFLOW);
        return m.cast::<Array>(overflow);
    }
    let grown = m.alloc_sized::<Array>(0, overflow_room(i + 1));
    if i > 0 {
        let old = m.get(o, Instance::OVERFLOW);
        let old = m.cast::<Array>(old);
        for k in 0..i {
            let item = m.item_at(old, Array::ITEMS, k);
            m.set_item_at(grown, Array::ITEMS, k, item);
        }
    }
    m.set(o, Instance::OVERFLOW, grown.val());
    grown
}

// ------------------------------------------------------ instances, for natives

impl Vm {
    /// A fresh instance of `class` without attributes.
    pub fn new_instance(&mut self, class: ClassId) -> Obj<Instance> {
        let (shape, inline) = self.shapes.root(class);
        self.alloc_sized::<Instance>(shape, inline as usize)
    }

    pub fn instance_get(&mut self, o: Obj<Instance>, symbol: u32) -> Option<Value> {
        match self.shapes.lookup(o.shape(), symbol) {
            Some(place) => Some(fetch(o, place)),
            None => {
                let dict = self.attribute_dict(o)?;
                let key = self.symbol_text(symbol);
                attribute(self, dict, key)
            }
        }
    }

    pub fn instance_set(&mut self, o: Obj<Instance>, symbol: u32, v: Value) {
        if let Some(place) = self.shapes.lookup(o.shape(), symbol) {
            return self.store(o, place, v);
        }
        match self.attribute_dict(o) {
            Some(dict) => {
                let key = self.symbol_text(symbol);
                set_attribute(self, dict, key, v);
            }
            None => self.add_slot(o, symbol, v),
        }
    }

    /// Adds a slot behind the others.
    fn add_slot(&mut self, o: Obj<Instance>, symbol: u32, v: Value) {
        let next = self.shapes.add(o.shape(), symbol);
        let place = self.shapes.lookup(next, symbol).expect("just added");
        if let Place::Overflow(i) = place
            && overflow_room(i) == i
        {
            let grown = self.alloc_counted::<Array>(0, overflow_room(i + 1) as usize);
            for k in 0..i as usize {
                grown.init_item(Array::ITEMS, k, overflow(o).item(Array::ITEMS, k));
            }
            o.set(self, Instance::OVERFLOW, grown.value());
        }
        self.store(o, place, v);
        o.set_shape(next);
    }

    /// The dict that has the attributes, if the instance keeps one.
    fn attribute_dict(&mut self, o: Obj<Instance>) -> Option<Value> {
        let place = self.shapes.lookup(o.shape(), DICT)?;
        Some(fetch(o, place))
    }

    /// The attributes as a dict, which the instance uses from now on. Those that `in_slot` names
    /// keep their slots and are not in it.
    pub fn instance_dict(&mut self, o: Obj<Instance>, in_slot: &dyn Fn(u32) -> bool) -> Value {
        if let Some(dict) = self.attribute_dict(o) {
            return dict;
        }
        let dict = self.dict().value();
        let mut kept = Vec::new();
        for (symbol, v) in self.instance_attributes(o) {
            if in_slot(symbol) {
                kept.push((symbol, v));
            } else {
                let key = self.symbol_text(symbol);
                set_attribute(self, dict, key, v);
            }
        }
        let bare = self.shapes.bare(o.shape());
        o.set_shape(bare);
        self.add_slot(o, DICT, dict);
        for (symbol, v) in kept {
            self.add_slot(o, symbol, v);
        }
        dict
    }

    /// Makes `dict` the instance's attributes.
    pub fn instance_set_dict(
        &mut self,
        o: Obj<Instance>,
        dict: Obj<Dict>,
        in_slot: &dyn Fn(u32) -> bool,
    ) {
        self.instance_dict(o, in_slot);
        let place = self.shapes.lookup(o.shape(), DICT).expect("just made");
        self.store(o, place, dict.value());
    }

    fn store(&mut self, o: Obj<Instance>, place: Place, v: Value) {
        match place {
            Place::Inline(i) => o.set_item(self, Instance::SLOTS, i as usize, v),
            Place::Overflow(i) => overflow(o).set_item(self, Array::ITEMS, i as usize, v),
        }
    }

    /// Deletes an attribute; false if the instance has none of that name.
    pub fn instance_delete(&mut self, o: Obj<Instance>, symbol: u32) -> bool {
        let shape = o.shape();
        if self.shapes.lookup(shape, symbol).is_none() {
            let Some(dict) = self.attribute_dict(o) else {
                return false;
            };
            let key = self.symbol_text(symbol);
            let deleted = self.dict_delete(Obj::cast(dict), key);
            return deleted.is_ok_and(|d| d.done().flatten().is_some());
        }
        let slots = self.shapes.slots(shape).into_iter();
        let kept: Vec<(u32, Value)> = slots
            .filter(|s| *s != symbol)
            .map(|s| {
                let place = self.shapes.lookup(shape, s).expect("slot of the shape");
                (s, fetch(o, place))
            })
            .collect();
        let next = self.shapes.remove(shape, symbol);
        o.set_shape(next);
        for (symbol, v) in kept {
            let place = self.shapes.lookup(next, symbol).expect("kept attribute");
            self.store(o, place, v);
        }
        true
    }

    /// The instance's attributes in the order in which they were added.
    pub fn instance_attributes(&mut self, o: Obj<Instance>) -> Vec<(u32, Value)> {
        let symbols = self.shapes.attributes(o.shape());
        let value = |vm: &mut Vm, s| vm.instance_get(o, s).expect("attribute of the shape");
        let mut all: Vec<_> = symbols.into_iter().map(|s| (s, value(self, s))).collect();
        if let Some(dict) = self.attribute_dict(o) {
            let table = Table::of(dict);
            for entry in table.live() {
                if let Some(name) = Obj::<Str>::of(table.key(entry)) {
                    all.push((self.symbol_of(name), table.value(entry)));
                }
            }
        }
        all
    }

    /// Makes `o` an instance of another class; both must agree on having a payload.
    pub fn instance_set_class(&mut self, o: Obj<Instance>, class: ClassId) {
        let next = self.shapes.with_class(o.shape(), class);
        o.set_shape(next);
    }
}

fn fetch(o: Obj<Instance>, place: Place) -> Value {
    match place {
        Place::Inline(i) => o.item(Instance::SLOTS, i as usize),
        Place::Overflow(i) => overflow(o).item(Array::ITEMS, i as usize),
    }
}

fn overflow(o: Obj<Instance>) -> Obj<Array> {
    Obj::cast(o.get(Instance::OVERFLOW))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vm;

    #[test]
    fn attributes_survive_growth_into_overflow() {
        let vm = &mut *vm();
        let class = vm.shapes.new_class(Value::NONE, 2, false);
        let o = vm.new_instance(class);
        for i in 0..50 {
            vm.instance_set(o, i, Value::small(i as i64 * 10));
            for k in 0..=i {
                assert_eq!(vm.instance_get(o, k), Some(Value::small(k as i64 * 10)));
            }
        }
        assert_eq!(vm.instance_get(o, 99), None);
        // A later instance is expected to be as large.
        let p = vm.new_instance(class);
        assert!(vm.shapes.inline_slots(p.shape()) >= 32);
    }

    #[test]
    fn objects_used_as_dictionaries_stay_affordable() {
        let vm = &mut *vm();
        let class = vm.shapes.new_class(Value::NONE, 0, false);
        let o = vm.new_instance(class);
        for i in 0..3000 {
            vm.instance_set(o, i, Value::small(i as i64));
        }
        for i in (0..3000).rev() {
            assert_eq!(vm.instance_get(o, i), Some(Value::small(i as i64)));
        }
        let other = vm.shapes.new_class(Value::NONE, 0, false);
        vm.instance_set_class(o, other);
        assert_eq!(vm.instance_get(o, 1234), Some(Value::small(1234)));
        assert_eq!(vm.shapes.class_of(o.shape()), other);
    }

    #[test]
    fn equal_histories_share_a_shape() {
        let vm = &mut *vm();
        let class = vm.shapes.new_class(Value::NONE, 4, false);
        let (a, b) = (vm.new_instance(class), vm.new_instance(class));
        for o in [a, b] {
            vm.instance_set(o, 7, Value::TRUE);
            vm.instance_set(o, 8, Value::FALSE);
        }
        assert_eq!(a.shape(), b.shape());
        assert!(vm.instance_delete(a, 7));
        assert!(!vm.instance_delete(a, 7));
        assert_eq!(vm.instance_attributes(a), vec![(8, Value::FALSE)]);
        assert_ne!(a.shape(), b.shape());
        assert_eq!(vm.shapes.class_of(a.shape()), class);
    }
}
