//! Executable memory, bounded, and the few raw accesses of the back ends: the
//! one file of the back end with `unsafe`.
//!
//! On Linux the memory is mapped twice, once writable and once executable, so
//! that publishing code costs no system call; elsewhere, or when the system
//! refuses the second mapping, the region is made writable while code is copied.

use crate::value::Value;
use crate::vm::VmCore;
use std::collections::BTreeMap;
use std::ptr;

/// Code starts at multiples of this.
const ALIGN: usize = 32;

/// A block of code memory.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub(super) struct Block {
    offset: usize,
    len: usize,
}

pub(super) struct CodeMemory {
    /// Where code runs.
    exec: *mut u8,
    /// Where code is written; equal to `exec` without a second mapping.
    write: *mut u8,
    size: usize,
    /// Free ranges by offset, never adjacent to one another.
    free: BTreeMap<usize, usize>,
    used: usize,
}

impl CodeMemory {
    /// Reserves `size` bytes of address space; pages are taken as they are used.
    pub fn new(size: usize) -> std::io::Result<CodeMemory> {
        let size = size.next_multiple_of(1 << 16);
        let (exec, write) = match map_twice(size) {
            Some(both) => both,
            None => {
                let at = map(size, libc::PROT_READ | libc::PROT_EXEC, -1)
                    .ok_or_else(std::io::Error::last_os_error)?;
                (at, at)
            }
        };
        Ok(CodeMemory {
            exec,
            write,
            size,
            free: BTreeMap::from([(0, size)]),
            used: 0,
        })
    }

    pub fn used(&self) -> usize {
        self.used
    }

    /// Copies `code` to executable memory; `None` when it does not fit.
    pub fn publish(&mut self, code: &[u8]) -> Option<Block> {
        let len = code.len().next_multiple_of(ALIGN);
        let (&offset, &room) = self.free.iter().find(|(_, room)| **room >= len)?;
        self.free.remove(&offset);
        if room > len {
            self.free.insert(offset + len, room - len);
        }
        self.used += len;
        self.set_writable(true);
        // SAFETY: `offset + code.len()` is inside the region, which the free
        // list gave to this block alone; `set_writable` made it writable.
        unsafe { ptr::copy_nonoverlapping(code.as_ptr(), self.write.add(offset), code.len()) };
        self.set_writable(false);
        // SAFETY: as above; `exec` maps the same pages as `write`.
        unsafe { synchronise(self.write.add(offset), self.exec.add(offset), code.len()) };
        Some(Block { offset, len })
    }

    /// Address where the block's code starts.
    pub fn address(&self, block: Block) -> u64 {
        self.exec as u64 + block.offset as u64
    }

    /// Gives a block back. No code of it may be active.
    pub fn release(&mut self, block: Block) {
        self.used -= block.len;
        let (mut offset, mut len) = (block.offset, block.len);
        if let Some(next) = self.free.remove(&(offset + len)) {
            len += next;
        }
        if let Some((&before, &room)) = self.free.range(..offset).next_back()
            && before + room == offset
        {
            self.free.remove(&before);
            offset = before;
            len += room;
        }
        self.free.insert(offset, len);
    }

    fn set_writable(&mut self, writable: bool) {
        if self.write != self.exec {
            return;
        }
        let access = if writable {
            libc::PROT_READ | libc::PROT_WRITE
        } else {
            libc::PROT_READ | libc::PROT_EXEC
        };
        // SAFETY: the region was mapped by `new` with this size. Code of it that is
        // active on the native stack does not run before access is restored.
        let result = unsafe { libc::mprotect(self.exec.cast(), self.size, access) };
        assert_eq!(result, 0, "mprotect of code memory failed");
    }
}

impl Drop for CodeMemory {
    fn drop(&mut self) {
        // SAFETY: both mappings were made by `new` with this size; the back end
        // that owns them is gone, so no code of them can be active.
        unsafe {
            libc::munmap(self.exec.cast(), self.size);
            if self.write != self.exec {
                libc::munmap(self.write.cast(), self.size);
            }
        }
    }
}

fn map(size: usize, access: libc::c_int, file: libc::c_int) -> Option<*mut u8> {
    let kind = if file < 0 {
        libc::MAP_PRIVATE | libc::MAP_ANON
    } else {
        libc::MAP_SHARED
    };
    // SAFETY: a fresh mapping at an address of the system's choice.
    let at = unsafe { libc::mmap(ptr::null_mut(), size, access, kind, file, 0) };
    (at != libc::MAP_FAILED).then_some(at.cast())
}

/// The same pages executable and writable, at two addresses.
#[cfg(target_os = "linux")]
fn map_twice(size: usize) -> Option<(*mut u8, *mut u8)> {
    // SAFETY: the file descriptor is ours, and closed after the mappings hold it.
    unsafe {
        let file = libc::memfd_create(c"metatrace-code".as_ptr(), libc::MFD_CLOEXEC);
        if file < 0 {
            return None;
        }
        let sized = libc::ftruncate(file, size as libc::off_t) == 0;
        let exec = map(size, libc::PROT_READ | libc::PROT_EXEC, file).filter(|_| sized);
        let write = map(size, libc::PROT_READ | libc::PROT_WRITE, file).filter(|_| sized);
        libc::close(file);
        if let (Some(exec), Some(write)) = (exec, write) {
            return Some((exec, write));
        }
        for at in exec.into_iter().chain(write) {
            libc::munmap(at.cast(), size);
        }
        None
    }
}

