//! The tables that machine code jumps through: one slot per exit, label, entry.
//!
//! Slots never move, so that their addresses are constants of machine code.

use super::exits::{EXIT_ENTER, EXIT_LABEL, Stubs};
use crate::backend::link::Key;
use crate::backend::plan::{Plan, Point};
use crate::backend::{ExitId, Unit, UnitFragment};
use crate::ir::{Descr, Inst, TraceId};
use crate::value::Value;
use hashbrown::HashMap;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a slot leads. Atomic only because machine code reads it behind the
/// compiler's back.
#[repr(C)]
pub(super) struct Slot {
    code: AtomicU64,
    selector: AtomicU64,
    /// Where the quick generator's code jumps to.
    inner: AtomicU64,
    _room: u64,
}

const _: () = assert!(size_of::<Slot>() == 1 << SLOT_SHIFT);

/// Offsets in a [`Slot`].
pub(super) const SLOT_CODE: i32 = 0;
pub(super) const SLOT_SELECTOR: i32 = 8;
pub(super) const SLOT_INNER: i32 = 16;

/// Ids that a table has room for. Untouched room costs address space only.
pub(super) const SLOTS_MAX: usize = 1 << 20;
/// Size of a slot, as a shift.
pub(super) const SLOT_SHIFT: i64 = 5;

/// Slots by id, made when first asked for.
struct Table {
    /// Has its full capacity from the start, so that slots stay where they are.
    slots: Vec<Slot>,
    /// Code and kind bits of slots that lead nowhere.
    stub: Way,
    kind: u64,
}

/// Where code is: for Cranelift's convention, and for the quick generator's own code.
#[derive(Copy, Clone)]
pub(super) struct Way {
    pub code: u64,
    pub inner: u64,
}

impl Table {
    fn new(stub: Way, kind: u64) -> Table {
        Table {
            slots: Vec::with_capacity(SLOTS_MAX),
            stub,
            kind,
        }
    }

    fn slot(&mut self, id: u32) -> &Slot {
        let id = id as usize;
        assert!(id < SLOTS_MAX, "checked before compiling");
        while self.slots.len() <= id {
            self.slots.push(Slot {
                code: AtomicU64::new(self.stub.code),
                selector: AtomicU64::new(self.kind | self.slots.len() as u64),
                inner: AtomicU64::new(self.stub.inner),
                _room: 0,
            });
        }
        &self.slots[id]
    }

    fn set(&mut self, id: u32, way: Way, selector: u64) {
        let slot = self.slot(id);
        slot.code.store(way.code, Ordering::Relaxed);
        slot.inner.store(way.inner, Ordering::Relaxed);
        slot.selector.store(selector, Ordering::Relaxed);
    }

    fn reset(&mut self, id: u32) {
        self.set(id, self.stub, self.kind | u64::from(id));
    }
}

/// Places of an exit's values in the exit buffer.
pub(super) type Layout = Rc<[u16]>;

/// Tokens that a language's `goto`s find, at most.
const BOUND_MAX: usize = 1 << 12;
/// How a token's place in the table is computed: folded, masked, scaled.
pub(super) const BOUND_FOLD: i64 = 26;
pub(super) const BOUND_MASK: i64 = BOUND_MAX as i64 - 1;
pub(super) const BOUND_SHIFT: i64 = 4;

/// A token and the address of the [`Slot`] of the trace that is bound to it.
#[repr(C)]
#[derive(Default)]
struct Bound {
    token: AtomicU64,
    slot: AtomicU64,
}

const _: () = assert!(size_of::<Bound>() == 1 << BOUND_SHIFT);

