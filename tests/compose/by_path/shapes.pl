side(1).
