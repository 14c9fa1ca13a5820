"""Short-lived and long-lived binary trees: the collector's benchmark."""
import sys


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right


def make(depth):
    if depth == 0:
        return Node(None, None)
    depth -= 1
    return Node(make(depth), make(depth))


def check(node):
    if node.left is None:
        return 1
    return 1 + check(node.left) + check(node.right)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 16
    smallest = 4
    deepest = max(smallest + 2, n)
    print("stretch tree of depth %d\t check: %d" % (deepest + 1, check(make(deepest + 1))))
    long_lived = make(deepest)
    for depth in range(smallest, deepest + 1, 2):
        rounds = 2 ** (deepest - depth + smallest)
        total = 0
        for _ in range(rounds):
            total += check(make(depth))
        print("%d\t trees of depth %d\t check: %d" % (rounds, depth, total))
    print("long lived tree of depth %d\t check: %d" % (deepest, check(long_lived)))


main()
