//! Objects of ours that others send messages to, relations as goals, modules imported by name.

use super::border::enter_foreign;
use super::convert::text_of;
use super::*;
use crate::border::natives::{CHECK_APPLY, NO_MODULE, RESPOND};
use crate::syntax::Atom;
use interop::layouts::Relation;
use runtime::layouts::Tuple;

/// An object of ours answers message number `message`.
pub(super) fn respond<M: Meta>(m: &mut M, n: u16, message: u16) -> Flow {
    let number = m.const_int(message as i64);
    let mut values: SmallVec<[Val<M>; 8]> = SmallVec::new();
    values.push(number.val());
    for i in 0..n {
        let v = m.slot(i);
        values.push(v);
    }
    match m.call_many(&RESPOND, &values) {
        Ok(v) => {
            m.set_slot(0, v);
            Flow::Next
        }
        Err(Raised) => raise(m),
    }
}

/// Becomes the frame that calls the relation in slot 0 with the items of the tuple in slot 1.
pub(super) fn border_apply<M: Meta>(m: &mut M, keywords: bool) -> Flow {
    let (callee, args) = (m.slot(0), m.slot(1));
    let given = if keywords {
        m.slot(2)
    } else {
        m.val(Value::NIL)
    };
    if m.try_call(&CHECK_APPLY, [callee, given]).is_err() {
        return raise(m);
    }
    let args = m.cast::<Tuple>(args);
    let count = m.get(args, Tuple::LEN);
    let n = m.promote_int(count) as u16;
    let core = m.core();
    let code = m.outlined(|_| crate::border::codes::call(Vm::from_core(core), n));
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, callee);
    for i in 0..n {
        let v = m.item_at(args, Tuple::ITEMS, i);
        m.init_slot(&frame, i + 1, v);
    }
    let choice = m.reg(REG_CHOICE);
    m.init_aux(&frame, choice);
    m.replace_frame(frame);
    Flow::Next
}

/// `'$import_module'(Name, Module)`: the frame in which another language imports one of its modules.
pub(super) fn import_module<M: Meta>(m: &mut M) -> Flow {
    let name = m.slot(0);
    let (name, _) = deref(m, name);
    let text = text_of(m, name);
    let core = m.core();
    let code = m.outlined(|_| {
        let vm = Vm::from_core(core);
        let shared = interop::shared(vm)?;
        let speaker = shared.speaker(shared.values_language()?)?;
        speaker.importer(vm)
    });
    match code {
        Some(code) => enter_foreign(m, code, &[text]),
        None => {
            let _ = m.try_call(&NO_MODULE, [name]);
            raise(m)
        }
    }
}

/// A relation of ours as a goal, with `extra` arguments: its predicate.
pub(super) fn call_own<M: Meta>(m: &mut M, relation: Ref<M, Relation>, extra: u16) -> Flow {
    let module = m.get(relation, Relation::MODULE);
    let module = Atom(m.promote(module).as_symbol());
    let name = m.get(relation, Relation::NAME);
    let name = Atom(m.promote(name).as_symbol());
    let (p, core) = (pl(m), m.core());
    let pred = m.outlined(|_| find_pred(core, p, module, name, extra as usize));
    let code = code_of(m, pred);
    let frame = m.new_frame(code);
    for i in 0..extra {
        let v = m.slot(i + 1);
        m.init_slot(&frame, i, v);
    }
    let barrier = m.reg(REG_CHOICE);
    m.init_aux(&frame, barrier);
    m.replace_frame(frame);
    Flow::Next
}
