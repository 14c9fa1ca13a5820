//! Guest programs inside Rust programs.
//!
//! An [`Engine`] is one running world: its languages share one heap, one tracer and all their
//! modules. A process may have many engines, each used by the thread that made it.
//!
//! ```
//! use metatrace_cli::{Engine, Out, fl, prolog};
//!
//! let mut engine = Engine::builder()
//!     .language(fl())
//!     .language(prolog())
//!     .function("app", "shout", |text: String| text.to_uppercase())
//!     .build()?;
//!
//! // An expression, with its result as a Rust value.
//! assert_eq!(engine.evaluate::<i64>("fl", "6 * 7")?, 42);
//! assert_eq!(engine.evaluate::<i64>("prolog", "X is 6 * 7")?, 42);
//!
//! // Modules of any language, from files (`load`) or text, which may import one another.
//! let family = engine.load_text("prolog", "family", "parent(ann, bob). parent(ann, liz).")?;
//! let names = engine.load_text("fl", "names", "\
//! import app
//! import family
//! from polyglot import out
//!
//! def children(name):
//!     return [app.shout(child) for child in family.parent.all(name, out)]
//! ")?;
//! assert_eq!(engine.call::<String>(&family, "parent", ("ann", Out))?, "bob");
//! assert_eq!(engine.call::<Vec<String>>(&names, "children", ("ann",))?, ["BOB", "LIZ"]);
//! # Ok::<(), metatrace_cli::Error>(())
//! ```
//!
//! Limits hold for everything that guest code does, and end in an ordinary error:
//!
//! ```
//! use metatrace_cli::{Engine, fl};
//! use std::time::Duration;
//!
//! let mut engine = Engine::builder()
//!     .language(fl())
//!     .sandbox()
//!     .heap_limit(64 << 20)
//!     .depth_limit(1000)
//!     .time_limit(Duration::from_millis(50))
//!     .build()?;
//! let endless = engine.load_text("fl", "endless", "def run():\n    while True:\n        pass\n")?;
//! let error = engine.call::<()>(&endless, "run", ()).unwrap_err();
//! assert!(error.to_string().contains("time limit"), "{error}");
//! # Ok::<(), metatrace_cli::Error>(())
//! ```
//!
//! A time limit depends on the machine; a limit on steps does so much less, and stops what
//! loops for ever as surely, in machine code too:
//!
//! ```
//! use metatrace_cli::{Engine, Error, fl, prolog};
//!
//! let mut engine = Engine::builder()
//!     .language(fl())
//!     .language(prolog())
//!     .fuel(1_000_000)
//!     .build()?;
//! let sum = engine.load_text("fl", "sum", "\
//! def run(n):
//!     total = 0
//!     for i in range(n):
//!         total += i
//!     return total
//! ")?;
//! assert_eq!(engine.call::<i64>(&sum, "run", (1000,))?, 499_500);
//! let error = engine.call::<i64>(&sum, "run", (1_000_000_000,)).unwrap_err();
//! assert!(matches!(error, Error::FuelLimit), "{error}");
//! // Each call has the limit anew.
//! assert_eq!(engine.call::<i64>(&sum, "run", (1000,))?, 499_500);
//! assert!(matches!(engine.evaluate::<bool>("prolog", "repeat, fail"), Err(Error::FuelLimit)));
//! # Ok::<(), metatrace_cli::Error>(())
//! ```
//!
//! Functions of the host may call guest functions back, through a [`Scope`]:
//!
//! ```
//! use metatrace_cli::{Engine, Error, Object, Scope, fl, prolog};
//!
//! let mut engine = Engine::builder()
//!     .language(fl())
//!     .language(prolog())
//!     .function("app", "twice", |scope: &mut Scope<'_>, f: Object, n: i64| -> Result<i64, Error> {
//!         let once: i64 = scope.call(&f, (n,))?;
//!         scope.call(&f, (once,))
//!     })
//!     .build()?;
//! let double = engine.load_text("fl", "double", "\
//! import app
//!
//! def run(n):
//!     return app.twice(lambda x: x * 2, n)
//! ")?;
//! assert_eq!(engine.call::<i64>(&double, "run", (5,))?, 20);
//! # Ok::<(), metatrace_cli::Error>(())
//! ```

mod convert;
mod functions;
#[cfg(test)]
mod tests;

pub use convert::{Arguments, FromGuest, Object, Out, Scope, ToGuest};
pub use functions::HostFunction;

