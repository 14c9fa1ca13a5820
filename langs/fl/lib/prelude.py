"""What builtins leave to FL code: everything that may call methods of guests.

Only function definitions may stand at the top level, and no default values:
a parameter whose name ends in an underscore defaults to None. Names that start with
`_fl_` are natives that only the prelude sees.
"""


def construct(new, cls, *args, **kwargs):
    obj = new(cls, *args, **kwargs)
    if isinstance(obj, cls):
        _fl_init(obj)(obj, *args, **kwargs)
    return obj


def initialise(init, obj, *args, **kwargs):
    result = init(obj, *args, **kwargs)
    if result is not None:
        raise TypeError("__init__() should return None, not '%s'" % type(result).__name__)
    return obj


def type_new(name, bases, namespace, **keywords):
    return class_hooks(_fl_build_class(name, bases, namespace), keywords)


def class_hooks(cls, keywords):
    for name, value in list(_fl_class_items(cls)):
        hook = _fl_hook(value, "__set_name__")
        if hook is not None:
            hook(value, cls, name)
    keywords = dict(keywords) if keywords is not None else {}
    keywords.pop("metaclass", None)
    super(cls, cls).__init_subclass__(**keywords)
    return cls


def get_or_getattr(getattr_, obj, name, *args):
    try:
        return getattr_(*args)
    except AttributeError:
        return _fl_hook(obj, "__getattr__")(obj, name)


def getattr_or_default(default, getter, *args):
    try:
        return getter(*args)
    except AttributeError:
        return default


def hasattr_call(getter, *args):
    try:
        getter(*args)
    except AttributeError:
        return False
    return True


def not_(value):
    return not value


def contains(item, container):
    kind = type(container)
    if kind is dict or kind is set or kind is frozenset:
        return _find(container, item)[0] >= 0
    for x in container:
        if x is item or x == item:
            return True
    return False


def eq_guest(a, b):
    return _eq(a, b)


def ne_guest(a, b):
    return not _eq(a, b)


def _eq(a, b):
    answer = _fl_eq(a, b)
    while answer is not True and answer is not False:
        x, y, rest = answer
        if type(x) is dict:
            equal = _dicts_equal(x, y)
        elif type(x) is set or type(x) is frozenset:
            equal = len(x) == len(y) and _subset(x, y)
        else:
            equal = x == y
        if not equal:
            return False
        answer = _fl_eq_continue(rest)
    return answer


def _dicts_equal(a, b):
    if len(a) != len(b):
        return False
    for key, x in a.items():
        entry, h = _find(b, key)
        if entry < 0:
            return False
        y = _fl_value_at(b, entry)
        if x is not y and not (x == y):
            return False
    return True


def _is_set(v):
    return not isinstance(v, list) and not isinstance(v, tuple)


def _subset(a, b):
    if type(b) is not set and type(b) is not frozenset:
        b = set(b)
    for x in a:
        if _find(b, x)[0] < 0:
            return False
    return True


def _mismatch(a, b):
    at = 0
    while True:
        answer = _fl_mismatch(a, b, at)
        if type(answer) is int:
            return answer
        at, x, y, rest = answer
        if x is not y and not (x == y):
            return at
        at += 1


def lt_guest(a, b):
    if _is_set(a):
        return len(a) < len(b) and _subset(a, b)
    at = _mismatch(a, b)
    if at < len(a) and at < len(b):
        return a[at] < b[at]
    return len(a) < len(b)


def le_guest(a, b):
    if _is_set(a):
        return _subset(a, b)
    at = _mismatch(a, b)
    if at < len(a) and at < len(b):
        return a[at] <= b[at]
    return len(a) <= len(b)


def gt_guest(a, b):
    if _is_set(a):
        return len(a) > len(b) and _subset(b, a)
    at = _mismatch(a, b)
    if at < len(a) and at < len(b):
        return a[at] > b[at]
    return len(a) > len(b)


def ge_guest(a, b):
    if _is_set(a):
        return _subset(b, a)
    at = _mismatch(a, b)
    if at < len(a) and at < len(b):
        return a[at] >= b[at]
    return len(a) >= len(b)


def binary_guest(a, b):
    raise TypeError("unsupported operands")


