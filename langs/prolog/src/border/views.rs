//! Lists of other languages as Prolog lists, without a copy.
//!
//! A list that comes in is a [`ListView`]: it shares the list's store, and its cells are made when
//! somebody looks, a run of them at a time, the last of a run with a view of the rest as its tail.
//! Dereferencing looks ([`crate::term::deref`], and that of the step loop), so that nobody else
//! knows views. The first cell has a hidden third field that holds the list where it came from,
//! which goes out again as itself. An empty list has no cell: its view stands for `[]` from the
//! start, and variables are bound to the view.

use super::values::{leaf_to_term, tuple_of};
use crate::layouts::{AttVar, ListView, Struct, Var};
use crate::state::pl;
use crate::term::{DOT, MakeTerms, atom};
use crate::unify::ground;
use hashbrown::HashMap;
use metatrace::layout::LayoutType;
use metatrace::native::{Effects, group};
use metatrace::run::mem;
use metatrace::value::Value;
use metatrace::vm::VmCore;
use runtime::Vm;
use runtime::layouts::{Array, IntArray, List, Str, Tuple};
use runtime::list;
use runtime::natives;
use runtime::object::{Obj, is};

/// Hidden field of a list's first cell.
pub const ORIGIN: usize = 2;

/// Cells made at a time: as many as there are before them, within limits.
const RUN_MIN: usize = 16;
const RUN_MAX: usize = 512;

/// Looking makes cells and changes the view.
const LOOKS: Effects = Effects {
    reads: !0,
    writes: group(ListView::LAYOUT.id),
    ..Effects::FRESH
};

natives! {
    /// The list that a view stands for, of which nothing was made yet.
    pub static LOOK = "look_at_list"(_vm, view) -> Value [LOOKS] { look(Obj::cast(view)) }
}

/// Is this a view of items that are no terms and variables, as the strategy of the store says?
pub fn is_plain(v: Value) -> bool {
    Obj::<ListView>::of(v).is_some_and(|view| view.shape() != list::OBJECT)
}

/// The view or first cell of another language's list.
pub fn foreign_list(mut v: Value) -> Option<Value> {
    loop {
        v = if let Some(var) = Obj::<Var>::of(v) {
            var.get(Var::REF)
        } else if let Some(var) = Obj::<AttVar>::of(v) {
            var.get(AttVar::REF)
        } else if let Some(view) = Obj::<ListView>::of(v) {
            return view.get(ListView::LIST).is_heap().then_some(v);
        } else {
            let cell = Obj::<Struct>::of(v)?;
            return origin_of(cell).map(|_| v);
        };
    }
}

/// What a variable is bound to, to mean `given`, of which `value` is left when it is dereferenced: the
/// view of another language's empty list, which is an atom here, or the value.
#[inline(always)]
pub fn kept(given: Value, value: Value) -> Value {
    match given == value || !value.is_symbol() {
        true => value,
        false => kept_list(given, value),
    }
}

#[inline(never)]
fn kept_list(given: Value, value: Value) -> Value {
    foreign_list(given).unwrap_or(value)
}

/// The list of another language that a term is, seen from the start.
pub fn list_behind(v: Value) -> Option<Value> {
    let seen = foreign_list(v)?;
    match Obj::<ListView>::of(seen) {
        Some(view) => Some(view.get(ListView::LIST)),
        None => origin_of(Obj::cast(seen)),
    }
}

/// As [`foreign_list`], if there are no variables in it.
pub fn ground_list(vm: &Vm, v: Value) -> Option<Value> {
    foreign_list(v).filter(|&seen| is_plain(seen) || ground(vm, seen))
}

/// What a view stands for.
#[inline]
pub fn list_of(view: Obj<ListView>) -> Value {
    match view.get(ListView::REF) {
        Value::UNDEF => look(view),
        made => made,
    }
}

/// Makes the first cells of a view.
#[inline(never)]
fn look(view: Obj<ListView>) -> Value {
    let core = mem::word(view.value().0, ListView::CORE.raw.word as usize);
    let vm = Vm::from_core(core as *mut VmCore);
    let (strategy, store) = (view.shape(), view.get(ListView::STORE));
    if strategy >= list::LINKED {
        let first = Obj::<Struct>::cast(store);
        let part = |i| first.item(Struct::ARGS, i);
        return made(vm, view, part(0), part(1));
    }
    let (from, len) = (view.size(ListView::NEXT), view.size(ListView::LEN));
    let to = (from + from.clamp(RUN_MIN, RUN_MAX)).min(len);
    let mut tail = if to == len {
        atom(pl(vm).known.nil)
    } else {
        new_view(vm, strategy, store, to, len).value()
    };
    if strategy == list::INT {
        let items = Obj::<IntArray>::cast(store).values(IntArray::ITEMS, to);
        for &item in items[from + 1..].iter().rev() {
            tail = vm.cons(item, tail);
        }
    } else {
        for i in (from + 1..to).rev() {
            let item = item(vm, strategy, store, i);
            tail = vm.cons(item, tail);
        }
    }
    let first = item(vm, strategy, store, from);
    made(vm, view, first, tail)
}

