//! The compatibility kit: what a language supplies once, and what must then hold between it and every
//! language, itself included.
//!
//! A language gives two modules. The *samples* make values: functions without arguments (relations with one
//! output) named below. The *asks* send messages: a function for each name in [`CHECKS`], in the
//! language's own words. A check calls an ask of one language with a sample of another; what comes of it
//! must not depend on which languages these are, but for what a language lacks and says so.
//!
//! | sample | what it is |
//! | --- | --- |
//! | `whole`, `big`, `real` | 42, 10^30, 2.5 |
//! | `text`, `truth`, `nothing` | "héllo", True, None |
//! | `sequence`, `pair`, `mapping` | [1, 2, 3], (1, "two"), {"a": 1, "b": 2} |
//! | `add`, `same` | functions: the sum of two arguments, the argument |
//! | `count` | a generator function of one argument n: 1, …, n; notes that it was closed |
//! | `closings` | a function: how often `count` ended so far, by itself or by being closed |
//! | `fails` | a function that has no result: fails, or returns nothing |
//! | `raises` | a function that raises an exception whose text has "boom" |
//! | `boom` | such an exception as a value |
//! | `object` | has a member `size` that is 3, and a method `scaled` that multiplies it |
//! | `shown` | a value of the language's own |

use crate::messages::Message;
use metatrace::value::Value;
use runtime::layouts::{Dict, List, Str, Tuple};
use runtime::object::{Obj, is};
use runtime::{Vm, number, object, text};

/// What a language supplies.
#[derive(Copy, Clone, Debug)]
pub struct Samples {
    pub language: &'static str,
    /// The module that makes the samples.
    pub samples: &'static str,
    /// The module that asks.
    pub asks: &'static str,
    /// Its functions are relations, whose result is an output argument.
    pub relational: bool,
    /// Samples that the language has no values for, and asks that it has no words for.
    pub lacks: &'static [&'static str],
    /// Its `shown` as text and to be read again.
    pub shown: [&'static str; 2],
}

