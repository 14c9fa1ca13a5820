//! Iterators over built-in collections.

use crate::builtins::tables;
use crate::object::layouts::{Enumerate, Zip};
use crate::object::{exception, types};
use crate::state::FlState;
use metatrace::meta::Raised;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::dict::Table;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::object::{Obj, is};
use runtime::{natives, number, text};

/// Shapes of dict views and dict iterators.
pub const KEYS: u32 = 0;
pub const VALUES: u32 = 1;
pub const ITEMS: u32 = 2;
/// Added to the shape of an iterator that goes backwards.
pub const BACKWARDS: u32 = 4;

/// How many items natives collect between two looks at limits and interrupts.
const CHECK_EVERY: usize = 1 << 12;

const USUAL: Effects = Effects {
    invalidates: false,
    ..Effects::OBJECTS
};

natives! {
    /// `iter(v)` of a built-in value.
    pub static ITER = "iter"(vm, v) -> Guest [USUAL] { iter(vm, v) }
    /// The next value of a built-in iterator; STOP at its end.
    pub static NEXT = "next"(vm, it) -> Guest [USUAL] { next(vm, it) }
    /// Raises StopIteration with a value.
    pub static RAISE_STOP = "raise_stop"(vm, v) -> Guest [USUAL] {
        let class = FlState::of(vm).types().StopIteration;
        let args = if v == Value::NONE { vec![] } else { vec![v] };
        Err(exception::raise_with(vm, class, &args))
    }
}

/// An iterator over a dict, set or view.
pub fn table_iter(vm: &mut Vm, table: Value, shape: u32) -> Value {
    let it = vm.alloc::<DictIter>(shape);
    let t = Table::of(table);
    it.init(DictIter::TABLE, table);
    it.init(DictIter::LEN, Value::small(t.len() as i64));
    if shape & BACKWARDS != 0 {
        it.init(DictIter::INDEX, Value::small(t.used() as i64));
    }
    it.value()
}

/// `iter(v)`
pub fn iter(vm: &mut Vm, v: Value) -> Guest {
    if let Some(s) = Obj::<Str>::of(v) {
        let it = vm.alloc::<StrIter>(0);
        it.init(StrIter::TEXT, s.value());
        return Ok(it.value());
    }
    if is::<List>(v) {
        let it = vm.alloc::<ListIter>(0);
        it.init(ListIter::LIST, v);
        return Ok(it.value());
    }
    if is::<Tuple>(v) {
        let it = vm.alloc::<TupleIter>(0);
        it.init(TupleIter::TUPLE, v);
        return Ok(it.value());
    }
    if super::sequences::is_table(v) {
        return Ok(table_iter(vm, v, KEYS));
    }
    if let Some(view) = Obj::<DictView>::of(v) {
        return Ok(table_iter(vm, view.get(DictView::DICT), view.shape()));
    }
    if let Some(range) = Obj::<Range>::of(v) {
        return Ok(range_iter(vm, range));
    }
    if is::<Bytes>(v) || is::<ByteBuffer>(v) {
        let it = vm.alloc::<BytesIter>(0);
        it.init(BytesIter::BYTES, v);
        return Ok(it.value());
    }
    if is_iterator(v) {
        return Ok(v);
    }
    let name = types::type_name(vm, v);
    Err(exception::type_error(
        vm,
        format!("'{name}' object is not iterable"),
    ))
}

fn range_iter(vm: &mut Vm, range: Obj<Range>) -> Value {
    if let Some((start, step, len)) = super::ranges::small(range)
        && Value::int(start + step.saturating_mul(len)).is_some()
    {
        let it = vm.alloc::<RangeIter>(0);
        it.init(RangeIter::NEXT, Value::small(start));
        it.init(RangeIter::STEP, Value::small(step));
        it.init(RangeIter::LEFT, Value::small(len));
        return it.value();
    }
    let it = vm.alloc::<BigRangeIter>(0);
    it.init(BigRangeIter::NEXT, range.get(Range::START));
    it.init(BigRangeIter::STEP, range.get(Range::STEP));
    it.init(BigRangeIter::LEFT, range.get(Range::LEN));
    it.value()
}

/// Is `v` an iterator that `next` below knows?
pub fn is_native_iterator(v: Value) -> bool {
    is::<ListIter>(v)
        || is::<TupleIter>(v)
        || is::<RangeIter>(v)
        || is::<BigRangeIter>(v)
        || is::<StrIter>(v)
        || is::<BytesIter>(v)
        || is::<DictIter>(v)
        || is::<ReverseIter>(v)
        || is::<Enumerate>(v)
        || is::<Zip>(v)
}

fn is_iterator(v: Value) -> bool {
    is_native_iterator(v) || is::<Generator>(v) || is::<interop::layouts::Query>(v)
}

