"""A loop over the answers of a generator. Both in FL."""
import sys
import inner_py


def main(n):
    total = 0
    for x in inner_py.numbers(n):
        total += x
    print(total)


main(int(sys.argv[1]))
