//! Bytes and growable byte buffers.

use crate::engine::Vm;
use crate::layouts::{ByteArray, ByteBuffer, Bytes};
use crate::native::Guest;
use crate::natives;
use crate::object::Obj;
use crate::tuple::{Span, index};
use metatrace::ir::Op;
use metatrace::layout::LayoutType;
use metatrace::meta::{Int, Meta, Ref};
use metatrace::native::{Effects, group};
use metatrace::value::Value;

/// Alias groups of a byte buffer and its store.
pub const BUFFER_GROUPS: u64 = group(ByteBuffer::LAYOUT.id) | group(ByteArray::LAYOUT.id);
const READS: Effects = Effects::FRESH.reads(BUFFER_GROUPS);
const WRITES: Effects = READS.writes(BUFFER_GROUPS);

natives! {
    /// Concatenation of two byte strings or buffers, of the kind of the first.
    pub static BYTES_CONCAT = "bytes_concat"(vm, a, b) -> Value [READS] {
        let joined = [vm.bytes_like(a).unwrap_or(&[]), vm.bytes_like(b).unwrap_or(&[])].concat();
        vm.bytes_as(a, &joined)
    }
    /// Repetition, of the same kind.
    pub static BYTES_REPEAT = "bytes_repeat"(vm, a, n) -> Guest [READS.raises()] {
        let bytes = vm.bytes_like(a).unwrap_or(&[]);
        let n = n.as_int().max(0) as usize;
        vm.check_items(bytes.len(), n, 1)?;
        let repeated = bytes.repeat(n);
        Ok(vm.bytes_as(a, &repeated))
    }
    /// `b[start:stop:step]` for fixnums or None, of the same kind; the step is not 0.
    pub static BYTES_SLICE = "bytes_slice"(vm, b, start, stop, step) -> Value [READS] {
        let bytes = vm.bytes_like(b).unwrap_or(&[]);
        let step = step.to_int().unwrap_or(1);
        let span = Span::new(start.to_int(), stop.to_int(), step, bytes.len());
        let picked: Vec<u8> = span.indices().map(|i| bytes[i]).collect();
        vm.bytes_as(b, &picked)
    }
    /// Appends a byte, 0 to 255, to a buffer.
    pub static BUFFER_PUSH = "buffer_push"(vm, b, byte) -> () [WRITES] {
        vm.buffer_extend(Obj::cast(b), &[byte.as_int() as u8]);
    }
}

/// Byte `i`, negative ones from the end; `None` out of range.
#[inline(always)]
pub fn bytes_get<M: Meta>(m: &mut M, b: Ref<M, Bytes>, i: Int<M>) -> Option<Int<M>> {
    let len = m.get(b, Bytes::LEN);
    let i = index(m, i, len)?;
    Some(m.item(b, Bytes::ITEMS, i))
}

/// Byte `i` of a buffer.
#[inline(always)]
pub fn buffer_get<M: Meta>(m: &mut M, b: Ref<M, ByteBuffer>, i: Int<M>) -> Option<Int<M>> {
    let len = m.get(b, ByteBuffer::LEN);
    let i = index(m, i, len)?;
    let store = m.get(b, ByteBuffer::STORE);
    let store = m.cast::<ByteArray>(store);
    Some(m.item(store, ByteArray::ITEMS, i))
}

/// What storing into a buffer came to.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Stored {
    Done,
    OutOfRange,
    /// The value is no byte.
    NoByte,
}

/// Sets byte `i` of a buffer.
#[inline(always)]
pub fn buffer_set<M: Meta>(m: &mut M, b: Ref<M, ByteBuffer>, i: Int<M>, v: Int<M>) -> Stored {
    let len = m.get(b, ByteBuffer::LEN);
    let Some(i) = index(m, i, len) else {
        return Stored::OutOfRange;
    };
    let limit = m.const_int(256);
    let fits = m.int_cmp(Op::IntULt, v, limit);
    if !m.branch(fits) {
        return Stored::NoByte;
    }
    let store = m.get(b, ByteBuffer::STORE);
    let store = m.cast::<ByteArray>(store);
    m.set_item(store, ByteArray::ITEMS, i, v);
    Stored::Done
}

