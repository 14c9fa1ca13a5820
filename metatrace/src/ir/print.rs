//! A trace as text; `parse.rs` reads it back.
//!
//! ```text
//! inputs v0: val, v1: int
//!   v2 = load v0, frame[0]
//!   guard_tag v2, int @[frame v0 words 6 at 17 {0: v2}]
//!   v4 = int_add_ovf v2, 1 @[frame v0 words 6 at 17 {0: v2}; log 1 [v2]]
//!   jump L0 (v0, v4)
//! ```
//! Constants: `7` fixnum, `2.5f` raw float, `%true` raw boolean; of type
//! `val`: `2.5` float, `none`, `sym#3`, `obj@1000`, `val:7` (a fixnum whose
//! type is not known to be int).  A snapshot lists its frames innermost first,
//! then log, registers, virtual objects (`$0 = new ..`) and delayed stores.

use super::trace::{Descr, FrameSnap, Inst, SnapVal, Snapshot, Trace};
use super::types::{FrameSnapId, OpRef, Ty};
use crate::layout::{self, FieldRef, ItemsRef, LayoutId};
use crate::meta::ARRIVALS;
use crate::value::Value;
use std::fmt::{self, Display, Formatter};

impl Display for Trace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("inputs")?;
        for (i, ty) in self.inputs.iter().enumerate() {
            let sep = if i == 0 { " " } else { ", " };
            write!(f, "{sep}v{i}: {}", ty.name())?;
        }
        f.write_str("\n")?;
        for inst in &self.insts {
            writeln!(f, "  {}", PrintInst { trace: self, inst })?;
        }
        Ok(())
    }
}

/// One instruction, printed with its constants and snapshot.
pub struct PrintInst<'a> {
    pub trace: &'a Trace,
    pub inst: &'a Inst,
}

impl Display for PrintInst<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let PrintInst { trace, inst } = *self;
        if inst.ty != Ty::Void {
            write!(f, "{:?} = ", inst.result)?;
        }
        f.write_str(inst.op.name())?;
        match inst.descr {
            Descr::Native(native) => {
                write!(f, " {}(", native.name)?;
                list(f, trace, &inst.args)?;
                f.write_str(")")?;
            }
            Descr::Label(label) => {
                write!(f, " L{} (", label.0)?;
                if inst.op == super::Op::Label {
                    for (i, arg) in inst.args.iter().enumerate() {
                        let sep = if i == 0 { "" } else { ", " };
                        write!(f, "{sep}{arg:?}: {}", trace.ty(*arg).name())?;
                    }
                } else {
                    list(f, trace, &inst.args)?;
                }
                f.write_str(")")?;
            }
            descr => {
                if !inst.args.is_empty() {
                    f.write_str(" ")?;
                    list(f, trace, &inst.args)?;
                }
                print_descr(f, descr, !inst.args.is_empty())?;
            }
        }
        if let Some(id) = inst.snapshot {
            f.write_str(" ")?;
            print_snapshot(f, trace, trace.snapshot(id))?;
        }
        Ok(())
    }
}

fn print_descr(f: &mut Formatter<'_>, descr: Descr, comma: bool) -> fmt::Result {
    if descr == Descr::None {
        return Ok(());
    }
    f.write_str(if comma { ", " } else { " " })?;
    match descr {
        Descr::None | Descr::Native(_) | Descr::Label(_) => Ok(()),
        Descr::Field(field) => write!(f, "{}", FieldName(field)),
        Descr::Items(items) => write!(f, "{}", ItemsName(items)),
        Descr::Layout {
            layout,
            shape,
            words,
        } => write!(f, "{} shape {shape} words {words}", LayoutName(layout)),
        Descr::Tag(tag) => write!(f, "{tag:?}"),
        Descr::Shape(shape) => write!(f, "shape {shape}"),
        Descr::Trace(id) => write!(f, "T{}", id.0),
        Descr::Arrival { language, how } => {
            let how = ARRIVALS.iter().position(|h| *h == how).unwrap_or(0);
            write!(f, "a{how} l{language}")
        }
        Descr::Reg(reg) => write!(f, "r{reg}"),
        Descr::Token(token) => write!(f, "{token}"),
    }
}

fn list(f: &mut Formatter<'_>, trace: &Trace, args: &[OpRef]) -> fmt::Result {
    for (i, arg) in args.iter().enumerate() {
        let sep = if i == 0 { "" } else { ", " };
        write!(f, "{sep}{}", Operand(trace, *arg))?;
    }
    Ok(())
}

/// A value or a constant.
struct Operand<'a>(&'a Trace, OpRef);

