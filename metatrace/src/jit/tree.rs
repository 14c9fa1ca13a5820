//! Compiled trees: a root trace (loop or entry) and the bridges that grew on its exits.
//!
//! Each piece is compiled when it is recorded. A small tree is then emitted
//! anew as one unit, with its bridges as ordinary control flow, because the
//! crossing guard → bridge → loop is what costs when pieces stay apart.
//!
//! Recursion makes several roots, entries and continuations, which jump to one
//! another all the time: they share a tree as long as it is small.

use super::CoreHeap;
use super::pace::{Stay, Stays};
use super::stats::JitStats;
use crate::assume::{Assumption, Validity};
use crate::backend::{Backend, CodeId, CompileError, ExitId, Source, Unit, UnitFragment};
use crate::ir::{Op, OpRef, SnapshotId, Trace, TraceId};
use crate::opt::{self, Doubt, ExportedLabel, Knowledge, OptEnv, OptError, OptResult, Stage};
use crate::options::JitOptions;
use crate::record::{Abort, Ending, Recording, Root};
use crate::resume::Plan;
use crate::value::Value;
use crate::vm::VmCore;
use std::rc::Rc;

/// Specialised versions of one loop, at most.
const VERSIONS_MAX: usize = 5;

/// One compiled piece.
struct Fragment {
    trace: Trace,
    exits: Vec<ExitId>,
    source: Source,
    stages: Vec<Stage>,
    ending: Ending,
    /// Where its trace, or that of the exit it continues, starts.
    root: Root,
}

/// What is known of a root trace.
struct RootInfo {
    root: Root,
    /// The tree that has its code.
    tree: usize,
    versions: Vec<Rc<ExportedLabel>>,
    stays: Stays,
}

struct Tree {
    fragments: Vec<Fragment>,
    codes: Vec<CodeId>,
    validity: Rc<Validity>,
    /// What the validity hangs on.
    assumptions: Vec<Assumption>,
    /// Objects and mortal symbols that the code mentions: roots.
    consts: Vec<Value>,
    ops: usize,
    /// Some of its traces came back to frames that others left: it is part of a search.
    searches: bool,
    /// Its code is made quickly, fragment by fragment.
    quick: bool,
    /// Times that its code was entered by the driver, and nanoseconds spent there.
    stays: u32,
    stayed_ns: u64,
    /// Fragments that are one unit.
    emitted: usize,
}

impl Tree {
    /// Is it time to emit the tree anew as one unit? The work must stay in
    /// proportion to what is new: small trees always, larger ones when they grew by half.
    fn wants_emission(&self, options: &JitOptions) -> bool {
        let apart = self.fragments.len() - self.emitted;
        let small = self.fragments.len() <= 3 || (self.fragments.len() <= 8 && self.ops <= 600);
        !self.quick && self.ops <= options.tree_ops_max && (small || apart * 2 >= self.emitted)
    }
}

/// What is known of an exit.
pub(super) struct ExitInfo {
    tree: usize,
    fragment: usize,
    pub snapshot: SnapshotId,
    pub ops: Rc<[OpRef]>,
    knowledge: Option<Rc<Knowledge>>,
    op: Op,
    count: u32,
    /// Count at which a bridge is tried; `u32::MAX`: never.
    due: u32,
    failures: u32,
    retrace: Retrace,
    doubt: Option<Doubt>,
    /// Made when the exit is first taken.
    plan: Option<Plan>,
}

/// Is the bridge of an exit to become a new version of the loop that it reaches?
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Retrace {
    Not,
    /// No version fitted: the next attempt goes around the loop.
    Wanted,
    /// That did not work, or is not worth it.
    Never,
}

impl ExitInfo {
    pub fn op(&self) -> Op {
        self.op
    }

    pub fn wants_retrace(&self) -> bool {
        self.retrace == Retrace::Wanted
    }
}

/// One trace as text.
#[derive(Clone, Debug)]
pub struct TraceText {
    /// Where the tree starts.
    pub root: Root,
    /// `None` for the root, else the exit that the bridge starts from.
    pub bridge_of: Option<u32>,
    pub stages: Vec<Stage>,
    pub code: String,
}

#[derive(Default)]
pub(super) struct Forest {
    /// By trace id.
    roots: Vec<RootInfo>,
    trees: Vec<Tree>,
    exits: Vec<ExitInfo>,
    /// Some tree is crowded.
    crowded: bool,
    /// Some tree is part of a search.
    searching: bool,
    /// Operations of everything optimised so far.
    ops: usize,
    /// Code counts steps: `JitOptions::fuel`.
    fuel: bool,
}

