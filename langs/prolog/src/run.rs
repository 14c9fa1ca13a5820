//! Running goals from Rust, and program files.

use crate::layouts::*;
use crate::state::pl;
use crate::term::{MakeTerms, deref, undo_trail};
use metatrace::value::Value;
use runtime::Vm;

/// Runs `goal` for its first solution, whose bindings stay. `Err`: the exception.
///
/// Only for the host's use: goals that Prolog code runs are frames of their own.
pub fn once(vm: &mut Vm, goal: Value) -> Result<bool, Value> {
    let p = pl(vm);
    let codes = p
        .system_codes
        .get()
        .expect("made when the language was registered");
    let saved = vm.core().regs;
    let result = vm.execute(codes.top, &[goal]);
    // Choice points of a host's caller were not reachable meanwhile: there are none.
    for reg in [REG_CHOICE, REG_STAMP, REG_CLEAN] {
        vm.core_mut().regs[reg as usize] = saved[reg as usize];
    }
    match result {
        Ok(v) => Ok(v == Value::TRUE),
        Err(_) => {
            let ball = vm.take_pending();
            let mark = saved[REG_TRAIL as usize];
            if mark == Value::NIL {
                undo_trail(vm, mark);
            }
            Err(ball)
        }
    }
}

/// Runs `name(argument, Result)` of the system once; the result.
pub fn once_with_result(vm: &mut Vm, name: &str, argument: Value) -> Option<Value> {
    let result = vm.new_var();
    let goal = vm.term2(name, argument, result);
    let system = crate::term::atom(pl(vm).known.system);
    let goal = vm.term2(":", system, goal);
    // The variable may move: keep it reachable through the engine's roots.
    let root = vm.add_root(result);
    match once(vm, goal) {
        Ok(true) => Some(deref(vm.roots[root])),
        _ => None,
    }
}

/// The goal that loads the main program, runs its initialization goals and the
/// command line's; it halts with status 1 when something failed.
pub fn main_goal(vm: &mut Vm, path: Value) -> Value {
    let goals: Vec<Value> = vm.options.goals.clone().iter().map(|g| vm.sym(g)).collect();
    let goals = vm.make_list(&goals);
    let goal = vm.term2("$main", path, goals);
    let system = crate::term::atom(pl(vm).known.system);
    vm.term2(":", system, goal)
}
