//! Cyclic terms: walks that come by the same place again notice it, and terms are told apart
//! into what is printed once and the names that stand for it.
//!
//! Small terms pay a counter only. Walks keep no list of where they were until they have come
//! back to a place; even then they note every few steps only, so that long lists need little room.

use crate::convert::HeapView;
use crate::layouts::Struct;
use crate::syntax::Atoms;
use crate::syntax::ops::Ops;
use crate::syntax::write::{Kind, View, WriteOptions, write};
use crate::term::{arity, cons_parts, deref};
use hashbrown::{HashMap, HashSet};
use metatrace::value::Value;
use runtime::Vm;
use runtime::object::Obj;
use std::hash::Hash;

/// Steps before a walk looks out for cycles.
const FREE_STEPS: usize = 1 << 12;
/// Of this many new places passed, one is noted.
const NOTE_EVERY: usize = 8;

/// A walk through a term (or through two at once) that may be cyclic. A walk that goes on for
/// ever notes places for ever, and there is a limited number of them: so it ends.
#[derive(Default)]
pub struct Walk<K> {
    steps: usize,
    /// One place passed, replaced ever less often.
    mark: Option<K>,
    seen: Option<HashSet<K>>,
    /// New places passed since one was noted.
    unnoted: usize,
}

impl<K: Copy + Eq + Hash + Default> Walk<K> {
    pub fn new() -> Walk<K> {
        Walk::default()
    }

    /// Comes to `place`: need it not be looked at, since that was done or is being done?
    #[inline]
    pub fn passed(&mut self, place: K) -> bool {
        self.steps += 1;
        self.steps > FREE_STEPS && self.look(place)
    }

    #[inline(never)]
    fn look(&mut self, place: K) -> bool {
        match &mut self.seen {
            Some(seen) if seen.contains(&place) => true,
            Some(seen) => {
                self.unnoted += 1;
                if self.unnoted == NOTE_EVERY {
                    self.unnoted = 0;
                    seen.insert(place);
                }
                false
            }
            None => {
                if self.met(place) {
                    self.seen = Some(HashSet::new());
                }
                false
            }
        }
    }

    /// Was the place marked that is come to now? Then it is part of a cycle, or shared.
    fn met(&mut self, place: K) -> bool {
        let met = self.mark == Some(place);
        if self.steps.is_power_of_two() {
            self.mark = Some(place);
        }
        met
    }

    /// As [`Walk::passed`] for walks that cannot leave anything out: is it time to ask whether the
    /// term is cyclic?
    #[inline]
    pub fn suspects(&mut self, place: K) -> bool {
        self.steps += 1;
        self.steps >= FREE_STEPS && self.met(place)
    }
}

/// Is the term infinite? Needs room for its depth only, not counting last arguments.
pub fn cyclic(vm: &Vm, t: Value) -> bool {
    enum Step {
        Enter(Value, Walk<u64>),
        Leave(u64),
    }
    // Compounds that the walk is below, by an argument that is not the last.
    let mut open: HashSet<u64> = HashSet::new();
    let mut work = vec![Step::Enter(t, Walk::new())];
    while let Some(step) = work.pop() {
        let (mut at, mut walk) = match step {
            Step::Leave(key) => {
                open.remove(&key);
                continue;
            }
            Step::Enter(at, walk) => (deref(at), walk),
        };
        // Down the last arguments.
        while let Some(s) = Obj::<Struct>::of(at) {
            walk.steps += 1;
            if walk.met(at.0) || !open.is_empty() && open.contains(&at.0) {
                return true;
            }
            let Some(last) = arity(vm, s).checked_sub(1) else {
                break;
            };
            let parts = (0..last).map(|i| deref(s.item(Struct::ARGS, i)));
            let parts: Vec<Value> = parts.filter(|p| Obj::<Struct>::of(*p).is_some()).collect();
            let rest = deref(s.item(Struct::ARGS, last));
            if parts.is_empty() {
                at = rest;
                continue;
            }
            open.insert(at.0);
            work.push(Step::Enter(rest, walk));
            work.push(Step::Leave(at.0));
            work.extend(parts.into_iter().map(|p| Step::Enter(p, Walk::new())));
            break;
        }
    }
    false
}

