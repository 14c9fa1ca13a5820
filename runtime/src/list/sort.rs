//! Stable sorting.
//!
//! Keys that are all ints, all numbers, all strings, or other built-in values
//! with an order are sorted at once ([`Vm::sort_keys`]). Everything else is sorted by a
//! merge sort that can be suspended at each comparison: a [`Sorter`] lives in a
//! heap object, names the pair to be compared, and goes on with the answer,
//! so that the guest's `__lt__` runs in frames of its own.
//!
//! ```text
//! sorter = SORT_START(keys)
//! loop { match SORT_STEP(sorter, answer) { None => done, (x, y) => answer = guest(x < y) } }
//! SORT_APPLY(list, sorter)
//! ```

use crate::engine::Vm;
use crate::layouts::{IntArray, List, Tuple};
use crate::list::{FLOAT, INT, LIST_GROUPS, ListItems, OBJECT, STR};
use crate::native::Guest;
use crate::natives;
use crate::number;
use crate::object::{Obj, to_float};
use crate::text;
use metatrace::native::Effects;
use metatrace::value::Value;
use std::cmp::Ordering;

const READS: Effects = Effects::FRESH.reads(LIST_GROUPS);
const ANY: Effects = Effects::FRESH.reads(!0).writes(LIST_GROUPS).raises();

natives! {
    /// Sorts a list of built-in values; False, with nothing done, if the guest has to compare.
    pub static LIST_SORT = "list_sort"(vm, list, reverse) -> Guest<bool> [ANY] {
        vm.list_sort(Obj::cast(list), reverse == Value::TRUE)
    }
    /// Sorts a list by a list of as many built-in keys; False, with nothing done, if the guest has to compare.
    pub static LIST_SORT_BY = "list_sort_by"(vm, list, keys, reverse) -> Guest<bool> [ANY] {
        vm.list_sort_by(Obj::cast(list), Obj::cast(keys), reverse == Value::TRUE)
    }
    /// Begins to sort a list of keys, which is copied.
    pub static SORT_START = "sort_start"(vm, keys, reverse) -> Value [READS] {
        vm.sort_start(Obj::cast(keys), reverse == Value::TRUE)
    }
    /// Goes on with the answer to the last question (None at first): the next question as a
    /// tuple `(x, y)`: is `x < y`? None at the end.
    pub static SORT_STEP = "sort_step"(vm, sorter, answer) -> Value [READS.writes(LIST_GROUPS)] {
        let answer = (answer != Value::NONE).then_some(answer == Value::TRUE);
        match vm.sort_step(sorter, answer) {
            Some((x, y)) => vm.tuple(&[x, y]),
            None => Value::NONE,
        }
    }
    /// Puts the items of a list, as many as there were keys, into the order found.
    pub static SORT_APPLY = "sort_apply"(vm, list, sorter) -> () [READS.writes(LIST_GROUPS)] {
        vm.sort_apply(Obj::cast(list), sorter);
    }
}

/// What all keys of a list are.
enum KeyKind {
    Ints,
    Numbers,
    Strs,
    Others,
}

fn kind_of(keys: &[Value]) -> KeyKind {
    let number = |v: &Value| number::is_int(*v) || to_float(*v).is_some_and(|f| !f.is_nan());
    if keys.iter().all(|k| k.is_int()) {
        KeyKind::Ints
    } else if keys.iter().all(|k| text::bytes_of(*k).is_some()) {
        KeyKind::Strs
    } else if keys.iter().all(number) {
        KeyKind::Numbers
    } else {
        KeyKind::Others
    }
}

fn order_numbers(a: Value, b: Value) -> Ordering {
    match (to_float(a), to_float(b)) {
        (Some(x), Some(y)) => x.partial_cmp(&y),
        (Some(x), None) => number::cmp_int_float(b, x).map(Ordering::reverse),
        (None, Some(y)) => number::cmp_int_float(a, y),
        (None, None) => Some(number::cmp(a, b)),
    }
    .expect("no NaN")
}