impl Forest {
    pub fn new(options: &JitOptions) -> Forest {
        Forest {
            fuel: options.fuel,
            ..Forest::default()
        }
    }

    pub fn exit(&self, exit: ExitId) -> &ExitInfo {
        &self.exits[exit.0 as usize]
    }

    pub fn trace_of(&self, exit: ExitId) -> &Trace {
        let info = self.exit(exit);
        &self.trees[info.tree].fragments[info.fragment].trace
    }

    /// Visits of the merge point of `trace` to let pass before it is entered again.
    pub fn pause_of(&self, trace: TraceId) -> u32 {
        self.roots[trace.index()].stays.visits
    }

    pub fn note_stay(&mut self, trace: TraceId, stay: &Stay) {
        self.roots[trace.index()].stays.note(stay);
    }

    /// What the loop that the exit leaves was specialised to, if it may get another version.
    /// Once: the attempt may fail.
    pub fn take_doubt(&mut self, exit: ExitId) -> Option<Doubt> {
        let doubt = self.exits[exit.0 as usize].doubt.take()?;
        let root = (self.roots.iter())
            .find(|r| (r.versions.first()).is_some_and(|v| v.recorded == doubt.recorded))?;
        (root.versions.len() < VERSIONS_MAX).then_some(doubt)
    }

    /// Visits of its merge point are let pass before the trace is entered again.
    pub fn let_pass(&mut self, trace: TraceId, visits: u32) {
        self.roots[trace.index()].stays.visits = visits;
    }

    /// The driver is about to enter a trace: true when its tree is worth better code by now.
    /// `luck` is the answer in place of the time spent in it.
    pub fn count_stay(&mut self, trace: TraceId, options: &JitOptions, luck: Option<bool>) -> bool {
        let tree = &mut self.trees[self.roots[trace.index()].tree];
        tree.stays = tree.stays.saturating_add(1);
        let ops_max = match tree.searches {
            true => options.promote_search_ops,
            false => options.promote_ops_max,
        };
        tree.quick
            && tree.ops <= ops_max
            && tree.stays >= options.promote_stays
            && luck.unwrap_or(tree.stayed_ns >= tree.ops as u64 * options.promote_ns)
    }

    /// Machine code was entered by `trace` and left, last by `exit` if it was one: most of the time
    /// was spent where it went round.
    pub fn note_stayed(&mut self, trace: TraceId, exit: Option<ExitId>, ns: u64) {
        let turning = exit.filter(|e| self.exit(*e).op == Op::GuardNoPoll);
        let tree = match turning {
            Some(exit) => self.exit(exit).tree,
            None => self.roots[trace.index()].tree,
        };
        self.trees[tree].stayed_ns += ns;
    }

    /// Emits a tree whose code was made quickly as one unit of good code.
    pub fn promote(&mut self, backend: &dyn Backend, trace: TraceId) -> Result<(), Abort> {
        let tree = self.roots[trace.index()].tree;
        self.trees[tree].quick = false;
        if let Err(error) = self.emit(backend, tree, 0) {
            let tree = &mut self.trees[tree];
            (tree.quick, tree.stays, tree.stayed_ns) = (true, 0, 0);
            return Err(compile_reason(error));
        }
        Ok(())
    }

    /// How the state of an exit is rebuilt.
    pub fn plan_of(&mut self, exit: ExitId) -> Plan {
        let info = &self.exits[exit.0 as usize];
        if let Some(plan) = &info.plan {
            return plan.clone();
        }
        let trace = self.trace_of(exit);
        let plan = Plan::new(trace, trace.snapshot(info.snapshot), &info.ops);
        self.exits[exit.0 as usize].plan = Some(plan.clone());
        plan
    }

    /// There is no time for a bridge now: false, and the exit waits.
    pub fn postpone(&mut self, exit: ExitId, options: &JitOptions) -> bool {
        let info = &mut self.exits[exit.0 as usize];
        info.due = info.count.saturating_add(options.bridge_threshold);
        false
    }

    /// Has the exit's tree so many bridges that paths through it multiply?
    pub fn is_crowded(&mut self, exit: ExitId, options: &JitOptions) -> bool {
        let info = self.exit(exit);
        let tree = &self.trees[info.tree];
        let crowded = tree.searches
            && tree.fragments.len() >= options.terse_fragments
            && !matches!(tree.fragments[info.fragment].root, Root::Loop { .. });
        self.crowded |= crowded;
        crowded
    }

