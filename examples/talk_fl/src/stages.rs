//! What the tracer makes of a loop, stage by stage, in the notation of the talk.
//!
//! A trace operation of ours is smaller than one of the talk's: `dict_get` walks
//! the chain of entries with loads and guards. An *element*, as the talk counts,
//! is a group of operations that ends in its main one ([`Printer::role`]):
//! operations on lists, dicts and comparisons that lead to a main one are its
//! parts. Parts that no main operation follows are elements of their own.

use crate::engine::{load, new_vm, slots};
use crate::{Entry, Headers, Instr, List, Program, STACK, VARS, Vars};
use metatrace::ir::{Descr, Inst, LabelId, Op, OpRef, SnapVal, Tag, Trace, Ty};
use metatrace::jit::CoreHeap;
use metatrace::layout::{FieldRef, LayoutId, LayoutType};
use metatrace::opt::{OptEnv, OptOptions, optimize_loop};
use metatrace::options::JitOptions;
use metatrace::record::{Record, RecordLimits, Root};
use metatrace::{Value, interp};
use std::collections::HashMap;
use std::rc::Rc;

/// A trace at one stage of its optimisation.
pub struct Stage {
    pub name: &'static str,
    /// In the notation of the talk.
    pub elements: Vec<String>,
    /// As it is.
    pub trace: String,
}

/// Records one iteration of the program's first loop and optimises it with one
/// pass more each time.
pub fn stages(text: &str, variables: &[(&str, i64)]) -> anyhow::Result<Vec<Stage>> {
    let (mut vm, lang) = new_vm();
    let code = load(&mut vm, lang, text)?;
    let slots = slots(&mut vm, variables);
    let frame = vm.new_frame(code, &slots);
    vm.core_mut().frame = frame;
    let root = Root::Loop {
        code: code.id,
        index: 0,
    };
    // The slides leave forwarding to the optimiser.
    let limits = RecordLimits {
        forward_loads: false,
        ..JitOptions::default().limits
    };
    let mut rec = Record::start_root(vm.core_ptr(), root, LabelId(0), Rc::default(), limits);
    let step = const { interp::loops::<crate::Talk>() }.record;
    let ending = loop {
        match rec.start_bytecode() {
            Ok(Some(ending)) => break ending,
            Ok(None) => step(&mut rec),
            Err(abort) => anyhow::bail!("recording given up: {abort:?}"),
        };
    };
    let recorded = rec.finish(ending).trace;
    let names = |symbol: u32| vm.symbols.name(symbol).into_owned();
    let mut out = vec![stage("initial", &recorded, &names)];
    let mut options = OptOptions::none();
    type Passes = fn(&mut OptOptions);
    let passes: [(&'static str, Passes); 6] = [
        ("constants removed", |o| (o.fold, o.dce) = (true, true)),
        ("list folded", |o| o.virtualize = true),
        ("dict folded", |o| (o.heap, o.pure) = (true, true)),
        ("type folded", |o| (o.guard, o.intbound) = (true, true)),
        ("arithmetic folded", |o| o.reassociate = true),
        ("loop peeled", |o| o.unroll = true),
    ];
    for (name, enable) in passes {
        enable(&mut options);
        let mut env = OptEnv {
            heap: &CoreHeap,
            next_label: &mut 1,
            options: options.clone(),
        };
        let result = optimize_loop(&recorded, &mut env);
        let result = result.map_err(|e| anyhow::anyhow!("{name}: {e:?}"))?;
        out.push(stage(name, &result.trace, &names));
    }
    Ok(out)
}

fn stage(name: &'static str, trace: &Trace, names: &dyn Fn(u32) -> String) -> Stage {
    Stage {
        name,
        elements: Printer::new(trace, names).elements(),
        trace: trace.to_string(),
    }
}

/// A group of operations, by what its main operation does. Lists, dicts and
/// tests have further operations, which are parts.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
enum Group {
    List,
    Dict,
    Test,
    Single,
}

/// How an operation counts.
enum Role {
    /// Completes an element of this group.
    Main(Group),
    /// Leads to a main operation of the group.
    Part(Group),
    /// The tracer's and not the interpreter's: label, jump, the poll for the collector.
    Tracer,
}

/// Writes a trace in the notation of the talk.
struct Printer<'a> {
    trace: &'a Trace,
    symbol: &'a dyn Fn(u32) -> String,
    definitions: HashMap<OpRef, &'a Inst>,
    names: HashMap<OpRef, String>,
    /// Key of each entry seen.
    keys: HashMap<OpRef, String>,
    /// The dict and the new pair's head that parts mentioned last.
    vars: String,
    head: String,
}

