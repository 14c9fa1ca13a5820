//! Compiled code as an engine has it: constants as guest values, names as symbols,
//! inline caches beside the instructions.

use crate::code::{CodeKind, CodeObject, Const};
use crate::namespace::{GlobalCell, Namespace};
use crate::op::{Instr, Op};
use crate::state::{ELLIPSIS, FlState};
use metatrace::code::{Code, CodeData, MergeKind, MergePoint, SlotMask};
use metatrace::value::Value;
use runtime::engine::{NewCode, Vm};
use std::cell::Cell;
use std::sync::Arc;

/// Where the bits above the pc start in a resume position; see `interp/frames.rs`.
pub const RESUME_SHIFT: u32 = 16;

/// What one instruction learnt when it last looked something up. All of it is
/// green: a cache says where to look, never what red values are.
#[derive(Default)]
pub struct Cache {
    /// Epoch of [`FlState::epoch`] for which the rest holds; 0: empty.
    pub epoch: Cell<u32>,
    /// Shape of the receiver, or its type; see `interp/attributes.rs`.
    pub key: Cell<u32>,
    pub kind: Cell<u32>,
    pub index: Cell<u32>,
    /// Shape that a store gives the receiver.
    pub next: Cell<u32>,
    pub value: Cell<Option<Value>>,
    pub global: Cell<Option<&'static GlobalCell>>,
    /// What counts while `global` is unbound.
    pub builtin: Cell<Option<&'static GlobalCell>>,
}