use functions::{HOST, HOST_SPEAKER, Registered};
use interop::Message;
use interop::layouts::ForeignModule;
use interop::modules::{self, Import, Search};
use metatrace::backend::Backend;
use metatrace::backend::cranelift::CraneliftBackend;
use metatrace::backend::portable::PortableBackend;
use metatrace::jit::Jit;
use metatrace::options::JitOptions;
use metatrace::value::Value;
use runtime::heap::Stress;
use runtime::host::{Host, Sandbox, System};
use runtime::language::{Language, Source};
use runtime::options::Options;
use runtime::{Obj, Vm};
use std::fmt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

/// Most bytes of machine code alive at once.
const CODE_BYTES_MAX: usize = 64 << 20;

/// What went wrong.
#[derive(Clone, Debug)]
pub enum Error {
    /// The engine cannot be set up, or a name means nothing in it.
    Setup(String),
    /// A guest's exception: the language that it is an exception of, its own words, and the places
    /// that it went through (`file:line: in function`), whatever their language, outermost first.
    Guest {
        language: String,
        message: String,
        places: Vec<String>,
    },
    /// A guest value that is not what the Rust side wants.
    Conversion(String),
    /// The call took longer than [`Builder::time_limit`] allows.
    TimeLimit,
    /// The call took more steps than [`Builder::fuel`] allows.
    FuelLimit,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Setup(message) | Error::Conversion(message) => f.write_str(message),
            Error::Guest { message, .. } => f.write_str(message),
            Error::TimeLimit => f.write_str("the time limit is exceeded"),
            Error::FuelLimit => f.write_str("the limit on steps is exceeded"),
        }
    }
}

impl std::error::Error for Error {}

/// A language that an engine can have.
#[derive(Copy, Clone)]
pub struct GuestLanguage {
    language: &'static dyn Language,
    /// The module text whose member `value` is an expression's value; none for languages
    /// that are asked by queries.
    expression: Option<fn(&str) -> String>,
}

/// FL, a subset of Python 3.
pub fn fl() -> GuestLanguage {
    GuestLanguage {
        language: &fl::language::FL,
        expression: Some(|text| format!("value = ({text}\n)\n")),
    }
}

/// Prolog.
pub fn prolog() -> GuestLanguage {
    GuestLanguage {
        language: prolog::PROLOG,
        expression: None,
    }
}

/// How hot code is run.
#[derive(Copy, Clone, PartialEq, Eq, Debug, Default)]
pub enum Tracing {
    /// Compiled to machine code.
    #[default]
    MachineCode,
    /// Traced and optimised, and evaluated: on any platform.
    Portable,
    /// Only interpreted.
    Off,
}

/// Sets an [`Engine`] up.
pub struct Builder {
    languages: Vec<GuestLanguage>,
    functions: Vec<Registered>,
    options: Options,
    tracing: Tracing,
    jit: JitOptions,
    host: Option<Box<dyn Host>>,
    time_limit: Option<Duration>,
    fuel: Option<u64>,
}

impl Builder {
    /// Adds a language.
    pub fn language(mut self, language: GuestLanguage) -> Builder {
        self.languages.push(language);
        self
    }

    /// Adds a function to the module `module`, which every language can import.
    pub fn function<A>(
        mut self,
        module: &str,
        name: &str,
        function: impl HostFunction<A>,
    ) -> Builder {
        self.functions.push(Registered::new(module, name, function));
        self
    }

    pub fn tracing(mut self, tracing: Tracing) -> Builder {
        self.tracing = tracing;
        self
    }

    /// Traces all code the first time it is seen: slow, for tests.
    pub fn eager(mut self) -> Builder {
        self.jit = JitOptions::eager();
        self
    }

    /// Collects garbage wherever it can be collected: slow, for tests.
    pub fn stress(mut self) -> Builder {
        self.options.heap.stress = Stress::Minor;
        self.options.heap.poison = true;
        self
    }

    /// Most bytes that guest objects may take; more is a memory error of the guest.
    pub fn heap_limit(mut self, bytes: usize) -> Builder {
        self.options.heap.heap_limit = bytes;
        self
    }

    /// Most guest frames alive at once; more is a recursion error of the guest.
    pub fn depth_limit(mut self, frames: u32) -> Builder {
        self.options.depth_limit = i64::from(frames);
        self
    }

    /// Longest time that one call from Rust may take. It is looked at at loop headers and
    /// function entries; a single native operation (such as a huge multiplication) is not interrupted.
    pub fn time_limit(mut self, limit: Duration) -> Builder {
        self.time_limit = Some(limit);
        self
    }