def add_guest(a, b):
    for x in b:
        a.append(x)
    return a


def mod_guest(template, args):
    """Formats what needs methods of guests first, so that the rest needs none."""
    if type(template) is not str:
        if type(args) is tuple:
            return template % tuple([_fl_plain(x) for x in args])
        return template % _fl_plain(args)
    items = list(args) if isinstance(args, tuple) else [args]
    out = []
    given = []
    used = 0
    keyed = False
    at = 0
    n = len(template)
    while at < n:
        c = template[at]
        at += 1
        out.append(c)
        if c != "%" or at >= n:
            continue
        if template[at] == "%":
            out.append("%")
            at += 1
            continue
        key = None
        if template[at] == "(":
            end = template.find(")", at)
            if end < 0:
                raise ValueError("incomplete format key")
            key = template[at + 1:end]
            at = end + 1
            keyed = True
        while at < n and template[at] in "-+ #0123456789.*hlL":
            if template[at] == "*" and used < len(items):
                given.append(items[used])
                used += 1
            out.append(template[at])
            at += 1
        if at >= n:
            break
        kind = template[at]
        at += 1
        if key is not None:
            value = args[key]
        elif used < len(items):
            value = items[used]
            used += 1
        else:
            raise TypeError("not enough arguments for format string")
        kind, value = _fl_directive(kind, value)
        out.append(kind)
        given.append(value)
    if used < len(items) and not keyed and not hasattr(args, "keys"):
        raise TypeError("not all arguments converted during string formatting")
    return "".join(out) % tuple(given)


def _fl_directive(kind, value):
    if kind == "s":
        return "s", str(value)
    if kind == "r":
        return "s", repr(value)
    if kind == "a":
        return "s", ascii(value)
    if kind in "diu" and _fl_payload(value) is value and type(value) is not int:
        if _fl_hook(value, "__int__") is not None or _fl_hook(value, "__index__") is not None:
            return kind, int(value)
    if kind in "oxX" and _fl_hook(value, "__index__") is not None:
        return kind, value.__index__()
    if kind in "eEfFgG" and _fl_hook(value, "__float__") is not None:
        return kind, float(value)
    return kind, value


def _fl_plain(x):
    if type(x) is int or type(x) is float or type(x) is str:
        return x
    return _fl_text(str(x), repr(x), x)


def mul_guest(a, b):
    if hasattr(type(a), "__len__"):
        return a * b.__index__()
    if hasattr(type(b), "__len__"):
        return b * a.__index__()
    raise TypeError("unsupported operand type(s) for *: '%s' and '%s'"
                    % (type(a).__name__, type(b).__name__))


def ior_guest(a, b):
    if isinstance(a, dict):
        dict_update(a, b)
    else:
        for x in b:
            a.add(x)
    return a


def iand_guest(a, b):
    for x in list(a):
        if x not in b:
            a.discard(x)
    return a


def isub_guest(a, b):
    for x in list(b):
        a.discard(x)
    return a


def ixor_guest(a, b):
    for x in list(b):
        if x in a:
            a.discard(x)
        else:
            a.add(x)
    return a


def list_iadd(a, b):
    target = _fl_payload(a)
    for x in b:
        target.append(x)
    return a


def dict_ior(a, b):
    dict_update(_fl_payload(a), b)
    return a


def set_ior(a, b):
    ior_guest(_fl_payload(a), _fl_payload(b))
    return a


def set_iand(a, b):
    iand_guest(_fl_payload(a), _fl_payload(b))
    return a


def set_isub(a, b):
    isub_guest(_fl_payload(a), _fl_payload(b))
    return a


def set_ixor(a, b):
    ixor_guest(_fl_payload(a), _fl_payload(b))
    return a


def dunder_ror(a, b):
    return or_guest(b, a)


def dunder_rand(a, b):
    return and_guest(b, a)


def dunder_rsub(a, b):
    return sub_guest(b, a)


def dunder_rxor(a, b):
    return xor_guest(b, a)


def dunder_contains(container, item):
    return item in container


def dunder_instancecheck(cls, obj):
    return isinstance(obj, cls)


def dunder_subclasscheck(cls, sub):
    return issubclass(sub, cls)


def call_it(f, *args, **kwargs):
    return f(*args, **kwargs)


