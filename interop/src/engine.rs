//! Who speaks, per engine.

use crate::layouts::{INTEROP_LAYOUTS, Relation};
use crate::messages::Message;
use crate::modules::Modules;
use crate::speaker::{Speaker, Terms};
use hashbrown::HashMap;
use metatrace::code::Code;
use metatrace::value::Value;
use runtime::{Obj, Vm};
use std::cell::RefCell;

/// Codes that answer messages, by language, message and number of arguments.
type MessageCodes = HashMap<(u8, Message, usize), Option<&'static Code>>;

/// What interop keeps per engine: shared by step loops and natives as a plain reference.
#[derive(Default)]
pub struct Shared {
    speakers: RefCell<Vec<Option<&'static dyn Speaker>>>,
    /// Language by layout id.
    owners: RefCell<Vec<Option<u8>>>,
    codes: RefCell<MessageCodes>,
    /// Relations by language, module, name and way of asking: places in the engine's roots.
    relations: RefCell<HashMap<(u8, u32, u32, u32), usize>>,
    pub modules: Modules,
}

/// What the engine holds for interop.
struct Holder(&'static Shared);

/// The engine's interop state; `None` when none of its languages has joined.
#[inline]
pub fn shared(vm: &Vm) -> Option<&'static Shared> {
    vm.interop.downcast_ref::<Holder>().map(|h| h.0)
}

/// Makes the language numbered `lang` known to the others.
pub fn join(vm: &mut Vm, lang: u8, speaker: &'static dyn Speaker) {
    let shared = match shared(vm) {
        Some(shared) => shared,
        None => {
            metatrace::layout::register(INTEROP_LAYOUTS);
            let shared = vm.kept.keep(Shared::default());
            vm.interop = Box::new(Holder(shared));
            shared
        }
    };
    let mut speakers = shared.speakers.borrow_mut();
    if speakers.len() <= lang as usize {
        speakers.resize(lang as usize + 1, None);
    }
    speakers[lang as usize] = Some(speaker);
    let mut owners = shared.owners.borrow_mut();
    owners.resize(256, None);
    for &layout in speaker.layouts() {
        owners[layout as usize] = Some(lang);
    }
    if speaker.terms().is_some() {
        vm.term_hooks = Some(runtime::compare::TermHooks {
            same: same_terms,
            hash: hash_term,
            part: term_part,
        });
    }
    if speaker.answers_for_shared() {
        for owner in owners.iter_mut().take(64) {
            owner.get_or_insert(lang);
        }
    }
}

impl Shared {
    pub fn speaker(&self, lang: u8) -> Option<&'static dyn Speaker> {
        self.speakers.borrow().get(lang as usize).copied().flatten()
    }

    /// The language of objects with this layout.
    pub fn owner_of_layout(&self, layout: u8) -> Option<u8> {
        self.owners.borrow().get(layout as usize).copied().flatten()
    }

    /// The language that answers for an object.
    pub fn owner(&self, v: Value) -> Option<u8> {
        if !v.is_heap() {
            return None;
        }
        if let Some(lang) = stated_language(v) {
            return Some(lang);
        }
        self.owner_of_layout(metatrace::run::mem::tag_of(v.0).0)
    }

    /// The language with terms.
    pub fn terms(&self) -> Option<(u8, &'static dyn Terms)> {
        let speakers = self.speakers.borrow();
        speakers
            .iter()
            .enumerate()
            .find_map(|(lang, s)| Some((lang as u8, (*s)?.terms()?)))
    }

    /// The language that answers for shared values.
    pub fn values_language(&self) -> Option<u8> {
        let speakers = self.speakers.borrow();
        let found = |s: &Option<&'static dyn Speaker>| s.is_some_and(|s| s.answers_for_shared());
        speakers.iter().position(found).map(|lang| lang as u8)
    }

    /// The code that answers a message.
    pub fn code(
        &self,
        vm: &mut Vm,
        lang: u8,
        message: Message,
        arguments: usize,
    ) -> Option<&'static Code> {
        let key = (lang, message, arguments);
        if let Some(code) = self.codes.borrow().get(&key) {
            return *code;
        }
        let code = self.speaker(lang)?.code(vm, message, arguments);
        self.codes.borrow_mut().insert(key, code);
        code
    }

    /// The relation `module:name` as a value, if someone asked for it before.
    pub fn known_relation(
        &self,
        vm: &Vm,
        lang: u8,
        module: u32,
        name: u32,
        ask: u32,
    ) -> Option<Value> {
        let root = *self.relations.borrow().get(&(lang, module, name, ask))?;
        Some(vm.roots[root])
    }

    /// The relation `module:name` as a value: the same object each time.
    pub fn relation(&self, vm: &mut Vm, lang: u8, module: u32, name: u32, ask: u32) -> Value {
        let key = (lang, module, name, ask);
        if let Some(&root) = self.relations.borrow().get(&key) {
            return vm.roots[root];
        }
        let relation = vm.alloc::<Relation>(ask);
        relation.init(Relation::LANG, Value::small(lang as i64));
        relation.init(Relation::MODULE, Value::symbol(module));
        relation.init(Relation::NAME, Value::symbol(name));
        let root = vm.add_root(relation.value());
        self.relations.borrow_mut().insert(key, root);
        vm.roots[root]
    }
}

/// The language that an object of interop's own layouts names.
pub fn stated_language(v: Value) -> Option<u8> {
    use crate::layouts::{Foreign, ForeignModule, Query};
    let lang = if let Some(o) = Obj::<ForeignModule>::of(v) {
        o.int(ForeignModule::LANG)
    } else if let Some(o) = Obj::<Relation>::of(v) {
        o.int(Relation::LANG)
    } else if let Some(o) = Obj::<Query>::of(v) {
        o.int(Query::LANG)
    } else if let Some(o) = Obj::<Foreign>::of(v) {
        o.int(Foreign::LANG)
    } else {
        return None;
    };
    Some(lang as u8)
}

/// The speaker that answers for an object.
pub fn speaker_of(vm: &Vm, v: Value) -> Option<(u8, &'static dyn Speaker)> {
    let shared = shared(vm)?;
    let lang = shared.owner(v)?;
    Some((lang, shared.speaker(lang)?))
}

/// Is this a term or a variable of the language that has them?
pub fn is_term(v: Value) -> bool {
    use crate::layouts::{ATTRIBUTED, TERM, VARIABLE};
    v.is_heap() && [TERM, VARIABLE, ATTRIBUTED].contains(&metatrace::run::mem::tag_of(v.0).0)
}

/// The language with terms.
pub fn terms(vm: &Vm) -> Option<&'static dyn Terms> {
    shared(vm)?.terms().map(|t| t.1)
}

fn same_terms(vm: &mut Vm, a: Value, b: Value) -> Option<bool> {
    if !is_term(a) && !is_term(b) {
        return None;
    }
    let terms = terms(vm)?;
    Some(terms.same(vm, a, b))
}

/// A part of a term as a shared value.
pub fn term_part(vm: &mut Vm, part: Value) -> Value {
    match terms(vm) {
        Some(terms) => terms.part(vm, part),
        None => part,
    }
}

fn hash_term(vm: &mut Vm, v: Value) -> runtime::Guest<Option<i64>> {
    let Some(terms) = terms(vm).filter(|_| is_term(v)) else {
        return Ok(None);
    };
    match terms.hash(vm, v) {
        Some(hash) => Ok(Some(hash)),
        None => Err(vm.type_error("unhashable type: a term with unbound variables")),
    }
}
