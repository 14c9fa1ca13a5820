//! FL among other languages.
//!
//! Shared values are FL's own, so that nothing is converted here. Messages are answered by functions
//! in `lib/border.py`, which run as any FL function does.

use crate::code::CodeKind;
use crate::frontend::{Mode, compile_source};
use crate::loaded::{self, fl_code};
use crate::namespace::Namespace;
use crate::object::class::{ClassInfo, Kind, NewClass};
use crate::object::layouts::{ExcData, FL_LAYOUTS, Traceback};
use crate::object::{exception, types};
use crate::state::FlState;
use interop::{Message, Speaker, errors};
use metatrace::code::Code;
use metatrace::layout::LayoutId;
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::error::ErrorKind;
use runtime::language::{Loaded, Source};
use runtime::layouts::{BoundMethod, Function, Generator, Instance, Module, Tuple};
use runtime::native::Guest;
use runtime::object::Obj;
use runtime::text;
use std::sync::OnceLock;

/// FL's side of the protocol.
pub static SPEAKER: FlSpeaker = FlSpeaker;

/// See [`SPEAKER`].
pub struct FlSpeaker;

const SOURCE: &str = include_str!("../lib/border.py");

impl Speaker for FlSpeaker {
    fn layouts(&self) -> &'static [LayoutId] {
        static IDS: OnceLock<Vec<LayoutId>> = OnceLock::new();
        IDS.get_or_init(|| FL_LAYOUTS.iter().map(|l| l.id).collect())
    }

    fn answers_for_shared(&self) -> bool {
        true
    }

    fn code(&self, vm: &mut Vm, message: Message, arguments: usize) -> Option<&'static Code> {
        let name = match message {
            Message::Call => format!("border_call_{arguments}"),
            other => format!("border_{}", function_name(other)),
        };
        message_code(vm, &name, arguments)
    }

    fn module_value(&self, vm: &mut Vm, module: Value, name: u32) -> Option<Value> {
        let module = Obj::<Module>::of(module)?;
        FlState::of(vm)
            .namespace(module.int(Module::NAMESPACE))
            .get(name)
    }

    fn caller(
        &self,
        vm: &mut Vm,
        module: Value,
        name: u32,
        arguments: usize,
    ) -> Option<&'static Code> {
        let member = self.module_value(vm, module, name)?;
        let module = Obj::<Module>::of(module)?;
        let fl = FlState::of(vm);
        let namespace = fl.namespace(module.int(Module::NAMESPACE));
        let name = vm.symbols.name(name).into_owned();
        let parameters = parameters(arguments);
        let source = format!("def border({parameters}):\n    return {name}({parameters})\n");
        if let Some((path, line)) = mismatch(vm, member, arguments) {
            // The call will fail: this frame says where the callee is.
            let lines = "\n".repeat(line.saturating_sub(1) as usize);
            let source = format!("{lines}def {name}({parameters}): return {name}({parameters})\n");
            return functions_of(vm, fl, namespace, &path, &source, false)?.pop();
        }
        function_of(vm, fl, namespace, "<border>", &source)
    }

    fn generates(&self, vm: &Vm, callee: Value, result: Value) -> bool {
        let Some(generator) = Obj::<Generator>::of(result) else {
            return false;
        };
        if generator.int(Generator::STATE) != crate::interp::frames::GENERATOR_NEW {
            return false;
        }
        let own = text::of(generator.get(Generator::NAME)).unwrap_or_default();
        if callee.is_symbol() {
            return *vm.symbols.bytes(callee.as_symbol()) == *own.as_bytes();
        }
        let callee = match Obj::<BoundMethod>::of(callee) {
            Some(method) => method.get(BoundMethod::FUNCTION),
            None => callee,
        };
        Obj::<Function>::of(callee).is_some_and(|f| {
            let code = fl_code(vm.codes.get(f.int(Function::CODE) as u32));
            code.object.is_generator && *code.object.name == *own
        })
    }

    fn is_finished(&self, _: &Vm, computation: Value) -> bool {
        Obj::<Generator>::of(computation)
            .is_some_and(|g| g.int(Generator::STATE) == crate::interp::frames::GENERATOR_DONE)
    }

    fn importer(&self, vm: &mut Vm) -> Option<&'static Code> {
        message_code(vm, "border_import", 0)
    }

    fn type_name(&self, vm: &Vm, v: Value) -> String {
        types::type_name(vm, v)
    }

    fn classify(&self, vm: &Vm, e: Value) -> Option<ErrorKind> {
        let exit = FlState::of(vm).types().SystemExit;
        exception::is_a(vm, e, exit).then_some(ErrorKind::Exit)
    }

    fn unwrap(&self, vm: &mut Vm, e: Value) -> Option<(u8, Value)> {
        let fl = FlState::of(vm);
        if exception::is_a(vm, e, fl.types().SystemExit) {
            return Some((fl.lang, exception::first_arg(vm, e)));
        }
        foreign_object(vm, e)
    }

    fn is_exception(&self, vm: &Vm, v: Value) -> bool {
        exception::data(vm, v).is_some()
    }

    fn add_trace(&self, vm: &mut Vm, e: Value, tokens: &[Value]) {
        for token in tokens.iter().rev() {
            exception::add_traceback(vm, e, *token);
        }
    }

    fn trace(&self, vm: &Vm, e: Value) -> Vec<Value> {
        let trace = exception::data(vm, e).map_or(Value::NONE, |d| d.get(ExcData::TRACEBACK));
        let mut tokens = Vec::new();
        let mut at = trace;
        while let Some(entry) = Obj::<Traceback>::of(at) {
            tokens.push(entry.get(Traceback::TOKEN));
            at = entry.get(Traceback::NEXT);
        }
        tokens
    }

    fn load(&self, vm: &mut Vm, _: u8, source: &Source) -> Guest<Loaded> {
        let (code, module) = crate::builtins::modules::load_text(vm, source)?;
        Ok(Loaded {
            code,
            slots: vec![module],
            module,
        })
    }
}

