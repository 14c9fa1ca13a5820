"""Four counting loops inside one another, with a little integer work."""
import sys


def run(n):
    total = 0
    for a in range(n):
        for b in range(n):
            for c in range(n):
                for d in range(n):
                    total += a * b - c * d + 1
    return total


def main():
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 150
    print("nested_loops(%d) = %d" % (n, run(n)))


main()
