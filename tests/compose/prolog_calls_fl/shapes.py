def area(r):
    return r * r * 4


def greet(name):
    return "hello " + name


def is_round(what):
    return what == "circle"


def upto(n):
    for i in range(1, n + 1):
        yield i


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y

    def norm1(self):
        return abs(self.x) + abs(self.y)

    def scaled(self, k):
        return Point(self.x * k, self.y * k)

    def coords(self):
        yield self.x
        yield self.y


def adder(n):
    return lambda x: x + n


def describe(n, unit="m", plural=False):
    return "%d %s%s" % (n, unit, "s" if plural else "")


def table():
    return {"a": 1, "b": "two"}


def size(d):
    return sorted(d.items())


def pair():
    return (1, "two")


def swap(p):
    return (p[1], p[0])


def nothing():
    return None


def same(x):
    return x


def fail_with(text):
    raise ValueError(text)
