//! Calls: binding of arguments, the kinds of callables, instantiation.

use crate::builtins;
use crate::interp::attributes::{self, Attribute};
use crate::interp::errors;
use crate::interp::frames::{self, Cont, INIT, complete, raised, resume_pc, state, tables, vm};
use crate::interp::iteration;
use crate::loaded::{FlCode, fl_code};
use crate::object::class::{ClassInfo, Found, Kind};
use crate::object::layouts::MethodKind;
use crate::object::types;
use crate::op::{Instr, num};
use crate::state::FALLBACK;
use metatrace::code::Code;
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, NewFrame, Raised};
use metatrace::run::mem;
use metatrace::value::Value;
use metatrace::{Ref, Val};
use runtime::layouts::{BoundMethod, Builtin, Class, Dict, Function, Generator, Instance, Tuple};
use runtime::shapes;
use smallvec::SmallVec;

/// Arguments on their way: the last `names.len()` are passed by keyword.
pub struct Args<M: Meta> {
    pub values: SmallVec<[Val<M>; 8]>,
    pub names: SmallVec<[u32; 4]>,
}

impl<M: Meta> Args<M> {
    /// Positional arguments only.
    pub fn positional(values: &[Val<M>]) -> Args<M> {
        Args {
            values: SmallVec::from_slice(values),
            names: SmallVec::new(),
        }
    }

    /// How many are positional.
    pub fn count(&self) -> usize {
        self.values.len() - self.names.len()
    }
}

/// `Call`: copies the arguments into the new frame, where that is all there is to do.
#[inline(always)]
pub fn call<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let callee = m.slot(i.b());
    if let Some(f) = m.as_ref::<Function>(callee)
        && enter_simple(m, f, i.b() + 1, i.c())
    {
        return Flow::Next;
    }
    m.outlined(|m| call_other(m, i, callee, i.b() + 1, i.c()))
}

/// Calls what is no function with `argc` arguments in the slots from `first`.
#[inline(never)]
fn call_other<M: Meta>(m: &mut M, i: Instr, callee: Val<M>, first: u16, argc: u16) -> Flow {
    let state_slot = tables(m).state_slot;
    let waiting = m.slot(state_slot);
    if m.is(waiting, Value::UNDEF) {
        let flow = if let Some(f) = m.as_ref::<Builtin>(callee) {
            builtins::call::call_in_slots(m, f, first, argc)
        } else if m.is_tag(callee, Tag::layout(Class::ID)) {
            instantiate_in_slots(m, callee, first, argc)
        } else {
            None
        };
        if let Some(flow) = flow {
            return flow;
        }
    }
    call_slow(m, i)
}

/// [`Cache`](crate::loaded::Cache) kind: the `__init__` of the class that was called last.
const CONSTRUCT: u32 = 16;

/// Calls a class whose instances are made by an `__init__` that only takes the arguments as they
/// are; `None` for others.
fn instantiate_in_slots<M: Meta>(m: &mut M, callee: Val<M>, first: u16, argc: u16) -> Option<Flow> {
    let class = promote_class(m, callee);
    m.assume(&class.valid.borrow());
    let cache = tables(m).cache(m.pc() - 1);
    let fl = state(m);
    let hit = cache.kind.get() == CONSTRUCT
        && cache.key.get() == class.id.0
        && cache.epoch.get() == fl.epoch.get();
    if !hit {
        let init = plain_init(m, class)?;
        cache.kind.set(CONSTRUCT);
        cache.key.set(class.id.0);
        cache.epoch.set(fl.epoch.get());
        cache.value.set(Some(init));
    }
    let init = m.val(cache.value.get()?);
    let init = m.cast::<Function>(init);
    let id = m.get(init, Function::CODE);
    let id = m.promote_int(id);
    let code = mem::code(m.core(), id as u32);
    let fc = fl_code(code);
    if fc.simple_args != argc as i32 + 1 || m.too_deep() {
        return None;
    }
    let object = shapes::new_instance(m, class.id).val();
    let scratch = tables(m).scratch;
    m.set_slot(scratch, object);
    let frame = m.new_frame(code);
    m.init_slot(&frame, 0, object);
    for k in 0..argc {
        let v = m.slot(first + k);
        m.init_slot(&frame, k + 1, v);
    }
    if fc.free_count != 0 {
        init_free(m, init, &frame, fc);
    }
    let resume = resume_pc(m, Cont::State(INIT));
    m.enter_frame(frame, resume);
    Some(Flow::Next)
}

