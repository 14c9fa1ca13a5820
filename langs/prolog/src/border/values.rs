//! Values on their way in and out.
//!
//! Prolog has atoms for strings, `true`, `false` and `none` for truth and nothing, cons cells for
//! lists and `tuple(…)` for tuples. Everything else is the same word on both sides. Lists that come
//! in are seen through views (`views.rs`), and go out again as themselves.

use super::views::{self, foreign_list, list_behind};
use crate::cycles::{Walk, cyclic};
use crate::layouts::{ListView, Struct, Var};
use crate::state::{FunctorId, pl};
use crate::syntax::Atom;
use crate::term::{DOT, MakeTerms, arity, atom, cons_parts, deref, is_var};
use interop::layouts::MarkedText;
use metatrace::layout::LayoutType;
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use runtime::layouts::{List, Str, Tuple};
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};
use runtime::{Vm, text};

/// Reads the heap, makes objects, shares lists.
const CONVERTS: Effects = Effects {
    reads: !0,
    writes: group(List::LAYOUT.id),
    ..Effects::FRESH
};

natives! {
    /// A shared value as a term.
    pub static TO_TERM = "shared_to_term"(vm, v) -> Value [CONVERTS] { to_term(vm, v) }
    /// A term as a shared value; second, the stamp of the newest choice point.
    pub static TO_SHARED = "term_to_shared"(vm, v, newest) -> Guest [CONVERTS.raises()] {
        to_shared_since(vm, v, newest.as_int())
    }
    /// The atom of a string.
    pub static ATOM_OF = "atom_of"(vm, v) -> Value [Effects::PURE] { atom_of(vm, v) }
    /// The string of an atom that is not the empty list, or what the atom stands for.
    pub static TEXT_OF = "text_of_atom"(vm, v) -> Value [Effects::PURE] { value_of_atom(vm, v) }
    /// A new empty list.
    pub static NEW_LIST = "new_list"(vm) -> Value [Effects::FRESH] { vm.list(&[]) }
}

/// Functors and atoms with a meaning at the border.
#[derive(Copy, Clone, Debug)]
pub struct Border {
    pub tuple: Atom,
    pub dict: FunctorId,
    pub none: Value,
    pub minus: FunctorId,
    pub kw: FunctorId,
    pub foreign_error: FunctorId,
}

/// The table above.
pub fn known(vm: &mut Vm) -> Border {
    let p = pl(vm);
    if let Some(border) = p.border.get() {
        return border;
    }
    let mut name = |text: &str| Atom(vm.symbols.intern(text));
    let border = Border {
        tuple: name("tuple"),
        dict: p.functor(name("dict"), 1),
        none: atom(name("none")),
        minus: p.functor(p.known.minus, 2),
        kw: p.functor(name("kw"), 1),
        foreign_error: p.functor(name("foreign_error"), 2),
    };
    p.border.set(Some(border));
    border
}

/// The atom of a string, interned once and cached on it. The string spelled as the empty list
/// stays a string, or it would come back as a list.
pub fn atom_of(vm: &mut Vm, v: Value) -> Value {
    let atom = Value::symbol(vm.mortal_of(Obj::<Str>::cast(v)));
    if atom == crate::term::atom(pl(vm).known.nil) {
        return v;
    }
    atom
}

fn value_of_atom(vm: &mut Vm, v: Value) -> Value {
    let k = pl(vm).known;
    let border = known(vm);
    if v == atom(k.true_) {
        Value::TRUE
    } else if v == atom(k.false_) {
        Value::FALSE
    } else if v == border.none {
        Value::NONE
    } else if v == atom(k.nil) {
        vm.list(&[])
    } else {
        vm.symbol_text(v.as_symbol())
    }
}

/// A shared value as a term.
pub fn to_term(vm: &mut Vm, v: Value) -> Value {
    match leaf_to_term(vm, v) {
        Some(t) => t,
        None => views::sequence_to_term(vm, v),
    }
}

/// A tuple of these terms.
pub fn tuple_of(vm: &mut Vm, items: &[Value]) -> Value {
    let name = known(vm).tuple;
    let f = pl(vm).functor(name, items.len());
    vm.compound(f, items)
}

