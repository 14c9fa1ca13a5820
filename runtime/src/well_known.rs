//! Values that every engine makes once: the empty string and tuple, one-character strings.

use crate::engine::Vm;
use crate::layouts::Tuple;
use crate::text;
use metatrace::value::Value;

/// Constants of the engine; all are roots.
pub struct WellKnown {
    pub empty_str: Value,
    pub empty_tuple: Value,
    pub empty_bytes: Value,
    /// A tuple of the 256 one-character strings of Latin-1, by code point.
    pub latin1: Value,
    /// Seeds the hashes of text.
    pub hasher: hashbrown::DefaultHashBuilder,
}

impl Default for WellKnown {
    fn default() -> WellKnown {
        WellKnown {
            empty_str: Value::NONE,
            empty_tuple: Value::NONE,
            empty_bytes: Value::NONE,
            latin1: Value::NONE,
            hasher: Default::default(),
        }
    }
}

impl WellKnown {
    pub(crate) fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        visit(&mut self.empty_str);
        visit(&mut self.empty_tuple);
        visit(&mut self.empty_bytes);
        visit(&mut self.latin1);
    }
}

pub(crate) fn init(vm: &mut Vm) {
    vm.well_known.empty_tuple = vm.alloc_counted::<Tuple>(0, 0).value();
    vm.well_known.empty_str = text::alloc(vm, 0, 0).value();
    vm.well_known.empty_bytes = vm.alloc_counted::<crate::layouts::Bytes>(0, 0).value();
    let latin1 = vm.alloc_counted::<Tuple>(0, 256);
    for code in 0..=255u8 {
        let mut buffer = [0; 2];
        let s = (code as char).encode_utf8(&mut buffer);
        let v = text::from_bytes(vm, s.as_bytes()).value();
        latin1.init_item(Tuple::ITEMS, code as usize, v);
    }
    vm.well_known.latin1 = latin1.value();
}
