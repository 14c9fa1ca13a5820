//! Variables: globals, cells, class namespaces.

use crate::builtins::prelude;
use crate::interp::errors;
use crate::interp::frames::{raised, tables, vm};
use crate::namespace::GlobalCell;
use crate::op::Instr;
use metatrace::Val;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use runtime::layouts::Cell;
use runtime::natives;

natives! {
    /// Assigns a global of namespace `id`.
    pub static STORE_GLOBAL = "store_global"(vm, id, name, v) -> ()
        [Effects::FRESH.writes(group(Cell::LAYOUT.id)).invalidates()]
    {
        let fl = crate::state::FlState::of(vm);
        fl.namespace(id.as_int()).set(vm, name.as_symbol(), v);
    }
    /// Unbinds a global; false if it was not bound.
    pub static DELETE_GLOBAL = "delete_global"(vm, id, name) -> bool
        [Effects::FRESH.writes(group(Cell::LAYOUT.id)).invalidates()]
    {
        let fl = crate::state::FlState::of(vm);
        let cell = fl.namespace(id.as_int()).cell(name.as_symbol());
        let bound = cell.get() != Value::UNDEF;
        cell.delete();
        bound
    }
}

/// The value of a global variable, if it is bound.
#[inline(always)]
pub fn load_cell<M: Meta>(m: &mut M, cell: &'static GlobalCell) -> Option<Val<M>> {
    m.assume(&cell.assumption);
    match cell.constant() {
        Some(Value::UNDEF) => None,
        Some(v) => Some(m.val(v)),
        None => {
            let heap_cell = m.val(cell.heap_cell());
            let heap_cell = m.cast::<Cell>(heap_cell);
            Some(m.get(heap_cell, Cell::VALUE))
        }
    }
}

/// `LoadGlobal`.
#[inline(always)]
pub fn load_global<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let fc = tables(m);
    let cache = fc.cache(m.pc() - 1);
    if let Some(cell) = cache.global.get() {
        let v = match (load_cell(m, cell), cache.builtin.get()) {
            (None, Some(builtin)) => load_cell(m, builtin),
            (v, _) => v,
        };
        if let Some(v) = v {
            m.set_slot(i.a(), v);
            return Flow::Next;
        }
    }
    m.outlined(|m| load_global_slow(m, i))
}

#[inline(never)]
fn load_global_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.b() as usize];
    match find_global(m, name) {
        Some(v) => {
            let fc = tables(m);
            let cache = fc.cache(m.pc() - 1);
            cache.global.set(Some(fc.namespace.cell(name)));
            cache.builtin.set(Some(fc.state.builtins().cell(name)));
            m.set_slot(i.a(), v);
            Flow::Next
        }
        None => undefined(m, name),
    }
}

/// The global or built-in variable `name` as the current code sees it.
fn find_global<M: Meta>(m: &mut M, name: u32) -> Option<Val<M>> {
    let fc = tables(m);
    let own = fc.namespace.cell(name);
    match load_cell(m, own) {
        Some(v) => Some(v),
        None => {
            let cell = fc.state.builtins().cell(name);
            if cell.get() == Value::UNDEF {
                prelude::bind_export(vm(m), fc.state, name);
            }
            load_cell(m, cell)
        }
    }
}

/// Raises NameError.
fn undefined<M: Meta>(m: &mut M, name: u32) -> Flow {
    let name = m.val(Value::symbol(name));
    match m.try_call(&errors::UNDEFINED_NAME, [name]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// `StoreGlobal`.
#[inline(always)]
pub fn store_global<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    let fc = tables(m);
    let name = fc.names[i.a() as usize];
    store(m, fc.namespace, name, v);
    Flow::Next
}

/// Assigns a variable of a namespace.
pub fn store<M: Meta>(
    m: &mut M,
    namespace: &'static crate::namespace::Namespace,
    name: u32,
    v: Val<M>,
) {
    let cell = namespace.cell(name);
    if cell.is_mutable() {
        m.assume(&cell.assumption);
        let heap_cell = m.val(cell.heap_cell());
        let heap_cell = m.cast::<Cell>(heap_cell);
        m.set(heap_cell, Cell::VALUE, v);
        return;
    }
    let id = m.const_int(namespace.id as i64).val();
    let name = m.val(Value::symbol(name));
    m.call(&STORE_GLOBAL, [id, name, v]);
}

/// `DelGlobal`.
#[inline(never)]
pub fn del_global<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let fc = tables(m);
    let symbol = fc.names[i.a() as usize];
    let id = m.const_int(fc.namespace.id as i64).val();
    let name = m.val(Value::symbol(symbol));
    let bound = m.call(&DELETE_GLOBAL, [id, name]);
    if m.is(bound, Value::TRUE) {
        Flow::Next
    } else {
        undefined(m, symbol)
    }
}

