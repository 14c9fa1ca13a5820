//! Tables against a plain model, with and without strategies.

use super::*;
use crate::engine::Vm;
use crate::testing::{run, vm};
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Key {
    Int(i64),
    Text(String),
    Half(i8),
    Pair(i8, i8),
}

impl Key {
    fn value(&self, vm: &mut Vm) -> Value {
        match self {
            Key::Int(i) => vm.int(*i),
            Key::Text(s) => vm.str(s),
            Key::Half(f) => vm.float(*f as f64 / 2.0),
            Key::Pair(a, b) => vm.tuple(&[Value::small(*a as i64), Value::small(*b as i64)]),
        }
    }
    /// Equal for equal keys: 2.0 is 2.
    fn name(&self) -> String {
        match self {
            Key::Int(i) => i.to_string(),
            Key::Text(s) => format!("'{s}'"),
            Key::Half(f) if f % 2 == 0 => (f / 2).to_string(),
            Key::Half(f) => format!("{f}/2"),
            Key::Pair(a, b) => format!("({a},{b})"),
        }
    }
}

fn key() -> impl Strategy<Value = Key> {
    prop_oneof![
        6 => (-8i64..40).prop_map(Key::Int),
        1 => any::<i64>().prop_map(Key::Int),
        4 => "[a-d]{0,3}".prop_map(Key::Text),
        1 => (-9i8..9).prop_map(Key::Half),
        1 => (0i8..3, 0i8..3).prop_map(|(a, b)| Key::Pair(a, b)),
    ]
}

fn check(strategies: bool, actions: &[(u8, Key, i64)]) {
    let vm = &mut *vm();
    vm.options.strategies = strategies;
    let m = &mut run(vm);
    let dict = vm.dict();
    let mut model: Vec<(String, i64)> = Vec::new();
    for (action, key, number) in actions {
        let (k, name) = (key.value(vm), key.name());
        let at = model.iter().position(|(n, _)| *n == name);
        let rd = m.val(dict.value());
        let r = m.cast::<Dict>(rd);
        let (rk, rv) = (m.val(k), m.val(Value::small(*number)));
        match action % 5 {
            0..=2 => {
                if !dict_set(m, r, rk, rv) {
                    let done = vm.dict_set(dict, k, Value::small(*number));
                    assert_eq!(done, Ok(Keyed::Done(())));
                }
                match at {
                    Some(i) => model[i].1 = *number,
                    None => model.push((name, *number)),
                }
            }
            3 => {
                let gone = match dict_delete(m, r, rk) {
                    Lookup::Found(v) => Some(m.promote(v)),
                    Lookup::Absent => None,
                    Lookup::Rare => {
                        let gone = vm.dict_delete(dict, k).expect("hashable");
                        gone.done().expect("built in")
                    }
                };
                assert_eq!(gone.map(|v| v.as_int()), at.map(|i| model.remove(i).1));
            }
            _ => {
                let got = match dict_get(m, r, rk) {
                    Lookup::Found(v) => Some(m.promote(v).as_int()),
                    Lookup::Absent => None,
                    Lookup::Rare => {
                        let got = vm.dict_get(dict, k).expect("hashable");
                        got.done().expect("built in").map(|v| v.as_int())
                    }
                };
                let there = table_contains(m, rd, rk);
                assert!(there.is_none_or(|b| b == got.is_some()));
                assert_eq!(got, at.map(|i| model[i].1));
            }
        }
        let values: Vec<i64> = vm.dict_entries(dict).iter().map(|e| e.1.as_int()).collect();
        assert_eq!(values, model.iter().map(|e| e.1).collect::<Vec<_>>());
        assert_eq!(vm.dict_len(dict), model.len());
    }
}

