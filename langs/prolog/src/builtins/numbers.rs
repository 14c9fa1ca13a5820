//! Arithmetic predicates that are called rather than compiled in line, and random numbers.

use crate::arith::eval;
use crate::builtins;
use crate::errors::{instantiation, type_error};
use crate::number::{Num, compare_nums, from_num, is_integer};
use crate::term::{deref, is_var};
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::cmp::Ordering::{self, Equal, Greater, Less};

builtins! {
    "is" / 2 => |vm, a| { let n = eval(vm, a[1])?; let v = from_num(vm, &n); Ok(unify(vm, a[0], v)) };
    "=:=" / 2 => |vm, a| relation(vm, a, |o| o == Some(Equal));
    "=\\=" / 2 => |vm, a| relation(vm, a, |o| o != Some(Equal));
    "<" / 2 => |vm, a| relation(vm, a, |o| o == Some(Less));
    ">" / 2 => |vm, a| relation(vm, a, |o| o == Some(Greater));
    "=<" / 2 => |vm, a| relation(vm, a, |o| matches!(o, Some(Less | Equal)));
    ">=" / 2 => |vm, a| relation(vm, a, |o| matches!(o, Some(Greater | Equal)));
    "succ" / 2 => succ;
    "plus" / 3 => plus;
    "set_random" / 1 => |_, _| { crate::arith::set_random_seed(42); Ok(true) };
    "$random_seed" / 1 => |_, a| { crate::arith::set_random_seed(deref(a[0]).0); Ok(true) };
}

fn relation(vm: &mut Vm, a: &[Value], f: fn(Option<Ordering>) -> bool) -> Guest<bool> {
    let x = eval(vm, a[0])?;
    let y = eval(vm, a[1])?;
    Ok(f(compare_nums(&x, &y)))
}

/// An integer argument that may be unbound.
fn integer(vm: &mut Vm, v: Value) -> Guest<Option<Value>> {
    let v = deref(v);
    if is_var(v) {
        Ok(None)
    } else if is_integer(v) {
        Ok(Some(v))
    } else {
        Err(type_error(vm, "integer", v))
    }
}

fn natural(vm: &mut Vm, v: Value) -> Guest<Option<Num>> {
    match integer(vm, v)? {
        None => Ok(None),
        Some(v) => {
            let n = eval(vm, v)?;
            if compare_nums(&n, &Num::Int(0)) == Some(Less) {
                return Err(type_error(vm, "not_less_than_zero", v));
            }
            Ok(Some(n))
        }
    }
}

fn succ(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    match (natural(vm, a[0])?, natural(vm, a[1])?) {
        (None, None) => Err(instantiation(vm)),
        (Some(n), _) => {
            let n = Num::Big(n.to_bigint().expect("an integer") + 1).normal();
            let v = from_num(vm, &n);
            Ok(unify(vm, a[1], v))
        }
        (None, Some(Num::Int(0))) => Ok(false),
        (None, Some(n)) => {
            let n = Num::Big(n.to_bigint().expect("an integer") - 1).normal();
            let v = from_num(vm, &n);
            Ok(unify(vm, a[0], v))
        }
    }
}

fn plus(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let known: Vec<Option<Value>> = (0..3)
        .map(|i| integer(vm, a[i]))
        .collect::<Guest<Vec<_>>>()?;
    let big = |v: Value| crate::number::to_big(v);
    let (target, n) = match (known[0], known[1], known[2]) {
        (Some(x), Some(y), _) => (2, big(x) + big(y)),
        (Some(x), None, Some(z)) => (1, big(z) - big(x)),
        (None, Some(y), Some(z)) => (0, big(z) - big(y)),
        _ => return Err(instantiation(vm)),
    };
    let v = crate::number::from_big(vm, &n);
    Ok(unify(vm, a[target], v))
}