def call_wrapped(f, *args, **kwargs):
    return f.__func__(*args, **kwargs)


def property_get(p, obj, owner_):
    if p.fget is None:
        raise AttributeError("property of '%s' object has no getter" % type(obj).__name__)
    return p.fget(obj)


def property_set(p, obj, value):
    if p.fset is None:
        raise AttributeError("property of '%s' object has no setter" % type(obj).__name__)
    p.fset(obj, value)


def property_delete(p, obj):
    if p.fdel is None:
        raise AttributeError("property of '%s' object has no deleter" % type(obj).__name__)
    p.fdel(obj)


def object_new(cls, *args, **kwargs):
    base = _fl_payload_class(cls)
    value = base(*args, **kwargs)
    return value if base is cls else _fl_carry(cls, value)


def slice_indices(s, length):
    return slice(*[_index_bound(x) for x in (s.start, s.stop, s.step)]).indices(length)


def dict_getitem(d, key):
    payload = _fl_payload(d)
    entry, h = _find(payload, key)
    if entry >= 0:
        return _fl_value_at(payload, entry)
    missing = _fl_hook(d, "__missing__")
    if missing is None:
        raise KeyError(key)
    return missing(d, key)


def list_init(target, items):
    values = [x for x in items]
    target[:] = values


def set_init(target, items_):
    target.clear()
    if items_ is not None:
        for x in items_:
            target.add(x)


def dict_init(target, *args, **kwargs):
    if len(args) > 1:
        raise TypeError("dict expected at most 1 argument, got %d" % len(args))
    if args:
        dict_update(target, args[0])
    for key in kwargs:
        target[key] = kwargs[key]


def dict_fromkeys(cls, keys, value_):
    result = cls()
    for key in keys:
        result[key] = value_
    return result


def or_guest(a, b):
    if isinstance(a, dict):
        result = dict(a)
        result.update(b)
        return result
    result = set(a)
    for x in b:
        result.add(x)
    return _fl_like(a, result)


def and_guest(a, b):
    result = set()
    for x in a:
        if x in b:
            result.add(x)
    return _fl_like(a, result)


def sub_guest(a, b):
    result = set()
    for x in a:
        if x not in b:
            result.add(x)
    return _fl_like(a, result)


def xor_guest(a, b):
    result = set()
    for x in a:
        if x not in b:
            result.add(x)
    for x in b:
        if x not in a:
            result.add(x)
    return _fl_like(a, result)


def _fl_like(a, result):
    if type(a) is frozenset:
        return frozenset(result)
    return result


# ------------------------------------------------------------------ hashing and tables

def hash_guest(v):
    answer = _fl_hash(v)
    if type(answer) is tuple:
        while type(answer) is tuple:
            x, rest = answer
            answer = _fl_hash_continue(rest, _hash_object(x))
    return answer


def _hash_object(x):
    method = _fl_hook(x, "__hash__")
    if method is None:
        if _fl_unhashable(x):
            raise TypeError("unhashable type: '%s'" % type(x).__name__)
        return _fl_default_hash(x)
    value = method(x)
    if not isinstance(value, int):
        raise TypeError("__hash__ method should return an integer")
    return _fl_fold_hash(value)


def _find(table, key):
    """The entry of a key, -1 if absent, and the key's hash."""
    h = hash_guest(key)
    step = 0
    while True:
        found = _fl_find(table, key, h, step)
        if type(found) is int:
            return found, h
        candidate, entry, step = found
        if candidate is key or candidate == key:
            return entry, h


def dict_lookup(d, key):
    entry, h = _find(d, key)
    if entry < 0:
        return None, False
    return _fl_value_at(d, entry), True


def getitem(o, key):
    if isinstance(o, dict):
        entry, h = _find(o, key)
        if entry < 0:
            raise KeyError(key)
        return _fl_value_at(o, entry)
    return o[_index_key(key)]


def _index_key(key):
    if type(key) is slice:
        return slice(_index_bound(key.start), _index_bound(key.stop), _index_bound(key.step))
    return _index(key)


