//! Values between Rust and guest programs.

use super::Error;
use interop::Message;
use metatrace::value::Value;
use num_bigint::BigInt;
use runtime::heap::Handle;
use runtime::layouts::{Dict, List, Tuple};
use runtime::{Obj, Vm, number, object, text};
use std::collections::BTreeMap;

/// A guest value that Rust holds on to; it stays where collections move it.
#[derive(Clone, Debug)]
pub struct Object(Handle);

impl Object {
    pub(super) fn new(vm: &mut Vm, value: Value) -> Object {
        Object(vm.heap.handle(value))
    }

    pub(super) fn value(&self) -> Value {
        self.0.get()
    }
}

/// The engine as functions of the host see it: where conversions make guest values, and what calls
/// guest functions back.
pub struct Scope<'a> {
    vm: &'a mut Vm,
    /// What the latest call raised.
    raised: Option<Object>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(vm: &'a mut Vm) -> Scope<'a> {
        Scope { vm, raised: None }
    }

    /// Calls a guest function, class or relation. Its exception is an error here; a function of the
    /// host that returns the error raises the same exception again.
    pub fn call<T: FromGuest>(
        &mut self,
        function: &Object,
        arguments: impl Arguments,
    ) -> Result<T, Error> {
        let mut slots = vec![function.value()];
        slots.extend(arguments.to_values(self));
        let shared = interop::shared(self.vm);
        let code = shared.and_then(|shared| {
            let owner = shared.owner(function.value());
            let lang = owner.or_else(|| shared.values_language())?;
            let code = shared.code(self.vm, lang, Message::Call, slots.len() - 1)?;
            Some((lang, code))
        });
        let Some((lang, code)) = code else {
            return Err(Error::Setup("the value cannot be called".to_owned()));
        };
        match self.vm.execute(code, &slots) {
            Ok(value) if value == Value::STOP => T::from_guest(self, Value::NONE),
            Ok(value) => T::from_guest(self, value),
            Err(_) => {
                let exception = self.vm.take_pending();
                self.raised = Some(Object::new(self.vm, exception));
                Err(super::guest_error(self.vm, lang, exception))
            }
        }
    }

    /// What a call raised, if `error` tells of that.
    pub(super) fn raised(self, error: &Error) -> Option<Object> {
        self.raised.filter(|_| matches!(error, Error::Guest { .. }))
    }
}

/// Rust values that a guest can be given.
pub trait ToGuest {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value;
}

/// Rust values that a guest's value may be.
pub trait FromGuest: Sized {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Self, Error>;
}

/// The arguments of a call: a tuple.
pub trait Arguments {
    fn to_values(self, scope: &mut Scope<'_>) -> Vec<Value>;
}

/// In the place of a relation's argument: its value is wanted.
#[derive(Copy, Clone, PartialEq, Eq, Debug)]
pub struct Out;

impl ToGuest for Out {
    fn to_guest(self, _: &mut Scope<'_>) -> Value {
        interop::values::OUT
    }
}

fn mismatch<T>(scope: &Scope<'_>, wanted: &str, value: Value) -> Result<T, Error> {
    let found = interop::engine::speaker_of(scope.vm, value)
        .map_or("another value".to_owned(), |(_, speaker)| {
            speaker.type_name(scope.vm, value)
        });
    Err(Error::Conversion(format!("expected {wanted}, got {found}")))
}

impl ToGuest for Object {
    fn to_guest(self, _: &mut Scope<'_>) -> Value {
        self.value()
    }
}
impl ToGuest for &Object {
    fn to_guest(self, _: &mut Scope<'_>) -> Value {
        self.value()
    }
}
impl FromGuest for Object {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Object, Error> {
        Ok(Object::new(scope.vm, value))
    }
}

impl ToGuest for () {
    fn to_guest(self, _: &mut Scope<'_>) -> Value {
        Value::NONE
    }
}
/// Whatever the value is.
impl FromGuest for () {
    fn from_guest(_: &mut Scope<'_>, _: Value) -> Result<(), Error> {
        Ok(())
    }
}

impl ToGuest for bool {
    fn to_guest(self, _: &mut Scope<'_>) -> Value {
        Value::bool(self)
    }
}
impl FromGuest for bool {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<bool, Error> {
        match value {
            Value::TRUE => Ok(true),
            Value::FALSE => Ok(false),
            _ => mismatch(scope, "a truth value", value),
        }
    }
}

impl ToGuest for i64 {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        scope.vm.int(self)
    }
}
impl FromGuest for i64 {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<i64, Error> {
        match number::to_i64(value) {
            Some(int) => Ok(int),
            None => mismatch(scope, "an integer of 64 bits", value),
        }
    }
}

