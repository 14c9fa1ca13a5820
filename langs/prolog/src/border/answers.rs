//! Answers to messages that run no goals: terms, variables, relations and modules as objects.

use super::values::to_shared;
use crate::errors;
use crate::layouts::Struct;
use crate::state::pl;
use crate::term::{MakeTerms, deref, is_var};
use interop::layouts::{ASK_ALL, ASK_FIRST, ForeignModule, Query, Relation};
use interop::{Message, Speaker, Terms};
use metatrace::value::Value;
use runtime::Vm;
use runtime::native::Guest;
use runtime::object::{Obj, is};

use super::SPEAKER;

/// Messages that [`answer`] knows.
pub const ANSWERED: &[Message] = &[
    Message::Iterate,
    Message::GetMember,
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
        other => Err(errors::type_error(
            vm,
            &format!("object_with_{}", other.name().replace(' ', "_")),
            receiver,
        )),
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
            let name = vm.sym(&wanted);
            Err(errors::existence_error(vm, "member", name))
        }
    }
}
