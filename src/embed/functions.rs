//! Rust functions that every guest language can call.
//!
//! They are a language of their own: a module of functions is one of its modules, a function is a
//! relation of it, and calling one is a frame whose only bytecode calls Rust. So nothing in
//! the other languages knows of them.

use super::{Error, FromGuest, Scope, ToGuest};
use interop::layouts::{ASK_ONCE, ForeignModule, Relation};
use interop::{Message, Speaker};
use metatrace::code::{Code, CodeData, SlotMask};
use metatrace::interp::{Interp, StepLoops, loops};
use metatrace::layout::LayoutId;
use metatrace::meta::{Arrival, Flow, Meta, Raised};
use metatrace::native::Effects;
use metatrace::value::Value;
use runtime::engine::NewCode;
use runtime::error::ErrorKind;
use runtime::language::{Language, Loaded, Source};
use runtime::{Guest, Obj, Vm, natives};
use std::any::Any;
use std::rc::Rc;

type Function = Rc<dyn Fn(&mut Vm, &[Value]) -> Guest>;

/// A function of a module.
pub struct Registered {
    module: String,
    name: String,
    function: Function,
}

impl Registered {
    pub fn new<A>(module: &str, name: &str, function: impl HostFunction<A>) -> Registered {
        let (module, name) = (module.to_owned(), name.to_owned());
        let label = format!("{module}.{name}");
        let function: Function = Rc::new(move |vm, arguments| {
            let mut scope = Scope::new(vm);
            let error = match function.call(&mut scope, arguments) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            let raised = scope.raised(&error);
            Err(match (raised, error) {
                (Some(exception), _) => vm.raise(exception.value()),
                (None, Error::Conversion(message)) => {
                    vm.error(ErrorKind::Type, format!("{label}: {message}"))
                }
                (None, error) => vm.error(ErrorKind::Runtime, format!("{label}: {error}")),
            })
        });
        Registered {
            module,
            name,
            function,
        }
    }
}

/// Rust functions with up to four arguments, whose result is a value, or a `Result` with an
/// error that is raised in the caller's language. One that calls guest functions back takes a
/// `&mut Scope` first. `A` tells the kinds apart.
pub trait HostFunction<A>: 'static {
    fn call(&self, scope: &mut Scope<'_>, arguments: &[Value]) -> Result<Value, Error>;
}

