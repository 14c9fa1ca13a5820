"""A hot loop, a call in it, and recursion."""


def fib(n):
    if n < 2:
        return n
    return fib(n - 1) + fib(n - 2)


def scale(x, k):
    return x * k + 1


total = 0
for i in range(3000000):
    total += scale(i, 3) % 7
print("total:", total)
print("fib(20):", fib(20))
