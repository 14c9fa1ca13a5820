//! Terms in the step loop: dereferencing, binding, unification, tests, construction.

use super::*;

/// Follows bindings; the tag is that of the result.
#[inline(always)]
pub(super) fn deref<M: Meta>(m: &mut M, v: Val<M>) -> (Val<M>, Tag) {
    let (v, tag, _) = deref_kept(m, v);
    (v, tag)
}

/// As [`deref`]; third, what a variable is bound to, to mean the value: another language's empty
/// list is an atom here, and only its view knows which list it is.
#[inline(always)]
fn deref_kept<M: Meta>(m: &mut M, mut v: Val<M>) -> (Val<M>, Tag, Val<M>) {
    let mut view = None;
    loop {
        let tag = m.tag(v);
        let next = if tag == VAR {
            let var = m.cast::<Var>(v);
            m.get(var, Var::REF)
        } else if tag == ATTVAR {
            let var = m.cast::<AttVar>(v);
            m.get(var, AttVar::REF)
        } else if tag == VIEW {
            view = Some(v);
            m.outlined(|m| list_in_view(m, v))
        } else {
            let kept = view.filter(|_| tag == Tag::SYMBOL);
            return (v, tag, kept.unwrap_or(v));
        };
        if m.is(next, Value::UNDEF) {
            return (v, tag, v);
        }
        v = next;
    }
}

/// What a view of another language's list stands for.
#[inline(never)]
fn list_in_view<M: Meta>(m: &mut M, v: Val<M>) -> Val<M> {
    let view = m.cast::<ListView>(v);
    let made = m.get(view, ListView::REF);
    if m.is(made, Value::UNDEF) {
        m.call(&LOOK, [v])
    } else {
        made
    }
}

#[inline(always)]
pub(super) fn is_var(tag: Tag) -> bool {
    tag == VAR || tag == ATTVAR
}

/// A fresh unbound variable.
#[inline(always)]
pub(super) fn new_var<M: Meta>(m: &mut M) -> Val<M> {
    let stamp = m.reg(REG_STAMP);
    let stamp = m.cast_int(stamp);
    let var = m.alloc::<Var>(0);
    let undef = m.val(Value::UNDEF);
    m.set(var, Var::REF, undef);
    m.set(var, Var::STAMP, stamp);
    var.val()
}

/// Binds a dereferenced unbound variable.
#[inline(always)]
pub(super) fn bind<M: Meta>(m: &mut M, var: Val<M>, tag: Tag, to: Val<M>) {
    if tag == VAR {
        let v = m.cast::<Var>(var);
        let stamp = m.get(v, Var::STAMP);
        let newest = m.reg(REG_STAMP);
        let newest = m.cast_int(newest);
        if m.lt(stamp, newest) {
            let record = m.alloc::<Trail>(0);
            let top = m.reg(REG_TRAIL);
            m.set(record, Trail::PREV, top);
            m.set(record, Trail::VAR, var);
            m.set_reg(REG_TRAIL, record.val());
        }
        m.set(v, Var::REF, to);
    } else {
        m.call(&BIND, [var, to]);
    }
}

/// Arguments unified in line before the general function takes over.
const ARGS_INLINE: usize = 12;

/// Unifies two values.
#[inline(always)]
pub(super) fn unify<M: Meta>(m: &mut M, a: Val<M>, b: Val<M>) -> bool {
    let (a, ta, kept_a) = deref_kept(m, a);
    let (b, tb, kept_b) = deref_kept(m, b);
    match unify_simple(m, (a, ta, kept_a), (b, tb, kept_b)) {
        Some(unified) => unified,
        None => m.outlined(|m| unify_deep(m, a, b)),
    }
}

