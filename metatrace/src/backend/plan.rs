//! What a back end has to know about a unit before it makes code: where its
//! labels are, which guards lead to fragments of the unit, where control may
//! come in from outside. Faults that no verifier of single traces can see are
//! found here.

use super::link::Key;
use super::{CompileError, ExitId, Source, Unit};
use crate::ir::{Descr, LabelId, Op, OpRef, SnapshotId, Trace, Ty};
use crate::vm::EXIT_BUFFER_WORDS;
use hashbrown::HashMap;

/// Where a label of the unit is.
#[derive(Copy, Clone, Debug)]
pub(super) struct LabelPlace {
    pub fragment: usize,
    /// Instruction number within the fragment.
    pub at: usize,
    /// Uses nothing from before it, so that it can be entered from anywhere.
    pub closed: bool,
}

/// The loop that a label heads: its jumps from within pass some operands on as
/// they are, and these need no register moves.
#[derive(Clone, Debug, Default)]
pub(super) struct Loop {
    /// Operand positions that change from turn to turn.
    pub varying: Vec<usize>,
    /// There are jumps from within.
    pub turns: bool,
}

/// A place where control may come in, numbered by its position (the selector).
#[derive(Copy, Clone, Debug)]
pub(super) struct Point {
    pub key: Key,
    pub fragment: usize,
}

pub(super) struct Plan {
    pub labels: HashMap<LabelId, LabelPlace>,
    pub loops: HashMap<LabelId, Loop>,
    /// Fragments that guards of the unit lead to.
    pub bridges: HashMap<ExitId, usize>,
    pub points: Vec<Point>,
    /// Labels of other units that are jumped to.
    pub imports: Vec<LabelId>,
    /// Per fragment and snapshot: the values that the exit carries.
    pub exit_values: Vec<Vec<Vec<OpRef>>>,
    /// Which fragment and instruction each exit of the unit is.
    exits: HashMap<ExitId, (usize, usize)>,
}

/// How a value is held: jumps must not change it.
#[derive(Copy, Clone, PartialEq, Eq)]
enum Repr {
    Word,
    Float,
    Bool,
}

fn repr(ty: Ty) -> Repr {
    match ty {
        Ty::Float => Repr::Float,
        Ty::Bool => Repr::Bool,
        Ty::Val | Ty::Int | Ty::Void => Repr::Word,
    }
}

pub(super) fn label_of(descr: Descr) -> Result<LabelId, CompileError> {
    match descr {
        Descr::Label(label) => Ok(label),
        _ => Err(CompileError::Malformed("label or jump without a label")),
    }
}

impl Plan {
    /// `imported` tells whether code for a label of another unit exists.
    pub fn new(unit: &Unit, imported: impl Fn(LabelId) -> bool) -> Result<Plan, CompileError> {
        let mut plan = Plan {
            labels: HashMap::new(),
            loops: HashMap::new(),
            bridges: HashMap::new(),
            points: Vec::new(),
            imports: Vec::new(),
            exit_values: Vec::new(),
            exits: HashMap::new(),
        };
        for (i, fragment) in unit.fragments.iter().enumerate() {
            plan.scan_exits(i, fragment.trace, fragment.exits)?;
            plan.scan_labels(i, fragment.trace)?;
        }
        for (i, fragment) in unit.fragments.iter().enumerate() {
            let key = match fragment.source {
                Source::Entry(trace) => Key::Entry(trace),
                Source::Bridge(exit) => {
                    if plan.exits.contains_key(&exit) {
                        plan.check_bridge(unit, i, exit)?;
                        plan.bridges.insert(exit, i);
                        continue;
                    }
                    Key::Exit(exit)
                }
            };
            if fragment.trace.inputs.len() > EXIT_BUFFER_WORDS {
                return Err(CompileError::TooManyValues);
            }
            if matches!(key, Key::Entry(_)) && fragment.trace.inputs.len() > 1 {
                return Err(CompileError::Malformed("an entry has one input: the frame"));
            }
            plan.points.push(Point { key, fragment: i });
        }
        for (i, fragment) in unit.fragments.iter().enumerate() {
            plan.scan_jumps(unit, i, fragment.trace, &imported)?;
        }
        plan.add_label_points(unit);
        plan.find_loops(unit);
        Ok(plan)
    }

