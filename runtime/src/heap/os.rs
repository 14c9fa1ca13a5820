//! The few requests the heap makes of the operating system: address ranges.
//!
//! Failure is a value here; the callers decide whether it is a guest's
//! out-of-memory or the end of the process.

use libc::{
    MAP_ANONYMOUS, MAP_FAILED, MAP_NORESERVE, MAP_PRIVATE, PROT_NONE, PROT_READ, PROT_WRITE,
};

/// Granularity of everything below; true on every platform we build for, or a multiple of it.
pub const PAGE_BYTES: usize = 4096;

pub const fn round_up(bytes: usize, unit: usize) -> usize {
    bytes.div_ceil(unit) * unit
}

fn mmap(bytes: usize, protection: i32) -> Option<usize> {
    // SAFETY: an anonymous mapping at an address of the kernel's choice touches no existing memory.
    let at = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            bytes,
            protection,
            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
            -1,
            0,
        )
    };
    (at != MAP_FAILED).then_some(at as usize)
}

/// Address space without memory behind it; `commit` makes parts usable.
pub fn reserve(bytes: usize) -> Option<usize> {
    mmap(bytes, PROT_NONE)
}

/// Makes reserved pages readable and writable (zero-filled at first touch).
pub fn commit(at: usize, bytes: usize) -> bool {
    // SAFETY: callers pass parts of ranges they reserved and own.
    unsafe { libc::mprotect(at as *mut _, bytes, PROT_READ | PROT_WRITE) == 0 }
}

/// Gives the memory behind whole pages back; they read as zero afterwards.
pub fn decommit(at: usize, bytes: usize) {
    debug_assert!(at.is_multiple_of(PAGE_BYTES));
    // SAFETY: callers pass pages they own and whose contents they no longer need.
    unsafe { libc::madvise(at as *mut _, bytes, libc::MADV_DONTNEED) };
}

/// Asks for large pages behind a range, where the system has them: fewer faults
/// and fewer misses of the address cache, for memory that will all be used.
pub fn prefer_large_pages(at: usize, bytes: usize) {
    #[cfg(target_os = "linux")]
    // SAFETY: advice on pages that callers own; contents are not affected.
    unsafe {
        libc::madvise(at as *mut _, bytes, libc::MADV_HUGEPAGE)
    };
    #[cfg(not(target_os = "linux"))]
    let _ = (at, bytes);
}

/// Fresh zeroed pages.
pub fn map(bytes: usize) -> Option<usize> {
    mmap(bytes, PROT_READ | PROT_WRITE)
}

/// Fresh zeroed pages at a multiple of `align`.
pub fn map_aligned(bytes: usize, align: usize) -> Option<usize> {
    let whole = mmap(bytes + align, PROT_READ | PROT_WRITE)?;
    let at = round_up(whole, align);
    if at > whole {
        unmap(whole, at - whole);
    }
    let end = whole + bytes + align;
    if end > at + bytes {
        unmap(at + bytes, end - at - bytes);
    }
    Some(at)
}

/// Removes a mapping.
pub fn unmap(at: usize, bytes: usize) {
    // SAFETY: callers pass whole pages they mapped and that nothing refers to any more.
    unsafe { libc::munmap(at as *mut _, bytes) };
}

/// Memory that this process may use: the machine's, less what limits on address space, data or a
/// control group forbid.
pub fn memory() -> usize {
    let mut bytes = usize::MAX;
    // SAFETY: asks for two numbers.
    let (pages, page) = unsafe {
        (
            libc::sysconf(libc::_SC_PHYS_PAGES),
            libc::sysconf(libc::_SC_PAGESIZE),
        )
    };
    if pages > 0 && page > 0 {
        bytes = bytes.min((pages as usize).saturating_mul(page as usize));
    }
    for file in [
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ] {
        let text = std::fs::read_to_string(file).unwrap_or_default();
        bytes = bytes.min(text.trim().parse().unwrap_or(usize::MAX));
    }
    bytes
        .min(limit_of(libc::RLIMIT_AS))
        .min(limit_of(libc::RLIMIT_DATA))
}

/// Limit on the address space of this process.
pub fn address_space() -> usize {
    limit_of(libc::RLIMIT_AS)
}

#[cfg(target_os = "linux")]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(target_os = "linux"))]
type Resource = libc::c_int;

fn limit_of(resource: Resource) -> usize {
    let mut limit = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: fills the record.
    let known = unsafe { libc::getrlimit(resource, &mut limit) } == 0;
    if known && limit.rlim_cur != libc::RLIM_INFINITY {
        limit.rlim_cur as usize
    } else {
        usize::MAX
    }
}

/// Waits until a descriptor has something to read (or is at its end); false if it still has not.
pub fn wait_readable(descriptor: i32, wait: std::time::Duration) -> bool {
    let mut poll = libc::pollfd {
        fd: descriptor,
        events: libc::POLLIN,
        revents: 0,
    };
    // SAFETY: one record, which lives during the call.
    let found = unsafe { libc::poll(&mut poll, 1, wait.as_millis() as i32) };
    let interrupted = std::io::Error::last_os_error().kind() == std::io::ErrorKind::Interrupted;
    found > 0 || found < 0 && !interrupted
}

/// Ends the process when there is no memory even for what limits allow, or outside the heap. What
/// a program can bring about on purpose is refused earlier, with an exception.
pub fn out_of_memory() -> ! {
    use std::io::Write;
    // Standard error is not buffered: nothing is allocated.
    let _ = std::io::stderr().write_all(b"MemoryError: out of memory\n");
    signal_hook::low_level::exit(1)
}

/// Nanoseconds on the processor so far, of this thread or of the whole process; `None` where the
/// system does not tell.
pub fn cpu_nanos(whole_process: bool) -> Option<u64> {
    let clock = match whole_process {
        true => libc::CLOCK_PROCESS_CPUTIME_ID,
        false => libc::CLOCK_THREAD_CPUTIME_ID,
    };
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid place for the answer.
    let done = unsafe { libc::clock_gettime(clock, &mut time) };
    (done == 0).then(|| time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligned_mappings_are_aligned_and_zeroed() {
        let at = map_aligned(1 << 20, 1 << 20).unwrap();
        assert_eq!(at % (1 << 20), 0);
        // SAFETY: freshly mapped above.
        assert_eq!(unsafe { *(at as *const u64) }, 0);
        unmap(at, 1 << 20);
    }

    #[test]
    fn reserved_ranges_become_usable_in_steps() {
        let at = reserve(1 << 30).unwrap();
        assert!(commit(at, PAGE_BYTES));
        // SAFETY: the first page was committed.
        unsafe { *(at as *mut u64) = 7 };
        decommit(at, PAGE_BYTES);
        // SAFETY: still mapped; its memory was given back, so that it reads as zero.
        assert_eq!(unsafe { *(at as *const u64) }, 0);
        unmap(at, 1 << 30);
    }
}
