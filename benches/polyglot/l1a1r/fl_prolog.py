"""A loop calls a function with a loop: one argument, one result. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def main(n):
    total = 0
    for i in range(n):
        total += inner_pl.add_up(i % 1000, out)
    print(total)


main(int(sys.argv[1]))
