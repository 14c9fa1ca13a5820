//! Calls from one language to another: which became part of traces, and which step loops still make.
//!
//! They are counted only where someone will look (`JitOptions::timing`, `JitOptions::keep_text`).

use crate::code::token_code;
use crate::record::Abort;
use hashbrown::HashMap;

/// A place where code of one language calls code of another.
#[derive(Clone, Debug)]
pub struct Crossing {
    /// Token of the position of the nearest caller that is no machinery.
    pub caller: i64,
    /// Id of the code called.
    pub callee: u32,
    /// Traces that contain the call.
    pub inlined: u64,
    /// Calls made by step loops.
    pub interpreted: u64,
    /// Why the last recording that contained the call was given up.
    pub reason: Option<Abort>,
}

#[derive(Default)]
pub(super) struct Crossings {
    /// By the codes of caller and callee.
    found: HashMap<(u32, u32), Crossing>,
}

impl Crossings {
    fn at(&mut self, caller: i64, callee: u32) -> &mut Crossing {
        let key = (token_code(caller), callee);
        self.found.entry(key).or_insert(Crossing {
            caller,
            callee,
            inlined: 0,
            interpreted: 0,
            reason: None,
        })
    }

    /// A step loop made the call.
    pub fn interpreted(&mut self, caller: i64, callee: u32) {
        self.at(caller, callee).interpreted += 1;
    }

    /// A recording that contains these calls became a trace, or was given up for a reason.
    pub fn recorded(&mut self, calls: &[(i64, u32)], outcome: Result<(), Abort>) {
        for &(caller, callee) in calls {
            let crossing = self.at(caller, callee);
            match outcome {
                Ok(()) => crossing.inlined += 1,
                Err(reason) => crossing.reason = Some(reason),
            }
        }
    }

    /// All of them, the most often interpreted first.
    pub fn list(&self) -> Vec<Crossing> {
        let mut all: Vec<Crossing> = self.found.values().cloned().collect();
        all.sort_by_key(|c| (u64::MAX - c.interpreted, c.caller, c.callee));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_counted_by_the_codes_that_meet() {
        let mut crossings = Crossings::default();
        crossings.interpreted(7, 3);
        crossings.interpreted(7, 3);
        crossings.recorded(&[(7, 3)], Err(Abort::Blocked));
        crossings.recorded(&[(7, 4)], Ok(()));
        let list = crossings.list();
        assert_eq!(list.len(), 2);
        assert_eq!((list[0].callee, list[0].interpreted), (3, 2));
        assert_eq!(list[0].reason, Some(Abort::Blocked));
        assert_eq!((list[1].callee, list[1].inlined), (4, 1));
    }
}
