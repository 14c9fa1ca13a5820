# Recursion of several kinds, warm and deep.
import sys


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def ack(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ack(m - 1, 1)
    return ack(m - 1, ack(m, n - 1))


def is_even(n):
    return True if n == 0 else is_odd(n - 1)


def is_odd(n):
    return False if n == 0 else is_even(n - 1)


def down(n):
    return 0 if n == 0 else 1 + down(n - 1)


print(fib(18), ack(2, 9), is_even(200), is_odd(301), down(500))
sys.setrecursionlimit(60000)
print(down(20000), is_even(20001), sum(down(i) for i in range(300)))


def tree(depth):
    return None if depth == 0 else (tree(depth - 1), depth, tree(depth - 1))


def total(t):
    if t is None:
        return 0
    left, v, right = t
    return total(left) + v + total(right)


print(total(tree(9)), [total(tree(d)) for d in range(8)])


def collatz(n, steps=0):
    if n == 1:
        return steps
    return collatz(n // 2 if n % 2 == 0 else 3 * n + 1, steps + 1)


print(max((collatz(n), n) for n in range(1, 400)))
compose = lambda f, g: lambda x: f(g(x))
f = lambda x: x + 1
for _ in range(200):
    f = compose(f, lambda x: x)
print(f(1))


def hanoi(n, a, b, c):
    return 0 if n == 0 else hanoi(n - 1, a, c, b) + 1 + hanoi(n - 1, c, b, a)


print(hanoi(9, "a", "b", "c"))
sys.setrecursionlimit(300)
for i in range(3):
    try:
        down(5000)
    except RecursionError as e:
        print("RecursionError", down(50))