/// Unifies two dereferenced values unless both have an inside to look at. Each comes with what a
/// variable is bound to.
#[inline(always)]
fn unify_simple<M: Meta>(
    m: &mut M,
    (a, ta, kept_a): (Val<M>, Tag, Val<M>),
    (b, tb, kept_b): (Val<M>, Tag, Val<M>),
) -> Option<bool> {
    let same = m.same(a, b);
    if m.branch(same) {
        return Some(true);
    }
    if ta == VAR {
        if tb == VAR {
            let (va, vb) = (m.cast::<Var>(a), m.cast::<Var>(b));
            let sa = m.get(va, Var::STAMP);
            let sb = m.get(vb, Var::STAMP);
            // The younger is bound to the older.
            if m.lt(sa, sb) {
                bind(m, b, tb, a);
            } else {
                bind(m, a, ta, b);
            }
        } else {
            bind(m, a, ta, kept_b);
        }
        return Some(true);
    }
    if tb == VAR {
        bind(m, b, tb, kept_a);
        return Some(true);
    }
    let atomic = |t: Tag| t == Tag::INT || t == Tag::SYMBOL;
    let differ = atomic(ta) && !is_var(tb) || atomic(tb) && !is_var(ta);
    differ.then_some(false)
}

/// Compounds of few arguments in line, so that a trace sees them; the rest by the general function.
#[inline(never)]
fn unify_deep<M: Meta>(m: &mut M, a: Val<M>, b: Val<M>) -> bool {
    let (ta, tb) = (m.tag(a), m.tag(b));
    unify_inside(m, (a, ta), (b, tb), &mut { ARGS_INLINE })
}

/// Unifies two dereferenced values with an inside; `left` arguments may be looked at here.
fn unify_inside<M: Meta>(
    m: &mut M,
    (a, ta): (Val<M>, Tag),
    (b, tb): (Val<M>, Tag),
    left: &mut usize,
) -> bool {
    // Terms that were there before a trace have more forms than are worth paths of their own.
    if ta == STRUCT && tb == STRUCT && (m.made_here(a) || m.made_here(b)) {
        let (x, y) = (m.cast::<Struct>(a), m.cast::<Struct>(b));
        let functor = m.shape(x);
        if m.shape(y) != functor {
            return false;
        }
        let (_, arity) = pl(m).name_arity(functor);
        if arity <= *left {
            *left -= arity;
            for i in 0..arity as u16 {
                let (a, b) = (m.item_at(x, Struct::ARGS, i), m.item_at(y, Struct::ARGS, i));
                let (a, ta, kept_a) = deref_kept(m, a);
                let (b, tb, kept_b) = deref_kept(m, b);
                let unified = match unify_simple(m, (a, ta, kept_a), (b, tb, kept_b)) {
                    Some(unified) => unified,
                    None => unify_inside(m, (a, ta), (b, tb), left),
                };
                if !unified {
                    return false;
                }
            }
            return true;
        }
    }
    let unified = m.call(&UNIFY, [a, b]);
    m.is(unified, Value::TRUE)
}

/// Unifies a value with a constant that is no heap object.
#[inline(always)]
pub(super) fn unify_const<M: Meta>(m: &mut M, v: Val<M>, constant: Value) -> bool {
    let (v, tag) = deref(m, v);
    if is_var(tag) {
        let c = m.val(constant);
        bind(m, v, tag, c);
        return true;
    }
    m.is(v, constant)
}

#[inline(always)]
pub(super) fn identical<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let (a, b) = (m.slot(op::a(w)), m.slot(op::b(w)));
    let (a, ta) = deref(m, a);
    let (b, tb) = deref(m, b);
    let same = m.same(a, b);
    let equal = if m.branch(same) {
        true
    } else if [ta, tb]
        .iter()
        .any(|t| is_var(*t) || *t == Tag::INT || *t == Tag::SYMBOL)
    {
        false
    } else {
        let r = m.call(&SAME, [a, b]);
        m.is(r, Value::TRUE)
    };
    otherwise(m, equal == (op::c(w) == 0), word)
}

#[inline(always)]
pub(super) fn get_struct<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let functor = word as u32;
    let v = m.slot(op::a(w));
    let (v, tag) = deref(m, v);
    if tag == STRUCT {
        let s = m.cast::<Struct>(v);
        if m.shape(s) != functor {
            return backtrack(m);
        }
        m.set_slot(op::b(w), v);
        return Flow::Next;
    }
    if is_var(tag) {
        m.set_pc(op::pc(word));
        return Flow::Next;
    }
    backtrack(m)
}

