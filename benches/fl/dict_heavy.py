"""Dictionaries with integer and string keys: insert, look up, delete, walk."""
import sys


def int_keys(n):
    table = {}
    seed = 42
    for _ in range(n):
        seed = (seed * 1309 + 13849) % 65536
        table[seed] = table.get(seed, 0) + 1
    total = 0
    for key, value in table.items():
        total += key * value
    return total, len(table)


def string_keys(n):
    names = ["name%d" % (i % 1000) for i in range(1000)]
    table = {}
    for i in range(n):
        name = names[i * 7 % 1000]
        if name in table:
            table[name] += i % 10
        else:
            table[name] = 1
    total = 0
    for name in names:
        total += table[name]
    return total


def churn(n):
    table = {}
    removed = 0
    for i in range(n):
        table[i * 31 % 4099] = i
        key = i * 17 % 4099
        if key in table:
            removed += table[key] % 3
            del table[key]
    return removed, len(table)


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 15000000
    total, size = int_keys(n)
    names = string_keys(n)
    removed, left = churn(n)
    print("dict_heavy(%d): %d %d %d %d %d" % (n, total, size, names, removed, left))


main()