def _index(v):
    if not hasattr(v, "__index__"):
        raise TypeError("'%s' object cannot be interpreted as an integer" % type(v).__name__)
    n = v.__index__()
    if not isinstance(n, int):
        raise TypeError("__index__ returned non-int (type %s)" % type(n).__name__)
    return n


def _index_bound(bound):
    if bound is None or type(bound) is int:
        return bound
    return _index(bound)


def getitem_or_missing(obj, payload, key):
    entry, h = _find(payload, key)
    if entry < 0:
        return obj.__missing__(key)
    return _fl_value_at(payload, entry)


def setitem(o, key, value):
    if isinstance(o, dict):
        entry, h = _find(o, key)
        if entry < 0:
            _fl_dict_add(o, key, h, value)
        else:
            _fl_put_at(o, entry, value)
    elif type(key) is slice:
        o[_index_key(key)] = list(value)
    else:
        o[key.__index__()] = value


def delitem(o, key):
    if isinstance(o, dict):
        entry, h = _find(o, key)
        if entry < 0:
            raise KeyError(key)
        _fl_delete_at(o, entry)
    else:
        del o[_index_key(key)]


def set_add(s, key):
    entry, h = _find(s, key)
    if entry < 0:
        _fl_set_add(s, key, h)


def set_discard(s, key):
    entry, h = _find(s, key)
    if entry >= 0:
        _fl_delete_at(s, entry)


def set_remove(s, key):
    entry, h = _find(s, key)
    if entry < 0:
        raise KeyError(key)
    _fl_delete_at(s, entry)


def dict_get(d, key, default_):
    entry, h = _find(d, key)
    if entry < 0:
        return default_
    return _fl_value_at(d, entry)


def dict_setdefault(d, key, default_):
    entry, h = _find(d, key)
    if entry < 0:
        _fl_dict_add(d, key, h, default_)
        return default_
    return _fl_value_at(d, entry)


def dict_pop(d, key, *default):
    entry, h = _find(d, key)
    if entry < 0:
        if default:
            return default[0]
        raise KeyError(key)
    value = _fl_value_at(d, entry)
    _fl_delete_at(d, entry)
    return value


def dict_of(items):
    d = {}
    for i in range(0, len(items), 2):
        setitem(d, items[i], items[i + 1])
    return d


def set_of(items):
    s = set()
    for x in items:
        s.add(x)
    return s


def list_extend(target, items):
    for x in items:
        target.append(x)


def set_update(target, *iterables):
    for items in iterables:
        for x in items:
            target.add(x)


def dict_update(target, other_, **kwargs):
    if other_ is not None:
        payload = _fl_payload(other_)
        if type(payload) is dict and _fl_hook(other_, "__iter__") is None:
            for key, value in payload.items():
                target[key] = value
        elif hasattr(other_, "keys"):
            for key in other_.keys():
                target[key] = other_[key]
        else:
            at = 0
            for item in other_:
                try:
                    pair = list(item)
                except TypeError:
                    raise TypeError("cannot convert dictionary update sequence element #%d"
                                    " to a sequence" % at) from None
                if len(pair) != 2:
                    raise ValueError("dictionary update sequence element #%d has length %d;"
                                     " 2 is required" % (at, len(pair)))
                target[pair[0]] = pair[1]
                at += 1
    for key in kwargs:
        target[key] = kwargs[key]


def dict_merge(target, other, callee):
    for key in other.keys():
        if type(key) is not str:
            raise TypeError("keywords must be strings")
        if key in target:
            raise TypeError("%s() got multiple values for keyword argument '%s'"
                            % (getattr(callee, "__qualname__", callee), key))
        target[key] = other[key]


def call_args(items, callee):
    return [x for x in items]


def call_kwargs(mapping, callee):
    result = {}
    dict_merge(result, mapping, callee)
    return result


def unpack_list(items, count):
    if count < 0:
        return [x for x in items]
    result = []
    for x in items:
        result.append(x)
        if len(result) > count:
            break
    return result


# ------------------------------------------------------------------------ iteration

def iterate_items(obj):
    i = 0
    while True:
        try:
            item = obj[i]
        except IndexError:
            return
        yield item
        i += 1


def iter_call(function, sentinel):
    while True:
        value = function()
        if value == sentinel:
            return
        yield value


def next_or_default(iterator, default):
    try:
        return iterator.__next__()
    except StopIteration:
        return default


