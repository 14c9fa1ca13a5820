//! Builtins that the interpreter sees through: they push frames, or are green but for a load.

use crate::interp::attributes::{self, Attribute, class_of};
use crate::interp::border;
use crate::interp::call::{Args, invoke, invoke_prelude, promote_class};
use crate::interp::errors;
use crate::interp::frames::{
    self, ADVANCE, ADVANCE_OR, Cont, GENERATOR_DONE, GENERATOR_NEW, complete, raised, state,
    tables, vm,
};
use crate::interp::items;
use crate::interp::iteration::{self, Resumed};
use crate::loaded::{RESUME_SHIFT, instr_at};
use crate::op::num;
use crate::state::REG_HANDLED;
use interop::Message;
use metatrace::ir::{Op, Tag};
use metatrace::layout::Frame;
use metatrace::layout::LayoutType;
use metatrace::meta::{Arrival, Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Ref, Val};
use runtime::dict::{self, Lookup};
use runtime::layouts::{Class, Dict, Generator, Instance, List, Range, Set, Str, Tuple};
use runtime::{list, text};

macro_rules! specials {
    ($($name:ident $text:literal,)*) => {
        /// See the module text.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        pub enum Special { $($name),* }
        impl Special {
            /// The special builtin of this name.
            pub fn named(name: &str) -> Option<Special> {
                match name { $($text => Some(Special::$name),)* _ => None }
            }
        }
    };
}
specials! {
    Next "next",
    Iter "iter",
    GeneratorNext "generator.__next__",
    GeneratorSend "generator.send",
    GeneratorThrow "generator.throw_one",
    GetAttr "getattr",
    HasAttr "hasattr",
    SetAttr "setattr",
    ObjectSetAttr "object.__setattr__",
    ObjectGetAttribute "object.__getattribute__",
    Len "len",
    IsInstance "isinstance",
    Type "type",
    Import "_import:load",
    LoadModule "_polyglot:load",
    TextModule "_polyglot:module",
    RunCode "_repl:run",
    Term "Term",
    QueryNext "Query.__next__",
    QueryClose "Query.close",
    QueryExit "Query.__exit__",
    Range "range",
    Sqrt "math:sqrt",
    Abs "abs",
    Min "min",
    Max "max",
    ListAppend "list.append",
    ListPop "list.pop",
    DictGet "dict.get",
    DictSetdefault "dict.setdefault",
    SetAdd "set.add",
    SetDiscard "set.discard",
    Ord "ord",
    Chr "chr",
}

/// Calls a special builtin; `None`: its body does it.
pub fn call<M: Meta>(m: &mut M, special: Special, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    Some(match special {
        Special::Next => next(m, args[0], args[1], cont),
        Special::Iter => {
            if !m.is(args[1], Value::UNDEF) {
                let args = Args::positional(args);
                return Some(invoke_prelude(m, "iter_call", args, cont));
            }
            if class_of(m, args[0])
                .lookup_guest(state(m).names.iter)
                .is_some()
            {
                let args = Args::positional(&args[..1]);
                return Some(invoke_prelude(m, "iter_guest", args, cont));
            }
            iteration::iter_of(m, args[0], cont)
        }
        Special::GeneratorNext => {
            let undef = m.val(Value::UNDEF);
            next(m, args[0], undef, cont)
        }
        Special::GeneratorSend => generator_send(m, args[0], args[1], cont),
        Special::GeneratorThrow => generator_throw(m, args[0], args[1], cont),
        Special::GetAttr => return getattr(m, args, cont),
        Special::HasAttr => return hasattr(m, args, cont),
        Special::SetAttr => return setattr(m, args, cont),
        Special::ObjectSetAttr => return object_setattr(m, args, cont),
        Special::ObjectGetAttribute => return object_getattribute(m, args, cont),
        Special::Len => items::len_of(m, args[0], cont),
        Special::IsInstance => return is_instance(m, args, cont),
        Special::Type => {
            if !m.is(args[1], Value::UNDEF) {
                return None;
            }
            let class = class_of(m, args[0]);
            let class = m.val(class.value.get());
            complete(m, cont, class)
        }
        Special::Term => return border::new_term(m, args, cont),
        Special::QueryNext => border::send(m, Message::Next, &[args[0]], cont),
        Special::QueryClose | Special::QueryExit => {
            border::send(m, Message::Close, &[args[0]], cont)
        }
        Special::LoadModule => {
            let found = m.try_call(&super::modules::LOAD_PATH, [args[0]]);
            crate::interp::imports::run_module(m, found, cont)
        }
        Special::RunCode => crate::interp::imports::run_module(m, Ok(args[0]), cont),
        Special::TextModule => {
            let frame = m.current_frame();
            let token = m.const_int(m.code().token(m.pc() - 1));
            let _ = frame;
            let found = m.try_call(&super::modules::LOAD_TEXT, [args[0], args[1], token.val()]);
            crate::interp::imports::run_module(m, found, cont)
        }
        Special::Range => return range(m, args, cont),
        Special::Abs => return abs(m, args[0], cont),
        Special::Min => return best_of_two(m, args, false, cont),
        Special::Max => return best_of_two(m, args, true, cont),
        Special::Import => {
            let found = m.try_call(&super::modules::FIND_MODULE_TEXT, [args[0], args[1]]);
            crate::interp::imports::run_module(m, found, cont)
        }
        _ => {
            let result = of_common_types(m, special, args)?;
            complete(m, cont, result)
        }
    })
}

