"""Abstract classes, without metaclasses.

A class statement with `ABC` among its bases runs `__init_subclass__` below, which
collects the abstract methods. As in CPython, a class whose `__abstractmethods__` is
not empty makes no instances: `object.__new__` refuses.
`isinstance` and `issubclass` of a class with `__class_instancecheck__` and
`__class_subclasscheck__` ask these, which is how `register` works.
"""


def abstractmethod(function):
    """Marks a method that a subclass must define."""
    function.__isabstractmethod__ = True
    return function


class abstractproperty(property):
    __isabstractmethod__ = True


class abstractclassmethod(classmethod):
    __isabstractmethod__ = True


class abstractstaticmethod(staticmethod):
    __isabstractmethod__ = True


def _is_abstract(member):
    if isinstance(member, property):
        return any([getattr(function, "__isabstractmethod__", False)
                    for function in (member.fget, member.fset, member.fdel)])
    if isinstance(member, (classmethod, staticmethod)):
        return getattr(member.__func__, "__isabstractmethod__", False)
    return getattr(member, "__isabstractmethod__", False)


def _collect(cls):
    names = set()
    for base in cls.__bases__:
        for name in getattr(base, "__abstractmethods__", ()):
            if _is_abstract(getattr(cls, name, None)) or _is_abstract(_raw(cls, name)):
                names.add(name)
    for name, member in cls.__dict__.items():
        if _is_abstract(member):
            names.add(name)
    return frozenset(names)


def _raw(cls, name):
    """The member as it stands in the class, not bound to anything."""
    for base in cls.__mro__:
        if name in base.__dict__:
            return base.__dict__[name]
    return None


class ABC:
    __slots__ = ()

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        cls.__abstractmethods__ = _collect(cls)
        cls._abc_registry = ()

    @classmethod
    def register(cls, other):
        """Makes a class a subclass of this one, as far as `isinstance` goes."""
        cls._abc_registry = cls._abc_registry + (other,)
        return other

    @classmethod
    def __subclasshook__(cls, other):
        return NotImplemented

    @classmethod
    def __class_subclasscheck__(cls, other):
        answer = cls.__subclasshook__(other)
        if answer is not NotImplemented:
            return answer
        if cls in other.__mro__:
            return True
        for registered in cls.__dict__.get("_abc_registry", ()):
            if issubclass(other, registered):
                return True
        return any([sub.__class_subclasscheck__(other) for sub in cls.__subclasses__()])

    @classmethod
    def __class_instancecheck__(cls, obj):
        return cls.__class_subclasscheck__(type(obj))


ABCMeta = type
