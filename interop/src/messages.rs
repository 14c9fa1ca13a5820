//! THE table of messages.
//!
//! A message is a frame of the receiver's language: slot 0 holds the receiver, the slots after it
//! the arguments, all of them shared values (see `values`). The frame ends in one of three ways, as
//! every frame does: it returns a value in the transfer register (`Arrival::Return`), it fails
//! (`Arrival::Fail`), or it raises (`Arrival::Raise`). [`Speaker::code`](crate::Speaker::code)
//! gives the code that the frame runs, by message and number of arguments: it is green, so a trace
//! that sends a message holds the receiver's code and nothing of the border.

macro_rules! messages {
    ($($name:ident = $text:literal, $args:expr, $fails:literal : $contract:literal;)*) => {
        /// A message.
        #[derive(Copy, Clone, PartialEq, Eq, Hash, Debug)]
        #[repr(u8)]
        pub enum Message { $(#[doc = $contract] $name,)* }

        impl Message {
            pub const ALL: &'static [Message] = &[$(Message::$name),*];
            /// Its name in errors and listings.
            pub const fn name(self) -> &'static str {
                match self { $(Message::$name => $text,)* }
            }
            /// Number of arguments after the receiver; `None`: any.
            pub const fn arguments(self) -> Option<u8> {
                match self { $(Message::$name => $args,)* }
            }
            /// May its frame fail?
            pub const fn may_fail(self) -> bool {
                match self { $(Message::$name => $fails,)* }
            }
            /// What sender and receiver owe each other.
            pub const fn contract(self) -> &'static str {
                match self { $(Message::$name => $contract,)* }
            }
        }
    };
}

messages! {
    Call = "call", None, true:
        "Applies the receiver to the arguments: one result, or failure where the language has it.";
    CallWith = "call with keywords", Some(2), true:
        "As `call`, with a tuple of positional arguments and a dict of keyword arguments.";
    Next = "next", Some(0), true:
        "Drives a suspended computation to its next value; fails when there is none, for good.";
    Close = "close", Some(0), false:
        "Ends a suspended computation: its cleanups run, newest first. Closing again does nothing.";
    Iterate = "iterate", Some(0), false:
        "A suspended computation over the receiver's items, for `next` and `close`.";
    GetMember = "get member", Some(1), false:
        "The member with this name (a string).";
    SetMember = "set member", Some(2), false:
        "Sets the member with this name; the result is nothing.";
    Invoke = "invoke member", Some(2), true:
        "Calls the member with this name with a tuple of arguments.";
    GetIndex = "get index", Some(1), false:
        "The item at an index or key.";
    SetIndex = "set index", Some(2), false:
        "Stores an item; the result is nothing.";
    Length = "length", Some(0), false:
        "Number of items.";
    Keys = "keys", Some(0), false:
        "The keys of a mapping, in order, as a list.";
    Items = "items", Some(0), false:
        "The items of a mapping, in order, as a list of pairs (tuples).";
    Text = "to text", Some(0), false:
        "The receiver as its language shows it to users, a string.";
    Show = "show", Some(0), false:
        "The receiver as its language writes it to be read again, a string.";
    Equals = "equals", Some(1), false:
        "Is the receiver equal to the argument? True or False.";
    Hash = "hash", Some(0), false:
        "An integer, the same for equal values.";
    Raise = "raise", Some(0), false:
        "Raises the receiver as an exception of its language.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_distinct_and_contracts_are_sentences() {
        for (i, m) in Message::ALL.iter().enumerate() {
            assert_eq!(*m as usize, i);
            assert!(m.contract().ends_with('.'), "{}", m.name());
            assert!(Message::ALL[..i].iter().all(|o| o.name() != m.name()));
        }
    }
}
