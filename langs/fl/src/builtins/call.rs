//! Calls of builtins: arguments to parameters, bodies, fallbacks.

use crate::builtins::special;
use crate::builtins::{BuiltinDef, ParamKind, collections};
use crate::interp::attributes::class_of;
use crate::interp::call::{Args, invoke_prelude, make_tuple, payload_of};
use crate::interp::frames::{Cont, complete, raised, state, vm};
use crate::object::class::ClassInfo;
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::native::Effects;
use metatrace::value::Value;
use metatrace::{Ref, Val};
use runtime::engine::Vm;
use runtime::layouts::Builtin;
use runtime::native::Guest;
use runtime::natives;
use smallvec::SmallVec;

natives! {
    /// TypeError of a method that is called on an object of another class: builtin, receiver.
    static WRONG_RECEIVER = "wrong_receiver"(vm, index, receiver) -> Guest [Effects::FRESH.raises()] {
        let def = FlState::of(vm).builtin(index.as_int());
        let (name, owner) = (def.name, def.owner.unwrap_or_default());
        let class = types::type_name(vm, receiver);
        let message = if name.starts_with("__") {
            format!("descriptor '{name}' requires a '{owner}' object but received a '{class}'")
        } else {
            format!("descriptor '{name}' for '{owner}' objects doesn't apply to a '{class}' object")
        };
        Err(exception::type_error(vm, message))
    }
    /// TypeError: builtin, number of positional arguments, keywords.
    static BAD_BUILTIN_CALL = many "bad_builtin_call"(vm, args) -> Guest [Effects::FRESH.raises()] {
        let def = FlState::of(vm).builtin(args[0].as_int());
        let keywords: Vec<u32> = args[2..].iter().map(|v| v.as_symbol()).collect();
        let message = bad_call(vm, def, args[1].as_int() as usize, &keywords);
        if message.starts_with("super()") {
            let class = FlState::of(vm).types().RuntimeError;
            return Err(exception::raise(vm, class, message));
        }
        Err(exception::type_error(vm, message))
    }
}

/// What the body gets: one value per parameter.
type Bound<M> = SmallVec<[Val<M>; 8]>;

/// Calls a builtin.
pub fn call_builtin<M: Meta>(
    m: &mut M,
    def: &'static BuiltinDef,
    args: &Args<M>,
    cont: Cont,
) -> Flow {
    match bind(m, def, args) {
        Ok(bound) => call_bound(m, def, &bound, cont, |_| Args {
            values: args.values.clone(),
            names: args.names.clone(),
        }),
        Err(Raised) => raised(m),
    }
}

/// Calls a builtin with one value per parameter; `args` are the arguments for its fallback.
#[inline(always)]
fn call_bound<M: Meta>(
    m: &mut M,
    def: &'static BuiltinDef,
    bound: &[Val<M>],
    cont: Cont,
    args: impl FnOnce(&mut M) -> Args<M>,
) -> Flow {
    if let Some(special) = def.special
        && let Some(flow) = special::call(m, special, bound, cont)
    {
        return flow;
    }
    match m.call_many(def.row.native, bound) {
        Err(Raised) => raised(m),
        Ok(v) if !def.row.fallback.is_empty() && m.is(v, FALLBACK) => {
            let mut args = args(m);
            if def.unwraps {
                args.values[0] = bound[0];
            }
            invoke_prelude(m, def.row.fallback, args, cont)
        }
        Ok(v) => complete(m, cont, v),
    }
}

/// Calls a builtin with the `argc` arguments in the slots from `first`, if it is one that takes
/// them one by one; else `None`.
pub fn call_in_slots<M: Meta>(
    m: &mut M,
    f: Ref<M, Builtin>,
    first: u16,
    argc: u16,
) -> Option<Flow> {
    let index = m.get(f, Builtin::INDEX);
    let index = m.promote_int(index);
    let def = state(m).builtin(index);
    let (least, most) = def.signature(vm(m)).positional;
    if !(least..=most).contains(&argc) {
        return None;
    }
    let mut bound: Bound<M> = SmallVec::new();
    for k in 0..argc {
        bound.push(m.slot(first + k));
    }
    for _ in argc..most {
        bound.push(m.val(Value::UNDEF));
    }
    if let Err(Raised) = take_receiver(m, def, &mut bound) {
        return Some(raised(m));
    }
    Some(call_bound(m, def, &bound, Cont::Def, |m| {
        let mut args = Args::positional(&[]);
        for k in 0..argc {
            args.values.push(m.slot(first + k));
        }
        args
    }))
}

/// Calls a builtin whose result is needed at once; it must not need guest code.
pub fn call_native<M: Meta>(
    m: &mut M,
    def: &'static BuiltinDef,
    args: &Args<M>,
) -> Result<Val<M>, Raised> {
    let bound = bind(m, def, args)?;
    m.call_many(def.row.native, &bound)
}