    /// Every closed label is a point; in fragment order, for stable output.
    fn add_label_points(&mut self, unit: &Unit) {
        for (i, fragment) in unit.fragments.iter().enumerate() {
            for inst in &fragment.trace.insts {
                if let (Op::Label, Descr::Label(label)) = (inst.op, inst.descr)
                    && self.labels[&label].closed
                    && inst.args.len() <= EXIT_BUFFER_WORDS
                {
                    self.points.push(Point {
                        key: Key::Label(label),
                        fragment: i,
                    });
                }
            }
        }
    }

    fn scan_exits(
        &mut self,
        index: usize,
        trace: &Trace,
        exits: &[ExitId],
    ) -> Result<(), CompileError> {
        let mut seen = vec![false; trace.snapshots.len()];
        let mut values = vec![Vec::new(); trace.snapshots.len()];
        let mut ids = exits.iter();
        for (at, inst) in trace.insts.iter().enumerate() {
            if !inst.op.has_snapshot() {
                continue;
            }
            let snapshot = inst
                .snapshot
                .ok_or(CompileError::Malformed("a guard has no snapshot"))?;
            let exit = ids
                .next()
                .ok_or(CompileError::Malformed("fewer exits than guards"))?;
            self.exits.insert(*exit, (index, at));
            if !std::mem::replace(&mut seen[snapshot.index()], true) {
                values[snapshot.index()] = trace.exit_values(snapshot);
                if values[snapshot.index()].len() > EXIT_BUFFER_WORDS {
                    return Err(CompileError::TooManyValues);
                }
            }
        }
        if ids.next().is_some() {
            return Err(CompileError::Malformed("more exits than guards"));
        }
        self.exit_values.push(values);
        Ok(())
    }

    /// Finds labels, and which of them use values from before them: a value
    /// defined at `d` and used at `u` opens all labels between `d` and `u`.
    fn scan_labels(&mut self, index: usize, trace: &Trace) -> Result<(), CompileError> {
        let mut labels: Vec<(LabelId, usize)> = Vec::new();
        // Number of labels before the definition of each value.
        let mut defined = vec![0u32; trace.values as usize];
        // Labels from this number on are open up to the current one.
        let mut open = Vec::new();
        for (at, inst) in trace.insts.iter().enumerate() {
            if inst.op == Op::Label {
                labels.push((label_of(inst.descr)?, at));
                open.push(false);
                inst.args
                    .iter()
                    .for_each(|a| defined[a.index()] = labels.len() as u32);
                continue;
            }
            let mut used = |value: &OpRef| {
                if !value.is_const() && *value != OpRef::NONE {
                    let from = defined[value.index()] as usize;
                    open[from..].iter_mut().for_each(|o| *o = true);
                }
            };
            inst.args.iter().for_each(&mut used);
            if let Some(SnapshotId(s)) = inst.snapshot {
                self.exit_values[index][s as usize]
                    .iter()
                    .for_each(&mut used);
            }
            defined[inst.result.index()] = labels.len() as u32;
        }
        for ((label, at), open) in labels.into_iter().zip(open) {
            let place = LabelPlace {
                fragment: index,
                at,
                closed: !open,
            };
            if self.labels.insert(label, place).is_some() {
                return Err(CompileError::Malformed("a label is defined twice"));
            }
        }
        Ok(())
    }

    fn check_bridge(&self, unit: &Unit, bridge: usize, exit: ExitId) -> Result<(), CompileError> {
        let (fragment, at) = self.exits[&exit];
        let from = unit.fragments[fragment].trace;
        let inputs = &unit.fragments[bridge].trace.inputs;
        let snapshot = from.insts[at].snapshot.expect("checked by scan_exits");
        let values = &self.exit_values[fragment][snapshot.index()];
        let same = |(input, value): (&Ty, &OpRef)| repr(*input) == repr(from.ty(*value));
        if inputs.len() != values.len() || !inputs.iter().zip(values).all(same) {
            return Err(CompileError::Malformed(
                "a bridge's inputs are not its exit's values",
            ));
        }
        Ok(())
    }

