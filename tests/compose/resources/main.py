import sys
import deep
from polyglot import out, PrologError

sys.setrecursionlimit(5000)


def ping(n):
    return deep.pong(n, out)


# Frames of both languages count.
try:
    ping(0)
except RecursionError as e:
    print("RecursionError")
print(deep.fine(5, out))
print(deep.caught(ping, out))
for what in ("memory", "stack"):
    try:
        deep.lacks(what)
    except (MemoryError, RecursionError) as e:
        print([c.__name__ for c in (MemoryError, RecursionError, PrologError) if isinstance(e, c)])
print(deep.fine(6, out))
