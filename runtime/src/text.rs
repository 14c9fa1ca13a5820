//! Strings.

use crate::engine::Vm;
use crate::layouts::Str;
use crate::object::Obj;
use metatrace::value::Value;

/// A fresh string of `bytes` zero bytes, to be filled by the caller.
pub fn alloc(vm: &mut Vm, bytes: usize, chars: usize) -> Obj<Str> {
    let s = vm.alloc_counted::<Str>(0, bytes);
    s.set_int(Str::BYTES, bytes as i64);
    s.set_int(Str::CHARS, chars as i64);
    s
}

/// A string of WTF-8 bytes.
pub fn from_bytes(vm: &mut Vm, bytes: &[u8]) -> Obj<Str> {
    let chars = bytes.iter().filter(|b| **b & 0xC0 != 0x80).count();
    let s = alloc(vm, bytes.len(), chars);
    s.bytes_mut(Str::TEXT, bytes.len()).copy_from_slice(bytes);
    s
}

impl Vm {
    /// A guest string.
    pub fn str(&mut self, s: &str) -> Value {
        from_bytes(self, s.as_bytes()).value()
    }
}
