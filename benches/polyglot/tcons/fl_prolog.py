"""A loop takes terms apart that the callee made, a thousand nodes each. FL calls Prolog."""
import sys
import inner_pl
from polyglot import Term, out


def main(n):
    total = 0
    for _ in range(n):
        t = inner_pl.build(1000, out)
        while True:
            match t:
                case Term("cons", (head, tail)):
                    total += head
                    t = tail
                case _:
                    break
    print(total)


main(int(sys.argv[1]))
