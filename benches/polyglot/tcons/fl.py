"""A loop takes terms apart that the callee made, a thousand nodes each. Both in FL."""
import sys
import inner_py


def main(n):
    total = 0
    for _ in range(n):
        t = inner_py.build_tuples(1000)
        while t is not None:
            _, head, t = t
            total += head
    print(total)


main(int(sys.argv[1]))