/// The first cell of a view.
fn made(vm: &mut Vm, view: Obj<ListView>, first: Value, tail: Value) -> Value {
    let origin = view.get(ListView::LIST);
    let cell = if origin.is_heap() {
        let cell = vm.alloc_sized::<Struct>(DOT, 3);
        cell.init_item(Struct::ARGS, 0, first);
        cell.init_item(Struct::ARGS, 1, tail);
        cell.init_item(Struct::ARGS, ORIGIN, origin);
        cell.value()
    } else {
        vm.cons(first, tail)
    };
    view.set(vm, ListView::REF, cell);
    view.set(vm, ListView::STORE, Value::NONE);
    cell
}

/// Item `i` of a store as a term. Lists and tuples were converted when the list came in, and
/// strings have their atoms since: so nothing but objects is made here.
fn item(vm: &mut Vm, strategy: u32, store: Value, i: usize) -> Value {
    let v = vm.shared_item(strategy, store, i);
    match strategy {
        list::OBJECT | list::STR => leaf_to_term(vm, v).unwrap_or(v),
        _ => v,
    }
}

fn new_view(vm: &mut Vm, strategy: u32, store: Value, from: usize, len: usize) -> Obj<ListView> {
    let view = vm.alloc::<ListView>(strategy);
    view.init(ListView::REF, Value::UNDEF);
    view.init(ListView::LIST, Value::NONE);
    view.init(ListView::STORE, store);
    view.init(ListView::NEXT, Value::small(from as i64));
    view.init(ListView::LEN, Value::small(len as i64));
    let core = vm.core_ptr() as u64;
    mem::set_word(view.value().0, ListView::CORE.raw.word as usize, core);
    view
}

/// The list of which a cell is the first.
pub fn origin_of(cell: Obj<Struct>) -> Option<Value> {
    use metatrace::layout::{HEADER_SIZE_SHIFT, SIZE_LARGE};
    if cell.shape() != DOT {
        return None;
    }
    let header = mem::header_of(cell.value().0);
    let words = (header >> HEADER_SIZE_SHIFT & SIZE_LARGE) as usize;
    (words == Struct::WORDS + 3).then(|| cell.item(Struct::ARGS, ORIGIN))
}

/// What is left to be done of a list or tuple that comes in.
enum In {
    Value(Value),
    /// Makes a tuple of the last `n` converted values.
    Tuple(usize),
    /// The last converted value is this item of an array.
    Item(Obj<Array>, usize),
}

/// A list or tuple as a term.
pub fn sequence_to_term(vm: &mut Vm, v: Value) -> Value {
    let mut work = vec![In::Value(v)];
    let mut done: Vec<Value> = Vec::new();
    // Lists that hold lists, which may hold them in turn.
    let mut views: HashMap<u64, Value> = HashMap::new();
    while let Some(w) = work.pop() {
        let t = match w {
            In::Value(v) => {
                if let Some(list) = Obj::<List>::of(v) {
                    view_of(vm, list, &mut work, &mut views)
                } else if let Some(tuple) = Obj::<Tuple>::of(v) {
                    work.push(In::Tuple(tuple.items().len()));
                    work.extend(tuple.items().iter().rev().map(|v| In::Value(*v)));
                    continue;
                } else {
                    leaf_to_term(vm, v).unwrap_or(v)
                }
            }
            In::Tuple(n) => {
                let items = done.split_off(done.len() - n);
                tuple_of(vm, &items)
            }
            In::Item(array, i) => {
                let item = done.pop().unwrap_or(Value::NONE);
                array.set_item(vm, Array::ITEMS, i, item);
                continue;
            }
        };
        done.push(t);
    }
    done[0]
}

/// A view of a list. Lists and tuples in it are seen as they are now, too: there the view has an
/// array of its own, to be filled.
fn view_of(
    vm: &mut Vm,
    list: Obj<List>,
    work: &mut Vec<In>,
    views: &mut HashMap<u64, Value>,
) -> Value {
    if vm.list_len(list) == 0 {
        let view = new_view(vm, list::EMPTY, Value::NONE, 0, 0);
        view.init(ListView::REF, atom(pl(vm).known.nil));
        view.init(ListView::LIST, list.value());
        return view.value();
    }
    if let Some(view) = views.get(&list.value().0) {
        return *view;
    }
    let nested = vm.first_cell(list).is_none() && holds_sequences(vm, list);
    let (strategy, store, len) = if nested {
        let items = vm.list_values(list);
        let array = vm.alloc_counted::<Array>(0, items.len());
        for (i, v) in items.iter().enumerate() {
            array.set_item(vm, Array::ITEMS, i, *v);
        }
        for (i, v) in items.iter().enumerate() {
            if is::<List>(*v) || is::<Tuple>(*v) {
                work.push(In::Item(array, i));
                work.push(In::Value(*v));
            }
        }
        (list::OBJECT, array.value(), items.len())
    } else {
        vm.share_list(list)
    };
    let view = new_view(vm, strategy, store, 0, len);
    view.init(ListView::LIST, list.value());
    if nested {
        views.insert(list.value().0, view.value());
    }
    view.value()
}

/// Does a list hold lists or tuples? Strings in it are given their atoms on the way.
fn holds_sequences(vm: &mut Vm, list: Obj<List>) -> bool {
    let list::ListItems::Values(items) = vm.list_items(list) else {
        return false;
    };
    let mut nested = false;
    for v in items {
        if let Some(s) = Obj::<Str>::of(*v) {
            vm.mortal_of(s);
        } else {
            nested |= is::<List>(*v) || is::<Tuple>(*v);
        }
    }
    nested
}
