def fail(n):
    raise ValueError("bad %d" % n)
