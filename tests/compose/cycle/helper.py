import main
import rules
from polyglot import out


def twice(n):
    return n * 2 if main.total >= 0 else rules.run(0, out)
