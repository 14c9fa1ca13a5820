//! Other languages' objects in the interpreter: members, calls, messages.

use crate::interp::call::{Args, is_too_deep, recursion_error};
use crate::interp::frames::{Cont, complete, raised, resume_pc, vm};
use crate::object::exception;
use interop::Message;
use interop::layouts::{ASK_ALL, ASK_FIRST, ASK_TEXT, Compound, ForeignModule, Query, Relation};
use metatrace::Val;
use metatrace::code::Code;
use metatrace::ir::Tag;
use metatrace::layout::LayoutType;
use metatrace::meta::{Arrival, Flow, Meta, Raised};
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use runtime::Vm;
use runtime::layouts::{Instance, List, Str, Tuple};
use runtime::native::Guest;
use runtime::natives;
use runtime::object::Obj;
use smallvec::SmallVec;

/// Reads the heap, makes objects.
const READS: Effects = Effects {
    reads: !0,
    ..Effects::FRESH
};

natives! {
    /// A query for all answers: relation, arguments.
    static NEW_QUERY = many "new_query"(vm, args) -> Guest [Effects::ANY] {
        let relation = Obj::<Relation>::cast(args[0]);
        let lang = relation.int(Relation::LANG) as u8;
        match interop::shared(vm).and_then(|s| s.speaker(lang)) {
            Some(speaker) => speaker.query(vm, relation, &args[1..]),
            None => Err(exception::type_error(vm, "this language has no queries")),
        }
    }
    /// A query for all answers to a text: relation, text, then names and values.
    static NEW_TEXT_QUERY = many "new_text_query"(vm, args) -> Guest [Effects::ANY] {
        let relation = Obj::<Relation>::cast(args[0]);
        let lang = relation.int(Relation::LANG) as u8;
        let Some(text) = runtime::text::of(args[1]).map(|t| t.into_owned()) else {
            return Err(exception::type_error(vm, "query() needs a str"));
        };
        let bindings: Vec<(u32, Value)> =
            args[2..].chunks(2).map(|p| (p[0].as_symbol(), p[1])).collect();
        let module = relation.get(Relation::MODULE);
        match interop::shared(vm).and_then(|s| s.speaker(lang)) {
            Some(speaker) => speaker.query_text(vm, module, &text, &bindings),
            None => Err(exception::type_error(vm, "this language has no queries")),
        }
    }
    /// TypeError of a relation called with keywords.
    static NO_KEYWORDS = "relation_keywords"(vm, relation) -> Guest [Effects::FRESH.raises()] {
        let name = Obj::<Relation>::cast(relation).get(Relation::NAME).as_symbol();
        let name = vm.symbols.name(name).into_owned();
        Err(exception::type_error(vm, format!("{name}() takes no keyword arguments")))
    }
    /// A part of a term as a value.
    static TERM_PART = "term_part"(vm, part) -> Value [READS] { interop::engine::term_part(vm, part) }
    /// A value as a part of a term.
    static PART_OF_TERM = "part_of_term"(vm, v) -> Value [READS.writes(group(List::LAYOUT.id))] {
        match interop::engine::terms(vm) {
            Some(terms) => terms.part_of(vm, v),
            None => v,
        }
    }
    /// The symbol of a string.
    static SYMBOL_OF = "symbol_of"(vm, text) -> Value [Effects::PURE] {
        Value::symbol(vm.symbol_of(Obj::cast(text)))
    }
    /// TypeError of an object that does not answer a message.
    static NOT_UNDERSTOOD = "message_not_understood"(vm, receiver, message) -> Guest [Effects::FRESH.raises()] {
        let message = Message::ALL[message.as_int() as usize].name();
        let name = crate::object::types::type_name(vm, receiver);
        Err(exception::type_error(vm, format!("'{name}' object does not answer '{message}'")))
    }
}

