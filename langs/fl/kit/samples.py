_closings = 0


class Box:
    def __init__(self, size):
        self.size = size

    def scaled(self, k):
        return self.size * k

    def __str__(self):
        return "box"

    def __repr__(self):
        return "Box(3)"


_box = Box(3)


def whole():
    return 42


def big():
    return 10 ** 30


def real():
    return 2.5


def text():
    return "héllo"


def truth():
    return True


def nothing():
    return None


def sequence():
    return [1, 2, 3]


def pair():
    return (1, "two")


def mapping():
    return {"a": 1, "b": 2}


def add(a, b):
    return a + b


def same(x):
    return x


def count(n):
    global _closings
    try:
        for i in range(1, n + 1):
            yield i
    finally:
        _closings += 1


def fails(x):
    return None


def raises(x):
    raise ValueError("boom")


def closings():
    return _closings


def boom():
    return ValueError("boom")


def object():
    return Box(3)


def shown():
    return _box