/// FL's tables of one [`Code`].
pub struct FlCode {
    pub object: Arc<CodeObject>,
    pub state: &'static FlState,
    /// Global variables.
    pub namespace: &'static Namespace,
    pub consts: Box<[Cell<Value>]>,
    /// Codes of the constants that are code objects.
    pub codes: Box<[Option<&'static Code>]>,
    pub names: Box<[u32]>,
    /// Symbols of the parameters, in slot order.
    pub param_names: Box<[u32]>,
    pub caches: Box<[Cache]>,
    /// Number of arguments of a call that only has to copy them; -1 if there is none.
    pub simple_args: i32,
    pub free_base: u16,
    pub free_count: u16,
    pub scratch: u16,
    /// Slot of the state of an instruction that pushed a frame and runs again afterwards.
    pub state_slot: u16,
    /// Generators: slot of the generator object.
    pub generator_slot: u16,
    /// Generators: slot of the exception that was being handled at the last resumption.
    pub handled_slot: u16,
    /// Not shown in tracebacks, and its frames are transparent to introspection: the prelude.
    pub hidden: bool,
}

/// FL's tables of `code`, which is FL's.
#[inline(always)]
pub fn fl_code(code: &'static Code) -> &'static FlCode {
    metatrace::run::mem::code_data(code)
}

impl FlCode {
    /// What the instruction at `pc` knows.
    #[inline(always)]
    pub fn cache(&self, pc: u32) -> &Cache {
        &self.caches[pc as usize]
    }

    pub(crate) fn visit_roots(&self, visit: &mut dyn FnMut(&Cell<Value>)) {
        self.consts.iter().for_each(&mut *visit);
        for cache in &self.caches {
            if let Some(v) = cache.value.get() {
                let cell = Cell::new(v);
                visit(&cell);
                cache.value.set(Some(cell.get()));
            }
        }
    }
}

/// May the instruction push a frame and run again when that returns?
fn runs_again(op: Op) -> bool {
    op.as_binary().is_some()
        || op.as_jump_compare().is_some()
        || matches!(
            op,
            Op::Lt | Op::Le | Op::Eq | Op::Ne | Op::Gt | Op::Ge | Op::In | Op::NotIn | Op::Not
        )
        || matches!(
            op,
            Op::JumpIfTrue | Op::JumpIfFalse | Op::JumpIfIn | Op::JumpIfNotIn
        )
}

impl CodeData for FlCode {
    fn live_slots(&self, pc: u32) -> SlotMask {
        let mut mask = SlotMask::with_capacity(self.state_slot as usize + 3);
        let flags = pc >> RESUME_SHIFT;
        let pc = (pc & 0xffff) as usize;
        for slot in self.object.live_slots(pc).iter() {
            mask.insert(slot);
        }
        if flags == 0 && pc > 0 {
            self.object.live_elsewhere(pc - 1, |slot| mask.insert(slot));
        }
        let again = self
            .object
            .instrs
            .get(pc)
            .is_some_and(|i| runs_again(i.op()));
        if flags != 0 || again {
            mask.insert(self.scratch);
            mask.insert(self.state_slot);
        }
        if self.object.is_generator {
            mask.insert(self.generator_slot);
            mask.insert(self.handled_slot);
        }
        mask
    }

    fn idle_slot(&self) -> Option<(u16, Value)> {
        Some((self.state_slot, Value::UNDEF))
    }

    fn describe(&self, pc: u32) -> String {
        match self.object.instrs.get((pc & 0xffff) as usize) {
            Some(instr) => format!("{instr:?}"),
            None => "end".to_string(),
        }
    }

    fn line(&self, pc: u32) -> u32 {
        self.object.line_at((pc & 0xffff) as usize)
    }
    fn is_machinery(&self) -> bool {
        self.hidden
    }
}

/// Makes `object` and the codes within known to the engine. `hidden`: see [`FlCode::hidden`].
pub fn load(
    vm: &mut Vm,
    state: &'static FlState,
    namespace: &'static Namespace,
    object: &Arc<CodeObject>,
    hidden: bool,
) -> &'static Code {
    let codes: Box<[_]> = object
        .consts
        .iter()
        .map(|constant| match constant {
            Const::Code(inner) => Some(load(vm, state, namespace, inner, hidden)),
            _ => None,
        })
        .collect();
    let consts = object
        .consts
        .iter()
        .map(|c| Cell::new(constant(vm, c)))
        .collect();
    let names = object.names.iter().map(|n| vm.symbols.intern(n)).collect();
    let n_params = object.params.slots() as usize;
    let param_names = object
        .slot_names
        .iter()
        .take(n_params)
        .map(|n| vm.symbols.intern(n))
        .collect();
    let params = &object.params;
    let simple = object.kind == CodeKind::Function
        && !object.is_generator
        && params.kwonly == 0
        && !params.varargs
        && !params.varkw;
    let data = FlCode {
        state,
        namespace,
        consts,
        codes,
        names,
        param_names,
        caches: object.instrs.iter().map(|_| Cache::default()).collect(),
        simple_args: if simple { params.args as i32 } else { -1 },
        free_base: object.free_base().unwrap_or(0),
        free_count: object.free.len() as u16,
        scratch: object.scratch,
        state_slot: object.n_slots,
        generator_slot: object.n_slots + 1,
        handled_slot: object.n_slots + 2,
        hidden,
        object: object.clone(),
    };
    let code = vm.add_code(NewCode {
        lang: state.lang,
        slots: object.n_slots + if object.is_generator { 3 } else { 1 },
        name: object.name.to_string(),
        file: object.path.to_string(),
        instrs: object.instrs.iter().map(|i| i.0).collect(),
        merge_points: merge_points(object),
        data: Box::new(data),
    });
    state.codes.borrow_mut().push(code);
    code
}

/// Merge point numbers are loop numbers; the entry of a function comes last.
fn merge_points(object: &CodeObject) -> Box<[MergePoint]> {
    let points = object.loops.iter().map(|l| MergePoint {
        pc: l.header as u32,
        kind: MergeKind::Loop {
            parent: l.parent,
            end: l.end as u32,
        },
        counter: Cell::new(0),
    });
    let enters = object.instrs.first().map(|i| i.op()) == Some(Op::Enter);
    let entry = enters.then(|| MergePoint {
        pc: 0,
        kind: MergeKind::Entry,
        counter: Cell::new(0),
    });
    points.chain(entry).collect()
}

/// A constant as a guest value (code objects: None, see [`FlCode::codes`]).
fn constant(vm: &mut Vm, c: &Const) -> Value {
    match c {
        Const::None | Const::Code(_) => Value::NONE,
        Const::Bool(b) => Value::bool(*b),
        Const::Int(i) => vm.int(*i),
        Const::BigInt(i) => vm.big(i.clone()),
        Const::Float(f) => vm.float(*f),
        Const::Str(s) => vm.str(s),
        Const::Bytes(b) => crate::builtins::bytes::new(vm, b),
        Const::Tuple(items) => {
            let items: Vec<Value> = items.iter().map(|c| constant(vm, c)).collect();
            vm.tuple(&items)
        }
        Const::FrozenSet(items) => {
            let items: Vec<Value> = items.iter().map(|c| constant(vm, c)).collect();
            crate::builtins::collections::frozenset(vm, &items)
        }
        Const::Ellipsis => ELLIPSIS,
    }
}

/// The instruction at `pc` of `code`.
#[inline(always)]
pub fn instr_at(code: &'static Code, pc: u32) -> Instr {
    Instr(code.instrs[pc as usize])
}
