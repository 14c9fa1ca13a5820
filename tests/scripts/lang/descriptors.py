class Typed:
    def __init__(self, kind):
        self.kind = kind
    def __set_name__(self, owner, name):
        self.name = name
        self.owner = owner
    def __get__(self, obj, owner=None):
        if obj is None:
            return self
        return obj.__dict__.get(self.name, "unset")
    def __set__(self, obj, value):
        if not isinstance(value, self.kind):
            raise TypeError(f"{self.name} must be {self.kind.__name__}")
        obj.__dict__[self.name] = value
    def __delete__(self, obj):
        del obj.__dict__[self.name]

class P:
    x = Typed(int)
    s = Typed(str)
    def __init__(self, x, s):
        self.x = x
        self.s = s

p = P(1, "a")
print(p.x, p.s, p.__dict__, vars(p))
try:
    p.x = "no"
except TypeError as e:
    print(e)
del p.x
print(p.x, p.__dict__)
print(P.x.name, P.x.owner is P, type(P.x).__name__)
p.__dict__["extra"] = 5
print(p.extra)
p.__dict__.update(a=1, b=2)
print(p.a, p.b, sorted(p.__dict__))
print("a" in p.__dict__, len(p.__dict__), p.__dict__.pop("a"), hasattr(p, "a"))
del p.__dict__["b"]
print(hasattr(p, "b"))
p.__dict__ = {"q": 9}
print(p.q, p.__dict__, p.x)
d = p.__dict__
p.new = 1
print(d)
d["other"] = 2
print(p.other)

class Borg:
    _s = {}
    def __init__(self):
        self.__dict__ = self._s
a, b = Borg(), Borg()
a.v = 3
print(b.v, a.__dict__ is b.__dict__)

class NonData:
    def __get__(self, obj, owner):
        return ("nd", obj is None, owner.__name__)
class C:
    nd = NonData()
c = C()
print(c.nd, C.nd)
c.nd = 5
print(c.nd)
del c.nd
print(c.nd)

# functions are descriptors
def f(self, y):
    return (self, y)
print(f.__get__(10)(2))
print(f.__get__(10, int)(3))
m = C()
import types
m.meth = types.MethodType(f, "me")
print(m.meth(1))

# property pieces
class Q:
    def _get(self): return self._v
    def _set(self, v): self._v = v
    def _del(self): del self._v
    v = property(_get, _set, _del, "doc of v")
q = Q()
q.v = 3
print(q.v, Q.v.__doc__, Q.v.fget(q), Q.v.fset is Q._set, Q.v.fdel is not None)
del q.v
try:
    q.v
except AttributeError as e:
    print(e)
print(Q.__dict__["v"] is Q.v, type(Q.__dict__).__name__)
print(Q.v.__get__(None, Q) is Q.v)
class R(Q):
    @Q.v.getter
    def v(self): return "r"
r = R()
r.v = 1
print(r.v)
class RO:
    @property
    def x(self):
        return 1
try:
    RO().x = 2
except AttributeError as e:
    print(e)
try:
    del RO().x
except AttributeError as e:
    print(e)

# type() with three arguments
T = type("T", (), {"a": 1, "m": lambda self: self.a + 1})
print(T, T.__name__, T().m(), T.__bases__, T.__mro__, T.__module__)
U = type("U", (T,), dict(b=2))
print(U().a, U().b, issubclass(U, T), U.__base__.__name__, T.__subclasses__())
print(type(U), type(type), isinstance(U, type), type(U()) is U)

class Reg:
    reg = []
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag
        Reg.reg.append(cls.__name__)
class A1(Reg, tag="x"): pass
class A2(A1): pass
print(Reg.reg, A1.tag, A2.tag)
try:
    class A3(Reg, bogus=1): pass
except TypeError as e:
    print(e)
try:
    class A4(tag=1): pass
except TypeError as e:
    print(e)
class G:
    def __class_getitem__(cls, k):
        return (cls.__name__, k)
print(G[int], G["x", 1])
class X: 
    def who(self): return "X"
class Y:
    def who(self): return "Y"
x = X()
x.k = 1
x.__class__ = Y
print(x.who(), x.k, type(x).__name__, isinstance(x, Y))
try:
    x.__class__ = int
except TypeError as e:
    print(e)
try:
    x.__class__ = 5
except TypeError as e:
    print(e)
md = X.__dict__
print("who" in md, md["who"](None), sorted(k for k in md if not k.startswith("__")))
try:
    md["z"] = 1
except TypeError as e:
    print(e)
print(type(md).__name__, len(md) > 0, md.get("nope"), [k for k, v in md.items() if callable(v)])
class S:
    __slots__ = ("a", "b")
    def __init__(self): self.a = 1
s = S()
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"), S.__slots__)
try:
    s.c = 1
except AttributeError as e:
    print(e)
try:
    s.b
except AttributeError as e:
    print(e)
s.b = 2
del s.b
try:
    s.b
except AttributeError as e:
    print(e)
try:
    del s.b
except AttributeError as e:
    print(e)
print(S.a, type(S.a).__name__)
print(S.a.__get__(s, S))
S.a.__set__(s, 5)
print(s.a)
class S2(S):
    __slots__ = ("c",)
s2 = S2()
s2.c = 3
print(s2.c, s2.a)
class S3(S): pass
s3 = S3()
s3.zz = 1
print(s3.__dict__, s3.a)
class S4:
    __slots__ = ("x", "__dict__")
s4 = S4()
s4.x = 1
s4.y = 2
print(s4.__dict__, s4.x)
print([n for n in dir(s) if not n.startswith("__")])
class D1:
    x = 1
    def m(self): pass
d1 = D1()
d1.y = 2
print([n for n in dir(d1) if not n.startswith("__")], [n for n in dir(D1) if not n.startswith("__")])
print("__init__" in dir(d1), "__class__" in dir(d1), "append" in dir([]), "upper" in dir(str))
class DD:
    def __dir__(self): return ["b", "a"]
print(dir(DD()))
print(getattr(D1, "x"), getattr(d1, "nope", 7), setattr(d1, "z", 3), d1.z, delattr(d1, "z"), hasattr(d1, "z"))
D1.q = 5
print(d1.q)
del D1.q
print(hasattr(d1, "q"))
try:
    del D1.q
except AttributeError as e:
    print(e)
try:
    int.foo = 1
except TypeError as e:
    print(e)
try:
    (5).foo = 1
except AttributeError as e:
    print(e)
try:
    d1.nope
except AttributeError as e:
    print(e, e.name, e.obj is d1)
try:
    D1.nope
except AttributeError as e:
    print(e)