impl Vm {
    /// Sorts in place; false, with nothing done, if the guest has to compare.
    pub fn list_sort(&mut self, list: Obj<List>, reverse: bool) -> Guest<bool> {
        self.own_store(list);
        let n = self.list_len(list);
        let items = self.list_items(list);
        match (list.shape(), items) {
            (INT, _) => {
                // The words of fixnums are ordered as the fixnums.
                let words = self.int_store(list, n);
                words.sort_unstable_by_key(|v| v.0 as i64);
                if reverse {
                    words.reverse();
                }
                return Ok(true);
            }
            (FLOAT, ListItems::Floats(items)) if items.iter().all(|f| !f.is_nan()) => {
                let order = |a: &f64, b: &f64| a.partial_cmp(b).expect("no NaN");
                let items = self.float_store(list, n);
                // -0.0 equals 0.0, so stability shows.
                match reverse {
                    false => items.sort_by(order),
                    true => items.sort_by(|a, b| order(b, a)),
                }
                return Ok(true);
            }
            (STR, _) => {
                let items = self.value_store(list, n);
                let key = |v: &Value| text::bytes(Obj::cast(*v));
                match reverse {
                    false => items.sort_by_key(key),
                    true => items.sort_by(|a, b| key(b).cmp(key(a))),
                }
                return Ok(true);
            }
            _ => {}
        }
        let keys = self.list_values(list);
        let Some(order) = self.sort_keys(&keys, reverse)? else {
            return Ok(false);
        };
        self.permute(list, &order);
        Ok(true)
    }

    /// Sorts a list by keys; false, with nothing done, if the guest has to compare.
    pub fn list_sort_by(&mut self, list: Obj<List>, keys: Obj<List>, reverse: bool) -> Guest<bool> {
        let keys = self.list_values(keys);
        let Some(order) = self.sort_keys(&keys, reverse)? else {
            return Ok(false);
        };
        self.permute(list, &order);
        Ok(true)
    }

    /// The stable order of built-in keys, as indices; `None` if the guest has to compare.
    pub fn sort_keys(&mut self, keys: &[Value], reverse: bool) -> Guest<Option<Vec<u32>>> {
        let mut order: Vec<u32> = (0..keys.len() as u32).collect();
        let key = |i: u32| keys[i as usize];
        let flip = |o: Ordering| if reverse { o.reverse() } else { o };
        match kind_of(keys) {
            KeyKind::Ints => {
                order.sort_by(|&a, &b| flip((key(a).0 as i64).cmp(&(key(b).0 as i64))))
            }
            KeyKind::Numbers => order.sort_by(|&a, &b| flip(order_numbers(key(a), key(b)))),
            KeyKind::Strs => {
                let bytes = |i| text::bytes(Obj::cast(key(i)));
                order.sort_by(|&a, &b| flip(bytes(a).cmp(bytes(b))));
            }
            KeyKind::Others => {
                let mut words = vec![Value::small(0); sorter_words(keys.len())];
                let mut sorter = Sorter::start(&mut words, reverse);
                let mut answer = None;
                while let Some((x, y)) = sorter.step(answer) {
                    let Some(o) = self.order(key(x as u32), key(y as u32))? else {
                        return Ok(None);
                    };
                    answer = Some(o == Ordering::Less);
                }
                order = sorter.order();
            }
        }
        Ok(Some(order))
    }

    /// Puts the items into the given order.
    fn permute(&mut self, list: Obj<List>, order: &[u32]) {
        let items = self.list_values(list);
        let sorted: Vec<Value> = order.iter().map(|&i| items[i as usize]).collect();
        let n = sorted.len();
        if list.shape() == OBJECT {
            self.value_store(list, n).copy_from_slice(&sorted);
        } else {
            self.list_assign(list, &sorted);
        }
    }

