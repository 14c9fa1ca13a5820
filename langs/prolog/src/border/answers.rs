//! Answers to messages that run no goals: terms, variables, relations and modules as objects.

use super::values::to_shared;
use crate::errors;
use crate::layouts::Struct;
use crate::state::pl;
use crate::term::{MakeTerms, deref, is_var};
use interop::layouts::{ASK_ALL, ASK_FIRST, ForeignModule, Query, Relation};
use interop::{Message, Speaker, Terms};
use metatrace::meta::Raised;
use metatrace::value::Value;
use runtime::Vm;
use runtime::layouts::{Dict, List, Tuple};
use runtime::native::Guest;
use runtime::object::{Obj, is};

use super::SPEAKER;

/// Messages that [`answer`] knows.
pub const ANSWERED: &[Message] = &[
    Message::Iterate,
    Message::GetMember,
    Message::SetMember,
    Message::GetIndex,
    Message::SetIndex,
    Message::Length,
    Message::Keys,
    Message::Items,
    Message::Text,
    Message::Show,
    Message::Equals,
    Message::Hash,
    Message::Raise,
];

/// What `receiver` answers to `message`.
pub fn answer(vm: &mut Vm, message: Message, receiver: Value, arguments: &[Value]) -> Guest {
    match message {
        Message::Iterate if is::<Query>(receiver) => Ok(receiver),
        Message::Iterate => Err(errors::type_error(vm, "iterable", receiver)),
        Message::GetMember => member(vm, receiver, arguments[0]),
        Message::GetIndex | Message::Length | Message::Keys | Message::Items => {
            contents(vm, message, receiver, arguments)
        }
        Message::SetIndex if is_var(receiver) => set_item(vm, receiver, arguments),
        // Terms, relations and modules are as they are.
        Message::SetIndex | Message::SetMember => {
            let what = match message {
                Message::SetIndex => "item",
                _ => "member",
            };
            Err(errors::permission_error(vm, "modify", what, receiver))
        }
        Message::Text | Message::Show => {
            let text = text(vm, receiver, message == Message::Show);
            Ok(vm.str(&text))
        }
        Message::Equals => Ok(Value::bool(SPEAKER.same(vm, receiver, arguments[0]))),
        Message::Hash => match SPEAKER.hash(vm, receiver) {
            Some(hash) => Ok(vm.int(hash)),
            None => Err(errors::instantiation(vm)),
        },
        Message::Raise => {
            let ball = super::values::to_term(vm, receiver);
            if is_var(deref(ball)) {
                return Err(errors::instantiation(vm));
            }
            Err(vm.raise(ball))
        }
        other => Err(not_answered(vm, other, receiver)),
    }
}

fn not_answered(vm: &mut Vm, message: Message, receiver: Value) -> Raised {
    let wanted = format!("object_with_{}", message.name().replace(' ', "_"));
    errors::type_error(vm, &wanted, receiver)
}

/// The value of a bound variable.
fn value_of(vm: &mut Vm, variable: Value) -> Guest {
    match is_var(deref(variable)) {
        true => Err(errors::instantiation(vm)),
        false => to_shared(vm, variable),
    }
}

/// What a bound variable's value, a term (its arguments) or a module (its predicates) holds.
fn contents(vm: &mut Vm, message: Message, receiver: Value, arguments: &[Value]) -> Guest {
    let held = if is_var(receiver) {
        value_of(vm, receiver)?
    } else if is::<Struct>(receiver) {
        SPEAKER.arguments(vm, receiver)
    } else if let Some(module) = Obj::<ForeignModule>::of(receiver) {
        predicates(vm, module)?
    } else {
        receiver
    };
    if let Some(dict) = Obj::<Dict>::of(held) {
        return in_dict(vm, message, dict, arguments);
    }
    let items = if let Some(tuple) = Obj::<Tuple>::of(held) {
        tuple.items().to_vec()
    } else if let Some(list) = Obj::<List>::of(held) {
        vm.list_values(list)
    } else {
        return Err(not_answered(vm, message, receiver));
    };
    match message {
        Message::Length => Ok(Value::small(items.len() as i64)),
        Message::GetIndex => {
            let at = arguments[0].to_int().map(|i| match i {
                i if i < 0 => i + items.len() as i64,
                i => i,
            });
            let found = at.and_then(|at| items.get(usize::try_from(at).ok()?));
            match found {
                Some(v) => Ok(*v),
                None => Err(no_item(vm, arguments[0])),
            }
        }
        _ => Err(not_answered(vm, message, receiver)),
    }
}

fn no_item(vm: &mut Vm, key: Value) -> Raised {
    let key = super::values::to_term(vm, key);
    errors::existence_error(vm, "item", key)
}

