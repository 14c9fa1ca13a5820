//! What depends on whether objects live: weak references, finalisers,
//! identity numbers, and logic variables that may be skipped.
//!
//! After tracing, in this order: weak references to dead objects become nil;
//! dead objects with finalisers are brought back and queued (the runtime runs
//! the queue at a merge point); then the lists below learn new addresses and
//! forget the dead. Weak references to what only a finaliser will see are
//! therefore cleared before it runs.
//!
//! Identity: an old object never moves, so its address is its number. A young
//! object that is asked gets a number from a counter, kept in a side table
//! that follows its moves (`FLAG_HAS_HASH`); the two kinds differ in bit 2.

use super::{Heap, RootSource, mem};
use hashbrown::HashMap;
use metatrace::layout::{FLAG_FINALISER, FLAG_FORWARDED, FLAG_HAS_HASH, FLAG_PINNED, LayoutType};
use metatrace::layouts;
use metatrace::value::Value;
use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

layouts! {
    /// A weak reference; the target is hidden from tracing.
    pub WeakRef = 7, "weak_ref" {
        TARGET "target": Raw Mutable,
    }
}

/// A table outside the heap whose entries vanish with their objects.
pub trait WeakSource {
    /// Called after each collection. `current` tells where an object is now;
    /// `None` when it died and its entry must go.
    fn sweep(&mut self, current: &mut dyn FnMut(Value) -> Option<Value>);
}

/// Lists of a heap; those named young concern young objects.
#[derive(Default)]
pub(super) struct Weak {
    young_refs: Vec<usize>,
    old_refs: Vec<usize>,
    young_finalisers: Vec<usize>,
    old_finalisers: Vec<usize>,
    /// Dead objects whose finalisers are to run.
    pub queue: VecDeque<Value>,
    young_ids: HashMap<usize, u64>,
    old_ids: HashMap<usize, u64>,
    ids: u64,
    tables: Vec<Rc<RefCell<dyn WeakSource>>>,
    /// Variables flagged for the collection in progress.
    pinned: Vec<usize>,
}

impl Heap {
    /// A fresh weak reference to `target`.
    pub fn weak_ref(&mut self, target: Value) -> Value {
        let weak = self.alloc::<WeakRef>(0);
        mem::set_word(weak.addr(), 1, target.0);
        if target.is_heap() {
            self.weak.young_refs.push(weak.addr());
        }
        weak
    }

    /// What a weak reference refers to; `Value::NIL` when that died.
    pub fn weak_target(&self, weak: Value) -> Value {
        Value(super::access::get(weak, WeakRef::TARGET))
    }

    /// Registers a table to be told of deaths and moves.
    pub fn add_weak_table(&mut self, table: Rc<RefCell<dyn WeakSource>>) {
        self.weak.tables.push(table);
    }

    /// Asks for `object` to be queued when it dies, once.
    pub fn add_finaliser(&mut self, object: Value) {
        let addr = object.addr();
        let header = mem::header(addr);
        if header & FLAG_FINALISER != 0 {
            return;
        }
        mem::set_header(addr, header | FLAG_FINALISER);
        if self.nursery.is_young(addr) {
            self.weak.young_finalisers.push(addr);
        } else {
            self.weak.old_finalisers.push(addr);
        }
    }

    pub fn has_finalisers(&self) -> bool {
        !self.weak.queue.is_empty()
    }

    /// The next dead object whose finaliser is to run now.
    pub fn next_finaliser(&mut self) -> Option<Value> {
        self.weak.queue.pop_front()
    }

    /// A number that no other live object has and that stays the same; fits a fixnum.
    pub fn identity(&mut self, object: Value) -> i64 {
        let addr = object.addr();
        let header = mem::header(addr);
        let young = self.nursery.is_young(addr);
        if header & FLAG_HAS_HASH != 0 {
            let ids = if young {
                &self.weak.young_ids
            } else {
                &self.weak.old_ids
            };
            return ids[&addr] as i64;
        }
        if !young {
            return addr as i64;
        }
        self.weak.ids += 1;
        let id = self.weak.ids << 3 | 4;
        mem::set_header(addr, header | FLAG_HAS_HASH);
        self.weak.young_ids.insert(addr, id);
        id as i64
    }

    /// Lets the collector replace references to bound logic variables by what
    /// they are bound to. Only for engines all of whose root sources report the
    /// variables that backtracking may unbind ([`RootSource::visit_trailed`]).
    pub fn enable_shortcuts(&mut self) {
        self.shortcuts = true;
    }

    /// Where a young or old object is now, during a minor collection.
    fn current(&self, addr: usize) -> Option<usize> {
        if !self.nursery.is_moving(addr) {
            return Some(addr);
        }
        let header = mem::header(addr);
        (header & FLAG_FORWARDED != 0).then_some((header & !FLAG_FORWARDED) as usize)
    }

