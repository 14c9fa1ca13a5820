import functools
from functools import (reduce, partial, lru_cache, cache, wraps, total_ordering, cmp_to_key,
                       cached_property, singledispatch, partialmethod, singledispatchmethod)

print(reduce(lambda a, b: a * b, range(1, 6)), reduce(max, [3, 9, 2], 5), reduce(lambda a, b: a, [], "z"))
try:
    reduce(lambda a, b: a, [])
except TypeError as e:
    print(e)


def power(base, exp=2, *, mod=None):
    """Raises."""
    return pow(base, exp, mod)


square = partial(power, exp=2)
cube_mod = partial(partial(power, 3), 4, mod=7)
print(square(5), cube_mod(), square(5, exp=3), cube_mod.args, cube_mod.keywords, cube_mod.func is power)


@lru_cache(maxsize=2)
def slow(n):
    print("computing", n)
    return n * n


print(slow(1), slow(2), slow(1), slow(3), slow(2), slow(1))
print(slow.cache_info())
slow.cache_clear()
print(slow.cache_info(), slow.__wrapped__(4), slow.__name__)


@cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(80), fib.cache_info())


@lru_cache
def kw(a, b=1, **more):
    return (a, b, sorted(more))


print(kw(1), kw(1, 1), kw(a=1), kw(1, c=3), kw.cache_info().misses)


def logged(f):
    @wraps(f)
    def inner(*args, **kwargs):
        print("call", f.__name__, args)
        return f(*args, **kwargs)
    return inner


wrapped = logged(power)
print(wrapped(2, 5), wrapped.__name__, wrapped.__doc__, wrapped.__wrapped__ is power)


@total_ordering
class Version:
    def __init__(self, *parts):
        self.parts = parts

    def __eq__(self, other):
        return self.parts == other.parts

    def __lt__(self, other):
        if not isinstance(other, Version):
            return NotImplemented
        return self.parts < other.parts


a, b = Version(1, 2), Version(1, 3)
print(a < b, a <= b, a > b, a >= b, a <= Version(1, 2), a >= Version(1, 2))
try:
    a < 3
except TypeError:
    print("TypeError")
words = ["pear", "fig", "apple", "date"]
print(sorted(words, key=cmp_to_key(lambda x, y: len(x) - len(y) or (x > y) - (x < y))))


class Circle:
    def __init__(self, r):
        self.r = r
        self.computed = 0

    @cached_property
    def area(self):
        self.computed += 1
        return 3 * self.r * self.r

    def scaled(self, k, extra=0):
        return self.r * k + extra

    double = partialmethod(scaled, 2)


c = Circle(4)
print(c.area, c.area, c.computed, "area" in c.__dict__, c.double(), c.double(extra=1))
del c.area
c.r = 5
print(c.area)


@singledispatch
def show(x):
    return "object"


@show.register(int)
def _(x):
    return "int %d" % x


@show.register
def _(x: list):
    return "list " + ",".join(show(i) for i in x)


@show.register(str)
@show.register(bytes)
def _(x):
    return "text"


class Sub(list):
    pass


print(show(1), show(True), show([1, "a", 2.0]), show(Sub([3])), show(None), show.dispatch(int)(5))


class Formatter:
    @singledispatchmethod
    def fmt(self, x):
        return "?"

    @fmt.register(int)
    def _(self, x):
        return "#%d" % x

    @fmt.register(str)
    def _(self, x):
        return repr(x)


print(Formatter().fmt(3), Formatter().fmt("s"), Formatter().fmt(1.0))
