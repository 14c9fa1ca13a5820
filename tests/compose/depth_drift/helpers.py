import goals
from polyglot import out

bumped = [0]


def bump(i):
    bumped[0] += 1
    return i


def again(d, n):
    return goals.inner(d, n, out)
