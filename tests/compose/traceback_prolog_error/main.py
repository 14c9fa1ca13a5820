import mid


def start(n):
    return mid.step(n)


start(3)
