"""What FL does when other languages send messages: one function each."""


def border_call_with(f, args, keywords):
    return f(*args, **keywords)


def border_next(iterator):
    for item in iterator:
        return item
    return _fl_stop()


def border_close(iterator):
    close = getattr(iterator, "close", None)
    if close is not None:
        close()


def border_iterate(o):
    return iter(o)


def border_get_member(o, name):
    return getattr(o, name)


def border_set_member(o, name, value):
    setattr(o, name, value)


def border_invoke(o, name, args):
    return getattr(o, name)(*args)


def border_get_index(o, key):
    return o[key]


def border_set_index(o, key, value):
    o[key] = value


def border_length(o):
    return len(o)


def border_keys(o):
    return list(o.keys())


def border_items(o):
    return list(o.items())


def border_text(o):
    return str(o)


def border_show(o):
    return repr(o)


def border_equals(a, b):
    return a == b


def border_hash(o):
    return hash(o)


def border_raise(e):
    raise e


def border_import(name):
    return __import__(name, fromlist=("*",))
