//! What the library in FL is made of, under names that programs do not use (`_fl_...`).

use crate::builtins;
use crate::builtins::core::{io_error, write_out};
use crate::builtins::tables;
use crate::object::class::Kind;
use crate::object::layouts::*;
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState};
use metatrace::value::Value;
use runtime::compare::{Hashed, unbool};
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};
use runtime::text;

/// Most containers that may be open at once while FL code takes part in writing them.
const PRINTING_MAX: usize = 10_000;

builtins! {
    /// For the library in FL.
    pub static INTERNALS:
    "_fl_init" "obj" => "not_" |vm, [o]| {
        let init = FlState::of(vm).names.init;
        let class = types::class_of(vm, o);
        Ok(class.lookup(init).map_or(Value::NONE, |found| found.get()))
    };
    "_fl_class_items" "cls" |vm, [class]| {
        let class = types::as_class(vm, class).expect("a class");
        let items: Vec<Value> = class.own_attributes().into_iter().map(|(name, v)| {
            let name = vm.symbol_text(name);
            vm.tuple(&[name, v])
        }).collect();
        Ok(vm.list(&items))
    };
    "_fl_hook" "obj name" |vm, [o, name]| {
        let symbol = vm.symbol_of(Obj::cast(name));
        let class = types::class_of(vm, o);
        let found = class.lookup_guest(symbol).map_or(Value::NONE, |found| found.get());
        Ok(match Obj::<MethodKind>::of(found) {
            Some(kind) => kind.get(MethodKind::FUNCTION),
            None => found,
        })
    };
    "_fl_locals" "*pairs" |vm, [pairs]| {
        let dict = vm.dict().value();
        for pair in Obj::<Tuple>::cast(pairs).items().chunks(2) {
            if pair[1] != Value::UNDEF {
                tables::put(vm, dict, pair[0], pair[1])?;
            }
        }
        Ok(dict)
    };
    "_fl_payload" "obj" |vm, [o]| Ok(types::unwrap_payload(vm, o));
    "_fl_unhashable" "obj" |vm, [o]| {
        let hash = FlState::of(vm).names.hash;
        Ok(Value::bool(types::class_of(vm, o).lookup(hash).is_some_and(|f| f.value == Value::NONE)))
    };
    "_fl_default_hash" "obj" |vm, [o]| {
        let payload = types::unwrap_payload(vm, o);
        if payload != o && let Hashed::Value(h) = vm.hash(payload)? { return Ok(Value::small(h)); }
        Ok(Value::small(vm.heap.identity(o)))
    };
    "_fl_fold_hash" "value" |vm, [v]| match vm.hash(unbool(types::unwrap_payload(vm, v)))? {
        Hashed::Value(h) => Ok(Value::small(h)),
        Hashed::Ask(..) => Ok(Value::small(0)),
    };
    "_fl_eq" "a b" |vm, [a, b]| native2(vm, &runtime::compare::EQ, a, b);
    "_fl_eq_continue" "rest" |vm, [rest]| native1(vm, &runtime::compare::EQ_CONTINUE, rest);
    "_fl_hash" "v" |vm, [v]| native1(vm, &runtime::compare::HASH, v);
    "_fl_hash_continue" "rest hash" |vm, [rest, h]| native2(vm, &runtime::compare::HASH_CONTINUE, rest, h);
    "_fl_mismatch" "a b at" |vm, [a, b, at]| native3(vm, &runtime::compare::MISMATCH, a, b, at);
    "_fl_find" "table key hash step" |vm, [t, key, h, step]| {
        let t = types::unwrap_payload(vm, t);
        native4(vm, &runtime::dict::TABLE_FIND, t, key, h, step)
    };
    "_fl_value_at" "table entry" |vm, [t, e]| {
        let t = types::unwrap_payload(vm, t);
        native2(vm, &runtime::dict::DICT_VALUE_AT, t, e)
    };
    "_fl_dict_add" "table key hash value" |vm, [t, key, h, v]| {
        let t = types::unwrap_payload(vm, t);
        native4(vm, &runtime::dict::DICT_ADD, t, key, h, v)
    };
    "_fl_put_at" "table entry value" |vm, [t, e, v]| {
        let t = types::unwrap_payload(vm, t);
        native3(vm, &runtime::dict::DICT_PUT_AT, t, e, v)
    };
    "_fl_delete_at" "table entry" |vm, [t, e]| {
        let t = types::unwrap_payload(vm, t);
        native2(vm, &runtime::dict::TABLE_DELETE_AT, t, e)
    };
    "_fl_set_add" "table key hash" |vm, [t, key, h]| {
        let t = types::unwrap_payload(vm, t);
        native3(vm, &runtime::dict::SET_ADD_NEW, t, key, h)
    };
    "_fl_freeze" "set" |vm, [s]| {
        let frozen = builtins::collections::frozenset(vm, &[]);
        runtime::dict::Table::of(s).copy_into(vm, runtime::dict::Table::of(frozen));
        Ok(frozen)
    };
    "_fl_send" "generator value" |vm, [_g, _v]| Err(exception::type_error(vm, "generator"));
    "_fl_throw" "generator value" |vm, [_g, _v]| Err(exception::type_error(vm, "generator"));
    "_fl_generator_idle" "generator" |_vm, [g]| {
        use crate::interp::frames::{GENERATOR_DONE, GENERATOR_NEW};
        let g = Obj::<Generator>::cast(g);
        let state = g.int(Generator::STATE);
        if state == GENERATOR_NEW { g.set_int(Generator::STATE, GENERATOR_DONE); }
        Ok(Value::bool(state == GENERATOR_NEW || state == GENERATOR_DONE))
    };
    "_fl_sorted_order" "keys reverse" |vm, [keys, reverse]| sorted_order(vm, keys, reverse == Value::TRUE);
    "_fl_enter" "obj" |vm, [o]| {
        let fl = FlState::of(vm);
        if fl.printing.borrow().len() > PRINTING_MAX {
            let class = fl.types().RecursionError;
            let message = "maximum recursion depth exceeded while getting the repr of an object";
            return Err(exception::raise(vm, class, message));
        }
        let new = !fl.printing.borrow().contains(&o);
        if new { fl.printing.borrow_mut().push(o); }
        Ok(Value::bool(new))
    };
    "_fl_leave" "" |vm, []| { FlState::of(vm).printing.borrow_mut().pop(); Ok(Value::NONE) };
    "_fl_dots" "obj" |vm, [o]| {
        let o = types::unwrap_payload(vm, o);
        let dots = if is::<List>(o) { "[...]" } else if is::<Tuple>(o) { "(...)" } else if is::<Dict>(o) { "{...}" } else { "..." };
        Ok(vm.str(dots))
    };
    "_fl_default_repr" "obj" |vm, [o]| { let s = builtins::text::default_repr(vm, o); Ok(vm.str(&s)) };
    "_fl_str_default" "obj" => "object_str" |vm, [o]| {
        if types::class_of(vm, o).kind == Kind::Exception {
            let mut out = Vec::new();
            let plain = builtins::text::write_exception(vm, o, &mut out)?;
            return Ok(if plain { vm.str_from_bytes(&out) } else { FALLBACK });
        }
        let payload = types::unwrap_payload(vm, o);
        let names = &FlState::of(vm).names;
        if is::<Str>(payload) && types::class_of(vm, o).lookup_guest(names.repr).is_none() { return Ok(payload); }
        Ok(FALLBACK)
    };
    "_fl_str_of" "obj" |vm, [o]| { let s = builtins::text::display(vm, o); Ok(vm.str(&s)) };
    "_fl_as_int" "v" |vm, [v]| {
        let n = unbool(types::unwrap_payload(vm, v));
        if number::is_int(n) { return Ok(n); }
        let name = types::type_name(vm, v);
        Err(exception::type_error(vm, format!("__int__ returned non-int (type {name})")))
    };
    "_fl_text" "text repr original" |_vm, [s, _r, _o]| Ok(s);
    "_fl_write" "text" |vm, [s]| {
        let bytes = text::bytes_of(s).unwrap_or(&[]).to_vec();
        write_out(vm, Stream::Out, &bytes)
    };
    "_fl_flush" "" |vm, []| match vm.host.flush(Stream::Out) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(io_error(vm, &e, None)),
    };
}