/// Everyday operations on built-in types that call nothing; `None`: the body does it.
fn of_common_types<M: Meta>(m: &mut M, special: Special, args: &[Val<M>]) -> Option<Val<M>> {
    let mut result = m.val(Value::NONE);
    match special {
        Special::ListAppend => {
            let l = m.as_ref::<List>(args[0])?;
            list::list_append(m, l, args[1]);
        }
        Special::ListPop => {
            if !m.is(args[1], Value::UNDEF) {
                return None;
            }
            let l = m.as_ref::<List>(args[0])?;
            result = list::list_pop(m, l)?;
        }
        Special::DictGet => {
            let d = m.as_ref::<Dict>(args[0])?;
            match dict::dict_get(m, d, args[1]) {
                Lookup::Found(v) => result = v,
                Lookup::Absent if m.is(args[2], Value::UNDEF) => {}
                Lookup::Absent => result = args[2],
                Lookup::Rare => return None,
            }
        }
        Special::DictSetdefault => {
            let d = m.as_ref::<Dict>(args[0])?;
            match dict::dict_get(m, d, args[1]) {
                Lookup::Found(v) => result = v,
                Lookup::Absent => {
                    if !m.is(args[2], Value::UNDEF) {
                        result = args[2];
                    }
                    dict::dict_set(m, d, args[1], result);
                }
                Lookup::Rare => return None,
            }
        }
        Special::SetAdd => {
            let s = m.as_ref::<Set>(args[0])?;
            if !dict::set_add(m, s, args[1]) {
                return None;
            }
        }
        Special::SetDiscard => {
            let s = m.as_ref::<Set>(args[0])?;
            dict::set_discard(m, s, args[1])?;
        }
        Special::Sqrt => {
            let x = m.float(args[0])?;
            let zero = m.const_float(0.0);
            let defined = m.float_cmp(Op::FloatLe, zero, x);
            if !m.branch(defined) {
                return None;
            }
            let root = m.float_op1(Op::FloatSqrt, x);
            result = m.box_float(root);
        }
        Special::Ord => {
            let s = m.as_ref::<Str>(args[0])?;
            result = text::str_ord(m, s)?.val();
        }
        Special::Chr => {
            let code = m.int(args[0])?;
            result = text::str_chr(m, code)?;
        }
        _ => return None,
    }
    Some(result)
}

/// `abs` of a fixnum or float.
fn abs<M: Meta>(m: &mut M, v: Val<M>, cont: Cont) -> Option<Flow> {
    let v = if let Some(i) = m.int(v) {
        let zero = m.const_int(0);
        let i = if m.lt(i, zero) { m.sub(zero, i)? } else { i };
        i.val()
    } else {
        let f = m.float(v)?;
        let f = m.float_op1(Op::FloatAbs, f);
        m.box_float(f)
    };
    Some(complete(m, cont, v))
}

/// `min` or `max` of two fixnums or two floats.
fn best_of_two<M: Meta>(m: &mut M, args: &[Val<M>], largest: bool, cont: Cont) -> Option<Flow> {
    if !m.is(args[1], Value::UNDEF) || !m.is(args[2], Value::UNDEF) {
        return None;
    }
    let items = m.as_ref::<Tuple>(args[0])?;
    let n = m.get(items, Tuple::LEN);
    if m.promote_int(n) != 2 {
        return None;
    }
    let a = m.item_at(items, Tuple::ITEMS, 0);
    let b = m.item_at(items, Tuple::ITEMS, 1);
    let second = if let Some(x) = m.int(a) {
        let y = m.int(b)?;
        if largest { m.lt(x, y) } else { m.lt(y, x) }
    } else {
        let (x, y) = (m.float(a)?, m.float(b)?);
        let (less, more) = if largest { (x, y) } else { (y, x) };
        let better = m.float_cmp(Op::FloatLt, less, more);
        m.branch(better)
    };
    Some(complete(m, cont, if second { b } else { a }))
}

