def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except BaseException as e:
        print(type(e).__name__, e)
import sys
# hash
# closures
def counter():
    c = 0
    def inc(by=1):
        nonlocal c
        c += by
        return c
    def get(): return c
    return inc, get
i, g = counter(); i(); i(5); print(g())
def mk():
    fs = []
    for i in range(3):
        def f(): return i
        fs.append(f)
    return [f() for f in fs]
print(mk())
def deep():
    x = 1
    def a():
        def b():
            nonlocal x
            x += 1
            return x
        return b
    r = a()
    return r(), r(), x
print(deep())
def cls():
    y = 5
    class K:
        z = y
        def m(self): return y + self.z
    y = 7
    return K().m()
print(cls())
def delnl():
    x = 1
    def f():
        nonlocal x
        del x
    f()
    try: return x
    except NameError as e: return type(e).__name__ + " " + str(e)
print(delnl())
x = "g"
class Scope:
    x = "c"
    def m(self): return x
    l = [x for _ in range(1)]
print(Scope().m(), Scope.l)
def comp():
    return [lambda: i for i in range(2)], (j for j in range(3) if j), {k: v for k, v in [(1, 2)]}
a, b, c = comp(); print([f() for f in a], list(b), c)
# generator details
def g1():
    try:
        yield 1
        yield 2
    finally:
        print("cleanup")
print("after")
def g2():
    while True:
        try:
            r = yield
            print("r", r)
        except ValueError as e:
            print("VE", e)
        except GeneratorExit:
            print("GE"); raise
q = g2(); next(q); q.send(1); q.throw(ValueError("x")); q.send(2); q.close()
t(q.send, 1)
def g3():
    r = yield from g4()
    return ("g3", r)
def g4():
    a = yield "y"
    return a
z = g3(); print(next(z))
try: z.send("S")
except StopIteration as e: print(e.value)
def g5():
    yield from (i for i in "ab")
    yield from [1]
    yield from {"k": 1}
    x = yield from iter(())
    print(x)
print(list(g5()))
def tree(n):
    if n:
        yield from tree(n - 1)
        yield n
        yield from tree(n - 1)
print(list(tree(3)))
def walk(l):
    for x in l:
        if isinstance(x, list): yield from walk(x)
        else: yield x
print(list(walk([1, [2, [3, []], 4]])))
def ctx():
    try: yield
    except Exception as e: print("got", type(e).__name__)
c = ctx(); next(c)
try: c.throw(KeyError("zz"))
except StopIteration: print("stopped")
def ret():
    return 5
    yield
try: next(ret())
except StopIteration as e: print(e.value)
print([*(x for x in range(3))], list(zip((i for i in range(2)), "ab")), sum(i * i for i in range(4)), sorted((c for c in "bca"), reverse=True), any(x > 2 for x in [1, 3]), ",".join(str(i) for i in range(3)), dict(((i, i) for i in range(2))), set(i % 2 for i in range(5)) == {0, 1}, tuple(i for i in ()), max((len(w), w) for w in ["a", "bbb"]))
def inf():
    n = 0
    while True:
        n += 1
        yield n
it = inf(); print([next(it) for _ in range(3)], next(x for x in it if x % 5 == 0))
def fin():
    try:
        yield 1
    finally:
        yield 2
print(list(fin()))
def exc_in_finally():
    try:
        yield 1
    finally:
        print("f")
e = exc_in_finally(); next(e)
t(e.throw, KeyError("q"))
def nested():
    def inner():
        yield 1
        return 2
    v = yield from inner()
    yield v
print(list(nested()))
class Iter:
    def __init__(self): self.i = 0
    def __iter__(self): return self
    def __next__(self):
        self.i += 1
        if self.i > 3: raise StopIteration("end")
        return self.i
def yf():
    r = yield from Iter()
    print("r", r)
print(list(yf()))
class Snd:
    def __iter__(self): return self
    def __next__(self): return "n"
    def send(self, v): return ("sent", v)
    def throw(self, *a): return ("thrown", a[0] if not isinstance(a[0], type) else a[0].__name__)