    /// Most steps that one call from Rust may take: a step is a loop header or function entry that
    /// the interpreter passes, or a turn of a compiled loop, which may hold many inlined calls. So the
    /// same program takes fewer steps where it is compiled. Counting costs the interpreter some speed.
    pub fn fuel(mut self, steps: u64) -> Builder {
        self.fuel = Some(steps);
        self
    }

    /// Denies guest programs everything but standard output.
    pub fn sandbox(self) -> Builder {
        self.host(Box::<Sandbox>::default())
    }

    /// Gives guest programs another outside world than this process's own.
    pub fn host(mut self, host: Box<dyn Host>) -> Builder {
        self.host = Some(host);
        self
    }

    /// Adds a folder to look for imported modules in.
    pub fn path(mut self, folder: impl Into<PathBuf>) -> Builder {
        self.options.search_path.push(folder.into());
        self
    }

    /// The program's arguments, its own name first.
    pub fn arguments<S: Into<String>>(mut self, arguments: impl IntoIterator<Item = S>) -> Builder {
        self.options.args = arguments.into_iter().map(Into::into).collect();
        self
    }

    /// The engine.
    pub fn build(self) -> Result<Engine, Error> {
        let host = self.host.unwrap_or_else(|| Box::new(System::new()));
        let search_path = self.options.search_path.clone();
        let mut vm = Vm::new(self.options, host);
        let backend: Option<Box<dyn Backend>> = match self.tracing {
            Tracing::Off => None,
            Tracing::Portable => Some(Box::new(PortableBackend::new())),
            Tracing::MachineCode => match CraneliftBackend::new(CODE_BYTES_MAX) {
                Ok(backend) => Some(Box::new(backend)),
                Err(error) => {
                    let message = format!("no machine code on this platform: {error:?}");
                    return Err(Error::Setup(message));
                }
            },
        };
        if let Some(backend) = backend {
            let fuel = self.fuel.is_some();
            let options = JitOptions { fuel, ..self.jit };
            vm.set_jit(Rc::new(Jit::new(backend, options)));
        }
        for language in &self.languages {
            vm.add_language(language.language);
        }
        let host = vm.add_language(&HOST);
        interop::join(&mut vm, host, &HOST_SPEAKER);
        functions::register(&mut vm, host, self.functions);
        Ok(Engine {
            vm,
            languages: self.languages,
            search_path,
            time_limit: self.time_limit,
            fuel: self.fuel,
            exceeded: None,
        })
    }
}

/// One running world of guest programs.
pub struct Engine {
    vm: Box<Vm>,
    languages: Vec<GuestLanguage>,
    search_path: Vec<PathBuf>,
    time_limit: Option<Duration>,
    fuel: Option<u64>,
    /// The limit that the last call exceeded.
    exceeded: Option<Error>,
}

impl Engine {
    /// Starts to set an engine up; it has no language yet.
    pub fn builder() -> Builder {
        Builder {
            languages: Vec::new(),
            functions: Vec::new(),
            options: Options::default(),
            tracing: Tracing::default(),
            jit: JitOptions::default(),
            host: None,
            time_limit: None,
            fuel: None,
        }
    }

    fn language(&self, name: &str) -> Result<u8, Error> {
        self.vm
            .language_named(name)
            .ok_or_else(|| Error::Setup(format!("the engine has no language `{name}`")))
    }

    /// The value of an expression, or the answer to a query: for a query with one variable its
    /// value in the first solution, for one with several a mapping of their names, for one
    /// without whether there is a solution. `None` (for an `Option`) where there is no solution.
    pub fn evaluate<T: FromGuest>(&mut self, language: &str, text: &str) -> Result<T, Error> {
        let lang = self.language(language)?;
        match self.languages[lang as usize].expression {
            Some(module_text) => {
                let module = self.load_anonymous(lang, &module_text(text))?;
                let value = self.get(&module, "value")?;
                self.convert(&value)
            }
            None => {
                let answer = self.first_answer(lang, text)?;
                self.convert(&answer)
            }
        }
    }

    /// The first solution of a query, in the form that [`Engine::evaluate`] says.
    fn first_answer(&mut self, lang: u8, text: &str) -> Result<Object, Error> {
        let speaker = self.speaker(lang)?;
        let module = Value::symbol(self.vm.symbols.intern("user"));
        let query = speaker.query_text(&mut self.vm, module, text, &[]);
        let query = query.map_err(|_| self.raised(lang))?;
        let query = self.keep(query);
        let answer = self.send(lang, Message::Next, &query, &[])?;
        let answer = answer.unwrap_or(Value::NONE);
        let answer = self.keep(answer);
        self.send(lang, Message::Close, &query, &[])?;
        let names = Obj::<runtime::layouts::Dict>::of(answer.value());
        let entries = names.map(|names| self.vm.dict_entries(names));
        match entries.as_deref() {
            Some([]) => Ok(self.keep(Value::TRUE)),
            Some([(_, only)]) => Ok(self.keep(*only)),
            _ => Ok(answer),
        }
    }

