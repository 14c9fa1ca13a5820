//! Helpers of this crate's unit tests.

use crate::engine::Vm;
use crate::host::Captured;
use crate::options::Options;

/// An engine without languages.
pub fn vm() -> Box<Vm> {
    Vm::new(Options::default(), Box::new(Captured::default()))
}

/// `Run` on this engine, standing in a frame of a code without instructions: for
/// tests of generic functions.
pub fn run(vm: &mut Vm) -> metatrace::run::Run {
    use metatrace::layout::Frame;
    use metatrace::value::Value;
    struct NoData;
    impl metatrace::code::CodeData for NoData {
        fn live_slots(&self, _: u32) -> metatrace::code::SlotMask {
            metatrace::code::SlotMask::default()
        }
        fn describe(&self, _: u32) -> String {
            String::new()
        }
        fn line(&self, _: u32) -> u32 {
            0
        }
    }
    let code = vm.add_code(crate::engine::NewCode {
        lang: 0,
        slots: 4,
        name: "test".into(),
        file: String::new(),
        instrs: Box::new([0]),
        merge_points: Box::new([]),
        data: Box::new(NoData),
    });
    let frame = vm.alloc_sized::<Frame>(0, 4);
    frame.init(Frame::PARENT, Value::NIL);
    frame.init(Frame::TOKEN, Value::small(code.token(0)));
    frame.init(Frame::AUX, Value::UNDEF);
    vm.core_mut().frame = frame.value();
    metatrace::run::Run::new(vm.core_ptr())
}
