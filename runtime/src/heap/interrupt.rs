//! The interrupt signal, and deadlines, as bits of the poll word.
//!
//! A signal belongs to the process, an engine does not: at most one engine at a
//! time is told. The handler does nothing but set the bit, which every merge
//! point, compiled or not, looks at.

use crate::engine::Vm;
use metatrace::vm::{POLL_INTERRUPT, POLL_TIME};
use std::sync::Once;
use std::sync::atomic::{AtomicPtr, AtomicU64, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

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

/// Ends the guest's time after a while, unless it is dropped before. It must not outlive its engine;
/// engines do not move.
#[derive(Debug)]
pub struct Deadline {
    poll: *mut u64,
    /// Dropping it tells the timer to go.
    stop: Option<mpsc::Sender<()>>,
    timer: Option<thread::JoinHandle<()>>,
}

/// The address of a poll word, for the timer.
struct PollWord(*mut u64);

// SAFETY: the timer only uses the word as an atomic, and has ended when `Deadline` is dropped.
unsafe impl Send for PollWord {}

impl PollWord {
    fn raise(&self, bits: u64) {
        // SAFETY: the engine outlives its `Deadline`, which waits for the timer; all users of
        // the word read and write it as one aligned word.
        unsafe { AtomicU64::from_ptr(self.0) }.fetch_or(bits, Ordering::SeqCst);
    }
}

impl Vm {
    /// From `limit` on, every merge point raises an exception, until the result is dropped.
    pub fn start_deadline(&mut self, limit: Duration) -> Deadline {
        let poll = &raw mut self.core_mut().poll;
        let word = PollWord(poll);
        let (stop, stopped) = mpsc::channel::<()>();
        let timer = thread::spawn(move || {
            if stopped.recv_timeout(limit) == Err(RecvTimeoutError::Timeout) {
                word.raise(POLL_TIME);
            }
        });
        Deadline {
            poll,
            stop: Some(stop),
            timer: Some(timer),
        }
    }
}

impl Deadline {
    pub fn has_passed(&self) -> bool {
        // SAFETY: as in `PollWord::raise`.
        let bits = unsafe { AtomicU64::from_ptr(self.poll) }.load(Ordering::SeqCst);
        bits & POLL_TIME != 0
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(timer) = self.timer.take() {
            // It only fails if the timer panicked, which it does not.
            let _ = timer.join();
        }
        // SAFETY: as in `PollWord::raise`.
        unsafe { AtomicU64::from_ptr(self.poll) }.fetch_and(!POLL_TIME, Ordering::SeqCst);
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

    #[test]
    fn a_deadline_raises_the_poll_bit_and_takes_it_back() {
        let mut vm = vm();
        let deadline = vm.start_deadline(Duration::from_millis(1));
        thread::sleep(Duration::from_millis(200));
        assert!(vm.core().poll & POLL_TIME != 0);
        drop(deadline);
        assert!(vm.core().poll & POLL_TIME == 0);
        drop(vm.start_deadline(Duration::from_secs(1000)));
        assert!(vm.core().poll & POLL_TIME == 0);
    }
}
