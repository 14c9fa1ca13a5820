//! Text to trace: reads what `print.rs` writes.
//!
//! For tests and tools, so it is lenient in form: values may have any names
//! (`i`, `sum`), blank lines and `#` comments are skipped.

use super::ops::Op;
use super::trace::VirtualObject;
use super::trace::{Args, DelayedStore, Descr, FrameSnap, Inst, SnapVal, Snapshot, Trace};
use super::types::{FrameSnapId, LabelId, OpRef, SnapshotId, Tag, TraceId, Ty};
use crate::layout::{self, FieldRef, ItemsRef, Layout};
use crate::meta::ARRIVALS;
use crate::native::Native;
use crate::value::Value;
use std::collections::HashMap;

/// Parses a trace. `natives` are those that it may call.
///
/// The error names the line and what was expected there.
pub fn parse(text: &str, natives: &[&'static Native]) -> Result<Trace, String> {
    let mut parser = Parser {
        trace: Trace::default(),
        names: HashMap::new(),
        natives,
        rest: "",
    };
    for (number, line) in text.lines().enumerate() {
        parser.rest = line.split('#').next().unwrap_or("");
        // `sym#3` is the one place where a number sign is no comment.
        if line.contains("sym#") || line.contains("imm#") {
            parser.rest = line;
        }
        parser.space();
        if parser.rest.is_empty() {
            continue;
        }
        let at = parser.rest;
        parser
            .line()
            .map_err(|e| format!("line {}: {e} in `{at}`", number + 1))?;
    }
    Ok(parser.trace)
}

type Parsed<T> = Result<T, String>;

struct Parser<'a> {
    trace: Trace,
    names: HashMap<&'a str, OpRef>,
    natives: &'a [&'static Native],
    rest: &'a str,
}

