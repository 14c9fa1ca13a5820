//! Unification, comparison, copying: iterative, on heap terms.

use crate::border::views;
use crate::cycles::{Walk, cyclic};
use crate::layouts::{AttVar, REG_STAMP, REG_TRAIL, Struct, Var};
use crate::number::{self, compare_numbers};
use crate::state::pl;
use crate::term::{MakeTerms, Term, arity, deref, is_var, str_text, term, undo_trail};
use hashbrown::{HashMap, HashSet};
use metatrace::value::Value;
use runtime::Vm;
use runtime::layouts::{BigInt as BigLayout, Str};
use runtime::object::{Obj, is, to_float};
use smallvec::SmallVec;
use std::cmp::Ordering;

/// Are two dereferenced atomic values the same term?
pub fn same_atomic(a: Value, b: Value) -> bool {
    if a == b {
        return true;
    }
    if !a.is_heap() || !b.is_heap() {
        return false;
    }
    match (to_float(a), to_float(b)) {
        (Some(x), Some(y)) => return x.to_bits() == y.to_bits(),
        (None, None) => {}
        _ => return false,
    }
    if is::<BigLayout>(a) && is::<BigLayout>(b) {
        return number::to_big(a) == number::to_big(b);
    }
    is::<Str>(a) && is::<Str>(b) && str_text(a) == str_text(b)
}

/// Pairs of compounds that [`unify`] looks at by recursion, which is quick, and how deep it goes:
/// beyond, terms may be cyclic or share parts.
const QUICK_PAIRS: u32 = 200;
const QUICK_DEPTH: u32 = 16;

/// Unifies two terms; bindings made before a failure stay for backtracking to undo.
pub fn unify(vm: &mut Vm, a: Value, b: Value) -> bool {
    unify_quick(vm, a, b, QUICK_DEPTH, &mut { QUICK_PAIRS })
}

fn unify_quick(vm: &mut Vm, given_a: Value, given_b: Value, depth: u32, left: &mut u32) -> bool {
    let (mut given_a, mut given_b) = (given_a, given_b);
    loop {
        if given_a == given_b {
            return true;
        }
        let (a, b) = (deref(given_a), deref(given_b));
        if a == b {
            return true;
        }
        if !a.is_heap() && !b.is_heap() {
            return false;
        }
        let (x, y) = match (Obj::<Struct>::of(a), Obj::<Struct>::of(b)) {
            (Some(x), Some(y)) => (x, y),
            _ => return unify_leaf(vm, (a, given_a), (b, given_b)),
        };
        if x.shape() != y.shape() {
            return false;
        }
        if depth == 0 || *left == 0 {
            return unify_large(vm, a, b);
        }
        *left -= 1;
        let Some(last) = arity(vm, x).checked_sub(1) else {
            return true;
        };
        for i in 0..last {
            let (p, q) = (x.item(Struct::ARGS, i), y.item(Struct::ARGS, i));
            if p != q && !unify_quick(vm, p, q, depth - 1, left) {
                return false;
            }
        }
        (given_a, given_b) = (x.item(Struct::ARGS, last), y.item(Struct::ARGS, last));
    }
}

/// Unifies two dereferenced terms that are not both compounds; each comes with what stood for it.
#[inline(always)]
fn unify_leaf(vm: &mut Vm, (a, given_a): (Value, Value), (b, given_b): (Value, Value)) -> bool {
    match (is_var(a), is_var(b)) {
        (true, true) => bind_vars(vm, a, b),
        (true, false) => vm.bind(a, views::kept(given_b, b)),
        (false, true) => vm.bind(b, views::kept(given_a, a)),
        (false, false) => return same_atomic(a, b),
    }
    true
}

/// Unifies terms of any depth, which may be cyclic.
fn unify_large(vm: &mut Vm, a: Value, b: Value) -> bool {
    let mut stack: SmallVec<[(Value, Value); 16]> = SmallVec::new();
    let (mut a, mut b) = (a, b);
    let mut walk = Walk::new();
    loop {
        let (given_a, given_b) = (a, b);
        (a, b) = (deref(a), deref(b));
        if a == b {
            match stack.pop() {
                Some(pair) => (a, b) = pair,
                None => return true,
            }
            continue;
        }
        match (Obj::<Struct>::of(a), Obj::<Struct>::of(b)) {
            (Some(x), Some(y)) => {
                if x.shape() != y.shape() {
                    return false;
                }
                let n = arity(vm, x);
                if n > 0 && !walk.passed((a.0, b.0)) {
                    for i in (1..n).rev() {
                        stack.push((x.item(Struct::ARGS, i), y.item(Struct::ARGS, i)));
                    }
                    (a, b) = (x.item(Struct::ARGS, 0), y.item(Struct::ARGS, 0));
                    continue;
                }
            }
            _ if unify_leaf(vm, (a, given_a), (b, given_b)) => {}
            _ => return false,
        }
        match stack.pop() {
            Some(pair) => (a, b) = pair,
            None => return true,
        }
    }
}