fn raw(vm: &mut Vm, native: &'static metatrace::Native, words: &[u64]) -> Guest {
    match Value(native.call(vm.core_ptr(), words)) {
        Value::RAISED => Err(metatrace::meta::Raised),
        v => Ok(v),
    }
}

fn native1(vm: &mut Vm, native: &'static metatrace::Native, a: Value) -> Guest {
    raw(vm, native, &[a.0])
}

fn native2(vm: &mut Vm, native: &'static metatrace::Native, a: Value, b: Value) -> Guest {
    raw(vm, native, &[a.0, b.0])
}

fn native3(vm: &mut Vm, native: &'static metatrace::Native, a: Value, b: Value, c: Value) -> Guest {
    raw(vm, native, &[a.0, b.0, c.0])
}

fn native4(
    vm: &mut Vm,
    native: &'static metatrace::Native,
    a: Value,
    b: Value,
    c: Value,
    d: Value,
) -> Guest {
    raw(vm, native, &[a.0, b.0, c.0, d.0])
}

/// The positions of `keys` in sorted order, if built-in comparisons do; None otherwise.
fn sorted_order(vm: &mut Vm, keys: Value, reverse: bool) -> Guest {
    let keys = vm.list_values(Obj::cast(keys));
    let mut order: Vec<usize> = (0..keys.len()).collect();
    if keys.iter().all(|k| k.is_int()) {
        if reverse {
            order.sort_by(|a, b| keys[*b].as_int().cmp(&keys[*a].as_int()));
        } else {
            order.sort_by_key(|a| keys[*a].as_int());
        }
    } else if keys.iter().all(|k| is::<Str>(*k)) {
        let texts: Vec<&[u8]> = keys.iter().map(|k| text::bytes(Obj::cast(*k))).collect();
        if reverse {
            order.sort_by(|a, b| texts[*b].cmp(texts[*a]));
        } else {
            order.sort_by(|a, b| texts[*a].cmp(texts[*b]));
        }
    } else if keys
        .iter()
        .all(|k| to_float(*k).is_some_and(|f| !f.is_nan()))
    {
        let floats: Vec<f64> = keys.iter().filter_map(|k| to_float(*k)).collect();
        let cmp = |a: &usize, b: &usize| floats[*a].partial_cmp(&floats[*b]).expect("no NaN");
        if reverse {
            order.sort_by(|a, b| cmp(b, a));
        } else {
            order.sort_by(cmp);
        }
    } else {
        let mut known = true;
        let mut cmp = |a: &usize, b: &usize| match vm.order(keys[*a], keys[*b]) {
            Ok(Some(order)) => order,
            _ => {
                known = false;
                std::cmp::Ordering::Equal
            }
        };
        if reverse {
            order.sort_by(|a, b| cmp(b, a));
        } else {
            order.sort_by(cmp);
        }
        vm.take_pending();
        if !known {
            return Ok(Value::NONE);
        }
    }
    let order: Vec<Value> = order.into_iter().map(|i| Value::small(i as i64)).collect();
    Ok(vm.list(&order))
}
