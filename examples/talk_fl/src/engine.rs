//! Running a program: an engine, the language's registration, and a frame.

use crate::assemble::assemble;
use crate::{Data, Entry, Headers, Instr, LAYOUTS, Program, SLOTS, Talk, Vars};
use metatrace::backend::{cranelift::CraneliftBackend, portable::PortableBackend};
use metatrace::code::{Code, MergeKind, MergePoint};
use metatrace::interp::{StepLoops, loops};
use metatrace::jit::{Jit, JitStats};
use metatrace::meta::kinds;
use metatrace::options::JitOptions;
use metatrace::{Items, LayoutType, Value, layout};
use runtime::engine::NewCode;
use runtime::heap::RootSource;
use runtime::host::System;
use runtime::language::{Language, Loaded, Source};
use runtime::options::Options;
use runtime::{Guest, Obj, Vm};
use std::any::Any;
use std::cell::Cell;
use std::rc::Rc;

/// How to run a program.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub enum Mode {
    Interpreter,
    Portable,
    Cranelift,
}

/// What a program did.
#[derive(Debug)]
pub struct Outcome {
    /// The variables at the end, or the error.
    pub result: Result<Vec<(String, String)>, String>,
    pub stats: Option<JitStats>,
}

/// All that the runtime wants of a language.
struct TalkLanguage;

impl Language for TalkLanguage {
    fn name(&self) -> &'static str {
        "talk"
    }
    fn extensions(&self) -> &'static [&'static str] {
        &["talk"]
    }
    fn loops(&self) -> StepLoops {
        const { loops::<Talk>() }
    }
    fn new_state(&self, _: &mut Vm, _: u8) -> Box<dyn Any> {
        Box::new(())
    }
    fn load(&self, vm: &mut Vm, lang: u8, source: &Source) -> Guest<Loaded> {
        match load(vm, lang, &source.text) {
            Ok(code) => Ok(Loaded {
                code,
                slots: slots(vm, &[]),
                module: Value::NIL,
            }),
            Err(error) => Err(vm.value_error(error.to_string())),
        }
    }
    fn describe_exception(&self, _: &mut Vm, exception: Value) -> String {
        match exception.to_int() {
            Some(pc) => format!("cannot execute instruction {pc}"),
            None => "an error of another language".into(),
        }
    }
    fn print_exception(&self, vm: &mut Vm, exception: Value) -> i32 {
        eprintln!("{}", self.describe_exception(vm, exception));
        1
    }
    fn visit_roots(&self, _: &mut dyn Any, _: &mut dyn FnMut(&mut Value)) {}
}

/// An engine that knows the language; its number.
pub fn new_vm() -> (Box<Vm>, u8) {
    layout::register(LAYOUTS);
    let mut vm = Vm::new(Options::default(), Box::new(System::new()));
    let lang = vm.add_language(&TalkLanguage);
    (vm, lang)
}

/// Integers as an immutable object; where it is among the engine's roots.
fn ints<T: LayoutType>(vm: &mut Vm, items: Items<T, kinds::Int>, ints: &[i64]) -> usize {
    let object: Obj<T> = vm.alloc_counted(0, ints.len());
    for (i, int) in ints.iter().enumerate() {
        object.init_item(items, i, Value::small(*int));
    }
    vm.add_root(object.value())
}