impl Display for Operand<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if !self.1.is_const() {
            return write!(f, "{:?}", self.1);
        }
        let c = self.0.consts[self.1.const_index()];
        match c.ty {
            Ty::Int => write!(f, "{}", (c.bits as i64) >> crate::value::INT_SHIFT),
            Ty::Float => write!(f, "{:?}f", f64::from_bits(c.bits)),
            Ty::Bool => f.write_str(if c.bits != 0 { "%true" } else { "%false" }),
            Ty::Val | Ty::Void => {
                let value = Value(c.bits);
                if value.is_int() {
                    f.write_str("val:")?;
                }
                write!(f, "{value:?}")
            }
        }
    }
}

struct LayoutName(LayoutId);
impl Display for LayoutName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match layout::lookup(self.0) {
            Some(layout) => f.write_str(layout.name),
            None => write!(f, "layout{}", self.0),
        }
    }
}

/// A field by the names of its layout; items by number.
struct FieldName(FieldRef);
impl Display for FieldName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let FieldRef { layout, word, .. } = self.0;
        match layout::lookup(layout) {
            Some(l) if word >= l.items_start() => {
                write!(f, "{}[{}]", l.name, word - l.items_start())
            }
            Some(l) => write!(f, "{}.{}", l.name, l.fields[word as usize - 1].name),
            None => write!(f, "layout{layout}.word{word}"),
        }
    }
}

struct ItemsName(ItemsRef);
impl Display for ItemsName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}[]", LayoutName(self.0.layout))
    }
}

fn print_snapshot(f: &mut Formatter<'_>, trace: &Trace, snapshot: &Snapshot) -> fmt::Result {
    f.write_str("@[")?;
    let mut sep = "";
    let mut next = snapshot.frame;
    while let Some(id) = next {
        f.write_str(sep)?;
        next = print_frame(f, trace, id)?;
        sep = "; ";
    }
    if snapshot.log_len != 0 {
        write!(f, "{sep}log {} [", snapshot.log_len)?;
        for (i, v) in snapshot.log.iter().enumerate() {
            write!(f, "{}{}", if i == 0 { "" } else { ", " }, Snap(trace, *v))?;
        }
        f.write_str("]")?;
        sep = "; ";
    }
    for (reg, v) in &snapshot.regs {
        write!(f, "{sep}r{reg} = {}", Snap(trace, *v))?;
        sep = "; ";
    }
    for (i, object) in snapshot.virtuals.iter().enumerate() {
        let (name, shape) = (LayoutName(object.layout), object.shape);
        write!(
            f,
            "{sep}${i} = new {name} shape {shape} words {}",
            object.words
        )?;
        if let Some(items) = object.items {
            write!(f, " items {items}")?;
        }
        print_words(f, trace, &object.fields)?;
        sep = "; ";
    }
    for store in &snapshot.stores {
        let (object, value) = (Snap(trace, store.object), Snap(trace, store.value));
        write!(
            f,
            "{sep}store {object}, {}, {value}",
            FieldName(store.field)
        )?;
        sep = "; ";
    }
    if snapshot.depth != 0 {
        write!(f, "{sep}depth {}", snapshot.depth)?;
        sep = "; ";
    }
    if !snapshot.extra.is_empty() {
        write!(f, "{sep}also ")?;
        list(f, trace, &snapshot.extra)?;
    }
    f.write_str("]")
}

fn print_frame(
    f: &mut Formatter<'_>,
    trace: &Trace,
    id: FrameSnapId,
) -> Result<Option<FrameSnapId>, fmt::Error> {
    let FrameSnap {
        parent,
        object,
        words,
        token,
        aux,
        slots,
    } = &trace.frames[id.index()];
    f.write_str("frame ")?;
    match object {
        Some(object) => write!(f, "{}", Snap(trace, *object))?,
        None => f.write_str("new")?,
    }
    write!(f, " words {words} at {token}")?;
    if let Some(aux) = aux {
        write!(f, " aux {}", Snap(trace, *aux))?;
    }
    if !slots.is_empty() {
        print_words(f, trace, slots)?;
    }
    Ok(*parent)
}

fn print_words(f: &mut Formatter<'_>, trace: &Trace, words: &[(u16, SnapVal)]) -> fmt::Result {
    f.write_str(" {")?;
    for (i, (word, v)) in words.iter().enumerate() {
        let sep = if i == 0 { "" } else { ", " };
        write!(f, "{sep}{word}: {}", Snap(trace, *v))?;
    }
    f.write_str("}")
}

struct Snap<'a>(&'a Trace, SnapVal);
impl Display for Snap<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.1 {
            SnapVal::Op(op) => write!(f, "{}", Operand(self.0, op)),
            SnapVal::Virtual(i) => write!(f, "${i}"),
        }
    }
}
