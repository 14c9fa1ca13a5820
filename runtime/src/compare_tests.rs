//! Comparison and hashing of nested and mixed values.

use super::*;
use crate::testing::vm;

fn eq(vm: &mut Vm, a: Value, b: Value) -> bool {
    match vm.eq(a, b).expect("no error") {
        Eq::Yes => true,
        Eq::No => false,
        Eq::Ask(..) => panic!("built-in values"),
    }
}

#[test]
fn numbers_of_all_types_compare_by_value() {
    let vm = &mut *vm();
    let (one, two) = (vm.float(1.0), vm.float(2.5));
    assert!(eq(vm, Value::small(1), one));
    assert!(eq(vm, Value::TRUE, one));
    assert!(eq(vm, Value::FALSE, Value::small(0)));
    assert!(!eq(vm, two, Value::small(2)));
    assert!(!eq(vm, Value::NONE, Value::FALSE));
    let nan = vm.float(f64::NAN);
    assert!(!eq(vm, nan, nan));
    let (a, b) = (vm.tuple(&[nan]), vm.tuple(&[nan]));
    assert!(eq(vm, a, b), "identity counts within containers");
    assert_eq!(vm.order(Value::TRUE, two), Ok(Some(Ordering::Less)));
    assert_eq!(vm.order(nan, two), Ok(None));
    assert_eq!(vm.hash(Value::TRUE), vm.hash(one));
}

#[test]
fn depth_costs_no_native_stack() {
    let vm = &mut *vm();
    let build = |vm: &mut Vm| {
        let mut v = vm.list(&[]);
        for _ in 0..1_000_000 {
            v = vm.list(&[v]);
        }
        v
    };
    let (a, b) = (build(vm), build(vm));
    assert!(eq(vm, a, b));
    let mut t = vm.tuple(&[]);
    for _ in 0..1_000_000 {
        t = vm.tuple(&[t]);
    }
    assert!(matches!(vm.hash(t), Ok(Hashed::Value(_))));
}

#[test]
fn tuples_hash_as_in_cpython_up_to_width() {
    let vm = &mut *vm();
    let t = vm.tuple(&[Value::small(1), Value::small(2), Value::small(3)]);
    // hash((1, 2, 3)) is 529344067295497451 in CPython.
    assert_eq!(
        vm.hash(t),
        Ok(Hashed::Value(fixnum_hash(529_344_067_295_497_451)))
    );
    let list = vm.list(&[]);
    let t = vm.tuple(&[list]);
    assert!(vm.hash(t).is_err());
}

#[test]
fn collections_compare_by_content() {
    let vm = &mut *vm();
    let make = |vm: &mut Vm, order: [i64; 2]| {
        let dict = vm.dict();
        for i in order {
            let v = vm.list(&[Value::small(i)]);
            vm.dict_set(dict, Value::small(i), v).expect("int");
        }
        dict.value()
    };
    let (a, b) = (make(vm, [1, 2]), make(vm, [2, 1]));
    assert!(eq(vm, a, b));
    let s = |vm: &mut Vm, frozen| {
        vm.set_of(&[Value::small(1), Value::small(2)], frozen)
            .expect("ints")
            .done()
            .expect("ints")
    };
    let (x, y) = (s(vm, false), s(vm, true));
    assert!(eq(vm, x, y));
    let (i, f) = (vm.list(&[Value::small(1)]), vm.float(1.0));
    let f = vm.list(&[f]);
    assert!(eq(vm, i, f));
    assert!(!eq(vm, i, x));
}

#[test]
fn the_guest_is_asked_in_the_middle_of_a_walk() {
    let vm = &mut *vm();
    let class = vm.shapes.new_class(Value::NONE, 0, false);
    vm.shapes.class_mut(class).custom_eq = true;
    vm.shapes.class_mut(class).custom_hash = true;
    let (p, q) = (
        vm.new_instance(class).value(),
        vm.new_instance(class).value(),
    );
    let build = |vm: &mut Vm, o, last| {
        let inner = vm.tuple(&[Value::small(1), o]);
        vm.tuple(&[inner, Value::small(last)])
    };
    let (a, b, c) = (build(vm, p, 2), build(vm, q, 2), build(vm, q, 3));
    let Ok(Eq::Ask(x, y, rest)) = vm.eq(a, b) else {
        panic!("asks")
    };
    assert_eq!((x, y), (p, q));
    assert_eq!(vm.eq_continue(rest), Ok(Eq::Yes));
    let Ok(Eq::Ask(.., rest)) = vm.eq(a, c) else {
        panic!("asks")
    };
    assert_eq!(vm.eq_continue(rest), Ok(Eq::No));

    let Ok(Hashed::Ask(o, rest)) = vm.hash(a) else {
        panic!("asks")
    };
    assert_eq!(o, p);
    let hashed = vm.hash_continue(rest, 42);
    let same = build(vm, Value::small(42), 2);
    assert_eq!(hashed, vm.hash(same));
}