    /// Loads a module from a file, in the language of its extension, unless it is loaded already.
    pub fn load(&mut self, file: impl AsRef<Path>) -> Result<Object, Error> {
        let file = file.as_ref();
        let mut folders = vec![PathBuf::new()];
        folders.extend(self.search_path.iter().cloned());
        let Search::Found(found) = modules::at_path(&mut self.vm, &folders, file) else {
            let message = format!("no module {} in a known language", file.display());
            return Err(Error::Setup(message));
        };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy();
        let import = modules::import(&mut self.vm, &stem, &found);
        self.imported(found.lang, import)
    }

    /// Makes a module of a text; other modules can import it by its name.
    pub fn load_text(&mut self, language: &str, name: &str, text: &str) -> Result<Object, Error> {
        let lang = self.language(language)?;
        let source = Source {
            path: format!("<{name}>"),
            name: name.to_owned(),
            text: text.into(),
            folder: None,
            line_offset: 0,
            main: false,
        };
        modules::add_block(&self.vm, name, lang, source);
        let Search::Found(found) = modules::find(&mut self.vm, &[], name) else {
            return Err(Error::Setup(format!("{language} cannot be imported from")));
        };
        let import = modules::import(&mut self.vm, name, &found);
        self.imported(lang, import)
    }

    fn load_anonymous(&mut self, lang: u8, text: &str) -> Result<Object, Error> {
        let import = modules::load_text(&mut self.vm, lang, "<evaluate>", 0, text);
        self.imported(lang, import)
    }

    /// Runs what makes a module.
    fn imported(&mut self, lang: u8, import: runtime::Guest<Import>) -> Result<Object, Error> {
        match import {
            Err(_) => Err(self.raised(lang)),
            Ok(Import::Module(module)) => Ok(self.keep(module)),
            Ok(Import::Frame(frame)) => {
                let module = self.limited(|vm| vm.execute_frame(frame));
                let module = module.map_err(|_| self.raised(lang))?;
                Ok(self.keep(module))
            }
        }
    }

    /// Calls the member `name` of a module or object. An argument [`Out`] asks a relation for its value.
    pub fn call<T: FromGuest>(
        &mut self,
        object: &Object,
        name: &str,
        arguments: impl Arguments,
    ) -> Result<T, Error> {
        let function = self.get(object, name)?;
        self.apply(&function, arguments)
    }

    /// Calls a guest function, class or relation.
    pub fn apply<T: FromGuest>(
        &mut self,
        function: &Object,
        arguments: impl Arguments,
    ) -> Result<T, Error> {
        let values = arguments.to_values(&mut Scope::new(&mut self.vm));
        let lang = self.owner(function)?;
        let result = self.send(lang, Message::Call, function, &values)?;
        let result = self.keep(result.unwrap_or(Value::NONE));
        self.convert(&result)
    }

    /// The member `name` of a module or object.
    pub fn get(&mut self, object: &Object, name: &str) -> Result<Object, Error> {
        let lang = self.owner(object)?;
        if let Some(module) = Obj::<ForeignModule>::of(object.value()) {
            let symbol = self.vm.symbols.intern(name);
            let member = self.speaker(lang)?.member(&mut self.vm, module, symbol);
            let member = member.map_err(|_| self.raised(lang))?;
            let Some(member) = member else {
                return Err(Error::Setup(format!("the module has no member `{name}`")));
            };
            return Ok(self.keep(member));
        }
        let name = self.vm.str(name);
        let member = self.send(lang, Message::GetMember, object, &[name])?;
        Ok(self.keep(member.unwrap_or(Value::NONE)))
    }

    /// A Rust value as a guest's.
    pub fn object(&mut self, value: impl ToGuest) -> Object {
        let value = value.to_guest(&mut Scope::new(&mut self.vm));
        self.keep(value)
    }

    /// A guest value as Rust's.
    pub fn convert<T: FromGuest>(&mut self, object: &Object) -> Result<T, Error> {
        T::from_guest(&mut Scope::new(&mut self.vm), object.value())
    }

