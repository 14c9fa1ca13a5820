"""Trees of lists, four children a node: allocation and collection."""
import sys


class Random:
    def __init__(self):
        self.seed = 74755

    def next(self):
        self.seed = (self.seed * 1309 + 13849) % 65536
        return self.seed


class Storage:
    def __init__(self):
        self.nodes = 0
        self.slots = 0
        self.random = Random()

    def build(self, depth):
        self.nodes += 1
        if depth == 1:
            size = self.random.next() % 10 + 1
            self.slots += size
            return [None] * size
        children = [None] * 4
        for i in range(4):
            children[i] = self.build(depth - 1)
        return children


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    nodes = 0
    slots = 0
    for _ in range(rounds):
        storage = Storage()
        storage.build(7)
        nodes += storage.nodes
        slots += storage.slots
    print("storage(%d): nodes %d, slots %d" % (rounds, nodes, slots))


main()