    fn scan_jumps(
        &mut self,
        unit: &Unit,
        index: usize,
        trace: &Trace,
        imported: &impl Fn(LabelId) -> bool,
    ) -> Result<(), CompileError> {
        for inst in trace.insts.iter().filter(|inst| inst.op == Op::Jump) {
            let label = label_of(inst.descr)?;
            let Some(place) = self.labels.get(&label).copied() else {
                if !imported(label) {
                    return Err(CompileError::LabelUnreachable(label));
                }
                if inst.args.len() > EXIT_BUFFER_WORDS {
                    return Err(CompileError::TooManyValues);
                }
                if !self.imports.contains(&label) {
                    self.imports.push(label);
                }
                continue;
            };
            if !place.closed && !self.dominates(unit, place, index) {
                return Err(CompileError::LabelUnreachable(label));
            }
            let target = unit.fragments[place.fragment].trace;
            let params = &target.insts[place.at].args;
            let same =
                |(a, p): (&OpRef, &OpRef)| repr(trace.ty(*a)) == repr(target.types[p.index()]);
            if params.len() != inst.args.len() || !inst.args.iter().zip(params).all(same) {
                return Err(CompileError::Malformed(
                    "a jump's values are not its label's",
                ));
            }
        }
        Ok(())
    }

    /// True when a jump in `fragment` comes from below the label: from its own
    /// fragment, or from a bridge that leaves after it.
    fn dominates(&self, unit: &Unit, place: LabelPlace, mut fragment: usize) -> bool {
        if fragment == place.fragment {
            return true;
        }
        while let Source::Bridge(exit) = unit.fragments[fragment].source {
            let Some(&(parent, at)) = self.exits.get(&exit) else {
                return false;
            };
            if parent == place.fragment {
                return at > place.at;
            }
            fragment = parent;
        }
        false
    }

    /// True when control at instruction `at` of `fragment` can only have come
    /// through this label, and through no other label since.
    pub fn is_inside(
        &self,
        unit: &Unit,
        label: LabelId,
        mut fragment: usize,
        mut at: usize,
    ) -> bool {
        loop {
            let before = &unit.fragments[fragment].trace.insts[..at];
            if let Some(last) = before.iter().rfind(|inst| inst.op == Op::Label) {
                return last.descr == Descr::Label(label);
            }
            let Source::Bridge(exit) = unit.fragments[fragment].source else {
                return false;
            };
            match self.exits.get(&exit) {
                Some(&(parent, guard)) => (fragment, at) = (parent, guard),
                None => return false,
            }
        }
    }

    /// Where a value comes from: inputs of bridges are values of their guards.
    fn origin(&self, unit: &Unit, mut fragment: usize, mut value: OpRef) -> (usize, OpRef) {
        while !value.is_const()
            && value.index() < unit.fragments[fragment].trace.inputs.len()
            && let Source::Bridge(exit) = unit.fragments[fragment].source
            && let Some(&(parent, at)) = self.exits.get(&exit)
        {
            let guard = &unit.fragments[parent].trace.insts[at];
            let snapshot = guard.snapshot.expect("checked by scan_exits");
            value = self.exit_values[parent][snapshot.index()][value.index()];
            fragment = parent;
        }
        (fragment, value)
    }

    fn find_loops(&mut self, unit: &Unit) {
        for (&label, place) in &self.labels {
            let params = &unit.fragments[place.fragment].trace.insts[place.at].args;
            let mut varies = vec![false; params.len()];
            let mut turns = false;
            for (index, fragment) in unit.fragments.iter().enumerate() {
                for (at, inst) in fragment.trace.insts.iter().enumerate() {
                    if inst.op != Op::Jump
                        || inst.descr != Descr::Label(label)
                        || !self.is_inside(unit, label, index, at)
                    {
                        continue;
                    }
                    turns = true;
                    for ((arg, param), varies) in inst.args.iter().zip(params).zip(&mut varies) {
                        *varies |= self.origin(unit, index, *arg) != (place.fragment, *param);
                    }
                }
            }
            let varying = (0..params.len()).filter(|i| varies[*i]).collect();
            self.loops.insert(label, Loop { varying, turns });
        }
    }
}
