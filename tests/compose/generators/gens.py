def count():
    try:
        for i in range(1, 5):
            yield i
    finally:
        print("closed count")


def other():
    try:
        yield "a"
        yield "b"
    finally:
        print("closed other")


def pair_up():
    yield 1
    yield 2
