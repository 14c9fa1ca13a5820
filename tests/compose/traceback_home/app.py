import rules
from polyglot import out


def start(n):
    return middle(n)


def middle(n):
    r = rules.bad(n, out)
    return r
