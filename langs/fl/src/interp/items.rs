//! Subscripts, unpacking and the making of collections.

use crate::builtins;
use crate::interp::attributes::{self, Attribute, class_of};
use crate::interp::call::{self, Args, invoke, invoke_prelude, payload_of};
use crate::interp::frames::{Cont, complete, raised, state, take_state};
use crate::op::{Instr, num};
use crate::state::FALLBACK;
use metatrace::ir::{Op, Tag};
use metatrace::layout::LayoutType;
use metatrace::meta::{Flow, Meta, Raised};
use metatrace::value::Value;
use metatrace::{Int, Native, Val};
use runtime::dict::{self, Lookup};
use runtime::layouts::{Class, Dict, Instance, List, Set, Slice, Str, Tuple};
use runtime::{list, text, tuple};

/// The index that `i` means in a sequence of `len` items, if it is in range.
#[inline(always)]
fn normal_index<M: Meta>(m: &mut M, i: Int<M>, len: Int<M>) -> Option<Int<M>> {
    if m.in_range(i, len) {
        return Some(i);
    }
    let zero = m.const_int(0);
    if !m.lt(i, zero) {
        return None;
    }
    let i = m.int_op(Op::IntAdd, i, len);
    m.in_range(i, len).then_some(i)
}

/// `GetItem`, `GetItemK`.
#[inline(always)]
pub fn get_item<M: Meta>(m: &mut M, i: Instr, imm: bool) -> Flow {
    let o = m.slot(i.b());
    let key = if imm {
        m.const_int(i.c() as i16 as i64).val()
    } else {
        m.slot(i.c())
    };
    if let Some(l) = m.as_ref::<List>(o) {
        if let Some(k) = m.int(key) {
            let len = m.get(l, List::LEN);
            if let Some(k) = normal_index(m, k, len)
                && let Some(v) = list::list_get(m, l, k)
            {
                m.set_slot(i.a(), v);
                return Flow::Next;
            }
        }
    } else if let Some(t) = m.as_ref::<Tuple>(o)
        && let Some(k) = m.int(key)
    {
        let len = m.get(t, Tuple::LEN);
        if let Some(k) = normal_index(m, k, len)
            && let Some(v) = tuple::tuple_get(m, t, k)
        {
            m.set_slot(i.a(), v);
            return Flow::Next;
        }
    }
    m.outlined(|m| get_item_slow(m, i, imm))
}

#[inline(never)]
fn get_item_slow<M: Meta>(m: &mut M, i: Instr, imm: bool) -> Flow {
    let o = m.slot(i.b());
    let key = if imm {
        m.const_int(i.c() as i16 as i64).val()
    } else {
        m.slot(i.c())
    };
    if let Some(s) = m.as_ref::<Str>(o) {
        if let Some(k) = m.int(key)
            && let Some(c) = text::str_get(m, s, k)
        {
            m.set_slot(i.a(), c);
            return Flow::Next;
        }
        if let Some([start, stop, step]) = plain_slice(m, key) {
            let part = m.call(&text::STR_SLICE, [o, start, stop, step]);
            m.set_slot(i.a(), part);
            return Flow::Next;
        }
    } else if m.is_tag(o, Tag::layout(List::ID)) {
        if let Some([start, stop, step]) = plain_slice(m, key) {
            let part = m.call(&list::LIST_SLICE, [o, start, stop, step]);
            m.set_slot(i.a(), part);
            return Flow::Next;
        }
    } else if let Some(d) = m.as_ref::<Dict>(o) {
        if let Lookup::Found(v) = dict::dict_get(m, d, key) {
            m.set_slot(i.a(), v);
            return Flow::Next;
        }
        return native_or(
            m,
            &builtins::operators::GET_ITEM,
            [o, key],
            "getitem",
            Cont::Def,
        );
    }
    item_of(m, o, key, Cont::Def)
}

/// The bounds of a slice of fixnums or None, without a step.
fn plain_slice<M: Meta>(m: &mut M, key: Val<M>) -> Option<[Val<M>; 3]> {
    let slice = m.as_ref::<Slice>(key)?;
    let step = m.get(slice, Slice::STEP);
    if !m.is(step, Value::NONE) {
        return None;
    }
    let (start, stop) = (m.get(slice, Slice::START), m.get(slice, Slice::STOP));
    for bound in [start, stop] {
        if m.int(bound).is_none() && !m.is(bound, Value::NONE) {
            return None;
        }
    }
    Some([start, stop, step])
}