/// Has [`member`] something to say about values of this type?
pub fn has_members(tag: Tag) -> bool {
    let layouts = [ForeignModule::LAYOUT, Relation::LAYOUT, Compound::LAYOUT];
    layouts.iter().any(|layout| tag == Tag::layout(layout.id))
}

/// A member of another language's module, another way of asking a relation, or a part of a term.
pub fn member<M: Meta>(m: &mut M, o: Val<M>, name: u32) -> Option<Val<M>> {
    if m.is_tag(o, COMPOUND) {
        return member_of_term(m, o, name);
    }
    let found = if let Some(module) = m.as_ref::<ForeignModule>(o) {
        // Which module it is decides: language and name say so.
        let lang = m.get(module, ForeignModule::LANG);
        m.promote_int(lang);
        let o = m.promote(o);
        let engine = vm(m);
        m.outlined(|_| module_member(engine, Obj::cast(o), name))
    } else {
        let relation = m.cast::<Relation>(o);
        let lang = m.get(relation, Relation::LANG);
        let lang = m.promote_int(lang) as u8;
        let module = m.get(relation, Relation::MODULE);
        let module = m.promote(module).as_symbol();
        let own = m.get(relation, Relation::NAME);
        let own = m.promote(own).as_symbol();
        let engine = vm(m);
        m.outlined(|_| way_of_asking(engine, lang, module, own, name))
    };
    found.map(|v| m.val(v))
}

#[inline(never)]
fn module_member(vm: &mut Vm, module: Obj<ForeignModule>, name: u32) -> Option<Value> {
    let lang = module.int(ForeignModule::LANG) as u8;
    let speaker = interop::shared(vm)?.speaker(lang)?;
    if let Ok(Some(v)) = speaker.member(vm, module, name) {
        return Some(v);
    }
    match &*vm.symbols.name(name).into_owned() {
        "__name__" => {
            let name = module.get(ForeignModule::NAME).as_symbol();
            Some(vm.symbol_text(name))
        }
        "__file__" => Some(module.get(ForeignModule::FILE)),
        _ => None,
    }
}

const COMPOUND: Tag = Tag::layout(Compound::LAYOUT.id);
const VARIABLE: Tag = Tag::layout(interop::layouts::VARIABLE);

/// `name` and `args` of a compound term.
fn member_of_term<M: Meta>(m: &mut M, term: Val<M>, name: u32) -> Option<Val<M>> {
    let engine = vm(m);
    let (is_name, is_args) = m.outlined(|_| {
        let name = engine.symbols.name(name);
        (&*name == "name", &*name == "args")
    });
    match (is_name, is_args) {
        (true, _) => Some(term_name(m, term)),
        (_, true) => Some(term_args(m, term)),
        _ => None,
    }
}

fn term_name<M: Meta>(m: &mut M, term: Val<M>) -> Val<M> {
    let term = m.cast::<Compound>(term);
    let shape = m.shape(term);
    let engine = vm(m);
    let (name, _) = m.outlined(|_| functor(engine, shape));
    m.val(name)
}

fn term_args<M: Meta>(m: &mut M, term: Val<M>) -> Val<M> {
    let term = m.cast::<Compound>(term);
    let shape = m.shape(term);
    let engine = vm(m);
    let (_, n) = m.outlined(|_| functor(engine, shape));
    let mut args: SmallVec<[Val<M>; 8]> = SmallVec::new();
    for i in 0..n {
        let part = m.item_at(term, Compound::ARGS, i as u16);
        args.push(part_of_term(m, part));
    }
    runtime::tuple::new_tuple(m, &args).val()
}

fn part_of_term<M: Meta>(m: &mut M, part: Val<M>) -> Val<M> {
    let tag = m.tag(part);
    if tag == Tag::INT || tag == Tag::FLOAT {
        return part;
    }
    if tag == COMPOUND {
        let term = m.cast::<Compound>(part);
        let shape = m.shape(term);
        let engine = vm(m);
        if !m.outlined(|_| stands_for_value(engine, shape)) {
            return part;
        }
    }
    m.call(&TERM_PART, [part])
}

