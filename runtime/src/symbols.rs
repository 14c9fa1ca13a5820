//! Symbols: strings interned once per engine, as small numbers.
//!
//! Names of attributes and variables and Prolog's atoms are symbols. They are of two kinds:
//!
//! - *Permanent* ones are what Rust code, programs' texts and compilers name. Whoever has the number
//!   may keep it, in a table or in code. The text object of such a symbol is made on first use and
//!   kept (it is a root).
//! - *Mortal* ones ([`SYMBOL_MORTAL`] is set) are made of data while a program runs. A full collection
//!   forgets those that it did not meet as values, and that no root source shows as numbers
//!   (`RootSource::visit_symbols`); their numbers are used again. Their texts are kept until the next
//!   collection of any kind: a text refers to its symbol, not the other way round.
//!
//! A spelling has one symbol, of the kind that was asked for first. A mortal symbol that is asked for as a
//! permanent one keeps its number and is *pinned*: it is never forgotten.

use crate::heap::SymbolMarks;
use hashbrown::{DefaultHashBuilder, HashMap, HashSet, HashTable};
use metatrace::value::{SYMBOL_MORTAL, Value};
use std::hash::BuildHasher;

/// Symbols of the languages themselves, about; room for them is made at once.
const EXPECTED: usize = 1700;

/// What a mortal symbol takes beside its spelling, about: its place, its entry in the table, and what
/// the allocator adds.
const MORTAL_BYTES: usize = 56;

/// The engine's table of symbols. Texts are WTF-8, like guest strings.
pub struct Symbols {
    /// All spellings of permanent symbols, one after the other.
    bytes: Vec<u8>,
    /// Where each of them ends.
    ends: Vec<usize>,
    mortals: Mortals,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Text object per permanent symbol, UNDEF until wanted.
    texts: Vec<Value>,
    /// Those of mortal symbols, as far as they are known.
    mortal_texts: HashMap<u32, Value>,
}

/// The mortal symbols.
#[derive(Default)]
struct Mortals {
    /// By number; `None`: free.
    spellings: Vec<Option<Box<[u8]>>>,
    /// Free places, the lowest last.
    free: Vec<u32>,
    /// Numbers of those that are never to be forgotten.
    pinned: HashSet<u32>,
    /// What all of them take.
    bytes: usize,
    /// Numbers are not used again, so that one that should not be there any more is noticed.
    strict: bool,
}

impl Mortals {
    fn add(&mut self, name: &[u8]) -> u32 {
        self.bytes += cost(name);
        let spelling = Some(Box::from(name));
        match self.free.pop() {
            Some(index) => {
                self.spellings[index as usize] = spelling;
                index
            }
            None => {
                self.spellings.push(spelling);
                self.spellings.len() as u32 - 1
            }
        }
    }

    fn spelling(&self, id: u32) -> &[u8] {
        let index = (id & !SYMBOL_MORTAL) as usize;
        self.spellings[index]
            .as_deref()
            .expect("a symbol that was not forgotten")
    }

    fn is_free(&self, id: u32) -> bool {
        let index = (id & !SYMBOL_MORTAL) as usize;
        self.spellings.get(index).is_none_or(Option::is_none)
    }

    /// Forgets those without a mark that are not pinned.
    fn sweep(&mut self, marks: &SymbolMarks) {
        let mut freed = 0;
        for (index, place) in self.spellings.iter_mut().enumerate() {
            let id = index as u32 | SYMBOL_MORTAL;
            if !marks.has(id)
                && let Some(spelling) = place
                && !self.pinned.contains(&id)
            {
                freed += cost(spelling);
                *place = None;
            }
        }
        self.bytes -= freed;
        if self.strict {
            return;
        }
        while let Some(None) = self.spellings.last() {
            self.spellings.pop();
        }
        let count = self.spellings.len();
        if self.spellings.capacity() > 4 * count.max(EXPECTED) {
            self.spellings.shrink_to(2 * count);
            self.free.shrink_to(2 * count);
        }
        self.free.clear();
        let places = self.spellings.iter().enumerate().rev();
        let free = places.filter(|(_, place)| place.is_none());
        self.free.extend(free.map(|(index, _)| index as u32));
    }
}

fn cost(spelling: &[u8]) -> usize {
    MORTAL_BYTES + spelling.len().next_multiple_of(16)
}

impl Default for Symbols {
    fn default() -> Symbols {
        Symbols::new()
    }
}

