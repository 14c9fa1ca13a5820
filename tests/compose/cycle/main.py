import rules
from polyglot import out
total = 0


def add(n):
    global total
    total += n
    return total


if __name__ == "__main__":
    print(rules.run(5, out))
    print(total)
