//! Clauses to bytecode.
//!
//! A static predicate is one code: an entry, an index (`index`) that finds the
//! clauses that can match, and the clauses. A frame's slots are the arguments, a slot that
//! remembers the choice point at the last call, the clause's variables, marks
//! of control constructs, and temporaries. A variable's slot is written once
//! per activation, so that a frame to which a choice point refers stays valid.

mod arith;
mod body;
mod guard;
mod head;
mod index;
pub mod stubs;

use crate::code::{PlCode, SwitchTable};
use crate::op::{self, Op};
use crate::state::{Clause, Pred, pl};
use crate::syntax::{Atom, Node, NodeId, Terms};
use hashbrown::HashMap;
use metatrace::code::{Code, MergeKind, MergePoint};
use metatrace::native::Native;
use metatrace::value::Value;
use runtime::Vm;
use runtime::engine::NewCode;
use std::cell::Cell;
use std::rc::Rc;

/// A place in the code that may not be known yet.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Label(usize);

/// Instructions under construction.
pub struct Asm {
    pub words: Vec<u64>,
    labels: Vec<Option<u32>>,
    /// Words whose upper half is the address of a label.
    patches: Vec<(usize, Label)>,
    tables: Vec<TableDraft>,
    pool: Vec<Node>,
    merge_points: Vec<(u32, MergeKind)>,
    lines: Vec<(u32, u32)>,
    pub slots: u16,
    /// See [`PlCode::pinned`].
    pub pinned: bool,
    /// There are more merge points than instructions can name.
    full: bool,
}

struct TableDraft {
    var: Label,
    other: Label,
    consts: Vec<(u64, Label)>,
    structs: Vec<(u32, Label)>,
}

impl Default for Asm {
    fn default() -> Self {
        Asm::new()
    }
}

impl Asm {
    pub fn new() -> Asm {
        Asm {
            words: Vec::new(),
            labels: Vec::new(),
            patches: Vec::new(),
            tables: Vec::new(),
            pool: Vec::new(),
            merge_points: Vec::new(),
            lines: Vec::new(),
            slots: 0,
            pinned: false,
            full: false,
        }
    }

    pub fn label(&mut self) -> Label {
        self.labels.push(None);
        Label(self.labels.len() - 1)
    }

    pub fn place(&mut self, label: Label) {
        self.labels[label.0] = Some(self.words.len() as u32);
    }

    pub fn here(&mut self) -> Label {
        let label = self.label();
        self.place(label);
        label
    }

    pub fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.words.push(op::word(op, a, b, c));
    }

    pub fn word(&mut self, word: u64) {
        self.words.push(word);
    }

    /// An instruction whose upper half is an address.
    pub fn emit_to(&mut self, op: Op, a: u16, to: Label) {
        self.patches.push((self.words.len(), to));
        self.words.push(op::word(op, a, 0, 0));
    }

    /// A word whose upper half is an address.
    pub fn word_to(&mut self, low: u32, to: Label) {
        self.patches.push((self.words.len(), to));
        self.words.push(low as u64);
    }

    pub fn packed(&mut self, slots: &[u16]) {
        for four in slots.chunks(4) {
            let word = four
                .iter()
                .enumerate()
                .fold(0, |w, (i, &s)| w | (s as u64) << (16 * i));
            self.words.push(word);
        }
    }

    /// A merge point at the next instruction.
    pub fn merge_point(&mut self, kind: MergeKind) -> u16 {
        let number = self.merge_points.len();
        self.merge_points.push((self.words.len() as u32, kind));
        self.full |= number >= op::NO_POINT as usize;
        number as u16
    }

    pub fn pool(&mut self, node: Node) -> u32 {
        self.pool.push(node);
        self.pool.len() as u32 - 1
    }

    pub fn line(&mut self, line: u32) {
        self.lines.push((self.words.len() as u32, line));
    }

    fn resolve(&self, label: Label) -> u32 {
        self.labels[label.0].expect("every label is placed")
    }

    /// Numbers of predicates and builtins in the instructions become indices into
    /// tables of the code.
    fn link(&mut self, vm: &Vm) -> (Vec<&'static Pred>, Vec<(&'static Native, u32)>) {
        let p = pl(vm);
        let (mut preds, mut natives) = (Vec::new(), Vec::new());
        let mut at = 0;
        while at < self.words.len() {
            let w = self.words[at];
            match Op::of(w) {
                Op::Call | Op::Execute => {
                    preds.push(p.pred_by_id(self.words[at + 1] as u32));
                    self.words[at + 1] = preds.len() as u64 - 1;
                }
                Op::Builtin => {
                    let builtin = &p.builtins.borrow()[self.words[at + 1] as usize];
                    natives.push((builtin.native, builtin.pred));
                    self.words[at + 1] = natives.len() as u64 - 1;
                }
                _ => {}
            }
            at += op::length(w);
        }
        (preds, natives)
    }

    /// The finished code, added to the engine.
    pub fn finish(mut self, vm: &mut Vm, name: String, pred: u32) -> &'static Code {
        for (at, label) in std::mem::take(&mut self.patches) {
            self.words[at] |= (self.resolve(label) as u64) << 32;
        }
        let tables = self
            .tables
            .iter()
            .map(|t| {
                let consts = t.consts.iter().map(|(k, l)| (*k, self.resolve(*l)));
                let structs = t.structs.iter().map(|(k, l)| (*k, self.resolve(*l)));
                let (var, other) = (self.resolve(t.var), self.resolve(t.other));
                SwitchTable::new(var, other, consts.collect(), structs.collect())
            })
            .collect();
        let (preds, natives) = self.link(vm);
        let instrs: Box<[u64]> = self.words.into();
        let merge_points = self
            .merge_points
            .iter()
            .map(|&(pc, kind)| MergePoint {
                pc,
                kind,
                counter: Cell::new(u32::MAX),
            })
            .collect();
        let lang = pl(vm).lang;
        let file = pl(vm).pred_by_id(pred).file.borrow().clone();
        vm.add_code(NewCode {
            lang,
            slots: self.slots,
            name,
            file,
            instrs: instrs.clone(),
            merge_points,
            data: Box::new(PlCode {
                pred: pl(vm).pred_by_id(pred),
                pl: pl(vm),
                slots: self.slots,
                instrs,
                preds,
                natives,
                tables,
                pool: self.pool,
                lines: self.lines,
                pinned: self.pinned,
                live: Default::default(),
                copied: Default::default(),
            }),
        })
    }
}

