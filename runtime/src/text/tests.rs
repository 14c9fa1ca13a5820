//! Strings against Rust's, and what Rust's cannot hold.

use super::*;
use crate::testing::{run, vm};
use crate::tuple::Span;
use proptest::prelude::*;

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c]{0,6}",
        "[aé€😀]{0,90}",
        "[a-z]{0,200}",
        "[ab]{250,400}"
    ]
}

proptest! {
    #[test]
    fn strings_behave_as_sequences_of_characters(a in text(), b in text(), bounds: (i8, i8, i8)) {
        let vm = &mut *vm();
        let (s, t) = (vm.str(&a), vm.str(&b));
        let (s, t) = (Obj::<Str>::cast(s), Obj::<Str>::cast(t));
        let chars: Vec<char> = a.chars().collect();
        prop_assert_eq!(super::chars(s), chars.len());
        for (i, c) in chars.iter().enumerate() {
            let at = char_at(vm, s, i);
            prop_assert_eq!(of(at).expect("str"), c.to_string());
        }
        let both = concat(vm, s, t);
        prop_assert_eq!(lossy(both), format!("{a}{b}"));
        prop_assert_eq!(super::chars(both), chars.len() + b.chars().count());
        let step = if bounds.2 == 0 { 1 } else { bounds.2 as i64 };
        let span = Span::new(Some(bounds.0 as i64), Some(bounds.1 as i64), step, chars.len());
        let part = slice(vm, s, span);
        let expected: String = span.indices().map(|i| chars[i]).collect();
        prop_assert_eq!(lossy(part), expected);
        prop_assert_eq!(eq(s.value(), t.value()), a == b);
        let fresh = from_counted(vm, a.as_bytes(), chars.len());
        prop_assert!(eq(s.value(), fresh.value()));
        prop_assert_eq!(hash(vm, s), hash(vm, fresh));
        let n = super::chars(both);
        let found = find(vm, both, t, 0, n);
        let expected = format!("{a}{b}").find(&b).map(|at| format!("{a}{b}")[..at].chars().count());
        prop_assert_eq!(found, expected);
        let found = rfind(vm, both, t, 0, n);
        let expected = format!("{a}{b}").rfind(&b).map(|at| format!("{a}{b}")[..at].chars().count());
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn appending_shares_bytes_once() {
    let vm = &mut *vm();
    let start = "x".repeat(SHARED_BYTES_MIN);
    let base = vm.str(&start);
    let y = vm.str("y");
    let z = vm.str("z");
    let a = concat(vm, Obj::cast(base), Obj::cast(y));
    let b = concat(vm, a, Obj::cast(y));
    let c = concat(vm, a, Obj::cast(z));
    assert_eq!(data(a), data(b));
    assert_ne!(data(a), data(c));
    assert_eq!(lossy(b), start.clone() + "yy");
    assert_eq!(lossy(c), start.clone() + "yz");
    assert_eq!(lossy(a), start + "y");
    // A symbol and an index are remembered beside the shared bytes.
    let id = vm.symbol_of(b);
    assert_eq!(vm.symbol_of(b), id);
    assert!(lossy(b).ends_with("yy"));
}

#[test]
fn lone_surrogates_are_characters() {
    let vm = &mut *vm();
    let mut bytes = Vec::new();
    encode(0xDC80, &mut bytes);
    encode('a' as u32, &mut bytes);
    let s = from_bytes(vm, &bytes);
    assert_eq!(chars(s), 2);
    assert_eq!(as_str(s), None);
    assert_eq!(lossy(s), "\u{FFFD}a");
    assert_eq!(code_points(s).collect::<Vec<_>>(), [0xDC80, 'a' as u32]);
}

#[test]
fn symbols_and_their_texts_correspond() {
    let vm = &mut *vm();
    let name = vm.intern("foo");
    let text = vm.symbol_text(name);
    assert_eq!(vm.symbol_text(name), text);
    assert_eq!(vm.symbol_of(Obj::cast(text)), name);
    let other = vm.str("foo");
    assert_eq!(vm.symbol_of(Obj::cast(other)), name);
    let unknown = vm.str("never interned");
    assert_eq!(vm.known_symbol(Obj::cast(unknown)), None);
}

#[test]
fn interpreters_index_ascii_and_other_text() {
    let vm = &mut *vm();
    let m = &mut run(vm);
    for text in ["hello", "hé€o😀", &"é".repeat(300)] {
        let v = vm.str(text);
        let v = m.val(v);
        let s = m.cast::<Str>(v);
        for (i, c) in text.chars().enumerate() {
            let i = m.const_int(i as i64);
            let got = str_get(m, s, i).expect("in range");
            let got = m.promote(got);
            assert_eq!(of(got).expect("str"), c.to_string());
        }
        let i = m.const_int(text.chars().count() as i64);
        assert!(str_get(m, s, i).is_none());
    }
}
