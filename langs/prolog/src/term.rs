//! Terms on the heap, for plain Rust code: looking at them, making them, binding variables.

use crate::border::values::stands_for_value;
use crate::border::views::{self, list_of};
use crate::cycles::{self, Walk};
use crate::layouts::{
    AttVar, Choice, ListView, REG_CHOICE, REG_STAMP, REG_TRAIL, REG_WAKE, Struct, Trail, Undo, Var,
};
use crate::number;
use crate::state::{FunctorId, Pl, pl};
use crate::syntax::Atom;
use metatrace::layout::{HEADER_SIZE_SHIFT, LayoutType, SIZE_LARGE};
use metatrace::run::mem;
use metatrace::value::Value;
use num_bigint::BigInt;
use runtime::Vm;
use runtime::layouts::{BigInt as BigLayout, Str};
use runtime::object::{Obj, is, to_float};

/// A term, one level deep.
#[derive(Clone, Debug)]
pub enum Term {
    Var(Value),
    Atom(Atom),
    Int(i64),
    Big(BigInt),
    Float(f64),
    Str(Value),
    Struct(Obj<Struct>),
    /// A value of another language, a choice point: atomic and opaque.
    Other(Value),
}

/// Follows bindings to an unbound variable or a term.
#[inline]
pub fn deref(mut v: Value) -> Value {
    while v.is_heap() {
        let next = if let Some(var) = Obj::<Var>::of(v) {
            var.get(Var::REF)
        } else if let Some(var) = Obj::<AttVar>::of(v) {
            var.get(AttVar::REF)
        } else if let Some(view) = Obj::<ListView>::of(v) {
            return list_of(view);
        } else {
            return v;
        };
        if next == Value::UNDEF {
            return v;
        }
        v = next;
    }
    v
}

/// Is a dereferenced value an unbound variable?
#[inline]
pub fn is_var(v: Value) -> bool {
    is::<Var>(v) || is::<AttVar>(v)
}

/// Looks at a value (dereferencing it first).
pub fn term(v: Value) -> Term {
    let v = deref(v);
    if let Some(i) = v.to_int() {
        Term::Int(i)
    } else if v.is_symbol() {
        Term::Atom(Atom(v.as_symbol()))
    } else if let Some(s) = Obj::<Struct>::of(v) {
        Term::Struct(s)
    } else if is_var(v) {
        Term::Var(v)
    } else if let Some(f) = to_float(v) {
        Term::Float(f)
    } else if is::<BigLayout>(v) {
        Term::Big(number::to_big(v))
    } else if is::<Str>(v) {
        Term::Str(v)
    } else {
        Term::Other(v)
    }
}

/// Argument `i` of a compound, dereferenced.
#[inline]
pub fn arg(s: Obj<Struct>, i: usize) -> Value {
    deref(s.item(Struct::ARGS, i))
}

/// Number of arguments, from the object's size where that is in its header.
#[inline]
pub fn arity(vm: &Vm, s: Obj<Struct>) -> usize {
    // Cells may have a hidden field; see `border/views.rs`.
    if s.shape() == DOT {
        return 2;
    }
    let words = mem::header_of(s.value().0) >> HEADER_SIZE_SHIFT & SIZE_LARGE;
    if words == 0 || words == SIZE_LARGE {
        return pl(vm).name_arity(s.shape()).1;
    }
    words as usize - Struct::LAYOUT.items_start() as usize
}

#[inline]
pub fn atom(a: Atom) -> Value {
    Value::symbol(a.0)
}

/// The argument pair of a list cell.
#[inline]
pub fn cons_parts(v: Value) -> Option<(Value, Value)> {
    let s = Obj::<Struct>::of(v)?;
    (s.shape() == DOT).then(|| (arg(s, 0), arg(s, 1)))
}

/// Functor number of list cells: the first functor of every engine.
pub const DOT: FunctorId = 0;

/// The text of a string object.
pub fn str_text(v: Value) -> String {
    let s = Obj::<Str>::cast(v);
    String::from_utf8_lossy(s.bytes(Str::TEXT, s.size(Str::BYTES))).into_owned()
}

pub trait MakeTerms {
    fn new_var(&mut self) -> Value;
    fn compound(&mut self, functor: FunctorId, args: &[Value]) -> Value;
    fn cons(&mut self, head: Value, tail: Value) -> Value;
    fn make_list(&mut self, items: &[Value]) -> Value;
    fn list_with_tail(&mut self, items: &[Value], tail: Value) -> Value;
    fn term1(&mut self, name: &str, a: Value) -> Value;
    fn term2(&mut self, name: &str, a: Value, b: Value) -> Value;
    /// The permanent atom of a name: for names that Rust code knows.
    fn sym(&mut self, name: &str) -> Value;
    /// The atom of a text that is data: it lives as long as something refers to it.
    fn data_atom(&mut self, name: &str) -> Value;
    fn bind(&mut self, var: Value, to: Value);
}