    /// Begins a sort that asks for each comparison.
    pub fn sort_start(&mut self, keys: Obj<List>, reverse: bool) -> Value {
        let keys = self.list_copy(keys);
        let n = sorter_words(self.list_len(Obj::cast(keys)));
        let words = self.alloc_counted::<IntArray>(0, n);
        Sorter::start(words.values_mut(self, IntArray::ITEMS, n), reverse);
        self.tuple(&[keys, words.value()])
    }

    /// Goes on with a sort; the next question: is the first less than the second?
    pub fn sort_step(&mut self, sorter: Value, answer: Option<bool>) -> Option<(Value, Value)> {
        let keys = Obj::cast(Obj::<Tuple>::cast(sorter).item(Tuple::ITEMS, 0));
        let (x, y) = self.sorter(sorter).step(answer)?;
        Some((self.list_get(keys, x), self.list_get(keys, y)))
    }

    pub fn sort_apply(&mut self, list: Obj<List>, sorter: Value) {
        let order = self.sorter(sorter).order();
        self.permute(list, &order);
    }

    fn sorter<'a>(&mut self, sorter: Value) -> Sorter<'a> {
        let words = Obj::<IntArray>::cast(Obj::<Tuple>::cast(sorter).item(Tuple::ITEMS, 1));
        let n = words.size(IntArray::LEN);
        Sorter(words.values_mut(self, IntArray::ITEMS, n))
    }
}

/// A bottom-up merge sort that stops at every comparison, on words that may be
/// a heap object's: a header ([`WIDTH`] …) and two rooms for all items.
///
/// The room being read holds sorted runs of `width` items; two neighbours are
/// being merged into the other one: the run at `low` is read at `i`, the next one at `j`.
struct Sorter<'a>(&'a mut [Value]);

const WIDTH: usize = 0;
const LOW: usize = 1;
const LEFT: usize = 2;
const RIGHT: usize = 3;
const REVERSE: usize = 4;
/// Which of the two rooms is being read.
const ROOM: usize = 5;
const HEADER_WORDS: usize = 6;

/// Words of a sorter for `n` items.
fn sorter_words(n: usize) -> usize {
    HEADER_WORDS + 2 * n
}

