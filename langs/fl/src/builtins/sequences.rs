//! Operators of sequences and tables: concatenation, repetition, set algebra, membership.

use crate::builtins::tables::{self, Entry};
use crate::object::{exception, types};
use crate::op::{BinKind, CmpKind};
use crate::state::{FALLBACK, FlState, NOT_IMPLEMENTED};
use metatrace::value::Value;
use runtime::compare::unbool;
use runtime::dict::Table;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number;
use runtime::object::{Obj, is};
use runtime::text;

/// Number of items of a built-in collection.
pub fn length(_: &mut Vm, v: Value) -> Option<usize> {
    if let Some(s) = Obj::<Str>::of(v) {
        return Some(text::chars(s));
    }
    if let Some(list) = Obj::<List>::of(v) {
        return Some(list.size(List::LEN));
    }
    if let Some(tuple) = Obj::<Tuple>::of(v) {
        return Some(tuple.len());
    }
    if is_table(v) {
        return Some(Table::of(v).len());
    }
    if let Some(view) = Obj::<DictView>::of(v) {
        return Some(Table::of(view.get(DictView::DICT)).len());
    }
    if let Some(range) = Obj::<Range>::of(v) {
        return number::to_i64(range.get(Range::LEN)).map(|n| n as usize);
    }
    if let Some(b) = Obj::<Bytes>::of(v) {
        return Some(b.size(Bytes::LEN));
    }
    Obj::<ByteBuffer>::of(v).map(|b| b.size(ByteBuffer::LEN))
}

/// Is `v` a dict, set or frozenset?
pub fn is_table(v: Value) -> bool {
    is::<Dict>(v) || is_set(v)
}

/// Is `v` a set or frozenset?
pub fn is_set(v: Value) -> bool {
    is::<Set>(v) || is::<FrozenSet>(v)
}

/// A binary operator where not both operands are numbers; NotImplemented if they have none.
pub fn binary(vm: &mut Vm, kind: BinKind, inplace: bool, x: Value, y: Value) -> Guest {
    match kind {
        BinKind::Add => add(vm, inplace, x, y),
        BinKind::Mul => multiply(vm, inplace, x, y),
        BinKind::Mod if is::<Str>(x) || is::<Bytes>(x) || is::<ByteBuffer>(x) => {
            super::text::percent(vm, x, y)
        }
        BinKind::BitOr if is::<Dict>(x) && is::<Dict>(y) => {
            let result = if inplace { x } else { Table::of(x).copy(vm).0 };
            for (key, v) in tables::items(y) {
                if !tables::put(vm, result, key, v)? {
                    return Ok(FALLBACK);
                }
            }
            Ok(result)
        }
        BinKind::BitOr if is::<Dict>(x) && inplace => Ok(FALLBACK),
        BinKind::BitOr if let Some(union) = super::dunders::union(vm, x, y) => Ok(union),
        BinKind::BitOr | BinKind::BitAnd | BinKind::Sub | BinKind::BitXor => {
            set_algebra(vm, kind, inplace, x, y)
        }
        _ => Ok(NOT_IMPLEMENTED),
    }
}

/// Raises MemoryError unless two sequences fit behind one another. Small ones are not asked about.
pub fn room(vm: &mut Vm, a: usize, b: usize, item_bytes: usize) -> Guest<()> {
    let total = a + b;
    if total >= 1 << 16 {
        vm.check_items(total, 1, item_bytes)?;
    }
    Ok(())
}

fn add(vm: &mut Vm, inplace: bool, x: Value, y: Value) -> Guest {
    if let (Some(a), Some(b)) = (Obj::<Str>::of(x), Obj::<Str>::of(y)) {
        room(vm, a.size(Str::BYTES), b.size(Str::BYTES), 1)?;
        return Ok(text::concat(vm, a, b).value());
    }
    if let Some(a) = Obj::<List>::of(x) {
        if inplace {
            let Some(items) = super::iterators::collect(vm, y) else {
                if super::iterators::is_iterable(vm, y) {
                    return Ok(FALLBACK);
                }
                let name = types::type_name(vm, y);
                let message = format!("'{name}' object is not iterable");
                return Err(exception::type_error(vm, message));
            };
            let items = items?;
            room(vm, vm.list_len(a), items.len(), 8)?;
            vm.list_extend_values(a, &items);
            return Ok(x);
        }
        if let Some(b) = Obj::<List>::of(y) {
            room(vm, vm.list_len(a), vm.list_len(b), 8)?;
            return Ok(vm.list_concat(a, b));
        }
    }
    if let (Some(a), Some(b)) = (Obj::<Tuple>::of(x), Obj::<Tuple>::of(y)) {
        room(vm, a.len(), b.len(), 8)?;
        let items = [a.items(), b.items()].concat();
        return Ok(vm.tuple(&items));
    }
    if let (Some(a), Some(b)) = (vm.bytes_like(x), vm.bytes_like(y)) {
        room(vm, a.len(), b.len(), 1)?;
        if inplace && let Some(buffer) = Obj::<ByteBuffer>::of(x) {
            let b = b.to_vec();
            super::bytes::extend(vm, buffer, &b);
            return Ok(x);
        }
        let all = [a, b].concat();
        return Ok(if is::<Bytes>(x) {
            super::bytes::new(vm, &all)
        } else {
            super::bytes::buffer(vm, &all)
        });
    }
    Ok(NOT_IMPLEMENTED)
}