    /// Sends a message of the protocol that languages meet by; `None` where the receiver fails.
    /// A receiver whose language does not answer it is an error.
    pub fn message(
        &mut self,
        message: Message,
        receiver: &Object,
        arguments: &[Object],
    ) -> Result<Option<Object>, Error> {
        let lang = self.owner(receiver)?;
        let values: Vec<Value> = arguments.iter().map(Object::value).collect();
        let answer = self.send(lang, message, receiver, &values)?;
        Ok(answer.map(|value| self.keep(value)))
    }

    /// A value as text in a form that does not depend on its language; see [`interop::kit`].
    pub fn canonical(&mut self, object: &Object) -> String {
        interop::kit::canonical(&mut self.vm, object.value())
    }

    /// Writes out what guest programs printed.
    pub fn flush(&mut self) -> std::io::Result<()> {
        self.vm.host.flush(runtime::host::Stream::Out)
    }

    fn keep(&mut self, value: Value) -> Object {
        Object::new(&mut self.vm, value)
    }

    fn speaker(&self, lang: u8) -> Result<&'static dyn interop::Speaker, Error> {
        interop::shared(&self.vm)
            .and_then(|shared| shared.speaker(lang))
            .ok_or_else(|| Error::Setup("the language has not joined the protocol".to_owned()))
    }

    /// The language that answers for a value.
    fn owner(&self, object: &Object) -> Result<u8, Error> {
        let shared = interop::shared(&self.vm);
        let owner = shared.and_then(|shared| {
            let owner = shared.owner(object.value());
            owner.or_else(|| shared.values_language())
        });
        owner.ok_or_else(|| Error::Setup("no language answers for the value".to_owned()))
    }

    /// Sends a message and waits for the answer; `None` where the receiver fails.
    fn send(
        &mut self,
        lang: u8,
        message: Message,
        receiver: &Object,
        arguments: &[Value],
    ) -> Result<Option<Value>, Error> {
        let shared = interop::shared(&self.vm);
        let code = shared.and_then(|s| s.code(&mut self.vm, lang, message, arguments.len()));
        let Some(code) = code else {
            let language = self.vm.languages[lang as usize].name();
            let message = format!("{language} does not answer `{}`", message.name());
            return Err(Error::Setup(message));
        };
        let mut slots = vec![receiver.value()];
        slots.extend_from_slice(arguments);
        match self.limited(|vm| vm.execute(code, &slots)) {
            Ok(value) if value == Value::STOP => Ok(None),
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(self.raised(lang)),
        }
    }

    /// Runs guest code with the limits on time and steps.
    fn limited<T>(&mut self, run: impl FnOnce(&mut Vm) -> T) -> T {
        let deadline = self.time_limit.map(|limit| self.vm.start_deadline(limit));
        self.vm.limit_steps(self.fuel);
        let result = run(&mut self.vm);
        self.exceeded = None;
        if deadline.is_some_and(|deadline| deadline.has_passed()) {
            self.exceeded = Some(Error::TimeLimit);
        } else if self.vm.is_out_of_steps() {
            self.exceeded = Some(Error::FuelLimit);
        }
        self.vm.limit_steps(None);
        result
    }

    /// The pending exception, which came out of code of language `lang`.
    fn raised(&mut self, lang: u8) -> Error {
        let exception = self.vm.take_pending();
        if let Some(limit) = self.exceeded.take() {
            return limit;
        }
        guest_error(&mut self.vm, lang, exception)
    }
}

/// An exception that came out of code of language `lang`.
fn guest_error(vm: &mut Vm, lang: u8, exception: Value) -> Error {
    let (lang, exception, mut trace) = match interop::errors::parts(exception) {
        Some(parts) => parts,
        None => {
            let own = interop::errors::language_of(vm, exception);
            (own.unwrap_or(lang), exception, Vec::new())
        }
    };
    if trace.is_empty()
        && let Some(speaker) = interop::shared(vm).and_then(|shared| shared.speaker(lang))
    {
        trace = speaker.trace(vm, exception);
    }
    let places = trace.iter().map(|token| place(vm, token.as_int()));
    let places = places.collect();
    let language = vm.languages[lang as usize];
    Error::Guest {
        language: language.name().to_owned(),
        message: language.describe_exception(vm, exception),
        places,
    }
}

/// Where a frame is, as a line of [`Error::Guest`].
fn place(vm: &mut Vm, token: i64) -> String {
    use metatrace::code::{token_code, token_pc};
    let code = vm.codes.get(token_code(token));
    let language = vm.languages[code.lang as usize];
    let at = language.trace_line(vm, code, token_pc(token));
    format!("{}:{}: in {}", at.file, at.line, at.function)
}