    /// The minor collection's part, after tracing.
    pub(super) fn weak_after_minor(&mut self) {
        let refs = std::mem::take(&mut self.weak.young_refs);
        for &holder in &refs {
            let holder = self.current(holder).unwrap_or(holder);
            let target = Value(mem::word(holder, 1));
            if target.is_heap() {
                let now = self.current(target.addr()).map_or(Value::NIL, Value::heap);
                mem::set_word(holder, 1, now.0);
            }
        }
        self.finalise_young();
        for holder in refs {
            if let Some(holder) = self.current(holder) {
                let target = Value(mem::word(holder, 1));
                if self.nursery.is_young(holder)
                    || target.is_heap() && self.nursery.is_young(target.addr())
                {
                    self.weak.young_refs.push(holder);
                } else if target.is_heap() {
                    self.weak.old_refs.push(holder);
                }
            }
        }
        let ids: Vec<(usize, u64)> = self.weak.young_ids.drain().collect();
        for (addr, id) in ids {
            if let Some(addr) = self.current(addr) {
                let young = self.nursery.is_young(addr);
                let weak = &mut self.weak;
                let ids = if young {
                    &mut weak.young_ids
                } else {
                    &mut weak.old_ids
                };
                ids.insert(addr, id);
            }
        }
        for table in self.weak.tables.clone() {
            table.borrow_mut().sweep(&mut |value| {
                if value.is_heap() {
                    self.current(value.addr()).map(Value::heap)
                } else {
                    Some(value)
                }
            });
        }
    }

    fn finalise_young(&mut self) {
        for addr in std::mem::take(&mut self.weak.young_finalisers) {
            match self.current(addr) {
                Some(now) if self.nursery.is_young(now) => self.weak.young_finalisers.push(now),
                Some(now) => self.weak.old_finalisers.push(now),
                None => {
                    let saved = self.forward_root(Value::heap(addr));
                    clear_flag(saved.addr(), FLAG_FINALISER);
                    self.weak.queue.push_back(saved);
                }
            }
        }
        self.drain();
    }

    /// The full collection's part, after marking: nothing is young any more.
    pub(super) fn weak_after_marking(&mut self) {
        let refs = std::mem::take(&mut self.weak.old_refs);
        for &holder in &refs {
            let target = Value(mem::word(holder, 1));
            if target.is_heap() && !self.is_marked(target.addr()) {
                mem::set_word(holder, 1, Value::NIL.0);
            }
        }
        for addr in std::mem::take(&mut self.weak.old_finalisers) {
            if self.is_marked(addr) {
                self.weak.old_finalisers.push(addr);
            } else {
                clear_flag(addr, FLAG_FINALISER);
                self.mark_root(Value::heap(addr));
                self.weak.queue.push_back(Value::heap(addr));
            }
        }
        self.mark_drain();
        for holder in refs {
            if self.is_marked(holder) && Value(mem::word(holder, 1)).is_heap() {
                self.weak.old_refs.push(holder);
            }
        }
        let mut ids = std::mem::take(&mut self.weak.old_ids);
        ids.retain(|&addr, _| self.is_marked(addr));
        self.weak.old_ids = ids;
        for table in self.weak.tables.clone() {
            table.borrow_mut().sweep(&mut |value| {
                (!value.is_heap() || self.is_marked(value.addr())).then_some(value)
            });
        }
    }

    /// Flags the variables that must stay where they are referred to.
    pub(super) fn pin_trailed(&mut self, roots: &mut dyn RootSource) {
        if !self.shortcuts {
            return;
        }
        let mut pinned = std::mem::take(&mut self.weak.pinned);
        let mut pin = |value: Value| {
            if value.is_heap() {
                let header = mem::header(value.addr());
                mem::set_header(value.addr(), header | FLAG_PINNED);
                pinned.push(value.addr());
            }
        };
        self.roots.visit_trailed(&mut pin);
        roots.visit_trailed(&mut pin);
        self.weak.pinned = pinned;
    }

    /// Removes those flags at the end of a collection.
    pub(super) fn unpin(&mut self) {
        let mut pinned = std::mem::take(&mut self.weak.pinned);
        for addr in pinned.drain(..) {
            if let Some(addr) = self.current(addr) {
                clear_flag(addr, FLAG_PINNED);
            }
        }
        self.weak.pinned = pinned;
    }

    /// The end of a chain of bound variables.
    pub(super) fn follow(&self, mut value: Value) -> Value {
        while value.is_heap() {
            let addr = value.addr();
            let header = mem::header(addr);
            if header & FLAG_FORWARDED != 0
                || !self.scan[mem::layout_of(header) as usize].transparent
                || !self.is_bound(addr, header)
            {
                break;
            }
            value = Value(mem::word(addr, 1));
        }
        value
    }
}

fn clear_flag(addr: usize, flag: u64) {
    mem::set_header(addr, mem::header(addr) & !flag);
}

/// Layouts of this module, to be registered by every heap.
pub(super) const LAYOUTS: &[&metatrace::Layout] = &[WeakRef::LAYOUT];