/// Calls a native; if it wants guest code, the prelude's `fallback` instead.
fn native_or<M: Meta, const N: usize>(
    m: &mut M,
    native: &'static Native,
    args: [Val<M>; N],
    fallback: &'static str,
    cont: Cont,
) -> Flow {
    match m.try_call(native, args) {
        Err(Raised) => raised(m),
        Ok(v) if m.is(v, FALLBACK) => invoke_prelude(m, fallback, Args::positional(&args), cont),
        Ok(v) => complete(m, cont, v),
    }
}

/// A method that a class written in FL defines, called with `args` behind the receiver.
fn guest_method<M: Meta>(
    m: &mut M,
    o: Val<M>,
    name: u32,
    args: &[Val<M>],
    cont: Cont,
) -> Option<Flow> {
    let class = class_of(m, o);
    m.assume(&class.valid.borrow());
    class.lookup_guest(name)?;
    Some(match attributes::type_attribute(m, o, name) {
        Attribute::Method(f, receiver) => {
            let mut all = Args::positional(&[receiver]);
            all.values.extend_from_slice(args);
            invoke(m, f, all, cont)
        }
        Attribute::Value(f) => invoke(m, f, Args::positional(args), cont),
        _ => attributes::missing(m, o, name),
    })
}

/// `o[key]`
pub fn item_of<M: Meta>(m: &mut M, o: Val<M>, key: Val<M>, cont: Cont) -> Flow {
    let tag = m.tag(o);
    let names = &state(m).names;
    if tag == Tag::layout(Instance::ID) {
        if let Some(flow) = guest_method(m, o, names.getitem, &[key], cont) {
            return flow;
        }
        if let Some(payload) = payload_of(m, o) {
            if class_of(m, o).lookup_guest(names.missing).is_some() {
                let args = Args::positional(&[o, payload, key]);
                return invoke_prelude(m, "getitem_or_missing", args, cont);
            }
            return item_of(m, payload, key, cont);
        }
    }
    if tag == Tag::layout(Class::ID) {
        let class = call::promote_class(m, o);
        if class.lookup_guest(names.class_getitem).is_some()
            && let Attribute::Method(f, receiver) = attributes::get(m, o, names.class_getitem)
        {
            return invoke(m, f, Args::positional(&[receiver, key]), cont);
        }
    }
    native_or(m, &builtins::operators::GET_ITEM, [o, key], "getitem", cont)
}

/// `SetItem`.
#[inline(always)]
pub fn set_item<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let o = m.slot(i.a());
    if let Some(l) = m.as_ref::<List>(o) {
        let key = m.slot(i.b());
        if let Some(k) = m.int(key) {
            let len = m.get(l, List::LEN);
            if let Some(k) = normal_index(m, k, len) {
                let v = m.slot(i.c());
                if list::list_set(m, l, k, v) {
                    return Flow::Next;
                }
            }
        }
    }
    m.outlined(|m| set_item_slow(m, i))
}

#[inline(never)]
fn set_item_slow<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (mut o, key, v) = (m.slot(i.a()), m.slot(i.b()), m.slot(i.c()));
    if let Some(d) = m.as_ref::<Dict>(o)
        && dict::dict_set(m, d, key, v)
    {
        return Flow::Next;
    }
    if m.is_tag(o, Tag::layout(Instance::ID)) {
        let name = state(m).names.setitem;
        if let Some(flow) = guest_method(m, o, name, &[key, v], Cont::Def) {
            return flow;
        }
        o = mutable_payload(m, o);
    }
    native_or(
        m,
        &builtins::operators::SET_ITEM,
        [o, key, v],
        "setitem",
        Cont::Def,
    )
}

/// The collection that an instance carries, unless it only shows it (`mappingproxy`).
fn mutable_payload<M: Meta>(m: &mut M, o: Val<M>) -> Val<M> {
    if class_of(m, o).builtin {
        return o;
    }
    payload_of(m, o).unwrap_or(o)
}

/// `DelItem`.
#[inline(never)]
pub fn del_item<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (mut o, key) = (m.slot(i.a()), m.slot(i.b()));
    if let Some(d) = m.as_ref::<Dict>(o)
        && let Lookup::Found(_) = dict::dict_delete(m, d, key)
    {
        return Flow::Next;
    }
    if m.is_tag(o, Tag::layout(Instance::ID)) {
        let name = state(m).names.delitem;
        if let Some(flow) = guest_method(m, o, name, &[key], Cont::Def) {
            return flow;
        }
        o = mutable_payload(m, o);
    }
    native_or(
        m,
        &builtins::operators::DELETE_ITEM,
        [o, key],
        "delitem",
        Cont::Def,
    )
}