impl Symbols {
    pub fn new() -> Symbols {
        Symbols {
            bytes: Vec::with_capacity(16 << 10),
            ends: Vec::with_capacity(EXPECTED),
            mortals: Mortals::default(),
            table: HashTable::with_capacity(EXPECTED),
            hasher: DefaultHashBuilder::default(),
            texts: Vec::with_capacity(EXPECTED),
            mortal_texts: HashMap::new(),
        }
    }

    /// From now on the numbers of forgotten symbols are not used again, and looking at the spelling of
    /// one panics: for the stress mode.
    pub fn be_strict(&mut self) {
        self.mortals.strict = true;
    }

    /// The number of the permanent symbol spelled `name`.
    pub fn intern(&mut self, name: &str) -> u32 {
        self.intern_bytes(name.as_bytes())
    }

    /// As [`intern`](Symbols::intern), for WTF-8. Costs a hash of the name and a look-up.
    pub fn intern_bytes(&mut self, name: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(name);
        if let Some(id) = self.find(name, hash) {
            self.pin(id);
            return id;
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.texts.push(Value::UNDEF);
        self.enter(id, hash);
        id
    }

    /// The number of the symbol spelled `name`, made as a mortal one if there is none: for data. The
    /// number may be kept in values and where the collector is shown it. Characters' names
    /// are permanent: they are few, and come again. Whoever calls this tells the heap
    /// ([`Vm::intern_mortal`](crate::Vm::intern_mortal) does).
    pub fn intern_mortal(&mut self, name: &[u8]) -> u32 {
        if name.len() <= 1 {
            return self.intern_bytes(name);
        }
        let hash = self.hasher.hash_one(name);
        if let Some(id) = self.find(name, hash) {
            return id;
        }
        let id = self.mortals.add(name) | SYMBOL_MORTAL;
        self.enter(id, hash);
        id
    }

    /// The symbol lives as long as the engine: its number may be kept anywhere.
    #[inline]
    pub fn pin(&mut self, id: u32) {
        if id & SYMBOL_MORTAL != 0 {
            self.mortals.pinned.insert(id);
        }
    }

    #[inline]
    fn find(&self, name: &[u8], hash: u64) -> Option<u32> {
        self.table.find(hash, |&id| self.bytes(id) == name).copied()
    }

    fn enter(&mut self, id: u32, hash: u64) {
        let (bytes, ends, mortals) = (&self.bytes, &self.ends, &self.mortals);
        let hasher = &self.hasher;
        self.table.insert_unique(hash, id, |&id| {
            hasher.hash_one(spelling(bytes, ends, mortals, id))
        });
    }

    /// The symbol spelled `name`, if it exists already.
    pub fn find_bytes(&self, name: &[u8]) -> Option<u32> {
        self.find(name, self.hasher.hash_one(name))
    }

    #[inline]
    pub fn bytes(&self, id: u32) -> &[u8] {
        spelling(&self.bytes, &self.ends, &self.mortals, id)
    }

    /// The spelling, with U+FFFD for what is not Unicode.
    pub fn name(&self, id: u32) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(id))
    }

    /// How many symbols there are.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    /// Is there a symbol with this number?
    pub fn has(&self, id: u32) -> bool {
        match id & SYMBOL_MORTAL {
            0 => (id as usize) < self.ends.len(),
            _ => !self.mortals.is_free(id),
        }
    }

    /// Bytes that the mortal symbols take, about.
    pub fn mortal_bytes(&self) -> usize {
        self.mortals.bytes
    }

    pub(crate) fn cached_text(&self, id: u32) -> Option<Value> {
        if id & SYMBOL_MORTAL != 0 {
            return self.mortal_texts.get(&id).copied();
        }
        Some(self.texts[id as usize]).filter(|t| t.is_heap())
    }

    pub(crate) fn cache_text(&mut self, id: u32, text: Value) {
        match id & SYMBOL_MORTAL {
            0 => self.texts[id as usize] = text,
            _ => drop(self.mortal_texts.insert(id, text)),
        }
    }

    /// Shows the texts of permanent and pinned symbols, and drops those of the others.
    pub(crate) fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.texts
            .iter_mut()
            .filter(|t| t.is_heap())
            .for_each(&mut *visit);
        let pinned = &self.mortals.pinned;
        self.mortal_texts.retain(|id, _| pinned.contains(id));
        self.mortal_texts.values_mut().for_each(visit);
    }

    /// Forgets the mortal symbols that are neither marked nor pinned. Costs time in proportion to all
    /// symbols.
    pub(crate) fn sweep(&mut self, marks: &SymbolMarks) {
        let before = self.mortals.bytes;
        self.mortals.sweep(marks);
        if self.mortals.bytes == before {
            return;
        }
        let mortals = &self.mortals;
        self.table
            .retain(|&mut id| id & SYMBOL_MORTAL == 0 || !mortals.is_free(id));
        let count = self.table.len().max(EXPECTED);
        if self.table.capacity() > 8 * count {
            let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
            self.table.shrink_to(2 * count, |&id| {
                hasher.hash_one(spelling(bytes, ends, mortals, id))
            });
        }
    }
}

