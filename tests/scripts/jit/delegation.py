"""Generators of one kind inside one another: delegation down a tree, chains of filters."""


class Tree:
    def __init__(self, lo, hi):
        self.value = (lo + hi) // 2
        self.left = Tree(lo, self.value) if lo < self.value else None
        self.right = Tree(self.value + 1, hi) if self.value + 1 < hi else None

    def walk(self):
        if self.left is not None:
            yield from self.left.walk()
        yield self.value
        if self.right is not None:
            yield from self.right.walk()

    def nested(self, depth):
        if self.left is not None:
            for value in self.left.nested(depth + 1):
                yield value
        sent = yield depth, self.value
        if sent is not None:
            self.value += sent
        if self.right is not None:
            for value in self.right.nested(depth + 1):
                yield value


tree = Tree(0, 200)
for i in range(12):
    print(i, sum(tree.walk()), len(list(tree.walk())), max(tree.nested(0)))
steps = tree.nested(0)
print(next(steps), steps.send(5), next(steps), steps.send(7))
print(sum(tree.walk()))
partial = tree.walk()
print([next(partial) for i in range(20)])
partial.close()


def sieve(numbers, p):
    for n in numbers:
        if n % p:
            yield n


def primes(limit):
    numbers = iter(range(2, limit))
    while True:
        p = next(numbers, None)
        if p is None:
            return
        yield p
        numbers = sieve(numbers, p)


for limit in 10, 100, 600:
    found = list(primes(limit))
    print(len(found), found[-3:])


def raising(depth):
    try:
        yield depth
        if depth == 0:
            raise ValueError("bottom")
        yield from raising(depth - 1)
    except ValueError as e:
        yield depth, str(e)
        if depth % 3 == 0:
            raise


for depth in 3, 5, 30:
    try:
        print(len(list(raising(depth))))
    except ValueError as e:
        print("raised", e)