/// `arg/3` of a number and a compound; what else it may be asked is in the library. The functor
/// is not looked at here: programs that take terms apart in this way meet many.
#[inline(never)]
pub(super) fn get_arg<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let mut slots = [0; 3];
    each_packed(m, op::a(w), |_, i, slot| slots[i as usize] = slot);
    let [n, t, a] = slots;
    let args = [m.slot(n), m.slot(t)];
    let item = m.call(&ITEM, args);
    if m.is(item, Value::UNDEF) {
        m.set_pc(op::pc(word));
        return Flow::Next;
    }
    if m.is(item, Value::NIL) {
        return backtrack(m);
    }
    if op::b(w) == 1 {
        m.set_slot(a, item);
        return Flow::Next;
    }
    let a = m.slot(a);
    let unified = m.call(&UNIFY, [item, a]);
    if m.is(unified, Value::TRUE) {
        Flow::Next
    } else {
        backtrack(m)
    }
}

#[inline(always)]
pub(super) fn put_struct<M: Meta>(m: &mut M, w: u64) -> Flow {
    let s = new_struct(m, op::a(w));
    m.set_slot(op::b(w), s);
    Flow::Next
}

/// A fresh compound of the functor and the `n` packed slots that follow.
#[inline(always)]
fn new_struct<M: Meta>(m: &mut M, n: u16) -> Val<M> {
    let functor = m.fetch() as u32;
    let s = m.alloc_sized::<Struct>(functor, n);
    each_packed(m, n, |m, i, slot| {
        let v = m.slot(slot);
        m.set_item_at(s, Struct::ARGS, i, v);
    });
    s.val()
}

/// [`put_struct`] and `Bind` in one.
#[inline(always)]
pub(super) fn bind_struct<M: Meta>(m: &mut M, w: u64) -> Flow {
    let s = new_struct(m, op::a(w));
    let v = m.slot(op::b(w));
    let (v, tag) = deref(m, v);
    if is_var(tag) {
        bind(m, v, tag, s);
        Flow::Next
    } else if unify(m, v, s) {
        // An earlier argument bound it meanwhile.
        Flow::Next
    } else {
        backtrack(m)
    }
}

/// Lists are built from the front, so that a bound variable stands before each rest. `cell` drops
/// the one before its `rest` when no choice point can unbind it any more: whoever comes by later
/// finds the rest at once, and the collector frees the variable. Who comes now still meets the
/// variable, as a recording would.
#[inline(always)]
fn drop_variable<M: Meta>(m: &mut M, cell: Ref<M, Struct>, rest: Val<M>) {
    if m.tag(rest) != VAR {
        return;
    }
    let var = m.cast::<Var>(rest);
    let to = m.get(var, Var::REF);
    let stamp = m.get(var, Var::STAMP);
    let newest = m.reg(REG_STAMP);
    let newest = m.cast_int(newest);
    if !m.is(to, Value::UNDEF) && !m.lt(stamp, newest) {
        m.set_item_at(cell, Struct::ARGS, 1, to);
    }
}

/// [`get_struct`] and both arguments, into slots.
#[inline(always)]
pub(super) fn get_pair<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let v = m.slot(op::a(w));
    let (v, tag) = deref(m, v);
    if tag == STRUCT {
        let s = m.cast::<Struct>(v);
        if m.shape(s) != word as u32 {
            return backtrack(m);
        }
        let first = m.item_at(s, Struct::ARGS, 0);
        let second = m.item_at(s, Struct::ARGS, 1);
        if word as u32 == DOT && m.keeps_house() {
            drop_variable(m, s, second);
        }
        m.set_slot(op::b(w), first);
        m.set_slot(op::c(w), second);
        return Flow::Next;
    }
    if is_var(tag) {
        m.set_pc(op::pc(word));
        return Flow::Next;
    }
    backtrack(m)
}

