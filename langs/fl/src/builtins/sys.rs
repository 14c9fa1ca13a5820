//! The modules `sys`, `math` and `time`, as far as Rust is needed for them.

use crate::builtins;
use crate::builtins::core::absent;
use crate::builtins::operators::{as_float, index};
use crate::object::layouts::ExcData;
use crate::object::{exception, types};
use crate::state::{FlState, REG_HANDLED};
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::host::Stream;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::Obj;
use runtime::text;
use std::time::Duration;

/// Has the program replaced `sys.stdout` (or another stream)?
pub fn is_redirected(vm: &mut Vm, name: u32) -> bool {
    let fl = FlState::of(vm);
    let Some(sys) = fl
        .modules
        .borrow()
        .get("sys")
        .copied()
        .and_then(Obj::<Module>::of)
    else {
        return false;
    };
    let stream = fl.namespace(sys.int(Module::NAMESPACE)).get(name);
    stream.is_some_and(|s| types::class_of(vm, s) != stream_class(vm))
}

/// The class of the standard streams.
pub fn stream_class(vm: &mut Vm) -> &'static crate::object::class::ClassInfo {
    let name = vm.symbols.intern("_stream");
    let fl = FlState::of(vm);
    fl.builtins()
        .get(name)
        .and_then(|c| types::as_class(vm, c))
        .unwrap_or(fl.types().object)
}

fn write(vm: &mut Vm, stream: Value, v: Value) -> Guest {
    let v = types::unwrap_payload(vm, v);
    let Some(bytes) = text::bytes_of(v) else {
        let name = types::type_name(vm, v);
        let message = format!("write() argument must be str, not {name}");
        return Err(exception::type_error(vm, message));
    };
    let to = if number_of(vm, stream) == 2 {
        Stream::Err
    } else {
        Stream::Out
    };
    builtins::core::write_out(vm, to, bytes)?;
    Ok(Value::small(text::chars(Obj::cast(v)) as i64))
}

/// The descriptor number of a standard stream.
fn number_of(vm: &mut Vm, stream: Value) -> i64 {
    let name = vm.symbols.intern("_fd");
    let fd = Obj::<Instance>::of(stream).and_then(|o| vm.instance_get(o, name));
    fd.and_then(Value::to_int).unwrap_or(1)
}

fn read_line(vm: &mut Vm) -> Guest<Option<String>> {
    let mut line = Vec::new();
    match vm.host.read_line(&mut line) {
        Ok(0) => Ok(None),
        Ok(_) => Ok(Some(String::from_utf8_lossy(&line).into_owned())),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    }
}

fn handled(vm: &mut Vm) -> Value {
    vm.heap.core.regs[REG_HANDLED as usize]
}

fn domain_error(vm: &mut Vm) -> metatrace::meta::Raised {
    exception::value_error(vm, "math domain error")
}

/// A function from floats to floats; NaN for a finite argument is a domain error.
fn math1(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    let v = types::unwrap_payload(vm, v);
    let x = as_float(vm, v)?;
    let r = f(x);
    if r.is_nan() && !x.is_nan() {
        return Err(domain_error(vm));
    }
    if r.is_infinite() && x.is_finite() {
        let class = FlState::of(vm).types().OverflowError;
        return Err(exception::raise(vm, class, "math range error"));
    }
    Ok(vm.float(r))
}

fn rounded(vm: &mut Vm, v: Value, f: fn(f64) -> f64) -> Guest {
    let n = unbool(v);
    if number::is_int(n) {
        return Ok(n);
    }
    let x = as_float(vm, v)?;
    vm.float_to_int(f(x))
}

fn log_of(vm: &mut Vm, v: Value) -> Guest<f64> {
    let n = unbool(v);
    if number::is_int(n) && !n.is_int() {
        let big = number::big(n);
        let bits = number::bits(n);
        if big.sign() == num_bigint::Sign::Minus {
            return Err(domain_error(vm));
        }
        let shift = bits.saturating_sub(900);
        let top = number::to_f64(vm.big(big >> shift)).unwrap_or(f64::MAX);
        return Ok(top.ln() + shift as f64 * std::f64::consts::LN_2);
    }
    let x = as_float(vm, v)?;
    if x <= 0.0 {
        return Err(domain_error(vm));
    }
    Ok(x.ln())
}