fn bind<M: Meta>(m: &mut M, def: &'static BuiltinDef, args: &Args<M>) -> Result<Bound<M>, Raised> {
    let undef = m.val(Value::UNDEF);
    let given = args.count();
    let mut bound: Bound<M> = SmallVec::new();
    let mut used = 0;
    let mut keywords_used = 0;
    let params = &def.signature(vm(m)).params;
    for param in params {
        let keyword = || {
            let at = args.names.iter().position(|&n| n == param.name)?;
            (!param.positional_only).then(|| args.values[given + at])
        };
        let v = match param.kind {
            ParamKind::Required | ParamKind::Optional if used < given => {
                if keyword().is_some() {
                    return Err(bad(m, def, args));
                }
                used += 1;
                args.values[used - 1]
            }
            ParamKind::Required | ParamKind::Optional | ParamKind::Keyword => match keyword() {
                Some(v) => {
                    keywords_used += 1;
                    v
                }
                None if param.kind == ParamKind::Required => return Err(bad(m, def, args)),
                None => undef,
            },
            ParamKind::Rest => {
                let rest = make_tuple(m, &args.values[used..given]);
                used = given;
                rest
            }
            ParamKind::Keywords => {
                let dict = m.call(&collections::NEW_DICT, []);
                for (k, &name) in args.names.iter().enumerate() {
                    if !params.iter().any(|p| p.name == name && !p.positional_only) {
                        keywords_used += 1;
                        let name = m.val(Value::symbol(name));
                        let v = args.values[given + k];
                        m.call(&collections::SET_KEYWORD, [dict, name, v]);
                    }
                }
                dict
            }
        };
        bound.push(v);
    }
    if used < given || keywords_used < args.names.len() {
        return Err(bad(m, def, args));
    }
    take_receiver(m, def, &mut bound)?;
    Ok(bound)
}

/// Unwraps and checks the receiver of a method.
fn take_receiver<M: Meta>(
    m: &mut M,
    def: &'static BuiltinDef,
    bound: &mut Bound<M>,
) -> Result<(), Raised> {
    let Some(first) = bound.first().copied() else {
        return Ok(());
    };
    if def.unwraps
        && let Some(payload) = payload_of(m, first)
    {
        bound[0] = payload;
    }
    match def.receiver {
        Some(owner) => check_receiver(m, def, owner, bound[0]),
        None => Ok(()),
    }
}

/// A method of a built-in class relies on the layout of its receiver.
fn check_receiver<M: Meta>(
    m: &mut M,
    def: &'static BuiltinDef,
    owner: &'static ClassInfo,
    receiver: Val<M>,
) -> Result<(), Raised> {
    let class = class_of(m, receiver);
    if class.is_subclass(owner) || def.receiver_may_be(class) {
        return Ok(());
    }
    if let Some(payload) = payload_of(m, receiver)
        && class_of(m, payload).is_subclass(owner)
    {
        return Ok(());
    }
    let index = m.const_int(def.index as i64).val();
    match m.try_call(&WRONG_RECEIVER, [index, receiver]) {
        Ok(_) => unreachable!("it always raises"),
        Err(raised) => Err(raised),
    }
}

#[inline(never)]
fn bad<M: Meta>(m: &mut M, def: &'static BuiltinDef, args: &Args<M>) -> Raised {
    let mut call: SmallVec<[Val<M>; 16]> = SmallVec::new();
    call.push(m.const_int(def.index as i64).val());
    call.push(m.const_int(args.count() as i64).val());
    for &name in &args.names {
        call.push(m.val(Value::symbol(name)));
    }
    match m.call_many(&BAD_BUILTIN_CALL, &call) {
        Ok(_) => unreachable!("it always raises"),
        Err(raised) => raised,
    }
}

/// Does the builtin read its arguments in an older way?
fn is_old(def: &BuiltinDef) -> bool {
    let names = [
        "count",
        "find",
        "index",
        "rfind",
        "rindex",
        "startswith",
        "endswith",
    ];
    names.contains(&def.name) && matches!(def.owner, Some("str" | "bytes" | "bytearray"))
}

/// The message for arguments that a builtin does not accept.
fn bad_call(vm: &mut Vm, def: &BuiltinDef, given: usize, keywords: &[u32]) -> String {
    let method = def.owner.is_some();
    let name = match def.owner {
        Some(owner) if owner != "object" => format!("{owner}.{}", def.name),
        _ => def.name.to_string(),
    };
    let short = def.name;
    if method && given == 0 {
        return format!("unbound method {name}() needs an argument");
    }
    let given = given - usize::from(method && given > 0);
    let params: Vec<_> = def
        .signature(vm)
        .params
        .iter()
        .skip(method as usize)
        .collect();
    if let Some(unknown) = keywords
        .iter()
        .find(|k| !params.iter().any(|p| p.name == **k && !p.positional_only))
    {
        if params
            .iter()
            .all(|p| p.positional_only || p.kind == ParamKind::Required)
        {
            return format!("{name}() takes no keyword arguments");
        }
        let unknown = vm.symbols.name(*unknown);
        return format!("'{unknown}' is an invalid keyword argument for {short}()");
    }
    let required = params
        .iter()
        .filter(|p| p.kind == ParamKind::Required)
        .count();
    let most = params
        .iter()
        .filter(|p| matches!(p.kind, ParamKind::Required | ParamKind::Optional))
        .count();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    if most == 0 && params.iter().any(|p| p.kind == ParamKind::Keyword) {
        return format!("{short}() takes no positional arguments");
    }
    if required == most {
        return match most {
            0 => format!("{name}() takes no arguments ({given} given)"),
            1 => format!("{name}() takes exactly one argument ({given} given)"),
            n => format!("{short} expected {n} arguments, got {given}"),
        };
    }
    if is_old(def) {
        let (word, n) = if given < required {
            ("least", required)
        } else {
            ("most", most)
        };
        return format!(
            "{short}() takes at {word} {n} argument{} ({given} given)",
            plural(n)
        );
    }
    if short == "super" && given == 0 {
        return "super(): no arguments".to_string();
    }
    if given < required {
        return format!(
            "{short} expected at least {required} argument{}, got {given}",
            plural(required)
        );
    }
    format!(
        "{short} expected at most {most} argument{}, got {given}",
        plural(most)
    )
}