/// The function that is all there is to making an instance of the class.
fn plain_init<M: Meta>(m: &mut M, class: &'static ClassInfo) -> Option<Value> {
    let names = &state(m).names;
    let plain = class.constructor.get().is_none()
        && class.payload.is_none()
        && class.kind != Kind::Exception
        && class.abstract_names.borrow().is_empty()
        && class.lookup_guest(names.new).is_none();
    let init = class.lookup_guest(names.init).filter(|_| plain)?;
    let found = !init.in_cell && runtime::object::is::<Function>(init.value);
    found.then_some(init.value)
}

/// `CallMethod`.
#[inline(always)]
pub fn call_method<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let callee = m.slot(i.b());
    if let Some(f) = m.as_ref::<Function>(callee) {
        let receiver = m.slot(i.b() + 1);
        let bound = !m.is(receiver, Value::UNDEF);
        let entered = if bound {
            enter_simple(m, f, i.b() + 1, i.c() + 1)
        } else {
            enter_simple(m, f, i.b() + 2, i.c())
        };
        if entered {
            return Flow::Next;
        }
    }
    m.outlined(|m| call_other_method(m, i, callee))
}

#[inline(never)]
fn call_other_method<M: Meta>(m: &mut M, i: Instr, callee: Val<M>) -> Flow {
    let receiver = m.slot(i.b() + 1);
    if m.is(receiver, Value::UNDEF) {
        call_other(m, i, callee, i.b() + 2, i.c())
    } else {
        call_other(m, i, callee, i.b() + 1, i.c() + 1)
    }
}

/// Pushes a frame for `argc` arguments in the slots from `first`, if nothing else is to be done.
#[inline(always)]
fn enter_simple<M: Meta>(m: &mut M, f: Ref<M, Function>, first: u16, argc: u16) -> bool {
    let id = m.get(f, Function::CODE);
    let id = m.promote_int(id);
    let code = mem::code(m.core(), id as u32);
    let fc = fl_code(code);
    if fc.simple_args != argc as i32 || m.too_deep() {
        return argc as i32 <= fc.simple_args && m.outlined(|m| enter_defaulted(m, f, first, argc));
    }
    let frame = m.new_frame(code);
    for k in 0..argc {
        let v = m.slot(first + k);
        m.init_slot(&frame, k, v);
    }
    if fc.free_count != 0 {
        init_free(m, f, &frame, fc);
    }
    let resume = m.pc();
    m.enter_frame(frame, resume);
    true
}

/// As `enter_simple`, where defaults stand for the last arguments.
#[inline(never)]
fn enter_defaulted<M: Meta>(m: &mut M, f: Ref<M, Function>, first: u16, argc: u16) -> bool {
    let id = m.get(f, Function::CODE);
    let id = m.promote_int(id);
    let code = mem::code(m.core(), id as u32);
    let fc = fl_code(code);
    let wanted = fc.simple_args as u16;
    let defaults = m.get(f, Function::DEFAULTS);
    let Some(defaults) = m.as_ref::<Tuple>(defaults) else {
        return false;
    };
    let n = m.get(defaults, Tuple::LEN);
    let n = m.promote_int(n) as u16;
    if argc + n < wanted || m.too_deep() {
        return false;
    }
    let frame = m.new_frame(code);
    for k in 0..argc {
        let v = m.slot(first + k);
        m.init_slot(&frame, k, v);
    }
    for k in argc..wanted {
        let v = m.item_at(defaults, Tuple::ITEMS, k + n - wanted);
        m.init_slot(&frame, k, v);
    }
    if fc.free_count != 0 {
        init_free(m, f, &frame, fc);
    }
    let resume = m.pc();
    m.enter_frame(frame, resume);
    true
}

/// Hands the function's closure cells to its frame.
#[inline(always)]
fn init_free<M: Meta>(m: &mut M, f: Ref<M, Function>, frame: &NewFrame<M>, fc: &FlCode) {
    let closure = m.get(f, Function::CLOSURE);
    let closure = m.cast::<Tuple>(closure);
    for k in 0..fc.free_count {
        let cell = m.item_at(closure, Tuple::ITEMS, k);
        m.init_slot(frame, fc.free_base + k, cell);
    }
}