/// `MakeSlice`.
#[inline(never)]
pub fn make_slice<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (start, stop, step) = (m.slot(i.b()), m.slot(i.b() + 1), m.slot(i.b() + 2));
    let slice = tuple::new_slice(m, start, stop, step);
    m.set_slot(i.a(), slice.val());
    Flow::Next
}

/// The values of `n` slots from `first`.
fn range<M: Meta>(m: &mut M, first: u16, n: u16) -> smallvec::SmallVec<[Val<M>; 8]> {
    (0..n).map(|k| m.slot(first + k)).collect()
}

/// `MakeTuple`.
#[inline(never)]
pub fn make_tuple<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let items = range(m, i.b(), i.c());
    let tuple = call::make_tuple(m, &items);
    m.set_slot(i.a(), tuple);
    Flow::Next
}

/// `MakeList`.
#[inline(never)]
pub fn make_list<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let items = range(m, i.b(), i.c());
    let list = list::new_list(m, &items);
    m.set_slot(i.a(), list.val());
    Flow::Next
}

/// `MakeSet`, `MakeDict`: keys that need guest code go to the prelude.
#[inline(never)]
pub fn make_table<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let dict = i.number() == num::MakeDict;
    let n = if dict { i.c() * 2 } else { i.c() };
    let items = range(m, i.b(), n);
    let (native, fallback) = if dict {
        (&builtins::collections::DICT_OF, "dict_of")
    } else {
        (&builtins::collections::SET_OF, "set_of")
    };
    let result = if items.len() <= 64 {
        m.call_many(native, &items)
    } else {
        let all = call::make_tuple(m, &items);
        let spread = if dict {
            &builtins::collections::DICT_OF_TUPLE
        } else {
            &builtins::collections::SET_OF_TUPLE
        };
        m.try_call(spread, [all])
    };
    match result {
        Err(Raised) => raised(m),
        Ok(v) if m.is(v, FALLBACK) => {
            let all = call::make_tuple(m, &items);
            invoke_prelude(m, fallback, Args::positional(&[all]), Cont::Def)
        }
        Ok(v) => complete(m, Cont::Def, v),
    }
}

/// `ListAppend`.
#[inline(always)]
pub fn list_append<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (l, v) = (m.slot(i.a()), m.slot(i.b()));
    let l = m.cast::<List>(l);
    list::list_append(m, l, v);
    Flow::Next
}

/// `ListExtend`, `SetUpdate`, `SetAdd`, `DictSet`, `DictUpdate`, `DictMerge`.
#[inline(never)]
pub fn extend<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (o, v) = (m.slot(i.a()), m.slot(i.b()));
    use builtins::collections as c;
    let cont = Cont::Def;
    match i.number() {
        num::ListExtend => native_or(m, &c::EXTEND_LIST, [o, v], "list_extend", cont),
        num::SetUpdate => native_or(m, &c::UPDATE_SET, [o, v], "set_update", cont),
        num::SetAdd if add_plain(m, o, v) => Flow::Next,
        num::SetAdd => native_or(m, &c::ADD_TO_SET, [o, v], "set_add", cont),
        num::DictSet => {
            let item = m.slot(i.c());
            let d = m.cast::<Dict>(o);
            if dict::dict_set(m, d, v, item) {
                return Flow::Next;
            }
            native_or(
                m,
                &builtins::operators::SET_ITEM,
                [o, v, item],
                "setitem",
                cont,
            )
        }
        num::DictUpdate => native_or(m, &c::UPDATE_DICT, [o, v], "dict_update", cont),
        _ => {
            let callee = m.slot(i.c());
            native_or(m, &c::MERGE_KEYWORDS, [o, v, callee], "dict_merge", cont)
        }
    }
}

/// Adds a fixnum or string to the set `o`; false: it is for the natives.
fn add_plain<M: Meta>(m: &mut M, o: Val<M>, v: Val<M>) -> bool {
    let set = m.cast::<Set>(o);
    dict::set_add(m, set, v)
}

/// `CallArgs`, `CallKwargs`.
#[inline(never)]
pub fn spread<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let (v, callee) = (m.slot(i.b()), m.slot(i.c()));
    use builtins::collections as c;
    if i.number() == num::CallArgs {
        if m.is_tag(v, Tag::layout(List::ID)) || m.is_tag(v, Tag::layout(Tuple::ID)) {
            return complete(m, Cont::Def, v);
        }
        return native_or(m, &c::CALL_ARGS, [v, callee], "call_args", Cont::Def);
    }
    if let Some(dict) = m.as_ref::<Dict>(v)
        && matches!(m.shape(dict), dict::EMPTY | dict::STR)
    {
        return complete(m, Cont::Def, v);
    }
    native_or(m, &c::CALL_KWARGS, [v, callee], "call_kwargs", Cont::Def)
}