def next_of_generator(generator, *default):
    for value in generator:
        return value
    if default:
        return default[0]
    raise StopIteration


def send_to_generator(generator, value):
    return _fl_send(generator, value)


def generator_throw(generator, kind, value_, traceback_):
    if isinstance(kind, type):
        if value_ is None:
            value_ = kind()
        elif not isinstance(value_, kind):
            value_ = kind(value_)
    else:
        value_ = kind
    return _fl_throw(generator, value_)


def generator_close(generator):
    if _fl_generator_idle(generator):
        return None
    try:
        _fl_throw(generator, GeneratorExit())
    except (GeneratorExit, StopIteration):
        return None
    raise RuntimeError("generator ignored GeneratorExit")


def list_new(items):
    return [x for x in items]


def tuple_new(items):
    return tuple([x for x in items])


def set_new(items):
    result = set()
    for x in items:
        result.add(x)
    return result


def frozenset_new(items):
    return _fl_freeze(set_new(items))


def dict_new(*args, **kwargs):
    result = {}
    if len(args) > 1:
        raise TypeError("dict expected at most 1 argument, got %d" % len(args))
    if args:
        dict_update(result, args[0])
    for key in kwargs:
        result[key] = kwargs[key]
    return result


def enumerate_guest(iterable, start_):
    if start_ is None:
        start_ = 0
    for x in iterable:
        yield start_, x
        start_ += 1


def zip_guest(*iterables, strict=False):
    iterators = [iter(it) for it in iterables]
    if not iterators:
        return
    while True:
        items = []
        for at, it in enumerate(iterators):
            try:
                items.append(next(it))
            except StopIteration:
                if strict:
                    if at > 0:
                        raise ValueError("zip() argument %d is shorter than argument%s" % (
                            at + 1, " 1" if at == 1 else "s 1-%d" % at)) from None
                    for k in range(1, len(iterators)):
                        try:
                            next(iterators[k])
                        except StopIteration:
                            continue
                        raise ValueError("zip() argument %d is longer than argument%s" % (
                            k + 1, " 1" if k == 1 else "s 1-%d" % k)) from None
                return
        yield tuple(items)


def reversed_guest(sequence):
    if isinstance(sequence, type) and hasattr(sequence, "__class_reversed__"):
        return sequence.__class_reversed__()
    method = _fl_hook(sequence, "__reversed__")
    if method is not None:
        return method(sequence)
    if _fl_hook(sequence, "__getitem__") is None or not hasattr(sequence, "__len__"):
        payload = _fl_payload(sequence)
        if payload is not sequence:
            return reversed(payload)
        raise TypeError("'%s' object is not reversible" % type(sequence).__name__)
    return _reversed_items(sequence)


def _reversed_items(sequence):
    i = len(sequence) - 1
    while i >= 0:
        yield sequence[i]
        i -= 1


def map_guest(function, *iterables):
    if len(iterables) == 1:
        return _map_one(function, iter(iterables[0]))
    return _map_many(function, [iter(it) for it in iterables])


def _map_one(function, iterator):
    for x in iterator:
        yield function(x)


def _map_many(function, iterators):
    for items in zip(*iterators):
        yield function(*items)


def filter_guest(function, iterable):
    return _filter(function, iter(iterable))


def _filter(function, iterator):
    if function is None:
        for x in iterator:
            if x:
                yield x
    else:
        for x in iterator:
            if function(x):
                yield x


def all_guest(iterable):
    for x in iterable:
        if not x:
            return False
    return True


def any_guest(iterable):
    for x in iterable:
        if x:
            return True
    return False


def sum_guest(iterable, start_):
    total = 0 if start_ is None else start_
    for x in iterable:
        total = total + x
    return total


def min_guest(*args, key=None, **options):
    return _best("min", args, key, options, False)


def max_guest(*args, key=None, **options):
    return _best("max", args, key, options, True)


def _best(name, args, key, options, largest):
    items = args[0] if len(args) == 1 else args
    first = True
    best = best_key = None
    for x in items:
        k = x if key is None else key(x)
        if first:
            best, best_key, first = x, k, False
        elif (k > best_key) if largest else (k < best_key):
            best, best_key = x, k
    if first:
        if "default" in options:
            return options["default"]
        raise ValueError("%s() arg is an empty sequence" % name)
    return best