proptest! {
    #[test]
    fn dicts_keep_insertion_order(actions in proptest::collection::vec((any::<u8>(), key(), -99i64..99), 0..200)) {
        check(true, &actions);
        check(false, &actions);
    }

    #[test]
    fn set_algebra(a in proptest::collection::btree_set(0i64..30, 0..20), b in proptest::collection::btree_set(0i64..30, 0..20)) {
        let vm = &mut *vm();
        let make = |vm: &mut Vm, s: &std::collections::BTreeSet<i64>| {
            let items: Vec<Value> = s.iter().map(|&i| Value::small(i)).collect();
            vm.set_of(&items, false).expect("ints").done().expect("ints")
        };
        let (x, y) = (make(vm, &a), make(vm, &b));
        let sorted = |vm: &Vm, s: Guest<Keyed<Value>>| {
            let mut keys: Vec<i64> =
                vm.table_keys(s.expect("ints").done().expect("ints")).iter().map(|v| v.as_int()).collect();
            keys.sort();
            keys
        };
        let r = vm.set_union(x, y);
        prop_assert_eq!(sorted(vm, r), a.union(&b).copied().collect::<Vec<_>>());
        let r = vm.set_intersection(x, y);
        prop_assert_eq!(sorted(vm, r), a.intersection(&b).copied().collect::<Vec<_>>());
        let r = vm.set_difference(x, y);
        prop_assert_eq!(sorted(vm, r), a.difference(&b).copied().collect::<Vec<_>>());
        let r = vm.set_symmetric_difference(x, y);
        prop_assert_eq!(sorted(vm, r), a.symmetric_difference(&b).copied().collect::<Vec<_>>());
        let r = vm.set_is_subset(x, y).expect("ints").done();
        prop_assert_eq!(r, Some(a.is_subset(&b)));
        let r = vm.set_is_disjoint(x, y).expect("ints").done();
        prop_assert_eq!(r, Some(a.is_disjoint(&b)));
    }
}

#[test]
fn deleted_keys_are_not_found_again() {
    let vm = &mut *vm();
    for n in [3, 6, 40] {
        let dict = vm.dict();
        for i in 0..n {
            vm.dict_set_text(dict, &format!("k{i}"), Value::small(i));
        }
        let gone = vm.str("k1");
        for expected in [Some(Value::small(1)), None] {
            let found = vm.dict_delete(dict, gone).expect("a string");
            assert_eq!(found.done(), Some(expected));
        }
        let m = &mut run(vm);
        let (d, k) = (m.val(dict.value()), m.val(gone));
        assert_eq!(table_contains(m, d, k), Some(false));
        assert_eq!(vm.dict_get_text(dict, "k2"), Some(Value::small(2)));
        vm.dict_set_text(dict, "k1", Value::NONE);
        let keys = vm.table_keys(dict.value());
        assert_eq!(crate::text::of(keys[n as usize - 1]).as_deref(), Some("k1"));
    }
}

#[test]
fn ints_with_one_hash_and_equal_floats_are_told_apart() {
    let vm = &mut *vm();
    let modulus = crate::number::HASH_MODULUS as i64;
    let dict = vm.dict();
    for i in [-2, -1, 0, 1, modulus, -modulus, modulus - 1] {
        let key = vm.int(i);
        vm.dict_set(dict, key, Value::small(i)).expect("int");
    }
    assert_eq!(vm.dict_len(dict), 7);
    for (float, found) in [
        (-1.0, Some(-1)),
        (-2.0, Some(-2)),
        (1.0, Some(1)),
        (0.5, None),
    ] {
        let key = vm.float(float);
        let got = vm.dict_get(dict, key).expect("float").done();
        assert_eq!(got, Some(found.map(Value::small)));
    }
}

#[test]
fn queues_in_dicts_do_not_grow() {
    let vm = &mut *vm();
    let dict = vm.dict();
    for i in 0..100_000 {
        vm.dict_set(dict, Value::small(i), Value::NONE)
            .expect("int");
        if i >= 10 {
            let gone = vm
                .dict_delete(dict, Value::small(i - 10))
                .expect("int")
                .done();
            assert_eq!(gone, Some(Some(Value::NONE)));
        }
    }
    assert!(Table::of(dict.value()).used() < 1000);
    assert_eq!(
        vm.table_keys(dict.value()),
        (99_990..100_000).map(Value::small).collect::<Vec<_>>()
    );
}

#[test]
fn objects_with_their_own_equality_are_asked() {
    let vm = &mut *vm();
    let class = vm.shapes.new_class(Value::NONE, 0, false);
    vm.shapes.class_mut(class).custom_eq = true;
    vm.shapes.class_mut(class).custom_hash = true;
    let (a, b) = (
        vm.new_instance(class).value(),
        vm.new_instance(class).value(),
    );
    let dict = vm.dict();
    assert_eq!(vm.dict_set(dict, a, Value::NONE), Ok(Keyed::Ask));
    let table = Table::of(dict.value());
    table.insert(vm, a, 7, Value::TRUE);
    assert_eq!(table.find(vm, a, 7, 0), Ok(Find::At(0)));
    assert_eq!(table.find(vm, b, 8, 0), Ok(Find::Absent));
    let Ok(Find::Ask {
        candidate,
        entry,
        next,
    }) = table.find(vm, b, 7, 0)
    else {
        panic!("the guest decides")
    };
    assert_eq!((candidate, entry), (a, 0));
    assert_eq!(table.find(vm, b, 7, next), Ok(Find::Absent));
}
