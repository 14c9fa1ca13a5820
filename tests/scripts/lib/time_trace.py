"""Calendar times, tracebacks as text, warnings, sys."""
import importlib
import io
import sys
import time
import traceback
import types
import warnings



def shown(text):
    """Without the folder of the program, and without the marks of newer Pythons."""
    lines = []
    for line in text.splitlines():
        if set(line.strip()) <= set("~^") and line.strip():
            continue
        if line.startswith('  File "'):
            line = '  File "' + line[8:].rpartition("/")[2]
        lines.append(line)
    return "\n".join(lines)


t = time.gmtime(0)
print(t, t.tm_year, t[0], tuple(t))
for s in (0, 86399, 951782400, 1234567890, 1709164800, 4102444799, -1, -86401):
    g = time.gmtime(s)
    print(s, tuple(g), time.strftime("%Y-%m-%d %H:%M:%S %a %A %b %B %j %p %I %y %U %W %w %u %%", g), time.asctime(g))
    print(time.strftime("%G-W%V %D %T %R %F %e %C", g))
p = time.strptime("2024-02-29 13:05:09", "%Y-%m-%d %H:%M:%S")
print(tuple(p), time.strptime("3 Mar 99 1 PM", "%d %b %y %I %p")[:5])
for text, fmt in (("2024-02-30", "%Y-%m-%d"), ("x", "%Y"), ("2024 x", "%Y")):
    try:
        time.strptime(text, fmt)
    except ValueError as e:
        print(e)
a = time.perf_counter()
b = time.monotonic()
time.sleep(0.01)
print(time.perf_counter() - a >= 0.01, time.monotonic() > b, time.time() > 1.6e9, isinstance(time.time_ns(), int))
print(time.process_time() >= 0, isinstance(time.perf_counter_ns(), int))


def inner(x):
    return 1 / x


def outer():
    inner(0)


try:
    outer()
except ZeroDivisionError as e:
    print(shown(traceback.format_exc()))
    print(traceback.format_exception_only(type(e), e), traceback.format_exception_only(e))
    print("".join(traceback.format_exception(e)) == traceback.format_exc())
    print("".join(traceback.format_exception(type(e), e, e.__traceback__)) == traceback.format_exc())
    for f in traceback.extract_tb(e.__traceback__):
        print(f.name, f.lineno, f.line)
    out = io.StringIO()
    traceback.print_exc(file=out)
    print(shown(out.getvalue()).count("\n"))
    traceback.print_tb(e.__traceback__, file=out)
    print(shown("".join(traceback.format_tb(e.__traceback__, limit=1))))
    print(sys.exc_info()[0], sys.exc_info()[1] is e)
try:
    try:
        {}["k"]
    except KeyError as e:
        raise ValueError("bad") from e
except ValueError:
    print(shown(traceback.format_exc()))
try:
    try:
        int("q")
    except ValueError:
        undefined_name
except NameError as e:
    print(shown(traceback.format_exc()))
    print(e.name)
print(shown(traceback.format_exc()))
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    warnings.warn("careful")
    warnings.warn("old", DeprecationWarning)
    print([(str(x.message), x.category.__name__) for x in w])
with warnings.catch_warnings():
    warnings.simplefilter("error")
    try:
        warnings.warn("as error", RuntimeWarning)
    except RuntimeWarning as e:
        print("raised", e)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    warnings.warn("never")
print(sys.version_info[:2], sys.version_info.major, sys.version_info >= (3, 8), sys.maxsize, sys.maxunicode, sys.byteorder)
print("sys" in sys.modules, sys.modules["sys"] is sys, sys.modules[__name__].__name__, "json" in sys.modules)
mod = importlib.import_module("json")
print(mod.__name__, "json" in sys.modules, importlib.import_module("os.path").join("a", "b"), __import__("math").floor(2.5))
fake = types.ModuleType("fake", "doc")
fake.x = 5
sys.modules["fake"] = fake
import fake as again
from fake import x
print(again is fake, x, fake.__name__, fake.__doc__)
del sys.modules["fake"]
try:
    import fake
except ModuleNotFoundError as e:
    print(e, e.name)
try:
    from json import nothing
except ImportError as e:
    print(str(e).split(" (")[0], e.name)
try:
    import nothing.inside
except ImportError as e:
    print(type(e).__name__, e, e.name)
print(sys.getsizeof([]) > 0, sys.getrecursionlimit() > 100, sys.getdefaultencoding(), sys.float_info.max, sys.float_info.epsilon, sys.float_info.dig)
print(sys.intern("abc"), sys.flags.debug, sys.implementation.name != "", callable(sys.exit), sys.exc_info())
try:
    sys.exit("message")
except SystemExit as e:
    print(e.code, repr(e))
for arg in (None, 0, 3, (1, 2)):
    try:
        sys.exit(arg)
    except SystemExit as e:
        print(e.code)
