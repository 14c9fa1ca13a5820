"""Enumerations, without metaclasses.

A class statement with an `Enum` base runs `__init_subclass__`, which turns the
class's plain values into members. What a metaclass would do for the class as an
object, FL asks of class methods: `__class_iter__`, `__class_len__`,
`__class_contains__`, `__class_repr__`, `__class_reversed__`; `__class_getitem__`
and `__new__` are Python's own.
"""

__all__ = ["Enum", "IntEnum", "StrEnum", "Flag", "IntFlag", "auto", "unique", "member",
           "nonmember", "CONTINUOUS", "NAMED_FLAGS", "UNIQUE", "verify"]


class auto:
    """A value to be chosen by `_generate_next_value_`, when the class is complete;
    until then `|` and its like only note what is to be computed."""

    def __init__(self, compute=None):
        self.value = None
        self._compute = compute

    def __or__(self, other):
        return auto(lambda: _number(self) | _number(other))

    def __and__(self, other):
        return auto(lambda: _number(self) & _number(other))

    def __xor__(self, other):
        return auto(lambda: _number(self) ^ _number(other))

    def __invert__(self):
        return auto(lambda: ~_number(self))

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__


def _number(value):
    if not isinstance(value, auto):
        return value
    if value.value is None and value._compute is not None:
        value.value = value._compute()
    return value.value


class member:
    """Forces what would not be a member to be one."""

    def __init__(self, value):
        self.value = value


class nonmember:
    """Keeps a plain value from being a member."""

    def __init__(self, value):
        self.value = value


def _is_member_value(name, value):
    if name.startswith("_") and name.endswith("_") or name.startswith("__"):
        return False
    if isinstance(value, (member, auto)):
        return True
    if isinstance(value, (nonmember, classmethod, staticmethod, property)):
        return False
    return not (hasattr(value, "__get__") or hasattr(value, "__set__"))


def _data_type(cls):
    """The built-in type that the members also are, if any."""
    for base in cls.__mro__[1:]:
        if base is object or "_member_map_" in base.__dict__:
            continue
        return base
    return None


def _enum_build(cls, namespace):
    """Makes the members of an enumeration from its class's values."""
    for base in cls.__mro__[1:]:
        if base.__dict__.get("_member_map_"):
            raise TypeError("<enum '%s'> cannot extend <enum '%s'>"
                            % (cls.__name__, base.__name__))
    cls._member_map_ = {}
    cls._value2member_map_ = {}
    cls._member_names_ = []
    cls.__members__ = cls._member_map_
    ignored = namespace.get("_ignore_", ())
    if isinstance(ignored, str):
        ignored = ignored.replace(",", " ").split()
    custom_new = _custom_new(cls)
    if custom_new is not None:
        cls._new_member_ = custom_new
    # Calling the class looks a member up: it must neither make nor initialise one.
    if cls.__new__ is not Enum.__new__:
        cls.__new__ = Enum.__new__
    if "__init__" in namespace:
        cls._init_member_ = namespace["__init__"]
        cls.__init__ = Enum.__init__
    values = []
    for name, value in namespace.items():
        if isinstance(value, nonmember):
            setattr(cls, name, value.value)
        elif name not in ignored and _is_member_value(name, value):
            if isinstance(value, member):
                value = value.value
            if isinstance(value, auto):
                if value._compute is None and value.value is None:
                    count = len(cls._member_names_)
                    value.value = cls._generate_next_value_(name, 1, count, values[:])
                value = _number(value)
            elif isinstance(value, tuple) and any([isinstance(v, auto) for v in value]):
                next_value = cls._generate_next_value_(name, 1, len(cls._member_names_), values[:])
                value = tuple([next_value if isinstance(v, auto) else v for v in value])
            values.append(value)
            _add_member(cls, name, value, custom_new)
    data_type = _data_type(cls)
    for name in ("__repr__", "__str__", "__format__"):
        # What the members are besides does not decide how they look.
        if name not in namespace and data_type is not None:
            if getattr(cls, name) in (getattr(data_type, name), getattr(object, name)):
                setattr(cls, name, getattr(Enum, name))
    cls.__class_fixed__ = cls._member_map_


def _custom_new(cls):
    """The `__new__` that a class of the enumeration defines for its members."""
    new = cls.__dict__.get("__new__")
    if new is not None:
        return new.__func__ if isinstance(new, staticmethod) else new
    return getattr(cls, "_new_member_", None)


def _make_member(cls, value, custom_new):
    args = value if isinstance(value, tuple) else (value,)
    if custom_new is not None:
        item = custom_new(cls, *args)
        if not hasattr(item, "_value_"):
            item._value_ = value
        return item, args
    data_type = _data_type(cls)
    if data_type is None or data_type.__new__ is object.__new__:
        item = object.__new__(cls)
        item._value_ = value
    else:
        if data_type is tuple:
            args = (args,)
        item = data_type.__new__(cls, *args)
        item._value_ = data_type(*args) if not isinstance(value, data_type) else value
    return item, args