def sorted(iterable, /, *, key=None, reverse=False, **others):
    if others:
        raise TypeError("'%s' is an invalid keyword argument for sort()" % list(others)[0])
    result = list(iterable)
    result.sort(key=key, reverse=reverse)
    return result


def list_sort(items, *, key=None, reverse=False):
    """Merge sort: stable, and no comparison is made twice. The list is empty meanwhile."""
    values = list(items)
    result = values
    items.clear()
    try:
        keys = values if key is None else [key(x) for x in values]
        order = _fl_sorted_order(keys, bool(reverse))
        if order is None:
            n = len(values)
            order = list(range(n))
            if reverse:
                order.reverse()
            order = _merge_sort(order, keys)
            if reverse:
                order.reverse()
        result = [values[i] for i in order]
        if items:
            raise ValueError("list modified during sort")
    finally:
        items[:] = result


def _merge_sort(order, keys):
    n = len(order)
    width = 1
    while width < n:
        merged = []
        start = 0
        while start < n:
            middle = start + width
            end = middle + width
            if middle > n:
                middle = n
            if end > n:
                end = n
            i = start
            j = middle
            if j < end and not (keys[order[j]] < keys[order[j - 1]]):
                merged.extend(order[start:end])
                start = end
                continue
            while i < middle and j < end:
                if keys[order[j]] < keys[order[i]]:
                    merged.append(order[j])
                    j += 1
                else:
                    merged.append(order[i])
                    i += 1
            merged.extend(order[i:middle])
            merged.extend(order[j:end])
            start = end
        order = merged
        width *= 2
    return order


def list_index(items, value, start_, stop_):
    n = len(items)
    start = 0 if start_ is None else start_
    stop = n if stop_ is None else stop_
    if start < 0:
        start = max(0, start + n)
    if stop < 0:
        stop += n
    i = start
    while i < stop and i < len(items):
        x = items[i]
        if x is value or x == value:
            return i
        i += 1
    raise ValueError("%s is not in list" % repr(value) if type(items) is list
                     else "tuple.index(x): x not in tuple")


def list_count(items, value):
    n = 0
    for x in items:
        if x is value or x == value:
            n += 1
    return n


def list_remove(items, value):
    i = 0
    while i < len(items):
        x = items[i]
        if x is value or x == value:
            del items[i]
            return
        i += 1
    raise ValueError("list.remove(x): x not in list")


def str_join(separator, items):
    return separator.join([x for x in items])


# ----------------------------------------------------------------------------- text

def to_str(v):
    method = _fl_hook(v, "__str__")
    if method is not None:
        text = method(v)
        if not isinstance(text, str):
            raise TypeError("__str__ returned non-string (type %s)" % type(text).__name__)
        return text
    return _fl_str_default(v)


def len_guest(v):
    n = _fl_hook(v, "__len__")(v)
    if type(n) is not int:
        if not hasattr(n, "__index__"):
            raise TypeError("'%s' object cannot be interpreted as an integer" % type(n).__name__)
        n = n.__index__()
    if n < 0:
        raise ValueError("__len__() should return >= 0")
    if n > 9223372036854775807:
        raise OverflowError("cannot fit 'int' into an index-sized integer")
    return int(n)


def iter_guest(v):
    method = _fl_hook(v, "__iter__")
    if method is None:
        raise TypeError("'%s' object is not iterable" % type(v).__name__)
    it = method(v)
    if not hasattr(it, "__next__"):
        raise TypeError("iter() returned non-iterator of type '%s'" % type(it).__name__)
    return it


def dir_guest(*args):
    if not args:
        return sorted(globals())
    v = args[0]
    return sorted(_fl_hook(v, "__dir__")(v))


def to_repr(v):
    if isinstance(v, type) and hasattr(v, "__class_repr__"):
        return v.__class_repr__()
    method = _fl_hook(v, "__repr__")
    if method is not None:
        text = method(v)
        if not isinstance(text, str):
            raise TypeError("__repr__ returned non-string (type %s)" % type(text).__name__)
        return text
    if _fl_enter(v):
        try:
            return _fl_repr_parts(v)
        finally:
            _fl_leave()
    return _fl_dots(v)


