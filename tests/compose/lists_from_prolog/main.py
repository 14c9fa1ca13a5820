"""Prolog's lists seen from FL: items stay in Prolog's cells until FL wants more than to walk through
them, and FL's list is its own once either side writes."""
import made
from polyglot import out


def check(xs, expected):
    # Each look at a list of its own: some make it an ordinary one.
    n = len(expected)
    looks = [
        lambda l: len(l) == n, lambda l: l == expected, lambda l: expected == l,
        lambda l: [x for x in l] == expected, lambda l: list(l) == expected, lambda l: l[:] == expected,
        lambda l: l[::-1] == expected[::-1], lambda l: str(l) == str(expected), lambda l: l + [0] == expected + [0],
        lambda l: [0] + l == [0] + expected, lambda l: l * 2 == expected * 2, lambda l: bool(l) == bool(expected),
        lambda l: list(reversed(l)) == expected[::-1], lambda l: tuple(l) == tuple(expected),
        lambda l: [*l] == expected, lambda l: list(enumerate(l)) == list(enumerate(expected)),
        lambda l: list(zip(l, l)) == list(zip(expected, expected)), lambda l: (lambda *a: list(a))(*l) == expected,
        lambda l: l.copy() == expected, lambda l: all(x in l for x in expected), lambda l: made.len(l, out) == n,
        lambda l: made.same(l, out) is l, lambda l: [l[i] for i in range(n)] == expected,
        lambda l: list(map(lambda x: x, l)) == expected, lambda l: list(iter(l)) == expected,
    ]
    for i in range(len(looks)):
        assert looks[i](xs()), i
    l = xs(); l.append(5); assert l == expected + [5]
    l = xs(); l.extend(l); assert l == expected + expected
    l = xs(); l.insert(0, "q"); assert l == ["q"] + expected
    l = xs(); l.reverse(); assert l == expected[::-1]
    l = xs(); l.clear(); assert l == []
    l = xs(); l += [1]; assert l == expected + [1]
    l = xs(); l[0:1] = ["a", "b"]; assert l == ["a", "b"] + expected[1:]
    if n:
        l = xs(); assert l.pop() == expected[-1] and l == expected[:-1]
        l = xs(); assert l.pop(0) == expected[0] and l == expected[1:]
        l = xs(); l[0] = None; assert l == [None] + expected[1:]
        l = xs(); l[-1] = 2.5; assert l == expected[:-1] + [2.5]
        l = xs(); del l[0]; assert l == expected[1:]
        l = xs(); assert l.index(expected[0]) == 0 and l.count(expected[0]) >= 1
        l = xs(); l.remove(expected[0]); assert l == expected[1:]
        first, *others = xs(); assert others == expected[1:]


check(lambda: made.numbers(5, out), [0, 1, 2, 3, 4])
check(lambda: made.countdown(5, out), [1, 2, 3, 4, 5])
check(lambda: made.numbers(0, out), [])
check(lambda: made.pair("a", "b", out), ["a", "b"])
check(lambda: made.pair(1.5, 2.5, out), [1.5, 2.5])
check(lambda: made.pair([1], [2, []], out), [[1], [2, []]])
check(lambda: made.pair(None, True, out), [None, True])
l = made.numbers(9, out); l.sort(reverse=True); print(l, sorted(made.countdown(4, out), reverse=True))
print(sum(made.numbers(100, out)), max(made.countdown(7, out)), ",".join(made.pair("x", "y", out)))

# Lists in a list are the same ones whenever they are looked at.
m = made.mixed(out)
print(m)
assert m[5] is m[5] and m[4] is m[4] and m[5][1] is m[5][1]
m[4].append("new"); m[5][1].append(3); m[9][1].append(4)
print(m, [type(x).__name__ for x in m])
print(made.shown(m, out))
w = made.wrap(made.numbers(2, out), out)
w[0].append(9)
print(w)
g = made.grid(3, out)
print(len(g), [len(r) for r in g], g[1][2].args, made.shown(g, out))

# A list that FL had is that list again, in others too.
mine = [1, 2]
p = made.pair(mine, mine, out)
assert p[0] is mine and p[1] is mine
mine.append(3)
print(p, made.same(p, out) is p, made.shown(p, out))

# Prolog sees the list as it was when it crossed; FL's own changes are FL's.
xs = made.numbers(3, out)
seen = made.pair(xs, 0, out)
xs.append("later")
print(made.shown(xs, out), seen[0] is xs)
ys = made.rest(made.numbers(4, out), out)
ys[0] = "mine"
print(ys, made.shown(ys, out))

# Writes on Prolog's side.
base = made.countdown(3, out)
again = made.same(base, out)
tail = made.rest(base, out)
print(made.set_first(tail, 99, out), base, tail, again)
print(made.set_back(made.countdown(2, out), out), made.kept(out))

# Answers keep their meaning after the query moves on.
rows = [row for row in made.chosen.all(5, out)]
print(rows)
got = []
print(made.undone(lambda row: got.append(row), out), got)

# Changes in the middle of a walk.
xs = made.countdown(4, out)
total = 0
for x in xs:
    if x == 2:
        xs.append(10)
    if x == 3:
        xs[3] = 40
    total += x
print(total, xs)
xs = made.numbers(4, out)
it = iter(xs)
print(next(it), xs[2], next(it), list(it))
a, b = iter(made.numbers(3, out)), iter([7, 8, 9])
print([x + y for x, y in zip(a, b)])

# In loops that are hot.
def walk(xs):
    total = 0
    for x in xs:
        total += x
    return total


def names(xs):
    out = ""
    for x in xs:
        out += str(x)
    return out


xs = made.numbers(500, out)
print(walk(xs), walk(xs), walk(made.countdown(500, out)), walk([1, 2]), walk(made.pair(1.5, 2, out)))
print(len(names(made.mixed(out) * 20)), [names(made.pair(k, "a", out)) for k in range(3)])
for k in range(40):
    ys = made.numbers(20, out)
    if k % 7 == 0:
        ys[3] = "x"
    assert sum(1 for y in ys if y == 3) == (0 if k % 7 == 0 else 1)
    assert made.set_first(ys, k, out).args[0] == 0
    assert ys[0] == 0 and len(ys) == 20
grids = [made.grid(4, out) for k in range(30)]
print(sum(len(r) for g in grids for r in g), grids[3][2][1].args)
