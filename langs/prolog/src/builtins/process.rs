//! Commands of the system's shell, and the environment.

use crate::builtins;
use crate::errors::*;
use crate::streams;
use crate::term::{MakeTerms, deref};
use crate::text::need_text;
use crate::unify::unify;
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use std::io;
use std::os::unix::process::ExitStatusExt;

builtins! {
    "getenv" / 2 => getenv;
    "setenv" / 2 => |vm, a| { let value = text(vm, a[1])?; set(vm, a[0], Some(&value), "setenv") };
    "unsetenv" / 1 => |vm, a| set(vm, a[0], None, "unsetenv");
    "shell" / 1 => |vm, a| Ok(shell(vm, a[0])? == 0);
    "shell" / 2 => |vm, a| { let status = shell(vm, a[0])?; Ok(unify(vm, a[1], Value::small(status as i64))) };
}

/// A text, or the error of predicates that hand texts to the operating system.
fn text(vm: &mut Vm, v: Value) -> Guest<String> {
    need_text(vm, v).map_err(|raised| {
        if crate::db::functor_of(vm, v).is_none_or(|(_, arity)| arity == 0) {
            return raised;
        }
        vm.take_pending();
        type_error(vm, "text", deref(v))
    })
}

fn getenv(vm: &mut Vm, a: &[Value]) -> Guest<bool> {
    let name = text(vm, a[0])?;
    let Some(value) = vm.host.env(&name) else {
        return Ok(false);
    };
    let value = vm.data_atom(&value);
    Ok(unify(vm, a[1], value))
}

fn set(vm: &mut Vm, name: Value, value: Option<&str>, predicate: &str) -> Guest<bool> {
    let variable = text(vm, name)?;
    match vm.host.set_env(&variable, value) {
        Ok(()) => Ok(true),
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => {
            Err(permission_error(vm, "modify", "environment", deref(name)))
        }
        Err(_) => {
            let formal = vm.sym("system_error");
            let raised = raise(vm, formal);
            let arity = 1 + usize::from(value.is_some());
            explain(vm, predicate, arity, "Invalid argument");
            Err(raised)
        }
    }
}

/// Runs a command: its exit status. An error if a signal ended it.
fn shell(vm: &mut Vm, command: Value) -> Guest<i32> {
    let line = text(vm, command)?;
    streams::flush_all(vm);
    let status = match vm.host.shell(&line) {
        Ok(status) => status,
        Err(_) => return Err(permission_error(vm, "execute", "shell", deref(command))),
    };
    match (status.code(), status.signal()) {
        (Some(code), _) => Ok(code),
        (None, signal) => {
            let signal = Value::small(signal.unwrap_or(0) as i64);
            let signal = vm.term1("signal", signal);
            let formal = vm.term2("shell", signal, deref(command));
            Err(raise(vm, formal))
        }
    }
}
