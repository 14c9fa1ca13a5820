//! Just-in-time indices over the clauses of dynamic predicates.
//!
//! A *set* of clauses that a call would have to go through one by one gets an index on the place
//! that tells most of them apart for this call: an argument, or something inside a compound argument.
//! What an index finds is a set again. So several arguments discriminate together, and lists
//! and compounds are looked into as deeply as it helps.

use crate::layouts::Struct;
use crate::state::{Clause, Pl, pl};
use crate::syntax::{Node, NodeId};
use crate::term::{Term, deref, is_var, term};
use hashbrown::hash_map::Entry;
use hashbrown::{HashMap, HashSet};
use metatrace::value::Value;
use runtime::Vm;
use runtime::object::Obj;
use smallvec::SmallVec;
use std::collections::VecDeque;
use std::rc::Rc;

/// Clauses in the order in which they are tried.
pub type Clauses = VecDeque<Rc<Clause>>;

/// Clauses below which no index is made.
const INDEX_MIN: usize = 8;
/// Clauses looked at to judge a place.
const SAMPLE: usize = 256;
/// Arguments looked at, of the head and of compounds.
const ARGS_MAX: usize = 16;
/// Levels below an argument.
const DEPTH_MAX: usize = 4;

/// Distinguishes functors from constants among keys.
const FUNCTOR_KEY: u64 = 1 << 63;

/// Where something is in a head: numbers of arguments from the outside.
type Place = SmallVec<[u8; 6]>;

/// Clauses at the beginning of a list that are dead for calls from some generation on: a
/// queue of which the first is always retracted would be searched from its start every time.
#[derive(Copy, Clone, Debug, Default)]
struct DeadPrefix {
    length: usize,
    generation: u64,
}

impl DeadPrefix {
    /// How many clauses a call of `generation` passes over.
    fn skip(&mut self, clauses: &Clauses, generation: u64) -> usize {
        let rest = clauses.range(self.length..).map(|c| c.died.get());
        for died in rest.take_while(|died| *died != u64::MAX) {
            self.length += 1;
            self.generation = self.generation.max(died);
        }
        if generation >= self.generation {
            self.length
        } else {
            0
        }
    }
}

/// What is known about a set of clauses, which is kept elsewhere.
#[derive(Debug, Default)]
pub struct Lookup {
    dead: DeadPrefix,
    indices: Vec<Index>,
    /// Places that did not help when there were this many clauses.
    poor: Vec<(Place, usize)>,
}

#[derive(Debug)]
struct Index {
    place: Place,
    /// By key: clauses that have it, and those that have anything.
    found: HashMap<u64, Found>,
    /// Clauses that match whatever is there.
    any: Set,
}

/// What a key selects: mostly one clause.
#[derive(Debug)]
enum Found {
    One(Rc<Clause>),
    Many(Box<Set>),
}

#[derive(Debug, Default)]
struct Set {
    clauses: Clauses,
    lookup: Lookup,
}

/// What a clause has at a place: `None` when anything matches (or only unification can tell).
fn clause_key(pl: &Pl, clause: &Clause, place: &[u8]) -> Option<u64> {
    let terms = &clause.terms;
    let mut at: NodeId = clause.head;
    for &i in place {
        at = *terms.args(at).get(i as usize)?;
    }
    match terms.get(at) {
        Node::Atom(a) => Some(Value::symbol(a.0).0),
        Node::Int(i) => Value::int(*i).map(|v| v.0 & !FUNCTOR_KEY),
        Node::Compound { name, arity, .. } => {
            Some(FUNCTOR_KEY | pl.functor(*name, *arity as usize) as u64)
        }
        _ => None,
    }
}

/// What a call has at a place, if that selects clauses.
fn call_key(pl: &Pl, args: &[Value], place: &[u8]) -> Option<u64> {
    let (first, inner) = place.split_first()?;
    let mut at = deref(*args.get(*first as usize)?);
    for &i in inner {
        let Term::Struct(s) = term(at) else {
            return None;
        };
        if i as usize >= pl.name_arity(s.shape()).1 {
            return None;
        }
        at = crate::term::arg(s, i as usize);
    }
    match term(at) {
        Term::Atom(a) => Some(Value::symbol(a.0).0),
        Term::Int(_) => Some(at.0 & !FUNCTOR_KEY),
        Term::Struct(s) => Some(FUNCTOR_KEY | s.shape() as u64),
        _ => None,
    }
}

