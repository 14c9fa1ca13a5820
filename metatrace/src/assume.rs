//! Assumptions that traces rely on, and their invalidation.
//!
//! Quasi-immutable state (a global that was never reassigned, a class without
//! new attributes, a predicate that has not changed) carries an [`Assumption`].
//! Interpreters read the state green and call [`Meta::assume`](crate::Meta::assume);
//! whoever changes the state calls [`Assumption::invalidate`], which makes the
//! traces that relied on it leave at their next check and never be entered again.

use crate::run::mem;
use crate::vm::{POLL_INVALIDATED, VmCore};
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

/// Set once a trace must not be used any more.
#[derive(Debug)]
pub struct Validity {
    invalid: Cell<u64>,
    core: *mut VmCore,
}

impl Validity {
    /// The validity of a trace that runs on `core`, whose poll word is raised on invalidation.
    pub fn new(core: *mut VmCore) -> Validity {
        Validity {
            invalid: Cell::new(0),
            core,
        }
    }

    pub fn is_valid(&self) -> bool {
        self.invalid.get() == 0
    }
    pub fn invalidate(&self) {
        self.invalid.set(1);
        mem::raise_poll(self.core, POLL_INVALIDATED);
    }
    /// Address of the word that machine code tests (non-zero: invalid).
    pub fn address(&self) -> *const u64 {
        self.invalid.as_ptr()
    }
}

#[derive(Debug, Default)]
struct State {
    dependents: RefCell<Vec<Weak<Validity>>>,
}

/// A fact that holds until `invalidate`; then a new fact begins.
#[derive(Clone, Debug, Default)]
pub struct Assumption(Rc<State>);

impl Assumption {
    /// Makes `validity` depend on this assumption.
    pub fn register(&self, validity: &Rc<Validity>) {
        let mut dependents = self.0.dependents.borrow_mut();
        dependents.retain(|d| d.strong_count() > 0);
        dependents.push(Rc::downgrade(validity));
    }

    /// The same assumption?
    pub fn is(&self, other: &Assumption) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The fact no longer holds: every dependent trace is invalid. Cheap when nothing depends on it.
    pub fn invalidate(&self) {
        for dependent in self.0.dependents.borrow_mut().drain(..) {
            if let Some(validity) = dependent.upgrade() {
                validity.invalidate();
            }
        }
    }

    /// Is anything relying on this?
    pub fn is_relied_on(&self) -> bool {
        self.0
            .dependents
            .borrow()
            .iter()
            .any(|d| d.strong_count() > 0)
    }
}
