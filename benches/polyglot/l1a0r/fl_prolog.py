"""A loop calls a function with a loop: one argument, no result. FL calls Prolog."""
import sys
import inner_pl


def main(n):
    calls = 0
    for _ in range(n):
        inner_pl.loop(1000)
        calls += 1
    print(calls)


main(int(sys.argv[1]))