#[inline]
fn spelling<'a>(bytes: &'a [u8], ends: &[usize], mortals: &'a Mortals, id: u32) -> &'a [u8] {
    if id & SYMBOL_MORTAL != 0 {
        return mortals.spelling(id);
    }
    let start = match id {
        0 => 0,
        _ => ends[id as usize - 1],
    };
    &bytes[start..ends[id as usize]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_spellings_are_one_symbol() {
        let mut symbols = Symbols::new();
        let ids: Vec<u32> = (0..1000)
            .map(|i| symbols.intern(&format!("s{i}")))
            .collect();
        for (i, &id) in ids.iter().enumerate() {
            assert_eq!(symbols.intern(&format!("s{i}")), id);
            assert_eq!(symbols.name(id), format!("s{i}"));
        }
        assert_eq!(symbols.len(), 1000);
        assert_eq!(symbols.find_bytes(b"absent"), None);
    }

    #[test]
    fn a_spelling_keeps_its_number_when_it_is_asked_for_as_the_other_kind() {
        let mut symbols = Symbols::new();
        let (name, data) = (symbols.intern("name"), symbols.intern_mortal(b"data"));
        assert_eq!(symbols.intern_mortal(b"name"), name);
        assert_eq!(symbols.intern("data"), data);
        assert_eq!(name & SYMBOL_MORTAL, 0);
        assert_ne!(data & SYMBOL_MORTAL, 0);
        // It was pinned by that.
        symbols.sweep(&SymbolMarks::default());
        assert_eq!(symbols.name(data), "data");
        assert_eq!(symbols.intern_mortal(b"c") & SYMBOL_MORTAL, 0);
    }

    #[test]
    fn symbols_without_a_mark_are_forgotten_and_their_numbers_used_again() {
        let mut symbols = Symbols::new();
        let name = symbols.intern("permanent");
        let ids: Vec<u32> = (0..1000)
            .map(|i| symbols.intern_mortal(format!("data{i}").as_bytes()))
            .collect();
        let bytes = symbols.mortal_bytes();
        let mut marks = SymbolMarks::default();
        ids.iter().step_by(10).for_each(|id| marks.mark(*id));
        symbols.pin(ids[777]);
        symbols.sweep(&marks);
        for (i, &id) in ids.iter().enumerate() {
            let spelled = format!("data{i}");
            let lives = i % 10 == 0 || i == 777;
            assert_eq!(symbols.has(id), lives);
            let found = symbols.find_bytes(spelled.as_bytes());
            assert_eq!(found, lives.then_some(id));
        }
        assert_eq!(symbols.len(), 102);
        assert!(symbols.mortal_bytes() < bytes / 9);
        assert_eq!(symbols.name(name), "permanent");
        // The lowest free number is the first to be used again.
        let new = symbols.intern_mortal(b"new");
        assert_eq!((new, symbols.name(new)), (ids[1], "new".into()));
    }

    #[test]
    fn a_loop_that_makes_symbols_takes_no_room() {
        let mut symbols = Symbols::new();
        for round in 0..50 {
            for i in 0..2000 {
                symbols.intern_mortal(format!("{round}-{i}").as_bytes());
            }
            symbols.sweep(&SymbolMarks::default());
            assert_eq!((symbols.len(), symbols.mortal_bytes()), (0, 0));
        }
        assert!(symbols.mortals.spellings.capacity() < 5000);
        assert!(symbols.table.capacity() < 10_000);
    }

    #[test]
    #[should_panic(expected = "not forgotten")]
    fn a_strict_table_does_not_use_numbers_again() {
        let mut symbols = Symbols::new();
        symbols.be_strict();
        let gone = symbols.intern_mortal(b"gone");
        symbols.sweep(&SymbolMarks::default());
        assert_ne!(symbols.intern_mortal(b"gone"), gone);
        symbols.name(gone);
    }
}
