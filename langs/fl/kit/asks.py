from polyglot import out, ForeignError


def keep(x):
    return x


def call_1(f, a):
    return f(a)


def call_2(f, a, b):
    return f(a, b)


def caught(f, a):
    try:
        f(a)
    except Exception:
        return "caught"


def keywords(f, a, b):
    return f(a, b=b)


def all_of(f, n):
    return [x for x in f(n)]


def first_of(f, n):
    for x in f(n):
        return x


def closes(f, n, closings):
    before = closings()
    for x in f(n):
        break
    return closings() - before


def relation_call_1(f, a):
    return f(a, out)


def relation_call_2(f, a, b):
    return f(a, b, out)


def relation_caught(f, a):
    try:
        f(a, out)
    except Exception:
        return "caught"


def relation_keywords(f, a, b):
    return f(a, b=b)


def relation_all_of(f, n):
    return [x for x in f.all(n, out)]


def relation_first_of(f, n):
    for x in f.all(n, out):
        return x


def relation_closes(f, n, closings):
    before = closings(out)
    for x in f.all(n, out):
        break
    return closings(out) - before


def items_of(o):
    return [x for x in o]


def size_of(o):
    return o.size


def resize(o, n):
    o.size = n
    return o.size


def scale(o, n):
    return o.scaled(n)


def item_of(o, key):
    return o[key]


def set_item(o, key, value):
    o[key] = value
    return o[key]


def length_of(o):
    return len(o)


def keys_of(o):
    return list(o.keys())


def pairs_of(o):
    return list(o.items())


def text_of(o):
    return str(o)


def show_of(o):
    return repr(o)


def is_same(o):
    return o == o


def hash_of(o):
    return hash(o)


def throw(e):
    raise e