fn in_dict(vm: &mut Vm, message: Message, dict: Obj<Dict>, arguments: &[Value]) -> Guest {
    match message {
        Message::Length => Ok(Value::small(vm.dict_len(dict) as i64)),
        Message::GetIndex => match vm.dict_get(dict, arguments[0])?.done() {
            Some(Some(v)) => Ok(v),
            _ => Err(no_item(vm, arguments[0])),
        },
        Message::Keys => {
            let keys: Vec<Value> = vm.dict_entries(dict).iter().map(|e| e.0).collect();
            Ok(vm.list(&keys))
        }
        _ => {
            let entries = vm.dict_entries(dict);
            let items: Vec<Value> = entries.iter().map(|e| vm.tuple(&[e.0, e.1])).collect();
            Ok(vm.list(&items))
        }
    }
}

/// A module's predicates as relations, by name.
fn predicates(vm: &mut Vm, module: Obj<ForeignModule>) -> Guest {
    let mut members = Vec::new();
    let mut names = SPEAKER.members(vm, module);
    names.sort_by_key(|name| vm.symbols.name(*name).into_owned());
    for name in names {
        if let Some(relation) = SPEAKER.member(vm, module, name)? {
            members.push((vm.symbol_text(name), relation));
        }
    }
    let dict = vm.dict_of(&members)?;
    Ok(dict)
}

/// Stores an item of a bound variable's value.
fn set_item(vm: &mut Vm, receiver: Value, arguments: &[Value]) -> Guest {
    let held = value_of(vm, receiver)?;
    let (key, v) = (arguments[0], arguments[1]);
    if let Some(dict) = Obj::<Dict>::of(held) {
        return match vm.dict_set(dict, key, v)?.done() {
            Some(()) => Ok(Value::NONE),
            None => Err(no_item(vm, key)),
        };
    }
    let Some(list) = Obj::<List>::of(held) else {
        return Err(not_answered(vm, Message::SetIndex, receiver));
    };
    let n = vm.list_len(list);
    match key.to_int().and_then(|i| usize::try_from(i).ok()) {
        Some(i) if i < n => {
            vm.list_set(list, i, v);
            Ok(Value::NONE)
        }
        _ => Err(no_item(vm, key)),
    }
}

fn text(vm: &mut Vm, v: Value, quoted: bool) -> String {
    let name = |vm: &Vm, v: Value| vm.symbols.name(v.as_symbol()).into_owned();
    if let Some(relation) = Obj::<Relation>::of(v) {
        let module = name(vm, relation.get(Relation::MODULE));
        return format!(
            "<relation {module}:{}>",
            name(vm, relation.get(Relation::NAME))
        );
    }
    if let Some(module) = Obj::<ForeignModule>::of(v) {
        return format!("<module {}>", name(vm, module.get(ForeignModule::NAME)));
    }
    if is::<Query>(v) {
        return "<query>".to_owned();
    }
    SPEAKER.text(vm, v, quoted)
}

fn member(vm: &mut Vm, receiver: Value, name: Value) -> Guest {
    let wanted = runtime::text::of(name).unwrap_or_default().into_owned();
    let found = if let Some(module) = Obj::<ForeignModule>::of(receiver) {
        let symbol = vm.symbols.intern(&wanted);
        SPEAKER.member(vm, module, symbol)?
    } else if let Some(relation) = Obj::<Relation>::of(receiver) {
        let ask = match wanted.as_str() {
            "all" => Some(ASK_ALL),
            "first" => Some(ASK_FIRST),
            _ => None,
        };
        let lang = pl(vm).lang;
        let module = relation.get(Relation::MODULE).as_symbol();
        let name = relation.get(Relation::NAME).as_symbol();
        let shared = interop::shared(vm);
        ask.and_then(|ask| Some(shared?.relation(vm, lang, module, name, ask)))
    } else if is::<Struct>(deref(receiver)) {
        match wanted.as_str() {
            "name" => Some(SPEAKER.name(vm, deref(receiver))),
            "args" => Some(SPEAKER.arguments(vm, deref(receiver))),
            _ => None,
        }
    } else {
        match wanted.as_str() {
            "bound" => Some(Value::bool(SPEAKER.value_of(vm, receiver).is_some())),
            "value" if is_var(deref(receiver)) => return Err(errors::instantiation(vm)),
            "value" => Some(to_shared(vm, receiver)?),
            _ => None,
        }
    };
    match found {
        Some(v) => Ok(v),
        None => {
            let name = vm.data_atom(&wanted);
            Err(errors::existence_error(vm, "member", name))
        }
    }
}