/// What a check expects.
#[derive(Copy, Clone, Debug)]
pub enum Expected {
    /// This value, as [`canonical`] writes it.
    Gives(&'static str),
    /// The same value as the receiver, the same object if it is one.
    Receiver,
    /// The receiver's `shown` text, number 0 or 1.
    Shown(usize),
    /// Any value; the same for each way of asking.
    Something,
    /// No result: failure, or nothing.
    Nothing,
    /// An exception with this in its text.
    Raises(&'static str),
}

/// One row: `ask` with the sample `receiver` and more arguments.
#[derive(Copy, Clone, Debug)]
pub struct Check {
    pub messages: &'static [Message],
    pub ask: &'static str,
    pub receiver: &'static str,
    pub arguments: &'static [Argument],
    pub expected: Expected,
}

/// An argument of an ask besides the receiver.
#[derive(Copy, Clone, Debug)]
pub enum Argument {
    Int(i64),
    Text(&'static str),
}

use Argument::{Int, Text};
use Expected::{Gives, Nothing, Raises, Receiver, Shown, Something};

const fn row(
    messages: &'static [Message],
    ask: &'static str,
    receiver: &'static str,
    arguments: &'static [Argument],
    expected: Expected,
) -> Check {
    Check {
        messages,
        ask,
        receiver,
        arguments,
        expected,
    }
}

/// THE table of checks.
pub const CHECKS: &[Check] = &[
    // Values through a call there and back.
    row(&[], "keep", "whole", &[], Gives("42")),
    row(
        &[],
        "keep",
        "big",
        &[],
        Gives("1000000000000000000000000000000"),
    ),
    row(&[], "keep", "real", &[], Gives("2.5")),
    row(&[], "keep", "text", &[], Gives("\"héllo\"")),
    row(&[], "keep", "truth", &[], Gives("True")),
    row(&[], "keep", "nothing", &[], Nothing),
    row(&[], "keep", "sequence", &[], Gives("[1, 2, 3]")),
    row(&[], "keep", "pair", &[], Gives("(1, \"two\")")),
    row(&[], "keep", "mapping", &[], Gives("{\"a\": 1, \"b\": 2}")),
    row(&[], "keep", "object", &[], Receiver),
    row(&[], "keep", "add", &[], Receiver),
    row(&[], "keep", "shown", &[], Receiver),
    // Calls.
    row(
        &[Message::Call],
        "call_2",
        "add",
        &[Int(3), Int(4)],
        Gives("7"),
    ),
    row(
        &[Message::Call],
        "call_1",
        "same",
        &[Text("x")],
        Gives("\"x\""),
    ),
    row(&[Message::Call], "call_1", "add", &[Int(3)], Raises("add")),
    row(&[Message::Call], "call_1", "fails", &[Int(1)], Nothing),
    row(
        &[Message::Call],
        "call_1",
        "raises",
        &[Int(1)],
        Raises("boom"),
    ),
    row(
        &[Message::Call],
        "caught",
        "raises",
        &[Int(1)],
        Gives("\"caught\""),
    ),
    row(&[Message::Call], "call_1", "whole", &[Int(1)], Raises("")),
    row(
        &[Message::CallWith],
        "keywords",
        "add",
        &[Int(3), Int(4)],
        Gives("7"),
    ),
    // Computations of several values.
    row(
        &[Message::Next],
        "all_of",
        "count",
        &[Int(3)],
        Gives("[1, 2, 3]"),
    ),
    row(&[Message::Next], "all_of", "count", &[Int(0)], Gives("[]")),
    row(
        &[Message::Next, Message::Close],
        "first_of",
        "count",
        &[Int(3)],
        Gives("1"),
    ),
    row(
        &[Message::Next, Message::Close],
        "closes",
        "count",
        &[Int(3)],
        Gives("1"),
    ),
    row(
        &[Message::Iterate],
        "items_of",
        "sequence",
        &[],
        Gives("[1, 2, 3]"),
    ),
    row(&[Message::Iterate], "items_of", "whole", &[], Raises("")),
    // Members.
    row(&[Message::GetMember], "size_of", "object", &[], Gives("3")),
    row(
        &[Message::GetMember],
        "size_of",
        "whole",
        &[],
        Raises("size"),
    ),
    row(
        &[Message::SetMember],
        "resize",
        "object",
        &[Int(5)],
        Gives("5"),
    ),
    row(&[Message::Invoke], "scale", "object", &[Int(2)], Gives("6")),
    // Items.
    row(
        &[Message::GetIndex],
        "item_of",
        "mapping",
        &[Text("b")],
        Gives("2"),
    ),
    row(
        &[Message::SetIndex],
        "set_item",
        "mapping",
        &[Text("c"), Int(7)],
        Gives("7"),
    ),
    row(&[Message::Length], "length_of", "sequence", &[], Gives("3")),
    row(
        &[Message::Keys],
        "keys_of",
        "mapping",
        &[],
        Gives("[\"a\", \"b\"]"),
    ),
    row(
        &[Message::Items],
        "pairs_of",
        "mapping",
        &[],
        Gives("[(\"a\", 1), (\"b\", 2)]"),
    ),
    // Texts, comparisons, exceptions.
    row(&[Message::Text], "text_of", "shown", &[], Shown(0)),
    row(&[Message::Show], "show_of", "shown", &[], Shown(1)),
    row(&[Message::Equals], "is_same", "shown", &[], Gives("True")),
    row(&[Message::Equals], "is_same", "object", &[], Gives("True")),
    row(&[Message::Hash], "hash_of", "shown", &[], Something),
    row(&[Message::Raise], "throw", "boom", &[], Raises("boom")),
];

/// A shared value as text that does not depend on a language; objects by what they are.
pub fn canonical(vm: &mut Vm, v: Value) -> String {
    let many = |vm: &mut Vm, items: Vec<Value>| {
        let texts: Vec<String> = items.into_iter().map(|v| canonical(vm, v)).collect();
        texts.join(", ")
    };
    if v == Value::TRUE {
        return "True".to_owned();
    }
    if v == Value::FALSE {
        return "False".to_owned();
    }
    if v == Value::NONE {
        return "None".to_owned();
    }
    if let Some(int) = number::to_big(v) {
        return int.to_string();
    }
    if let Some(float) = object::to_float(v) {
        return format!("{float:?}");
    }
    if is::<Str>(v) {
        return format!("{:?}", text::of(v).unwrap_or_default());
    }
    if let Some(list) = Obj::<List>::of(v) {
        let items = vm.list_values(list);
        return format!("[{}]", many(vm, items));
    }
    if let Some(tuple) = Obj::<Tuple>::of(v) {
        let items = tuple.items().to_vec();
        return format!("({})", many(vm, items));
    }
    if let Some(dict) = Obj::<Dict>::of(v) {
        let entries = vm.dict_entries(dict).into_iter();
        let texts: Vec<String> = entries
            .map(|(k, v)| format!("{}: {}", canonical(vm, k), canonical(vm, v)))
            .collect();
        return format!("{{{}}}", texts.join(", "));
    }
    match crate::engine::speaker_of(vm, v) {
        Some((lang, speaker)) => {
            format!(
                "<{} {}>",
                vm.languages[lang as usize].name(),
                speaker.type_name(vm, v)
            )
        }
        None => "<object>".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_message_is_checked() {
        for message in Message::ALL {
            let is_checked = CHECKS.iter().any(|check| check.messages.contains(message));
            assert!(is_checked, "no check for `{}`", message.name());
        }
    }
}
