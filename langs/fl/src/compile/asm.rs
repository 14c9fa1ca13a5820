//! The assembler: drafts with labels to a finished code object.
//!
//! In order: labels become indices and jumps to jumps are shortened; what cannot be reached is
//! marked; checks of variables that are surely bound are marked; the rest is packed, and the tables
//! of handlers, loops and inlined comprehensions follow.

use std::sync::OnceLock;

use super::{CodeKind, CodeObject, Draft, HandlerId, LoopDraft, OPERAND_MAX, Unit};
use crate::code::{Handler, Inlined, LoopInfo};
use crate::liveness::{Access, SlotMask, for_each_slot};
use crate::op::{Instr, Op};
use crate::source::Source;

/// Finishes a unit; or says why it cannot, with code that stands in for it.
pub(super) fn assemble(unit: Unit<'_>, source: &Source) -> (CodeObject, Option<&'static str>) {
    let Unit {
        drafts,
        labels,
        handlers,
        loops,
        inlined,
        slots_used,
        ..
    } = &unit;
    let slots = slots_used + 1;
    let problem = if drafts.len() as u32 >= OPERAND_MAX {
        Some("code is too long: more than 65535 instructions in one function or module")
    } else if slots >= OPERAND_MAX {
        Some("code needs too many variables and temporary values at once")
    } else if unit.names.len() as u32 >= OPERAND_MAX {
        Some("too many names in one function or module")
    } else {
        None
    };
    let mut flow = Flow::new(drafts, labels, handlers.iter().map(|h| (h.label.0, h.slot)));
    if problem.is_none() {
        flow.thread_jumps();
        flow.mark_reachable();
    }
    let loops: Vec<(u32, u32, Option<u16>)> = loops
        .iter()
        .map(
            |LoopDraft {
                 header,
                 end,
                 parent,
             }| (flow.at(header.0), flow.at(end.0), *parent),
        )
        .collect();
    let inlined: Vec<(u32, u32, Inlined)> = inlined
        .iter()
        .map(|(start, end, inlined)| (flow.at(start.0), flow.at(end.0), inlined.clone()))
        .collect();
    let Flow {
        instrs,
        handler_of,
        handlers,
        mut keep,
        ..
    } = flow;
    let positions = drafts
        .iter()
        .map(|draft| source.position(draft.span))
        .collect();
    let mut code = shell(unit, source, slots.min(OPERAND_MAX) as u16);
    code.instrs = instrs;
    code.positions = positions;
    if let Some(problem) = problem {
        code.instrs.clear();
        return (code, Some(problem));
    }
    drop_sure_checks(&code, &handler_of, &handlers, &mut keep);
    drop_jumps_to_next(&code.instrs, &mut keep);
    pack(&mut code, &keep, &handler_of, &handlers, &loops, inlined);
    (code, None)
}

fn shell(unit: Unit<'_>, source: &Source, n_slots: u16) -> CodeObject {
    CodeObject {
        name: unit.name,
        qualname: unit.qualname,
        path: source.path().clone(),
        first_line: unit.first_line,
        kind: unit.kind,
        is_generator: unit.generator,
        params: unit.params,
        docstring: unit.docstring,
        instrs: Vec::new(),
        positions: Vec::new(),
        consts: unit.consts,
        names: unit.names,
        slot_names: unit.slot_names,
        n_slots,
        scratch: n_slots - 1,
        cells: unit.cells,
        free: unit.free,
        handlers: Vec::new(),
        loops: Vec::new(),
        call_sites: unit.call_sites,
        inlined: Vec::new(),
        annotations: unit.annotations,
        liveness: OnceLock::new(),
    }
}

/// A resolved handler: target and slot.
type Site = (u32, u16);

struct Flow<'a> {
    drafts: &'a [Draft],
    labels: &'a [Option<u32>],
    instrs: Vec<Instr>,
    handler_of: Vec<HandlerId>,
    handlers: Vec<Site>,
    keep: Vec<bool>,
}

