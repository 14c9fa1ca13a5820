"""Largest singular value of an infinite matrix by the power method."""
import math
import sys


def entry(i, j):
    return 1.0 / ((i + j) * (i + j + 1) // 2 + i + 1)


def times(n, v, out):
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += entry(i, j) * v[j]
        out[i] = total


def times_transposed(n, v, out):
    for i in range(n):
        total = 0.0
        for j in range(n):
            total += entry(j, i) * v[j]
        out[i] = total


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    u = [1.0] * n
    v = [0.0] * n
    tmp = [0.0] * n
    for _ in range(10):
        times(n, u, tmp)
        times_transposed(n, tmp, v)
        times(n, v, tmp)
        times_transposed(n, tmp, u)
    uv = 0.0
    vv = 0.0
    for i in range(n):
        uv += u[i] * v[i]
        vv += v[i] * v[i]
    print("%.9f" % math.sqrt(uv / vv))


main()
