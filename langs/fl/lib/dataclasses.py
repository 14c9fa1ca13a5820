"""Classes whose methods follow from their fields."""

__all__ = ["dataclass", "field", "fields", "asdict", "astuple", "replace", "is_dataclass",
           "make_dataclass", "Field", "FrozenInstanceError", "InitVar", "KW_ONLY", "MISSING"]


class FrozenInstanceError(AttributeError):
    pass


class _Missing:
    def __repr__(self):
        return "MISSING"


MISSING = _Missing()


class KW_ONLY:
    """As an annotation: the fields that follow are keyword-only."""


class InitVar:
    """As an annotation: a parameter of `__init__` that is passed on to `__post_init__`."""

    def __init__(self, type=None):
        self.type = type

    def __class_getitem__(cls, type):
        return InitVar(type)


class Field:
    def __init__(self, default, default_factory, init, repr, hash, compare, metadata, kw_only):
        self.name = None
        self.type = None
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.hash = hash
        self.compare = compare
        self.metadata = {} if metadata is None else metadata
        self.kw_only = kw_only
        self._is_init_var = False

    def __repr__(self):
        return ("Field(name=%r,type=%r,default=%r,default_factory=%r,init=%r,repr=%r,hash=%r,"
                "compare=%r,metadata=%r,kw_only=%r)"
                % (self.name, self.type, self.default, self.default_factory, self.init, self.repr,
                   self.hash, self.compare, self.metadata, self.kw_only))

    def _has_default(self):
        return self.default is not MISSING or self.default_factory is not MISSING


def field(*, default=MISSING, default_factory=MISSING, init=True, repr=True, hash=None,
          compare=True, metadata=None, kw_only=MISSING):
    if default is not MISSING and default_factory is not MISSING:
        raise ValueError("cannot specify both default and default_factory")
    return Field(default, default_factory, init, repr, hash, compare, metadata, kw_only)


def _names_type(annotation, name):
    """Whether an annotation, perhaps a string, is `name` or `name[...]`."""
    if not isinstance(annotation, str):
        return False
    head = annotation.strip().split("[")[0].strip()
    return head == name or head.endswith("." + name)


def _is_class_var(annotation):
    if _names_type(annotation, "ClassVar"):
        return True
    if isinstance(annotation, str):
        return False
    return getattr(annotation, "_is_class_var", False) or "ClassVar" in repr(annotation)[:20]


def _own_fields(cls, kw_only):
    """The fields that the class statement itself declares, in order."""
    annotations = cls.__dict__.get("__annotations__", {})
    own = []
    for name, annotation in annotations.items():
        if annotation is KW_ONLY or _names_type(annotation, "KW_ONLY"):
            kw_only = True
            continue
        if _is_class_var(annotation):
            continue
        default = cls.__dict__.get(name, MISSING)
        if isinstance(default, Field):
            item = default
            if item.default is not MISSING:
                setattr(cls, name, item.default)
            else:
                delattr(cls, name)
        else:
            item = field(default=default)
        item.name = name
        item.type = annotation
        item._is_init_var = isinstance(annotation, InitVar) or annotation is InitVar \
            or _names_type(annotation, "InitVar")
        if item.kw_only is MISSING:
            item.kw_only = kw_only
        if isinstance(item.default, (list, dict, set)):
            raise ValueError("mutable default %s for field %s is not allowed: use default_factory"
                             % (type(item.default), name))
        own.append(item)
    for name, value in cls.__dict__.items():
        if isinstance(value, Field) and name not in annotations:
            raise TypeError("%r is a field but has no type annotation" % name)
    return own


def _make_init(cls, parameters):
    positional = [item for item in parameters if item.init and not item.kw_only]
    by_keyword = [item for item in parameters if item.init and item.kw_only]
    seen_default = None
    for item in positional:
        if item._has_default():
            seen_default = item.name
        elif seen_default is not None:
            raise TypeError("non-default argument %r follows default argument" % item.name)
    return _init_of(cls.__name__, positional, by_keyword,
                    [item for item in parameters if not item.init],
                    hasattr(cls, "__post_init__"), cls.__dataclass_params__["frozen"])


