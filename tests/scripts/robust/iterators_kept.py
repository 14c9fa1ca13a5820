"""Builtins take no more from an iterator than they need."""


class Number:
    def __init__(self, n):
        self.n = n

    def __add__(self, other):
        return Number(self.n + (other.n if isinstance(other, Number) else other))

    __radd__ = __add__

    def __bool__(self):
        return self.n > 0

    def __lt__(self, other):
        return self.n < other.n

    def __gt__(self, other):
        return self.n > other.n


it = iter([0, 1, 2])
print(any(it), list(it))
it = iter([1, 0, 2])
print(all(it), list(it))
numbers = [Number(3), Number(1), Number(2)]
print(sum(iter(numbers)).n, min(iter(numbers)).n, max(iter(numbers)).n)
print(any(iter([Number(0), Number(1)])), all(iter([Number(0), Number(1)])))
print(max(range(10)), min(range(10)), any(range(1)), all(range(1, 3)))
print(max(enumerate("abc")), min(zip([3, 1], "xy")))
