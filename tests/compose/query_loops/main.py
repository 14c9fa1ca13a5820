"""Loops over queries that get hot: left early, at their end, with their variables alive."""
import steps
from polyglot import out


def first_within(limit):
    tries = 1
    while True:
        for x in steps.big.all(tries, limit, out):
            return tries, x
        tries += 1


print(first_within(2), first_within(500), first_within(3))


def count(n):
    total, rounds = 0, 0
    for i in range(n):
        rounds += 1
        for x, y in steps.pair.all(i % 7, out, out):
            total += x * y
            if y == 5:
                break
    return total, rounds


print(count(1000))


def last(n):
    found = None
    for found in steps.upto.all(n, out):
        pass
    return found


print(last(1000), last(0), last(3))


def names(n):
    seen = []
    for s in steps.query("upto(N, X), 0 is X mod 100", N=n):
        seen.append(s["X"])
    return seen


print(names(1000))


def nested(n):
    total = 0
    for a in steps.upto.all(n, out):
        for b in steps.upto.all(a, out):
            total += a * b
    return total


print(nested(60))
