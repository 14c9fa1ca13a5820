//! The modules `sys`, `time` and `gc`, as far as Rust is needed for them.

use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::operators::{as_float, index};
use crate::files;
use crate::object::layouts::ExcData;
use crate::object::{exception, types};
use crate::state::{FALLBACK, FlState, REG_HANDLED};
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::is;
use runtime::text;
use std::time::Duration;

/// Has the program replaced `sys.stdout`?
pub fn is_redirected(vm: &mut Vm) -> bool {
    let fl = FlState::of(vm);
    let Some(sys) = fl.sys.get() else {
        return false;
    };
    let stream = sys.get(fl.names.stdout);
    !stream.is_some_and(|s| files::is_output(vm, s))
}

/// A standard stream as `sys` has it now; `None` without one.
pub fn stream(vm: &mut Vm, number: usize) -> Value {
    let symbol = vm.symbols.intern(["stdin", "stdout", "stderr"][number]);
    match FlState::of(vm).sys.get() {
        Some(sys) => sys.get(symbol).unwrap_or(Value::NONE),
        None => files::standard(vm, number),
    }
}

/// `input(prompt)`
fn input(vm: &mut Vm, prompt: Value) -> Guest {
    let stdin = stream(vm, 0);
    if files::standard(vm, 0) != stdin || is_redirected(vm) {
        return Ok(FALLBACK);
    }
    if !absent(prompt) {
        if builtins::core::is_guest(prompt) {
            return Ok(FALLBACK);
        }
        let text = builtins::text::display(vm, prompt);
        builtins::core::write_out(vm, Stream::Out, text.as_bytes())?;
    }
    if let Err(e) = vm.host.flush(Stream::Out) {
        return Err(builtins::core::io_error(vm, &e, None));
    }
    let line = files::read_line(vm, stdin, Value::NONE)?;
    let text = text::bytes_of(line).unwrap_or(&[]);
    if text.is_empty() {
        let class = FlState::of(vm).types().EOFError;
        return Err(exception::raise(vm, class, "EOF when reading a line"));
    }
    Ok(vm.str_from_bytes(text.strip_suffix(b"\n").unwrap_or(text)))
}

/// Sleeps in short naps, so that an interrupt ends it.
fn sleep(vm: &mut Vm, seconds: f64) -> Guest {
    const NAP: Duration = Duration::from_millis(50);
    // As CPython, whose limit is the range of a time stamp.
    let Ok(mut left) = Duration::try_from_secs_f64(seconds) else {
        let class = FlState::of(vm).types().OverflowError;
        let message = "timestamp too large to convert to C _PyTime_t";
        return Err(exception::raise(vm, class, message));
    };
    loop {
        let nap = left.min(NAP);
        if let Err(e) = vm.host.sleep(nap) {
            return Err(builtins::core::io_error(vm, &e, None));
        }
        vm.check_interrupt()?;
        left -= nap;
        if left.is_zero() {
            return Ok(Value::NONE);
        }
    }
}

/// About the bytes that an object takes, without what it refers to.
fn size_of(vm: &mut Vm, o: Value) -> i64 {
    let o = types::unwrap_payload(vm, o);
    let n = builtins::operators::length(vm, o).unwrap_or(0) as i64;
    if number::is_int(unbool(o)) {
        let bits = number::bits(unbool(o)) as i64;
        return 24 + 4 * ((bits + 29) / 30).max(1);
    }
    if let Some(bytes) = text::bytes_of(o) {
        return 49 + bytes.len() as i64;
    }
    if vm.bytes_like(o).is_some() {
        return 33 + n;
    }
    let base = if is::<List>(o) { 56 } else { 40 };
    match is::<Dict>(o) || is::<Set>(o) || is::<FrozenSet>(o) {
        true => 64 + 32 * n,
        false => base + 8 * n,
    }
}

fn handled(vm: &mut Vm) -> Value {
    vm.heap.core.regs[REG_HANDLED as usize]
}

