"""The limit on recursion is exact, whichever language comes first and however often it was met, and
Prolog's own recursion, whose frames count too, may go as deep as memory allows."""
import sys
import rules
from polyglot import out


def pong(n):
    if n == 0:
        return 0
    return rules.ping(n - 1, out)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


def under(n, m):
    """FL recursion of depth m below n frames of Prolog."""
    return rules.deep(n, out) and below(m)


def below(m):
    return down(m)


def first(n):
    return rules.first(n, out)


def fits(f, n):
    try:
        f(n)
        return True
    except RecursionError:
        return False


def most(f, limit):
    sys.setrecursionlimit(limit)
    low, high = 0, limit
    while low < high:
        middle = (low + high + 1) // 2
        if fits(f, middle):
            low = middle
        else:
            high = middle - 1
    return low


LIMITS = (200, 300, 1200)
for f in (pong, first, down):
    deepest = [most(f, limit) for limit in LIMITS]
    # As deep again, and each further frame counts the same.
    again = [most(f, limit) for limit in LIMITS]
    print(f.__name__, deepest == again)
    per_level = [(LIMITS[i] - LIMITS[0]) / (deepest[i] - deepest[0]) for i in (1, 2)]
    print(per_level)
sys.setrecursionlimit(1000)
print(rules.deep(50000, out))
try:
    pong(5000)
except RecursionError as e:
    print("RecursionError:", e)
sys.setrecursionlimit(100000)
print(pong(5000), pong(10000))
