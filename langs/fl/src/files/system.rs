//! The native module `_os`: files by name, folders, the environment.

use super::flush_all;
use crate::builtins;
use crate::builtins::core::io_error;
use crate::builtins::operators::index;
use crate::builtins::tables;
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;
use std::io;
use std::path::PathBuf;

fn path_of(vm: &mut Vm, v: Value) -> Guest<String> {
    let plain = types::unwrap_payload(vm, v);
    if let Some(path) = text::of(plain) {
        if path.contains('\0') {
            return Err(exception::value_error(vm, "embedded null byte"));
        }
        return Ok(path.into_owned());
    }
    if let Some(bytes) = vm.bytes_like(plain) {
        return Ok(String::from_utf8_lossy(bytes).into_owned());
    }
    let class = types::type_name(vm, v);
    let message = format!("expected str, bytes or os.PathLike object, not {class}");
    Err(exception::type_error(vm, message))
}

/// Runs an operation on a path; what was written to files is visible to it.
fn on_path<T>(
    vm: &mut Vm,
    path: Value,
    operation: impl FnOnce(&mut Vm, PathBuf) -> io::Result<T>,
) -> Guest<T> {
    let path = path_of(vm, path)?;
    flush_all(vm);
    operation(vm, PathBuf::from(&path)).map_err(|e| io_error(vm, &e, Some(&path)))
}

fn stat(vm: &mut Vm, path: Value) -> Guest {
    let m = on_path(vm, path, |vm, p| vm.host.metadata(&p))?;
    let items = [
        Value::small(m.mode as i64),
        vm.int(m.bytes as i64),
        vm.float(m.modified),
    ];
    Ok(vm.tuple(&items))
}

fn kind(vm: &mut Vm, path: Value) -> Guest {
    let path = path_of(vm, path)?;
    flush_all(vm);
    Ok(match vm.host.metadata(&PathBuf::from(path)) {
        Ok(m) if m.is_dir => vm.str("dir"),
        Ok(m) if m.is_file => vm.str("file"),
        Ok(_) => vm.str("other"),
        Err(_) => Value::NONE,
    })
}

fn environment(vm: &mut Vm) -> Guest {
    let dict = vm.dict().value();
    for (name, value) in vm.host.env_all() {
        let (name, value) = (vm.str(&name), vm.str(&value));
        tables::put(vm, dict, name, value)?;
    }
    Ok(dict)
}

builtins! {
    /// `_os`
    pub static SYSTEM:
    "_os:getcwd" "" |vm, []| match vm.host.current_dir() {
        Ok(path) => Ok(vm.str(&path.to_string_lossy())),
        Err(e) => Err(io_error(vm, &e, None)),
    };
    "_os:chdir" "path /" |vm, [p]| on_path(vm, p, |vm, p| vm.host.set_current_dir(&p)).map(|()| Value::NONE);
    "_os:getenv" "name /" |vm, [name]| {
        let name = path_of(vm, name)?;
        Ok(vm.host.env(&name).map_or(Value::NONE, |v| vm.str(&v)))
    };
    "_os:environ" "" |vm, []| environment(vm);
    "_os:kind" "path /" |vm, [p]| kind(vm, p);
    "_os:stat" "path /" |vm, [p]| stat(vm, p);
    "_os:is_link" "path /" |vm, [p]| {
        let path = path_of(vm, p)?;
        Ok(Value::bool(vm.host.is_link(&PathBuf::from(path))))
    };
    "_os:listdir" "path /" |vm, [p]| {
        let names = on_path(vm, p, |vm, p| vm.host.list_dir(&p))?;
        Ok(vm.list_of_strs(names))
    };
    "_os:mkdir" "path /" |vm, [p]| on_path(vm, p, |vm, p| vm.host.create_dir(&p)).map(|()| Value::NONE);
    "_os:rmdir" "path /" |vm, [p]| on_path(vm, p, |vm, p| vm.host.remove_dir(&p)).map(|()| Value::NONE);
    "_os:remove" "path /" |vm, [p]| on_path(vm, p, |vm, p| vm.host.remove_file(&p)).map(|()| Value::NONE);
    "_os:rename" "from to /" |vm, [from, to]| {
        let (from, target) = (path_of(vm, from)?, path_of(vm, to)?);
        flush_all(vm);
        let Err(e) = vm.host.rename(&PathBuf::from(&from), &PathBuf::from(target)) else {
            return Ok(Value::NONE);
        };
        let raised = io_error(vm, &e, Some(&from));
        let (e, name) = (vm.take_pending(), vm.symbols.intern("filename2"));
        vm.instance_set(Obj::cast(e), name, to);
        let _ = raised;
        Err(vm.raise(e))
    };
    "_os:getpid" "" |vm, []| { let id = vm.host.process_id(); Ok(Value::small(id as i64)) };
    "_os:urandom" "size /" |vm, [n]| {
        let n = index(vm, n)?;
        if n < 0 { return Err(exception::value_error(vm, "negative argument not allowed")); }
        let mut bytes = vec![0; n as usize];
        match vm.host.random(&mut bytes) {
            Ok(()) => Ok(builtins::bytes::new(vm, &bytes)),
            Err(e) => Err(io_error(vm, &e, None)),
        }
    };
    "_os:exit" "status /" |vm, [status]| {
        let class = FlState::of(vm).types().SystemExit;
        Err(exception::raise_with(vm, class, &[status]))
    };
}