impl<'a> Printer<'a> {
    fn new(trace: &'a Trace, symbol: &'a dyn Fn(u32) -> String) -> Self {
        Printer {
            trace,
            symbol,
            definitions: trace.insts.iter().map(|i| (i.result, i)).collect(),
            names: HashMap::new(),
            keys: HashMap::new(),
            vars: String::new(),
            head: String::new(),
        }
    }

    /// The elements from the loop's label on. Parts that no main operation of
    /// their group follows are elements too.
    fn elements(mut self) -> Vec<String> {
        let label = self.trace.insts.iter().rposition(|i| i.op == Op::Label);
        let body = &self.trace.insts[label.expect("a loop")..];
        let mut out = self.inputs(&body[0], &body[1..]);
        let mut parts: Vec<(Group, String)> = Vec::new();
        for inst in body {
            match self.role(inst) {
                Role::Tracer => {}
                Role::Part(group) => {
                    self.note_part(inst);
                    parts.push((group, format!("({})", inst.op.name())));
                }
                Role::Main(group) => {
                    parts.retain(|p| p.0 != group);
                    out.push(self.element(inst));
                }
            }
        }
        out.extend(parts.into_iter().map(|p| p.1));
        out
    }

    /// The loop's operands. Which is which, the first snapshot knows: it says
    /// what goes where when the loop is left. The frame itself is the tracer's.
    fn inputs(&mut self, label: &Inst, body: &[Inst]) -> Vec<String> {
        let snapshot = body.iter().find_map(|i| i.snapshot).expect("a guard");
        let frame = self.trace.snapshot(snapshot).frame.expect("one frame");
        let frame = &self.trace.frames[frame.index()];
        let mut out = Vec::new();
        for operand in &label.args {
            let is = |v: &SnapVal| *v == SnapVal::Op(*operand);
            if frame.object.as_ref().is_some_and(is) {
                continue;
            }
            let uses_as_vars =
                |i: &Inst| field(i) == Some(Vars::FIRST.raw) && i.args[0] == *operand;
            let what = match frame.slots.iter().find(|s| is(&s.1)) {
                Some((STACK, _)) => "<stack>",
                Some((VARS, _)) => "<vars>",
                _ if body.iter().any(uses_as_vars) => "<vars>",
                _ => "<value>",
            };
            let name = self.name(*operand);
            out.push(format!("{name} = {what}"));
        }
        out
    }

    fn role(&self, inst: &Inst) -> Role {
        let touched = field(inst);
        match inst.op {
            Op::Label | Op::Jump | Op::GuardNoPoll => Role::Tracer,
            _ if touched == Some(List::HEAD.raw) && inst.op == Op::Load => Role::Main(Group::List),
            // A new pair is complete when it has its tail.
            _ if touched == Some(List::TAIL.raw) && inst.op == Op::Store => Role::Main(Group::List),
            _ if touched == Some(Entry::VALUE.raw) => Role::Main(Group::Dict),
            Op::New | Op::Load | Op::Store if layout_of(inst) == Some(List::ID) => {
                Role::Part(Group::List)
            }
            Op::Load if matches!(layout_of(inst), Some(Vars::ID | Entry::ID)) => {
                Role::Part(Group::Dict)
            }
            Op::GuardTag if inst.descr == Descr::Tag(Tag::layout(Entry::ID)) => {
                Role::Part(Group::Dict)
            }
            Op::Same if self.is_key(inst) => Role::Part(Group::Dict),
            Op::GuardTrue
                if self
                    .definition(inst.args[0])
                    .is_some_and(|d| self.is_key(d)) =>
            {
                Role::Part(Group::Dict)
            }
            Op::Same | Op::IntLt => Role::Part(Group::Test),
            Op::GuardTrue | Op::GuardFalse => Role::Main(Group::Test),
            _ => Role::Main(Group::Single),
        }
    }

    /// Is this the comparison of a key with a name?
    fn is_key(&self, inst: &Inst) -> bool {
        inst.op == Op::Same && self.constant(inst.args[1]).is_some_and(Value::is_symbol)
    }

