def models(n):
    """Every list of n truth values (0, 1) that satisfies the formula."""
    yield from extend(n, [])


def extend(n, model):
    if len(model) == n:
        yield list(model)
        return
    for bit in (0, 1):
        if fits(model, bit):
            model.append(bit)
            yield from extend(n, model)
            model.pop()


def fits(model, bit):
    i = len(model)
    if i >= 2 and model[i - 1] == bit and model[i - 2] == bit:
        return False
    return not (i >= 4 and bit == 1 and model[i - 4] == 1)
