"""Calls of small functions, methods and closures in a loop."""
import sys


def add(a, b):
    return a + b


def clamp(x, limit=1000000):
    if x >= limit:
        return x - limit
    return x


class Counter:
    def __init__(self, step):
        self.step = step
        self.count = 0

    def bump(self, by):
        self.count = clamp(self.count + self.get_step() * by)
        return self.count

    def get_step(self):
        return self.step


def make_adder(k):
    def adder(x):
        return x + k
    return adder


def run(n):
    counter = Counter(3)
    by_seven = make_adder(7)
    x = 0
    for i in range(n):
        x = clamp(add(x, i % 5))
        x = clamp(by_seven(x))
        if counter.bump(2) % 2 == 1:
            x = add(x, 1)
    return x, counter.count


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 300000007
    x, count = run(n)
    print("calls(%d) = %d %d" % (n, x, count))


main()
