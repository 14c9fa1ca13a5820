"""A loop calls a tiny function. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def main(n):
    x = 0
    for _ in range(n):
        x = inner_pl.inc(x, out)
    print(x)


main(int(sys.argv[1]))
