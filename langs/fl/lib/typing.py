"""Type annotations: accepted, and with no effect on what a program does."""

TYPE_CHECKING = False


class _Form:
    """`List`, `Optional[int]` and so on: subscripted as one likes, shown as written."""

    def __init__(self, name, args=None, is_class_var=False):
        self._name = name
        self.__args__ = () if args is None else args
        self._is_class_var = is_class_var

    def __getitem__(self, args):
        if not isinstance(args, tuple):
            args = (args,)
        return _Form(self._name, args, self._is_class_var)

    def __call__(self, *args, **kwargs):
        constructor = _CONSTRUCTORS.get(self._name)
        if constructor is None:
            raise TypeError("Type %s cannot be instantiated" % self._name)
        return constructor(*args, **kwargs)

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]

    def __eq__(self, other):
        return (isinstance(other, _Form) and self._name == other._name
                and self.__args__ == other.__args__)

    def __hash__(self):
        return hash((self._name, self.__args__))

    def __mro_entries__(self, bases):
        return _BASES.get(self._name, ())

    def __repr__(self):
        if not self.__args__:
            return "typing.%s" % self._name
        return "typing.%s[%s]" % (self._name, ", ".join([_shown(a) for a in self.__args__]))


def _shown(arg):
    if isinstance(arg, type):
        return arg.__name__ if arg is not type(None) else "None"
    if isinstance(arg, list):
        return "[%s]" % ", ".join([_shown(item) for item in arg])
    return "..." if arg is Ellipsis else repr(arg)


_CONSTRUCTORS = {"List": list, "Dict": dict, "Set": set, "FrozenSet": frozenset, "Tuple": tuple}
_BASES = {"List": (list,), "Dict": (dict,), "Set": (set,), "FrozenSet": (frozenset,),
          "Tuple": (tuple,)}

Any = _Form("Any")
Union = _Form("Union")
Optional = _Form("Optional")
List = _Form("List")
Dict = _Form("Dict")
Set = _Form("Set")
FrozenSet = _Form("FrozenSet")
Tuple = _Form("Tuple")
Type = _Form("Type")
Callable = _Form("Callable")
Iterable = _Form("Iterable")
Iterator = _Form("Iterator")
Generator = _Form("Generator")
Reversible = _Form("Reversible")
Container = _Form("Container")
Collection = _Form("Collection")
Hashable = _Form("Hashable")
Sized = _Form("Sized")
Sequence = _Form("Sequence")
MutableSequence = _Form("MutableSequence")
Mapping = _Form("Mapping")
MutableMapping = _Form("MutableMapping")
AbstractSet = _Form("AbstractSet")
MutableSet = _Form("MutableSet")
DefaultDict = _Form("DefaultDict")
OrderedDict = _Form("OrderedDict")
Counter = _Form("Counter")
ChainMap = _Form("ChainMap")
Deque = _Form("Deque")
ContextManager = _Form("ContextManager")
Pattern = _Form("Pattern")
Match = _Form("Match")
IO = _Form("IO")
TextIO = _Form("TextIO")
BinaryIO = _Form("BinaryIO")
ByteString = _Form("ByteString")
KeysView = _Form("KeysView")
ItemsView = _Form("ItemsView")
ValuesView = _Form("ValuesView")
ClassVar = _Form("ClassVar", None, True)
Final = _Form("Final")
Literal = _Form("Literal")
LiteralString = _Form("LiteralString")
Annotated = _Form("Annotated")
Concatenate = _Form("Concatenate")
TypeAlias = _Form("TypeAlias")
TypeGuard = _Form("TypeGuard")
NoReturn = _Form("NoReturn")
Never = _Form("Never")
Self = _Form("Self")
Required = _Form("Required")
NotRequired = _Form("NotRequired")
Unpack = _Form("Unpack")
Text = str
AnyStr = _Form("AnyStr")
SupportsInt = _Form("SupportsInt")
SupportsFloat = _Form("SupportsFloat")
SupportsIndex = _Form("SupportsIndex")
SupportsAbs = _Form("SupportsAbs")
SupportsRound = _Form("SupportsRound")


