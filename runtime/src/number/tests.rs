//! Numbers against num-bigint, and values that CPython prints.

use super::float::{float_floordiv, float_mod, hash_float, true_div};
use super::format::{int_str, parse_float};
use super::*;
use crate::testing::vm;
use proptest::prelude::*;

fn integer() -> impl Strategy<Value = BigInt> {
    prop_oneof![
        (-100i64..100).prop_map(BigInt::from),
        any::<i64>().prop_map(BigInt::from),
        any::<i128>().prop_map(BigInt::from),
        (any::<i128>(), any::<u64>()).prop_map(|(a, b)| BigInt::from(a) * b * b),
        (-3i64..3).prop_map(|d| BigInt::from(metatrace::value::INT_MAX) + d),
    ]
}

proptest! {
    #[test]
    fn integers_are_unbounded(a in integer(), b in integer(), shift in 0u32..200) {
        let vm = &mut *vm();
        let core = vm.core_ptr();
        let (x, y) = (vm.big(a.clone()), vm.big(b.clone()));
        let call = |f: &metatrace::Native, args: &[Value]| {
            let words: Vec<u64> = args.iter().map(|v| v.0).collect();
            Value(f.call(core, &words))
        };
        prop_assert_eq!(big(call(&INT_ADD, &[x, y])), &a + &b);
        prop_assert_eq!(big(call(&INT_SUB, &[x, y])), &a - &b);
        prop_assert_eq!(big(call(&INT_MUL, &[x, y])), &a * &b);
        prop_assert_eq!(big(call(&INT_AND, &[x, y])), &a & &b);
        prop_assert_eq!(big(call(&INT_XOR, &[x, y])), &a ^ &b);
        prop_assert_eq!(big(call(&INT_NOT, &[x])), !&a);
        prop_assert_eq!(cmp(x, y), a.cmp(&b));
        prop_assert_eq!(eq(x, y), a == b);
        if !b.is_zero() {
            prop_assert_eq!(big(call(&INT_FLOORDIV, &[x, y])), a.div_floor(&b));
            prop_assert_eq!(big(call(&INT_MOD, &[x, y])), a.mod_floor(&b));
            prop_assert_eq!(big(call(&INT_QUOT, &[x, y])), &a / &b);
            prop_assert_eq!(big(call(&INT_REM, &[x, y])), &a % &b);
        }
        let s = Value::small(shift as i64);
        prop_assert_eq!(big(call(&INT_SHL, &[x, s])), &a << shift);
        prop_assert_eq!(big(call(&INT_SHR, &[x, s])), &a >> shift);
        let text = int_str(x, 10);
        prop_assert_eq!(&text, &a.to_string());
        prop_assert!(eq(vm.parse_int(&text, 10).expect("digits"), x));
        let hex = int_str(x, 16);
        prop_assert!(eq(vm.parse_int(&hex, 16).expect("digits"), x));
    }

    #[test]
    fn equal_numbers_hash_alike(i in -(1i64 << 53)..(1 << 53), e in 0i32..200) {
        prop_assert_eq!(hash_float(i as f64), hash_int(Value::small(i)));
        let vm = &mut *vm();
        let f = i as f64 * 2f64.powi(e);
        let v = vm.float_to_int(f).expect("finite");
        prop_assert_eq!(hash_float(f), hash_int(v));
        prop_assert!(eq_int_float(v, f));
    }

    #[test]
    fn floats_read_back(f in any::<f64>()) {
        let text = float_repr(f);
        let back = parse_float(&text).expect("a float");
        prop_assert!(back.to_bits() == f.to_bits() || f.is_nan() && back.is_nan());
    }

    #[test]
    fn int_quotients_round_like_floats(a in -(1i64 << 53)..(1 << 53), b in 1i64..(1 << 53), k in 0u32..300) {
        let (x, y) = (BigInt::from(a) << k, BigInt::from(b) << k);
        prop_assert_eq!(true_div(&x, &y), Some(a as f64 / b as f64));
    }
}

#[test]
fn values_known_from_cpython() {
    let repr = |f: f64| float_repr(f);
    assert_eq!(repr(0.1), "0.1");
    assert_eq!(repr(1e16), "1e+16");
    assert_eq!(repr(123456789012345680.0), "1.2345678901234568e+17");
    assert_eq!(repr(1e-5), "1e-05");
    assert_eq!(repr(0.0001), "0.0001");
    assert_eq!(repr(-0.0), "-0.0");
    assert_eq!(repr(1e100), "1e+100");
    assert_eq!(hash_float(0.5), 1152921504606846976);
    assert_eq!(hash_float(-1.0), -2);
    assert_eq!(hash_float(f64::NEG_INFINITY), -314159);
    assert_eq!(hash_int(Value::small((1 << 61) - 1)), 0);
    assert_eq!(float_mod(-7.0, 3.0), 2.0);
    assert_eq!(float_mod(7.0, -3.0), -2.0);
    assert_eq!(float_floordiv(-7.0, 2.0), -4.0);
    assert_eq!(float_floordiv(1.0, 0.1), 9.0);
    let tiny = true_div(&BigInt::from(1), &(BigInt::from(1) << 1074));
    assert_eq!(tiny, Some(5e-324));
    let halfway = true_div(&BigInt::from(1), &(BigInt::from(1) << 1075));
    assert_eq!(halfway, Some(0.0));
    assert_eq!(true_div(&(BigInt::from(1) << 1024), &BigInt::from(1)), None);
    let vm = &mut *vm();
    let parsed = |vm: &mut Vm, s, r| vm.parse_int(s, r).map(|v| v.as_int());
    assert_eq!(parsed(vm, " -12_3 ", 10), Some(-123));
    assert_eq!(parsed(vm, "0x_ff", 0), Some(255));
    assert_eq!(parsed(vm, "1__2", 10), None);
    assert_eq!(parsed(vm, "z", 36), Some(35));
    assert_eq!(parsed(vm, "", 10), None);
    assert_eq!(parse_float("1_0.5e1"), Some(105.0));
    assert_eq!(parse_float("_1"), None);
    assert_eq!(parse_float("infinity"), Some(f64::INFINITY));
    assert_eq!(parse_float("e5"), None);
}
