class Cell:
    def __init__(self):
        self.value = 0


def cell():
    return Cell()


def put(c, v):
    c.value = v


def get(c):
    return c.value


def upto(n):
    for i in range(1, n + 1):
        yield i


def one():
    yield 1


def none_of():
    return
    yield


def plain():
    return "plain"


def bad():
    raise KeyError("k", 2)


def kind(x):
    return type(x).__name__


def nothing():
    return None


def zero():
    return 0


def falsy():
    return False


class Klass:
    def __init__(self, n):
        self.n = n

    def get(self):
        return self.n

    def gen(self, k):
        for i in range(k):
            yield self.n + i


def add(a, b):
    return a + b


def adder():
    return add


def even(n):
    return n % 2 == 0
