class Thing:
    def __init__(self):
        self.x = 1


def area(r):
    return r * r


def thing():
    return Thing()
