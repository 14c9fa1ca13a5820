def build(n):
    from polyglot import Term

    t = "nil"
    for i in range(n):
        t = Term("cons", i, t)
    return t


def build_tuples(n):
    t = None
    for i in range(n):
        t = ("cons", i, t)
    return t
