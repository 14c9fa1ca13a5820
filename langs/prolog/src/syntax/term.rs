//! Terms as the reader makes them: nodes in one arena per clause, no reference counts.

use metatrace::value::SYMBOL_MORTAL;
use num_bigint::BigInt;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;

/// An interned name; the engine's symbol number.
#[derive(Copy, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Atom(pub u32);

impl Atom {
    /// Does it live only while something refers to it?
    #[inline]
    pub fn is_mortal(self) -> bool {
        self.0 & SYMBOL_MORTAL != 0
    }
}

/// The table of interned names.
pub trait Atoms {
    fn intern(&mut self, name: &str) -> Atom;
    fn name(&self, atom: Atom) -> Cow<'_, str>;
}

/// Index of a node in its [`Terms`].
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub struct NodeId(pub u32);

/// One term; arguments of compounds lie consecutively in the arena's argument list.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Variable number within the clause.
    Var(u32),
    Atom(Atom),
    Int(i64),
    Big(Rc<BigInt>),
    Float(f64),
    Str(Rc<str>),
    /// A value that is no term of the reader's.
    Object(Rc<Place>),
    Compound {
        name: Atom,
        /// First argument in the argument list, and how many.
        args: u32,
        arity: u32,
    },
}

/// Number of an object in a table of the owner's, which may use it again once nobody has this.
#[derive(Debug)]
pub struct Place {
    pub number: u32,
    free: Rc<RefCell<Vec<u32>>>,
}

impl Place {
    /// `free` gets the number back.
    pub fn new(number: u32, free: Rc<RefCell<Vec<u32>>>) -> Place {
        Place { number, free }
    }
}

impl PartialEq for Place {
    fn eq(&self, other: &Place) -> bool {
        self.number == other.number
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.free.borrow_mut().push(self.number);
    }
}

/// An arena of terms.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    // Facts, of which programs assert and retract millions, fit into their clauses.
    nodes: SmallVec<[Node; 4]>,
    args: SmallVec<[NodeId; 4]>,
}

impl Terms {
    pub fn new() -> Terms {
        Terms::default()
    }

    pub fn clear(&mut self) {
        self.nodes.clear();
        self.args.clear();
    }

    #[inline]
    pub fn get(&self, id: NodeId) -> &Node {
        &self.nodes[id.0 as usize]
    }

    pub fn add(&mut self, node: Node) -> NodeId {
        self.nodes.push(node);
        NodeId(self.nodes.len() as u32 - 1)
    }

    /// The compound without arguments, `name()`.
    pub fn empty_compound(&mut self, name: Atom) -> NodeId {
        let args = self.args.len() as u32;
        self.add(Node::Compound {
            name,
            args,
            arity: 0,
        })
    }

    /// A compound; the atom if there are no arguments.
    pub fn compound(&mut self, name: Atom, args: &[NodeId]) -> NodeId {
        if args.is_empty() {
            return self.add(Node::Atom(name));
        }
        let start = self.args.len() as u32;
        self.args.extend_from_slice(args);
        self.add(Node::Compound {
            name,
            args: start,
            arity: args.len() as u32,
        })
    }

    /// All atoms, those that name compounds, too.
    pub fn atoms(&self) -> impl Iterator<Item = Atom> + '_ {
        self.nodes.iter().filter_map(|node| match *node {
            Node::Atom(a) => Some(a),
            Node::Compound { name, .. } => Some(name),
            _ => None,
        })
    }

    /// Arguments of a compound; none for anything else.
    pub fn args(&self, id: NodeId) -> &[NodeId] {
        match *self.get(id) {
            Node::Compound { args, arity, .. } => {
                &self.args[args as usize..(args + arity) as usize]
            }
            _ => &[],
        }
    }

    /// Name and arity of an atom or compound.
    pub fn functor(&self, id: NodeId) -> Option<(Atom, usize)> {
        match *self.get(id) {
            Node::Atom(a) => Some((a, 0)),
            Node::Compound { name, arity, .. } => Some((name, arity as usize)),
            _ => None,
        }
    }

    /// The arguments when the term is `name/arity`.
    pub fn is(&self, id: NodeId, name: Atom, arity: usize) -> Option<&[NodeId]> {
        (self.functor(id) == Some((name, arity))).then(|| self.args(id))
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }
}