/// Makes a program's text into code.
pub fn load(vm: &mut Vm, lang: u8, text: &str) -> Result<&'static Code, crate::Error> {
    let assembly = assemble(text, |name| vm.symbols.intern(name))?;
    let lines = &assembly.lines;
    let instrs: Vec<i64> = lines.iter().map(|l| l.instr.encode(l.operand)).collect();
    let pcs: Vec<i64> = assembly.headers.iter().map(|pc| *pc as i64).collect();
    let program = ints(vm, Program::INSTRS, &instrs);
    let headers = ints(vm, Headers::PCS, &pcs);
    struct Nothing;
    impl RootSource for Nothing {
        fn visit(&mut self, _: &mut dyn FnMut(&mut Value)) {}
    }
    // What is old does not move.
    vm.promote_all(&mut Nothing);
    let mut loop_at = vec![None; lines.len()];
    for (i, pc) in assembly.headers.iter().enumerate() {
        loop_at[*pc as usize] = Some(i as u16);
    }
    let end_of = |pc: u32| {
        let back = |i: &i64| *i == Instr::Jump.encode(pc as i64);
        instrs.iter().rposition(back).map_or(pc, |at| at as u32 + 1)
    };
    let headers_of_loops = &assembly.headers;
    let points = headers_of_loops.iter().map(|pc| {
        let end = end_of(*pc);
        let around = |(_, outer): &(u16, &u32)| **outer < *pc && end <= end_of(**outer);
        let outer = (0u16..).zip(headers_of_loops).filter(around);
        let parent = outer.max_by_key(|(_, outer)| **outer).map(|(i, _)| i);
        MergePoint {
            pc: *pc,
            kind: MergeKind::Loop { parent, end },
            counter: Cell::new(0),
        }
    });
    let data = Data {
        program: vm.roots[program],
        headers: vm.roots[headers],
        loop_at,
        listing: lines.iter().map(|l| (l.line, l.text.clone())).collect(),
    };
    Ok(vm.add_code(NewCode {
        lang,
        slots: SLOTS,
        name: "program".into(),
        file: String::new(),
        instrs: instrs.iter().map(|i| *i as u64).collect(),
        merge_points: points.collect(),
        data: Box::new(data),
    }))
}

/// The slots of a frame at the beginning, with variables given.
pub fn slots(vm: &mut Vm, variables: &[(&str, i64)]) -> Vec<Value> {
    let mut first = Value::NIL;
    for (name, value) in variables.iter().rev() {
        let key = Value::symbol(vm.symbols.intern(name));
        let entry: Obj<Entry> = vm.alloc(0);
        entry.init(Entry::KEY, key);
        entry.init(Entry::VALUE, Value::small(*value));
        entry.init(Entry::NEXT, first);
        first = entry.value();
    }
    let vars: Obj<Vars> = vm.alloc(0);
    vars.init(Vars::FIRST, first);
    vec![Value::NIL, vars.value(), Value::small(0)]
}

/// Assembles and runs a program with some variables set.
pub fn run(text: &str, variables: &[(&str, i64)], mode: Mode) -> anyhow::Result<Outcome> {
    let (mut vm, lang) = new_vm();
    let jit = match mode {
        Mode::Interpreter => None,
        Mode::Portable => Some(Jit::new(
            Box::new(PortableBackend::new()),
            JitOptions::default(),
        )),
        Mode::Cranelift => {
            let backend = CraneliftBackend::new(16 << 20).map_err(|e| anyhow::anyhow!("{e:?}"))?;
            Some(Jit::new(Box::new(backend), JitOptions::default()))
        }
    };
    let jit = jit.map(Rc::new);
    if let Some(jit) = &jit {
        vm.set_jit(jit.clone());
    }
    let code = load(&mut vm, lang, text)?;
    let slots = slots(&mut vm, variables);
    let result = match vm.execute(code, &slots) {
        Ok(vars) => Ok(variables_of(&vm, vars)),
        Err(_) => {
            let exception = vm.take_pending();
            Err(match exception.to_int() {
                Some(pc) => {
                    let (line, pc) = (code.data.line(pc as u32), pc as u32);
                    format!("line {line}: cannot execute {}", code.data.describe(pc))
                }
                None => "interrupted".into(),
            })
        }
    };
    let stats = jit.map(|jit| jit.stats());
    Ok(Outcome { result, stats })
}

fn variables_of(vm: &Vm, vars: Value) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut next = Obj::<Vars>::cast(vars).get(Vars::FIRST);
    while let Some(entry) = Obj::<Entry>::of(next) {
        let name = vm.symbols.name(entry.get(Entry::KEY).as_symbol());
        let value = entry.get(Entry::VALUE);
        out.push((name.into_owned(), format!("{value:?}")));
        next = entry.get(Entry::NEXT);
    }
    out.sort();
    out
}
