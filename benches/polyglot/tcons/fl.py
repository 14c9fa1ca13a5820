"""A loop takes terms apart that the callee made, a thousand nodes each. Both in FL."""
import sys
import inner_py


def main(n):
    total = 0
    for _ in range(n):
        t = inner_py.build_tuples(1000)
        while True:
            match t:
                case ("cons", head, tail):
                    total += head
                    t = tail
                case _:
                    break
    print(total)


main(int(sys.argv[1]))