/// `ListToTuple`.
#[inline(never)]
pub fn list_to_tuple<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let l = m.slot(i.b());
    let tuple = m.call(&builtins::collections::AS_TUPLE, [l]);
    m.set_slot(i.a(), tuple);
    Flow::Next
}

/// `Unpack`, `UnpackEx`.
#[inline(never)]
pub fn unpack<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let star = i.number() == num::UnpackEx;
    let v = m.slot(i.a());
    let (again, result) = take_state(m);
    let v = if again == 0 { v } else { result };
    if !star && unpack_direct(m, v, i.b(), i.c()) {
        return Flow::Next;
    }
    // The native gives the values as a tuple, in the order of the slots.
    let count = m.const_int(if star { -1 } else { i.c() as i64 }).val();
    let shape = m.const_int(i.c() as i64).val();
    match m.try_call(&builtins::collections::UNPACK, [v, count, shape]) {
        Err(Raised) => raised(m),
        Ok(items) if m.is(items, FALLBACK) => invoke_prelude(
            m,
            "unpack_list",
            Args::positional(&[v, count]),
            Cont::State(1),
        ),
        Ok(items) => {
            let items = m.cast::<Tuple>(items);
            let n = if star {
                (i.c() >> 8) + 1 + (i.c() & 0xff)
            } else {
                i.c()
            };
            for k in 0..n {
                let item = m.item_at(items, Tuple::ITEMS, k);
                m.set_slot(i.b() + k, item);
            }
            Flow::Next
        }
    }
}

/// Unpacks a tuple or list of just the right length.
fn unpack_direct<M: Meta>(m: &mut M, v: Val<M>, first: u16, n: u16) -> bool {
    if let Some(t) = m.as_ref::<Tuple>(v) {
        let len = m.get(t, Tuple::LEN);
        let wanted = m.const_int(n as i64);
        let c = m.int_cmp(Op::IntEq, len, wanted);
        if !m.branch(c) {
            return false;
        }
        for k in 0..n {
            let item = m.item_at(t, Tuple::ITEMS, k);
            m.set_slot(first + k, item);
        }
        return true;
    }
    let Some(l) = m.as_ref::<List>(v) else {
        return false;
    };
    let len = m.get(l, List::LEN);
    let wanted = m.const_int(n as i64);
    let c = m.int_cmp(Op::IntEq, len, wanted);
    if !m.branch(c) {
        return false;
    }
    for k in 0..n {
        let index = m.const_int(k as i64);
        match list::list_get(m, l, index) {
            Some(item) => m.set_slot(first + k, item),
            None => return false,
        }
    }
    true
}

/// `Len`.
#[inline(never)]
pub fn len<M: Meta>(m: &mut M, i: Instr) -> Flow {
    let v = m.slot(i.b());
    len_of(m, v, Cont::Def)
}

/// `len(v)`
pub fn len_of<M: Meta>(m: &mut M, v: Val<M>, cont: Cont) -> Flow {
    let known = if let Some(l) = m.as_ref::<List>(v) {
        Some(m.get(l, List::LEN))
    } else if let Some(s) = m.as_ref::<Str>(v) {
        Some(text::str_len(m, s))
    } else if let Some(d) = m.as_ref::<Dict>(v) {
        Some(m.get(d, Dict::LEN))
    } else {
        m.as_ref::<Tuple>(v).map(|t| m.get(t, Tuple::LEN))
    };
    if let Some(n) = known {
        return complete(m, cont, n.val());
    }
    let mut v = v;
    if m.is_tag(v, Tag::layout(Class::ID)) {
        let name = state(m).names.class_len;
        if let Some(flow) = attributes::class_hook(m, v, name, &[], cont) {
            return flow;
        }
    }
    if m.is_tag(v, Tag::layout(Instance::ID)) {
        let class = class_of(m, v);
        m.assume(&class.valid.borrow());
        if class.lookup_guest(state(m).names.len).is_some() {
            return invoke_prelude(m, "len_guest", Args::positional(&[v]), cont);
        }
        v = payload_of(m, v).unwrap_or(v);
    }
    match m.try_call(&builtins::operators::LEN, [v]) {
        Ok(n) => complete(m, cont, n),
        Err(Raised) => raised(m),
    }
}
