import main
from polyglot import out


def compute(n):
    return n * main.base(out)


def bump():
    for s in main.query("retract(count(N)), M is N + 1, assertz(count(M))"):
        return s["M"]
