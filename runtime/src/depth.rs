//! The frame depth: a counter that follows calls and returns, set right now and then.
//!
//! Backtracking leaves frames and comes back to others without counting. So the counter is an
//! estimate; the stack is counted before a recursion error is believed, where a trace finds the
//! limit near, and at collections. There the counting waits longer the deeper the stack was.

use crate::engine::Vm;
use crate::object::Obj;
use metatrace::code::token_code;
use metatrace::jit::HOST_LANGUAGE;
use metatrace::layout::Frame;
use metatrace::value::Value;

/// Frames that a collection may count, on average.
const FRAMES_EACH: i64 = 4096;

impl Vm {
    /// Counts the guest frames below `frame`, and with it.
    pub fn count_frames(&self, frame: Value) -> i64 {
        let mut depth = 0;
        let mut at = frame;
        while let Some(frame) = Obj::<Frame>::of(at) {
            let code = self.codes.get(token_code(frame.int(Frame::TOKEN)));
            // What native code started stands on a frame that nobody called.
            depth += i64::from(code.lang != HOST_LANGUAGE);
            at = frame.get(Frame::PARENT);
        }
        depth
    }

    /// Counts the stack below `frame`, where every frame is real.
    pub fn recount_depth(&mut self, frame: Value) {
        self.core_mut().depth = self.count_frames(frame);
    }

    /// The same at a collection, if it is time.
    pub(crate) fn recount_in_time(&mut self) {
        if self.recount_wait > 0 {
            self.recount_wait -= 1;
            return;
        }
        self.recount_depth(self.core().frame);
        self.recount_wait = (self.core().depth / FRAMES_EACH) as u32;
    }
}
