"""A function that Prolog calls by call/N with a wrong number of arguments, or that raises: the error
names the clause that called and the function."""
import traceback
import rules
from polyglot import out


def two(a, b):
    return a


def bad(a):
    return a + "x"


class Box:
    def scaled(self, a, b, c):
        return a


def attempt(relation, f):
    try:
        relation(f, out)
    except TypeError:
        for line in traceback.format_exc().splitlines():
            print(line)


for f in (two, lambda: 1, Box().scaled, bad):
    attempt(rules.calls, f)
    attempt(rules.calls_then, f)
attempt(rules.each, two)
print(rules.calls(lambda x: x + 1, out), rules.each(lambda x: x * 2, out))
print(rules.count(200000, out))