def _add_member(cls, name, value, custom_new):
    item, args = _make_member(cls, value, custom_new)
    value = item._value_
    for other in cls._member_map_.values():
        if other._value_ == value and type(other._value_) is type(value):
            # A second name for the same value.
            cls._member_map_[name] = other
            setattr(cls, name, other)
            return
    try:
        known = cls._value2member_map_.get(value)
    except TypeError:
        known = None
    if known is not None:
        cls._member_map_[name] = known
        setattr(cls, name, known)
        return
    item._name_ = name
    item._sort_order_ = len(cls._member_names_)
    init = getattr(cls, "_init_member_", None)
    if init is not None:
        init(item, *args)
    cls._member_map_[name] = item
    if cls._counts(item):
        cls._member_names_.append(name)
    setattr(cls, name, item)
    try:
        cls._value2member_map_[item._value_] = item
    except TypeError:
        # An unhashable value is found by comparing.
        pass


class Enum:
    _member_map_ = {}
    _member_names_ = []
    _value2member_map_ = {}

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        _enum_build(cls, dict(cls.__dict__))

    def __new__(cls, value, *more, names=None, module=None, start=1):
        if more:
            names = more[0]
        if names is not None:
            return cls._create(value, names, start)
        if type(value) is cls:
            return value
        try:
            found = cls._value2member_map_.get(value)
            if found is not None:
                return found
        except TypeError:
            for item in cls._member_map_.values():
                if item._value_ == value:
                    return item
        found = cls._missing_(value)
        if isinstance(found, cls):
            return found
        if found is None:
            raise ValueError("%r is not a valid %s" % (value, cls.__qualname__))
        raise TypeError("error in %s._missing_: returned %r instead of None or a valid member"
                        % (cls.__name__, found))

    def __init__(self, *args, **kwargs):
        pass

    @classmethod
    def _create(cls, name, names, start):
        """The functional form: `Enum("Name", "A B C")`."""
        if isinstance(names, str):
            names = names.replace(",", " ").split()
        pairs = names.items() if isinstance(names, dict) else names
        namespace = {}
        for index, pair in enumerate(pairs):
            if isinstance(pair, str):
                value = cls._generate_next_value_(pair, start, index, list(namespace.values()))
                namespace[pair] = value
            else:
                namespace[pair[0]] = pair[1]
        return type(name, (cls,), namespace)

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        numbers = [value for value in last_values if isinstance(value, int)]
        return max(numbers) + 1 if numbers else start

    @classmethod
    def _missing_(cls, value):
        return None

    @classmethod
    def _counts(cls, item):
        """Whether iteration meets the member."""
        return True

    @classmethod
    def __class_iter__(cls):
        return iter([cls._member_map_[name] for name in cls._member_names_])

    @classmethod
    def __class_reversed__(cls):
        return iter([cls._member_map_[name] for name in cls._member_names_[::-1]])

    @classmethod
    def __class_len__(cls):
        return len(cls._member_names_)

    @classmethod
    def __class_contains__(cls, item):
        if isinstance(item, cls):
            return True
        if not isinstance(item, Enum):
            raise TypeError(
                "unsupported operand type(s) for 'in': '%s' and 'EnumType'"
                % type(item).__qualname__)
        return False

    @classmethod
    def __class_repr__(cls):
        return "<enum '%s'>" % cls.__name__

    @classmethod
    def __class_getitem__(cls, name):
        return cls._member_map_[name]

    @property
    def name(self):
        return self._name_

    @property
    def value(self):
        return self._value_

    def __repr__(self):
        return "<%s.%s: %r>" % (type(self).__name__, self._name_, self._value_)

    def __str__(self):
        return "%s.%s" % (type(self).__name__, self._name_)

    def __format__(self, spec):
        return str(self).__format__(spec)

    def __hash__(self):
        return hash(self._name_)

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        return type(self), (self._value_,)


class IntEnum(int, Enum):
    __hash__ = int.__hash__
    __eq__ = int.__eq__
    __ne__ = int.__ne__
    __repr__ = Enum.__repr__

    def __str__(self):
        return int.__repr__(self._value_)

    def __format__(self, spec):
        return int.__format__(self._value_, spec)


class StrEnum(str, Enum):
    __hash__ = str.__hash__
    __eq__ = str.__eq__
    __ne__ = str.__ne__
    __repr__ = Enum.__repr__

    def __str__(self):
        return self._value_

    def __format__(self, spec):
        return self._value_.__format__(spec)

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        return name.lower()