impl Sorter<'_> {
    fn start(words: &mut [Value], reverse: bool) -> Sorter<'_> {
        words.fill(Value::small(0));
        let mut sorter = Sorter(words);
        let n = sorter.len();
        sorter.set(WIDTH, 1);
        sorter.set(REVERSE, reverse as usize);
        for i in 0..n {
            // Sorting the reversed items and reversing the result keeps equal items in order.
            sorter.set(HEADER_WORDS + i, if reverse { n - 1 - i } else { i });
        }
        sorter.enter(0);
        sorter
    }

    fn get(&self, word: usize) -> usize {
        self.0[word].as_int() as usize
    }
    fn set(&mut self, word: usize, n: usize) {
        self.0[word] = Value::small(n as i64);
    }
    fn len(&self) -> usize {
        (self.0.len() - HEADER_WORDS) / 2
    }
    fn from(&self) -> usize {
        HEADER_WORDS + self.get(ROOM) * self.len()
    }
    fn to(&self) -> usize {
        HEADER_WORDS + (1 - self.get(ROOM)) * self.len()
    }
    fn middle(&self) -> usize {
        (self.get(LOW) + self.get(WIDTH)).min(self.len())
    }
    fn high(&self) -> usize {
        (self.get(LOW) + 2 * self.get(WIDTH)).min(self.len())
    }
    fn enter(&mut self, low: usize) {
        self.set(LOW, low);
        self.set(LEFT, low);
        self.set(RIGHT, self.middle());
    }

    /// Takes the answer to the last question; the next one, as indices of keys.
    fn step(&mut self, answer: Option<bool>) -> Option<(usize, usize)> {
        if let Some(less) = answer {
            let (i, j) = (self.get(LEFT), self.get(RIGHT));
            let at = self.to() + i + j - self.middle();
            let (word, n) = if less { (RIGHT, j) } else { (LEFT, i) };
            self.0[at] = self.0[self.from() + n];
            self.set(word, n + 1);
        }
        while self.get(WIDTH) < self.len() {
            if self.get(LOW) >= self.len() {
                self.set(ROOM, 1 - self.get(ROOM));
                self.set(WIDTH, self.get(WIDTH) * 2);
                self.enter(0);
                continue;
            }
            let (i, j) = (self.get(LEFT), self.get(RIGHT));
            let (middle, high, from) = (self.middle(), self.high(), self.from());
            if i < middle && j < high {
                return Some((self.get(from + j), self.get(from + i)));
            }
            // One run is used up: the rest of the other follows.
            let at = self.to() + i + j - middle;
            self.0.copy_within(from + i..from + middle, at);
            self.0.copy_within(from + j..from + high, at + middle - i);
            self.enter(high);
        }
        None
    }

    /// The order found.
    fn order(&self) -> Vec<u32> {
        let from = self.from();
        let items = self.0[from..from + self.len()].iter();
        let mut order: Vec<u32> = items.map(|v| v.as_int() as u32).collect();
        if self.get(REVERSE) != 0 {
            order.reverse();
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::vm;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn all_ways_of_sorting_agree(keys in proptest::collection::vec(-9i64..9, 0..60), reverse: bool) {
            let vm = &mut *vm();
            let mut model: Vec<(i64, usize)> = keys.iter().copied().zip(0..).collect();
            match reverse {
                false => model.sort_by_key(|m| m.0),
                true => model.sort_by_key(|m| -m.0),
            }
            let expected: Vec<u32> = model.iter().map(|m| m.1 as u32).collect();
            let ints: Vec<Value> = keys.iter().map(|&k| Value::small(k)).collect();
            prop_assert_eq!(vm.sort_keys(&ints, reverse), Ok(Some(expected.clone())));
            let floats: Vec<Value> = keys.iter().map(|&k| vm.float(k as f64)).collect();
            prop_assert_eq!(vm.sort_keys(&floats, reverse), Ok(Some(expected.clone())));
            let tuples: Vec<Value> = ints.iter().map(|&k| vm.tuple(&[k])).collect();
            prop_assert_eq!(vm.sort_keys(&tuples, reverse), Ok(Some(expected.clone())));
            let texts: Vec<Value> = keys.iter().map(|&k| vm.str(&format!("{:02}", k + 9))).collect();
            prop_assert_eq!(vm.sort_keys(&texts, reverse), Ok(Some(expected.clone())));

            let list = Obj::cast(vm.list(&ints));
            let sorter = vm.sort_start(list, reverse);
            let mut answer = None;
            while let Some((x, y)) = vm.sort_step(sorter, answer) {
                answer = Some(x.as_int() < y.as_int());
            }
            let places: Vec<Value> = (0..keys.len() as i64).map(Value::small).collect();
            let other = Obj::cast(vm.list(&places));
            vm.sort_apply(other, sorter);
            let found: Vec<u32> = vm.list_values(other).iter().map(|v| v.as_int() as u32).collect();
            prop_assert_eq!(found, expected);

            for strategies in [true, false] {
                vm.options.strategies = strategies;
                for keys in [&ints, &floats, &texts, &tuples] {
                    let list = Obj::cast(vm.list(keys));
                    prop_assert_eq!(vm.list_sort(list, reverse), Ok(true));
                    let sorted: Vec<Value> = model.iter().map(|m| keys[m.1]).collect();
                    prop_assert_eq!(vm.list_values(list), sorted);
                }
            }
        }
    }

    #[test]
    fn keys_without_order_are_left_to_the_guest() {
        let vm = &mut *vm();
        let s = vm.str("a");
        let list = Obj::cast(vm.list(&[s, Value::small(1)]));
        assert_eq!(vm.list_sort(list, false), Ok(false));
        assert_eq!(vm.list_values(list), [s, Value::small(1)]);
    }
}
