"""A loop calls a function with a loop: one argument, no result. Both in FL."""
import sys
import inner_py


def main(n):
    calls = 0
    for _ in range(n):
        inner_py.loop(1000)
        calls += 1
    print(calls)


main(int(sys.argv[1]))
