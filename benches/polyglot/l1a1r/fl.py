"""A loop calls a function with a loop: one argument, one result. Both in FL."""
import sys
import inner_py


def main(n):
    total = 0
    for i in range(n):
        total += inner_py.add_up(i % 1000)
    print(total)


main(int(sys.argv[1]))
