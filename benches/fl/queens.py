"""All ways to place eight queens, by backtracking over lists of booleans."""
import sys


class Board:
    def __init__(self, size):
        self.size = size
        self.columns = [True] * size
        self.rising = [True] * (2 * size)
        self.falling = [True] * (2 * size)
        self.solutions = 0
        self.weight = 0
        self.placed = [0] * size

    def place(self, row):
        size = self.size
        if row == size:
            self.solutions += 1
            self.weight += self.placed[0] * 3 + self.placed[size - 1]
            return
        for column in range(size):
            if self.is_free(row, column):
                self.mark(row, column, False)
                self.placed[row] = column
                self.place(row + 1)
                self.mark(row, column, True)

    def is_free(self, row, column):
        return (self.columns[column] and self.rising[row + column]
                and self.falling[row - column + self.size])

    def mark(self, row, column, free):
        self.columns[column] = free
        self.rising[row + column] = free
        self.falling[row - column + self.size] = free


def main():
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    solutions = 0
    weight = 0
    for _ in range(rounds):
        board = Board(8)
        board.place(0)
        solutions += board.solutions
        weight += board.weight
    print("queens(%d): solutions %d, weight %d" % (rounds, solutions, weight))


main()
