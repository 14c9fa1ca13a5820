//! The tables that machine code jumps through: one slot per exit, label, entry.
//!
//! Slots never move, so that their addresses are constants of machine code.

use super::exits::{EXIT_ENTER, EXIT_LABEL, Stubs};
use crate::backend::link::Key;
use crate::ir::TraceId;
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a slot leads. Atomic only because machine code reads it behind the
/// compiler's back.
#[repr(C)]
#[derive(Default)]
pub(super) struct Slot {
    code: AtomicU64,
    selector: AtomicU64,
}

/// Offsets in a [`Slot`].
pub(super) const SLOT_CODE: i32 = 0;
pub(super) const SLOT_SELECTOR: i32 = 8;

const CHUNK: usize = 256;

/// Slots by id, made when first asked for.
struct Table {
    chunks: Vec<Box<[Slot]>>,
    /// Code and kind bits of slots that lead nowhere.
    stub: u64,
    kind: u64,
}

impl Table {
    fn new(stub: u64, kind: u64) -> Table {
        Table {
            chunks: Vec::new(),
            stub,
            kind,
        }
    }

    fn slot(&mut self, id: u32) -> &Slot {
        let (chunk, index) = (id as usize / CHUNK, id as usize % CHUNK);
        while self.chunks.len() <= chunk {
            let first = (self.chunks.len() * CHUNK) as u64;
            let default = |i: usize| Slot {
                code: AtomicU64::new(self.stub),
                selector: AtomicU64::new(self.kind | (first + i as u64)),
            };
            self.chunks.push((0..CHUNK).map(default).collect());
        }
        &self.chunks[chunk][index]
    }

    fn set(&mut self, id: u32, code: u64, selector: u64) {
        let slot = self.slot(id);
        slot.code.store(code, Ordering::Relaxed);
        slot.selector.store(selector, Ordering::Relaxed);
    }

    fn reset(&mut self, id: u32) {
        self.set(id, self.stub, self.kind | u64::from(id));
    }
}

pub(super) struct Slots {
    exits: Table,
    labels: Table,
    entries: Table,
}

impl Slots {
    pub fn new(stubs: &Stubs) -> Slots {
        Slots {
            exits: Table::new(stubs.leave, 0),
            labels: Table::new(stubs.leave, EXIT_LABEL),
            entries: Table::new(stubs.leave, EXIT_ENTER),
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

    pub fn set(&mut self, key: Key, code: u64, selector: u64) {
        let (table, id) = self.table(key);
        table.set(id, code, selector);
    }

    pub fn reset(&mut self, key: Key) {
        let (table, id) = self.table(key);
        table.reset(id);
    }

    /// Code and selector of an entry.
    ///
    /// Panics when the trace never had code.
    pub fn entry(&self, trace: TraceId) -> (u64, u64) {
        let (chunk, index) = (trace.index() / CHUNK, trace.index() % CHUNK);
        let slot = &self.entries.chunks[chunk][index];
        (
            slot.code.load(Ordering::Relaxed),
            slot.selector.load(Ordering::Relaxed),
        )
    }
}
