#! timeout: 30
"""Recursion as deep as a limit allows, whatever the limit."""
import sys


def down(n):
    if n == 0:
        return 0
    return 1 + down(n - 1)


def even(n):
    return True if n == 0 else odd(n - 1)


def odd(n):
    return False if n == 0 else even(n - 1)


class Nested:
    def __init__(self, n):
        self.child = Nested(n - 1) if n else None


def forever(n):
    return forever(n + 1)


sys.setrecursionlimit(1000)
try:
    down(1500)
except RecursionError as e:
    print("RecursionError:", str(e)[:32])
try:
    forever(0)
except RecursionError as e:
    print("RecursionError:", str(e)[:32])
sys.setrecursionlimit(60000)
print(down(50000), even(50001))


def count(node):
    n = 0
    while node is not None:
        node, n = node.child, n + 1
    return n


print(count(Nested(20000)))


def walk(n):
    if n:
        yield from walk(n - 1)
    yield n


print(sum(walk(300)))
try:
    sys.setrecursionlimit(0)
except ValueError as e:
    print("ValueError")