class Flag(Enum):
    """Members whose values are sets of bits."""

    @staticmethod
    def _generate_next_value_(name, start, count, last_values):
        if not last_values:
            return start
        return 1 << max(last_values).bit_length()

    @classmethod
    def _counts(cls, item):
        value = item._value_
        return value > 0 and value & (value - 1) == 0

    @classmethod
    def _all_bits(cls):
        bits = 0
        for item in cls._member_map_.values():
            bits |= item._value_
        return bits

    @classmethod
    def _missing_(cls, value):
        if not isinstance(value, int):
            raise ValueError("%r is not a valid %s" % (value, cls.__qualname__))
        bits = cls._all_bits()
        if value < 0:
            value = bits & value
        if value & ~bits:
            return cls._unknown_bits(value)
        return cls._combination(value)

    @classmethod
    def _unknown_bits(cls, value):
        raise ValueError("<flag '%s'> invalid value %r" % (cls.__name__, value))

    @classmethod
    def _combination(cls, value):
        known = cls._value2member_map_.get(value)
        if known is not None:
            return known
        data_type = _data_type(cls)
        item = object.__new__(cls) if data_type is None else data_type.__new__(cls, value)
        item._value_ = value
        names = [m._name_ for m in cls.__class_iter__() if m._value_ & value]
        rest = value & ~cls._all_bits()
        if rest:
            names.append(str(rest))
        item._name_ = "|".join(names) or None
        cls._value2member_map_[value] = item
        return item

    def _bits(self, other):
        """The other operand's bits, or None if it is no flag of this kind."""
        return other._value_ if isinstance(other, type(self)) else None

    def __contains__(self, other):
        bits = self._bits(other)
        if bits is None:
            raise TypeError("unsupported operand type(s) for 'in': %r and %r"
                            % (type(other).__qualname__, type(self).__qualname__))
        return bits & self._value_ == bits

    def __iter__(self):
        for item in type(self).__class_iter__():
            if item._value_ & self._value_:
                yield item

    def __len__(self):
        return bin(self._value_).count("1")

    def __bool__(self):
        return self._value_ != 0

    def __or__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ | bits)

    def __and__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ & bits)

    def __xor__(self, other):
        bits = self._bits(other)
        return NotImplemented if bits is None else type(self)(self._value_ ^ bits)

    __ror__ = __or__
    __rand__ = __and__
    __rxor__ = __xor__

    def __invert__(self):
        return type(self)(type(self)._all_bits() & ~self._value_)

    def __repr__(self):
        if self._name_ is None:
            return "<%s: %d>" % (type(self).__name__, self._value_)
        return "<%s.%s: %d>" % (type(self).__name__, self._name_, self._value_)

    def __str__(self):
        if self._name_ is None:
            return "%s(%d)" % (type(self).__name__, self._value_)
        return "%s.%s" % (type(self).__name__, self._name_)


class IntFlag(int, Flag):
    __hash__ = int.__hash__
    __eq__ = int.__eq__
    __ne__ = int.__ne__
    __contains__ = Flag.__contains__
    __or__ = Flag.__or__
    __and__ = Flag.__and__
    __xor__ = Flag.__xor__
    __ror__ = Flag.__or__
    __rand__ = Flag.__and__
    __rxor__ = Flag.__xor__
    __invert__ = Flag.__invert__
    __bool__ = Flag.__bool__
    __repr__ = Flag.__repr__

    @classmethod
    def _unknown_bits(cls, value):
        return cls._combination(value)

    def _bits(self, other):
        return int(other) if isinstance(other, int) else None

    def __str__(self):
        return int.__repr__(self._value_)

    def __format__(self, spec):
        return int.__format__(self._value_, spec)


def unique(enumeration):
    """Refuses second names for the same value."""
    aliases = ["%s -> %s" % (name, item._name_)
               for name, item in enumeration._member_map_.items() if name != item._name_]
    if aliases:
        raise ValueError("duplicate values found in <enum '%s'>: %s"
                         % (enumeration.__name__, ", ".join(aliases)))
    return enumeration


CONTINUOUS = "continuous"
NAMED_FLAGS = "named flags"
UNIQUE = "unique"


def verify(*checks):
    def decorate(enumeration):
        if UNIQUE in checks:
            unique(enumeration)
        if CONTINUOUS in checks:
            values = sorted([item._value_ for item in enumeration._member_map_.values()])
            missing = [v for v in range(values[0], values[-1]) if v not in values]
            if missing:
                raise ValueError("invalid enum %r: missing values %s"
                                 % (enumeration.__name__, ", ".join([str(v) for v in missing])))
        return enumeration
    return decorate


EnumMeta = EnumType = type
