"""Chained generators, generator expressions, recursion by `yield from`."""
import sys


def count_up(n):
    i = 0
    while i < n:
        yield i
        i += 1


def keep_odd(source):
    for x in source:
        if x % 2 == 1:
            yield x


def running_sum(source, modulus):
    total = 0
    for x in source:
        total = (total + x) % modulus
        yield total


class Tree:
    def __init__(self, value, left, right):
        self.value = value
        self.left = left
        self.right = right

    def walk(self):
        if self.left is not None:
            yield from self.left.walk()
        yield self.value
        if self.right is not None:
            yield from self.right.walk()


def make_tree(lo, hi):
    if lo >= hi:
        return None
    mid = (lo + hi) // 2
    return Tree(mid, make_tree(lo, mid), make_tree(mid + 1, hi))


def accumulator():
    total = 0
    while True:
        x = yield total
        total = (total + x) % 1000003


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 15000000
    mix = 0
    for x in running_sum(keep_odd(count_up(n)), 1000003):
        mix ^= x
    squares = sum(x * x % 7 for x in count_up(n))
    tree = make_tree(0, 1023)
    walked = 0
    for _ in range(n // 20000 + 1):
        for value in tree.walk():
            walked += value
    acc = accumulator()
    next(acc)
    last = 0
    for i in range(n // 2):
        last = acc.send(i)
    acc.close()
    print("generators(%d): %d %d %d %d" % (n, mix, squares, walked, last))


main()
