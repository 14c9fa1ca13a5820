//! The quick generator: machine code of x86-64 in one pass over the trace.
//!
//! Programs that search need many traces and run each of them rarely: for them Cranelift's code costs
//! more than it gains. This code takes a twentieth of the time to make and is shorter, above all
//! because a guard that leaves costs ten bytes: its exit notes its number and
//! stores *all* registers, the same for all exits, and the exit's layout says in
//! which register's place, or in which place of its own, each value is.
//!
//! ```text
//!   guard ─jcc─► mov eax, id; jmp tail     tail: store registers, jump through the slot [id]
//!                                           bridge: load those it uses ─► …
//! ```
//!
//! Values without a register are stored in the exit buffer (see `regs`), `r14` points into
//! it, so that a bridge finds them where its trace left them. `rax`, `rcx`, `rdx` are for the moment.
//! All code of the back end links by the same slots: [`Slot`](super::slots::Slot) has an address for
//! those who come in Cranelift's convention and one behind the prologue for this generator's own
//! code, which keeps its frame from unit to unit.
//!
//! - `asm`: instructions
//! - `regs`: where values live
//! - `code`: a unit; exits, labels, jumps
//! - `lower`, `int`, `heap`: each operation

mod asm;
mod code;
mod heap;
mod int;
mod lower;
mod regs;

pub(super) use code::{build, epilogue_stub};
pub(super) use regs::BASE;
