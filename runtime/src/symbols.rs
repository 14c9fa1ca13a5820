//! Symbols: strings interned once per engine, as small numbers.
//!
//! Names of attributes and variables and Prolog's atoms are symbols. The text
//! object of a symbol is made on first use and kept (it is a root).

use hashbrown::HashTable;
use metatrace::value::Value;
use std::hash::{BuildHasher, RandomState};

/// The engine's table of symbols. Texts are WTF-8, like guest strings.
pub struct Symbols {
    names: Vec<Box<[u8]>>,
    table: HashTable<u32>,
    hasher: RandomState,
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
            names: Vec::new(),
            table: HashTable::new(),
            hasher: RandomState::new(),
            texts: Vec::new(),
        }
    }

    /// The number of the symbol spelled `name`.
    pub fn intern(&mut self, name: &str) -> u32 {
        self.intern_bytes(name.as_bytes())
    }

    pub fn intern_bytes(&mut self, name: &[u8]) -> u32 {
        let hash = self.hasher.hash_one(name);
        if let Some(&id) = self
            .table
            .find(hash, |&id| *self.names[id as usize] == *name)
        {
            return id;
        }
        let id = self.names.len() as u32;
        self.names.push(name.into());
        self.texts.push(Value::UNDEF);
        let (names, hasher) = (&self.names, &self.hasher);
        self.table
            .insert_unique(hash, id, |&id| hasher.hash_one(&*names[id as usize]));
        id
    }

    /// The symbol spelled `name`, if it exists already.
    pub fn find_bytes(&self, name: &[u8]) -> Option<u32> {
        let hash = self.hasher.hash_one(name);
        self.table
            .find(hash, |&id| *self.names[id as usize] == *name)
            .copied()
    }

    pub fn bytes(&self, id: u32) -> &[u8] {
        &self.names[id as usize]
    }

    /// The spelling, with U+FFFD for what is not Unicode.
    pub fn name(&self, id: u32) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.bytes(id))
    }

    pub fn len(&self) -> usize {
        self.names.len()
    }

    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
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