/// What is known of a clause's variable while compiling.
#[derive(Copy, Clone, Default)]
struct VarState {
    slot: Option<u16>,
    /// Its slot holds a value here.
    ready: bool,
    occurrences: u32,
}

/// Compiles one clause into the code of its predicate.
struct ClauseCompiler<'a> {
    vm: &'a mut Vm,
    asm: &'a mut Asm,
    terms: &'a Terms,
    module: Atom,
    vars: Vec<VarState>,
    /// Slot that remembers the newest choice point before a call.
    saved: u16,
    /// Next slot for a variable or mark.
    next_fixed: u16,
    next_temp: u16,
    /// Where its code begins.
    first: usize,
    /// Structures built in write mode: jump to patch, instructions, where to go on.
    deferred: Vec<(Label, Vec<u64>, Label)>,
    /// Where a cut goes: `None` is the activation's barrier.
    cut: Option<u16>,
    /// The head's compound arguments are bound: what to name as their write mode.
    bound: Option<Label>,
}

/// Most words of a clause's end that are copied rather than jumped to.
const TAIL_MAX: usize = 6;

/// Compiles a predicate's clauses; `None` if code has no room for so many.
pub fn predicate(vm: &mut Vm, pred: &'static Pred) -> Option<&'static Code> {
    let clauses: Vec<Rc<Clause>> = pred
        .clauses
        .borrow()
        .iter()
        .filter(|c| c.died.get() == u64::MAX)
        .cloned()
        .collect();
    let mut clauses = clauses;
    // Code is kept for good, and what its instructions name.
    for clause in clauses.iter().filter(|c| c.mortal) {
        clause.terms.atoms().for_each(|a| vm.symbols.pin(a.0));
    }
    if pred.rules.get() {
        clauses.push(Rc::new(no_rule(vm, pred)));
    }
    let mut asm = Asm::new();
    asm.slots = pred.arity + 1;
    let point = asm.merge_point(MergeKind::Entry);
    asm.emit(Op::Enter, point, 0, 0);
    let entries: Vec<Entry> = clauses
        .iter()
        .map(|clause| Entry {
            clause: Rc::clone(clause),
            label: asm.label(),
            guard: guard::guard(vm, clause),
            after_guard: asm.label(),
        })
        .collect();
    index::build(vm, &mut asm, pred, &entries);
    if asm.full {
        return None;
    }
    for entry in &entries {
        asm.place(entry.label);
        asm.line(entry.clause.line);
        compile_clause(vm, &mut asm, pred, entry);
    }
    if asm.full {
        return None;
    }
    let name = format!("{}/{}", vm.symbols.name(pred.name.0), pred.arity);
    Some(asm.finish(vm, name, pred.id))
}

/// The clause after a predicate's last rule: no rule matched.
fn no_rule(vm: &mut Vm, pred: &Pred) -> Clause {
    let mut terms = Terms::default();
    let args: Vec<NodeId> = (0..pred.arity as u32)
        .map(|v| terms.add(Node::Var(v)))
        .collect();
    let head = match args.as_slice() {
        [] => terms.add(Node::Atom(pred.name)),
        _ => terms.compound(pred.name, &args),
    };
    let raise = Atom(vm.symbols.intern("$no_matching_rule"));
    let body = terms.compound(raise, &[head]);
    Clause {
        terms,
        head,
        body,
        vars: pred.arity as u32,
        seq: 0,
        born: 0,
        died: Cell::new(u64::MAX),
        line: 0,
        mortal: false,
    }
}

/// A clause in the code of its predicate.
struct Entry {
    clause: Rc<Clause>,
    label: Label,
    guard: Option<guard::Guard>,
    /// Behind its guard.
    after_guard: Label,
}

fn compile_clause(vm: &mut Vm, asm: &mut Asm, pred: &Pred, entry: &Entry) {
    let clause = &*entry.clause;
    let mut c = ClauseCompiler::new(vm, asm, pred, clause);
    c.head(clause.head);
    match &entry.guard {
        None => {
            c.asm.labels[entry.after_guard.0] = Some(0);
            c.body(clause.body);
        }
        Some(guard) => {
            let fails = c.asm.label();
            // Address 0 means failure: no clause starts there.
            c.asm.labels[fails.0] = Some(0);
            for &goal in &guard.goals {
                c.condition_tests(goal, fails);
            }
            if guard.cut {
                c.asm.emit(Op::Cut, 0, 0, 0);
            }
            c.asm.place(entry.after_guard);
            c.goals(&guard.rest);
        }
    }
    c.flush_deferred();
}

fn count_vars(terms: &Terms, root: NodeId, vars: &mut [VarState]) {
    let mut stack = vec![root];
    while let Some(id) = stack.pop() {
        match terms.get(id) {
            Node::Var(v) => vars[*v as usize].occurrences += 1,
            _ => stack.extend_from_slice(terms.args(id)),
        }
    }
}

/// An upper bound of the slots that control constructs need.
fn count_controls(vm: &Vm, terms: &Terms, body: NodeId) -> u16 {
    let k = pl(vm).known;
    let mut stack = vec![body];
    let mut count = 0;
    while let Some(id) = stack.pop() {
        if let Some((name, arity)) = terms.functor(id)
            && arity > 0
            && [k.comma, k.semicolon, k.arrow, k.soft_arrow, k.not, k.colon].contains(&name)
        {
            count += 2;
            stack.extend_from_slice(terms.args(id));
        }
    }
    count
}

impl<'a> ClauseCompiler<'a> {
    fn new(vm: &'a mut Vm, asm: &'a mut Asm, pred: &Pred, clause: &'a Clause) -> Self {
        let mut vars = vec![VarState::default(); clause.vars as usize];
        count_vars(&clause.terms, clause.head, &mut vars);
        count_vars(&clause.terms, clause.body, &mut vars);
        let marks = count_controls(vm, &clause.terms, clause.body);
        let saved = pred.arity;
        let mut c = ClauseCompiler {
            vm,
            first: asm.words.len(),
            asm,
            terms: &clause.terms,
            module: pred.module,
            saved,
            next_fixed: saved + 1,
            next_temp: saved + 1 + clause.vars as u16 + marks,
            vars,
            deferred: Vec::new(),
            cut: None,
            bound: None,
        };
        c.grow();
        c
    }
}

impl ClauseCompiler<'_> {
    fn temp(&mut self) -> u16 {
        self.next_temp += 1;
        self.grow();
        self.next_temp - 1
    }

    fn grow(&mut self) {
        self.asm.slots = self.asm.slots.max(self.next_temp).max(self.next_fixed);
    }

    fn fixed(&mut self) -> u16 {
        self.next_fixed += 1;
        self.grow();
        self.next_fixed - 1
    }

    fn var_slot(&mut self, v: u32) -> u16 {
        if let Some(slot) = self.vars[v as usize].slot {
            return slot;
        }
        let slot = self.fixed();
        self.vars[v as usize].slot = Some(slot);
        slot
    }

    fn known(&self) -> crate::state::Known {
        pl(self.vm).known
    }

    /// The word of a constant that needs no heap object.
    fn immediate(&self, id: NodeId) -> Option<Value> {
        match self.terms.get(id) {
            Node::Atom(a) => Some(Value::symbol(a.0)),
            Node::Int(i) => Value::int(*i),
            Node::Float(f) => Value::float(*f),
            _ => None,
        }
    }

    fn flush_deferred(&mut self) {
        for (start, words, back) in std::mem::take(&mut self.deferred) {
            self.asm.place(start);
            self.asm.words.extend_from_slice(&words);
            self.go_on(back);
        }
    }

    /// Goes on at `back`: a short rest of the clause is copied, for longer ones a jump.
    fn go_on(&mut self, back: Label) {
        let start = self.asm.resolve(back) as usize;
        let mut at = start;
        while at < self.asm.words.len().min(start + TAIL_MAX) {
            let w = self.asm.words[at];
            let op = Op::of(w);
            let end = at + op::length(w);
            // The clause's own words are the latest.
            let patches = self.asm.patches.iter().rev();
            let mut patches = patches.take_while(|(p, _)| *p >= self.first);
            if patches.any(|(p, _)| (at..end).contains(p)) {
                break;
            }
            at = end;
            if op == Op::Proceed || op == Op::Execute && op::b(w) == 0 {
                let tail = self.asm.words[start..at].to_vec();
                self.asm.words.extend(tail);
                return;
            }
        }
        self.asm.emit_to(Op::Jump, 0, back);
    }

    /// Puts a term into a slot: its own for variables, else a temporary.
    fn put(&mut self, id: NodeId) -> u16 {
        match self.terms.get(id) {
            Node::Var(v) => self.put_var(*v),
            Node::Compound { .. } => {
                let dst = self.temp();
                self.put_compound(id, dst);
                dst
            }
            _ => {
                let dst = self.temp();
                self.put_constant(id, dst);
                dst
            }
        }
    }

    fn put_var(&mut self, v: u32) -> u16 {
        let slot = self.var_slot(v);
        if !self.vars[v as usize].ready {
            self.asm.emit(Op::PutVar, slot, 0, 0);
            self.vars[v as usize].ready = true;
        }
        slot
    }

    fn put_constant(&mut self, id: NodeId, dst: u16) {
        match self.immediate(id) {
            Some(v) => {
                self.asm.emit(Op::PutConst, dst, 0, 0);
                self.asm.word(v.0);
            }
            None => {
                let n = self.asm.pool(self.terms.get(id).clone());
                self.asm.word(op::word_pc(Op::PutPool, dst, n));
            }
        }
    }

    /// Puts any term into a given slot.
    fn put_into(&mut self, id: NodeId, dst: u16) {
        match self.terms.get(id) {
            Node::Var(v) => {
                let slot = self.put_var(*v);
                if slot != dst {
                    self.asm.emit(Op::Move, dst, slot, 0);
                }
            }
            Node::Compound { .. } => self.put_compound(id, dst),
            _ => self.put_constant(id, dst),
        }
    }

    fn put_compound(&mut self, id: NodeId, dst: u16) {
        // Right-nested terms (lists above all) are built from their end, without recursion.
        let mut spine = vec![id];
        while let Some(&last) = self.terms.args(spine[spine.len() - 1]).last() {
            if !matches!(self.terms.get(last), Node::Compound { .. }) {
                break;
            }
            spine.push(last);
        }
        let mark = self.next_temp;
        let mut inner: Option<u16> = None;
        for &node in spine.iter().rev() {
            let args = self.terms.args(node).to_vec();
            let (name, arity) = self.terms.functor(node).expect("a compound");
            let level = self.next_temp;
            let mut slots = Vec::with_capacity(arity);
            for (i, &arg) in args.iter().enumerate() {
                match inner {
                    Some(slot) if i + 1 == arity => slots.push(slot),
                    _ => slots.push(self.put(arg)),
                }
            }
            self.next_temp = level;
            let outermost = node == id;
            let target = if outermost {
                dst
            } else {
                match inner {
                    Some(slot) => slot,
                    None => self.temp(),
                }
            };
            inner = Some(target);
            let functor = pl(self.vm).functor(name, arity);
            self.asm.emit(Op::PutStruct, arity as u16, target, 0);
            self.asm.word(functor as u64);
            self.asm.packed(&slots);
        }
        self.next_temp = mark;
    }
}

/// Deduplicated chains of clauses, by clause numbers, arguments already looked at,
/// and those known to be bound.
type Chains = HashMap<(Vec<usize>, Vec<usize>, u64), Label>;