def _init_of(class_name, positional, by_keyword, hidden, has_post_init, frozen):
    names = [item.name for item in positional]
    wanted = len(names)
    all_items = positional + by_keyword
    is_plain = (not by_keyword and not hidden and not has_post_init and not frozen
                and not any([item._is_init_var for item in positional]))

    store = object.__setattr__ if frozen else setattr

    def slow_init(self, args, kwargs):
        if len(args) > wanted:
            raise TypeError("%s.__init__() takes %s positional argument%s but %d were given" % (
                class_name, _count_text(positional), "" if wanted == 0 else "s", len(args) + 1))
        values = {}
        for name, value in zip(names, args):
            values[name] = value
        for name, value in kwargs.items():
            if name in values:
                raise TypeError("%s.__init__() got multiple values for argument %r"
                                % (class_name, name))
            values[name] = value
        missing = []
        for item in all_items:
            if item.name not in values:
                if item.default is not MISSING:
                    values[item.name] = item.default
                elif item.default_factory is not MISSING:
                    values[item.name] = item.default_factory()
                else:
                    missing.append(item)
        if len(values) + len(missing) > len(all_items):
            for name in kwargs:
                if name not in [item.name for item in all_items]:
                    raise TypeError("%s.__init__() got an unexpected keyword argument %r"
                                    % (class_name, name))
        if missing:
            _fail_missing(class_name, missing)
        init_vars = []
        for item in all_items:
            if item._is_init_var:
                init_vars.append(values[item.name])
            else:
                store(self, item.name, values[item.name])
        for item in hidden:
            if item.default_factory is not MISSING:
                store(self, item.name, item.default_factory())
            elif item.default is not MISSING:
                store(self, item.name, item.default)
        if has_post_init:
            self.__post_init__(*init_vars)

    def __init__(self, *args, **kwargs):
        if is_plain and not kwargs and len(args) == wanted:
            # The common call; all names are constants of the class.
            index = 0
            for name in names:
                setattr(self, name, args[index])
                index += 1
            return
        slow_init(self, args, kwargs)

    return __init__


def _count_text(positional):
    required = 1 + len([item for item in positional if not item._has_default()])
    most = 1 + len(positional)
    return str(most) if required == most else "from %d to %d" % (required, most)


def _fail_missing(class_name, missing):
    kind = "keyword-only" if missing[0].kw_only else "positional"
    missing = [repr(item.name) for item in missing if item.kw_only == missing[0].kw_only]
    listed = missing[0]
    if len(missing) == 2:
        listed = " and ".join(missing)
    elif len(missing) > 2:
        listed = ", ".join(missing[:-1]) + ", and " + missing[-1]
    raise TypeError("%s.__init__() missing %d required %s argument%s: %s"
                    % (class_name, len(missing), kind, "s" if len(missing) > 1 else "", listed))


def _make_repr(items):
    names = [item.name for item in items if item.repr]
    active = []

    def __repr__(self):
        if any([other is self for other in active]):
            return "..."
        active.append(self)
        try:
            parts = ["%s=%r" % (name, getattr(self, name)) for name in names]
        finally:
            active.pop()
        return "%s(%s)" % (type(self).__qualname__, ", ".join(parts))

    return __repr__


