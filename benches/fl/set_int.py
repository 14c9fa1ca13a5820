"""Collections: sets of integers and of strings."""
import sys

ROUNDS = 40


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    total = 0
    for r in range(ROUNDS):
        seen = set()
        seed = r
        for _ in range(n):
            seed = (seed * 1309 + 13849) % 65536
            seen.add(seed)
        evens = set(range(0, n, 2))
        both = seen & evens
        either = seen | evens
        total += len(seen) + len(both) + len(either) + len(evens - seen)
        hits = 0
        for i in range(n):
            if i in seen:
                hits += 1
        for i in range(0, n, 3):
            seen.discard(i)
        total = (total * 3 + hits + len(seen) + sum(both)) % 1000003
        names = {"k%d" % (i % 500) for i in range(n // 5)}
        total += len(names)
        if "k%d" % (r * 9) in names:
            total += 1
    print("set_int(%d) = %d" % (n, total))


main()