/// Terms of values that are no sequences.
pub fn leaf_to_term(vm: &mut Vm, v: Value) -> Option<Value> {
    if v == Value::TRUE {
        return Some(atom(pl(vm).known.true_));
    }
    if v == Value::FALSE {
        return Some(atom(pl(vm).known.false_));
    }
    if v == Value::NONE {
        return Some(known(vm).none);
    }
    if is::<Str>(v) {
        return Some(atom_of(vm, v));
    }
    if let Some(marked) = Obj::<MarkedText>::of(v) {
        return Some(marked.get(MarkedText::TEXT));
    }
    (!is::<List>(v) && !is::<Tuple>(v)).then_some(v)
}

/// Where a converted value goes.
enum Out {
    Value(Value),
    List(usize),
    Tuple(usize),
    Dict(usize),
}

/// A proper list of Prolog's own as a list whose items stay in its cells: there is no variable in it,
/// unbound or bound by what may be undone, so that what the list is for others cannot change.
fn linked(vm: &mut Vm, v: Value, newest: i64) -> Option<Value> {
    let nil = atom(pl(vm).known.nil);
    let first = Obj::<Struct>::of(deref(v))?;
    let (mut at, mut len, mut plain) = (first, 0, true);
    // Who comes round meets a place that was marked (Brent's algorithm).
    let (mut mark, mut next_mark) = (Value::NIL, 64);
    while at.shape() == DOT {
        let mut item = at.item(Struct::ARGS, 0);
        if !item.is_int() {
            item = settled(vm, at, 0, item, newest);
            plain &= match item.is_symbol() {
                true => item != nil,
                false => stays(vm, item)?,
            };
        }
        len += 1;
        let mut rest = at.item(Struct::ARGS, 1);
        if is_var(rest) {
            rest = settled(vm, at, 1, rest, newest);
        }
        if rest == nil {
            return Some(vm.linked_list(first.value(), len, plain));
        }
        if rest == mark {
            return None;
        }
        if len == next_mark {
            (mark, next_mark) = (rest, 2 * len);
        }
        at = Obj::<Struct>::of(rest)?;
    }
    None
}

/// Argument `i` of a cell, which is `v`, without the variables that no choice point can unbind any more.
fn settled(vm: &mut Vm, cell: Obj<Struct>, i: usize, mut v: Value, newest: i64) -> Value {
    while let Some(var) = Obj::<Var>::of(v)
        && var.get(Var::REF) != Value::UNDEF
        && var.int(Var::STAMP) >= newest
    {
        v = var.get(Var::REF);
        cell.set_item(vm, Struct::ARGS, i, v);
    }
    v
}

/// Can an item stay in its cell, having no variables in it, and is it a value of its own then? A list
/// and its like are made for the others once and for all.
fn stays(vm: &mut Vm, item: Value) -> Option<bool> {
    if let Some(view) = Obj::<ListView>::of(item) {
        return views::is_plain(item).then_some(!view.get(ListView::LIST).is_heap());
    }
    if is_var(item) {
        return None;
    }
    let Some(s) = Obj::<Struct>::of(item) else {
        return Some(true);
    };
    free_of_variables(vm, item).then(|| !stands_for_value(vm, s.shape()))
}

/// Are there no variables in a term, not even bound ones?
fn free_of_variables(vm: &Vm, t: Value) -> bool {
    let variable = |t| is_var(t) || Obj::<ListView>::of(t).is_some_and(|_| !views::is_plain(t));
    !any_part(vm, t, variable, |_| true)
}

/// Is there a part of a term, not dereferenced, that is `wanted`? Compounds are looked into where
/// that is `open`.
fn any_part(
    vm: &Vm,
    t: Value,
    wanted: impl Fn(Value) -> bool,
    open: impl Fn(Value) -> bool,
) -> bool {
    let mut walk = Walk::new();
    let mut stack = vec![t];
    while let Some(t) = stack.pop() {
        if wanted(t) {
            return true;
        }
        if let Some(s) = Obj::<Struct>::of(t)
            && open(t)
            && !walk.passed(t.0)
        {
            let parts = (0..arity(vm, s)).map(|i| s.item(Struct::ARGS, i));
            stack.extend(parts.filter(|part| part.is_heap()));
        }
    }
    false
}