    /// Is the exit's tree part of a search?
    pub fn searches(&self, exit: ExitId) -> bool {
        self.trees[self.exit(exit).tree].searches
    }

    /// Is the tree of `trace` part of a search?
    pub fn is_search(&self, trace: TraceId) -> bool {
        self.trees[self.roots[trace.index()].tree].searches
    }

    /// Is any tree?
    pub fn searching(&self) -> bool {
        self.searching
    }

    /// Is a trace from `root` better short? It comes back to places where crowded trees begin.
    pub fn is_terse(&self, root: Root) -> bool {
        self.crowded && matches!(root, Root::Continuation { .. })
    }

    /// Does the exit end a trace at a continuation?
    pub fn is_return(&self, exit: ExitId) -> bool {
        let info = self.exit(exit);
        info.op == Op::Exit
            && self.trees[info.tree].fragments[info.fragment].ending == Ending::Return
    }

    /// Counts an exit; true when it should get a bridge now.
    pub fn count_exit(&mut self, exit: ExitId, options: &JitOptions) -> bool {
        let info = &mut self.exits[exit.0 as usize];
        info.count += 1;
        if info.due == 0 {
            info.due = if info.op.may_have_bridge() {
                // The more was compiled, the more a further bridge has to promise.
                let patience = 1 + self.ops / options.patience_ops;
                options.bridge_threshold.saturating_mul(patience as u32)
            } else {
                u32::MAX
            };
        }
        let tree = &self.trees[info.tree];
        info.count >= info.due
            && tree.fragments.len() < options.bridges_max
            && tree.validity.is_valid()
    }

    /// No bridge this time: waits longer, gives up after a few attempts.
    pub fn bridge_failed(&mut self, exit: ExitId, reason: Abort) {
        let info = &mut self.exits[exit.0 as usize];
        match (info.retrace, reason) {
            (Retrace::Not, Abort::NoMatch) => {
                info.retrace = Retrace::Wanted;
                info.due = info.count.saturating_add(1);
                return;
            }
            (Retrace::Wanted, _) => info.retrace = Retrace::Never,
            _ => {}
        }
        info.failures += 1;
        let wait = 16u32 << (info.failures + reason.penalty()).min(16);
        info.due = if info.failures > 5 {
            u32::MAX
        } else {
            info.count.saturating_add(wait)
        };
    }

    pub fn is_valid(&self, trace: TraceId) -> bool {
        self.trees[self.roots[trace.index()].tree]
            .validity
            .is_valid()
    }

    /// Drops the code of trees whose assumptions broke, and what jumps into it.
    pub fn drop_invalid(&mut self, backend: &dyn Backend) {
        let mut dropped = Vec::new();
        for tree in self.trees.iter_mut().filter(|t| !t.validity.is_valid()) {
            for code in tree.codes.drain(..) {
                dropped.extend(backend.free(code));
            }
            tree.consts.clear();
        }
        for tree in &mut self.trees {
            if tree.codes.iter().any(|c| dropped.contains(c)) {
                tree.codes.retain(|c| !dropped.contains(c));
                tree.validity.invalidate();
            }
        }
    }

