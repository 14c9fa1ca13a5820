//! Between heap terms and the reader's arenas: clauses are kept as arenas.

use crate::layouts::Struct;
use crate::number;
use crate::state::{StoredTerm, VmNames, pl};
use crate::syntax::term::Place;
use crate::syntax::write::{Kind, View};
use crate::syntax::{Atom, Atoms, Node, NodeId, Terms};
use crate::term::{MakeTerms, Term, atom, deref, str_text, term};
use hashbrown::HashMap;
use metatrace::value::Value;
use runtime::Vm;
use runtime::object::Obj;
use smallvec::{SmallVec, smallvec};
use std::cell::RefCell;
use std::rc::Rc;

/// Builds the term `root` on the heap; `vars` holds its variables (UNDEF: not made yet).
pub fn to_heap(vm: &mut Vm, terms: &Terms, root: NodeId, vars: &mut [Value]) -> Value {
    // Children precede their parents in an arena: one pass builds everything below the root.
    let mut made: Vec<Value> = Vec::with_capacity(root.0 as usize + 1);
    for i in 0..=root.0 {
        let value = match terms.get(NodeId(i)) {
            Node::Var(v) => {
                let v = *v as usize;
                if vars[v] == Value::UNDEF {
                    vars[v] = vm.new_var();
                }
                vars[v]
            }
            node => leaf_or_struct(vm, terms, NodeId(i), node, &made),
        };
        made.push(value);
    }
    made[root.0 as usize]
}

fn leaf_or_struct(vm: &mut Vm, terms: &Terms, id: NodeId, node: &Node, made: &[Value]) -> Value {
    match node {
        Node::Compound { name, arity, .. } => {
            let f = pl(vm).functor(*name, *arity as usize);
            let s = vm.alloc_sized::<Struct>(f, *arity as usize);
            for (i, arg) in terms.args(id).iter().enumerate() {
                s.init_item(Struct::ARGS, i, made[arg.0 as usize]);
            }
            s.value()
        }
        other => constant(vm, other),
    }
}

/// An atomic node as a value.
pub fn constant(vm: &mut Vm, node: &Node) -> Value {
    match node {
        Node::Atom(a) => atom(*a),
        Node::Int(i) => number::from_num(vm, &number::Num::Int(*i)),
        Node::Big(b) => number::from_big(vm, b),
        Node::Float(f) => vm.float(*f),
        Node::Str(s) => vm.str(s),
        Node::Object(place) => pl(vm).objects.borrow().get(place),
        Node::Var(_) | Node::Compound { .. } => unreachable!("constants only"),
    }
}

/// Objects of other languages in stored terms: each is kept while a stored term has its place.
#[derive(Default)]
pub struct Objects {
    values: Vec<Value>,
    free: Rc<RefCell<Vec<u32>>>,
}

impl Objects {
    fn add(&mut self, v: Value) -> Place {
        let free = self.free.borrow_mut().pop();
        let number = match free {
            Some(number) => {
                self.values[number as usize] = v;
                number
            }
            None => {
                self.values.push(v);
                self.values.len() as u32 - 1
            }
        };
        Place::new(number, Rc::clone(&self.free))
    }

    fn get(&self, place: &Place) -> Value {
        self.values[place.number as usize]
    }

    /// Visits the objects that are still in stored terms.
    pub fn visit(&mut self, visit: impl FnMut(&mut Value)) {
        for &number in self.free.borrow().iter() {
            self.values[number as usize] = Value::NONE;
        }
        self.values.iter_mut().for_each(visit);
    }
}

/// Copies heap terms into an arena.
#[derive(Default)]
pub struct Builder {
    pub terms: Terms,
    vars: HashMap<u64, u32>,
}

enum Work {
    Visit(Value),
    Build(Atom, usize),
}

impl Builder {
    pub fn new() -> Builder {
        Builder::default()
    }

    pub fn clear(&mut self) {
        self.terms.clear();
        self.vars.clear();
    }

    pub fn var_count(&self) -> u32 {
        self.vars.len() as u32
    }

