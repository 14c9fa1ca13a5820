# Generators, coroutines by send, and iterators driven by hot loops.
def evens(n):
    for i in range(n):
        if i % 2 == 0:
            yield i


def nested(n):
    for i in range(n):
        yield from evens(i)
        yield -i


print(sum(evens(1000)), sum(nested(40)), max(nested(30)))


def averager():
    total = count = 0
    value = yield None
    while value is not None:
        total += value
        count += 1
        value = yield total / count
    return total


def delegating(results):
    results.append((yield from averager()))
    yield "done"


results = []
g = delegating(results)
next(g)
last = 0
for i in range(300):
    last = g.send(i)
print(last, g.send(None), results)


class Countdown:
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        return self

    def __next__(self):
        if self.n <= 0:
            raise StopIteration
        self.n -= 1
        return self.n


print(sum(Countdown(500)), [sum(Countdown(k)) for k in range(60)][-3:])
a, b = evens(800), Countdown(300)
mixed = 0
for x, y in zip(a, b):
    mixed += x * y
print(mixed, next(a), next(b, "empty"))


def closing(n, log):
    try:
        for i in range(n):
            yield i
    finally:
        log.append("closed")


log = []
for k in range(150):
    source = closing(10, log)
    for x in source:
        if x == k % 10:
            break
    else:
        log.append("full")
    source.close()
print(len(log), log[:2])


def thrower():
    seen = 0
    while True:
        try:
            yield seen
        except ValueError:
            seen += 1


t = thrower()
next(t)
for i in range(200):
    t.throw(ValueError)
print(next(t))


def walk(n):
    if n > 0:
        yield from walk(n - 1)
        yield n


print(sum(walk(100)), len(list(walk(50))))
print(sum(x * y for x in range(30) for y in range(30) if (x + y) % 3 == 0))
gens = [evens(i) for i in range(100)]
out = 0
for g in gens:
    for v in g:
        out += v
print(out, sum(1 for g in gens for _ in g))
