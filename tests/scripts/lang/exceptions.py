def t(f, *a, **k):
    try:
        r = f(*a, **k)
        print(repr(r))
    except Exception as e:
        print(type(e).__name__, e)
# generators
def g():
    try:
        x = yield 1
        print("got", x)
        y = yield 2
        return (x, y)
    except ValueError as e:
        print("caught", e)
        yield "after"
    finally:
        print("fin")
a = g()
t(a.send, 5)
t(next, a); t(a.send, "v"); t(a.throw, ValueError("boo")); 
try:
    next(a)
except StopIteration as e:
    print("stop", e.value)
a = g(); next(a); a.send(1)
try: a.send(2)
except StopIteration as e: print(e.value, e.args)
a = g(); next(a); a.close(); a.close()
t(next, a)
a = g(); t(a.throw, KeyError("k"))
a = g(); t(a.throw, KeyError, "k2")
def bad():
    try: yield 1
    except GeneratorExit: yield 2
b = bad(); next(b); t(b.close)
def deleg():
    r = yield from g()
    print("r", r)
    r2 = yield from [10, 20]
    print("r2", r2)
    return "done"
d = deleg(); print(next(d), d.send("A"))
try:
    print(d.send("B"))
    print(next(d)); print(next(d))
except StopIteration as e: print("end", e.value)
d = deleg(); next(d); t(d.throw, ValueError("x")); t(next, d); d.close()
def rerun():
    yield next(me)
me = rerun(); t(next, me)
def leak():
    raise StopIteration("z")
    yield
t(next, leak())
print(g.__name__, type(g()).__name__, g().__name__, hasattr(g(), "__next__"), iter(a) is a)
print(list(x * 2 for x in range(3)), sum(x for x in [1, 2]), dict((k, 1) for k in "ab"), max((x for x in [3, 1]), default=0))
gen = (i for i in range(3)); print(next(gen), list(gen), list(gen))
def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b
from itertools import islice
print(list(islice(fib(), 10)))
t(lambda: [].__iter__().send(1))
t(lambda: g()[0]); t(lambda: len(g()))
print(a.gi_frame is None, a.gi_running, g.__code__.co_name)
# exceptions
class E1(Exception): pass
class E2(E1):
    def __init__(self, code, msg="m"):
        super().__init__(code, msg)
        self.code = code
    def __str__(self): return f"E2<{self.code}>"
try:
    try:
        raise E2(5)
    except E1 as e:
        print(e, repr(e), e.args, e.code)
        raise KeyError("k") from e
except KeyError as e2:
    print(repr(e2), str(e2), repr(e2.__cause__), e2.__suppress_context__, e2.__context__ is e2.__cause__)
try:
    try: 1 / 0
    finally: {}["z"]
except KeyError as e: print(repr(e.__context__), e.__cause__)
try:
    try: 1 / 0
    except ZeroDivisionError: raise ValueError("v") from None
except ValueError as e: print(e.__cause__, e.__suppress_context__, repr(e.__context__))
e = ValueError("a", 1); e.add_note("n1"); e.add_note("n2"); print(e.__notes__, e.args, str(e)); t(e.add_note, 5)
t(lambda: ValueError(x=1)); t(lambda: E1(x=1))
print(repr(OSError(2, "no")), OSError(2, "no", "f").filename, OSError(2, "no", "f"), OSError("x").errno, OSError(2, "no", "f").args, isinstance(OSError(13, "p"), PermissionError), repr(OSError(17, "e", "g")))
print(repr(StopIteration(3)), StopIteration(3).value, SystemExit(4).code, SystemExit().code, SystemExit(1, 2).code)
try: raise ImportError("m", name="nm", path="pp")
except ImportError as e: print(e.name, e.path, e)
try: undefined_thing
except NameError as e: print(e.name, e)
try: (5).zork
except AttributeError as e: print(e.name, e.obj, e)
def f():
    try: return "t"
    finally: print("f")
print(f())
def f2():
    for i in range(3):
        try:
            if i == 1: continue
            if i == 2: break
            print("b", i)
        finally: print("fin", i)
    else: print("else")
f2()
def f3():
    try: raise ValueError
    except ValueError: return "exc"
    finally: return "fin"
print(f3())
try:
    raise ValueError
except (TypeError, ValueError) as e: print(type(e), e.args)
try: raise E1
except E1 as e: print(repr(e))
t(lambda: (_ for _ in ()).throw(E1("q")))
try: raise 5
except TypeError as e: print(e)
try: raise int
except TypeError as e: print(e)
try:
    try: raise ValueError
    except 5: pass
except TypeError as e: print(e)
try: raise ValueError from 5
except TypeError as e: print(e)
def f4():
    try:
        raise ValueError("inner")
    except ValueError as e:
        pass
    try:
        e
    except UnboundLocalError as x: print(x)
f4()
try:
    raise
except RuntimeError as e: print(e)
try:
    assert 1 == 2, "msg"
except AssertionError as e: print(repr(e))
try:
    assert False
except AssertionError as e: print(repr(e))
class CM:
    def __init__(self, sw): self.sw = sw
    def __enter__(self): print("enter"); return self
    def __exit__(self, t, v, tb): print("exit", t and t.__name__, v, tb is not None); return self.sw
with CM(True) as c: raise ValueError("sw")
try:
    with CM(False) as a, CM(False) as b: raise ValueError("nsw")
except ValueError as e: print("out", e)
with (CM(True) as a, CM(True) as b,): print("in")
def f5():
    with CM(False): return "ret"
print(f5())
class NoExit:
    def __enter__(self): pass
def f6():
    with NoExit(): pass
t(f6)
def f7():
    with 5: pass
t(f7)
import sys
try: 1/0
except ZeroDivisionError:
    ty, v, tb = sys.exc_info(); print(ty.__name__, v, tb.tb_lineno, tb.tb_next)
print(sys.exc_info())
print(issubclass(KeyError, LookupError), KeyError.__mro__, ModuleNotFoundError.__bases__)
for c in [ArithmeticError, BufferError, ConnectionError, TimeoutError, UnicodeError, RecursionError, NotImplementedError, EOFError, FloatingPointError, IndentationError, TabError, BlockingIOError, ChildProcessError, Warning, DeprecationWarning, ProcessLookupError, ReferenceError, SystemError, UnicodeTranslateError, FutureWarning]:
    print(c.__name__, c.__base__.__name__)
def rec(n): return rec(n + 1)
try: rec(0)
except RecursionError as e: print(e)
# excepts in nested functions keep context
def outer():
    try: inner()
    except KeyError as e:
        print(repr(e), repr(e.__context__))
def inner():
    try: raise ValueError(1)
    except ValueError: raise KeyError(2)
outer()
try:
    try: raise ValueError(1)
    except ValueError as e:
        e.with_traceback(None); raise e from e.__cause__
except ValueError as e: print(e, e.__cause__, e.__suppress_context__)
