//! Failures inside the runtime, before any language has made them its own.
//!
//! The runtime does not know the languages' exception classes. What fails here
//! raises an [`Error`] object: a kind and a message. The language whose handler
//! receives it (or whose program it ends) turns it into its own exception.

use crate::engine::Vm;
use crate::layouts::Error;
use crate::object::Obj;
use metatrace::meta::Raised;
use metatrace::value::Value;
use metatrace::vm::REG_PENDING;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// The kinds of failure. Names follow the exceptions that languages have for them.
        #[derive(Copy, Clone, PartialEq, Eq, Debug)]
        #[repr(u8)]
        pub enum ErrorKind { $($(#[$doc])* $name,)* }
        impl ErrorKind {
            pub const ALL: &'static [ErrorKind] = &[$(ErrorKind::$name),*];
        }
    };
}
kinds! {
    Type,
    Value,
    Index,
    /// `DATA` is the key.
    Key,
    Attribute,
    Name,
    UnboundLocal,
    ZeroDivision,
    Overflow,
    /// Two-way text conversion failed.
    Unicode,
    Runtime,
    Recursion,
    Memory,
    /// A capability of the host failed or is denied; `DATA` is the error number or none.
    Os,
    Interrupt,
    StopIteration,
    /// The program asked to end; `DATA` is the status.
    Exit,
    NotImplemented,
    Import,
    Syntax,
    Assertion,
    /// Reading past the end.
    Eof,
}

impl Vm {
    /// Raises `exception`: it is pending from now on.
    pub fn raise(&mut self, exception: Value) -> Raised {
        self.core_mut().regs[REG_PENDING as usize] = exception;
        Raised
    }

    /// The exception in flight; none afterwards.
    pub fn take_pending(&mut self) -> Value {
        std::mem::replace(&mut self.core_mut().regs[REG_PENDING as usize], Value::NONE)
    }

    /// Raises a failure of the runtime.
    #[cold]
    pub fn error(&mut self, kind: ErrorKind, message: impl AsRef<str>) -> Raised {
        self.error_with(kind, message, Value::NONE)
    }

    /// Raises a failure that carries a value (the missing key, the exit status).
    #[cold]
    pub fn error_with(&mut self, kind: ErrorKind, message: impl AsRef<str>, data: Value) -> Raised {
        let message = self.str(message.as_ref());
        let error = self.alloc::<Error>(0);
        error.init(Error::KIND, Value::small(kind as i64));
        error.init(Error::MESSAGE, message);
        error.init(Error::DATA, data);
        self.raise(error.value())
    }

    #[cold]
    pub fn type_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.error(ErrorKind::Type, message)
    }

    #[cold]
    pub fn value_error(&mut self, message: impl AsRef<str>) -> Raised {
        self.error(ErrorKind::Value, message)
    }
}

/// The parts of a runtime failure, if `exception` is one: kind, message, data.
pub fn parts(exception: Value) -> Option<(ErrorKind, Value, Value)> {
    let error = Obj::<Error>::of(exception)?;
    let kind = ErrorKind::ALL[error.get(Error::KIND).as_int() as usize];
    Some((kind, error.get(Error::MESSAGE), error.get(Error::DATA)))
}