impl Vm {
    /// Immutable bytes.
    pub fn bytes(&mut self, bytes: &[u8]) -> Value {
        if bytes.is_empty() {
            return self.well_known.empty_bytes;
        }
        let b = self.alloc_counted::<Bytes>(0, bytes.len());
        b.bytes_mut(Bytes::ITEMS, bytes.len())
            .copy_from_slice(bytes);
        b.value()
    }

    /// A growable buffer with these bytes.
    pub fn buffer(&mut self, bytes: &[u8]) -> Value {
        let b = self.alloc::<ByteBuffer>(0);
        let store = self.alloc_counted::<ByteArray>(0, 0);
        b.init(ByteBuffer::STORE, store.value());
        self.buffer_extend(b, bytes);
        b.value()
    }

    /// Bytes as an object of the kind of `like`.
    fn bytes_as(&mut self, like: Value, bytes: &[u8]) -> Value {
        match Obj::<ByteBuffer>::of(like) {
            Some(_) => self.buffer(bytes),
            None => self.bytes(bytes),
        }
    }

    /// Appends bytes, which may be the buffer's own.
    pub fn buffer_extend(&mut self, b: Obj<ByteBuffer>, bytes: &[u8]) {
        let n = b.size(ByteBuffer::LEN);
        let total = n + bytes.len();
        let mut store = Obj::<ByteArray>::cast(b.get(ByteBuffer::STORE));
        if total > store.size(ByteArray::LEN) {
            let room = total.max(n + n / 2).max(16);
            let grown = self.alloc_counted::<ByteArray>(0, room);
            let old = store.bytes(ByteArray::ITEMS, n);
            grown.bytes_mut(ByteArray::ITEMS, n).copy_from_slice(old);
            b.set(self, ByteBuffer::STORE, grown.value());
            store = grown;
        }
        store.bytes_mut(ByteArray::ITEMS, total)[n..].copy_from_slice(bytes);
        b.set_int(ByteBuffer::LEN, total as i64);
    }

    /// Replaces `count` bytes from index `at` by others.
    pub fn buffer_splice(&mut self, b: Obj<ByteBuffer>, at: usize, count: usize, with: &[u8]) {
        let mut all = self.bytes_like(b.value()).unwrap_or(&[]).to_vec();
        all.splice(at..at + count, with.iter().copied());
        b.set_int(ByteBuffer::LEN, 0);
        self.buffer_extend(b, &all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{run, vm};

    #[test]
    fn buffers_grow_and_change() {
        let vm = &mut *vm();
        let b = vm.buffer(b"ab");
        let buffer = Obj::<ByteBuffer>::cast(b);
        for _ in 0..8 {
            let own = vm.bytes_like(b).expect("a buffer");
            vm.buffer_extend(buffer, own);
        }
        assert_eq!(vm.bytes_like(b).map(<[u8]>::len), Some(512));
        vm.buffer_splice(buffer, 1, 510, b"xyz");
        assert_eq!(vm.bytes_like(b), Some(&b"axyzb"[..]));
        let m = &mut run(vm);
        let red = m.val(b);
        let red = m.cast::<ByteBuffer>(red);
        let (i, v, big) = (m.const_int(-1), m.const_int(255), m.const_int(256));
        assert_eq!(buffer_set(m, red, i, v), Stored::Done);
        assert_eq!(buffer_set(m, red, i, big), Stored::NoByte);
        assert_eq!(buffer_set(m, red, v, v), Stored::OutOfRange);
        let got = buffer_get(m, red, i).expect("in range");
        assert_eq!(m.promote_int(got), 255);
        assert_eq!(vm.bytes_like(b), Some(&b"axyz\xff"[..]));
    }
}
