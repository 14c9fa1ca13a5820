"""A loop goes over lists that the callee made, a thousand elements each. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def main(n):
    total = 0
    for _ in range(n):
        for x in inner_pl.build(1000, out):
            total += x
    print(total)


main(int(sys.argv[1]))
