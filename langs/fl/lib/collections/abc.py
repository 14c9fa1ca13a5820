"""Abstract collections: what has the methods is an instance.

The classes answer `isinstance` through `__class_instancecheck__`, by which FL
asks a class without a metaclass; see `abc`."""

from abc import ABC, abstractmethod


def _has(cls, names):
    """Whether the class has all the methods, none of them switched off by None."""
    for name in names:
        for base in cls.__mro__:
            if name in base.__dict__:
                if base.__dict__[name] is None:
                    return False
                break
        else:
            return False
    return True


class _ByMethods(ABC):
    """A class to which everything belongs that has certain methods."""

    _needs = ()

    @classmethod
    def __class_subclasscheck__(cls, other):
        if cls in other.__mro__:
            return True
        needs = cls.__dict__.get("_needs")
        return bool(needs) and _has(other, needs)

    @classmethod
    def __class_instancecheck__(cls, obj):
        return cls.__class_subclasscheck__(type(obj))


class Hashable(_ByMethods):
    _needs = ("__hash__",)


class Iterable(_ByMethods):
    _needs = ("__iter__",)

    def __iter__(self):
        return iter(())


class Iterator(Iterable):
    _needs = ("__iter__", "__next__")

    def __iter__(self):
        return self


class Reversible(Iterable):
    _needs = ("__iter__", "__reversed__")


class Generator(Iterator):
    _needs = ("__iter__", "__next__", "send", "throw", "close")


class Sized(_ByMethods):
    _needs = ("__len__",)


class Container(_ByMethods):
    _needs = ("__contains__",)


class Callable(_ByMethods):
    _needs = ("__call__",)


class Collection(Sized, Iterable, Container):
    _needs = ("__len__", "__iter__", "__contains__")


class _Registered(Collection):
    """A class to which built-in types belong that are named one by one."""

    _types = ()

    @classmethod
    def __class_subclasscheck__(cls, other):
        if cls in other.__mro__:
            return True
        # A class that inherits from one of these has no built-in types of its own.
        types = cls.__dict__.get("_types", ())
        for base in other.__mro__:
            if base in types:
                return True
        return False

    @classmethod
    def register(cls, other):
        cls._types = cls.__dict__.get("_types", ()) + (other,)
        return other


class Sequence(_Registered):
    _types = (str, tuple, list, range, bytes, bytearray)

    def __iter__(self):
        index = 0
        try:
            while True:
                yield self[index]
                index += 1
        except IndexError:
            return

    def __contains__(self, value):
        for item in self:
            if item is value or item == value:
                return True
        return False

    def __reversed__(self):
        for index in range(len(self) - 1, -1, -1):
            yield self[index]

    def index(self, value, start=0, stop=None):
        for index in range(start, len(self) if stop is None else stop):
            if self[index] is value or self[index] == value:
                return index
        raise ValueError

    def count(self, value):
        return sum([1 for item in self if item is value or item == value])


class MutableSequence(Sequence):
    _types = (list, bytearray)

    def append(self, value):
        self.insert(len(self), value)

    def clear(self):
        while len(self):
            self.pop()

    def reverse(self):
        n = len(self)
        for index in range(n // 2):
            self[index], self[n - index - 1] = self[n - index - 1], self[index]

    def extend(self, values):
        for value in list(values):
            self.append(value)

    def pop(self, index=-1):
        value = self[index]
        del self[index]
        return value

    def remove(self, value):
        del self[self.index(value)]

    def __iadd__(self, values):
        self.extend(values)
        return self


class Set(_Registered):
    _types = (set, frozenset)

    @classmethod
    def _from_iterable(cls, items):
        return cls(items)

    def __le__(self, other):
        return len(self) <= len(other) and all([item in other for item in self])

    def __lt__(self, other):
        return len(self) < len(other) and self <= other

    def __ge__(self, other):
        return len(self) >= len(other) and all([item in self for item in other])

    def __gt__(self, other):
        return len(self) > len(other) and self >= other

    def __eq__(self, other):
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) == len(other) and self <= other

    __hash__ = None

    def __and__(self, other):
        return self._from_iterable([item for item in other if item in self])

    def __or__(self, other):
        return self._from_iterable([item for items in (self, other) for item in items])

    def __sub__(self, other):
        return self._from_iterable([item for item in self if item not in other])

    def __xor__(self, other):
        return (self - other) | (other - self)

    def isdisjoint(self, other):
        return not any([item in self for item in other])