def _make_comparison(names, compare):
    def method(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return compare(tuple([getattr(self, name) for name in names]),
                       tuple([getattr(other, name) for name in names]))
    return method


def _make_hash(names):
    def __hash__(self):
        return hash(tuple([getattr(self, name) for name in names]))
    return __hash__


def _freeze(cls):
    names = cls.__dataclass_fields__

    def __setattr__(self, name, value):
        if type(self) is cls or name in names:
            raise FrozenInstanceError("cannot assign to field %r" % name)
        object.__setattr__(self, name, value)

    def __delattr__(self, name):
        if type(self) is cls or name in names:
            raise FrozenInstanceError("cannot delete field %r" % name)
        object.__delattr__(self, name)

    cls.__setattr__ = __setattr__
    cls.__delattr__ = __delattr__


def _set(cls, name, method):
    """Adds a method unless the class statement has its own."""
    if name in cls.__dict__:
        return False
    method.__name__ = name
    method.__qualname__ = "%s.%s" % (cls.__qualname__, name)
    setattr(cls, name, method)
    return True


def dataclass(cls=None, /, *, init=True, repr=True, eq=True, order=False, unsafe_hash=False,
              frozen=False, match_args=True, kw_only=False, slots=False, weakref_slot=False):
    def decorate(cls):
        made = _process(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only)
        return _with_slots(made) if slots else made
    return decorate if cls is None else decorate(cls)


def _process(cls, init, repr, eq, order, unsafe_hash, frozen, match_args, kw_only):
    found = {}
    for base in cls.__mro__[-1:0:-1]:
        inherited = base.__dict__.get("__dataclass_fields__")
        if inherited is not None:
            found.update(inherited)
            if base.__dataclass_params__["frozen"] and not frozen:
                raise TypeError("cannot inherit non-frozen dataclass from a frozen one")
            if frozen and not base.__dataclass_params__["frozen"]:
                raise TypeError("cannot inherit frozen dataclass from a non-frozen one")
    for item in _own_fields(cls, kw_only):
        found[item.name] = item
    cls.__dataclass_fields__ = found
    cls.__dataclass_params__ = {"init": init, "repr": repr, "eq": eq, "order": order,
                                "unsafe_hash": unsafe_hash, "frozen": frozen}
    items = [item for item in found.values() if not item._is_init_var]
    if init:
        _set(cls, "__init__", _make_init(cls, list(found.values())))
    if repr:
        _set(cls, "__repr__", _make_repr(items))
    compared = [item.name for item in items if item.compare]
    has_own_hash = cls.__dict__.get("__hash__") is not None
    has_own_eq = "__eq__" in cls.__dict__
    if eq:
        _set(cls, "__eq__", _make_comparison(compared, lambda a, b: a == b))
    if order:
        if not eq:
            raise ValueError("eq must be true if order is true")
        for name, compare in (("__lt__", lambda a, b: a < b), ("__le__", lambda a, b: a <= b),
                              ("__gt__", lambda a, b: a > b), ("__ge__", lambda a, b: a >= b)):
            if not _set(cls, name, _make_comparison(compared, compare)):
                raise TypeError("Cannot overwrite attribute %s in class %s. Consider using "
                                "functools.total_ordering" % (name, cls.__name__))
    hashed = [item.name for item in items
              if (item.compare if item.hash is None else item.hash)]
    if unsafe_hash or (eq and frozen and not has_own_hash):
        cls.__hash__ = _make_hash(hashed)
    elif eq and not has_own_hash and not has_own_eq:
        cls.__hash__ = None
    if frozen:
        _freeze(cls)
    if match_args and "__match_args__" not in cls.__dict__:
        cls.__match_args__ = tuple([item.name for item in found.values()
                                    if item.init and not item.kw_only])
    if cls.__dict__.get("__doc__") is None:
        cls.__doc__ = "%s(%s)" % (cls.__name__, ", ".join([_shown(item) for item in items]))
    return cls


def _shown(item):
    """A field as the class's documentation shows it."""
    kind = item.type.__name__ if isinstance(item.type, type) else str(item.type)
    text = "%s: %s" % (item.name, kind)
    if item.default is not MISSING:
        return "%s = %r" % (text, item.default)
    if item.default_factory is not MISSING:
        return text + " = <factory>"
    return text


def _with_slots(cls):
    """The class made anew with `__slots__` for its fields."""
    if "__slots__" in cls.__dict__:
        raise TypeError("%s already specifies __slots__" % cls.__name__)
    names = [item.name for item in fields(cls)]
    inherited = [name for base in cls.__mro__[1:] for name in getattr(base, "__slots__", ())]
    namespace = {key: value for key, value in cls.__dict__.items() if key not in names}
    namespace["__slots__"] = tuple([name for name in names if name not in inherited])
    made = type(cls)(cls.__name__, cls.__bases__, namespace)
    made.__qualname__ = cls.__qualname__
    return made


def fields(class_or_instance):
    found = getattr(class_or_instance, "__dataclass_fields__", None)
    if found is None:
        raise TypeError("must be called with a dataclass type or instance")
    return tuple([item for item in found.values() if not item._is_init_var])


def is_dataclass(obj):
    cls = obj if isinstance(obj, type) else type(obj)
    return hasattr(cls, "__dataclass_fields__")


def _is_instance(obj):
    return hasattr(type(obj), "__dataclass_fields__")


def asdict(obj, *, dict_factory=dict):
    if not _is_instance(obj):
        raise TypeError("asdict() should be called on dataclass instances")
    return _as_plain(obj, lambda names, values: dict_factory(list(zip(names, values))))


def astuple(obj, *, tuple_factory=tuple):
    if not _is_instance(obj):
        raise TypeError("astuple() should be called on dataclass instances")
    return _as_plain(obj, lambda names, values: tuple_factory(values))


def _as_plain(obj, make):
    if _is_instance(obj):
        names = [item.name for item in fields(obj)]
        return make(names, [_as_plain(getattr(obj, name), make) for name in names])
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return type(obj)(*[_as_plain(item, make) for item in obj])
    if isinstance(obj, (list, tuple)):
        return type(obj)([_as_plain(item, make) for item in obj])
    if isinstance(obj, dict):
        pairs = [(_as_plain(key, make), _as_plain(value, make)) for key, value in obj.items()]
        return type(obj)(pairs) if not hasattr(obj, "default_factory") else _default(obj, pairs)
    from copy import deepcopy
    return deepcopy(obj)


def _default(obj, pairs):
    result = type(obj)(obj.default_factory)
    result.update(pairs)
    return result


def replace(obj, /, **changes):
    if not _is_instance(obj):
        raise TypeError("replace() should be called on dataclass instances")
    for item in obj.__dataclass_fields__.values():
        if not item.init:
            if item.name in changes:
                raise ValueError("field %s is declared with init=False, it cannot be specified "
                                 "with replace()" % item.name)
        elif item.name not in changes:
            if item._is_init_var and not item._has_default():
                raise ValueError("InitVar %r must be specified with replace()" % item.name)
            if not item._is_init_var:
                changes[item.name] = getattr(obj, item.name)
    return type(obj)(**changes)


def make_dataclass(cls_name, fields, *, bases=(), namespace=None, **options):
    members = dict(namespace or {})
    annotations = {}
    for item in fields:
        if isinstance(item, str):
            annotations[item] = "typing.Any"
        else:
            annotations[item[0]] = item[1]
            if len(item) == 3:
                members[item[0]] = item[2]
    members["__annotations__"] = annotations
    return dataclass(type(cls_name, bases, members), **options)
