//! FL's object model: classes, functions, exceptions, on the runtime's layouts.

pub mod class;
pub mod exception;
pub mod function;
pub mod layouts;
pub mod types;
