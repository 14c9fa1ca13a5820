"""Slots that a waiting frame needs only where an exception or the end of an iteration takes it."""


def walk(path, goal, legs):
    if path[-1] == goal:
        yield list(path)
    elif legs > 0:
        for step in (1, 2, 3):
            if path[-1] + step not in path:
                path.append(path[-1] + step)
                yield from walk(path, goal, legs - 1)
                path.pop()


def outer(goal, legs):
    yield from walk([0], goal, legs)


def shortest(goal):
    legs = 1
    tries = []
    while True:
        for route in outer(goal, legs):
            return route, tries
        legs += 1
        tries.append(legs)
        if len(tries) > 20:
            return "endless", tries


print(shortest(16))


def positive(n):
    if n < 0:
        raise ValueError(n)
    return n


def handled(n):
    total = 0
    for i in range(n):
        needed = i
        try:
            x = positive(7 - i % 10)
        except ValueError:
            total += needed
        else:
            total += x
    return total


for n in 3, 20, 2000:
    print(handled(n))


def numbers(n):
    received = 0
    while received is not None and n > 0:
        n -= 1
        received = yield n


def delegating(n):
    kept = n * 2
    yield from numbers(n)
    yield kept


print([list(delegating(n)) for n in range(5)], sum(sum(delegating(n)) for n in range(300)))
