# A board is the set of a player's stones, seven bits a column, the lowest stone first.
COLUMNS = [3, 2, 4, 1, 5, 0, 6]


def legal(all):
    """The stones that may be put next, the middle first."""
    for column in COLUMNS:
        bit = (all + (1 << 7 * column)) & (63 << 7 * column)
        if bit:
            yield bit


def wins(board):
    for step in (1, 6, 7, 8):
        pairs = board & (board >> step)
        if pairs & (pairs >> 2 * step):
            return True
    return False
