#! timeout: 30
"""A long chain of objects and one of tuples, far beyond any native stack."""
import sys


class Node:
    __slots__ = ("value", "next")

    def __init__(self, value, next):
        self.value = value
        self.next = next

    def __repr__(self):
        return "N(%r, %r)" % (self.value, self.next)

    def __eq__(self, other):
        return self.value == other.value and self.next == other.next

    def __hash__(self):
        return hash((self.value, self.next))


def attempt(f):
    try:
        return f()
    except RecursionError:
        return "RecursionError"


N = 30000
sys.setrecursionlimit(2000)
chain = other = None
for i in range(N):
    chain, other = Node(i, chain), Node(i, other)
print(attempt(lambda: repr(chain)), attempt(lambda: chain == other), attempt(lambda: hash(chain)))


def count(chain):
    n = 0
    while chain is not None:
        n += 1
        chain = chain.next
    return n


print(count(chain))

pairs = more = None
for i in range(N):
    pairs, more = (i, pairs), (i, more)
print(pairs == more, hash(pairs) == hash(more), len(repr(pairs)))
print(attempt(lambda: pairs < (0, more)))
chain = other = pairs = more = None
print("dropped")
