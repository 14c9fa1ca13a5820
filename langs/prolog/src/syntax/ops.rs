//! The operator table.

use super::term::{Atom, Atoms};
use hashbrown::HashMap;

/// The seven operator types.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum OpType {
    Xfx,
    Xfy,
    Yfx,
    Fy,
    Fx,
    Xf,
    Yf,
}

impl OpType {
    pub const ALL: [OpType; 7] = [
        OpType::Xfx,
        OpType::Xfy,
        OpType::Yfx,
        OpType::Fy,
        OpType::Fx,
        OpType::Xf,
        OpType::Yf,
    ];
    pub fn name(self) -> &'static str {
        match self {
            OpType::Xfx => "xfx",
            OpType::Xfy => "xfy",
            OpType::Yfx => "yfx",
            OpType::Fy => "fy",
            OpType::Fx => "fx",
            OpType::Xf => "xf",
            OpType::Yf => "yf",
        }
    }
    pub fn from_name(name: &str) -> Option<OpType> {
        OpType::ALL.into_iter().find(|t| t.name() == name)
    }
    pub fn fixity(self) -> Fixity {
        match self {
            OpType::Xfx | OpType::Xfy | OpType::Yfx => Fixity::Infix,
            OpType::Fy | OpType::Fx => Fixity::Prefix,
            OpType::Xf | OpType::Yf => Fixity::Postfix,
        }
    }
}

/// Where an operator stands; a name has at most one operator of each.
#[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
pub enum Fixity {
    Prefix,
    Infix,
    Postfix,
}

/// One definition, with the greatest priorities that its operands may have.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Op {
    pub priority: u16,
    pub ty: OpType,
}

impl Op {
    pub fn left(self) -> u16 {
        match self.ty {
            OpType::Yfx | OpType::Yf => self.priority,
            _ => self.priority - 1,
        }
    }
    pub fn right(self) -> u16 {
        match self.ty {
            OpType::Xfy | OpType::Fy => self.priority,
            _ => self.priority - 1,
        }
    }
}

#[derive(Copy, Clone, Default, Debug)]
struct Entry {
    prefix: Option<Op>,
    infix: Option<Op>,
    postfix: Option<Op>,
}

/// Operators by name.
#[derive(Clone, Default, Debug)]
pub struct Ops {
    table: HashMap<Atom, Entry>,
}

/// The standard's operators and SWI-Prolog's everyday ones.
const STANDARD: &[(u16, OpType, &str)] = &[
    (1200, OpType::Xfx, ":- --> =>"),
    (1200, OpType::Fx, ":- ?-"),
    (1100, OpType::Xfy, "; |"),
    (1050, OpType::Xfy, "-> *->"),
    (1000, OpType::Xfy, ","),
    (990, OpType::Xfx, ":="),
    (900, OpType::Fy, "\\+"),
    (
        700,
        OpType::Xfx,
        "= \\= == \\== @< @> @=< @>= =.. is =:= =\\= < > =< >= =@= \\=@= as >:< :<",
    ),
    (600, OpType::Xfy, ":"),
    (500, OpType::Yfx, "+ - /\\ \\/ xor"),
    (400, OpType::Yfx, "* / // rem mod div << >> divmod rdiv"),
    (1, OpType::Fx, "$"),
    (200, OpType::Xfx, "**"),
    (200, OpType::Xfy, "^"),
    (200, OpType::Fy, "- + \\"),
    (
        1150,
        OpType::Fx,
        "dynamic discontiguous initialization meta_predicate module_transparent multifile public thread_local table",
    ),
];

impl Ops {
    /// The table every program starts with.
    pub fn standard(atoms: &mut dyn Atoms) -> Ops {
        let mut ops = Ops::default();
        for &(priority, ty, names) in STANDARD {
            for name in names.split(' ') {
                ops.set(atoms.intern(name), priority, ty);
            }
        }
        ops
    }

    /// Defines an operator; priority 0 removes it.
    pub fn set(&mut self, name: Atom, priority: u16, ty: OpType) {
        let op = (priority > 0).then_some(Op { priority, ty });
        let entry = self.table.entry(name).or_default();
        match ty.fixity() {
            Fixity::Prefix => entry.prefix = op,
            Fixity::Infix => entry.infix = op,
            Fixity::Postfix => entry.postfix = op,
        }
    }

    /// Takes over definitions of names that have none.
    pub fn add(&mut self, others: &Ops) {
        for (name, entry) in &others.table {
            self.table.entry(*name).or_insert(*entry);
        }
    }

    pub fn get(&self, name: Atom, fixity: Fixity) -> Option<Op> {
        let entry = self.table.get(&name)?;
        match fixity {
            Fixity::Prefix => entry.prefix,
            Fixity::Infix => entry.infix,
            Fixity::Postfix => entry.postfix,
        }
    }

    pub fn is_op(&self, name: Atom) -> bool {
        self.table
            .get(&name)
            .is_some_and(|e| e.prefix.is_some() || e.infix.is_some() || e.postfix.is_some())
    }

    /// The highest priority the name has as any operator, 0 if none.
    pub fn max_priority(&self, name: Atom) -> u16 {
        self.table.get(&name).map_or(0, |e| {
            [e.prefix, e.infix, e.postfix]
                .into_iter()
                .flatten()
                .map(|o| o.priority)
                .max()
                .unwrap_or(0)
        })
    }

    /// All names in the table.
    pub fn names(&self) -> impl Iterator<Item = Atom> + '_ {
        self.table.keys().copied()
    }

    /// All definitions, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (Atom, Op)> + '_ {
        self.table.iter().flat_map(|(&name, e)| {
            [e.prefix, e.infix, e.postfix]
                .into_iter()
                .flatten()
                .map(move |op| (name, op))
        })
    }
}