class MutableSet(Set):
    _types = (set,)

    def remove(self, value):
        if value not in self:
            raise KeyError(value)
        self.discard(value)

    def pop(self):
        for value in self:
            self.discard(value)
            return value
        raise KeyError

    def clear(self):
        for value in list(self):
            self.discard(value)

    def __ior__(self, other):
        for value in other:
            self.add(value)
        return self

    def __isub__(self, other):
        for value in list(other):
            self.discard(value)
        return self


class Mapping(_Registered):
    _types = (dict,)

    def get(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            return default

    def __contains__(self, key):
        try:
            self[key]
        except KeyError:
            return False
        return True

    def keys(self):
        return KeysView(self)

    def items(self):
        return ItemsView(self)

    def values(self):
        return ValuesView(self)

    def __eq__(self, other):
        if not isinstance(other, Mapping):
            return NotImplemented
        return dict(self.items()) == dict(other.items())

    __hash__ = None


class MutableMapping(Mapping):
    _types = (dict,)
    _missing = object()

    def pop(self, key, default=_missing):
        try:
            value = self[key]
        except KeyError:
            if default is MutableMapping._missing:
                raise
            return default
        del self[key]
        return value

    def popitem(self):
        for key in self:
            value = self[key]
            del self[key]
            return key, value
        raise KeyError

    def clear(self):
        for key in list(self):
            del self[key]

    def update(self, other=(), /, **kwargs):
        if isinstance(other, Mapping):
            for key in other:
                self[key] = other[key]
        elif hasattr(other, "keys"):
            for key in other.keys():
                self[key] = other[key]
        else:
            for key, value in other:
                self[key] = value
        for key, value in kwargs.items():
            self[key] = value

    def setdefault(self, key, default=None):
        try:
            return self[key]
        except KeyError:
            self[key] = default
        return default


class MappingView(Sized):
    _needs = ()

    def __init__(self, mapping):
        self._mapping = mapping

    def __len__(self):
        return len(self._mapping)

    def __repr__(self):
        return "%s(%r)" % (type(self).__name__, self._mapping)


class KeysView(MappingView, Set):
    _types = (type({}.keys()),)

    @classmethod
    def _from_iterable(cls, items):
        return set(items)

    def __contains__(self, key):
        return key in self._mapping

    def __iter__(self):
        yield from self._mapping


class ItemsView(MappingView, Set):
    _types = (type({}.items()),)

    @classmethod
    def _from_iterable(cls, items):
        return set(items)

    def __contains__(self, item):
        key, value = item
        return key in self._mapping and self._mapping[key] == value

    def __iter__(self):
        for key in self._mapping:
            yield key, self._mapping[key]


class ValuesView(MappingView, _Registered):
    _types = (type({}.values()),)

    def __contains__(self, value):
        return any([self._mapping[key] == value for key in self._mapping])

    def __iter__(self):
        for key in self._mapping:
            yield self._mapping[key]


def _abstract(*names):
    """Marks methods that a subclass must define."""
    methods = {}
    for name in names:
        def method(self, *args):
            raise KeyError
        method.__name__ = name
        methods[name] = abstractmethod(method)
    return methods


def _require(cls, *names):
    for name, method in _abstract(*names).items():
        if name not in cls.__dict__:
            setattr(cls, name, method)
    cls.__abstractmethods__ = frozenset(names)
    return cls


_require(Sequence, "__getitem__", "__len__")
_require(MutableSequence, "__getitem__", "__len__", "__setitem__", "__delitem__", "insert")
_require(Set, "__contains__", "__iter__", "__len__")
_require(MutableSet, "__contains__", "__iter__", "__len__", "add", "discard")
_require(Mapping, "__getitem__", "__iter__", "__len__")
_require(MutableMapping, "__getitem__", "__iter__", "__len__", "__setitem__", "__delitem__")
