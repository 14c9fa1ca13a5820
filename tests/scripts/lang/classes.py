def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
# subclassing built-ins
class L(list):
    def __init__(self, *a):
        super().__init__(a)
        self.tag = "t"
    def append(self, x):
        super().append(x * 2)
        return self
    def __getitem__(self, i):
        r = super().__getitem__(i)
        return ("item", r)
    def __repr__(self): return "L" + super().__repr__()
    def __contains__(self, x): return x == "magic" or super().__contains__(x)
    def __len__(self): return super().__len__() + 100
    def __eq__(self, o): return super().__eq__(o)
    def __iadd__(self, o):
        super().__iadd__(o); return self
l = L(1, 2, 3)
print(l, l.append(4), l[0], l[1:2], len(l), "magic" in l, 2 in l, 99 in l, l.tag, list(l), l == [1, 2, 3, 8])
l += [9]; print(l, type(l).__name__, l.__dict__)
l.sort(key=lambda v: -v); print(l)
l[0] = 5; del l[1]; print(l, l.index(5), l.count(5), l.pop(), l.copy(), type(l.copy()).__name__, type(l + [1]).__name__, type(l * 2).__name__, type(l[:]).__name__)
class D(dict):
    def __missing__(self, k): return "missing " + str(k)
    def __setitem__(self, k, v): super().__setitem__(k, v + 1)
    def __getitem__(self, k): return super().__getitem__(k)
    def __delitem__(self, k): print("del", k); super().__delitem__(k)
    def keys(self): return ["fake"]
d = D(a=1); d["b"] = 2
print(d, d["a"], d.get("zz"), "a" in d, len(d), list(d), d.items(), d.keys())
del d["a"]; print(d); d.update(c=3); print(d, d.pop("c"), d.setdefault("q", 5), d)
class D2(dict):
    def __init__(self, *a, **k):
        super().__init__(*a, **k); self.order = []
    def __setitem__(self, k, v):
        self.order.append(k); dict.__setitem__(self, k, v)
d = D2([("x", 1)], y=2); d["z"] = 3; print(d, d.order, d == {"x": 1, "y": 2, "z": 3}, D2.fromkeys("ab", 0))
class S(str):
    def upper(self): return S("<" + super().upper() + ">")
    def __add__(self, o): return S(super().__add__(str(o)))
s = S("abc"); print(s.upper(), s + 5, type(s + 5).__name__, s == "abc", {s: 1}["abc"], len(s), s[1], type(s[1]).__name__, f"{s:>5}|", "%s" % s, s.join(["1", "2"]), isinstance(s, str), hash(s) == hash("abc"))
class I(int):
    def __new__(cls, v, unit="m"):
        o = super().__new__(cls, v); o.unit = unit; return o
    def __add__(self, o): return I(int(self) + int(o), self.unit)
    def __repr__(self): return f"{int(self)}{self.unit}"
i = I(5, unit="km"); print(i, i + 3, i * 2, type(i * 2).__name__, i == 5, i < 6, -i, abs(I(-3)), i.unit, [10, 20, 30, 40, 50, 60][i], range(i), f"{i}", f"{i:03d}", "%d" % i, int(i), float(i), bool(I(0)), sum([i, i]), max(i, 3), hash(i) == hash(5))
class F(float):
    def __repr__(self): return f"F({float(self)})"
