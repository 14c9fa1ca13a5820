//! Terms as words: equal words for variants, and for no other terms. Tables keep calls and answers so.
//!
//! A term is written arguments last. An immediate value is its own word; any other begins with a word
//! that has the tag of heap references, which no immediate value has, and below the payload one of the kinds.

use crate::layouts::Struct;
use crate::number;
use crate::state::pl;
use crate::term::{MakeTerms, Term, arity, deref, str_text, term};
use hashbrown::HashMap;
use metatrace::value::{TAG_HEAP, Value};
use num_bigint::BigInt;
use runtime::Vm;
use runtime::object::Obj;
use smallvec::SmallVec;

/// A variable by its number, in the order of first occurrence.
const VAR: u64 = 0;
/// A compound, by its functor.
const STRUCT: u64 = 1;
/// A float that is not immediate: its bits follow.
const FLOAT: u64 = 2;
/// Big integers and strings: the length in bytes; the bytes follow, padded to words.
const BIG: u64 = 3;
const STR: u64 = 4;
/// An object of another language, by its number in [`Held`].
const OBJECT: u64 = 5;

const KIND_SHIFT: u32 = 3;
const PAYLOAD_SHIFT: u32 = 8;

fn control(kind: u64, payload: u64) -> u64 {
    payload << PAYLOAD_SHIFT | kind << KIND_SHIFT | TAG_HEAP
}

/// Kind and payload of a word that is no immediate value.
fn parts(word: u64) -> Option<(u64, u64)> {
    let kind = (word >> KIND_SHIFT) & ((1 << (PAYLOAD_SHIFT - KIND_SHIFT)) - 1);
    Value(word)
        .is_heap()
        .then_some((kind, word >> PAYLOAD_SHIFT))
}

/// Objects of other languages in terms that are kept as words: roots.
#[derive(Default)]
pub struct Held {
    objects: Vec<Value>,
    /// Numbers by address, good until an object moves.
    numbers: HashMap<u64, u64>,
    moved: bool,
}

impl Held {
    fn number(&mut self, v: Value) -> u64 {
        if self.moved {
            self.moved = false;
            let numbered = self.objects.iter().zip(0..);
            self.numbers = numbered.map(|(v, n)| (v.0, n)).collect();
        }
        let next = self.objects.len() as u64;
        let number = *self.numbers.entry(v.0).or_insert(next);
        if number == next {
            self.objects.push(v);
        }
        number
    }

    pub fn visit(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        for v in &mut self.objects {
            let before = *v;
            visit(v);
            self.moved |= *v != before;
        }
    }

    pub fn clear(&mut self) {
        *self = Held::default();
    }
}

/// Variables in the order of their first occurrence.
#[derive(Default)]
pub struct Vars {
    pub list: SmallVec<[Value; 8]>,
    /// Numbers by address, once there are too many to look through.
    numbers: HashMap<u64, u64>,
}

impl Vars {
    const FEW: usize = 16;

    fn number(&mut self, v: Value) -> u64 {
        let count = self.list.len();
        let known = match count > Vars::FEW {
            false => self.list.iter().position(|x| *x == v).map(|n| n as u64),
            true => self.numbers.get(&v.0).copied(),
        };
        if let Some(n) = known {
            return n;
        }
        self.list.push(v);
        if count == Vars::FEW {
            self.numbers = self.list.iter().map(|v| v.0).zip(0..).collect();
        } else if count > Vars::FEW {
            self.numbers.insert(v.0, count as u64);
        }
        count as u64
    }
}