/// Can `v` be iterated over, by built-in means or by a guest's?
pub fn is_iterable(vm: &Vm, v: Value) -> bool {
    if is::<Instance>(v) {
        let names = &FlState::of(vm).names;
        let class = types::class_of(vm, v);
        return class.lookup_guest(names.iter).is_some()
            || class.lookup_guest(names.getitem).is_some()
            || is_iterable(vm, types::unwrap_payload(vm, v)) && class.payload.is_some();
    }
    if let Some(class) = types::as_class(vm, v) {
        return class
            .lookup_guest(FlState::of(vm).names.class_iter)
            .is_some();
    }
    is_iterator(v)
        || is::<Str>(v)
        || is::<List>(v)
        || is::<Tuple>(v)
        || super::sequences::is_table(v)
        || is::<DictView>(v)
        || is::<Range>(v)
        || is::<Bytes>(v)
        || is::<ByteBuffer>(v)
}

/// The next value of a built-in iterator; STOP at its end.
pub fn next(vm: &mut Vm, v: Value) -> Guest {
    if let Some(it) = Obj::<DictIter>::of(v) {
        return next_of_table(vm, it);
    }
    if let Some(it) = Obj::<StrIter>::of(v) {
        let Some(s) = Obj::<Str>::of(it.get(StrIter::TEXT)) else {
            return Ok(Value::STOP);
        };
        let at = it.size(StrIter::OFFSET);
        let rest = &text::bytes(s)[at..];
        if rest.is_empty() {
            it.set(vm, StrIter::TEXT, Value::NONE);
            return Ok(Value::STOP);
        }
        let (code, size) = text::decode(rest);
        it.set_int(StrIter::OFFSET, (at + size) as i64);
        return Ok(text::chr(vm, code));
    }
    if let Some(it) = Obj::<ListIter>::of(v) {
        let Some(list) = Obj::<List>::of(it.get(ListIter::LIST)) else {
            return Ok(Value::STOP);
        };
        let i = it.size(ListIter::INDEX);
        if i >= vm.list_len(list) {
            it.set(vm, ListIter::LIST, Value::NONE);
            return Ok(Value::STOP);
        }
        it.set_int(ListIter::INDEX, i as i64 + 1);
        return Ok(vm.list_get(list, i));
    }
    if let Some(it) = Obj::<TupleIter>::of(v) {
        let Some(tuple) = Obj::<Tuple>::of(it.get(TupleIter::TUPLE)) else {
            return Ok(Value::STOP);
        };
        let i = it.size(TupleIter::INDEX);
        it.set_int(TupleIter::INDEX, i as i64 + 1);
        return Ok(tuple.items().get(i).copied().unwrap_or(Value::STOP));
    }
    if let Some(it) = Obj::<RangeIter>::of(v) {
        let left = it.int(RangeIter::LEFT);
        if left <= 0 {
            return Ok(Value::STOP);
        }
        let next = it.int(RangeIter::NEXT);
        it.set_int(RangeIter::LEFT, left - 1);
        it.set_int(RangeIter::NEXT, next + it.int(RangeIter::STEP));
        return Ok(Value::small(next));
    }
    next_of_rest(vm, v)
}

fn next_of_rest(vm: &mut Vm, v: Value) -> Guest {
    if let Some(it) = Obj::<BigRangeIter>::of(v) {
        let left = it.get(BigRangeIter::LEFT);
        if left == Value::small(0) {
            return Ok(Value::STOP);
        }
        let next = it.get(BigRangeIter::NEXT);
        let after = vm.int_add(next, it.get(BigRangeIter::STEP));
        let left = vm.int_sub(left, Value::small(1));
        it.set(vm, BigRangeIter::NEXT, after);
        it.set(vm, BigRangeIter::LEFT, left);
        return Ok(next);
    }
    if let Some(it) = Obj::<BytesIter>::of(v) {
        let i = it.size(BytesIter::INDEX);
        let bytes = vm.bytes_like(it.get(BytesIter::BYTES)).unwrap_or(&[]);
        let Some(b) = bytes.get(i) else {
            return Ok(Value::STOP);
        };
        it.set_int(BytesIter::INDEX, i as i64 + 1);
        return Ok(Value::small(*b as i64));
    }
    if let Some(it) = Obj::<ReverseIter>::of(v) {
        let i = it.int(ReverseIter::INDEX);
        if i < 0 {
            return Ok(Value::STOP);
        }
        it.set_int(ReverseIter::INDEX, i - 1);
        let sequence = it.get(ReverseIter::SEQUENCE);
        if let Some(list) = Obj::<List>::of(sequence) {
            let n = vm.list_len(list) as i64;
            return Ok(if i < n {
                vm.list_get(list, i as usize)
            } else {
                Value::STOP
            });
        }
        return super::items::get_item(vm, sequence, Value::small(i));
    }
    if let Some(it) = Obj::<Enumerate>::of(v) {
        let item = next(vm, it.get(Enumerate::ITERATOR))?;
        if item == Value::STOP {
            return Ok(item);
        }
        let count = it.get(Enumerate::COUNT);
        it.set_int(Enumerate::COUNT, count.as_int() + 1);
        return Ok(vm.tuple(&[count, item]));
    }
    if let Some(it) = Obj::<Zip>::of(v) {
        let iterators = Obj::<Tuple>::cast(it.get(Zip::ITERATORS));
        let mut items = Vec::new();
        for it in iterators.items() {
            match next(vm, *it)? {
                Value::STOP => return Ok(Value::STOP),
                item => items.push(item),
            }
        }
        return Ok(if items.is_empty() {
            Value::STOP
        } else {
            vm.tuple(&items)
        });
    }
    let name = types::type_name(vm, v);
    Err(exception::type_error(
        vm,
        format!("'{name}' object is not an iterator"),
    ))
}