print(F(2.5), F("1.5") + 1, [F(1)], F(2).is_integer(), round(F(2.567), 1), F(3) == 3)
class T(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    @property
    def a(self): return self[0]
x = T(1, 2); print(x, x.a, x[1], len(x), x == (1, 2), hash(x) == hash((1, 2)), x + (3,), type(x + (3,)).__name__, [*x], T.__mro__[1].__name__)
class T2(tuple): pass
print(T2([1, 2]), T2(c for c in "ab"), T2())
class St(set):
    def add(self, x): super().add(x); return self
st = St([1]); print(st.add(2).add(3), st | {9}, type(st | {9}).__name__, 2 in st, len(st), st == {1, 2, 3}, sorted(st), St())
class Fs(frozenset): pass
print(Fs([1]), Fs([1]) == frozenset([1]), hash(Fs([1])) == hash(frozenset([1])))
class By(bytes): pass
print(By(b"ab"), By(b"ab")[0], By([1, 2]), isinstance(By(), bytes))
class E(Exception):
    def __init__(self, a, b=2): self.a = a; super().__init__(f"{a}-{b}")
try: raise E(1)
except E as e: print(e, e.args, e.a, repr(e))
t(lambda: E())
# class machinery
class A:
    x = 1
    def __init__(self): self.y = 2
    def __init_subclass__(cls, **k): print("sub", cls.__name__, k)
class B(A, flag=True): pass
print(B.__mro__ == (B, A, object), B.__bases__, B.__name__, B.__qualname__, B.__module__, B.__dict__.get("x"), vars(A)["x"])
class Meta1: pass
t(lambda: type("X", (A, A), {})); t(lambda: type("X", (B, A), {})().x); t(lambda: type("X", (A, B), {}))
def mk():
    class Local: pass
    return Local
print(mk().__qualname__, repr(mk())[:30])
class Cmp:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v < o.v
    def __eq__(self, o): return isinstance(o, Cmp) and self.v == o.v
print(sorted([Cmp(3), Cmp(1)])[0].v, Cmp(1) < Cmp(2), Cmp(1) > Cmp(2), Cmp(1) == Cmp(1), Cmp(1) != Cmp(2), min([Cmp(2), Cmp(1)]).v)
t(lambda: Cmp(1) <= Cmp(2)); t(lambda: hash(Cmp(1))); t(lambda: {Cmp(1)})
class Ar:
    def __add__(self, o): return ("add", o)
    def __radd__(self, o): return ("radd", o)
    def __iadd__(self, o): return ("iadd", o)
    def __sub__(self, o): return NotImplemented
    def __mul__(self, o): return "mul"
    def __rmul__(self, o): return "rmul"
    def __matmul__(self, o): return "mat"
    def __neg__(self): return "neg"
    def __pos__(self): return "pos"
    def __invert__(self): return "inv"
    def __abs__(self): return "abs"
    def __round__(self, n=None): return ("round", n)
    def __floor__(self): return "floor"
    def __trunc__(self): return 7
    def __divmod__(self, o): return "dm"
    def __rdivmod__(self, o): return "rdm"
    def __pow__(self, o, m=None): return ("pow", o, m)
    def __rpow__(self, o): return "rpow"
    def __lshift__(self, o): return "ls"
    def __rrshift__(self, o): return "rrs"
    def __and__(self, o): return "and"
    def __bool__(self): return False
    def __int__(self): return 42
    def __float__(self): return 4.2
    def __index__(self): return 3
    def __complex__(self): return 1
    def __getattr__(self, n): return "ga " + n
    def __call__(self, *a, **k): return (a, k)
    def __getitem__(self, k): return k
    def __bytes__(self): return b"by"
    def __format__(self, s): return "fmt" + s
    def __hash__(self): return 77
a = Ar(); a2 = a; a2 += 1
print(a + 1, 1 + a, a2, a * 2, 2 * a, a @ 1, -a, +a, ~a, abs(a), round(a), round(a, 2), divmod(a, 1), divmod(1, a), a ** 2, pow(a, 2, 3), 2 ** a, a << 1, 1 >> a, a & 1, bool(a), not a, int(a), float(a), [0, 1, 2, 3][a], hex(a), a.foo, a(1, k=2), a[1:2, ...], a["k"], bytes(a), f"{a:x}", hash(a), range(a), [1] * a, "abc"[a:], chr(a + 0 if False else 65))
t(lambda: a - 1); t(lambda: 1 - a); t(lambda: a / 1); t(lambda: a | 1); t(lambda: a < 1)
class Ctx:
    def __enter__(self): return self
    def __exit__(self, *a): return False
class It:
    def __init__(self, n): self.n = n
    def __iter__(self): return self
    def __next__(self):
        if self.n <= 0: raise StopIteration
        self.n -= 1; return self.n
print(list(It(3)), sum(It(4)), max(It(3)), 2 in It(3), tuple(It(2)), [*It(2)], dict(zip(It(2), "ab")), sorted(It(3)), list(enumerate(It(2))), list(map(str, It(2))), list(zip(It(2), It(3))), any(It(2)), all(It(2)), "".join(map(str, It(3))), sorted(set(It(2))), list(reversed([1, 2])), next(It(1)), next(It(0), "d"))
class Seq:
    def __len__(self): return 3
    def __getitem__(self, i):
        if i >= 3: raise IndexError
        return i * 10
print(list(Seq()), 20 in Seq(), list(reversed(Seq())), [*Seq()], max(Seq()), list(iter(Seq())))
class GA:
    def __getattribute__(self, n):
        if n.startswith("x"): return "got " + n
        return super().__getattribute__(n)
    def meth(self): return "m"
g = GA(); g.y = 1; print(g.xx, g.y, g.meth())
t(lambda: g.nope)
class SA:
    def __setattr__(self, n, v): object.__setattr__(self, n, ("w", v))
    def __delattr__(self, n): print("del", n); super().__delattr__(n)
s = SA(); s.a = 1; print(s.a, s.__dict__); del s.a; t(lambda: s.a)
class Sing:
    _i = None
    def __new__(cls, *a):
        if cls._i is None: cls._i = super().__new__(cls)
        return cls._i
    def __init__(self, v): self.v = v
print(Sing(1) is Sing(2), Sing(3).v)
class NN:
    def __new__(cls): return 5
print(NN())
class P:
    def __init__(self): self._v = 1
    v = property(lambda self: self._v, lambda self, x: setattr(self, "_v", x), doc="d")
p = P(); p.v = 5; print(p.v, P.v.__doc__)
class Diamond:
    def go(self): return ["D"]
class X1(Diamond):
    def go(self): return ["X1"] + super().go()
class X2(Diamond):
    def go(self): return ["X2"] + super().go()
class X3(X1, X2):
    def go(self): return ["X3"] + super(X3, self).go()
print(X3().go(), [c.__name__ for c in X3.mro()], super(X1, X3()).go(), issubclass(X3, (int, X2)), isinstance(X3(), Diamond), X3.__base__.__name__)
class Cm:
    n = 0
    @classmethod
    def make(cls, *a): cls.n += 1; return cls, a
    @staticmethod
    def st(a): return a
print(Cm.make(1), Cm().make(2), Cm.st(3), Cm().st(4), Cm.n)
class Sub(Cm): pass
print(Sub.make()[0].__name__, Sub.n, Cm.n)
print(int.__name__, int.__class__, type.__class__, object.__bases__, type.__mro__, A.__class__, (5).__class__, isinstance(int, type), callable(A), type(A()).__name__, type(None), type(...), type(NotImplemented))
class WithDoc:
    "doc"
    def f(self): "fdoc"
print(WithDoc.__doc__, WithDoc.f.__doc__, WithDoc().f.__doc__, A.__doc__)
class Hsh:
    def __eq__(self, o): return True
t(lambda: hash(Hsh())); print(Hsh.__hash__)
class Hsh2(Hsh):
    def __hash__(self): return 1
print(hash(Hsh2()))
del A.x; t(lambda: A.x); A.z = 9; print(B.z, A().z)
t(lambda: A().q); t(lambda: setattr(5, "x", 1)); t(lambda: delattr(A(), "nope")); t(lambda: object().x)
def setit(): object().x = 1
t(setit)
print(getattr(A, "z"), hasattr(A, "nope"), A.__name__)
A.__name__ = "Renamed"; print(A.__name__, A)
import abc
class Ab(abc.ABC):
    @abc.abstractmethod
    def f(self): pass
    @property
    @abc.abstractmethod
    def g(self): pass
t(Ab)
class Ab1(Ab):
    def f(self): return 1
t(Ab1)
class Ab2(Ab1):
    g = 5
print(Ab2().f(), Ab2().g, Ab.__abstractmethods__ == frozenset({"f", "g"}))
x = A(); x.a = 1; x.b = 2
print(x.__dict__, vars(x) is x.__dict__, {**vars(x)}, dict(x.__dict__), sorted(x.__dict__.items()), x.__dict__ == {"y": 2, "a": 1, "b": 2}, len(vars(x)), list(vars(x)), "a" in vars(x), vars(x).get("q"), [k for k in x.__dict__])
for k, v in list(x.__dict__.items()): setattr(x, k, v * 10)
print(x.a, x.__dict__); x.__dict__.clear(); print(x.__dict__); t(lambda: x.a)