/// `range` of fixnums with step 1.
fn range<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    if !m.is(args[2], Value::UNDEF) {
        return None;
    }
    let first = m.int(args[0])?;
    let (start, stop) = if m.is(args[1], Value::UNDEF) {
        (m.const_int(0), first)
    } else {
        (first, m.int(args[1])?)
    };
    let zero = m.const_int(0);
    let len = m.sub(stop, start)?;
    let len = if m.lt(len, zero) { zero } else { len };
    let one = m.const_int(1);
    let range = m.alloc::<Range>(0);
    m.set(range, Range::START, start.val());
    m.set(range, Range::STOP, stop.val());
    m.set(range, Range::STEP, one.val());
    m.set(range, Range::LEN, len.val());
    Some(complete(m, cont, range.val()))
}

/// Is the current instruction one that `advance_done` can finish?
fn is_call<M: Meta>(m: &M) -> bool {
    matches!(
        instr_at(m.code(), m.pc() - 1).number(),
        num::Call | num::CallKw | num::CallMethod | num::CallMethodKw | num::CallEx
    )
}

/// Raises StopIteration with a value.
fn stop<M: Meta>(m: &mut M, v: Val<M>) -> Flow {
    match m.try_call(&super::iterators::RAISE_STOP, [v]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// The generator that a call resumed is at its end: `next` gives the default, or raises.
pub fn advance_done<M: Meta>(m: &mut M, state: u32, args: &Args<M>, v: Val<M>) -> Flow {
    if state == frames::ADVANCE_OR_DONE {
        let default = *args.values.last().expect("`next` with a default");
        return complete(m, Cont::Def, default);
    }
    stop(m, v)
}

/// Resumes a generator from a call instruction.
fn advance<M: Meta>(m: &mut M, generator: Ref<M, Generator>, sent: Val<M>, how: u32) -> Resumed {
    let resume_pc = (m.pc() - 1) | how << RESUME_SHIFT;
    iteration::resume(m, generator, sent, resume_pc)
}

fn next<M: Meta>(m: &mut M, iter: Val<M>, default: Val<M>, cont: Cont) -> Flow {
    let has_default = !m.is(default, Value::UNDEF);
    if let Some(generator) = m.as_ref::<Generator>(iter) {
        if cont != Cont::Def || !is_call(m) {
            let mut args = Args::positional(&[iter]);
            if has_default {
                args.values.push(default);
            }
            return invoke_prelude(m, "next_of_generator", args, cont);
        }
        let none = m.val(Value::NONE);
        let how = if has_default { ADVANCE_OR } else { ADVANCE };
        return match advance(m, generator, none, how) {
            Resumed::Flow(flow) => flow,
            Resumed::Finished if has_default => complete(m, cont, default),
            Resumed::Finished => stop(m, none),
        };
    }
    if m.is_tag(iter, Tag::layout(interop::layouts::Query::ID)) {
        if has_default {
            let args = Args::positional(&[iter, default]);
            return invoke_prelude(m, "next_or_default", args, cont);
        }
        return crate::interp::border::send(m, interop::Message::Next, &[iter], cont);
    }
    if m.is_tag(iter, Tag::layout(Instance::ID)) {
        if has_default {
            let args = Args::positional(&[iter, default]);
            return invoke_prelude(m, "next_or_default", args, cont);
        }
        return iteration::next_of_instance(m, iter, cont);
    }
    match iteration::next_of_builtin(m, iter) {
        Ok(Some(v)) => complete(m, cont, v),
        Ok(None) if has_default => complete(m, cont, default),
        Ok(None) => {
            let none = m.val(Value::NONE);
            stop(m, none)
        }
        Err(Raised) => raised(m),
    }
}

fn generator_send<M: Meta>(m: &mut M, generator: Val<M>, sent: Val<M>, cont: Cont) -> Flow {
    if cont != Cont::Def || !is_call(m) {
        let args = Args::positional(&[generator, sent]);
        return invoke_prelude(m, "send_to_generator", args, cont);
    }
    let generator = m.cast::<Generator>(generator);
    match advance(m, generator, sent, ADVANCE) {
        Resumed::Flow(flow) => flow,
        Resumed::Finished => {
            let none = m.val(Value::NONE);
            stop(m, none)
        }
    }
}

/// `generator.throw(e)`, `e` an exception instance.
fn generator_throw<M: Meta>(m: &mut M, generator: Val<M>, e: Val<M>, cont: Cont) -> Flow {
    debug_assert!(cont == Cont::Def && is_call(m), "the prelude calls it");
    let g = m.cast::<Generator>(generator);
    let s = m.get(g, Generator::STATE);
    let s = m.promote_int(s);
    if s == GENERATOR_NEW || s == GENERATOR_DONE {
        let done = m.const_int(GENERATOR_DONE);
        m.set(g, Generator::STATE, done);
        return frames::raise_value(m, e);
    }
    if s == frames::GENERATOR_RUNNING {
        let _ = m.try_call(&errors::GENERATOR_RUNS, []);
        return raised(m);
    }
    let running = m.const_int(frames::GENERATOR_RUNNING);
    m.set(g, Generator::STATE, running);
    m.set_pending(e);
    let frame = m.get(g, Generator::FRAME);
    let frame = m.cast::<Frame>(frame);
    let resume_pc = (m.pc() - 1) | ADVANCE << RESUME_SHIFT;
    m.resume_frame(frame, resume_pc);
    let handled = m.reg(REG_HANDLED);
    let slot = tables(m).handled_slot;
    m.set_slot(slot, handled);
    Flow::Switch(Arrival::Raise)
}

/// The symbol of an attribute name that is a string.
fn symbol<M: Meta>(m: &mut M, name: Val<M>) -> Option<u32> {
    if !m.is_tag(name, Tag::layout(Str::ID)) {
        return None;
    }
    let name = m.promote(name);
    Some(vm(m).symbol_of(runtime::Obj::cast(name)))
}

fn getattr<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let name = symbol(m, args[1])?;
    let attribute = attributes::get(m, args[0], name);
    if m.is(args[2], Value::UNDEF) {
        return Some(attributes::finish_get(m, attribute, args[0], name, cont));
    }
    Some(match attribute {
        Attribute::Missing => complete(m, cont, args[2]),
        Attribute::Call(f, call) => {
            let mut all = Args::positional(&[args[2], f]);
            all.values.extend(call.values);
            invoke_prelude(m, "getattr_or_default", all, cont)
        }
        found => attributes::finish_get(m, found, args[0], name, cont),
    })
}

fn hasattr<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let name = symbol(m, args[1])?;
    Some(match attributes::get(m, args[0], name) {
        Attribute::Missing => {
            let v = m.val(Value::FALSE);
            complete(m, cont, v)
        }
        Attribute::Call(f, call) => {
            let mut all = Args::positional(&[f]);
            all.values.extend(call.values);
            invoke_prelude(m, "hasattr_call", all, cont)
        }
        _ => {
            let v = m.val(Value::TRUE);
            complete(m, cont, v)
        }
    })
}