impl<'a> Flow<'a> {
    fn new(
        drafts: &'a [Draft],
        labels: &'a [Option<u32>],
        handlers: impl Iterator<Item = (u32, u16)>,
    ) -> Flow<'a> {
        let mut flow = Flow {
            drafts,
            labels,
            instrs: drafts.iter().map(|draft| draft.instr).collect(),
            handler_of: drafts.iter().map(|draft| draft.handler).collect(),
            handlers: Vec::new(),
            keep: vec![false; drafts.len()],
        };
        flow.handlers = handlers
            .map(|(label, slot)| (flow.at(label), slot))
            .collect();
        flow
    }

    fn at(&self, label: u32) -> u32 {
        self.labels[label as usize].unwrap_or(self.drafts.len() as u32)
    }

    /// Resolves the targets; a jump to a `Jump` goes where that goes.
    fn thread_jumps(&mut self) {
        for pc in 0..self.drafts.len() {
            let Some(label) = self.drafts[pc].label else {
                continue;
            };
            let mut target = self.at(label.0);
            for _ in 0..self.drafts.len() {
                match self.drafts.get(target as usize) {
                    Some(Draft {
                        instr,
                        label: Some(next),
                        ..
                    }) if instr.op() == Op::Jump => {
                        let next = self.at(next.0);
                        if next == target {
                            break;
                        }
                        target = next;
                    }
                    _ => break,
                }
            }
            let (index, _) = self.instrs[pc]
                .target()
                .expect("a draft with a label jumps");
            self.instrs[pc] = self.instrs[pc].with_operand(index, target as u16);
        }
    }

    fn mark_reachable(&mut self) {
        let mut work = vec![0usize];
        while let Some(pc) = work.pop() {
            if pc >= self.instrs.len() || std::mem::replace(&mut self.keep[pc], true) {
                continue;
            }
            let instr = self.instrs[pc];
            if let Some((_, target)) = instr.target() {
                work.push(target as usize);
            }
            if let Some((target, _)) = site(&self.handlers, self.handler_of[pc]) {
                work.push(target as usize);
            }
            if instr.op().falls_through() {
                work.push(pc + 1);
            }
        }
    }
}

fn site(handlers: &[Site], id: HandlerId) -> Option<Site> {
    (id > 0).then(|| handlers[id as usize - 1])
}

/// Forward dataflow of surely bound variables; `CheckBound`s of those are dropped.
fn drop_sure_checks(code: &CodeObject, of: &[HandlerId], handlers: &[Site], keep: &mut [bool]) {
    if !code.instrs.iter().any(|instr| instr.op() == Op::CheckBound) {
        return;
    }
    let bound = surely_bound(code, of, handlers, keep);
    for (pc, instr) in code.instrs.iter().enumerate() {
        let sure = bound[pc]
            .as_ref()
            .is_some_and(|bound| bound.contains(instr.a()));
        if instr.op() == Op::CheckBound && sure {
            keep[pc] = false;
        }
    }
}

/// For each reachable instruction the slots that are bound whenever it is about to run.
pub(super) fn surely_bound(
    code: &CodeObject,
    of: &[HandlerId],
    handlers: &[Site],
    keep: &[bool],
) -> Vec<Option<SlotMask>> {
    let mut entry = SlotMask::new(code.n_slots);
    let given = match code.kind {
        CodeKind::Function => code.params.slots(),
        CodeKind::Module | CodeKind::Class => 1,
    };
    (0..given).for_each(|slot| entry.insert(slot));
    code.free.iter().for_each(|free| entry.insert(free.slot));
    let mut bound: Vec<Option<SlotMask>> = vec![None; code.instrs.len()];
    bound[0] = Some(entry);
    let mut changed = true;
    while changed {
        changed = false;
        for pc in 0..code.instrs.len() {
            if !keep[pc] {
                continue;
            }
            let Some(before) = bound[pc].clone() else {
                continue;
            };
            let instr = code.instrs[pc];
            if let Some((target, slot)) = site(handlers, of[pc]) {
                let mut state = before.clone();
                state.insert(slot);
                changed |= meet(&mut bound[target as usize], state);
            }
            let (mut after, mut jumped) = (before.clone(), before);
            for_each_slot(code, instr, |slot, access| match access {
                Access::Read => {}
                Access::Write => {
                    after.insert(slot);
                    jumped.insert(slot);
                }
                Access::WriteOnFallThrough => after.insert(slot),
            });
            match instr.op() {
                Op::ClearSlot => after.remove(instr.a()),
                Op::CheckBound => after.insert(instr.a()),
                _ => {}
            }
            if let Some((_, target)) = instr.target() {
                changed |= meet(&mut bound[target as usize], jumped);
            }
            if instr.op().falls_through() && pc + 1 < code.instrs.len() {
                changed |= meet(&mut bound[pc + 1], after);
            }
        }
    }
    bound
}