impl MakeTerms for Vm {
    #[inline]
    fn new_var(&mut self) -> Value {
        let stamp = self.core().regs[REG_STAMP as usize];
        let var = self.alloc::<Var>(0);
        var.init(Var::REF, Value::UNDEF);
        var.init(Var::STAMP, stamp);
        var.value()
    }

    fn compound(&mut self, functor: FunctorId, args: &[Value]) -> Value {
        let s = self.alloc_sized::<Struct>(functor, args.len());
        for (i, &a) in args.iter().enumerate() {
            s.init_item(Struct::ARGS, i, a);
        }
        s.value()
    }

    #[inline]
    fn cons(&mut self, head: Value, tail: Value) -> Value {
        let s = self.alloc_sized::<Struct>(DOT, 2);
        s.init_item(Struct::ARGS, 0, head);
        s.init_item(Struct::ARGS, 1, tail);
        s.value()
    }

    fn make_list(&mut self, items: &[Value]) -> Value {
        let nil = atom(pl(self).known.nil);
        self.list_with_tail(items, nil)
    }

    fn list_with_tail(&mut self, items: &[Value], tail: Value) -> Value {
        let mut list = tail;
        for &item in items.iter().rev() {
            list = self.cons(item, list);
        }
        list
    }

    fn term1(&mut self, name: &str, a: Value) -> Value {
        let name = Atom(self.symbols.intern(name));
        let f = pl(self).functor(name, 1);
        self.compound(f, &[a])
    }

    fn term2(&mut self, name: &str, a: Value, b: Value) -> Value {
        let name = Atom(self.symbols.intern(name));
        let f = pl(self).functor(name, 2);
        self.compound(f, &[a, b])
    }

    fn sym(&mut self, name: &str) -> Value {
        Value::symbol(self.symbols.intern(name))
    }

    fn data_atom(&mut self, name: &str) -> Value {
        Value::symbol(self.intern_mortal(name.as_bytes()))
    }

    /// Binds an unbound variable, trailing it if it is older than the newest choice point.
    #[inline(always)]
    fn bind(&mut self, var: Value, to: Value) {
        if let Some(v) = Obj::<Var>::of(var) {
            if v.int(Var::STAMP) < self.core().regs[REG_STAMP as usize].as_int() {
                push_trail(self, var);
            }
            v.set(self, Var::REF, to);
            return;
        }
        bind_attributed(self, var, to);
    }
}

/// Binds a variable with attributes: their goals are to be called soon.
#[inline(never)]
fn bind_attributed(vm: &mut Vm, var: Value, to: Value) {
    let v = Obj::<AttVar>::cast(var);
    if outlives_choice(vm, v) {
        push_trail(vm, var);
    }
    v.set(vm, AttVar::REF, to);
    let attrs = v.get(AttVar::ATTRS);
    let wake = vm.core().regs[REG_WAKE as usize];
    let pending = if wake == Value::NIL {
        atom(pl(vm).known.nil)
    } else {
        wake
    };
    let goal = vm.term2("wakeup", attrs, to);
    let list = vm.cons(goal, pending);
    vm.core_mut().regs[REG_WAKE as usize] = list;
}

/// Is the variable older than the newest choice point, so that its changes have to be undone?
pub fn outlives_choice(vm: &Vm, var: Obj<AttVar>) -> bool {
    var.int(AttVar::STAMP) < vm.core().regs[REG_STAMP as usize].as_int()
}

#[inline]
fn push_trail(vm: &mut Vm, var: Value) {
    let record = vm.alloc::<Trail>(0);
    record.init(Trail::PREV, vm.core().regs[REG_TRAIL as usize]);
    record.init(Trail::VAR, var);
    vm.core_mut().regs[REG_TRAIL as usize] = record.value();
}

/// Records looked at for one that makes a new one unnecessary.
const UNDO_LOOK_BACK: usize = 8;

/// Remembers that item `index` of `target` was `old`, unless that is known since the newest
/// choice point: a loop that assigns again and again would fill the trail.
pub fn push_undo(vm: &mut Vm, target: Value, index: i64, old: Value) {
    let mark = Obj::<Choice>::of(choice(vm)).map_or(Value::NIL, |c| c.get(Choice::TRAIL));
    let mut at = vm.core().regs[REG_TRAIL as usize];
    for _ in 0..UNDO_LOOK_BACK {
        if at == mark {
            break;
        }
        at = if let Some(record) = Obj::<Undo>::of(at) {
            if record.get(Undo::TARGET) == target && record.int(Undo::INDEX) == index {
                return;
            }
            record.get(Undo::PREV)
        } else if let Some(record) = Obj::<Trail>::of(at) {
            record.get(Trail::PREV)
        } else {
            break;
        };
    }
    let record = vm.alloc::<Undo>(0);
    record.init(Undo::PREV, vm.core().regs[REG_TRAIL as usize]);
    record.init(Undo::TARGET, target);
    record.init(Undo::INDEX, Value::small(index));
    record.init(Undo::OLD, old);
    vm.core_mut().regs[REG_TRAIL as usize] = record.value();
}