impl<'a> Parser<'a> {
    fn line(&mut self) -> Parsed<()> {
        if self.eat("inputs") {
            while !self.rest.is_empty() {
                let (name, ty) = self.typed_name()?;
                let value = self.trace.new_value(ty);
                self.trace.inputs.push(ty);
                self.names.insert(name, value);
                self.eat(",");
            }
            return Ok(());
        }
        let mut word = self.word()?;
        let mut defines = None;
        if self.eat("=") {
            defines = Some(word);
            word = self.word()?;
        }
        let op = Op::from_name(word).ok_or_else(|| format!("no operation `{word}`"))?;
        self.inst(op, defines)?;
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(format!("`{}` left over", self.rest))
        }
    }

    fn inst(&mut self, op: Op, defines: Option<&'a str>) -> Parsed<()> {
        let mut args = Args::new();
        let descr = match op {
            Op::Label | Op::Jump => {
                self.expect("L")?;
                let label = Descr::Label(LabelId(self.number()? as u32));
                self.expect("(")?;
                while !self.eat(")") {
                    if op == Op::Label {
                        let (name, ty) = self.typed_name()?;
                        let value = self.trace.new_value(ty);
                        self.names.insert(name, value);
                        args.push(value);
                    } else {
                        args.push(self.operand()?);
                    }
                    self.eat(",");
                }
                label
            }
            Op::Call | Op::CallFloat => {
                let name = self.word()?;
                let native = self.natives.iter().find(|n| n.name == name);
                let native = native.ok_or_else(|| format!("no native `{name}`"))?;
                self.expect("(")?;
                while !self.eat(")") {
                    args.push(self.operand()?);
                    self.eat(",");
                }
                Descr::Native(native)
            }
            _ => {
                for i in 0..op.params().len() {
                    if i > 0 {
                        self.expect(",")?;
                    }
                    args.push(self.operand()?);
                }
                if !args.is_empty() && !self.rest.starts_with('@') {
                    self.eat(",");
                }
                self.descr(op)?
            }
        };
        let ty = match descr {
            Descr::Field(field) if op == Op::Load => Ty::of_kind(field.kind),
            Descr::Items(items) if op == Op::LoadItem => Ty::of_kind(items.kind),
            _ => op.ret(),
        };
        let snapshot = if self.rest.starts_with('@') {
            Some(self.snapshot()?)
        } else {
            None
        };
        let result = self.trace.new_value(ty);
        if let Some(name) = defines {
            self.names.insert(name, result);
        }
        self.trace.insts.push(Inst {
            result,
            op,
            ty,
            args,
            descr,
            snapshot,
        });
        Ok(())
    }

    fn descr(&mut self, op: Op) -> Parsed<Descr> {
        Ok(match op {
            Op::Load | Op::Store => Descr::Field(self.field()?),
            Op::LoadItem | Op::StoreItem => {
                let layout = self.layout()?;
                self.expect("[]")?;
                Descr::Items(items_of(layout)?)
            }
            Op::New | Op::NewItems => {
                let layout = self.layout()?.id;
                self.expect("shape")?;
                let shape = self.number()? as u32;
                self.expect("words")?;
                let words = self.number()? as u16;
                Descr::Layout {
                    layout,
                    shape,
                    words,
                }
            }
            Op::GuardTag | Op::IsTag => match self.word()? {
                "int" => Descr::Tag(Tag::INT),
                "float" => Descr::Tag(Tag::FLOAT),
                "symbol" => Descr::Tag(Tag::SYMBOL),
                "imm" => Descr::Tag(Tag::IMM),
                name => Descr::Tag(Tag::layout(find_layout(name)?.id)),
            },
            Op::GuardShape | Op::StoreShape => {
                self.expect("shape")?;
                Descr::Shape(self.number()? as u32)
            }
            Op::LoadReg | Op::StoreReg => {
                self.expect("r")?;
                Descr::Reg(self.number()? as u8)
            }
            Op::Enter => {
                self.expect("T")?;
                Descr::Trace(TraceId(self.number()? as u32))
            }
            Op::Goto => {
                self.expect("a")?;
                let how = self.number()? as usize;
                let how = *ARRIVALS.get(how).ok_or("no such arrival")?;
                self.expect("l")?;
                let language = self.number()? as u8;
                Descr::Arrival { language, how }
            }
            Op::Note => Descr::Token(self.number()?),
            _ => Descr::None,
        })
    }

    fn snapshot(&mut self) -> Parsed<SnapshotId> {
        self.expect("@[")?;
        let mut snapshot = Snapshot::default();
        let mut frames = Vec::new();
        while !self.eat("]") {
            if self.eat("frame") {
                frames.push(self.frame()?);
            } else if self.eat("log") {
                snapshot.log_len = self.number()? as u32;
                self.expect("[")?;
                while !self.eat("]") {
                    snapshot.log.push(self.snap_val()?);
                    self.eat(",");
                }
            } else if self.eat("store") {
                let object = self.snap_val()?;
                self.expect(",")?;
                let field = self.field()?;
                self.expect(",")?;
                let value = self.snap_val()?;
                snapshot.stores.push(DelayedStore {
                    object,
                    field,
                    value,
                });
            } else if self.eat("also") {
                while !self.rest.starts_with([';', ']']) {
                    snapshot.extra.push(self.operand()?);
                    self.eat(",");
                }
            } else if self.eat("depth") {
                snapshot.depth = self.number()? as i32;
            } else if self.eat("$") {
                let index = self.number()? as usize;
                if index != snapshot.virtuals.len() {
                    return Err(format!("virtual ${index} out of order"));
                }
                self.expect("=")?;
                let object = self.virtual_object()?;
                snapshot.virtuals.push(object);
            } else {
                self.expect("r")?;
                let reg = self.number()? as u8;
                self.expect("=")?;
                snapshot.regs.push((reg, self.snap_val()?));
            }
            self.eat(";");
        }
        snapshot.frame = self.link_frames(frames);
        Ok(self.trace.add_snapshot(snapshot))
    }

    /// Innermost first in the text; equal frames are shared.
    fn link_frames(&mut self, frames: Vec<FrameSnap>) -> Option<FrameSnapId> {
        let mut parent = None;
        for mut frame in frames.into_iter().rev() {
            frame.parent = parent;
            let known = self.trace.frames.iter().rposition(|f| *f == frame);
            parent = Some(match known {
                Some(i) => FrameSnapId(i as u32),
                None => self.trace.add_frame(frame),
            });
        }
        parent
    }

    fn frame(&mut self) -> Parsed<FrameSnap> {
        let object = if self.eat("new") {
            None
        } else {
            Some(self.snap_val()?)
        };
        self.expect("words")?;
        let words = self.number()? as u16;
        self.expect("at")?;
        let token = self.number()?;
        let aux = if self.eat("aux") {
            Some(self.snap_val()?)
        } else {
            None
        };
        let slots = if self.rest.starts_with('{') {
            self.words()?
        } else {
            Vec::new()
        };
        Ok(FrameSnap {
            parent: None,
            object,
            words,
            token,
            aux,
            slots,
        })
    }

    fn virtual_object(&mut self) -> Parsed<VirtualObject> {
        self.expect("new")?;
        let layout = self.layout()?.id;
        self.expect("shape")?;
        let shape = self.number()? as u32;
        self.expect("words")?;
        let words = self.number()? as u16;
        let items = if self.eat("items") {
            Some(self.number()? as u32)
        } else {
            None
        };
        let fields = self.words()?;
        Ok(VirtualObject {
            layout,
            shape,
            words,
            items,
            fields,
        })
    }

    fn words(&mut self) -> Parsed<Vec<(u16, SnapVal)>> {
        let mut out = Vec::new();
        self.expect("{")?;
        while !self.eat("}") {
            let word = self.number()? as u16;
            self.expect(":")?;
            out.push((word, self.snap_val()?));
            self.eat(",");
        }
        Ok(out)
    }

    fn snap_val(&mut self) -> Parsed<SnapVal> {
        if self.eat("$") {
            return Ok(SnapVal::Virtual(self.number()? as u32));
        }
        Ok(SnapVal::Op(self.operand()?))
    }

    fn operand(&mut self) -> Parsed<OpRef> {
        let text = self.word()?;
        if let Some(value) = self.names.get(text) {
            return Ok(*value);
        }
        let (ty, bits) = constant(text).ok_or_else(|| format!("no value `{text}`"))?;
        Ok(self.trace.constant(ty, bits))
    }

    fn typed_name(&mut self) -> Parsed<(&'a str, Ty)> {
        let name = self.word()?;
        self.expect(":")?;
        let ty = self.word()?;
        let ty = Ty::from_name(ty).ok_or_else(|| format!("no type `{ty}`"))?;
        Ok((name, ty))
    }

    fn layout(&mut self) -> Parsed<&'static Layout> {
        find_layout(self.word()?)
    }

    /// `layout.field` or `layout[index]`.
    fn field(&mut self) -> Parsed<FieldRef> {
        let word = self.word()?;
        if let Some((layout, name)) = word.split_once('.') {
            let layout = find_layout(layout)?;
            let found = layout.fields.iter().position(|f| f.name == name);
            let i = found.ok_or_else(|| format!("no field `{word}`"))?;
            return Ok(FieldRef {
                layout: layout.id,
                kind: layout.fields[i].kind,
                mutability: layout.fields[i].mutability,
                word: i as u16 + 1,
            });
        }
        let items = items_of(find_layout(word)?)?;
        self.expect("[")?;
        let index = self.number()? as u16;
        self.expect("]")?;
        Ok(items.field(index))
    }

    // ------------------------------------------------------------- characters

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
        self.rest = self.rest.trim_end();
    }

    fn eat(&mut self, what: &str) -> bool {
        let Some(rest) = self.rest.strip_prefix(what) else {
            return false;
        };
        // A word is eaten whole or not at all.
        let is_word = what.len() > 1 && what.ends_with(|c: char| c.is_alphanumeric());
        if is_word && rest.starts_with(is_word_char) {
            return false;
        }
        self.rest = rest;
        self.space();
        true
    }

    fn expect(&mut self, what: &str) -> Parsed<()> {
        if self.eat(what) {
            Ok(())
        } else {
            Err(format!("expected `{what}` at `{}`", self.rest))
        }
    }

    fn word(&mut self) -> Parsed<&'a str> {
        let rest = self.rest;
        let mut end = rest.find(|c| !is_word_char(c)).unwrap_or(rest.len());
        // `val:7` is one word, `x: int` is two.
        if &rest[..end] == "val" && rest[end..].starts_with(':') {
            let tail = &rest[end + 1..];
            end += 1 + tail.find(|c| !is_word_char(c)).unwrap_or(tail.len());
        }
        if end == 0 {
            return Err(format!("expected a word at `{rest}`"));
        }
        self.rest = &rest[end..];
        self.space();
        Ok(&rest[..end])
    }

    fn number(&mut self) -> Parsed<i64> {
        let rest = self.rest;
        let digits = |c: char| !c.is_ascii_digit() && c != '-';
        let end = rest.find(digits).unwrap_or(rest.len());
        let number = rest[..end].parse();
        let number = number.map_err(|_| format!("expected a number at `{rest}`"))?;
        self.rest = &rest[end..];
        self.space();
        Ok(number)
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '+' | '#' | '%' | '@')
}

