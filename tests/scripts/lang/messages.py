def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
# match
def m(x):
    match x:
        case 0 | 1: return "01"
        case -1: return "neg"
        case 1.5: return "f"
        case "a" | "b": return "str"
        case b"x": return "bytes"
        case None: return "none"
        case True: return "true"
        case [] | (): return "empty"
        case [1, 2, *rest]: return ("12", rest)
        case [x, y] if x == y: return ("eq", x)
        case (a, (b, c)): return ("nest", a, b, c)
        case [first, *_, last] : return ("fl", first, last)
        case {"type": "p", "x": px, **kw}: return ("map", px, kw)
        case {"k": [a, b]}: return ("kl", a, b)
        case {}: return "anymap"
        case str(s): return ("s", s)
        case int(n) | float(n): return ("num", n)
        case P(x=0, y=yy): return ("p0", yy)
        case P(a, b): return ("p", a, b)
        case C.RED: return "red"
        case list() as l: return ("list", l)
        case _: return "other"
class P:
    __match_args__ = ("x", "y")
    def __init__(self, x, y): self.x, self.y = x, y
class C:
    RED = object()
for v in [0, 1, True, -1, 1.5, "a", "zz", b"x", None, [], (), [1, 2], [1, 2, 3, 4], (5, 5), (1, (2, 3)), [7], [1, 5, 9], {"type": "p", "x": 3, "z": 4}, {"k": [1, 2]}, {}, {"q": 1}, 99, 2.5, P(0, 4), P(1, 2), C.RED, {1, 2}, range(3), "abc", iter([])]:
    t(m, v)
def bad1():
    match 5:
        case P(1, 2, 3): pass
t(bad1)
def bad2():
    match P(1,2):
        case P(1, 2, 3): pass
t(bad2)
def bad3():
    match 5:
        case int(1, 2): pass
t(bad3)
def bad4(x):
    match x:
        case str(real=r): return r
        case int(real=r, imag=0): return ("r", r)
print(bad4(5))
match (1, 2):
    case (x, y): print(x, y)
match {"a": 1}:
    case {"a": int() as v}: print("v", v)
match [1, [2, [3, 4]]]:
    case [a, [b, [*c]]]: print(a, b, c)
x = 5
match x:
    case n if n > 10: print("big")
    case n if n > 3: print("mid", n)
match "cmd arg1 arg2".split():
    case ["cmd", *args]: print(args)
match = 3; case = 4; print(match + case)
# unpack
a, *b = [1, 2, 3]; print(a, b)
*a, b = "xyz"; print(a, b)
(a, b), [c, *d] = (1, 2), (3, 4, 5); print(a, b, c, d)
a = b = c = 7; print(a, b, c)
def u1(): a, b = 1, 2, 3
def u2(): a, b, c = [1, 2]
def u3(): a, *b, c = [1]
def u4(): a, b = 5
def u5(): a, b = {"x": 1}
def u6(): [a] = iter([1, 2])
def u7(): a, b = None
for u in (u1, u2, u3, u4, u5, u6, u7): t(u)
print([*range(3), *"ab"], (*[1], 2), {*[1, 2], 3}, {**{"a": 1}, "b": 2, **{"a": 3}})
def va(*a, **k): return a, k
print(va(*[1], 2, *[3], **{"x": 1}, y=2))
t(lambda: va(**{"x": 1}, **{"x": 2})); t(lambda: va(**{1: 2})); t(lambda: va(*5)); t(lambda: va(**5)); t(lambda: [*5]); t(lambda: {**5})
for i, (a, *b) in enumerate([(1, 2, 3), (4,)]): print(i, a, b)
d = {}; d["a"], d["b"] = 1, 2; print(d)
l = [0, 0]; i, l[i] = 1, 9; print(i, l)
a, b = b, a
x = [1, 2, 3]; x[0], x[2] = x[2], x[0]; print(x)
# functions
def f(a, b=2, /, c=3, *args, d, e=5, **kw): return (a, b, c, args, d, e, kw)
t(f, 1, d=4); t(f, 1, 2, 3, 4, 5, d=6, z=7); t(f); t(f, 1); t(f, 1, a=1, d=2); t(f, 1, b=3, d=2); t(f, d=1); t(f, 1, 2, c=3, d=4)
def g(a, b): pass
t(g); t(g, 1); t(g, 1, 2, 3); t(g, 1, b=2, c=3); t(g, 1, a=2); t(g, c=1)
def h(*, k): pass
t(h); t(h, 1); t(h, 1, k=2)
def h2(a, *, k, j): pass
t(h2, 1); t(h2); t(h2, 1, 2, k=1)
def h3(a, b=1): pass
t(h3, 1, 2, 3); t(h3)
def h4(): pass
t(h4, 1); t(h4, x=1)
def h5(a, /): pass
t(h5, a=1)
t(lambda x: x); t(lambda: (lambda x: x)())
print(f.__defaults__, f.__kwdefaults__, f.__name__, f.__qualname__, f.__doc__, f.__module__)
class K:
    def meth(self, a): pass
    @classmethod
    def cm(cls, a): pass
    @staticmethod
    def sm(a): pass
