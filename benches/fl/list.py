"""Takeuchi's function on the lengths of linked lists."""
import sys


class Cell:
    def __init__(self, value, tail):
        self.value = value
        self.tail = tail

    def length(self):
        n = 1
        cell = self.tail
        while cell is not None:
            n += 1
            cell = cell.tail
        return n


def make_list(length):
    if length == 0:
        return None
    return Cell(length, make_list(length - 1))


def is_shorter(a, b):
    while b is not None:
        if a is None:
            return True
        a = a.tail
        b = b.tail
    return False


def tak(x, y, z):
    if is_shorter(y, x):
        return tak(tak(x.tail, y, z), tak(y.tail, z, x), tak(z.tail, x, y))
    return z


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2500
    total = 0
    for _ in range(rounds):
        total += tak(make_list(15), make_list(10), make_list(6)).length()
    print("list(%d) = %d" % (rounds, total))


main()
