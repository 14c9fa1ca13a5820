import main
from polyglot import out


def start(n):
    for x in main.rule.all(n, out):
        return x


def check(n):
    return helper(n)


def helper(n):
    return [1 // (n - k) for k in range(1, 5)]