t(K().meth); t(K.meth); t(K.cm); t(K.sm); t(K, 1); t(K().meth, 1, 2);
class K2:
    def __init__(self, a): pass
t(K2); t(K2, 1, 2); t(K2, b=1)
print(K.meth.__qualname__, K().meth.__func__ is K.meth, K().meth.__self__.__class__.__name__, K.cm.__self__)
def outer():
    x = 1
    def inner():
        nonlocal x
        x += 1
        return x
    return inner
i = outer(); print(i(), i(), i.__closure__[0].cell_contents)
def cnt():
    global GG
    GG = 5
cnt(); print(GG)
def ub():
    print(zz)
    zz = 1
t(ub)
def ub2():
    del qq
    qq = 1
t(ub2)
def ub3():
    def inn(): return later
    r = inn()
    later = 1
t(ub3)
def deflt(x=[]): x.append(1); return x
print(deflt(), deflt())
fs = [lambda i=i: i for i in range(3)]; print([q() for q in fs])
fs = [lambda: i for i in range(3)]; print([q() for q in fs])
print((lambda *a, **k: (a, k))(1, x=2), (lambda a, b=2: a + b)(1))
def ann(a: int, b: "str" = "x", *c: float, d: list = None, **e) -> bool: pass
print(ann.__annotations__)
x: int = 5
y: str
class An:
    a: int = 1
    b: "str"
print(An.__annotations__, An.a, hasattr(An, "b"))
f.attr = 1; print(f.attr, f.__dict__)
print(ann.__code__.co_argcount, ann.__code__.co_varnames)
# comprehension scoping
x = "outer"; print([x for x in range(2)], x, {k: v for k, v in zip("ab", [1, 2])}, {c for c in "aab"} == {"a", "b"})
print([(i, j) for i in range(3) if i for j in range(i)], [y := 5, y ** 2], [z for z in [1, 2, 3] if (w := z) > 1], w)
class Sc:
    n = 3
    l = [i for i in range(n)]
print(Sc.l)
print([[j for j in range(i)] for i in range(3)], list(map(lambda q: q + 1, [1])))
# chained compare, bool ops
print(1 < 2 < 3, 1 < 3 < 2, 1 == 1 != 2, None or "x", 0 and 1, "" or [] or 0, 1 and 2 and 3, not [])
print(5 if [] else 6, [1, 2][True], "ab"[False])
# del
a = [1, 2, 3, 4]; del a[0], a[-1]; print(a); del a[:]; print(a)
d = {"a": 1, "b": 2}; del d["a"]; print(d)
try: del nonexist
except NameError as e: print(e)
t(lambda: d["zz"]); 
# star-expr and slices
l = list(range(10)); l[2:5] = [20]; print(l); l[::2] = [0] * 4; print(l); del l[::3]; print(l); l[1:1] = [7, 8]; print(l)
def sl():
    l[::2] = [1]
