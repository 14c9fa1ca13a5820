//! Which exits share which stores.
//!
//! Each guard must be able to store all live values, most of which are those of
//! the guard before it: stored anew at every exit they made up nine tenths of
//! the code and of the time to make it. So each value has *one* place in the
//! exit buffer for the whole fragment ([`Places`]), and the stores are a tree
//! over the exits in program order: what all exits of a range carry is stored by
//! the group of that range, through which they all go.
//!
//! ```text
//!   guard 1 {a b x} ─► store x ─┐
//!   guard 2 {a b y} ─► store y ─┴► store b ─┐
//!   guard 3 {a c z} ─► store c z ───────────┴► store a ─► leave
//! ```
//! A group only contains values of every exit that goes through it, so that
//! sharing makes no value live longer. Places depend on the trace alone: a
//! bridge compiled later, or the same trace compiled again, finds them unchanged.

use crate::ir::OpRef;
use crate::vm::EXIT_BUFFER_WORDS;
use std::rc::Rc;

/// Ranges below a range.
const ARITY: usize = 4;
/// Exits under one tree: bounds how many groups an exit goes through.
const TREE_EXITS: usize = ARITY * ARITY * ARITY;
/// Stores that a group costs, its jump and load of the buffer's address.
const GROUP_COST: usize = 4;

const NO_PLACE: u16 = u16::MAX;

/// The place in the exit buffer of each value that an exit carries.
pub(super) struct Places {
    /// By value; `None` when there are more values than places: then each exit
    /// has its own order, and nothing is shared.
    places: Option<Vec<u16>>,
}

impl Places {
    /// `lists`: the values of each snapshot.
    pub fn new(values: usize, lists: &[Vec<OpRef>]) -> Places {
        let mut places = vec![NO_PLACE; values];
        let mut next = 0;
        for value in lists.iter().flatten() {
            let place = &mut places[value.index()];
            if *place == NO_PLACE {
                *place = next;
                next += 1;
                if next as usize > EXIT_BUFFER_WORDS {
                    return Places { places: None };
                }
            }
        }
        Places {
            places: Some(places),
        }
    }

    pub fn are_shared(&self) -> bool {
        self.places.is_some()
    }

    /// Place of the value that is at `position` of its exit's list.
    pub fn place(&self, value: OpRef, position: usize) -> u16 {
        match &self.places {
            Some(places) => places[value.index()],
            None => position as u16,
        }
    }

    /// Places of an exit's values; `None` when they are 0, 1, 2, …
    pub fn layout(&self, list: &[OpRef]) -> Option<Rc<[u16]>> {
        let places = list.iter().enumerate();
        let layout: Vec<u16> = places.map(|(i, v)| self.place(*v, i)).collect();
        let plain = layout.iter().enumerate().all(|(i, p)| i == *p as usize);
        (!plain).then(|| layout.into())
    }
}

/// Stores that exits share.
pub(super) struct Group {
    pub own: Vec<OpRef>,
    /// The group that stores the rest.
    pub next: Option<usize>,
}

/// The groups of a fragment.
pub(super) struct Groups {
    pub groups: Vec<Group>,
    /// First group of each exit; `None` when it carries nothing.
    pub of_exit: Vec<Option<usize>>,
}

impl Groups {
    /// No groups: exits store for themselves.
    pub fn apart() -> Groups {
        Groups {
            groups: Vec::new(),
            of_exit: Vec::new(),
        }
    }

    /// `lists`: the values of each exit, in program order. `values`: number of
    /// values of the trace.
    pub fn new(values: usize, lists: &[&[OpRef]]) -> Groups {
        // Neighbours that carry the same go as one.
        let mut runs: Vec<&[OpRef]> = lists.to_vec();
        runs.dedup();
        let mut builder = Builder {
            groups: Vec::new(),
            of_run: Vec::with_capacity(runs.len()),
            stored: vec![false; values],
            count: vec![0; values],
        };
        for tree in runs.chunks(TREE_EXITS) {
            builder.range(tree, TREE_EXITS, None);
        }
        let mut run = 0;
        let of_exit = (lists.iter().enumerate())
            .map(|(i, list)| {
                run += usize::from(i > 0 && lists[i - 1] != *list);
                builder.of_run[run]
            })
            .collect();
        Groups {
            groups: builder.groups,
            of_exit,
        }
    }
}

struct Builder {
    groups: Vec<Group>,
    of_run: Vec<Option<usize>>,
    /// Values that groups of the ranges around store.
    stored: Vec<bool>,
    /// All zero between uses.
    count: Vec<u32>,
}

impl Builder {
    /// Makes the groups of a range of exits; `width` is what it would have if full.
    fn range(&mut self, lists: &[&[OpRef]], width: usize, around: Option<usize>) {
        let common = self.common(lists);
        if let [_] = lists {
            let group = if common.is_empty() {
                around
            } else {
                Some(self.add(common, around))
            };
            self.of_run.push(group);
            return;
        }
        let width = width / ARITY;
        if lists.len() <= width {
            return self.range(lists, width, around);
        }
        let parts = lists.len().div_ceil(width);
        if common.len() * (parts - 1) < GROUP_COST {
            lists
                .chunks(width)
                .for_each(|part| self.range(part, width, around));
            return;
        }
        common.iter().for_each(|v| self.stored[v.index()] = true);
        let group = self.add(common, around);
        lists
            .chunks(width)
            .for_each(|part| self.range(part, width, Some(group)));
        for i in 0..self.groups[group].own.len() {
            let value = self.groups[group].own[i];
            self.stored[value.index()] = false;
        }
    }

    /// What all of the lists have, but for what is stored already.
    fn common(&mut self, lists: &[&[OpRef]]) -> Vec<OpRef> {
        for list in lists {
            list.iter().for_each(|v| self.count[v.index()] += 1);
        }
        let all = lists.len() as u32;
        let common = (lists[0].iter().copied())
            .filter(|v| self.count[v.index()] == all && !self.stored[v.index()])
            .collect();
        for list in lists {
            list.iter().for_each(|v| self.count[v.index()] = 0);
        }
        common
    }

    fn add(&mut self, own: Vec<OpRef>, next: Option<usize>) -> usize {
        self.groups.push(Group { own, next });
        self.groups.len() - 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stored(groups: &Groups, mut group: Option<usize>) -> Vec<OpRef> {
        let mut out = Vec::new();
        while let Some(g) = group {
            out.extend(&groups.groups[g].own);
            group = groups.groups[g].next;
        }
        out.sort();
        out
    }

    #[test]
    fn exits_store_their_values_once() {
        // A frame of 20 slots, in which every exit sees one other value changed.
        let mut live: Vec<OpRef> = (0..20).map(OpRef).collect();
        let mut lists = vec![vec![]];
        for step in 0..100 {
            live[step * 7 % 20] = OpRef(20 + step as u32);
            lists.extend([live.clone(), live.clone()]);
        }
        let lists: Vec<&[OpRef]> = lists.iter().map(|l| &l[..]).collect();
        let groups = Groups::new(120, &lists);
        for (list, group) in lists.iter().zip(&groups.of_exit) {
            let mut expected = list.to_vec();
            expected.sort();
            assert_eq!(stored(&groups, *group), expected);
        }
        assert_eq!(groups.of_exit[0], None);
        assert_eq!(groups.of_exit[1], groups.of_exit[2]);
        let stores: usize = groups.groups.iter().map(|g| g.own.len()).sum();
        assert!(stores < 1000, "{stores} stores instead of 4000");
    }
}