    pub fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        for tree in &mut self.trees {
            tree.consts.iter_mut().for_each(&mut *visit);
        }
    }

    pub fn texts(&self, backend: &dyn Backend) -> Vec<TraceText> {
        let mut out = Vec::new();
        for tree in &self.trees {
            for (i, fragment) in tree.fragments.iter().enumerate() {
                let code = if i == 0 {
                    tree.codes.iter().map(|c| backend.disassemble(*c)).collect()
                } else {
                    String::new()
                };
                let bridge_of = match fragment.source {
                    Source::Entry(_) => None,
                    Source::Bridge(exit) => Some(exit.0),
                };
                out.push(TraceText {
                    root: fragment.root,
                    bridge_of,
                    stages: fragment.stages.clone(),
                    code,
                });
            }
        }
        out
    }

    fn versions(&self, trace: TraceId) -> &[Rc<ExportedLabel>] {
        self.roots.get(trace.index()).map_or(&[], |r| &r.versions)
    }

    /// The tree of the trace that a trace of `root` jumps to, if they belong together.
    fn family(&self, root: Root, ending: Ending, options: &JitOptions) -> Option<usize> {
        let Ending::Target { trace, .. } = ending else {
            return None;
        };
        let recursive = |root: Root| matches!(root, Root::Entry { .. } | Root::Continuation { .. });
        let target = self.roots.get(trace.index())?;
        let tree = &self.trees[target.tree];
        let fits = tree.ops <= options.tree_ops_max && tree.validity.is_valid();
        (fits && recursive(root) && recursive(target.root)).then_some(target.tree)
    }

    /// Makes the fragments of tree `from` part of tree `into`.
    fn merge(&mut self, from: usize, into: usize) {
        let offset = self.trees[into].fragments.len();
        let tree = &mut self.trees[from];
        let (fragments, codes) = (
            std::mem::take(&mut tree.fragments),
            std::mem::take(&mut tree.codes),
        );
        let (assumptions, consts) = (
            std::mem::take(&mut tree.assumptions),
            std::mem::take(&mut tree.consts),
        );
        let ops = std::mem::take(&mut tree.ops);
        let (searches, quick) = (tree.searches, tree.quick);
        let tree = &mut self.trees[into];
        tree.fragments.extend(fragments);
        tree.codes.extend(codes);
        tree.consts.extend(consts);
        tree.ops += ops;
        tree.searches |= searches;
        tree.quick |= quick;
        self.assume(into, assumptions);
        for exit in self.exits.iter_mut().filter(|e| e.tree == from) {
            exit.tree = into;
            exit.fragment += offset;
        }
        for root in self.roots.iter_mut().filter(|r| r.tree == from) {
            root.tree = into;
        }
    }

    /// What a tree keeps of a recording that becomes part of it.
    fn note(&mut self, tree: usize, recording: &Recording) {
        self.trees[tree].consts.extend(roots_of(&recording.trace));
        self.trees[tree].searches |= recording.searches;
        self.trees[tree].quick |= recording.searches;
        self.searching |= recording.searches;
    }

    fn assume(&mut self, tree: usize, assumptions: Vec<Assumption>) {
        let tree = &mut self.trees[tree];
        for assumption in &assumptions {
            assumption.register(&tree.validity);
        }
        tree.assumptions.extend(assumptions);
    }

    fn add_tree(&mut self, core: *mut VmCore, quick: bool) -> usize {
        self.trees.push(Tree {
            fragments: Vec::new(),
            codes: Vec::new(),
            validity: Rc::new(Validity::new(core)),
            assumptions: Vec::new(),
            consts: Vec::new(),
            ops: 0,
            searches: false,
            quick,
            stays: 0,
            stayed_ns: 0,
            emitted: 0,
        });
        self.trees.len() - 1
    }

    /// Optimises and compiles a recorded loop or entry.
    #[allow(clippy::too_many_arguments, reason = "the parts of the tracer's state")]
    pub fn add_root(
        &mut self,
        backend: &dyn Backend,
        options: &JitOptions,
        next_label: &mut u32,
        stats: &mut JitStats,
        core: *mut VmCore,
        root: Root,
        mut recording: Recording,
    ) -> Result<TraceId, Abort> {
        let trace = TraceId(self.roots.len() as u32);
        let mut run = |recording: &Recording| {
            let mut env = OptEnv {
                heap: &CoreHeap,
                next_label,
                options: options.opt.clone(),
            };
            env.options.label_ranges &= matches!(root, Root::Loop { .. });
            match recording.ending {
                Ending::Loop => opt::optimize_loop(&recording.trace, &mut env),
                Ending::Target { trace, .. } => {
                    opt::optimize_entry(&recording.trace, self.versions(trace), &mut env)
                }
                Ending::Exit | Ending::Return => {
                    opt::optimize_entry(&recording.trace, &[], &mut env)
                }
            }
        };
        let result = timed(stats, || run(&recording));
        let result = match (result, recording.ending) {
            (Err(OptError::NoMatch), Ending::Target { trace, .. }) => {
                self.enter_instead(&mut recording, trace);
                timed(stats, || run(&recording))
            }
            (result, _) => result,
        };
        let result = result.map_err(reason_of)?;
        let family = self.family(root, recording.ending, options);
        let tree = family.unwrap_or_else(|| self.add_tree(core, !options.keep_text));
        self.assume(tree, std::mem::take(&mut recording.assumptions));
        self.note(tree, &recording);
        self.roots.push(RootInfo {
            root,
            tree,
            versions: result.labels.clone(),
            stays: Stays::default(),
        });
        let recorded = text_of(&recording.trace, options);
        let fragment = self.add_fragment(
            tree,
            root,
            Source::Entry(trace),
            recording.ending,
            recorded,
            result,
            options,
        );
        let alone = self.trees[tree].quick || backend.is_active();
        let first = if alone { fragment } else { 0 };
        if let Err(error) = self.emit(backend, tree, first) {
            self.trees[tree].fragments.pop();
            self.leave_dead(core, trace);
            return Err(compile_reason(error));
        }
        match recording.ending {
            Ending::Loop => stats.loops += 1,
            _ => stats.entries += 1,
        }
        Ok(trace)
    }

    /// A root that did not compile: gives it an invalid tree of its own.
    fn leave_dead(&mut self, core: *mut VmCore, trace: TraceId) {
        let apart = self.add_tree(core, false);
        self.roots[trace.index()].tree = apart;
        self.trees[apart].validity.invalidate();
    }

    /// Optimises and compiles a bridge for `exit` and links it.
    #[allow(clippy::too_many_arguments, reason = "the parts of the tracer's state")]
    pub fn add_bridge(
        &mut self,
        backend: &dyn Backend,
        options: &JitOptions,
        next_label: &mut u32,
        stats: &mut JitStats,
        exit: ExitId,
        mut recording: Recording,
    ) -> Result<(), Abort> {
        let knowledge = self.exit(exit).knowledge.clone();
        let knowledge = knowledge.as_deref();
        let result = timed(stats, || {
            let mut env = OptEnv {
                heap: &CoreHeap,
                next_label,
                options: options.opt.clone(),
            };
            let targets = match recording.ending {
                Ending::Target { trace, .. } => self.versions(trace),
                Ending::Loop | Ending::Exit | Ending::Return => &[],
            };
            opt::optimize_bridge(&recording.trace, knowledge, targets, &mut env)
        });
        let result = match (result, recording.ending) {
            (Err(OptError::NoMatch), Ending::Target { trace, .. })
                if self.may_retrace(exit, trace) =>
            {
                return Err(Abort::NoMatch);
            }
            (Err(OptError::NoMatch), Ending::Target { trace, .. }) => {
                self.enter_instead(&mut recording, trace);
                timed(stats, || {
                    run_exit(&recording, knowledge, next_label, options)
                })
            }
            (result, _) => result,
        };
        let result = result.map_err(reason_of)?;
        let ExitInfo { tree, fragment, .. } = *self.exit(exit);
        let root = self.trees[tree].fragments[fragment].root;
        self.assume(tree, std::mem::take(&mut recording.assumptions));
        self.note(tree, &recording);
        let labels = result.labels.clone();
        let recorded = text_of(&recording.trace, options);
        let mut fragment = self.add_fragment(
            tree,
            root,
            Source::Bridge(exit),
            recording.ending,
            recorded,
            result,
            options,
        );
        let may_emit = !backend.is_active();
        let mut whole = may_emit && self.trees[tree].wants_emission(options);
        let family = self.family(root, recording.ending, options);
        if let Some(other) = family.filter(|other| may_emit && *other != tree)
            && self.trees[tree].ops <= options.tree_ops_max
        {
            // The bridge stays last, to be taken back if it does not compile.
            let bridge = self.trees[tree].fragments.pop().expect("just added");
            self.merge(other, tree);
            let tree = &mut self.trees[tree];
            for id in &bridge.exits {
                self.exits[id.0 as usize].fragment = tree.fragments.len();
            }
            fragment = tree.fragments.len();
            tree.fragments.push(bridge);
            whole = !tree.quick;
        }
        let emitted = if whole {
            self.emit(backend, tree, 0)
        } else {
            self.emit(backend, tree, fragment)
        };
        match emitted {
            Ok(code) => {
                if whole {
                    stats.reemitted += 1;
                } else {
                    backend.attach(exit, code);
                }
                stats.bridges += 1;
                self.exits[exit.0 as usize].due = u32::MAX;
                if let Ending::Target { trace, .. } = recording.ending {
                    // New versions made by this bridge serve later ones.
                    self.roots[trace.index()].versions.extend(labels);
                }
                Ok(())
            }
            Err(error) => {
                self.trees[tree].fragments.pop();
                Err(compile_reason(error))
            }
        }
    }

    /// May the bridge of `exit` become a new version of the loop `trace`?
    fn may_retrace(&self, exit: ExitId, trace: TraceId) -> bool {
        let target = &self.roots[trace.index()];
        self.exit(exit).retrace == Retrace::Not
            && matches!(target.root, Root::Loop { .. })
            && target.versions.len() < VERSIONS_MAX
    }

    #[allow(clippy::too_many_arguments, reason = "a fragment has many parts")]
    fn add_fragment(
        &mut self,
        tree: usize,
        root: Root,
        source: Source,
        ending: Ending,
        recorded: String,
        result: OptResult,
        options: &JitOptions,
    ) -> usize {
        let fragment = self.trees[tree].fragments.len();
        let mut exits = Vec::new();
        for inst in result.trace.insts.iter().filter(|i| i.op.has_snapshot()) {
            let snapshot = inst.snapshot.expect("guards have snapshots");
            let knowledge = result.knowledge.get(snapshot.index()).cloned().flatten();
            let doubt = knowledge.as_ref().and_then(|k| k.doubt);
            exits.push(ExitId(self.exits.len() as u32));
            self.exits.push(ExitInfo {
                tree,
                fragment,
                snapshot,
                ops: result.trace.exit_values(snapshot).into(),
                knowledge,
                op: inst.op,
                count: 0,
                due: 0,
                failures: 0,
                retrace: Retrace::Not,
                doubt,
                plan: None,
            });
        }
        self.trees[tree].ops += result.trace.insts.len();
        self.ops += result.trace.insts.len();
        let mut stages = result.stages;
        if options.keep_text {
            stages.insert(
                0,
                Stage {
                    name: "recorded",
                    text: recorded,
                },
            );
            stages.push(Stage {
                name: "optimised",
                text: result.trace.to_string(),
            });
        }
        self.trees[tree].fragments.push(Fragment {
            trace: result.trace,
            exits,
            source,
            stages,
            ending,
            root,
        });
        fragment
    }

    /// Compiles the fragments from `first` on as one unit; with `first` 0 the
    /// older code of the tree is replaced.
    fn emit(
        &mut self,
        backend: &dyn Backend,
        tree: usize,
        first: usize,
    ) -> Result<CodeId, CompileError> {
        let tree = &mut self.trees[tree];
        let fragments = tree.fragments[first..]
            .iter()
            .map(|f| UnitFragment {
                trace: &f.trace,
                exits: &f.exits,
                source: f.source,
            })
            .collect();
        let code = backend.compile(&Unit {
            fragments,
            validity: Some(tree.validity.clone()),
            quick: tree.quick,
            fuel: self.fuel,
        })?;
        if first == 0 {
            for old in tree.codes.drain(..) {
                backend.free(old);
            }
            tree.emitted = tree.fragments.len();
        }
        tree.codes.push(code);
        Ok(code)
    }

    /// The state at the final jump fits no version of the target: goes through its entry.
    fn enter_instead(&self, recording: &mut Recording, trace: TraceId) {
        recording.end_with_enter(trace);
    }
}