t(sl)
def sl2(): l[0:1] = 5
t(sl2)
t(lambda: l["a"]); t(lambda: l[99]); t(lambda: (1,)[3]); t(lambda: {}[[]]); t(lambda: {[]: 1}); t(lambda: {1}[0]); t(lambda: 5[0]); t(lambda: None[0]); t(lambda: l[1.5]); t(lambda: l.pop(99)); t(lambda: [].pop()); t(lambda: l.remove(99)); t(lambda: l.index(99)); t(lambda: {}.popitem()); t(lambda: set().pop()); t(lambda: {1}.remove(2)); t(lambda: l.insert("a", 1)); t(lambda: l + (1,)); t(lambda: (1,) + [1]); t(lambda: l * "a"); t(lambda: [1] < ["a"]); t(lambda: [1] < 1); t(lambda: {} < {}); t(lambda: 1 in 5); t(lambda: iter(5)); t(lambda: next(5)); t(lambda: len(5)); t(lambda: sorted([1, "a"])); t(lambda: list(5)); t(lambda: dict([1])); t(lambda: dict([(1, 2, 3)])); t(lambda: set(5)); t(lambda: tuple(5)); t(lambda: range("a")); t(lambda: range(1, 2, 0)); t(lambda: range(1.5)); t(lambda: enumerate(5)); t(lambda: zip(5)); t(lambda: map(5)); t(lambda: list(map(5, [1]))); t(lambda: 5()); t(lambda: "a"()); t(lambda: reversed(5)); t(lambda: reversed({1})); t(lambda: isinstance(1, 5)); t(lambda: issubclass(1, int)); t(lambda: hash([])); t(lambda: hash({})); t(lambda: {1: []}[1].foo); t(lambda: print(sep=5)); t(lambda: getattr(5)); t(lambda: getattr(5, "x")); t(lambda: getattr(5, 5)); t(lambda: int("a", x=1)); t(lambda: "".join(1, 2)); t(lambda: [].sort(5)); t(lambda: sorted([3, 1], reverse=5)); t(lambda: sorted([1], foo=1)); t(lambda: len()); t(lambda: len(1, 2)); t(lambda: ord()); t(lambda: input(1, 2)); t(lambda: super()); t(lambda: type(1, 2)); t(lambda: object(1)); t(lambda: range()); t(lambda: min(1, 2, foo=3)); t(lambda: {}.get()); t(lambda: {}.update(5)); t(lambda: [].extend(5)); t(lambda: {}.setdefault()); t(lambda: "a".count()); t(lambda: dict(1)); t(lambda: dict(a=1, **{"a": 2})); t(lambda: {}.fromkeys(5)); t(lambda: set().add([])); t(lambda: frozenset([[]])); t(lambda: bytes([256])); t(lambda: bytes(["a"])); t(lambda: bytearray(-1)); t(lambda: b"a" + "b"); t(lambda: b"ab"["x"] ); t(lambda: b"a".join(["x"])); t(lambda: b"a" < "a"); t(lambda: slice(1).foo); t(lambda: all(5)); t(lambda: sum(5)); t(lambda: sum([[]])); t(lambda: divmod("a", 1)); t(lambda: pow("a", 2)); t(lambda: bin("a")); t(lambda: chr("a")); t(lambda: round([])); t(lambda: ~1.5); t(lambda: -[]); t(lambda: +"a"); t(lambda: 1 @ 2); t(lambda: [] - []); t(lambda: {} + {}); t(lambda: None + 1); t(lambda: 1 < None); t(lambda: "a" > 1); t(lambda: object() < object()); t(lambda: not None)
