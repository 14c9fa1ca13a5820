"""Copies of objects: of the object alone, or of all it refers to."""

__all__ = ["copy", "deepcopy", "replace", "Error", "error"]


class Error(Exception):
    pass


error = Error

_ATOMS = (type(None), bool, int, float, str, bytes, type, range, property,
          type(len), type(lambda: None), type(Ellipsis), type(NotImplemented))


def copy(x):
    cls = type(x)
    if isinstance(x, _ATOMS) and cls in _ATOMS:
        return x
    if cls in (tuple, frozenset):
        return x
    if cls in (list, dict, set, bytearray):
        return x.copy()
    method = getattr(cls, "__copy__", None)
    if method is not None:
        return method(x)
    if isinstance(x, type):
        return x
    return _rebuild(x, None)


def deepcopy(x, memo=None):
    if memo is None:
        memo = {}
    known = memo.get(id(x))
    if known is not None:
        return known
    cls = type(x)
    if cls in _ATOMS or isinstance(x, type):
        return x
    if cls is list:
        result = []
        memo[id(x)] = result
        for item in x:
            result.append(deepcopy(item, memo))
    elif cls is dict:
        result = {}
        memo[id(x)] = result
        for key, value in x.items():
            result[deepcopy(key, memo)] = deepcopy(value, memo)
    elif cls is tuple:
        items = [deepcopy(item, memo) for item in x]
        # The tuple may contain itself by way of a list, and then is copied by now.
        known = memo.get(id(x))
        if known is not None:
            return known
        result = x
        for before, after in zip(x, items):
            if before is not after:
                result = tuple(items)
                break
    elif cls is set or cls is frozenset:
        result = cls([deepcopy(item, memo) for item in x])
    elif cls is bytearray:
        result = bytearray(x)
    else:
        method = getattr(cls, "__deepcopy__", None)
        result = _rebuild(x, memo) if method is None else method(x, memo)
    if result is not x:
        memo[id(x)] = result
        # What is known by its identity must stay alive.
        memo.setdefault(id(memo), []).append(x)
    return result


def _own_reduce(cls):
    """The class's `__reduce_ex__` or `__reduce__`, if a class statement wrote one."""
    for base in cls.__mro__:
        if base is object:
            return None
        for name in ("__reduce_ex__", "__reduce__"):
            if name in base.__dict__:
                return name
    return None


def _rebuild(x, memo):
    """A copy of an instance, deep if there is a memo."""
    cls = type(x)
    name = _own_reduce(cls)
    if name is not None:
        reduced = x.__reduce_ex__(4) if name == "__reduce_ex__" else x.__reduce__()
        return _from_reduced(x, reduced, memo)

    def inner(value):
        return value if memo is None else deepcopy(value, memo)

    args = ()
    if hasattr(cls, "__getnewargs__"):
        args = tuple([inner(arg) for arg in x.__getnewargs__()])
    base = _built_in_base(cls)
    if args:
        result = cls.__new__(cls, *args)
    elif base is None:
        result = cls.__new__(cls)
    elif base in (list, dict, set):
        result = cls.__new__(cls)
    else:
        content = base(x)
        result = base.__new__(cls, inner(content) if base in (tuple, frozenset) else content)
    if memo is not None:
        memo[id(x)] = result
    if base is list:
        for item in x:
            result.append(inner(item))
    elif base is dict:
        if hasattr(x, "default_factory"):
            result.default_factory = x.default_factory
        for key, value in x.items():
            result[inner(key)] = inner(value)
    elif base is set:
        for item in x:
            result.add(inner(item))
    _set_state(result, _state_of(x), inner)
    return result


def _built_in_base(cls):
    if hasattr(cls, "appendleft"):
        return list
    for base in (list, dict, set, tuple, frozenset, str, bytes, int, float):
        if issubclass(cls, base):
            return base
    return None


def _state_of(x):
    cls = type(x)
    for base in cls.__mro__:
        if base is not object and "__getstate__" in base.__dict__:
            return x.__getstate__()
    slots = {}
    for base in cls.__mro__:
        names = base.__dict__.get("__slots__", ())
        for name in (names,) if isinstance(names, str) else names:
            if name not in ("__dict__", "__weakref__"):
                if name.startswith("__") and not name.endswith("__"):
                    name = "_%s%s" % (base.__name__.lstrip("_"), name)
                if hasattr(x, name):
                    slots[name] = getattr(x, name)
    values = getattr(x, "__dict__", None)
    return (values, slots) if slots else values


def _set_state(result, state, inner):
    if state is None:
        return
    if hasattr(type(result), "__setstate__"):
        result.__setstate__(inner(state))
        return
    slots = {}
    if isinstance(state, tuple) and len(state) == 2:
        state, slots = state
    if state:
        result.__dict__.update(inner(state))
    for name, value in slots.items():
        object.__setattr__(result, name, inner(value))


def _from_reduced(x, reduced, memo):
    if isinstance(reduced, str):
        return x
    parts = tuple(reduced) + (None,) * (5 - len(reduced))
    function, args, state, items, pairs = parts[:5]

    def inner(value):
        return value if memo is None else deepcopy(value, memo)

    result = function(*[inner(arg) for arg in args])
    if memo is not None:
        memo[id(x)] = result
    _set_state(result, state, inner)
    if items is not None:
        for item in items:
            result.append(inner(item))
    if pairs is not None:
        for key, value in pairs:
            result[inner(key)] = inner(value)
    return result


def replace(obj, /, **changes):
    return type(obj).__replace__(obj, **changes)