def _fl_repr_parts(v):
    payload = _fl_payload(v)
    kind = type(payload)
    if kind is list:
        return "[" + ", ".join([repr(x) for x in payload]) + "]"
    if kind is tuple:
        if len(payload) == 1:
            return "(" + repr(payload[0]) + ",)"
        return "(" + ", ".join([repr(x) for x in payload]) + ")"
    if kind is dict:
        return "{" + ", ".join([repr(k) + ": " + repr(x) for k, x in payload.items()]) + "}"
    if kind is set:
        inner = "{" + ", ".join([repr(x) for x in payload]) + "}" if payload else ""
        if type(v) is set:
            return inner if payload else "set()"
        return type(v).__name__ + "(" + inner + ")"
    if kind is frozenset:
        inner = "{" + ", ".join([repr(x) for x in payload]) + "}" if payload else ""
        return type(v).__name__ + "(" + inner + ")"
    if kind is slice:
        return "slice(%r, %r, %r)" % (payload.start, payload.stop, payload.step)
    if isinstance(v, BaseException):
        return type(v).__name__ + "(" + ", ".join([repr(x) for x in v.args]) + ")"
    name = kind.__name__
    if name == "dict_keys" or name == "dict_values" or name == "dict_items":
        return name + "([" + ", ".join([repr(x) for x in payload]) + "])"
    return _fl_default_repr(v)


def str_of_exception(e):
    args = e.args
    if len(args) == 0:
        return ""
    if len(args) == 1:
        return repr(args[0]) if isinstance(e, KeyError) else str(args[0])
    return repr(args)


def to_ascii(v):
    return ascii(_fl_str_of(repr(v)))


def to_format(v, spec_):
    spec = "" if spec_ is None else spec_
    method = _fl_hook(v, "__format__")
    if method is not None:
        text = method(v, spec)
        if not isinstance(text, str):
            raise TypeError("__format__ must return a str, not %s" % type(text).__name__)
        return text
    if spec == "":
        return str(v)
    payload = _fl_payload(v)
    if payload is v:
        raise TypeError("unsupported format string passed to %s.__format__" % type(v).__name__)
    return format(payload, spec)


def object_repr(v):
    return _fl_default_repr(v)


def object_str(v):
    if isinstance(v, BaseException):
        return str_of_exception(v)
    return repr(v)


def object_format(v, spec):
    if spec == "":
        return str(v)
    payload = _fl_payload(v)
    if payload is v:
        raise TypeError("unsupported format string passed to %s.__format__" % type(v).__name__)
    return format(payload, spec)


def object_ne(a, b):
    result = a.__eq__(b)
    return result if result is NotImplemented else not result


# ------------------------------------------------------------------------- operators

def call_method(name, v, *args):
    method = _fl_hook(v, name)
    if method is None:
        return NotImplemented
    return method(v, *args)


def abs_guest(v):
    method = _fl_hook(v, "__abs__")
    if method is None:
        payload = _fl_payload(v)
        if payload is v:
            raise TypeError("bad operand type for abs(): '%s'" % type(v).__name__)
        return abs(payload)
    return method(v)


def round_guest(v, *digits):
    if type(v) is int or type(v) is float:
        return round(v, *[_index_bound(d) for d in digits])
    method = _fl_hook(v, "__round__")
    if method is None:
        payload = _fl_payload(v)
        if payload is v:
            raise TypeError("type %s doesn't define __round__ method" % type(v).__name__)
        return round(payload, *digits)
    return method(v, *digits)


def divmod_guest(a, b):
    method = _fl_hook(a, "__divmod__")
    if method is not None:
        result = method(a, b)
        if result is not NotImplemented:
            return result
    method = _fl_hook(b, "__rdivmod__")
    if method is not None:
        result = method(b, a)
        if result is not NotImplemented:
            return result
    return a // b, a % b


def pow_guest(a, b, modulus_):
    if modulus_ is None:
        return a ** b
    return _fl_hook(a, "__pow__")(a, b, modulus_)