/// The part of a message's function name that says which.
fn function_name(message: Message) -> &'static str {
    match message {
        Message::Call => "call",
        Message::CallWith => "call_with",
        Message::Next => "next",
        Message::Close => "close",
        Message::Iterate => "iterate",
        Message::GetMember => "get_member",
        Message::SetMember => "set_member",
        Message::Invoke => "invoke",
        Message::GetIndex => "get_index",
        Message::SetIndex => "set_index",
        Message::Length => "length",
        Message::Keys => "keys",
        Message::Items => "items",
        Message::Text => "text",
        Message::Show => "show",
        Message::Equals => "equals",
        Message::Hash => "hash",
        Message::Raise => "raise",
    }
}

fn parameters(n: usize) -> String {
    let names: Vec<String> = (0..n).map(|i| format!("a{i}")).collect();
    names.join(", ")
}

/// The code of a function of `lib/border.py`; `border_call_N` are made as they are wanted.
fn message_code(vm: &mut Vm, name: &str, arguments: usize) -> Option<&'static Code> {
    let fl = FlState::of(vm);
    if fl.message_codes.borrow().is_empty() {
        let namespace = crate::builtins::modules::new_module(vm, "_border");
        for code in functions_of(vm, fl, namespace, "<border>", SOURCE, true)? {
            fl.message_codes
                .borrow_mut()
                .insert(code.name.clone(), code);
        }
    }
    if let Some(code) = fl.message_codes.borrow().get(name) {
        return Some(code);
    }
    if !name.starts_with("border_call_") {
        return None;
    }
    let parameters = parameters(arguments);
    let source = format!("def {name}(f, {parameters}):\n    return f({parameters})\n");
    let namespace = crate::builtins::modules::new_module(vm, "_border");
    let code = function_of(vm, fl, namespace, "<border>", &source)?;
    fl.message_codes.borrow_mut().insert(name.to_owned(), code);
    Some(code)
}

/// The code of the one function that a text defines, with the globals of `namespace`.
fn function_of(
    vm: &mut Vm,
    fl: &'static FlState,
    namespace: &'static Namespace,
    path: &str,
    source: &str,
) -> Option<&'static Code> {
    functions_of(vm, fl, namespace, path, source, true)?.pop()
}

/// File and line of a function that does not take this many positional arguments.
fn mismatch(vm: &Vm, callee: Value, arguments: usize) -> Option<(String, u32)> {
    let function = Obj::<Function>::of(callee)?;
    let code = vm.codes.get(function.int(Function::CODE) as u32);
    let object = &fl_code(code).object;
    let defaults =
        Obj::<Tuple>::of(function.get(Function::DEFAULTS)).map_or(0, |d| d.items().len());
    let (most, params) = (object.params.args as usize, &object.params);
    let fits = arguments + defaults >= most && (arguments <= most || params.varargs);
    (!fits).then(|| (code.file.clone(), object.first_line))
}

fn functions_of(
    vm: &mut Vm,
    fl: &'static FlState,
    namespace: &'static Namespace,
    path: &str,
    source: &str,
    hidden: bool,
) -> Option<Vec<&'static Code>> {
    let object = compile_source(path, source, Mode::File).ok()?;
    let code = loaded::load(vm, fl, namespace, &object, hidden);
    let functions = fl_code(code).codes.iter().flatten().copied();
    Some(
        functions
            .filter(|code| fl_code(code).object.kind == CodeKind::Function)
            .collect(),
    )
}

/// A term or variable as text, if `v` is one.
pub fn term_text(vm: &mut Vm, v: Value, quoted: bool) -> Option<String> {
    if !interop::engine::is_term(v) {
        return None;
    }
    let terms = interop::engine::terms(vm)?;
    Some(terms.text(vm, v, quoted))
}

