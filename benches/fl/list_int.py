"""Collections: lists of integers only."""
import sys

ROUNDS = 60


def build(n):
    values = []
    for i in range(n):
        values.append(i * 7919 % 100003)
    return values


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1000000
    total = 0
    values = build(n)
    part = n // 20
    for r in range(ROUNDS):
        acc = 0
        for v in values:
            acc += v
        for i in range(0, len(values), 2):
            values[i] = values[i] + 1
        tail = values[r * part // 10:r * part // 10 + part]
        tail.reverse()
        acc += tail[0] + sum(tail) + max(tail)
        squares = [v * v for v in tail]
        squares.sort()
        acc += squares[part // 2] + squares[-1]
        while len(tail) > part // 2:
            acc += tail.pop()
        total = (total + acc) % 1000000007
    print("list_int(%d) = %d" % (n, total))


main()