def ys(): yield from Snd()
s = ys(); print(next(s), s.send(5)); 
# recursion
def fact(n): return 1 if n < 2 else n * fact(n - 1)
print(fact(20), len(str(fact(300))))
def ack(m, n):
    if m == 0: return n + 1
    if n == 0: return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))
print(ack(2, 3))
def hanoi(n, a="A", b="B", c="C"): return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)
print(hanoi(8))
def is_even(n): return True if n == 0 else is_odd(n - 1)
def is_odd(n): return False if n == 0 else is_even(n - 1)
print(is_even(100))
sys.setrecursionlimit(20000)
def depth(n): return 0 if n == 0 else 1 + depth(n - 1)
print(depth(15000))
def perms(l):
    if len(l) <= 1: return [l]
    return [[l[i]] + p for i in range(len(l)) for p in perms(l[:i] + l[i + 1:])]
print(perms([1, 2, 3]))
# decorators
def deco(*names):
    def outer(f):
        def w(*a, **k):
            print(names, f.__name__)
            return f(*a, **k)
        w.__name__ = f.__name__; w.__wrapped__ = f
        return w
    return outer
@deco("a", "b")
@deco("c")
def df(x, y=2): return x + y
print(df(1), df(1, y=5), df.__name__, df.__wrapped__.__wrapped__.__name__)
class CD:
    def __init__(self, f): self.f = f; self.n = 0
    def __call__(self, *a): self.n += 1; return self.f(*a)
    def __get__(self, o, t=None): return lambda *a: self(o, *a)
class UseCD:
    @CD
    def m(self, x): return x * 2
print(UseCD().m(4))
def cdec(c): c.extra = 1; return c
@cdec
class DC: pass
print(DC.extra)
print((lambda: (yield))().__class__.__name__)
# print and star
print(1, 2, sep="-", end="!\n"); print(*[1, 2], *"ab", sep=","); print(); print("", end=""); print(None, True, 1.0, "s", [1, "a"], sep="|"); print("a\tb", "c\\d"); t(print, 1, sep=1); t(print, 1, end=b""); t(print, 1, foo=2)
# misc statements
for i in range(3):
    if i == 5: break
else: print("no break")
n = 3
while n: n -= 1
else: print("while else")
try: pass
except: pass
else: print("else")
finally: print("finally")
i = 5
i += 1; i -= 2; i *= 3; i //= 2; i **= 2; i %= 7; i <<= 3; i |= 1; i ^= 3; i &= 0xff; i >>= 1; print(i)
f = 7.5; f /= 2; f //= 1; f %= 2; f **= 3; print(f)
s = "a"; s += "b"; s *= 2; print(s)
if (n := 10) > 5: print(n)
print([y := 1, y + 1], (lambda a, *b, c=3, **d: (a, b, c, d))(1, 2, c=4, e=5))
assert True, "no"
a = b = [1]; a += [2]; print(b); a = a + [3]; print(b)
def dflt(a, b=[], *, c={}): b.append(a); c[a] = 1; return b, c
print(dflt(1), dflt(2))
x = 1; del x
try: x
except NameError as e: print(e)
print(0 or "a" and "b", not 0, 1 if 0 else 2 if 0 else 3, 1 < 2 == True, "a" "b", -2 ** 2, 2 ** -1, 7 // -2, -7 % 3, ~5, 1 << 3 | 1, 6 & 3 ^ 1, not True == False, 1 in [1] == True, None is None, 3 > 2 > 1)
with open(__file__) as fh: print(fh.readline().strip())
print(__name__, isinstance(print, object))
def loc():
    a = 1; b = "x"
    return sorted(locals().items())
print(loc())
def kwo(*, a, b=2): return a, b
print(kwo(a=1), kwo(b=5, a=0))
print(f"{1!r:>3}|{'a':<3}|{2:03}|{3.14159:.2f}|{1000:,}|{0.5:.0%}|{255:x}|{'x':^5}|{True}|{None!s}")