/// Binds the younger of two variables to the older; plain ones to attributed ones.
#[inline]
fn bind_vars(vm: &mut Vm, a: Value, b: Value) {
    match (Obj::<Var>::of(a), Obj::<Var>::of(b)) {
        (Some(x), Some(y)) => {
            if x.int(Var::STAMP) >= y.int(Var::STAMP) {
                vm.bind(a, b);
            } else {
                vm.bind(b, a);
            }
        }
        (None, Some(_)) => vm.bind(b, a),
        _ => vm.bind(a, b),
    }
}

/// Does the variable `var` occur in `t`?
pub fn occurs(vm: &Vm, var: Value, t: Value) -> bool {
    let mut walk = Walk::new();
    let mut stack = vec![t];
    while let Some(t) = stack.pop() {
        let t = deref(t);
        if t == var {
            return true;
        }
        if let Some(s) = Obj::<Struct>::of(t)
            && !walk.passed(t.0)
        {
            for i in 0..arity(vm, s) {
                stack.push(s.item(Struct::ARGS, i));
            }
        }
    }
    false
}

/// Unifies with the occurs check; on failure everything is undone.
pub fn unify_occurs(vm: &mut Vm, a: Value, b: Value) -> bool {
    let mut walk = Walk::new();
    let mut stack = vec![(a, b)];
    while let Some((a, b)) = stack.pop() {
        let (a, b) = (deref(a), deref(b));
        if a == b {
            continue;
        }
        let (var, other) = if is_var(a) {
            (a, b)
        } else if is_var(b) {
            (b, a)
        } else {
            match (Obj::<Struct>::of(a), Obj::<Struct>::of(b)) {
                (Some(x), Some(y)) if x.shape() == y.shape() => {
                    if walk.passed((a.0, b.0)) {
                        continue;
                    }
                    for i in (0..arity(vm, x)).rev() {
                        stack.push((x.item(Struct::ARGS, i), y.item(Struct::ARGS, i)));
                    }
                    continue;
                }
                (None, None) if same_atomic(a, b) => continue,
                _ => return false,
            }
        };
        if occurs(vm, var, other) {
            return false;
        }
        if is_var(other) {
            bind_vars(vm, var, other);
        } else {
            vm.bind(var, other);
        }
    }
    true
}

/// Rank of a term's type in the standard order.
fn rank(t: &Term) -> u8 {
    match t {
        Term::Var(_) => 0,
        Term::Float(_) | Term::Int(_) | Term::Big(_) => 1,
        Term::Str(_) => 3,
        Term::Atom(_) => 4,
        Term::Struct(_) => 5,
        Term::Other(_) => 2,
    }
}

/// The standard order of terms. Variables that were compared once keep their order.
pub fn compare(vm: &mut Vm, a: Value, b: Value) -> Ordering {
    compare_by(vm, a, b, variable_order)
}

/// Are the terms identical?
pub fn identical(vm: &mut Vm, a: Value, b: Value) -> bool {
    compare_by(vm, a, b, |_, p, q| p.0.cmp(&q.0)) == Ordering::Equal
}

/// Older ones come first as far as that is known: addresses tell, until one of two variables
/// moves, so they get numbers.
fn variable_order(vm: &mut Vm, p: Value, q: Value) -> Ordering {
    let (lower, upper) = (p.0.min(q.0), p.0.max(q.0));
    // Odd multiples of four are numbers that young objects got, the others old objects' addresses.
    let key = |id: i64| (id & 4 != 0, id);
    let lower_key = key(vm.heap.identity(Value(lower)));
    let upper_key = key(vm.heap.identity(Value(upper)));
    if p.0 == lower {
        lower_key.cmp(&upper_key)
    } else {
        upper_key.cmp(&lower_key)
    }
}