/// More arguments are the native's.
const ARGUMENTS_INLINE: i64 = 16;

/// `Term(name, *args)`; `None` where the native makes it, or raises.
pub fn new_term<M: Meta>(m: &mut M, bound: &[Val<M>], cont: Cont) -> Option<Flow> {
    let (name, args) = (bound[0], bound[1]);
    if !m.is_tag(name, Tag::layout(Str::LAYOUT.id)) {
        return None;
    }
    let args = m.cast::<Tuple>(args);
    let n = m.get(args, Tuple::LEN);
    let n = m.promote_int(n);
    if !(1..=ARGUMENTS_INLINE).contains(&n) {
        return None;
    }
    let symbol = m.call(&SYMBOL_OF, [name]);
    let symbol = m.promote(symbol).as_symbol();
    let engine = vm(m);
    let shape = m.outlined(|_| shape_of_terms(engine, symbol, n as usize))?;
    let mut parts: SmallVec<[Val<M>; 8]> = SmallVec::new();
    for i in 0..n {
        let v = m.item_at(args, Tuple::ITEMS, i as u16);
        parts.push(value_as_part(m, v));
    }
    let term = m.alloc_sized::<Compound>(shape, n as u16);
    for (i, part) in parts.iter().enumerate() {
        m.set_item_at(term, Compound::ARGS, i as u16, *part);
    }
    Some(complete(m, cont, term.val()))
}

fn value_as_part<M: Meta>(m: &mut M, v: Val<M>) -> Val<M> {
    let tag = m.tag(v);
    if tag == Tag::INT || tag == Tag::FLOAT || tag == COMPOUND || tag == VARIABLE {
        return v;
    }
    m.call(&PART_OF_TERM, [v])
}

#[inline(never)]
fn shape_of_terms(vm: &mut Vm, name: u32, arguments: usize) -> Option<u32> {
    Some(interop::engine::terms(vm)?.shape(vm, name, arguments))
}

#[inline(never)]
fn functor(vm: &mut Vm, shape: u32) -> (Value, usize) {
    let terms = interop::engine::terms(vm).expect("compound terms are some language's");
    terms.functor(vm, shape)
}

#[inline(never)]
fn stands_for_value(vm: &mut Vm, shape: u32) -> bool {
    interop::engine::terms(vm).is_some_and(|terms| terms.stands_for_value(vm, shape))
}

/// A class pattern with `count` positional parts and none by name: decided here for `Term`, the
/// values matched or None.
pub fn match_term<M: Meta>(m: &mut M, subject: Val<M>, count: u16) -> Option<Val<M>> {
    let tag = m.tag(subject);
    if tag != COMPOUND {
        let instance = tag == Tag::layout(Instance::LAYOUT.id);
        return (!instance).then(|| m.val(Value::NONE));
    }
    let mut parts: SmallVec<[Val<M>; 8]> = SmallVec::new();
    if count > 0 {
        parts.push(term_name(m, subject));
    }
    if count > 1 {
        parts.push(term_args(m, subject));
    }
    (count <= 2).then(|| runtime::tuple::new_tuple(m, &parts).val())
}

#[inline(never)]
fn way_of_asking(vm: &mut Vm, lang: u8, module: u32, own: u32, name: u32) -> Option<Value> {
    let ask = match &*vm.symbols.name(name) {
        "first" => ASK_FIRST,
        "all" => ASK_ALL,
        _ => return None,
    };
    let shared = interop::shared(vm)?;
    Some(shared.relation(vm, lang, module, own, ask))
}

