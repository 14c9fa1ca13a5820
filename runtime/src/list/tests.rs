//! Lists against `Vec`, with every strategy and both forms of each operation.

use super::*;
use crate::testing::{run, vm};
use crate::tuple::Span;
use proptest::prelude::*;

/// Values of all strategies, comparable by word (floats are immediate ones).
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (-50i64..50).prop_map(Value::small),
        2 => (-9i32..9).prop_map(|f| Value::float(f as f64 / 2.0).expect("immediate")),
        1 => Just(Value::NONE),
    ]
}

#[derive(Debug, Clone)]
enum Action {
    Append(Value),
    Pop,
    Set(i64, Value),
    Insert(i64, Value),
    Remove(usize),
    Reverse,
    Extend(Vec<Value>),
    Repeat(i64),
    Slice(Option<i64>, Option<i64>, i64),
    Clear,
    Range(i64, i64, usize),
    Share,
}

fn action() -> impl Strategy<Value = Action> {
    use Action::*;
    let bound = || proptest::option::of(-12i64..12);
    prop_oneof![
        8 => value().prop_map(Append),
        3 => Just(Pop),
        4 => (-12i64..12, value()).prop_map(|(i, v)| Set(i, v)),
        2 => (-12i64..12, value()).prop_map(|(i, v)| Insert(i, v)),
        2 => (0usize..12).prop_map(Remove),
        1 => Just(Reverse),
        2 => proptest::collection::vec(value(), 0..6).prop_map(Extend),
        1 => (-1i64..3).prop_map(Repeat),
        2 => (bound(), bound(), (-3i64..4).prop_filter("not 0", |s| *s != 0)).prop_map(|(a, b, c)| Slice(a, b, c)),
        1 => Just(Clear),
        1 => (-9i64..9, -3i64..4, 0usize..9).prop_map(|(a, b, n)| Range(a, b, n)),
        2 => Just(Share),
    ]
}

fn check(strategies: bool, actions: &[Action]) {
    let vm = &mut *vm();
    vm.options.strategies = strategies;
    let m = &mut run(vm);
    let mut model: Vec<Value> = Vec::new();
    let mut list = Obj::<List>::cast(vm.list(&[]));
    let mut shared: Vec<(u32, Value, Vec<Value>)> = Vec::new();
    for action in actions {
        let r = m.val(list.value());
        let r = m.cast::<List>(r);
        match action.clone() {
            Action::Append(v) => {
                let v2 = m.val(v);
                list_append(m, r, v2);
                model.push(v);
            }
            Action::Pop => {
                let popped = list_pop(m, r);
                let popped = popped.map(|v| m.promote(v));
                assert_eq!(popped, model.pop());
            }
            Action::Set(i, v) => {
                let at = if i < 0 { i + model.len() as i64 } else { i };
                let fits = at >= 0 && (at as usize) < model.len();
                let (i, v2) = (m.const_int(i), m.val(v));
                assert_eq!(list_set(m, r, i, v2), fits);
                if fits {
                    model[at as usize] = v;
                }
            }
            Action::Insert(i, v) => {
                vm.list_insert(list, i, v);
                let n = model.len() as i64;
                let at = if i < 0 { (i + n).max(0) } else { i.min(n) };
                model.insert(at as usize, v);
            }
            Action::Remove(i) if i < model.len() => {
                assert_eq!(vm.list_remove(list, i), model.remove(i));
            }
            Action::Remove(_) => {}
            Action::Reverse => {
                vm.list_reverse(list);
                model.reverse();
            }
            Action::Extend(items) => {
                let other = Obj::cast(vm.list(&items));
                vm.list_extend(list, other);
                model.extend(items);
            }
            Action::Repeat(n) => {
                if model.len() < 100 {
                    list = Obj::cast(vm.list_repeat(list, n).expect("small"));
                    model = model.repeat(n.max(0) as usize);
                }
            }
            Action::Slice(a, b, c) => {
                let span = Span::new(a, b, c, model.len());
                let part = Obj::cast(vm.list_slice(list, span));
                let expected: Vec<Value> = span.indices().map(|i| model[i]).collect();
                assert_eq!(vm.list_values(part), expected);
            }
            Action::Clear => {
                vm.list_clear(list);
                model.clear();
            }
            Action::Range(a, b, n) => {
                list = Obj::cast(vm.range_list(a, b, n));
                model = (0..n as i64).map(|i| Value::small(a + b * i)).collect();
            }
            Action::Share => {
                let (strategy, store, n) = vm.share_list(list);
                assert_eq!(n, model.len());
                shared.push((strategy, store, model.clone()));
            }
        }
        shared.iter().for_each(|seen| check_shared(vm, seen));
        assert_eq!(vm.list_values(list), model);
        assert_eq!(vm.list_len(list), model.len());
        check_items(m, list, &model);
    }
}

/// Items of a store that was shared are what they were then.
fn check_shared(vm: &mut Vm, (strategy, store, items): &(u32, Value, Vec<Value>)) {
    for (i, v) in items.iter().enumerate() {
        assert_eq!(vm.shared_item(*strategy, *store, i), *v);
    }
}

fn check_items(m: &mut impl Meta, list: Obj<List>, model: &[Value]) {
    let r = m.val(list.value());
    let r = m.cast::<List>(r);
    for (i, v) in model.iter().enumerate() {
        let i = m.const_int(i as i64);
        let got = list_get(m, r, i).expect("in range");
        assert_eq!(m.promote(got), *v);
    }
    let end = m.const_int(model.len() as i64);
    assert!(list_get(m, r, end).is_none());
}

proptest! {
    #[test]
    fn lists_behave_as_vectors(actions in proptest::collection::vec(action(), 0..40)) {
        check(true, &actions);
        check(false, &actions);
    }
}

#[test]
fn strategies_follow_the_items() {
    let vm = &mut *vm();
    let s = vm.str("a");
    let half = vm.float(0.5);
    let strategy = |vm: &mut Vm, items: &[Value]| Obj::<List>::cast(vm.list(items)).shape();
    assert_eq!(strategy(vm, &[]), EMPTY);
    assert_eq!(strategy(vm, &[Value::small(1), Value::small(2)]), INT);
    assert_eq!(strategy(vm, &[half]), FLOAT);
    assert_eq!(strategy(vm, &[s, s]), STR);
    assert_eq!(strategy(vm, &[s, half]), OBJECT);
    let list = Obj::<List>::cast(vm.range_list(0, 1, 3));
    assert_eq!(list.shape(), RANGE);
    vm.list_push(list, Value::small(9));
    assert_eq!(list.shape(), INT);
    vm.list_push(list, half);
    assert_eq!(list.shape(), OBJECT);
    let m = &mut run(vm);
    let items = [m.val(s), m.val(s)];
    let list = new_list(m, &items);
    assert_eq!(m.shape(list), STR);
}