/// Writes a term that is not cyclic, or the first `limit` words of one that may be: false if that was
/// not all.
pub fn write(
    vm: &Vm,
    t: Value,
    limit: usize,
    out: &mut Vec<u64>,
    vars: &mut Vars,
    held: &mut Held,
) -> bool {
    let end = out.len().saturating_add(limit);
    let mut todo: SmallVec<[Value; 16]> = SmallVec::new();
    let mut next = Some(t);
    while let Some(t) = next.or_else(|| todo.pop()) {
        next = None;
        if out.len() >= end {
            return false;
        }
        let t = deref(t);
        if !t.is_heap() {
            out.push(t.0);
            continue;
        }
        match term(t) {
            Term::Struct(s) => {
                out.push(control(STRUCT, s.shape().into()));
                let n = arity(vm, s);
                todo.extend((1..n).rev().map(|i| s.item(Struct::ARGS, i)));
                next = (n > 0).then(|| s.item(Struct::ARGS, 0));
            }
            Term::Var(v) => out.push(control(VAR, vars.number(v))),
            Term::Float(f) => out.extend([control(FLOAT, 0), f.to_bits()]),
            Term::Big(b) => bytes(out, BIG, &b.to_signed_bytes_le()),
            Term::Str(s) => bytes(out, STR, str_text(s).as_bytes()),
            Term::Int(_) | Term::Atom(_) | Term::Other(_) => {
                out.push(control(OBJECT, held.number(t)));
            }
        }
    }
    true
}

fn bytes(out: &mut Vec<u64>, kind: u64, bytes: &[u8]) {
    out.push(control(kind, bytes.len() as u64));
    for chunk in bytes.chunks(8) {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        out.push(u64::from_le_bytes(word));
    }
}

/// Makes the term at the beginning of `words`, which then begin after it. Variables that `vars` does not have yet are made.
pub fn read(vm: &mut Vm, words: &mut &[u64], vars: &mut Vec<Value>, held: &Held) -> Value {
    // Compounds in the making, with the number of arguments and of those made.
    let mut open: SmallVec<[(Obj<Struct>, usize, usize); 8]> = SmallVec::new();
    loop {
        let mut value = match parts(words[0]) {
            Some((STRUCT, functor)) => {
                *words = &words[1..];
                let functor = functor as u32;
                let n = pl(vm).name_arity(functor).1;
                let s = vm.alloc_sized::<Struct>(functor, n);
                if n > 0 {
                    open.push((s, n, 0));
                    continue;
                }
                s.value()
            }
            _ => leaf(vm, words, vars, held),
        };
        loop {
            let Some((s, n, made)) = open.last_mut() else {
                return value;
            };
            s.init_item(Struct::ARGS, *made, value);
            *made += 1;
            if made < n {
                break;
            }
            value = s.value();
            open.pop();
        }
    }
}

fn leaf(vm: &mut Vm, words: &mut &[u64], vars: &mut Vec<Value>, held: &Held) -> Value {
    let word = words[0];
    *words = &words[1..];
    let Some((kind, payload)) = parts(word) else {
        return Value(word);
    };
    match kind {
        VAR => {
            while vars.len() <= payload as usize {
                let v = vm.new_var();
                vars.push(v);
            }
            vars[payload as usize]
        }
        FLOAT => {
            let bits = words[0];
            *words = &words[1..];
            vm.float(f64::from_bits(bits))
        }
        OBJECT => held.objects[payload as usize],
        _ => {
            let count = payload as usize;
            let (text, rest) = words.split_at(count.div_ceil(8));
            *words = rest;
            let mut bytes: Vec<u8> = text.iter().flat_map(|w| w.to_le_bytes()).collect();
            bytes.truncate(count);
            if kind == BIG {
                number::from_big(vm, &BigInt::from_signed_bytes_le(&bytes))
            } else {
                vm.str(&String::from_utf8_lossy(&bytes))
            }
        }
    }
}

/// The symbols in words that are whole terms.
pub fn symbols(mut words: &[u64]) -> impl Iterator<Item = Value> {
    std::iter::from_fn(move || {
        while let [word, rest @ ..] = words {
            let skip = match parts(*word) {
                Some((FLOAT, _)) => 1,
                Some((BIG | STR, count)) => (count as usize).div_ceil(8),
                _ => 0,
            };
            words = &rest[skip..];
            if Value(*word).is_symbol() {
                return Some(Value(*word));
            }
        }
        None
    })
}

/// A hash of words.
pub fn hash(words: &[u64]) -> u64 {
    const K: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |h: u64, w: &u64| (h.rotate_left(23) ^ w).wrapping_mul(K);
    let h = words.iter().fold(words.len() as u64, mix);
    (h ^ h >> 32).wrapping_mul(K)
}
