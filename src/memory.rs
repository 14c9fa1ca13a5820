//! Memory outside the guest's heap, when the system has none left.
//!
//! Rust ends a process that cannot allocate with an abort. Natives ask limits before they
//! allocate what a program controls the size of; for the rest, the end is at least orderly.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, except that it never fails: it ends the process.
pub struct OrDie;

fn checked(at: *mut u8) -> *mut u8 {
    if at.is_null() {
        runtime::heap::out_of_memory();
    }
    at
}

// SAFETY: every call is handed to the system's allocator as it is.
unsafe impl GlobalAlloc for OrDie {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        checked(unsafe { System.alloc(layout) })
    }
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as for `alloc`.
        checked(unsafe { System.alloc_zeroed(layout) })
    }
    unsafe fn dealloc(&self, at: *mut u8, layout: Layout) {
        // SAFETY: as for `alloc`.
        unsafe { System.dealloc(at, layout) }
    }
    unsafe fn realloc(&self, at: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as for `alloc`.
        checked(unsafe { System.realloc(at, layout, size) })
    }
}