/// The cells of a list up to where it ends; `None` where it does not.
pub fn cells(list: Value) -> Option<(usize, Value)> {
    let mut walk = Walk::new();
    let mut at = deref(list);
    while let Some((_, tail)) = cons_parts(at) {
        walk.steps += 1;
        if walk.met(at.0) {
            return None;
        }
        at = tail;
    }
    Some((walk.steps, at))
}

/// Calls `met` with each compound in which a cyclic term comes back to itself, in the order in which
/// it does, while that returns true.
fn comes_back(vm: &Vm, t: Value, mut met: impl FnMut(u64) -> bool) {
    enum Step {
        Enter(Value),
        Leave(u64),
    }
    // Whether the walk is inside.
    let mut known: HashMap<u64, bool> = HashMap::new();
    let mut work = vec![Step::Enter(t)];
    while let Some(step) = work.pop() {
        match step {
            Step::Leave(key) => {
                known.insert(key, false);
            }
            Step::Enter(t) => {
                let t = deref(t);
                let Some(s) = Obj::<Struct>::of(t) else {
                    continue;
                };
                match known.get(&t.0) {
                    Some(true) if !met(t.0) => return,
                    Some(_) => {}
                    None => {
                        known.insert(t.0, true);
                        work.push(Step::Leave(t.0));
                        let args = (0..arity(vm, s)).rev();
                        work.extend(args.map(|i| Step::Enter(s.item(Struct::ARGS, i))));
                    }
                }
            }
        }
    }
}

/// Is the term finite? In time proportional to its size even where parts are shared, which
/// [`cyclic`] is not, and with room for all its compounds.
pub fn acyclic(vm: &Vm, t: Value) -> bool {
    let mut finite = true;
    comes_back(vm, t, |_| {
        finite = false;
        false
    });
    finite
}

/// A cyclic term as the writer sees it: names stand where it comes back to itself.
struct Named<'a> {
    inner: HeapView<'a>,
    names: HashMap<u64, String>,
}

impl View for Named<'_> {
    /// The term, and whether to show what a name stands for.
    type Term = (Value, bool);

    fn kind(&self, (t, inside): (Value, bool)) -> Kind {
        match self.names.get(&deref(t).0) {
            Some(name) if !inside => Kind::Var(name.clone()),
            _ => self.inner.kind(t),
        }
    }

    fn arg(&self, (t, _): (Value, bool), index: usize) -> (Value, bool) {
        (self.inner.arg(t, index), false)
    }

    fn atoms(&self) -> &dyn Atoms {
        self.inner.atoms()
    }
}

/// The compounds by which a walk through the term comes back to where it was.
pub fn entries(vm: &Vm, t: Value) -> Vec<u64> {
    let mut entries = Vec::new();
    comes_back(vm, t, |key| {
        if !entries.contains(&key) {
            entries.push(key);
        }
        true
    });
    entries
}

/// A cyclic term as text: `@(Term, [Name = Term, ...])`.
pub fn show(vm: &Vm, ops: &Ops, options: &WriteOptions, t: Value) -> String {
    let entries = entries(vm, t);
    let named = |(i, key): (usize, &u64)| (*key, format!("S_{}", i + 1));
    let view = Named {
        inner: HeapView::new(vm),
        names: entries.iter().enumerate().map(named).collect(),
    };
    let part = |out: &mut String, t, priority| {
        let options = WriteOptions {
            priority,
            ..options.clone()
        };
        write(&view, ops, &options, t, out);
    };
    let mut out = String::from("@(");
    part(&mut out, (t, false), 999);
    out.push_str(if options.spacing_next { ", [" } else { ",[" });
    for (i, key) in entries.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let name = &view.names[key];
        let (before, after) = if options.ignore_ops {
            (format!("=({name},"), ")")
        } else {
            (format!("{name}="), "")
        };
        out.push_str(&before);
        let mut text = String::new();
        part(&mut text, (Value(*key), true), 699);
        // Two tokens of symbol characters must not run together.
        if text.starts_with(crate::syntax::lexer::is_symbol_char) {
            out.push(' ');
        }
        out.push_str(&text);
        out.push_str(after);
    }
    out.push_str("])");
    out
}
