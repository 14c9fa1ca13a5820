"""What a generator handles when it is suspended it handles again when it goes on; the caller does not."""
import sys


def gen(reraises):
    try:
        raise ValueError("inner")
    except ValueError:
        yield repr(sys.exception())
        yield repr(sys.exception())
        try:
            raise KeyError("nested")
        except KeyError:
            yield repr(sys.exception())
            yield repr(sys.exception())
        yield repr(sys.exception())
        yield from [repr(sys.exception()), repr(sys.exception())]
        if reraises:
            raise
    yield repr(sys.exception())


g = gen(False)
print(next(g), sys.exception())
try:
    raise TypeError("outer")
except TypeError:
    print(next(g), repr(sys.exception()))
    print(next(g), repr(sys.exception()))
print(next(g), sys.exception())
print(list(g), sys.exception())
for i in range(3):
    try:
        print(list(gen(True)))
    except ValueError as e:
        print("raised", e, e.__context__)


def cleaning():
    try:
        yield 1
    finally:
        yield repr(sys.exception())
        print("cleaned", repr(sys.exception()))


c = cleaning()
next(c)
try:
    print(c.throw(RuntimeError("thrown")), sys.exception())
    next(c)
except RuntimeError as e:
    print("out", e)
