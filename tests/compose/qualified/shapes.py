def side(n):
    return n * 4