/// Undoes bindings until the trail is `mark`.
pub fn undo_trail(vm: &mut Vm, mark: Value) {
    let mut at = vm.core().regs[REG_TRAIL as usize];
    while at != mark && at.is_heap() {
        if let Some(record) = Obj::<Trail>::of(at) {
            let var = record.get(Trail::VAR);
            if let Some(v) = Obj::<Var>::of(var) {
                v.set(vm, Var::REF, Value::UNDEF);
            } else {
                Obj::<AttVar>::cast(var).set(vm, AttVar::REF, Value::UNDEF);
            }
            at = record.get(Trail::PREV);
        } else {
            let record = Obj::<Undo>::cast(at);
            let target = record.get(Undo::TARGET);
            let old = record.get(Undo::OLD);
            match record.int(Undo::INDEX) {
                -1 => Obj::<AttVar>::cast(target).set(vm, AttVar::ATTRS, old),
                -2 => {
                    let name = Atom(target.as_symbol());
                    pl(vm).globals.borrow_mut().insert(name, old);
                }
                i => {
                    let target = Obj::<Struct>::cast(target);
                    about_to_write(vm, target);
                    target.set_item(vm, Struct::ARGS, i as usize, old);
                }
            }
            at = record.get(Undo::PREV);
        }
    }
    vm.core_mut().regs[REG_TRAIL as usize] = mark;
}

/// To be called before an argument of a term that others know is written: lists of other languages
/// whose items are in such cells are made ordinary ones.
pub fn about_to_write(vm: &mut Vm, target: Obj<Struct>) {
    if stands_for_value(vm, target.shape()) {
        vm.unlink_all();
    }
}

/// After a cut to a choice point with stamp `stamp` and trail `mark`: drops trail
/// records newer than `mark` that no older choice point needs.
pub fn trim_trail(vm: &mut Vm, mark: Value, stamp: i64) {
    let mut keep = Vec::new();
    let mut at = vm.core().regs[REG_TRAIL as usize];
    let mut dropped = false;
    while at != mark && at.is_heap() {
        let (prev, needed) = match Obj::<Trail>::of(at) {
            Some(r) => {
                let var = r.get(Trail::VAR);
                let old = match Obj::<Var>::of(var) {
                    Some(v) => v.int(Var::STAMP) < stamp,
                    None => Obj::<AttVar>::cast(var).int(AttVar::STAMP) < stamp,
                };
                (r.get(Trail::PREV), old)
            }
            None => {
                let r = Obj::<Undo>::cast(at);
                let old = match Obj::<AttVar>::of(r.get(Undo::TARGET)) {
                    Some(v) => v.int(AttVar::STAMP) < stamp,
                    None => true,
                };
                (r.get(Undo::PREV), old)
            }
        };
        if needed {
            keep.push(at);
        } else {
            dropped = true;
        }
        at = prev;
    }
    if !dropped {
        return;
    }
    let mut below = mark;
    for record in keep.into_iter().rev() {
        match Obj::<Trail>::of(record) {
            Some(r) => r.set(vm, Trail::PREV, below),
            None => Obj::<Undo>::cast(record).set(vm, Undo::PREV, below),
        }
        below = record;
    }
    vm.core_mut().regs[REG_TRAIL as usize] = below;
}

/// The newest choice point.
pub fn choice(vm: &Vm) -> Value {
    vm.core().regs[REG_CHOICE as usize]
}

impl Pl {
    /// Is it a proper list?
    pub fn is_list(&self, v: Value) -> bool {
        cycles::cells(v).is_some_and(|(_, end)| end == atom(self.known.nil))
    }

    /// Items of a proper list; `Err` with whether it was partial otherwise.
    pub fn list(&self, v: Value) -> Result<Vec<Value>, bool> {
        self.list_of(v, |cell| arg(cell, 0))
    }

    /// The same, but another language's empty list stays itself, see [`views::kept`].
    pub fn list_kept(&self, v: Value) -> Result<Vec<Value>, bool> {
        self.list_of(v, |cell| {
            views::kept(cell.item(Struct::ARGS, 0), arg(cell, 0))
        })
    }

    fn list_of(&self, v: Value, item: impl Fn(Obj<Struct>) -> Value) -> Result<Vec<Value>, bool> {
        let mut items = Vec::new();
        let mut at = deref(v);
        let mut walk = Walk::new();
        while let Some(cell) = Obj::<Struct>::of(at)
            && cell.shape() == DOT
        {
            // Nothing else is shared along a list's rests: it has come round.
            if walk.suspects(at.0) {
                return Err(false);
            }
            items.push(item(cell));
            at = arg(cell, 1);
        }
        match at == atom(self.known.nil) {
            true => Ok(items),
            false => Err(is_var(at)),
        }
    }
}
