//! Prolog flags, clock and environment.

use crate::builtins;
use crate::errors::*;
use crate::state::{Flag, FlagValue, pl};
use crate::syntax::Atom;
use crate::syntax::parser::Quotes;
use crate::term::{MakeTerms, Term, atom, deref, term};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;

builtins! {
    "set_prolog_flag" / 2 => set_flag;
    "create_prolog_flag" / 3 => |vm, a| { if let Term::Atom(n) = term(a[0]) && let Some(v) = value_of(a[1]) { pl(vm).flags.borrow_mut().insert(n, Flag { value: v, writable: true }); } Ok(true) };
    "$flags" / 1 => flags;
    "$check_flag" / 1 => |vm, a| match term(a[0]) { Term::Var(_) | Term::Atom(_) => Ok(true), _ => Err(type_error(vm, "atom", deref(a[0]))) };
    "get_time" / 1 => |vm, a| { let t = vm.host.wall_clock().unwrap_or(0.0); let v = vm.float(t); Ok(unify(vm, a[0], v)) };
    "$statistics" / 2 => statistics;
    "$collect" / 0 => |vm, _| { vm.heap.ask_for_full(); Ok(true) };
    "$argv" / 1 => |vm, a| { let args = pl(vm).argv.borrow().clone(); let items: Vec<Value> = args.iter().map(|s| vm.sym(s)).collect(); let l = vm.make_list(&items); Ok(unify(vm, a[0], l)) };
    "sleep" / 1 => |vm, a| { let n = crate::arith::eval(vm, a[0])?; let _ = vm.host.sleep(std::time::Duration::from_secs_f64(n.to_f64().max(0.0))); Ok(true) };
}

/// Flags of a fresh engine.
pub fn standard(vm: &mut Vm) {
    let table: &[(&str, &str, bool)] = &[
        ("bounded", "false", false),
        ("integer_rounding_function", "toward_zero", false),
        ("char_conversion", "off", true),
        ("debug", "off", true),
        ("max_arity", "unbounded", false),
        ("unknown", "error", true),
        ("double_quotes", "codes", true),
        ("back_quotes", "codes", true),
        ("occurs_check", "false", true),
        ("gc", "true", true),
        ("optimise", "false", true),
        ("generate_debug_info", "true", true),
        ("last_call_optimisation", "true", true),
        ("prefer_rationals", "false", true),
        ("iso", "false", true),
        ("verbose", "silent", true),
        ("verbose_load", "silent", true),
        ("autoload", "true", true),
        ("style_check", "true", true),
        ("encoding", "utf8", true),
        ("character_escapes", "true", true),
        ("toplevel_prompt", "?- ", true),
        ("dialect", "metatrace", false),
        ("signals", "true", true),
        ("stack_limit", "unlimited", true),
        ("answer_write_options", "default", true),
        ("print_write_options", "default", true),
    ];
    let p = pl(vm);
    for (name, value, writable) in table {
        let name = Atom(vm.symbols.intern(name));
        let value = FlagValue::Atom(Atom(vm.symbols.intern(value)));
        p.flags.borrow_mut().insert(
            name,
            Flag {
                value,
                writable: *writable,
            },
        );
    }
    for (name, value) in [
        ("max_integer", i64::MAX),
        ("min_integer", i64::MIN),
        ("max_tagged_integer", metatrace::value::INT_MAX),
        ("min_tagged_integer", metatrace::value::INT_MIN),
        ("version", 90000),
    ] {
        let name = Atom(vm.symbols.intern(name));
        p.flags.borrow_mut().insert(
            name,
            Flag {
                value: FlagValue::Int(value),
                writable: false,
            },
        );
    }
}

fn value_of(v: Value) -> Option<FlagValue> {
    match term(v) {
        Term::Atom(a) => Some(FlagValue::Atom(a)),
        Term::Int(i) => Some(FlagValue::Int(i)),
        _ => None,
    }
}

fn set_flag(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let (name, value) = (deref(a[0]), deref(a[1]));
    if matches!(term(name), Term::Var(_)) || matches!(term(value), Term::Var(_)) {
        return Err(instantiation(vm));
    }
    let Term::Atom(n) = term(name) else {
        return Err(type_error(vm, "atom", name));
    };
    let p = pl(vm);
    let Some(flag) = p.flags.borrow().get(&n).cloned() else {
        return Err(domain_error(vm, "prolog_flag", name));
    };
    if !flag.writable {
        return Err(permission_error(vm, "modify", "flag", name));
    }
    let text = vm.symbols.name(n.0).into_owned();
    let Some(new) = value_of(value) else {
        let both = vm.term2("+", name, value);
        return Err(domain_error(vm, "flag_value", both));
    };
    if matches!(text.as_str(), "double_quotes" | "back_quotes") {
        let quotes = match new {
            FlagValue::Atom(q) => Quotes::from_name(&vm.symbols.name(q.0)),
            FlagValue::Int(_) => None,
        };
        let Some(quotes) = quotes else {
            let both = vm.term2("+", name, value);
            return Err(domain_error(vm, "flag_value", both));
        };
        let mut flags = p.read_flags.get();
        if text == "double_quotes" {
            flags.double_quotes = quotes;
        } else {
            flags.back_quotes = quotes;
        }
        p.read_flags.set(flags);
    }
    p.flags.borrow_mut().insert(
        n,
        Flag {
            value: new,
            writable: true,
        },
    );
    Ok(true)
}

fn flags(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let p = pl(vm);
    let all: Vec<(Atom, Flag)> = p
        .flags
        .borrow()
        .iter()
        .map(|(n, f)| (*n, f.clone()))
        .collect();
    let mut items = Vec::new();
    for (name, flag) in all {
        let value = match flag.value {
            // The quotes are those in force where we are.
            _ if *vm.symbols.name(name.0) == *"double_quotes" => {
                vm.sym(p.read_flags.get().double_quotes.name())
            }
            FlagValue::Atom(v) => atom(v),
            FlagValue::Int(i) => crate::number::from_num(vm, &crate::number::Num::Int(i)),
        };
        items.push(vm.term2("-", atom(name), value));
    }
    let l = vm.make_list(&items);
    Ok(unify(vm, a[0], l))
}

fn statistics(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let key = need_text(vm, a[0])?;
    let cpu = vm.host.cpu_nanos().unwrap_or(0);
    let value = match key.as_str() {
        "runtime" | "process_cputime" | "system_time" => (cpu / 1_000_000) as i64,
        "walltime" | "real_time" => (vm.host.monotonic_nanos().unwrap_or(0) / 1_000_000) as i64,
        "inferences" => 0,
        "atoms" => vm.symbols.len() as i64,
        _ => 0,
    };
    if key == "cputime" {
        let v = vm.float(cpu as f64 / 1e9);
        return Ok(unify(vm, a[1], v));
    }
    Ok(unify(vm, a[1], Value::small(value)))
}
