//! Lists whose items are still where they were made: in a chain of cells of another language.
//!
//! A list that a language with terms hands out needs no store of its own until somebody wants more of
//! it than its length, a walk from its start, or to hand it back. The store is the first cell of the
//! chain, a [`Compound`] of an item and the rest; the language has seen that there are so many cells
//! and no variable in them. Whatever else is done with the list makes it an ordinary one first
//! ([`Vm::unlink`]), and so does who writes to a cell ([`Vm::unlink_all`]): the list stays as it was when it crossed.
//!
//! | strategy | items |
//! | --- | --- |
//! | [`LINKED`] | each a value of its own: a walk takes them from the cells |
//! | [`DEFERRED`] | also lists and the like, which must be made once and for all: a walk makes an ordinary list first |

use super::{DEFERRED, LINKED, LIST_GROUPS, strategy_in};
use crate::engine::Vm;
use crate::heap::WeakSource;
use crate::layouts::{Compound, List, ListIter};
use crate::natives;
use crate::object::Obj;
use metatrace::ir::{Op, Tag};
use metatrace::meta::{Int, Meta, Ref, Val};
use metatrace::native::Effects;
use metatrace::value::Value;

natives! {
    /// Makes a linked list an ordinary one.
    pub static LIST_UNLINK = "list_unlink"(vm, list) -> () [Effects::FRESH.reads(!0).writes(LIST_GROUPS)] {
        vm.unlink(Obj::cast(list));
    }
    /// What the item of a cell is for other languages.
    pub static CELL_ITEM = "cell_item"(vm, v) -> Value [Effects::PURE] { vm.cell_item(v) }
}

/// The linked lists of an engine, those that were made ordinary since the last collection included.
#[derive(Default)]
pub struct LinkedLists(Vec<Value>);

impl WeakSource for LinkedLists {
    fn sweep(&mut self, current: &mut dyn FnMut(Value) -> Option<Value>) {
        self.0.retain_mut(|list| match current(*list) {
            Some(now) => {
                *list = now;
                is_linked(Obj::cast(now))
            }
            None => false,
        });
    }
}

/// Are the items of the list in another language's cells?
#[inline]
pub fn is_linked(list: Obj<List>) -> bool {
    strategy_in(list.shape()) >= LINKED
}

/// The list's shape once its items are in a store of its own.
#[inline(always)]
pub(crate) fn unlinked_shape<M: Meta>(m: &mut M, list: Ref<M, List>) -> u32 {
    let shape = m.shape(list);
    if strategy_in(shape) < LINKED {
        return shape;
    }
    m.call(&LIST_UNLINK, [list.val()]);
    m.shape(list)
}

/// The next item of a [`LINKED`] list, of which `i` were given: there is one.
#[inline(always)]
pub(crate) fn linked_next<M: Meta>(
    m: &mut M,
    it: Ref<M, ListIter>,
    list: Ref<M, List>,
    i: Int<M>,
) -> Val<M> {
    let (zero, one) = (m.const_int(0), m.const_int(1));
    let cell = match m.lt(zero, i) {
        true => m.get(it, ListIter::CELL),
        false => m.get(list, List::STORE),
    };
    let cell = m.cast::<Compound>(cell);
    let item = m.item_at(cell, Compound::ARGS, 0);
    let rest = m.item_at(cell, Compound::ARGS, 1);
    m.set(it, ListIter::CELL, rest);
    let next = m.int_op(Op::IntAdd, i, one);
    m.set(it, ListIter::INDEX, next);
    if m.int(item).is_some() || !m.is_tag(item, Tag::SYMBOL) {
        return item;
    }
    m.call(&CELL_ITEM, [item])
}

impl Vm {
    /// A list of the items of `len` cells from `cell` on. There are no variables in them; `plain` says
    /// that each item gives the same value whenever it is asked for. With strategies switched off
    /// the items are copied.
    pub fn linked_list(&mut self, cell: Value, len: usize, plain: bool) -> Value {
        let list = self.alloc::<List>(if plain { LINKED } else { DEFERRED });
        list.init(List::STORE, cell);
        list.set_int(List::LEN, len as i64);
        if !self.options.strategies {
            self.unlink(list);
            return list.value();
        }
        self.linked.borrow_mut().0.push(list.value());
        list.value()
    }

    /// The first cell of a linked list.
    pub fn first_cell(&self, list: Obj<List>) -> Option<Value> {
        is_linked(list).then(|| list.get(List::STORE))
    }

    /// Gives a linked list a store of its own. Nothing happens to others.
    pub fn unlink(&mut self, list: Obj<List>) {
        if !is_linked(list) {
            return;
        }
        let mut cell = list.get(List::STORE);
        let mut items = Vec::with_capacity(self.list_len(list));
        for _ in 0..self.list_len(list) {
            let parts = Obj::<Compound>::cast(cell);
            items.push(self.cell_item(parts.item(Compound::ARGS, 0)));
            cell = parts.item(Compound::ARGS, 1);
        }
        self.list_assign(list, &items);
    }

    /// Unlinks all lists, those too that this makes: somebody is about to write to a cell.
    pub fn unlink_all(&mut self) {
        loop {
            let lists = std::mem::take(&mut self.linked.borrow_mut().0);
            if lists.is_empty() {
                return;
            }
            for list in lists {
                self.unlink(Obj::cast(list));
            }
        }
    }

    fn cell_item(&mut self, v: Value) -> Value {
        match self.term_hooks {
            Some(hooks) if !v.is_int() => (hooks.part)(self, v),
            _ => v,
        }
    }
}