/// The representation of another language's module or relation.
pub fn object_text(vm: &Vm, v: Value) -> Option<String> {
    use interop::layouts::{ForeignModule, Relation};
    let name = |v: Value| vm.symbols.name(v.as_symbol()).into_owned();
    if let Some(module) = Obj::<ForeignModule>::of(v) {
        let file = text::of(module.get(ForeignModule::FILE)).unwrap_or_default();
        let name = name(module.get(ForeignModule::NAME));
        return Some(format!("<module '{name}' from '{file}'>"));
    }
    let relation = Obj::<Relation>::of(v)?;
    let (module, name) = (
        name(relation.get(Relation::MODULE)),
        name(relation.get(Relation::NAME)),
    );
    Some(format!("<relation {module}:{name}>"))
}

// --------------------------------------------------------------------- exceptions

/// The class of exceptions of language `lang` whose kind is `kind`.
pub fn error_class(vm: &mut Vm, lang: u8, kind: Option<ErrorKind>) -> &'static ClassInfo {
    let fl = FlState::of(vm);
    let key = (lang, kind.map_or(u8::MAX, |k| k as u8));
    if let Some(class) = fl.foreign_errors.borrow().get(&key) {
        return class;
    }
    let types = fl.types();
    let class = match kind {
        None => {
            let language = vm.languages[lang as usize].name();
            let (first, rest) = language.split_at(1);
            let name = format!("{}{rest}Error", first.to_uppercase());
            new_class(vm, fl, &name, &[types.ForeignError])
        }
        Some(kind) => {
            let own = error_class(vm, lang, None);
            let other = match kind {
                ErrorKind::Type => types.TypeError,
                ErrorKind::ZeroDivision => types.ZeroDivisionError,
                ErrorKind::Value => types.ValueError,
                ErrorKind::Attribute => types.AttributeError,
                ErrorKind::Os => types.FileNotFoundError,
                ErrorKind::Memory => types.MemoryError,
                ErrorKind::Recursion => types.RecursionError,
                _ => return own,
            };
            let name = own.name.borrow().clone();
            new_class(vm, fl, &name, &[own, other])
        }
    };
    fl.foreign_errors.borrow_mut().insert(key, class);
    class
}

fn new_class(
    vm: &mut Vm,
    fl: &'static FlState,
    name: &str,
    bases: &[&'static ClassInfo],
) -> &'static ClassInfo {
    let new = NewClass {
        name,
        bases,
        kind: Kind::Exception,
        payload: None,
        builtin: true,
        has_dict: true,
    };
    let Ok(class) = fl.new_class(vm, new) else {
        unreachable!("the two have a common base only");
    };
    let module = vm.str("polyglot");
    class.set(vm, fl, fl.names.module, module);
    class
}

/// The FL exception for one of another language; others are returned as they are.
pub fn foreign_exception(vm: &mut Vm, e: Value) -> Value {
    let fl = FlState::of(vm);
    let (lang, object, trace) = match errors::parts(e) {
        Some(parts) => parts,
        // What another language's native raised while it was called directly.
        None if exception::data(vm, e).is_none() => match errors::language_of(vm, e) {
            Some(lang) => (lang, e, Vec::new()),
            None => return e,
        },
        None => return e,
    };
    if lang == fl.lang {
        SPEAKER.add_trace(vm, object, &trace);
        return object;
    }
    let kind = errors::kind(vm, lang, object);
    let class = error_class(vm, lang, kind);
    let language = vm.languages[lang as usize];
    let message = language.describe_exception(vm, object);
    let message = vm.str(&message);
    let instance = exception::new(vm, class, &[message]);
    let name = vm.str(language.name());
    let object = interop::engine::terms(vm)
        .and_then(|terms| terms.value_of(vm, object))
        .unwrap_or(object);
    for (attribute, v) in [("language", name), ("object", object), ("term", object)] {
        let symbol = vm.symbols.intern(attribute);
        vm.instance_set(Obj::cast(instance), symbol, v);
    }
    SPEAKER.add_trace(vm, instance, &trace);
    instance
}

fn foreign_object(vm: &mut Vm, e: Value) -> Option<(u8, Value)> {
    let fl = FlState::of(vm);
    if !exception::is_a(vm, e, fl.types().ForeignError) {
        return None;
    }
    let instance = Obj::<Instance>::of(e)?;
    let (language, object) = (vm.symbols.intern("language"), vm.symbols.intern("object"));
    let language = text::of(vm.instance_get(instance, language)?)?.into_owned();
    Some((
        vm.language_named(&language)?,
        vm.instance_get(instance, object)?,
    ))
}

/// The last line of a traceback for another language's exception, in that language's words.
pub fn foreign_text(vm: &mut Vm, e: Value) -> Option<String> {
    let (lang, object) = foreign_object(vm, e)?;
    let language = vm.languages[lang as usize];
    Some(language.describe_exception(vm, object))
}
