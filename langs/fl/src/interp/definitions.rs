//! Functions and classes coming into being.

use crate::builtins::{classes, functions};
use crate::interp::call::{self, Args, invoke_prelude};
use crate::interp::frames::{Cont, complete, raised, tables, vm};
use crate::loaded::fl_code;
use crate::op::{Instr, num};
use metatrace::Val;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::run::mem;
use metatrace::value::Value;
use runtime::layouts::{Cell, Function, Tuple};

/// `MakeFunction`, `MakeFunctionD`.
#[inline(never)]
pub fn make_function<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let fc = tables(m);
    let code = fc.codes[i.b() as usize].expect("a constant that is code");
    let inner = fl_code(code);
    let cells: Vec<Val<M>> = inner
        .object
        .free
        .iter()
        .map(|f| m.slot(f.outer_slot))
        .collect();
    let closure = call::make_tuple(m, &cells);
    let none = m.val(Value::NONE);
    let (defaults, kw_defaults) = if i.number() == num::MakeFunctionD {
        let code = m.const_int(code.id as i64).val();
        let given = m.slot(i.c() + 1);
        let kw = m.call(&functions::KW_DEFAULTS_TUPLE, [code, given]);
        (m.slot(i.c()), kw)
    } else {
        (none, none)
    };
    let f = m.alloc::<Function>(0);
    let id = m.const_int(code.id as i64);
    m.set(f, Function::CODE, id);
    let symbol = vm(m).symbols.intern(&inner.object.name);
    let name = vm(m).symbol_text(symbol);
    let name = m.val(name);
    m.set(f, Function::NAME, name);
    m.set(f, Function::DEFAULTS, defaults);
    m.set(f, Function::KW_DEFAULTS, kw_defaults);
    m.set(f, Function::CLOSURE, closure);
    let module = m.val(fc.namespace.module.get());
    m.set(f, Function::GLOBALS, module);
    m.set(f, Function::ATTRS, none);
    m.set_slot(i.a(), f.val());
    Flow::Next
}

/// `CallClassBody`.
#[inline(never)]
pub fn call_class_body<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (f, namespace) = (m.slot(i.b()), m.slot(i.c()));
    let f = m.cast::<Function>(f);
    let id = m.get(f, Function::CODE);
    let id = m.promote_int(id);
    let code = mem::code(m.core(), id as u32);
    if m.too_deep() {
        return call::recursion_error(m);
    }
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, namespace);
    let fc = fl_code(code);
    let closure = m.get(f, Function::CLOSURE);
    let closure = m.cast::<Tuple>(closure);
    for k in 0..fc.free_count {
        let cell = m.item_at(closure, Tuple::ITEMS, k);
        m.init_slot(&frame, fc.free_base + k, cell);
    }
    let resume = m.pc();
    m.enter_frame(frame, resume);
    Flow::Next
}

/// `BuildClass`.
#[inline(never)]
pub fn build_class<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = m.val(Value::symbol(tables(m).names[i.c() as usize]));
    let [namespace, cell, bases, keywords] = [0, 1, 2, 3].map(|k| m.slot(i.b() + k));
    let module = m.const_int(tables(m).namespace.id as i64).val();
    let class = match m.call_many(
        &classes::BUILD_CLASS,
        &[name, namespace, bases, keywords, module],
    ) {
        Ok(class) => class,
        Err(Raised) => return raised(m),
    };
    if !m.is(cell, Value::NONE) {
        let cell = m.cast::<Cell>(cell);
        m.set(cell, Cell::VALUE, class);
    }
    let hooks = m.call(&classes::HAS_HOOKS, [class]);
    if m.is(hooks, Value::FALSE) && m.is(keywords, Value::NONE) {
        return complete(m, Cont::Def, class);
    }
    let args = Args::positional(&[class, keywords]);
    invoke_prelude(m, "class_hooks", args, Cont::Def)
}
