import sys
import main
from polyglot import out
sys.setrecursionlimit(10 ** 7)


def dec(n):
    return n - 1


def inc(x):
    return x + 1


def iterate(n, name):
    x = 0
    for _ in range(n):
        x = inc(x)
    return x


def descend(n):
    return main.deep(n, out)
