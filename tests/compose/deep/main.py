import sys
import even
from polyglot import out

sys.setrecursionlimit(10 ** 7)


def is_odd(n):
    if n == 0:
        return False
    return even.is_even(n - 1, out)


print(is_odd(200001), is_odd(200000))
print(even.loop(300000, abs, out))