builtins! {
    /// `sys`, `time`, `gc`, input.
    pub static SYS:
    "sys:exit" "status= /" |vm, [status]| {
        let class = FlState::of(vm).types().SystemExit;
        let args = if absent(status) { vec![] } else { vec![status] };
        Err(exception::raise_with(vm, class, &args))
    };
    "sys:setrecursionlimit" "limit /" |vm, [limit]| {
        let limit = index(vm, limit)?;
        if limit < 1 {
            return Err(exception::value_error(vm, "recursion limit must be greater or equal than 1"));
        }
        vm.heap.core.depth_limit = limit;
        Ok(Value::NONE)
    };
    "sys:getrecursionlimit" "" |vm, []| Ok(Value::small(vm.heap.core.depth_limit));
    "sys:exc_info" "" |vm, []| {
        let e = handled(vm);
        let Some(data) = exception::data(vm, e) else {
            return Ok(vm.tuple(&[Value::NONE; 3]));
        };
        let class = types::class_of(vm, e).value.get();
        Ok(vm.tuple(&[class, e, data.get(ExcData::TRACEBACK)]))
    };
    "sys:intern" "string /" |_vm, [s]| Ok(s);
    "sys:getsizeof" "obj default=" |_vm, [_o, _d]| Ok(Value::small(64));
    "_stream.write" "self text /" |vm, [stream, v]| write(vm, stream, v);
    "_stream.flush" "self" |vm, [_s]| match vm.host.flush(Stream::Out) {
        Ok(()) => Ok(Value::NONE),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "_stream.isatty" "self" |_vm, [_s]| Ok(Value::FALSE);
    "_stream.fileno" "self" |vm, [s]| Ok(Value::small(number_of(vm, s)));
    "_stream.readline" "self size= /" |vm, [_s, _n]| {
        let line = read_line(vm)?.unwrap_or_default();
        Ok(vm.str(&line))
    };
    "_stream.read" "self size= /" |vm, [_s, _n]| {
        let mut all = Vec::new();
        match vm.host.read_input(&mut all, None) {
            Ok(_) => Ok(vm.str(&String::from_utf8_lossy(&all))),
            Err(e) => Err(builtins::core::io_error(vm, &e, None)),
        }
    };
    "_stream.readlines" "self" |vm, [_s]| {
        let mut lines = Vec::new();
        while let Some(line) = read_line(vm)? { lines.push(line); }
        Ok(vm.list_of_strs(lines))
    };
    "_stream.__iter__" "self" => "iterate_lines" |_vm, [_s]| Ok(crate::state::FALLBACK);
    "input" "prompt= /" |vm, [prompt]| {
        if !absent(prompt) {
            let text = builtins::text::display(vm, prompt);
            builtins::core::write_out(vm, Stream::Out, text.as_bytes())?;
        }
        match read_line(vm)? {
            Some(line) => Ok(vm.str(line.strip_suffix('\n').unwrap_or(&line))),
            None => {
                let class = FlState::of(vm).types().EOFError;
                Err(exception::raise(vm, class, "EOF when reading a line"))
            }
        }
    };
    "time:time" "" |vm, []| match vm.host.wall_clock() {
        Ok(t) => Ok(vm.float(t)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:perf_counter" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:monotonic" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:process_time" "" |vm, []| match vm.host.cpu_nanos() {
        Ok(t) => Ok(vm.float(t as f64 / 1e9)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:perf_counter_ns" "" |vm, []| match vm.host.monotonic_nanos() {
        Ok(t) => Ok(vm.int(t as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:time_ns" "" |vm, []| match vm.host.wall_clock() {
        Ok(t) => Ok(vm.int((t * 1e9) as i64)),
        Err(e) => Err(builtins::core::io_error(vm, &e, None)),
    };
    "time:sleep" "seconds /" |vm, [s]| {
        let s = as_float(vm, s)?;
        if s < 0.0 {
            return Err(exception::value_error(vm, "sleep length must be non-negative"));
        }
        match vm.host.sleep(Duration::from_secs_f64(s)) {
            Ok(()) => Ok(Value::NONE),
            Err(e) => Err(builtins::core::io_error(vm, &e, None)),
        }
    };
    "gc:collect" "generation=" |_vm, [_g]| Ok(Value::small(0));
    "gc:disable" "" |_vm, []| Ok(Value::NONE);
    "gc:enable" "" |_vm, []| Ok(Value::NONE);
    "math:sqrt" "x /" |vm, [v]| math1(vm, v, f64::sqrt);
    "math:sin" "x /" |vm, [v]| math1(vm, v, f64::sin);
    "math:cos" "x /" |vm, [v]| math1(vm, v, f64::cos);
    "math:tan" "x /" |vm, [v]| math1(vm, v, f64::tan);
    "math:asin" "x /" |vm, [v]| math1(vm, v, f64::asin);
    "math:acos" "x /" |vm, [v]| math1(vm, v, f64::acos);
    "math:atan" "x /" |vm, [v]| math1(vm, v, f64::atan);
    "math:sinh" "x /" |vm, [v]| math1(vm, v, f64::sinh);
    "math:cosh" "x /" |vm, [v]| math1(vm, v, f64::cosh);
    "math:tanh" "x /" |vm, [v]| math1(vm, v, f64::tanh);
    "math:exp" "x /" |vm, [v]| math1(vm, v, f64::exp);
    "math:expm1" "x /" |vm, [v]| math1(vm, v, f64::exp_m1);
    "math:log1p" "x /" |vm, [v]| math1(vm, v, f64::ln_1p);
    "math:fabs" "x /" |vm, [v]| math1(vm, v, f64::abs);
    "math:cbrt" "x /" |vm, [v]| math1(vm, v, f64::cbrt);
    "math:radians" "x /" |vm, [v]| math1(vm, v, |x| x * (std::f64::consts::PI / 180.0));
    "math:degrees" "x /" |vm, [v]| math1(vm, v, |x| x * (180.0 / std::f64::consts::PI));
    "math:floor" "x /" |vm, [v]| rounded(vm, v, f64::floor);
    "math:ceil" "x /" |vm, [v]| rounded(vm, v, f64::ceil);
    "math:trunc" "x /" |vm, [v]| rounded(vm, v, f64::trunc);
    "math:log" "x base= /" |vm, [v, base]| {
        let x = log_of(vm, v)?;
        if absent(base) { return Ok(vm.float(x)); }
        let base = log_of(vm, base)?;
        if base == 0.0 {
            let class = FlState::of(vm).types().ZeroDivisionError;
            return Err(exception::raise(vm, class, "float division by zero"));
        }
        Ok(vm.float(x / base))
    };
    "math:log2" "x /" |vm, [v]| { log_of(vm, v)?; let x = as_float(vm, v)?; Ok(vm.float(x.log2())) };
    "math:log10" "x /" |vm, [v]| { log_of(vm, v)?; let x = as_float(vm, v)?; Ok(vm.float(x.log10())) };
    "math:pow" "x y /" |vm, [a, b]| {
        let (x, y) = (as_float(vm, a)?, as_float(vm, b)?);
        let r = x.powf(y);
        if r.is_nan() && !x.is_nan() && !y.is_nan() { return Err(domain_error(vm)); }
        Ok(vm.float(r))
    };
    "math:atan2" "y x /" |vm, [a, b]| { let (y, x) = (as_float(vm, a)?, as_float(vm, b)?); Ok(vm.float(y.atan2(x))) };
    "math:fmod" "x y /" |vm, [a, b]| {
        let (x, y) = (as_float(vm, a)?, as_float(vm, b)?);
        if y == 0.0 || x.is_infinite() { return Err(domain_error(vm)); }
        Ok(vm.float(x % y))
    };
    "math:copysign" "x y /" |vm, [a, b]| { let (x, y) = (as_float(vm, a)?, as_float(vm, b)?); Ok(vm.float(x.copysign(y))) };
    "math:hypot" "*coordinates" |vm, [args]| {
        let mut sum = 0f64;
        for v in Obj::<Tuple>::cast(args).items() { sum = sum.hypot(as_float(vm, *v)?); }
        Ok(vm.float(sum))
    };
    "math:isnan" "x /" |vm, [v]| { let x = as_float(vm, v)?; Ok(Value::bool(x.is_nan())) };
    "math:isinf" "x /" |vm, [v]| { let x = as_float(vm, v)?; Ok(Value::bool(x.is_infinite())) };
    "math:isfinite" "x /" |vm, [v]| { let x = as_float(vm, v)?; Ok(Value::bool(x.is_finite())) };
    "math:isqrt" "n /" |vm, [v]| {
        let n = unbool(v);
        if !number::is_int(n) { index(vm, v)?; }
        if number::cmp(n, Value::small(0)).is_lt() {
            return Err(exception::value_error(vm, "isqrt() argument must be nonnegative"));
        }
        Ok(vm.int_sqrt(n))
    };
    "math:gcd" "*integers" |vm, [args]| {
        let mut g = Value::small(0);
        for v in Obj::<Tuple>::cast(args).items() {
            let n = unbool(*v);
            if !number::is_int(n) { index(vm, *v)?; }
            g = builtins::operators::native_int(vm, &number::INT_GCD, g, n)?;
        }
        Ok(g)
    };
    "math:factorial" "n /" |vm, [v]| {
        let n = index(vm, v)?;
        if n < 0 {
            return Err(exception::value_error(vm, "factorial() not defined for negative values"));
        }
        let mut r = Value::small(1);
        for i in 2..=n { r = vm.int_mul(r, Value::small(i)); }
        Ok(r)
    };
}