fn text_of(trace: &Trace, options: &JitOptions) -> String {
    if options.keep_text {
        trace.to_string()
    } else {
        String::new()
    }
}

fn run_exit(
    recording: &Recording,
    knowledge: Option<&Knowledge>,
    next_label: &mut u32,
    options: &JitOptions,
) -> Result<OptResult, OptError> {
    let mut env = OptEnv {
        heap: &CoreHeap,
        next_label,
        options: options.opt.clone(),
    };
    opt::optimize_bridge(&recording.trace, knowledge, &[], &mut env)
}

#[inline(never)]
fn timed(
    stats: &mut JitStats,
    f: impl FnOnce() -> Result<OptResult, OptError>,
) -> Result<OptResult, OptError> {
    let start = std::time::Instant::now();
    let result = f();
    stats.optimise_ns += start.elapsed().as_nanos() as u64;
    if let Ok(result) = &result {
        stats.optimised_ops += result.trace.insts.len() as u64;
    }
    result
}

fn roots_of(trace: &Trace) -> Vec<Value> {
    trace
        .consts
        .iter()
        .filter(|c| super::is_root(c))
        .map(|c| Value(c.bits))
        .collect()
}

fn reason_of(error: OptError) -> Abort {
    match error {
        OptError::NoMatch => Abort::NoMatch,
        OptError::Contradiction => Abort::Contradiction,
        OptError::Unstable => Abort::Unstable,
    }
}

fn compile_reason(error: CompileError) -> Abort {
    match error {
        CompileError::CodeMemoryFull => Abort::CodeMemory,
        CompileError::TooManyValues
        | CompileError::LabelUnreachable(_)
        | CompileError::Malformed(_)
        | CompileError::Codegen(_) => Abort::Codegen,
    }
}
