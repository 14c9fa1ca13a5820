//! Natives that raise, and those that keep exceptions in order.

use crate::object::layouts::ExcData;
use crate::object::{exception, function, types};
use crate::state::{FlState, NOT_IMPLEMENTED};
use metatrace::layout::LayoutType;
use metatrace::meta::Raised;
use metatrace::native::{Effects, group};
use metatrace::value::Value;
use runtime::engine::Vm;
use runtime::layouts::{Class, Function, Instance};
use runtime::native::Guest;
use runtime::natives;
use runtime::object::{Obj, is};

const RAISES: Effects = Effects::FRESH.raises();
const EXCEPTIONS: u64 = group(ExcData::LAYOUT.id) | group(Instance::LAYOUT.id);

natives! {
    /// The FL exception for what was raised while `handled` was being handled.
    pub static NORMALISE = "normalise_exception"(vm, e, handled) -> Value
        [Effects::FRESH.reads(EXCEPTIONS).writes(EXCEPTIONS)]
    {
        let e = exception::of_raised(vm, e);
        exception::set_context(vm, e, handled);
        e
    }
    /// Adds a frame to the traceback.
    pub static ADD_TRACEBACK = "add_traceback"(vm, e, token) -> ()
        [Effects::FRESH.reads(EXCEPTIONS).writes(EXCEPTIONS)]
    {
        exception::add_traceback(vm, e, token);
    }
    /// A new exception: class, tuple of arguments.
    pub static NEW_EXCEPTION = "new_exception"(vm, class, args) -> Value [Effects::FRESH] {
        let class = types::as_class(vm, class).expect("a class");
        exception::new_with(vm, class, args)
    }
    /// The value of a StopIteration.
    pub static STOP_VALUE = "stop_value"(vm, e) -> Value [Effects::FRESH.reads(EXCEPTIONS)] {
        exception::first_arg(vm, e)
    }
    /// What an exception becomes when it leaves a generator.
    pub static LEAVES_GENERATOR = "leaves_generator"(vm, e) -> Value
        [Effects::FRESH.reads(EXCEPTIONS).writes(EXCEPTIONS)]
    {
        let fl = FlState::of(vm);
        if !exception::is_a(vm, e, fl.types().StopIteration) {
            return e;
        }
        let message = vm.str("generator raised StopIteration");
        let new = exception::new(vm, fl.types().RuntimeError, &[message]);
        let data = exception::data(vm, new).expect("an exception");
        data.set(vm, ExcData::CAUSE, e);
        data.set(vm, ExcData::CONTEXT, e);
        data.set_int(ExcData::SUPPRESS, 1);
        new
    }
    /// The module whose body let `e` through is not loaded after all.
    pub static MODULE_FAILED = "module_failed"(vm, module) -> () [Effects::FRESH.invalidates()] {
        crate::builtins::modules::module_failed(vm, module);
    }
    /// StopIteration for a callee that ended without a result.
    pub static CALLEE_FAILED = "callee_failed"(vm) -> Guest [RAISES] {
        let class = FlState::of(vm).types().StopIteration;
        Err(exception::raise_with(vm, class, &[]))
    }
    /// NameError.
    pub static UNDEFINED_NAME = "undefined_name"(vm, name) -> Guest [RAISES] {
        Err(name_error(vm, name.as_symbol()))
    }
    /// UnboundLocalError.
    pub static UNBOUND_LOCAL = "unbound_local"(vm, name) -> Guest [RAISES] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        let class = FlState::of(vm).types().UnboundLocalError;
        let message =
            format!("cannot access local variable '{name}' where it is not associated with a value");
        Err(exception::raise(vm, class, message))
    }
    /// NameError for an empty cell of an enclosing function.
    pub static UNBOUND_FREE = "unbound_free"(vm, name) -> Guest [RAISES] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        let class = FlState::of(vm).types().NameError;
        let message = format!(
            "cannot access free variable '{name}' where it is not associated with a value in enclosing scope"
        );
        Err(exception::raise(vm, class, message))
    }
    /// AttributeError.
    pub static NO_ATTRIBUTE = "no_attribute"(vm, o, name) -> Guest [RAISES] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        Err(no_attribute(vm, o, &name))
    }
    /// AttributeError for an attribute that cannot be set.
    pub static READ_ONLY_ATTRIBUTE = "read_only_attribute"(vm, o, name) -> Guest [RAISES] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        Err(read_only(vm, o, &name))
    }
    /// AttributeError for a property that cannot be deleted.
    pub static NO_DELETER = "no_deleter"(vm, o, name) -> Guest [RAISES] {
        let name = vm.symbols.name(name.as_symbol()).into_owned();
        let class = types::type_name(vm, o);
        let message = format!("property '{name}' of '{class}' object has no deleter");
        Err(exception::attribute_error(vm, message))
    }
    /// TypeError of calls.
    pub static NOT_CALLABLE = "not_callable"(vm, o) -> Guest [RAISES] {
        let name = types::type_name(vm, o);
        Err(exception::type_error(vm, format!("'{name}' object is not callable")))
    }
    /// TypeError of an `__init__` that returns something.
    pub static INIT_RESULT = "init_result"(vm, v) -> Guest [RAISES] {
        let name = types::type_name(vm, v);
        Err(exception::type_error(vm, format!("__init__() should return None, not '{name}'")))
    }
    /// TypeError of `next`.
    pub static NOT_AN_ITERATOR = "not_an_iterator"(vm, o) -> Guest [RAISES] {
        let name = types::type_name(vm, o);
        Err(exception::type_error(vm, format!("'{name}' object is not an iterator")))
    }
    /// TypeError of `with`.
    pub static NO_CONTEXT_MANAGER = "no_context_manager"(vm, o, name) -> Guest [RAISES] {
        let fl = FlState::of(vm);
        let class = types::type_name(vm, o);
        let missing_exit = name.as_symbol() == fl.names.exit;
        let detail = if missing_exit { " (missed __exit__ method)" } else { "" };
        Err(exception::type_error(
            vm,
            format!("'{class}' object does not support the context manager protocol{detail}"),
        ))
    }
    /// RecursionError.
    pub static TOO_DEEP = "too_deep"(vm) -> Guest [RAISES] {
        let class = FlState::of(vm).types().RecursionError;
        Err(exception::raise(vm, class, "maximum recursion depth exceeded"))
    }
    /// Counts the frames below (and with) this one; are there more than the limit?
    pub static COUNT_FRAMES = "count_frames"(vm, frame) -> bool [Effects { raises: false, ..Effects::ANY }] {
        vm.recount_depth(frame);
        vm.core().depth >= vm.core().depth_limit
    }
    /// MemoryError: an object has as many attributes as a shape can describe.
    pub static TOO_MANY_ATTRIBUTES = "too_many_attributes"(vm) -> Guest [RAISES] {
        let class = FlState::of(vm).types().MemoryError;
        Err(exception::raise(vm, class, "too many attributes"))
    }
    /// ValueError of a generator that resumes itself.
    pub static GENERATOR_RUNS = "generator_runs"(vm) -> Guest [RAISES] {
        Err(exception::value_error(vm, "generator already executing"))
    }
    /// TypeError of a first `send`.
    pub static GENERATOR_NOT_STARTED = "generator_not_started"(vm) -> Guest [RAISES] {
        let message = "can't send non-None value to a just-started generator";
        Err(exception::type_error(vm, message))
    }
    /// TypeError of an abstract class that is instantiated.
    pub static ABSTRACT_CLASS = "abstract_class"(vm, class) -> Guest [RAISES] {
        Err(abstract_class(vm, class))
    }
    /// TypeError of a class without `__init__` that is given arguments.
    pub static TAKES_NO_ARGUMENTS = "takes_no_arguments"(vm, class) -> Guest [RAISES] {
        let class = types::as_class(vm, class).expect("a class");
        let name = class.name.borrow().clone();
        Err(exception::type_error(vm, format!("{name}() takes no arguments")))
    }
    /// TypeError of arguments that a function does not accept: function, number of
    /// positional arguments, keywords.
    pub static BAD_ARGUMENTS = many "bad_arguments"(vm, args) -> Guest [RAISES] {
        let f = Obj::<Function>::cast(args[0]);
        let keywords: Vec<u32> = args[3..].iter().map(|v| v.as_symbol()).collect();
        let message = bad_arguments(vm, f, args[1].as_int() as usize, &keywords);
        let raised = exception::type_error(vm, message);
        if args[2] == Value::TRUE {
            let code = vm.codes.get(f.int(Function::CODE) as u32);
            // Past its instructions: the line of its definition.
            let token = code.token(code.instrs.len() as u32);
            let e = vm.core().regs[metatrace::vm::REG_PENDING as usize];
            exception::add_traceback(vm, e, Value::small(token));
        }
        Err(raised)
    }
    /// Makes what `raise` was given an exception: an instance; NotImplemented if it
    /// is a class to be instantiated.
    pub static CHECK_EXCEPTION = "check_exception"(vm, e) -> Guest [RAISES] {
        let base = FlState::of(vm).types().BaseException;
        if let Some(class) = types::as_class(vm, e)
            && class.is_subclass(base)
        {
            return Ok(NOT_IMPLEMENTED);
        }
        if exception::data(vm, e).is_some() {
            return Ok(e);
        }
        Err(exception::type_error(vm, "exceptions must derive from BaseException"))
    }
    /// `raise e from cause`
    pub static SET_CAUSE = "set_cause"(vm, e, cause) -> Guest
        [RAISES.writes(EXCEPTIONS)]
    {
        let cause = match types::as_class(vm, cause) {
            Some(class) if class.is_subclass(FlState::of(vm).types().BaseException) => {
                exception::new(vm, class, &[])
            }
            _ => cause,
        };
        if cause != Value::NONE && exception::data(vm, cause).is_none() {
            let message = "exception causes must derive from BaseException";
            return Err(exception::type_error(vm, message));
        }
        if let Some(data) = exception::data(vm, e) {
            data.set(vm, ExcData::CAUSE, cause);
            data.set_int(ExcData::SUPPRESS, 1);
        }
        Ok(e)
    }
    /// RuntimeError of a `raise` where nothing is handled.
    pub static NOTHING_TO_RERAISE = "nothing_to_reraise"(vm) -> Guest [RAISES] {
        let class = FlState::of(vm).types().RuntimeError;
        Err(exception::raise(vm, class, "No active exception to reraise"))
    }
}