/// What a host function may give back.
pub trait HostResult {
    fn to_result(self, scope: &mut Scope<'_>) -> Result<Value, Error>;
}

impl<T: ToGuest> HostResult for T {
    fn to_result(self, scope: &mut Scope<'_>) -> Result<Value, Error> {
        Ok(self.to_guest(scope))
    }
}

impl<T: ToGuest> HostResult for Result<T, String> {
    fn to_result(self, scope: &mut Scope<'_>) -> Result<Value, Error> {
        match self {
            Ok(value) => Ok(value.to_guest(scope)),
            Err(message) => Err(Error::Setup(message)),
        }
    }
}

impl<T: ToGuest> HostResult for Result<T, Error> {
    fn to_result(self, scope: &mut Scope<'_>) -> Result<Value, Error> {
        self.map(|value| value.to_guest(scope))
    }
}

fn check_count(wanted: usize, arguments: &[Value]) -> Result<(), Error> {
    if arguments.len() == wanted {
        return Ok(());
    }
    let s = if wanted == 1 { "" } else { "s" };
    let message = format!("takes {wanted} argument{s}, got {}", arguments.len());
    Err(Error::Conversion(message))
}

/// Marks functions that take a [`Scope`] first.
pub struct Scoped<F>(std::marker::PhantomData<F>);

macro_rules! functions {
    ($(($($name:ident $index:tt),*))*) => {$(
        impl<Fun, Res, $($name),*> HostFunction<fn($($name),*) -> Res> for Fun
        where
            Fun: Fn($($name),*) -> Res + 'static,
            Res: HostResult,
            $($name: FromGuest),*
        {
            #[allow(unused_variables, reason = "functions without arguments")]
            fn call(&self, scope: &mut Scope<'_>, arguments: &[Value]) -> Result<Value, Error> {
                const COUNT: usize = 0 $(+ { let _ = $index; 1 })*;
                check_count(COUNT, arguments)?;
                let result = self($($name::from_guest(scope, arguments[$index])?),*);
                result.to_result(scope)
            }
        }

        impl<Fun, Res, $($name),*> HostFunction<Scoped<fn($($name),*) -> Res>> for Fun
        where
            Fun: Fn(&mut Scope<'_>, $($name),*) -> Res + 'static,
            Res: HostResult,
            $($name: FromGuest),*
        {
            #[allow(non_snake_case, reason = "a variable for each type")]
            fn call(&self, scope: &mut Scope<'_>, arguments: &[Value]) -> Result<Value, Error> {
                const COUNT: usize = 0 $(+ { let _ = $index; 1 })*;
                check_count(COUNT, arguments)?;
                $(let $name = $name::from_guest(scope, arguments[$index])?;)*
                let result = self(scope, $($name),*);
                result.to_result(scope)
            }
        }
    )*};
}
functions! {
    ()
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
}

/// What the language keeps per engine.
struct State {
    lang: u8,
    functions: Vec<Registered>,
    /// Codes that call by receiver, by number of arguments.
    calls: Vec<Option<&'static Code>>,
    /// Codes that load a module, made on first use.
    load: Option<&'static Code>,
}

fn state(vm: &mut Vm) -> &mut State {
    let lang = vm
        .language_named(NAME)
        .expect("host functions are registered");
    vm.state_mut(lang)
}

/// Gives the engine its functions, and makes their modules known to importers.
pub fn register(vm: &mut Vm, lang: u8, functions: Vec<Registered>) {
    for function in &functions {
        let source = Source {
            path: format!("<{}>", function.module),
            name: function.module.clone(),
            text: "".into(),
            folder: None,
            line_offset: 0,
            main: false,
        };
        interop::modules::add_block(vm, &function.module, lang, source);
    }
    let state = state(vm);
    state.lang = lang;
    state.functions = functions;
}

fn find(vm: &mut Vm, module: u32, name: u32) -> Option<Function> {
    let module = vm.symbols.name(module).into_owned();
    let name = vm.symbols.name(name).into_owned();
    let functions = &state(vm).functions;
    let found = functions
        .iter()
        .find(|f| f.module == module && f.name == name);
    found.map(|f| Rc::clone(&f.function))
}

natives! {
    /// Calls a function: its relation, then the arguments.
    static CALL = many "host_call"(vm, values) -> Guest [Effects::ANY] {
        let relation = Obj::<Relation>::cast(values[0]);
        let module = relation.get(Relation::MODULE).as_symbol();
        let name = relation.get(Relation::NAME).as_symbol();
        match find(vm, module, name) {
            Some(function) => function(vm, &values[1..]),
            None => Err(vm.type_error("no such function of the host")),
        }
    }
}

const NAME: &str = "host";

/// The bytecodes.
const CALL_RELATION: u64 = 0;
const RETURN_FIRST: u64 = 1;

/// What every code of the language needs to know.
struct Data {
    /// The relation to call, if it is not in the first slot; in the engine's roots.
    relation: Option<usize>,
    slots: u16,
}

impl CodeData for Data {
    fn live_slots(&self, _: u32) -> SlotMask {
        let mut live = SlotMask::default();
        (0..self.slots).for_each(|slot| live.insert(slot));
        live
    }
    fn describe(&self, _: u32) -> String {
        "host".to_owned()
    }
    fn line(&self, _: u32) -> u32 {
        0
    }
}

fn new_code(vm: &mut Vm, lang: u8, name: &str, instr: u64, data: Data) -> &'static Code {
    vm.add_code(NewCode {
        lang,
        slots: data.slots,
        name: name.to_owned(),
        file: "<host>".to_owned(),
        instrs: Box::new([instr]),
        merge_points: Box::new([]),
        data: Box::new(data),
    })
}

struct HostInterp;

impl Interp for HostInterp {
    #[inline(always)]
    fn step<M: Meta>(m: &mut M) -> Flow {
        let instr = m.fetch();
        let code = m.code();
        if instr == RETURN_FIRST {
            let first = m.slot(0);
            m.set_transfer(first);
            m.leave_frame();
            return Flow::Switch(Arrival::Return);
        }
        let data = code.data::<Data>();
        let mut values: smallvec::SmallVec<[metatrace::meta::Val<M>; 8]> =
            smallvec::SmallVec::new();
        if let Some(root) = data.relation {
            let relation = Vm::from_core(m.core()).roots[root];
            let relation = m.val(relation);
            values.push(relation);
        }
        for slot in 0..data.slots {
            let value = m.slot(slot);
            values.push(value);
        }
        match m.call_many(&CALL, &values) {
            Ok(value) => {
                m.set_transfer(value);
                m.leave_frame();
                Flow::Switch(Arrival::Return)
            }
            Err(Raised) => {
                m.leave_frame();
                Flow::Switch(Arrival::Raise)
            }
        }
    }