/// Calls a relation in its way of asking.
pub fn call_relation<M: Meta>(m: &mut M, callee: Val<M>, mut args: Args<M>, cont: Cont) -> Flow {
    let relation = m.cast::<Relation>(callee);
    let ask = m.shape(relation);
    if ask == ASK_TEXT {
        return text_query(m, callee, &args, cont);
    }
    let positional = args.count();
    if ask == ASK_FIRST {
        // The default travels as the last argument.
        let default = match args.names.as_slice() {
            [] => m.val(Value::NONE),
            [name] if &*vm(m).symbols.name(*name) == "default" => args.values[positional],
            _ => return no_keywords(m, callee),
        };
        args.values.truncate(positional);
        args.values.push(default);
    } else if !args.names.is_empty() {
        return no_keywords(m, callee);
    }
    if ask == ASK_ALL {
        args.values.insert(0, callee);
        let query = m.call_many(&NEW_QUERY, &args.values);
        return new_query(m, query, cont);
    }
    let lang = m.get(relation, Relation::LANG);
    let lang = m.promote_int(lang) as u8;
    args.values.insert(0, callee);
    send_to(m, lang, Message::Call, &args.values, cont)
}

fn no_keywords<M: Meta>(m: &mut M, callee: Val<M>) -> Flow {
    let _ = m.try_call(&NO_KEYWORDS, [callee]);
    raised(m)
}

fn text_query<M: Meta>(m: &mut M, callee: Val<M>, args: &Args<M>, cont: Cont) -> Flow {
    let positional = args.count();
    let mut all: SmallVec<[Val<M>; 8]> = SmallVec::new();
    all.push(callee);
    match args.values.first() {
        Some(text) if positional == 1 => all.push(*text),
        _ => {
            let none = m.val(Value::NONE);
            all.push(none);
        }
    }
    for (i, &name) in args.names.iter().enumerate() {
        let name = m.val(Value::symbol(name));
        all.push(name);
        all.push(args.values[positional + i]);
    }
    let query = m.call_many(&NEW_TEXT_QUERY, &all);
    new_query(m, query, cont)
}

/// A query was made: it is counted.
fn new_query<M: Meta>(m: &mut M, query: Result<Val<M>, Raised>, cont: Cont) -> Flow {
    let Ok(query) = query else {
        return raised(m);
    };
    if let Some(query) = m.as_ref::<Query>(query) {
        let born = super::iteration::count_made(m);
        m.set(query, Query::BORN, born);
    }
    complete(m, cont, query)
}

/// Sends a message to an object of another language: the receiver first.
pub fn send<M: Meta>(m: &mut M, message: Message, values: &[Val<M>], cont: Cont) -> Flow {
    let query = m.cast::<Query>(values[0]);
    let lang = m.get(query, Query::LANG);
    let lang = m.promote_int(lang) as u8;
    send_to(m, lang, message, values, cont)
}

/// Pushes the frame of language `lang` that answers a message.
fn send_to<M: Meta>(m: &mut M, lang: u8, message: Message, values: &[Val<M>], cont: Cont) -> Flow {
    let engine = vm(m);
    let Some(code) = m.outlined(|_| code_for(engine, lang, message, values.len() - 1)) else {
        let number = m.const_int(message as i64).val();
        let _ = m.try_call(&NOT_UNDERSTOOD, [values[0], number]);
        return raised(m);
    };
    if is_too_deep(m) {
        return recursion_error(m);
    }
    let frame = m.new_frame(code);
    for (i, v) in values.iter().enumerate() {
        m.init_slot(&frame, i as u16, *v);
    }
    let resume = resume_pc(m, cont);
    m.enter_frame(frame, resume);
    Flow::Switch(Arrival::Start)
}

#[inline(never)]
fn code_for(vm: &mut Vm, lang: u8, message: Message, n: usize) -> Option<&'static Code> {
    interop::shared(vm)?.code(vm, lang, message, n)
}

/// Closes a query on the way out of the loop that made it.
pub fn close<M: Meta>(m: &mut M, query: Val<M>) -> Flow {
    send(m, Message::Close, &[query], Cont::Def)
}
