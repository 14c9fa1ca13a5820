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

#[test]
fn a_string_keeps_its_mortal_symbol() {
    let vm = &mut *vm();
    let text = vm.str("made of data");
    let kept = vm.heap.handle(text);
    let id = vm.mortal_of(Obj::cast(text));
    let other = vm.intern_mortal(b"nobody's");
    let text = vm.symbol_text(other);
    assert_eq!(vm.symbol_text(other), text);
    assert_eq!(vm.mortal_of(Obj::cast(text)), other);
    vm.collect();
    assert!(vm.symbols.has(other), "minor collections forget no symbol");
    vm.collect_fully();
    // The text that was made of it does not keep a symbol alive.
    assert!(vm.symbols.has(id) && !vm.symbols.has(other));
    assert_eq!(vm.mortal_of(Obj::cast(kept.get())), id);
    drop(kept);
    vm.collect_fully();
    assert!(!vm.symbols.has(id));
    // Used as a name, it stays, and so does its text.
    let text = vm.str("made of data");
    let id = vm.mortal_of(Obj::cast(text));
    assert_eq!(vm.symbol_of(Obj::cast(text)), id);
    let text = vm.symbol_text(id);
    let text = vm.heap.handle(text);
    vm.collect_fully();
    assert_eq!(vm.symbol_text(id), text.get());
}

#[test]
fn what_can_be_reached_keeps_symbols() {
    let vm = &mut *vm();
    let made: Vec<Value> = (0..7)
        .map(|i| Value::symbol(vm.intern_mortal(format!("made {i}").as_bytes())))
        .collect();
    vm.add_root(made[0]);
    vm.core_mut().regs[metatrace::vm::REG_FIRST_FREE as usize] = made[1];
    let list = vm.list(&[made[2]]);
    let list = vm.heap.handle(list);
    let symbol = vm.heap.handle(made[3]);
    // In a large object, and in a frame.
    let large = vm.tuple(&vec![made[4]; 10_000]);
    let large = vm.heap.handle(large);
    run(vm);
    Obj::<metatrace::layout::Frame>::cast(vm.core().frame).init_item(
        metatrace::layout::Frame::SLOTS,
        0,
        made[5],
    );
    for _ in 0..2 {
        vm.collect_fully();
        let lives: Vec<bool> = made.iter().map(|v| vm.symbols.has(v.as_symbol())).collect();
        assert_eq!(lives, [true, true, true, true, true, true, false]);
    }
    drop((list, symbol, large));
    vm.roots.clear();
    vm.core_mut().frame = Value::NIL;
    vm.collect_fully();
    let lives: Vec<bool> = made.iter().map(|v| vm.symbols.has(v.as_symbol())).collect();
    assert_eq!(lives, [false, true, false, false, false, false, false]);
    assert_eq!(vm.symbols.name(made[1].as_symbol()), "made 1");
}

#[test]
fn symbols_ask_for_collections() {
    let vm = &mut *vm();
    let mut collections = 0;
    for i in 0..1_000_000 {
        vm.intern_mortal(format!("symbol {i}").as_bytes());
        if vm.core().poll & metatrace::vm::POLL_GC != 0 {
            vm.collect();
            collections += 1;
        }
    }
    assert!(vm.symbols.mortal_bytes() < 20 << 20);
    assert!((2..20).contains(&collections), "{collections}");
    assert_eq!(vm.heap.stats.full_collections, collections);
}
