#! timeout: 20
"""Deeply nested values: printing, comparing and hashing do not use the native stack."""


def deep(make, n):
    x = make(None)
    for _ in range(n):
        x = make(x)
    return x


def attempt(f):
    try:
        return f()
    except Exception as e:
        return type(e).__name__


for name, make in (
    ("list", lambda x: [x]),
    ("tuple", lambda x: (x,)),
    ("dict", lambda x: {"k": x}),
):
    a, b = deep(make, 3000), deep(make, 3000)
    print(name, len(repr(a)), len(str(a)), len(f"{a}"), len("%s" % (a,)))
    print(name, a == b, a != b, a in [b], [b].index(a), attempt(lambda: hash(a) == hash(b)))
    other = deep(make, 2999)
    print(name, a == other, attempt(lambda: a < other) in (True, False, "TypeError", "RecursionError"))

e = ValueError("core")
for _ in range(20000):
    e = ValueError(e)
print(str(e), len(repr(e)))

f = frozenset()
for _ in range(2000):
    f = frozenset([f])
print(len(repr(f)), attempt(lambda: hash(f) == hash(f)))

loop = []
loop.append(loop)
print(loop)
table = {}
table["me"] = table
print(table)
both = ([], {})
both[0].append(both)
both[1]["x"] = both
print(both)
