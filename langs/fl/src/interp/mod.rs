//! The interpreter: one source that executes, records and replays.
//!
//! [`Fl::step`](Interp::step) dispatches on the operation. Hot operations are inlined into it; the
//! rest is outlined (see [`Meta::outlined`]). Reading order: `frames` (results,
//! exceptions), `call`, `arith` and `operators`, `attributes`, `items`, `iteration`,
//! `variables`, `statements`, `definitions`, `imports`.

pub mod arith;
pub mod attribute_caches;
pub mod attributes;
pub mod border;
pub mod call;
pub mod definitions;
pub mod errors;
pub mod frames;
pub mod imports;
pub mod items;
pub mod iteration;
pub mod operators;
pub mod statements;
pub mod variables;

use crate::op::{BinKind, CmpKind, Instr, num};
use frames::tables;
use metatrace::interp::Interp;
use metatrace::meta::{Arrival, Flow, Meta};
use metatrace::value::Value;
use metatrace::vm::REG_MADE;

/// FL's interpreter.
pub struct Fl;

/// An arm that is not worth inlining.
macro_rules! out {
    ($m:ident, $f:expr) => {
        $m.outlined($f)
    };
}

impl Interp for Fl {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let i = Instr(m.fetch());
        match i.number() {
            num::Nop => Flow::Next,
            num::Move => {
                let v = m.slot(i.b());
                set(m, i.a(), v)
            }
            num::LoadConst => {
                let v = tables(m).consts[i.b() as usize].get();
                let v = m.val(v);
                set(m, i.a(), v)
            }
            num::LoadInt => {
                let v = m.const_int(i.b() as i16 as i64).val();
                set(m, i.a(), v)
            }
            num::MarkMade => {
                let made = m.reg(REG_MADE);
                set(m, i.a(), made)
            }
            num::LoadNone => constant(m, i.a(), Value::NONE),
            num::LoadTrue => constant(m, i.a(), Value::TRUE),
            num::LoadFalse => constant(m, i.a(), Value::FALSE),

            num::CheckBound => variables::check_bound(m, i),
            num::ClearSlot => constant(m, i.a(), Value::UNDEF),
            num::MakeCell => {
                let v = m.slot(i.a());
                variables::new_cell(m, i.a(), v)
            }
            num::NewCell => {
                let v = m.val(Value::UNDEF);
                variables::new_cell(m, i.a(), v)
            }
            num::LoadCell => variables::load_cell_slot(m, i),
            num::StoreCell => {
                let (cell, v) = (m.slot(i.a()), m.slot(i.b()));
                let cell = m.cast::<runtime::layouts::Cell>(cell);
                m.set(cell, runtime::layouts::Cell::VALUE, v);
                Flow::Next
            }
            num::DelCell => out!(m, |m| variables::del_cell(m, i)),
            num::LoadGlobal => variables::load_global(m, i),
            num::StoreGlobal => out!(m, |m| variables::store_global(m, i)),
            num::DelGlobal => out!(m, |m| variables::del_global(m, i)),
            num::LoadName => out!(m, |m| variables::load_name(m, i)),
            num::StoreName => out!(m, |m| variables::store_name(m, i)),
            num::DelName => out!(m, |m| variables::del_name(m, i)),
            num::LoadClassCell => out!(m, |m| variables::load_class_cell(m, i)),

            num::LoadAttr => attribute_caches::load_attr(m, i),
            num::StoreAttr => attribute_caches::store_attr(m, i),
            num::DelAttr => out!(m, |m| attributes::del_attr(m, i)),
            num::LoadMethod => attribute_caches::load_method(m, i),
            num::GetItem => items::get_item(m, i, false),
            num::GetItemK => items::get_item(m, i, true),
            num::SetItem => items::set_item(m, i),
            num::DelItem => out!(m, |m| items::del_item(m, i)),
            num::MakeSlice => out!(m, |m| items::make_slice(m, i)),

            num::Neg => arith::negate(m, i),
            num::Pos | num::Invert => out!(m, |m| operators::unary(m, i)),
            num::Not => out!(m, |m| operators::not(m, i)),

            num::Add | num::InplaceAdd => arith::binary(m, i, BinKind::Add, false),
            num::Sub | num::InplaceSub => arith::binary(m, i, BinKind::Sub, false),
            num::Mul | num::InplaceMul => arith::binary(m, i, BinKind::Mul, false),
            num::TrueDiv | num::InplaceTrueDiv => arith::binary(m, i, BinKind::TrueDiv, false),
            num::FloorDiv | num::InplaceFloorDiv => arith::binary(m, i, BinKind::FloorDiv, false),
            num::Mod | num::InplaceMod => arith::binary(m, i, BinKind::Mod, false),
            num::LShift | num::InplaceLShift => arith::binary(m, i, BinKind::LShift, false),
            num::RShift | num::InplaceRShift => arith::binary(m, i, BinKind::RShift, false),
            num::BitAnd | num::InplaceBitAnd => arith::binary(m, i, BinKind::BitAnd, false),
            num::BitOr | num::InplaceBitOr => arith::binary(m, i, BinKind::BitOr, false),
            num::BitXor | num::InplaceBitXor => arith::binary(m, i, BinKind::BitXor, false),
            num::AddK | num::InplaceAddK => arith::binary(m, i, BinKind::Add, true),
            num::SubK | num::InplaceSubK => arith::binary(m, i, BinKind::Sub, true),
            num::MulK | num::InplaceMulK => arith::binary(m, i, BinKind::Mul, true),
            num::TrueDivK | num::InplaceTrueDivK => arith::binary(m, i, BinKind::TrueDiv, true),
            num::FloorDivK | num::InplaceFloorDivK => arith::binary(m, i, BinKind::FloorDiv, true),
            num::ModK | num::InplaceModK => arith::binary(m, i, BinKind::Mod, true),
            num::LShiftK | num::InplaceLShiftK => arith::binary(m, i, BinKind::LShift, true),
            num::RShiftK | num::InplaceRShiftK => arith::binary(m, i, BinKind::RShift, true),
            num::BitAndK | num::InplaceBitAndK => arith::binary(m, i, BinKind::BitAnd, true),
            num::BitOrK | num::InplaceBitOrK => arith::binary(m, i, BinKind::BitOr, true),
            num::BitXorK | num::InplaceBitXorK => arith::binary(m, i, BinKind::BitXor, true),
            num::Pow
            | num::InplacePow
            | num::PowK
            | num::InplacePowK
            | num::MatMul
            | num::InplaceMatMul => out!(m, |m| operators::binary(m, i)),

            num::Lt => arith::compare(m, i, CmpKind::Lt),
            num::Le => arith::compare(m, i, CmpKind::Le),
            num::Eq => arith::compare(m, i, CmpKind::Eq),
            num::Ne => arith::compare(m, i, CmpKind::Ne),
            num::Gt => arith::compare(m, i, CmpKind::Gt),
            num::Ge => arith::compare(m, i, CmpKind::Ge),
            num::Is => {
                let (a, b) = (m.slot(i.b()), m.slot(i.c()));
                let same = m.same(a, b);
                let v = m.bool_val(same);
                set(m, i.a(), v)
            }
            num::IsNot => {
                let (a, b) = (m.slot(i.b()), m.slot(i.c()));
                let same = m.same(a, b);
                let differ = m.not(same);
                let v = m.bool_val(differ);
                set(m, i.a(), v)
            }
            num::In | num::NotIn | num::JumpIfIn | num::JumpIfNotIn => {
                out!(m, |m| operators::contains(m, i))
            }

            num::LoopHeader | num::Enter => {
                if m.merge_point(i.a()) {
                    return Flow::Merge;
                }
                Flow::Next
            }
            num::Jump => {
                m.set_pc(i.a() as u32);
                Flow::Next
            }
            num::JumpIfTrue => operators::jump_if(m, i, true),
            num::JumpIfFalse => operators::jump_if(m, i, false),
            num::JumpIfNone => {
                let v = m.slot(i.a());
                jump(m, Value::NONE, v, true, i.b())
            }
            num::JumpIfNotNone => {
                let v = m.slot(i.a());
                jump(m, Value::NONE, v, false, i.b())
            }
            num::JumpIfIs => jump_if_same(m, i, true),
            num::JumpIfIsNot => jump_if_same(m, i, false),
            num::JumpIfLt => arith::jump_compare(m, i, CmpKind::Lt, true, false),
            num::JumpIfLe => arith::jump_compare(m, i, CmpKind::Le, true, false),
            num::JumpIfEq => arith::jump_compare(m, i, CmpKind::Eq, true, false),
            num::JumpIfNe => arith::jump_compare(m, i, CmpKind::Ne, true, false),
            num::JumpIfGt => arith::jump_compare(m, i, CmpKind::Gt, true, false),
            num::JumpIfGe => arith::jump_compare(m, i, CmpKind::Ge, true, false),
            num::JumpIfNotLt => arith::jump_compare(m, i, CmpKind::Lt, false, false),
            num::JumpIfNotLe => arith::jump_compare(m, i, CmpKind::Le, false, false),
            num::JumpIfNotEq => arith::jump_compare(m, i, CmpKind::Eq, false, false),
            num::JumpIfNotNe => arith::jump_compare(m, i, CmpKind::Ne, false, false),
            num::JumpIfNotGt => arith::jump_compare(m, i, CmpKind::Gt, false, false),
            num::JumpIfNotGe => arith::jump_compare(m, i, CmpKind::Ge, false, false),
            num::JumpIfLtK => arith::jump_compare(m, i, CmpKind::Lt, true, true),
            num::JumpIfLeK => arith::jump_compare(m, i, CmpKind::Le, true, true),
            num::JumpIfEqK => arith::jump_compare(m, i, CmpKind::Eq, true, true),
            num::JumpIfNeK => arith::jump_compare(m, i, CmpKind::Ne, true, true),
            num::JumpIfGtK => arith::jump_compare(m, i, CmpKind::Gt, true, true),
            num::JumpIfGeK => arith::jump_compare(m, i, CmpKind::Ge, true, true),
            num::JumpIfNotLtK => arith::jump_compare(m, i, CmpKind::Lt, false, true),
            num::JumpIfNotLeK => arith::jump_compare(m, i, CmpKind::Le, false, true),
            num::JumpIfNotEqK => arith::jump_compare(m, i, CmpKind::Eq, false, true),
            num::JumpIfNotNeK => arith::jump_compare(m, i, CmpKind::Ne, false, true),
            num::JumpIfNotGtK => arith::jump_compare(m, i, CmpKind::Gt, false, true),
            num::JumpIfNotGeK => arith::jump_compare(m, i, CmpKind::Ge, false, true),

            num::GetIter => out!(m, |m| iteration::get_iter(m, i)),
            num::ForIter => iteration::for_iter(m, i),
            num::CloseIter => out!(m, |m| iteration::close_iter(m, i)),
            num::Yield => iteration::yield_value(m, i),
            num::GetYieldFromIter => out!(m, |m| iteration::yield_from_iter(m, i)),
            num::Send => out!(m, |m| iteration::send(m, i)),
            num::YieldFrom => {
                let v = m.slot(i.a());
                iteration::suspend(m, v)
            }

            num::MakeTuple => out!(m, |m| items::make_tuple(m, i)),
            num::MakeList => out!(m, |m| items::make_list(m, i)),
            num::MakeSet | num::MakeDict => out!(m, |m| items::make_table(m, i)),
            num::ListAppend => items::list_append(m, i),
            num::ListExtend
            | num::SetAdd
            | num::SetUpdate
            | num::DictSet
            | num::DictUpdate
            | num::DictMerge => out!(m, |m| items::extend(m, i)),
            num::ListToTuple => out!(m, |m| items::list_to_tuple(m, i)),
            num::Unpack | num::UnpackEx => out!(m, |m| items::unpack(m, i)),

            num::Convert | num::Format | num::FormatSimple => {
                out!(m, |m| statements::convert(m, i))
            }
            num::BuildString => out!(m, |m| statements::build_string(m, i)),

            num::MakeFunction | num::MakeFunctionD => {
                out!(m, |m| definitions::make_function(m, i))
            }
            num::Call => call::call(m, i),
            num::CallMethod => call::call_method(m, i),
            num::CallKw | num::CallMethodKw => out!(m, |m| call::call_slow(m, i)),
            num::CallArgs | num::CallKwargs => out!(m, |m| items::spread(m, i)),
            num::CallEx => out!(m, |m| call::call_ex(m, i)),
            num::Return => {
                let v = m.slot(i.a());
                frames::return_value(m, v)
            }
            num::ReturnNone => {
                let v = m.val(Value::NONE);
                frames::return_value(m, v)
            }
            num::CallClassBody => out!(m, |m| definitions::call_class_body(m, i)),
            num::BuildClass => out!(m, |m| definitions::build_class(m, i)),

            num::Raise | num::RaiseFrom | num::RaiseBare | num::Reraise => {
                out!(m, |m| statements::raise(m, i))
            }
            num::PushExc => out!(m, |m| statements::push_exc(m, i)),
            num::PopExc => {
                let v = m.slot(i.a());
                m.set_reg(crate::state::REG_HANDLED, v);
                Flow::Next
            }
            num::JumpIfNoMatch => out!(m, |m| statements::jump_if_no_match(m, i)),
            num::LoadAssertionError => {
                let class = frames::state(m).types().AssertionError.value.get();
                constant(m, i.a(), class)
            }
            num::LoadEnter => {
                let name = frames::state(m).names.enter;
                out!(m, |m| attribute_caches::load_special(m, i, name))
            }
            num::LoadExit => {
                let name = frames::state(m).names.exit;
                out!(m, |m| attribute_caches::load_special(m, i, name))
            }
            num::CallExit | num::CallExitExc => out!(m, |m| statements::call_exit(m, i)),

            num::ImportName => out!(m, |m| imports::import_name(m, i)),
            num::ImportFrom => out!(m, |m| imports::import_from(m, i)),
            num::ImportStar => out!(m, |m| imports::import_star(m, i)),
            num::ModuleEnd => out!(m, |m| imports::module_end(m, i)),
            num::PrintExpr => out!(m, |m| statements::print_expr(m, i)),

            num::JumpIfNotSequence | num::JumpIfNotMapping => {
                out!(m, |m| statements::jump_if_not_pattern(m, i))
            }
            num::Len => out!(m, |m| items::len(m, i)),
            num::MatchKeys | num::MatchRest | num::MatchClass => {
                out!(m, |m| statements::match_parts(m, i))
            }
            other => unreachable!("operation {other}"),
        }
    }

    fn arrive<M: Meta>(m: &mut M, how: Arrival) -> Flow {
        match how {
            Arrival::Start => Flow::Next,
            Arrival::Return => {
                let v = m.transfer();
                let lang = frames::state(m).lang;
                frames::deliver(m, lang, v)
            }
            Arrival::Fail => out!(m, |m| imports::callee_failed(m)),
            Arrival::Raise => out!(m, |m| frames::arrive_raised(m)),
        }
    }
}

#[inline(always)]
fn set<M: Meta>(m: &mut M, slot: u16, v: metatrace::Val<M>) -> Flow {
    m.set_slot(slot, v);
    Flow::Next
}

#[inline(always)]
fn constant<M: Meta>(m: &mut M, slot: u16, v: Value) -> Flow {
    let v = m.val(v);
    set(m, slot, v)
}

#[inline(always)]
fn jump<M: Meta>(
    m: &mut M,
    constant: Value,
    v: metatrace::Val<M>,
    wanted: bool,
    target: u16,
) -> Flow {
    if m.is(v, constant) == wanted {
        m.set_pc(target as u32);
    }
    Flow::Next
}

#[inline(always)]
fn jump_if_same<M: Meta>(m: &mut M, i: Instr, wanted: bool) -> Flow {
    let (a, b) = (m.slot(i.a()), m.slot(i.b()));
    let same = m.same(a, b);
    if m.branch(same) == wanted {
        m.set_pc(i.c() as u32);
    }
    Flow::Next
}
