"""A loop goes over lists that the callee made, a thousand elements each. Both in FL."""
import sys
import inner_py


def main(n):
    total = 0
    for _ in range(n):
        for x in inner_py.build(1000):
            total += x
    print(total)


main(int(sys.argv[1]))
