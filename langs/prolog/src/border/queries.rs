//! Queries: heap objects that own their choice points and their trail.

use crate::errors;
use crate::layouts::{Choice, REG_CHOICE, REG_CLEAN, REG_STAMP, REG_TRAIL, Trail, Undo};
use crate::state::DataAtoms;
use crate::state::pl;
use crate::syntax::parser::Quotes;
use crate::syntax::{Atom, Parser, ReadFlags};
use crate::term::{MakeTerms, atom, deref, is_var};
use crate::unify::variables;
use interop::layouts::{QUERY_NEW, Query};
use metatrace::value::Value;
use runtime::Vm;
use runtime::layouts::Tuple;
use runtime::native::Guest;
use runtime::object::Obj;

/// A new query of `goal`. `outputs`: what an answer is made of; `names`: their symbols, for text
/// queries; `given`: terms whose variables others can see.
pub fn new(
    vm: &mut Vm,
    goal: Value,
    outputs: &[Value],
    names: Option<&[Value]>,
    given: &[Value],
) -> Value {
    let mut shared: Vec<Value> = Vec::new();
    for &v in given.iter().filter(|v| !super::views::is_plain(**v)) {
        for var in variables(vm, v) {
            if !shared.contains(&var) {
                shared.push(var);
            }
        }
    }
    let lang = pl(vm).lang;
    let outputs = vm.tuple(outputs);
    let names = match names {
        Some(names) => vm.tuple(names),
        None => Value::NONE,
    };
    let shared = match shared.as_slice() {
        [] => Value::NONE,
        shared => vm.tuple(shared),
    };
    let q = vm.alloc::<Query>(0);
    q.init(Query::LANG, Value::small(lang as i64));
    q.init(Query::STATE, Value::small(QUERY_NEW));
    q.init(Query::OUTPUTS, outputs);
    q.init(Query::NAMES, names);
    q.init(Query::GOAL, goal);
    for field in [Query::FRAME, Query::CHOICE, Query::TRAIL] {
        q.init(field, Value::NIL);
    }
    q.init(Query::CLEAN, Value::small(0));
    q.init(Query::SHARED, shared);
    q.init(Query::BORN, Value::small(0));
    q.value()
}

/// The term that a text stands for in `module`: strings in double quotes are atoms.
pub fn from_text(
    vm: &mut Vm,
    module: Atom,
    text: &str,
    bindings: &[(u32, Value)],
) -> Guest<(Value, Vec<Value>, Vec<Value>)> {
    let p = pl(vm);
    let full = format!("{text} .");
    let flags = ReadFlags {
        double_quotes: Quotes::Atom,
        ..ReadFlags::default()
    };
    let ops = p.ops.borrow();
    let read = {
        let mut atoms = DataAtoms(&mut vm.symbols);
        Parser::new(&full, 0, &mut atoms, &ops, flags).read()
    };
    drop(ops);
    vm.note_symbols();
    let clause = match read {
        Ok(clause) => clause,
        Err(error) => {
            let message = error.message.replace('_', " ");
            return Err(errors::syntax_error(vm, &message));
        }
    };
    let Some(root) = clause.root else {
        return Err(errors::syntax_error(vm, "end of text"));
    };
    let mut vars = vec![Value::UNDEF; clause.vars.len()];
    let mut names = Vec::new();
    let mut outputs = Vec::new();
    for (i, var) in clause.vars.iter().enumerate() {
        let name = var.name.to_string();
        let symbol = vm.symbols.intern(&name);
        if let Some((_, v)) = bindings.iter().find(|b| b.0 == symbol) {
            vars[i] = super::values::to_term(vm, *v);
        } else if name.starts_with('_') || name.is_empty() {
            continue;
        } else {
            vars[i] = vm.new_var();
        }
        if !name.starts_with('_') {
            names.push(Value::symbol(symbol));
            outputs.push(vars[i]);
        }
    }
    for (symbol, _) in bindings {
        let name = vm.symbols.name(*symbol).into_owned();
        if !clause.vars.iter().any(|v| *v.name == *name) {
            let message = format!("the query has no variable {name}");
            return Err(vm.type_error(message));
        }
    }
    let goal = crate::convert::to_heap(vm, &clause.terms, root, &mut vars);
    let goal = vm.term2(":", atom(module), goal);
    Ok((goal, outputs, names))
}

/// An answer of a text query: a dict by variable name.
pub fn answer(vm: &mut Vm, query: Obj<Query>) -> Guest {
    let outputs = Obj::<Tuple>::cast(query.get(Query::OUTPUTS))
        .items()
        .to_vec();
    let mut values = Vec::with_capacity(outputs.len());
    for v in outputs {
        values.push(super::values::to_shared(vm, v)?);
    }
    let names = Obj::<Tuple>::cast(query.get(Query::NAMES));
    let dict = vm.dict();
    for (&name, v) in names.items().iter().zip(values) {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        vm.dict_set_text(dict, &name, v);
    }
    Ok(dict.value())
}

/// Raises if someone else bound variables that the query shares.
pub fn check(vm: &mut Vm, query: Obj<Query>) -> Guest<()> {
    let shared = Obj::<Tuple>::cast(query.get(Query::SHARED))
        .items()
        .to_vec();
    for var in shared {
        let bound = !is_var(deref(var)) || deref(var) != var;
        if bound && !on_trail(query.get(Query::TRAIL), var) {
            let message = "a variable of this query was bound by another query";
            return Err(interop::errors::query_error(vm, message));
        }
    }
    Ok(())
}

fn on_trail(mut at: Value, var: Value) -> bool {
    while at.is_heap() {
        if let Some(record) = Obj::<Trail>::of(at) {
            if record.get(Trail::VAR) == var {
                return true;
            }
            at = record.get(Trail::PREV);
        } else {
            at = Obj::<Undo>::cast(at).get(Undo::PREV);
        }
    }
    false
}

/// The registers of whoever drives a query, from the slots of its driver's frame.
pub fn restore_registers(vm: &mut Vm, choice: Value, trail: Value, clean: Value) {
    let stamp = Obj::<Choice>::of(choice).map_or(0, |c| c.int(Choice::STAMP));
    let regs = &mut vm.core_mut().regs;
    regs[REG_CHOICE as usize] = choice;
    regs[REG_STAMP as usize] = Value::small(stamp);
    regs[REG_TRAIL as usize] = trail;
    regs[REG_CLEAN as usize] = clean;
}