impl ToGuest for BigInt {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        scope.vm.big(self)
    }
}
impl FromGuest for BigInt {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<BigInt, Error> {
        match number::to_big(value) {
            Some(int) => Ok(int),
            None => mismatch(scope, "an integer", value),
        }
    }
}

impl ToGuest for f64 {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        scope.vm.float(self)
    }
}
/// Integers are welcome too.
impl FromGuest for f64 {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<f64, Error> {
        match object::to_float(value).or_else(|| number::to_f64(value)) {
            Some(float) => Ok(float),
            None => mismatch(scope, "a number", value),
        }
    }
}

impl ToGuest for &str {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        scope.vm.str(self)
    }
}
impl ToGuest for String {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        scope.vm.str(&self)
    }
}
impl FromGuest for String {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<String, Error> {
        match text::of(value) {
            Some(text) => Ok(text.into_owned()),
            None => mismatch(scope, "text", value),
        }
    }
}

impl<T: ToGuest> ToGuest for Option<T> {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        self.map_or(Value::NONE, |value| value.to_guest(scope))
    }
}
impl<T: FromGuest> FromGuest for Option<T> {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Option<T>, Error> {
        match value {
            Value::NONE => Ok(None),
            _ => T::from_guest(scope, value).map(Some),
        }
    }
}

impl<T: ToGuest> ToGuest for Vec<T> {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        let values: Vec<Value> = self.into_iter().map(|item| item.to_guest(scope)).collect();
        scope.vm.list(&values)
    }
}
/// A list or a tuple.
impl<T: FromGuest> FromGuest for Vec<T> {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Vec<T>, Error> {
        let Some(values) = sequence(scope, value) else {
            return mismatch(scope, "a list or a tuple", value);
        };
        let items = values.into_iter();
        items.map(|item| T::from_guest(scope, item)).collect()
    }
}

fn sequence(scope: &mut Scope<'_>, value: Value) -> Option<Vec<Value>> {
    if let Some(list) = Obj::<List>::of(value) {
        return Some(scope.vm.list_values(list));
    }
    Obj::<Tuple>::of(value).map(|tuple| tuple.items().to_vec())
}

impl<T: ToGuest> ToGuest for BTreeMap<String, T> {
    fn to_guest(self, scope: &mut Scope<'_>) -> Value {
        let dict = scope.vm.dict();
        for (key, item) in self {
            let item = item.to_guest(scope);
            scope.vm.dict_set_text(dict, &key, item);
        }
        dict.value()
    }
}
/// A mapping whose keys are texts.
impl<T: FromGuest> FromGuest for BTreeMap<String, T> {
    fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Self, Error> {
        let Some(dict) = Obj::<Dict>::of(value) else {
            return mismatch(scope, "a mapping", value);
        };
        let entries = scope.vm.dict_entries(dict).into_iter();
        entries
            .map(|(key, item)| {
                let key = String::from_guest(scope, key)?;
                Ok((key, T::from_guest(scope, item)?))
            })
            .collect()
    }
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<$($name: ToGuest),*> ToGuest for ($($name,)*) {
            fn to_guest(self, scope: &mut Scope<'_>) -> Value {
                let values = [$(self.$index.to_guest(scope)),*];
                scope.vm.tuple(&values)
            }
        }
        /// A tuple or a list of this length.
        impl<$($name: FromGuest),*> FromGuest for ($($name,)*) {
            fn from_guest(scope: &mut Scope<'_>, value: Value) -> Result<Self, Error> {
                const LENGTH: usize = [$($index),*].len();
                match sequence(scope, value) {
                    Some(values) if values.len() == LENGTH => {
                        Ok(($($name::from_guest(scope, values[$index])?,)*))
                    }
                    _ => mismatch(scope, &format!("a tuple of {LENGTH}"), value),
                }
            }
        }
        impl<$($name: ToGuest),*> Arguments for ($($name,)*) {
            fn to_values(self, scope: &mut Scope<'_>) -> Vec<Value> {
                vec![$(self.$index.to_guest(scope)),*]
            }
        }
    )*};
}
tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
}

impl Arguments for () {
    fn to_values(self, _: &mut Scope<'_>) -> Vec<Value> {
        Vec::new()
    }
}