    pub fn add(&mut self, vm: &Vm, t: Value) -> NodeId {
        let mut work: SmallVec<[Work; 8]> = smallvec![Work::Visit(t)];
        let mut done: SmallVec<[NodeId; 8]> = SmallVec::new();
        while let Some(w) = work.pop() {
            let id = match w {
                Work::Build(name, 0) => self.terms.empty_compound(name),
                Work::Build(name, arity) => {
                    let args = done.len() - arity;
                    let id = self.terms.compound(name, &done[args..]);
                    done.truncate(args);
                    id
                }
                Work::Visit(t) => match term(t) {
                    Term::Struct(s) => {
                        let (name, arity) = pl(vm).name_arity(s.shape());
                        work.push(Work::Build(name, arity));
                        for i in (0..arity).rev() {
                            work.push(Work::Visit(s.item(Struct::ARGS, i)));
                        }
                        continue;
                    }
                    other => self.leaf(vm, other),
                },
            };
            done.push(id);
        }
        done[0]
    }

    fn leaf(&mut self, vm: &Vm, t: Term) -> NodeId {
        let node = match t {
            Term::Var(v) => {
                let n = self.vars.len() as u32;
                Node::Var(*self.vars.entry(v.0).or_insert(n))
            }
            Term::Atom(a) => Node::Atom(a),
            Term::Int(i) => Node::Int(i),
            Term::Big(b) => Node::Big(Rc::new(b)),
            Term::Float(f) => Node::Float(f),
            Term::Str(s) => Node::Str(str_text(s).into()),
            Term::Other(v) => Node::Object(Rc::new(pl(vm).objects.borrow_mut().add(v))),
            Term::Struct(_) => unreachable!("compounds are built by the caller"),
        };
        self.terms.add(node)
    }
}

/// A copy of a term outside the heap.
pub fn store(vm: &Vm, t: Value) -> StoredTerm {
    let mut b = Builder::new();
    let root = b.add(vm, t);
    StoredTerm {
        vars: b.var_count(),
        terms: b.terms,
        root,
    }
}

/// A stored term back on the heap, with fresh variables.
pub fn restore(vm: &mut Vm, t: &StoredTerm) -> Value {
    let mut vars = vec![Value::UNDEF; t.vars as usize];
    to_heap(vm, &t.terms, t.root, &mut vars)
}

/// Heap terms as the writer sees them.
pub struct HeapView<'a> {
    vm: &'a Vm,
    names: VmNames<'a>,
}

impl<'a> HeapView<'a> {
    pub fn new(vm: &'a Vm) -> HeapView<'a> {
        HeapView {
            vm,
            names: VmNames(&vm.symbols),
        }
    }
}

/// The printed name of an unbound variable.
pub fn var_name(v: Value) -> String {
    format!("_{}", v.addr() >> 3 & 0x7FFF_FFFF)
}

impl View for HeapView<'_> {
    type Term = Value;
    fn kind(&self, v: Value) -> Kind {
        match term(v) {
            Term::Var(v) => Kind::Var(var_name(v)),
            Term::Atom(a) => Kind::Atom(a),
            Term::Int(i) => Kind::Int(i),
            Term::Big(b) => Kind::Big(Rc::new(b)),
            Term::Float(f) => Kind::Float(f),
            Term::Str(s) => Kind::Str(str_text(s)),
            Term::Struct(s) => {
                let (name, arity) = pl(self.vm).name_arity(s.shape());
                Kind::Compound(name, arity)
            }
            Term::Other(v) => Kind::Other(crate::border::values::shown(self.vm, v)),
        }
    }
    fn arg(&self, v: Value, index: usize) -> Value {
        Obj::<Struct>::cast(deref(v)).item(Struct::ARGS, index)
    }
    fn atoms(&self) -> &dyn Atoms {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_objects_are_used_again() {
        let mut objects = Objects::default();
        let (a, b) = (objects.add(Value::small(1)), objects.add(Value::small(2)));
        assert_eq!((a.number, b.number), (0, 1));
        drop(a);
        // Nobody refers to the first one any more.
        let mut seen = Vec::new();
        objects.visit(|v| seen.push(*v));
        assert_eq!(seen, [Value::NONE, Value::small(2)]);
        let c = objects.add(Value::small(3));
        assert_eq!(
            (c.number, objects.get(&c), objects.get(&b)),
            (0, Value::small(3), Value::small(2))
        );
    }
}
