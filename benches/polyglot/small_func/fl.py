"""A loop calls a tiny function. Both in FL."""
import sys
import inner_py


def main(n):
    x = 0
    for _ in range(n):
        x = inner_py.inc(x)
    print(x)


main(int(sys.argv[1]))
