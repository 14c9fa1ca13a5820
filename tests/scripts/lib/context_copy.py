from contextlib import contextmanager, closing, nullcontext, suppress, redirect_stdout, ExitStack, ContextDecorator
import copy
from io import StringIO
from types import SimpleNamespace, MappingProxyType, FunctionType, GeneratorType


@contextmanager
def tag(name):
    print("<%s>" % name)
    try:
        yield name.upper()
    except KeyError as e:
        print("swallowed", e)
    finally:
        print("</%s>" % name)


with tag("a") as a, tag("b") as b:
    print(a, b)
with tag("c"):
    raise KeyError("k")
try:
    with tag("d"):
        raise ValueError("v")
except ValueError as e:
    print("got", e)


@tag("deco")
def work(x):
    return x + 1


print(work(1), work(2))
try:
    with tag("stop"):
        raise StopIteration("s")
except StopIteration as e:
    print("StopIteration", e)


class Thing:
    def close(self):
        print("closed")


with closing(Thing()) as t:
    print(type(t).__name__)
with nullcontext(5) as five:
    print(five)
with suppress(ZeroDivisionError, KeyError):
    1 / 0
print("after")
buf = StringIO()
with redirect_stdout(buf):
    print("hidden")
print(repr(buf.getvalue()))
with ExitStack() as stack:
    names = [stack.enter_context(tag(n)) for n in ("x", "y")]
    stack.callback(print, "callback", 1)
    print(names)
try:
    with ExitStack() as stack:
        stack.enter_context(tag("z"))
        raise RuntimeError("boom")
except RuntimeError as e:
    print("RuntimeError", e)


class Timer(ContextDecorator):
    def __enter__(self):
        print("start")
        return self

    def __exit__(self, *exc):
        print("stop")


@Timer()
def f():
    print("in f")


f()

x = [1, [2, 3], {"k": (4, [5])}, {6}, "s"]
s, d = copy.copy(x), copy.deepcopy(x)
x[1].append(9)
x[2]["k"][1].append(8)
print(s, d, s[1] is x[1], d[1] is x[1])
loop = [1]
loop.append(loop)
dl = copy.deepcopy(loop)
print(dl[1] is dl, dl is not loop)


class Node:
    def __init__(self, v, kids=()):
        self.v, self.kids, self.parent = v, list(kids), None
        for k in self.kids:
            k.parent = self


n = Node(1, [Node(2), Node(3)])
m = copy.deepcopy(n)
print(m.kids[0].parent is m, m.kids[0] is not n.kids[0], [k.v for k in m.kids], copy.copy(n).kids is n.kids)


class Slotted:
    __slots__ = ("a", "b")

    def __init__(self):
        self.a = [1]


sl = copy.deepcopy(Slotted())
print(sl.a, hasattr(sl, "b"))


class Custom:
    def __init__(self, n):
        self.n = n

    def __copy__(self):
        return Custom(self.n + 1)

    def __deepcopy__(self, memo):
        return Custom(self.n + 100)


print(copy.copy(Custom(1)).n, copy.deepcopy([Custom(1)])[0].n)


class MyList(list):
    pass


ml = MyList([1, [2]])
ml.extra = {"e": 1}
mc = copy.deepcopy(ml)
print(type(mc).__name__, mc, mc.extra, mc[1] is ml[1])
shared = [0]
pair = copy.deepcopy((shared, shared))
print(pair[0] is pair[1], pair[0] is shared)
t = (1, 2, (3, "x"))
print(copy.deepcopy(t) is t, copy.copy(t) is t, copy.deepcopy(len) is len, copy.deepcopy(Node) is Node)


class State:
    def __init__(self):
        self.keep, self.drop = 1, lambda: 2

    def __getstate__(self):
        return {"keep": self.keep}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self.drop = None


st = copy.deepcopy(State())
print(st.keep, st.drop)


class Reduced:
    def __init__(self, a):
        self.a = a

    def __reduce__(self):
        return (Reduced, (self.a * 2,))


print(copy.copy(Reduced(4)).a)
ns = SimpleNamespace(a=1, b="x")
ns.c = [1]
print(ns, ns == SimpleNamespace(a=1, b="x", c=[1]), ns.a)
mp = MappingProxyType({"k": 1})
print(mp["k"], len(mp), list(mp), mp.get("z", 0))
try:
    mp["k"] = 2
except TypeError:
    print("TypeError")
print(isinstance(f, FunctionType), isinstance((i for i in ""), GeneratorType))
