//! Integers.

use crate::engine::Vm;
use crate::layouts::BigInt;
use crate::slices;
use metatrace::value::Value;

impl Vm {
    /// An integer as a value: a fixnum or a big integer.
    #[inline(always)]
    pub fn int(&mut self, i: i64) -> Value {
        match Value::int(i) {
            Some(v) => v,
            None => self.big_i64(i),
        }
    }

    #[cold]
    fn big_i64(&mut self, i: i64) -> Value {
        let o = self.alloc_counted::<BigInt>(0, 1);
        o.set_int(BigInt::NEGATIVE, (i < 0) as i64);
        slices::words_mut(o.value(), BigInt::DIGITS.raw.start, 1)[0] = i.unsigned_abs();
        o.value()
    }
}
