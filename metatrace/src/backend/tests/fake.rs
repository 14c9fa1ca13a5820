//! An engine record without an engine: a nursery of plain words.

use crate::backend::code::Memory;
use crate::layout::{FLAG_UNLOGGED, FRAME, HEADER_LAYOUT_SHIFT, header, lookup};
use crate::layout::{FLOAT_BOX, Kind};
use crate::value::Value;
use crate::vm::{EXIT_BUFFER_WORDS, REG_COUNT, VmCore};

pub struct FakeVm {
    core: Box<VmCore>,
    _buffer: Vec<u64>,
    nursery: Vec<u64>,
}

/// How often the nursery grew, and holders were logged: in registers that tests do not use.
pub const GROWN: usize = REG_COUNT - 1;
pub const LOGGED: usize = REG_COUNT - 2;
/// The item that was logged last.
pub const CARD: usize = REG_COUNT - 3;

fn count(vm: &mut VmCore, reg: usize) {
    vm.regs[reg] = Value::small(vm.regs[reg].as_int() + 1);
}

/// Memory that is never given back: tests are short.
fn leak(words: usize) -> usize {
    Box::leak(vec![0xDEAD_BEEF_u64; words].into_boxed_slice()).as_ptr() as usize
}

extern "C" fn grow_nursery(vm: *mut VmCore, bytes: usize) -> usize {
    Memory::new(vm).with(|vm| count(vm, GROWN));
    leak(bytes / 8)
}

extern "C" fn log_object(vm: *mut VmCore, holder: u64) {
    let memory = Memory::new(vm);
    memory.with(|vm| count(vm, LOGGED));
    let address = Value(holder).addr() as u64;
    memory.store(address, memory.load(address) & !FLAG_UNLOGGED);
}

extern "C" fn log_item(vm: *mut VmCore, holder: u64, index: u64) {
    Memory::new(vm).with(|vm| vm.regs[CARD] = Value::small(index as i64));
    log_object(vm, holder);
}

extern "C" fn alloc_items(vm: *mut VmCore, head: u64, count: u64) -> u64 {
    let memory = Memory::new(vm);
    let layout = lookup((head >> HEADER_LAYOUT_SHIFT) as u8).expect("registered");
    let items = layout.items.as_ref().expect("has items");
    let extra = match items.kind {
        Kind::Byte => (count as usize).div_ceil(8),
        _ => count as usize,
    };
    let words = layout.items_start() as usize + extra;
    let address = leak(words);
    for word in 1..words {
        memory.store((address + word * 8) as u64, 0);
    }
    if items.counted {
        memory.store(address as u64 + 8, Value::small(count as i64).0);
    }
    memory.store(
        address as u64,
        head | header(layout.id, words, 0) & 0xFFFF_0000,
    );
    Value::heap(address).0
}

extern "C" fn box_float(vm: *mut VmCore, float: f64) -> u64 {
    let memory = Memory::new(vm);
    let address = leak(2);
    memory.store(address as u64, header(FLOAT_BOX, 2, 0));
    memory.store(address as u64 + 8, float.to_bits());
    Value::heap(address).0
}

impl FakeVm {
    pub fn new() -> FakeVm {
        let mut buffer = vec![0; EXIT_BUFFER_WORDS];
        let mut nursery = vec![0xDEAD_BEEF_u64; 1 << 12];
        let next = nursery.as_mut_ptr() as usize;
        let core = VmCore {
            nursery_next: next,
            nursery_end: next + nursery.len() * 8,
            poll: 0,
            frame: Value::NIL,
            codes: std::ptr::null(),
            exit_buffer: buffer.as_mut_ptr(),
            exit_id: 0,
            grow_nursery,
            log_object,
            log_item,
            alloc_items,
            box_float,
            regs: [Value::small(0); REG_COUNT],
            trace_entries: 0,
            exit_count: 0,
            depth: 0,
            depth_limit: 100,
            countdown: i64::MAX,
            fuel: i64::MAX,
        };
        FakeVm {
            core: Box::new(core),
            _buffer: buffer,
            nursery,
        }
    }

    pub fn core(&mut self) -> *mut VmCore {
        &mut *self.core
    }

    pub fn record(&mut self) -> &mut VmCore {
        &mut self.core
    }

    pub fn buffer(&self) -> &[u64] {
        &self._buffer
    }

    /// Makes all room in the nursery free again.
    pub fn reset_nursery(&mut self) {
        self.core.nursery_next = self.nursery.as_mut_ptr() as usize;
    }

    /// A frame-shaped object with these words after the header.
    pub fn object(&mut self, words: &[u64], flags: u64) -> u64 {
        let memory = Memory::new(&mut *self.core);
        let address = leak(words.len() + 1);
        memory.store(address as u64, header(FRAME, words.len() + 1, 7) | flags);
        for (i, word) in words.iter().enumerate() {
            memory.store(address as u64 + 8 + i as u64 * 8, *word);
        }
        Value::heap(address).0
    }

    pub fn word(&mut self, object: u64, word: u64) -> u64 {
        Memory::new(&mut *self.core).load(Value(object).addr() as u64 + word * 8)
    }
}