class TypeVar:
    def __init__(self, name, *constraints, bound=None, covariant=False, contravariant=False):
        self.__name__ = name
        self.__constraints__ = constraints
        self.__bound__ = bound

    def __repr__(self):
        return "~" + self.__name__

    def __or__(self, other):
        return Union[self, other]

    def __ror__(self, other):
        return Union[other, self]


class ParamSpec(TypeVar):
    args = None
    kwargs = None


class TypeVarTuple(TypeVar):
    pass


class Generic:
    """Bases of classes with type parameters; subscripting leaves the class as it is."""

    __slots__ = ()

    def __class_getitem__(cls, params):
        return cls


class Protocol:
    """A base class for annotations only."""

    __slots__ = ()

    def __class_getitem__(cls, params):
        return cls

    @classmethod
    def __class_instancecheck__(cls, obj):
        return cls.__class_subclasscheck__(type(obj))

    @classmethod
    def __class_subclasscheck__(cls, other):
        if cls in other.__mro__:
            return True
        if not cls.__dict__.get("_is_runtime_protocol"):
            if Protocol in cls.__bases__:
                raise TypeError("Instance and class checks can only be used with "
                                "@runtime_checkable protocols")
            return False
        names = [name for name in cls.__dict__
                 if name not in ("__module__", "__doc__", "__dict__", "__weakref__",
                                 "__qualname__", "__annotations__", "__init__", "__slots__",
                                 "_is_runtime_protocol", "__parameters__",
                                 "__static_attributes__", "__firstlineno__")]
        names += list(cls.__dict__.get("__annotations__", {}))
        return all([hasattr(other, name) for name in names])


def runtime_checkable(cls):
    cls._is_runtime_protocol = True
    return cls


def cast(typ, val):
    return val


def assert_type(val, typ):
    return val


def assert_never(arg):
    raise AssertionError("Expected code to be unreachable, but got: %r" % (arg,))


def reveal_type(obj):
    return obj


def overload(func):
    return func


def final(f):
    return f


def override(method):
    return method


def no_type_check(arg):
    return arg


def get_type_hints(obj, globalns=None, localns=None, include_extras=False):
    hints = {}
    if isinstance(obj, type):
        for base in reversed(obj.__mro__):
            hints.update(base.__dict__.get("__annotations__", {}))
    else:
        hints.update(getattr(obj, "__annotations__", {}))
    return hints


def get_origin(tp):
    if isinstance(tp, _Form) and tp.__args__:
        return _CONSTRUCTORS.get(tp._name, _Form(tp._name))
    return getattr(tp, "__origin__", None)


def get_args(tp):
    return getattr(tp, "__args__", ())


class NewType:
    """A name for a type; calling it is the identity."""

    def __init__(self, name, tp):
        self.__name__ = name
        self.__supertype__ = tp

    def __call__(self, arg):
        return arg

    def __repr__(self):
        return self.__name__


class NamedTuple(tuple):
    """Named tuples in the form of a class statement, or of a call."""

    def __new__(cls, typename, fields=(), /, **kwargs):
        from collections import namedtuple
        pairs = list(fields) or list(kwargs.items())
        result = namedtuple(typename, [name for name, _ in pairs])
        result.__annotations__ = dict(pairs)
        return result

    def __init_subclass__(cls, **kwargs):
        if NamedTuple not in cls.__bases__:
            return
        from collections import _make_namedtuple
        names = tuple(cls.__dict__.get("__annotations__", {}))
        defaults = []
        for name in names:
            if name in cls.__dict__:
                defaults.append(cls.__dict__[name])
            elif defaults:
                raise TypeError("non-default namedtuple field %s cannot follow default field" % name)
        made = _make_namedtuple(cls.__name__, names, tuple(defaults), {})
        for name, value in made.__dict__.items():
            if name in names or name in _NAMED_TUPLE_PARTS and name not in cls.__dict__:
                setattr(cls, name, value)


_NAMED_TUPLE_PARTS = ("__new__", "_make", "_replace", "_asdict", "__repr__", "__getnewargs__",
                      "_fields", "_field_defaults", "__match_args__")


class TypedDict(dict):
    """A dictionary with annotated keys: a plain one."""

    def __init_subclass__(cls, total=True, **kwargs):
        cls.__total__ = total

    def __new__(cls, *args, **kwargs):
        if cls is TypedDict:
            return dict
        return dict(*args, **kwargs)
