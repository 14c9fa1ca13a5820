"""Frames that backtracking and exceptions leave do not count for the recursion limit."""
import sys
import goals
import helpers
from polyglot import out

sys.setrecursionlimit(400)
N = 300
MANY = 1000
SLACK = 100000


def room(n=1):
    """How many more frames there may be."""
    try:
        return room(n + 1)
    except RecursionError:
        return n


def check(what, result):
    left = room() - ROOM
    # Frames that answers come back to are counted again in time, but not at once.
    print(what, result, left if left < 0 or left > SLACK else "fine")
    return left


def repeat(f, *args):
    total = 0
    for i in range(N):
        total += f(i, *args)
    return total


def thrown(i):
    try:
        raise ValueError(i)
    except ValueError:
        return goals.raises(i, out)


def some_answers(i):
    # Leaves the query after two answers.
    for x in goals.deep.all(4, out):
        if x == 2:
            break
    return x


class Stop(Exception):
    pass


def left_by_exception(i):
    try:
        for x in goals.deep.all(4, out):
            if x == 3:
                raise Stop
    except Stop:
        return x


ROOM = room() - 1
check("found", repeat(lambda i: goals.found(i, out)))
check("none", repeat(lambda i: goals.none(i)))
check("answers", sum(goals.deep.all(MANY, out)))
check("some answers", repeat(some_answers))
check("left by exception", repeat(left_by_exception))
check("thrown", repeat(thrown))
check("calls", goals.calls(N, 1, out))
check("all fail", goals.all_fail(N, out))
check("back and forth", repeat(lambda i: goals.inner(5, 1, out)))
print(helpers.bumped[0])