fn changed(vm: &mut Vm, table: Value) -> Raised {
    let class = FlState::of(vm).types().RuntimeError;
    let what = if is::<Dict>(table) {
        "dictionary"
    } else {
        "Set"
    };
    exception::raise(vm, class, format!("{what} changed size during iteration"))
}

fn next_of_table(vm: &mut Vm, it: Obj<DictIter>) -> Guest {
    let value = it.get(DictIter::TABLE);
    if value == Value::NONE {
        return Ok(Value::STOP);
    }
    let table = Table::of(value);
    if table.len() != it.size(DictIter::LEN) {
        it.set(vm, DictIter::TABLE, Value::NONE);
        return Err(changed(vm, value));
    }
    let at = it.size(DictIter::INDEX);
    let backwards = it.shape() & BACKWARDS != 0;
    let entry = if backwards {
        table.previous(at)
    } else {
        table.next(at)
    };
    let Some(entry) = entry else {
        it.set(vm, DictIter::TABLE, Value::NONE);
        return Ok(Value::STOP);
    };
    it.set_int(
        DictIter::INDEX,
        if backwards { entry } else { entry + 1 } as i64,
    );
    Ok(match it.shape() & !BACKWARDS {
        KEYS => table.key(entry),
        VALUES => table.value(entry),
        _ => vm.tuple(&[table.key(entry), table.value(entry)]),
    })
}

/// Does the view show keys?
pub fn is_keys(view: Obj<DictView>) -> bool {
    view.shape() == KEYS
}

/// What the representation of a view starts with.
pub fn view_name(view: Obj<DictView>) -> &'static str {
    ["dict_keys([", "dict_values([", "dict_items(["][view.shape() as usize]
}

/// The values that a view shows.
pub fn view_values(vm: &mut Vm, view: Obj<DictView>) -> Option<Vec<Value>> {
    let dict = view.get(DictView::DICT);
    Some(match view.shape() {
        KEYS => tables::keys(dict),
        VALUES => tables::items(dict).into_iter().map(|(_, v)| v).collect(),
        _ => tables::items(dict)
            .into_iter()
            .map(|(k, v)| vm.tuple(&[k, v]))
            .collect(),
    })
}

/// All values of a built-in iterable; `None` if guest code runs while iterating, or it is none.
pub fn collect(vm: &mut Vm, v: Value) -> Option<Guest<Vec<Value>>> {
    let v = match Obj::<Instance>::of(v) {
        Some(_) => {
            let class = types::class_of(vm, v);
            if class.lookup_guest(FlState::of(vm).names.iter).is_some() {
                return None;
            }
            types::unwrap_payload(vm, v)
        }
        None => v,
    };
    if let Some(list) = Obj::<List>::of(v) {
        return Some(Ok(vm.list_values(list)));
    }
    if let Some(tuple) = Obj::<Tuple>::of(v) {
        return Some(Ok(tuple.items().to_vec()));
    }
    if is::<Instance>(v)
        || is::<Generator>(v)
        || is::<interop::layouts::Query>(v)
        || !is_iterable(vm, v)
        || is::<Class>(v)
    {
        return None;
    }
    Some(collect_native(vm, v))
}

fn collect_native(vm: &mut Vm, v: Value) -> Guest<Vec<Value>> {
    if let Some(range) = Obj::<Range>::of(v) {
        let len = number::to_i64(range.get(Range::LEN)).unwrap_or(i64::MAX);
        vm.check_items(len as usize, 2, 8)?;
    }
    let it = iter(vm, v)?;
    let mut items = Vec::new();
    loop {
        match next(vm, it)? {
            Value::STOP => return Ok(items),
            item => items.push(item),
        }
        if items.len().is_multiple_of(CHECK_EVERY) {
            // Each item again takes room in what is made from them.
            vm.check_items(items.len(), 2, 8)?;
            vm.check_interrupt()?;
        }
    }
}
