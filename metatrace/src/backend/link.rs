//! Which code stands behind each exit, label and entry: the book-keeping that
//! both back ends share.
//!
//! Machine code never reads these maps; it goes through table slots that the
//! Cranelift back end keeps equal to them.

use super::{CodeId, ExitId};
use crate::ir::{LabelId, TraceId};
use hashbrown::HashMap;

/// A place where code of other units, or the driver, may come in.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Key {
    Exit(ExitId),
    Label(LabelId),
    Entry(TraceId),
}

/// Where a key leads: the point of `code` with this number.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub(super) struct Target {
    pub code: CodeId,
    pub selector: u32,
}

struct Linked {
    /// Keys of the code's points, in selector order.
    points: Vec<Key>,
    /// Labels of other units that it jumps to.
    imports: Vec<LabelId>,
}

#[derive(Default)]
pub(super) struct Links {
    targets: HashMap<Key, Target>,
    codes: Vec<Option<Linked>>,
}

/// What `free` took away.
pub(super) struct Freed {
    pub codes: Vec<CodeId>,
    /// Keys that lead nowhere now.
    pub keys: Vec<Key>,
}

impl Links {
    /// The id that the next published code gets.
    pub fn next_code(&self) -> CodeId {
        CodeId(self.codes.len() as u32)
    }

    /// Registers code; its entries and labels lead to it from now on.
    pub fn publish(&mut self, points: Vec<Key>, imports: Vec<LabelId>) -> CodeId {
        let code = self.next_code();
        for (selector, key) in points.iter().enumerate() {
            if !matches!(key, Key::Exit(_)) {
                let selector = selector as u32;
                self.targets.insert(*key, Target { code, selector });
            }
        }
        self.codes.push(Some(Linked { points, imports }));
        code
    }

    /// Makes an exit lead to the bridge that `code` has for it.
    pub fn attach(&mut self, exit: ExitId, code: CodeId) -> Target {
        let linked = self.codes[code.0 as usize].as_ref().expect("freed code");
        let selector = linked
            .points
            .iter()
            .position(|key| *key == Key::Exit(exit))
            .expect("code has no bridge for this exit") as u32;
        let target = Target { code, selector };
        self.targets.insert(Key::Exit(exit), target);
        target
    }

    pub fn detach(&mut self, exit: ExitId) {
        self.targets.remove(&Key::Exit(exit));
    }

    pub fn target(&self, key: Key) -> Option<Target> {
        self.targets.get(&key).copied()
    }

    /// Removes code, and all code that jumps to labels which nobody else defines.
    pub fn free(&mut self, code: CodeId) -> Freed {
        let mut freed = Freed {
            codes: Vec::new(),
            keys: Vec::new(),
        };
        let mut work = vec![code];
        while let Some(code) = work.pop() {
            let Some(linked) = self.codes[code.0 as usize].take() else {
                continue;
            };
            freed.codes.push(code);
            for key in linked.points {
                if self.targets.get(&key).is_none_or(|t| t.code != code) {
                    continue;
                }
                self.targets.remove(&key);
                freed.keys.push(key);
                if let Key::Label(label) = key {
                    work.extend(self.importers(label));
                }
            }
        }
        freed
    }

    fn importers(&self, label: LabelId) -> impl Iterator<Item = CodeId> {
        let imports = move |linked: &Linked| linked.imports.contains(&label);
        (self.codes.iter().enumerate())
            .filter(move |(_, linked)| linked.as_ref().is_some_and(imports))
            .map(|(i, _)| CodeId(i as u32))
    }
}
