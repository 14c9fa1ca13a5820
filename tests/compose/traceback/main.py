import mid
import inner


def start(n):
    return mid.step(n, inner.fail)


start(3)