    fn note_part(&mut self, inst: &'a Inst) {
        match field(inst) {
            Some(f) if f == Vars::FIRST.raw => self.vars = self.name(inst.args[0]),
            Some(f) if f == List::HEAD.raw => self.head = self.name(inst.args[1]),
            _ if self.is_key(inst) => {
                if let Some(load) = self.definition(inst.args[0]) {
                    let key = self.name(inst.args[1]);
                    self.keys.insert(load.args[0], key);
                }
            }
            _ => {}
        }
    }

    fn element(&mut self, inst: &Inst) -> String {
        let args: Vec<String> = inst.args.iter().map(|a| self.name(*a)).collect();
        let layout = layout_of(inst);
        let (result, what) = match inst.op {
            Op::Load if layout == Some(Headers::ID) => (true, "<program_counter>".to_owned()),
            Op::LoadItem if layout == Some(Program::ID) => {
                (true, format!("load_instruction({})", args[1]))
            }
            Op::GuardValue => {
                let word = self.constant(inst.args[1]).and_then(Value::to_int);
                let (instr, _) = Instr::decode(word.unwrap_or_default());
                (false, format!("guard_eq({}, {})", args[0], instr.name()))
            }
            Op::Load if layout == Some(List::ID) => (true, format!("list_pop({})", args[0])),
            Op::Store if layout == Some(List::ID) => (
                false,
                format!("list_append({}, {}) as {}", args[1], self.head, args[0]),
            ),
            Op::Load => (
                true,
                format!("dict_get({})", self.entry(inst.args[0], &args[0])),
            ),
            Op::Store => {
                let entry = self.entry(inst.args[0], &args[0]);
                (false, format!("dict_set({entry}, {})", args[1]))
            }
            Op::GuardTag => (false, format!("guard_type({}, int)", args[0])),
            Op::GuardTrue | Op::GuardFalse => {
                let test = self.definition(inst.args[0]);
                let of: Vec<OpRef> = test.map(|t| t.args.to_vec()).unwrap_or_default();
                let of: Vec<String> = of.iter().map(|a| self.name(*a)).collect();
                match (test.map(|t| t.op), inst.op) {
                    (Some(Op::IntLt), Op::GuardFalse) => {
                        (false, format!("guard_not_less_than({})", of.join(", ")))
                    }
                    (Some(Op::IntLt), _) => (false, format!("guard_less_than({})", of.join(", "))),
                    (_, Op::GuardFalse) => (false, format!("guard_false({})", of.join(" is "))),
                    _ => (false, format!("guard_true({})", of.join(" is "))),
                }
            }
            Op::IntAddOvf | Op::IntAdd => (true, format!("add({})", args.join(", "))),
            op => (
                inst.ty != Ty::Void,
                format!("{}({})", op.name(), args.join(", ")),
            ),
        };
        match result {
            true => format!("{} = {what}", self.name(inst.result)),
            false => what,
        }
    }

    /// A dict and a key, if they are known; else the entry.
    fn entry(&self, entry: OpRef, name: &str) -> String {
        match self.keys.get(&entry) {
            Some(key) => format!("{}, {key}", self.vars),
            None => format!("entry {name}"),
        }
    }

    fn name(&mut self, value: OpRef) -> String {
        if let Some(c) = self.constant(value) {
            return match c {
                Value::TRUE => "True".into(),
                Value::FALSE => "False".into(),
                c if c.is_symbol() => format!("{:?}", (self.symbol)(c.as_symbol())),
                c => format!("{c:?}"),
            };
        }
        // The rest of a list is the list that was popped from.
        if let Some(load) = self.definition(value)
            && load.op == Op::Load
            && field(load) == Some(List::TAIL.raw)
        {
            return format!("{}.rest", self.name(load.args[0]));
        }
        let next = format!("v{}", self.names.len() + 1);
        self.names.entry(value).or_insert(next).clone()
    }

    fn constant(&self, value: OpRef) -> Option<Value> {
        self.trace.const_bits(value).map(Value)
    }

    fn definition(&self, value: OpRef) -> Option<&'a Inst> {
        self.definitions.get(&value).copied()
    }
}

fn field(inst: &Inst) -> Option<FieldRef> {
    match inst.descr {
        Descr::Field(field) => Some(field),
        _ => None,
    }
}

fn layout_of(inst: &Inst) -> Option<LayoutId> {
    match inst.descr {
        Descr::Items(items) => Some(items.layout),
        Descr::Field(field) => Some(field.layout),
        Descr::Layout { layout, .. } => Some(layout),
        _ => None,
    }
}