fn no_attribute(vm: &mut Vm, o: Value, name: &str) -> Raised {
    let fixed = FlState::of(vm).names.class_fixed;
    let message = if types::as_class(vm, o).is_some_and(|c| c.lookup_guest(fixed).is_some()) {
        name.to_string()
    } else if let Some(class) = types::as_class(vm, o) {
        format!(
            "type object '{}' has no attribute '{name}'",
            class.name.borrow()
        )
    } else if is::<runtime::layouts::Module>(o) {
        let module = Obj::<runtime::layouts::Module>::cast(o);
        let namespace = FlState::of(vm).namespace(module.int(runtime::layouts::Module::NAMESPACE));
        format!(
            "module '{}' has no attribute '{name}'",
            namespace.name.borrow()
        )
    } else if let Some(module) = Obj::<interop::layouts::ForeignModule>::of(o) {
        let module = module
            .get(interop::layouts::ForeignModule::NAME)
            .as_symbol();
        format!(
            "module '{}' has no attribute '{name}'",
            vm.symbols.name(module)
        )
    } else if let Some(s) = Obj::<crate::object::layouts::Super>::of(o) {
        let _ = s;
        format!("'super' object has no attribute '{name}'")
    } else {
        format!(
            "'{}' object has no attribute '{name}'",
            types::type_name(vm, o)
        )
    };
    let class = FlState::of(vm).types().AttributeError;
    let message = vm.str(&message);
    let e = exception::new(vm, class, &[message]);
    let name = vm.str(name);
    set_field(vm, e, "name", name);
    set_field(vm, e, "obj", o);
    vm.raise(e)
}