fn multiply(vm: &mut Vm, inplace: bool, x: Value, y: Value) -> Guest {
    let (seq, count) = if number::is_int(unbool(y)) {
        (x, y)
    } else {
        (y, x)
    };
    let count = unbool(count);
    if !number::is_int(count) {
        return Ok(NOT_IMPLEMENTED);
    }
    let n = match number::to_i64(count) {
        Some(n) => n.max(0),
        None if number::cmp(count, Value::small(0)).is_lt() => 0,
        None => {
            let sequence = is::<Str>(seq)
                || is::<List>(seq)
                || is::<Tuple>(seq)
                || vm.bytes_like(seq).is_some();
            if !sequence {
                return Ok(NOT_IMPLEMENTED);
            }
            let class = FlState::of(vm).types().OverflowError;
            let message = "cannot fit 'int' into an index-sized integer";
            return Err(exception::raise(vm, class, message));
        }
    };
    if let Some(s) = Obj::<Str>::of(seq) {
        return text::repeat(vm, s, n);
    }
    if let Some(list) = Obj::<List>::of(seq) {
        let repeated = vm.list_repeat(list, n)?;
        if inplace && seq == x {
            let items = vm.list_values(Obj::cast(repeated));
            vm.list_assign(list, &items);
            return Ok(x);
        }
        return Ok(repeated);
    }
    if let Some(tuple) = Obj::<Tuple>::of(seq) {
        vm.check_items(tuple.len(), n as usize, 8)?;
        let items = tuple.items().repeat(n as usize);
        return Ok(vm.tuple(&items));
    }
    if let Some(bytes) = vm.bytes_like(seq) {
        vm.check_items(bytes.len(), n as usize, 1)?;
        let all = bytes.repeat(n as usize);
        if inplace && let Some(buffer) = Obj::<ByteBuffer>::of(x) {
            super::bytes::assign(vm, buffer, &all);
            return Ok(x);
        }
        return Ok(if is::<Bytes>(seq) {
            super::bytes::new(vm, &all)
        } else {
            super::bytes::buffer(vm, &all)
        });
    }
    Ok(NOT_IMPLEMENTED)
}

/// The elements of what takes part in set algebra: sets and views of keys or items.
fn set_like(vm: &mut Vm, v: Value) -> Option<Vec<Value>> {
    if is_set(v) {
        return Some(tables::keys(v));
    }
    let view = Obj::<DictView>::of(v)?;
    super::iterators::view_values(vm, view)
}

