"""Connect four: the rules, and a player that searches with them. FL calls Prolog."""
import sys
import inner_pl
from polyglot import out


def negamax(mine, theirs, depth, alpha, beta):
    best = None
    for bit in inner_pl.legal.all(mine | theirs, out):
        after = mine | bit
        if inner_pl.wins(after):
            return 100 + depth
        if depth == 0:
            score = 0
        else:
            score = -negamax(theirs, after, depth - 1, -beta, -alpha)
        if best is None or score > best:
            best = score
            if score > alpha:
                alpha = score
                if alpha >= beta:
                    break
    return 0 if best is None else best


def choose(mine, theirs, depth):
    best, choice = None, None
    for bit in inner_pl.legal.all(mine | theirs, out):
        after = mine | bit
        if inner_pl.wins(after):
            return bit
        score = -negamax(theirs, after, depth, -1000, 1000)
        if best is None or score > best:
            best, choice = score, bit
    return choice


def main(plies):
    mine, theirs, checksum = 0, 0, 0
    for ply in range(plies):
        bit = choose(mine, theirs, 4)
        if bit is None:
            break
        checksum = (checksum * 31 + bit) % 1000003
        mine, theirs = theirs, mine | bit
        after = theirs
        if inner_pl.wins(after):
            print("won at ply", ply)
            break
    print(checksum)


main(int(sys.argv[1]))