fn name_error(vm: &mut Vm, name: u32) -> Raised {
    let class = FlState::of(vm).types().NameError;
    let text = vm.symbols.name(name).into_owned();
    let message = vm.str(&format!("name '{text}' is not defined"));
    let e = exception::new(vm, class, &[message]);
    let name = vm.symbol_text(name);
    set_field(vm, e, "name", name);
    vm.raise(e)
}

/// Sets an attribute that instances of the exception's class have.
fn set_field(vm: &mut Vm, e: Value, name: &str, v: Value) {
    let symbol = vm.symbols.intern(name);
    vm.instance_set(Obj::cast(e), symbol, v);
}

fn read_only(vm: &mut Vm, o: Value, name: &str) -> Raised {
    let class = types::class_of(vm, o);
    let symbol = vm.symbols.intern(name);
    let property = class
        .lookup(symbol)
        .is_some_and(|found| is::<crate::object::layouts::Property>(found.value));
    let class = class.name.borrow().clone();
    let message = if property {
        format!("property '{name}' of '{class}' object has no setter")
    } else {
        format!("'{class}' object attribute '{name}' is read-only")
    };
    exception::attribute_error(vm, message)
}

fn abstract_class(vm: &mut Vm, class: Value) -> Raised {
    debug_assert!(is::<Class>(class));
    let class = types::as_class(vm, class).expect("a class");
    let mut names: Vec<String> = class
        .abstract_names
        .borrow()
        .iter()
        .map(|&n| vm.symbols.name(n).into_owned())
        .collect();
    names.sort();
    let plural = if names.len() == 1 { "" } else { "s" };
    let message = format!(
        "Can't instantiate abstract class {} with abstract method{plural} {}",
        class.name.borrow(),
        names.join(", ")
    );
    exception::type_error(vm, message)
}

