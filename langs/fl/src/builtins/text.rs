//! Values as text: `str`, `repr`, `ascii`, and the entries to formatting.
//!
//! The walk over nested containers has its own stack. Where a guest's `__repr__`
//! or `__str__` is needed it gives up, and the prelude takes over.

use crate::builtins::tables;
use crate::object::class::Kind;
use crate::object::layouts::*;
use crate::object::{exception, function, types};
use crate::state::{ELLIPSIS, FALLBACK, FlState, NOT_IMPLEMENTED};
use hashbrown::HashSet;
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::*;
use runtime::native::Guest;
use runtime::number::{self, format};
use runtime::object::{Obj, is, to_float};
use runtime::{natives, text};

/// How many parts are written between two looks at limits and interrupts.
const CHECK_EVERY: usize = 1 << 12;

const READS: Effects = Effects {
    reads: !0,
    raises: true,
    ..Effects::FRESH
};

/// The digits of a fixnum.
fn decimal(vm: &mut Vm, i: i64) -> Value {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = i.unsigned_abs();
    loop {
        at -= 1;
        digits[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if i < 0 {
        at -= 1;
        digits[at] = b'-';
    }
    vm.str_from_bytes(&digits[at..])
}

natives! {
    /// `str(v)`, or FALLBACK.
    pub static STR = "str"(vm, v) -> Guest [READS] {
        if is::<Str>(v) {
            return Ok(v);
        }
        if v.is_int() {
            return Ok(decimal(vm, v.as_int()));
        }
        text_or_fallback(vm, v, true)
    }
    /// `repr(v)`, or FALLBACK.
    pub static REPR = "repr"(vm, v) -> Guest [READS] { text_or_fallback(vm, v, false) }
    /// `ascii(v)`, or FALLBACK.
    pub static ASCII = "ascii"(vm, v) -> Guest [READS] {
        let text = text_or_fallback(vm, v, false)?;
        Ok(if text == FALLBACK { text } else { escape_non_ascii(vm, text) })
    }
    /// `format(v, spec)`, or FALLBACK.
    pub static FORMAT = "format"(vm, v, spec) -> Guest [READS] { format_value(vm, v, spec) }
    /// Concatenation of strings.
    pub static CONCAT_ALL = many "concat_all"(vm, parts) -> Guest [Effects::FRESH.raises()] {
        let mut all = Vec::new();
        let size: usize = parts.iter().map(|p| text::bytes_of(*p).map_or(0, <[u8]>::len)).sum();
        vm.check_items(size, 2, 1)?;
        for part in parts {
            all.extend_from_slice(text::bytes_of(*part).unwrap_or(&[]));
        }
        Ok(vm.str_from_bytes(&all))
    }
}

fn text_or_fallback(vm: &mut Vm, v: Value, as_str: bool) -> Guest {
    let mut out = Vec::new();
    Ok(if write(vm, v, as_str, &mut out)? {
        vm.str_from_bytes(&out)
    } else {
        FALLBACK
    })
}

/// A string with what is not ASCII escaped.
pub fn escape_non_ascii(vm: &mut Vm, s: Value) -> Value {
    let mut out = String::new();
    for code in text::code_points(Obj::cast(s)) {
        match code {
            0..=0x7f => out.push(code as u8 as char),
            0x80..=0xff => out.push_str(&format!("\\x{code:02x}")),
            0x100..=0xffff => out.push_str(&format!("\\u{code:04x}")),
            _ => out.push_str(&format!("\\U{code:08x}")),
        }
    }
    vm.str(&out)
}

/// `str(v)` as Rust text, for messages; the default form where a guest would be asked.
pub fn display(vm: &mut Vm, v: Value) -> String {
    let mut out = Vec::new();
    if write(vm, v, true, &mut out) != Ok(true) {
        out = default_repr(vm, v).into_bytes();
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// `repr(v)` as Rust text, as `display`.
pub fn display_repr(vm: &mut Vm, v: Value) -> String {
    let mut out = Vec::new();
    if write(vm, v, false, &mut out) != Ok(true) {
        out = default_repr(vm, v).into_bytes();
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// What is still to be written.
enum Todo {
    Value(Value),
    Text(&'static str),
    Name(Box<str>),
    /// The innermost container that is being written ends.
    Leave,
}

/// The containers that are being written, innermost last.
struct Open {
    stack: Vec<Value>,
    /// The same as a set, once there are many.
    set: HashSet<u64>,
}

impl Open {
    const FEW: usize = 32;

    fn new(stack: Vec<Value>) -> Open {
        let mut open = Open {
            stack: Vec::new(),
            set: HashSet::new(),
        };
        stack.into_iter().for_each(|v| open.push(v));
        open
    }

    fn push(&mut self, v: Value) {
        self.stack.push(v);
        if self.stack.len() == Open::FEW {
            self.set.extend(self.stack.iter().map(|v| v.0));
        } else if self.stack.len() > Open::FEW {
            self.set.insert(v.0);
        }
    }

    fn pop(&mut self) {
        let v = self.stack.pop();
        if self.stack.len() >= Open::FEW {
            self.set.remove(&v.map_or(0, |v| v.0));
        } else {
            self.set.clear();
        }
    }

    fn contains(&self, v: Value) -> bool {
        if self.stack.len() < Open::FEW {
            self.stack.contains(&v)
        } else {
            self.set.contains(&v.0)
        }
    }
}

/// Appends `str(v)` or `repr(v)`; false if guest code decides.
pub fn write(vm: &mut Vm, v: Value, as_str: bool, out: &mut Vec<u8>) -> Guest<bool> {
    if as_str && let Some(bytes) = text::bytes_of(v) {
        out.extend_from_slice(bytes);
        return Ok(true);
    }
    if as_str && let Some(text) = crate::border::term_text(vm, v, false) {
        out.extend_from_slice(text.as_bytes());
        return Ok(true);
    }
    let v = if as_str { innermost(vm, v) } else { v };
    if as_str && let Some(written) = exception_text(vm, v, out)? {
        return Ok(written);
    }
    let mut open = Open::new(FlState::of(vm).printing.borrow().clone());
    let mut todo = vec![Todo::Value(v)];
    let mut steps = 0;
    while let Some(next) = todo.pop() {
        steps += 1;
        if steps % CHECK_EVERY == 0 {
            vm.check_interrupt()?;
            vm.check_items(out.len(), 2, 1)?;
        }
        match next {
            Todo::Text(s) => out.extend_from_slice(s.as_bytes()),
            Todo::Name(s) => out.extend_from_slice(s.as_bytes()),
            Todo::Leave => open.pop(),
            Todo::Value(v) => {
                if !write_one(vm, v, out, &mut open, &mut todo)? {
                    return Ok(false);
                }
            }
        }
    }
    Ok(true)
}

/// Writes a value that is no container, or queues the parts of one.
fn write_one(
    vm: &mut Vm,
    v: Value,
    out: &mut Vec<u8>,
    open: &mut Open,
    todo: &mut Vec<Todo>,
) -> Guest<bool> {
    if number::is_int(v) {
        check_digits(vm, v)?;
    }
    if let Some(class) = types::as_class(vm, v)
        && class
            .lookup_guest(FlState::of(vm).names.class_repr)
            .is_some()
    {
        return Ok(false);
    }
    if let Some(leaf) = leaf_repr(vm, v) {
        out.extend_from_slice(&leaf);
        return Ok(true);
    }
    if let Some(instance) = Obj::<Instance>::of(v) {
        return instance_repr(vm, instance, out, todo);
    }
    let (start, items, end) = match container(vm, v) {
        Some(parts) => parts,
        None => {
            out.extend_from_slice(default_repr(vm, v).as_bytes());
            return Ok(true);
        }
    };
    if open.contains(v) {
        let dots: &str = match start {
            "[" => "[...]",
            "{" => "{...}",
            "(" => "(...)",
            _ => "...",
        };
        out.extend_from_slice(dots.as_bytes());
        return Ok(true);
    }
    open.push(v);
    out.extend_from_slice(start.as_bytes());
    todo.push(Todo::Leave);
    todo.push(Todo::Text(end));
    push_items(items, todo);
    Ok(true)
}

/// Queues items with commas between.
fn push_items(items: Items, todo: &mut Vec<Todo>) {
    for (k, (key, item)) in items.into_iter().enumerate().rev() {
        todo.push(Todo::Value(item));
        if let Some(key) = key {
            todo.push(Todo::Text(": "));
            todo.push(Todo::Value(key));
        }
        if k > 0 {
            todo.push(Todo::Text(", "));
        }
    }
}

/// ValueError for an integer with more decimal digits than `sys.set_int_max_str_digits` allows.
pub fn check_digits(vm: &mut Vm, v: Value) -> Guest<()> {
    let limit = FlState::of(vm).max_str_digits.get();
    if v.is_int() || limit == 0 {
        return Ok(());
    }
    // log10(2) = 0.30103: fewer digits than this need no counting.
    let bits = number::bits(v) as usize;
    if bits * 30103 / 100_000 < limit
        || format::int_str(v, 10).trim_start_matches('-').len() <= limit
    {
        return Ok(());
    }
    let message = format!(
        "Exceeds the limit ({limit} digits) for integer string conversion; \
         use sys.set_int_max_str_digits() to increase the limit"
    );
    Err(exception::value_error(vm, message))
}

type Items = Vec<(Option<Value>, Value)>;

/// Opening text, items and closing text of a container.
fn container(vm: &mut Vm, v: Value) -> Option<(&'static str, Items, &'static str)> {
    let plain = |items: Vec<Value>| items.into_iter().map(|v| (None, v)).collect::<Items>();
    if let Some(list) = Obj::<List>::of(v) {
        return Some(("[", plain(vm.list_values(list)), "]"));
    }
    if let Some(tuple) = Obj::<Tuple>::of(v) {
        let end = if tuple.len() == 1 { ",)" } else { ")" };
        return Some(("(", plain(tuple.items().to_vec()), end));
    }
    if is::<Dict>(v) {
        let items = tables::items(v)
            .into_iter()
            .map(|(k, v)| (Some(k), v))
            .collect();
        return Some(("{", items, "}"));
    }
    if is::<Set>(v) {
        let keys = tables::keys(v);
        return Some(if keys.is_empty() {
            ("set(", vec![], ")")
        } else {
            ("{", plain(keys), "}")
        });
    }
    if is::<FrozenSet>(v) {
        let keys = tables::keys(v);
        return Some(if keys.is_empty() {
            ("frozenset(", vec![], ")")
        } else {
            ("frozenset({", plain(keys), "})")
        });
    }
    if let Some(view) = Obj::<DictView>::of(v) {
        let items = super::iterators::view_values(vm, view)?;
        let start = super::iterators::view_name(view);
        return Some((start, plain(items), "])"));
    }
    if let Some(slice) = Obj::<Slice>::of(v) {
        let parts = [Slice::START, Slice::STOP, Slice::STEP].map(|f| slice.get(f));
        return Some(("slice(", plain(parts.to_vec()), ")"));
    }
    None
}

fn leaf_repr(vm: &mut Vm, v: Value) -> Option<Vec<u8>> {
    if number::is_int(v) {
        return Some(format::int_str(v, 10).into_bytes());
    }
    if let Some(f) = to_float(v) {
        return Some(number::float_repr(f).into_bytes());
    }
    if let Some(s) = Obj::<Str>::of(v) {
        return Some(quote(text::bytes(s)));
    }
    let fixed: &str = match v {
        Value::NONE => "None",
        Value::TRUE => "True",
        Value::FALSE => "False",
        NOT_IMPLEMENTED => "NotImplemented",
        ELLIPSIS => "Ellipsis",
        interop::values::OUT => "out",
        _ => "",
    };
    if !fixed.is_empty() {
        return Some(fixed.as_bytes().to_vec());
    }
    if let Some(text) = crate::border::term_text(vm, v, true) {
        return Some(text.into_bytes());
    }
    if let Some(bytes) = vm.bytes_like(v) {
        let quoted = super::bytes::quote(bytes);
        return Some(if is::<Bytes>(v) {
            quoted.into_bytes()
        } else {
            format!("bytearray({quoted})").into_bytes()
        });
    }
    if let Some(range) = Obj::<Range>::of(v) {
        let part = |f| format::int_str(range.get(f), 10);
        let mut text = format!("range({}, {}", part(Range::START), part(Range::STOP));
        if range.get(Range::STEP) != Value::small(1) {
            text.push_str(&format!(", {}", part(Range::STEP)));
        }
        return Some((text + ")").into_bytes());
    }
    None
}

/// The representation of an instance, unless its class has its own.
fn instance_repr(
    vm: &mut Vm,
    instance: Obj<Instance>,
    out: &mut Vec<u8>,
    todo: &mut Vec<Todo>,
) -> Guest<bool> {
    let fl = FlState::of(vm);
    let class = types::class_of(vm, instance.value());
    if class.lookup_guest(fl.names.repr).is_some() {
        return Ok(false);
    }
    if class.kind == Kind::Exception {
        let data = exception::data(vm, instance.value()).expect("an exception");
        let args = Obj::<Tuple>::cast(data.get(ExcData::ARGS));
        let name = class.name.borrow().clone();
        out.extend_from_slice(name.as_bytes());
        out.push(b'(');
        todo.push(Todo::Text(")"));
        push_items(args.items().iter().map(|v| (None, *v)).collect(), todo);
        return Ok(true);
    }
    if class.payload.is_some() {
        let payload = instance.item(Instance::SLOTS, 0);
        if class == fl.types().mappingproxy {
            out.extend_from_slice(b"mappingproxy(");
            let known = write(vm, payload, false, out)?;
            out.push(b')');
            return Ok(known);
        }
        if class == fl.types().UnionType {
            for (k, member) in Obj::<Tuple>::cast(payload).items().iter().enumerate() {
                if k > 0 {
                    out.extend_from_slice(b" | ");
                }
                let name = match types::as_class(vm, *member) {
                    Some(class) if class == fl.types().NoneType => "None".to_string(),
                    Some(class) => super::classes::full_name(vm, class),
                    None => display_repr(vm, *member),
                };
                out.extend_from_slice(name.as_bytes());
            }
            return Ok(true);
        }
        // A set's representation names its class.
        if is::<Set>(payload) || is::<FrozenSet>(payload) {
            let keys = tables::keys(payload);
            todo.push(Todo::Text(if keys.is_empty() { ")" } else { "})" }));
            let items: Items = keys.into_iter().map(|v| (None, v)).collect();
            let brace = if items.is_empty() { "" } else { "{" };
            push_items(items, todo);
            let start = format!("{}({brace}", class.name.borrow());
            todo.push(Todo::Name(start.into()));
            return Ok(true);
        }
        todo.push(Todo::Value(payload));
        return Ok(true);
    }
    out.extend_from_slice(default_repr(vm, instance.value()).as_bytes());
    Ok(true)
}

/// The exception whose `str` that of `e` is: an exception's only argument may be another one.
fn innermost(vm: &mut Vm, e: Value) -> Value {
    let mut at = e;
    loop {
        if !is::<Instance>(at) {
            return at;
        }
        let fl = FlState::of(vm);
        let class = types::class_of(vm, at);
        if class.kind != Kind::Exception
            || class.lookup_guest(fl.names.str).is_some()
            || class.is_subclass(fl.types().KeyError)
        {
            return at;
        }
        let data = exception::data(vm, at).expect("an exception");
        match Obj::<Tuple>::cast(data.get(ExcData::ARGS)).items() {
            [one] if is::<Instance>(*one) => at = *one,
            _ => return at,
        }
    }
}

/// `str` of an exception, or of an instance with its own `__str__` (false).
fn exception_text(vm: &mut Vm, v: Value, out: &mut Vec<u8>) -> Guest<Option<bool>> {
    if !is::<Instance>(v) {
        return Ok(None);
    }
    let fl = FlState::of(vm);
    let class = types::class_of(vm, v);
    if class.lookup_guest(fl.names.str).is_some() {
        return Ok(Some(false));
    }
    if class.kind != Kind::Exception {
        // A payload's own text, unless `__repr__` is defined.
        let payload = types::unwrap_payload(vm, v);
        if class.lookup_guest(fl.names.repr).is_none() && is::<Str>(payload) {
            return write(vm, payload, true, out).map(Some);
        }
        return Ok(None);
    }
    write_exception(vm, v, out).map(Some)
}

/// `<C object at 0x…>` and the like.
pub fn default_repr(vm: &mut Vm, v: Value) -> String {
    let at = |vm: &mut Vm| {
        format!(
            "0x{:012x}",
            vm.heap.identity(v) as u64 * 16 + 0x7f00_0000_0000
        )
    };
    if let Some(f) = Obj::<Function>::of(v) {
        return format!("<function {} at {}>", function::qualname(vm, f), at(vm));
    }
    if let Some(class) = types::as_class(vm, v) {
        return format!("<class '{}'>", super::classes::full_name(vm, class));
    }
    if let Some(b) = Obj::<Builtin>::of(v) {
        let def = FlState::of(vm).builtin(b.int(Builtin::INDEX));
        return match def.owner {
            Some(owner) => format!("<method '{}' of '{owner}' objects>", def.name),
            None => format!("<built-in function {}>", def.name),
        };
    }
    if let Some(method) = Obj::<BoundMethod>::of(v) {
        let receiver = method.get(BoundMethod::RECEIVER);
        let f = method.get(BoundMethod::FUNCTION);
        if let Some(f) = Obj::<Function>::of(f) {
            let name = function::qualname(vm, f);
            return format!("<bound method {name} of {}>", display_repr(vm, receiver));
        }
        let name = Obj::<Builtin>::of(f)
            .map_or("?", |b| FlState::of(vm).builtin(b.int(Builtin::INDEX)).name);
        let class = types::type_name(vm, receiver);
        return format!("<built-in method {name} of {class} object at {}>", at(vm));
    }
    if let Some(module) = Obj::<Module>::of(v) {
        let namespace = FlState::of(vm).namespace(module.int(Module::NAMESPACE));
        let file = FlState::of(vm).names.file;
        let name = namespace.name.borrow().clone();
        return match namespace
            .get(file)
            .and_then(|f| text::of(f).map(|f| f.into_owned()))
        {
            Some(file) => format!("<module '{name}' from '{file}'>"),
            None => format!("<module '{name}' (built-in)>"),
        };
    }
    if let Some(slot) = Obj::<MemberSlot>::of(v) {
        let name = text::of(slot.get(MemberSlot::NAME))
            .unwrap_or_default()
            .into_owned();
        let class = types::as_class(vm, slot.get(MemberSlot::CLASS));
        let owner = class.map_or_else(String::new, |c| c.name.borrow().clone());
        return format!("<member '{name}' of '{owner}' objects>");
    }
    if let Some(generator) = Obj::<Generator>::of(v)
        && generator.shape() == 0
    {
        let name = text::of(generator.get(Generator::NAME))
            .unwrap_or_default()
            .into_owned();
        return format!("<generator object {name} at {}>", at(vm));
    }
    if let Some(text) = crate::border::object_text(vm, v) {
        return text;
    }
    let class = types::class_of(vm, v);
    let name = super::classes::full_name(vm, class);
    format!("<{name} object at {}>", at(vm))
}

/// A string's representation.
pub fn quote(bytes: &[u8]) -> Vec<u8> {
    let double = bytes.contains(&b'\'') && !bytes.contains(&b'"');
    let mark = if double { b'"' } else { b'\'' };
    let mut out = vec![mark];
    for code in text::points(bytes) {
        match char::from_u32(code) {
            Some('\\') => out.extend_from_slice(b"\\\\"),
            Some('\n') => out.extend_from_slice(b"\\n"),
            Some('\r') => out.extend_from_slice(b"\\r"),
            Some('\t') => out.extend_from_slice(b"\\t"),
            Some(c) if c as u32 == mark as u32 => out.extend_from_slice(&[b'\\', mark]),
            Some(c) if is_printable(c) => {
                out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
            }
            _ => {
                let escape = match code {
                    0..=0xff => format!("\\x{code:02x}"),
                    0x100..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
                out.extend_from_slice(escape.as_bytes());
            }
        }
    }
    out.push(mark);
    out
}

/// Does `repr` show the character as it is?
pub fn is_printable(c: char) -> bool {
    let code = c as u32;
    match code {
        0x20..=0x7e => true,
        0..=0xa0 | 0xad => false,
        // Separators, format characters, surrogates, private use, unassigned ends of planes.
        0x1680 | 0x2000..=0x200f | 0x2028..=0x202f | 0x205f..=0x206f | 0x3000 | 0xfeff => false,
        0xd800..=0xf8ff | 0xfff0..=0xfffb | 0xfffe | 0xffff => false,
        0x0378 | 0x0379 | 0x061c | 0x180e | 0x06dd | 0x070f => false,
        0xe0000..=0x10ffff => false,
        _ => !c.is_control() && unicode_names2::name(c).is_some(),
    }
}

/// `format(v, spec)`: the empty specification means `str`.
fn format_value(vm: &mut Vm, v: Value, spec: Value) -> Guest {
    if is::<Instance>(v) {
        return Ok(FALLBACK);
    }
    let Some(spec) = text::of(spec) else {
        let name = types::type_name(vm, spec);
        let message = format!("format() argument 2 must be str, not {name}");
        return Err(exception::type_error(vm, message));
    };
    if spec.is_empty() {
        if is::<Str>(v) {
            return Ok(v);
        }
        return text_or_fallback(vm, v, true);
    }
    super::formatting::format(vm, v, &spec)
}

/// `x % y`, `x` text or bytes.
pub fn percent(vm: &mut Vm, x: Value, y: Value) -> Guest {
    super::formatting::percent(vm, x, y)
}

/// `str` of an exception, ignoring a `__str__` of its class; false if guest code is needed.
pub fn write_exception(vm: &mut Vm, e: Value, out: &mut Vec<u8>) -> Guest<bool> {
    let Some(data) = exception::data(vm, e) else {
        return Ok(false);
    };
    let fl = FlState::of(vm);
    let class = types::class_of(vm, e);
    let args = Obj::<Tuple>::cast(data.get(ExcData::ARGS));
    match args.items() {
        [] => Ok(true),
        [one] if class.is_subclass(fl.types().KeyError) => write(vm, *one, false, out),
        [one] => write(vm, *one, true, out),
        [number, message] if class.is_subclass(fl.types().OSError) => {
            out.extend_from_slice(b"[Errno ");
            if !write(vm, *number, true, out)? {
                return Ok(false);
            }
            out.extend_from_slice(b"] ");
            if !write(vm, *message, true, out)? {
                return Ok(false);
            }
            let name = vm.symbols.intern("filename");
            match vm.instance_get(Obj::cast(e), name) {
                Some(file) if file != Value::NONE => {
                    out.extend_from_slice(b": ");
                    if !write(vm, file, false, out)? {
                        return Ok(false);
                    }
                    let name = vm.symbols.intern("filename2");
                    match vm.instance_get(Obj::cast(e), name) {
                        Some(second) if second != Value::NONE => {
                            out.extend_from_slice(b" -> ");
                            write(vm, second, false, out)
                        }
                        _ => Ok(true),
                    }
                }
                _ => Ok(true),
            }
        }
        [codec, object, start, end, reason] if class.is_subclass(fl.types().ValueError) => {
            match unicode_message(vm, class, [*codec, *object, *start, *end, *reason]) {
                Some(text) => {
                    out.extend_from_slice(text.as_bytes());
                    Ok(true)
                }
                None => write(vm, args.value(), false, out),
            }
        }
        _ => write(vm, args.value(), false, out),
    }
}

/// The text of UnicodeEncodeError and UnicodeDecodeError.
fn unicode_message(
    vm: &mut Vm,
    class: &crate::object::class::ClassInfo,
    [codec, object, start, end, reason]: [Value; 5],
) -> Option<String> {
    let fl = FlState::of(vm);
    let encode = class.is_subclass(fl.types().UnicodeEncodeError);
    if !encode && !class.is_subclass(fl.types().UnicodeDecodeError) {
        return None;
    }
    let (start, end) = (start.to_int()?, end.to_int()?);
    let codec = text::of(codec)?.into_owned();
    let reason = text::of(reason)?.into_owned();
    let what = if encode {
        "encode character"
    } else {
        "decode byte"
    };
    if end != start + 1 {
        let last = end - 1;
        return Some(format!(
            "'{codec}' codec can't {what}s in position {start}-{last}: {reason}"
        ));
    }
    let shown = if encode {
        let code = text::code_points(Obj::<Str>::of(object)?).nth(start as usize)?;
        match code {
            0..=0xff => format!("'\\x{code:02x}'"),
            0x100..=0xffff => format!("'\\u{code:04x}'"),
            _ => format!("'\\U{code:08x}'"),
        }
    } else {
        let byte = vm.bytes_like(object)?.get(start as usize)?;
        format!("0x{byte:02x}")
    };
    Some(format!(
        "'{codec}' codec can't {what} {shown} in position {start}: {reason}"
    ))
}

/// What `object.__str__` gives.
pub fn display_exception_or_repr(vm: &mut Vm, o: Value) -> Guest {
    let mut out = Vec::new();
    if write_exception(vm, o, &mut out)? {
        return Ok(vm.str_from_bytes(&out));
    }
    let text = display_repr(vm, o);
    Ok(vm.str(&text))
}
