# ------------------------------------------------------------- templates of strings


def str_format(template, *args, **kwargs):
    return _format_with(template, args, kwargs, [0], 2)


def str_format_map(template, mapping):
    return _format_with(template, (), mapping, [0], 2)


def _format_with(template, args, kwargs, state, depth):
    if depth < 0 or depth == 0 and "{" in template:
        raise ValueError("Max string recursion exceeded")
    out = []
    for piece in _fl_format_fields(template):
        if type(piece) is str:
            out.append(piece)
            continue
        first, path, conversion, spec = piece
        if first == "":
            if state[0] is None:
                raise ValueError("cannot switch from manual field specification "
                                 "to automatic field numbering")
            first = state[0]
            state[0] += 1
            state.append(True)
        elif type(first) is int:
            if len(state) > 1:
                raise ValueError("cannot switch from automatic field numbering "
                                 "to manual field specification")
            state[0] = None
        if type(first) is int:
            if first >= len(args):
                raise IndexError("Replacement index %d out of range for positional args tuple"
                                 % first)
            value = args[first]
        else:
            value = kwargs[first]
        for is_item, name in path:
            value = value[name] if is_item else getattr(value, name)
        if conversion == "r":
            value = repr(value)
        elif conversion == "s":
            value = str(value)
        elif conversion == "a":
            value = ascii(value)
        elif conversion:
            raise ValueError("Unknown conversion specifier %s" % conversion)
        if spec:
            spec = _format_with(spec, args, kwargs, state, depth - 1)
        out.append(format(value, spec))
    return "".join(out)


def str_translate(text, table):
    out = []
    for c in text:
        try:
            new = table[ord(c)]
        except LookupError:
            out.append(c)
            continue
        if type(new) is int:
            out.append(chr(new))
        elif new is not None:
            out.append(new)
    return "".join(out)


def bytes_join(separator, items):
    return separator.join([x for x in items])


def bytearray_extend(target, items):
    target.extend(list(items))


def bytes_new(source, encoding_, errors_):
    method = _fl_hook(source, "__bytes__")
    if method is not None:
        return method(source)
    return bytes(_byte_items(source))


def bytearray_new(source, encoding_, errors_):
    return bytearray(_byte_items(source))


def bytearray_init(target, source, encoding_, errors_):
    target[:] = bytes(_byte_items(source))


def _byte_items(source):
    if _fl_hook(source, "__iter__") is None:
        method = _fl_hook(source, "__index__")
        if method is not None:
            return method(source)
    return [x for x in source]


# ------------------------------------------------------------------------------ sets


def _as_set(items):
    return items if type(items) is set or type(items) is frozenset else set(items)


def _set_like(original, result):
    return frozenset(result) if isinstance(original, frozenset) else result


def set_union(s, *others):
    result = set(s)
    for items in others:
        result.update(items)
    return _set_like(s, result)


def set_intersection(s, *others):
    result = set(s)
    for items in others:
        result = result & _as_set(items)
    return _set_like(s, result)


def set_difference(s, *others):
    result = set(s)
    for items in others:
        for x in items:
            result.discard(x)
    return _set_like(s, result)


def set_symmetric_difference(s, other):
    return _set_like(s, set(s) ^ _as_set(other))


def set_issubset(s, other):
    return s <= _as_set(other)


def set_issuperset(s, other):
    return s >= _as_set(other)


def set_isdisjoint(s, other):
    for x in other:
        if x in s:
            return False
    return True


def _set_replace(s, items):
    s.clear()
    s.update(items)


def set_intersection_update(s, *others):
    _set_replace(s, set_intersection(s, *others))


def set_difference_update(s, *others):
    for items in others:
        for x in (list(items) if items is s else items):
            s.discard(x)


def set_symmetric_difference_update(s, other):
    _set_replace(s, set_symmetric_difference(s, other))


def range_index(r, value):
    if isinstance(value, int) and value in r:
        return (value - r.start) // r.step
    for i, x in enumerate(r):
        if x == value:
            return i
    raise ValueError("%r is not in range" % (value,))


def range_count(r, value):
    if isinstance(value, int):
        return 1 if value in r else 0
    n = 0
    for x in r:
        if x == value:
            n += 1
    return n
