//! The interrupt signal as a bit of the poll word.
//!
//! A signal belongs to the process, an engine does not: at most one engine at a
//! time is told. The handler does nothing but set the bit, which every merge
//! point, compiled or not, looks at.

use crate::engine::Vm;
use metatrace::vm::POLL_INTERRUPT;
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};

/// The poll word of the engine that is told, or null.
static POLL: AtomicPtr<u64> = AtomicPtr::new(std::ptr::null_mut());
static REGISTER: Once = Once::new();

/// Exit status of a program that an interrupt ended: 130 as a byte, and more than a program can
/// ask for itself. The command then dies of the signal, so that its parent sees one.
pub const INTERRUPTED: i32 = 0x100 | 130;

/// Ends the process as the signal would have without a handler.
pub fn die() {
    // If the signal cannot be raised the caller goes on to its exit status.
    let _ = signal_hook::low_level::emulate_default_handler(signal_hook::consts::SIGINT);
}

/// While it lives, the interrupt signal reaches the engine it was made for.
/// Must be dropped before the engine.
#[derive(Debug)]
pub struct Interrupts(());

impl Vm {
    /// Lets the interrupt signal raise an exception at the next merge point. A second signal
    /// before that ends the process: a native may be busy for long.
    pub fn catch_interrupts(&mut self) -> Interrupts {
        POLL.store(&raw mut self.core_mut().poll, Ordering::SeqCst);
        REGISTER.call_once(|| {
            // SAFETY: the handler only uses atomics and `_exit`, which signal handlers may.
            let registered =
                unsafe { signal_hook::low_level::register(signal_hook::consts::SIGINT, on_signal) };
            // It fails only where the signal cannot be caught; then nothing arrives.
            drop(registered);
        });
        Interrupts(())
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        POLL.store(std::ptr::null_mut(), Ordering::SeqCst);
    }
}

fn on_signal() {
    let poll = POLL.load(Ordering::SeqCst);
    if poll.is_null() {
        signal_hook::low_level::exit(130);
    }
    // SAFETY: the engine outlives its `Interrupts`, so the word is there; machine
    // code and Rust read and write it as one aligned word.
    let before = unsafe { AtomicU64::from_ptr(poll) }.fetch_or(POLL_INTERRUPT, Ordering::SeqCst);
    if before & POLL_INTERRUPT != 0 {
        signal_hook::low_level::exit(130);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vm;

    #[test]
    fn a_signal_raises_the_poll_bit() {
        let mut vm = vm();
        let interrupts = vm.catch_interrupts();
        signal_hook::low_level::raise(signal_hook::consts::SIGINT).expect("raised");
        assert!(vm.core().poll & POLL_INTERRUPT != 0);
        drop(interrupts);
    }
}