/// The position of the first clause with a number of at least `seq`. Numbers seldom have gaps.
pub fn position(clauses: &Clauses, seq: i64) -> usize {
    let first = clauses.front().map_or(0, |c| c.seq);
    let guess = usize::try_from(seq.saturating_sub(first)).unwrap_or(0);
    match clauses.get(guess) {
        Some(c) if c.seq == seq => guess,
        _ => clauses.partition_point(|c| c.seq < seq),
    }
}

/// The first clause from number `from` on that is alive at `generation` and may match.
pub fn find(
    vm: &Vm,
    clauses: &Clauses,
    lookup: &mut Lookup,
    args: &[Value],
    from: i64,
    generation: u64,
) -> Option<Rc<Clause>> {
    let pl = pl(vm);
    let (mut clauses, mut lookup) = (clauses, lookup);
    // Places whose functors the set's clauses have in common.
    let mut known: SmallVec<[Place; 4]> = SmallVec::new();
    while clauses.len() > INDEX_MIN {
        let usable = |index: &Index| call_key(pl, args, &index.place).is_some();
        let at = match lookup.indices.iter().position(usable) {
            Some(at) => at,
            None => match choose(pl, clauses, lookup, args, &known) {
                Some(place) => {
                    lookup.indices.push(Index::build(pl, clauses, place));
                    lookup.indices.len() - 1
                }
                None => break,
            },
        };
        let Index { place, found, any } = &mut lookup.indices[at];
        let key = call_key(pl, args, place)?;
        if key & FUNCTOR_KEY != 0 {
            known.push(place.clone());
        }
        let set = match found.get_mut(&key) {
            Some(Found::One(c)) => {
                let visible = c.is_visible(generation);
                let next = visible && c.seq >= from && may_match(pl, c, &bound(args));
                return next.then(|| c.clone());
            }
            Some(Found::Many(set)) => set,
            None => any,
        };
        (clauses, lookup) = (&set.clauses, &mut set.lookup);
    }
    let skip = lookup.dead.skip(clauses, generation);
    let start = match from {
        i64::MIN => 0,
        from => position(clauses, from),
    };
    let bound = bound(args);
    clauses
        .range(start.max(skip).min(clauses.len())..)
        .find(|c| c.is_visible(generation) && may_match(pl, c, &bound))
        .cloned()
}

/// Arguments that are there, by number.
fn bound(args: &[Value]) -> SmallVec<[(usize, Value); 8]> {
    let args = args.iter().map(|a| deref(*a)).enumerate();
    args.filter(|(_, a)| !is_var(*a)).collect()
}

/// What is left are few clauses, or many that no index tells apart: arguments still may.
fn may_match(pl: &Pl, clause: &Clause, bound: &[(usize, Value)]) -> bool {
    let head = clause.terms.args(clause.head);
    bound
        .iter()
        .all(|(i, value)| match clause.terms.get(head[*i]) {
            Node::Atom(a) => *value == Value::symbol(a.0),
            Node::Int(i) => value.to_int().is_none_or(|v| v == *i) && !value.is_symbol(),
            Node::Compound { name, arity, .. } => match Obj::<Struct>::of(*value) {
                Some(s) => pl.name_arity(s.shape()) == (*name, *arity as usize),
                None => false,
            },
            _ => true,
        })
}

/// The place to index the set on for this call, if one helps.
fn choose(
    pl: &Pl,
    clauses: &Clauses,
    lookup: &mut Lookup,
    args: &[Value],
    known: &[Place],
) -> Option<Place> {
    let mut best: Option<(f64, Place)> = None;
    for place in candidates(args, known) {
        let Some(key) = call_key(pl, args, &place) else {
            continue;
        };
        let poor = lookup.poor.iter().position(|(p, _)| *p == place);
        if poor.is_some_and(|i| clauses.len() < 2 * lookup.poor[i].1) {
            continue;
        }
        let share = share(pl, clauses, &place);
        // A functor that all have in common leads to what is inside.
        let deeper = key & FUNCTOR_KEY != 0 && place.len() < DEPTH_MAX && !known.contains(&place);
        if share > 0.5 && !(deeper && share <= 1.0) {
            let note = (place, clauses.len());
            match poor {
                Some(i) => lookup.poor[i] = note,
                None => lookup.poor.push(note),
            }
        } else if best.as_ref().is_none_or(|(least, _)| share < *least) {
            best = Some((share, place));
        }
    }
    best.map(|(_, place)| place)
}