/// The items of a proper list of Prolog's own without compounds in it, as shared values. Small
/// integers, and rests that are there or one step away, take one test each.
fn flat_items(vm: &mut Vm, v: Value) -> Option<Vec<Value>> {
    let nil = atom(pl(vm).known.nil);
    let mut at = Obj::<Struct>::of(deref(v))?;
    let mut items = Vec::with_capacity(64);
    let mut walk = Walk::new();
    // A list that may have come round is for those who can tell.
    while at.shape() == DOT && !walk.suspects(at.value().0) {
        let given = at.item(Struct::ARGS, 0);
        items.push(match given.is_int() {
            true => given,
            false => flat_item(vm, given)?,
        });
        let mut tail = at.item(Struct::ARGS, 1);
        if let Some(var) = Obj::<Var>::of(tail) {
            tail = var.get(Var::REF);
        }
        match Obj::<Struct>::of(tail) {
            Some(cell) => at = cell,
            None => match deref(at.item(Struct::ARGS, 1)) {
                end if end == nil => return Some(items),
                rest => at = Obj::<Struct>::of(rest)?,
            },
        }
    }
    None
}

/// An item of such a list, unless it is a compound.
fn flat_item(vm: &mut Vm, given: Value) -> Option<Value> {
    let value = deref(given);
    if !value.is_symbol() {
        return Some(value).filter(|v| !is::<Struct>(*v));
    }
    Some(match views::kept(given, value) {
        view if view != value => Obj::<ListView>::cast(view).get(ListView::LIST),
        _ => value_of_atom(vm, value),
    })
}

/// A term as a shared value. Variables bound inside terms are replaced by their values; ground terms
/// are not copied.
pub fn to_shared(vm: &mut Vm, v: Value) -> Guest {
    to_shared_since(vm, v, i64::MAX)
}

/// [`to_shared`], where bindings of variables made since `newest`, the stamp of the newest choice
/// point, cannot be undone.
fn to_shared_since(vm: &mut Vm, v: Value, newest: i64) -> Guest {
    if let Some(list) = list_behind(v) {
        return Ok(list);
    }
    if let Some(list) = linked(vm, v, newest) {
        return Ok(list);
    }
    if let Some(items) = flat_items(vm, v) {
        return Ok(vm.list(&items));
    }
    let mut work = vec![Out::Value(v)];
    let mut done: Vec<Value> = Vec::new();
    let mut walk = Walk::new();
    while let Some(w) = work.pop() {
        let value = match w {
            Out::Value(part) => match list_behind(part) {
                Some(list) => list,
                None if walk.suspects(deref(part).0) && cyclic(vm, v) => {
                    return Err(crate::errors::representation_error(vm, "cyclic_term"));
                }
                None => match step_out(vm, deref(part), &mut work)? {
                    Some(value) => value,
                    None => continue,
                },
            },
            Out::List(n) => {
                let items = done.split_off(done.len() - n);
                vm.list(&items)
            }
            Out::Tuple(n) => {
                let items = done.split_off(done.len() - n);
                vm.tuple(&items)
            }
            Out::Dict(n) => {
                let items = done.split_off(done.len() - 2 * n);
                let pairs: Vec<(Value, Value)> = items.chunks(2).map(|p| (p[0], p[1])).collect();
                vm.dict_of(&pairs)?
            }
        };
        done.push(value);
    }
    Ok(done[0])
}

fn step_out(vm: &mut Vm, v: Value, work: &mut Vec<Out>) -> Guest<Option<Value>> {
    if v.is_symbol() {
        return Ok(Some(value_of_atom(vm, v)));
    }
    let Some(s) = Obj::<Struct>::of(v) else {
        return Ok(Some(v));
    };
    if s.shape() == DOT {
        let Ok(items) = pl(vm).list(v) else {
            return Ok(Some(resolved(vm, v)));
        };
        work.push(Out::List(items.len()));
        work.extend(items.into_iter().rev().map(Out::Value));
        return Ok(None);
    }
    let border = known(vm);
    let (name, arity) = pl(vm).name_arity(s.shape());
    if name == border.tuple {
        work.push(Out::Tuple(arity));
        for i in (0..arity).rev() {
            work.push(Out::Value(s.item(Struct::ARGS, i)));
        }
        return Ok(None);
    }
    if s.shape() == border.dict
        && let Some(pairs) = pairs_of(vm, crate::term::arg(s, 0))
    {
        work.push(Out::Dict(pairs.len()));
        for (key, value) in pairs.into_iter().rev() {
            work.push(Out::Value(value));
            work.push(Out::Value(key));
        }
        return Ok(None);
    }
    Ok(Some(resolved(vm, v)))
}