def int_guest(*args):
    v = args[0]
    for name in ("__int__", "__index__", "__trunc__"):
        method = _fl_hook(v, name)
        if method is not None:
            return _fl_as_int(method(v))
    payload = _fl_payload(v)
    if payload is v:
        raise TypeError("int() argument must be a string, a bytes-like object or a real number,"
                        " not '%s'" % type(v).__name__)
    return int(payload, *args[1:])


def float_guest(v):
    for name in ("__float__", "__index__"):
        method = _fl_hook(v, name)
        if method is not None:
            result = method(v)
            if type(result) is not float and name == "__float__":
                raise TypeError("%s.__float__ returned non-float (type %s)"
                                % (type(v).__name__, type(result).__name__))
            return float(result)
    payload = _fl_payload(v)
    if payload is v:
        raise TypeError("float() argument must be a string or a real number, not '%s'"
                        % type(v).__name__)
    return float(payload)


def bool_guest(v):
    return not not v


def index_guest(function, v):
    method = _fl_hook(v, "__index__")
    if method is None:
        payload = _fl_payload(v)
        if payload is v:
            raise TypeError("'%s' object cannot be interpreted as an integer" % type(v).__name__)
        return function(payload)
    return function(method(v))


def bin_guest(v):
    return index_guest(bin, v)


def hex_guest(v):
    return index_guest(hex, v)


def oct_guest(v):
    return index_guest(oct, v)


def chr_guest(v):
    return index_guest(chr, v)


def range_guest(*args):
    return range(*[x if type(x) is int else _index(x) for x in args])


def isinstance_guest(obj, cls):
    return cls.__class_instancecheck__(obj)


def isinstance_any(obj, classes):
    classes = _fl_payload(classes)
    if type(classes) is tuple:
        for cls in classes:
            if isinstance(obj, cls):
                return True
        return False
    return isinstance(obj, classes)


def issubclass_guest(cls, classes):
    classes = _fl_payload(classes)
    if type(classes) is tuple:
        for c in classes:
            if issubclass(cls, c):
                return True
        return False
    return classes.__class_subclasscheck__(cls)


def locals():
    return globals()


def vars(*args):
    if not args:
        return globals()
    if not hasattr(args[0], "__dict__"):
        raise TypeError("vars() argument must have __dict__ attribute")
    return args[0].__dict__


# ----------------------------------------------------------------------------- match

def match_keys(mapping, keys):
    values = []
    for key in keys:
        if key not in mapping:
            return None
        values.append(mapping[key])
    return tuple(values)


def match_rest(mapping, keys):
    rest = dict(mapping)
    for key in keys:
        del rest[key]
    return rest


def match_class(subject, cls, names, count):
    if not isinstance(cls, type):
        raise TypeError("called match pattern must be a class")
    if not isinstance(subject, cls):
        return None
    values = []
    if count:
        if cls in (bool, bytearray, bytes, dict, float, frozenset, int, list, set, str, tuple):
            if count > 1:
                raise TypeError("%s() accepts 1 positional sub-pattern (%d given)"
                                % (cls.__name__, count))
            values.append(subject)
        else:
            own = getattr(cls, "__match_args__", ())
            if count > len(own):
                raise TypeError("%s() accepts %d positional sub-pattern%s (%d given)"
                                % (cls.__name__, len(own), "" if len(own) == 1 else "s", count))
            for name in own[:count]:
                if not hasattr(subject, name):
                    return None
                values.append(getattr(subject, name))
    for name in names:
        if not hasattr(subject, name):
            return None
        values.append(getattr(subject, name))
    return tuple(values)


# ------------------------------------------------------------------------ set methods

def set_union(s, *others):
    result = set(s)
    for other in others:
        for x in other:
            result.add(x)
    return _fl_like(s, result)


def set_intersection(s, *others):
    result = s
    for other in others:
        kept = set(other)
        result = {x for x in result if x in kept}
    return _fl_like(s, set(result))


def set_difference(s, *others):
    result = set(s)
    for other in others:
        for x in other:
            result.discard(x)
    return _fl_like(s, result)


def set_symmetric_difference(s, other):
    return s ^ set(other)


def set_issubset(s, other):
    return s <= set(other)


def set_issuperset(s, other):
    return s >= set(other)


def set_isdisjoint(s, other):
    for x in other:
        if x in s:
            return False
    return True
