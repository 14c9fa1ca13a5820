"""A loop over the answers of a generator. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def main(n):
    total = 0
    for x in inner_pl.numbers.all(n, out):
        total += x
    print(total)


main(int(sys.argv[1]))
