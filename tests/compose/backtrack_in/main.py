import puzzle
from polyglot import out


def candidates(n):
    for i in range(n):
        for j in puzzle.below.all(i, out):
            yield (i, j)


def tree(depth):
    if depth == 0:
        yield []
        return
    for bit in (0, 1):
        for rest in puzzle.extend.all(tree, depth - 1, out):
            yield [bit] + rest


log = []


def note(x):
    log.append(x)
    return x


print(puzzle.solve(candidates, 8, out))
print(puzzle.all_of(candidates, 4, out))
print(list(puzzle.extend.all(tree, 3, out))[:3], len(list(tree(4))))
print(puzzle.search(note, out), log)
print(puzzle.queens(6, out))