fn meet(state: &mut Option<SlotMask>, with: SlotMask) -> bool {
    match state {
        Some(state) => state.intersect(&with),
        None => {
            *state = Some(with);
            true
        }
    }
}

fn drop_jumps_to_next(instrs: &[Instr], keep: &mut [bool]) {
    let mut changed = true;
    while changed {
        changed = false;
        for pc in 0..instrs.len() {
            if !keep[pc] || instrs[pc].op() != Op::Jump {
                continue;
            }
            let target = instrs[pc].a() as usize;
            if target > pc && !keep[pc + 1..target].contains(&true) {
                keep[pc] = false;
                changed = true;
            }
        }
    }
}

/// Removes what is not kept and renumbers everything that refers to instructions.
fn pack(
    code: &mut CodeObject,
    keep: &[bool],
    handler_of: &[HandlerId],
    handlers: &[Site],
    loops: &[(u32, u32, Option<u16>)],
    inlined: Vec<(u32, u32, Inlined)>,
) {
    // Where each old index, the end included, has gone.
    let mut moved = Vec::with_capacity(keep.len() + 1);
    let mut count = 0u16;
    for kept in keep {
        moved.push(count);
        count += u16::from(*kept);
    }
    moved.push(count);
    let to = |old: u32| moved[(old as usize).min(keep.len())];

    let loop_number = number_loops(&mut code.loops, loops, keep, to);
    let mut table: Vec<Handler> = Vec::new();
    let mut kept_instrs = Vec::with_capacity(count as usize);
    for (pc, mut instr) in std::mem::take(&mut code.instrs).into_iter().enumerate() {
        if !keep[pc] {
            continue;
        }
        if let Some((index, target)) = instr.target() {
            instr = instr.with_operand(index, to(u32::from(target)));
        }
        if instr.op() == Op::LoopHeader {
            let number = loop_number[instr.a() as usize].expect("a kept header is numbered");
            instr = instr.with_operand(0, number);
        }
        if instr.op() == Op::Enter {
            instr = instr.with_operand(0, code.loops.len() as u16);
        }
        let here = kept_instrs.len() as u16;
        kept_instrs.push(instr);
        let Some((target, slot)) = site(handlers, handler_of[pc]) else {
            continue;
        };
        let target = to(target);
        match table.last_mut() {
            Some(last) if (last.end, last.target, last.slot) == (here, target, slot) => {
                last.end = here + 1;
            }
            _ => table.push(Handler {
                start: here,
                end: here + 1,
                target,
                slot,
            }),
        }
    }
    code.instrs = kept_instrs;
    code.handlers = table;
    let positions = std::mem::take(&mut code.positions);
    code.positions = positions
        .into_iter()
        .zip(keep)
        .filter(|(_, kept)| **kept)
        .map(|(p, _)| p)
        .collect();
    for (start, end, inlined) in inlined {
        let (start, end) = (to(start), to(end));
        if start < end {
            code.inlined.push(Inlined {
                start,
                end,
                ..inlined
            });
        }
    }
}

/// Fills the table of loops with those whose header is kept; the new number of each old loop.
fn number_loops(
    table: &mut Vec<LoopInfo>,
    loops: &[(u32, u32, Option<u16>)],
    keep: &[bool],
    to: impl Fn(u32) -> u16,
) -> Vec<Option<u16>> {
    let mut numbers = vec![None; loops.len()];
    for (index, (header, end, parent)) in loops.iter().enumerate() {
        if !keep.get(*header as usize).copied().unwrap_or(false) {
            continue;
        }
        numbers[index] = Some(table.len() as u16);
        let parent = parent.and_then(|parent| numbers[parent as usize]);
        table.push(LoopInfo {
            header: to(*header),
            end: to(*end),
            parent,
        });
    }
    numbers
}
