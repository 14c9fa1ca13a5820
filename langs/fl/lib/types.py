"""Names for the types of things that have no name of their own."""


import sys


def _generator():
    yield


def _cell():
    value = None

    def inner():
        return value
    return inner.__closure__[0]


def _traceback():
    try:
        raise ValueError
    except ValueError as error:
        return error.__traceback__


class _Class:
    def method(self):
        pass


FunctionType = type(_generator)
LambdaType = FunctionType
GeneratorType = type(_generator())
MethodType = type(_Class().method)
BuiltinFunctionType = type(len)
BuiltinMethodType = type([].append)
NoneType = type(None)
MethodDescriptorType = WrapperDescriptorType = MethodWrapperType = BuiltinFunctionType
ModuleType = type(sys)
NotImplementedType = type(NotImplemented)
EllipsisType = type(Ellipsis)
CodeType = type(_generator.__code__)
TracebackType = type(_traceback())
CellType = type(_cell())
UnionType = type(int | str)


class SimpleNamespace:
    """An object with the attributes that it is given."""

    def __init__(self, /, **kwargs):
        self.__dict__.update(kwargs)

    def __repr__(self):
        pairs = ["%s=%r" % item for item in self.__dict__.items()]
        name = "namespace" if type(self) is SimpleNamespace else type(self).__name__
        return "%s(%s)" % (name, ", ".join(pairs))

    def __eq__(self, other):
        if isinstance(self, SimpleNamespace) and isinstance(other, SimpleNamespace):
            return self.__dict__ == other.__dict__
        return NotImplemented

    __hash__ = None


class MappingProxyType:
    """A view of a dictionary that cannot be changed through it."""

    def __init__(self, mapping):
        self._mapping = mapping

    def __getitem__(self, key):
        return self._mapping[key]

    def __contains__(self, key):
        return key in self._mapping

    def __len__(self):
        return len(self._mapping)

    def __iter__(self):
        return iter(self._mapping)

    def __eq__(self, other):
        if isinstance(other, MappingProxyType):
            other = other._mapping
        return self._mapping == other

    __hash__ = None

    def __or__(self, other):
        return self._mapping | dict(other)

    def __repr__(self):
        return "mappingproxy(%r)" % (self._mapping,)

    def __str__(self):
        return str(self._mapping)

    def get(self, key, default=None):
        return self._mapping.get(key, default)

    def keys(self):
        return self._mapping.keys()

    def values(self):
        return self._mapping.values()

    def items(self):
        return self._mapping.items()

    def copy(self):
        return self._mapping.copy()


def new_class(name, bases=(), kwds=None, exec_body=None):
    namespace = {}
    if exec_body is not None:
        exec_body(namespace)
    return type(name, bases, namespace)
