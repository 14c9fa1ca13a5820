//! What an engine's parts refer to for as long as it lives: codes, classes, predicates.

use std::cell::RefCell;
use std::rc::Rc;

/// Something kept, and how to free it.
struct Owned {
    at: *mut (),
    free: fn(*mut ()),
}

/// Keeps things for the engine that it belongs to; copies keep them in the same place.
#[derive(Clone, Default)]
pub struct Kept(Rc<RefCell<Vec<Owned>>>);

impl Kept {
    /// Keeps `thing` until the engine is dropped. Whoever has the reference is a part of the engine: no
    /// step loop, trace or native runs when it is gone.
    pub fn keep<T: 'static>(&self, thing: T) -> &'static T {
        let at = Box::into_raw(Box::new(thing));
        let free = |at: *mut ()| {
            // SAFETY: `at` came from `Box::into_raw` of this type, and each is freed once: by `Keeper`.
            drop(unsafe { Box::from_raw(at.cast::<T>()) });
        };
        self.0.borrow_mut().push(Owned {
            at: at.cast(),
            free,
        });
        // SAFETY: the box is freed with the engine only, whose parts hold the reference.
        unsafe { &*at }
    }
}

/// The engine's own handle, dropped after everything else in it.
#[derive(Default)]
pub struct Keeper(Kept);

impl Keeper {
    /// For parts that keep things themselves.
    pub fn handle(&self) -> Kept {
        self.0.clone()
    }

    /// See [`Kept::keep`].
    pub fn keep<T: 'static>(&self, thing: T) -> &'static T {
        self.0.keep(thing)
    }
}

impl Drop for Keeper {
    fn drop(&mut self) {
        // The newest first; freeing one keeps nothing new.
        let mut owned = std::mem::take(&mut *self.0.0.borrow_mut());
        while let Some(Owned { at, free }) = owned.pop() {
            free(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_are_freed_once_with_their_keeper() {
        let count = Rc::new(());
        let keeper = Keeper::default();
        let handle = keeper.handle();
        let kept: &Rc<()> = keeper.keep(Rc::clone(&count));
        // A part that keeps things is kept itself.
        handle.keep((Rc::clone(kept), handle.clone()));
        assert_eq!(Rc::strong_count(&count), 3);
        drop(keeper);
        assert_eq!(Rc::strong_count(&count), 1);
    }
}