/// `LoadName`: of the namespace dict of a class body, else global, else built in.
#[inline(never)]
pub fn load_name<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.c() as usize];
    let dict = m.slot(i.b());
    let symbol = m.val(Value::symbol(name));
    let own = m.call(&crate::builtins::collections::GET_NAME, [dict, symbol]);
    if !m.is(own, Value::UNDEF) {
        m.set_slot(i.a(), own);
        return Flow::Next;
    }
    match find_global(m, name) {
        Some(v) => {
            m.set_slot(i.a(), v);
            Flow::Next
        }
        None => undefined(m, name),
    }
}

/// `LoadClassCell`: of the class namespace, else of the cell of an enclosing function.
#[inline(never)]
pub fn load_class_cell<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.c() as usize];
    let dict = m.slot(0);
    let symbol = m.val(Value::symbol(name));
    let own = m.call(&crate::builtins::collections::GET_NAME, [dict, symbol]);
    if !m.is(own, Value::UNDEF) {
        m.set_slot(i.a(), own);
        return Flow::Next;
    }
    load_cell_slot(m, i)
}

/// `StoreName`.
#[inline(never)]
pub fn store_name<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.b() as usize];
    let (dict, v) = (m.slot(i.a()), m.slot(i.c()));
    let symbol = m.val(Value::symbol(name));
    m.call(
        &crate::builtins::collections::SET_KEYWORD,
        [dict, symbol, v],
    );
    Flow::Next
}

/// `DelName`.
#[inline(never)]
pub fn del_name<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.b() as usize];
    let dict = m.slot(i.a());
    let symbol = m.val(Value::symbol(name));
    let existed = m.call(&crate::builtins::collections::DELETE_NAME, [dict, symbol]);
    if m.is(existed, Value::TRUE) {
        Flow::Next
    } else {
        undefined(m, name)
    }
}

/// `LoadCell`.
#[inline(always)]
pub fn load_cell_slot<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let cell = m.slot(i.b());
    let cell = m.cast::<Cell>(cell);
    let v = m.get(cell, Cell::VALUE);
    if m.is(v, Value::UNDEF) {
        return m.outlined(|m| unbound_cell(m, i.b(), i.c()));
    }
    m.set_slot(i.a(), v);
    Flow::Next
}

/// Raises the error for an empty cell in slot `slot`.
#[inline(never)]
fn unbound_cell<M: Meta>(m: &mut M, slot: u16, name: u16) -> Flow {
    let fc = tables(m);
    let free = (fc.free_base..fc.free_base + fc.free_count).contains(&slot);
    let name = m.val(Value::symbol(fc.names[name as usize]));
    let native = if free {
        &errors::UNBOUND_FREE
    } else {
        &errors::UNBOUND_LOCAL
    };
    match m.try_call(native, [name]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// `DelCell`.
#[inline(never)]
pub fn del_cell<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let cell = m.slot(i.a());
    let cell = m.cast::<Cell>(cell);
    let v = m.get(cell, Cell::VALUE);
    if m.is(v, Value::UNDEF) {
        return unbound_cell(m, i.a(), i.b());
    }
    let undef = m.val(Value::UNDEF);
    m.set(cell, Cell::VALUE, undef);
    Flow::Next
}

/// `CheckBound`.
#[inline(always)]
pub fn check_bound<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.a());
    if !m.is(v, Value::UNDEF) {
        return Flow::Next;
    }
    m.outlined(|m| unbound_local(m, i))
}

#[inline(never)]
fn unbound_local<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let name = tables(m).names[i.b() as usize];
    let name = m.val(Value::symbol(name));
    match m.try_call(&errors::UNBOUND_LOCAL, [name]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// `MakeCell`, `NewCell`.
#[inline(always)]
pub fn new_cell<M: Meta>(m: &mut M, slot: u16, v: Val<M>) -> Flow {
    let cell = m.alloc::<Cell>(0);
    m.set(cell, Cell::VALUE, v);
    m.set_slot(slot, cell.val());
    Flow::Next
}