/// Arguments, and those of compounds that a set has in common.
fn candidates(args: &[Value], known: &[Place]) -> Vec<Place> {
    let top = (0..args.len().min(ARGS_MAX) as u8).map(|i| Place::from_slice(&[i]));
    let below = known.iter().flat_map(|place| {
        let inside = |i: u8| {
            let mut inner = place.clone();
            inner.push(i);
            inner
        };
        (0..ARGS_MAX as u8).map(inside)
    });
    top.chain(below).collect()
}

/// The part of a set that a key at the place would leave on average; more than 1: all, as far as
/// can be seen.
fn share(pl: &Pl, clauses: &Clauses, place: &[u8]) -> f64 {
    let step = clauses.len().div_ceil(SAMPLE);
    let (mut seen, mut any) = (0, 0);
    let mut keys = HashSet::new();
    for clause in clauses.iter().step_by(step) {
        seen += 1;
        match clause_key(pl, clause, place) {
            Some(key) => {
                keys.insert(key);
            }
            None => any += 1,
        }
    }
    if any * 2 > seen {
        return 2.0;
    }
    1.0 / keys.len() as f64 + any as f64 / seen as f64
}

impl Index {
    fn build(pl: &Pl, clauses: &Clauses, place: Place) -> Index {
        let mut index = Index {
            place,
            found: HashMap::new(),
            any: Set::default(),
        };
        // Dead ones, too: calls that began earlier see them.
        for clause in clauses {
            index.add(pl, clause, true);
        }
        index
    }

    fn add(&mut self, pl: &Pl, clause: &Rc<Clause>, at_end: bool) {
        match clause_key(pl, clause, &self.place) {
            Some(key) => match self.found.entry(key) {
                Entry::Occupied(mut found) => found.get_mut().add(pl, clause, at_end),
                Entry::Vacant(new) if self.any.clauses.is_empty() => {
                    new.insert(Found::One(clause.clone()));
                }
                Entry::Vacant(new) => {
                    let mut set = Set::of(self.any.clauses.clone());
                    set.add(pl, clause, at_end);
                    new.insert(Found::Many(Box::new(set)));
                }
            },
            None => {
                for found in self.found.values_mut() {
                    found.add(pl, clause, at_end);
                }
                self.any.add(pl, clause, at_end);
            }
        }
    }
}

impl Found {
    fn add(&mut self, pl: &Pl, clause: &Rc<Clause>, at_end: bool) {
        if let Found::One(first) = self {
            let set = Set::of(Clauses::from([first.clone()]));
            *self = Found::Many(Box::new(set));
        }
        if let Found::Many(set) = self {
            set.add(pl, clause, at_end);
        }
    }
}

impl Set {
    fn of(clauses: Clauses) -> Set {
        Set {
            clauses,
            lookup: Lookup::default(),
        }
    }

    fn add(&mut self, pl: &Pl, clause: &Rc<Clause>, at_end: bool) {
        if at_end {
            self.clauses.push_back(clause.clone());
        } else {
            self.clauses.push_front(clause.clone());
        }
        self.lookup.add(pl, clause, at_end, self.clauses.len());
    }
}

impl Lookup {
    /// A clause was added to the set, of which there are `len` now.
    pub fn add(&mut self, pl: &Pl, clause: &Rc<Clause>, at_end: bool, len: usize) {
        if !at_end {
            self.dead = DeadPrefix::default();
        }
        for index in &mut self.indices {
            index.add(pl, clause, at_end);
        }
        // An index most of whose clauses match everything costs more than it gives.
        self.indices
            .retain(|index| index.any.clauses.len() * 2 <= len);
    }
}
