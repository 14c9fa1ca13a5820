//! Symbols: strings interned once per engine, as small numbers.
//!
//! Names of attributes and variables and Prolog's atoms are symbols. The text
//! object of a symbol is made on first use and kept (it is a root).

use hashbrown::{DefaultHashBuilder, HashTable};
use metatrace::value::Value;
use std::hash::BuildHasher;

/// Symbols of the languages themselves, about; room for them is made at once.
const EXPECTED: usize = 1700;

/// The engine's table of symbols. Texts are WTF-8, like guest strings.
pub struct Symbols {
    /// All spellings, one after the other.
    bytes: Vec<u8>,
    /// Where each symbol's spelling ends.
    ends: Vec<usize>,
    table: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// Text object per symbol, UNDEF until wanted.
    texts: Vec<Value>,
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
            table: HashTable::with_capacity(EXPECTED),
            hasher: DefaultHashBuilder::default(),
            texts: Vec::with_capacity(EXPECTED),
        }
    }

    /// The number of the symbol spelled `name`.
    pub fn intern(&mut self, name: &str) -> u32 {
        self.intern_bytes(name.as_bytes())
    }

    pub fn intern_bytes(&mut self, name: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(name);
        if let Some(&id) = self.table.find(hash, |&id| self.bytes(id) == name) {
            return id;
        }
        let id = self.ends.len() as u32;
        self.bytes.extend_from_slice(name);
        self.ends.push(self.bytes.len());
        self.texts.push(Value::UNDEF);
        let (bytes, ends, hasher) = (&self.bytes, &self.ends, &self.hasher);
        self.table
            .insert_unique(hash, id, |&id| hasher.hash_one(spelling(bytes, ends, id)));
        id
    }

    /// The symbol spelled `name`, if it exists already.
    pub fn find_bytes(&self, name: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        self.table.find(hash, |&id| self.bytes(id) == name).copied()
    }

    pub fn bytes(&self, id: u32) -> &[u8] {
        spelling(&self.bytes, &self.ends, id)
    }

    /// The spelling, with U+FFFD for what is not Unicode.
    pub fn name(&self, id: u32) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(id))
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(crate) fn cached_text(&self, id: u32) -> Option<Value> {
        Some(self.texts[id as usize]).filter(|t| t.is_heap())
    }

    pub(crate) fn cache_text(&mut self, id: u32, text: Value) {
        self.texts[id as usize] = text;
    }

    pub(crate) fn visit_roots(&mut self, visit: &mut dyn FnMut(&mut Value)) {
        self.texts
            .iter_mut()
            .filter(|t| t.is_heap())
            .for_each(visit);
    }
}

fn spelling<'a>(bytes: &'a [u8], ends: &[usize], id: u32) -> &'a [u8] {
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
}