fn setattr<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let name = symbol(m, args[1])?;
    let none = m.val(Value::NONE);
    let done = complete(m, cont, none);
    if cont != Cont::Def {
        return Some(done);
    }
    Some(attributes::set(m, args[0], name, args[2]))
}

fn object_setattr<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let name = symbol(m, args[1])?;
    let instance = m.as_ref::<Instance>(args[0])?;
    let class = class_of(m, args[0]);
    m.assume(&class.valid.borrow());
    let none = m.val(Value::NONE);
    complete(m, cont, none);
    Some(attributes::set_plain(
        m, args[0], instance, class, name, args[2],
    ))
}

fn object_getattribute<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let name = symbol(m, args[1])?;
    m.as_ref::<Instance>(args[0])?;
    let class = class_of(m, args[0]);
    m.assume(&class.valid.borrow());
    Some(match attributes::get_plain(m, args[0], class, name) {
        Attribute::Value(v) => complete(m, cont, v),
        Attribute::Method(f, receiver) => {
            let method = attributes::bound_method(m, f, receiver);
            complete(m, cont, method)
        }
        Attribute::Call(f, args) => invoke(m, f, args, cont),
        Attribute::Missing => attributes::missing(m, args[0], name),
    })
}

fn is_instance<M: Meta>(m: &mut M, args: &[Val<M>], cont: Cont) -> Option<Flow> {
    let own = class_of(m, args[0]);
    let mut result = false;
    let check = state(m).names.class_instancecheck;
    if m.is_tag(args[1], Tag::layout(Class::ID)) {
        let class = promote_class(m, args[1]);
        result = own.is_subclass(class);
        if !result && class.lookup_guest(check).is_some() {
            return Some(invoke_prelude(
                m,
                "isinstance_guest",
                Args::positional(args),
                cont,
            ));
        }
    } else {
        let classes = m.as_ref::<Tuple>(args[1])?;
        let n = m.get(classes, Tuple::LEN);
        let n = m.promote_int(n);
        for k in 0..n {
            let class = m.item_at(classes, Tuple::ITEMS, k as u16);
            if !m.is_tag(class, Tag::layout(Class::ID)) {
                return Some(invoke_prelude(
                    m,
                    "isinstance_any",
                    Args::positional(args),
                    cont,
                ));
            }
            let class = promote_class(m, class);
            if own.is_subclass(class) {
                result = true;
                break;
            }
            if class.lookup_guest(check).is_some() {
                return Some(invoke_prelude(
                    m,
                    "isinstance_any",
                    Args::positional(args),
                    cont,
                ));
            }
        }
    }
    let v = m.val(Value::bool(result));
    Some(complete(m, cont, v))
}
