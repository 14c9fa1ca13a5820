"""What a header of a `for` created is closed when the loop is left, and nothing else is."""
import steps
from polyglot import out


def gen(name, n=3):
    try:
        for i in range(n):
            yield i
    finally:
        print("closed", name)


def attempt(name, f):
    try:
        print(name, f())
    except Exception as e:
        print(name, type(e).__name__)


# A plain call drops its choice points at once.
print(steps.many("plain", out), steps.first("first", out), steps.many.first("default", out, default=0))

# Comprehensions of each kind, the newest first.
attempt("list", lambda: [1 // (x - 1) for x in steps.many.all("q1", out)])
attempt("set", lambda: {1 // (x - 1) for x in steps.many.all("q2", out)})
attempt("dict", lambda: {x: 1 // (x - 1) for x in steps.many.all("q3", out)})
attempt("nested", lambda: [1 // y for x in steps.many.all("q4", out) for y in gen("g4")])
attempt("condition", lambda: [x for x in steps.many.all("q5", out) if 1 // (x - 2)])
attempt("generator", lambda: sum(1 // (x - 1) for x in steps.many.all("q6", out)))
attempt("target", lambda: [a for a, b in steps.many.all("q7", out)])


def unpacks():
    for a, b in gen("g7"):
        print(a, b)


attempt("unpacks", unpacks)
attempt("through", lambda: [1 // x for i, x in enumerate(map(abs, gen("g8")))])
for make in (list, set, tuple, sorted, sum, max, min):
    attempt(make.__name__, lambda: make(1 // (x - 2) for x in steps.many.all("q9", out)))
attempt("star", lambda: print(*(1 // (x - 1) for x in gen("g10", 4))))


def two():
    for x in steps.many.all("outer", out):
        for y in steps.many.all("inner", out):
            if y == 2:
                return x, y


print(two())

# A header that chooses, asks a member of what it makes, or calls what passes it on.
for x in gen("chosen") if two else gen("other"):
    break
for x in gen("first") or gen("second"):
    break


class Rows:
    def __init__(self, rows):
        self.rows = rows

    def items(self):
        return self.rows


def passed(rows):
    return rows


for x in Rows(steps.many.all("member", out)).items():
    break
for x in passed(gen("passed")):
    break
print("closed by now")

# What was there before stays open.
kept = gen("kept", 9)
asked = steps.many.all("asked", out)


def get():
    return kept


def ask():
    return asked


for x in get():
    break
for x in ask():
    break
for x in passed(kept):
    break
for x in Rows(asked).items():
    break
for y in (x for x in get()):
    break
attempt("kept", lambda: [1 // 0 for x in get()])
print("still open:", next(asked, "end"), next(kept))
kept.close()
asked.close()
kept = gen("kept again")
for x in get():
    break
print("still open:", next(kept))
kept.close()