/// Do compounds with this functor become other values: lists, dicts, tuples?
pub fn stands_for_value(vm: &mut Vm, functor: FunctorId) -> bool {
    let border = known(vm);
    let (name, _) = pl(vm).name_arity(functor);
    functor == DOT || functor == border.dict || name == border.tuple
}

/// A part of a term that crossed already, as a shared value: a compound that is no sequence is
/// itself, however large.
pub fn part_to_shared(vm: &mut Vm, v: Value) -> Value {
    if let Some(list) = list_behind(v) {
        return list;
    }
    let v = deref(v);
    if let Some(s) = Obj::<Struct>::of(v)
        && !stands_for_value(vm, s.shape())
    {
        return v;
    }
    to_shared(vm, v).unwrap_or_else(|_| {
        vm.take_pending();
        v
    })
}

/// Keys and values of a list of `K-V` (or `K=V`, `K:V`).
pub fn pairs_of(vm: &Vm, list: Value) -> Option<Vec<(Value, Value)>> {
    let p = pl(vm);
    let items = p.list(list).ok()?;
    let names = [p.known.minus, p.known.equals, p.known.colon];
    items
        .into_iter()
        .map(|item| {
            let s = Obj::<Struct>::of(item)?;
            let (name, arity) = p.name_arity(s.shape());
            (arity == 2 && names.contains(&name))
                .then(|| (crate::term::arg(s, 0), crate::term::arg(s, 1)))
        })
        .collect()
}

/// The term without bound variables: itself where it has none.
pub fn resolved(vm: &mut Vm, t: Value) -> Value {
    if let Some(list) = foreign_list(t) {
        return list;
    }
    let t = deref(t);
    if !has_bound(vm, t) {
        return t;
    }
    // Each piece of work stores the copy of a term into an argument of a fresh compound.
    let root = vm.compound(DOT, &[Value::NONE, Value::NONE]);
    let mut stack: Vec<(Value, Value, usize)> = vec![(t, root, 0)];
    let (whole, mut walk) = (t, Walk::new());
    while let Some((t, target, index)) = stack.pop() {
        // Another language's list is itself.
        let foreign = foreign_list(t);
        let t = foreign.unwrap_or_else(|| deref(t));
        let value = match Obj::<Struct>::of(t) {
            Some(s) if foreign.is_none() => {
                if walk.suspects(t.0) && cyclic(vm, whole) {
                    return whole;
                }
                let n = arity(vm, s);
                let copy = vm.alloc_sized::<Struct>(s.shape(), n);
                for i in (0..n).rev() {
                    copy.init_item(Struct::ARGS, i, Value::NONE);
                    stack.push((s.item(Struct::ARGS, i), copy.value(), i));
                }
                copy.value()
            }
            _ => t,
        };
        Obj::<Struct>::cast(target).init_item(Struct::ARGS, index, value);
    }
    Obj::<Struct>::cast(root).item(Struct::ARGS, 0)
}

fn has_bound(vm: &Vm, t: Value) -> bool {
    let bound = |t| is_var(t) && deref(t) != t;
    any_part(vm, t, bound, |t| foreign_list(t).is_none())
}

/// The items of a proper list of terms, each as a shared value.
pub fn shared_items(vm: &mut Vm, list: Value) -> Guest<Option<Vec<Value>>> {
    let Ok(items) = pl(vm).list(list) else {
        return Ok(None);
    };
    let mut shared = Vec::with_capacity(items.len());
    for item in items {
        shared.push(to_shared(vm, item)?);
    }
    Ok(Some(shared))
}

/// Is this an unbound variable?
pub fn unbound(v: Value) -> bool {
    is_var(deref(v)) && Obj::<Var>::of(deref(v)).is_some_and(|v| v.get(Var::REF) == Value::UNDEF)
}

/// The text of a string or atom.
pub fn text_value(vm: &Vm, v: Value) -> Option<String> {
    let v = deref(v);
    if v.is_symbol() {
        return Some(vm.symbols.name(v.as_symbol()).into_owned());
    }
    text::of(v).map(|t| t.into_owned())
}

/// Is it a cons cell?
pub fn is_cell(v: Value) -> bool {
    cons_parts(v).is_some()
}

/// How an object of another language is written.
pub fn shown(vm: &Vm, v: Value) -> String {
    match interop::engine::speaker_of(vm, v) {
        Some((lang, speaker)) => {
            format!(
                "<{} {}>",
                vm.languages[lang as usize].name(),
                speaker.type_name(vm, v)
            )
        }
        None => format!("<{v:?}>"),
    }
}
