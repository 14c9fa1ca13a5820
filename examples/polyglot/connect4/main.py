"""Connect four between two searching players: the rules are Prolog's, the game is FL's."""
import sys
import rules
from polyglot import out

SIGNS = {0: ".", 1: "X", 2: "O"}


class Player:
    """Looks a number of plies ahead."""

    def __init__(self, sign, depth):
        self.sign = sign
        self.depth = depth
        self.visited = 0

    def value(self, mine, theirs, depth, alpha, beta):
        self.visited += 1
        best = None
        for bit in rules.legal.all(mine | theirs, out):
            after = mine | bit
            if rules.wins(after):
                return 100 + depth
            score = 0 if depth == 0 else -self.value(theirs, after, depth - 1, -beta, -alpha)
            if best is None or score > best:
                best = score
                alpha = max(alpha, score)
                if alpha >= beta:
                    break
        return 0 if best is None else best

    def choose(self, mine, theirs):
        scored = []
        for bit in rules.legal.all(mine | theirs, out):
            if rules.wins(mine | bit):
                return bit
            scored.append((-self.value(theirs, mine | bit, self.depth, -1000, 1000), bit))
        if not scored:
            return None
        best = max(score for score, _ in scored)
        return next(bit for score, bit in scored if score == best)


def show(x, o):
    for row in reversed(range(6)):
        cells = []
        for column in range(7):
            bit = 1 << 7 * column + row
            cells.append(SIGNS[1 if x & bit else 2 if o & bit else 0])
        print(" ".join(cells))


def play(players):
    stones = [0, 0]
    turn = 0
    while True:
        bit = players[turn].choose(stones[turn], stones[1 - turn])
        if bit is None:
            return None, stones
        stones[turn] |= bit
        if rules.wins(stones[turn]):
            return players[turn], stones
        turn = 1 - turn


depths = [int(text) for text in sys.argv[1:]] or [3, 1]
winner, stones = play([Player("X", depths[0]), Player("O", depths[1])])
show(*stones)
print("winner:", winner.sign if winner else "nobody")
