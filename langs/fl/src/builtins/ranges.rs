//! Ranges.

use crate::builtins::operators::{index, span};
use crate::object::exception;
use crate::state::FlState;
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::engine::Vm;
use runtime::layouts::{Range, Slice};
use runtime::native::Guest;
use runtime::number;
use runtime::object::Obj;
use std::cmp::Ordering;

const ZERO: Value = Value::small(0);

/// `range(start, stop, step)` of integers.
pub fn new(vm: &mut Vm, start: Value, stop: Value, step: Value) -> Guest {
    if step == ZERO {
        return Err(exception::value_error(vm, "range() arg 3 must not be zero"));
    }
    let up = number::cmp(step, ZERO) == Ordering::Greater;
    let (low, high, size) = if up {
        (start, stop, step)
    } else {
        (stop, start, vm.int_sub(ZERO, step))
    };
    let len = if number::cmp(low, high) == Ordering::Less {
        let distance = vm.int_sub(high, low);
        let distance = vm.int_sub(distance, Value::small(1));
        let steps = super::operators::int_floordiv(vm, distance, size)?;
        vm.int_add(steps, Value::small(1))
    } else {
        ZERO
    };
    let range = vm.alloc::<Range>(0);
    range.init(Range::START, start);
    range.init(Range::STOP, stop);
    range.init(Range::STEP, step);
    range.init(Range::LEN, len);
    Ok(range.value())
}

/// The value at position `i`, which may be big.
fn at(vm: &mut Vm, range: Obj<Range>, i: Value) -> Value {
    let offset = vm.int_mul(i, range.get(Range::STEP));
    vm.int_add(range.get(Range::START), offset)
}

/// The sum of all values.
pub fn sum(vm: &mut Vm, range: Obj<Range>) -> Value {
    let len = range.get(Range::LEN);
    // len * (2 * start + (len - 1) * step) is even.
    let before = vm.int_sub(len, Value::small(1));
    let steps = vm.int_mul(before, range.get(Range::STEP));
    let start = range.get(Range::START);
    let twice = vm.int_add(start, start);
    let ends = vm.int_add(twice, steps);
    let double = vm.int_mul(len, ends);
    vm.int_shr(double, Value::small(1)).unwrap_or(double)
}

/// `range[key]`
pub fn item(vm: &mut Vm, range: Obj<Range>, key: Value) -> Guest {
    let len = range.get(Range::LEN);
    let mut i = unbool(key);
    if number::cmp(i, ZERO) == Ordering::Less {
        i = vm.int_add(i, len);
    }
    if number::cmp(i, ZERO) == Ordering::Less || number::cmp(i, len) != Ordering::Less {
        let class = FlState::of(vm).types().IndexError;
        return Err(exception::raise(
            vm,
            class,
            "range object index out of range",
        ));
    }
    Ok(at(vm, range, i))
}

/// `range[slice]`
pub fn slice(vm: &mut Vm, range: Obj<Range>, slice: Obj<Slice>) -> Guest {
    let len = index(vm, range.get(Range::LEN))?;
    let span = span(vm, slice, len as usize)?;
    let start = at(vm, range, Value::small(span.start));
    let stop = at(
        vm,
        range,
        Value::small(span.start + span.step * span.count as i64),
    );
    let step = vm.int_mul(range.get(Range::STEP), Value::small(span.step));
    new(vm, start, stop, step)
}

/// The position of an integer in the range, if it is there.
pub fn position(vm: &mut Vm, range: Obj<Range>, v: Value) -> Guest<Option<Value>> {
    let offset = vm.int_sub(v, range.get(Range::START));
    let step = range.get(Range::STEP);
    let rest = super::operators::int_mod(vm, offset, step)?;
    let i = super::operators::int_floordiv(vm, offset, step)?;
    let inside = rest == ZERO
        && number::cmp(i, ZERO) != Ordering::Less
        && number::cmp(i, range.get(Range::LEN)) == Ordering::Less;
    Ok(inside.then_some(i))
}

/// Start, step and length, if all are fixnums.
pub fn small(range: Obj<Range>) -> Option<(i64, i64, i64)> {
    let part = |f| range.get(f).to_int();
    Some((part(Range::START)?, part(Range::STEP)?, part(Range::LEN)?))
}
