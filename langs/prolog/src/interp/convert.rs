//! Values that cross the border, in the step loop: what is common in line, the rest by natives
//! (`border/values.rs`).

use super::*;
use crate::border::values::{ATOM_OF, NEW_LIST, TEXT_OF, TO_SHARED, TO_TERM, stands_for_value};
use interop::layouts::MarkedText;
use runtime::Vm;
use runtime::layouts::{List, Str, Tuple};

/// A shared value as a term.
#[inline(always)]
pub(super) fn to_term<M: Meta>(m: &mut M, v: Val<M>) -> Val<M> {
    let tag = m.tag(v);
    if tag == Tag::INT || tag == Tag::FLOAT {
        return v;
    }
    if tag == Tag::layout(Str::LAYOUT.id) {
        return m.call(&ATOM_OF, [v]);
    }
    let converted = [List::LAYOUT.id, Tuple::LAYOUT.id, MarkedText::LAYOUT.id];
    if tag == Tag::IMM || converted.iter().any(|&id| tag == Tag::layout(id)) {
        return m.call(&TO_TERM, [v]);
    }
    v
}

/// As [`deref`], but a view stays one.
#[inline(always)]
fn deref_to_view<M: Meta>(m: &mut M, v: Val<M>) -> (Val<M>, Tag) {
    let mut v = v;
    while m.is_tag(v, VAR) {
        let var = m.cast::<Var>(v);
        let next = m.get(var, Var::REF);
        if m.is(next, Value::UNDEF) {
            return (v, VAR);
        }
        v = next;
    }
    let tag = m.tag(v);
    if tag == VIEW { (v, tag) } else { deref(m, v) }
}

/// A term as a shared value.
#[inline(always)]
pub(super) fn to_shared<M: Meta>(m: &mut M, v: Val<M>) -> Result<Val<M>, Raised> {
    let (v, tag) = deref_to_view(m, v);
    if tag == Tag::SYMBOL {
        return Ok(text_of(m, v));
    }
    if tag == STRUCT || tag == VIEW {
        let newest = m.reg(REG_STAMP);
        return m.try_call(&TO_SHARED, [v, newest]);
    }
    Ok(v)
}

/// What an atom is elsewhere.
#[inline(always)]
pub(super) fn text_of<M: Meta>(m: &mut M, v: Val<M>) -> Val<M> {
    let nil = crate::term::atom(pl(m).known.nil);
    if m.is(v, nil) {
        return m.call(&NEW_LIST, []);
    }
    m.call(&TEXT_OF, [v])
}

/// A term as a shared value, where nothing that it was bound to can be undone: a compound that
/// stands for itself is kept as it is.
pub(super) fn to_shared_for_good<M: Meta>(m: &mut M, v: Val<M>) -> Result<Val<M>, Raised> {
    let newest = m.reg(REG_CHOICE);
    if m.is(newest, Value::NIL) {
        let (v, tag) = deref_to_view(m, v);
        if tag == STRUCT {
            let s = m.cast::<Struct>(v);
            let functor = m.shape(s);
            let core = m.core();
            if !m.outlined(|_| stands_for_value(Vm::from_core(core), functor)) {
                return Ok(v);
            }
        }
    }
    to_shared(m, v)
}
