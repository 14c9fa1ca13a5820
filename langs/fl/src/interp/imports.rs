//! Modules: importing, their completion and their failure.

use crate::builtins::modules;
use crate::interp::attributes::{self, Attribute};
use crate::interp::call;
use crate::interp::errors;
use crate::interp::frames::{Cont, complete, finish, raised, tables};
use crate::op::Instr;
use metatrace::Val;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::run::mem;
use metatrace::value::Value;

/// `ImportName`.
#[inline(never)]
pub fn import_name<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let fc = tables(m);
    let name = m.val(Value::symbol(fc.names[i.b() as usize]));
    let namespace = m.const_int(fc.namespace.id as i64).val();
    let level = m.const_int(i.c() as i64).val();
    let found = m.try_call(&modules::FIND_MODULE, [name, namespace, level]);
    run_module(m, found, Cont::Def)
}

/// A module that is loaded already, or the code that loads it.
pub fn run_module<M: Meta>(m: &mut M, found: Result<Val<M>, Raised>, cont: Cont) -> Flow {
    let found = match found {
        Ok(found) => found,
        Err(Raised) => return raised(m),
    };
    if let Some(frame) = m.as_ref::<metatrace::layout::Frame>(found) {
        // Another language's module: its loading returns it.
        let resume = super::frames::resume_pc(m, cont);
        m.resume_frame(frame, resume);
        return Flow::Switch(metatrace::meta::Arrival::Start);
    }
    let Some(code) = m.int(found) else {
        return complete(m, cont, found);
    };
    let id = m.promote_int(code);
    let code = mem::code(m.core(), id as u32);
    if m.too_deep() {
        return call::recursion_error(m);
    }
    let module = crate::loaded::fl_code(code).namespace.module.get();
    let frame = m.new_frame(code);
    let module = m.val(module);
    m.init_slot(&frame, 0, module);
    let resume = super::frames::resume_pc(m, cont);
    m.enter_frame(frame, resume);
    Flow::Next
}

/// `ImportFrom`.
#[inline(never)]
pub fn import_from<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let module = m.slot(i.b());
    let symbol = tables(m).names[i.c() as usize];
    if let Attribute::Value(v) = attributes::get(m, module, symbol) {
        return complete(m, Cont::Def, v);
    }
    let name = m.val(Value::symbol(symbol));
    let found = m.try_call(&modules::FIND_SUBMODULE, [module, name]);
    run_module(m, found, Cont::Def)
}

/// `ImportStar`.
#[inline(never)]
pub fn import_star<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let module = m.slot(i.a());
    let namespace = m.const_int(tables(m).namespace.id as i64).val();
    match m.try_call(&modules::IMPORT_STAR, [namespace, module]) {
        Ok(_) => Flow::Next,
        Err(Raised) => raised(m),
    }
}

/// `ModuleEnd`.
#[inline(never)]
pub fn module_end<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let module = m.slot(i.a());
    m.call(&modules::MODULE_COMPLETE, [module]);
    finish(m, module)
}

/// The frame that the current one called ended without a result (in a language where
/// that is no exception), or was a generator that is at its end.
pub fn callee_failed<M: Meta>(m: &mut M) -> Flow {
    use super::frames::PC_MASK;
    use crate::loaded::{RESUME_SHIFT, instr_at};
    use crate::op::num;
    let (pc, flags) = (m.pc() & PC_MASK, m.pc() >> RESUME_SHIFT);
    if flags == 0 {
        let i = instr_at(m.code(), pc - 1);
        match i.number() {
            num::ForIter => {
                m.set_pc(i.c() as u32);
                return Flow::Next;
            }
            num::Send => {
                let none = m.val(Value::NONE);
                m.set_slot(i.a(), none);
                m.set_pc(i.c() as u32);
                return Flow::Next;
            }
            _ => {}
        }
    } else {
        let scratch = tables(m).scratch;
        let undef = m.val(Value::UNDEF);
        m.set_slot(scratch, undef);
        m.set_pc(pc + 1);
    }
    let _ = m.try_call(&errors::CALLEE_FAILED, []);
    raised(m)
}
