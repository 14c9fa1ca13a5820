"""All permutations of seven numbers by recursive swapping."""
import sys


class Permuter:
    def __init__(self, size):
        self.values = list(range(size))
        self.count = 0
        self.mix = 0

    def permute(self, n):
        self.count += 1
        if n != 0:
            last = n - 1
            self.permute(last)
            for i in range(last, -1, -1):
                self.swap(last, i)
                self.permute(last)
                self.swap(last, i)
        else:
            self.mix = (self.mix * 31 + self.values[0]) % 1000003

    def swap(self, i, j):
        values = self.values
        t = values[i]
        values[i] = values[j]
        values[j] = t


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    count = 0
    mix = 0
    for _ in range(rounds):
        p = Permuter(7)
        p.permute(7)
        count += p.count
        mix = (mix + p.mix) % 1000003
    print("permute(%d): calls %d, mix %d" % (rounds, count, mix))


main()