/// Whether the tables have room for all ids that the unit mentions.
pub(super) fn ids_fit(unit: &Unit, plan: &Plan) -> bool {
    let fits = |id: u32| (id as usize) < SLOTS_MAX;
    let descr = |inst: &Inst| match inst.descr {
        Descr::Trace(trace) => fits(trace.0),
        Descr::Label(label) => fits(label.0),
        _ => true,
    };
    let fragment =
        |f: &UnitFragment| f.exits.iter().all(|e| fits(e.0)) && f.trace.insts.iter().all(descr);
    let point = |p: &Point| match p.key {
        Key::Exit(exit) => fits(exit.0),
        Key::Entry(trace) => fits(trace.0),
        Key::Label(_) => true,
    };
    unit.fragments.iter().all(fragment) && plan.points.iter().all(point)
}

pub(super) struct Slots {
    exits: Table,
    labels: Table,
    entries: Table,
    /// Per exit: where its values are in the exit buffer, unless in order.
    layouts: Vec<Option<Layout>>,
    /// Per language left by a `goto`.
    bound: HashMap<u8, Box<[Bound]>>,
}

impl Slots {
    pub fn new(stubs: &Stubs) -> Slots {
        let leave = Way {
            code: stubs.leave,
            inner: stubs.leave_frame,
        };
        Slots {
            exits: Table::new(leave, 0),
            labels: Table::new(leave, EXIT_LABEL),
            entries: Table::new(leave, EXIT_ENTER),
            layouts: Vec::new(),
            bound: HashMap::new(),
        }
    }

    fn table(&mut self, key: Key) -> (&mut Table, u32) {
        match key {
            Key::Exit(id) => (&mut self.exits, id.0),
            Key::Label(id) => (&mut self.labels, id.0),
            Key::Entry(id) => (&mut self.entries, id.0),
        }
    }

    /// Address of the slot, for machine code.
    pub fn address(&mut self, key: Key) -> u64 {
        let (table, id) = self.table(key);
        std::ptr::from_ref(table.slot(id)) as u64
    }

    pub fn set(&mut self, key: Key, way: Way, selector: u64) {
        let (table, id) = self.table(key);
        table.set(id, way, selector);
    }

    pub fn reset(&mut self, key: Key) {
        let (table, id) = self.table(key);
        table.reset(id);
    }

    fn bound(&mut self, language: u8) -> &[Bound] {
        let empty = || (0..BOUND_MAX).map(|_| Bound::default()).collect();
        self.bound.entry(language).or_insert_with(empty)
    }

    /// Address of the table of tokens that `goto` looks into.
    pub fn bound_table(&mut self, language: u8) -> u64 {
        self.bound(language).as_ptr() as u64
    }

    /// Makes `goto` find a trace.
    pub fn bind(&mut self, language: u8, token: i64, trace: TraceId) {
        let slot = self.address(Key::Entry(trace));
        let word = Value::small(token).0;
        let at = (word ^ word >> BOUND_FOLD) & BOUND_MASK as u64;
        let entry = &self.bound(language)[at as usize];
        entry.token.store(word, Ordering::Relaxed);
        entry.slot.store(slot, Ordering::Relaxed);
    }

    /// Address of the exit table.
    pub fn exit_table(&self) -> u64 {
        self.exits.slots.as_ptr() as u64
    }

    /// To be called when the code that has the exit is made: until then, older code for it may run.
    pub fn set_layout(&mut self, exit: ExitId, layout: Option<Layout>) {
        let id = exit.0 as usize;
        // The slot too: machine code computes its address.
        self.exits.slot(exit.0);
        if self.layouts.len() <= id {
            self.layouts.resize(id + 1, None);
        }
        self.layouts[id] = layout;
    }

    /// Where an exit's values are in the exit buffer, unless in order.
    pub fn layout(&self, exit: ExitId) -> Option<Layout> {
        self.layouts.get(exit.0 as usize).cloned().flatten()
    }

    /// Code and selector of an entry.
    ///
    /// Panics when the trace never had code.
    pub fn entry(&self, trace: TraceId) -> (u64, u64) {
        let slot = &self.entries.slots[trace.index()];
        (
            slot.code.load(Ordering::Relaxed),
            slot.selector.load(Ordering::Relaxed),
        )
    }
}
