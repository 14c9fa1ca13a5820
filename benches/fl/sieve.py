"""Sieve of Eratosthenes over a list of booleans, many rounds."""
import sys


def sieve(limit):
    flags = [True] * (limit + 1)
    count = 0
    for i in range(2, limit + 1):
        if flags[i]:
            count += 1
            k = i + i
            while k <= limit:
                flags[k] = False
                k += i
    return count


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    total = 0
    for _ in range(rounds):
        total += sieve(100000)
    print("sieve(%d) = %d" % (rounds, total))


main()
