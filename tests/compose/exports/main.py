import closed
import whole
import polyglot
from polyglot import out

print(closed.open(out))
try:
    closed.hidden(out)
except AttributeError as e:
    print("AttributeError", e)
print(whole.a(out), whole.b(out))
print("open" in dir(closed), "hidden" in dir(closed), "a" in dir(whole))
from whole import *
print(a(out))
try:
    import missing_module
except ImportError as e:
    print(type(e).__name__, e)
try:
    polyglot.load("missing.pl")
except ImportError as e:
    print(type(e).__name__, e)
except FileNotFoundError as e:
    print(type(e).__name__, e)
m = polyglot.load("whole.pl")
print(m is whole)
import whole as w2
print(w2 is whole)
try:
    closed.nope = 3
except (AttributeError, TypeError) as e:
    print(type(e).__name__, e)