#[inline(always)]
pub(super) fn type_test<M: Meta>(m: &mut M, w: u64) -> Flow {
    let word = m.fetch();
    let v = m.slot(op::a(w));
    let (v, tag) = deref(m, v);
    let float = || tag == Tag::FLOAT || tag == Tag::layout(metatrace::layout::FLOAT_BOX);
    let integer = || tag == Tag::INT || tag == Tag::layout(runtime::layouts::BigInt::LAYOUT.id);
    let holds = match op::TESTS[op::c(w) as usize] {
        "var" => is_var(tag),
        "nonvar" => !is_var(tag),
        "atom" => tag == Tag::SYMBOL,
        "integer" => integer(),
        "float" => float(),
        "number" => integer() || float(),
        "atomic" => !is_var(tag) && tag != STRUCT,
        "compound" => tag == STRUCT,
        "callable" => tag == STRUCT || tag == Tag::SYMBOL,
        "string" => tag == Tag::layout(runtime::layouts::Str::LAYOUT.id),
        _ => {
            let r = m.call(&IS_LIST, [v]);
            m.is(r, Value::TRUE)
        }
    };
    otherwise(m, holds, word)
}

/// The target of a number in a table. A trace that guarded on the very number would have, for each
/// other one that comes, another guard behind the last one's: so it halves the table.
fn search<M: Meta>(m: &mut M, key: Int<M>, keys: &[(i64, u32)], other: u32) -> u32 {
    let (mut from, mut to) = (0, keys.len());
    if to > TRACED_MAX {
        m.stop_recording();
    }
    while to - from > 1 {
        let middle = (from + to) / 2;
        let bound = m.const_int(keys[middle].0);
        if m.lt(key, bound) {
            to = middle;
        } else {
            from = middle;
        }
    }
    let (found, pc) = keys[from];
    let found = m.const_int(found);
    let equal = m.int_cmp(Ir::IntEq, key, found);
    if m.branch(equal) { pc } else { other }
}

/// The target of a value in a table that is not small, or has other constants than the usual ones.
#[inline(never)]
fn switch_large<M: Meta>(m: &mut M, v: Val<M>, tag: Tag, table: &SwitchTable) -> u32 {
    if tag == Tag::INT {
        let key = m.cast_int(v);
        search(m, key, &table.ints, table.other)
    } else if tag == Tag::SYMBOL && table.symbols.len() <= MANY {
        let constant = m.promote(v);
        table.of_symbol(constant.as_symbol())
    } else if tag == Tag::SYMBOL || tag == STRUCT {
        let key = m.call(&SWITCH_KEY, [v]);
        let key = m.cast_int(key);
        let keys = match tag == STRUCT {
            true => &table.functors,
            false => &table.symbols,
        };
        search(m, key, keys, table.other)
    } else {
        let constant = m.promote(v);
        table.of_other(constant.0)
    }
}

/// The target of one of a few constants.
#[inline(always)]
fn one_of<M: Meta>(
    m: &mut M,
    v: Val<M>,
    keys: &[(i64, u32)],
    make: fn(i64) -> Value,
) -> Option<u32> {
    for &(key, pc) in keys {
        if m.is(v, make(key)) {
            return Some(pc);
        }
    }
    None
}

#[inline(always)]
pub(super) fn switch<M: Meta>(m: &mut M, w: u64) -> Flow {
    let v = m.slot(op::a(w));
    let table = &data(m).tables[op::pc(w) as usize];
    let (v, tag) = deref(m, v);
    let pc = if is_var(tag) {
        table.var
    } else if tag == STRUCT && table.functors.is_empty() {
        let s = m.cast::<Struct>(v);
        let functor = m.shape(s);
        table.of_struct(functor)
    } else if tag == Tag::SYMBOL && table.symbols.len() <= FEW {
        let symbol = |s| Value::symbol(s as u32);
        one_of(m, v, &table.symbols, symbol).unwrap_or(table.other)
    } else if tag == Tag::INT && table.ints.len() <= FEW {
        one_of(m, v, &table.ints, Value::small).unwrap_or(table.other)
    } else if tag != STRUCT && tag != Tag::SYMBOL && tag != Tag::INT && table.others.is_empty() {
        table.other
    } else {
        m.outlined(|m| switch_large(m, v, tag, table))
    };
    m.set_pc(pc);
    Flow::Next
}