/// The callee and arguments of one of the call instructions.
fn gather<M: Meta>(m: &mut M, i: Instr) -> (Val<M>, Args<M>) {
    let fc = tables(m);
    let callee = m.slot(i.b());
    let mut args = Args::positional(&[]);
    let mut first = i.b() + 1;
    if matches!(i.number(), num::CallMethod | num::CallMethodKw) {
        let receiver = m.slot(first);
        if !m.is(receiver, Value::UNDEF) {
            args.values.push(receiver);
        }
        first += 1;
    }
    let argc = match i.number() {
        num::CallKw | num::CallMethodKw => {
            let site = &fc.object.call_sites[i.c() as usize];
            args.names = site
                .keywords
                .iter()
                .map(|&n| fc.names[n as usize])
                .collect();
            site.argc
        }
        _ => i.c(),
    };
    for k in 0..argc {
        let v = m.slot(first + k);
        args.values.push(v);
    }
    (callee, args)
}

/// Every call that `call` and `call_method` do not do themselves.
#[inline(never)]
pub fn call_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (again, v) = frames::take_state(m);
    let (callee, args) = gather(m, i);
    if again != 0 {
        return builtins::special::advance_done(m, again, &args, v);
    }
    invoke(m, callee, args, Cont::Def)
}

/// `CallEx`: the arguments are in a list or tuple and a dict.
#[inline(never)]
pub fn call_ex<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (again, v) = frames::take_state(m);
    let callee = m.slot(i.b());
    let packed = m.slot(i.b() + 1);
    let keywords = m.slot(i.b() + 2);
    let packed = m.call(&builtins::collections::AS_TUPLE, [packed]);
    let packed = m.cast::<Tuple>(packed);
    let n = m.get(packed, Tuple::LEN);
    let n = m.promote_int(n);
    let mut args = Args::positional(&[]);
    for k in 0..n {
        let v = m.item_at(packed, Tuple::ITEMS, k as u16);
        args.values.push(v);
    }
    if let Some(dict) = m.as_ref::<Dict>(keywords) {
        let n = m.get(dict, Dict::LEN);
        let n = m.promote_int(n);
        for k in 0..n {
            let k = m.const_int(k).val();
            let name = m.call(&builtins::collections::KEYWORD_AT, [keywords, k]);
            let name = m.promote(name);
            let v = m.call(&builtins::collections::VALUE_AT, [keywords, k]);
            args.names.push(name.as_symbol());
            args.values.push(v);
        }
    }
    if again != 0 {
        return builtins::special::advance_done(m, again, &args, v);
    }
    invoke(m, callee, args, Cont::Def)
}

/// Calls any value. The result goes to `cont`.
pub fn invoke<M: Meta>(m: &mut M, callee: Val<M>, mut args: Args<M>, cont: Cont) -> Flow {
    let mut callee = callee;
    loop {
        let tag = m.tag(callee);
        if tag == Tag::layout(Function::ID) {
            let f = m.cast::<Function>(callee);
            return call_function(m, f, &args, cont);
        }
        if tag == Tag::layout(Builtin::ID) {
            let f = m.cast::<Builtin>(callee);
            let index = m.get(f, Builtin::INDEX);
            let index = m.promote_int(index);
            let def = state(m).builtin(index);
            return builtins::call::call_builtin(m, def, &args, cont);
        }
        if tag == Tag::layout(BoundMethod::ID) {
            let method = m.cast::<BoundMethod>(callee);
            let receiver = m.get(method, BoundMethod::RECEIVER);
            callee = m.get(method, BoundMethod::FUNCTION);
            args.values.insert(0, receiver);
            continue;
        }
        if tag == Tag::layout(Class::ID) {
            let class = promote_class(m, callee);
            return instantiate(m, class, args, cont);
        }
        if tag == Tag::layout(interop::layouts::Relation::ID) {
            return super::border::call_relation(m, callee, args, cont);
        }
        match attributes::type_attribute(m, callee, state(m).names.call) {
            Attribute::Method(f, receiver) => {
                args.values.insert(0, receiver);
                callee = f;
            }
            Attribute::Value(v) => callee = v,
            _ => {
                return match m.try_call(&errors::NOT_CALLABLE, [callee]) {
                    Ok(_) => unreachable!("it always raises"),
                    Err(Raised) => raised(m),
                };
            }
        }
    }
}

/// The class of a class object, green.
pub fn promote_class<M: Meta>(m: &mut M, class: Val<M>) -> &'static ClassInfo {
    let class = m.cast::<Class>(class);
    let id = m.get(class, Class::INFO);
    let id = m.promote_int(id);
    state(m).class(id)
}