fn set_algebra(vm: &mut Vm, kind: BinKind, inplace: bool, x: Value, y: Value) -> Guest {
    if is_set(x) && is_set(y) && !(inplace && is::<Set>(x)) {
        let result = match kind {
            BinKind::BitAnd => vm.set_intersection(x, y)?,
            BinKind::BitOr => vm.set_union(x, y)?,
            BinKind::Sub => vm.set_difference(x, y)?,
            _ => vm.set_symmetric_difference(x, y)?,
        };
        return Ok(result.answer_or(FALLBACK));
    }
    let (Some(a), Some(b)) = (set_like(vm, x), set_like(vm, y)) else {
        return Ok(NOT_IMPLEMENTED);
    };
    let result = if is::<FrozenSet>(x) {
        super::collections::frozenset(vm, &[])
    } else {
        vm.set().value()
    };
    let as_set = |vm: &mut Vm, v: Value, items: &[Value]| -> Guest<Option<Value>> {
        if is_set(v) {
            return Ok(Some(v));
        }
        let set = vm.set().value();
        for &item in items {
            if !tables::add(vm, set, item)? {
                return Ok(None);
            }
        }
        Ok(Some(set))
    };
    let (Some(sa), Some(sb)) = (as_set(vm, x, &a)?, as_set(vm, y, &b)?) else {
        return Ok(FALLBACK);
    };
    let mut kept: Vec<Value> = Vec::new();
    let mut keep = |vm: &mut Vm, items: &[Value], of: Value, wanted: Option<bool>| -> Guest<bool> {
        for &item in items {
            let found = match tables::find(vm, of, item)? {
                Entry::At(_) => true,
                Entry::Absent(_) => false,
                Entry::Ask => return Ok(false),
            };
            if wanted.is_none_or(|w| w == found) {
                kept.push(item);
            }
        }
        Ok(true)
    };
    let known = match kind {
        BinKind::BitAnd => keep(vm, &a, sb, Some(true))?,
        BinKind::Sub => keep(vm, &a, sb, Some(false))?,
        BinKind::BitOr => keep(vm, &a, sa, None)? && keep(vm, &b, sa, Some(false))?,
        _ => keep(vm, &a, sb, Some(false))? && keep(vm, &b, sa, Some(false))?,
    };
    if !known {
        return Ok(FALLBACK);
    }
    for item in kept {
        if !tables::add(vm, result, item)? {
            return Ok(FALLBACK);
        }
    }
    if inplace && is::<Set>(x) {
        Table::of(x).clear(vm);
        Table::of(result).copy_into(vm, Table::of(x));
        return Ok(x);
    }
    Ok(result)
}

/// What comparing two sets gave.
pub enum Compared {
    NotSets,
    Known(bool),
    /// Guest code decides.
    Ask,
}

/// `<`, `<=`, `>`, `>=` of sets; `None` if they are none.
pub fn compare_sets(vm: &mut Vm, kind: CmpKind, x: Value, y: Value) -> Guest<Compared> {
    if !(is_set(x) || is::<DictView>(x)) || !(is_set(y) || is::<DictView>(y)) {
        return Ok(Compared::NotSets);
    }
    let (Some(a), Some(b)) = (set_like(vm, x), set_like(vm, y)) else {
        return Ok(Compared::NotSets);
    };
    let (small, large, large_table) = match kind {
        CmpKind::Lt | CmpKind::Le => (a, b, y),
        _ => (b, a, x),
    };
    if small.len() > large.len() {
        return Ok(Compared::Known(false));
    }
    let table = if is_set(large_table) {
        large_table
    } else {
        let set = vm.set().value();
        for &item in &large {
            if !tables::add(vm, set, item)? {
                return Ok(Compared::Ask);
            }
        }
        set
    };
    for item in &small {
        match tables::find(vm, table, *item)? {
            Entry::At(_) => {}
            Entry::Absent(_) => return Ok(Compared::Known(false)),
            Entry::Ask => return Ok(Compared::Ask),
        }
    }
    let strict = matches!(kind, CmpKind::Lt | CmpKind::Gt);
    Ok(Compared::Known(!strict || small.len() < large.len()))
}

/// `x in y` where `y` is no string, list or tuple.
pub fn contains(vm: &mut Vm, x: Value, y: Value) -> Guest {
    if is_table(y) {
        return Ok(match tables::find(vm, y, x)? {
            Entry::At(_) => Value::TRUE,
            Entry::Absent(_) => Value::FALSE,
            Entry::Ask => FALLBACK,
        });
    }
    if let Some(range) = Obj::<Range>::of(y)
        && number::is_int(unbool(x))
    {
        let found = super::ranges::position(vm, range, unbool(x))?;
        return Ok(Value::bool(found.is_some()));
    }
    if let Some(bytes) = vm.bytes_like(y) {
        if let Some(part) = vm.bytes_like(x) {
            let found = part.is_empty() || bytes.windows(part.len()).any(|w| w == part);
            return Ok(Value::bool(found));
        }
        let byte = super::operators::index(vm, x)?;
        if !(0..256).contains(&byte) {
            return Err(exception::value_error(vm, "byte must be in range(0, 256)"));
        }
        return Ok(Value::bool(bytes.contains(&(byte as u8))));
    }
    if let Some(view) = Obj::<DictView>::of(y)
        && super::iterators::is_keys(view)
    {
        return contains(vm, x, view.get(DictView::DICT));
    }
    if super::iterators::is_iterable(vm, y) {
        return Ok(FALLBACK);
    }
    let name = types::type_name(vm, y);
    Err(exception::type_error(
        vm,
        format!("argument of type '{name}' is not iterable"),
    ))
}