/// `a`, `a and b`, `a, b, and c`, each quoted.
fn listed(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("'{n}'")).collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [init @ .., last] => format!("{}, and {last}", init.join(", ")),
    }
}

/// CPython's message about arguments that `f` does not accept.
fn bad_arguments(vm: &Vm, f: Obj<Function>, given: usize, keywords: &[u32]) -> String {
    let fc = function::tables(vm, f);
    let params = &fc.object.params;
    let name = &fc.object.qualname;
    let (n_args, n_kwonly) = (params.args as usize, params.kwonly as usize);
    let text = |symbol: u32| vm.symbols.name(symbol).into_owned();
    let names = &fc.param_names[..n_args + n_kwonly];
    for keyword in keywords {
        let at = names.iter().position(|n| n == keyword);
        match at {
            Some(at) if at < (params.posonly as usize) && !params.varkw => {
                return format!(
                    "{name}() got some positional-only arguments passed as keyword arguments: '{}'",
                    text(*keyword)
                );
            }
            Some(at) if at < given.min(n_args) && at >= params.posonly as usize => {
                return format!(
                    "{name}() got multiple values for argument '{}'",
                    text(*keyword)
                );
            }
            None if !params.varkw => {
                return format!(
                    "{name}() got an unexpected keyword argument '{}'",
                    text(*keyword)
                );
            }
            _ => {}
        }
    }
    let n_defaults = function::defaults(f).len();
    if given > n_args && !params.varargs {
        return too_many(fc, given, n_defaults, keywords);
    }
    let has = |at: usize| at < given || keywords.contains(&names[at]);
    let missing: Vec<String> = (0..n_args - n_defaults.min(n_args))
        .filter(|&at| !has(at))
        .map(|at| text(names[at]))
        .collect();
    if !missing.is_empty() {
        let plural = if missing.len() == 1 { "" } else { "s" };
        return format!(
            "{name}() missing {} required positional argument{plural}: {}",
            missing.len(),
            listed(&missing)
        );
    }
    let kw_defaults = Obj::<runtime::layouts::Tuple>::of(f.get(Function::KW_DEFAULTS));
    let has_default = |k: usize| kw_defaults.is_some_and(|t| t.items()[k] != Value::UNDEF);
    let missing: Vec<String> = (0..n_kwonly)
        .filter(|&k| !keywords.contains(&names[n_args + k]) && !has_default(k))
        .map(|k| text(names[n_args + k]))
        .collect();
    let plural = if missing.len() == 1 { "" } else { "s" };
    format!(
        "{name}() missing {} required keyword-only argument{plural}: {}",
        missing.len(),
        listed(&missing)
    )
}

fn too_many(
    fc: &crate::loaded::FlCode,
    given: usize,
    n_defaults: usize,
    keywords: &[u32],
) -> String {
    let params = &fc.object.params;
    let (name, n_args) = (&fc.object.qualname, params.args as usize);
    let takes = if n_defaults > 0 {
        format!("from {} to {n_args}", n_args - n_defaults)
    } else {
        n_args.to_string()
    };
    let plural = if n_args == 1 && n_defaults == 0 {
        ""
    } else {
        "s"
    };
    let kwonly: Vec<u32> = fc.param_names[n_args..n_args + params.kwonly as usize].to_vec();
    let kw_given = keywords.iter().filter(|k| kwonly.contains(k)).count();
    let extra = if kw_given > 0 {
        let s = if kw_given == 1 { "" } else { "s" };
        let p = if given == 1 { "" } else { "s" };
        format!(" positional argument{p} (and {kw_given} keyword-only argument{s})")
    } else {
        String::new()
    };
    let verb = if given == 1 && kw_given == 0 {
        "was"
    } else {
        "were"
    };
    format!("{name}() takes {takes} positional argument{plural} but {given}{extra} {verb} given")
}
