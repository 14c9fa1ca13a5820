import sys
import lc
from polyglot import out


def step(n):
    return n - 1


def call_back(n):
    return lc.down(n, out)


print(lc.loop(1000000, step, out))
print(lc.through(300000, out))
sys.setrecursionlimit(3000000)
def even(n):
    return True if n == 0 else lc.odd(n - 1, out)
print(even(1000000))
sys.setrecursionlimit(5000)
try:
    even(100000)
except RecursionError as e:
    print("RecursionError")
print(even(1000))
