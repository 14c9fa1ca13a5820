//! Well-formedness of compiled code, checked in debug builds.
//!
//! 1. Operands are in range: slots, constants, names, loops, call sites, targets.
//! 2. A `Code` operand is a code constant; a `Const` operand is not.
//! 3. Control does not run off the end.
//! 4. A backward jump goes to a `LoopHeader`, and `Send` is followed by its `YieldFrom`.
//! 5. Handlers are disjoint and in order.
//! 6. Temporaries are written before they are read, on every path.

use super::asm;
use crate::code::{CodeObject, Const};
use crate::liveness::{Access, for_each_slot};
use crate::op::{Op, Role};

/// Checks one code object; nested ones were checked when they were made.
///
/// # Panics
/// If a rule is broken, which is a bug of the compiler.
pub(super) fn verify(code: &CodeObject) {
    let len = code.instrs.len();
    assert!(len > 0, "{}: no code", code.qualname);
    assert_eq!(
        code.positions.len(),
        len,
        "{}: one position per instruction",
        code.qualname
    );
    for pc in 0..len {
        instruction(code, pc);
    }
    let last = code.instrs[len - 1].op();
    assert!(
        !last.falls_through(),
        "{}: control runs off the end",
        code.qualname
    );
    for pair in code.handlers.windows(2) {
        assert!(
            pair[0].end <= pair[1].start,
            "{}: handlers overlap",
            code.qualname
        );
    }
    for handler in &code.handlers {
        assert!(handler.start < handler.end && (handler.target as usize) < len);
        assert!(handler.slot < code.n_slots);
    }
    written_before_read(code);
}

fn instruction(code: &CodeObject, pc: usize) {
    let instr = code.instrs[pc];
    let place = || format!("{} at {pc}: {instr:?}", code.qualname);
    for (role, value) in instr.op().info().roles.into_iter().zip(instr.operands()) {
        let value = value as usize;
        match role {
            Role::No => assert_eq!(value, 0, "{}", place()),
            Role::Const => {
                let constant = code.consts.get(value);
                assert!(
                    !matches!(constant, None | Some(Const::Code(_))),
                    "{}",
                    place()
                );
            }
            Role::Code => {
                assert!(
                    matches!(code.consts.get(value), Some(Const::Code(_))),
                    "{}",
                    place()
                );
            }
            Role::Name => assert!(value < code.names.len(), "{}", place()),
            Role::Loop => {
                assert_eq!(code.loops[value].header as usize, pc, "{}", place());
            }
            Role::Site => assert!(value < code.call_sites.len(), "{}", place()),
            Role::Target => {
                assert!(value < code.instrs.len(), "{}", place());
                let header = code.instrs[value].op() == Op::LoopHeader;
                assert!(value > pc || header, "backward jump: {}", place());
            }
            _ => {}
        }
    }
    for_each_slot(code, instr, |slot, _| {
        // The last slot is the scratch, which the compiler never names.
        assert!(slot + 1 < code.n_slots, "slot {slot}: {}", place());
    });
    if instr.op() == Op::Send {
        let next = code.instrs[pc + 1];
        assert_eq!(next.op(), Op::YieldFrom, "{}", place());
    }
}

fn written_before_read(code: &CodeObject) {
    let len = code.instrs.len();
    let mut handlers = Vec::new();
    let mut of = vec![0; len];
    for handler in &code.handlers {
        handlers.push((u32::from(handler.target), handler.slot));
        (handler.start..handler.end).for_each(|pc| of[pc as usize] = handlers.len() as u32);
    }
    let bound = asm::surely_bound(code, &of, &handlers, &vec![true; len]);
    let temps = code.slot_names.len() + code.free.len();
    for (pc, instr) in code.instrs.iter().enumerate() {
        let Some(bound) = &bound[pc] else { continue };
        for_each_slot(code, *instr, |slot, access| {
            let temporary = slot as usize >= temps;
            if access == Access::Read && temporary {
                let name = &code.qualname;
                assert!(
                    bound.contains(slot),
                    "{name} at {pc}: {instr:?} reads undefined {slot}"
                );
            }
        });
    }
}