/// Calls a guest function.
pub fn call_function<M: Meta>(m: &mut M, f: Ref<M, Function>, args: &Args<M>, cont: Cont) -> Flow {
    let id = m.get(f, Function::CODE);
    let id = m.promote_int(id);
    let code = mem::code(m.core(), id as u32);
    if is_too_deep(m) {
        return recursion_error(m);
    }
    let frame = match bind(m, code, f, args) {
        Ok(frame) => frame,
        Err(Raised) => return raised(m),
    };
    if fl_code(code).object.is_generator {
        let generator = new_generator(m, f, frame, code);
        return complete(m, cont, generator);
    }
    let resume = resume_pc(m, cont);
    m.enter_frame(frame, resume);
    Flow::Next
}

/// Is the depth limit reached? Languages that backtrack leave frames without counting them out, so
/// the frames are counted anew before that is believed.
pub fn is_too_deep<M: Meta>(m: &mut M) -> bool {
    if !m.too_deep() {
        return false;
    }
    let frame = m.current_frame();
    let deep = m.call(&errors::COUNT_FRAMES, [frame.val()]);
    m.is(deep, Value::TRUE)
}

/// The depth limit is reached.
pub fn recursion_error<M: Meta>(m: &mut M) -> Flow {
    match m.try_call(&errors::TOO_DEEP, []) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

fn new_generator<M: Meta>(
    m: &mut M,
    f: Ref<M, Function>,
    frame: NewFrame<M>,
    code: &'static Code,
) -> Val<M> {
    let fc = fl_code(code);
    let shape = if fc.hidden {
        types::generator_shape(&fc.object.name)
    } else {
        0
    };
    let generator = m.alloc::<Generator>(shape);
    m.init_slot(&frame, fc.generator_slot, generator.val());
    let frame = m.detach_frame(frame, 0);
    m.set(generator, Generator::FRAME, frame.val());
    let name = m.get(f, Function::NAME);
    m.set(generator, Generator::NAME, name);
    let none = m.val(Value::NONE);
    m.set(generator, Generator::EXTRA, none);
    let born = iteration::count_made(m);
    m.set(generator, Generator::BORN, born);
    generator.val()
}

/// A frame of `f` with its parameters set from `args`.
fn bind<M: Meta>(
    m: &mut M,
    code: &'static Code,
    f: Ref<M, Function>,
    args: &Args<M>,
) -> Result<NewFrame<M>, Raised> {
    let fc = fl_code(code);
    let params = &fc.object.params;
    let n_named = (params.args + params.kwonly) as usize;
    let given = args.count();
    let mut bound: SmallVec<[Option<Val<M>>; 12]> = SmallVec::from_elem(None, n_named);
    for (k, v) in args.values[..given.min(params.args as usize)]
        .iter()
        .enumerate()
    {
        bound[k] = Some(*v);
    }
    if given > params.args as usize && !params.varargs {
        return Err(bad_arguments(m, f, args));
    }
    let mut extra: SmallVec<[(u32, Val<M>); 4]> = SmallVec::new();
    for (k, &name) in args.names.iter().enumerate() {
        let v = args.values[given + k];
        let names = &fc.param_names[..n_named];
        let at = names
            .iter()
            .skip(params.posonly as usize)
            .position(|&n| n == name);
        match at.map(|at| at + params.posonly as usize) {
            Some(at) if bound[at].is_none() => bound[at] = Some(v),
            None if params.varkw => extra.push((name, v)),
            _ => return Err(bad_arguments(m, f, args)),
        }
    }
    fill_defaults(m, f, fc, args, &mut bound)?;
    let frame = m.new_frame(code);
    for (k, v) in bound.iter().enumerate() {
        let v = v.expect("every parameter has a value");
        m.init_slot(&frame, k as u16, v);
    }
    if let Some(slot) = params.varargs_slot() {
        let rest = args.values[..given]
            .get(params.args as usize..)
            .unwrap_or(&[]);
        let rest = make_tuple(m, rest);
        m.init_slot(&frame, slot, rest);
    }
    if let Some(slot) = params.varkw_slot() {
        let dict = keyword_dict(m, &extra)?;
        m.init_slot(&frame, slot, dict);
    }
    init_free(m, f, &frame, fc);
    Ok(frame)
}

/// A tuple of red values.
pub fn make_tuple<M: Meta>(m: &mut M, items: &[Val<M>]) -> Val<M> {
    if items.is_empty() {
        let empty = vm(m).well_known.empty_tuple;
        return m.val(empty);
    }
    let tuple = m.alloc_sized::<Tuple>(0, items.len() as u16);
    for (k, v) in items.iter().enumerate() {
        m.set_item_at(tuple, Tuple::ITEMS, k as u16, *v);
    }
    tuple.val()
}

fn keyword_dict<M: Meta>(m: &mut M, extra: &[(u32, Val<M>)]) -> Result<Val<M>, Raised> {
    let dict = m.call(&builtins::collections::NEW_DICT, []);
    for &(name, v) in extra {
        let name = m.val(Value::symbol(name));
        m.call(&builtins::collections::SET_KEYWORD, [dict, name, v]);
    }
    Ok(dict)
}

/// Defaults for the parameters that no argument was given for.
fn fill_defaults<M: Meta>(
    m: &mut M,
    f: Ref<M, Function>,
    fc: &FlCode,
    args: &Args<M>,
    bound: &mut [Option<Val<M>>],
) -> Result<(), Raised> {
    let params = &fc.object.params;
    let n_args = params.args as usize;
    if bound[..n_args].iter().any(Option::is_none) {
        let defaults = m.get(f, Function::DEFAULTS);
        let Some(defaults) = m.as_ref::<Tuple>(defaults) else {
            return Err(bad_arguments(m, f, args));
        };
        let n = m.get(defaults, Tuple::LEN);
        let n = m.promote_int(n) as usize;
        for (k, slot) in bound[..n_args].iter_mut().enumerate() {
            if slot.is_none() {
                let Some(at) = (k + n).checked_sub(n_args) else {
                    return Err(bad_arguments(m, f, args));
                };
                *slot = Some(m.item_at(defaults, Tuple::ITEMS, at as u16));
            }
        }
    }
    if bound[n_args..].iter().any(Option::is_none) {
        let defaults = m.get(f, Function::KW_DEFAULTS);
        let Some(defaults) = m.as_ref::<Tuple>(defaults) else {
            return Err(bad_arguments(m, f, args));
        };
        for (k, slot) in bound[n_args..].iter_mut().enumerate() {
            if slot.is_none() {
                let v = m.item_at(defaults, Tuple::ITEMS, k as u16);
                if m.is(v, Value::UNDEF) {
                    return Err(bad_arguments(m, f, args));
                }
                *slot = Some(v);
            }
        }
    }
    Ok(())
}

/// Raises the TypeError that says what is wrong with the arguments.
#[inline(never)]
fn bad_arguments<M: Meta>(m: &mut M, f: Ref<M, Function>, args: &Args<M>) -> Raised {
    let mut call: SmallVec<[Val<M>; 16]> = SmallVec::new();
    call.push(f.val());
    call.push(m.const_int(args.count() as i64).val());
    // Another language calls: the callee's place says what the caller's cannot.
    let hidden = tables(m).hidden;
    call.push(m.val(Value::bool(hidden)));
    for &name in &args.names {
        call.push(m.val(Value::symbol(name)));
    }
    match m.call_many(&errors::BAD_ARGUMENTS, &call) {
        Ok(_) => unreachable!("it always raises"),
        Err(raised) => raised,
    }
}

/// Calls a class.
pub fn instantiate<M: Meta>(
    m: &mut M,
    class: &'static ClassInfo,
    args: Args<M>,
    cont: Cont,
) -> Flow {
    let fl = state(m);
    m.assume(&class.valid.borrow());
    if let Some(constructor) = class.constructor.get() {
        let def = fl.builtin(constructor as i64);
        return builtins::call::call_builtin(m, def, &args, cont);
    }
    if !class.abstract_names.borrow().is_empty() {
        return fail_with_class(m, &errors::ABSTRACT_CLASS, class);
    }
    if let Some(new) = class.lookup_guest(fl.names.new) {
        return construct(m, new, class, args, cont);
    }
    match allocate(m, class, &args) {
        Ok(Some(object)) => initialise(m, class, object, args, cont),
        Ok(None) => {
            let new = fl.types().object.lookup(fl.names.new);
            construct(m, new.expect("a row of the table"), class, args, cont)
        }
        Err(Raised) => raised(m),
    }
}

/// Calls `__new__`, then `__init__`.
fn construct<M: Meta>(
    m: &mut M,
    new: Found,
    class: &'static ClassInfo,
    mut args: Args<M>,
    cont: Cont,
) -> Flow {
    let new = m.val(new.get());
    let f = match m.as_ref::<MethodKind>(new) {
        Some(kind) => m.get(kind, MethodKind::FUNCTION),
        None => new,
    };
    let class = m.val(class.value.get());
    args.values.insert(0, f);
    args.values.insert(1, class);
    invoke_prelude(m, "construct", args, cont)
}

fn fail_with_class<M: Meta>(
    m: &mut M,
    native: &'static metatrace::Native,
    class: &'static ClassInfo,
) -> Flow {
    let class = m.val(class.value.get());
    match m.try_call(native, [class]) {
        Ok(_) => unreachable!("it always raises"),
        Err(Raised) => raised(m),
    }
}

/// A new instance, as the `__new__` of its built-in base makes it; `None` if that needs guest code.
pub fn allocate<M: Meta>(
    m: &mut M,
    class: &'static ClassInfo,
    args: &Args<M>,
) -> Result<Option<Val<M>>, Raised> {
    let fl = state(m);
    if class.kind == Kind::Exception {
        let args = make_tuple(m, &args.values[..args.count()]);
        let class = m.val(class.value.get());
        return Ok(Some(m.call(&errors::NEW_EXCEPTION, [class, args])));
    }
    let Some(base) = class.payload else {
        let instance = shapes::new_instance(m, class.id);
        return Ok(Some(instance.val()));
    };
    let mutable = [
        fl.types().list,
        fl.types().dict,
        fl.types().set,
        fl.types().bytearray,
    ];
    let payload = if mutable.contains(&base) {
        let base = m.val(base.value.get());
        m.call(&builtins::collections::EMPTY_OF, [base])
    } else {
        let constructor = base
            .constructor
            .get()
            .expect("a built-in type has a constructor");
        let def = fl.builtin(constructor as i64);
        let own = class.lookup_guest(fl.names.init).is_some();
        if !own && !args.names.is_empty() {
            return Ok(None);
        }
        let given = if own {
            &args.values[..args.count().min(1)]
        } else {
            &args.values[..args.count()]
        };
        let v = builtins::call::call_native(m, def, &Args::positional(given))?;
        if m.is(v, FALLBACK) {
            return Ok(None);
        }
        v
    };
    let instance = shapes::new_instance(m, class.id);
    shapes::set_payload(m, instance, payload);
    Ok(Some(instance.val()))
}

/// Runs `__init__` on a new object; the object is the result.
pub fn initialise<M: Meta>(
    m: &mut M,
    class: &'static ClassInfo,
    object: Val<M>,
    mut args: Args<M>,
    cont: Cont,
) -> Flow {
    let fl = state(m);
    let init = class.lookup(fl.names.init);
    let init = init.filter(|found| found.owner != fl.types().object);
    // The arguments of an exception are already in it.
    let made = class.kind == Kind::Exception && args.names.is_empty();
    let init = init.filter(|found| !(made && found.owner.builtin));
    let Some(init) = init else {
        if args.values.is_empty() || class.payload.is_some() || class.kind == Kind::Exception {
            return complete(m, cont, object);
        }
        return fail_with_class(m, &errors::TAKES_NO_ARGUMENTS, class);
    };
    let init = m.val(init.get());
    if cont != Cont::Def || m.tag(init) != Tag::layout(Function::ID) {
        let class = m.val(class.value.get());
        args.values.insert(0, init);
        args.values.insert(1, object);
        let _ = class;
        return invoke_prelude(m, "initialise", args, cont);
    }
    args.values.insert(0, object);
    let scratch = tables(m).scratch;
    m.set_slot(scratch, object);
    let f = m.cast::<Function>(init);
    call_function(m, f, &args, Cont::State(INIT))
}

/// Calls a function of the prelude.
pub fn invoke_prelude<M: Meta>(m: &mut M, name: &'static str, args: Args<M>, cont: Cont) -> Flow {
    let f = builtins::prelude::function(vm(m), state(m), name);
    let f = m.val(f);
    let f = m.cast::<Function>(f);
    call_function(m, f, &args, cont)
}

/// The built-in value that `v`, an instance of a class derived from a built-in type, carries.
pub fn payload_of<M: Meta>(m: &mut M, v: Val<M>) -> Option<Val<M>> {
    let o = m.as_ref::<Instance>(v)?;
    let class = frames::instance_class(m, v)?;
    (class.kind != Kind::Exception && class.payload.is_some()).then(|| shapes::payload(m, o))
}