builtins! {
    /// `sys`, `time`, `gc`, input.
    pub static SYS:
    "_sys:exit" "status= /" |vm, [status]| {
        let class = FlState::of(vm).types().SystemExit;
        let args = if absent(status) { vec![] } else { vec![status] };
        Err(exception::raise_with(vm, class, &args))
    };
    "_sys:setrecursionlimit" "limit /" |vm, [limit]| {
        let limit = index(vm, limit)?;
        if limit < 1 {
            return Err(exception::value_error(vm, "recursion limit must be greater or equal than 1"));
        }
        vm.heap.core.depth_limit = limit;
        Ok(Value::NONE)
    };
    "_sys:set_int_max_str_digits" "maxdigits" |vm, [n]| {
        let n = index(vm, n)?;
        if n != 0 && n < 640 {
            return Err(exception::value_error(vm, "maxdigits must be 0 or larger than 640"));
        }
        FlState::of(vm).max_str_digits.set(n as usize);
        Ok(Value::NONE)
    };
    "_sys:get_int_max_str_digits" "" |vm, []| Ok(Value::small(FlState::of(vm).max_str_digits.get() as i64));
    "_sys:getrecursionlimit" "" |vm, []| Ok(Value::small(vm.heap.core.depth_limit));
    "_sys:exc_info" "" |vm, []| {
        let e = handled(vm);
        let Some(data) = exception::data(vm, e) else {
            return Ok(vm.tuple(&[Value::NONE; 3]));
        };
        let class = types::class_of(vm, e).value.get();
        Ok(vm.tuple(&[class, e, data.get(ExcData::TRACEBACK)]))
    };
    "_sys:intern" "string /" |_vm, [s]| Ok(s);
    "_sys:getsizeof" "obj default=" |vm, [o, _d]| Ok(Value::small(size_of(vm, o)));
    "input" "prompt= /" => "input_guest" |vm, [prompt]| input(vm, prompt);
    "_fl_stream" "number" |vm, [n]| Ok(stream(vm, n.as_int() as usize));
    "_time:time" "" |vm, []| match vm.host.wall_clock() {
        Ok(t) => Ok(vm.float(t)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:perf_counter" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:monotonic" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:process_time" "" |vm, []| match vm.host.cpu_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:perf_counter_ns" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.int(t as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:time_ns" "" |vm, []| match vm.host.wall_clock() {
        Ok(t) => Ok(vm.int((t * 1e9) as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:sleep" "seconds /" |vm, [s]| {
        let s = as_float(vm, s)?;
        if s < 0.0 {
            return Err(exception::value_error(vm, "sleep length must be non-negative"));
        }
        sleep(vm, s)
    };
    "_time:monotonic_ns" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.int(t as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:process_time_ns" "" |vm, []| match vm.host.cpu_nanos() {
        Ok(t) => Ok(vm.int(t as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_time:thread_time" "" |vm, []| match vm.host.cpu_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "module" "name doc=" |vm, [name, doc]| {
        let Some(text) = text::of(types::unwrap_payload(vm, name)).map(|t| t.into_owned()) else {
            return Err(exception::type_error(vm, "module name must be a string"));
        };
        let namespace = builtins::modules::detached_module(vm, &text);
        let names = &FlState::of(vm).names;
        namespace.set(vm, names.doc, if absent(doc) { Value::NONE } else { doc });
        namespace.set(vm, names.package, Value::NONE);
        Ok(namespace.module.get())
    };
    "_traceback:entries" "traceback /" |vm, [t]| Ok(crate::traceback::entries(vm, t));
    "gc:isenabled" "" |_vm, []| Ok(Value::TRUE);
    "gc:get_count" "" |vm, []| Ok(vm.tuple(&[Value::small(0); 3]));
    "gc:get_threshold" "" |vm, []| Ok(vm.tuple(&[Value::small(700), Value::small(10), Value::small(10)]));
    "gc:set_threshold" "*thresholds" |_vm, [_t]| Ok(Value::NONE);
    "gc:freeze" "" |_vm, []| Ok(Value::NONE);
    "gc:unfreeze" "" |_vm, []| Ok(Value::NONE);
    "gc:get_objects" "generation=" |vm, [_g]| Ok(vm.list(&[]));
    "gc:get_referrers" "*objects" |vm, [_o]| Ok(vm.list(&[]));
    "gc:is_tracked" "object /" |_vm, [o]| Ok(Value::bool(o.is_heap() && !is::<runtime::layouts::Str>(o)));
    "gc:collect" "generation=" |_vm, [_g]| Ok(Value::small(0));
    "gc:disable" "" |_vm, []| Ok(Value::NONE);
    "gc:enable" "" |_vm, []| Ok(Value::NONE);
}
