//! Built-in functions that fold a collection: `min`, `max`, `sum`, `any`, `all`.

use crate::builtins;
use crate::builtins::core::{absent, is_guest, stored_values};
use crate::object::exception;
use crate::op::{BinKind, CmpKind};
use crate::state::FALLBACK;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::list::ListItems;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is, to_float};

/// `min` or `max`.
pub fn best(
    vm: &mut Vm,
    name: &str,
    largest: bool,
    args: Value,
    key: Value,
    default: Value,
) -> Guest {
    let args = Obj::<Tuple>::cast(args).items();
    if !(absent(key) || key == Value::NONE) {
        return Ok(FALLBACK);
    }
    if let [one] = args
        && let Some(list) = Obj::<List>::of(*one)
        && let Some(best) = best_of_unboxed(vm, list, largest)
    {
        return Ok(best);
    }
    let items = match args {
        [] => {
            let message = format!("{name} expected at least 1 argument, got 0");
            return Err(exception::type_error(vm, message));
        }
        [one] => match stored_values(vm, *one)? {
            Some(items) => items,
            None => return Ok(FALLBACK),
        },
        many => many.to_vec(),
    };
    if items.iter().any(|v| is_guest(*v)) {
        return Ok(FALLBACK);
    }
    let Some((first, rest)) = items.split_first() else {
        if !absent(default) {
            return Ok(default);
        }
        return Err(exception::value_error(
            vm,
            format!("{name}() arg is an empty sequence"),
        ));
    };
    let kind = if largest { CmpKind::Gt } else { CmpKind::Lt };
    let mut best = *first;
    for v in rest {
        match builtins::operators::compare(vm, kind, *v, best)? {
            Value::TRUE => best = *v,
            FALLBACK => return Ok(FALLBACK),
            _ => {}
        }
    }
    Ok(best)
}

/// The largest or smallest item of a list that keeps its numbers unboxed; `None` for others.
fn best_of_unboxed(vm: &mut Vm, list: Obj<List>, largest: bool) -> Option<Value> {
    match vm.list_items(list) {
        // The words of fixnums are ordered as the fixnums.
        ListItems::Ints(items) => {
            let words = items.iter().map(|v| v.0 as i64);
            let best = if largest { words.max() } else { words.min() };
            best.map(|word| Value(word as u64))
        }
        ListItems::Floats(items) => {
            let better = |best: f64, v: &f64| match largest {
                true if *v > best => *v,
                false if *v < best => *v,
                _ => best,
            };
            let best = items.iter().copied().reduce(|best, v| better(best, &v))?;
            Some(vm.float(best))
        }
        _ => None,
    }
}

/// `sum(iterable, start)`
pub fn sum(vm: &mut Vm, iterable: Value, start: Value) -> Guest {
    let mut total = if absent(start) {
        Value::small(0)
    } else {
        start
    };
    if number::is_int(total)
        && let Some(range) = Obj::<Range>::of(iterable)
    {
        let sum = builtins::ranges::sum(vm, range);
        return Ok(vm.int_add(total, sum));
    }
    if let Some(list) = Obj::<List>::of(iterable)
        && let ListItems::Floats(items) = vm.list_items(list)
        && let Some(start) = to_float(total).or(total.to_int().map(|i| i as f64))
        && !items.is_empty()
    {
        let sum = items.iter().fold(start, |sum, v| sum + v);
        return Ok(vm.float(sum));
    }
    let Some(items) = stored_values(vm, iterable)? else {
        return Ok(FALLBACK);
    };
    if is::<Str>(total) {
        return Err(exception::type_error(
            vm,
            "sum() can't sum strings [use ''.join(seq) instead]",
        ));
    }
    if is_guest(total) || items.iter().any(|v| is_guest(*v)) {
        return Ok(FALLBACK);
    }
    for v in items {
        if let (Some(a), Some(b)) = (total.to_int(), v.to_int())
            && let Some(r) = Value::int(a + b)
        {
            total = r;
            continue;
        }
        let code = Value::small(BinKind::Add as i64);
        let r = builtins::operators::BINARY.call(vm.core_ptr(), &[code.0, total.0, v.0]);
        total = match Value(r) {
            Value::RAISED => return Err(metatrace::meta::Raised),
            v => v,
        };
    }
    Ok(total)
}

/// `any` (`wanted`: true) or `all`.
pub fn quantify(vm: &mut Vm, iterable: Value, wanted: bool) -> Guest {
    let Some(items) = stored_values(vm, iterable)? else {
        return Ok(FALLBACK);
    };
    for v in items {
        if is_guest(v) {
            return Ok(FALLBACK);
        }
        if builtins::operators::truth(vm, v) == wanted {
            return Ok(Value::bool(wanted));
        }
    }
    Ok(Value::bool(!wanted))
}