fn compare_by(
    vm: &mut Vm,
    a: Value,
    b: Value,
    variables: fn(&mut Vm, Value, Value) -> Ordering,
) -> Ordering {
    let (a, b) = (deref(a), deref(b));
    if let (Some(x), Some(y)) = (a.to_int(), b.to_int()) {
        return x.cmp(&y);
    }
    let mut stack: SmallVec<[(Value, Value); 16]> = SmallVec::new();
    stack.push((a, b));
    let mut walk = Walk::new();
    while let Some((a, b)) = stack.pop() {
        let (a, b) = (deref(a), deref(b));
        if a == b {
            continue;
        }
        let (x, y) = (term(a), term(b));
        let by_rank = rank(&x).cmp(&rank(&y));
        if by_rank != Ordering::Equal {
            return by_rank;
        }
        let order = match (&x, &y) {
            (Term::Var(p), Term::Var(q)) => variables(vm, *p, *q),
            (Term::Atom(p), Term::Atom(q)) => vm.symbols.bytes(p.0).cmp(vm.symbols.bytes(q.0)),
            (Term::Str(p), Term::Str(q)) => str_text(*p).cmp(&str_text(*q)),
            (Term::Struct(p), Term::Struct(q)) => {
                let (pn, pa) = pl(vm).name_arity(p.shape());
                let (qn, qa) = pl(vm).name_arity(q.shape());
                let order = pa
                    .cmp(&qa)
                    .then_with(|| vm.symbols.bytes(pn.0).cmp(vm.symbols.bytes(qn.0)));
                if order == Ordering::Equal && !walk.passed((a.0, b.0)) {
                    for i in (0..pa).rev() {
                        stack.push((p.item(Struct::ARGS, i), q.item(Struct::ARGS, i)));
                    }
                }
                order
            }
            // Floats before integers, as the standard has it.
            (Term::Float(_), Term::Int(_) | Term::Big(_)) => Ordering::Less,
            (Term::Int(_) | Term::Big(_), Term::Float(_)) => Ordering::Greater,
            (Term::Other(p), Term::Other(q)) => p.0.cmp(&q.0),
            _ => compare_numbers(a, b),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

/// Are the terms equal up to renaming of variables?
pub fn variant(vm: &Vm, a: Value, b: Value) -> bool {
    let (mut left, mut right) = (HashMap::new(), HashMap::new());
    let mut walk = Walk::new();
    let mut stack = vec![(a, b)];
    while let Some((a, b)) = stack.pop() {
        let (a, b) = (deref(a), deref(b));
        match (is_var(a), is_var(b)) {
            (true, true) => {
                let n = left.len();
                if *left.entry(a.0).or_insert(n) != *right.entry(b.0).or_insert(n) {
                    return false;
                }
                // A pair seen for the first time on one side only is no bijection.
                if left.len() != right.len() {
                    return false;
                }
            }
            (false, false) => match (Obj::<Struct>::of(a), Obj::<Struct>::of(b)) {
                (Some(x), Some(y)) if x.shape() == y.shape() => {
                    if walk.passed((a.0, b.0)) {
                        continue;
                    }
                    for i in (0..arity(vm, x)).rev() {
                        stack.push((x.item(Struct::ARGS, i), y.item(Struct::ARGS, i)));
                    }
                }
                (None, None) if same_atomic(a, b) => {}
                _ => return false,
            },
            _ => return false,
        }
    }
    true
}

/// Is the term without variables?
pub fn ground(vm: &Vm, t: Value) -> bool {
    let mut walk = Walk::new();
    let mut stack = vec![t];
    while let Some(t) = stack.pop() {
        let t = deref(t);
        if is_var(t) {
            return false;
        }
        if let Some(s) = Obj::<Struct>::of(t)
            && !walk.passed(t.0)
        {
            for i in 0..arity(vm, s) {
                stack.push(s.item(Struct::ARGS, i));
            }
        }
    }
    true
}

/// Variables of a term in order of first occurrence (depth first, left to right).
pub fn variables(vm: &Vm, t: Value) -> Vec<Value> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut walk = Walk::new();
    let mut stack = vec![t];
    while let Some(t) = stack.pop() {
        let t = deref(t);
        if is_var(t) {
            if seen.insert(t.0) {
                found.push(t);
            }
        } else if let Some(s) = Obj::<Struct>::of(t)
            && !walk.passed(t.0)
        {
            for i in (0..arity(vm, s)).rev() {
                stack.push(s.item(Struct::ARGS, i));
            }
        }
    }
    found
}

/// A copy with fresh variables. With `attrs`, attributes are copied too;
/// otherwise attributed variables become plain ones.
pub fn copy(vm: &mut Vm, t: Value, attrs: bool) -> Value {
    deref(copy_kept(vm, t, attrs))
}

/// As [`copy`], but another language's empty list stays itself, see [`views::kept`].
pub fn copy_kept(vm: &mut Vm, t: Value, attrs: bool) -> Value {
    if !t.is_heap() {
        return t;
    }
    match copy_of(vm, t, attrs, false) {
        Some(copy) => copy,
        None => copy_of(vm, t, attrs, true).expect("parts are copied once"),
    }
}

/// The copy, unless the term is found to be cyclic: then each of its compounds must be copied
/// `once`, which takes a map of them all.
fn copy_of(vm: &mut Vm, t: Value, attrs: bool, once: bool) -> Option<Value> {
    let mut map: HashMap<u64, Value> = HashMap::new();
    let whole = t;
    let mut walk = Walk::new();
    let mut finite = once;
    // Each piece of work stores the copy of a term into an argument of a fresh compound.
    let root = vm.compound(crate::term::DOT, &[Value::NONE, Value::NONE]);
    let root = Obj::<Struct>::cast(root);
    let mut stack: Vec<(Value, Value, usize)> = vec![(t, root.value(), 0)];
    while let Some((t, target, index)) = stack.pop() {
        let copy = if let Some(list) = views::ground_list(vm, t) {
            // Another language's list stays itself.
            list
        } else if let Some(s) = Obj::<Struct>::of(deref(t)) {
            if !finite && walk.suspects(s.value().0) {
                // What attributes hold is not part of the term.
                if attrs && !map.is_empty() || cyclic(vm, whole) {
                    return None;
                }
                finite = true;
            }
            match map.get(&s.value().0).filter(|_| once) {
                Some(&copied) => copied,
                None => {
                    let n = arity(vm, s);
                    let new = vm.alloc_sized::<Struct>(s.shape(), n);
                    for i in (0..n).rev() {
                        stack.push((s.item(Struct::ARGS, i), new.value(), i));
                    }
                    if once {
                        map.insert(s.value().0, new.value());
                    }
                    new.value()
                }
            }
        } else if let t = deref(t)
            && is_var(t)
        {
            match map.get(&t.0) {
                Some(&v) => v,
                None => {
                    let v = copy_var(vm, t, attrs, &mut stack);
                    map.insert(t.0, v);
                    v
                }
            }
        } else {
            deref(t)
        };
        match Obj::<AttVar>::of(target) {
            Some(v) => v.set(vm, AttVar::ATTRS, copy),
            None => Obj::<Struct>::cast(target).init_item(Struct::ARGS, index, copy),
        }
    }
    Some(root.item(Struct::ARGS, 0))
}

fn copy_var(vm: &mut Vm, t: Value, attrs: bool, stack: &mut Vec<(Value, Value, usize)>) -> Value {
    match Obj::<AttVar>::of(t) {
        Some(old) if attrs => {
            let v = new_attvar(vm, Value::NONE);
            stack.push((old.get(AttVar::ATTRS), v, 0));
            v
        }
        _ => vm.new_var(),
    }
}

/// A fresh attributed variable.
pub fn new_attvar(vm: &mut Vm, attrs: Value) -> Value {
    let stamp = vm.core().regs[REG_STAMP as usize];
    let v = vm.alloc::<AttVar>(0);
    v.init(AttVar::REF, Value::UNDEF);
    v.init(AttVar::STAMP, stamp);
    v.init(AttVar::ATTRS, attrs);
    v.value()
}

/// Does `general` subsume `specific`? Leaves no bindings.
pub fn subsumes(vm: &mut Vm, general: Value, specific: Value) -> bool {
    let vars = variables(vm, specific);
    let saved = vm.core().regs;
    let mark = saved[REG_TRAIL as usize];
    // Everything is trailed while we look.
    vm.core_mut().regs[REG_STAMP as usize] = Value::small(i64::MAX >> 3);
    let unified = unify(vm, general, specific);
    let mut seen = HashSet::new();
    let distinct = |v: &Value| {
        let v = deref(*v);
        is_var(v) && seen.insert(v.0)
    };
    let result = unified && vars.iter().all(distinct);
    undo_trail(vm, mark);
    vm.core_mut().regs = saved;
    result
}