#[cfg(not(target_os = "linux"))]
fn map_twice(_size: usize) -> Option<(*mut u8, *mut u8)> {
    None
}

/// Makes instruction fetch see what was written. x86 does so by itself.
///
/// # Safety
/// Both ranges are mapped, and map the same pages.
#[cfg(not(target_arch = "aarch64"))]
unsafe fn synchronise(_written: *mut u8, _exec: *mut u8, _len: usize) {}

/// Makes instruction fetch see what was written.
///
/// # Safety
/// Both ranges are mapped, and map the same pages.
#[cfg(target_arch = "aarch64")]
unsafe fn synchronise(written: *mut u8, exec: *mut u8, len: usize) {
    // Every cache line is at least 16 bytes; the extra operations are harmless.
    for i in (0..len).step_by(16) {
        // SAFETY: cleaning a line of mapped memory has no effect on its contents.
        unsafe { std::arch::asm!("dc cvau, {}", in(reg) written.add(i)) };
    }
    // SAFETY: barriers have no operands.
    unsafe { std::arch::asm!("dsb ish") };
    for i in (0..len).step_by(16) {
        // SAFETY: invalidating an instruction line of mapped memory is harmless.
        unsafe { std::arch::asm!("ic ivau, {}", in(reg) exec.add(i)) };
    }
    // SAFETY: barriers have no operands.
    unsafe { std::arch::asm!("dsb ish", "isb") };
}

/// Runs machine code through the entry trampoline (see `cranelift/exits.rs`)
/// and returns the word that its exit chose.
pub(super) fn run(trampoline: u64, vm: *mut VmCore, frame: u64, selector: u64, code: u64) -> u64 {
    type Trampoline = extern "C" fn(*mut VmCore, u64, u64) -> u64;
    // SAFETY: `trampoline` is the address of code that the back end compiled with
    // this signature, and `code` of a published unit, both still in memory; `vm` is
    // valid and unaliased by the contract of `Backend::enter`.
    unsafe {
        (*vm).trace_entries += 1;
        (*vm).frame = Value(frame);
        let enter = std::mem::transmute::<usize, Trampoline>(trampoline as usize);
        let exit = enter(vm, selector, code);
        (*vm).exit_count += 1;
        (*vm).exit_id = exit;
        exit
    }
}

/// Guest memory and the engine record, as the portable back end sees them.
/// Made only by its `enter`, whose contract is that `vm` is valid, that no other
/// reference to it is held, and that the traces are well typed: every address
/// that they compute is that of a word of a live object.
#[derive(Copy, Clone)]
pub(super) struct Memory {
    vm: *mut VmCore,
}

impl Memory {
    pub fn new(vm: *mut VmCore) -> Memory {
        Memory { vm }
    }

    pub fn vm(self) -> *mut VmCore {
        self.vm
    }

    /// Uses the engine record. `f` must not call a native.
    pub fn with<R>(self, f: impl FnOnce(&mut VmCore) -> R) -> R {
        // SAFETY: valid and unaliased, see the type.
        f(unsafe { &mut *self.vm })
    }

    pub fn load(self, address: u64) -> u64 {
        // SAFETY: the address of a word of a live object, see the type.
        unsafe { (address as *const u64).read() }
    }

    pub fn store(self, address: u64, word: u64) {
        // SAFETY: the address of a word of a live object, see the type.
        unsafe { (address as *mut u64).write(word) }
    }

    pub fn load_byte(self, address: u64) -> u8 {
        // SAFETY: the address of a byte of a live object, see the type.
        unsafe { (address as *const u8).read() }
    }

    pub fn store_byte(self, address: u64, byte: u8) {
        // SAFETY: the address of a byte of a live object, see the type.
        unsafe { (address as *mut u8).write(byte) }
    }

    pub fn buffer(self, index: usize) -> u64 {
        debug_assert!(index < crate::vm::EXIT_BUFFER_WORDS);
        // SAFETY: the exit buffer has `EXIT_BUFFER_WORDS` words, and plans are
        // checked to use no more.
        unsafe { (*self.vm).exit_buffer.add(index).read() }
    }

    pub fn set_buffer(self, index: usize, word: u64) {
        debug_assert!(index < crate::vm::EXIT_BUFFER_WORDS);
        // SAFETY: as for `buffer`.
        unsafe { (*self.vm).exit_buffer.add(index).write(word) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_reused_and_merged() {
        let mut memory = CodeMemory::new(1 << 16).expect("code memory");
        let blocks: Vec<_> = (0..4)
            .map(|i| memory.publish(&[i; 100]).expect("room"))
            .collect();
        assert_eq!(memory.used(), 4 * 128);
        for i in [1, 3, 2] {
            memory.release(blocks[i]);
        }
        assert_eq!(memory.used(), 128);
        assert_eq!(memory.publish(&[9; 300]).map(|b| b.offset), Some(128));
        assert_eq!(memory.publish(&vec![0; 1 << 16]), None);
        memory.release(blocks[0]);
    }
}