fn find_layout(name: &str) -> Parsed<&'static Layout> {
    layout::by_name(name).ok_or_else(|| format!("no layout `{name}`"))
}

fn items_of(layout: &Layout) -> Parsed<ItemsRef> {
    let items = layout.items.as_ref();
    let items = items.ok_or_else(|| format!("layout {} has no items", layout.name))?;
    Ok(ItemsRef {
        layout: layout.id,
        kind: items.kind,
        mutability: items.mutability,
        start: layout.items_start(),
    })
}

/// Type and bits of a constant's text.
fn constant(text: &str) -> Option<(Ty, u64)> {
    let value = |v: Value| Some((Ty::Val, v.0));
    match text {
        "%true" => return Some((Ty::Bool, 1)),
        "%false" => return Some((Ty::Bool, 0)),
        "none" => return value(Value::NONE),
        "false" => return value(Value::FALSE),
        "true" => return value(Value::TRUE),
        "undef" => return value(Value::UNDEF),
        "raised" => return value(Value::RAISED),
        "stop" => return value(Value::STOP),
        "nil" => return value(Value::NIL),
        _ => {}
    }
    if let Some(id) = text.strip_prefix("sym#") {
        return value(Value::symbol(id.parse().ok()?));
    }
    if let Some(n) = text.strip_prefix("imm#") {
        return value(Value::imm(n.parse().ok()?));
    }
    if let Some(addr) = text.strip_prefix("obj@") {
        return value(Value::heap(usize::from_str_radix(addr, 16).ok()?));
    }
    if let Some(i) = text.strip_prefix("val:") {
        return value(Value::int(i.parse().ok()?)?);
    }
    if let Ok(i) = text.parse::<i64>() {
        return Some((Ty::Int, Value::int(i)?.0));
    }
    if let Some(f) = text.strip_suffix('f').and_then(|f| f.parse::<f64>().ok()) {
        return Some((Ty::Float, f.to_bits()));
    }
    value(Value::float(text.parse().ok()?)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::{CORE_LAYOUTS, register};

    extern "C" fn f1(_: *mut crate::vm::VmCore, a: u64) -> u64 {
        a
    }
    static ID: Native = Native {
        name: "id",
        func: crate::native::NativeFn::F1(f1),
        effects: crate::native::Effects::ANY,
    };

    #[test]
    fn what_is_printed_is_read_back() {
        register(CORE_LAYOUTS);
        let text = "\
inputs v0: val, v1: int, v2: float
  guard_valid @[]
  v4 = load v0, frame[3]
  v5 = load v4, float_box.value
  guard_tag v4, frame @[frame v0 words 8 at 77 aux v4 {0: v1, 3: $0}; frame new words 4 at -3; \
log 3 [v4, 7]; r2 = none; $0 = new frame shape 0 words 6 items 2 {1: $0, 4: 2.5f}; \
store v0, frame.parent, %true; depth 2; also v1, v4]
  v7 = is_tag v4, int
  v8 = int_add_ovf v1, 1 @[frame v0 words 8 at 5]
  guard_value v4, sym#12 @[]
  guard_shape v4, shape 9 @[]
  store_item v0, v8, obj@1000, frame[]
  v12 = load_item v0, v1, frame[]
  v13 = new frame shape 0 words 6
  v14 = new_items v8, frame shape 0 words 0
  v15 = call id(v14)
  store_reg v15, r3
  v17 = load_reg r3
  v18 = box_float v5
  note 66
  add_depth -1
  jump L0 (v0, v8, 2.5, val:3) @[]
  label L0 (v22: val, v23: int, v24: val, v25: val)
  enter v22, T4
";
        let trace = parse(text, &[&ID]).unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(trace.to_string(), text);
        crate::ir::verify::verify(&trace).unwrap_or_else(|e| panic!("{e}"));
    }

    #[test]
    fn errors_name_the_line() {
        let error = parse("inputs a: val\n b = int_add a, x", &[]);
        assert_eq!(
            error.err().as_deref(),
            Some("line 2: no value `x` in `b = int_add a, x`")
        );
    }
}
