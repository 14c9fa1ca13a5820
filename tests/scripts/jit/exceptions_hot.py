# Exceptions thrown, caught and passed on in hot loops, with finally and with.
class Oops(Exception):
    def __init__(self, n):
        super().__init__("oops %d" % n)
        self.n = n


def risky(i):
    if i % 7 == 3:
        raise Oops(i)
    if i % 11 == 5:
        raise KeyError(i)
    return i


def run(n):
    good = bad = finals = other = 0
    for i in range(n):
        try:
            good += risky(i)
        except Oops as e:
            bad += e.n
        except LookupError as e:
            other += e.args[0]
        else:
            good += 1
        finally:
            finals += 1
    return good, bad, other, finals


print(run(500))


def jumps(n):
    log = 0
    for i in range(n):
        try:
            if i % 3 == 0:
                continue
            if i > n - 20:
                break
            log += 1
        finally:
            log += 1000
    return log


print(jumps(300))


def early(i):
    try:
        if i % 2:
            return "odd"
        return "even"
    finally:
        seen.append(i)


seen = []
print([early(i) for i in range(200)].count("odd"), len(seen))


class Guard:
    def __init__(self, swallow):
        self.swallow = swallow
        self.entered = self.left = 0

    def __enter__(self):
        self.entered += 1
        return self

    def __exit__(self, kind, value, tb):
        self.left += 1
        return self.swallow and kind is not None and issubclass(kind, ArithmeticError)


g = Guard(True)
done = 0
for i in range(300):
    with g as same:
        done += 10 // (i % 5)
print(done, g.entered, g.left, same is g)


def deep(n):
    if n == 0:
        raise Oops(1)
    return deep(n - 1) + 1


caught = 0
for i in range(100):
    try:
        deep(i % 10)
    except Oops as e:
        caught += e.n
print(caught)
total = 0
for i in range(400):
    try:
        try:
            total += [1, 2, 3][i % 5]
        except IndexError as e:
            raise ValueError("wrapped") from e
    except ValueError as e:
        total += 100 if isinstance(e.__cause__, IndexError) else 1
print(total)
it = iter(range(250))
n = 0
while True:
    try:
        n += next(it)
    except StopIteration:
        break
print(n)
