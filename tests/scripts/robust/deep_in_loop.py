"""Recursion that goes through a loop of each level: the limit holds although all calls are in traces."""
import sys


class Tree:
    def __init__(self, children):
        self.children = children

    def depth(self):
        deepest = 0
        for child in self.children:
            deepest = max(deepest, child.depth())
        return deepest + 1

    def __repr__(self):
        return "T(%s)" % ", ".join([repr(child) for child in self.children])


def attempt(f):
    try:
        return f()
    except RecursionError:
        return "RecursionError"


sys.setrecursionlimit(600)
tree = Tree([])
for i in range(20000):
    if i % 100 == 0 and i < 400:
        print(i, tree.depth(), len(repr(tree)) if i < 150 else "")
    tree = Tree([tree])
for i in range(3):
    print(attempt(lambda: tree.depth()), attempt(lambda: repr(tree)))
small = Tree([Tree([]) for i in range(2000)])
print(attempt(lambda: small.depth()))