    fn arrive<M: Meta>(_: &mut M, _: Arrival) -> Flow {
        // Functions of the host are entered at their start only.
        Flow::Next
    }
}

/// The language of host functions.
pub static HOST: HostLanguage = HostLanguage;

/// See [`HOST`].
pub struct HostLanguage;

impl Language for HostLanguage {
    fn name(&self) -> &'static str {
        NAME
    }
    fn extensions(&self) -> &'static [&'static str] {
        &[]
    }
    fn loops(&self) -> StepLoops {
        const { loops::<HostInterp>() }
    }
    fn new_state(&self, _: &mut Vm, lang: u8) -> Box<dyn Any> {
        Box::new(State {
            lang,
            functions: Vec::new(),
            calls: Vec::new(),
            load: None,
        })
    }
    fn load(&self, vm: &mut Vm, lang: u8, source: &Source) -> Guest<Loaded> {
        let name = Value::symbol(vm.symbols.intern(&source.name));
        let module = vm.alloc::<ForeignModule>(0);
        module.init(ForeignModule::LANG, Value::small(i64::from(lang)));
        module.init(ForeignModule::NAME, name);
        module.init(ForeignModule::FILE, Value::NONE);
        let code = match state(vm).load {
            Some(code) => code,
            None => {
                let data = Data {
                    relation: None,
                    slots: 1,
                };
                let code = new_code(vm, lang, "load", RETURN_FIRST, data);
                state(vm).load = Some(code);
                code
            }
        };
        Ok(Loaded {
            code,
            slots: vec![module.value()],
            module: module.value(),
        })
    }
    fn describe_exception(&self, _: &mut Vm, exception: Value) -> String {
        match runtime::error::parts(exception) {
            Some((kind, message, _)) => {
                let message = runtime::text::of(message).unwrap_or_default();
                format!("{kind:?}: {message}")
            }
            None => "an exception of another language".to_owned(),
        }
    }
    fn print_exception(&self, vm: &mut Vm, exception: Value) -> i32 {
        let text = self.describe_exception(vm, exception) + "\n";
        // There is nobody to tell that standard error is closed.
        let _ = vm.host.write(runtime::host::Stream::Err, text.as_bytes());
        1
    }
    fn visit_roots(&self, _: &mut dyn Any, _: &mut dyn FnMut(&mut Value)) {}
}

/// The side of the protocol of host functions.
pub static HOST_SPEAKER: HostSpeaker = HostSpeaker;

/// See [`HOST_SPEAKER`].
pub struct HostSpeaker;

impl Speaker for HostSpeaker {
    fn layouts(&self) -> &'static [LayoutId] {
        &[]
    }

    fn code(&self, vm: &mut Vm, message: Message, arguments: usize) -> Option<&'static Code> {
        if message != Message::Call {
            return None;
        }
        let state = state(vm);
        if let Some(Some(code)) = state.calls.get(arguments) {
            return Some(code);
        }
        let lang = state.lang;
        let data = Data {
            relation: None,
            slots: u16::try_from(arguments + 1).ok()?,
        };
        let code = new_code(vm, lang, "call", CALL_RELATION, data);
        let calls = &mut self::state(vm).calls;
        if calls.len() <= arguments {
            calls.resize(arguments + 1, None);
        }
        calls[arguments] = Some(code);
        Some(code)
    }

    fn member(&self, vm: &mut Vm, module: Obj<ForeignModule>, name: u32) -> Guest<Option<Value>> {
        let module = module.get(ForeignModule::NAME).as_symbol();
        if find(vm, module, name).is_none() {
            return Ok(None);
        }
        let lang = state(vm).lang;
        let shared = interop::shared(vm);
        Ok(shared.map(|shared| shared.relation(vm, lang, module, name, ASK_ONCE)))
    }

    fn caller(
        &self,
        vm: &mut Vm,
        module: Value,
        name: u32,
        arguments: usize,
    ) -> Option<&'static Code> {
        let module = Obj::<ForeignModule>::of(module)?;
        let relation = self.member(vm, module, name).ok()??;
        let lang = state(vm).lang;
        let data = Data {
            relation: Some(vm.add_root(relation)),
            slots: u16::try_from(arguments).ok()?,
        };
        Some(new_code(vm, lang, "call", CALL_RELATION, data))
    }

    fn members(&self, vm: &mut Vm, module: Obj<ForeignModule>) -> Vec<u32> {
        let module = module.get(ForeignModule::NAME).as_symbol();
        let module = vm.symbols.name(module).into_owned();
        let functions = &state(vm).functions;
        let of_module = functions.iter().filter(|f| f.module == module);
        let names: Vec<String> = of_module.map(|f| f.name.clone()).collect();
        names.iter().map(|name| vm.symbols.intern(name)).collect()
    }

    fn type_name(&self, _: &Vm, _: Value) -> String {
        "function".to_owned()
    }

    fn is_exception(&self, _: &Vm, v: Value) -> bool {
        runtime::error::parts(v).is_some()
    }

    fn add_trace(&self, _: &mut Vm, _: Value, _: &[Value]) {}

    fn trace(&self, _: &Vm, _: Value) -> Vec<Value> {
        Vec::new()
    }

    fn load(&self, vm: &mut Vm, lang: u8, source: &Source) -> Guest<Loaded> {
        HOST.load(vm, lang, source)
    }
}
